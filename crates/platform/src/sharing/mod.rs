//! Sharing: a demand with its elements, the grant made from it, the service that serves it (CN-16 to CN-20, PT-17 to PT-26).
//!
//! What a reader should know first. A demand may lack elements; that is no error, since the law has the holder ask for them
//! once, in writing. Each element that is there is a *paper* of the request's case. When the case comes to a grant (by whoever's
//! act, the law's own included) the effect [`issue_grant`] compiles the request and the published entry into a [`Grant`]:
//! never more than was asked for, never more than the entry has. Everything the gateway lets through is read from it. A wider
//! use is only noted until the provider consents.

mod grant;
mod request;
pub mod rules;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod view;

use std::collections::HashSet;

use jiff::Timestamp;
use law::{FactValue, Facts, PaperId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Query};

use crate::{
    Platform,
    catalogue::{self, EntryInput, EntryStatus, Fault, SharingType, owner},
    ctx::{Actor, Ctx},
    db::{Tx, from_json, instant, micros, to_json},
    docket::{self, ActInput, CaseHead, IdempotencyKey, Opening, Receipt, SubjectKind},
    effects::EffectCtx,
    error::{Code, Error, Result},
    identity,
    ids::*,
    policy::{Action, Resource},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

pub use grant::*;
pub use request::*;
pub use view::*;

/// The procedure of a demand.
const PROCEDURE: &str = "sharing_request";
/// The act by which a provider consents to a wider use.
const CONSENT_WIDENING: &str = "consent_widening";

impl Platform {
    /// Asks for an entry's data on behalf of the actor's organisation and opens the request's case.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] naming every field of impossible form or a commitment that does not verify, [`Code::NotFound`] for
    /// the entry, [`Code::NotPermitted`], [`Code::ActRefused`] when the law does not let the case be opened. Missing elements
    /// are no error unless the district's law makes them one.
    pub async fn ask(&self, ctx: &Ctx, input: RequestInput) -> Result<(RequestView, Receipt)> {
        self.ask_once(ctx, input, None).await
    }

    /// As [`Platform::ask`]; repeating it with the same key gives what came of it the first time.
    ///
    /// # Errors
    /// As [`Platform::ask`]; [`Code::Conflict`] when the key was used for something else.
    pub async fn ask_once(
        &self,
        ctx: &Ctx,
        input: RequestInput,
        key: Option<String>,
    ) -> Result<(RequestView, Receipt)> {
        let demander = owner(ctx)?;
        let key = IdempotencyKey::of_what(ctx, key, &("sharing_request", &input))?;
        self.may(ctx, Action::Ask, &Resource::thing(None, demander))?;
        let RequestInput { entry, elements } = input;
        let wanted = self.wanted(entry, demander).await?;
        let faults = rules::form_faults(&elements, &wanted.elements);
        catalogue::rules::refuse("the request cannot be made", faults)?;
        self.check_commitment(demander, entry, &wanted.title, &elements).await?;
        let act = self.opening_act(PROCEDURE, "demander")?;
        let id = RequestId(ctx.uuid());
        let tx = self.db().write().await?;
        if let Some(done) = self.asked_before(&tx, key.as_ref()).await? {
            return Ok(done);
        }
        let opening = Opening {
            procedure: PROCEDURE.into(),
            pack: None,
            subject: (SubjectKind::Request, id.0),
            provider: Some(wanted.provider),
            demander: Some(demander),
            facts: rules::facts(&elements, wanted.sharing, wanted.catalogued, wanted.collected),
            act: ActInput { papers: rules::papers(&elements), ..ActInput::new(act.as_str()).role("demander") },
            title: None,
            parties: Default::default(),
            parent: None,
        };
        let receipt = docket::open_case(self, &tx, ctx, opening).await?;
        let row = store::request::Model {
            id: id.0,
            entry_id: entry.0,
            title: wanted.title,
            demander_id: demander.0,
            provider_id: wanted.provider.0,
            case_id: receipt.case.0,
            elements: to_json(&elements)?,
            cataloguing_requested_at: None,
            created_at: micros(ctx.now),
            changed_at: micros(ctx.now),
            version: 1,
        };
        store::request::Entity::insert(store::request::ActiveModel::from(row.clone()))
            .exec_without_returning(&*tx)
            .await?;
        if let Some(key) = key {
            key.remember(&tx, ctx, &receipt)?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok((view::request_view(self, &row, None)?, receipt))
    }

    /// The request that was made or supplemented under this key before.
    async fn asked_before(&self, tx: &Tx, key: Option<&IdempotencyKey>) -> Result<Option<(RequestView, Receipt)>> {
        let Some(receipt) = IdempotencyKey::replayed::<Receipt>(key, tx).await? else { return Ok(None) };
        let of_case = store::request::Column::CaseId.eq(receipt.case.0);
        let row = store::request::Entity::find().filter(of_case).one(tx).await?;
        let row = row.ok_or_else(|| Error::not_found("request of case", receipt.case))?;
        Ok(Some((view::request_view(self, &row, None)?, receipt)))
    }

    /// Supplies what was missing, once it was asked for. Elements that are not stated again stay as they were.
    ///
    /// # Errors
    /// As [`Platform::ask`]; [`Code::ActRefused`] when no supplement was asked for, or one was given already.
    pub async fn supplement(&self, ctx: &Ctx, id: RequestId, more: Elements) -> Result<(RequestView, Receipt)> {
        self.supplement_once(ctx, id, more, None).await
    }

    /// As [`Platform::supplement`]; repeating it with the same key gives what came of it the first time.
    ///
    /// # Errors
    /// As [`Platform::supplement`]; [`Code::Conflict`] when the key was used for something else.
    pub async fn supplement_once(
        &self,
        ctx: &Ctx,
        id: RequestId,
        more: Elements,
        key: Option<String>,
    ) -> Result<(RequestView, Receipt)> {
        let key = IdempotencyKey::of_what(ctx, key, &("sharing_supplement", id, &more))?;
        let tx = self.db().write().await?;
        if let Some(done) = self.asked_before(&tx, key.as_ref()).await? {
            return Ok(done);
        }
        let row = store::request(&*tx, id).await?;
        let demander = OrganisationId(row.demander_id);
        self.may(ctx, Action::Ask, &Resource::thing(Some(id.0), demander))?;
        let before: Elements = from_json(&row.elements)?;
        let after = before.supplemented(more);
        let entry = catalogue::store::entry(&*tx, row.entry_id.into()).await?;
        let wanted = Wanted::of(&entry)?;
        catalogue::rules::refuse("the supplement cannot be taken", rules::form_faults(&after, &wanted.elements))?;
        let (name, registered) = identity::signatory(&*tx, demander).await?;
        verify(&after, &name, row.entry_id.into(), &row.title)?;
        by_registered_key(&after, registered.as_deref())?;
        let act = ActInput {
            papers: rules::papers(&after),
            facts: changed(
                &rules::facts(&before, wanted.sharing, false, false),
                rules::facts(&after, wanted.sharing, false, false),
            ),
            ..ActInput::new(self.supplementing_act(&tx, row.case_id.into()).await?.as_str()).role("demander")
        };
        let receipt = docket::act(self, &tx, ctx, row.case_id.into(), act).await?;
        let next = store::request::Model {
            elements: to_json(&after)?,
            changed_at: micros(ctx.now),
            version: row.version.saturating_add(1),
            ..row.clone()
        };
        let change = sea_orm::ActiveModelTrait::reset_all(store::request::ActiveModel::from(next.clone()));
        let seen = store::request::Column::Version.eq(row.version);
        let done = store::request::Entity::update_many()
            .set(change)
            .filter(store::request::Column::Id.eq(id.0))
            .filter(seen)
            .exec(&*tx)
            .await?;
        if done.rows_affected != 1 {
            return Err(
                Error::new(Code::Conflict, format!("request `{id}` was changed meanwhile")).hint("read it again")
            );
        }
        if let Some(key) = key {
            key.remember(&tx, ctx, &receipt)?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok((view::request_view(self, &next, None)?, receipt))
    }

    /// The text that the demander has to sign for these elements.
    ///
    /// # Errors
    /// [`Code::NotFound`] for the entry, [`Code::NotPermitted`].
    pub async fn commitment_text(&self, ctx: &Ctx, input: &RequestInput) -> Result<String> {
        let demander = owner(ctx)?;
        let wanted = self.wanted(input.entry, demander).await?;
        let (name, _) = identity::signatory(self.db().read(), demander).await?;
        Ok(rules::commitment_text(&name, input.entry, &wanted.title, &input.elements))
    }

    /// Signs the commitment that belongs to these elements with the key that the platform keeps for the caller's
    /// organisation. The caller confirms it with their password.
    ///
    /// # Errors
    /// As [`Platform::commitment_text`]; [`Code::NotAuthenticated`] for a wrong password, [`Code::NotFound`] when no key is kept.
    pub async fn sign_commitment(&self, ctx: &Ctx, input: &RequestInput, password: &str) -> Result<SignedCommitment> {
        let demander = owner(ctx)?;
        self.may(ctx, Action::Ask, &Resource::thing(None, demander))?;
        let text = self.commitment_text(ctx, input).await?;
        let key = self.held_key_of(ctx, demander, password, &sm::sm3(text.as_bytes())).await?;
        let signature = BASE64.encode(key.sign(text.as_bytes()).to_der());
        Ok(SignedCommitment { text, signature, public_key: key.verifying_key().to_spki_pem() })
    }

    /// Verifies the commitment kept with a request once more, as it was at its submission.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none, [`Code::InvalidInput`] when it does not verify.
    pub async fn verify_commitment(&self, ctx: &Ctx, id: RequestId) -> Result<SignedCommitment> {
        let view = self.request(ctx, id).await?;
        let elements = view.elements;
        let (name, _) = identity::signatory(self.db().read(), view.demander).await?;
        verify(&elements, &name, view.entry, &view.title)?;
        elements.commitment.ok_or_else(|| Error::not_found("commitment of request", id))
    }

    /// Asks for a wider use of a service: noted with the service, told to the provider, changing nothing yet (CN-19). Repeating
    /// it with the same key repeats nothing.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] when nothing would be wider or something is not in the entry, [`Code::ActRefused`] when the
    /// district's law knows no widening, or the case does not stand so.
    pub async fn widen(&self, ctx: &Ctx, id: ServiceId, widening: Widening, key: Option<String>) -> Result<Receipt> {
        let key = IdempotencyKey::of_what(ctx, key, &("widening", id, &widening))?;
        let tx = self.db().write().await?;
        if let Some(receipt) = IdempotencyKey::replayed(key.as_ref(), &tx).await? {
            return Ok(receipt);
        }
        let row = store::service(&*tx, id).await?;
        self.may(ctx, Action::Ask, &Resource::thing(Some(id.0), row.demander_id.into()))?;
        let entry = catalogue::store::entry(&*tx, row.entry_id.into()).await?;
        let faults = rules::widening_faults(&widening, &store::grant_of(&row)?, &catalogue::store::effective(&entry)?);
        catalogue::rules::refuse("the use cannot be widened", faults)?;
        let case = case_of(&tx, &row).await?;
        let act = self.act_with_paper(&tx, case, "demander", "widening_statement").await?;
        let act = ActInput::new(act.as_str()).role("demander").paper("widening_statement", widening.statement.clone());
        let receipt = docket::act(self, &tx, ctx, case, act).await?;
        let row = store::service(&*tx, id).await?;
        let change = store::service::ActiveModel {
            widening: Set(Some(to_json(&widening)?)),
            widening_at: Set(Some(micros(ctx.now))),
            ..Default::default()
        };
        store::change_service(self, ctx.now, &tx, &row, change).await?;
        if let Some(key) = key {
            key.remember(&tx, ctx, &receipt)?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok(receipt)
    }

    /// Consents to the wider use that was asked for, once. The act's own effect makes the wider grant, whichever door it comes by.
    ///
    /// # Errors
    /// [`Code::ActRefused`] when nothing was asked, [`Code::NotPermitted`].
    pub async fn consent_to_widening(&self, ctx: &Ctx, id: ServiceId) -> Result<Receipt> {
        let tx = self.db().write().await?;
        let row = store::service(&*tx, id).await?;
        let case = case_of(&tx, &row).await?;
        let receipt = docket::act(self, &tx, ctx, case, ActInput::new(CONSENT_WIDENING).role("provider")).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(receipt)
    }

    /// States why a service is not being called, so that it is not suspended for that (CN-20, PT-26). Repeating it with the same
    /// key repeats nothing.
    ///
    /// # Errors
    /// [`Code::ActRefused`] when the case does not stand so, [`Code::NotPermitted`].
    pub async fn justify_idle(&self, ctx: &Ctx, id: ServiceId, reason: &str, key: Option<String>) -> Result<Receipt> {
        let key = IdempotencyKey::of_what(ctx, key, &("idle_reason", id, reason))?;
        let tx = self.db().write().await?;
        if let Some(receipt) = IdempotencyKey::replayed(key.as_ref(), &tx).await? {
            return Ok(receipt);
        }
        let row = store::service(&*tx, id).await?;
        let case = case_of(&tx, &row).await?;
        let act = self.act_with_paper(&tx, case, "demander", "idle_reason").await?;
        let receipt = docket::act(
            self,
            &tx,
            ctx,
            case,
            ActInput::new(act.as_str()).role("demander").paper("idle_reason", reason),
        )
        .await?;
        if let Some(key) = key {
            key.remember(&tx, ctx, &receipt)?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok(receipt)
    }

    async fn wanted(&self, entry: EntryId, demander: OrganisationId) -> Result<Wanted> {
        let row = catalogue::store::entry(self.db().read(), entry).await?;
        if row.organisation_id == demander.0 {
            return Err(Error::new(Code::InvalidInput, "an organisation need not ask for its own data")
                .field("entry", "belongs to your own organisation"));
        }
        if row.status == EntryStatus::Withdrawn.as_word() {
            return Err(Error::new(Code::Conflict, format!("entry `{entry}` was withdrawn from the catalogue"))
                .hint("look for its successor in the catalogue"));
        }
        Wanted::of(&row)
    }

    async fn check_commitment(
        &self,
        demander: OrganisationId,
        entry: EntryId,
        title: &str,
        elements: &Elements,
    ) -> Result<()> {
        if elements.commitment.is_none() {
            return Ok(());
        }
        let (name, key) = identity::signatory(self.db().read(), demander).await?;
        verify(elements, &name, entry, title)?;
        by_registered_key(elements, key.as_deref())
    }

    /// The demander's act that brings the elements still missing: by its kind, not by its name.
    async fn supplementing_act(&self, tx: &Tx, case: CaseId) -> Result<law::ActId> {
        let head = docket::head(tx, case).await?;
        let rules = self.book().pack(&head.pack).and_then(|pack| pack.procedures.get(&head.procedure));
        let found = rules.and_then(|rules| {
            rules.acts.values().find(|act| act.asks && !act.opens && act.by.iter().any(|by| *by == "demander"))
        });
        found.map(|act| act.id.clone()).ok_or_else(|| {
            Error::new(Code::Conflict, format!("under `{}` a request cannot be supplemented", head.pack))
                .hint("withdraw it and make a new one")
        })
    }

    /// The act of a case by which a role brings this paper, preferring one that is possible in the case's present state.
    async fn act_with_paper(&self, tx: &Tx, case: CaseId, role: &str, paper: &str) -> Result<law::ActId> {
        let head = docket::head(tx, case).await?;
        let row = docket::store::case::Entity::find_by_id(case.0).one(tx).await?;
        let state = row.map(|row| row.state).unwrap_or_default();
        let rules = self.book().pack(&head.pack).and_then(|pack| pack.procedures.get(&head.procedure));
        let fits = |act: &&law::ActRule| act.by.iter().any(|by| *by == role) && act.papers.iter().any(|p| *p == paper);
        let acts: Vec<_> = rules.map(|rules| rules.acts.values().filter(fits).collect()).unwrap_or_default();
        let now = acts.iter().find(|act| act.from.iter().any(|from| *from == state.as_str()));
        now.or(acts.first()).map(|act| act.id.clone()).ok_or_else(|| {
            Error::new(Code::Conflict, format!("under `{}` no act of a {role} takes the paper `{paper}`", head.pack))
                .hint("make a new request instead")
        })
    }
}

/// What a demand needs to know of the entry it wants.
struct Wanted {
    title: String,
    provider: OrganisationId,
    elements: EntryInput,
    sharing: SharingType,
    catalogued: bool,
    collected: bool,
}

impl Wanted {
    fn of(row: &catalogue::store::entry::Model) -> Result<Self> {
        let elements = catalogue::store::effective(row)?;
        Ok(Self {
            title: row.title.clone(),
            provider: row.organisation_id.into(),
            sharing: elements.sharing.kind,
            catalogued: row.status == EntryStatus::Published.as_word(),
            collected: row.collected_at.is_some(),
            elements,
        })
    }
}

/// The effect `issue_grant`. On a request: compiles the grant and makes the service. On a service: applies the wider use that
/// was asked for.
///
/// # Errors
/// [`Code::Conflict`] when the entry is not published or nothing is left to grant. When the law itself acts this never fails:
/// the grant is then empty, and serves nothing until it is widened or asked for again.
pub(crate) async fn issue_grant(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    if on.case.subject_kind == SubjectKind::Service {
        let row = store::service(tx, on.case.subject.into()).await?;
        return if row.widening.is_some() && asked_last(on, row.widening_at) {
            apply_widening(on.platform, on.ctx.now, tx, &row).await
        } else {
            Ok(())
        };
    }
    let request = store::request(tx, on.case.subject.into()).await?;
    let entry = catalogue::store::entry(tx, request.entry_id.into()).await?;
    let grant = match compile(on, &request, &entry) {
        Err(_) if on.ctx.who == Actor::Law => empty(on, &request, &entry),
        compiled => compiled?,
    };
    let row = store::service::ActiveModel {
        id: Set(grant.service.0),
        request_id: Set(request.id),
        entry_id: Set(request.entry_id),
        title: Set(request.title),
        demander_id: Set(request.demander_id),
        provider_id: Set(request.provider_id),
        pack: Set(on.case.pack.to_string()),
        status: Set(ServiceStatus::Active.as_word().to_owned()),
        grant_json: Set(to_json(&grant)?),
        widening: Set(None),
        widening_at: Set(None),
        opened_at: Set(micros(on.decision.at)),
        ended_at: Set(None),
        last_call_at: Set(None),
        calls: Set(0),
        records: Set(0),
        refused: Set(0),
        version: Set(1),
    };
    store::service::Entity::insert(row).exec_without_returning(tx).await?;
    store::bump(on.platform, on.ctx.now, tx).await
}

/// Whether the widening noted with the service is what the demander asked for last. One that was refused stays on record, and
/// must not come to life by the consent to a later request that names nothing the gateway could apply.
fn asked_last(on: &EffectCtx<'_>, noted_at: Option<i64>) -> bool {
    let last = on.decision.case.done.iter().rev().find(|done| done.by == "demander");
    last.map(|done| micros(done.at)) == noted_at
}

/// The effect `suspend_service`.
pub(crate) async fn suspend_service(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    set_status(tx, on, ServiceStatus::Suspended).await
}

/// The effect `resume_service`.
pub(crate) async fn resume_service(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    set_status(tx, on, ServiceStatus::Active).await
}

/// The effect `end_service`.
pub(crate) async fn end_service(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    set_status(tx, on, ServiceStatus::Ended).await
}

/// The effect `request_cataloguing`: the demand that the holder's catalogue lacks is on record with the request (PT-22).
pub(crate) async fn request_cataloguing(tx: &Tx, on: &EffectCtx<'_>) -> Result<()> {
    use store::request::{Column, Entity};
    let at = sea_orm::sea_query::Expr::value(micros(on.decision.at));
    Entity::update_many()
        .col_expr(Column::CataloguingRequestedAt, at)
        .filter(Column::Id.eq(on.case.subject))
        .exec(tx)
        .await?;
    Ok(())
}

/// Facts that the world changes without an act: a service's last call; that a wanted entry has been catalogued or collected
/// since. Asked before every act and every tick of a case. Only ever adds: what an act has established is not taken back here.
pub(crate) async fn refresh_facts(tx: &Tx, platform: &Platform, head: &CaseHead) -> Result<Facts> {
    let mut facts = Facts::new();
    if let Some(service) = service_of(tx, head).await? {
        let counted = service.last_call_at.map(instant).transpose()?;
        let latest = counted.max(platform.gateway().last_call(service.id.into()));
        facts.extend(latest.map(|at| ("last_call_at".into(), FactValue::Moment(at))));
    } else if head.subject_kind == SubjectKind::Request {
        let Some(row) = store::request::Entity::find_by_id(head.subject).one(tx).await? else { return Ok(facts) };
        let entry = catalogue::store::entry(tx, row.entry_id.into()).await?;
        let wanted = Wanted::of(&entry)?;
        // No act has established anything about an entry that was never published, and data held for a draft may be lost again.
        let is_draft = entry.status == EntryStatus::Draft.as_word();
        let known = [("catalogued", wanted.catalogued), ("collected", wanted.collected)];
        let known = known.into_iter().filter(|(fact, is)| *is || is_draft && *fact == "collected");
        facts.extend(known.map(|(fact, is)| (fact.into(), FactValue::Flag(is))));
    }
    Ok(facts)
}

/// Whether a request is open whose holder was asked to catalogue and collect this entry's data (PT-22).
pub(crate) async fn cataloguing_is_awaited(db: &impl ConnectionTrait, entry: EntryId) -> Result<bool> {
    use store::request::{Column, Entity};
    let asked = Query::select()
        .column(Column::CaseId)
        .from(Entity)
        .and_where(Column::EntryId.eq(entry.0))
        .and_where(Column::CataloguingRequestedAt.is_not_null())
        .to_owned();
    let cases = docket::store::case::Entity::find()
        .filter(docket::store::case::Column::Id.in_subquery(asked))
        .filter(docket::store::case::Column::Ended.eq(false));
    Ok(cases.one(db).await?.is_some())
}

/// Running services of an entry, and the fields they use.
pub(crate) async fn running_uses(tx: &Tx, entry: EntryId) -> Result<(u64, HashSet<String>)> {
    store::running_uses(tx, entry).await
}

/// The service made from a request, for opening its case.
pub(crate) async fn service_of_request(tx: &Tx, request: RequestId) -> Result<Option<ServiceId>> {
    Ok(store::service_of_request(tx, request).await?.map(|row| row.id.into()))
}

/// The service that a case is about.
async fn service_of(tx: &Tx, head: &CaseHead) -> Result<Option<store::service::Model>> {
    match head.subject_kind {
        SubjectKind::Service => Ok(store::service::Entity::find_by_id(head.subject).one(tx).await?),
        _ => Ok(None),
    }
}

/// The case of a service: the newest about it.
async fn case_of(tx: &Tx, row: &store::service::Model) -> Result<CaseId> {
    use docket::store::case::{Column, Entity};
    let about = Entity::find().filter(Column::SubjectId.eq(row.id)).order_by_desc(Column::OpenedAt).one(tx).await?;
    about.map(|case| case.id.into()).ok_or_else(|| {
        Error::new(Code::Conflict, format!("service `{}` has no case under `{}`", row.id, row.pack))
            .hint("make a new request instead")
    })
}

fn compile(
    on: &EffectCtx<'_>,
    request: &store::request::Model,
    entry: &catalogue::store::entry::Model,
) -> Result<Grant> {
    let unfit = |what: &str, hint: &str| {
        Error::new(Code::Conflict, format!("no grant can be made from request `{}`: {what}", request.id)).hint(hint)
    };
    let published = catalogue::store::published(entry)?.filter(|_| entry.status == EntryStatus::Published.as_word());
    let published = published.ok_or_else(|| unfit("the entry is not in the catalogue", "publish it first"))?;
    let settled = settle(on, request, entry, &published);
    rules::compile(&settled, &from_json(&request.elements)?)
        .map_err(|Fault { path, what, next }| unfit(&format!("`{path}` {what}"), &next))
}

/// A grant that serves nothing: silence has approved, but there is nothing the entry could give.
fn empty(on: &EffectCtx<'_>, request: &store::request::Model, entry: &catalogue::store::entry::Model) -> Grant {
    let nothing = EntryInput::default();
    let settled = settle(on, request, entry, &nothing);
    Grant {
        service: settled.service,
        entry: settled.entry,
        entry_version: settled.entry_version,
        dataset: settled.dataset,
        provider: settled.provider,
        demander: settled.demander,
        mode: Mode::Api,
        fields: Vec::new(),
        row_scope: None,
        keys: Vec::new(),
        purposes: std::collections::BTreeSet::new(),
        rate_per_minute: 1,
        from: settled.from,
        until: None,
    }
}

fn settle<'a>(
    on: &EffectCtx<'_>,
    request: &store::request::Model,
    entry: &catalogue::store::entry::Model,
    published: &'a EntryInput,
) -> rules::Settled<'a> {
    rules::Settled {
        service: ServiceId(on.ctx.uuid()),
        entry: request.entry_id.into(),
        entry_version: entry.published_version,
        published,
        dataset: catalogue::dataset(request.entry_id.into()),
        provider: request.provider_id.into(),
        demander: request.demander_id.into(),
        from: on.decision.at,
    }
}

async fn apply_widening(platform: &Platform, now: Timestamp, tx: &Tx, row: &store::service::Model) -> Result<()> {
    let nothing = || {
        Error::new(Code::Conflict, format!("no wider use of service `{}` was asked for", row.id))
            .hint("ask for it first")
    };
    let widening: Widening = from_json(row.widening.as_deref().ok_or_else(nothing)?)?;
    let entry = catalogue::store::entry(tx, row.entry_id.into()).await?;
    let mut grant = rules::widen(&store::grant_of(row)?, &widening, &catalogue::store::effective(&entry)?);
    grant.entry_version = entry.published_version;
    let change = store::service::ActiveModel {
        grant_json: Set(to_json(&grant)?),
        widening: Set(None),
        widening_at: Set(None),
        ..Default::default()
    };
    store::change_service(platform, now, tx, row, change).await
}

async fn set_status(tx: &Tx, on: &EffectCtx<'_>, status: ServiceStatus) -> Result<()> {
    let Some(row) = service_of(tx, on.case).await? else {
        return Err(Error::new(Code::Internal, format!("case `{}` is about no service", on.case.id)));
    };
    let ended_at = (status == ServiceStatus::Ended).then(|| micros(on.decision.at));
    let change = store::service::ActiveModel {
        status: Set(status.as_word().to_owned()),
        ended_at: Set(ended_at),
        ..Default::default()
    };
    store::change_service(on.platform, on.ctx.now, tx, &row, change).await
}

/// A commitment binds the organisation only when it is signed by the key registered for it (PT-18). Asked at submission alone:
/// a key that is replaced later does not undo what was signed under it, and the log tells which was registered when.
fn by_registered_key(elements: &Elements, registered: Option<&str>) -> Result<()> {
    let Some(commitment) = &elements.commitment else { return Ok(()) };
    let given = sm::sign::VerifyingKey::from_spki_pem(&commitment.public_key).ok();
    if given.is_some() && given == registered.and_then(|pem| sm::sign::VerifyingKey::from_spki_pem(pem).ok()) {
        return Ok(());
    }
    let what = if registered.is_some() { "is not the signing key" } else { "is a key, but no signing key" };
    Err(Error::new(Code::InvalidInput, "the commitment is not signed by the organisation's registered key")
        .field("commitment.public_key", format!("{what} registered for the organisation that asks"))
        .hint("sign with the registered key, or have a system administrator register this one for the organisation"))
}

fn verify(elements: &Elements, demander: &str, entry: EntryId, title: &str) -> Result<()> {
    let Some(commitment) = &elements.commitment else { return Ok(()) };
    let expected = rules::commitment_text(demander, entry, title, elements);
    let faults = rules::verify_commitment(commitment, &expected).err().into_iter().collect();
    catalogue::rules::refuse("the commitment does not hold", faults)
}

/// The facts that differ from those before.
fn changed(before: &Facts, after: Facts) -> Facts {
    after.into_iter().filter(|(fact, value)| before.get(fact) != Some(value)).collect()
}

/// The papers a request brings, for the view.
fn given(elements: &Elements) -> Vec<PaperId> {
    rules::papers(elements).into_keys().collect()
}
