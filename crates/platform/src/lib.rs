//! The domain of a district's public data, as vertical slices over one database.
//!
//! A reader should know three things first. Everything that changes the state of governance is an *act* on a *case* and goes
//! through [`docket`]: the law decides, the slices carry out the effects, and act, state, follow-up and log entry commit in one
//! transaction (I2). Time, chance and the person acting arrive in a [`Ctx`]; nothing here reads a clock. And what a requester
//! may see is compiled once, in `sharing`, and enforced in every byte by `gateway` (I3).

/// In tests, fails at this point if the test asked for it (P15); otherwise nothing, at no cost.
macro_rules! fail_at {
    ($platform:expr, $point:ident) => {
        #[cfg(any(test, feature = "testkit"))]
        $platform.fail_at(crate::failure::FailurePoint::$point)?;
    };
}

pub mod amendment;
pub mod catalogue;
pub mod collection;
pub mod ctx;
pub mod db;
pub mod docket;
pub mod effects;
pub mod error;
#[cfg(any(test, feature = "testkit"))]
pub mod failure;
pub mod findings;
pub mod gateway;
pub mod identity;
pub mod ids;
pub mod lake;
pub mod ledger;
pub mod objection;
pub mod policy;
pub mod reading;
pub mod registers;
pub mod sharing;
pub mod supervision;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
mod vault;

use std::{fmt, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use law::{Book, PackId};

pub use ctx::{Actor, Ctx, Office, Role};
pub use db::{Listing, Page};
pub use error::{Code, Error, Fault, Result};
pub use ids::*;
pub use vault::Vault;

/// How the platform is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    pub database: String,
    /// The folder of the transparency log's shards.
    pub log_root: PathBuf,
    /// The district's pack: the law of new cases. A running case keeps the pack it was opened under.
    pub pack: PackId,
    /// Whether the clock may be moved. Never in a district's real installation.
    pub demonstration: bool,
    /// How expensive a password is to try.
    pub password_cost: PasswordCost,
    /// The log's origin, e.g. `gongshu.changning.example`.
    pub origin: String,
    /// This node's name among those that share the database.
    pub node: String,
}

/// How expensive a password is to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordCost {
    /// Argon2id with 19 MiB and two passes (the OWASP minimum).
    Full,
    /// As little as Argon2 allows, for tests and the demonstration.
    Fast,
}

/// The platform's keys, read from a sealed file by the edge.
pub struct Keys {
    /// Signs the national checkpoints of the log.
    pub log_sm2: sm::sign::SigningKey,
    /// Signs the public checkpoints of the log.
    pub log_ed25519: [u8; 32],
    /// Seals columns (TOTP secrets, papers, salts) with SM4-GCM (I9).
    pub vault: [u8; 16],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// The platform: every verb of every slice is a method of this. Cheap to clone.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    settings: Settings,
    books: amendment::Books,
    lake: lake::SharedLake,
    db: db::Db,
    vault: Vault,
    policy: policy::Policies,
    identity: identity::Caches,
    ledger: ledger::Ledger,
    gateway: gateway::Gateway,
    objections: parking_lot::Mutex<objection::Door>,
    recounting: supervision::Recounting,
    #[cfg(any(test, feature = "testkit"))]
    failure: failure::Switch,
}

impl Platform {
    /// Connects, brings the tables to the present form, validates the policies and heals whatever a crash left between
    /// the database and the log.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] for settings that cannot be used, [`Code::Internal`] when database or log refuse.
    pub async fn open(
        settings: Settings,
        book: Arc<Book>,
        lake: lake::SharedLake,
        keys: Keys,
        now: Timestamp,
        seed: [u8; 32],
    ) -> Result<Self> {
        if book.pack(&settings.pack).is_none() {
            return Err(Error::new(Code::InvalidInput, format!("there is no regulation pack `{}`", settings.pack))
                .hint("name a folder of `regulations/`"));
        }
        let ctx = Ctx::new(Actor::Platform, now, seed);
        let db = db::Db::open(&settings.database).await?;
        let vault = Vault::new(&keys.vault);
        let ledger = ledger::Ledger::open(&settings, &keys, &ctx)?;
        let inner = Inner {
            policy: policy::Policies::load()?,
            identity: identity::Caches::default(),
            #[cfg(any(test, feature = "testkit"))]
            failure: failure::Switch::default(),
            settings,
            books: amendment::Books::new(book),
            lake,
            db,
            vault,
            ledger,
            gateway: gateway::Gateway::new(),
            objections: parking_lot::Mutex::default(),
            recounting: supervision::Recounting::default(),
        };
        let platform = Self(Arc::new(inner));
        platform.learn_law(&ctx).await?;
        platform.start_pump().await?;
        platform.heal_loads(&ctx).await?;
        platform.count_uses(&ctx).await?;
        Ok(platform)
    }

    /// The law in force: the regulations it was opened with and every amendment since.
    pub fn book(&self) -> &Book {
        self.0.books.newest()
    }

    pub(crate) fn books(&self) -> &amendment::Books {
        &self.0.books
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The lake.
    pub fn lake(&self) -> &lake::SharedLake {
        &self.0.lake
    }

    /// The database, for the slices.
    pub fn db(&self) -> &db::Db {
        &self.0.db
    }

    /// Seals and opens columns, for the slices.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub(crate) fn policy(&self) -> &policy::Policies {
        &self.0.policy
    }

    pub(crate) fn identity(&self) -> &identity::Caches {
        &self.0.identity
    }

    pub(crate) fn gateway(&self) -> &gateway::Gateway {
        &self.0.gateway
    }

    pub(crate) fn objections(&self) -> &parking_lot::Mutex<objection::Door> {
        &self.0.objections
    }

    pub(crate) fn recounting(&self) -> &supervision::Recounting {
        &self.0.recounting
    }

    pub(crate) fn ledger(&self) -> &ledger::Ledger {
        &self.0.ledger
    }

    /// Makes the platform fail once at `point`.
    #[cfg(any(test, feature = "testkit"))]
    pub fn arm(&self, point: failure::FailurePoint) {
        self.0.failure.arm(point);
    }

    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn fail_at(&self, point: failure::FailurePoint) -> Result<()> {
        self.0.failure.pass(point)
    }

    /// Writes what the log still waits for, publishes it and closes the database.
    ///
    /// # Errors
    /// [`Code::Internal`] when log or database cannot be closed in order; nothing acknowledged is lost even then.
    pub async fn close(self) -> Result<()> {
        self.stop_pump().await?;
        self.0.db.close().await
    }
}
