//! The tables of collection: one row per load, with its certificate.

use sea_orm::{ConnectionTrait, EntityTrait};
use sea_orm_migration::{
    schema::{big_integer, big_integer_null, pk_uuid, text, text_null, uuid, uuid_null},
    sea_query::{Index, Table},
};

use crate::{
    db::{Alterations, Tables},
    error::{Error, Result},
    ids::LoadId,
};

/// A load.
pub mod load {
    use sea_orm::entity::prelude::*;

    /// One file handed in for one entry.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "collection_load")]
    pub struct Model {
        /// Its id, which is also that of the lake's load.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The entry.
        pub entry_id: Uuid,
        /// Whose data it is.
        pub organisation_id: Uuid,
        /// Who handed it in: `person`, `client` or `platform`.
        pub actor_kind: String,
        /// Which person or client.
        pub actor_id: Option<Uuid>,
        /// The file's name.
        pub name: String,
        /// `running`, `accepted`, `refused` or `stopped`.
        pub state: String,
        /// The node that runs it.
        pub node: String,
        /// The version of the entry whose columns were asked for.
        pub entry_version: i32,
        /// When it was handed in.
        pub started_at: i64,
        /// When it was done.
        pub finished_at: Option<i64>,
        /// The certificate, JSON.
        #[sea_orm(column_type = "Text", nullable)]
        pub certificate: Option<String>,
        /// Rows in the file.
        pub rows_in: i64,
        /// Rows accepted.
        pub accepted: i64,
        /// Rows rejected.
        pub rejected: i64,
        /// Why it was refused.
        pub fault: Option<String>,
        /// Why, as a code with its values, JSON.
        #[sea_orm(column_type = "Text", nullable)]
        pub fault_reason: Option<String>,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What the loads of one organisation are found by.
pub(crate) fn by_organisation() -> Tables {
    let index = Index::create()
        .name("collection_load_organisation")
        .table("collection_load")
        .col("organisation_id")
        .col("started_at")
        .to_owned();
    Tables { name: "20261122_loads_by_organisation", tables: Vec::new(), indexes: vec![index] }
}

/// Why a file was refused, as a code; and what the loads of the whole district are found by.
pub(crate) fn reasons() -> Alterations {
    let index = |name: &'static str| Index::create().name(name).table("collection_load").to_owned();
    Alterations {
        name: "20261122_load_reasons",
        columns: vec![Table::alter().table("collection_load").add_column(text_null("fault_reason")).to_owned()],
        indexes: vec![
            index("collection_load_newest").col("started_at").col("id").to_owned(),
            index("collection_load_newest_so").col("state").col("started_at").col("id").to_owned(),
        ],
        statements: &[],
    }
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let load = Table::create()
        .table("collection_load")
        .col(pk_uuid("id"))
        .col(uuid("entry_id"))
        .col(uuid("organisation_id"))
        .col(text("actor_kind"))
        .col(uuid_null("actor_id"))
        .col(text("name"))
        .col(text("state"))
        .col(text("node"))
        .col(sea_orm_migration::schema::integer("entry_version"))
        .col(big_integer("started_at"))
        .col(big_integer_null("finished_at"))
        .col(text_null("certificate"))
        .col(big_integer("rows_in"))
        .col(big_integer("accepted"))
        .col(big_integer("rejected"))
        .col(text_null("fault"))
        .to_owned();
    let on = |name: &'static str, columns: [&'static str; 2]| {
        Index::create().name(name).table("collection_load").col(columns[0]).col(columns[1]).to_owned()
    };
    Tables {
        name: "20261121_collection",
        tables: vec![load],
        indexes: vec![
            on("collection_load_entry", ["entry_id", "started_at"]),
            on("collection_load_state", ["state", "node"]),
        ],
    }
}

/// The load's row.
///
/// # Errors
/// [`crate::Code::NotFound`].
pub(crate) async fn load(db: &impl ConnectionTrait, id: LoadId) -> Result<load::Model> {
    load::Entity::find_by_id(id.0).one(db).await?.ok_or_else(|| Error::not_found("load", id))
}
