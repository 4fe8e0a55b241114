//! Rules that apply at once: two clocks for one thing, and two acts of the law at one instant. Which comes first must be
//! said, never left to the order of the pack.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, explore::Exploration, story};
use crate::{
    case::*,
    ids::*,
    pack::{ActRule, ClockRule, Procedure},
};

/// How many days the last step is moved in search of a coincidence. Beyond a year the calendar repeats itself in all that
/// matters.
const DAYS: i64 = 400;
/// In how many situations of one state a coincidence of one pair is searched for.
const TRIES: usize = 3;

pub(super) fn check(seen: &Exploration<'_>, findings: &mut Findings<'_>) {
    for ((first, second), (node, steps)) in &seen.together {
        let Some(clock) = seen.procedure.clocks.get(second) else { continue };
        let what =
            format!("the clocks `{first}` and `{second}` govern the same and can start together without an order");
        let path: Vec<_> = seen.path(*node).into_iter().chain(steps.iter().cloned()).collect();
        let text = story::tell(&seen.procedure.id, "同一事项的两个期限", &path, &format!("then clock {first} running"));
        let next = "write `excepts` in the one that goes before, or let their conditions exclude one another";
        findings.add(&clock.place, what, next, Some(text));
    }
    coincidences(seen, findings);
}

/// Two running clocks, as indices into the runs of a case.
type Pair<'r> = (&'r ClockRun, &'r ClockRun);

fn coincidences(seen: &Exploration<'_>, findings: &mut Findings<'_>) {
    let mut tried: BTreeMap<(ClockId, ClockId, StateId), usize> = BTreeMap::new();
    let mut found: BTreeSet<(ClockId, ClockId)> = BTreeSet::new();
    for (index, node) in seen.nodes.iter().enumerate() {
        for (first, second) in pairs(&node.case) {
            let Some((one, other)) = rules(seen.procedure, first, second) else { continue };
            let pair = (one.id.clone(), other.id.clone());
            let tries = tried.entry((one.id.clone(), other.id.clone(), node.case.state.clone())).or_default();
            if found.contains(&pair) || *tries >= TRIES || !needs_order(seen.procedure, one, other) {
                continue;
            }
            *tries += 1;
            if let Some(steps) = coincide(seen, index, first, second) {
                found.insert(pair);
                report(seen, findings, (one, other), &steps);
            }
        }
    }
}

/// Every two clocks that run.
fn pairs(case: &Case) -> impl Iterator<Item = Pair<'_>> {
    let running = || case.clocks.iter().filter(|run| run.status == ClockStatus::Running && run.due.is_some());
    running().enumerate().flat_map(move |(index, first)| running().skip(index + 1).map(move |second| (first, second)))
}

/// Their rules, the one that stands first in the pack first.
fn rules<'a>(procedure: &'a Procedure, a: &ClockRun, b: &ClockRun) -> Option<(&'a ClockRule, &'a ClockRule)> {
    let (first, _, one) = procedure.clocks.get_full(&a.clock)?;
    let (second, _, other) = procedure.clocks.get_full(&b.clock)?;
    Some(if first <= second { (one, other) } else { (other, one) })
}

/// Whether both lead to acts of the law that come to something else in the other order, and the pack does not say which is
/// first. The order that is said must be the one in which they stand, because that is the one in which they are done.
fn needs_order(procedure: &Procedure, one: &ClockRule, other: &ClockRule) -> bool {
    let act = |clock: &ClockRule| clock.act.as_ref().and_then(|act| procedure.acts.get(act));
    let (Some(first), Some(second)) = (act(one), act(other)) else { return false };
    let survives = |after: &ActRule, clock: &ClockRule| after.to.as_ref().is_none_or(|to| clock.runs.contains(to));
    let same_end = match (&first.to, &second.to) {
        (Some(first), Some(second)) => first == second,
        _ => true,
    };
    let either = survives(first, other) && survives(second, one) && same_end;
    let ordered = first.excepts.contains(&second.id) || one.excepts.contains(&other.id);
    first.id != second.id && !either && !ordered
}

/// Moves the step that started the later of two clocks day by day, until both are due at the same instant.
fn coincide(seen: &Exploration<'_>, node: usize, a: &ClockRun, b: &ClockRun) -> Option<Vec<story::Step>> {
    let steps = seen.path(Some(node));
    let later = a.started_at.max(b.started_at);
    let from = steps.iter().rposition(|step| step.at() == later)?;
    // Facts that arrive just before the step move with it.
    let from = steps.iter().position(|step| step.at() == later).unwrap_or(from);
    let case_of = (&seen.pack.id, &seen.procedure.id);
    (0..DAYS).find_map(|days| {
        let (case, told) = story::again(seen.book, case_of, &steps, from, days)?;
        let due = |clock: &ClockId| {
            let run = case.clocks.iter().rev().find(|run| run.clock == *clock)?;
            run.due.filter(|_| run.status == ClockStatus::Running)
        };
        (due(&a.clock)? == due(&b.clock)?).then_some(told)
    })
}

fn report(
    seen: &Exploration<'_>,
    findings: &mut Findings<'_>,
    (one, other): (&ClockRule, &ClockRule),
    steps: &[story::Step],
) {
    let turned = [other.act.as_ref().and_then(|act| seen.procedure.acts.get(act))].into_iter().flatten();
    let contrary = turned.clone().any(|act| one.act.as_ref().is_some_and(|first| act.excepts.contains(first)));
    let (what, next) = if contrary {
        (
            format!("`{}` excepts what `{}` does at the same instant, but stands after it", other.id, one.id),
            "put the clock that goes before first: of two that are due together, the first in the pack acts first",
        )
    } else {
        (
            format!("the law's acts of `{}` and `{}` can fall on the same instant without an order", one.id, other.id),
            "let the act that goes before name the other in `excepts`, and its clock stand first",
        )
    };
    let Some(at) = told_due(seen, &one.id, steps) else { return };
    let steps: Vec<story::Step> = steps.iter().cloned().chain([story::Step::Pass { at }]).collect();
    let claim = format!("then clock {} missed", one.id);
    let text = story::tell(&seen.procedure.id, "两项法定效果同时发生", &steps, &claim);
    findings.add(&other.place, what, next, Some(text));
}

fn told_due(seen: &Exploration<'_>, clock: &ClockId, steps: &[story::Step]) -> Option<jiff::Timestamp> {
    let (case, _) = story::again(seen.book, (&seen.pack.id, &seen.procedure.id), steps, 0, 0)?;
    case.clocks.iter().rev().find(|run| run.clock == *clock)?.due
}
