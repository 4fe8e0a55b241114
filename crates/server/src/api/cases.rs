//! Cases: what is going on, what can be done, by whom, until when, and why.

use std::collections::BTreeMap;

use axum::Json;
use jiff::{Timestamp, civil::Date};
use platform::{CaseId, docket};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Answer, Body, IdempotencyKey, InPath},
    openapi::{ActProblems, ReadProblems},
    problem::Problem,
};

use super::{possible::PossibleAct, procedures::Name};

/// Routes of cases.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(cases_get))
        .routes(routes!(cases_possible))
        .routes(routes!(cases_act))
        .routes(routes!(cases_rehearse))
}

/// Shows a case: its state, terms with their day-by-day derivation, what was done and what can be done.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", params(("id" = Uuid, Path, description = "the case")), responses((status = 200, body = CaseView), ReadProblems))]
async fn cases_get(caller: Caller, InPath(id): InPath<CaseId>) -> Answer<CaseView> {
    Ok(Json(caller.platform().case(&caller.ctx, id).await?.into()))
}

/// Shows only what can be done in a case now.
#[utoipa::path(get, path = "/cases/{id}/possible", tag = "cases", params(("id" = Uuid, Path, description = "the case")), responses((status = 200, body = [PossibleAct]), ReadProblems))]
async fn cases_possible(caller: Caller, InPath(id): InPath<CaseId>) -> Answer<Vec<PossibleAct>> {
    Ok(Json(caller.platform().case(&caller.ctx, id).await?.possible.into_iter().map(PossibleAct::from).collect()))
}

/// Does an act in a case. Where the act is the public's, nobody has to log in, but needs the receipt number of the case. The law decides; a refusal says from which state, which act, what is missing, on which article, and
/// what can be done instead.
#[utoipa::path(
    post, path = "/cases/{id}/acts", tag = "cases", request_body = ActBody,
    params(
        ("id" = Uuid, Path, description = "the case"),
        ("idempotency-key" = Option<String>, Header, description = "repeating the act with the same key repeats nothing")
    ),
    responses((status = 200, body = Receipt), ActProblems)
)]
async fn cases_act(
    caller: Anyone,
    InPath(id): InPath<CaseId>,
    key: IdempotencyKey,
    Body(act): Body<ActBody>,
) -> Answer<docket::Receipt> {
    Ok(Json(caller.platform().act_on_case(&caller.ctx, id, act.input(key)?).await?))
}

/// Says what would come of an act with the papers, facts and extension that are given, or how it would be refused. Nothing is
/// written: the act's id and number stand for nothing.
#[utoipa::path(
    post, path = "/cases/{id}/rehearsal", tag = "cases", request_body = ActBody,
    params(("id" = Uuid, Path, description = "the case")), responses((status = 200, body = Rehearsal), ActProblems)
)]
async fn cases_rehearse(
    caller: Caller,
    InPath(id): InPath<CaseId>,
    Body(act): Body<ActBody>,
) -> Answer<docket::Rehearsal> {
    Ok(Json(caller.platform().rehearse(&caller.ctx, id, act.input(IdempotencyKey(None))?).await?))
}

/// What somebody wants to do in a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActBody {
    /// Which act of the procedure.
    #[schema(example = "approve")]
    pub act: String,
    /// In which role; may be left out when there is only one in which the caller can do it.
    #[serde(default)]
    pub role: Option<String>,
    /// Papers that come with it: their text, a file's digest, or a signature envelope.
    #[serde(default)]
    pub papers: BTreeMap<String, String>,
    /// Facts that come with it.
    #[serde(default)]
    pub facts: BTreeMap<String, FactValue>,
    /// For an extension: how much is asked, in the term's unit; left out = the most the law allows.
    #[serde(default)]
    pub extension: Option<u32>,
    /// The version of the case that the caller has seen; another one is a conflict.
    #[serde(default)]
    pub expected_version: Option<i32>,
    /// From somebody who is not logged in: the number that was shown when they opened the case.
    #[serde(default)]
    pub receipt_number: Option<String>,
}

impl ActBody {
    /// The platform's form.
    ///
    /// # Errors
    /// [`platform::Code::InvalidInput`] for facts that cannot be written down.
    pub fn input(self, key: IdempotencyKey) -> Result<docket::ActInput, Problem> {
        let mut input = docket::ActInput::new(self.act.as_str());
        if let Some(role) = self.role {
            input = input.role(role);
        }
        for (paper, text) in self.papers {
            input = input.paper(paper, text);
        }
        input.facts = facts(&self.facts)?;
        input.extension = self.extension;
        input.expected_version = self.expected_version;
        input.idempotency_key = key.0;
        input.receipt_number = self.receipt_number;
        Ok(input)
    }
}

/// Facts as the platform takes them.
///
/// # Errors
/// [`platform::Code::InvalidInput`] for facts that cannot be written down.
pub fn facts<T: DeserializeOwned>(said: &BTreeMap<String, FactValue>) -> Result<T, Problem> {
    let unusable = |error: serde_json::Error| {
        Problem::new(platform::Code::InvalidInput, "the facts cannot be used")
            .field("facts", "must be flags, whole numbers, instants or words")
            .because(error)
    };
    let facts = serde_json::to_value(said).map_err(unusable)?;
    serde_json::from_value(facts).map_err(unusable)
}

/// The value of a fact. Instants are RFC 3339 texts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A word or an instant.
    Word(String),
}

/// What a case is about.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SubjectKind {
    /// An entry of the data catalogue.
    Entry,
    /// A request to share.
    Request,
    /// A sharing service.
    Service,
    /// An organisation.
    Organisation,
    /// A digital project.
    Project,
    /// One record.
    Record,
    /// Anything else, which is called by a title: a plan, a product, an incident, a purchase.
    Matter,
}

/// What a case is about and whose it is.
#[derive(ToSchema)]
pub struct CaseHead {
    /// The case.
    pub id: Uuid,
    /// The regulation it keeps until its end.
    #[schema(example = "changning-2025")]
    pub pack: String,
    /// Its procedure.
    #[schema(example = "sharing_request")]
    pub procedure: String,
    /// What kind of thing it is about.
    #[schema(inline = false)]
    pub subject_kind: SubjectKind,
    /// Which one.
    pub subject: Uuid,
    /// The organisation that provides.
    #[schema(required)]
    pub provider: Option<Uuid>,
    /// The organisation that asks.
    #[schema(required)]
    pub demander: Option<Uuid>,
    /// Who plays other roles of which one organisation belongs to a case: `{role: organisation}`.
    pub parties: BTreeMap<String, Uuid>,
    /// The case from which it was opened.
    #[schema(required)]
    pub parent: Option<Uuid>,
    /// How often it was changed; give it back as `expected_version`.
    pub version: i32,
}

/// A case with everything about it.
#[derive(Serialize, ToSchema)]
pub struct CaseView {
    /// Its head.
    #[serde(flatten)]
    #[schema(value_type = CaseHead)]
    pub head: docket::CaseHead,
    /// The procedure's title.
    pub title: String,
    /// Its state.
    pub state: String,
    /// The state's title.
    pub state_title: String,
    /// What its subject is called; `null` where only its holder knows.
    #[schema(required)]
    pub subject_title: Option<String>,
    /// What the matter is called, when it is about one.
    #[schema(required)]
    pub matter: Option<String>,
    /// Who is expected to move.
    pub waits_for: Vec<String>,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it entered its state.
    pub entered_at: Timestamp,
    /// What is known.
    #[schema(value_type = BTreeMap<String, FactValue>)]
    pub facts: serde_json::Value,
    /// Which papers lie in it.
    pub papers: Vec<String>,
    /// The same with their titles.
    #[schema(value_type = Vec<Name>)]
    pub paper_titles: Vec<docket::Named>,
    /// Its terms, oldest first.
    #[schema(value_type = Vec<ClockView>)]
    pub clocks: Vec<docket::ClockView>,
    /// What has been done, oldest first.
    #[schema(value_type = Vec<ActView>)]
    pub timeline: Vec<docket::ActView>,
    /// What can be done now.
    pub possible: Vec<PossibleAct>,
    /// The roles in which the reader can act in it.
    pub my_roles: Vec<String>,
}

impl From<docket::CaseView> for CaseView {
    fn from(case: docket::CaseView) -> Self {
        Self {
            title: case.title,
            state: case.state.to_string(),
            state_title: case.state_title,
            subject_title: case.subject_title,
            matter: case.matter,
            waits_for: words(&case.waits_for),
            ended: case.ended,
            opened_at: case.opened_at,
            entered_at: case.entered_at,
            facts: serde_json::to_value(&case.facts).unwrap_or_default(),
            papers: words(&case.papers),
            paper_titles: case.paper_titles,
            clocks: case.clocks,
            timeline: case.timeline,
            possible: case.possible.into_iter().map(PossibleAct::from).collect(),
            my_roles: words(&case.my_roles),
            head: case.head,
        }
    }
}

pub(super) fn words<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// How a term stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ClockStatus {
    /// Counting.
    Running,
    /// Standing still.
    Paused,
    /// The case moved on in time.
    Met,
    /// The term ran out.
    Missed,
    /// It does not matter any more.
    Stopped,
}

/// One run of a term.
#[derive(ToSchema)]
pub struct ClockView {
    /// Which.
    #[schema(example = "reply_conditional")]
    pub clock: String,
    /// Its title.
    pub title: String,
    /// The article that sets it.
    #[schema(required)]
    pub article: Option<String>,
    /// How it stands.
    #[schema(inline = false)]
    pub status: ClockStatus,
    /// When it started.
    pub started_at: Timestamp,
    /// When the term runs out: 24:00 of the last day.
    #[schema(required)]
    pub due_at: Option<Timestamp>,
    /// The last day that is still in time.
    #[schema(required)]
    pub last_day: Option<Date>,
    /// Day by day, for the newest run of each term.
    #[schema(required)]
    pub derivation: Option<Derivation>,
}

/// A date due with the reason for every day on the way to it.
#[derive(ToSchema)]
pub struct Derivation {
    /// The instant at which the term has run out: 24:00 of the last day.
    pub due: Timestamp,
    /// The last day that is still in time.
    pub last_day: Date,
    /// Every day from the day of the event to the last day.
    pub days: Vec<Day>,
    /// Whether a day was judged without a notice of the State Council.
    pub provisional: bool,
}

/// One day of a derivation.
#[derive(ToSchema)]
pub struct Day {
    /// The date in Shanghai.
    pub date: Date,
    /// Whether it counts.
    pub counted: bool,
    /// Why.
    #[schema(example = "rest day (春节)")]
    pub reason: String,
}

/// An act that was done.
#[derive(ToSchema)]
pub struct ActView {
    /// Its id.
    pub id: Uuid,
    /// Its number in the case, from 1.
    pub seq: i32,
    /// Which act.
    pub act: String,
    /// Its title.
    pub title: String,
    /// In which role.
    pub role: String,
    /// Who: `person`, `client`, `law` or `platform`.
    pub actor: String,
    /// For which organisation.
    #[schema(required)]
    pub organisation: Option<Uuid>,
    /// When it took effect.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The articles it rests on.
    pub articles: Vec<String>,
    /// The state before.
    #[schema(required)]
    pub from: Option<String>,
    /// The state after.
    pub to: String,
    /// The papers that came with it.
    pub papers: Vec<String>,
    /// The same with their titles.
    pub paper_titles: Vec<Name>,
    /// The term that ran out, when the law acted.
    #[schema(required)]
    pub expired: Option<String>,
    /// What that meant.
    #[schema(required)]
    pub outcome: Option<String>,
    /// Its index in the log, once the log has it.
    #[schema(required)]
    pub log_index: Option<u64>,
}

/// What came of an act.
#[derive(ToSchema)]
pub struct Receipt {
    /// The case.
    pub case: Uuid,
    /// The recorded act.
    pub act: Uuid,
    /// Which act of the procedure.
    pub name: String,
    /// What that act is called.
    pub title: String,
    /// In which role.
    pub role: String,
    /// When it took effect.
    pub at: Timestamp,
    /// The state afterwards.
    pub state: String,
    /// What that state is called.
    pub state_title: String,
    /// Whether the case has ended.
    pub ended: bool,
    /// The case's version afterwards.
    pub version: i32,
    /// The articles it rests on.
    pub articles: Vec<String>,
    /// What happened to terms.
    pub due: Vec<Due>,
    /// What the platform did with it.
    pub effects: Vec<String>,
    /// Its index in the log; `null` until the log has it, which is moments later.
    #[schema(required)]
    pub log_index: Option<u64>,
    /// For whoever opened the case without logging in: shown this once, and needed for every further act of theirs.
    pub receipt_number: Option<String>,
}

/// What would come of an act.
#[derive(ToSchema)]
pub struct Rehearsal {
    /// Which act of the procedure.
    pub name: String,
    /// In which role.
    pub role: String,
    /// The state afterwards.
    pub state: String,
    /// What that state is called.
    pub state_title: String,
    /// Whether the case would have ended.
    pub ended: bool,
    /// The articles it rests on.
    pub articles: Vec<String>,
    /// What would happen to terms.
    pub due: Vec<Due>,
    /// What the platform would do with it.
    pub effects: Vec<String>,
}

/// One change of a term.
#[derive(ToSchema)]
pub struct Due {
    /// Which.
    pub clock: String,
    /// The article that sets it.
    pub article: String,
    /// How it stands now.
    #[schema(inline = false)]
    pub status: ClockStatus,
    /// When it runs out now.
    #[schema(required)]
    pub due: Option<Timestamp>,
    /// The last day that is still in time.
    #[schema(required)]
    pub last_day: Option<Date>,
}
