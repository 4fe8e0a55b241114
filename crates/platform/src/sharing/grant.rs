//! What a requester was granted, compiled once from the request and the published entry, and enforced in every byte (I3).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::request::{Mode, RowScope};
use crate::ids::*;

/// A grant. It never holds more than was asked for, nor more than the entry has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The service that serves it.
    pub service: ServiceId,
    /// The entry.
    pub entry: EntryId,
    /// The entry's version from which it was compiled.
    pub entry_version: i32,
    /// The lake's table.
    pub dataset: String,
    /// Who gives.
    pub provider: OrganisationId,
    /// Who receives.
    pub demander: OrganisationId,
    /// How it is delivered.
    pub mode: Mode,
    /// The fields, in the entry's order.
    pub fields: Vec<GrantedField>,
    /// The rows; `None` = all.
    pub row_scope: Option<RowScope>,
    /// The columns by which records may be looked up.
    pub keys: Vec<String>,
    /// The purposes a call may name.
    pub purposes: BTreeSet<String>,
    /// Calls a minute, at most.
    pub rate_per_minute: u32,
    /// The first instant.
    pub from: Timestamp,
    /// The instant at which it ends by its own term; `None` = until it is ended.
    pub until: Option<Timestamp>,
}

/// One field of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedField {
    /// The item's code.
    pub name: String,
    /// The mask it wears, in the text form of [`privacy::Mask`]; `None` = in clear.
    pub mask: Option<String>,
}

/// Where a service stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStatus {
    /// It answers.
    Active,
    /// It does not answer until it is resumed.
    Suspended,
    /// It never answers again; use needs a new demand.
    Ended,
}

impl ServiceStatus {
    /// The word in the table.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        }
    }

    /// The status of a table's word; what is not known does not answer.
    pub fn from_word(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "suspended" => Self::Suspended,
            _ => Self::Ended,
        }
    }
}

/// A wider use that was asked for and changes nothing until the provider consents (CN-19).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Widening {
    /// Items on top of those granted.
    pub items: Vec<String>,
    /// Purposes on top of those granted.
    pub purposes: Vec<String>,
    /// Values on top of those of the row scope.
    pub row_values: BTreeSet<String>,
    /// Scope, purpose and receivers, in words.
    pub statement: String,
}
