//! Taking data in: files handed in for a catalogued entry, each with a certificate that accounts for every row (CN-13, CN-14, I7).
//!
//! Data is handed in for what the catalogue describes. There is one exception: where a request waits for data that is not
//! catalogued yet, its holder catalogues, collects and reviews in whichever order suits (PT-22). Then a file is taken in for
//! the draft and *held*: the waiting request sees that the data is collected, nobody can be granted it before the entry is
//! published, and the collection case that publication opens finds it there ([`recognise_held`]). A change of the draft to which
//! the held data no longer fits makes it as if it had not come.
//!
//! What a reader should know first. A load touches two stores, the lake and the database, and a crash may fall between them. So
//! the row is written first, as `running`; then the lake loads, atomically and once per load id; then one transaction writes the
//! certificate, the act on the entry's collection case and the log entry. Whatever is still `running` at a start is asked of the
//! lake: what it has committed is finished, the rest is closed as stopped ([`Platform::heal_loads`]).

pub mod rules;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use serde::{Deserialize, Serialize};

use crate::{
    Platform,
    catalogue::{self, EntryInput, EntryStatus},
    ctx::{Actor, Ctx},
    db::{Listing, Page, Tx, from_json, instant, micros, to_json},
    docket::{self, ActInput, Receipt},
    effects::EffectCtx,
    error::{Code, Error, Fault, Result},
    ids::*,
    lake::{Certificate, LoadRequest, Progress, Record, Rejected},
    ledger,
    policy::{Action, Resource},
    sharing,
};

/// The procedure that follows an entry's data.
const PROCEDURE: &str = "collection";
/// The platform's act by which a load is recorded in it.
const RECORD_LOAD: &str = "record_load";
/// The platform rule under which a load of a catalogued entry is logged.
pub(crate) const LOG_LOAD: &str = "collection.record_load";
/// The platform rule under which data is held whose entry is not catalogued yet.
pub(crate) const HOLD_LOAD: &str = "collection.hold_load";
/// The platform rule under which held data is given up, because it no longer is what the draft describes.
pub(crate) const DROP_HELD: &str = "collection.drop_held";
/// The platform's act by which it ends when the entry leaves the catalogue.
const CLOSE_WITHDRAWN: &str = "close_withdrawn";
/// The platform's act by which a request learns that what it waits for has come.
const RECORD_SUPPLY: &str = "record_supply";
/// Most rows of a preview.
pub const MAX_PREVIEW: usize = 100;

/// Most rejected rows that are read at a time.
pub const MAX_STRETCH: u64 = 1_000;

/// A file to take in.
#[derive(Clone, Debug)]
pub struct HandIn {
    /// Where it lies on the server's disk.
    pub path: PathBuf,
    /// Its name as the organisation calls it.
    pub name: String,
    /// The sheet of a workbook; absent = the first.
    pub sheet: Option<String>,
}

/// What came of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// The load.
    pub load: LoadId,
    /// Its certificate.
    pub certificate: Certificate,
    /// The act on the entry's collection case; `None` where the pack knows no such case, or it has ended.
    pub receipt: Option<Receipt>,
}

/// A load in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadView {
    /// The load.
    pub id: LoadId,
    /// The entry.
    pub entry: EntryId,
    /// The file's name.
    pub name: String,
    /// `running`, `accepted`, `refused` or `stopped`.
    pub state: String,
    /// When it was handed in.
    pub started_at: Timestamp,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// The version of the entry it was checked against.
    pub entry_version: i32,
    /// Rows in the file.
    pub rows_in: u64,
    /// Rows accepted.
    pub accepted: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Why it was refused.
    pub fault: Option<String>,
    /// The same as a code and what a sentence about it must name.
    pub fault_reason: Option<Fault>,
}

/// A load in a list of many entries' loads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadLine {
    /// The load.
    #[serde(flatten)]
    pub load: LoadView,
    /// The entry's title.
    pub entry_title: String,
}

/// The first rows of an entry's data, under their default masks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The items' codes.
    pub columns: Vec<String>,
    /// The rows.
    pub records: Vec<Record>,
}

impl Platform {
    /// Takes a file in for a published entry, or for a draft whose data a request waits for. `progress` is told how far it is and stops the load by answering `false`.
    ///
    /// # Errors
    /// [`Code::FileRefused`] with row and column when the file cannot be understood, [`Code::Conflict`] when the entry is neither
    /// published nor waited for, [`Code::NotPermitted`].
    pub async fn hand_in(
        &self,
        ctx: &Ctx,
        entry: EntryId,
        file: HandIn,
        progress: impl FnMut(Progress) -> bool + Send + 'static,
    ) -> Result<Loaded> {
        self.take_in(ctx, entry, LoadId(ctx.uuid()), file, progress).await
    }

    /// As [`Platform::hand_in`], under an id that the caller chose: repeating it repeats nothing and tells what came of it.
    ///
    /// # Errors
    /// As [`Platform::hand_in`]; [`Code::Conflict`] while the load with this id is running, or when the id stands for a load of
    /// another entry.
    pub async fn hand_in_once(
        &self,
        ctx: &Ctx,
        entry: EntryId,
        id: LoadId,
        file: HandIn,
        progress: impl FnMut(Progress) -> bool + Send + 'static,
    ) -> Result<Loaded> {
        let Some(row) = store::load::Entity::find_by_id(id.0).one(self.db().read()).await? else {
            return self.take_in(ctx, entry, id, file, progress).await;
        };
        self.may(ctx, Action::HandIn, &Resource::thing(Some(row.entry_id), row.organisation_id.into()))?;
        if row.entry_id != entry.0 {
            return Err(Error::new(Code::Conflict, format!("`{id}` stands for a load of another entry"))
                .hint("choose a fresh UUID for every file"));
        }
        match (row.certificate, row.fault) {
            (Some(certificate), _) => Ok(Loaded { load: id, certificate: from_json(&certificate)?, receipt: None }),
            (None, Some(fault)) => {
                let refused =
                    Error::new(Code::FileRefused, fault).hint("hand the corrected file in under a fresh UUID");
                Err(match row.fault_reason {
                    Some(reason) => refused.fault(from_json(&reason)?),
                    None => refused,
                })
            }
            (None, None) => Err(running(id)),
        }
    }

    async fn take_in(
        &self,
        ctx: &Ctx,
        entry: EntryId,
        id: LoadId,
        file: HandIn,
        mut progress: impl FnMut(Progress) -> bool + Send + 'static,
    ) -> Result<Loaded> {
        let row = catalogue::store::entry(self.db().read(), entry).await?;
        self.may(ctx, Action::HandIn, &Resource::thing(Some(entry.0), row.organisation_id.into()))?;
        let described = self.described(&row).await?;
        self.begin_load(ctx, &row, id, &file.name).await?;
        let request = LoadRequest {
            id,
            dataset: catalogue::dataset(entry),
            path: file.path,
            name: file.name,
            columns: rules::columns(&described),
            keys: rules::keys(&described),
            sheet: file.sheet,
            at: ctx.now,
        };
        let lake = self.lake().clone();
        let done = tokio::task::spawn_blocking(move || lake.load(&request, &mut progress)).await;
        let done = done.map_err(|error| Error::new(Code::Internal, "the load broke off").because(error))?;
        match done {
            Ok(certificate) => self.finish_load(ctx, entry, certificate).await,
            Err(error) => {
                let fault = rules::fault_of(&error);
                self.close_load(ctx, id, rules::state_of(&error), &error.to_string(), fault.as_ref()).await?;
                Err(rules::told(error))
            }
        }
    }

    /// What a file for this entry must look like: as the published entry says, or as its draft does where a request waits for
    /// data that is not catalogued yet (PT-22).
    async fn described(&self, row: &catalogue::store::entry::Model) -> Result<EntryInput> {
        if let Some(published) =
            catalogue::store::published(row)?.filter(|_| row.status == EntryStatus::Published.as_word())
        {
            return Ok(published);
        }
        let refuse = |next: &str| {
            Error::new(
                Code::Conflict,
                format!("entry `{}` is not published, so no data can be handed in for it", EntryId(row.id)),
            )
            .hint(next)
        };
        let awaited = row.status == EntryStatus::Draft.as_word()
            && sharing::cataloguing_is_awaited(self.db().read(), row.id.into()).await?;
        if !awaited {
            return Err(refuse("have the entry reviewed and published first"));
        }
        let draft: EntryInput = from_json(&row.draft)?;
        if draft.items.is_empty() {
            return Err(refuse("describe the data's items in the draft first"));
        }
        Ok(draft)
    }

    /// Finishes or closes the loads that a crash of this node left behind. Called once at the start.
    ///
    /// # Errors
    /// [`Code::Internal`] when lake or database fail.
    pub async fn heal_loads(&self, ctx: &Ctx) -> Result<u64> {
        let running = store::load::Column::State.eq("running");
        let here = store::load::Column::Node.eq(self.settings().node.as_str());
        let left = store::load::Entity::find().filter(running).filter(here).all(self.db().read()).await?;
        let mut finished = 0u64;
        for row in left {
            let (id, entry) = (LoadId(row.id), EntryId(row.entry_id));
            let (lake, dataset) = (self.lake().clone(), catalogue::dataset(entry));
            let certificate = tokio::task::spawn_blocking(move || lake.certificate(&dataset, id)).await;
            let certificate =
                certificate.map_err(|error| Error::new(Code::Internal, "the lake broke off").because(error))?;
            match certificate.map_err(rules::told)? {
                Some(certificate) => {
                    self.finish_load(ctx, entry, certificate).await?;
                    finished = finished.saturating_add(1);
                }
                None => {
                    self.close_load(
                        ctx,
                        id,
                        "stopped",
                        "the platform stopped while the file was being loaded; nothing of it was kept",
                        Some(&rules::broken_off()),
                    )
                    .await?
                }
            }
        }
        Ok(finished)
    }

    /// The loads of an entry, newest first.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`].
    pub async fn loads(&self, ctx: &Ctx, entry: EntryId, page: Page) -> Result<Listing<LoadView>> {
        let row = catalogue::store::entry(self.db().read(), entry).await?;
        self.may(ctx, Action::ReadThing, &Resource::thing(Some(entry.0), row.organisation_id.into()))?;
        let query = store::load::Entity::find().filter(store::load::Column::EntryId.eq(entry.0));
        let total = query.clone().count(self.db().read()).await?;
        let newest = query.order_by_desc(store::load::Column::StartedAt).order_by_desc(store::load::Column::Id);
        let rows = newest.offset(page.offset).limit(page.limit()).all(self.db().read()).await?;
        Ok(Listing { items: rows.into_iter().map(LoadView::try_from).collect::<Result<_>>()?, total })
    }

    /// The loads of an organisation, or of the whole district for who reads the log; newest first.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for whoever may not read the organisation's things, or the log.
    pub async fn loads_of(
        &self,
        ctx: &Ctx,
        organisation: Option<OrganisationId>,
        state: Option<&str>,
        page: Page,
    ) -> Result<Listing<LoadLine>> {
        match organisation {
            Some(organisation) => self.may(ctx, Action::ReadThing, &Resource::thing(None, organisation))?,
            None => self.may(ctx, Action::ReadLog, &Resource::platform())?,
        }
        let of = organisation.map(|organisation| store::load::Column::OrganisationId.eq(organisation.0));
        let mut query = store::load::Entity::find().filter(Condition::all().add_option(of));
        if let Some(state) = state {
            query = query.filter(store::load::Column::State.eq(state));
        }
        let total = query.clone().count(self.db().read()).await?;
        let newest = query.order_by_desc(store::load::Column::StartedAt).order_by_desc(store::load::Column::Id);
        let rows = newest.offset(page.offset).limit(page.limit()).all(self.db().read()).await?;
        let titles = catalogue::titles(self.db().read(), rows.iter().map(|row| row.entry_id)).await?;
        let line = |row: store::load::Model| {
            let entry_title = titles.get(&row.entry_id).cloned().unwrap_or_default();
            Ok(LoadLine { load: row.try_into()?, entry_title })
        };
        Ok(Listing { items: rows.into_iter().map(line).collect::<Result<_>>()?, total })
    }

    /// A page of a load's rejected rows, in the file's order.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`].
    pub async fn rejected(&self, ctx: &Ctx, load: LoadId, page: Page) -> Result<Listing<Rejected>> {
        let row = self.readable_load(ctx, load).await?;
        let (lake, dataset) = (self.lake().clone(), catalogue::dataset(row.entry_id.into()));
        let (offset, limit) = (page.offset, page.limit());
        let rows = tokio::task::spawn_blocking(move || lake.rejected(&dataset, load, offset, limit)).await;
        let rows = rows.map_err(|error| Error::new(Code::Internal, "the lake broke off").because(error))?;
        Ok(Listing { items: rows.map_err(rules::told)?, total: u64::try_from(row.rejected).unwrap_or(0) })
    }

    /// Where a load stands, also while it is running and when it was refused.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`].
    pub async fn load(&self, ctx: &Ctx, load: LoadId) -> Result<LoadView> {
        self.readable_load(ctx, load).await?.try_into()
    }

    /// A stretch of a load's rejected rows in the file's order, for files; at most [`MAX_STRETCH`].
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`].
    pub async fn rejected_rows(&self, ctx: &Ctx, load: LoadId, offset: u64, limit: u64) -> Result<Vec<Rejected>> {
        let row = self.readable_load(ctx, load).await?;
        let (lake, dataset) = (self.lake().clone(), catalogue::dataset(row.entry_id.into()));
        let limit = Ord::min(limit, MAX_STRETCH);
        let rows = tokio::task::spawn_blocking(move || lake.rejected(&dataset, load, offset, limit)).await;
        rows.map_err(|error| Error::new(Code::Internal, "the lake broke off").because(error))?.map_err(rules::told)
    }

    /// The file that proves what came of a load to anyone, offline: its counts and digests. It waits until the log has it.
    ///
    /// # Errors
    /// [`Code::NotFound`] also while it is running or when it was refused, [`Code::NotPermitted`].
    pub async fn evidence_of_load(&self, ctx: &Ctx, load: LoadId) -> Result<tlog::Evidence> {
        let row = self.readable_load(ctx, load).await?;
        if row.certificate.is_none() {
            return Err(Error::not_found("evidence of load", load).hint("only a load that was accepted is in the log"));
        }
        self.evidence_of(load.0, Vec::new()).await
    }

    /// The certificate of a load.
    ///
    /// # Errors
    /// [`Code::NotFound`] also while it is running or when it was refused, [`Code::NotPermitted`].
    pub async fn certificate(&self, ctx: &Ctx, load: LoadId) -> Result<Certificate> {
        let row = self.readable_load(ctx, load).await?;
        let certificate = row.certificate.ok_or_else(|| Error::not_found("certificate of load", load))?;
        from_json(&certificate)
    }

    /// The first rows of an entry's data, under the entry's default masks.
    ///
    /// # Errors
    /// [`Code::NotFound`] before the first load, [`Code::NotPermitted`], [`Code::LimitExceeded`].
    pub async fn preview(&self, ctx: &Ctx, entry: EntryId, limit: usize) -> Result<Preview> {
        if limit > MAX_PREVIEW {
            return Err(Error::new(Code::LimitExceeded, format!("a preview shows at most {MAX_PREVIEW} rows")));
        }
        let row = catalogue::store::entry(self.db().read(), entry).await?;
        self.may(ctx, Action::ReadRows, &Resource::thing(Some(entry.0), row.organisation_id.into()))?;
        let published: EntryInput = catalogue::store::effective(&row)?;
        let columns: Vec<String> = published.items.iter().map(|item| item.code.clone()).collect();
        let (lake, dataset, wanted) = (self.lake().clone(), catalogue::dataset(entry), columns.clone());
        let rows = tokio::task::spawn_blocking(move || lake.preview(&dataset, &wanted, limit)).await;
        let rows = rows.map_err(|error| Error::new(Code::Internal, "the lake broke off").because(error))?;
        Ok(Preview { records: rules::masked(&published, rows.map_err(rules::told)?), columns })
    }

    async fn begin_load(
        &self,
        ctx: &Ctx,
        entry: &catalogue::store::entry::Model,
        id: LoadId,
        name: &str,
    ) -> Result<()> {
        let (kind, actor, _) = ledger::actor_columns(&ctx.who);
        let tx = self.db().write().await?;
        let load = store::load::ActiveModel {
            id: Set(id.0),
            entry_id: Set(entry.id),
            organisation_id: Set(entry.organisation_id),
            actor_kind: Set(kind.to_owned()),
            actor_id: Set(actor),
            name: Set(name.chars().take(catalogue::rules::MAX_LINE).collect()),
            state: Set("running".to_owned()),
            node: Set(self.settings().node.clone()),
            entry_version: Set(entry.published_version),
            started_at: Set(micros(ctx.now)),
            finished_at: Set(None),
            certificate: Set(None),
            rows_in: Set(0),
            accepted: Set(0),
            rejected: Set(0),
            fault: Set(None),
            fault_reason: Set(None),
        };
        // Of two requests with one id at the same time, one is first; the other is told so, and not that the database failed.
        let fresh = store::load::Entity::insert(load)
            .on_conflict(OnConflict::column(store::load::Column::Id).do_nothing().to_owned())
            .exec_without_returning(&*tx)
            .await?;
        if fresh == 0 {
            return Err(running(id));
        }
        tx.commit().await
    }

    /// Certificate, act and log entry in one transaction; a load that is no longer running is left alone.
    async fn finish_load(&self, ctx: &Ctx, entry: EntryId, certificate: Certificate) -> Result<Loaded> {
        let load = certificate.load;
        let tx = self.db().write().await?;
        let change = store::load::ActiveModel {
            state: Set("accepted".to_owned()),
            finished_at: Set(Some(micros(ctx.now))),
            certificate: Set(Some(to_json(&certificate)?)),
            rows_in: Set(signed(certificate.rows_in)),
            accepted: Set(signed(certificate.accepted)),
            rejected: Set(signed(certificate.rejected)),
            ..Default::default()
        };
        if !end_running(&tx, load, change).await? {
            return Err(
                Error::new(Code::Conflict, format!("load `{load}` was already finished")).hint("read its certificate")
            );
        }
        let row = catalogue::store::entry(&*tx, entry).await?;
        let held = row.status == EntryStatus::Draft.as_word();
        let rule = if held { HOLD_LOAD } else { LOG_LOAD };
        // The draft may have been changed while the file was being loaded.
        let fits = held.then(|| Ok::<_, Error>(rules::fits(&certificate, &from_json(&row.draft)?))).transpose()?;
        ledger::enqueue(&tx, ctx, ledger::ACTS, load.0, rule, logged(entry, &certificate, fits)?).await?;
        let receipt = self.record_load(&tx, ctx, entry).await?;
        use catalogue::store::entry::{Column, Entity};
        let mut update = Entity::update_many()
            .col_expr(Column::LoadedAt, Expr::value(micros(ctx.now)))
            .col_expr(Column::RowCount, Expr::value(signed(certificate.accepted)))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(entry.0));
        if fits == Some(true) {
            update = update.col_expr(Column::CollectedAt, Expr::value(micros(ctx.now)));
        }
        update.exec(&*tx).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(Loaded { load, certificate, receipt })
    }

    /// The platform's act on the entry's collection case, if it has one that has not ended.
    async fn record_load(&self, tx: &Tx, ctx: &Ctx, entry: EntryId) -> Result<Option<Receipt>> {
        use docket::store::case::{Column, Entity};
        let open = Entity::find()
            .filter(Column::SubjectId.eq(entry.0))
            .filter(Column::Procedure.eq(PROCEDURE))
            .filter(Column::Ended.eq(false));
        let Some(case) = open.order_by_desc(Column::OpenedAt).one(tx).await? else { return Ok(None) };
        let mut seed = [0u8; 32];
        ctx.fill(&mut seed);
        let platform = Ctx::new(Actor::Platform, ctx.now, seed);
        docket::act(self, tx, &platform, case.id.into(), ActInput::new(RECORD_LOAD).role("platform")).await.map(Some)
    }

    async fn close_load(
        &self,
        ctx: &Ctx,
        load: LoadId,
        state: &str,
        fault: &str,
        reason: Option<&Fault>,
    ) -> Result<()> {
        let reason = reason.map(to_json).transpose()?;
        let tx = self.db().write().await?;
        let change = store::load::ActiveModel {
            state: Set(state.to_owned()),
            finished_at: Set(Some(micros(ctx.now))),
            fault: Set(Some(fault.to_owned())),
            fault_reason: Set(reason),
            ..Default::default()
        };
        end_running(&tx, load, change).await?;
        tx.commit().await
    }

    async fn readable_load(&self, ctx: &Ctx, load: LoadId) -> Result<store::load::Model> {
        let row = store::load(self.db().read(), load).await?;
        self.may(ctx, Action::ReadThing, &Resource::thing(Some(load.0), row.organisation_id.into()))?;
        Ok(row)
    }
}

/// The effect `mark_collected`: the entry's data is on the platform from now on.
pub(crate) async fn mark_collected(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    use catalogue::store::entry::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::CollectedAt, Expr::value(micros(on.decision.at)))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(on.case.subject))
        .filter(Column::CollectedAt.is_null())
        .exec(tx)
        .await?;
    tell_waiting_requests(tx, on).await
}

/// Data that was held before its entry was catalogued is there when the collection case opens, so that case is told at once, and
/// with it every request that waits (PT-22).
pub(crate) async fn recognise_held(tx: &Tx, on: &EffectCtx<'_>, opened: &law::ProcedureId) -> Result<()> {
    if opened.as_str() != PROCEDURE || on.case.subject_kind != docket::SubjectKind::Entry {
        return Ok(());
    }
    let entry = EntryId(on.case.subject);
    if catalogue::store::entry(tx, entry).await?.collected_at.is_some() {
        on.platform.record_load(tx, on.ctx, entry).await?;
    }
    Ok(())
}

/// Requests that wait for this very data are told by the platform that it has come (PT-22). One query, however many asked before.
async fn tell_waiting_requests(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    use crate::sharing::store::request;
    use docket::store::case::{Column, Entity};
    let asked = Query::select()
        .column(request::Column::CaseId)
        .from(request::Entity)
        .and_where(request::Column::EntryId.eq(on.case.subject))
        .to_owned();
    let open = Entity::find().filter(Column::Id.in_subquery(asked)).filter(Column::Ended.eq(false));
    for case in open.order_by_asc(Column::OpenedAt).all(tx).await? {
        follow(tx, on, &case, RECORD_SUPPLY).await?;
    }
    Ok(())
}

/// An entry that leaves the catalogue takes its collection case along.
pub(crate) async fn close_withdrawn(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    use docket::store::case::{Column, Entity};
    let open = Entity::find()
        .filter(Column::SubjectId.eq(on.case.subject))
        .filter(Column::Procedure.eq(PROCEDURE))
        .filter(Column::Ended.eq(false));
    for case in open.all(tx).await? {
        follow(tx, on, &case, CLOSE_WITHDRAWN).await?;
    }
    Ok(())
}

/// The platform's act in another open case, where that case's own rules have it from the state it is in.
async fn follow(tx: &Tx, on: &EffectCtx<'_>, case: &docket::store::case::Model, act: &str) -> Result<()> {
    let pack = on.platform.book().pack(&law::PackId::new(&case.pack));
    let rule = pack.and_then(|pack| pack.procedures.get(case.procedure.as_str())).and_then(|rules| rules.acts.get(act));
    if rule.is_none_or(|rule| !rule.from.iter().any(|from| *from == case.state.as_str())) {
        return Ok(());
    }
    let mut seed = [0u8; 32];
    on.ctx.fill(&mut seed);
    let ctx = Ctx::new(Actor::Platform, on.ctx.now, seed);
    docket::act(on.platform, tx, &ctx, case.id.into(), ActInput::new(act).role("platform")).await.map(drop)
}

/// What the log says of a load: counts and digests, never a file's name; of held data also whether the entry is collected by it.
fn logged(entry: EntryId, certificate: &Certificate, collected: Option<bool>) -> Result<serde_json::Value> {
    let mut said = serde_json::json!({
        "entry": entry, "dataset": certificate.dataset, "version": certificate.version,
        "rows_in": certificate.rows_in, "accepted": certificate.accepted, "rejected": certificate.rejected,
        "source_sm3": certificate.source_sm3, "content_sm3": certificate.content_sm3,
        "certificate_sm3": hex::encode(sm::sm3(to_json(certificate)?.as_bytes())),
    });
    if let (Some(said), Some(collected)) = (said.as_object_mut(), collected) {
        said.insert("collected".to_owned(), collected.into());
    }
    Ok(said)
}

/// Ends a running load once; whether it was running.
async fn end_running(tx: &Tx, load: LoadId, change: store::load::ActiveModel) -> Result<bool> {
    use store::load::{Column, Entity};
    let done = Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(load.0))
        .filter(Column::State.eq("running"))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

fn running(load: LoadId) -> Error {
    Error::new(Code::Conflict, format!("load `{load}` is still running")).hint(
        "repeat the request with the same key once it is done: it then tells what came of it; until then look at the entry's loads",
    )
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl TryFrom<store::load::Model> for LoadView {
    type Error = Error;
    fn try_from(row: store::load::Model) -> Result<Self> {
        let count = |count| u64::try_from(count).unwrap_or(0);
        Ok(Self {
            id: row.id.into(),
            entry: row.entry_id.into(),
            name: row.name,
            state: row.state,
            started_at: instant(row.started_at)?,
            finished_at: row.finished_at.map(instant).transpose()?,
            entry_version: row.entry_version,
            rows_in: count(row.rows_in),
            accepted: count(row.accepted),
            rejected: count(row.rejected),
            fault: row.fault,
            fault_reason: row.fault_reason.as_deref().map(from_json).transpose()?,
        })
    }
}
