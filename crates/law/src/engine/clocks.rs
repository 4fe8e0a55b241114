//! What acts and states do to clocks: starting, pausing, resuming, ending, extending, following a moment.

use jiff::Timestamp;

use super::{last_day, law::Law};
use crate::{
    case::*,
    ids::*,
    pack::{ClockRule, Procedure},
};

/// A case moving from one state to another.
pub(super) struct Move<'a> {
    /// `None` when the case opens.
    pub(super) from: Option<&'a StateId>,
    pub(super) to: &'a StateId,
    pub(super) by: &'a RoleId,
    pub(super) at: Timestamp,
    /// The clock whose running out moves the case.
    pub(super) expired: Option<&'a ClockId>,
}

/// Lets the clocks see a move.
pub(super) fn see(law: &Law<'_>, case: &mut Case, step: &Move<'_>) {
    for run in &mut case.clocks {
        if matches!(run.status, ClockStatus::Running | ClockStatus::Paused) {
            see_one(law, run, step);
        }
    }
    let starting: Vec<&ClockRule> =
        law.procedure.clocks.values().filter(|rule| starts(law, case, rule, step)).collect();
    begin(law, case, in_order(&starting), step.at);
}

/// Starts the clocks that follow on `missed`, which has just run out: an escalation.
pub(super) fn escalate(law: &Law<'_>, case: &mut Case, missed: &ClockId, at: Timestamp) {
    let following = law.procedure.clocks.values().filter(|rule| {
        rule.after.contains(missed)
            && rule.runs.contains(&case.state)
            && rule.when.iter().all(|predicate| law.holds(predicate, &case.facts, &case.papers))
            && !case.clocks.iter().any(|run| run.clock == rule.id && is_active(run))
    });
    let following: Vec<&ClockRule> = following.collect();
    begin(law, case, in_order(&following), at);
}

/// Of the clocks that could start together, those that do: none that another of them excepts, and of those that govern the
/// same only the first in the pack. That such a choice is ever left to the order of the pack is a fault that the check of
/// packs reports.
fn in_order<'a>(starting: &[&'a ClockRule]) -> Vec<&'a ClockRule> {
    let mut chosen: Vec<&ClockRule> = Vec::new();
    for rule in starting {
        let excepted = starting.iter().any(|other| other.excepts.contains(&rule.id));
        let governed = rule.governs.is_some() && chosen.iter().any(|other| other.governs == rule.governs);
        if !excepted && !governed {
            chosen.push(rule);
        }
    }
    chosen
}

fn begin(law: &Law<'_>, case: &mut Case, rules: Vec<&ClockRule>, at: Timestamp) {
    for rule in rules {
        let mut run = start(case, rule, at);
        count(law, &mut run);
        case.clocks.push(run);
    }
    nest(law, case);
}

/// Counts the clocks again that are nested in another: a part may not last longer than the whole.
pub(super) fn nest(law: &Law<'_>, case: &mut Case) {
    let outer = |clocks: &[ClockRun], rule: &ClockRule| {
        let outer = rule.within.as_ref()?;
        clocks.iter().rev().find(|run| run.clock == *outer && is_active(run))?.due
    };
    for index in 0..case.clocks.len() {
        let Some(run) = case.clocks.get(index).filter(|run| run.status == ClockStatus::Running) else { continue };
        let Some(rule) = law.procedure.clocks.get(&run.clock).filter(|rule| rule.within.is_some()) else { continue };
        let whole = outer(&case.clocks, rule);
        if let Some(run) = case.clocks.get_mut(index) {
            count(law, run);
            run.due = match (run.due, whole) {
                (Some(own), Some(whole)) => Some(own.min(whole)),
                (own, _) => own,
            };
        }
    }
}

fn is_active(run: &ClockRun) -> bool {
    matches!(run.status, ClockStatus::Running | ClockStatus::Paused)
}

/// Moves the start of active runs to the moment they follow, when that is later.
pub(super) fn follow(law: &Law<'_>, case: &mut Case) {
    let Case { clocks, facts, .. } = case;
    for run in clocks.iter_mut().filter(|run| matches!(run.status, ClockStatus::Running | ClockStatus::Paused)) {
        let moment = law.procedure.clocks.get(&run.clock).and_then(|rule| followed(rule, facts));
        if let Some(moment) = moment.filter(|moment| *moment > run.started_at) {
            run.started_at = moment;
            if run.status == ClockStatus::Running {
                count(law, run);
            }
        }
    }
    nest(law, case);
}

/// Adds an extension to the running run of `clock`; the judge has made sure that there is one and that it may be.
pub(super) fn extend(law: &Law<'_>, case: &mut Case, clock: &ClockId, asked: Option<u32>) {
    let extension = law.procedure.clocks.get(clock).and_then(|rule| rule.extension.as_ref());
    let most = extension.and_then(|extension| law.period(&extension.value)).map_or(0, |period| period.amount);
    let running = case.clocks.iter_mut().rev().find(|run| run.clock == *clock && run.status == ClockStatus::Running);
    if let Some(run) = running {
        run.extensions.push(asked.unwrap_or(most));
        count(law, run);
    }
    nest(law, case);
}

/// Counts a run's due instant anew.
pub(super) fn count(law: &Law<'_>, run: &mut ClockRun) {
    run.due = law.period_of(run).and_then(|period| law.book.calendar().due_of_run(run, period));
}

/// What differs between the clocks of two versions of a case. Runs are only ever appended, so that they pair up by place.
pub(super) fn changes(law: &Law<'_>, before: Option<&Case>, after: &Case) -> Vec<ClockChange> {
    let old = |index| before.and_then(|case| case.clocks.get(index));
    let changed = after.clocks.iter().enumerate().filter(|(index, run)| old(*index) != Some(*run));
    let article = |run: &ClockRun| {
        law.procedure.clocks.get(&run.clock).map_or_else(|| law.procedure.article.clone(), |rule| rule.article.clone())
    };
    let change = |run: &ClockRun| ClockChange {
        clock: run.clock.clone(),
        article: article(run),
        status: run.status,
        due: run.due,
        last_day: run.due.map(last_day),
    };
    changed.map(|(_, run)| change(run)).collect()
}

fn see_one(law: &Law<'_>, run: &mut ClockRun, step: &Move<'_>) {
    let Some(rule) = law.procedure.clocks.get(&run.clock) else {
        run.status = ClockStatus::Stopped;
        return;
    };
    match (run.status, rule.runs.contains(step.to), rule.pauses.contains(step.to)) {
        (ClockStatus::Paused, true, _) => {
            end_pause(run, step.at);
            run.status = ClockStatus::Running;
            count(law, run);
        }
        (ClockStatus::Running, _, true) => {
            run.pauses.push((step.at, None));
            run.status = ClockStatus::Paused;
            run.due = None;
        }
        (status, false, false) => {
            end_pause(run, step.at);
            let answered = status == ClockStatus::Running && was_awaited(law.procedure, step);
            run.status = if answered { ClockStatus::Met } else { ClockStatus::Stopped };
        }
        _ => {}
    }
}

/// Whether the one who moved the case is one who was waited for: then the duty that the clock times is done.
fn was_awaited(procedure: &Procedure, step: &Move<'_>) -> bool {
    let state = step.from.and_then(|from| procedure.states.get(from));
    state.is_some_and(|state| state.waits_for.contains(step.by))
}

fn end_pause(run: &mut ClockRun, at: Timestamp) {
    if let Some((_, end @ None)) = run.pauses.last_mut() {
        *end = Some(at);
    }
}

/// Whether a clock starts with this move. One that ran out does not start again until the case has left it, unless its own
/// running out leads back (a duty that returns every year).
fn starts(law: &Law<'_>, case: &Case, rule: &ClockRule, step: &Move<'_>) -> bool {
    if !rule.starts.contains(step.to)
        || !rule.when.iter().all(|predicate| law.holds(predicate, &case.facts, &case.papers))
    {
        return false;
    }
    let within = |state: &StateId| rule.runs.contains(state) || rule.pauses.contains(state);
    match case.clocks.iter().rev().find(|run| run.clock == rule.id).map(|run| run.status) {
        Some(ClockStatus::Running | ClockStatus::Paused) => false,
        Some(ClockStatus::Missed) => !step.from.is_some_and(within) || step.expired == Some(&rule.id),
        Some(ClockStatus::Met | ClockStatus::Stopped) | None => true,
    }
}

fn start(case: &Case, rule: &ClockRule, at: Timestamp) -> ClockRun {
    ClockRun {
        clock: rule.id.clone(),
        started_at: followed(rule, &case.facts).map_or(at, |moment| moment.max(at)),
        pauses: Vec::new(),
        extensions: Vec::new(),
        status: ClockStatus::Running,
        due: None,
    }
}

fn followed(rule: &ClockRule, facts: &Facts) -> Option<Timestamp> {
    match facts.get(rule.follows.as_ref()?)? {
        FactValue::Moment(moment) => Some(*moment),
        _ => None,
    }
}
