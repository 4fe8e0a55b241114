//! The two counts of every figure side by side: of the rows, and of the leaves of the log.
//!
//! Acts go on while they are counted, so both counts are of one instant. A leaf is queued by the transaction of what it tells of;
//! so the rows and the queue are read in one snapshot of the database, and of the log exactly those leaves are counted that the
//! queue had in that snapshot. Nobody has to wait for the count, and it need not be repeated. Calls are counted up to where the
//! services' sums had been counted in that same snapshot.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use tlog::{Reader, retention::ShardName};
use uuid::Uuid;

use super::{
    DistrictState, Figure, figures_of,
    recount::{LeafFault, Recount, order},
    store,
};
use crate::{
    Platform,
    ctx::Ctx,
    db::Tx,
    error::{Code, Error, Result},
    gateway,
    ledger::{self, store::outbox},
    policy::{Action, Resource},
};

/// Most leaves that are counted while somebody waits for the answer; a larger log is counted offline. A cautious bound: the time
/// that so many take has not been measured.
pub const MOST_LEAVES: u64 = 1_000_000;
/// Most leaves that may wait for the log in a snapshot.
const MOST_QUEUED: u64 = 100_000;
/// Most leaves beyond the snapshot that are looked for in the database.
const MOST_LATER: usize = 100_000;
/// Values in one statement, well below what the databases take.
const AT_ONCE: usize = 1_000;

/// What came of a recount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recounted {
    /// Both counts are of this instant.
    pub at: Timestamp,
    /// Whether every figure that was recounted is equal and the log had no fault.
    pub equal: bool,
    /// The shards that were read.
    pub shards: Vec<RecountedShard>,
    /// Every figure that follows from the log.
    pub figures: Vec<ComparedFigure>,
    /// What does not follow from it, and why.
    pub not_recounted: Vec<NotRecounted>,
    /// What stands in the log and cannot, were it written by the platform alone; the first of them.
    pub faults: Vec<LeafFault>,
    /// How many more there are.
    pub more_faults: u64,
}

/// A shard that was read for a recount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecountedShard {
    /// Its class.
    pub class: String,
    /// Its period.
    pub period: String,
    /// How many of its leaves were counted: those of the instant of the count.
    pub leaves: u64,
    /// How many leaves its checkpoint has. All were read, and their root was compared with the signed one.
    pub size: u64,
}

/// A figure by both counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedFigure {
    /// Its name.
    pub name: String,
    /// By rows.
    pub stored: u64,
    /// By leaves.
    pub recounted: u64,
    /// Whether the whole and every part are equal.
    pub equal: bool,
    /// Its parts; none where it is one count.
    pub parts: Vec<ComparedPart>,
}

/// A part of a figure by both counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedPart {
    /// Of what.
    pub of: BTreeMap<String, String>,
    /// By rows.
    pub stored: u64,
    /// By leaves.
    pub recounted: u64,
    /// Whether both are equal.
    pub equal: bool,
}

/// A figure, or a part of one, that does not follow from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRecounted {
    /// Its name.
    pub name: String,
    /// Why not.
    pub why: String,
}

impl NotRecounted {
    pub(super) fn new(name: &str, why: &str) -> Self {
        Self { name: name.to_owned(), why: why.to_owned() }
    }
}

/// Whether a recount is under way in this process.
#[derive(Default)]
pub(crate) struct Recounting(Arc<AtomicBool>);

/// The one recount; gives way to the next when it is dropped, also when nobody waits for the answer any more.
pub(super) struct Turn(Arc<AtomicBool>);

impl Recounting {
    pub(super) fn begin(&self) -> Result<Turn> {
        match self.0.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Ok(Turn(Arc::clone(&self.0))),
            Err(_) => {
                Err(Error::new(Code::Conflict, "a recount is under way already").hint("wait for it, then ask again"))
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// The rows of one instant, and which leaves the log had of it.
struct Snapshot {
    state: DistrictState,
    /// By shard: every leaf below this index.
    below: BTreeMap<ShardOrder, u64>,
    /// Numbers of leaves that were queued and had no index yet.
    queued: Vec<i64>,
    /// Whether other nodes have counted calls of logs of their own.
    others_call: bool,
}

type ShardOrder = ((u8, String), ShardName);

/// The leaves of one shard that belong to the snapshot.
struct Wanted {
    shard: ShardName,
    below: u64,
    /// Beyond that, those that were queued.
    late: HashSet<u64>,
}

impl Wanted {
    fn holds(&self, index: u64) -> bool {
        index < self.below || self.late.contains(&index)
    }
}

impl Platform {
    /// Counts every figure that follows from the log a second time, from its leaves alone, and lays both counts side by side. All
    /// leaves of all shards are read and held against the signed checkpoints. One recount at a time in a process.
    ///
    /// # Errors
    /// [`Code::NotPermitted`]; [`Code::Conflict`] while another is under way; [`Code::LimitExceeded`] for more than
    /// [`MOST_LEAVES`] leaves; [`Code::Internal`] when the log is not what its checkpoints say.
    pub async fn recount(&self, ctx: &Ctx) -> Result<Recounted> {
        self.may(ctx, Action::ReadLog, &Resource::platform())?;
        let turn = self.recounting().begin()?;
        let snapshot = self.snapshot(ctx.now).await?;
        // Whatever was queued in the snapshot is published after this.
        self.flush_log().await?;
        let wanted = self.leaves_of(&snapshot).await?;
        let (root, origin) = (self.settings().log_root.clone(), self.settings().origin.clone());
        let keys = self.log_keys();
        let read = ledger::blocking(move || {
            let _turn = turn;
            read_shards(&wanted, &root, &origin, &keys)
        });
        let Read { mut recount, shards, mut not, later } = read.await?;
        self.known_meanwhile(&mut recount, later).await?;
        if snapshot.others_call {
            not.extend(calls_not("other nodes keep the log of their own calls: recount copies of all of them offline"));
        }
        Ok(compared(&snapshot.state, &recount, shards, not))
    }

    async fn snapshot(&self, now: Timestamp) -> Result<Snapshot> {
        let tx = self.db().snapshot().await?;
        let mut below = BTreeMap::new();
        for (class, period, last) in last_indices(&tx).await? {
            let next = u64::try_from(last).map_or(0, |last| last.saturating_add(1));
            below.insert(place(&class, &period)?, next);
        }
        let mut others_call = false;
        for row in gateway::store::counted::Entity::find().all(&tx).await? {
            if row.node == self.settings().node {
                below.insert(place(ledger::CALLS, &row.period)?, u64::try_from(row.next_index).unwrap_or(0));
            } else {
                others_call |= row.next_index > 0;
            }
        }
        Ok(Snapshot { state: store::count(&tx, now).await?, queued: queued(&tx).await?, below, others_call })
    }

    /// Which leaves of which shards belong to the snapshot, in the order in which they are counted.
    async fn leaves_of(&self, snapshot: &Snapshot) -> Result<Vec<Wanted>> {
        use outbox::Column;
        let mut late: HashMap<ShardOrder, HashSet<u64>> = HashMap::new();
        for some in snapshot.queued.chunks(AT_ONCE) {
            let rows: Vec<(String, String, Option<i64>)> = outbox::Entity::find()
                .select_only()
                .columns([Column::Class, Column::Period, Column::LogIndex])
                .filter(Column::Seq.is_in(some.iter().copied()))
                .into_tuple()
                .all(self.db().read())
                .await?;
            for (class, period, index) in rows {
                let index = index.and_then(|index| u64::try_from(index).ok());
                let index = index.ok_or_else(|| Error::new(Code::Internal, "the log has not taken every entry"))?;
                late.entry(place(&class, &period)?).or_default().insert(index);
            }
        }
        let mut below = snapshot.below.clone();
        for shard in late.keys() {
            below.entry(shard.clone()).or_insert(0);
        }
        let wanted = |(shard, below): (ShardOrder, u64)| Wanted {
            below,
            late: late.remove(&shard).unwrap_or_default(),
            shard: shard.1,
        };
        Ok(below.into_iter().map(wanted).collect())
    }

    /// What the log has beyond the snapshot was written since, and then the database has it by now. Of what it does not have, a
    /// row was taken away.
    async fn known_meanwhile(&self, recount: &mut Recount, later: Vec<Later>) -> Result<()> {
        use outbox::Column;
        for some in later.chunks(AT_ONCE) {
            let known: Vec<Uuid> = outbox::Entity::find()
                .select_only()
                .column(Column::Key)
                .filter(Column::Key.is_in(some.iter().filter_map(|leaf| leaf.id)))
                .into_tuple()
                .all(self.db().read())
                .await?;
            let known: HashSet<Uuid> = known.into_iter().collect();
            for leaf in some.iter().filter(|leaf| leaf.id.is_none_or(|id| !known.contains(&id))) {
                recount.fault(&leaf.class, &leaf.period, leaf.index, "the database knows nothing of it");
            }
        }
        Ok(())
    }
}

fn place(class: &str, period: &str) -> Result<ShardOrder> {
    let shard = ShardName::new(class, period)
        .map_err(|error| Error::new(Code::Internal, "a shard of the log has no good name").because(error))?;
    Ok((order(class, period), shard))
}

async fn last_indices(db: &impl ConnectionTrait) -> Result<Vec<(String, String, i64)>> {
    use outbox::Column;
    Ok(outbox::Entity::find()
        .select_only()
        .columns([Column::Class, Column::Period])
        .column_as(Column::LogIndex.max(), "last")
        .filter(Column::LogIndex.is_not_null())
        .group_by(Column::Class)
        .group_by(Column::Period)
        .into_tuple()
        .all(db)
        .await?)
}

async fn queued(tx: &Tx) -> Result<Vec<i64>> {
    let rows: Vec<i64> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Seq)
        .filter(outbox::Column::LogIndex.is_null())
        .limit(MOST_QUEUED.saturating_add(1))
        .into_tuple()
        .all(tx)
        .await?;
    if rows.len() as u64 > MOST_QUEUED {
        let message = format!("more than {MOST_QUEUED} entries wait for the log");
        return Err(Error::new(Code::LimitExceeded, message).hint("ask again when the log has caught up"));
    }
    Ok(rows)
}

/// What was read of the log.
struct Read {
    recount: Recount,
    shards: Vec<RecountedShard>,
    not: Vec<NotRecounted>,
    /// Leaves of the outbox that are not of the snapshot.
    later: Vec<Later>,
}

/// A leaf that the snapshot did not have: it came later, or its row was taken away.
struct Later {
    class: String,
    period: String,
    index: u64,
    id: Option<Uuid>,
}

fn read_shards(wanted: &[Wanted], root: &std::path::Path, origin: &str, keys: &tlog::TrustedKeys) -> Result<Read> {
    let mut open = Vec::new();
    let mut not = Vec::new();
    for wanted in wanted {
        match Reader::open(&wanted.shard.dir(root)) {
            Ok(reader) => open.push((wanted, reader)),
            // Nothing of a month is needed of which nothing was counted.
            Err(_) if wanted.below == 0 && wanted.late.is_empty() => {}
            Err(_) if wanted.shard.class() == ledger::CALLS => {
                let why = format!("the log of the calls of {} is not here any more", wanted.shard.period());
                not.extend(calls_not(&why));
            }
            Err(error) => return Err(unsound(&wanted.shard, error)),
        }
    }
    let leaves: u64 = open.iter().fold(0, |sum, (_, reader)| sum.saturating_add(reader.published()));
    if leaves > MOST_LEAVES {
        let message = format!("the log has {leaves} leaves, and at most {MOST_LEAVES} are recounted while you wait");
        return Err(Error::new(Code::LimitExceeded, message)
            .hint("copy the folders of the log and run `gongshu log recount FOLDER` on the copy"));
    }
    let mut recount = Recount::default();
    let (mut shards, mut later) = (Vec::new(), Vec::new());
    for (wanted, reader) in open {
        let (class, period) = (wanted.shard.class(), wanted.shard.period());
        if reader.checkpoints().sha256.checkpoint.origin != wanted.shard.origin(origin) {
            return Err(unsound(&wanted.shard, tlog::Error::Checkpoint("it is another shard's".to_owned())));
        }
        let mut counted = 0u64;
        let walked = reader.walk(keys, |index, leaf| {
            if wanted.holds(index) {
                recount.leaf(class, period, index, leaf);
                counted = counted.saturating_add(1);
            } else if class != ledger::CALLS && later.len() < MOST_LATER {
                let (class, period) = (class.to_owned(), period.to_owned());
                later.push(Later { class, period, index, id: ledger::id_in(leaf).ok() });
            }
        });
        let size = walked.map_err(|error| unsound(&wanted.shard, error))?;
        if counted < wanted.below.saturating_add(wanted.late.len() as u64) {
            let why = format!("it has {size} entries, and the database knows of more");
            return Err(unsound(&wanted.shard, tlog::Error::Range(why)));
        }
        shards.push(RecountedShard { class: class.to_owned(), period: period.to_owned(), leaves: counted, size });
    }
    Ok(Read { recount, shards, not, later })
}

fn unsound(shard: &ShardName, error: tlog::Error) -> Error {
    let message = format!("shard `{}/{}` of the log cannot be recounted: {error}", shard.class(), shard.period());
    Error::new(Code::Internal, message).hint("examine a copy of it with `gongshu log fsck`").because(error)
}

fn calls_not(why: &str) -> impl Iterator<Item = NotRecounted> {
    ["calls", "records", "refused_calls"].into_iter().map(move |name| NotRecounted::new(name, why))
}

/// Both counts side by side.
fn compared(
    state: &DistrictState,
    recount: &Recount,
    shards: Vec<RecountedShard>,
    mut not_recounted: Vec<NotRecounted>,
) -> Recounted {
    let (recounted, unsaid) = recount.figures();
    not_recounted.extend(unsaid);
    not_recounted.dedup_by(|one, other| one.name == other.name);
    let mut figures = Vec::new();
    for mut stored in figures_of(state) {
        if not_recounted.iter().any(|not| not.name == stored.name) {
            continue;
        }
        if stored.name == "loads" {
            // The rest of it is a part that is not recounted, which is said below.
            stored.parts.retain(|part| part.of.values().any(|state| state == "accepted"));
            stored.value = stored.parts.iter().map(|part| part.value).sum();
        }
        let Some(again) = recounted.iter().find(|again| again.name == stored.name) else { continue };
        figures.push(compare(&stored, again));
    }
    not_recounted.push(NotRecounted::new(
        "loads",
        "only accepted loads are recounted: one that runs, was refused or stopped changes nothing and is in no log",
    ));
    let (faults, more_faults) = recount.faults();
    Recounted {
        at: state.at,
        equal: faults.is_empty() && figures.iter().all(|figure| figure.equal),
        shards,
        figures,
        not_recounted,
        faults: faults.to_vec(),
        more_faults,
    }
}

fn compare(stored: &Figure, recounted: &Figure) -> ComparedFigure {
    let mut parts: BTreeMap<&BTreeMap<String, String>, (u64, u64)> = BTreeMap::new();
    stored.parts.iter().for_each(|part| parts.entry(&part.of).or_default().0 = part.value);
    recounted.parts.iter().for_each(|part| parts.entry(&part.of).or_default().1 = part.value);
    let part = |(of, (stored, recounted)): (&BTreeMap<String, String>, (u64, u64))| ComparedPart {
        of: of.clone(),
        stored,
        recounted,
        equal: stored == recounted,
    };
    let parts: Vec<ComparedPart> = parts.into_iter().map(part).collect();
    ComparedFigure {
        name: stored.name.clone(),
        stored: stored.value,
        recounted: recounted.value,
        equal: stored.value == recounted.value && parts.iter().all(|part| part.equal),
        parts,
    }
}
