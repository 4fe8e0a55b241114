//! The catalogue in Excel over HTTP: out, filled in, taken over, faults marked; hostile files.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use sheet::{Book, Cell, Limits, Page, Sheet};

use super::{Reply, Somebody, World};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn import(holder: &Somebody<'_>, query: &str, accept: &str, bytes: Vec<u8>) -> Reply {
    import_once(holder, query, accept, None, bytes).await
}

async fn import_once(holder: &Somebody<'_>, query: &str, accept: &str, key: Option<&str>, bytes: Vec<u8>) -> Reply {
    let mut request = Request::post(format!("/api/v1/entries/import{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", holder.token))
        .header(header::CONTENT_TYPE, XLSX)
        .header(header::ACCEPT, accept);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let request = request.body(Body::from(bytes)).unwrap();
    holder.world.send(request).await
}

async fn imported(holder: &Somebody<'_>, query: &str, bytes: Vec<u8>) -> Value {
    let reply = import(holder, query, "application/json", bytes).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let path = "/api/v1/entries/import";
    crate::answer_conforms(&holder.world.document, "POST", path, 200, &reply.json()).unwrap();
    reply.json()
}

async fn file(who: &Somebody<'_>, path: &str) -> Vec<Sheet> {
    let reply = who.ask("GET", path, None).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, XLSX), "{}", reply.text());
    sheet::read(&reply.bytes, &Limits::default()).unwrap()
}

/// A form with these rows below the headings of the template; a row is filled in by headings.
fn filled(template: &[Sheet], rows: [&[&[(&str, &str)]]; 2]) -> Vec<u8> {
    let page = |(sheet, rows): (&Sheet, &[&[(&str, &str)]])| {
        let headings = sheet.rows[0].cells.clone();
        let cell = |row: &[(&str, &str)], heading: &String| {
            row.iter().find(|(of, _)| of == heading).map_or(Cell::default(), |(_, text)| Cell::from(*text))
        };
        let row = |row: &&[(&str, &str)]| headings.iter().map(|heading| cell(row, heading)).collect();
        let column = |heading: &String| sheet::Column { heading: heading.clone(), ..Default::default() };
        Page {
            name: sheet.name.clone(),
            columns: headings.iter().map(column).collect(),
            rows: rows.iter().map(row).collect(),
        }
    };
    let pages = template.iter().zip(rows).map(page).collect();
    sheet::write(&Book { pages, lists: "选项".into() }).unwrap()
}

fn borrowed(row: &[(String, String)]) -> Vec<(&str, &str)> {
    row.iter().map(|(heading, cell)| (heading.as_str(), cell.as_str())).collect()
}

/// CN-9: a filled-in form becomes drafts with every element; exported, changed and taken over again it changes those drafts.
#[tokio::test]
async fn a_form_goes_out_is_filled_in_and_comes_back() {
    let world = World::open().await;
    let holder = world.log_in("housing.executive").await;
    let duty = json!({"code": "D1", "name": "社会救助", "basis": "社会救助暂行办法"});
    holder.post("/api/v1/duties", "", &duty).await;
    let template = file(&holder, "/api/v1/entries/template.xlsx").await;
    let names: Vec<_> = template.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["目录条目", "信息项", "填写说明", "选项"]);
    assert!(template[3].rows.iter().any(|row| row.cells.contains(&"D1".to_owned())), "own duties can be chosen");
    let entry: &[(&str, &str)] = &[
        ("名称", "=困难家庭名单"),
        ("内容摘要", "享受救助的家庭"),
        ("职责编号", "D1"),
        ("数据来源", "申请表"),
        ("管理单位", "救助科"),
        ("数据格式", "数据库"),
        ("更新周期", "每月"),
        ("数据分类", "民生服务"),
        ("安全等级", "一般数据 3 级"),
        ("共享属性", "有条件共享"),
        ("开放属性", "有条件开放"),
        ("开放条件", "应用场景要求：核对资格\n信用要求：无失信记录"),
        ("覆盖地域", "全区"),
        ("覆盖起始日", "2026-01-31"),
        ("关键词", "救助、家庭"),
    ];
    let item: &[(&str, &str)] = &[
        ("条目名称", "=困难家庭名单"),
        ("代码", "id_number"),
        ("名称", "身份证号"),
        ("类型", "文本"),
        ("长度", "18"),
        ("说明", "居民身份证号"),
        ("主键", "是"),
        ("脱敏", "身份证号脱敏"),
    ];
    let form = filled(&template, [&[entry], &[item]]);
    let trial = imported(&holder, "?dry_run=true", form.clone()).await;
    assert_eq!((&trial["imported"], &trial["new"], &trial["faults"]), (&json!(false), &json!(1), &json!([])));
    assert_eq!(holder.get("/api/v1/entries", "").await["total"], 0, "on trial nothing is written");
    let done = import_once(&holder, "", "application/json", Some("this form"), form.clone()).await.json();
    let repeated = import_once(&holder, "", "application/json", Some("this form"), form.clone()).await.json();
    assert_eq!(repeated, done, "repeated after a lost answer it repeats nothing");
    assert_eq!((&done["imported"], &done["items"], &done["incomplete"]), (&json!(true), &json!(1), &json!(0)));
    let id = done["ids"][0].as_str().unwrap().to_owned();
    let draft = holder.get("/api/v1/entries/{id}", &id).await["draft"].clone();
    assert_eq!((&draft["grade"], &draft["update_cycle"]), (&json!("general_3"), &json!("monthly")));
    assert_eq!(draft["opening"]["conditions"][1], json!({"kind": "credit", "text": "无失信记录"}));
    assert_eq!((&draft["items"][0]["mask"], &draft["items"][0]["key"]), (&json!("id_number"), &json!(true)));
    assert_eq!((&draft["coverage"]["from"], &draft["keywords"][1]), (&json!("2026-01-31"), &json!("家庭")));

    let again = imported(&holder, "", form).await;
    assert_eq!((&again["imported"], &again["faults"][0]["code"]), (&json!(false), &json!("taken")), "{again}");

    let out = file(&holder, "/api/v1/entries/export.xlsx?status=draft").await;
    let at = |heading: &str| out[0].rows[0].cells.iter().position(|cell| cell == heading).unwrap();
    assert_eq!(out[0].rows[1].cells[at("名称")], "=困难家庭名单", "what looks like a formula is text");
    assert_eq!((&out[0].rows[1].cells[at("目录编号")], &out[0].rows[1].cells[at("职责编号")]), (&id, &"D1".to_owned()));
    let row = |sheet: &Sheet| -> Vec<(String, String)> {
        let cells = sheet.rows[1].cells.iter().cloned();
        sheet.rows[0].cells.iter().cloned().zip(cells).collect()
    };
    let (mut entry, item) = (row(&out[0]), row(&out[1]));
    entry.iter_mut().find(|(heading, _)| heading == "更新周期").unwrap().1 = "每日".into();
    let (entry, item) = (borrowed(&entry), borrowed(&item));
    let changed = imported(&holder, "", filled(&template, [&[&entry], &[&item]])).await;
    assert_eq!((&changed["imported"], &changed["changed"], &changed["new"]), (&json!(true), &json!(1), &json!(0)));
    let mut expected = draft;
    expected["update_cycle"] = json!("daily");
    assert_eq!(holder.get("/api/v1/entries/{id}", &id).await["draft"], expected, "nothing else has changed on the way");
}

/// One fault, and nothing is taken over; every fault is told with its cell, and the form comes back with it marked.
#[tokio::test]
async fn a_faulty_form_is_taken_over_by_no_row_and_comes_back_marked() {
    let world = World::open().await;
    let holder = world.log_in("housing.executive").await;
    let template = file(&holder, "/api/v1/entries/template.xlsx").await;
    let long = "长".repeat(201);
    let form = filled(
        &template,
        [
            &[
                &[("名称", "甲")],
                &[("名称", "甲"), ("数据格式", "纸")],
                &[("名称", long.as_str()), ("职责编号", "D9"), ("覆盖起始日", "去年")],
            ],
            &[
                &[("条目名称", "乙"), ("代码", "a"), ("类型", "文本")],
                &[("条目名称", "甲"), ("代码", "a"), ("类型", "文本"), ("长度", "很长")],
                &[("条目名称", "甲"), ("代码", "b")],
            ],
        ],
    );
    let told = imported(&holder, "", form.clone()).await;
    let mut found: Vec<_> = told["faults"].as_array().unwrap().iter().collect();
    found.sort_by_key(|fault| fault.to_string());
    let found: Vec<String> = found
        .iter()
        .map(|fault| format!("{} {} {}", fault["sheet"], fault["cell"], fault["code"]).replace('"', ""))
        .collect();
    let expected = [
        "目录条目 B3 twice",
        "目录条目 H3 choice",
        "目录条目 B4 form",
        "目录条目 D4 duty",
        "目录条目 V4 date",
        "信息项 A2 entry",
        "信息项 E3 number",
        "信息项 D4 missing",
    ];
    for fault in expected {
        assert!(found.iter().any(|found| found == fault), "{fault} is not told: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    assert_eq!((&told["imported"], &told["ids"]), (&json!(false), &json!([])));
    assert_eq!(holder.get("/api/v1/entries", "").await["total"], 0, "all or none");
    let marked = import(&holder, "", XLSX, form).await;
    assert_eq!((marked.status.as_u16(), marked.header("content-type")), (200, XLSX));
    let back = sheet::read(&marked.bytes, &Limits::default()).unwrap();
    assert_eq!(back[0].rows[2].cells[7], "纸", "what was written stays in its cell");
    assert!(marked.bytes.len() > 1_000);
}

/// A file that lies about what it is, and a form that is none, are refused or told; nobody gets a form taken over for others.
#[tokio::test]
async fn what_is_no_form_is_told_so() {
    let world = World::open().await;
    let holder = world.log_in("housing.executive").await;
    for (bytes, is) in
        [(b"%PDF-1.7".as_slice(), "PDF"), (b"<html>", "markup"), (b"PK\x03\x04broken", "damaged"), (b"", "empty")]
    {
        let reply = import(&holder, "", "*/*", bytes.to_vec()).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (422, &json!("file_refused")), "{}", reply.text());
        assert!(reply.json()["detail"].as_str().unwrap().contains(is), "{}", reply.text());
        assert!(reply.json()["reasons"][0]["code"].as_str().unwrap().ends_with("_workbook"), "{}", reply.text());
    }
    let other = Page { name: "别的".into(), ..Page::default() };
    let other = sheet::write(&Book { pages: vec![other], lists: String::new() }).unwrap();
    let told = imported(&holder, "", other).await;
    assert_eq!((&told["faults"][0]["code"], &told["imported"]), (&json!("no_sheet"), &json!(false)));
    let centre = world.log_in("system.admin").await;
    assert_eq!(import(&centre, "", "*/*", Vec::new()).await.status, 403);
}
