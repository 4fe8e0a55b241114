//! A district on the network: the product's router on a loopback port, over a database of its own.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use platform::{
    Settings,
    testkit::{District, PASSWORD, Store},
};
use reqwest::Method;
use serde_json::{Value, json};
use server::{AppState, Clock, Server, ServerSettings};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::Reply;

/// Nobody who is logged in.
pub const NOBODY: &str = "";
/// Speaks for the organisation that asks.
pub const DEMANDER: &str = "transport.executive";
/// Speaks for the organisation that holds the data.
pub const PROVIDER: &str = "housing.executive";
/// Speaks for the centre.
pub const CENTRE: &str = "centre.officer";
/// Speaks for the authority.
pub const AUTHORITY: &str = "authority.officer";

/// How long a session is used before the kit logs in again; sessions last eight hours.
const REUSE: SignedDuration = SignedDuration::from_hours(7);

/// A district on the network.
pub struct Site {
    /// The district behind it.
    pub district: District,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    http: reqwest::Client,
    sessions: Mutex<HashMap<String, (String, Timestamp)>>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    /// How often it was started: every life has a chance of its own.
    life: u64,
}

impl Site {
    /// A district under Changning's rules, in memory, on a Monday morning.
    pub async fn open() -> Self {
        Self::open_with(Store::Memory, platform::testkit::START, |_| {}, |_| {}).await
    }

    /// A district under these rules, in memory, at this time.
    pub async fn of_pack(pack: &str, at: &str) -> Self {
        Self::open_with(Store::Memory, at, |settings| settings.pack = pack.into(), |_| {}).await
    }

    /// A district with other settings.
    pub async fn open_with(
        store: Store,
        at: &str,
        change: impl FnOnce(&mut Settings),
        bound: impl FnOnce(&mut ServerSettings),
    ) -> Self {
        let district = District::open_with(store, change).await.expect("the district does not open");
        Self::serve(district, instant(at), bound, 1).await
    }

    /// A platform on an empty store: there is nobody yet.
    pub async fn bare() -> Self {
        let district = District::bare(Store::Memory, |_| {}).await.expect("the platform does not open");
        Self::serve(district, instant(platform::testkit::START), |_| {}, 1).await
    }

    /// Puts a district on the network.
    async fn serve(district: District, at: Timestamp, bound: impl FnOnce(&mut ServerSettings), life: u64) -> Self {
        let clock = Arc::new(TestClock::standing(at));
        let mut settings = ServerSettings::new(district.folder().join("uploads"));
        settings.secure_cookies = false;
        bound(&mut settings);
        let state = AppState::new(district.platform.clone(), clock.clone(), seeded_chance(life), settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("no port");
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(async move {
            Server::serve(listener, state, async { drop(stopped.await) }).await.expect("the server stops");
        });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { district, clock, base, http, sessions: Mutex::default(), stop, served, life }
    }

    /// Stops the server and closes the district in order.
    pub async fn close(self) {
        drop(self.http);
        let _ = self.stop.send(());
        self.served.abort();
        let _ = self.served.await;
        self.district.close().await.expect("the district does not close");
    }

    /// As [`Site::close`]; `look` is given the district's folder before it goes.
    pub async fn close_keeping(self, look: impl FnOnce(&std::path::Path)) {
        look(self.district.folder());
        self.close().await;
    }

    /// Stops everything without any farewell, as a crash would, and serves the same files again.
    pub async fn crash(self) -> Self {
        let (now, life) = (self.clock.now(), self.life + 1);
        drop(self.http);
        self.served.abort();
        let _ = self.served.await;
        let district = self.district.restart().await.expect("the district does not come up again");
        Self::serve(district, now, |_| {}, life).await
    }

    /// The organisation with this code.
    pub fn organisation(&self, code: &str) -> String {
        self.district.organisation(code).unwrap().to_string()
    }

    /// Asks as somebody; [`NOBODY`] sends no credentials. A path without a leading `/api` or `/gateway` is one of the API's.
    pub async fn ask(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
        let token = self.token(who).await;
        let mut request = self.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    /// `GET`.
    pub async fn get(&self, who: &str, path: &str) -> Reply {
        self.ask(who, Method::GET, path, None).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, who: &str, path: &str, body: Value) -> Reply {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    /// `PUT` with a JSON body.
    pub async fn put(&self, who: &str, path: &str, body: Value) -> Reply {
        self.ask(who, Method::PUT, path, Some(body)).await
    }

    /// Hands a file in for an entry.
    pub async fn load(&self, who: &str, entry: &str, name: &str, content: impl Into<Vec<u8>>) -> Reply {
        let token = self.token(who).await;
        let mut request = self.request(Method::POST, &format!("/entries/{entry}/loads?name={name}"));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        self.send(request.header("content-type", "application/octet-stream").body(content.into())).await
    }

    /// A request without credentials.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let whole = ["/api", "/gateway", "/log/", "/healthz", "/readyz", "/openapi.json"];
        let prefix = if path == "/" || whole.iter().any(|start| path.starts_with(start)) { "" } else { "/api/v1" };
        // `/log/…` of the API and of the tiles differ by the prefix only, so the former is written out where it is meant.
        self.http.request(method, format!("{}{prefix}{path}", self.base))
    }

    /// Sends a request.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let request = request.build().expect("the request cannot be built");
        let asked = format!("{} {}", request.method(), request.url().path());
        Reply::read(asked, self.http.execute(request).await.expect("the server does not answer")).await
    }

    /// The session's token of somebody, logged in when first needed.
    pub async fn token(&self, who: &str) -> Option<String> {
        if who == NOBODY {
            return None;
        }
        let now = self.clock.now();
        let known = self.sessions.lock().unwrap().get(who).cloned();
        if let Some((token, since)) = known
            && now.duration_since(since).abs() < REUSE
        {
            return Some(token);
        }
        let login = self.request(Method::POST, "/sessions").json(&json!({ "login": who, "password": PASSWORD }));
        let token = self.send(login).await.ok()["token"].as_str().unwrap().to_owned();
        self.sessions.lock().unwrap().insert(who.to_owned(), (token.clone(), now));
        Some(token)
    }

    /// Moves the clock forward to `to` and lets the law act at every due instant on the way; what it did comes back.
    pub async fn advance(&self, to: Timestamp) -> Vec<Value> {
        let moved = self.post("system.admin", "/demonstration/clock", json!({ "to": to })).await.ok();
        assert_eq!(moved["failed"], json!([]), "the law could not act");
        moved["acted"].as_array().unwrap().clone()
    }

    /// A case.
    pub async fn case(&self, who: &str, case: &str) -> Value {
        self.get(who, &format!("/cases/{case}")).await.ok()
    }

    /// Does an act in a case: `body` is the act's body.
    pub async fn act(&self, who: &str, case: &str, body: Value) -> Reply {
        self.post(who, &format!("/cases/{case}/acts"), body).await
    }
}

/// A clock that stands until a test moves it, backwards too.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at `at`.
    pub fn standing(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.as_microsecond()))
    }

    /// Stands at `at` from now on. The law does nothing by it.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::Release);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::Acquire)).unwrap()
    }

    fn move_to(&self, to: Timestamp) -> std::io::Result<()> {
        self.0.fetch_max(to.as_microsecond(), Ordering::AcqRel);
        Ok(())
    }
}

/// An instant from its RFC 3339 text, or a local time in Shanghai such as `2026-03-02 09:00`.
pub fn instant(text: &str) -> Timestamp {
    if let Ok(instant) = text.parse() {
        return instant;
    }
    let local: jiff::civil::DateTime = text.parse().unwrap_or_else(|_| panic!("`{text}` is no instant"));
    local.to_zoned(law::calendar::shanghai()).unwrap().timestamp()
}

fn seeded_chance(life: u64) -> server::Chance {
    let next = AtomicU64::new(life << 40);
    Arc::new(move || {
        let mut seed = [0u8; 32];
        seed[..8].copy_from_slice(&next.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        seed
    })
}
