//! What we write is read by others: a table of the lake, made by the real binary from a file that was handed in over HTTP, is
//! opened by foreign programs, and rows, types and Chinese text agree (I7).
//!
//! `GONGSHU_PYTHON` names a Python with the packages of `tests/foreign/requirements.txt`; `cargo xtask test` sets it.

use std::{collections::HashMap, path::Path, process::Command};

use it::{
    Store,
    world::{Sharing, entry_body, text},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::node::{Node, Place, binary};

const HOLDER: &str = "holder.executive";
const CENTRE: &str = "centre.officer";

/// One column of each kind, absent values, a character beyond the basic plane, a row that is not accepted.
const ROWS: &str = "code,name,amount,share,born,seen,alive\n\
    A1,张三,800,0.5,1990-01-01,2026-03-02 09:00:00,true\n\
    A2,\"李四，“小李”\",-7,1234.25,1985-02-02,2026-03-02 23:59:59,false\n\
    A3,𠮷野,123456789012345,,,,\n\
    A4,王五,many,1,1990-01-01,2026-03-02 09:00:00,true\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_ours_is_read_by_foreign_programs() {
    let Some(binary) = binary("foreign programs that read our tables") else { return };
    let Some(python) = std::env::var_os("GONGSHU_PYTHON").filter(|path| !path.is_empty()) else {
        eprintln!("SKIPPED: foreign programs that read our tables; set GONGSHU_PYTHON to a Python that has them");
        return;
    };
    let place = Place::fresh(Store::File).await;
    let node = Node::start(&binary, &place, HashMap::new());
    node.join("holder", None, HOLDER, "data_executive").await;
    node.join("centre", Some("centre"), CENTRE, "officer").await;
    let duty = json!({ "code": "D1", "name": "社会救助", "basis": "社会救助暂行办法" });
    let duty = text(&node.post(HOLDER, "/duties", duty).await["id"]);
    let entry = node.published(HOLDER, CENTRE, &duty, described(&duty)).await;
    // A second version, so that a reader has to follow the log.
    for name in ["first.csv", "second.csv"] {
        let path = format!("/entries/{entry}/loads?name={name}");
        let loaded = node.try_ask(HOLDER, Method::POST, &path, |request| request.body(ROWS)).await.unwrap().ok();
        let counts = (&loaded["certificate"]["accepted"], &loaded["certificate"]["rejected"]);
        let kept_aside = node.get(HOLDER, &format!("/loads/{}/rejected", text(&loaded["load"]))).await;
        assert_eq!(counts, (&json!(3), &json!(1)), "{kept_aside}");
    }
    let preview = node.get(HOLDER, &format!("/entries/{entry}/preview?limit=100")).await;
    node.stop();

    let table = place.folder.path().join(format!("lake/tables/entry_{}", entry.replace('-', "")));
    let read = read(&python, &table);
    assert_eq!(read["version"], 1);
    let delta: Vec<_> = COLUMNS.iter().map(|(name, ..)| read["delta"][name][0].as_str().unwrap()).collect();
    assert_eq!(delta, ["string", "string", "long", "double", "date", "timestamp", "boolean"]);
    let parquet: Vec<_> = COLUMNS.iter().map(|(name, ..)| read["parquet"][name].as_str().unwrap()).collect();
    let types = ["VARCHAR", "VARCHAR", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP WITH TIME ZONE", "BOOLEAN"];
    assert_eq!(parquet, types);
    let expected = json!([
        ["A1", "张三", "800", "0.5", "1990-01-01", "2026-03-02 01:00:00+00", "true"],
        ["A2", "李四，“小李”", "-7", "1234.25", "1985-02-02", "2026-03-02 15:59:59+00", "false"],
        ["A3", "𠮷野", "123456789012345", null, null, null, null],
    ]);
    assert_eq!(read["rows"], expected);
    let names = |rows: &Value| rows.as_array().unwrap().iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    assert_eq!(names(&preview["records"]), names(&expected), "we read it ourselves as they do");
    place.remove().await;
}

/// Name, kind, required.
const COLUMNS: [(&str, &str, bool); 7] = [
    ("code", "text", true),
    ("name", "text", false),
    ("amount", "integer", false),
    ("share", "number", false),
    ("born", "date", false),
    ("seen", "date_time", false),
    ("alive", "flag", false),
];

fn described(duty: &str) -> Value {
    let mut body = entry_body("各类型名单", duty, &Sharing::of("conditional"));
    let items = COLUMNS.map(|(code, kind, required)| {
        json!({
            "code": code, "name": format!("{code} 项"), "kind": kind, "meaning": format!("{code} 的含义"),
            "length": if kind == "text" { json!(60) } else { Value::Null },
            "key": code == "code", "required": required, "sensitive": false, "mask": null,
        })
    });
    body["items"] = json!(items);
    body
}

fn read(python: &std::ffi::OsStr, table: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/read_delta.py");
    let done = Command::new(python).arg(script).arg(table).output().expect("the foreign Python does not start");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("the script prints one JSON object")
}
