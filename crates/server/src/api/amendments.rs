//! Changes of law in the running district: previewed without a trace, made by the system administrator, read by everybody.

use std::collections::BTreeMap;

use axum::Json;
use jiff::{Timestamp, civil::Date};
use platform::amendment;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Answer, Body, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
};

/// Routes of amendments.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(amendments_preview))
        .routes(routes!(amendments_list, amendments_create))
        .routes(routes!(amendments_moves))
}

/// Shows what a new holiday notice or an amended pack would change, and which running terms it would move. Nothing is written.
#[utoipa::path(post, path = "/amendments/preview", tag = "law", request_body = Amendment, responses((status = 200, body = AmendmentPreview), ActProblems))]
async fn amendments_preview(
    caller: Caller,
    Body(input): Body<amendment::Amendment>,
) -> Answer<amendment::AmendmentPreview> {
    Ok(Json(caller.platform().preview_amendment(&caller.ctx, &input).await?))
}

/// Makes an amendment: it is law at once, every running term is counted again, and everyone whose term moves is told. Nothing
/// already done is undone.
#[utoipa::path(post, path = "/amendments", tag = "law", request_body = Amendment, responses((status = 200, body = AmendmentView), ActProblems))]
async fn amendments_create(
    caller: Caller,
    Body(input): Body<amendment::Amendment>,
) -> Answer<amendment::AmendmentView> {
    Ok(Json(caller.platform().amend_law(&caller.ctx, input).await?))
}

/// Lists the amendments made in this district, newest first.
#[utoipa::path(get, path = "/amendments", tag = "law", security(()), params(PageQuery), responses((status = 200, body = Paged<AmendmentView>), ReadProblems))]
async fn amendments_list(
    anyone: Anyone,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<amendment::AmendmentView>> {
    Ok(Json(anyone.platform().amendments(page.page()?).await?))
}

/// Lists the running terms that an amendment moved, with the instants before and after.
#[utoipa::path(get, path = "/amendments/{id}/moves", tag = "law", params(("id" = Uuid, Path, description = "the amendment"), PageQuery), responses((status = 200, body = Paged<Moved>), ReadProblems))]
async fn amendments_moves(
    caller: Caller,
    InPath(id): InPath<Uuid>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<amendment::MovedLine>> {
    Ok(Json(caller.platform().amendment_moves(&caller.ctx, id, page.page()?).await?))
}

/// An amendment as it is handed in.
#[derive(ToSchema)]
pub struct Amendment {
    /// What it is, in one line.
    #[schema(min_length = 1, example = "国务院办公厅关于2027年部分节假日安排的通知")]
    pub title: String,
    /// The files: path below the folder of regulations, and whole text. Each replaces the file of its path or is added.
    pub files: BTreeMap<String, String>,
}

/// What an amendment would change.
#[derive(ToSchema)]
pub struct AmendmentPreview {
    /// Days, numbers and rules that differ.
    pub changes: LawChanges,
    /// How many running terms it moves.
    pub moved: u64,
    /// The first of them.
    pub moves: Vec<Moved>,
}

/// What differs between two versions of the law.
#[derive(ToSchema)]
pub struct LawChanges {
    /// Days that count otherwise.
    pub days: Vec<DayChange>,
    /// Legal numbers that read otherwise.
    pub values: Vec<ValueChange>,
    /// Everything else that was added, removed or changed.
    pub rules: Vec<RuleChange>,
}

/// A day that counts otherwise.
#[derive(ToSchema)]
pub struct DayChange {
    /// The day.
    pub date: Date,
    /// Whether it was a working day.
    pub was_working: bool,
    /// Whether it is one now.
    pub is_working: bool,
}

/// A legal number that reads otherwise.
#[derive(ToSchema)]
pub struct ValueChange {
    /// The pack.
    pub pack: String,
    /// The number.
    pub value: String,
    /// The article that sets it.
    pub article: String,
    /// How it read: each entry with its first day.
    pub before: Vec<String>,
    /// How it reads.
    pub after: Vec<String>,
}

/// A rule that was added, removed or changed.
#[derive(ToSchema)]
pub struct RuleChange {
    /// The pack.
    pub pack: String,
    /// Which rule: procedure, then kind and name.
    #[schema(example = "sharing_request.clock.reply_conditional")]
    pub rule: String,
    /// What became of it.
    pub change: RuleFate,
}

/// What became of a rule.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum RuleFate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It reads otherwise.
    Changed,
}

/// An amendment that was made.
#[derive(ToSchema)]
pub struct AmendmentView {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub title: String,
    /// The files it replaced or added.
    pub files: Vec<String>,
    /// Who made it; absent = the platform itself.
    pub by: Option<Uuid>,
    /// When.
    pub at: Timestamp,
    /// How many running terms it moved, so far.
    pub moved: u64,
    /// Whether every case under way has been counted again.
    pub finished: bool,
}

/// A term that an amendment moves.
#[derive(ToSchema)]
pub struct Moved {
    /// The case.
    pub case: Uuid,
    /// The clock.
    pub clock: String,
    /// The article that sets it.
    pub article: String,
    /// When it would have run out.
    pub before: Timestamp,
    /// When it runs out now.
    pub after: Timestamp,
    /// The procedure's title.
    pub title: String,
    /// The clock's title.
    pub clock_title: String,
}
