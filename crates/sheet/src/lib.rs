//! Workbooks as a form of exchange, as JSON is one: forms that are filled in, handed over and come back with their faults marked.
//!
//! What a reader should know first. This crate knows rows of text and nothing of what they mean. Reading is bounded before the
//! reader library sees a byte: the file, what it unpacks to (counted by unpacking, since a bomb's directory lies), sheets, rows,
//! columns, cells. Writing makes text cells only, so that no content can become a formula. Datasets are not read here: the lake
//! has readers that stream and infer types.

mod read;
mod write;

pub use read::{Limits, Refusal, Row, Sheet, read};
pub use write::{Book, Cell, Column, Failed, Page, write};

#[cfg(test)]
mod tests;
