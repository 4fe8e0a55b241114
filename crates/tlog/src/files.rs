//! Putting files in place so that a crash leaves either the old or the new one, never half of one.
//!
//! A file is written under `tmp/`, synced, renamed, and then its directory is synced. [`Writer`] does this for many
//! files at once, because one sync after many writes is far cheaper than a sync after each.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::Context as _;
use crate::{Error, Result};

/// Where unfinished files live; emptied at every open.
pub(crate) const TMP: &str = "tmp";
/// How many files are held open before they are synced and renamed.
const BATCH: usize = 128;
/// How many of them are synced at the same time. A file system writes its own journal once for all files that wait for it
/// together; one after the other, every file would wait for a write of its own, ten times as long in all.
const SYNCED_TOGETHER: usize = 16;

/// Named places at which a test can make the writer crash (P15). What has reached the disk by then stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailurePoint {
    /// Half of a batch is in the journal, nothing is synced.
    JournalHalfWritten,
    /// The batch is in the journal and synced, but not yet acknowledged.
    JournalSynced,
    /// Some tiles are in place, others are not.
    SomeTiles,
    /// All tiles are in place, no checkpoint is.
    BeforeCheckpoints,
    /// The national checkpoint is in place, the public one is not.
    BetweenCheckpoints,
    /// Both checkpoints are in place, the journal still holds what they cover.
    BeforeJournalRoll,
    /// The journal is replaced, superseded partial tiles are still there.
    BeforeCleanup,
}

#[cfg(any(test, feature = "failure-points"))]
impl FailurePoint {
    /// Every point, so that a test cannot forget one.
    pub const ALL: [Self; 7] = [
        Self::JournalHalfWritten,
        Self::JournalSynced,
        Self::SomeTiles,
        Self::BeforeCheckpoints,
        Self::BetweenCheckpoints,
        Self::BeforeJournalRoll,
        Self::BeforeCleanup,
    ];
}

/// The armed failure point, if any. Only test builds can arm it.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Failures(Option<FailurePoint>);

impl Failures {
    #[cfg(any(test, feature = "failure-points"))]
    pub(crate) const fn armed(point: FailurePoint) -> Self {
        Self(Some(point))
    }

    /// Whether no crash is asked for at all.
    pub(crate) const fn is_none(self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn is(self, point: FailurePoint) -> bool {
        self.0 == Some(point)
    }

    /// Crashes here if the test asked for it.
    pub(crate) fn check(self, point: FailurePoint) -> Result<()> {
        if self.is(point) { Err(Error::Simulated(format!("{point:?}"))) } else { Ok(()) }
    }
}

/// Writes many files below one directory durably.
pub(crate) struct Writer<'a> {
    dir: &'a Path,
    /// Sets the unfinished files of writers that work at the same time apart.
    name: &'static str,
    /// Written, not yet synced.
    pending: Vec<Pending>,
    /// Synced, not yet in place.
    synced: VecDeque<Pending>,
    touched: BTreeSet<PathBuf>,
    written: u64,
}

/// A file that is written under another name than it will have.
struct Pending {
    file: File,
    tmp: PathBuf,
    path: PathBuf,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(dir: &'a Path, name: &'static str) -> Self {
        Self { dir, name, pending: Vec::new(), synced: VecDeque::new(), touched: BTreeSet::new(), written: 0 }
    }

    /// Writes one file; it is in place for certain only after [`Self::finish`].
    pub(crate) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let tmp = self.dir.join(TMP).join(format!("{}{}", self.name, self.written));
        self.written = self.written.saturating_add(1);
        let mut file = File::create(&tmp).at("create", &tmp)?;
        file.write_all(bytes).at("write", &tmp)?;
        self.pending.push(Pending { file, tmp, path: self.dir.join(path) });
        if self.pending.len() >= BATCH { self.place(usize::MAX) } else { Ok(()) }
    }

    /// Syncs everything, files first, then the directories that name them.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.place(usize::MAX)?;
        let touched: Vec<PathBuf> = std::mem::take(&mut self.touched).into_iter().collect();
        together(&touched, |dir| sync_dir(dir))
    }

    /// Syncs every file and puts the first `count` of those that are not yet in place there, in the order of writing.
    pub(crate) fn place(&mut self, count: usize) -> Result<()> {
        together(&self.pending, |pending| pending.file.sync_all().at("sync", &pending.tmp))?;
        self.synced.extend(self.pending.drain(..));
        for Pending { tmp, path, .. } in self.synced.drain(..count.min(self.synced.len())) {
            let parent = path.parent().unwrap_or(self.dir);
            if !self.touched.contains(parent) {
                fs::create_dir_all(parent).at("create", parent)?;
                // A new directory is named by its parent, so every one up to the shard must be synced too.
                self.touched.extend(parent.ancestors().take_while(|dir| dir.starts_with(self.dir)).map(Path::to_owned));
            }
            fs::rename(&tmp, &path).at("rename", &path)?;
        }
        Ok(())
    }
}

/// Makes many things durable at the same time.
fn together<T: Sync>(things: &[T], sync: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    const PANICKED: Error = Error::Proof("the files could not be synced");
    let all = |things: &[T]| things.iter().try_for_each(&sync);
    let share = things.len().div_ceil(SYNCED_TOGETHER).max(1);
    let mut shares = things.chunks(share);
    let own = shares.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = shares.map(|share| scope.spawn(|| all(share))).collect();
        let own = all(own);
        let others = others.into_iter().map(|thread| thread.join().unwrap_or(Err(PANICKED)));
        others.fold(own, |all, one| all.and(one))
    })
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|dir| dir.sync_all()).at("sync", dir)
}

/// Reads a whole file, or nothing if it does not exist.
pub(crate) fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).at("read", path),
    }
}
