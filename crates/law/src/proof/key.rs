//! What two cases must have in common to be one node: nothing that any rule can see tells them apart.

use std::collections::BTreeSet;

use super::facts::Words;
use crate::{case::*, engine::Law, ids::*};

/// The name of a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    state: StateId,
    /// Per fact that is still read, the answers of the predicates that read it.
    facts: Vec<bool>,
    /// The elements of the application that lie in the case.
    papers: Vec<PaperId>,
    /// The acts that may be done once and have been.
    once: Vec<ActId>,
    clocks: Vec<Standing>,
}

/// How a clock stands, as far as a rule can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Standing {
    /// It could start: it never ran, was met or stopped, or ran out in a state that has been left.
    Idle,
    /// It runs, was extended so often, and is due after so many others.
    Running { extensions: usize, order: usize },
    /// It stands still.
    Paused { extensions: usize },
    /// It ran out, and the case has not left it.
    Missed,
}

impl Key {
    pub(super) fn of(law: &Law<'_>, words: &Words<'_>, case: &Case) -> Self {
        let read = words.live(&case.state).filter_map(|fact| words.predicates.get(fact)).flatten();
        let once = law.procedure.acts.values().filter(|act| act.once);
        let once = once.filter(|act| case.done.iter().any(|done| done.act == act.id));
        Self {
            state: case.state.clone(),
            facts: read.map(|id| law.holds(id, &case.facts, &case.papers)).collect(),
            papers: case.papers.iter().filter(|paper| law.lasting(paper)).cloned().collect(),
            once: once.map(|act| act.id.clone()).collect(),
            clocks: standings(law, case),
        }
    }
}

fn standings(law: &Law<'_>, case: &Case) -> Vec<Standing> {
    let running = case.clocks.iter().filter(|run| run.status == ClockStatus::Running);
    let dues: BTreeSet<_> = running.filter_map(|run| run.due).collect();
    let of = |rule: &crate::pack::ClockRule| {
        let Some(run) = case.clocks.iter().rev().find(|run| run.clock == rule.id) else { return Standing::Idle };
        let extensions = run.extensions.len();
        let within = rule.runs.contains(&case.state) || rule.pauses.contains(&case.state);
        match run.status {
            ClockStatus::Running => {
                let order = dues.iter().filter(|due| run.due.is_some_and(|own| **due < own)).count();
                Standing::Running { extensions, order }
            }
            ClockStatus::Paused => Standing::Paused { extensions },
            ClockStatus::Missed if within => Standing::Missed,
            ClockStatus::Missed | ClockStatus::Met | ClockStatus::Stopped => Standing::Idle,
        }
    };
    law.procedure.clocks.values().map(of).collect()
}
