//! The gaps: systems and duties without a published entry, or without data.

use sea_orm::{PaginatorTrait, QueryTrait};

use super::*;

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
}
