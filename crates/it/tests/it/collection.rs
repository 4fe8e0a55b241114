//! Handing data in as it goes wrong: watched from elsewhere, cut off, repeated, under a false name.

use std::{collections::HashMap, time::Duration};

use futures::StreamExt;
use it::{
    PROVIDER, Site, Store,
    world::{ROWS, Sharing, entry_body, text},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::node::{Node, Place, binary};

const LOAD: &str = "6f1f7bb0-5a5c-7d0e-9a3b-1c2d3e4f5a6b";

/// The events of a stream that ends by itself: their names and data.
async fn events(site: &Site, who: &str, load: &str) -> Vec<(String, Value)> {
    let reply = site.get(who, &format!("/loads/{load}/events")).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/event-stream"), "{reply}");
    read(&String::from_utf8(reply.body).unwrap())
}

fn read(text: &str) -> Vec<(String, Value)> {
    let event = |block: &str| {
        let line = |start: &str| block.lines().find_map(|line| line.strip_prefix(start)).map(str::trim);
        Some((line("event:")?.to_owned(), serde_json::from_str(line("data:")?).ok()?))
    };
    text.split("\n\n").filter_map(event).collect()
}

/// Progress can be watched while the file arrives, and by whoever comes back when it is over; the holder alone may watch.
#[tokio::test(flavor = "multi_thread")]
async fn a_load_is_watched_from_its_first_byte_to_its_end() {
    let site = Site::open().await;
    let entry = site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    let (send, pieces) = futures::channel::mpsc::unbounded::<Result<Vec<u8>, std::io::Error>>();
    let (head, tail) = ROWS.as_bytes().split_at(40);
    send.unbounded_send(Ok(head.to_vec())).unwrap();
    let upload = site
        .request(Method::POST, &format!("/entries/{entry}/loads?name=rows.csv"))
        .bearer_auth(site.token(PROVIDER).await.unwrap())
        .header("content-type", "application/octet-stream")
        .header("idempotency-key", LOAD)
        .body(reqwest::Body::wrap_stream(pieces))
        .send();
    let watch = async {
        let watcher = loop {
            // Until the upload's head has arrived there is nothing to watch; asking again is what a console does.
            let reply = site
                .request(Method::GET, &format!("/loads/{LOAD}/events"))
                .bearer_auth(site.token(PROVIDER).await.unwrap())
                .send()
                .await
                .unwrap();
            if reply.status() == 200 {
                break reply;
            }
        };
        let mut stream = watcher.bytes_stream();
        let mut told = String::new();
        while !read(&told).iter().any(|(_, data)| data["bytes"] == 40) {
            told.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
        }
        assert!(read(&told).iter().all(|(name, data)| name == "progress" && data["state"] == "receiving"));
        let stranger = site.get("transport.executive", &format!("/loads/{LOAD}/events")).await;
        assert_eq!(stranger.status, 403, "{stranger}");
        send.unbounded_send(Ok(tail.to_vec())).unwrap();
        drop(send);
        while let Some(piece) = stream.next().await {
            told.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
        read(&told)
    };
    let (answer, told) = tokio::join!(upload, watch);
    assert_eq!(answer.unwrap().status(), 200);
    let (name, last) = told.last().unwrap();
    assert_eq!((name.as_str(), &last["state"], &last["accepted"]), ("done", &json!("accepted"), &json!(3)));
    let again = events(&site, PROVIDER, LOAD).await;
    assert_eq!(again.len(), 1, "whoever comes back is told the present state, and that it is over");
    assert_eq!((again[0].0.as_str(), &again[0].1["state"]), ("done", &json!("accepted")));
    let state = site.get(PROVIDER, &format!("/loads/{LOAD}/state")).await.ok();
    assert_eq!(state["state"], "accepted");
    let evidence = site.get(PROVIDER, &format!("/loads/{LOAD}/evidence")).await.ok();
    assert_eq!(evidence["format"], "gongshu-evidence/1", "I1: what came of the load can be proved");
    site.close().await;
}

/// I7: a file that is cut off leaves nothing half done, tells its watcher so, and can be handed in again under the same key.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_off_leaves_nothing_and_can_be_repeated() {
    let site = Site::open().await;
    let entry = site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    let token = site.token(PROVIDER).await.unwrap();
    let address = site.base.trim_start_matches("http://").to_owned();
    let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /api/v1/entries/{entry}/loads?name=rows.csv HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/octet-stream\r\nidempotency-key: {LOAD}\r\ncontent-length: {}\r\n\r\n{}",
        ROWS.len(),
        &ROWS[..40]
    );
    let mut written = head.as_bytes();
    tokio::io::copy(&mut written, &mut socket).await.unwrap();
    let mut stream = loop {
        let request = site.request(Method::GET, &format!("/loads/{LOAD}/events")).bearer_auth(&token);
        let reply = request.send().await.unwrap();
        if reply.status() == 200 {
            break reply.bytes_stream();
        }
    };
    drop(socket);
    let mut told = String::new();
    while let Some(piece) = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("no end") {
        told.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
    }
    let told = read(&told);
    assert_eq!(told.last().map(|(_, data)| data["state"].clone()), Some(json!("broken_off")));
    let loads = site.get(PROVIDER, &format!("/entries/{entry}/loads")).await.ok();
    assert_eq!(loads["total"], 0, "nothing is half done");
    let uploads = std::fs::read_dir(site.district.folder().join("uploads")).unwrap().count();
    assert_eq!(uploads, 0, "and nothing lies around");

    let repeat = || {
        let path = format!("/entries/{entry}/loads?name=rows.csv");
        let request = site.request(Method::POST, &path).bearer_auth(&token).header("idempotency-key", LOAD);
        site.send(request.header("content-type", "application/octet-stream").body(ROWS))
    };
    let first = repeat().await.ok();
    assert_eq!((&first["load"], &first["certificate"]["accepted"]), (&json!(LOAD), &json!(3)));
    assert_eq!(repeat().await.ok()["certificate"], first["certificate"], "repeating it repeats nothing");
    site.close().await;
}

/// The rows that were kept aside go to Excel with place, code and reason; without a value, and none is a formula.
#[tokio::test(flavor = "multi_thread")]
async fn rejected_rows_are_taken_away_as_a_file_without_values() {
    let site = Site::open().await;
    let entry = site.published("困难家庭救助名单", &Sharing::of("conditional")).await;
    let rows = format!("{ROWS},310105199001010031,=cmd,江苏路街道,700\n");
    let loaded = site.load(PROVIDER, &entry, "rows.csv", rows).await.ok();
    let path = format!("/loads/{}/rejected.csv", text(&loaded["load"]));
    let reply = site.get(PROVIDER, &path).await;
    assert!(reply.header("content-disposition").contains("attachment"), "{reply}");
    let file = String::from_utf8(reply.body).unwrap();
    assert!(file.starts_with('\u{feff}'), "Excel reads it as UTF-8");
    assert_eq!(file.lines().count(), 2, "{file}");
    assert!(file.contains("\"5\",\"code\",\"required\""), "{file}");
    assert!(!file.contains("310105199001010031") && !file.contains("cmd"), "no value leaves: {file}");
    site.close().await;
}

/// A file that lies about what it is gets a refusal that says what it is, and nothing of it is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lies_about_its_type_is_told_what_it_is() {
    let Some(binary) = binary("files that lie about their type") else { return };
    let place = Place::fresh(Store::File).await;
    let node = Node::start(&binary, &place, HashMap::new());
    node.join("holder", None, PROVIDER, "data_executive").await;
    node.join("centre", Some("centre"), "centre.officer", "officer").await;
    let duty = json!({ "code": "D1", "name": "社会救助", "basis": "社会救助暂行办法" });
    let duty = text(&node.post(PROVIDER, "/duties", duty).await["id"]);
    let body = entry_body("困难家庭救助名单", &duty, &Sharing::of("conditional"));
    let entry = node.published(PROVIDER, "centre.officer", &duty, body).await;
    let zip = b"PK\x03\x04\x14\x00\x00\x00\x00\x00holiday.jpg and so on".to_vec();
    let lies: [(&str, Vec<u8>, &str); 4] = [
        ("rows.csv", b"%PDF-1.7\n1 0 obj\n".to_vec(), "PDF"),
        ("rows.xlsx", zip, "ZIP"),
        ("rows.xlsx", b"<html><table><tr><td>code</td></tr></table></html>".to_vec(), "HTML"),
        ("rows.csv", b"\x89PNG\r\n\x1a\n\x00\x00".to_vec(), "PNG"),
    ];
    for (name, bytes, is) in lies {
        let path = format!("/entries/{entry}/loads?name={name}");
        let sent = |request: reqwest::RequestBuilder| request.body(bytes);
        let reply = node.try_ask(PROVIDER, Method::POST, &path, sent).await.unwrap();
        assert_eq!((reply.status, reply.code()), (422, "file_refused"), "{reply}");
        let (what, next) = (text(&reply.json["detail"]), text(&reply.json["hint"]));
        assert!(what.contains(is) && !next.is_empty(), "{is}: {what} {next}");
    }
    // What was understood of a true one is told: encoding with its mark, delimiter, header, which column became which item.
    let path = format!("/entries/{entry}/loads?name=rows.csv");
    let rows = format!("\u{feff}{ROWS}");
    let loaded = node.try_ask(PROVIDER, Method::POST, &path, |request| request.body(rows)).await.unwrap().ok();
    let understood = &loaded["certificate"]["understood"];
    assert_eq!(understood["encoding"], "UTF-8 with byte-order mark", "{understood}");
    assert_eq!((&understood["delimiter"], &understood["header_row"]), (&json!("comma"), &json!("1")));
    let matched = json!({ "item": "amount", "kind": "integer", "source": "amount" });
    assert_eq!(loaded["certificate"]["matched"][4], matched);
    node.stop();
    place.remove().await;
}
