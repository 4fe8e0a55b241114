//! Findings: what an office has found about something, where no part of the platform derives it.

use std::collections::BTreeMap;

use axum::Json;
use jiff::Timestamp;
use platform::{docket, findings};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body, InPath},
    openapi::{ActProblems, ReadProblems},
};

use super::cases::{FactValue, SubjectKind, facts};

/// Routes of findings.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(findings_get, findings_record))
}

/// Shows what stands as found about something, to its owner and to those who oversee.
#[utoipa::path(
    get, path = "/findings/{subject_kind}/{subject}", tag = "cases",
    params(("subject_kind" = SubjectKind, Path, description = "what kind of thing"), ("subject" = Uuid, Path, description = "which one")),
    responses((status = 200, body = [Finding]), ReadProblems)
)]
async fn findings_get(
    caller: Caller,
    InPath(subject): InPath<(docket::SubjectKind, Uuid)>,
) -> Answer<Vec<findings::Finding>> {
    Ok(Json(caller.platform().findings(&caller.ctx, subject).await?))
}

/// Records what an office has found about something, and tells the open cases about it. A newer finding of a fact takes the older
/// one's place; both stay in the log. What the platform derives, what is stated with an act and what an open case establishes is
/// refused.
#[utoipa::path(
    put, path = "/findings/{subject_kind}/{subject}", tag = "cases", request_body = FindingsInput,
    params(("subject_kind" = SubjectKind, Path, description = "what kind of thing"), ("subject" = Uuid, Path, description = "which one")),
    responses((status = 200, body = [Finding]), ActProblems)
)]
async fn findings_record(
    caller: Caller,
    InPath(subject): InPath<(docket::SubjectKind, Uuid)>,
    Body(input): Body<FindingsInput>,
) -> Answer<Vec<findings::Finding>> {
    Ok(Json(caller.platform().record_findings(&caller.ctx, subject, &facts(&input.facts)?).await?))
}

/// What was found.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingsInput {
    /// Facts of the law's vocabulary with their values.
    #[schema(example = json!({"plan_approved": true}))]
    pub facts: BTreeMap<String, FactValue>,
}

/// A standing finding.
#[derive(ToSchema)]
pub struct Finding {
    /// What was found.
    pub fact: String,
    /// How it is.
    pub value: FactValue,
    /// Since when it stands.
    pub at: Timestamp,
    /// The organisation for which it was recorded.
    #[schema(required)]
    pub organisation: Option<Uuid>,
    /// Who recorded it.
    #[schema(required)]
    pub person: Option<Uuid>,
}
