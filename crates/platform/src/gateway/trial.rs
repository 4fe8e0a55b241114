//! The test console of a service: what a system must send, and a call that a person makes by hand.
//!
//! A trial is no second path (I3): it is the gateway's own look-up with the person's organisation as the caller, admitted by
//! the same grant, under the same masks, counted against the same rate and on record in the same log (I4). It only gives fewer
//! records and may be made less often.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Lookup, MAX_RECORDS};
use crate::{
    Platform, catalogue,
    ctx::Ctx,
    db::instant,
    error::{Code, Error, Result},
    identity,
    ids::*,
    lake::ColumnKind,
    policy::{Action, Resource},
    sharing::{self, Grant, RowScope},
};

/// Most records of a trial.
pub const MAX_TRIAL_RECORDS: usize = 5;
/// Most trials of a service a minute, on each node.
pub const TRIALS_PER_MINUTE: u32 = 30;
/// Most clients told of.
const MAX_CLIENTS: u64 = 200;

/// What a trial answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// What the gateway answered.
    pub answer: Answer,
    /// Every item of the entry and what became of it.
    pub items: Vec<TrialItem>,
    /// The rows that the grant covers; `None` = all.
    pub row_scope: Option<RowScope>,
    /// The articles on which the bounds rest.
    pub article: String,
}

/// What became of an item in a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialItem {
    /// Its code.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Whether it is granted.
    pub granted: bool,
    /// Whether this answer holds it.
    pub given: bool,
    /// The mask it wears, in the text form of [`privacy::Mask`]; `None` = in clear.
    pub mask: Option<String>,
}

/// What a system must send to call a service, built from the service's own grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The service.
    pub service: ServiceId,
    /// The call.
    pub method: String,
    /// Where to.
    pub path: String,
    /// The body to send. What the system itself must fill in stands in angle brackets.
    pub body: Value,
    /// The text whose SM2 signature gets an access token, with the same brackets.
    pub token_text: String,
    /// Where the token is got.
    pub token_path: String,
    /// What is sent for it.
    pub token_body: Value,
    /// The fields of the answer, in their order.
    pub fields: Vec<ExampleField>,
    /// The columns by which records may be looked up.
    pub keys: Vec<String>,
    /// The purposes a call may name.
    pub purposes: Vec<String>,
    /// Calls a minute, at most.
    pub rate_per_minute: u32,
    /// Records of one answer, at most.
    pub records: u32,
    /// The instant at which the grant ends by its own term.
    pub until: Option<Timestamp>,
}

/// A field of a service's answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExampleField {
    /// The item's code.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What a value means.
    pub meaning: String,
    /// Its type; `None` when the entry no longer has the item.
    pub kind: Option<ColumnKind>,
    /// The mask it wears; `None` = in clear.
    pub mask: Option<String>,
}

/// A system that may call a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceClient {
    /// The client.
    pub id: ClientId,
    /// What it is called.
    pub name: String,
    /// SM3 of its public key's PEM text, in hexadecimal digits: enough to compare keys over the telephone.
    pub key_fingerprint: String,
    /// Until when the key is good.
    pub expires_at: Timestamp,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Whether it can call now: neither revoked nor past its term.
    pub usable: bool,
}

impl Platform {
    /// Makes one call by hand through the gateway, for somebody who may call the service.
    ///
    /// # Errors
    /// As [`Platform::lookup`], and [`Code::RateLimited`] for more than [`TRIALS_PER_MINUTE`] trials.
    pub async fn trial(&self, ctx: &Ctx, id: ServiceId, lookup: Lookup) -> Result<Trial> {
        let row = sharing::store::service(self.db().read(), id).await?;
        let about = Resource::thing(Some(id.0), row.provider_id.into()).consumer(row.demander_id.into());
        self.may(ctx, Action::Call, &about)?;
        self.gateway().meter(id).trials.take(TRIALS_PER_MINUTE, ctx.now).map_err(|seconds| {
            Error::new(Code::RateLimited, format!("a service is tried at most {TRIALS_PER_MINUTE} times a minute"))
                .hint(format!("try again in {seconds} s; for more, call the gateway with a client"))
                .field("retry_after", seconds.to_string())
        })?;
        let answer = self.look_up(ctx, id, lookup, MAX_TRIAL_RECORDS).await?;
        let grant = sharing::store::grant_of(&row)?;
        let items = self.items_of(&grant).await?;
        let granted = |code: &str| grant.fields.iter().find(|field| field.name == code);
        let items = items
            .into_iter()
            .map(|item| TrialItem {
                granted: granted(&item.code).is_some(),
                given: answer.fields.contains(&item.code),
                mask: granted(&item.code).and_then(|field| field.mask.clone()),
                title: item.name,
                name: item.code,
            })
            .collect();
        Ok(Trial { answer, items, article: self.grounds_of(&row.pack).bounds, row_scope: grant.row_scope })
    }

    /// What a system must send to call a service, for those whom the service concerns.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`].
    pub async fn service_example(&self, ctx: &Ctx, id: ServiceId) -> Result<Example> {
        let row = sharing::store::service(self.db().read(), id).await?;
        let about = Resource::thing(Some(id.0), row.provider_id.into()).consumer(row.demander_id.into());
        self.may(ctx, Action::ReadThing, &about)?;
        let grant = sharing::store::grant_of(&row)?;
        let items = self.items_of(&grant).await?;
        let item = |code: &str| items.iter().find(|item| item.code == code);
        let fields: Vec<ExampleField> = grant
            .fields
            .iter()
            .map(|field| ExampleField {
                name: field.name.clone(),
                title: item(&field.name).map_or_else(|| field.name.clone(), |item| item.name.clone()),
                meaning: item(&field.name).map(|item| item.meaning.clone()).unwrap_or_default(),
                kind: item(&field.name).map(|item| item.kind),
                mask: field.mask.clone(),
            })
            .collect();
        let key = grant.keys.first().cloned().unwrap_or_default();
        let names: Vec<&str> = grant.fields.iter().map(|field| field.name.as_str()).collect();
        Ok(Example {
            service: id,
            method: "POST".to_owned(),
            path: format!("/gateway/v1/services/{id}/lookup"),
            body: json!({
                "key_column": key, "key": format!("<{key}>"), "fields": names,
                "purpose": grant.purposes.first().cloned().unwrap_or_default(),
            }),
            token_text: "gongshu-token\n<client>\n<timestamp>\n<nonce>".to_owned(),
            token_path: "/gateway/v1/tokens".to_owned(),
            token_body: json!({
                "client": "<client>", "timestamp": "<timestamp>", "nonce": "<nonce>", "signature": "<signature>",
            }),
            fields,
            keys: grant.keys,
            purposes: grant.purposes.into_iter().collect(),
            rate_per_minute: grant.rate_per_minute,
            records: u32::try_from(MAX_RECORDS).unwrap_or(u32::MAX),
            until: grant.until,
        })
    }

    /// The systems of the organisation to which a service was granted, newest first, for those whom the service concerns.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`].
    pub async fn service_clients(&self, ctx: &Ctx, id: ServiceId) -> Result<Vec<ServiceClient>> {
        let row = sharing::store::service(self.db().read(), id).await?;
        let about = Resource::thing(Some(id.0), row.provider_id.into()).consumer(row.demander_id.into());
        self.may(ctx, Action::ReadThing, &about)?;
        use identity::store::client::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::OrganisationId.eq(row.demander_id))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(MAX_CLIENTS)
            .all(self.db().read())
            .await?;
        let client = |row: identity::store::client::Model| {
            let expires_at = instant(row.expires_at)?;
            Ok(ServiceClient {
                id: ClientId(row.id),
                name: row.name,
                key_fingerprint: hex::encode(sm::sm3(row.public_key.trim().as_bytes())),
                expires_at,
                registered_at: instant(row.created_at)?,
                usable: !row.revoked && ctx.now < expires_at,
            })
        };
        rows.into_iter().map(client).collect()
    }

    /// The items of the entry as it is published now; none once it has left the catalogue.
    async fn items_of(&self, grant: &Grant) -> Result<Vec<catalogue::Item>> {
        let entry = catalogue::store::entry(self.db().read(), grant.entry).await?;
        let published = catalogue::store::published(&entry)?;
        Ok(published.map(|published| published.items).unwrap_or_default())
    }
}
