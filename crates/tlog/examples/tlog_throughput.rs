//! How fast one shard is: `cargo run --release -p gongshu-tlog --example tlog_throughput [leaves]`.
//!
//! Appends 200-byte leaves in batches of 1000 with one sync a batch, publishes (both trees, all tiles, both signatures),
//! then builds proofs in both trees at random positions with a small and with a large cache. Before that, callers that
//! each wait for their own leaf: one alone, and 64 together. With `0` leaves it measures the callers only.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use tlog::merkle::Sha256Tree;
use tlog::{GroupCommitter, Reader, Shard, Signers};

const BATCH: u64 = 1000;
/// How long callers are counted.
const COUNTED: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let leaves: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let dir = std::env::temp_dir().join(format!("tlog-throughput-{}", std::process::id()));
    let outcome = callers(&dir, 1).and_then(|()| callers(&dir, 64));
    let outcome = outcome.and_then(|()| if leaves == 0 { Ok(()) } else { run(&dir.join("batches"), leaves) });
    std::fs::remove_dir_all(&dir)?;
    outcome
}

/// Threads that each append one leaf, wait until it is durable, and go on with the next.
fn callers(dir: &Path, count: u64) -> Result<(), Box<dyn std::error::Error>> {
    let committer = GroupCommitter::new(open(&dir.join(format!("callers-{count}")))?, 256)?;
    let start = Instant::now();
    let call = |caller: u64| -> tlog::Result<Vec<Duration>> {
        let mut waits = Vec::new();
        while start.elapsed() < COUNTED {
            let asked = Instant::now();
            committer.submit(leaf(caller))?.wait()?;
            waits.push(asked.elapsed());
        }
        Ok(waits)
    };
    let waits: Vec<tlog::Result<Vec<Duration>>> = std::thread::scope(|scope| {
        let call = &call;
        let threads: Vec<_> = (0..count).map(|caller| scope.spawn(move || call(caller))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(tlog::Error::Closed))).collect()
    });
    let mut waits = waits.into_iter().collect::<tlog::Result<Vec<_>>>()?.concat();
    let seconds = start.elapsed().as_secs_f64();
    committer.close()?;
    waits.sort();
    let at = |percent: usize| waits.get(waits.len() * percent / 100).map_or(0, Duration::as_micros);
    let rate = rate(u64::try_from(waits.len())?, seconds);
    println!("{rate:>9} durable appends/s, {count} waiting; 50% within {} us, 99% within {} us", at(50), at(99));
    Ok(())
}

fn open(dir: &Path) -> Result<Shard, Box<dyn std::error::Error>> {
    let signers = Signers::new(sm::sign::SigningKey::from_bytes(&[0x42; 32])?, &[0x43; 32]);
    Ok(Shard::open(dir, "log.example.cn/throughput/1", signers)?)
}

fn run(dir: &Path, leaves: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut shard = open(dir)?;
    let (mut appending, mut publishing) = (0.0, 0.0);
    while shard.len() < leaves {
        let batch: Vec<Vec<u8>> = (shard.len()..shard.len() + BATCH).map(leaf).collect();
        let start = Instant::now();
        shard.append(&batch)?;
        appending += start.elapsed().as_secs_f64();
        if shard.len() % (100 * BATCH) == 0 {
            let start = Instant::now();
            shard.publish(shard.len())?;
            publishing += start.elapsed().as_secs_f64();
        }
    }
    let start = Instant::now();
    shard.publish(shard.len())?;
    publishing += start.elapsed().as_secs_f64();
    let all = shard.len();
    println!("{all} leaves of 200 bytes, batches of {BATCH}, one sync each, published every {} leaves", 100 * BATCH);
    println!("{:>9} durable appends/s", rate(all, appending));
    println!("{:>9} durable appends/s with both trees, tiles and signatures", rate(all, appending + publishing));
    drop(shard);
    for (name, tiles, span) in [
        ("random positions, default cache", 1024, all),
        ("random positions, all tiles cached", 8192, all),
        ("random among the last 100 000, default cache", 1024, all.min(100_000)),
    ] {
        let reader = Reader::open_with_cache(dir, tiles)?;
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut prove = |count: u64| -> tlog::Result<f64> {
            let start = Instant::now();
            for _ in 0..count {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                black_box(reader.prove(all - 1 - random % span, all)?);
            }
            Ok(start.elapsed().as_secs_f64())
        };
        prove(20_000)?;
        println!("{:>9} proofs/s in both trees: {name}", rate(20_000, prove(20_000)?));
    }
    let reader = Reader::open_with_cache(dir, 8192)?;
    for pass in ["cold", "warm"] {
        let start = Instant::now();
        for index in (0..all).step_by(37) {
            black_box(reader.prove_in::<Sha256Tree>(index, all)?);
        }
        let count = all.div_ceil(37);
        println!(
            "{:>9} proofs/s in the SHA-256 tree alone: every 37th leaf, {pass}",
            rate(count, start.elapsed().as_secs_f64())
        );
    }
    Ok(())
}

fn leaf(index: u64) -> Vec<u8> {
    format!("{index:0200}").into_bytes()
}

fn rate(count: u64, seconds: f64) -> String {
    format!("{:.0}", count as f64 / seconds)
}
