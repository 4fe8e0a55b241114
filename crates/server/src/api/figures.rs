//! The district's figures for those who audit: as a list, and counted a second time from the log alone.

use std::{collections::BTreeMap, time::Instant};

use axum::Json;
use jiff::Timestamp;
use platform::supervision;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState,
    auth::Caller,
    extract::Answer,
    openapi::{ActProblems, ReadProblems},
};

/// Routes of figures.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(figures_list)).routes(routes!(figures_recount))
}

/// Lists every figure of the district's state with its parts and where its evidence lies, for those who may read the log.
#[utoipa::path(get, path = "/figures", tag = "ledger", responses((status = 200, body = Figures), ReadProblems))]
async fn figures_list(caller: Caller) -> Answer<supervision::Figures> {
    Ok(Json(caller.platform().figures(&caller.ctx).await?))
}

/// Counts every figure that follows from the log a second time, from the leaves of the log alone, and lays both counts side by
/// side. Both are of one instant, whatever is done meanwhile: rows and queued leaves are read in one snapshot, and exactly those
/// leaves are counted. All leaves are read and held against the signed checkpoints. One recount at a time (409 for a second), at
/// most 1,000,000 leaves (413 beyond; `gongshu log recount` does the same on a copy of the log). Nothing is changed.
#[utoipa::path(post, path = "/figures/recount", tag = "ledger", responses((status = 200, body = Recounted), ActProblems))]
async fn figures_recount(caller: Caller) -> Answer<Taken> {
    let begun = Instant::now();
    let recounted = caller.platform().recount(&caller.ctx).await?;
    Ok(Json(Taken { recounted, took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX) }))
}

/// A recount and how long it took.
#[derive(Serialize)]
struct Taken {
    #[serde(flatten)]
    recounted: supervision::Recounted,
    took_ms: u64,
}

/// The figures at one instant.
#[derive(ToSchema)]
pub struct Figures {
    /// Counted at.
    pub at: Timestamp,
    /// Every figure.
    pub figures: Vec<Figure>,
}

/// One figure.
#[derive(ToSchema)]
pub struct Figure {
    /// Its name, that of the property of `GET /state`.
    pub name: String,
    /// What kind of figure it is; so far all are a `count`.
    pub kind: String,
    /// The whole.
    pub value: u64,
    /// What it is made of; empty where it is one count.
    pub parts: Vec<FigurePart>,
    /// In which class of the log its evidence lies: `acts`, `administration` or `calls`.
    pub evidence: String,
}

/// A part of a figure.
#[derive(ToSchema)]
pub struct FigurePart {
    /// Of what: `procedure`, `state` or `status`, each with its word.
    pub of: BTreeMap<String, String>,
    /// How many.
    pub value: u64,
}

/// What came of a recount.
#[derive(ToSchema)]
pub struct Recounted {
    /// Both counts are of this instant.
    pub at: Timestamp,
    /// Whether every figure that was recounted is equal and the log had no fault.
    pub equal: bool,
    /// The shards that were read.
    pub shards: Vec<RecountedShard>,
    /// Every figure that follows from the log.
    pub figures: Vec<ComparedFigure>,
    /// What does not follow from it, and why.
    pub not_recounted: Vec<NotRecounted>,
    /// What stands in the log and cannot, were it written by the platform alone; the first 50. It is not counted.
    pub faults: Vec<LeafFault>,
    /// How many more faults there are.
    pub more_faults: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// A shard that was read for a recount.
#[derive(ToSchema)]
pub struct RecountedShard {
    /// Its class.
    pub class: String,
    /// Its period.
    pub period: String,
    /// How many of its leaves were counted: those of the instant of the count.
    pub leaves: u64,
    /// How many leaves its checkpoint has. All were read, and their root was compared with the signed one.
    pub size: u64,
}

/// A figure by both counts.
#[derive(ToSchema)]
pub struct ComparedFigure {
    /// Its name.
    pub name: String,
    /// By the rows of the database.
    pub stored: u64,
    /// By the leaves of the log.
    pub recounted: u64,
    /// Whether the whole and every part are equal.
    pub equal: bool,
    /// Its parts; empty where it is one count.
    pub parts: Vec<ComparedPart>,
}

/// A part of a figure by both counts.
#[derive(ToSchema)]
pub struct ComparedPart {
    /// Of what.
    pub of: BTreeMap<String, String>,
    /// By the rows of the database.
    pub stored: u64,
    /// By the leaves of the log.
    pub recounted: u64,
    /// Whether both are equal.
    pub equal: bool,
}

/// A figure, or a part of one, that does not follow from the log.
#[derive(ToSchema)]
pub struct NotRecounted {
    /// Its name.
    pub name: String,
    /// Why not.
    pub why: String,
}

/// Something in the log that cannot be, were the log written by the platform alone.
#[derive(ToSchema)]
pub struct LeafFault {
    /// The class of the shard.
    pub class: String,
    /// Its period.
    pub period: String,
    /// The leaf's index.
    pub index: u64,
    /// What is wrong with it.
    pub what: String,
}
