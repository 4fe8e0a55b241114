//! The three linked catalogues read as one: a tree that is opened branch by branch, the graph around an organisation or an
//! entry, and what is still missing in either.
//!
//! What a reader should know first. Everything here is counted among the entries that the reader may see, from columns that
//! indexes hold: the elements of an entry, one long JSON text, are never read for it. Every answer is bounded; a graph that had
//! to be cut says so.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::*;
use crate::{identity, sharing};

/// Most duties, systems, entries or services in one graph, each.
pub const MAX_LINKED: u64 = 300;

/// Along which of the two catalogues the data is shelved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// By the system that holds it.
    #[default]
    System,
    /// By the duty under which it arises.
    Duty,
}

/// Which branch of the tree is opened. Nothing named is the district.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// Along which catalogue.
    pub by: Shelf,
    /// This organisation's branch.
    pub organisation: Option<OrganisationId>,
    /// In it, the branch of this system or duty.
    pub under: Option<Under>,
}

/// Under what an organisation's entries hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// A system or duty.
    This(Uuid),
    /// None: the entries without a link.
    Nothing,
}

/// What a node of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// An organisation.
    Organisation,
    /// A system.
    System,
    /// A duty.
    Duty,
    /// The entries of an organisation that name no system or no duty.
    Unlinked,
    /// An entry.
    Entry,
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeNode {
    /// What it is.
    pub kind: NodeKind,
    /// Its id; `None` for the entries without a link.
    pub id: Option<Uuid>,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Its code; empty where it has none.
    pub code: String,
    /// Its name.
    pub title: String,
    /// The entries in it that the reader may see.
    pub entries: u64,
    /// Those of them that are published.
    pub published: u64,
    /// Nodes directly in it.
    pub children: u64,
    /// Where it stands, for an entry.
    pub status: Option<EntryStatus>,
}

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

/// What is lacking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// No published entry: not catalogued (应编尽编).
    #[default]
    Entry,
    /// No entry whose data has come: not collected (应归尽归).
    Data,
}

/// Which gaps are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GapFilter {
    /// In which catalogue.
    pub of: Shelf,
    /// What is lacking.
    pub lack: Lack,
    /// Of this organisation; absent = of the whole district.
    pub organisation: Option<OrganisationId>,
}

/// A page of gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapPage {
    /// The systems or duties that lack something, by organisation and code.
    pub items: Vec<GapLine>,
    /// How many lack it.
    pub total: u64,
    /// How many there are at all, so that the share can be told.
    pub all: u64,
}

/// A system or duty that lacks something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapLine {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub organisation: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Entries that name it already, in whatever status the reader may see.
    pub entries: u64,
}

impl Platform {
    /// A page of one branch of the tree: organisations; an organisation's systems or duties, and last what names none; the
    /// entries under one of them.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] for nobody, [`Code::NotFound`] for an unknown organisation, [`Code::InvalidInput`] for a branch
    /// of no organisation.
    pub async fn catalogue_tree(&self, ctx: &Ctx, branch: Branch, page: Page) -> Result<Listing<TreeNode>> {
        self.may(ctx, Action::ReadCatalogue, &Resource::platform())?;
        match (branch.organisation, branch.under) {
            (None, None) => self.organisations_of_tree(ctx, branch.by, page).await,
            (None, Some(_)) => Err(Error::new(Code::InvalidInput, "a branch belongs to an organisation")
                .field("organisation", "name the organisation to which the branch belongs")),
            (Some(organisation), None) => self.shelf_of_tree(ctx, branch.by, organisation, page).await,
            (Some(organisation), Some(under)) => self.entries_of_tree(ctx, branch.by, organisation, under, page).await,
        }
    }

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

    /// A page of the systems or duties that have no published entry, or no data: what is still to be catalogued or collected.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] for nobody.
    pub async fn catalogue_gaps(&self, ctx: &Ctx, filter: GapFilter, page: Page) -> Result<GapPage> {
        self.may(ctx, Action::ReadCatalogue, &Resource::platform())?;
        let link = filter.of.link();
        let mut supplied = store::entry::Entity::find().select_only().column(link).filter(link.is_not_null());
        supplied = match filter.lack {
            Lack::Entry => supplied.filter(store::entry::Column::Status.eq(EntryStatus::Published.as_word())),
            Lack::Data => supplied.filter(store::entry::Column::LoadedAt.is_not_null()),
        };
        if let Some(of) = filter.organisation {
            supplied = supplied.filter(store::entry::Column::OrganisationId.eq(of.0));
        }
        let supplied = supplied.into_query();
        let db = self.db().read();
        let (rows, total, all): (Vec<Shelved>, u64, u64) = match filter.of {
            Shelf::System => {
                use store::system::{Column, Entity};
                let all = Entity::find()
                    .filter(Condition::all().add_option(filter.organisation.map(|of| Column::OrganisationId.eq(of.0))));
                let lacking = all.clone().filter(Column::Id.not_in_subquery(supplied));
                let query = lacking.clone().order_by_asc(Column::OrganisationId).order_by_asc(Column::Code);
                let rows = query.offset(page.offset).limit(page.limit()).all(db).await?;
                (rows.into_iter().map(Shelved::from).collect(), lacking.count(db).await?, all.count(db).await?)
            }
            Shelf::Duty => {
                use store::duty::{Column, Entity};
                let all = Entity::find()
                    .filter(Condition::all().add_option(filter.organisation.map(|of| Column::OrganisationId.eq(of.0))));
                let lacking = all.clone().filter(Column::Id.not_in_subquery(supplied));
                let query = lacking.clone().order_by_asc(Column::OrganisationId).order_by_asc(Column::Code);
                let rows = query.offset(page.offset).limit(page.limit()).all(db).await?;
                (rows.into_iter().map(Shelved::from).collect(), lacking.count(db).await?, all.count(db).await?)
            }
        };
        let named = Condition::all().add(visible(&ctx.who)).add(link.is_in(rows.iter().map(|row| row.id)));
        let counts = counted(db, link, named).await?;
        let line = |row: Shelved| {
            Ok(GapLine {
                entries: counts.get(&Some(row.id)).map_or(0, |count| count.all),
                id: row.id,
                organisation: row.organisation,
                code: row.code,
                name: row.title,
                recorded_at: instant(row.recorded_at)?,
            })
        };
        Ok(GapPage { items: rows.into_iter().map(line).collect::<Result<_>>()?, total, all })
    }

    async fn organisations_of_tree(&self, ctx: &Ctx, by: Shelf, page: Page) -> Result<Listing<TreeNode>> {
        let db = self.db().read();
        let organisations = self.organisations(ctx, None, page).await?;
        let ids: Vec<Uuid> = organisations.items.iter().map(|organisation| organisation.id.0).collect();
        let owner = store::entry::Column::OrganisationId;
        let seen = Condition::all().add(visible(&ctx.who)).add(owner.is_in(ids.iter().copied()));
        let mut counts = counted(db, owner, seen).await?;
        let shelves = shelves_of(db, by, &ids).await?;
        let node = |organisation: identity::OrganisationView| {
            let count = counts.remove(&Some(organisation.id.0)).unwrap_or_default();
            TreeNode {
                kind: NodeKind::Organisation,
                id: Some(organisation.id.0),
                organisation: organisation.id,
                code: organisation.code,
                title: organisation.name,
                entries: count.all,
                published: count.published,
                children: shelves.get(&organisation.id.0).copied().unwrap_or(0),
                status: None,
            }
        };
        Ok(Listing { items: organisations.items.into_iter().map(node).collect(), total: organisations.total })
    }

    async fn shelf_of_tree(
        &self,
        ctx: &Ctx,
        by: Shelf,
        organisation: OrganisationId,
        page: Page,
    ) -> Result<Listing<TreeNode>> {
        self.organisation(ctx, organisation).await?;
        let db = self.db().read();
        let (rows, shelves) = shelf(db, by, organisation, page).await?;
        let link = by.link();
        let of = within(&ctx.who, organisation, None);
        let counts = counted(db, link, of).await?;
        let node = |kind, id: Option<Uuid>, code, title| {
            let count = counts.get(&id).copied().unwrap_or_default();
            TreeNode {
                kind,
                id,
                organisation,
                code,
                title,
                entries: count.all,
                published: count.published,
                children: count.all,
                status: None,
            }
        };
        let mut items: Vec<_> =
            rows.into_iter().map(|row| node(by.kind(), Some(row.id), row.code, row.title)).collect();
        let loose = counts.contains_key(&None);
        // What names no system or duty comes last, as one more branch.
        let here = page.offset <= shelves && page.offset.saturating_add(page.limit()) > shelves;
        if loose && here {
            items.push(node(NodeKind::Unlinked, None, String::new(), String::new()));
        }
        Ok(Listing { items, total: shelves.saturating_add(u64::from(loose)) })
    }

    async fn entries_of_tree(
        &self,
        ctx: &Ctx,
        by: Shelf,
        organisation: OrganisationId,
        under: Under,
        page: Page,
    ) -> Result<Listing<TreeNode>> {
        let link = by.link();
        let under = match under {
            Under::This(id) => link.eq(id),
            Under::Nothing => link.is_null(),
        };
        let query = store::entry::Entity::find().filter(within(&ctx.who, organisation, Some(under)));
        let total = query.clone().select_only().column(store::entry::Column::Id).count(self.db().read()).await?;
        let rows = narrow(query).offset(page.offset).limit(page.limit()).into_tuple::<Narrow>();
        let node = |(id, of, title, status, _, _): Narrow| TreeNode {
            kind: NodeKind::Entry,
            id: Some(id),
            organisation: of.into(),
            code: String::new(),
            title,
            entries: 1,
            published: u64::from(status == EntryStatus::Published.as_word()),
            children: 0,
            status: Some(EntryStatus::from_word(&status)),
        };
        Ok(Listing { items: rows.all(self.db().read()).await?.into_iter().map(node).collect(), total })
    }
}

impl Shelf {
    fn link(self) -> store::entry::Column {
        match self {
            Self::System => store::entry::Column::SystemId,
            Self::Duty => store::entry::Column::DutyId,
        }
    }

    fn kind(self) -> NodeKind {
        match self {
            Self::System => NodeKind::System,
            Self::Duty => NodeKind::Duty,
        }
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

/// A system or a duty, as far as both are alike.
struct Shelved {
    id: Uuid,
    organisation: OrganisationId,
    code: String,
    title: String,
    recorded_at: i64,
}

impl From<store::duty::Model> for Shelved {
    fn from(row: store::duty::Model) -> Self {
        let organisation = row.organisation_id.into();
        Self { id: row.id, organisation, code: row.code, title: row.name, recorded_at: row.recorded_at }
    }
}

impl From<store::system::Model> for Shelved {
    fn from(row: store::system::Model) -> Self {
        let organisation = row.organisation_id.into();
        Self { id: row.id, organisation, code: row.code, title: row.name, recorded_at: row.recorded_at }
    }
}

/// What a list or a graph needs of an entry's row: id, organisation, title, status, duty, system.
type Narrow = (Uuid, Uuid, String, String, Option<Uuid>, Option<Uuid>);

fn narrow(query: sea_orm::Select<store::entry::Entity>) -> sea_orm::Select<store::entry::Entity> {
    use store::entry::Column;
    query
        .select_only()
        .columns([Column::Id, Column::OrganisationId, Column::Title, Column::Status, Column::DutyId, Column::SystemId])
        .order_by_asc(Column::Title)
        .order_by_asc(Column::Id)
}

#[derive(Clone, Copy, Default)]
struct Count {
    all: u64,
    published: u64,
}

/// Entries counted by the value of a column, and how many of them are published.
async fn counted(
    db: &impl ConnectionTrait,
    column: store::entry::Column,
    which: Condition,
) -> Result<HashMap<Option<Uuid>, Count>> {
    let rows: Vec<(Option<Uuid>, String, i64)> = store::entry::Entity::find()
        .select_only()
        .column(column)
        .column(store::entry::Column::Status)
        .column_as(store::entry::Column::Id.count(), "count")
        .filter(which)
        .group_by(column)
        .group_by(store::entry::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: HashMap<Option<Uuid>, Count> = HashMap::new();
    for (id, status, count) in rows {
        let count = u64::try_from(count).unwrap_or(0);
        let entry = counts.entry(id).or_default();
        entry.all = entry.all.saturating_add(count);
        if status == EntryStatus::Published.as_word() {
            entry.published = entry.published.saturating_add(count);
        }
    }
    Ok(counts)
}

/// A page of an organisation's systems or duties by code, and how many there are.
async fn shelf(
    db: &impl ConnectionTrait,
    by: Shelf,
    organisation: OrganisationId,
    page: Page,
) -> Result<(Vec<Shelved>, u64)> {
    match by {
        Shelf::System => {
            use store::system::{Column, Entity};
            let query = Entity::find().filter(Column::OrganisationId.eq(organisation.0));
            let total = query.clone().count(db).await?;
            let rows = query.order_by_asc(Column::Code).offset(page.offset).limit(page.limit()).all(db).await?;
            Ok((rows.into_iter().map(Shelved::from).collect(), total))
        }
        Shelf::Duty => {
            use store::duty::{Column, Entity};
            let query = Entity::find().filter(Column::OrganisationId.eq(organisation.0));
            let total = query.clone().count(db).await?;
            let rows = query.order_by_asc(Column::Code).offset(page.offset).limit(page.limit()).all(db).await?;
            Ok((rows.into_iter().map(Shelved::from).collect(), total))
        }
    }
}

/// How many systems or duties each of these organisations has recorded.
async fn shelves_of(db: &impl ConnectionTrait, by: Shelf, organisations: &[Uuid]) -> Result<HashMap<Uuid, u64>> {
    let ids = organisations.iter().copied();
    let rows: Vec<(Uuid, i64)> = match by {
        Shelf::System => {
            use store::system::{Column, Entity};
            let of = Entity::find().select_only().column(Column::OrganisationId);
            let of = of.column_as(Column::Id.count(), "count").filter(Column::OrganisationId.is_in(ids));
            of.group_by(Column::OrganisationId).into_tuple().all(db).await?
        }
        Shelf::Duty => {
            use store::duty::{Column, Entity};
            let of = Entity::find().select_only().column(Column::OrganisationId);
            let of = of.column_as(Column::Id.count(), "count").filter(Column::OrganisationId.is_in(ids));
            of.group_by(Column::OrganisationId).into_tuple().all(db).await?
        }
    };
    Ok(rows.into_iter().map(|(id, count)| (id, u64::try_from(count).unwrap_or(0))).collect())
}

/// The duty and the system that an entry names.
async fn links_of_entry(db: &impl ConnectionTrait, id: EntryId) -> Result<(Option<Uuid>, Option<Uuid>)> {
    use store::entry::{Column, Entity};
    let query = Entity::find_by_id(id.0).select_only().column(Column::DutyId).column(Column::SystemId);
    let found: Option<(Option<Uuid>, Option<Uuid>)> = query.into_tuple().one(db).await?;
    Ok(found.unwrap_or_default())
}

/// What the reader may see of an organisation's entries, narrowed by one thing more.
fn within(who: &Actor, of: OrganisationId, more: Option<sea_orm::sea_query::Expr>) -> Condition {
    Condition::all().add(visible(who)).add(store::entry::Column::OrganisationId.eq(of.0)).add_option(more)
}
