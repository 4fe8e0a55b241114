//! Who acts, when, and with what chance: the three arguments of every verb (P5).

use std::{collections::BTreeSet, sync::Mutex};

use jiff::Timestamp;
use law::RoleId;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::ids::*;

/// The context of one verb. The edge (server, cli, tests) makes it; nothing below asks the world.
pub struct Ctx {
    /// Who acts.
    pub who: Actor,
    /// The instant of the act.
    pub now: Timestamp,
    rng: Mutex<ChaCha20Rng>,
}

impl Ctx {
    /// A context from the actor, the time and 32 bytes of chance.
    pub fn new(who: Actor, now: Timestamp, seed: [u8; 32]) -> Self {
        Self { who, now, rng: Mutex::new(ChaCha20Rng::from_seed(seed)) }
    }

    /// A fresh UUIDv7 of this instant.
    pub fn uuid(&self) -> Uuid {
        let mut random = [0u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(self.now.as_millisecond()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Random bytes from the context's chance.
    pub fn fill(&self, bytes: &mut [u8]) {
        // A poisoned lock only means that another thread panicked while drawing; the generator itself is still sound.
        self.rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(bytes);
    }

    /// 32 bytes of chance for a context that follows from this one.
    pub fn seed(&self) -> [u8; 32] {
        let mut seed = [0u8; 32];
        self.fill(&mut seed);
        seed
    }

    /// A generator of its own, seeded from this context.
    pub fn rng(&self) -> ChaCha20Rng {
        ChaCha20Rng::from_seed(self.seed())
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person who is logged in, for their organisation.
    Person {
        /// Who.
        id: PersonId,
        /// For whom.
        organisation: OrganisationId,
        /// Which office the organisation holds in the district, if any.
        office: Option<Office>,
        /// What they may be.
        roles: BTreeSet<Role>,
    },
    /// A department's system with its key.
    Client {
        /// Which.
        id: ClientId,
        /// Whose.
        organisation: OrganisationId,
    },
    /// The law: a term ran out.
    Law,
    /// The platform itself, by a named platform rule (set-up, scheduler, demonstration).
    Platform,
    /// Nobody who is logged in.
    Public,
}

/// An office that an organisation holds in the district: a role of the law's vocabulary. Which roles can be offices, and
/// whether one or several organisations can hold one, is checked when an organisation is created; here it is only a word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Office(RoleId);

impl Office {
    /// The authority 主管部门 (data bureau, district office).
    pub const AUTHORITY: &str = "authority";
    /// The development centre that runs the platform.
    pub const CENTRE: &str = "centre";
    /// The cyberspace office.
    pub const CYBERSPACE: &str = "cyberspace";
    /// Those who oversee every case of the district; any other office sees the cases in which it has a part.
    pub const OVERSEERS: [&str; 3] = [Self::AUTHORITY, Self::CENTRE, Self::CYBERSPACE];

    /// The office that is this role.
    pub fn new(role: impl AsRef<str>) -> Self {
        Self(RoleId::new(role))
    }

    /// The role that it is.
    pub fn role(&self) -> &RoleId {
        &self.0
    }

    /// The role's word.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it oversees every case of the district.
    pub fn oversees(&self) -> bool {
        Self::OVERSEERS.contains(&self.as_str())
    }
}

/// What a person may be. The three administrators 三员 exclude each other (system, security, audit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 数据执行专员: does the data work of their organisation.
    DataExecutive,
    /// 首席数据官: answers for it; may do whatever the executive may, and sign.
    ChiefDataOfficer,
    /// Reviewer of the centre or the authority.
    Officer,
    /// 系统管理员: organisations, people, clients.
    SystemAdministrator,
    /// 安全管理员: roles, policy, keys, sessions.
    SecurityAdministrator,
    /// 审计管理员: reads everything that was done, changes nothing.
    AuditAdministrator,
}
