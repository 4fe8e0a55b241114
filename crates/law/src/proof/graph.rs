//! What must hold of the walk as a whole: everything is reached, everything can end, nobody is left stuck.

use std::collections::BTreeSet;

use super::{
    Findings,
    explore::{Exploration, Node, Vain},
    story,
};
use crate::{case::ClockStatus, ids::*, pack::State};

pub(super) fn check(seen: &Exploration<'_>, findings: &mut Findings<'_>) {
    for limit in &seen.limits {
        let what = format!("the procedure could not be explored to its end: {limit}");
        let next = "split the procedure, or let it depend on fewer facts";
        findings.add(&seen.procedure.place, what, next, None);
    }
    // What was not seen by a walk that was cut short may well be there.
    if seen.limits.is_empty() {
        states(seen, findings);
        clocks(seen, findings);
        acts(seen, findings);
        ends(seen, findings);
    }
}

/// Every state is reached; every one that waits is timed or says why not.
fn states(seen: &Exploration<'_>, findings: &mut Findings<'_>) {
    for state in seen.procedure.states.values() {
        let mut nodes = (0..).zip(&seen.nodes).filter(|(_, node)| node.case.state == state.id).peekable();
        if nodes.peek().is_none() {
            let what = format!("no case ever reaches the state `{}`", state.id);
            let next = "see which conditions of the acts that lead there never hold, or remove the state";
            findings.add(&state.place, what, next, None);
        }
        if let Some((node, _)) = nodes.find(|(_, node)| !state.end && !is_timed(seen, state, node)) {
            let what = format!("a case waits in `{}` while no clock runs", state.id);
            let next = "let a clock start there under these facts, or give the reason as `unclocked`";
            let story = tell(seen, node, "无期限的等待");
            findings.add(&state.place, what, next, Some(story));
        }
    }
}

/// Whether somebody's time runs in the node, has run out, or is said not to run.
fn is_timed(seen: &Exploration<'_>, state: &State, node: &Node) -> bool {
    let overdue = |clock: &ClockId| {
        seen.procedure.clocks.get(clock).is_some_and(|rule| rule.runs.contains(&state.id))
            && node.case.clocks.iter().rev().find(|run| run.clock == *clock).map(|run| run.status)
                == Some(ClockStatus::Missed)
    };
    state.unclocked.is_some()
        || node.case.clocks.iter().any(|run| run.status == ClockStatus::Running || overdue(&run.clock))
}

fn clocks(seen: &Exploration<'_>, findings: &mut Findings<'_>) {
    for clock in seen.procedure.clocks.values() {
        let (id, place) = (&clock.id, &clock.place);
        let displaced = seen.together.keys().any(|(_, second)| second == id);
        if !seen.started.contains(id) && !displaced {
            let what = format!("the clock `{id}` never starts");
            findings.add(place, what, "see which of its conditions never hold, or remove it", None);
        } else if seen.started.contains(id) && !seen.ran_out.contains(id) {
            let what = format!("the clock `{id}` starts but can never run out");
            let next = "see which shorter term always comes before it, or remove it";
            let started = |node: &Node| node.case.clocks.iter().any(|run| run.clock == *id);
            let node = seen.nodes.iter().position(started);
            findings.add(place, what, next, node.map(|node| tell(seen, node, "永不届满的期限")));
        }
    }
}

fn acts(seen: &Exploration<'_>, findings: &mut Findings<'_>) {
    for act in seen.procedure.acts.values() {
        for role in act.by.iter().filter(|role| !seen.done.contains(&(act.id.clone(), (*role).clone()))) {
            let vain = seen.vain.get(&act.id);
            let why = vain.map_or_else(String::new, |vain| format!("; when last tried, {}", vain.refusal.message));
            let what = format!("nothing ever lets `{role}` do the act `{}`{why}", act.id);
            let next =
                "see which conditions never hold together, let a scenario show where the fact comes from, or remove it";
            findings.add(&act.place, what, next, vain.map(|vain| tell_vain(seen, vain)));
        }
        if let Some(steps) = seen.beyond.get(&act.id) {
            let what = format!("the act `{}` extends beyond the maximum", act.id);
            let text = story::tell(&seen.procedure.id, "超过上限的延长", steps, "then no breach");
            findings.add(&act.place, what, "this is a fault of the engine: report it", Some(text));
        }
        if let Some(steps) = seen.groundless.get(&act.id) {
            let what = format!("the refusal `{}` goes through without its reason", act.id);
            let text = story::tell(&seen.procedure.id, "未附理由的拒绝", steps, "then no breach");
            let next =
                "let the reason be a paper of the act and no element of the application, where it may lie already";
            findings.add(&act.place, what, next, Some(text));
        }
    }
}

/// From every situation an end can be reached, or a duty that comes back; and somebody can do something.
fn ends(seen: &Exploration<'_>, findings: &mut Findings<'_>) {
    let back = backwards(seen);
    let ended = closure(&back, indices(seen, |node, _| seen.is_end(node)));
    let components = components(seen, &back);
    let returning = closure(&back, rounds(seen, &components));
    let acting = indices(seen, |node, _| node.edges.iter().any(|edge| edge.acted));
    let waiting: Vec<Vec<usize>> = back_by_record(seen);
    let alive = closure(&waiting, acting);
    let mut told = BTreeSet::new();
    let mut told_rounds = BTreeSet::new();
    for (index, node) in seen.nodes.iter().enumerate().filter(|(_, node)| !seen.is_end(node)) {
        let Some(state) = seen.procedure.states.get(&node.case.state) else { continue };
        let stuck = !alive.contains(&index);
        let stands = seen.procedure.standing.is_some() || returning.contains(&index);
        let comes_back = stands && !state.waits_for.is_empty();
        // What leads to an endless situation is not itself at fault.
        let endless = !(ended.contains(&index) || comes_back) && is_last(node, index, &components);
        if stuck && told.insert((&state.id, stuck)) {
            let what = format!("a case is stuck in `{}`: nobody can do anything, and no term ends it", state.id);
            let next = "add the act that leads on under these facts, or a clock with an act of the law";
            findings.add(&state.place, what, next, Some(tell(seen, index, "无人能够推进")));
        } else if !stuck && endless && told_rounds.insert(components.get(index)) && told.insert((&state.id, stuck)) {
            let what = format!("a case in `{}` can never end, and no duty comes back in it", state.id);
            let next = "write `end = true` where nothing more is due, add the way to an end or a clock that starts again, or the procedure's reason as `standing`";
            findings.add(&state.place, what, next, Some(tell(seen, index, "永无终点")));
        }
    }
}

/// The nodes from which a move starts a clock and that can be come back to from there: a duty that returns.
fn rounds(seen: &Exploration<'_>, components: &[usize]) -> Vec<usize> {
    let same = |a: usize, b: usize| components.get(a) == components.get(b);
    indices(seen, |node, index| node.edges.iter().any(|edge| edge.started && same(index, edge.to)))
}

/// Whether no move leads out of the component of a node.
fn is_last(node: &Node, index: usize, components: &[usize]) -> bool {
    node.edges.iter().all(|edge| components.get(edge.to) == components.get(index))
}

/// The strongly connected component of each node: Kosaraju's two walks, without recursion.
fn components(seen: &Exploration<'_>, back: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut visited = vec![false; seen.nodes.len()];
    for root in 0..seen.nodes.len() {
        let mut stack = vec![(root, false)];
        while let Some((index, left)) = stack.pop() {
            if left {
                order.push(index);
            } else if let Some(mark) = visited.get_mut(index).filter(|mark| !**mark) {
                *mark = true;
                stack.push((index, true));
                let next = seen.nodes.get(index).into_iter().flat_map(|node| &node.edges);
                stack.extend(next.map(|edge| (edge.to, false)));
            }
        }
    }
    let mut component = vec![usize::MAX; seen.nodes.len()];
    for root in order.into_iter().rev() {
        let mut stack = vec![root];
        while let Some(index) = stack.pop() {
            if let Some(slot) = component.get_mut(index).filter(|slot| **slot == usize::MAX) {
                *slot = root;
                stack.extend(back.get(index).into_iter().flatten());
            }
        }
    }
    component
}

fn indices(seen: &Exploration<'_>, which: impl Fn(&Node, usize) -> bool) -> Vec<usize> {
    (0..).zip(&seen.nodes).filter(|(index, node)| which(node, *index)).map(|(index, _)| index).collect()
}

/// Per node, the nodes that lead to it.
fn backwards(seen: &Exploration<'_>) -> Vec<Vec<usize>> {
    reversed(seen, |_| true)
}

/// The same over moves in which nobody did anything: it was only recorded that a term ran out.
fn back_by_record(seen: &Exploration<'_>) -> Vec<Vec<usize>> {
    reversed(seen, |edge| !edge.acted)
}

fn reversed(seen: &Exploration<'_>, which: impl Fn(&super::explore::Edge) -> bool) -> Vec<Vec<usize>> {
    let mut back = vec![Vec::new(); seen.nodes.len()];
    for (index, node) in seen.nodes.iter().enumerate() {
        for edge in node.edges.iter().filter(|edge| which(edge)) {
            if let Some(list) = back.get_mut(edge.to) {
                list.push(index);
            }
        }
    }
    back
}

/// The nodes from which one of `from` can be reached, themselves included.
fn closure(back: &[Vec<usize>], from: Vec<usize>) -> BTreeSet<usize> {
    let mut reached: BTreeSet<usize> = from.iter().copied().collect();
    let mut stack = from;
    while let Some(index) = stack.pop() {
        for before in back.get(index).into_iter().flatten() {
            if reached.insert(*before) {
                stack.push(*before);
            }
        }
    }
    reached
}

fn tell(seen: &Exploration<'_>, node: usize, title: &str) -> String {
    let state = seen.nodes.get(node).map_or("-", |node| node.case.state.as_str());
    story::tell(&seen.procedure.id, title, &seen.path(Some(node)), &format!("then state {state}"))
}

fn tell_vain(seen: &Exploration<'_>, vain: &Vain) -> String {
    let mut steps: Vec<story::Step> = seen.path(vain.node).into_iter().chain(vain.steps.iter().cloned()).collect();
    let last = match steps.pop() {
        Some(story::Step::Act { act, at, all_papers }) => story::refused(&act, at, all_papers, vain.refusal.code),
        Some(story::Step::Open { given, act, at, all_papers }) => {
            let given: String = given.iter().map(|(fact, value)| format!("given {fact} = {value}\n")).collect();
            format!("{given}{}", story::refused(&act, at, all_papers, vain.refusal.code))
        }
        _ => String::new(),
    };
    story::tell(&seen.procedure.id, "不可能的行为", &steps, &last)
}
