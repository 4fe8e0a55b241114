//! Which facts matter to a procedure, which values of them make a difference, and where they come from.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    book::Book,
    case::{FactValue, Facts},
    ids::*,
    pack::{ActRule, ClockRule, Procedure},
    scenario::Line,
    vocabulary::{FactKind, Test},
};

/// The facts of one procedure.
pub(super) struct Words<'a> {
    book: &'a Book,
    procedure: &'a Procedure,
    /// Every predicate over facts that a rule of the procedure asks, by the fact it reads.
    pub(super) predicates: BTreeMap<FactId, Vec<PredicateId>>,
    /// Facts that are known when a case opens.
    given: BTreeSet<FactId>,
    /// Facts that can change while a case runs, and whether they come with an act (otherwise from the world).
    arriving: BTreeMap<FactId, bool>,
    /// Facts that rules set.
    set: BTreeSet<FactId>,
    /// The facts that rules may still read from a state on.
    live: BTreeMap<StateId, BTreeSet<FactId>>,
}

impl<'a> Words<'a> {
    pub(super) fn new(book: &'a Book, procedure: &'a Procedure) -> Self {
        let mut words = Self {
            book,
            procedure,
            predicates: BTreeMap::new(),
            given: BTreeSet::new(),
            arriving: BTreeMap::new(),
            set: procedure.acts.values().flat_map(|act| act.sets.keys().cloned()).collect(),
            live: BTreeMap::new(),
        };
        words.gather_predicates();
        words.learn();
        words.settle();
        words
    }

    /// The facts that may still be read in `state` or later.
    pub(super) fn live(&self, state: &StateId) -> impl Iterator<Item = &FactId> {
        self.live.get(state).into_iter().flatten()
    }

    /// Every combination of the facts that a case can have when it opens; `None` when there are more than `most`.
    pub(super) fn openings(&self, most: usize) -> Option<Vec<Facts>> {
        let live: BTreeSet<&FactId> = self.procedure.openings().flat_map(|act| self.read_by(act)).collect();
        let later = self.procedure.openings().filter_map(|act| act.to.as_ref()).flat_map(|state| self.live(state));
        let facts: BTreeSet<&FactId> =
            live.into_iter().chain(later).filter(|fact| self.given.contains(*fact)).collect();
        let choices = facts.into_iter().map(|fact| {
            let may_be_unknown = self.arriving.contains_key(fact) || self.set.contains(fact);
            (fact, self.classes(fact, may_be_unknown))
        });
        product(choices, most)
    }

    /// Every combination, first none, of the facts that an actor may state with `act` and that make a difference to what it
    /// does; `None` when there are more than `most`.
    pub(super) fn stated(&self, act: &ActRule, facts: &Facts, most: usize) -> Option<Vec<Facts>> {
        let stated = self.read_by(act).into_iter().filter(|fact| self.arriving.get(*fact) == Some(&true));
        let choices = stated.map(|fact| (fact, std::iter::once(None).chain(self.others(fact, facts)).collect()));
        product(choices, most)
    }

    /// Every single fact that can arrive from the world in `state` and makes a difference to what can be done there.
    pub(super) fn arrivals(&self, state: &StateId, facts: &Facts) -> Vec<Facts> {
        let acts = self.procedure.acts.values().filter(|act| act.from.contains(state));
        let after = |clock: &&ClockRule| !clock.after.is_empty() && clock.runs.contains(state);
        let escalations = self.procedure.clocks.values().filter(after).flat_map(|clock| &clock.when);
        let mut read: BTreeSet<&FactId> = acts.flat_map(|act| self.read_by(act)).collect();
        read.extend(escalations.flat_map(|id| self.facts_of(id)));
        let arriving = read.into_iter().filter(|fact| self.arriving.get(*fact) == Some(&false));
        let each = arriving.flat_map(|fact| self.others(fact, facts).map(move |value| (fact, value)));
        each.filter_map(|(fact, value)| Some(Facts::from([(fact.clone(), value?)]))).collect()
    }

    /// The values of a fact that a rule can tell from the one it has.
    fn others(&self, fact: &FactId, facts: &Facts) -> impl Iterator<Item = Option<FactValue>> {
        let here = facts.get(fact).cloned();
        self.classes(fact, false).into_iter().filter(move |value| *value != here)
    }

    /// One value for each way in which the predicates can answer; `None` is the unknown fact.
    fn classes(&self, fact: &FactId, unknown: bool) -> Vec<Option<FactValue>> {
        let mut values: Vec<Option<FactValue>> = unknown.then_some(None).into_iter().collect();
        values.extend(self.values(fact).into_iter().map(Some));
        let mut answers = Vec::new();
        let predicates = self.predicates.get(fact).map(Vec::as_slice).unwrap_or_default();
        values.retain(|value| {
            let answer: Vec<bool> = predicates.iter().map(|id| self.holds(id, value.as_ref())).collect();
            let new = !answers.contains(&answer);
            answers.push(answer);
            new
        });
        if values.is_empty() { vec![None] } else { values }
    }

    /// Values worth trying.
    fn values(&self, id: &FactId) -> Vec<FactValue> {
        let Some(fact) = self.book.vocabulary().facts.get(id) else { return Vec::new() };
        let tests = self.predicates.get(id).into_iter().flatten();
        let tests = tests.filter_map(|id| Some(&self.book.vocabulary().predicates.get(id)?.test));
        let mut values = Vec::new();
        match fact.kind {
            FactKind::Flag => values.extend([FactValue::Flag(false), FactValue::Flag(true)]),
            FactKind::Moment => {}
            FactKind::Word if !fact.words.is_empty() => {
                values.extend(fact.words.iter().cloned().map(FactValue::Word));
            }
            FactKind::Word | FactKind::Number => {
                for test in tests {
                    match test {
                        Test::Is(_, named) => values.extend(named.iter().cloned()),
                        Test::AtLeast(_, number) => values.extend([number - 1, *number].map(FactValue::Number)),
                        Test::AtMost(_, number) => values.extend([*number, number + 1].map(FactValue::Number)),
                        Test::PapersComplete | Test::PapersIncomplete => {}
                    }
                }
            }
        }
        values
    }

    fn holds(&self, predicate: &PredicateId, value: Option<&FactValue>) -> bool {
        let test = self.book.vocabulary().predicates.get(predicate).map(|predicate| &predicate.test);
        match (test, value) {
            (Some(Test::Is(_, values)), Some(value)) => values.contains(value),
            (Some(Test::AtLeast(_, least)), Some(FactValue::Number(number))) => number >= least,
            (Some(Test::AtMost(_, most)), Some(FactValue::Number(number))) => number <= most,
            _ => false,
        }
    }

    /// The facts that decide whether an act may be done, and which clocks and papers it meets.
    fn read_by<'s>(&'s self, act: &'s ActRule) -> BTreeSet<&'s FactId> {
        let excepting = self.procedure.acts.values().filter(|other| other.excepts.contains(&act.id));
        let asked = excepting.chain([act]).flat_map(|act| act.guards.iter().chain(&act.unless));
        let starting = |clock: &&ClockRule| {
            act.to.as_ref().is_some_and(|to| clock.starts.contains(to))
                || clock.after.iter().any(|after| self.clock_of(act).is_some_and(|clock| clock.id == *after))
        };
        let timed = self.procedure.clocks.values().filter(starting).flat_map(|clock| &clock.when);
        let mut read: BTreeSet<&FactId> = asked.chain(timed).flat_map(|id| self.facts_of(id)).collect();
        if act.asks {
            read.extend(self.facts_of_requirements());
        }
        read
    }

    fn clock_of(&self, act: &ActRule) -> Option<&ClockRule> {
        self.procedure.clocks.values().find(|clock| clock.act.as_ref() == Some(&act.id))
    }

    /// The facts that a predicate reads; those about papers read what decides which papers are required.
    fn facts_of(&self, predicate: &PredicateId) -> Vec<&FactId> {
        match self.book.vocabulary().predicates.get(predicate).map(|predicate| &predicate.test) {
            Some(Test::Is(fact, _) | Test::AtLeast(fact, _) | Test::AtMost(fact, _)) => vec![fact],
            Some(Test::PapersComplete | Test::PapersIncomplete) => self.facts_of_requirements(),
            None => Vec::new(),
        }
    }

    fn facts_of_requirements(&self) -> Vec<&FactId> {
        let predicates = self.procedure.requirements.iter().flat_map(|requirement| &requirement.when);
        let tests = predicates.filter_map(|id| Some(&self.book.vocabulary().predicates.get(id)?.test));
        let facts = tests.filter_map(|test| match test {
            Test::Is(fact, _) | Test::AtLeast(fact, _) | Test::AtMost(fact, _) => Some(fact),
            Test::PapersComplete | Test::PapersIncomplete => None,
        });
        facts.collect()
    }

    fn gather_predicates(&mut self) {
        let Procedure { acts, clocks, requirements, .. } = self.procedure;
        let asked = acts.values().flat_map(|act| act.guards.iter().chain(&act.unless));
        let asked = asked.chain(clocks.values().flat_map(|clock| &clock.when));
        for id in asked.chain(requirements.iter().flat_map(|requirement| &requirement.when)) {
            let test = self.book.vocabulary().predicates.get(id).map(|predicate| &predicate.test);
            if let Some(Test::Is(fact, _) | Test::AtLeast(fact, _) | Test::AtMost(fact, _)) = test {
                let predicates = self.predicates.entry(fact.clone()).or_default();
                if !predicates.contains(id) {
                    predicates.push(id.clone());
                }
            }
        }
    }

    /// Learns from the scenarios where facts come from. Those of a child's chapters count for what it inherits, and those of
    /// its parent too; a procedure of another district that only has the same name is another procedure.
    fn learn(&mut self) {
        let same = |procedure: &Procedure| procedure.origin == self.procedure.origin;
        let packs = self.book.packs().filter(|pack| pack.procedures.get(&self.procedure.id).is_some_and(same));
        let scenarios: Vec<_> = packs.flat_map(|pack| &pack.scenarios).collect();
        for scenario in scenarios.into_iter().filter(|scenario| scenario.procedure == self.procedure.id) {
            self.given.extend(scenario.given.keys().cloned());
            let mut open = false;
            for line in &scenario.lines {
                let Line::Step(step) = line else { continue };
                let facts = step.facts.keys().cloned();
                match &step.act {
                    Some(_) if !open => {
                        self.given.extend(facts);
                        open = step.refused.is_none();
                    }
                    Some(_) => self.arriving.extend(facts.map(|fact| (fact, true))),
                    None => {
                        for fact in facts {
                            self.arriving.entry(fact).or_insert(false);
                        }
                    }
                }
            }
        }
        let vocabulary = self.book.vocabulary();
        let stated = vocabulary.facts.iter().filter(|(_, fact)| fact.stated).map(|(id, _)| (id.clone(), true));
        self.arriving.extend(stated);
    }

    /// Spreads what is read backwards over the acts until nothing changes.
    fn settle(&mut self) {
        let mut live: BTreeMap<StateId, BTreeSet<FactId>> =
            self.procedure.states.keys().map(|state| (state.clone(), BTreeSet::new())).collect();
        loop {
            let before: usize = live.values().map(BTreeSet::len).sum();
            for act in self.procedure.acts.values() {
                let mut read: BTreeSet<FactId> = self.read_by(act).into_iter().cloned().collect();
                read.extend(act.to.as_ref().and_then(|to| live.get(to)).into_iter().flatten().cloned());
                for state in &act.from {
                    live.entry(state.clone()).or_default().extend(read.iter().cloned());
                }
            }
            for clock in self.procedure.clocks.values().filter(|clock| !clock.after.is_empty()) {
                let read: Vec<FactId> = clock.when.iter().flat_map(|id| self.facts_of(id)).cloned().collect();
                for state in &clock.runs {
                    live.entry(state.clone()).or_default().extend(read.iter().cloned());
                }
            }
            if live.values().map(BTreeSet::len).sum::<usize>() == before {
                break;
            }
        }
        self.live = live;
    }
}

/// Every combination of choices, the first choices first; `None` when there are more than `most`.
fn product<'f>(
    choices: impl IntoIterator<Item = (&'f FactId, Vec<Option<FactValue>>)>,
    most: usize,
) -> Option<Vec<Facts>> {
    let mut combined = vec![Facts::new()];
    for (fact, values) in choices {
        if combined.len().checked_mul(values.len())? > most {
            return None;
        }
        let mut longer = Vec::new();
        for value in &values {
            for facts in &combined {
                let mut facts = facts.clone();
                if let Some(value) = value {
                    facts.insert(fact.clone(), value.clone());
                }
                longer.push(facts);
            }
        }
        combined = longer;
    }
    Some(combined)
}
