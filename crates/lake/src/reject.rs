//! The rejected rows of a load: one Parquet file beside the table, with each row as it stood in the source.
//! They may hold personal data, so they are stored and shown to whoever may see the source, and never logged.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures::TryStreamExt;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::AsyncArrowWriter;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

use crate::error::LakeError;
use crate::sieve::Rejection;
use crate::stored::StoredParquet;

/// Most bytes of a rejected row that are kept; longer ones are cut.
const MAX_RAW: usize = 1 << 20;
/// Rows or bytes after which collected rejects are written out.
const FLUSH_ROWS: usize = 4_096;
const FLUSH_BYTES: usize = 16 << 20;

/// A rejected row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// The line of a text file or the row of a sheet, from 1.
    pub row: u64,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// The reason's code, as in the certificate.
    pub reason: String,
    /// The reason in words.
    pub text: String,
    /// The row as it stood in the source.
    pub raw: String,
}

/// A stretch of the rejected rows of a load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedPage {
    /// How many there are in all.
    pub total: u64,
    /// The rows asked for.
    pub rows: Vec<RejectedRow>,
}

/// Writes rejected rows as they come.
pub(crate) struct RejectWriter {
    store: Arc<dyn ObjectStore>,
    path: Path,
    schema: SchemaRef,
    writer: Option<AsyncArrowWriter<BufWriter>>,
    row: Int64Builder,
    texts: [StringBuilder; 4],
    rows: usize,
    bytes: usize,
}

impl RejectWriter {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, path: Path) -> Self {
        let text = |name, nullable| Field::new(name, DataType::Utf8, nullable);
        let schema = Schema::new(vec![
            Field::new("row_number", DataType::Int64, false),
            text("column", true),
            text("reason", false),
            text("reason_text", false),
            text("raw", false),
        ]);
        Self {
            store,
            path,
            schema: Arc::new(schema),
            writer: None,
            row: Int64Builder::new(),
            texts: Default::default(),
            rows: 0,
            bytes: 0,
        }
    }

    /// Keeps a row. `true` asks the caller to [`flush`](Self::flush).
    pub(crate) fn push(&mut self, number: u64, rejection: &Rejection, raw: &[u8]) -> bool {
        let raw = String::from_utf8_lossy(raw.get(..raw.len().min(MAX_RAW)).unwrap_or_default());
        let [column, reason, text, kept] = &mut self.texts;
        self.row.append_value(i64::try_from(number).unwrap_or(i64::MAX));
        column.append_option(rejection.column.as_deref());
        reason.append_value(rejection.code);
        text.append_value(&rejection.text);
        kept.append_value(&raw);
        self.rows += 1;
        self.bytes += raw.len() + rejection.text.len();
        self.rows >= FLUSH_ROWS || self.bytes >= FLUSH_BYTES
    }

    /// Writes out what was collected.
    pub(crate) async fn flush(&mut self) -> Result<(), LakeError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut arrays: Vec<Arc<dyn Array>> = vec![Arc::new(self.row.finish())];
        arrays.extend(self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as Arc<dyn Array>));
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)?;
        (self.rows, self.bytes) = (0, 0);
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let properties =
                    WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build();
                let sink = BufWriter::new(self.store.clone(), self.path.clone());
                self.writer.insert(AsyncArrowWriter::try_new(sink, self.schema.clone(), Some(properties))?)
            }
        };
        Ok(writer.write(&batch).await?)
    }

    /// Writes the rest and completes the file; there is none where nothing was rejected.
    pub(crate) async fn finish(mut self) -> Result<bool, LakeError> {
        self.flush().await?;
        match self.writer {
            Some(writer) => writer.close().await.map(|_| true).map_err(LakeError::from),
            None => Ok(false),
        }
    }
}

/// Reads a stretch of a load's rejected rows. A load without a file rejected none.
pub(crate) async fn read(
    store: Arc<dyn ObjectStore>,
    path: Path,
    offset: usize,
    limit: usize,
) -> Result<RejectedPage, LakeError> {
    if let Err(object_store::Error::NotFound { .. }) = store.head(&path).await {
        return Ok(RejectedPage { total: 0, rows: Vec::new() });
    }
    let builder = ParquetRecordBatchStreamBuilder::new(StoredParquet::new(store, path)).await?;
    let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let batches: Vec<RecordBatch> = builder.with_offset(offset).with_limit(limit).build()?.try_collect().await?;
    let mut rows = Vec::new();
    for batch in &batches {
        let wrong = || LakeError::Corrupt("a file of rejected rows has other columns than were written".into());
        let numbers = batch.column(0).as_any().downcast_ref::<Int64Array>().ok_or_else(wrong)?;
        let text = |index: usize| batch.column(index).as_any().downcast_ref::<StringArray>().ok_or_else(wrong);
        let (columns, reasons, texts, raws) = (text(1)?, text(2)?, text(3)?, text(4)?);
        for at in 0..batch.num_rows() {
            rows.push(RejectedRow {
                row: u64::try_from(numbers.value(at)).unwrap_or(0),
                column: columns.is_valid(at).then(|| columns.value(at).to_owned()),
                reason: reasons.value(at).to_owned(),
                text: texts.value(at).to_owned(),
                raw: raws.value(at).to_owned(),
            });
        }
    }
    Ok(RejectedPage { total, rows })
}
