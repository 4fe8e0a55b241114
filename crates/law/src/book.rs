//! Everything that is read from `regulations/`: the calendar, the vocabulary and the packs.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::{
    calendar::Calendar,
    error::{Faults, PackError, Place},
    ids::PackId,
    pack::{self, Pack},
    vocabulary::Vocabulary,
};

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
    pub fn parse(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<PackError>> {
        let mut files: Vec<(String, String)> = files.into_iter().filter(|(path, _)| is_law(path)).collect();
        files.sort();
        let mut faults = Faults::default();
        let mut notices = Vec::new();
        let mut vocabulary = None;
        let mut folders: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (path, text) in files {
            let start = Place { file: path.clone(), line: 1 };
            match path.split('/').collect::<Vec<_>>().as_slice() {
                ["vocabulary.md"] => vocabulary = Some(Vocabulary::parse(&path, &text, &mut faults)),
                ["calendar", _] => notices.push((path, text)),
                [folder, _] => folders.entry((*folder).to_owned()).or_default().push((path, text)),
                _ => faults.add(
                    &start,
                    format!("`{path}` is no place for a law file"),
                    "put it into `calendar/` or into a pack's folder",
                ),
            }
        }
        let calendar = Calendar::parse(&notices).unwrap_or_else(|found| {
            faults.0.extend(found);
            Calendar::default()
        });
        let vocabulary = vocabulary.unwrap_or_else(|| {
            let start = Place { file: "vocabulary.md".into(), line: 1 };
            faults.add(&start, "there is no vocabulary", "add `vocabulary.md`");
            Vocabulary::default()
        });
        let read = folders.iter().filter_map(|(folder, files)| pack::parse(folder, files, &vocabulary, &mut faults));
        let packs = read.map(|pack| (pack.id.clone(), pack)).collect();
        faults.into_result(Self { packs, calendar, vocabulary })
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

fn is_law(path: &str) -> bool {
    path.ends_with(".md") && !path.ends_with("README.md")
}
