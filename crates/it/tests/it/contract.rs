//! What must be the same wherever it runs: one story leaves the same case on SQLite and on PostgreSQL; every table of the lake
//! is read by a foreign engine.

use it::{
    AUTHORITY, CENTRE, DEMANDER, PROVIDER, Site, Store, instant,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};

/// A story with every kind of table in it: entry, load, request, extension, grant, calls, idleness, notices.
async fn story(store: Store) -> Value {
    let site = Site::open_with(store, platform::testkit::START, |_| {}, |_| {}).await;
    let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
    let asked = Demand::complete(&entry).ask(&site).await.ok();
    let case = text(&asked["receipt"]["case"]);
    site.advance(instant("2026-03-10 09:00")).await;
    site.act_with_all(PROVIDER, &case, "ask_extension", "provider").await.ok();
    site.act_with_all(AUTHORITY, &case, "consent_extension", "authority").await.ok();
    site.advance(instant("2026-03-20 09:00")).await;
    site.act_with_all(PROVIDER, &case, "approve", "provider").await.ok();
    let request = text(&asked["request"]["id"]);
    let service = text(&site.get(DEMANDER, &format!("/sharing-requests/{request}")).await.ok()["service"]);
    for _ in 0..3 {
        site.call(&service).await.ok();
    }
    site.advance(instant("2026-12-31 00:00")).await;
    site.district.platform.flush_log().await.unwrap();
    let lists =
        ["/cases?limit=200", "/entries", "/services", "/sharing-requests", "/state", "/duties", "/organisations"];
    let mut dump = json!({ "case": site.case(PROVIDER, &case).await });
    for path in lists {
        dump[path] = site.get(AUTHORITY, path).await.ok();
    }
    for who in [PROVIDER, DEMANDER, CENTRE, AUTHORITY] {
        dump[who] = site.get(who, "/notices?limit=200").await.ok();
    }
    for line in dump["/cases?limit=200"]["items"].clone().as_array().unwrap() {
        let id = text(&line["id"]);
        dump[&id] = site.case(AUTHORITY, &id).await;
    }
    site.close().await;
    dump
}

#[tokio::test(flavor = "multi_thread")]
async fn one_story_leaves_the_same_on_every_database() {
    let mut told: Option<Value> = None;
    for store in platform::testkit::databases() {
        let dump = story(store).await;
        match &told {
            None => {
                let again = story(store).await;
                assert_eq!(difference("", &again, &dump), None, "the story is not the same twice on one database");
                told = Some(dump);
            }
            Some(first) => assert_eq!(difference("", first, &dump), None, "{store:?} differs from the first database"),
        }
    }
}

/// Where two values differ first.
fn difference(at: &str, one: &Value, other: &Value) -> Option<String> {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort_unstable();
            names.dedup();
            let null = Value::Null;
            let side = |map: &serde_json::Map<String, Value>, name: &String| map.get(name).unwrap_or(&null).clone();
            names.into_iter().find_map(|name| difference(&format!("{at}/{name}"), &side(a, name), &side(b, name)))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| difference(&format!("{at}/{i}"), a, b))
        }
        _ if one == other => None,
        _ => Some(format!("{at}: {one} and {other}")),
    }
}

#[test]
fn the_memory_lake_keeps_the_ports_contract() {
    let folder = tempfile::tempdir().unwrap();
    platform::lake::contract(&platform::lake::MemoryLake::new(), folder.path()).unwrap();
}
