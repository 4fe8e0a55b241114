//! Objections to data by the public 数据异议 (CN-15, PT-16).
//!
//! What a reader should know first. Whether the public may object is the pack's word: this slice only opens the door, speaks
//! in the role `public`, and lets the law refuse. Nobody logs in, so nobody is known: what is written, and how the person can
//! be reached, are papers of the case, sealed at rest and in the log as commitments only (I8, I9); neither a name nor an
//! address of the network is kept. The person gets a *receipt number*, which is shown once, kept as its digest, and later
//! tells them how their objection stands. Organisations of the district object through their own session, by
//! [`Platform::open_case`].

mod rules;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use law::{ArticleId, ProcedureId, StateId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::{
    Platform,
    catalogue::{self, EntryStatus},
    ctx::{Actor, Ctx},
    db::{from_json, instant, micros},
    docket::{self, ActInput, Opening, SubjectKind},
    error::{Code, Error, Result},
    ids::*,
    ledger,
};

pub use rules::{Door, LONGEST_CONTACT, LONGEST_STATEMENT, PER_ENTRY, PER_NODE, WINDOW};
pub(crate) use rules::{digest, receipt_number};

/// The procedure of an objection.
const PROCEDURE: &str = "objection";
/// The role in which somebody who is not logged in speaks.
const PUBLIC: &str = "public";
/// The act by which the public objects where a pack does not let it: the law then refuses it in its own words.
const RAISE: &str = "raise";
/// The paper that says what is wrong.
const STATEMENT: &str = "objection_statement";
/// The paper that says how the person can be reached.
const CONTACT: &str = "objector_contact";

/// What a member of the public objects to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionInput {
    /// The published entry whose data is wrong.
    pub entry: EntryId,
    /// Which record, what is wrong with it, what would be right; at most [`LONGEST_STATEMENT`] characters.
    pub statement: String,
    /// How the person can be reached, if they wish to be; at most [`LONGEST_CONTACT`] characters.
    #[serde(default)]
    pub contact: Option<String>,
}

/// What the person gets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The receipt number, shown this once: whoever has it can follow the objection.
    pub receipt_number: String,
    /// How it stands.
    pub objection: ObjectionView,
}

/// An objection as its receipt number shows it: the way it went and what was answered, never who is behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionView {
    /// The entry.
    pub entry: EntryId,
    /// The entry's title.
    pub title: String,
    /// The state.
    pub state: StateId,
    /// The state's title.
    pub state_title: String,
    /// Whether it has ended.
    pub ended: bool,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// What was done, oldest first.
    pub steps: Vec<ObjectionStep>,
}

/// One act on an objection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionStep {
    /// The act's title.
    pub title: String,
    /// When it was done.
    pub at: Timestamp,
    /// The articles it rests on.
    pub articles: Vec<ArticleId>,
    /// What the organisation wrote with it: the correction, or the reason why nothing is corrected.
    pub answers: Vec<String>,
}

impl Platform {
    /// Objects to a published entry's data as a member of the public, whoever asks.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] without a statement, [`Code::LimitExceeded`] for too long a text, [`Code::NotFound`] unless the
    /// entry is published, [`Code::RateLimited`] when too much was raised of late, [`Code::ActRefused`] where the district's
    /// law gives the public no objection.
    pub async fn raise_objection(&self, ctx: &Ctx, input: ObjectionInput) -> Result<Raised> {
        rules::check(&input)?;
        let entry = catalogue::store::entry(self.db().read(), input.entry).await?;
        if entry.status != EntryStatus::Published.as_word() {
            return Err(Error::not_found("entry", input.entry));
        }
        self.objections().lock().enter(input.entry, ctx.now)?;
        let public = Ctx::new(Actor::Public, ctx.now, ctx.seed());
        let mut act = ActInput::new(self.raising_act().as_str()).role(PUBLIC).paper(STATEMENT, input.statement.trim());
        if let Some(contact) = input.contact.as_deref().map(str::trim).filter(|contact| !contact.is_empty()) {
            act = act.paper(CONTACT, contact);
        }
        let opening = Opening {
            procedure: PROCEDURE.into(),
            pack: None,
            subject: (SubjectKind::Record, entry.id),
            provider: Some(entry.organisation_id.into()),
            demander: None,
            facts: law::Facts::new(),
            act,
            title: None,
            parties: Default::default(),
            parent: None,
        };
        let receipt_number = rules::receipt_number(ctx);
        let tx = self.db().write().await?;
        let receipt = docket::open_case(self, &tx, &public, opening).await?;
        let row = store::objection::Model {
            receipt: rules::digest(&receipt_number),
            case_id: receipt.case.0,
            entry_id: entry.id,
            raised_at: micros(ctx.now),
        };
        store::objection::Entity::insert(store::objection::ActiveModel::from(row.clone()))
            .exec_without_returning(&*tx)
            .await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(Raised { receipt_number, objection: self.objection_view(&row).await? })
    }

    /// How an objection stands, for whoever has its receipt number.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a number that was never given out.
    pub async fn objection(&self, receipt_number: &str) -> Result<ObjectionView> {
        // The number is a credential, so it is not repeated in the message.
        let unknown = || {
            Error::new(Code::NotFound, "there is no objection with this receipt number")
                .hint("give the number as it was shown when the objection was raised")
        };
        let digest = rules::digest(receipt_number);
        let row = store::objection::Entity::find_by_id(digest).one(self.db().read()).await?;
        self.objection_view(&row.ok_or_else(unknown)?).await
    }

    async fn objection_view(&self, row: &store::objection::Model) -> Result<ObjectionView> {
        let entry = catalogue::store::entry(self.db().read(), row.entry_id.into()).await?;
        let case = docket::store::case::Entity::find_by_id(row.case_id).one(self.db().read()).await?;
        let case = case.ok_or_else(|| Error::not_found("case", row.case_id))?;
        let procedure = self.book().pack(&law::PackId::new(&case.pack)).and_then(|pack| {
            let id: ProcedureId = case.procedure.as_str().into();
            pack.procedures.get(&id)
        });
        let acts = docket::store::act::Entity::find()
            .filter(docket::store::act::Column::CaseId.eq(row.case_id))
            .order_by_asc(docket::store::act::Column::Seq)
            .all(self.db().read())
            .await?;
        let steps = acts.into_iter().map(|act| {
            let title = procedure.and_then(|rules| rules.acts.get(act.act.as_str())).map(|rule| rule.title.clone());
            let answers = match &act.papers {
                // Only what was written to the objector: their own words they know, and the number may be found by others.
                Some(sealed) if act.role == "provider" => {
                    ledger::Commitments::open(self.vault(), ActId(act.id), sealed)?.texts().into_values().collect()
                }
                _ => Vec::new(),
            };
            Ok(ObjectionStep {
                title: title.unwrap_or(act.act),
                at: instant(act.at)?,
                articles: from_json(&act.articles)?,
                answers,
            })
        });
        Ok(ObjectionView {
            entry: entry.id.into(),
            title: entry.title,
            state_title: procedure
                .and_then(|rules| rules.states.get(case.state.as_str()))
                .map(|state| state.title.clone())
                .unwrap_or_default(),
            state: case.state.as_str().into(),
            ended: case.ended,
            raised_at: instant(row.raised_at)?,
            steps: steps.collect::<Result<_>>()?,
        })
    }

    /// The public's opening act of the district's pack.
    fn raising_act(&self) -> law::ActId {
        self.opening_act(PROCEDURE, PUBLIC).unwrap_or_else(|_| RAISE.into())
    }
}
