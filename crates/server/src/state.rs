//! What every request needs: the platform, the time, the chance, and the bounds.

use std::{
    io,
    ops::Deref,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use platform::{Actor, Ctx, Platform};
use tokio::sync::Semaphore;

use crate::{fonts::LetterFonts, progress::Loads};

/// Shared by every request. It is cloned several times for each, so it is one pointer: every counter that two processors keep
/// taking from each other costs more than it seems.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What is shared; [`AppState`] stands for it.
pub struct Shared {
    /// The domain.
    pub platform: Platform,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The chance.
    pub chance: Chance,
    /// The bounds and the words that only the edge needs.
    pub settings: Arc<ServerSettings>,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) loads: Loads,
    pub(crate) names: Arc<RequestNames>,
    pub(crate) fonts: LetterFonts,
}

/// 32 fresh random bytes at every call. The edge passes in the system's source, tests a seeded one.
pub type Chance = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

impl AppState {
    /// Puts the parts together.
    pub fn new(platform: Platform, clock: Arc<dyn Clock>, chance: Chance, settings: ServerSettings) -> Self {
        let names = Arc::new(RequestNames::new(chance()));
        let places = Arc::new(Semaphore::new(settings.concurrent_requests.min(Semaphore::MAX_PERMITS)));
        let fonts = LetterFonts::new(settings.letter_fonts.clone());
        Self(Arc::new(Shared {
            platform,
            clock,
            chance,
            settings: Arc::new(settings),
            places,
            loads: Loads::new(),
            names,
            fonts,
        }))
    }

    /// The context in which `who` acts now.
    pub fn ctx(&self, who: Actor) -> Ctx {
        Ctx::new(who, self.clock.now(), (self.chance)())
    }
}

impl Deref for AppState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Bounds of the edge, and what the first page shows. Every queue, body and wait has one.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Where files are kept while they are being handed in. They are removed when the load has ended.
    pub uploads: PathBuf,
    /// The longest JSON body in bytes.
    pub json_bytes: usize,
    /// The longest file that can be handed in, in bytes.
    pub file_bytes: u64,
    /// Requests worked on at the same time; more are told to come back.
    pub concurrent_requests: usize,
    /// Connections open at the same time; more wait to be accepted.
    pub connections: usize,
    /// How long a client may take to send the head of a request.
    pub header_timeout: Duration,
    /// How long a request may take, except handing in a file.
    pub request_timeout: Duration,
    /// How long the next piece of a file may take to arrive.
    pub body_timeout: Duration,
    /// How long requests under way may take to finish when the server stops.
    pub shutdown_timeout: Duration,
    /// Whether the session cookie is sent over HTTPS only. Off for the demonstration on the own machine.
    pub secure_cookies: bool,
    /// The font files of letters, for the body and for titles; where they are not named, the usual places are searched.
    pub letter_fonts: Option<(PathBuf, Option<PathBuf>)>,
    /// Who can log in, shown on the first page of a demonstration and nowhere else.
    pub guests: Vec<Guest>,
}

impl ServerSettings {
    /// The ordinary bounds, with files kept in `uploads` while they arrive.
    pub fn new(uploads: impl Into<PathBuf>) -> Self {
        Self {
            uploads: uploads.into(),
            json_bytes: 1 << 20,
            file_bytes: 2 << 30,
            concurrent_requests: 2_048,
            connections: 10_000,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(30),
            shutdown_timeout: Duration::from_secs(20),
            secure_cookies: true,
            letter_fonts: None,
            guests: Vec::new(),
        }
    }
}

/// Somebody fictitious who can log in to a demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
    /// What they are, in Chinese.
    pub role: String,
    /// Their organisation's name.
    pub organisation: String,
}

/// Where the time comes from: the wall in a district's installation, a movable clock in demonstrations and tests.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// Moves the clock to `to`, never backwards.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] when this clock cannot be moved; otherwise when the move cannot be remembered.
    fn move_to(&self, to: Timestamp) -> io::Result<()>;
}

/// The machine's clock. It cannot be moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the edge's clock is where time becomes an argument")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn move_to(&self, _to: Timestamp) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "the machine's clock is not ours to move"))
    }
}

/// A clock that can be moved forward: the machine's with an offset, or one that stands still between moves.
#[derive(Debug)]
pub struct MovableClock {
    running: bool,
    /// Microseconds: the offset from the machine's clock, or the instant at which it stands.
    micros: AtomicI64,
    memory: Option<PathBuf>,
}

impl MovableClock {
    /// Runs with the machine's clock from `start` on, and remembers in `memory` how far it was moved, so that a restart goes on
    /// where it was. Where the file exists, `start` is not looked at.
    ///
    /// # Errors
    /// When the file cannot be read or written, or does not hold a whole number.
    pub fn running(start: Timestamp, memory: PathBuf) -> io::Result<Self> {
        let micros = match std::fs::read_to_string(&memory) {
            Ok(text) => text.trim().parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                start.as_microsecond().saturating_sub(WallClock.now().as_microsecond())
            }
            Err(error) => return Err(error),
        };
        let clock = Self { running: true, micros: AtomicI64::new(micros), memory: Some(memory) };
        clock.remember(micros)?;
        Ok(clock)
    }

    /// Stands at `at` until it is moved, and forgets everything when it is dropped: for tests and stories.
    pub fn standing(at: Timestamp) -> Self {
        Self { running: false, micros: AtomicI64::new(at.as_microsecond()), memory: None }
    }

    fn base(&self) -> i64 {
        if self.running { WallClock.now().as_microsecond() } else { 0 }
    }

    fn remember(&self, micros: i64) -> io::Result<()> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let fresh = memory.with_extension("new");
        std::fs::write(&fresh, micros.to_string())?;
        std::fs::rename(fresh, memory)
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        let micros = self.base().saturating_add(self.micros.load(Ordering::Acquire));
        Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    fn move_to(&self, to: Timestamp) -> io::Result<()> {
        let wanted = to.as_microsecond().saturating_sub(self.base());
        let before = self.micros.fetch_max(wanted, Ordering::AcqRel);
        if wanted > before { self.remember(wanted) } else { Ok(()) }
    }
}

/// Names of requests: unique across restarts, without a random draw for each.
pub(crate) struct RequestNames {
    start: u32,
    next: AtomicU64,
}

impl RequestNames {
    fn new(chance: [u8; 32]) -> Self {
        let start = chance.first_chunk::<4>().map_or(0, |four| u32::from_be_bytes(*four));
        Self { start, next: AtomicU64::new(1) }
    }

    pub(crate) fn next(&self) -> String {
        format!("{:08x}-{:x}", self.start, self.next.fetch_add(1, Ordering::Relaxed))
    }
}
