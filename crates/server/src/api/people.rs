//! People who can log in, their roles and their second factor.

use std::collections::BTreeSet;

use axum::Json;
use jiff::Timestamp;
use platform::{PersonId, Role, identity};
use serde::{Deserialize, Serialize};
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

/// Routes of people.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(people_list, people_create))
        .routes(routes!(people_set_roles))
        .routes(routes!(people_totp_enrol))
        .routes(routes!(people_disable))
        .routes(routes!(people_enable))
        .routes(routes!(people_unlock))
        .routes(routes!(people_reset_password))
}

/// Which people are wanted. Every part narrows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Only those of this organisation.
    pub organisation: Option<Uuid>,
    /// Only those with this in their login or name.
    #[param(max_length = 100)]
    pub search: Option<String>,
    /// Only those with this role.
    #[param(value_type = Option<RoleWord>)]
    pub role: Option<Role>,
    /// Only those who are shut out, or only those who are not.
    pub disabled: Option<bool>,
}

/// Lists people by login.
#[utoipa::path(get, path = "/people", tag = "organisations", params(PeopleQuery, PageQuery), responses((status = 200, body = Paged<PersonView>), ReadProblems))]
async fn people_list(
    caller: Caller,
    InQuery(query): InQuery<PeopleQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<identity::PersonView>> {
    let PeopleQuery { organisation, search, role, disabled } = query;
    let wanted = identity::PeopleFilter { organisation: organisation.map(Into::into), search, role, disabled };
    Ok(Json(caller.platform().people(&caller.ctx, &wanted, page.page()?).await?))
}

/// Creates a person without roles; the security administrator gives those. Where no password is given, one is made for one time.
#[utoipa::path(post, path = "/people", tag = "organisations", request_body = PersonInput, responses((status = 200, body = PersonCreated), ActProblems))]
async fn people_create(caller: Caller, Body(input): Body<identity::PersonInput>) -> Answer<PersonCreated> {
    let (person, one_time) = caller.platform().register_person(&caller.ctx, input).await?;
    Ok(Json(PersonCreated { person, one_time }))
}

/// Shuts a person out: they are logged out at once and cannot log in. The last of each of the three administrators cannot be.
#[utoipa::path(post, path = "/people/{id}/disable", tag = "organisations", params(("id" = Uuid, Path, description = "the person")), responses((status = 200, body = PersonView), ActProblems))]
async fn people_disable(caller: Caller, InPath(id): InPath<PersonId>) -> Answer<identity::PersonView> {
    Ok(Json(caller.platform().set_disabled(&caller.ctx, id, true).await?))
}

/// Lets a person in again who was shut out.
#[utoipa::path(post, path = "/people/{id}/enable", tag = "organisations", params(("id" = Uuid, Path, description = "the person")), responses((status = 200, body = PersonView), ActProblems))]
async fn people_enable(caller: Caller, InPath(id): InPath<PersonId>) -> Answer<identity::PersonView> {
    Ok(Json(caller.platform().set_disabled(&caller.ctx, id, false).await?))
}

/// Lets a person try again who is locked out after wrong attempts.
#[utoipa::path(post, path = "/people/{id}/unlock", tag = "organisations", params(("id" = Uuid, Path, description = "the person")), responses((status = 200, body = PersonView), ActProblems))]
async fn people_unlock(caller: Caller, InPath(id): InPath<PersonId>) -> Answer<identity::PersonView> {
    Ok(Json(caller.platform().unlock(&caller.ctx, id).await?))
}

/// Gives a person a password for one time, shown once. They are logged out everywhere, and choose their own when they log in.
#[utoipa::path(post, path = "/people/{id}/password", tag = "organisations", params(("id" = Uuid, Path, description = "the person")), responses((status = 200, body = OneTimePassword), ActProblems))]
async fn people_reset_password(caller: Caller, InPath(id): InPath<PersonId>) -> Answer<identity::OneTimePassword> {
    Ok(Json(caller.platform().reset_password(&caller.ctx, id).await?))
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
    /// Their first password; left out = one is made for one time.
    #[schema(format = Password, value_type = Option<String>)]
    pub password: Option<String>,
}

/// A person just created.
#[derive(Serialize, ToSchema)]
pub struct PersonCreated {
    /// Who.
    #[serde(flatten)]
    #[schema(value_type = PersonView)]
    pub person: identity::PersonView,
    /// The password that was made for one time, shown once; `null` where one was given.
    #[schema(required, value_type = Option<OneTimePassword>)]
    pub one_time: Option<identity::OneTimePassword>,
}

/// A password for one time, shown once.
#[derive(ToSchema)]
pub struct OneTimePassword {
    /// It; whoever logs in with it sends a `new_password` of their own with it.
    pub password: String,
    /// Until when it can be used.
    pub valid_until: Timestamp,
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
    /// Whether they are shut out.
    pub disabled: bool,
    /// Whether they have still to choose a password of their own.
    pub password_given: bool,
    /// When they last logged in; told in lists only.
    #[schema(required)]
    pub last_login: Option<Timestamp>,
}

/// A new second factor, shown once.
#[derive(ToSchema)]
pub struct TotpEnrolment {
    /// The secret, base32, for typing in.
    pub secret: String,
    /// The same as an `otpauth://` address, for a picture.
    pub url: String,
}
