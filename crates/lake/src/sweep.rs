//! Finding, and removing, what crashed loads left behind. Only files that nothing refers to are touched: every data file named by any
//! commit of the log stays, whatever its version, since how long history is kept is decided elsewhere.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::LakeError;
use crate::store::Places;

/// Whether orphans are only counted, or removed too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deal {
    Count,
    Remove,
}

/// What a sweep found, or removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// Data files that no commit names.
    pub data_files: u64,
    /// Folders of loads that were neither committed nor refused.
    pub loads: u64,
    /// Index files of versions no longer read, and unfinished ones.
    pub indexes: u64,
    /// Bytes of all these.
    pub bytes: u64,
}

/// Sweeps one dataset. The caller holds its load lock.
pub(crate) fn dataset(
    places: &Places,
    dataset: &str,
    current: Option<u64>,
    older_than: Timestamp,
    deal: Deal,
    swept: &mut Swept,
) -> Result<(), LakeError> {
    let directory = places.table(dataset);
    let named = named_files(&directory)?;
    for (path, name) in entries(&directory)? {
        let is_data = name.ends_with(".parquet") || name.contains(".parquet#");
        if is_data && !named.contains(&name) && is_older(&path, older_than) {
            swept.bytes += deal.with(&path)?;
            swept.data_files += 1;
        }
    }
    match current {
        Some(version) => indexes(places, dataset, version, Some(older_than), deal, swept),
        None => Ok(()),
    }
}

/// The indexes of other versions than `keep`. Readers that still map one keep it until they let go.
pub(crate) fn indexes(
    places: &Places,
    dataset: &str,
    keep: u64,
    older_than: Option<Timestamp>,
    deal: Deal,
    swept: &mut Swept,
) -> Result<(), LakeError> {
    let kept = format!("v{keep}-");
    for (path, name) in entries(&places.index(dataset))? {
        // A build in progress belongs to somebody; it is an orphan only once it is old.
        let stale = if name.ends_with(".mdb") {
            !name.starts_with(&kept)
        } else {
            older_than.is_some_and(|limit| is_older(&path, limit))
        };
        if stale {
            swept.bytes += deal.with(&path)?;
            swept.indexes += 1;
        }
    }
    Ok(())
}

/// The folders of loads that came to nothing: no certificate, no refusal, and no commit that names them.
pub(crate) fn loads(places: &Places, older_than: Timestamp, deal: Deal, swept: &mut Swept) -> Result<(), LakeError> {
    let mut committed = None;
    for (path, name) in entries(&places.loads())? {
        if path.join("certificate.json").exists() || path.join("refused.json").exists() || !is_older(&path, older_than)
        {
            continue;
        }
        // A crash right after the commit leaves a committed load without its certificate's file.
        let committed = match &committed {
            Some(known) => known,
            None => committed.insert(committed_loads(places)?),
        };
        if committed.contains(&name) {
            continue;
        }
        for (file, _) in entries(&path)? {
            swept.bytes += deal.with(&file)?;
        }
        if deal == Deal::Remove {
            fs::remove_dir(&path).map_err(LakeError::io("remove", &path))?;
        }
        swept.loads += 1;
    }
    Ok(())
}

/// The data files that any commit of a table's log adds.
fn named_files(table: &Path) -> Result<HashSet<String>, LakeError> {
    let mut named = HashSet::new();
    each_action(table, &mut |action| {
        if let Some(path) = action.pointer("/add/path").and_then(|path| path.as_str()) {
            named.insert(path.to_owned());
        }
    })?;
    Ok(named)
}

fn committed_loads(places: &Places) -> Result<HashSet<String>, LakeError> {
    let mut loads = HashSet::new();
    for (table, _) in entries(&places.tables())? {
        each_action(&table, &mut |action| {
            if let Some(application) = action.pointer("/txn/appId").and_then(|id| id.as_str()) {
                loads.insert(application.trim_start_matches("gongshu-load-").to_owned());
            }
        })?;
    }
    Ok(loads)
}

fn each_action(table: &Path, visit: &mut dyn FnMut(&serde_json::Value)) -> Result<(), LakeError> {
    for (path, name) in entries(&table.join("_delta_log"))? {
        if !name.ends_with(".json") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(LakeError::io("read", &path))?;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let action = serde_json::from_str(line)
                .map_err(|error| LakeError::Corrupt(format!("`{}`: {error}", path.display())))?;
            visit(&action);
        }
    }
    Ok(())
}

/// The entries of a directory; none where there is no directory.
fn entries(directory: &Path) -> Result<Vec<(std::path::PathBuf, String)>, LakeError> {
    let found = match fs::read_dir(directory) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(LakeError::io("list", directory)(error)),
    };
    let mut entries = Vec::new();
    for entry in found {
        let entry = entry.map_err(LakeError::io("list", directory))?;
        entries.push((entry.path(), entry.file_name().to_string_lossy().into_owned()));
    }
    entries.sort();
    Ok(entries)
}

fn is_older(path: &Path, limit: Timestamp) -> bool {
    let Ok(since) = u64::try_from(limit.as_millisecond()) else { return false };
    let limit = SystemTime::UNIX_EPOCH + Duration::from_millis(since);
    fs::metadata(path).and_then(|metadata| metadata.modified()).is_ok_and(|modified| modified < limit)
}

impl Deal {
    /// Deals with one file; its length comes back.
    fn with(self, path: &Path) -> Result<u64, LakeError> {
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        if self == Self::Remove {
            fs::remove_file(path).map_err(LakeError::io("remove", path))?;
        }
        Ok(bytes)
    }
}
