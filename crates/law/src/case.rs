//! What the engine knows of a case, what somebody wants to do with it, and what comes of it. Plain data: the platform
//! stores it, the engine computes with it, neither knows the other's world.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::ids::*;

/// The value of a fact. Moments are RFC 3339 instants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// An instant.
    Moment(Timestamp),
    /// One word of the fact's closed list, or free text.
    Word(String),
}

impl std::fmt::Display for FactValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// The facts of a case.
pub type Facts = BTreeMap<FactId, FactValue>;

/// A case as the engine sees it. The platform adds the subject, the parties and the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The pack whose law it keeps until its end.
    pub pack: PackId,
    /// Its procedure.
    pub procedure: ProcedureId,
    /// Where it stands.
    pub state: StateId,
    /// When it was opened; dated values are read as of this day.
    pub opened_at: Timestamp,
    /// When it entered its state.
    pub entered_at: Timestamp,
    /// What is known.
    pub facts: Facts,
    /// Which papers lie in it.
    pub papers: BTreeSet<PaperId>,
    /// Every clock that ever started in it, oldest first.
    pub clocks: Vec<ClockRun>,
    /// Every act done, oldest first.
    pub done: Vec<Done>,
}

/// One act that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The act, or `OUTCOME:CLOCK` (`breach:…`, `report:…`) where the law only recorded that a term had run out.
    pub act: ActId,
    /// By which role.
    pub by: RoleId,
    /// When.
    pub at: Timestamp,
}

/// One run of a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRun {
    /// Which clock.
    pub clock: ClockId,
    /// The starting event.
    pub started_at: Timestamp,
    /// Intervals in which it stood still; the last one is open while paused.
    pub pauses: Vec<(Timestamp, Option<Timestamp>)>,
    /// Amounts added, in the clock's unit.
    pub extensions: Vec<u32>,
    /// How it stands.
    pub status: ClockStatus,
    /// The instant at which the term has run out (24:00 of the last day), `None` while paused.
    pub due: Option<Timestamp>,
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStatus {
    /// Counting.
    Running,
    /// Standing still, e.g. while papers are being supplied.
    Paused,
    /// The case moved on in time.
    Met,
    /// The term ran out; its outcome was recorded.
    Missed,
    /// The case ended or left it without an answer being due any more.
    Stopped,
}

/// What somebody wants to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Which act.
    pub id: ActId,
    /// In which role. Whether a person may speak in it is the platform's question, not the engine's.
    pub by: RoleId,
    /// Papers that come with it.
    #[serde(default)]
    pub papers: BTreeSet<PaperId>,
    /// Facts that come with it.
    #[serde(default)]
    pub facts: Facts,
    /// For an extension: how much is asked, in the clock's unit. `None` asks for the most the law allows.
    #[serde(default)]
    pub extension: Option<u32>,
}

/// What an act leads to. Nothing has happened yet: the platform commits it or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// The act.
    pub act: ActId,
    /// Its role.
    pub by: RoleId,
    /// When it takes effect: `now`, or the instant a term ran out when the law acts.
    pub at: Timestamp,
    /// The state before; `None` when the act opens the case.
    pub from: Option<StateId>,
    /// The case afterwards.
    pub case: Case,
    /// Articles it rests on, the act's own first.
    pub articles: Vec<ArticleId>,
    /// What the platform must do in the same transaction.
    pub effects: Vec<Effect>,
    /// What happened to clocks.
    pub clock_changes: Vec<ClockChange>,
    /// The law acting: which clock ran out, and what that means.
    pub expired: Option<(ClockId, Outcome)>,
}

/// One change of a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockChange {
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

/// What it means that a term has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A breach is recorded; the duty stays.
    Breach,
    /// Silence counts as approval.
    Approve,
    /// The service is suspended.
    Suspend,
    /// The matter ends by itself.
    Terminate,
    /// It is reported to the authority.
    Report,
}

/// A verb of the platform that a rule can call. Closed: a pack cannot invent one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Effect {
    /// Publish the catalogue entry under review (first time or a change).
    PublishEntry,
    /// Send the entry back to its organisation.
    ReturnEntry,
    /// Take the published entry out of the catalogue.
    WithdrawEntry,
    /// Open a case of another procedure about the same subject.
    OpenCase(ProcedureId),
    /// Make the grant and the service from the request.
    IssueGrant,
    /// Stop serving.
    SuspendService,
    /// Serve again.
    ResumeService,
    /// End the grant for good.
    EndService,
    /// Mark the dataset as collected.
    MarkCollected,
    /// Record the demand that the holder's catalogue lacks.
    RequestCataloguing,
    /// Tell a role (a notice in its inbox).
    Notify(RoleId),
    /// Report to a role (a report in its inbox, counted by supervision).
    Report(RoleId),
    /// Record a breach of a term.
    RecordBreach,
    /// Enter the subject into a register.
    Enter(RegisterId),
    /// Strike the subject from a register.
    Strike(RegisterId),
}

/// Why an act is refused (P7): from which state, which act, what is missing, on which article, what to do next.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[error("act `{act}` is refused in state `{state}` ({code}): {message}")]
pub struct Refusal {
    /// The code; see `regulations/README.md`.
    pub code: RefusalCode,
    /// One sentence, lower-case, with the next step.
    pub message: String,
    /// The act.
    pub act: ActId,
    /// The state the case is in (`-` before it is opened).
    pub state: StateId,
    /// The article the refusal rests on.
    pub article: Option<ArticleId>,
    /// Papers that are missing.
    pub missing: Vec<PaperId>,
    /// Predicates that failed.
    pub failed: Vec<PredicateId>,
    /// Acts that are possible now, with the roles that may do them.
    pub next: Vec<(ActId, Vec<RoleId>)>,
    /// Every single thing that stands against the act, for whoever says it in words of their own.
    pub reasons: Vec<Reason>,
}

/// One thing that stands against an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What kind of thing.
    pub code: ReasonCode,
    /// What a sentence about it must name; titles are Chinese. Each code says which there are.
    pub values: BTreeMap<String, String>,
}

impl Reason {
    /// A reason with the values that its sentence names.
    #[must_use]
    pub fn new<const N: usize>(code: ReasonCode, values: [(&str, String); N]) -> Self {
        Self { code, values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
    }
}

/// Kinds of things that stand against an act, finer than [`RefusalCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The pack is not in force on that day, or is not known.
    NotOpen,
    /// The procedure has no such act.
    UnknownAct,
    /// It is possible only in other `states` (their titles).
    WrongState,
    /// It is for other `roles` (their titles).
    WrongRole,
    /// The case has ended.
    CaseEnded,
    /// It may be done only once.
    AlreadyDone,
    /// A word that came with it is not in the vocabulary.
    UnknownWord,
    /// A `paper` is missing (with its `title`).
    MissingPaper,
    /// A `condition` does not hold (with its `title`).
    ConditionUnmet,
    /// A `condition` holds under which it may not be done (with its `title`).
    ConditionMet,
    /// Another `act` takes its place here (with its `title` and `article`).
    Excepted,
    /// It extends no term.
    NothingToExtend,
    /// The term `clock` does not run (with its `title`).
    TermNotRunning,
    /// The term `clock` has been extended as many `times` as it can be (with its `title`).
    ExtensionsUsedUp,
    /// The term `clock` can be extended by at most `most` of `unit` (with its `title`).
    ExtensionTooLong,
}

/// Codes of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The pack is not in force on that day.
    NotOpen,
    /// The procedure has no such act.
    UnknownAct,
    /// The act is not possible in this state.
    WrongState,
    /// Another role must do it.
    WrongRole,
    /// A paper is missing.
    MissingPaper,
    /// A predicate does not hold.
    GuardFailed,
    /// It may be done only once.
    AlreadyDone,
    /// Another act excepts it: while that one is possible, this one is not.
    Excepted,
    /// More than the longest extension, or once too often.
    BeyondExtension,
    /// The case has ended.
    CaseEnded,
}

impl RefusalCode {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::NotOpen,
        Self::UnknownAct,
        Self::WrongState,
        Self::WrongRole,
        Self::MissingPaper,
        Self::GuardFailed,
        Self::AlreadyDone,
        Self::Excepted,
        Self::BeyondExtension,
        Self::CaseEnded,
    ];
}

impl std::fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotOpen => "not_open",
            Self::UnknownAct => "unknown_act",
            Self::WrongState => "wrong_state",
            Self::WrongRole => "wrong_role",
            Self::MissingPaper => "missing_paper",
            Self::GuardFailed => "guard_failed",
            Self::AlreadyDone => "already_done",
            Self::Excepted => "excepted",
            Self::BeyondExtension => "beyond_extension",
            Self::CaseEnded => "case_ended",
        })
    }
}

impl From<Effect> for String {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::PublishEntry => "publish_entry".into(),
            Effect::ReturnEntry => "return_entry".into(),
            Effect::WithdrawEntry => "withdraw_entry".into(),
            Effect::OpenCase(procedure) => format!("open:{procedure}"),
            Effect::IssueGrant => "issue_grant".into(),
            Effect::SuspendService => "suspend_service".into(),
            Effect::ResumeService => "resume_service".into(),
            Effect::EndService => "end_service".into(),
            Effect::MarkCollected => "mark_collected".into(),
            Effect::RequestCataloguing => "request_cataloguing".into(),
            Effect::Notify(role) => format!("notify:{role}"),
            Effect::Report(role) => format!("report:{role}"),
            Effect::RecordBreach => "record_breach".into(),
            Effect::Enter(register) => format!("enter:{register}"),
            Effect::Strike(register) => format!("strike:{register}"),
        }
    }
}

impl Effect {
    /// The verbs by name, without a parameter; the vocabulary gives each its title.
    pub const VERBS: [&'static str; 15] = [
        "publish_entry",
        "return_entry",
        "withdraw_entry",
        "open",
        "issue_grant",
        "suspend_service",
        "resume_service",
        "end_service",
        "mark_collected",
        "request_cataloguing",
        "notify",
        "report",
        "record_breach",
        "enter",
        "strike",
    ];
}

impl Outcome {
    /// Every outcome; the vocabulary gives each its title.
    pub const ALL: [Self; 5] = [Self::Breach, Self::Approve, Self::Suspend, Self::Terminate, Self::Report];

    /// Its name in a pack.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breach => "breach",
            Self::Approve => "approve",
            Self::Suspend => "suspend",
            Self::Terminate => "terminate",
            Self::Report => "report",
        }
    }
}

impl std::fmt::Display for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from(self.clone()))
    }
}

impl std::fmt::Display for ClockStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Stopped => "stopped",
        })
    }
}

impl TryFrom<String> for Effect {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ok(match text.split_once(':') {
            Some(("open", procedure)) => Self::OpenCase(procedure.into()),
            Some(("notify", role)) => Self::Notify(role.into()),
            Some(("report", role)) => Self::Report(role.into()),
            Some(("enter", register)) => Self::Enter(register.into()),
            Some(("strike", register)) => Self::Strike(register.into()),
            Some(_) => return Err(format!("unknown effect `{text}`")),
            None => match text.as_str() {
                "publish_entry" => Self::PublishEntry,
                "return_entry" => Self::ReturnEntry,
                "withdraw_entry" => Self::WithdrawEntry,
                "issue_grant" => Self::IssueGrant,
                "suspend_service" => Self::SuspendService,
                "resume_service" => Self::ResumeService,
                "end_service" => Self::EndService,
                "mark_collected" => Self::MarkCollected,
                "request_cataloguing" => Self::RequestCataloguing,
                "record_breach" => Self::RecordBreach,
                _ => return Err(format!("unknown effect `{text}`")),
            },
        })
    }
}
