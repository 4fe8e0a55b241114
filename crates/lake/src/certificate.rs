//! What a load asks for, and the certificate of what it did.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::columns::Column;
use crate::source::{Limits, SourceOptions};
use crate::value::ColumnSpec;

/// What happens to the rows that are there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadMode {
    /// The file is the whole content; earlier versions stay readable.
    #[default]
    Replace,
    /// The file's rows follow those that are there.
    Append,
}

/// A load to be done.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// The load's identity. Repeating it gives the same certificate and writes nothing.
    pub load_id: Uuid,
    /// The dataset: 1 to 128 of `a-z A-Z 0-9 - _`.
    pub dataset: String,
    /// Where the file lies.
    pub path: PathBuf,
    /// The name its owner gave it. Its extension must be true.
    pub source_name: String,
    /// Replace or append.
    pub mode: LoadMode,
    /// Declared columns; without them types are inferred from the whole file (or, appending, the table's are meant).
    pub schema: Option<Vec<ColumnSpec>>,
    /// Columns that get a point-read index.
    pub index_keys: Vec<String>,
    /// What the caller knows about the file.
    pub options: SourceOptions,
    /// Bounds.
    pub limits: Limits,
    /// Largest share of rejected rows with which the load still goes through. A load of which every row is rejected never does.
    pub max_rejected_share: f64,
    /// When the load began. When it ended is this plus the time it took.
    pub started_at: Timestamp,
}

impl LoadRequest {
    /// A request with everything left to detection, replacing, without an index.
    pub fn new(load_id: Uuid, dataset: &str, path: impl Into<PathBuf>, started_at: Timestamp) -> Self {
        let path = path.into();
        let source_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self {
            load_id,
            dataset: dataset.to_owned(),
            path,
            source_name,
            mode: LoadMode::Replace,
            schema: None,
            index_keys: Vec::new(),
            options: SourceOptions::default(),
            limits: Limits::default(),
            max_rejected_share: 1.0,
            started_at,
        }
    }
}

/// The reconciliation of a load: what came in, what of it is in the table, what is not and why.
/// `rows_in = accepted + rejected`, and both digests can be recounted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The load.
    pub load_id: Uuid,
    /// The dataset.
    pub dataset: String,
    /// The table version that the load made.
    pub table_version: u64,
    /// Replace or append.
    pub mode: LoadMode,
    /// The file's name.
    pub source_name: String,
    /// SM3 of the file's bytes, in hexadecimal.
    pub source_digest_sm3: String,
    /// The file's length in bytes.
    pub source_bytes: u64,
    /// Records in the file.
    pub rows_in: u64,
    /// Records in the table.
    pub accepted: u64,
    /// Records kept aside.
    pub rejected: u64,
    /// The latter by reason code.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// SM3 over the accepted rows in order, in hexadecimal; see the crate's documentation for their form.
    pub content_digest_sm3: String,
    /// The table's columns.
    pub columns: Vec<Column>,
    /// The columns with a point-read index.
    pub index_keys: Vec<String>,
    /// The data files that the load added to the table.
    pub files: Vec<String>,
    /// When the load began.
    pub started_at: Timestamp,
    /// When its rows were written and ready to be committed.
    pub finished_at: Timestamp,
}

/// How far a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Bytes of the file read in this phase.
    pub bytes_read: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// Rows met in this phase.
    pub rows: u64,
}

/// The phases of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Pass one: what the file is.
    Understanding,
    /// Pass two: typed rows are written.
    Writing,
    /// The commit.
    Committing,
    /// The point-read indexes are built.
    Indexing,
}
