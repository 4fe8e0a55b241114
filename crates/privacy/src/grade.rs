//! The grades of GB/T 43697-2024: core above important above general data, general data in four levels, 4 the highest.
//!
//! Grades are ordered, and a whole takes the highest grade of its parts (就高从严, §4 c). What a machine can see in
//! values alone is at most general data: whether a set is important or core depends on region, scale and purpose, and
//! people decide it. [`suggest`] therefore proposes, with its reason, and never decides.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::recognise::{Kind, Profile};

/// A grade. The order of the variants is the order of the grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// General data, level 1: harms nobody if it leaks.
    #[serde(rename = "general_1")]
    General1,
    /// General data, level 2: slight harm to persons or organisations.
    #[serde(rename = "general_2")]
    General2,
    /// General data, level 3: serious harm to persons or organisations.
    #[serde(rename = "general_3")]
    General3,
    /// General data, level 4: especially serious harm to persons or organisations.
    #[serde(rename = "general_4")]
    General4,
    /// Important data (Data Security Law article 21).
    Important,
    /// Core data of the state (Data Security Law article 21).
    Core,
}

impl Grade {
    /// Every grade, the lowest first.
    pub const ALL: [Self; 6] =
        [Self::General1, Self::General2, Self::General3, Self::General4, Self::Important, Self::Core];

    /// The stable name used in text, tables and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General1 => "general_1",
            Self::General2 => "general_2",
            Self::General3 => "general_3",
            Self::General4 => "general_4",
            Self::Important => "important",
            Self::Core => "core",
        }
    }

    /// The word shown to users.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::General1 => "一般数据1级",
            Self::General2 => "一般数据2级",
            Self::General3 => "一般数据3级",
            Self::General4 => "一般数据4级",
            Self::Important => "重要数据",
            Self::Core => "核心数据",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no [`Grade`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no grade; expected one of general_1 to general_4, important, core")]
pub struct UnknownGrade(pub String);

impl FromStr for Grade {
    type Err = UnknownGrade;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|grade| grade.as_str() == name);
        found.ok_or_else(|| UnknownGrade(name.to_owned()))
    }
}

/// The grade of a whole: the highest of its parts (就高从严). `None` for a whole without graded parts, which is a gap
/// to be shown and not the lowest grade.
#[must_use]
pub fn combine(parts: impl IntoIterator<Item = Grade>) -> Option<Grade> {
    parts.into_iter().max()
}

/// A proposed grade with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The proposed grade.
    pub grade: Grade,
    /// The kinds found in the column with their share in per mille of the values, the more sensitive first.
    pub because: Vec<(Kind, u64)>,
}

/// Proposes a grade for a column from what its values were recognised as, or `None` where nothing was. A kind counts
/// from `least` per mille of the values on, so that one stray hit among codes does not raise a column.
#[must_use]
pub fn suggest(profile: &Profile, least: u64) -> Option<Suggestion> {
    let because: Vec<(Kind, u64)> = profile.kinds(least).collect();
    let grade = combine(because.iter().map(|(kind, _)| of_kind(*kind)))?;
    Some(Suggestion { grade, because })
}

/// What a kind alone suggests. Sensitive personal information (PIPL article 28: identity, financial accounts) is put
/// at level 4, other personal information at level 3, identifiers of organisations, which the registers publish, at 1.
#[must_use]
pub const fn of_kind(kind: Kind) -> Grade {
    match kind {
        Kind::ResidentId | Kind::ForeignerId | Kind::Passport | Kind::HongKongMacauPermit | Kind::BankCard => {
            Grade::General4
        }
        Kind::Mobile | Kind::Landline | Kind::Plate | Kind::Email => Grade::General3,
        Kind::ServicePhone | Kind::CreditCode | Kind::OrganisationCode | Kind::BusinessLicence => Grade::General1,
    }
}
