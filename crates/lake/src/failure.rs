//! Where tests make a load stop as if the process had been killed.

/// The moments at which a crash leaves different things behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailurePoint {
    /// Data files and rejected rows are complete; nothing refers to them.
    AfterDataFiles,
    /// The commit is composed and not yet written.
    BeforeCommit,
    /// The commit is written; certificate and indexes are not.
    AfterCommitBeforeIndex,
}
