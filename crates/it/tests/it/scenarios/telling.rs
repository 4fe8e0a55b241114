//! How a scenario is told when its facts cannot be taken back.
//!
//! The engine can be told any fact at any moment. The world cannot: a request's own words change only by a supplement, and data
//! that was handed in does not become unknown. Where a scenario goes through several such worlds ("… and if it had wanted
//! fusion, …"), the story is told afresh for each: the acts up to there are repeated silently in the new world, and the lines
//! that belong to it are told. Nothing is left out: every line is told in exactly one telling.

use std::ops::Range;

use law::{
    FactValue, Facts,
    scenario::{Line, Scenario},
};

/// The facts that a request's own words are.
const WORDS: [&str; 3] = ["scenario_kind", "mode_needs_assessment", "fusion_wanted"];

/// Whether the wanted data is catalogued, and whether it is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data {
    /// A published entry describes it.
    pub catalogued: bool,
    /// It was handed in.
    pub collected: bool,
}

/// One telling.
#[derive(Clone, Debug)]
pub struct Telling {
    /// What is known at the opening.
    pub given: Facts,
    /// The data at the opening.
    pub data: Data,
    /// The lines that are told; the acts before them are repeated silently.
    pub lines: Range<usize>,
    /// The data when the telling begins, if it differs from the opening's.
    pub then: Data,
}

impl Data {
    /// As facts say; what they leave open is `open`.
    fn of(facts: &Facts, open: bool) -> Self {
        let flag = |fact: &str| facts.get(fact).map_or(open, |value| *value == FactValue::Flag(true));
        Self { catalogued: flag("catalogued"), collected: flag("collected") }
    }

    /// Whether the world can get from here to there without anything being forgotten. What a case was once told stays told, so
    /// a published entry that goes away again leaves the fact behind; and one that has gone does not come back.
    fn leads_to(self, to: Self) -> bool {
        let withdrawn = self.collected && !self.catalogued;
        let forgets = self.catalogued && !to.catalogued || self.collected && !to.collected;
        self == to || !withdrawn && !forgets
    }

    /// Data can be collected without being catalogued only once a request waits for it (PT-22), or after its entry has left the
    /// catalogue: both come after the asking.
    fn at_opening(self) -> Self {
        if self.catalogued { self } else { Self { catalogued: false, collected: false } }
    }
}

/// The tellings of a request's scenario. `open` is what data is like where the scenario does not care.
pub fn tellings(scenario: &Scenario, open: bool) -> Vec<Telling> {
    let base = Data::of(&scenario.given, open);
    let first = Telling { given: scenario.given.clone(), data: base.at_opening(), lines: 0..0, then: base };
    let (mut all, mut known, mut now) = (vec![first], scenario.given.clone(), base);
    for (at, line) in scenario.lines.iter().enumerate() {
        let Some(last) = all.last_mut() else { break };
        last.lines.end = at.saturating_add(1);
        let Line::Step(step) = line else { continue };
        if step.act.is_some() || step.facts.is_empty() {
            continue;
        }
        known.extend(step.facts.clone());
        let target = Data::of(&known, open);
        let says = |facts: &Facts| WORDS.map(|fact| facts.get(fact).cloned());
        if says(&known) == says(&last.given) && now.leads_to(target) {
            now = target;
            continue;
        }
        last.lines.end = at;
        let mut given = scenario.given.clone();
        given.extend(
            known.iter().filter(|(fact, _)| WORDS.contains(&fact.as_str())).map(|(f, v)| (f.clone(), v.clone())),
        );
        let data = if base.leads_to(target) { base } else { target };
        all.push(Telling { given, data: data.at_opening(), lines: at..at.saturating_add(1), then: target });
        now = target;
    }
    all.retain(|telling| !telling.lines.is_empty());
    all
}
