//! Findings: facts that no slice derives, found out by an office and recorded under its name.
//!
//! What a reader must know first. The law asks for facts ("is the plan approved", "is the breach contained"). Where a slice
//! knows the answer it derives it, and nobody may say otherwise ([`crate::effects::derives`]); what only somebody who acts can
//! know is stated with the act. Everything else is a *finding*: an officer of the authority or of the centre records it about a
//! subject, with the instant and their name; it goes into the log at once, reaches the open cases about the subject that ask
//! for it, and is known at the opening of later ones. A finding is never changed: a newer one takes its place. It carries
//! flags, numbers, instants and words of closed lists only, never free text (I8).

pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use law::{FactId, FactKind, FactValue, Facts};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{from_json, instant, micros, to_json},
    docket::{self, SubjectKind},
    effects,
    error::{Code, Error, Result},
    ids::{OrganisationId, PersonId},
    ledger,
    policy::{Action, Resource},
};

/// Most facts that are recorded at once.
const MOST_FACTS: usize = 50;

/// A standing finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was found.
    pub fact: FactId,
    /// How it is.
    pub value: FactValue,
    /// Since when it stands.
    pub at: Timestamp,
    /// The organisation for which it was recorded; none when the platform itself recorded it.
    pub organisation: Option<OrganisationId>,
    /// Who recorded it.
    pub person: Option<PersonId>,
}

impl Platform {
    /// Records what an office has found about a subject, and tells the open cases about it. Returns what now stands.
    ///
    /// # Errors
    /// [`Code::NotPermitted`]; [`Code::NotFound`] for a subject that does not exist; [`Code::InvalidInput`] for a fact that the
    /// vocabulary does not have, that takes another value, that a slice derives, that an actor states, or that the acts of an
    /// open case establish.
    pub async fn record_findings(
        &self,
        ctx: &Ctx,
        subject: (SubjectKind, Uuid),
        facts: &Facts,
    ) -> Result<Vec<Finding>> {
        self.may(ctx, Action::RecordFinding, &Resource::platform())?;
        self.check_findings(subject.0, facts)?;
        let tx = self.db().write().await?;
        docket::subjects::parties_of(&*tx, subject).await?;
        let (_, person, organisation) = ledger::actor_columns(&ctx.who);
        let person = person.filter(|_| matches!(ctx.who, Actor::Person { .. }));
        for (fact, value) in facts {
            let row = store::finding::ActiveModel {
                subject_kind: Set(subject.0.as_str().to_owned()),
                subject_id: Set(subject.1),
                fact: Set(fact.to_string()),
                value: Set(to_json(value)?),
                at: Set(micros(ctx.now)),
                organisation_id: Set(organisation.map(|id| id.0)),
                person_id: Set(person),
                ..Default::default()
            };
            store::finding::Entity::insert(row).exec_without_returning(&*tx).await?;
        }
        let shown: BTreeMap<_, _> = facts.iter().map(|(fact, value)| (fact, in_leaf(value))).collect();
        let what = json!({"subject_kind": subject.0.as_str(), "subject": subject.1, "facts": shown});
        ledger::enqueue(&tx, ctx, ledger::ACTS, ctx.uuid(), "finding_recorded", what).await?;
        docket::learn(self, &tx, ctx, subject, facts).await?;
        let standing = all(&*tx, subject).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(standing)
    }

    /// What stands as found about a subject.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`] for whoever neither owns the subject nor oversees the district.
    pub async fn findings(&self, ctx: &Ctx, subject: (SubjectKind, Uuid)) -> Result<Vec<Finding>> {
        let owner = docket::subjects::owner_of(self.db().read(), subject).await;
        // Whoever may not read it is not told whether it exists.
        let known = owner.as_ref().ok().copied().flatten();
        self.may(ctx, Action::ReadThing, &Resource::of(subject.1, known))?;
        owner?;
        all(self.db().read(), subject).await
    }

    fn check_findings(&self, kind: SubjectKind, facts: &Facts) -> Result<()> {
        if facts.is_empty() || facts.len() > MOST_FACTS {
            return Err(Error::new(Code::InvalidInput, format!("1 to {MOST_FACTS} facts are recorded at once"))
                .field("facts", "none, or too many"));
        }
        let faults = facts.iter().filter_map(|(fact, value)| Some((fact, self.fault(kind, fact, value)?)));
        let refused = faults.fold(None, |error: Option<Error>, (fact, fault)| {
            let error = error.unwrap_or_else(|| {
                Error::new(Code::InvalidInput, "a fact cannot be recorded as a finding")
                    .hint("record only what no part of the platform derives and nobody states with an act")
            });
            Some(error.field(format!("facts.{fact}"), fault))
        });
        refused.map_or(Ok(()), Err)
    }

    /// Why a fact is no finding about such a subject.
    fn fault(&self, kind: SubjectKind, fact: &FactId, value: &FactValue) -> Option<String> {
        let words = self.book().vocabulary();
        if let Err(fault) = words.check(fact, value) {
            return Some(fault);
        }
        let known = words.facts.get(fact)?;
        if known.stated {
            return Some("is stated with the act by whoever does it".to_owned());
        }
        if effects::derives(kind, fact) {
            return Some(format!("is derived by the platform from the {}", kind.as_str()));
        }
        (known.kind == FactKind::Word && known.words.is_empty())
            .then(|| "is free text, which no finding carries".to_owned())
    }
}

/// What stands as found about a subject, as facts.
pub(crate) async fn standing(db: &impl ConnectionTrait, subject: (SubjectKind, Uuid)) -> Result<Facts> {
    Ok(all(db, subject).await?.into_iter().map(|finding| (finding.fact, finding.value)).collect())
}

/// The newest finding of every fact, by the facts' names.
async fn all(db: &impl ConnectionTrait, subject: (SubjectKind, Uuid)) -> Result<Vec<Finding>> {
    use store::finding::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::SubjectId.eq(subject.1))
        .filter(Column::SubjectKind.eq(subject.0.as_str()))
        .order_by_asc(Column::Seq)
        .all(db)
        .await?;
    let mut newest = BTreeMap::new();
    for row in rows {
        let finding = Finding {
            fact: row.fact.as_str().into(),
            value: from_json(&row.value)?,
            at: instant(row.at)?,
            organisation: row.organisation_id.map(Into::into),
            person: row.person_id.map(Into::into),
        };
        newest.insert(row.fact, finding);
    }
    Ok(newest.into_values().collect())
}

/// A value as a leaf shows it; a word is one of a closed list by now.
fn in_leaf(value: &FactValue) -> serde_json::Value {
    match value {
        FactValue::Flag(flag) => json!(flag),
        FactValue::Number(number) => json!(number.to_string()),
        FactValue::Moment(at) => json!(at.to_string()),
        FactValue::Word(word) => json!(word),
    }
}
