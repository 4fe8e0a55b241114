//! The gateway's one table: how far the log of uses has been counted. And the sums that a count adds to the services' rows.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{CaseStatement, Expr, ExprTrait},
};
use sea_orm_migration::{
    schema::{big_integer, text},
    sea_query::{Index, Table},
};
use serde_json::Value;

use super::SERVED;
use crate::{
    db::{Tables, Tx, micros},
    docket,
    error::Result,
    ids::ServiceId,
    sharing::store::service,
};

/// How far uses have been counted.
pub mod counted {
    use sea_orm::entity::prelude::*;

    /// One node's month.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "gateway_counted")]
    pub struct Model {
        /// The node, whose log it is.
        #[sea_orm(primary_key, auto_increment = false)]
        pub node: String,
        /// The month, `YYYY-MM`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: String,
        /// The first index that is not counted yet.
        pub next_index: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let counted = Table::create()
        .table("gateway_counted")
        .col(text("node"))
        .col(text("period"))
        .col(big_integer("next_index"))
        .primary_key(Index::create().col("node").col("period"))
        .to_owned();
    Tables { name: "20261121_gateway", tables: vec![counted], indexes: Vec::new() }
}

/// What a stretch of the log says of one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) calls: u64,
    pub(crate) records: u64,
    pub(crate) refused: u64,
    pub(crate) last_call: Option<Timestamp>,
}

/// Sums use records by service. A leaf that is no use record counts for nothing.
pub(crate) fn sums<'a>(leaves: impl Iterator<Item = &'a Value>) -> BTreeMap<ServiceId, Sum> {
    let mut sums: BTreeMap<ServiceId, Sum> = BTreeMap::new();
    for leaf in leaves {
        let text = |field: &str| leaf.get(field).and_then(Value::as_str);
        let Some(service) = text("service").and_then(|id| id.parse().ok()) else { continue };
        let records = leaf.get("records").and_then(Value::as_u64).unwrap_or(0);
        let sum = sums.entry(service).or_default();
        if text("outcome") == Some(SERVED) {
            sum.calls = sum.calls.saturating_add(1);
            sum.records = sum.records.saturating_add(records);
            sum.last_call = sum.last_call.max(text("at").and_then(|at| at.parse().ok()));
        } else {
            sum.refused = sum.refused.saturating_add(records);
        }
    }
    sums
}

/// The months to count: from the last one counted to the present one; without any, the present and the one before.
pub(crate) async fn periods(db: &impl ConnectionTrait, node: &str, now: Timestamp) -> Result<Vec<String>> {
    let here = counted::Column::Node.eq(node);
    let last = counted::Entity::find().filter(here).order_by_desc(counted::Column::Period).one(db).await?;
    let mut month = now.to_zoned(law::calendar::shanghai()).date().first_of_month();
    let stop = last.map(|row| row.period);
    let mut periods = Vec::new();
    // Ten years of silence at most are looked through.
    for _ in 0..120 {
        let period = format!("{:04}-{:02}", month.year(), month.month());
        let enough = stop.as_ref().map_or(periods.len() == 1, |stop| period <= *stop);
        periods.push(period);
        if enough {
            break;
        }
        let Ok(before) = month.checked_sub(1.month()) else { break };
        month = before;
    }
    periods.reverse();
    Ok(periods)
}

/// The first index of a month that is not counted yet.
pub(crate) async fn counted(db: &impl ConnectionTrait, node: &str, period: &str) -> Result<u64> {
    let row = counted::Entity::find_by_id((node.to_owned(), period.to_owned())).one(db).await?;
    Ok(row.and_then(|row| u64::try_from(row.next_index).ok()).unwrap_or(0))
}

/// Moves the mark of a month from `from` to `next`; whether it still stood at `from`.
pub(crate) async fn advance(tx: &Tx, node: &str, period: &str, from: u64, next: u64) -> Result<bool> {
    use counted::{Column, Entity};
    let (from, next) = (i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(next).unwrap_or(i64::MAX));
    let moved = Entity::update_many()
        .col_expr(Column::NextIndex, Expr::value(next))
        .filter(Column::Node.eq(node))
        .filter(Column::Period.eq(period))
        .filter(Column::NextIndex.eq(from))
        .exec(tx)
        .await?;
    if moved.rows_affected == 1 {
        return Ok(true);
    }
    if from > 0 || Entity::find_by_id((node.to_owned(), period.to_owned())).one(tx).await?.is_some() {
        return Ok(false);
    }
    let row =
        counted::ActiveModel { node: Set(node.to_owned()), period: Set(period.to_owned()), next_index: Set(next) };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(true)
}

/// Adds a sum to a service's row. Counts are no change of the service, so its version stays.
pub(crate) async fn add(tx: &Tx, id: ServiceId, sum: &Sum) -> Result<()> {
    use service::{Column, Entity};
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut update = Entity::update_many()
        .col_expr(Column::Calls, Expr::col(Column::Calls).add(signed(sum.calls)))
        .col_expr(Column::Records, Expr::col(Column::Records).add(signed(sum.records)))
        .col_expr(Column::Refused, Expr::col(Column::Refused).add(signed(sum.refused)));
    if let Some(at) = sum.last_call.map(micros) {
        let later =
            CaseStatement::new().case(Expr::col(Column::LastCallAt).gt(at), Expr::col(Column::LastCallAt)).finally(at);
        update = update.col_expr(Column::LastCallAt, later.into());
    }
    update.filter(Column::Id.eq(id.0)).exec(tx).await?;
    Ok(())
}

/// The newest case about a service.
pub(crate) async fn case_about(db: &impl ConnectionTrait, id: ServiceId) -> Result<Option<docket::store::case::Model>> {
    use docket::store::case::{Column, Entity};
    Ok(Entity::find().filter(Column::SubjectId.eq(id.0)).order_by_desc(Column::OpenedAt).one(db).await?)
}
