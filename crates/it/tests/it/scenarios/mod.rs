//! The same stories that stand in `regulations/`, told to the whole platform over HTTP (layer 5): every act by the person
//! whose task it is, every fact by making the world so, every claim read from the case as that person sees it, and every act
//! found in the log with the articles it rests on.
//!
//! A scenario that cannot be told so yet stands in `scenarios-not-over-http.txt` with its reason. The list only shrinks: an
//! entry that passes, or that names no scenario, fails.

mod claims;
mod making;
mod plain;
mod proof;
mod run;
mod telling;

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use futures::{StreamExt, stream};
use law::{Book, scenario::Scenario};

/// One test for each procedure that has a slice, in each pack, so that a machine's cores share them.
macro_rules! procedures {
    ($($name:ident = $pack:literal $procedure:literal;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let about = |scenario: &Scenario| scenario.procedure == $procedure;
                tell_all($pack, about, true).await;
            }
        )*
        /// The procedures with a test above.
        const TESTED: &[(&str, &str)] = &[$(($pack, $procedure)),*];
    };
}

procedures! {
    changning_entries_obey_their_articles = "changning-2025" "catalogue_entry";
    changning_updates_obey_their_articles = "changning-2025" "catalogue_update";
    changning_yearly_reviews_obey_their_articles = "changning-2025" "catalogue_review";
    changning_projects_obey_their_articles = "changning-2025" "project_gate";
    changning_collection_obeys_its_articles = "changning-2025" "collection";
    changning_objections_obey_their_articles = "changning-2025" "objection";
    changning_requests_obey_their_articles = "changning-2025" "sharing_request";
    changning_services_obey_their_articles = "changning-2025" "sharing_service";
    putuo_entries_obey_their_articles = "putuo-2023" "catalogue_entry";
    putuo_cataloguing_duties_obey_their_articles = "putuo-2023" "catalogue_duty";
    putuo_collection_obeys_its_articles = "putuo-2023" "collection";
    putuo_objections_obey_their_articles = "putuo-2023" "objection";
    putuo_requests_obey_their_articles = "putuo-2023" "sharing_request";
    putuo_services_obey_their_articles = "putuo-2023" "sharing_service";
    chongming_entries_obey_their_articles = "chongming-2025" "catalogue_entry";
    chongming_updates_obey_their_articles = "chongming-2025" "catalogue_update";
    chongming_projects_obey_their_articles = "chongming-2025" "project_gate";
    chongming_collection_obeys_its_articles = "chongming-2025" "collection";
    chongming_objections_obey_their_articles = "chongming-2025" "objection";
    chongming_requests_obey_their_articles = "chongming-2025" "sharing_request";
    chongming_services_obey_their_articles = "chongming-2025" "sharing_service";
}

/// A part of the scenarios of every other procedure of a pack: each of these tests tells one scenario in so many.
macro_rules! others {
    ($($name:ident = $pack:literal $part:literal of $parts:literal;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let part = |scenario: &Scenario| !has_slice($pack, scenario) && falls(scenario, $part, $parts);
                tell_all($pack, part, false).await;
            }
        )*
        /// The packs whose other procedures are told, with the part and the number of parts.
        const OTHERS: &[(&str, usize, usize)] = &[$(($pack, $part, $parts)),*];
    };
}

others! {
    changning_other_duties_obey_their_articles_1 = "changning-2025" 0 of 3;
    changning_other_duties_obey_their_articles_2 = "changning-2025" 1 of 3;
    changning_other_duties_obey_their_articles_3 = "changning-2025" 2 of 3;
    chongming_other_duties_obey_their_articles_1 = "chongming-2025" 0 of 2;
    chongming_other_duties_obey_their_articles_2 = "chongming-2025" 1 of 2;
    putuo_other_duties_obey_their_articles = "putuo-2023" 0 of 1;
    operation_in_the_city_obeys_its_articles_1 = "shanghai-operation-2025" 0 of 2;
    operation_in_the_city_obeys_its_articles_2 = "shanghai-operation-2025" 1 of 2;
}

/// Whether a scenario falls into this part.
fn falls(scenario: &Scenario, part: usize, parts: usize) -> bool {
    scenario.line.checked_rem(parts) == Some(part)
}

fn has_slice(pack: &str, scenario: &Scenario) -> bool {
    TESTED.iter().any(|(of, procedure)| *of == pack && scenario.procedure == *procedure)
}

/// A new pack with scenarios cannot go untold over HTTP, nor can a part of one.
#[test]
fn every_scenario_belongs_to_a_test() {
    let book = platform::testkit::book().unwrap();
    for pack in book.packs().filter(|pack| !pack.scenarios.is_empty()) {
        let parts: Vec<_> = OTHERS.iter().filter(|(of, _, _)| pack.id == *of).collect();
        let whole = parts.first().map_or(0, |(_, _, parts)| *parts);
        let told = (0..whole).all(|part| parts.contains(&&(pack.id.as_str(), part, whole)));
        assert!(told && whole > 0, "the scenarios of `{}` are not all told here: add it to `others!`", pack.id);
    }
    for (pack, procedure) in TESTED {
        let told =
            book.pack(&(*pack).into()).unwrap().scenarios.iter().any(|scenario| scenario.procedure == *procedure);
        assert!(told, "`{pack}` has no scenarios of `{procedure}`");
    }
}

/// Scenarios told at the same time: enough to keep two cores busy while one waits for its disk.
const AT_ONCE: usize = 4;

async fn tell_all(pack: &str, about: impl Fn(&Scenario) -> bool, slice: bool) {
    let book = platform::testkit::book().unwrap();
    let scenarios: Vec<Scenario> = book.pack(&pack.into()).unwrap().scenarios.clone();
    let scenarios: Vec<_> = scenarios.into_iter().filter(|scenario| about(scenario)).collect();
    assert!(!scenarios.is_empty(), "`{pack}` has no such scenarios");
    let only = std::env::var("GONGSHU_SCENARIO").ok();
    let wanted = |scenario: &Scenario| only.as_ref().is_none_or(|title| scenario.title.contains(title.as_str()));
    let mut excused = excuses(pack, &scenarios);
    let told = stream::iter(scenarios.into_iter().filter(wanted))
        .map(|scenario| tell(Arc::clone(&book), scenario, slice))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    let mut faults = String::new();
    for (scenario, outcome) in told {
        match (outcome, excused.remove(&scenario.title)) {
            (Ok(()), None) | (Err(_), Some(_)) => {}
            (Ok(()), Some(_)) => {
                writeln!(faults, "{}: it passes now; take it off the list", scenario.title).unwrap();
            }
            (Err(fault), None) => writeln!(faults, "{fault}").unwrap(),
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

async fn tell(book: Arc<Book>, scenario: Scenario, slice: bool) -> (Scenario, Result<(), String>) {
    let told = scenario.clone();
    let task = tokio::spawn(async move {
        match slice {
            true => run::run(&book, &scenario).await,
            false => plain::run(&book, &scenario).await,
        }
    });
    let outcome = match task.await {
        Ok(outcome) => outcome,
        Err(panic) => {
            let panic = panic.into_panic();
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Err(format!("{}:{}: {}: {}", told.file, told.line, told.title, words.unwrap_or_default()))
        }
    };
    (told, outcome)
}

/// Those of these scenarios that stand on the list, with their reasons.
fn excuses(pack: &str, scenarios: &[Scenario]) -> BTreeMap<String, String> {
    let of = |procedure: &str, title: &str| {
        scenarios.iter().any(|scenario| scenario.procedure == procedure && scenario.title == title)
    };
    let here = listed().into_iter().filter(|[about, procedure, title, _]| *about == pack && of(procedure, title));
    here.map(|[_, _, title, reason]| (title.to_owned(), reason.to_owned())).collect()
}

/// The list names only scenarios that there are.
#[test]
fn the_list_of_untold_scenarios_names_real_ones() {
    let book = platform::testkit::book().unwrap();
    for [pack, procedure, title, _] in listed() {
        let scenarios = book.pack(&pack.into()).map(|pack| pack.scenarios.as_slice()).unwrap_or_default();
        let known = scenarios.iter().any(|scenario| scenario.procedure == procedure && scenario.title == title);
        assert!(known, "scenarios-not-over-http.txt: there is no scenario `{title}` any more");
    }
}

/// The lines of the list: `pack | procedure | title | reason`.
fn listed() -> Vec<[&'static str; 4]> {
    let mut lines = Vec::new();
    for line in include_str!("../../scenarios-not-over-http.txt").lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let Ok(parts) = <[&str; 4]>::try_from(parts) else {
            panic!("`{line}` is no `pack | procedure | title | reason`")
        };
        assert!(parts.iter().all(|part| !part.is_empty()), "`{line}` stands on the list without a reason");
        lines.push(parts);
    }
    lines
}
