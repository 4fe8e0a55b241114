//! Signing keys that the platform keeps for organisations that have no means of their own to sign.
//!
//! The private half lies sealed under the vault key and never leaves the process: it is opened for one signature, which
//! whoever signs has to confirm with their password once more. Registering a public key from outside ends the keeping.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sm::sign::SigningKey;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Tx, micros},
    error::{Code, Error, Result},
    ids::OrganisationId,
    ledger,
    policy::{Action, Resource},
};

use super::store::{held_key, organisation, person};

/// Under which key an organisation signs, and who keeps its private half.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeyView {
    /// The public half, SPKI PEM; `None` where none is registered.
    pub public_key: Option<String>,
    /// Whether the platform keeps the private half.
    pub held: bool,
}

impl Platform {
    /// Under which key an organisation signs.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn signing_key(&self, ctx: &Ctx, id: OrganisationId) -> Result<SigningKeyView> {
        let public_key = self.organisation(ctx, id).await?.signing_key;
        let held = held_key::Entity::find_by_id(id.0).one(self.db().read()).await?.is_some();
        Ok(SigningKeyView { public_key, held })
    }

    /// Makes a signing key for an organisation, keeps its private half and registers its public one, in the place of any
    /// other. What was signed before stays as it was.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`].
    pub async fn hold_signing_key(&self, ctx: &Ctx, id: OrganisationId) -> Result<SigningKeyView> {
        self.may(ctx, Action::ManageClients, &Resource::platform())?;
        let key = fresh(ctx)?;
        let public_key = key.verifying_key().to_spki_pem();
        let sealed = self.vault().seal(ctx, &place(id), key.to_bytes().as_slice());
        let tx = self.db().write().await?;
        super::lock_organisation(&tx, id).await?;
        let row =
            held_key::ActiveModel { organisation_id: Set(id.0), sealed: Set(sealed), created_at: Set(micros(ctx.now)) };
        let anew = OnConflict::column(held_key::Column::OrganisationId)
            .update_columns([held_key::Column::Sealed, held_key::Column::CreatedAt])
            .to_owned();
        held_key::Entity::insert(row).on_conflict(anew).exec_without_returning(&*tx).await?;
        let registered = organisation::ActiveModel {
            id: Set(id.0),
            signing_key: Set(Some(public_key.clone())),
            ..Default::default()
        };
        organisation::Entity::update(registered).exec(&*tx).await?;
        let what = json!({"organisation": id, "key_sm3": hex::encode(sm::sm3(public_key.as_bytes()))});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "signing_key_held", what).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(SigningKeyView { public_key: Some(public_key), held: true })
    }

    /// The key that the platform keeps for the caller's organisation, once they have confirmed with their password that
    /// they sign. `what` is the digest of what will be signed, for the log.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] for a wrong password, which counts towards the lock; [`Code::NotFound`] when no key is kept.
    pub(crate) async fn held_key_of(
        &self,
        ctx: &Ctx,
        organisation: OrganisationId,
        password: &str,
        what: &[u8; 32],
    ) -> Result<SigningKey> {
        let Actor::Person { id, .. } = &ctx.who else {
            return Err(Error::new(
                Code::NotPermitted,
                "a kept key signs for a person who confirms it with a password",
            )
            .hint("sign with the system's own key"));
        };
        let row = person::Entity::find_by_id(id.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("person", *id))?;
        self.confirm(ctx, &row, password).await?;
        let held = held_key::Entity::find_by_id(organisation.0).one(self.db().read()).await?;
        let held = held.ok_or_else(|| {
            Error::new(Code::NotFound, "no signing key is kept for the organisation")
                .hint("ask the system administrator to have one kept, or sign with the organisation's own key")
        })?;
        let bytes = zeroize::Zeroizing::new(self.vault().open(&place(organisation), &held.sealed)?);
        let broken = || Error::new(Code::Internal, "a kept signing key cannot be used");
        let bytes: &[u8; 32] = bytes.as_slice().try_into().map_err(|error| broken().because(error))?;
        let key = SigningKey::from_bytes(bytes).map_err(|error| broken().because(error))?;
        let tx = self.db().write().await?;
        let what = json!({"organisation": organisation, "signed_sm3": hex::encode(what)});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "signed_with_held_key", what).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(key)
    }
}

/// A key from outside was registered: whatever was kept signs nothing any more.
pub(super) async fn let_go(tx: &Tx, id: OrganisationId) -> Result<()> {
    held_key::Entity::delete_by_id(id.0).exec(tx).await?;
    Ok(())
}

/// Of 32 random bytes practically all are a key; the bound only keeps the search finite.
fn fresh(ctx: &Ctx) -> Result<SigningKey> {
    let drawn = (0..8).find_map(|_| {
        let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
        ctx.fill(bytes.as_mut_slice());
        SigningKey::from_bytes(&bytes).ok()
    });
    drawn.ok_or_else(|| Error::new(Code::Internal, "the source of chance gives no key"))
}

fn place(id: OrganisationId) -> String {
    format!("organisation.signing_key:{id}")
}
