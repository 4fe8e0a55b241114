//! When time alone moves a case. Any node may tick at any moment, as often as it likes: a lease in the database lets one
//! through at a time, each case moves in its own transaction, and a case that was moved has a new version and a new due
//! instant, so nothing happens twice and nothing is forgotten across a restart.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde::{Deserialize, Serialize};

use crate::{
    Platform,
    ctx::Ctx,
    db::{instant, micros},
    error::{Code, Error, Result},
    ids::CaseId,
    policy::{Action, Resource},
};

use super::{Receipt, acting, store};

/// How long a scheduler that died keeps others out. Longer than any single transaction of a tick.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
const LEASE_NAME: &str = "scheduler";
/// How many due cases are looked up at once.
const BATCH: u64 = 256;

/// What a tick did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TickReport {
    /// What the law did, in the order of the due instants.
    pub acted: Vec<Receipt>,
    /// Cases in which the law could not act, with the reason; they are tried again at the next tick.
    pub failed: Vec<(CaseId, String)>,
    /// Whether another node held the lease, so that this tick did nothing.
    pub elsewhere: bool,
}

impl Platform {
    /// Everything that the law does by `ctx.now`, oldest due first, each in its own transaction.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for others than the platform and its administrators; [`Code::Internal`] when the database fails. A
    /// single case that fails does not stop the others.
    pub async fn tick(&self, ctx: &Ctx) -> Result<TickReport> {
        self.may(ctx, Action::RunPlatform, &Resource::platform())?;
        self.learn_law(ctx).await?;
        let holder = format!("{}:{}", self.settings().node, ctx.uuid());
        let mut report = TickReport::default();
        if !self.take_lease(ctx, &holder).await? {
            report.elsewhere = true;
            return Ok(report);
        }
        let outcome = self.tick_under_lease(ctx, &mut report).await;
        self.release_lease(&holder).await?;
        outcome?;
        if !report.acted.is_empty() {
            self.wake_pump();
        }
        Ok(report)
    }

    /// The next instant at which the law acts, so that the edge knows how long it may sleep.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        use store::case::Column;
        let first: Option<i64> = store::case::Entity::find()
            .select_only()
            .column(Column::NextDueAt)
            .filter(Column::NextDueAt.is_not_null())
            .order_by_asc(Column::NextDueAt)
            .limit(1)
            .into_tuple()
            .one(self.db().read())
            .await?;
        first.map(instant).transpose()
    }

    async fn tick_under_lease(&self, ctx: &Ctx, report: &mut TickReport) -> Result<()> {
        let mut stuck = BTreeSet::new();
        loop {
            let mut queue: BinaryHeap<_> =
                self.due_cases(ctx.now).await?.into_iter().filter(|Reverse((_, id))| !stuck.contains(id)).collect();
            if queue.is_empty() {
                return Ok(());
            }
            while let Some(Reverse((_, case))) = queue.pop() {
                match self.law_acts(ctx, CaseId(case), report).await {
                    // One step at a time, so that the steps of several cases keep the order of their due instants.
                    Ok(Some(next)) if next <= micros(ctx.now) => queue.push(Reverse((next, case))),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(case.id = %case, error = %error, cause = ?error.source, "the law could not act in a case");
                        report.failed.push((CaseId(case), error.to_string()));
                        stuck.insert(case);
                    }
                }
            }
        }
    }

    async fn due_cases(&self, now: Timestamp) -> Result<Vec<Reverse<(i64, uuid::Uuid)>>> {
        use store::case::Column;
        let rows: Vec<(i64, uuid::Uuid)> = store::case::Entity::find()
            .select_only()
            .column(Column::NextDueAt)
            .column(Column::Id)
            .filter(Column::NextDueAt.lte(micros(now)))
            .order_by_asc(Column::NextDueAt)
            .limit(BATCH)
            .into_tuple()
            .all(self.db().read())
            .await?;
        Ok(rows.into_iter().map(Reverse).collect())
    }

    /// One step of the law in one case. Returns the case's next due instant.
    async fn law_acts(&self, ctx: &Ctx, case: CaseId, report: &mut TickReport) -> Result<Option<i64>> {
        let tx = self.db().write().await?;
        let mut loaded = acting::load(&tx, case).await?;
        acting::refresh(self, &tx, &mut loaded).await?;
        let acted = acting::law_step(self, &tx, ctx, &mut loaded).await?;
        let version = acting::save(self, &tx, ctx, &mut loaded)?;
        let next = law::next_due(&loaded.current).map(|(_, due)| micros(due));
        if acted.is_none() && next.is_some_and(|next| next <= micros(ctx.now)) {
            return Err(Error::new(Code::Internal, format!("case `{case}` is due, but the law does nothing in it")));
        }
        tx.commit().await?;
        report.acted.extend(acted.map(|receipt| Receipt { version, ..receipt }));
        Ok(next)
    }

    async fn take_lease(&self, ctx: &Ctx, holder: &str) -> Result<bool> {
        use store::lease::{ActiveModel, Column, Entity};
        let until = ctx
            .now
            .checked_add(LEASE)
            .map_err(|error| Error::new(Code::InvalidInput, "the time is out of range").because(error))?;
        let tx = self.db().write().await?;
        let row =
            ActiveModel { name: Set(LEASE_NAME.to_owned()), holder: Set(holder.to_owned()), until: Set(micros(until)) };
        let free = Expr::col((Entity, Column::Until)).lte(micros(ctx.now));
        let take = OnConflict::column(Column::Name)
            .update_columns([Column::Holder, Column::Until])
            .action_and_where(free)
            .to_owned();
        let taken = Entity::insert(row).on_conflict(take).exec_without_returning(&*tx).await;
        let taken = match taken {
            Ok(rows) => rows > 0,
            Err(sea_orm::DbErr::RecordNotInserted) => false,
            Err(error) => return Err(error.into()),
        };
        tx.commit().await?;
        Ok(taken)
    }

    async fn release_lease(&self, holder: &str) -> Result<()> {
        use store::lease::{Column, Entity};
        let tx = self.db().write().await?;
        let mine = Column::Name.eq(LEASE_NAME).and(Column::Holder.eq(holder));
        Entity::delete_many().filter(mine).exec(&*tx).await?;
        tx.commit().await
    }
}
