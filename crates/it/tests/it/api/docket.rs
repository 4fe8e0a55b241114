//! What a clerk's desk rests on: lists that say what is due and why, what happened meanwhile, acts that say what they ask for,
//! and openings that are not repeated.

use it::{
    AUTHORITY, CENTRE, DEMANDER, PROVIDER, Site, instant,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};

/// The line of a case in somebody's list.
async fn line(site: &Site, who: &str, query: &str, case: &str) -> Option<Value> {
    let listed = site.get(who, &format!("/cases?limit=200&{query}")).await.ok();
    listed["items"].as_array().unwrap().iter().find(|line| line["id"] == case).cloned()
}

/// CN-18: ten working days to answer. The list names the date, its article, the working days left and what the case is about;
/// when they are over and nobody has answered, the case is overdue and stands first, until somebody answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_what_is_due_by_which_article_and_what_is_overdue() {
    let site = Site::open().await;
    let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
    let asked = Demand::complete(&entry).ask(&site).await.ok();
    let case = text(&asked["receipt"]["case"]);
    let found = line(&site, PROVIDER, "waiting_for_me=true", &case).await.expect("it waits for the provider");
    assert_eq!(found["subject_title"], "困难家庭救助名单");
    let due = &found["due"];
    assert_eq!(
        (&due["article"], &due["working_days_left"], &due["overdue"]),
        (&json!("CN-18"), &json!(10), &json!(false))
    );
    assert_eq!(due["outcome"], "breach");
    let view = site.case(PROVIDER, &case).await;
    let run = &view["clocks"][usize::try_from(due["run"].as_u64().unwrap()).unwrap()];
    assert_eq!(
        (&run["clock"], &run["due_at"]),
        (&due["clock"], &due["at"]),
        "the derivation stands where the line says"
    );

    site.advance(instant("2026-03-18 09:00")).await;
    let late = line(&site, PROVIDER, "ended=false", &case).await.expect("it is still open");
    assert_eq!(late["due"]["overdue"], true);
    assert!(late["due"]["working_days_left"].as_i64().unwrap() < 0, "{late}");
    let first = &site.get(PROVIDER, "/cases?ended=false").await.ok()["items"][0];
    assert_eq!(first["id"], case.as_str(), "what is overdue stands first");
    let before = site.get(PROVIDER, "/cases?due_before=2026-03-18T00:00:00Z").await.ok();
    assert_eq!(before["items"][0]["id"], case.as_str());

    site.act(PROVIDER, &case, json!({ "act": "approve", "role": "provider" })).await.ok();
    let done = line(&site, PROVIDER, "", &case).await.unwrap();
    assert_eq!(done["due"], Value::Null, "an answered request is due no more");
    site.close().await;
}

/// A case is found by what it is about, by its procedure and by its id, and by nothing else; a title full of wildcards is a text.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_by_what_it_is_about() {
    let site = Site::open().await;
    let entry = site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    let case = text(&site.get(PROVIDER, &format!("/entries/{entry}")).await.ok()["case"]);
    let total = |query: String| {
        let site = &site;
        async move { site.get(AUTHORITY, &format!("/cases?{query}")).await.ok()["total"].as_u64().unwrap() }
    };
    let all = total(String::new()).await;
    assert!(line(&site, AUTHORITY, "text=家庭救助", &case).await.is_some());
    assert_eq!(total(format!("text={case}")).await, 1);
    assert_eq!(total("text=没有这样的名称".to_owned()).await, 0);
    assert_eq!(total("text=%25".to_owned()).await, 0, "a wildcard is not one");
    assert_eq!(total("pack=changning-2025".to_owned()).await, all);
    assert_eq!(total("pack=putuo-2023".to_owned()).await, 0);
    site.get(AUTHORITY, &format!("/cases?text={}", "长".repeat(201))).await.has(400).is("invalid_input");
    site.get(AUTHORITY, "/cases?sort=colour").await.has(400).is("invalid_input");
    site.close().await;
}

/// Whoever comes back is told when they were last here and what was done since in the cases that concern them, by whom it
/// concerns only.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_is_told_what_happened_meanwhile() {
    let site = Site::open().await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    assert_eq!(site.get(DEMANDER, "/me").await.ok()["previous_visit"], Value::Null, "the first time");
    site.clock.set(instant("2026-03-02 11:00"));
    let asked = Demand::complete(&entry).ask(&site).await.ok();
    let case = text(&asked["receipt"]["case"]);
    site.clock.set(instant("2026-03-03 10:00"));
    site.act(PROVIDER, &case, json!({ "act": "approve", "role": "provider" })).await.ok();
    site.clock.set(instant("2026-03-04 09:00"));
    let me = site.get(DEMANDER, "/me").await.ok();
    let since = text(&me["previous_visit"]);
    assert_eq!(instant(&since), instant("2026-03-02 11:00"), "the last use of the session before");
    site.district.platform.flush_log().await.unwrap();
    let changes = site.get(DEMANDER, &format!("/changes?since={since}")).await.ok();
    let acts: Vec<&str> =
        changes["items"].as_array().unwrap().iter().map(|change| change["act"].as_str().unwrap()).collect();
    assert!(acts.contains(&"approve"), "{changes}");
    let approved = changes["items"].as_array().unwrap().iter().find(|change| change["act"] == "approve").unwrap();
    assert_eq!((&approved["case"], &approved["article"]), (&json!(case), &json!("CN-18")));
    assert_eq!((&approved["subject_title"], &approved["by_me"]), (&json!("名单"), &json!(false)));
    assert!(approved["log_index"].is_u64() && approved["title"].as_str().is_some_and(|title| !title.is_ascii()));
    assert_eq!(site.get("system.admin", &format!("/changes?since={since}")).await.ok()["total"].as_u64(), {
        // The administrator works for the centre, which has a part in some of these cases, as its officer has.
        site.get(CENTRE, &format!("/changes?since={since}")).await.ok()["total"].as_u64()
    });
    let later = site.get(DEMANDER, "/changes?since=2026-03-04T01:00:00Z").await.ok();
    assert_eq!(later["total"], 0);
    site.get(DEMANDER, "/changes").await.has(400).is("invalid_input");
    site.close().await;
}

/// What an act asks for is said with it: papers by their titles and forms, how far a term can be extended, and what may be stated.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_says_what_it_asks_for() {
    let site = Site::of_pack("putuo-2023", "2026-03-02 09:00").await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    let asked = Demand::complete(&entry).ask(&site).await.ok();
    let case = text(&asked["receipt"]["case"]);
    let mut seen = 0;
    let possible = site.get(CENTRE, &format!("/cases/{case}/possible")).await.ok();
    for act in possible.as_array().unwrap() {
        assert_eq!(act["papers"].as_array().unwrap().len(), act["paper_forms"].as_array().unwrap().len(), "{act}");
        for form in act["paper_forms"].as_array().unwrap() {
            assert!(!form["title"].as_str().unwrap().is_ascii(), "a title is Chinese: {form}");
            seen += 1;
        }
        for reason in act["blocked"]["reasons"].as_array().into_iter().flatten() {
            assert!(!reason["code"].as_str().unwrap().is_empty() && reason["values"].is_object(), "{reason}");
        }
        if act["blocked"].is_object() {
            assert!(!act["blocked"]["reasons"].as_array().unwrap().is_empty(), "{act} does not say why not");
        }
    }
    assert!(seen > 0, "no act asks for a paper: {possible}");
    // PT-20: an application that is not in due form is refused by whoever finds and states that it is not.
    site.act_with_all(CENTRE, &case, "forward", "centre").await.ok();
    let possible = site.get(PROVIDER, &format!("/cases/{case}/possible")).await.ok();
    let refuse =
        possible.as_array().unwrap().iter().find(|act| act["act"] == "refuse_malformed").expect("it is possible");
    assert_eq!(refuse["blocked"], Value::Null, "what may be stated blocks nothing");
    let fact = &refuse["facts"][0];
    assert_eq!(
        (&fact["id"], &fact["kind"], &fact["must"]),
        (&json!("application_malformed"), &json!("flag"), &json!(true))
    );
    let without =
        site.act(PROVIDER, &case, json!({ "act": "refuse_malformed", "papers": { "refusal_reason": "缺盖章" } })).await;
    let without = without.has(422);
    assert_eq!(without.json["reasons"][0]["code"], "condition_unmet", "{without}");
    assert_eq!(without.json["reasons"][0]["values"]["condition"], without.json["failed"][0]);
    let stated = json!({ "act": "refuse_malformed", "papers": { "refusal_reason": "缺盖章" }, "facts": { "application_malformed": true } });
    let receipt = site.act(PROVIDER, &case, stated).await.ok();
    assert!(!receipt["title"].as_str().unwrap().is_ascii() && !receipt["state_title"].as_str().unwrap().is_ascii());
    site.close().await;
}

/// CN-18: the answer may be put off once, by at most so many working days, with the authority's consent. The act says by how many.
#[tokio::test(flavor = "multi_thread")]
async fn an_extension_says_how_much_it_may_add() {
    let site = Site::open().await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    let case = text(&Demand::complete(&entry).ask(&site).await.ok()["receipt"]["case"]);
    let asking = json!({ "act": "ask_extension", "role": "provider", "papers": { "extension_reason": "数量大" } });
    site.act(PROVIDER, &case, asking).await;
    let possible = site.get(AUTHORITY, &format!("/cases/{case}/possible")).await.ok();
    let extending: Vec<_> =
        possible.as_array().unwrap().iter().filter(|act| act["extension"].is_object()).cloned().collect();
    let [extend] = extending.as_slice() else { panic!("exactly one act extends: {possible}") };
    let most = extend["extension"]["most"].as_u64().unwrap();
    assert_eq!((&extend["extension"]["unit"], &extend["extension"]["left"]), (&json!("working_day"), &json!(1)));
    let by = |days: u64| {
        let papers: serde_json::Map<String, Value> =
            extend["papers"].as_array().unwrap().iter().map(|paper| (text(paper), json!("同意"))).collect();
        json!({ "act": extend["act"], "role": extend["by"][0], "papers": papers, "extension": days })
    };
    let much = site.act(AUTHORITY, &case, by(most + 1)).await.has(422);
    assert_eq!(much.json["reasons"][0]["code"], "extension_too_long");
    assert_eq!(much.json["reasons"][0]["values"]["most"], most.to_string());
    site.act(AUTHORITY, &case, by(most)).await.ok();
    site.close().await;
}

/// Opening a case again with the same key opens nothing, also at the same moment; the key stands for that opening only.
#[tokio::test(flavor = "multi_thread")]
async fn opening_a_case_again_with_its_key_opens_nothing() {
    let site = Site::open().await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    let token = site.token(DEMANDER).await.unwrap();
    let open = |key: &'static str, statement: &'static str| {
        let body = json!({ "procedure": "objection", "subject_kind": "record", "subject": entry,
            "provider": site.organisation("housing"), "demander": site.organisation("transport"), "act": "raise",
            "role": "demander", "papers": { "objection_statement": statement } });
        let request = site.request(reqwest::Method::POST, "/cases").bearer_auth(&token).header("idempotency-key", key);
        site.send(request.json(&body))
    };
    let (one, two) = tokio::join!(open("k1", "有误"), open("k1", "有误"));
    let (one, two) = (one.ok(), two.ok());
    assert_eq!(one["case"], two["case"], "one case, one receipt");
    assert_eq!(open("k1", "有误").await.ok()["case"], one["case"]);
    open("k1", "另一处有误").await.has(409).is("conflict");
    assert_ne!(open("k2", "有误").await.ok()["case"], one["case"]);
    assert_eq!(site.get(AUTHORITY, "/cases?procedure=objection").await.ok()["total"], 2);
    site.close().await;
}

/// The picture of a procedure marks every state by its name, so that a page can show where a case stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_marks_every_state_by_its_name() {
    let site = Site::open().await;
    let path = "/law/packs/changning-2025/procedures/sharing_request";
    let page = site.get("", path).await.ok();
    let picture = site.get("", &format!("{path}/graph.svg")).await.text();
    for state in page["states"].as_array().unwrap() {
        let mark = format!("<g data-state=\"{}\">", state["id"].as_str().unwrap());
        assert_eq!(picture.matches(&mark).count(), 1, "{mark}");
    }
    site.close().await;
}
