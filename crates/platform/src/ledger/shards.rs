//! The open shards of the log: those of the outbox, each behind a lock, and those of calls, each with its committer.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use jiff::{Timestamp, ToSpan};
use parking_lot::Mutex;
use sm::HmacSm3;
use tlog::{GroupCommitter, Shard, Signers, TrustedKeys, retention::ShardName};

use crate::{
    Keys, Settings,
    error::{Code, Error, Result},
};

use super::{CALLS, Ledger, failed};

/// Most leaves of calls that share one sync.
const CALL_BATCH: usize = 4096;
/// How long a batch of calls waits for more of a crowd. A sync takes about as long, and the fewer there are, the more of the
/// machine is left for the calls themselves.
const CALL_PATIENCE: Duration = Duration::from_micros(300);

pub(super) struct Shards {
    root: PathBuf,
    origin: String,
    sm2: sm::sign::SigningKey,
    ed25519: [u8; 32],
    keys: TrustedKeys,
    outbox: Mutex<HashMap<String, Arc<Mutex<Shard>>>>,
    calls: Mutex<HashMap<String, Arc<GroupCommitter>>>,
    /// The month of the last call: what every call needs, without looking for it.
    month: ArcSwapOption<Month>,
    /// The latest instant of a call, in milliseconds: the time of the next checkpoint, since nothing here reads a clock.
    latest_call: AtomicI64,
}

/// What the calls of one month share.
pub(super) struct Month {
    from: Timestamp,
    until: Timestamp,
    /// The month, `YYYY-MM`.
    pub(super) period: String,
    /// Its shard.
    pub(super) committer: Arc<GroupCommitter>,
    /// The salt of its commitments, as the start of a code. It is wiped when the month is forgotten.
    key: HmacSm3,
}

impl Month {
    /// A fresh code under the month's salt.
    pub(super) fn key(&self) -> HmacSm3 {
        self.key.clone()
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
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
            month: ArcSwapOption::empty(),
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
        let committer = GroupCommitter::patient(self.open(shard, &origin)?, CALL_BATCH, CALL_PATIENCE);
        let committer = committer.map_err(failed("write"))?;
        let fresh = Arc::new(committer);
        open.insert(shard.period().to_owned(), Arc::clone(&fresh));
        Ok(fresh)
    }

    /// The month of a call, if it is that of the last call, too.
    pub(super) fn month_at_hand(&self, at: Timestamp) -> Option<Arc<Month>> {
        self.month.load().as_ref().filter(|month| month.holds(at)).map(Arc::clone)
    }

    /// The month of a call, its shard open for writing. `salt` makes the salt of a period.
    pub(super) fn month(&self, at: Timestamp, salt: impl FnOnce(&str) -> [u8; 32]) -> Result<Arc<Month>> {
        if let Some(month) = self.month_at_hand(at) {
            return Ok(month);
        }
        let shard = Ledger::shard_of(CALLS, at)?;
        let out_of_range = |error: jiff::Error| Error::new(Code::Internal, "time is out of range").because(error);
        let begin = at.to_zoned(law::calendar::shanghai()).first_of_month().and_then(|day| day.start_of_day());
        let begin = begin.map_err(out_of_range)?;
        let salt = zeroize::Zeroizing::new(salt(shard.period()));
        let month = Arc::new(Month {
            from: begin.timestamp(),
            until: begin.checked_add(1.month()).map_err(out_of_range)?.timestamp(),
            period: shard.period().to_owned(),
            committer: self.calls(&shard)?,
            key: HmacSm3::new(&*salt),
        });
        self.month.store(Some(Arc::clone(&month)));
        Ok(month)
    }

    /// Notes when a call was made.
    pub(super) fn called(&self, at: Timestamp) {
        self.latest_call.fetch_max(at.as_millisecond(), Ordering::Relaxed);
    }

    /// The time for the next checkpoint of calls, in milliseconds since 1970.
    pub(super) fn call_time(&self) -> u64 {
        u64::try_from(self.latest_call.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Every open committer of calls, with its month.
    pub(super) fn open_calls(&self) -> Vec<(String, Arc<GroupCommitter>)> {
        self.calls.lock().iter().map(|(period, committer)| (period.clone(), Arc::clone(committer))).collect()
    }

    /// Lets go of every shard, so that another process can write them.
    pub(super) fn close(&self) {
        self.outbox.lock().clear();
        self.month.store(None);
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
