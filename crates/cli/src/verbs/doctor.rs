//! `gongshu doctor`: whether a store is fit to be started, line by line, with the next step where it is not.

use std::{fs, process::Command};

use lake::{Lake, Swept};
use law::calendar::date_in_shanghai;
use platform::db::Standing;
use serde::Serialize;

use super::log_fsck;
use crate::{
    args::{Common, Doctor},
    compose,
    failure::{Failure, Result},
    keys::{Passphrase, PublicKeys, Secrets},
    output::Out,
    regulations,
    store::Store,
    world,
};

/// Less free space than this and loads begin to fail.
const LEAST_FREE_MIB: u64 = 2_048;

/// One line of the examination.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    /// `ok`, `note` or `fault`.
    verdict: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Finding {
    fn ok(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, verdict: "ok", detail: detail.into(), next: None }
    }

    fn note(what: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what, verdict: "note", detail: detail.into(), next: Some(next.into()) }
    }

    fn fault(what: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what, verdict: "fault", detail: detail.into(), next: Some(next.into()) }
    }

    fn of(what: &'static str, failure: Failure) -> Self {
        let detail = std::iter::once(failure.what).chain(failure.why).collect::<Vec<_>>().join(": ");
        Self { what, verdict: "fault", detail, next: failure.next }
    }
}

/// Runs the verb.
///
/// # Errors
/// [`crate::failure::Exit::NotVerified`] when a line is a fault.
pub fn run(common: &Common, args: &Doctor, out: &Out) -> Result<()> {
    let store = Store::at(&common.store);
    let findings = [
        law(common),
        clock(),
        folder(&store),
        disk(&store),
        keys(&store),
        database(common, &store),
        lake(&store, args.repair),
        log(&store, args.quick),
    ];
    let faults = findings.iter().filter(|finding| finding.verdict == "fault").count();
    if out.is_json() {
        out.value(&serde_json::json!({ "sound": faults == 0, "findings": findings }))?;
    } else {
        for finding in &findings {
            out.text(&format!("{:<6} {:<9} {}", finding.verdict, finding.what, finding.detail))?;
            if let Some(next) = &finding.next {
                out.text(&format!("       {:<9} next: {next}", ""))?;
            }
        }
    }
    if faults > 0 {
        return Err(Failure::not_verified(format!("{faults} of {} checks found a fault", findings.len())));
    }
    Ok(())
}

fn law(common: &Common) -> Finding {
    let book = match regulations::book(common.regulations.as_deref()) {
        Ok(book) => book,
        Err(failure) => return Finding::of("law", failure),
    };
    let today = date_in_shanghai(world::now());
    match regulations::pack(&book, &common.pack) {
        Err(failure) => Finding::of("law", failure),
        Ok(pack) if !pack.in_force.contains(today) => Finding::note(
            "law",
            format!("{} is not in force on {today}", pack.id),
            "no case can be opened under it today",
        ),
        Ok(pack) if book.calendar().is_provisional(today.year()) => Finding::note(
            "law",
            format!("{} is in force; {} has no holiday notice", pack.id, today.year()),
            "add the notice to calendar/ when it appears",
        ),
        Ok(pack) => Finding::ok("law", format!("{} is in force, {} articles", pack.id, pack.articles.len())),
    }
}

/// A clock that is hours wrong breaks every term. There is nobody to ask offline, but a wild one shows.
fn clock() -> Finding {
    let now = world::now();
    // The law's first calendar year bounds it below; a century above is surely wrong.
    let year = date_in_shanghai(now).year();
    if (2019..2119).contains(&year) {
        Finding::ok("clock", format!("{} in Shanghai", world::shown(now)))
    } else {
        Finding::fault(
            "clock",
            format!("the machine believes it is {}", world::shown(now)),
            "set the clock and keep it with NTP",
        )
    }
}

fn folder(store: &Store) -> Finding {
    match fs::metadata(store.root()) {
        Err(why) => Finding::fault(
            "store",
            format!("`{}`: {why}", store.root().display()),
            "name the folder with --store; `serve` and `demo` make one",
        ),
        Ok(found) if !found.is_dir() => {
            Finding::fault("store", format!("`{}` is no folder", store.root().display()), "name a folder with --store")
        }
        Ok(_) if store.demonstration().exists() => Finding::note(
            "store",
            format!("`{}` is a demonstration", store.root().display()),
            "no real data belongs here",
        ),
        Ok(_) => Finding::ok("store", format!("`{}`", store.root().display())),
    }
}

fn disk(store: &Store) -> Finding {
    // Asking `df` needs neither unsafe code nor another dependency, and every machine that runs this has it.
    let said = Command::new("df").arg("-Pk").arg(store.root()).output();
    let text = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    let free =
        text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|free| free.parse::<u64>().ok());
    match free.map(|kib| kib / 1_024) {
        None => Finding::note("disk", "the free space cannot be read", "look at it yourself"),
        Some(mib) if mib < LEAST_FREE_MIB => {
            Finding::fault("disk", format!("{mib} MiB are free"), format!("free some: {LEAST_FREE_MIB} MiB at least"))
        }
        Some(mib) => Finding::ok("disk", format!("{mib} MiB are free")),
    }
}

fn keys(store: &Store) -> Finding {
    if !store.keys().exists() {
        return Finding::note("keys", "there are none yet", "the first start makes them");
    }
    let from = if store.demonstration().exists() { Passphrase::Demonstration } else { Passphrase::Asked };
    let secrets = match Secrets::open(store, from) {
        Ok(secrets) => secrets,
        Err(failure) => return Finding::of("keys", failure),
    };
    match PublicKeys::of(&secrets.trusted()).and_then(|own| Ok((own, fs::read_to_string(store.public_keys())?))) {
        Err(failure) => Finding::of("keys", failure),
        Ok((own, text)) => match serde_json::from_str::<PublicKeys>(&text) {
            Ok(published) if published == own => {
                Finding::ok("keys", "they open, and log-keys.json holds their public halves")
            }
            _ => Finding::fault(
                "keys",
                "log-keys.json does not hold the public halves of these keys",
                "find out who changed it; verifiers rely on it",
            ),
        },
    }
}

/// Whether the database opens, and whether its tables have the form that this binary works with. Nothing is written.
fn database(common: &Common, store: &Store) -> Finding {
    let file = store.database_file();
    let address = match &common.database {
        Some(address) => address.clone(),
        None if !file.exists() => return Finding::note("database", "there is none yet", "the first start makes it"),
        None => store.database(),
    };
    let standing = compose::runtime().and_then(|runtime| Ok(runtime.block_on(platform::db::standing(&address))?));
    let Standing { applied, pending, unknown } = match standing {
        Ok(standing) => standing,
        Err(failure) => {
            let next = match common.database {
                Some(_) => "check the address after --database and that the server runs",
                None => "restore it from a backup",
            };
            return Finding { next: Some(next.to_owned()), ..Finding::of("database", failure) };
        }
    };
    let last = applied.last().map_or("none", String::as_str);
    if !unknown.is_empty() {
        return Finding::fault(
            "database",
            format!("its tables are newer than this binary: `{}`", unknown.join("`, `")),
            "start the newer binary; an older one may not understand what it wrote",
        );
    }
    if !pending.is_empty() {
        return Finding::note(
            "database",
            format!("the last migration is `{last}`; still to come: `{}`", pending.join("`, `")),
            "`serve` brings the tables up to date; make a backup before",
        );
    }
    Finding::ok("database", format!("{} migrations, the last is `{last}`", applied.len()))
}

/// What crashed loads left behind does no harm but takes room, so it is a note; only `--repair` removes it.
fn lake(store: &Store, repair: bool) -> Finding {
    if !store.lake().exists() {
        return Finding::note("lake", "there is none yet", "the first load makes it");
    }
    let examined = || -> Result<(String, Swept)> {
        let lake = Lake::open(store.lake())?;
        let (mut tables, mut rows) = (0_u64, 0_u64);
        for dataset in lake.datasets()? {
            if let Some(table) = lake.table(&dataset)? {
                tables += 1;
                rows = rows.saturating_add(table.rows);
            }
        }
        // What is younger than a day may belong to a load that is under way.
        let limit = world::now().checked_sub(jiff::SignedDuration::from_hours(24))?;
        let orphans = if repair { lake.sweep(limit)? } else { lake.orphans(limit)? };
        Ok((format!("{tables} tables, {rows} rows"), orphans))
    };
    match examined() {
        Err(failure) => Finding::of("lake", failure),
        Ok((tables, orphans)) if orphans == Swept::default() => Finding::ok("lake", format!("{tables}, no orphans")),
        Ok((tables, orphans)) => {
            let Swept { data_files, loads, indexes, bytes } = orphans;
            let told = format!("{data_files} data files, {loads} loads, {indexes} indexes, {bytes} bytes");
            if repair {
                Finding::ok("lake", format!("{tables}; removed orphans: {told}"))
            } else {
                Finding::note(
                    "lake",
                    format!("{tables}; orphans: {told}"),
                    "run `gongshu doctor --repair` to remove them",
                )
            }
        }
    }
}

fn log(store: &Store, quick: bool) -> Finding {
    if !store.log().exists() {
        return Finding::note("log", "there is none yet", "the first act makes it");
    }
    if quick {
        return Finding::note("log", "not recounted", "leave out --quick, or run `gongshu log fsck`");
    }
    let keys = match PublicKeys::read(&store.public_keys()) {
        Ok(keys) => keys,
        Err(failure) => return Finding::of("log", failure),
    };
    match log_fsck::check_all(&store.log(), &keys) {
        Err(failure) => Finding::of("log", failure),
        Ok(reports) => {
            let faults: usize = reports.iter().map(|(_, report)| report.faults.len()).sum();
            let leaves: u64 = reports.iter().map(|(_, report)| report.published.saturating_add(report.pending)).sum();
            let detail = format!("{} shards, {leaves} leaves, {faults} faults", reports.len());
            if faults == 0 {
                Finding::ok("log", detail)
            } else {
                Finding::fault("log", detail, "run `gongshu log fsck` for the places")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a crashed load left behind is told first, and removed only by whoever asks for it.
    #[test]
    fn orphans_are_reported_and_removed_only_on_demand() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        drop(Lake::open(store.lake()).unwrap());
        assert_eq!(lake(&store, false).verdict, "ok");
        let left = store.lake().join("loads/00000000-0000-7000-8000-000000000001");
        fs::create_dir_all(&left).unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        fs::File::open(&left).unwrap().set_modified(long_ago).unwrap();
        let told = lake(&store, false);
        assert_eq!(told.verdict, "note", "{}", told.detail);
        assert!(told.detail.contains("1 loads") && told.next.unwrap().contains("--repair"), "{}", told.detail);
        assert!(left.exists());
        assert_eq!(lake(&store, true).verdict, "ok");
        assert!(!left.exists());
    }
}
