//! The list of entries. A row is long, because it carries its elements twice; so what is filtered, counted and skipped is read
//! from indexes that hold all it takes ([`super::Lists`]), and only the rows of the page are read themselves.

use std::collections::HashMap;

use sea_orm::{
    ConnectionTrait, DbBackend, IdenStatic, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    store::entry::{Column, Entity, Model},
    *,
};

/// A page of entries.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &EntryFilter,
    visible: Condition,
    page: Page,
) -> Result<Listing<EntryLine>> {
    let backend = db.get_database_backend();
    let query = wanted(filter, visible, backend);
    let ids = in_order(query.clone(), filter, backend);
    let ids = ids.offset(page.offset).limit(page.limit()).into_tuple::<Uuid>();
    let (total, ids) = futures::try_join!(query.count(db), ids.all(db))?;
    let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let rows: HashMap<Uuid, Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let items = ids.iter().filter_map(|id| rows.get(id)).map(store::line).collect::<Result<_>>()?;
    Ok(Listing { items, total })
}

/// The ids of the entries that the filter wants.
pub(super) fn wanted(filter: &EntryFilter, visible: Condition, backend: DbBackend) -> Select<Entity> {
    let by = |column| column_of(column, filter, backend);
    let collected = |yes| if yes { Column::CollectedAt.is_not_null() } else { Column::CollectedAt.is_null() };
    let mut which = Condition::all()
        .add(visible)
        .add_option(filter.organisation.map(|of| by(Column::OrganisationId).eq(of.0)))
        .add_option(filter.status.map(|status| Column::Status.eq(status.as_word())))
        .add_option(filter.sharing.map(|kind| Column::SharingType.eq(kind.as_word())))
        .add_option(filter.duty.map(|duty| by(Column::DutyId).eq(duty.0)))
        .add_option(filter.system.map(|system| by(Column::SystemId).eq(system.0)))
        .add_option(filter.class.as_deref().map(|class| Column::Class.eq(class)))
        .add_option(filter.grade.map(|grade| Column::Grade.eq(grade.as_str())))
        .add_option(filter.collected.map(collected));
    for word in words(filter) {
        which = which.add(store::contains(Column::Search, word));
    }
    Entity::find().select_only().column(Column::Id).filter(which)
}

/// The orders that indexes have; what is equal is ordered by id.
pub(super) fn in_order(query: Select<Entity>, filter: &EntryFilter, backend: DbBackend) -> Select<Entity> {
    let by = |column| column_of(column, filter, backend);
    let (column, order) = match filter.order {
        EntryOrder::LatestChanged => (Column::ChangedAt.into_expr(), Order::Desc),
        EntryOrder::EarliestChanged => (Column::ChangedAt.into_expr(), Order::Asc),
        EntryOrder::Title => (by(Column::Title), Order::Asc),
        EntryOrder::TitleBackwards => (by(Column::Title), Order::Desc),
        EntryOrder::MostRows => (by(Column::RowCount), Order::Desc),
        EntryOrder::FewestRows => (by(Column::RowCount), Order::Asc),
    };
    // An index is read from either end; so the ids turn round with it.
    let then = match filter.order {
        EntryOrder::EarliestChanged | EntryOrder::TitleBackwards | EntryOrder::FewestRows => Order::Desc,
        EntryOrder::LatestChanged | EntryOrder::Title | EntryOrder::MostRows => Order::Asc,
    };
    query.order_by(column, order).order_by(Column::Id, then)
}

/// A column, so written that a search goes through the one index that has the words. SQLite would rather follow another index into
/// every long row; but it does not see through a sign.
fn column_of(column: Column, filter: &EntryFilter, backend: DbBackend) -> Expr {
    if backend == DbBackend::Sqlite && words(filter).next().is_some() {
        return Expr::cust(format!("+\"{}\"", column.as_str()));
    }
    column.into_expr()
}

fn words(filter: &EntryFilter) -> impl Iterator<Item = &str> {
    filter.text.iter().flat_map(|text| text.split_whitespace())
}
