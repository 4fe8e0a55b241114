//! Opening cases: by anybody whom a procedure lets, about something that there is or about a new matter.

use std::collections::BTreeMap;

use axum::Json;
use platform::docket;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::{Anyone, Caller},
    extract::{Answer, Body, IdempotencyKey},
    openapi::ActProblems,
    problem::Problem,
};

use super::cases::{ActBody, FactValue, Receipt, SubjectKind};

/// Routes of openings and of what they can be about.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(cases_open)).routes(routes!(matters_name))
}

/// Opens a case of a procedure that has no form of its own, by its opening act. Where a procedure has a role for the public, nobody
/// has to log in.
#[utoipa::path(
    post, path = "/cases", tag = "cases", request_body = CaseOpening,
    params(("idempotency-key" = Option<String>, Header, description = "repeating the act with the same key repeats nothing")),
    responses((status = 200, body = Receipt), ActProblems)
)]
async fn cases_open(caller: Anyone, key: IdempotencyKey, Body(opening): Body<CaseOpening>) -> Answer<docket::Receipt> {
    let act = opening.act.input(key)?;
    let opening = docket::Opening {
        procedure: opening.procedure.as_str().into(),
        pack: None,
        subject: opening.subject.about(&caller.ctx)?,
        title: opening.subject.title,
        provider: opening.provider.map(Into::into),
        demander: opening.demander.map(Into::into),
        parties: opening.parties.into_iter().map(|(role, party)| (role.as_str().into(), party.into())).collect(),
        facts: Default::default(),
        act,
        parent: None,
    };
    Ok(Json(caller.platform().open_case(&caller.ctx, opening).await?))
}

/// Names a matter before any case about it: a plan, a product, an incident, a purchase.
#[utoipa::path(post, path = "/matters", tag = "cases", request_body = MatterInput, responses((status = 200, body = Matter), ActProblems))]
async fn matters_name(caller: Caller, Body(input): Body<MatterInput>) -> Answer<docket::Matter> {
    Ok(Json(caller.platform().name_matter(&caller.ctx, &input.title).await?))
}

/// What a matter is called.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatterInput {
    /// In words that say nothing about a person.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
}

/// A matter: what a case is about when it is nothing that the platform holds.
#[derive(Serialize, ToSchema)]
pub struct Matter {
    /// Its id: the subject of cases about it.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
}

/// What opens a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CaseOpening {
    /// Which procedure of the district's pack.
    pub procedure: String,
    /// What it is about.
    #[serde(flatten)]
    pub subject: OpeningSubject,
    /// The organisation that provides, if there is one. Whose an entry or a service is, is known.
    #[serde(default)]
    pub provider: Option<Uuid>,
    /// The organisation that asks, if there is one.
    #[serde(default)]
    pub demander: Option<Uuid>,
    /// Who plays other roles of which one organisation belongs to a case, as far as it is known beforehand: `{role: organisation}`.
    #[serde(default)]
    #[schema(example = json!({"operator": "0199c0de-0000-7000-8000-000000000001"}))]
    pub parties: BTreeMap<String, Uuid>,
    /// The opening act.
    #[serde(flatten)]
    pub act: OpeningAct,
}

/// What a case to be opened is about: something that there is, or a new matter by its title.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct OpeningSubject {
    /// What kind of thing; may be left out for a new matter.
    #[serde(default)]
    #[schema(value_type = Option<SubjectKind>)]
    pub subject_kind: Option<docket::SubjectKind>,
    /// Which one; left out for a new matter.
    #[serde(default)]
    pub subject: Option<Uuid>,
    /// What a new matter is called, in words that say nothing about a person.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: Option<String>,
}

impl OpeningSubject {
    /// The subject; a new matter gets its id here.
    ///
    /// # Errors
    /// [`platform::Code::InvalidInput`] unless it is said by kind and id, or by a title alone.
    fn about(&self, ctx: &platform::Ctx) -> Result<(docket::SubjectKind, Uuid), Problem> {
        match (self.subject_kind, self.subject, &self.title) {
            (Some(kind), Some(subject), None) => Ok((kind, subject)),
            (None | Some(docket::SubjectKind::Matter), None, Some(_)) => Ok((docket::SubjectKind::Matter, ctx.uuid())),
            _ => Err(Problem::new(platform::Code::InvalidInput, "it is not clear what the case is about")
                .field("subject", "give `subject_kind` and `subject`, or a `title` for a new matter")),
        }
    }
}

/// The act that opens a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct OpeningAct {
    /// Which act of the procedure.
    pub act: String,
    /// In which role; may be left out when there is only one in which the caller can do it.
    #[serde(default)]
    pub role: Option<String>,
    /// Papers that come with it.
    #[serde(default)]
    pub papers: BTreeMap<String, String>,
    /// Facts that come with it.
    #[serde(default)]
    pub facts: BTreeMap<String, FactValue>,
}

impl OpeningAct {
    fn input(self, key: IdempotencyKey) -> Result<docket::ActInput, Problem> {
        let Self { act, role, papers, facts } = self;
        ActBody { act, role, papers, facts, extension: None, expected_version: None, receipt_number: None }.input(key)
    }
}
