//! The graph of duties, systems, entries and services around an organisation or an entry.

use std::collections::BTreeSet;

use sea_orm::PaginatorTrait;

use super::*;
use crate::sharing;

/// Most duties, systems, entries or services in one graph, each.
pub const MAX_LINKED: u64 = 300;

/// A graph of what hangs together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The things.
    pub nodes: Vec<LinkNode>,
    /// What joins them.
    pub edges: Vec<LinkEdge>,
    /// All entries there are, also those that were left out.
    pub entries: u64,
    /// Whether something was left out because there is too much.
    pub truncated: bool,
}

/// A thing in the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkNode {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: LinkKind,
    /// Its code; empty where it has none.
    pub code: String,
    /// Its name.
    pub title: String,
    /// Whose it is: the holder's, and the recipient's for a service.
    pub organisation: OrganisationId,
    /// Where an entry or a service stands.
    pub status: Option<String>,
}

/// What a thing in the graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// A duty.
    Duty,
    /// A system.
    System,
    /// An entry.
    Entry,
    /// A service made from a grant of an entry.
    Service,
}

/// One link, from the reason to what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEdge {
    /// From which thing.
    pub from: Uuid,
    /// To which.
    pub to: Uuid,
    /// What it means.
    pub kind: EdgeKind,
}

/// What a link means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// The system serves the duty.
    DutySystem,
    /// The data arises under the duty.
    DutyEntry,
    /// The system holds the data.
    SystemEntry,
    /// The service gives the data.
    EntryService,
}

/// Around what the graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// An organisation.
    Organisation(OrganisationId),
    /// An entry.
    Entry(EntryId),
}

impl Platform {
    /// The duties, systems, entries and services around an organisation or an entry, as far as the reader may see them.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] for nobody, [`Code::NotFound`].
    pub async fn catalogue_links(&self, ctx: &Ctx, around: Around) -> Result<Links> {
        self.may(ctx, Action::ReadCatalogue, &Resource::platform())?;
        let mut links = Links::default();
        let (entries, duties, systems) = match around {
            Around::Organisation(of) => {
                self.organisation(ctx, of).await?;
                let all = within(&ctx.who, of, None);
                links.entries = store::entry::Entity::find()
                    .select_only()
                    .column(store::entry::Column::Id)
                    .filter(all.clone())
                    .count(self.db().read())
                    .await?;
                let duties = store::duty::Column::OrganisationId.eq(of.0);
                let systems = store::system::Column::OrganisationId.eq(of.0);
                (all, Condition::all().add(duties), Condition::all().add(systems))
            }
            Around::Entry(id) => {
                let line = self.entry(ctx, id).await?.line;
                links.entries = 1;
                let one = Condition::all().add(store::entry::Column::Id.eq(id.0));
                let (duty, system) = links_of_entry(self.db().read(), line.id).await?;
                (
                    one,
                    Condition::all().add(store::duty::Column::Id.is_in(duty)),
                    Condition::all().add(store::system::Column::Id.is_in(system)),
                )
            }
        };
        links.add_duties(self.db().read(), duties).await?;
        links.add_systems(self.db().read(), systems).await?;
        links.add_entries(self.db().read(), entries).await?;
        links.add_services(self, &ctx.who).await?;
        links.keep_joined();
        Ok(links)
    }
}

impl Links {
    async fn add_duties(&mut self, db: &impl ConnectionTrait, which: Condition) -> Result<()> {
        let by_code = store::duty::Column::Code;
        let rows =
            store::duty::Entity::find().filter(which).order_by_asc(by_code).limit(MAX_LINKED + 1).all(db).await?;
        for row in self.bounded(rows) {
            self.nodes.push(LinkNode::shelved(LinkKind::Duty, row.into()));
        }
        Ok(())
    }

    async fn add_systems(&mut self, db: &impl ConnectionTrait, which: Condition) -> Result<()> {
        let by_code = store::system::Column::Code;
        let rows =
            store::system::Entity::find().filter(which).order_by_asc(by_code).limit(MAX_LINKED + 1).all(db).await?;
        for row in self.bounded(rows) {
            self.edges.extend(row.duty_id.map(|duty| LinkEdge { from: duty, to: row.id, kind: EdgeKind::DutySystem }));
            self.nodes.push(LinkNode::shelved(LinkKind::System, row.into()));
        }
        Ok(())
    }

    async fn add_entries(&mut self, db: &impl ConnectionTrait, which: Condition) -> Result<()> {
        let query = narrow(store::entry::Entity::find().filter(which)).limit(MAX_LINKED + 1);
        let rows = query.into_tuple::<Narrow>().all(db).await?;
        for (id, organisation, title, status, duty, system) in self.bounded(rows) {
            self.edges.extend(duty.map(|from| LinkEdge { from, to: id, kind: EdgeKind::DutyEntry }));
            self.edges.extend(system.map(|from| LinkEdge { from, to: id, kind: EdgeKind::SystemEntry }));
            self.nodes.push(LinkNode {
                id,
                kind: LinkKind::Entry,
                code: String::new(),
                title,
                organisation: organisation.into(),
                status: Some(status),
            });
        }
        Ok(())
    }

    async fn add_services(&mut self, platform: &Platform, who: &Actor) -> Result<()> {
        let entries = self.nodes.iter().filter(|node| node.kind == LinkKind::Entry).map(|node| node.id).collect();
        let services = sharing::services_of(platform.db().read(), who, entries, MAX_LINKED + 1).await?;
        for service in self.bounded(services) {
            self.edges.push(LinkEdge { from: service.entry, to: service.id, kind: EdgeKind::EntryService });
            self.nodes.push(LinkNode {
                id: service.id,
                kind: LinkKind::Service,
                code: String::new(),
                title: service.title,
                organisation: service.demander,
                status: Some(service.status),
            });
        }
        Ok(())
    }

    /// One more than the bound was asked for, so that a cut is noticed.
    fn bounded<T>(&mut self, mut rows: Vec<T>) -> Vec<T> {
        let most = usize::try_from(MAX_LINKED).unwrap_or(usize::MAX);
        self.truncated |= rows.len() > most;
        rows.truncate(most);
        rows
    }

    /// A link to something that was left out, or is not shown, would end nowhere.
    fn keep_joined(&mut self) {
        let known: BTreeSet<Uuid> = self.nodes.iter().map(|node| node.id).collect();
        self.edges.retain(|edge| known.contains(&edge.from) && known.contains(&edge.to));
    }
}

impl LinkNode {
    fn shelved(kind: LinkKind, of: Shelved) -> Self {
        Self { id: of.id, kind, code: of.code, title: of.title, organisation: of.organisation, status: None }
    }
}

/// The duty and the system that an entry names.
async fn links_of_entry(db: &impl ConnectionTrait, id: EntryId) -> Result<(Option<Uuid>, Option<Uuid>)> {
    use store::entry::{Column, Entity};
    let query = Entity::find_by_id(id.0).select_only().column(Column::DutyId).column(Column::SystemId);
    let found: Option<(Option<Uuid>, Option<Uuid>)> = query.into_tuple().one(db).await?;
    Ok(found.unwrap_or_default())
}
