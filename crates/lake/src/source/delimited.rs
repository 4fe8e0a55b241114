//! Delimited text: fields between delimiters, quotes around fields that need them, one record a line.
//!
//! A record is cut out of the block it was read into; its fields are ranges of that block, copied only where
//! a doubled quote has to become one. LF, CRLF and CR all end a record. A quote that never closes does not swallow the
//! file: the line it stands in is rejected and reading goes on with the next.

use std::path::Path;
use std::sync::Arc;

use super::header::{self, HeaderChoice};
use super::text::{Kept, TextStream};
use super::{Fault, Format, HeaderOption, Layout, Limits, Row, SourceOptions, Span, encoding};
use crate::error::{ReadError, Refusal};

/// How much of the text is looked at for delimiter and header.
const SAMPLE: usize = 256 << 10;
const SAMPLE_RECORDS: usize = 200;
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Finds encoding, delimiter, preamble and header of a delimited file.
pub(crate) fn understand(
    path: &Path,
    compressed: bool,
    options: &SourceOptions,
    limits: &Limits,
) -> Result<Layout, ReadError> {
    let encoding = encoding::detect(path, compressed, options.encoding.as_deref())?;
    let mut layout = Layout {
        format: Format::Delimited,
        compressed,
        encoding,
        delimiter: b',',
        sheet: None,
        sheets: Vec::new(),
        header: Vec::new(),
        header_row: None,
        header_rows: 0,
        preamble: 0,
        notes: Vec::new(),
    };
    let mut sample = Vec::new();
    let mut stream = TextStream::open(path, &layout, false, limits.unpacked_bytes)?;
    while sample.len() < SAMPLE && stream.fill(&mut sample, SAMPLE)? {}
    if sample.trim_ascii().is_empty() {
        return Err(Refusal::Empty.into());
    }
    layout.delimiter = match options.delimiter {
        Some(character) => u8::try_from(character)
            .ok()
            .filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n'))
            .ok_or_else(|| Refusal::UnknownOption { option: "delimiter", value: character.to_string() })?,
        None => detect_delimiter(&sample),
    };
    let records = sample_records(&sample, layout.delimiter);
    let choice = match options.header {
        HeaderOption::Auto => header::choose(&records, &[]),
        fixed => header::fixed(&records, fixed),
    };
    let HeaderChoice { names, row, rows, notes } = choice;
    layout.preamble = row.map_or(0, |row| row.saturating_sub(1));
    layout.header = names;
    layout.header_row = row;
    layout.header_rows = rows;
    layout.notes = notes;
    Ok(layout)
}

/// The first records of a sample with their line numbers; the last, perhaps cut, is left out.
fn sample_records(sample: &[u8], delimiter: u8) -> Vec<(u64, Vec<String>)> {
    let mut records = Vec::new();
    let (mut at, mut line, mut spans) = (0, 1_u64, Vec::new());
    while let Some(rest) = sample.get(at..).filter(|rest| !rest.is_empty()) {
        if records.len() >= SAMPLE_RECORDS {
            break;
        }
        let cut = split(rest, true, delimiter, &mut spans);
        let Split::Record { text, end, quoted, .. } = cut else { break };
        let whole_file = sample.len() < SAMPLE;
        if at + end >= sample.len() && !whole_file && !records.is_empty() {
            break;
        }
        let body = rest.get(..text).unwrap_or_default();
        if !body.is_empty() {
            let fields = spans.iter().map(|span: &Span| {
                let field = body.get(span.start as usize..span.end as usize).unwrap_or_default();
                let field = String::from_utf8_lossy(field).into_owned();
                if span.is_text { field.replace("\"\"", "\"") } else { field }
            });
            records.push((line, fields.collect()));
        }
        line += lines_in(body, quoted) + 1;
        at += end;
    }
    records
}

/// The delimiter under which the most records have the same number of fields, and more than one.
fn detect_delimiter(sample: &[u8]) -> u8 {
    let mut best = (b',', 0_u64);
    for delimiter in DELIMITERS {
        let widths: Vec<usize> = sample_records(sample, delimiter)
            .iter()
            .filter(|(_, fields)| !fields.first().is_some_and(|field| field.starts_with('#')) || fields.len() > 2)
            .map(|(_, fields)| fields.len())
            .collect();
        let mode = header::mode(widths.iter().copied()).unwrap_or(1);
        if mode < 2 {
            continue;
        }
        let agree = widths.iter().filter(|width| **width == mode).count() as u64;
        let score = agree * 10_000 / widths.len().max(1) as u64 * 100 + (mode as u64).min(99);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// What was found at the start of a stretch of text.
enum Split {
    /// A record: the length of its text, the length including its line end, whether any field was quoted,
    /// whether a doubled quote has to be undone, and whether text follows a closing quote.
    Record { text: usize, end: usize, quoted: bool, escaped: bool, stray: bool },
    /// The record goes on beyond the text.
    More,
    /// A quote opens and never closes.
    Unclosed,
}

/// Cuts one record from the front of `text`. `last` says that no text follows.
#[inline]
fn split(text: &[u8], last: bool, delimiter: u8, spans: &mut Vec<Span>) -> Split {
    spans.clear();
    let (mut at, mut quoted, mut escaped, mut stray) = (0_usize, false, false, false);
    loop {
        let mut span = Span { start: at as u32, end: at as u32, is_text: false };
        let mut closed = None;
        if text.get(at) == Some(&b'"') {
            quoted = true;
            let mut from = at + 1;
            span.start = from as u32;
            let close = loop {
                match memchr::memchr(b'"', text.get(from..).unwrap_or_default()) {
                    None => return if last { Split::Unclosed } else { Split::More },
                    Some(found) => from += found,
                }
                match text.get(from + 1) {
                    Some(b'"') => {
                        // Here the span's text flag marks a field in which quotes are doubled.
                        span.is_text = true;
                        escaped = true;
                        from += 2;
                    }
                    None if !last => return Split::More,
                    _ => break from,
                }
            };
            closed = Some(close);
            at = close + 1;
        }
        let tail = text.get(at..).unwrap_or_default();
        let run = match tail.first() {
            Some(byte) if *byte == delimiter || matches!(byte, b'\n' | b'\r') => 0,
            None if last => 0,
            None => return Split::More,
            _ => match memchr::memchr3(delimiter, b'\n', b'\r', tail) {
                Some(found) => found,
                None if last => tail.len(),
                None => return Split::More,
            },
        };
        stray |= closed.is_some() && run > 0;
        at += run;
        span.end = closed.unwrap_or(at) as u32;
        spans.push(span);
        match text.get(at) {
            Some(byte) if *byte == delimiter => at += 1,
            Some(b'\r') => match text.get(at + 1) {
                Some(b'\n') => return Split::Record { text: at, end: at + 2, quoted, escaped, stray },
                None if !last => return Split::More,
                _ => return Split::Record { text: at, end: at + 1, quoted, escaped, stray },
            },
            Some(_) => return Split::Record { text: at, end: at + 1, quoted, escaped, stray },
            None => return Split::Record { text: at, end: at, quoted, escaped, stray },
        }
    }
}

/// Line ends inside a record, which only quotes make possible.
fn lines_in(record: &[u8], quoted: bool) -> u64 {
    if !quoted {
        return 0;
    }
    // Most quoted records have none, and one look is cheaper than two counts.
    let Some(first) = memchr::memchr2(b'\n', b'\r', record) else { return 0 };
    let rest = record.get(first..).unwrap_or_default();
    let feeds = memchr::memchr_iter(b'\n', rest).count();
    if feeds > 0 { feeds as u64 } else { memchr::memchr_iter(b'\r', rest).count() as u64 }
}

/// The length of the first line and of it with its line end; `None` where it goes on beyond the text.
fn first_line(text: &[u8], last: bool) -> Option<(usize, usize)> {
    match memchr::memchr2(b'\n', b'\r', text) {
        Some(at) => match (text.get(at), text.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => Some((at, at + 2)),
            (Some(b'\r'), None) if !last => None,
            _ => Some((at, at + 1)),
        },
        None => last.then_some((text.len(), text.len())),
    }
}

/// Reads the records below the header.
pub(crate) struct DelimitedRows {
    stream: TextStream,
    buffer: Vec<u8>,
    /// Where the next record begins in `buffer`.
    at: usize,
    /// Position in the decoded text of the buffer's first byte.
    base: u64,
    ended: bool,
    line: u64,
    blank: u64,
    delimiter: u8,
    limit: usize,
    spans: Vec<Span>,
    scratch: String,
    /// Passing over a record that is too long, up to its line end.
    skipping: bool,
}

/// One record's place in the buffer and how it was cut.
struct Cut {
    start: usize,
    text: usize,
    line: u64,
    escaped: bool,
    fault: Option<Fault>,
}

impl DelimitedRows {
    pub(super) fn new(stream: TextStream, layout: &Layout, limits: &Limits) -> Result<Self, ReadError> {
        let mut rows = Self {
            stream,
            buffer: Vec::new(),
            at: 0,
            base: 0,
            ended: false,
            line: 1,
            blank: 0,
            delimiter: layout.delimiter,
            limit: limits.record_bytes,
            spans: Vec::new(),
            scratch: String::new(),
            skipping: false,
        };
        // The preamble is prose: its quotes and delimiters mean nothing, so it is passed over by lines.
        let header = layout.header_row.unwrap_or(1);
        while rows.line < header && rows.skip_line()? {}
        for _ in 0..layout.header_rows {
            rows.cut()?;
        }
        rows.blank = 0;
        Ok(rows)
    }

    /// The next record, or `None` at the end.
    #[inline]
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        let Some(cut) = self.cut()? else { return Ok(None) };
        let raw = self.buffer.get(cut.start..cut.start + cut.text).unwrap_or_default();
        let position = self.base + cut.start as u64;
        let column_at = |place: usize| self.spans.iter().position(|span| place < span.end as usize);
        let (mut text, mut fault) = ("", cut.fault);
        match std::str::from_utf8(raw) {
            Ok(whole) => text = whole,
            Err(error) => {
                let offset = self.stream.offset_of(position + error.valid_up_to() as u64);
                fault = fault.or_else(|| Some(undecodable(offset, column_at(error.valid_up_to()))));
            }
        }
        if let Some(offset) = self.stream.undecodable(position + cut.text as u64) {
            let place = memchr::memmem::find(raw, "\u{fffd}".as_bytes());
            fault = Some(undecodable(offset, place.and_then(column_at)));
        }
        if cut.escaped && fault.is_none() {
            unescape(text, &mut self.spans, &mut self.scratch);
            text = &self.scratch;
        }
        Ok(Some(Row { number: cut.line, text, spans: &self.spans, raw, fault }))
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

    /// Finds the next record that is not a blank line.
    fn cut(&mut self) -> Result<Option<Cut>, ReadError> {
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            if rest.is_empty() || (rest == b"\r" && !self.ended) {
                if !self.more()? && self.at >= self.buffer.len() {
                    return Ok(None);
                }
                continue;
            }
            if self.skipping {
                match first_line(rest, self.ended) {
                    Some((_, end)) => {
                        self.skipping = false;
                        self.advance(end, 1);
                    }
                    None => {
                        self.at = self.buffer.len();
                        self.more()?;
                    }
                }
                continue;
            }
            if matches!(rest.first(), Some(b'\n' | b'\r')) {
                let end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
                self.blank += 1;
                self.advance(end, 1);
                continue;
            }
            match split(rest, self.ended, self.delimiter, &mut self.spans) {
                Split::Record { text, end, quoted, escaped, stray } => {
                    let inner = lines_in(rest.get(..text).unwrap_or_default(), quoted);
                    let fault = stray
                        .then(|| fault("quote", "text follows a closing quote; double a quote inside a quoted field"));
                    let cut = Cut { start: self.at, text, line: self.line, escaped, fault };
                    self.advance(end, inner + 1);
                    return Ok(Some(cut));
                }
                Split::More if rest.len() < self.limit => {
                    self.more()?;
                }
                Split::More | Split::Unclosed => return Ok(Some(self.reject_line())),
            }
        }
    }

    /// Rejects the line at hand: its record never ends, or not within the limit.
    fn reject_line(&mut self) -> Cut {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let opened = rest.first() == Some(&b'"') || memchr::memchr(b'"', rest).is_some();
        let reason = if opened {
            fault("unclosed_quote", "a quote opens in this line and does not close")
        } else {
            fault("record_too_long", "the line is longer than a record may be")
        };
        self.spans.clear();
        let line = self.line;
        let start = self.at;
        let text = match first_line(rest, self.ended) {
            Some((text, end)) => {
                self.advance(end, 1);
                text
            }
            None => {
                let text = rest.len();
                self.advance(text, 0);
                self.skipping = true;
                text
            }
        };
        Cut { start, text, line, escaped: false, fault: Some(reason) }
    }

    fn skip_line(&mut self) -> Result<bool, ReadError> {
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            if let Some((_, end)) = first_line(rest, self.ended).filter(|(_, end)| *end > 0) {
                self.advance(end, 1);
                return Ok(true);
            }
            if !self.more()? {
                return Ok(false);
            }
        }
    }

    fn advance(&mut self, bytes: usize, lines: u64) {
        self.at += bytes;
        self.line += lines;
    }

    /// Reads another block, first dropping what was consumed. `false` at the end.
    fn more(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        // A record longer than a block is scanned from its start again, so blocks grow with it.
        let want = self.buffer.len().min(4 << 20);
        let more = self.stream.fill(&mut self.buffer, want)?;
        self.ended = !more;
        Ok(more)
    }
}

fn fault(code: &'static str, text: &str) -> Fault {
    Fault { code, text: text.to_owned(), column: None }
}

fn undecodable(offset: u64, column: Option<usize>) -> Fault {
    Fault {
        code: "undecodable",
        text: format!("the bytes at offset {offset} are no characters of the file's encoding"),
        column,
    }
}

/// Copies a record's fields with doubled quotes made single, and points the spans at the copy.
fn unescape(text: &str, spans: &mut [Span], scratch: &mut String) {
    scratch.clear();
    for span in spans {
        let field = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let start = scratch.len() as u32;
        if span.is_text {
            for (index, part) in field.split("\"\"").enumerate() {
                if index > 0 {
                    scratch.push('"');
                }
                scratch.push_str(part);
            }
        } else {
            scratch.push_str(field);
        }
        *span = Span { start, end: scratch.len() as u32, is_text: false };
    }
}
