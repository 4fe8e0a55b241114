//! The findings' table. Rows are only ever added; the newest of a fact stands. Instants are microseconds since 1970.

use sea_orm_migration::{
    schema::{big_integer, pk_auto, text, uuid, uuid_null},
    sea_query::{Index, Table},
};

use crate::db::Tables;

/// A finding.
pub mod finding {
    use sea_orm::entity::prelude::*;

    /// One finding.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "finding")]
    pub struct Model {
        /// Its number: of two findings of a fact, the later one stands.
        #[sea_orm(primary_key)]
        pub seq: i32,
        /// What kind of thing it is about.
        pub subject_kind: String,
        /// Which one.
        pub subject_id: Uuid,
        /// The fact.
        pub fact: String,
        /// Its value, JSON.
        pub value: String,
        /// When it was recorded.
        pub at: i64,
        /// For which organisation.
        pub organisation_id: Option<Uuid>,
        /// By whom.
        pub person_id: Option<Uuid>,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let finding = Table::create()
        .table("finding")
        .col(pk_auto("seq"))
        .col(text("subject_kind"))
        .col(uuid("subject_id"))
        .col(text("fact"))
        .col(text("value"))
        .col(big_integer("at"))
        .col(uuid_null("organisation_id"))
        .col(uuid_null("person_id"))
        .to_owned();
    let by_subject = Index::create().name("finding_subject").table("finding").col("subject_id").to_owned();
    Tables { name: "20261122_findings", tables: vec![finding], indexes: vec![by_subject] }
}
