//! Pass one: what a file is, said back to its owner before anything is stored.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::error::{ReadError, Refusal};
use crate::infer::TableFacts;
use crate::source::{Encoding, Format, Row, Source};
use crate::value::{ColumnSpec, Kind};

/// Rows between two looks at whether the caller wants to stop.
pub(crate) const ROWS_PER_STEP: u64 = 8_192;

/// What was understood about a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Understood {
    /// Its form.
    pub format: Format,
    /// Whether it is gzipped.
    pub compressed: bool,
    /// Its encoding; `None` for workbooks.
    pub encoding: Option<Encoding>,
    /// Its delimiter, for delimited text.
    pub delimiter: Option<char>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// All sheets of the workbook.
    pub sheets: Vec<String>,
    /// The header's first line or row, from 1; `None` where there is no header.
    pub header_row: Option<u64>,
    /// How many rows the header has.
    pub header_rows: u32,
    /// Lines or rows above the header that hold no table.
    pub skipped_preamble_lines: u64,
    /// Lines or rows without content, which are no records.
    pub blank_lines: u64,
    /// Records met in pass one; `None` with declared columns, where one pass is enough.
    pub rows: Option<u64>,
    /// The columns.
    pub columns: Vec<ColumnReport>,
    /// What was decided that its owner might have decided otherwise.
    pub notes: Vec<String>,
}

/// What was understood about a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnReport {
    /// Its name in the table.
    pub name: String,
    /// Its name in the source; empty where it is not there, or where there are no headings.
    pub source_name: String,
    /// Its type.
    pub kind: Kind,
    /// Whether a value was missing.
    pub nullable: bool,
    /// Values present.
    pub values: u64,
    /// Values absent.
    pub nulls: u64,
    /// Most characters of a value.
    pub max_length: u32,
}

/// The columns to build: what they are called, and where each stands in the source (`None`: absent there).
pub(crate) struct Plan {
    pub specs: Vec<ColumnSpec>,
    pub positions: Vec<Option<usize>>,
    /// Fields a delimited record must have.
    pub width: usize,
    /// For JSON: the dotted paths, in the source's order of discovery.
    pub paths: Vec<String>,
    pub understood: Understood,
}

/// Whether a text has the mark that decoders leave where they lost a character.
#[inline]
pub(crate) fn has_decoding_loss(row: &Row<'_>) -> bool {
    let bytes = row.raw;
    // 0xEF leads U+FFFD and the full-width forms, so the second look is rare.
    memchr::memchr(0xEF, bytes).is_some() && memchr::memmem::find(bytes, "\u{fffd}".as_bytes()).is_some()
}

/// Reads the whole file once and infers a type for every column.
pub(crate) fn infer(
    source: &Source,
    step: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Option<Plan>, ReadError> {
    let exact = source.layout.format == Format::Delimited;
    let mut rows = source.rows(false, &[])?;
    let mut facts = TableFacts::new(source.layout.header.len());
    while let Some(row) = rows.next_row()? {
        let loss = has_decoding_loss(&row);
        if source.layout.format == Format::JsonLines {
            facts.widen(row.spans.len());
        }
        facts.observe(&row, exact, loss);
        if facts.rows.is_multiple_of(ROWS_PER_STEP) && step(rows.bytes_read(), facts.rows).is_break() {
            return Ok(None);
        }
    }
    if facts.rows == 0 {
        return Err(Refusal::NoRows.into());
    }
    let header = match source.layout.format {
        Format::JsonLines => rows.discovered().to_vec(),
        _ => source.layout.header.clone(),
    };
    if header.is_empty() {
        return Err(Refusal::NoRows.into());
    }
    let (names, mut notes) = crate::source::clean_header(&header);
    let mut columns = Vec::with_capacity(names.len());
    for ((name, source_name), fact) in names.into_iter().zip(&header).zip(&facts.columns) {
        let (kind, note) = fact.kind(&name, source.layout.format == Format::JsonLines);
        notes.extend(note);
        columns.push(ColumnReport {
            name,
            source_name: source_name.clone(),
            kind,
            nullable: fact.nulls > 0,
            values: fact.values,
            nulls: fact.nulls,
            max_length: fact.max_length,
        });
    }
    let specs: Vec<ColumnSpec> = columns.iter().map(inferred_spec).collect();
    let positions = (0..specs.len()).map(Some).collect();
    let understood = report(source, columns, notes, rows.blank(), Some(facts.rows));
    source.keep(rows)?;
    Ok(Some(Plan { specs, positions, width: header.len(), paths: header, understood }))
}

/// Inferred columns accept absent values: that none is absent today binds nobody tomorrow.
fn inferred_spec(column: &ColumnReport) -> ColumnSpec {
    ColumnSpec { name: column.name.clone(), kind: column.kind, nullable: true, unique_key: false, max_length: None }
}

/// Matches declared columns with the source's header; nothing is inferred, so one pass is enough.
pub(crate) fn declared(source: &Source, specs: &[ColumnSpec]) -> Result<Plan, ReadError> {
    let layout = &source.layout;
    let mut notes = Vec::new();
    let mut positions = Vec::with_capacity(specs.len());
    let mut paths = Vec::new();
    if layout.format == Format::JsonLines {
        paths = specs.iter().map(|spec| spec.name.clone()).collect();
        positions = (0..specs.len()).map(Some).collect();
    } else if layout.header_rows == 0 {
        positions = (0..specs.len()).map(Some).collect();
        notes.push("no header: declared columns are taken by position".to_owned());
    } else {
        let row = layout.header_row.unwrap_or(1);
        let (names, _) = crate::source::clean_header(&layout.header);
        let is = |index: usize, name: &str| {
            names.get(index).is_some_and(|cleaned| cleaned == name)
                || layout.header.get(index).is_some_and(|own| crate::value::trim(own) == name)
        };
        for spec in specs {
            let position = (0..names.len()).find(|index| is(*index, &spec.name));
            if position.is_none() && !spec.nullable {
                return Err(Refusal::ColumnMissing { row, column: spec.name.clone() }.into());
            }
            if position.is_none() {
                notes.push(format!("the file has no column `{}`; its values are absent", spec.name));
            }
            positions.push(position);
        }
        if let Some(unknown) = (0..names.len()).find(|index| !positions.contains(&Some(*index))) {
            let column = layout.header.get(unknown).cloned().unwrap_or_default();
            return Err(Refusal::ColumnUnknown { row, column }.into());
        }
    }
    // What a column is called in the file; nothing where it is not there, or where there are no headings.
    let heading = |spec: &ColumnSpec, position: &Option<usize>| match (layout.format, position) {
        (Format::JsonLines, _) => spec.name.clone(),
        (_, Some(position)) => layout.header.get(*position).cloned().unwrap_or_default(),
        (_, None) => String::new(),
    };
    let columns = specs.iter().zip(&positions).map(|(spec, position)| ColumnReport {
        name: spec.name.clone(),
        source_name: heading(spec, position),
        kind: spec.kind,
        nullable: spec.nullable,
        values: 0,
        nulls: 0,
        max_length: 0,
    });
    let width = if layout.header.is_empty() { specs.len() } else { layout.header.len() };
    let understood = report(source, columns.collect(), notes, 0, None);
    Ok(Plan { specs: specs.to_vec(), positions, width, paths, understood })
}

fn report(
    source: &Source,
    columns: Vec<ColumnReport>,
    notes: Vec<String>,
    blank: u64,
    rows: Option<u64>,
) -> Understood {
    let layout = &source.layout;
    let is_book = matches!(layout.format, Format::Xlsx | Format::Xls);
    Understood {
        format: layout.format,
        compressed: layout.compressed,
        encoding: (!is_book).then_some(layout.encoding),
        delimiter: (layout.format == Format::Delimited).then_some(char::from(layout.delimiter)),
        sheet: layout.sheet.clone(),
        sheets: layout.sheets.clone(),
        header_row: layout.header_row.filter(|_| layout.header_rows > 0),
        header_rows: layout.header_rows,
        skipped_preamble_lines: layout.preamble,
        blank_lines: blank,
        rows,
        columns,
        notes: layout.notes.iter().cloned().chain(notes).collect(),
    }
}
