//! Who may do what, role by role: a table that a lawyer can read. What is not in it is denied.

use std::collections::BTreeSet;

use super::*;
use crate::{ctx::Office, ids::*};

const MINE: OrganisationId = OrganisationId(Uuid::from_u128(1));
const OTHER: OrganisationId = OrganisationId(Uuid::from_u128(2));

fn person(office: Option<Office>, roles: &[Role]) -> Actor {
    Actor::Person {
        id: PersonId(Uuid::from_u128(9)),
        organisation: MINE,
        office,
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
    }
}

fn case(provider: OrganisationId, demander: OrganisationId) -> Resource {
    Resource::case(&CaseHead {
        id: CaseId(Uuid::from_u128(3)),
        pack: "changning-2025".into(),
        procedure: "sharing_request".into(),
        subject_kind: crate::docket::SubjectKind::Request,
        subject: Uuid::from_u128(4),
        provider: Some(provider),
        demander: Some(demander),
        parties: Default::default(),
        parent: None,
        version: 1,
    })
}

/// The policies parse, validate strictly against the schema, and each names itself and its reason.
#[test]
fn the_policies_are_valid() {
    let policies = Policies::load().expect("valid policies");
    assert!(policies.set.policies().count() > 10);
    let broken = Policies::parse(
        SCHEMA,
        "@id(\"x\") @about(\"speak\") @because(\"y\")\npermit (principal is Person, action == Action::\"speak\", resource is Case) when { resource.colour == 1 };",
    );
    assert!(broken.is_err_and(|error| error.message.contains("colour")), "an unknown attribute is refused at start");
    let nameless = Policies::parse(SCHEMA, "permit (principal, action == Action::\"list_cases\", resource);");
    assert!(nameless.is_err_and(|error| error.message.contains("@id")));
}

/// Every pair of a role in the platform and a role in a case.
#[test]
fn who_speaks_in_which_role() {
    let policies = Policies::load().expect("valid policies");
    let all = [
        Role::DataExecutive,
        Role::ChiefDataOfficer,
        Role::Officer,
        Role::SystemAdministrator,
        Role::SecurityAdministrator,
        Role::AuditAdministrator,
    ];
    let offices = [None, Some(Office::AUTHORITY), Some(Office::CENTRE), Some(Office::CYBERSPACE), Some("registrar")];
    for office in offices {
        for role in all {
            for (provider, demander) in [(MINE, OTHER), (OTHER, MINE), (OTHER, OTHER)] {
                let roles = [
                    "provider",
                    "demander",
                    "centre",
                    "authority",
                    "cyberspace",
                    "registrar",
                    "platform",
                    "law",
                    "public",
                ];
                for speaks in roles {
                    let party = matches!(role, Role::DataExecutive | Role::ChiefDataOfficer);
                    let official = matches!(role, Role::Officer | Role::ChiefDataOfficer);
                    let expected = match speaks {
                        "provider" => party && provider == MINE,
                        "demander" => party && demander == MINE,
                        "platform" | "law" | "public" => false,
                        of_office => official && office == Some(of_office),
                    };
                    let on = case(provider, demander).role(&RoleId::from(speaks));
                    let answer = policies.may(&person(office.map(Office::new), &[role]), Action::Speak, &on);
                    assert_eq!(answer.is_ok(), expected, "{role:?} of {office:?} as {speaks}: {answer:?}");
                    if let Err(error) = answer {
                        assert!(error.hint.is_some(), "a denial says why: {role:?} as {speaks}");
                    }
                }
            }
        }
    }
}

/// Every pair of a role and an action on the platform, on a thing of one's own and on a thing of another.
#[test]
fn who_does_what_outside_cases() {
    use Action::*;
    let policies = Policies::load().expect("valid policies");
    let own = Resource::thing(None, MINE);
    let foreign = Resource::thing(None, OTHER);
    let used = Resource::thing(None, OTHER).consumer(MINE);
    /// A role, and what it may do to the platform, to a thing of its own organisation, of another, and granted by another.
    type Row = (Role, &'static [Action], &'static [Action], &'static [Action], &'static [Action]);
    let table: &[Row] = &[
        (
            Role::DataExecutive,
            &[NameMatter],
            &[EditCatalogue, HandIn, Ask, ReadRows, ReadThing],
            &[],
            &[ReadThing, Call],
        ),
        (
            Role::ChiefDataOfficer,
            &[NameMatter],
            &[EditCatalogue, HandIn, Ask, ReadRows, ReadThing],
            &[],
            &[ReadThing, Call],
        ),
        (Role::Officer, &[NameMatter], &[ReadThing], &[], &[ReadThing]),
        (
            Role::SystemAdministrator,
            &[ManageOrganisations, ManagePeople, ManageClients, RunPlatform, ChangeLaw, ReadPeople],
            &[ReadThing],
            &[],
            &[ReadThing],
        ),
        (
            Role::SecurityAdministrator,
            &[AssignRoles, ManageSessions, ReadPeople, ReadSessions, ExplainPolicy],
            &[ReadThing],
            &[],
            &[ReadThing],
        ),
        (
            Role::AuditAdministrator,
            &[ReadLog, ReadPeople, ReadSessions, ExplainPolicy],
            &[ReadThing],
            &[ReadThing],
            &[ReadThing],
        ),
    ];
    let everybody = [ListCases, ReadInbox, ReadCatalogue, ReadOrganisations];
    let of_a_thing = [EditCatalogue, HandIn, Ask, ReadRows, ReadThing, Call];
    for (role, platform, on_own, on_foreign, on_used) in table {
        let who = person(None, &[*role]);
        for action in Action::ALL.iter().copied().filter(|action| !matches!(action, Speak | ReadCase)) {
            if of_a_thing.contains(&action) {
                for (on, allowed, which) in
                    [(&own, on_own, "own"), (&foreign, on_foreign, "foreign"), (&used, on_used, "granted")]
                {
                    assert_eq!(
                        policies.may(&who, action, on).is_ok(),
                        allowed.contains(&action),
                        "{role:?} {action:?} on a {which} thing"
                    );
                }
            } else {
                let expected = platform.contains(&action) || everybody.contains(&action);
                assert_eq!(policies.may(&who, action, &Resource::platform()).is_ok(), expected, "{role:?} {action:?}");
            }
        }
    }
}

/// The audit administrator changes nothing, whatever other role somebody gives them; the reason is the forbidding policy.
#[test]
fn the_audit_administrator_changes_nothing() {
    let policies = Policies::load().expect("valid policies");
    let who = person(Some(Office::new(Office::CENTRE)), &[Role::AuditAdministrator, Role::ChiefDataOfficer]);
    let denied =
        policies.may(&who, Action::Speak, &case(MINE, OTHER).role(&RoleId::from("provider"))).expect_err("forbidden");
    assert!(denied.hint.is_some_and(|hint| hint.contains("administer.audit")));
    assert!(policies.may(&who, Action::ReadCase, &case(OTHER, OTHER)).is_ok());
}

/// Nobody is told to log in, strangers do not read a case, a client calls only what its organisation was granted.
#[test]
fn strangers_clients_and_nobody() {
    let policies = Policies::load().expect("valid policies");
    let nobody = policies.may(&Actor::Public, Action::ReadCatalogue, &Resource::platform()).expect_err("nobody");
    assert_eq!(nobody.code, Code::NotAuthenticated);
    let stranger = person(None, &[Role::DataExecutive]);
    assert!(policies.may(&stranger, Action::ReadCase, &case(OTHER, OTHER)).is_err());
    assert!(policies.may(&stranger, Action::ReadCase, &case(OTHER, MINE)).is_ok());
    let client = Actor::Client { id: ClientId(Uuid::from_u128(8)), organisation: MINE };
    assert!(policies.may(&client, Action::Call, &Resource::thing(None, OTHER).consumer(MINE)).is_ok());
    assert!(policies.may(&client, Action::Call, &Resource::thing(None, MINE).consumer(OTHER)).is_err());
    assert!(policies.may(&client, Action::Speak, &case(MINE, OTHER).role(&RoleId::from("provider"))).is_err());
}

/// What was allowed once is allowed for what is alike, and for nothing else: remembering an answer never widens it.
#[test]
fn a_remembered_answer_is_never_wider() {
    let policies = Policies::load().expect("valid policies");
    let who = person(None, &[Role::DataExecutive]);
    let provider = RoleId::from("provider");
    for _ in 0..2 {
        assert!(policies.may(&who, Action::Speak, &case(MINE, OTHER).role(&provider)).is_ok());
        assert!(policies.may(&who, Action::Speak, &case(OTHER, MINE).role(&provider)).is_err());
        assert!(policies.may(&who, Action::Speak, &case(MINE, OTHER).role(&RoleId::from("demander"))).is_err());
        assert!(policies.may(&person(None, &[]), Action::Speak, &case(MINE, OTHER).role(&provider)).is_err());
    }
}

/// A policy that names one thing by its id would make a remembered answer wrong for others, so it is refused at the start.
#[test]
fn a_policy_about_one_thing_alone_is_refused() {
    let policies = format!(
        "{POLICIES}\n@id(\"x\") @about(\"call\") @because(\"x\")\npermit (principal, action, resource == Thing::\"1\");"
    );
    let error = Policies::parse(SCHEMA, &policies).err().expect("refused");
    assert!(error.message.contains("by its id"), "{error}");
}

/// Every rule says what it is about in actions that there are; what it rests on is an article of a pack, or a standard.
#[test]
fn every_rule_rests_on_what_there_is() {
    let policies = Policies::load().expect("valid policies");
    let book = crate::testkit::book().expect("the packs");
    let rules = policies.rules();
    assert!(rules.len() > 20, "only {} rules", rules.len());
    for rule in rules {
        assert!(!rule.about.is_empty(), "`{}` is about nothing", rule.id);
        for about in &rule.about {
            let known = |word: &str| word == "change" || Action::ALL.iter().any(|action| action.as_str() == word);
            assert!(about.starts_with("speak:") || known(about), "`{}` is about `{about}`", rule.id);
        }
        for source in &rule.rests_on {
            let article = law::ArticleId::new(source);
            assert!(
                source.starts_with("GB/T ") || book.article(&article).is_some(),
                "`{}` rests on `{source}`",
                rule.id
            );
        }
    }
}
