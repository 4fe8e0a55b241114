//! Rules with their names resolved: one value for each state, act, clock and requirement, used by every page.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::words::{self, Named, Words, joined, length};
use crate::{
    calendar::Unit,
    ids::*,
    pack::{ActRule, ClockRule, Procedure, Refuses, Requirement, State},
};

/// A state of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateLine {
    /// Its name.
    pub id: StateId,
    /// Its title.
    pub title: String,
    /// Who is expected to move.
    pub waits_for: Vec<Named>,
    /// Whether the case has ended.
    pub end: bool,
    /// Why no term runs although somebody is waited for.
    pub unclocked: Option<String>,
    /// The article it rests on.
    pub article: ArticleId,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActLine {
    /// The procedure it belongs to.
    pub procedure: ProcedureId,
    /// Its name.
    pub id: ActId,
    /// Its title.
    pub title: String,
    /// The article it rests on.
    pub article: ArticleId,
    /// Who may do it.
    pub by: Vec<Named>,
    /// Whether it opens the case.
    pub opens: bool,
    /// The states in which it can be done.
    pub from: Vec<Named>,
    /// Where it leads; `None` = the state stays.
    pub to: Option<Named>,
    /// Papers without which it is refused.
    pub papers: Vec<Named>,
    /// Whether it hands in the papers of the application.
    pub asks: bool,
    /// Conditions that must hold.
    pub guards: Vec<Named>,
    /// Conditions that must not hold.
    pub unless: Vec<Named>,
    /// Whether it can be done only once in a case.
    pub once: bool,
    /// Whether it is a refusal, and what it must then bring.
    pub refuses: Option<Refuses>,
    /// The term that it extends.
    pub extends: Option<Named>,
    /// Acts that cannot be done while this one's conditions hold.
    pub excepts: Vec<Named>,
    /// What the platform does with it.
    pub effects: Vec<Named>,
}

/// A legal number from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// How long.
    pub amount: u32,
    /// In what unit.
    pub unit: Unit,
    /// The first day on which it reads so.
    pub from: Date,
    /// Whether it also counts for terms under way on that day.
    pub running: bool,
    /// The article that sets it.
    pub article: ArticleId,
    /// In words.
    pub text: String,
}

/// A term that the law sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockLine {
    /// The procedure it belongs to.
    pub procedure: ProcedureId,
    /// Its name.
    pub id: ClockId,
    /// Its title.
    pub title: String,
    /// The article it rests on.
    pub article: ArticleId,
    /// How long, with its history, oldest first.
    pub terms: Vec<Term>,
    /// Conditions under which it starts.
    pub when: Vec<Named>,
    /// The states that start it.
    pub starts: Vec<Named>,
    /// The clocks whose running out starts it.
    pub after: Vec<Named>,
    /// The states in which it counts.
    pub runs: Vec<Named>,
    /// The states in which it stands still.
    pub pauses: Vec<Named>,
    /// The clock that it is nested in.
    pub within: Option<Named>,
    /// The moment that, when it is later, is its start.
    pub follows: Option<Named>,
    /// Clocks that do not start where this one does.
    pub excepts: Vec<Named>,
    /// What it means that it has run out.
    pub outcome: Named,
    /// What the law then does; `None` = it is only recorded.
    pub act: Option<Named>,
    /// Where that leads; `None` = the state stays.
    pub to: Option<Named>,
    /// What the platform then does.
    pub effects: Vec<Named>,
    /// How it can be extended.
    pub extension: Option<ExtensionLine>,
}

/// How a term can be extended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionLine {
    /// The most that one extension adds, with its history.
    pub terms: Vec<Term>,
    /// How often.
    pub times: u32,
    /// Who must consent.
    pub consent: Named,
    /// Who must be told.
    pub tell: Vec<Named>,
}

/// Papers that an application needs to be complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementLine {
    /// The procedure it belongs to.
    pub procedure: ProcedureId,
    /// The article that asks for them.
    pub article: ArticleId,
    /// Which.
    pub papers: Vec<Named>,
    /// Under which conditions; none = always.
    pub when: Vec<Named>,
}

impl ClockLine {
    /// How long it is, in words, with every number it ever had.
    #[must_use]
    pub fn term(&self) -> String {
        history(&self.terms)
    }
}

impl ExtensionLine {
    /// The extension in words.
    #[must_use]
    pub fn text(&self) -> String {
        let tell = if self.tell.is_empty() { String::new() } else { format!("，并告知{}", joined(&self.tell)) };
        format!("可延长 {}，至多 {} 次，须经{}同意{tell}", history(&self.terms), self.times, self.consent.title)
    }
}

fn history(terms: &[Term]) -> String {
    match terms {
        [only] => only.text.clone(),
        many => many.iter().map(|term| format!("{}（自 {} 起）", term.text, term.from)).collect::<Vec<_>>().join("；"),
    }
}

impl Words<'_> {
    pub(super) fn state_line(&self, state: &State) -> StateLine {
        StateLine {
            id: state.id.clone(),
            title: state.title.clone(),
            waits_for: self.roles(&state.waits_for),
            end: state.end,
            unclocked: state.unclocked.clone(),
            article: state.article.clone(),
        }
    }

    pub(super) fn act_line(&self, procedure: &Procedure, act: &ActRule) -> ActLine {
        ActLine {
            procedure: procedure.id.clone(),
            id: act.id.clone(),
            title: act.title.clone(),
            article: act.article.clone(),
            by: self.roles(&act.by),
            opens: act.opens,
            from: words::states(procedure, &act.from),
            to: act.to.as_ref().map(|to| words::state(procedure, to)),
            papers: self.papers(&act.papers),
            asks: act.asks,
            guards: self.predicates(&act.guards),
            unless: self.predicates(&act.unless),
            once: act.once,
            refuses: act.refuses,
            extends: act.extends.as_ref().map(|clock| words::clock(procedure, clock)),
            excepts: act.excepts.iter().map(|other| words::act(procedure, other)).collect(),
            effects: self.effects(&act.effects),
        }
    }

    pub(super) fn clock_line(&self, procedure: &Procedure, clock: &ClockRule) -> ClockLine {
        let clocks = |ids: &[ClockId]| ids.iter().map(|id| words::clock(procedure, id)).collect();
        let act = clock.act.as_ref().and_then(|id| procedure.acts.get(id));
        let mut effects = self.effects(&clock.effects);
        effects.extend(act.into_iter().flat_map(|act| self.effects(&act.effects)));
        ClockLine {
            procedure: procedure.id.clone(),
            id: clock.id.clone(),
            title: clock.title.clone(),
            article: clock.article.clone(),
            terms: self.terms(&clock.value),
            when: self.predicates(&clock.when),
            starts: words::states(procedure, &clock.starts),
            after: clocks(&clock.after),
            runs: words::states(procedure, &clock.runs),
            pauses: words::states(procedure, &clock.pauses),
            within: clock.within.as_ref().map(|outer| words::clock(procedure, outer)),
            follows: clock.follows.as_ref().map(|fact| self.fact(fact)),
            excepts: clocks(&clock.excepts),
            outcome: self.outcome(clock.outcome),
            act: clock.act.as_ref().map(|act| words::act(procedure, act)),
            to: act.and_then(|act| act.to.as_ref()).map(|to| words::state(procedure, to)),
            effects,
            extension: clock.extension.as_ref().map(|extension| ExtensionLine {
                terms: self.terms(&extension.value),
                times: extension.times,
                consent: self.role(&extension.consent),
                tell: self.roles(&extension.tell),
            }),
        }
    }

    pub(super) fn requirement_line(&self, procedure: &Procedure, requirement: &Requirement) -> RequirementLine {
        RequirementLine {
            procedure: procedure.id.clone(),
            article: requirement.article.clone(),
            papers: self.papers(&requirement.papers),
            when: self.predicates(&requirement.when),
        }
    }

    pub(super) fn terms(&self, value: &ValueId) -> Vec<Term> {
        let history = self.pack.values.get(value).map_or(&[][..], Vec::as_slice);
        let term = |value: &crate::pack::DatedValue| Term {
            amount: value.period.amount,
            unit: value.period.unit,
            from: value.from,
            running: value.running,
            article: value.article.clone(),
            text: length(value.period),
        };
        history.iter().map(term).collect()
    }
}
