//! Where a run works: its scratch folder on the disk of the target folder, and the sizes it may have.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
};

use anyhow::{Context, Result};

/// The place of one run. Dropping it removes the scratch folder.
pub struct Workplace {
    /// Tiny sizes, nothing installed.
    pub smoke: bool,
    root: PathBuf,
    target: PathBuf,
    scratch: PathBuf,
}

impl Workplace {
    /// Makes the scratch folder. It lies beside the binary and not in the system's temporary folder, which may be memory and
    /// would make every durable write look free.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(smoke: bool) -> Result<Self> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().context("the workspace is gone")?;
        let binary = env::current_exe()?;
        let target = binary.ancestors().nth(2).context("the binary does not lie in a target folder")?.to_owned();
        let scratch = target.join("bench").join(process::id().to_string());
        fs::create_dir_all(&scratch).with_context(|| format!("`{}` cannot be made", scratch.display()))?;
        Ok(Self { smoke, root, target, scratch })
    }

    /// The folder for files of this run.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// A new, empty folder of this run.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Where peers are kept from one run to the next.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.target.join(name)
    }

    /// A path of the repository.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// Real files to load, where they are.
    pub fn shared(&self) -> Option<PathBuf> {
        let named = env::var_os("GONGSHU_SHARED").map(PathBuf::from);
        Some(named.unwrap_or_else(|| self.root.join("../shared"))).filter(|folder| folder.is_dir())
    }

    /// A size: `full`, or `smoke` in a smoke run.
    pub const fn size(&self, full: u64, smoke: u64) -> u64 {
        if self.smoke { smoke } else { full }
    }

    /// The law as it stands in the repository.
    ///
    /// # Errors
    /// Every fault of the packs.
    pub fn book(&self) -> Result<law::Book> {
        let root = self.root.join("regulations");
        let (mut files, mut folders) = (Vec::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|kind| kind == "md") {
                    let name = path.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
                    files.push((name, fs::read_to_string(&path)?));
                }
            }
        }
        law::Book::parse(files).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the regulations cannot be read:\n{}", faults.join("\n"))
        })
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.scratch) {
            eprintln!("   `{}` could not be removed: {error}", self.scratch.display());
        }
    }
}
