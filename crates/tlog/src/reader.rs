//! Reading a shard from its published files only: no lock, no journal, any number of readers beside the one writer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use crate::cosigned;
use crate::files;
use crate::merkle::{self, CompactRange, Sha256Tree, Sm3Tree, TreeHash};
use crate::note::NoteKey;
use crate::store::{DEFAULT_CACHE_TILES, Store};
use crate::tile::{self, WIDTH};
use crate::{CheckpointPair, Error, Hash, Result, SignedCheckpoint, TrustedKeys};

/// The name of a tree's checkpoint file below its prefix.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// The same proof in both trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofPair {
    /// In the national tree.
    pub sm3: Vec<Hash>,
    /// In the public tree.
    pub sha256: Vec<Hash>,
}

/// A read-only view of one shard. It can be shared between threads.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    store: Store,
    checkpoints: RwLock<Arc<CheckpointPair>>,
}

impl Reader {
    /// Opens a published shard.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a checkpoint is missing or malformed. Signatures are not verified here: a proof is checked
    /// by whoever receives it.
    pub fn open(dir: &Path) -> Result<Self> {
        Self::open_with_cache(dir, DEFAULT_CACHE_TILES)
    }

    /// Opens a published shard with room for `tiles` tiles of each tree in memory, at most 16 KiB each.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with_cache(dir: &Path, tiles: usize) -> Result<Self> {
        let checkpoints = RwLock::new(Arc::new(read_pair(dir)?));
        Ok(Self { dir: dir.to_owned(), store: Store::new(dir, tiles), checkpoints })
    }

    /// Reads the checkpoints again, so that newly published leaves can be proved.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn refresh(&self) -> Result<Arc<CheckpointPair>> {
        let pair = Arc::new(read_pair(&self.dir)?);
        *self.checkpoints.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&pair);
        Ok(pair)
    }

    /// The checkpoints that this reader proves against.
    #[must_use]
    pub fn checkpoints(&self) -> Arc<CheckpointPair> {
        Arc::clone(&self.checkpoints.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The size up to which both trees are published.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.checkpoints().size()
    }

    /// Proves that leaf `index` is in both trees of `size` leaves.
    ///
    /// # Errors
    /// [`Error::NotPublished`], [`Error::Range`], or damage of a file.
    pub fn prove(&self, index: u64, size: u64) -> Result<ProofPair> {
        let pair = self.checkpoints();
        reached(size, pair.size())?;
        prove(&self.store, &pair, index, size)
    }

    /// Proves that both trees of `from` leaves are prefixes of those of `to` leaves.
    ///
    /// # Errors
    /// [`Error::NotPublished`], [`Error::Range`], or damage of a file.
    pub fn consistency(&self, from: u64, to: u64) -> Result<ProofPair> {
        let pair = self.checkpoints();
        reached(to, pair.size())?;
        consistency(&self.store, &pair, from, to)
    }

    /// One published leaf.
    ///
    /// # Errors
    /// [`Error::NotPublished`] or damage of a file.
    pub fn leaf(&self, index: u64) -> Result<Vec<u8>> {
        let published = self.published();
        reached(index.saturating_add(1), published)?;
        self.store.leaf(index, published)
    }

    /// Proves in the public tree alone that its first `from` leaves are a prefix of its first `to`, as witnesses want it.
    ///
    /// # Errors
    /// [`Error::NotPublished`], [`Error::Range`], or damage of a file.
    pub fn public_consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>> {
        let published = self.checkpoints().sha256.checkpoint.size;
        reached(to, published)?;
        merkle::consistency_proof::<Sha256Tree>(from, to, self.store.nodes::<Sha256Tree>(published))
    }

    /// The root over the first `size` leaves of the public tree.
    ///
    /// # Errors
    /// [`Error::NotPublished`], or damage of a file.
    pub fn public_root(&self, size: u64) -> Result<Hash> {
        let published = self.checkpoints().sha256.checkpoint.size;
        reached(size, published)?;
        merkle::root_from_nodes::<Sha256Tree>(size, self.store.nodes::<Sha256Tree>(published))
    }

    /// The public checkpoint that witnesses cosigned last, if any did; its signatures are not thereby verified.
    ///
    /// # Errors
    /// Damage of the file.
    pub fn cosigned(&self) -> Result<Option<SignedCheckpoint>> {
        cosigned::read(&self.dir)
    }

    /// Reads every published leaf in order, one bundle in memory at a time, and in the end holds the root of what was read against
    /// the public checkpoint and its signature: what was given to `each` is then known to be the log, whole and unchanged.
    /// Returns the number of leaves.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a file does not hold what it should, [`Error::Note`] when the checkpoint is not signed by the
    /// key, [`Error::Checkpoint`] when the leaves are not those that it was signed for.
    pub fn walk(&self, keys: &TrustedKeys, mut each: impl FnMut(u64, &[u8])) -> Result<u64> {
        let pair = self.checkpoints();
        let signed = &pair.sha256;
        NoteKey::ed25519(&signed.checkpoint.origin, keys.ed25519)?.verify(&signed.note)?;
        let size = signed.checkpoint.size;
        let mut tree = CompactRange::<Sha256Tree>::new();
        while tree.size() < size {
            let (path, bundle) = self.store.bundle(tree.size() / u64::from(WIDTH), size)?;
            let before = tree.size();
            let most = size.saturating_sub(before).min(u64::from(WIDTH));
            let entries = tile::entries(&bundle).take(usize::from(WIDTH)).zip(0..most);
            for (entry, _) in entries {
                let entry = entry.ok_or_else(|| Error::damaged(&path, "an entry is cut short"))?;
                each(tree.size(), entry);
                tree.append(Sha256Tree::leaf(entry));
            }
            if tree.size().saturating_sub(before) < most {
                return Err(Error::damaged(&path, format!("it lacks the entry of leaf {}", tree.size())));
            }
        }
        if size > 0 && tree.root() != signed.checkpoint.root {
            return Err(Error::Checkpoint("the leaves are not those for which it was signed".to_owned()));
        }
        Ok(size)
    }

    /// Proves that leaf `index` is in one of the trees of `size` leaves, e.g. for a foreign tool that wants but one.
    ///
    /// # Errors
    /// [`Error::NotPublished`], [`Error::Range`], or damage of a file.
    pub fn prove_in<H: TreeHash>(&self, index: u64, size: u64) -> Result<Vec<Hash>> {
        let pair = self.checkpoints();
        let signed = if H::PREFIX.is_empty() { &pair.sha256 } else { &pair.sm3 };
        reached(size, signed.checkpoint.size)?;
        inclusion::<H>(&self.store, index, size, signed.checkpoint.size)
    }
}

/// Proofs may be asked for any size that was ever reached, but tiles lie in files only at the sizes that were
/// published. So they are read as of the last checkpoint: whatever a smaller tree needs is in them.
pub(crate) fn prove(store: &Store, pair: &CheckpointPair, index: u64, size: u64) -> Result<ProofPair> {
    let (sm3, sha256) = (pair.sm3.checkpoint.size, pair.sha256.checkpoint.size);
    Ok(ProofPair {
        sm3: inclusion::<Sm3Tree>(store, index, size, sm3)?,
        sha256: inclusion::<Sha256Tree>(store, index, size, sha256)?,
    })
}

/// As [`prove`], for consistency.
pub(crate) fn consistency(store: &Store, pair: &CheckpointPair, from: u64, to: u64) -> Result<ProofPair> {
    let (sm3, sha256) = (pair.sm3.checkpoint.size, pair.sha256.checkpoint.size);
    Ok(ProofPair {
        sm3: merkle::consistency_proof::<Sm3Tree>(from, to, store.nodes::<Sm3Tree>(sm3))?,
        sha256: merkle::consistency_proof::<Sha256Tree>(from, to, store.nodes::<Sha256Tree>(sha256))?,
    })
}

fn inclusion<H: TreeHash>(store: &Store, index: u64, size: u64, published: u64) -> Result<Vec<Hash>> {
    if index >= size {
        return Err(Error::Range(format!("leaf {index} of a tree of {size}")));
    }
    merkle::build(index..index.saturating_add(1), 0..size, store.roots::<H>(size, published))
}

pub(crate) fn reached(asked: u64, published: u64) -> Result<()> {
    if asked <= published { Ok(()) } else { Err(Error::NotPublished { asked, published }) }
}

/// Reads the checkpoint of one tree, or nothing if it was never published.
pub(crate) fn read_checkpoint<H: TreeHash>(dir: &Path) -> Result<Option<SignedCheckpoint>> {
    let path = dir.join(format!("{}{CHECKPOINT}", H::PREFIX));
    let Some(bytes) = files::read_if_exists(&path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|_| Error::damaged(&path, "not UTF-8"))?;
    SignedCheckpoint::parse(&text).map(Some).map_err(|why| Error::damaged(&path, why.to_string()))
}

fn read_pair(dir: &Path) -> Result<CheckpointPair> {
    let missing = |prefix: &str| Error::damaged(&dir.join(format!("{prefix}{CHECKPOINT}")), "the file is missing");
    // The writer puts the national checkpoint in place first, so reading it last can only find it further ahead.
    let sha256 = read_checkpoint::<Sha256Tree>(dir)?.ok_or_else(|| missing(Sha256Tree::PREFIX))?;
    let sm3 = read_checkpoint::<Sm3Tree>(dir)?.ok_or_else(|| missing(Sm3Tree::PREFIX))?;
    Ok(CheckpointPair { sm3, sha256 })
}
