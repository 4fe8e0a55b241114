//! What surrounds an act: trying it out beforehand, and signing for one's organisation.

use it::{
    DEMANDER, PROVIDER, Site,
    world::{Demand, Sharing, entry_body, text},
};
use reqwest::Method;
use serde_json::{Value, json};

/// A rehearsal says what the act would do, in which state it would end and what its terms would become; and nothing has
/// happened afterwards: no act, no version, no notice to anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_tells_what_the_act_then_does_and_leaves_nothing() {
    let site = Site::open().await;
    let entry = site.published("街道台账", &Sharing::of("conditional")).await;
    let asked = Demand::complete(&entry).ask(&site).await.ok();
    let case = text(&asked["receipt"]["case"]);
    let (before, told) = (site.case(PROVIDER, &case).await, site.get(DEMANDER, "/notices").await.ok()["total"].clone());
    let possible = before["possible"].as_array().unwrap();
    let wanted = possible.iter().find(|one| one["act"] == "approve").expect("the provider may approve");
    let papers: Value = wanted["papers"].as_array().unwrap().iter().map(|paper| (text(paper), "见附件")).collect();
    let act = json!({ "act": "approve", "papers": papers });

    let rehearsed = site.post(PROVIDER, &format!("/cases/{case}/rehearsal"), act.clone()).await.ok();
    let after = site.case(PROVIDER, &case).await;
    let acts = |case: &Value| case["timeline"].as_array().unwrap().len();
    assert_eq!((&after["version"], acts(&after)), (&before["version"], acts(&before)));
    assert_eq!(site.get(DEMANDER, "/notices").await.ok()["total"], told, "nobody hears of a rehearsal");

    let refused = site.post(PROVIDER, &format!("/cases/{case}/rehearsal"), json!({ "act": "no_such_act" })).await;
    let really = site.act(PROVIDER, &case, json!({ "act": "no_such_act" })).await;
    assert_eq!((refused.status, refused.code()), (really.status, really.code()), "it is refused as the act would be");

    let done = site.act(PROVIDER, &case, act).await.ok();
    for what in ["name", "role", "state", "ended", "articles", "due", "effects"] {
        assert_eq!(rehearsed[what], done[what], "{what}");
    }
    assert_eq!(rehearsed["state_title"], site.case(PROVIDER, &case).await["state_title"]);
    site.close().await;
}

/// PT-18: a commitment signed with the key that the platform keeps is one like any other. It takes the password of whoever
/// signs, wrong ones lock them out like wrong ones at the door, and a key registered from outside ends the keeping.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_key_signs_for_whoever_confirms_it_with_their_password() {
    let site = Site::open().await;
    let entry = site.published("街道台账", &Sharing::of("conditional")).await;
    let mut request = Demand::complete(&entry).elements();
    request["entry"] = json!(entry);
    let sign = async |password: &str| {
        site.post(DEMANDER, "/sharing-requests/commitment", json!({ "request": request, "password": password })).await
    };
    let password = platform::testkit::PASSWORD;
    sign(password).await.has(404).is("not_found");

    let organisation = site.organisation("transport");
    let kept =
        site.post("system.admin", &format!("/organisations/{organisation}/signing-key/held"), json!({})).await.ok();
    sign("wrong").await.has(401).is("not_authenticated");
    let signed = sign(password).await.ok();
    assert_eq!(signed["public_key"], kept["public_key"]);
    let mut whole = request.clone();
    whole["commitment"] = signed.clone();
    let asked = site.post(DEMANDER, "/sharing-requests", whole).await.ok();
    let id = text(&asked["request"]["id"]);
    assert_eq!(site.get(DEMANDER, &format!("/sharing-requests/{id}/commitment")).await.ok(), signed);

    let own = sm::sign::SigningKey::from_bytes(&[6; 32]).unwrap().verifying_key().to_spki_pem();
    site.put("system.admin", &format!("/organisations/{organisation}/signing-key"), json!({ "public_key": own }))
        .await
        .ok();
    let now = site.get(DEMANDER, &format!("/organisations/{organisation}/signing-key")).await.ok();
    assert_eq!(now, json!({ "public_key": own, "held": false }));
    sign(password).await.has(404).is("not_found");

    for _ in 0..5 {
        sign("wrong").await.has(401);
    }
    let locked = sign(password).await.has(401);
    assert!(locked.text().contains("locked"), "{locked}");
    site.close().await;
}

/// A lost answer makes no second request and no second draft: under the same key the first one is given again, for another content
/// the key is refused. Both parties find the request among the cases of their part, and only there.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_or_draft_is_the_first_one() {
    let site = Site::open().await;
    let entry = site.published("街道台账", &Sharing::of("conditional")).await;
    let mut request = Demand::complete(&entry).elements();
    request["entry"] = json!(entry);
    let once = async |who: &'static str, path: &'static str, body: &Value| {
        let token = site.token(who).await.unwrap();
        let request = site.request(Method::POST, path).bearer_auth(token).header("idempotency-key", "one");
        site.send(request.json(body)).await
    };
    let first = once(DEMANDER, "/sharing-requests", &request).await.ok();
    assert_eq!(once(DEMANDER, "/sharing-requests", &request).await.ok(), first);
    let total = async |path: &str, who: &str| site.get(who, path).await.ok()["total"].clone();
    assert_eq!(total("/sharing-requests", DEMANDER).await, json!(1));
    let mut other = request.clone();
    other["scope"] = json!("别处");
    once(DEMANDER, "/sharing-requests", &other).await.has(409).is("conflict");

    let duty = site.duty("D-repeated").await;
    let draft = entry_body("重复的条目", &duty, &Sharing::of("conditional"));
    let drafted = once(PROVIDER, "/entries", &draft).await.ok();
    assert_eq!(once(PROVIDER, "/entries", &draft).await.ok()["entry"]["id"], drafted["entry"]["id"]);

    for (who, part, found) in [(DEMANDER, "demander", 1), (DEMANDER, "provider", 0), (PROVIDER, "provider", 1)] {
        let path = format!("/cases?procedure=sharing_request&part={part}");
        assert_eq!(total(&path, who).await, json!(found), "{who} as {part}");
    }
    site.close().await;
}
