//! The few verbs the platform needs of the lake, as one object-safe port. `lake` implements it on Delta tables; [`MemoryLake`]
//! here keeps rows in memory for slice tests. One contract, [`contract`], is checked on both (P11).

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, ids::LoadId};

mod contract;
mod memory;

pub use contract::contract;
pub use memory::MemoryLake;

/// One load: a file on the server's disk into one dataset's table.
#[derive(Clone, Debug)]
pub struct LoadRequest {
    /// The load's id; repeating it repeats nothing.
    pub id: LoadId,
    /// The dataset's table name: lower-case letters, digits, `_`, `-`.
    pub dataset: String,
    /// The file.
    pub path: PathBuf,
    /// Its name as handed in (for the type hint and the certificate).
    pub name: String,
    /// The declared columns; empty = whatever the file has.
    pub columns: Vec<Column>,
    /// The columns by which records are looked up.
    pub keys: Vec<String>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// When it was handed in.
    pub at: Timestamp,
}

/// A column, declared or found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// Whether a value may be absent.
    pub nullable: bool,
    /// Longest value in characters, for text.
    pub max_length: Option<u32>,
    /// Whether the values are unique.
    pub unique: bool,
}

/// Types of the catalogue's information items, as the lake stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Characters.
    Text,
    /// 64-bit whole numbers.
    Integer,
    /// 64-bit floating point numbers.
    Number,
    /// A calendar day.
    Date,
    /// A day and time.
    DateTime,
    /// Yes or no.
    Flag,
}

/// The reconciliation certificate of a load: rows in = accepted + rejected (I7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The load.
    pub load: LoadId,
    /// The dataset.
    pub dataset: String,
    /// The table version it made.
    pub version: u64,
    /// The file's name.
    pub source: String,
    /// SM3 of the file's bytes, hex.
    pub source_sm3: String,
    /// The file's length in bytes.
    pub source_bytes: u64,
    /// Rows found.
    pub rows_in: u64,
    /// Rows stored.
    pub accepted: u64,
    /// Rows kept aside with their reason.
    pub rejected: u64,
    /// How many for each reason code.
    pub reasons: BTreeMap<String, u64>,
    /// SM3 over the accepted rows, hex.
    pub content_sm3: String,
    /// The columns as stored.
    pub columns: Vec<Column>,
    /// What was understood of the file: encoding, delimiter, header row, sheet.
    pub understood: BTreeMap<String, String>,
    /// Which column of the file became which item. Certificates made before this was told do not have it, and keep their digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<Matched>,
}

/// A column of a file and the item that it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    /// The item's code.
    pub item: String,
    /// The type as which it was read.
    pub kind: ColumnKind,
    /// The column's heading in the file; `None` where the file has no such column, or no headings.
    pub source: Option<String>,
}

/// A row that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Its number in the file, from 1, header included.
    pub row: u64,
    /// The column at fault, if one is.
    pub column: Option<String>,
    /// The reason's code.
    pub code: String,
    /// The reason in words.
    pub reason: String,
}

/// A record: values in the order of the columns asked for; `None` = absent.
pub type Record = Vec<Option<String>>;

/// What the platform asks of a lake. Every verb may block; the caller sees to that (`spawn_blocking`), except `lookup`, which
/// reads memory-mapped pages and is called directly.
pub trait Lake: Send + Sync {
    /// Loads a file atomically: afterwards either the whole new version is there, or nothing has changed.
    ///
    /// # Errors
    /// [`LakeError::Refused`] when the file cannot be understood.
    fn load(&self, request: &LoadRequest, progress: &mut dyn FnMut(Progress) -> bool)
    -> Result<Certificate, LakeError>;
    /// Records whose key column has this value, in the current version; at most `limit`.
    ///
    /// # Errors
    /// [`LakeError::NoSuchColumn`] for a column that is not a key or does not exist.
    fn lookup(
        &self,
        dataset: &str,
        key_column: &str,
        key: &str,
        columns: &[String],
        limit: usize,
    ) -> Result<Vec<Record>, LakeError>;
    /// The first rows of the current version.
    ///
    /// # Errors
    /// As `lookup`.
    fn preview(&self, dataset: &str, columns: &[String], limit: usize) -> Result<Vec<Record>, LakeError>;
    /// The current version and its columns; `None` before the first load.
    ///
    /// # Errors
    /// [`LakeError::Storage`].
    fn table(&self, dataset: &str) -> Result<Option<Table>, LakeError>;
    /// A page of a load's rejected rows.
    ///
    /// # Errors
    /// [`LakeError::Storage`].
    fn rejected(&self, dataset: &str, load: LoadId, offset: u64, limit: u64) -> Result<Vec<Rejected>, LakeError>;
    /// The certificate of a load that was committed earlier, if it was (so that a crash between lake and database is healed).
    ///
    /// # Errors
    /// [`LakeError::Storage`].
    fn certificate(&self, dataset: &str, load: LoadId) -> Result<Option<Certificate>, LakeError>;
}

/// A table's present state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its version.
    pub version: u64,
    /// Its rows.
    pub rows: u64,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns by which records can be looked up.
    pub keys: Vec<String>,
}

/// How far a load is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Progress {
    /// Bytes read in this phase.
    pub bytes: u64,
    /// Bytes to read.
    pub total: u64,
    /// Rows seen.
    pub rows: u64,
    /// What is being done: `understand`, `store`, `index`.
    pub phase: &'static str,
}

/// What can go wrong in a lake.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The file cannot be loaded.
    #[error("{message}")]
    Refused {
        /// What, where (row, column) and why; never a value.
        message: String,
        /// The same as a code and what a sentence about it must name.
        fault: Fault,
        /// The row, if one is at fault.
        row: Option<u64>,
        /// The column, if one is at fault.
        column: Option<String>,
    },
    /// No such dataset.
    #[error("dataset `{0}` has no data yet")]
    NoSuchDataset(String),
    /// No such column, or not a key.
    #[error("dataset `{dataset}` has no {role} `{column}`")]
    NoSuchColumn {
        /// The dataset.
        dataset: String,
        /// `column` or `key`.
        role: &'static str,
        /// The name.
        column: String,
    },
    /// The caller stopped it.
    #[error("the load was stopped")]
    Cancelled,
    /// The store failed.
    #[error("the lake's store failed: {0}")]
    Storage(String),
}

/// A shared lake.
pub type SharedLake = Arc<dyn Lake>;
