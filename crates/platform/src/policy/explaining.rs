//! Why somebody may or may not do something: which rule decides, what it rests on, and which rules would have to apply.
//!
//! Nothing here decides. The question is put to the same policies in the same way as when somebody acts, about the same
//! attributes, and what they answer is told with the attributes that they looked at.

use std::collections::BTreeSet;

use cedar_policy::{Decision, Effect};
use law::RoleId;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform, catalogue, collection,
    ctx::{Actor, Ctx, Role},
    docket::{self, Parties},
    error::{Code, Error, Result},
    identity,
    ids::*,
    sharing,
};

use super::{Action, Policies, Resource};

/// A rule of access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// What it says.
    pub because: String,
    /// The actions it is about; `speak:ROLE` for speaking in a role.
    pub about: Vec<String>,
    /// The articles and standards it rests on; empty = a rule of the platform's own.
    pub rests_on: Vec<String>,
    /// Whether it allows; otherwise it forbids, and no other rule can allow what it forbids.
    pub allows: bool,
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct PolicyQuestion {
    /// Who; neither person nor client = oneself.
    pub person: Option<PersonId>,
    /// Who, when it is a department's system.
    pub client: Option<ClientId>,
    /// Which action.
    pub action: String,
    /// In which role, for speaking.
    pub role: Option<RoleId>,
    /// On what: the kind of thing and its id; `None` = the platform as a whole.
    pub subject: Option<(PolicySubject, Uuid)>,
}

/// Kinds of things that rules speak about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicySubject {
    /// A case.
    Case,
    /// An entry of the catalogue.
    Entry,
    /// A sharing request.
    Request,
    /// A sharing service.
    Service,
    /// A load.
    Load,
    /// An organisation: anything of it that is not there yet.
    Organisation,
}

/// What the policies answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether it may be done.
    pub allowed: bool,
    /// In one sentence.
    pub told: String,
    /// The rule that decides; `None` where none applies, so that it is denied.
    pub rule: Option<Rule>,
    /// What would have to be true: the rules of which one would have to apply.
    pub would_allow: Vec<Rule>,
    /// What the rules know of whoever acts.
    pub who: Known,
    /// What the rules know of the subject.
    pub on: KnownSubject,
}

/// What the rules know of whoever acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// `person` or `client`.
    pub kind: String,
    /// For whom.
    pub organisation: Option<OrganisationId>,
    /// The office that the organisation holds.
    pub office: Option<String>,
    /// The person's roles.
    pub roles: BTreeSet<Role>,
    /// Whether they are shut out: then no rule is even asked.
    pub disabled: bool,
}

/// What the rules know of the subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownSubject {
    /// Who provides it, or whose it is.
    pub provider: Option<OrganisationId>,
    /// Who asks for it, or may use it.
    pub demander: Option<OrganisationId>,
    /// Who plays other roles in the case.
    pub parties: Parties,
    /// The offices that have a part in the case.
    pub offices: BTreeSet<RoleId>,
}

impl Platform {
    /// Every rule of access, in the order in which they are written.
    #[must_use]
    pub fn policy_rules(&self) -> Vec<Rule> {
        self.policy().rules()
    }

    /// Why somebody may or may not do something.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] about others for whoever may not ask that, [`Code::NotFound`], [`Code::InvalidInput`] for an action
    /// that does not exist or is done on something else.
    pub async fn explain_policy(&self, ctx: &Ctx, question: &PolicyQuestion) -> Result<Verdict> {
        let own = question.person.is_none() && question.client.is_none();
        let myself = matches!((&ctx.who, question.person), (Actor::Person { id, .. }, Some(of)) if *id == of);
        if !own && !myself {
            self.may(ctx, Action::ExplainPolicy, &Resource::platform())?;
        }
        let action =
            Action::ALL.iter().copied().find(|action| action.as_str() == question.action).ok_or_else(|| {
                Error::new(Code::InvalidInput, "there is no such action")
                    .field("action", "is none of those of `GET /api/v1/policy/rules`")
            })?;
        let (who, disabled) = self.asked_about(ctx, question).await?;
        let on = self.asked_on(action, question).await?;
        let on = self.with_offices(&who, action, &on);
        self.policy().explain(&who, action, &on, disabled)
    }

    /// The actor that is meant, and whether they are shut out.
    async fn asked_about(&self, ctx: &Ctx, question: &PolicyQuestion) -> Result<(Actor, bool)> {
        match (question.person, question.client) {
            (None, None) => Ok((ctx.who.clone(), false)),
            (Some(person), None) => self.actor_with_state(person).await,
            (None, Some(client)) => {
                let row = identity::store::client::Entity::find_by_id(client.0).one(self.db().read()).await?;
                let row = row.ok_or_else(|| Error::not_found("client", client))?;
                Ok((Actor::Client { id: client, organisation: OrganisationId(row.organisation_id) }, row.revoked))
            }
            (Some(_), Some(_)) => Err(Error::new(Code::InvalidInput, "either a person or a client acts")
                .field("client", "leave one of `person` and `client` out")),
        }
    }

    async fn asked_on(&self, action: Action, question: &PolicyQuestion) -> Result<Resource> {
        let wanted = action.on();
        let misfit = |what: &str| {
            let message = format!("`{}` is done on {what}", action.as_str());
            Err(Error::new(Code::InvalidInput, message).field("subject", format!("must name {what}")))
        };
        let db = self.db().read();
        let resource = match (wanted, question.subject) {
            (On::Platform, _) => Resource::platform(),
            (On::Case, Some((PolicySubject::Case, id))) => {
                let on = Resource::case(&docket::head(db, CaseId(id)).await?);
                match (&question.role, action) {
                    (Some(role), _) => on.role(role),
                    (None, Action::Speak) => {
                        return Err(Error::new(Code::InvalidInput, "somebody speaks in a role")
                            .field("role", "name the role of the law's vocabulary"));
                    }
                    (None, _) => on,
                }
            }
            (On::Thing, Some((PolicySubject::Entry, id))) => {
                let entry = catalogue::store::entry(db, id.into()).await?;
                Resource::thing(Some(id), entry.organisation_id.into())
            }
            (On::Thing, Some((PolicySubject::Request, id))) => {
                let request = sharing::store::request(db, id.into()).await?;
                Resource::thing(Some(id), request.provider_id.into()).consumer(request.demander_id.into())
            }
            (On::Thing, Some((PolicySubject::Service, id))) => {
                let service = sharing::store::service(db, id.into()).await?;
                Resource::thing(Some(id), service.provider_id.into()).consumer(service.demander_id.into())
            }
            (On::Thing, Some((PolicySubject::Load, id))) => {
                let load = collection::store::load::Entity::find_by_id(id).one(db).await?;
                let load = load.ok_or_else(|| Error::not_found("load", id))?;
                let entry = catalogue::store::entry(db, load.entry_id.into()).await?;
                Resource::thing(Some(id), entry.organisation_id.into())
            }
            (On::Thing, Some((PolicySubject::Organisation, id))) => {
                identity::signatory(db, id.into()).await?;
                Resource::thing(None, id.into())
            }
            (On::Case, _) => return misfit("a case"),
            (On::Thing, _) => return misfit("an entry, a request, a service, a load or an organisation"),
        };
        Ok(resource)
    }
}

/// On what kind of thing an action is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// The platform as a whole.
    Platform,
    /// A case.
    Case,
    /// Something of an organisation.
    Thing,
}

impl Action {
    /// On what kind of thing it is done.
    #[must_use]
    pub fn on(self) -> On {
        match self {
            Self::Speak | Self::ReadCase => On::Case,
            Self::EditCatalogue | Self::HandIn | Self::Ask | Self::ReadRows | Self::ReadThing | Self::Call => On::Thing,
            _ => On::Platform,
        }
    }
}

impl Policies {
    pub(super) fn rules(&self) -> Vec<Rule> {
        // A set keeps no order; the names begin with their subject, so that they sort as they belong together.
        let mut rules: Vec<Rule> = self.set.policies().filter_map(|policy| self.rule(policy)).collect();
        rules.sort_by(|one, other| one.id.cmp(&other.id));
        rules
    }

    fn rule(&self, policy: &cedar_policy::Policy) -> Option<Rule> {
        let listed = |key: &str, by: char| -> Vec<String> {
            let words = policy.annotation(key).unwrap_or_default().split(by).map(str::trim);
            words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        Some(Rule {
            id: policy.annotation("id")?.to_owned(),
            because: policy.annotation("because")?.to_owned(),
            about: listed("about", ' '),
            rests_on: listed("rests_on", ','),
            allows: policy.effect() == Effect::Permit,
        })
    }

    fn explain(&self, who: &Actor, action: Action, on: &Resource, disabled: bool) -> Result<Verdict> {
        let answer = self.answer(who, action, on)?;
        let deciding = answer.diagnostics().reason().next().and_then(|id| self.rule(self.set.policy(id)?));
        let allowed = answer.decision() == Decision::Allow && !disabled;
        let would_allow = if allowed { Vec::new() } else { self.that_could_allow(action, on) };
        let told = match (&deciding, allowed, disabled) {
            (_, _, true) => "whoever is shut out may do nothing".to_owned(),
            (Some(rule), true, _) => format!("it is allowed: {}", rule.because),
            (Some(rule), false, _) => format!("it is forbidden: {}", rule.because),
            (None, ..) if would_allow.is_empty() => "no rule allows it to anybody".to_owned(),
            (None, ..) => "no rule allows it; one of those that could would have to apply".to_owned(),
        };
        Ok(Verdict {
            allowed,
            told,
            rule: deciding.filter(|_| !disabled),
            would_allow,
            who: known(who, disabled),
            on: KnownSubject {
                provider: on.provider,
                demander: on.demander,
                parties: on.parties.clone(),
                offices: on.offices.clone(),
            },
        })
    }

    /// The rules that allow the action to whomever they apply.
    fn that_could_allow(&self, action: Action, on: &Resource) -> Vec<Rule> {
        let asked = match (action, &on.role) {
            (Action::Speak, Some(role)) => format!("speak:{role}"),
            _ => action.as_str().to_owned(),
        };
        let about = |rule: &Rule, word: &str| rule.allows && rule.about.iter().any(|about| about == word);
        let rules = self.rules();
        // A role that no rule names is an office, or a party by the vocabulary.
        let asked = if action == Action::Speak && !rules.iter().any(|rule| about(rule, &asked)) {
            "speak:office".to_owned()
        } else {
            asked
        };
        rules.into_iter().filter(|rule| about(rule, &asked)).collect()
    }
}

fn known(who: &Actor, disabled: bool) -> Known {
    let (kind, organisation, office, roles) = match who {
        Actor::Person { organisation, office, roles, .. } => {
            ("person", Some(*organisation), office.as_ref().map(|office| office.as_str().to_owned()), roles.clone())
        }
        Actor::Client { organisation, .. } => ("client", Some(*organisation), None, BTreeSet::new()),
        Actor::Law | Actor::Platform | Actor::Public => ("public", None, None, BTreeSet::new()),
    };
    Known { kind: kind.to_owned(), organisation, office, roles, disabled }
}
