//! The layout of a store: one folder with everything a node owns.
//!
//! ```text
//! <store>/control.db        control data, when it is not in PostgreSQL
//! <store>/lake/             tables of the datasets
//! <store>/log/              shards of the transparency log
//! <store>/keys.sealed       secret keys, sealed with a passphrase
//! <store>/log-keys.json     public keys of the log: hand them to whoever verifies
//! <store>/witness.sealed    in the store of a witness: its secret key, sealed with a passphrase
//! <store>/witness/          in the store of a witness: what it has seen of every log
//! <store>/demonstration/    only in a demonstration: its passphrase and its generated files
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::failure::{Doing, Result};

/// A store's paths.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store in a folder, which need not exist yet.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Creates the folder where it is absent, readable by its owner only: it holds keys and personal data.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(&self) -> Result<()> {
        let absent = !self.root.exists();
        fs::create_dir_all(&self.root).doing(|| format!("the store `{}` cannot be created", self.root.display()))?;
        if absent { private(&self.root, 0o700) } else { Ok(()) }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The embedded database's address.
    #[must_use]
    pub fn database(&self) -> String {
        format!("sqlite:{}", self.database_file().display())
    }

    /// The embedded database's file.
    #[must_use]
    pub fn database_file(&self) -> PathBuf {
        self.root.join("control.db")
    }

    /// The lake.
    #[must_use]
    pub fn lake(&self) -> PathBuf {
        self.root.join("lake")
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The sealed keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys.sealed")
    }

    /// The log's public keys.
    #[must_use]
    pub fn public_keys(&self) -> PathBuf {
        self.root.join("log-keys.json")
    }

    /// The sealed key of a witness.
    #[must_use]
    pub fn witness_key(&self) -> PathBuf {
        self.root.join("witness.sealed")
    }

    /// The memory of a witness.
    #[must_use]
    pub fn witness(&self) -> PathBuf {
        self.root.join("witness")
    }

    /// What belongs to a demonstration only.
    #[must_use]
    pub fn demonstration(&self) -> PathBuf {
        self.root.join("demonstration")
    }
}

/// Writes a file that only its owner may read, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    let doing = || format!("`{}` cannot be written", path.display());
    fs::write(&draft, "").doing(doing)?;
    private(&draft, 0o600)?;
    fs::write(&draft, text).doing(doing)?;
    fs::rename(&draft, path).doing(doing)
}

#[cfg(unix)]
fn private(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .doing(|| format!("the access rights of `{}` cannot be set", path.display()))
}

#[cfg(not(unix))]
fn private(_path: &Path, _mode: u32) -> Result<()> {
    Ok(())
}
