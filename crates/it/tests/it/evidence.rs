//! Evidence fetched over HTTP proves itself offline, and nothing personal gets into leaves, logs or errors (I8).

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock},
};

use it::{
    CENTRE, DEMANDER, NOBODY, PROVIDER, Site,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};
use tlog::{Evidence, evidence::verify};
use tracing_subscriber::fmt::MakeWriter;

/// A district with a service that was called once: (site, case of the request, answer of the call, service).
async fn used() -> (Site, String, Value, String) {
    let site = Site::open().await;
    let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
    let service = site.granted(&Demand::complete(&entry)).await;
    let call = site.call(&service).await.ok();
    let request = site.get(DEMANDER, &format!("/services/{service}")).await.ok()["request"].clone();
    let case = text(&site.get(DEMANDER, &format!("/sharing-requests/{}", text(&request))).await.ok()["case"]);
    (site, case, call, service)
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_an_act_verifies_offline_and_with_openssl() {
    let (site, case, _, _) = used().await;
    let keys = site.district.platform.log_keys();
    for act in site.case(PROVIDER, &case).await["timeline"].as_array().unwrap() {
        let id = text(&act["id"]);
        let file = site.get(PROVIDER, &format!("/acts/{id}/evidence?disclose=true")).await.ok().to_string();
        let evidence = Evidence::parse(&file).unwrap();
        verify(&evidence, Some(&keys)).unwrap();
        let leaf: Value = serde_json::from_slice(&evidence.leaf_bytes().unwrap()).unwrap();
        assert_eq!((&leaf["id"], &leaf["act"], &leaf["articles"]), (&act["id"], &act["act"], &act["articles"]));
        openssl_agrees(&evidence);
        // A changed leaf, and another operator's key, are noticed.
        let mut forged = evidence.clone();
        forged.leaf = forged.leaf.replace('A', "B").replace('e', "f");
        assert!(verify(&forged, Some(&keys)).is_err(), "a changed leaf verifies");
        let foreign = tlog::TrustedKeys::of_secrets(&sm::sign::SigningKey::from_bytes(&[9; 32]).unwrap(), &[9; 32]);
        assert!(verify(&evidence, Some(&foreign)).is_err(), "evidence verifies under a foreign key");
    }
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_a_call_verifies_offline_and_with_openssl() {
    let (site, _, call, service) = used().await;
    let (id, index) = (text(&call["call"]), call["use"]["index"].as_u64().unwrap());
    let path = format!("/calls/{id}/evidence?service={service}&index={index}");
    for party in [DEMANDER, PROVIDER] {
        let file = site.get(party, &path).await.ok().to_string();
        let evidence = Evidence::parse(&file).unwrap();
        verify(&evidence, Some(&site.district.platform.log_keys())).unwrap();
        let leaf: Value = serde_json::from_slice(&evidence.leaf_bytes().unwrap()).unwrap();
        assert_eq!((&leaf["id"], &leaf["service"]), (&call["call"], &json!(service)));
        assert_eq!(leaf["fields"], call["fields"]);
        openssl_agrees(&evidence);
    }
    site.get(NOBODY, &path).await.has(401);
    site.close().await;
}

/// The published tiles alone, as a foreign auditor fetches them, agree with the checkpoint of the API.
#[tokio::test(flavor = "multi_thread")]
async fn the_published_log_is_served_as_tiles() {
    let (site, _, _, _) = used().await;
    site.district.platform.flush_log().await.unwrap();
    let note = site.get(NOBODY, "/log/acts-permanent/2026/checkpoint").await.has(200);
    let size: u64 = note.text().lines().nth(1).unwrap().parse().unwrap();
    assert!(size > 5);
    let api = site.get(NOBODY, "/api/v1/log/acts-permanent/2026/checkpoint").await.ok();
    assert!(api["size"].as_u64().unwrap() >= size);
    assert_eq!(site.get(NOBODY, "/log/acts-permanent/2026/tile/0/x999/999").await.status, 404);
    for outside in [
        "/log/acts-permanent/2026/../../control.db",
        "/log/acts-permanent/2026/%2e%2e/%2e%2e/x",
        "/log/../keys/x/checkpoint",
    ] {
        assert!(site.get(NOBODY, outside).await.status >= 400, "`{outside}` is served");
    }
    site.close().await;
}

/// I8: who called, and who logged in, is told by the leaves alone, and those are read by whoever may read the log. Checkpoints and
/// hashes are everybody's all the same, and so are the leaves of acts.
#[tokio::test(flavor = "multi_thread")]
async fn leaves_that_tell_who_did_something_are_read_by_auditors_only() {
    let (site, _, call, service) = used().await;
    site.district.platform.flush_log().await.unwrap();
    // Calls are published with the next checkpoint, or when somebody asks for a proof.
    let (id, index) = (text(&call["call"]), &call["use"]["index"]);
    site.get(DEMANDER, &format!("/calls/{id}/evidence?service={service}&index={index}")).await.ok();
    let calls = format!("/log/calls-3y/{}", text(&call["use"]["period"]));
    for (shard, public) in
        [("/log/acts-permanent/2026", true), ("/log/administration-permanent/2026", false), (calls.as_str(), false)]
    {
        let note = site.get(NOBODY, &format!("{shard}/checkpoint")).await.has(200);
        let size: u64 = note.text().lines().nth(1).unwrap().parse().unwrap();
        assert!((1..256).contains(&size), "{shard} has {size} leaves");
        for tree in ["tile/0", "sm3/tile/0"] {
            site.get(NOBODY, &format!("{shard}/{tree}/000.p/{size}")).await.has(200);
        }
        let leaves = format!("{shard}/tile/entries/000.p/{size}");
        let statuses = if public { [200, 200, 200] } else { [401, 403, 200] };
        for (who, status) in [NOBODY, DEMANDER, "audit.admin"].into_iter().zip(statuses) {
            let answer = site.get(who, &leaves).await.has(status);
            let kept = if status == 200 && public { "public, max-age=31536000, immutable" } else { "no-store" };
            assert_eq!(answer.header("cache-control"), kept, "{leaves} as `{who}`");
        }
        // Whether a bundle exists is not told either.
        let nothing = site.get(NOBODY, &format!("{shard}/tile/entries/x009/000")).await;
        assert_eq!(nothing.status, if public { 404 } else { 401 });
    }
    site.close().await;
}

/// Has `sh VERIFY.txt` check the exported evidence: two signatures and two paths, with nothing of ours.
fn openssl_agrees(evidence: &Evidence) {
    let dir = tempfile::tempdir().unwrap();
    tlog::openssl::export_openssl(evidence, dir.path()).unwrap();
    let Ok(done) = Command::new("sh").arg("VERIFY.txt").current_dir(dir.path()).output() else {
        eprintln!("SKIPPED: checking evidence with openssl; there is no `sh`");
        return;
    };
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    if said.contains("openssl: not found") {
        eprintln!("SKIPPED: checking evidence with openssl; there is no `openssl`");
        return;
    }
    assert!(done.status.success(), "openssl does not agree: {said}");
}

/// I8. Values that only persons have are planted wherever a value can be written; afterwards every file of the log, every line of
/// the application's log and every error answer is searched for each of them.
#[tokio::test(flavor = "multi_thread")]
async fn no_personal_value_appears_in_leaves_logs_or_errors() {
    let captured = capture();
    const IDS: [&str; 4] = ["310105199001010015", "310105198502020026", "31010519770707001X", "13917654321"];
    const NAMES: [&str; 3] = ["欧阳不存在", "zhangsan@example.invalid", "上海市长宁区某路一弄二号三零四室"];
    let planted: Vec<&str> = IDS.into_iter().chain(NAMES).collect();
    let all = planted.join(" ");
    let (site, case, _, service) = used().await;
    let mut errors: Vec<String> = Vec::new();

    // In papers, facts, free texts, titles.
    let entry = site.published(&format!("名单{}", IDS[2]), &Sharing::of("conditional")).await;
    let more =
        json!({ "scenario": all, "legal_basis": all, "scope": all, "business_goal": all, "purpose": "aid_check" });
    let asked = Demand { more, ..Demand::complete(&entry) }.ask(&site).await.ok();
    let open = text(&asked["receipt"]["case"]);
    let body = json!({ "act": "refuse", "role": "provider", "papers": { "refusal_reason": all, "legal_basis": all } });
    site.act(PROVIDER, &open, body).await;
    // By the public, who is not logged in.
    let objection = json!({ "entry": entry, "statement": all, "contact": IDS[3] });
    site.post(NOBODY, "/objections", objection.clone()).await.ok();
    // In acts that are refused, in bodies that are no good, in keys, paths and queries.
    let bad = [
        site.post(NOBODY, "/objections", json!({ "entry": entry, "statement": all.repeat(100) })).await,
        site.post(NOBODY, "/objections", json!({ "entry": entry, "statement": "错", "contact": all.repeat(100) }))
            .await,
        site.get(NOBODY, &format!("/objections/{}", IDS[0])).await,
        site.act(PROVIDER, &case, json!({ "act": "approve", "papers": { "reply": all } })).await,
        site.act(PROVIDER, &case, json!({ "act": "approve", "facts": { "sharing_type": all } })).await,
        site.post(PROVIDER, "/entries", json!({ "title": all, "sharing": { "kind": all } })).await,
        site.post(PROVIDER, "/entries", json!({ "title": "x".repeat(300) + &all })).await,
        site.post(NOBODY, "/sessions", json!({ "login": IDS[0], "password": all })).await,
        site.look_up(DEMANDER, &service, json!({ "key_column": "id_number", "key": IDS[1], "purpose": "aid_check" }))
            .await,
        site.look_up(DEMANDER, &service, json!({ "key_column": "id_number", "key": IDS[1], "purpose": "no" })).await,
        site.look_up(
            DEMANDER,
            &service,
            json!({ "key_column": "code", "key": IDS[1].repeat(60), "purpose": "aid_check" }),
        )
        .await,
        site.look_up(DEMANDER, &service, json!({ "key_column": "code", "key": [IDS[0]], "purpose": "aid_check" }))
            .await,
        site.get(PROVIDER, &format!("/entries/{}", IDS[0])).await,
        site.get(PROVIDER, &format!("/entries?duty={}", IDS[0])).await,
        site.get(PROVIDER, &format!("/{}", IDS[0])).await,
        site.get(CENTRE, &format!("/cases/{}/possible", IDS[0])).await,
    ];
    errors.extend(bad.into_iter().filter(|reply| !reply.succeeded()).map(|reply| reply.text()));
    // In rows, good and bad, and in files that are refused.
    let rows = format!(
        "code,id_number,name,street,amount\nB1,{},{},{},many{}\n,{},{},x,3\nB3,{},{},x,1\n",
        IDS[0], NAMES[0], NAMES[2], IDS[3], IDS[1], NAMES[0], IDS[2], NAMES[0]
    );
    site.load(PROVIDER, &entry, "rows.csv", rows).await.ok();
    let refused =
        site.load(PROVIDER, &entry, "bad.csv", format!("{},{}\n{},{}\n", IDS[0], NAMES[0], IDS[1], NAMES[1])).await;
    errors.push(refused.text());
    site.district.platform.flush_log().await.unwrap();

    let root = site.district.platform.settings().log_root.clone();
    site.close_keeping(|folder| {
        for value in &planted {
            for error in &errors {
                assert!(!error.contains(value), "an error tells `{value}`: {error}");
            }
            let lines = captured.text();
            let line = lines.lines().find(|line| line.contains(value));
            assert!(line.is_none(), "the application log tells `{value}`: {}", line.unwrap_or_default());
            search(&root, value);
            assert!(root.starts_with(folder));
        }
        assert!(captured.text().contains("http.route"), "nothing was captured, so nothing was searched");
    })
    .await;
}

/// Fails where any file under a folder holds a value, in clear or in base64 or hex.
fn search(folder: &Path, value: &str) {
    let needle = value.as_bytes();
    for file in files(folder) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "`{value}` stands in {}", file.display());
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Everything that the application logs in this process from now on.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn capture() -> Captured {
    static CAPTURED: OnceLock<Captured> = OnceLock::new();
    let captured = CAPTURED.get_or_init(|| {
        let captured = Captured::default();
        // Everything at every level of our own crates; other crates log what their authors like at trace level.
        let filter = "debug,server=trace,platform=trace,law=trace,tlog=trace,hyper=info,reqwest=info,h2=info,sqlx=info";
        let logs = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(captured.clone());
        logs.try_init().expect("nothing else captures the log");
        captured
    });
    captured.clone()
}
