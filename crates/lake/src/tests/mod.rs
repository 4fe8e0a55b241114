//! Tests of the crate. Each runs on a real lake in a temporary folder; files that the tests need are written by them,
//! except the real public files of the shared folder, without which those tests skip loudly.

mod atomic;
mod encodings;
mod formats;
mod lookup;
mod real_files;
mod schema;
mod second_opinion;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;

use crate::{Certificate, Lake, LoadError, LoadRequest, Preview, Progress, Value};

/// A lake in a folder of its own, and a place for files to load.
pub(crate) struct Fixture {
    pub folder: TempDir,
    pub lake: Lake,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path().join("lake")).unwrap();
        Self { folder, lake }
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn request(&self, load: u128, path: &Path) -> LoadRequest {
        LoadRequest::new(Uuid::from_u128(load), "d", path, now())
    }

    /// Loads and checks what every certificate must say (I7, I10).
    pub fn load(&self, request: &LoadRequest) -> Result<Certificate, LoadError> {
        let certificate = self.lake.load(request, &mut go_on)?;
        assert_eq!(certificate.rows_in, certificate.accepted + certificate.rejected, "I7");
        assert_eq!(certificate.rejected, certificate.rejected_by_reason.values().sum::<u64>());
        let recount = self.lake.recount(certificate.load_id).unwrap();
        assert!(recount.agrees, "the certificate is not what a recount finds: {recount:?}");
        Ok(certificate)
    }

    /// Loads bytes under a name.
    pub fn load_bytes(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<Certificate, LoadError> {
        let path = self.file(name, bytes);
        self.load(&self.request(1, &path))
    }

    pub fn preview(&self) -> Preview {
        self.lake.preview("d", 1000).unwrap()
    }

    /// The table as text: names, then rows.
    pub fn table(&self) -> Vec<Vec<String>> {
        let preview = self.preview();
        let mut rows = vec![preview.columns.iter().map(|column| column.name.clone()).collect()];
        rows.extend(preview.rows.iter().map(|row| row.values.iter().map(text).collect::<Vec<_>>()));
        rows
    }

    /// The kinds of the table's columns, as labels.
    pub fn kinds(&self) -> Vec<String> {
        self.preview().columns.iter().map(|column| column.kind.label()).collect()
    }

    /// Rejected rows as `row:column:reason`.
    pub fn rejects(&self, load: u128) -> Vec<String> {
        let page = self.lake.rejected(Uuid::from_u128(load), 0, 1000).unwrap();
        page.rows
            .iter()
            .map(|row| format!("{}:{}:{}", row.row, row.column.as_deref().unwrap_or("-"), row.reason))
            .collect()
    }
}

pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => "∅".into(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(value) => value.clone(),
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-21T09:00:00+08:00".parse().unwrap()
}

pub(crate) fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The folder of real public files, or `None` with a loud line.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("GONGSHU_SHARED").map_or(default, PathBuf::from).join("data");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no real files at {}; set GONGSHU_SHARED", folder.display());
    None
}
