//! What a leaf says. Ids, roles, acts, articles, digests: never personal data and never what somebody wrote (I8). What was
//! written is in the leaf as a salted commitment; the salt lies sealed beside the text, so that evidence can open it for those
//! who may read it.

use std::collections::BTreeMap;

use law::{FactValue, Facts, PaperId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tlog::canonical;
use uuid::Uuid;

use crate::{
    Platform, Vault,
    ctx::{Actor, Ctx},
    docket::CaseHead,
    error::{Code, Error, Result},
    ids::*,
};

/// An act about to be recorded.
pub struct ActRecord<'a> {
    /// Its id.
    pub act: ActId,
    /// The case.
    pub head: &'a CaseHead,
    /// Its number in the case.
    pub seq: i32,
    /// What was decided.
    pub decision: &'a law::Decision,
}

/// Texts with their commitments.
#[derive(Default)]
pub struct Commitments(BTreeMap<PaperId, Committed>);

struct Committed {
    text: String,
    salt: [u8; 32],
    commitment: String,
}

/// The sealed form of one text.
#[derive(Serialize, Deserialize)]
struct Sealed {
    text: String,
    salt: String,
}

/// Commits to the papers of an act, each with a salt of its own.
///
/// # Errors
/// [`Code::Internal`] when a text has no canonical form.
pub fn commit_papers(ctx: &Ctx, papers: &BTreeMap<PaperId, String>) -> Result<Commitments> {
    let commit = |(paper, text): (&PaperId, &String)| {
        let mut salt = [0u8; 32];
        ctx.fill(&mut salt);
        Ok((paper.clone(), Committed { text: text.clone(), commitment: commitment(&salt, text)?, salt }))
    };
    Ok(Commitments(papers.iter().map(commit).collect::<Result<_>>()?))
}

impl Commitments {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The papers' names.
    pub fn names(&self) -> Vec<&PaperId> {
        self.0.keys().collect()
    }

    /// The papers' texts.
    pub fn texts(self) -> BTreeMap<PaperId, String> {
        self.0.into_iter().map(|(paper, committed)| (paper, committed.text)).collect()
    }

    /// The commitments as they stand in the leaf.
    fn in_leaf(&self) -> BTreeMap<&PaperId, &str> {
        self.0.iter().map(|(paper, committed)| (paper, committed.commitment.as_str())).collect()
    }

    /// What discloses every paper in an evidence file.
    pub(super) fn openings(&self) -> Vec<tlog::evidence::Opening> {
        let opening = |(paper, committed): (&PaperId, &Committed)| {
            tlog::evidence::Opening::new(
                &format!("/papers/{paper}"),
                &committed.salt,
                Value::String(committed.text.clone()),
            )
        };
        self.0.iter().map(opening).collect()
    }

    /// Seals texts and salts for the row of an act.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn seal(&self, vault: &Vault, ctx: &Ctx, act: ActId) -> Result<Vec<u8>> {
        let sealed: BTreeMap<_, _> = self
            .0
            .iter()
            .map(|(paper, committed)| {
                (paper, Sealed { text: committed.text.clone(), salt: hex::encode(committed.salt) })
            })
            .collect();
        Ok(vault.seal(ctx, &place(act), crate::db::to_json(&sealed)?.as_bytes()))
    }

    /// Opens what [`Commitments::seal`] sealed.
    ///
    /// # Errors
    /// [`Code::Internal`] when the column was changed or the key is another one.
    pub fn open(vault: &Vault, act: ActId, sealed: &[u8]) -> Result<Self> {
        let broken = || Error::new(Code::Internal, "the sealed papers of an act cannot be read");
        let text = String::from_utf8(vault.open(&place(act), sealed)?).map_err(|error| broken().because(error))?;
        let sealed: BTreeMap<PaperId, Sealed> = crate::db::from_json(&text)?;
        let opened = sealed.into_iter().map(|(paper, sealed)| {
            let mut salt = [0u8; 32];
            hex::decode_to_slice(&sealed.salt, &mut salt).map_err(|error| broken().because(error))?;
            Ok((paper, Committed { commitment: commitment(&salt, &sealed.text)?, text: sealed.text, salt }))
        });
        Ok(Self(opened.collect::<Result<_>>()?))
    }
}

/// The leaf of an act.
pub(super) fn act_leaf(platform: &Platform, ctx: &Ctx, record: &ActRecord<'_>, papers: &Commitments) -> Result<String> {
    let ActRecord { act, head, seq, decision } = record;
    let (kind, id, organisation) = actor_columns(&ctx.who);
    let clocks: Vec<Value> = decision
        .clock_changes
        .iter()
        .map(|change| {
            json!({
                "clock": change.clock, "article": change.article, "status": change.status,
                "due": change.due.map(|due| due.to_string()),
            })
        })
        .collect();
    let mut leaf = json!({
        "v": 1, "kind": "act", "id": act, "case": head.id, "seq": seq,
        "pack": head.pack, "procedure": head.procedure,
        "subject": {"kind": head.subject_kind, "id": head.subject},
        "provider": head.provider, "demander": head.demander, "parent": head.parent,
        "act": decision.act, "role": decision.by,
        "actor": {"kind": kind, "id": id, "organisation": organisation},
        "at": decision.at.to_string(), "recorded_at": ctx.now.to_string(),
        "articles": decision.articles, "from": decision.from, "to": decision.case.state,
        "ended": ends(platform, &decision.case),
        "effects": decision.effects, "clocks": clocks,
        "facts": public_facts(platform, &decision.case.facts),
        "papers": papers.in_leaf(),
    });
    if let Some(object) = leaf.as_object_mut()
        && !head.parties.is_empty()
    {
        object.insert("parties".to_owned(), json!(head.parties));
    }
    if let (Some(object), Some((clock, outcome))) = (leaf.as_object_mut(), &decision.expired) {
        object.insert("expired".to_owned(), json!({"clock": clock, "outcome": outcome}));
    }
    canonical_text(&leaf)
}

/// Whether the case has come to an end, so that nobody needs the law to count the cases that are open.
fn ends(platform: &Platform, case: &law::Case) -> bool {
    let rules = platform.book().pack(&case.pack).and_then(|pack| pack.procedures.get(&case.procedure));
    rules.and_then(|rules| rules.states.get(&case.state)).is_some_and(|state| state.end)
}

/// Facts whose values come from a closed list, or are numbers, instants or flags. A fact in free words is left out.
fn public_facts<'f>(platform: &Platform, facts: &'f Facts) -> BTreeMap<&'f law::FactId, Value> {
    let vocabulary = platform.book().vocabulary();
    let public = |(fact, value): (&'f law::FactId, &'f FactValue)| {
        let value = match value {
            FactValue::Flag(flag) => json!(flag),
            FactValue::Number(number) => json!(number.to_string()),
            FactValue::Moment(at) => json!(at.to_string()),
            FactValue::Word(word) => {
                let closed = vocabulary.facts.get(fact).is_some_and(|known| known.words.contains(word));
                return closed.then(|| (fact, json!(word)));
            }
        };
        Some((fact, value))
    };
    facts.iter().filter_map(public).collect()
}

/// The leaf of a platform rule: administration, sessions, loads. `what` must be an object without personal data.
pub(super) fn rule_leaf(ctx: &Ctx, key: Uuid, rule: &str, what: Value) -> Result<String> {
    let (kind, id, organisation) = actor_columns(&ctx.who);
    canonical_text(&json!({
        "v": 1, "kind": "rule", "id": key, "rule": rule,
        "actor": {"kind": kind, "id": id, "organisation": organisation},
        "at": ctx.now.to_string(), "what": what,
    }))
}

/// A record of a slice as a leaf may show it (I8): numbers, flags, ids, digests and instants stay; every other text, which
/// somebody may have written about somebody, becomes a commitment. Its salt is derived from the vault key, so that the holder
/// of the record can open it and no row has to keep it.
pub(super) fn shown(vault: &Vault, key: Uuid, at: &str, value: Value) -> Result<Value> {
    Ok(match value {
        Value::String(text) if harmless(&text) => Value::String(text),
        Value::String(text) => Value::String(commitment(&vault.derive(&format!("leaf:{key}:{at}")), &text)?),
        // Fractions have no canonical spelling, so they go as text.
        Value::Number(number) if !number.is_i64() && !number.is_u64() => Value::String(number.to_string()),
        Value::Array(items) => {
            let items =
                items.into_iter().enumerate().map(|(index, item)| shown(vault, key, &format!("{at}/{index}"), item));
            Value::Array(items.collect::<Result<_>>()?)
        }
        // A key of an object is a name of our own, except in maps from words that people chose; those are committed whole.
        Value::Object(fields) if !fields.keys().all(|name| is_name(name)) => {
            let text = serde_json::to_string(&fields).unwrap_or_default();
            Value::String(commitment(&vault.derive(&format!("leaf:{key}:{at}")), &text)?)
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, field)| {
                let field = shown(vault, key, &format!("{at}/{name}"), field)?;
                Ok((name, field))
            });
            Value::Object(fields.collect::<Result<_>>()?)
        }
        other => other,
    })
}

/// Ids, digests, days and instants.
fn harmless(text: &str) -> bool {
    let digest = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digest
        || Uuid::parse_str(text).is_ok()
        || text.parse::<jiff::Timestamp>().is_ok()
        || text.parse::<jiff::civil::Date>().is_ok()
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Who acts, as tables and leaves name it.
pub fn actor_columns(who: &Actor) -> (&'static str, Option<Uuid>, Option<OrganisationId>) {
    match who {
        Actor::Person { id, organisation, .. } => ("person", Some(id.0), Some(*organisation)),
        Actor::Client { id, organisation } => ("client", Some(id.0), Some(*organisation)),
        Actor::Law => ("law", None, None),
        Actor::Platform => ("platform", None, None),
        Actor::Public => ("public", None, None),
    }
}

pub(super) fn canonical_text(value: &impl Serialize) -> Result<String> {
    let fault = "a log entry cannot be written";
    let bytes = canonical::to_vec(value).map_err(|error| Error::new(Code::Internal, fault).because(error))?;
    String::from_utf8(bytes).map_err(|error| Error::new(Code::Internal, fault).because(error))
}

fn commitment(salt: &[u8; 32], text: &str) -> Result<String> {
    let commitment = canonical::commitment(salt, text)
        .map_err(|error| Error::new(Code::Internal, "a paper cannot be logged").because(error))?;
    Ok(canonical::commitment_text(&commitment))
}

fn place(act: ActId) -> String {
    format!("act.papers:{act}")
}
