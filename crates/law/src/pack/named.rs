//! Whom and what a procedure names: for those who carry it out, and must know beforehand whom it concerns and what it asks.

use std::collections::BTreeSet;

use crate::{
    case::Effect,
    ids::*,
    pack::Procedure,
    vocabulary::{Test, Vocabulary},
};

impl Procedure {
    /// The roles that have a part in it: who acts, who is waited for, whose consent is needed, who is told.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<&RoleId> {
        let acting = self.acts.values().flat_map(|act| &act.by);
        let waited = self.states.values().flat_map(|state| &state.waits_for);
        let effects = self.acts.values().flat_map(|act| &act.effects);
        let told =
            effects.chain(self.clocks.values().flat_map(|clock| &clock.effects)).filter_map(|effect| match effect {
                Effect::Notify(role) | Effect::Report(role) => Some(role),
                _ => None,
            });
        let extensions = self.clocks.values().filter_map(|clock| clock.extension.as_ref());
        let consenting = extensions.flat_map(|extension| extension.tell.iter().chain([&extension.consent]));
        acting.chain(waited).chain(told).chain(consenting).collect()
    }

    /// The facts on which anything in it depends.
    #[must_use]
    pub fn asks<'v>(&'v self, vocabulary: &'v Vocabulary) -> BTreeSet<&'v FactId> {
        let acts = self.acts.values().flat_map(|act| act.guards.iter().chain(&act.unless));
        let clocks = self.clocks.values().flat_map(|clock| &clock.when);
        let requirements = self.requirements.iter().flat_map(|requirement| &requirement.when);
        let predicates = acts.chain(clocks).chain(requirements).filter_map(|id| vocabulary.predicates.get(id));
        let tested = predicates.filter_map(|predicate| match &predicate.test {
            Test::Is(fact, _) | Test::AtLeast(fact, _) | Test::AtMost(fact, _) => Some(fact),
            Test::PapersComplete | Test::PapersIncomplete => None,
        });
        tested.chain(self.clocks.values().filter_map(|clock| clock.follows.as_ref())).collect()
    }

    /// Whether an act in the course of a case, not the one that opens it, establishes this fact.
    #[must_use]
    pub fn establishes(&self, fact: &FactId) -> bool {
        self.acts.values().any(|act| !act.opens && act.sets.contains_key(fact))
    }
}
