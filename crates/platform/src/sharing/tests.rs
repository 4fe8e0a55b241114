//! Sharing on a real database with the real regulations of both districts, and the grant's bounds as properties.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::catalogue::{Item, world::*};

fn paths(error: &Error) -> Vec<&str> {
    error.fields.iter().map(|(path, _)| path.as_str()).collect()
}

/// CN-18: a demand that lacks elements is taken in, cannot be granted or refused outright, and is supplemented once.
#[tokio::test]
async fn missing_elements_are_asked_for_once() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let mut input = demand(entry);
        input.elements.legal_basis.clear();
        let (request, opened) = world.platform.ask(&world.asker("2026-03-04 09:00"), input.clone()).await.unwrap();
        assert!(!request.papers.iter().any(|paper| *paper == "use_basis" || *paper == "commitment"));

        let approve = || ActInput::new("approve");
        let refused =
            world.platform.act_on_case(&world.holder("2026-03-04 10:00"), opened.case, approve()).await.unwrap_err();
        assert_eq!(refused.refusal.unwrap().code, law::RefusalCode::GuardFailed);
        let early = Elements { legal_basis: "就业促进法".into(), ..Elements::default() };
        let early = world.platform.supplement(&world.asker("2026-03-04 10:10"), request.id, early).await.unwrap_err();
        assert_eq!(early.refusal.unwrap().code, law::RefusalCode::WrongState);

        let notice = || ActInput::new("give_supplement_notice").paper("supplement_list", "使用依据、承诺");
        world.platform.act_on_case(&world.holder("2026-03-04 11:00"), opened.case, notice()).await.unwrap();
        // Half of it: the commitment is still missing, and a second notice is not to be had.
        let more = Elements { legal_basis: "就业促进法".into(), ..Elements::default() };
        let (after, _) = world.platform.supplement(&world.asker("2026-03-05 09:00"), request.id, more).await.unwrap();
        assert!(after.papers.iter().any(|paper| *paper == "use_basis"));
        assert_eq!(after.elements.scenario, input.elements.scenario, "what is not stated again stays");
        let again =
            world.platform.act_on_case(&world.holder("2026-03-05 10:00"), opened.case, notice()).await.unwrap_err();
        assert_eq!(again.refusal.unwrap().code, law::RefusalCode::AlreadyDone);
        world.close().await;
    }
}

/// PT-18: a commitment is verified when it is handed in, bound to what is asked for, and verifies later from what was kept.
#[tokio::test]
async fn a_commitment_is_bound_to_what_is_asked_for() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let signed = world.signed(demand(entry)).await;
        let ask = |input| world.platform.ask(Box::leak(Box::new(world.asker("2026-03-04 09:00"))), input);

        let mut wider = signed.clone();
        wider.elements.items.push("amount".into());
        assert_eq!(paths(&ask(wider).await.unwrap_err()), ["commitment.text"]);
        let mut forged = signed.clone();
        let other = sm::sign::SigningKey::from_bytes(&[6; 32]).unwrap();
        forged.elements.commitment.as_mut().unwrap().public_key = other.verifying_key().to_spki_pem();
        assert_eq!(paths(&ask(forged).await.unwrap_err()), ["commitment.signature"]);

        let mut strange = signed.clone();
        let commitment = strange.elements.commitment.as_mut().unwrap();
        let signature = other.sign(commitment.text.as_bytes()).to_der();
        commitment.public_key = other.verifying_key().to_spki_pem();
        commitment.signature = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, signature);
        assert_eq!(
            paths(&ask(strange).await.unwrap_err()),
            ["commitment.public_key"],
            "somebody else's key binds nobody"
        );

        let (request, _) = ask(signed.clone()).await.unwrap();
        let kept = world.platform.verify_commitment(&world.holder("2027-05-01 09:00"), request.id).await.unwrap();
        assert_eq!(Some(kept), signed.elements.commitment);
        world.close().await;
    }
}

/// CN-17: what is withheld cannot be asked for; what has an impossible form is refused naming every field.
#[tokio::test]
async fn impossible_demands_are_refused_with_their_fields() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let mut input = demand(entry);
        input.elements.items = vec!["fax".into(), "name".into()];
        input.elements.rate_per_minute = Some(0);
        input.elements.purpose = "what ever".into();
        let refused = world.platform.ask(&world.asker("2026-03-04 09:00"), input).await.unwrap_err();
        let found: BTreeSet<_> = paths(&refused).into_iter().collect();
        assert_eq!(found, BTreeSet::from(["items[0]", "items", "rate_per_minute", "purpose"]));
        let own = world.platform.ask(&world.holder("2026-03-04 09:00"), demand(entry)).await.unwrap_err();
        assert_eq!(paths(&own), ["entry"]);
        let none = world.platform.requests(&world.asker("2026-03-04 09:10"), crate::Page::default()).await.unwrap();
        assert_eq!(none.total, 0);
        world.close().await;
    }
}

/// I3: the service holds the fields that were asked for, under the entry's masks, and nothing else.
#[tokio::test]
async fn an_approved_request_becomes_a_service() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let service = world.granted(demand(entry)).await;
        let view = world.platform.service(&world.asker("2026-03-04 11:00"), service).await.unwrap();
        let fields: Vec<_> =
            view.grant.fields.iter().map(|field| (field.name.as_str(), field.mask.as_deref())).collect();
        assert_eq!(
            fields,
            [("code", None), ("id_number", Some("id_number")), ("name", Some("name")), ("street", None)]
        );
        assert_eq!(view.grant.keys, ["code", "id_number"]);
        assert_eq!(view.status, ServiceStatus::Active);
        let case = world.platform.case(&world.asker("2026-03-04 11:00"), view.case.unwrap()).await.unwrap();
        assert_eq!((case.head.subject_kind, case.head.subject), (SubjectKind::Service, service.0));
        let stranger = world.platform.service(&world.ctx(stranger(), "2026-03-04 11:00"), service).await.unwrap_err();
        assert_eq!(stranger.code, Code::NotPermitted);
        world.close().await;
    }
}

/// PT-20, PT-26: silence approves on the fifth working day; three months without a call suspend, thirty days later it ends.
#[tokio::test]
async fn under_putuo_silence_grants_and_idleness_ends() {
    for world in World::all("putuo-2023").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let input = world.signed(demand(entry)).await;
        let (request, opened) = world.platform.ask(&world.asker("2026-03-04 09:00"), input).await.unwrap();
        world
            .platform
            .act_on_case(&world.centre("2026-03-04 10:00"), opened.case, ActInput::new("forward").role("centre"))
            .await
            .unwrap();
        world.platform.tick(&world.machine("2026-03-11 23:59")).await.unwrap();
        assert_eq!(world.request(&request).await.service, None);
        world.platform.tick(&world.machine("2026-03-12 00:00")).await.unwrap();
        let service = world.request(&request).await.service.expect("approved by silence at 24:00 of the fifth day");

        let status = async |now: &str| {
            world.platform.tick(&world.machine(now)).await.unwrap();
            world.platform.service(&world.asker(now), service).await.unwrap().status
        };
        // The last call counts, not the opening.
        let lookup = crate::gateway::Lookup {
            key_column: "code".into(),
            key: "A1".into(),
            fields: None,
            purpose: "aid_check".into(),
        };
        world.platform.lookup(&world.asker("2026-04-20 10:00"), service, lookup).await.unwrap();
        assert_eq!(status("2026-07-20 23:59").await, ServiceStatus::Active);
        assert_eq!(status("2026-07-21 00:00").await, ServiceStatus::Suspended);
        assert_eq!(status("2026-08-19 23:59").await, ServiceStatus::Suspended);
        assert_eq!(status("2026-08-21 00:00").await, ServiceStatus::Ended);
        world.close().await;
    }
}

/// CN-19: a wider use changes nothing until the provider has consented and made the grant for it.
#[tokio::test]
async fn widening_changes_nothing_until_consent() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let service = world.granted(demand(entry)).await;
        let before = world.platform.service(&world.asker("2026-03-05 09:00"), service).await.unwrap().grant;
        let widening = Widening {
            items: vec!["amount".into()],
            purposes: vec!["audit".into()],
            statement: "审计需要".into(),
            ..Widening::default()
        };
        let nothing = world
            .platform
            .widen(
                &world.asker("2026-03-05 09:10"),
                service,
                Widening { statement: "更多".into(), ..Widening::default() },
                None,
            )
            .await
            .unwrap_err();
        assert_eq!(nothing.code, Code::InvalidInput);
        let (asker, key) = (world.asker("2026-03-05 09:10"), Some("once".to_owned()));
        let receipt = world.platform.widen(&asker, service, widening.clone(), key.clone()).await.unwrap();
        let again = world.platform.widen(&asker, service, widening.clone(), key).await.unwrap();
        assert_eq!(again.act, receipt.act, "a repeated question is the same question");
        let asked = world.platform.service(&world.asker("2026-03-05 09:20"), service).await.unwrap();
        assert_eq!((&asked.grant, asked.widening), (&before, Some(widening)));
        let forbidden =
            world.platform.consent_to_widening(&world.asker("2026-03-05 09:30"), service).await.unwrap_err();
        assert_eq!(forbidden.code, Code::NotPermitted);
        world.platform.consent_to_widening(&world.holder("2026-03-05 10:00"), service).await.unwrap();
        let after = world.platform.service(&world.asker("2026-03-05 10:10"), service).await.unwrap();
        assert!(after.grant.fields.iter().any(|field| field.name == "amount"));
        assert!(after.grant.purposes.contains("audit") && after.grant.purposes.contains("aid_check"));
        assert_eq!(after.widening, None);

        let case = after.case.unwrap();
        let more = Widening { purposes: vec!["marketing".into()], statement: "推广".into(), ..Widening::default() };
        world.platform.widen(&world.asker("2026-03-06 09:00"), service, more, None).await.unwrap();
        let refuse = ActInput::new("refuse_widening").paper("refusal_reason", "与履职无关");
        world.platform.act_on_case(&world.holder("2026-03-06 10:00"), case, refuse).await.unwrap();
        let again = ActInput::new("request_widening").paper("widening_statement", "另有需要");
        world.platform.act_on_case(&world.asker("2026-03-07 09:00"), case, again).await.unwrap();
        world.platform.consent_to_widening(&world.holder("2026-03-07 10:00"), service).await.unwrap();
        let last = world.platform.service(&world.asker("2026-03-07 10:10"), service).await.unwrap();
        assert_eq!(last.grant, after.grant, "what was refused must not come to life by a later consent");
        world.close().await;
    }
}

/// PT-15: a change that takes a used item away affects running shares and needs an adjustment plan first.
#[tokio::test]
async fn a_change_that_disturbs_a_share_needs_a_plan() {
    for world in World::all("putuo-2023").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let input = world.signed(demand(entry)).await;
        let (request, opened) = world.platform.ask(&world.asker("2026-03-04 09:00"), input).await.unwrap();
        let forward = ActInput::new("forward").role("centre");
        world.platform.act_on_case(&world.centre("2026-03-04 10:00"), opened.case, forward).await.unwrap();
        world
            .platform
            .act_on_case(&world.holder("2026-03-04 11:00"), opened.case, ActInput::new("approve"))
            .await
            .unwrap();
        assert!(world.request(&request).await.service.is_some());

        let mut without = world.complete("低保").await;
        without.items.retain(|item| item.code != "street");
        let seen = world.platform.edit_entry(&world.holder("2026-03-05 09:00"), entry, None, without).await.unwrap();
        let propose = ActInput::new("propose_change").paper("change_reason", "不再采集");
        world.platform.submit_entry(&world.holder("2026-03-05 09:10"), entry, propose).await.unwrap();
        let case = seen.line.case;
        let approve = ActInput::new("approve_change").role("centre");
        let refused = world.platform.act_on_case(&world.centre("2026-03-05 10:00"), case, approve).await.unwrap_err();
        assert!(refused.refusal.unwrap().failed.iter().any(|failed| *failed == "change_affects_shares"));
        let plan = ActInput::new("require_change_plan").role("centre");
        world.platform.act_on_case(&world.centre("2026-03-05 10:10"), case, plan).await.unwrap();
        world.close().await;
    }
}

fn stranger() -> Actor {
    let organisation = OrganisationId(uuid::Uuid::from_u128(77));
    let roles = [crate::Role::DataExecutive].into();
    Actor::Person { id: PersonId(uuid::Uuid::from_u128(78)), organisation, office: None, roles }
}

const CODES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn an_entry() -> impl Strategy<Value = EntryInput> {
    let mask = prop_oneof![Just(None), Just(Some("hide")), Just(Some("name")), Just(Some("keep_ends(1,1)"))];
    let one = (mask, any::<bool>(), any::<bool>());
    (prop::collection::vec(one, CODES.len()), prop::sample::subsequence(CODES.to_vec(), 1..=CODES.len())).prop_map(
        |(shapes, codes)| {
            let shape = |(code, (mask, key, sensitive)): (&&str, (Option<&str>, bool, bool))| Item {
                key,
                sensitive,
                ..item(code, crate::lake::ColumnKind::Text, mask)
            };
            EntryInput { items: codes.iter().zip(shapes).map(shape).collect(), ..sample() }
        },
    )
}

fn some_codes() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select([CODES.as_slice(), &["x", "y"]].concat()).prop_map(String::from), 0..8)
}

proptest! {
    /// I3: whatever is asked for and whatever the entry has, a grant holds only fields that are in both, under the entry's
    /// masks; keys are among them; where only masked data may go, no sensitive field goes unmasked. A consented widening adds
    /// what was asked on top and nothing else.
    #[test]
    fn a_grant_never_exceeds_request_or_entry(
        published in an_entry(),
        items in some_codes(),
        more in some_codes(),
        masked_only in any::<bool>(),
    ) {
        let scenario_kind = if masked_only { ScenarioKind::MaskedOnly } else { ScenarioKind::None };
        let asked = Elements { items: items.clone(), scenario_kind, purpose: "p".into(), ..Elements::default() };
        let settled = rules::Settled {
            service: ServiceId(uuid::Uuid::nil()),
            entry: EntryId(uuid::Uuid::nil()),
            entry_version: 1,
            published: &published,
            dataset: "d".into(),
            provider: OrganisationId(uuid::Uuid::nil()),
            demander: OrganisationId(uuid::Uuid::nil()),
            from: at("2026-03-02 09:00"),
        };
        let within = |grant: &Grant, wanted: &[String]| {
            for field in &grant.fields {
                let item = published.item(&field.name).expect("a granted field is in the entry");
                assert!(wanted.contains(&field.name), "{} was not asked for", field.name);
                assert_eq!(field.mask, item.mask);
            }
            for key in &grant.keys {
                assert!(grant.fields.iter().any(|field| field.name == *key) && published.item(key).unwrap().key);
            }
        };
        let Ok(grant) = rules::compile(&settled, &asked) else {
            let grantable = |item: &&Item| items.contains(&item.code) && !(masked_only && item.sensitive && item.mask.is_none());
            prop_assert_eq!(published.items.iter().filter(grantable).count(), 0);
            return Ok(());
        };
        within(&grant, &items);
        if masked_only {
            prop_assert!(grant.fields.iter().all(|field| field.mask.is_some() || !published.item(&field.name).unwrap().sensitive));
        }
        let widening = Widening { items: more.clone(), purposes: vec!["q".into()], ..Widening::default() };
        let wider = rules::widen(&grant, &widening, &published);
        within(&wider, &[items, more].concat());
        prop_assert_eq!(wider.purposes, BTreeSet::from(["p".to_owned(), "q".to_owned()]));
    }
}
