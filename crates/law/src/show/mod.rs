//! The law for people: what a pack says, as values that a page, a terminal or a program shows.
//!
//! [`ArticlePage`] and [`ProcedurePage`] resolve every name of a pack into what people call it; [`Graph`] draws a procedure;
//! [`Comparison`] sets two packs side by side; [`Explanation`] tells why a case stands where it stands; [`book_pages`] writes
//! it all down. Nothing here decides anything: it is the engine's own rules, read aloud.

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    calendar::{Period, Unit},
    case::Outcome,
    ids::*,
    pack::{ClockRule, Pack, Procedure},
};

mod article;
mod book;
mod compare;
mod explain;
mod graph;
mod layout;
mod lines;
mod procedure;
mod story;
mod svg;
mod titles;
mod words;

pub use article::ArticlePage;
pub use book::{Page, book_pages};
pub use compare::{Aspect, ComparedPack, ComparedRow, Comparison, Selection};
pub use explain::{ActGround, ClockGround, Explanation, Foreseen, Way};
pub use graph::Graph;
pub use lines::{ActLine, ClockLine, ExtensionLine, RequirementLine, StateLine, Term};
pub use procedure::ProcedurePage;
pub use story::StoryPage;
pub use words::Named;

/// One clock of a pack as it reads on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockSummary {
    /// Its name.
    pub id: ClockId,
    /// Its title.
    pub title: String,
    /// The procedure it belongs to.
    pub procedure: ProcedureId,
    /// The article it rests on.
    pub article: ArticleId,
    /// How long.
    pub amount: u32,
    /// In what unit.
    pub unit: Unit,
    /// What it means that it has run out.
    pub outcome: Outcome,
    /// How it can be extended.
    pub extension: Option<ExtensionSummary>,
}

/// How a clock can be extended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExtensionSummary {
    /// The most that one extension adds.
    pub amount: u32,
    /// In what unit.
    pub unit: Unit,
    /// How often.
    pub times: u32,
    /// Who must consent.
    pub consent: RoleId,
    /// Who must be told.
    pub tell: Vec<RoleId>,
}

/// Every clock of `pack` as it reads on the day `on`, in the order of the pack.
#[must_use]
pub fn clocks(pack: &Pack, on: Date) -> Vec<ClockSummary> {
    let all =
        pack.procedures.values().flat_map(|procedure| procedure.clocks.values().map(move |clock| (procedure, clock)));
    all.filter_map(|(procedure, clock)| summary(pack, procedure, clock, on)).collect()
}

fn summary(pack: &Pack, procedure: &Procedure, clock: &ClockRule, on: Date) -> Option<ClockSummary> {
    let Period { amount, unit } = pack.value(&clock.value, on)?.period;
    let extension = clock.extension.as_ref().and_then(|extension| {
        let Period { amount, unit } = pack.value(&extension.value, on)?.period;
        let (consent, tell) = (extension.consent.clone(), extension.tell.clone());
        Some(ExtensionSummary { amount, unit, times: extension.times, consent, tell })
    });
    Some(ClockSummary {
        id: clock.id.clone(),
        title: clock.title.clone(),
        procedure: procedure.id.clone(),
        article: clock.article.clone(),
        amount,
        unit,
        outcome: clock.outcome,
        extension,
    })
}
