//! The first set-up of a real district: its name and its three administrators, by whoever has the code that the node printed.
//!
//! What a reader must know first. An empty store has nobody who could log in to make the others, so its node offers a set-up
//! once: it prints a code and keeps only its digest. Whoever sends the code names the district and the three administrators
//! 三员, and then the door is shut for good. One statement shuts it and finds it open, so that of two who come at once only one
//! is let through; everything else is written in the same transaction.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx, Role},
    db::{Tx, micros, to_json},
    error::{Code, Error, Result},
    ids::PersonId,
    ledger,
};

use super::{
    OrganisationKind, PersonInput,
    people::{check, unique},
    roles_to_json, rules,
    sessions::hash_of,
    store::{organisation, person, setup},
};

/// Wrong codes within [`WINDOW`] after which the door does not listen.
const ATTEMPTS: usize = 5;
/// The time over which they are counted.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Letters and digits that are not mistaken for each other when a code is typed from a terminal (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Wrong codes of late.
pub(super) type Attempts = parking_lot::Mutex<VecDeque<Timestamp>>;

/// How the set-up stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupStanding {
    /// Whether the district is still to be set up.
    pub needed: bool,
    /// The district's name, once it has one.
    pub district: Option<String>,
    /// Its code of GB/T 2260.
    pub area_code: Option<String>,
}

/// What sets a district up.
#[derive(Clone, Serialize, Deserialize)]
pub struct SetupInput {
    /// The code that the node printed.
    pub code: String,
    /// The district's name.
    pub district: String,
    /// Its code of GB/T 2260: six digits.
    pub area_code: String,
    /// The regulation pack, to be sure: it must be the one that the node was started with.
    #[serde(default)]
    pub pack: Option<String>,
    /// The three administrators, one of each kind.
    pub administrators: Vec<Administrator>,
}

/// One of the three administrators.
#[derive(Clone, Serialize, Deserialize)]
pub struct Administrator {
    /// Which of the three.
    pub role: Role,
    /// Their login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: String,
}

impl Platform {
    /// Offers the set-up of an empty store: the code that whoever sets the district up must send. An earlier code is good no
    /// more. `None` where there is somebody already.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn offer_setup(&self, ctx: &Ctx) -> Result<Option<String>> {
        if person::Entity::find().count(self.db().read()).await? > 0 {
            return Ok(None);
        }
        let mut bytes = [0u8; 20];
        ctx.fill(&mut bytes);
        let letters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().map(char::from));
        let code: String = letters.collect();
        let row = setup::ActiveModel {
            id: Set(1),
            code: Set(hash_of(&code)),
            offered_at: Set(micros(ctx.now)),
            district: Set(None),
            area_code: Set(None),
            done_at: Set(None),
        };
        let tx = self.db().write().await?;
        let replace = OnConflict::column(setup::Column::Id)
            .update_columns([setup::Column::Code, setup::Column::OfferedAt])
            .to_owned();
        setup::Entity::insert(row).on_conflict(replace).exec_without_returning(&*tx).await?;
        tx.commit().await?;
        let groups: Vec<&str> =
            [0usize, 5, 10, 15].iter().filter_map(|at| code.get(*at..at.saturating_add(5))).collect();
        Ok(Some(groups.join("-")))
    }

    /// How the set-up stands. Anybody may ask.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn setup_standing(&self) -> Result<SetupStanding> {
        let row = setup::Entity::find_by_id(1).one(self.db().read()).await?;
        let needed = row.as_ref().is_some_and(|row| row.done_at.is_none());
        let (district, area_code) = row.map(|row| (row.district, row.area_code)).unwrap_or_default();
        Ok(SetupStanding { needed, district, area_code })
    }

    /// Sets the district up, once.
    ///
    /// # Errors
    /// [`Code::Conflict`] when it is set up already, [`Code::NotAuthenticated`] for a wrong code, [`Code::RateLimited`] after too
    /// many of them, [`Code::InvalidInput`] for administrators who are not one of each kind, or another fault of the input.
    pub async fn set_up(&self, ctx: &Ctx, input: SetupInput) -> Result<SetupStanding> {
        let row = setup::Entity::find_by_id(1).one(self.db().read()).await?;
        let row = row.filter(|row| row.done_at.is_none()).ok_or_else(already)?;
        self.identity().attempts.lock().forget_before(ctx.now)?;
        let code: String = input.code.chars().filter(char::is_ascii_alphanumeric).collect();
        let digest = hash_of(&code.to_ascii_uppercase());
        if digest != row.code {
            self.identity().attempts.lock().push_back(ctx.now);
            tracing::warn!("a wrong set-up code was sent");
            return Err(Error::new(Code::NotAuthenticated, "that is not the set-up code")
                .field("code", "is not the one that the node printed last")
                .hint("read it again where `gongshu serve` was started"));
        }
        self.check_setup(&input)?;
        let mut people = Vec::new();
        for administrator in &input.administrators {
            let hash = self.hash_password(ctx, administrator.password.clone()).await?;
            people.push((PersonId(ctx.uuid()), administrator, hash));
        }
        let tx = self.db().write().await?;
        shut(&tx, ctx, &input, digest).await?;
        self.found(&tx, ctx, &input, &people).await?;
        tx.commit().await?;
        self.wake_pump();
        self.setup_standing().await
    }

    fn check_setup(&self, input: &SetupInput) -> Result<()> {
        let wrong = |path: &str, what: &str| {
            Err(Error::new(Code::InvalidInput, "the district cannot be set up so").field(path, what))
        };
        let length = input.district.trim().chars().count();
        if length == 0 || length > 100 {
            return wrong("district", "1 to 100 characters");
        }
        if input.area_code.len() != 6 || !input.area_code.bytes().all(|digit| digit.is_ascii_digit()) {
            return wrong("area_code", "six digits of GB/T 2260, e.g. `310105`");
        }
        let served = &self.settings().pack;
        if input.pack.as_deref().is_some_and(|pack| pack != served.as_str()) {
            let what = format!("this node serves `{served}`; for another start it with `--pack`");
            return wrong("pack", &what);
        }
        let roles: BTreeSet<Role> = input.administrators.iter().map(|one| one.role).collect();
        if input.administrators.len() != 3 || roles != BTreeSet::from(rules::ADMINISTRATORS) {
            return wrong(
                "administrators",
                "one system, one security and one audit administrator: GB/T 22239-2019, 8.1.5, separates them",
            );
        }
        let mut logins = BTreeMap::new();
        for (at, one) in input.administrators.iter().enumerate() {
            let Administrator { role: _, login, name, password } = one.clone();
            let input = PersonInput { login: login.clone(), name, organisation: Uuid::nil().into(), password };
            check(&input).map_err(|error| under(error, at))?;
            if logins.insert(login, at).is_some() {
                return wrong(
                    &format!("administrators[{at}].login"),
                    "is another administrator's: they are three people",
                );
            }
        }
        Ok(())
    }

    /// Writes the organisation that runs the platform and the three who work for it.
    async fn found(
        &self,
        tx: &Tx,
        ctx: &Ctx,
        input: &SetupInput,
        people: &[(PersonId, &Administrator, String)],
    ) -> Result<()> {
        // The code was the leave to do this; from here on the platform sets itself up.
        let machine = Ctx::new(Actor::Platform, ctx.now, ctx.seed());
        let id = machine.uuid();
        let operations = organisation::ActiveModel {
            id: Set(id),
            code: Set("operations".to_owned()),
            name: Set("平台运行管理".to_owned()),
            kind: Set(to_json(&OrganisationKind::Institution)?),
            credit_code: Set(None),
            office: Set(None),
            seat: Set(None),
            signing_key: Set(None),
            created_at: Set(micros(ctx.now)),
            signing_key_at: Set(None),
            disabled_at: Set(None),
        };
        let taken = "an organisation `operations` exists already".to_owned();
        unique(organisation::Entity::insert(operations).exec_without_returning(tx).await, taken)?;
        for (person_id, one, hash) in people {
            let row = person::ActiveModel {
                id: Set(person_id.0),
                login: Set(one.login.clone()),
                name: Set(one.name.trim().to_owned()),
                organisation_id: Set(id),
                roles: Set(roles_to_json(&BTreeSet::from([one.role]))?),
                password: Set(hash.clone()),
                totp: Set(None),
                totp_step: Set(0),
                failures: Set(0),
                locked_until: Set(None),
                created_at: Set(micros(ctx.now)),
                disabled_at: Set(None),
                one_time_until: Set(None),
            };
            let taken = format!("the login `{}` is taken", one.login);
            unique(person::Entity::insert(row).exec_without_returning(tx).await, taken)?;
        }
        let administrators: Vec<_> =
            people.iter().map(|(person, one, _)| json!({"person": person, "role": one.role})).collect();
        let what = json!({"organisation": id, "area_code": input.area_code, "pack": self.settings().pack,
            "administrators": administrators});
        ledger::enqueue(tx, &machine, ledger::ADMINISTRATION, machine.uuid(), "district_set_up", what).await
    }
}

/// Shuts the door and finds that it was open.
async fn shut(tx: &Tx, ctx: &Ctx, input: &SetupInput, digest: String) -> Result<()> {
    let done = setup::ActiveModel {
        district: Set(Some(input.district.trim().to_owned())),
        area_code: Set(Some(input.area_code.clone())),
        done_at: Set(Some(micros(ctx.now))),
        ..Default::default()
    };
    let shut = setup::Entity::update_many()
        .set(done)
        .filter(setup::Column::Id.eq(1))
        .filter(setup::Column::DoneAt.is_null())
        .filter(setup::Column::Code.eq(digest))
        .exec(tx)
        .await?;
    if shut.rows_affected == 1 { Ok(()) } else { Err(already()) }
}

/// What counts wrong codes.
trait Door {
    fn forget_before(&mut self, now: Timestamp) -> Result<()>;
}

impl Door for VecDeque<Timestamp> {
    fn forget_before(&mut self, now: Timestamp) -> Result<()> {
        while self.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            self.pop_front();
        }
        match self.front() {
            Some(first) if self.len() >= ATTEMPTS => {
                let wait = WINDOW.saturating_sub(now.duration_since(*first)).as_secs().max(1);
                Err(Error::new(Code::RateLimited, "too many wrong set-up codes were sent in the last ten minutes")
                    .hint("wait, then send the code that the node printed last")
                    .field("retry_after", wait.to_string()))
            }
            _ => Ok(()),
        }
    }
}

/// A fault of one administrator's fields, with its place in the input.
fn under(mut error: Error, at: usize) -> Error {
    for (path, _) in &mut error.fields {
        *path = format!("administrators[{at}].{path}");
    }
    error
}

fn already() -> Error {
    Error::new(Code::Conflict, "the district is set up already").hint("log in; the administrators make everybody else")
}
