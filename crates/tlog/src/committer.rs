//! Group commit: many callers, one sync.
//!
//! One thread owns the shard. Callers hand it leaves; it takes all that wait, appends them as one batch, and only after
//! the sync tells each caller its index. Under load the batch grows by itself while the disk is busy, so the cost of a
//! sync is shared; alone, a caller waits for one sync and nothing else. While many callers wait at the same time, a moment's
//! patience before each batch makes it larger still, and the syncs fewer.
//!
//! The interface knows no async: [`GroupCommitter::submit_with`] takes a callback, in which a server can complete a
//! one-shot channel of its own.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::journal::MAX_FRAME;
use crate::tile::MAX_ENTRY;
use crate::{CheckpointPair, Error, Result, Shard};

/// How many full batches may wait before callers are held back.
const QUEUED_BATCHES: usize = 16;
/// From how many leaves in the batch before it is worth waiting for more. Fewer callers than these would only wait longer.
const CROWD: usize = 8;

/// What to do once a leaf is durable, or is certain not to be acknowledged. It runs on the committer's thread, so it
/// must be short and must not wait.
type Done = Box<dyn FnOnce(Result<u64>) + Send>;

enum Message {
    Leaf(Vec<u8>, Done),
    Publish(u64, SyncSender<Result<CheckpointPair>>),
    Stop,
}

/// The front door of a shard for many threads.
pub struct GroupCommitter {
    queue: SyncSender<Message>,
    capacity: usize,
    poison: Arc<OnceLock<String>>,
    thread: Option<JoinHandle<Shard>>,
}

/// A leaf on its way to the disk.
#[must_use = "a leaf is durable only once its ticket says so"]
pub struct Ticket {
    done: Receiver<Result<u64>>,
}

impl Ticket {
    /// Waits until the leaf is durable and gives its index.
    ///
    /// # Errors
    /// [`Error::Poisoned`] if it could not be made durable, [`Error::Closed`] if the committer ended before.
    pub fn wait(self) -> Result<u64> {
        self.done.recv().unwrap_or(Err(Error::Closed))
    }
}

impl GroupCommitter {
    /// Starts the thread that owns `shard`. At most `max_batch` leaves share one sync.
    ///
    /// # Errors
    /// [`Error::Io`] if the system gives no thread.
    pub fn new(shard: Shard, max_batch: usize) -> Result<Self> {
        Self::patient(shard, max_batch, Duration::ZERO)
    }

    /// As [`GroupCommitter::new`], but while callers come in crowds, each batch waits for `patience` longer for those that are
    /// still on their way. Give less than a sync takes, or little more.
    ///
    /// # Errors
    /// As [`GroupCommitter::new`].
    pub fn patient(shard: Shard, max_batch: usize, patience: Duration) -> Result<Self> {
        let max_batch = max_batch.max(1);
        let capacity = max_batch.saturating_mul(QUEUED_BATCHES);
        let (queue, messages) = sync_channel(capacity);
        let poison = Arc::new(OnceLock::new());
        let dir = shard.dir().to_owned();
        let worker = Worker { shard, messages, max_batch, patience, last_batch: 0, poison: Arc::clone(&poison) };
        let thread = std::thread::Builder::new().name("tlog-committer".to_owned()).spawn(move || worker.run());
        let thread = thread.map_err(|source| Error::Io { action: "start the writer of", path: dir, source })?;
        Ok(Self { queue, capacity, poison, thread: Some(thread) })
    }

    /// Hands over a leaf; blocks while the queue is full.
    ///
    /// # Errors
    /// [`Error::LeafTooLong`], [`Error::Poisoned`], [`Error::Closed`].
    pub fn submit(&self, leaf: Vec<u8>) -> Result<Ticket> {
        self.admit(&leaf)?;
        let (tell, done) = sync_channel(1);
        // A caller that has given up its ticket does not want to know.
        let callback = Box::new(move |outcome| drop(tell.send(outcome)));
        self.queue.send(Message::Leaf(leaf, callback)).map_err(|_| Error::Closed)?;
        Ok(Ticket { done })
    }

    /// Hands over a leaf and returns at once; `done` is called after the sync that covers the leaf, or with the error
    /// that prevented it. It runs on the committer's thread: complete a channel there, nothing longer.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full, [`Error::LeafTooLong`], [`Error::Poisoned`], [`Error::Closed`]; then the
    /// leaf was not taken and `done` is not called.
    pub fn submit_with(&self, leaf: Vec<u8>, done: impl FnOnce(Result<u64>) + Send + 'static) -> Result<()> {
        self.admit(&leaf)?;
        self.queue.try_send(Message::Leaf(leaf, Box::new(done))).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy { capacity: self.capacity },
            TrySendError::Disconnected(_) => Error::Closed,
        })
    }

    /// Publishes everything submitted before, and waits for it. `now_ms` is milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Shard::publish`], and [`Error::Closed`].
    pub fn publish(&self, now_ms: u64) -> Result<CheckpointPair> {
        let (tell, done) = sync_channel(1);
        self.queue.send(Message::Publish(now_ms, tell)).map_err(|_| Error::Closed)?;
        done.recv().unwrap_or(Err(Error::Closed))
    }

    /// Commits what waits, ends the thread and gives the shard back.
    ///
    /// # Errors
    /// [`Error::Closed`] if the thread died.
    pub fn close(mut self) -> Result<Shard> {
        self.stop().ok_or(Error::Closed)
    }

    fn admit(&self, leaf: &[u8]) -> Result<()> {
        if let Some(why) = self.poison.get() {
            return Err(Error::Poisoned { why: why.clone() });
        }
        // Checked here, so that one caller's leaf cannot spoil the batch of the others.
        if leaf.len() > MAX_ENTRY { Err(Error::LeafTooLong { position: 0, length: leaf.len() }) } else { Ok(()) }
    }

    fn stop(&mut self) -> Option<Shard> {
        let thread = self.thread.take()?;
        // If the thread is gone already there is nothing to stop.
        let _ = self.queue.send(Message::Stop);
        thread.join().ok()
    }
}

impl Drop for GroupCommitter {
    fn drop(&mut self) {
        // Waiting here makes sure that the lock of the shard is free afterwards.
        drop(self.stop());
    }
}

struct Worker {
    shard: Shard,
    messages: Receiver<Message>,
    max_batch: usize,
    patience: Duration,
    last_batch: usize,
    poison: Arc<OnceLock<String>>,
}

impl Worker {
    fn run(mut self) -> Shard {
        while let Ok(message) = self.messages.recv() {
            let mut next = Some(message);
            if let Some(Message::Leaf(leaf, done)) = next {
                next = self.commit(leaf, done);
            }
            match next {
                Some(Message::Publish(now_ms, tell)) => drop(tell.send(self.shard.publish(now_ms))),
                Some(Message::Stop) => break,
                Some(Message::Leaf(..)) | None => {}
            }
        }
        self.shard
    }

    /// Commits one batch that starts with this leaf; gives back the message that ended it, which is never a leaf.
    fn commit(&mut self, leaf: Vec<u8>, done: Done) -> Option<Message> {
        let mut bytes = leaf.len();
        let (mut leaves, mut callbacks, mut ended_by) = (vec![leaf], vec![done], None);
        if self.last_batch >= CROWD && !self.patience.is_zero() {
            // Sleeping, not receiving with a time limit: then nobody has to wake this thread for every leaf.
            std::thread::sleep(self.patience);
        }
        let room = MAX_FRAME.saturating_sub(self.max_batch.saturating_mul(2)).saturating_sub(MAX_ENTRY);
        while leaves.len() < self.max_batch && bytes < room {
            match self.messages.try_recv() {
                Ok(Message::Leaf(leaf, done)) => {
                    bytes = bytes.saturating_add(leaf.len());
                    leaves.push(leaf);
                    callbacks.push(done);
                }
                Ok(other) => {
                    ended_by = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        self.last_batch = leaves.len();
        match self.shard.append(&leaves) {
            Ok(indices) => callbacks.into_iter().zip(indices).for_each(|(done, index)| done(Ok(index))),
            Err(error) => {
                let why = self.poison.get_or_init(|| error.to_string()).clone();
                callbacks.into_iter().for_each(|done| done(Err(Error::Poisoned { why: why.clone() })));
            }
        }
        ended_by
    }
}
