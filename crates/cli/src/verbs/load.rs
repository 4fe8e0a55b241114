//! `gongshu load`: a file handed in over HTTP, or looked at without any server.

use std::{
    ops::ControlFlow,
    path::Path,
    pin::Pin,
    task::{Context, Poll, ready},
};

use indicatif::ProgressBar;
use lake::{Lake, LoadRequest, SourceOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::ReaderStream;

use crate::{
    adapter,
    args::{Inspect, Load},
    client::{Client, text},
    failure::{Doing, Failure, Result},
    output::{Out, Table},
    world,
};

/// Bytes of a file sent at a time.
const PIECE: usize = 256 << 10;

/// Hands a file in to an entry.
///
/// # Errors
/// When the file cannot be read, or the server refuses it; then nothing of it was kept.
pub async fn hand_in(args: &Load, out: &Out) -> Result<()> {
    let (Some(file), Some(entry)) = (&args.file, &args.entry) else {
        return Err(Failure::usage("no file or no entry is named").next("write `gongshu load FILE --entry ID`"));
    };
    let client = Client::logged_in(&args.server).await?;
    let answer = send(&client, file, entry, args.sheet.as_deref(), out).await?;
    if out.is_json() {
        return out.value(&answer);
    }
    out.text(&certificate_text(&answer)?)
}

async fn send(client: &Client, file: &Path, entry: &str, sheet: Option<&str>, out: &Out) -> Result<Value> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let opened = tokio::fs::File::open(file).await.doing(|| format!("`{}` cannot be read", file.display()))?;
    let bar = out.bar(opened.metadata().await?.len(), &format!("handing in {name}"));
    let body =
        reqwest::Body::wrap_stream(ReaderStream::with_capacity(Watched { inner: opened, bar: bar.clone() }, PIECE));
    let mut query = vec![("name", name.as_str())];
    query.extend(sheet.map(|sheet| ("sheet", sheet)));
    let answer = client.upload(&format!("/api/v1/entries/{entry}/loads"), &query, body).await;
    bar.finish_and_clear();
    answer?.map_err(|refused| refused.failure())
}

/// What a certificate says, for people.
///
/// # Errors
/// When the answer is not one.
pub fn certificate_text(answer: &Value) -> Result<String> {
    let certificate = answer.get("certificate").unwrap_or(&Value::Null);
    let number = |part: &str| certificate.get(part).and_then(Value::as_u64).unwrap_or_default();
    let mut table = Table::new(["", ""]);
    table.row(["load", text(answer, "load")?]);
    table.row(["rows in", &number("rows_in").to_string()]);
    table.row(["accepted", &number("accepted").to_string()]);
    table.row(["rejected", &number("rejected").to_string()]);
    for (reason, count) in certificate.get("reasons").and_then(Value::as_object).into_iter().flatten() {
        table.row([format!("  {reason}"), count.to_string()]);
    }
    for (what, how) in certificate.get("understood").and_then(Value::as_object).into_iter().flatten() {
        table.row([what.replace('_', " "), how.as_str().unwrap_or_default().to_owned()]);
    }
    table.row(["file sm3", text(certificate, "source_sm3")?]);
    table.row(["content sm3", text(certificate, "content_sm3")?]);
    Ok(table.text())
}

/// Prints how a file is understood, by loading it into a lake that is thrown away.
///
/// # Errors
/// When the file is refused, with the reason.
pub fn inspect(args: &Inspect, out: &Out) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let lake = Lake::open(folder.path())?;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options = SourceOptions { sheet: args.sheet.clone(), ..SourceOptions::default() };
    let understood = lake.inspect(&args.file, &name, &options)?;
    let id = uuid::Uuid::from_u128(1);
    let mut request = LoadRequest::new(id, "inspected", &args.file, world::now());
    request.options = options;
    let bar = out.bar(0, &format!("reading {name}"));
    let certificate = lake.load(&request, &mut |at| {
        bar.set_length(at.bytes_total);
        bar.set_position(at.bytes_read);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let certificate = certificate?;
    let shown = usize::try_from(args.rows).unwrap_or(0);
    let rejected = lake.rejected(id, 0, shown)?;
    let preview = lake.preview("inspected", shown)?;
    if out.is_json() {
        return out.value(&json!({
            "understood": understood, "rows_in": certificate.rows_in, "accepted": certificate.accepted, "rejected": certificate.rejected,
            "reasons": certificate.rejected_by_reason, "rejected_rows": rejected.rows, "preview": preview.rows,
        }));
    }
    for (what, how) in adapter::words(&understood) {
        out.text(&format!("{:<12} {how}", what.replace('_', " ")))?;
    }
    out.text(&format!(
        "{:<12} {} = {} accepted + {} rejected\n",
        "rows", certificate.rows_in, certificate.accepted, certificate.rejected
    ))?;
    let mut columns = Table::new(["column", "type", "values", "absent", "longest"]);
    for column in &understood.columns {
        columns.row([
            &column.name,
            &column.kind.label(),
            &column.values.to_string(),
            &column.nulls.to_string(),
            &column.max_length.to_string(),
        ]);
    }
    out.text(&columns.text())?;
    if !rejected.rows.is_empty() {
        let mut table = Table::new(["row", "column", "code", "reason"]);
        for row in &rejected.rows {
            table.row([&row.row.to_string(), row.column.as_deref().unwrap_or("-"), &row.reason, &row.text]);
        }
        out.text(&format!("\nrejected, the first {} of {}:\n{}", rejected.rows.len(), rejected.total, table.text()))?;
    }
    Ok(())
}

/// A file whose reading moves a bar.
struct Watched {
    inner: tokio::fs::File,
    bar: ProgressBar,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        let read = buf.filled().len().saturating_sub(before);
        self.bar.inc(read as u64);
        Poll::Ready(Ok(()))
    }
}
