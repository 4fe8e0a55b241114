//! One row in, typed cells or a reason out. A row is accepted whole or rejected whole.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use crate::source::{Format, Row};
use crate::understand::{Plan, has_decoding_loss};
use crate::value::{self, Cell, Kind};

/// Why a row is rejected. Its text never holds the row's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub code: &'static str,
    pub text: String,
    pub column: Option<String>,
}

/// Types rows by a plan.
pub(crate) struct Sieve<'p> {
    plan: &'p Plan,
    exact_width: bool,
    keys: Vec<usize>,
    seen: HashSet<u128>,
    spare: Vec<Cell<'static>>,
}

impl<'p> Sieve<'p> {
    pub(crate) fn new(plan: &'p Plan, format: Format) -> Self {
        let keys = plan.specs.iter().enumerate().filter(|(_, spec)| spec.unique_key).map(|(index, _)| index).collect();
        Self { plan, exact_width: format == Format::Delimited, keys, seen: HashSet::new(), spare: Vec::new() }
    }

    /// Takes note of a key that is in the table already.
    pub(crate) fn remember(&mut self, cells: &[Cell<'_>]) {
        if let Some(key) = self.key(cells) {
            self.seen.insert(key);
        }
    }

    /// Whether rows are compared by a key at all.
    pub(crate) fn has_key(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Types a row. Give the cells back with [`Sieve::reuse`].
    #[inline]
    pub(crate) fn sift<'r>(&mut self, row: &Row<'r>) -> Result<Vec<Cell<'r>>, Rejection> {
        self.check_row(row)?;
        let mut cells: Vec<Cell<'r>> = recycle(std::mem::take(&mut self.spare));
        let mut empty = true;
        for (spec, position) in self.plan.specs.iter().zip(&self.plan.positions) {
            let text = position.map_or("", |position| row.cell(position));
            let Some(cell) = value::parse(text, spec.kind) else {
                return Err(self.reject("type_mismatch", format!("the value is no {}", spec.kind.label()), &spec.name));
            };
            if matches!(cell, Cell::Null) {
                if !spec.nullable {
                    return Err(self.reject("required_missing", "a required value is absent".into(), &spec.name));
                }
            } else {
                empty = false;
            }
            if let (Some(most), Cell::Text(text)) = (spec.max_length, cell)
                && text.len() > most as usize
                && text.chars().count() > most as usize
            {
                return Err(self.reject("too_long", format!("the value has more than {most} characters"), &spec.name));
            }
            cells.push(cell);
        }
        if empty {
            return Err(Rejection { code: "empty_row", text: "every value of the row is absent".into(), column: None });
        }
        if let Some(key) = self.key(&cells)
            && !self.seen.insert(key)
        {
            let names: Vec<&str> =
                self.keys.iter().filter_map(|at| self.plan.specs.get(*at)).map(|s| s.name.as_str()).collect();
            return Err(self.reject("duplicate_key", "an earlier row has the same key".into(), &names.join("+")));
        }
        Ok(cells)
    }

    /// Takes back the memory of a row's cells.
    #[inline]
    pub(crate) fn reuse(&mut self, cells: Vec<Cell<'_>>) {
        self.spare = recycle(cells);
    }

    fn reject(&self, code: &'static str, text: String, column: &str) -> Rejection {
        Rejection { code, text, column: Some(column.to_owned()) }
    }

    fn check_row(&self, row: &Row<'_>) -> Result<(), Rejection> {
        if let Some(fault) = &row.fault {
            return Err(Rejection {
                code: fault.code,
                text: fault.text.clone(),
                column: fault.column.and_then(|at| self.name_at(at)),
            });
        }
        if has_decoding_loss(row) {
            let lossy = (0..row.spans.len()).find(|index| row.cell(*index).contains('\u{fffd}'));
            return Err(Rejection {
                code: "decoding_loss",
                text: "the value has U+FFFD: characters were lost before the file was made; ask for the original"
                    .into(),
                column: lossy.and_then(|at| self.name_at(at)),
            });
        }
        let (found, width) = (row.spans.len(), self.plan.width);
        let surplus = |row: &Row<'_>| (width..found).any(|index| !row.cell(index).is_empty());
        let wrong = if self.exact_width { found != width } else { found > width && surplus(row) };
        if wrong {
            return Err(Rejection {
                code: "field_count",
                text: format!("the row has {found} fields, the table {width} columns"),
                column: None,
            });
        }
        Ok(())
    }

    /// The name of the column that stands at a place in the source.
    fn name_at(&self, source_column: usize) -> Option<String> {
        let at = self.plan.positions.iter().position(|position| *position == Some(source_column))?;
        self.plan.specs.get(at).map(|spec| spec.name.clone())
    }

    /// A 128-bit hash of the key cells; two rows with different keys meet here once in 2^64 rows.
    fn key(&self, cells: &[Cell<'_>]) -> Option<u128> {
        if self.keys.is_empty() {
            return None;
        }
        let (mut first, mut second) = (DefaultHasher::new(), DefaultHasher::new());
        second.write_u8(1);
        let mut bytes = Vec::new();
        for at in &self.keys {
            let kind = self.plan.specs.get(*at).map_or(Kind::Text, |spec| spec.kind);
            if let Some(cell) = cells.get(*at) {
                cell.write_key(kind, &mut bytes);
                for hasher in [&mut first, &mut second] {
                    hasher.write(&bytes);
                    hasher.write_u8(0xFF); // never part of UTF-8, so it ends a value
                }
            }
        }
        Some(u128::from(first.finish()) << 64 | u128::from(second.finish()))
    }
}

/// Empties a vector and gives its memory to cells of another lifetime.
fn recycle<'b>(mut cells: Vec<Cell<'_>>) -> Vec<Cell<'b>> {
    cells.clear();
    cells.into_iter().map(|_| Cell::Null).collect()
}
