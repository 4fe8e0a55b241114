//! The tables of sharing: requests, services, and the one number by which every node knows that a service has changed.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use sea_orm_migration::{
    schema::{big_integer, big_integer_null, integer, pk_uuid, text, text_null, uuid},
    sea_query::{Index, Table},
};

use super::grant::{Grant, ServiceStatus};
use jiff::Timestamp;

use crate::{
    Platform,
    db::{Tables, Tx, from_json},
    error::{Code, Error, Result},
    ids::*,
};

/// A request.
pub mod request {
    use sea_orm::entity::prelude::*;

    /// One demand for an entry's data.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sharing_request")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The entry.
        pub entry_id: Uuid,
        /// The entry's title when it was asked for.
        pub title: String,
        /// Who asks.
        pub demander_id: Uuid,
        /// Who provides.
        pub provider_id: Uuid,
        /// Its case.
        pub case_id: Uuid,
        /// The elements, JSON.
        #[sea_orm(column_type = "Text")]
        pub elements: String,
        /// When the centre asked the holder to catalogue and hand in the data first.
        pub cataloguing_requested_at: Option<i64>,
        /// When it was made.
        pub created_at: i64,
        /// When it was last changed.
        pub changed_at: i64,
        /// How often it was changed.
        pub version: i32,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A service.
pub mod service {
    use sea_orm::entity::prelude::*;

    /// One service made from a granted request.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sharing_service")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The request it was made from.
        pub request_id: Uuid,
        /// The entry.
        pub entry_id: Uuid,
        /// The entry's title when it was granted.
        pub title: String,
        /// Who receives.
        pub demander_id: Uuid,
        /// Who gives.
        pub provider_id: Uuid,
        /// The pack under which it was granted.
        pub pack: String,
        /// `active`, `suspended` or `ended`.
        pub status: String,
        /// The grant, JSON.
        #[sea_orm(column_type = "Text")]
        pub grant_json: String,
        /// A wider use that was asked for and not yet granted, JSON.
        #[sea_orm(column_type = "Text", nullable)]
        pub widening: Option<String>,
        /// When that was asked.
        pub widening_at: Option<i64>,
        /// When it was opened.
        pub opened_at: i64,
        /// When it ended.
        pub ended_at: Option<i64>,
        /// The last call that was answered, as far as it has been counted up.
        pub last_call_at: Option<i64>,
        /// Calls answered.
        pub calls: i64,
        /// Records given.
        pub records: i64,
        /// Calls refused.
        pub refused: i64,
        /// How often it was changed.
        pub version: i32,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The state of all services.
pub mod generation {
    use sea_orm::entity::prelude::*;

    /// One row: a number that grows with every change of any service.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sharing_generation")]
    pub struct Model {
        /// Always 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        /// The number.
        pub value: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let request = Table::create()
        .table("sharing_request")
        .col(pk_uuid("id"))
        .col(uuid("entry_id"))
        .col(text("title"))
        .col(uuid("demander_id"))
        .col(uuid("provider_id"))
        .col(uuid("case_id"))
        .col(text("elements"))
        .col(big_integer_null("cataloguing_requested_at"))
        .col(big_integer("created_at"))
        .col(big_integer("changed_at"))
        .col(integer("version"))
        .to_owned();
    let service = Table::create()
        .table("sharing_service")
        .col(pk_uuid("id"))
        .col(uuid("request_id"))
        .col(uuid("entry_id"))
        .col(text("title"))
        .col(uuid("demander_id"))
        .col(uuid("provider_id"))
        .col(text("pack"))
        .col(text("status"))
        .col(text("grant_json"))
        .col(text_null("widening"))
        .col(big_integer_null("widening_at"))
        .col(big_integer("opened_at"))
        .col(big_integer_null("ended_at"))
        .col(big_integer_null("last_call_at"))
        .col(big_integer("calls"))
        .col(big_integer("records"))
        .col(big_integer("refused"))
        .col(integer("version"))
        .to_owned();
    let generation = Table::create()
        .table("sharing_generation")
        .col(integer("id").primary_key())
        .col(big_integer("value"))
        .to_owned();
    let on = |table: &'static str, name: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    Tables {
        name: "20261121_sharing",
        tables: vec![request, service, generation],
        indexes: vec![
            on("sharing_request", "sharing_request_demander", &["demander_id", "created_at"]),
            on("sharing_request", "sharing_request_provider", &["provider_id", "created_at"]),
            on("sharing_request", "sharing_request_entry", &["entry_id"]),
            on("sharing_service", "sharing_service_demander", &["demander_id", "opened_at"]),
            on("sharing_service", "sharing_service_provider", &["provider_id", "opened_at"]),
            on("sharing_service", "sharing_service_entry", &["entry_id", "status"]),
            // A request is granted once.
            on("sharing_service", "sharing_service_request", &["request_id"]).unique().to_owned(),
        ],
    }
}

/// The request's row.
///
/// # Errors
/// [`Code::NotFound`].
pub(crate) async fn request(db: &impl ConnectionTrait, id: RequestId) -> Result<request::Model> {
    request::Entity::find_by_id(id.0).one(db).await?.ok_or_else(|| Error::not_found("request", id))
}

/// The service's row.
///
/// # Errors
/// [`Code::NotFound`].
pub(crate) async fn service(db: &impl ConnectionTrait, id: ServiceId) -> Result<service::Model> {
    service::Entity::find_by_id(id.0).one(db).await?.ok_or_else(|| Error::not_found("service", id))
}

/// The service made from a request.
pub(crate) async fn service_of_request(db: &impl ConnectionTrait, id: RequestId) -> Result<Option<service::Model>> {
    Ok(service::Entity::find().filter(service::Column::RequestId.eq(id.0)).one(db).await?)
}

/// Changes columns of a service, unless somebody else has changed it meanwhile, and lets every node know.
///
/// # Errors
/// [`Code::Conflict`].
pub(crate) async fn change_service(
    platform: &Platform,
    now: Timestamp,
    tx: &Tx,
    seen: &service::Model,
    change: service::ActiveModel,
) -> Result<()> {
    let change = service::ActiveModel { version: Set(seen.version.saturating_add(1)), ..change };
    let done = service::Entity::update_many()
        .set(change)
        .filter(service::Column::Id.eq(seen.id))
        .filter(service::Column::Version.eq(seen.version))
        .exec(tx)
        .await?;
    if done.rows_affected != 1 {
        return Err(Error::new(Code::Conflict, format!("service `{}` was changed meanwhile", seen.id))
            .hint("read it again and repeat the act"));
    }
    bump(platform, now, tx).await
}

/// Lets every node know that some service has changed, this one from its next look-up on.
pub(crate) async fn bump(platform: &Platform, now: Timestamp, tx: &Tx) -> Result<()> {
    use generation::{Column, Entity};
    let next = Expr::col(Column::Value).add(1);
    let done = Entity::update_many().col_expr(Column::Value, next).filter(Column::Id.eq(1)).exec(tx).await?;
    if done.rows_affected == 0 {
        Entity::insert(generation::ActiveModel { id: Set(1), value: Set(1) }).exec_without_returning(tx).await?;
    }
    platform.gateway().expect(generation(tx).await?, now);
    Ok(())
}

/// The state of all services.
pub(crate) async fn generation(db: &impl ConnectionTrait) -> Result<i64> {
    Ok(generation::Entity::find_by_id(1).one(db).await?.map_or(0, |row| row.value))
}

/// The grant of a row.
pub(crate) fn grant_of(row: &service::Model) -> Result<Grant> {
    from_json(&row.grant_json)
}

/// How many services of an entry have not ended, and which fields they use.
pub(crate) async fn running_uses(db: &impl ConnectionTrait, entry: EntryId) -> Result<(u64, HashSet<String>)> {
    let running = service::Column::Status.ne(ServiceStatus::Ended.as_word());
    let rows = service::Entity::find().filter(service::Column::EntryId.eq(entry.0)).filter(running).all(db).await?;
    let mut used = HashSet::new();
    for row in &rows {
        let grant = grant_of(row)?;
        used.extend(grant.fields.into_iter().map(|field| field.name));
        used.extend(grant.row_scope.map(|scope| scope.column));
    }
    Ok((rows.len() as u64, used))
}
