//! The elements of a demand for data, of a grant and of a service as they stand on the wire. The platform's own types are read
//! and written; these describe them, and a test holds both together.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::elements::Grade;

/// A demand for one dataset.
#[derive(ToSchema)]
pub struct RequestInput {
    /// The entry whose data is wanted.
    pub entry: Uuid,
    /// Everything else. What is missing is asked for once, in writing; it is never an error (CN-18).
    #[serde(flatten)]
    pub elements: Elements,
}

/// The elements, each of which may still be missing.
#[derive(ToSchema)]
pub struct Elements {
    /// What kind of demand it is.
    pub demand_type: Option<DemandType>,
    /// Codes of the information items wanted.
    #[schema(required = false)]
    pub items: Vec<String>,
    /// The scenario of use, in words.
    #[schema(required = false)]
    pub scenario: String,
    /// The kind of scenario (PT-19).
    #[schema(required = false)]
    pub scenario_kind: ScenarioKind,
    /// The duty or rule that makes the data necessary.
    #[schema(required = false)]
    pub legal_basis: String,
    /// What is to be achieved.
    #[schema(required = false)]
    pub business_goal: String,
    /// The scope of use, in words: who uses it, where, for which cases.
    #[schema(required = false)]
    pub scope: String,
    /// The rows wanted, when not all.
    pub row_scope: Option<RowScope>,
    /// How it is to be delivered.
    pub mode: Option<Mode>,
    /// How often it will be used.
    pub frequency: Option<Frequency>,
    /// Why it is needed although it is used less than once in three months.
    #[schema(required = false)]
    pub low_use_reason: String,
    /// How the data of several organisations is to be fused, where fusion is wanted.
    #[schema(required = false)]
    pub fusion_plan: String,
    /// The last day of use.
    pub term_until: Option<Date>,
    /// The security grade of the use.
    pub security_grade: Option<Grade>,
    /// How the data is kept safe.
    #[schema(required = false)]
    pub security_measures: String,
    /// The purpose every call must name: a short word, e.g. `subsidy_check`.
    #[schema(required = false)]
    pub purpose: String,
    /// Calls a minute, at most. `None` asks for the platform's ordinary rate.
    pub rate_per_minute: Option<u32>,
    /// Whether the demand asks for fusion of data of several organisations.
    #[schema(required = false)]
    pub fusion_wanted: bool,
    /// The signed commitment.
    pub commitment: Option<SignedCommitment>,
}

/// What kind of demand it is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DemandType {
    /// Data of another organisation of the district.
    District,
    /// Data held by the city or the state.
    City,
    /// Data that first has to be made out of several datasets.
    Fusion,
}

/// The kinds of scenario that give data directly under a pack that knows them.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ScenarioKind {
    /// None of them.
    None,
    /// One-stop service, one-network management, recognised standard scenarios.
    Standard,
    /// Key work of the city or the district.
    KeyWork,
    /// A large platform across organisations.
    LargePlatform,
    /// The data's subject has authorised it.
    SubjectAuthorised,
    /// Only the outcome of a comparison is given.
    MatchOnly,
    /// Only masked data is given.
    MaskedOnly,
}

/// How the data is delivered.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Mode {
    /// Vec<Option<String>> by record through an interface; preferred.
    Api,
    /// Comparison of a list.
    Batch,
    /// A file.
    File,
}

/// How often the data is used.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Frequency {
    /// As cases arise, all the time.
    RealTime,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// At least once a quarter.
    Quarterly,
    /// Less than once a quarter.
    Seldom,
    /// Once.
    Once,
}

/// The rows that are wanted: those whose column has one of the values.
#[derive(Serialize, ToSchema)]
pub struct RowScope {
    /// The item's code.
    pub column: String,
    /// Its values.
    pub values: Vec<String>,
}

/// A commitment with its signature, kept as it was given, so that it can be verified later by anyone.
#[derive(ToSchema)]
pub struct SignedCommitment {
    /// The text that was signed, exactly.
    pub text: String,
    /// The SM2 signature over the text's UTF-8 bytes: DER in base64.
    pub signature: String,
    /// The signer's SM2 public key, PEM.
    pub public_key: String,
}

/// A grant. It never holds more than was asked for, nor more than the entry has.
#[derive(ToSchema)]
pub struct Grant {
    /// The service that serves it.
    pub service: Uuid,
    /// The entry.
    pub entry: Uuid,
    /// The entry's version from which it was compiled.
    pub entry_version: i32,
    /// The lake's table.
    pub dataset: String,
    /// Who gives.
    pub provider: Uuid,
    /// Who receives.
    pub demander: Uuid,
    /// How it is delivered.
    pub mode: Mode,
    /// The fields, in the entry's order.
    pub fields: Vec<GrantedField>,
    /// The rows; `None` = all.
    #[schema(required)]
    pub row_scope: Option<RowScope>,
    /// The columns by which records may be looked up.
    pub keys: Vec<String>,
    /// The purposes a call may name.
    pub purposes: Vec<String>,
    /// Calls a minute, at most.
    pub rate_per_minute: u32,
    /// The first instant.
    pub from: Timestamp,
    /// The instant at which it ends by its own term; `None` = until it is ended.
    #[schema(required)]
    pub until: Option<Timestamp>,
}

/// One field of a grant.
#[derive(ToSchema)]
pub struct GrantedField {
    /// The item's code.
    pub name: String,
    /// The mask it wears, in the text form of `Mask`; `None` = in clear.
    #[schema(required)]
    pub mask: Option<String>,
}

/// Where a service stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ServiceStatus {
    /// It answers.
    Active,
    /// It does not answer until it is resumed.
    Suspended,
    /// It never answers again; use needs a new demand.
    Ended,
}

/// A wider use that was asked for and changes nothing until the provider consents (CN-19).
#[derive(ToSchema)]
pub struct Widening {
    /// Items on top of those granted.
    #[schema(required = false)]
    pub items: Vec<String>,
    /// Purposes on top of those granted.
    #[schema(required = false)]
    pub purposes: Vec<String>,
    /// Values on top of those of the row scope.
    #[schema(required = false)]
    pub row_values: Vec<String>,
    /// Scope, purpose and receivers, in words.
    #[schema(required = false)]
    pub statement: String,
}

/// A request.
#[derive(ToSchema)]
pub struct RequestView {
    /// Its id.
    pub id: Uuid,
    /// The entry.
    pub entry: Uuid,
    /// The entry's title.
    pub title: String,
    /// Who asks.
    pub demander: Uuid,
    /// Who provides.
    pub provider: Uuid,
    /// Its case.
    pub case: Uuid,
    /// The elements as they stand.
    pub elements: Elements,
    /// The papers that these elements are.
    pub papers: Vec<String>,
    /// The service made from it.
    #[schema(required)]
    pub service: Option<Uuid>,
    /// When the holder was asked to catalogue and hand in the data first.
    #[schema(required)]
    pub cataloguing_requested_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A service.
#[derive(ToSchema)]
pub struct ServiceView {
    /// Its id.
    pub id: Uuid,
    /// The request it was made from.
    pub request: Uuid,
    /// The entry's title.
    pub title: String,
    /// Its case, where the pack has one.
    #[schema(required)]
    pub case: Option<Uuid>,
    /// Where it stands.
    pub status: ServiceStatus,
    /// What was granted.
    pub grant: Grant,
    /// A wider use that was asked for and is not granted.
    #[schema(required)]
    pub widening: Option<Widening>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ended.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
    /// The last call that was answered.
    #[schema(required)]
    pub last_call_at: Option<Timestamp>,
    /// Calls answered.
    pub calls: u64,
    /// Records given.
    pub records: u64,
    /// Calls refused.
    pub refused: u64,
}
