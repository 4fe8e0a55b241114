//! Why somebody may or may not: the answer is the one that the same person gets when they act.

use it::{
    DEMANDER, PROVIDER, Site,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};

const SECURITY: &str = "security.admin";

async fn person(site: &Site, login: &str) -> String {
    text(&site.get(SECURITY, &format!("/people?search={login}")).await.ok()["items"][0]["id"])
}

/// A denial names the rules that would have to apply and what they rest on, with what is known of both sides; a permission names
/// the rule that decides.
#[tokio::test(flavor = "multi_thread")]
async fn a_denial_says_what_would_have_to_be_true() {
    let site = Site::open().await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    let case = text(&Demand::complete(&entry).ask(&site).await.ok()["receipt"]["case"]);
    let speak = |who: &str, role: &str| json!({ "person": who, "action": "speak", "role": role, "subject": { "kind": "case", "id": case } });
    let (demander, provider) = (person(&site, DEMANDER).await, person(&site, PROVIDER).await);
    let denied = site.post(SECURITY, "/policy/explanation", speak(&demander, "provider")).await.ok();
    assert_eq!((&denied["allowed"], &denied["rule"]), (&json!(false), &Value::Null));
    assert_eq!(denied["would_allow"][0]["id"], "speak.provider");
    assert_eq!(denied["would_allow"][0]["rests_on"], json!(["CN-6", "PT-5"]));
    assert_eq!(denied["who"]["organisation"], site.organisation("transport"));
    assert_eq!(denied["on"]["provider"], site.organisation("housing"));
    let allowed = site.post(SECURITY, "/policy/explanation", speak(&provider, "provider")).await.ok();
    assert_eq!((&allowed["allowed"], &allowed["rule"]["id"]), (&json!(true), &json!("speak.provider")));
    // The same when they act.
    site.act(DEMANDER, &case, json!({ "act": "approve", "role": "provider" })).await.has(403);
    site.act(PROVIDER, &case, json!({ "act": "approve", "role": "provider" })).await.ok();
    // Whoever is shut out may do nothing, and no rule is named.
    site.post("system.admin", &format!("/people/{provider}/disable"), json!({})).await.ok();
    let shut = site.post(SECURITY, "/policy/explanation", speak(&provider, "provider")).await.ok();
    assert_eq!((&shut["allowed"], &shut["who"]["disabled"]), (&json!(false), &json!(true)));
    site.close().await;
}

/// Everybody asks about themselves; a rule that forbids is named before all that allow; a question about nothing is refused by its
/// field.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_asks_about_themselves() {
    let site = Site::open().await;
    let own = site.post(DEMANDER, "/policy/explanation", json!({ "action": "manage_people" })).await.ok();
    assert_eq!((&own["allowed"], &own["would_allow"][0]["id"]), (&json!(false), &json!("administer.system")));
    let audit = site.post("audit.admin", "/policy/explanation", json!({ "action": "manage_people" })).await.ok();
    assert_eq!((&audit["rule"]["id"], &audit["rule"]["allows"]), (&json!("administer.audit"), &json!(false)));
    for (asked, field) in [
        (json!({ "action": "dance" }), "action"),
        (json!({ "action": "read_case" }), "subject"),
        (json!({ "action": "hand_in" }), "subject"),
    ] {
        let refused = site.post(DEMANDER, "/policy/explanation", asked).await.has(400);
        assert_eq!(refused.json["fields"][0]["path"], field, "{refused}");
    }
    let rules = site.get(DEMANDER, "/policy/rules").await.ok();
    assert!(rules["rules"].as_array().unwrap().len() > 20 && rules["actions"].as_array().unwrap().len() > 20);
    site.close().await;
}
