//! The three linked catalogues of an organisation: its duties, its systems, its data (CN-9, CM-6/7/9, PT-11).
//!
//! What a reader should know first. An *entry* describes one data resource and has two faces: the *draft*, which its
//! organisation writes, and the *published* snapshot, which everybody else sees and on which shares rest. Only the acts of the
//! entry's case move one to the other: this slice carries out their effects ([`publish_entry`], [`return_entry`],
//! [`withdraw_entry`]) and tells the law the facts it asks about ([`facts_of`]); which act leads where is the pack's affair.
//! Every published version is kept whole. A draft may be changed as long as its case waits for nobody but its organisation.

mod alike;
mod entry;
mod exchange;
mod form;
mod history;
mod input;
mod linked;
mod list;
#[cfg(test)]
mod list_tests;
mod lists_migration;
#[cfg(test)]
mod reading_tests;
pub mod rules;
pub(crate) mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Listing, Page, Tx, from_json, instant, micros, to_json},
    docket::{self, ActInput, Receipt, SubjectKind},
    effects::EffectCtx,
    error::{Code, Error, Result},
    ids::*,
    ledger,
    policy::{Action, Resource},
};

pub use alike::*;
pub use entry::*;
pub use exchange::*;
pub use form::{CellFault, Codes, Filled, Form, FormColumn, Grid, MAX_FORM_ENTRIES, MAX_FORM_ITEMS};
pub use history::*;
pub use input::*;
pub use linked::*;
pub(crate) use lists_migration::Lists;
pub use rules::Fault;

/// The procedure through which an entry goes.
pub(crate) const PROCEDURE: &str = "catalogue_entry";

impl Platform {
    /// Records a duty of the actor's organisation in its duty catalogue 职责目录.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] with every field at fault, [`Code::Conflict`] when the code is taken, [`Code::NotPermitted`].
    pub async fn create_duty(&self, ctx: &Ctx, input: DutyInput) -> Result<Duty> {
        let organisation = owner(ctx)?;
        self.may(ctx, Action::EditCatalogue, &Resource::thing(None, organisation))?;
        rules::refuse("the duty cannot be recorded", input.faults())?;
        let duty = Duty {
            id: DutyId(ctx.uuid()),
            organisation,
            code: input.code.trim().to_owned(),
            name: input.name.trim().to_owned(),
            basis: input.basis,
            description: input.description,
            recorded_at: ctx.now,
        };
        let tx = self.db().write().await?;
        let taken = store::duty::Entity::find()
            .filter(store::duty::Column::OrganisationId.eq(organisation.0))
            .filter(store::duty::Column::Code.eq(duty.code.as_str()));
        refuse_taken(taken.one(&*tx).await?.is_some(), "duty", &duty.code)?;
        store::duty::Entity::insert(duty.row()).exec_without_returning(&*tx).await?;
        log_link(&tx, ctx, duty.id.0, "catalogue.record_duty", &duty).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(duty)
    }

    /// Records a system of the actor's organisation in its system catalogue 系统目录.
    ///
    /// # Errors
    /// As [`Platform::create_duty`]; [`Code::NotFound`] when the duty is not the organisation's.
    pub async fn create_system(&self, ctx: &Ctx, input: SystemInput) -> Result<System> {
        let organisation = owner(ctx)?;
        self.may(ctx, Action::EditCatalogue, &Resource::thing(None, organisation))?;
        rules::refuse("the system cannot be recorded", input.faults())?;
        let system = System {
            id: SystemId(ctx.uuid()),
            organisation,
            code: input.code.trim().to_owned(),
            name: input.name.trim().to_owned(),
            description: input.description,
            duty: input.duty,
            accepted_on: input.accepted_on,
            recorded_at: ctx.now,
        };
        let tx = self.db().write().await?;
        if let Some(duty) = system.duty {
            own_duty(&tx, organisation, duty).await?;
        }
        let taken = store::system::Entity::find()
            .filter(store::system::Column::OrganisationId.eq(organisation.0))
            .filter(store::system::Column::Code.eq(system.code.as_str()));
        refuse_taken(taken.one(&*tx).await?.is_some(), "system", &system.code)?;
        store::system::Entity::insert(system.row()).exec_without_returning(&*tx).await?;
        log_link(&tx, ctx, system.id.0, "catalogue.record_system", &system).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(system)
    }

    /// The duties of an organisation, by code.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for nobody who is logged in.
    pub async fn duties(&self, ctx: &Ctx, organisation: OrganisationId) -> Result<Vec<Duty>> {
        self.may(ctx, Action::ReadCatalogue, &Resource::platform())?;
        let of = store::duty::Column::OrganisationId.eq(organisation.0);
        let rows = store::duty::Entity::find()
            .filter(of)
            .order_by_asc(store::duty::Column::Code)
            .all(self.db().read())
            .await?;
        rows.into_iter().map(Duty::try_from).collect()
    }

    /// The systems of an organisation, by code.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for nobody who is logged in.
    pub async fn systems(&self, ctx: &Ctx, organisation: OrganisationId) -> Result<Vec<System>> {
        self.may(ctx, Action::ReadCatalogue, &Resource::platform())?;
        let of = store::system::Column::OrganisationId.eq(organisation.0);
        let rows = store::system::Entity::find()
            .filter(of)
            .order_by_asc(store::system::Column::Code)
            .all(self.db().read())
            .await?;
        rows.into_iter().map(System::try_from).collect()
    }

    /// Drafts an entry of the actor's organisation and opens its case. What is incomplete is listed in [`EntryView::missing`].
    ///
    /// # Errors
    /// [`Code::InvalidInput`] with every field of impossible form, [`Code::NotFound`] for a duty or system that is not the
    /// organisation's, [`Code::NotPermitted`], [`Code::ActRefused`] when the law does not let a case be opened.
    pub async fn draft_entry(&self, ctx: &Ctx, input: EntryInput) -> Result<(EntryView, Receipt)> {
        self.draft_entry_once(ctx, input, None).await
    }

    /// As [`Platform::draft_entry`]; repeating it with the same key gives the entry that came of it the first time.
    ///
    /// # Errors
    /// As [`Platform::draft_entry`]; [`Code::Conflict`] when the key was used for something else.
    pub async fn draft_entry_once(
        &self,
        ctx: &Ctx,
        input: EntryInput,
        key: Option<String>,
    ) -> Result<(EntryView, Receipt)> {
        let organisation = owner(ctx)?;
        let key = docket::IdempotencyKey::of_what(ctx, key, &("entry", &input))?;
        self.may(ctx, Action::EditCatalogue, &Resource::thing(None, organisation))?;
        rules::refuse("the entry cannot be drafted", rules::form_faults(&input))?;
        let act = self.opening_act(PROCEDURE, "provider")?;
        let tx = self.db().write().await?;
        if let Some(receipt) = docket::IdempotencyKey::replayed::<Receipt>(key.as_ref(), &tx).await? {
            let head = docket::head(&*tx, receipt.case).await?;
            return Ok((view(&store::entry(&*tx, head.subject.into()).await?, true)?, receipt));
        }
        own_links(&tx, organisation, &input).await?;
        let (row, receipt) = self.draft_within(&tx, ctx, organisation, &act, &input).await?;
        if let Some(key) = key {
            key.remember(&tx, ctx, &receipt)?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok((view(&row, true)?, receipt))
    }

    /// The draft and its case, inside a transaction; its links are the organisation's own.
    async fn draft_within(
        &self,
        tx: &Tx,
        ctx: &Ctx,
        organisation: OrganisationId,
        act: &law::ActId,
        input: &EntryInput,
    ) -> Result<(store::entry::Model, Receipt)> {
        let id = EntryId(ctx.uuid());
        let opening = docket::Opening {
            procedure: PROCEDURE.into(),
            pack: None,
            subject: (SubjectKind::Entry, id.0),
            provider: Some(organisation),
            demander: None,
            facts: rules::facts(input, false, false),
            act: ActInput::new(act.as_str()).role("provider"),
            title: None,
            parties: Default::default(),
            parent: None,
        };
        let receipt = docket::open_case(self, tx, ctx, opening).await?;
        let mut row = store::entry::Model {
            id: id.0,
            organisation_id: organisation.0,
            case_id: receipt.case.0,
            status: EntryStatus::Draft.as_word().to_owned(),
            title: String::new(),
            search: String::new(),
            duty_id: None,
            system_id: None,
            sharing_type: String::new(),
            open_type: String::new(),
            draft: to_json(input)?,
            published: None,
            published_version: 0,
            collected_at: None,
            loaded_at: None,
            row_count: 0,
            created_at: micros(ctx.now),
            changed_at: micros(ctx.now),
            version: 1,
            class: String::new(),
            grade: String::new(),
            is_public: false,
        };
        store::show(&mut row, input);
        let inserted = store::entry::Entity::insert(store::entry::ActiveModel::from(row.clone()));
        tx.insert_later(store::entry::Entity, inserted);
        alike::keep(tx, id, None, Some(input)).await?;
        Ok((row, receipt))
    }

    /// Writes a new draft: of an entry that is not yet under review, or of a published one as the proposal of a change. Data that
    /// is held for a draft (PT-22) has to be handed in again when the items change.
    /// `expected_version` is the row's version that the actor has seen.
    ///
    /// # Errors
    /// As [`Platform::draft_entry`]; [`Code::Conflict`] while the entry is under review, or when it was changed meanwhile.
    pub async fn edit_entry(
        &self,
        ctx: &Ctx,
        id: EntryId,
        expected_version: Option<i32>,
        input: EntryInput,
    ) -> Result<EntryView> {
        rules::refuse("the entry cannot be changed", rules::form_faults(&input))?;
        let tx = self.db().write().await?;
        let row = store::entry(&*tx, id).await?;
        let organisation = OrganisationId(row.organisation_id);
        self.may(ctx, Action::EditCatalogue, &Resource::thing(None, organisation))?;
        if expected_version.is_some_and(|seen| seen != row.version) {
            return Err(Error::new(Code::Conflict, format!("entry `{id}` was changed meanwhile"))
                .hint("read it again and repeat the change"));
        }
        if !waits_for_its_organisation(&tx, &row).await? {
            return Err(Error::new(
                Code::Conflict,
                format!("entry `{id}` is under review or has ended, so its draft cannot be changed"),
            )
            .hint("wait for the decision, or look at the acts that are possible in its case"));
        }
        own_links(&tx, organisation, &input).await?;
        if let Some(published) = store::published(&row)? {
            rules::refuse("the change cannot be kept", rules::change_faults(&published, &input))?;
        }
        let mut changed = redraft(&tx, ctx, &row, &input).await?;
        tx.commit().await?;
        self.wake_pump();
        changed.version = row.version.saturating_add(1);
        view(&changed, true)
    }

    /// Hands an entry over for review by an act of its case, after checking that no element is missing. The same act through
    /// [`Platform::act_on_case`] is not checked here, but can never lead to the publication of an incomplete entry.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] with every missing element; otherwise as [`Platform::act_on_case`].
    pub async fn submit_entry(&self, ctx: &Ctx, id: EntryId, act: ActInput) -> Result<Receipt> {
        let row = store::entry(self.db().read(), id).await?;
        self.may(ctx, Action::EditCatalogue, &Resource::thing(Some(id.0), row.organisation_id.into()))?;
        let draft: EntryInput = from_json(&row.draft)?;
        rules::refuse("the entry is not complete", rules::missing_elements(&draft))?;
        self.act_on_case(ctx, row.case_id.into(), act).await
    }

    /// A page of entries: everything that is published, and the drafts that the actor may see. The text is searched word by
    /// word as a substring of title, description, class, keywords and item names.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`] for too long a text.
    pub async fn entries(&self, ctx: &Ctx, filter: &EntryFilter, page: Page) -> Result<Listing<EntryLine>> {
        if filter.text.as_ref().is_some_and(|text| text.chars().count() > rules::MAX_LINE) {
            return Err(Error::new(
                Code::LimitExceeded,
                format!("a search text has at most {} characters", rules::MAX_LINE),
            ));
        }
        list::list(self.db().read(), filter, visible(&ctx.who), page).await
    }

    /// One entry. Its draft is shown to its organisation, to reviewers and to auditors only.
    ///
    /// # Errors
    /// [`Code::NotFound`], also for a draft that the actor may not see.
    pub async fn entry(&self, ctx: &Ctx, id: EntryId) -> Result<EntryView> {
        let row = store::entry(self.db().read(), id).await?;
        let inside = sees_drafts(&ctx.who, row.organisation_id.into());
        if row.published.is_none() && !inside {
            return Err(Error::not_found("entry", id));
        }
        view(&row, inside)
    }

    /// Every published version of an entry, newest first, each whole.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn entry_versions(&self, ctx: &Ctx, id: EntryId) -> Result<Vec<EntryVersion>> {
        self.entry(ctx, id).await?;
        let of = store::entry_version::Column::EntryId.eq(id.0);
        let newest = store::entry_version::Column::Number;
        let rows = store::entry_version::Entity::find().filter(of).order_by_desc(newest).all(self.db().read()).await?;
        rows.into_iter().map(EntryVersion::try_from).collect()
    }

    /// What an organisation has not catalogued yet: systems and duties without a published entry, as a recount (应编尽编).
    ///
    /// # Errors
    /// [`Code::NotPermitted`].
    pub async fn gaps(&self, ctx: &Ctx, organisation: OrganisationId) -> Result<Gaps> {
        let systems = self.systems(ctx, organisation).await?;
        let duties = self.duties(ctx, organisation).await?;
        let by_system = store::published_by(self.db().read(), organisation, store::entry::Column::SystemId).await?;
        let by_duty = store::published_by(self.db().read(), organisation, store::entry::Column::DutyId).await?;
        let (all_systems, all_duties) = (systems.len() as u64, duties.len() as u64);
        let systems: Vec<_> = systems.into_iter().filter(|system| !by_system.contains_key(&system.id.0)).collect();
        let duties: Vec<_> = duties.into_iter().filter(|duty| !by_duty.contains_key(&duty.id.0)).collect();
        let covered = |all: u64, missing: usize| all.saturating_sub(missing as u64);
        Ok(Gaps {
            system_coverage: rules::completeness(covered(all_systems, systems.len()), all_systems),
            duty_coverage: rules::completeness(covered(all_duties, duties.len()), all_duties),
            all_systems,
            all_duties,
            systems,
            duties,
        })
    }

    /// The act that opens a procedure in the district's pack, among those a role may do.
    pub(crate) fn opening_act(&self, procedure: &str, role: &str) -> Result<law::ActId> {
        let pack = &self.settings().pack;
        let found = self.book().pack(pack).and_then(|pack| pack.procedures.get(procedure));
        let found = found.and_then(|rules| rules.openings().find(|act| act.by.iter().any(|by| *by == role)));
        found.map(|act| act.id.clone()).ok_or_else(|| {
            Error::new(Code::NotPermitted, format!("under `{pack}` a {role} cannot open `{procedure}`"))
                .hint("see the procedures of the pack")
        })
    }
}

/// The effect `publish_entry`: the draft becomes the published version and is kept for good.
///
/// # Errors
/// [`Code::InvalidInput`] when an element is missing: nothing incomplete is ever published.
pub(crate) async fn publish_entry(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    let Some(id) = subject(on) else { return Ok(()) };
    let row = store::entry(tx, id).await?;
    let draft: EntryInput = from_json(&row.draft)?;
    rules::refuse("the entry cannot be published", rules::missing_elements(&draft))?;
    let before = store::published(&row)?;
    let narrowed = before.as_ref().is_some_and(|before| rules::narrows_sharing(&before.sharing, &draft.sharing));
    let mut next = store::entry::Model {
        status: EntryStatus::Published.as_word().to_owned(),
        published: Some(row.draft.clone()),
        is_public: true,
        published_version: row.published_version.saturating_add(1),
        changed_at: micros(on.decision.at),
        ..row.clone()
    };
    store::show(&mut next, &draft);
    store::save(tx, row.version, next.clone());
    let listed = row.status != EntryStatus::Withdrawn.as_word();
    alike::keep(tx, id, listed.then(|| before.as_ref().unwrap_or(&draft)), Some(&draft)).await?;
    let kind = if before.is_none() { "published" } else { "changed" };
    store::keep_version(tx, &next, kind, narrowed, &draft, on.act, on.decision.at)
}

/// The effect `return_entry`: the draft stays as it is, for its organisation to correct; what is published stays published.
pub(crate) async fn return_entry(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    let Some(id) = subject(on) else { return Ok(()) };
    let row = store::entry(tx, id).await?;
    let next = store::entry::Model { changed_at: micros(on.decision.at), ..row.clone() };
    store::save(tx, row.version, next);
    Ok(())
}

/// The effect `withdraw_entry`: the entry leaves the catalogue; its versions stay.
pub(crate) async fn withdraw_entry(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    let Some(id) = subject(on) else { return Ok(()) };
    let row = store::entry(tx, id).await?;
    let last = store::effective(&row)?;
    let next = store::entry::Model {
        status: EntryStatus::Withdrawn.as_word().to_owned(),
        published_version: row.published_version.saturating_add(1),
        changed_at: micros(on.decision.at),
        ..row.clone()
    };
    store::save(tx, row.version, next.clone());
    alike::keep(tx, id, Some(&last), None).await?;
    store::keep_version(tx, &next, "withdrawn", false, &last, on.act, on.decision.at)?;
    crate::collection::close_withdrawn(tx, on).await
}

/// What the law is told about a project whose system is in the system catalogue (CN-9, PT-11): it is catalogued when an entry of
/// that system is published, and collected when data was handed in for every entry of it.
pub(crate) async fn facts_of_project(tx: &Tx, system: SystemId) -> Result<law::Facts> {
    let of = store::entry::Column::SystemId.eq(system.0);
    let rows = store::entry::Entity::find().filter(of).all(tx).await?;
    let catalogued = rows.iter().any(|row| row.status == EntryStatus::Published.as_word());
    let collected = !rows.is_empty() && rows.iter().all(|row| row.collected_at.is_some());
    let facts = [("catalogued", catalogued), ("collected", collected)];
    Ok(facts.into_iter().map(|(fact, is)| (fact.into(), law::FactValue::Flag(is))).collect())
}

/// What the law is told about an entry, asked before every act and every tick of a case about it.
pub(crate) async fn facts_of(tx: &Tx, id: EntryId) -> Result<law::Facts> {
    let Some(row) = store::entry::Entity::find_by_id(id.0).one(tx).await? else { return Ok(law::Facts::new()) };
    let draft: EntryInput = from_json(&row.draft)?;
    let Some(published) = store::published(&row)? else { return Ok(rules::facts(&draft, false, false)) };
    let (running, used) = crate::sharing::running_uses(tx, id).await?;
    // With nothing changed in the draft, the only thing that can be proposed is to take the entry away altogether.
    let affects = (draft == published && running > 0) || rules::affects_shares(&published, &draft, &used, running);
    Ok(rules::facts(&draft, affects, rules::narrows_sharing(&published.sharing, &draft.sharing)))
}

/// Whether a file for the one is a file for the other.
fn same_table(one: &EntryInput, other: &EntryInput) -> bool {
    use crate::collection::rules::{columns, keys};
    columns(one) == columns(other) && keys(one) == keys(other)
}

/// The lake's table of an entry.
pub(crate) fn dataset(id: EntryId) -> String {
    format!("entry_{}", id.0.simple())
}

/// The entry a case is about. A case about a whole organisation carries no single entry; its effects change none.
fn subject(on: &EffectCtx<'_>) -> Option<EntryId> {
    (on.case.subject_kind == SubjectKind::Entry).then_some(EntryId(on.case.subject))
}

/// The titles of entries, for the lists of other slices.
///
/// # Errors
/// [`Code::Internal`] when the database fails.
pub(crate) async fn titles(
    db: &impl sea_orm::ConnectionTrait,
    entries: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = store::entry::Entity::find()
        .select_only()
        .column(store::entry::Column::Id)
        .column(store::entry::Column::Title)
        .filter(store::entry::Column::Id.is_in(entries))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// For which organisation the actor writes.
pub(crate) fn owner(ctx: &Ctx) -> Result<OrganisationId> {
    match &ctx.who {
        Actor::Person { organisation, .. } | Actor::Client { organisation, .. } => Ok(*organisation),
        Actor::Public => Err(Error::new(Code::NotAuthenticated, "nobody is logged in").hint("log in first")),
        Actor::Law | Actor::Platform => Err(Error::new(Code::NotPermitted, "only an organisation can do this")),
    }
}

/// Whether the actor sees what an organisation has not published.
pub(crate) fn sees_drafts(who: &Actor, of: OrganisationId) -> bool {
    match who {
        Actor::Person { organisation, office, roles, .. } => {
            *organisation == of || office.is_some() || roles.contains(&crate::ctx::Role::AuditAdministrator)
        }
        Actor::Client { organisation, .. } => *organisation == of,
        Actor::Law | Actor::Platform => true,
        Actor::Public => false,
    }
}

fn visible(who: &Actor) -> Condition {
    let published = store::entry::Column::IsPublic.eq(true);
    match who {
        Actor::Person { organisation, .. } | Actor::Client { organisation, .. }
            if !sees_drafts(who, OrganisationId(uuid::Uuid::nil())) =>
        {
            Condition::any().add(published).add(store::entry::Column::OrganisationId.eq(organisation.0))
        }
        Actor::Public => Condition::all().add(published),
        _ => Condition::all(),
    }
}

fn view(row: &store::entry::Model, inside: bool) -> Result<EntryView> {
    let draft: EntryInput = from_json(&row.draft)?;
    Ok(EntryView {
        line: store::line(row)?,
        published: store::published(row)?,
        missing: if inside {
            rules::missing_elements(&draft).into_iter().map(Missing::from).collect()
        } else {
            Vec::new()
        },
        draft: inside.then_some(draft),
        created_at: instant(row.created_at)?,
        version: row.version,
    })
}

/// Writes a new draft into an entry's row.
async fn redraft(tx: &Tx, ctx: &Ctx, row: &store::entry::Model, input: &EntryInput) -> Result<store::entry::Model> {
    let mut changed = store::entry::Model { draft: to_json(input)?, changed_at: micros(ctx.now), ..row.clone() };
    if row.published.is_none() && row.collected_at.is_some() && !same_table(&from_json(&row.draft)?, input) {
        // Data held for the draft is not the data that the draft describes any more (PT-22).
        (changed.collected_at, changed.loaded_at, changed.row_count) = (None, None, 0);
        let what = serde_json::json!({"entry": row.id});
        ledger::enqueue(tx, ctx, ledger::ACTS, ctx.uuid(), crate::collection::DROP_HELD, what).await?;
    }
    if changed.published.is_none() {
        store::show(&mut changed, input);
        alike::keep(tx, row.id.into(), Some(&from_json(&row.draft)?), Some(input)).await?;
    }
    store::save(tx, row.version, changed.clone());
    Ok(changed)
}

/// Whether the entry's case waits for nobody but its organisation, so that the draft may be changed.
async fn waits_for_its_organisation(tx: &Tx, row: &store::entry::Model) -> Result<bool> {
    let case = docket::store::case::Entity::find_by_id(row.case_id).one(tx).await?;
    Ok(case.is_some_and(|case| is_for_its_organisation(&case)))
}

fn is_for_its_organisation(case: &docket::store::case::Model) -> bool {
    !case.ended && (case.waits_for.trim().is_empty() || case.waits_for.trim() == "provider")
}

async fn own_links(tx: &Tx, organisation: OrganisationId, input: &EntryInput) -> Result<()> {
    if let Some(duty) = input.duty {
        own_duty(tx, organisation, duty).await?;
    }
    if let Some(system) = input.system {
        let row = store::system::Entity::find_by_id(system.0).one(tx).await?;
        if row.is_none_or(|row| row.organisation_id != organisation.0) {
            return Err(Error::not_found("system of this organisation", system)
                .field("system", "is not in its system catalogue; record it there first"));
        }
    }
    Ok(())
}

async fn own_duty(tx: &Tx, organisation: OrganisationId, duty: DutyId) -> Result<()> {
    let row = store::duty::Entity::find_by_id(duty.0).one(tx).await?;
    if row.is_some_and(|row| row.organisation_id == organisation.0) {
        return Ok(());
    }
    Err(Error::not_found("duty of this organisation", duty)
        .field("duty", "is not in its duty catalogue; record it there first"))
}

/// The log entry of a duty or a system (CN-11): its id and a digest of what was recorded, never its words.
async fn log_link(tx: &Tx, ctx: &Ctx, key: uuid::Uuid, rule: &str, recorded: &impl Serialize) -> Result<()> {
    let digest = hex::encode(sm::sm3(to_json(recorded)?.as_bytes()));
    ledger::enqueue(tx, ctx, ledger::ACTS, key, rule, serde_json::json!({ "sm3": digest })).await
}

fn refuse_taken(taken: bool, kind: &str, code: &str) -> Result<()> {
    if !taken {
        return Ok(());
    }
    Err(Error::new(Code::Conflict, format!("the {kind} code `{code}` is taken"))
        .field("code", "is taken in this organisation; choose another"))
}
