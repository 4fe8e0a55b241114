//! The first part: the district under Changning's rules (CN-9 to CN-20).

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jiff::civil::date;
use platform::{
    catalogue::{Coverage, DataFormat, EntryInput, Grade, Item, Opening, Sharing, SharingType, UpdateCycle},
    lake::ColumnKind,
    sharing::{DemandType, Elements, Frequency, Mode},
};
use serde_json::{Value, json};

use super::{
    Files, Known, Subject, expect, files,
    stage::{PASSWORD, Stage, act_body},
    teller::{Step, Teller},
};
use crate::{
    client::text,
    demo::seed::{commitment, signing_key},
    failure::{Doing, Failure, Result},
    world,
};

/// From which the keys of the story's organisations are made.
pub const SEED: u64 = 2026;
/// The one who is looked up: the village committee with the smallest code of the district.
pub const VILLAGE: &str = "310105001001";

/// The administrators make organisations and people; nobody else can, and they can do nothing else.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn founding(stage: &mut Stage, teller: &mut Teller, known: &mut Known) -> Result<()> {
    teller.begin("The district is set up")?;
    stage.call("system.admin", "系统管理员");
    stage.call("security.admin", "安全管理员");
    let organisations = [
        ("sjj", "区数据局", Some("authority")),
        ("sjzx", "区数据发展中心", Some("centre")),
        ("mzj", "区民政局", None),
        ("jyj", "区教育局", None),
        ("wjw", "区卫生健康委员会", None),
    ];
    let administrator = stage.person("system.admin").await?;
    for (number, (code, name, office)) in (1_u32..).zip(organisations) {
        let credit_code = privacy::fictitious::credit_code("11", "310105", number);
        let body =
            json!({ "code": code, "name": name, "kind": "department", "credit_code": credit_code, "office": office });
        let made = administrator.post("/api/v1/organisations", &body).await?;
        stage.call(code, name);
        let key = json!({ "public_key": signing_key(SEED, code)?.verifying_key().to_spki_pem() });
        administrator.put(&format!("/api/v1/organisations/{}/signing-key", text(&made, "id")?), &key).await?;
        known.organisations.push((code.to_owned(), text(&made, "id")?.to_owned()));
    }
    let people = [
        ("sjj.officer", "sjj", "officer"),
        ("sjzx.officer", "sjzx", "officer"),
        ("mzj.executive", "mzj", "data_executive"),
        ("mzj.cdo", "mzj", "chief_data_officer"),
        ("jyj.executive", "jyj", "data_executive"),
        ("jyj.cdo", "jyj", "chief_data_officer"),
        ("wjw.cdo", "wjw", "chief_data_officer"),
    ];
    let security = stage.person("security.admin").await?;
    for (login, code, role) in people {
        let organisation = organisation(known, code)?;
        let body = json!({ "login": login, "name": login, "organisation": organisation, "password": PASSWORD });
        let made = administrator.post("/api/v1/people", &body).await?;
        security.put(&format!("/api/v1/people/{}/roles", text(&made, "id")?), &json!({ "roles": [role] })).await?;
    }
    let what = format!(
        "creates {} organisations with their signing keys and {} people; the security administrator gives them their roles",
        organisations.len(),
        people.len()
    );
    teller.step(&Step::new(stage.now(), stage.name("system.admin"), what))?;
    let body =
        json!({ "login": "x.y", "name": "x", "organisation": organisation(known, "mzj")?, "password": PASSWORD });
    stage
        .is_refused(
            teller,
            "security.admin",
            "tries to create a person too",
            "/api/v1/people",
            &body,
            ("not_permitted", ""),
        )
        .await?;
    Ok(())
}

/// An organisation links duty, system and data, and drafts three entries, one of them conditional.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn cataloguing(stage: &mut Stage, teller: &mut Teller, known: &mut Known) -> Result<()> {
    teller.begin("An organisation catalogues three datasets")?;
    stage.until("2026-03-02 10:00").await?;
    let executive = stage.person("mzj.executive").await?;
    let duty =
        json!({ "code": "MZ-03", "name": "行政区划和地名管理", "basis": "《行政区划管理条例》《地名管理条例》" });
    let duty = text(&executive.post("/api/v1/duties", &duty).await?, "id")?.to_owned();
    let system = json!({ "code": "MZ-QH", "name": "区划地名信息系统", "duty": duty, "accepted_on": "2024-05-17" });
    let system = text(&executive.post("/api/v1/systems", &system).await?, "id")?.to_owned();
    teller.step(&Step::new(
        stage.now(),
        stage.name("mzj"),
        "records the duty 行政区划和地名管理 and the system 区划地名信息系统 that serves it",
    ))?;
    let open = Sharing::default();
    known.streets = draft(
        stage,
        teller,
        &entry("街道乡镇名录", "各街道、乡镇的名称和代码。", texts(files::STREETS), open.clone()),
        (&duty, &system),
    )
    .await?;
    let vague = Sharing { kind: SharingType::Conditional, ..Sharing::default() };
    let villages = entry("村居委会名录", "各村委会、居委会的名称和代码。", texts(files::VILLAGES), vague);
    known.villages = draft(stage, teller, &villages, (&duty, &system)).await?;
    known.shelters = draft(
        stage,
        teller,
        &entry("避难场所名录", "避难场所的位置、设施和容量。", shelters(), open),
        (&duty, &system),
    )
    .await?;
    stage.until("2026-03-02 11:00").await?;
    submit(stage, teller, &known.streets, "hands 街道乡镇名录 over for review").await?;
    let path = format!("/api/v1/entries/{}/submission", known.villages.entry);
    let what = "hands 村居委会名录 over, conditional without conditions";
    let refused = stage
        .is_refused(teller, "mzj.executive", what, &path, &act_body("submit", &[]), ("act_refused", "guard_failed"))
        .await?;
    expect(
        "the failing condition",
        refused.problem.pointer("/failed/0").and_then(Value::as_str),
        Some("conditions_stated"),
    )?;
    let stated = Sharing {
        kind: SharingType::Conditional,
        scope: "区级各部门办理依法履职事项".into(),
        usage: "核对办事人所属村居".into(),
        conditions: "逐条查询，不得批量下载".into(),
        ..Sharing::default()
    };
    edit(stage, &known.villages, &EntryInput { sharing: stated, ..villages }, (&duty, &system)).await?;
    teller.step(&Step::new(stage.now(), stage.name("mzj"), "states scope, use and conditions of 村居委会名录"))?;
    submit(stage, teller, &known.villages, "hands 村居委会名录 over again").await?;
    submit(stage, teller, &known.shelters, "hands 避难场所名录 over for review").await
}

/// The centre reviews in time and publishes.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn review(stage: &mut Stage, teller: &mut Teller, known: &Known) -> Result<()> {
    teller.begin("The centre reviews in time and publishes")?;
    stage.until("2026-03-03 10:00").await?;
    let path = format!("/api/v1/cases/{}/acts", known.streets.case);
    stage
        .is_refused(
            teller,
            "mzj.executive",
            "tries to publish its own entry",
            &path,
            &act_body("publish", &[]),
            ("not_permitted", ""),
        )
        .await?;
    for (subject, title) in
        [(&known.streets, "街道乡镇名录"), (&known.villages, "村居委会名录"), (&known.shelters, "避难场所名录")]
    {
        let receipt = stage
            .acts(teller, "sjzx.officer", &format!("reviews and publishes {title}"), &subject.case, "publish", &[])
            .await?;
        expect("the state of the entry", text(&receipt, "state")?, "published")?;
    }
    Ok(())
}

/// Files of four kinds are handed in; every row is accounted for.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn loading(stage: &mut Stage, teller: &mut Teller, known: &Known, files: &Files) -> Result<()> {
    teller.begin("Files of four kinds are handed in, and every row is accounted for")?;
    stage.until("2026-03-03 11:00").await?;
    let gbk = load(stage, teller, &known.streets, &files.gbk).await?;
    // GB18030 is read wherever GBK is meant: it is the same for these characters and loses none of the others.
    expect("the encoding", gbk.pointer("/certificate/understood/encoding").and_then(Value::as_str), Some("GB18030"))?;
    let streets = load(stage, teller, &known.streets, &files.streets).await?;
    expect("the rejected streets", number(&streets, "rejected"), 0)?;
    let villages = load(stage, teller, &known.villages, &files.villages).await?;
    expect("the rejected villages", number(&villages, "rejected"), 0)?;
    let shelters = load(stage, teller, &known.shelters, &files.shelters).await?;
    if number(&shelters, "rejected") == 0 {
        return Err(Failure::new("the workbook has rows without a capacity, and none was rejected").details(shelters));
    }
    let path = format!("/api/v1/loads/{}/rejected?limit=2", text(&shelters, "load")?);
    let rejected = stage.person("mzj.executive").await?.get(&path).await?;
    let mut step = Step::new(stage.now(), stage.name("mzj"), "reads why rows of the workbook were kept aside");
    for row in rejected.get("items").and_then(Value::as_array).into_iter().flatten() {
        let place = row.get("row").and_then(Value::as_u64).unwrap_or_default();
        let column = row.get("column").and_then(Value::as_str).unwrap_or("-");
        step.notes.push(format!("row {place}, column `{column}`: {}", text(row, "reason")?));
    }
    teller.step(&step)
}

/// Another organisation asks: one supplement notice, an extension with consent, an approval.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn request(stage: &mut Stage, teller: &mut Teller, known: &mut Known) -> Result<()> {
    teller.begin("Another organisation asks for the conditional data")?;
    stage.until("2026-03-03 14:00").await?;
    let first =
        Elements { legal_basis: String::new(), scope: String::new(), ..elements(&["code", "name", "streetCode"]) };
    let body = body_of(&known.villages, &first)?;
    let asked = stage
        .does(
            teller,
            "jyj.executive",
            "asks for code, name and street of the villages",
            "/api/v1/sharing-requests",
            &body,
        )
        .await?;
    expect("the first date due", last_day(&asked, "reply_conditional"), Some("2026-03-17"))?;
    let (request, case) = (text(&asked, "/request/id")?.to_owned(), text(&asked, "/request/case")?.to_owned());
    stage.until("2026-03-04 09:00").await?;
    let path = format!("/api/v1/cases/{case}/acts");
    let refusal = ("act_refused", "guard_failed");
    stage
        .is_refused(
            teller,
            "mzj.cdo",
            "tries to approve what is not complete",
            &path,
            &act_body("approve", &[]),
            refusal,
        )
        .await?;
    let list = [("supplement_list", "请补充使用依据、使用范围，并签署数据共享应用责任承诺。")];
    stage
        .acts(
            teller,
            "mzj.cdo",
            "gives the one supplement notice; the term stands still",
            &case,
            "give_supplement_notice",
            &list,
        )
        .await?;
    stage.until("2026-03-09 10:00").await?;
    let more = signed(stage, &known.villages, &elements(&["code", "name", "streetCode"]), "jyj").await?;
    let what = "supplies what was missing and signs the commitment with SM2";
    let path_of = format!("/api/v1/sharing-requests/{request}/supplement");
    let supplied = stage.does(teller, "jyj.cdo", what, &path_of, &serde_json::to_value(&more)?).await?;
    expect("the date due after the pause", last_day(&supplied, "reply_conditional"), Some("2026-03-23"))?;
    stage.until("2026-03-10 09:00").await?;
    let second = act_body("give_supplement_notice", &list);
    stage
        .is_refused(
            teller,
            "mzj.cdo",
            "tries a second supplement notice",
            &path,
            &second,
            ("act_refused", "already_done"),
        )
        .await?;
    stage.until("2026-03-19 10:00").await?;
    let reason = [("extension_reason", "需与街镇核对代码，请求延长答复期限。")];
    stage.acts(teller, "mzj.cdo", "asks the bureau for an extension", &case, "ask_extension", &reason).await?;
    stage.until("2026-03-20 10:00").await?;
    let consent =
        stage.acts(teller, "sjj.officer", "consents; the demander is told", &case, "consent_extension", &[]).await?;
    expect("the date due after the extension", last_day(&consent, "reply_conditional"), Some("2026-04-07"))?;
    stage.until("2026-04-02 10:00").await?;
    let approved = stage
        .acts(teller, "mzj.cdo", "approves; grant and service are made in the same transaction", &case, "approve", &[])
        .await?;
    expect("the state of the request", text(&approved, "state")?, "granted")?;
    text(&approved, "act")?.clone_into(&mut known.approval);
    let view = stage.person("jyj.cdo").await?.get(&format!("/api/v1/sharing-requests/{request}")).await?;
    text(&view, "service")?.clone_into(&mut known.service);
    let service = stage.person("jyj.cdo").await?.get(&format!("/api/v1/services/{}", known.service)).await?;
    text(&service, "case")?.clone_into(&mut known.service_case);
    Ok(())
}

/// The department's own system calls under its grant, and beyond it.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn use_of_the_grant(stage: &mut Stage, teller: &mut Teller, known: &mut Known) -> Result<()> {
    teller.begin("The grant is in the bytes")?;
    stage.call("system", "区教育局 system");
    let key = signing_key(SEED, "jyj system")?;
    let client = json!({
        "organisation": organisation(known, "jyj")?, "name": "入学登记系统", "public_key": key.verifying_key().to_spki_pem(),
        "expires_at": "2027-12-31T00:00:00+08:00",
    });
    let client = stage.person("system.admin").await?.post("/api/v1/clients", &client).await?;
    let client = text(&client, "id")?.to_owned();
    let timestamp = world::parse_instant(&stage.now()).map_err(Failure::new)?.as_second();
    let message = platform::identity::token_message(client.parse()?, timestamp, "story-nonce-0001");
    let signature = BASE64.encode(key.sign(message.as_bytes()).to_der());
    let request =
        json!({ "client": client, "timestamp": timestamp, "nonce": "story-nonce-0001", "signature": signature });
    let access = stage.public()?.post("/gateway/v1/tokens", &request).await?;
    text(&access, "token")?.clone_into(&mut known.token);
    teller.step(&Step::new(
        stage.now(),
        stage.name("system"),
        "signs with its SM2 key and gets a token for a quarter of an hour",
    ))?;
    let path = format!("/gateway/v1/services/{}/lookup", known.service);
    let program = stage.public()?.with_token(&known.token);
    let lookup = json!({ "key_column": "code", "key": VILLAGE, "purpose": "enrolment_check" });
    let answer = program.post(&path, &lookup).await?;
    let record = answer.pointer("/records/0").cloned().unwrap_or_default();
    expect("the village found", record.get("code").and_then(Value::as_str), Some(VILLAGE))?;
    expect("the fields given", record.as_object().map(serde_json::Map::len), Some(3))?;
    let index = answer
        .pointer("/use/index")
        .and_then(Value::as_u64)
        .ok_or_else(|| Failure::new("the answer has no place in the log"))?;
    known.call = (text(&answer, "call")?.to_owned(), index);
    let step = Step::new(stage.now(), stage.name("system"), format!("looks {VILLAGE} up for `enrolment_check`"));
    let step = Step { log: Some(index), ..step }.note(format!(
        "{} {}, street {}",
        text(&record, "code")?,
        text(&record, "name")?,
        text(&record, "streetCode")?
    ));
    teller.step(&step.note("the use record was durable before the answer left"))?;
    let who = stage.name("system");
    let mut beyond = lookup.clone();
    put(&mut beyond, "fields", json!(["code", "areaCode"]));
    let answer = program.try_post(&path, &beyond).await?;
    stage.tell_refusal(teller, &who, "asks for a field that was not granted", answer, ("beyond_grant", ""))?;
    let mut other = lookup;
    put(&mut other, "purpose", json!("marketing"));
    let answer = program.try_post(&path, &other).await?;
    stage.tell_refusal(teller, &who, "states a purpose that was not promised", answer, ("beyond_grant", ""))?;
    let answer = stage.public()?.try_post(&path, &other).await?;
    stage.tell_refusal(teller, "somebody without a token", "calls the service", answer, ("not_authenticated", ""))?;
    Ok(())
}

/// Unconditional data is answered in one working day.
///
/// # Errors
/// When an answer is not the expected one.
pub async fn unconditional(stage: &mut Stage, teller: &mut Teller, known: &Known) -> Result<()> {
    teller.begin("Unconditional data is answered in one working day")?;
    stage.until("2026-04-02 15:00").await?;
    let elements = signed(stage, &known.streets, &elements(&["code", "name"]), "jyj").await?;
    let body = body_of(&known.streets, &elements)?;
    let asked = stage
        .does(teller, "jyj.cdo", "asks for code and name of the streets", "/api/v1/sharing-requests", &body)
        .await?;
    expect("the date due", last_day(&asked, "reply_unconditional"), Some("2026-04-03"))?;
    let case = text(&asked, "/request/case")?.to_owned();
    stage.until("2026-04-03 16:00").await?;
    let approved = stage.acts(teller, "mzj.cdo", "approves on the next working day", &case, "approve", &[]).await?;
    expect("how the term ended", status(&approved, "reply_unconditional"), Some("met"))
}

/// A request's elements.
#[must_use]
pub fn elements(items: &[&str]) -> Elements {
    Elements {
        demand_type: Some(DemandType::District),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        scenario: "义务教育入学登记时核对村居和街镇".into(),
        legal_basis: "《中华人民共和国义务教育法》第十二条".into(),
        business_goal: "家长少交一份证明".into(),
        scope: "限招生经办人员在招生期间使用".into(),
        mode: Some(Mode::Api),
        frequency: Some(Frequency::Daily),
        term_until: Some(date(2027, 12, 31)),
        security_grade: Some(Grade::General2),
        security_measures: "专人专岗、操作留痕".into(),
        purpose: "enrolment_check".into(),
        ..Elements::default()
    }
}

/// The elements with their commitment, signed by the organisation.
///
/// # Errors
/// When the server does not give the text to be signed.
pub async fn signed(stage: &mut Stage, subject: &Subject, elements: &Elements, organisation: &str) -> Result<Elements> {
    let who = stage.person(&format!("{organisation}.cdo")).await?;
    let answer = who.post("/api/v1/sharing-requests/commitment-text", &body_of(subject, elements)?).await?;
    let commitment = commitment(SEED, organisation, text(&answer, "text")?.to_owned())?;
    Ok(Elements { commitment: Some(commitment), ..elements.clone() })
}

/// A request's body.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn body_of(subject: &Subject, elements: &Elements) -> Result<Value> {
    let mut body = serde_json::to_value(elements)?;
    put(&mut body, "entry", json!(subject.entry));
    Ok(body)
}

/// The last day of a term that an answer tells of.
#[must_use]
pub fn last_day<'a>(answer: &'a Value, clock: &str) -> Option<&'a str> {
    change(answer, clock)?.get("last_day")?.as_str()
}

/// The id of an organisation.
///
/// # Errors
/// When there is none with this code.
pub fn organisation(known: &Known, code: &str) -> Result<String> {
    let found = known.organisations.iter().find(|(one, _)| one == code).map(|(_, id)| id.clone());
    found.ok_or_else(|| Failure::new(format!("the story has no organisation `{code}`")))
}

/// Puts a member into an object.
pub fn put(object: &mut Value, member: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(member.to_owned(), value);
    }
}

fn status<'a>(answer: &'a Value, clock: &str) -> Option<&'a str> {
    change(answer, clock)?.get("status")?.as_str()
}

fn change<'a>(answer: &'a Value, clock: &str) -> Option<&'a Value> {
    let receipt = answer.get("receipt").unwrap_or(answer);
    receipt.get("due")?.as_array()?.iter().find(|change| change.get("clock").and_then(Value::as_str) == Some(clock))
}

fn number(answer: &Value, part: &str) -> u64 {
    answer.pointer(&format!("/certificate/{part}")).and_then(Value::as_u64).unwrap_or_default()
}

async fn draft(stage: &mut Stage, teller: &mut Teller, input: &EntryInput, links: (&str, &str)) -> Result<Subject> {
    let what = format!(
        "drafts {}, {}",
        input.title,
        if input.sharing.kind == SharingType::Conditional { "conditional" } else { "unconditional" }
    );
    let drafted = stage.does(teller, "mzj.executive", &what, "/api/v1/entries", &linked(input, links)?).await?;
    Ok(Subject { entry: text(&drafted, "/entry/id")?.to_owned(), case: text(&drafted, "/receipt/case")?.to_owned() })
}

async fn edit(stage: &mut Stage, subject: &Subject, input: &EntryInput, links: (&str, &str)) -> Result<()> {
    let path = format!("/api/v1/entries/{}", subject.entry);
    stage.person("mzj.executive").await?.put(&path, &linked(input, links)?).await.map(drop)
}

fn linked(input: &EntryInput, (duty, system): (&str, &str)) -> Result<Value> {
    let mut body = serde_json::to_value(input)?;
    put(&mut body, "duty", json!(duty));
    put(&mut body, "system", json!(system));
    Ok(body)
}

async fn submit(stage: &mut Stage, teller: &mut Teller, subject: &Subject, what: &str) -> Result<()> {
    let path = format!("/api/v1/entries/{}/submission", subject.entry);
    let receipt = stage.does(teller, "mzj.executive", what, &path, &act_body("submit", &[])).await?;
    expect("the date due of the review", last_day(&receipt, "entry_review"), Some("2026-03-04"))
}

/// Hands a file in and tells the certificate.
async fn load(stage: &mut Stage, teller: &mut Teller, subject: &Subject, file: &Path) -> Result<Value> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = tokio::fs::read(file).await.doing(|| format!("`{}` cannot be read", file.display()))?;
    let path = format!("/api/v1/entries/{}/loads", subject.entry);
    let answer = stage.person("mzj.executive").await?.upload(&path, &[("name", &name)], bytes.into()).await?;
    let answer = answer.map_err(|refused| refused.failure())?;
    let (rows, accepted, rejected) =
        (number(&answer, "rows_in"), number(&answer, "accepted"), number(&answer, "rejected"));
    expect("rows in = accepted + rejected", rows, accepted + rejected)?;
    let understood = answer.pointer("/certificate/understood").and_then(Value::as_object);
    let words = understood.into_iter().flatten().filter(|(what, _)| !matches!(what.as_str(), "notes" | "header_row"));
    let words: Vec<_> =
        words.map(|(what, how)| format!("{} {}", what.replace('_', " "), how.as_str().unwrap_or_default())).collect();
    let what = format!("hands {name} in");
    let step = match answer.get("receipt").filter(|receipt| !receipt.is_null()) {
        Some(receipt) => stage.step_of("mzj", &what, receipt).await?,
        None => Step::new(stage.now(), stage.name("mzj"), what),
    };
    let step = step.note(format!("{rows} rows = {accepted} accepted + {rejected} rejected; {}", words.join(", ")));
    teller.step(&step.note(format!("content sm3 {}", text(&answer, "/certificate/content_sm3")?)))?;
    Ok(answer)
}

fn texts(columns: &[(&str, &str)]) -> Vec<Item> {
    columns.iter().map(|(code, name)| item(code, name, ColumnKind::Text, *code == "code")).collect()
}

fn shelters() -> Vec<Item> {
    let columns = files::SHELTERS.iter().map(|(code, name, kind)| item(code, name, *kind, *code == "#property"));
    // A shelter without a capacity is of no use to whoever has to fill it.
    columns.map(|item| Item { required: item.required || item.code == "capacity", ..item }).collect()
}

fn item(code: &str, name: &str, kind: ColumnKind, key: bool) -> Item {
    Item {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        length: (kind == ColumnKind::Text).then_some(200),
        meaning: format!("{name}，取自原始文件"),
        key,
        required: key,
        sensitive: false,
        grade: None,
        mask: None,
    }
}

fn entry(title: &str, description: &str, items: Vec<Item>, sharing: Sharing) -> EntryInput {
    EntryInput {
        title: title.into(),
        description: description.into(),
        source: "统计用区划代码".into(),
        managing_unit: "区划地名科".into(),
        format: Some(DataFormat::Text),
        items,
        update_cycle: Some(UpdateCycle::Yearly),
        class: "区划".into(),
        grade: Some(Grade::General1),
        sharing,
        opening: Opening { reason: "待评估".into(), ..Opening::default() },
        coverage: Coverage { area: "全国".into(), from: Some(date(2023, 1, 1)), until: None },
        keywords: vec!["区划".into(), "代码".into()],
        ..EntryInput::default()
    }
}
