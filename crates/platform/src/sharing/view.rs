//! Requests and services as people see them.

use jiff::Timestamp;
use law::PaperId;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::{Elements, Grant, ServiceStatus, Widening, store};
use crate::{
    Platform,
    catalogue::sees_drafts,
    ctx::{Actor, Ctx},
    db::{Listing, Page, from_json, instant},
    error::{Error, Result},
    ids::*,
    policy::{Action, Resource},
};

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestView {
    /// Its id.
    pub id: RequestId,
    /// The entry.
    pub entry: EntryId,
    /// The entry's title.
    pub title: String,
    /// Who asks.
    pub demander: OrganisationId,
    /// Who provides.
    pub provider: OrganisationId,
    /// Its case.
    pub case: CaseId,
    /// The elements as they stand.
    pub elements: Elements,
    /// The papers that these elements are.
    pub papers: Vec<PaperId>,
    /// The service made from it.
    pub service: Option<ServiceId>,
    /// When the holder was asked to catalogue and hand in the data first.
    pub cataloguing_requested_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceView {
    /// Its id.
    pub id: ServiceId,
    /// The request it was made from.
    pub request: RequestId,
    /// The entry's title.
    pub title: String,
    /// Its case, where the pack has one.
    pub case: Option<CaseId>,
    /// Where it stands.
    pub status: ServiceStatus,
    /// What was granted.
    pub grant: Grant,
    /// A wider use that was asked for and is not granted.
    pub widening: Option<Widening>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The last call that was answered.
    pub last_call_at: Option<Timestamp>,
    /// Calls answered.
    pub calls: u64,
    /// Records given.
    pub records: u64,
    /// Calls refused.
    pub refused: u64,
}

impl Platform {
    /// One request.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::NotPermitted`] for those whom it does not concern.
    pub async fn request(&self, ctx: &Ctx, id: RequestId) -> Result<RequestView> {
        let row = store::request(self.db().read(), id).await?;
        let about = Resource::thing(Some(id.0), row.provider_id.into()).consumer(row.demander_id.into());
        self.may(ctx, Action::ReadThing, &about)?;
        let service = store::service_of_request(self.db().read(), id).await?;
        request_view(self, &row, service.map(|service| service.id.into()))
    }

    /// The requests that concern the actor, newest first.
    ///
    /// # Errors
    /// [`crate::Code::Internal`] when the database fails.
    pub async fn requests(&self, ctx: &Ctx, page: Page) -> Result<Listing<RequestView>> {
        use store::request::{Column, Entity};
        let query = Entity::find().filter(concerning(&ctx.who, Column::DemanderId, Column::ProviderId));
        let total = query.clone().count(self.db().read()).await?;
        let newest = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id);
        let rows = newest.offset(page.offset).limit(page.limit()).all(self.db().read()).await?;
        let of = store::service::Column::RequestId.is_in(rows.iter().map(|row| row.id));
        let services = store::service::Entity::find().filter(of).all(self.db().read()).await?;
        let service =
            |request| services.iter().find(|service| service.request_id == request).map(|service| service.id.into());
        let items = rows.iter().map(|row| request_view(self, row, service(row.id))).collect::<Result<_>>()?;
        Ok(Listing { items, total })
    }

    /// One service.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::NotPermitted`] for those whom it does not concern.
    pub async fn service(&self, ctx: &Ctx, id: ServiceId) -> Result<ServiceView> {
        let row = store::service(self.db().read(), id).await?;
        let about = Resource::thing(Some(id.0), row.provider_id.into()).consumer(row.demander_id.into());
        self.may(ctx, Action::ReadThing, &about)?;
        self.service_views(vec![row]).await?.pop().ok_or_else(|| Error::not_found("service", id))
    }

    /// The services that concern the actor, newest first.
    ///
    /// # Errors
    /// [`crate::Code::Internal`] when the database fails.
    pub async fn services(&self, ctx: &Ctx, page: Page) -> Result<Listing<ServiceView>> {
        use store::service::{Column, Entity};
        let query = Entity::find().filter(concerning(&ctx.who, Column::DemanderId, Column::ProviderId));
        let total = query.clone().count(self.db().read()).await?;
        let newest = query.order_by_desc(Column::OpenedAt).order_by_desc(Column::Id);
        let rows = newest.offset(page.offset).limit(page.limit()).all(self.db().read()).await?;
        Ok(Listing { items: self.service_views(rows).await?, total })
    }

    async fn service_views(&self, rows: Vec<store::service::Model>) -> Result<Vec<ServiceView>> {
        use crate::docket::store::case::{Column, Entity};
        let about = Column::SubjectId.is_in(rows.iter().map(|row| row.id));
        let cases = Entity::find().filter(about).order_by_desc(Column::OpenedAt).all(self.db().read()).await?;
        let case = |service| cases.iter().find(|case| case.subject_id == service).map(|case| case.id.into());
        rows.into_iter().map(|row| service_view(self, case(row.id), row)).collect()
    }
}

pub(super) fn request_view(
    _platform: &Platform,
    row: &store::request::Model,
    service: Option<ServiceId>,
) -> Result<RequestView> {
    let elements: Elements = from_json(&row.elements)?;
    Ok(RequestView {
        id: row.id.into(),
        entry: row.entry_id.into(),
        title: row.title.clone(),
        demander: row.demander_id.into(),
        provider: row.provider_id.into(),
        case: row.case_id.into(),
        papers: super::given(&elements),
        elements,
        service,
        cataloguing_requested_at: row.cataloguing_requested_at.map(instant).transpose()?,
        created_at: instant(row.created_at)?,
    })
}

/// Counts are those of the last recount of the log; the last call is this node's own, if that is later.
fn service_view(platform: &Platform, case: Option<CaseId>, row: store::service::Model) -> Result<ServiceView> {
    let id = ServiceId(row.id);
    let count = |stored: i64| u64::try_from(stored).unwrap_or(0);
    Ok(ServiceView {
        id,
        request: row.request_id.into(),
        case,
        status: ServiceStatus::from_word(&row.status),
        grant: store::grant_of(&row)?,
        widening: row.widening.as_deref().map(from_json).transpose()?,
        opened_at: instant(row.opened_at)?,
        ended_at: row.ended_at.map(instant).transpose()?,
        last_call_at: row.last_call_at.map(instant).transpose()?.max(platform.gateway().last_call(id)),
        calls: count(row.calls),
        records: count(row.records),
        refused: count(row.refused),
        title: row.title,
    })
}

/// What the graph of the catalogues shows of a service.
pub(crate) struct ServiceLink {
    pub(crate) id: uuid::Uuid,
    pub(crate) entry: uuid::Uuid,
    pub(crate) title: String,
    pub(crate) demander: OrganisationId,
    pub(crate) status: String,
}

/// At most `most` services of these entries that concern the actor, oldest first.
pub(crate) async fn services_of(
    db: &impl sea_orm::ConnectionTrait,
    who: &Actor,
    entries: Vec<uuid::Uuid>,
    most: u64,
) -> Result<Vec<ServiceLink>> {
    use store::service::{Column, Entity};
    let query = Entity::find()
        .filter(Column::EntryId.is_in(entries))
        .filter(concerning(who, Column::DemanderId, Column::ProviderId))
        .order_by_asc(Column::OpenedAt)
        .order_by_asc(Column::Id)
        .limit(most);
    let link = |row: store::service::Model| ServiceLink {
        id: row.id,
        entry: row.entry_id,
        title: row.title,
        demander: row.demander_id.into(),
        status: row.status,
    };
    Ok(query.all(db).await?.into_iter().map(link).collect())
}

/// The rows that concern the actor's organisation; an office, an auditor and the platform see all.
fn concerning(who: &Actor, demander: impl ColumnTrait, provider: impl ColumnTrait) -> Condition {
    match who {
        _ if sees_drafts(who, OrganisationId(uuid::Uuid::nil())) => Condition::all(),
        Actor::Person { organisation, .. } | Actor::Client { organisation, .. } => {
            Condition::any().add(demander.eq(organisation.0)).add(provider.eq(organisation.0))
        }
        // Nobody sees nothing: no organisation has the nil id.
        _ => Condition::all().add(demander.eq(uuid::Uuid::nil())),
    }
}
