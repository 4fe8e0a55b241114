//! Counting the terms of cases under way by an amended law. Cases are taken in the order of their ids, a batch to a
//! transaction: the case, its clocks, what moved and who is told are written together. Counting a case twice changes nothing
//! the second time, so that a crash in between only means that it is done again.

use jiff::civil::Date;
use law::Book;
use sea_orm::IntoActiveModel;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict, Query},
};
use uuid::Uuid;

use super::{MOST_SHOWN, Moved, store};
use crate::{
    Platform,
    ctx::Ctx,
    db::{from_json, micros, to_json},
    docket::{self, store as cases},
    error::{Code, Error, Result},
    ids::CaseId,
};

/// How many cases are counted in one transaction.
const BATCH: u64 = 2_000;

/// A case by both laws.
struct Counted {
    row: cases::case::Model,
    before: law::Case,
    after: law::Case,
    moves: Vec<Moved>,
}

/// Counts all cases under way by `amended` without writing anything; returns how many terms would move and shows the first.
pub(super) async fn preview(platform: &Platform, amended: &Book, first: Date, shown: &mut Vec<Moved>) -> Result<u64> {
    let mut moved = 0;
    let mut after = Uuid::nil();
    loop {
        let rows = touched(first, after).all(platform.db().read()).await?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(moved) };
        for counted in count(amended, rows)? {
            moved += counted.moves.len() as u64;
            let room = MOST_SHOWN.saturating_sub(shown.len());
            shown.extend(counted.moves.into_iter().take(room));
        }
        after = last;
    }
}

/// Counts all cases under way by the law in force, writes what moves, and tells everyone concerned.
pub(super) async fn carry_out(platform: &Platform, ctx: &Ctx, amendment: Uuid) -> Result<()> {
    use store::amendment::{Column, Entity};
    let row = Entity::find().filter(Column::Id.eq(amendment)).one(platform.db().read()).await?;
    let row = row.ok_or_else(|| Error::not_found("amendment", amendment))?;
    let first: Option<Date> = row
        .first_day
        .map(|day| day.parse())
        .transpose()
        .map_err(|error| Error::new(Code::Internal, "the amendment's first day cannot be read").because(error))?;
    let mut after = Uuid::nil();
    while let Some(last) = match first {
        Some(first) => batch(platform, ctx, amendment, first, after).await?,
        None => None,
    } {
        after = last;
    }
    let tx = platform.db().write().await?;
    Entity::update_many()
        .col_expr(Column::Finished, Expr::value(true))
        .filter(Column::Id.eq(amendment))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    platform.books().counted();
    Ok(())
}

/// One batch; the id of its last case, or `None` when there was none left.
async fn batch(platform: &Platform, ctx: &Ctx, amendment: Uuid, first: Date, after: Uuid) -> Result<Option<Uuid>> {
    let tx = platform.db().write().await?;
    let mut query = touched(first, after);
    if platform.db().is_postgres() {
        query = query.lock(LockType::Update);
    }
    let rows = query.all(&*tx).await?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    let counted = count(platform.book(), rows)?;
    let moved = counted.iter().map(|counted| counted.moves.len()).sum::<usize>();
    for some in counted.chunks(500) {
        write_cases(&tx, ctx, platform.book(), some).await?;
        write_clocks(&tx, some).await?;
        write_moves(&tx, amendment, some).await?;
        docket::notices::tell_of_moves(
            &tx,
            ctx,
            amendment,
            some.iter().map(|counted| (&counted.row, counted.moves.as_slice())),
        )
        .await?;
    }
    if moved > 0 {
        use store::amendment::{Column, Entity};
        let moved = i64::try_from(moved).unwrap_or(i64::MAX);
        Entity::update_many()
            .col_expr(Column::Moved, Expr::col(Column::Moved).add(moved))
            .filter(Column::Id.eq(amendment))
            .exec(&*tx)
            .await?;
    }
    tx.commit().await?;
    Ok(Some(last))
}

/// The next cases, by id, with a running term whose last day is `first` or later.
fn touched(first: Date, after: Uuid) -> sea_orm::Select<cases::case::Entity> {
    use cases::{case, clock};
    let running = Query::select()
        .column(clock::Column::CaseId)
        .from(clock::Entity)
        .and_where(clock::Column::Status.eq("running"))
        .and_where(clock::Column::DueAt.gt(micros(law::calendar::start_of(first))))
        .to_owned();
    cases::case::Entity::find()
        .filter(case::Column::Id.gt(after))
        .filter(case::Column::Ended.eq(false))
        .filter(case::Column::Id.in_subquery(running))
        .order_by_asc(case::Column::Id)
        .limit(BATCH)
}

/// The cases of which a term moves.
fn count(book: &Book, rows: Vec<cases::case::Model>) -> Result<Vec<Counted>> {
    let mut counted = Vec::new();
    for row in rows {
        let before: law::Case = from_json(&row.data)?;
        let (after, changes) = law::recompute(book, &before);
        if changes.is_empty() {
            continue;
        }
        let pairs = before.clocks.iter().zip(&after.clocks).filter(|(old, new)| old.due != new.due);
        let moves = pairs
            .filter_map(|(old, new)| {
                let article =
                    changes.iter().find(|change| change.clock == new.clock).map(|change| change.article.to_string());
                Some(Moved {
                    case: CaseId(row.id),
                    clock: new.clock.to_string(),
                    article: article.unwrap_or_default(),
                    before: old.due?,
                    after: new.due?,
                })
            })
            .collect();
        counted.push(Counted { row, before, after, moves });
    }
    Ok(counted)
}

/// Writes cases as they are now, many by one statement. Their rows are there and locked, so that every one of them conflicts.
async fn write_cases(tx: &crate::db::Tx, ctx: &Ctx, book: &Book, counted: &[Counted]) -> Result<()> {
    use cases::case::{Column, Entity, Model};
    let rows: Vec<_> = counted
        .iter()
        .map(|counted| {
            Ok(Model {
                data: to_json(&counted.after)?,
                next_due_at: law::next_due(&counted.after).map(|(_, due)| micros(due)),
                due_at: crate::docket::due_at(book, &counted.after),
                changed_at: micros(ctx.now),
                version: counted.row.version.saturating_add(1),
                ..counted.row.clone()
            }
            .into_active_model())
        })
        .collect::<Result<_>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    let replace = OnConflict::column(Column::Id)
        .update_columns([Column::Data, Column::NextDueAt, Column::DueAt, Column::ChangedAt, Column::Version])
        .to_owned();
    Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}

async fn write_clocks(tx: &crate::db::Tx, counted: &[Counted]) -> Result<()> {
    use cases::clock::{ActiveModel, Column, Entity};
    let rows: Vec<ActiveModel> = counted
        .iter()
        .flat_map(|counted| {
            let runs = (0i32..).zip(counted.before.clocks.iter().zip(&counted.after.clocks));
            runs.filter(|(_, (old, new))| old != new).map(|(number, (_, new))| ActiveModel {
                case_id: Set(counted.row.id),
                run: Set(number),
                clock: Set(new.clock.to_string()),
                article: Set(String::new()),
                started_at: Set(micros(new.started_at)),
                due_at: Set(new.due.map(micros)),
                status: Set("running".to_owned()),
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    // The row is there already; only its instant moves.
    let replace = OnConflict::columns([Column::CaseId, Column::Run]).update_column(Column::DueAt).to_owned();
    Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}

async fn write_moves(tx: &crate::db::Tx, amendment: Uuid, counted: &[Counted]) -> Result<()> {
    use store::moved::{ActiveModel, Column, Entity};
    let rows: Vec<ActiveModel> = counted
        .iter()
        .flat_map(|counted| &counted.moves)
        .map(|moved| ActiveModel {
            amendment_id: Set(amendment),
            case_id: Set(moved.case.0),
            clock: Set(moved.clock.clone()),
            article: Set(moved.article.clone()),
            before: Set(micros(moved.before)),
            after: Set(micros(moved.after)),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    // Two runs of one clock cannot run at once; a second count after a crash finds the line there.
    let keep = OnConflict::columns([Column::AmendmentId, Column::CaseId, Column::Clock])
        .update_column(Column::After)
        .to_owned();
    Entity::insert_many(rows).on_conflict(keep).exec_without_returning(tx).await?;
    Ok(())
}
