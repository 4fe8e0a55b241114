//! The gateway: its bounds as properties, its refusals, its use records and its counts on a real database and a real log.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{rules::*, *};
use crate::{
    catalogue::world::*,
    sharing::{Elements, Grant, GrantedField, Mode, RequestInput, RowScope},
    testkit::{self, District},
};

fn by_code(code: &str) -> Lookup {
    Lookup { key_column: "code".into(), key: code.into(), fields: None, purpose: "aid_check".into() }
}

fn scoped(entry: EntryId) -> RequestInput {
    let row_scope = RowScope { column: "street".into(), values: ["江苏路", "北新泾"].map(String::from).into() };
    let input = demand(entry);
    RequestInput { elements: Elements { row_scope: Some(row_scope), ..input.elements }, ..input }
}

/// I3, I4: the answer holds the granted fields under their masks, and its use record is in the log, provable, without the key.
#[tokio::test]
async fn a_lookup_answers_within_the_grant_and_is_on_record() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(demand(entry)).await;
        let asker = world.asker("2026-03-05 09:00");
        let answer = world.platform.lookup(&asker, service, by_code("A1")).await.unwrap();
        assert_eq!(answer.fields, ["code", "id_number", "name", "street"]);
        let record: Vec<_> = answer.records[0].iter().map(|value| value.as_deref().unwrap()).collect();
        assert_eq!((record[0], record[2], record[3]), ("A1", "王*", "江苏路"));
        assert!(!record[1].contains("19900101"));
        let none = world.platform.lookup(&asker, service, by_code("A9")).await.unwrap();
        assert_eq!(none.records, Vec::<Record>::new());

        let uses = world.platform.uses(&answer.use_index.period, 0, 10).await.unwrap();
        let leaf = &uses[usize::try_from(answer.use_index.index).unwrap()].1;
        assert_eq!((leaf["id"].as_str(), leaf["records"].as_u64()), (Some(answer.call.to_string().as_str()), Some(1)));
        assert!(
            !leaf.to_string().contains("A1") && !leaf.to_string().contains("王"),
            "no personal data in a leaf (I8)"
        );
        world
            .platform
            .evidence_of_call(&asker, answer.call, &answer.use_index, world.holder, world.asker)
            .await
            .unwrap();
        world.close().await;
    }
}

/// I3: rows outside the scope do not leave, although the scope's column itself is not shown.
#[tokio::test]
async fn rows_outside_the_scope_stay() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(scoped(entry)).await;
        for (code, found) in [("A1", 1), ("A2", 0), ("A4", 0), ("A5", 1)] {
            let lookup = Lookup { fields: Some(vec!["name".into()]), ..by_code(code) };
            let answer = world.platform.lookup(&world.asker("2026-03-05 09:00"), service, lookup).await.unwrap();
            assert_eq!(answer.records.len(), found, "{code}");
            assert!(answer.records.iter().all(|record| record.len() == 1));
        }
        world.close().await;
    }
}

/// CN-19: what was not granted is refused with code, field and article; refusals are counted in the log.
#[tokio::test]
async fn what_is_not_granted_is_refused_with_field_and_article() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(demand(entry)).await;
        let Grounds { bounds: article, running } = world.platform.grounds_of("changning-2025");
        assert_eq!((article.as_str(), running.as_str()), ("CN-19", "CN-20"), "the pack says which is which");
        let field = Lookup { fields: Some(vec!["name".into(), "amount".into()]), ..by_code("A1") };
        let purpose = Lookup { purpose: "marketing".into(), ..by_code("A1") };
        let key = Lookup { key_column: "name".into(), ..by_code("A1") };
        for (lookup, path, word) in
            [(field, "fields[1]", "amount"), (purpose, "purpose", "marketing"), (key, "key_column", "name")]
        {
            let refused = world.platform.lookup(&world.asker("2026-03-05 09:00"), service, lookup).await.unwrap_err();
            assert_eq!((refused.code, refused.fields[0].0.as_str()), (Code::BeyondGrant, path));
            assert!(refused.message.contains(word) && refused.message.contains(&article), "{}", refused.message);
            assert!(refused.hint.is_some());
        }
        let other = world.platform.lookup(&world.holder("2026-03-05 09:00"), service, by_code("A1")).await.unwrap_err();
        assert_eq!(other.code, Code::NotPermitted);
        let late = world.platform.lookup(&world.asker("2028-01-01 00:00"), service, by_code("A1")).await.unwrap_err();
        assert_eq!(late.code, Code::ServiceNotActive);
        assert!(other.message.contains(&article) && late.message.contains(&running), "{other} {late}");
        let last_day = world.platform.lookup(&world.asker("2027-12-31 23:59"), service, by_code("A1")).await;
        assert!(last_day.is_ok(), "the last day of the term still counts");

        world.platform.count_uses(&world.machine("2028-01-02 09:00")).await.unwrap();
        let view = world.platform.service(&world.asker("2028-01-02 09:00"), service).await.unwrap();
        assert_eq!((view.calls, view.refused), (1, 5));
        world.close().await;
    }
}

/// A call over the rate is refused with the time to wait; a minute later it is answered again.
#[tokio::test]
async fn calls_over_the_rate_wait() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let mut input = demand(entry);
        input.elements.rate_per_minute = Some(20);
        let service = world.granted(input).await;
        let mut outcomes = Vec::new();
        for _ in 0..5 {
            let answer = world.platform.lookup(&world.asker("2026-03-05 09:00"), service, by_code("A1")).await;
            outcomes.push(answer.map(drop).map_err(|error| error.code));
        }
        let limited = Err(Code::RateLimited);
        assert_eq!(outcomes, [Ok(()), Ok(()), limited, limited, limited]);
        world.platform.lookup(&world.asker("2026-03-05 09:01"), service, by_code("A1")).await.unwrap();
        world.close().await;
    }
}

/// CN-20: a suspension is seen by the very next look-up of this node, and by another node within a second.
#[tokio::test]
async fn a_suspension_is_seen_at_once() {
    for store in testkit::durable_databases() {
        let world = World::of(District::open(store).await.unwrap());
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(demand(entry)).await;
        let second = world.district.second_node().await.unwrap();
        for node in [&world.platform, &second] {
            node.lookup(&world.asker("2026-03-05 09:00:00"), service, by_code("A1")).await.unwrap();
        }
        let case = world.platform.service(&world.asker("2026-03-05 09:00:00"), service).await.unwrap().case.unwrap();
        let suspend =
            ActInput::new("suspend_misuse").role("provider").paper("misuse_finding", "转给第三方，十日内整改");
        world.platform.act_on_case(&world.holder("2026-03-05 09:00:00"), case, suspend).await.unwrap();
        let refused =
            world.platform.lookup(&world.asker("2026-03-05 09:00:00"), service, by_code("A1")).await.unwrap_err();
        assert_eq!(refused.code, Code::ServiceNotActive);
        let elsewhere = second.lookup(&world.asker("2026-03-05 09:00:01"), service, by_code("A1")).await.unwrap_err();
        assert_eq!(elsewhere.code, Code::ServiceNotActive);
        second.close().await.unwrap();
        world.close().await;
    }
}

/// I4, I10: counts are recounted from the log, each use once, also after a crash of the process.
#[tokio::test]
async fn counts_survive_a_crash_and_count_once() {
    for store in testkit::durable_databases() {
        let world = World::of(District::open(store).await.unwrap());
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(demand(entry)).await;
        for code in ["A1", "A2", "A9"] {
            world.platform.lookup(&world.asker("2026-03-31 09:00"), service, by_code(code)).await.unwrap();
        }
        assert_eq!(world.platform.count_uses(&world.machine("2026-03-31 10:00")).await.unwrap(), 3);
        for code in ["A3", "A4"] {
            world.platform.lookup(&world.asker("2026-03-31 11:00"), service, by_code(code)).await.unwrap();
        }
        let World { platform, district, .. } = world;
        drop(platform);
        let world = World::of(district.restart().await.unwrap());
        // The start itself has counted what the crash left uncounted.
        assert_eq!(world.platform.count_uses(&world.machine("2026-04-02 09:00")).await.unwrap(), 0);
        let view = world.platform.service(&world.asker("2026-04-02 10:00"), service).await.unwrap();
        assert_eq!((view.calls, view.records, view.last_call_at), (5, 4, Some(at("2026-03-31 11:00"))));
        world.close().await;
    }
}

/// CN-20: a call ends a stated idleness, so that the three months run again.
#[tokio::test]
async fn a_call_ends_a_stated_idleness() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(demand(entry)).await;
        world.platform.justify_idle(&world.asker("2026-05-01 09:00"), service, "系统改造", None).await.unwrap();
        let case = world.platform.service(&world.asker("2026-05-01 09:00"), service).await.unwrap().case.unwrap();
        let state = async |now: &str| world.platform.case(&world.asker(now), case).await.unwrap().state;
        assert_eq!(state("2026-05-01 09:10").await, "idle_justified");
        world.platform.lookup(&world.asker("2026-05-20 09:00"), service, by_code("A1")).await.unwrap();
        world.platform.count_uses(&world.machine("2026-05-20 09:10")).await.unwrap();
        assert_eq!(state("2026-05-20 09:20").await, "active");
        world.close().await;
    }
}

const COLUMNS: [&str; 5] = ["k", "a", "b", "c", "d"];

fn a_grant() -> impl Strategy<Value = Grant> {
    let field = prop_oneof![Just(None), Just(Some("hide".to_owned())), Just(Some("keep_ends(1,0)".to_owned()))];
    let scope = prop::option::of((prop::sample::select(&COLUMNS[1..]), prop::collection::btree_set("[xyz]", 1..3)));
    (prop::collection::vec(prop::option::of(field), COLUMNS.len()), scope).prop_map(|(fields, scope)| Grant {
        service: ServiceId(uuid::Uuid::nil()),
        entry: EntryId(uuid::Uuid::nil()),
        entry_version: 1,
        dataset: "d".into(),
        provider: OrganisationId(uuid::Uuid::from_u128(1)),
        demander: OrganisationId(uuid::Uuid::from_u128(2)),
        mode: Mode::Api,
        fields: COLUMNS
            .iter()
            .zip(fields)
            .filter_map(|(name, mask)| Some(GrantedField { name: (*name).into(), mask: mask? }))
            .collect(),
        row_scope: scope.map(|(column, values)| RowScope { column: column.into(), values }),
        keys: vec!["k".into()],
        purposes: BTreeSet::from(["p".to_owned()]),
        rate_per_minute: 60,
        from: at("2026-03-02 09:00"),
        until: None,
    })
}

fn a_row() -> impl Strategy<Value = Record> {
    prop::collection::vec(prop::option::of("[xyz]{1,3}"), COLUMNS.len())
}

proptest! {
    /// I3: for any grant, any wanted fields and any data, what leaves is granted, masked as granted, and in scope; and every row
    /// in scope does leave.
    #[test]
    fn nothing_leaves_beyond_the_grant(
        grant in a_grant(),
        rows in prop::collection::vec(a_row(), 0..8),
        wanted in prop::option::of(prop::collection::vec(prop::sample::select(COLUMNS.to_vec()).prop_map(String::from), 0..6)),
    ) {
        let who = Actor::Client { id: ClientId(uuid::Uuid::nil()), organisation: grant.demander };
        let compiled = Compiled::new(grant.clone(), ServiceStatus::Active, 0, Grounds::default());
        let lookup = Lookup { key_column: "k".into(), key: "x".into(), fields: wanted.clone(), purpose: "p".into() };
        let granted = |name: &str| grant.fields.iter().find(|field| field.name == name);
        let plan = match compiled.admit(&who, &lookup, at("2026-03-03 09:00")) {
            Ok(plan) => plan,
            Err(error) => {
                prop_assert_eq!(error.code, Code::BeyondGrant);
                prop_assert!(wanted.unwrap().iter().any(|name| granted(name).is_none()));
                return Ok(());
            }
        };
        let position = |name: &str| COLUMNS.iter().position(|column| *column == name).unwrap();
        let read = |row: &Record| plan.columns.iter().map(|name| row[position(name)].clone()).collect::<Record>();
        let answer = plan.answer(rows.iter().map(read).collect());
        let in_scope = |row: &&Record| match &grant.row_scope {
            None => true,
            Some(scope) => row[position(&scope.column)].as_ref().is_some_and(|value| scope.values.contains(value)),
        };
        let kept: Vec<&Record> = rows.iter().filter(in_scope).collect();
        prop_assert_eq!(answer.len(), kept.len());
        for (shown, row) in answer.iter().zip(kept) {
            prop_assert_eq!(shown.len(), plan.shown.len());
            for ((name, _), value) in plan.shown.iter().zip(shown) {
                let field = granted(name).expect("only granted fields leave");
                let clear = row[position(name)].clone();
                let masked = clear.map(|clear| match &field.mask {
                    None => clear,
                    Some(mask) => mask.parse::<privacy::Mask>().unwrap().apply(&clear).into_owned(),
                });
                prop_assert_eq!(value, &masked);
            }
        }
    }

    /// The granted calls a minute are never exceeded in any minute, and are reached by whoever keeps asking.
    #[test]
    fn no_minute_holds_more_than_the_rate(per_minute in 1u32..400, gaps in prop::collection::vec(0i64..3_000, 1..600)) {
        let rate = Rate::new();
        let mut now = at("2026-03-02 09:00");
        let mut taken: Vec<Timestamp> = Vec::new();
        for gap in gaps {
            now += jiff::SignedDuration::from_millis(gap);
            if rate.take(per_minute, now).is_ok() {
                taken.push(now);
            }
            let minute_ago = now - jiff::SignedDuration::from_secs(60);
            let recent = taken.iter().filter(|at| **at > minute_ago).count();
            prop_assert!(recent <= per_minute as usize, "{recent} calls in a minute, {per_minute} are granted");
        }
        prop_assert!(!taken.is_empty());
    }
}

/// A service whose data has never been handed in says so.
#[tokio::test]
async fn without_data_there_is_nothing_to_look_up() {
    for world in World::all("changning-2025").await {
        let entry = world.published("低保").await;
        let service = world.granted(demand(entry)).await;
        let missing =
            world.platform.lookup(&world.asker("2026-03-05 09:00"), service, by_code("A1")).await.unwrap_err();
        assert_eq!(missing.code, Code::NotFound);
        world.close().await;
    }
}
