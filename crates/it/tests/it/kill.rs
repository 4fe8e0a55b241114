//! The real binary, killed with -9 in the middle of acts, loads and calls, and started again: whatever was acknowledged is there
//! once, nothing is there twice, nothing is half there (I2, I4, I7).
//!
//! `GONGSHU_BIN` names the binary; `cargo xtask test` sets it. The moments of death are counted in acknowledgements, not in
//! seconds, so that a slow machine kills at the same places.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use it::{
    Reply,
    world::{Demand, Sharing, entry_body, text},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::log::Leaves;

/// After how many acknowledgements a process dies; every second one not before a load is among them, so that the next load is
/// under way.
const DEATHS: [u64; 5] = [3, 40, 90, 25, 60];
const PASSPHRASE: &str = "a passphrase for a test only";
const PASSWORD: &str = "correct horse battery";
const SYSTEM: &str = "system.admin";
const SECURITY: &str = "security.admin";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_during_an_act_nothing_acknowledged_is_lost_or_doubled() {
    let Some(binary) = std::env::var_os("GONGSHU_BIN").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        eprintln!("SKIPPED: killing the real binary; set GONGSHU_BIN to its path");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut node = Node::start(&binary, folder.path(), HashMap::new());
    let district = District::found(&mut node).await;
    let mut known = Acknowledged::default();
    for (round, death) in DEATHS.into_iter().enumerate() {
        let done = district.work(&node, round, death).await;
        node.kill();
        node = Node::start(&binary, folder.path(), node.passwords.clone());
        known.extend(done);
        district.check(&node, &known).await;
    }
    assert!(
        known.acts.len() >= 8 && known.loads.len() >= 2 && known.calls.len() >= 8,
        "hardly anything was done: {known:?}"
    );
    node.stop();
    let leaves = Leaves::under(&folder.path().join("log"));
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
    let sound = Command::new(&binary).args(["log", "fsck", "--store"]).arg(folder.path()).output().unwrap();
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
    /// Calls, each with its index in the log.
    calls: BTreeMap<String, u64>,
}

impl Acknowledged {
    fn extend(&mut self, more: Self) {
        let Self { acts, titles, loads, calls } = more;
        self.acts.extend(acts);
        self.titles.extend(titles);
        self.loads.extend(loads);
        self.calls.extend(calls);
    }
}

/// A running process over a store.
struct Node {
    child: Child,
    base: String,
    http: reqwest::Client,
    passwords: HashMap<String, String>,
    tokens: Mutex<HashMap<String, String>>,
}

impl Node {
    fn start(binary: &Path, store: &Path, mut passwords: HashMap<String, String>) -> Self {
        let mut child = Command::new(binary)
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--store"])
            .arg(store)
            .env("GONGSHU_PASSPHRASE", PASSPHRASE)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary does not start");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            for person in said["first_administrators"].as_array().into_iter().flatten() {
                passwords.insert(text(&person["login"]), text(&person["password"]));
            }
            if let Some(base) = said["serving"].as_str() {
                let http = reqwest::Client::builder().no_proxy().build().unwrap();
                return Self { child, base: base.to_owned(), http, passwords, tokens: Mutex::default() };
            }
        }
        let ended = child.wait();
        panic!("the binary ended before it served: {ended:?}");
    }

    /// No farewell.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// In order, as an operator stops it.
    fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the process cannot be asked to stop");
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "stopped in order, it ended with {ended}");
    }

    /// The answer; `None` when the process died over it.
    async fn try_ask(
        &self,
        who: &str,
        method: Method,
        path: &str,
        change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Option<Reply> {
        let prefix = if path.starts_with("/gateway") { "" } else { "/api/v1" };
        let request = self
            .http
            .request(method.clone(), format!("{}{prefix}{path}", self.base))
            .bearer_auth(self.token(who).await?);
        let response = change(request).send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), Vec::new());
        let body = response.bytes().await.ok()?.to_vec();
        let json = serde_json::from_slice(&body).unwrap_or_default();
        Some(Reply { asked: format!("{method} {path} as {who}"), status, headers, body, json })
    }

    async fn ask(&self, who: &str, method: Method, path: &str, body: Value) -> Value {
        let sent =
            self.try_ask(who, method, path, |request| if body.is_null() { request } else { request.json(&body) });
        sent.await.expect("the process died").ok()
    }

    async fn get(&self, who: &str, path: &str) -> Value {
        self.ask(who, Method::GET, path, Value::Null).await
    }

    async fn post(&self, who: &str, path: &str, body: Value) -> Value {
        self.ask(who, Method::POST, path, body).await
    }

    async fn token(&self, who: &str) -> Option<String> {
        if let Some(token) = self.tokens.lock().unwrap().get(who) {
            return Some(token.clone());
        }
        let password = self.passwords.get(who).map_or(PASSWORD, String::as_str);
        let login = json!({ "login": who, "password": password });
        let session: Value = self
            .http
            .post(format!("{}/api/v1/sessions", self.base))
            .json(&login)
            .send()
            .await
            .ok()?
            .json()
            .await
            .ok()?;
        let token = session["token"].as_str().unwrap_or_else(|| panic!("`{who}` cannot log in: {session}")).to_owned();
        self.tokens.lock().unwrap().insert(who.to_owned(), token.clone());
        Some(token)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A test that fails leaves no process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
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
        let key = sm::sign::SigningKey::from_bytes(&[3; 32]).unwrap();
        for (code, office, login, role) in [
            ("holder", None, holder, "data_executive"),
            ("asker", None, asker, "data_executive"),
            ("centre", Some("centre"), "centre.officer", "officer"),
        ] {
            let organisation =
                json!({ "code": code, "name": format!("{code} 单位"), "kind": "department", "office": office });
            let organisation = text(&node.post(SYSTEM, "/organisations", organisation).await["id"]);
            let body = json!({ "public_key": key.verifying_key().to_spki_pem() });
            node.ask(SYSTEM, Method::PUT, &format!("/organisations/{organisation}/signing-key"), body).await;
            let person = json!({ "login": login, "name": "某某", "organisation": organisation, "password": PASSWORD });
            let person = text(&node.post(SYSTEM, "/people", person).await["id"]);
            node.ask(SECURITY, Method::PUT, &format!("/people/{person}/roles"), json!({ "roles": [role] })).await;
        }
        let duty = json!({ "code": "D1", "name": "社会救助", "basis": "社会救助暂行办法" });
        let duty = text(&node.post(holder, "/duties", duty).await["id"]);
        let drafted = node.post(holder, "/entries", entry_body("名单", &duty, &Sharing::of("conditional"))).await;
        let (entry, case) = (text(&drafted["entry"]["id"]), text(&drafted["receipt"]["case"]));
        node.post(holder, &format!("/entries/{entry}/submission"), json!({ "act": "submit" })).await;
        node.post("centre.officer", &format!("/cases/{case}/acts"), json!({ "act": "publish", "role": "centre" }))
            .await;
        let path = format!("/entries/{entry}/loads?name=rows.csv");
        node.try_ask(holder, Method::POST, &path, |request| request.body(rows(0))).await.unwrap().ok();
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

    /// Acts, loads and calls side by side, until so many were acknowledged that it is time to die; then the process is
    /// killed while the others are under way.
    async fn work(&self, node: &Node, round: usize, death: u64) -> Acknowledged {
        let (count, loaded, over) =
            (AtomicU64::new(0), AtomicBool::new(round.is_multiple_of(2)), AtomicBool::new(false));
        let acknowledged = |reply: &Option<Reply>| {
            if let Some(reply) = reply
                && reply.succeeded()
            {
                count.fetch_add(1, Ordering::AcqRel);
                return true;
            }
            false
        };
        let going = || !over.load(Ordering::Acquire) && count.load(Ordering::Acquire) < 4 * death + 400;
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
                if !going() {
                    break;
                }
                let path = format!("/entries/{}/loads?name=rows-{round}-{number}.csv", self.entry);
                let reply = node.try_ask(self.holder, Method::POST, &path, |request| request.body(rows(number))).await;
                if acknowledged(&reply) {
                    loaded.store(true, Ordering::Release);
                    done.insert(text(&reply.unwrap().json["load"]));
                }
            }
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
            while count.load(Ordering::Acquire) < death || !loaded.load(Ordering::Acquire) {
                tokio::task::yield_now().await;
            }
            let killed = Command::new("kill").args(["-KILL", &node.child.id().to_string()]).status();
            assert!(killed.is_ok_and(|status| status.success()));
            over.store(true, Ordering::Release);
        };
        let (mut done, loads, calls, ()) = tokio::join!(acts, loads, calls, executioner);
        done.loads = loads;
        done.calls = calls;
        done
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
        // The data at hand is one whole load, whichever it is.
        let preview = node.get(self.holder, &format!("/entries/{}/preview?limit=100", self.entry)).await;
        assert_eq!(preview["records"].as_array().unwrap().len(), GOOD_ROWS);
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

const GOOD_ROWS: usize = 90;

/// A file with 90 good rows and 10 bad ones.
fn rows(seed: usize) -> String {
    let mut file = "code,id_number,name,street,amount\n".to_owned();
    for row in 1..=100 {
        let amount = if row % 10 == 0 { "many".to_owned() } else { format!("{}", seed + row) };
        file.push_str(&format!("A{row},310105199001010015,张三,江苏路街道,{amount}\n"));
    }
    file
}
