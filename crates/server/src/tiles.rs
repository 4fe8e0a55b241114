//! The published files of the transparency log (C2SP `tlog-tiles`), so that anybody can check the log with their own tools.
//!
//! Only the forms of path that the standard knows are served: a checkpoint, a tile, an entry bundle, each also below `sm3/`; and
//! beside the public checkpoint the one that witnesses have cosigned.
//! The journal, unfinished files and everything else that lies in a shard's folder have no name here. Leaves carry
//! commitments instead of personal data (I8), which is why checkpoints and tiles can be public: hashes say nothing, and are all
//! that a proof or a witness needs. Entry bundles are the leaves themselves. Those of calls and of administration tell which
//! person or system did something when, so they are read by whoever may read the log, and by nobody else.

use std::{io::ErrorKind, path::PathBuf};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use platform::{
    Code, ledger,
    policy::{Action, Resource},
};

use crate::{auth::Anyone, problem::Problem, state::AppState};

/// A full tile never changes, and neither does a partial one: it only stops being needed.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FRESH: &str = "no-cache";
/// What was shown to an auditor is kept by nobody in between.
const CONFIDENTIAL: &str = "no-store";

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/log/{class}/{period}/{*file}", get(file))
}

async fn file(
    State(state): State<AppState>,
    anyone: Result<Anyone, Problem>,
    Path((class, period, file)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let unknown =
        || Problem::new(Code::NotFound, "the log has no such file").hint("see C2SP tlog-tiles for the names of tiles");
    let mut kind = kind_of(&file).filter(|_| is_name(&class) && is_name(&period)).ok_or_else(unknown)?;
    if kind == Kind::Entries && !ledger::has_public_leaves(&class) {
        // Before it is looked for: that a bundle exists is not told either.
        let anyone = anyone?;
        anyone.platform().may(&anyone.ctx, Action::ReadLog, &Resource::platform())?;
        kind = Kind::Confidential;
    }
    let shard: PathBuf = state.platform.settings().log_root.join(class).join(period);
    match tokio::fs::read(shard.join(&file)).await {
        Ok(bytes) => Ok(answer(kind, bytes)),
        Err(error)
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory) =>
        {
            Err(unknown())
        }
        Err(error) => Err(Problem::new(Code::Internal, "a file of the log cannot be read").because(error)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Checkpoint,
    Tile,
    /// A bundle of leaves.
    Entries,
    /// A bundle of leaves that not everybody may read.
    Confidential,
}

fn answer(kind: Kind, bytes: Vec<u8>) -> Response {
    let (media, cache) = match kind {
        Kind::Checkpoint => ("text/plain; charset=utf-8", FRESH),
        Kind::Tile | Kind::Entries => ("application/octet-stream", FOR_EVER),
        Kind::Confidential => ("application/octet-stream", CONFIDENTIAL),
    };
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if kind != Kind::Confidential {
        // A log is for everybody's tools, pages of other origins included; no credentials are involved.
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

/// Whether a shard can be called so.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len()) && !name.starts_with('-') && name.bytes().all(plain)
}

/// What kind of published file has this name; `None` for everything that is not published.
fn kind_of(whole: &str) -> Option<Kind> {
    let file = whole.strip_prefix("sm3/").unwrap_or(whole);
    if file == "checkpoint" {
        return Some(Kind::Checkpoint);
    }
    // What witnesses cosign is the public tree's checkpoint, so there is no such file below `sm3/`.
    if whole == "checkpoint.cosigned" {
        return Some(Kind::Checkpoint);
    }
    let (level, index) = file.strip_prefix("tile/")?.split_once('/')?;
    let level_known =
        level == "entries" || (level.len() <= 2 && level.parse::<u8>().is_ok_and(|n| n < 64 && n.to_string() == level));
    let kind = if level == "entries" { Kind::Entries } else { Kind::Tile };
    (level_known && is_index(index)).then_some(kind)
}

/// `x001/x234/067`, with `.p/W` for a partial one of `W` (1 to 255) items.
fn is_index(index: &str) -> bool {
    let (number, width) = match index.split_once(".p/") {
        Some((number, width)) => (number, Some(width)),
        None => (index, None),
    };
    let width_known = width.is_none_or(|width| width.parse::<u8>().is_ok_and(|n| n > 0 && n.to_string() == width));
    let three = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts: Vec<&str> = number.split('/').collect();
    let last = parts.pop().unwrap_or_default();
    width_known && parts.len() < 7 && three(last) && parts.iter().all(|part| part.strip_prefix('x').is_some_and(three))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_standards_names_are_files_of_the_log() {
        for name in ["checkpoint", "sm3/checkpoint", "checkpoint.cosigned"] {
            assert_eq!(kind_of(name), Some(Kind::Checkpoint), "{name}");
        }
        for name in ["tile/0/000", "tile/0/x001/x234/067", "tile/0/x001/067.p/8", "sm3/tile/7/001"] {
            assert_eq!(kind_of(name), Some(Kind::Tile), "{name}");
        }
        for name in ["tile/entries/000", "tile/entries/x001/000.p/255", "sm3/tile/entries/000"] {
            assert_eq!(kind_of(name), Some(Kind::Entries), "{name}");
        }
        for name in [
            "journal",
            "lock",
            "tmp/0",
            "../keys",
            "tile/0/../../../keys",
            "tile/00/000",
            "tile/0/0",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/y001/000",
            "tile/0/x001",
            "tile/0/",
            "sm3/sm3/checkpoint",
            "sm3/checkpoint.cosigned",
            "sm3/tile/entries/000/..",
            "",
        ] {
            assert_eq!(kind_of(name), None, "{name}");
        }
        assert!(is_name("acts-permanent") && is_name("2026-11"));
        assert!(!is_name("..") && !is_name("") && !is_name("-a") && !is_name("A"));
    }
}
