//! Why a case stands where it stands.

use axum::Json;
use jiff::Timestamp;
use platform::{CaseId, docket};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    cases::{ClockStatus, Derivation},
    possible::{ExtensionRoom, StatableFact},
    procedures::Name,
};
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, InPath},
    openapi::ReadProblems,
};

/// Routes of explanations.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(cases_explain))
}

/// Explains a case: what was done on which article, every term day by day, what the law does next if nobody acts, what can be
/// done.
#[utoipa::path(get, path = "/cases/{id}/explanation", tag = "cases", params(("id" = uuid::Uuid, Path, description = "the case")), responses((status = 200, body = Explanation), ReadProblems))]
async fn cases_explain(caller: Caller, InPath(id): InPath<CaseId>) -> Answer<docket::Explanation> {
    Ok(Json(caller.platform().explain_case(&caller.ctx, id).await?))
}

/// Why a case stands where it stands.
#[derive(ToSchema)]
pub struct Explanation {
    /// The pack whose law the case keeps.
    #[schema(example = "changning-2025")]
    pub pack: String,
    /// The regulation's title.
    pub regulation: String,
    /// Its procedure.
    #[schema(inline = false)]
    pub procedure: Name,
    /// Where it stands.
    #[schema(inline = false)]
    pub state: Name,
    /// Since when.
    pub entered_at: Timestamp,
    /// Whether it has ended.
    pub ended: bool,
    /// Who is expected to move.
    pub waits_for: Vec<Name>,
    /// Why no term runs although somebody is waited for.
    #[schema(required)]
    pub unclocked: Option<String>,
    /// What was done, oldest first.
    pub acts: Vec<ActGround>,
    /// Every run of every term, oldest first.
    pub clocks: Vec<ClockGround>,
    /// What the law does by itself from now on if nobody acts, soonest first; the first five.
    pub ahead: Vec<Foreseen>,
    /// What can be done now.
    pub ways: Vec<Way>,
}

/// An act that was done, and its ground.
#[derive(ToSchema)]
pub struct ActGround {
    /// When.
    pub at: Timestamp,
    /// What.
    #[schema(inline = false)]
    pub act: Name,
    /// In which role.
    #[schema(inline = false)]
    pub by: Name,
    /// Where it led; `null` = the state stayed.
    #[schema(required, inline = false)]
    pub to: Option<Name>,
    /// The article it rests on.
    #[schema(required)]
    pub article: Option<String>,
    /// What the article says, in our own words: its first paragraph.
    pub says: String,
    /// The term that had run out, where the law acted.
    #[schema(required, inline = false)]
    pub expired: Option<Name>,
    /// What that meant.
    #[schema(required, inline = false)]
    pub outcome: Option<Name>,
}

/// A run of a term, and how its end was found.
#[derive(ToSchema)]
pub struct ClockGround {
    /// Which.
    #[schema(inline = false)]
    pub clock: Name,
    /// The article that sets it.
    pub article: String,
    /// What the article says, in our own words: its first paragraph.
    pub says: String,
    /// How long it is, in words.
    #[schema(example = "10 个工作日")]
    pub term: String,
    /// Why this term and no other: the conditions that held when it started.
    pub because: Vec<Name>,
    /// The terms that gave way to it.
    pub instead_of: Vec<Name>,
    /// How it stands.
    #[schema(inline = false)]
    pub status: ClockStatus,
    /// The event that started it.
    pub started_at: Timestamp,
    /// When it stood still: from, until; the end is `null` while it does.
    pub pauses: Vec<(Timestamp, Option<Timestamp>)>,
    /// What extensions added, in the term's unit.
    pub extensions: Vec<u32>,
    /// When it runs out: 24:00 of the last day.
    #[schema(required)]
    pub due: Option<Timestamp>,
    /// Every day from the event to the last one.
    #[schema(required, inline = false)]
    pub derivation: Option<Derivation>,
    /// What running out means.
    #[schema(inline = false)]
    pub outcome: Name,
}

/// Something that the law will do.
#[derive(ToSchema)]
pub struct Foreseen {
    /// When.
    pub at: Timestamp,
    /// The term that runs out.
    #[schema(inline = false)]
    pub clock: Name,
    /// The article that sets it.
    pub article: String,
    /// What running out means.
    #[schema(inline = false)]
    pub outcome: Name,
    /// What the law then does; `null` = it is only recorded.
    #[schema(required, inline = false)]
    pub act: Option<Name>,
    /// The state afterwards.
    #[schema(inline = false)]
    pub state: Name,
    /// What the platform then does.
    pub effects: Vec<Name>,
}

/// Something that somebody can do.
#[derive(ToSchema)]
pub struct Way {
    /// What.
    #[schema(inline = false)]
    pub act: Name,
    /// Who may do it.
    pub by: Vec<Name>,
    /// The papers it still asks for.
    pub papers: Vec<Name>,
    /// What whoever does it may state with it.
    pub facts: Vec<StatableFact>,
    /// The term that it extends while that runs, and by how much at most.
    #[schema(required)]
    pub extension: Option<ExtensionRoom>,
    /// Where it leads; `null` = the state stays.
    #[schema(required, inline = false)]
    pub to: Option<Name>,
    /// The article it rests on.
    pub article: String,
    /// Why it would be refused now.
    #[schema(required)]
    pub blocked: Option<String>,
}
