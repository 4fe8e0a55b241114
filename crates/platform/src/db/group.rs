//! Group commit on SQLite's single writer.
//!
//! Writers queue on one fair lock. The first to get it opens the shared transaction; each does its work under a savepoint
//! and passes the turn on, then waits. A committer task queues on the same lock behind those who were already waiting, so
//! by the time it is served all of them have finished: it commits once and answers all. No tuning, no timer: the more
//! writers wait during one `fsync`, the more share the next.

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
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
    waiting: Vec<oneshot::Sender<Result<(), Arc<sea_orm::DbErr>>>>,
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

    pub(super) async fn begin(&self) -> Result<(DatabaseTransaction, Turn)> {
        let (open, wake, connection) = (Arc::clone(&self.open), self.wake.clone(), self.connection.clone());
        // In a task of its own, because a savepoint abandoned half-way would take the shared transaction with it. When the
        // caller has gone meanwhile, the finished savepoint is dropped like any other.
        let begun = tokio::spawn(async move {
            let mut open = open.lock_owned().await;
            // Whoever holds the lock has woken the committer first, so nothing is ever left open without one. A full channel
            // means that a wake-up is pending already.
            let _ = wake.try_send(());
            let shared = match open.shared.take() {
                Some(shared) => shared,
                None => {
                    let immediate = TransactionOptions {
                        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                        ..Default::default()
                    };
                    connection.begin_with_options(immediate).await?
                }
            };
            let savepoint = shared.begin().await;
            open.shared = Some(shared);
            Ok((savepoint?, Turn { open }))
        });
        begun.await.map_err(|error| Error::new(Code::Internal, "a write was broken off").because(error))?
    }

    pub(super) async fn close(&self) -> Result<()> {
        let mut open = self.open.lock().await;
        commit(&mut open).await;
        Ok(self.connection.close_by_ref().await?)
    }
}

impl Turn {
    /// Releases the savepoint, passes the turn on and waits until the shared transaction is durable.
    pub(super) async fn commit(mut self, savepoint: DatabaseTransaction) -> Result<()> {
        let (done, answer) = oneshot::channel();
        // In a task of its own for the same reason as in `begin`: a release that is abandoned after it has happened would
        // undo the shared transaction.
        let released = tokio::spawn(async move {
            savepoint.commit().await?;
            self.open.waiting.push(done);
            Ok::<_, Error>(())
        });
        released.await.map_err(|error| Error::new(Code::Internal, "a write was broken off").because(error))??;
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Error::new(Code::Internal, "the database could not commit").because(error)),
            Err(_) => Err(Error::new(Code::Internal, "the database was closed before it committed")),
        }
    }
}

async fn commit_when_woken(open: Arc<Mutex<Open>>, mut woken: mpsc::Receiver<()>) {
    while woken.recv().await.is_some() {
        commit(&mut *open.lock().await).await;
    }
}

async fn commit(open: &mut Open) {
    let Some(shared) = open.shared.take() else { return };
    let result = shared.commit().await.map_err(Arc::new);
    for waiting in open.waiting.drain(..) {
        // Whoever no longer waits has given up its request; the act stands all the same.
        let _ = waiting.send(result.clone());
    }
}
