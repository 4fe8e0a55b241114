//! The public's part in cases: whoever opens one without logging in gets a receipt number, and only who has it acts in that case,
//! or in one that follows from it, as the public. An act that the law means for everybody (an objection to what is made public)
//! needs none. What comes in at this door is counted, so that nobody fills the docket.
//!
//! The number is shown once and kept as its digest: nobody who reads the tables, or the log with its case ids, can act by it.

use law::RoleId;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::Tx,
    error::{Code, Error, Result},
    ids::CaseId,
    objection::{digest, receipt_number},
};

use super::{ActInput, CaseHead, store};

/// How many cases back the one may lie that the public opened.
const FAR: usize = 8;

/// The role in which somebody who is not logged in speaks.
pub(super) const PUBLIC: &str = "public";

/// What nobody who is not logged in may bring.
pub(super) fn check(ctx: &Ctx, input: &ActInput) -> Result<()> {
    if ctx.who == Actor::Public && input.idempotency_key.is_some() {
        return Err(Error::new(Code::InvalidInput, "an idempotency key needs somebody who is logged in")
            .field("idempotency-key", "leave it out"));
    }
    Ok(())
}

/// Gives a number for a case that the public opens.
pub(super) fn give_receipt(tx: &Tx, ctx: &Ctx, case: CaseId) -> String {
    let number = receipt_number(ctx);
    let row = store::receipt::ActiveModel { digest: Set(digest(&number)), case_id: Set(case.0) };
    tx.insert_later(store::receipt::Entity, store::receipt::Entity::insert(row));
    number
}

/// Gives a number for a case that the public did not open itself, for stories that begin in the middle of the public's way.
#[cfg(any(test, feature = "testkit"))]
impl Platform {
    /// A receipt number for a case.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn stand_in_receipt(&self, ctx: &Ctx, case: CaseId) -> Result<String> {
        let tx = self.db().write().await?;
        let number = give_receipt(&tx, ctx, case);
        tx.commit().await?;
        Ok(number)
    }
}

/// Whether somebody who is not logged in may do this act in the case. An act that is not the public's is left to the law, which
/// refuses it in its own words.
pub(super) async fn may_act(platform: &Platform, tx: &Tx, head: &CaseHead, input: &ActInput) -> Result<()> {
    let book = platform.book();
    let procedure = book.pack(&head.pack).and_then(|pack| pack.procedures.get(&head.procedure));
    let rule = procedure.and_then(|procedure| procedure.acts.get(&input.act));
    if rule.is_none_or(|rule| rule.everybody || !rule.by.contains(&RoleId::new(PUBLIC))) {
        return Ok(());
    }
    let refused = || {
        Error::new(Code::NotPermitted, format!("`{}` is for whoever opened the case", input.act))
            .field("receipt_number", "is missing, or belongs to another case")
            .hint("give the receipt number that was shown when the case was opened")
    };
    let number = input.receipt_number.as_deref().ok_or_else(refused)?;
    let receipt = store::receipt::Entity::find_by_id(digest(number)).one(tx).await?.ok_or_else(refused)?;
    let mut case = Some((head.id.0, head.parent.map(|parent| parent.0)));
    for _ in 0..FAR {
        let Some((id, parent)) = case else { break };
        if id == receipt.case_id {
            return Ok(());
        }
        case = match parent {
            Some(parent) => store::case::Entity::find_by_id(parent).one(tx).await?.map(|row| (row.id, row.parent_id)),
            None => None,
        };
    }
    Err(refused())
}
