//! The law on a page: what `law show` prints.

use std::fmt::Write;

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    calendar::{Period, Unit},
    case::Outcome,
    ids::*,
    pack::{ClockRule, Pack, Procedure},
};

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

/// One article in Markdown: its heading, our paraphrase, and what the machine makes of it. `None` = no such article.
#[must_use]
pub fn render_article(pack: &Pack, article: &ArticleId) -> Option<String> {
    let found = pack.articles.get(article)?;
    let mut page = format!("## {} {}\n\n{}\n", found.id, found.title, found.paraphrase);
    let rules = rules(pack, article);
    if !rules.is_empty() {
        page.push('\n');
    }
    for rule in rules {
        page.push_str("- ");
        page.push_str(&rule);
        page.push('\n');
    }
    // Writing to a string cannot fail.
    let _ = write!(page, "\n{}:{}, {} scenario(s)\n", found.file, found.line, found.scenarios);
    Some(page)
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

/// One line for each number, act and clock of an article.
fn rules(pack: &Pack, article: &ArticleId) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, history) in &pack.values {
        for value in history.iter().filter(|value| value.article == *article) {
            lines.push(format!("`{id}`: {} from {}", value.period, value.from));
        }
    }
    for procedure in pack.procedures.values() {
        for act in procedure.acts.values().filter(|act| act.article == *article) {
            let by: Vec<&str> = act.by.iter().map(RoleId::as_str).collect();
            let to = act.to.as_ref().map_or(String::new(), |to| format!(" → `{to}`"));
            lines.push(format!("`{}.{}` {} (`{}`){to}", procedure.id, act.id, act.title, by.join("`, `")));
        }
        for clock in procedure.clocks.values().filter(|clock| clock.article == *article) {
            let outcome = clock.outcome.as_str();
            lines.push(format!("`{}.{}` {}: `{}`, {outcome}", procedure.id, clock.id, clock.title, clock.value));
        }
    }
    lines
}
