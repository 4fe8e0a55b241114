//! Matters: what a case is about when it is nothing that the platform holds, such as a plan, a product, an incident or a
//! purchase. A matter is an id with a name, so that several cases can be about the same one. Its name is shown to whoever may
//! read the case, and stands in the log as a commitment only (I8).

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::Ctx,
    db::{Tx, micros},
    error::{Code, Error, Result},
    ledger,
    policy::{Action, Resource},
};

use super::store::matter;

/// Longest name of a matter, in characters.
pub const LONGEST_TITLE: usize = 200;

/// A matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// Its id: the subject of the cases about it.
    pub id: Uuid,
    /// What it is called, in words that say nothing about a person.
    pub title: String,
}

impl Platform {
    /// Names a matter before any case about it, so that an office can record what it has found.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::InvalidInput`] for a title that is empty or too long.
    pub async fn name_matter(&self, ctx: &Ctx, title: &str) -> Result<Matter> {
        self.may(ctx, Action::NameMatter, &Resource::platform())?;
        let tx = self.db().write().await?;
        let id = ctx.uuid();
        name(self, &tx, ctx, id, title).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(Matter { id, title: title.trim().to_owned() })
    }
}

/// Writes a new matter.
pub(super) async fn name(platform: &Platform, tx: &Tx, ctx: &Ctx, id: Uuid, title: &str) -> Result<()> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > LONGEST_TITLE {
        let message = format!("a matter needs a title of 1 to {LONGEST_TITLE} characters");
        return Err(Error::new(Code::InvalidInput, message).field("title", "empty or too long"));
    }
    let row = matter::ActiveModel { id: Set(id), title: Set(title.to_owned()), named_at: Set(micros(ctx.now)) };
    matter::Entity::insert(row).exec_without_returning(tx).await?;
    let named = Matter { id, title: title.to_owned() };
    ledger::enqueue_fact(platform, tx, ctx, "matter", "matter_named", &named).await.map(drop)
}

/// Whether there is such a matter.
pub(super) async fn exists(db: &impl ConnectionTrait, id: Uuid) -> Result<()> {
    matter::Entity::find_by_id(id).one(db).await?.map(drop).ok_or_else(|| Error::not_found("matter", id))
}
