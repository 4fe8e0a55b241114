//! The transparency log: what was logged can be proved to anyone, offline, years later.
//!
//! A *shard* is one directory that holds one append-only log. Over its leaves stand two Merkle trees (RFC 6962
//! hashing): the national one (SM3, checkpoints signed with SM2) and the public one (SHA-256, checkpoints signed with
//! Ed25519 in the C2SP `tlog-tiles` form), so that both a domestic examiner and a foreign tool can check the same
//! entries, which are stored once.
//!
//! The way of a leaf: [`Shard::append`] writes it to the shard's journal and syncs once for the whole batch; from then on
//! it is durable and its index is fixed. [`Shard::publish`] later integrates the journal into tiles and signs both
//! checkpoints last. [`Reader`] and [`Shard`] build proofs from published tiles; [`evidence`] packs one leaf with its
//! proofs into one file; [`witness`] is who remembers a log besides its operator; [`fsck`] recounts a whole directory and shares no code with the writer.
//!
//! What is absent on purpose: no async, no clock, no random source, no SQL. Times and keys are arguments.
//!
//! ```
//! use tlog::merkle::{CompactRange, Sha256Tree, TreeHash};
//! let mut range = CompactRange::<Sha256Tree>::new();
//! range.append(Sha256Tree::leaf(b"one"));
//! assert_eq!(range.root(), Sha256Tree::leaf(b"one"));
//! ```

pub mod canonical;
pub mod checkpoint;
pub mod committer;
pub mod cosigned;
mod edge;
mod error;
pub mod evidence;
mod files;
pub mod fsck;
mod journal;
mod keys;
pub mod merkle;
pub mod note;
pub mod openssl;
pub mod reader;
pub mod retention;
pub mod shard;
mod store;
#[cfg(test)]
mod tests;
pub mod tile;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointPair, SignedCheckpoint};
pub use committer::{GroupCommitter, Ticket};
pub use error::{Error, Result};
pub use evidence::Evidence;
#[cfg(any(test, feature = "failure-points"))]
pub use files::FailurePoint;
pub use merkle::Hash;
pub use reader::{ProofPair, Reader};
pub use shard::{Shard, Signers, TrustedKeys};
pub use witness::Witness;
