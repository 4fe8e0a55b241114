//! Counting a term: fast for the date alone, slow and talkative for the explanation.
use jiff::Timestamp;

use super::{Calendar, Derivation, Period};
use crate::case::ClockRun;

impl Calendar {
    /// The instant at which a term that begins with an event at `from` has run out; the same as
    /// [`derive`](Self::derive)`.due`, without the explanation.
    #[must_use]
    pub fn due_only(&self, _from: Timestamp, _period: Period) -> Timestamp {
        todo!()
    }

    /// When a term that begins with an event at `from` runs out, and why, day by day.
    #[must_use]
    pub fn derive(&self, _from: Timestamp, _period: Period) -> Derivation {
        todo!()
    }

    /// When a run of a clock runs out, with its pauses and extensions; `None` while it is paused, because nobody knows.
    #[must_use]
    pub fn derive_run(&self, _run: &ClockRun, _period: Period) -> Option<Derivation> {
        todo!()
    }

    /// The same as [`derive_run`](Self::derive_run)`.due`, without the explanation.
    #[must_use]
    pub fn due_of_run(&self, _run: &ClockRun, _period: Period) -> Option<Timestamp> {
        todo!()
    }
}
