//! Composition: the parts of the house put together from a store and a few settings, and the loop that lets the law keep time.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use law::PackId;
use platform::{Actor, Ctx, Keys, PasswordCost, Platform, Settings, ledger::LogWitness};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use server::{AppState, Chance, Clock, Server, ServerSettings};
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{
    adapter::DeltaLake,
    failure::{Doing, Failure, Result},
    keys::Secrets,
    regulations,
    store::Store,
    witnesses::HttpAsk,
};

/// How often the law is given the chance to act. Terms end at midnight; a second is soon enough.
const TICK: Duration = Duration::from_secs(1);
/// Every how many ticks the calls in the log are counted into the services' figures.
const COUNT_EVERY: u64 = 5;
/// Async state machines of a development build are large, and an act goes through many of them.
const STACK: usize = 8 << 20;

/// What a node is made from.
pub struct Plan {
    /// Where its files lie.
    pub store: Store,
    /// Its database, when that is not the store's own.
    pub database: Option<String>,
    /// The district's pack.
    pub pack: String,
    /// A folder of regulations instead of the built-in ones.
    pub regulations: Option<PathBuf>,
    /// Whether the clock may be moved.
    pub demonstration: bool,
    /// The log's name.
    pub origin: String,
    /// The node's name.
    pub node: String,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its chance.
    pub chance: Chance,
}

/// Who moves time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The node lets the law act every second.
    Kept,
    /// Only a move of the demonstration's clock does, so that a story is the same every time.
    Moved,
}

/// A node that is ready to serve.
pub struct Node {
    /// The domain.
    pub platform: Platform,
    /// The lake behind it.
    pub lake: Arc<DeltaLake>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its chance.
    pub chance: Chance,
    store: Store,
}

impl Node {
    /// Opens everything and heals what a crash left behind.
    ///
    /// # Errors
    /// [`crate::failure::Exit::Unreachable`] when the database does not answer; otherwise whatever part does not open.
    pub async fn open(plan: Plan, secrets: Secrets) -> Result<Self> {
        plan.store.create()?;
        let book = regulations::book(plan.regulations.as_deref())?;
        let lake_root = plan.store.lake();
        let lake = tokio::task::spawn_blocking(move || DeltaLake::open(&lake_root)).await?;
        let lake = Arc::new(lake.doing(|| format!("the lake `{}` cannot be opened", plan.store.lake().display()))?);
        let foreign = plan.database.is_some();
        let settings = Settings {
            database: plan.database.unwrap_or_else(|| plan.store.database()),
            log_root: plan.store.log(),
            pack: PackId::new(&plan.pack),
            demonstration: plan.demonstration,
            password_cost: if plan.demonstration { PasswordCost::Fast } else { PasswordCost::Full },
            origin: plan.origin,
            node: plan.node,
        };
        let keys = Keys { log_sm2: secrets.log_sm2, log_ed25519: *secrets.log_ed25519, vault: *secrets.vault };
        let opened =
            Platform::open(settings, Arc::new(book), lake.clone(), keys, plan.clock.now(), (plan.chance)()).await;
        let platform = opened.map_err(|error| {
            let internal = error.code == platform::Code::Internal;
            let failure = Failure::from(error);
            if internal && foreign {
                Failure { exit: crate::failure::Exit::Unreachable, ..failure }
                    .next("check the address after --database and that the server runs")
            } else {
                failure
            }
        })?;
        let node = Self { platform, lake, clock: plan.clock, chance: plan.chance, store: plan.store };
        node.platform.heal_loads(&node.ctx()).await?;
        node.platform.count_uses(&node.ctx()).await?;
        Ok(node)
    }

    /// Has the log cosigned by these witnesses from now on.
    ///
    /// # Errors
    /// When two have the same name, or the log cannot be listed.
    pub async fn follow_witnesses(&self, witnesses: Vec<LogWitness>) -> Result<()> {
        Ok(self.platform.follow_witnesses(witnesses, Arc::new(HttpAsk::new()?)).await?)
    }

    /// The context of the platform itself, now.
    #[must_use]
    pub fn ctx(&self) -> Ctx {
        self.ctx_at(self.clock.now())
    }

    /// The context of the platform itself at an instant.
    #[must_use]
    pub fn ctx_at(&self, now: Timestamp) -> Ctx {
        Ctx::new(Actor::Platform, now, (self.chance)())
    }

    /// The server's ordinary bounds, with uploads kept in the store.
    #[must_use]
    pub fn server_settings(&self) -> ServerSettings {
        ServerSettings::new(self.store.root().join("uploads"))
    }

    /// Serves until `shutdown` is ready; then lets requests finish, publishes the log and closes everything.
    ///
    /// # Errors
    /// When the listener fails or the log cannot be closed in order.
    pub async fn serve(
        self,
        listener: TcpListener,
        settings: ServerSettings,
        time: Time,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<()> {
        let state = AppState::new(self.platform.clone(), self.clock, self.chance, settings);
        let (stop, stopped) = watch::channel(time == Time::Moved);
        let time = tokio::spawn(keep_time(state.clone(), stopped));
        let served = Server::serve(listener, state, shutdown).await;
        // The receiver may be gone only if the loop has ended already.
        let _ = stop.send(true);
        time.await?;
        self.platform.close().await?;
        Ok(served?)
    }
}

/// Lets the law act, and counts calls, until told to stop.
async fn keep_time(state: AppState, mut stopped: watch::Receiver<bool>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number = 0_u64;
    while !*stopped.borrow() {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.changed() => return,
        }
        let ctx = || state.ctx(Actor::Platform);
        // Calls first: a service that was called just now is not idle.
        if number.is_multiple_of(COUNT_EVERY)
            && let Err(error) = state.platform.count_uses(&ctx()).await
        {
            tracing::error!(error = %error, cause = ?error.source, "calls could not be counted");
        }
        match state.platform.tick(&ctx()).await {
            Ok(report) if !report.acted.is_empty() => {
                tracing::info!(law.acts = report.acted.len(), "the law has acted")
            }
            Ok(_) => {}
            Err(error) => tracing::error!(error = %error, cause = ?error.source, "the scheduler could not tick"),
        }
        number = number.wrapping_add(1);
    }
}

/// The runtime of a verb that serves or asks.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()?)
}

/// A source of fresh chance, seeded once.
#[must_use]
pub fn chance(seed: [u8; 32]) -> Chance {
    let rng = Mutex::new(ChaCha20Rng::from_seed(seed));
    Arc::new(move || {
        let mut bytes = [0; 32];
        rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    })
}

/// Ready when the process is asked to end: Ctrl-C, or the service manager.
pub async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminated) = terminated {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

/// The log's name where none is given.
#[must_use]
pub fn default_origin(pack: &str) -> String {
    format!("gongshu.{pack}.example")
}
