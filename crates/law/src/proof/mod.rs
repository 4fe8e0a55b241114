//! Proof about packs: what scenarios show for single stories, this shows for every story there can be.
//!
//! [`prove`] explores each procedure of a pack breadth first, with the real engine and on real dates: every act in every
//! role, with and without the papers that may be missing, under every value of the facts that matter, early and late, and
//! every term running out. Cases that differ in nothing that a rule can see are one *node*, so that the exploration ends:
//! the state, the facts that rules still read from there, the papers, the acts that may be done once, and per clock how it
//! stands and in which order those that run are due. A finding is a fault of the pack; where a story leads to it, the
//! story is dated, and can be pasted into a chapter as a scenario and run.
//!
//! Which facts a case has is learnt from the scenarios of the procedure: those that stand behind `given` are known when it
//! opens, in every combination; those that a step brings, and those that the vocabulary lets an actor state, can change
//! while it runs; all others are only what rules set. What the parser already refuses (an unknown word, a role that nobody
//! plays, a refusal without a reason) is not looked for again.
//!
//! A node stands for many cases, and is explored with the one that reached it first, on the days of one week and at the last
//! moment. So a story that is told is real; that something never happens means that it happens on none of these dates.

use std::fmt;

use serde::Serialize;

use crate::{
    book::Book,
    error::Place,
    ids::*,
    pack::{Pack, Procedure},
};

mod explore;
mod facts;
mod graph;
mod key;
mod story;
mod titles;
mod together;

/// What was found out about a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The pack.
    pub pack: PackId,
    /// Its faults, in the order of the pack. None = proven.
    pub findings: Vec<Finding>,
    /// How many procedures were explored; one that is taken over unchanged is its own pack's to prove.
    pub procedures: usize,
    /// How many different situations of a case there are.
    pub states: usize,
    /// How many moves between them were tried, refused ones included.
    pub moves: usize,
}

/// A fault of a pack that no single file shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The pack.
    pub pack: PackId,
    /// The procedure.
    pub procedure: ProcedureId,
    /// Where the rule at fault stands: `file:line`.
    pub place: String,
    /// What is wrong, with the offending words in backticks.
    pub what: String,
    /// A story that leads there, as a block to be pasted under an article and run.
    pub story: Option<String>,
    /// What to do about it.
    pub next: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}; {}", self.place, self.procedure, self.what, self.next)
    }
}

/// Explores every procedure of `pack`. A pack that the book does not hold gives an empty report.
#[must_use]
pub fn prove(book: &Book, pack: &PackId) -> Report {
    let mut report = Report { pack: pack.clone(), findings: Vec::new(), procedures: 0, states: 0, moves: 0 };
    let Some(pack) = book.pack(pack) else { return report };
    for procedure in pack.procedures.values().filter(|procedure| !is_taken_over(book, pack, procedure)) {
        let mut findings = Findings { pack, procedure, found: Vec::new() };
        titles::check(&mut findings);
        let exploration = explore::explore(book, pack, procedure);
        graph::check(&exploration, &mut findings);
        together::check(&exploration, &mut findings);
        report.procedures += 1;
        report.states += exploration.nodes.len();
        report.moves += exploration.moves;
        report.findings.append(&mut findings.found);
    }
    report
}

/// Whether a procedure and the numbers it counts are word for word those of the pack it comes from.
fn is_taken_over(book: &Book, pack: &Pack, procedure: &Procedure) -> bool {
    let Some(origin) = book.pack(&procedure.origin).filter(|origin| origin.id != pack.id) else { return false };
    let same_numbers = procedure.clocks.values().all(|clock| {
        let extension = clock.extension.as_ref().map(|extension| &extension.value);
        std::iter::once(&clock.value).chain(extension).all(|id| pack.values.get(id) == origin.values.get(id))
    });
    origin.procedures.get(&procedure.id) == Some(procedure) && same_numbers
}

/// Gathers the findings about one procedure.
struct Findings<'a> {
    pack: &'a Pack,
    procedure: &'a Procedure,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, place: &Place, what: String, next: &str, story: Option<String>) {
        self.found.push(Finding {
            pack: self.pack.id.clone(),
            procedure: self.procedure.id.clone(),
            place: format!("{}:{}", place.file, place.line),
            what,
            story,
            next: next.to_owned(),
        });
    }
}
