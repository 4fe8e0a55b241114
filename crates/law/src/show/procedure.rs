//! One procedure on a page.

use serde::Serialize;

use super::{
    lines::{ActLine, ClockLine, RequirementLine, StateLine},
    story::StoryPage,
    words::Words,
};
use crate::{
    book::Book,
    ids::*,
    pack::{Pack, Procedure, Subject},
};

/// A procedure with every name resolved: what the book, the terminal and the API show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProcedurePage {
    /// The pack under which it is read.
    pub pack: PackId,
    /// Its name.
    pub id: ProcedureId,
    /// Its title.
    pub title: String,
    /// What a case of it is about.
    pub subject: Subject,
    /// The article that establishes it.
    pub article: ArticleId,
    /// The pack that it was first written in.
    pub origin: PackId,
    /// Its states.
    pub states: Vec<StateLine>,
    /// Its acts.
    pub acts: Vec<ActLine>,
    /// Its clocks.
    pub clocks: Vec<ClockLine>,
    /// The papers that make an application complete.
    pub requirements: Vec<RequirementLine>,
    /// What tests it in this pack.
    pub scenarios: Vec<StoryPage>,
}

impl ProcedurePage {
    /// The procedure `procedure` of `pack`.
    #[must_use]
    pub fn new(book: &Book, pack: &Pack, procedure: &Procedure) -> Self {
        let words = Words { book, pack };
        let told = pack.scenarios.iter().filter(|scenario| scenario.procedure == procedure.id);
        Self {
            pack: pack.id.clone(),
            id: procedure.id.clone(),
            title: procedure.title.clone(),
            subject: procedure.subject,
            article: procedure.article.clone(),
            origin: procedure.origin.clone(),
            states: procedure.states.values().map(|state| words.state_line(state)).collect(),
            acts: procedure.acts.values().map(|act| words.act_line(procedure, act)).collect(),
            clocks: procedure.clocks.values().map(|clock| words.clock_line(procedure, clock)).collect(),
            requirements: procedure
                .requirements
                .iter()
                .map(|requirement| words.requirement_line(procedure, requirement))
                .collect(),
            scenarios: told.map(|scenario| StoryPage::new(book, pack, scenario)).collect(),
        }
    }
}
