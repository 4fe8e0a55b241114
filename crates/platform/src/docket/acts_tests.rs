//! Searching the acts of a district: every filter finds what it says, pages add up, no filter reads the whole table.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QuerySelect, QueryTrait, TransactionTrait};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{acts::acts_wanted, *};
use crate::{
    Code, Ctx,
    catalogue::world::{World, at, demand},
    error::Result,
    testkit::{District, durable_databases},
};

/// Whether an act is one of those that a filter names.
type Fits = Box<dyn Fn(&ActLine) -> bool>;

/// A world in which people, the platform and the law have acted.
async fn busy(world: &World) {
    let entry = world.published("低保").await;
    world.loaded(entry).await;
    world.granted(demand(entry)).await;
    let input = world.complete("低保二").await;
    let (draft, _) = world.platform.draft_entry(&world.holder("2026-03-05 09:00"), input).await.unwrap();
    let submit = ActInput::new("submit");
    world.platform.submit_entry(&world.holder("2026-03-05 09:10"), draft.line.id, submit).await.unwrap();
    // Nobody reviews it, and nobody does anything for a year.
    world.platform.tick(&world.machine("2027-03-05 09:00")).await.unwrap();
}

async fn found(world: &World, filter: ActFilter) -> Vec<ActLine> {
    let filter = ActFilter { limit: MOST_ACTS, ..filter };
    world.platform.acts(&world.auditor("2027-03-05 09:00"), &filter).await.unwrap().items
}

/// Every filter gives exactly the acts that it names, of all there are, latest first, each with its place in the log.
#[tokio::test(flavor = "multi_thread")]
async fn acts_are_found_by_what_they_are() {
    for world in World::all("changning-2025").await {
        busy(&world).await;
        world.platform.flush_log().await.unwrap();
        let all = found(&world, ActFilter::default()).await;
        assert!(all.is_sorted_by_key(|act| std::cmp::Reverse((act.at, act.id))), "latest first");
        assert!(all.iter().all(|act| act.log.as_ref().is_some_and(|place| place.class == crate::ledger::ACTS)));
        assert!(all.iter().all(|act| act.person.is_some() == (act.by == "person")));
        let day = at("2026-03-04 00:00");
        let cases: Vec<(ActFilter, Fits)> = vec![
            (ActFilter { from: Some(day), ..Default::default() }, Box::new(move |act| act.at >= day)),
            (ActFilter { until: Some(day), ..Default::default() }, Box::new(move |act| act.at < day)),
            (ActFilter { by: Some(ActorKind::Law), ..Default::default() }, Box::new(|act| act.by == "law")),
            (ActFilter { by: Some(ActorKind::Platform), ..Default::default() }, Box::new(|act| act.by == "platform")),
            (
                ActFilter { organisation: Some(world.holder), ..Default::default() },
                Box::new({
                    let holder = world.holder;
                    move |act| act.organisation.as_ref().is_some_and(|of| of.id == holder && !of.name.is_empty())
                }),
            ),
            (
                ActFilter { person: Some(PersonId(world.asker.0)), ..Default::default() },
                Box::new({
                    let asker = world.asker.0;
                    move |act| act.person.as_ref().is_some_and(|person| person.id == asker)
                }),
            ),
            (
                ActFilter { pack: Some("changning-2025".into()), ..Default::default() },
                Box::new(|act| act.pack == "changning-2025"),
            ),
            (
                ActFilter { procedure: Some("catalogue_entry".into()), ..Default::default() },
                Box::new(|act| act.procedure == "catalogue_entry"),
            ),
            (
                ActFilter {
                    procedure: Some("catalogue_entry".into()),
                    action: Some("submit".into()),
                    ..Default::default()
                },
                Box::new(|act| act.procedure == "catalogue_entry" && act.action == "submit"),
            ),
            (ActFilter { missed: Some(true), ..Default::default() }, Box::new(|act| act.expired.is_some())),
            (ActFilter { missed: Some(false), ..Default::default() }, Box::new(|act| act.expired.is_none())),
            (
                ActFilter { breach: Some(true), ..Default::default() },
                Box::new(|act| act.outcome.as_deref() == Some("breach")),
            ),
            (
                ActFilter { breach: Some(false), ..Default::default() },
                Box::new(|act| act.outcome.as_deref() != Some("breach")),
            ),
        ];
        for (filter, fits) in cases {
            let wanted: Vec<_> = all.iter().filter(|act| fits(act)).map(|act| act.id).collect();
            assert!(!wanted.is_empty(), "nothing would be found by {filter:?}");
            let got: Vec<_> = found(&world, filter.clone()).await.into_iter().map(|act| act.id).collect();
            assert_eq!(got, wanted, "{filter:?}");
        }
        assert!(
            found(&world, ActFilter { pack: Some("chongming-2025".into()), ..Default::default() }).await.is_empty()
        );
        world.close().await;
    }
}

/// Pages that go on where the one before ended hold every act once, whatever their length; acts of one instant are not lost
/// between them.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_acts_add_up() {
    for world in World::all("changning-2025").await {
        busy(&world).await;
        let all: Vec<_> = found(&world, ActFilter::default()).await.into_iter().map(|act| act.id).collect();
        let instants: BTreeSet<_> = found(&world, ActFilter::default()).await.into_iter().map(|act| act.at).collect();
        assert!(instants.len() < all.len(), "some acts share an instant");
        for limit in [1, 2, 5] {
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let filter = ActFilter { limit, before, ..Default::default() };
                let page = world.platform.acts(&world.auditor("2027-03-05 09:00"), &filter).await.unwrap();
                seen.extend(page.items.iter().map(|act| act.id));
                let Some(next) = page.next else { break };
                before = Some(next.parse::<ActPlace>().unwrap());
            }
            assert_eq!(seen, all, "pages of {limit}");
        }
        world.close().await;
    }
}

/// What was done in the whole district is shown to those who may read the log and to nobody else; an act without its procedure
/// and a place that nobody gave are refused.
#[tokio::test(flavor = "multi_thread")]
async fn acts_are_shown_to_those_who_may_read_the_log() -> Result<()> {
    let district = District::open(crate::testkit::Store::Memory).await?;
    let filter = ActFilter { limit: 10, ..Default::default() };
    let refused = district.platform.acts(&district.ctx("housing.executive").await?, &filter).await.unwrap_err();
    assert_eq!(refused.code, Code::NotPermitted);
    let auditor = reader(&district);
    district.platform.acts(&auditor, &filter).await?;
    let unnamed = ActFilter { action: Some("submit".into()), ..filter };
    assert_eq!(district.platform.acts(&auditor, &unnamed).await.unwrap_err().code, Code::InvalidInput);
    for text in ["", "12", "x.y", "12.34"] {
        assert_eq!(text.parse::<ActPlace>().unwrap_err().code, Code::InvalidInput, "{text}");
    }
    district.close().await
}

/// A page is cut out of an index in its order, whatever is asked for; the acts are never sorted nor read as a whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_acts_is_read_in_the_order_of_an_index() -> Result<()> {
    let district = District::open(crate::testkit::Store::Memory).await?;
    let some = || "x".to_owned();
    let cases = [
        (ActFilter::default(), "docket_act_by_time"),
        (ActFilter { from: Some(district.now()), ..Default::default() }, "docket_act_by_time"),
        (ActFilter { by: Some(ActorKind::Law), ..Default::default() }, "docket_act_of_kind"),
        (
            ActFilter { organisation: Some(OrganisationId(uuid::Uuid::nil())), ..Default::default() },
            "docket_act_of_organisation",
        ),
        (ActFilter { pack: Some(some()), ..Default::default() }, "docket_act_of_pack"),
        (ActFilter { procedure: Some(some()), ..Default::default() }, "docket_act_of_procedure"),
        (ActFilter { procedure: Some(some()), action: Some(some()), ..Default::default() }, "docket_act_of_action"),
        (ActFilter { missed: Some(true), ..Default::default() }, "docket_act_missed"),
        (ActFilter { breach: Some(true), ..Default::default() }, "docket_act_breach"),
    ];
    let before: ActPlace = "1.00000000000000000000000000000001".parse()?;
    for (filter, index) in cases {
        for before in [None, Some(before)] {
            let filter = ActFilter { before, ..filter.clone() };
            let mut statement = acts_wanted(&filter).limit(50).build(DbBackend::Sqlite);
            statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            let rows = district.platform.db().read().query_all_raw(statement).await?;
            let steps: Vec<String> =
                rows.iter().map(|row| row.try_get("", "detail")).collect::<std::result::Result<_, _>>()?;
            let steps = steps.join("\n");
            assert!(steps.contains(index) && !steps.contains("TEMP B-TREE"), "{filter:?}:\n{steps}");
        }
    }
    district.close().await
}

/// Acts that were recorded before they could be searched are found by pack and procedure afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn acts_of_an_older_store_are_found_too() -> Result<()> {
    for store in durable_databases() {
        let world = World::of(District::open(store).await?);
        world.published("低保").await;
        world.platform.flush_log().await?;
        let wanted = found(&world, ActFilter { procedure: Some("catalogue_entry".into()), ..Default::default() }).await;
        assert!(!wanted.is_empty());
        // On one connection, as a migration has it.
        let db = world.platform.db().read().begin().await?;
        for index in ["by_time", "of_kind", "of_organisation", "of_actor", "of_pack", "of_procedure", "of_action"]
            .into_iter()
            .chain(["missed", "breach"])
        {
            db.execute_unprepared(&format!("DROP INDEX docket_act_{index}")).await?;
        }
        for column in ["pack", "procedure"] {
            db.execute_unprepared(&format!("ALTER TABLE docket_act DROP COLUMN {column}")).await?;
        }
        let migration = store::searched();
        assert_eq!(migration.name(), "20261122_docket_acts_searched");
        migration.up(&SchemaManager::new(&db)).await?;
        db.commit().await?;
        let again = found(&world, ActFilter { procedure: Some("catalogue_entry".into()), ..Default::default() }).await;
        assert_eq!(again, wanted);
        let unfilled = store::act::Entity::find().all(world.platform.db().read()).await?;
        assert!(unfilled.iter().all(|act| act.pack == world.platform.settings().pack.to_string()));
        world.close().await;
    }
    Ok(())
}

fn reader(district: &District) -> Ctx {
    let of = district.organisation("centre").unwrap();
    district.as_actor(crate::Actor::Person {
        id: PersonId(of.0),
        organisation: of,
        office: None,
        roles: [crate::ctx::Role::AuditAdministrator].into(),
    })
}
