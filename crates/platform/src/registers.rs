//! Registers: what the law lists. An act's effect `enter:REGISTER` puts the subject of its case into a register, and
//! `strike:REGISTER` takes it out again; which registers there are is said by the vocabulary of the law. A line is never
//! deleted: who stood on the list on a given day stays known, with the acts that rest on it.

use std::collections::HashMap;

use jiff::Timestamp;
use law::RegisterId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::Ctx,
    db::{Listing, Page, Tx, instant, micros},
    docket::SubjectKind,
    effects::EffectCtx,
    error::{Code, Error, Result},
    ids::{ActId, CaseId},
    policy::{Action, Resource},
};

pub(crate) mod store;

/// A register that the law knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterHead {
    /// Its word in the vocabulary.
    pub id: RegisterId,
    /// What it is called, in Chinese.
    pub title: String,
    /// What it is called in English.
    pub title_en: String,
    /// How many lines stand in it.
    pub standing: u64,
}

/// One line of a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterLine {
    /// What kind of thing stands here.
    pub subject_kind: SubjectKind,
    /// Which one.
    pub subject: Uuid,
    /// The case by which it was entered.
    pub case: CaseId,
    /// The act by which it was entered.
    pub act: ActId,
    /// The article that act rests on.
    pub article: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` = it still stands.
    pub until: Option<Timestamp>,
}

/// Enters the subject of the case. What stands there already stays as it is.
pub(crate) async fn enter(tx: &Tx, on: &EffectCtx<'_>, register: &RegisterId) -> Result<()> {
    use store::{ActiveModel, Entity};
    if standing(on, register).one(tx).await?.is_some() {
        return Ok(());
    }
    let row = ActiveModel {
        act_id: Set(on.act.0),
        register: Set(register.to_string()),
        subject_kind: Set(on.case.subject_kind.as_str().to_owned()),
        subject_id: Set(on.case.subject),
        case_id: Set(on.case.id.0),
        article: Set(on.decision.articles.first().map(ToString::to_string).unwrap_or_default()),
        since: Set(micros(on.decision.at)),
        until: Set(None),
        struck_by: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Strikes the subject of the case; what does not stand there need not be struck.
pub(crate) async fn strike(tx: &Tx, on: &EffectCtx<'_>, register: &RegisterId) -> Result<()> {
    use store::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Until, Expr::value(micros(on.decision.at)))
        .col_expr(Column::StruckBy, Expr::value(on.act.0))
        .filter(Column::Register.eq(register.as_str()))
        .filter(Column::SubjectId.eq(on.case.subject))
        .filter(Column::Until.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

fn standing(on: &EffectCtx<'_>, register: &RegisterId) -> sea_orm::Select<store::Entity> {
    use store::{Column, Entity};
    Entity::find()
        .filter(Column::Register.eq(register.as_str()))
        .filter(Column::SubjectId.eq(on.case.subject))
        .filter(Column::Until.is_null())
}

impl Platform {
    /// Every register of the vocabulary, in its order, with how many lines stand in each.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] as [`Platform::register`].
    pub async fn registers(&self, ctx: &Ctx) -> Result<Vec<RegisterHead>> {
        use store::{Column, Entity};
        self.may(ctx, Action::ReadInbox, &Resource::platform())?;
        let counted: Vec<(String, i64)> = Entity::find()
            .select_only()
            .column(Column::Register)
            .column_as(Column::ActId.count(), "standing")
            .filter(Column::Until.is_null())
            .group_by(Column::Register)
            .into_tuple()
            .all(self.db().read())
            .await?;
        let counted: HashMap<String, i64> = counted.into_iter().collect();
        let registers = self.book().vocabulary().registers.iter().map(|(id, title)| RegisterHead {
            id: id.clone(),
            title: title.zh.clone(),
            title_en: title.en.clone(),
            standing: counted.get(id.as_str()).and_then(|lines| u64::try_from(*lines).ok()).unwrap_or_default(),
        });
        Ok(registers.collect())
    }

    /// The lines of a register, newest first: those that stand, or with `struck` also those that were struck.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a register that the vocabulary does not have, [`Code::NotPermitted`] for whoever may not read
    /// the docket.
    pub async fn register(
        &self,
        ctx: &Ctx,
        register: &RegisterId,
        struck: bool,
        page: Page,
    ) -> Result<Listing<RegisterLine>> {
        use store::{Column, Entity};
        self.may(ctx, Action::ReadInbox, &Resource::platform())?;
        if !self.book().vocabulary().registers.contains_key(register) {
            return Err(Error::not_found("register", register).hint("read the list of registers"));
        }
        let mut query = Entity::find().filter(Column::Register.eq(register.as_str()));
        if !struck {
            query = query.filter(Column::Until.is_null());
        }
        let total = query.clone().count(self.db().read()).await?;
        let rows = query
            .order_by_desc(Column::Since)
            .order_by_asc(Column::ActId)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        let items = rows.iter().map(line).collect::<Result<_>>()?;
        Ok(Listing { items, total })
    }
}

fn line(row: &store::Model) -> Result<RegisterLine> {
    let kind = SubjectKind::parse(&row.subject_kind)
        .ok_or_else(|| Error::new(Code::Internal, format!("unknown subject kind `{}`", row.subject_kind)))?;
    Ok(RegisterLine {
        subject_kind: kind,
        subject: row.subject_id,
        case: CaseId(row.case_id),
        act: ActId(row.act_id),
        article: row.article.clone(),
        since: instant(row.since)?,
        until: row.until.map(instant).transpose()?,
    })
}
