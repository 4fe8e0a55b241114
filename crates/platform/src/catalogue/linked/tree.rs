//! The tree: organisations, their systems or duties, the entries under one of them; opened branch by branch.

use sea_orm::PaginatorTrait;

use super::*;
use crate::identity;

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
    fn kind(self) -> NodeKind {
        match self {
            Self::System => NodeKind::System,
            Self::Duty => NodeKind::Duty,
        }
    }
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
