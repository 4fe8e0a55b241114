//! What each page of the consoles asks for first, from a store of a size that a district reaches. There is no peer; the target
//! is the house's own: nobody waits longer than a blink for the first data.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use platform::lake::MemoryLake;
use serde_json::{Value, json};
use server::{AppState, Server, ServerSettings, WallClock};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    district::{District, HOLDER, PASSWORD},
    http::Http,
    measure::timed,
    table::Table,
    workplace::Workplace,
};

/// Answers a second that a page needs at least: its first data within 300 ms.
const PROMPT: f64 = 1.0 / 0.3;
/// Interactions a second that feel as if nothing came in between: none over 100 ms.
const AT_ONCE: f64 = 10.0;
/// How often each page is asked for.
const TIMES: usize = 20;
/// Drafts that are written at the same time while the store is filled.
const WRITERS: usize = 64;

/// Measures.
///
/// # Errors
/// When an answer is not a good one, or the store does not hold what it should.
pub fn run(place: &Workplace) -> Result<Table> {
    let (entries, published) = (place.size(100_000, 200), place.size(10_000, 20));
    let about = format!(
        "What each page of the consoles asks for first, over HTTP on one connection, {TIMES} times, from a store on SQLite with \
         {entries} entries of the catalogue, each with its case, of which {published} are published. The slowest answer counts."
    );
    let mut table = Table::new("pages", "the first data of each page", about);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = place.folder("pages")?;
    let database = format!("sqlite:{}", folder.join("control.db").display());
    let (district, seconds) = timed(|| runtime.block_on(filled(place, &folder, database, entries, published)));
    let (district, entry) = district?;
    table.note(format!("The store was filled by the acts themselves in {seconds:.0} s."));
    let (address, stop) = runtime.block_on(serve(&district, &folder))?;
    let asked = pages(&entry);
    let mut client = Http::connect(address)?;
    let session = client.post("/api/v1/sessions", None, &json!({ "login": HOLDER, "password": PASSWORD }))?;
    let token = session.pointer("/token").and_then(Value::as_str).context("the session has no token")?;
    let listed = client.get("/api/v1/entries?limit=1", token)?;
    ensure!(listed.pointer("/total") == Some(&json!(entries)), "the catalogue lists {listed}");
    let mut slowest = Duration::ZERO;
    for (page, paths) in asked {
        let mut worst = Duration::ZERO;
        for _ in 0..TIMES {
            let (answered, seconds) = timed(|| paths.iter().try_for_each(|path| client.get(path, token).map(drop)));
            answered.with_context(|| page.to_owned())?;
            worst = worst.max(Duration::from_secs_f64(seconds));
        }
        table.ours(format!("{page}: all it asks for, slowest of {TIMES}"), worst.as_secs_f64() * 1e3, "ms");
        slowest = slowest.max(worst);
    }
    table.floor("the slowest page, answered so often a second", 1.0 / slowest.as_secs_f64(), PROMPT, "/s");
    if !place.smoke {
        felt(place, &mut table, address)?;
    }
    let _ = stop.send(());
    runtime.block_on(district.platform.close())?;
    Ok(table)
}

/// What each page asks for first, one request after the other; a browser asks for them at the same time.
fn pages(entry: &str) -> Vec<(&'static str, Vec<String>)> {
    let api = |path: &str| format!("/api/v1{path}");
    vec![
        ("home", vec![api("/me"), api("/cases?waiting_for_me=true&limit=50"), api("/notices?unread=true&limit=20")]),
        ("cases", vec![api("/cases?limit=50")]),
        ("cases, the last page", vec![api("/cases?limit=50&offset=99900")]),
        ("catalogue", vec![api("/entries?limit=50")]),
        ("catalogue, the last page", vec![api("/entries?limit=50&offset=99950")]),
        ("catalogue, two characters searched", vec![api("/entries?limit=50&text=%E5%AE%9E%E6%9C%89")]),
        ("catalogue, a number searched", vec![api("/entries?limit=50&text=77777")]),
        ("catalogue, published only", vec![api("/entries?limit=50&status=published")]),
        ("tree of the catalogues", vec![api("/catalogue/tree?by=duty")]),
        ("gaps", vec![api("/catalogue/gaps?of=duty&lack=data")]),
        ("an entry", vec![api(&format!("/entries/{entry}")), api(&format!("/entries/{entry}/versions"))]),
        ("the law", vec![api("/packs/changning-2025")]),
        ("state of the district", vec![api("/state")]),
    ]
}

/// What people feel: a real browser works with the same store and tells how long it was from a key or click to the next frame.
fn felt(place: &Workplace, table: &mut Table, address: SocketAddr) -> Result<()> {
    let web = place.path(Path::new("web"));
    let script = Command::new("node")
        .arg("scripts/interactions.mjs")
        .current_dir(&web)
        .env("BASE_URL", format!("http://{address}"))
        .env("LOGIN", HOLDER)
        .env("PASSWORD", PASSWORD)
        .stderr(Stdio::inherit())
        .output();
    let told = match script {
        Ok(done) if done.status.success() => String::from_utf8(done.stdout)?,
        Ok(done) => bail!("the browser's part ended with {}", done.status),
        Err(error) => {
            table.absent("a browser", &format!("Node cannot be started: {error}"));
            return Ok(());
        }
    };
    let mut slowest = f64::EPSILON;
    for line in told.lines() {
        let measured: Value = serde_json::from_str(line).with_context(|| format!("`{line}` is no measurement"))?;
        let what = measured.pointer("/what").and_then(Value::as_str).context("a measurement has no name")?;
        let of = |kind: &str| measured.get(kind).and_then(Value::as_f64);
        if let Some(ms) = of("opened") {
            table.ours(format!("in the browser: {what}"), ms, "ms");
        } else if let Some(ms) = of("interaction") {
            table.ours(format!("in the browser, from key or click to the next frame: {what}"), ms, "ms");
            slowest = slowest.max(ms / 1e3);
        }
    }
    table.floor("the slowest interaction, so often a second", 1.0 / slowest, AT_ONCE, "/s");
    Ok(())
}

/// A district with so many entries, the first of them published.
async fn filled(
    place: &Workplace,
    folder: &std::path::Path,
    database: String,
    entries: u64,
    published: u64,
) -> Result<(District, String)> {
    let district = District::open(place, folder, database, Arc::new(MemoryLake::new())).await?;
    let write = async |number: u64| -> Result<String> {
        let (entry, _) = district.draft(&format!("实有人口第{number}批")).await?;
        if number < published {
            let submitted = district.submit(entry).await?;
            district.publish(&submitted).await?;
        }
        Ok(entry.to_string())
    };
    let made: Vec<String> = stream::iter(0..entries).map(write).buffer_unordered(WRITERS).try_collect().await?;
    let entry = made.into_iter().next().context("no entry was made")?;
    Ok((district, entry))
}

async fn serve(district: &District, folder: &std::path::Path) -> Result<(SocketAddr, oneshot::Sender<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let chance = Arc::new(|| cli::world::chance().unwrap_or_default());
    let settings = ServerSettings::new(folder.join("uploads"));
    let state = AppState::new(district.platform.clone(), Arc::new(WallClock), chance, settings);
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(Server::serve(listener, state, async { stopped.await.unwrap_or(()) }));
    Ok((address, stop))
}
