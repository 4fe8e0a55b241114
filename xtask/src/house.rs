//! Where the workspace is, and how commands are run in it.
//!
//! Every build asks for the whole workspace with tests in view. Cargo unites features over what is
//! asked for, so asking for one crate alone would compile the heavy dependencies a second time with
//! other features; the price of a cold build is to be paid once.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

/// The workspace as `cargo metadata` describes it.
pub struct House {
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Where cargo builds, whatever `CARGO_TARGET_DIR` says.
    pub target: PathBuf,
    /// All packages of the lock file, dependencies included.
    pub metadata: Metadata,
}

impl House {
    /// Asks cargo about the workspace of the current folder.
    pub fn find() -> Result<House> {
        let mut ask = MetadataCommand::new();
        if let Some(flag) = locked() {
            ask.other_options(vec![flag.to_owned()]);
        }
        let metadata = ask.exec().context("`cargo metadata` could not describe the workspace")?;
        Ok(House {
            root: metadata.workspace_root.clone().into_std_path_buf(),
            target: metadata.target_directory.clone().into_std_path_buf(),
            metadata,
        })
    }

    /// A cargo command at the root, cleansed of what `cargo run` told *this* process about xtask,
    /// because build scripts of other crates may read it.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).args(arguments);
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name.as_ref());
            }
        }
        command
    }

    /// [`House::cargo`] for a subcommand that resolves dependencies: in CI the lock file is law.
    pub fn cargo_locked(&self, arguments: &[&str]) -> Command {
        let mut command = self.cargo(arguments);
        command.args(locked());
        command
    }

    /// Builds the one binary in the development profile and returns its path.
    ///
    /// Naming a test target beside it makes cargo unite the features of dev-dependencies too, which
    /// is what test runs do; without it the same libraries would be compiled twice.
    pub fn build_gongshu(&self) -> Result<PathBuf> {
        run(&mut self.cargo_locked(&["build", "--workspace", "--bin", "gongshu", "--test", "house"]))?;
        let binary = self.target.join("debug").join("gongshu");
        if !binary.is_file() {
            bail!("cargo built no binary at `{}`", binary.display());
        }
        Ok(binary)
    }

    /// A path as the reader knows it: relative to the root where possible.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// Prints a command, runs it in the foreground and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let line = spelled(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("`{line}` could not be started"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs a command silently and returns what it printed; its complaints become the error.
pub fn capture(command: &mut Command) -> Result<Vec<u8>> {
    let line = spelled(command);
    let output = command.output().with_context(|| format!("`{line}` could not be started"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` ended with {}: {}", output.status, complaint.trim());
    }
    Ok(output.stdout)
}

fn spelled(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    command.get_args().fold(program.into_owned(), |line, argument| line + " " + argument.to_string_lossy().as_ref())
}

fn locked() -> Option<&'static str> {
    env::var_os("CI").map(|_| "--locked")
}
