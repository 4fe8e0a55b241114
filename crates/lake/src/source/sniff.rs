//! What a file is, told by its bytes and not by its name. A name that lies is refused: whoever sends a
//! workbook named `.csv` has made a mistake somewhere, and guessing on would hide it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::Format;
use crate::error::{ReadError, Refusal};

/// How much of a file's start is looked at.
const LOOK: u64 = 64 << 10;

/// The form of a file and whether it is gzipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sniffed {
    pub format: Format,
    pub compressed: bool,
}

/// Tells a file's form from its first bytes and checks its name against them.
pub(crate) fn sniff(path: &Path, name: &str, wanted: Option<Format>) -> Result<Sniffed, ReadError> {
    let head = head(File::open(path)?)?;
    if head.is_empty() {
        return Err(Refusal::Empty.into());
    }
    let promise = promise(name);
    let compressed = head.starts_with(&[0x1F, 0x8B]);
    let head = if compressed { head_of_gzip(path)? } else { head };
    if compressed != promise.gzip && promise.format.is_some() && wanted.is_none() {
        let content_is = if compressed { "gzip-compressed" } else { "not gzip-compressed" };
        return Err(lying(name, content_is));
    }
    if head.is_empty() {
        return Err(Refusal::Empty.into());
    }
    let format = match content(&head) {
        Content::Text => text_format(&head, name, wanted.or(promise.format))?,
        Content::Workbook(found, label) => match wanted.or(promise.format) {
            _ if compressed => {
                return Err(Refusal::NotTabular { content_is: format!("a gzip file holding {label}") }.into());
            }
            Some(expected) if expected != found => return Err(lying(name, label)),
            _ => found,
        },
        Content::Other(label) => {
            return Err(if promise.format.is_some() && wanted.is_none() {
                lying(name, label)
            } else {
                Refusal::NotTabular { content_is: label.to_owned() }.into()
            });
        }
    };
    Ok(Sniffed { format, compressed })
}

fn lying(name: &str, content_is: &str) -> ReadError {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    Refusal::LyingName { name_says: format!(".{extension}"), content_is: content_is.to_owned() }.into()
}

fn head(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(LOOK).read_to_end(&mut head)?;
    Ok(head)
}

fn head_of_gzip(path: &Path) -> Result<Vec<u8>, ReadError> {
    head(MultiGzDecoder::new(File::open(path)?))
        .map_err(|error| Refusal::Damaged { what: "gzip file".into(), detail: error.to_string() }.into())
}

/// What a name promises.
struct Promise {
    format: Option<Format>,
    gzip: bool,
}

fn promise(name: &str) -> Promise {
    let lower = name.to_ascii_lowercase();
    let (stem, gzip) = match lower.strip_suffix(".gz") {
        Some(stem) => (stem, true),
        None => (lower.as_str(), false),
    };
    let format = match stem.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv" | "tsv" | "tab" | "txt" | "psv") => Some(Format::Delimited),
        Some("jsonl" | "ndjson" | "json") => Some(Format::JsonLines),
        Some("xlsx" | "xlsm") => Some(Format::Xlsx),
        Some("xls" | "et") => Some(Format::Xls),
        _ => None,
    };
    Promise { format, gzip }
}

/// What bytes are.
enum Content {
    Text,
    Workbook(Format, &'static str),
    Other(&'static str),
}

fn content(head: &[u8]) -> Content {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"\x89PNG", "a PNG picture"),
        (b"\xFF\xD8\xFF", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"BM\x00", "a bitmap picture"),
        (b"%PDF", "a PDF document"),
        (b"Rar!", "a RAR archive"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
        (b"\x28\xB5\x2F\xFD", "a Zstandard file"),
        (b"BZh", "a bzip2 file"),
        (b"\xFD7zXZ", "an xz file"),
        (b"\x1F\x8B", "a gzip file"),
        (b"PAR1", "a Parquet file"),
        (b"SQLite format 3", "an SQLite database"),
        (b"\x7FELF", "a program"),
        (b"MZ\x90", "a program"),
    ];
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        // The first entries of a workbook are its parts; any other archive is just an archive.
        let is_workbook = [b"[Content_Types]".as_slice(), b"xl/", b"_rels/"]
            .iter()
            .any(|part| memchr::memmem::find(head, part).is_some());
        return if is_workbook {
            Content::Workbook(Format::Xlsx, "an XLSX workbook")
        } else {
            Content::Other("a ZIP archive")
        };
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Content::Workbook(Format::Xls, "an XLS workbook or another OLE document");
    }
    if let Some((_, label)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Content::Other(label);
    }
    if super::encoding::looks_utf16(head).is_some() {
        return Content::Text;
    }
    let control =
        head.iter().filter(|b| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1B)).count();
    if head.contains(&0) || control * 50 > head.len() { Content::Other("binary data") } else { Content::Text }
}

/// Text is delimited or JSON lines; one JSON document over many lines is neither.
fn text_format(head: &[u8], name: &str, expected: Option<Format>) -> Result<Format, ReadError> {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let lower = start.get(..64.min(start.len())).unwrap_or_default().to_ascii_lowercase();
    let markup = lower.starts_with(b"<!doctype")
        || lower.starts_with(b"<html")
        || lower.starts_with(b"<?xml")
        || lower.starts_with(b"<table");
    match expected {
        _ if markup => Err(if expected.is_some() {
            lying(name, "markup (HTML or XML)")
        } else {
            Refusal::NotTabular { content_is: "markup (HTML or XML)".into() }.into()
        }),
        Some(Format::Xlsx | Format::Xls) => Err(lying(name, "text")),
        Some(Format::Delimited) => Ok(Format::Delimited),
        Some(Format::JsonLines) => json_lines(start),
        None if start.starts_with(b"{") => json_lines(start),
        None => Ok(Format::Delimited),
    }
}

fn json_lines(start: &[u8]) -> Result<Format, ReadError> {
    let not_lines = |content_is: &str| Err(Refusal::NotTabular { content_is: content_is.to_owned() }.into());
    if start.starts_with(b"[") {
        return not_lines("one JSON array (JSON lines has one object a line)");
    }
    let first = start.split(|b| *b == b'\n').next().unwrap_or_default();
    // A first line that stops inside an object is the first line of a document over many lines.
    match serde_json::from_slice::<serde::de::IgnoredAny>(first) {
        Err(error) if error.is_eof() && first.len() < start.len() => {
            not_lines("one JSON document over many lines (JSON lines has one object a line)")
        }
        _ => Ok(Format::JsonLines),
    }
}
