//! Witnesses (C2SP `tlog-witness`): somebody other than the log's operator who remembers how far the log had come.
//!
//! A log that is rewritten is still consistent in itself, and its operator can sign it again. What he cannot do is make a
//! witness forget: it cosigns a checkpoint only if the tree it cosigned last is a prefix of it. So two people who hold
//! checkpoints with the same witness's cosignature have seen the same log.
//!
//! [`Witness`] decides; what it remembers lies behind [`Memory`], in files ([`Folder`]) in the product. It remembers *before*
//! it signs: if the process dies in between, a cosignature is lost, and never given twice for two different logs. How the
//! question travels is not decided here; [`Refusal::status`] says how HTTP answers it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::merkle::{Sha256Tree, TreeHash as _, verify_consistency};
use crate::note::{MAX_NOTE, NoteKey};
use crate::retention::ShardName;
use crate::{Error, Hash, Result, SignedCheckpoint};

mod folder;

pub use folder::Folder;

/// The most hashes in a consistency proof.
pub const MAX_PROOF: usize = 63;
/// The longest question read, in bytes: a size, 63 hashes and a note.
pub const MAX_SUBMISSION: usize = MAX_NOTE + 4096;
/// The media type of the size that a witness tells with a conflict.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// What a log hands to a witness: its newest checkpoint, and the proof that the witness's own is a prefix of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The size of the tree that the witness cosigned last, as far as the log knows; 0 for none.
    pub old: u64,
    /// The consistency proof from there in the public tree; empty from 0.
    pub proof: Vec<Hash>,
    /// The checkpoint to cosign.
    pub signed: SignedCheckpoint,
}

impl Submission {
    /// Reads the body of `add-checkpoint`.
    ///
    /// # Errors
    /// [`Error::Submission`] for anything but the one allowed form, [`Error::Note`], [`Error::Checkpoint`].
    pub fn parse(body: &str) -> Result<Self> {
        let refuse = |why: &str| Error::Submission(why.to_owned());
        if body.len() > MAX_SUBMISSION {
            return Err(refuse("longer than a question may be"));
        }
        let (head, note) = body.split_once("\n\n").ok_or_else(|| refuse("no blank line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(size_in);
        let old = old.ok_or_else(|| refuse("the first line is not `old` and a decimal number"))?;
        let proof = lines
            .map(|line| STANDARD.decode(line).ok().and_then(|hash| Hash::try_from(hash).ok()))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| refuse("a line of the proof is not a base64 hash of 32 bytes"))?;
        if proof.len() > MAX_PROOF {
            return Err(refuse("more than 63 hashes in the proof"));
        }
        Ok(Self { old, proof, signed: SignedCheckpoint::parse(note)? })
    }
}

impl fmt::Display for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash)))?;
        write!(f, "\n{}", self.signed.note)
    }
}

/// A size in its only allowed spelling: decimal, without a sign or leading zeros. A witness tells its own like this.
#[must_use]
pub fn size_in(text: &str) -> Option<u64> {
    text.parse().ok().filter(|size: &u64| size.to_string() == text)
}

/// What a witness remembers: for each log, the checkpoint that it cosigned last.
pub trait Memory {
    /// The checkpoint last kept for a log.
    ///
    /// # Errors
    /// When it cannot be told. A witness that is not sure what it has seen signs nothing.
    fn latest(&self, origin: &str) -> Result<Option<SignedCheckpoint>>;

    /// Keeps a checkpoint in the place of the last one. When this returns, no crash undoes it.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn keep(&mut self, signed: &SignedCheckpoint) -> Result<()>;

    /// Keeps a checkpoint that contradicts the one kept: both are signed by the log, so the two together prove that it has
    /// told two stories.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn accuse(&mut self, signed: &SignedCheckpoint) -> Result<()>;
}

/// Why a witness does not cosign.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The question cannot be read.
    #[error("the question cannot be read: {0}")]
    Malformed(#[source] Error),
    /// Nobody has asked this witness to watch the log.
    #[error("this witness does not watch the log `{0}`")]
    UnknownLog(String),
    /// The log has not signed the checkpoint.
    #[error("no signature on the checkpoint holds under the key that this witness has for the log")]
    NotSigned,
    /// The old size is beyond the checkpoint.
    #[error("the old size {old} is beyond the checkpoint of {size} leaves")]
    Beyond {
        /// The old size named.
        old: u64,
        /// The checkpoint's size.
        size: u64,
    },
    /// The log is not where the question says.
    #[error("this witness cosigned {latest} leaves last; prove consistency from there")]
    Stale {
        /// The size cosigned last.
        latest: u64,
    },
    /// The same size with another root: the log has told two stories.
    #[error("this witness cosigned another tree of {latest} leaves: the log has told two stories")]
    Fork {
        /// The size cosigned last.
        latest: u64,
    },
    /// The tree cosigned last is not proved to be a prefix of this one.
    #[error("the tree of {latest} leaves is not proved to be a prefix of the checkpoint's: {why}")]
    NotProved {
        /// The size cosigned last.
        latest: u64,
        /// What does not hold.
        why: Error,
    },
    /// What was seen before cannot be read, or what is seen now cannot be kept.
    #[error("this witness cannot remember: {0}")]
    Memory(#[source] Error),
}

impl Refusal {
    /// The HTTP status that stands for it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::Beyond { .. } => 400,
            Self::NotSigned => 403,
            Self::UnknownLog(_) => 404,
            Self::Stale { .. } | Self::Fork { .. } => 409,
            Self::NotProved { .. } => 422,
            Self::Memory(_) => 500,
        }
    }

    /// The size that the witness tells with a conflict.
    #[must_use]
    pub const fn latest(&self) -> Option<u64> {
        match self {
            Self::Stale { latest } | Self::Fork { latest } => Some(*latest),
            _ => None,
        }
    }
}

/// A witness. It takes one question at a time, which is what makes looking and keeping one step.
pub struct Witness<M> {
    name: String,
    key: ed25519_dalek::SigningKey,
    own: NoteKey,
    logs: Vec<NoteKey>,
    memory: M,
}

impl<M: Memory> Witness<M> {
    /// A witness with its name and its secret key, for these logs. A log is named by its public Ed25519 key; the key of a log
    /// `NAME` stands for all its shards `NAME/CLASS/PERIOD` too, since a new one begins every month.
    ///
    /// # Errors
    /// [`Error::Name`] if the name is empty or has spaces or `+`, [`Error::Key`] for a key of another kind.
    pub fn new(name: &str, key: &[u8; 32], logs: Vec<NoteKey>, memory: M) -> Result<Self> {
        let key = ed25519_dalek::SigningKey::from_bytes(key);
        let own = NoteKey::witness(name, key.verifying_key())?;
        if let Some(other) = logs.iter().find(|log| log.named(name).is_none()) {
            return Err(Error::Key(format!("`{}` is not the Ed25519 key of a log", other.vkey())));
        }
        Ok(Self { name: name.to_owned(), key, own, logs, memory })
    }

    /// Its public key, which whoever relies on it has to know.
    #[must_use]
    pub const fn key(&self) -> &NoteKey {
        &self.own
    }

    /// The logs it watches.
    #[must_use]
    pub fn logs(&self) -> &[NoteKey] {
        &self.logs
    }

    /// What it remembers.
    #[must_use]
    pub const fn memory(&self) -> &M {
        &self.memory
    }

    /// Takes the body of `add-checkpoint` and gives the cosignature, a line that ends. `seconds` is the time since 1970.
    ///
    /// # Errors
    /// [`Refusal`], in the order in which the protocol wants the checks.
    pub fn add_checkpoint(&mut self, body: &str, seconds: u64) -> Result<String, Refusal> {
        let Submission { old, proof, signed } = Submission::parse(body).map_err(Refusal::Malformed)?;
        let signed = self.of_a_log(signed)?;
        let (size, root) = (signed.checkpoint.size, signed.checkpoint.root);
        if old > size {
            return Err(Refusal::Beyond { old, size });
        }
        let last = self.memory.latest(&signed.checkpoint.origin).map_err(Refusal::Memory)?;
        let (latest, latest_root) =
            last.map_or((0, Sha256Tree::empty()), |last| (last.checkpoint.size, last.checkpoint.root));
        if old != latest {
            return Err(Refusal::Stale { latest });
        }
        if size == latest && root != latest_root {
            // Whether this one can be kept changes nothing about the refusal.
            let _ = self.memory.accuse(&signed);
            return Err(Refusal::Fork { latest });
        }
        grows(latest, &latest_root, size, &root, &proof).map_err(|why| Refusal::NotProved { latest, why })?;
        let mut note = signed.note.clone();
        if size != latest {
            self.memory.keep(&signed).map_err(Refusal::Memory)?;
        }
        let line = note
            .cosign(&self.name, &self.key, seconds)
            .and_then(|()| note.signatures().last().map(ToString::to_string).ok_or(Error::Proof("nothing was signed")));
        line.map_err(Refusal::Memory)
    }

    /// The checkpoint with the log's own signature and no other, if it is one of a log that is watched.
    fn of_a_log(&self, signed: SignedCheckpoint) -> Result<SignedCheckpoint, Refusal> {
        let origin = &signed.checkpoint.origin;
        let mut keys = self.logs.iter().filter(|log| covers(log.name(), origin)).peekable();
        if keys.peek().is_none() {
            return Err(Refusal::UnknownLog(origin.clone()));
        }
        let mut good = keys.filter_map(|log| log.named(origin)).filter_map(|key| signed.note.signed_by(&key).ok());
        let note = good.next().ok_or(Refusal::NotSigned)?;
        Ok(SignedCheckpoint { checkpoint: signed.checkpoint, note })
    }
}

impl<M> fmt::Debug for Witness<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Witness({}, …)", self.name)
    }
}

/// Whether the key of the log `name` speaks for `origin`.
fn covers(name: &str, origin: &str) -> bool {
    let below = origin.strip_prefix(name).and_then(|rest| rest.strip_prefix('/'));
    let shard = below.and_then(|rest| rest.split_once('/'));
    origin == name || shard.is_some_and(|(class, period)| ShardName::new(class, period).is_ok())
}

/// Whether the tree cosigned last is a prefix of the new one. From nothing every tree grows, and there is nothing to prove.
fn grows(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> Result<()> {
    if old == 0 && new > 0 {
        return if proof.is_empty() { Ok(()) } else { Err(Error::Proof("a proof from nothing is empty")) };
    }
    verify_consistency::<Sha256Tree>(old, old_root, new, new_root, proof)
}
