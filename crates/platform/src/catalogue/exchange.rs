//! Taking a filled-in form over as drafts, all or none, and giving the catalogue out as one.

use std::collections::{HashMap, HashSet};

use sea_orm::{QueryFilter, QuerySelect};

use super::{form::*, *};

/// Most entries in one exported file.
pub const MAX_EXPORT: u64 = 2_000;
/// Most items in one exported file.
pub const MAX_EXPORT_ITEMS: usize = 100_000;
/// Rows read at a time.
const STRETCH: usize = 200;

/// What came of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Whether it was taken over; never with a fault, never on trial.
    pub imported: bool,
    /// Entries in it.
    pub entries: u64,
    /// Those that are new.
    pub new: u64,
    /// Those that change the draft of an entry that is there.
    pub changed: u64,
    /// Items in it.
    pub items: u64,
    /// Entries that lack elements and cannot be handed over for review yet.
    pub incomplete: u64,
    /// Every cell at fault.
    pub faults: Vec<CellFault>,
    /// The entries, in the form's order, when it was taken over.
    pub ids: Vec<EntryId>,
}

/// Rows for a file.
#[derive(Clone, Debug, Default)]
pub struct Exported {
    /// The sheet of entries.
    pub entries: Vec<Vec<String>>,
    /// The sheet of items.
    pub items: Vec<Vec<String>>,
}

impl Platform {
    /// The codes that the actor's organisation can name in a form.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for whoever belongs to no organisation.
    pub async fn form_codes(&self, ctx: &Ctx) -> Result<Codes> {
        let organisation = owner(ctx)?;
        let duties = self.duties(ctx, organisation).await?;
        let systems = self.systems(ctx, organisation).await?;
        Ok(Codes {
            duties: duties.into_iter().map(|duty| (duty.code, duty.id)).collect(),
            systems: systems.into_iter().map(|system| (system.code, system.id)).collect(),
        })
    }

    /// Takes a form over: every row becomes a draft, or none does. `trial` only tells what would be. Repeating it with the same
    /// key repeats nothing.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::LimitExceeded`], [`Code::Conflict`] when the key was used for something else; faults of the
    /// form are no error but told in the answer.
    pub async fn import_entries(
        &self,
        ctx: &Ctx,
        grids: &[Grid],
        trial: bool,
        key: Option<String>,
    ) -> Result<Imported> {
        let organisation = owner(ctx)?;
        let key = docket::IdempotencyKey::of_what(ctx, key.filter(|_| !trial), &("import", grids))?;
        self.may(ctx, Action::EditCatalogue, &Resource::thing(None, organisation))?;
        let form = Form::load()?;
        let codes = self.form_codes(ctx).await?;
        let mut read = form.read(grids, &codes)?;
        let act = self.opening_act(PROCEDURE, "provider")?;
        let tx = self.db().write().await?;
        if let Some(done) = docket::IdempotencyKey::replayed(key.as_ref(), &tx).await? {
            return Ok(done);
        }
        let rows = self.rows_of_form(&tx, organisation, &form, &mut read).await?;
        let mut done = Imported {
            entries: count(read.entries.len()),
            new: count(read.entries.iter().filter(|entry| entry.id.is_none()).count()),
            changed: count(rows.len()),
            items: read.entries.iter().map(|entry| count(entry.input.items.len())).sum(),
            incomplete: count(
                read.entries.iter().filter(|entry| !rules::missing_elements(&entry.input).is_empty()).count(),
            ),
            ..Imported::default()
        };
        if trial || !read.faults.is_empty() {
            done.faults = read.faults;
            return Ok(done);
        }
        for Filled { id, input, .. } in read.entries {
            match id {
                None => done.ids.push(self.draft_within(&tx, ctx, organisation, &act, &input).await?.0.id.into()),
                Some(id) => {
                    if let Some(row) = rows.get(&id.0) {
                        redraft(&tx, ctx, row, &input).await?;
                    }
                    done.ids.push(id);
                }
            }
        }
        done.imported = true;
        if let Some(key) = key {
            key.remember(&tx, ctx, &done)?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok(done)
    }

    /// The entries of a list as rows of the form: drafts where the actor may see them, otherwise what is published.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`] for more than [`MAX_EXPORT`] entries or [`MAX_EXPORT_ITEMS`] items.
    pub async fn export_entries(&self, ctx: &Ctx, filter: &EntryFilter) -> Result<Exported> {
        self.may(ctx, Action::ReadCatalogue, &Resource::platform())?;
        let form = Form::load()?;
        let first = self.entries(ctx, filter, Page::first(Page::MOST)).await?;
        let narrower = "narrow the list, e.g. to one organisation, and export its parts";
        if first.total > MAX_EXPORT {
            let message = format!("the list has {} entries, a file holds at most {MAX_EXPORT}", first.total);
            return Err(Error::new(Code::LimitExceeded, message).hint(narrower));
        }
        let (mut out, mut page) = (Exported::default(), first);
        let mut offset = 0u64;
        while !page.items.is_empty() {
            offset = offset.saturating_add(count(page.items.len()));
            self.export_page(ctx, &form, &page.items, &mut out).await?;
            if out.items.len() > MAX_EXPORT_ITEMS {
                let message = format!("the list has more than {MAX_EXPORT_ITEMS} items");
                return Err(Error::new(Code::LimitExceeded, message).hint(narrower));
            }
            if offset >= page.total {
                break;
            }
            page = self.entries(ctx, filter, Page { offset, limit: Page::MOST }).await?;
        }
        Ok(out)
    }

    async fn export_page(&self, ctx: &Ctx, form: &Form, lines: &[EntryLine], out: &mut Exported) -> Result<()> {
        let db = self.db().read();
        let ids = lines.iter().map(|line| line.id.0);
        let rows = store::entry::Entity::find().filter(store::entry::Column::Id.is_in(ids)).all(db).await?;
        let mut rows: HashMap<uuid::Uuid, store::entry::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut shown = Vec::new();
        for line in lines {
            let Some(row) = rows.remove(&line.id.0) else { continue };
            let inside = sees_drafts(&ctx.who, line.organisation);
            let elements: EntryInput = match &row.published {
                Some(published) if !inside => from_json(published)?,
                _ if inside => from_json(&row.draft)?,
                _ => continue,
            };
            shown.push((line.id, elements));
        }
        let names = names_of(db, &shown).await?;
        for (id, elements) in shown {
            let (entry, items) = form.rows_of(id, &elements, &names);
            out.entries.push(entry);
            out.items.extend(items);
        }
        Ok(())
    }

    /// The rows that the form wants to change, after telling which of them it may not, and which titles are taken.
    async fn rows_of_form(
        &self,
        tx: &Tx,
        organisation: OrganisationId,
        form: &Form,
        read: &mut Read,
    ) -> Result<HashMap<uuid::Uuid, store::entry::Model>> {
        use store::entry::{Column, Entity};
        let (ids, titles): (Vec<_>, Vec<_>) = read.entries.iter().map(|entry| (entry.id, &entry.input.title)).unzip();
        let ids: Vec<uuid::Uuid> = ids.into_iter().flatten().map(|id| id.0).collect();
        let mut taken: HashMap<String, uuid::Uuid> = HashMap::new();
        for part in titles.chunks(STRETCH) {
            let found: Vec<(uuid::Uuid, String)> = Entity::find()
                .select_only()
                .column(Column::Id)
                .column(Column::Title)
                .filter(Column::OrganisationId.eq(organisation.0))
                .filter(Column::Status.ne(EntryStatus::Withdrawn.as_word()))
                .filter(Column::Title.is_in(part.iter().map(|title| title.as_str())))
                .into_tuple()
                .all(tx)
                .await?;
            taken.extend(found.into_iter().map(|(id, title)| (title, id)));
        }
        let (mut rows, mut waiting) = (HashMap::new(), HashSet::new());
        for part in ids.chunks(STRETCH) {
            let own = Entity::find().filter(Column::Id.is_in(part.iter().copied()));
            let own = own.filter(Column::OrganisationId.eq(organisation.0)).all(tx).await?;
            let of = docket::store::case::Column::Id.is_in(own.iter().map(|row| row.case_id));
            let cases = docket::store::case::Entity::find().filter(of).all(tx).await?;
            waiting.extend(cases.iter().filter(|case| is_for_its_organisation(case)).map(|case| case.id));
            rows.extend(own.into_iter().map(|row| (row.id, row)));
        }
        for at in 0..read.entries.len() {
            let Some(entry) = read.entries.get(at) else { continue };
            let (path, code) = match entry.id.map(|id| rows.get(&id.0)) {
                None if taken.contains_key(&entry.input.title) => ("title", "taken"),
                None => continue,
                Some(None) => ("id", "id"),
                Some(Some(row)) if !waiting.contains(&row.case_id) => ("id", "reviewing"),
                Some(Some(row)) => match store::published(row)? {
                    Some(published) if !rules::change_faults(&published, &entry.input).is_empty() => {
                        ("sharing.basis", "basis")
                    }
                    _ => continue,
                },
            };
            form.place(read, at, path, code);
        }
        Ok(rows)
    }
}

/// The codes of the duties and systems that these entries name, whosesoever they are.
async fn names_of(db: &impl sea_orm::ConnectionTrait, entries: &[(EntryId, EntryInput)]) -> Result<Names> {
    let duties = entries.iter().filter_map(|(_, entry)| entry.duty).map(|id| id.0);
    let systems = entries.iter().filter_map(|(_, entry)| entry.system).map(|id| id.0);
    let duties = store::duty::Entity::find().filter(store::duty::Column::Id.is_in(duties)).all(db).await?;
    let systems = store::system::Entity::find().filter(store::system::Column::Id.is_in(systems)).all(db).await?;
    Ok(Names {
        duties: duties.into_iter().map(|duty| (DutyId(duty.id), duty.code)).collect(),
        systems: systems.into_iter().map(|system| (SystemId(system.id), system.code)).collect(),
    })
}

fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}
