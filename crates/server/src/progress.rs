//! How far the loads are that this node takes in, for whoever watches them.
//!
//! A load is known here from the first byte of its file to its last row; what came of it stands in the database. So a watcher
//! who comes back, or asks another node, is told the present state first and misses nothing that matters. Nothing here is
//! durable, and nothing waits for a watcher: each sees the latest state, not every one.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use parking_lot::Mutex;
use platform::{EntryId, LoadId, OrganisationId, collection::LoadView, lake::Progress};
use serde::Serialize;
use tokio::sync::{Semaphore, watch};

/// Most watchers at the same time; more are told to come back.
const MOST_WATCHERS: usize = 512;

/// The loads of this node that are under way.
#[derive(Clone)]
pub(crate) struct Loads {
    known: Arc<Mutex<HashMap<LoadId, Known>>>,
    pub(crate) watchers: Arc<Semaphore>,
}

struct Known {
    organisation: OrganisationId,
    latest: watch::Receiver<LoadProgress>,
}

/// How far a load is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoadProgress {
    /// The load.
    pub load: LoadId,
    /// The entry.
    pub entry: EntryId,
    /// `receiving`, `running`, `accepted`, `refused`, `stopped`; or `broken_off` when the file did not arrive.
    pub state: String,
    /// While it runs: `understand`, `store`, `commit` or `index`.
    pub phase: Option<String>,
    /// Bytes received, or read in this phase.
    pub bytes: u64,
    /// Bytes to receive or to read, if that is known.
    pub total: Option<u64>,
    /// Rows seen.
    pub rows: u64,
    /// Rows accepted, once it is over.
    pub accepted: u64,
    /// Rows rejected, once it is over.
    pub rejected: u64,
    /// Why it was refused or stopped.
    pub fault: Option<String>,
}

/// The one who tells of a load; when it is dropped, the load is no longer under way.
pub(crate) struct Teller {
    load: LoadId,
    loads: Loads,
    latest: Arc<watch::Sender<LoadProgress>>,
    known: bool,
}

impl Loads {
    pub(crate) fn new() -> Self {
        Self { known: Arc::default(), watchers: Arc::new(Semaphore::new(MOST_WATCHERS)) }
    }

    /// A load begins to arrive. Of two that come under one id at the same time, watchers are told of the first.
    pub(crate) fn begin(&self, load: LoadId, entry: EntryId, of: OrganisationId, total: Option<u64>) -> Teller {
        let (latest, receiver) = watch::channel(LoadProgress {
            load,
            entry,
            state: "receiving".to_owned(),
            phase: None,
            bytes: 0,
            total,
            rows: 0,
            accepted: 0,
            rejected: 0,
            fault: None,
        });
        let known = match self.known.lock().entry(load) {
            Entry::Vacant(place) => {
                place.insert(Known { organisation: of, latest: receiver });
                true
            }
            Entry::Occupied(_) => false,
        };
        Teller { load, loads: self.clone(), latest: Arc::new(latest), known }
    }

    /// Whose load it is, and its state from now on, if it is under way here.
    pub(crate) fn watch(&self, load: LoadId) -> Option<(OrganisationId, watch::Receiver<LoadProgress>)> {
        let known = self.known.lock();
        known.get(&load).map(|known| (known.organisation, known.latest.clone()))
    }
}

impl Teller {
    /// So many bytes have arrived.
    pub(crate) fn received(&self, bytes: u64) {
        self.latest.send_modify(|now| now.bytes = bytes);
    }

    /// What is told while the file is loaded.
    pub(crate) fn loading(&self) -> impl FnMut(Progress) -> bool + Send + 'static {
        let latest = Arc::clone(&self.latest);
        move |progress| {
            latest.send_modify(|now| {
                "running".clone_into(&mut now.state);
                now.phase = Some(progress.phase.to_owned());
                (now.bytes, now.total, now.rows) = (progress.bytes, Some(progress.total), progress.rows);
            });
            true
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        if self.known {
            self.loads.known.lock().remove(&self.load);
        }
    }
}

impl LoadProgress {
    /// What the database says of a load.
    pub(crate) fn stored(view: LoadView) -> Self {
        Self {
            load: view.id,
            entry: view.entry,
            state: view.state,
            phase: None,
            bytes: 0,
            total: None,
            rows: view.rows_in,
            accepted: view.accepted,
            rejected: view.rejected,
            fault: view.fault,
        }
    }

    /// What is left of a load whose file did not arrive whole.
    pub(crate) fn broken_off(self) -> Self {
        Self { state: "broken_off".to_owned(), ..self }
    }

    /// Whether nothing more will come.
    pub(crate) fn over(&self) -> bool {
        !matches!(self.state.as_str(), "receiving" | "running")
    }
}
