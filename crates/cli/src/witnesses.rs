//! Witnesses at the edge: how the platform asks one over HTTP, and how this binary opens one of its own.

use std::time::Duration;

use async_trait::async_trait;
use platform::ledger::{AskWitness, WitnessAnswer};
use reqwest::Client;
use tlog::{Witness, note::NoteKey, witness::Folder};

use crate::{
    failure::{Doing, Failure, Result},
    keys::{Passphrase, WitnessKey},
    store::Store,
};

/// How long a witness may take until it is spoken to.
const CONNECT: Duration = Duration::from_secs(3);
/// How long it may take in all.
const ANSWER: Duration = Duration::from_secs(10);
/// The longest answer read: a few signature lines.
const LONGEST: usize = 16 * 1024;

/// Asks witnesses over HTTP.
pub struct HttpAsk {
    /// By way of the proxy that the environment names, as everything else.
    outside: Client,
    /// On this machine, where a proxy has no business.
    here: Client,
}

impl HttpAsk {
    /// With the environment's proxies and the system's certificates.
    ///
    /// # Errors
    /// When the system gives no certificates.
    pub fn new() -> Result<Self> {
        let bounded =
            || Client::builder().connect_timeout(CONNECT).timeout(ANSWER).redirect(reqwest::redirect::Policy::none());
        Ok(Self { outside: bounded().build()?, here: bounded().no_proxy().build()? })
    }

    fn client(&self, url: &str) -> &Client {
        const HERE: [&str; 3] = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if HERE.iter().any(|here| url.starts_with(here)) { &self.here } else { &self.outside }
    }
}

#[async_trait]
impl AskWitness for HttpAsk {
    async fn ask(&self, url: &str, body: String) -> std::result::Result<WitnessAnswer, String> {
        let silent = |error: reqwest::Error| {
            // The address is the operator's affair; what is told here is shown to everybody.
            let why = if error.is_timeout() { "it does not answer in time" } else { "it cannot be reached" };
            tracing::debug!(error = %error, "a witness was asked in vain");
            why.to_owned()
        };
        let sent = self.client(url).post(format!("{url}/add-checkpoint")).body(body).send();
        let mut answer = sent.await.map_err(silent)?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(silent)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST {
                return Err("it answers at too great a length".to_owned());
            }
        }
        let body = String::from_utf8(bytes).map_err(|_| "its answer is no text".to_owned())?;
        Ok(WitnessAnswer { status, body })
    }
}

/// Opens the witness in a store, or makes it. `name` may be left out once it exists.
///
/// # Errors
/// When its key cannot be opened, it has another name, its memory is in use, or a log's key is none.
pub fn open(store: &Store, name: Option<&str>, logs: Vec<NoteKey>, from: Passphrase) -> Result<Witness<Folder>> {
    let key = WitnessKey::open_or_make(store, name, from)?;
    let memory = Folder::open(&store.witness())
        .doing(|| format!("the memory of the witness `{}` cannot be opened", key.name))?;
    Ok(Witness::new(&key.name, &key.ed25519, logs, memory)?)
}

/// Reads the key of a log that a witness watches.
///
/// # Errors
/// When it is not the Ed25519 key of a log.
pub fn log_key(vkey: &str) -> Result<NoteKey> {
    let key = NoteKey::parse(vkey).doing(|| format!("`{vkey}` is not the key of a log"))?;
    if key.named(key.name()).is_none() {
        return Err(Failure::usage(format!("`{vkey}` is not the Ed25519 key of a log")).next(
            "take `vkey` of `GET /api/v1/log/witnesses`, and compare it with what the log's operator publishes",
        ));
    }
    Ok(key)
}

/// Reads the key of a witness.
///
/// # Errors
/// When it is none.
pub fn witness_key(vkey: &str) -> Result<NoteKey> {
    let key = NoteKey::parse(vkey).doing(|| format!("`{vkey}` is not the key of a witness"))?;
    if !key.is_witness() {
        return Err(Failure::usage(format!("`{vkey}` is the key of a log and not of a witness"))
            .next("take the key that the witness itself shows at its address"));
    }
    Ok(key)
}
