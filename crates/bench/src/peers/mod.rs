//! Foreign programs: how they come here, and how they are run.
//!
//! Python packages live in a virtual environment below the target folder, in the versions of `peers/requirements.txt`; Debian
//! packages are installed by root and named to everybody else. A smoke run installs nothing.

pub mod nginx;
pub mod postgres;
pub mod wrk;

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workplace::Workplace;

const REQUIREMENTS: &str = include_str!("../../peers/requirements.txt");

/// The Python of the peers.
pub struct Python {
    program: PathBuf,
    scripts: PathBuf,
}

impl Python {
    /// The environment with all packages, installed if need be; `Err` says why there is none.
    pub fn find(place: &Workplace) -> Result<Self> {
        let folder = place.kept("bench-venv");
        let (program, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
        let installed = fs::read_to_string(&stamp).is_ok_and(|text| text == REQUIREMENTS);
        if !installed && place.smoke {
            bail!("its Python packages are not installed, and a smoke run installs nothing");
        }
        if !installed {
            let list = place.path(Path::new("crates/bench/peers/requirements.txt"));
            println!("   installing {} into {}", REQUIREMENTS.trim().replace('\n', ", "), folder.display());
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder), None)?;
            run(Command::new(&program).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&list), None)?;
            fs::write(&stamp, REQUIREMENTS)?;
        }
        Ok(Self { program, scripts: place.path(Path::new("crates/bench/peers")) })
    }

    /// Runs one of our scripts and reads the JSON object that it prints.
    ///
    /// # Errors
    /// What the script complained about.
    pub fn json(&self, script: &str, arguments: &[String], input: Option<&str>) -> Result<Value> {
        let mut command = Command::new(&self.program);
        command.arg(self.scripts.join(script)).args(arguments);
        let printed = run(&mut command, input)?;
        let last = printed.lines().last().unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("`{script}` printed no JSON object, but `{last}`"))
    }
}

/// The version of a Python package as it is pinned.
pub fn pinned(package: &str) -> String {
    let line = REQUIREMENTS.lines().find(|line| line.starts_with(package)).unwrap_or(package);
    line.replace("==", " ")
}

/// A figure in a script's answer.
///
/// # Errors
/// When it is not there.
pub fn figure(answer: &Value, name: &str) -> Result<f64> {
    answer.get(name).and_then(Value::as_f64).with_context(|| format!("the peer's answer has no number `{name}`"))
}

/// Where a program lies, after installing its Debian package if need be; `Err` says what to type.
///
/// # Errors
/// When it is neither there nor can be installed.
pub fn program(place: &Workplace, name: &str, package: &str) -> Result<PathBuf> {
    if let Some(found) = installed(name) {
        return Ok(found);
    }
    if place.smoke {
        bail!("`{name}` is not installed, and a smoke run installs nothing");
    }
    let root = run(Command::new("id").arg("-u"), None).is_ok_and(|id| id.trim() == "0");
    if !root || installed("apt-get").is_none() {
        bail!("`{name}` is not installed; type: sudo apt-get install -y {package}");
    }
    println!("   installing {package}");
    run(Command::new("apt-get").args(["update", "-qq"]), None)?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends", package]).env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut install, None)?;
    installed(name).with_context(|| format!("`{name}` is still missing after {package} was installed"))
}

/// Runs a command to its end and gives what it printed; what it complained about becomes the error.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run(command: &mut Command, input: Option<&str>) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().with_context(|| format!("`{name}` cannot be started"))?;
    if let (Some(text), Some(mut pipe)) = (input, child.stdin.take()) {
        pipe.write_all(text.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("`{name}` ended with {}: {}", output.status, complaint.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A program on the path, or in the folders of services and of PostgreSQL, which Debian keeps off it.
fn installed(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}
