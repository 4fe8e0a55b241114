//! What a decision makes the platform do, in the transaction of the act itself (I2): one table from the law's effects to
//! the slices' functions, each `pub(crate) async fn NAME(tx: &Tx, on: &EffectCtx<'_>) -> Result<()>`:
//!
//! | effect | function |
//! |---|---|
//! | `publish_entry`, `return_entry`, `withdraw_entry` | `catalogue::{publish_entry, return_entry, withdraw_entry}` |
//! | `mark_collected` | `collection::mark_collected` |
//! | `request_cataloguing` | `sharing::request_cataloguing` |
//! | `issue_grant` | `sharing::issue_grant` (also opens the service's case, when the pack has one, with [`docket::open_case`]) |
//! | `suspend_service`, `resume_service`, `end_service` | `sharing::{suspend_service, resume_service, end_service}` |
//! | `enter`, `strike` | `registers::{enter, strike}` |
//!
//! A case that an effect opens about an organisation is opened once; see [`docket::open_following`]. Data that was handed in
//! before its entry was catalogued is recognised by the case that waits for it; see `collection::recognise_held`.
//!
//! Facts that the world changes without an act (what an entry says by now, the last call of a service) come from
//! `catalogue::facts_of` and `sharing::refresh_facts`, asked before every act and every tick.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use law::{Effect, PaperId};
use uuid::Uuid;

use crate::{
    Platform, catalogue, collection,
    ctx::Ctx,
    db::Tx,
    docket::{self, CaseHead, SubjectKind},
    error::Result,
    ids::ActId,
    registers, sharing,
};

/// What a slice needs to carry out an effect.
pub struct EffectCtx<'a> {
    /// The platform.
    pub platform: &'a Platform,
    /// Who acts, and the instant at which it is carried out. When the law acts, `who` is [`crate::Actor::Law`] and the term
    /// ran out at `decision.at`, which may be earlier than `ctx.now`.
    pub ctx: &'a Ctx,
    /// The case: its id, subject and parties.
    pub case: &'a CaseHead,
    /// The act being recorded.
    pub act: ActId,
    /// The decision; `decision.case` is the case afterwards, with its facts.
    pub decision: &'a law::Decision,
    /// The papers that came with this act.
    pub papers: &'a BTreeMap<PaperId, String>,
}

/// Carries out one effect. Boxed, because an effect may open a case, whose opening act has effects.
pub(crate) fn apply<'a>(tx: &'a Tx, effect: &'a Effect, on: &'a EffectCtx<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        match effect {
            Effect::Notify(role) => docket::notices::tell(tx, on, role, docket::NoticeKind::Notice).await,
            Effect::Report(role) => docket::notices::tell(tx, on, role, docket::NoticeKind::Report).await,
            Effect::RecordBreach => docket::notices::breach(tx, on).await,
            Effect::OpenCase(procedure) => {
                docket::open_following(tx, on, procedure).await?;
                collection::recognise_held(tx, on, procedure).await
            }
            Effect::PublishEntry => catalogue::publish_entry(tx, on).await,
            Effect::ReturnEntry => catalogue::return_entry(tx, on).await,
            Effect::WithdrawEntry => catalogue::withdraw_entry(tx, on).await,
            Effect::MarkCollected => collection::mark_collected(tx, on).await,
            Effect::RequestCataloguing => sharing::request_cataloguing(tx, on).await,
            Effect::IssueGrant => sharing::issue_grant(tx, on).await,
            Effect::SuspendService => sharing::suspend_service(tx, on).await,
            Effect::ResumeService => sharing::resume_service(tx, on).await,
            Effect::EndService => sharing::end_service(tx, on).await,
            Effect::Enter(register) => registers::enter(tx, on, register).await,
            Effect::Strike(register) => registers::strike(tx, on, register).await,
        }
    })
}

/// The facts that slices derive about each kind of subject: nobody else says how they are.
const DERIVED: [(SubjectKind, &[&str]); 4] = [
    (
        SubjectKind::Entry,
        &["sharing_type", "conditions_stated", "withholding_justified", "affects_shares", "sharing_narrowed"],
    ),
    (SubjectKind::Request, &["catalogued", "collected"]),
    (SubjectKind::Service, &["last_call_at"]),
    (SubjectKind::Project, &["catalogued", "collected"]),
];

/// Whether a slice derives this fact about such a subject.
pub(crate) fn derives(kind: SubjectKind, fact: &law::FactId) -> bool {
    DERIVED.iter().any(|(of, facts)| *of == kind && facts.contains(&fact.as_str()))
}

/// What the slices know about a subject before any case is about it.
pub(crate) async fn facts_about(tx: &Tx, (kind, subject): (SubjectKind, Uuid)) -> Result<law::Facts> {
    match kind {
        SubjectKind::Entry => catalogue::facts_of(tx, subject.into()).await,
        SubjectKind::Project => catalogue::facts_of_project(tx, subject.into()).await,
        _ => Ok(law::Facts::new()),
    }
}

/// The facts that the world has changed since the case was last touched. What offices find is not asked for here: it reaches
/// the cases when it is recorded ([`crate::findings`]).
pub(crate) async fn facts_now(platform: &Platform, tx: &Tx, head: &CaseHead) -> Result<law::Facts> {
    match head.subject_kind {
        SubjectKind::Service | SubjectKind::Request => sharing::refresh_facts(tx, platform, head).await,
        kind => {
            let mut facts = facts_about(tx, (kind, head.subject)).await?;
            if kind == SubjectKind::Project {
                // What an act of the case has established once is not undone by a later change of the catalogue.
                let rules = platform.book().pack(&head.pack).and_then(|pack| pack.procedures.get(&head.procedure));
                let kept = |fact: &law::FactId| rules.is_some_and(|rules| rules.establishes(fact));
                facts.retain(|fact, is| *is != law::FactValue::Flag(false) || !kept(fact));
            }
            Ok(facts)
        }
    }
}
