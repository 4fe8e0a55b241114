//! A lake that keeps rows in memory: for slice tests and for trying things out. It reads comma-separated UTF-8 only, but keeps
//! every promise of the port: a load is atomic, repeating it repeats nothing, and every rejected row is kept with its reason (I7).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
};

use parking_lot::RwLock;

use super::*;

/// The in-memory lake.
#[derive(Default)]
pub struct MemoryLake {
    datasets: RwLock<HashMap<String, Dataset>>,
}

/// One dataset: its current version and what is kept of every load.
#[derive(Default)]
struct Dataset {
    current: Option<Version>,
    loads: BTreeMap<LoadId, (Certificate, Vec<Rejected>)>,
}

/// The rows of the current version, with an index per key column.
struct Version {
    number: u64,
    columns: Vec<Column>,
    keys: Vec<String>,
    rows: Vec<Record>,
    index: HashMap<String, HashMap<String, Vec<usize>>>,
}

impl MemoryLake {
    /// An empty lake.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Lake for MemoryLake {
    fn load(
        &self,
        request: &LoadRequest,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Certificate, LakeError> {
        if let Some(certificate) = self.certificate(&request.dataset, request.id)? {
            return Ok(certificate);
        }
        let bytes = fs::read(&request.path).map_err(|e| LakeError::Storage(format!("the file cannot be read: {e}")))?;
        let total = bytes.len() as u64;
        let mut tell = |phase, bytes, rows| {
            if progress(Progress { bytes, total, rows, phase }) { Ok(()) } else { Err(LakeError::Cancelled) }
        };
        tell("understand", 0, 0)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| refused("not_tabular", "the file is not UTF-8 text", None, None))?;
        let parsed = Parsed::read(text.trim_start_matches('\u{feff}'), &request.columns, &request.keys)?;
        tell("store", total, parsed.rows_in)?;

        let mut datasets = self.datasets.write();
        let dataset = datasets.entry(request.dataset.clone()).or_default();
        let number = dataset.current.as_ref().map_or(0, |v| v.number.saturating_add(1));
        let certificate = parsed.certificate(request, number, &bytes);
        let rejected = parsed.rejected.clone();
        dataset.current = Some(parsed.into_version(number, request.keys.clone()));
        dataset.loads.insert(request.id, (certificate.clone(), rejected));
        Ok(certificate)
    }

    fn lookup(
        &self,
        dataset: &str,
        key_column: &str,
        key: &str,
        columns: &[String],
        limit: usize,
    ) -> Result<Vec<Record>, LakeError> {
        self.read(dataset, |version| {
            let wanted = version.positions(dataset, columns)?;
            let index = version.index.get(key_column).ok_or_else(|| no_column(dataset, "key", key_column))?;
            let rows = index.get(key).map(Vec::as_slice).unwrap_or_default();
            Ok(rows
                .iter()
                .take(limit)
                .filter_map(|&row| version.rows.get(row))
                .map(|row| project(row, &wanted))
                .collect())
        })
    }

    fn preview(&self, dataset: &str, columns: &[String], limit: usize) -> Result<Vec<Record>, LakeError> {
        self.read(dataset, |version| {
            let wanted = version.positions(dataset, columns)?;
            Ok(version.rows.iter().take(limit).map(|row| project(row, &wanted)).collect())
        })
    }

    fn table(&self, dataset: &str) -> Result<Option<Table>, LakeError> {
        let datasets = self.datasets.read();
        Ok(datasets.get(dataset).and_then(|d| d.current.as_ref()).map(|v| Table {
            version: v.number,
            rows: v.rows.len() as u64,
            columns: v.columns.clone(),
            keys: v.keys.clone(),
        }))
    }

    fn rejected(&self, dataset: &str, load: LoadId, offset: u64, limit: u64) -> Result<Vec<Rejected>, LakeError> {
        let datasets = self.datasets.read();
        let rows = datasets
            .get(dataset)
            .and_then(|d| d.loads.get(&load))
            .map(|(_, rejected)| rejected.as_slice())
            .unwrap_or_default();
        let (offset, limit) =
            (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(rows.iter().skip(offset).take(limit).cloned().collect())
    }

    fn certificate(&self, dataset: &str, load: LoadId) -> Result<Option<Certificate>, LakeError> {
        Ok(self
            .datasets
            .read()
            .get(dataset)
            .and_then(|d| d.loads.get(&load))
            .map(|(certificate, _)| certificate.clone()))
    }
}

impl MemoryLake {
    fn read<T>(&self, dataset: &str, read: impl FnOnce(&Version) -> Result<T, LakeError>) -> Result<T, LakeError> {
        let datasets = self.datasets.read();
        let version = datasets
            .get(dataset)
            .and_then(|d| d.current.as_ref())
            .ok_or_else(|| LakeError::NoSuchDataset(dataset.into()))?;
        read(version)
    }
}

impl Version {
    fn positions(&self, dataset: &str, columns: &[String]) -> Result<Vec<usize>, LakeError> {
        columns
            .iter()
            .map(|name| {
                self.columns.iter().position(|c| c.name == *name).ok_or_else(|| no_column(dataset, "column", name))
            })
            .collect()
    }
}

fn project(row: &Record, wanted: &[usize]) -> Record {
    wanted.iter().map(|&i| row.get(i).cloned().flatten()).collect()
}

fn no_column(dataset: &str, role: &'static str, column: &str) -> LakeError {
    LakeError::NoSuchColumn { dataset: dataset.into(), role, column: column.into() }
}

fn refused(code: &str, message: impl Into<String>, row: Option<u64>, column: Option<String>) -> LakeError {
    let values = column.iter().map(|column| ("column".to_owned(), column.clone())).collect();
    LakeError::Refused { message: message.into(), fault: crate::Fault { code: code.to_owned(), values }, row, column }
}

/// A file that was understood: rows accepted and rows set aside.
struct Parsed {
    columns: Vec<Column>,
    rows_in: u64,
    rows: Vec<Record>,
    rejected: Vec<Rejected>,
}

impl Parsed {
    fn read(text: &str, declared: &[Column], keys: &[String]) -> Result<Self, LakeError> {
        let mut lines = records(text).into_iter();
        let header = lines
            .next()
            .filter(|h| h.iter().any(|c| !c.trim().is_empty()))
            .ok_or_else(|| refused("empty", "the file is empty: a header row is needed", None, None))?;
        let header: Vec<String> = header.into_iter().map(|c| c.trim().to_owned()).collect();
        let columns: Vec<Column> = if declared.is_empty() {
            let text = |name: &String| Column {
                name: name.clone(),
                kind: ColumnKind::Text,
                nullable: true,
                max_length: None,
                unique: false,
            };
            header.iter().map(text).collect()
        } else {
            declared.to_vec()
        };
        let mut positions = Vec::with_capacity(columns.len());
        for column in &columns {
            let position = header.iter().position(|name| *name == column.name);
            positions.push(position.ok_or_else(|| {
                let message = format!("the file has no column `{}`", column.name);
                refused("column_missing", message, Some(1), Some(column.name.clone()))
            })?);
        }
        for key in keys {
            if !columns.iter().any(|c| c.name == *key) {
                return Err(refused(
                    "bad_request",
                    format!("the key column `{key}` is not among the columns"),
                    Some(1),
                    Some(key.clone()),
                ));
            }
        }

        let mut parsed = Self { columns, rows_in: 0, rows: Vec::new(), rejected: Vec::new() };
        let mut seen: Vec<HashSet<String>> = vec![HashSet::new(); parsed.columns.len()];
        for (number, line) in (2u64..).zip(lines) {
            parsed.rows_in = parsed.rows_in.saturating_add(1);
            match parsed.check(&line, header.len(), &positions, &seen) {
                Ok(row) => {
                    for (value, seen) in row.iter().zip(&mut seen) {
                        if let Some(value) = value {
                            seen.insert(value.clone());
                        }
                    }
                    parsed.rows.push(row);
                }
                Err((column, code, reason)) => {
                    parsed.rejected.push(Rejected { row: number, column, code: code.into(), reason });
                }
            }
        }
        Ok(parsed)
    }

    fn check(
        &self,
        line: &[String],
        width: usize,
        positions: &[usize],
        seen: &[HashSet<String>],
    ) -> Result<Record, Fault> {
        if line.len() != width {
            return Err((None, "field_count", format!("the row has {} fields, the header has {width}", line.len())));
        }
        let mut row = Record::with_capacity(positions.len());
        for ((column, &position), seen) in self.columns.iter().zip(positions).zip(seen) {
            let value = line.get(position).map(|v| v.trim()).filter(|v| !v.is_empty());
            let fault = |code, what: &str| Err((Some(column.name.clone()), code, what.to_owned()));
            match value {
                None if !column.nullable => return fault("required", "a value is required"),
                Some(v) if !column.kind.admits(v) => return fault("type", "the value is not of the declared type"),
                Some(v) if column.max_length.is_some_and(|max| v.chars().count() > max as usize) => {
                    return fault("length", "the value is longer than declared");
                }
                Some(v) if column.unique && seen.contains(v) => {
                    return fault("duplicate", "the value occurs more than once");
                }
                _ => row.push(value.map(str::to_owned)),
            }
        }
        Ok(row)
    }

    fn certificate(&self, request: &LoadRequest, version: u64, bytes: &[u8]) -> Certificate {
        let mut reasons = BTreeMap::new();
        for rejected in &self.rejected {
            let count: &mut u64 = reasons.entry(rejected.code.clone()).or_default();
            *count = count.saturating_add(1);
        }
        let mut content = sm::Sm3Hasher::new();
        for value in self.rows.iter().flatten() {
            content.update(value.as_deref().unwrap_or("\u{0}").as_bytes());
            content.update(&[0x1f]);
        }
        Certificate {
            load: request.id,
            dataset: request.dataset.clone(),
            version,
            source: request.name.clone(),
            source_sm3: hex::encode(sm::sm3(bytes)),
            source_bytes: bytes.len() as u64,
            rows_in: self.rows_in,
            accepted: self.rows.len() as u64,
            rejected: self.rejected.len() as u64,
            reasons,
            content_sm3: hex::encode(content.finalize()),
            columns: self.columns.clone(),
            matched: self
                .columns
                .iter()
                .map(|column| Matched {
                    item: column.name.clone(),
                    kind: column.kind,
                    source: Some(column.name.clone()),
                })
                .collect(),
            understood: [("encoding", "utf-8"), ("delimiter", ","), ("header_row", "1")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
        }
    }

    fn into_version(self, number: u64, keys: Vec<String>) -> Version {
        let mut index = HashMap::new();
        for key in &keys {
            let position = self.columns.iter().position(|c| c.name == *key);
            let mut rows: HashMap<String, Vec<usize>> = HashMap::new();
            for (n, row) in self.rows.iter().enumerate() {
                if let Some(value) = position.and_then(|p| row.get(p)).cloned().flatten() {
                    rows.entry(value).or_default().push(n);
                }
            }
            index.insert(key.clone(), rows);
        }
        Version { number, columns: self.columns, keys, rows: self.rows, index }
    }
}

/// Why a row is set aside: column, code, reason.
type Fault = (Option<String>, &'static str, String);

impl ColumnKind {
    /// Whether a value, as it stands in a file, is of this type.
    fn admits(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Integer => value.parse::<i64>().is_ok(),
            Self::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Date => value.parse::<jiff::civil::Date>().is_ok(),
            Self::DateTime => value.parse::<jiff::civil::DateTime>().is_ok() || value.parse::<Timestamp>().is_ok(),
            Self::Flag => matches!(value, "true" | "false" | "0" | "1" | "是" | "否"),
        }
    }
}

/// Splits comma-separated text into records; quoted fields may contain commas, quotes (doubled) and line breaks.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        all.push(row);
    }
    // A line without any character is no row.
    all.retain(|row| row.len() > 1 || row.first().is_some_and(|f| !f.is_empty()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P11: the in-memory lake keeps the port's contract, which the Delta lake keeps as well.
    #[test]
    fn the_memory_lake_keeps_the_contract() {
        let dir = tempfile::tempdir().unwrap();
        contract(&MemoryLake::new(), dir.path()).unwrap();
    }
}
