//! What goes into and comes out of the catalogue's verbs, besides an entry's own elements.

use super::*;

/// A duty to record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyInput {
    /// Its code, unique in the organisation.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The law or decision that gives it.
    pub basis: String,
    /// In words.
    #[serde(default)]
    pub description: String,
}

/// A duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Its id.
    pub id: DutyId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The law or decision that gives it.
    pub basis: String,
    /// In words.
    pub description: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A system to record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemInput {
    /// Its code, unique in the organisation.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In words.
    #[serde(default)]
    pub description: String,
    /// The duty it serves.
    #[serde(default)]
    pub duty: Option<DutyId>,
    /// The day on which it was accepted 验收.
    #[serde(default)]
    pub accepted_on: Option<Date>,
}

/// A system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// Its id.
    pub id: SystemId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In words.
    pub description: String,
    /// The duty it serves.
    pub duty: Option<DutyId>,
    /// The day on which it was accepted 验收.
    pub accepted_on: Option<Date>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Where an entry stands towards everybody else; where its case stands is the case's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Never published.
    Draft,
    /// In the catalogue.
    Published,
    /// Taken out of it.
    Withdrawn,
}

/// Which entries are wanted. Every part narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryFilter {
    /// Words that must occur.
    pub text: Option<String>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// In this status.
    pub status: Option<EntryStatus>,
    /// With this sharing type.
    pub sharing: Option<SharingType>,
    /// Under this duty.
    pub duty: Option<DutyId>,
    /// From this system.
    pub system: Option<SystemId>,
    /// Collected, or not yet.
    pub collected: Option<bool>,
    /// Of this class.
    pub class: Option<String>,
    /// Of this grade.
    pub grade: Option<Grade>,
    /// In which order.
    pub order: EntryOrder,
}

/// In which order entries are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryOrder {
    /// The latest changed first.
    #[default]
    #[serde(rename = "-changed")]
    LatestChanged,
    /// The latest changed last.
    #[serde(rename = "changed")]
    EarliestChanged,
    /// By title.
    #[serde(rename = "title")]
    Title,
    /// By title, backwards.
    #[serde(rename = "-title")]
    TitleBackwards,
    /// Those with the most rows first.
    #[serde(rename = "-rows")]
    MostRows,
    /// Those with the fewest rows first.
    #[serde(rename = "rows")]
    FewestRows,
}

/// An entry in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLine {
    /// Its id.
    pub id: EntryId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Its case.
    pub case: CaseId,
    /// Where it stands.
    pub status: EntryStatus,
    /// Its title.
    pub title: String,
    /// Its sharing type.
    pub sharing: SharingType,
    /// Its open type.
    pub opening: OpenType,
    /// Its class.
    pub class: String,
    /// Its grade, once it has one.
    pub grade: Option<Grade>,
    /// The published version's number; 0 before the first.
    pub published_version: i32,
    /// When its data was first collected.
    pub collected_at: Option<Timestamp>,
    /// When data was last loaded.
    pub loaded_at: Option<Timestamp>,
    /// The rows of the last load.
    pub rows: u64,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// One entry with its elements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryView {
    /// As in a list.
    #[serde(flatten)]
    pub line: EntryLine,
    /// What everybody sees.
    pub published: Option<EntryInput>,
    /// What its organisation has written; `None` for those who may not see it.
    pub draft: Option<EntryInput>,
    /// Elements the draft lacks for review.
    pub missing: Vec<Missing>,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// The row's version, for [`Platform::edit_entry`].
    pub version: i32,
}

/// An element that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Where.
    pub path: String,
    /// What to do.
    pub next: String,
}

/// A published version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryVersion {
    /// Its number, from 1.
    pub number: i32,
    /// `published`, `changed` or `withdrawn`.
    pub kind: String,
    /// Whether it made sharing narrower (CM-17).
    pub narrowed: bool,
    /// The elements.
    pub elements: EntryInput,
    /// The act that made it.
    pub act: ActId,
    /// When.
    pub at: Timestamp,
}

/// What is not catalogued yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gaps {
    /// Systems without a published entry.
    pub systems: Vec<System>,
    /// Duties without a published entry.
    pub duties: Vec<Duty>,
    /// All systems.
    pub all_systems: u64,
    /// All duties.
    pub all_duties: u64,
    /// The part of systems that have an entry; `None` without systems.
    pub system_coverage: Option<f64>,
    /// The part of duties that have an entry; `None` without duties.
    pub duty_coverage: Option<f64>,
}

impl DutyInput {
    pub(super) fn faults(&self) -> Vec<Fault> {
        rules::line_faults(
            &[("code", &self.code, true), ("name", &self.name, true), ("basis", &self.basis, true)],
            ("description", &self.description),
        )
    }
}

impl SystemInput {
    pub(super) fn faults(&self) -> Vec<Fault> {
        rules::line_faults(
            &[("code", &self.code, true), ("name", &self.name, true)],
            ("description", &self.description),
        )
    }
}

impl Duty {
    pub(super) fn row(&self) -> store::duty::ActiveModel {
        store::duty::ActiveModel {
            id: Set(self.id.0),
            organisation_id: Set(self.organisation.0),
            code: Set(self.code.clone()),
            name: Set(self.name.clone()),
            basis: Set(self.basis.clone()),
            description: Set(self.description.clone()),
            recorded_at: Set(micros(self.recorded_at)),
        }
    }
}

impl System {
    pub(super) fn row(&self) -> store::system::ActiveModel {
        store::system::ActiveModel {
            id: Set(self.id.0),
            organisation_id: Set(self.organisation.0),
            code: Set(self.code.clone()),
            name: Set(self.name.clone()),
            description: Set(self.description.clone()),
            duty_id: Set(self.duty.map(|id| id.0)),
            accepted_on: Set(self.accepted_on.map(|day| day.to_string())),
            recorded_at: Set(micros(self.recorded_at)),
        }
    }
}

impl TryFrom<store::duty::Model> for Duty {
    type Error = Error;
    fn try_from(row: store::duty::Model) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            organisation: row.organisation_id.into(),
            code: row.code,
            name: row.name,
            basis: row.basis,
            description: row.description,
            recorded_at: instant(row.recorded_at)?,
        })
    }
}

impl TryFrom<store::system::Model> for System {
    type Error = Error;
    fn try_from(row: store::system::Model) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            organisation: row.organisation_id.into(),
            code: row.code,
            name: row.name,
            description: row.description,
            duty: row.duty_id.map(DutyId),
            accepted_on: row.accepted_on.and_then(|day| day.parse().ok()),
            recorded_at: instant(row.recorded_at)?,
        })
    }
}

impl TryFrom<store::entry_version::Model> for EntryVersion {
    type Error = Error;
    fn try_from(row: store::entry_version::Model) -> Result<Self> {
        Ok(Self {
            number: row.number,
            kind: row.kind,
            narrowed: row.narrowed,
            elements: from_json(&row.snapshot)?,
            act: row.act_id.into(),
            at: instant(row.at)?,
        })
    }
}

impl From<Fault> for Missing {
    fn from(fault: Fault) -> Self {
        Self { path: fault.path, next: fault.next }
    }
}

impl EntryStatus {
    /// The word in the table.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The status of a table's word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "published" => Self::Published,
            "withdrawn" => Self::Withdrawn,
            _ => Self::Draft,
        }
    }
}
