//! The real binary, killed with -9 in the middle of acts, loads and calls, and started again: whatever was acknowledged is there
//! once, nothing is there twice, nothing is half there (I2, I4, I7).
//!
//! The moments of death are counted in acknowledgements, not in seconds, so that a slow machine kills at the same places. Each
//! death hits a load that is under way: a file that takes seconds is handed in under an id that is known beforehand, and the
//! process is killed as soon as the platform itself says that this load is running.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use it::{
    Reply,
    world::{Demand, Sharing, entry_body, text},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    log::Leaves,
    node::{Node, Place, binary, signing_key},
};

/// After how many acknowledgements the file is handed in over whose load a process dies.
const DEATHS: [u64; 5] = [3, 40, 90, 25, 60];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_during_an_act_nothing_acknowledged_is_lost_or_doubled() {
    let Some(binary) = binary("killing the real binary") else { return };
    for store in platform::testkit::durable_databases() {
        let place = Place::fresh(store).await;
        kill_again_and_again(&binary, &place).await;
        place.remove().await;
    }
}

async fn kill_again_and_again(binary: &Path, place: &Place) {
    let mut node = Node::start(binary, place, HashMap::new());
    let district = District::found(&mut node).await;
    let mut known = Acknowledged::default();
    for (round, death) in DEATHS.into_iter().enumerate() {
        let done = district.work(&node, round, death).await;
        node.kill();
        node = Node::start(binary, place, node.passwords.clone());
        known.extend(done);
        district.check(&node, &known).await;
    }
    assert!(
        known.acts.len() >= 8 && known.loads.len() >= 2 && known.calls.len() >= 8,
        "hardly anything was done: {known:?}"
    );
    assert_eq!(known.hit.len(), DEATHS.len());
    node.stop();
    let folder = place.folder.path();
    let leaves = Leaves::under(&folder.join("log"));
    for act in known.acts.keys() {
        assert!(leaves.about(act).is_some(), "act {act} was acknowledged and is not in the log");
    }
    for (call, index) in &known.calls {
        let leaf = leaves.about(call).unwrap_or_else(|| panic!("call {call} was answered and is not in the log"));
        assert_eq!(leaf.index, *index, "call {call} stands elsewhere than it was told");
    }
    for load in &known.loads {
        assert!(leaves.about(load).is_some(), "load {load} was acknowledged and is not in the log");
    }
    let sound = Command::new(binary).args(["log", "fsck", "--store"]).arg(folder).output().unwrap();
    assert!(sound.status.success(), "the log is not sound: {}", String::from_utf8_lossy(&sound.stderr));
}

/// What was acknowledged.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Acts, each with its case.
    acts: BTreeMap<String, String>,
    /// Titles of the drafted entries.
    titles: BTreeSet<String>,
    loads: BTreeSet<String>,
    /// The loads over which the process died: running when it was killed, never acknowledged.
    hit: BTreeSet<String>,
    /// Calls, each with its index in the log.
    calls: BTreeMap<String, u64>,
}

impl Acknowledged {
    fn extend(&mut self, more: Self) {
        let Self { acts, titles, loads, hit, calls } = more;
        self.hit.extend(hit);
        self.acts.extend(acts);
        self.titles.extend(titles);
        self.loads.extend(loads);
        self.calls.extend(calls);
    }
}

/// A district founded over the API alone.
struct District {
    holder: &'static str,
    asker: &'static str,
    duty: String,
    entry: String,
    service: String,
}

impl District {
    async fn found(node: &mut Node) -> Self {
        let (holder, asker) = ("holder.executive", "asker.executive");
        node.join("holder", None, holder, "data_executive").await;
        node.join("asker", None, asker, "data_executive").await;
        node.join("centre", Some("centre"), "centre.officer", "officer").await;
        let key = signing_key();
        let duty = json!({ "code": "D1", "name": "社会救助", "basis": "社会救助暂行办法" });
        let duty = text(&node.post(holder, "/duties", duty).await["id"]);
        let body = entry_body("名单", &duty, &Sharing::of("conditional"));
        let entry = node.published(holder, "centre.officer", &duty, body).await;
        let path = format!("/entries/{entry}/loads?name=rows.csv");
        node.try_ask(holder, Method::POST, &path, |request| request.body(rows(0, SMALL))).await.unwrap().ok();
        let mut demand = Demand::complete(&entry).elements();
        demand["entry"] = json!(entry);
        let told = text(&node.post(asker, "/sharing-requests/commitment-text", demand.clone()).await["text"]);
        demand["commitment"] = json!({
            "text": told, "signature": STANDARD.encode(key.sign(told.as_bytes()).to_der()), "public_key": key.verifying_key().to_spki_pem(),
        });
        let asked = node.post(asker, "/sharing-requests", demand).await;
        let case = text(&asked["receipt"]["case"]);
        node.post(holder, &format!("/cases/{case}/acts"), json!({ "act": "approve", "role": "provider" })).await;
        let request = text(&asked["request"]["id"]);
        let service = text(&node.get(asker, &format!("/sharing-requests/{request}")).await["service"]);
        Self { holder, asker, duty, entry, service }
    }

    /// Acts, loads and calls side by side. Once so many were acknowledged that it is time to die, a long load begins; the process
    /// is killed over it while the others are under way.
    async fn work(&self, node: &Node, round: usize, death: u64) -> Acknowledged {
        let (count, over) = (AtomicU64::new(0), AtomicBool::new(false));
        let fatal = format!("00000000-0000-7000-8000-{:012}", round + 1);
        let acknowledged = |reply: &Option<Reply>| {
            if let Some(reply) = reply
                && reply.succeeded()
            {
                count.fetch_add(1, Ordering::AcqRel);
                return true;
            }
            false
        };
        let going = || !over.load(Ordering::Acquire);
        let acts = async {
            let mut done = Acknowledged::default();
            for number in 0.. {
                if !going() {
                    break;
                }
                let title = format!("名单 {round}.{number}");
                let body = entry_body(&title, &self.duty, &Sharing::of("conditional"));
                let reply = node.try_ask(self.holder, Method::POST, "/entries", |request| request.json(&body)).await;
                if acknowledged(&reply) {
                    let receipt = &reply.unwrap().json["receipt"];
                    done.acts.insert(text(&receipt["act"]), text(&receipt["case"]));
                    done.titles.insert(title);
                }
            }
            done
        };
        let loads = async {
            let mut done = BTreeSet::new();
            for number in 0.. {
                if count.load(Ordering::Acquire) >= death && !done.is_empty() {
                    break;
                }
                let path = format!("/entries/{}/loads?name=rows-{round}-{number}.csv", self.entry);
                let file = rows(number, SMALL);
                let reply = node.try_ask(self.holder, Method::POST, &path, |request| request.body(file)).await;
                if acknowledged(&reply) {
                    done.insert(text(&reply.unwrap().json["load"]));
                }
            }
            let reply = self.hand_in_long(node, &fatal, round).await;
            let killed = over.swap(true, Ordering::AcqRel);
            assert!(killed && reply.is_none(), "the load ended before the process died: {}", reply.unwrap());
            done
        };
        let calls = async {
            let mut done = BTreeMap::new();
            while going() {
                let body = json!({ "key_column": "code", "key": "A1", "purpose": "aid_check" });
                let path = format!("/gateway/v1/services/{}/lookup", self.service);
                let reply = node.try_ask(self.asker, Method::POST, &path, |request| request.json(&body)).await;
                if acknowledged(&reply) {
                    let answer = reply.unwrap().json;
                    done.insert(text(&answer["call"]), answer["use"]["index"].as_u64().unwrap());
                }
            }
            done
        };
        let executioner = async {
            let path = format!("/entries/{}/loads?limit=3", self.entry);
            let under_way = |loads: &Value| {
                let running = |load: &Value| load["id"] == fatal.as_str() && load["state"] == "running";
                loads["items"].as_array().unwrap().iter().any(running)
            };
            while going() {
                if under_way(&node.get(self.holder, &path).await) {
                    let killed = Command::new("kill").args(["-KILL", &node.id().to_string()]).status();
                    assert!(killed.is_ok_and(|status| status.success()));
                    over.store(true, Ordering::Release);
                }
            }
        };
        let (mut done, loads, calls, ()) = tokio::join!(acts, loads, calls, executioner);
        done.loads = loads;
        done.hit.insert(fatal);
        done.calls = calls;
        done
    }

    /// Hands a file in whose load takes long enough to be seen.
    async fn hand_in_long(&self, node: &Node, id: &str, round: usize) -> Option<Reply> {
        let path = format!("/entries/{}/loads?name=long-{round}.csv", self.entry);
        let file = rows(round, LONG);
        node.try_ask(self.holder, Method::POST, &path, |request| request.header("idempotency-key", id).body(file)).await
    }

    /// After a restart: everything acknowledged is there once, and what is there is whole.
    async fn check(&self, node: &Node, known: &Acknowledged) {
        for (act, case) in &known.acts {
            let view = node.get(self.holder, &format!("/cases/{case}")).await;
            let timeline = view["timeline"].as_array().unwrap();
            assert_eq!(
                timeline.iter().filter(|done| done["id"] == act.as_str()).count(),
                1,
                "act {act} of {case}: {view}"
            );
        }
        let mut titles = BTreeSet::new();
        let entries = self.all(node, "/entries").await;
        for entry in &entries {
            assert!(titles.insert(text(&entry["title"])), "`{}` is there twice", entry["title"]);
            // An entry has its case, or neither is there.
            node.get(self.holder, &format!("/cases/{}", text(&entry["case"]))).await;
        }
        assert!(known.titles.is_subset(&titles), "lost: {:?}", known.titles.difference(&titles));
        let mut loads = BTreeSet::new();
        for load in self.all(node, &format!("/entries/{}/loads", self.entry)).await {
            let number = |name: &str| load[name].as_u64().unwrap();
            assert_ne!(load["state"], "running", "a load that nobody finishes: {load}");
            if load["state"] == "accepted" {
                let id = text(&load["id"]);
                let certificate = node.get(self.holder, &format!("/loads/{id}")).await;
                assert_eq!(number("rows_in"), number("accepted") + number("rejected"), "{load}");
                assert_eq!(certificate["rows_in"], load["rows_in"]);
                assert!(loads.insert(id), "a load is there twice: {load}");
            }
        }
        assert!(known.loads.is_subset(&loads), "lost: {:?}", known.loads.difference(&loads));
        let last = known.hit.last().unwrap();
        let path = format!("/entries/{}/loads?name=long.csv", self.entry);
        let file = rows(0, SMALL);
        let again = node
            .try_ask(self.holder, Method::POST, &path, |request| request.header("idempotency-key", last).body(file));
        let again = again.await.unwrap();
        // Either the lake had committed, and the start has finished the load, or nothing of it was kept; never half of it, and
        // under its id nothing else is ever loaded.
        let finished = loads.contains(last);
        assert_eq!(again.status, if finished { 200 } else { 422 }, "the load over which the process died: {again}");
        // The data at hand is one whole load, whichever it is.
        let preview = node.get(self.holder, &format!("/entries/{}/preview?limit=100", self.entry)).await;
        let whole = if finished { 100 } else { SMALL / 10 * 9 };
        assert_eq!(preview["records"].as_array().unwrap().len(), whole);
        let calls = node.get(self.asker, &format!("/services/{}", self.service)).await["calls"].as_u64().unwrap();
        assert!(calls >= known.calls.len() as u64, "{calls} calls are counted, {} were answered", known.calls.len());
    }

    async fn all(&self, node: &Node, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let page = node.get(self.holder, &format!("{path}?limit=200&offset={}", all.len())).await;
            let items = page["items"].as_array().unwrap().clone();
            if items.is_empty() {
                return all;
            }
            all.extend(items);
        }
    }
}

/// Rows of an ordinary file.
const SMALL: usize = 100;
/// Rows of a file whose load takes so long that a look at it finds it running.
const LONG: usize = 400_000;

/// A file of which every tenth row is bad.
fn rows(seed: usize, count: usize) -> String {
    let mut file = "code,id_number,name,street,amount\n".to_owned();
    for row in 1..=count {
        let amount = if row % 10 == 0 { "many".to_owned() } else { format!("{}", seed + row) };
        file.push_str(&format!("A{row},310105199001010015,张三,江苏路街道,{amount}\n"));
    }
    file
}
