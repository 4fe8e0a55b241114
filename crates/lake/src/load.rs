//! A load from file to certificate.
//!
//! Pass one says what the file is; pass two types it into data files that nobody refers to yet; one Delta commit makes
//! them the table. Whatever stops a load before that commit leaves the table as it was, and only orphans to sweep.
//! The load's id is written into the commit, so a repeated load finds it there and does nothing.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path as FsPath;
use std::time::Instant;

use deltalake_core::DeltaTable;
use deltalake_core::kernel::Add;
use deltalake_core::writer::{DeltaWriter, RecordBatchWriter};
use object_store::ObjectStore;

use crate::certificate::{Certificate, LoadMode, LoadRequest, Phase, Progress};
use crate::codec::ContentDigest;
use crate::columns::{BatchBuilder, BatchReader, Column};
use crate::error::{LakeError, LoadError, RefusedLoad, RejectedSample};
use crate::lake::Lake;
use crate::reject::RejectWriter;
use crate::sieve::{Rejection, Sieve};
use crate::source::Source;
use crate::store::{self, Places};
use crate::understand::{self, Plan, ROWS_PER_STEP};
use crate::value::{Cell, ColumnSpec};

/// Rows per typed batch.
const BATCH: usize = 8_192;

/// The progress function of a load: told where it is, answers whether to go on.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Performs a load. The caller holds the dataset's load lock.
pub(crate) fn run(lake: &Lake, request: &LoadRequest, progress: OnProgress<'_>) -> Result<Certificate, LoadError> {
    let began = Instant::now();
    check(request)?;
    let table = lake.block_on(store::open(lake.places(), &request.dataset))?;
    if let Some(certificate) = already_done(lake, request, table.as_ref())? {
        return Ok(certificate);
    }
    let before = fingerprint(&request.path)?;
    let total = before.0;
    let fail = |error: crate::error::ReadError| error.into_load(&request.source_name, &request.path);
    let source = Source::open(&request.path, &request.source_name, &request.options, &request.limits).map_err(fail)?;
    let report = |phase, bytes_read, rows| Progress { phase, bytes_read, bytes_total: total, rows };
    let plan = match specs(request, table.as_ref())? {
        Some(specs) => understand::declared(&source, &specs).map_err(fail)?,
        None => understand::infer(&source, &mut |bytes, rows| progress(report(Phase::Understanding, bytes, rows)))
            .map_err(fail)?
            .ok_or(LoadError::Cancelled)?,
    };
    let columns: Vec<Column> = plan.specs.iter().map(Column::from).collect();
    check_keys(request, &columns)?;

    let mut pass = Pass::new(lake, request, &plan, &source, &columns)?;
    if request.mode == LoadMode::Append
        && let Some(table) = &table
    {
        remember_keys(lake, request, table, &columns, &mut pass.sieve)?;
    }
    let mut step = |bytes, rows| progress(report(Phase::Writing, bytes, rows));
    let (digest, length) = pass.read(lake, &source, &plan, &mut step).map_err(|error| match error {
        Stop::Read(error) => fail(error),
        Stop::Load(error) => error,
    })?;
    if fingerprint(&request.path)? != before {
        return Err(LoadError::SourceChanged(request.source_name.clone()));
    }
    let written = pass.finish(lake, request)?;
    lake.fail_here(crate::lake::Moment::AfterDataFiles)?;
    lake.block_on(store::write_json(
        lake.store(),
        &Places::of_load(request.load_id, "understood.json"),
        &plan.understood,
    ))?;

    let elapsed = jiff::SignedDuration::try_from(began.elapsed()).unwrap_or_default();
    let next_version = table.as_ref().and_then(DeltaTable::version).map_or(0, |version| version + 1);
    let mut certificate = Certificate {
        load_id: request.load_id,
        dataset: request.dataset.clone(),
        table_version: next_version,
        mode: request.mode,
        source_name: request.source_name.clone(),
        source_digest_sm3: hex::encode(digest),
        source_bytes: length,
        rows_in: written.tally.rows_in,
        accepted: written.tally.accepted,
        rejected: written.tally.rejected(),
        rejected_by_reason: written.tally.by_reason,
        content_digest_sm3: hex::encode(written.content_digest),
        columns,
        index_keys: request.index_keys.clone(),
        files: written.adds.iter().map(|add| add.path.clone()).collect(),
        started_at: request.started_at,
        finished_at: request.started_at.checked_add(elapsed).unwrap_or(request.started_at),
    };
    if progress(report(Phase::Committing, length, certificate.rows_in)).is_break() {
        return Err(LoadError::Cancelled);
    }
    lake.fail_here(crate::lake::Moment::BeforeCommit)?;
    let commit = store::Commit { table: table.as_ref(), adds: written.adds, certificate: &certificate };
    certificate.table_version = lake.block_on(store::commit(lake.places(), commit))?;
    store::make_durable(&log_file(lake, &certificate))?;
    lake.fail_here(crate::lake::Moment::AfterCommitBeforeIndex)?;
    let _ = progress(report(Phase::Indexing, length, certificate.rows_in));
    settle(lake, &certificate)?;
    Ok(certificate)
}

/// What follows a commit and may be repeated at any time: the certificate's file and the indexes.
fn settle(lake: &Lake, certificate: &Certificate) -> Result<(), LakeError> {
    let path = Places::of_load(certificate.load_id, "certificate.json");
    lake.block_on(store::write_json(lake.store(), &path, certificate))?;
    lake.refresh(&certificate.dataset)?;
    lake.build_indexes(&certificate.dataset)
}

/// The certificate of this load id, if it was committed before.
fn already_done(
    lake: &Lake,
    request: &LoadRequest,
    table: Option<&DeltaTable>,
) -> Result<Option<Certificate>, LoadError> {
    let path = Places::of_load(request.load_id, "certificate.json");
    let filed: Option<Certificate> = lake.block_on(store::read_json(lake.store(), &path))?;
    if let Some(certificate) = filed {
        if certificate.dataset != request.dataset {
            let text = format!("load `{}` was of dataset `{}`", request.load_id, certificate.dataset);
            return Err(LoadError::BadRequest(text));
        }
        return Ok(Some(certificate));
    }
    let Some(table) = table else { return Ok(None) };
    let logged = lake.block_on(store::committed(table, request.load_id))?;
    if let Some(certificate) = &logged {
        settle(lake, certificate)?;
    }
    Ok(logged)
}

fn check(request: &LoadRequest) -> Result<(), LoadError> {
    let bad = |text: String| Err(LoadError::BadRequest(text));
    if !(0.0..=1.0).contains(&request.max_rejected_share) {
        return bad(format!(
            "the largest share of rejected rows is `{}`, not between 0 and 1",
            request.max_rejected_share
        ));
    }
    let Some(specs) = &request.schema else { return Ok(()) };
    if specs.is_empty() || specs.len() > request.limits.columns {
        return bad(format!("a schema has 1 to {} columns, not {}", request.limits.columns, specs.len()));
    }
    let mut names = std::collections::HashSet::new();
    for spec in specs {
        if spec.name.trim().is_empty() || !names.insert(spec.name.to_lowercase()) {
            return bad(format!("the column name `{}` is empty or occurs twice", spec.name));
        }
        if let crate::value::Kind::Decimal { precision, scale } = spec.kind
            && (precision == 0 || precision > 38 || scale > precision)
        {
            return bad(format!("column `{}`: decimal({precision},{scale}) is not possible", spec.name));
        }
    }
    Ok(())
}

fn check_keys(request: &LoadRequest, columns: &[Column]) -> Result<(), LoadError> {
    match request.index_keys.iter().find(|key| !columns.iter().any(|column| column.name == **key)) {
        Some(key) => Err(LoadError::BadRequest(format!("the index key `{key}` is no column of the file"))),
        None => Ok(()),
    }
}

/// The columns to type by: declared ones, or the table's when appending, or none (infer).
fn specs(request: &LoadRequest, table: Option<&DeltaTable>) -> Result<Option<Vec<ColumnSpec>>, LoadError> {
    let existing = match (request.mode, table) {
        (LoadMode::Append, Some(table)) => store::columns(table)?,
        _ => return Ok(request.schema.clone()),
    };
    let Some(declared) = &request.schema else {
        let spec = |column: Column| ColumnSpec {
            name: column.name,
            kind: column.kind,
            nullable: column.nullable,
            unique_key: false,
            max_length: None,
        };
        return Ok(Some(existing.into_iter().map(spec).collect()));
    };
    let wanted: Vec<Column> = declared.iter().map(Column::from).collect();
    if wanted != existing {
        let differs = wanted.iter().zip(&existing).find(|(a, b)| a != b).map(|(a, _)| a.name.clone());
        return Err(LoadError::SchemaMismatch {
            dataset: request.dataset.clone(),
            detail: match differs {
                Some(name) => format!("column `{name}` is declared otherwise than the table has it"),
                None => format!("{} columns are declared, the table has {}", wanted.len(), existing.len()),
            },
        });
    }
    Ok(Some(declared.clone()))
}

/// Length and time of change of a file, which must be the same after both passes.
fn fingerprint(path: &FsPath) -> Result<(u64, Option<std::time::SystemTime>), LakeError> {
    let metadata = std::fs::metadata(path).map_err(LakeError::io("read", path))?;
    Ok((metadata.len(), metadata.modified().ok()))
}

fn log_file(lake: &Lake, certificate: &Certificate) -> std::path::PathBuf {
    let name = format!("{:020}.json", certificate.table_version);
    lake.places().table(&certificate.dataset).join("_delta_log").join(name)
}

/// Reads the keys that are in the table, so that an appended row cannot repeat one.
fn remember_keys(
    lake: &Lake,
    request: &LoadRequest,
    table: &DeltaTable,
    columns: &[Column],
    sieve: &mut Sieve<'_>,
) -> Result<(), LakeError> {
    if !sieve.has_key() {
        return Ok(());
    }
    let paths: Vec<_> = store::files(table)?.into_iter().map(|file| file.path).collect();
    let files = store::object_store(&lake.places().table(&request.dataset))?;
    let mut keep = |batch: &arrow_array::RecordBatch| {
        let reader = BatchReader::new(batch, columns)?;
        for at in 0..reader.rows {
            let cells: Vec<Cell<'_>> = reader.cells(at).collect();
            sieve.remember(&cells);
        }
        Ok(())
    };
    lake.block_on(store::scan(files, paths, None, None, &mut keep))
}

/// Counts of pass two.
#[derive(Debug, Default)]
struct Tally {
    rows_in: u64,
    accepted: u64,
    by_reason: BTreeMap<String, u64>,
    first: Option<RejectedSample>,
}

impl Tally {
    fn rejected(&self) -> u64 {
        self.by_reason.values().sum()
    }

    fn reject(&mut self, row: u64, rejection: &Rejection) {
        match self.by_reason.get_mut(rejection.code) {
            Some(count) => *count += 1,
            None => {
                self.by_reason.insert(rejection.code.to_owned(), 1);
            }
        }
        self.first.get_or_insert_with(|| RejectedSample {
            row,
            column: rejection.column.clone(),
            reason: rejection.code.to_owned(),
            text: rejection.text.clone(),
        });
    }
}

/// What pass two wrote.
struct Written {
    adds: Vec<Add>,
    tally: Tally,
    content_digest: [u8; 32],
}

enum Stop {
    Read(crate::error::ReadError),
    Load(LoadError),
}

impl From<LoadError> for Stop {
    fn from(error: LoadError) -> Self {
        Stop::Load(error)
    }
}

impl From<LakeError> for Stop {
    fn from(error: LakeError) -> Self {
        Stop::Load(error.into())
    }
}

/// Pass two: rows become batches become files.
struct Pass<'p> {
    dataset: String,
    sieve: Sieve<'p>,
    batch: BatchBuilder,
    /// Opened with the first batch.
    writer: Option<RecordBatchWriter>,
    columns: &'p [Column],
    rejects: RejectWriter,
    tally: Tally,
    content: ContentDigest,
}

impl<'p> Pass<'p> {
    fn new(
        lake: &Lake,
        request: &LoadRequest,
        plan: &'p Plan,
        source: &Source,
        columns: &'p [Column],
    ) -> Result<Self, LakeError> {
        Ok(Self {
            dataset: request.dataset.clone(),
            sieve: Sieve::new(plan, source.layout.format),
            batch: BatchBuilder::new(columns, BATCH),
            writer: None,
            columns,
            rejects: RejectWriter::new(lake.shared_store(), Places::of_load(request.load_id, "rejected.parquet")),
            tally: Tally::default(),
            content: ContentDigest::default(),
        })
    }

    /// Reads every row; gives the source's SM3 and length.
    fn read(
        &mut self,
        lake: &Lake,
        source: &Source,
        plan: &Plan,
        step: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<([u8; 32], u64), Stop> {
        let mut rows = source.rows(true, &plan.paths).map_err(Stop::Read)?;
        while let Some(row) = rows.next_row().map_err(Stop::Read)? {
            self.tally.rows_in += 1;
            match self.sieve.sift(&row) {
                Ok(cells) => {
                    self.tally.accepted += 1;
                    self.content.add(cells.iter().copied());
                    self.batch.push(&cells);
                    self.sieve.reuse(cells);
                    if self.batch.rows() >= BATCH {
                        self.write_batch(lake)?;
                    }
                }
                Err(rejection) => {
                    self.tally.reject(row.number, &rejection);
                    if self.rejects.push(row.number, &rejection, row.raw) {
                        lake.block_on(self.rejects.flush())?;
                    }
                }
            }
            if self.tally.rows_in.is_multiple_of(ROWS_PER_STEP)
                && step(rows.bytes_read(), self.tally.rows_in).is_break()
            {
                self.writer.iter_mut().for_each(RecordBatchWriter::reset);
                return Err(LoadError::Cancelled.into());
            }
        }
        self.write_batch(lake)?;
        let digest = rows.finish().map_err(Stop::Read)?;
        digest.ok_or_else(|| LakeError::Corrupt("the source was read without a digest".into()).into())
    }

    fn write_batch(&mut self, lake: &Lake) -> Result<(), LakeError> {
        if self.batch.rows() == 0 {
            return Ok(());
        }
        let batch = self.batch.finish()?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => self.writer.insert(store::writer(lake.places(), &self.dataset, self.columns, &batch)?),
        };
        Ok(lake.block_on(writer.write(batch))?)
    }

    /// Completes the files, or refuses the load where too little of it is good.
    fn finish(mut self, lake: &Lake, request: &LoadRequest) -> Result<Written, LoadError> {
        let rejects_path = Places::of_load(request.load_id, "rejected.parquet");
        if lake.block_on(self.rejects.finish())? {
            store::make_durable(&lake.places().root.join(rejects_path.as_ref()))?;
        }
        let tally = self.tally;
        let share = tally.rejected() as f64 / tally.rows_in.max(1) as f64;
        if let Some(first) = tally.first.clone().filter(|_| tally.accepted == 0 || share > request.max_rejected_share) {
            self.writer.iter_mut().for_each(RecordBatchWriter::reset);
            let refused = RefusedLoad {
                dataset: request.dataset.clone(),
                source_name: request.source_name.clone(),
                rows_in: tally.rows_in,
                accepted: tally.accepted,
                rejected: tally.rejected(),
                rejected_by_reason: tally.by_reason,
                first,
            };
            // The rejected rows stay for whoever mends the file; this note keeps `sweep` from taking them for orphans.
            let note = Places::of_load(request.load_id, "refused.json");
            lake.block_on(store::write_json(lake.store(), &note, &refused))?;
            return Err(LoadError::TooManyRejected(Box::new(refused)));
        }
        let adds = match &mut self.writer {
            Some(writer) => lake.block_on(writer.flush()).map_err(LakeError::from)?,
            None => Vec::new(),
        };
        for add in &adds {
            store::make_durable(&lake.places().table(&request.dataset).join(&add.path))?;
        }
        Ok(Written { adds, tally, content_digest: self.content.finish() })
    }
}

/// Recounts rows and content digest of a load from the files it added.
pub(crate) async fn recount(
    files: std::sync::Arc<dyn ObjectStore>,
    certificate: &Certificate,
) -> Result<(u64, String), LakeError> {
    let mut rows = 0_u64;
    let mut content = ContentDigest::default();
    let paths: Vec<_> = certificate.files.iter().map(|path| object_store::path::Path::from(path.as_str())).collect();
    let mut count = |batch: &arrow_array::RecordBatch| {
        let reader = BatchReader::new(batch, &certificate.columns)?;
        rows += reader.rows as u64;
        (0..reader.rows).for_each(|at| content.add(reader.cells(at)));
        Ok(())
    };
    store::scan(files, paths, None, None, &mut count).await?;
    Ok((rows, hex::encode(content.finish())))
}
