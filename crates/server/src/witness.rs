//! The door of a witness: `POST /add-checkpoint` (C2SP `tlog-witness`), and a page that says in words who it is.
//!
//! A witness is a process of its own, run by somebody other than the log's operator. It has no login: what it signs it judges
//! by the log's own signature and by what it has seen before ([`tlog::witness`]). So everything here is a bound: on the length
//! of a question, on the time it may take, on how many are heard at the same time.

use std::{fmt::Write as _, io, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use parking_lot::Mutex;
use tlog::{
    Witness,
    witness::{Folder, MAX_SUBMISSION, Refusal, SIZE_TYPE},
};
use tokio::net::TcpListener;

use crate::{
    serve,
    state::{Clock, ServerSettings},
};

/// How long a question may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);
/// Connections open at the same time.
const CONNECTIONS: usize = 64;

/// A witness on the network.
pub struct WitnessServer;

#[derive(Clone)]
struct Door {
    /// One question at a time: looking at what was seen and keeping what is seen now must be one step.
    witness: Arc<Mutex<Witness<Folder>>>,
    clock: Arc<dyn Clock>,
}

impl WitnessServer {
    /// Answers until `shutdown` is ready.
    ///
    /// # Errors
    /// When the listener can no longer accept connections.
    pub async fn serve(
        listener: TcpListener,
        witness: Witness<Folder>,
        clock: Arc<dyn Clock>,
        shutdown: impl Future<Output = ()> + Send,
    ) -> io::Result<()> {
        let door = Door { witness: Arc::new(Mutex::new(witness)), clock };
        let router = Router::new().route("/add-checkpoint", post(add_checkpoint)).route("/", get(who)).with_state(door);
        // Nothing is ever uploaded to a witness, so the folder is never looked at.
        let settings = ServerSettings {
            connections: CONNECTIONS,
            shutdown_timeout: ARRIVAL,
            ..ServerSettings::new(PathBuf::new())
        };
        serve::serve(listener, router, &settings, shutdown).await
    }
}

async fn add_checkpoint(State(door): State<Door>, request: Request) -> Response {
    let arrived = tokio::time::timeout(ARRIVAL, to_bytes(request.into_body(), MAX_SUBMISSION));
    let body = match arrived.await {
        Ok(Ok(bytes)) => String::from_utf8(bytes.into()),
        Ok(Err(_)) => return told(StatusCode::PAYLOAD_TOO_LARGE, "the question is too long, or broke off"),
        Err(_) => return told(StatusCode::REQUEST_TIMEOUT, "the question took too long to arrive"),
    };
    let Ok(body) = body else { return told(StatusCode::BAD_REQUEST, "the question is not UTF-8") };
    let seconds = u64::try_from(door.clock.now().as_second()).unwrap_or_default();
    // It syncs a file, so not on a thread that others wait for.
    let judged = tokio::task::spawn_blocking(move || door.witness.lock().add_checkpoint(&body, seconds)).await;
    match judged {
        Ok(Ok(line)) => told(StatusCode::OK, line),
        Ok(Err(refusal)) => refused(&refusal),
        Err(error) => {
            tracing::error!(error = %error, "a question was broken off");
            told(StatusCode::INTERNAL_SERVER_ERROR, "the witness has stumbled; ask again")
        }
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refusal {
        Refusal::Fork { .. } | Refusal::NotProved { .. } => {
            tracing::error!(refusal = %refusal, "a log contradicts what was seen of it");
        }
        Refusal::Memory(_) => tracing::error!(refusal = %refusal, "nothing is cosigned"),
        _ => tracing::debug!(refusal = %refusal, "not cosigned"),
    }
    if let Some(latest) = refusal.latest() {
        let mut answer = told(status, format!("{latest}\n"));
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(SIZE_TYPE));
        return answer;
    }
    match refusal {
        // What ails the disk of a witness is its operator's affair.
        Refusal::Memory(_) => told(status, "this witness cannot remember at present, so it signs nothing; ask again\n"),
        _ => told(status, format!("{refusal}\n")),
    }
}

async fn who(State(door): State<Door>) -> Response {
    let words = tokio::task::spawn_blocking(move || words(&door.witness.lock())).await;
    match words {
        Ok(Ok(words)) => told(StatusCode::OK, words),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "what was seen cannot be read");
            told(StatusCode::INTERNAL_SERVER_ERROR, "this witness cannot remember at present\n")
        }
        Err(_) => told(StatusCode::INTERNAL_SERVER_ERROR, "this witness has stumbled; ask again\n"),
    }
}

/// What a witness says of itself.
fn words(witness: &Witness<Folder>) -> tlog::Result<String> {
    let mut text = format!(
        "{} is a witness of transparency logs (C2SP tlog-witness).\n\n\
         It cosigns a checkpoint of a log only if the log still holds everything that it cosigned before.\n\
         So whoever sees its cosignature on a checkpoint sees the same log as everybody else who does.\n\n\
         Its key, to be compared with what its operator publishes elsewhere:\n  {}\n\n\
         It watches:\n",
        witness.key().name(),
        witness.key().vkey()
    );
    // Writing to a string cannot fail.
    for log in witness.logs() {
        let _ = writeln!(text, "  {}", log.vkey());
    }
    text.push_str("\nIt has seen:\n");
    for (seen, contradicted) in witness.memory().all()? {
        let checkpoint = &seen.checkpoint;
        let but = if contradicted { "; THE LOG HAS SIGNED ANOTHER STORY SINCE" } else { "" };
        let _ = writeln!(text, "  {}: {} leaves{but}", checkpoint.origin, checkpoint.size);
    }
    text.push_str("\nA log asks at POST /add-checkpoint.\n");
    Ok(text)
}

fn told(status: StatusCode, text: impl Into<String>) -> Response {
    let mut answer = (status, text.into()).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}
