//! Putting files in place so that a crash leaves either the old or the new one, never half of one.
//!
//! A file is written under `tmp/`, synced, renamed, and then its directory is synced. [`Writer`] does this for many
//! files at once, because one sync after many writes is far cheaper than a sync after each.

use std::collections::BTreeSet;
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
    pending: Vec<(File, PathBuf, PathBuf)>,
    touched: BTreeSet<PathBuf>,
    written: u64,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(dir: &'a Path, name: &'static str) -> Self {
        Self { dir, name, pending: Vec::new(), touched: BTreeSet::new(), written: 0 }
    }

    /// Writes one file; it is in place for certain only after [`Self::finish`].
    pub(crate) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let tmp = self.dir.join(TMP).join(format!("{}{}", self.name, self.written));
        self.written = self.written.saturating_add(1);
        let mut file = File::create(&tmp).at("create", &tmp)?;
        file.write_all(bytes).at("write", &tmp)?;
        self.pending.push((file, tmp, self.dir.join(path)));
        if self.pending.len() >= BATCH { self.rename_pending() } else { Ok(()) }
    }

    /// Syncs everything, files first, then the directories that name them.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.rename_pending()?;
        std::mem::take(&mut self.touched).iter().try_for_each(|dir| sync_dir(dir))
    }

    fn rename_pending(&mut self) -> Result<()> {
        sync_files(&self.pending)?;
        for (_, tmp, path) in self.pending.drain(..) {
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

/// Makes the contents of files durable, many at the same time.
fn sync_files(files: &[(File, PathBuf, PathBuf)]) -> Result<()> {
    const PANICKED: Error = Error::Proof("the files could not be synced");
    let sync = |files: &[(File, PathBuf, PathBuf)]| {
        files.iter().try_for_each(|(file, tmp, _)| file.sync_all().at("sync", tmp))
    };
    let share = files.len().div_ceil(SYNCED_TOGETHER).max(1);
    let mut shares = files.chunks(share);
    let own = shares.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = shares.map(|share| scope.spawn(move || sync(share))).collect();
        let own = sync(own);
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
