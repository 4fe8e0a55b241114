//! Logging in and out. A wrong login, password or code all answer alike; five wrong attempts lock a person out for a
//! quarter of an hour.

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{instant, micros},
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
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl Platform {
    /// Begins a session. `totp` is the current code of whoever has a second factor.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`], the same for a wrong login, password or code; with a different sentence while locked out.
    pub async fn log_in(&self, ctx: &Ctx, login: &str, password: &str, totp: Option<&str>) -> Result<Session> {
        let found = person::Entity::find().filter(person::Column::Login.eq(login)).one(self.db().read()).await?;
        let phc = found.as_ref().map(|row| row.password.clone()).unwrap_or_default();
        let given = password.to_owned();
        // The hashing is slow on purpose, so it is done before the write begins, and for unknown logins too.
        let fits = slowly(move || password::fits(&phc, &given)).await?;
        let Some(row) = found else { return Err(refused()) };
        not_locked(&row, ctx.now)?;
        let step = if fits { self.totp_step(&row, totp, ctx.now)? } else { None };
        match step {
            Some(step) => self.begin_session(ctx, &row, step).await,
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
        if let Some((actor, until)) = self.identity().sessions.get(&hash) {
            return if now < until { Ok(actor) } else { Err(unknown()) };
        }
        let row = session::Entity::find().filter(session::Column::Token.eq(&hash)).one(self.db().read()).await?;
        let row = row.filter(|row| row.ended_at.is_none() && row.expires_at > micros(now)).ok_or_else(unknown)?;
        let person = person::Entity::find_by_id(row.person_id).one(self.db().read()).await?.ok_or_else(unknown)?;
        let actor = self.actor_of(&person).await?;
        self.identity().sessions.insert(hash, (actor.clone(), instant(row.expires_at)?));
        Ok(actor)
    }

    /// Ends the session of a token. Ending an unknown one is no error.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn log_out(&self, ctx: &Ctx, token: &str) -> Result<()> {
        self.end_where(ctx, session::Column::Token.eq(hash_of(token))).await.map(drop)
    }

    /// The latest sessions: one's own, or another's for the security administrator.
    ///
    /// # Errors
    /// [`Code::NotPermitted`].
    pub async fn sessions(&self, ctx: &Ctx, of: PersonId) -> Result<Vec<SessionView>> {
        self.may_manage_sessions_of(ctx, of)?;
        let rows = session::Entity::find()
            .filter(session::Column::PersonId.eq(of.0))
            .order_by_desc(session::Column::CreatedAt)
            .limit(100)
            .all(self.db().read())
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(SessionView {
                    id: row.id,
                    person: PersonId(row.person_id),
                    created_at: instant(row.created_at)?,
                    expires_at: instant(row.expires_at)?,
                    ended_at: row.ended_at.map(instant).transpose()?,
                })
            })
            .collect()
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

    async fn begin_session(&self, ctx: &Ctx, row: &person::Model, step: i64) -> Result<Session> {
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
        // A code is good once: of two who show it at the same moment, only one finds the older step.
        let mut update = person::Entity::update_many().set(reset).filter(person::Column::Id.eq(row.id));
        if row.totp.is_some() {
            update = update.filter(person::Column::TotpStep.lt(step));
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
        };
        session::Entity::insert(begun).exec_without_returning(&*tx).await?;
        let what = json!({"session": id, "person": row.id});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "session_begun", what).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(Session { token, person: PersonId(row.id), organisation: OrganisationId(row.organisation_id), expires_at })
    }

    async fn note_failure(&self, ctx: &Ctx, row: &person::Model) -> Result<()> {
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
        let totp = totp_rs::Builder::new().with_secret(secret).build();
        let totp =
            totp.map_err(|error| Error::new(Code::Internal, format!("a second factor cannot be used: {error}")))?;
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let step = code.and_then(|code| totp.check(code, seconds)).and_then(|step| i64::try_from(step).ok());
        Ok(step.filter(|step| *step > row.totp_step))
    }
}

fn not_locked(row: &person::Model, now: Timestamp) -> Result<()> {
    let Some(until) = row.locked_until.filter(|until| *until > micros(now)) else { return Ok(()) };
    let message = format!("too many wrong attempts; locked until {}", instant(until)?);
    Err(Error::new(Code::NotAuthenticated, message).hint("wait, then try again"))
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
