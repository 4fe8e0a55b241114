//! What becomes of an account: shut and opened again, unlocked, its password given anew or chosen by oneself, its second factor
//! confirmed.
//!
//! What a reader must know first. A password that somebody else has given opens the door once, to choose one's own: so nobody
//! works for a day under a password that an administrator knows. Who may do what follows the separation of the three
//! administrators: the system administrator shuts accounts and opens them, the security administrator holds the keys. Neither
//! can leave the district without one of the three.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Platform,
    ctx::{Actor, Ctx, Role},
    db::{Tx, from_json, micros},
    error::{Code, Error, Result},
    ids::PersonId,
    ledger,
    policy::{Action, Resource, role_word},
};

use super::{
    password,
    people::{PersonView, TotpEnrolment, find, totp_place, view},
    rules, sessions, store,
};

/// For how long a password given by somebody else can be used.
const ONE_TIME: SignedDuration = SignedDuration::from_hours(72);
/// How long a second factor that was shown may wait to be confirmed.
const CONFIRMED_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// A password for one time, shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct OneTimePassword {
    /// It; whoever logs in with it chooses their own in the same breath.
    pub password: String,
    /// Until when it can be used.
    pub valid_until: Timestamp,
}

/// A second factor that counts only once its first code has been shown.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingTotp {
    /// What the authenticator is given.
    #[serde(flatten)]
    pub enrolment: TotpEnrolment,
    /// The same, sealed; given back with the first code.
    pub pending: String,
}

impl Platform {
    /// Shuts a person out, or lets them in again. Whoever is shut out is logged out at once.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`]; [`Code::Conflict`] for oneself, and for the last who holds one of the three
    /// administrators' roles.
    pub async fn set_disabled(&self, ctx: &Ctx, person: PersonId, disabled: bool) -> Result<PersonView> {
        self.may(ctx, Action::ManagePeople, &Resource::platform())?;
        if disabled && is_self(ctx, person) {
            return Err(
                Error::new(Code::Conflict, "nobody shuts themselves out").hint("ask another system administrator")
            );
        }
        let tx = self.db().write().await?;
        let row = find(&tx, person).await?;
        if disabled {
            spare_the_last(&tx, &row, &BTreeSet::new()).await?;
            sessions::end_all_of(&tx, ctx, person).await?;
        }
        let change = store::person::ActiveModel {
            id: Set(person.0),
            disabled_at: Set(disabled.then(|| micros(ctx.now))),
            ..Default::default()
        };
        let rule = if disabled { "person_disabled" } else { "person_enabled" };
        self.account_changed(tx, ctx, change, person, rule).await
    }

    /// Lets a person try again who was locked out after wrong attempts.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`].
    pub async fn unlock(&self, ctx: &Ctx, person: PersonId) -> Result<PersonView> {
        self.may(ctx, Action::ManageSessions, &Resource::platform())?;
        let tx = self.db().write().await?;
        find(&tx, person).await?;
        let change = store::person::ActiveModel {
            id: Set(person.0),
            failures: Set(0),
            locked_until: Set(None),
            ..Default::default()
        };
        self.account_changed(tx, ctx, change, person, "person_unlocked").await
    }

    /// Gives a person a password for one time, because they have lost theirs. They are logged out everywhere.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`]; [`Code::Conflict`] for oneself.
    pub async fn reset_password(&self, ctx: &Ctx, person: PersonId) -> Result<OneTimePassword> {
        self.may(ctx, Action::ManageSessions, &Resource::platform())?;
        if is_self(ctx, person) {
            return Err(Error::new(Code::Conflict, "one's own password is changed, not reset")
                .hint("change it under your own account"));
        }
        let given = one_time(ctx)?;
        let hash = self.hash_password(ctx, given.password.clone()).await?;
        let tx = self.db().write().await?;
        find(&tx, person).await?;
        sessions::end_all_of(&tx, ctx, person).await?;
        let change = store::person::ActiveModel {
            id: Set(person.0),
            password: Set(hash),
            one_time_until: Set(Some(micros(given.valid_until))),
            failures: Set(0),
            locked_until: Set(None),
            ..Default::default()
        };
        self.account_changed(tx, ctx, change, person, "password_reset").await?;
        Ok(given)
    }

    /// Changes one's own password; every other session of one's own ends.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for a client, [`Code::InvalidInput`] for a new password that is too short or a present one that does
    /// not fit.
    pub async fn change_password(&self, ctx: &Ctx, old: &str, new: &str, token: &str) -> Result<()> {
        let person = myself(ctx)?;
        rules::check_password(new)?;
        let row = store::person::Entity::find_by_id(person.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("person", person))?;
        sessions::not_locked(&row, ctx.now)?;
        let (phc, given) = (row.password.clone(), old.to_owned());
        let fits = sessions::slowly(move || password::fits(&phc, &given)).await?;
        if !fits {
            // Whoever finds an open browser must not try passwords in it without end.
            self.note_failure(ctx, &row).await?;
            return Err(Error::new(Code::InvalidInput, "the present password does not fit")
                .field("old", "is not your password"));
        }
        if old == new {
            return Err(Error::new(Code::InvalidInput, "the new password is the present one")
                .field("new", "choose another one"));
        }
        let hash = self.hash_password(ctx, new.to_owned()).await?;
        let tx = self.db().write().await?;
        sessions::end_others_of(&tx, ctx, person, token).await?;
        let change = store::person::ActiveModel {
            id: Set(person.0),
            password: Set(hash),
            one_time_until: Set(None),
            ..Default::default()
        };
        self.account_changed(tx, ctx, change, person, "password_changed").await.map(drop)
    }

    /// Shows a second factor for oneself that does not count yet: a picture that was not read must lock nobody out.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for a client.
    pub async fn begin_totp(&self, ctx: &Ctx) -> Result<PendingTotp> {
        let person = myself(ctx)?;
        let row = store::person::Entity::find_by_id(person.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("person", person))?;
        let mut secret = [0u8; 20];
        ctx.fill(&mut secret);
        let shown = [ctx.now.as_second().to_be_bytes().as_slice(), &secret].concat();
        let pending = hex::encode(self.vault().seal(ctx, &pending_place(person), &shown));
        Ok(PendingTotp { enrolment: TotpEnrolment::of(&row.login, secret), pending })
    }

    /// Makes a second factor count that was shown before, by its first code.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] when it was shown too long ago, to somebody else, or the code is not its present one.
    pub async fn confirm_totp(&self, ctx: &Ctx, pending: &str, code: &str) -> Result<PersonView> {
        let person = myself(ctx)?;
        let stale = || {
            Error::new(Code::InvalidInput, "this second factor was shown too long ago")
                .field("pending", "is too old, or not yours")
                .hint("begin again")
        };
        let sealed = hex::decode(pending).map_err(|_| stale())?;
        let shown = self.vault().open(&pending_place(person), &sealed).map_err(|_| stale())?;
        let (at, secret) = shown.split_first_chunk::<8>().ok_or_else(stale)?;
        if ctx.now.as_second().saturating_sub(i64::from_be_bytes(*at)) > CONFIRMED_WITHIN.as_secs() {
            return Err(stale());
        }
        let step = sessions::step_of(secret.to_vec(), code, ctx.now)?;
        let step = step.ok_or_else(|| {
            Error::new(Code::InvalidInput, "that is not the present code")
                .field("code", "type the six digits that the authenticator shows now")
        })?;
        let tx = self.db().write().await?;
        find(&tx, person).await?;
        let change = store::person::ActiveModel {
            id: Set(person.0),
            totp: Set(Some(self.vault().seal(ctx, &totp_place(person), secret))),
            totp_step: Set(step),
            ..Default::default()
        };
        self.account_changed(tx, ctx, change, person, "second_factor_enrolled").await
    }

    async fn account_changed(
        &self,
        tx: crate::db::Write,
        ctx: &Ctx,
        change: store::person::ActiveModel,
        person: PersonId,
        rule: &str,
    ) -> Result<PersonView> {
        store::person::Entity::update(change).exec(&*tx).await?;
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), rule, json!({"person": person})).await?;
        let view = view(&find(&tx, person).await?)?;
        tx.commit().await?;
        self.identity().forget();
        self.wake_pump();
        Ok(view)
    }
}

/// A fresh password for one time: 100 bits in an alphabet without look-alikes.
pub(super) fn one_time(ctx: &Ctx) -> Result<OneTimePassword> {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789_";
    let mut bytes = [0u8; 20];
    ctx.fill(&mut bytes);
    let letters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().map(char::from));
    let valid_until = ctx
        .now
        .checked_add(ONE_TIME)
        .map_err(|error| Error::new(Code::Internal, "time is out of range").because(error))?;
    Ok(OneTimePassword { password: letters.collect(), valid_until })
}

/// Refuses to take the last of the three administrators' roles out of the district: nobody could give it again.
pub(super) async fn spare_the_last(tx: &Tx, row: &store::person::Model, keeps: &BTreeSet<Role>) -> Result<()> {
    let had: BTreeSet<Role> = from_json(&row.roles)?;
    for role in rules::ADMINISTRATORS.into_iter().filter(|role| had.contains(role) && !keeps.contains(role)) {
        use store::person::{Column, Entity};
        let others = Entity::find()
            .filter(Column::Roles.contains(format!("\"{}\"", role_word(role))))
            .filter(Column::Id.ne(row.id))
            .filter(Column::DisabledAt.is_null());
        if row.disabled_at.is_none() && others.one(tx).await?.is_none() {
            let message = format!("this is the only `{}` of the district", role_word(role));
            return Err(Error::new(Code::Conflict, message).hint("give the role to somebody else first"));
        }
    }
    Ok(())
}

fn is_self(ctx: &Ctx, person: PersonId) -> bool {
    matches!(&ctx.who, Actor::Person { id, .. } if *id == person)
}

fn myself(ctx: &Ctx) -> Result<PersonId> {
    match &ctx.who {
        Actor::Person { id, .. } => Ok(*id),
        _ => Err(Error::new(Code::NotPermitted, "only a person has an account").hint("log in as a person")),
    }
}

fn pending_place(person: PersonId) -> String {
    format!("person.totp.pending:{person}")
}
