//! The table of objections by the public: which case a receipt number stands for. Everything else is the case's.

use sea_orm_migration::{
    schema::{big_integer, text, uuid},
    sea_query::{Index, Table},
};

use crate::db::Tables;

/// An objection.
pub mod objection {
    use sea_orm::entity::prelude::*;

    /// One objection that was raised without a session.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "objection")]
    pub struct Model {
        /// SM3 of the receipt number, hex: the number itself is a credential and is not kept.
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt: String,
        /// The case.
        pub case_id: Uuid,
        /// The entry whose data is objected to.
        pub entry_id: Uuid,
        /// When it was raised.
        pub raised_at: i64,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let objection = Table::create()
        .table("objection")
        .col(text("receipt").primary_key())
        .col(uuid("case_id"))
        .col(uuid("entry_id"))
        .col(big_integer("raised_at"))
        .to_owned();
    let by_case = Index::create().name("objection_case").table("objection").col("case_id").unique().to_owned();
    Tables { name: "20261121_objection", tables: vec![objection], indexes: vec![by_case] }
}
