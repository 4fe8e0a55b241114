//! The doors through which granted data leaves. The first: look up records by key.
//!
//! What a reader should know first. A look-up is admitted by the compiled grant ([`rules::Compiled`]) and by nothing else; it
//! touches no SQL. The order is fixed: purpose, key, fields, term, rate; then the lake; then row scope and masks; then the use
//! record, durable in the log (I4); only then the answer. Compiled grants are kept with the *generation* of all services: every
//! change of any service makes it grow, in the transaction of the change. A change of this process is seen by the very next
//! look-up, one of another node within a second. Counts of calls are never kept by hand: [`Platform::count_uses`] recounts them
//! from the log.

mod calls;
pub(crate) mod hours;
pub mod rules;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod trial;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use jiff::Timestamp;
use moka::sync::Cache;
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};

use crate::{
    Platform, collection,
    ctx::{Actor, Ctx},
    db::micros,
    docket::ActInput,
    error::{Code, Error, Result},
    ids::*,
    lake::Record,
    ledger::{self, UseIndex, UseRecord},
    policy::{Action, Resource},
    sharing::{self, ServiceStatus},
};
pub use calls::{CallFilter, CallLine, Calls};
pub use hours::{Step, Usage, UsageQuery, UsageStep};
use rules::{Compiled, Grounds, Rate};
pub use trial::{Example, ExampleField, MAX_TRIAL_RECORDS, ServiceClient, TRIALS_PER_MINUTE, Trial, TrialItem};

/// Most records of one answer.
pub const MAX_RECORDS: usize = 100;
/// Most records read for one answer, before the row scope.
const MAX_READ: usize = 1_000;
/// Longest key in characters.
const MAX_KEY: usize = 500;
/// Most services whose compiled grants are kept in memory.
const MAX_COMPILED: u64 = 20_000;
/// Most callers whose permission is remembered with a compiled grant.
const MAX_CALLERS: usize = 1_000;
/// How old the knowledge of other nodes' changes may be, in microseconds.
const FRESH_MICROS: i64 = 1_000_000;
/// How long a change of this process that is not committed is waited for, in microseconds.
const PENDING_MICROS: i64 = 10_000_000;
/// Uses counted in one transaction.
const COUNT_BATCH: usize = 20_000;
/// What the use records of answered calls say.
pub(crate) const SERVED: &str = "served";
/// The act by which a call is noted in a service's case, where that moves it.
const NOTE_CALL: &str = "note_call";

/// A look-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The key column.
    pub key_column: String,
    /// The key's value.
    pub key: String,
    /// The fields wanted; absent = all that are granted.
    #[serde(default)]
    pub fields: Option<Vec<String>>,
    /// The purpose of this call.
    pub purpose: String,
}

/// What a look-up answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The fields, in the order of every record's values.
    pub fields: Vec<String>,
    /// The records.
    pub records: Vec<Record>,
    /// Whether there are more than were given.
    pub more: bool,
    /// The call, for evidence.
    pub call: CallId,
    /// Where its use record stands in the log.
    pub use_index: UseIndex,
}

/// What the platform keeps in memory for its doors.
pub struct Gateway {
    compiled: Cache<ServiceId, Arc<Ready>>,
    meters: RwLock<HashMap<ServiceId, Arc<Meter>>>,
    /// The generation that is known to be committed.
    known: AtomicI64,
    /// The generation that a transaction of this process is about to commit, and since when.
    pending: AtomicI64,
    pending_since: AtomicI64,
    checked_at: AtomicI64,
}

/// A compiled grant, and who was found to be permitted to call it.
struct Ready {
    compiled: Compiled,
    permitted: RwLock<HashSet<ClientId>>,
}

/// What is measured of a service on this node; it outlives every recompilation.
#[derive(Default)]
struct Meter {
    rate: Rate,
    trials: Rate,
    last_call: Mutex<Option<Timestamp>>,
    refused: Mutex<BTreeMap<&'static str, u64>>,
}

impl Platform {
    /// Looks records up by key under a grant. The answer leaves only after its use record is durable.
    ///
    /// # Errors
    /// [`Code::BeyondGrant`] naming the purpose, key or field and the article, [`Code::ServiceNotActive`],
    /// [`Code::RateLimited`] with the seconds to wait, [`Code::NotPermitted`], [`Code::NotFound`] for the service or while
    /// there is no data.
    pub async fn lookup(&self, ctx: &Ctx, service: ServiceId, lookup: Lookup) -> Result<Answer> {
        self.look_up(ctx, service, lookup, MAX_RECORDS).await
    }

    /// The one look-up behind every door, with at most so many records.
    async fn look_up(&self, ctx: &Ctx, service: ServiceId, lookup: Lookup, most: usize) -> Result<Answer> {
        if lookup.key.chars().count() > MAX_KEY {
            return Err(Error::new(Code::LimitExceeded, format!("a key has at most {MAX_KEY} characters"))
                .field("key", "is too long"));
        }
        let ready = self.ready(ctx, service).await?;
        let meter = self.gateway().meter(service);
        let plan = self.admit(ctx, &ready, &meter, &lookup).inspect_err(|error| meter.refuse(error.code))?;
        let dataset = &ready.compiled.grant.dataset;
        let rows = self.lake().lookup(dataset, &lookup.key_column, &lookup.key, &plan.columns, MAX_READ);
        let mut records = plan.answer(rows.map_err(collection::rules::told)?);
        let more = records.len() > most;
        records.truncate(most);

        let call = CallId(ctx.uuid());
        let fields: Vec<String> = plan.shown.into_iter().map(|(name, _)| name).collect();
        let record = UseRecord {
            call,
            service,
            caller: ctx.who.clone(),
            purpose: lookup.purpose,
            fields,
            key: self.commit_key(ctx.now, service, &lookup.key)?,
            records: records.len() as u64,
            outcome: SERVED.to_owned(),
            at: ctx.now,
        };
        let use_index = self.record_use(&record).await?;
        meter.answered(ctx.now);
        Ok(Answer { fields: record.fields, records, more, call, use_index })
    }

    /// Recounts what the log says of calls since the last count, into the services' rows: calls, records, refusals, the last
    /// call. Refused calls enter the log here, summed up by reason. A call also ends a stated idleness, where the district's
    /// law says so. [`Platform::open`] calls it, and the edge every few seconds, always before a tick, so that no service is
    /// taken for idle that was called. Returns the uses counted.
    ///
    /// # Errors
    /// [`Code::Internal`] when log or database fail; then nothing is counted twice.
    pub async fn count_uses(&self, ctx: &Ctx) -> Result<u64> {
        self.log_refusals(ctx).await?;
        let mut counted = 0u64;
        let mut called = HashSet::new();
        let node = self.settings().node.clone();
        for period in store::periods(self.db().read(), &node, ctx.now).await? {
            loop {
                let from = store::counted(self.db().read(), &node, &period).await?;
                let uses = self.uses(&period, from, COUNT_BATCH).await?;
                let Some((last, _)) = uses.last() else { break };
                let next = last.saturating_add(1);
                let sums = store::sums(uses.iter().map(|(_, leaf)| leaf));
                let by_hour = hours::sums(&uses);
                counted = counted.saturating_add(uses.len() as u64);
                let tx = self.db().write().await?;
                if !store::advance(&tx, &node, &period, from, next).await? {
                    // Another counter of this node was faster; what it counted is counted.
                    break;
                }
                for (service, sum) in &sums {
                    store::add(&tx, *service, sum).await?;
                }
                hours::add(&tx, &node, &period, &by_hour).await?;
                tx.commit().await?;
                called.extend(sums.into_iter().filter(|(_, sum)| sum.calls > 0).map(|(service, _)| service));
            }
        }
        for service in called {
            self.note_call(ctx, service).await?;
        }
        Ok(counted)
    }

    fn admit(&self, ctx: &Ctx, ready: &Ready, meter: &Meter, lookup: &Lookup) -> Result<rules::Plan> {
        let grant = &ready.compiled.grant;
        let plan = ready.compiled.admit(&ctx.who, lookup, ctx.now)?;
        self.permit(ctx, ready)?;
        meter.rate.take(grant.rate_per_minute, ctx.now).map_err(|seconds| {
            let message = format!(
                "service `{}` is granted {} calls a minute ({})",
                grant.service, grant.rate_per_minute, ready.compiled.grounds.bounds
            );
            Error::new(Code::RateLimited, message)
                .hint(format!("call again in {seconds} s"))
                .field("retry_after", seconds.to_string())
        })?;
        Ok(plan)
    }

    /// The access policy's answer; for a client it cannot change while it stays the same client, so it is remembered.
    fn permit(&self, ctx: &Ctx, ready: &Ready) -> Result<()> {
        if let Actor::Client { id, .. } = &ctx.who
            && ready.permitted.read().contains(id)
        {
            return Ok(());
        }
        let grant = &ready.compiled.grant;
        self.may(ctx, Action::Call, &Resource::thing(Some(grant.service.0), grant.provider).consumer(grant.demander))?;
        if let Actor::Client { id, .. } = &ctx.who {
            let mut permitted = ready.permitted.write();
            if permitted.len() < MAX_CALLERS {
                permitted.insert(*id);
            }
        }
        Ok(())
    }

    /// The compiled grant, as of the last change that can be known.
    async fn ready(&self, ctx: &Ctx, service: ServiceId) -> Result<Arc<Ready>> {
        let gateway = self.gateway();
        let known = gateway.stay_current(self, ctx.now).await?;
        if let Some(ready) = gateway.compiled.get(&service)
            && ready.compiled.generation >= known
        {
            return Ok(ready);
        }
        // The generation is read before the row: a change in between makes the result old, never wrongly new.
        let generation = sharing::store::generation(self.db().read()).await?;
        let row = sharing::store::service(self.db().read(), service).await?;
        let grant = sharing::store::grant_of(&row)?;
        let compiled =
            Compiled::new(grant, ServiceStatus::from_word(&row.status), generation, self.grounds_of(&row.pack));
        let ready = Arc::new(Ready { compiled, permitted: RwLock::default() });
        gateway.compiled.insert(service, Arc::clone(&ready));
        Ok(ready)
    }

    /// The articles on which the gateway refuses, as the pack names them with its procedure of services.
    fn grounds_of(&self, pack: &str) -> Grounds {
        let pack = self.book().pack(&law::PackId::new(pack));
        let services =
            pack.and_then(|pack| pack.procedures.values().find(|procedure| procedure.subject == law::Subject::Service));
        services.map_or_else(Grounds::default, |procedure| Grounds {
            running: procedure.article.to_string(),
            bounds: procedure.bounded_by.as_ref().unwrap_or(&procedure.article).to_string(),
        })
    }

    async fn log_refusals(&self, ctx: &Ctx) -> Result<()> {
        let meters: Vec<_> =
            self.gateway().meters.read().iter().map(|(service, meter)| (*service, Arc::clone(meter))).collect();
        for (service, meter) in meters {
            let refused = std::mem::take(&mut *meter.refused.lock());
            for (code, count) in refused {
                let record = UseRecord {
                    call: CallId(ctx.uuid()),
                    service,
                    caller: Actor::Platform,
                    purpose: String::new(),
                    fields: Vec::new(),
                    key: String::new(),
                    records: count,
                    outcome: code.to_owned(),
                    at: ctx.now,
                };
                self.record_use(&record).await?;
            }
        }
        Ok(())
    }

    /// Notes a call in the service's case where that leads to another state.
    async fn note_call(&self, ctx: &Ctx, service: ServiceId) -> Result<()> {
        let Some(case) = store::case_about(self.db().read(), service).await? else { return Ok(()) };
        let rules = self
            .book()
            .pack(&law::PackId::new(&case.pack))
            .and_then(|pack| pack.procedures.get(case.procedure.as_str()));
        let act = rules.and_then(|rules| rules.acts.get(NOTE_CALL));
        let moves = act.is_some_and(|act| {
            act.from.iter().any(|from| *from == case.state.as_str())
                && act.to.as_ref().is_some_and(|to| *to != case.state.as_str())
        });
        if !moves {
            return Ok(());
        }
        let mut seed = [0u8; 32];
        ctx.fill(&mut seed);
        let platform = Ctx::new(Actor::Platform, ctx.now, seed);
        self.act_on_case(&platform, case.id.into(), ActInput::new(NOTE_CALL).role("platform")).await.map(drop)
    }
}

impl Gateway {
    pub(crate) fn new() -> Self {
        Self {
            compiled: Cache::new(MAX_COMPILED),
            meters: RwLock::default(),
            known: AtomicI64::new(0),
            pending: AtomicI64::new(0),
            pending_since: AtomicI64::new(0),
            checked_at: AtomicI64::new(i64::MIN),
        }
    }

    /// A transaction of this process is about to make this generation: look-ups ask the database until it is there.
    pub(crate) fn expect(&self, generation: i64, now: Timestamp) {
        self.pending_since.store(micros(now), Ordering::Release);
        self.pending.fetch_max(generation, Ordering::AcqRel);
    }

    /// The last call that this node has answered.
    pub(crate) fn last_call(&self, service: ServiceId) -> Option<Timestamp> {
        self.meters.read().get(&service).and_then(|meter| *meter.last_call.lock())
    }

    /// Makes sure that no change is overlooked, and returns the generation that grants must have.
    async fn stay_current(&self, platform: &Platform, now: Timestamp) -> Result<i64> {
        let (now, seen) = (micros(now), self.checked_at.load(Ordering::Acquire));
        let known = self.known.load(Ordering::Acquire);
        let awaited = known < self.pending.load(Ordering::Acquire)
            && now.saturating_sub(self.pending_since.load(Ordering::Acquire)) < PENDING_MICROS;
        let fresh = now.saturating_sub(seen).saturating_abs() < FRESH_MICROS;
        if fresh && !awaited {
            return Ok(known);
        }
        // One caller asks for all, unless a change of this process is awaited: that every caller must see.
        if !awaited && self.checked_at.compare_exchange(seen, now, Ordering::AcqRel, Ordering::Acquire).is_err() {
            return Ok(known);
        }
        match sharing::store::generation(platform.db().read()).await {
            Ok(generation) => {
                self.checked_at.store(now, Ordering::Release);
                Ok(self.known.fetch_max(generation, Ordering::AcqRel).max(generation))
            }
            Err(error) => {
                self.checked_at.store(seen, Ordering::Release);
                Err(error)
            }
        }
    }

    fn meter(&self, service: ServiceId) -> Arc<Meter> {
        if let Some(meter) = self.meters.read().get(&service) {
            return Arc::clone(meter);
        }
        Arc::clone(self.meters.write().entry(service).or_default())
    }
}

impl Meter {
    fn answered(&self, at: Timestamp) {
        let mut last = self.last_call.lock();
        *last = (*last).max(Some(at));
    }

    fn refuse(&self, code: Code) {
        let mut refused = self.refused.lock();
        let count = refused.entry(code_word(code)).or_default();
        *count = count.saturating_add(1);
    }
}

/// The refusal's code as use records say it.
fn code_word(code: Code) -> &'static str {
    match code {
        Code::BeyondGrant => "beyond_grant",
        Code::ServiceNotActive => "service_not_active",
        Code::RateLimited => "rate_limited",
        Code::NotPermitted => "not_permitted",
        Code::NotAuthenticated => "not_authenticated",
        _ => "other",
    }
}

/// The month of a call, for its evidence.
///
/// # Errors
/// [`Code::NotFound`] for an id that was not made from an instant.
pub fn period_of(call: CallId) -> Result<String> {
    ledger::period_of(call)
}
