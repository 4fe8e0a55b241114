//! Workbooks. The reader library needs them in memory, so their size is bounded before it sees them: the
//! file, what it unpacks to (counted by unpacking, since a bomb's directory lies), and the cells of the sheet.
//!
//! A cell becomes the text a person would type for it: `37201`, `2026-11-21`, `TRUE`. Merged cells repeat their value,
//! because a street merged over the rows of its committees belongs to each of them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, Xls, Xlsx};

use super::header::{self, HeaderChoice, Merge};
use super::{Encoding, Fault, Format, HeaderOption, Layout, Limits, Row, SourceOptions, Span};
use crate::error::{ReadError, Refusal};

/// Rows looked at for the header.
const SAMPLE_ROWS: usize = 200;

/// One sheet, its texts in one string.
pub(crate) struct Sheet {
    text: String,
    /// Row number from 1 and cells; rows without content are left out.
    rows: Vec<(u64, Vec<Span>)>,
    faults: HashMap<u64, Fault>,
    merges: Vec<Merge>,
    blank: u64,
    cells: usize,
    limit: usize,
}

/// Reads a workbook's sheet and finds its header.
pub(crate) fn understand(
    path: &Path,
    format: Format,
    options: &SourceOptions,
    limits: &Limits,
) -> Result<(Layout, Sheet), ReadError> {
    let size = std::fs::metadata(path)?.len();
    if size > limits.workbook_bytes {
        return Err(Refusal::TooLarge { limit: limits.workbook_bytes }.into());
    }
    let wanted = options.sheet.as_deref();
    let (name, names, mut sheet) = match format {
        Format::Xls => open_xls(path, wanted, limits)?,
        _ => open_xlsx(path, wanted, limits)?,
    };
    let sample = sheet.sample();
    let HeaderChoice { names: header, row, rows, notes } = match options.header {
        HeaderOption::Auto => header::choose(&sample, &sheet.merges),
        fixed => header::fixed(&sample, fixed),
    };
    let first_data = row.unwrap_or(1) + u64::from(rows);
    sheet.fill_merges(first_data, header.len());
    let layout = Layout {
        format,
        compressed: false,
        encoding: Encoding::UTF8,
        delimiter: b'\t',
        sheet: Some(name),
        sheets: names,
        header,
        header_row: row,
        header_rows: rows,
        preamble: row.map_or(0, |row| row.saturating_sub(1)),
        notes,
    };
    Ok((layout, sheet))
}

fn damaged(what: &str, error: impl std::fmt::Display) -> ReadError {
    Refusal::Damaged { what: what.into(), detail: error.to_string() }.into()
}

/// Unpacks every part of the archive into nothing, and refuses it where that is too much.
fn check_archive(path: &Path, limit: u64) -> Result<(), ReadError> {
    let mut archive =
        zip::ZipArchive::new(BufReader::new(File::open(path)?)).map_err(|error| damaged("workbook", error))?;
    let mut left = limit;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| damaged("workbook", error))?;
        if part.size() > left {
            return Err(Refusal::TooLarge { limit }.into());
        }
        let mut bounded = part.take(left.saturating_add(1));
        let unpacked = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|error| damaged("workbook", error))?;
        left = left.checked_sub(unpacked).ok_or(Refusal::TooLarge { limit })?;
    }
    Ok(())
}

type Opened = (String, Vec<String>, Sheet);

fn open_xlsx(path: &Path, wanted: Option<&str>, limits: &Limits) -> Result<Opened, ReadError> {
    check_archive(path, limits.workbook_unpacked_bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?)).map_err(|error| damaged("workbook", error))?;
    let names = book.sheet_names();
    for name in candidates(&names, wanted)? {
        let mut sheet = Sheet::new(limits);
        {
            // Cells come one by one, so that a far-away cell does not make a dense grid.
            let Ok(mut cells) = book.worksheet_cells_reader(&name) else { continue };
            while let Some(cell) = cells.next_cell().map_err(|error| damaged("workbook", error))? {
                let (row, column) = cell.get_position();
                sheet.put(row, column, XlsxCell(cell.get_value()))?;
            }
        }
        if sheet.rows.is_empty() {
            continue;
        }
        let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        sheet.merges = merges.iter().map(merge).collect();
        return Ok((name, names, sheet));
    }
    Err(no_sheet("with content", &names))
}

fn open_xls(path: &Path, wanted: Option<&str>, limits: &Limits) -> Result<Opened, ReadError> {
    let mut book: Xls<_> = Xls::new(BufReader::new(File::open(path)?)).map_err(|error| damaged("workbook", error))?;
    let names = book.sheet_names();
    for name in candidates(&names, wanted)? {
        let Ok(range) = book.worksheet_range(&name) else { continue };
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        let mut sheet = Sheet::new(limits);
        for (row, column, data) in range.used_cells() {
            sheet.put(first_row + row as u32, first_column + column as u32, XlsCell(data))?;
        }
        if sheet.rows.is_empty() {
            continue;
        }
        let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        sheet.merges = merges.iter().map(merge).collect();
        return Ok((name, names, sheet));
    }
    Err(no_sheet("with content", &names))
}

fn candidates(names: &[String], wanted: Option<&str>) -> Result<Vec<String>, ReadError> {
    match wanted {
        None => Ok(names.to_vec()),
        Some(wanted) if names.iter().any(|name| name == wanted) => Ok(vec![wanted.to_owned()]),
        Some(wanted) => Err(no_sheet(&format!("`{wanted}`"), names)),
    }
}

fn no_sheet(wanted: &str, names: &[String]) -> ReadError {
    let present = if names.is_empty() { "none".to_owned() } else { format!("`{}`", names.join("`, `")) };
    Refusal::NoSheet { wanted: wanted.to_owned(), present }.into()
}

fn merge(region: &Dimensions) -> Merge {
    Merge {
        first_row: u64::from(region.start.0) + 1,
        last_row: u64::from(region.end.0) + 1,
        first_column: region.start.1 as usize,
        last_column: region.end.1 as usize,
    }
}

/// What a cell of either library type writes.
trait CellText {
    fn write(&self, out: &mut String) -> Result<(), Fault>;
}

struct XlsxCell<'a, 'b>(&'a DataRef<'b>);
struct XlsCell<'a>(&'a Data);

impl CellText for XlsxCell<'_, '_> {
    fn write(&self, out: &mut String) -> Result<(), Fault> {
        match self.0 {
            DataRef::Int(value) => out.push_str(&value.to_string()),
            DataRef::Float(value) => write_number(*value, out),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => out.push_str(text),
            DataRef::SharedString(text) => out.push_str(text),
            DataRef::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            DataRef::DateTime(value) => write_date(value, out),
            DataRef::Error(error) => return Err(formula_error(error)),
            DataRef::Empty => {}
        }
        Ok(())
    }
}

impl CellText for XlsCell<'_> {
    fn write(&self, out: &mut String) -> Result<(), Fault> {
        match self.0 {
            Data::Int(value) => out.push_str(&value.to_string()),
            Data::Float(value) => write_number(*value, out),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => out.push_str(text),
            Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Data::DateTime(value) => write_date(value, out),
            Data::Error(error) => return Err(formula_error(error)),
            Data::Empty => {}
        }
        Ok(())
    }
}

fn formula_error(error: &impl std::fmt::Display) -> Fault {
    Fault { code: "formula_error", text: format!("the cell holds the formula error {error}"), column: None }
}

/// A whole number without a point, any other in the shortest form that reads back the same.
fn write_number(value: f64, out: &mut String) {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        out.push_str(&(value as i64).to_string());
    } else {
        out.push_str(&value.to_string());
    }
}

fn write_date(value: &ExcelDateTime, out: &mut String) {
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    if value.is_duration() {
        let seconds = (value.as_f64() * 86_400.0).round() as i64;
        out.push_str(&format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
        return;
    }
    let has_day = value.as_f64() >= 1.0;
    let has_clock = !has_day || (hour, minute, second, milli) != (0, 0, 0, 0);
    if has_day {
        out.push_str(&format!("{year:04}-{month:02}-{day:02}"));
    }
    if has_day && has_clock {
        out.push(' ');
    }
    if has_clock {
        out.push_str(&format!("{hour:02}:{minute:02}:{second:02}"));
        if milli > 0 {
            out.push_str(&format!(".{milli:03}"));
        }
    }
}

impl Sheet {
    fn new(limits: &Limits) -> Self {
        Self {
            text: String::new(),
            rows: Vec::new(),
            faults: HashMap::new(),
            merges: Vec::new(),
            blank: 0,
            cells: 0,
            limit: limits.sheet_cells,
        }
    }

    fn put(&mut self, row: u32, column: u32, cell: impl CellText) -> Result<(), ReadError> {
        let start = self.text.len();
        let number = u64::from(row) + 1;
        if let Err(mut fault) = cell.write(&mut self.text) {
            fault.column = Some(column as usize);
            self.faults.entry(number).or_insert(fault);
            self.text.push('#');
        }
        if self.text.len() == start {
            return Ok(());
        }
        let end = u32::try_from(self.text.len()).map_err(|_| Refusal::TooLarge { limit: u64::from(u32::MAX) })?;
        let span = Span { start: start as u32, end, is_text: false };
        if self.rows.last().is_none_or(|(last, _)| *last != number) {
            // Rows come in order; a number met again later would be a second row, and is treated as one.
            self.rows.push((number, Vec::new()));
        }
        let limit = self.limit;
        if let Some((_, cells)) = self.rows.last_mut() {
            let grow = (column as usize + 1).saturating_sub(cells.len());
            self.cells += grow;
            if self.cells > limit {
                return Err(Refusal::TooLarge { limit: limit as u64 }.into());
            }
            if grow > 0 {
                cells.resize(column as usize + 1, Span::EMPTY);
            }
            if let Some(slot) = cells.get_mut(column as usize) {
                *slot = span;
            }
        }
        Ok(())
    }

    fn sample(&self) -> Vec<(u64, Vec<String>)> {
        let text = |span: &Span| self.text.get(span.start as usize..span.end as usize).unwrap_or("").to_owned();
        self.rows.iter().take(SAMPLE_ROWS).map(|(number, cells)| (*number, cells.iter().map(text).collect())).collect()
    }

    /// Repeats the value of each merged region that begins among the data, in the rows that have content of their own.
    fn fill_merges(&mut self, first_data: u64, table_width: usize) {
        let last = self.rows.last().map_or(0, |(number, _)| *number);
        self.blank = (last + 1).saturating_sub(first_data);
        let data_rows = self.rows.iter().filter(|(number, _)| *number >= first_data).count() as u64;
        self.blank = self.blank.saturating_sub(data_rows);
        for merge in self.merges.iter().filter(|merge| merge.first_row >= first_data) {
            let from = self.rows.partition_point(|(number, _)| *number < merge.first_row);
            let to = self.rows.partition_point(|(number, _)| *number <= merge.last_row);
            let Some(region) = self.rows.get_mut(from..to) else { continue };
            let value = match region.first() {
                Some((number, cells)) if *number == merge.first_row => cells.get(merge.first_column).copied(),
                _ => None,
            };
            let Some(value) = value.filter(|span| span.end > span.start) else { continue };
            for (_, cells) in region {
                let width = (merge.last_column + 1).min(table_width);
                if cells.len() < width {
                    cells.resize(width, Span::EMPTY);
                }
                if let Some(covered) = cells.get_mut(merge.first_column..width) {
                    covered.fill(value);
                }
            }
        }
    }
}

/// Reads the rows below the header.
pub(crate) struct SheetRows<'a> {
    sheet: &'a Sheet,
    next: usize,
    raw: Vec<u8>,
    size: u64,
    digest: Option<([u8; 32], u64)>,
}

impl<'a> SheetRows<'a> {
    /// `digest_of` names the file whose SM3 is wanted.
    pub(super) fn new(sheet: &'a Sheet, layout: &Layout, digest_of: Option<&Path>) -> Result<Self, ReadError> {
        let first_data = layout.header_row.unwrap_or(1) + u64::from(layout.header_rows);
        let next = sheet.rows.partition_point(|(number, _)| *number < first_data);
        let digest = digest_of.map(digest_file).transpose()?;
        Ok(Self { sheet, next, raw: Vec::new(), size: digest.map_or(0, |(_, size)| size), digest })
    }

    pub(crate) fn next_row(&mut self) -> Option<Row<'_>> {
        let (number, spans) = self.sheet.rows.get(self.next)?;
        self.next += 1;
        self.raw.clear();
        for (index, span) in spans.iter().enumerate() {
            if index > 0 {
                self.raw.push(b'\t');
            }
            let cell = self.sheet.text.as_bytes().get(span.start as usize..span.end as usize);
            self.raw.extend_from_slice(cell.unwrap_or_default());
        }
        let fault = self.sheet.faults.get(number).cloned();
        Some(Row { number: *number, text: &self.sheet.text, spans, raw: &self.raw, fault })
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.size
    }

    pub(crate) fn blank(&self) -> u64 {
        self.sheet.blank
    }

    pub(crate) fn finish(self) -> Option<([u8; 32], u64)> {
        self.digest
    }
}

fn digest_file(path: &Path) -> Result<([u8; 32], u64), ReadError> {
    let mut file = File::open(path)?;
    let (mut hasher, mut size, mut block) = (sm::Sm3Hasher::new(), 0, vec![0; 256 << 10]);
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok((hasher.finalize(), size));
        }
        hasher.update(block.get(..read).unwrap_or_default());
        size += read as u64;
    }
}
