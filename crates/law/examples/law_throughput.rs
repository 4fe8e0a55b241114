//! How many dates due a second one core derives from the checked-in notices:
//! `cargo run --release -p gongshu-law --example law_throughput`.

use std::{error::Error, fs, hint::black_box, path::Path, time::Instant};

use jiff::Timestamp;
use law::calendar::{Calendar, Period, Unit};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regulations/calendar");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        files.push((path.display().to_string(), fs::read_to_string(path)?));
    }
    let calendar = Calendar::parse(&files).map_err(|faults| format!("{faults:?}"))?;
    // Events from 2019 to 2026, 97 seconds apart at first and wrapping around.
    let begin = 1_546_300_800_i64;
    let event = |index: i64| Timestamp::from_second(begin + index * 97 % 220_000_000);
    for (name, unit, amounts) in [
        ("working days, 10 to 20", Unit::WorkingDay, 10..=20_u32),
        ("days, 30", Unit::Day, 30..=30),
        ("months, 1 to 3", Unit::Month, 1..=3),
    ] {
        let span = i64::from(amounts.end() - amounts.start() + 1);
        let amount = |index: i64| amounts.start() + u32::try_from(index % span).unwrap_or(0);
        let fast = rate(4_000_000, |index| {
            black_box(calendar.due_only(event(index)?, Period::new(amount(index), unit)));
            Ok(())
        })?;
        let explained = rate(50_000, |index| {
            black_box(calendar.derive(event(index)?, Period::new(amount(index), unit)));
            Ok(())
        })?;
        println!("{name}: {fast:.1} M/s for the date, {:.0} k/s with every day explained", explained * 1_000.0);
    }
    Ok(())
}

/// Millions a second.
fn rate(times: i32, mut work: impl FnMut(i64) -> Result<(), jiff::Error>) -> Result<f64, jiff::Error> {
    let start = Instant::now();
    for index in 0..times {
        work(i64::from(index))?;
    }
    Ok(f64::from(times) / start.elapsed().as_secs_f64() / 1e6)
}
