//! Everything that is read from `regulations/`: the calendar, the vocabulary and the packs.

use indexmap::IndexMap;

use crate::{calendar::Calendar, error::PackError, ids::PackId, pack::Pack, vocabulary::Vocabulary};

/// The law as data: one immutable value, shared by everybody who decides.
#[derive(Clone, Debug)]
pub struct Book {
    packs: IndexMap<PackId, Pack>,
    calendar: Calendar,
    vocabulary: Vocabulary,
}

impl Book {
    /// Reads a folder of regulations, given as pairs of relative path and text. Files that are not Markdown, and the
    /// folder's README, are passed over.
    ///
    /// # Errors
    /// Every fault of every file, in reading order.
    pub fn parse(_files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<PackError>> {
        todo!()
    }

    /// The packs, by name.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.values()
    }

    /// One pack.
    #[must_use]
    pub fn pack(&self, id: &PackId) -> Option<&Pack> {
        self.packs.get(id)
    }

    /// The working-day calendar.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The words that packs are written in.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The same law after a new holiday notice.
    #[must_use]
    pub fn with_calendar(self, calendar: Calendar) -> Self {
        Self { calendar, ..self }
    }
}
