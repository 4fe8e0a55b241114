//! The acts of the whole district, for those who may read the log.

use axum::Json;
use jiff::Timestamp;
use platform::{Code, docket};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    AppState,
    auth::Caller,
    extract::{Answer, InQuery},
    openapi::ReadProblems,
    problem::Problem,
};

/// Routes of acts.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(acts_list))
}

/// Which acts are wanted. Every part narrows.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActsQuery {
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// Done for this organisation.
    pub organisation: Option<Uuid>,
    /// Done by this person.
    pub person: Option<Uuid>,
    /// Done by this kind of actor: `law` after a term ran out, `platform` where it followed from something else.
    #[param(inline)]
    pub by: Option<ActorKind>,
    /// In cases that keep this pack.
    pub pack: Option<String>,
    /// In cases of this procedure.
    pub procedure: Option<String>,
    /// This act; name its procedure, too.
    pub action: Option<String>,
    /// Only acts of the law after a term that ran out, or only the others.
    pub missed: Option<bool>,
    /// Only breaches of duty, or only the others.
    pub breach: Option<bool>,
    /// Where the page before ended: its `next`.
    pub before: Option<String>,
    /// Rows to give.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u64>,
}

/// Who acts.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person, for an organisation.
    Person,
    /// A system of an organisation.
    Client,
    /// The law, because a term ran out.
    Law,
    /// The platform, because something followed from what was done.
    Platform,
    /// Somebody who was not logged in.
    Public,
}

impl ActsQuery {
    fn filter(self) -> Result<docket::ActFilter, Problem> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=docket::MOST_ACTS).contains(&limit) {
            let most = docket::MOST_ACTS;
            return Err(Problem::new(Code::LimitExceeded, format!("a page has 1 to {most} rows"))
                .field("limit", "ask for fewer and go on with `before`"));
        }
        Ok(docket::ActFilter {
            from: self.from,
            until: self.until,
            organisation: self.organisation.map(Into::into),
            person: self.person.map(Into::into),
            by: self.by.map(ActorKind::platform),
            pack: self.pack,
            procedure: self.procedure,
            action: self.action,
            missed: self.missed,
            breach: self.breach,
            before: self.before.as_deref().map(str::parse).transpose()?,
            limit,
        })
    }
}

impl ActorKind {
    fn platform(self) -> docket::ActorKind {
        match self {
            Self::Person => docket::ActorKind::Person,
            Self::Client => docket::ActorKind::Client,
            Self::Law => docket::ActorKind::Law,
            Self::Platform => docket::ActorKind::Platform,
            Self::Public => docket::ActorKind::Public,
        }
    }
}

/// Lists what was done in all cases, by people, systems, the platform and the law, latest first, for those who may read the log.
#[utoipa::path(get, path = "/acts", tag = "ledger", params(ActsQuery), responses((status = 200, body = Acts), ReadProblems))]
async fn acts_list(caller: Caller, InQuery(query): InQuery<ActsQuery>) -> Answer<docket::Acts> {
    Ok(Json(caller.platform().acts(&caller.ctx, &query.filter()?).await?))
}

/// A page of acts.
#[derive(ToSchema)]
pub struct Acts {
    /// The acts, latest first.
    pub items: Vec<DistrictAct>,
    /// Where the next page goes on, for `before`; `null` at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// One act in a list.
#[derive(ToSchema)]
pub struct DistrictAct {
    /// The act's id.
    pub id: Uuid,
    /// The case.
    pub case: Uuid,
    /// What kind of thing the case is about.
    pub subject_kind: String,
    /// Which one.
    pub subject: Uuid,
    /// What it is called; `null` where only its holder knows.
    #[schema(required)]
    pub subject_title: Option<String>,
    /// The pack of the case.
    pub pack: String,
    /// The procedure of the case.
    pub procedure: String,
    /// What it is called.
    pub procedure_title: String,
    /// Which act.
    pub action: String,
    /// What it is called.
    pub action_title: String,
    /// In which role.
    pub role: String,
    /// As the district calls that role.
    pub role_title: String,
    /// The state before; `null` for the act that opened the case.
    #[schema(required)]
    pub from: Option<String>,
    /// Its title.
    #[schema(required)]
    pub from_title: Option<String>,
    /// The state after.
    pub to: String,
    /// Its title.
    pub to_title: String,
    /// When it took effect.
    pub at: Timestamp,
    /// When it was recorded: later where the law acted while nobody looked.
    pub recorded_at: Timestamp,
    /// What kind of actor: `person`, `client`, `law`, `platform` or `public`.
    pub by: String,
    /// For which organisation.
    #[schema(required)]
    pub organisation: Option<NamedOrganisation>,
    /// Which person, by its id alone.
    #[schema(required)]
    pub person: Option<Acting>,
    /// Which client, by its id alone.
    #[schema(required)]
    pub client: Option<Acting>,
    /// The articles it rests on, its own first.
    pub articles: Vec<String>,
    /// The term that ran out, when the law acted.
    #[schema(required)]
    pub expired: Option<String>,
    /// What that meant: `breach`, `approve`, `suspend`, `terminate` or `report`.
    #[schema(required)]
    pub outcome: Option<String>,
    /// Where it stands in the log; `null` until the log has it.
    #[schema(required)]
    pub log: Option<LogPlace>,
}

/// An organisation with its name.
#[derive(ToSchema)]
pub struct NamedOrganisation {
    /// Which.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
}

/// A person or a client by its id alone.
#[derive(ToSchema)]
pub struct Acting {
    /// Which.
    pub id: Uuid,
}

/// Where something stands in the log.
#[derive(ToSchema)]
pub struct LogPlace {
    /// The retention class of its shard.
    pub class: String,
    /// The period of its shard.
    pub period: String,
    /// Its index there.
    pub index: u64,
}
