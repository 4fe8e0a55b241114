//! Lists of cases: what is due first, by what article, and what each case is about.
//!
//! What a reader must know first. A list is ordered by the date that people look at, which is not always the one at which the
//! law acts next: where a term ran out, a breach was recorded and the duty stays, the case is overdue until somebody moves it.
//! `due_at` keeps that date for the index; [`rules::due_run`] is the only place that decides which one it is.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use law::{ArticleId, ClockId, Outcome, PackId, ProcedureId, RoleId, StateId, calendar::date_in_shanghai};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Listing, Page, from_json, instant},
    error::Result,
    policy::{Action, Resource},
};

use super::{
    CaseHead,
    acting::head_of,
    rules, store, subjects,
    visible::{visible, wanted},
};

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseLine {
    /// Id, subject, parties, version.
    #[serde(flatten)]
    pub head: CaseHead,
    /// The procedure's title.
    pub title: String,
    /// What its subject is called; `None` for a record, which only its holder knows.
    pub subject_title: Option<String>,
    /// What the matter is called, when it is about one.
    pub matter: Option<String>,
    /// Its state.
    pub state: StateId,
    /// The state's title.
    pub state_title: String,
    /// Who is expected to move.
    pub waits_for: Vec<RoleId>,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// When the law acts next.
    pub next_due_at: Option<Timestamp>,
    /// The date due that people look at.
    pub due: Option<DueLine>,
}

/// The nearest date due of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueLine {
    /// When the term runs out: 24:00 of the last day.
    pub at: Timestamp,
    /// The last day that is still in time.
    pub last_day: Date,
    /// The term.
    pub clock: ClockId,
    /// What it is called.
    pub title: String,
    /// The article that sets it.
    pub article: ArticleId,
    /// Where among the terms of the case it stands, from 0: there its derivation is, day by day.
    pub run: usize,
    /// What running out means.
    pub outcome: Outcome,
    /// The same in words.
    pub outcome_title: String,
    /// Working days after today up to the last one; 0 on the last day itself, below 0 when it is over.
    pub working_days_left: i64,
    /// Whether the term ran out and what it was for is still not done.
    pub overdue: bool,
}

/// In which order cases are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseOrder {
    /// What is due first, first; then what has no date, the latest changed first.
    #[default]
    Due,
    /// The latest changed first.
    Changed,
    /// The latest opened first.
    Opened,
}

/// The two parts that an organisation plays in most cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It asks.
    Demander,
    /// It provides.
    Provider,
}

/// Which cases to list. Everybody sees only cases that they have a part in; offices and auditors see all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CaseFilter {
    /// Only those that wait for the reader.
    #[serde(default)]
    pub waiting_for_me: bool,
    /// Only those to which the reader's organisation is a party.
    #[serde(default)]
    pub mine: bool,
    /// Only those in which the reader's organisation plays this part.
    #[serde(default)]
    pub part: Option<Part>,
    /// Only those that wait for this role.
    #[serde(default)]
    pub role: Option<RoleId>,
    /// Only those that keep this pack.
    #[serde(default)]
    pub pack: Option<PackId>,
    /// Only those of this procedure.
    #[serde(default)]
    pub procedure: Option<ProcedureId>,
    /// Only those in this state.
    #[serde(default)]
    pub state: Option<StateId>,
    /// Only those about this subject.
    #[serde(default)]
    pub subject: Option<Uuid>,
    /// Only those with this in the title of subject or procedure, or with this id.
    #[serde(default)]
    pub text: Option<String>,
    /// Only ended ones, or only running ones.
    #[serde(default)]
    pub ended: Option<bool>,
    /// Only those that are due before this instant.
    #[serde(default)]
    pub due_before: Option<Timestamp>,
    /// In which order.
    #[serde(default)]
    pub order: CaseOrder,
}

impl Platform {
    /// A page of cases that the reader may see, in the order asked for.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`] for whoever is not logged in.
    pub async fn cases(&self, ctx: &Ctx, filter: &CaseFilter, page: Page) -> Result<Listing<CaseLine>> {
        self.may(ctx, Action::ListCases, &Resource::platform())?;
        let query = self.cases_wanted(&ctx.who, filter);
        // Cases are long: what is counted and skipped is read from an index, and only the cases of the page themselves.
        let query = query.select_only().column(store::case::Column::Id);
        let db = self.db().read();
        let ids = in_order(query.clone(), filter.order).offset(page.offset).limit(page.limit()).into_tuple::<Uuid>();
        let (total, ids) = futures::try_join!(query.count(db), ids.all(db))?;
        let rows = store::case::Entity::find().filter(store::case::Column::Id.is_in(ids.iter().copied()));
        let mut rows: HashMap<Uuid, store::case::Model> =
            rows.all(db).await?.into_iter().map(|row| (row.id, row)).collect();
        let rows: Vec<store::case::Model> = ids.iter().filter_map(|id| rows.remove(id)).collect();
        Ok(Listing { items: self.case_lines(ctx, &rows).await?, total })
    }

    pub(super) fn cases_wanted(&self, who: &Actor, filter: &CaseFilter) -> Select<store::case::Entity> {
        store::case::Entity::find().filter(visible(self.book(), who)).filter(wanted(self.book(), who, filter))
    }

    async fn case_lines(&self, ctx: &Ctx, rows: &[store::case::Model]) -> Result<Vec<CaseLine>> {
        let titles = subjects::titles(self.db().read(), rows).await?;
        rows.iter().map(|row| self.case_line(ctx, row, &titles)).collect()
    }

    fn case_line(&self, ctx: &Ctx, row: &store::case::Model, titles: &HashMap<Uuid, String>) -> Result<CaseLine> {
        let pack: PackId = row.pack.as_str().into();
        let procedure = self.book().pack(&pack).and_then(|pack| pack.procedures.get(row.procedure.as_str()));
        let state = procedure.and_then(|procedure| procedure.states.get(row.state.as_str()));
        let head = head_of(row)?;
        let subject_title = titles.get(&row.subject_id).cloned();
        Ok(CaseLine {
            title: procedure.map(|p| p.title.clone()).unwrap_or_default(),
            matter: subject_title.clone().filter(|_| head.subject_kind == super::SubjectKind::Matter),
            subject_title,
            state: row.state.as_str().into(),
            state_title: state.map(|state| state.title.clone()).unwrap_or_default(),
            waits_for: state.map(|state| state.waits_for.clone()).unwrap_or_default(),
            ended: row.ended,
            opened_at: instant(row.opened_at)?,
            changed_at: instant(row.changed_at)?,
            next_due_at: row.next_due_at.map(instant).transpose()?,
            due: if row.due_at == rules::NEVER { None } else { self.due_line(ctx.now, row)? },
            head,
        })
    }

    fn due_line(&self, now: Timestamp, row: &store::case::Model) -> Result<Option<DueLine>> {
        let case: law::Case = from_json(&row.data)?;
        let Some((run, at)) = rules::due_run(self.book(), &case) else { return Ok(None) };
        let pack = self.book().pack(&case.pack);
        let found = case.clocks.get(run).and_then(|run| pack?.procedures.get(&case.procedure)?.clocks.get(&run.clock));
        let Some(rule) = found else { return Ok(None) };
        let last_day = date_in_shanghai(at).yesterday().unwrap_or(Date::MIN);
        let words = self.book().vocabulary();
        Ok(Some(DueLine {
            at,
            last_day,
            clock: rule.id.clone(),
            title: rule.title.clone(),
            article: rule.article.clone(),
            run,
            outcome: rule.outcome,
            outcome_title: words.outcomes.get(rule.outcome.as_str()).map(|title| title.zh.clone()).unwrap_or_default(),
            working_days_left: rules::working_days_left(self.book(), now, last_day),
            overdue: at <= now,
        }))
    }
}

/// The orders that the indexes of the table have.
pub(super) fn in_order(query: Select<store::case::Entity>, order: CaseOrder) -> Select<store::case::Entity> {
    use store::case::Column;
    let query = match order {
        CaseOrder::Due => query.order_by_asc(Column::DueAt).order_by_desc(Column::ChangedAt),
        CaseOrder::Changed => query.order_by_desc(Column::ChangedAt),
        // Ids are made in the order of time.
        CaseOrder::Opened => query,
    };
    query.order_by_desc(Column::Id)
}
