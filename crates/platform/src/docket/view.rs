//! Cases as people see them.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use law::{ArticleId, ClockId, ClockStatus, PaperId, RoleId, StateId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::{
    Platform,
    ctx::Ctx,
    db::{from_json, instant},
    error::{Error, Result},
    ids::*,
    ledger,
    policy::{Action, Resource},
};

use super::{CaseHead, SubjectKind, acting::head_of, rules, store, subjects};

/// A case with everything about it.
#[derive(Clone, Debug, Serialize)]
pub struct CaseView {
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
    /// When it entered its state.
    pub entered_at: Timestamp,
    /// What is known.
    pub facts: law::Facts,
    /// Which papers lie in it.
    pub papers: Vec<PaperId>,
    /// The same with their titles.
    pub paper_titles: Vec<law::Named>,
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
    /// The same with their titles.
    pub paper_titles: Vec<law::Named>,
    /// The clock that ran out, when the law acted.
    pub expired: Option<ClockId>,
    /// What that meant.
    pub outcome: Option<String>,
    /// Its index in the log, once the log has it.
    pub log_index: Option<u64>,
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
        let subject_title =
            subjects::titles(self.db().read(), std::slice::from_ref(&row)).await?.remove(&row.subject_id);
        Ok(CaseView {
            title: procedure.map(|p| p.title.clone()).unwrap_or_default(),
            matter: subject_title.clone().filter(|_| head.subject_kind == SubjectKind::Matter),
            subject_title,
            state_title: state.map(|state| state.title.clone()).unwrap_or_default(),
            waits_for: state.map(|state| state.waits_for.clone()).unwrap_or_default(),
            ended: row.ended,
            opened_at: case.opened_at,
            entered_at: case.entered_at,
            facts: case.facts.clone(),
            papers: case.papers.iter().cloned().collect(),
            paper_titles: self.book().papers_named(&case.papers),
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
        rows.into_iter()
            .map(|row| {
                let act = law::ActId::new(&row.act);
                let papers: Vec<PaperId> = from_json(&row.paper_names)?;
                Ok(ActView {
                    id: ActId(row.id),
                    seq: row.seq,
                    title: self.book().act_title(&head.pack, &head.procedure, &act),
                    act,
                    role: row.role.as_str().into(),
                    actor: row.actor_kind,
                    organisation: row.organisation_id.map(OrganisationId),
                    at: instant(row.at)?,
                    recorded_at: instant(row.recorded_at)?,
                    articles: from_json(&row.articles)?,
                    from: row.from_state.as_deref().map(StateId::from),
                    to: row.to_state.as_str().into(),
                    paper_titles: self.book().papers_named(&papers),
                    papers,
                    expired: row.expired.as_deref().map(ClockId::from),
                    outcome: row.outcome,
                    log_index: indices.remove(&row.id),
                })
            })
            .collect()
    }
}
