//! Cases as people see them.

use std::collections::{BTreeMap, HashMap};

use jiff::{Timestamp, civil::Date};
use law::{ArticleId, ClockId, ClockStatus, PackId, PaperId, ProcedureId, RoleId, StateId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::Ctx,
    db::{Listing, Page, from_json, instant},
    error::{Error, Result},
    ids::*,
    ledger,
    policy::{Action, Resource},
};

use super::{
    CaseHead, SubjectKind,
    acting::head_of,
    matters, rules, store,
    visible::{visible, wanted},
};

/// A case with everything about it.
#[derive(Clone, Debug, Serialize)]
pub struct CaseView {
    /// Id, subject, parties, version.
    #[serde(flatten)]
    pub head: CaseHead,
    /// The procedure's title.
    pub title: String,
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
    /// When it entered its state.
    pub entered_at: Timestamp,
    /// What is known.
    pub facts: law::Facts,
    /// Which papers lie in it.
    pub papers: Vec<PaperId>,
    /// Its clocks, oldest first.
    pub clocks: Vec<ClockView>,
    /// What has been done, oldest first.
    pub timeline: Vec<ActView>,
    /// What can be done now.
    pub possible: Vec<law::Possible>,
    /// The roles in which the reader can act in it.
    pub my_roles: Vec<RoleId>,
}

/// A run of a clock, with the derivation of its due date (I5).
#[derive(Clone, Debug, Serialize)]
pub struct ClockView {
    /// Which.
    pub clock: ClockId,
    /// Its title.
    pub title: String,
    /// The article that sets it.
    pub article: Option<ArticleId>,
    /// How it stands.
    pub status: ClockStatus,
    /// When it started.
    pub started_at: Timestamp,
    /// When the term runs out.
    pub due_at: Option<Timestamp>,
    /// The last day that is still in time.
    pub last_day: Option<Date>,
    /// Day by day, for the newest run of each clock.
    pub derivation: Option<law::calendar::Derivation>,
}

/// An act of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActView {
    /// Its id.
    pub id: ActId,
    /// Its number in the case, from 1.
    pub seq: i32,
    /// Which act.
    pub act: law::ActId,
    /// Its title.
    pub title: String,
    /// In which role.
    pub role: RoleId,
    /// Who: `person`, `client`, `law`, `platform`.
    pub actor: String,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
    /// When it took effect.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The articles it rests on.
    pub articles: Vec<ArticleId>,
    /// The state before.
    pub from: Option<StateId>,
    /// The state after.
    pub to: StateId,
    /// The papers that came with it.
    pub papers: Vec<PaperId>,
    /// The clock that ran out, when the law acted.
    pub expired: Option<ClockId>,
    /// What that meant.
    pub outcome: Option<String>,
    /// Its index in the log, once the log has it.
    pub log_index: Option<u64>,
}

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseLine {
    /// Id, subject, parties, version.
    #[serde(flatten)]
    pub head: CaseHead,
    /// The procedure's title.
    pub title: String,
    /// What the matter is called, when it is about one.
    pub matter: Option<String>,
    /// Its state.
    pub state: StateId,
    /// The state's title.
    pub state_title: String,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the law acts next.
    pub next_due_at: Option<Timestamp>,
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
    /// Only those that wait for this role.
    #[serde(default)]
    pub role: Option<RoleId>,
    /// Only those of this procedure.
    #[serde(default)]
    pub procedure: Option<ProcedureId>,
    /// Only those in this state.
    #[serde(default)]
    pub state: Option<StateId>,
    /// Only those about this subject.
    #[serde(default)]
    pub subject: Option<Uuid>,
    /// Only ended ones, or only running ones.
    #[serde(default)]
    pub ended: Option<bool>,
    /// Only those in which the law acts before this instant.
    #[serde(default)]
    pub due_before: Option<Timestamp>,
}

impl Platform {
    /// A case with everything about it.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::NotPermitted`].
    pub async fn case(&self, ctx: &Ctx, id: CaseId) -> Result<CaseView> {
        let row = store::case::Entity::find_by_id(id.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("case", id))?;
        let head = head_of(&row)?;
        self.may(ctx, Action::ReadCase, &Resource::case(&head))?;
        let case = super::acting::as_of_now(self, &head, from_json(&row.data)?).await?;
        let procedure = self.book().pack(&case.pack).and_then(|pack| pack.procedures.get(&case.procedure));
        let state = procedure.and_then(|procedure| procedure.states.get(&case.state));
        let roles = rules::roles_of(self.book(), &case.pack, &case.procedure);
        let matter = self.matter_titles(std::slice::from_ref(&row)).await?.remove(&row.subject_id);
        Ok(CaseView {
            title: procedure.map(|p| p.title.clone()).unwrap_or_default(),
            matter,
            state_title: state.map(|state| state.title.clone()).unwrap_or_default(),
            waits_for: state.map(|state| state.waits_for.clone()).unwrap_or_default(),
            ended: row.ended,
            opened_at: case.opened_at,
            entered_at: case.entered_at,
            facts: case.facts.clone(),
            papers: case.papers.iter().cloned().collect(),
            clocks: self.clocks_of(&case),
            timeline: self.timeline(&head).await?,
            possible: law::possible(self.book(), &case, ctx.now),
            my_roles: roles
                .into_iter()
                .filter(|role| self.may(ctx, Action::Speak, &Resource::case(&head).role(role)).is_ok())
                .collect(),
            state: case.state,
            head,
        })
    }

    /// A page of cases that the reader may see: running ones with the nearest due date first, then the latest changed.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`] for whoever is not logged in.
    pub async fn cases(&self, ctx: &Ctx, filter: &CaseFilter, page: Page) -> Result<Listing<CaseLine>> {
        self.may(ctx, Action::ListCases, &Resource::platform())?;
        let query = store::case::Entity::find().filter(visible(self.book(), &ctx.who)).filter(wanted(
            self.book(),
            &ctx.who,
            filter,
        ));
        let total = query.clone().count(self.db().read()).await?;
        use store::case::Column;
        let rows = query
            .order_by_asc(Column::NextDueAt.is_null())
            .order_by_asc(Column::NextDueAt)
            .order_by_desc(Column::ChangedAt)
            .order_by_desc(Column::Id)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        let matters = self.matter_titles(&rows).await?;
        let items = rows.iter().map(|row| self.case_line(row, &matters)).collect::<Result<_>>()?;
        Ok(Listing { items, total })
    }

    /// The papers that came with an act, in clear.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::NotPermitted`].
    pub async fn papers_of_act(&self, ctx: &Ctx, act: ActId) -> Result<BTreeMap<PaperId, String>> {
        let row = store::act::Entity::find_by_id(act.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("act", act))?;
        let head = super::head(self.db().read(), CaseId(row.case_id)).await?;
        self.may(ctx, Action::ReadCase, &Resource::case(&head))?;
        let Some(sealed) = &row.papers else { return Ok(BTreeMap::new()) };
        Ok(ledger::Commitments::open(self.vault(), act, sealed)?.texts())
    }

    fn clocks_of(&self, case: &law::Case) -> Vec<ClockView> {
        let pack = self.book().pack(&case.pack);
        let newest = |at: usize, run: &law::ClockRun| {
            !case.clocks.iter().skip(at.saturating_add(1)).any(|later| later.clock == run.clock)
        };
        let view = |(at, run): (usize, &law::ClockRun)| {
            let rule = pack.and_then(|pack| pack.clock(&run.clock)).map(|(_, rule)| rule);
            let derivation = if newest(at, run) { law::explain_clock(self.book(), case, &run.clock) } else { None };
            ClockView {
                clock: run.clock.clone(),
                title: rule.map(|rule| rule.title.clone()).unwrap_or_default(),
                article: rule.map(|rule| rule.article.clone()),
                status: run.status,
                started_at: run.started_at,
                due_at: run.due,
                last_day: derivation.as_ref().map(|derivation| derivation.last_day),
                derivation,
            }
        };
        case.clocks.iter().enumerate().map(view).collect()
    }

    async fn timeline(&self, head: &CaseHead) -> Result<Vec<ActView>> {
        let rows = store::act::Entity::find()
            .filter(store::act::Column::CaseId.eq(head.id.0))
            .order_by_asc(store::act::Column::Seq)
            .all(self.db().read())
            .await?;
        let mut indices = ledger::indices(self.db().read(), rows.iter().map(|row| row.id)).await?;
        let procedure = self.book().pack(&head.pack).and_then(|pack| pack.procedures.get(&head.procedure));
        rows.into_iter()
            .map(|row| {
                let title = procedure
                    .and_then(|p| p.acts.get(row.act.as_str()))
                    .map_or(row.act.as_str(), |rule| rule.title.as_str());
                Ok(ActView {
                    id: ActId(row.id),
                    seq: row.seq,
                    title: title.to_owned(),
                    act: row.act.as_str().into(),
                    role: row.role.as_str().into(),
                    actor: row.actor_kind,
                    organisation: row.organisation_id.map(OrganisationId),
                    at: instant(row.at)?,
                    recorded_at: instant(row.recorded_at)?,
                    articles: from_json(&row.articles)?,
                    from: row.from_state.as_deref().map(StateId::from),
                    to: row.to_state.as_str().into(),
                    papers: from_json(&row.paper_names)?,
                    expired: row.expired.as_deref().map(ClockId::from),
                    outcome: row.outcome,
                    log_index: indices.remove(&row.id),
                })
            })
            .collect()
    }

    async fn matter_titles(&self, rows: &[store::case::Model]) -> Result<HashMap<Uuid, String>> {
        let of_matters = rows.iter().filter(|row| row.subject_kind == SubjectKind::Matter.as_str());
        matters::titles(self.db().read(), of_matters.map(|row| row.subject_id)).await
    }

    fn case_line(&self, row: &store::case::Model, matters: &HashMap<Uuid, String>) -> Result<CaseLine> {
        let pack: PackId = row.pack.as_str().into();
        let procedure = self.book().pack(&pack).and_then(|pack| pack.procedures.get(row.procedure.as_str()));
        let state = procedure.and_then(|procedure| procedure.states.get(row.state.as_str()));
        Ok(CaseLine {
            head: head_of(row)?,
            title: procedure.map(|p| p.title.clone()).unwrap_or_default(),
            matter: matters.get(&row.subject_id).cloned(),
            state: row.state.as_str().into(),
            state_title: state.map(|state| state.title.clone()).unwrap_or_default(),
            ended: row.ended,
            opened_at: instant(row.opened_at)?,
            next_due_at: row.next_due_at.map(instant).transpose()?,
        })
    }
}
