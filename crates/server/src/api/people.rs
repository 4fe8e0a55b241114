//! People who can log in, their roles and their second factor.

use std::collections::BTreeSet;

use axum::Json;
use jiff::Timestamp;
use platform::{PersonId, Role, identity};
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
};

/// Routes of people.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(people_list, people_create))
        .routes(routes!(people_set_roles))
        .routes(routes!(people_totp_enrol))
}

/// Lists people, of one organisation or of all.
#[utoipa::path(get, path = "/people", tag = "organisations", params(OwnerQuery, PageQuery), responses((status = 200, body = Paged<PersonView>), ReadProblems))]
async fn people_list(
    caller: Caller,
    InQuery(of): InQuery<OwnerQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<identity::PersonView>> {
    Ok(Json(caller.platform().people(&caller.ctx, of.organisation.map(Into::into), page.page()?).await?))
}

/// Creates a person without roles; the security administrator gives those.
#[utoipa::path(post, path = "/people", tag = "organisations", request_body = PersonInput, responses((status = 200, body = PersonView), ActProblems))]
async fn people_create(caller: Caller, Body(input): Body<identity::PersonInput>) -> Answer<identity::PersonView> {
    Ok(Json(caller.platform().create_person(&caller.ctx, input).await?))
}

/// Gives a person these roles and no others. The three administrators 三员 exclude each other.
#[utoipa::path(put, path = "/people/{id}/roles", tag = "organisations", request_body = Roles, params(("id" = Uuid, Path, description = "the person")), responses((status = 200, body = PersonView), ActProblems))]
async fn people_set_roles(
    caller: Caller,
    InPath(id): InPath<PersonId>,
    Body(input): Body<Roles>,
) -> Answer<identity::PersonView> {
    Ok(Json(caller.platform().set_roles(&caller.ctx, id, input.roles).await?))
}

/// Gives a person a new second factor, shown once.
#[utoipa::path(post, path = "/people/{id}/totp", tag = "organisations", params(("id" = Uuid, Path, description = "the person")), responses((status = 200, body = TotpEnrolment), ActProblems))]
async fn people_totp_enrol(caller: Caller, InPath(id): InPath<PersonId>) -> Answer<identity::TotpEnrolment> {
    Ok(Json(caller.platform().enrol_totp(&caller.ctx, id).await?))
}

/// What a person may be.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "snake_case")]
pub enum RoleWord {
    /// 数据执行专员.
    DataExecutive,
    /// 首席数据官.
    ChiefDataOfficer,
    /// Reviewer of the centre or the authority.
    Officer,
    /// 系统管理员: organisations, people, clients.
    SystemAdministrator,
    /// 安全管理员: roles, policy, keys, sessions.
    SecurityAdministrator,
    /// 审计管理员: reads everything that was done, changes nothing.
    AuditAdministrator,
}

/// Roles to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// All roles the person has afterwards.
    #[schema(value_type = Vec<RoleWord>)]
    pub roles: BTreeSet<Role>,
}

/// What is needed to create a person.
#[derive(ToSchema)]
pub struct PersonInput {
    /// Their login, unique.
    pub login: String,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub organisation: Uuid,
    /// Their first password.
    #[schema(format = Password)]
    pub password: String,
}

/// A person.
#[derive(ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    /// Their id.
    pub id: Uuid,
    /// Their login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub organisation: Uuid,
    /// Their roles.
    pub roles: Vec<RoleWord>,
    /// Whether they have a second factor.
    pub totp: bool,
    /// Until when they are locked out.
    #[schema(required)]
    pub locked_until: Option<Timestamp>,
}

/// A new second factor, shown once.
#[derive(ToSchema)]
pub struct TotpEnrolment {
    /// The secret, base32, for typing in.
    pub secret: String,
    /// The same as an `otpauth://` address, for a picture.
    pub url: String,
}
