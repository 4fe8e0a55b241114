//! How fast one shard is: `cargo run --release -p gongshu-tlog --example tlog_throughput [leaves]`.
//!
//! Appends 200-byte leaves in batches of 1000 with one sync a batch, publishes (both trees, all tiles, both signatures),
//! then builds proofs in both trees at random positions with a small and with a large cache.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use tlog::merkle::Sha256Tree;
use tlog::{Reader, Shard, Signers};

const BATCH: u64 = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let leaves: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let dir = std::env::temp_dir().join(format!("tlog-throughput-{}", std::process::id()));
    let outcome = run(&dir, leaves);
    std::fs::remove_dir_all(&dir)?;
    outcome
}

fn run(dir: &Path, leaves: u64) -> Result<(), Box<dyn std::error::Error>> {
    let signers = Signers::new(sm::sign::SigningKey::from_bytes(&[0x42; 32])?, &[0x43; 32]);
    let mut shard = Shard::open(dir, "log.example.cn/throughput/1", signers)?;
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
