//! Organisations of the district.

use axum::Json;
use jiff::Timestamp;
use platform::{OrganisationId, identity};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
};

/// Routes of organisations.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(organisations_list, organisations_create))
        .routes(routes!(organisations_get, organisations_change))
        .routes(routes!(organisations_disable))
        .routes(routes!(organisations_enable))
        .routes(routes!(organisations_signing_key, organisations_set_signing_key))
        .routes(routes!(organisations_hold_signing_key))
}

/// Which organisations are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// A part of the name or code.
    pub search: Option<String>,
}

/// Lists organisations.
#[utoipa::path(get, path = "/organisations", tag = "organisations", params(SearchQuery, PageQuery), responses((status = 200, body = Paged<OrganisationView>), ReadProblems))]
async fn organisations_list(
    caller: Caller,
    InQuery(query): InQuery<SearchQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<identity::OrganisationView>> {
    Ok(Json(caller.platform().organisations(&caller.ctx, query.search.as_deref(), page.page()?).await?))
}

/// Creates an organisation.
#[utoipa::path(post, path = "/organisations", tag = "organisations", request_body = OrganisationInput, responses((status = 200, body = OrganisationView), ActProblems))]
async fn organisations_create(
    caller: Caller,
    Body(input): Body<identity::OrganisationInput>,
) -> Answer<identity::OrganisationView> {
    Ok(Json(caller.platform().create_organisation(&caller.ctx, input).await?))
}

/// Shows an organisation.
#[utoipa::path(get, path = "/organisations/{id}", tag = "organisations", params(("id" = Uuid, Path, description = "the organisation")), responses((status = 200, body = OrganisationView), ReadProblems))]
async fn organisations_get(caller: Caller, InPath(id): InPath<OrganisationId>) -> Answer<identity::OrganisationView> {
    Ok(Json(caller.platform().organisation(&caller.ctx, id).await?))
}

/// Changes what is known of an organisation; its code stays.
#[utoipa::path(put, path = "/organisations/{id}", tag = "organisations", params(("id" = Uuid, Path, description = "the organisation")), request_body = OrganisationInput, responses((status = 200, body = OrganisationView), ActProblems))]
async fn organisations_change(
    caller: Caller,
    InPath(id): InPath<OrganisationId>,
    Body(input): Body<identity::OrganisationInput>,
) -> Answer<identity::OrganisationView> {
    Ok(Json(caller.platform().change_organisation(&caller.ctx, id, input).await?))
}

/// Closes an organisation: its people are logged out and its systems refused. One that holds an office cannot be.
#[utoipa::path(post, path = "/organisations/{id}/disable", tag = "organisations", params(("id" = Uuid, Path, description = "the organisation")), responses((status = 200, body = OrganisationView), ActProblems))]
async fn organisations_disable(
    caller: Caller,
    InPath(id): InPath<OrganisationId>,
) -> Answer<identity::OrganisationView> {
    Ok(Json(caller.platform().set_organisation_disabled(&caller.ctx, id, true).await?))
}

/// Opens an organisation again that was closed.
#[utoipa::path(post, path = "/organisations/{id}/enable", tag = "organisations", params(("id" = Uuid, Path, description = "the organisation")), responses((status = 200, body = OrganisationView), ActProblems))]
async fn organisations_enable(
    caller: Caller,
    InPath(id): InPath<OrganisationId>,
) -> Answer<identity::OrganisationView> {
    Ok(Json(caller.platform().set_organisation_disabled(&caller.ctx, id, false).await?))
}

/// Registers the key under which an organisation signs its commitments, or replaces it.
#[utoipa::path(put, path = "/organisations/{id}/signing-key", tag = "organisations", params(("id" = Uuid, Path, description = "the organisation")), request_body = SigningKeyInput, responses((status = 200, body = OrganisationView), ActProblems))]
async fn organisations_set_signing_key(
    caller: Caller,
    InPath(id): InPath<OrganisationId>,
    Body(input): Body<SigningKeyInput>,
) -> Answer<identity::OrganisationView> {
    Ok(Json(caller.platform().set_signing_key(&caller.ctx, id, &input.public_key).await?))
}

/// Shows under which key an organisation signs, and whether the platform keeps its private half.
#[utoipa::path(get, path = "/organisations/{id}/signing-key", tag = "organisations", params(("id" = Uuid, Path, description = "the organisation")), responses((status = 200, body = SigningKey), ReadProblems))]
async fn organisations_signing_key(
    caller: Caller,
    InPath(id): InPath<OrganisationId>,
) -> Answer<identity::SigningKeyView> {
    Ok(Json(caller.platform().signing_key(&caller.ctx, id).await?))
}

/// Makes a signing key for an organisation, keeps its private half sealed, and registers its public one.
#[utoipa::path(post, path = "/organisations/{id}/signing-key/held", tag = "organisations", params(("id" = Uuid, Path, description = "the organisation")), responses((status = 200, body = SigningKey), ActProblems))]
async fn organisations_hold_signing_key(
    caller: Caller,
    InPath(id): InPath<OrganisationId>,
) -> Answer<identity::SigningKeyView> {
    Ok(Json(caller.platform().hold_signing_key(&caller.ctx, id).await?))
}

/// Under which key an organisation signs.
#[derive(ToSchema)]
pub struct SigningKey {
    /// The public half, SPKI PEM.
    #[schema(required)]
    pub public_key: Option<String>,
    /// Whether the platform keeps the private half: its people sign by confirming with their password.
    pub held: bool,
}

/// The public half of an SM2 signing key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningKeyInput {
    /// SPKI PEM.
    pub public_key: String,
}

/// What kind of organisation it is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// A department of the district.
    Department,
    /// A street or town.
    Street,
    /// A public institution or company entrusted with public affairs.
    Institution,
    /// A company outside government.
    Company,
    /// A department of the city.
    Municipal,
}

/// What is needed to create an organisation.
#[derive(ToSchema)]
pub struct OrganisationInput {
    /// Its short code, unique: lower-case letters, digits, `_`, `-`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind it is.
    #[schema(inline = false)]
    pub kind: OrganisationKind,
    /// Its unified social credit code (GB 32100).
    pub credit_code: Option<String>,
    /// The office it holds in the district: a role of the law's vocabulary.
    #[schema(example = "centre")]
    pub office: Option<String>,
}

/// An organisation.
#[derive(ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationView {
    /// Its id.
    pub id: Uuid,
    /// Its short code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind it is.
    #[schema(inline = false)]
    pub kind: OrganisationKind,
    /// Its unified social credit code.
    #[schema(required)]
    pub credit_code: Option<String>,
    /// The office it holds.
    #[schema(required, example = "centre")]
    pub office: Option<String>,
    /// The public half of its SM2 signing key, SPKI PEM.
    #[schema(required)]
    pub signing_key: Option<String>,
    /// When that key was registered; `null` where it was before this was noted.
    #[schema(required)]
    pub signing_key_since: Option<Timestamp>,
    /// Whether it is closed: nobody works for it, and none of its systems calls.
    pub disabled: bool,
}
