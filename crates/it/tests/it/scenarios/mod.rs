//! The same stories that stand in `regulations/`, told to the whole platform over HTTP (layer 5): every act by the person
//! whose task it is, every fact by making the world so, every claim read from the case as that person sees it, and every act
//! found in the log with the articles it rests on.
//!
//! A scenario that cannot be told so yet stands in `scenarios-not-over-http.txt` with its reason. The list only shrinks: an
//! entry that passes, or that names no scenario, fails.

mod claims;
mod making;
mod run;
mod telling;

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use futures::{StreamExt, stream};
use law::{Book, scenario::Scenario};

/// One test for each procedure of each pack, so that a machine's cores share them.
macro_rules! procedures {
    ($($name:ident = $pack:literal $procedure:literal;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                tell_all($pack, $procedure).await;
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
}

/// A new procedure with scenarios cannot go untold over HTTP.
#[test]
fn every_scenario_belongs_to_a_test() {
    let book = platform::testkit::book().unwrap();
    let untested = |scenario: &&Scenario| {
        !TESTED.iter().any(|(pack, procedure)| scenario.pack == *pack && scenario.procedure == *procedure)
    };
    let mut left = book.packs().flat_map(|pack| &pack.scenarios).filter(untested);
    if let Some(scenario) = left.next() {
        panic!(
            "`{}` of `{}` has scenarios but no test here: add it to `procedures!`",
            scenario.procedure, scenario.pack
        );
    }
}

/// Scenarios told at the same time: enough to keep two cores busy while one waits for its disk.
const AT_ONCE: usize = 4;

async fn tell_all(pack: &str, procedure: &str) {
    let book = platform::testkit::book().unwrap();
    let scenarios: Vec<Scenario> = book.pack(&pack.into()).unwrap().scenarios.clone();
    let scenarios: Vec<_> = scenarios.into_iter().filter(|scenario| scenario.procedure == procedure).collect();
    assert!(!scenarios.is_empty(), "`{pack}` has no scenarios of `{procedure}`");
    let only = std::env::var("GONGSHU_SCENARIO").ok();
    let wanted = |scenario: &Scenario| only.as_ref().is_none_or(|title| scenario.title.contains(title.as_str()));
    let mut excused = excuses(pack, procedure);
    let told = stream::iter(scenarios.into_iter().filter(wanted))
        .map(|scenario| tell(Arc::clone(&book), scenario))
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
    if only.is_none() {
        for title in excused.keys() {
            writeln!(faults, "scenarios-not-over-http.txt: there is no scenario `{title}` any more").unwrap();
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

async fn tell(book: Arc<Book>, scenario: Scenario) -> (Scenario, Result<(), String>) {
    let told = scenario.clone();
    let task = tokio::spawn(async move { run::run(&book, &scenario).await });
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

/// The scenarios of this procedure on the list, with their reasons: `pack | procedure | title | reason`, one a line.
fn excuses(pack: &str, procedure: &str) -> BTreeMap<String, String> {
    let mut excuses = BTreeMap::new();
    for line in include_str!("../../scenarios-not-over-http.txt").lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [of, about, title, reason] = parts.as_slice() else {
            panic!("`{line}` is no `pack | procedure | title | reason`")
        };
        assert!(!reason.is_empty(), "`{title}` is on the list without a reason");
        if *of == pack && *about == procedure {
            excuses.insert((*title).to_owned(), (*reason).to_owned());
        }
    }
    excuses
}
