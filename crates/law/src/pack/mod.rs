//! A regulation pack: one district's rules in one version, as data. Everything carries the article it stands under, the
//! file and the line, so that every answer can cite and every fault can be found.

use indexmap::IndexMap;
use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Period, Unit},
    case::{Effect, FactValue, Outcome},
    error::Place,
    ids::*,
    letter::LetterRule,
    scenario::{KeepScenario, Scenario},
};

mod check;
mod inherit;
mod named;
mod parse;
mod raw;

pub(crate) use parse::{RawScenario, chapters, head};

/// One regulation in one version.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Its name and its folder's name, e.g. `changning-2025`.
    pub id: PackId,
    /// The regulation's title.
    pub title: String,
    /// Its official number.
    pub number: String,
    /// Who issued it.
    pub authority: String,
    /// What its article ids begin with, e.g. `CN`.
    pub article_prefix: String,
    /// How many articles the regulation has, when the pack means to hold them all.
    pub article_count: Option<u32>,
    /// The packs whose rules it takes over.
    pub extends: Vec<PackId>,
    /// When it applies.
    pub in_force: InForce,
    /// The official text that was read.
    pub source: Source,
    /// Who plays which role in this district.
    pub roles: IndexMap<RoleId, RoleHolder>,
    /// Its articles, in reading order.
    pub articles: IndexMap<ArticleId, Article>,
    /// What a case can be.
    pub procedures: IndexMap<ProcedureId, Procedure>,
    /// Legal numbers, each with its history, oldest first.
    pub values: IndexMap<ValueId, Vec<DatedValue>>,
    /// Lists that an article closes: duties, elements, kinds.
    pub lists: IndexMap<ListId, List>,
    /// How long things must be kept.
    pub keeps: IndexMap<ListId, Keep>,
    /// What tests it.
    pub scenarios: Vec<Scenario>,
    /// What tests its retentions.
    pub keep_scenarios: Vec<KeepScenario>,
}

/// The days on which a pack applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// The first day.
    pub from: Date,
    /// The last day; `None` = until further notice.
    pub until: Option<Date>,
}

impl InForce {
    /// Whether it applies on `day`.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// The official text that a pack was written from: a digest, so that a silent change of the source is noticed (P3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The file's name.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Who plays a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleHolder {
    /// What the regulation calls it, e.g. 区数据发展中心.
    pub title: String,
}

/// One article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Article {
    /// Its id, e.g. `CN-18`.
    pub id: ArticleId,
    /// Its heading.
    pub title: String,
    /// Where it stands.
    pub file: String,
    /// The line of its heading.
    pub line: usize,
    /// Our paraphrase, in Markdown, without the rule blocks.
    pub paraphrase: String,
    /// Why it asks nothing of a machine.
    pub nothing_to_compute: Option<String>,
    /// How many rules (values, procedures, states, acts, clocks, requirements) stand under it.
    pub rules: usize,
    /// How many scenarios stand under it.
    pub scenarios: usize,
}

/// A legal number from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedValue {
    /// The length.
    pub period: Period,
    /// The first day on which it applies.
    pub from: Date,
    /// Whether it also counts for terms that would still run on its first day.
    pub running: bool,
    /// The article that sets it.
    pub article: ArticleId,
    /// Where it stands.
    pub place: Place,
}

/// A list that an article closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct List {
    /// Its name.
    pub id: ListId,
    /// Its title.
    pub title: String,
    /// What stands on it, in order.
    pub items: Vec<ListItem>,
    /// The article that closes it.
    pub article: ArticleId,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// One item of a [`List`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListItem {
    /// Its name.
    pub id: String,
    /// What it is called.
    pub title: String,
}

/// How long something must be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// What: `use_records`, `network_logs`.
    pub id: ListId,
    /// Its title.
    pub title: String,
    /// The legal number.
    pub value: ValueId,
    /// The article that sets it.
    pub article: ArticleId,
    /// Where it stands.
    pub place: Place,
}

/// That an act is a refusal, and what it must then bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refuses {
    /// A reason.
    Reason,
    /// A reason and the legal basis.
    Basis,
}

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A dataset.
    Dataset,
    /// A catalogue entry.
    Entry,
    /// A data service.
    Service,
    /// An organisation.
    Organisation,
    /// A digital project.
    Project,
    /// One record.
    Record,
    /// Anything else, which the case itself names: a plan, a product, an incident, a purchase.
    Matter,
}

/// A kind of case: its states, what can be done in them, and what time does.
#[derive(Clone, Debug, PartialEq)]
pub struct Procedure {
    /// Its name.
    pub id: ProcedureId,
    /// Its title.
    pub title: String,
    /// What a case of it is about.
    pub subject: Subject,
    /// The pack that it was first written in.
    pub origin: PackId,
    /// The days on which cases of it can be opened, besides those of the pack: where it was taken over from another pack.
    pub in_force: InForce,
    /// The article that establishes it.
    pub article: ArticleId,
    /// The article that bounds what may be done with what the case gives, where that is another one: a service ends under one
    /// article, while another forbids using its data for anything but the promised purpose.
    pub bounded_by: Option<ArticleId>,
    /// Why a case of it never ends: a duty that stands as long as its organisation does.
    pub standing: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// Its states.
    pub states: IndexMap<StateId, State>,
    /// Its acts.
    pub acts: IndexMap<ActId, ActRule>,
    /// Its clocks, in the order of the pack; two that are due together act in this order.
    pub clocks: IndexMap<ClockId, ClockRule>,
    /// Which papers an application needs to be complete.
    pub requirements: Vec<Requirement>,
    /// The letters of single acts; any other act has the vocabulary's letter for its kind.
    pub letters: IndexMap<ActId, LetterRule>,
}

/// A state of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its name.
    pub id: StateId,
    /// Its title.
    pub title: String,
    /// Who is expected to move.
    pub waits_for: Vec<RoleId>,
    /// Whether the case has ended.
    pub end: bool,
    /// Why no clock runs although somebody is waited for.
    pub unclocked: Option<String>,
    /// The article it rests on.
    pub article: ArticleId,
    /// Where it stands.
    pub place: Place,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct ActRule {
    /// Its name.
    pub id: ActId,
    /// Its title.
    pub title: String,
    /// Who may do it.
    pub by: Vec<RoleId>,
    /// Whether it opens the case.
    pub opens: bool,
    /// The states in which it can be done.
    pub from: Vec<StateId>,
    /// Where it leads; `None` = the state stays.
    pub to: Option<StateId>,
    /// Papers without which it is refused.
    pub papers: Vec<PaperId>,
    /// Whether it hands in the papers of the procedure's requirements. Missing ones do not make it fail: an incomplete
    /// application must be received, and be supplemented later.
    pub asks: bool,
    /// Predicates that must hold.
    pub guards: Vec<PredicateId>,
    /// Predicates that must not hold.
    pub unless: Vec<PredicateId>,
    /// Whether it can be done only once in a case.
    pub once: bool,
    /// Facts it establishes. The moment of the act itself is written `"now"`.
    pub sets: IndexMap<FactId, Set>,
    /// The clock that it extends.
    pub extends: Option<ClockId>,
    /// Acts that cannot be done while this one's predicates hold.
    pub excepts: Vec<ActId>,
    /// Whether it is a refusal.
    pub refuses: Option<Refuses>,
    /// Whether the public at large may do it, and not only whoever of the public opened the case.
    pub everybody: bool,
    /// What the platform does with it.
    pub effects: Vec<Effect>,
    /// The article it rests on.
    pub article: ArticleId,
    /// Where it stands.
    pub place: Place,
}

/// What an act makes of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Set {
    /// This value.
    To(FactValue),
    /// The moment of the act.
    Now,
}

/// A term that the law sets to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRule {
    /// Its name, unique in the pack.
    pub id: ClockId,
    /// Its title.
    pub title: String,
    /// The legal number it counts.
    pub value: ValueId,
    /// Predicates that must hold for it to start.
    pub when: Vec<PredicateId>,
    /// It starts when the case enters one of these states.
    pub starts: Vec<StateId>,
    /// It starts when one of these clocks runs out: an escalation.
    pub after: Vec<ClockId>,
    /// The clock that it is nested in: it is never due later than that one.
    pub within: Option<ClockId>,
    /// What the term is for; of the clocks that govern the same, one starts.
    pub governs: Option<String>,
    /// Clocks that do not start where this one does.
    pub excepts: Vec<ClockId>,
    /// It counts in these states.
    pub runs: Vec<StateId>,
    /// It stands still in these states.
    pub pauses: Vec<StateId>,
    /// A moment that, when it is later than the start, is the start.
    pub follows: Option<FactId>,
    /// What it means that it has run out.
    pub outcome: Outcome,
    /// What the law then does; `None` = it is only recorded.
    pub act: Option<ActId>,
    /// What the platform does when it has run out, besides the act's own effects.
    pub effects: Vec<Effect>,
    /// Whether and how it can be extended.
    pub extension: Option<Extension>,
    /// The article it rests on.
    pub article: ArticleId,
    /// Where it stands.
    pub place: Place,
}

/// How a clock can be extended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The most that one extension adds.
    pub value: ValueId,
    /// How often.
    pub times: u32,
    /// Who must consent: the acts that extend are this role's.
    pub consent: RoleId,
    /// Who must be told: the acts that extend notify them.
    pub tell: Vec<RoleId>,
}

/// Papers that an application needs to be complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Which.
    pub papers: Vec<PaperId>,
    /// Predicates that must all hold for the papers to be needed.
    pub when: Vec<PredicateId>,
    /// The article that asks for them.
    pub article: ArticleId,
    /// Where it stands.
    pub place: Place,
}

impl Pack {
    /// The legal number `id` as it reads on `day`; before its first entry, the first entry.
    #[must_use]
    pub fn value(&self, id: &ValueId, day: Date) -> Option<&DatedValue> {
        let history = self.values.get(id)?;
        history.iter().rev().find(|value| value.from <= day).or(history.first())
    }

    /// The legal number `id` for a term that was begun under the law of `day` and that, counted by it, has its last day at
    /// `last_day`: a later number that also counts for running terms replaces the one of `day`.
    pub(crate) fn value_for_run(
        &self,
        id: &ValueId,
        day: Date,
        last_day: impl Fn(Period) -> Option<Date>,
    ) -> Option<&DatedValue> {
        let mut current = self.value(id, day)?;
        for later in self.values.get(id)?.iter().filter(|value| value.running && value.from > day) {
            if last_day(current.period).is_none_or(|last| last >= later.from) {
                current = later;
            }
        }
        Some(current)
    }

    /// The last day on which something must still be kept that came to be on `day`; `None` when the pack does not have `keep`.
    #[must_use]
    pub fn kept_until(&self, keep: &ListId, day: Date) -> Option<Date> {
        let period = self.value(&self.keeps.get(keep)?.value, day)?.period;
        let amount = i64::from(period.amount);
        let span = Span::new();
        let span = match period.unit {
            Unit::WorkingDay => return None,
            Unit::Day => span.try_days(amount),
            Unit::Month => span.try_months(amount),
            Unit::Year => span.try_years(amount),
        };
        day.checked_add(span.ok()?).ok()
    }

    /// The clock `id`, and the procedure it belongs to.
    #[must_use]
    pub fn clock(&self, id: &ClockId) -> Option<(&Procedure, &ClockRule)> {
        self.procedures.values().find_map(|procedure| procedure.clocks.get(id).map(|clock| (procedure, clock)))
    }
}

impl Procedure {
    /// The acts that open a case.
    pub fn openings(&self) -> impl Iterator<Item = &ActRule> {
        self.acts.values().filter(|act| act.opens)
    }
}
