//! Letters over HTTP: a draft before the act, the letter after it, both as PDF whose text can be read by others.

use it::{
    CENTRE, DEMANDER, PROVIDER, Reply, Site, instant,
    world::{Demand, Sharing, text},
};
use serde_json::{Value, json};

/// A case that lacks a paper.
async fn short(site: &Site) -> String {
    let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
    let mut short = Demand::complete(&entry);
    short.papers.remove("use_scope");
    text(&short.ask(site).await.ok()["receipt"]["case"])
}

fn notice() -> Value {
    json!({ "act": "give_supplement_notice", "role": "provider", "papers": { "supplement_list": "使用范围没有写明。" } })
}

/// The words of a PDF without blanks, as another program reads them; `None` where this machine has no such program or no font.
fn words(site: &Site, reply: &Reply) -> Option<String> {
    if reply.status == 503 && reply.text().contains("font") {
        eprintln!("SKIPPED: no Chinese font on this machine; install fonts-noto-cjk");
        return None;
    }
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/pdf"), "{reply}");
    let path = site.district.folder().join("letter.pdf");
    std::fs::write(&path, &reply.body).unwrap();
    let Ok(read) = std::process::Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output() else {
        eprintln!("SKIPPED: the words of a letter; install poppler-utils for pdftotext");
        return None;
    };
    assert!(read.status.success(), "the letter is no PDF");
    Some(String::from_utf8(read.stdout).unwrap().replace(char::is_whitespace, ""))
}

/// A draft changes nothing, is marked as a draft, and says what the letter after the act says; only that one tells where the act
/// stands in the log.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_says_what_the_letter_will_say_and_changes_nothing() {
    let site = Site::open().await;
    let case = short(&site).await;
    let before = site.case(PROVIDER, &case).await;
    let draft = site.post(PROVIDER, &format!("/cases/{case}/letters"), notice()).await;
    let draft_words = words(&site, &draft);
    let after = site.case(PROVIDER, &case).await;
    for part in ["version", "state", "papers", "clocks", "possible"] {
        assert_eq!(after[part], before[part], "a draft has changed the case");
    }
    assert_eq!(after["timeline"].as_array().unwrap().len(), before["timeline"].as_array().unwrap().len());

    let act = text(&site.act(PROVIDER, &case, notice()).await.ok()["act"]);
    let letter = site.get(DEMANDER, &format!("/acts/{act}/letter.pdf")).await;
    let letter_words = words(&site, &letter);
    let again = site.get(PROVIDER, &format!("/acts/{act}/letter.pdf")).await;
    assert_eq!(letter.body, again.body, "the letter of an act is the same whoever asks for it");
    let (Some(draft), Some(letter)) = (draft_words, letter_words) else { return site.close().await };
    for said in [
        "一次性补正告知书",
        "区交通委：",
        "使用范围没有写明。",
        "第十八条",
        "停止计算",
        "区房管局",
        "2026年3月2日",
        "补正材料",
    ] {
        assert!(draft.contains(said) && letter.contains(said), "`{said}` is missing:\n{draft}\n{letter}");
    }
    assert!(draft.contains("不具有效力") && !letter.contains("草稿"), "{draft}\n{letter}");
    let evidence = site.get(DEMANDER, &format!("/acts/{act}/evidence")).await.ok();
    let leaf = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text(&evidence["leaf"])).unwrap();
    let digest = hex::encode(sm::sm3(&leaf));
    assert!(letter.contains(&digest), "the letter does not name the entry that its evidence proves: {letter}");
    assert!(!draft.contains(&digest));
    site.close().await;
}

/// What the law refuses is not drafted, and whoever cannot do an act cannot draft its letter.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_drafts_a_letter_for_an_act_that_they_cannot_do() {
    let site = Site::open().await;
    let case = short(&site).await;
    let path = format!("/cases/{case}/letters");
    site.post(PROVIDER, &path, json!({ "act": "approve" })).await.has(422).is("act_refused");
    site.post(DEMANDER, &path, notice()).await.has(403).is("not_permitted");
    site.post(CENTRE, &path, notice()).await.has(403).is("not_permitted");
    let long = json!({ "act": "give_supplement_notice", "papers": { "supplement_list": "长".repeat(200_000) } });
    site.post(PROVIDER, &path, long).await.has(413);
    site.close().await;
}

/// When time alone acts, the law's letter says which term ran out; nobody signs it but the platform.
#[tokio::test(flavor = "multi_thread")]
async fn the_law_writes_letters_too() {
    let site = Site::open().await;
    let case = short(&site).await;
    site.advance(instant("2026-04-20 09:00")).await;
    let timeline = site.case(DEMANDER, &case).await["timeline"].clone();
    let by_law =
        timeline.as_array().unwrap().iter().find(|act| act["actor"] == "law").expect("the law has acted").clone();
    let letter = site.get(DEMANDER, &format!("/acts/{}/letter.pdf", text(&by_law["id"]))).await;
    if let Some(words) = words(&site, &letter) {
        assert!(words.contains("有条件共享答复期限”期限已于2026年3月16日届满"), "{words}");
    }
    site.close().await;
}
