//! `cargo xtask gen`: the part of the documentation that the binary writes about itself.
//!
//! Everything is generated into the target folder first and compared; `--check` stops there. The
//! binary is told that no shared data folder exists, because the transcript must read the same on
//! every machine. A generated folder is ours whole: a file in it that the binary would not write is
//! stale, too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::house::{House, capture};
use crate::machine;

/// One generated file or folder.
struct Generator {
    /// Where it lies in the tree.
    path: &'static str,
    /// What `gongshu` is asked.
    arguments: &'static [&'static str],
    /// How it answers.
    answer: Answer,
}

#[derive(Clone, Copy)]
enum Answer {
    /// On standard output.
    Printed,
    /// In the file whose path is added as the last argument.
    Written,
    /// In the folder whose path is added as the last argument.
    Folder,
}

/// A file as the binary would write it: its path in the tree, and its bytes.
type Fresh = (String, Vec<u8>);

/// Everything that is generated.
const GENERATORS: &[Generator] = &[
    Generator { path: "docs/reference/openapi.json", arguments: &["openapi"], answer: Answer::Printed },
    Generator { path: "docs/reference/cli.md", arguments: &["reference", "cli"], answer: Answer::Printed },
    Generator { path: "docs/reference/errors.md", arguments: &["reference", "errors"], answer: Answer::Printed },
    Generator { path: "docs/reference/story.md", arguments: &["story", "--transcript"], answer: Answer::Written },
    Generator { path: "docs/reference/law", arguments: &["reference", "law"], answer: Answer::Folder },
];

/// Write, or only compare.
#[derive(Args)]
pub struct Gen {
    /// Change nothing; fail when a generated file is not what the binary would write
    #[arg(long)]
    check: bool,
}

impl Gen {
    /// Builds the binary and asks it.
    pub fn run(self, house: &House) -> Result<()> {
        machine::ensure(&[machine::C_COMPILER])?;
        let gongshu = house.build_gongshu()?;
        if self.check { check(house, &gongshu) } else { write(house, &gongshu) }
    }
}

/// Fails naming every generated file that is stale, with its first differing line.
pub fn check(house: &House, gongshu: &Path) -> Result<()> {
    let mut stale = Vec::new();
    for generator in GENERATORS {
        let fresh = generate(house, gongshu, generator)?;
        for (path, bytes) in &fresh {
            let present = fs::read(house.root.join(path)).unwrap_or_default();
            if let Some(line) = first_difference(&present, bytes) {
                stale.push(format!("`{path}` is stale from line {line} on"));
            }
        }
        stale.extend(left_over(house, generator, &fresh)?.iter().map(|path| format!("`{path}` is left over")));
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!("{}; run `cargo xtask gen` and commit what it writes", shortened(&stale).join("; "))
}

/// The first of many, and how many more there are: a changed law makes a hundred pages stale at once.
fn shortened(stale: &[String]) -> Vec<String> {
    let mut said: Vec<String> = stale.iter().take(5).cloned().collect();
    if let Some(more) = stale.len().checked_sub(said.len()).filter(|more| *more > 0) {
        said.push(format!("and {more} more files"));
    }
    said
}

fn write(house: &House, gongshu: &Path) -> Result<()> {
    for generator in GENERATORS {
        let fresh = generate(house, gongshu, generator)?;
        for path in left_over(house, generator, &fresh)? {
            fs::remove_file(house.root.join(&path)).with_context(|| format!("`{path}` cannot be removed"))?;
            println!("removed    {path}");
        }
        let mut written = 0_usize;
        for (path, bytes) in &fresh {
            let place = house.root.join(path);
            if fs::read(&place).is_ok_and(|present| present == *bytes) {
                continue;
            }
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&place, bytes).with_context(|| format!("`{path}` is not writable"))?;
            written += 1;
        }
        match written {
            0 => println!("unchanged  {}", generator.path),
            1 => println!("written    {}", generator.path),
            many => println!("written    {} ({many} files)", generator.path),
        }
    }
    Ok(())
}

/// Files of a generated folder that the binary would not write any more.
fn left_over(house: &House, generator: &Generator, fresh: &[Fresh]) -> Result<Vec<String>> {
    let folder = house.root.join(generator.path);
    if !matches!(generator.answer, Answer::Folder) || !folder.exists() {
        return Ok(Vec::new());
    }
    let fresh: BTreeSet<&str> = fresh.iter().map(|(path, _)| path.as_str()).collect();
    let present = files(&folder)?.into_iter().map(|file| format!("{}/{file}", generator.path));
    Ok(present.filter(|path| !fresh.contains(path.as_str())).collect())
}

fn generate(house: &House, gongshu: &Path, generator: &Generator) -> Result<Vec<Fresh>> {
    let draft = draft(house, generator)?;
    let mut ask = Command::new(gongshu);
    ask.current_dir(&house.root).args(generator.arguments);
    ask.env("GONGSHU_SHARED", house.target.join("gen/no-shared-data"));
    let path = generator.path.to_owned();
    match generator.answer {
        Answer::Printed => Ok(vec![(path, capture(&mut ask)?)]),
        Answer::Written => {
            capture(ask.arg(&draft))?;
            let bytes = fs::read(&draft).with_context(|| format!("`{}` was not written", house.shown(&draft)))?;
            Ok(vec![(path, bytes)])
        }
        Answer::Folder => {
            capture(ask.arg(&draft))?;
            let read = |file: String| Ok((format!("{path}/{file}"), fs::read(draft.join(&file))?));
            files(&draft)?.into_iter().map(read).collect()
        }
    }
}

/// Every file below a folder, by its path from there, sorted.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).with_context(|| format!("`{}` cannot be listed", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                found.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn draft(house: &House, generator: &Generator) -> Result<PathBuf> {
    let draft = house.target.join("gen").join(generator.path);
    if let Some(folder) = draft.parent() {
        fs::create_dir_all(folder)?;
    }
    // What an earlier run wrote must not pass for what this one failed to write.
    let _ = fs::remove_file(&draft);
    let _ = fs::remove_dir_all(&draft);
    Ok(draft)
}

/// The number of the first line, from 1, in which two files differ.
fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    if one == other {
        return None;
    }
    let lines = |text| <[u8]>::split(text, |byte| *byte == b'\n');
    let same = lines(one).zip(lines(other)).take_while(|(one, other)| one == other).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stale file is found and the reader is sent to the right line, also where one file is
    /// merely longer.
    #[test]
    fn the_first_differing_line_is_named() {
        assert_eq!(first_difference(b"a\nb\n", b"a\nb\n"), None);
        assert_eq!(first_difference(b"a\nb\n", b"a\nc\n"), Some(2));
        assert_eq!(first_difference(b"a\n", b"a\nb\n"), Some(2));
        assert_eq!(first_difference(b"", b"a\n"), Some(1));
    }

    /// Every generated file lies where generated reference belongs, and none twice.
    #[test]
    fn generators_write_different_reference_files() {
        let mut paths: Vec<_> = GENERATORS.iter().map(|generator| generator.path).collect();
        assert!(paths.iter().all(|path| path.starts_with("docs/reference/")));
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), GENERATORS.len());
    }
}
