//! Calls of services: how much a service is used, single calls as the log tells them, and the test console.

use std::collections::BTreeMap;

use axum::Json;
use jiff::{Timestamp, civil::Date};
use platform::{Code, ServiceId, gateway, ledger};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    demands::RowScope,
    gateway::{Found, FoundShape, Lookup, UseIndex},
};
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body, InPath, InQuery},
    openapi::{LookupProblems, ReadProblems},
    problem::Problem,
};

/// Routes of calls.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(services_usage))
        .routes(routes!(services_clients))
        .routes(routes!(services_example))
        .routes(routes!(services_try))
        .routes(routes!(calls_list))
}

/// Which stretch of a usage is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// From this instant on, which is taken back to the beginning of its step; left out = thirty days before the end.
    pub from: Option<Timestamp>,
    /// Up to this instant; left out = until now.
    pub until: Option<Timestamp>,
    /// The length of a step.
    #[param(inline, default = "day")]
    pub by: Option<UsageStepLength>,
}

/// The length of one step of a usage.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageStepLength {
    /// A day of the district's calendar.
    Day,
    /// An hour.
    Hour,
}

/// Shows how a service was used, day by day or hour by hour: sums of what the log says, seconds behind it. Steps without a
/// call are in the list, too; at most 1500 steps.
#[utoipa::path(get, path = "/services/{id}/usage", tag = "sharing", params(("id" = Uuid, Path, description = "the service"), UsageQuery), responses((status = 200, body = Usage), ReadProblems))]
async fn services_usage(
    caller: Caller,
    InPath(id): InPath<ServiceId>,
    InQuery(query): InQuery<UsageQuery>,
) -> Answer<gateway::Usage> {
    let by = match query.by {
        Some(UsageStepLength::Hour) => gateway::Step::Hour,
        _ => gateway::Step::Day,
    };
    let query = gateway::UsageQuery { from: query.from, until: query.until, by };
    Ok(Json(caller.platform().usage(&caller.ctx, id, query).await?))
}

/// Lists the systems that may call a service with their keys' fingerprints, newest first; at most 200.
#[utoipa::path(get, path = "/services/{id}/clients", tag = "sharing", params(("id" = Uuid, Path, description = "the service")), responses((status = 200, body = [ServiceClient]), ReadProblems))]
async fn services_clients(caller: Caller, InPath(id): InPath<ServiceId>) -> Answer<Vec<gateway::ServiceClient>> {
    Ok(Json(caller.platform().service_clients(&caller.ctx, id).await?))
}

/// Shows what a system must send to call a service, built from the service's own grant. What the system itself must fill in
/// stands in angle brackets.
#[utoipa::path(get, path = "/services/{id}/example", tag = "sharing", params(("id" = Uuid, Path, description = "the service")), responses((status = 200, body = CallExample), ReadProblems))]
async fn services_example(caller: Caller, InPath(id): InPath<ServiceId>) -> Answer<gateway::Example> {
    Ok(Json(caller.platform().service_example(&caller.ctx, id).await?))
}

/// Makes one call by hand, as the organisation to which the service was granted: the gateway's own look-up, under the same grant and masks,
/// counted and logged like any other call. At most 5 records, 30 times a minute.
#[utoipa::path(post, path = "/services/{id}/trial", tag = "sharing", request_body = Lookup, params(("id" = Uuid, Path, description = "the service")), responses((status = 200, body = TrialAnswer), LookupProblems))]
async fn services_try(
    caller: Caller,
    InPath(id): InPath<ServiceId>,
    Body(lookup): Body<gateway::Lookup>,
) -> Answer<TrialAnswer> {
    let trial = caller.platform().trial(&caller.ctx, id, lookup).await?;
    Ok(Json(TrialAnswer {
        answer: Found::from(trial.answer),
        items: trial.items.into_iter().map(TrialItem::from).collect(),
        row_scope: trial
            .row_scope
            .map(|scope| RowScope { column: scope.column, values: scope.values.into_iter().collect() }),
        article: trial.article,
    }))
}

/// Which calls are wanted. Every part narrows.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallsQuery {
    /// Of this service; left out = of all services that the reader may see.
    pub service: Option<Uuid>,
    /// By this client.
    pub client: Option<Uuid>,
    /// For this organisation.
    pub organisation: Option<Uuid>,
    /// With this outcome: `served`, or the code of a refusal, e.g. `beyond_grant`.
    pub outcome: Option<String>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// Where the page before ended: its `next` as `PERIOD:INDEX`.
    #[param(example = "2026-03:120")]
    pub before: Option<String>,
    /// Rows to give.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u64>,
}

impl CallsQuery {
    fn filter(self) -> Result<gateway::CallFilter, Problem> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Problem::new(Code::LimitExceeded, "a page has 1 to 200 rows")
                .field("limit", "ask for 1 to 200 and go on with `before`"));
        }
        let place = |text: &str| {
            let (period, index) = text.split_once(':')?;
            Some(ledger::UseIndex { period: period.to_owned(), index: index.parse().ok()? })
        };
        let before = match self.before.as_deref() {
            None => None,
            Some(text) => Some(place(text).ok_or_else(|| {
                Problem::new(Code::InvalidInput, "the place where to go on cannot be read")
                    .field("before", "must be the period and the index of the last page's `next`, e.g. `2026-03:120`")
            })?),
        };
        Ok(gateway::CallFilter {
            service: self.service.map(Into::into),
            client: self.client.map(Into::into),
            organisation: self.organisation.map(Into::into),
            outcome: self.outcome,
            from: self.from,
            until: self.until,
            before,
            limit,
        })
    }
}

/// Lists calls, newest first: of one service for its parties and overseers; of all services for those who read the log; of
/// their own services for everybody else. A page reads at most 20,000 entries of the log, so it may hold fewer rows than were
/// asked for and still have a `next`.
#[utoipa::path(get, path = "/calls", tag = "ledger", params(CallsQuery), responses((status = 200, body = Calls), ReadProblems))]
async fn calls_list(caller: Caller, InQuery(query): InQuery<CallsQuery>) -> Answer<gateway::Calls> {
    Ok(Json(caller.platform().calls(&caller.ctx, &query.filter()?).await?))
}

/// How a service was used over a stretch of time.
#[derive(ToSchema)]
pub struct Usage {
    /// The service.
    pub service: Uuid,
    /// The length of a step: `day` or `hour`.
    pub by: String,
    /// The beginning of the first step.
    pub from: Timestamp,
    /// The end of the last.
    pub until: Timestamp,
    /// Every step in between, oldest first, those without a call too.
    pub steps: Vec<UsageStep>,
    /// Calls answered in all steps.
    pub calls: u64,
    /// Records given.
    pub records: u64,
    /// Calls refused.
    pub refused: u64,
    /// Refused calls by the refusal's code.
    pub refusals: BTreeMap<String, u64>,
}

/// One step of a usage.
#[derive(ToSchema)]
pub struct UsageStep {
    /// Its beginning.
    pub at: Timestamp,
    /// Its day in the district.
    pub day: Date,
    /// Calls answered.
    pub calls: u64,
    /// Records given.
    pub records: u64,
    /// Calls refused.
    pub refused: u64,
}

/// A system that may call a service.
#[derive(ToSchema)]
pub struct ServiceClient {
    /// The client.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// SM3 of its public key's PEM text, in hexadecimal digits.
    pub key_fingerprint: String,
    /// Until when the key is good.
    pub expires_at: Timestamp,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Whether it can call now: neither revoked nor past its term.
    pub usable: bool,
}

/// What a system must send to call a service.
#[derive(ToSchema)]
pub struct CallExample {
    /// The service.
    pub service: Uuid,
    /// The call's method.
    pub method: String,
    /// Where to.
    pub path: String,
    /// The body to send; what the system must fill in stands in angle brackets.
    pub body: serde_json::Value,
    /// The text whose SM2 signature gets an access token, with the same brackets.
    pub token_text: String,
    /// Where the token is got.
    pub token_path: String,
    /// What is sent for it.
    pub token_body: serde_json::Value,
    /// The fields of the answer, in their order.
    pub fields: Vec<ExampleField>,
    /// The columns by which records may be looked up.
    pub keys: Vec<String>,
    /// The purposes a call may name.
    pub purposes: Vec<String>,
    /// Calls a minute, at most.
    pub rate_per_minute: u32,
    /// Records of one answer, at most.
    pub records: u32,
    /// The instant at which the grant ends by its own term.
    #[schema(required)]
    pub until: Option<Timestamp>,
}

/// A field of a service's answers.
#[derive(ToSchema)]
pub struct ExampleField {
    /// The item's code.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What a value means.
    pub meaning: String,
    /// Its type; `null` when the entry no longer has the item.
    #[schema(required)]
    pub kind: Option<super::elements::ColumnKind>,
    /// The mask it wears, in the text form of `Mask`; `null` = in clear.
    #[schema(required)]
    pub mask: Option<String>,
}

/// What a trial answers.
#[derive(Serialize, ToSchema)]
pub struct TrialAnswer {
    /// What the gateway answered.
    #[schema(value_type = FoundShape)]
    pub answer: Found,
    /// Every item of the entry and what became of it.
    pub items: Vec<TrialItem>,
    /// The rows that the grant covers; `null` = all.
    #[schema(required)]
    pub row_scope: Option<RowScope>,
    /// The article on which the bounds rest.
    pub article: String,
}

/// What became of an item in a trial.
#[derive(Serialize, ToSchema)]
pub struct TrialItem {
    /// Its code.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Whether it is granted.
    pub granted: bool,
    /// Whether this answer holds it.
    pub given: bool,
    /// The mask it wears, in the text form of `Mask`; `null` = in clear.
    #[schema(required)]
    pub mask: Option<String>,
}

impl From<gateway::TrialItem> for TrialItem {
    fn from(item: gateway::TrialItem) -> Self {
        let gateway::TrialItem { name, title, granted, given, mask } = item;
        Self { name, title, granted, given, mask }
    }
}

/// A page of calls.
#[derive(ToSchema)]
pub struct Calls {
    /// The calls, newest first.
    pub items: Vec<CallLine>,
    /// Where the next page goes on; `null` at the end.
    #[schema(required)]
    pub next: Option<UseIndex>,
    /// How many log entries were read for this page.
    pub read: u64,
}

/// One call, or several refused ones that the log sums up.
#[derive(ToSchema)]
pub struct CallLine {
    /// The call.
    pub id: Uuid,
    /// Where its record stands in the log `calls-3y`.
    #[schema(rename = "use")]
    pub place: UseIndex,
    /// The service.
    pub service: Uuid,
    /// When.
    pub at: Timestamp,
    /// `served`, or the code of the refusal.
    pub outcome: String,
    /// Who called: `person`, `client`, or `platform` where refusals are summed up.
    pub caller: String,
    /// For which organisation.
    #[schema(required)]
    pub organisation: Option<Uuid>,
    /// Which client.
    #[schema(required)]
    pub client: Option<Uuid>,
    /// The purpose that was stated.
    pub purpose: String,
    /// The fields that were given.
    pub fields: Vec<String>,
    /// Records given.
    pub records: u64,
    /// Calls that this line stands for: more than one where refusals are summed up.
    pub calls: u64,
}
