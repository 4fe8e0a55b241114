//! One kind of error for everything that is read from `regulations/`: a lawyer must find the place and the remedy in one line.

/// A fault in a law file. Prints as `file:line: what; what to do next`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}: {what}; {next}")]
pub struct PackError {
    /// The file, relative to the folder of regulations.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, with the offending words in backticks.
    pub what: String,
    /// What to do about it.
    pub next: String,
}

/// Gathers faults, so that the author sees all of them at once and not only the first.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub(crate) Vec<PackError>);

impl Faults {
    pub(crate) fn add(&mut self, place: &Place, what: impl Into<String>, next: impl Into<String>) {
        self.0.push(PackError { file: place.file.clone(), line: place.line, what: what.into(), next: next.into() });
    }

    /// The value if nothing was found, otherwise every fault in reading order.
    pub(crate) fn into_result<T>(mut self, value: T) -> Result<T, Vec<PackError>> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort();
        self.0.dedup();
        Err(self.0)
    }
}

/// Where something stands in the law files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the folder of regulations.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}
