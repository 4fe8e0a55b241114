//! The real binary as a process of its own, on a store of its own: for what only a process can show.
//!
//! `GONGSHU_BIN` names the binary; `cargo xtask test` sets it.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use it::{Reply, Store, world::text};
use platform::testkit::FreshDatabase;
use reqwest::Method;
use serde_json::{Value, json};

const PASSPHRASE: &str = "a passphrase for a test only";
const PASSWORD: &str = "correct horse battery";
/// The first administrators, whom the binary itself creates.
pub const SYSTEM: &str = "system.admin";
pub const SECURITY: &str = "security.admin";

/// The binary; says loudly that `what` is skipped where there is none.
pub fn binary(what: &str) -> Option<PathBuf> {
    let named = std::env::var_os("GONGSHU_BIN").filter(|path| !path.is_empty()).map(PathBuf::from);
    if named.is_none() {
        eprintln!("SKIPPED: {what}; set GONGSHU_BIN to the path of the binary");
    }
    named
}

/// The key with which everybody here signs.
pub fn signing_key() -> sm::sign::SigningKey {
    sm::sign::SigningKey::from_bytes(&[3; 32]).unwrap()
}

/// Where a process keeps what must survive it.
pub struct Place {
    /// The store's folder.
    pub folder: tempfile::TempDir,
    database: Option<FreshDatabase>,
}

impl Place {
    /// A new folder, and on PostgreSQL a new database.
    pub async fn fresh(store: Store) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match store {
            Store::Postgres => Some(FreshDatabase::create(folder.path()).await.unwrap()),
            Store::Memory | Store::File => None,
        };
        Self { folder, database }
    }

    /// Removes everything.
    pub async fn remove(self) {
        if let Some(database) = self.database {
            database.remove().await.unwrap();
        }
    }
}

/// A running process over a store.
pub struct Node {
    child: Child,
    base: String,
    http: reqwest::Client,
    /// Passwords of those who were not created by the tests.
    pub passwords: HashMap<String, String>,
    tokens: Mutex<HashMap<String, String>>,
}

impl Node {
    /// Starts the binary on a store, whose control data may lie in another database, and waits until it serves.
    pub fn start(binary: &Path, place: &Place, passwords: HashMap<String, String>) -> Self {
        let mut command = Command::new(binary);
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--store"]).arg(place.folder.path());
        if let Some(database) = &place.database {
            command.args(["--database", database.url()]);
        }
        let mut child = command
            .env("GONGSHU_PASSPHRASE", PASSPHRASE)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary does not start");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut code = None;
        for line in lines.map_while(Result::ok) {
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(shown) = said["setup_code"].as_str() {
                code = Some(shown.to_owned());
            }
            if let Some(base) = said["serving"].as_str() {
                let http = reqwest::Client::builder().no_proxy().build().unwrap();
                if let Some(code) = code {
                    set_up(base, &code);
                }
                return Self { child, base: base.to_owned(), http, passwords, tokens: Mutex::default() };
            }
        }
        let ended = child.wait();
        panic!("the binary ended before it served: {ended:?}");
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// No farewell.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// In order, as an operator stops it.
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the process cannot be asked to stop");
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "stopped in order, it ended with {ended}");
    }

    /// The answer; `None` when the process died over it.
    pub async fn try_ask(
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

    /// The answer, which must be a success.
    pub async fn ask(&self, who: &str, method: Method, path: &str, body: Value) -> Value {
        let sent =
            self.try_ask(who, method, path, |request| if body.is_null() { request } else { request.json(&body) });
        sent.await.expect("the process died").ok()
    }

    /// `GET`, answered.
    pub async fn get(&self, who: &str, path: &str) -> Value {
        self.ask(who, Method::GET, path, Value::Null).await
    }

    /// `POST`, answered.
    pub async fn post(&self, who: &str, path: &str, body: Value) -> Value {
        self.ask(who, Method::POST, path, body).await
    }

    /// An organisation with one person who works for it, and with a signing key.
    pub async fn join(&self, code: &str, office: Option<&str>, login: &str, role: &str) -> String {
        let organisation =
            json!({ "code": code, "name": format!("{code} 单位"), "kind": "department", "office": office });
        let organisation = text(&self.post(SYSTEM, "/organisations", organisation).await["id"]);
        let body = json!({ "public_key": signing_key().verifying_key().to_spki_pem() });
        self.ask(SYSTEM, Method::PUT, &format!("/organisations/{organisation}/signing-key"), body).await;
        let person = json!({ "login": login, "name": "某某", "organisation": organisation, "password": PASSWORD });
        let person = text(&self.post(SYSTEM, "/people", person).await["id"]);
        self.ask(SECURITY, Method::PUT, &format!("/people/{person}/roles"), json!({ "roles": [role] })).await;
        organisation
    }

    /// A published entry of somebody's organisation, described by `body` without its duty.
    pub async fn published(&self, holder: &str, reviewer: &str, duty: &str, mut body: Value) -> String {
        body["duty"] = json!(duty);
        let drafted = self.post(holder, "/entries", body).await;
        let (entry, case) = (text(&drafted["entry"]["id"]), text(&drafted["receipt"]["case"]));
        self.post(holder, &format!("/entries/{entry}/submission"), json!({ "act": "submit" })).await;
        self.post(reviewer, &format!("/cases/{case}/acts"), json!({ "act": "publish", "role": "centre" })).await;
        entry
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

/// Sets a district up with the code that its node printed, by a program of its own: the caller's runtime may be at work.
fn set_up(base: &str, code: &str) {
    let administrator = |kind: &str| {
        json!({ "role": format!("{kind}_administrator"), "login": format!("{kind}.admin"),
        "name": "某某", "password": PASSWORD })
    };
    let body = json!({ "code": code, "district": "试验区", "area_code": "310105",
        "administrators": [administrator("system"), administrator("security"), administrator("audit")] });
    let url = format!("{base}/api/v1/setup");
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let http = reqwest::Client::builder().no_proxy().build().unwrap();
            http.post(url).json(&body).send().await.map(|answer| answer.status().as_u16())
        })
    });
    assert_eq!(asked.join().unwrap().expect("the node does not answer"), 200, "the district cannot be set up");
}
