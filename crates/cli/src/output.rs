//! What the verbs print: for people in aligned tables, for programs in JSON, and progress only on a terminal.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::failure::Result;

/// Where a verb prints to.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    json: bool,
}

impl Out {
    /// For people, or for programs.
    #[must_use]
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether the answer is to be JSON.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Prints one JSON document.
    ///
    /// # Errors
    /// When it cannot be written as JSON or nobody reads.
    pub fn value(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value)?;
        self.text(&text)
    }

    /// Prints one JSON document on one line, for streams of them.
    ///
    /// # Errors
    /// As [`Out::value`].
    pub fn row(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value)?;
        self.text(&text)
    }

    /// Prints a line, or several.
    ///
    /// # Errors
    /// When nobody reads. A closed pipe (`| head`) ends the program quietly, as people expect.
    pub fn text(&self, text: &str) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()) {
            Err(why) if why.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
            done => Ok(done?),
        }
    }

    /// A bar for work of known length; invisible unless somebody watches.
    #[must_use]
    pub fn bar(&self, total: u64, what: &str) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(total).with_message(what.to_owned());
        let style = ProgressStyle::with_template("{msg:<32} {wide_bar} {percent:>3}% {elapsed:>4}");
        style.map_or_else(|_| ProgressBar::hidden(), |style| bar.with_style(style))
    }
}

/// A table with a heading, aligned for terminals that show Chinese characters two columns wide.
#[derive(Clone, Debug, Default)]
pub struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these headings.
    pub fn new(heading: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { heading: heading.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text, every row on a line, without trailing spaces.
    #[must_use]
    pub fn text(&self) -> String {
        let mut widths: Vec<usize> = self.heading.iter().map(|cell| cell.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let heading = self.heading.iter().any(|cell| !cell.is_empty()).then_some(&self.heading);
        let lines: Vec<String> = heading.into_iter().chain(&self.rows).map(|row| line(row, &widths)).collect();
        lines.join("\n")
    }
}

/// Pads a text to `width` columns of a terminal.
#[must_use]
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| padded(cell, *width)).collect();
    cells.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chinese characters take two columns, so that the next column still begins where the heading does.
    #[test]
    fn tables_align_wide_characters() {
        let mut table = Table::new(["id", "title", "amount"]);
        table.row(["a", "共享", "10"]);
        table.row(["bb", "x", "2"]);
        assert_eq!(table.text(), "id  title  amount\na   共享   10\nbb  x      2");
    }
}
