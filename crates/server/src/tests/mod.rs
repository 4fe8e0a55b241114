//! The server on a real platform (SQLite in memory, the real regulations, a lake in memory), asked without a socket. Every
//! JSON answer on the way is held against the API's own description.

mod description;
mod edges;
mod journey;
mod law;
mod sheets;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use platform::testkit::{District, PASSWORD, START, Store, instant};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{AppState, Guest, MovableClock, Server, ServerSettings, answer_conforms, openapi};

/// A district behind its server.
struct World {
    district: District,
    state: AppState,
    router: Router,
    document: Value,
}

/// An answer, read whole.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    async fn open() -> Self {
        Self::open_with(|_| {}, |_| {}).await
    }

    async fn open_with(platform: impl FnOnce(&mut platform::Settings), edge: impl FnOnce(&mut ServerSettings)) -> Self {
        let district = District::open_with(Store::Memory, platform).await.unwrap();
        let mut settings = ServerSettings::new(district.folder().join("uploads"));
        settings.guests = vec![Guest {
            login: "housing.executive".into(),
            password: PASSWORD.into(),
            role: "数据执行专员".into(),
            organisation: "区房管局 <b>".into(),
        }];
        edge(&mut settings);
        let clock = Arc::new(MovableClock::standing(instant(START)));
        let draws = AtomicU64::new(1);
        let chance = Arc::new(move || {
            let mut seed = [9u8; 32];
            seed[..8].copy_from_slice(&draws.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            seed
        });
        let state = AppState::new(district.platform.clone(), clock, chance, settings);
        let router = Server::router(state.clone());
        Self { district, state, router, document: serde_json::to_value(openapi()).unwrap() }
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Somebody who is logged in, by the bearer token.
    async fn log_in(&self, login: &str) -> Somebody<'_> {
        let reply = self.send(post("/api/v1/sessions", &json!({"login": login, "password": PASSWORD}))).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        answer_conforms(&self.document, "POST", "/api/v1/sessions", 200, &reply.json()).unwrap();
        Somebody { world: self, token: reply.json()["token"].as_str().unwrap().to_owned() }
    }
}

fn post(path: &str, body: &Value) -> Request<Body> {
    Request::post(path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
}

struct Somebody<'w> {
    world: &'w World,
    token: String,
}

impl Somebody<'_> {
    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.world.send(request.unwrap()).await
    }

    /// Asks an operation by its template, fills in the id, and holds the answer against the description.
    async fn told(
        &self,
        status: u16,
        method: &str,
        template: &str,
        id: &str,
        query: &str,
        body: Option<&Value>,
    ) -> Value {
        let path = template.replace("{id}", id).replace("{pack}", id);
        let reply = self.ask(method, &format!("{path}{query}"), body).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        let answer = reply.json();
        if let Err(misfits) = answer_conforms(&self.world.document, method, template, status, &answer) {
            panic!("{method} {template} {status} is not as described: {misfits:#?}\n{answer:#}");
        }
        answer
    }

    async fn get(&self, template: &str, id: &str) -> Value {
        self.told(200, "GET", template, id, "", None).await
    }

    async fn post(&self, template: &str, id: &str, body: &Value) -> Value {
        self.told(200, "POST", template, id, "", Some(body)).await
    }
}
