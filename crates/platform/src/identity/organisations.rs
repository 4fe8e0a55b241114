//! Organisations of the district, and which of them holds which office.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Platform,
    ctx::{Ctx, Office},
    db::{Listing, Page, Tx, from_json, having, instant, micros, to_json},
    error::{Code, Error, Result},
    ids::OrganisationId,
    ledger,
    policy::{Action, Resource},
};

use super::{OrganisationKind, rules, store::organisation};

/// What is needed to create an organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrganisationInput {
    /// Its short code, unique: lower-case letters, digits, `_`, `-`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: OrganisationKind,
    /// Its unified social credit code (GB 32100).
    #[serde(default)]
    pub credit_code: Option<String>,
    /// The office it holds in the district: a role of the law's vocabulary. Unless the vocabulary lets several hold it, each is held
    /// by one organisation.
    #[serde(default)]
    pub office: Option<Office>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationView {
    /// Its id.
    pub id: OrganisationId,
    /// Its short code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: OrganisationKind,
    /// Its unified social credit code.
    pub credit_code: Option<String>,
    /// The office it holds.
    pub office: Option<Office>,
    /// The public half of its SM2 signing key, SPKI PEM; commitments signed by another key are not the organisation's (PT-18).
    pub signing_key: Option<String>,
    /// When that key was registered, where it was since this is noted.
    pub signing_key_since: Option<Timestamp>,
    /// Whether it is closed: nobody works for it, and none of its systems calls.
    pub disabled: bool,
}

impl Platform {
    /// Creates an organisation.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::InvalidInput`], [`Code::Conflict`] when code or office is taken.
    pub async fn create_organisation(&self, ctx: &Ctx, input: OrganisationInput) -> Result<OrganisationView> {
        self.may(ctx, Action::ManageOrganisations, &Resource::platform())?;
        check(&input)?;
        let seat = self.seat(input.office.as_ref())?;
        let view = OrganisationView {
            id: OrganisationId(ctx.uuid()),
            code: input.code,
            name: input.name.trim().to_owned(),
            kind: input.kind,
            credit_code: input.credit_code,
            office: input.office,
            signing_key: None,
            signing_key_since: None,
            disabled: false,
        };
        let row = organisation::ActiveModel {
            id: Set(view.id.0),
            code: Set(view.code.clone()),
            name: Set(view.name.clone()),
            kind: Set(to_json(&view.kind)?),
            credit_code: Set(view.credit_code.clone()),
            office: Set(view.office.as_ref().map(|office| office.as_str().to_owned())),
            seat: Set(seat),
            signing_key: Set(None),
            created_at: Set(micros(ctx.now)),
            signing_key_at: Set(None),
            disabled_at: Set(None),
        };
        let tx = self.db().write().await?;
        let taken = format!("an organisation with the code `{}`, or with that office, exists already", view.code);
        super::people::unique(organisation::Entity::insert(row).exec_without_returning(&*tx).await, taken)?;
        let what = json!({"organisation": view.id, "code": view.code, "office": view.office});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "organisation_created", what).await?;
        tx.commit().await?;
        self.wake_pump();
        Ok(view)
    }

    /// Changes what is known of an organisation. Its code stays: others refer to it.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`], [`Code::InvalidInput`], [`Code::Conflict`] when the office is taken.
    pub async fn change_organisation(
        &self,
        ctx: &Ctx,
        id: OrganisationId,
        input: OrganisationInput,
    ) -> Result<OrganisationView> {
        self.may(ctx, Action::ManageOrganisations, &Resource::platform())?;
        check(&input)?;
        let seat = self.seat(input.office.as_ref())?;
        let tx = self.db().write().await?;
        let row = find(&tx, id).await?;
        if row.code != input.code {
            return Err(Error::new(Code::InvalidInput, "the code of an organisation cannot be changed")
                .field("code", format!("must stay `{}`", row.code)));
        }
        let change = organisation::ActiveModel {
            id: Set(id.0),
            name: Set(input.name.trim().to_owned()),
            kind: Set(to_json(&input.kind)?),
            credit_code: Set(input.credit_code),
            office: Set(input.office.as_ref().map(|office| office.as_str().to_owned())),
            seat: Set(seat),
            ..Default::default()
        };
        let taken = "another organisation holds that office".to_owned();
        let changed = organisation::Entity::update_many().set(change).filter(organisation::Column::Id.eq(id.0));
        super::people::unique(changed.exec(&*tx).await.map(|changed| changed.rows_affected), taken)?;
        let what = json!({"organisation": id, "office": input.office});
        self.organisation_changed(tx, ctx, id, "organisation_changed", what).await
    }

    /// Closes an organisation, or opens it again. Its people are logged out at once, and its systems are refused.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`]; [`Code::Conflict`] for one that holds an office, or for which an administrator
    /// works.
    pub async fn set_organisation_disabled(
        &self,
        ctx: &Ctx,
        id: OrganisationId,
        disabled: bool,
    ) -> Result<OrganisationView> {
        self.may(ctx, Action::ManageOrganisations, &Resource::platform())?;
        let tx = self.db().write().await?;
        let row = find(&tx, id).await?;
        if disabled {
            if let Some(office) = &row.office {
                let message = format!("the organisation holds the office `{office}`, for which cases wait");
                return Err(Error::new(Code::Conflict, message).hint("give the office to another organisation first"));
            }
            administered(&tx, id).await?;
            super::sessions::end_all_within(&tx, ctx, id).await?;
        }
        let change = organisation::ActiveModel {
            id: Set(id.0),
            disabled_at: Set(disabled.then(|| micros(ctx.now))),
            ..Default::default()
        };
        organisation::Entity::update(change).exec(&*tx).await?;
        let rule = if disabled { "organisation_disabled" } else { "organisation_enabled" };
        self.organisation_changed(tx, ctx, id, rule, json!({"organisation": id})).await
    }

    async fn organisation_changed(
        &self,
        tx: crate::db::Write,
        ctx: &Ctx,
        id: OrganisationId,
        rule: &str,
        what: serde_json::Value,
    ) -> Result<OrganisationView> {
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), rule, what).await?;
        let view = view(&find(&tx, id).await?)?;
        tx.commit().await?;
        self.identity().forget();
        self.wake_pump();
        Ok(view)
    }

    /// The office again if only one organisation may hold it, so that a second one is a conflict.
    fn seat(&self, office: Option<&Office>) -> Result<Option<String>> {
        let Some(office) = office else { return Ok(None) };
        let words = self.book().vocabulary();
        if !words.is_office(office.role()) {
            let message = format!("`{}` is no office that an organisation can hold", office.as_str());
            return Err(Error::new(Code::InvalidInput, message)
                .field("office", "no role of the law's vocabulary, or one that each case gives")
                .hint("leave it out, or name a role such as `centre` or `operator`"));
        }
        Ok((words.holders(office.role()) == law::Holders::One).then(|| office.as_str().to_owned()))
    }

    /// Registers the key under which an organisation signs its commitments, or puts a new one in its place. What was signed
    /// before stays as it was: the log says which key was registered when.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::InvalidInput`] for a key that is none, [`Code::NotFound`].
    pub async fn set_signing_key(
        &self,
        ctx: &Ctx,
        id: OrganisationId,
        public_key_pem: &str,
    ) -> Result<OrganisationView> {
        self.may(ctx, Action::ManageClients, &Resource::platform())?;
        let key = super::clients::parse_key(public_key_pem)?.to_spki_pem();
        let tx = self.db().write().await?;
        let row = organisation::Entity::find_by_id(id.0).one(&*tx).await?;
        let mut row = row.ok_or_else(|| Error::not_found("organisation", id))?;
        let change = organisation::ActiveModel {
            id: Set(id.0),
            signing_key: Set(Some(key.clone())),
            signing_key_at: Set(Some(micros(ctx.now))),
            ..Default::default()
        };
        organisation::Entity::update(change).exec(&*tx).await?;
        super::held_keys::let_go(&tx, id).await?;
        let what = json!({"organisation": id, "key_sm3": hex::encode(sm::sm3(key.as_bytes()))});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "signing_key_registered", what).await?;
        tx.commit().await?;
        self.wake_pump();
        row.signing_key = Some(key);
        row.signing_key_at = Some(micros(ctx.now));
        view(&row)
    }

    /// A page of organisations by name; `search` is a part of name or code.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] for nobody.
    pub async fn organisations(
        &self,
        ctx: &Ctx,
        search: Option<&str>,
        page: Page,
    ) -> Result<Listing<OrganisationView>> {
        self.may(ctx, Action::ReadOrganisations, &Resource::platform())?;
        use organisation::Column;
        let mut query = organisation::Entity::find();
        if let Some(part) = search.map(str::trim).filter(|part| !part.is_empty()) {
            query = query.filter(
                sea_orm::Condition::any().add(Column::Name.like(having(part))).add(Column::Code.like(having(part))),
            );
        }
        let total = query.clone().count(self.db().read()).await?;
        let rows =
            query.order_by_asc(Column::Code).offset(page.offset).limit(page.limit()).all(self.db().read()).await?;
        Ok(Listing { items: rows.iter().map(view).collect::<Result<_>>()?, total })
    }

    /// One organisation.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn organisation(&self, ctx: &Ctx, id: OrganisationId) -> Result<OrganisationView> {
        self.may(ctx, Action::ReadOrganisations, &Resource::platform())?;
        let row = organisation::Entity::find_by_id(id.0).one(self.db().read()).await?;
        view(&row.ok_or_else(|| Error::not_found("organisation", id))?)
    }

    /// The organisation with a code.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn organisation_by_code(&self, ctx: &Ctx, code: &str) -> Result<OrganisationView> {
        self.may(ctx, Action::ReadOrganisations, &Resource::platform())?;
        let row =
            organisation::Entity::find().filter(organisation::Column::Code.eq(code)).one(self.db().read()).await?;
        view(&row.ok_or_else(|| Error::not_found("organisation", code))?)
    }

    /// The names of organisations, for the lists of other slices.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn organisation_names(
        &self,
        ids: impl IntoIterator<Item = OrganisationId>,
    ) -> Result<HashMap<OrganisationId, String>> {
        let rows = organisation::Entity::find()
            .filter(organisation::Column::Id.is_in(ids.into_iter().map(|id| id.0)))
            .all(self.db().read())
            .await?;
        Ok(rows.into_iter().map(|row| (OrganisationId(row.id), row.name)).collect())
    }
}

async fn find(tx: &Tx, id: OrganisationId) -> Result<organisation::Model> {
    organisation::Entity::find_by_id(id.0).one(tx).await?.ok_or_else(|| Error::not_found("organisation", id))
}

/// Refuses to close the organisation of an administrator: with it the district would lose one of the three.
async fn administered(tx: &Tx, id: OrganisationId) -> Result<()> {
    use super::store::person::{Column, Entity};
    let people = Entity::find().filter(Column::OrganisationId.eq(id.0)).filter(Column::DisabledAt.is_null());
    let administrators = people.filter(Column::Roles.contains("_administrator\"")).one(tx).await?;
    match administrators {
        None => Ok(()),
        Some(_) => Err(Error::new(Code::Conflict, "an administrator of the district works for this organisation")
            .hint("give the administrator's role to somebody of another organisation first")),
    }
}

/// Whether an organisation is closed.
pub(super) async fn is_closed(db: &impl ConnectionTrait, id: uuid::Uuid) -> Result<bool> {
    let row = organisation::Entity::find_by_id(id).one(db).await?;
    Ok(row.is_none_or(|row| row.disabled_at.is_some()))
}

/// The name and the signing key of an organisation, for the slices.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn signatory(db: &impl ConnectionTrait, id: OrganisationId) -> Result<(String, Option<String>)> {
    let row = organisation::Entity::find_by_id(id.0).one(db).await?;
    let row = row.ok_or_else(|| Error::not_found("organisation", id))?;
    Ok((row.name, row.signing_key))
}

/// Whether an organisation holds the office that a role is called by.
///
/// # Errors
/// [`Code::NotFound`].
pub(crate) async fn holds(db: &impl ConnectionTrait, id: OrganisationId, role: &law::RoleId) -> Result<bool> {
    let row = organisation::Entity::find_by_id(id.0).one(db).await?;
    let row = row.ok_or_else(|| Error::not_found("organisation", id))?;
    Ok(row.office.as_deref() == Some(role.as_str()))
}

/// Holds an organisation's row until the transaction ends, so that what may happen to it once is not done twice at once. SQLite
/// has one writer anyway.
///
/// # Errors
/// [`Code::NotFound`].
pub(crate) async fn lock_organisation(tx: &Tx, id: OrganisationId) -> Result<()> {
    let mut query = organisation::Entity::find_by_id(id.0);
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(tx).await?.map(drop).ok_or_else(|| Error::not_found("organisation", id))
}

pub(super) fn view(row: &organisation::Model) -> Result<OrganisationView> {
    Ok(OrganisationView {
        id: OrganisationId(row.id),
        code: row.code.clone(),
        name: row.name.clone(),
        kind: from_json(&row.kind)?,
        credit_code: row.credit_code.clone(),
        office: row.office.as_deref().map(Office::new),
        signing_key: row.signing_key.clone(),
        signing_key_since: row.signing_key_at.map(instant).transpose()?,
        disabled: row.disabled_at.is_some(),
    })
}

fn check(input: &OrganisationInput) -> Result<()> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_' || letter == '-';
    if input.code.is_empty() || input.code.len() > 64 || !input.code.chars().all(plain) {
        return Err(Error::new(Code::InvalidInput, format!("`{}` cannot be the code of an organisation", input.code))
            .field("code", "1 to 64 lower-case letters, digits, `_` or `-`"));
    }
    let length = input.name.trim().chars().count();
    if length == 0 || length > 200 {
        return Err(Error::new(Code::InvalidInput, "an organisation needs a name of 1 to 200 characters")
            .field("name", "empty or too long"));
    }
    input.credit_code.as_deref().map_or(Ok(()), rules::check_credit_code)
}
