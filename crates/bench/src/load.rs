//! Loading files into the lake beside DuckDB's plain CSV to Parquet, by rows a processor second.

use std::{
    fs,
    hint::black_box,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use lake::{ColumnSpec, Lake, LoadRequest};
use uuid::Uuid;

use crate::{
    measure::{Cpu, timed},
    peers::{self, Python},
    persons,
    table::{Table, number},
    workplace::Workplace,
};

/// A file to load.
struct Source {
    title: &'static str,
    path: PathBuf,
    key: &'static str,
    schema: Option<Vec<ColumnSpec>>,
    accepted: u64,
    rejected: u64,
}

/// What one load cost.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
    rows: f64,
}

/// Measures.
///
/// # Errors
/// When a load fails or loses a row.
pub fn run(place: &Workplace) -> Result<Table> {
    let about = "Ours: the whole file decides types or checks declared ones, every value is typed, rejected rows are kept with their \
                 reason, two SM3 digests are taken, a Delta table version is committed durably; once without and once with the \
                 point-read index of the key column. The peer: `COPY (SELECT * FROM read_csv(…, ignore_errors = true)) TO … (FORMAT \
                 parquet)`, types from a sample, faulty rows dropped, nothing synced. Processor seconds are user and system time of all \
                 threads around the load alone.";
    let mut table = Table::new("load", "loading files into the lake", about);
    let folder = place.folder("load")?;
    let python = Python::find(place);
    if let Err(error) = &python {
        table.absent("duckdb", &format!("{error:#}"));
    }
    let mut sources = vec![people(&folder, place.size(1_000_000, 2_000))?];
    match villages(place) {
        // A smoke run is to be quick, and this file has but one size.
        _ if place.smoke => {}
        Some(source) => sources.insert(0, source),
        None => table.absent("villages.csv.gz", "set GONGSHU_SHARED to the folder of real files"),
    }
    for (number, source) in sources.iter().enumerate() {
        measure(&mut table, &folder.join(format!("lake-{number}")), source, python.as_ref().ok())?;
    }
    Ok(table)
}

fn measure(table: &mut Table, folder: &Path, source: &Source, python: Option<&Python>) -> Result<()> {
    let lake = Lake::open(folder)?;
    let title = source.title;
    let bytes = fs::read(&source.path).with_context(|| format!("`{}` cannot be read", source.path.display()))?;
    let (_, digest) = timed(|| black_box(sm::sm3(&bytes)));
    // The first load warms the processor and the page cache, as DuckDB's first run below does.
    let plain = middle(|| ours(&lake, source, false))?;
    let indexed = middle(|| ours(&lake, source, true))?;
    report(table, "Gongshu", &format!("{title}, typed Delta table"), plain);
    report(table, "Gongshu", &format!("{title}, typed Delta table and index"), indexed);
    let Some(python) = python else { return Ok(()) };
    let whose = peers::pinned("duckdb");
    let target = folder.join("duckdb.parquet");
    let mut types = String::new();
    let theirs = middle(|| duckdb(python, &source.path, &target, &mut types))?;
    report(table, &whose, &format!("{title}, plain Parquet"), theirs);
    let rate = |cost: Cost| cost.rows / cost.cpu;
    table.ratio(format!("{title}, rows a processor second"), rate(plain), rate(theirs), Some(1.0));
    table.ratio(format!("{title}, rows a processor second, with index"), rate(indexed), rate(theirs), None);
    table.ratio(
        format!("{title}, rows a second of the wall clock"),
        plain.rows / plain.wall,
        theirs.rows / theirs.wall,
        None,
    );
    table.note(format!(
        "{title}: {} bytes; ours accepted {} rows and kept {} rejected ones; the peer wrote {} rows \
         as {types}. SM3 over the file's bytes alone takes {digest:.2} processor s of ours.",
        number(bytes.len() as f64),
        number(source.accepted as f64),
        number(source.rejected as f64),
        number(theirs.rows)
    ));
    Ok(())
}

/// Three runs, of which the one in the middle by processor time counts.
fn middle(mut run: impl FnMut() -> Result<Cost>) -> Result<Cost> {
    let mut costs = [run()?, run()?, run()?];
    costs.sort_by(|left, right| left.cpu.total_cmp(&right.cpu));
    let [_, middle, _] = costs;
    Ok(middle)
}

fn ours(lake: &Lake, source: &Source, index: bool) -> Result<Cost> {
    let begun = lake.versions("bench").map_or(0, |versions| versions.len() as u128);
    let mut request = LoadRequest::new(Uuid::from_u128(begun + 1), "bench", &source.path, Timestamp::UNIX_EPOCH);
    request.schema.clone_from(&source.schema);
    if index {
        request.index_keys = vec![source.key.to_owned()];
    }
    let before = Cpu::used()?;
    let (certificate, wall) = timed(|| lake.load(&request, &mut |_| ControlFlow::Continue(())));
    let cpu = Cpu::used()?.since(before).own;
    let certificate = certificate?;
    let found = (certificate.accepted, certificate.rejected);
    ensure!(found == (source.accepted, source.rejected), "accepted and rejected rows are {found:?}");
    // The clock of the processor ticks a hundred times a second.
    Ok(Cost { wall, cpu: cpu.max(0.01), rows: certificate.rows_in as f64 })
}

/// The peer's load; `types` becomes the types it gave to the columns.
fn duckdb(python: &Python, source: &Path, target: &Path, types: &mut String) -> Result<Cost> {
    let paths = [source, target].map(|path| path.display().to_string());
    let answer = python.json("columns.py", &paths, None)?;
    let figure = |name| peers::figure(&answer, name);
    let found = answer.get("types").and_then(|types| types.as_array()).map(Vec::as_slice).unwrap_or_default();
    *types = found.iter().filter_map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    Ok(Cost { wall: figure("wall")?, cpu: figure("cpu")?, rows: figure("rows")? })
}

fn report(table: &mut Table, whose: &str, what: &str, cost: Cost) {
    let what = format!("{what} ({:.2} s, {:.2} processor s)", cost.wall, cost.cpu);
    table.peer(whose, what, cost.rows / cost.cpu, "rows/processor s");
}

fn people(folder: &Path, count: u64) -> Result<Source> {
    let path = folder.join("persons.csv");
    let (accepted, rejected) = persons::write(&path, count)?;
    Ok(Source {
        title: "generated persons",
        path,
        key: persons::KEY,
        schema: Some(persons::schema()),
        accepted,
        rejected,
    })
}

fn villages(place: &Workplace) -> Option<Source> {
    let path = place.shared()?.join("data/admin-divisions/villages.csv.gz");
    let (title, key, schema) = ("villages.csv.gz", "code", None);
    path.is_file().then_some(Source { title, path, key, schema, accepted: 620_573, rejected: 0 })
}
