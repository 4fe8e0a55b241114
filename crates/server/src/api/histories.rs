//! What happened to an entry, and what its draft would change.

use axum::Json;
use jiff::Timestamp;
use platform::{EntryId, catalogue};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Answer, InPath, InQuery},
    openapi::ReadProblems,
    page::{PageQuery, Paged},
};

/// Routes of histories.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(entries_history)).routes(routes!(entries_changes))
}

/// Lists what happened to an entry, newest first: each act with its article, its index in the log and what it changed. Who may not
/// see drafts is told of those acts only that made a version.
#[utoipa::path(get, path = "/entries/{id}/history", tag = "catalogue", security((), ("session" = []), ("token" = [])), params(("id" = Uuid, Path, description = "the entry"), PageQuery), responses((status = 200, body = Paged<HistoryLine>), ReadProblems))]
async fn entries_history(
    anyone: Anyone,
    InPath(id): InPath<EntryId>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<catalogue::HistoryLine>> {
    Ok(Json(anyone.platform().entry_history(&anyone.ctx, id, page.page()?).await?))
}

/// Compares an entry's draft with what is published, element by element and item by item, and says whom the change touches.
#[utoipa::path(get, path = "/entries/{id}/changes", tag = "catalogue", params(("id" = Uuid, Path, description = "the entry")), responses((status = 200, body = Changes), ReadProblems))]
async fn entries_changes(caller: Caller, InPath(id): InPath<EntryId>) -> Answer<catalogue::Changes> {
    Ok(Json(caller.platform().entry_changes(&caller.ctx, id).await?))
}

/// One act on an entry.
#[derive(ToSchema)]
pub struct HistoryLine {
    /// The act.
    pub act: Uuid,
    /// Its case.
    pub case: Uuid,
    /// Under which procedure.
    pub procedure: String,
    /// The procedure's title.
    pub procedure_title: String,
    /// What the act is called in the pack.
    pub title: String,
    /// In which role it was done.
    pub role: String,
    /// For which organisation; `null` for the law and the platform.
    #[schema(required)]
    pub organisation: Option<Uuid>,
    /// `person`, `client`, `law` or `platform`; never which person.
    pub actor: String,
    /// When it took effect.
    pub at: Timestamp,
    /// The articles it rests on.
    pub articles: Vec<String>,
    /// The state before.
    #[schema(required)]
    pub from: Option<String>,
    /// The state after.
    pub to: String,
    /// What it meant that a term ran out, when the law acted.
    #[schema(required)]
    pub outcome: Option<String>,
    /// Its index in the log, once the log has it.
    #[schema(required)]
    pub log_index: Option<u64>,
    /// The version of the entry that it made.
    #[schema(required)]
    pub version: Option<i32>,
    /// Whether that version made sharing narrower (CM-17).
    pub narrowed: bool,
    /// What that version changed; everything, for the first one.
    pub changes: Vec<Change>,
}

/// What the draft would change.
#[derive(ToSchema)]
pub struct Changes {
    /// The published version it is held against; 0 when nothing is published, and everything is new.
    pub against: i32,
    /// The version of the draft, for `expected_version`.
    pub version: i32,
    /// Element by element and item by item.
    pub changes: Vec<Change>,
    /// Whether sharing would become narrower (CM-17).
    pub narrows: bool,
    /// The items that services may rest on and that would be taken away, retyped or hidden.
    pub disturbed: Vec<String>,
    /// The services that rest on the published version.
    pub running_services: u64,
    /// Whether those services are affected (PT-15).
    pub affects_services: bool,
}

/// One element that differs.
#[derive(ToSchema)]
pub struct Change {
    /// The element: `title`, `sharing.kind`, `items`, …; for an item's own element its name, e.g. `length`.
    pub element: String,
    /// The item's code, where an item differs.
    #[schema(required)]
    pub item: Option<String>,
    /// How.
    pub kind: ChangeKind,
    /// What was there.
    #[schema(required)]
    pub before: Option<serde_json::Value>,
    /// What is there now.
    #[schema(required)]
    pub after: Option<serde_json::Value>,
}

/// How an element differs.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was empty or absent.
    Added,
    /// It is empty or absent now.
    Removed,
    /// It reads differently.
    Changed,
}
