//! People, their roles and their second factor.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    SqlErr,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Platform,
    ctx::{Actor, Ctx, Role},
    db::{Listing, Page, Tx, from_json, having, instant, micros},
    error::{Code, Error, Result},
    ids::{OrganisationId, PersonId},
    ledger,
    policy::{Action, Resource, role_word},
};

use super::{accounts, organisations, password, roles_to_json, rules, store};

/// What is needed to create a person.
#[derive(Clone, Serialize, Deserialize)]
pub struct PersonInput {
    /// Their login, unique.
    pub login: String,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub organisation: OrganisationId,
    /// Their first password; empty = one is made for one time.
    #[serde(default)]
    pub password: String,
}

/// Which people are wanted. Every part narrows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PeopleFilter {
    /// Only those of this organisation.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only those with this in their login or name.
    #[serde(default)]
    pub search: Option<String>,
    /// Only those with this role.
    #[serde(default)]
    pub role: Option<Role>,
    /// Only those who are shut out, or only those who are not.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// Their id.
    pub id: PersonId,
    /// Their login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub organisation: OrganisationId,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// Whether they have a second factor.
    pub totp: bool,
    /// Until when they are locked out.
    pub locked_until: Option<Timestamp>,
    /// Whether they are shut out.
    pub disabled: bool,
    /// Whether they have still to choose a password of their own.
    pub password_given: bool,
    /// When they last logged in, as far as it was asked for.
    pub last_login: Option<Timestamp>,
}

/// A new second factor, shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct TotpEnrolment {
    /// The secret, base32 (RFC 4648), for typing in.
    pub secret: String,
    /// The same as an `otpauth://` address, for a picture.
    pub url: String,
}

impl TotpEnrolment {
    pub(super) fn of(login: &str, secret: [u8; 20]) -> Self {
        let secret = totp_rs::Secret::from(secret).to_base32();
        let url = format!("otpauth://totp/Gongshu:{login}?secret={secret}&issuer=Gongshu");
        Self { secret, url }
    }
}

impl Platform {
    /// Creates a person without roles; the security administrator gives those.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::InvalidInput`], [`Code::NotFound`] for the organisation, [`Code::Conflict`] when the login
    /// is taken.
    pub async fn create_person(&self, ctx: &Ctx, input: PersonInput) -> Result<PersonView> {
        Ok(self.register_person(ctx, input).await?.0)
    }

    /// As [`Platform::create_person`]; where no password is given, one is made for one time and shown once.
    ///
    /// # Errors
    /// As [`Platform::create_person`].
    pub async fn register_person(
        &self,
        ctx: &Ctx,
        mut input: PersonInput,
    ) -> Result<(PersonView, Option<accounts::OneTimePassword>)> {
        self.may(ctx, Action::ManagePeople, &Resource::platform())?;
        let given = if input.password.is_empty() { Some(accounts::one_time(ctx)?) } else { None };
        if let Some(given) = &given {
            input.password.clone_from(&given.password);
        }
        check(&input)?;
        let id = PersonId(ctx.uuid());
        let hash = self.hash_password(ctx, input.password).await?;
        let tx = self.db().write().await?;
        let organisation = store::organisation::Entity::find_by_id(input.organisation.0).one(&*tx).await?;
        organisation.ok_or_else(|| Error::not_found("organisation", input.organisation))?;
        let row = store::person::ActiveModel {
            id: Set(id.0),
            login: Set(input.login.clone()),
            name: Set(input.name.trim().to_owned()),
            organisation_id: Set(input.organisation.0),
            roles: Set(roles_to_json(&BTreeSet::new())?),
            password: Set(hash),
            totp: Set(None),
            totp_step: Set(0),
            failures: Set(0),
            locked_until: Set(None),
            created_at: Set(micros(ctx.now)),
            disabled_at: Set(None),
            one_time_until: Set(given.as_ref().map(|given| micros(given.valid_until))),
        };
        let inserted = store::person::Entity::insert(row).exec_without_returning(&*tx).await;
        unique(inserted, format!("the login `{}` is taken", input.login))?;
        let what = json!({"person": id, "organisation": input.organisation});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "person_created", what).await?;
        let view = view(&find(&tx, id).await?)?;
        tx.commit().await?;
        self.wake_pump();
        Ok((view, given))
    }

    /// A page of people by login.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for others than the administrators.
    pub async fn people(&self, ctx: &Ctx, wanted: &PeopleFilter, page: Page) -> Result<Listing<PersonView>> {
        self.may(ctx, Action::ReadPeople, &Resource::platform())?;
        use store::person::Column;
        let called =
            |part: &str| Condition::any().add(Column::Login.like(having(part))).add(Column::Name.like(having(part)));
        let shut = |shut| if shut { Column::DisabledAt.is_not_null() } else { Column::DisabledAt.is_null() };
        let role = |role| Column::Roles.contains(format!("\"{}\"", role_word(role)));
        let query = store::person::Entity::find().filter(
            Condition::all()
                .add_option(wanted.organisation.map(|organisation| Column::OrganisationId.eq(organisation.0)))
                .add_option(wanted.search.as_deref().map(str::trim).filter(|part| !part.is_empty()).map(called))
                .add_option(wanted.role.map(role))
                .add_option(wanted.disabled.map(shut)),
        );
        let total = query.clone().count(self.db().read()).await?;
        let rows = query
            .order_by_asc(store::person::Column::Login)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        let mut last = super::sessions::last_logins(self.db().read(), rows.iter().map(|row| row.id)).await?;
        let items = rows.iter().map(|row| {
            let last_login = last.remove(&row.id).map(instant).transpose()?;
            Ok(PersonView { last_login, ..view(row)? })
        });
        Ok(Listing { items: items.collect::<Result<_>>()?, total })
    }

    /// Gives a person exactly these roles. Nobody gives roles to themselves, and the three administrators exclude each other.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::InvalidInput`], [`Code::NotFound`].
    pub async fn set_roles(&self, ctx: &Ctx, person: PersonId, roles: BTreeSet<Role>) -> Result<PersonView> {
        self.may(ctx, Action::AssignRoles, &Resource::platform())?;
        rules::check_roles(&roles)?;
        if matches!(&ctx.who, Actor::Person { id, .. } if *id == person) {
            return Err(Error::new(Code::NotPermitted, "nobody gives roles to themselves")
                .hint("ask another security administrator"));
        }
        let tx = self.db().write().await?;
        let row = find(&tx, person).await?;
        accounts::spare_the_last(&tx, &row, &roles).await?;
        let update = store::person::ActiveModel { roles: Set(roles_to_json(&roles)?), ..Default::default() };
        store::person::Entity::update_many()
            .set(update)
            .filter(store::person::Column::Id.eq(person.0))
            .exec(&*tx)
            .await?;
        let what = json!({"person": person, "roles": roles});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "roles_assigned", what).await?;
        let view = view(&find(&tx, person).await?)?;
        tx.commit().await?;
        self.identity().forget();
        self.wake_pump();
        Ok(view)
    }

    /// Gives a person a new second factor; the old one no longer counts. One does it for oneself, or the security
    /// administrator does it for somebody who lost theirs.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::NotFound`].
    pub async fn enrol_totp(&self, ctx: &Ctx, person: PersonId) -> Result<TotpEnrolment> {
        if !matches!(&ctx.who, Actor::Person { id, .. } if *id == person) {
            self.may(ctx, Action::ManageSessions, &Resource::platform())?;
        }
        let mut secret = [0u8; 20];
        ctx.fill(&mut secret);
        let tx = self.db().write().await?;
        let row = find(&tx, person).await?;
        let sealed = self.vault().seal(ctx, &totp_place(person), &secret);
        let update = store::person::ActiveModel { totp: Set(Some(sealed)), totp_step: Set(0), ..Default::default() };
        store::person::Entity::update_many()
            .set(update)
            .filter(store::person::Column::Id.eq(person.0))
            .exec(&*tx)
            .await?;
        let what = json!({"person": person});
        ledger::enqueue(&tx, ctx, ledger::ADMINISTRATION, ctx.uuid(), "second_factor_enrolled", what).await?;
        tx.commit().await?;
        self.wake_pump();
        self.identity().forget();
        Ok(TotpEnrolment::of(&row.login, secret))
    }

    /// The actor that a person is.
    pub(super) async fn actor_of(&self, person: &store::person::Model) -> Result<Actor> {
        match self.actor_of_any(person).await? {
            (actor, false) => Ok(actor),
            (_, true) => Err(super::sessions::unknown()),
        }
    }

    async fn actor_of_any(&self, person: &store::person::Model) -> Result<(Actor, bool)> {
        let organisation =
            store::organisation::Entity::find_by_id(person.organisation_id).one(self.db().read()).await?;
        let organisation = organisation.ok_or_else(|| Error::not_found("organisation", person.organisation_id))?;
        let actor = Actor::Person {
            id: PersonId(person.id),
            organisation: OrganisationId(person.organisation_id),
            office: organisations::view(&organisation)?.office,
            roles: from_json(&person.roles)?,
        };
        Ok((actor, person.disabled_at.is_some() || organisation.disabled_at.is_some()))
    }

    /// The actor that a person is, and whether they are shut out, for explaining what they may do.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub(crate) async fn actor_with_state(&self, person: PersonId) -> Result<(Actor, bool)> {
        let row = store::person::Entity::find_by_id(person.0).one(self.db().read()).await?;
        self.actor_of_any(&row.ok_or_else(|| Error::not_found("person", person))?).await
    }

    /// The actor that the person with this login is, for tests and set-up. Nothing is authenticated.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn actor(&self, login: &str) -> Result<Actor> {
        let row =
            store::person::Entity::find().filter(store::person::Column::Login.eq(login)).one(self.db().read()).await?;
        self.actor_of(&row.ok_or_else(|| Error::not_found("person", login))?).await
    }

    /// The login and the name of a person.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn called(&self, person: PersonId) -> Result<(String, String)> {
        let row = store::person::Entity::find_by_id(person.0).one(self.db().read()).await?;
        row.map(|row| (row.login, row.name)).ok_or_else(|| Error::not_found("person", person))
    }

    pub(super) async fn hash_password(&self, ctx: &Ctx, password: String) -> Result<String> {
        let mut salt = [0u8; 16];
        ctx.fill(&mut salt);
        let cost = self.settings().password_cost;
        super::sessions::slowly(move || password::hash(cost, &salt, &password)).await
    }
}

pub(super) fn totp_place(person: PersonId) -> String {
    format!("person.totp:{person}")
}

/// Turns the violation of a unique column into a conflict.
pub(super) fn unique(inserted: Result<u64, DbErr>, taken: String) -> Result<()> {
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(Error::new(Code::Conflict, taken))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn find(tx: &Tx, person: PersonId) -> Result<store::person::Model> {
    store::person::Entity::find_by_id(person.0).one(tx).await?.ok_or_else(|| Error::not_found("person", person))
}

pub(super) fn view(row: &store::person::Model) -> Result<PersonView> {
    Ok(PersonView {
        id: PersonId(row.id),
        login: row.login.clone(),
        name: row.name.clone(),
        organisation: OrganisationId(row.organisation_id),
        roles: from_json(&row.roles)?,
        totp: row.totp.is_some(),
        locked_until: row.locked_until.map(instant).transpose()?,
        disabled: row.disabled_at.is_some(),
        password_given: row.one_time_until.is_some(),
        last_login: None,
    })
}

pub(super) fn check(input: &PersonInput) -> Result<()> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
    if input.login.is_empty() || input.login.len() > 64 || !input.login.chars().all(plain) {
        return Err(Error::new(Code::InvalidInput, "that cannot be a login")
            .field("login", "1 to 64 lower-case letters, digits, `.`, `_` or `-`"));
    }
    let length = input.name.trim().chars().count();
    if length == 0 || length > 100 {
        return Err(Error::new(Code::InvalidInput, "a person needs a name of 1 to 100 characters")
            .field("name", "empty or too long"));
    }
    rules::check_password(&input.password)
}
