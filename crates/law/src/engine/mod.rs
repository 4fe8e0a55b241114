//! The engine: (law, case, act, now) → decision. Nothing here reads a clock, a file or a store.
//!
//! Whoever calls [`decide`] first lets the law act up to the same moment, by calling [`advance`] until it returns `None`;
//! otherwise an act could slip in after a term that has already run out.

use jiff::Timestamp;
use serde::Serialize;

use crate::{book::Book, calendar::Derivation, case::*, ids::*};

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
    /// Where it leads; `None` = the state stays.
    pub to: Option<StateId>,
    /// The article it rests on.
    pub article: ArticleId,
    /// Why it would be refused even with the right role and papers.
    pub blocked: Option<Refusal>,
}

/// Opens a case with an opening act. Dated values are read as of the day of `now` for the whole life of the case.
///
/// # Errors
/// A [`Refusal`] that explains itself.
pub fn open(
    _book: &Book,
    _pack: &PackId,
    _procedure: &ProcedureId,
    _facts: Facts,
    _act: &Act,
    _now: Timestamp,
) -> Result<Decision, Refusal> {
    todo!()
}

/// What `act` does to `case` at `now`.
///
/// # Errors
/// A [`Refusal`] that explains itself.
pub fn decide(_book: &Book, _case: &Case, _act: &Act, _now: Timestamp) -> Result<Decision, Refusal> {
    todo!()
}

/// The earliest thing that the law does at or before `now`, or `None`. Call it again with the decision's case until
/// nothing is left; `decision.at` is the instant at which the term ran out, however late it is noticed.
#[must_use]
pub fn advance(_book: &Book, _case: &Case, _now: Timestamp) -> Option<Decision> {
    todo!()
}

/// The running clock that is due first.
#[must_use]
pub fn next_due(case: &Case) -> Option<(&ClockId, Timestamp)> {
    let running = case.clocks.iter().filter(|run| run.status == ClockStatus::Running);
    running.filter_map(|run| run.due.map(|due| (&run.clock, due))).min_by_key(|(_, due)| *due)
}

/// The case after facts have arrived from the world (e.g. a call was served); clocks that follow a moment are moved.
#[must_use]
pub fn with_facts(_book: &Book, _case: &Case, _facts: Facts) -> (Case, Vec<ClockChange>) {
    todo!()
}

/// What can be done in the case at `now`, by anybody but the law.
#[must_use]
pub fn possible(_book: &Book, _case: &Case, _now: Timestamp) -> Vec<Possible> {
    todo!()
}

/// The day-by-day derivation of the newest run of `clock`; `None` while it is paused or if it never started.
#[must_use]
pub fn explain_clock(_book: &Book, _case: &Case, _clock: &ClockId) -> Option<Derivation> {
    todo!()
}

/// The case after a new holiday notice: running clocks are counted again (I5).
#[must_use]
pub fn recompute(_book: &Book, _case: &Case) -> (Case, Vec<ClockChange>) {
    todo!()
}
