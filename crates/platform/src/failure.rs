//! Places where a test can make the platform fail, so that all-or-nothing is shown and not hoped for (P15).

use parking_lot::Mutex;

use crate::error::{Code, Error, Result};

/// A place in the way of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailurePoint {
    /// The law has decided; nothing is written yet.
    Decided,
    /// The act's row is written.
    ActWritten,
    /// The log entry is queued.
    LeafQueued,
    /// The effects are carried out.
    EffectsDone,
    /// The case and its clocks are written; only the commit is missing.
    CaseWritten,
    /// The log holds the leaf, the database does not know its index yet.
    LeafAppended,
}

impl FailurePoint {
    /// All of them that lie inside the transaction of an act, in order.
    pub const IN_ACT: [Self; 5] =
        [Self::Decided, Self::ActWritten, Self::LeafQueued, Self::EffectsDone, Self::CaseWritten];
}

/// Which place fails next, if one does.
#[derive(Default)]
pub struct Switch(Mutex<Option<FailurePoint>>);

impl Switch {
    /// Makes `point` fail once.
    pub(crate) fn arm(&self, point: FailurePoint) {
        *self.0.lock() = Some(point);
    }

    pub(crate) fn pass(&self, point: FailurePoint) -> Result<()> {
        let mut armed = self.0.lock();
        if *armed == Some(point) {
            *armed = None;
            return Err(Error::new(Code::Internal, format!("simulated failure at {point:?}")));
        }
        Ok(())
    }
}
