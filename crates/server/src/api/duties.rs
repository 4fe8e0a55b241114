//! The duty catalogue 职责目录 and the system catalogue 系统目录 of organisations.

use axum::Json;
use jiff::{Timestamp, civil::Date};
use platform::{OrganisationId, catalogue};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
};

/// Routes of duties and systems.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(duties_list, duties_create)).routes(routes!(systems_list, systems_create))
}

/// Whose catalogue is read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OwnerQuery {
    /// The organisation; left out = the caller's own.
    pub organisation: Option<Uuid>,
}

impl OwnerQuery {
    /// The organisation meant.
    ///
    /// # Errors
    /// When neither the query nor the caller names one.
    pub fn organisation(&self, caller: &Caller) -> Result<OrganisationId, crate::Problem> {
        self.organisation.map(OrganisationId).or_else(|| caller.organisation()).ok_or_else(|| {
            crate::Problem::new(platform::Code::InvalidInput, "no organisation is named")
                .field("organisation", "name one: the caller belongs to none")
        })
    }
}

/// Lists an organisation's duties, by code.
#[utoipa::path(get, path = "/duties", tag = "catalogue", params(OwnerQuery, PageQuery), responses((status = 200, body = Paged<Duty>), ReadProblems))]
async fn duties_list(
    caller: Caller,
    InQuery(of): InQuery<OwnerQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<catalogue::Duty>> {
    let organisation = of.organisation(&caller)?;
    Ok(Json(page.cut(caller.platform().duties(&caller.ctx, organisation).await?)?))
}

/// Records a duty of the caller's organisation.
#[utoipa::path(post, path = "/duties", tag = "catalogue", request_body = DutyInput, responses((status = 200, body = Duty), ActProblems))]
async fn duties_create(caller: Caller, Body(input): Body<catalogue::DutyInput>) -> Answer<catalogue::Duty> {
    Ok(Json(caller.platform().create_duty(&caller.ctx, input).await?))
}

/// Lists an organisation's systems, by code.
#[utoipa::path(get, path = "/systems", tag = "catalogue", params(OwnerQuery, PageQuery), responses((status = 200, body = Paged<System>), ReadProblems))]
async fn systems_list(
    caller: Caller,
    InQuery(of): InQuery<OwnerQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<catalogue::System>> {
    let organisation = of.organisation(&caller)?;
    Ok(Json(page.cut(caller.platform().systems(&caller.ctx, organisation).await?)?))
}

/// Records a system of the caller's organisation.
#[utoipa::path(post, path = "/systems", tag = "catalogue", request_body = SystemInput, responses((status = 200, body = System), ActProblems))]
async fn systems_create(caller: Caller, Body(input): Body<catalogue::SystemInput>) -> Answer<catalogue::System> {
    Ok(Json(caller.platform().create_system(&caller.ctx, input).await?))
}

/// A duty to record.
#[derive(ToSchema)]
#[schema(title = "DutyInput")]
pub struct DutyInput {
    /// Its code, unique in the organisation.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The law or decision that gives it.
    pub basis: String,
    /// In words.
    #[schema(required = false)]
    pub description: String,
}

/// A duty.
#[derive(ToSchema)]
pub struct Duty {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub organisation: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The law or decision that gives it.
    pub basis: String,
    /// In words.
    pub description: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A system to record.
#[derive(ToSchema)]
pub struct SystemInput {
    /// Its code, unique in the organisation.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In words.
    #[schema(required = false)]
    pub description: String,
    /// The duty it serves.
    pub duty: Option<Uuid>,
    /// The day on which it was accepted 验收.
    pub accepted_on: Option<Date>,
}

/// A system.
#[derive(ToSchema)]
pub struct System {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub organisation: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In words.
    pub description: String,
    /// The duty it serves.
    #[schema(required)]
    pub duty: Option<Uuid>,
    /// The day on which it was accepted 验收.
    #[schema(required)]
    pub accepted_on: Option<Date>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}
