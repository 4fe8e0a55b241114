//! HTTP: the API, sessions, the gateway's doors, the log's public files and the first page.
//!
//! What a reader must know first. This crate decides nothing: it turns bytes into the platform's types, asks one verb of
//! [`platform::Platform`], and turns the answer back into bytes. It holds the only map from [`platform::Code`] to an HTTP
//! status ([`problem`]), the only reading of credentials ([`auth`]) and the only reading of the wall clock ([`state::WallClock`]).
//! Every route is registered together with its description, so [`openapi`] cannot know fewer operations than the router.
//!
//! | path | what | layers |
//! |---|---|---|
//! | `/api/v1/…` | the API, one file per resource in [`mod@api`] | request id, trace, deadline, bound on parallel requests, compression |
//! | `/gateway/v1/…` | look-ups by departments' systems ([`mod@api`]`::gateway`) | the least that is safe: this is the hot path |
//! | `/log/…` | published tiles and checkpoints ([`mod@tiles`]) | cacheable files |
//! | `/console/…` | the embedded consoles ([`mod@consoles`]) | hashed files, compressed when they were built |
//! | `/`, `/api`, `/openapi.json`, `/healthz`, `/readyz` | for people and for whoever watches the process ([`pages`]) | |

pub mod api;
pub mod auth;
mod consoles;
mod csv;
pub mod extract;
mod fonts;
mod layers;
mod openapi;
pub mod page;
pub mod pages;
pub mod problem;
mod progress;
mod serve;
pub mod state;
mod tiles;
pub mod witness;

#[cfg(test)]
mod tests;

use axum::Router;
use tokio::net::TcpListener;
use utoipa_axum::router::OpenApiRouter;

pub use openapi::{Misfit, answer_conforms, openapi};
pub use problem::{Problem, ProblemDetails};
pub use state::{AppState, Chance, Clock, Guest, MovableClock, ServerSettings, WallClock};

/// The HTTP server.
pub struct Server;

impl Server {
    /// Every route with its layers.
    pub fn router(state: AppState) -> Router {
        let plain = |part: OpenApiRouter<AppState>| part.split_for_parts().0;
        let unknown = Router::new().fallback(problem::no_such_route);
        Router::new()
            .merge(layers::full(plain(api::routes()), &state))
            .merge(layers::unhurried(plain(api::loads::upload_routes()), &state))
            .merge(layers::lean(plain(api::gateway::routes()), &state))
            .merge(layers::lean(plain(api::health::routes()), &state))
            .merge(layers::lean(tiles::routes(), &state))
            .merge(layers::full(pages::routes(), &state))
            .merge(layers::lean(consoles::routes(), &state))
            .fallback_service(layers::lean(unknown, &state).with_state(state.clone()))
            .with_state(state)
    }

    /// Serves until `shutdown` is ready, then lets the requests under way finish.
    ///
    /// # Errors
    /// When the listener can no longer accept connections.
    pub async fn serve(
        listener: TcpListener,
        state: AppState,
        shutdown: impl Future<Output = ()> + Send,
    ) -> std::io::Result<()> {
        let settings = state.settings.clone();
        serve::serve(listener, Self::router(state), &settings, shutdown).await
    }
}
