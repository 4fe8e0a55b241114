//! A tiny district for tests: an authority, a centre, two organisations, a person for every role, a fixed clock and a seed.
//!
//! Every test runs it on each of [`databases`]: SQLite in memory, and PostgreSQL when `GONGSHU_TEST_POSTGRES` holds the address of
//! a server on which databases may be created (`postgres://user@host/postgres`); each district then has a database of its own,
//! dropped by [`District::close`]. Where it is not set, that half is skipped loudly.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use law::Book;
use parking_lot::Mutex;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

pub use crate::failure::FailurePoint;
use crate::{
    Actor, Ctx, Error, Keys, OrganisationId, PasswordCost, Platform, Result, Role, Settings,
    identity::{OrganisationInput, OrganisationKind, PersonInput},
    lake::{MemoryLake, SharedLake},
};

/// The password of everybody in the district.
pub const PASSWORD: &str = "correct horse battery";
/// When the district's clock starts: a Monday morning.
pub const START: &str = "2026-03-02T09:00:00+08:00";

/// Where a district keeps its control data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// SQLite in memory: the fastest.
    Memory,
    /// SQLite in a file: for restarts and measurements.
    File,
    /// A PostgreSQL database of its own.
    Postgres,
}

/// The databases that every slice test runs on.
pub fn databases() -> Vec<Store> {
    if postgres().is_some() {
        return vec![Store::Memory, Store::Postgres];
    }
    eprintln!("SKIPPED: the PostgreSQL half of this test; set GONGSHU_TEST_POSTGRES to the address of a server");
    vec![Store::Memory]
}

/// Those that survive a restart.
pub fn durable_databases() -> Vec<Store> {
    databases().into_iter().map(|store| if store == Store::Memory { Store::File } else { store }).collect()
}

/// A district.
pub struct District {
    /// The platform.
    pub platform: Platform,
    /// Its lake, in memory.
    pub lake: SharedLake,
    /// Ids of organisations by code: `authority`, `centre`, `cyberspace`, `housing`, `transport`.
    pub organisations: BTreeMap<String, OrganisationId>,
    settings: Settings,
    database: Option<String>,
    folder: TempDir,
    now: Mutex<Timestamp>,
    seeds: AtomicU64,
}

/// (login, organisation, roles): everybody there is.
pub const PEOPLE: &[(&str, &str, &[Role])] = &[
    ("authority.officer", "authority", &[Role::Officer]),
    ("authority.chief", "authority", &[Role::ChiefDataOfficer]),
    ("centre.officer", "centre", &[Role::Officer]),
    ("cyberspace.officer", "cyberspace", &[Role::Officer]),
    ("housing.executive", "housing", &[Role::DataExecutive]),
    ("housing.chief", "housing", &[Role::ChiefDataOfficer]),
    ("transport.executive", "transport", &[Role::DataExecutive]),
    ("transport.chief", "transport", &[Role::ChiefDataOfficer]),
    ("housing.nobody", "housing", &[]),
    ("system.admin", "centre", &[Role::SystemAdministrator]),
    ("security.admin", "centre", &[Role::SecurityAdministrator]),
    ("audit.admin", "centre", &[Role::AuditAdministrator]),
];

const ORGANISATIONS: &[(&str, &str, OrganisationKind, Option<&str>)] = &[
    ("authority", "区数据局", OrganisationKind::Department, Some(crate::Office::AUTHORITY)),
    ("centre", "区数据发展中心", OrganisationKind::Institution, Some(crate::Office::CENTRE)),
    ("cyberspace", "区委网信办", OrganisationKind::Department, Some(crate::Office::CYBERSPACE)),
    ("housing", "区房管局", OrganisationKind::Department, None),
    ("transport", "区交通委", OrganisationKind::Department, None),
];

impl District {
    /// Builds the district under Changning's rules.
    ///
    /// # Errors
    /// Whatever the platform says.
    pub async fn open(store: Store) -> Result<Self> {
        Self::open_with(store, |_| {}).await
    }

    /// Builds the district with other settings.
    ///
    /// # Errors
    /// Whatever the platform says.
    pub async fn open_with(store: Store, change: impl FnOnce(&mut Settings)) -> Result<Self> {
        let mut district = Self::bare(store, change).await?;
        district.populate().await?;
        Ok(district)
    }

    /// A platform on an empty store: there is nobody yet.
    ///
    /// # Errors
    /// Whatever the platform says.
    pub async fn bare(store: Store, change: impl FnOnce(&mut Settings)) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|error| broken("no temporary folder", error))?;
        let (url, database) = match store {
            Store::Memory => ("sqlite::memory:".to_owned(), None),
            Store::File => (format!("sqlite:{}/control.db", folder.path().display()), None),
            Store::Postgres => create_database(folder.path()).await?,
        };
        let mut settings = Settings {
            database: url,
            log_root: folder.path().join("log"),
            pack: "changning-2025".into(),
            demonstration: true,
            password_cost: PasswordCost::Fast,
            origin: "gongshu.test".to_owned(),
            node: "test".to_owned(),
        };
        change(&mut settings);
        let lake: SharedLake = Arc::new(MemoryLake::new());
        let now = instant(START);
        let platform = Platform::open(settings.clone(), book()?, Arc::clone(&lake), keys()?, now, [7; 32]).await?;
        let organisations = BTreeMap::new();
        Ok(Self {
            platform,
            lake,
            organisations,
            settings,
            database,
            folder,
            now: Mutex::new(now),
            seeds: AtomicU64::new(1),
        })
    }

    /// A context of the person with this login, at the district's time.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn ctx(&self, login: &str) -> Result<Ctx> {
        Ok(self.as_actor(self.platform.actor(login).await?))
    }

    /// A context of this actor, at the district's time.
    pub fn as_actor(&self, who: Actor) -> Ctx {
        let mut seed = [0u8; 32];
        let number = self.seeds.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        seed.iter_mut().zip(number).for_each(|(byte, digit)| *byte = digit);
        Ctx::new(who, self.now(), seed)
    }

    /// A context of the platform itself, at the district's time.
    pub fn machine(&self) -> Ctx {
        self.as_actor(Actor::Platform)
    }

    /// The district's time.
    pub fn now(&self) -> Timestamp {
        *self.now.lock()
    }

    /// Sets the district's time. Nothing happens by itself: tick for that.
    pub fn at(&self, time: &str) -> &Self {
        *self.now.lock() = instant(time);
        self
    }

    /// The organisation with this code.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub fn organisation(&self, code: &str) -> Result<OrganisationId> {
        self.organisations.get(code).copied().ok_or_else(|| Error::not_found("organisation", code))
    }

    /// The folder of the district's files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the platform without any farewell, as a crash would, and opens another on the same files.
    ///
    /// # Errors
    /// Whatever the platform says.
    pub async fn restart(self) -> Result<Self> {
        let Self { platform, lake, organisations, settings, database, folder, now, seeds } = self;
        platform.abandon().await;
        let at = *now.lock();
        let platform = Platform::open(settings.clone(), book()?, Arc::clone(&lake), keys()?, at, [8; 32]).await?;
        Ok(Self { platform, lake, organisations, settings, database, folder, now, seeds })
    }

    /// A second node on the same database; its log is its own, so only one of the two may write acts at a time.
    ///
    /// # Errors
    /// Whatever the platform says.
    pub async fn second_node(&self) -> Result<Platform> {
        let settings = Settings {
            node: "second".to_owned(),
            log_root: self.folder.path().join("log-of-second"),
            ..self.settings.clone()
        };
        Platform::open(settings, book()?, Arc::clone(&self.lake), keys()?, self.now(), [9; 32]).await
    }

    /// Closes everything in order and drops the database.
    ///
    /// # Errors
    /// Whatever the platform says.
    pub async fn close(self) -> Result<()> {
        self.platform.close().await?;
        if let Some(name) = self.database {
            drop_database(&name).await?;
        }
        Ok(())
    }

    /// An organisation that holds this office, with an officer `OFFICE.officer`; made when it is first asked for.
    ///
    /// # Errors
    /// [`crate::Code::InvalidInput`] for a word that is no office.
    pub async fn holder(&self, office: &str) -> Result<()> {
        if self.platform.actor(&format!("{office}.officer")).await.is_ok() {
            return Ok(());
        }
        let input = OrganisationInput {
            code: office.to_owned(),
            name: office.to_owned(),
            kind: OrganisationKind::Company,
            credit_code: None,
            office: Some(crate::Office::new(office)),
        };
        let made = self.platform.create_organisation(&self.machine(), input).await?;
        let input = PersonInput {
            login: format!("{office}.officer"),
            name: "某某".to_owned(),
            organisation: made.id,
            password: PASSWORD.to_owned(),
        };
        let person = self.platform.create_person(&self.machine(), input).await?;
        self.platform.set_roles(&self.machine(), person.id, [Role::Officer].into()).await?;
        Ok(())
    }

    async fn populate(&mut self) -> Result<()> {
        for (code, name, kind, office) in ORGANISATIONS {
            let input = OrganisationInput {
                code: (*code).to_owned(),
                name: (*name).to_owned(),
                kind: *kind,
                credit_code: None,
                office: office.map(crate::Office::new),
            };
            let made = self.platform.create_organisation(&self.machine(), input).await?;
            let key = signing_key(code)?.verifying_key().to_spki_pem();
            self.platform.set_signing_key(&self.machine(), made.id, &key).await?;
            self.organisations.insert(made.code, made.id);
        }
        for (login, organisation, roles) in PEOPLE {
            let input = PersonInput {
                login: (*login).to_owned(),
                name: "某某".to_owned(),
                organisation: self.organisation(organisation)?,
                password: PASSWORD.to_owned(),
            };
            let made = self.platform.create_person(&self.machine(), input).await?;
            self.platform.set_roles(&self.machine(), made.id, roles.iter().copied().collect::<BTreeSet<_>>()).await?;
        }
        Ok(())
    }
}

/// The key under which an organisation of the test district signs.
///
/// # Errors
/// [`crate::Code::Internal`], never for a code of [`District::organisations`].
pub fn signing_key(code: &str) -> Result<sm::sign::SigningKey> {
    sm::sign::SigningKey::from_bytes(&sm::sm3(code.as_bytes()))
        .map_err(|error| Error::new(crate::Code::Internal, "no signing key").because(error))
}

/// The law as it stands in the repository.
///
/// # Errors
/// [`crate::Code::Internal`] with the first fault of the packs.
pub fn book() -> Result<Arc<Book>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regulations");
    let mut files = Vec::new();
    collect(&root, &root, &mut files)?;
    let book = Book::parse(files).map_err(|faults| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        Error::new(crate::Code::Internal, format!("the regulation packs do not parse: {first}"))
    })?;
    Ok(Arc::new(book))
}

/// Keys that every test shares.
///
/// # Errors
/// None in practice.
pub fn keys() -> Result<Keys> {
    let log_sm2 = sm::sign::SigningKey::generate(&mut ChaCha20Rng::from_seed([1; 32]));
    Ok(Keys { log_sm2, log_ed25519: [2; 32], vault: [3; 16] })
}

/// An instant from its RFC 3339 text; the epoch for a text that is none.
pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result<()> {
    let unreadable = |error: std::io::Error| broken("the regulations cannot be read", error);
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "md") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path).map_err(unreadable)?));
        }
    }
    Ok(())
}

fn postgres() -> Option<String> {
    std::env::var("GONGSHU_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// A PostgreSQL database of its own, for whoever opens it by its address.
pub struct FreshDatabase {
    url: String,
    name: String,
}

impl FreshDatabase {
    /// Creates it on the server of `GONGSHU_TEST_POSTGRES`, under a name made from the folder's.
    ///
    /// # Errors
    /// [`crate::Code::InvalidInput`] when there is no server, [`crate::Code::Internal`] when it refuses.
    pub async fn create(folder: &Path) -> Result<Self> {
        let server =
            postgres().ok_or_else(|| Error::new(crate::Code::InvalidInput, "GONGSHU_TEST_POSTGRES is not set"))?;
        let unique =
            hex::encode(sm::sm3(folder.to_string_lossy().as_bytes()).first_chunk::<8>().copied().unwrap_or_default());
        let name = format!("gongshu_test_{}_{unique}", std::process::id());
        let admin = Database::connect(&server).await?;
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        admin.close().await?;
        let (before, query) =
            server.split_once('?').map_or((server.as_str(), None), |(before, query)| (before, Some(query)));
        let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
        let url = query.map_or_else(|| format!("{base}/{name}"), |query| format!("{base}/{name}?{query}"));
        Ok(Self { url, name })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Drops it, whoever is still connected.
    ///
    /// # Errors
    /// [`crate::Code::Internal`] when the server refuses.
    pub async fn remove(self) -> Result<()> {
        drop_database(&self.name).await
    }
}

async fn create_database(folder: &Path) -> Result<(String, Option<String>)> {
    let FreshDatabase { url, name } = FreshDatabase::create(folder).await?;
    Ok((url, Some(name)))
}

async fn drop_database(name: &str) -> Result<()> {
    let admin = Database::connect(postgres().unwrap_or_default()).await?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    Ok(admin.close().await?)
}

fn broken(what: &str, error: std::io::Error) -> Error {
    Error::new(crate::Code::Internal, what).because(error)
}
