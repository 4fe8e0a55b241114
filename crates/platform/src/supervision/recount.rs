//! The figures of a district, counted from the leaves of its log and from nothing else (I10).
//!
//! What a reader must know first. [`Recount`] is a fold: whoever has the leaves of a log's shards (the platform itself, or a
//! stranger with a copy of the folders) gives them to [`Recount::leaf`] one by one, shard after shard in the order of
//! [`order`], and asks for [`Recount::figures`] at the end. It reads no database, no law and no clock, and shares no code with the
//! counting of rows. Memory grows with cases, entries and the ids of leaves, not with what leaves say.
//!
//! What each figure is counted from:
//!
//! | figure | leaves |
//! |---|---|
//! | `organisations` | `organisation_created`, `district_set_up` of administration |
//! | `duties`, `systems` | `catalogue.record_duty`, `catalogue.record_system` |
//! | `entries` | acts that open a case of `catalogue_entry`; effects `publish_entry`, `withdraw_entry` |
//! | `open_cases`, `requests` | the last act of every case: where it led, and whether that is an end |
//! | `collected`, `rows` | loads (`collection.record_load`, `collection.hold_load`), the effect `mark_collected`, `collection.drop_held` |
//! | `loads` | accepted loads; all others change nothing and are in no log |
//! | `services` | effects `issue_grant` on requests; `suspend_service`, `resume_service`, `end_service` |
//! | `acts`, `missed_terms`, `breaches` | acts; those after a term that ran out; those of them that were breaches |
//! | `calls`, `records`, `refused_calls` | uses of services |

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Figure, NotRecounted};
use crate::{catalogue, collection, gateway, ledger};

/// Most faults that are told one by one.
const MOST_FAULTS: usize = 50;

/// Something in the log that cannot be, were the log written by the platform alone. It is not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafFault {
    /// The class of the shard.
    pub class: String,
    /// Its period.
    pub period: String,
    /// The leaf's index.
    pub index: u64,
    /// What is wrong with it.
    pub what: String,
}

/// The order in which shards must be given: administration before acts, since acts are done by organisations; a class by its
/// periods, since a case goes on from one year to the next.
#[must_use]
pub fn order(class: &str, period: &str) -> (u8, String) {
    let rank = match class {
        ledger::ADMINISTRATION => 0,
        ledger::ACTS => 1,
        _ => 2,
    };
    (rank, period.to_owned())
}

/// The fold.
#[derive(Default)]
pub struct Recount {
    seen: HashSet<u128>,
    words: BTreeSet<Arc<str>>,
    organisations: HashSet<Uuid>,
    duties: u64,
    systems: u64,
    entries: HashMap<Uuid, EntrySoFar>,
    cases: HashMap<Uuid, CaseSoFar>,
    granted: u64,
    /// Services that were suspended or have ended; all others that were granted are active.
    idle: HashMap<Uuid, &'static str>,
    acts: u64,
    missed_terms: u64,
    breaches: u64,
    loads: u64,
    calls: u64,
    records: u64,
    refused_calls: u64,
    /// What leaves of an older form do not say.
    unsaid: BTreeMap<&'static str, &'static str>,
    faults: Vec<LeafFault>,
    more_faults: u64,
}

struct CaseSoFar {
    procedure: Arc<str>,
    state: Arc<str>,
    seq: u64,
    about_request: bool,
    /// Unknown for acts that were logged before leaves said it.
    ended: Option<bool>,
}

#[derive(Default)]
struct EntrySoFar {
    /// Drafted, published or withdrawn; entries of which only loads are known have none.
    status: Option<&'static str>,
    collected: bool,
    rows: u64,
}

/// What is read of a leaf of any kind.
#[derive(Deserialize)]
struct Leaf<'l> {
    id: Uuid,
    #[serde(borrow)]
    kind: Cow<'l, str>,
    #[serde(borrow, default)]
    rule: Cow<'l, str>,
    what: Option<Value>,
    case: Option<Uuid>,
    seq: Option<u64>,
    #[serde(borrow, default)]
    procedure: Cow<'l, str>,
    subject: Option<Subject<'l>>,
    #[serde(borrow, default)]
    to: Cow<'l, str>,
    from: Option<Cow<'l, str>>,
    ended: Option<bool>,
    #[serde(default)]
    effects: Vec<Cow<'l, str>>,
    expired: Option<Expired<'l>>,
    #[serde(borrow, default)]
    outcome: Cow<'l, str>,
    #[serde(default)]
    records: u64,
}

#[derive(Deserialize)]
struct Subject<'l> {
    #[serde(borrow)]
    kind: Cow<'l, str>,
    id: Uuid,
}

#[derive(Deserialize)]
struct Expired<'l> {
    #[serde(borrow)]
    outcome: Cow<'l, str>,
}

impl Recount {
    /// Counts one leaf. A leaf that was counted already, or that is none of the platform's, is noted as a fault and not counted.
    pub fn leaf(&mut self, class: &str, period: &str, index: u64, bytes: &[u8]) {
        let counted = match serde_json::from_slice::<Leaf<'_>>(bytes) {
            Err(_) => Err("it is no entry that the platform writes"),
            Ok(leaf) if !self.seen.insert(leaf.id.as_u128()) => Err("an entry with its id was counted before"),
            Ok(leaf) => match (class, &*leaf.kind) {
                (ledger::ACTS, "act") => self.act(&leaf),
                (ledger::ACTS | ledger::ADMINISTRATION, "rule") => self.rule(&leaf),
                (ledger::CALLS, "use") => self.used(&leaf),
                _ => Err("an entry of its kind has no place in this class"),
            },
        };
        if let Err(what) = counted {
            self.fault(class, period, index, what);
        }
    }

    /// Notes what is wrong with a leaf.
    pub(super) fn fault(&mut self, class: &str, period: &str, index: u64, what: &str) {
        if self.faults.len() < MOST_FAULTS {
            let (class, period) = (class.to_owned(), period.to_owned());
            self.faults.push(LeafFault { class, period, index, what: what.to_owned() });
        } else {
            self.more_faults = self.more_faults.saturating_add(1);
        }
    }

    /// How many different leaves were given.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.seen.len() as u64
    }

    /// What cannot be in a log that the platform alone has written, and how much more of it there is than is told.
    #[must_use]
    pub fn faults(&self) -> (&[LeafFault], u64) {
        (&self.faults, self.more_faults)
    }

    /// The figures, in the order of [`super::figures_of`], and those that do not follow from these leaves.
    #[must_use]
    pub fn figures(&self) -> (Vec<Figure>, Vec<NotRecounted>) {
        let mut open = BTreeMap::new();
        let mut requests = BTreeMap::new();
        for case in self.cases.values() {
            if case.ended == Some(false) {
                add(&mut open, (&*case.procedure, &*case.state));
            }
            if case.about_request {
                add(&mut requests, &*case.state);
            }
        }
        let mut entries = BTreeMap::new();
        self.entries.values().filter_map(|entry| entry.status).for_each(|status| add(&mut entries, status));
        let mut services = BTreeMap::new();
        self.idle.values().for_each(|status| add(&mut services, *status));
        let active = self.granted.saturating_sub(self.idle.len() as u64);
        if active > 0 {
            services.insert("active", active);
        }
        let loads = (self.loads > 0).then_some(("accepted", self.loads));
        let known = self.entries.values().filter(|entry| entry.status.is_some());
        let (collected, rows) = known.fold((0u64, 0u64), |(collected, rows), entry| {
            (collected.saturating_add(u64::from(entry.collected)), rows.saturating_add(entry.rows))
        });
        let all = vec![
            Figure::single("organisations", self.organisations.len() as u64),
            Figure::single("duties", self.duties),
            Figure::single("systems", self.systems),
            Figure::by("entries", "status", entries),
            Figure::parted(
                "open_cases",
                open.into_iter()
                    .map(|((procedure, state), count)| (vec![("procedure", procedure), ("state", state)], count)),
            ),
            Figure::single("collected", collected),
            Figure::by("loads", "state", loads),
            Figure::single("rows", rows),
            Figure::by("requests", "state", requests),
            Figure::by("services", "status", services),
            Figure::single("acts", self.acts),
            Figure::single("missed_terms", self.missed_terms),
            Figure::single("breaches", self.breaches),
            Figure::single("calls", self.calls),
            Figure::single("records", self.records),
            Figure::single("refused_calls", self.refused_calls),
        ];
        let not: Vec<_> = self.unsaid.iter().map(|(name, why)| NotRecounted::new(name, why)).collect();
        let said = |figure: &Figure| !self.unsaid.contains_key(figure.name.as_str());
        (all.into_iter().filter(said).collect(), not)
    }

    fn act(&mut self, leaf: &Leaf<'_>) -> Result<(), &'static str> {
        let (Some(case), Some(seq), Some(subject)) = (leaf.case, leaf.seq, &leaf.subject) else {
            return Err("an act has a case, a number and a subject");
        };
        let follows = self.cases.get(&case).map_or(0, |known| known.seq);
        if seq != follows.saturating_add(1) {
            return Err(if seq <= follows {
                "an act with its number in the case was counted before"
            } else {
                "an act of its case that comes before it is not in the log"
            });
        }
        let (procedure, state) = (self.word(&leaf.procedure), self.word(&leaf.to));
        let about_request = subject.kind == "request";
        self.cases.insert(case, CaseSoFar { procedure, state, seq, about_request, ended: leaf.ended });
        if leaf.ended.is_none() {
            self.unsaid.insert("open_cases", "some acts were logged before entries said whether a case had ended");
        }
        self.acts = self.acts.saturating_add(1);
        if let Some(expired) = &leaf.expired {
            self.missed_terms = self.missed_terms.saturating_add(1);
            self.breaches = self.breaches.saturating_add(u64::from(expired.outcome == "breach"));
        }
        if subject.kind == "entry" && leaf.from.is_none() && leaf.procedure == catalogue::PROCEDURE {
            self.entries.entry(subject.id).or_default().status.get_or_insert("draft");
        }
        leaf.effects.iter().for_each(|effect| self.effect(effect, subject));
        Ok(())
    }

    fn effect(&mut self, effect: &str, subject: &Subject<'_>) {
        match (effect, &*subject.kind) {
            ("publish_entry", "entry") => self.entries.entry(subject.id).or_default().status = Some("published"),
            ("withdraw_entry", "entry") => self.entries.entry(subject.id).or_default().status = Some("withdrawn"),
            ("mark_collected", "entry") => self.entries.entry(subject.id).or_default().collected = true,
            ("issue_grant", "request") => self.granted = self.granted.saturating_add(1),
            ("suspend_service", "service") => drop(self.idle.insert(subject.id, "suspended")),
            ("end_service", "service") => drop(self.idle.insert(subject.id, "ended")),
            ("resume_service", "service") => drop(self.idle.remove(&subject.id)),
            _ => {}
        }
    }

    fn rule(&mut self, leaf: &Leaf<'_>) -> Result<(), &'static str> {
        let said = |field: &str| leaf.what.as_ref().and_then(|what| what.get(field));
        let id = |field: &str| said(field).and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
        match &*leaf.rule {
            "organisation_created" | "district_set_up" => {
                let made = id("organisation").ok_or("it does not say which organisation")?;
                self.organisations.insert(made);
            }
            "catalogue.record_duty" => self.duties = self.duties.saturating_add(1),
            "catalogue.record_system" => self.systems = self.systems.saturating_add(1),
            rule @ (collection::LOG_LOAD | collection::HOLD_LOAD) => {
                let entry = id("entry").ok_or("it does not say for which entry")?;
                let accepted = said("accepted").and_then(Value::as_u64).ok_or("it does not say how many rows")?;
                let collected = said("collected").and_then(Value::as_bool);
                if rule == collection::HOLD_LOAD && collected.is_none() {
                    self.unsaid.insert("collected", "some held data was logged before entries said whether it fits");
                }
                self.loads = self.loads.saturating_add(1);
                let known = self.entries.entry(entry).or_default();
                known.rows = accepted;
                known.collected |= collected.unwrap_or(false);
            }
            collection::DROP_HELD => {
                let known = self.entries.entry(id("entry").ok_or("it does not say for which entry")?).or_default();
                (known.collected, known.rows) = (false, 0);
            }
            _ => {}
        }
        Ok(())
    }

    fn used(&mut self, leaf: &Leaf<'_>) -> Result<(), &'static str> {
        if leaf.outcome.is_empty() {
            return Err("a use has an outcome");
        }
        if leaf.outcome == gateway::SERVED {
            self.calls = self.calls.saturating_add(1);
            self.records = self.records.saturating_add(leaf.records);
        } else {
            // One entry sums up as many refusals as it has records.
            self.refused_calls = self.refused_calls.saturating_add(leaf.records);
        }
        Ok(())
    }

    /// A word of which there are few, kept once.
    fn word(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.words.get(word) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(word);
        self.words.insert(Arc::clone(&fresh));
        fresh
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    let count = counts.entry(key).or_insert(0);
    *count = count.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn act(id: u128, case: u128, seq: u64, change: Value) -> Value {
        let mut leaf = json!({
            "v": 1, "kind": "act", "id": Uuid::from_u128(id), "case": Uuid::from_u128(case), "seq": seq,
            "procedure": "catalogue_entry", "subject": {"kind": "entry", "id": Uuid::from_u128(case + 1000)},
            "from": "draft", "to": "review", "ended": false, "effects": [],
        });
        for (field, value) in change.as_object().unwrap() {
            leaf[field] = value.clone();
        }
        leaf
    }

    fn rule(id: u128, rule: &str, what: Value) -> Value {
        json!({"v": 1, "kind": "rule", "id": Uuid::from_u128(id), "rule": rule, "what": what})
    }

    fn counted<'l>(class: &str, leaves: impl IntoIterator<Item = &'l Value>) -> Recount {
        let mut recount = Recount::default();
        for (index, leaf) in (0..).zip(leaves) {
            recount.leaf(class, "2026", index, leaf.to_string().as_bytes());
        }
        recount
    }

    fn value(recount: &Recount, name: &str) -> u64 {
        recount.figures().0.iter().find(|figure| figure.name == name).unwrap().value
    }

    /// A leaf that stands twice in the log, under its own index or another's, is counted once; so is an act whose number in its
    /// case is taken, and one whose forerunner is missing is not counted at all.
    #[test]
    fn a_leaf_counted_twice_is_impossible() {
        let opened = act(1, 1, 1, json!({"from": null}));
        let next = act(2, 1, 2, json!({}));
        let same_number = act(3, 1, 2, json!({}));
        let beyond = act(4, 1, 9, json!({}));
        let recount = counted(ledger::ACTS, [&opened, &next, &opened, &next, &same_number, &beyond]);
        assert_eq!((value(&recount, "acts"), recount.faults().0.len()), (2, 4));
        let at: Vec<u64> = recount.faults().0.iter().map(|fault| fault.index).collect();
        assert_eq!(at, [2, 3, 4, 5]);
    }

    /// What is no leaf of the platform, or stands in the wrong class, is told and not counted.
    #[test]
    fn a_stranger_in_the_log_is_told() {
        let used = json!({"kind": "use", "id": Uuid::from_u128(1), "outcome": "served", "records": 3});
        assert_eq!(value(&counted(ledger::CALLS, [&used]), "records"), 3);
        for (class, leaf) in [(ledger::ACTS, used), (ledger::CALLS, act(1, 1, 1, json!({}))), (ledger::ACTS, json!({}))]
        {
            let recount = counted(class, [&leaf]);
            assert_eq!((recount.faults().0.len(), value(&recount, "calls"), value(&recount, "acts")), (1, 0, 0));
        }
        let mut many = Recount::default();
        (0..80).for_each(|index| many.leaf(ledger::ACTS, "2026", index, b"no JSON"));
        assert_eq!((many.faults().0.len(), many.faults().1), (MOST_FAULTS, 80 - MOST_FAULTS as u64));
    }

    /// An entry counts as what its last effect made it; held data that was dropped counts no longer.
    #[test]
    fn entries_are_what_was_last_done_with_them() {
        let entry = |case: u128| Uuid::from_u128(case + 1000);
        let mut leaves = vec![act(1, 1, 1, json!({"from": null})), act(2, 2, 1, json!({"from": null}))];
        leaves.push(act(3, 1, 2, json!({"effects": ["publish_entry"], "ended": true, "to": "published"})));
        let hold = json!({"entry": entry(2), "accepted": 7, "collected": true});
        leaves.push(rule(4, collection::HOLD_LOAD, hold));
        leaves.push(rule(5, collection::LOG_LOAD, json!({"entry": entry(1), "accepted": 5})));
        let recount = counted(ledger::ACTS, &leaves);
        let of = |name: &str| value(&recount, name);
        assert_eq!((of("entries"), of("open_cases"), of("collected"), of("rows"), of("loads")), (2, 1, 1, 12, 2));
        leaves.push(rule(6, collection::DROP_HELD, json!({"entry": entry(2)})));
        leaves.push(act(7, 1, 3, json!({"effects": ["withdraw_entry"], "ended": true, "to": "withdrawn"})));
        let recount = counted(ledger::ACTS, &leaves);
        let (figures, not) = recount.figures();
        let entries = figures.iter().find(|figure| figure.name == "entries").unwrap();
        let parts: Vec<_> = entries.parts.iter().map(|part| (part.of["status"].as_str(), part.value)).collect();
        assert_eq!((parts, not.len()), (vec![("draft", 1), ("withdrawn", 1)], 0));
        assert_eq!((value(&recount, "collected"), value(&recount, "rows")), (0, 5));
    }

    /// What entries of an older form do not say is not guessed: the figure is named with the reason instead.
    #[test]
    fn what_a_leaf_does_not_say_is_not_guessed() {
        let mut old = act(1, 1, 1, json!({"from": null}));
        old.as_object_mut().unwrap().remove("ended");
        let held = rule(2, collection::HOLD_LOAD, json!({"entry": Uuid::from_u128(1001), "accepted": 7}));
        let (figures, not) = counted(ledger::ACTS, [&old, &held]).figures();
        let names: Vec<_> = not.iter().map(|not| not.name.as_str()).collect();
        assert_eq!(names, ["collected", "open_cases"]);
        assert!(figures.iter().all(|figure| !names.contains(&figure.name.as_str())));
    }

    /// A service counts as active until it is suspended or ended, and again after it is resumed.
    #[test]
    fn services_are_what_was_last_done_with_them() {
        let grant = |id, case| {
            act(
                id,
                case,
                1,
                json!({"from": null, "effects": ["issue_grant"], "subject": {"kind": "request", "id": Uuid::from_u128(case)}}),
            )
        };
        let on = |id, seq, effect: &str| {
            act(id, 9, seq, json!({"effects": [effect], "subject": {"kind": "service", "id": Uuid::from_u128(77)}}))
        };
        let mut leaves = vec![grant(1, 1), grant(2, 2), on(3, 1, "suspend_service")];
        let services = |leaves: &[Value]| {
            let (figures, _) = counted(ledger::ACTS, leaves).figures();
            let services = figures.into_iter().find(|figure| figure.name == "services").unwrap();
            services.parts.into_iter().map(|part| (part.of["status"].clone(), part.value)).collect::<Vec<_>>()
        };
        let of = |word: &str, count| (word.to_owned(), count);
        assert_eq!(services(&leaves), [of("active", 1), of("suspended", 1)]);
        leaves.push(on(4, 2, "resume_service"));
        assert_eq!(services(&leaves), [of("active", 2)]);
        leaves.push(on(5, 3, "end_service"));
        assert_eq!(services(&leaves), [of("active", 1), of("ended", 1)]);
    }
}
