//! Group commit on SQLite's single writer.
//!
//! Writers queue on one fair lock. The first to get it opens the shared transaction; each does its work under a savepoint
//! and passes the turn on, then waits. A committer task queues on the same lock behind those who were already waiting, so
//! by the time it is served all of them have finished: it commits once and answers all. No tuning, no timer: the more
//! writers wait during one `fsync`, the more share the next.
//!
//! Every statement costs two changes of thread, so the savepoint costs none of its own where that can be avoided: it is
//! opened with a turn's first writing statement, and it is left open when the turn ends well, for the next turn's first
//! statement, or the commit, to release. A turn that ends badly leaves it *dirty*; whoever is served next undoes it first.
//! That is also how a caller that goes away in the middle is undone, so nothing depends on a destructor that could wait.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, ExecResult, QueryResult, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

use crate::error::{Code, Error, Result};

pub(super) struct Group {
    connection: DatabaseConnection,
    open: Arc<Mutex<Open>>,
    wake: mpsc::Sender<()>,
}

/// The shared transaction, if one is open, and who waits for its commit.
#[derive(Default)]
struct Open {
    shared: Option<DatabaseTransaction>,
    savepoint: Savepoint,
    waiting: Vec<oneshot::Sender<Result<(), Arc<DbErr>>>>,
}

/// How the savepoint of the shared transaction stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Savepoint {
    /// There is none.
    #[default]
    None,
    /// It is open, and what was written under it is to be kept.
    Kept,
    /// It is open, and what was written under it is not to be kept unless the turn ends well.
    Dirty,
}

/// One writer's turn.
pub(super) struct Turn {
    open: OwnedMutexGuard<Open>,
}

impl Group {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        let open = Arc::new(Mutex::new(Open::default()));
        let (wake, woken) = mpsc::channel(1);
        tokio::spawn(commit_when_woken(Arc::clone(&open), woken));
        Self { connection, open, wake }
    }

    pub(super) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    pub(super) async fn begin(&self) -> Result<Turn> {
        let mut open = Arc::clone(&self.open).lock_owned().await;
        // Whoever holds the lock has woken the committer first, so nothing is ever left open without one. A full channel
        // means that a wake-up is pending already.
        let _ = self.wake.try_send(());
        if open.shared.is_some() && open.savepoint != Savepoint::Dirty {
            return Ok(Turn { open });
        }
        let connection = self.connection.clone();
        // In a task of its own, because a beginning that is abandoned half-way would leave it unknown what is open.
        let begun = tokio::spawn(async move {
            open.clean().await;
            if open.shared.is_none() {
                let immediate = TransactionOptions {
                    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                    ..Default::default()
                };
                open.shared = Some(connection.begin_with_options(immediate).await?);
            }
            Ok(Turn { open })
        });
        begun.await.map_err(broken_off)?
    }

    pub(super) async fn close(&self) -> Result<()> {
        self.open.lock().await.commit().await;
        Ok(self.connection.close_by_ref().await?)
    }
}

impl Turn {
    /// The shared transaction, for reading.
    pub(super) fn shared(&self) -> Result<&DatabaseTransaction, DbErr> {
        self.open.shared.as_ref().ok_or_else(gone)
    }

    /// Executes one writing statement. The caller must not abandon it half-way.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.mark().await?;
        self.shared()?.execute_raw(statement).await
    }

    /// As [`Turn::execute`], for a statement that also answers rows.
    pub(super) async fn query(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.mark().await?;
        self.shared()?.query_all_raw(statement).await
    }

    /// Executes several statements at once and gives the rows that they answer. The caller must not abandon it half-way.
    pub(super) async fn batch(&mut self, mut statements: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mark = self.open.savepoint.mark();
        statements.sql = format!("{mark}{}", statements.sql);
        self.open.savepoint = Savepoint::Dirty;
        self.shared()?.query_all_raw(statements).await
    }

    /// Keeps what was written, passes the turn on and waits until the shared transaction is durable. A turn that has only
    /// read waits, too: what it saw may not be durable yet.
    pub(super) async fn commit(mut self) -> Result<()> {
        let (done, answer) = oneshot::channel();
        if self.open.savepoint == Savepoint::Dirty {
            self.open.savepoint = Savepoint::Kept;
        }
        self.open.waiting.push(done);
        drop(self);
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Error::new(Code::Internal, "the database could not commit").because(error)),
            Err(_) => Err(Error::new(Code::Internal, "the database was closed before it committed")),
        }
    }

    async fn mark(&mut self) -> Result<(), DbErr> {
        let mark = self.open.savepoint.mark();
        self.open.savepoint = Savepoint::Dirty;
        if !mark.is_empty() {
            self.shared()?.execute_unprepared(mark).await?;
        }
        Ok(())
    }
}

impl Savepoint {
    /// What makes the savepoint this turn's own.
    const fn mark(self) -> &'static str {
        match self {
            Self::None => "SAVEPOINT turn; ",
            Self::Kept => "RELEASE turn; SAVEPOINT turn; ",
            Self::Dirty => "",
        }
    }
}

impl Open {
    /// Undoes a turn that did not end well.
    async fn clean(&mut self) {
        if self.savepoint != Savepoint::Dirty {
            return;
        }
        self.savepoint = Savepoint::None;
        let Some(shared) = &self.shared else { return };
        let undone = shared.execute_unprepared("ROLLBACK TO turn; RELEASE turn").await;
        if let Err(error) = undone {
            // The database has given the whole transaction up, with all the turns in it.
            self.shared = None;
            self.answer(&Err(Arc::new(error)));
        }
    }

    async fn commit(&mut self) {
        self.clean().await;
        self.savepoint = Savepoint::None;
        let Some(shared) = self.shared.take() else { return };
        let result = shared.commit().await.map_err(Arc::new);
        self.answer(&result);
    }

    fn answer(&mut self, result: &Result<(), Arc<DbErr>>) {
        for waiting in self.waiting.drain(..) {
            // Whoever no longer waits has given up its request; the act stands all the same.
            let _ = waiting.send(result.clone());
        }
    }
}

async fn commit_when_woken(open: Arc<Mutex<Open>>, mut woken: mpsc::Receiver<()>) {
    while woken.recv().await.is_some() {
        open.lock().await.commit().await;
    }
}

pub(super) fn broken_off(error: tokio::task::JoinError) -> Error {
    Error::new(Code::Internal, "a write was broken off").because(error)
}

fn gone() -> DbErr {
    DbErr::Custom("the shared transaction is gone".to_owned())
}
