//! The public's objection on a real database: the law decides, nobody is named, the receipt number alone shows the way.

use jiff::SignedDuration;

use super::*;
use crate::{catalogue::world::World, docket::ActInput};

fn objection(entry: EntryId) -> ObjectionInput {
    ObjectionInput {
        entry,
        statement: "我母亲的街道写错了，应为新华路".into(),
        contact: Some("李某 13800000000".into()),
    }
}

/// CN-15: the public objects, the organisation verifies and answers, and whoever has the number reads the answer.
#[tokio::test]
async fn an_objection_is_followed_by_its_receipt_number_alone() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let public = world.ctx(Actor::Public, "2026-03-04 09:00");
        let raised = world.platform.raise_objection(&public, objection(entry)).await.unwrap();
        assert_eq!(raised.objection.state.as_str(), "raised");
        assert_eq!(raised.receipt_number.len(), 23, "twenty letters in groups of five");
        let holder = world.holder("2026-03-05 09:00");
        let filter = docket::CaseFilter { procedure: Some(PROCEDURE.into()), ..Default::default() };
        let cases = world.platform.cases(&holder, &filter, crate::Page::first(10)).await.unwrap();
        let case = cases.items.first().unwrap().head.id;
        let act = |name: &str| ActInput::new(name).role("provider");
        world.platform.act_on_case(&holder, case, act("verify")).await.unwrap();
        let correct = act("correct").paper("correction_note", "已改为新华路");
        world.platform.act_on_case(&holder, case, correct).await.unwrap();
        let written_down = raised.receipt_number.to_lowercase().replace('-', " ");
        let view = world.platform.objection(&written_down).await.unwrap();
        assert!(view.ended && view.state.as_str() == "corrected");
        let answers: Vec<_> = view.steps.iter().flat_map(|step| step.answers.clone()).collect();
        assert_eq!(answers, ["已改为新华路"], "the organisation's words are shown, the objector's are not");
        assert!(view.steps.iter().all(|step| step.articles.iter().any(|article| article.as_str() == "CN-15")));
        let unknown = world.platform.objection("00000-00000-00000-00000").await.unwrap_err();
        assert_eq!(unknown.code, Code::NotFound);
        world.close().await;
    }
}

/// I8, I9: neither words nor contact are in the log or in the clear; the organisation's own people read them.
#[tokio::test]
async fn who_objects_is_known_to_those_who_verify_and_to_nobody_else() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let public = world.ctx(Actor::Public, "2026-03-04 09:00");
        let raised = world.platform.raise_objection(&public, objection(entry)).await.unwrap();
        let row = store::objection::Entity::find().one(world.platform.db().read()).await.unwrap().unwrap();
        assert!(!format!("{row:?}").contains(&raised.receipt_number), "the number is kept as its digest only");
        let act = docket::store::act::Entity::find()
            .filter(docket::store::act::Column::CaseId.eq(row.case_id))
            .one(world.platform.db().read())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((act.actor_kind.as_str(), act.actor_id), ("public", None));
        let leaf = ledger::store::outbox::Entity::find()
            .filter(ledger::store::outbox::Column::Key.eq(act.id))
            .one(world.platform.db().read())
            .await
            .unwrap()
            .unwrap();
        let said =
            format!("{} {:?}", leaf.leaf, act.papers.map(|sealed| String::from_utf8_lossy(&sealed).into_owned()));
        assert!(!said.contains("新华路") && !said.contains("13800000000"), "{said}");
        let papers = world.platform.papers_of_act(&world.holder("2026-03-04 10:00"), ActId(act.id)).await.unwrap();
        assert_eq!(papers.len(), 2);
        let stranger = world.platform.papers_of_act(&world.asker("2026-03-04 10:00"), ActId(act.id)).await.unwrap_err();
        assert_eq!(stranger.code, Code::NotPermitted);
        world.close().await;
    }
}

/// PT-16: under Putuo's rules the public has no objection, and it is the law that says so.
#[tokio::test]
async fn where_the_law_gives_the_public_no_objection_it_is_the_law_that_refuses() {
    for world in World::all("putuo-2023").await {
        let entry = world.published("低保").await;
        let public = world.ctx(Actor::Public, "2026-03-04 09:00");
        let refused = world.platform.raise_objection(&public, objection(entry)).await.err().unwrap();
        assert_eq!(refused.refusal.map(|refusal| refusal.code), Some(law::RefusalCode::WrongRole));
        world.close().await;
    }
}

/// A flood is bounded: by entry, by node, and only for as long as the window.
#[test]
fn the_door_lets_in_no_more_than_it_says() {
    let now: Timestamp = "2026-03-04T09:00:00+08:00".parse().unwrap();
    let entry = |number: u128| EntryId(uuid::Uuid::from_u128(number));
    let mut door = Door::default();
    for _ in 0..PER_ENTRY {
        door.enter(entry(1), now).unwrap();
    }
    let refused = door.enter(entry(1), now + SignedDuration::from_mins(4)).unwrap_err();
    assert_eq!((refused.code, refused.fields[0].1.as_str()), (Code::RateLimited, "360"));
    for number in PER_ENTRY..PER_NODE {
        door.enter(entry(2 + number as u128), now).unwrap();
    }
    assert!(door.enter(entry(9_999), now).is_err());
    door.enter(entry(1), now + WINDOW).unwrap();
}

/// What is too long or empty is refused before anything is looked up, and never repeated in the error (I8).
#[test]
fn texts_have_bounds() {
    let entry = EntryId(uuid::Uuid::nil());
    let with = |statement: String, contact: Option<String>| ObjectionInput { entry, statement, contact };
    let refused = |input: ObjectionInput| rules::check(&input).unwrap_err().code;
    assert_eq!(refused(with(" ".into(), None)), Code::InvalidInput);
    assert_eq!(refused(with("错".repeat(LONGEST_STATEMENT + 1), None)), Code::LimitExceeded);
    assert_eq!(refused(with("错".into(), Some("9".repeat(LONGEST_CONTACT + 1)))), Code::LimitExceeded);
    rules::check(&with("错".repeat(LONGEST_STATEMENT), Some("9".repeat(LONGEST_CONTACT)))).unwrap();
}
