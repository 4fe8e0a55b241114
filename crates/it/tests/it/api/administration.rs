//! What the three administrators do, over the wire: accounts that are shut and opened, passwords given and chosen, keys changed,
//! sessions seen and ended. Nobody does the others' part, and the district never loses one of the three.

use it::{
    NOBODY, PROVIDER, Reply, Site,
    world::{Demand, Sharing, text},
};
use platform::testkit::PASSWORD;
use reqwest::Method;
use serde_json::{Value, json};

const SYSTEM: &str = "system.admin";
const SECURITY: &str = "security.admin";
const AUDIT: &str = "audit.admin";

async fn log_in(site: &Site, body: Value) -> Reply {
    site.send(site.request(Method::POST, "/sessions").json(&body)).await
}

/// Who a token is.
async fn me(site: &Site, token: &str) -> Reply {
    site.send(site.request(Method::GET, "/me").bearer_auth(token)).await
}

async fn person(site: &Site, login: &str) -> String {
    let found = site.get(SECURITY, &format!("/people?search={login}")).await.ok();
    text(&found["items"][0]["id"])
}

/// A password that somebody else has given opens the door once, to choose one's own; and not for long.
#[tokio::test(flavor = "multi_thread")]
async fn a_given_password_is_good_for_choosing_ones_own_and_for_nothing_else() {
    let site = Site::open().await;
    let before = text(&log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok()["token"]);
    let id = person(&site, PROVIDER).await;
    let given = text(&site.post(SECURITY, &format!("/people/{id}/password"), json!({})).await.ok()["password"]);
    me(&site, &before).await.has(401);
    log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.has(401);
    let told = log_in(&site, json!({ "login": PROVIDER, "password": given })).await.has(401);
    assert_eq!(told.json["fields"][0]["path"], "new_password", "{told}");
    let choosing = |new: &str| json!({ "login": PROVIDER, "password": given, "new_password": new });
    log_in(&site, choosing("short")).await.has(400).is("invalid_input");
    log_in(&site, choosing(&given)).await.has(401);
    let token = text(&log_in(&site, choosing("a password of my own")).await.ok()["token"]);
    assert_eq!(me(&site, &token).await.ok()["login"], PROVIDER);
    log_in(&site, choosing("another one of my own")).await.has(401);
    log_in(&site, json!({ "login": PROVIDER, "password": "a password of my own" })).await.ok();

    // Who comes too late asks for another one.
    let given = text(&site.post(SECURITY, &format!("/people/{id}/password"), json!({})).await.ok()["password"]);
    site.clock.set(it::instant("2026-03-05 09:01"));
    let late = json!({ "login": PROVIDER, "password": given, "new_password": "a password of my own" });
    assert!(log_in(&site, late).await.has(401).text().contains("no longer"));
    site.close().await;
}

/// One's own password is changed by whoever knows it, and every other session ends; guessing is counted as at the door.
#[tokio::test(flavor = "multi_thread")]
async fn ones_own_password_is_changed_by_whoever_knows_it() {
    let site = Site::open().await;
    let other = text(&log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok()["token"]);
    let own = site.token(PROVIDER).await.unwrap();
    let change = |old: &str, new: &str| json!({ "old": old, "new": new });
    site.put(PROVIDER, "/me/password", change("not it at all", "a new password")).await.has(400).is("invalid_input");
    site.put(PROVIDER, "/me/password", change(PASSWORD, PASSWORD)).await.has(400);
    site.put(PROVIDER, "/me/password", change(PASSWORD, "short")).await.has(400);
    site.put(PROVIDER, "/me/password", change(PASSWORD, "a new password")).await.has(204);
    me(&site, &own).await.ok();
    me(&site, &other).await.has(401);
    log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.has(401);
    log_in(&site, json!({ "login": PROVIDER, "password": "a new password" })).await.ok();
    site.close().await;
}

/// Whoever is shut out is out at once, and learns at the door no more than a stranger; nobody can shut out the last of the three.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_shut_out_is_out_at_once_and_the_last_administrator_never_is() {
    let site = Site::open().await;
    let token = text(&log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok()["token"]);
    let id = person(&site, PROVIDER).await;
    let shut = site.post(SYSTEM, &format!("/people/{id}/disable"), json!({})).await.ok();
    assert_eq!(shut["disabled"], true);
    me(&site, &token).await.has(401);
    let right = log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.has(401);
    let unknown = log_in(&site, json!({ "login": "nobody.at.all", "password": PASSWORD })).await.has(401);
    assert_eq!(right.json["detail"], unknown.json["detail"]);
    assert_eq!(site.get(AUDIT, "/people?disabled=true").await.ok()["total"], 1);
    site.post(SYSTEM, &format!("/people/{id}/enable"), json!({})).await.ok();
    log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok();

    for administrator in [SECURITY, AUDIT, SYSTEM] {
        let id = person(&site, administrator).await;
        site.post(SYSTEM, &format!("/people/{id}/disable"), json!({})).await.has(409).is("conflict");
    }
    let audit = person(&site, AUDIT).await;
    let taken = site.put(SECURITY, &format!("/people/{audit}/roles"), json!({ "roles": ["officer"] })).await;
    taken.has(409).is("conflict");
    let both = json!({ "roles": ["audit_administrator", "system_administrator"] });
    let both = site.put(SECURITY, &format!("/people/{audit}/roles"), both).await.has(400);
    assert!(both.text().contains("GB/T 22239"), "the separation is cited: {both}");
    site.close().await;
}

/// Five wrong attempts lock somebody out; the security administrator lets them try again, and no other.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_locked_out_is_let_in_by_the_security_administrator() {
    let site = Site::open().await;
    for _ in 0..5 {
        log_in(&site, json!({ "login": PROVIDER, "password": "wrong password" })).await.has(401);
    }
    log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.has(401);
    let id = person(&site, PROVIDER).await;
    site.post(SYSTEM, &format!("/people/{id}/unlock"), json!({})).await.has(403);
    assert_eq!(site.post(SECURITY, &format!("/people/{id}/unlock"), json!({})).await.ok()["locked_until"], Value::Null);
    log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok();
    site.close().await;
}

/// A second factor counts once its first code was shown: a picture that nobody read locks nobody out.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_counts_once_its_first_code_was_shown() {
    let site = Site::open().await;
    let shown = site.post(PROVIDER, "/me/totp", json!({})).await.ok();
    log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok();
    let confirm = |code: &str| json!({ "pending": shown["pending"], "code": code });
    site.post(PROVIDER, "/me/totp/confirmation", confirm("000000")).await.has(400).is("invalid_input");
    // Another's secret is not one's own.
    let other = site.post("housing.chief", "/me/totp/confirmation", confirm("000000")).await.has(400);
    assert_eq!(other.json["fields"][0]["path"], "pending");
    site.clock.set(it::instant("2026-03-02 09:16"));
    let late = site.post(PROVIDER, "/me/totp/confirmation", confirm("000000")).await.has(400);
    assert_eq!(late.json["fields"][0]["path"], "pending", "too late");
    log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok();
    site.close().await;
}

/// Everybody's sessions are seen by the security and the audit administrator, each with whose it is; the former ends them.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_seen_by_two_administrators_and_ended_by_one() {
    let site = Site::open().await;
    let token = text(&log_in(&site, json!({ "login": PROVIDER, "password": PASSWORD })).await.ok()["token"]);
    let all = site.get(SECURITY, "/sessions?all=true&open=true").await.ok();
    let lines = all["items"].as_array().unwrap();
    assert_eq!(lines.iter().filter(|line| line["current"] == true).count(), 1, "{all}");
    assert!(lines.iter().any(|line| line["current"] == true && line["login"] == SECURITY));
    let theirs = lines.iter().find(|line| line["login"] == PROVIDER).expect("the other's session");
    site.get(AUDIT, "/sessions?all=true").await.ok();
    site.get(SYSTEM, "/sessions?all=true").await.has(403);
    site.get(PROVIDER, "/sessions?all=true").await.has(403);
    let path = format!("/sessions/{}", text(&theirs["id"]));
    site.ask(AUDIT, Method::DELETE, &path, None).await.has(403);
    site.ask(SECURITY, Method::DELETE, &path, None).await.has(204);
    me(&site, &token).await.has(401);
    site.close().await;
}

/// A system proves itself with its new key and not with the old one, whose tokens end with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_is_the_only_one_that_counts() {
    let site = Site::open().await;
    let key = |seed: u8| sm::sign::SigningKey::from_bytes(&[seed; 32]).unwrap();
    let pem = |seed: u8| key(seed).verifying_key().to_spki_pem();
    let client = json!({ "organisation": site.organisation("transport"), "name": "核验系统", "public_key": pem(7),
        "expires_at": "2027-01-01T00:00:00Z" });
    let client = text(&site.post(SYSTEM, "/clients", client).await.ok()["id"]);
    let prove = |seed: u8, nonce: &'static str| {
        let timestamp = server::Clock::now(&*site.clock).as_second();
        let message = format!("gongshu-token\n{client}\n{timestamp}\n{nonce}");
        let signature = super::authorisation::base64(&key(seed).sign(message.as_bytes()).to_der());
        let body = json!({ "client": client, "timestamp": timestamp, "nonce": nonce, "signature": signature });
        site.post(NOBODY, "/gateway/v1/tokens", body)
    };
    let access = text(&prove(7, "0123456789abcdef").await.ok()["token"]);
    let listed = site.get(SYSTEM, "/clients").await.ok();
    assert!(listed["items"][0]["last_used_at"].is_string(), "the administrator sees every system: {listed}");
    site.put(SYSTEM, &format!("/clients/{client}/key"), json!({ "public_key": "no key" })).await.has(400);
    site.put(SYSTEM, &format!("/clients/{client}/key"), json!({ "public_key": pem(8) })).await.ok();
    me(&site, &access).await.has(401);
    prove(7, "1123456789abcdef").await.has(401);
    prove(8, "2123456789abcdef").await.ok();
    site.ask(SYSTEM, Method::DELETE, &format!("/clients/{client}"), None).await.has(204);
    site.put(SYSTEM, &format!("/clients/{client}/key"), json!({ "public_key": pem(9) })).await.has(409);
    site.close().await;
}

/// A closed organisation's people are out, and it comes back as it was; one that holds an office, or an administrator, stays open.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_organisation_is_left_by_everybody_and_an_office_is_never_closed() {
    let site = Site::open().await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    Demand::complete(&entry).ask(&site).await.ok();
    let transport = site.organisation("transport");
    let token = site.token("transport.executive").await.unwrap();
    let path = |what: &str| format!("/organisations/{transport}/{what}");
    assert_eq!(site.post(SYSTEM, &path("disable"), json!({})).await.ok()["disabled"], true);
    me(&site, &token).await.has(401);
    log_in(&site, json!({ "login": "transport.executive", "password": PASSWORD })).await.has(401);
    site.post(SYSTEM, &path("enable"), json!({})).await.ok();
    log_in(&site, json!({ "login": "transport.executive", "password": PASSWORD })).await.ok();
    for office in ["authority", "centre"] {
        let path = format!("/organisations/{}/disable", site.organisation(office));
        site.post(SYSTEM, &path, json!({})).await.has(409).is("conflict");
    }
    let renamed = json!({ "code": "transport", "name": "区交通运输委", "kind": "department" });
    let renamed = site.put(SYSTEM, &format!("/organisations/{transport}"), renamed).await.ok();
    assert_eq!((&renamed["name"], &renamed["office"]), (&json!("区交通运输委"), &Value::Null));
    let taken = json!({ "code": "transport", "name": "区交通委", "kind": "department", "office": "centre" });
    site.put(SYSTEM, &format!("/organisations/{transport}"), taken).await.has(409).is("conflict");
    let other = json!({ "code": "another", "name": "区交通委", "kind": "department" });
    site.put(SYSTEM, &format!("/organisations/{transport}"), other).await.has(400);
    site.close().await;
}

/// People are found by login, name and role, a page at a time; a new one without a password gets one for one time.
#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_and_a_new_one_is_given_a_password() {
    let site = Site::open().await;
    let found = site.get(SYSTEM, "/people?role=security_administrator").await.ok();
    assert_eq!((found["total"].as_u64(), &found["items"][0]["login"]), (Some(1), &json!(SECURITY)));
    assert_eq!(site.get(SYSTEM, "/people?search=%25").await.ok()["total"], 0, "a wildcard is a character");
    let new = json!({ "login": "new.one", "name": "新来的", "organisation": site.organisation("housing") });
    let made = site.post(SYSTEM, "/people", new).await.ok();
    assert_eq!(made["password_given"], true);
    let body =
        json!({ "login": "new.one", "password": made["one_time"]["password"], "new_password": "a password of my own" });
    log_in(&site, body).await.ok();
    let listed = site.get(AUDIT, "/people?search=新来").await.ok();
    assert_eq!(listed["items"][0]["password_given"], false);
    assert!(listed["items"][0]["last_login"].is_string(), "{listed}");
    site.close().await;
}
