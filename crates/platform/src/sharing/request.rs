//! The elements of a demand for data (CN-17, PT-17, CM-18), and the commitment that its demander signs.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{catalogue::Grade, ids::*};

/// A demand for one dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestInput {
    /// The entry whose data is wanted.
    pub entry: EntryId,
    /// Everything else. What is missing is asked for once, in writing; it is never an error (CN-18).
    #[serde(flatten)]
    pub elements: Elements,
}

/// The elements, each of which may still be missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Elements {
    /// What kind of demand it is.
    pub demand_type: Option<DemandType>,
    /// Codes of the information items wanted.
    pub items: Vec<String>,
    /// The scenario of use, in words.
    pub scenario: String,
    /// The kind of scenario (PT-19).
    pub scenario_kind: ScenarioKind,
    /// The duty or rule that makes the data necessary.
    pub legal_basis: String,
    /// What is to be achieved.
    pub business_goal: String,
    /// The scope of use, in words: who uses it, where, for which cases.
    pub scope: String,
    /// The rows wanted, when not all.
    pub row_scope: Option<RowScope>,
    /// How it is to be delivered.
    pub mode: Option<Mode>,
    /// How often it will be used.
    pub frequency: Option<Frequency>,
    /// Why it is needed although it is used less than once in three months.
    pub low_use_reason: String,
    /// How the data of several organisations is to be fused, where fusion is wanted (PT-22).
    pub fusion_plan: String,
    /// The last day of use.
    pub term_until: Option<Date>,
    /// The security grade of the use.
    pub security_grade: Option<Grade>,
    /// How the data is kept safe.
    pub security_measures: String,
    /// The purpose every call must name: a short word, e.g. `subsidy_check`.
    pub purpose: String,
    /// Calls a minute, at most. `None` asks for the platform's ordinary rate.
    pub rate_per_minute: Option<u32>,
    /// Whether the demand asks for fusion of data of several organisations.
    pub fusion_wanted: bool,
    /// The signed commitment.
    pub commitment: Option<SignedCommitment>,
}

/// What kind of demand it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandType {
    /// Data of another organisation of the district.
    District,
    /// Data held by the city or the state.
    City,
    /// Data that first has to be made out of several datasets.
    Fusion,
}

/// The kinds of scenario that give data directly under a pack that knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioKind {
    /// None of them.
    #[default]
    None,
    /// One-stop service, one-network management, recognised standard scenarios.
    Standard,
    /// Key work of the city or the district.
    KeyWork,
    /// A large platform across organisations.
    LargePlatform,
    /// The data's subject has authorised it.
    SubjectAuthorised,
    /// Only the outcome of a comparison is given.
    MatchOnly,
    /// Only masked data is given.
    MaskedOnly,
}

/// How the data is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Record by record through an interface; preferred.
    Api,
    /// Comparison of a list.
    Batch,
    /// A file.
    File,
}

/// How often the data is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// As cases arise, all the time.
    RealTime,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// At least once a quarter.
    Quarterly,
    /// Less than once a quarter.
    Seldom,
    /// Once.
    Once,
}

/// The rows that are wanted: those whose column has one of the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowScope {
    /// The item's code.
    pub column: String,
    /// Its values.
    pub values: BTreeSet<String>,
}

/// A commitment with its signature, kept as it was given, so that it can be verified later by anyone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCommitment {
    /// The text that was signed, exactly.
    pub text: String,
    /// The SM2 signature over the text's UTF-8 bytes: DER in base64.
    pub signature: String,
    /// The signer's SM2 public key, PEM.
    pub public_key: String,
}

impl ScenarioKind {
    /// The word of the pack's fact `scenario_kind`.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Standard => "standard",
            Self::KeyWork => "key_work",
            Self::LargePlatform => "large_platform",
            Self::SubjectAuthorised => "subject_authorised",
            Self::MatchOnly => "match_only",
            Self::MaskedOnly => "masked_only",
        }
    }
}

impl Elements {
    /// These elements with what a supplement states on top.
    #[must_use]
    pub fn supplemented(&self, more: Elements) -> Elements {
        let text = |old: &String, new: String| if new.trim().is_empty() { old.clone() } else { new };
        Elements {
            demand_type: more.demand_type.or(self.demand_type),
            items: if more.items.is_empty() { self.items.clone() } else { more.items },
            scenario: text(&self.scenario, more.scenario),
            scenario_kind: if more.scenario_kind == ScenarioKind::None {
                self.scenario_kind
            } else {
                more.scenario_kind
            },
            legal_basis: text(&self.legal_basis, more.legal_basis),
            business_goal: text(&self.business_goal, more.business_goal),
            scope: text(&self.scope, more.scope),
            row_scope: more.row_scope.or_else(|| self.row_scope.clone()),
            mode: more.mode.or(self.mode),
            frequency: more.frequency.or(self.frequency),
            low_use_reason: text(&self.low_use_reason, more.low_use_reason),
            fusion_plan: text(&self.fusion_plan, more.fusion_plan),
            term_until: more.term_until.or(self.term_until),
            security_grade: more.security_grade.or(self.security_grade),
            security_measures: text(&self.security_measures, more.security_measures),
            purpose: text(&self.purpose, more.purpose),
            rate_per_minute: more.rate_per_minute.or(self.rate_per_minute),
            fusion_wanted: more.fusion_wanted || self.fusion_wanted,
            commitment: more.commitment.or_else(|| self.commitment.clone()),
        }
    }
}
