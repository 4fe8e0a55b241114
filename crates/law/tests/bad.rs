//! Broken packs, each with one fault, and the message that its author gets. A file of `bad/` is a chapter; a block
//! `toml pack` or `toml vocabulary` before its first article replaces the usual head or adds words. What stands behind `>`
//! is the message: of the parser, or of the exploration. A story that is told can be pasted under the article and run.
#![cfg(test)]

#[expect(dead_code, reason = "the broken packs stand alone; the whole law is not read here")]
mod regulations;

use std::{fs, path::Path};

use law::{Book, proof, scenario};

const HEAD: &str = r#"```toml pack
id = "bad"
title = "错例"
number = "0"
authority = "无"
prefix = "BAD"
from = "2026-01-01"

[source]
file = "none.txt"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[roles]
demander = "需求部门"
provider = "提供部门"
authority = "区数据局"
```
"#;

/// A broken pack.
struct Bad {
    name: String,
    /// The messages that it must bring.
    messages: Vec<String>,
    head: String,
    words: String,
    /// The whole file, without head and words, whose lines are left empty so that places stay true.
    chapter: String,
}

impl Bad {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (mut head, mut words, mut chapter) = (String::new(), String::new(), String::new());
        let mut messages = Vec::new();
        let mut block = "";
        for line in fs::read_to_string(path).unwrap().lines() {
            match line {
                "```toml pack" | "```toml vocabulary" => block = line,
                _ => messages.extend(line.strip_prefix("> ").map(str::to_owned)),
            }
            let part = match block {
                "```toml pack" => &mut head,
                "```toml vocabulary" => &mut words,
                _ => &mut chapter,
            };
            part.push_str(line);
            part.push('\n');
            if !block.is_empty() {
                chapter.push('\n');
            }
            if line == "```" {
                block = "";
            }
        }
        if head.is_empty() {
            head = HEAD.to_owned();
        }
        Self { name, messages, head, words, chapter }
    }

    /// The pack alone, with the words and the calendar of the real law, and `more` at the end of the chapter.
    fn book(&self, more: &str) -> Result<Book, Vec<String>> {
        let mut files = regulations::files(&regulations::folder());
        files.retain(|(path, _)| path.starts_with("vocabulary") || path.starts_with("calendar/"));
        files.push(("bad/pack.md".into(), self.head.clone()));
        files.push((format!("bad/{}.md", self.name), format!("{}\n{more}", self.chapter)));
        if !self.words.is_empty() {
            files.push(("vocabulary/zz-bad.md".into(), self.words.clone()));
        }
        Book::parse(files).map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    /// What is wrong with it: what the parser says, otherwise what the exploration finds.
    fn found(&self) -> Vec<String> {
        let book = match self.book("") {
            Ok(book) => book,
            Err(faults) => return faults,
        };
        let failures = scenario::run_all(&book, &"bad".into());
        assert!(failures.is_empty(), "{}: {failures:?}", self.name);
        let findings = proof::prove(&book, &"bad".into()).findings;
        for story in findings.iter().filter_map(|finding| finding.story.as_ref()) {
            let told = self.book(story).unwrap_or_else(|faults| panic!("{}: {faults:#?}\n{story}", self.name));
            let failures = scenario::run_all(&told, &"bad".into());
            assert!(failures.is_empty(), "{}: the story does not run: {failures:?}\n{story}", self.name);
        }
        findings.iter().map(ToString::to_string).collect()
    }
}

/// Every fault is named with its place and its remedy, and nothing else is found; every story runs.
#[test]
fn every_broken_pack_shows_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut wrong = Vec::new();
    for bad in paths.iter().map(|path| Bad::read(path)) {
        let found = bad.found();
        println!("{}\n  {}", bad.name, found.join("\n  "));
        if found.is_empty() || found != bad.messages {
            wrong.push(format!(
                "{}: says\n> {}\nand not\n> {}",
                bad.name,
                found.join("\n> "),
                bad.messages.join("\n> ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(paths.len() >= 20, "only {} broken packs are left", paths.len());
}
