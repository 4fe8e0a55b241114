//! The counts behind the figures. This slice has no tables.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::DistrictState;
use crate::{
    catalogue::store::{duty, entry, system},
    collection::store::load,
    docket::store::{act, case, clock},
    error::Result,
    identity::store::organisation,
    sharing::store::service,
};

pub(super) async fn count(db: &impl ConnectionTrait, at: Timestamp) -> Result<DistrictState> {
    let called = totals(db).await?;
    Ok(DistrictState {
        at,
        organisations: organisation::Entity::find().count(db).await?,
        duties: duty::Entity::find().count(db).await?,
        systems: system::Entity::find().count(db).await?,
        entries: by_word::<entry::Entity, _>(db, entry::Column::Status).await?,
        open_cases: open_cases(db).await?,
        collected: entry::Entity::find().filter(entry::Column::CollectedAt.is_not_null()).count(db).await?,
        loads: by_word::<load::Entity, _>(db, load::Column::State).await?,
        rows: sum::<entry::Entity, _>(db, entry::Column::RowCount).await?,
        requests: requests(db).await?,
        services: by_word::<service::Entity, _>(db, service::Column::Status).await?,
        acts: act::Entity::find().count(db).await?,
        missed_terms: clock::Entity::find().filter(clock::Column::Status.eq("missed")).count(db).await?,
        breaches: act::Entity::find().filter(act::Column::Outcome.eq("breach")).count(db).await?,
        calls: called.0,
        records: called.1,
        refused_calls: called.2,
    })
}

async fn by_word<E: EntityTrait, C: ColumnTrait>(db: &impl ConnectionTrait, word: C) -> Result<BTreeMap<String, u64>> {
    let rows: Vec<(String, i64)> = E::find()
        .select_only()
        .column(word)
        .column_as(Expr::col(word.as_column_ref()).count(), "number")
        .group_by(word)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(word, number)| (word, unsigned(number))).collect())
}

async fn open_cases(db: &impl ConnectionTrait) -> Result<BTreeMap<String, BTreeMap<String, u64>>> {
    let rows: Vec<(String, String, i64)> = case::Entity::find()
        .select_only()
        .column(case::Column::Procedure)
        .column(case::Column::State)
        .column_as(case::Column::Id.count(), "number")
        .filter(case::Column::Ended.eq(false))
        .group_by(case::Column::Procedure)
        .group_by(case::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut open: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for (procedure, state, number) in rows {
        open.entry(procedure).or_default().insert(state, unsigned(number));
    }
    Ok(open)
}

async fn requests(db: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>> {
    let rows: Vec<(String, i64)> = case::Entity::find()
        .select_only()
        .column(case::Column::State)
        .column_as(case::Column::Id.count(), "number")
        .filter(case::Column::SubjectKind.eq("request"))
        .group_by(case::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(state, number)| (state, unsigned(number))).collect())
}

async fn totals(db: &impl ConnectionTrait) -> Result<(u64, u64, u64)> {
    Ok((
        sum::<service::Entity, _>(db, service::Column::Calls).await?,
        sum::<service::Entity, _>(db, service::Column::Records).await?,
        sum::<service::Entity, _>(db, service::Column::Refused).await?,
    ))
}

/// The sum of a column of whole numbers. Sums of `BIGINT` are `NUMERIC` on PostgreSQL, hence the cast.
async fn sum<E: EntityTrait, C: ColumnTrait>(db: &impl ConnectionTrait, column: C) -> Result<u64> {
    let total = Expr::col(column.as_column_ref()).sum().cast_as("BIGINT");
    let total: Option<Option<i64>> = E::find().select_only().column_as(total, "total").into_tuple().one(db).await?;
    Ok(unsigned(total.flatten().unwrap_or(0)))
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
