//! From the database to the transparency log, and from the log to evidence.
//!
//! What a reader must know first. A leaf is queued in the *outbox* by the transaction of what it tells of; it can therefore
//! neither be forgotten nor tell of something that did not happen (I2). A *pump* appends queued leaves to their shard in order
//! and then notes their index. If the process dies between the two, the shard is ahead of the outbox; before the pump goes on it
//! reads what the shard has beyond the outbox and notes those indices by the leaves' ids. So every leaf is in the log exactly
//! once. Uses of services are too many for rows: they go straight to a shard of their own by group commit ([`uses`]).

mod leaf;
mod pump;
mod shards;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod uses;
mod witness;

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use tlog::{Evidence, Reader, retention::ShardName};
use uuid::Uuid;

use crate::{
    Keys, Platform, Settings,
    ctx::Ctx,
    db::{Tx, micros},
    docket,
    error::{Code, Error, Result},
    ids::{ActId, CaseId},
    policy::{Action, Resource},
};

pub use leaf::{ActRecord, Commitments, actor_columns, commit_papers};
pub(crate) use pump::id_in;
pub use uses::{UseIndex, UseRecord, period_of};
pub use witness::{
    AskWitness, Cosignature, LogWitness, WitnessAnswer, WitnessState, WitnessView, WitnessedCheckpoint, WitnessedShard,
    WitnessesView,
};

/// The retention class of acts: kept for good.
pub const ACTS: &str = "acts-permanent";
/// The retention class of administration and sessions.
pub const ADMINISTRATION: &str = "administration-permanent";
/// The retention class of calls: three years.
pub const CALLS: &str = "calls-3y";

/// Whether everybody may read the leaves of a class, and not only their hashes. Acts are the district's public business; who
/// called a service, or logged in, is known to those who audit. A class that is not known is not public.
#[must_use]
pub fn has_public_leaves(class: &str) -> bool {
    class == ACTS
}

/// What the platform keeps in memory for the log.
pub struct Ledger {
    shards: shards::Shards,
    pump: pump::Pump,
    witnessing: witness::Witnessing,
}

/// A shard's latest checkpoints, as texts that any tool can verify.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedCheckpoint {
    /// The shard's origin.
    pub origin: String,
    /// How many leaves both trees have.
    pub size: u64,
    /// The national checkpoint, signed with SM2.
    pub sm3: String,
    /// The public checkpoint, signed with Ed25519.
    pub sha256: String,
    /// What witnesses have cosigned of the public one; it may lag behind.
    pub witnessed: Option<WitnessedCheckpoint>,
}

/// The log's public keys, for anybody to fetch and to compare with what an evidence file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKeys {
    /// The log's name, with which the origin of every shard begins.
    pub origin: String,
    /// Signs the national checkpoints: `SubjectPublicKeyInfo` as PEM.
    pub sm2_pem: String,
    /// Signs the public checkpoints: the same.
    pub ed25519_pem: String,
    /// The shards that have published something, with the keys as note verifier keys under each shard's name.
    pub shards: Vec<ShardKeys>,
}

/// The keys of one shard: those of the log, under the shard's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardKeys {
    /// Its class.
    pub class: String,
    /// Its period.
    pub period: String,
    /// Its name.
    pub origin: String,
    /// For its national checkpoints.
    pub sm2_vkey: String,
    /// For its public checkpoints.
    pub ed25519_vkey: String,
}

/// An entry of the log with its place.
pub(crate) struct Logged {
    pub(crate) class: String,
    pub(crate) period: String,
    pub(crate) index: u64,
    pub(crate) leaf: String,
}

impl Ledger {
    pub(crate) fn open(settings: &Settings, keys: &Keys, ctx: &Ctx) -> Result<Self> {
        Ok(Self {
            shards: shards::Shards::new(settings, keys, ctx.now)?,
            pump: pump::Pump::default(),
            witnessing: witness::Witnessing::default(),
        })
    }

    /// The shard of a class for an instant: a year for what is kept for good, a month for the rest. Periods are those of the
    /// district's calendar (UTC+8).
    pub(crate) fn shard_of(class: &str, at: Timestamp) -> Result<ShardName> {
        let date = at.to_zoned(law::calendar::shanghai()).date();
        let period = if class.ends_with("-permanent") {
            format!("{:04}", date.year())
        } else {
            format!("{:04}-{:02}", date.year(), date.month())
        };
        ShardName::new(class, &period).map_err(failed("name"))
    }
}

/// Queues the leaf of an act, in the transaction of the act.
pub(crate) fn enqueue_act(
    platform: &Platform,
    tx: &Tx,
    ctx: &Ctx,
    record: &ActRecord<'_>,
    papers: &Commitments,
) -> Result<()> {
    let leaf = leaf::act_leaf(platform, ctx, record, papers)?;
    queue(tx, ctx, ACTS, record.act.0, leaf)
}

/// Queues a leaf that tells of something done under a named platform rule (I1), in the transaction in which it is done. `what`
/// must be free of personal data (I8): ids, digests, words of closed lists. The caller wakes the pump after its commit.
///
/// # Errors
/// [`Code::Internal`] when it has no canonical form or the database fails.
pub async fn enqueue(tx: &Tx, ctx: &Ctx, class: &str, key: Uuid, rule: &str, what: serde_json::Value) -> Result<()> {
    queue(tx, ctx, class, key, leaf::rule_leaf(ctx, key, rule, what)?)
}

/// Queues the record of a fact that a slice has established under a named platform rule (I1): a duty, a load, a grant. Every
/// text in it that could have been written about somebody is replaced by a commitment (I8).
///
/// # Errors
/// As [`enqueue`].
pub async fn enqueue_fact(
    platform: &Platform,
    tx: &Tx,
    ctx: &Ctx,
    kind: &str,
    rule: &str,
    fact: &impl Serialize,
) -> Result<Uuid> {
    let key = ctx.uuid();
    let fact = serde_json::to_value(fact)
        .map_err(|error| Error::new(Code::Internal, "a record cannot be logged").because(error))?;
    let what = serde_json::json!({"kind": kind, "record": leaf::shown(platform.vault(), key, "", fact)?});
    enqueue(tx, ctx, ACTS, key, rule, what).await?;
    Ok(key)
}

fn queue(tx: &Tx, ctx: &Ctx, class: &str, key: Uuid, leaf: String) -> Result<()> {
    let shard = Ledger::shard_of(class, ctx.now)?;
    let row = store::outbox::ActiveModel {
        key: Set(key),
        class: Set(shard.class().to_owned()),
        period: Set(shard.period().to_owned()),
        leaf: Set(leaf),
        at: Set(micros(ctx.now)),
        log_index: Set(None),
        ..Default::default()
    };
    tx.insert_later(store::outbox::Entity, store::outbox::Entity::insert(row));
    Ok(())
}

/// The log indices of things that the log has already.
pub(crate) async fn indices(
    db: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, u64>> {
    use store::outbox::Column;
    let rows: Vec<(Uuid, i64)> = store::outbox::Entity::find()
        .select_only()
        .column(Column::Key)
        .column(Column::LogIndex)
        .filter(Column::Key.is_in(keys))
        .filter(Column::LogIndex.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(key, index)| Some((key, u64::try_from(index).ok()?))).collect())
}

/// Where something stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The retention class of its shard.
    pub class: String,
    /// The period of its shard.
    pub period: String,
    /// Its index there.
    pub index: u64,
}

/// Where things stand that the log has already.
pub(crate) async fn places(
    db: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Place>> {
    use store::outbox::Column;
    let rows: Vec<(Uuid, String, String, i64)> = store::outbox::Entity::find()
        .select_only()
        .columns([Column::Key, Column::Class, Column::Period, Column::LogIndex])
        .filter(Column::Key.is_in(keys))
        .filter(Column::LogIndex.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let place = |(key, class, period, index)| Some((key, Place { class, period, index: u64::try_from(index).ok()? }));
    Ok(rows.into_iter().filter_map(place).collect())
}

impl Platform {
    /// The file that proves an act to anyone, offline. It waits until the log has published it. With `disclose` it opens the
    /// commitments of the act's papers, for whoever may read the case.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`], [`Code::Internal`] when the log cannot take the act.
    pub async fn evidence_of_act(&self, ctx: &Ctx, act: ActId, disclose: bool) -> Result<Evidence> {
        let row = docket::store::act::Entity::find_by_id(act.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("act", act))?;
        let head = docket::head(self.db().read(), CaseId(row.case_id)).await?;
        self.may(ctx, Action::ReadCase, &Resource::case(&head))?;
        let openings = match &row.papers {
            Some(sealed) if disclose => Commitments::open(self.vault(), act, sealed)?.openings(),
            _ => Vec::new(),
        };
        self.evidence_of(act.0, openings).await
    }

    /// The file that proves what was done under a platform rule.
    ///
    /// # Errors
    /// As [`Platform::evidence_of_act`].
    pub async fn evidence_of_rule(&self, ctx: &Ctx, key: Uuid) -> Result<Evidence> {
        self.may(ctx, Action::ReadLog, &Resource::platform())?;
        self.evidence_of(key, Vec::new()).await
    }

    /// The file that proves whatever stands at a place of the log. What everybody may read is proved to everybody who is logged
    /// in, the rest to those who may read the log.
    ///
    /// # Errors
    /// [`Code::NotPermitted`]; [`Code::NotFound`] when nothing stands there, or not yet.
    pub async fn evidence_at(&self, ctx: &Ctx, class: &str, period: &str, index: u64) -> Result<Evidence> {
        let action = if has_public_leaves(class) { Action::ListCases } else { Action::ReadLog };
        self.may(ctx, action, &Resource::platform())?;
        let shard = ShardName::new(class, period).map_err(|error| Error::new(Code::InvalidInput, error.to_string()))?;
        if class == CALLS {
            self.publish_uses().await?;
        } else {
            self.flush_log().await?;
        }
        let (root, keys) = (self.settings().log_root.clone(), self.log_keys());
        let witnesses = self.ledger().witnessing.keys();
        blocking(move || {
            let reader = Reader::open(&shard.dir(&root)).map_err(|error| absent(&root, &shard).because(error))?;
            let size = reader.published();
            if index >= size {
                let last = size.checked_sub(1).map_or_else(
                    || format!("nothing was logged in {} yet", shard.period()),
                    |last| format!("its entries are 0 to {last} by now"),
                );
                let place = format!("{}/{}/{index}", shard.class(), shard.period());
                return Err(Error::not_found("log entry", place).hint(last));
            }
            proved(&reader, index, &keys, &witnesses, Vec::new())
        })
        .await
    }

    /// The latest published checkpoints of a shard.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the shard has published nothing yet.
    pub async fn checkpoint(&self, class: &str, period: &str) -> Result<PublishedCheckpoint> {
        let shard = ShardName::new(class, period).map_err(|error| Error::new(Code::InvalidInput, error.to_string()))?;
        let root = self.settings().log_root.clone();
        let witnesses = self.ledger().witnessing.keys();
        blocking(move || {
            let reader = Reader::open(&shard.dir(&root)).map_err(|error| absent(&root, &shard).because(error))?;
            let pair = reader.checkpoints();
            Ok(PublishedCheckpoint {
                origin: pair.sha256.checkpoint.origin.clone(),
                size: pair.size(),
                sm3: pair.sm3.note.to_string(),
                sha256: pair.sha256.note.to_string(),
                witnessed: witness::witnessed(&reader, &witnesses).map_err(failed("read"))?,
            })
        })
        .await
    }

    /// The public keys of the log in the forms that other tools read, and its shards.
    ///
    /// # Errors
    /// [`Code::Internal`] when the log cannot be read.
    pub async fn published_keys(&self) -> Result<PublishedKeys> {
        let (keys, root, origin) = (self.log_keys(), self.settings().log_root.clone(), self.settings().origin.clone());
        blocking(move || {
            let (sm2_pem, ed25519_pem) = keys.to_pem().map_err(failed("tell the keys of"))?;
            let mut shards = Vec::new();
            for shard in tlog::retention::shards(&root).map_err(failed("read"))? {
                if !shard.dir(&root).join("checkpoint").exists() {
                    continue;
                }
                let origin = shard.origin(&origin);
                let vkey = |key: tlog::Result<tlog::note::NoteKey>| {
                    key.map(|key| key.vkey()).map_err(failed("tell the keys of"))
                };
                shards.push(ShardKeys {
                    class: shard.class().to_owned(),
                    period: shard.period().to_owned(),
                    sm2_vkey: vkey(tlog::note::NoteKey::sm2(&origin, keys.sm2.clone()))?,
                    ed25519_vkey: vkey(tlog::note::NoteKey::ed25519(&origin, keys.ed25519))?,
                    origin,
                });
            }
            Ok(PublishedKeys { origin, sm2_pem, ed25519_pem, shards })
        })
        .await
    }

    /// The public keys of the log.
    pub fn log_keys(&self) -> tlog::TrustedKeys {
        self.ledger().shards.trusted_keys()
    }

    /// The index of something in the log, once the log has it.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn log_index(&self, key: Uuid) -> Result<Option<u64>> {
        Ok(indices(self.db().read(), [key]).await?.remove(&key))
    }

    /// An entry with its place in the log; waits until the log has published it.
    pub(crate) async fn logged(&self, key: Uuid) -> Result<Logged> {
        let (shard, index) = self.published(key).await?;
        let row =
            store::outbox::Entity::find().filter(store::outbox::Column::Key.eq(key)).one(self.db().read()).await?;
        let leaf = row.ok_or_else(|| Error::not_found("log entry", key))?.leaf;
        Ok(Logged { class: shard.class().to_owned(), period: shard.period().to_owned(), index, leaf })
    }

    pub(crate) async fn evidence_of(&self, key: Uuid, openings: Vec<tlog::evidence::Opening>) -> Result<Evidence> {
        let (shard, index) = self.published(key).await?;
        let dir = self.ledger().shards.dir(&shard);
        let (keys, witnesses) = (self.log_keys(), self.ledger().witnessing.keys());
        blocking(move || {
            let reader = Reader::open(&dir).map_err(failed("read"))?;
            proved(&reader, index, &keys, &witnesses, openings)
        })
        .await
    }
}

/// The evidence of a leaf, with what witnesses have cosigned of it.
fn proved(
    reader: &Reader,
    index: u64,
    keys: &tlog::TrustedKeys,
    witnesses: &[tlog::note::NoteKey],
    openings: Vec<tlog::evidence::Opening>,
) -> Result<Evidence> {
    let evidence = Evidence::build(reader, index, keys, openings).map_err(failed("prove an entry of"))?;
    evidence.witnessed(reader, witnesses).map_err(failed("prove an entry of"))
}

/// Why a shard cannot be read: nothing was logged in its period, or it was deleted after its term, or there is no such class.
fn absent(root: &std::path::Path, shard: &ShardName) -> Error {
    let (class, period) = (shard.class(), shard.period());
    let hint = if ![ACTS, ADMINISTRATION, CALLS].contains(&class) {
        format!("the log has the classes `{ACTS}`, `{ADMINISTRATION}` and `{CALLS}`")
    } else if root.join(class).join(format!("{period}.deleted")).exists() {
        "it was deleted after its retention term; what is left of it are its last checkpoints".to_owned()
    } else {
        format!("nothing was logged under `{class}` in {period}; periods are years, those of calls are months")
    };
    Error::not_found("published shard", format!("{class}/{period}")).hint(hint)
}

/// Runs what reads or writes the log's files where it may block.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::new(Code::Internal, "work on the log was broken off").because(error)),
    }
}

/// An error of the log as one of the platform.
pub(super) fn failed(verb: &'static str) -> impl FnOnce(tlog::Error) -> Error {
    move |error| Error::new(Code::Internal, format!("cannot {verb} the log")).because(error)
}
