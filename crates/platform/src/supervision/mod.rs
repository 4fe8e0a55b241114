//! Figures of the district's state. Every one is a recount of rows that acts, loads and calls have made (I10); none is kept.

pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Platform, ctx::Ctx, error::Result};

/// How the district stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistrictState {
    /// Counted at.
    pub at: Timestamp,
    /// Organisations.
    pub organisations: u64,
    /// Duties in the duty catalogues.
    pub duties: u64,
    /// Systems in the system catalogues.
    pub systems: u64,
    /// Entries by status: `draft`, `published`, `withdrawn`.
    pub entries: BTreeMap<String, u64>,
    /// Cases that have not ended, by procedure and state.
    pub open_cases: BTreeMap<String, BTreeMap<String, u64>>,
    /// Entries whose data has been handed in.
    pub collected: u64,
    /// Loads by state: `running`, `accepted`, `refused`, `stopped`.
    pub loads: BTreeMap<String, u64>,
    /// Rows of the last load of every entry.
    pub rows: u64,
    /// Requests by the state of their case.
    pub requests: BTreeMap<String, u64>,
    /// Services by status: `active`, `suspended`, `ended`.
    pub services: BTreeMap<String, u64>,
    /// Acts in all cases.
    pub acts: u64,
    /// Terms that ran out and whose outcome was recorded.
    pub missed_terms: u64,
    /// Of these, breaches of duty.
    pub breaches: u64,
    /// Calls answered, as far as they have been counted up.
    pub calls: u64,
    /// Records given by them.
    pub records: u64,
    /// Calls refused.
    pub refused_calls: u64,
}

impl Platform {
    /// The district's state, for everybody: sums only.
    ///
    /// # Errors
    /// [`crate::Code::Internal`] when the database fails.
    pub async fn state(&self, ctx: &Ctx) -> Result<DistrictState> {
        store::count(self.db().read(), ctx.now).await
    }
}
