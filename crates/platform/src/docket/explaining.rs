//! Why a case stands where it stands, as the law itself tells it.

pub use law::Explanation;
use sea_orm::EntityTrait;

use super::{
    acting::{as_of_now, head_of},
    store,
};
use crate::{
    Platform,
    ctx::Ctx,
    db::from_json,
    error::{Code, Error, Result},
    ids::*,
    policy::{Action, Resource},
};

impl Platform {
    /// The explanation of a case: its acts and their articles, its terms day by day, what the law does next by itself, and
    /// what people can do.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`]; [`Code::Internal`] when the case's law is not in the book any more.
    pub async fn explain_case(&self, ctx: &Ctx, id: CaseId) -> Result<Explanation> {
        let row = store::case::Entity::find_by_id(id.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("case", id))?;
        let head = head_of(&row)?;
        self.may(ctx, Action::ReadCase, &Resource::case(&head))?;
        let case = as_of_now(self, &head, from_json(&row.data)?).await?;
        let lawless = || Error::new(Code::Internal, format!("the law of the case is not in the book: `{}`", head.pack));
        Explanation::new(self.book(), &case, ctx.now).ok_or_else(lawless)
    }
}
