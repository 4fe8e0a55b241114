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
use super::people::RoleWord;
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
    let session = state.platform.log_in(&ctx, &login.login, &login.password, login.totp.as_deref()).await?;
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
}

/// Lists the latest sessions: one's own, or another's for the security administrator.
#[utoipa::path(get, path = "/sessions", tag = "sessions", params(PersonQuery, PageQuery), responses((status = 200, body = Paged<SessionView>), ReadProblems))]
async fn sessions_list(
    caller: Caller,
    InQuery(of): InQuery<PersonQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<identity::SessionView>> {
    let person = match of.person {
        Some(person) => person.into(),
        None => caller.person()?,
    };
    Ok(Json(page.cut(caller.platform().sessions(&caller.ctx, person).await?)?))
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
async fn me_get(caller: Caller) -> Answer<Me> {
    let organisation = match caller.organisation() {
        Some(id) => Some(caller.platform().organisation(&caller.ctx, id).await?),
        None => None,
    };
    let (kind, person, client, office, roles) = match &caller.ctx.who {
        Actor::Person { id, office, roles, .. } => ("person", Some(id.0), None, office.clone(), roles.clone()),
        Actor::Client { id, .. } => ("client", None, Some(id.0), None, BTreeSet::new()),
        Actor::Law | Actor::Platform | Actor::Public => ("public", None, None, None, BTreeSet::new()),
    };
    let demonstration = caller.platform().settings().demonstration;
    Ok(Json(Me { kind, person, client, organisation, office, roles, now: caller.ctx.now, demonstration }))
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
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
}

/// Who one is.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// `person` or `client`.
    pub kind: &'static str,
    /// The person.
    #[schema(required)]
    pub person: Option<Uuid>,
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
    /// Whether this is a demonstration, in which the clock can be moved.
    pub demonstration: bool,
}
