//! Pure rules of collection: which columns an entry declares to the lake, and what a caller is told of a file's faults.

use std::collections::BTreeMap;

use privacy::Mask;

use crate::{
    catalogue::EntryInput,
    error::{Code, Error, Fault},
    lake::{Certificate, Column, LakeError, Record},
};

/// The columns that the entry's items declare.
pub fn columns(entry: &EntryInput) -> Vec<Column> {
    let column = |item: &crate::catalogue::Item| Column {
        name: item.code.clone(),
        kind: item.kind,
        nullable: !item.required,
        max_length: item.length,
        unique: false,
    };
    entry.items.iter().map(column).collect()
}

/// The columns by which records are looked up.
pub fn keys(entry: &EntryInput) -> Vec<String> {
    entry.items.iter().filter(|item| item.key).map(|item| item.code.clone()).collect()
}

/// Whether what was loaded has the columns that the entry describes.
pub fn fits(certificate: &Certificate, entry: &EntryInput) -> bool {
    let named = |column: &Column| (column.name.clone(), column.kind);
    certificate.columns.iter().map(named).eq(columns(entry).iter().map(named))
}

/// Rows as they may be looked at: every item under its own mask. A mask that cannot be read hides its item whole.
pub fn masked(entry: &EntryInput, rows: Vec<Record>) -> Vec<Record> {
    let mask = |item: &crate::catalogue::Item| {
        item.mask.as_ref().map_or(Mask::Keep, |text| text.parse().unwrap_or(Mask::Hide))
    };
    let masks: Vec<Mask> = entry.items.iter().map(mask).collect();
    let show = |(value, mask): (Option<String>, &Mask)| value.map(|value| mask.apply(&value).into_owned());
    rows.into_iter().map(|row| row.into_iter().zip(&masks).map(show).collect()).collect()
}

/// How a load's end is called in its row.
pub fn state_of(error: &LakeError) -> &'static str {
    match error {
        LakeError::Cancelled => "stopped",
        _ => "refused",
    }
}

/// What is wrong with the file of a load that came to nothing; `None` where nothing is.
pub fn fault_of(error: &LakeError) -> Option<Fault> {
    match error {
        LakeError::Refused { fault, .. } => Some(fault.clone()),
        LakeError::Cancelled => Some(cancelled()),
        _ => None,
    }
}

fn cancelled() -> Fault {
    Fault { code: "cancelled".to_owned(), values: BTreeMap::new() }
}

/// Why there is nothing of a load during which the platform stopped.
pub fn broken_off() -> Fault {
    Fault { code: "broken_off".to_owned(), values: BTreeMap::new() }
}

/// A lake's error for the caller: a file's fault names row and column; a fault of the store stays in the operator's log.
pub fn told(error: LakeError) -> Error {
    match error {
        LakeError::Refused { message, fault, row, column } => {
            let mut error = Error::new(Code::FileRefused, message)
                .fault(fault)
                .hint("correct the file and hand it in again; nothing of it was kept");
            if let Some(row) = row {
                error = error.field("row", row.to_string());
            }
            if let Some(column) = column {
                error = error.field("column", column);
            }
            error
        }
        LakeError::Cancelled => Error::new(Code::FileRefused, "the load was stopped; nothing of it was kept")
            .fault(cancelled())
            .hint("hand the file in again"),
        LakeError::NoSuchDataset(_) => {
            Error::new(Code::NotFound, "there is no data yet").hint("wait until the holder has handed it in")
        }
        LakeError::NoSuchColumn { role, ref column, .. } => {
            Error::new(Code::NotFound, format!("the data at hand has no {role} `{column}`"))
                .hint("the holder has to hand it in again with this column")
        }
        LakeError::Storage(_) => Error::new(Code::Internal, "the lake failed").because(error),
    }
}
