//! The engine: (law, case, act, now) → decision. Nothing here reads a clock, a file or a store.
//!
//! Whoever calls [`decide`] first lets the law act up to the same moment, by calling [`advance`] until it returns `None`;
//! otherwise an act could slip in after a term that has already run out. A case whose pack is not in the book can neither
//! be decided nor advanced: [`Book::rules`] tells beforehand.

#![expect(
    clippy::result_large_err,
    reason = "a refusal explains itself in full, and is rare enough that its size costs nothing"
)]

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    book::Book,
    calendar::{Derivation, date_in_shanghai},
    case::*,
    ids::*,
    pack::ActRule,
};

mod apply;
mod asks;
mod clocks;
mod judge;
mod law;

pub use asks::{Extendable, PaperForm, Statable};
pub(crate) use law::Law;

/// Something that could be done in a case now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Possible {
    /// The act.
    pub act: ActId,
    /// Its title.
    pub title: String,
    /// Who may do it.
    pub by: Vec<RoleId>,
    /// The papers it asks for that do not yet lie in the case.
    pub papers: Vec<PaperId>,
    /// The same with their titles and forms.
    pub paper_forms: Vec<PaperForm>,
    /// What whoever does it may state with it.
    pub facts: Vec<Statable>,
    /// The term that it extends, and by how much at most.
    pub extension: Option<Extendable>,
    /// Where it leads; `None` = the state stays.
    pub to: Option<StateId>,
    /// The article it rests on.
    pub article: ArticleId,
    /// Why it would be refused even with the right role, papers and statements.
    pub blocked: Option<Refusal>,
}

/// Opens a case with an opening act. Dated values are read as of the day of `now` for the whole life of the case.
///
/// # Errors
/// A [`Refusal`] that explains itself; `not_open` when the pack is not in force on that day.
pub fn open(
    book: &Book,
    pack: &PackId,
    procedure: &ProcedureId,
    facts: Facts,
    act: &Act,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let case = Case {
        pack: pack.clone(),
        procedure: procedure.clone(),
        state: StateId::new("-"),
        opened_at: now,
        entered_at: now,
        facts,
        papers: act.papers.clone(),
        clocks: Vec::new(),
        done: Vec::new(),
    };
    let law = Law::of_opening(book, &case, act)?;
    let rule = judge::opening(&law, &case, act)?;
    Ok(apply::act(&law, case, None, rule, act, now))
}

/// What `act` does to `case` at `now`.
///
/// # Errors
/// A [`Refusal`] that explains itself.
pub fn decide(book: &Book, case: &Case, act: &Act, now: Timestamp) -> Result<Decision, Refusal> {
    let law = Law::of(book, case).ok_or_else(|| judge::lawless(case, act))?;
    let rule = judge::act(&law, case, act)?;
    Ok(apply::act(&law, case.clone(), Some(case), rule, act, now))
}

/// The earliest thing that the law does at or before `now`, or `None`. Call it again with the decision's case until
/// nothing is left; `decision.at` is the instant at which the term ran out, however late it is noticed. Of two terms that
/// run out together, the one that stands first in the pack is first.
#[must_use]
pub fn advance(book: &Book, case: &Case, now: Timestamp) -> Option<Decision> {
    let law = Law::of(book, case)?;
    let running = case.clocks.iter().enumerate().filter(|(_, run)| run.status == ClockStatus::Running);
    let due = running.filter_map(|(index, run)| {
        Some((run.due.filter(|due| *due <= now)?, law.procedure.clocks.get_index_of(&run.clock)?, index))
    });
    let (at, _, index) = due.min()?;
    apply::expiry(&law, case, index, at)
}

/// The running clock that is due first.
#[must_use]
pub fn next_due(case: &Case) -> Option<(&ClockId, Timestamp)> {
    let running = case.clocks.iter().filter(|run| run.status == ClockStatus::Running);
    running.filter_map(|run| run.due.map(|due| (&run.clock, due))).min_by_key(|(_, due)| *due)
}

/// The case after facts have arrived from the world (e.g. a call was served); clocks that follow a moment are moved.
/// Facts that the vocabulary does not have, or of another kind, are left out: check them with
/// [`Vocabulary::check`](crate::Vocabulary::check) where they come in.
#[must_use]
pub fn with_facts(book: &Book, case: &Case, facts: Facts) -> (Case, Vec<ClockChange>) {
    let mut after = case.clone();
    after.facts.extend(facts.into_iter().filter(|(id, value)| book.vocabulary().check(id, value).is_ok()));
    let Some(law) = Law::of(book, case) else { return (after, Vec::new()) };
    clocks::follow(&law, &mut after);
    let changes = clocks::changes(&law, Some(case), &after);
    (after, changes)
}

/// What can be done in the case at `now`, by anybody but the law. What is blocked is listed with the reason.
#[must_use]
pub fn possible(book: &Book, case: &Case, now: Timestamp) -> Vec<Possible> {
    let Some(law) = Law::of(book, case) else { return Vec::new() };
    // Nothing is possible before the case was opened; `now` matters for no other reason today.
    if now < case.opened_at {
        return Vec::new();
    }
    judge::candidates(&law, case).map(|rule| possibility(&law, case, rule)).collect()
}

/// The day-by-day derivation of the newest run of `clock`; `None` while it is paused or if it never started.
#[must_use]
pub fn explain_clock(book: &Book, case: &Case, clock: &ClockId) -> Option<Derivation> {
    let law = Law::of(book, case)?;
    let run = case.clocks.iter().rev().find(|run| run.clock == *clock)?;
    let own = book.calendar().derive_run(run, law.period_of(run)?)?;
    let outer = law.procedure.clocks.get(clock)?.within.as_ref();
    // A term that is cut off by the one it is nested in ends for the reasons of that one.
    match outer.filter(|_| run.due.is_some_and(|due| due < own.due)) {
        Some(outer) => explain_clock(book, case, outer),
        None => Some(own),
    }
}

/// The case after a new holiday notice or an amendment: running clocks are counted again (I5). What has run out stays run out.
#[must_use]
pub fn recompute(book: &Book, case: &Case) -> (Case, Vec<ClockChange>) {
    let mut after = case.clone();
    let Some(law) = Law::of(book, case) else { return (after, Vec::new()) };
    for run in after.clocks.iter_mut().filter(|run| run.status == ClockStatus::Running) {
        clocks::count(&law, run);
    }
    clocks::nest(&law, &mut after);
    let changes = clocks::changes(&law, Some(case), &after);
    (after, changes)
}

impl Book {
    /// Whether the book holds the pack and the procedure of `case`, so that the case can be decided and advanced.
    #[must_use]
    pub fn rules(&self, case: &Case) -> bool {
        Law::of(self, case).is_some()
    }

    /// Every paper that `act` asks for in `case` (`None` before it is opened) under its facts and `facts`: the act's own,
    /// and for an act that hands in an application also the required ones. This is what `+all` means in a scenario.
    #[must_use]
    pub fn papers_asked(&self, pack: &PackId, procedure: &ProcedureId, act: &ActId, facts: &Facts) -> Vec<PaperId> {
        let Some(pack) = self.pack(pack) else { return Vec::new() };
        let Some(procedure) = pack.procedures.get(procedure) else { return Vec::new() };
        let law = Law { book: self, pack, procedure, day: pack.in_force.from };
        procedure.acts.get(act).map(|rule| law.papers_asked(rule, facts)).unwrap_or_default()
    }
}

fn possibility(law: &Law<'_>, case: &Case, rule: &ActRule) -> Possible {
    let mut papers = law.papers_asked(rule, &case.facts);
    papers.retain(|paper| !(law.lasting(paper) && case.papers.contains(paper)));
    let by: Vec<RoleId> = rule.by.iter().filter(|role| **role != "law").cloned().collect();
    Possible {
        act: rule.id.clone(),
        title: rule.title.clone(),
        by,
        paper_forms: asks::forms(law, &papers),
        papers,
        facts: asks::statable(law, case, rule),
        extension: asks::extendable(law, case, rule),
        to: rule.to.clone(),
        article: rule.article.clone(),
        blocked: judge::blocked(law, case, rule),
    }
}

/// The last day of a term that has run out at `due`.
pub(crate) fn last_day(due: Timestamp) -> jiff::civil::Date {
    date_in_shanghai(due).yesterday().unwrap_or(jiff::civil::Date::MIN)
}
