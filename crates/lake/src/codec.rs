//! A row as bytes: the value format of the point-read index, and the form that content digests are taken over.
//!
//! ```text
//! width   1 byte      2 or 4: bytes of an end offset
//! ends    n × width   little-endian end of each column's bytes, from the start of the payload
//! absent  ⌈n/8⌉       bit i set: column i is absent
//! payload             boolean 1 byte · integer, float, date-time 8 · date 4 · decimal 16 (little-endian) · text UTF-8
//! ```
//! Any column is found without reading the others, and text is borrowed from the row.

use crate::value::{Cell, Kind};

/// Reused buffers of an encoder.
#[derive(Debug, Default)]
pub(crate) struct RowEncoder {
    ends: Vec<u32>,
    absent: Vec<u8>,
    payload: Vec<u8>,
}

impl RowEncoder {
    /// Appends the row's bytes to `out`.
    #[inline]
    pub(crate) fn encode<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>, out: &mut Vec<u8>) {
        self.ends.clear();
        self.absent.clear();
        self.payload.clear();
        for (index, cell) in cells.enumerate() {
            if index % 8 == 0 {
                self.absent.push(0);
            }
            match cell {
                Cell::Null => {
                    if let Some(byte) = self.absent.last_mut() {
                        *byte |= 1 << (index % 8);
                    }
                }
                Cell::Boolean(value) => self.payload.push(u8::from(value)),
                Cell::Integer(value) | Cell::DateTime(value) => self.payload.extend_from_slice(&value.to_le_bytes()),
                Cell::Decimal(value) => self.payload.extend_from_slice(&value.to_le_bytes()),
                Cell::Float(value) => self.payload.extend_from_slice(&value.to_le_bytes()),
                Cell::Date(value) => self.payload.extend_from_slice(&value.to_le_bytes()),
                Cell::Text(text) => self.payload.extend_from_slice(text.as_bytes()),
            }
            self.ends.push(self.payload.len() as u32);
        }
        if self.payload.len() <= usize::from(u16::MAX) {
            out.push(2);
            for end in &self.ends {
                out.extend_from_slice(&(*end as u16).to_le_bytes());
            }
        } else {
            out.push(4);
            for end in &self.ends {
                out.extend_from_slice(&end.to_le_bytes());
            }
        }
        out.extend_from_slice(&self.absent);
        out.extend_from_slice(&self.payload);
    }
}

/// An encoded row, decoded column by column as asked.
#[derive(Debug, Clone, Copy)]
pub struct RowRef<'a> {
    bytes: &'a [u8],
    kinds: &'a [Kind],
}

impl<'a> RowRef<'a> {
    /// The row of `kinds` in `bytes`.
    pub(crate) fn new(bytes: &'a [u8], kinds: &'a [Kind]) -> Self {
        Self { bytes, kinds }
    }

    /// The cell of one column; `None` where there is no such column or the bytes are no row.
    #[inline]
    pub fn cell(&self, column: usize) -> Option<Cell<'a>> {
        let kind = *self.kinds.get(column)?;
        let width = usize::from(*self.bytes.first()?);
        let ends = self.bytes.get(1..)?;
        let absent_at = self.kinds.len().checked_mul(width)?;
        let absent = ends.get(absent_at + column / 8)?;
        if absent & (1 << (column % 8)) != 0 {
            return Some(Cell::Null);
        }
        let payload = ends.get(absent_at + self.kinds.len().div_ceil(8)..)?;
        let start = if column == 0 { 0 } else { end_of(ends, column - 1, width)? };
        let bytes = payload.get(start..end_of(ends, column, width)?)?;
        Some(match kind {
            Kind::Boolean => Cell::Boolean(*bytes.first()? != 0),
            Kind::Integer => Cell::Integer(i64::from_le_bytes(bytes.try_into().ok()?)),
            Kind::DateTime => Cell::DateTime(i64::from_le_bytes(bytes.try_into().ok()?)),
            Kind::Decimal { .. } => Cell::Decimal(i128::from_le_bytes(bytes.try_into().ok()?)),
            Kind::Float => Cell::Float(f64::from_le_bytes(bytes.try_into().ok()?)),
            Kind::Date | Kind::CompactDate => Cell::Date(i32::from_le_bytes(bytes.try_into().ok()?)),
            Kind::Text => Cell::Text(std::str::from_utf8(bytes).ok()?),
        })
    }
}

#[inline]
fn end_of(ends: &[u8], column: usize, width: usize) -> Option<usize> {
    let at = column * width;
    match width {
        2 => Some(usize::from(u16::from_le_bytes(ends.get(at..at + 2)?.try_into().ok()?))),
        4 => usize::try_from(u32::from_le_bytes(ends.get(at..at + 4)?.try_into().ok()?)).ok(),
        _ => None,
    }
}

/// Rows digested together.
const ROWS_PER_CHUNK: u32 = 4_096;
/// Chunks that wait for each other, so that they can be digested side by side: as many as the widest kernel has lanes.
const CHUNKS_AT_ONCE: usize = 16;
/// A chunk with more bytes than this waits for no other one and is digested as it comes. With the number above it
/// bounds the memory of a digest to 32 MiB, however long the rows are.
const WAITING_BYTES: usize = 2 << 20;

/// The digest over rows in order: the SM3 of the SM3s of each 4096 rows, so that many chunks can be digested at once.
///
/// In it a row is its cells in order, and a cell is a length (LEB128; 0 for an absent one, else the bytes' length plus one)
/// and its bytes: text in UTF-8, a boolean as 0 or 1, a float's eight bytes, and integers, decimals (unscaled), dates and
/// date-times as the shortest little-endian form of their zigzag number. Types come from the table, so that equal rows
/// give equal digests whatever encoding or spelling the file had, and an auditor can recount them.
#[derive(Default)]
pub(crate) struct ContentDigest {
    /// Over the digests of the chunks so far.
    chunks: sm::Sm3Hasher,
    /// The bytes of whole chunks that wait, and of the rows behind them.
    pending: Vec<u8>,
    /// Where in `pending` each waiting chunk ends.
    ends: Vec<usize>,
    /// Rows of the chunk that is being collected.
    rows: u32,
    /// The chunk that is being collected, if it is too long to wait; no chunk waits then.
    long: Option<sm::Sm3Hasher>,
}

impl ContentDigest {
    #[inline]
    pub(crate) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        for cell in cells {
            write_canonical(cell, &mut self.pending);
        }
        self.rows += 1;
        let waiting = self.ends.last().copied().unwrap_or(0);
        if self.pending.len() - waiting > WAITING_BYTES {
            self.go_long();
        }
        if self.rows == ROWS_PER_CHUNK {
            self.end_chunk();
        }
    }

    pub(crate) fn finish(mut self) -> [u8; 32] {
        if self.rows > 0 {
            self.end_chunk();
        }
        self.digest_waiting();
        self.chunks.finalize()
    }

    fn end_chunk(&mut self) {
        self.rows = 0;
        if let Some(mut long) = self.long.take() {
            long.update(&self.pending);
            self.pending.clear();
            self.chunks.update(&long.finalize());
            return;
        }
        self.ends.push(self.pending.len());
        if self.ends.len() >= CHUNKS_AT_ONCE {
            self.digest_waiting();
        }
    }

    /// Digests the waiting chunks side by side; what is behind them moves to the front.
    fn digest_waiting(&mut self) {
        let (mut waiting, mut start) = (Vec::with_capacity(self.ends.len()), 0);
        for end in &self.ends {
            waiting.extend(self.pending.get(start..*end));
            start = *end;
        }
        for digest in sm::sm3_many(&waiting) {
            self.chunks.update(&digest);
        }
        self.pending.drain(..start);
        self.ends.clear();
    }

    /// Digests what there is of the chunk at hand, after the chunks before it.
    fn go_long(&mut self) {
        self.digest_waiting();
        self.long.get_or_insert_default().update(&self.pending);
        self.pending.clear();
    }
}

/// Appends a cell in the form that digests are taken over.
#[inline]
pub(crate) fn write_canonical(cell: Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => out.push(0),
        Cell::Text(text) => write_bytes(text.as_bytes(), out),
        Cell::Boolean(value) => write_bytes(&[u8::from(value)], out),
        Cell::Float(value) => write_bytes(&value.to_le_bytes(), out),
        Cell::Integer(value) | Cell::DateTime(value) => write_number(value, out),
        Cell::Date(value) => write_number(i64::from(value), out),
        Cell::Decimal(value) => match i64::try_from(value) {
            Ok(value) => write_number(value, out),
            Err(_) => write_wide_number(value, out),
        },
    }
}

/// The zigzag number of 64 bits; it is the same number that 128 bits would give.
#[inline]
fn write_number(value: i64, out: &mut Vec<u8>) {
    let zigzag = ((value << 1) ^ (value >> 63)).cast_unsigned();
    let length = (64 - zigzag.leading_zeros()).div_ceil(8) as usize;
    write_bytes(zigzag.to_le_bytes().get(..length).unwrap_or_default(), out);
}

fn write_wide_number(value: i128, out: &mut Vec<u8>) {
    let zigzag = ((value << 1) ^ (value >> 127)).cast_unsigned();
    let length = (128 - zigzag.leading_zeros()).div_ceil(8) as usize;
    write_bytes(zigzag.to_le_bytes().get(..length).unwrap_or_default(), out);
}

#[inline]
fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    let mut length = bytes.len() + 1;
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, in one piece: the SM3 of the SM3s of each 4096 rows.
    fn by_definition(rows: &[Vec<Cell<'_>>]) -> [u8; 32] {
        let chunk = |rows: &[Vec<Cell<'_>>]| {
            let mut bytes = Vec::new();
            rows.iter().flatten().for_each(|cell| write_canonical(*cell, &mut bytes));
            sm::sm3(&bytes)
        };
        sm::sm3(rows.chunks(ROWS_PER_CHUNK as usize).map(chunk).collect::<Vec<_>>().as_flattened())
    }

    fn streamed(rows: &[Vec<Cell<'_>>]) -> [u8; 32] {
        let mut digest = ContentDigest::default();
        rows.iter().for_each(|row| digest.add(row.iter().copied()));
        digest.finish()
    }

    /// The digest is a promise to auditors: how many chunks wait for each other must not show in it.
    #[test]
    fn the_content_digest_is_its_definition_for_any_number_of_chunks() {
        let rows: Vec<Vec<Cell<'_>>> =
            (0..70_000).map(|row| vec![Cell::Integer(row), Cell::Text("区"), Cell::Null]).collect();
        for count in [0, 1, 4_095, 4_096, 4_097, 16 * 4_096 - 1, 16 * 4_096, 16 * 4_096 + 1, 70_000] {
            assert_eq!(streamed(&rows[..count]), by_definition(&rows[..count]), "{count} rows");
        }
    }

    /// Chunks of long rows are digested as they come, between chunks that wait.
    #[test]
    fn the_content_digest_is_its_definition_where_rows_are_long() {
        let long = "长".repeat(500_000);
        let mut rows: Vec<Vec<Cell<'_>>> = (0..30_000).map(|row| vec![Cell::Integer(row)]).collect();
        for at in [0, 1, 2, 9_000, 9_001, 20_479, 20_480, 29_999] {
            rows[at].push(Cell::Text(&long));
        }
        assert_eq!(streamed(&rows), by_definition(&rows));
    }

    proptest! {
        #[test]
        fn numbers_have_one_form_whatever_their_width(value in any::<i64>()) {
            let (mut narrow, mut wide) = (Vec::new(), Vec::new());
            for value in [value, value >> 31, value >> 50, i64::MIN, i64::MAX, 0, -1] {
                write_number(value, &mut narrow);
                write_wide_number(i128::from(value), &mut wide);
            }
            prop_assert_eq!(narrow, wide);
        }
    }
}
