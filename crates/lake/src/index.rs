//! The point-read index: one LMDB file per table version and key column, from key to whole row.
//!
//! A file is built aside, synced, renamed into place and never written again. Readers map it into memory and decode
//! only the columns they are asked for. An index is derived: when it is lost it is built again from the table.
//!
//! Keys are `1 · key · 0 · row number`, so that equal keys stand together in the table's order, and a look-up is one
//! short scan. Keys longer than LMDB allows are cut and end in their SM3; the row itself settles what is equal.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use heed::types::Bytes;
use heed::{CommitOrAbort, Database, Env, EnvFlags, EnvOpenOptions, PutFlags, WithoutTls};
use serde::{Deserialize, Serialize};

use crate::codec::{RowEncoder, RowRef};
use crate::columns::{BatchReader, Column};
use crate::error::LakeError;
use crate::value::{Cell, Kind, Value};

/// Most records a look-up gives for one key.
pub const MAX_RECORDS_PER_KEY: usize = 1_000;
/// Address space reserved for a build; the file only grows by what is written.
const BUILD_MAP: usize = 1 << 38;
/// Longest key that stands in the index as it is; LMDB allows 511 bytes in all.
const MAX_KEY: usize = 440;
/// Rows per write transaction of a build, which bounds its memory.
const ROWS_PER_TRANSACTION: u64 = 250_000;

/// A record as it leaves the lake: the values of the columns asked for, in that order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record {
    /// The values.
    pub values: Vec<Value>,
}

/// What an index says about itself.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    columns: Vec<Column>,
    key: usize,
    rows: u64,
}

/// The file of an index.
pub(crate) fn file(directory: &Path, version: u64, key: usize) -> PathBuf {
    directory.join(format!("v{version}-c{key}.mdb"))
}

/// Builds an index: `feed` passes it every batch of the table, in order.
pub(crate) fn build(
    target: &Path,
    columns: &[Column],
    key: usize,
    feed: impl FnOnce(&mut dyn FnMut(&RecordBatch) -> Result<(), LakeError>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let directory = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory).map_err(LakeError::io("create", directory))?;
    let building = target.with_extension(format!("{}.building", std::process::id()));
    remove_if_there(&building)?;
    {
        let env = open_for_build(&building)?;
        fill(&env, columns, key, feed)?;
        env.force_sync()?;
    }
    crate::store::make_durable(&building)?;
    std::fs::rename(&building, target).map_err(LakeError::io("rename", &building))?;
    std::fs::File::open(directory).and_then(|file| file.sync_all()).map_err(LakeError::io("sync", directory))
}

/// Writes all rows and what the index says about itself.
fn fill(
    env: &Env<WithoutTls>,
    columns: &[Column],
    key: usize,
    feed: impl FnOnce(&mut dyn FnMut(&RecordBatch) -> Result<(), LakeError>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let kind = columns.get(key).map_or(Kind::Text, |column| column.kind);
    let opened = env.create_databases_and_commit(env.write_txn()?, |opener, txn| {
        opener.create_database::<Bytes, Bytes>(txn, None).map(CommitOrAbort::<_, ()>::Commit)
    })?;
    let db = opened.commit().ok_or_else(|| LakeError::Corrupt("the new index has no database".into()))?;
    let mut txn = None;
    let (mut rows, mut indexed) = (0_u64, 0_u64);
    let (mut encoder, mut row_bytes, mut key_bytes, mut entry, mut last) =
        (RowEncoder::default(), vec![], vec![], vec![], vec![]);
    feed(&mut |batch| {
        let reader = BatchReader::new(batch, columns)?;
        for at in 0..reader.rows {
            rows += 1;
            if !reader.cell(at, key).write_key(kind, &mut key_bytes) {
                continue;
            }
            indexed += 1;
            row_bytes.clear();
            encoder.encode(reader.cells(at), &mut row_bytes);
            prefix(&key_bytes, &mut entry);
            entry.extend_from_slice(&rows.to_be_bytes());
            // Rows often come in key order; the tree then fills its pages without searching.
            let flags = if entry > last { PutFlags::APPEND } else { PutFlags::empty() };
            if entry > last {
                last.clone_from(&entry);
            }
            let open = match &mut txn {
                Some(open) => open,
                None => txn.insert(env.write_txn()?),
            };
            db.put_with_flags(open, flags, &entry, &row_bytes)?;
            if indexed.is_multiple_of(ROWS_PER_TRANSACTION)
                && let Some(full) = txn.take()
            {
                full.commit()?;
            }
        }
        Ok(())
    })?;
    let about = About { columns: columns.to_vec(), key, rows };
    let about = serde_json::to_vec(&about).map_err(|error| LakeError::Corrupt(error.to_string()))?;
    let mut open = match txn {
        Some(open) => open,
        None => env.write_txn()?,
    };
    db.put(&mut open, &[0], &about)?;
    Ok(open.commit()?)
}

/// The bytes that all entries of a key begin with.
fn prefix(key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.push(1);
    match key.get(..MAX_KEY) {
        Some(start) if key.len() > MAX_KEY => {
            out.extend_from_slice(start);
            out.extend_from_slice(&sm::sm3(key));
        }
        _ => out.extend_from_slice(key),
    }
    out.push(0);
}

fn remove_if_there(path: &Path) -> Result<(), LakeError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(LakeError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

#[expect(unsafe_code, reason = "LMDB maps files into memory; see the argument inside")]
fn open_for_build(path: &Path) -> Result<Env<WithoutTls>, LakeError> {
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(BUILD_MAP);
    // SAFETY: the file was just created under a name that carries this process's id and is written by this one
    // environment only, so nobody changes it behind the map and no lock is needed. Without syncs a crash may leave it
    // broken, but it gets its real name only after a full sync and is never read under this one.
    unsafe {
        options.flags(EnvFlags::NO_SUB_DIR | EnvFlags::NO_LOCK | EnvFlags::NO_SYNC | EnvFlags::NO_META_SYNC);
        Ok(options.open(path)?)
    }
}

#[expect(unsafe_code, reason = "LMDB maps files into memory; see the argument inside")]
fn open_for_reading(path: &Path) -> Result<Env<WithoutTls>, LakeError> {
    let length = std::fs::metadata(path).map_err(LakeError::io("read", path))?.len();
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(usize::try_from(length).unwrap_or(usize::MAX).next_multiple_of(1 << 20));
    // SAFETY: a file under this name was renamed into place complete and is never written again, by nobody; it is
    // only ever unlinked, which leaves the map valid. So there is no writer to lock against and nothing moves under it.
    unsafe {
        options.flags(EnvFlags::NO_SUB_DIR | EnvFlags::NO_LOCK | EnvFlags::READ_ONLY);
        Ok(options.open(path)?)
    }
}

/// An open index, shared by all who look up.
pub struct IndexReader {
    env: Env<WithoutTls>,
    db: Database<'static, Bytes, Bytes>,
    columns: Vec<Column>,
    kinds: Vec<Kind>,
    key: usize,
    rows: u64,
}

impl IndexReader {
    /// Opens an index file that is complete.
    pub(crate) fn open(path: &Path) -> Result<Self, LakeError> {
        let env = open_for_reading(path)?;
        let missing = || LakeError::Corrupt(format!("`{}` is no index", path.display()));
        let opened = env.open_databases_and_commit(env.read_txn()?, |opener, txn| {
            let found = opener.open_database::<Bytes, Bytes>(txn, None)?;
            Ok::<_, heed::Error>(match found {
                Some(db) => CommitOrAbort::Commit(db),
                None => CommitOrAbort::Abort(()),
            })
        })?;
        let db = opened.commit().ok_or_else(missing)?;
        let txn = env.read_txn()?;
        let about = db.get(&txn, &[0])?.ok_or_else(missing)?;
        let About { columns, key, rows } = serde_json::from_slice(about).map_err(|_| missing())?;
        drop(txn);
        let kinds = columns.iter().map(|column| column.kind).collect();
        Ok(Self { env, db, columns, kinds, key, rows })
    }

    /// The table's columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The table's rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Visits the rows under a key in the table's order, without copying any. Gives how many there were;
    /// `None` where there are more than `limit`.
    #[inline]
    pub fn visit(
        &self,
        key: &str,
        limit: usize,
        mut visit: impl FnMut(RowRef<'_>),
    ) -> Result<Option<usize>, LakeError> {
        let mut start = Vec::with_capacity(64);
        prefix(key.as_bytes(), &mut start);
        let txn = self.env.read_txn()?;
        let entry_length = start.len() + 8;
        let mut found = 0;
        for entry in self.db.prefix_iter(&txn, &start)? {
            let (entry_key, bytes) = entry?;
            if entry_key.len() != entry_length {
                continue;
            }
            let row = RowRef::new(bytes, &self.kinds);
            // Text may hold a zero byte or have been cut, so the row itself says whether it is the one.
            if let Some(Cell::Text(own)) = row.cell(self.key)
                && own != key
            {
                continue;
            }
            if found == limit {
                return Ok(None);
            }
            found += 1;
            visit(row);
        }
        Ok(Some(found))
    }

    /// The values of some columns (by place) of the rows under a key; `None` where there are more than
    /// [`MAX_RECORDS_PER_KEY`].
    pub fn get(&self, key: &str, columns: &[usize]) -> Result<Option<Vec<Record>>, LakeError> {
        let mut records = Vec::new();
        let found = self.visit(key, MAX_RECORDS_PER_KEY, |row| {
            let value = |column: &usize| {
                let kind = self.kinds.get(*column).copied().unwrap_or(Kind::Text);
                row.cell(*column).map_or(Value::Null, |cell| cell.to_value(kind))
            };
            records.push(Record { values: columns.iter().map(value).collect() });
        })?;
        Ok(found.map(|_| records))
    }
}
