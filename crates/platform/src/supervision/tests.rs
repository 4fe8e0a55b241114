//! Figures equal a recount of what was really done.

use sea_orm::ConnectionTrait;

use super::*;
use crate::{
    Code,
    catalogue::world::*,
    docket::ActInput,
    ids::ServiceId,
    testkit::{District, durable_databases},
};

const LATER: &str = "2026-03-05 10:00";

/// One entry's whole way: drafted, published, loaded, asked for, granted, called; a call refused; a second entry that nobody
/// reviews in time.
async fn story(world: &World) -> ServiceId {
    let entry = world.published("低保").await;
    world.loaded(entry).await;
    let service = world.granted(demand(entry)).await;
    for purpose in ["aid_check", "curiosity"] {
        let lookup = crate::gateway::Lookup {
            key_column: "code".into(),
            key: "A1".into(),
            fields: None,
            purpose: purpose.into(),
        };
        let answer = world.platform.lookup(&world.asker("2026-03-05 09:00"), service, lookup).await;
        assert_eq!(answer.is_ok(), purpose == "aid_check");
    }
    world.platform.count_uses(&world.machine(LATER)).await.unwrap();
    let input = world.complete("低保二").await;
    let (draft, _) = world.platform.draft_entry(&world.holder(LATER), input).await.unwrap();
    world.platform.submit_entry(&world.holder(LATER), draft.line.id, ActInput::new("submit")).await.unwrap();
    world.platform.tick(&world.machine("2026-05-05 10:00")).await.unwrap();
    service
}

fn figure<'f>(recounted: &'f Recounted, name: &str) -> &'f ComparedFigure {
    recounted.figures.iter().find(|figure| figure.name == name).unwrap()
}

/// I10: every figure that follows from the log is the same when it is counted from the leaves alone, part by part; what does not
/// follow is named with its reason; and every leaf there is was read.
#[tokio::test(flavor = "multi_thread")]
async fn every_figure_is_recounted_from_the_log_alone() {
    for world in World::all("changning-2025").await {
        story(&world).await;
        let recounted = world.platform.recount(&world.auditor("2026-05-05 10:00")).await.unwrap();
        assert!(recounted.equal, "{recounted:#?}");
        let figures = world.platform.figures(&world.auditor("2026-05-05 10:00")).await.unwrap().figures;
        for figure in &figures {
            let again = self::figure(&recounted, &figure.name);
            assert_eq!((again.stored, again.recounted), (figure.value, figure.value), "{}", figure.name);
        }
        assert_eq!(recounted.figures.len(), figures.len());
        for name in
            ["acts", "calls", "refused_calls", "missed_terms", "rows", "organisations", "open_cases", "requests"]
        {
            assert!(figure(&recounted, name).recounted > 0, "the story has some {name}");
        }
        let names: Vec<_> = recounted.not_recounted.iter().map(|not| not.name.as_str()).collect();
        assert_eq!(names, ["loads"], "loads that were refused are in no log");
        assert!(recounted.shards.iter().all(|shard| shard.leaves == shard.size && shard.size > 0));
        let classes: Vec<_> = recounted.shards.iter().map(|shard| shard.class.as_str()).collect();
        assert_eq!(classes, [crate::ledger::ADMINISTRATION, crate::ledger::ACTS, crate::ledger::CALLS]);
        world.close().await;
    }
}

/// Whoever changes a row behind the platform's back is found out: the log says something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_changed_behind_the_platforms_back_is_found() {
    let tampered = [
        ("UPDATE docket_case SET state = 'forged' WHERE subject_kind = 'request'", "requests"),
        ("UPDATE docket_case SET ended = TRUE WHERE ended = FALSE", "open_cases"),
        ("UPDATE docket_act SET outcome = NULL", "breaches"),
        ("DELETE FROM docket_act WHERE seq = 2", "acts"),
        ("UPDATE docket_clock SET status = 'met' WHERE status = 'missed'", "missed_terms"),
        ("UPDATE sharing_service SET calls = calls + 1", "calls"),
        ("UPDATE sharing_service SET status = 'ended'", "services"),
        ("UPDATE catalogue_entry SET row_count = row_count + 1000 WHERE row_count > 0", "rows"),
        ("UPDATE catalogue_entry SET collected_at = 1", "collected"),
        ("UPDATE catalogue_entry SET status = 'withdrawn'", "entries"),
        ("DELETE FROM catalogue_duty", "duties"),
        ("DELETE FROM collection_load", "loads"),
    ];
    for store in durable_databases() {
        let world =
            World::of(District::open_with(store, |settings| settings.pack = "changning-2025".into()).await.unwrap());
        story(&world).await;
        let auditor = || world.auditor("2026-05-05 10:00");
        assert!(world.platform.recount(&auditor()).await.unwrap().equal);
        let mut found = Vec::new();
        for (statement, name) in tampered {
            world.platform.db().read().execute_unprepared(statement).await.unwrap();
            let recounted = world.platform.recount(&auditor()).await.unwrap();
            assert!(!recounted.equal);
            found.push(name);
            for name in &found {
                assert!(!figure(&recounted, name).equal, "{statement}: {name} {:#?}", figure(&recounted, name));
            }
        }
        world.close().await;
    }
}

/// Held data that no longer fits its draft is given up, and the log says so; figures and recount agree before and after (PT-22).
#[tokio::test(flavor = "multi_thread")]
async fn held_data_that_is_given_up_is_recounted_as_such() {
    for world in World::all("putuo-2023").await {
        let input = world.complete("低保").await;
        let (drafted, _) = world.platform.draft_entry(&world.holder("2026-03-02 09:00"), input.clone()).await.unwrap();
        let entry = drafted.line.id;
        let asked = world.signed(demand(entry)).await;
        let (_, request) = world.platform.ask(&world.asker("2026-03-04 09:00"), asked).await.unwrap();
        let wanted = ActInput::new("request_cataloguing").role("centre");
        world.platform.act_on_case(&world.centre("2026-03-04 10:00"), request.case, wanted).await.unwrap();
        let hand_in = world.file("rows.csv", ROWS);
        world.platform.hand_in(&world.holder("2026-03-05 09:00"), entry, hand_in, |_| true).await.unwrap();
        let counted = async |now: &str| {
            let recounted = world.platform.recount(&world.auditor(now)).await.unwrap();
            assert!(recounted.equal, "{recounted:#?}");
            ["collected", "rows"].map(|name| figure(&recounted, name).recounted)
        };
        assert_eq!(counted("2026-03-05 10:00").await, [1, 5]);
        let mut fewer = input;
        fewer.items.pop();
        world.platform.edit_entry(&world.holder("2026-03-06 09:00"), entry, None, fewer).await.unwrap();
        assert_eq!(counted("2026-03-06 10:00").await, [0, 0]);
        world.close().await;
    }
}

/// What is done while the figures are recounted is in neither count or in both: leaves that were queued before belong to it.
#[tokio::test(flavor = "multi_thread")]
async fn both_counts_are_of_one_instant() {
    for store in durable_databases() {
        let world = World::of(District::open(store).await.unwrap());
        world.published("低保").await;
        world.platform.flush_log().await.unwrap();
        world.platform.still_pump().await;
        world.published("低保二").await;
        let recounted = world.platform.recount(&world.auditor(LATER)).await.unwrap();
        assert!(recounted.equal, "{recounted:#?}");
        // Who takes the last act away together with its place in the queue leaves its leaf behind.
        world.platform.flush_log().await.unwrap();
        let last = "(SELECT max(seq) FROM ledger_outbox WHERE class = 'acts-permanent')";
        for statement in [
            format!("DELETE FROM docket_act WHERE id = (SELECT key FROM ledger_outbox WHERE seq = {last})"),
            format!("DELETE FROM ledger_outbox WHERE seq = {last}"),
        ] {
            world.platform.db().read().execute_unprepared(&statement).await.unwrap();
        }
        let recounted = world.platform.recount(&world.auditor(LATER)).await.unwrap();
        let told: Vec<_> = recounted.faults.iter().map(|fault| fault.what.as_str()).collect();
        assert_eq!((recounted.equal, told), (false, vec!["the database knows nothing of it"]));
        let shard = recounted.shards.iter().find(|shard| shard.class == crate::ledger::ACTS).unwrap();
        assert_eq!(shard.leaves + 1, shard.size);
        world.close().await;
    }
}

/// A log whose leaves are not those that were signed is told as such and not counted.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_leaf_is_no_evidence() {
    let store = durable_databases().into_iter().next().unwrap();
    let world = World::of(District::open(store).await.unwrap());
    world.published("低保").await;
    world.platform.flush_log().await.unwrap();
    let entries = world.platform.settings().log_root.join("acts-permanent/2026/tile/entries");
    let bundle = walk(&entries).pop().unwrap();
    let text = std::fs::read(&bundle).unwrap();
    let forged = String::from_utf8_lossy(&text).replacen("\"draft\"", "\"drawn\"", 1).into_bytes();
    std::fs::write(
        &bundle,
        if forged.len() == text.len() { forged } else { text.iter().map(|byte| byte ^ 1).collect() },
    )
    .unwrap();
    let error = world.platform.recount(&world.auditor(LATER)).await.unwrap_err();
    assert_eq!(error.code, Code::Internal);
    assert!(error.hint.unwrap().contains("log fsck"));
    world.close().await;
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let deeper: Vec<_> = files.iter().filter(|path| path.is_dir()).flat_map(|path| walk(path)).collect();
    files.retain(|path| path.is_file());
    files.extend(deeper);
    files.sort_by_key(|path| path.metadata().unwrap().len());
    files
}

/// One recount at a time, for those who may read the log and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn one_recount_at_a_time_by_those_who_may() {
    let world = World::of(District::open(crate::testkit::Store::Memory).await.unwrap());
    let refused = world.platform.recount(&world.holder(LATER)).await.unwrap_err();
    assert_eq!(refused.code, Code::NotPermitted);
    assert_eq!(world.platform.figures(&world.holder(LATER)).await.unwrap_err().code, Code::NotPermitted);
    let turn = world.platform.recounting().begin().unwrap();
    let second = world.platform.recount(&world.auditor(LATER)).await.unwrap_err();
    assert_eq!((second.code, second.message.as_str()), (Code::Conflict, "a recount is under way already"));
    drop(turn);
    world.platform.recount(&world.auditor(LATER)).await.unwrap();
    world.close().await;
}

/// I10: after one entry's whole way every figure is what was done, and nothing else.
#[tokio::test]
async fn every_figure_is_a_recount() {
    for world in World::all("changning-2025").await {
        let empty = world.platform.state(&world.machine("2026-03-02 08:00")).await.unwrap();
        assert_eq!((empty.acts, empty.rows, empty.organisations), (0, 0, 5));
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(demand(entry)).await;
        let lookup = crate::gateway::Lookup {
            key_column: "code".into(),
            key: "A1".into(),
            fields: None,
            purpose: "aid_check".into(),
        };
        world.platform.lookup(&world.asker("2026-03-05 09:00"), service, lookup).await.unwrap();
        world.platform.count_uses(&world.machine("2026-03-05 10:00")).await.unwrap();
        let state = world.platform.state(&world.machine("2026-03-05 10:00")).await.unwrap();
        let one = |word: &str| BTreeMap::from([(word.to_owned(), 1)]);
        assert_eq!((state.duties, state.collected, state.rows), (1, 1, 5));
        assert_eq!((state.entries, state.loads), (one("published"), one("accepted")));
        assert_eq!((state.requests, state.services), (one("granted"), one("active")));
        assert_eq!((state.calls, state.records, state.breaches), (1, 1, 0));
        // draft, submit, publish · open, record_load · open (the yearly review) · submit, approve · open
        assert_eq!(state.acts, 9);
        world.close().await;
    }
}
