//! `cargo xtask gen`: the part of the documentation that the binary writes about itself.
//!
//! Everything is generated into the target folder first and compared; `--check` stops there. The
//! binary is told that no shared data folder exists, because the transcript must read the same on
//! every machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::house::{House, capture};
use crate::machine;

/// One generated file.
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
}

/// All generated files.
const GENERATORS: &[Generator] = &[
    Generator { path: "docs/reference/openapi.json", arguments: &["openapi"], answer: Answer::Printed },
    Generator { path: "docs/reference/cli.md", arguments: &["reference", "cli"], answer: Answer::Printed },
    Generator { path: "docs/reference/errors.md", arguments: &["reference", "errors"], answer: Answer::Printed },
    Generator { path: "docs/reference/story.md", arguments: &["story", "--transcript"], answer: Answer::Written },
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
        let present = fs::read(house.root.join(generator.path)).unwrap_or_default();
        if let Some(line) = first_difference(&present, &fresh) {
            stale.push(format!("`{}` is stale from line {line} on", generator.path));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!("{}; run `cargo xtask gen` and commit what it writes", stale.join("; "))
}

fn write(house: &House, gongshu: &Path) -> Result<()> {
    for generator in GENERATORS {
        let fresh = generate(house, gongshu, generator)?;
        let path = house.root.join(generator.path);
        if fs::read(&path).is_ok_and(|present| present == fresh) {
            println!("unchanged  {}", generator.path);
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, fresh).with_context(|| format!("`{}` is not writable", generator.path))?;
        println!("written    {}", generator.path);
    }
    Ok(())
}

fn generate(house: &House, gongshu: &Path, generator: &Generator) -> Result<Vec<u8>> {
    let draft = draft(house, generator)?;
    let mut ask = Command::new(gongshu);
    ask.current_dir(&house.root).args(generator.arguments);
    ask.env("GONGSHU_SHARED", house.target.join("gen/no-shared-data"));
    match generator.answer {
        Answer::Printed => capture(&mut ask),
        Answer::Written => {
            capture(ask.arg(&draft))?;
            fs::read(&draft).with_context(|| format!("`{}` was not written", house.shown(&draft)))
        }
    }
}

fn draft(house: &House, generator: &Generator) -> Result<PathBuf> {
    let draft = house.target.join("gen").join(generator.path);
    if let Some(folder) = draft.parent() {
        fs::create_dir_all(folder)?;
    }
    // What an earlier run wrote must not pass for what this one failed to write.
    let _ = fs::remove_file(&draft);
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
