//! What people are told: notices, reports and breaches in the inbox of an organisation or an office. A notice names case,
//! act and article; its words are made when it is read, in the language of the law.

use std::collections::BTreeSet;

use jiff::Timestamp;
use law::RoleId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Listing, Page, Tx, instant, micros},
    effects::EffectCtx,
    error::{Error, Result},
    ids::*,
    policy::{Action, Resource},
};

use super::{SubjectKind, rules, store};

/// What kind of notice it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Something happened.
    Notice,
    /// Something is reported to an office.
    Report,
    /// A term ran out.
    Breach,
}

impl NoticeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Report => "report",
            Self::Breach => "breach",
        }
    }
}

/// A notice as its reader sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeView {
    /// Its id.
    pub id: NoticeId,
    /// What kind.
    pub kind: NoticeKind,
    /// About which case.
    pub case: CaseId,
    /// From which act.
    pub act: ActId,
    /// In words: procedure, act and state, by their titles in the pack.
    pub title: String,
    /// The article.
    pub article: String,
    /// When.
    pub at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// Puts a notice into a role's inbox, in the transaction of the act.
pub(crate) async fn tell(tx: &Tx, on: &EffectCtx<'_>, role: &RoleId, kind: NoticeKind) -> Result<()> {
    let mut inboxes = vec![rules::inbox_of(on.case, role)];
    if *role == "demander" && on.case.demander.is_none() && on.case.subject_kind == SubjectKind::Entry {
        // Nobody asked for a change of the catalogue; those whom it concerns are the ones who share the entry (PT-15).
        inboxes.extend(sharers(tx, on.case.subject).await?.into_iter().map(|sharer| (Some(sharer), None)));
    }
    post(tx, on, kind, inboxes).await
}

/// The organisations with a running service of an entry.
async fn sharers(tx: &Tx, entry: Uuid) -> Result<BTreeSet<OrganisationId>> {
    use crate::sharing::{ServiceStatus, store::service};
    let running = service::Column::Status.ne(ServiceStatus::Ended.as_word());
    let rows = service::Entity::find().filter(service::Column::EntryId.eq(entry)).filter(running).all(tx).await?;
    Ok(rows.into_iter().map(|row| row.demander_id.into()).collect())
}

/// Tells the parties and the authority that a term has run out.
pub(crate) async fn breach(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    let mut inboxes = vec![(None, Some("authority".to_owned()))];
    inboxes.extend(rules::parties_of(on.case).into_iter().map(|party| (Some(party), None)));
    post(tx, on, NoticeKind::Breach, inboxes).await
}

/// The name under which a notice tells that an amendment of the law has moved terms of a case.
const AMENDED: &str = "law_amended";

/// Tells the parties of cases, and the offices that they wait for, that an amendment has moved a term.
pub(crate) async fn tell_of_moves<'a>(
    tx: &Tx,
    ctx: &Ctx,
    amendment: Uuid,
    cases: impl Iterator<Item = (&'a store::case::Model, &'a [crate::amendment::Moved])>,
) -> Result<()> {
    let mut rows = Vec::new();
    for (case, moved) in cases {
        let Some(article) = moved.first().map(|moved| moved.article.clone()) else { continue };
        let head = super::acting::head_of(case)?;
        let parties = rules::parties_of(&head).into_iter().map(|party| (Some(party.0), None));
        let waited = case.waits_for.split_whitespace().map(|role| rules::inbox_of(&head, &RoleId::new(role)));
        let offices = waited.filter_map(|(_, office)| office).filter(|office| office != "public");
        for (organisation_id, office) in parties.chain(offices.map(|office| (None, Some(office)))) {
            rows.push(store::notice::ActiveModel {
                id: Set(ctx.uuid()),
                kind: Set(NoticeKind::Notice.as_str().to_owned()),
                organisation_id: Set(organisation_id),
                office: Set(office),
                case_id: Set(case.id),
                act_id: Set(amendment),
                pack: Set(case.pack.clone()),
                procedure: Set(case.procedure.clone()),
                act: Set(AMENDED.to_owned()),
                state: Set(case.state.clone()),
                article: Set(article.clone()),
                at: Set(micros(ctx.now)),
                read_at: Set(None),
                read_by: Set(None),
            });
        }
    }
    // A case may have many inboxes; a statement has only so many parameters.
    for some in rows.chunks(1_000) {
        store::notice::Entity::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn post(
    tx: &Tx,
    on: &EffectCtx<'_>,
    kind: NoticeKind,
    inboxes: Vec<(Option<OrganisationId>, Option<String>)>,
) -> Result<()> {
    let rows: Vec<_> = inboxes
        .into_iter()
        // A party that the case does not have cannot be told.
        .filter(|(organisation, office)| organisation.is_some() || office.is_some())
        .map(|(organisation, office)| store::notice::ActiveModel {
            id: Set(on.ctx.uuid()),
            kind: Set(kind.as_str().to_owned()),
            organisation_id: Set(organisation.map(|id| id.0)),
            office: Set(office),
            case_id: Set(on.case.id.0),
            act_id: Set(on.act.0),
            pack: Set(on.case.pack.to_string()),
            procedure: Set(on.case.procedure.to_string()),
            act: Set(on.decision.act.to_string()),
            state: Set(on.decision.case.state.to_string()),
            article: Set(rules::own_article(on.decision)),
            at: Set(micros(on.decision.at)),
            read_at: Set(None),
            read_by: Set(None),
        })
        .collect();
    if !rows.is_empty() {
        tx.insert_later(store::notice::Entity, store::notice::Entity::insert_many(rows));
    }
    Ok(())
}

/// By whom and when a notice was read.
fn read_by(ctx: &Ctx) -> store::notice::ActiveModel {
    let by = match &ctx.who {
        Actor::Person { id, .. } => Some(id.0),
        _ => None,
    };
    store::notice::ActiveModel { read_at: Set(Some(micros(ctx.now))), read_by: Set(by), ..Default::default() }
}

impl Platform {
    /// The inbox of the actor's organisation and office, newest first.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`] for whoever has no inbox.
    pub async fn notices(&self, ctx: &Ctx, unread_only: bool, page: Page) -> Result<Listing<NoticeView>> {
        self.may(ctx, Action::ReadInbox, &Resource::platform())?;
        let mut query = store::notice::Entity::find().filter(inbox(&ctx.who));
        if unread_only {
            query = query.filter(store::notice::Column::ReadAt.is_null());
        }
        let total = query.clone().count(self.db().read()).await?;
        let rows = query
            .order_by_desc(store::notice::Column::At)
            .order_by_desc(store::notice::Column::Id)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        let items = rows.iter().map(|row| self.notice_view(row)).collect::<Result<_>>()?;
        Ok(Listing { items, total })
    }

    /// Marks everything that had arrived in one's own inbox by an instant as read; gives how many notices that were.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`] for whoever has no inbox.
    pub async fn mark_all_read(&self, ctx: &Ctx, until: Timestamp) -> Result<u64> {
        self.may(ctx, Action::ReadInbox, &Resource::platform())?;
        let tx = self.db().write().await?;
        let found = store::notice::Entity::update_many()
            .set(read_by(ctx))
            .filter(inbox(&ctx.who))
            .filter(store::notice::Column::ReadAt.is_null())
            .filter(store::notice::Column::At.lte(micros(until)))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        Ok(found.rows_affected)
    }

    /// Marks a notice of one's own inbox as read.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`] when there is no such notice in it.
    pub async fn mark_read(&self, ctx: &Ctx, notice: NoticeId) -> Result<()> {
        self.may(ctx, Action::ReadInbox, &Resource::platform())?;
        let tx = self.db().write().await?;
        let found = store::notice::Entity::update_many()
            .set(read_by(ctx))
            .filter(inbox(&ctx.who))
            .filter(store::notice::Column::Id.eq(notice.0))
            .exec(&*tx)
            .await?;
        if found.rows_affected == 0 {
            return Err(Error::not_found("notice", notice));
        }
        tx.commit().await
    }

    fn notice_view(&self, row: &store::notice::Model) -> Result<NoticeView> {
        let procedure =
            self.book().pack(&row.pack.as_str().into()).and_then(|pack| pack.procedures.get(row.procedure.as_str()));
        let act = match row.act.as_str() {
            AMENDED => "法规或日历调整，期限已重新计算".to_owned(),
            act => self.book().act_title(&row.pack.as_str().into(), &row.procedure.as_str().into(), &act.into()),
        };
        let state = procedure
            .and_then(|p| p.states.get(row.state.as_str()))
            .map_or(row.state.as_str(), |state| state.title.as_str());
        let matter = procedure.map_or(row.procedure.as_str(), |p| p.title.as_str());
        Ok(NoticeView {
            id: NoticeId(row.id),
            kind: match row.kind.as_str() {
                "report" => NoticeKind::Report,
                "breach" => NoticeKind::Breach,
                _ => NoticeKind::Notice,
            },
            case: CaseId(row.case_id),
            act: ActId(row.act_id),
            title: format!("{matter}：{act}（{state}）"),
            article: row.article.clone(),
            at: instant(row.at)?,
            read_at: row.read_at.map(instant).transpose()?,
        })
    }
}

/// Whose notices an actor reads.
fn inbox(who: &Actor) -> Condition {
    let (organisation, office) = match who {
        Actor::Person { organisation, office, .. } => (organisation.0, office.as_ref()),
        Actor::Client { organisation, .. } => (organisation.0, None),
        // Nobody's inbox: no organisation has the nil id.
        Actor::Law | Actor::Platform | Actor::Public => (Uuid::nil(), None),
    };
    let mine = Condition::any().add(store::notice::Column::OrganisationId.eq(organisation));
    match office {
        Some(office) => mine.add(store::notice::Column::Office.eq(office.as_str())),
        None => mine,
    }
}
