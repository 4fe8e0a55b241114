//! Who may do what, and why: the rules of access in words, and what they say about somebody.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use platform::{Role, policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::people::RoleWord;
use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, Body},
    openapi::{ActProblems, ReadProblems},
};

/// Routes of the policy.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(policy_rules)).routes(routes!(policy_explain))
}

/// Lists the rules of access in words with what they rest on, and the actions that they are about.
#[utoipa::path(get, path = "/policy/rules", tag = "policy", responses((status = 200, body = PolicyBook), ReadProblems))]
async fn policy_rules(caller: Caller) -> Answer<PolicyBook> {
    let actions = policy::Action::ALL.iter().map(|action| ActionLine {
        id: action.as_str().to_owned(),
        on: match action.on() {
            policy::On::Platform => "platform",
            policy::On::Case => "case",
            policy::On::Thing => "thing",
        },
    });
    Ok(Json(PolicyBook { rules: caller.platform().policy_rules(), actions: actions.collect() }))
}

/// Explains why somebody may or may not do something: oneself, or anybody for the security and the audit administrator.
#[utoipa::path(post, path = "/policy/explanation", tag = "policy", request_body = PolicyQuestion, responses((status = 200, body = Verdict), ActProblems))]
async fn policy_explain(caller: Caller, Body(asked): Body<PolicyQuestion>) -> Answer<policy::Verdict> {
    let question = policy::PolicyQuestion {
        person: asked.person.map(Into::into),
        client: asked.client.map(Into::into),
        action: asked.action,
        role: asked.role.as_deref().map(Into::into),
        subject: asked.subject.map(|subject| (subject.kind, subject.id)),
    };
    Ok(Json(caller.platform().explain_policy(&caller.ctx, &question).await?))
}

/// What is asked of the rules.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyQuestion {
    /// The person who acts; without person and client, oneself.
    #[serde(default)]
    pub person: Option<Uuid>,
    /// The department's system that acts.
    #[serde(default)]
    pub client: Option<Uuid>,
    /// What is done; the actions stand at `GET /api/v1/policy/rules`.
    #[schema(example = "read_case")]
    pub action: String,
    /// In which role, for `speak`.
    #[serde(default)]
    pub role: Option<String>,
    /// On what; left out for actions on the platform as a whole.
    #[serde(default)]
    pub subject: Option<PolicySubject>,
}

/// On what something is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicySubject {
    /// What kind of thing.
    #[schema(value_type = PolicySubjectKind)]
    pub kind: policy::PolicySubject,
    /// Which one.
    pub id: Uuid,
}

/// Kinds of things that rules speak about.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum PolicySubjectKind {
    /// A case.
    Case,
    /// An entry of the catalogue.
    Entry,
    /// A sharing request.
    Request,
    /// A sharing service.
    Service,
    /// A load.
    Load,
    /// An organisation: anything of it that is not there yet.
    Organisation,
}

/// Every rule and every action.
#[derive(Serialize, ToSchema)]
pub struct PolicyBook {
    /// The rules, by name.
    #[schema(value_type = Vec<PolicyRule>)]
    pub rules: Vec<policy::Rule>,
    /// What can be done.
    pub actions: Vec<ActionLine>,
}

/// Something that can be done.
#[derive(Serialize, ToSchema)]
pub struct ActionLine {
    /// Its name.
    pub id: String,
    /// On what it is done: `platform`, `case` or `thing`.
    pub on: &'static str,
}

/// A rule of access.
#[derive(ToSchema)]
pub struct PolicyRule {
    /// Its name.
    #[schema(example = "speak.provider")]
    pub id: String,
    /// What it says.
    pub because: String,
    /// The actions it is about; `speak:ROLE` for speaking in a role.
    pub about: Vec<String>,
    /// The articles and standards it rests on; empty = a rule of the platform's own.
    pub rests_on: Vec<String>,
    /// Whether it allows; otherwise it forbids, and no other rule can allow what it forbids.
    pub allows: bool,
}

/// What the rules answer.
#[derive(ToSchema)]
pub struct Verdict {
    /// Whether it may be done.
    pub allowed: bool,
    /// In one sentence.
    pub told: String,
    /// The rule that decides; `null` where none applies, so that it is denied.
    #[schema(required)]
    pub rule: Option<PolicyRule>,
    /// What would have to be true: the rules of which one would have to apply.
    pub would_allow: Vec<PolicyRule>,
    /// What the rules know of whoever acts.
    #[schema(inline = false)]
    pub who: KnownActor,
    /// What the rules know of the subject.
    #[schema(inline = false)]
    pub on: KnownSubject,
}

/// What the rules know of whoever acts.
#[derive(ToSchema)]
pub struct KnownActor {
    /// `person` or `client`.
    pub kind: String,
    /// For whom.
    #[schema(required)]
    pub organisation: Option<Uuid>,
    /// The office that the organisation holds.
    #[schema(required)]
    pub office: Option<String>,
    /// The person's roles.
    #[schema(value_type = Vec<RoleWord>)]
    pub roles: BTreeSet<Role>,
    /// Whether they are shut out: then nothing is allowed.
    pub disabled: bool,
}

/// What the rules know of the subject.
#[derive(ToSchema)]
pub struct KnownSubject {
    /// Who provides it, or whose it is.
    #[schema(required)]
    pub provider: Option<Uuid>,
    /// Who asks for it, or may use it.
    #[schema(required)]
    pub demander: Option<Uuid>,
    /// Who plays other roles in the case.
    pub parties: BTreeMap<String, Uuid>,
    /// The offices that have a part in the case, where that matters.
    pub offices: Vec<String>,
}
