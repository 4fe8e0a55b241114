//! Bytes to types, once (P6). Each extractor answers with problem details, and never quotes a value it was sent (I8).

use axum::{
    Json,
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, header, request::Parts},
};
use platform::Code;
use serde::de::DeserializeOwned;

use crate::{
    problem::{Problem, Transport},
    state::AppState,
};

/// An answer in JSON.
pub type Answer<T> = Result<Json<T>, Problem>;

/// A JSON body of at most [`crate::ServerSettings::json_bytes`].
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::transport(Transport::UnsupportedMediaType, "the body must be JSON")
                .hint("send `content-type: application/json`"));
        }
        let most = state.settings.json_bytes;
        let bytes = to_bytes(request.into_body(), most).await.map_err(|error| unreadable(error, most))?;
        // Keeping the path costs as much as reading, so it is kept only once there is something to complain of.
        if let Ok(value) = serde_json::from_slice(&bytes) {
            return Ok(Self(value));
        }
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| misfit(&error))?;
        reader.end().map_err(|_| Problem::new(Code::InvalidInput, "the body goes on after its JSON value"))?;
        Ok(Self(value))
    }
}

/// The parameters of the path.
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => {
                Err(Problem::new(Code::InvalidInput, "an identifier in the path does not have the required form")
                    .hint("identifiers of things are UUIDs; those of the law are short words"))
            }
        }
    }
}

/// The parameters of the query.
pub struct InQuery<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for InQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let text = rejection.body_text();
                let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                let (path, text) = text.split_once(": ").unwrap_or(("", text));
                let problem = Problem::new(Code::InvalidInput, "the query does not have the required form");
                Err(problem.field(path, without_values(text)))
            }
        }
    }
}

/// The header that makes repeating an act harmless.
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    /// Its name.
    pub const HEADER: &str = "idempotency-key";
    const LONGEST: usize = 128;
}

impl FromRequestParts<AppState> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(Self::HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| (1..=Self::LONGEST).contains(&key.len()));
        match key {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(Problem::new(Code::InvalidInput, "the header `idempotency-key` cannot be used")
                .hint(format!("send 1 to {} visible ASCII characters, e.g. a UUID", Self::LONGEST))),
        }
    }
}

/// Whether the body says that it is JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| {
        let essence = essence.trim().to_ascii_lowercase();
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

fn unreadable(error: axum::Error, most: usize) -> Problem {
    let inner = error.into_inner();
    if inner.to_string().contains("length limit") {
        Problem::new(Code::LimitExceeded, format!("the body is longer than {most} bytes")).hint("send less at a time")
    } else {
        Problem::new(Code::InvalidInput, "the body ended before it was complete").because(inner)
    }
}

fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let at = error.inner();
    let place = format!("line {}, column {}", at.line(), at.column());
    match at.classify() {
        serde_json::error::Category::Data => {
            let path = error.path().to_string();
            let text = at.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            let path = if path == "." { String::new() } else { path };
            Problem::new(Code::InvalidInput, format!("the body does not have the required form ({place})"))
                .field(path, without_values(text))
        }
        _ => Problem::new(Code::InvalidInput, format!("the body is not JSON ({place})")),
    }
}

/// What a reader of a value complained of, without the value: it may be a person's number (I8).
fn without_values(text: &str) -> String {
    if text.starts_with("missing field") || text.starts_with("unknown field") || text.starts_with("duplicate field") {
        return text.to_owned();
    }
    match text.find("expected ") {
        Some(at) => text.get(at..).unwrap_or_default().to_owned(),
        None => "does not have the required form".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_never_quotes_the_value() {
        let error = serde_json::from_str::<u32>("\"310105199001011234\"").unwrap_err();
        assert_eq!(without_values(&error.to_string()), "expected u32 at line 1 column 20");
        assert_eq!(
            without_values("unknown variant `310105199001011234`, expected one of `a`, `b`"),
            "expected one of `a`, `b`"
        );
        assert_eq!(without_values("invalid digit found in string"), "does not have the required form");
        assert_eq!(without_values("missing field `title`"), "missing field `title`");
    }
}
