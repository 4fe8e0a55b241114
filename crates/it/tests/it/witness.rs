//! A witness on the network, as the city would run it: it cosigns what the district publishes, it notices a log that was
//! rewritten, and nothing in the district waits for it.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use it::{CENTRE, NOBODY, PROVIDER, Site, world::Sharing, world::text};
use platform::ledger::{AskWitness, LogWitness, WitnessAnswer};
use serde_json::Value;
use server::{Clock, witness::WitnessServer};
use tlog::{
    Evidence, Reader, Shard, SignedCheckpoint, Signers, Witness,
    evidence::verify_witnessed,
    note::NoteKey,
    witness::{Folder, Submission},
};
use tokio::{net::TcpListener, task::JoinHandle};

const NAME: &str = "witness.city.example";
const ACTS: &str = "acts-permanent/2026";

/// Asks as the product does, by a client of the tests.
struct Ask(reqwest::Client);

#[async_trait]
impl AskWitness for Ask {
    async fn ask(&self, url: &str, body: String) -> Result<WitnessAnswer, String> {
        let answer = self.0.post(format!("{url}/add-checkpoint")).body(body).send().await;
        let answer = answer.map_err(|_| "it cannot be reached".to_owned())?;
        let status = answer.status().as_u16();
        Ok(WitnessAnswer { status, body: answer.text().await.map_err(|_| "it broke off".to_owned())? })
    }
}

/// A witness that runs.
struct Running {
    key: NoteKey,
    base: String,
    served: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Over the memory in a folder, for the log of a district.
    async fn over(folder: &Path, site: &Site) -> Self {
        let platform = &site.district.platform;
        let log = NoteKey::parse(&platform.witnesses().unwrap().vkey).unwrap();
        let witness = Witness::new(NAME, &[5; 32], vec![log], Folder::open(folder).unwrap()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let key = witness.key().clone();
        let clock: Arc<dyn Clock> = site.clock.clone();
        let served = tokio::spawn(WitnessServer::serve(listener, witness, clock, std::future::pending()));
        Self { key, base, served }
    }

    /// The platform's name for it.
    fn asked(&self) -> LogWitness {
        LogWitness::parse(&format!("{}={}", self.key.vkey(), self.base)).unwrap()
    }

    async fn post(&self, body: String) -> (u16, String, String) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.post(format!("{}/add-checkpoint", self.base)).body(body).send().await.unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        (answer.status().as_u16(), kind.unwrap_or_default(), answer.text().await.unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn follow(site: &Site, witnesses: Vec<LogWitness>) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    site.district.platform.follow_witnesses(witnesses, Arc::new(Ask(http))).await.unwrap();
}

/// Asks now, and gives what is then shown of the shard of acts: (standing, checkpoint).
async fn cosigned(site: &Site) -> (Value, Value) {
    site.district.platform.flush_log().await.unwrap();
    site.district.platform.ask_witnesses().await.unwrap();
    let shown = site.get(NOBODY, "/api/v1/log/witnesses").await.ok();
    let shards = shown["witnesses"][0]["shards"].as_array().unwrap().clone();
    let acts = shards.into_iter().find(|shard| shard["class"] == "acts-permanent").unwrap_or_default();
    (acts, site.get(NOBODY, &format!("/api/v1/log/{ACTS}/checkpoint")).await.ok())
}

/// The first act of any case, which the provider may read.
async fn some_act(site: &Site) -> String {
    let cases = site.get(PROVIDER, "/cases").await.ok();
    let case = text(&cases["items"][0]["id"]);
    text(&site.case(PROVIDER, &case).await["timeline"][0]["id"])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_district_does_is_cosigned_and_its_evidence_says_so() {
    let site = Site::open().await;
    let folder = tempfile::tempdir().unwrap();
    let witness = Running::over(folder.path(), &site).await;
    assert_eq!(site.get(NOBODY, "/api/v1/log/witnesses").await.ok()["witnesses"], serde_json::json!([]));
    follow(&site, vec![witness.asked()]).await;
    site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    let (standing, checkpoint) = cosigned(&site).await;
    assert_eq!((&standing["state"], &standing["size"]), (&"cosigned".into(), &checkpoint["size"]));
    let witnessed = &checkpoint["witnessed"];
    assert_eq!((&witnessed["size"], &witnessed["by"][0]["name"]), (&checkpoint["size"], &NAME.into()));
    assert_eq!(text(&witnessed["by"][0]["vkey"]), witness.key.vkey());
    assert_eq!(text(&witnessed["by"][0]["at"]), site.clock.now().to_string(), "by the witness's clock");
    let file = site.get(NOBODY, &format!("/log/{ACTS}/checkpoint.cosigned")).await.has(200);
    assert_eq!(file.text(), text(&witnessed["note"]));
    witness.key.verify(&SignedCheckpoint::parse(&file.text()).unwrap().note).unwrap();

    let act = some_act(&site).await;
    let file = site.get(PROVIDER, &format!("/acts/{act}/evidence")).await.ok().to_string();
    let evidence = Evidence::parse(&file).unwrap();
    let keys = site.district.platform.log_keys();
    let report = verify_witnessed(&evidence, Some(&keys), std::slice::from_ref(&witness.key)).unwrap();
    assert!(report.witnessed_by.iter().all(|by| by.name == NAME && by.trusted));
    // Another witness has not signed it, and a cosignature that was changed is noticed.
    let other = Witness::new(NAME, &[6; 32], Vec::new(), Folder::open(&folder.path().join("other")).unwrap()).unwrap();
    assert!(verify_witnessed(&evidence, Some(&keys), &[other.key().clone()]).is_err());

    // The log goes on, and so does the witness; it says in words whom it watches.
    site.published("老年人照护名单", &Sharing::of("conditional")).await;
    let (standing, later) = cosigned(&site).await;
    assert!(later["size"].as_u64() > checkpoint["size"].as_u64());
    assert_eq!((&standing["state"], &later["witnessed"]["size"]), (&"cosigned".into(), &later["size"]));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let words = http.get(&witness.base).send().await.unwrap().text().await.unwrap();
    assert!(
        words.contains(&witness.key.vkey())
            && words.contains(&format!("{}: {} leaves", text(&later["origin"]), later["size"]))
    );
    site.close().await;
}

/// The door answers as the protocol says.
#[tokio::test(flavor = "multi_thread")]
async fn the_door_of_a_witness_answers_as_the_protocol_says() {
    let site = Site::open().await;
    let folder = tempfile::tempdir().unwrap();
    let witness = Running::over(folder.path(), &site).await;
    site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    site.district.platform.flush_log().await.unwrap();
    let note = site.get(NOBODY, &format!("/log/{ACTS}/checkpoint")).await.has(200).text();
    let signed = SignedCheckpoint::parse(&note).unwrap();
    let body = |old| Submission { old, proof: Vec::new(), signed: signed.clone() }.to_string();
    assert_eq!(witness.post("nonsense".to_owned()).await.0, 400);
    assert_eq!(witness.post("x".repeat(100_000)).await.0, 413);
    assert_eq!(witness.post(body(signed.checkpoint.size + 1)).await.0, 400);
    assert_eq!(witness.post(body(0).replacen("gongshu.test", "gongshu.other", 1)).await.0, 404);
    assert_eq!(witness.post(body(0).replacen(&format!("\n{}\n", signed.checkpoint.size), "\n7\n", 1)).await.0, 403);
    let (status, _, line) = witness.post(body(0)).await;
    assert_eq!(status, 200);
    witness.key.verify(&tlog::note::Note::parse(&format!("{note}{line}")).unwrap()).unwrap();
    let (status, kind, told) = witness.post(body(0)).await;
    let size = signed.checkpoint.size;
    assert_eq!((status, kind.as_str(), told), (409, "text/x.tlog.size", format!("{size}\n")));
    assert_eq!(witness.post(body(size)).await.0, 200, "the same again");
    site.close().await;
}

/// The operator himself rewrites the log, with the log's own keys: in itself the log is sound, and every signature holds. The
/// witness refuses, everybody is shown that it does, and what it cosigned before stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_rewritten_is_refused_by_its_witness() {
    let site = Site::open().await;
    let folder = tempfile::tempdir().unwrap();
    let witness = Running::over(folder.path(), &site).await;
    follow(&site, vec![witness.asked()]).await;
    site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    let (_, before) = cosigned(&site).await;
    let size = before["size"].as_u64().unwrap();
    let shard = site.district.platform.settings().log_root.join(ACTS);
    for (leaves, told) in [(size, "another log"), (size + 3, "rewritten"), (size - 1, "leaves are gone")] {
        rewrite(&shard, &text(&before["origin"]), leaves);
        site.district.platform.ask_witnesses().await.unwrap();
        let shown = site.get(NOBODY, "/api/v1/log/witnesses").await.ok();
        let acts = shown["witnesses"][0]["shards"].as_array().unwrap().clone();
        let acts = acts.into_iter().find(|shard| shard["class"] == "acts-permanent").unwrap();
        assert_eq!(acts["state"], "refused", "{leaves} leaves: {acts}");
        assert!(text(&acts["told"]).contains(told), "{leaves} leaves: {acts}");
        let now = site.get(NOBODY, &format!("/api/v1/log/{ACTS}/checkpoint")).await.ok();
        assert_eq!((&now["size"], &now["witnessed"]), (&leaves.into(), &before["witnessed"]));
        let report = tlog::fsck::check(&shard, &site.district.platform.log_keys());
        assert!(report.faults.iter().all(|fault| fault.file == "checkpoint.cosigned"), "{report}");
        assert!(!report.is_sound(), "the examiner of files notices it too");
    }
    site.close().await;
}

/// Another log of this many leaves in the place of a shard, signed with the platform's own keys; what was cosigned stays beside it.
fn rewrite(shard: &Path, origin: &str, leaves: u64) {
    let cosigned = std::fs::read(shard.join("checkpoint.cosigned")).unwrap();
    std::fs::remove_dir_all(shard).unwrap();
    let keys = platform::testkit::keys().unwrap();
    let signers = Signers { sm2: keys.log_sm2, ed25519: (&keys.log_ed25519).into() };
    let mut forged = Shard::open(shard, origin, signers).unwrap();
    let leaves: Vec<String> = (0..leaves).map(|number| format!("{{\"id\":\"forged {number}\"}}")).collect();
    forged.append(&leaves).unwrap();
    forged.publish(1).unwrap();
    std::fs::write(shard.join("checkpoint.cosigned"), cosigned).unwrap();
    assert_eq!(Reader::open(shard).unwrap().published(), leaves.len() as u64);
}

/// A witness that is down, or does not watch the log, holds up nobody; when it is back it catches up.
#[tokio::test(flavor = "multi_thread")]
async fn a_district_works_on_while_its_witness_is_down() {
    let site = Site::open().await;
    let folder = tempfile::tempdir().unwrap();
    let witness = Running::over(folder.path(), &site).await;
    follow(&site, vec![witness.asked()]).await;
    let (key, base) = (witness.key.clone(), witness.base.clone());
    drop(witness);
    let entry = site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    assert!(!entry.is_empty());
    let (standing, checkpoint) = cosigned(&site).await;
    assert_eq!((&standing["state"], &checkpoint["witnessed"]), (&"silent".into(), &Value::Null));
    assert!(!standing.to_string().contains("127.0.0.1"), "an operator's address is nobody's business");
    let act = some_act(&site).await;
    let file = site.get(CENTRE, &format!("/acts/{act}/evidence")).await.ok();
    assert_eq!(file.get("witnessed"), None);

    // Back on its old port, with its old memory.
    let listener = loop {
        // The port is let go of when the old task has ended.
        match TcpListener::bind(base.trim_start_matches("http://")).await {
            Ok(listener) => break listener,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let log = NoteKey::parse(&site.district.platform.witnesses().unwrap().vkey).unwrap();
    let memory = loop {
        match Folder::open(folder.path()) {
            Ok(memory) => break memory,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let back = Witness::new(NAME, &[5; 32], vec![log], memory).unwrap();
    let clock: Arc<dyn Clock> = site.clock.clone();
    let served = tokio::spawn(WitnessServer::serve(listener, back, clock, std::future::pending()));
    let (standing, checkpoint) = cosigned(&site).await;
    assert_eq!((&standing["state"], &checkpoint["witnessed"]["size"]), (&"cosigned".into(), &checkpoint["size"]));
    assert_eq!(text(&checkpoint["witnessed"]["by"][0]["vkey"]), key.vkey());
    served.abort();
    site.close().await;
}
