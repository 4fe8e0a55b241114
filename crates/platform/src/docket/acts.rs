//! Looking through the acts of the whole district, latest first, for those who may read the log.
//!
//! Acts are as many as a district does in years, so a page is found by where the page before ended and never by counting rows;
//! every filter has an index in the order of time (see [`store::searched`]), and several narrow the rows of one of them.

use std::{collections::HashMap, fmt, str::FromStr};

use jiff::Timestamp;
use law::ArticleId;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::Ctx,
    db::{from_json, instant, micros},
    error::{Code, Error, Result},
    identity,
    ids::*,
    ledger,
    policy::{Action, Resource},
};

use super::{store, subjects};

/// Most acts of one page.
pub const MOST_ACTS: u64 = 100;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl ActorKind {
    /// The word in tables and leaves.
    pub fn as_word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Client => "client",
            Self::Law => "law",
            Self::Platform => "platform",
            Self::Public => "public",
        }
    }
}

/// Which acts are wanted. Every part narrows.
#[derive(Clone, Debug, Default)]
pub struct ActFilter {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Done for this organisation.
    pub organisation: Option<OrganisationId>,
    /// Done by this person.
    pub person: Option<PersonId>,
    /// Done by this kind of actor.
    pub by: Option<ActorKind>,
    /// In cases that keep this pack.
    pub pack: Option<String>,
    /// In cases of this procedure.
    pub procedure: Option<String>,
    /// This act of the procedure, which must then be named, too.
    pub action: Option<String>,
    /// Whether the law did it after a term that ran out.
    pub missed: Option<bool>,
    /// Whether it was a breach of duty.
    pub breach: Option<bool>,
    /// Where the page before ended.
    pub before: Option<ActPlace>,
    /// Rows wanted, at most [`MOST_ACTS`].
    pub limit: u64,
}

/// Where an act stands in the order of time. Its text form says nothing to callers but where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActPlace {
    at: i64,
    id: Uuid,
}

impl fmt::Display for ActPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id.simple())
    }
}

impl FromStr for ActPlace {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let place = text.split_once('.').and_then(|(at, id)| Some(Self { at: at.parse().ok()?, id: id.parse().ok()? }));
        place.ok_or_else(|| {
            Error::new(Code::InvalidInput, "the place where to go on cannot be read")
                .field("before", "must be the `next` of the page before, as it is")
        })
    }
}

/// A page of acts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acts {
    /// The acts, latest first.
    pub items: Vec<ActLine>,
    /// Where the next page goes on; absent at the end.
    pub next: Option<String>,
}

/// One act in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActLine {
    /// The act's id.
    pub id: ActId,
    /// The case.
    pub case: CaseId,
    /// What kind of thing the case is about.
    pub subject_kind: String,
    /// Which one.
    pub subject: Uuid,
    /// What it is called; absent where only its holder knows.
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
    /// The state before, unless it opened the case.
    pub from: Option<String>,
    /// Its title.
    pub from_title: Option<String>,
    /// The state after.
    pub to: String,
    /// Its title.
    pub to_title: String,
    /// When it took effect.
    pub at: Timestamp,
    /// When it was recorded: later where the law acted while nobody looked.
    pub recorded_at: Timestamp,
    /// What kind of actor.
    pub by: String,
    /// For which organisation.
    pub organisation: Option<NamedOrganisation>,
    /// Which person; what people are called is told by the slice of identity to those who may know.
    pub person: Option<Acting>,
    /// Which client.
    pub client: Option<Acting>,
    /// The articles it rests on, its own first.
    pub articles: Vec<ArticleId>,
    /// The term that ran out, when the law acted.
    pub expired: Option<String>,
    /// What that meant: `breach`, `approve`, …
    pub outcome: Option<String>,
    /// Where it stands in the log, once the log has it.
    pub log: Option<ledger::Place>,
}

/// An organisation with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedOrganisation {
    /// Which.
    pub id: OrganisationId,
    /// What it is called.
    pub name: String,
}

/// A person or a client by its id alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    /// Which.
    pub id: Uuid,
}

/// What the rows of a page refer to, each kind read at once.
struct Around {
    cases: HashMap<Uuid, store::case::Model>,
    titles: HashMap<Uuid, String>,
    organisations: HashMap<Uuid, String>,
    places: HashMap<Uuid, ledger::Place>,
}

impl Platform {
    /// A page of the district's acts, latest first, for those who may read the log.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::InvalidInput`] for an act without its procedure.
    pub async fn acts(&self, ctx: &Ctx, filter: &ActFilter) -> Result<Acts> {
        self.may(ctx, Action::ReadLog, &Resource::platform())?;
        if filter.action.is_some() && filter.procedure.is_none() {
            return Err(Error::new(Code::InvalidInput, "an act is named within its procedure")
                .field("procedure", "must be given with `action`"));
        }
        let limit = filter.limit.clamp(1, MOST_ACTS);
        let mut rows = acts_wanted(filter).limit(limit.saturating_add(1)).all(self.db().read()).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let last = rows.last().filter(|_| more).map(|row| ActPlace { at: row.at, id: row.id }.to_string());
        let around = self.around(&rows).await?;
        Ok(Acts { items: rows.iter().map(|row| self.act_line(row, &around)).collect::<Result<_>>()?, next: last })
    }

    async fn around(&self, rows: &[store::act::Model]) -> Result<Around> {
        use identity::store::organisation;
        let db = self.db().read();
        let of: Vec<Uuid> = rows.iter().map(|row| row.case_id).collect();
        let cases = store::case::Entity::find().filter(store::case::Column::Id.is_in(of)).all(db).await?;
        let titles = subjects::titles(db, &cases).await?;
        let theirs: Vec<Uuid> = rows.iter().filter_map(|row| row.organisation_id).collect();
        let organisations: Vec<(Uuid, String)> = organisation::Entity::find()
            .select_only()
            .columns([organisation::Column::Id, organisation::Column::Name])
            .filter(organisation::Column::Id.is_in(theirs))
            .into_tuple()
            .all(db)
            .await?;
        Ok(Around {
            cases: cases.into_iter().map(|case| (case.id, case)).collect(),
            titles,
            organisations: organisations.into_iter().collect(),
            places: ledger::places(db, rows.iter().map(|row| row.id)).await?,
        })
    }

    fn act_line(&self, row: &store::act::Model, around: &Around) -> Result<ActLine> {
        let lost = || Error::new(Code::Internal, format!("act `{}` has no case", row.id));
        let case = around.cases.get(&row.case_id).ok_or_else(lost)?;
        let (pack, procedure) = (row.pack.as_str().into(), row.procedure.as_str().into());
        let rules = self.book().pack(&pack).and_then(|pack| pack.procedures.get(row.procedure.as_str()));
        let state = |id: &str| {
            rules.and_then(|rules| rules.states.get(id)).map_or_else(|| id.to_owned(), |state| state.title.clone())
        };
        let acting =
            |kind: ActorKind| row.actor_id.filter(|_| row.actor_kind == kind.as_word()).map(|id| Acting { id });
        Ok(ActLine {
            id: ActId(row.id),
            case: CaseId(row.case_id),
            subject_kind: case.subject_kind.clone(),
            subject: case.subject_id,
            subject_title: around.titles.get(&case.subject_id).cloned(),
            procedure_title: rules.map(|rules| rules.title.clone()).unwrap_or_default(),
            action_title: self.book().act_title(&pack, &procedure, &row.act.as_str().into()),
            role_title: self.book().role_title(&pack, &law::RoleId::new(&row.role)),
            pack: row.pack.clone(),
            procedure: row.procedure.clone(),
            action: row.act.clone(),
            role: row.role.clone(),
            from_title: row.from_state.as_deref().map(state),
            from: row.from_state.clone(),
            to_title: state(&row.to_state),
            to: row.to_state.clone(),
            at: instant(row.at)?,
            recorded_at: instant(row.recorded_at)?,
            by: row.actor_kind.clone(),
            organisation: row.organisation_id.map(|id| NamedOrganisation {
                id: id.into(),
                name: around.organisations.get(&id).cloned().unwrap_or_default(),
            }),
            person: acting(ActorKind::Person),
            client: acting(ActorKind::Client),
            articles: from_json(&row.articles)?,
            expired: row.expired.clone(),
            outcome: row.outcome.clone(),
            log: around.places.get(&row.id).cloned(),
        })
    }
}

/// The acts in the order in which they took effect, latest first.
pub(super) fn acts_wanted(filter: &ActFilter) -> Select<store::act::Entity> {
    use store::act::Column;
    let mut query = store::act::Entity::find();
    if let Some(from) = filter.from {
        query = query.filter(Column::At.gte(micros(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(Column::At.lt(micros(until)));
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(Column::OrganisationId.eq(organisation.0));
    }
    if let Some(person) = filter.person {
        // Ids are never shared between people and clients, but the kind is what was asked for.
        query = query.filter(Column::ActorId.eq(person.0)).filter(Column::ActorKind.eq(ActorKind::Person.as_word()));
    }
    if let Some(by) = filter.by {
        query = query.filter(Column::ActorKind.eq(by.as_word()));
    }
    for (column, wanted) in
        [(Column::Pack, &filter.pack), (Column::Procedure, &filter.procedure), (Column::Act, &filter.action)]
    {
        if let Some(wanted) = wanted {
            query = query.filter(column.eq(wanted.as_str()));
        }
    }
    query = match filter.missed {
        Some(true) => query.filter(Column::Expired.is_not_null()),
        Some(false) => query.filter(Column::Expired.is_null()),
        None => query,
    };
    query = match filter.breach {
        // Named as the index of breaches names it, so that its few rows are all that is read.
        Some(true) => query.filter(Expr::cust("outcome = 'breach'")),
        Some(false) => query.filter(Column::Outcome.is_null().or(Column::Outcome.ne("breach"))),
        None => query,
    };
    if let Some(ActPlace { at, id }) = filter.before {
        // Both databases compare rows of values, and find the place in an index by them.
        let here = Expr::tuple([Expr::col(Column::At), Expr::col(Column::Id)]);
        query = query.filter(here.lt(Expr::tuple([Expr::value(at), Expr::value(id)])));
    }
    query.order_by_desc(Column::At).order_by_desc(Column::Id)
}
