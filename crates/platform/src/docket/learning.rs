//! What an office has found out reaches the open cases at once: the law first does what has fallen due up to that moment, then
//! the case knows the new fact. A case that opens later is told at its opening.

use law::{FactId, Facts};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::Ctx,
    db::{Tx, from_json},
    error::{Code, Error, Result},
    ids::CaseId,
};

use super::{SubjectKind, acting, store};

/// Tells every open case about the subject what was found, as far as its procedure asks for it.
///
/// # Errors
/// [`Code::InvalidInput`] for a fact that an act of an open case has established: an office cannot find otherwise.
pub(crate) async fn learn(
    platform: &Platform,
    tx: &Tx,
    ctx: &Ctx,
    (kind, subject): (SubjectKind, Uuid),
    found: &Facts,
) -> Result<()> {
    use store::case::{Column, Entity};
    let open = Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::SubjectKind.eq(kind.as_str()))
        .filter(Column::Ended.eq(false))
        .order_by_asc(Column::Id);
    for row in open.all(tx).await? {
        let rules = platform.book().pack(&row.pack.as_str().into()).map(|pack| &pack.procedures);
        let Some(rules) = rules.and_then(|procedures| procedures.get(row.procedure.as_str())) else { continue };
        let case: law::Case = from_json(&row.data)?;
        let done = |fact: &FactId| {
            let acts = case.done.iter().filter_map(|done| rules.acts.get(&done.act));
            acts.into_iter().any(|act| act.sets.contains_key(fact))
        };
        if let Some(fact) = found.keys().find(|fact| done(fact)) {
            let message = format!("an act of case `{}` has established the fact `{fact}`", row.id);
            return Err(Error::new(Code::InvalidInput, message)
                .field(format!("facts.{fact}"), "was set by an act of an open case")
                .hint("act in that case, or wait until it has ended"));
        }
        let asked = rules.asks(platform.book().vocabulary());
        let news: Facts = found
            .iter()
            .filter(|(fact, _)| asked.contains(fact))
            .map(|(fact, is)| (fact.clone(), is.clone()))
            .collect();
        if news.is_empty() {
            continue;
        }
        let mut loaded = acting::load(tx, CaseId(row.id)).await?;
        acting::let_the_law_go_first(platform, tx, ctx, &mut loaded).await?;
        (loaded.current, _) = law::with_facts(platform.book(), &loaded.current, news);
        acting::save(platform, tx, ctx, &mut loaded)?;
    }
    Ok(())
}
