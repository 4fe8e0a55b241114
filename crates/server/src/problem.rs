//! Errors on the wire: RFC 9457 problem details, and the only map from the platform's codes to an HTTP status (P8).
//!
//! A handler returns a [`Problem`]. Its body is written by the outermost layer, which alone knows the request's id and
//! writes the operator's cause to the log; so no handler can leak a cause, and every problem carries the id.

use std::{collections::BTreeMap, error::Error as StdError, sync::Arc};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use platform::{Code, Error, Fault, docket};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The status and the title of a code. There is no other map.
pub fn status_of(code: Code) -> (StatusCode, &'static str) {
    match code {
        Code::InvalidInput => (StatusCode::BAD_REQUEST, "The input does not have the required form"),
        Code::NotAuthenticated => (StatusCode::UNAUTHORIZED, "Nobody is logged in, or the credentials do not fit"),
        Code::NotPermitted => (StatusCode::FORBIDDEN, "This may not be done by the one who asks"),
        Code::NotFound => (StatusCode::NOT_FOUND, "There is no such thing, or it may not be seen"),
        Code::Conflict => (StatusCode::CONFLICT, "It was changed meanwhile"),
        Code::ActRefused => (StatusCode::UNPROCESSABLE_ENTITY, "The law refuses the act"),
        Code::BeyondGrant => (StatusCode::FORBIDDEN, "The grant does not cover what was asked"),
        Code::ServiceNotActive => (StatusCode::CONFLICT, "The service is suspended or has ended"),
        Code::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "More in so short a time than is allowed"),
        Code::FileRefused => (StatusCode::UNPROCESSABLE_ENTITY, "The file cannot be loaded"),
        Code::LimitExceeded => (StatusCode::PAYLOAD_TOO_LARGE, "A limit is exceeded"),
        Code::DemonstrationOnly => (StatusCode::NOT_FOUND, "Only in demonstration mode"),
        Code::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "The platform failed"),
    }
}

/// A code as it stands on the wire: the last part of the problem's type.
pub fn word_of(code: Code) -> &'static str {
    match code {
        Code::InvalidInput => "invalid_input",
        Code::NotAuthenticated => "not_authenticated",
        Code::NotPermitted => "not_permitted",
        Code::NotFound => "not_found",
        Code::Conflict => "conflict",
        Code::ActRefused => "act_refused",
        Code::BeyondGrant => "beyond_grant",
        Code::ServiceNotActive => "service_not_active",
        Code::RateLimited => "rate_limited",
        Code::FileRefused => "file_refused",
        Code::LimitExceeded => "limit_exceeded",
        Code::DemonstrationOnly => "demonstration_only",
        Code::Internal => "internal",
    }
}

/// Faults of HTTP itself, which the platform never sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The body has another media type than the operation takes.
    UnsupportedMediaType,
    /// The request took longer than it may.
    TooSlow,
    /// Too much is being worked on.
    Overloaded,
    /// Something the process needs does not answer.
    NotReady,
}

impl Transport {
    /// All of them, for the reference.
    pub const ALL: [Self; 5] =
        [Self::MethodNotAllowed, Self::UnsupportedMediaType, Self::TooSlow, Self::Overloaded, Self::NotReady];

    /// Status, word and title.
    pub fn row(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The path does not take this method")
            }
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body has another media type than is taken",
            ),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too_slow", "The request took too long"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too much is being worked on"),
            Self::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not_ready", "The process cannot do its work"),
        }
    }
}

/// An error on its way to the wire.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    details: Box<ProblemDetails>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
    /// Seconds after which it makes sense to try again.
    retry_after: u32,
}

/// What a caller reads when something went wrong (RFC 9457). Never carries personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails {
    /// `urn:gongshu:error:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:gongshu:error:act_refused")]
    pub kind: String,
    /// What kind of error it is, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The error's code, e.g. `act_refused`.
    pub code: String,
    /// What went wrong here: what, where, why.
    pub detail: String,
    /// What to do next, if there is a next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// When the law refused an act: its reason, e.g. `missing_paper`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// When the law refused an act: the article the refusal rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// When the law refused an act: the state the case is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When the law refused an act: the act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// When the law refused an act: papers that are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// When the law refused an act: conditions that do not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// When the law refused an act: what can be done instead, and by whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<NextAct>,
    /// When the law refused an act, every single thing that stands against it; when a file was refused, what is wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Faults of single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFault>,
    /// The request's id, for whoever has to look for the cause.
    #[serde(default)]
    pub request_id: String,
}

/// One thing that stands against an act or a file, for whoever says it in words of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// What kind of thing: `not_open`, `unknown_act`, `wrong_state`, `wrong_role`, `case_ended`, `already_done`, `unknown_word`,
    /// `missing_paper`, `condition_unmet`, `condition_met`, `excepted`, `nothing_to_extend`, `term_not_running`,
    /// `extensions_used_up` or `extension_too_long`. Of a file of data: `empty`, `lying_name`, `not_tabular`, `too_large`, `damaged`,
    /// `no_sheet`, `unknown_option`, `too_many_columns`, `column_missing`, `column_unknown`, `no_rows`, `too_many_rejected`,
    /// `cancelled`, `broken_off`, `source_changed`, `schema_mismatch` or `bad_request`. Of a form: `not_a_workbook`,
    /// `damaged_workbook` or `too_large_workbook`.
    #[schema(example = "condition_unmet")]
    pub code: String,
    /// What a sentence about it must name, e.g. `condition` and its Chinese `title`.
    pub values: BTreeMap<String, String>,
}

impl From<docket::Reason> for Reason {
    fn from(reason: docket::Reason) -> Self {
        let code = serde_json::to_value(reason.code).ok().and_then(|code| code.as_str().map(str::to_owned));
        Self { code: code.unwrap_or_default(), values: reason.values }
    }
}

impl From<Fault> for Reason {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code, values: fault.values }
    }
}

/// An act that is possible now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextAct {
    /// The act.
    pub act: String,
    /// The roles that may do it.
    pub by: Vec<String>,
}

/// A fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldFault {
    /// Where, e.g. `items[2].length`.
    pub path: String,
    /// What is wrong and what to do.
    pub what: String,
}

impl Problem {
    /// A fault of HTTP itself.
    pub fn transport(fault: Transport, detail: impl Into<String>) -> Self {
        let (status, word, title) = fault.row();
        Self::made(status, word, title, detail.into())
    }

    /// An error of the platform's kind that the edge found.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Error::new(code, detail).into()
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.details.hint = Some(hint.into());
        self
    }

    /// Adds a fault of one field.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>, what: impl Into<String>) -> Self {
        self.details.fields.push(FieldFault { path: path.into(), what: what.into() });
        self
    }

    /// Keeps the cause for the operator.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(Arc::from(cause.into()));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What the caller will read.
    pub fn details(&self) -> &ProblemDetails {
        &self.details
    }

    /// The whole chain of causes in words, for the operator's log.
    pub(crate) fn cause(&self) -> Option<String> {
        let mut next: Option<&(dyn StdError + 'static)> = self.cause.as_deref().map(|cause| cause as _);
        let mut words = Vec::new();
        while let Some(cause) = next {
            words.push(cause.to_string());
            next = cause.source();
        }
        (!words.is_empty()).then(|| words.join(": "))
    }

    fn made(status: StatusCode, word: &str, title: &str, detail: String) -> Self {
        let details = ProblemDetails {
            kind: format!("urn:gongshu:error:{word}"),
            title: title.to_owned(),
            status: status.as_u16(),
            code: word.to_owned(),
            detail,
            ..ProblemDetails::default()
        };
        Self { status, details: Box::new(details), cause: None, retry_after: 1 }
    }

    /// The response, now that the request's id is known.
    pub(crate) fn write(mut self, request_id: &str) -> Response {
        self.details.request_id = request_id.to_owned();
        let body = serde_json::to_vec(&self.details).unwrap_or_default();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"gongshu\""));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after));
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                // The rest of what was sent is not read, so the connection is of no more use; a client that is not told so
                // may send its next request into it and never get an answer.
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        (self.status, headers, body).into_response()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, title) = status_of(error.code);
        let mut problem = Self::made(status, word_of(error.code), title, error.message);
        let details = &mut problem.details;
        details.hint = error.hint;
        details.fields = error.fields.into_iter().map(|(path, what)| FieldFault { path, what }).collect();
        if let Some(refusal) = error.refusal {
            details.detail = refusal.message;
            details.refusal = Some(refusal.code.to_string());
            details.article = refusal.article.map(|article| article.to_string());
            details.state = Some(refusal.state.to_string());
            details.act = Some(refusal.act.to_string());
            details.missing = refusal.missing.iter().map(ToString::to_string).collect();
            details.failed = refusal.failed.iter().map(ToString::to_string).collect();
            let by = |(act, roles): (_, Vec<_>)| NextAct { act: named(&act), by: roles.iter().map(named).collect() };
            details.next = refusal.next.into_iter().map(by).collect();
            details.reasons = refusal.reasons.into_iter().map(Reason::from).collect();
        }
        details.reasons.extend(error.fault.map(|fault| Reason::from(*fault)));
        let seconds =
            details.fields.iter().find(|fault| fault.path == "retry_after").and_then(|fault| fault.what.parse().ok());
        problem.retry_after = seconds.unwrap_or(1);
        problem.cause = error.source.map(Arc::from);
        problem
    }
}

fn named(id: &impl ToString) -> String {
    id.to_string()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The answer to a path that does not exist.
pub(crate) async fn no_such_route() -> Problem {
    Problem::new(Code::NotFound, "there is no such path").hint("the reference of all paths is at `/api`")
}
