//! The checked-in law, read from the folder of regulations.

use std::{
    fs,
    path::{Path, PathBuf},
};

use law::Book;

/// `regulations/`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regulations")
}

/// Every file of the folder as (relative path, text).
pub fn files(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.push((relative, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// The law; every fault is printed.
pub fn book() -> Book {
    Book::parse(files(&folder())).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{} fault(s) in regulations/:\n{}", lines.len(), lines.join("\n"));
    })
}
