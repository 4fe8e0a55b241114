//! What every operation owes its callers: a description that is true, errors in one shape, bounded pages and bodies, repetition
//! without harm, and no trust in anything that was sent.

use it::{
    AUTHORITY, CENTRE, DEMANDER, NOBODY, PROVIDER, Site, Store,
    world::{Demand, Sharing, entry_body, text},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::document;

/// The reference in the repository is what the server answers.
#[tokio::test(flavor = "multi_thread")]
async fn the_served_description_is_the_one_in_the_reference() {
    let site = Site::open().await;
    let served = site.get(NOBODY, "/openapi.json").await.ok();
    assert_eq!(served, document(), "the router serves another description than the crate gives out");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    match std::fs::read(&path) {
        Ok(kept) => {
            let kept: Value = serde_json::from_slice(&kept).unwrap();
            assert!(kept == served, "docs/reference/openapi.json is stale: run `cargo xtask gen`");
        }
        Err(_) => eprintln!("SKIPPED: comparing with docs/reference/openapi.json, which does not exist"),
    }
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_the_request_itself_are_problems_too() {
    let site =
        Site::open_with(Store::Memory, platform::testkit::START, |_| {}, |bounds| bounds.file_bytes = 4096).await;
    let token = site.token(PROVIDER).await.unwrap();
    let send = |kind: &'static str, body: Vec<u8>| {
        let request = site.request(Method::POST, "/duties").bearer_auth(&token).header("content-type", kind).body(body);
        site.send(request)
    };
    send("application/json", b"{\"code\":".to_vec()).await.has(400).is("invalid_input");
    send("application/json", b"{} {}".to_vec()).await.has(400).is("invalid_input");
    send("application/json", vec![0xff, 0xfe, 0x00]).await.has(400).is("invalid_input");
    send("text/plain", b"{}".to_vec()).await.has(415).is("unsupported_media_type");
    send("application/x-www-form-urlencoded", b"code=1".to_vec()).await.has(415).is("unsupported_media_type");
    let long = json!({ "code": "x".repeat(2 << 20), "name": "n", "basis": "b" }).to_string().into_bytes();
    send("application/json", long).await.has(413).is("limit_exceeded");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
    send("application/json", deep).await.has(400).is("invalid_input");
    let unknown =
        site.post(PROVIDER, "/duties", json!({ "code": "1", "name": "n", "basis": "b", "owner": "me" })).await;
    let unknown = unknown.has(400).is("invalid_input");
    assert!(unknown.text().contains("owner"), "it says which field: {unknown}");

    site.ask(PROVIDER, Method::PATCH, "/duties", None).await.has(405).is("method_not_allowed");
    site.get(PROVIDER, "/no/such/path").await.has(404).is("not_found");
    site.get(PROVIDER, "/cases/not-a-uuid").await.has(400).is("invalid_input");
    site.get(PROVIDER, "/cases?ended=perhaps").await.has(400).is("invalid_input");

    let entry = site.published("小文件", &Sharing::of("conditional")).await;
    site.load(PROVIDER, &entry, "big.csv", vec![b'a'; 10_000]).await.has(413).is("limit_exceeded");
    let empty = site.load(PROVIDER, &entry, "none.csv", Vec::new()).await.has(422).is("file_refused");
    assert_eq!(empty.json["reasons"][0]["code"], "empty", "{empty}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_bounded_and_add_up() {
    let site = Site::open().await;
    for number in 0..7 {
        site.duty(&format!("D{number}")).await;
    }
    for path in ["/duties", "/organisations", "/cases", "/entries", "/notices", "/services", "/sharing-requests"] {
        site.get(PROVIDER, &format!("{path}?limit=201")).await.has(413).is("limit_exceeded");
        site.get(PROVIDER, &format!("{path}?limit=0")).await.has(400).is("invalid_input");
        site.get(PROVIDER, &format!("{path}?limit=-1")).await.has(400).is("invalid_input");
        site.get(PROVIDER, &format!("{path}?offset=18446744073709551615")).await.has(413).is("limit_exceeded");
        site.get(PROVIDER, &format!("{path}?limit=200&offset=0")).await.ok();
    }
    let mut codes = Vec::new();
    for offset in [0, 3, 6, 9] {
        let page = site.get(PROVIDER, &format!("/duties?limit=3&offset={offset}")).await.ok();
        assert_eq!(page["total"], 7);
        codes.extend(page["items"].as_array().unwrap().iter().map(|duty| text(&duty["code"])));
    }
    assert_eq!(codes, ["D0", "D1", "D2", "D3", "D4", "D5", "D6"]);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeating_an_act_with_its_key_repeats_nothing() {
    let site = Site::open().await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    let asked = Demand::complete(&entry).ask(&site).await.ok();
    let case = text(&asked["receipt"]["case"]);
    let token = site.token(PROVIDER).await.unwrap();
    let act = |key: &'static str, body: Value| {
        let request = site.request(Method::POST, &format!("/cases/{case}/acts")).bearer_auth(&token);
        site.send(request.header("idempotency-key", key).json(&body))
    };
    let approve = json!({ "act": "approve", "role": "provider" });
    // At once, as an impatient program does it.
    let (one, two, three) =
        tokio::join!(act("k1", approve.clone()), act("k1", approve.clone()), act("k1", approve.clone()));
    let (one, two, three) = (one.ok(), two.ok(), three.ok());
    assert_eq!((&one["act"], &one["act"]), (&two["act"], &three["act"]), "one act, one receipt");
    assert_eq!(act("k1", approve.clone()).await.ok()["act"], one["act"]);
    let timeline = site.case(PROVIDER, &case).await["timeline"].as_array().unwrap().len();
    assert_eq!(timeline, 2, "submitted once, approved once");
    act("k1", json!({ "act": "refuse", "role": "provider" })).await.has(409).is("conflict");
    act("", approve.clone()).await.has(400).is("invalid_input");
    // Without a key the law itself refuses the second one.
    act("k2", approve).await.has(422).is("act_refused");
    let services = site.get(DEMANDER, "/services").await.ok();
    assert_eq!(services["total"], 1, "one approval, one service");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_saw_an_older_version_is_told_so() {
    let site = Site::open().await;
    let drafted = site.draft("名单", &Sharing::of("conditional")).await.ok();
    let (entry, case) = (text(&drafted["entry"]["id"]), text(&drafted["receipt"]["case"]));
    let duty = text(&drafted["entry"]["draft"]["duty"]);
    let edit = |version: u64| {
        let body = entry_body("新名", &duty, &Sharing::of("conditional"));
        let path = format!("/entries/{entry}?expected_version={version}");
        let site = &site;
        async move { site.put(PROVIDER, &path, body).await }
    };
    edit(1).await.ok();
    edit(1).await.has(409).is("conflict");
    let stale = json!({ "act": "submit", "expected_version": 99 });
    site.act(PROVIDER, &case, stale).await.has(409).is("conflict");
    site.close().await;
}

/// With the cookie alone another site can make a browser send things; it must not be able to change anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_alone_never_changes_anything_over_http() {
    let site = Site::open().await;
    let login = json!({ "login": PROVIDER, "password": platform::testkit::PASSWORD });
    let reply = site.post(NOBODY, "/sessions", login.clone()).await;
    let cookie = reply.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let duty = |headers: &'static [(&'static str, &'static str)]| {
        let mut request = site.request(Method::POST, "/duties").header("cookie", &cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        site.send(request.json(&json!({ "code": format!("{headers:?}"), "name": "职责", "basis": "条例" })))
    };
    duty(&[]).await.has(403).is("not_permitted");
    duty(&[("sec-fetch-site", "cross-site")]).await.has(403);
    duty(&[("sec-fetch-site", "same-site")]).await.has(403);
    duty(&[("origin", "https://evil.example")]).await.has(403);
    assert_eq!(site.get(PROVIDER, "/duties").await.ok()["total"], 0, "nothing was changed");
    duty(&[("x-gongshu-request", "1")]).await.ok();
    duty(&[("sec-fetch-site", "same-origin")]).await.ok();
    site.send(site.request(Method::GET, "/me").header("cookie", &cookie)).await.ok();
    // Nor can it log a browser in as somebody else.
    let forced = site.request(Method::POST, "/sessions").header("sec-fetch-site", "cross-site").json(&login);
    site.send(forced).await.has(403);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_in_texts_come_back_inert() {
    let site = Site::open().await;
    let script = "<script>alert(1)</script>\"'<img src=x onerror=alert(2)>";
    let duty = json!({ "code": "D1", "name": script, "basis": script, "description": script });
    site.post(PROVIDER, "/duties", duty).await.ok();
    let organisation = json!({ "code": "evil", "name": script, "kind": "department" });
    site.post("system.admin", "/organisations", organisation).await.ok();
    let listed = site.get(PROVIDER, "/duties").await;
    assert_eq!(listed.json["items"][0]["name"], script, "what was written is kept as it is");
    for (who, path) in
        [(PROVIDER, "/duties"), (PROVIDER, "/organisations"), (NOBODY, "/entries?text=<script>"), (NOBODY, "/")]
    {
        let reply = site.get(who, path).await;
        let kind = reply.header("content-type").to_owned();
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        let policy = reply.header("content-security-policy").to_owned();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("script-src 'unsafe-inline'"),
            "{path}: {policy}"
        );
        assert!(kind.contains("json") || !reply.text().contains("<script>alert"), "{path} carries a script: {kind}");
    }
    // A page for people that shows an organisation's name shows it as text.
    assert!(!site.get(NOBODY, "/").await.text().contains("<img src=x"));
    site.close().await;
}

/// Facts decide what the law does, so nobody states them for their own benefit: what a slice derives is taken from the slice.
#[tokio::test(flavor = "multi_thread")]
async fn only_facts_that_nothing_else_can_know_are_taken_from_an_actor() {
    let site = Site::of_pack("putuo-2023", "2026-03-02 09:00").await;
    let drafted = site.draft("名单", &Sharing { conditions_stated: false, ..Sharing::of("conditional") }).await.ok();
    let case = text(&drafted["receipt"]["case"]);
    let book = platform::testkit::book().unwrap();
    for (fact, word) in &book.vocabulary().facts {
        if word.stated {
            let body =
                json!({ "act": "submit", "role": "provider", "facts": { fact.as_str(): "no value of any fact" } });
            assert_eq!(
                site.act(PROVIDER, &case, body).await.code(),
                "invalid_input",
                "`{fact}` took a value it cannot take"
            );
            continue;
        }
        for value in [json!(true), json!(5), json!("2026-03-02T01:00:00Z"), json!("unconditional"), json!("none")] {
            let body = json!({ "act": "submit", "role": "provider", "facts": { fact.as_str(): value } });
            let reply = site.act(PROVIDER, &case, body).await;
            assert_eq!(
                (reply.status, reply.code()),
                (400, "invalid_input"),
                "`{fact}` was taken from an actor: {reply}"
            );
        }
    }
    assert_eq!(site.case(PROVIDER, &case).await["state"], "drafting", "and nothing has moved");
    let unknown = json!({ "act": "submit", "facts": { "no_such_fact": true } });
    site.act(PROVIDER, &case, unknown).await.has(400).is("invalid_input");

    // Nor at the opening of a case.
    let gate = json!({
        "procedure": "catalogue_duty", "subject_kind": "project", "subject": "018f0000-0000-7000-8000-000000000001",
        "provider": site.organisation("housing"), "act": "report_start", "role": "provider", "facts": { "catalogued": true },
    });
    site.post(PROVIDER, "/cases", gate).await.has(400).is("invalid_input");
    site.close().await;
}

/// Procedures with a slice of their own are opened by that slice only: a case without its entry, request or service would
/// be a shell about nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_belongs_to_a_slice_is_not_opened_by_hand() {
    let site = Site::open().await;
    for (procedure, kind, act, role, who) in [
        ("catalogue_entry", "entry", "draft", "provider", PROVIDER),
        ("sharing_request", "request", "submit", "demander", DEMANDER),
        ("sharing_service", "service", "open", "platform", DEMANDER),
        ("collection", "entry", "open", "platform", PROVIDER),
    ] {
        let body = json!({
            "procedure": procedure, "subject_kind": kind, "subject": "018f0000-0000-7000-8000-000000000001",
            "provider": site.organisation("housing"), "demander": site.organisation("transport"), "act": act, "role": role,
        });
        let reply = site.post(who, "/cases", body).await;
        assert!((400..500).contains(&reply.status), "`{procedure}` was opened by hand: {reply}");
    }
    assert_eq!(site.get(AUTHORITY, "/cases").await.ok()["total"], 0);
    site.close().await;
}

/// I1: whatever the state of governance is, acts made it; each cites an article of the pack in force.
#[tokio::test(flavor = "multi_thread")]
async fn every_act_cites_an_article_or_a_platform_rule() {
    let site = Site::open().await;
    let entry = site.collected("名单", &Sharing::of("conditional")).await;
    let service = site.granted(&Demand::complete(&entry)).await;
    site.call(&service).await.ok();
    site.advance(it::instant("2026-12-31 00:00")).await;
    let book = platform::testkit::book().unwrap();
    let pack = book.pack(&"changning-2025".into()).unwrap();
    let cases = site.get(CENTRE, "/cases?limit=200").await.ok();
    let mut acts = 0;
    for case in cases["items"].as_array().unwrap() {
        for act in site.case(CENTRE, &text(&case["id"])).await["timeline"].as_array().unwrap() {
            let articles = act["articles"].as_array().unwrap();
            assert!(!articles.is_empty(), "{act}");
            for article in articles {
                assert!(
                    pack.articles.contains_key(&law::ArticleId::new(text(article))),
                    "{act} cites no article of the pack"
                );
            }
            acts += 1;
        }
    }
    assert!(acts > 8, "only {acts} acts were looked at");
    site.district.platform.flush_log().await.unwrap();
    let log = crate::log::Leaves::of(&site);
    for leaf in log.all() {
        let cites = leaf.said["articles"].as_array().is_some_and(|articles| !articles.is_empty());
        let by_rule = leaf.said["rule"].as_str().is_some_and(|rule| !rule.is_empty());
        assert!(
            cites || by_rule || leaf.said["kind"] == "use",
            "leaf {} of {} cites nothing: {}",
            leaf.index,
            leaf.shard,
            leaf.said
        );
    }
    site.close().await;
}
