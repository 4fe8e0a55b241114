//! How fast SM3 is, alone and in lanes: `cargo run --release -p gongshu-sm --example sm3_lanes`. Best of many runs.

use std::hint::black_box;
use std::time::Instant;

fn main() {
    let megabyte = vec![0x5a; 1 << 20];
    let chunks: Vec<&[u8]> = megabyte.chunks(1 << 14).collect();
    let leaves: Vec<&[u8]> = megabyte.chunks(200).take(4096).collect();
    let pairs = [[[0x5a; 32]; 2]; 128];
    let stream = best(|| _ = black_box(sm::sm3(&megabyte)));
    println!("one stream of 1 MiB:         {:>7.0} MB/s", 1.048_576 / stream);
    let lanes = best(|| drop(black_box(sm::sm3_many(&chunks))));
    println!("64 messages of 16 KiB:       {:>7.0} MB/s", 1.048_576 / lanes);
    let leaf = best(|| drop(black_box(sm::sm3_many_prefixed(0, &leaves)))) / leaves.len() as f64;
    println!("4096 leaves of 200 bytes:    {:>7.1} ns each", leaf * 1e9);
    let pair = best(|| drop(black_box(sm::sm3_pairs(1, &pairs)))) / pairs.len() as f64;
    println!("128 nodes of two digests:    {:>7.1} ns each", pair * 1e9);
    let alone = best(|| pairs.iter().for_each(|[left, right]| _ = black_box(sm::sm3_pair(1, left, right))));
    println!("128 nodes one after another: {:>7.1} ns each", alone / pairs.len() as f64 * 1e9);
    for count in 1..=20 {
        let few = vec![leaves.first().copied().unwrap_or_default(); count];
        let lanes = best(|| drop(black_box(sm::sm3_many(&few)))) * 1e9;
        println!("{count:>3} messages of 200 bytes: {lanes:>6.0} ns");
    }
}

fn best(mut work: impl FnMut()) -> f64 {
    let mut seconds = f64::MAX;
    for _ in 0..300 {
        let start = Instant::now();
        work();
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    seconds
}
