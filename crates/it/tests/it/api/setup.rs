//! The first set-up of a district: by whoever has the code, once, and never in a store that has people.

use it::{NOBODY, Site, world::text};
use serde_json::{Value, json};

const PASSWORD: &str = "a password of my own";

fn administrator(kind: &str) -> Value {
    json!({ "role": format!("{kind}_administrator"), "login": format!("{kind}.one"), "name": "某某", "password": PASSWORD })
}

fn body(code: &str) -> Value {
    json!({ "code": code, "district": "某区", "area_code": "310105",
        "administrators": [administrator("system"), administrator("security"), administrator("audit")] })
}

async fn offered(site: &Site) -> String {
    let machine = site.district.machine();
    site.district.platform.offer_setup(&machine).await.unwrap().expect("an empty store offers its set-up")
}

/// The code opens the door once: three administrators can log in, each with one role; afterwards there is no second set-up, not
/// even with the code, and it stands in the log.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_store_is_set_up_once_by_its_code() {
    let site = Site::bare().await;
    assert_eq!(site.get(NOBODY, "/setup").await.ok()["needed"], false, "nothing was offered yet");
    let earlier = offered(&site).await;
    let code = offered(&site).await;
    let standing = site.get(NOBODY, "/setup").await.ok();
    assert_eq!((&standing["needed"], &standing["pack"]["id"]), (&json!(true), &json!("changning-2025")));
    site.post(NOBODY, "/setup", body(&earlier)).await.has(401).is("not_authenticated");
    let lower = code.to_lowercase().replace('-', " ");
    let done = site.post(NOBODY, "/setup", body(&lower)).await.ok();
    assert_eq!(
        (&done["needed"], &done["district"], &done["area_code"]),
        (&json!(false), &json!("某区"), &json!("310105"))
    );
    for kind in ["system", "security", "audit"] {
        let login = json!({ "login": format!("{kind}.one"), "password": PASSWORD });
        let token = text(&site.post(NOBODY, "/sessions", login).await.ok()["token"]);
        let me = site.send(site.request(reqwest::Method::GET, "/me").bearer_auth(token)).await.ok();
        assert_eq!(me["roles"], json!([format!("{kind}_administrator")]));
    }
    site.post(NOBODY, "/setup", body(&code)).await.has(409).is("conflict");
    assert!(
        site.district.platform.offer_setup(&site.district.machine()).await.unwrap().is_none(),
        "nor is it offered again"
    );
    site.district.platform.flush_log().await.unwrap();
    let log = crate::log::Leaves::of(&site);
    assert!(log.all().any(|leaf| leaf.said["rule"] == "district_set_up"), "the set-up stands in the log");
    site.close().await;
}

/// Of two who send the code at the same moment one sets the district up; there are three people and not six.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_set_up_at_once_one_does() {
    let site = Site::bare().await;
    let code = offered(&site).await;
    let (one, two) = tokio::join!(site.post(NOBODY, "/setup", body(&code)), site.post(NOBODY, "/setup", body(&code)));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one} {two}");
    let everybody = platform::identity::PeopleFilter::default();
    let people = site.district.platform.people(&site.district.machine(), &everybody, platform::Page::default()).await;
    assert_eq!(people.unwrap().total, 3);
    site.close().await;
}

/// Codes are not guessed: after five wrong ones nobody is heard for ten minutes, the right code included.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_counted() {
    let site = Site::bare().await;
    let code = offered(&site).await;
    for _ in 0..5 {
        site.post(NOBODY, "/setup", body("00000-00000-00000-00000")).await.has(401);
    }
    let shut = site.post(NOBODY, "/setup", body(&code)).await.has(429).is("rate_limited");
    assert!(shut.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=600).contains(&seconds)));
    site.clock.set(it::instant("2026-03-02 09:10"));
    site.post(NOBODY, "/setup", body(&code)).await.ok();
    site.close().await;
}

/// What cannot be a district's set-up is refused field by field, and the code stays good.
#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_that_cannot_be_is_refused_by_its_fields() {
    let site = Site::bare().await;
    let code = offered(&site).await;
    let with = |path: &str, value: Value| {
        let mut body = body(&code);
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    for (path, value, field) in [
        ("/district", json!("  "), "district"),
        ("/area_code", json!("3101"), "area_code"),
        ("/administrators/0/role", json!("audit_administrator"), "administrators"),
        ("/administrators/1/login", json!("system.one"), "administrators[1].login"),
        ("/administrators/2/password", json!("quux9"), "administrators[2].password"),
        ("/administrators/0/login", json!("Not A Login"), "administrators[0].login"),
    ] {
        let refused = site.post(NOBODY, "/setup", with(path, value)).await.has(400).is("invalid_input");
        assert_eq!(refused.json["fields"][0]["path"], field, "{refused}");
        assert!(!refused.text().contains("quux9"), "a password is not quoted");
    }
    let mut other = body(&code);
    other["pack"] = json!("putuo-2023");
    assert_eq!(site.post(NOBODY, "/setup", other).await.has(400).json["fields"][0]["path"], "pack");
    site.post(NOBODY, "/setup", body(&code)).await.ok();
    site.close().await;
}

/// A store that has people offers no set-up.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_people_is_never_set_up() {
    let site = Site::open().await;
    assert!(site.district.platform.offer_setup(&site.district.machine()).await.unwrap().is_none());
    assert_eq!(site.get(NOBODY, "/setup").await.ok()["needed"], false);
    site.post(NOBODY, "/setup", body("00000-00000-00000-00000")).await.has(409);
    site.close().await;
}
