//! Durable acts a second: many clients move cases through the docket at the same time, on SQLite and on PostgreSQL.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use platform::lake::MemoryLake;

use crate::{district::District, peers::postgres::Database, table::Table, workplace::Workplace};

const CLIENTS: u64 = 16;

/// Measures.
///
/// # Errors
/// When an act is refused or is missing in the log.
pub fn run(place: &Workplace) -> Result<Table> {
    let about = format!(
        "{CLIENTS} clients each draft, submit and publish catalogue entries of their own, in the platform's process. Every act is one \
         transaction of decision, effects, case, clocks, notices, act and log outbox, acknowledged when the database has synced it; \
         the log is fed meanwhile. The peer is pgbench's built-in simple update (one update, one select, one insert) on the same \
         server with as many clients; an act does more than that."
    );
    let mut table = Table::new("acts", "durable acts", about);
    let seconds = place.size(8, 1);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;

    let folder = place.folder("acts-sqlite")?;
    let database = format!("sqlite:{}", folder.join("control.db").display());
    let sqlite =
        runtime.block_on(measure(&mut table, place, &folder, database, "SQLite, every commit synced", seconds))?;

    match Database::create(place, "acts") {
        Ok(server) => {
            let title = server.title()?;
            let folder = place.folder("acts-postgres")?;
            let ours = runtime.block_on(measure(&mut table, place, &folder, server.url(), &title, seconds))?;
            server.fill(place.size(10, 1))?;
            let theirs = server.simple_update(CLIENTS, seconds)?;
            let theirs = table.peer(&format!("pgbench on {title}"), "simple update, transactions", theirs, "/s");
            table.ratio("acts on PostgreSQL ÷ pgbench simple update", ours, theirs, None);
            table.ratio("acts on SQLite ÷ pgbench simple update", sqlite, theirs, None);
        }
        Err(error) => table.absent("acts on PostgreSQL and pgbench", &format!("{error:#}")),
    }
    Ok(table)
}

async fn measure(
    table: &mut Table,
    place: &Workplace,
    folder: &Path,
    database: String,
    title: &str,
    seconds: u64,
) -> Result<f64> {
    let district = District::open(place, folder, database, Arc::new(MemoryLake::new())).await?;
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..CLIENTS).map(|client| tokio::spawn(act(district.clone(), client, until))).collect();
    let mut waits = Vec::new();
    for client in clients {
        waits.extend(client.await??);
    }
    let elapsed = begun.elapsed().as_secs_f64();
    district.platform.flush_log().await?;
    waits.sort_by(f64::total_cmp);
    let at = |share: f64| waits.get((waits.len() as f64 * share) as usize).copied().unwrap_or_default() * 1000.0;
    let rate = table.ours(format!("acts, {title}"), waits.len() as f64 / elapsed, "/s");
    table.ours(format!("time of an act, {title}: median"), at(0.5), "ms");
    table.ours(format!("time of an act, {title}: 99 of 100 within"), at(0.99), "ms");
    let District { platform, .. } = district;
    platform.close().await?;
    Ok(rate)
}

/// One client: its acts' durations in seconds.
async fn act(district: District, client: u64, until: Instant) -> Result<Vec<f64>> {
    let mut waits = Vec::new();
    let mut last = Instant::now();
    let mut lap = || {
        waits.push(last.elapsed().as_secs_f64());
        last = Instant::now();
    };
    let mut number = 0_u64;
    while Instant::now() < until {
        number += 1;
        let (entry, drafted) = district.draft(&format!("实有人口 {client}-{number}")).await?;
        lap();
        let submitted = district.submit(entry).await?;
        lap();
        let published = district.publish(&submitted).await?;
        lap();
        ensure!(
            published.case == drafted.case && published.state.as_str() == "published",
            "the entry is `{}`",
            published.state
        );
    }
    Ok(waits)
}
