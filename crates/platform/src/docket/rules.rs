//! The docket's pure rules.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use law::{Book, Case, ClockStatus, Holders, Outcome, PackId, ProcedureId, RoleId, calendar::date_in_shanghai};

use crate::{db::micros, ids::OrganisationId};

use super::{CaseHead, Parties};

/// The roles in which an act can be done at all: those that the pack names for it. An act that the procedure does not have
/// names none; the law then refuses it in its own words.
pub(super) fn roles_for_act<'b>(
    book: &'b Book,
    pack: &PackId,
    procedure: &ProcedureId,
    act: &law::ActId,
) -> &'b [RoleId] {
    let rule =
        book.pack(pack).and_then(|pack| pack.procedures.get(procedure)).and_then(|procedure| procedure.acts.get(act));
    rule.map_or(&[], |rule| rule.by.as_slice())
}

/// Whose inbox a role reads: an organisation's when the role is a party to the case, otherwise the office of that name.
pub(super) fn inbox_of(head: &CaseHead, role: &RoleId) -> (Option<OrganisationId>, Option<String>) {
    match role.as_str() {
        "provider" => (head.provider, None),
        "demander" => (head.demander, None),
        office => match head.parties.get(role) {
            Some(party) => (Some(*party), None),
            None => (None, Some(office.to_owned())),
        },
    }
}

/// Every organisation that is a party to the case.
pub(super) fn parties_of(head: &CaseHead) -> BTreeSet<OrganisationId> {
    [head.provider, head.demander].into_iter().flatten().chain(head.parties.values().copied()).collect()
}

/// The roles that have a part in a procedure, in no order of rank.
pub(super) fn roles_of(book: &Book, pack: &PackId, procedure: &ProcedureId) -> Vec<RoleId> {
    let procedure = book.pack(pack).and_then(|pack| pack.procedures.get(procedure));
    procedure.map(|procedure| procedure.roles().into_iter().cloned().collect()).unwrap_or_default()
}

/// The offices that have a part in a case: those of the procedure's roles that are offices, except where the case already has
/// the one organisation that plays the role.
pub(crate) fn offices_with_part(
    book: &Book,
    pack: &PackId,
    procedure: &ProcedureId,
    parties: &Parties,
) -> BTreeSet<RoleId> {
    let words = book.vocabulary();
    let open =
        |role: &RoleId| words.is_office(role) && !(words.holders(role) == Holders::Party && parties.contains_key(role));
    roles_of(book, pack, procedure).into_iter().filter(open).collect()
}

/// What the state of a case is called.
pub(super) fn state_title(book: &Book, case: &Case) -> String {
    let rules = book.pack(&case.pack).and_then(|pack| pack.procedures.get(&case.procedure));
    let state = rules.and_then(|rules| rules.states.get(&case.state));
    state.map_or_else(|| case.state.to_string(), |state| state.title.clone())
}

/// What the tables keep of a state besides its name: the roles waited for, each between blanks, and whether it is an end.
pub(super) fn standing(book: &Book, case: &Case) -> (String, bool) {
    let state = book
        .pack(&case.pack)
        .and_then(|pack| pack.procedures.get(&case.procedure))
        .and_then(|p| p.states.get(&case.state));
    let waits =
        state.map(|state| state.waits_for.iter().map(RoleId::as_str).collect::<Vec<_>>().join(" ")).unwrap_or_default();
    (format!(" {waits} "), state.is_some_and(|state| state.end))
}

/// The date due of a case for which nothing is due, in the column by which cases are listed.
pub(super) const NEVER: i64 = i64::MAX;

/// The run of a term that people look at, and its date: of those that are counting and those that ran out while their duty still
/// stands, the one that is due first. A duty stands as long as a breach was all that came of it and the case is still where the
/// term was set.
pub(super) fn due_run(book: &Book, case: &Case) -> Option<(usize, Timestamp)> {
    let procedure = book.pack(&case.pack).and_then(|pack| pack.procedures.get(&case.procedure))?;
    if procedure.states.get(&case.state).is_none_or(|state| state.end) {
        return None;
    }
    let stands = |at: usize, run: &law::ClockRun| {
        let rule = procedure.clocks.get(&run.clock);
        let later = case.clocks.iter().skip(at.saturating_add(1)).any(|other| other.clock == run.clock);
        !later && rule.is_some_and(|rule| rule.outcome == Outcome::Breach && rule.runs.contains(&case.state))
    };
    let matters = |(at, run): &(usize, &law::ClockRun)| match run.status {
        ClockStatus::Running => true,
        ClockStatus::Missed => stands(*at, run),
        ClockStatus::Paused | ClockStatus::Met | ClockStatus::Stopped => false,
    };
    let dated = case.clocks.iter().enumerate().filter(matters).filter_map(|(at, run)| Some((at, run.due?)));
    dated.min_by_key(|(_, due)| *due)
}

/// The same as the tables keep it.
pub(crate) fn due_at(book: &Book, case: &Case) -> i64 {
    due_run(book, case).map_or(NEVER, |(_, due)| micros(due))
}

/// How many working days lie after today up to the last day; below zero, how many have passed since.
pub(super) fn working_days_left(book: &Book, now: Timestamp, last_day: Date) -> i64 {
    let (calendar, today) = (book.calendar(), date_in_shanghai(now));
    let ahead = i64::from(calendar.working_days_between(today, last_day));
    ahead.saturating_sub(i64::from(calendar.working_days_between(last_day, today)))
}

/// The runs of clocks that differ between two pictures of a case, with their numbers. Runs are only ever added or changed.
pub(super) fn changed_runs<'c>(before: &[law::ClockRun], after: &'c [law::ClockRun]) -> Vec<(i32, &'c law::ClockRun)> {
    (0i32..)
        .zip(after)
        .filter(|(number, run)| usize::try_from(*number).ok().and_then(|at| before.get(at)) != Some(*run))
        .collect()
}

/// The word of a clock's status in the tables.
pub(super) fn status_word(status: law::ClockStatus) -> &'static str {
    match status {
        law::ClockStatus::Running => "running",
        law::ClockStatus::Paused => "paused",
        law::ClockStatus::Met => "met",
        law::ClockStatus::Missed => "missed",
        law::ClockStatus::Stopped => "stopped",
    }
}

/// The word of an outcome in the tables.
pub(super) fn outcome_word(outcome: law::Outcome) -> &'static str {
    match outcome {
        law::Outcome::Breach => "breach",
        law::Outcome::Approve => "approve",
        law::Outcome::Suspend => "suspend",
        law::Outcome::Terminate => "terminate",
        law::Outcome::Report => "report",
    }
}

/// The articles' first: the one that the act itself rests on.
pub(super) fn own_article(decision: &law::Decision) -> String {
    decision.articles.first().map(ToString::to_string).unwrap_or_default()
}
