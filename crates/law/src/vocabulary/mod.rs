//! The closed vocabulary that every pack is written in. A pack combines these words and cannot add to them; what a word
//! does stands in Rust, what it is called stands in `regulations/vocabulary.md`.

use indexmap::IndexMap;
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

use crate::{calendar::shanghai, case::FactValue, ids::*, letter::LetterForm};

mod parse;

/// Roles, facts, predicates, papers, effects and outcomes with their titles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    /// Parts that somebody plays in a case.
    pub roles: IndexMap<RoleId, Title>,
    /// Who plays a role, where it is not one organisation of the district for all cases; see [`Vocabulary::holders`].
    pub holders: IndexMap<RoleId, Holders>,
    /// What can be known of a case.
    pub facts: IndexMap<FactId, Fact>,
    /// Named tests over facts and papers.
    pub predicates: IndexMap<PredicateId, Predicate>,
    /// Elements of requests, reasons, bases, signatures.
    pub papers: IndexMap<PaperId, Paper>,
    /// The platform's verbs, by their name without a parameter (`publish_entry`, `open`, `notify`).
    pub effects: IndexMap<String, Title>,
    /// What it means that a term has run out (`breach`, `approve`, …).
    pub outcomes: IndexMap<String, Title>,
    /// What can be entered and struck by a case.
    pub registers: IndexMap<RegisterId, Title>,
    /// The letters for acts of a kind, in the order in which they are tried.
    pub letters: IndexMap<String, LetterForm>,
}

/// What a word is called on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// How many organisations of a district can hold a role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holders {
    /// One, for every case: the authority, the registrar.
    #[default]
    One,
    /// Several, each of whom may speak in any case: the bodies entitled to sanction, those who compete.
    Several,
    /// Several, of whom one belongs to a case: the operator of this agreement, the developer of this product.
    Party,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is called.
    pub title: Title,
    /// What values it takes.
    pub kind: FactKind,
    /// For a word: the closed list; empty = any text.
    pub words: Vec<String>,
    /// Whether somebody who acts may state it. Every other fact is established by the platform or by a rule.
    pub stated: bool,
}

/// The kind of value that a fact takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// An instant.
    Moment,
    /// A word of a closed list, or free text.
    Word,
}

/// A named test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicate {
    /// What it is called.
    pub title: Title,
    /// What it asks.
    pub test: Test,
}

/// What a predicate asks. A fact that is not known satisfies no test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The fact has one of these values.
    Is(FactId, Vec<FactValue>),
    /// The number is this or more.
    AtLeast(FactId, i64),
    /// The number is this or less.
    AtMost(FactId, i64),
    /// Every paper that the procedure requires lies in the case or comes with the act.
    PapersComplete,
    /// At least one required paper is missing.
    PapersIncomplete,
}

/// A paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// What it is called.
    pub title: Title,
    /// What form it takes.
    pub kind: PaperKind,
    /// What it does for a refusal.
    pub role: Option<PaperRole>,
}

/// What a paper does for a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperRole {
    /// It says why.
    Reason,
    /// It names the law.
    Basis,
}

/// The form that a paper takes on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// Written words.
    Text,
    /// An attached file.
    File,
    /// A digital signature.
    Signature,
    /// A choice from a list.
    Choice,
}

impl Vocabulary {
    /// Reads `vocabulary.md` and `vocabulary/*.md`, given as path and text; faults are added to `faults`.
    pub(crate) fn parse(files: &[(String, String)], faults: &mut crate::error::Faults) -> Self {
        parse::parse(files, faults)
    }

    /// How many organisations of a district can hold this role.
    #[must_use]
    pub fn holders(&self, role: &RoleId) -> Holders {
        self.holders.get(role).copied().unwrap_or_default()
    }

    /// Whether an organisation can hold this role as its office. Who provides and who asks is said by each case; the public,
    /// the law and the platform are no organisations.
    #[must_use]
    pub fn is_office(&self, role: &RoleId) -> bool {
        let never = ["provider", "demander", "public", "law", "platform"];
        self.roles.contains_key(role) && !never.contains(&role.as_str())
    }

    /// Whether `value` is a value that the fact `id` can take.
    ///
    /// # Errors
    /// One sentence: no such fact, another kind, or a word outside its list.
    pub fn check(&self, id: &FactId, value: &FactValue) -> Result<(), String> {
        let Some(fact) = self.facts.get(id) else {
            return Err(format!("the vocabulary has no fact `{id}`"));
        };
        let fits = match (fact.kind, value) {
            (FactKind::Flag, FactValue::Flag(_))
            | (FactKind::Number, FactValue::Number(_))
            | (FactKind::Moment, FactValue::Moment(_)) => true,
            (FactKind::Word, FactValue::Word(word)) => fact.words.is_empty() || fact.words.contains(word),
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err(format!("`{value}` is no value of the fact `{id}`, which takes {}", fact.takes()))
        }
    }

    /// Reads a value of the fact `id` as it is written in a scenario; `now` is the moment meant by `now`.
    ///
    /// # Errors
    /// One sentence, as for [`check`](Self::check).
    pub fn read(&self, id: &FactId, text: &str, now: Option<Timestamp>) -> Result<FactValue, String> {
        let Some(fact) = self.facts.get(id) else {
            return Err(format!("the vocabulary has no fact `{id}`"));
        };
        let value = match fact.kind {
            FactKind::Flag => text.parse().ok().map(FactValue::Flag),
            FactKind::Number => text.parse().ok().map(FactValue::Number),
            FactKind::Moment if text == "now" => now.map(FactValue::Moment),
            FactKind::Moment => moment(text).map(FactValue::Moment),
            FactKind::Word => Some(FactValue::Word(text.to_owned())),
        };
        let value =
            value.ok_or_else(|| format!("`{text}` is no value of the fact `{id}`, which takes {}", fact.takes()))?;
        self.check(id, &value).map(|()| value)
    }
}

impl Fact {
    fn takes(&self) -> String {
        match self.kind {
            FactKind::Flag => "`true` or `false`".into(),
            FactKind::Number => "a whole number".into(),
            FactKind::Moment => "a moment such as `2026-03-02T09:00`".into(),
            FactKind::Word if self.words.is_empty() => "any text".into(),
            FactKind::Word => format!("one of `{}`", self.words.join("`, `")),
        }
    }
}

/// A moment with its offset, or without one in Shanghai.
fn moment(text: &str) -> Option<Timestamp> {
    let local = || text.parse::<DateTime>().ok()?.to_zoned(shanghai()).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(local)
}
