//! I3 and I4 over HTTP: what leaves is what was granted, and nothing leaves without a durable record of its use.

use std::collections::BTreeSet;

use futures::future::join_all;
use it::{
    DEMANDER, NOBODY, PROVIDER, Site, Store, instant,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};

use crate::log::Leaves;

const MASKED_ID: &str = "310105199001010015";

fn lookup(key: &str) -> Value {
    json!({ "key_column": "code", "key": key, "purpose": "aid_check" })
}

/// A service over the ordinary rows, from a demand with these elements on top.
async fn served(site: &Site, more: Value) -> String {
    let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
    site.granted(&Demand { more, ..Demand::complete(&entry) }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_was_not_granted_never_leaves_over_http() {
    let site = Site::open().await;
    let service = served(&site, json!({})).await;

    let found = site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    let record = found["records"][0].as_object().unwrap();
    let names: BTreeSet<&str> = record.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["code", "id_number", "name", "street"].into(),
        "exactly the granted fields: `amount` is not among them"
    );
    assert_eq!(record["street"], "江苏路街道", "a field without a mask leaves in clear");
    assert_ne!(record["id_number"], MASKED_ID, "a masked field never leaves in clear");
    assert_ne!(record["name"], "张三");

    for fields in [json!(["amount"]), json!(["code", "amount"]), json!(["no_such_field"])] {
        let mut body = lookup("A1");
        body["fields"] = fields;
        let refused = site.look_up(DEMANDER, &service, body).await.has(403).is("beyond_grant");
        let detail = text(&refused.json["detail"]);
        assert!(
            detail.contains("not granted") && detail.contains("CN-"),
            "it names the field and the article: {detail}"
        );
        assert!(!refused.text().contains("800"), "a refusal brings no data");
    }
    let mut narrow = lookup("A1");
    narrow["fields"] = json!(["street"]);
    let found = site.look_up(DEMANDER, &service, narrow).await.ok();
    assert_eq!(found["records"], json!([{ "street": "江苏路街道" }]));

    let by_secret = json!({ "key_column": "amount", "key": "800", "purpose": "aid_check" });
    site.look_up(DEMANDER, &service, by_secret).await.has(403).is("beyond_grant");
    let mut other_purpose = lookup("A1");
    other_purpose["purpose"] = json!("marketing");
    site.look_up(DEMANDER, &service, other_purpose).await.has(403).is("beyond_grant");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_outside_the_scope_never_leave_over_http() {
    let site = Site::open().await;
    let scope = json!({ "row_scope": { "column": "street", "values": ["江苏路街道"] } });
    let service = served(&site, scope).await;
    assert_eq!(site.look_up(DEMANDER, &service, lookup("A1")).await.ok()["records"].as_array().unwrap().len(), 1);
    let outside = site.look_up(DEMANDER, &service, lookup("A2")).await.ok();
    assert_eq!(outside["records"], json!([]), "A2 lives elsewhere");
    // Also when the scope's own column is not asked for.
    let mut narrow = lookup("A2");
    narrow["fields"] = json!(["name"]);
    assert_eq!(site.look_up(DEMANDER, &service, narrow).await.ok()["records"], json!([]));
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_holder_of_a_grant_can_call_it() {
    let site = Site::open().await;
    let service = served(&site, json!({})).await;
    site.look_up(NOBODY, &service, lookup("A1")).await.has(401);
    for stranger in [PROVIDER, "authority.officer", "centre.officer", "audit.admin", "system.admin"] {
        let refused = site.look_up(stranger, &service, lookup("A1")).await.has(403).is("not_permitted");
        assert!(!refused.text().contains("江苏路街道"));
    }
    // Somebody of the right organisation, but without a role in it.
    let no_service = "018f0000-0000-7000-8000-00000000000f";
    site.look_up(DEMANDER, no_service, lookup("A1")).await.has(404);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_ends_with_its_term_and_keeps_to_its_rate() {
    let site = Site::open().await;
    let service = served(&site, json!({ "rate_per_minute": 5, "term_until": "2026-04-30" })).await;
    let mut answered = 0;
    let refused = loop {
        let reply = site.look_up(DEMANDER, &service, lookup("A1")).await;
        if !reply.succeeded() {
            break reply;
        }
        answered += 1;
        assert!(answered <= 5, "more calls than the grant allows were answered within one instant");
    };
    let refused = refused.has(429).is("rate_limited");
    assert!(!refused.header("retry-after").is_empty(), "{refused}");
    assert!(text(&refused.json["detail"]).contains("CN-"), "{refused}");

    site.clock.set(instant("2026-04-30 23:59"));
    site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    site.clock.set(instant("2026-05-01 00:00"));
    site.look_up(DEMANDER, &service, lookup("A1")).await.has(409).is("service_not_active");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_service_refuses_with_its_article() {
    let site = Site::open().await;
    let service = served(&site, json!({})).await;
    site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    let case = site.case_about(DEMANDER, &service, "sharing_service").await;
    site.act_with_all(PROVIDER, &case, "suspend_misuse", "provider").await.ok();
    // The very next call already meets the suspension.
    let refused = site.look_up(DEMANDER, &service, lookup("A1")).await.has(409).is("service_not_active");
    assert!(text(&refused.json["detail"]).contains("CN-"), "{refused}");
    assert!(!text(&refused.json["hint"]).is_empty(), "it says what to do next");

    site.act_with_all(DEMANDER, &case, "rectify", "demander").await.ok();
    site.act_with_all(PROVIDER, &case, "accept_rectification", "provider").await.ok();
    site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    site.act_with_all(DEMANDER, &case, "end_by_demander", "demander").await.ok();
    site.look_up(DEMANDER, &service, lookup("A1")).await.has(409).is("service_not_active");
    site.close().await;
}

/// A service that was called lately is not idle, and its case says so to whoever reads it, without waiting for the scheduler.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_moves_the_idle_term_that_people_see() {
    let site = Site::open().await;
    let service = served(&site, json!({})).await;
    let case = site.case_about(DEMANDER, &service, "sharing_service").await;
    let due = |view: &Value| text(&view["clocks"].as_array().unwrap().last().unwrap()["last_day"]);
    assert_eq!(due(&site.case(DEMANDER, &case).await), "2026-06-02");
    site.clock.set(instant("2026-05-20 10:00"));
    site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    assert_eq!(due(&site.case(DEMANDER, &case).await), "2026-08-20");
    site.close().await;
}

/// I4: whatever was answered is in the log after a crash, once, at the place that the answer named.
#[tokio::test(flavor = "multi_thread")]
async fn every_answered_call_survives_a_crash() {
    for store in platform::testkit::durable_databases() {
        let site = Site::open_with(store, platform::testkit::START, |_| {}, |_| {}).await;
        let service = served(&site, json!({})).await;
        let calls = join_all((0..64).map(|_| site.look_up(DEMANDER, &service, lookup("A1")))).await;
        let answered: Vec<(String, u64)> = calls
            .into_iter()
            .map(|reply| {
                let answer = reply.ok();
                (text(&answer["call"]), answer["use"]["index"].as_u64().unwrap())
            })
            .collect();
        let site = site.crash().await;
        // The next use publishes what the crash left unpublished.
        site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
        site.district.platform.count_uses(&site.district.machine()).await.unwrap();
        let view = site.get(DEMANDER, &format!("/services/{service}")).await.ok();
        assert_eq!(view["calls"], 65, "every answered call is counted, none twice");
        // Whoever asks for evidence waits until all of it is published.
        let (call, index) = answered.last().unwrap();
        site.get(DEMANDER, &format!("/calls/{call}/evidence?service={service}&index={index}")).await.ok();
        let leaves = Leaves::of(&site);
        for (call, index) in answered {
            let leaf = leaves
                .about(&call)
                .unwrap_or_else(|| panic!("{store:?}: call {call} was answered and is not in the log"));
            assert_eq!((leaf.index, leaf.shard.as_str()), (index, "calls-3y/2026-03"));
            assert_eq!(leaf.said["service"], service.as_str());
        }
        site.close().await;
    }
}

/// I4, the other way round: when the record cannot be written, the answer does not leave.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_record_there_is_no_answer() {
    let site = Site::open_with(Store::File, platform::testkit::START, |_| {}, |_| {}).await;
    let service = served(&site, json!({})).await;
    // A file lies where the shard of this month's calls would be made.
    let root = site.district.platform.settings().log_root.clone();
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("calls-3y"), b"in the way").unwrap();
    let refused = site.look_up(DEMANDER, &service, lookup("A1")).await.has(500).is("internal");
    assert!(!refused.text().contains("江苏路街道"), "an answer without a record brought data: {refused}");
    std::fs::remove_file(root.join("calls-3y")).unwrap();
    site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    site.close().await;
}
