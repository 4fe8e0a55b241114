//! What people see of calls, and the calls that they make by hand: the same bounds, the same log, nobody else's business.

use it::{
    AUTHORITY, CENTRE, DEMANDER, PROVIDER, Site, instant,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};

async fn served(site: &Site, more: Value) -> String {
    let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
    site.granted(&Demand { more, ..Demand::complete(&entry) }).await
}

fn lookup(key: &str) -> Value {
    json!({ "key_column": "code", "key": key, "purpose": "aid_check" })
}

async fn counted(site: &Site) {
    site.district.platform.count_uses(&site.district.machine()).await.unwrap();
}

/// I10: the chart of a service is a recount of its log, by the days of the district, refused calls apart.
#[tokio::test(flavor = "multi_thread")]
async fn the_usage_of_a_service_is_what_its_log_says() {
    let site = Site::open().await;
    let service = served(&site, json!({})).await;
    for (at, calls) in [("2026-03-03 10:00", 2), ("2026-03-03 23:30", 1), ("2026-03-04 00:10", 1)] {
        site.clock.set(instant(at));
        for _ in 0..calls {
            site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
        }
    }
    let mut beyond = lookup("A1");
    beyond["purpose"] = json!("marketing");
    site.look_up(DEMANDER, &service, beyond).await.has(403);
    counted(&site).await;

    let usage = site.get(PROVIDER, &format!("/services/{service}/usage?from=2026-03-02T00:00:00Z")).await.ok();
    let told: Vec<_> =
        usage["steps"].as_array().unwrap().iter().map(|step| (text(&step["day"]), step["calls"].clone())).collect();
    assert_eq!(
        told,
        [("2026-03-02".into(), json!(0)), ("2026-03-03".into(), json!(3)), ("2026-03-04".into(), json!(1))]
    );
    assert_eq!((&usage["calls"], &usage["records"], &usage["refused"]), (&json!(4), &json!(4), &json!(1)));
    let sums = site.get(PROVIDER, &format!("/services/{service}")).await.ok();
    assert_eq!(
        (&usage["calls"], &usage["records"], &usage["refused"]),
        (&sums["calls"], &sums["records"], &sums["refused"])
    );

    let hours = format!("/services/{service}/usage?by=hour&from=2026-03-03T15:00:00Z&until=2026-03-03T16:30:00Z");
    let hours = site.get(DEMANDER, &hours).await.ok();
    assert_eq!(
        hours["steps"].as_array().unwrap().iter().map(|step| step["calls"].as_u64().unwrap()).collect::<Vec<_>>(),
        [1, 1]
    );
    let endless = format!("/services/{service}/usage?by=hour&from=2000-01-01T00:00:00Z");
    site.get(DEMANDER, &endless).await.has(413).is("limit_exceeded");
    site.close().await;
}

/// Calls are told newest first, page by page, each once; to the parties and to those who read the log, without the key and
/// without who it was.
#[tokio::test(flavor = "multi_thread")]
async fn calls_are_listed_newest_first_and_each_once() {
    let site = Site::open().await;
    let service = served(&site, json!({})).await;
    let mut made = Vec::new();
    for number in 0..7 {
        site.clock.set(instant(&format!("2026-03-0{} 10:00", 3 + number / 3)));
        made.push(text(&site.look_up(DEMANDER, &service, lookup("A1")).await.ok()["call"]));
        if number == 4 {
            // Some are counted already, some are not: both are told.
            counted(&site).await;
        }
    }
    made.reverse();
    for (who, path) in [
        (PROVIDER, format!("/calls?service={service}&limit=3")),
        (DEMANDER, "/calls?limit=3".to_owned()),
        ("audit.admin", "/calls?limit=3&outcome=served".to_owned()),
        (CENTRE, format!("/calls?service={service}&limit=3&from=2026-03-01T00:00:00Z")),
    ] {
        let (mut told, mut before) = (Vec::new(), String::new());
        loop {
            let page = site.get(who, &format!("{path}{before}")).await.ok();
            let whole = page.to_string();
            assert!(!whole.contains("A1") && !whole.contains("person_id"), "a key or a person is told: {whole}");
            told.extend(page["items"].as_array().unwrap().iter().map(|line| text(&line["id"])));
            if page["next"].is_null() {
                break;
            }
            assert!(told.len() <= 7, "a page leads back");
            before = format!("&before={}:{}", text(&page["next"]["period"]), page["next"]["index"]);
        }
        assert_eq!(told, made, "as `{who}`");
    }
    let day = site
        .get(PROVIDER, &format!("/calls?service={service}&from=2026-03-03T16:00:00Z&until=2026-03-04T16:00:00Z"))
        .await
        .ok();
    assert_eq!(day["items"].as_array().unwrap().len(), 3);
    let line = &day["items"][0];
    let proof = format!("/calls/{}/evidence?service={service}&index={}", text(&line["id"]), line["use"]["index"]);
    site.get(PROVIDER, &proof).await.ok();
    // A centre's officer oversees services but does not read the log as a whole: their own organisation has no service.
    assert_eq!(site.get(CENTRE, "/calls").await.ok()["items"], json!([]));
    assert_eq!(site.get(AUTHORITY, "/calls").await.ok()["items"].as_array().unwrap().len(), 7);
    site.get(DEMANDER, "/calls?before=yesterday").await.has(400).is("invalid_input");
    site.close().await;
}

/// I3, I4: a trial is the gateway's own call: under the grant's bounds and masks, in the log, counted for the organisation.
#[tokio::test(flavor = "multi_thread")]
async fn a_trial_is_a_call_like_any_other() {
    let site = Site::open().await;
    let service = served(&site, json!({ "rate_per_minute": 100 })).await;
    let path = format!("/services/{service}/trial");
    let example = site.get(DEMANDER, &format!("/services/{service}/example")).await.ok();
    let mut body = example["body"].clone();
    assert_eq!(body["key"], "<code>");
    body["key"] = json!("A1");
    let trial = site.post(DEMANDER, &path, body.clone()).await.ok();
    let by_gateway = site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    assert_eq!(trial["answer"]["records"], by_gateway["records"], "a trial shows what a system would get");
    let item =
        |code: &str| trial["items"].as_array().unwrap().iter().find(|item| item["name"] == code).unwrap().clone();
    assert_eq!(
        (item("id_number")["granted"].clone(), item("id_number")["mask"].clone()),
        (json!(true), json!("id_number"))
    );
    assert_eq!((item("amount")["granted"].clone(), item("amount")["given"].clone()), (json!(false), json!(false)));

    let calls = site.get(PROVIDER, &format!("/calls?service={service}")).await.ok();
    let tried =
        calls["items"].as_array().unwrap().iter().find(|line| line["id"] == trial["answer"]["call"]).unwrap().clone();
    assert_eq!(tried["organisation"], site.organisation("transport").as_str());
    counted(&site).await;
    assert_eq!(site.get(DEMANDER, &format!("/services/{service}")).await.ok()["calls"], 2);

    let mut beyond = body.clone();
    beyond["fields"] = json!(["amount"]);
    site.post(DEMANDER, &path, beyond).await.has(403).is("beyond_grant");
    for stranger in [PROVIDER, "housing.nobody", CENTRE, "audit.admin", "system.admin"] {
        site.post(stranger, &path, body.clone()).await.has(403).is("not_permitted");
    }
    let mut refused = None;
    for _ in 0..10 {
        let reply = site.post(DEMANDER, &path, body.clone()).await;
        if !reply.succeeded() {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("trials are bounded").has(429).is("rate_limited");
    assert!(text(&refused.json["detail"]).contains("tried"), "{refused}");
    site.look_up(DEMANDER, &service, lookup("A1")).await.ok();
    site.close().await;
}

/// CN-20, CN-21: whoever may suspend, put right, resume or end a service finds that act among the possible acts of its case.
#[tokio::test(flavor = "multi_thread")]
async fn suspending_and_resuming_are_offered_to_the_right_offices() {
    let site = Site::open().await;
    let service = served(&site, json!({})).await;
    let case = site.case_about(DEMANDER, &service, "sharing_service").await;
    let offered = async |who: &str| -> Vec<String> {
        let case = site.case(who, &case).await;
        let mine: Vec<String> = case["my_roles"].as_array().unwrap().iter().map(text).collect();
        let acts = case["possible"].as_array().unwrap().iter();
        let ours = |act: &&Value| act["by"].as_array().unwrap().iter().any(|role| mine.contains(&text(role)));
        acts.filter(ours).map(|act| text(&act["act"])).collect()
    };
    let has = |acts: &[String], act: &str| acts.iter().any(|one| one == act);
    let (provider, demander) = (offered(PROVIDER).await, offered(DEMANDER).await);
    assert!(has(&provider, "suspend_misuse") && !has(&demander, "suspend_misuse"), "{provider:?} {demander:?}");
    assert!(has(&demander, "end_by_demander") && !has(&provider, "end_by_demander"), "{provider:?} {demander:?}");

    site.act_with_all(PROVIDER, &case, "suspend_misuse", "provider").await.ok();
    let (provider, demander) = (offered(PROVIDER).await, offered(DEMANDER).await);
    assert!(has(&demander, "rectify") && !has(&provider, "rectify"), "{provider:?} {demander:?}");
    site.act_with_all(DEMANDER, &case, "rectify", "demander").await.ok();
    let (provider, demander) = (offered(PROVIDER).await, offered(DEMANDER).await);
    assert!(
        has(&provider, "accept_rectification") && !has(&demander, "accept_rectification"),
        "{provider:?} {demander:?}"
    );
    site.act_with_all(PROVIDER, &case, "accept_rectification", "provider").await.ok();
    assert_eq!(site.get(DEMANDER, &format!("/services/{service}")).await.ok()["status"], "active");
    site.close().await;
}
