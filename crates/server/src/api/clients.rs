//! Departments' own systems, known by their SM2 keys.

use axum::{Json, http::StatusCode};
use jiff::Timestamp;
use platform::{ClientId, identity};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::duties::OwnerQuery;
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
    problem::Problem,
};

/// Routes of clients.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(clients_list, clients_create)).routes(routes!(clients_revoke))
}

/// Lists an organisation's clients, newest first.
#[utoipa::path(get, path = "/clients", tag = "organisations", params(OwnerQuery, PageQuery), responses((status = 200, body = Paged<ClientView>), ReadProblems))]
async fn clients_list(
    caller: Caller,
    InQuery(of): InQuery<OwnerQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<identity::ClientView>> {
    let organisation = of.organisation(&caller)?;
    Ok(Json(page.cut(caller.platform().clients(&caller.ctx, organisation).await?)?))
}

/// Registers a system of an organisation with its SM2 public key.
#[utoipa::path(post, path = "/clients", tag = "organisations", request_body = ClientInput, responses((status = 200, body = ClientView), ActProblems))]
async fn clients_create(caller: Caller, Body(input): Body<ClientInput>) -> Answer<identity::ClientView> {
    let ClientInput { organisation, name, public_key, expires_at } = input;
    Ok(Json(caller.platform().create_client(&caller.ctx, organisation.into(), &name, &public_key, expires_at).await?))
}

/// Revokes a client: its key and its tokens are good no more.
#[utoipa::path(delete, path = "/clients/{id}", tag = "organisations", params(("id" = Uuid, Path, description = "the client")), responses((status = 204, description = "it is revoked"), ActProblems))]
async fn clients_revoke(caller: Caller, InPath(id): InPath<ClientId>) -> Result<StatusCode, Problem> {
    caller.platform().revoke_client(&caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is needed to register a client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientInput {
    /// Whose.
    pub organisation: Uuid,
    /// What it is called.
    pub name: String,
    /// Its SM2 public key, PEM (`SubjectPublicKeyInfo`).
    pub public_key: String,
    /// Until when the key is good.
    pub expires_at: Timestamp,
}

/// A client.
#[derive(ToSchema)]
#[schema(as = Client)]
pub struct ClientView {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub organisation: Uuid,
    /// What it is called.
    pub name: String,
    /// Its SM2 public key, PEM.
    pub public_key: String,
    /// Until when the key is good.
    pub expires_at: Timestamp,
    /// Whether it was revoked.
    pub revoked: bool,
}
