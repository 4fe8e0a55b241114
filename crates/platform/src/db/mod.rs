//! Control data: one database, SQLite or PostgreSQL, behind one small interface.
//!
//! What a reader must know first. Every change goes through [`Db::write`], which hands out a [`Write`]: a transaction that
//! is rolled back unless [`Write::commit`] returns. On PostgreSQL it is an ordinary transaction of its own connection. On
//! SQLite there is exactly one writer, so the writes *take turns inside one shared transaction*, each under its own
//! savepoint, and the shared transaction is committed once for all that were waiting (group commit: one `fsync` for many
//! acts). Each write is still all or nothing, and is acknowledged only after the shared commit.
//!
//! Two rules follow for the slices. Inside a write read through the write, never through [`Db::read`]: on an in-memory
//! database both are the same connection. And do nothing slow while holding a write (hashing passwords, reading files):
//! on SQLite everybody waits.

mod group;
mod migrations;
#[cfg(test)]
mod tests;
mod tx;

use std::{ops::Deref, time::Duration};

use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, IsolationLevel, TransactionTrait,
    sea_query::LikeExpr,
};
use sea_orm_migration::MigratorTrait;

pub use migrations::{Alterations, Standing, Tables, standing};
pub use tx::Tx;

use crate::error::{Code, Error, Result};
use group::Group;

/// How long a statement may wait for a connection before the verb fails instead of hanging.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections for reading, and on PostgreSQL for writing.
const POOL: u32 = 16;

/// The database.
pub struct Db {
    read: DatabaseConnection,
    write: Writer,
}

enum Writer {
    /// SQLite: turns in one shared transaction.
    Turns(Group),
    /// PostgreSQL: a connection each.
    Pool(DatabaseConnection),
}

impl Db {
    /// Connects and brings the tables to the present form. `url` is `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] for another kind of address, [`Code::Internal`] when the database refuses.
    pub async fn open(url: &str) -> Result<Self> {
        let db = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = connect(url, POOL).await?;
            Self { read: pool.clone(), write: Writer::Pool(pool) }
        } else if url.starts_with("sqlite:") {
            let memory = url.contains(":memory:");
            let writer = connect(url, 1).await?;
            // A second connection to an in-memory database would be a second database.
            let read = if memory { writer.clone() } else { connect(url, POOL).await? };
            Self { read, write: Writer::Turns(Group::new(writer)) }
        } else {
            let kind = url.split(':').next().unwrap_or_default();
            return Err(Error::new(Code::InvalidInput, format!("cannot use a database of kind `{kind}`"))
                .hint("give `sqlite:PATH`, `sqlite::memory:` or `postgres://…`"));
        };
        let connection = match &db.write {
            Writer::Turns(group) => group.connection(),
            Writer::Pool(pool) => pool,
        };
        migrations::Migrator::up(connection, None).await?;
        Ok(db)
    }

    /// For reading outside a write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a write; it is rolled back unless it is committed.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database cannot begin.
    pub async fn write(&self) -> Result<Write> {
        match &self.write {
            Writer::Turns(group) => Ok(Write(Tx::turn(group.begin().await?))),
            Writer::Pool(pool) => Ok(Write(Tx::own(pool.begin().await?))),
        }
    }

    /// Runs reading functions of the slices that otherwise run inside a write. Whatever they write is undone.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database cannot begin.
    pub async fn look(&self) -> Result<Tx> {
        Ok(Tx::own(self.read.begin().await?))
    }

    /// Begins to read the database as it is at one instant, however long the reading takes and whatever is written meanwhile.
    /// Nothing is written. On an in-memory database everybody waits for it, so it must be short.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database cannot begin.
    pub async fn snapshot(&self) -> Result<Tx> {
        // A transaction of SQLite is a snapshot by itself, as long as it only reads.
        let begun = if self.is_postgres() {
            self.read.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await
        } else {
            self.read.begin().await
        };
        Ok(Tx::own(begun?))
    }

    /// Whether this is PostgreSQL, where several nodes may share the database.
    pub fn is_postgres(&self) -> bool {
        self.read.get_database_backend() == DbBackend::Postgres
    }

    /// Waits for the writes under way and closes the connections.
    ///
    /// # Errors
    /// [`Code::Internal`] when a connection cannot be closed in order.
    pub async fn close(&self) -> Result<()> {
        match &self.write {
            Writer::Turns(group) => group.close().await?,
            Writer::Pool(pool) => pool.close_by_ref().await?,
        }
        Ok(self.read.close_by_ref().await?)
    }
}

/// A write under way. Dropping it undoes it.
pub struct Write(Tx);

impl Write {
    /// Makes everything written durable. On SQLite this waits for the shared commit.
    ///
    /// # Errors
    /// [`Code::Conflict`] when a row that was to be changed is no longer as it was, [`Code::Internal`] when the database
    /// refuses; nothing of this write is then acknowledged.
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await
    }
}

impl Deref for Write {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.0
    }
}

async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .map_sqlx_sqlite_opts(|options| {
            use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
            options
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged act survives a power cut, not only a crash of the process.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(ACQUIRE_TIMEOUT)
                .statement_cache_capacity(256)
        })
        .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(256));
    Ok(Database::connect(options).await?)
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if matches!(error, DbErr::RecordNotUpdated) {
            return Self::new(Code::Conflict, "what is to be changed was changed meanwhile")
                .hint("read it again and repeat the change");
        }
        // The database's own words may quote values, so they stay in the operator's log.
        Self::new(Code::Internal, "the database failed").because(error)
    }
}

/// An instant as the tables keep it: microseconds since 1970, so that it sorts and indexes alike on both databases.
pub fn micros(at: jiff::Timestamp) -> i64 {
    at.as_microsecond()
}

/// The instant of a column.
///
/// # Errors
/// [`Code::Internal`] for a number that is no instant.
pub fn instant(micros: i64) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(micros)
        .map_err(|error| Error::new(Code::Internal, "a stored instant is out of range").because(error))
}

/// A value as the JSON text of a column.
///
/// # Errors
/// [`Code::Internal`] when it cannot be written.
pub fn to_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::new(Code::Internal, "a value cannot be stored").because(error))
}

/// A value from the JSON text of a column.
///
/// # Errors
/// [`Code::Internal`] when the text does not have the value's form.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::new(Code::Internal, "a stored value cannot be read").because(error))
}

/// The pattern of a column that has this text in it; what would be a wildcard is a character like any other.
pub fn having(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if ['%', '_', '\\'].contains(&letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}

/// A page of a list: at most `limit` (1 to 200) rows after `offset`.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct Page {
    /// Rows to skip.
    pub offset: u64,
    /// Rows to give, at most [`Page::MOST`].
    pub limit: u64,
}

impl Page {
    /// The longest page.
    pub const MOST: u64 = 200;

    /// The first `limit` rows.
    pub fn first(limit: u64) -> Self {
        Self { offset: 0, limit }
    }

    /// The limit within its bounds.
    pub fn limit(self) -> u64 {
        self.limit.clamp(1, Self::MOST)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: 50 }
    }
}

/// One page of a list, and how long the whole list is.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Listing<T> {
    /// The rows of the page.
    pub items: Vec<T>,
    /// All rows there are.
    pub total: u64,
}
