//! Scenarios: short stories in the law files that say what must come of what. The same text is run against the engine
//! alone and against the whole platform, so that both obey the same article.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use crate::{case::*, ids::*};

mod parse;
mod run;

pub(crate) use parse::{parse, parse_keep};
pub use run::{papers_of, run, run_all, run_keep};

/// One scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The pack it tests.
    pub pack: PackId,
    /// The procedure of its case.
    pub procedure: ProcedureId,
    /// The article it stands under.
    pub article: ArticleId,
    /// The file.
    pub file: String,
    /// The line of its title.
    pub line: usize,
    /// What it shows.
    pub title: String,
    /// The facts with which the case opens.
    pub given: Facts,
    /// Steps and checks, in order.
    pub lines: Vec<Line>,
}

/// A scenario that tests how long things must be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeepScenario {
    /// The pack it tests.
    pub pack: PackId,
    /// The article it stands under.
    pub article: ArticleId,
    /// The file.
    pub file: String,
    /// The line of its title.
    pub line: usize,
    /// What it shows.
    pub title: String,
    /// What must be so: the retention, the day from which it counts, the last day, the line in the file.
    pub claims: Vec<(ListId, Date, Date, usize)>,
}

/// One line of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// Somebody does something, or time passes.
    Step(Step),
    /// Something must be so.
    Then(Check),
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// In which role; `law` lets time pass.
    pub by: RoleId,
    /// What; `None` = time passes, and then `facts` arrive from the world.
    pub act: Option<ActId>,
    /// The papers that come with it.
    pub papers: Papers,
    /// The facts that come with it.
    pub facts: Facts,
    /// For an extension: how much.
    pub days: Option<u32>,
    /// The refusal that must come.
    pub refused: Option<RefusalCode>,
    /// The line in the file.
    pub line_no: usize,
}

/// The papers that come with a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Papers {
    /// Every paper that the act asks for.
    All,
    /// Every paper that the act asks for, but these.
    AllBut(BTreeSet<PaperId>),
    /// These.
    Some(BTreeSet<PaperId>),
}

/// A check with its line in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What must be so.
    pub what: Claim,
    /// The line in the file.
    pub line_no: usize,
}

/// What must be so.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// The case is in this state.
    State(StateId),
    /// The last day of the newest run of this clock.
    Due(ClockId, Date),
    /// The term ran out, and that is a breach.
    Breach(ClockId),
    /// No term ran out as a breach.
    NoBreach,
    /// This act happened at this instant.
    Did(ActId, Timestamp),
    /// The last step, with what the law did before it, had this effect.
    Effect(Effect),
    /// The newest run of this clock stands so.
    Clock(ClockId, ClockStatus),
}

/// Why a scenario failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{file}:{line}: {title}: {message}")]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The line that failed.
    pub line: usize,
    /// The scenario's title.
    pub title: String,
    /// What was expected and what came.
    pub message: String,
}
