//! Collection on a real database and the in-memory lake.

use super::*;
use crate::catalogue::world::*;

/// I7, CN-14: every row is accounted for, the collection case is moved by the platform's act, the entry is collected.
#[tokio::test]
async fn a_load_accounts_for_every_row_and_moves_the_case() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let loaded = world.loaded(entry).await;
        let certificate = &loaded.certificate;
        assert_eq!((certificate.rows_in, certificate.accepted, certificate.rejected), (6, 5, 1));
        assert_eq!(loaded.receipt.as_ref().unwrap().state, "collected");
        let seen = world.platform.entry(&world.holder("2026-03-03 10:00"), entry).await.unwrap();
        assert_eq!((seen.line.collected_at, seen.line.rows), (Some(at("2026-03-03 09:00")), 5));

        let rejected =
            world.platform.rejected(&world.holder("2026-03-03 10:00"), loaded.load, Page::default()).await.unwrap();
        assert_eq!((rejected.total, rejected.items[0].row, rejected.items[0].column.as_deref()), (1, 7, Some("code")));
        let kept = world.platform.certificate(&world.holder("2026-03-03 10:00"), loaded.load).await.unwrap();
        assert_eq!(&kept, certificate);
        world.platform.flush_log().await.unwrap();
        assert!(world.platform.log_index(loaded.load.0).await.unwrap().is_some(), "the load is in the log");
        world.close().await;
    }
}

/// A refused file leaves nothing but its row with the reason; the data that was there stays.
#[tokio::test]
async fn a_refused_file_changes_nothing() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let broken = world.file("broken.csv", "code,name\nA9,周\n");
        let refused =
            world.platform.hand_in(&world.holder("2026-03-04 09:00"), entry, broken, |_| true).await.unwrap_err();
        assert_eq!(refused.code, Code::FileRefused);
        assert!(refused.fields.contains(&("column".into(), "id_number".into())), "{:?}", refused.fields);
        let stopped = world
            .platform
            .hand_in(&world.holder("2026-03-04 10:00"), entry, world.file("rows.csv", ROWS), |_| false)
            .await
            .unwrap_err();
        assert_eq!(stopped.code, Code::FileRefused);
        let loads = world.platform.loads(&world.holder("2026-03-04 11:00"), entry, Page::default()).await.unwrap();
        let states: Vec<_> = loads.items.iter().map(|load| load.state.as_str()).collect();
        assert_eq!(states, ["stopped", "refused", "accepted"]);
        let reasons = loads.items.iter().map(|load| load.fault_reason.as_ref().map(|reason| reason.code.as_str()));
        assert_eq!(reasons.collect::<Vec<_>>(), [Some("cancelled"), Some("column_missing"), None]);
        assert_eq!(world.lake.table(&catalogue::dataset(entry)).unwrap().unwrap().rows, 5);
        world.close().await;
    }
}

/// Before publication nothing can be handed in, and never by another organisation.
#[tokio::test]
async fn only_the_holder_of_a_published_entry_hands_in() {
    for world in World::all("changning-2025").await {
        let (draft, _) =
            world.platform.draft_entry(&world.holder("2026-03-02 09:00"), world.complete("低保").await).await.unwrap();
        let early = world
            .platform
            .hand_in(&world.holder("2026-03-02 09:10"), draft.line.id, world.file("a.csv", ROWS), |_| true)
            .await
            .unwrap_err();
        assert_eq!(early.code, Code::Conflict);
        let entry = world.published("救助").await;
        let other = world
            .platform
            .hand_in(&world.asker("2026-03-03 09:00"), entry, world.file("a.csv", ROWS), |_| true)
            .await
            .unwrap_err();
        assert_eq!(other.code, Code::NotPermitted);
        world.close().await;
    }
}

/// I2, I7: a crash after the lake has committed and before the database has is finished at the next start, once; a load the
/// lake never committed is closed.
#[tokio::test]
async fn a_crash_between_lake_and_database_is_healed_once() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let row = catalogue::store::entry(world.platform.db().read(), entry).await.unwrap();
        let ctx = world.holder("2026-03-03 09:00");
        let (committed, lost) = (LoadId(ctx.uuid()), LoadId(ctx.uuid()));
        for load in [committed, lost] {
            world.platform.begin_load(&ctx, &row, load, "rows.csv").await.unwrap();
        }
        let elements = catalogue::store::published(&row).unwrap().unwrap();
        let request = LoadRequest {
            id: committed,
            dataset: catalogue::dataset(entry),
            path: world.file("rows.csv", ROWS).path,
            name: "rows.csv".into(),
            columns: rules::columns(&elements),
            keys: rules::keys(&elements),
            sheet: None,
            at: ctx.now,
        };
        world.lake.load(&request, &mut |_| true).unwrap();
        // Here the process dies: the rows still say `running`.
        let start = world.machine("2026-03-03 12:00");
        assert_eq!(world.platform.heal_loads(&start).await.unwrap(), 1);
        assert_eq!(world.platform.heal_loads(&start).await.unwrap(), 0);
        let loads = world.platform.loads(&world.holder("2026-03-03 13:00"), entry, Page::default()).await.unwrap();
        let state = |id| loads.items.iter().find(|load| load.id == id).map(|load| load.state.as_str());
        assert_eq!((state(committed), state(lost)), (Some("accepted"), Some("stopped")));
        let seen = world.platform.entry(&world.holder("2026-03-03 13:00"), entry).await.unwrap();
        assert_eq!(seen.line.rows, 5);
        world.close().await;
    }
}

/// I3 inside the house as well: a preview wears the entry's masks.
#[tokio::test]
async fn a_preview_is_masked() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let preview = world.platform.preview(&world.holder("2026-03-03 10:00"), entry, 1).await.unwrap();
        let record: Vec<_> = preview.records[0].iter().map(|value| value.as_deref().unwrap()).collect();
        assert_eq!((record[0], record[3], record[4]), ("A1", "江苏路", "100"));
        assert!(record[1].contains('*') && !record[1].contains("19900101"), "{}", record[1]);
        assert_eq!(record[2], "王*");
        let denied = world.platform.preview(&world.asker("2026-03-03 10:00"), entry, 1).await.unwrap_err();
        assert_eq!(denied.code, Code::NotPermitted);
        world.close().await;
    }
}

/// I7: of two loads under one key at the same time one is done; the other is told what to do, and nothing has failed.
#[tokio::test]
async fn of_two_loads_under_one_key_at_once_one_is_told_to_wait() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let id = LoadId(uuid::Uuid::from_u128(7));
        let (one, other) = (world.holder("2026-03-03 09:00"), world.holder("2026-03-03 09:00"));
        let hand_in = |ctx| world.platform.hand_in_once(ctx, entry, id, world.file("rows.csv", ROWS), |_| true);
        let (first, second) = tokio::join!(hand_in(&one), hand_in(&other));
        let (done, told): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(Result::is_ok);
        assert!(!done.is_empty());
        for error in told.into_iter().filter_map(Result::err) {
            assert_eq!(error.code, Code::Conflict, "{error}");
            assert!(error.hint.is_some_and(|hint| hint.contains("repeat the request")));
        }
        let loads = world.platform.loads(&world.holder("2026-03-03 10:00"), entry, Page::first(10)).await.unwrap();
        assert_eq!(loads.total, 1);
        let again = world.holder("2026-03-03 10:00");
        let told = hand_in(&again).await.unwrap();
        assert_eq!((told.load, told.certificate.accepted), (id, 5));
        world.close().await;
    }
}

/// PT-22: data of an entry that nobody has catalogued yet is taken in while a request waits for it, and for no other reason; it
/// is collected without being catalogued, and publication finds it there.
#[tokio::test]
async fn data_is_held_for_a_draft_only_while_a_request_waits_for_it() {
    for world in World::all("putuo-2023").await {
        let input = world.complete("低保").await;
        let (drafted, opened) =
            world.platform.draft_entry(&world.holder("2026-03-02 09:00"), input.clone()).await.unwrap();
        let entry = drafted.line.id;
        let hand_in = async |now: &str| {
            world.platform.hand_in(&world.holder(now), entry, world.file("rows.csv", ROWS), |_| true).await
        };
        assert_eq!(hand_in("2026-03-02 09:30").await.unwrap_err().code, Code::Conflict, "nobody waits for it");

        let asked = world.signed(demand(entry)).await;
        let (_, request) = world.platform.ask(&world.asker("2026-03-04 09:00"), asked).await.unwrap();
        let wanted = ActInput::new("request_cataloguing").role("centre");
        world.platform.act_on_case(&world.centre("2026-03-04 10:00"), request.case, wanted).await.unwrap();
        let known = async |now: &str| {
            let facts = world.platform.case(&world.asker(now), request.case).await.unwrap().facts;
            ["catalogued", "collected"].map(|fact| facts.get(fact) == Some(&law::FactValue::Flag(true)))
        };
        let held = hand_in("2026-03-05 09:00").await.unwrap();
        assert!(held.receipt.is_none(), "there is no collection case yet");
        assert_eq!(known("2026-03-05 10:00").await, [false, true]);
        let approve = || ActInput::new("approve").role("provider");
        let early = world.platform.act_on_case(&world.holder("2026-03-05 11:00"), request.case, approve()).await;
        assert_eq!(early.unwrap_err().code, Code::ActRefused);

        let mut fewer = input.clone();
        fewer.items.pop();
        world.platform.edit_entry(&world.holder("2026-03-06 09:00"), entry, None, fewer).await.unwrap();
        assert_eq!(known("2026-03-06 10:00").await, [false, false], "the draft describes other data by now");
        world.platform.edit_entry(&world.holder("2026-03-06 11:00"), entry, None, input).await.unwrap();
        hand_in("2026-03-06 12:00").await.unwrap();

        world.platform.submit_entry(&world.holder("2026-03-09 09:00"), entry, ActInput::new("submit")).await.unwrap();
        let publish = ActInput::new("publish").role("centre");
        world.platform.act_on_case(&world.centre("2026-03-09 10:00"), opened.case, publish).await.unwrap();
        let filter =
            docket::CaseFilter { procedure: Some(PROCEDURE.into()), subject: Some(entry.0), ..Default::default() };
        let collecting =
            world.platform.cases(&world.holder("2026-03-09 11:00"), &filter, Page::first(10)).await.unwrap();
        let states: Vec<_> = collecting.items.iter().map(|case| case.state.as_str()).collect();
        assert_eq!(states, ["collected"], "the case finds the data there");
        assert_eq!(known("2026-03-09 11:00").await, [true, true]);
        world.platform.act_on_case(&world.holder("2026-03-09 12:00"), request.case, approve()).await.unwrap();
        world.close().await;
    }
}
