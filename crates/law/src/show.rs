//! The law on a page: what `law show` prints.

use jiff::civil::Date;
use serde::Serialize;

use crate::{calendar::Unit, case::Outcome, ids::*, pack::Pack};

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
pub fn clocks(_pack: &Pack, _on: Date) -> Vec<ClockSummary> {
    todo!()
}

/// One article in Markdown: its heading, our paraphrase, and what the machine makes of it. `None` = no such article.
#[must_use]
pub fn render_article(_pack: &Pack, _article: &ArticleId) -> Option<String> {
    todo!()
}
