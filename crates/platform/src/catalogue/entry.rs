//! What an entry of the data catalogue consists of: every element the law names, and nothing else.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{ids::*, lake::ColumnKind};

pub use privacy::Grade;

/// The elements of one data resource, as its organisation writes them down. A draft may be incomplete; what is submitted for
/// review may not ([`super::rules::missing_elements`]).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntryInput {
    /// What the resource is called.
    pub title: String,
    /// What it is about and what it is good for.
    pub description: String,
    /// The duty under which the data arises; the link to the duty catalogue.
    pub duty: Option<DutyId>,
    /// The system that holds it; the link to the system catalogue. Data without a system says so in `source`.
    pub system: Option<SystemId>,
    /// Where it comes from, in words: a form, a register, a sensor network.
    pub source: String,
    /// The unit of the organisation that manages it.
    pub managing_unit: String,
    /// The form in which it exists.
    pub format: Option<DataFormat>,
    /// Its information items, in the order of its columns.
    pub items: Vec<Item>,
    /// How often it is brought up to date.
    pub update_cycle: Option<UpdateCycle>,
    /// Its class under the district's classification, e.g. `城市管理`.
    pub class: String,
    /// Its grade.
    pub grade: Option<Grade>,
    /// Whether and how it is shared.
    pub sharing: Sharing,
    /// Whether and how it is open to the public.
    pub opening: Opening,
    /// What it covers in space and time.
    pub coverage: Coverage,
    /// Words by which it should be found.
    pub keywords: Vec<String>,
}

/// One information item: a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The column's name in the data. Grants, calls and masks use it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// Longest value in characters; required of text.
    #[serde(default)]
    pub length: Option<u32>,
    /// What a value means.
    #[serde(default)]
    pub meaning: String,
    /// Whether records are looked up by it.
    #[serde(default)]
    pub key: bool,
    /// Whether a record must have it.
    #[serde(default)]
    pub required: bool,
    /// Whether it is personal or otherwise sensitive.
    #[serde(default)]
    pub sensitive: bool,
    /// Its own grade where it is higher than the entry's.
    #[serde(default)]
    pub grade: Option<Grade>,
    /// The mask it wears when it is shown or shared, in the text form of [`privacy::Mask`]; absent = in clear.
    #[serde(default)]
    pub mask: Option<String>,
}

/// In what form the data exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// Whether and how a resource is shared (CN-16, CM-16, PT-7). Sharing is the rule, so that is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sharing {
    /// The type.
    pub kind: SharingType,
    /// Conditional: who may have it, and how much of it.
    pub scope: String,
    /// Conditional: what for.
    pub usage: String,
    /// Conditional: on what conditions.
    pub conditions: String,
    /// Not shared: why.
    pub reason: String,
    /// Not shared, or shared less than before: the law that says so.
    pub basis: String,
}

/// The types of sharing, from the widest to the narrowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharingType {
    /// 无条件共享.
    #[default]
    Unconditional,
    /// 有条件共享.
    Conditional,
    /// 不予共享.
    None,
}

/// Whether and how a resource is open to the public (CN-21, CM-20).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Opening {
    /// The type.
    pub kind: OpenType,
    /// Conditional: the conditions, by kind.
    pub conditions: Vec<OpenCondition>,
    /// Not open: why.
    pub reason: String,
}

/// The types of opening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenType {
    /// 无条件开放.
    Unconditional,
    /// 有条件开放.
    Conditional,
    /// 非开放; what is not decided is not open.
    #[default]
    None,
}

/// One condition under which data is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenCondition {
    /// Which of the six kinds.
    pub kind: OpenConditionKind,
    /// What it asks for.
    pub text: String,
}

/// The six kinds of condition of CN-21.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Coverage {
    /// The area, e.g. `长宁区全域`.
    pub area: String,
    /// The first day it tells of.
    pub from: Option<Date>,
    /// The last day, if it has ended.
    pub until: Option<Date>,
}

impl SharingType {
    /// The word of the pack's fact `sharing_type`.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::Unconditional => "unconditional",
            Self::Conditional => "conditional",
            Self::None => "none",
        }
    }

    /// The type of a fact's word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Unconditional, Self::Conditional, Self::None].into_iter().find(|kind| kind.as_word() == word)
    }
}

impl OpenType {
    /// The word in the table.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::Unconditional => "unconditional",
            Self::Conditional => "conditional",
            Self::None => "none",
        }
    }

    /// The type of a table's word; what is not known is not open.
    pub fn from_word(word: &str) -> Self {
        match word {
            "unconditional" => Self::Unconditional,
            "conditional" => Self::Conditional,
            _ => Self::None,
        }
    }
}

impl EntryInput {
    /// The item with this code.
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }
}
