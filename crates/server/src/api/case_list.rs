//! Lists of cases and of what happened in them.

use axum::Json;
use jiff::{Timestamp, civil::Date};
use platform::docket;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::cases::CaseHead;
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, InQuery},
    openapi::ReadProblems,
    page::{PageQuery, Paged},
    problem::Problem,
};

/// Longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 200;

/// Routes of lists of cases.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(cases_list)).routes(routes!(changes_list))
}

/// Which cases are wanted. Every part narrows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// Only those that wait for the reader.
    #[serde(default)]
    #[param(default = false)]
    pub waiting_for_me: bool,
    /// Only those to which the reader's organisation is a party.
    #[serde(default)]
    #[param(default = false)]
    pub mine: bool,
    /// Only those in which the reader's organisation plays this part.
    #[param(inline)]
    pub part: Option<Part>,
    /// Only those that wait for this role.
    pub role: Option<String>,
    /// Only those that keep this pack.
    pub pack: Option<String>,
    /// Only those of this procedure.
    pub procedure: Option<String>,
    /// Only those in this state.
    pub state: Option<String>,
    /// Only those about this thing.
    pub subject: Option<Uuid>,
    /// Only those with this in the title of their subject or procedure, or with this id.
    #[param(max_length = 200)]
    pub text: Option<String>,
    /// Only ended ones, or only running ones.
    pub ended: Option<bool>,
    /// Only those that are due before this instant; what is overdue is.
    pub due_before: Option<Timestamp>,
    /// In which order: `due` = what is due first, first, then the latest changed; `changed` and `opened` = the latest first.
    #[serde(default)]
    #[param(inline, value_type = Option<CaseOrder>)]
    pub sort: docket::CaseOrder,
}

/// The two parts that an organisation plays in most cases.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It asks.
    Demander,
    /// It provides.
    Provider,
}

impl Part {
    fn platform(self) -> docket::Part {
        match self {
            Self::Demander => docket::Part::Demander,
            Self::Provider => docket::Part::Provider,
        }
    }
}

impl CaseQuery {
    fn filter(self) -> Result<docket::CaseFilter, Problem> {
        if self.text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
            let message = format!("a text to search for has at most {LONGEST_TEXT} characters");
            return Err(Problem::new(platform::Code::InvalidInput, message).field("text", "is too long"));
        }
        Ok(docket::CaseFilter {
            waiting_for_me: self.waiting_for_me,
            mine: self.mine,
            part: self.part.map(Part::platform),
            role: self.role.as_deref().map(Into::into),
            pack: self.pack.as_deref().map(Into::into),
            procedure: self.procedure.as_deref().map(Into::into),
            state: self.state.as_deref().map(Into::into),
            subject: self.subject,
            ended: self.ended,
            due_before: self.due_before,
            text: self.text,
            order: self.sort,
        })
    }
}

/// Lists the cases that the reader may see: what is due first, first, unless another order is asked for.
#[utoipa::path(get, path = "/cases", tag = "cases", params(CaseQuery, PageQuery), responses((status = 200, body = Paged<CaseLine>), ReadProblems))]
async fn cases_list(
    caller: Caller,
    InQuery(filter): InQuery<CaseQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<docket::CaseLine>> {
    Ok(Json(caller.platform().cases(&caller.ctx, &filter.filter()?, page.page()?).await?))
}

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// What was recorded after this instant; the previous visit stands at `GET /api/v1/me`.
    pub since: Timestamp,
}

/// Lists what was done, by people and by the law, in the cases of one's organisation and its office since an instant, latest first.
#[utoipa::path(get, path = "/changes", tag = "cases", params(ChangesQuery, PageQuery), responses((status = 200, body = Paged<Change>), ReadProblems))]
async fn changes_list(
    caller: Caller,
    InQuery(query): InQuery<ChangesQuery>,
    InQuery(page): InQuery<PageQuery>,
) -> Answer<platform::Listing<docket::Change>> {
    Ok(Json(caller.platform().changes(&caller.ctx, query.since, page.page()?).await?))
}

/// A case in a list.
#[derive(ToSchema)]
pub struct CaseLine {
    /// Its head.
    #[serde(flatten)]
    pub head: CaseHead,
    /// The procedure's title.
    pub title: String,
    /// What its subject is called; `null` where only its holder knows.
    #[schema(required)]
    pub subject_title: Option<String>,
    /// Its state.
    pub state: String,
    /// The state's title.
    pub state_title: String,
    /// What the matter is called, when it is about one.
    #[schema(required)]
    pub matter: Option<String>,
    /// Who is expected to move.
    pub waits_for: Vec<String>,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// When the law acts next.
    #[schema(required)]
    pub next_due_at: Option<Timestamp>,
    /// The nearest date due that people look at, also when it is over and what it was for is not done.
    #[schema(required)]
    pub due: Option<DueLine>,
}

/// The nearest date due of a case.
#[derive(ToSchema)]
pub struct DueLine {
    /// When the term runs out: 24:00 of the last day.
    pub at: Timestamp,
    /// The last day that is still in time.
    pub last_day: Date,
    /// The term.
    pub clock: String,
    /// What it is called.
    pub title: String,
    /// The article that sets it.
    #[schema(example = "CN-18")]
    pub article: String,
    /// Where it stands among the `clocks` of the case and of its explanation, from 0: there its derivation is, day by day.
    pub run: usize,
    /// What running out means: `breach`, `approve`, `suspend`, `terminate` or `report`.
    pub outcome: String,
    /// The same in words.
    pub outcome_title: String,
    /// Working days after today up to the last one; 0 on the last day itself, below 0 when it is over.
    pub working_days_left: i64,
    /// Whether the term ran out and what it was for is still not done.
    pub overdue: bool,
}

/// In which order cases are listed.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum CaseOrder {
    /// What is due first, first.
    Due,
    /// The latest changed first.
    Changed,
    /// The latest opened first.
    Opened,
}

/// One act that was recorded meanwhile.
#[derive(ToSchema)]
pub struct Change {
    /// The act's id.
    pub id: Uuid,
    /// Which act.
    pub act: String,
    /// Its title.
    pub title: String,
    /// The case.
    pub case: Uuid,
    /// The title of the case's procedure.
    pub procedure_title: String,
    /// What the case is about; `null` where only its holder knows.
    #[schema(required)]
    pub subject_title: Option<String>,
    /// The article it rests on.
    #[schema(required)]
    pub article: Option<String>,
    /// In which role.
    pub role: String,
    /// As the district calls that role.
    pub role_title: String,
    /// The title of the state before; `null` when it opened the case.
    #[schema(required)]
    pub from_title: Option<String>,
    /// The title of the state after.
    pub to_title: String,
    /// Whether the reader did it.
    pub by_me: bool,
    /// When it took effect.
    pub at: Timestamp,
    /// When it was recorded: later where the law acted while nobody looked.
    pub recorded_at: Timestamp,
    /// Its index in the log, once the log has it.
    #[schema(required)]
    pub log_index: Option<u64>,
}
