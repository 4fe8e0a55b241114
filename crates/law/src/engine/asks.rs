//! What an act may bring besides papers: facts that the vocabulary lets an actor state, and more time for a term.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::law::Law;
use crate::{
    calendar::Unit,
    case::*,
    ids::*,
    pack::ActRule,
    vocabulary::{FactKind, PaperKind, Test},
};

/// A fact that whoever does an act may state with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statable {
    /// Its name.
    pub id: FactId,
    /// What it is called, in Chinese.
    pub title: String,
    /// What values it takes.
    pub kind: FactKind,
    /// For a word: the closed list; empty = any text.
    pub words: Vec<String>,
    /// What it must be for the act to be lawful here; `None` = the act does not depend on it.
    pub must: Option<FactValue>,
}

/// A paper that an act asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperForm {
    /// Its name.
    pub id: PaperId,
    /// What it is called, in Chinese.
    pub title: String,
    /// What form it takes on a page.
    pub kind: PaperKind,
}

/// A term that an act extends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extendable {
    /// Which.
    pub clock: ClockId,
    /// What it is called.
    pub title: String,
    /// The most that this extension adds.
    pub most: u32,
    /// In what unit.
    pub unit: Unit,
    /// How often it can still be extended, this time included.
    pub left: u32,
}

/// The facts that may be stated with an act: those on which the act itself, the papers it asks for, or what the next state
/// begins with depends.
pub(super) fn statable(law: &Law<'_>, case: &Case, rule: &ActRule) -> Vec<Statable> {
    let must = must_be_stated(law, case, rule);
    let vocabulary = law.book.vocabulary();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for id in bearing(law, case, rule) {
        let Some(fact) = vocabulary.facts.get(id).filter(|fact| fact.stated && seen.insert(id)) else { continue };
        found.push(Statable {
            id: id.clone(),
            title: fact.title.zh.clone(),
            kind: fact.kind,
            words: fact.words.clone(),
            must: must.get(id).cloned(),
        });
    }
    found
}

/// Papers with what a page needs to ask for them. The parser has seen to it that the vocabulary knows every one.
pub(super) fn forms(law: &Law<'_>, papers: &[PaperId]) -> Vec<PaperForm> {
    let form = |id: &PaperId| {
        let known = law.book.vocabulary().papers.get(id)?;
        Some(PaperForm { id: id.clone(), title: known.title.zh.clone(), kind: known.kind })
    };
    papers.iter().filter_map(form).collect()
}

/// The term that an act extends while it runs, as the law of the case bounds it.
pub(super) fn extendable(law: &Law<'_>, case: &Case, rule: &ActRule) -> Option<Extendable> {
    let clock = law.procedure.clocks.get(rule.extends.as_ref()?)?;
    let extension = clock.extension.as_ref()?;
    let run = case.clocks.iter().rev().find(|run| run.clock == clock.id && run.status == ClockStatus::Running)?;
    let period = law.period(&extension.value)?;
    let used = u32::try_from(run.extensions.len()).unwrap_or(u32::MAX);
    Some(Extendable {
        clock: clock.id.clone(),
        title: clock.title.clone(),
        most: period.amount,
        unit: period.unit,
        left: extension.times.saturating_sub(used),
    })
}

/// What must be stated with the act for its conditions to hold, as far as an actor may state it at all. What the platform, the
/// law or an office establishes is not theirs to state, and then the act stays blocked.
pub(super) fn must_be_stated(law: &Law<'_>, case: &Case, rule: &ActRule) -> Facts {
    let unmet = rule.guards.iter().filter(|id| !law.holds(id, &case.facts, &case.papers));
    let wanted = unmet.filter_map(|id| match &law.book.vocabulary().predicates.get(id)?.test {
        Test::Is(fact, values) => Some((fact, values.first()?.clone())),
        Test::AtLeast(fact, number) | Test::AtMost(fact, number) => Some((fact, FactValue::Number(*number))),
        Test::PapersComplete | Test::PapersIncomplete => None,
    });
    let stated = |fact: &FactId| law.book.vocabulary().facts.get(fact).is_some_and(|fact| fact.stated);
    wanted.filter(|(fact, _)| stated(fact)).map(|(fact, value)| (fact.clone(), value)).collect()
}

/// Every fact that bears on the act, the act's own first.
fn bearing<'a>(law: &Law<'a>, case: &Case, rule: &'a ActRule) -> Vec<&'a FactId> {
    let acts = law.procedure.acts.values();
    let here = |other: &&ActRule| if rule.opens { other.opens } else { other.from.contains(&case.state) };
    let rivals = acts.clone().filter(here).filter(|other| other.excepts.contains(&rule.id));
    let to = rule.to.as_ref().filter(|to| **to != case.state);
    let later = acts.filter(|other| to.is_some_and(|to| other.from.contains(to)));
    let of_acts = std::iter::once(rule).chain(rivals).chain(later);
    let clocks: Vec<_> =
        law.procedure.clocks.values().filter(|clock| to.is_some_and(|to| clock.starts.contains(to))).collect();
    let asked = law.procedure.requirements.iter().filter(|_| rule.asks).flat_map(|requirement| &requirement.when);
    let predicates = of_acts.flat_map(|act| act.guards.iter().chain(&act.unless)).chain(asked);
    let predicates = predicates.chain(clocks.iter().flat_map(|clock| &clock.when));
    let tested = predicates.filter_map(|id| match &law.book.vocabulary().predicates.get(id)?.test {
        Test::Is(fact, _) | Test::AtLeast(fact, _) | Test::AtMost(fact, _) => Some(fact),
        Test::PapersComplete | Test::PapersIncomplete => None,
    });
    tested.chain(clocks.iter().filter_map(|clock| clock.follows.as_ref())).collect()
}
