//! The tables, in the order in which they came to be. Each slice owns its own and describes them in its `store.rs`; this
//! list only gives the order. A migration that has been released is never edited: a change is a new one at the end.

use async_trait::async_trait;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTrait, SchemaManager,
    sea_orm::DbErr,
    sea_query::{IndexCreateStatement, Order, Query, TableAlterStatement, TableCreateStatement},
};

use crate::error::{Code, Error, Result};

pub(super) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(crate::identity::store::migration()),
            Box::new(crate::docket::store::migration()),
            Box::new(crate::ledger::store::migration()),
            Box::new(crate::catalogue::store::migration()),
            Box::new(crate::collection::store::migration()),
            Box::new(crate::sharing::store::migration()),
            Box::new(crate::gateway::store::migration()),
            Box::new(crate::objection::store::migration()),
            Box::new(crate::registers::store::migration()),
            Box::new(crate::findings::store::migration()),
            Box::new(crate::amendment::store::migration()),
            Box::new(crate::gateway::hours::migration()),
            Box::new(crate::identity::store::held_keys()),
            Box::new(crate::docket::store::lists()),
            Box::new(crate::identity::store::administration()),
            Box::new(crate::collection::store::by_organisation()),
            Box::new(crate::identity::store::first_set_up()),
            Box::new(crate::catalogue::Lists),
            Box::new(crate::docket::store::covered()),
            Box::new(crate::docket::store::searched()),
            Box::new(crate::collection::store::reasons()),
        ]
    }
}

/// How far a database has come, compared with what this binary knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The migrations that were made, oldest first.
    pub applied: Vec<String>,
    /// Those that are still to come.
    pub pending: Vec<String>,
    /// Those that were made by a newer binary.
    pub unknown: Vec<String>,
}

/// Reads how far a database has come. Nothing is written, not even an empty file.
///
/// # Errors
/// [`Code::Internal`] when it does not open, or is no database of ours.
pub async fn standing(url: &str) -> Result<Standing> {
    let broken = |error: DbErr| Error::new(Code::Internal, "the control database cannot be read").because(error);
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|options| options.read_only(true));
    let db = Database::connect(options).await.map_err(broken)?;
    let query = Query::select().column("version").from("seaql_migrations").order_by("version", Order::Asc).to_owned();
    let rows = db.query_all(&query).await.map_err(broken)?;
    let made = rows.iter().map(|row| row.try_get::<String>("", "version")).collect::<Result<Vec<_>, _>>();
    let made = made.map_err(broken)?;
    db.close().await.map_err(broken)?;
    let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let (applied, unknown) = made.into_iter().partition(|name| known.contains(name));
    let mut standing = Standing { applied, pending: Vec::new(), unknown };
    standing.pending = known.into_iter().filter(|name| !standing.applied.contains(name)).collect();
    Ok(standing)
}

/// A migration that only creates tables and indexes, which is all that most slices need.
pub struct Tables {
    /// Its unique name, `YYYYMMDD_slice`.
    pub name: &'static str,
    /// The tables, referred-to ones first.
    pub tables: Vec<TableCreateStatement>,
    /// The indexes.
    pub indexes: Vec<IndexCreateStatement>,
}

impl MigrationName for Tables {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in &self.tables {
            manager.create_table(table.clone()).await?;
        }
        for index in &self.indexes {
            manager.create_index(index.clone()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// A migration of tables that there are already: new columns, one to a statement because SQLite takes no more; new indexes; and
/// what brings the rows to the new form.
pub struct Alterations {
    /// Its unique name, `YYYYMMDD_slice_what`.
    pub name: &'static str,
    /// The columns.
    pub columns: Vec<TableAlterStatement>,
    /// The indexes.
    pub indexes: Vec<IndexCreateStatement>,
    /// Statements that both databases understand.
    pub statements: &'static [&'static str],
}

impl MigrationName for Alterations {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Alterations {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in &self.columns {
            manager.alter_table(column.clone()).await?;
        }
        for index in &self.indexes {
            manager.create_index(index.clone()).await?;
        }
        for statement in self.statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{District, durable_databases};

    /// How far a database has come is read without changing it: a new one is complete, a newer binary's migration is told apart,
    /// and where there is none, none is made.
    #[tokio::test]
    async fn how_far_a_database_has_come_is_read_and_not_written() {
        for store in durable_databases() {
            let district = District::open(store).await.unwrap();
            let url = district.platform.settings().database.clone();
            let before = standing(&url).await.unwrap();
            let all: Vec<_> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
            assert_eq!((&before.pending, &before.unknown), (&Vec::new(), &Vec::new()));
            assert_eq!(before.applied.len(), all.len());
            let db = district.platform.db().read();
            db.execute_unprepared("INSERT INTO seaql_migrations VALUES ('29990101_later', 0)").await.unwrap();
            let last = format!("DELETE FROM seaql_migrations WHERE version = '{}'", all.last().unwrap());
            db.execute_unprepared(&last).await.unwrap();
            let after = standing(&url).await.unwrap();
            assert_eq!(after.unknown, ["29990101_later"]);
            assert_eq!(after.pending, [all.last().unwrap().clone()]);
            district.close().await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent.db");
        standing(&format!("sqlite:{}", absent.display())).await.unwrap_err();
        assert!(!absent.exists());
    }
}
