//! The checked-in law for the tests over whole packs: what the stories prove, and which obligations they carry.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::Book;

/// `regulations/`.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regulations")
}

/// The law; every fault is printed.
pub(super) fn book() -> Book {
    let mut files = Vec::new();
    gather(&folder(), &folder(), &mut files);
    Book::parse(files).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{} fault(s) in regulations/:\n{}", lines.len(), lines.join("\n"));
    })
}

fn gather(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((relative, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The lines `KEY | REST` of a checked-in list of `regulations/`, without its comments.
pub(super) fn list(name: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (key, rest) = line.split_once(" | ").unwrap_or_else(|| panic!("{name}: `{line}` is no `KEY | REST`"));
        assert!(!rest.trim().is_empty(), "{name}: `{key}` says nothing");
        let twice = found.insert(key.trim().to_owned(), rest.trim().to_owned());
        assert!(twice.is_none(), "{name}: `{key}` stands twice");
    }
    found
}
