//! The Delta side: where things lie, how a table is opened, written, committed and read back.
//!
//! ```text
//! <root>/tables/<dataset>/          the Delta table, readable by any engine
//! <root>/loads/<load>/              certificate.json · understood.json · rejected.parquet
//! <root>/index/<dataset>/           point-read indexes, derived from the table and rebuilt at need
//! ```
//! Everything but the indexes goes through the object store that Delta uses, so that a layer below it
//! (encryption at rest) covers tables, certificates and rejected rows alike.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake_core::kernel::{Action, Add, Metadata, Protocol, Transaction};
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::writer::RecordBatchWriter;
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, ensure_table_uri};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ProjectionMask;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde_json::json;
use uuid::Uuid;

use crate::certificate::{Certificate, LoadMode};
use crate::codec::write_canonical;
use crate::columns::{BatchReader, Column, arrow_schema, delta_schema, from_delta_schema};
use crate::error::LakeError;
use crate::stored::StoredParquet;
use crate::value::Kind;

/// The key of a certificate in a commit's information.
const CERTIFICATE_KEY: &str = "gongshu.load";
/// Rows of a Parquet row group.
const ROW_GROUP: usize = 256 << 10;

/// The places of a lake.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub root: PathBuf,
}

impl Places {
    pub(crate) fn tables(&self) -> PathBuf {
        self.root.join("tables")
    }

    pub(crate) fn table(&self, dataset: &str) -> PathBuf {
        self.tables().join(dataset)
    }

    pub(crate) fn index(&self, dataset: &str) -> PathBuf {
        self.root.join("index").join(dataset)
    }

    pub(crate) fn loads(&self) -> PathBuf {
        self.root.join("loads")
    }

    /// A file of a load, as the object store names it.
    pub(crate) fn of_load(load: Uuid, file: &str) -> Path {
        Path::from_iter(["loads", &load.to_string(), file])
    }
}

/// The object store under a directory.
pub(crate) fn object_store(directory: &FsPath) -> Result<Arc<dyn ObjectStore>, LakeError> {
    Ok(builder(directory)?.build()?.object_store())
}

fn builder(directory: &FsPath) -> Result<DeltaTableBuilder, LakeError> {
    Ok(DeltaTableBuilder::from_url(ensure_table_uri(directory.to_string_lossy())?)?)
}

/// Opens a dataset's table; `None` where there is none yet.
pub(crate) async fn open(places: &Places, dataset: &str) -> Result<Option<DeltaTable>, LakeError> {
    let directory = places.table(dataset);
    if !directory.join("_delta_log").is_dir() {
        return Ok(None);
    }
    match builder(&directory)?.load().await {
        Ok(table) => Ok(Some(table)),
        // A log folder without a commit is what a crash in the first load leaves.
        Err(DeltaTableError::NotATable(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The table's columns.
pub(crate) fn columns(table: &DeltaTable) -> Result<Vec<Column>, LakeError> {
    let schema = serde_json::to_value(table.snapshot()?.schema().as_ref())
        .map_err(|error| LakeError::Corrupt(error.to_string()))?;
    from_delta_schema(&schema)
}

/// A data file of a table version.
pub(crate) struct DataFile {
    pub path: Path,
    pub rows: u64,
    modified: i64,
}

/// The data files of the version that is loaded, oldest first, so that appended rows follow earlier ones.
pub(crate) fn files(table: &DeltaTable) -> Result<Vec<DataFile>, LakeError> {
    let mut files: Vec<DataFile> = table
        .snapshot()?
        .log_data()
        .iter()
        .map(|view| DataFile {
            path: view.object_store_path(),
            rows: view.num_records().unwrap_or(0) as u64,
            modified: view.modification_time(),
        })
        .collect();
    files.sort_by(|a, b| (a.modified, a.path.as_ref()).cmp(&(b.modified, b.path.as_ref())));
    Ok(files)
}

/// A writer of a load's data files. Nothing it writes is part of the table before [`commit`]. The `first` batch shows
/// which columns repeat their values; a dictionary of the others would be built only to be thrown away.
pub(crate) fn writer(
    places: &Places,
    dataset: &str,
    columns: &[Column],
    first: &RecordBatch,
) -> Result<RecordBatchWriter, LakeError> {
    let url = ensure_table_uri(places.table(dataset).to_string_lossy())?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    let reader = BatchReader::new(first, columns)?;
    let mut bytes = Vec::new();
    for (place, column) in columns.iter().enumerate().filter(|(_, column)| column.kind != Kind::Boolean) {
        // Hashes will do: a rare collision makes a column look a little more repetitive than it is.
        let hash = |row| {
            bytes.clear();
            write_canonical(reader.cell(row, place), &mut bytes);
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes);
            hasher.finish()
        };
        let distinct: HashSet<u64> = (0..reader.rows).map(hash).collect();
        if distinct.len() * 2 > reader.rows {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(vec![column.name.clone()]), false);
        }
    }
    Ok(RecordBatchWriter::try_new(url, arrow_schema(columns), None, None)?.with_writer_properties(properties.build()))
}

/// What one commit makes visible.
pub(crate) struct Commit<'a> {
    pub table: Option<&'a DeltaTable>,
    pub adds: Vec<Add>,
    pub certificate: &'a Certificate,
}

/// Commits a load: the one moment at which it becomes visible. Gives the table's new version.
pub(crate) async fn commit(places: &Places, commit: Commit<'_>) -> Result<u64, LakeError> {
    let Commit { table, adds, certificate } = commit;
    let malformed = |error: serde_json::Error| LakeError::Corrupt(error.to_string());
    let mut actions = Vec::new();
    match table {
        None => {
            let protocol: Protocol =
                serde_json::from_value(json!({"minReaderVersion": 1, "minWriterVersion": 2})).map_err(malformed)?;
            actions.push(Action::Protocol(protocol));
            actions.push(Action::Metadata(metadata(&certificate.load_id.to_string(), certificate)?));
        }
        Some(table) => {
            if columns(table)? != certificate.columns {
                let id = table.snapshot()?.metadata().id().to_owned();
                actions.push(Action::Metadata(metadata(&id, certificate)?));
            }
            if certificate.mode == LoadMode::Replace {
                actions
                    .extend(table.snapshot()?.log_data().iter().map(|view| Action::Remove(view.remove_action(true))));
            }
        }
    }
    actions.extend(adds.into_iter().map(Action::Add));
    let information = serde_json::to_value(certificate).map_err(malformed)?;
    let properties = CommitProperties::default()
        .with_metadata([(CERTIFICATE_KEY.to_owned(), information)])
        .with_application_transaction(Transaction::new(application(certificate.load_id), 1))
        // Nothing of the history is dropped behind the back of retention rules.
        .with_cleanup_expired_logs(Some(false));
    let mode = if certificate.mode == LoadMode::Replace { SaveMode::Overwrite } else { SaveMode::Append };
    let operation = DeltaOperation::Write { mode, partition_by: None, predicate: None };
    let fresh = builder(&places.table(&certificate.dataset))?.build()?;
    let log_store = table.map_or_else(|| fresh.log_store(), DeltaTable::log_store);
    let snapshot = table.map(|table| table.snapshot()).transpose()?;
    let finalized = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(snapshot.map(|snapshot| snapshot as &dyn TableReference), log_store, operation)
        .await?;
    Ok(finalized.version())
}

fn application(load: Uuid) -> String {
    format!("gongshu-load-{load}")
}

fn metadata(id: &str, certificate: &Certificate) -> Result<Metadata, LakeError> {
    let value = json!({
        "id": id,
        "name": certificate.dataset,
        "description": null,
        "format": {"provider": "parquet", "options": {}},
        "schemaString": delta_schema(&certificate.columns).to_string(),
        "partitionColumns": [],
        "configuration": {"delta.enableExpiredLogCleanup": "false"},
        "createdTime": certificate.started_at.as_millisecond(),
    });
    serde_json::from_value(value).map_err(|error| LakeError::Corrupt(error.to_string()))
}

/// The certificate of a load that this table has committed.
pub(crate) async fn committed(table: &DeltaTable, load: Uuid) -> Result<Option<Certificate>, LakeError> {
    let log_store = table.log_store();
    let known = table.snapshot()?.transaction_version(log_store.as_ref(), application(load)).await?;
    if known.is_none() {
        return Ok(None);
    }
    Ok(history(table).await?.into_iter().find(|certificate| certificate.load_id == load))
}

/// The certificates of all versions, newest first.
pub(crate) async fn history(table: &DeltaTable) -> Result<Vec<Certificate>, LakeError> {
    let newest = table.version().unwrap_or(0);
    let commits: Vec<_> = table.history(None).try_collect().await?;
    let mut certificates = Vec::with_capacity(commits.len());
    for (age, commit) in commits.iter().enumerate() {
        let Some(value) = commit.info.get(CERTIFICATE_KEY) else { continue };
        let mut certificate: Certificate = serde_json::from_value(value.clone())
            .map_err(|error| LakeError::Corrupt(format!("a certificate in the log: {error}")))?;
        // A commit that lost a race landed on a later version than it foresaw; the log knows.
        certificate.table_version = newest.saturating_sub(age as u64);
        certificates.push(certificate);
    }
    Ok(certificates)
}

/// Reads rows of data files in order; `sink` says when it has enough. `only` names columns by place.
pub(crate) async fn scan(
    store: Arc<dyn ObjectStore>,
    paths: impl IntoIterator<Item = Path>,
    only: Option<&[usize]>,
    limit: Option<usize>,
    sink: &mut dyn FnMut(&RecordBatch) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let mut left = limit;
    for path in paths {
        if left == Some(0) {
            break;
        }
        let reader = StoredParquet::new(store.clone(), path);
        let mut builder = ParquetRecordBatchStreamBuilder::new(reader).await?.with_batch_size(8_192);
        if let Some(only) = only {
            let mask = ProjectionMask::roots(builder.parquet_schema(), only.iter().copied());
            builder = builder.with_projection(mask);
        }
        if let Some(left) = left {
            builder = builder.with_limit(left);
        }
        let mut batches = builder.build()?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            left = left.map(|left| left.saturating_sub(batch.num_rows()));
            sink(&batch)?;
        }
    }
    Ok(())
}

/// Reads a small JSON object; `None` where there is none.
pub(crate) async fn read_json<T: serde::de::DeserializeOwned>(
    store: &dyn ObjectStore,
    path: &Path,
) -> Result<Option<T>, LakeError> {
    let bytes = match store.get(path).await {
        Ok(found) => found.bytes().await?,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| LakeError::Corrupt(format!("`{path}`: {error}")))
}

/// Writes a small JSON object, whole or not at all.
pub(crate) async fn write_json<T: serde::Serialize>(
    store: &dyn ObjectStore,
    path: &Path,
    value: &T,
) -> Result<(), LakeError> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|error| LakeError::Corrupt(error.to_string()))?;
    store.put(path, bytes.into()).await?;
    Ok(())
}

/// Asks the disk to keep a file and its directory entry. The object store writes files whole, but a power cut
/// may still lose what the system only holds in memory.
pub(crate) fn make_durable(path: &FsPath) -> Result<(), LakeError> {
    let sync =
        |path: &FsPath| std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(LakeError::io("sync", path));
    sync(path)?;
    path.parent().map_or(Ok(()), sync)
}
