//! What every request meets: problems, credentials, limits, headers, pages, the log's files.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    body::Body,
    http::{Request, header},
};
use jiff::Timestamp;
use platform::{Code, testkit::PASSWORD};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{World, post};
use crate::{
    Clock, MovableClock, WallClock,
    problem::{ProblemDetails, status_of, word_of},
};

/// Every code. The match makes the compiler ask for a new one.
fn codes() -> Vec<Code> {
    fn next(code: Code) -> Option<Code> {
        Some(match code {
            Code::InvalidInput => Code::NotAuthenticated,
            Code::NotAuthenticated => Code::NotPermitted,
            Code::NotPermitted => Code::NotFound,
            Code::NotFound => Code::Conflict,
            Code::Conflict => Code::ActRefused,
            Code::ActRefused => Code::BeyondGrant,
            Code::BeyondGrant => Code::ServiceNotActive,
            Code::ServiceNotActive => Code::RateLimited,
            Code::RateLimited => Code::FileRefused,
            Code::FileRefused => Code::LimitExceeded,
            Code::LimitExceeded => Code::DemonstrationOnly,
            Code::DemonstrationOnly => Code::Internal,
            Code::Internal => return None,
        })
    }
    std::iter::successors(Some(Code::InvalidInput), |code| next(*code)).collect()
}

#[test]
fn every_code_has_a_status_and_the_word_the_platform_writes() {
    let mut words = BTreeSet::new();
    for code in codes() {
        let (status, title) = status_of(code);
        assert!(status.is_client_error() || (code == Code::Internal && status.is_server_error()), "{code:?}");
        assert!(!title.is_empty());
        assert_eq!(json!(word_of(code)), serde_json::to_value(code).unwrap());
        assert!(words.insert(word_of(code)));
    }
}

#[tokio::test]
async fn a_problem_is_rfc_9457_and_carries_the_requests_name() {
    let world = World::open().await;
    for (request, status, code) in [
        (Request::get("/api/v1/nothing").body(Body::empty()), 404, "not_found"),
        (Request::get("/nothing").body(Body::empty()), 404, "not_found"),
        (Request::delete("/api/v1/packs").body(Body::empty()), 405, "method_not_allowed"),
        (Request::get("/api/v1/cases").body(Body::empty()), 401, "not_authenticated"),
        (Request::get("/api/v1/entries/1").body(Body::empty()), 400, "invalid_input"),
        (Request::get("/api/v1/entries?limit=201").body(Body::empty()), 413, "limit_exceeded"),
        (Request::get("/api/v1/entries?limit=x").body(Body::empty()), 400, "invalid_input"),
        (Request::post("/api/v1/sessions").body(Body::from("{}")), 415, "unsupported_media_type"),
        (Request::get("/log/acts-permanent/2026/journal").body(Body::empty()), 404, "not_found"),
    ] {
        let mut request = request.unwrap();
        request.headers_mut().insert("x-request-id", "mine-1".parse().unwrap());
        let place = request.uri().to_string();
        let reply = world.send(request).await;
        assert_eq!(reply.status, status, "{place}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/problem+json", "{place}");
        assert_eq!(reply.header("x-request-id"), "mine-1", "{place}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{place}");
        let problem: ProblemDetails = serde_json::from_slice(&reply.bytes).unwrap();
        assert_eq!((problem.code.as_str(), problem.status), (code, status), "{place}");
        assert_eq!(problem.kind, format!("urn:gongshu:error:{code}"));
        assert_eq!(problem.request_id, "mine-1", "{place}");
    }
}

#[tokio::test]
async fn a_body_is_refused_by_field_and_never_quoted() {
    let world = World::open().await;
    let number = "310105199001011234";
    let reply = world.send(post("/api/v1/sessions", &json!({"login": 1, "password": number}))).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["fields"][0]["path"]), (400, &json!("login")));
    let reply = world.send(post("/api/v1/sessions", &json!({"login": "a", "password": {"x": number}}))).await;
    assert_eq!(reply.status, 400);
    assert!(!reply.text().contains(number));
    let reply = world.send(post("/api/v1/sessions", &json!({"login": "a"}))).await;
    assert!(reply.text().contains("missing field `password`"), "{}", reply.text());
    let huge = "x".repeat(world.state.settings.json_bytes);
    assert_eq!(world.send(post("/api/v1/sessions", &json!({"login": huge, "password": ""}))).await.status, 413);
    let request = Request::post("/api/v1/sessions")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{\"login\":"))
        .unwrap();
    assert_eq!(world.send(request).await.status, 400);
}

#[tokio::test]
async fn with_the_cookie_only_this_origin_changes_anything() {
    let world = World::open_with(|_| {}, |settings| settings.secure_cookies = false).await;
    let reply =
        world.send(post("/api/v1/sessions", &json!({"login": "housing.executive", "password": PASSWORD}))).await;
    let cookie = reply.header("set-cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"),
        "{cookie}"
    );
    let session = cookie.split(';').next().unwrap().to_owned();
    let with = |method: &str, path: &str, more: &[(&str, &str)]| {
        let request = Request::builder().method(method).uri(path).header(header::COOKIE, &session);
        more.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
    };
    assert_eq!(world.send(with("GET", "/api/v1/me", &[])).await.status, 200);
    assert_eq!(world.send(with("DELETE", "/api/v1/sessions/current", &[])).await.status, 403);
    assert_eq!(
        world.send(with("DELETE", "/api/v1/sessions/current", &[("sec-fetch-site", "cross-site")])).await.status,
        403
    );
    let reply = world.send(with("DELETE", "/api/v1/sessions/current", &[("x-gongshu-request", "1")])).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(world.send(with("GET", "/api/v1/me", &[])).await.status, 401);
    // An old cookie makes nobody of its bearer, not an error: the public pages still open.
    assert_eq!(world.send(with("GET", "/api/v1/entries", &[])).await.status, 200);
    let foreign = Request::post("/api/v1/sessions")
        .header("origin", "https://elsewhere.example")
        .header(header::CONTENT_TYPE, "application/json");
    let login = json!({"login": "housing.executive", "password": PASSWORD}).to_string();
    assert_eq!(world.send(foreign.body(Body::from(login)).unwrap()).await.status, 403);
    assert_eq!(
        world.send(post("/api/v1/sessions", &json!({"login": "housing.executive", "password": "wrong"}))).await.status,
        401
    );
}

#[tokio::test]
async fn more_than_the_bound_is_told_to_come_back() {
    let world = World::open_with(|_| {}, |settings| settings.concurrent_requests = 0).await;
    let reply = world.get("/healthz").await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "1"));
}

#[tokio::test]
async fn outside_a_demonstration_the_clock_is_not_there() {
    let world = World::open_with(|settings| settings.demonstration = false, |_| {}).await;
    assert_eq!(world.get("/api/v1/demonstration/clock").await.status, 404);
    let admin = world.log_in("system.admin").await;
    let before = world.state.clock.now();
    let reply = admin.ask("POST", "/api/v1/demonstration/clock", Some(&json!({"by_seconds": 60}))).await;
    assert_eq!(reply.status, 404);
    assert_eq!(world.state.clock.now(), before);
    let page = world.get("/").await.text();
    assert!(!page.contains(PASSWORD), "the guests of a demonstration are shown in an installation");
}

#[tokio::test]
async fn the_first_page_loads_nothing_from_elsewhere_and_escapes_what_it_shows() {
    let world = World::open().await;
    let page = world.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let text = page.text();
    assert!(text.contains("长宁") && text.contains("区房管局 &lt;b&gt;") && !text.contains("区房管局 <b>"), "{text}");
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    assert_eq!(world.get("/assets/page.css").await.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(world.get("/openapi.json").await.json(), world.document);
    assert_eq!(world.get("/api").await.header("location"), "/api/reference/");
    let reference = world.get("/api/reference/").await;
    assert_eq!(reference.status, 200);
    assert!(reference.text().contains("swagger-ui"));
    assert!(reference.header("content-security-policy").contains("script-src 'self'"));
}

#[tokio::test]
async fn anyone_reads_the_law_and_how_a_date_is_derived() {
    let world = World::open().await;
    let packs = world.get("/api/v1/packs").await.json();
    assert!(
        packs.as_array().unwrap().iter().any(|pack| pack["id"] == "changning-2025" && pack["ours"] == true),
        "{packs}"
    );
    let pack = world.get("/api/v1/packs/changning-2025").await;
    crate::answer_conforms(&world.document, "GET", "/api/v1/packs/{pack}", 200, &pack.json()).unwrap();
    let due =
        world.get("/api/v1/law/due?pack=changning-2025&clock=reply_conditional&from=2026-02-10T09:00:00%2B08:00").await;
    assert_eq!(due.status, 200, "{}", due.text());
    let due = due.json();
    crate::answer_conforms(&world.document, "GET", "/api/v1/law/due", 200, &due).unwrap();
    // Ten working days after 10 February 2026: the Spring Festival rest days do not count, the make-up days do.
    let counted = due["days"].as_array().unwrap().iter().filter(|day| day["counted"] == true).count();
    assert_eq!((counted, &due["unit"]), (10, &json!("working_day")));
    assert_eq!(world.get("/api/v1/law/due?pack=changning-2025&clock=none").await.status, 404);
    assert_eq!(world.get("/api/v1/packs/none").await.status, 404);
}

/// Reads until the server closes the connection.
async fn exchange(address: std::net::SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A reset is an end, too: what matters is that the server did not wait for ever.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn a_socket_is_served_a_slow_head_is_cut_off_and_a_stop_lets_requests_finish() {
    let world = World::open_with(|_| {}, |settings| settings.header_timeout = Duration::from_millis(100)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(crate::Server::serve(listener, world.state.clone(), async {
        let _ = stopped.await;
    }));
    let answer = exchange(address, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("alive"), "{answer}");
    let answer = exchange(address, "GET /healthz HTTP/1.1\r\nhost:").await;
    assert!(!answer.contains("200 OK"), "{answer}");
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the port is still open");
}

#[test]
fn a_clock_that_was_moved_is_where_it_was_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let memory = folder.path().join("clock");
    let start: Timestamp = "2026-03-02T09:00:00+08:00".parse().unwrap();
    let far: Timestamp = "2026-06-02T09:00:00+08:00".parse().unwrap();
    let clock = MovableClock::running(start, memory.clone()).unwrap();
    assert!(clock.now() >= start && clock.now() < far);
    clock.move_to(far).unwrap();
    clock.move_to(start).unwrap();
    assert!(clock.now() >= far, "the clock went back");
    assert!(MovableClock::running(start, memory.clone()).unwrap().now() >= far, "the move was forgotten");
    std::fs::write(&memory, "no number").unwrap();
    assert!(MovableClock::running(start, memory).is_err());
    assert!(WallClock.move_to(far).is_err());
}
