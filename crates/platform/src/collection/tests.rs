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
