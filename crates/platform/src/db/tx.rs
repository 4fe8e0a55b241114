//! What a slice's functions take to read and write inside the transaction of a verb.
//!
//! A statement costs a way to the database and back, which takes longer than what most statements do there. So a slice that
//! needs no answer hands its writes over with [`Tx::insert_later`] and [`Tx::update_later`]; they go to the database together,
//! on one way, when the verb commits. Nobody notices: before a statement that names a table with writes still to come, and
//! before every other write, they go first.

use async_trait::async_trait;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityName, EntityTrait, ExecResult, QueryResult,
    QueryTrait, Statement, UpdateMany,
    sea_query::{
        Alias, CommonTableExpression, Expr, InsertStatement, Query, UnionType, UpdateStatement, WithClause, WithQuery,
    },
};

use super::group::Turn;
use crate::error::{Error, Result};

/// The transaction of a verb.
pub struct Tx {
    on: On,
    later: Mutex<Vec<Later>>,
}

enum On {
    /// A transaction of its own.
    Own(DatabaseTransaction),
    /// A turn in the shared one. It is taken out while a task of its own works with it.
    Turn(tokio::sync::Mutex<Option<Turn>>),
}

/// A write that is still to go to the database.
struct Later {
    table: &'static str,
    what: What,
}

enum What {
    Insert(InsertStatement),
    /// An update that must find exactly one row, and what it means if it does not.
    Update(UpdateStatement, Otherwise),
}

/// What it means that an update has not found its row.
type Otherwise = Box<dyn FnOnce() -> Error + Send>;

/// Why writes that were handed over could not be made.
enum Refusal {
    Database(DbErr),
    Changed(Error),
}

impl Tx {
    pub(super) fn own(transaction: DatabaseTransaction) -> Self {
        Self { on: On::Own(transaction), later: Mutex::default() }
    }

    pub(super) fn turn(turn: Turn) -> Self {
        Self { on: On::Turn(tokio::sync::Mutex::new(Some(turn))), later: Mutex::default() }
    }

    /// Inserts rows, at the latest when the verb commits. Use it where a refusal by the database would be a fault of ours.
    pub fn insert_later<E: EntityName>(&self, into: E, insert: impl QueryTrait<QueryStatement = InsertStatement>) {
        self.later.lock().push(Later { table: into.table_name(), what: What::Insert(insert.into_query()) });
    }

    /// Changes exactly one row, at the latest when the verb commits. If there is no such row by then, `otherwise` says what that
    /// means, and the verb fails with it.
    pub fn update_later<E: EntityTrait>(
        &self,
        update: UpdateMany<E>,
        otherwise: impl FnOnce() -> Error + Send + 'static,
    ) {
        let what = What::Update(update.into_query(), Box::new(otherwise));
        self.later.lock().push(Later { table: E::default().table_name(), what });
    }

    /// Makes everything that was written durable.
    pub(super) async fn commit(self) -> Result<()> {
        self.settle().await.map_err(|refusal| match refusal {
            Refusal::Database(error) => Error::from(error),
            Refusal::Changed(error) => error,
        })?;
        match self.on {
            On::Own(transaction) => Ok(transaction.commit().await?),
            On::Turn(turn) => turn.into_inner().ok_or_else(lost)?.commit().await,
        }
    }

    /// Sends what was handed over to the database.
    async fn settle(&self) -> Result<(), Refusal> {
        let later = std::mem::take(&mut *self.later.lock());
        if later.is_empty() {
            return Ok(());
        }
        match &self.on {
            On::Own(transaction) => in_statements_of_one(transaction, later).await,
            On::Turn(turn) => {
                let (statements, checks) = one_after_the_other(later);
                let rows = in_turn(turn, statements, |turn, all| Box::pin(turn.batch(all))).await;
                check(&rows.map_err(Refusal::Database)?, checks)
            }
        }
    }

    /// Settles if the statement could see the difference. What writes is never moved before what was handed over earlier.
    async fn settle_for(&self, statement: &Statement) -> Result<(), DbErr> {
        let seen = |later: &Later| !reads(statement) || statement.sql.contains(later.table);
        if self.later.lock().iter().any(seen) { self.settle().await.map_err(DbErr::from) } else { Ok(()) }
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        match &self.on {
            On::Own(transaction) => transaction.get_database_backend(),
            On::Turn(_) => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.settle_for(&statement).await?;
        match &self.on {
            On::Own(transaction) => transaction.execute_raw(statement).await,
            On::Turn(turn) => in_turn(turn, statement, |turn, one| Box::pin(turn.execute(one))).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.execute_raw(Statement::from_string(self.get_database_backend(), sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.settle_for(&statement).await?;
        match &self.on {
            On::Own(transaction) => transaction.query_one_raw(statement).await,
            On::Turn(turn) if reads(&statement) => match turn.lock().await.as_ref() {
                Some(turn) => turn.shared()?.query_one_raw(statement).await,
                None => Err(lost()),
            },
            On::Turn(_) => Ok(self.query_all_raw(statement).await?.into_iter().next()),
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.settle_for(&statement).await?;
        match &self.on {
            On::Own(transaction) => transaction.query_all_raw(statement).await,
            On::Turn(turn) if reads(&statement) => match turn.lock().await.as_ref() {
                Some(turn) => turn.shared()?.query_all_raw(statement).await,
                None => Err(lost()),
            },
            On::Turn(turn) => in_turn(turn, statement, |turn, one| Box::pin(turn.query(one))).await,
        }
    }
}

/// Does something with the turn in a task of its own, so that it comes to its end even if the caller goes away meanwhile; the
/// turn then ends badly, and what it wrote is undone.
async fn in_turn<R: Send + 'static>(
    turn: &tokio::sync::Mutex<Option<Turn>>,
    statement: Statement,
    work: for<'t> fn(&'t mut Turn, Statement) -> BoxFuture<'t, Result<R, DbErr>>,
) -> Result<R, DbErr> {
    let mut place = turn.lock().await;
    let mut turn = place.take().ok_or_else(lost)?;
    let worked = tokio::spawn(async move {
        let result = work(&mut turn, statement).await;
        (turn, result)
    });
    let (turn, result) = worked.await.map_err(|error| DbErr::Custom(error.to_string()))?;
    *place = Some(turn);
    result
}

/// SQLite takes several statements at once. After an update that must find its row it is asked how many rows were changed.
fn one_after_the_other(later: Vec<Later>) -> (Statement, Vec<Otherwise>) {
    let (mut sql, mut values, mut checks) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |statement: Statement| {
        sql.push(statement.sql);
        values.extend(statement.values.into_iter().flatten());
    };
    for Later { what, .. } in later {
        match what {
            What::Insert(insert) => add(DbBackend::Sqlite.build(&insert)),
            What::Update(update, otherwise) => {
                add(DbBackend::Sqlite.build(&update));
                add(Statement::from_string(DbBackend::Sqlite, "SELECT changes()"));
                checks.push(otherwise);
            }
        }
    }
    (Statement::from_sql_and_values(DbBackend::Sqlite, sql.join("; "), values), checks)
}

/// PostgreSQL takes one prepared statement at a time, but its common table expressions may write. They all see the database
/// as it was before, so no table is written twice in one.
async fn in_statements_of_one(transaction: &DatabaseTransaction, later: Vec<Later>) -> Result<(), Refusal> {
    let mut rest = later;
    while !rest.is_empty() {
        let written_before =
            |(place, later): (usize, &Later)| rest.iter().take(place).any(|earlier| earlier.table == later.table);
        let once = rest.iter().enumerate().position(written_before).unwrap_or(rest.len());
        let next = rest.split_off(once);
        let (statement, checks) = all_in_one(std::mem::replace(&mut rest, next));
        let rows = transaction.query_all(&statement).await.map_err(Refusal::Database)?;
        check(&rows, checks)?;
    }
    Ok(())
}

fn all_in_one(later: Vec<Later>) -> (WithQuery, Vec<Otherwise>) {
    let (mut all, mut checks, mut counts) = (WithClause::new(), Vec::new(), Vec::new());
    for (number, Later { what, .. }) in later.into_iter().enumerate() {
        let name = Alias::new(format!("w{number}"));
        let mut part = CommonTableExpression::new();
        part.table_name(name.clone());
        match what {
            What::Insert(insert) => part.query(insert),
            What::Update(mut update, otherwise) => {
                update.returning(Query::returning().expr(Expr::cust("1")));
                checks.push(otherwise);
                counts.push(Query::select().expr(Expr::cust("count(*)")).from(name).to_owned());
                part.query(update)
            }
        };
        all.cte(part);
    }
    // One row for each count, in their order; without any, one row that nobody reads.
    let mut counts = counts.into_iter();
    let mut last = counts.next().unwrap_or_else(|| Query::select().expr(Expr::cust("1::bigint")).to_owned());
    for count in counts {
        last.union(UnionType::All, count);
    }
    (all.query(last), checks)
}

/// Whether every update has found its row.
fn check(rows: &[QueryResult], checks: Vec<Otherwise>) -> Result<(), Refusal> {
    for (position, otherwise) in checks.into_iter().enumerate() {
        let changed = rows.get(position).map(|row| row.try_get_by_index::<i64>(0)).transpose();
        if changed.map_err(Refusal::Database)? != Some(1) {
            return Err(Refusal::Changed(otherwise()));
        }
    }
    Ok(())
}

/// Whether a statement changes nothing. A doubt counts as a change.
fn reads(statement: &Statement) -> bool {
    statement.sql.starts_with("SELECT ")
}

impl From<Refusal> for DbErr {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Database(error) => error,
            // The one error of the database that means the same: `Error` makes a conflict of it.
            Refusal::Changed(_) => Self::RecordNotUpdated,
        }
    }
}

fn lost() -> DbErr {
    DbErr::Custom("the turn to write was lost".to_owned())
}
