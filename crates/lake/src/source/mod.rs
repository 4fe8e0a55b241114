//! Files as rows of text cells.
//!
//! Whatever a file is (delimited text in six encodings, a workbook, JSON lines), it is read as a sequence
//! of [`Row`]s. A row borrows its text from the reader, so that no cell is copied until it becomes typed.
//! A row that cannot be read (bytes that are no characters, a quote that never closes, broken JSON) is still a row:
//! it carries a [`Fault`], is rejected with it, and counts. So source rows = accepted + rejected always holds.
//!
//! [`Source::open`] looks at the file (magic bytes, encoding, delimiter, preamble, header) and
//! [`Source::rows`] reads it from the start, as often as wanted, always in the same way.

mod delimited;
mod encoding;
mod header;
mod json;
mod sniff;
mod text;
mod workbook;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::error::{ReadError, Refusal};

pub(crate) use delimited::DelimitedRows;
pub use encoding::Encoding;
pub(crate) use json::JsonRows;
pub(crate) use workbook::{Sheet, SheetRows};

/// The form of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Fields between delimiters, one record a line (RFC 4180 and its relatives).
    Delimited,
    /// One JSON object a line.
    JsonLines,
    /// An Office Open XML workbook.
    Xlsx,
    /// A binary Excel 97–2003 workbook.
    Xls,
}

/// What the caller knows better than detection. Everything left out is detected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceOptions {
    /// The file's form, whatever its name says.
    pub format: Option<Format>,
    /// An encoding label such as `gb18030`, `utf-8`, `utf-16le`, `big5`.
    pub encoding: Option<String>,
    /// The delimiter, one ASCII character.
    pub delimiter: Option<char>,
    /// The sheet's name.
    pub sheet: Option<String>,
    /// Where the header is.
    #[serde(default)]
    pub header: HeaderOption,
}

/// Where the header is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderOption {
    /// Found by looking.
    #[default]
    Auto,
    /// There is none: columns are named `column_1`, `column_2` and so on.
    None,
    /// It begins in this row (from 1) and has this many rows.
    At {
        /// First row, from 1.
        row: u64,
        /// How many rows, at least 1.
        rows: u32,
    },
}

/// Bounds on what one file may ask of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Columns of a table.
    pub columns: usize,
    /// Bytes of one record of text.
    pub record_bytes: usize,
    /// Bytes a compressed text may unpack to.
    pub unpacked_bytes: u64,
    /// Bytes of a workbook file; workbooks are held in memory.
    pub workbook_bytes: u64,
    /// Bytes a workbook may unpack to.
    pub workbook_unpacked_bytes: u64,
    /// Cells of a sheet.
    pub sheet_cells: usize,
    /// Nesting of a JSON object.
    pub json_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            columns: 2_000,
            record_bytes: 8 << 20,
            unpacked_bytes: 64 << 30,
            workbook_bytes: 128 << 20,
            workbook_unpacked_bytes: 1 << 30,
            sheet_cells: 30_000_000,
            json_depth: 16,
        }
    }
}

/// Where a cell's text lies in its row's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
    /// The source itself says that this is text (a JSON string), so `"007"` and `"2022"` are not numbers.
    pub is_text: bool,
}

impl Span {
    pub(crate) const EMPTY: Span = Span { start: 0, end: 0, is_text: false };
}

/// Why a whole row cannot be read. The code is what certificates count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub text: String,
    pub column: Option<usize>,
}

/// One record.
pub(crate) struct Row<'a> {
    /// The line of a text file or the row of a sheet, from 1: what an editor shows.
    pub number: u64,
    /// Where the cells' text lies.
    pub text: &'a str,
    /// The cells, in the source's columns.
    pub spans: &'a [Span],
    /// The record as it stood in the source (for a sheet: its cells joined by tabs), decoded as far as possible.
    pub raw: &'a [u8],
    /// Set where the row cannot be read; cells are then meaningless.
    pub fault: Option<Fault>,
}

impl<'a> Row<'a> {
    /// The text of cell `index`; empty beyond the end.
    #[inline]
    pub(crate) fn cell(&self, index: usize) -> &'a str {
        self.spans.get(index).and_then(|span| self.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }
}

/// What was understood about a file before its rows are read.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub format: Format,
    pub compressed: bool,
    pub encoding: Encoding,
    pub delimiter: u8,
    pub sheet: Option<String>,
    pub sheets: Vec<String>,
    /// Names as the source has them, joined over header rows, before cleaning; empty for JSON (found in pass one).
    pub header: Vec<String>,
    pub header_row: Option<u64>,
    pub header_rows: u32,
    /// Lines before the header that hold no table.
    pub preamble: u64,
    pub notes: Vec<String>,
}

/// A file whose form is known.
pub(crate) struct Source {
    path: PathBuf,
    pub layout: Layout,
    limits: Limits,
    sheet: Option<Sheet>,
    /// A small gzip file's unpacked bytes, once it was read to be understood.
    kept: OnceLock<Arc<text::Kept>>,
}

impl Source {
    /// Looks at a file: what it is, how it is encoded, where its header is. `name` is the name its owner
    /// gave it, whose extension must not lie.
    pub(crate) fn open(path: &Path, name: &str, options: &SourceOptions, limits: &Limits) -> Result<Self, ReadError> {
        let sniffed = sniff::sniff(path, name, options.format)?;
        let (layout, sheet) = match sniffed.format {
            Format::Delimited => (delimited::understand(path, sniffed.compressed, options, limits)?, None),
            Format::JsonLines => (json::understand(path, sniffed.compressed, options)?, None),
            Format::Xlsx | Format::Xls => {
                let (layout, sheet) = workbook::understand(path, sniffed.format, options, limits)?;
                (layout, Some(sheet))
            }
        };
        if layout.header.len() > limits.columns {
            return Err(Refusal::TooManyColumns {
                row: layout.header_row.unwrap_or(1),
                found: layout.header.len(),
                limit: limits.columns,
            }
            .into());
        }
        Ok(Self { path: path.to_owned(), layout, limits: *limits, sheet, kept: OnceLock::new() })
    }

    /// Reads the rows from the start; `digest` asks for the SM3 of the file's bytes at the end. `columns` are
    /// the dotted paths that a JSON source is to deliver, in order (empty: discover them).
    pub(crate) fn rows(&self, digest: bool, columns: &[String]) -> Result<Rows<'_>, ReadError> {
        let limit = self.limits.unpacked_bytes;
        let stream = || match self.kept.get() {
            Some(kept) => text::TextStream::again(Arc::clone(kept), &self.layout, limit),
            // Whoever wants no digest will read once more; whoever wants one has come to the last reading.
            None if digest => text::TextStream::open(&self.path, &self.layout, digest, limit),
            None => text::TextStream::open_to_keep(&self.path, &self.layout, limit),
        };
        Ok(match self.layout.format {
            Format::Delimited => Rows::Delimited(DelimitedRows::new(stream()?, &self.layout, &self.limits)?),
            Format::JsonLines => Rows::Json(JsonRows::new(stream()?, columns, &self.limits)),
            Format::Xlsx | Format::Xls => match &self.sheet {
                Some(sheet) => Rows::Sheet(SheetRows::new(sheet, &self.layout, digest.then_some(self.path.as_path()))?),
                None => return Err(Refusal::NoRows.into()),
            },
        })
    }

    /// Takes over what a reading that came to the end has unpacked, for the next one.
    pub(crate) fn keep(&self, rows: Rows<'_>) -> Result<(), ReadError> {
        let kept = match rows {
            Rows::Delimited(rows) => rows.keep()?,
            Rows::Json(rows) => rows.keep()?,
            Rows::Sheet(_) => None,
        };
        if let Some(kept) = kept {
            // Whatever was kept before is the same.
            let _ = self.kept.set(kept);
        }
        Ok(())
    }
}

/// The rows of a source, one after another.
pub(crate) enum Rows<'a> {
    Delimited(DelimitedRows),
    Json(JsonRows),
    Sheet(SheetRows<'a>),
}

impl Rows<'_> {
    /// The next row, or `None` at the end.
    #[inline]
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        match self {
            Rows::Delimited(rows) => rows.next_row(),
            Rows::Json(rows) => rows.next_row(),
            Rows::Sheet(rows) => Ok(rows.next_row()),
        }
    }

    /// Bytes of the file read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        match self {
            Rows::Delimited(rows) => rows.bytes_read(),
            Rows::Json(rows) => rows.bytes_read(),
            Rows::Sheet(rows) => rows.bytes_read(),
        }
    }

    /// Lines or sheet rows with nothing in them, which are no records.
    pub(crate) fn blank(&self) -> u64 {
        match self {
            Rows::Delimited(rows) => rows.blank(),
            Rows::Json(rows) => rows.blank(),
            Rows::Sheet(rows) => rows.blank(),
        }
    }

    /// The dotted paths met so far, for JSON.
    pub(crate) fn discovered(&self) -> &[String] {
        match self {
            Rows::Json(rows) => rows.columns(),
            _ => &[],
        }
    }

    /// The SM3 and length of the whole file; to be asked after the last row.
    pub(crate) fn finish(self) -> Result<Option<([u8; 32], u64)>, ReadError> {
        match self {
            Rows::Delimited(rows) => rows.finish(),
            Rows::Json(rows) => rows.finish(),
            Rows::Sheet(rows) => Ok(rows.finish()),
        }
    }
}

/// Column names out of header texts, with a note for each change.
pub(crate) fn clean_header(header: &[String]) -> (Vec<String>, Vec<String>) {
    header::clean(header)
}
