//! Who may do what: Cedar policies as text, validated against a schema at every start.
//!
//! What a reader must know first. The rules stand in `policies.cedar`, what they can speak about in `schema.cedarschema`. The
//! code only says which [`Action`] on which [`Resource`]; who owns it is an attribute, never an `if`. A denial names the policy
//! that denies, or those that would have allowed it and why they did not, in their own words (`@because`). Policies know
//! things by their attributes, never by their ids, so what was allowed once is remembered for everything that is alike.

mod explaining;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, HashSet},
};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet, Request,
    Response, RestrictedExpression, Schema, ValidationMode, Validator,
};
use law::RoleId;
use moka::sync::Cache;
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx, Role},
    docket::{self, CaseHead, Parties},
    error::{Code, Error, Result},
    ids::OrganisationId,
};

pub use explaining::{Known, KnownSubject, On, PolicyQuestion, PolicySubject, Rule, Verdict};

const SCHEMA: &str = include_str!("schema.cedarschema");
const POLICIES: &str = include_str!("policies.cedar");

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal),* $(,)?) => {
        /// What can be done. The words are those of the policies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $name),* }
        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// Its word in the policies.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

actions! {
    /// Act in a case, in a role (on [`Resource::case`] with [`Resource::role`]).
    Speak = "speak",
    /// Read a case with its papers (on [`Resource::case`]).
    ReadCase = "read_case",
    /// List cases (on [`Resource::platform`]); the list is limited to one's own by its query.
    ListCases = "list_cases",
    /// Read one's inbox (on [`Resource::platform`]).
    ReadInbox = "read_inbox",
    /// Read the catalogue (on [`Resource::platform`]).
    ReadCatalogue = "read_catalogue",
    /// Read who is in the district (on [`Resource::platform`]).
    ReadOrganisations = "read_organisations",
    /// Write duties, systems and entries (on [`Resource::thing`] of the organisation).
    EditCatalogue = "edit_catalogue",
    /// Hand in data (on [`Resource::thing`] of the organisation).
    HandIn = "hand_in",
    /// Ask for data (on [`Resource::thing`] of the asking organisation).
    Ask = "ask",
    /// Preview rows (on [`Resource::thing`] of the holder).
    ReadRows = "read_rows",
    /// Read a request, a service, a load (on [`Resource::thing`] with owner and consumer).
    ReadThing = "read_thing",
    /// Call a service (on [`Resource::thing`] with its consumer).
    Call = "call",
    /// Create and change organisations.
    ManageOrganisations = "manage_organisations",
    /// Create people and lock them out.
    ManagePeople = "manage_people",
    /// Register clients and revoke them.
    ManageClients = "manage_clients",
    /// Give people roles.
    AssignRoles = "assign_roles",
    /// See and end others' sessions.
    ManageSessions = "manage_sessions",
    /// See who is logged in.
    ReadSessions = "read_sessions",
    /// List people with their roles.
    ReadPeople = "read_people",
    /// Give a matter its name before any case about it (on [`Resource::platform`]).
    NameMatter = "name_matter",
    /// Record what an office has found about something (on [`Resource::platform`]).
    RecordFinding = "record_finding",
    /// Amend the law of the running district (on [`Resource::platform`]).
    ChangeLaw = "change_law",
    /// Read the log as a whole.
    ReadLog = "read_log",
    /// Ask why somebody else may or may not do something.
    ExplainPolicy = "explain_policy",
    /// Tick the scheduler, move the demonstration's clock.
    RunPlatform = "run_platform",
}

/// On what it is done.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    kind: Kind,
    id: Option<Uuid>,
    provider: Option<OrganisationId>,
    demander: Option<OrganisationId>,
    parties: Parties,
    pack: String,
    procedure: String,
    /// The offices that have a part in the case, as far as the question depends on it.
    offices: BTreeSet<RoleId>,
    role: Option<RoleId>,
}

/// Whatever a decision can depend on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    who: Actor,
    action: Action,
    kind: Kind,
    provider: Option<OrganisationId>,
    demander: Option<OrganisationId>,
    parties: Parties,
    procedure: String,
    offices: BTreeSet<RoleId>,
    role: Option<RoleId>,
}

/// Most questions whose answer is remembered.
const MAX_ALLOWED: u64 = 20_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Kind {
    #[default]
    Platform,
    Case,
    Thing,
}

impl Resource {
    /// The platform as a whole.
    pub fn platform() -> Self {
        Self::default()
    }

    /// A case.
    pub fn case(head: &CaseHead) -> Self {
        Self {
            kind: Kind::Case,
            id: Some(head.id.0),
            provider: head.provider,
            demander: head.demander,
            parties: head.parties.clone(),
            pack: head.pack.to_string(),
            procedure: head.procedure.to_string(),
            offices: BTreeSet::new(),
            role: None,
        }
    }

    fn asked_by(&self, who: &Actor, action: Action) -> Question {
        let Self { kind, id: _, provider, demander, parties, pack: _, procedure, offices, role } = self.clone();
        Question { who: who.clone(), action, kind, provider, demander, parties, procedure, offices, role }
    }

    /// In this role, for [`Action::Speak`].
    #[must_use]
    pub fn role(mut self, role: &RoleId) -> Self {
        self.role = Some(role.clone());
        self
    }

    /// Something of an organisation.
    pub fn thing(id: Option<Uuid>, owner: OrganisationId) -> Self {
        Self { kind: Kind::Thing, id, provider: Some(owner), ..Self::default() }
    }

    /// Something that belongs to this organisation, or to nobody.
    pub fn of(id: Uuid, owner: Option<OrganisationId>) -> Self {
        Self { kind: Kind::Thing, id: Some(id), provider: owner, ..Self::default() }
    }

    /// That this organisation may use.
    #[must_use]
    pub fn consumer(mut self, consumer: OrganisationId) -> Self {
        self.demander = Some(consumer);
        self
    }
}

impl Platform {
    /// Whether the actor may do it.
    ///
    /// # Errors
    /// [`Code::NotAuthenticated`] for nobody, [`Code::NotPermitted`] with the reason as its hint.
    pub fn may(&self, ctx: &Ctx, action: Action, on: &Resource) -> Result<()> {
        self.policy().may(&ctx.who, action, &self.with_offices(&ctx.who, action, on))
    }

    /// The resource with the offices that have a part in the case, where the answer depends on them. Which those are is said by the
    /// law; only an office that does not oversee everything asks.
    fn with_offices<'r>(&self, who: &Actor, action: Action, on: &'r Resource) -> Cow<'r, Resource> {
        match who {
            Actor::Person { office: Some(office), .. } if action == Action::ReadCase && !office.oversees() => {
                let (pack, procedure) = (on.pack.as_str().into(), on.procedure.as_str().into());
                let offices = docket::offices_with_part(self.book(), &pack, &procedure, &on.parties);
                Cow::Owned(Resource { offices, ..on.clone() })
            }
            _ => Cow::Borrowed(on),
        }
    }
}

/// The validated policies.
pub struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
    types: Types,
    actions: HashMap<Action, EntityUid>,
    /// Each action with its group; requests are not checked against the schema, so the group is said with them.
    groups: HashMap<Action, Entity>,
    /// By `action` or `action:role`: (policy id, why) of the policies that could allow it.
    reasons: HashMap<String, Vec<(String, String)>>,
    /// Questions that were answered with yes. The policies never change while the platform runs.
    allowed: Cache<Question, ()>,
}

struct Types {
    person: EntityTypeName,
    client: EntityTypeName,
    organisation: EntityTypeName,
    machine: EntityUid,
    public: EntityUid,
    platform: EntityUid,
    case: EntityTypeName,
    thing: EntityTypeName,
}

impl Policies {
    /// Reads and validates schema and policies.
    ///
    /// # Errors
    /// [`Code::Internal`] naming the policy at fault.
    pub fn load() -> Result<Self> {
        Self::parse(SCHEMA, POLICIES)
    }

    fn parse(schema: &str, policies: &str) -> Result<Self> {
        let fault = |what: String| Error::new(Code::Internal, format!("the access policies are faulty: {what}"));
        let (schema, _) = Schema::from_cedarschema_str(schema).map_err(|error| fault(error.to_string()))?;
        let set: PolicySet = policies.parse().map_err(|error| fault(format!("{error}")))?;
        let known = schema.action_entities().map_err(|error| fault(error.to_string()))?;
        let validation = Validator::new(schema).validate(&set, ValidationMode::Strict);
        if let Some(error) = validation.validation_errors().next() {
            return Err(fault(error.to_string()));
        }
        if ["Case::\"", "Thing::\""].iter().any(|named| policies.contains(named)) {
            return Err(fault("a policy names a case or a thing by its id; give it an attribute instead".to_owned()));
        }
        let mut reasons: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for policy in set.policies() {
            let annotation = |key: &str| policy.annotation(key).map(str::to_owned);
            let missing = |key: &str| fault(format!("a policy lacks `@{key}`"));
            let id = annotation("id").ok_or_else(|| missing("id"))?;
            let because = annotation("because").ok_or_else(|| missing("because"))?;
            for about in annotation("about").ok_or_else(|| missing("about"))?.split_whitespace() {
                reasons.entry(about.to_owned()).or_default().push((id.clone(), because.clone()));
            }
        }
        let uid = |text: &str| text.parse::<EntityUid>().map_err(|error| fault(error.to_string()));
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(|error| fault(error.to_string()));
        let actions = Action::ALL.iter().map(|action| Ok((*action, uid(&format!("Action::\"{}\"", action.as_str()))?)));
        let actions: HashMap<Action, EntityUid> = actions.collect::<Result<_>>()?;
        let in_schema = |(action, uid): (&Action, &EntityUid)| {
            let entity = known.get(uid).cloned();
            entity
                .map(|entity| (*action, entity))
                .ok_or_else(|| fault(format!("the schema lacks the action `{}`", action.as_str())))
        };
        Ok(Self {
            set,
            authorizer: Authorizer::new(),
            types: Types {
                person: name("Person")?,
                client: name("Client")?,
                organisation: name("Organisation")?,
                machine: uid("Machine::\"platform\"")?,
                public: uid("Public::\"public\"")?,
                platform: uid("Platform::\"platform\"")?,
                case: name("Case")?,
                thing: name("Thing")?,
            },
            groups: actions.iter().map(in_schema).collect::<Result<_>>()?,
            actions,
            reasons,
            allowed: Cache::new(MAX_ALLOWED),
        })
    }

    /// Whether `who` may do `action` on `on`.
    ///
    /// # Errors
    /// As [`Platform::may`].
    pub fn may(&self, who: &Actor, action: Action, on: &Resource) -> Result<()> {
        let question = on.asked_by(who, action);
        if self.allowed.contains_key(&question) {
            return Ok(());
        }
        self.decide(who, action, on)?;
        self.allowed.insert(question, ());
        Ok(())
    }

    fn decide(&self, who: &Actor, action: Action, on: &Resource) -> Result<()> {
        let nobody =
            || Error::new(Code::NotAuthenticated, "nobody is logged in").hint("log in, or give an access token");
        let public = *who == Actor::Public;
        // The public speaks where a procedure lets it; nothing else is even asked of the policies for nobody.
        if public && action != Action::Speak {
            return Err(nobody());
        }
        let answer = self.answer(who, action, on)?;
        match answer.decision() {
            Decision::Allow => Ok(()),
            Decision::Deny if public => Err(nobody()),
            Decision::Deny => Err(self.denial(action, on, answer.diagnostics().reason().collect())),
        }
    }

    /// What the policies say, and which of them decided.
    fn answer(&self, who: &Actor, action: Action, on: &Resource) -> Result<Response> {
        let principal = self.principal(who)?;
        let resource = self.resource(on)?;
        let failed =
            |error: String| Error::new(Code::Internal, format!("the access policies cannot be asked: {error}"));
        let context =
            on.role.iter().map(|role| ("role".to_owned(), RestrictedExpression::new_string(role.to_string())));
        let context = Context::from_pairs(context).map_err(|error| failed(error.to_string()))?;
        let action_uid = self.actions.get(&action).cloned().ok_or_else(|| failed("no such action".to_owned()))?;
        let request = Request::new(principal.uid(), action_uid, resource.uid(), context, None)
            .map_err(|error| failed(error.to_string()))?;
        let entities =
            Entities::from_entities([principal, resource].into_iter().chain(self.groups.get(&action).cloned()), None);
        let entities = entities.map_err(|error| failed(error.to_string()))?;
        Ok(self.authorizer.is_authorized(&request, &self.set, &entities))
    }

    fn denial(&self, action: Action, on: &Resource, forbidding: Vec<&PolicyId>) -> Error {
        let (asked, words) = match (action, &on.role) {
            (Action::Speak, Some(role)) => (format!("speak:{role}"), format!("you cannot act as `{role}` here")),
            _ => (action.as_str().to_owned(), format!("you may not do `{}` here", action.as_str())),
        };
        let error = Error::new(Code::NotPermitted, words);
        let forbidden = forbidding
            .first()
            .and_then(|policy| Some((self.set.annotation(policy, "id")?, self.set.annotation(policy, "because")?)));
        if let Some((id, because)) = forbidden {
            return error.hint(format!("{because} (policy `{id}`)"));
        }
        // A role that no policy names is an office, or a party by the vocabulary.
        let general = || self.reasons.get("speak:office").filter(|_| action == Action::Speak);
        match self.reasons.get(&asked).or_else(general).map(Vec::as_slice) {
            None | Some([]) => error.hint("no policy allows it to anybody"),
            Some(reasons) => {
                let mut told: Vec<String> =
                    reasons.iter().map(|(id, because)| format!("{because} (policy `{id}`)")).collect();
                told.dedup();
                error.hint(told.join("; "))
            }
        }
    }

    fn principal(&self, who: &Actor) -> Result<Entity> {
        let organisation = |id: &OrganisationId| ("organisation".to_owned(), self.organisation(*id));
        Ok(match who {
            Actor::Person { id, organisation: of, office, roles } => {
                let mut attributes = HashMap::from([organisation(of)]);
                let roles = roles.iter().map(|role| RestrictedExpression::new_string(role_word(*role).to_owned()));
                attributes.insert("roles".to_owned(), RestrictedExpression::new_set(roles));
                if let Some(office) = office {
                    let office = RestrictedExpression::new_string(office.as_str().to_owned());
                    attributes.insert("office".to_owned(), office);
                }
                entity(uid(&self.types.person, id.0), attributes)?
            }
            Actor::Client { id, organisation: of } => {
                entity(uid(&self.types.client, id.0), HashMap::from([organisation(of)]))?
            }
            Actor::Law | Actor::Platform => entity(self.types.machine.clone(), HashMap::new())?,
            Actor::Public => entity(self.types.public.clone(), HashMap::new())?,
        })
    }

    fn resource(&self, on: &Resource) -> Result<Entity> {
        let (kind, first, second) = match on.kind {
            Kind::Platform => return entity(self.types.platform.clone(), HashMap::new()),
            Kind::Case => (&self.types.case, "provider", "demander"),
            Kind::Thing => (&self.types.thing, "owner", "consumer"),
        };
        let mut attributes = HashMap::new();
        if let Some(id) = on.provider {
            attributes.insert(first.to_owned(), self.organisation(id));
        }
        if let Some(id) = on.demander {
            attributes.insert(second.to_owned(), self.organisation(id));
        }
        if on.kind == Kind::Case {
            attributes.insert("procedure".to_owned(), RestrictedExpression::new_string(on.procedure.clone()));
            let parties = on.parties.values().map(|party| self.organisation(*party));
            attributes.insert("parties".to_owned(), RestrictedExpression::new_set(parties));
            let offices = on.offices.iter().map(|office| RestrictedExpression::new_string(office.to_string()));
            attributes.insert("offices".to_owned(), RestrictedExpression::new_set(offices));
            if let Some(party) = on.role.as_ref().and_then(|role| on.parties.get(role)) {
                attributes.insert("party".to_owned(), self.organisation(*party));
            }
        }
        entity(uid(kind, on.id.unwrap_or_default()), attributes)
    }

    fn organisation(&self, id: OrganisationId) -> RestrictedExpression {
        RestrictedExpression::new_entity_uid(uid(&self.types.organisation, id.0))
    }
}

fn uid(kind: &EntityTypeName, id: Uuid) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id.to_string()))
}

fn entity(uid: EntityUid, attributes: HashMap<String, RestrictedExpression>) -> Result<Entity> {
    Entity::new(uid, attributes, HashSet::new())
        .map_err(|error| Error::new(Code::Internal, "the access policies cannot be asked").because(error))
}

/// The word of a role in policies and tables.
pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::DataExecutive => "data_executive",
        Role::ChiefDataOfficer => "chief_data_officer",
        Role::Officer => "officer",
        Role::SystemAdministrator => "system_administrator",
        Role::SecurityAdministrator => "security_administrator",
        Role::AuditAdministrator => "audit_administrator",
    }
}
