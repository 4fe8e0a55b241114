//! Everything that can go wrong, in one place. No message carries a cell's content: a cell may be
//! personal data, and messages end in logs. Row, column and reason are enough to find it in the source.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Why a file as a whole is not loaded. Nothing of it becomes visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// No bytes, or nothing but blank lines.
    #[error("the file is empty; ask its owner to export it again")]
    Empty,
    /// A name that says one thing and content that says another.
    #[error(
        "the name says `{name_says}`, the content is {content_is}; rename the file to what it is, or export it again"
    )]
    LyingName {
        /// What the file's extension promises.
        name_says: String,
        /// What its first bytes are.
        content_is: String,
    },
    /// Content that is no table.
    #[error("the content is {content_is}, which holds no table; send CSV, XLSX, XLS or JSON lines")]
    NotTabular {
        /// What its first bytes are.
        content_is: String,
    },
    /// An archive that unpacks beyond a limit.
    #[error(
        "the file unpacks to more than {limit} bytes (a `zip bomb`, or too large for its form); send it as CSV or in parts"
    )]
    TooLarge {
        /// The limit that was passed.
        limit: u64,
    },
    /// A compressed file or workbook that cannot be read to its end.
    #[error("the {what} is damaged: {detail}")]
    Damaged {
        /// What kind of file it is.
        what: String,
        /// What the reader said.
        detail: String,
    },
    /// The sheet asked for is not there, or none has content.
    #[error("the workbook has no sheet {wanted}; it has {present}")]
    NoSheet {
        /// The sheet asked for, in backticks, or `with content`.
        wanted: String,
        /// The sheets it has.
        present: String,
    },
    /// An encoding, delimiter or header option that this file or this product does not know.
    #[error("the option {option} is `{value}`, which is not known here")]
    UnknownOption {
        /// The option's name.
        option: &'static str,
        /// What it was set to.
        value: String,
    },
    /// More columns than a table may have.
    #[error("row {row} has {found} columns; a table here has at most {limit}")]
    TooManyColumns {
        /// The row where this was seen.
        row: u64,
        /// Columns found.
        found: usize,
        /// Columns allowed.
        limit: usize,
    },
    /// The header lacks a declared column.
    #[error("row {row}: the header has no column `{column}`, which the declared schema requires")]
    ColumnMissing {
        /// The header's row.
        row: u64,
        /// The column's declared name.
        column: String,
    },
    /// The header has a column that is not declared.
    #[error(
        "row {row}: the header has a column `{column}` that the declared schema does not know; declare it or remove it"
    )]
    ColumnUnknown {
        /// The header's row.
        row: u64,
        /// The column's name in the file.
        column: String,
    },
    /// Fields but no rows under them that could be read.
    #[error("the file has a header and no rows")]
    NoRows,
}

/// Where one row was turned away and why, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedSample {
    /// The line of a text file or the row of a sheet, counted from 1.
    pub row: u64,
    /// The column's name, where the fault is in one column.
    pub column: Option<String>,
    /// The reason's code.
    pub reason: String,
    /// The reason in words.
    pub text: String,
}

/// The reconciliation of a load that was refused because of its rejected rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLoad {
    /// The dataset.
    pub dataset: String,
    /// The file's name as given.
    pub source_name: String,
    /// Rows in the source.
    pub rows_in: u64,
    /// Rows that were good.
    pub accepted: u64,
    /// Rows that were not.
    pub rejected: u64,
    /// The latter by reason code.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// The first of them.
    pub first: RejectedSample,
}

/// Why a load did not happen.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is refused as a whole.
    #[error("`{source_name}` is refused: {refusal}")]
    Refused {
        /// The file's name as given.
        source_name: String,
        /// Why.
        refusal: Refusal,
    },
    /// Too few rows were good. The rejected rows are kept under the load's id; the table is as before.
    #[error("`{}` is refused: {} of {} rows were rejected; first in row {}, column `{}`: {}",
        .0.source_name, .0.rejected, .0.rows_in, .0.first.row, .0.first.column.as_deref().unwrap_or("-"), .0.first.text)]
    TooManyRejected(Box<RefusedLoad>),
    /// The caller's progress function said stop.
    #[error("the load was cancelled; the table is as before")]
    Cancelled,
    /// The source changed between the two passes over it.
    #[error("`{0}` changed while it was read; load it again when it is complete")]
    SourceChanged(String),
    /// Appending to a table with other columns.
    #[error("`{dataset}` cannot be appended to: {detail}; use replace, or send the table's columns")]
    SchemaMismatch {
        /// The dataset.
        dataset: String,
        /// What differs.
        detail: String,
    },
    /// A declared column list that contradicts itself.
    #[error("the request is not well formed: {0}")]
    BadRequest(String),
    /// The lake itself failed.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A crash asked for by a test.
    #[cfg(test)]
    #[error("stopped at {0:?}")]
    Injected(crate::failure::FailurePoint),
}

/// Why a file is not loaded, for whoever says it in words of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What is wrong: the name of the [`Refusal`] or of the [`LoadError`], e.g. `lying_name` or `too_many_rejected`.
    pub code: String,
    /// What a sentence about it must name; never a cell's content.
    pub values: BTreeMap<String, String>,
}

impl Reason {
    fn new<const N: usize>(code: &str, values: [(&str, String); N]) -> Self {
        Self {
            code: code.to_owned(),
            values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}

impl From<&Refusal> for Reason {
    fn from(refusal: &Refusal) -> Self {
        let shown = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        let fields =
            serde_json::to_value(refusal).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default();
        let mut values: BTreeMap<String, String> =
            fields.into_iter().map(|(name, value)| (name, shown(value))).collect();
        Self { code: values.remove("code").unwrap_or_default(), values }
    }
}

impl LoadError {
    /// What is wrong with the file or with how it was handed in; `None` where the lake itself failed.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        Some(match self {
            Self::Refused { refusal, .. } => refusal.into(),
            Self::TooManyRejected(load) => Reason::new(
                "too_many_rejected",
                [
                    ("rows_in", load.rows_in.to_string()),
                    ("rejected", load.rejected.to_string()),
                    ("row", load.first.row.to_string()),
                    ("column", load.first.column.clone().unwrap_or_else(|| "-".to_owned())),
                ],
            ),
            Self::Cancelled => Reason::new("cancelled", []),
            Self::SourceChanged(_) => Reason::new("source_changed", []),
            Self::SchemaMismatch { detail, .. } => Reason::new("schema_mismatch", [("detail", detail.clone())]),
            Self::BadRequest(detail) => Reason::new("bad_request", [("detail", detail.clone())]),
            Self::Lake(_) => return None,
            #[cfg(test)]
            Self::Injected(_) => return None,
        })
    }
}

/// Why the lake could not answer.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A dataset id that is no safe path component.
    #[error("`{0}` is no dataset id: use 1 to 128 of a-z, A-Z, 0-9, `-` and `_`")]
    BadDatasetId(String),
    /// Nothing was ever loaded under this id.
    #[error("there is no dataset `{0}`; load it first")]
    NoDataset(String),
    /// No load with this id is kept.
    #[error("there is no load `{0}`")]
    NoLoad(uuid::Uuid),
    /// The table has no such column.
    #[error("dataset `{dataset}` has no column `{column}`")]
    NoColumn {
        /// The dataset.
        dataset: String,
        /// The column asked for.
        column: String,
    },
    /// The column is no key of the dataset.
    #[error("dataset `{dataset}` has no point-read index on `{column}`; name it among the load's index keys")]
    NotIndexed {
        /// The dataset.
        dataset: String,
        /// The column asked for.
        column: String,
    },
    /// More records under one key than an answer may have.
    #[error("more than {limit} records share this key in `{dataset}`; ask by a narrower key")]
    TooManyRecords {
        /// The dataset.
        dataset: String,
        /// The limit.
        limit: usize,
    },
    /// A file operation failed.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The Delta table could not be read or written.
    #[error("delta table: {0}")]
    Delta(#[from] deltalake_core::DeltaTableError),
    /// The object store failed.
    #[error("object store: {0}")]
    Store(#[from] object_store::Error),
    /// A Parquet file could not be read or written.
    #[error("parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Column data did not fit together.
    #[error("columns: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The index could not be read or written.
    #[error("point-read index: {0}")]
    Index(#[from] heed::Error),
    /// Something stored is not what was written.
    #[error("stored data is not well formed: {0}")]
    Corrupt(String),
}

impl LakeError {
    /// A file error with what was tried on which path.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| LakeError::Io { action, path, source }
    }
}

/// What stops a reader of rows: the file (refused) or the machine.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Reading failed.
    #[error("cannot read the source: {0}")]
    Io(#[from] std::io::Error),
}

impl ReadError {
    /// The error as a load reports it.
    pub(crate) fn into_load(self, source_name: &str, path: &std::path::Path) -> LoadError {
        match self {
            ReadError::Refused(refusal) => LoadError::Refused { source_name: source_name.to_owned(), refusal },
            ReadError::Io(source) => LoadError::Lake(LakeError::Io { action: "read", path: path.to_owned(), source }),
        }
    }
}
