//! The closed vocabulary that every pack is written in. A pack combines these words and cannot add to them; what a word
//! does stands in Rust, what it is called stands in `regulations/vocabulary.md`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{case::FactValue, ids::*};

/// Roles, facts, predicates, papers, effects and outcomes with their titles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    /// Parts that somebody plays in a case.
    pub roles: IndexMap<RoleId, Title>,
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
}

/// What a word is called on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
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
