//! The registers' table. Instants are microseconds since 1970.

use sea_orm::entity::prelude::*;
use sea_orm_migration::{
    schema::{big_integer, big_integer_null, text, uuid, uuid_null},
    sea_query::{Index, Table},
};

use crate::db::Tables;

/// One line of a register.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_line")]
pub struct Model {
    /// The act by which it was entered.
    #[sea_orm(primary_key, auto_increment = false)]
    pub act_id: Uuid,
    /// Which register; one act may enter the same thing into several.
    #[sea_orm(primary_key, auto_increment = false)]
    pub register: String,
    /// What kind of thing stands here.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: Uuid,
    /// The case of the act.
    pub case_id: Uuid,
    /// The article that the act rests on.
    pub article: String,
    /// Since when.
    pub since: i64,
    /// Until when.
    pub until: Option<i64>,
    /// The act by which it was struck.
    pub struck_by: Option<Uuid>,
}

/// No relations: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// The table of this slice.
pub(crate) fn migration() -> Tables {
    let line = Table::create()
        .table("register_line")
        .col(uuid("act_id"))
        .col(text("register"))
        .col(text("subject_kind"))
        .col(uuid("subject_id"))
        .col(uuid("case_id"))
        .col(text("article"))
        .col(big_integer("since"))
        .col(big_integer_null("until"))
        .col(uuid_null("struck_by"))
        .primary_key(Index::create().col("act_id").col("register"))
        .to_owned();
    let mut by_subject = Index::create();
    by_subject.name("register_line_subject").table("register_line").col("subject_id").col("register");
    let mut by_register = Index::create();
    by_register.name("register_line_register").table("register_line").col("register").col("since");
    Tables { name: "20261122_registers", tables: vec![line], indexes: vec![by_subject, by_register] }
}
