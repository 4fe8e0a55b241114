//! Figures of the district's state. Every one is a recount of rows that acts, loads and calls have made (I10); none is kept.
//!
//! Rows can be changed by whoever has the database; the log cannot. So every figure is counted a second time from the leaves of
//! the log alone ([`recount`]), and both are laid side by side ([`Platform::recount`]). Anybody with a copy of the log can
//! do the second count by themselves.

mod comparing;
pub mod recount;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Platform,
    ctx::Ctx,
    error::Result,
    policy::{Action, Resource},
};

pub(crate) use comparing::Recounting;
pub use comparing::{ComparedFigure, ComparedPart, MOST_LEAVES, NotRecounted, Recounted, RecountedShard};

/// How the district stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistrictState {
    /// Counted at.
    pub at: Timestamp,
    /// Organisations.
    pub organisations: u64,
    /// Duties in the duty catalogues.
    pub duties: u64,
    /// Systems in the system catalogues.
    pub systems: u64,
    /// Entries by status: `draft`, `published`, `withdrawn`.
    pub entries: BTreeMap<String, u64>,
    /// Cases that have not ended, by procedure and state.
    pub open_cases: BTreeMap<String, BTreeMap<String, u64>>,
    /// Entries whose data has been handed in.
    pub collected: u64,
    /// Loads by state: `running`, `accepted`, `refused`, `stopped`.
    pub loads: BTreeMap<String, u64>,
    /// Rows of the last load of every entry.
    pub rows: u64,
    /// Requests by the state of their case.
    pub requests: BTreeMap<String, u64>,
    /// Services by status: `active`, `suspended`, `ended`.
    pub services: BTreeMap<String, u64>,
    /// Acts in all cases.
    pub acts: u64,
    /// Terms that ran out and whose outcome was recorded.
    pub missed_terms: u64,
    /// Of these, breaches of duty.
    pub breaches: u64,
    /// Calls answered, as far as they have been counted up.
    pub calls: u64,
    /// Records given by them.
    pub records: u64,
    /// Calls refused.
    pub refused_calls: u64,
}

/// The figures at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Counted at.
    pub at: Timestamp,
    /// Every figure.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Its name.
    pub name: String,
    /// What kind of figure it is; so far all are a `count`.
    pub kind: String,
    /// The whole.
    pub value: u64,
    /// What it is made of; none where it is one count.
    pub parts: Vec<FigurePart>,
    /// In which class of the log its evidence lies: `acts`, `administration` or `calls`.
    pub evidence: String,
}

/// A part of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigurePart {
    /// Of what: `{procedure: …, state: …}`.
    pub of: BTreeMap<String, String>,
    /// How many.
    pub value: u64,
}

impl Platform {
    /// The district's state, for everybody: sums only.
    ///
    /// # Errors
    /// [`crate::Code::Internal`] when the database fails.
    pub async fn state(&self, ctx: &Ctx) -> Result<DistrictState> {
        store::count(self.db().read(), ctx.now).await
    }

    /// The same as a list of figures with their parts and where their evidence lies, for those who may read the log.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`].
    pub async fn figures(&self, ctx: &Ctx) -> Result<Figures> {
        self.may(ctx, Action::ReadLog, &Resource::platform())?;
        let state = self.state(ctx).await?;
        Ok(Figures { at: state.at, figures: figures_of(&state) })
    }
}

/// Every figure of a state.
#[must_use]
pub fn figures_of(state: &DistrictState) -> Vec<Figure> {
    let open = state.open_cases.iter().flat_map(|(procedure, states)| {
        states.iter().map(move |(state, count)| (vec![("procedure", procedure.as_str()), ("state", state)], *count))
    });
    let each = |words: &BTreeMap<String, u64>| words.clone();
    vec![
        Figure::single("organisations", state.organisations),
        Figure::single("duties", state.duties),
        Figure::single("systems", state.systems),
        Figure::by("entries", "status", each(&state.entries)),
        Figure::parted("open_cases", open),
        Figure::single("collected", state.collected),
        Figure::by("loads", "state", each(&state.loads)),
        Figure::single("rows", state.rows),
        Figure::by("requests", "state", each(&state.requests)),
        Figure::by("services", "status", each(&state.services)),
        Figure::single("acts", state.acts),
        Figure::single("missed_terms", state.missed_terms),
        Figure::single("breaches", state.breaches),
        Figure::single("calls", state.calls),
        Figure::single("records", state.records),
        Figure::single("refused_calls", state.refused_calls),
    ]
}

impl Figure {
    fn single(name: &str, value: u64) -> Self {
        let evidence = match name {
            "organisations" => "administration",
            "calls" | "records" | "refused_calls" => "calls",
            _ => "acts",
        };
        Self {
            name: name.to_owned(),
            kind: "count".to_owned(),
            value,
            parts: Vec::new(),
            evidence: evidence.to_owned(),
        }
    }

    /// A figure that is the sum of its parts.
    fn parted<'n>(name: &str, parts: impl IntoIterator<Item = (Vec<(&'n str, &'n str)>, u64)>) -> Self {
        let part = |(of, value): (Vec<(&str, &str)>, u64)| FigurePart {
            of: of.into_iter().map(|(name, word)| (name.to_owned(), word.to_owned())).collect(),
            value,
        };
        let parts: Vec<FigurePart> = parts.into_iter().map(part).collect();
        let value = parts.iter().fold(0u64, |sum, part| sum.saturating_add(part.value));
        Self { parts, ..Self::single(name, value) }
    }

    /// A figure with a part for each word of one kind.
    fn by<W: AsRef<str>>(name: &str, of: &str, counts: impl IntoIterator<Item = (W, u64)>) -> Self {
        let counts: Vec<(W, u64)> = counts.into_iter().collect();
        Self::parted(name, counts.iter().map(|(word, count)| (vec![(of, word.as_ref())], *count)))
    }
}
