//! The one way of every act: read, let the law go first, ask the policy, decide, carry out, write, log.

use std::collections::BTreeMap;

use law::{Decision, PaperId, RoleId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Tx, from_json, micros, to_json},
    effects::{self, EffectCtx},
    error::{Code, Error, Result},
    ids::{ActId, CaseId, OrganisationId},
    ledger,
    policy::{Action, Resource},
};

use super::{ActInput, CaseHead, Due, Opening, Receipt, SubjectKind, rules, store};

/// Longest text of a paper, in bytes.
const LONGEST_PAPER: usize = 256 * 1024;
/// Longest idempotency key, in bytes.
const LONGEST_KEY: usize = 200;

/// A case being worked on: as the tables have it, and as it is by now.
pub(super) struct Loaded {
    pub(super) head: CaseHead,
    stored: law::Case,
    pub(super) current: law::Case,
    acts: i32,
}

impl Platform {
    /// Does an act in a case, in a transaction of its own.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`] with the reason, [`Code::ActRefused`] with the law's refusal,
    /// [`Code::Conflict`] when the case was changed meanwhile or the idempotency key stands for something else.
    pub async fn act_on_case(&self, ctx: &Ctx, case: CaseId, input: ActInput) -> Result<Receipt> {
        only_stated_facts(&input)?;
        let tx = self.db().write().await?;
        let receipt = act(self, &tx, ctx, case, input).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(receipt)
    }
}

impl Platform {
    /// Opens a case of a procedure that has no slice of its own, by its opening act, in a transaction of its own.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] for a procedure whose cases a slice opens; otherwise as [`Platform::act_on_case`].
    pub async fn open_case(&self, ctx: &Ctx, opening: Opening) -> Result<Receipt> {
        only_stated_facts(&opening.act)?;
        let pack = opening.pack.as_ref().unwrap_or(&self.settings().pack);
        let rules = self.book().pack(pack).and_then(|pack| pack.procedures.get(&opening.procedure));
        if let Some(rules) = rules
            && matches!(rules.subject, law::Subject::Entry | law::Subject::Dataset | law::Subject::Service)
        {
            // Without its entry, request or service such a case would be a shell about nothing.
            let message = format!("a case of `{}` is opened together with what it is about", opening.procedure);
            let next = "draft an entry, or make a request: its case opens with it";
            return Err(Error::new(Code::InvalidInput, message).field("procedure", "has a form of its own").hint(next));
        }
        let tx = self.db().write().await?;
        let receipt = open_case(self, &tx, ctx, opening).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(receipt)
    }
}

/// The facts that only somebody who looks can know. Every other fact is derived from a slice or set by the law, and nobody
/// states it for their own benefit.
const STATED: [&str; 2] = ["affects_shares", "application_malformed"];

fn only_stated_facts(input: &ActInput) -> Result<()> {
    let derived = input.facts.keys().filter(|fact| !STATED.contains(&fact.as_str()));
    let refused = derived.fold(None, |error: Option<Error>, fact| {
        let error = error.unwrap_or_else(|| {
            Error::new(Code::InvalidInput, "an act states a fact that the platform itself establishes")
                .hint(format!("leave it out; an actor states only `{}`", STATED.join("`, `")))
        });
        Some(error.field(format!("facts.{fact}"), "is derived, not stated"))
    });
    refused.map_or(Ok(()), Err)
}

/// Opens a case inside a slice's transaction. The slice calls [`Platform::wake_pump`] after its commit.
///
/// # Errors
/// As [`Platform::act_on_case`].
pub async fn open_case(platform: &Platform, tx: &Tx, ctx: &Ctx, opening: Opening) -> Result<Receipt> {
    let (head, facts, act) = new_head(platform, ctx, opening)?;
    let role = speak(platform, ctx, &head, &act)?;
    open_as(platform, tx, ctx, head, facts, act, role).await
}

fn new_head(platform: &Platform, ctx: &Ctx, opening: Opening) -> Result<(CaseHead, law::Facts, ActInput)> {
    let Opening { procedure, pack, subject, provider, demander, facts, act, parent } = opening;
    check(&act)?;
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
    head: CaseHead,
    facts: law::Facts,
    act: ActInput,
    role: RoleId,
) -> Result<Receipt> {
    let asked = asked(&act, role);
    let decision = law::open(platform.book(), &head.pack, &head.procedure, facts, &asked, ctx.now)?;
    fail_at!(platform, Decided);
    let (waits_for, ended) = rules::standing(platform.book(), &decision.case);
    let row = store::case::ActiveModel {
        id: Set(head.id.0),
        pack: Set(head.pack.to_string()),
        procedure: Set(head.procedure.to_string()),
        subject_kind: Set(head.subject_kind.as_str().to_owned()),
        subject_id: Set(head.subject),
        provider_id: Set(head.provider.map(|id| id.0)),
        demander_id: Set(head.demander.map(|id| id.0)),
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
    };
    tx.insert_later(store::case::Entity, store::case::Entity::insert(row));
    // The row above already holds the case; only the clocks, which `stored` does not have, remain to be written.
    let stored = law::Case { clocks: Vec::new(), ..decision.case.clone() };
    let mut loaded = Loaded { head, stored, current: decision.case.clone(), acts: 0 };
    let receipt = carry(platform, tx, ctx, &mut loaded, decision, &act.papers).await?;
    write_clocks(platform, tx, &loaded);
    fail_at!(platform, CaseWritten);
    Ok(receipt)
}

/// Does an act in a case inside a slice's transaction. The slice calls [`Platform::wake_pump`] after its commit.
///
/// # Errors
/// As [`Platform::act_on_case`].
pub async fn act(platform: &Platform, tx: &Tx, ctx: &Ctx, case: CaseId, input: ActInput) -> Result<Receipt> {
    check(&input)?;
    let key = IdempotencyKey::of(ctx, case, &input)?;
    let mut loaded = load(tx, case).await?;
    // Asked after the case is locked, so that of two requests with one key the second finds the first one's receipt.
    if let Some(key) = &key
        && let Some(receipt) = key.answered(tx).await?
    {
        return Ok(receipt);
    }
    if let Some(seen) = input.expected_version
        && seen != loaded.head.version
    {
        return Err(Error::new(
            Code::Conflict,
            format!("case `{case}` has version {}, not {seen}: somebody acted meanwhile", loaded.head.version),
        )
        .hint("read the case again and decide anew"));
    }
    let_the_law_go_first(platform, tx, ctx, &mut loaded).await?;
    let role = speak(platform, ctx, &loaded.head, &input)?;
    let decision = law::decide(platform.book(), &loaded.current, &asked(&input, role), ctx.now)?;
    fail_at!(platform, Decided);
    let mut receipt = carry(platform, tx, ctx, &mut loaded, decision, &input.papers).await?;
    receipt.version = save(platform, tx, ctx, &mut loaded)?;
    if let Some(key) = key {
        key.remember(tx, ctx, &receipt)?;
    }
    fail_at!(platform, CaseWritten);
    Ok(receipt)
}

/// Opens the case that an effect asks for: another procedure about the same subject, for the same parties. A duty of a whole
/// organisation runs once: while one is open, no second is opened, whatever else the organisation does meanwhile.
pub(crate) async fn open_following(tx: &Tx, on: &EffectCtx<'_>, procedure: &law::ProcedureId) -> Result<()> {
    let platform = on.platform;
    let missing =
        || Error::new(Code::Internal, format!("pack `{}` has no procedure `{procedure}` that opens", on.case.pack));
    let rules =
        platform.book().pack(&on.case.pack).and_then(|pack| pack.procedures.get(procedure)).ok_or_else(missing)?;
    let opening = rules.openings().next().ok_or_else(missing)?;
    // Whoever is named for it, the case follows by the law from what was just decided, so the platform does it.
    let role = opening.by.iter().find(|role| **role == "platform").or(opening.by.first()).ok_or_else(missing)?;
    let papers = opening.papers.iter().map(|paper| (paper.clone(), format!("case {}", on.case.id))).collect();
    let act = ActInput { role: Some(role.clone()), papers, ..ActInput::new(opening.id.as_str()) };
    let subject = subject_of_following(tx, on, rules.subject).await?;
    let of_organisation = subject.0 == SubjectKind::Organisation;
    if of_organisation && is_open_already(tx, on, procedure, subject.1).await? {
        return Ok(());
    }
    let ctx = Ctx::new(Actor::Platform, on.ctx.now, seed(on.ctx));
    let opening = Opening {
        procedure: procedure.clone(),
        pack: Some(on.case.pack.clone()),
        subject,
        provider: on.case.provider,
        demander: on.case.demander,
        // What is known of an entry is not known of the organisation that holds it.
        facts: if of_organisation { law::Facts::new() } else { on.decision.case.facts.clone() },
        act,
        parent: Some(on.case.id),
    };
    // The effect was decided by the law, so the platform needs no leave of its own to carry it out.
    let (head, facts, act) = new_head(platform, &ctx, opening)?;
    open_as(platform, tx, &ctx, head, facts, act, role.clone()).await.map(drop)
}

/// Whether another case of this procedure about the organisation is open. Its row is locked until the transaction ends, so that
/// of two entries published at once only one begins the duty.
async fn is_open_already(
    tx: &Tx,
    on: &EffectCtx<'_>,
    procedure: &law::ProcedureId,
    organisation: uuid::Uuid,
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
/// that a duty of a whole organisation is about whoever provides.
async fn subject_of_following(tx: &Tx, on: &EffectCtx<'_>, wanted: law::Subject) -> Result<(SubjectKind, uuid::Uuid)> {
    if wanted == law::Subject::Service
        && on.case.subject_kind == SubjectKind::Request
        && let Some(service) = crate::sharing::service_of_request(tx, on.case.subject.into()).await?
    {
        return Ok((SubjectKind::Service, service.0));
    }
    if wanted == law::Subject::Organisation
        && let Some(provider) = on.case.provider
    {
        return Ok((SubjectKind::Organisation, provider.0));
    }
    Ok((on.case.subject_kind, on.case.subject))
}

/// The head of a case, inside a transaction.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn head(tx: &impl ConnectionTrait, case: CaseId) -> Result<CaseHead> {
    let row = store::case::Entity::find_by_id(case.0).one(tx).await?;
    head_of(&row.ok_or_else(|| Error::not_found("case", case))?)
}

pub(super) fn head_of(row: &store::case::Model) -> Result<CaseHead> {
    let kind = SubjectKind::parse(&row.subject_kind);
    Ok(CaseHead {
        id: CaseId(row.id),
        pack: row.pack.as_str().into(),
        procedure: row.procedure.as_str().into(),
        subject_kind: kind
            .ok_or_else(|| Error::new(Code::Internal, format!("unknown subject kind `{}`", row.subject_kind)))?,
        subject: row.subject_id,
        provider: row.provider_id.map(OrganisationId),
        demander: row.demander_id.map(OrganisationId),
        parent: row.parent_id.map(CaseId),
        version: row.version,
    })
}

/// Reads a case for changing it: on PostgreSQL its row is locked until the transaction ends.
pub(super) async fn load(tx: &Tx, case: CaseId) -> Result<Loaded> {
    let mut query = store::case::Entity::find_by_id(case.0);
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let row = query.one(tx).await?.ok_or_else(|| Error::not_found("case", case))?;
    let stored: law::Case = from_json(&row.data)?;
    Ok(Loaded { head: head_of(&row)?, current: stored.clone(), stored, acts: row.acts })
}

/// Brings in what the world has changed, then lets the law do everything that fell due up to now.
async fn let_the_law_go_first(platform: &Platform, tx: &Tx, ctx: &Ctx, loaded: &mut Loaded) -> Result<()> {
    refresh(platform, tx, loaded).await?;
    // Every step ends a run of a clock, so this ends; the bound only guards against a faulty pack.
    for _ in 0..1000 {
        if law_step(platform, tx, ctx, loaded).await?.is_none() {
            return Ok(());
        }
    }
    Err(Error::new(Code::Internal, format!("the law does not come to rest in case `{}`", loaded.head.id)))
}

/// Facts that changed without an act.
pub(super) async fn refresh(platform: &Platform, tx: &Tx, loaded: &mut Loaded) -> Result<()> {
    let facts = effects::facts_now(platform, tx, &loaded.head).await?;
    if facts.iter().any(|(fact, value)| loaded.current.facts.get(fact) != Some(value)) {
        (loaded.current, _) = law::with_facts(platform.book(), &loaded.current, facts);
    }
    Ok(())
}

/// The case as the world has made it by now, for reading: what a call or a hand-in has changed moves its terms at once, not only
/// when the scheduler next comes by.
pub(super) async fn as_of_now(platform: &Platform, head: &CaseHead, stored: law::Case) -> Result<law::Case> {
    let facts = effects::facts_now(platform, &platform.db().look().await?, head).await?;
    if facts.iter().all(|(fact, value)| stored.facts.get(fact) == Some(value)) {
        return Ok(stored);
    }
    Ok(law::with_facts(platform.book(), &stored, facts).0)
}

/// The next thing the law does in a case by now, carried out; not yet saved.
pub(super) async fn law_step(platform: &Platform, tx: &Tx, ctx: &Ctx, loaded: &mut Loaded) -> Result<Option<Receipt>> {
    let Some(decision) = law::advance(platform.book(), &loaded.current, ctx.now) else { return Ok(None) };
    let ctx = Ctx::new(Actor::Law, ctx.now, seed(ctx));
    carry(platform, tx, &ctx, loaded, decision, &BTreeMap::new()).await.map(Some)
}

/// Carries out a decision: act row, log entry, effects. The case itself is written by [`save`].
async fn carry(
    platform: &Platform,
    tx: &Tx,
    ctx: &Ctx,
    loaded: &mut Loaded,
    decision: Decision,
    papers: &BTreeMap<PaperId, String>,
) -> Result<Receipt> {
    loaded.acts = loaded.acts.saturating_add(1);
    let act = ActId(ctx.uuid());
    let record = ledger::ActRecord { act, head: &loaded.head, seq: loaded.acts, decision: &decision };
    let commitments = ledger::commit_papers(ctx, papers)?;
    let row = act_row(platform, ctx, &record, &commitments)?;
    tx.insert_later(store::act::Entity, store::act::Entity::insert(row));
    fail_at!(platform, ActWritten);
    ledger::enqueue_act(platform, tx, ctx, &record, &commitments)?;
    fail_at!(platform, LeafQueued);
    let effect = EffectCtx { platform, ctx, case: &loaded.head, act, decision: &decision, papers };
    for step in &decision.effects {
        effects::apply(tx, step, &effect).await?;
    }
    fail_at!(platform, EffectsDone);
    let receipt = Receipt {
        case: loaded.head.id,
        act,
        name: decision.act.clone(),
        role: decision.by.clone(),
        at: decision.at,
        state: decision.case.state.clone(),
        ended: rules::standing(platform.book(), &decision.case).1,
        version: loaded.head.version,
        articles: decision.articles,
        due: decision.clock_changes.iter().map(Due::from).collect(),
        effects: decision.effects,
        log_index: None,
    };
    loaded.current = decision.case;
    Ok(receipt)
}

fn act_row(
    platform: &Platform,
    ctx: &Ctx,
    record: &ledger::ActRecord<'_>,
    papers: &ledger::Commitments,
) -> Result<store::act::ActiveModel> {
    let decision = record.decision;
    let (actor_kind, actor_id, organisation) = ledger::actor_columns(&ctx.who);
    let sealed = (!papers.is_empty()).then(|| papers.seal(platform.vault(), ctx, record.act)).transpose()?;
    Ok(store::act::ActiveModel {
        id: Set(record.act.0),
        case_id: Set(record.head.id.0),
        seq: Set(record.seq),
        act: Set(decision.act.to_string()),
        role: Set(decision.by.to_string()),
        actor_kind: Set(actor_kind.to_owned()),
        actor_id: Set(actor_id),
        organisation_id: Set(organisation.map(|id| id.0)),
        at: Set(micros(decision.at)),
        recorded_at: Set(micros(ctx.now)),
        articles: Set(to_json(&decision.articles)?),
        from_state: Set(decision.from.as_ref().map(ToString::to_string)),
        to_state: Set(decision.case.state.to_string()),
        papers: Set(sealed),
        paper_names: Set(to_json(&papers.names())?),
        expired: Set(decision.expired.as_ref().map(|(clock, _)| clock.to_string())),
        outcome: Set(decision.expired.as_ref().map(|(_, outcome)| rules::outcome_word(*outcome).to_owned())),
    })
}

/// Writes the case and its clocks; somebody who wrote it meanwhile makes the commit a conflict. Returns the new version.
pub(super) fn save(platform: &Platform, tx: &Tx, ctx: &Ctx, loaded: &mut Loaded) -> Result<i32> {
    let version = loaded.head.version.saturating_add(1);
    let (waits_for, ended) = rules::standing(platform.book(), &loaded.current);
    let update = store::case::ActiveModel {
        state: Set(loaded.current.state.to_string()),
        waits_for: Set(waits_for),
        ended: Set(ended),
        changed_at: Set(micros(ctx.now)),
        data: Set(to_json(&loaded.current)?),
        next_due_at: Set(law::next_due(&loaded.current).map(|(_, due)| micros(due))),
        acts: Set(loaded.acts),
        version: Set(version),
        ..Default::default()
    };
    let case = loaded.head.id;
    let update = store::case::Entity::update_many()
        .set(update)
        .filter(store::case::Column::Id.eq(case.0))
        .filter(store::case::Column::Version.eq(loaded.head.version));
    tx.update_later(update, move || {
        Error::new(Code::Conflict, format!("case `{case}` was changed meanwhile")).hint("try again")
    });
    write_clocks(platform, tx, loaded);
    loaded.head.version = version;
    loaded.stored = loaded.current.clone();
    Ok(version)
}

fn write_clocks(platform: &Platform, tx: &Tx, loaded: &Loaded) {
    let changed = rules::changed_runs(&loaded.stored.clocks, &loaded.current.clocks);
    if changed.is_empty() {
        return;
    }
    let pack = platform.book().pack(&loaded.current.pack);
    let rows = changed.into_iter().map(|(number, run)| store::clock::ActiveModel {
        case_id: Set(loaded.head.id.0),
        run: Set(number),
        clock: Set(run.clock.to_string()),
        article: Set(pack
            .and_then(|pack| pack.clock(&run.clock))
            .map(|(_, rule)| rule.article.to_string())
            .unwrap_or_default()),
        started_at: Set(micros(run.started_at)),
        due_at: Set(run.due.map(micros)),
        status: Set(rules::status_word(run.status).to_owned()),
    });
    use store::clock::Column;
    let replace = OnConflict::columns([Column::CaseId, Column::Run])
        .update_columns([Column::StartedAt, Column::DueAt, Column::Status])
        .to_owned();
    tx.insert_later(store::clock::Entity, store::clock::Entity::insert_many(rows).on_conflict(replace));
}

/// The role in which the actor speaks: the one they named, or the only one that the act and the policy leave.
fn speak(platform: &Platform, ctx: &Ctx, head: &CaseHead, input: &ActInput) -> Result<RoleId> {
    let may = |role: &RoleId| platform.may(ctx, Action::Speak, &Resource::case(head).role(role));
    if let Some(role) = &input.role {
        return may(role).map(|()| role.clone());
    }
    let named = rules::roles_for_act(platform.book(), &head.pack, &head.procedure, &input.act);
    let mut denied = None;
    let mut allowed = Vec::new();
    for role in named {
        match may(role) {
            Ok(()) => allowed.push(role),
            Err(error) => denied = Some(error),
        }
    }
    match (allowed.as_slice(), denied) {
        ([role], _) => Ok((*role).clone()),
        ([], Some(error)) => Err(error),
        // The procedure has no such act: any role will do, since the law refuses the act itself, in its own words.
        ([], None) => ["demander", "provider", "centre", "authority"]
            .map(RoleId::from)
            .into_iter()
            .find(|role| may(role).is_ok())
            .ok_or_else(|| Error::new(Code::NotPermitted, format!("you have no part in case `{}`", head.id))),
        (several, _) => {
            let names: Vec<_> = several.iter().map(|role| format!("`{role}`")).collect();
            Err(Error::new(
                Code::InvalidInput,
                format!("act `{}` can be done by you as {}", input.act, names.join(" or ")),
            )
            .field("role", "say in which role you act"))
        }
    }
}

fn asked(input: &ActInput, role: RoleId) -> law::Act {
    law::Act {
        id: input.act.clone(),
        by: role,
        papers: input
            .papers
            .iter()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(paper, _)| paper.clone())
            .collect(),
        facts: input.facts.clone(),
        extension: input.extension,
    }
}

fn check(input: &ActInput) -> Result<()> {
    for (paper, text) in &input.papers {
        if text.len() > LONGEST_PAPER {
            let message = format!(
                "paper `{paper}` has {} bytes, more than the {LONGEST_PAPER} that a paper may have",
                text.len()
            );
            return Err(Error::new(Code::LimitExceeded, message).hint("attach a file and give its digest"));
        }
    }
    if input.idempotency_key.as_ref().is_some_and(|key| key.is_empty() || key.len() > LONGEST_KEY) {
        return Err(Error::new(Code::InvalidInput, format!("an idempotency key has 1 to {LONGEST_KEY} bytes")));
    }
    Ok(())
}

/// 32 bytes of chance for a context that follows from this one.
fn seed(ctx: &Ctx) -> [u8; 32] {
    let mut seed = [0u8; 32];
    ctx.fill(&mut seed);
    seed
}

struct IdempotencyKey {
    actor: String,
    key: String,
    digest: String,
}

impl IdempotencyKey {
    fn of(ctx: &Ctx, case: CaseId, input: &ActInput) -> Result<Option<Self>> {
        let Some(key) = input.idempotency_key.clone() else { return Ok(None) };
        let (kind, id, organisation) = ledger::actor_columns(&ctx.who);
        let actor =
            format!("{kind}:{}", id.or(organisation.map(|id| id.0)).map(|id| id.to_string()).unwrap_or_default());
        let digest = hex::encode(sm::sm3(to_json(&(case, input))?.as_bytes()));
        Ok(Some(Self { actor, key, digest }))
    }

    async fn answered(&self, tx: &Tx) -> Result<Option<Receipt>> {
        let found = store::idempotency::Entity::find_by_id((self.actor.clone(), self.key.clone())).one(tx).await?;
        let Some(found) = found else { return Ok(None) };
        if found.digest != self.digest {
            return Err(Error::new(Code::Conflict, format!("idempotency key `{}` was used for another act", self.key))
                .hint("choose a new key for a new act"));
        }
        from_json(&found.response).map(Some)
    }

    fn remember(self, tx: &Tx, ctx: &Ctx, receipt: &Receipt) -> Result<()> {
        let row = store::idempotency::ActiveModel {
            actor: Set(self.actor),
            key: Set(self.key),
            digest: Set(self.digest),
            response: Set(to_json(receipt)?),
            at: Set(micros(ctx.now)),
        };
        tx.insert_later(store::idempotency::Entity, store::idempotency::Entity::insert(row));
        Ok(())
    }
}
