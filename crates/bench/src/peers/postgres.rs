//! PostgreSQL: the throw-away server that `cargo xtask bench` starts with full durability, and its own load generator.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{program, run};
use crate::workplace::Workplace;

/// The environment variable with the server's address, which `cargo xtask` sets.
pub const ADDRESS: &str = "GONGSHU_TEST_POSTGRES";

/// A database of this run; dropping it drops the database.
pub struct Database {
    server: String,
    name: String,
    psql: PathBuf,
    pgbench: PathBuf,
}

impl Database {
    /// Makes an empty database; `Err` says why there is none.
    pub fn create(place: &Workplace, name: &str) -> Result<Self> {
        let server = std::env::var(ADDRESS).ok().filter(|address| !address.is_empty());
        let server =
            server.with_context(|| format!("{ADDRESS} is not set; `cargo xtask bench` starts a server and sets it"))?;
        let psql = program(place, "psql", "postgresql-client")?;
        let pgbench = program(place, "pgbench", "postgresql")?;
        let name = format!("gongshu_bench_{name}_{}", std::process::id());
        let database = Self { server, name, psql, pgbench };
        database.at_server(&format!("CREATE DATABASE {}", database.name))?;
        Ok(database)
    }

    /// Its address.
    pub fn url(&self) -> String {
        let (before, query) =
            self.server.split_once('?').map_or((self.server.as_str(), ""), |(before, query)| (before, query));
        let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        format!("{base}/{}{query}", self.name)
    }

    /// What a figure of this server is called: its version and whether it syncs.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn title(&self) -> Result<String> {
        let show = |setting: &str| -> Result<String> { Ok(self.sql(&format!("SHOW {setting}"))?.trim().to_owned()) };
        let version = show("server_version")?;
        let version = version.split(' ').next().unwrap_or_default().to_owned();
        if show("fsync")? == "on" && show("synchronous_commit")? == "on" {
            return Ok(format!("PostgreSQL {version}"));
        }
        Ok(format!("PostgreSQL {version} **without sync**"))
    }

    /// Runs statements and gives what they print.
    ///
    /// # Errors
    /// What the server says.
    pub fn sql(&self, statements: &str) -> Result<String> {
        run(
            Command::new(&self.psql)
                .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statements])
                .arg(self.url()),
            None,
        )
    }

    /// Fills pgbench's own tables.
    ///
    /// # Errors
    /// What pgbench says.
    pub fn fill(&self, scale: u64) -> Result<()> {
        run(Command::new(&self.pgbench).args(["-i", "-q", "-s", &scale.to_string()]).arg(self.url()), None).map(drop)
    }

    /// Transactions a second of pgbench's built-in simple update.
    ///
    /// # Errors
    /// What pgbench says.
    pub fn simple_update(&self, clients: u64, seconds: u64) -> Result<f64> {
        self.pgbench(&["-N".to_owned()], clients, seconds)
    }

    /// Transactions a second of a script of ours with this many rows to choose from.
    ///
    /// # Errors
    /// What pgbench says.
    pub fn script(&self, script: &Path, rows: u64, clients: u64, seconds: u64) -> Result<f64> {
        self.pgbench(&[format!("-f{}", script.display()), format!("-Drows={rows}")], clients, seconds)
    }

    fn pgbench(&self, what: &[String], clients: u64, seconds: u64) -> Result<f64> {
        let (clients, seconds) = (clients.to_string(), seconds.to_string());
        let mut command = Command::new(&self.pgbench);
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds]).args(what).arg(self.url());
        let printed = run(&mut command, None)?;
        let line = printed.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap_or_default();
        let rate = line.split(' ').next().and_then(|rate| rate.parse().ok());
        let Some(rate) = rate else { bail!("pgbench printed no rate, but: {printed}") };
        Ok(rate)
    }

    fn at_server(&self, statement: &str) -> Result<()> {
        run(Command::new(&self.psql).args(["-X", "-q", "-c", statement]).arg(&self.server), None).map(drop)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = self.at_server(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)) {
            eprintln!("   database `{}` could not be dropped: {error:#}", self.name);
        }
    }
}
