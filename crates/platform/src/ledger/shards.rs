//! The open shards of the log: those of the outbox, each behind a lock, and those of calls, each with its committer.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use jiff::Timestamp;
use parking_lot::Mutex;
use tlog::{GroupCommitter, Shard, Signers, TrustedKeys, retention::ShardName};

use crate::{
    Keys, Settings,
    error::{Code, Error, Result},
};

use super::failed;

/// Most leaves of calls that share one sync.
const CALL_BATCH: usize = 4096;

pub(super) struct Shards {
    root: PathBuf,
    origin: String,
    sm2: sm::sign::SigningKey,
    ed25519: [u8; 32],
    keys: TrustedKeys,
    outbox: Mutex<HashMap<String, Arc<Mutex<Shard>>>>,
    calls: Mutex<HashMap<String, Arc<GroupCommitter>>>,
    /// The latest instant of a call, in milliseconds: the time of the next checkpoint, since nothing here reads a clock.
    latest_call: AtomicI64,
}

impl Shards {
    pub(super) fn new(settings: &Settings, keys: &Keys, now: Timestamp) -> Result<Self> {
        let signers = Signers { sm2: copy(&keys.log_sm2)?, ed25519: (&keys.log_ed25519).into() };
        Ok(Self {
            keys: signers.trusted_keys(),
            sm2: signers.sm2,
            root: settings.log_root.clone(),
            origin: settings.origin.clone(),
            ed25519: keys.log_ed25519,
            outbox: Mutex::default(),
            calls: Mutex::default(),
            latest_call: AtomicI64::new(now.as_millisecond()),
        })
    }

    pub(super) fn dir(&self, shard: &ShardName) -> PathBuf {
        shard.dir(&self.root)
    }

    pub(super) fn trusted_keys(&self) -> TrustedKeys {
        self.keys.clone()
    }

    /// The writer of a shard that is fed from the outbox. Opening it reads files, so call it where that may block.
    pub(super) fn outbox(&self, shard: &ShardName) -> Result<Arc<Mutex<Shard>>> {
        let mut open = self.outbox.lock();
        let origin = shard.origin(&self.origin);
        if let Some(found) = open.get(&origin) {
            return Ok(Arc::clone(found));
        }
        let fresh = Arc::new(Mutex::new(self.open(shard, &origin)?));
        open.insert(origin, Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Forgets an open shard, so that it is recovered from its files when it is next used.
    pub(super) fn forget(&self) {
        self.outbox.lock().clear();
    }

    /// The committer of a shard of calls.
    pub(super) fn calls(&self, shard: &ShardName) -> Result<Arc<GroupCommitter>> {
        let mut open = self.calls.lock();
        if let Some(found) = open.get(shard.period()) {
            return Ok(Arc::clone(found));
        }
        let origin = shard.origin(&self.origin);
        let committer = GroupCommitter::new(self.open(shard, &origin)?, CALL_BATCH).map_err(failed("write"))?;
        let fresh = Arc::new(committer);
        open.insert(shard.period().to_owned(), Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Notes when a call was made.
    pub(super) fn called(&self, at: Timestamp) {
        self.latest_call.fetch_max(at.as_millisecond(), Ordering::Relaxed);
    }

    /// The time for the next checkpoint of calls, in milliseconds since 1970.
    pub(super) fn call_time(&self) -> u64 {
        u64::try_from(self.latest_call.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Every open committer of calls.
    pub(super) fn open_calls(&self) -> Vec<Arc<GroupCommitter>> {
        self.calls.lock().values().cloned().collect()
    }

    /// Lets go of every shard, so that another process can write them.
    pub(super) fn close(&self) {
        self.outbox.lock().clear();
        self.calls.lock().clear();
    }

    fn open(&self, shard: &ShardName, origin: &str) -> Result<Shard> {
        let signers = Signers { sm2: copy(&self.sm2)?, ed25519: (&self.ed25519).into() };
        Shard::open(&shard.dir(&self.root), origin, signers).map_err(failed("open"))
    }
}

fn copy(key: &sm::sign::SigningKey) -> Result<sm::sign::SigningKey> {
    sm::sign::SigningKey::from_bytes(&key.to_bytes())
        .map_err(|error| Error::new(Code::Internal, "the log's key cannot be used").because(error))
}
