//! Where the header is, how many rows it has, and what the columns are called.
//!
//! Above a header stand titles (one filled cell in a wide sheet), remarks behind `#`, and blank lines. The header
//! itself may be commented out (`#property,latitude,…`), may spread over merged rows, or may be missing:
//! then every numeric column has a number in the first row too. Whoever knows better says so in the options.

use std::collections::HashSet;

use super::HeaderOption;
use crate::value;

/// Most rows that may stand above a header.
const MAX_PREAMBLE: usize = 64;
/// Most rows of a header.
const MAX_HEADER_ROWS: u32 = 4;

/// A merged region, by 1-based row and 0-based column, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merge {
    pub first_row: u64,
    pub last_row: u64,
    pub first_column: usize,
    pub last_column: usize,
}

/// The header that was chosen.
pub(crate) struct HeaderChoice {
    /// The names as the source has them.
    pub names: Vec<String>,
    /// The header's first row or, without one, the first row of data.
    pub row: Option<u64>,
    /// How many rows it has; 0 without one.
    pub rows: u32,
    pub notes: Vec<String>,
}

/// The commonest of some numbers; of equally common ones, the largest.
pub(crate) fn mode(numbers: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts = std::collections::BTreeMap::new();
    for number in numbers {
        *counts.entry(number).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|(number, count)| (*count, *number)).map(|(number, _)| number)
}

/// Looks for the header among the first records (row number and cells, merged cells empty but the first).
pub(crate) fn choose(records: &[(u64, Vec<String>)], merges: &[Merge]) -> HeaderChoice {
    let width = mode(records.iter().map(|(_, cells)| cells.len())).unwrap_or(1);
    let at = first_table_row(records, width);
    let Some((row, cells)) = records.get(at) else {
        return HeaderChoice { names: Vec::new(), row: None, rows: 0, notes: Vec::new() };
    };
    let below = records.get(at + 1..).unwrap_or_default();
    if looks_like_data(cells, below) {
        let notes = vec![format!("row {row} holds data, so there is no header; columns are named by position")];
        return HeaderChoice { names: positions(width), row: Some(*row), rows: 0, notes };
    }
    let rows = header_height(*row, below, merges);
    named(records, at, rows, merges)
}

/// The header where the caller says it is.
pub(crate) fn fixed(records: &[(u64, Vec<String>)], option: HeaderOption) -> HeaderChoice {
    match option {
        HeaderOption::At { row, rows } => {
            let at = records.iter().position(|(number, _)| *number >= row).unwrap_or(0);
            named(records, at, rows.clamp(1, MAX_HEADER_ROWS), &[])
        }
        HeaderOption::Auto | HeaderOption::None => {
            let width = mode(records.iter().map(|(_, cells)| cells.len())).unwrap_or(1);
            let row = records.first().map(|(number, _)| *number);
            HeaderChoice { names: positions(width), row, rows: 0, notes: Vec::new() }
        }
    }
}

fn positions(width: usize) -> Vec<String> {
    (1..=width).map(|number| format!("column_{number}")).collect()
}

/// The first record that is neither a title nor a remark.
fn first_table_row(records: &[(u64, Vec<String>)], width: usize) -> usize {
    let is_remark = |cells: &[String]| cells.first().is_some_and(|cell| value::trim(cell).starts_with('#'));
    for (at, (_, cells)) in records.iter().enumerate().take(MAX_PREAMBLE) {
        let filled = cells.iter().filter(|cell| !value::trim(cell).is_empty()).count();
        if width > 1 && filled <= 1 {
            continue;
        }
        let next_is_remark = records.get(at + 1).is_some_and(|(_, next)| is_remark(next));
        if is_remark(cells) && (next_is_remark || cells.len() != width) {
            continue;
        }
        return at;
    }
    0
}

/// Whether a row is data: each column that is numeric below is numeric here, and not because years head the columns.
fn looks_like_data(row: &[String], below: &[(u64, Vec<String>)]) -> bool {
    let numeric = |cell: &str| {
        let cell = value::trim(cell);
        value::parse_float(cell).is_some()
            || value::parse_date(cell).is_some()
            || value::parse_date_time(cell).is_some()
    };
    let year = |cell: &str| matches!(value::parse_integer(value::trim(cell).as_bytes()), Some(1900..=2100));
    if below.is_empty() {
        return row.iter().any(|cell| numeric(cell));
    }
    let (mut columns, mut agree, mut years) = (0, 0, 0);
    for (index, head) in row.iter().enumerate() {
        let mut cells =
            below.iter().filter_map(|(_, cells)| cells.get(index)).filter(|cell| !cell.is_empty()).peekable();
        if cells.peek().is_none() || !cells.clone().all(|cell| numeric(cell)) {
            continue;
        }
        columns += 1;
        agree += usize::from(numeric(head));
        years += usize::from(year(head) && !cells.all(|cell| year(cell)));
    }
    columns > 0 && agree == columns && years < columns
}

/// How many rows a header has, told by the merged cells that begin in its first row.
fn header_height(row: u64, below: &[(u64, Vec<String>)], merges: &[Merge]) -> u32 {
    let own = merges.iter().filter(|merge| merge.first_row == row);
    let depth = own.clone().map(|merge| merge.last_row - row + 1).max().unwrap_or(1);
    let spreads = own.clone().any(|merge| merge.last_column > merge.first_column);
    let sub_header = below.first().is_some_and(|(next, cells)| {
        *next == row + 1 && cells.iter().all(|cell| value::parse_float(value::trim(cell)).is_none())
    });
    if depth == 1 && spreads && sub_header {
        return 2;
    }
    (depth.min(u64::from(MAX_HEADER_ROWS))) as u32
}

/// Reads the names out of `rows` rows from `at` on, joined from top to bottom where they differ.
fn named(records: &[(u64, Vec<String>)], at: usize, rows: u32, merges: &[Merge]) -> HeaderChoice {
    let row = records.get(at).map_or(1, |(number, _)| *number);
    let last = row + u64::from(rows) - 1;
    let header: Vec<&(u64, Vec<String>)> = records.iter().filter(|(number, _)| (row..=last).contains(number)).collect();
    let filled_width =
        |cells: &[String]| cells.iter().rposition(|cell| !value::trim(cell).is_empty()).map_or(0, |last| last + 1);
    let merged_width =
        merges.iter().filter(|m| (row..=last).contains(&m.first_row)).map(|m| m.last_column + 1).max().unwrap_or(0);
    let own = header
        .iter()
        .map(|(_, cells)| if merges.is_empty() { cells.len() } else { filled_width(cells) })
        .max()
        .unwrap_or(0);
    let width = own.max(merged_width);
    let text_at = |number: u64, column: usize| {
        let covering = merges.iter().find(|m| {
            (m.first_row..=m.last_row).contains(&number) && (m.first_column..=m.last_column).contains(&column)
        });
        let (number, column) = covering.map_or((number, column), |m| (m.first_row, m.first_column));
        let cells = records.iter().find(|(found, _)| *found == number).map(|(_, cells)| cells);
        cells.and_then(|cells| cells.get(column)).map_or("", |cell| value::trim(cell))
    };
    let names = (0..width).map(|column| {
        let mut parts: Vec<&str> = Vec::new();
        for number in row..=last {
            let part = text_at(number, column);
            if !part.is_empty() && parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        parts.join("_")
    });
    let mut notes = Vec::new();
    if rows > 1 {
        notes.push(format!("the header has {rows} rows; names are joined from top to bottom"));
    }
    HeaderChoice { names: names.collect(), row: Some(row), rows, notes }
}

/// Makes column names out of header texts: trimmed, without the marks that Parquet readers refuse, never empty,
/// never twice. Each change leaves a note.
pub(crate) fn clean(header: &[String]) -> (Vec<String>, Vec<String>) {
    let mut notes = Vec::new();
    let mut used = HashSet::new();
    let mut names = Vec::with_capacity(header.len());
    for (index, text) in header.iter().enumerate() {
        let mut name = value::trim(text).to_owned();
        if index == 0 && name.len() > 1 && name.starts_with('#') {
            name = value::trim(name.trim_start_matches('#')).to_owned();
            notes.push(format!("column 1: the `#` before `{name}` was taken for a comment mark"));
        }
        if name.contains(|c: char| " ,;{}()=".contains(c) || c.is_control()) {
            name = name.replace(|c: char| " ,;{}()=".contains(c) || c.is_control(), "_");
            notes.push(format!("column {}: marks that table readers refuse became `_` in `{name}`", index + 1));
        }
        if name.is_empty() {
            name = format!("column_{}", index + 1);
            notes.push(format!("column {} has no name and is called `{name}`", index + 1));
        }
        // Table engines compare names without regard to case.
        if !used.insert(name.to_lowercase()) {
            let base = name.clone();
            let mut number = 2;
            while !used.insert(format!("{base}_{number}").to_lowercase()) {
                number += 1;
            }
            name = format!("{base}_{number}");
            notes.push(format!("column {}: `{base}` occurs before and is called `{name}`", index + 1));
        }
        names.push(name);
    }
    (names, notes)
}
