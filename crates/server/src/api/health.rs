//! For whoever watches the process.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState,
    extract::Answer,
    openapi::ReadProblems,
    problem::{Problem, Transport},
};

/// Routes of health; they lie at the root.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(health_alive)).routes(routes!(health_ready))
}

/// Says that the process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()), responses((status = 200, body = Health), ReadProblems))]
async fn health_alive() -> Answer<Health> {
    Ok(Json(Health { status: "alive", version: env!("CARGO_PKG_VERSION") }))
}

/// Says that the process can do its work: the database answers.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses((status = 200, body = Health), ReadProblems))]
async fn health_ready(State(state): State<AppState>) -> Answer<Health> {
    let answers = state.platform.next_due().await;
    answers.map_err(|error| {
        Problem::transport(Transport::NotReady, "the database does not answer")
            .hint("look at the operator's log")
            .because(error)
    })?;
    Ok(Json(Health { status: "ready", version: env!("CARGO_PKG_VERSION") }))
}

/// How the process stands.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `alive` or `ready`.
    pub status: &'static str,
    /// The program's version.
    pub version: &'static str,
}
