//! Shards by retention class and period, so that what must go can go without touching what must stay (I6).
//!
//! `<root>/<class>/<period>/` is one shard, e.g. `acts-permanent/2026` or `calls-3y/2026-11`. Each has its own trees and
//! checkpoints, so deleting one after its term changes no proof in another. What remains of a deleted shard is
//! `<period>.deleted`: its last checkpoints, so that evidence given out earlier can still be matched to a root.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Context as _;
use crate::files::sync_dir;
use crate::merkle::{Sha256Tree, Sm3Tree};
use crate::reader::read_checkpoint;
use crate::{Error, Result, shard};

/// Which shard of a log: its retention class and its period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardName {
    class: String,
    period: String,
}

impl ShardName {
    /// Names a shard. Both parts are lower-case letters, digits and hyphens, e.g. `calls-3y` and `2026-11`.
    ///
    /// # Errors
    /// [`Error::Name`] for anything else, since names become paths.
    pub fn new(class: &str, period: &str) -> Result<Self> {
        for name in [class, period] {
            let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if name.is_empty() || name.len() > 64 || !plain || name.starts_with('-') {
                let why = "use 1 to 64 lower-case letters, digits and hyphens, not a hyphen first";
                return Err(Error::Name { name: name.to_owned(), why });
            }
        }
        Ok(Self { class: class.to_owned(), period: period.to_owned() })
    }

    /// The retention class.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The period.
    #[must_use]
    pub fn period(&self) -> &str {
        &self.period
    }

    /// The shard's directory below the log's root.
    #[must_use]
    pub fn dir(&self, root: &Path) -> PathBuf {
        root.join(&self.class).join(&self.period)
    }

    /// The shard's origin below the log's own name, e.g. `log.example.cn/acts-permanent/2026`.
    #[must_use]
    pub fn origin(&self, log: &str) -> String {
        format!("{log}/{}/{}", self.class, self.period)
    }
}

/// What is kept of a deleted shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Until when it had to be kept.
    pub retention_until: Timestamp,
    /// Its last national checkpoint, a signed note.
    pub sm3_checkpoint: Option<String>,
    /// Its last public checkpoint, a signed note.
    pub sha256_checkpoint: Option<String>,
}

/// Every shard below a log's root, sorted.
///
/// # Errors
/// [`Error::Io`] if a directory cannot be read.
pub fn shards(root: &Path) -> Result<Vec<ShardName>> {
    let mut found = Vec::new();
    for class in subdirectories(root)? {
        for period in subdirectories(&root.join(&class))? {
            // Directories that are being deleted have names that are not shard names.
            found.extend(ShardName::new(&class, &period).ok());
        }
    }
    found.sort();
    Ok(found)
}

/// Deletes a shard whose retention term is over, leaving a [`Tombstone`] beside it.
///
/// A crash in between is harmless: the shard is first renamed as a whole, and deleting again finishes the work.
///
/// # Errors
/// [`Error::Retention`] if `now` is before `retention_until` (I6); [`Error::Locked`] if a writer has it open.
pub fn delete_shard(dir: &Path, retention_until: Timestamp, now: Timestamp) -> Result<Tombstone> {
    if now < retention_until {
        return Err(Error::Retention { dir: dir.to_owned(), until: retention_until, now });
    }
    let (stone, doomed) = (beside(dir, "deleted"), beside(dir, "deleting"));
    if !dir.exists() && doomed.exists() {
        return finish_deletion(&stone, &doomed);
    }
    let lock = shard::lock(dir)?;
    let sm3 = read_checkpoint::<Sm3Tree>(dir)?;
    let sha256 = read_checkpoint::<Sha256Tree>(dir)?;
    let tombstone = Tombstone {
        deleted_at: now,
        retention_until,
        sm3_checkpoint: sm3.map(|signed| signed.note.to_string()),
        sha256_checkpoint: sha256.map(|signed| signed.note.to_string()),
    };
    let text = serde_json::to_string_pretty(&tombstone).map_err(|why| Error::Canonical(why.to_string()))?;
    fs::write(&stone, text).at("write", &stone)?;
    fs::File::open(&stone).and_then(|file| file.sync_all()).at("sync", &stone)?;
    let parent = dir.parent().unwrap_or(dir);
    fs::rename(dir, &doomed).at("rename", dir)?;
    sync_dir(parent)?;
    drop(lock);
    fs::remove_dir_all(&doomed).at("remove", &doomed)?;
    sync_dir(parent)?;
    Ok(tombstone)
}

/// Goes on with a deletion that a crash has stopped after the rename.
fn finish_deletion(stone: &Path, doomed: &Path) -> Result<Tombstone> {
    let text = fs::read_to_string(stone).at("read", stone)?;
    let tombstone = serde_json::from_str(&text).map_err(|why| Error::damaged(stone, why.to_string()))?;
    fs::remove_dir_all(doomed).at("remove", doomed)?;
    Ok(tombstone)
}

fn beside(dir: &Path, suffix: &str) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    dir.with_file_name(name)
}

fn subdirectories(dir: &Path) -> Result<Vec<String>> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).at("list", dir)? {
        let entry = entry.at("list", dir)?;
        if entry.file_type().at("look at", &entry.path())?.is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    Ok(names)
}
