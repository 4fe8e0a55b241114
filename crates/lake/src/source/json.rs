//! JSON lines: one object a line, nested objects flattened to dotted paths, arrays kept as JSON text.
//!
//! Each line is first checked by `serde_json`, then walked as text, so that numbers and arrays keep every
//! digit and byte they have in the source. Which columns there are is known only after the whole file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::text::{Kept, TextStream};
use super::{Fault, Format, Layout, Limits, Row, SourceOptions, Span, encoding};
use crate::error::{ReadError, Refusal};

/// Finds the encoding of a JSON lines file. Columns are found in pass one.
pub(crate) fn understand(path: &Path, compressed: bool, options: &SourceOptions) -> Result<Layout, ReadError> {
    Ok(Layout {
        format: Format::JsonLines,
        compressed,
        encoding: encoding::detect(path, compressed, options.encoding.as_deref())?,
        delimiter: b'\n',
        sheet: None,
        sheets: Vec::new(),
        header: Vec::new(),
        header_row: None,
        header_rows: 0,
        preamble: 0,
        notes: Vec::new(),
    })
}

/// Reads objects, one a line.
pub(crate) struct JsonRows {
    stream: TextStream,
    buffer: Vec<u8>,
    at: usize,
    base: u64,
    ended: bool,
    line: u64,
    blank: u64,
    limits: Limits,
    flat: Flat,
}

/// The object at hand as cells.
struct Flat {
    columns: Vec<String>,
    by_path: HashMap<String, usize>,
    /// Whether unknown paths become columns (pass one) or faults.
    discover: bool,
    text: String,
    spans: Vec<Span>,
    /// For each column, the last row that set it.
    seen: Vec<u64>,
    row: u64,
    path: String,
    depth: usize,
    column_limit: usize,
}

impl JsonRows {
    pub(super) fn new(stream: TextStream, columns: &[String], limits: &Limits) -> Self {
        let by_path = columns.iter().enumerate().map(|(index, path)| (path.clone(), index)).collect();
        let flat = Flat {
            columns: columns.to_vec(),
            by_path,
            discover: columns.is_empty(),
            text: String::new(),
            spans: vec![Span::EMPTY; columns.len()],
            seen: vec![0; columns.len()],
            row: 0,
            path: String::new(),
            depth: limits.json_depth,
            column_limit: limits.columns,
        };
        Self { stream, buffer: Vec::new(), at: 0, base: 0, ended: false, line: 0, blank: 0, limits: *limits, flat }
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.flat.columns
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.stream.bytes_read()
    }

    pub(crate) fn blank(&self) -> u64 {
        self.blank
    }

    pub(crate) fn finish(self) -> Result<Option<([u8; 32], u64)>, ReadError> {
        self.stream.finish()
    }

    /// What a second reading of the same file can start from.
    pub(super) fn keep(self) -> Result<Option<Arc<Kept>>, ReadError> {
        self.stream.keep()
    }

    /// The next object, or `None` at the end.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        let (start, end, too_long) = loop {
            let Some(found) = self.line_at()? else { return Ok(None) };
            self.line += 1;
            let (start, end, _) = found;
            if self.buffer.get(start..end).unwrap_or_default().trim_ascii().is_empty() {
                self.blank += 1;
                continue;
            }
            break found;
        };
        let raw = self.buffer.get(start..end).unwrap_or_default();
        let position = self.base + start as u64;
        let mut fault = match std::str::from_utf8(raw) {
            _ if too_long => Some(simple("record_too_long", "the line is longer than a record may be")),
            Ok(text) => self.flat.read(text, self.line)?.err(),
            Err(error) => Some(undecodable(self.stream.offset_of(position + error.valid_up_to() as u64))),
        };
        if let Some(offset) = self.stream.undecodable(self.base + end as u64) {
            fault = Some(undecodable(offset));
        }
        Ok(Some(Row { number: self.line, text: &self.flat.text, spans: &self.flat.spans, raw, fault }))
    }

    /// Start, end and whether it is too long, of the next line.
    fn line_at(&mut self) -> Result<Option<(usize, usize, bool)>, ReadError> {
        let mut searched = 0;
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            let found = memchr::memchr(b'\n', rest.get(searched..).unwrap_or_default()).map(|at| at + searched);
            let start = self.at;
            if let Some(at) = found {
                self.at += at + 1;
                return Ok(Some((start, start + at, at > self.limits.record_bytes)));
            }
            if self.ended {
                self.at = self.buffer.len();
                let length = rest.len();
                return Ok((length > 0).then_some((start, start + length, length > self.limits.record_bytes)));
            }
            searched = rest.len();
            if searched > self.limits.record_bytes.saturating_mul(4) {
                return Err(Refusal::NotTabular {
                    content_is: "one JSON document on a single line beyond the limit".into(),
                }
                .into());
            }
            self.buffer.drain(..self.at);
            self.base += self.at as u64;
            self.at = 0;
            self.ended = !self.stream.fill(&mut self.buffer, 0)?;
        }
    }
}

impl Flat {
    /// Flattens one line into cells.
    fn read(&mut self, line: &str, number: u64) -> Result<Result<(), Fault>, ReadError> {
        self.row = number;
        self.text.clear();
        self.path.clear();
        self.spans.fill(Span::EMPTY);
        let body = line.trim();
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(body) {
            let text = format!("the line is not valid JSON at character {}", error.column());
            return Ok(Err(simple("invalid_json", &text)));
        }
        if !body.starts_with('{') {
            return Ok(Err(simple("not_an_object", "the line holds JSON but no object")));
        }
        let result = self.object(&mut Walk { text: body, at: 0 }, 1);
        if self.columns.len() > self.column_limit {
            return Err(
                Refusal::TooManyColumns { row: number, found: self.columns.len(), limit: self.column_limit }.into()
            );
        }
        Ok(result)
    }

    fn object(&mut self, walk: &mut Walk<'_>, depth: usize) -> Result<(), Fault> {
        if depth > self.depth {
            return Err(simple("json_depth", &format!("objects nest deeper than {}", self.depth)));
        }
        walk.at += 1;
        while walk.skip_to_key() {
            let key = decoded(walk.string())?;
            walk.skip_colon();
            let outer = self.path.len();
            if outer > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            if walk.peek() == b'{' {
                self.object(walk, depth + 1)?;
            } else {
                self.scalar(walk)?;
            }
            self.path.truncate(outer);
        }
        Ok(())
    }

    fn scalar(&mut self, walk: &mut Walk<'_>) -> Result<(), Fault> {
        match walk.peek() {
            b'"' => {
                let text = decoded(walk.string())?;
                self.set(&text, true)
            }
            b'[' => {
                let text = walk.array();
                self.set(text, true)
            }
            b'n' => {
                walk.word();
                self.set("", false)
            }
            _ => {
                let text = walk.word();
                self.set(text, false)
            }
        }
    }

    fn set(&mut self, text: &str, is_text: bool) -> Result<(), Fault> {
        let index = match self.by_path.get(self.path.as_str()) {
            Some(index) => *index,
            None if self.discover => {
                let index = self.columns.len();
                self.columns.push(self.path.clone());
                self.by_path.insert(self.path.clone(), index);
                self.spans.push(Span::EMPTY);
                self.seen.push(0);
                index
            }
            None => return Err(simple("unknown_field", "the object has a field that is no column of the table")),
        };
        let start = self.text.len() as u32;
        self.text.push_str(text);
        let span = Span { start, end: self.text.len() as u32, is_text };
        if let (Some(slot), Some(seen)) = (self.spans.get_mut(index), self.seen.get_mut(index)) {
            if *seen == self.row {
                let text = "the object has the same field twice (or a nested and a dotted name that are the same)";
                return Err(Fault { code: "duplicate_field", text: text.into(), column: Some(index) });
            }
            *seen = self.row;
            *slot = span;
        }
        Ok(())
    }
}

/// A cursor over JSON that is known to be valid.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    /// Stands on the next key's quote, or behind the object's end.
    fn skip_to_key(&mut self) -> bool {
        loop {
            self.skip_space();
            match self.peek() {
                b',' => self.at += 1,
                b'"' => return true,
                _ => {
                    self.at += 1;
                    return false;
                }
            }
        }
    }

    fn skip_colon(&mut self) {
        self.skip_space();
        self.at += 1;
        self.skip_space();
    }

    /// The string at hand, with its quotes.
    fn string(&mut self) -> &'a str {
        let start = self.at;
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(self.at..).unwrap_or_default()) {
            self.at += found;
            if self.peek() == b'"' {
                self.at += 1;
                break;
            }
            self.at += 2;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> &'a str {
        let start = self.at;
        while !matches!(self.peek(), b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' | 0) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The array at hand, as it stands.
    fn array(&mut self) -> &'a str {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                b'"' => {
                    self.string();
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                0 => break,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// A quoted string's content.
fn decoded(quoted: &str) -> Result<std::borrow::Cow<'_, str>, Fault> {
    if memchr::memchr(b'\\', quoted.as_bytes()).is_none() {
        return Ok(quoted.trim_matches('"').into());
    }
    serde_json::from_str::<String>(quoted)
        .map(Into::into)
        .map_err(|_| simple("invalid_json", "a string has an escape that is no character"))
}

fn simple(code: &'static str, text: &str) -> Fault {
    Fault { code, text: text.to_owned(), column: None }
}

fn undecodable(offset: u64) -> Fault {
    simple("undecodable", &format!("the bytes at offset {offset} are no characters of the file's encoding"))
}
