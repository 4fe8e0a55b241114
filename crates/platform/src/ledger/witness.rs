//! The log's witnesses: who is asked to cosign it, what they said, and what of it is shown.
//!
//! After a shard was published its public checkpoint is handed to every witness, with the proof that the witness's last one is
//! a prefix of it (C2SP `tlog-witness`, [`tlog::witness`]). What comes back is kept beside the shard's files
//! ([`tlog::cosigned`]). Nothing waits for a witness: one that is silent is asked again later, and one that refuses is shown
//! until it no longer does. How the question travels is the edge's affair ([`AskWitness`]), since nothing here speaks HTTP.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tlog::{
    Reader, SignedCheckpoint, cosigned,
    note::{Note, NoteKey},
    retention::{self, ShardName},
    witness::{Submission, size_in},
};
use tokio::{sync::Notify, task::JoinHandle, time::Instant};

use crate::{
    Inner, Platform,
    error::{Code, Error, Result},
};

use super::{blocking, failed};

/// How long new checkpoints gather before the witnesses are asked: so often each of them is asked about a shard at most.
const GATHER: Duration = Duration::from_secs(2);
/// How long a witness that was silent is left alone.
const RESPITE: Duration = Duration::from_secs(30);
/// How often one witness is asked about one checkpoint: once, and once more from where it says that it stands.
const ATTEMPTS: u32 = 2;

/// A witness of the log.
#[derive(Clone, Debug)]
pub struct LogWitness {
    /// Its public key, as its operator gave it.
    pub key: NoteKey,
    /// Where it is asked; nothing for one whose cosignatures are still shown, but who is asked no more.
    pub url: Option<String>,
}

impl LogWitness {
    /// Reads `VKEY=URL`, or `VKEY` for one who is asked no more.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] when it is not the key of a witness, or the address is none.
    pub fn parse(text: &str) -> Result<Self> {
        // A name may have `=`, a key never has: its bytes are a multiple of three.
        let key_at = text.match_indices('+').nth(1).map_or(0, |(at, _)| at);
        let (name, rest) = text.split_at_checked(key_at).unwrap_or(("", text));
        let (key, url) = rest.split_once('=').map_or((rest, None), |(key, url)| (key, Some(url)));
        let invalid = |what: String| {
            Error::new(Code::InvalidInput, what).hint("write `VKEY=URL`; `gongshu witness serve` prints both parts")
        };
        let key = NoteKey::parse(&format!("{name}{key}"))
            .map_err(|why| invalid(format!("`{text}` names no witness")).because(why))?;
        if !key.is_witness() {
            return Err(invalid(format!("`{}` is the key of a log and not of a witness", key.vkey())));
        }
        if let Some(url) = url.filter(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(invalid(format!("`{url}` is no address of a witness")));
        }
        Ok(Self { key, url: url.map(|url| url.trim_end_matches('/').to_owned()) })
    }
}

/// How a witness is asked. The edge has an implementation that speaks HTTP.
#[async_trait]
pub trait AskWitness: Send + Sync {
    /// Posts `body` to `URL/add-checkpoint`, within bounds of time and size.
    ///
    /// # Errors
    /// One sentence without the address when there is no answer: it is shown to everybody.
    async fn ask(&self, url: &str, body: String) -> std::result::Result<WitnessAnswer, String>;
}

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// What witnesses have cosigned of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessedCheckpoint {
    /// How many leaves the cosigned tree has.
    pub size: u64,
    /// The checkpoint as a note, with the signatures of the log and of the witnesses.
    pub note: String,
    /// The witnesses that this platform knows and whose cosignatures hold.
    pub by: Vec<Cosignature>,
}

/// One witness's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cosignature {
    /// Its name.
    pub name: String,
    /// Its verifier key.
    pub vkey: String,
    /// When it cosigned, by its own clock.
    pub at: Timestamp,
}

/// The log's witnesses and how they stand to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessesView {
    /// The log's name, above its shards.
    pub origin: String,
    /// The log's public Ed25519 key under that name, as a witness is given it.
    pub vkey: String,
    /// Its witnesses.
    pub witnesses: Vec<WitnessView>,
}

/// A witness and how it stands to the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessView {
    /// Its name.
    pub name: String,
    /// Its verifier key.
    pub vkey: String,
    /// Whether it is still asked.
    pub asked: bool,
    /// What it said of every shard it was asked about.
    pub shards: Vec<WitnessedShard>,
}

/// What a witness said of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessedShard {
    /// The shard's retention class.
    pub class: String,
    /// The shard's period.
    pub period: String,
    /// What it said last.
    pub state: WitnessState,
    /// How many leaves it cosigned last, as far as this node knows.
    pub size: Option<u64>,
    /// When it cosigned them, by its own clock.
    pub at: Option<Timestamp>,
    /// Why it did not cosign what it was asked last.
    pub told: Option<String>,
}

/// What a witness said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WitnessState {
    /// It cosigned.
    Cosigned,
    /// It did not answer, or could not; it is asked again.
    Silent,
    /// It refused: it does not know the log, or the log contradicts what it has seen.
    Refused,
}

/// What the ledger remembers of its witnesses.
#[derive(Default)]
pub(super) struct Witnessing {
    following: OnceLock<Following>,
    /// Up to which size every shard was published when it was last looked at, and which are new since.
    published: Mutex<Published>,
    /// Told when there is something new. The task holds it, and not the platform.
    news: Arc<Notify>,
    /// By the position of the witness and the shard.
    standings: Mutex<BTreeMap<(usize, ShardName), Standing>>,
    /// Witnesses that were silent, and since when.
    silent: Mutex<HashMap<usize, Instant>>,
    /// One round at a time: two would both write the cosigned checkpoint of a shard.
    round: tokio::sync::Mutex<()>,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Following {
    witnesses: Vec<LogWitness>,
    ask: Arc<dyn AskWitness>,
}

#[derive(Default)]
struct Published {
    sizes: HashMap<ShardName, u64>,
    fresh: BTreeSet<ShardName>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    state: WitnessState,
    cosigned: Option<(u64, Timestamp)>,
    told: Option<String>,
}

/// A shard as a witness is asked about it: its files as they were when the round came to it.
#[derive(Clone)]
struct Asked {
    shard: ShardName,
    reader: Arc<Reader>,
    signed: Arc<SignedCheckpoint>,
    cosigned: Option<Arc<SignedCheckpoint>>,
}

impl Witnessing {
    /// The keys of all witnesses, asked or not.
    pub(super) fn keys(&self) -> Vec<NoteKey> {
        self.witnesses().iter().map(|witness| witness.key.clone()).collect()
    }

    /// Notes that a shard was published.
    pub(super) fn published(&self, shard: ShardName, size: u64) {
        if self.witnesses().is_empty() {
            return;
        }
        let mut published = self.published.lock();
        if published.sizes.insert(shard.clone(), size) != Some(size) {
            published.fresh.insert(shard);
            self.news.notify_one();
        }
    }

    /// Ends the asking.
    pub(super) fn stop(&self) {
        if let Some(task) = self.task.lock().take() {
            task.abort();
        }
    }

    fn witnesses(&self) -> &[LogWitness] {
        self.following.get().map_or(&[], |following| &following.witnesses)
    }

    /// The shards to ask about now: new ones, and all with a witness whose respite is over.
    fn due(&self) -> BTreeSet<ShardName> {
        let mut due = std::mem::take(&mut self.published.lock().fresh);
        let standings = self.standings.lock();
        let waiting = |((position, _), standing): &(&(usize, ShardName), &Standing)| {
            standing.state == WitnessState::Silent && !self.is_resting(*position)
        };
        due.extend(standings.iter().filter(waiting).map(|((_, shard), _)| shard.clone()));
        due
    }

    /// Whether a witness was silent so shortly before that it is left alone.
    fn is_resting(&self, position: usize) -> bool {
        self.silent.lock().get(&position).is_some_and(|since| since.elapsed() < RESPITE)
    }

    /// Notes what a witness said, and tells the operator when that is news.
    fn note(&self, position: usize, witness: &LogWitness, shard: &ShardName, standing: Standing) {
        match standing.state {
            WitnessState::Silent if self.is_resting(position) => {}
            WitnessState::Silent => drop(self.silent.lock().insert(position, Instant::now())),
            WitnessState::Cosigned | WitnessState::Refused => drop(self.silent.lock().remove(&position)),
        }
        let before = self.standings.lock().insert((position, shard.clone()), standing.clone());
        let same = |before: Standing| {
            before.state == standing.state && (before.told == standing.told || standing.state == WitnessState::Silent)
        };
        if before.is_some_and(same) {
            return;
        }
        let (name, told) = (witness.key.name(), standing.told.unwrap_or_default());
        let (class, period) = (shard.class(), shard.period());
        match standing.state {
            WitnessState::Cosigned => {
                tracing::debug!(witness = name, log.class = class, log.period = period, "cosigned")
            }
            WitnessState::Silent => {
                tracing::warn!(
                    witness = name,
                    log.class = class,
                    log.period = period,
                    told,
                    "a witness is silent; it is asked again"
                )
            }
            WitnessState::Refused => {
                tracing::error!(
                    witness = name,
                    log.class = class,
                    log.period = period,
                    told,
                    "a witness refuses to cosign the log"
                )
            }
        }
    }
}

impl Platform {
    /// Has the log cosigned from now on. The edge calls it once, after opening.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] when two witnesses have the same name, [`Code::Internal`] when the log cannot be listed.
    pub async fn follow_witnesses(&self, witnesses: Vec<LogWitness>, ask: Arc<dyn AskWitness>) -> Result<()> {
        let names: BTreeSet<&str> = witnesses.iter().map(|witness| witness.key.name()).collect();
        if names.len() != witnesses.len() {
            return Err(Error::new(Code::InvalidInput, "two witnesses have the same name")
                .hint("name each witness once: whoever reads a cosignature knows it by its name"));
        }
        let witnessing = &self.ledger().witnessing;
        if witnesses.is_empty() || witnessing.following.set(Following { witnesses, ask }).is_err() {
            return Ok(());
        }
        // Whatever was published while nobody asked.
        let shards = self.published_shards().await?;
        witnessing.published.lock().fresh.extend(shards);
        witnessing.news.notify_one();
        let task = tokio::spawn(ask_when_told(Arc::downgrade(&self.0), Arc::clone(&witnessing.news)));
        *witnessing.task.lock() = Some(task);
        Ok(())
    }

    /// Asks every witness about every shard now, and waits for what they say; [`Platform::witnesses`] then shows it.
    ///
    /// # Errors
    /// [`Code::Internal`] when the log cannot be read; never because of a witness.
    pub async fn ask_witnesses(&self) -> Result<()> {
        self.ledger().witnessing.silent.lock().clear();
        let shards = self.published_shards().await?;
        self.witness_round(shards).await
    }

    /// The log's witnesses and how they stand to it.
    ///
    /// # Errors
    /// [`Code::Internal`] when the log's name is none.
    pub fn witnesses(&self) -> Result<WitnessesView> {
        let witnessing = &self.ledger().witnessing;
        let standings = witnessing.standings.lock();
        let views = witnessing.witnesses().iter().enumerate().map(|(position, witness)| WitnessView {
            name: witness.key.name().to_owned(),
            vkey: witness.key.vkey(),
            asked: witness.url.is_some(),
            shards: standings
                .iter()
                .filter(|((at, _), _)| *at == position)
                .map(|((_, shard), standing)| WitnessedShard {
                    class: shard.class().to_owned(),
                    period: shard.period().to_owned(),
                    state: standing.state,
                    size: standing.cosigned.map(|(size, _)| size),
                    at: standing.cosigned.map(|(_, at)| at),
                    told: standing.told.clone(),
                })
                .collect(),
        });
        let witnesses = views.collect();
        let origin = self.settings().origin.clone();
        let vkey = NoteKey::ed25519(&origin, self.log_keys().ed25519).map_err(failed("name"))?.vkey();
        Ok(WitnessesView { origin, vkey, witnesses })
    }

    async fn published_shards(&self) -> Result<BTreeSet<ShardName>> {
        let root = self.settings().log_root.clone();
        let listed =
            blocking(
                move || {
                    if root.exists() { retention::shards(&root).map_err(failed("list")) } else { Ok(Vec::new()) }
                },
            );
        Ok(listed.await?.into_iter().collect())
    }

    /// Asks about these shards, one after the other, all witnesses at the same time.
    async fn witness_round(&self, shards: BTreeSet<ShardName>) -> Result<()> {
        let _one = self.ledger().witnessing.round.lock().await;
        for shard in shards {
            let Some(asked) = self.asked(shard).await? else { continue };
            let witnessing = &self.ledger().witnessing;
            let Some(following) = witnessing.following.get() else { return Ok(()) };
            let answers = following.witnesses.iter().enumerate().map(|(position, witness)| {
                let asked = asked.clone();
                async move { (position, witness, self.ask_one(position, witness, following, &asked).await) }
            });
            for (position, witness, said) in futures::future::join_all(answers).await {
                let Some(said) = said else { continue };
                let standing = self.take(&asked, witness, said).await?;
                witnessing.note(position, witness, &asked.shard, standing);
            }
        }
        Ok(())
    }

    /// What a shard has published and what was cosigned of it; nothing where there is nothing to cosign.
    async fn asked(&self, shard: ShardName) -> Result<Option<Asked>> {
        let dir = self.ledger().shards.dir(&shard);
        blocking(move || {
            // A shard that has published nothing has nothing to show.
            let Ok(reader) = Reader::open(&dir) else { return Ok(None) };
            let signed = reader.checkpoints().sha256.clone();
            if signed.checkpoint.size == 0 {
                return Ok(None);
            }
            let cosigned = reader.cosigned().map_err(failed("read"))?.map(Arc::new);
            Ok(Some(Asked { shard, reader: Arc::new(reader), signed: Arc::new(signed), cosigned }))
        })
        .await
    }

    /// Asks one witness about one shard, unless it has cosigned it already, is asked no more, or has a respite.
    async fn ask_one(
        &self,
        position: usize,
        witness: &LogWitness,
        following: &Following,
        asked: &Asked,
    ) -> Option<Said> {
        let had = asked.cosigned.as_deref().and_then(|cosigned| Some((cosigned, at_of(&witness.key, &cosigned.note)?)));
        let size = asked.signed.checkpoint.size;
        if let Some((cosigned, at)) = had
            && cosigned.note.text() == asked.signed.note.text()
        {
            return Some(Said::Already(size, at));
        }
        let url = witness.url.as_deref()?;
        if self.ledger().witnessing.is_resting(position) {
            let told = "it did not answer shortly before".to_owned();
            return Some(Said::Nothing(WitnessState::Silent, told));
        }
        let known = self.ledger().witnessing.standings.lock().get(&(position, asked.shard.clone())).cloned();
        let known = known.and_then(|standing| standing.cosigned).map(|(size, _)| size);
        let known = known.or(had.map(|(cosigned, _)| cosigned.checkpoint.size)).unwrap_or(0);
        Some(converse(following.ask.as_ref(), url, asked, known.min(size)).await)
    }

    /// Keeps what a witness said, and gives how it stands to the shard from now on.
    async fn take(&self, asked: &Asked, witness: &LogWitness, said: Said) -> Result<Standing> {
        let had = asked.cosigned.as_deref();
        let had = had.and_then(|cosigned| Some((cosigned.checkpoint.size, at_of(&witness.key, &cosigned.note)?)));
        let refused = |told: String| Standing { state: WitnessState::Refused, cosigned: had, told: Some(told) };
        let note = match said {
            Said::Already(size, at) => {
                return Ok(Standing { state: WitnessState::Cosigned, cosigned: Some((size, at)), told: None });
            }
            Said::Nothing(state, told) => return Ok(Standing { state, cosigned: had, told: Some(told) }),
            Said::Cosigned(note) => note,
        };
        let Some(at) = at_of(&witness.key, &note) else {
            return Ok(refused("what it answered is not its cosignature of this checkpoint".to_owned()));
        };
        let (reader, key) = (Arc::clone(&asked.reader), witness.key.clone());
        let dir = self.ledger().shards.dir(&asked.shard);
        let kept = blocking(move || Ok(cosigned::keep(&reader, &dir, &note, &key))).await?;
        Ok(match kept {
            Ok(()) => {
                let size = asked.signed.checkpoint.size;
                Standing { state: WitnessState::Cosigned, cosigned: Some((size, at)), told: None }
            }
            // It cosigned, and yet the log is not the one that was cosigned before.
            Err(why @ tlog::Error::Proof(_)) => refused(why.to_string()),
            Err(why) => {
                tracing::error!(error = %why, "a cosignature could not be kept");
                Standing {
                    state: WitnessState::Silent,
                    cosigned: had,
                    told: Some("its cosignature could not be kept; it is asked again".to_owned()),
                }
            }
        })
    }
}

/// What came of asking.
enum Said {
    /// There was nothing to ask: the newest checkpoint is cosigned.
    Already(u64, Timestamp),
    /// The checkpoint with whatever signatures it answered.
    Cosigned(Note),
    /// No cosignature, and why.
    Nothing(WitnessState, String),
}

async fn converse(ask: &dyn AskWitness, url: &str, asked: &Asked, known: u64) -> Said {
    let size = asked.signed.checkpoint.size;
    let refused = |told: String| Said::Nothing(WitnessState::Refused, told);
    let silent = |told: String| Said::Nothing(WitnessState::Silent, told);
    let mut old = known;
    for _ in 0..ATTEMPTS {
        let Ok(body) = question(asked, old).await else {
            return refused(format!("the log cannot prove that it still holds the {old} leaves cosigned last"));
        };
        let answer = match ask.ask(url, body).await {
            Ok(answer) => answer,
            Err(told) => return silent(told),
        };
        match answer.status {
            200 => {
                let note = Note::parse(&format!("{}{}", asked.signed.note, answer.body));
                return note.map_or_else(|_| silent("its answer is no cosignature".to_owned()), Said::Cosigned);
            }
            409 => match size_in(answer.body.trim_end_matches('\n')) {
                None => return silent("it speaks of a conflict and names no size".to_owned()),
                Some(latest) if latest > size => {
                    return refused(format!(
                        "it has seen {latest} leaves, and the log shows only {size}: leaves are gone"
                    ));
                }
                Some(latest) if latest == old => {
                    return refused(format!("it has seen another log of {latest} leaves"));
                }
                Some(latest) => old = latest,
            },
            422 => {
                return refused(format!("the log does not hold the {old} leaves that it has seen: it was rewritten"));
            }
            403 => return refused("it has another key for this log".to_owned()),
            404 => return refused("it does not watch this log".to_owned()),
            status @ (408 | 429 | 500..) => return silent(format!("it answers with status {status}")),
            status => return refused(format!("it answers with status {status}")),
        }
    }
    silent("it names another size at every question".to_owned())
}

async fn question(asked: &Asked, old: u64) -> Result<String> {
    let (reader, signed) = (Arc::clone(&asked.reader), Arc::clone(&asked.signed));
    blocking(move || {
        let size = signed.checkpoint.size;
        let proof =
            if old == 0 { Vec::new() } else { reader.public_consistency(old, size).map_err(failed("prove"))? };
        Ok(Submission { old, proof, signed: SignedCheckpoint::clone(&signed) }.to_string())
    })
    .await
}

/// When this witness cosigned a note, if it did.
pub(super) fn at_of(witness: &NoteKey, note: &Note) -> Option<Timestamp> {
    let seconds = witness.verify(note).ok()?.time_s?;
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

/// What these witnesses have cosigned of a shard.
pub(super) fn witnessed(reader: &Reader, witnesses: &[NoteKey]) -> tlog::Result<Option<WitnessedCheckpoint>> {
    if witnesses.is_empty() {
        return Ok(None);
    }
    let Some(cosigned) = reader.cosigned()? else { return Ok(None) };
    let word = |key: &NoteKey| {
        Some(Cosignature { name: key.name().to_owned(), vkey: key.vkey(), at: at_of(key, &cosigned.note)? })
    };
    let by: Vec<Cosignature> = witnesses.iter().filter_map(word).collect();
    let (size, note) = (cosigned.checkpoint.size, cosigned.note.to_string());
    Ok((!by.is_empty()).then_some(WitnessedCheckpoint { size, note, by }))
}

async fn ask_when_told(platform: Weak<Inner>, news: Arc<Notify>) {
    loop {
        // Whoever is silent is asked again without any news.
        let _ = tokio::time::timeout(RESPITE, news.notified()).await;
        tokio::time::sleep(GATHER).await;
        let Some(inner) = platform.upgrade() else { return };
        let platform = Platform(inner);
        let due = platform.ledger().witnessing.due();
        if let Err(error) = platform.witness_round(due).await {
            tracing::error!(error = %error, cause = ?error.source, "the log could not be shown to its witnesses");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> NoteKey {
        // The key of nothing: a witness's key whose secret nobody needs here.
        let log = tlog::TrustedKeys::of_secrets(&sm::sign::SigningKey::from_bytes(&[7; 32]).unwrap(), &[9; 32]);
        NoteKey::witness("witness=city.example", log.ed25519).unwrap()
    }

    /// The form that the command line takes: a key, and where to ask.
    #[test]
    fn a_witness_is_named_by_its_key_and_its_address() {
        let vkey = key().vkey();
        let read = LogWitness::parse(&format!("{vkey}=https://w.example/a=b/")).unwrap();
        assert_eq!((read.key.vkey(), read.url.as_deref()), (vkey.clone(), Some("https://w.example/a=b")));
        assert_eq!(LogWitness::parse(&vkey).unwrap().url, None);
        for wrong in
            ["", "=", "x", "x=http://a", &format!("{vkey}=ftp://a"), &format!("{vkey}="), &vkey.replace('+', "-")]
        {
            assert_eq!(LogWitness::parse(wrong).unwrap_err().code, Code::InvalidInput, "{wrong}");
        }
    }
}
