//! The law as the verbs see it: the packs that are built into the binary, or a folder given on the command line.

use std::{fs, path::Path};

use law::{Book, Pack, PackId, Procedure, ProcedureId};

use crate::failure::{Doing, Failure, Result};

/// The regulations folder as it was when the binary was built.
pub const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/regulations.rs"));

/// Reads the law, from `folder` or from the binary.
///
/// # Errors
/// Every fault of every file, one a line.
pub fn book(folder: Option<&Path>) -> Result<Book> {
    let files = match folder {
        None => EMBEDDED.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
        Some(folder) => read(folder)?,
    };
    Book::parse(files).map_err(|faults| {
        let place = folder.map_or("the built-in regulations".to_owned(), |folder| {
            format!("the regulations in `{}`", folder.display())
        });
        let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
        let failure = Failure::new(format!("{place} cannot be read: {count}"));
        faults
            .iter()
            .take(20)
            .fold(failure, |failure, fault| failure.because(fault))
            .next("mend the files and try again")
    })
}

/// One pack of the book.
///
/// # Errors
/// Names the packs that exist.
pub fn pack<'a>(book: &'a Book, id: &str) -> Result<&'a Pack> {
    book.pack(&PackId::new(id)).ok_or_else(|| {
        let known: Vec<_> = book.packs().map(|pack| format!("`{}`", pack.id)).collect();
        Failure::usage(format!("there is no regulation pack `{id}`"))
            .next(format!("choose one of {}", known.join(", ")))
    })
}

/// One procedure of a pack.
///
/// # Errors
/// Names the procedures that the pack has.
pub fn procedure<'a>(pack: &'a Pack, id: &str) -> Result<&'a Procedure> {
    pack.procedures.get(&ProcedureId::new(id)).ok_or_else(|| {
        let known: Vec<_> = pack.procedures.keys().map(ProcedureId::as_str).collect();
        Failure::usage(format!("the pack `{}` has no procedure `{id}`", pack.id))
            .next(format!("choose one of {}", known.join(", ")))
    })
}

/// Every Markdown file of a folder: its path below the folder, and its text.
pub fn read(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).doing(|| format!("the folder `{}` cannot be read", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                let text = fs::read_to_string(&path).doing(|| format!("`{}` cannot be read", path.display()))?;
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.push((name, text));
            }
        }
    }
    Ok(files)
}
