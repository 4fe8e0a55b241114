//! Markdown as the law files use it: headings, prose and fenced blocks, each with its line. What a block means is its
//! fence's business: `toml rule`, `toml pack`, `toml vocabulary`, `toml calendar`, `scenario <procedure>`.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};
use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::error::{Faults, Place};

/// One top-level piece of a Markdown file.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A heading with its level, from 1.
    Heading { level: u8, text: String, place: Place },
    /// A fenced block: the words after the fence, the text, and the place of the text's first line.
    Fence { info: String, text: String, place: Place },
    /// Anything else, as it stands.
    Prose { text: String },
}

/// Cuts a Markdown file into pieces.
pub(crate) fn pieces(file: &str, markdown: &str) -> Vec<Piece> {
    let starts: Vec<usize> = markdown.match_indices('\n').map(|(at, _)| at).collect();
    let place = |at: usize| Place { file: file.to_owned(), line: starts.partition_point(|newline| *newline < at) + 1 };
    let mut pieces = Vec::new();
    let mut depth = 0_usize;
    let mut text = String::new();
    let mut text_at = None;
    for (event, range) in Parser::new_ext(markdown, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    text.clear();
                    text_at = None;
                    pieces.push(open(&tag, place(range.start), markdown.get(range).unwrap_or_default()));
                }
                depth += 1;
            }
            Event::Text(words) | Event::Code(words) => {
                text_at.get_or_insert(range.start);
                text.push_str(&words);
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    close(pieces.last_mut(), &text, text_at.map(place));
                }
            }
            _ => {}
        }
    }
    pieces
}

fn open(tag: &Tag<'_>, place: Place, raw: &str) -> Piece {
    match tag {
        Tag::Heading { level, .. } => Piece::Heading { level: heading_level(*level), text: String::new(), place },
        Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Piece::Fence {
            info: info.trim().to_owned(),
            text: String::new(),
            place: Place { line: place.line + 1, ..place },
        },
        _ => Piece::Prose { text: raw.trim().to_owned() },
    }
}

fn close(piece: Option<&mut Piece>, words: &str, first: Option<Place>) {
    match piece {
        Some(Piece::Heading { text, .. }) => words.trim().clone_into(text),
        Some(Piece::Fence { text, place, .. }) => {
            words.clone_into(text);
            if let Some(first) = first {
                *place = first;
            }
        }
        _ => {}
    }
}

fn heading_level(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// One entry of a TOML block: a table, an element of an array of tables, or a plain value.
pub(crate) struct Entry<'a> {
    /// The key it stands under, e.g. `act` for `[[act]]`.
    pub(crate) key: String,
    /// Its first line.
    pub(crate) place: Place,
    value: Spanned<DeValue<'a>>,
    block: &'a str,
    start: Place,
}

/// Reads a block's entries. Entries are read one by one, so that a fault in one does not hide the faults of the others.
pub(crate) fn entries<'a>(text: &'a str, start: &Place, faults: &mut Faults) -> Vec<Entry<'a>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        toml_fault(error, text, start, faults);
    }
    let mut entries = Vec::new();
    for (key, value) in table.into_inner() {
        let name = key.get_ref().to_string();
        let key_at = key.span().start;
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(elements) if elements.iter().all(|element| element.get_ref().is_table()) => {
                for element in elements {
                    let place = place_in(text, element.span().start, start);
                    entries.push(Entry { key: name.clone(), place, value: element, block: text, start: start.clone() });
                }
            }
            other => {
                let place = place_in(text, key_at, start);
                entries.push(Entry {
                    key: name,
                    place,
                    value: Spanned::new(span, other),
                    block: text,
                    start: start.clone(),
                });
            }
        }
    }
    entries
}

impl Entry<'_> {
    /// The entry as a `T`; otherwise a fault that names the line and what was expected.
    pub(crate) fn read<T: DeserializeOwned>(self, faults: &mut Faults) -> Option<T> {
        let Self { key, place, value, block, start } = self;
        match T::deserialize(toml::de::ValueDeserializer::from(value)) {
            Ok(read) => Some(read),
            Err(error) => {
                let place = error.span().map_or(place, |span| place_in(block, span.start, &start));
                let (what, next) = plain(error.message());
                faults.add(&place, format!("in `{key}`: {what}"), next);
                None
            }
        }
    }
}

/// The whole block as one `T`.
pub(crate) fn whole<T: DeserializeOwned>(text: &str, start: &Place, faults: &mut Faults) -> Option<T> {
    toml::from_str(text).map_err(|error| toml_fault(&error, text, start, faults)).ok()
}

fn toml_fault(error: &toml::de::Error, text: &str, start: &Place, faults: &mut Faults) {
    let at = error.span().map_or(0, |span| span.start);
    let (what, next) = plain(error.message());
    faults.add(&place_in(text, at, start), what, next);
}

/// What a reader of files complains about, in words for whoever wrote the file, and what to do.
fn plain(message: &str) -> (String, &'static str) {
    let what = message
        .replace("expected u32", "expected a whole number without quotation marks")
        .replace("expected a boolean", "expected `true` or `false`")
        .replace("expected a sequence", "expected a list in square brackets");
    let next = match () {
        () if message.contains("failed to parse") => "write a date like `2027-01-01`, in quotation marks",
        () if message.contains("must be quoted") => "put straight quotation marks \" around the text",
        () => "see the format in `regulations/README.md`",
    };
    (what, next)
}

fn place_in(text: &str, at: usize, start: &Place) -> Place {
    let newlines = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    Place { file: start.file.clone(), line: start.line + newlines }
}
