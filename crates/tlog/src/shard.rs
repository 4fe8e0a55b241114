//! The writer of one shard directory. There is exactly one at a time, guarded by a file lock.
//!
//! ```text
//! <shard>/lock                        held by the writer
//!         journal                     leaves that are durable, not all of them published
//!         checkpoint                  SHA-256 tree, signed note (Ed25519), C2SP tlog-tiles
//!         tile/<level>/<NNN>[.p/W]    its tiles
//!         tile/entries/<NNN>[.p/W]    the leaves, stored once for both trees
//!         sm3/checkpoint              SM3 tree, signed note (SM2)
//!         sm3/tile/<level>/<NNN>[.p/W]
//!         tmp/                        unfinished files, emptied at open
//! ```
//!
//! Order is everything. A leaf is acknowledged only after its journal frame is synced. Tiles are in place and synced
//! before a checkpoint names their size. The journal forgets leaves only after both checkpoints cover them. So after a
//! crash at any point the two checkpoints and the journal together know every acknowledged leaf exactly once.

use std::fs::{self, File, TryLockError};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::edge::Edge;
use crate::error::Context as _;
use crate::files::{FailurePoint, Failures, TMP, Writer};
use crate::journal::{self, Journal};
use crate::merkle::{Sha256Tree, Sm3Tree, TreeHash};
use crate::note::{self, Note, NoteKey};
use crate::reader::{CHECKPOINT, ProofPair, consistency, prove, reached, read_checkpoint};
use crate::store::{DEFAULT_CACHE_TILES, Store};
use crate::tile::{self, WIDTH};
use crate::{Checkpoint, CheckpointPair, Error, Result, SignedCheckpoint};

/// A journal with more published bytes than this is replaced by a fresh one after a publication.
const JOURNAL_KEEP: u64 = 4 * 1024 * 1024;

/// The secret keys with which a shard signs its checkpoints.
pub struct Signers {
    /// For the national checkpoint.
    pub sm2: sm::sign::SigningKey,
    /// For the public checkpoint.
    pub ed25519: ed25519_dalek::SigningKey,
}

impl Signers {
    /// Both secret keys, for callers that have no other business with the cryptography. `ed25519` is the 32-byte seed.
    #[must_use]
    pub fn new(sm2: sm::sign::SigningKey, ed25519: &[u8; 32]) -> Self {
        Self { sm2, ed25519: ed25519_dalek::SigningKey::from_bytes(ed25519) }
    }

    /// The public halves, to be handed to whoever verifies.
    #[must_use]
    pub fn trusted_keys(&self) -> TrustedKeys {
        TrustedKeys { sm2: self.sm2.verifying_key().clone(), ed25519: self.ed25519.verifying_key() }
    }
}

/// The public keys of a log, obtained by a way that the verifier trusts.
#[derive(Debug, Clone)]
pub struct TrustedKeys {
    /// Of the national checkpoint.
    pub sm2: sm::sign::VerifyingKey,
    /// Of the public checkpoint.
    pub ed25519: ed25519_dalek::VerifyingKey,
}

/// The one writer of a shard.
pub struct Shard {
    dir: PathBuf,
    origin: String,
    signers: Signers,
    store: Store,
    journal: Journal,
    sm3: Edge<Sm3Tree>,
    sha256: Edge<Sha256Tree>,
    /// The entries of the bundle that is not yet full.
    bundle: Vec<u8>,
    /// A buffer for journal frames, kept for its capacity.
    frame: Vec<u8>,
    checkpoints: Option<CheckpointPair>,
    poisoned: Option<String>,
    failures: Failures,
    /// Held as long as the shard is; the system releases it even after a kill.
    lock: File,
}

impl Shard {
    /// Opens or creates the shard in `dir` and recovers from whatever stopped the last writer: a torn journal tail is
    /// cut off, unpublished leaves are kept, and the published trees are rechecked along their right edge.
    ///
    /// # Errors
    /// [`Error::Locked`] if another writer has it; [`Error::Origin`] if it belongs to another log; [`Error::Damaged`] if
    /// a file does not hold what was written; [`Error::Note`] if a checkpoint is not signed with these keys.
    pub fn open(dir: &Path, origin: &str, signers: Signers) -> Result<Self> {
        note::check_name(origin)?;
        fs::create_dir_all(dir).at("create", dir)?;
        let lock = lock(dir)?;
        let tmp = dir.join(TMP);
        if tmp.exists() {
            fs::remove_dir_all(&tmp).at("empty", &tmp)?;
        }
        fs::create_dir(&tmp).at("create", &tmp)?;
        let keys = signers.trusted_keys();
        let store = Store::new(dir, DEFAULT_CACHE_TILES);
        let sm3 = trusted_checkpoint::<Sm3Tree>(dir, origin, &NoteKey::sm2(origin, keys.sm2)?, &store)?;
        let sha256 = trusted_checkpoint::<Sha256Tree>(dir, origin, &NoteKey::ed25519(origin, keys.ed25519)?, &store)?;
        let size = |signed: &Option<SignedCheckpoint>| signed.as_ref().map_or(0, |signed| signed.checkpoint.size);
        let published = size(&sm3).min(size(&sha256));
        if sm3.is_none() && sha256.is_none() && !dir.join(journal::NAME).exists() && dir.join("tile").exists() {
            return Err(Error::damaged(
                &dir.join(CHECKPOINT),
                "there are tiles, but neither a checkpoint nor a journal",
            ));
        }
        let journal = Journal::recover(dir, origin, published)?;
        if journal.next() < size(&sm3).max(size(&sha256)) {
            return Err(Error::damaged(&dir.join(journal::NAME), "it ends before the newer checkpoint"));
        }
        Ok(Self {
            sm3: Edge::load(&store, published)?,
            sha256: Edge::load(&store, published)?,
            bundle: open_bundle(&store, published)?,
            checkpoints: sm3.zip(sha256).map(|(sm3, sha256)| CheckpointPair { sm3, sha256 }),
            frame: Vec::new(),
            poisoned: None,
            failures: Failures::default(),
            lock,
            dir: dir.to_owned(),
            origin: origin.to_owned(),
            signers,
            store,
            journal,
        })
    }

    /// Makes leaves durable, all of them or none, with one sync, and fixes their indices.
    ///
    /// # Errors
    /// [`Error::LeafTooLong`] and [`Error::BatchTooLong`] leave the shard as it was. After any other error nothing may be
    /// acknowledged any more: the shard refuses every further append ([`Error::Poisoned`]) until it is opened again.
    pub fn append(&mut self, leaves: &[impl AsRef<[u8]>]) -> Result<Range<u64>> {
        self.healthy()?;
        let first = self.len();
        if leaves.is_empty() {
            return Ok(first..first);
        }
        journal::begin_frame(&mut self.frame);
        for (position, leaf) in leaves.iter().enumerate() {
            tile::encode_entry(leaf.as_ref(), position, &mut self.frame)?;
        }
        let length = journal::payload_length(&self.frame);
        let count = u32::try_from(leaves.len()).ok().filter(|_| length <= journal::MAX_FRAME);
        let count = count.ok_or(Error::BatchTooLong { length })?;
        let appended = self.journal.append(count, &mut self.frame, self.failures);
        self.poison_on_error(appended)?;
        Ok(first..self.len())
    }

    /// Integrates every durable leaf into both trees and signs both checkpoints. Without news it changes nothing and
    /// returns the checkpoints as they are.
    ///
    /// `now_ms`, milliseconds since 1970, goes into the national checkpoint as a `time` line; the public one stays free
    /// of extensions, as C2SP recommends.
    ///
    /// # Errors
    /// If a file cannot be written; publishing can then be tried again, no durable leaf is lost.
    pub fn publish(&mut self, now_ms: u64) -> Result<CheckpointPair> {
        self.healthy()?;
        if let Some(pair) = self.checkpoints.as_ref().filter(|pair| pair.size() == self.len()) {
            return Ok(pair.clone());
        }
        let (mut sm3, mut sha256, mut bundle) = (self.sm3.clone(), self.sha256.clone(), self.bundle.clone());
        let superseded = self.integrate(&mut sm3, &mut sha256, &mut bundle)?;
        self.failures.check(FailurePoint::BeforeCheckpoints)?;
        let pair = self.sign(&sm3, &sha256, now_ms)?;
        let mut files = Writer::new(&self.dir, "checkpoint");
        files.write(&format!("{}{CHECKPOINT}", Sm3Tree::PREFIX), pair.sm3.note.to_string().as_bytes())?;
        files.write(&format!("{}{CHECKPOINT}", Sha256Tree::PREFIX), pair.sha256.note.to_string().as_bytes())?;
        // Written and synced together, put in place one after the other: the national one first.
        files.place(1)?;
        self.failures.check(FailurePoint::BetweenCheckpoints)?;
        files.finish()?;
        (self.sm3, self.sha256, self.bundle) = (sm3, sha256, bundle);
        self.checkpoints = Some(pair.clone());
        self.journal.mark_published();
        self.failures.check(FailurePoint::BeforeJournalRoll)?;
        if self.journal.published_bytes() > JOURNAL_KEEP {
            let fresh = Journal::create(&self.dir, &self.origin, self.len());
            self.journal = self.poison_on_error(fresh)?;
        }
        self.failures.check(FailurePoint::BeforeCleanup)?;
        for dir in superseded {
            // Superseded partial tiles are harmless, so failing to remove them is no failure of the publication.
            let _ = fs::remove_dir_all(self.dir.join(dir));
        }
        Ok(pair)
    }

    /// How many leaves are durable.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.journal.next()
    }

    /// Whether the shard has no leaf.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The size up to which both trees are published.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.sha256.size()
    }

    /// The published checkpoints, if there are any.
    #[must_use]
    pub const fn checkpoints(&self) -> Option<&CheckpointPair> {
        self.checkpoints.as_ref()
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The shard's directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Proves that leaf `index` is in both trees of `size` leaves.
    ///
    /// # Errors
    /// [`Error::NotPublished`], [`Error::Range`], or damage of a file.
    pub fn prove(&self, index: u64, size: u64) -> Result<ProofPair> {
        let pair = self.published_pair(size)?;
        prove(&self.store, pair, index, size)
    }

    /// Proves that both trees of `from` leaves are prefixes of those of `to` leaves.
    ///
    /// # Errors
    /// [`Error::NotPublished`], [`Error::Range`], or damage of a file.
    pub fn consistency(&self, from: u64, to: u64) -> Result<ProofPair> {
        let pair = self.published_pair(to)?;
        consistency(&self.store, pair, from, to)
    }

    /// One published leaf.
    ///
    /// # Errors
    /// [`Error::NotPublished`] or damage of a file.
    pub fn leaf(&self, index: u64) -> Result<Vec<u8>> {
        reached(index.saturating_add(1), self.published())?;
        self.store.leaf(index, self.published())
    }

    /// Makes the writer stop at a failure point as if the process had died there.
    #[cfg(any(test, feature = "failure-points"))]
    pub const fn fail_at(&mut self, point: FailurePoint) {
        self.failures = Failures::armed(point);
    }

    /// The checkpoints, if they cover `size`.
    fn published_pair(&self, size: u64) -> Result<&CheckpointPair> {
        reached(size, self.published())?;
        self.checkpoints.as_ref().ok_or(Error::NotPublished { asked: size, published: 0 })
    }

    fn healthy(&self) -> Result<()> {
        self.poisoned.as_ref().map_or(Ok(()), |why| Err(Error::Poisoned { why: why.clone() }))
    }

    fn poison_on_error<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.poisoned = Some(error.to_string());
        }
        result
    }

    /// Writes all new tiles and bundles durably; gives the directories of partial ones that are now superseded. The two
    /// trees know nothing of each other, so they grow at the same time.
    fn integrate(
        &self,
        sm3: &mut Edge<Sm3Tree>,
        sha256: &mut Edge<Sha256Tree>,
        bundle: &mut Vec<u8>,
    ) -> Result<Vec<String>> {
        std::thread::scope(|scope| {
            // A thread that panics is a bug; reported as an error it at least harms nothing that is published.
            const PANICKED: Error = Error::Proof("the national tree could not be computed");
            // At this failure point the public tree comes to its end and the national one does not begin.
            let both = !self.failures.is(FailurePoint::SomeTiles);
            // The national tree is the faster one to hash, so its thread writes the entries.
            let national = both.then(|| scope.spawn(|| grow(&self.dir, &self.journal, sm3, Some(bundle))));
            let mut superseded = grow(&self.dir, &self.journal, sha256, None)?;
            self.failures.check(FailurePoint::SomeTiles)?;
            superseded.extend(national.map_or(Err(PANICKED), |thread| thread.join().unwrap_or(Err(PANICKED)))?);
            Ok(superseded)
        })
    }

    fn sign(&self, sm3: &Edge<Sm3Tree>, sha256: &Edge<Sha256Tree>, now_ms: u64) -> Result<CheckpointPair> {
        let national = Checkpoint {
            origin: self.origin.clone(),
            size: sm3.size(),
            root: sm3.root(),
            extensions: vec![format!("time {now_ms}")],
        };
        let public = Checkpoint {
            origin: self.origin.clone(),
            size: sha256.size(),
            root: sha256.root(),
            extensions: Vec::new(),
        };
        let (mut sm3, mut sha256) = (Note::new(national.to_string())?, Note::new(public.to_string())?);
        sm3.sign_sm2(&self.origin, &self.signers.sm2)?;
        sha256.sign_ed25519(&self.origin, &self.signers.ed25519)?;
        Ok(CheckpointPair {
            sm3: SignedCheckpoint { checkpoint: national, note: sm3 },
            sha256: SignedCheckpoint { checkpoint: public, note: sha256 },
        })
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        // After a failed write, and after a crash that a test asked for, the journal stays as a real one would leave it.
        if self.poisoned.is_none() && self.failures.is_none() {
            self.journal.trim();
        }
        // Closing the file alone would leave the lock to a process that is just being started and still has a copy of it.
        // If unlocking fails, closing it is what is left.
        drop(self.lock.unlock());
    }
}

/// Adds every unpublished leaf to one tree and writes what changes; with a bundle given, the entries too.
fn grow<H: TreeHash>(
    dir: &Path,
    journal: &Journal,
    edge: &mut Edge<H>,
    mut bundle: Option<&mut Vec<u8>>,
) -> Result<Vec<String>> {
    let mut files = Writer::new(dir, H::NAME);
    let mut superseded = Vec::new();
    journal.each_unpublished(edge.size(), |leaves| {
        let mut next = edge.size();
        edge.extend(&H::leaves(leaves), &mut |id, hashes| {
            superseded.push(format!("{}{}", H::PREFIX, id.partial_dir()));
            files.write(&format!("{}{}", H::PREFIX, id.path()), hashes.as_flattened())
        })?;
        let Some(bundle) = bundle.as_deref_mut() else { return Ok(()) };
        for leaf in leaves {
            tile::encode_entry(leaf, 0, bundle)?;
            next = next.saturating_add(1);
            if next.is_multiple_of(u64::from(WIDTH)) {
                let index = (next / u64::from(WIDTH)).saturating_sub(1);
                files.write(&tile::entries_path(index, WIDTH), bundle)?;
                superseded.push(tile::entries_partial_dir(index));
                bundle.clear();
            }
        }
        Ok(())
    })?;
    let index = edge.size() / u64::from(WIDTH);
    if let (Some(bundle), Some(width)) = (bundle, tile::width_at(index, edge.size())) {
        files.write(&tile::entries_path(index, width), bundle)?;
    }
    edge.partial_tiles(|id, hashes| files.write(&format!("{}{}", H::PREFIX, id.path()), hashes.as_flattened()))?;
    files.finish()?;
    Ok(superseded)
}

pub(crate) fn lock(dir: &Path) -> Result<File> {
    let path = dir.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).at("open", &path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { dir: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(error).at("lock", &path),
    }
}

/// Reads a checkpoint and checks its origin, its signature, and that the right edge of its tree leads to its root.
fn trusted_checkpoint<H: TreeHash>(
    dir: &Path,
    origin: &str,
    key: &NoteKey,
    store: &Store,
) -> Result<Option<SignedCheckpoint>> {
    let Some(signed) = read_checkpoint::<H>(dir)? else { return Ok(None) };
    let Checkpoint { origin: found, size, root, .. } = &signed.checkpoint;
    if found != origin {
        return Err(Error::Origin { dir: dir.to_owned(), found: found.clone(), wanted: origin.to_owned() });
    }
    key.verify(&signed.note)?;
    let damaged = |what: &str| Error::damaged(&dir.join(format!("{}{CHECKPOINT}", H::PREFIX)), what);
    if Edge::<H>::load(store, *size)?.root() != *root {
        return Err(damaged("the tiles do not lead to its root"));
    }
    let last = size.saturating_sub(1);
    if *size > 0 && store.nodes::<H>(*size)(0, last)? != H::leaf(&store.leaf(last, *size)?) {
        return Err(damaged("the last entry does not have the hash that the tree has for it"));
    }
    Ok(Some(signed))
}

/// The entries of the last, incomplete bundle of the log of `size` leaves.
fn open_bundle(store: &Store, size: u64) -> Result<Vec<u8>> {
    let index = size / u64::from(WIDTH);
    let (path, found) = store.bundle(index, size)?;
    let mut bundle = Vec::new();
    let width = tile::width_at(index, size).unwrap_or(0);
    for entry in tile::entries(&found).take(usize::from(width)) {
        let entry = entry.ok_or_else(|| Error::damaged(&path, "an entry is cut short"))?;
        tile::encode_entry(entry, 0, &mut bundle)?;
    }
    Ok(bundle)
}
