//! Pages for everybody without a login: the first page with the state of the district, and the API reference. Both work
//! without anything from outside. Where people do their work are the consoles ([`mod@crate::consoles`]).

mod html;
mod landing;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect},
    routing::get,
};
use jiff::Timestamp;
use platform::Actor;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{AppState, openapi::openapi, problem::Problem};

/// Styles come from this origin only; nothing else is loaded, nothing runs.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The reference runs the viewer's own scripts, which set styles on their elements.
const REFERENCE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("page.css");

/// Routes of the pages.
pub fn routes() -> Router<AppState> {
    let reference: Router<AppState> = SwaggerUi::new("/api/reference").config(viewer()).into();
    let policy =
        SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(REFERENCE_POLICY));
    let document = openapi();
    Router::new()
        .route("/", get(landing_page))
        .route("/assets/page.css", get(style))
        .route("/openapi.json", get(move || async move { Json(document) }))
        .route("/api", get(|| async { Redirect::temporary("/api/reference/") }))
        .merge(reference.layer(policy))
}

fn viewer() -> Config<'static> {
    Config::from("/openapi.json")
        .try_it_out_enabled(true)
        .filter(true)
        .display_operation_id(true)
        .doc_expansion("list")
        .default_models_expand_depth(-1)
        .with_credentials(true)
}

async fn landing_page(State(state): State<AppState>) -> Result<impl IntoResponse, Problem> {
    let ctx = state.ctx(Actor::Public);
    let figures = state.platform.state(&ctx).await?;
    let packs = crate::api::law::pack_lines(&state.platform, ctx.now);
    let next = state.platform.next_due().await?;
    let guests = if state.platform.settings().demonstration { state.settings.guests.as_slice() } else { &[] };
    let titles = titles(&state);
    let page = landing::page(&landing::Landing {
        now: ctx.now,
        next_due: next.filter(|next| *next < Timestamp::MAX),
        demonstration: state.platform.settings().demonstration,
        figures: &figures,
        packs: &packs,
        guests,
        titles: &titles,
    });
    Ok(([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page)))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")], STYLE)
}

/// What the packs call their procedures and states; the district's own pack has the last word.
fn titles(state: &AppState) -> landing::Titles {
    let ours = &state.platform.settings().pack;
    let mut titles = landing::Titles::default();
    let others = state.platform.book().packs().filter(|pack| pack.id != *ours);
    for pack in others.chain(state.platform.book().packs().filter(|pack| pack.id == *ours)) {
        for procedure in pack.procedures.values() {
            titles.procedures.insert(procedure.id.to_string(), procedure.title.clone());
            for found in procedure.states.values() {
                titles.states.insert((procedure.id.to_string(), found.id.to_string()), found.title.clone());
            }
        }
    }
    titles
}
