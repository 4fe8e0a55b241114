//! What anyone can check: evidence of acts and calls, checkpoints of the log.

use axum::Json;
use jiff::Timestamp;
use platform::{ActId, CallId, gateway, ledger};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Answer, InPath, InQuery},
    openapi::ReadProblems,
};

/// Routes of the log.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(acts_papers))
        .routes(routes!(acts_evidence))
        .routes(routes!(calls_evidence))
        .routes(routes!(log_checkpoint))
        .routes(routes!(log_witnesses))
        .routes(routes!(log_entry_evidence))
        .routes(routes!(log_keys))
}

/// Shows the papers that came with an act, in clear, to whoever may read the case.
#[utoipa::path(
    get, path = "/acts/{id}/papers", tag = "ledger", params(("id" = Uuid, Path, description = "the act")),
    responses((status = 200, body = std::collections::BTreeMap<String, String>, description = "the papers' texts by name"), ReadProblems)
)]
async fn acts_papers(caller: Caller, InPath(id): InPath<ActId>) -> Answer<impl Serialize + use<>> {
    Ok(Json(caller.platform().papers_of_act(&caller.ctx, id).await?))
}

/// Whether commitments are opened.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EvidenceQuery {
    /// Whether the commitments of the act's papers are opened in the file, so that it shows what was handed in.
    #[serde(default)]
    #[param(default = false)]
    pub disclose: bool,
}

/// Gives the file that proves an act to anyone, offline (`gongshu verify FILE`). Waits until the log has published the act.
#[utoipa::path(get, path = "/acts/{id}/evidence", tag = "ledger", params(("id" = Uuid, Path, description = "the act"), EvidenceQuery), responses((status = 200, body = Evidence), ReadProblems))]
async fn acts_evidence(
    caller: Caller,
    InPath(id): InPath<ActId>,
    InQuery(query): InQuery<EvidenceQuery>,
) -> Answer<impl Serialize + use<>> {
    Ok(Json(caller.platform().evidence_of_act(&caller.ctx, id, query.disclose).await?))
}

/// Where the call's use record stands.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallQuery {
    /// The service that was called.
    pub service: Uuid,
    /// The index of its use record, from the answer of the call.
    pub index: u64,
}

/// Gives the file that proves one use of a service to anyone, offline, to the parties of the service.
#[utoipa::path(get, path = "/calls/{id}/evidence", tag = "ledger", params(("id" = Uuid, Path, description = "the call"), CallQuery), responses((status = 200, body = Evidence), ReadProblems))]
async fn calls_evidence(
    caller: Caller,
    InPath(id): InPath<CallId>,
    InQuery(query): InQuery<CallQuery>,
) -> Answer<impl Serialize + use<>> {
    let platform = caller.platform();
    let service = platform.service(&caller.ctx, query.service.into()).await?;
    let place = ledger::UseIndex { period: gateway::period_of(id)?, index: query.index };
    let evidence =
        platform.evidence_of_call(&caller.ctx, id, &place, service.grant.provider, service.grant.demander).await?;
    // Being a party to one service opens no record of another.
    let about = evidence.preview.as_ref().and_then(|leaf| leaf.get("service")).and_then(serde_json::Value::as_str);
    if about != Some(service.id.to_string().as_str()) {
        return Err(platform::Error::not_found("call", id).into());
    }
    Ok(Json(evidence))
}

/// Gives the latest published checkpoints of a shard of the log. The tiles behind it lie at `/log/{class}/{period}/tile/…`.
#[utoipa::path(
    get, path = "/log/{class}/{period}/checkpoint", tag = "ledger", security(()),
    params(("class" = String, Path, description = "the retention class, e.g. `acts-permanent`"), ("period" = String, Path, description = "the period, e.g. `2026`")),
    responses((status = 200, body = Checkpoints), ReadProblems)
)]
async fn log_checkpoint(
    anyone: Anyone,
    InPath((class, period)): InPath<(String, String)>,
) -> Answer<ledger::PublishedCheckpoint> {
    Ok(Json(anyone.platform().checkpoint(&class, &period).await?))
}

/// Shows the log's witnesses: who cosigns its checkpoints, and how they stand to every shard. A witness that refuses has seen
/// another log than the one that is published.
#[utoipa::path(
    get, path = "/log/witnesses", tag = "ledger", security(()),
    responses((status = 200, body = LogWitnesses), ReadProblems)
)]
async fn log_witnesses(anyone: Anyone) -> Answer<ledger::WitnessesView> {
    Ok(Json(anyone.platform().witnesses()?))
}

/// Gives the file that proves whatever stands at a place of the log: an act or another entry of a class whose entries everybody
/// may read, to everybody who is logged in; an entry of administration or of calls to those who may read the log.
#[utoipa::path(
    get, path = "/log/{class}/{period}/entries/{index}/evidence", tag = "ledger",
    params(
        ("class" = String, Path, description = "the retention class, e.g. `acts-permanent`"),
        ("period" = String, Path, description = "the period, e.g. `2026`"),
        ("index" = u64, Path, description = "the entry's index, from 0")
    ),
    responses((status = 200, body = Evidence), ReadProblems)
)]
async fn log_entry_evidence(
    caller: Caller,
    InPath((class, period, index)): InPath<(String, String, u64)>,
) -> Answer<impl Serialize + use<>> {
    Ok(Json(caller.platform().evidence_at(&caller.ctx, &class, &period, index).await?))
}

/// Gives the log's public keys and its shards, to anybody. Compare them with the keys in an evidence file; and with what the
/// operator has handed out on another way, since whoever could replace the log could replace this answer, too.
#[utoipa::path(get, path = "/log/keys", tag = "ledger", security(()), responses((status = 200, body = LogKeys), ReadProblems))]
async fn log_keys(anyone: Anyone) -> Answer<ledger::PublishedKeys> {
    Ok(Json(anyone.platform().published_keys().await?))
}

/// The log's public keys.
#[derive(ToSchema)]
pub struct LogKeys {
    /// The log's name, with which the origin of every shard begins.
    pub origin: String,
    /// Signs the national checkpoints: `SubjectPublicKeyInfo` as PEM.
    pub sm2_pem: String,
    /// Signs the public checkpoints: the same.
    pub ed25519_pem: String,
    /// The shards that have published something, with the keys under each shard's name.
    pub shards: Vec<ShardKeys>,
}

/// The keys of one shard: those of the log, under the shard's name.
#[derive(ToSchema)]
pub struct ShardKeys {
    /// Its class.
    pub class: String,
    /// Its period.
    pub period: String,
    /// Its name.
    pub origin: String,
    /// For its national checkpoints, a note verifier key.
    pub sm2_vkey: String,
    /// For its public checkpoints, a note verifier key (C2SP).
    pub ed25519_vkey: String,
}

/// A shard's latest checkpoints, as signed notes that any tool can verify.
#[derive(ToSchema)]
pub struct Checkpoints {
    /// The shard's origin.
    pub origin: String,
    /// How many leaves both trees have.
    pub size: u64,
    /// The national checkpoint: SM3 tree, signed with SM2.
    pub sm3: String,
    /// The public checkpoint: SHA-256 tree, signed with Ed25519 (C2SP `tlog-checkpoint`).
    pub sha256: String,
    /// What witnesses have cosigned of the public checkpoint; it may lag behind. `null` while nobody has.
    pub witnessed: Option<WitnessedCheckpoint>,
}

/// What witnesses have cosigned of a shard.
#[derive(ToSchema)]
pub struct WitnessedCheckpoint {
    /// How many leaves the cosigned tree has.
    pub size: u64,
    /// The checkpoint as a note, with the signatures of the log and of the witnesses (C2SP `tlog-cosignature`).
    pub note: String,
    /// The witnesses that this platform knows and whose cosignatures hold.
    pub by: Vec<Cosignature>,
}

/// One witness's word.
#[derive(ToSchema)]
pub struct Cosignature {
    /// Its name.
    pub name: String,
    /// Its verifier key. Whoever relies on it has it from the witness itself.
    pub vkey: String,
    /// When it cosigned, by its own clock.
    pub at: Timestamp,
}

/// The log's witnesses.
#[derive(ToSchema)]
pub struct LogWitnesses {
    /// The log's name, above its shards.
    pub origin: String,
    /// The log's public Ed25519 key under that name, as a witness is given it (`gongshu witness serve --log`).
    pub vkey: String,
    /// Its witnesses.
    pub witnesses: Vec<LogWitness>,
}

/// A witness and how it stands to the log.
#[derive(ToSchema)]
pub struct LogWitness {
    /// Its name.
    pub name: String,
    /// Its verifier key.
    pub vkey: String,
    /// Whether it is still asked.
    pub asked: bool,
    /// What it said of every shard it was asked about.
    pub shards: Vec<WitnessedShard>,
}

/// What a witness said of a shard.
#[derive(ToSchema)]
pub struct WitnessedShard {
    /// The shard's retention class.
    pub class: String,
    /// The shard's period.
    pub period: String,
    /// What it said last: `cosigned`, `silent` (it did not answer, and is asked again) or `refused`.
    #[schema(value_type = WitnessState)]
    pub state: ledger::WitnessState,
    /// How many leaves it cosigned last, as far as this node knows.
    pub size: Option<u64>,
    /// When it cosigned them, by its own clock.
    pub at: Option<Timestamp>,
    /// Why it did not cosign what it was asked last.
    pub told: Option<String>,
}

/// What a witness said last.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum WitnessState {
    /// It cosigned.
    Cosigned,
    /// It did not answer, or could not; it is asked again.
    Silent,
    /// It refused: it does not know the log, or the log contradicts what it has seen.
    Refused,
}

/// An evidence file.
#[derive(ToSchema)]
pub struct Evidence {
    /// `gongshu-evidence/1`.
    pub format: String,
    /// The log's name.
    pub origin: String,
    /// The leaf's index in the log.
    pub index: u64,
    /// The leaf's bytes in base64: these are what the trees prove.
    pub leaf: String,
    /// The leaf as JSON, for human readers.
    pub preview: Option<serde_json::Value>,
    /// The proof in the national tree.
    pub sm3: TreeProof,
    /// The proof in the public tree.
    pub sha256: TreeProof,
    /// The proof in the public tree that witnesses have cosigned, if any has yet.
    pub witnessed: Option<WitnessedProof>,
    /// The log's public keys.
    pub keys: KeyTexts,
    /// Commitments of the leaf whose values are disclosed.
    pub openings: Option<Vec<CommitmentOpening>>,
}

/// A leaf's way to the signed root of one tree.
#[derive(ToSchema)]
pub struct TreeProof {
    /// The size of the tree.
    pub size: u64,
    /// Its root in base64.
    pub root: String,
    /// The inclusion path in base64, from the leaf upwards.
    pub path: Vec<String>,
    /// The signed checkpoint, a note.
    pub checkpoint: String,
}

/// A leaf's way to a root that witnesses have cosigned. The tree may be smaller than the one of the newest checkpoint.
#[derive(ToSchema)]
pub struct WitnessedProof {
    /// The size of the tree.
    pub size: u64,
    /// Its root in base64.
    pub root: String,
    /// The inclusion path in base64, from the leaf upwards.
    pub path: Vec<String>,
    /// The checkpoint, a note with the signatures of the log and of the witnesses.
    pub checkpoint: String,
    /// The verifier keys of the witnesses.
    pub witnesses: Vec<String>,
}

/// The log's public keys in the forms that other tools read.
#[derive(ToSchema)]
pub struct KeyTexts {
    /// The SM2 key as PEM.
    pub sm2_pem: String,
    /// The SM2 key as a note verifier key.
    pub sm2_vkey: String,
    /// The Ed25519 key as PEM.
    pub ed25519_pem: String,
    /// The Ed25519 key as a note verifier key.
    pub ed25519_vkey: String,
}

/// A disclosed commitment.
#[derive(ToSchema)]
pub struct CommitmentOpening {
    /// Where the commitment stands in the leaf, as a JSON pointer.
    pub field: String,
    /// The salt, 64 hexadecimal digits.
    pub salt: String,
    /// The value that was committed to.
    pub value: serde_json::Value,
}
