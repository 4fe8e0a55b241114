//! Departments' own systems. A client proves itself with its SM2 key once in a quarter of an hour and then shows an access
//! token, so that the gateway's hot path needs neither signature nor SQL.

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sm::sign::{Signature, VerifyingKey};

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Listing, Page, Tx, instant, micros},
    error::{Code, Error, Result},
    ids::{ClientId, OrganisationId},
    ledger,
    policy::{Action, Resource},
};

use super::{
    organisations::is_closed,
    people::unique,
    rules,
    sessions::{hash_of, unknown},
    store::{access, client, nonce, organisation},
};

/// Longest nonce, in bytes; the shortest has 16.
const LONGEST_NONCE: usize = 64;

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientView {
    /// Its id.
    pub id: ClientId,
    /// Whose.
    pub organisation: OrganisationId,
    /// What it is called.
    pub name: String,
    /// Its SM2 public key, PEM.
    pub public_key: String,
    /// Until when the key is good.
    pub expires_at: Timestamp,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When it last proved itself.
    pub last_used_at: Option<Timestamp>,
}

/// An access token just issued.
#[derive(Clone, Serialize, Deserialize)]
pub struct ClientAccess {
    /// What the client shows with every call.
    pub token: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a client signs to get an access token.
pub fn token_message(client: ClientId, timestamp: i64, nonce: &str) -> String {
    format!("gongshu-token\n{client}\n{timestamp}\n{nonce}")
}

impl Platform {
    /// Registers a system of an organisation with its SM2 public key.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::InvalidInput`] for a key that is none, [`Code::NotFound`].
    pub async fn create_client(
        &self,
        ctx: &Ctx,
        of: OrganisationId,
        name: &str,
        public_key_pem: &str,
        expires_at: Timestamp,
    ) -> Result<ClientView> {
        self.may(ctx, Action::ManageClients, &Resource::platform())?;
        let key = parse_key(public_key_pem)?;
        if name.trim().is_empty() || name.chars().count() > 100 {
            return Err(Error::new(Code::InvalidInput, "a client needs a name of 1 to 100 characters")
                .field("name", "empty or too long"));
        }
        let view = ClientView {
            id: ClientId(ctx.uuid()),
            organisation: of,
            name: name.trim().to_owned(),
            public_key: key.to_spki_pem(),
            expires_at,
            revoked: false,
            last_used_at: None,
        };
        let tx = self.db().write().await?;
        organisation::Entity::find_by_id(of.0).one(&*tx).await?.ok_or_else(|| Error::not_found("organisation", of))?;
        let row = client::ActiveModel {
            id: Set(view.id.0),
            organisation_id: Set(of.0),
            name: Set(view.name.clone()),
            public_key: Set(view.public_key.clone()),
            expires_at: Set(micros(expires_at)),
            revoked: Set(false),
            created_at: Set(micros(ctx.now)),
            used_at: Set(None),
        };
        client::Entity::insert(row).exec_without_returning(&*tx).await?;
        let what =
            json!({"client": view.id, "organisation": of, "key_sm3": hex::encode(sm::sm3(view.public_key.as_bytes()))});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "client_registered", what).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(view)
    }

    /// A page of clients, newest first: one's own organisation's, or anybody's for the administrators.
    ///
    /// # Errors
    /// [`Code::NotPermitted`].
    pub async fn clients(&self, ctx: &Ctx, of: Option<OrganisationId>, page: Page) -> Result<Listing<ClientView>> {
        if !matches!((&ctx.who, of), (Actor::Person { organisation, .. }, Some(of)) if *organisation == of) {
            self.may(ctx, Action::ReadPeople, &Resource::platform())?;
        }
        let mut query = client::Entity::find();
        if let Some(of) = of {
            query = query.filter(client::Column::OrganisationId.eq(of.0));
        }
        let total = query.clone().count(self.db().read()).await?;
        let rows = query
            .order_by_desc(client::Column::CreatedAt)
            .order_by_desc(client::Column::Id)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        Ok(Listing { items: rows.into_iter().map(view).collect::<Result<_>>()?, total })
    }

    /// Puts a new key in the place of a client's; with the old one, and with tokens that it got, nobody comes in any more.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`], [`Code::InvalidInput`] for a key that is none; [`Code::Conflict`] for a client
    /// that was revoked.
    pub async fn rotate_client_key(
        &self,
        ctx: &Ctx,
        id: ClientId,
        public_key_pem: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<ClientView> {
        self.may(ctx, Action::ManageClients, &Resource::platform())?;
        let key = parse_key(public_key_pem)?.to_spki_pem();
        let tx = self.db().write().await?;
        let row = client::Entity::find_by_id(id.0).one(&*tx).await?;
        let mut row = row.ok_or_else(|| Error::not_found("client", id))?;
        if row.revoked {
            return Err(Error::new(Code::Conflict, format!("the client `{id}` was revoked"))
                .hint("register the system as a new client"));
        }
        row.public_key.clone_from(&key);
        row.expires_at = expires_at.map_or(row.expires_at, micros);
        let change = client::ActiveModel {
            id: Set(id.0),
            public_key: Set(row.public_key.clone()),
            expires_at: Set(row.expires_at),
            ..Default::default()
        };
        client::Entity::update(change).exec(&*tx).await?;
        access::Entity::delete_many().filter(access::Column::ClientId.eq(id.0)).exec(&*tx).await?;
        let what = json!({"client": id, "key_sm3": hex::encode(sm::sm3(key.as_bytes()))});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "client_key_rotated", what).await?;
        tx.commit().await?;
        self.identity().forget();
        self.wake_pump();
        view(row)
    }

    /// Revokes a client at once; its tokens no longer count.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`].
    pub async fn revoke_client(&self, ctx: &Ctx, id: ClientId) -> Result<()> {
        self.may(ctx, Action::ManageClients, &Resource::platform())?;
        let tx = self.db().write().await?;
        let update = client::ActiveModel { revoked: Set(true), ..Default::default() };
        let revoked = client::Entity::update_many().set(update).filter(client::Column::Id.eq(id.0)).exec(&*tx).await?;
        if revoked.rows_affected != 1 {
            return Err(Error::not_found("client", id));
        }
        access::Entity::delete_many().filter(access::Column::ClientId.eq(id.0)).exec(&*tx).await?;
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "client_revoked", json!({"client": id})).await?;
        tx.commit().await?;
        self.identity().forget();
        self.wake_pump();
        Ok(())
    }

    /// An access token for a client that proves itself: the SM2 signature over [`token_message`], with a timestamp (seconds
    /// since 1970) not more than five minutes off and a nonce that it has not used before.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] for everything that does not fit, also for a replay.
    pub async fn client_token(
        &self,
        ctx: &Ctx,
        id: ClientId,
        timestamp: i64,
        nonce: &str,
        signature: &Signature,
    ) -> Result<ClientAccess> {
        let refused = |why: &str| Error::new(Code::NotAuthenticated, format!("the client is not recognised: {why}"));
        if nonce.len() < 16 || nonce.len() > LONGEST_NONCE {
            return Err(refused("a nonce has 16 to 64 bytes"));
        }
        let skew = ctx.now.as_second().saturating_sub(timestamp).unsigned_abs();
        if skew > rules::SKEW.as_secs().unsigned_abs() {
            return Err(refused("its clock is more than five minutes off"));
        }
        let row = client::Entity::find_by_id(id.0).one(self.db().read()).await?;
        let row = row
            .filter(|row| !row.revoked && row.expires_at > micros(ctx.now))
            .ok_or_else(|| refused("unknown, revoked or expired"))?;
        if is_closed(self.db().read(), row.organisation_id).await? {
            return Err(refused("unknown, revoked or expired"));
        }
        let key = VerifyingKey::from_spki_pem(&row.public_key)
            .map_err(|error| Error::new(Code::Internal, "a stored key cannot be read").because(error))?;
        let message = token_message(id, timestamp, nonce);
        key.verify(message.as_bytes(), signature).map_err(|_| refused("the signature does not fit"))?;
        let mut token = [0u8; 32];
        ctx.fill(&mut token);
        let token = hex::encode(token);
        let expires_at = ctx
            .now
            .checked_add(rules::ACCESS)
            .map_err(|error| Error::new(Code::Internal, "time is out of range").because(error))?;
        let tx = self.db().write().await?;
        forget_old(&tx, ctx).await?;
        let used = nonce::ActiveModel { client_id: Set(id.0), nonce: Set(nonce.to_owned()), at: Set(micros(ctx.now)) };
        unique(nonce::Entity::insert(used).exec_without_returning(&*tx).await, String::new()).map_err(|error| {
            match error.code {
                Code::Conflict => refused("the nonce was used before"),
                _ => error,
            }
        })?;
        let issued = access::ActiveModel {
            token: Set(hash_of(&token)),
            client_id: Set(id.0),
            expires_at: Set(micros(expires_at)),
        };
        access::Entity::insert(issued).exec_without_returning(&*tx).await?;
        let used = client::ActiveModel { used_at: Set(Some(micros(ctx.now))), ..Default::default() };
        client::Entity::update_many().set(used).filter(client::Column::Id.eq(id.0)).exec(&*tx).await?;
        tx.commit().await?;
        Ok(ClientAccess { token, expires_at })
    }

    /// Which client shows this token. On the gateway's hot path: answered from memory, except once a second.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`].
    pub async fn authenticate_client(&self, token: &str, now: Timestamp) -> Result<Actor> {
        let hash = hash_of(token);
        if let Some((actor, until)) = self.identity().clients.get(&hash) {
            return if now < until { Ok(actor) } else { Err(unknown()) };
        }
        let row = access::Entity::find_by_id(hash.clone()).one(self.db().read()).await?;
        let row = row.filter(|row| row.expires_at > micros(now)).ok_or_else(unknown)?;
        let owner = client::Entity::find_by_id(row.client_id).one(self.db().read()).await?;
        let owner = owner.filter(|owner| !owner.revoked && owner.expires_at > micros(now)).ok_or_else(unknown)?;
        if is_closed(self.db().read(), owner.organisation_id).await? {
            return Err(unknown());
        }
        let actor = Actor::Client { id: ClientId(owner.id), organisation: OrganisationId(owner.organisation_id) };
        self.identity().clients.insert(hash, (actor.clone(), instant(row.expires_at.min(owner.expires_at))?));
        Ok(actor)
    }
}

/// Forgets nonces that are too old to be replayed, and tokens that have expired.
async fn forget_old(tx: &Tx, ctx: &Ctx) -> Result<()> {
    let horizon = ctx
        .now
        .checked_sub(rules::SKEW.saturating_add(rules::SKEW))
        .map_err(|error| Error::new(Code::Internal, "time is out of range").because(error))?;
    nonce::Entity::delete_many().filter(nonce::Column::At.lt(micros(horizon))).exec(tx).await?;
    access::Entity::delete_many().filter(access::Column::ExpiresAt.lt(micros(ctx.now))).exec(tx).await?;
    Ok(())
}

/// The SM2 public key in a PEM.
///
/// # Errors
/// [`Code::InvalidInput`] when it is none.
pub(super) fn parse_key(public_key_pem: &str) -> Result<VerifyingKey> {
    VerifyingKey::from_spki_pem(public_key_pem).map_err(|error| {
        Error::new(Code::InvalidInput, format!("that is no SM2 public key: {error}"))
            .field("public_key", "give a PEM of an SM2 public key")
    })
}

fn view(row: client::Model) -> Result<ClientView> {
    Ok(ClientView {
        id: ClientId(row.id),
        organisation: OrganisationId(row.organisation_id),
        name: row.name,
        public_key: row.public_key,
        expires_at: instant(row.expires_at)?,
        revoked: row.revoked,
        last_used_at: row.used_at.map(instant).transpose()?,
    })
}
