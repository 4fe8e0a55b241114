//! Lists of a long catalogue: what is filtered, counted and skipped is read from indexes alone, and every order has all entries.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, IntoActiveModel, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::{list, world::World, *};

/// Writes so many copies of a published entry, with titles, rows and instants of their own.
async fn stocked(world: &World, copies: u64) -> EntryId {
    let id = world.published("实有人口").await;
    let row = store::entry(world.platform.db().read(), id).await.unwrap();
    let ctx = world.machine("2026-03-03 08:00");
    let numbers: Vec<u64> = (1..=copies).collect();
    for part in numbers.chunks(500) {
        let tx = world.platform.db().write().await.unwrap();
        let rows = part.iter().map(|number| {
            let mut copy = store::entry::Model {
                id: ctx.uuid(),
                title: format!("实有人口第{number}批"),
                row_count: i64::try_from(number % 97).unwrap(),
                changed_at: row.changed_at + i64::try_from(number / 3).unwrap(),
                ..row.clone()
            };
            copy.search = row.search.replace("实有人口", &copy.title);
            copy.into_active_model()
        });
        store::entry::Entity::insert_many(rows).exec_without_returning(&*tx).await.unwrap();
        tx.commit().await.unwrap();
    }
    id
}

/// Every way to choose and to order, alone, and what a reader does together.
fn filters(world: &World) -> Vec<EntryFilter> {
    let some = EntryFilter::default;
    let orders = [
        EntryOrder::LatestChanged,
        EntryOrder::EarliestChanged,
        EntryOrder::Title,
        EntryOrder::TitleBackwards,
        EntryOrder::MostRows,
        EntryOrder::FewestRows,
    ];
    let chosen = [
        some(),
        EntryFilter { status: Some(EntryStatus::Published), ..some() },
        EntryFilter { organisation: Some(world.holder), ..some() },
        EntryFilter { sharing: Some(SharingType::Conditional), ..some() },
        EntryFilter { class: Some("社会救助".into()), ..some() },
        EntryFilter { grade: Some(Grade::General2), ..some() },
        EntryFilter { duty: Some(DutyId(Uuid::nil())), ..some() },
        EntryFilter { system: Some(SystemId(Uuid::nil())), ..some() },
        EntryFilter { collected: Some(false), ..some() },
        EntryFilter { text: Some("实有 777".into()), ..some() },
        EntryFilter { text: Some("没有的字".into()), organisation: Some(world.holder), ..some() },
    ];
    let ordered = chosen.into_iter().flat_map(|filter| orders.map(|order| EntryFilter { order, ..filter.clone() }));
    ordered.collect()
}

/// What SQLite means to do, one line a step.
async fn plan(platform: &Platform, query: Select<store::entry::Entity>) -> String {
    let mut statement = query.build(DbBackend::Sqlite);
    statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let rows = platform.db().read().query_all_raw(statement).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    steps.join("\n")
}

/// However an entry list is filtered, searched, counted or ordered, for whomever: SQLite reads one index that holds all it takes,
/// and sorts nothing that an index has in order.
#[tokio::test]
async fn a_long_list_is_read_from_indexes_alone() {
    let worlds = World::all("changning-2025").await;
    let world = worlds.first().unwrap();
    for who in [world.holder("2026-03-03 09:00"), world.centre("2026-03-03 09:00"), world.machine("2026-03-03 09:00")] {
        for filter in filters(world) {
            let wanted = list::wanted(&filter, visible(&who.who), DbBackend::Sqlite);
            let page = list::in_order(wanted.clone(), &filter, DbBackend::Sqlite).offset(50).limit(50);
            for (what, query) in [("the count", wanted), ("the page", page)] {
                let steps = plan(&world.platform, query).await;
                let reads: Vec<_> = steps.lines().filter(|step| step.contains("catalogue_entry")).collect();
                assert!(reads.iter().all(|step| step.contains("COVERING INDEX")), "{what} of {filter:?}:\n{steps}");
                let narrow = filter.organisation.or(filter.duty.map(|_| world.holder)).is_none();
                let sorted = filter.text.is_some() || filter.system.is_some() || !narrow;
                assert!(sorted || !steps.contains("TEMP B-TREE"), "{what} of {filter:?}:\n{steps}");
            }
        }
    }
    for world in worlds {
        world.close().await;
    }
}

/// The pages of each order add up to the total, with every entry once, in that order; class and grade narrow.
#[tokio::test]
async fn pages_add_up_in_every_order() {
    for world in World::all("changning-2025").await {
        let id = stocked(&world, 450).await;
        let ctx = world.asker("2026-03-03 09:00");
        let line = world.platform.entry(&ctx, id).await.unwrap().line;
        for filter in filters(&world).into_iter().take(6) {
            let mut all: Vec<EntryLine> = Vec::new();
            for offset in [0, 200, 400] {
                let page = world.platform.entries(&ctx, &filter, Page { offset, limit: 200 }).await.unwrap();
                assert_eq!(page.total, 451);
                all.extend(page.items);
            }
            let ids: BTreeSet<_> = all.iter().map(|line| line.id).collect();
            assert_eq!(ids.len(), 451, "{:?}", filter.order);
            let kept = match filter.order {
                EntryOrder::LatestChanged => all.is_sorted_by(|one, next| one.changed_at >= next.changed_at),
                EntryOrder::EarliestChanged => all.is_sorted_by(|one, next| one.changed_at <= next.changed_at),
                EntryOrder::MostRows => all.is_sorted_by(|one, next| one.rows >= next.rows),
                EntryOrder::FewestRows => all.is_sorted_by(|one, next| one.rows <= next.rows),
                // A database orders titles by its own collation; that the one order is the other backwards holds for each.
                EntryOrder::Title | EntryOrder::TitleBackwards => {
                    let other = match filter.order {
                        EntryOrder::Title => EntryOrder::TitleBackwards,
                        _ => EntryOrder::Title,
                    };
                    let back = EntryFilter { order: other, ..EntryFilter::default() };
                    let back = world.platform.entries(&ctx, &back, Page { offset: 450, limit: 1 }).await.unwrap();
                    back.items.first().map(|line| line.id) == all.first().map(|line| line.id)
                }
            };
            assert!(kept, "{:?}", filter.order);
        }
        let total =
            async |filter: EntryFilter| world.platform.entries(&ctx, &filter, Page::first(1)).await.unwrap().total;
        let some = EntryFilter::default;
        assert_eq!(total(EntryFilter { class: Some(line.class.clone()), ..some() }).await, 451);
        assert_eq!(total(EntryFilter { class: Some("没有的类".into()), ..some() }).await, 0);
        assert_eq!(total(EntryFilter { grade: line.grade, ..some() }).await, 451);
        assert_eq!(total(EntryFilter { grade: Some(Grade::Core), ..some() }).await, 0);
        world.close().await;
    }
}

/// 一数一源: an entry about the same is found by its title and its items, with the reasons; one about something else is not; a
/// draft of others is not told; a withdrawn one is not a duplicate; an edited one follows its new title.
#[tokio::test]
async fn duplicates_are_found_and_say_why() {
    for world in World::all("changning-2025").await {
        let first = world.published("低收入家庭救助名单").await;
        let alike = world.complete("低收入家庭救助名单（新）").await;
        let (alike, _) = world.platform.draft_entry(&world.holder("2026-03-02 11:00"), alike).await.unwrap();
        let other = EntryInput { items: Vec::new(), ..world.complete("停车泊位").await };
        let (other, _) = world.platform.draft_entry(&world.holder("2026-03-02 11:05"), other).await.unwrap();

        let found = world.platform.duplicates(&world.centre("2026-03-02 12:00"), alike.line.id).await.unwrap();
        let one = found.items.first().unwrap();
        assert_eq!((found.items.len(), one.entry.id, one.same_title), (1, first, false));
        assert_eq!(one.title_parts, ["低收入家庭救助名单"]);
        assert!(one.score > 80 && one.shared_item_count > 0 && !one.shared_items.is_empty(), "{one:?}");
        let hidden = world.platform.duplicates(&world.asker("2026-03-02 12:00"), first).await.unwrap();
        assert_eq!(hidden.items, [], "another's draft is not told");
        let refused = world.platform.duplicates(&world.asker("2026-03-02 12:00"), alike.line.id).await.unwrap_err();
        assert_eq!(refused.code, Code::NotFound);

        let renamed =
            EntryInput { title: "停车泊位".into(), items: Vec::new(), ..world.complete("停车泊位").await };
        world.platform.edit_entry(&world.holder("2026-03-02 13:00"), alike.line.id, None, renamed).await.unwrap();
        let found = world.platform.duplicates(&world.centre("2026-03-02 14:00"), other.line.id).await.unwrap();
        let told: Vec<_> = found.items.iter().map(|one| (one.entry.id, one.score, one.same_title)).collect();
        assert_eq!(told, [(alike.line.id, 100, true)], "the words follow the draft");
        let kept = alike::word::Entity::find().filter(alike::word::Column::EntryId.eq(alike.line.id.0));
        let kept = kept.all(world.platform.db().read()).await.unwrap();
        assert_eq!(kept.len(), 3, "what it is no longer called is forgotten: {kept:?}");
        world.close().await;
    }
}
