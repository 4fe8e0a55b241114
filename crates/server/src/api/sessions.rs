//! Logging in and out, and who one is.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use jiff::Timestamp;
use platform::{Actor, Office, Role, identity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::organisations::OrganisationView;
use super::people::{PersonView, RoleWord};
use crate::{
    AppState,
    auth::{self, Caller},
    extract::{Answer, Body, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
    problem::Problem,
};

/// Routes of sessions.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sessions_create, sessions_list))
        .routes(routes!(sessions_delete_current))
        .routes(routes!(sessions_delete))
        .routes(routes!(me_get))
        .routes(routes!(me_change_password))
        .routes(routes!(me_begin_totp))
        .routes(routes!(me_confirm_totp))
}

/// Logs in: sets the session cookie and returns the same token for programs.
#[utoipa::path(post, path = "/sessions", tag = "sessions", security(()), request_body = Login, responses((status = 200, body = Session), ActProblems))]
async fn sessions_create(
    State(state): State<AppState>,
    method: Method,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<impl IntoResponse, Problem> {
    // Nobody may log somebody else's browser in as themselves. A program sends neither header and has no cookie to lose.
    if headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN) {
        auth::same_origin(&headers, &method)?;
    }
    let ctx = state.ctx(Actor::Public);
    let session = {
        let Login { login, password, totp, new_password } = &login;
        state.platform.log_in_choosing(&ctx, login, password, totp.as_deref(), new_password.as_deref()).await?
    };
    let seconds = session.expires_at.duration_since(ctx.now).as_secs();
    let cookie = auth::set_cookie(&session.token, seconds, state.settings.secure_cookies);
    let cookie: Vec<(HeaderName, _)> = cookie.into_iter().map(|cookie| (header::SET_COOKIE, cookie)).collect();
    Ok((AppendHeaders(cookie), Json(session)))
}

/// Whose sessions are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PersonQuery {
    /// The person; left out = the caller.
    pub person: Option<Uuid>,
    /// Everybody's, for the security and the audit administrator.
    #[serde(default)]
    #[param(default = false)]
    pub all: bool,
    /// Only those that have not ended.
    #[serde(default)]
    #[param(default = false)]
    pub open: bool,
}

/// Lists sessions, latest first: one's own, or others' for the security and the audit administrator.
#[utoipa::path(get, path = "/sessions", tag = "sessions", params(PersonQuery, PageQuery), responses((status = 200, body = Paged<SessionView>), ReadProblems))]
async fn sessions_list(
    caller: Caller,
    method: Method,
    headers: HeaderMap,
    InQuery(query): InQuery<PersonQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<identity::SessionView>> {
    let of = match query.person {
        Some(person) => Some(person.into()),
        None if query.all => None,
        None => Some(caller.person()?),
    };
    let wanted = identity::SessionsWanted { of, open: query.open, here: auth::token_of(&headers, &method)? };
    Ok(Json(caller.platform().sessions(&caller.ctx, &wanted, page.page()?).await?))
}

/// Logs out: ends the session with which one asks.
#[utoipa::path(delete, path = "/sessions/current", tag = "sessions", responses((status = 204, description = "it has ended"), ActProblems))]
async fn sessions_delete_current(
    caller: Caller,
    method: Method,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    if let Some(token) = auth::token_of(&headers, &method)? {
        caller.platform().log_out(&caller.ctx, &token).await?;
    }
    let gone = auth::set_cookie("", 0, caller.state().settings.secure_cookies);
    let gone: Vec<(HeaderName, _)> = gone.into_iter().map(|cookie| (header::SET_COOKIE, cookie)).collect();
    Ok((StatusCode::NO_CONTENT, AppendHeaders(gone)))
}

/// Ends a session: one's own, or another's by the security administrator.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "sessions", params(("id" = Uuid, Path, description = "the session")), responses((status = 204, description = "it has ended"), ActProblems))]
async fn sessions_delete(caller: Caller, InPath(id): InPath<Uuid>) -> Result<StatusCode, Problem> {
    caller.platform().end_session(&caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows who one is.
#[utoipa::path(get, path = "/me", tag = "sessions", responses((status = 200, body = Me), ReadProblems))]
async fn me_get(caller: Caller, method: Method, headers: HeaderMap) -> Answer<Me> {
    let organisation = match caller.organisation() {
        Some(id) => Some(caller.platform().organisation(&caller.ctx, id).await?),
        None => None,
    };
    let (kind, person, client, office, roles) = match &caller.ctx.who {
        Actor::Person { id, office, roles, .. } => ("person", Some(id.0), None, office.clone(), roles.clone()),
        Actor::Client { id, .. } => ("client", None, Some(id.0), None, BTreeSet::new()),
        Actor::Law | Actor::Platform | Actor::Public => ("public", None, None, None, BTreeSet::new()),
    };
    let called = match caller.person() {
        Ok(person) => Some(caller.platform().called(person).await?),
        Err(_) => None,
    };
    let (login, name) = called.unzip();
    let demonstration = caller.platform().settings().demonstration;
    let previous_visit = match auth::token_of(&headers, &method)? {
        Some(token) => caller.platform().previous_visit(&token).await?,
        None => None,
    };
    Ok(Json(Me {
        kind,
        person,
        login,
        name,
        client,
        organisation,
        office,
        roles,
        now: caller.ctx.now,
        previous_visit,
        demonstration,
    }))
}

/// Changes one's own password; every other session of one's own ends.
#[utoipa::path(put, path = "/me/password", tag = "sessions", request_body = PasswordChange, responses((status = 204, description = "it is changed"), ActProblems))]
async fn me_change_password(
    caller: Caller,
    method: Method,
    headers: HeaderMap,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode, Problem> {
    let token = auth::token_of(&headers, &method)?.unwrap_or_default();
    caller.platform().change_password(&caller.ctx, &change.old, &change.new, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a second factor for oneself; it counts once its first code was sent to `/me/totp/confirmation`.
#[utoipa::path(post, path = "/me/totp", tag = "sessions", responses((status = 200, body = PendingTotp), ActProblems))]
async fn me_begin_totp(caller: Caller) -> Answer<identity::PendingTotp> {
    Ok(Json(caller.platform().begin_totp(&caller.ctx).await?))
}

/// Makes the second factor count that was shown, by its first code.
#[utoipa::path(post, path = "/me/totp/confirmation", tag = "sessions", request_body = TotpConfirmation, responses((status = 200, body = PersonView), ActProblems))]
async fn me_confirm_totp(caller: Caller, Body(confirmation): Body<TotpConfirmation>) -> Answer<identity::PersonView> {
    Ok(Json(caller.platform().confirm_totp(&caller.ctx, &confirmation.pending, &confirmation.code).await?))
}

/// A new password of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    #[schema(format = Password)]
    pub old: String,
    /// The new one.
    #[schema(format = Password)]
    pub new: String,
}

/// A second factor that does not count yet. It is shown once.
#[derive(ToSchema)]
pub struct PendingTotp {
    /// The secret, base32, for typing in.
    pub secret: String,
    /// The same as an `otpauth://` address, for a picture.
    pub url: String,
    /// To be sent back with the first code, within a quarter of an hour.
    pub pending: String,
}

/// The first code of a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpConfirmation {
    /// What was shown with the second factor.
    pub pending: String,
    /// The six digits that the authenticator shows.
    pub code: String,
}

/// What is needed to log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The login.
    pub login: String,
    /// The password.
    #[schema(format = Password)]
    pub password: String,
    /// The current code of whoever has a second factor.
    #[serde(default)]
    pub totp: Option<String>,
    /// A password of one's own, for whoever was given theirs by somebody else.
    #[serde(default)]
    #[schema(format = Password)]
    pub new_password: Option<String>,
}

/// A session just begun. The token is shown once.
#[derive(ToSchema)]
pub struct Session {
    /// What a program sends as `authorization: Bearer …`.
    pub token: String,
    /// Who.
    pub person: Uuid,
    /// For whom.
    pub organisation: Uuid,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A session.
#[derive(ToSchema)]
pub struct SessionView {
    /// Its id, by which it can be ended.
    pub id: Uuid,
    /// Whose.
    pub person: Uuid,
    /// Their login.
    pub login: String,
    /// For whom they work.
    pub organisation: Uuid,
    /// Whether it is the one with which it is asked.
    pub current: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
    /// When it was last used, to within some minutes.
    #[schema(required)]
    pub used_at: Option<Timestamp>,
}

/// Who one is.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// `person` or `client`.
    pub kind: &'static str,
    /// The person.
    #[schema(required)]
    pub person: Option<Uuid>,
    /// The person's login.
    #[schema(required)]
    pub login: Option<String>,
    /// The person's name.
    #[schema(required)]
    pub name: Option<String>,
    /// The client.
    #[schema(required)]
    pub client: Option<Uuid>,
    /// For whom one acts.
    #[schema(required, value_type = Option<OrganisationView>)]
    pub organisation: Option<identity::OrganisationView>,
    /// The office that the organisation holds in the district.
    #[schema(required, value_type = Option<String>)]
    pub office: Option<Office>,
    /// What one may be.
    #[schema(value_type = Vec<RoleWord>)]
    pub roles: BTreeSet<Role>,
    /// The platform's present instant; in a demonstration it may be far from the wall's.
    pub now: Timestamp,
    /// When one was last here before this session; `null` the first time.
    #[schema(required)]
    pub previous_visit: Option<Timestamp>,
    /// Whether this is a demonstration, in which the clock can be moved.
    pub demonstration: bool,
}
