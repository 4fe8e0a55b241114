//! The state of the district, for everybody: sums only.

use std::collections::BTreeMap;

use axum::Json;
use jiff::Timestamp;
use platform::supervision;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AppState, auth::Anyone, extract::Answer, openapi::ReadProblems};

/// Routes of the state.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(state_get))
}

/// Shows how the district stands. Every figure is a recount of rows that acts, loads and calls have made.
#[utoipa::path(get, path = "/state", tag = "state", security(()), responses((status = 200, body = DistrictState), ReadProblems))]
async fn state_get(anyone: Anyone) -> Answer<supervision::DistrictState> {
    Ok(Json(anyone.platform().state(&anyone.ctx).await?))
}

/// How the district stands.
#[derive(ToSchema)]
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
