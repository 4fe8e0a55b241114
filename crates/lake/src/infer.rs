//! Column types from every value of the file, not from a sample: the last row may be the one that is no number.
//!
//! Each column keeps the set of types that all its values so far could be; a value strikes out what it is
//! not. Columns of digits that look like identifiers stay text, and the report says so: arithmetic on a division code is
//! never meant, and a leading zero lost in one province is a wrong province.

use crate::source::{Row, Span};
use crate::value::{self, Kind, MAX_DECIMAL_DIGITS, MAX_DECIMAL_SCALE};

const BOOLEAN: u8 = 1;
const INTEGER: u8 = 2;
const DECIMAL: u8 = 4;
const FLOAT: u8 = 8;
const DATE: u8 = 16;
const DATE_TIME: u8 = 32;
const ALL: u8 = 63;

/// Fewest digits of one length in a whole column that make it a column of identifiers.
const IDENTIFIER_DIGITS: usize = 6;
/// Endings of names whose columns of digits of one length are identifiers whatever the length.
const CODE_NAMES: [&str; 9] = ["code", "id", "no", "代码", "编码", "编号", "号码", "证号", "电话"];

/// What is known about a column.
#[derive(Debug, Clone)]
pub(crate) struct ColumnFacts {
    candidates: u8,
    /// Values present.
    pub values: u64,
    /// Values absent.
    pub nulls: u64,
    /// Most characters of a value.
    pub max_length: u32,
    whole_digits: usize,
    fraction_digits: usize,
    /// Length in bytes of every value so far, if it is the same.
    length: Option<usize>,
    one_length: bool,
    /// Whether every value is of digits only.
    all_digits: bool,
    said_text: bool,
}

impl Default for ColumnFacts {
    fn default() -> Self {
        Self {
            candidates: ALL,
            values: 0,
            nulls: 0,
            max_length: 0,
            whole_digits: 0,
            fraction_digits: 0,
            length: None,
            one_length: true,
            all_digits: true,
            said_text: false,
        }
    }
}

impl ColumnFacts {
    /// Takes one value into account.
    #[inline]
    pub(crate) fn observe(&mut self, cell: &str, says_text: bool) {
        if cell.is_empty() {
            self.nulls += 1;
            return;
        }
        self.values += 1;
        // Characters are at most bytes, so most values need no counting.
        if cell.len() > self.max_length as usize {
            self.max_length = self.max_length.max(cell.chars().count() as u32);
        }
        if self.candidates != 0 {
            self.narrow(cell, says_text);
        }
    }

    fn narrow(&mut self, cell: &str, says_text: bool) {
        let text = value::trim(cell);
        if text.is_empty() {
            return;
        }
        match self.length {
            None => self.length = Some(text.len()),
            Some(length) => self.one_length &= length == text.len(),
        }
        // What is an integer has told by that what else is asked below; most values of most columns of digits are.
        let integer = value::is_integer(text.as_bytes());
        let digits = || if integer { !text.starts_with('-') } else { text.bytes().all(|b| b.is_ascii_digit()) };
        self.all_digits = self.all_digits && digits();
        self.said_text |= says_text;
        let possible = if says_text { DATE | DATE_TIME } else { ALL };
        self.candidates &= self.possible(text, integer, self.candidates & possible);
    }

    /// Which of the `asked` types this text could be.
    fn possible(&mut self, text: &str, integer: bool, asked: u8) -> u8 {
        let bytes = text.as_bytes();
        match bytes.first() {
            Some(b'0'..=b'9' | b'-') => {}
            Some(b't' | b'T' | b'f' | b'F') => {
                return asked & if value::parse_boolean(text).is_some() { BOOLEAN } else { 0 };
            }
            _ => return 0,
        }
        if integer {
            let whole = bytes.len() - usize::from(text.starts_with('-'));
            if asked & (DECIMAL | FLOAT) != 0 {
                self.whole_digits = self.whole_digits.max(whole);
            }
            // Every integer is a plain decimal and a double, and none is a day, which has marks between its parts.
            return asked & (INTEGER | DECIMAL | FLOAT);
        }
        let mut found = 0;
        if asked & (DECIMAL | FLOAT) != 0 {
            match value::decimal_shape(bytes) {
                Some((whole, fraction)) => {
                    self.whole_digits = self.whole_digits.max(whole);
                    self.fraction_digits = self.fraction_digits.max(fraction);
                    found |= asked & DECIMAL;
                    // Digits without a point beyond the integers are an identifier, never a rounded double.
                    if fraction > 0 || whole <= value::MAX_INTEGER_DIGITS {
                        found |= asked & FLOAT;
                    }
                }
                None if value::parse_float(text).is_some() => found |= asked & FLOAT,
                None => {}
            }
        }
        if asked & (DATE | DATE_TIME) != 0 && bytes.len() >= 8 {
            if asked & DATE != 0 && value::parse_date(text).is_some() {
                found |= DATE | (asked & DATE_TIME);
            } else if asked & DATE_TIME != 0 && value::parse_date_time(text).is_some() {
                found |= DATE_TIME;
            }
        }
        found
    }

    /// The column's type, and a remark where it is not the obvious one. A `typed_source` (JSON) says itself what is a number,
    /// so its numbers are never taken for identifiers.
    pub(crate) fn kind(&self, name: &str, typed_source: bool) -> (Kind, Option<String>) {
        if self.values == 0 || self.length.is_none() {
            return (Kind::Text, None);
        }
        let has = |bit: u8| self.candidates & bit != 0;
        if has(INTEGER) {
            return match self.identifier(name).filter(|_| !typed_source) {
                Some(note) => (Kind::Text, Some(note)),
                None => (Kind::Integer, None),
            };
        }
        if has(BOOLEAN) {
            return (Kind::Boolean, None);
        }
        if has(DATE) {
            return (Kind::Date, None);
        }
        if has(DATE_TIME) {
            return (Kind::DateTime, None);
        }
        let digits = self.whole_digits + self.fraction_digits;
        let exact =
            self.fraction_digits > 0 && self.fraction_digits <= MAX_DECIMAL_SCALE && digits <= MAX_DECIMAL_DIGITS;
        if has(DECIMAL) && exact {
            // Room for larger values of later loads.
            return (Kind::Decimal { precision: 38, scale: self.fraction_digits as u8 }, None);
        }
        if has(FLOAT) && (self.fraction_digits > 0 || !has(DECIMAL)) {
            return (Kind::Float, None);
        }
        let note = (self.all_digits && self.values > 0 && !self.said_text).then(|| {
            format!("`{name}` has only digits, but with leading zeros or too many of them for a number: kept as text")
        });
        (Kind::Text, note)
    }

    fn identifier(&self, name: &str) -> Option<String> {
        let length = self.length.filter(|_| self.one_length && self.all_digits)?;
        if length >= IDENTIFIER_DIGITS {
            return Some(format!(
                "every value of `{name}` has {length} digits: taken for an identifier and kept as text"
            ));
        }
        let lower = name.to_lowercase();
        let named = CODE_NAMES.iter().any(|ending| lower.ends_with(ending));
        (named && length > 1 && self.values > 1)
            .then(|| format!("`{name}` is named as a code and every value has {length} digits: kept as text"))
    }
}

/// The facts of all columns.
#[derive(Debug, Default)]
pub(crate) struct TableFacts {
    pub columns: Vec<ColumnFacts>,
    /// Rows with a fault or another number of fields, which say nothing about types.
    pub unread: u64,
    pub rows: u64,
}

impl TableFacts {
    pub(crate) fn new(width: usize) -> Self {
        Self { columns: vec![ColumnFacts::default(); width], unread: 0, rows: 0 }
    }

    /// Takes a row into account. `exact` asks for the right number of fields (delimited text);
    /// otherwise missing ones are absent values (sheets, JSON).
    #[inline]
    pub(crate) fn observe(&mut self, row: &Row<'_>, exact: bool, decoding_loss: bool) {
        self.rows += 1;
        let wrong_width =
            if exact { row.spans.len() != self.columns.len() } else { row.spans.len() > self.columns.len() };
        if row.fault.is_some() || decoding_loss || (wrong_width && exact) {
            self.unread += 1;
            return;
        }
        for (index, facts) in self.columns.iter_mut().enumerate() {
            let says_text = row.spans.get(index).is_some_and(|span: &Span| span.is_text);
            facts.observe(row.cell(index), says_text);
        }
    }

    /// Adds columns that came to light after earlier rows, which lack them.
    pub(crate) fn widen(&mut self, width: usize) {
        while self.columns.len() < width {
            self.columns.push(ColumnFacts { nulls: self.rows - self.unread, ..ColumnFacts::default() });
        }
    }
}
