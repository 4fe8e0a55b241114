//! What a witness remembers, in files: one for each log, put in place and synced before anything is signed.
//!
//! `<folder>/logs/HASH.checkpoint` is the note cosigned last of the log whose name has that SHA-256; `HASH.contradiction` is
//! the first one that contradicted it. Both are plain notes with the log's own signature, which any tool can read. Whoever
//! loses the folder must not go on under the same key: the new witness would not know what the old one had promised.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::Context as _;
use crate::files::{TMP, Writer, read_if_exists, sync_dir};
use crate::witness::Memory;
use crate::{Error, Result, SignedCheckpoint, shard};

const LOGS: &str = "logs";

/// A witness's memory in a folder.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
    /// Held as long as this lives: two witnesses over one memory could each sign another story.
    _lock: File,
}

impl Folder {
    /// Opens the folder, which need not exist.
    ///
    /// # Errors
    /// [`Error::InUse`] if another process has it open, [`Error::Io`].
    pub fn open(dir: &Path) -> Result<Self> {
        for path in [dir.join(TMP), dir.join(LOGS)] {
            fs::create_dir_all(&path).at("create", &path)?;
        }
        sync_dir(dir)?;
        let lock = shard::lock(dir).map_err(|error| match error {
            Error::Locked { dir } => Error::InUse { dir },
            other => other,
        })?;
        Ok(Self { _lock: lock, dir: dir.to_owned() })
    }

    /// The checkpoint cosigned last of every log, by name, and whether a contradiction to it is kept.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Damaged`].
    pub fn all(&self) -> Result<Vec<(SignedCheckpoint, bool)>> {
        let dir = self.dir.join(LOGS);
        let mut found = Vec::new();
        for entry in fs::read_dir(&dir).at("list", &dir)? {
            let path = entry.at("list", &dir)?.path();
            if path.extension().is_some_and(|extension| extension == "checkpoint") {
                found.extend(read(&path)?.map(|signed| (signed, path.with_extension("contradiction").exists())));
            }
        }
        found.sort_by(|(a, _), (b, _)| a.checkpoint.origin.cmp(&b.checkpoint.origin));
        Ok(found)
    }

    fn put(&self, name: &str, signed: &SignedCheckpoint) -> Result<()> {
        let mut files = Writer::new(&self.dir, "note");
        files.write(name, signed.note.to_string().as_bytes())?;
        files.finish()
    }
}

impl Memory for Folder {
    fn latest(&self, origin: &str) -> Result<Option<SignedCheckpoint>> {
        let path = self.dir.join(name(origin, "checkpoint"));
        let kept = read(&path)?;
        match &kept {
            Some(kept) if kept.checkpoint.origin != origin => Err(Error::damaged(&path, "it is of another log")),
            _ => Ok(kept),
        }
    }

    fn keep(&mut self, signed: &SignedCheckpoint) -> Result<()> {
        self.put(&name(&signed.checkpoint.origin, "checkpoint"), signed)
    }

    fn accuse(&mut self, signed: &SignedCheckpoint) -> Result<()> {
        let name = name(&signed.checkpoint.origin, "contradiction");
        // One is proof enough, and a log that is wrong again and again does not fill the disk.
        if self.dir.join(&name).exists() { Ok(()) } else { self.put(&name, signed) }
    }
}

fn name(origin: &str, kind: &str) -> String {
    format!("{LOGS}/{}.{kind}", hex::encode(Sha256::digest(origin)))
}

fn read(path: &Path) -> Result<Option<SignedCheckpoint>> {
    let Some(bytes) = read_if_exists(path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|_| Error::damaged(path, "not UTF-8"))?;
    SignedCheckpoint::parse(&text).map(Some).map_err(|why| Error::damaged(path, why.to_string()))
}
