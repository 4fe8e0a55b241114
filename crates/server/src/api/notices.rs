//! The inbox: notices, reports and breaches.

use axum::{Json, http::StatusCode};
use jiff::Timestamp;
use platform::{NoticeId, docket};
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
    problem::Problem,
};

/// Routes of the inbox.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(notices_list))
        .routes(routes!(notices_mark_read))
        .routes(routes!(notices_mark_all_read))
}

/// Which notices are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Only those that nobody has read.
    #[serde(default)]
    #[param(default = false)]
    pub unread: bool,
}

/// Lists the notices of the reader's organisation and office, newest first.
#[utoipa::path(get, path = "/notices", tag = "notices", params(NoticeQuery, PageQuery), responses((status = 200, body = Paged<NoticeView>), ReadProblems))]
async fn notices_list(
    caller: Caller,
    InQuery(filter): InQuery<NoticeQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<docket::NoticeView>> {
    Ok(Json(caller.platform().notices(&caller.ctx, filter.unread, page.page()?).await?))
}

/// Marks a notice as read.
#[utoipa::path(post, path = "/notices/{id}/read", tag = "notices", params(("id" = Uuid, Path, description = "the notice")), responses((status = 204, description = "it is read"), ActProblems))]
async fn notices_mark_read(caller: Caller, InPath(id): InPath<NoticeId>) -> Result<StatusCode, Problem> {
    caller.platform().mark_read(&caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Marks every notice that had arrived by an instant as read.
#[utoipa::path(post, path = "/notices/read", tag = "notices", request_body = ReadUntil, responses((status = 200, body = Marked), ActProblems))]
async fn notices_mark_all_read(caller: Caller, Body(read): Body<ReadUntil>) -> Answer<Marked> {
    Ok(Json(Marked { marked: caller.platform().mark_all_read(&caller.ctx, read.until).await? }))
}

/// Up to when notices were read: those that arrive while somebody reads stay unread.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUntil {
    /// The instant of the newest notice that was seen.
    pub until: Timestamp,
}

/// How many notices were marked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Marked {
    /// So many.
    pub marked: u64,
}

/// What kind of notice it is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Something happened.
    Notice,
    /// Something is reported to an office.
    Report,
    /// A term ran out.
    Breach,
}

/// A notice.
#[derive(ToSchema)]
pub struct NoticeView {
    /// Its id.
    pub id: Uuid,
    /// What kind.
    #[schema(inline = false)]
    pub kind: NoticeKind,
    /// About which case.
    pub case: Uuid,
    /// From which act.
    pub act: Uuid,
    /// In words: procedure, act and state.
    pub title: String,
    /// The article.
    pub article: String,
    /// When it was sent.
    pub at: Timestamp,
    /// When it was read.
    #[schema(required)]
    pub read_at: Option<Timestamp>,
}
