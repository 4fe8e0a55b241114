//! The amendments' tables. Instants are microseconds since 1970.

use sea_orm_migration::{
    schema::{big_integer, boolean, pk_auto, text, text_null, uuid, uuid_null},
    sea_query::{Index, Table},
};

use crate::db::Tables;

/// An amendment.
pub mod amendment {
    use sea_orm::entity::prelude::*;

    /// One amendment.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "law_amendment")]
    pub struct Model {
        /// Its number: amendments are read in this order.
        #[sea_orm(primary_key)]
        pub seq: i32,
        /// Its id.
        pub id: Uuid,
        /// What it is.
        pub title: String,
        /// Path and text of its files, as JSON.
        #[sea_orm(column_type = "Text")]
        pub files: String,
        /// The first day from which terms must be counted again; none when it touches no term.
        pub first_day: Option<String>,
        /// Who made it.
        pub by: Option<Uuid>,
        /// When.
        pub at: i64,
        /// How many terms it has moved.
        pub moved: i64,
        /// Whether all have been counted.
        pub finished: bool,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A term that an amendment moved.
pub mod moved {
    use sea_orm::entity::prelude::*;

    /// One moved term.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "law_moved")]
    pub struct Model {
        /// The amendment.
        #[sea_orm(primary_key, auto_increment = false)]
        pub amendment_id: Uuid,
        /// The case.
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        /// The clock.
        #[sea_orm(primary_key, auto_increment = false)]
        pub clock: String,
        /// The article that sets it.
        pub article: String,
        /// When it would have run out.
        pub before: i64,
        /// When it runs out.
        pub after: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let amendment = Table::create()
        .table("law_amendment")
        .col(pk_auto("seq"))
        .col(uuid("id"))
        .col(text("title"))
        .col(text("files"))
        .col(text_null("first_day"))
        .col(uuid_null("by"))
        .col(big_integer("at"))
        .col(big_integer("moved"))
        .col(boolean("finished"))
        .to_owned();
    let moved = Table::create()
        .table("law_moved")
        .col(uuid("amendment_id"))
        .col(uuid("case_id"))
        .col(text("clock"))
        .col(text("article"))
        .col(big_integer("before"))
        .col(big_integer("after"))
        .primary_key(Index::create().col("amendment_id").col("case_id").col("clock"))
        .to_owned();
    Tables { name: "20261123_amendment", tables: vec![amendment, moved], indexes: Vec::new() }
}
