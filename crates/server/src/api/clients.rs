//! Departments' own systems, known by their SM2 keys.

use axum::{Json, http::StatusCode};
use jiff::Timestamp;
use platform::{
    ClientId, identity,
    policy::{Action, Resource},
};
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
    OpenApiRouter::new()
        .routes(routes!(clients_list, clients_create))
        .routes(routes!(clients_revoke))
        .routes(routes!(clients_rotate))
}

/// Lists clients, newest first: those of an organisation, one's own if none is named, or everybody's for the administrators.
#[utoipa::path(get, path = "/clients", tag = "organisations", params(OwnerQuery, PageQuery), responses((status = 200, body = Paged<ClientView>), ReadProblems))]
async fn clients_list(
    caller: Caller,
    InQuery(of): InQuery<OwnerQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<identity::ClientView>> {
    let all = caller.platform().may(&caller.ctx, Action::ReadPeople, &Resource::platform()).is_ok();
    let of = match of.organisation {
        None if all => None,
        _ => Some(of.organisation(&caller)?),
    };
    Ok(Json(caller.platform().clients(&caller.ctx, of, page.page()?).await?))
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

/// Puts a new key in the place of a client's: the old one and its tokens are good no more.
#[utoipa::path(put, path = "/clients/{id}/key", tag = "organisations", request_body = ClientKey, params(("id" = Uuid, Path, description = "the client")), responses((status = 200, body = ClientView), ActProblems))]
async fn clients_rotate(
    caller: Caller,
    InPath(id): InPath<ClientId>,
    Body(input): Body<ClientKey>,
) -> Answer<identity::ClientView> {
    let ClientKey { public_key, expires_at } = input;
    Ok(Json(caller.platform().rotate_client_key(&caller.ctx, id, &public_key, expires_at).await?))
}

/// A client's new key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientKey {
    /// Its SM2 public key, PEM (`SubjectPublicKeyInfo`).
    pub public_key: String,
    /// Until when it is good; left out = as long as the old one.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
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
    /// When it last proved itself.
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
}
