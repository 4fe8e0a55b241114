//! The real lake behind the platform's port. Only names are translated here; both sides keep their own types, so that neither
//! crate knows the other (P11). The port's contract test runs on this very type.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
    path::Path,
    sync::{PoisonError, RwLock},
};

use lake::{ColumnSpec, Kind, LoadError, Phase, Understood, Value};
use platform::{
    Fault, LoadId,
    lake::{Certificate, Column, ColumnKind, Lake, LakeError, LoadRequest, Matched, Progress, Record, Rejected, Table},
};

/// The lake of a store.
pub struct DeltaLake {
    lake: lake::Lake,
    warm: RwLock<Warm>,
}

/// Which indexes are open. The gateway asks from async tasks, where the lake may not wait for its own runtime; what is not
/// known to be open is therefore opened on a thread of its own.
#[derive(Default)]
struct Warm {
    open: HashMap<String, HashSet<String>>,
    loading: HashMap<String, usize>,
}

impl DeltaLake {
    /// Opens the lake in a folder, which is made where it is absent.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(root: &Path) -> Result<Self, lake::LakeError> {
        Ok(Self { lake: lake::Lake::open(root)?, warm: RwLock::default() })
    }

    /// The lake itself, for verbs that look after it.
    #[must_use]
    pub fn lake(&self) -> &lake::Lake {
        &self.lake
    }

    fn is_warm(&self, dataset: &str, key_column: &str) -> bool {
        let warm = self.warm.read().unwrap_or_else(PoisonError::into_inner);
        !warm.loading.contains_key(dataset) && warm.open.get(dataset).is_some_and(|open| open.contains(key_column))
    }

    fn change(&self, change: impl FnOnce(&mut Warm)) {
        change(&mut self.warm.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Opens the index where waiting is allowed.
    fn warm_up(&self, dataset: &str, key_column: &str) -> Result<(), LakeError> {
        let opened = std::thread::scope(|scope| scope.spawn(|| self.lake.index(dataset, key_column).map(drop)).join());
        opened.map_err(|_| LakeError::Storage("opening an index broke off".into()))?.map_err(told)?;
        self.change(|warm| {
            if !warm.loading.contains_key(dataset) {
                warm.open.entry(dataset.to_owned()).or_default().insert(key_column.to_owned());
            }
        });
        Ok(())
    }

    fn run_load(
        &self,
        request: &LoadRequest,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<lake::Certificate, LakeError> {
        let mut inner = lake::LoadRequest::new(request.id.0, &request.dataset, &request.path, request.at);
        inner.source_name.clone_from(&request.name);
        inner.schema = (!request.columns.is_empty()).then(|| request.columns.iter().map(spec).collect());
        inner.index_keys.clone_from(&request.keys);
        inner.options.sheet.clone_from(&request.sheet);
        let certificate = self.lake.load(&inner, &mut |at| {
            let phase = match at.phase {
                Phase::Understanding => "understand",
                Phase::Writing => "store",
                Phase::Committing => "commit",
                Phase::Indexing => "index",
            };
            let going_on = progress(Progress { bytes: at.bytes_read, total: at.bytes_total, rows: at.rows, phase });
            if going_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        certificate.map_err(refused)
    }

    fn certified(&self, certificate: lake::Certificate) -> Result<Certificate, LakeError> {
        let understood = self.lake.understood(certificate.load_id).map_err(told)?;
        Ok(Certificate {
            load: LoadId(certificate.load_id),
            dataset: certificate.dataset,
            version: certificate.table_version,
            source: certificate.source_name,
            source_sm3: certificate.source_digest_sm3,
            source_bytes: certificate.source_bytes,
            rows_in: certificate.rows_in,
            accepted: certificate.accepted,
            rejected: certificate.rejected,
            reasons: certificate.rejected_by_reason,
            content_sm3: certificate.content_digest_sm3,
            columns: certificate.columns.iter().map(|column| described(column, &certificate.index_keys)).collect(),
            matched: understood.iter().flat_map(|understood| &understood.columns).map(matched).collect(),
            understood: understood.as_ref().map(words).unwrap_or_default(),
        })
    }
}

impl Lake for DeltaLake {
    fn load(
        &self,
        request: &LoadRequest,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Certificate, LakeError> {
        self.change(|warm| {
            warm.open.remove(&request.dataset);
            *warm.loading.entry(request.dataset.clone()).or_default() += 1;
        });
        let loaded = self.run_load(request, progress);
        self.change(|warm| {
            if let Some(loads) = warm.loading.get_mut(&request.dataset) {
                *loads -= 1;
                if *loads == 0 {
                    warm.loading.remove(&request.dataset);
                }
            }
        });
        self.certified(loaded?)
    }

    fn lookup(
        &self,
        dataset: &str,
        key_column: &str,
        key: &str,
        columns: &[String],
        limit: usize,
    ) -> Result<Vec<Record>, LakeError> {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let look_up = || self.lake.lookup(dataset, key_column, key, &columns);
        let found = if self.is_warm(dataset, key_column) {
            look_up()
        } else {
            self.warm_up(dataset, key_column)?;
            // A load may be replacing the table at this moment, so this one look-up still stays off the async threads.
            let found = std::thread::scope(|scope| scope.spawn(look_up).join());
            found.map_err(|_| LakeError::Storage("a look-up broke off".into()))?
        };
        Ok(found
            .map_err(told)?
            .into_iter()
            .take(limit)
            .map(|record| record.values.into_iter().map(text).collect())
            .collect())
    }

    fn preview(&self, dataset: &str, columns: &[String], limit: usize) -> Result<Vec<Record>, LakeError> {
        let preview = self.lake.preview(dataset, limit).map_err(told)?;
        let place = |name: &String| {
            preview.columns.iter().position(|column| column.name == *name).ok_or_else(|| LakeError::NoSuchColumn {
                dataset: dataset.to_owned(),
                role: "column",
                column: name.clone(),
            })
        };
        let places: Vec<usize> = match columns {
            [] => (0..preview.columns.len()).collect(),
            columns => columns.iter().map(place).collect::<Result<_, _>>()?,
        };
        let pick = |record: lake::Record| {
            places.iter().map(|place| record.values.get(*place).cloned().and_then(text)).collect()
        };
        Ok(preview.rows.into_iter().map(pick).collect())
    }

    fn table(&self, dataset: &str) -> Result<Option<Table>, LakeError> {
        let table = self.lake.table(dataset).map_err(told)?;
        Ok(table.map(|table| Table {
            version: table.version,
            rows: table.rows,
            columns: table.columns.iter().map(|column| described(column, &table.index_keys)).collect(),
            keys: table.index_keys,
        }))
    }

    fn rejected(&self, _dataset: &str, load: LoadId, offset: u64, limit: u64) -> Result<Vec<Rejected>, LakeError> {
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let page = match self.lake.rejected(load.0, place(offset), place(limit)) {
            Err(lake::LakeError::NoLoad(_)) => return Ok(Vec::new()),
            page => page.map_err(told)?,
        };
        let row =
            |row: lake::RejectedRow| Rejected { row: row.row, column: row.column, code: row.reason, reason: row.text };
        Ok(page.rows.into_iter().map(row).collect())
    }

    fn certificate(&self, dataset: &str, load: LoadId) -> Result<Option<Certificate>, LakeError> {
        let certificate =
            self.lake.certificate(load.0).map_err(told)?.filter(|certificate| certificate.dataset == dataset);
        certificate.map(|certificate| self.certified(certificate)).transpose()
    }
}

fn spec(column: &Column) -> ColumnSpec {
    ColumnSpec {
        name: column.name.clone(),
        kind: match column.kind {
            ColumnKind::Text => Kind::Text,
            ColumnKind::Integer => Kind::Integer,
            ColumnKind::Number => Kind::Float,
            ColumnKind::Date => Kind::Date,
            ColumnKind::DateTime => Kind::DateTime,
            ColumnKind::Flag => Kind::Boolean,
        },
        nullable: column.nullable,
        unique_key: column.unique,
        max_length: column.max_length,
    }
}

/// A stored column in the port's words. The lake keeps neither lengths nor uniqueness: they were rules of the load.
fn described(column: &lake::Column, _keys: &[String]) -> Column {
    Column {
        name: column.name.clone(),
        kind: kind_of(column.kind),
        nullable: column.nullable,
        max_length: None,
        unique: false,
    }
}

fn matched(column: &lake::ColumnReport) -> Matched {
    let source = (!column.source_name.is_empty()).then(|| column.source_name.clone());
    Matched { item: column.name.clone(), kind: kind_of(column.kind), source }
}

fn kind_of(kind: Kind) -> ColumnKind {
    match kind {
        Kind::Text => ColumnKind::Text,
        Kind::Integer => ColumnKind::Integer,
        Kind::Float | Kind::Decimal { .. } => ColumnKind::Number,
        Kind::Date | Kind::CompactDate => ColumnKind::Date,
        Kind::DateTime => ColumnKind::DateTime,
        Kind::Boolean => ColumnKind::Flag,
    }
}

/// What was understood of a file, as pairs that a certificate can show.
#[must_use]
pub fn words(understood: &Understood) -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.insert(name.to_owned(), value);
        }
    };
    let json =
        |value: serde_json::Result<serde_json::Value>| value.ok().and_then(|value| value.as_str().map(str::to_owned));
    say("format", json(serde_json::to_value(understood.format)));
    say("encoding", understood.encoding.and_then(|encoding| json(serde_json::to_value(encoding))));
    say("compressed", understood.compressed.then(|| "gzip".to_owned()));
    let delimiter = |delimiter| match delimiter {
        ',' => "comma".to_owned(),
        '\t' => "tab".to_owned(),
        other => other.to_string(),
    };
    say("delimiter", understood.delimiter.map(delimiter));
    say("sheet", understood.sheet.clone());
    say("header_row", understood.header_row.map(|row| row.to_string()));
    say("sheets", (understood.sheets.len() > 1).then(|| understood.sheets.join("; ")));
    let counted = |count: u64| (count > 0).then(|| count.to_string());
    say("header_rows", counted(understood.header_rows.into()));
    say("skipped_lines", counted(understood.skipped_preamble_lines));
    say("blank_lines", counted(understood.blank_lines));
    say("notes", (!understood.notes.is_empty()).then(|| understood.notes.join("; ")));
    words
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Text(text) => Some(text),
    }
}

fn refused(error: LoadError) -> LakeError {
    let fault = error.reason().map(|reason| Fault { code: reason.code, values: reason.values }).unwrap_or_default();
    let message = error.to_string();
    match error {
        LoadError::TooManyRejected(refused) => {
            LakeError::Refused { message, fault, row: Some(refused.first.row), column: refused.first.column }
        }
        LoadError::Cancelled => LakeError::Cancelled,
        LoadError::Lake(error) => told(error),
        LoadError::Refused { .. }
        | LoadError::SourceChanged(_)
        | LoadError::SchemaMismatch { .. }
        | LoadError::BadRequest(_) => LakeError::Refused { message, fault, row: None, column: None },
    }
}

fn told(error: lake::LakeError) -> LakeError {
    match error {
        lake::LakeError::NoDataset(dataset) => LakeError::NoSuchDataset(dataset),
        lake::LakeError::NoColumn { dataset, column } => LakeError::NoSuchColumn { dataset, role: "column", column },
        lake::LakeError::NotIndexed { dataset, column } => LakeError::NoSuchColumn { dataset, role: "key", column },
        lake::LakeError::TooManyRecords { limit, .. } => LakeError::Refused {
            fault: Fault {
                code: "too_many_records".to_owned(),
                values: [("limit".to_owned(), limit.to_string())].into(),
            },
            message: error.to_string(),
            row: None,
            column: None,
        },
        error => LakeError::Storage(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P11: the real lake keeps the same promises as the in-memory one.
    #[test]
    fn the_delta_lake_keeps_the_ports_contract() {
        let dir = tempfile::tempdir().unwrap();
        let lake = DeltaLake::open(&dir.path().join("lake")).unwrap();
        platform::lake::contract(&lake, dir.path()).unwrap();
    }

    /// The gateway asks from async tasks: the first look-up after a start opens the index without waiting on the task's thread.
    #[test]
    fn the_first_look_up_may_come_from_an_async_task() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("streets.csv");
        std::fs::write(&file, "code,name\n310105001,华阳路街道\n").unwrap();
        let column = |name: &str| Column {
            name: name.into(),
            kind: ColumnKind::Text,
            nullable: true,
            max_length: None,
            unique: false,
        };
        let request = LoadRequest {
            id: LoadId(uuid::Uuid::from_u128(7)),
            dataset: "streets".into(),
            path: file,
            name: "streets.csv".into(),
            columns: vec![column("code"), column("name")],
            keys: vec!["code".into()],
            sheet: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let root = dir.path().join("lake");
        DeltaLake::open(&root).unwrap().load(&request, &mut |_| true).unwrap();
        let lake = DeltaLake::open(&root).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for _ in 0..2 {
            let found =
                runtime.block_on(async { lake.lookup("streets", "code", "310105001", &["name".into()], 10) }).unwrap();
            assert_eq!(found, [vec![Some("华阳路街道".to_owned())]]);
        }
    }
}
