//! Loads one file into a fresh lake and prints the time of each part, then reads by key at random.
//!
//! `cargo run --release -p gongshu-lake --example load_speed -- <file> [key column] [runs]`

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let shared = std::env::var("GONGSHU_SHARED").unwrap_or_else(|_| "../shared".into());
    let default = PathBuf::from(shared).join("data/admin-divisions/villages.csv.gz");
    let file = arguments.next().map_or(default, PathBuf::from);
    let key = arguments.next().unwrap_or_else(|| "code".into());
    let runs: u128 = arguments.next().and_then(|runs| runs.parse().ok()).unwrap_or(3);

    let folder = tempfile::tempdir()?;
    let lake = lake::Lake::open(folder.path())?;
    for run in 1..=runs {
        let mut request =
            lake::LoadRequest::new(uuid::Uuid::from_u128(run), "speed", &file, jiff::Timestamp::UNIX_EPOCH);
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        let mut phases: Vec<(lake::Phase, std::time::Duration, f64)> = Vec::new();
        if run == runs {
            request.index_keys = vec![key.clone()];
        }
        let certificate = lake.load(&request, &mut |progress| {
            if phases.last().is_none_or(|(phase, ..)| *phase != progress.phase) {
                phases.push((progress.phase, wall.elapsed(), cpu_seconds() - cpu));
            }
            ControlFlow::Continue(())
        })?;
        println!(
            "run {run}: {} rows in, {} accepted, {:.3} s wall, {:.3} s CPU",
            certificate.rows_in,
            certificate.accepted,
            wall.elapsed().as_secs_f64(),
            cpu_seconds() - cpu
        );
        for (phase, at, used) in phases {
            println!("  {phase:?} first reported at {:.3} s wall, {used:.3} s CPU", at.as_secs_f64());
        }
    }
    let recount = Instant::now();
    println!(
        "recount agrees: {} ({:.3} s)",
        lake.recount(uuid::Uuid::from_u128(runs))?.agrees,
        recount.elapsed().as_secs_f64()
    );
    read_at_random(&lake, &key)
}

/// Looks up keys of the table in a scattered order, one thread.
fn read_at_random(lake: &lake::Lake, key: &str) -> Result<(), Box<dyn std::error::Error>> {
    let preview = lake.preview("speed", lake::MAX_PREVIEW)?;
    let place = preview.columns.iter().position(|column| column.name == key).ok_or("no such key column")?;
    let keys: Vec<String> = preview
        .rows
        .iter()
        .filter_map(|row| match row.values.get(place) {
            Some(lake::Value::Text(text)) => Some(text.clone()),
            Some(lake::Value::Integer(number)) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    let column = preview.columns.get(1).map_or(key, |column| column.name.as_str());
    let mut found = 0_usize;
    let (rounds, begun) = (1_000, Instant::now());
    for round in 0..rounds {
        for key_text in keys.iter().skip(round % 7).step_by(3) {
            found += lake.lookup("speed", key, key_text, &[column])?.len();
        }
    }
    println!("{found} point reads, {:.0} a second on one thread", found as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}

/// CPU seconds of this process, all threads, user and system (Linux; 0 elsewhere).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> =
        after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    ticks.iter().sum::<f64>() / 100.0
}
