//! The pump: outbox → shard → index. One round at a time; woken after every commit, and never needed for durability.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Weak,
    time::Duration,
};

use parking_lot::Mutex;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use tlog::retention::ShardName;
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

use crate::{
    Inner, Platform,
    error::{Code, Error, Result},
};

use super::{blocking, failed, store::outbox};

/// Most leaves appended by one sync.
const BATCH: u64 = 1024;
/// How long the pump gathers leaves after it was woken.
const GATHER: Duration = Duration::from_millis(20);

#[derive(Default)]
pub(super) struct Pump {
    /// Only one round at a time; the flag says whether the shards may be ahead of the outbox.
    round: tokio::sync::Mutex<Round>,
    running: Mutex<Option<Running>>,
}

#[derive(Default)]
struct Round {
    healed: bool,
}

struct Running {
    wake: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

/// Leaves of one shard, in order: (number, leaf, queued at).
type Batches = BTreeMap<(String, String), Vec<(i64, String, i64)>>;

impl Platform {
    pub(crate) async fn start_pump(&self) -> Result<()> {
        // What a crash left behind is healed before anything new happens, and a log that cannot be written is noticed now.
        self.pump_round().await?;
        let (wake, woken) = mpsc::channel(1);
        let task = tokio::spawn(pump_when_woken(std::sync::Arc::downgrade(&self.0), woken));
        *self.ledger().pump.running.lock() = Some(Running { wake, task });
        Ok(())
    }

    pub(crate) async fn stop_pump(&self) -> Result<()> {
        self.ledger().witnessing.stop();
        let running = self.ledger().pump.running.lock().take();
        if let Some(Running { wake, task }) = running {
            drop(wake);
            // The task ends by itself once nobody can wake it; if it had failed, the round below says so.
            let _ = task.await;
        }
        let drained = self.pump_round().await;
        self.publish_uses().await?;
        self.ledger().shards.close();
        drained
    }

    /// Stops as a crash would, for tests: nothing is drained, and what is queued stays queued.
    #[cfg(any(test, feature = "testkit"))]
    pub async fn abandon(self) {
        self.ledger().witnessing.stop();
        let running = self.ledger().pump.running.lock().take();
        if let Some(Running { wake, task }) = running {
            task.abort();
            drop(wake);
            let _ = task.await;
        }
        // A round that is under way holds files open; it ends before the lock is had.
        let _round = self.ledger().pump.round.lock().await;
        self.ledger().shards.close();
        let _ = self.db().close().await;
    }

    /// Ends the pump's own task, for tests that decide themselves when a round happens ([`flush_log`](Self::flush_log)): a
    /// round that happened to run in between would take the very leaves that the test means to find queued.
    #[cfg(any(test, feature = "testkit"))]
    pub async fn still_pump(&self) {
        let running = self.ledger().pump.running.lock().take();
        if let Some(Running { wake, task }) = running {
            drop(wake);
            let _ = task.await;
        }
    }

    /// Tells the pump that a commit has queued leaves. Verbs of the docket do it themselves; a slice that calls
    /// [`crate::docket::act`] or [`super::enqueue`] in its own transaction does it after its commit.
    pub fn wake_pump(&self) {
        if let Some(running) = self.ledger().pump.running.lock().as_ref() {
            // A full channel means that it is about to look anyway.
            let _ = running.wake.try_send(());
        }
    }

    /// Waits until everything that was committed before is in the log and published.
    ///
    /// # Errors
    /// [`Code::Internal`] when the log cannot be written.
    pub async fn flush_log(&self) -> Result<()> {
        self.pump_round().await
    }

    /// Where something stands in the log, after it has been published.
    pub(super) async fn published(&self, key: Uuid) -> Result<(ShardName, u64)> {
        let find = || outbox::Entity::find().filter(outbox::Column::Key.eq(key)).one(self.db().read());
        let row = find().await?.ok_or_else(|| Error::not_found("log entry", key))?;
        // A round publishes before it ends, so after one the leaf is published, whoever appended it.
        self.pump_round().await?;
        let index = match row.log_index {
            Some(index) => Some(index),
            None => find().await?.and_then(|row| row.log_index),
        };
        let index = index.and_then(|index| u64::try_from(index).ok());
        let index = index.ok_or_else(|| Error::new(Code::Internal, format!("the log has not taken entry `{key}`")))?;
        Ok((ShardName::new(&row.class, &row.period).map_err(failed("name"))?, index))
    }

    /// One round: everything that is queued goes into its shard, indices are noted, shards are published.
    pub(super) async fn pump_round(&self) -> Result<()> {
        let pump = &self.ledger().pump;
        let mut round = pump.round.lock().await;
        let outcome = self.pump_until_empty(&mut round).await;
        if outcome.is_err() {
            // The shard may now hold leaves of which the outbox does not know.
            round.healed = false;
            self.ledger().shards.forget();
        }
        outcome
    }

    async fn pump_until_empty(&self, round: &mut Round) -> Result<()> {
        if !round.healed {
            self.heal().await?;
            round.healed = true;
        }
        let mut touched: BTreeMap<(String, String), i64> = BTreeMap::new();
        loop {
            let batches = self.queued().await?;
            // With room left, everything that was committed before this round is in it; what comes now wakes the next.
            let last = batches.values().map(|leaves| leaves.len() as u64).sum::<u64>() < BATCH;
            for (shard, leaves) in batches {
                let latest = leaves.iter().map(|(_, _, at)| *at).max().unwrap_or_default();
                let numbers: Vec<i64> = leaves.iter().map(|(number, _, _)| *number).collect();
                let first = self.append(&shard, leaves.into_iter().map(|(_, leaf, _)| leaf).collect()).await?;
                fail_at!(self, LeafAppended);
                self.note_indices(&numbers, first).await?;
                touched.entry(shard).and_modify(|at| *at = Ord::max(latest, *at)).or_insert(latest);
            }
            if last {
                break;
            }
        }
        for (shard, latest) in touched {
            self.publish(&shard, latest).await?;
        }
        Ok(())
    }

    async fn queued(&self) -> Result<Batches> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::LogIndex.is_null())
            .order_by_asc(outbox::Column::Seq)
            .limit(BATCH)
            .all(self.db().read())
            .await?;
        let mut batches = Batches::new();
        for row in rows {
            batches.entry((row.class, row.period)).or_default().push((row.seq, row.leaf, row.at));
        }
        Ok(batches)
    }

    /// Appends leaves and returns the index of the first.
    async fn append(&self, shard: &(String, String), leaves: Vec<String>) -> Result<u64> {
        let name = name(shard)?;
        let inner = std::sync::Arc::clone(&self.0);
        blocking(move || {
            let shard = inner.ledger.shards.outbox(&name)?;
            let range = shard.lock().append(&leaves).map_err(failed("write"))?;
            Ok(range.start)
        })
        .await
    }

    async fn publish(&self, shard: &(String, String), at: i64) -> Result<()> {
        let name = name(shard)?;
        let inner = std::sync::Arc::clone(&self.0);
        blocking(move || {
            let shard = inner.ledger.shards.outbox(&name)?;
            let pair = shard.lock().publish(millis(at)).map_err(failed("publish"))?;
            inner.ledger.witnessing.published(name, pair.size());
            Ok(())
        })
        .await
    }

    /// Notes the indices of leaves with these numbers: `first`, `first` + 1, … Numbers usually follow on each other, so one
    /// statement serves a whole run of them.
    async fn note_indices(&self, numbers: &[i64], first: u64) -> Result<()> {
        let tx = self.db().write().await?;
        let mut index =
            i64::try_from(first).map_err(|error| Error::new(Code::Internal, "the log is too long").because(error))?;
        for run in numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
            let (Some(from), Some(to)) = (run.first(), run.last()) else { continue };
            let shift = index.saturating_sub(*from);
            outbox::Entity::update_many()
                .col_expr(outbox::Column::LogIndex, Expr::col(outbox::Column::Seq).add(shift))
                .filter(outbox::Column::Seq.between(*from, *to))
                .exec(&*tx)
                .await?;
            index = index.saturating_add(i64::try_from(run.len()).unwrap_or(i64::MAX));
        }
        tx.commit().await
    }

    /// Notes the indices of leaves that a shard has and the outbox does not know of: the process died, or the database
    /// failed, between append and note.
    async fn heal(&self) -> Result<()> {
        let waiting: Vec<(String, String)> = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::Class)
            .column(outbox::Column::Period)
            .filter(outbox::Column::LogIndex.is_null())
            .distinct()
            .into_tuple()
            .all(self.db().read())
            .await?;
        let shards: HashSet<(String, String)> = waiting.into_iter().collect();
        for shard in shards {
            let known: Option<Option<i64>> = outbox::Entity::find()
                .select_only()
                .column_as(outbox::Column::LogIndex.max(), "known")
                .filter(outbox::Column::Class.eq(shard.0.as_str()))
                .filter(outbox::Column::Period.eq(shard.1.as_str()))
                .into_tuple()
                .one(self.db().read())
                .await?;
            let known =
                known.flatten().and_then(|index| u64::try_from(index).ok()).map_or(0, |index| index.saturating_add(1));
            let ahead = self.leaves_from(&shard, known).await?;
            if !ahead.is_empty() {
                tracing::warn!(
                    log.class = shard.0,
                    log.period = shard.1,
                    leaves = ahead.len(),
                    "the log was ahead of the database; healed"
                );
                self.note_by_id(&ahead).await?;
            }
        }
        Ok(())
    }

    /// The ids of a shard's leaves from an index on.
    async fn leaves_from(&self, shard: &(String, String), from: u64) -> Result<Vec<(u64, Uuid)>> {
        let name = name(shard)?;
        let inner = std::sync::Arc::clone(&self.0);
        let last: Option<i64> = outbox::Entity::find()
            .select_only()
            .column_as(outbox::Column::At.max(), "last")
            .filter(outbox::Column::Class.eq(name.class()))
            .filter(outbox::Column::Period.eq(name.period()))
            .into_tuple::<Option<i64>>()
            .one(self.db().read())
            .await?
            .flatten();
        blocking(move || {
            let shard = inner.ledger.shards.outbox(&name)?;
            let mut shard = shard.lock();
            if shard.len() <= from {
                return Ok(Vec::new());
            }
            // Only published leaves can be read.
            shard.publish(millis(last.unwrap_or_default())).map_err(failed("publish"))?;
            (from..shard.len())
                .map(|index| {
                    let leaf = shard.leaf(index).map_err(failed("read"))?;
                    Ok((index, id_in(&leaf)?))
                })
                .collect()
        })
        .await
    }

    async fn note_by_id(&self, leaves: &[(u64, Uuid)]) -> Result<()> {
        let tx = self.db().write().await?;
        for (index, id) in leaves {
            let index = i64::try_from(*index)
                .map_err(|error| Error::new(Code::Internal, "the log is too long").because(error))?;
            let noted = outbox::Entity::update_many()
                .col_expr(outbox::Column::LogIndex, Expr::value(index))
                .filter(outbox::Column::Key.eq(*id))
                .exec(&*tx)
                .await?;
            if noted.rows_affected != 1 {
                let message = format!("the log has entry {index} (`{id}`), of which the database knows nothing");
                return Err(Error::new(Code::Internal, message)
                    .hint("the database is older than the log; restore the newer copy"));
            }
        }
        tx.commit().await
    }
}

async fn pump_when_woken(platform: Weak<Inner>, mut woken: mpsc::Receiver<()>) {
    while woken.recv().await.is_some() {
        // Under load the leaves of many commits then share one round: one sync, one note, one publication.
        tokio::time::sleep(GATHER).await;
        let Some(inner) = platform.upgrade() else { return };
        if let Err(error) = Platform(inner).pump_round().await {
            tracing::error!(error = %error, cause = ?error.source, "the log could not be written; the entries stay queued");
        }
    }
}

fn name((class, period): &(String, String)) -> Result<ShardName> {
    ShardName::new(class, period).map_err(failed("name"))
}

/// The id inside a leaf.
pub(crate) fn id_in(leaf: &[u8]) -> Result<Uuid> {
    #[derive(serde::Deserialize)]
    struct Id {
        id: Uuid,
    }
    let leaf: Id = serde_json::from_slice(leaf)
        .map_err(|error| Error::new(Code::Internal, "an entry of the log has no id").because(error))?;
    Ok(leaf.id)
}

fn millis(micros: i64) -> u64 {
    u64::try_from(micros.div_euclid(1000)).unwrap_or(0)
}
