//! On what machine, and when: without it no figure means anything.

use std::{fmt, fs, io::Write, path::Path, thread, time::Instant};

use anyhow::{Context, Result};
use jiff::Timestamp;

/// The machine as the page describes it.
pub struct Machine {
    /// When the run began, in UTC.
    pub at: String,
    cores: usize,
    processor: String,
    gibibytes: f64,
    kernel: String,
    syncs: f64,
    revision: String,
}

/// Looks at the machine; `scratch` lies on the disk that is measured.
///
/// # Errors
/// When the disk cannot be written.
#[expect(
    clippy::disallowed_methods,
    reason = "a measurement happens at a real time, and this is the edge that takes it"
)]
pub fn describe(scratch: &Path) -> Result<Machine> {
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kibibytes: f64 = memory.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    Ok(Machine {
        at: Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        cores: thread::available_parallelism().map_or(1, usize::from),
        processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        gibibytes: kibibytes / 1024.0 / 1024.0,
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
        syncs: syncs_per_second(scratch)?,
        revision: revision(),
    })
}

/// What else the machine was doing: the load averages.
///
/// # Errors
/// When the system does not say.
pub fn load() -> Result<String> {
    let text =
        fs::read_to_string("/proc/loadavg").context("`/proc/loadavg` cannot be read; benchmarks run on Linux")?;
    Ok(text.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at: _, cores, processor, gibibytes, kernel, syncs, revision } = self;
        let profile = if cfg!(debug_assertions) { "development" } else { "release" };
        write!(
            f,
            "{cores} cores of {processor}, {gibibytes:.0} GiB, Linux {kernel}, {syncs:.0} synced 4 KiB appends/s on the disk; \
             revision {revision}, {profile} profile."
        )
    }
}

/// How often a second the disk makes a small append durable: the bound of everything that waits for it.
fn syncs_per_second(folder: &Path) -> Result<f64> {
    let path = folder.join("sync-probe");
    let mut file = fs::File::create(&path)?;
    let (start, mut count) = (Instant::now(), 0.0);
    while start.elapsed().as_secs_f64() < 0.5 {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1.0;
    }
    let rate = count / start.elapsed().as_secs_f64();
    fs::remove_file(&path)?;
    Ok(rate)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn revision() -> String {
    let git = std::process::Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let text = git.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    if text.is_empty() { "unknown".to_owned() } else { text }
}
