//! Uses of services: one leaf each, durable before the answer leaves (I4), many to one sync, no row in the database.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tlog::{Evidence, Reader};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    error::{Code, Error, Result},
    ids::{CallId, OrganisationId, ServiceId},
    policy::{Action, Resource},
};

use super::{CALLS, Ledger, blocking, failed, leaf, pump::id_in};

/// One use of a service, without personal data (I8).
#[derive(Clone, Debug)]
pub struct UseRecord {
    /// The call.
    pub call: CallId,
    /// The service.
    pub service: ServiceId,
    /// Who called: a client or a person.
    pub caller: Actor,
    /// The purpose that was stated.
    pub purpose: String,
    /// The fields that were served.
    pub fields: Vec<String>,
    /// The commitment to the key that was looked up, from [`Platform::commit_key`]; empty when there was none.
    pub key: String,
    /// How many records were served.
    pub records: u64,
    /// `served`, or the code of the refusal.
    pub outcome: String,
    /// When.
    pub at: Timestamp,
}

/// Where a use stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseIndex {
    /// The month of the shard, `YYYY-MM`.
    pub period: String,
    /// The index in it.
    pub index: u64,
}

impl Platform {
    /// Makes the record of a use durable. Only when this returns may the answer leave.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`] when the log's queue is full, [`Code::Internal`] when it cannot be written: no answer then.
    pub async fn record_use(&self, record: &UseRecord) -> Result<UseIndex> {
        let leaf = leaf_of(record)?;
        let month = self.ledger().shards.month(record.at, |period| self.salt_of(period))?;
        self.ledger().shards.called(record.at);
        let (done, answer) = tokio::sync::oneshot::channel();
        let submitted = month.committer.submit_with(leaf, move |outcome| drop(done.send(outcome)));
        submitted.map_err(|error| match error {
            tlog::Error::Busy { .. } => Error::new(Code::LimitExceeded, "the log's queue is full")
                .hint("slow down and try again")
                .because(error),
            error => failed("write")(error),
        })?;
        let index = answer.await.map_err(|error| Error::new(Code::Internal, "the log was closed").because(error))?;
        Ok(UseIndex { period: month.period.clone(), index: index.map_err(failed("write"))? })
    }

    /// The commitment to a looked-up key: HMAC-SM3 under a salt of the month's shard, so that the holder of the vault key can
    /// recognise a key within the month and nobody else can.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn commit_key(&self, at: Timestamp, service: ServiceId, key: &str) -> Result<String> {
        let mut code = match self.ledger().shards.month_at_hand(at) {
            Some(month) => month.key(),
            None => sm::HmacSm3::new(&self.salt_of(Ledger::shard_of(CALLS, at)?.period())),
        };
        code.update(service.0.as_bytes());
        code.update(key.as_bytes());
        Ok(tlog::canonical::commitment_text(&code.finalize()))
    }

    /// The salt of a month's commitments.
    fn salt_of(&self, period: &str) -> [u8; 32] {
        self.vault().derive(&format!("{CALLS}/{period}"))
    }

    /// The file that proves a use to anyone, offline; the log is published first if need be. `owner` and `consumer` are the
    /// parties to the service, which the gateway knows.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`].
    pub async fn evidence_of_call(
        &self,
        ctx: &Ctx,
        call: CallId,
        place: &UseIndex,
        owner: OrganisationId,
        consumer: OrganisationId,
    ) -> Result<Evidence> {
        self.may(ctx, Action::ReadThing, &Resource::thing(None, owner).consumer(consumer))?;
        self.publish_uses().await?;
        let dir = self.ledger().shards.dir(&shard_named(&place.period)?);
        let (keys, witnesses, index) = (self.log_keys(), self.ledger().witnessing.keys(), place.index);
        blocking(move || {
            let reader = Reader::open(&dir).map_err(failed("read"))?;
            let unknown = || Error::not_found("call", call);
            let leaf = reader.leaf(index).map_err(|error| unknown().because(error))?;
            if id_in(&leaf)? != call.0 {
                return Err(unknown());
            }
            super::proved(&reader, index, &keys, &witnesses, Vec::new())
        })
        .await
    }

    /// The uses of a month from an index on, at most `limit`, oldest first: (index, leaf as JSON). For rebuilding aggregates and
    /// for finding a call. Publishes first, so that nothing acknowledged is missing.
    ///
    /// # Errors
    /// [`Code::Internal`] when the log cannot be read.
    pub async fn uses(&self, period: &str, from: u64, limit: usize) -> Result<Vec<(u64, serde_json::Value)>> {
        self.publish_uses().await?;
        let shard = shard_named(period)?;
        let dir = self.ledger().shards.dir(&shard);
        let inner = std::sync::Arc::clone(&self.0);
        blocking(move || {
            if !dir.exists() {
                return Ok(Vec::new());
            }
            // Opening the writer recovers what a crash left unpublished.
            let committer = inner.ledger.shards.calls(&shard)?;
            committer.publish(inner.ledger.shards.call_time()).map_err(failed("publish"))?;
            let Ok(reader) = Reader::open(&dir) else { return Ok(Vec::new()) };
            let read = |index: u64| {
                let leaf = reader.leaf(index).map_err(failed("read"))?;
                let leaf = serde_json::from_slice(&leaf)
                    .map_err(|error| Error::new(Code::Internal, "an entry of the log is no JSON").because(error))?;
                Ok((index, leaf))
            };
            (from..reader.published()).take(limit).map(read).collect()
        })
        .await
    }

    /// How many uses of a month have been published.
    ///
    /// # Errors
    /// [`Code::Internal`] when the log cannot be written.
    pub async fn uses_published(&self, period: &str) -> Result<u64> {
        self.publish_uses().await?;
        let dir = self.ledger().shards.dir(&shard_named(period)?);
        blocking(move || Ok(Reader::open(&dir).map_or(0, |reader| reader.published()))).await
    }

    /// Publishes the shards of calls. The edge calls it each second; [`Platform::evidence_of_call`] calls it itself.
    ///
    /// # Errors
    /// [`Code::Internal`] when the log cannot be written.
    pub async fn publish_uses(&self) -> Result<()> {
        let open = self.ledger().shards.open_calls();
        let now = self.ledger().shards.call_time();
        let inner = std::sync::Arc::clone(&self.0);
        blocking(move || {
            for (period, committer) in open {
                let pair = committer.publish(now).map_err(failed("publish"))?;
                inner.ledger.witnessing.published(shard_named(&period)?, pair.size());
            }
            Ok(())
        })
        .await
    }
}

/// The leaf of a use. It is written without a value in between, since every call pays for it: the members stand in canonical
/// order, and `serde_json` spells strings and whole numbers as the canonical form does.
fn leaf_of(record: &UseRecord) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Caller {
        id: Option<Uuid>,
        kind: &'static str,
        organisation: Option<OrganisationId>,
    }
    #[derive(Serialize)]
    struct Leaf<'a> {
        at: Timestamp,
        caller: Caller,
        fields: &'a [String],
        id: CallId,
        key: &'a str,
        kind: &'static str,
        outcome: &'a str,
        purpose: &'a str,
        records: u64,
        service: ServiceId,
        v: u8,
    }
    let (kind, id, organisation) = leaf::actor_columns(&record.caller);
    let leaf = Leaf {
        at: record.at,
        caller: Caller { id, kind, organisation },
        fields: &record.fields,
        id: record.call,
        key: &record.key,
        kind: "use",
        outcome: &record.outcome,
        purpose: &record.purpose,
        records: record.records,
        service: record.service,
        v: 1,
    };
    serde_json::to_vec(&leaf)
        .map_err(|error| Error::new(Code::Internal, "a log entry cannot be written").because(error))
}

fn shard_named(period: &str) -> Result<tlog::retention::ShardName> {
    tlog::retention::ShardName::new(CALLS, period).map_err(|error| Error::new(Code::InvalidInput, error.to_string()))
}

/// The month in whose shard a call lies: its id carries the instant.
pub fn period_of(call: CallId) -> Result<String> {
    let unknown = || Error::not_found("call", call);
    let (seconds, nanos) = Uuid::get_timestamp(&call.0).ok_or_else(unknown)?.to_unix();
    let at = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::new(seconds, i32::try_from(nanos).ok()?).ok())
        .ok_or_else(unknown)?;
    Ok(Ledger::shard_of(CALLS, at)?.period().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ClientId;

    /// A leaf of a use is canonical (RFC 8785), whatever stands in it: what is hashed is spelt in one way only.
    #[test]
    fn the_leaf_of_a_use_is_canonical() -> Result<()> {
        let record = UseRecord {
            call: CallId(Uuid::from_u128(7)),
            service: ServiceId(Uuid::from_u128(8)),
            caller: Actor::Public,
            purpose: "核对\u{1}\n\"\\/\u{7f}".to_owned(),
            fields: vec!["z".to_owned(), "é\t\u{8}\u{c}\r".to_owned()],
            key: String::new(),
            records: (1 << 53) - 1,
            outcome: "served".to_owned(),
            at: Timestamp::new(1_770_000_000, 120_000_000).unwrap(),
        };
        for caller in
            [Actor::Public, Actor::Client { id: ClientId(Uuid::nil()), organisation: OrganisationId(Uuid::max()) }]
        {
            let leaf = leaf_of(&UseRecord { caller, ..record.clone() })?;
            let read: serde_json::Value = serde_json::from_slice(&leaf).unwrap();
            assert_eq!(leaf::canonical_text(&read)?.into_bytes(), leaf);
            assert_eq!(read["at"], record.at.to_string());
        }
        Ok(())
    }
}
