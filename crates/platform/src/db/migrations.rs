//! The tables, in the order in which they came to be. Each slice owns its own and describes them in its `store.rs`; this
//! list only gives the order. A migration that has been released is never edited: a change is a new one at the end.

use async_trait::async_trait;
use sea_orm_migration::{
    MigrationName, MigrationTrait, MigratorTrait, SchemaManager,
    sea_orm::DbErr,
    sea_query::{IndexCreateStatement, TableCreateStatement},
};

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
        ]
    }
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
