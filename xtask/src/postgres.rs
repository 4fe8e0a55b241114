//! A throw-away PostgreSQL server: made from nothing, on a free port of this machine only, and gone
//! when the value is dropped.
//!
//! It lives in a folder of its own under the target folder, named after this process. A run that was
//! killed leaves its folder behind; the next run stops that server and removes it.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context, Result, bail};

use crate::house::{House, capture};
use crate::machine;

/// The longest path that still leaves room for PostgreSQL's socket file in a Unix address.
const SOCKET_FOLDER_LIMIT: usize = 85;

/// What a commit costs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing is forced to disk: tests that never pull the plug.
    Fast,
    /// PostgreSQL's own defaults: anything that is measured.
    Durable,
}

/// A running server; dropping it stops it and removes its files.
pub struct Postgres {
    programs: PathBuf,
    home: PathBuf,
    port: u16,
    password: String,
}

impl Postgres {
    /// Installs the server if it is missing, makes a cluster and starts it.
    pub fn start(house: &House, durability: Durability) -> Result<Postgres> {
        let programs = machine::postgres_programs()?;
        let clusters = house.target.join("pg");
        fs::create_dir_all(&clusters)?;
        sweep(&programs, &clusters);
        let server = Postgres { home: home(&clusters)?, programs, port: free_port()?, password: random_word()? };
        server.initialise()?;
        server.configure(durability)?;
        let log = server.home.join("log");
        server
            .control(&["-l", &log.display().to_string(), "-w", "-t", "60", "start"])
            .with_context(|| format!("the server's log says: {}", tail(&log)))?;
        server.create_database("gongshu")?;
        println!("   PostgreSQL listens on 127.0.0.1:{}", server.port);
        Ok(server)
    }

    /// The address of one of its databases; `gongshu` exists from the start, and the role in it may
    /// create others.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://gongshu:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// Makes an empty database.
    pub fn create_database(&self, name: &str) -> Result<()> {
        let port = self.port.to_string();
        let mut create = Command::new(self.programs.join("createdb"));
        create.args(["-h", "127.0.0.1", "-p", &port, "-U", "gongshu", name]);
        capture(create.env("PGPASSWORD", &self.password)).map(drop)
    }

    fn initialise(&self) -> Result<()> {
        let word = self.home.join("password");
        fs::write(&word, &self.password)?;
        own(&word)?;
        let (data, word) = (self.data().display().to_string(), word.display().to_string());
        let mut make = unprivileged(&self.programs.join("initdb"), &self.home);
        // Plain byte order, as SQLite sorts; a clear password over loopback spares every test's
        // connection the thousands of hash rounds that an unoptimised client would take.
        make.args(["-D", &data, "-U", "gongshu", "--pwfile", &word, "--auth=password"]);
        make.args(["--encoding=UTF8", "--no-locale", "--no-sync"]);
        capture(&mut make).map(drop)
    }

    fn configure(&self, durability: Durability) -> Result<()> {
        let socket = self.home.display().to_string();
        let socket = if socket.len() > SOCKET_FOLDER_LIMIT { "" } else { &socket };
        let mut lines = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{socket}'\n\
             max_connections = 300\n",
            self.port
        );
        if durability == Durability::Fast {
            lines += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";
        }
        let file = self.data().join("postgresql.auto.conf");
        fs::write(&file, lines)?;
        own(&file)
    }

    fn control(&self, arguments: &[&str]) -> Result<()> {
        let mut control = unprivileged(&self.programs.join("pg_ctl"), &self.home);
        control.arg("-D").arg(self.data()).args(arguments);
        capture(&mut control).map(drop)
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.control(&["-m", "immediate", "-w", "stop"]) {
            eprintln!("   PostgreSQL did not stop: {error:#}");
        }
        if let Err(error) = fs::remove_dir_all(&self.home) {
            eprintln!("   `{}` could not be removed: {error}", self.home.display());
        }
    }
}

/// A folder for this process that the server's user can enter: under the target folder, or under the
/// system's temporary one where the way there is closed to other users. It must be new, because
/// anyone may prepare a folder in a temporary one.
fn home(clusters: &Path) -> Result<PathBuf> {
    let own_id = process::id();
    let temporary = std::env::temp_dir().join(format!("gongshu-pg-{own_id}"));
    for home in [clusters.join(own_id.to_string()), temporary] {
        fs::create_dir(&home).with_context(|| format!("`{}` cannot be made", home.display()))?;
        own(&home)?;
        let mut enter = unprivileged(Path::new("/usr/bin/test"), Path::new("/"));
        if capture(enter.arg("-w").arg(&home)).is_ok() {
            return Ok(home);
        }
        fs::remove_dir(&home)?;
    }
    bail!("PostgreSQL's user can enter neither the target folder nor the temporary one")
}

/// Stops and removes what killed runs left behind in the target folder.
fn sweep(programs: &Path, clusters: &Path) {
    let entries = fs::read_dir(clusters).into_iter().flatten().flatten();
    for left in entries.map(|entry| entry.path()) {
        let Some(owner) = left.file_name() else { continue };
        if Path::new("/proc").join(owner).exists() {
            continue;
        }
        let mut stop = unprivileged(&programs.join("pg_ctl"), &left);
        stop.arg("-D").arg(left.join("data")).args(["-m", "immediate", "-w", "stop"]);
        // A server that is already gone cannot be stopped; only the files matter then.
        let _ = capture(&mut stop);
        if fs::remove_dir_all(&left).is_ok() {
            println!("   removed `{}`, left behind by a run that was killed", left.display());
        }
    }
}

/// PostgreSQL refuses to run as root, so root steps down to the user of the Debian package.
fn unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command = if machine::is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    command
}

fn own(path: &Path) -> Result<()> {
    if machine::is_root() {
        capture(Command::new("chown").arg("postgres:").arg(path))?;
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn random_word() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("; ")
}
