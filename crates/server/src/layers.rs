//! What every request passes on its way in and out: a name, a place, a deadline, the writing of problems, safe headers.
//!
//! There are two ways. [`full`] also writes one line of the operator's log for each request and compresses answers; [`lean`]
//! does neither, because on the gateway's path the use record *is* the trace. The log names the route's template, never the
//! path that was asked for: identifiers of persons must not get there (I8).

use std::time::{Duration, Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower_http::compression::CompressionLayer;

use crate::{
    problem::{Problem, Transport},
    state::AppState,
};

/// The header that names a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest name that a caller may give to a request.
const LONGEST_NAME: usize = 64;
/// What a document of the API may load and who may frame it: nothing, nobody. Pages state their own.
const CLOSED: &str = "default-src 'none'; frame-ancestors 'none'";

/// The layers of everything but the hot path.
pub(crate) fn full(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router.layer(from_fn_with_state(state.clone(), watched)).layer(CompressionLayer::new())
}

/// As [`full`], for requests that last as long as their body keeps arriving.
pub(crate) fn unhurried(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router.layer(from_fn_with_state(state.clone(), watched_unhurried))
}

/// The least that is safe.
pub(crate) fn lean(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router.layer(from_fn_with_state(state.clone(), unwatched))
}

async fn watched(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let deadline = Some(state.settings.request_timeout);
    traced(&state, request, next, deadline).await
}

async fn watched_unhurried(State(state): State<AppState>, request: Request, next: Next) -> Response {
    traced(&state, request, next, None).await
}

async fn unwatched(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let name = name_of(&request, &state);
    let response = in_place(&state, request, next, Some(state.settings.request_timeout)).await;
    let (response, cause) = written(response, &name);
    if response.status().is_server_error() {
        let cause = cause.unwrap_or_default();
        tracing::error!(http.status = response.status().as_u16(), http.request_id = %name, error.cause = %cause, "request failed");
    }
    response
}

async fn traced(state: &AppState, request: Request, next: Next, deadline: Option<Duration>) -> Response {
    let begun = Instant::now();
    let name = name_of(&request, state);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = in_place(state, request, next, deadline).await;
    let (response, cause) = written(response, &name);
    let status = response.status().as_u16();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let millis = begun.elapsed().as_secs_f64() * 1e3;
    match cause {
        Some(cause) if response.status().is_server_error() => {
            tracing::error!(http.method = %method, http.route = route, http.status = status, http.request_id = %name, http.millis = millis, error.cause = %cause, "request failed");
        }
        _ => {
            tracing::info!(http.method = %method, http.route = route, http.status = status, http.request_id = %name, http.millis = millis, "request")
        }
    }
    response
}

/// Runs the request if there is a place for it, and not beyond its deadline.
async fn in_place(state: &AppState, request: Request, next: Next, deadline: Option<Duration>) -> Response {
    let Ok(_place) = state.places.try_acquire() else {
        return Problem::transport(Transport::Overloaded, "too many requests are being worked on")
            .hint("try again in a moment")
            .into_response();
    };
    let Some(deadline) = deadline else { return next.run(request).await };
    match tokio::time::timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::transport(
            Transport::TooSlow,
            format!("the request took longer than {} seconds", deadline.as_secs()),
        )
        .hint("ask for less at a time; with an `idempotency-key` an act can be repeated safely")
        .into_response(),
    }
}

/// Writes the problem, if the answer is one, and the headers every answer has.
fn written(mut response: Response, name: &str) -> (Response, Option<String>) {
    let mut cause = None;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        cause = problem.cause();
        response = problem.write(name);
    } else if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        // The router's own answer; it says which methods there are.
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = no_such_method().write(name);
        response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    } else if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        response = Problem::new(platform::Code::Internal, "the platform failed").write(name);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(name) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CLOSED));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    (response, cause)
}

fn no_such_method() -> Problem {
    Problem::transport(Transport::MethodNotAllowed, "the path does not take this method")
        .hint("the reference of all paths is at `/api`")
}

/// The caller's own name for the request if it is a plain word, otherwise a new one.
fn name_of(request: &Request, state: &AppState) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |name: &&str| {
        (1..=LONGEST_NAME).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    given.filter(plain).map_or_else(|| state.names.next(), str::to_owned)
}
