//! One table of error codes, one error type (P8). The HTTP status is mapped only in `server`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What went wrong, for people and programs. Never carries personal data (I8).
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The code.
    pub code: Code,
    /// One lower-case sentence: what, where, why; user input in backticks.
    pub message: String,
    /// What to do next, if there is a next step.
    pub hint: Option<String>,
    /// The law's own refusal, when an act was refused.
    pub refusal: Option<Box<law::Refusal>>,
    /// What is wrong with a file, when one was refused.
    pub fault: Option<Box<Fault>>,
    /// Faults of single fields: (field path, what is wrong).
    pub fields: Vec<(String, String)>,
    /// The cause, for the log of the operator; never shown to callers.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What is wrong, for whoever says it in words of their own: a code, and what a sentence about it must name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The code, e.g. `column_missing`.
    pub code: String,
    /// What a sentence about it names, e.g. `column`; never a cell's content (I8).
    pub values: BTreeMap<String, String>,
}

/// The platform's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with a code and a message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, refusal: None, fault: None, fields: Vec::new(), source: None }
    }
    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// Adds a fault of one field.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>, what: impl Into<String>) -> Self {
        self.fields.push((path.into(), what.into()));
        self
    }
    /// Says what is wrong with a file as a code too.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(Box::new(fault));
        self
    }
    /// Keeps the cause for the operator.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
    /// Something of the given kind and name does not exist, or may not be seen.
    pub fn not_found(kind: &str, name: impl std::fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("there is no {kind} `{name}`"))
    }
}

impl From<law::Refusal> for Error {
    fn from(refusal: law::Refusal) -> Self {
        Self { refusal: Some(Box::new(refusal.clone())), ..Self::new(Code::ActRefused, refusal.to_string()) }
    }
}

/// Every code a caller can meet. One line each: name, category, meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The input does not have the required form.
    InvalidInput,
    /// Nobody is logged in, or the credentials do not fit.
    NotAuthenticated,
    /// The person or client may not do this.
    NotPermitted,
    /// There is no such thing, or it may not be seen.
    NotFound,
    /// It was changed meanwhile; read it again.
    Conflict,
    /// The law refuses the act; `refusal` says why.
    ActRefused,
    /// The grant does not cover what was asked.
    BeyondGrant,
    /// The service is suspended or has ended.
    ServiceNotActive,
    /// More in so short a time than the grant or the door allows.
    RateLimited,
    /// A file cannot be loaded.
    FileRefused,
    /// A limit is exceeded (size, page, length).
    LimitExceeded,
    /// Only in demonstration mode.
    DemonstrationOnly,
    /// The platform failed; the operator's log has the cause.
    Internal,
}

impl Code {
    /// Every code, for references and for tests that none is forgotten.
    pub const ALL: [Self; 13] = [
        Self::InvalidInput,
        Self::NotAuthenticated,
        Self::NotPermitted,
        Self::NotFound,
        Self::Conflict,
        Self::ActRefused,
        Self::BeyondGrant,
        Self::ServiceNotActive,
        Self::RateLimited,
        Self::FileRefused,
        Self::LimitExceeded,
        Self::DemonstrationOnly,
        Self::Internal,
    ];
}
