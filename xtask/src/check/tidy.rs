//! Small promises that no compiler keeps: living links, files of a readable length, no forgotten
//! work, no silent exceptions, every decision listed, every named test present.
//!
//! A file may break the rule of length only through a line in xtask/tidy-allow.txt, and that list
//! only shrinks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::links;
use crate::house::House;

/// The most lines a source file may have before it must become two.
const LONGEST: usize = 700;

/// Folders that are built, installed or stored, never written by hand.
const NOT_OURS: &[&str] = &["target", "var", "node_modules", "dist", ".git"];

/// Words that must not appear in any text file, and why. They are spelled in halves here, because
/// this file is read too.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("to", "do!"), "unfinished code is not committed"),
    (concat!("FIX", "ME"), "a known fault is a failing test or an entry in a completeness list"),
    (concat!("/wo", "rk/"), "paths of one machine do not exist on another"),
    (concat!("/ro", "ot/"), "paths of one machine do not exist on another"),
    (concat!("/fa", "rm"), "paths of one machine do not exist on another"),
];

/// The same for Rust alone.
const FORBIDDEN_IN_RUST: &[(&str, &str)] = &[
    (concat!("#[al", "low("), "say `#[expect(…, reason = \"…\")]`, which ends with its cause"),
    (concat!("#![al", "low("), "say `#![expect(…, reason = \"…\")]`, which ends with its cause"),
    (concat!("#[ig", "nore"), "a test that does not run is deleted or mended"),
];

/// What may be read as text and searched.
const TEXT: &[&str] = &[
    "rs",
    "md",
    "toml",
    "ts",
    "tsx",
    "js",
    "mjs",
    "css",
    "html",
    "json",
    "yml",
    "yaml",
    "sh",
    "txt",
    "py",
    "sql",
    "cedar",
    "cedarschema",
];

/// Every fault of the tree.
pub fn faults(house: &House) -> Result<Vec<String>> {
    let allowed =
        fs::read_to_string(house.root.join("xtask/tidy-allow.txt")).context("xtask/tidy-allow.txt is missing")?;
    let mut faults = Vec::new();
    let mut long = BTreeSet::new();
    let mut functions = BTreeSet::new();
    for path in files(&house.root)? {
        let name = house.shown(&path);
        let Ok(text) = fs::read_to_string(&path) else {
            faults.push(format!("`{name}` is not UTF-8 text"));
            continue;
        };
        faults.extend(words(&name, &text));
        if is(&path, &["md"]) {
            let dead = links::dead(&path, &text);
            faults.extend(dead.iter().map(|link| format!("`{name}` links to `{link}`, which does not exist")));
        }
        if is(&path, &["rs", "ts", "tsx"]) && text.lines().count() > LONGEST {
            long.insert(name);
        }
        if is(&path, &["rs"]) {
            functions.extend(functions_of(&text).map(str::to_owned));
        }
    }
    faults.extend(lengths(&long, &allowed));
    faults.extend(undescribed(house));
    faults.extend(unlisted_decisions(&house.root)?);
    let invariants =
        fs::read_to_string(house.root.join("docs/invariants.md")).context("docs/invariants.md is missing")?;
    faults.extend(tests_of_invariants(&invariants, &functions));
    Ok(faults)
}

/// All text files that are ours.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let read = || format!("`{}` cannot be listed", folder.display());
        for entry in fs::read_dir(&folder).with_context(read)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = entry.file_name();
            if kind.is_dir() && !NOT_OURS.iter().any(|skipped| name == *skipped) {
                folders.push(path);
            } else if kind.is_file() && (is(&path, TEXT) || path.ends_with(".ci/run")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|one| extension == *one))
}

/// Forbidden words, with file and line.
fn words(name: &str, text: &str) -> Vec<String> {
    let rust = if name.ends_with(".rs") { FORBIDDEN_IN_RUST } else { &[] };
    let mut faults = Vec::new();
    for (line, number) in text.lines().zip(1_usize..) {
        for (word, why) in FORBIDDEN.iter().chain(rust) {
            if line.contains(word) {
                faults.push(format!("`{name}` line {number} says `{word}`: {why}"));
            }
        }
    }
    faults
}

/// Files that are too long and not excused, and excuses that are void.
fn lengths(long: &BTreeSet<String>, allowed: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut excused = BTreeSet::new();
    for line in allowed.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (entry, reason) = line.split_once('#').unwrap_or((line, ""));
        let mut parts = entry.split_whitespace();
        let (Some("long-file"), Some(path), None) = (parts.next(), parts.next(), parts.next()) else {
            faults.push(format!("xtask/tidy-allow.txt says `{line}`, which is no entry"));
            continue;
        };
        if reason.trim().is_empty() {
            faults.push(format!("xtask/tidy-allow.txt excuses `{path}` without a reason"));
        }
        if !long.contains(path) {
            faults.push(format!("xtask/tidy-allow.txt excuses `{path}`, which needs it no more; remove the line"));
        }
        excused.insert(path);
    }
    let unexcused = long.iter().filter(|path| !excused.contains(path.as_str()));
    faults.extend(unexcused.map(|path| format!("`{path}` has more than {LONGEST} lines; split it along its ideas")));
    faults
}

fn undescribed(house: &House) -> Vec<String> {
    let members = house.metadata.workspace_packages().into_iter();
    let bare = members.filter(|package| package.description.as_deref().unwrap_or_default().is_empty());
    bare.map(|package| format!("crate `{}` has no description", package.name)).collect()
}

/// Decision records that their index does not name.
fn unlisted_decisions(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("docs/adr");
    let index = fs::read_to_string(folder.join("README.md")).context("docs/adr/README.md is missing")?;
    let mut faults = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") && name != "README.md" && !index.contains(&format!("({name})")) {
            faults.push(format!("`docs/adr/{name}` is not listed in docs/adr/README.md"));
        }
    }
    faults.sort();
    Ok(faults)
}

/// docs/invariants.md names tests as `Test: … `name`` or, before they exist, `Planned test: … `name``.
/// A named test must exist; a planned one must not, or the page is behind.
fn tests_of_invariants(page: &str, functions: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for line in page.lines().map(|line| line.trim_start_matches(['-', ' '])) {
        let planned = line.starts_with("Planned test:");
        if !planned && !line.starts_with("Test:") {
            continue;
        }
        for word in line.split('`').skip(1).step_by(2) {
            let name = word.rsplit("::").next().unwrap_or(word);
            match (planned, functions.contains(name)) {
                (false, false) => {
                    faults.push(format!("docs/invariants.md names the test `{word}`, which does not exist"))
                }
                (true, true) => {
                    faults.push(format!("docs/invariants.md calls the test `{word}` planned, but it exists"))
                }
                _ => {}
            }
        }
    }
    faults
}

/// The names that a Rust file gives to functions.
fn functions_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (before, after) = line.split_once("fn ")?;
        let introduces = before.trim().split(' ').all(|word| matches!(word, "" | "pub" | "async" | "pub(crate)"));
        let name = after.split(['(', '<']).next()?;
        introduces.then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// Unfinished work, machine paths and silent exceptions are found with their line.
    #[test]
    fn forbidden_words_are_found() {
        let unfinished = format!("fn f() {{\n    {}\n}}", concat!("to", "do!()"));
        assert!(words("a.rs", &unfinished).concat().starts_with("`a.rs` line 2"));
        assert_eq!(words("a.md", concat!("see /wo", "rk/notes")).len(), 1);
        let silent = concat!("#[al", "low(dead_code)]");
        assert_eq!(words("a.rs", silent).len(), 1);
        assert_eq!(words("a.md", silent).len(), 0, "prose may speak of it");
        assert_eq!(words("a.rs", concat!("#[ig", "nore = \"slow\"]")).len(), 1);
        assert_eq!(words("a.rs", "#[expect(dead_code, reason = \"why\")]").len(), 0);
    }

    /// A long file needs an excuse with a reason, and an excuse needs a long file.
    #[test]
    fn the_list_of_long_files_only_shrinks() {
        let long = set(&["a.rs"]);
        assert!(lengths(&long, "").concat().contains("`a.rs` has more than 700 lines"));
        assert_eq!(lengths(&long, "# heading\n\nlong-file a.rs # a table"), Vec::<String>::new());
        assert!(lengths(&long, "long-file a.rs").concat().contains("without a reason"));
        assert!(lengths(&set(&[]), "long-file a.rs # a table").concat().contains("no more"));
        assert!(lengths(&set(&[]), "short a.rs # why").concat().contains("no entry"));
    }

    /// An invariant cannot claim a test that nobody wrote, nor hide one that somebody did.
    #[test]
    fn tests_of_invariants_exist_or_are_planned() {
        let functions = set(&["it_holds"]);
        let faults = |page| tests_of_invariants(page, &functions);
        assert_eq!(faults("- Test: `crates/x` `tests::it_holds`").len(), 1, "the first word is no test");
        assert_eq!(faults("- Test: `tests::it_holds`").len(), 0);
        assert_eq!(faults("- Test: `it_breaks`").len(), 1);
        assert_eq!(faults("- Planned test: `it_breaks`").len(), 0);
        assert_eq!(faults("- Planned test: `it_holds`").len(), 1);
    }

    /// Function names are read from definitions, not from calls or prose.
    #[test]
    fn functions_are_read_from_definitions() {
        let text = "    async fn one() {}\npub fn two<T>() {}\n/// a fn three() in prose\nlet f: fn four();";
        assert_eq!(functions_of(text).collect::<Vec<_>>(), ["one", "two"]);
    }

    /// A decision record that the index forgets is found.
    #[test]
    fn an_unlisted_decision_is_found() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("docs/adr");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("README.md"), "[one](0001-one.md)").unwrap();
        fs::write(folder.join("0001-one.md"), "").unwrap();
        fs::write(folder.join("0002-two.md"), "").unwrap();
        let faults = unlisted_decisions(root.path()).unwrap();
        assert_eq!(faults, ["`docs/adr/0002-two.md` is not listed in docs/adr/README.md"]);
    }
}
