//! `/gateway/v1`: the doors for departments' systems. Keys of records travel in bodies, never in paths (I8).
//!
//! The look-up is the hot path of the whole platform: it passes the lean layers only, its body is small, and nothing here
//! allocates more than the answer itself.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use platform::{Actor, CallId, ClientId, Code, ServiceId, gateway, identity};
use serde::{
    Deserialize, Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::GatewayCaller,
    extract::{Answer, Body, InPath},
    openapi::LookupProblems,
    problem::Problem,
};

/// Where the gateway lies.
pub const PREFIX: &str = "/gateway/v1";

/// Routes of the gateway.
pub fn routes() -> OpenApiRouter<AppState> {
    let doors = OpenApiRouter::new().routes(routes!(tokens_create)).routes(routes!(services_lookup));
    OpenApiRouter::default().nest(PREFIX, doors)
}

/// Exchanges an SM2 signature for an access token, good for a quarter of an hour.
#[utoipa::path(post, path = "/tokens", tag = "gateway", security(()), request_body = TokenRequest, responses((status = 201, body = AccessToken), LookupProblems))]
async fn tokens_create(
    State(state): State<AppState>,
    Body(request): Body<TokenRequest>,
) -> Result<(StatusCode, Json<identity::ClientAccess>), Problem> {
    let signature = signature_of(&request.signature)?;
    let ctx = state.ctx(Actor::Public);
    let access = state
        .platform
        .client_token(&ctx, ClientId(request.client), request.timestamp, &request.nonce, &signature)
        .await?;
    Ok((StatusCode::CREATED, Json(access)))
}

/// Looks records up by key under a grant: granted fields only, under their masks, within the granted rows, for a promised
/// purpose. The answer leaves after its use record is durable in the log.
#[utoipa::path(post, path = "/services/{id}/lookup", tag = "gateway", security(("token" = [])), request_body = Lookup, params(("id" = Uuid, Path, description = "the service")), responses((status = 200, body = Found), LookupProblems))]
async fn services_lookup(
    State(state): State<AppState>,
    GatewayCaller(ctx): GatewayCaller,
    InPath(id): InPath<ServiceId>,
    Body(lookup): Body<gateway::Lookup>,
) -> Answer<Found> {
    let answer = state.platform.lookup(&ctx, id, lookup).await?;
    Ok(Json(Found(answer)))
}

/// DER or 64 raw bytes, in base64.
fn signature_of(text: &str) -> Result<identity::Signature, Problem> {
    let refused = || {
        Problem::new(Code::InvalidInput, "the signature cannot be read")
            .field("signature", "must be an SM2 signature, DER or 64 raw bytes, in base64")
    };
    let bytes = STANDARD.decode(text).map_err(|_| refused())?;
    match <&[u8; 64]>::try_from(bytes.as_slice()) {
        Ok(raw) => identity::Signature::from_bytes(raw),
        Err(_) => identity::Signature::from_der(&bytes),
    }
    .map_err(|_| refused())
}

/// What proves a client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The client.
    pub client: Uuid,
    /// Seconds since 1970, within five minutes of the platform's clock.
    pub timestamp: i64,
    /// 16 to 64 characters, never used before.
    pub nonce: String,
    /// The SM2 signature over the UTF-8 text `gongshu-token\n{client}\n{timestamp}\n{nonce}`: DER or 64 raw bytes, in base64.
    pub signature: String,
}

/// An access token. It is shown once.
#[derive(ToSchema)]
pub struct AccessToken {
    /// What the client sends as `authorization: Bearer …`.
    pub token: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A look-up.
#[derive(ToSchema)]
pub struct Lookup {
    /// The key column.
    pub key_column: String,
    /// The key's value.
    pub key: String,
    /// The fields wanted; left out = all that are granted.
    pub fields: Option<Vec<String>>,
    /// The purpose of this call: one of those that were promised.
    pub purpose: String,
}

/// What a look-up answers. Records are objects; each is written straight from the platform's row, without a map between.
#[derive(ToSchema)]
#[schema(as = LookupAnswer, value_type = FoundShape)]
pub struct Found(gateway::Answer);

/// The shape of a look-up's answer.
#[derive(ToSchema)]
pub struct FoundShape {
    /// The call, for evidence.
    pub call: Uuid,
    /// Where its use record stands in the log.
    #[schema(rename = "use")]
    pub usage: UseIndex,
    /// The fields of every record.
    pub fields: Vec<String>,
    /// The records: values by field; `null` = absent.
    pub records: Vec<std::collections::BTreeMap<String, Option<String>>>,
    /// Whether there are more than were given.
    pub more: bool,
}

/// Where a use record stands in the log.
#[derive(ToSchema)]
pub struct UseIndex {
    /// The month of the shard `calls-3y`, `YYYY-MM`.
    pub period: String,
    /// The index in it.
    pub index: u64,
}

impl From<gateway::Answer> for Found {
    fn from(answer: gateway::Answer) -> Self {
        Self(answer)
    }
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(answer) = self;
        let call: &CallId = &answer.call;
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("call", call)?;
        map.serialize_entry("use", &answer.use_index)?;
        map.serialize_entry("fields", &answer.fields)?;
        map.serialize_entry("records", &Records(answer))?;
        map.serialize_entry("more", &answer.more)?;
        map.end()
    }
}

struct Records<'a>(&'a gateway::Answer);

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.0.records.len()))?;
        for record in &self.0.records {
            rows.serialize_element(&Row(&self.0.fields, record))?;
        }
        rows.end()
    }
}

struct Row<'a>(&'a [String], &'a [Option<String>]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}
