//! Mutations: whether the scenarios of a pack would notice a wrong rule.
//!
//! A scenario proves little if the rule it tests could be another and the scenario still hold. [`mutate`] therefore
//! changes one thing of one pack at a time (a number by one, an outcome, a role, where an act leads, a paper, a guard, an
//! effect) and runs the pack's scenarios: a change that none of them notices *survives*, and names the missing scenario.
//! The parsed pack is mutated, never the text, so that thousands of mutants take seconds. What is inherited from another
//! pack is that pack's to test.

use std::{collections::BTreeSet, fmt};

use jiff::ToSpan;

use crate::{
    book::Book,
    calendar::{Period, Unit},
    case::Outcome,
    ids::*,
    pack::{ActRule, ClockRule, DatedValue, Extension, Pack, Procedure, Requirement},
    scenario::{self, Scenario},
};

/// One change of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The pack.
    pub pack: PackId,
    /// The article of the changed rule; for the head of the pack, its prefix.
    pub article: ArticleId,
    /// The changed rule, e.g. `sharing_request.refuse`.
    pub rule: String,
    /// What was changed, e.g. `without the paper legal_basis`.
    pub change: String,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pack, article, rule, change } = self;
        write!(f, "{pack} {article} {rule}: {change}")
    }
}

/// What came of mutating a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// How many mutants were tried.
    pub tried: usize,
    /// Those that no scenario noticed, in the order of the pack.
    pub survivors: Vec<Mutant>,
}

/// Changes every rule of `pack` in every way, one at a time, and runs the pack's scenarios on each. A pack that the book
/// does not hold gives nothing.
#[must_use]
pub fn mutate(book: Book, pack: &PackId) -> Outcomes {
    let Some(original) = book.pack(pack).cloned() else { return Outcomes::default() };
    let mut outcomes = Outcomes::default();
    let mut holder = Some(book);
    each_mutant(&original, &mut |mutant, procedure, mutated| {
        let Some(book) = holder.take().map(|book| book.with_pack(mutated)) else { return };
        outcomes.tried += 1;
        if !noticed(&book, &original, &mutant.article, procedure) {
            outcomes.survivors.push(mutant);
        }
        holder = Some(book);
    });
    outcomes
}

/// Whether some scenario fails. Those of the same article are run first, since they most likely notice; for a change of
/// one procedure the others' scenarios cannot.
fn noticed(book: &Book, pack: &Pack, article: &ArticleId, procedure: Option<&ProcedureId>) -> bool {
    let concerned = |scenario: &&Scenario| procedure.is_none_or(|procedure| scenario.procedure == *procedure);
    let (near, far): (Vec<_>, Vec<_>) =
        pack.scenarios.iter().filter(concerned).partition(|scenario| scenario.article == *article);
    near.into_iter().chain(far).any(|scenario| scenario::run(book, scenario).is_err())
        || procedure.is_none() && pack.keep_scenarios.iter().any(|scenario| scenario::run_keep(book, scenario).is_err())
}

type Visit<'a> = dyn FnMut(Mutant, Option<&ProcedureId>, Pack) + 'a;

fn each_mutant(pack: &Pack, visit: &mut Visit<'_>) {
    // The scenarios are run from outside; a mutated pack is cheaper to copy without them.
    let bare = Pack { scenarios: Vec::new(), keep_scenarios: Vec::new(), ..pack.clone() };
    let own = |article: &ArticleId| article.as_str().split('-').next() == Some(pack.article_prefix.as_str());
    let mutant = |article: &ArticleId, rule: String, change: String| Mutant {
        pack: pack.id.clone(),
        article: article.clone(),
        rule,
        change,
    };
    for (change, in_force) in days_in_force(pack) {
        let head = ArticleId::new(&pack.article_prefix);
        let mut mutated = Pack { in_force, ..bare.clone() };
        // What is inherited keeps its own days.
        for procedure in mutated.procedures.values_mut().filter(|procedure| own(&procedure.article)) {
            procedure.in_force = in_force;
        }
        visit(mutant(&head, "pack".to_owned(), change), None, mutated);
    }
    let clocks_of = pack.procedures.values().flat_map(|procedure| procedure.clocks.values());
    let extensions: BTreeSet<&ValueId> = clocks_of.filter_map(|clock| Some(&clock.extension.as_ref()?.value)).collect();
    for (id, history) in &pack.values {
        for (index, value) in history.iter().enumerate().filter(|(_, value)| own(&value.article)) {
            for (change, changed) in values(value, extensions.contains(id)) {
                let mut mutated = bare.clone();
                replace(mutated.values.get_mut(id).and_then(|history| history.get_mut(index)), changed);
                visit(mutant(&value.article, id.to_string(), change), None, mutated);
            }
        }
    }
    for (id, procedure) in &pack.procedures {
        let mut visit_one = |article: &ArticleId, rule: &str, change, changed: Procedure| {
            let mut mutated = bare.clone();
            replace(mutated.procedures.get_mut(id), changed);
            visit(mutant(article, format!("{id}.{rule}"), change), Some(id), mutated);
        };
        for act in procedure.acts.values().filter(|act| own(&act.article)) {
            for (change, rule) in acts(pack, procedure, act) {
                let mut changed = procedure.clone();
                replace(changed.acts.get_mut(&act.id), rule);
                visit_one(&act.article, act.id.as_str(), change, changed);
            }
        }
        for clock in procedure.clocks.values().filter(|clock| own(&clock.article)) {
            for (change, rule) in clocks(clock) {
                let mut changed = procedure.clone();
                replace(changed.clocks.get_mut(&clock.id), rule);
                visit_one(&clock.article, clock.id.as_str(), change, changed);
            }
        }
        for (index, requirement) in procedure.requirements.iter().enumerate().filter(|(_, rule)| own(&rule.article)) {
            for (change, rule) in requirements(requirement) {
                let mut changed = procedure.clone();
                replace(changed.requirements.get_mut(index), rule);
                visit_one(&requirement.article, "requirement", change, changed);
            }
        }
    }
}

fn replace<T>(slot: Option<&mut T>, with: T) {
    if let Some(slot) = slot {
        *slot = with;
    }
}

fn days_in_force(pack: &Pack) -> Vec<(String, crate::pack::InForce)> {
    let mut found = Vec::new();
    for by in [-1, 1] {
        let mut earlier = pack.in_force;
        if let Ok(day) = earlier.from.checked_add(by.days()) {
            found.push((format!("in force from {day}"), crate::pack::InForce { from: day, ..earlier }));
        }
        if let Some(day) = earlier.until.and_then(|until| until.checked_add(by.days()).ok()) {
            earlier.until = Some(day);
            found.push((format!("in force until {day}"), earlier));
        }
    }
    found
}

/// An extension is counted in the unit of its clock, so that only its amount can be wrong.
fn values(value: &DatedValue, extension: bool) -> Vec<(String, DatedValue)> {
    let Period { amount, unit } = value.period;
    let other = match unit {
        Unit::WorkingDay => Unit::Day,
        Unit::Day => Unit::WorkingDay,
        Unit::Month => Unit::Year,
        Unit::Year => Unit::Month,
    };
    let amounts = [amount.checked_sub(1), amount.checked_add(1)];
    let periods = amounts.into_iter().flatten().map(|amount| Period { amount, unit });
    // One day and one working day end together, since a term never ends on a rest day.
    let same = amount == 1 && matches!(unit, Unit::WorkingDay | Unit::Day);
    let recounted = (!same && !extension).then_some(Period { amount, unit: other });
    let changed = periods
        .chain(recounted)
        .map(|period| (format!("{period} instead of {}", value.period), DatedValue { period, ..value.clone() }));
    changed.collect()
}

fn acts(pack: &Pack, procedure: &Procedure, act: &ActRule) -> Vec<(String, ActRule)> {
    let mut found = Vec::new();
    let by_law = act.by.iter().any(|role| *role == "law");
    // The law's act is done by its clock, whoever stands in `by` and wherever the case is.
    if !by_law {
        let stranger = pack.roles.keys().find(|role| !act.by.contains(role) && **role != "law");
        for (index, role) in act.by.iter().enumerate() {
            let mut by = act.by.clone();
            by.remove(index);
            by.extend(stranger.cloned());
            let other = stranger.map_or("nobody", RoleId::as_str);
            found.push((format!("done by {other} instead of {role}"), ActRule { by, ..act.clone() }));
        }
        let by: Vec<RoleId> = pack.roles.keys().filter(|role| **role != "law").cloned().collect();
        found.push(("done by anybody".to_owned(), ActRule { by, ..act.clone() }));
        without(&mut found, act, "from the state", &act.from, |act, from| act.from = from);
    }
    let stays = act.to.as_ref().or(act.from.first());
    if let Some(other) = procedure.states.keys().find(|state| Some(*state) != stays) {
        let old = act.to.as_ref().map_or("nowhere", StateId::as_str);
        found.push((format!("leads to {other} instead of {old}"), ActRule { to: Some(other.clone()), ..act.clone() }));
    }
    without(&mut found, act, "the paper", &act.papers, |act, papers| act.papers = papers);
    without(&mut found, act, "the guard", &act.guards, |act, guards| act.guards = guards);
    without(&mut found, act, "the exception", &act.unless, |act, unless| act.unless = unless);
    without(&mut found, act, "the effect", &act.effects, |act, effects| act.effects = effects);
    without(&mut found, act, "the precedence over", &act.excepts, |act, excepts| act.excepts = excepts);
    for fact in act.sets.keys() {
        let mut sets = act.sets.clone();
        sets.shift_remove(fact);
        found.push((format!("without setting {fact}"), ActRule { sets, ..act.clone() }));
    }
    if act.once {
        found.push(("more than once".to_owned(), ActRule { once: false, ..act.clone() }));
    }
    if act.asks {
        found.push(("asks for no papers of the requirements".to_owned(), ActRule { asks: false, ..act.clone() }));
    }
    if let Some(clock) = &act.extends {
        found.push((format!("does not extend {clock}"), ActRule { extends: None, ..act.clone() }));
    }
    found
}

fn clocks(clock: &ClockRule) -> Vec<(String, ClockRule)> {
    let mut found = Vec::new();
    let outcome = if clock.outcome == Outcome::Breach { Outcome::Report } else { Outcome::Breach };
    let change = format!("ends in {outcome:?} instead of {:?}", clock.outcome).to_lowercase();
    found.push((change, ClockRule { outcome, ..clock.clone() }));
    without(&mut found, clock, "the condition", &clock.when, |clock, when| clock.when = when);
    without(&mut found, clock, "the start in", &clock.starts, |clock, starts| clock.starts = starts);
    // A clock that starts in a state of course runs in it.
    for state in clock.runs.iter().filter(|state| !clock.starts.contains(state)) {
        let runs = clock.runs.iter().filter(|other| *other != state).cloned().collect();
        found.push((format!("without running in {state}"), ClockRule { runs, ..clock.clone() }));
    }
    without(&mut found, clock, "pausing in", &clock.pauses, |clock, pauses| clock.pauses = pauses);
    without(&mut found, clock, "the effect", &clock.effects, |clock, effects| clock.effects = effects);
    without(&mut found, clock, "the start after", &clock.after, |clock, after| clock.after = after);
    without(&mut found, clock, "the precedence over", &clock.excepts, |clock, excepts| clock.excepts = excepts);
    if let Some(outer) = &clock.within {
        found.push((format!("not within {outer}"), ClockRule { within: None, ..clock.clone() }));
    }
    if let Some(fact) = &clock.follows {
        found.push((format!("does not follow {fact}"), ClockRule { follows: None, ..clock.clone() }));
    }
    if let Some(act) = &clock.act {
        found.push((format!("does not do {act}"), ClockRule { act: None, ..clock.clone() }));
    }
    if let Some(extension) = &clock.extension {
        for times in [extension.times.checked_sub(1), extension.times.checked_add(1)].into_iter().flatten() {
            let extension = Some(Extension { times, ..extension.clone() });
            found.push((format!("extended {times} times"), ClockRule { extension, ..clock.clone() }));
        }
    }
    found
}

fn requirements(requirement: &Requirement) -> Vec<(String, Requirement)> {
    let mut found = Vec::new();
    without(&mut found, requirement, "the paper", &requirement.papers, |rule, papers| rule.papers = papers);
    without(&mut found, requirement, "the condition", &requirement.when, |rule, when| rule.when = when);
    found
}

/// `rule` without each of `items`, one at a time.
fn without<R: Clone, T: Clone + fmt::Display>(
    found: &mut Vec<(String, R)>,
    rule: &R,
    what: &str,
    items: &[T],
    set: impl Fn(&mut R, Vec<T>),
) {
    for (index, item) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(index);
        let mut changed = rule.clone();
        set(&mut changed, rest);
        found.push((format!("without {what} {item}"), changed));
    }
}
