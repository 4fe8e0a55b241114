//! Cases, the acts that move them, the clocks that the law sets to them, and what people are told.
//!
//! One way leads through here, whoever acts. A transaction is begun; the case is read; facts that the world has changed are
//! brought in; the law first does whatever has fallen due ([`law::advance`]); only then may the person act: the policy says
//! whether they may speak in that role, the law decides ([`law::decide`]), the effects are carried out by the slices, and
//! act, case, clocks, notices and log entry are committed together (I2). A slice that changes something of its own in the same
//! breath calls [`open_case`] or [`act`] inside its own transaction.
//!
//! When time alone moves a case, [`Platform::tick`] does the same with the law as actor.

mod acting;
mod acts;
#[cfg(test)]
mod acts_tests;
mod changes;
mod explaining;
mod learning;
mod letters;
mod list;
#[cfg(test)]
mod list_tests;
mod matters;
pub(crate) mod notices;
mod opening;
mod parties;
#[cfg(test)]
mod party_tests;
mod public;
mod rules;
mod scheduler;
pub(crate) mod store;
pub(crate) mod subjects;
#[cfg(test)]
mod tests;
mod view;
mod visible;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use law::{ArticleId, ClockId, ClockStatus, Effect, Facts, PackId, PaperId, ProcedureId, RoleId, StateId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::*;

pub(crate) use acting::IdempotencyKey;
pub use acting::{act, head};
pub use acts::{ActFilter, ActLine, ActPlace, Acting, ActorKind, Acts, MOST_ACTS, NamedOrganisation};
pub use changes::Change;
pub use explaining::Explanation;
pub use law::{Extendable, FactValue, Named, Possible, Reason, Refusal, Statable};
pub(crate) use learning::learn;
pub use letters::{LetterProof, LetterText};
pub use list::{CaseFilter, CaseLine, CaseOrder, DueLine, Part};
pub use matters::{LONGEST_TITLE, Matter};
pub use notices::{NoticeKind, NoticeView};
pub use opening::open_case;
pub(crate) use opening::open_following;
pub use parties::Parties;
pub(crate) use rules::{due_at, offices_with_part};
pub use scheduler::TickReport;
pub use view::{ActView, CaseView, ClockView};

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// An entry of the data catalogue ([`EntryId`]).
    Entry,
    /// A request to share ([`RequestId`]).
    Request,
    /// A sharing service ([`ServiceId`]).
    Service,
    /// An organisation ([`OrganisationId`]).
    Organisation,
    /// A digital project.
    Project,
    /// One record.
    Record,
    /// Anything else, which the case itself names: a plan, a product, an incident, a purchase.
    Matter,
}

impl SubjectKind {
    /// The word that the tables and the log use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Request => "request",
            Self::Service => "service",
            Self::Organisation => "organisation",
            Self::Project => "project",
            Self::Record => "record",
            Self::Matter => "matter",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Entry, Self::Request, Self::Service, Self::Organisation, Self::Project, Self::Record, Self::Matter]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// The platform's part of a case: what it is about and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseHead {
    /// The case.
    pub id: CaseId,
    /// The law it keeps until its end.
    pub pack: PackId,
    /// Its procedure.
    pub procedure: ProcedureId,
    /// What kind of thing it is about.
    pub subject_kind: SubjectKind,
    /// Which one.
    pub subject: Uuid,
    /// The organisation that provides, if there is one.
    pub provider: Option<OrganisationId>,
    /// The organisation that asks, if there is one.
    pub demander: Option<OrganisationId>,
    /// The organisations that play other roles of which one belongs to a case.
    #[serde(default)]
    pub parties: Parties,
    /// The case from which it was opened.
    pub parent: Option<CaseId>,
    /// How often it was changed; for [`ActInput::expected_version`].
    pub version: i32,
}

/// What opens a case.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Which procedure of the district's pack (or of `pack`).
    pub procedure: ProcedureId,
    /// Another pack than the district's: that of the case it follows from.
    pub pack: Option<PackId>,
    /// What it is about.
    pub subject: (SubjectKind, Uuid),
    /// Only for [`Platform::open_case`](crate::Platform::open_case): the subject is a new matter, and this is its name.
    pub title: Option<String>,
    /// Who provides.
    pub provider: Option<OrganisationId>,
    /// Who asks.
    pub demander: Option<OrganisationId>,
    /// Who plays other roles of which one organisation belongs to a case, as far as it is known beforehand.
    pub parties: Parties,
    /// What is known at the start.
    pub facts: Facts,
    /// The act that opens it.
    pub act: ActInput,
    /// The case from which it is opened.
    pub parent: Option<CaseId>,
}

/// What somebody wants to do in a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActInput {
    /// Which act.
    pub act: law::ActId,
    /// In which role; `None` = the only one in which the actor can do it.
    #[serde(default)]
    pub role: Option<RoleId>,
    /// Papers that come with it: their text, a file's digest, or a signature envelope.
    #[serde(default)]
    pub papers: BTreeMap<PaperId, String>,
    /// Facts that come with it.
    #[serde(default)]
    pub facts: Facts,
    /// For an extension: how much is asked, in the clock's unit.
    #[serde(default)]
    pub extension: Option<u32>,
    /// The version of the case that the actor has seen; another one is a conflict.
    #[serde(default)]
    pub expected_version: Option<i32>,
    /// Repeating an act with the same key repeats nothing and returns the first receipt.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// From somebody who is not logged in: the number that was shown when they opened the case.
    #[serde(default, skip_serializing)]
    pub receipt_number: Option<String>,
}

impl ActInput {
    /// An act without papers.
    pub fn new(act: impl Into<law::ActId>) -> Self {
        Self {
            act: act.into(),
            role: None,
            papers: BTreeMap::new(),
            facts: Facts::new(),
            extension: None,
            expected_version: None,
            idempotency_key: None,
            receipt_number: None,
        }
    }

    /// In this role.
    #[must_use]
    pub fn role(mut self, role: impl AsRef<str>) -> Self {
        self.role = Some(RoleId::new(role));
        self
    }

    /// With this paper.
    #[must_use]
    pub fn paper(mut self, paper: impl AsRef<str>, text: impl Into<String>) -> Self {
        self.papers.insert(PaperId::new(paper), text.into());
        self
    }
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The case.
    pub case: CaseId,
    /// The recorded act.
    pub act: ActId,
    /// Which act of the procedure (`breach:CLOCK` where the law only recorded that a term had run out).
    pub name: law::ActId,
    /// What that act is called.
    #[serde(default)]
    pub title: String,
    /// In which role.
    pub role: RoleId,
    /// When it took effect.
    pub at: Timestamp,
    /// The state afterwards.
    pub state: StateId,
    /// What that state is called.
    #[serde(default)]
    pub state_title: String,
    /// Whether the case has ended.
    pub ended: bool,
    /// The case's version afterwards.
    pub version: i32,
    /// The articles it rests on.
    pub articles: Vec<ArticleId>,
    /// What happened to clocks.
    pub due: Vec<Due>,
    /// What the platform did with it.
    pub effects: Vec<Effect>,
    /// Its index in the log; `None` until the log has it, which is moments after the commit.
    pub log_index: Option<u64>,
    /// For whoever opened the case without logging in: shown this once, and needed for every further act of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_number: Option<String>,
}

/// What would come of an act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// Which act of the procedure.
    pub name: law::ActId,
    /// In which role.
    pub role: RoleId,
    /// The state afterwards.
    pub state: StateId,
    /// What that state is called.
    pub state_title: String,
    /// Whether the case would have ended.
    pub ended: bool,
    /// The articles it rests on.
    pub articles: Vec<ArticleId>,
    /// What would happen to clocks.
    pub due: Vec<Due>,
    /// What the platform would do with it.
    pub effects: Vec<Effect>,
}

/// One change of a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Which.
    pub clock: ClockId,
    /// The article that sets it.
    pub article: ArticleId,
    /// How it stands now.
    pub status: ClockStatus,
    /// Its due instant now.
    pub due: Option<Timestamp>,
    /// The last day on which the act would still be in time.
    pub last_day: Option<Date>,
}

impl From<&law::ClockChange> for Due {
    fn from(change: &law::ClockChange) -> Self {
        Self {
            clock: change.clock.clone(),
            article: change.article.clone(),
            status: change.status,
            due: change.due,
            last_day: change.last_day,
        }
    }
}
