//! Registers: what the law lists, and by which act each line came to be.

use axum::Json;
use jiff::Timestamp;
use platform::registers;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, InPath, InQuery},
    openapi::ReadProblems,
    page::{PageQuery, Paged},
};

use super::cases::SubjectKind;

/// Routes of registers.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(registers_list)).routes(routes!(registers_get))
}

/// Lists the registers that the law knows, with how many lines stand in each.
#[utoipa::path(get, path = "/registers", tag = "law", responses((status = 200, body = [RegisterHead]), ReadProblems))]
async fn registers_list(caller: Caller) -> Answer<Vec<registers::RegisterHead>> {
    Ok(Json(caller.platform().registers(&caller.ctx).await?))
}

/// Which lines are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RegisterQuery {
    /// Also those that were struck.
    #[serde(default)]
    #[param(default = false)]
    struck: bool,
}

/// Shows the lines of a register, newest first.
#[utoipa::path(get, path = "/registers/{register}", tag = "law", params(("register" = String, Path, description = "the register's word"), RegisterQuery, PageQuery), responses((status = 200, body = Paged<RegisterLine>), ReadProblems))]
async fn registers_get(
    caller: Caller,
    InPath(register): InPath<String>,
    InQuery(query): InQuery<RegisterQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<registers::RegisterLine>> {
    let register = register.as_str().into();
    Ok(Json(caller.platform().register(&caller.ctx, &register, query.struck, page.page()?).await?))
}

/// A register.
#[derive(ToSchema)]
pub struct RegisterHead {
    /// Its word.
    #[schema(example = "opening_list")]
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is called in English.
    pub title_en: String,
    /// How many lines stand in it.
    pub standing: u64,
}

/// One line of a register.
#[derive(ToSchema)]
pub struct RegisterLine {
    /// What kind of thing stands here.
    #[schema(inline = false)]
    pub subject_kind: SubjectKind,
    /// Which one.
    pub subject: Uuid,
    /// The case by which it was entered.
    pub case: Uuid,
    /// The act by which it was entered.
    pub act: Uuid,
    /// The article that act rests on.
    pub article: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `null` = it still stands.
    #[schema(required)]
    pub until: Option<Timestamp>,
}
