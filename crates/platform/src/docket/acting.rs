//! The one way of every act: read, let the law go first, ask the policy, decide, carry out, write, log.

use std::collections::BTreeMap;

use law::{Decision, PaperId, RoleId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement,
    sea_query::OnConflict,
};
use serde::{Serialize, de::DeserializeOwned};

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

use super::{ActInput, CaseHead, Due, Opening, Receipt, Rehearsal, SubjectKind, parties, public, rules, store};

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
    /// The role in which the act has made its actor a party.
    joined: Option<RoleId>,
}

impl Loaded {
    /// A case just opened, whose row is written but not its clocks.
    pub(super) fn opened(head: CaseHead, current: law::Case) -> Self {
        let stored = law::Case { clocks: Vec::new(), ..current.clone() };
        Self { head, stored, current, acts: 0, joined: None }
    }
}

impl Platform {
    /// What would come of an act: it is done like any other, and undone. Nothing of it stays, and nobody hears of it.
    ///
    /// # Errors
    /// Those with which the act itself would end.
    pub async fn rehearse(&self, ctx: &Ctx, case: CaseId, mut input: ActInput) -> Result<Rehearsal> {
        only_stated_facts(self, &input)?;
        public::check(ctx, &input)?;
        // A key that was used already would answer with what came of it then.
        input.idempotency_key = None;
        let tx = self.db().write().await?;
        let receipt = act(self, &tx, ctx, case, input).await?;
        let head = head(&*tx, case).await?;
        let procedure = self.book().pack(&head.pack).and_then(|pack| pack.procedures.get(&head.procedure));
        let found = procedure.and_then(|procedure| procedure.states.get(&receipt.state));
        Ok(Rehearsal {
            name: receipt.name,
            role: receipt.role,
            state_title: found.map_or_else(|| receipt.state.to_string(), |state| state.title.clone()),
            state: receipt.state,
            ended: receipt.ended,
            articles: receipt.articles,
            due: receipt.due,
            effects: receipt.effects,
        })
    }

    /// Does an act in a case, in a transaction of its own.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`] with the reason, [`Code::ActRefused`] with the law's refusal,
    /// [`Code::Conflict`] when the case was changed meanwhile or the idempotency key stands for something else.
    pub async fn act_on_case(&self, ctx: &Ctx, case: CaseId, input: ActInput) -> Result<Receipt> {
        only_stated_facts(self, &input)?;
        public::check(ctx, &input)?;
        if ctx.who == Actor::Public {
            self.objections().lock().enter(case.0.into(), ctx.now)?;
        }
        let tx = self.db().write().await?;
        let receipt = act(self, &tx, ctx, case, input).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(receipt)
    }
}

/// Refuses facts that the vocabulary lets nobody state, and values that a fact cannot take. What is not stated is derived by a
/// slice, set by the law or found by an office, and nobody states it for their own benefit.
pub(super) fn only_stated_facts(platform: &Platform, input: &ActInput) -> Result<()> {
    let words = platform.book().vocabulary();
    let fault = |fact: &law::FactId, value: &law::FactValue| match words.facts.get(fact) {
        Some(word) if word.stated => words.check(fact, value).err(),
        _ => Some("is derived, found or set, not stated".to_owned()),
    };
    let faults = input.facts.iter().filter_map(|(fact, value)| Some((fact, fault(fact, value)?)));
    let refused = faults.fold(None, |error: Option<Error>, (fact, fault)| {
        let error = error.unwrap_or_else(|| {
            Error::new(Code::InvalidInput, "an act states a fact that it cannot state").hint(
                "leave it out; an actor states only what the vocabulary marks as stated, with a value that it takes",
            )
        });
        Some(error.field(format!("facts.{fact}"), fault))
    });
    refused.map_or(Ok(()), Err)
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
    if ctx.who == Actor::Public {
        public::may_act(platform, tx, &loaded.head, &input).await?;
    }
    let role = speak(platform, ctx, &loaded.head, &input)?;
    let decision = law::decide(platform.book(), &loaded.current, &asked(&input, role), ctx.now)?;
    fail_at!(platform, Decided);
    if parties::join(platform, ctx, &mut loaded.head, &decision.by) {
        loaded.joined = Some(decision.by.clone());
    }
    let mut receipt = carry(platform, tx, ctx, &mut loaded, decision, &input.papers).await?;
    receipt.version = save(platform, tx, ctx, &mut loaded)?;
    if let Some(key) = key {
        key.remember(tx, ctx, &receipt)?;
    }
    fail_at!(platform, CaseWritten);
    Ok(receipt)
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
        parties: from_json(&row.parties)?,
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
    Ok(Loaded { head: head_of(&row)?, current: stored.clone(), stored, acts: row.acts, joined: None })
}

/// Brings in what the world has changed, then lets the law do everything that fell due up to now.
pub(super) async fn let_the_law_go_first(platform: &Platform, tx: &Tx, ctx: &Ctx, loaded: &mut Loaded) -> Result<()> {
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
    if platform.books().is_counting() {
        // An amendment is being counted, and this case's turn may not have come: no term runs out by the law that was.
        (loaded.current, _) = law::recompute(platform.book(), &loaded.current);
    }
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
    let ctx = Ctx::new(Actor::Law, ctx.now, ctx.seed());
    carry(platform, tx, &ctx, loaded, decision, &BTreeMap::new()).await.map(Some)
}

/// Carries out a decision: act row, log entry, effects. The case itself is written by [`save`].
pub(super) async fn carry(
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
        title: platform.book().act_title(&loaded.head.pack, &loaded.head.procedure, &decision.act),
        name: decision.act.clone(),
        role: decision.by.clone(),
        at: decision.at,
        state_title: rules::state_title(platform.book(), &decision.case),
        state: decision.case.state.clone(),
        ended: rules::standing(platform.book(), &decision.case).1,
        version: loaded.head.version,
        articles: decision.articles,
        due: decision.clock_changes.iter().map(Due::from).collect(),
        effects: decision.effects,
        log_index: None,
        receipt_number: None,
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
        pack: Set(record.head.pack.to_string()),
        procedure: Set(record.head.procedure.to_string()),
    })
}

/// Writes the case and its clocks; somebody who wrote it meanwhile makes the commit a conflict. Returns the new version.
pub(super) fn save(platform: &Platform, tx: &Tx, ctx: &Ctx, loaded: &mut Loaded) -> Result<i32> {
    let version = loaded.head.version.saturating_add(1);
    let (waits_for, ended) = rules::standing(platform.book(), &loaded.current);
    let mut update = store::case::ActiveModel {
        state: Set(loaded.current.state.to_string()),
        waits_for: Set(waits_for),
        ended: Set(ended),
        changed_at: Set(micros(ctx.now)),
        data: Set(to_json(&loaded.current)?),
        next_due_at: Set(law::next_due(&loaded.current).map(|(_, due)| micros(due))),
        acts: Set(loaded.acts),
        version: Set(version),
        due_at: Set(rules::due_at(platform.book(), &loaded.current)),
        ..Default::default()
    };
    if let Some(role) = loaded.joined.take() {
        update.parties = Set(to_json(&loaded.head.parties)?);
        parties::remember(tx, &loaded.head, loaded.head.parties.get_key_value(&role).into_iter());
    }
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

pub(super) fn write_clocks(platform: &Platform, tx: &Tx, loaded: &Loaded) {
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
pub(super) fn speak(platform: &Platform, ctx: &Ctx, head: &CaseHead, input: &ActInput) -> Result<RoleId> {
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
        ([], None) => rules::roles_of(platform.book(), &head.pack, &head.procedure)
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

pub(super) fn asked(input: &ActInput, role: RoleId) -> law::Act {
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

pub(super) fn check(input: &ActInput) -> Result<()> {
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

/// What makes repeating something harmless: the key that its caller chose, bound to what it was first used for.
pub(crate) struct IdempotencyKey {
    actor: String,
    key: String,
    digest: String,
}

impl IdempotencyKey {
    fn of(ctx: &Ctx, case: CaseId, input: &ActInput) -> Result<Option<Self>> {
        Self::of_what(ctx, input.idempotency_key.clone(), &(case, input))
    }

    /// The key of an opening. A new matter has no name but its title: its id is drawn anew at every attempt.
    pub(super) fn of_opening(ctx: &Ctx, opening: &Opening) -> Result<Option<Self>> {
        let Opening { procedure, pack, subject, title, provider, demander, parties, facts: _, act, parent: _ } =
            opening;
        let subject = title.is_none().then_some(subject);
        let what = (procedure, pack, (subject, title), provider, demander, parties, act);
        Self::of_what(ctx, act.idempotency_key.clone(), &what)
    }

    /// The key under which `what` is done once.
    pub(crate) fn of_what(ctx: &Ctx, key: Option<String>, what: &impl Serialize) -> Result<Option<Self>> {
        let Some(key) = key else { return Ok(None) };
        let (kind, id, organisation) = ledger::actor_columns(&ctx.who);
        let actor =
            format!("{kind}:{}", id.or(organisation.map(|id| id.0)).map(|id| id.to_string()).unwrap_or_default());
        let digest = hex::encode(sm::sm3(to_json(what)?.as_bytes()));
        Ok(Some(Self { actor, key, digest }))
    }

    /// Lets nobody else use the same key until the transaction ends: there is no case yet whose row could be locked. SQLite has
    /// one writer anyway.
    async fn hold(&self, tx: &Tx) -> Result<()> {
        if tx.get_database_backend() == DbBackend::Postgres {
            let name = format!("{}\n{}", self.actor, self.key);
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [name.into()])).await?;
        }
        Ok(())
    }

    /// What came of it before, where there is a key; until the transaction ends nobody else may use it.
    pub(crate) async fn replayed<T: DeserializeOwned>(key: Option<&Self>, tx: &Tx) -> Result<Option<T>> {
        let Some(key) = key else { return Ok(None) };
        key.hold(tx).await?;
        key.answered(tx).await
    }

    /// What came of it before.
    async fn answered<T: DeserializeOwned>(&self, tx: &Tx) -> Result<Option<T>> {
        let found = store::idempotency::Entity::find_by_id((self.actor.clone(), self.key.clone())).one(tx).await?;
        let Some(found) = found else { return Ok(None) };
        if found.digest != self.digest {
            return Err(Error::new(Code::Conflict, format!("idempotency key `{}` was used for another act", self.key))
                .hint("choose a new key for a new act"));
        }
        from_json(&found.response).map(Some)
    }

    /// Remembers what came of it, with the act.
    pub(crate) fn remember(self, tx: &Tx, ctx: &Ctx, receipt: &impl Serialize) -> Result<()> {
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
