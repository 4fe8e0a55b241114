//! The demonstration's clock. Outside a demonstration these paths answer as if they were not there.
//!
//! Moving the clock lets the law act: at every instant at which a term runs out between now and then, one after the other, so
//! that what follows from one outcome is there before the next.

use std::time::Duration;

use axum::Json;
use jiff::{SignedDuration, Timestamp};
use platform::{
    Actor, Code, Ctx, docket,
    policy::{Action, Resource},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::cases::Receipt;
use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Answer, Body},
    openapi::{ActProblems, ReadProblems},
    problem::Problem,
};

/// The longest single move: ten years.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 3_660);
/// The most instants at which one move lets the law act one by one; beyond, the rest is done at the end of the move.
const MOST_STEPS: usize = 20_000;
/// Most receipts in the answer.
const MOST_RECEIPTS: usize = 1_000;
/// How often a tick is asked for again while another one is under way.
const PATIENCE: usize = 500;

/// Routes of the demonstration.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(demonstration_clock_get, demonstration_clock_advance))
}

/// Shows the demonstration's clock and when the law acts next.
#[utoipa::path(get, path = "/demonstration/clock", tag = "demonstration", security(()), responses((status = 200, body = ClockReading), ReadProblems))]
async fn demonstration_clock_get(anyone: Anyone) -> Answer<ClockReading> {
    only_in_demonstration(&anyone)?;
    Ok(Json(ClockReading { now: anyone.ctx.now, next_due: anyone.platform().next_due().await? }))
}

/// Moves the demonstration's clock forward; the law acts on the way. Sessions may end by that: log in again.
#[utoipa::path(post, path = "/demonstration/clock", tag = "demonstration", request_body = Advance, responses((status = 200, body = Advanced), ActProblems))]
async fn demonstration_clock_advance(caller: Caller, Body(advance): Body<Advance>) -> Answer<Advanced> {
    only_in_demonstration(&caller)?;
    caller.platform().may(&caller.ctx, Action::RunPlatform, &Resource::platform())?;
    let target = target_of(&caller, &advance).await?;
    let state = caller.state().clone();
    // Half a move would be no harm, but the caller would not know; so it goes on when the caller breaks off.
    let done = tokio::spawn(async move { advance_to(&state, target).await }).await;
    Ok(Json(done.map_err(|error| Problem::new(Code::Internal, "the clock stopped on its way").because(error))??))
}

fn only_in_demonstration(anyone: &Anyone) -> Result<(), Problem> {
    if anyone.platform().settings().demonstration {
        return Ok(());
    }
    Err(Problem::new(Code::DemonstrationOnly, "this district is no demonstration: its clock is the wall's"))
}

async fn target_of(caller: &Caller, advance: &Advance) -> Result<Timestamp, Problem> {
    let now = caller.state().clock.now();
    let wrong =
        |path: &str, what: &str| Problem::new(Code::InvalidInput, "the clock cannot be moved so").field(path, what);
    let target = match (advance.to, advance.by_seconds, advance.to_next_due) {
        (Some(to), None, false) => to,
        (None, Some(seconds), false) => {
            now.checked_add(SignedDuration::from_secs(seconds)).map_err(|_| wrong("by_seconds", "is too far"))?
        }
        (None, None, true) => caller
            .platform()
            .next_due()
            .await?
            .ok_or_else(|| wrong("to_next_due", "nothing is due: no term is running"))?
            .max(now),
        _ => return Err(wrong("to", "give exactly one of `to`, `by_seconds`, `to_next_due`")),
    };
    if target < now {
        return Err(wrong("to", "is in the past: the clock only goes forward"));
    }
    if target.duration_since(now) > LONGEST {
        return Err(wrong("to", "is more than ten years ahead; move in steps"));
    }
    Ok(target)
}

/// Lets the law act at every due instant up to `target`, in turn.
async fn advance_to(state: &AppState, target: Timestamp) -> Result<Advanced, Problem> {
    let mut advanced = Advanced { now: target, acts: 0, acted: Vec::new(), failed: Vec::new() };
    // What was called so far must be known before time passes: a service that was called is not idle.
    state.platform.count_uses(&platform(state)).await?;
    let mut last = Timestamp::MIN;
    for _ in 0..MOST_STEPS {
        let Some(due) = state.platform.next_due().await?.filter(|due| *due <= target && *due > last) else { break };
        step(state, due, &mut advanced).await?;
        last = due;
    }
    step(state, target, &mut advanced).await?;
    advanced.now = state.clock.now();
    Ok(advanced)
}

async fn step(state: &AppState, to: Timestamp, advanced: &mut Advanced) -> Result<(), Problem> {
    let moved = state.clock.move_to(to);
    moved
        .map_err(|error| Problem::new(Code::DemonstrationOnly, "this server's clock cannot be moved").because(error))?;
    for _ in 0..PATIENCE {
        let report = state.platform.tick(&platform(state)).await?;
        advanced.note(report.acted, report.failed);
        if !report.elsewhere {
            return Ok(());
        }
        // The scheduler is at it; it works on the same clock, so waiting for it is enough.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(Problem::new(Code::Conflict, "another scheduler does not give way").hint("try again"))
}

fn platform(state: &AppState) -> Ctx {
    state.ctx(Actor::Platform)
}

impl Advanced {
    fn note(&mut self, acted: Vec<docket::Receipt>, failed: Vec<(platform::CaseId, String)>) {
        self.acts = self.acts.saturating_add(acted.len());
        let room = MOST_RECEIPTS.saturating_sub(self.acted.len());
        self.acted.extend(acted.into_iter().take(room));
        for (case, _) in failed {
            if !self.failed.contains(&case.0) {
                self.failed.push(case.0);
            }
        }
    }
}

/// How far the clock is to be moved. Exactly one part is given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// To this instant.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// By so many seconds.
    #[serde(default)]
    pub by_seconds: Option<i64>,
    /// To the next instant at which a term runs out.
    #[serde(default)]
    pub to_next_due: bool,
}

/// The demonstration's clock.
#[derive(Serialize, ToSchema)]
pub struct ClockReading {
    /// The present instant.
    pub now: Timestamp,
    /// The next instant at which a term runs out.
    #[schema(required)]
    pub next_due: Option<Timestamp>,
}

/// What a move of the clock led to.
#[derive(Serialize, ToSchema)]
pub struct Advanced {
    /// The instant afterwards.
    pub now: Timestamp,
    /// How many acts the law did on the way.
    pub acts: usize,
    /// Those acts, in order; at most a thousand of them.
    #[schema(value_type = Vec<Receipt>)]
    pub acted: Vec<docket::Receipt>,
    /// Cases in which the law should have acted and could not; the operator's log says why.
    pub failed: Vec<Uuid>,
}
