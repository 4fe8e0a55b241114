//! Checkpoints: what a log says about itself (C2SP `tlog-checkpoint`), and the pair that a shard publishes.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::note::Note;
use crate::{Error, Hash, Result};

/// The body of a checkpoint: which log, how many leaves, which root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's unique name; also the key name under which it signs.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: u64,
    /// The root hash over them.
    pub root: Hash,
    /// Further lines, each not empty. Our national checkpoint carries `time <milliseconds since 1970>`.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// Parses the text of a checkpoint note.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if a line is missing, empty or not in its only allowed spelling.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |why: &str| Error::Checkpoint(why.to_owned());
        let body = text.strip_suffix('\n').ok_or_else(|| refuse("the last line does not end"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or_else(|| refuse("the origin line is empty"))?;
        let size_line = lines.next().ok_or_else(|| refuse("the size line is missing"))?;
        let size: u64 = size_line.parse().map_err(|_| refuse("the size is not a decimal number"))?;
        if size.to_string() != size_line {
            return Err(refuse("the size has leading zeros or a sign"));
        }
        let root_line = lines.next().ok_or_else(|| refuse("the root line is missing"))?;
        let root = STANDARD.decode(root_line).ok().and_then(|root| Hash::try_from(root).ok());
        let root = root.ok_or_else(|| refuse("the root is not a base64 hash of 32 bytes"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(refuse("an extension line is empty"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// The milliseconds since 1970 in the `time` extension, if the checkpoint has one.
    #[must_use]
    pub fn time_ms(&self) -> Option<u64> {
        self.extensions.iter().find_map(|line| line.strip_prefix("time ")?.parse().ok())
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint with the signed note that carries it. The signatures are *not* thereby verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What the note says.
    pub checkpoint: Checkpoint,
    /// The note, with every signature.
    pub note: Note,
}

impl SignedCheckpoint {
    /// Parses a signed checkpoint.
    ///
    /// # Errors
    /// [`Error::Note`] or [`Error::Checkpoint`].
    pub fn parse(text: &str) -> Result<Self> {
        let note = Note::parse(text)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { checkpoint, note })
    }
}

/// The two checkpoints of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointPair {
    /// The national one, signed with SM2.
    pub sm3: SignedCheckpoint,
    /// The public one, signed with Ed25519.
    pub sha256: SignedCheckpoint,
}

impl CheckpointPair {
    /// The size up to which both trees are published.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.sm3.checkpoint.size.min(self.sha256.checkpoint.size)
    }
}
