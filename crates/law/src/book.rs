//! Everything that is read from `regulations/`: the calendar, the vocabulary and the packs.

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexMap;

use crate::{
    calendar::Calendar,
    error::{Faults, PackError, Place},
    ids::{ArticleId, PackId},
    pack::{self, Article, Pack},
    vocabulary::Vocabulary,
};

/// The law as data: one immutable value, shared by everybody who decides.
#[derive(Clone, Debug)]
pub struct Book {
    packs: IndexMap<PackId, Pack>,
    calendar: Calendar,
    vocabulary: Vocabulary,
    /// The texts it was read from, by their path, so that a part can be amended.
    sources: Arc<BTreeMap<String, String>>,
}

impl Book {
    /// Reads a folder of regulations, given as pairs of relative path and text. Files that are not Markdown, and the
    /// folder's README, are passed over.
    ///
    /// # Errors
    /// Every fault of every file, in reading order.
    pub fn parse(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<PackError>> {
        let files: Vec<(String, String)> = files.into_iter().filter(|(path, _)| is_law(path)).collect();
        Self::read(files.into_iter().collect())
    }

    /// The same law with some of its files replaced or added. What is not amended is read again as it stood.
    ///
    /// # Errors
    /// Every fault of the amended law, in reading order.
    pub fn amended(&self, files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<PackError>> {
        let mut sources = BTreeMap::clone(&self.sources);
        sources.extend(files.into_iter().filter(|(path, _)| is_law(path)));
        Self::read(sources)
    }

    /// The text of a file of the law, as it is in force.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<&str> {
        self.sources.get(path).map(String::as_str)
    }

    fn read(sources: BTreeMap<String, String>) -> Result<Self, Vec<PackError>> {
        let files: Vec<(String, String)> = sources.iter().map(|(path, text)| (path.clone(), text.clone())).collect();
        let mut faults = Faults::default();
        let mut notices = Vec::new();
        let mut words = Vec::new();
        let mut folders: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (path, text) in files {
            let start = Place { file: path.clone(), line: 1 };
            match path.split('/').collect::<Vec<_>>().as_slice() {
                ["vocabulary.md"] | ["vocabulary", _] => words.push((path, text)),
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
        let vocabulary = if words.is_empty() {
            let start = Place { file: "vocabulary.md".into(), line: 1 };
            faults.add(&start, "there is no vocabulary", "add `vocabulary.md`");
            Vocabulary::default()
        } else {
            Vocabulary::parse(&words, &mut faults)
        };
        let packs = read_packs(&folders, &vocabulary, &mut faults);
        faults.into_result(Self { packs, calendar, vocabulary, sources: Arc::new(sources) })
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

    /// The article `id`, and the pack it stands in. A pack may rest on articles of the packs that it extends.
    #[must_use]
    pub fn article(&self, id: &ArticleId) -> Option<(&Pack, &Article)> {
        self.packs.values().find_map(|pack| pack.articles.get(id).map(|article| (pack, article)))
    }

    /// The same law with `pack` in the place of the pack of its name, or added. Packs that extend it keep what they took over.
    #[must_use]
    pub fn with_pack(mut self, pack: Pack) -> Self {
        self.packs.insert(pack.id.clone(), pack);
        self
    }

    /// The same law after a new holiday notice.
    #[must_use]
    pub fn with_calendar(self, calendar: Calendar) -> Self {
        Self { calendar, ..self }
    }
}

/// Reads the packs, those first that others extend; the result is in the order of their names.
fn read_packs(
    folders: &BTreeMap<String, Vec<(String, String)>>,
    vocabulary: &Vocabulary,
    faults: &mut Faults,
) -> IndexMap<PackId, Pack> {
    let heads = folders.iter().filter_map(|(folder, files)| Some((pack::head(folder, files, faults)?, files)));
    let mut waiting: Vec<(Pack, &Vec<(String, String)>)> = heads.collect();
    let mut packs: IndexMap<PackId, Pack> = IndexMap::new();
    while !waiting.is_empty() {
        let (ready, later): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(pack, _)| pack.extends.iter().all(|id| packs.contains_key(id)));
        if ready.is_empty() {
            for (pack, _) in &later {
                let missing = pack.extends.iter().filter(|id| !packs.contains_key(*id));
                let names: Vec<&str> = missing.map(PackId::as_str).collect();
                let place = Place { file: format!("{}/pack.md", pack.id), line: 1 };
                let what =
                    format!("the pack `{}` extends `{}`, which cannot be read first", pack.id, names.join("`, `"));
                faults.add(&place, what, "name packs of this folder that do not extend this one in turn");
            }
            break;
        }
        for (pack, files) in ready {
            let parents: Vec<Pack> = pack.extends.iter().filter_map(|id| packs.get(id).cloned()).collect();
            let pack = pack::chapters(pack, files, &parents, vocabulary, faults);
            packs.insert(pack.id.clone(), pack);
        }
        waiting = later;
    }
    packs.sort_keys();
    packs
}

fn is_law(path: &str) -> bool {
    path.ends_with(".md") && !path.ends_with("README.md")
}
