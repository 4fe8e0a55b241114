//! Reading a workbook whole, within bounds.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xlsx};

/// Bounds on what one workbook may ask of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes it may unpack to.
    pub unpacked_bytes: u64,
    /// Parts of the archive.
    pub parts: usize,
    /// Sheets.
    pub sheets: usize,
    /// Rows of a sheet.
    pub rows: u32,
    /// Columns of a sheet.
    pub columns: u32,
    /// Cells with content, in all sheets.
    pub cells: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unpacked_bytes: 64 << 20, parts: 200, sheets: 10, rows: 30_000, columns: 60, cells: 600_000 }
    }
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is something else.
    #[error("the file is {0}, not an XLSX workbook")]
    NotAWorkbook(&'static str),
    /// It cannot be opened.
    #[error("the workbook is damaged")]
    Damaged,
    /// It is too large.
    #[error("the workbook has more than {most} {what}")]
    TooLarge {
        /// How many are possible.
        most: u64,
        /// Of what.
        what: &'static str,
    },
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its rows with content, from the top.
    pub rows: Vec<Row>,
}

/// A row with content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number in the sheet, from 1.
    pub number: u32,
    /// Its cells from column A on, as a person would type them.
    pub cells: Vec<String>,
}

/// Reads every sheet of a workbook.
///
/// # Errors
/// [`Refusal`] for whatever is no workbook, is damaged or is too large.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    if let Some(other) = something_else(bytes) {
        return Err(Refusal::NotAWorkbook(other));
    }
    check_archive(bytes, limits)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    let names = book.sheet_names();
    at_most(names.len(), limits.sheets, "sheets")?;
    let (mut sheets, mut left) = (Vec::new(), limits.cells);
    for name in names {
        let mut sheet = Sheet { name, rows: Vec::new() };
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet.name) else {
            // A sheet of charts has no cells.
            continue;
        };
        while let Some(cell) = cells.next_cell().map_err(|_| Refusal::Damaged)? {
            let (row, column) = cell.get_position();
            let text = text_of(cell.get_value());
            if text.is_empty() {
                continue;
            }
            if row >= limits.rows {
                return Err(Refusal::TooLarge { most: limits.rows.into(), what: "rows in a sheet" });
            }
            if column >= limits.columns {
                return Err(Refusal::TooLarge { most: limits.columns.into(), what: "columns in a sheet" });
            }
            left = left
                .checked_sub(1)
                .ok_or(Refusal::TooLarge { most: size(limits.cells), what: "cells with content" })?;
            sheet.put(row, column, text);
        }
        sheet.rows.sort_by_key(|row| row.number);
        sheets.push(sheet);
    }
    Ok(sheets)
}

impl Sheet {
    fn put(&mut self, row: u32, column: u32, text: String) {
        let number = row.saturating_add(1);
        let place = match self.rows.last_mut() {
            Some(last) if last.number == number => last,
            _ => {
                self.rows.push(Row { number, cells: Vec::new() });
                let Some(last) = self.rows.last_mut() else { return };
                last
            }
        };
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if place.cells.len() <= column {
            place.cells.resize(column.saturating_add(1), String::new());
        }
        if let Some(cell) = place.cells.get_mut(column) {
            *cell = text;
        }
    }
}

fn something_else(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"\xD0\xCF\x11\xE0", "an old XLS workbook or an encrypted one"),
        (b"%PDF", "a PDF document"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"<", "markup (HTML or XML)"),
        (b"\x1F\x8B", "a gzip file"),
    ];
    if bytes.is_empty() {
        return Some("empty");
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    let known = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name);
    Some(known.unwrap_or("text or something else"))
}

/// Unpacks every part into nothing, and refuses the archive where that is too much.
fn check_archive(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    at_most(archive.len(), limits.parts, "parts")?;
    let too_large = Refusal::TooLarge { most: limits.unpacked_bytes, what: "bytes when it is unpacked" };
    let (mut left, mut is_workbook) = (limits.unpacked_bytes, false);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| Refusal::Damaged)?;
        is_workbook |= part.name().is_ok_and(|name| name == "xl/workbook.xml");
        let mut bounded = part.take(left.saturating_add(1));
        let unpacked = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|_| Refusal::Damaged)?;
        left = left.checked_sub(unpacked).ok_or_else(|| too_large.clone())?;
    }
    if is_workbook { Ok(()) } else { Err(Refusal::NotAWorkbook("a ZIP archive")) }
}

fn at_most(count: usize, most: usize, what: &'static str) -> Result<(), Refusal> {
    if count > most { Err(Refusal::TooLarge { most: size(most), what }) } else { Ok(()) }
}

fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn text_of(value: &DataRef<'_>) -> String {
    match Data::from(value.clone()) {
        Data::Empty => String::new(),
        Data::String(text) => text.trim().to_owned(),
        Data::Float(number) => number_text(number),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(at) => date_text(&at),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text,
        // A broken formula is told where the cell is judged, as any other unusable text.
        _ => "#ERROR".to_owned(),
    }
}

/// `5` for 5.0, as a person would type it.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

fn date_text(at: &ExcelDateTime) -> String {
    if at.is_duration() {
        return number_text(at.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
