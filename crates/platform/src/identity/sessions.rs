//! Logging in and out. A wrong login, password or code all answer alike; five wrong attempts lock a person out for a
//! quarter of an hour.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Listing, Page, Tx, instant, micros},
    error::{Code, Error, Result},
    ids::{OrganisationId, PersonId},
    ledger,
    policy::{Action, Resource},
};

use super::{
    password,
    people::totp_place,
    rules,
    store::{person, session},
};

/// How much time passes before the use of a session is noted again: reading should not write.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Most sessions looked at to find somebody's previous visit.
const SESSIONS_BEFORE: u64 = 20;

/// A session just begun. The token is shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// What the holder shows with every request.
    pub token: String,
    /// Who.
    pub person: PersonId,
    /// For whom.
    pub organisation: OrganisationId,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A session as its owner and the security administrator see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Its id, by which it can be ended.
    pub id: Uuid,
    /// Whose.
    pub person: PersonId,
    /// Their login.
    pub login: String,
    /// For whom they work.
    pub organisation: OrganisationId,
    /// Whether it is the one with which it is asked.
    pub current: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// When it was last used, to within some minutes.
    pub used_at: Option<Timestamp>,
}

/// Which sessions are wanted.
#[derive(Clone, Debug, Default)]
pub struct SessionsWanted {
    /// Whose; `None` = everybody's.
    pub of: Option<PersonId>,
    /// Only those that have not ended.
    pub open: bool,
    /// The token with which it is asked.
    pub here: Option<String>,
}

impl Platform {
    /// Begins a session. `totp` is the current code of whoever has a second factor.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`], the same for a wrong login, password or code; with a different sentence while locked out.
    pub async fn log_in(&self, ctx: &Ctx, login: &str, password: &str, totp: Option<&str>) -> Result<Session> {
        self.log_in_choosing(ctx, login, password, totp, None).await
    }

    /// As [`Platform::log_in`]; whoever was given their password by somebody else chooses their own with it.
    ///
    /// # Errors
    /// As [`Platform::log_in`]; for a password that was given, [`Code::NotAuthenticated`] naming the field `new_password` as long
    /// as none is chosen, [`Code::InvalidInput`] for one that is too short.
    pub async fn log_in_choosing(
        &self,
        ctx: &Ctx,
        login: &str,
        password: &str,
        totp: Option<&str>,
        chosen: Option<&str>,
    ) -> Result<Session> {
        let found = person::Entity::find().filter(person::Column::Login.eq(login)).one(self.db().read()).await?;
        let phc = found.as_ref().map(|row| row.password.clone()).unwrap_or_default();
        let given = password.to_owned();
        // The hashing is slow on purpose, so it is done before the write begins, and for unknown logins too.
        let fits = slowly(move || password::fits(&phc, &given)).await?;
        let Some(row) = found else { return Err(refused()) };
        not_locked(&row, ctx.now)?;
        let step = if fits { self.totp_step(&row, totp, ctx.now)? } else { None };
        match step {
            Some(step) => {
                // Whoever is shut out, or works for an organisation that is, learns no more than a stranger.
                self.actor_of(&row).await.map_err(|_| refused())?;
                let chosen = self.chosen_password(ctx, &row, password, chosen).await?;
                self.begin_session(ctx, &row, step, chosen).await
            }
            None => {
                self.note_failure(ctx, &row).await?;
                Err(refused())
            }
        }
    }

    /// Lets somebody who is logged in confirm with their password that it is they who act. A wrong one counts as a wrong
    /// attempt to log in does.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`].
    pub(super) async fn confirm(&self, ctx: &Ctx, row: &person::Model, password: &str) -> Result<()> {
        let (phc, given) = (row.password.clone(), password.to_owned());
        let fits = slowly(move || password::fits(&phc, &given)).await?;
        not_locked(row, ctx.now)?;
        if fits {
            return Ok(());
        }
        self.note_failure(ctx, row).await?;
        Err(Error::new(Code::NotAuthenticated, "the password does not fit")
            .hint("type the password of your login again"))
    }

    /// Who shows this token.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] when it is unknown, ended or expired.
    pub async fn authenticate(&self, token: &str, now: Timestamp) -> Result<Actor> {
        let hash = hash_of(token);
        if let Some((actor, until, noted)) = self.identity().sessions.get(&hash)
            && !is_long_ago(noted, now)
        {
            return if now < until { Ok(actor) } else { Err(unknown()) };
        }
        let row = session::Entity::find().filter(session::Column::Token.eq(&hash)).one(self.db().read()).await?;
        let row = row.filter(|row| row.ended_at.is_none() && row.expires_at > micros(now)).ok_or_else(unknown)?;
        let person = person::Entity::find_by_id(row.person_id).one(self.db().read()).await?.ok_or_else(unknown)?;
        let actor = self.actor_of(&person).await?;
        let noted = instant(row.used_at.unwrap_or(row.created_at))?;
        let long_ago = is_long_ago(noted, now);
        if long_ago {
            self.note_use(&row, now).await;
        }
        let noted = if long_ago { now } else { noted };
        self.identity().sessions.insert(hash, (actor.clone(), instant(row.expires_at)?, noted));
        Ok(actor)
    }

    /// When the person was here before the session of this token: the latest that a session begun earlier was ended or used.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn previous_visit(&self, token: &str) -> Result<Option<Timestamp>> {
        let here =
            session::Entity::find().filter(session::Column::Token.eq(hash_of(token))).one(self.db().read()).await?;
        let Some(here) = here else { return Ok(None) };
        let before = session::Entity::find()
            .filter(session::Column::PersonId.eq(here.person_id))
            .filter(session::Column::CreatedAt.lt(here.created_at))
            .order_by_desc(session::Column::CreatedAt)
            .limit(SESSIONS_BEFORE)
            .all(self.db().read())
            .await?;
        let last = before
            .iter()
            .map(|row| Iterator::min(row.ended_at.into_iter().chain(row.used_at)).unwrap_or(row.created_at));
        // A session in another browser that is still in use tells nothing of before.
        last.max().map(|last| instant(Ord::min(last, here.created_at))).transpose()
    }

    /// Notes that a session is in use. It is good whether or not that could be noted.
    async fn note_use(&self, row: &session::Model, now: Timestamp) {
        let noted = async {
            let tx = self.db().write().await?;
            let update = session::ActiveModel { used_at: Set(Some(micros(now))), ..Default::default() };
            session::Entity::update_many().set(update).filter(session::Column::Id.eq(row.id)).exec(&*tx).await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(error = %error, cause = ?error.source, "the use of a session could not be noted");
        }
    }

    /// Ends the session of a token. Ending an unknown one is no error.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn log_out(&self, ctx: &Ctx, token: &str) -> Result<()> {
        self.end_where(ctx, session::Column::Token.eq(hash_of(token))).await.map(drop)
    }

    /// A page of sessions, latest first: one's own, or others' for the security and the audit administrator.
    ///
    /// # Errors
    /// [`Code::NotPermitted`].
    pub async fn sessions(&self, ctx: &Ctx, wanted: &SessionsWanted, page: Page) -> Result<Listing<SessionView>> {
        let own = matches!((&ctx.who, wanted.of), (Actor::Person { id, .. }, Some(of)) if *id == of);
        if !own {
            self.may(ctx, Action::ReadSessions, &Resource::platform())?;
        }
        let open = || session::Column::EndedAt.is_null().and(session::Column::ExpiresAt.gt(micros(ctx.now)));
        let query = session::Entity::find().filter(
            Condition::all()
                .add_option(wanted.of.map(|of| session::Column::PersonId.eq(of.0)))
                .add_option(wanted.open.then(open)),
        );
        let total = query.clone().count(self.db().read()).await?;
        let rows = query
            .order_by_desc(session::Column::CreatedAt)
            .order_by_desc(session::Column::Id)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        let people = person::Entity::find().filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)));
        let people: HashMap<Uuid, person::Model> =
            people.all(self.db().read()).await?.into_iter().map(|person| (person.id, person)).collect();
        let here = wanted.here.as_deref().map(hash_of);
        let items = rows
            .into_iter()
            .map(|row| {
                let whose = people.get(&row.person_id).ok_or_else(|| Error::not_found("person", row.person_id))?;
                Ok(SessionView {
                    id: row.id,
                    person: PersonId(row.person_id),
                    login: whose.login.clone(),
                    organisation: OrganisationId(whose.organisation_id),
                    current: here.as_ref() == Some(&row.token),
                    created_at: instant(row.created_at)?,
                    expires_at: instant(row.expires_at)?,
                    ended_at: row.ended_at.map(instant).transpose()?,
                    used_at: row.used_at.map(instant).transpose()?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Listing { items, total })
    }

    /// Ends a session: one's own, or another's by the security administrator.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`].
    pub async fn end_session(&self, ctx: &Ctx, id: Uuid) -> Result<()> {
        let row = session::Entity::find_by_id(id)
            .one(self.db().read())
            .await?
            .ok_or_else(|| Error::not_found("session", id))?;
        self.may_manage_sessions_of(ctx, PersonId(row.person_id))?;
        self.end_where(ctx, session::Column::Id.eq(id)).await.map(drop)
    }

    fn may_manage_sessions_of(&self, ctx: &Ctx, person: PersonId) -> Result<()> {
        if matches!(&ctx.who, Actor::Person { id, .. } if *id == person) {
            return Ok(());
        }
        self.may(ctx, Action::ManageSessions, &Resource::platform())
    }

    async fn end_where(&self, ctx: &Ctx, which: Expr) -> Result<u64> {
        let tx = self.db().write().await?;
        let row =
            session::Entity::find().filter(which.clone()).filter(session::Column::EndedAt.is_null()).one(&*tx).await?;
        let Some(row) = row else { return Ok(0) };
        let update = session::ActiveModel { ended_at: Set(Some(micros(ctx.now))), ..Default::default() };
        session::Entity::update_many().set(update).filter(session::Column::Id.eq(row.id)).exec(&*tx).await?;
        let what = json!({"session": row.id, "person": row.person_id});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "session_ended", what).await?;
        tx.commit().await?;
        self.identity().forget();
        self.wake_pump();
        Ok(1)
    }

    /// The hash of the password that somebody chooses in place of the one they were given; `None` where theirs is their own.
    async fn chosen_password(
        &self,
        ctx: &Ctx,
        row: &person::Model,
        given: &str,
        chosen: Option<&str>,
    ) -> Result<Option<String>> {
        let Some(until) = row.one_time_until else { return Ok(None) };
        if until <= micros(ctx.now) {
            return Err(Error::new(Code::NotAuthenticated, "the password that you were given can be used no longer")
                .hint("ask the security administrator for another one"));
        }
        let Some(chosen) = chosen.filter(|chosen| *chosen != given) else {
            return Err(Error::new(Code::NotAuthenticated, "this password was given to you for one time")
                .field("new_password", "choose a password of your own")
                .hint("send your own password as `new_password` together with the one that you were given"));
        };
        rules::check_password(chosen).map_err(|_| {
            Error::new(Code::InvalidInput, "the new password is too short or too long")
                .field("new_password", "10 to 512 characters")
        })?;
        self.hash_password(ctx, chosen.to_owned()).await.map(Some)
    }

    async fn begin_session(
        &self,
        ctx: &Ctx,
        row: &person::Model,
        step: i64,
        chosen: Option<String>,
    ) -> Result<Session> {
        let mut token = [0u8; 32];
        ctx.fill(&mut token);
        let token = hex::encode(token);
        let id = ctx.uuid();
        let expires_at = ctx
            .now
            .checked_add(rules::SESSION)
            .map_err(|error| Error::new(Code::Internal, "time is out of range").because(error))?;
        let tx = self.db().write().await?;
        let reset = person::ActiveModel {
            failures: Set(0),
            locked_until: Set(None),
            totp_step: Set(step),
            ..Default::default()
        };
        let reset = match &chosen {
            Some(hash) => person::ActiveModel { password: Set(hash.clone()), one_time_until: Set(None), ..reset },
            None => reset,
        };
        // A code is good once: of two who show it at the same moment, only one finds the older step.
        let mut update = person::Entity::update_many().set(reset).filter(person::Column::Id.eq(row.id));
        if row.totp.is_some() {
            update = update.filter(person::Column::TotpStep.lt(step));
        }
        if chosen.is_some() {
            // Of two who come with the given password at the same moment, one chooses.
            update = update.filter(person::Column::OneTimeUntil.is_not_null());
        }
        if update.exec(&*tx).await?.rows_affected != 1 {
            return Err(refused());
        }
        let begun = session::ActiveModel {
            id: Set(id),
            token: Set(hash_of(&token)),
            person_id: Set(row.id),
            created_at: Set(micros(ctx.now)),
            expires_at: Set(micros(expires_at)),
            ended_at: Set(None),
            used_at: Set(Some(micros(ctx.now))),
        };
        session::Entity::insert(begun).exec_without_returning(&*tx).await?;
        let what = json!({"session": id, "person": row.id});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "session_begun", what).await?;
        if chosen.is_some() {
            let what = json!({"person": row.id});
            ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "password_changed", what).await?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok(Session { token, person: PersonId(row.id), organisation: OrganisationId(row.organisation_id), expires_at })
    }

    pub(super) async fn note_failure(&self, ctx: &Ctx, row: &person::Model) -> Result<()> {
        let until = ctx
            .now
            .checked_add(rules::LOCKED)
            .map_err(|error| Error::new(Code::Internal, "time is out of range").because(error))?;
        let tx = self.db().write().await?;
        // After a lock has run out counting starts anew.
        let served = row.locked_until.is_some();
        let count = if served { Expr::value(1) } else { Expr::col(person::Column::Failures).add(1) };
        let mut update = person::Entity::update_many().col_expr(person::Column::Failures, count);
        if served {
            update = update.col_expr(person::Column::LockedUntil, Expr::value(Option::<i64>::None));
        }
        update.filter(person::Column::Id.eq(row.id)).exec(&*tx).await?;
        let lock = person::ActiveModel { locked_until: Set(Some(micros(until))), ..Default::default() };
        let locked = person::Entity::update_many()
            .set(lock)
            .filter(person::Column::Id.eq(row.id))
            .filter(person::Column::Failures.gte(rules::ATTEMPTS))
            .filter(person::Column::LockedUntil.is_null())
            .exec(&*tx)
            .await?;
        if locked.rows_affected == 1 {
            let what = json!({"person": row.id, "until": until.to_string()});
            ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "person_locked_out", what).await?;
        }
        tx.commit().await?;
        self.wake_pump();
        Ok(())
    }

    /// The time step of the code, `Some(0)` where no second factor is set up, `None` for a wrong or used code.
    fn totp_step(&self, row: &person::Model, code: Option<&str>, now: Timestamp) -> Result<Option<i64>> {
        let Some(sealed) = &row.totp else { return Ok(Some(0)) };
        let secret = self.vault().open(&totp_place(PersonId(row.id)), sealed)?;
        let step = code.map(|code| step_of(secret, code, now)).transpose()?.flatten();
        Ok(step.filter(|step| *step > row.totp_step))
    }
}

/// Refuses whoever is locked out after wrong attempts.
pub(super) fn not_locked(row: &person::Model, now: Timestamp) -> Result<()> {
    let Some(until) = row.locked_until.filter(|until| *until > micros(now)) else { return Ok(()) };
    let message = format!("too many wrong attempts; locked until {}", instant(until)?);
    Err(Error::new(Code::NotAuthenticated, message).hint("wait, then try again"))
}

/// Whether the use of a session is to be noted again.
fn is_long_ago(noted: Timestamp, now: Timestamp) -> bool {
    now.duration_since(noted) >= USE_NOTED_EVERY
}

/// The time step of a second factor's code; `None` for one that is not its present one.
pub(super) fn step_of(secret: Vec<u8>, code: &str, now: Timestamp) -> Result<Option<i64>> {
    let totp = totp_rs::Builder::new().with_secret(secret).build();
    let totp = totp.map_err(|error| Error::new(Code::Internal, format!("a second factor cannot be used: {error}")))?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    Ok(totp.check(code, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// Ends every open session of a person.
pub(super) async fn end_all_of(tx: &Tx, ctx: &Ctx, of: PersonId) -> Result<()> {
    end_open(tx, ctx, session::Column::PersonId.eq(of.0)).await
}

/// Ends every open session of a person but the one with this token.
pub(super) async fn end_others_of(tx: &Tx, ctx: &Ctx, of: PersonId, token: &str) -> Result<()> {
    end_open(tx, ctx, session::Column::PersonId.eq(of.0).and(session::Column::Token.ne(hash_of(token)))).await
}

/// Ends every open session of an organisation's people.
pub(super) async fn end_all_within(tx: &Tx, ctx: &Ctx, of: OrganisationId) -> Result<()> {
    let people = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::OrganisationId.eq(of.0))
        .into_query();
    end_open(tx, ctx, session::Column::PersonId.in_subquery(people)).await
}

async fn end_open(tx: &Tx, ctx: &Ctx, which: Expr) -> Result<()> {
    let update = session::ActiveModel { ended_at: Set(Some(micros(ctx.now))), ..Default::default() };
    let open = session::Column::EndedAt.is_null().and(session::Column::ExpiresAt.gt(micros(ctx.now)));
    session::Entity::update_many().set(update).filter(which).filter(open).exec(tx).await?;
    Ok(())
}

/// When people last logged in.
pub(super) async fn last_logins(
    db: &impl ConnectionTrait,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<(Uuid, i64)> = session::Entity::find()
        .select_only()
        .column(session::Column::PersonId)
        .column_as(session::Column::CreatedAt.max(), "last")
        .filter(session::Column::PersonId.is_in(people))
        .group_by(session::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Runs slow work where it may block.
pub(super) async fn slowly<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::new(Code::Internal, "work was broken off").because(error))?
}

/// A token as the tables keep it.
pub(super) fn hash_of(token: &str) -> String {
    hex::encode(sm::sm3(token.as_bytes()))
}

pub(super) fn unknown() -> Error {
    Error::new(Code::NotAuthenticated, "the token is unknown or has expired").hint("log in again")
}

fn refused() -> Error {
    Error::new(Code::NotAuthenticated, "login, password or code do not fit")
}
