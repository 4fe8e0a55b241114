//! The lake as the rest of the product sees it: a few plain verbs, synchronous, shareable between threads.
//!
//! The verbs block, on the disk and on a small runtime of the lake's own. Async callers go through
//! `spawn_blocking`; a verb called straight from an async task panics in tokio, by tokio's own rule.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::Timestamp;
use object_store::ObjectStore;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::certificate::{Certificate, LoadRequest};
use crate::columns::{BatchReader, Column};
use crate::error::{LakeError, LoadError};
use crate::index::{self, IndexReader, MAX_RECORDS_PER_KEY, Record};
use crate::load::{self, OnProgress};
use crate::reject::{self, RejectedPage};
use crate::source::{Limits, Source, SourceOptions};
use crate::store::{self, Places};
use crate::sweep::{self, Deal, Swept};
use crate::understand::{self, Understood};

/// Most rows of a preview.
pub const MAX_PREVIEW: usize = 1_000;
/// Most rejected rows of a page.
pub const MAX_PAGE: usize = 1_000;

/// A dataset's table as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// The version that is read.
    pub version: u64,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: u64,
    /// The columns by which records can be looked up.
    pub index_keys: Vec<String>,
    /// The load that made the version.
    pub load_id: Option<Uuid>,
}

/// The first rows of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The version they are of.
    pub version: u64,
    /// The columns, in the order of the values.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Record>,
}

/// A recount of a load from what is stored, beside what its certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recount {
    /// Rows found.
    pub accepted: u64,
    /// Rejected rows found.
    pub rejected: u64,
    /// Digest found, in hexadecimal.
    pub content_digest_sm3: String,
    /// Whether all of it is what the certificate says.
    pub agrees: bool,
}

/// Tables, their loads and their indexes under one directory.
pub struct Lake {
    places: Places,
    store: Arc<dyn ObjectStore>,
    runtime: Option<tokio::runtime::Runtime>,
    datasets: RwLock<HashMap<String, Arc<Dataset>>>,
    #[cfg(test)]
    pub(crate) fail_at: Mutex<Option<crate::failure::FailurePoint>>,
}

/// What the process keeps of a dataset.
#[derive(Default)]
struct Dataset {
    /// Held while a load runs, so that loads of one dataset follow each other.
    loading: Mutex<()>,
    current: RwLock<Option<Arc<Current>>>,
}

/// A table version with its open indexes. Dropping it closes them.
struct Current {
    info: TableInfo,
    indexes: RwLock<HashMap<String, Arc<IndexReader>>>,
}

/// The moments that tests can stop a load at; see `FailurePoint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    AfterDataFiles,
    BeforeCommit,
    AfterCommitBeforeIndex,
}

impl Lake {
    /// Opens the lake under a directory, which is created where it is missing.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, LakeError> {
        let root = root.as_ref();
        std::fs::create_dir_all(root).map_err(LakeError::io("create", root))?;
        let root = std::fs::canonicalize(root).map_err(LakeError::io("open", root))?;
        let places = Places { root: root.clone() };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("lake")
            .enable_all()
            .build()
            .map_err(LakeError::io("start the runtime for", &root))?;
        let entered = runtime.enter();
        let store = store::object_store(&root)?;
        drop(entered);
        Ok(Self {
            places,
            store,
            runtime: Some(runtime),
            datasets: RwLock::default(),
            #[cfg(test)]
            fail_at: Mutex::default(),
        })
    }

    /// Says what a file is, without loading it.
    pub fn inspect(&self, path: &Path, source_name: &str, options: &SourceOptions) -> Result<Understood, LoadError> {
        let fail = |error: crate::error::ReadError| error.into_load(source_name, path);
        let source = Source::open(path, source_name, options, &Limits::default()).map_err(fail)?;
        let plan = understand::infer(&source, &mut |_, _| std::ops::ControlFlow::Continue(())).map_err(fail)?;
        plan.map(|plan| plan.understood).ok_or(LoadError::Cancelled)
    }

    /// Loads a file into a dataset's table, whole or not at all (I7), and certifies it.
    pub fn load(&self, request: &LoadRequest, progress: OnProgress<'_>) -> Result<Certificate, LoadError> {
        let dataset = self.dataset(&request.dataset)?;
        let _alone = lock(&dataset.loading);
        load::run(self, request, progress)
    }

    /// The dataset's table; `None` where nothing was loaded yet.
    pub fn table(&self, dataset: &str) -> Result<Option<TableInfo>, LakeError> {
        Ok(self.current(dataset)?.map(|current| current.info.clone()))
    }

    /// The datasets that have a table, in order of their ids.
    pub fn datasets(&self) -> Result<Vec<String>, LakeError> {
        let directory = self.places.tables();
        let Ok(entries) = std::fs::read_dir(&directory) else { return Ok(Vec::new()) };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join("_delta_log").is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }

    /// The records whose `key_column` is `key`, with the columns asked for (none: all), in the table's order.
    pub fn lookup(
        &self,
        dataset: &str,
        key_column: &str,
        key: &str,
        columns: &[&str],
    ) -> Result<Vec<Record>, LakeError> {
        let reader = self.index(dataset, key_column)?;
        let places: Vec<usize> = if columns.is_empty() {
            (0..reader.columns().len()).collect()
        } else {
            columns.iter().map(|name| place_of(reader.columns(), dataset, name)).collect::<Result<_, _>>()?
        };
        reader
            .get(key, &places)?
            .ok_or_else(|| LakeError::TooManyRecords { dataset: dataset.to_owned(), limit: MAX_RECORDS_PER_KEY })
    }

    /// The open index of a dataset's current version on a column, for callers who look up often.
    pub fn index(&self, dataset: &str, key_column: &str) -> Result<Arc<IndexReader>, LakeError> {
        let current = self.current(dataset)?.ok_or_else(|| LakeError::NoDataset(dataset.to_owned()))?;
        if let Some(reader) = read(&current.indexes).get(key_column) {
            return Ok(reader.clone());
        }
        if !current.info.index_keys.iter().any(|key| key == key_column) {
            place_of(&current.info.columns, dataset, key_column)?;
            return Err(LakeError::NotIndexed { dataset: dataset.to_owned(), column: key_column.to_owned() });
        }
        self.open_index(dataset, &current, key_column)
    }

    /// The first rows of the table.
    pub fn preview(&self, dataset: &str, limit: usize) -> Result<Preview, LakeError> {
        let table = self.block_on(store::open(&self.places, dataset_id(dataset)?))?;
        let table = table.ok_or_else(|| LakeError::NoDataset(dataset.to_owned()))?;
        let columns = store::columns(&table)?;
        let paths: Vec<_> = store::files(&table)?.into_iter().map(|file| file.path).collect();
        let mut rows = Vec::new();
        let mut collect = |batch: &arrow_array::RecordBatch| {
            let reader = BatchReader::new(batch, &columns)?;
            for at in 0..reader.rows {
                let values = reader.cells(at).zip(&columns).map(|(cell, column)| cell.to_value(column.kind));
                rows.push(Record { values: values.collect() });
            }
            Ok(())
        };
        let limit = Some(limit.min(MAX_PREVIEW));
        self.block_on(store::scan(table.object_store(), paths, None, limit, &mut collect))?;
        Ok(Preview { version: table.version().unwrap_or(0), columns, rows })
    }

    /// A stretch of the rejected rows of a load. They may hold personal data.
    pub fn rejected(&self, load_id: Uuid, offset: usize, limit: usize) -> Result<RejectedPage, LakeError> {
        if !self.places.loads().join(load_id.to_string()).is_dir() {
            return Err(LakeError::NoLoad(load_id));
        }
        let path = Places::of_load(load_id, "rejected.parquet");
        self.block_on(reject::read(self.store.clone(), path, offset, limit.min(MAX_PAGE)))
    }

    /// The certificate of a load that was committed.
    pub fn certificate(&self, load_id: Uuid) -> Result<Option<Certificate>, LakeError> {
        self.block_on(store::read_json(self.store(), &Places::of_load(load_id, "certificate.json")))
    }

    /// What was understood about the file of a load.
    pub fn understood(&self, load_id: Uuid) -> Result<Option<Understood>, LakeError> {
        self.block_on(store::read_json(self.store(), &Places::of_load(load_id, "understood.json")))
    }

    /// The certificates of all versions of a dataset, newest first, out of the Delta log itself.
    pub fn versions(&self, dataset: &str) -> Result<Vec<Certificate>, LakeError> {
        match self.block_on(store::open(&self.places, dataset_id(dataset)?))? {
            Some(table) => self.block_on(store::history(&table)),
            None => Ok(Vec::new()),
        }
    }

    /// Recounts a load from the files it added and the rejected rows it kept (I10).
    pub fn recount(&self, load_id: Uuid) -> Result<Recount, LakeError> {
        let certificate = self.certificate(load_id)?.ok_or(LakeError::NoLoad(load_id))?;
        let files = store::object_store(&self.places.table(&certificate.dataset))?;
        let (accepted, content_digest_sm3) = self.block_on(load::recount(files, &certificate))?;
        let rejected = self.rejected(load_id, 0, 0)?.total;
        let agrees = accepted == certificate.accepted
            && rejected == certificate.rejected
            && content_digest_sm3 == certificate.content_digest_sm3
            && certificate.rows_in == accepted + rejected;
        Ok(Recount { accepted, rejected, content_digest_sm3, agrees })
    }

    /// Removes what crashed loads left behind before `older_than`: data files that no commit names, rejected rows of
    /// loads that were neither committed nor refused, and indexes of versions that are no longer read.
    ///
    /// # Errors
    /// When files cannot be listed or removed, or a table's log cannot be read.
    pub fn sweep(&self, older_than: Timestamp) -> Result<Swept, LakeError> {
        self.orphans_dealt_with(older_than, Deal::Remove)
    }

    /// What [`Lake::sweep`] would remove, without touching it.
    ///
    /// # Errors
    /// As [`Lake::sweep`].
    pub fn orphans(&self, older_than: Timestamp) -> Result<Swept, LakeError> {
        self.orphans_dealt_with(older_than, Deal::Count)
    }

    fn orphans_dealt_with(&self, older_than: Timestamp, deal: Deal) -> Result<Swept, LakeError> {
        let mut swept = Swept::default();
        for dataset in self.datasets()? {
            let handle = self.dataset(&dataset)?;
            let _alone = lock(&handle.loading);
            let current = self.current(&dataset)?.map(|current| current.info.version);
            sweep::dataset(&self.places, &dataset, current, older_than, deal, &mut swept)?;
        }
        sweep::loads(&self.places, older_than, deal, &mut swept)?;
        Ok(swept)
    }

    /// Looks again at a dataset's table, which another process may have loaded.
    pub fn refresh(&self, dataset: &str) -> Result<(), LakeError> {
        let handle = self.dataset(dataset)?;
        let Some(table) = self.block_on(store::open(&self.places, dataset))? else { return Ok(()) };
        let latest = self.block_on(store::history(&table))?.into_iter().next();
        let info = TableInfo {
            version: table.version().unwrap_or(0),
            columns: store::columns(&table)?,
            rows: store::files(&table)?.iter().map(|file| file.rows).sum(),
            index_keys: latest.as_ref().map(|certificate| certificate.index_keys.clone()).unwrap_or_default(),
            load_id: latest.map(|certificate| certificate.load_id),
        };
        let mut current = handle.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|current| current.info != info) {
            *current = Some(Arc::new(Current { info, indexes: RwLock::default() }));
        }
        Ok(())
    }

    /// Builds and opens the indexes of the current version, and unlinks those of earlier ones.
    pub(crate) fn build_indexes(&self, dataset: &str) -> Result<(), LakeError> {
        let Some(current) = self.current(dataset)? else { return Ok(()) };
        for key in &current.info.index_keys {
            self.open_index(dataset, &current, key)?;
        }
        sweep::indexes(&self.places, dataset, current.info.version, None, Deal::Remove, &mut Swept::default())
    }

    fn open_index(&self, dataset: &str, current: &Current, key_column: &str) -> Result<Arc<IndexReader>, LakeError> {
        // One builder at a time; the others find its work done.
        let mut indexes = current.indexes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = indexes.get(key_column) {
            return Ok(reader.clone());
        }
        let columns = &current.info.columns;
        let key = place_of(columns, dataset, key_column)?;
        let file = index::file(&self.places.index(dataset), current.info.version, key);
        if !file.is_file() {
            index::build(&file, columns, key, |sink| {
                self.block_on(async {
                    let Some(mut table) = store::open(&self.places, dataset).await? else { return Ok(()) };
                    table.load_version(current.info.version).await?;
                    let paths: Vec<_> = store::files(&table)?.into_iter().map(|file| file.path).collect();
                    store::scan(table.object_store(), paths, None, None, sink).await
                })
            })?;
        }
        let reader = Arc::new(IndexReader::open(&file)?);
        indexes.insert(key_column.to_owned(), reader.clone());
        Ok(reader)
    }

    fn current(&self, dataset: &str) -> Result<Option<Arc<Current>>, LakeError> {
        let handle = self.dataset(dataset)?;
        if let Some(current) = read(&handle.current).as_ref() {
            return Ok(Some(current.clone()));
        }
        self.refresh(dataset)?;
        Ok(read(&handle.current).clone())
    }

    fn dataset(&self, dataset: &str) -> Result<Arc<Dataset>, LakeError> {
        if let Some(handle) = read(&self.datasets).get(dataset) {
            return Ok(handle.clone());
        }
        dataset_id(dataset)?;
        let mut datasets = self.datasets.write().unwrap_or_else(PoisonError::into_inner);
        Ok(datasets.entry(dataset.to_owned()).or_default().clone())
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    pub(crate) fn store(&self) -> &dyn ObjectStore {
        self.store.as_ref()
    }

    pub(crate) fn shared_store(&self) -> Arc<dyn ObjectStore> {
        self.store.clone()
    }

    /// Runs the lake's own async work to its end.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        match &self.runtime {
            Some(runtime) => runtime.block_on(future),
            None => futures::executor::block_on(future), // only between drop's first line and its last
        }
    }

    #[cfg(test)]
    pub(crate) fn fail_here(&self, moment: Moment) -> Result<(), LoadError> {
        use crate::failure::FailurePoint;
        let point = match moment {
            Moment::AfterDataFiles => FailurePoint::AfterDataFiles,
            Moment::BeforeCommit => FailurePoint::BeforeCommit,
            Moment::AfterCommitBeforeIndex => FailurePoint::AfterCommitBeforeIndex,
        };
        let mut armed = lock(&self.fail_at);
        if *armed == Some(point) {
            *armed = None;
            return Err(LoadError::Injected(point));
        }
        Ok(())
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "test builds stop here on request")]
    pub(crate) fn fail_here(&self, _moment: Moment) -> Result<(), LoadError> {
        Ok(())
    }
}

impl Drop for Lake {
    fn drop(&mut self) {
        // A runtime may not wait for its threads where an async task drops it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn dataset_id(text: &str) -> Result<&str, LakeError> {
    let good =
        (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    good.then_some(text).ok_or_else(|| LakeError::BadDatasetId(text.chars().take(128).collect()))
}

fn place_of(columns: &[Column], dataset: &str, name: &str) -> Result<usize, LakeError> {
    columns
        .iter()
        .position(|column| column.name == name)
        .ok_or_else(|| LakeError::NoColumn { dataset: dataset.to_owned(), column: name.to_owned() })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}
