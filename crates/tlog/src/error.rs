//! Everything that can go wrong in this crate, in one table.
//!
//! Messages name files, indices and sizes, never the content of a leaf (I8).

use std::io;
use std::path::{Path, PathBuf};

/// The result of every fallible verb of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a verb of the log was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a file operation.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// The system's own reason.
        source: io::Error,
    },
    /// A file of the shard does not hold what the log wrote.
    #[error("`{}` is damaged: {what}; run `gongshu log fsck` and restore the file from a replica", path.display())]
    Damaged {
        /// The file concerned.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Another writer holds the shard.
    #[error("shard `{}` is already open for writing; a shard has exactly one writer", dir.display())]
    Locked {
        /// The shard directory.
        dir: PathBuf,
    },
    /// Another witness works with the same memory.
    #[error("`{}` is the memory of a witness that is running; two over one memory could each sign another story", dir.display())]
    InUse {
        /// The memory's folder.
        dir: PathBuf,
    },
    /// An earlier write or sync failed, so nothing more may be acknowledged until the shard is reopened.
    #[error("the log refuses to go on since an earlier write failed ({why}); reopen the shard to recover")]
    Poisoned {
        /// The first failure.
        why: String,
    },
    /// A proof was asked for a range that does not exist.
    #[error("no such range in the log: {0}")]
    Range(String),
    /// A proof does not prove what it claims.
    #[error("the proof does not hold: {0}")]
    Proof(&'static str),
    /// The leaf or the size asked for is not yet published.
    #[error("index or size {asked} is beyond the published size {published}; publish the shard first")]
    NotPublished {
        /// The index or size asked for.
        asked: u64,
        /// The published size.
        published: u64,
    },
    /// A leaf is longer than an entry bundle can hold.
    #[error("leaf {position} of the batch has {length} bytes, more than the {max} that an entry may have", max = crate::tile::MAX_ENTRY)]
    LeafTooLong {
        /// Position within the batch.
        position: usize,
        /// Its length in bytes.
        length: usize,
    },
    /// A batch is larger than one journal frame may be.
    #[error("the batch has {length} bytes, more than the {max} of one journal frame; split it", max = crate::journal::MAX_FRAME)]
    BatchTooLong {
        /// Length in bytes with framing.
        length: usize,
    },
    /// A signed note does not parse or its signatures do not verify.
    #[error("signed note refused: {0}")]
    Note(String),
    /// A checkpoint does not parse.
    #[error("checkpoint refused: {0}")]
    Checkpoint(String),
    /// What was handed to a witness does not parse.
    #[error("submission to a witness refused: {0}")]
    Submission(String),
    /// A key does not parse.
    #[error("key refused: {0}")]
    Key(String),
    /// The shard belongs to another log.
    #[error("shard `{}` belongs to origin `{found}`, not to `{wanted}`", dir.display())]
    Origin {
        /// The shard directory.
        dir: PathBuf,
        /// The origin that its files name.
        found: String,
        /// The origin that the caller named.
        wanted: String,
    },
    /// A value cannot be written as canonical JSON.
    #[error("value has no canonical form: {0}")]
    Canonical(String),
    /// An evidence file is malformed or proves nothing.
    #[error("evidence refused: {0}")]
    Evidence(String),
    /// A shard may not be deleted yet (I6).
    #[error("shard `{}` is kept until {until}, now it is {now}; delete it after the term", dir.display())]
    Retention {
        /// The shard directory.
        dir: PathBuf,
        /// The end of the retention term.
        until: jiff::Timestamp,
        /// The time at which deletion was asked.
        now: jiff::Timestamp,
    },
    /// The name of a retention class, period or origin is not usable.
    #[error("name `{name}` refused: {why}")]
    Name {
        /// The name as given.
        name: String,
        /// The rule it breaks.
        why: &'static str,
    },
    /// The committer's queue is full; the caller should slow down or shed load.
    #[error("the log's queue is full ({capacity} leaves wait); slow down and submit again")]
    Busy {
        /// How many leaves the queue holds.
        capacity: usize,
    },
    /// The committer has been closed.
    #[error("the log's committer is closed")]
    Closed,
    /// A test asked for a crash here.
    #[error("simulated crash at {0}")]
    Simulated(String),
}

/// Attaches the action and the file to an I/O error.
pub(crate) trait Context<T> {
    /// Turns an [`io::Error`] into [`Error::Io`].
    fn at(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Io { action, path: path.to_owned(), source })
    }
}

impl Error {
    /// A short constructor, since damage is found in many places.
    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}
