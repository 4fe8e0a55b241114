//! A row as bytes: the value format of the point-read index and the canonical form that content digests
//! are taken over. One format for both, so that an auditor recounts a digest from the table with the code that serves it.
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

/// The digest over rows in order, each preceded by its length (four bytes, little-endian).
#[derive(Default)]
pub(crate) struct ContentDigest {
    hasher: sm::Sm3Hasher,
    pending: Vec<u8>,
    encoder: RowEncoder,
}

impl ContentDigest {
    #[inline]
    pub(crate) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        let start = self.pending.len();
        self.pending.extend_from_slice(&[0; 4]);
        self.encoder.encode(cells, &mut self.pending);
        let length = (self.pending.len() - start - 4) as u32;
        if let Some(slot) = self.pending.get_mut(start..start + 4) {
            slot.copy_from_slice(&length.to_le_bytes());
        }
        if self.pending.len() >= 64 << 10 {
            self.hasher.update(&self.pending);
            self.pending.clear();
        }
    }

    pub(crate) fn finish(mut self) -> [u8; 32] {
        self.hasher.update(&self.pending);
        self.hasher.finalize()
    }
}
