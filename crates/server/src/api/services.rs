//! Services made from granted requests.

use axum::Json;
use platform::{ServiceId, docket, sharing};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    cases::Receipt,
    demands::{ServiceView, Widening},
};
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body, IdempotencyKey, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
};

/// Routes of services.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(services_list))
        .routes(routes!(services_get))
        .routes(routes!(services_widen))
        .routes(routes!(services_consent_to_widening))
        .routes(routes!(services_justify_idle))
}

/// Lists the services that concern the caller's organisation, newest first; an office and an auditor see all.
#[utoipa::path(get, path = "/services", tag = "sharing", params(PageQuery), responses((status = 200, body = Paged<ServiceView>), ReadProblems))]
async fn services_list(
    caller: Caller,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<sharing::ServiceView>> {
    Ok(Json(caller.platform().services(&caller.ctx, page.page()?).await?))
}

/// Shows a service with its grant.
#[utoipa::path(get, path = "/services/{id}", tag = "sharing", params(("id" = Uuid, Path, description = "the service")), responses((status = 200, body = ServiceView), ReadProblems))]
async fn services_get(caller: Caller, InPath(id): InPath<ServiceId>) -> Answer<sharing::ServiceView> {
    Ok(Json(caller.platform().service(&caller.ctx, id).await?))
}

/// Asks for a wider use of a service. It changes nothing until the provider consents.
#[utoipa::path(post, path = "/services/{id}/widening", tag = "sharing", request_body = Widening, params(("id" = Uuid, Path, description = "the service"), ("idempotency-key" = Option<String>, Header, description = "repeating the act with the same key repeats nothing")), responses((status = 200, body = Receipt), ActProblems))]
async fn services_widen(
    caller: Caller,
    InPath(id): InPath<ServiceId>,
    key: IdempotencyKey,
    Body(widening): Body<sharing::Widening>,
) -> Answer<docket::Receipt> {
    Ok(Json(caller.platform().widen(&caller.ctx, id, widening, key.0).await?))
}

/// Consents to the wider use that was asked for, and makes the grant for it in the same breath.
#[utoipa::path(post, path = "/services/{id}/widening/consent", tag = "sharing", params(("id" = Uuid, Path, description = "the service")), responses((status = 200, body = Receipt), ActProblems))]
async fn services_consent_to_widening(caller: Caller, InPath(id): InPath<ServiceId>) -> Answer<docket::Receipt> {
    Ok(Json(caller.platform().consent_to_widening(&caller.ctx, id).await?))
}

/// States why a service is not being called, so that it is not suspended for that.
#[utoipa::path(post, path = "/services/{id}/idle-reason", tag = "sharing", request_body = IdleReason, params(("id" = Uuid, Path, description = "the service"), ("idempotency-key" = Option<String>, Header, description = "repeating the act with the same key repeats nothing")), responses((status = 200, body = Receipt), ActProblems))]
async fn services_justify_idle(
    caller: Caller,
    InPath(id): InPath<ServiceId>,
    key: IdempotencyKey,
    Body(input): Body<IdleReason>,
) -> Answer<docket::Receipt> {
    Ok(Json(caller.platform().justify_idle(&caller.ctx, id, &input.reason, key.0).await?))
}

/// Why a service is not being called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdleReason {
    /// The reason, in words.
    pub reason: String,
}
