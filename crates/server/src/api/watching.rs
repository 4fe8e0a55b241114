//! Watching a load as it arrives and is read, and taking away what it left aside.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    body::Body,
    http::{HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use platform::{
    Code, LoadId, collection,
    policy::{Action, Resource},
};
use serde::Serialize;
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::Instant,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{certificates::LoadView, evidence::Evidence};
use crate::{
    AppState,
    auth::Caller,
    csv,
    extract::{Answer, InPath},
    openapi::ReadProblems,
    problem::{Problem, Transport},
    progress::LoadProgress,
};

/// Between two events of one load at least this much time passes: nobody reads faster.
const PACE: Duration = Duration::from_millis(120);
/// How often the database is asked about a load that runs on another node.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// After this long a stream ends and the browser comes back by itself, so that no stream outlives its session by much.
const LONGEST: Duration = Duration::from_secs(600);
/// Most rejected rows in one file; the last line says so when there are more.
const MOST_ROWS: u64 = 100_000;
/// Rows read from the lake at a time.
const STRETCH: u64 = collection::MAX_STRETCH;

/// Routes about loads under way and what they left aside.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(loads_state))
        .routes(routes!(loads_events))
        .routes(routes!(loads_rejected_file))
        .routes(routes!(loads_evidence))
}

/// Shows where a load stands, also while it is running and when it was refused.
#[utoipa::path(get, path = "/loads/{id}/state", tag = "collection", params(("id" = Uuid, Path, description = "the load")), responses((status = 200, body = LoadView), ReadProblems))]
async fn loads_state(caller: Caller, InPath(id): InPath<LoadId>) -> Answer<collection::LoadView> {
    Ok(Json(caller.platform().load(&caller.ctx, id).await?))
}

/// Tells how far a load is, as server-sent events: `progress` first with the present state and whenever it changes, `done` when it
/// is over; then the stream ends. Whoever comes back is told the present state again. Who hands in under an `idempotency-key` can
/// watch from the moment at which the file begins to arrive.
#[utoipa::path(get, path = "/loads/{id}/events", tag = "collection", params(("id" = Uuid, Path, description = "the load")), responses((status = 200, description = "events whose data is a `LoadProgress`", content_type = "text/event-stream", body = LoadProgressView), ReadProblems))]
async fn loads_events(caller: Caller, InPath(id): InPath<LoadId>) -> Result<Response, Problem> {
    let place = caller.state().loads.watchers.clone().try_acquire_owned().map_err(|_| {
        Problem::transport(Transport::Overloaded, "too many loads are being watched").hint("try again in a moment")
    })?;
    let seen = match caller.state().loads.watch(id) {
        Some((organisation, latest)) => {
            let on = Resource::thing(Some(id.0), organisation);
            caller.platform().may(&caller.ctx, Action::ReadThing, &on)?;
            Seen::Here(latest)
        }
        // Not here (any more): whoever may not see it is told so before the stream begins.
        None => Seen::Stored(LoadProgress::stored(caller.platform().load(&caller.ctx, id).await?)),
    };
    let watching =
        Watching { caller, id, seen, last: None, until: Instant::now() + LONGEST, over: false, _place: place };
    let events = Sse::new(events(watching)).keep_alive(KeepAlive::default());
    Ok(([("x-accel-buffering", HeaderValue::from_static("no"))], events).into_response())
}

/// Gives the rows that were kept aside as a file for Excel: where, why, and by which code. No cell of the source is in it.
#[utoipa::path(get, path = "/loads/{id}/rejected.csv", tag = "collection", params(("id" = Uuid, Path, description = "the load")), responses((status = 200, description = "CSV in UTF-8 with a byte-order mark; at most 100,000 rows", content_type = "text/csv", body = String), ReadProblems))]
async fn loads_rejected_file(caller: Caller, InPath(id): InPath<LoadId>) -> Result<Response, Problem> {
    // The first stretch is read before anything is answered, so that a refusal is one.
    let first = caller.platform().rejected_rows(&caller.ctx, id, 0, STRETCH).await?;
    let name = format!("attachment; filename=\"rejected-{id}.csv\"");
    let start = stream::once(async {
        Ok::<_, Problem>(csv::start(&["行号", "信息项", "原因代码", "原因", "说明"]))
    });
    let rest = stream::unfold(Some((caller, 0u64, Some(first))), move |state| async move {
        let (caller, offset, read) = state?;
        let read = match read {
            Some(read) => Ok(read),
            None => caller.platform().rejected_rows(&caller.ctx, id, offset, STRETCH).await,
        };
        let rows = match read {
            Ok(rows) => rows,
            Err(error) => return Some((Err(error.into()), None)),
        };
        let mut text = String::new();
        for row in &rows {
            let (number, item) = (row.row.to_string(), row.column.as_deref().unwrap_or_default());
            csv::line(&mut text, [number.as_str(), item, &row.code, csv::reason(&row.code), &row.reason]);
        }
        let next = offset.saturating_add(u64::try_from(rows.len()).unwrap_or(0));
        let cut = next >= MOST_ROWS;
        if cut {
            csv::line(
                &mut text,
                ["", "", "limit", "行数超出上限，其余未列出", "more rows were rejected than a file holds"],
            );
        }
        let ended = cut || u64::try_from(rows.len()).unwrap_or(0) < STRETCH;
        Some((Ok(text), (!ended).then_some((caller, next, None))))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    let body =
        start.chain(rest).map(|piece| piece.map_err(|problem| std::io::Error::other(problem.details().detail.clone())));
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Gives the file that proves a load to anyone, offline (`gongshu verify FILE`): its counts and digests, never its rows.
#[utoipa::path(get, path = "/loads/{id}/evidence", tag = "ledger", params(("id" = Uuid, Path, description = "the load")), responses((status = 200, body = Evidence), ReadProblems))]
async fn loads_evidence(caller: Caller, InPath(id): InPath<LoadId>) -> Answer<impl Serialize + use<>> {
    Ok(Json(caller.platform().evidence_of_load(&caller.ctx, id).await?))
}

/// Somebody who watches a load.
struct Watching {
    caller: Caller,
    id: LoadId,
    seen: Seen,
    last: Option<LoadProgress>,
    until: Instant,
    over: bool,
    _place: OwnedSemaphorePermit,
}

enum Seen {
    /// It is under way on this node.
    Here(watch::Receiver<LoadProgress>),
    /// What the database says.
    Stored(LoadProgress),
}

fn events(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(watching, |mut watching| async move {
        let progress = watching.next().await?;
        watching.over = progress.over();
        let name = if watching.over { "done" } else { "progress" };
        let event = Event::default().event(name).json_data(&progress).unwrap_or_default();
        watching.last = Some(progress);
        Some((Ok(event), watching))
    })
}

impl Watching {
    /// The next state that differs from the last one; `None` when there is nothing more to tell.
    async fn next(&mut self) -> Option<LoadProgress> {
        if self.last.is_some() && !self.over {
            tokio::time::sleep(PACE).await;
        }
        while !self.over && Instant::now() < self.until {
            let present = match &mut self.seen {
                Seen::Here(latest) => latest.borrow_and_update().clone(),
                Seen::Stored(progress) => progress.clone(),
            };
            if self.last.as_ref() != Some(&present) {
                return Some(present);
            }
            let gone = match &mut self.seen {
                Seen::Here(latest) => {
                    matches!(tokio::time::timeout_at(self.until, latest.changed()).await, Ok(Err(_)))
                }
                Seen::Stored(_) => {
                    tokio::time::sleep(ASK_AGAIN).await;
                    true
                }
            };
            if gone {
                self.seen = Seen::Stored(self.stored().await);
            }
        }
        None
    }

    /// What the database says now; a load that it does not know never had its whole file.
    async fn stored(&self) -> LoadProgress {
        match self.caller.platform().load(&self.caller.ctx, self.id).await {
            Ok(view) => LoadProgress::stored(view),
            Err(error) => {
                let last = match &self.seen {
                    Seen::Here(latest) => latest.borrow().clone(),
                    Seen::Stored(progress) => progress.clone(),
                };
                // Whatever else went wrong is told when the watcher comes back.
                if error.code == Code::NotFound { last.broken_off() } else { last }
            }
        }
    }
}

/// How far a load is.
#[derive(ToSchema)]
#[schema(as = LoadProgress)]
pub struct LoadProgressView {
    /// The load.
    pub load: Uuid,
    /// The entry.
    pub entry: Uuid,
    /// `receiving`, `running`, `accepted`, `refused`, `stopped`; or `broken_off` when the file did not arrive.
    pub state: String,
    /// While it runs: `understand`, `store`, `commit` or `index`.
    #[schema(required)]
    pub phase: Option<String>,
    /// Bytes received, or read in this phase.
    pub bytes: u64,
    /// Bytes to receive or to read, if that is known.
    #[schema(required)]
    pub total: Option<u64>,
    /// Rows seen.
    pub rows: u64,
    /// Rows accepted, once it is over.
    pub accepted: u64,
    /// Rows rejected, once it is over.
    pub rejected: u64,
    /// Why it was refused or stopped.
    #[schema(required)]
    pub fault: Option<String>,
}
