//! wrk, the load generator that drives our gateway and nginx alike.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{figure, program, run};
use crate::{measure::Cpu, workplace::Workplace};

/// Threads of the generator; it needs little beside what it drives.
const THREADS: &str = "2";

/// The generator.
pub struct Wrk(PathBuf);

/// What it saw.
pub struct Seen {
    /// Answers.
    pub answers: f64,
    /// Answers a second.
    pub rate: f64,
    /// Latency in milliseconds: the median and the 99th percentile.
    pub median: f64,
    /// The 99th percentile.
    pub late: f64,
    /// Bytes of an answer with its head.
    pub bytes: f64,
    /// Processor seconds of the generator itself.
    pub client: f64,
    /// Processor seconds of this process in the same time.
    pub own: f64,
    /// Seconds of the run.
    pub seconds: f64,
}

impl Wrk {
    /// The generator, installed if need be; `Err` says why there is none.
    pub fn find(place: &Workplace) -> Result<Self> {
        program(place, "wrk", "wrk").map(Self)
    }

    /// Drives `url` with the requests of a Lua script over this many connections.
    ///
    /// # Errors
    /// When anything but good answers came back.
    pub fn drive(&self, url: &str, script: &str, arguments: &[String], connections: u64, seconds: u64) -> Result<Seen> {
        let (connections, duration) = (connections.to_string(), format!("{seconds}s"));
        let mut command = Command::new(&self.0);
        command.args(["-t", THREADS, "-c", &connections, "-d", &duration, "--timeout", "10s", "-s", script, url]);
        if !arguments.is_empty() {
            command.arg("--").args(arguments);
        }
        let before = Cpu::used()?;
        let printed = run(&mut command, None)?;
        let used = Cpu::used()?.since(before);
        let line = printed.lines().find_map(|line| line.strip_prefix("RESULT ")).unwrap_or_default();
        let answer: Value =
            serde_json::from_str(line).with_context(|| format!("wrk printed no result, but: {printed}"))?;
        let (faults, answers, seconds) =
            (figure(&answer, "faults")?, figure(&answer, "requests")?, figure(&answer, "seconds")?);
        ensure!(faults == 0.0, "{faults} of {answers} answers were no good ones: {printed}");
        ensure!(answers > 0.0, "there were no answers: {printed}");
        Ok(Seen {
            answers,
            rate: answers / seconds,
            median: figure(&answer, "p50")? / 1000.0,
            late: figure(&answer, "p99")? / 1000.0,
            bytes: figure(&answer, "bytes")? / answers,
            client: used.children,
            own: used.own,
            seconds,
        })
    }
}
