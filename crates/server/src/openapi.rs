//! The description of the API (OpenAPI 3.1), gathered from the routes themselves, and the check that an answer is as described.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use utoipa::{
    IntoResponses, PartialSchema,
    openapi::{
        Components, ContactBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
        ResponseBuilder,
        response::Response,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};

use crate::{
    api, auth,
    problem::{FieldFault, NextAct, PROBLEM_JSON, ProblemDetails, Reason},
};

const ABOUT: &str = "Public data of a district, from the legal duty that makes a datum to the call in which it is used. \
Every act rests on an article, every term can print its derivation, every act and call can be proved offline.\n\n\
**Logging in.** `POST /api/v1/sessions` sets the cookie `gongshu_session` and returns the same token for programs \
(`Authorization: Bearer …`). With the cookie, unsafe methods need the header `X-Gongshu-Request: 1` unless the browser says that the \
request comes from this origin. Departments' systems exchange an SM2 signature for an access token at `POST /gateway/v1/tokens`.\n\n\
**Errors** are problem details (RFC 9457); `code` is stable. **Lists** are paged by `offset` and `limit` (at most 200). \
**Repeating** an act or a load with the same `Idempotency-Key` repeats nothing.";

const TAGS: [(&str, &str); 16] = [
    ("sessions", "Logging in and out; who am I"),
    ("organisations", "Organisations, people, API clients"),
    ("policy", "Who may do what, and why"),
    ("setup", "The first set-up of a district"),
    ("catalogue", "Duties, systems and entries: the three linked catalogues"),
    ("collection", "Handing data in, certificates, rejected rows"),
    ("sharing", "Requests, services, grants"),
    ("cases", "Cases, acts and terms: what can be done, by whom, until when"),
    ("notices", "The inbox"),
    ("objections", "The public's door: objecting to data without logging in"),
    ("ledger", "Evidence and checkpoints"),
    ("law", "Packs, articles, terms and how a date due is derived"),
    ("gateway", "Tokens and look-ups of departments' systems"),
    ("state", "The state of the district"),
    ("demonstration", "The demonstration's clock"),
    ("health", "Is the process alive, is it ready"),
];

/// The whole description.
pub fn openapi() -> OpenApi {
    let mut document = frame();
    for part in [api::routes(), api::loads::upload_routes(), api::gateway::routes(), api::health::routes()] {
        document.merge(part.split_for_parts().1);
    }
    document
}

fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Gongshu 公输")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .contact(Some(ContactBuilder::new().name(Some("Gongshu")).build()))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let mut components = Components::new();
    components.schemas.insert("Problem".into(), ProblemDetails::schema());
    components.schemas.insert("NextAct".into(), NextAct::schema());
    components.schemas.insert("Reason".into(), Reason::schema());
    components.schemas.insert("FieldFault".into(), FieldFault::schema());
    let cookie = ApiKeyValue::with_description(auth::COOKIE, "set by `POST /api/v1/sessions`");
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("a session token or a client's access token"))
        .build();
    components.security_schemes.insert("session".into(), SecurityScheme::ApiKey(ApiKey::Cookie(cookie)).into());
    components.security_schemes.insert("token".into(), SecurityScheme::Http(bearer).into());
    let none: [&str; 0] = [];
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .security(Some([SecurityRequirement::new("session", none), SecurityRequirement::new("token", none)]))
        .tags(Some(tags))
        .build()
}

/// The problems of an operation that only reads.
pub(crate) struct ReadProblems;

/// The problems of an operation that changes something.
pub(crate) struct ActProblems;

/// The problems of an operation that changes something and that nobody has to log in for.
pub(crate) struct PublicProblems;

impl IntoResponses for PublicProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503])
    }
}

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 403, 404, 500, 503])
    }
}

impl IntoResponses for ActProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 403, 404, 409, 413, 415, 422, 500, 503])
    }
}

fn problems(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    statuses.iter().map(|status| (status.to_string(), problem(*status))).collect()
}

fn problem(status: u16) -> RefOr<Response> {
    let about = match status {
        400 => "the input does not have the required form",
        401 => "nobody is logged in",
        403 => "not permitted, or beyond the grant; the hint names the deciding policy or article",
        404 => "there is no such thing, or it may not be seen",
        409 => "changed meanwhile, or not active",
        413 => "a limit is exceeded",
        415 => "another media type is taken",
        422 => "the law refuses the act, or the file cannot be loaded",
        429 => "more in so short a time than is allowed",
        503 => "too much is being worked on",
        _ => "the platform failed",
    };
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(about).content(PROBLEM_JSON, content).build().into()
}

/// The problems of a look-up.
pub(crate) struct LookupProblems;

impl IntoResponses for LookupProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[400, 401, 403, 404, 409, 413, 415, 429, 500, 503])
    }
}

/// Where an answer differs from its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// A JSON pointer into the answer.
    pub at: String,
    /// What is different.
    pub what: String,
}

/// Checks a JSON answer against the description: `document` is [`openapi`] as JSON. Stricter than the standard on purpose:
/// a property that is not described is a misfit too, so that nothing leaves that nobody wrote down.
///
/// # Errors
/// Every misfit.
pub fn answer_conforms(
    document: &Value,
    method: &str,
    path: &str,
    status: u16,
    answer: &Value,
) -> Result<(), Vec<Misfit>> {
    let operation =
        document.pointer("/paths").and_then(|paths| paths.get(path)).and_then(|item| item.get(method.to_lowercase()));
    let response =
        operation.and_then(|operation| operation.pointer("/responses")).and_then(|all| all.get(status.to_string()));
    let content = response.and_then(|response| response.get("content")).and_then(Value::as_object);
    let Some(schema) = content.and_then(|content| content.values().next()).and_then(|media| media.get("schema")) else {
        return Err(vec![Misfit {
            at: String::new(),
            what: format!("{method} {path} does not describe a body for {status}"),
        }]);
    };
    let mut check = Check { document, misfits: Vec::new() };
    check.value(schema, answer, "");
    if check.misfits.is_empty() { Ok(()) } else { Err(check.misfits) }
}

struct Check<'d> {
    document: &'d Value,
    misfits: Vec<Misfit>,
}

impl<'d> Check<'d> {
    fn value(&mut self, schema: &'d Value, value: &Value, at: &str) {
        let schema = self.resolved(schema);
        if let Some(parts) = schema.get("oneOf").or(schema.get("anyOf")).and_then(Value::as_array) {
            let misfits = |part| {
                let mut trial = Check { document: self.document, misfits: Vec::new() };
                trial.value(part, value, at);
                trial.misfits
            };
            // Of a form that may be absent, the misfits of the present form say more than "fits none".
            let closest = parts
                .iter()
                .map(misfits)
                .max_by_key(|misfits| (misfits.is_empty(), misfits.iter().map(|m| m.at.len()).max()));
            return self.misfits.extend(closest.unwrap_or_default());
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return self.expect(words.contains(value), at, "is none of the described words");
        }
        if !self.has_type(schema, value, at) {
            return;
        }
        match value {
            Value::Object(fields) => self.object(schema, fields, at),
            Value::Array(rows) => {
                for (i, (row, items)) in rows.iter().zip(schema.get("items").into_iter().cycle()).enumerate() {
                    self.value(items, row, &format!("{at}/{i}"));
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, schema: &'d Value, fields: &serde_json::Map<String, Value>, at: &str) {
        let mut described = BTreeMap::new();
        let (mut required, mut rest) = (BTreeSet::new(), None);
        self.gather(schema, &mut described, &mut required, &mut rest);
        // An object of which nothing is described may hold anything: it belongs to somebody else's standard.
        let anything = described.is_empty() && rest.is_none();
        for name in required {
            self.expect(fields.contains_key(name), at, &format!("lacks `{name}`"));
        }
        for (name, value) in fields {
            let place = format!("{at}/{name}");
            match described.get(name.as_str()).copied().or(rest) {
                Some(schema) => self.value(schema, value, &place),
                None => self.expect(anything, &place, "is not described"),
            }
        }
    }

    /// Every property of a schema, through references and `allOf`.
    fn gather(
        &self,
        schema: &'d Value,
        described: &mut BTreeMap<&'d str, &'d Value>,
        required: &mut BTreeSet<&'d str>,
        rest: &mut Option<&'d Value>,
    ) {
        let schema = self.resolved(schema);
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.gather(part, described, required, rest);
        }
        described.extend(
            schema
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.as_str(), schema)),
        );
        required
            .extend(schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
        if let Some(more) = schema.get("additionalProperties").filter(|more| more.is_object()) {
            *rest = Some(more);
        }
    }

    fn has_type(&mut self, schema: &'d Value, value: &Value, at: &str) -> bool {
        let names: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let fits = names.iter().any(|name| match *name {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        });
        self.expect(fits, at, &format!("is not of type {}", names.join(" or ")));
        fits
    }

    fn resolved(&self, schema: &'d Value) -> &'d Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        target.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(schema)
    }

    fn expect(&mut self, holds: bool, at: &str, what: &str) {
        if !holds {
            self.misfits.push(Misfit { at: at.to_owned(), what: what.to_owned() });
        }
    }
}
