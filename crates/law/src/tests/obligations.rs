//! Every obligation that the regulations lay on the platform is carried by stories of the law or by a named capability.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
};

use super::real::{book, folder, list};

const FILE: &str = "obligations.txt";

/// A row of the list of obligations without a line here, and a line without a row, are both mistakes.
#[test]
fn every_obligation_has_its_line() {
    let Some(rows) = rows() else { return };
    let named: BTreeSet<String> = list(FILE).into_keys().collect();
    let missing: Vec<_> = rows.difference(&named).collect();
    assert!(missing.is_empty(), "regulations/{FILE} has no line for {missing:?}");
    let stray: Vec<_> = named.difference(&rows).collect();
    assert!(stray.is_empty(), "regulations/{FILE} names rows that do not exist: {stray:?}");
}

/// A named scenario stands in the book, under its article of its pack; the list of capabilities has the length that its
/// head gives, so that a longer one is seen.
#[test]
fn what_carries_an_obligation_exists() {
    let book = book();
    let told: BTreeSet<String> = book
        .packs()
        .flat_map(|pack| {
            let cases = pack.scenarios.iter().map(|one| (&one.article, &one.title));
            let keeps = pack.keep_scenarios.iter().map(|one| (&one.article, &one.title));
            cases.chain(keeps).map(|(article, title)| format!("{} {article} {title}", pack.id)).collect::<Vec<_>>()
        })
        .collect();
    let mut faults = Vec::new();
    let mut capabilities = 0_usize;
    for (row, carried) in list(FILE) {
        for by in carried.split(" ; ") {
            match by.split_once(": ") {
                Some(("scenario", scenario)) if told.contains(scenario) => {}
                Some(("capability", _)) => capabilities += 1,
                _ => faults.push(format!("`{row}`: there is no {by}")),
            }
        }
    }
    assert!(faults.is_empty(), "regulations/{FILE}:\n{}", faults.join("\n"));
    let text = fs::read_to_string(folder().join(FILE)).unwrap();
    let said = text.lines().find_map(|line| line.strip_prefix("# capabilities: ")?.parse().ok());
    assert_eq!(said, Some(capabilities), "the head of regulations/{FILE} gives another number of capabilities");
}

/// The first cells of the tables of obligations; one that occurs more than once gets its number.
fn rows() -> Option<BTreeSet<String>> {
    let shared = env::var_os("GONGSHU_SHARED").map_or_else(|| folder().join("../../shared"), PathBuf::from);
    let path = shared.join("obligations.md");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("SKIPPED: `{}` is absent; set GONGSHU_SHARED to the folder that holds it", path.display());
        return None;
    };
    let mut cells = Vec::new();
    let mut table = false;
    for line in text.lines() {
        let cell = line.strip_prefix("| ").and_then(|rest| rest.split(" | ").next());
        match cell {
            Some("id") => table = true,
            Some(cell) if table => cells.push(cell.to_owned()),
            _ => table &= line.starts_with("|-"),
        }
    }
    assert!(!cells.is_empty(), "`{}` has no table of obligations", path.display());
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let often = |cell: &String| cells.iter().filter(|other| *other == cell).count() > 1;
    let mut number = |cell: &String| {
        let count = seen.entry(cells.iter().find(|other| *other == cell).map_or("", String::as_str)).or_insert(0);
        *count += 1;
        if often(cell) { format!("{cell} ({count})") } else { cell.clone() }
    };
    Some(cells.iter().map(&mut number).collect())
}
