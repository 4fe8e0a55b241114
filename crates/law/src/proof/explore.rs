//! The breadth-first walk over everything that can happen to a case of one procedure.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{facts::Words, key::Key, story::Step};
use crate::{
    book::Book,
    calendar::start_of,
    case::*,
    engine::{Law, advance, decide, next_due, open, with_facts},
    ids::*,
    pack::{ActRule, ClockRule, Pack, Procedure},
};

/// The most situations of one procedure. Real ones have tens to thousands; one that has more is too intricate for anybody.
const MOST_NODES: usize = 20_000;
/// The most combinations of facts with which a case opens.
const MOST_OPENINGS: usize = 8_192;
/// The most combinations of facts that are stated with one act.
const MOST_STATED: usize = 256;
/// The most that the law does at one instant.
const MOST_AT_ONCE: usize = 100;

/// Everything that the walk has seen.
pub(super) struct Exploration<'a> {
    pub(super) book: &'a Book,
    pub(super) pack: &'a Pack,
    pub(super) procedure: &'a Procedure,
    words: Words<'a>,
    pub(super) nodes: Vec<Node>,
    seen: IndexMap<Key, usize>,
    /// How many moves were tried.
    pub(super) moves: usize,
    /// Which act was done in which role.
    pub(super) done: BTreeSet<(ActId, RoleId)>,
    /// The clocks that started.
    pub(super) started: BTreeSet<ClockId>,
    /// The clocks that ran out.
    pub(super) ran_out: BTreeSet<ClockId>,
    /// Per act, where it was tried in vain: the node (none when it opens), the attempt and its refusal.
    pub(super) vain: BTreeMap<ActId, Vain>,
    /// Clocks that govern the same and could have started together, with the place where they could.
    pub(super) together: BTreeMap<(ClockId, ClockId), (Option<usize>, Vec<Step>)>,
    /// Extensions beyond the maximum that were let through.
    pub(super) beyond: BTreeMap<ActId, Vec<Step>>,
    /// Refusals that were let through without their reason.
    pub(super) groundless: BTreeMap<ActId, Vec<Step>>,
    /// The limits that the walk ran into.
    pub(super) limits: BTreeSet<String>,
}

/// One situation, with the case that reached it first.
pub(super) struct Node {
    pub(super) case: Case,
    now: Timestamp,
    /// Where it was reached from, and by what.
    parent: Option<usize>,
    steps: Vec<Step>,
    pub(super) edges: Vec<Edge>,
}

/// A move that was possible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) to: usize,
    /// Whether somebody, or the law, did an act; otherwise it was only recorded that a term ran out.
    pub(super) acted: bool,
    /// Whether a clock started.
    pub(super) started: bool,
}

/// An attempt that was refused.
pub(super) struct Vain {
    pub(super) node: Option<usize>,
    pub(super) steps: Vec<Step>,
    pub(super) refusal: Refusal,
}

/// An attempt at an act.
struct Attempt {
    act: Act,
    all_papers: bool,
}

/// Walks over everything that can happen to a case of `procedure`.
pub(super) fn explore<'a>(book: &'a Book, pack: &'a Pack, procedure: &'a Procedure) -> Exploration<'a> {
    let mut exploration = Exploration {
        book,
        pack,
        procedure,
        words: Words::new(book, procedure),
        nodes: Vec::new(),
        seen: IndexMap::new(),
        moves: 0,
        done: BTreeSet::new(),
        started: BTreeSet::new(),
        ran_out: BTreeSet::new(),
        vain: BTreeMap::new(),
        together: BTreeMap::new(),
        beyond: BTreeMap::new(),
        groundless: BTreeMap::new(),
        limits: BTreeSet::new(),
    };
    exploration.open_all();
    let mut next = 0;
    while next < exploration.nodes.len() {
        if exploration.nodes.len() > MOST_NODES {
            exploration.limits.insert(format!("it has more than {MOST_NODES} different situations"));
            break;
        }
        exploration.expand(next);
        next += 1;
    }
    exploration
}

impl Exploration<'_> {
    /// The steps from the opening to a node.
    pub(super) fn path(&self, node: Option<usize>) -> Vec<Step> {
        let mut path: Vec<&[Step]> = Vec::new();
        let mut at = node;
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            path.push(&node.steps);
            at = node.parent;
        }
        path.into_iter().rev().flatten().cloned().collect()
    }

    /// Whether the state of a node is an end.
    pub(super) fn is_end(&self, node: &Node) -> bool {
        self.procedure.states.get(&node.case.state).is_none_or(|state| state.end)
    }

    fn open_all(&mut self) {
        let first = first_morning(self.pack, self.procedure);
        let Some(all) = self.words.openings(MOST_OPENINGS) else {
            self.limits.insert(format!("a case can open with more than {MOST_OPENINGS} combinations of facts"));
            return;
        };
        for rule in self.procedure.openings() {
            for given in &all {
                for attempt in self.attempts(rule, given) {
                    days_after(first).take_while(|now| self.open_one(given, &attempt, *now)).for_each(drop);
                }
            }
        }
    }

    /// Opens a case; says whether another day of the week could make a difference.
    fn open_one(&mut self, given: &Facts, Attempt { act, all_papers }: &Attempt, now: Timestamp) -> bool {
        self.moves += 1;
        let step = Step::Open { given: given.clone(), act: act.clone(), at: now, all_papers: *all_papers };
        match open(self.book, &self.pack.id, &self.procedure.id, given.clone(), act, now) {
            Ok(decision) => {
                self.saw(None, std::slice::from_ref(&step), &decision, None);
                self.reach(None, vec![step], now, &decision.case, (true, !decision.case.clocks.is_empty()));
                is_raced(&decision)
            }
            Err(refusal) => {
                self.refused(None, vec![step], refusal);
                false
            }
        }
    }

    fn expand(&mut self, index: usize) {
        let Some(node) = self.nodes.get(index) else { return };
        if self.is_end(node) {
            return;
        }
        let (case, now) = (node.case.clone(), node.now);
        let candidates = self.procedure.acts.values().filter(|rule| rule.from.contains(&case.state));
        for rule in candidates.filter(|rule| rule.by.iter().any(|role| *role != "law")) {
            for attempt in self.attempts(rule, &case.facts) {
                self.attempt(index, &case, now, rule, &attempt);
            }
        }
        self.arrive(index, &case, now);
        self.run_out(index, &case);
    }

    /// Everything that may be tried of an act: every role until it has once succeeded, with and without what an
    /// application may lack, with every fact that may be stated.
    fn attempts(&mut self, rule: &ActRule, facts: &Facts) -> Vec<Attempt> {
        let Some(all_stated) = self.words.stated(rule, facts, MOST_STATED) else {
            let id = &rule.id;
            self.limits
                .insert(format!("with the act `{id}`, more than {MOST_STATED} combinations of facts can be stated"));
            return Vec::new();
        };
        let mut attempts = Vec::new();
        for stated in all_stated {
            let mut known = facts.clone();
            known.extend(stated.clone());
            let all: BTreeSet<PaperId> =
                self.book.papers_asked(&self.pack.id, &self.procedure.id, &rule.id, &known).into_iter().collect();
            let own: BTreeSet<PaperId> = rule.papers.iter().cloned().collect();
            let lacking = (own != all).then_some((own, false));
            for (papers, all_papers) in std::iter::once((all, true)).chain(lacking) {
                for role in self.roles(rule) {
                    let (id, papers, facts) = (rule.id.clone(), papers.clone(), stated.clone());
                    attempts.push(Attempt { act: Act { id, by: role, papers, facts, extension: None }, all_papers });
                }
            }
        }
        attempts
    }

    /// The first role of an act, and those in which it has not yet been done.
    fn roles(&self, rule: &ActRule) -> Vec<RoleId> {
        let people = rule.by.iter().filter(|role| **role != "law");
        let new = |role: &RoleId| !self.done.contains(&(rule.id.clone(), role.clone()));
        people.enumerate().filter(|(place, role)| *place == 0 || new(role)).map(|(_, role)| role.clone()).collect()
    }

    /// Lets each fact change that can change while the case stands where it does.
    fn arrive(&mut self, index: usize, case: &Case, now: Timestamp) {
        let at = now + 10.minutes();
        if next_due(case).is_some_and(|(_, due)| due <= at) {
            return;
        }
        for facts in self.words.arrivals(&case.state, &case.facts) {
            self.moves += 1;
            let (after, _) = with_facts(self.book, case, facts.clone());
            self.reach(Some(index), vec![Step::World { facts, at }], at, &after, (false, false));
        }
    }

    /// Tries an act soon, and where several clocks then run, also on each of the days that follow, and late.
    fn attempt(&mut self, index: usize, case: &Case, now: Timestamp, rule: &ActRule, attempt: &Attempt) {
        let due = next_due(case).map(|(_, due)| due);
        let soon = now + 10.minutes();
        if due.is_some_and(|due| due <= soon) {
            return;
        }
        let late = due.map(|due| due - 7.hours()).filter(|late| *late > soon);
        let days = days_after(soon).skip(1).filter(|day| late.is_some_and(|late| *day < late));
        for at in std::iter::once(soon).chain(days).chain(late) {
            self.moves += 1;
            let Attempt { act, all_papers } = attempt;
            let steps = vec![Step::Act { act: act.clone(), at, all_papers: *all_papers }];
            let decision = match decide(self.book, case, act, at) {
                Ok(decision) => decision,
                Err(refusal) => return self.refused(Some(index), steps, refusal),
            };
            self.saw(Some(index), &steps, &decision, Some(case));
            self.try_beyond(case, rule, act, at, index);
            let timed = is_raced(&decision);
            let started = decision.case.clocks.len() > case.clocks.len();
            self.reach(Some(index), steps, at, &decision.case, (true, started));
            if !timed {
                return;
            }
        }
    }

    /// An act that was let through must not be let through when it asks for too much, or brings no reason.
    fn try_beyond(&mut self, case: &Case, rule: &ActRule, act: &Act, at: Timestamp, index: usize) {
        if let Some(most) = rule.extends.as_ref().and_then(|clock| self.most(case, clock)) {
            let more = Act { extension: most.checked_add(1), ..act.clone() };
            self.moves += 1;
            if decide(self.book, case, &more, at).is_ok() && !self.beyond.contains_key(&rule.id) {
                let steps = self.path(Some(index)).into_iter().chain([Step::Act { act: more, at, all_papers: false }]);
                self.beyond.insert(rule.id.clone(), steps.collect());
            }
        }
        if rule.refuses.is_some() && !self.groundless.contains_key(&rule.id) {
            let bare = Act { papers: BTreeSet::new(), ..act.clone() };
            self.moves += 1;
            if decide(self.book, case, &bare, at).is_ok() {
                let steps = self.path(Some(index)).into_iter().chain([Step::Act { act: bare, at, all_papers: false }]);
                self.groundless.insert(rule.id.clone(), steps.collect());
            }
        }
    }

    fn most(&self, case: &Case, clock: &ClockId) -> Option<u32> {
        let extension = self.procedure.clocks.get(clock)?.extension.as_ref()?;
        Law::of(self.book, case)?.period(&extension.value).map(|period| period.amount)
    }

    /// Lets the next term run out, and whatever runs out with it.
    fn run_out(&mut self, index: usize, before: &Case) {
        let Some((_, at)) = next_due(before) else { return };
        self.moves += 1;
        let steps = vec![Step::Pass { at }];
        let mut case = before.clone();
        let (mut acted, mut started) = (false, false);
        for _ in 0..MOST_AT_ONCE {
            let Some(decision) = advance(self.book, &case, at) else {
                return self.reach(Some(index), steps, at, &case, (acted, started));
            };
            self.saw(Some(index), &steps, &decision, Some(&case));
            acted |= self.procedure.acts.contains_key(&decision.act);
            started |= decision.case.clocks.len() > case.clocks.len();
            case = decision.case;
        }
        self.limits.insert(format!("the law does more than {MOST_AT_ONCE} things at one instant"));
    }

    /// Notes what a decision shows: the act, clocks started and run out, clocks that started together without an order.
    fn saw(&mut self, node: Option<usize>, steps: &[Step], decision: &Decision, before: Option<&Case>) {
        self.done.insert((decision.act.clone(), decision.by.clone()));
        self.ran_out.extend(decision.expired.as_ref().map(|(clock, _)| clock.clone()));
        let known = before.map_or(0, |case| case.clocks.len());
        let started: Vec<ClockId> = decision.case.clocks.iter().skip(known).map(|run| run.clock.clone()).collect();
        for clock in started.iter().filter_map(|clock| self.procedure.clocks.get(clock)) {
            for other in self.rivals(clock, &started, decision, before) {
                let pair = (clock.id.clone(), other);
                self.together.entry(pair).or_insert_with(|| (node, steps.to_vec()));
            }
        }
        self.started.extend(started);
    }

    /// The clocks that govern the same as `clock`, could have started with it, and stand in no order to it.
    fn rivals(
        &self,
        clock: &ClockRule,
        started: &[ClockId],
        decision: &Decision,
        before: Option<&Case>,
    ) -> Vec<ClockId> {
        let Some(law) = Law::of(self.book, &decision.case).filter(|_| clock.governs.is_some()) else {
            return Vec::new();
        };
        let case = &decision.case;
        let expired = decision.expired.as_ref().map(|(clock, _)| clock);
        let held = |other: &ClockRule| {
            let run = before.and_then(|case| case.clocks.iter().rev().find(|run| run.clock == other.id));
            run.is_some_and(|run| matches!(run.status, ClockStatus::Running | ClockStatus::Paused))
        };
        let rivals = self.procedure.clocks.values().filter(|other| {
            other.id != clock.id
                && other.governs == clock.governs
                && !clock.excepts.contains(&other.id)
                && !other.excepts.contains(&clock.id)
                && !started.contains(&other.id)
                && !held(other)
                && (other.starts.contains(&case.state) && clock.starts.contains(&case.state)
                    || expired.is_some_and(|expired| other.after.contains(expired) && clock.after.contains(expired)))
                && other.when.iter().all(|id| law.holds(id, &case.facts, &case.papers))
        });
        // One that a third clock excepts would not have started anyway.
        let excepted = |other: &ClockRule| {
            self.procedure.clocks.values().any(|third| third.excepts.contains(&other.id) && started.contains(&third.id))
        };
        rivals.filter(|other| !excepted(other)).map(|other| other.id.clone()).collect()
    }

    /// The latest refusal is kept: it stands farthest on in the procedure.
    fn refused(&mut self, node: Option<usize>, steps: Vec<Step>, refusal: Refusal) {
        self.vain.insert(refusal.act.clone(), Vain { node, steps, refusal });
    }

    /// Goes to the node of `case`, which is new or known. `how`: whether an act was done, and whether a clock started.
    fn reach(&mut self, parent: Option<usize>, steps: Vec<Step>, now: Timestamp, case: &Case, how: (bool, bool)) {
        let Some(law) = Law::of(self.book, case) else { return };
        let key = Key::of(&law, &self.words, case);
        let to = match self.seen.get(&key) {
            Some(to) => *to,
            None => {
                self.seen.insert(key, self.nodes.len());
                self.nodes.push(Node { case: case.clone(), now, parent, steps, edges: Vec::new() });
                self.nodes.len() - 1
            }
        };
        let (acted, started) = how;
        if let Some(parent) = parent.and_then(|parent| self.nodes.get_mut(parent)) {
            parent.edges.push(Edge { to, acted, started });
        }
    }
}

/// Whether clocks run against one another, so that it may matter on which day the decision falls.
fn is_raced(decision: &Decision) -> bool {
    let running = decision.case.clocks.iter().filter(|run| run.status == ClockStatus::Running);
    running.count() > 1 && !decision.clock_changes.is_empty()
}

/// The same time on each day of a week.
fn days_after(first: Timestamp) -> impl Iterator<Item = Timestamp> {
    (0..7_i64).map(move |days| first + (days * 24).hours())
}

/// 09:00 of a working Monday on which cases of the procedure can be opened: 2026-03-02 where the pack is in force then,
/// otherwise the first day on which it is.
fn first_morning(pack: &Pack, procedure: &Procedure) -> Timestamp {
    let usual = Date::constant(2026, 3, 2);
    let both = |day| pack.in_force.contains(day) && procedure.in_force.contains(day);
    let day = if both(usual) { usual } else { pack.in_force.from.max(procedure.in_force.from) };
    start_of(day) + 9.hours()
}
