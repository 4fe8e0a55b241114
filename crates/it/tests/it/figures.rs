//! The district's figures over HTTP, and counted again from the log alone: by the platform, and by somebody with a copy (I10).

use std::process::Command;

use it::{
    NOBODY, Site,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};

use super::node::binary;

const AUDIT: &str = "audit.admin";

/// A district in which every figure but the breaches has something to count.
async fn busy() -> (Site, Value) {
    let site = Site::open().await;
    let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
    let service = site.granted(&Demand::complete(&entry)).await;
    let call = site.call(&service).await.ok();
    let machine = site.district.machine();
    site.district.platform.count_uses(&machine).await.unwrap();
    (site, call)
}

/// I10: the figures of the first page are those of the list, and those that the leaves of a copied log give when they are counted
/// by the command on another machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_copied_log_is_recounted_offline_to_the_same_figures() {
    let (site, _) = busy().await;
    let recounted = site.post(AUDIT, "/figures/recount", json!({})).await.ok();
    assert_eq!(recounted["equal"], true, "{recounted:#}");
    let (listed, state) = (site.get(AUDIT, "/figures").await.ok(), site.get(NOBODY, "/state").await.ok());
    for figure in listed["figures"].as_array().unwrap() {
        let name = text(&figure["name"]);
        let again = recounted["figures"].as_array().unwrap().iter().find(|again| again["name"] == figure["name"]);
        assert_eq!(again.unwrap()["recounted"], figure["value"], "{name}");
        if let Some(count) = state[&name].as_u64() {
            assert_eq!(figure["value"], count, "{name}");
        }
    }
    let Some(binary) = binary("recounting a copied log") else { return site.close().await };
    let copy = tempfile::tempdir().unwrap();
    let keys = site.get(NOBODY, "/api/v1/log/keys").await.ok();
    let public = json!({"sm2_pem": keys["sm2_pem"], "ed25519_pem": keys["ed25519_pem"]});
    std::fs::write(copy.path().join("keys.json"), public.to_string()).unwrap();
    let log = site.district.platform.settings().log_root.clone();
    site.district.platform.publish_uses().await.unwrap();
    let copied = Command::new("cp").arg("-r").arg(&log).arg(copy.path().join("log")).status().unwrap();
    assert!(copied.success());
    let recount = |folders: &[&str]| {
        let mut command = Command::new(&binary);
        command.args(["log", "recount", "--json", "--keys", "keys.json"]).args(folders).current_dir(copy.path());
        command.output().unwrap()
    };
    let done = recount(&["log"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let offline: Value = serde_json::from_slice(&done.stdout).unwrap();
    for figure in recounted["figures"].as_array().unwrap() {
        let again = offline["figures"].as_array().unwrap().iter().find(|again| again["name"] == figure["name"]);
        assert_eq!(again.unwrap()["value"], figure["recounted"], "{}", figure["name"]);
    }
    assert!(!recount(&["log", "log/acts-permanent/2026"]).status.success(), "a shard is not counted twice");
    let entries = copy.path().join("log/acts-permanent/2026/tile/entries");
    std::fs::remove_dir_all(entries).unwrap();
    let damaged = recount(&["log"]);
    assert!(!damaged.status.success() && damaged.stdout.is_empty(), "what `log fsck` finds unsound is not counted");
    site.close().await;
}

/// Whatever stands at a place of the log can be proved by the place alone, with the public keys that anybody can fetch.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_proved_by_its_place() {
    let (site, call) = busy().await;
    let keys = site.get(NOBODY, "/api/v1/log/keys").await.ok();
    let trusted = tlog::TrustedKeys::from_pem(&text(&keys["sm2_pem"]), &text(&keys["ed25519_pem"])).unwrap();
    let acts = site.get(AUDIT, "/acts?limit=3").await.ok();
    let mut places = vec![json!({"class": "administration-permanent", "period": "2026", "index": 0})];
    places.extend(acts["items"].as_array().unwrap().iter().map(|act| act["log"].clone()).filter(|log| !log.is_null()));
    places.push(json!({"class": "calls-3y", "period": call["use"]["period"], "index": call["use"]["index"]}));
    assert!(places.len() > 2, "the log has some of the acts");
    for place in &places {
        let (class, period) = (text(&place["class"]), text(&place["period"]));
        let path = format!("/api/v1/log/{class}/{period}/entries/{}/evidence", place["index"]);
        let file = site.get(AUDIT, &path).await.ok();
        let evidence = tlog::Evidence::parse(&file.to_string()).unwrap();
        assert!(tlog::evidence::verify(&evidence, Some(&trusted)).unwrap().keys_trusted);
        assert_eq!(&file["index"], &place["index"]);
        let known = keys["shards"].as_array().unwrap().iter().find(|shard| shard["origin"] == file["origin"]).unwrap();
        assert_eq!(known["ed25519_vkey"], file["keys"]["ed25519_vkey"]);
    }
    for (path, hint) in [
        ("/api/v1/log/calls-3y/1999-01/entries/0/evidence", "nothing was logged"),
        ("/api/v1/log/acts-permanent/2026/entries/999999/evidence", "its entries are 0 to"),
        ("/api/v1/log/calls-3y/1999-01/checkpoint", "nothing was logged"),
        ("/api/v1/log/no-such-class/2026/checkpoint", "the log has the classes"),
    ] {
        let refused = site.get(AUDIT, path).await.has(404);
        assert!(text(&refused.json["hint"]).contains(hint), "{path}: {}", refused.json);
    }
    site.close().await;
}
