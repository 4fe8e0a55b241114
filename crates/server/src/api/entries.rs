//! The data catalogue: entries with all their elements, their versions, and what is still missing.

use axum::Json;
use platform::{EntryId, catalogue};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    cases::{ActBody, Receipt},
    duties::OwnerQuery,
    elements::{EntryInput, EntryLine, EntryStatus, EntryVersion, EntryView, Gaps, Grade, SharingType},
};
use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Answer, Body, IdempotencyKey, InPath, InQuery},
    openapi::{ActProblems, ReadProblems},
    page::{PageQuery, Paged},
};

/// Routes of entries.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(entries_list, entries_draft))
        .routes(routes!(entries_gaps))
        .routes(routes!(entries_get, entries_edit))
        .routes(routes!(entries_submit))
        .routes(routes!(entries_versions))
        .routes(routes!(entries_duplicates))
}

/// Which entries are wanted. Every part narrows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EntryQuery {
    /// Words that must occur in title, description, class, keywords or item names.
    pub text: Option<String>,
    /// Of this organisation.
    pub organisation: Option<Uuid>,
    /// In this status.
    #[param(value_type = Option<EntryStatus>)]
    pub status: Option<catalogue::EntryStatus>,
    /// With this sharing type.
    #[param(value_type = Option<SharingType>)]
    pub sharing: Option<catalogue::SharingType>,
    /// Under this duty.
    pub duty: Option<Uuid>,
    /// From this system.
    pub system: Option<Uuid>,
    /// Collected, or not yet.
    pub collected: Option<bool>,
    /// Of this class, word by word as it stands in the entry.
    pub class: Option<String>,
    /// Of this grade.
    #[param(value_type = Option<Grade>)]
    pub grade: Option<catalogue::Grade>,
    /// In which order, `-` for descending; `-changed` where nothing is said.
    #[param(inline, value_type = Option<EntryOrder>)]
    pub sort: Option<catalogue::EntryOrder>,
}

/// In which order entries are listed.
#[derive(ToSchema)]
pub enum EntryOrder {
    /// The latest changed first.
    #[schema(rename = "-changed")]
    LatestChanged,
    /// The latest changed last.
    #[schema(rename = "changed")]
    EarliestChanged,
    /// By title.
    #[schema(rename = "title")]
    Title,
    /// By title, backwards.
    #[schema(rename = "-title")]
    TitleBackwards,
    /// Those with the most rows first.
    #[schema(rename = "-rows")]
    MostRows,
    /// Those with the fewest rows first.
    #[schema(rename = "rows")]
    FewestRows,
}

impl EntryQuery {
    /// As the platform has it.
    pub(super) fn filter(self) -> catalogue::EntryFilter {
        catalogue::EntryFilter {
            text: self.text,
            organisation: self.organisation.map(Into::into),
            status: self.status,
            sharing: self.sharing,
            duty: self.duty.map(Into::into),
            system: self.system.map(Into::into),
            collected: self.collected,
            class: self.class,
            grade: self.grade,
            order: self.sort.unwrap_or_default(),
        }
    }
}

/// Lists entries: everything that is published, and the drafts that the reader may see.
#[utoipa::path(get, path = "/entries", tag = "catalogue", security((), ("session" = []), ("token" = [])), params(EntryQuery, PageQuery), responses((status = 200, body = Paged<EntryLine>), ReadProblems))]
async fn entries_list(
    anyone: Anyone,
    InQuery(filter): InQuery<EntryQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<catalogue::EntryLine>> {
    Ok(Json(anyone.platform().entries(&anyone.ctx, &filter.filter(), page.page()?).await?))
}

/// Drafts an entry of the caller's organisation and opens its case.
#[utoipa::path(post, path = "/entries", tag = "catalogue", request_body = EntryInput, params(("idempotency-key" = Option<String>, Header, description = "repeating the draft with the same key repeats nothing")), responses((status = 200, body = Drafted), ActProblems))]
async fn entries_draft(
    caller: Caller,
    key: IdempotencyKey,
    Body(input): Body<catalogue::EntryInput>,
) -> Answer<Drafted> {
    let (entry, receipt) = caller.platform().draft_entry_once(&caller.ctx, input, key.0).await?;
    Ok(Json(Drafted { entry, receipt }))
}

/// Lists what an organisation has not catalogued yet: systems and duties without a published entry 应编尽编.
#[utoipa::path(get, path = "/entries/gaps", tag = "catalogue", params(OwnerQuery), responses((status = 200, body = Gaps), ReadProblems))]
async fn entries_gaps(caller: Caller, InQuery(of): InQuery<OwnerQuery>) -> Answer<catalogue::Gaps> {
    let organisation = of.organisation(&caller)?;
    Ok(Json(caller.platform().gaps(&caller.ctx, organisation).await?))
}

/// Shows an entry. Its draft is shown to its organisation, to reviewers and to auditors only.
#[utoipa::path(get, path = "/entries/{id}", tag = "catalogue", security((), ("session" = []), ("token" = [])), params(("id" = Uuid, Path, description = "the entry")), responses((status = 200, body = EntryView), ReadProblems))]
async fn entries_get(anyone: Anyone, InPath(id): InPath<EntryId>) -> Answer<catalogue::EntryView> {
    Ok(Json(anyone.platform().entry(&anyone.ctx, id).await?))
}

/// Which version the caller has seen.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersionQuery {
    /// The version of the entry that the caller has seen; another one is a conflict.
    pub expected_version: Option<i32>,
}

/// Writes a new draft: of an entry that is not yet under review, or of a published one as the proposal of a change.
#[utoipa::path(put, path = "/entries/{id}", tag = "catalogue", request_body = EntryInput, params(("id" = Uuid, Path, description = "the entry"), VersionQuery), responses((status = 200, body = EntryView), ActProblems))]
async fn entries_edit(
    caller: Caller,
    InPath(id): InPath<EntryId>,
    InQuery(seen): InQuery<VersionQuery>,
    Body(input): Body<catalogue::EntryInput>,
) -> Answer<catalogue::EntryView> {
    Ok(Json(caller.platform().edit_entry(&caller.ctx, id, seen.expected_version, input).await?))
}

/// Hands an entry over for review by an act of its case, after checking that no element is missing.
#[utoipa::path(
    post, path = "/entries/{id}/submission", tag = "catalogue", request_body = ActBody,
    params(
        ("id" = Uuid, Path, description = "the entry"),
        ("idempotency-key" = Option<String>, Header, description = "repeating the act with the same key repeats nothing")
    ),
    responses((status = 200, body = Receipt), ActProblems)
)]
async fn entries_submit(
    caller: Caller,
    InPath(id): InPath<EntryId>,
    key: IdempotencyKey,
    Body(act): Body<ActBody>,
) -> Answer<platform::docket::Receipt> {
    Ok(Json(caller.platform().submit_entry(&caller.ctx, id, act.input(key)?).await?))
}

/// Lists every published version of an entry, newest first, each whole.
#[utoipa::path(get, path = "/entries/{id}/versions", tag = "catalogue", security((), ("session" = []), ("token" = [])), params(("id" = Uuid, Path, description = "the entry"), PageQuery), responses((status = 200, body = Paged<EntryVersion>), ReadProblems))]
async fn entries_versions(
    anyone: Anyone,
    InPath(id): InPath<EntryId>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<catalogue::EntryVersion>> {
    Ok(Json(page.cut(anyone.platform().entry_versions(&anyone.ctx, id).await?)?))
}

/// Finds the entries that may be about the same 一数一源: those that share rare parts of the title and the items, the most alike
/// first, at most 10, and why. Compared is the draft for those who may see it, otherwise what is published.
#[utoipa::path(get, path = "/entries/{id}/duplicates", tag = "catalogue", security((), ("session" = []), ("token" = [])), params(("id" = Uuid, Path, description = "the entry")), responses((status = 200, body = Duplicates), ReadProblems))]
async fn entries_duplicates(anyone: Anyone, InPath(id): InPath<EntryId>) -> Answer<catalogue::Duplicates> {
    Ok(Json(anyone.platform().duplicates(&anyone.ctx, id).await?))
}

/// Entries that are like one.
#[derive(ToSchema)]
pub struct Duplicates {
    /// The most alike first, at most 10.
    pub items: Vec<Duplicate>,
}

/// An entry that is like another, and why.
#[derive(ToSchema)]
pub struct Duplicate {
    /// The entry.
    pub entry: EntryLine,
    /// How alike, of 100: titles count for 60, items for 40.
    pub score: u32,
    /// Whether both have the same title.
    pub same_title: bool,
    /// Parts that both titles have.
    pub title_parts: Vec<String>,
    /// Items that both have, by name; at most 20 of them.
    pub shared_items: Vec<String>,
    /// How many items both have.
    pub shared_item_count: u64,
}

/// A drafted entry with the act that opened its case.
#[derive(Serialize, ToSchema)]
pub struct Drafted {
    /// The entry.
    #[schema(value_type = EntryView)]
    pub entry: catalogue::EntryView,
    /// The act.
    #[schema(value_type = Receipt)]
    pub receipt: platform::docket::Receipt,
}
