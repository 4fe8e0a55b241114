//! Who is in the district, and how the platform knows them: organisations, people with roles, sessions, and the systems of
//! departments with their SM2 keys.
//!
//! What a reader must know first. A verb never looks a person up: the edge turns a token into an [`crate::Actor`] once, here, and
//! hands it on in the context. Tokens are opaque, 256 bits of chance, and kept only as SM3 hashes; sessions are rows, so that
//! ending one is an act of a moment and visible to the audit administrator. The three administrators 三员 exclude each
//! other. Everything done here goes into the log under a named platform rule (I1), with ids only (I8).

mod accounts;
mod clients;
mod held_keys;
mod organisations;
mod password;
mod people;
mod rules;
mod sessions;
mod setup;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};

use crate::ctx::{Actor, Role};

pub use accounts::{OneTimePassword, PendingTotp};
pub use clients::{ClientAccess, ClientView, token_message};
pub use held_keys::SigningKeyView;
pub(crate) use organisations::holds;
pub(crate) use organisations::lock_organisation;
pub use organisations::{OrganisationInput, OrganisationView, signatory};
pub use people::{PeopleFilter, PersonInput, PersonView, TotpEnrolment};
pub use rules::{check_credit_code, check_roles};
pub use sessions::{Session, SessionView, SessionsWanted};
pub use setup::{Administrator, SetupInput, SetupStanding};
pub use sm::sign::Signature;

/// How long an answer about a token is believed before the database is asked again: the longest that a session outlives its
/// end on another node.
const BELIEVED: Duration = Duration::from_secs(1);
/// Most tokens remembered.
const REMEMBERED: u64 = 65_536;

/// What is remembered about tokens: whose, and until when; of a session also when its use was last noted.
pub struct Caches {
    sessions: Cache<String, (Actor, Timestamp, Timestamp)>,
    clients: Cache<String, (Actor, Timestamp)>,
    /// Wrong set-up codes of late.
    attempts: setup::Attempts,
}

impl Default for Caches {
    fn default() -> Self {
        Self { sessions: cache(), clients: cache(), attempts: setup::Attempts::default() }
    }
}

fn cache<V: Clone + Send + Sync + 'static>() -> Cache<String, V> {
    Cache::builder().max_capacity(REMEMBERED).time_to_live(BELIEVED).build()
}

impl Caches {
    /// Forgets every answer, because somebody's roles, session or key has changed.
    fn forget(&self) {
        self.sessions.invalidate_all();
        self.clients.invalidate_all();
    }
}

/// What kind of organisation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// A department of the district.
    Department,
    /// A street or town.
    Street,
    /// A public institution or company entrusted with public affairs.
    Institution,
    /// A company outside government.
    Company,
    /// A department of the city.
    Municipal,
}

/// The roles as the tables keep them.
pub(crate) fn roles_to_json(roles: &BTreeSet<Role>) -> crate::Result<String> {
    crate::db::to_json(roles)
}
