//! What comes of handing data in, as it stands on the wire. The platform's own types are written; these describe them, and a
//! test holds both together.

use std::collections::BTreeMap;

use jiff::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{cases::Receipt, elements::ColumnKind};
use crate::problem::Reason;

/// What came of a load.
#[derive(ToSchema)]
pub struct Loaded {
    /// The load.
    pub load: Uuid,
    /// Its certificate.
    pub certificate: Certificate,
    /// The act on the entry's collection case; `None` where the pack knows no such case, or it has ended.
    #[schema(required)]
    pub receipt: Option<Receipt>,
}

/// A load in a list.
#[derive(ToSchema)]
pub struct LoadView {
    /// The load.
    pub id: Uuid,
    /// The entry.
    pub entry: Uuid,
    /// The file's name.
    pub name: String,
    /// `running`, `accepted`, `refused` or `stopped`.
    pub state: String,
    /// When it was handed in.
    pub started_at: Timestamp,
    /// When it was done.
    #[schema(required)]
    pub finished_at: Option<Timestamp>,
    /// The version of the entry it was checked against.
    pub entry_version: i32,
    /// Rows in the file.
    pub rows_in: u64,
    /// Rows accepted.
    pub accepted: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Why it was refused.
    #[schema(required)]
    pub fault: Option<String>,
    /// The same as a code and what a sentence about it must name.
    #[schema(required)]
    pub fault_reason: Option<Reason>,
}

/// A load in a list of many entries' loads.
#[derive(ToSchema)]
pub struct LoadLine {
    /// The load.
    #[serde(flatten)]
    pub load: LoadView,
    /// The entry's title.
    pub entry_title: String,
}

/// The first rows of an entry's data, under their default masks.
#[derive(ToSchema)]
pub struct Preview {
    /// The items' codes.
    pub columns: Vec<String>,
    /// The rows.
    pub records: Vec<Vec<Option<String>>>,
}

/// The reconciliation certificate of a load: rows in = accepted + rejected (I7).
#[derive(ToSchema)]
pub struct Certificate {
    /// The load.
    pub load: Uuid,
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
    /// Which column of the file became which item; absent in certificates that were made before this was told.
    #[schema(required = false)]
    pub matched: Vec<Matched>,
}

/// A column of a file and the item that it became.
#[derive(ToSchema)]
pub struct Matched {
    /// The item's code.
    pub item: String,
    /// The type as which it was read.
    pub kind: ColumnKind,
    /// The column's heading in the file; `null` where the file has no such column, or no headings.
    #[schema(required)]
    pub source: Option<String>,
}

/// A column, declared or found.
#[derive(ToSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// Whether a value may be absent.
    pub nullable: bool,
    /// Longest value in characters, for text.
    #[schema(required)]
    pub max_length: Option<u32>,
    /// Whether the values are unique.
    pub unique: bool,
}

/// A row that was not accepted.
#[derive(ToSchema)]
pub struct Rejected {
    /// Its number in the file, from 1, header included.
    pub row: u64,
    /// The column at fault, if one is.
    #[schema(required)]
    pub column: Option<String>,
    /// The reason's code.
    pub code: String,
    /// The reason in words.
    pub reason: String,
}
