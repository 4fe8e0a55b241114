//! How the story is told: on the terminal, as JSON lines, and as a transcript in Markdown.

use std::{fmt::Write, fs, path::Path};

use serde::Serialize;

use super::Files;
use crate::{
    failure::{Doing, Result},
    output::Out,
};

/// One thing that happened.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Step {
    /// When, in Shanghai.
    pub at: String,
    /// Who did it.
    pub who: String,
    /// What, in words.
    pub what: String,
    /// The act's name in the pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// The articles it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
    /// The state afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What happened to terms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<String>,
    /// The index in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<u64>,
    /// More lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The teller.
pub struct Teller {
    out: Out,
    chapter: String,
    number: u32,
    steps: u32,
    page: String,
}

impl Step {
    /// Something that happened.
    pub fn new(at: impl Into<String>, who: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at: at.into(), who: who.into(), what: what.into(), ..Self::default() }
    }

    /// With one more line.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The line below: act, state, articles, terms, log.
    fn facts(&self) -> String {
        let mut facts = Vec::new();
        facts.extend(self.act.as_ref().zip(self.state.as_ref()).map(|(act, state)| format!("{act} → {state}")));
        facts.extend((!self.articles.is_empty()).then(|| self.articles.join(", ")));
        facts.extend(self.due.iter().cloned());
        facts.extend(self.log.map(|index| format!("log {index}")));
        facts.join(" · ")
    }
}

impl Teller {
    /// Tells to `out`.
    #[must_use]
    pub fn new(out: Out) -> Self {
        Self { out, chapter: String::new(), number: 0, steps: 0, page: String::new() }
    }

    /// The chapter being told.
    #[must_use]
    pub fn chapter(&self) -> &str {
        &self.chapter
    }

    /// What stands before the first chapter.
    ///
    /// # Errors
    /// When nobody reads.
    pub fn preface(&mut self, files: &Files) -> Result<()> {
        let lines = [
            "One dataset's way from legal duty to served call, over HTTP against a fresh store. Every date due is the law's own answer, every".to_owned(),
            "step is checked, and the story fails at the first answer that is not the expected one.".to_owned(),
            files.origin(),
        ];
        self.page.push_str("# The story\n\nTold by `gongshu story --transcript`; `cargo xtask gen` keeps it in step with the binary.\n\n");
        let _ = writeln!(self.page, "{}", lines.join("\n"));
        if self.out.is_json() { Ok(()) } else { self.out.text(&lines.join("\n")) }
    }

    /// Begins a chapter.
    ///
    /// # Errors
    /// When nobody reads.
    pub fn begin(&mut self, title: &str) -> Result<()> {
        self.number += 1;
        title.clone_into(&mut self.chapter);
        let _ = write!(self.page, "\n## {} {title}\n\n", self.number);
        if self.out.is_json() {
            return Ok(());
        }
        self.out.text(&format!(
            "\n── {} {title} {}",
            self.number,
            "─".repeat(60_usize.saturating_sub(title.chars().count()))
        ))
    }

    /// Tells a step.
    ///
    /// # Errors
    /// When nobody reads.
    pub fn step(&mut self, step: &Step) -> Result<()> {
        self.steps += 1;
        let facts = step.facts();
        let _ = writeln!(self.page, "- **{}** {}: {}", step.at, step.who, step.what);
        for line in (!facts.is_empty()).then_some(&facts).into_iter().chain(&step.notes) {
            let _ = writeln!(self.page, "  - {line}");
        }
        if self.out.is_json() {
            #[derive(Serialize)]
            struct Row<'a> {
                chapter: u32,
                title: &'a str,
                #[serde(flatten)]
                step: &'a Step,
            }
            return self.out.row(&Row { chapter: self.number, title: &self.chapter, step });
        }
        self.out.text(&format!("{}  {}: {}", step.at, step.who, step.what))?;
        for line in (!facts.is_empty()).then_some(&facts).into_iter().chain(&step.notes) {
            self.out.text(&format!("{:18}{line}", ""))?;
        }
        Ok(())
    }

    /// Ends the story.
    ///
    /// # Errors
    /// When nobody reads.
    pub fn end(&self) -> Result<()> {
        if self.out.is_json() {
            return self.out.row(&serde_json::json!({ "chapters": self.number, "steps": self.steps, "ok": true }));
        }
        self.out.text(&format!("\n{} chapters, {} steps, every answer as expected", self.number, self.steps))
    }

    /// Writes the transcript.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{}\n{} steps, every answer as expected.\n", self.page, self.steps);
        fs::write(path, text).doing(|| format!("the transcript `{}` cannot be written", path.display()))
    }
}
