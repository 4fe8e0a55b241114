//! The elements of a catalogue entry as they stand on the wire. The platform's own types are read and written; these describe
//! them, and a test holds both together.

use jiff::{Timestamp, civil::Date};
use utoipa::ToSchema;
use uuid::Uuid;

use super::duties::{Duty, System};

/// The elements of one data resource, as its organisation writes them down. A draft may be incomplete; what is submitted for
/// review may not (`missing_elements`).
#[derive(ToSchema)]
pub struct EntryInput {
    /// What the resource is called.
    #[schema(required = false)]
    pub title: String,
    /// What it is about and what it is good for.
    #[schema(required = false)]
    pub description: String,
    /// The duty under which the data arises; the link to the duty catalogue.
    pub duty: Option<Uuid>,
    /// The system that holds it; the link to the system catalogue. Data without a system says so in `source`.
    pub system: Option<Uuid>,
    /// Where it comes from, in words: a form, a register, a sensor network.
    #[schema(required = false)]
    pub source: String,
    /// The unit of the organisation that manages it.
    #[schema(required = false)]
    pub managing_unit: String,
    /// The form in which it exists.
    pub format: Option<DataFormat>,
    /// Its information items, in the order of its columns.
    #[schema(required = false)]
    pub items: Vec<Item>,
    /// How often it is brought up to date.
    pub update_cycle: Option<UpdateCycle>,
    /// Its class under the district's classification, e.g. `城市管理`.
    #[schema(required = false)]
    pub class: String,
    /// Its grade.
    pub grade: Option<Grade>,
    /// Whether and how it is shared.
    #[schema(required = false)]
    pub sharing: Sharing,
    /// Whether and how it is open to the public.
    #[schema(required = false)]
    pub opening: Opening,
    /// What it covers in space and time.
    #[schema(required = false)]
    pub coverage: Coverage,
    /// Words by which it should be found.
    #[schema(required = false)]
    pub keywords: Vec<String>,
}

/// One information item: a column.
#[derive(ToSchema)]
pub struct Item {
    /// The column's name in the data. Grants, calls and masks use it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// Longest value in characters; required of text.
    pub length: Option<u32>,
    /// What a value means.
    #[schema(required = false)]
    pub meaning: String,
    /// Whether records are looked up by it.
    #[schema(required = false)]
    pub key: bool,
    /// Whether a record must have it.
    #[schema(required = false)]
    pub required: bool,
    /// Whether it is personal or otherwise sensitive.
    #[schema(required = false)]
    pub sensitive: bool,
    /// Its own grade where it is higher than the entry's.
    pub grade: Option<Grade>,
    /// The mask it wears when it is shown or shared, in the text form of `Mask`; absent = in clear.
    pub mask: Option<String>,
}

/// In what form the data exists.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DataFormat {
    /// Tables of a database.
    Database,
    /// Spreadsheets.
    Spreadsheet,
    /// Delimited text.
    Text,
    /// JSON or XML.
    Structured,
    /// An interface.
    Interface,
    /// Maps and geometry.
    Geographic,
    /// Pictures, sound, film.
    Media,
}

/// How often the data is brought up to date.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum UpdateCycle {
    /// As it happens.
    RealTime,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every quarter.
    Quarterly,
    /// Every half year.
    HalfYearly,
    /// Every year.
    Yearly,
    /// When there is something new.
    Irregular,
    /// Never again: a historical dataset.
    Static,
}

/// A grade. The order of the variants is the order of the grades.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Grade {
    /// General data, level 1: harms nobody if it leaks.
    #[schema(rename = "general_1")]
    General1,
    /// General data, level 2: slight harm to persons or organisations.
    #[schema(rename = "general_2")]
    General2,
    /// General data, level 3: serious harm to persons or organisations.
    #[schema(rename = "general_3")]
    General3,
    /// General data, level 4: especially serious harm to persons or organisations.
    #[schema(rename = "general_4")]
    General4,
    /// Important data (Data Security Law article 21).
    Important,
    /// Core data of the state (Data Security Law article 21).
    Core,
}

/// Whether and how a resource is shared (CN-16, CM-16, PT-7). Sharing is the rule, so that is the default.
#[derive(ToSchema)]
pub struct Sharing {
    /// The type.
    #[schema(required = false)]
    pub kind: SharingType,
    /// Conditional: who may have it, and how much of it.
    #[schema(required = false)]
    pub scope: String,
    /// Conditional: what for.
    #[schema(required = false)]
    pub usage: String,
    /// Conditional: on what conditions.
    #[schema(required = false)]
    pub conditions: String,
    /// Not shared: why.
    #[schema(required = false)]
    pub reason: String,
    /// Not shared, or shared less than before: the law that says so.
    #[schema(required = false)]
    pub basis: String,
}

/// The types of sharing, from the widest to the narrowest.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SharingType {
    /// 无条件共享.
    Unconditional,
    /// 有条件共享.
    Conditional,
    /// 不予共享.
    None,
}

/// Whether and how a resource is open to the public (CN-21, CM-20).
#[derive(ToSchema)]
pub struct Opening {
    /// The type.
    #[schema(required = false)]
    pub kind: OpenType,
    /// Conditional: the conditions, by kind.
    #[schema(required = false)]
    pub conditions: Vec<OpenCondition>,
    /// Not open: why.
    #[schema(required = false)]
    pub reason: String,
}

/// The types of opening.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OpenType {
    /// 无条件开放.
    Unconditional,
    /// 有条件开放.
    Conditional,
    /// 非开放; what is not decided is not open.
    None,
}

/// One condition under which data is open.
#[derive(ToSchema)]
pub struct OpenCondition {
    /// Which of the six kinds.
    pub kind: OpenConditionKind,
    /// What it asks for.
    pub text: String,
}

/// The six kinds of condition of CN-21.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OpenConditionKind {
    /// A stated scenario of use.
    Scenario,
    /// Security of the user.
    Security,
    /// Feedback on the use.
    Feedback,
    /// Technical capability.
    TechnicalCapability,
    /// Credit.
    Credit,
    /// Anything else.
    Other,
}

/// What the data covers.
#[derive(ToSchema)]
pub struct Coverage {
    /// The area, e.g. `长宁区全域`.
    #[schema(required = false)]
    pub area: String,
    /// The first day it tells of.
    pub from: Option<Date>,
    /// The last day, if it has ended.
    pub until: Option<Date>,
}

/// Types of the catalogue's information items, as the lake stores them.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Characters.
    Text,
    /// 64-bit whole numbers.
    Integer,
    /// 64-bit floating point numbers.
    Number,
    /// A calendar day.
    Date,
    /// A day and time.
    DateTime,
    /// Yes or no.
    Flag,
}

/// Where an entry stands towards everybody else; where its case stands is the case's state.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Never published.
    Draft,
    /// In the catalogue.
    Published,
    /// Taken out of it.
    Withdrawn,
}

/// An entry in a list.
#[derive(ToSchema)]
pub struct EntryLine {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub organisation: Uuid,
    /// Its case.
    pub case: Uuid,
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
    #[schema(required)]
    pub grade: Option<Grade>,
    /// The published version's number; 0 before the first.
    pub published_version: i32,
    /// When its data was first collected.
    #[schema(required)]
    pub collected_at: Option<Timestamp>,
    /// When data was last loaded.
    #[schema(required)]
    pub loaded_at: Option<Timestamp>,
    /// The rows of the last load.
    pub rows: u64,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// One entry with its elements.
#[derive(ToSchema)]
pub struct EntryView {
    /// As in a list.
    #[serde(flatten)]
    pub line: EntryLine,
    /// What everybody sees.
    #[schema(required)]
    pub published: Option<EntryInput>,
    /// What its organisation has written; `None` for those who may not see it.
    #[schema(required)]
    pub draft: Option<EntryInput>,
    /// Elements the draft lacks for review.
    pub missing: Vec<Missing>,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// The row's version, for `edit_entry`.
    pub version: i32,
}

/// An element that is missing.
#[derive(ToSchema)]
pub struct Missing {
    /// Where.
    pub path: String,
    /// What to do.
    pub next: String,
}

/// A published version.
#[derive(ToSchema)]
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
    pub act: Uuid,
    /// When.
    pub at: Timestamp,
}

/// What is not catalogued yet.
#[derive(ToSchema)]
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
    #[schema(required)]
    pub system_coverage: Option<f64>,
    /// The part of duties that have an entry; `None` without duties.
    #[schema(required)]
    pub duty_coverage: Option<f64>,
}
