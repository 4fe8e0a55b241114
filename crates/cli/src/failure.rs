//! What goes wrong, said so that somebody can act on it, and the exit codes that scripts rely on.

use std::{any::Any, fmt, process::ExitCode};

use serde_json::{Value, json};

use crate::output::Out;

/// The exit codes of `gongshu`. They are part of the interface: scripts branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Refused by the law or the platform, or it failed.
    Failed = 1,
    /// The command line is wrong. The parser of the command line ends with this code too.
    Usage = 2,
    /// Something that was to be verified does not hold: an evidence file, a log, a check of `doctor`.
    NotVerified = 3,
    /// The server or the database cannot be reached.
    Unreachable = 4,
}

impl Exit {
    /// Every code with its meaning, for the help and the reference.
    pub const TABLE: [(u8, &'static str); 5] = [
        (0, "done"),
        (1, "refused or failed"),
        (2, "the command line is wrong"),
        (3, "not verified: evidence, a log or a check does not hold"),
        (4, "the server or the database cannot be reached"),
    ];
}

/// A failure of a verb.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What failed and where; one lower-case sentence.
    pub what: String,
    /// Why, from the outermost cause to the innermost.
    pub why: Vec<String>,
    /// What to do next.
    pub next: Option<String>,
    /// What a server answered (problem details), or other machine-readable parts.
    pub details: Option<Box<Value>>,
}

/// The result of a verb.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A plain failure.
    pub fn new(what: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, what: what.into(), why: Vec::new(), next: None, details: None }
    }

    /// A wrong command line that only the verb can notice.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::new(what) }
    }

    /// Something does not hold.
    pub fn not_verified(what: impl Into<String>) -> Self {
        Self { exit: Exit::NotVerified, ..Self::new(what) }
    }

    /// Nobody answers.
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self { exit: Exit::Unreachable, ..Self::new(what) }
    }

    /// Adds a cause.
    #[must_use]
    pub fn because(mut self, why: impl fmt::Display) -> Self {
        self.why.push(why.to_string());
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Adds a machine-readable part.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// Prints to standard error, as text or as JSON, and gives the exit code.
    #[must_use]
    pub fn report(&self, out: &Out) -> ExitCode {
        if out.is_json() {
            eprintln!("{}", json!({ "error": self.to_json() }));
        } else {
            eprint!("{self}");
        }
        ExitCode::from(self.exit as u8)
    }

    /// The machine-readable form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error = json!({ "exit": self.exit as u8, "what": self.what, "why": self.why });
        if let Some(object) = error.as_object_mut() {
            object.extend(self.next.as_ref().map(|next| ("next".to_owned(), json!(next))));
            object.extend(self.details.as_deref().map(|details| ("details".to_owned(), details.clone())));
        }
        error
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.what)?;
        self.why.iter().try_for_each(|why| writeln!(f, "  why:  {why}"))?;
        self.next.iter().try_for_each(|next| writeln!(f, "  next: {next}"))
    }
}

/// Any error of a library, with its causes. `Failure` itself is no `Error`, so that this can be total.
impl<E: std::error::Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut failure = Self::new(error.to_string());
        if let Some(error) = (&error as &dyn Any).downcast_ref::<platform::Error>() {
            failure.next.clone_from(&error.hint);
            failure.why.extend(error.fields.iter().map(|(field, what)| format!("`{field}` {what}")));
        }
        let mut cause = error.source();
        while let Some(why) = cause {
            failure.why.push(why.to_string());
            cause = why.source();
        }
        failure
    }
}

/// Says what was being done when something failed.
pub trait Doing<T> {
    /// Puts `what` in front and makes the error the cause.
    ///
    /// # Errors
    /// The error, so dressed.
    fn doing(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<Failure>> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| {
            let mut failure: Failure = error.into();
            failure.why.insert(0, std::mem::replace(&mut failure.what, what()));
            failure
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P7/P8: the reader is told what, why and what next, in this order.
    #[test]
    fn a_failure_says_what_why_and_what_next() {
        let io: Result<()> =
            Err(std::io::Error::other("no space left")).doing(|| "the store `var` cannot be written".into());
        let failure = io.unwrap_err().next("free some space");
        assert_eq!(
            failure.to_string(),
            "error: the store `var` cannot be written\n  why:  no space left\n  next: free some space\n"
        );
        assert_eq!(failure.to_json()["exit"], 1);
    }
}
