//! How cases open: by somebody's act through the API, inside a slice's transaction, or because the law says that one case
//! follows from another.
//!
//! What a reader must know first. Every procedure of a pack can be opened here. Only those whose cases *are* the life of
//! something that a slice makes (an entry, a request, a service) open together with it. What is known at the start is what
//! the slices derive about the subject and what the offices have found about it ([`crate::findings`]); nobody brings facts of
//! their own but those that the vocabulary lets an actor state.

use law::RoleId;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Tx, micros, to_json},
    effects::{self, EffectCtx},
    error::{Code, Error, Result},
    findings,
    ids::CaseId,
};

use super::{
    ActInput, CaseHead, Opening, Receipt, SubjectKind,
    acting::{self, Loaded},
    matters, parties, public, rules, store,
};

/// Procedures whose cases a slice opens together with what they are about.
const OPENED_BY_SLICES: [&str; 4] = ["catalogue_entry", "collection", "sharing_request", "sharing_service"];

impl Platform {
    /// Opens a case of a procedure that has no form of its own, by its opening act, in a transaction of its own. With a title
    /// it is about a new matter of that name; otherwise about something that there is already. Whose an entry, a service or a
    /// request is, is not said but known.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] for a procedure whose cases a slice opens, a subject of another kind than the procedure's, or a
    /// party in a role that is none; [`Code::NotFound`] for a subject or party that does not exist; otherwise as
    /// [`Platform::act_on_case`].
    pub async fn open_case(&self, ctx: &Ctx, mut opening: Opening) -> Result<Receipt> {
        acting::only_stated_facts(self, &opening.act)?;
        let pack = opening.pack.clone().unwrap_or_else(|| self.settings().pack.clone());
        let procedure = self.book().pack(&pack).and_then(|pack| pack.procedures.get(&opening.procedure));
        if let Some(procedure) = procedure {
            fits(procedure, opening.subject.0)?;
        }
        public::check(ctx, &opening.act)?;
        // Another role than the public's is refused to whoever is not logged in, in the policy's words.
        if ctx.who == Actor::Public && opening.act.role.as_ref().is_none_or(|role| *role == public::PUBLIC) {
            self.let_the_public_in(ctx, procedure, &mut opening)?;
        }
        let key = acting::IdempotencyKey::of_opening(ctx, &opening)?;
        let tx = self.db().write().await?;
        if let Some(receipt) = acting::IdempotencyKey::replayed(key.as_ref(), &tx).await? {
            return Ok(receipt);
        }
        match opening.title.take() {
            Some(title) => matters::name(self, &tx, ctx, opening.subject.1, &title).await?,
            None => {
                let (provider, demander) = super::subjects::parties_of(&*tx, opening.subject).await?;
                opening.provider = provider.or(opening.provider);
                opening.demander = demander.or(opening.demander);
            }
        }
        for party in opening.provider.iter().chain(&opening.demander) {
            crate::identity::signatory(&*tx, *party).await?;
        }
        parties::check(self, &tx, procedure, &opening.parties).await?;
        opening.facts.extend(self.known_of(&tx, procedure, opening.subject).await?);
        let mut receipt = open_case(self, &tx, ctx, opening).await?;
        if ctx.who == Actor::Public {
            receipt.receipt_number = Some(public::give_receipt(&tx, ctx, receipt.case));
        }
        if let Some(key) = key {
            key.remember(&tx, ctx, &receipt)?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok(receipt)
    }

    /// Nobody who asks without logging in fills the docket: their openings are counted like their objections, which have a
    /// form of their own that keeps what they write and how they can be reached.
    fn let_the_public_in(&self, ctx: &Ctx, procedure: Option<&law::Procedure>, opening: &mut Opening) -> Result<()> {
        let unknown = || Error::not_found("procedure", &opening.procedure).hint("read the procedures of the pack");
        let procedure = procedure.ok_or_else(unknown)?;
        // Whom it concerns is known of the subject, or for the offices to say; nobody unknown names an organisation, and what
        // they write stands in sealed papers and not in a name.
        opening.demander = None;
        opening.parties.clear();
        if opening.title.is_some() {
            opening.title = Some(procedure.title.clone());
        }
        if opening.procedure == "objection" {
            return Err(Error::new(Code::InvalidInput, "the public objects by a form of its own")
                .field("procedure", "has a form of its own")
                .hint("use `POST /api/v1/objections`, which gives a receipt number"));
        }
        self.objections().lock().enter(opening.subject.1.into(), ctx.now)
    }

    /// What offices and slices know about the subject, as far as the procedure asks for it.
    async fn known_of(
        &self,
        tx: &Tx,
        procedure: Option<&law::Procedure>,
        subject: (SubjectKind, Uuid),
    ) -> Result<law::Facts> {
        let Some(procedure) = procedure else { return Ok(law::Facts::new()) };
        let asked = procedure.asks(self.book().vocabulary());
        let mut facts = findings::standing(tx, subject).await?;
        facts.extend(effects::facts_about(tx, subject).await?);
        facts.retain(|fact, _| asked.contains(fact));
        Ok(facts)
    }
}

/// A case is about what its procedure is about. A dataset is an entry of the catalogue, or, while nobody has catalogued it, a
/// matter that is called by a name.
fn fits(procedure: &law::Procedure, kind: SubjectKind) -> Result<()> {
    if OPENED_BY_SLICES.contains(&procedure.id.as_str()) {
        let message = format!("a case of `{}` is opened together with what it is about", procedure.id);
        let next = "draft an entry, or make a request: its case opens with it";
        return Err(Error::new(Code::InvalidInput, message).field("procedure", "has a form of its own").hint(next));
    }
    let takes: &[SubjectKind] = match procedure.subject {
        law::Subject::Dataset => &[SubjectKind::Entry, SubjectKind::Matter],
        law::Subject::Entry => &[SubjectKind::Entry],
        law::Subject::Service => &[SubjectKind::Service],
        law::Subject::Organisation => &[SubjectKind::Organisation],
        law::Subject::Project => &[SubjectKind::Project],
        law::Subject::Record => &[SubjectKind::Record],
        law::Subject::Matter => &[SubjectKind::Matter],
    };
    if takes.contains(&kind) {
        return Ok(());
    }
    let names: Vec<_> = takes.iter().map(|kind| format!("`{}`", kind.as_str())).collect();
    let message = format!("a case of `{}` is not about a `{}`", procedure.id, kind.as_str());
    Err(Error::new(Code::InvalidInput, message)
        .field("subject_kind", format!("must be {}", names.join(" or ")))
        .hint("for a matter that is new, leave the subject out and give a title"))
}

/// Opens a case inside a slice's transaction. The slice calls [`Platform::wake_pump`] after its commit.
///
/// # Errors
/// As [`Platform::act_on_case`].
pub async fn open_case(platform: &Platform, tx: &Tx, ctx: &Ctx, opening: Opening) -> Result<Receipt> {
    let (head, facts, act) = new_head(platform, ctx, opening)?;
    let role = acting::speak(platform, ctx, &head, &act)?;
    open_as(platform, tx, ctx, head, facts, act, role).await
}

fn new_head(platform: &Platform, ctx: &Ctx, opening: Opening) -> Result<(CaseHead, law::Facts, ActInput)> {
    let Opening { procedure, pack, subject, title: _, provider, demander, parties, facts, act, parent } = opening;
    acting::check(&act)?;
    let pack = pack.unwrap_or_else(|| platform.settings().pack.clone());
    let (subject_kind, subject) = subject;
    let head = CaseHead {
        id: CaseId(ctx.uuid()),
        pack,
        procedure,
        subject_kind,
        subject,
        provider,
        demander,
        parties,
        parent,
        version: 1,
    };
    Ok((head, facts, act))
}

/// Opens a case in a role that the actor is already known to speak in.
async fn open_as(
    platform: &Platform,
    tx: &Tx,
    ctx: &Ctx,
    mut head: CaseHead,
    facts: law::Facts,
    act: ActInput,
    role: RoleId,
) -> Result<Receipt> {
    let asked = acting::asked(&act, role);
    let decision = law::open(platform.book(), &head.pack, &head.procedure, facts, &asked, ctx.now)?;
    fail_at!(platform, Decided);
    parties::join(platform, ctx, &mut head, &asked.by);
    parties::remember(tx, &head, head.parties.iter());
    let (waits_for, ended) = rules::standing(platform.book(), &decision.case);
    let row = store::case::ActiveModel {
        id: Set(head.id.0),
        pack: Set(head.pack.to_string()),
        procedure: Set(head.procedure.to_string()),
        subject_kind: Set(head.subject_kind.as_str().to_owned()),
        subject_id: Set(head.subject),
        provider_id: Set(head.provider.map(|id| id.0)),
        demander_id: Set(head.demander.map(|id| id.0)),
        parties: Set(to_json(&head.parties)?),
        parent_id: Set(head.parent.map(|id| id.0)),
        state: Set(decision.case.state.to_string()),
        waits_for: Set(waits_for),
        ended: Set(ended),
        opened_at: Set(micros(decision.at)),
        changed_at: Set(micros(decision.at)),
        data: Set(to_json(&decision.case)?),
        next_due_at: Set(law::next_due(&decision.case).map(|(_, due)| micros(due))),
        acts: Set(1),
        version: Set(1),
        due_at: Set(rules::due_at(platform.book(), &decision.case)),
    };
    tx.insert_later(store::case::Entity, store::case::Entity::insert(row));
    let mut loaded = Loaded::opened(head, decision.case.clone());
    let receipt = acting::carry(platform, tx, ctx, &mut loaded, decision, &act.papers).await?;
    acting::write_clocks(platform, tx, &loaded);
    fail_at!(platform, CaseWritten);
    Ok(receipt)
}

/// Opens the case that an effect asks for: another procedure about the same subject, for the same parties. A duty of a whole
/// organisation runs once: while one is open, no second is opened, whatever else the organisation does meanwhile. A case that is
/// dealt with to its end after the last day of its law opens no others: that law opens none any more.
pub(crate) async fn open_following(tx: &Tx, on: &EffectCtx<'_>, procedure: &law::ProcedureId) -> Result<()> {
    let platform = on.platform;
    let missing =
        || Error::new(Code::Internal, format!("pack `{}` has no procedure `{procedure}` that opens", on.case.pack));
    let rules =
        platform.book().pack(&on.case.pack).and_then(|pack| pack.procedures.get(procedure)).ok_or_else(missing)?;
    let today = on.decision.at.to_zoned(law::calendar::shanghai()).date();
    let ended =
        platform.book().pack(&on.case.pack).is_some_and(|pack| pack.in_force.until.is_some_and(|last| last < today));
    if ended {
        return Ok(());
    }
    let opening = rules.openings().next().ok_or_else(missing)?;
    // Whoever is named for it, the case follows by the law from what was just decided, so the platform does it.
    let role = opening.by.iter().find(|role| **role == "platform").or(opening.by.first()).ok_or_else(missing)?;
    let papers = opening.papers.iter().map(|paper| (paper.clone(), format!("case {}", on.case.id))).collect();
    let act = ActInput { role: Some(role.clone()), papers, ..ActInput::new(opening.id.as_str()) };
    let subject = subject_of_following(tx, on, rules.subject).await?;
    if subject.0 == SubjectKind::Organisation && is_open_already(tx, on, procedure, subject.1).await? {
        return Ok(());
    }
    let ctx = Ctx::new(Actor::Platform, on.ctx.now, on.ctx.seed());
    let opening = Opening {
        procedure: procedure.clone(),
        pack: Some(on.case.pack.clone()),
        subject,
        title: None,
        provider: on.case.provider,
        demander: on.case.demander,
        parties: on.case.parties.clone(),
        facts: known_at_following(tx, on, rules, subject).await?,
        act,
        parent: Some(on.case.id),
    };
    // The effect was decided by the law, so the platform needs no leave of its own to carry it out.
    let (head, facts, act) = new_head(platform, &ctx, opening)?;
    open_as(platform, tx, &ctx, head, facts, act, role.clone()).await.map(drop)
}

/// What is known when a case follows from another: what that one knew of the same subject, and what the offices have found. What
/// is known of an entry is not known of the organisation that holds it.
async fn known_at_following(
    tx: &Tx,
    on: &EffectCtx<'_>,
    rules: &law::Procedure,
    subject: (SubjectKind, Uuid),
) -> Result<law::Facts> {
    if OPENED_BY_SLICES.contains(&rules.id.as_str()) {
        return Ok(on.decision.case.facts.clone());
    }
    let mut facts = on.platform.known_of(tx, Some(rules), subject).await?;
    if subject.1 == on.case.subject {
        facts.extend(on.decision.case.facts.clone());
    }
    Ok(facts)
}

/// Whether another case of this procedure about the organisation is open. Its row is locked until the transaction ends, so that
/// of two entries published at once only one begins the duty.
async fn is_open_already(
    tx: &Tx,
    on: &EffectCtx<'_>,
    procedure: &law::ProcedureId,
    organisation: Uuid,
) -> Result<bool> {
    crate::identity::lock_organisation(tx, organisation.into()).await?;
    use store::case::{Column, Entity};
    let open = Entity::find()
        .filter(Column::SubjectId.eq(organisation))
        .filter(Column::Procedure.eq(procedure.as_str()))
        .filter(Column::Ended.eq(false))
        // The case whose act is being carried out is written only afterwards, and may just be ending.
        .filter(Column::Id.ne(on.case.id.0));
    Ok(open.one(tx).await?.is_some())
}

/// What a following case is about: the same thing, except that from a granted request follows the case of its service, and
/// that a duty of a whole organisation, which follows from something else, is about whoever provides.
async fn subject_of_following(tx: &Tx, on: &EffectCtx<'_>, wanted: law::Subject) -> Result<(SubjectKind, Uuid)> {
    if wanted == law::Subject::Service
        && on.case.subject_kind == SubjectKind::Request
        && let Some(service) = crate::sharing::service_of_request(tx, on.case.subject.into()).await?
    {
        return Ok((SubjectKind::Service, service.0));
    }
    if wanted == law::Subject::Organisation
        && on.case.subject_kind != SubjectKind::Organisation
        && let Some(provider) = on.case.provider
    {
        return Ok((SubjectKind::Organisation, provider.0));
    }
    Ok((on.case.subject_kind, on.case.subject))
}
