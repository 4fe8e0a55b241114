//! Procedures of the law on a page, their pictures, and two packs side by side. Anyone may read the law.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use platform::reading;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState,
    auth::Anyone,
    extract::{Answer, InPath, InQuery},
    openapi::ReadProblems,
    problem::Problem,
};

/// Routes of procedures.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(procedures_get))
        .routes(routes!(procedures_picture))
        .routes(routes!(law_compare))
}

/// Shows a procedure of a pack with every name resolved: states, acts, terms, papers, and the stories that test it.
#[utoipa::path(
    get, path = "/law/packs/{pack}/procedures/{procedure}", tag = "law", security(()),
    params(
        ("pack" = String, Path, description = "the pack, e.g. `changning-2025`"),
        ("procedure" = String, Path, description = "the procedure, e.g. `sharing_request`")
    ),
    responses((status = 200, body = ProcedurePage), ReadProblems)
)]
async fn procedures_get(
    anyone: Anyone,
    InPath((pack, procedure)): InPath<(String, String)>,
) -> Answer<reading::ProcedurePage> {
    Ok(Json(anyone.platform().procedure_page(&pack, &procedure)?))
}

/// Draws a procedure of a pack: its states from above to below, its acts, and what the law does by itself.
#[utoipa::path(
    get, path = "/law/packs/{pack}/procedures/{procedure}/graph.svg", tag = "law", security(()),
    params(
        ("pack" = String, Path, description = "the pack, e.g. `changning-2025`"),
        ("procedure" = String, Path, description = "the procedure, e.g. `sharing_request`")
    ),
    responses((status = 200, body = String, content_type = "image/svg+xml", description = "the picture"), ReadProblems)
)]
async fn procedures_picture(
    anyone: Anyone,
    InPath((pack, procedure)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let mut response = anyone.platform().procedure_picture(&pack, &procedure)?.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml; charset=utf-8"));
    Ok(response)
}

/// Which packs are compared, and what of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompareQuery {
    /// The one pack.
    #[param(example = "changning-2025")]
    pub left: String,
    /// The other pack.
    #[param(example = "putuo-2023")]
    pub right: String,
    /// Only this procedure.
    pub procedure: Option<String>,
    /// Only procedures in which this role has a part, e.g. `demander`, who asks for data.
    pub role: Option<String>,
    /// Also what is the same.
    #[serde(default)]
    #[param(default = false)]
    pub all: bool,
}

/// Sets two packs side by side, as they read today: what differs for those who live under them.
#[utoipa::path(get, path = "/law/compare", tag = "law", security(()), params(CompareQuery), responses((status = 200, body = Comparison), ReadProblems))]
async fn law_compare(anyone: Anyone, InQuery(query): InQuery<CompareQuery>) -> Answer<reading::Comparison> {
    let CompareQuery { left, right, procedure, role, all } = query;
    let wanted = reading::Reading { left, right, procedure, role, all };
    Ok(Json(anyone.platform().compare_packs(&wanted, anyone.ctx.now)?))
}

/// Something with the name that programs use and the title that people read.
#[derive(ToSchema)]
pub struct Name {
    /// Its name in the pack.
    pub id: String,
    /// What it is called, in Chinese.
    pub title: String,
}

/// A procedure with every name resolved.
#[derive(ToSchema)]
pub struct ProcedurePage {
    /// The pack under which it is read.
    #[schema(example = "changning-2025")]
    pub pack: String,
    /// Its name.
    #[schema(example = "sharing_request")]
    pub id: String,
    /// Its title.
    pub title: String,
    /// What a case of it is about: `dataset`, `entry`, `service`, `organisation`, `project`, `record` or `matter`.
    pub subject: String,
    /// The article that establishes it.
    pub article: String,
    /// The pack that it was first written in.
    pub origin: String,
    /// Its states.
    pub states: Vec<StateLine>,
    /// Its acts.
    pub acts: Vec<ActLine>,
    /// Its terms.
    pub clocks: Vec<ClockLine>,
    /// The papers that make an application complete.
    pub requirements: Vec<RequirementLine>,
    /// The stories that test it in this pack.
    pub scenarios: Vec<StoryPage>,
}

/// A state of a procedure.
#[derive(ToSchema)]
pub struct StateLine {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who is expected to move.
    pub waits_for: Vec<Name>,
    /// Whether the case has ended.
    pub end: bool,
    /// Why no term runs although somebody is waited for.
    #[schema(required)]
    pub unclocked: Option<String>,
    /// The article it rests on.
    pub article: String,
}

/// An act of a procedure.
#[derive(ToSchema)]
pub struct ActLine {
    /// The procedure it belongs to.
    pub procedure: String,
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The article it rests on.
    pub article: String,
    /// Who may do it.
    pub by: Vec<Name>,
    /// Whether it opens the case.
    pub opens: bool,
    /// The states in which it can be done.
    pub from: Vec<Name>,
    /// Where it leads; `null` = the state stays.
    #[schema(required, inline = false)]
    pub to: Option<Name>,
    /// Papers without which it is refused.
    pub papers: Vec<Name>,
    /// Whether it hands in the papers of the application.
    pub asks: bool,
    /// Conditions that must hold.
    pub guards: Vec<Name>,
    /// Conditions that must not hold.
    pub unless: Vec<Name>,
    /// Whether it can be done only once in a case.
    pub once: bool,
    /// Whether it is a refusal, and what it must then bring: `reason`, or `basis` = reason and legal basis.
    #[schema(required)]
    pub refuses: Option<String>,
    /// The term that it extends.
    #[schema(required, inline = false)]
    pub extends: Option<Name>,
    /// Acts that cannot be done while this one's conditions hold.
    pub excepts: Vec<Name>,
    /// What the platform does with it.
    pub effects: Vec<Name>,
}

/// A legal number from a day on.
#[derive(ToSchema)]
pub struct Term {
    /// How long.
    pub amount: u32,
    /// In what unit: `working_day`, `day`, `month` or `year`.
    pub unit: String,
    /// The first day on which it reads so.
    pub from: Date,
    /// Whether it also counts for terms under way on that day.
    pub running: bool,
    /// The article that sets it.
    pub article: String,
    /// In words.
    #[schema(example = "10 个工作日")]
    pub text: String,
}

/// A term of a procedure.
#[derive(ToSchema)]
pub struct ClockLine {
    /// The procedure it belongs to.
    pub procedure: String,
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The article it rests on.
    pub article: String,
    /// How long, with its history, oldest first.
    pub terms: Vec<Term>,
    /// Conditions under which it starts.
    pub when: Vec<Name>,
    /// The states that start it.
    pub starts: Vec<Name>,
    /// The terms whose running out starts it.
    pub after: Vec<Name>,
    /// The states in which it counts.
    pub runs: Vec<Name>,
    /// The states in which it stands still.
    pub pauses: Vec<Name>,
    /// The term that it is nested in.
    #[schema(required, inline = false)]
    pub within: Option<Name>,
    /// The moment that, when it is later, is its start.
    #[schema(required, inline = false)]
    pub follows: Option<Name>,
    /// Terms that do not start where this one does.
    pub excepts: Vec<Name>,
    /// What it means that it has run out.
    #[schema(inline = false)]
    pub outcome: Name,
    /// What the law then does; `null` = it is only recorded.
    #[schema(required, inline = false)]
    pub act: Option<Name>,
    /// Where that leads; `null` = the state stays.
    #[schema(required, inline = false)]
    pub to: Option<Name>,
    /// What the platform then does.
    pub effects: Vec<Name>,
    /// How it can be extended.
    #[schema(required, inline = false)]
    pub extension: Option<ExtensionLine>,
}

/// How a term can be extended.
#[derive(ToSchema)]
pub struct ExtensionLine {
    /// The most that one extension adds, with its history.
    pub terms: Vec<Term>,
    /// How often.
    pub times: u32,
    /// Who must consent.
    #[schema(inline = false)]
    pub consent: Name,
    /// Who must be told.
    pub tell: Vec<Name>,
}

/// Papers that an application needs to be complete.
#[derive(ToSchema)]
pub struct RequirementLine {
    /// The procedure it belongs to.
    pub procedure: String,
    /// The article that asks for them.
    pub article: String,
    /// Which.
    pub papers: Vec<Name>,
    /// Under which conditions; none = always.
    pub when: Vec<Name>,
}

/// A scenario told in sentences.
#[derive(ToSchema)]
pub struct StoryPage {
    /// What it shows.
    pub title: String,
    /// The article it stands under.
    pub article: String,
    /// The file.
    pub file: String,
    /// The line of its title.
    pub line: usize,
    /// Its sentences: what is given, who does what when, what must come of it.
    pub sentences: Vec<String>,
}

/// Two packs side by side.
#[derive(ToSchema)]
pub struct Comparison {
    /// The one.
    #[schema(inline = false)]
    pub left: ComparedPack,
    /// The other.
    #[schema(inline = false)]
    pub right: ComparedPack,
    /// The day on which legal numbers are read.
    pub on: Date,
    /// What they say, row by row, in the order of the left one.
    pub rows: Vec<ComparedRow>,
}

/// One of two packs.
#[derive(ToSchema)]
pub struct ComparedPack {
    /// Its name.
    pub id: String,
    /// The regulation's title.
    pub title: String,
    /// When it applies.
    #[schema(inline = false)]
    pub in_force: InForce,
}

/// The days on which a pack applies.
#[derive(ToSchema)]
pub struct InForce {
    /// The first day.
    pub from: Date,
    /// The last day; `null` = until further notice.
    #[schema(required)]
    pub until: Option<Date>,
}

/// One row of a comparison.
#[derive(ToSchema)]
pub struct ComparedRow {
    /// The procedure; `null` for what concerns the whole pack.
    #[schema(required, inline = false)]
    pub procedure: Option<Name>,
    /// What is compared: `in_force`, `role`, `procedure`, `clock`, `papers`, `act`, `ends`, `list` or `keep`.
    pub aspect: String,
    /// Which one.
    #[schema(inline = false)]
    pub what: Name,
    /// What the left one says; `null` = nothing.
    #[schema(required)]
    pub left: Option<String>,
    /// What the right one says; `null` = nothing.
    #[schema(required)]
    pub right: Option<String>,
    /// The articles on the left.
    pub left_articles: Vec<String>,
    /// The articles on the right.
    pub right_articles: Vec<String>,
    /// Whether they say different things.
    pub differs: bool,
}
