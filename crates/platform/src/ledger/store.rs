//! The ledger's table: the outbox, written in the transaction of what it tells of, read by the pump.

use sea_orm_migration::{
    schema::{big_integer, big_integer_null, text, uuid},
    sea_query::{ColumnDef, Index, Table},
};

use crate::db::Tables;

/// A leaf on its way into the log, and afterwards where it stands there.
pub mod outbox {
    use sea_orm::entity::prelude::*;

    /// One leaf.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_outbox")]
    pub struct Model {
        /// Its number; the order in which leaves go into the log.
        #[sea_orm(primary_key)]
        pub seq: i64,
        /// The id of what it tells of; also the `id` inside the leaf, by which a crash is healed.
        pub key: Uuid,
        /// The retention class of its shard.
        pub class: String,
        /// The period of its shard.
        pub period: String,
        /// The leaf, canonical JSON.
        #[sea_orm(column_type = "Text")]
        pub leaf: String,
        /// When it was queued.
        pub at: i64,
        /// Its index in the shard, once the shard has it.
        pub log_index: Option<i64>,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let outbox = Table::create()
        .table("ledger_outbox")
        .col(ColumnDef::new("seq").big_integer().not_null().auto_increment().primary_key())
        .col(uuid("key").unique_key())
        .col(text("class"))
        .col(text("period"))
        .col(text("leaf"))
        .col(big_integer("at"))
        .col(big_integer_null("log_index"))
        .to_owned();
    let index = Index::create()
        .name("ledger_outbox_place")
        .table("ledger_outbox")
        .col("class")
        .col("period")
        .col("log_index")
        .to_owned();
    let waiting =
        Index::create().name("ledger_outbox_waiting").table("ledger_outbox").col("log_index").col("seq").to_owned();
    Tables { name: "20261121_ledger", tables: vec![outbox], indexes: vec![index, waiting] }
}
