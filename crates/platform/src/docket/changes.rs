//! What happened since somebody was last here: the acts in the cases in which their organisation or its office has a part.

use std::collections::HashMap;

use jiff::Timestamp;
use law::ArticleId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Listing, Page, from_json, instant, micros},
    error::Result,
    ids::*,
    ledger,
    policy::{Action, Resource},
};

use super::{store, subjects, visible};

/// One act that was recorded meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The act's id.
    pub id: ActId,
    /// Which act.
    pub act: law::ActId,
    /// Its title.
    pub title: String,
    /// The case.
    pub case: CaseId,
    /// The title of the case's procedure.
    pub procedure_title: String,
    /// What the case is about.
    pub subject_title: Option<String>,
    /// The article it rests on.
    pub article: Option<ArticleId>,
    /// In which role.
    pub role: String,
    /// As the district calls that role.
    pub role_title: String,
    /// The title of the state before, unless it opened the case.
    pub from_title: Option<String>,
    /// The title of the state after.
    pub to_title: String,
    /// Whether the reader did it.
    pub by_me: bool,
    /// When it took effect.
    pub at: Timestamp,
    /// When it was recorded: later where the law acted while nobody looked.
    pub recorded_at: Timestamp,
    /// Its index in the log, once the log has it.
    pub log_index: Option<u64>,
}

impl Platform {
    /// A page of what was recorded after `since` in the cases of the reader's organisation and office, latest first.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`] for whoever is not logged in.
    pub async fn changes(&self, ctx: &Ctx, since: Timestamp, page: Page) -> Result<Listing<Change>> {
        self.may(ctx, Action::ListCases, &Resource::platform())?;
        use store::act::Column;
        let cases = store::case::Entity::find()
            .select_only()
            .column(store::case::Column::Id)
            .filter(visible::concerning(self.book(), &ctx.who))
            .into_query();
        let query = store::act::Entity::find()
            .filter(Column::RecordedAt.gt(micros(since)))
            .filter(Column::CaseId.in_subquery(cases));
        let total = query.clone().select_only().column(Column::Id).count(self.db().read()).await?;
        let rows = query
            .order_by_desc(Column::RecordedAt)
            .order_by_desc(Column::Id)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        let of: Vec<Uuid> = rows.iter().map(|row| row.case_id).collect();
        let cases = store::case::Entity::find().filter(store::case::Column::Id.is_in(of)).all(self.db().read()).await?;
        let titles = subjects::titles(self.db().read(), &cases).await?;
        let indices = ledger::indices(self.db().read(), rows.iter().map(|row| row.id)).await?;
        let cases: HashMap<Uuid, store::case::Model> = cases.into_iter().map(|case| (case.id, case)).collect();
        let line = |row: store::act::Model| {
            let case = cases.get(&row.case_id)?;
            Some(self.change(ctx, &row, case, titles.get(&case.subject_id).cloned(), indices.get(&row.id).copied()))
        };
        Ok(Listing { items: rows.into_iter().filter_map(line).collect::<Result<_>>()?, total })
    }

    fn change(
        &self,
        ctx: &Ctx,
        row: &store::act::Model,
        case: &store::case::Model,
        subject_title: Option<String>,
        log_index: Option<u64>,
    ) -> Result<Change> {
        let pack = self.book().pack(&case.pack.as_str().into());
        let procedure = pack.and_then(|pack| pack.procedures.get(case.procedure.as_str()));
        let state = |id: &str| {
            procedure.and_then(|p| p.states.get(id)).map_or_else(|| id.to_owned(), |state| state.title.clone())
        };
        let role = law::RoleId::new(&row.role);
        let articles: Vec<ArticleId> = from_json(&row.articles)?;
        let me = match &ctx.who {
            Actor::Person { id, .. } => Some(id.0),
            Actor::Client { id, .. } => Some(id.0),
            Actor::Law | Actor::Platform | Actor::Public => None,
        };
        Ok(Change {
            id: ActId(row.id),
            title: self.book().act_title(
                &case.pack.as_str().into(),
                &case.procedure.as_str().into(),
                &row.act.as_str().into(),
            ),
            act: row.act.as_str().into(),
            case: CaseId(row.case_id),
            procedure_title: procedure.map(|p| p.title.clone()).unwrap_or_default(),
            subject_title,
            article: articles.into_iter().next(),
            role_title: self.book().role_title(&case.pack.as_str().into(), &role),
            role: row.role.clone(),
            from_title: row.from_state.as_deref().map(state),
            to_title: state(&row.to_state),
            by_me: me.is_some() && row.actor_id == me,
            at: instant(row.at)?,
            recorded_at: instant(row.recorded_at)?,
            log_index,
        })
    }
}
