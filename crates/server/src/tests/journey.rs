//! One dataset's way from duty to call over HTTP; at every step the answer is as described.

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Somebody, World};

const ROWS: &str = "code,name,street,amount\nA1,王一,江苏路,100\nA2,李二,新华路,200\n,无码,江苏路,1\n";

fn key() -> sm::sign::SigningKey {
    platform::testkit::signing_key("transport").unwrap()
}

fn signed(text: &str) -> String {
    STANDARD.encode(key().sign(text.as_bytes()).to_der())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn entry(duty: &Value) -> Value {
    let item = |code: &str, kind: &str, key: bool| {
        let length = if kind == "text" { json!(60) } else { Value::Null };
        json!({"code": code, "name": format!("{code} 项"), "kind": kind, "length": length, "meaning": "含义", "key": key, "required": key})
    };
    json!({
        "title": "困难家庭救助名单", "description": "享受救助的家庭及金额", "duty": duty, "source": "救助申请表", "managing_unit": "救助科",
        "format": "database", "items": [item("code", "text", true), item("name", "text", false), item("street", "text", false), item("amount", "integer", false)],
        "update_cycle": "monthly", "class": "民生服务", "grade": "general_3",
        "sharing": {"kind": "conditional", "scope": "区内救助协同部门", "usage": "资格核对", "conditions": "按次核对，不得留存"},
        "coverage": {"area": "全区"}, "keywords": ["救助"]
    })
}

fn demand(entry: &str) -> Value {
    json!({
        "entry": entry, "demand_type": "district", "items": ["code", "name"], "scenario": "就业援助资格核对", "legal_basis": "就业促进法",
        "business_goal": "免交证明", "scope": "就业科办理援助申请时", "mode": "api", "frequency": "daily", "term_until": "2027-12-31",
        "security_grade": "general_3", "security_measures": "专网、专人、日志", "purpose": "aid_check", "rate_per_minute": 600
    })
}

/// Catalogued, reviewed and published: the entry's id.
async fn published(holder: &Somebody<'_>, centre: &Somebody<'_>) -> String {
    let duty = holder
        .post("/api/v1/duties", "", &json!({"code": "D1", "name": "社会救助", "basis": "社会救助暂行办法"}))
        .await;
    holder.post("/api/v1/systems", "", &json!({"code": "S1", "name": "救助系统", "duty": duty["id"]})).await;
    let drafted = holder.post("/api/v1/entries", "", &entry(&duty["id"])).await;
    let (id, case) = (text(&drafted["entry"]["id"]), text(&drafted["receipt"]["case"]));
    holder.told(200, "PUT", "/api/v1/entries/{id}", &id, "?expected_version=1", Some(&entry(&duty["id"]))).await;
    holder.told(409, "PUT", "/api/v1/entries/{id}", &id, "?expected_version=1", Some(&entry(&duty["id"]))).await;
    holder.post("/api/v1/entries/{id}/submission", &id, &json!({"act": "submit"})).await;
    // The holder cannot review their own entry, and is told who can.
    let refused = holder
        .told(403, "POST", "/api/v1/cases/{id}/acts", &case, "", Some(&json!({"act": "publish", "role": "centre"})))
        .await;
    assert!(refused["hint"].is_string(), "{refused}");
    let seen = centre.get("/api/v1/cases/{id}", &case).await;
    assert!(seen["clocks"][0]["derivation"]["days"].as_array().is_some_and(|days| !days.is_empty()), "{seen}");
    centre.get("/api/v1/cases/{id}/possible", &case).await;
    let told = centre.get("/api/v1/cases/{id}/explanation", &case).await;
    assert!(
        told["clocks"][0]["derivation"]["days"].is_array() && told["ahead"][0]["outcome"]["id"] == "breach",
        "{told}"
    );
    centre.post("/api/v1/cases/{id}/acts", &case, &json!({"act": "publish"})).await;
    id
}

async fn handed_in(world: &World, holder: &Somebody<'_>, entry: &str) -> String {
    let send = |path: String, kind: &str, body: String| {
        Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", holder.token))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap()
    };
    let path = format!("/api/v1/entries/{entry}/loads");
    assert_eq!(world.send(send(path.clone(), "text/csv", ROWS.into())).await.status, 400, "a file without a name");
    assert_eq!(
        world.send(send(format!("{path}?name=a.csv"), "text/csv", String::new())).await.status,
        422,
        "an empty file"
    );
    let reply = world.send(send(format!("{path}?name=rows.csv"), "text/csv", ROWS.into())).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    crate::answer_conforms(&world.document, "POST", "/api/v1/entries/{id}/loads", 200, &reply.json()).unwrap();
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rows.csv\"\r\n\r\n{ROWS}\r\n--x--\r\n"
    );
    let reply = world.send(send(path.clone(), "multipart/form-data; boundary=x", form)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let keyed = |key: &str| {
        let mut request = send(format!("{path}?name=rows.csv"), "text/csv", ROWS.into());
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        request
    };
    let key = "0198f000-0000-7000-8000-000000000001";
    let first = world.send(keyed(key)).await;
    assert_eq!((first.status.as_u16(), &first.json()["load"]), (200, &json!(key)), "{}", first.text());
    let again = world.send(keyed(key)).await;
    assert_eq!(first.json()["certificate"], again.json()["certificate"], "the same key loaded the file again");
    assert_eq!(world.send(keyed("not-a-uuid")).await.status, 400);
    assert_eq!(
        std::fs::read_dir(&world.state.settings.uploads).unwrap().count(),
        0,
        "a file that arrived was left behind"
    );
    text(&reply.json()["load"])
}

#[tokio::test]
async fn a_datasets_way_from_duty_to_call() {
    let world = World::open().await;
    let (holder, asker) = (world.log_in("housing.executive").await, world.log_in("transport.executive").await);
    let (centre, admin) = (world.log_in("centre.officer").await, world.log_in("system.admin").await);
    let me = holder.get("/api/v1/me", "").await;
    assert_eq!((&me["kind"], &me["organisation"]["code"]), (&json!("person"), &json!("housing")));

    let id = published(&holder, &centre).await;
    let load = handed_in(&world, &holder, &id).await;
    let certificate = holder.get("/api/v1/loads/{id}", &load).await;
    assert_eq!((&certificate["rows_in"], &certificate["rejected"]), (&json!(3), &json!(1)));
    let rejected = holder.get("/api/v1/loads/{id}/rejected", &load).await;
    assert_eq!(rejected["total"], 1);
    holder.get("/api/v1/entries/{id}/loads", &id).await;
    holder.get("/api/v1/entries/{id}/preview", &id).await;
    holder.get("/api/v1/entries/{id}", &id).await;
    holder.get("/api/v1/entries/{id}/versions", &id).await;
    holder.get("/api/v1/entries", "").await;
    holder.get("/api/v1/entries/gaps", "").await;
    holder.get("/api/v1/duties", "").await;
    holder.get("/api/v1/systems", "").await;
    // Another organisation cannot hand in, and is told so before its file is taken.
    let reply = asker.ask("POST", &format!("/api/v1/entries/{id}/loads?name=a.csv"), None).await;
    assert_eq!(reply.status, 403, "{}", reply.text());

    let mut wish = demand(&id);
    let promise = asker.post("/api/v1/sharing-requests/commitment-text", "", &wish).await;
    wish["commitment"] = json!({"text": promise["text"], "signature": signed(&text(&promise["text"])), "public_key": key().verifying_key().to_spki_pem()});
    let asked = asker.post("/api/v1/sharing-requests", "", &wish).await;
    let (request, case) = (text(&asked["request"]["id"]), text(&asked["receipt"]["case"]));
    asker.get("/api/v1/sharing-requests/{id}", &request).await;
    asker.get("/api/v1/sharing-requests/{id}/commitment", &request).await;
    asker.get("/api/v1/sharing-requests", "").await;
    // The law refuses what does not fit the state, and says what does.
    let refused = holder
        .told(
            422,
            "POST",
            "/api/v1/cases/{id}/acts",
            &case,
            "",
            Some(&json!({"act": "consent_extension", "role": "provider"})),
        )
        .await;
    assert!(
        refused["article"].is_string()
            && refused["refusal"].is_string()
            && refused["next"].as_array().is_some_and(|next| !next.is_empty()),
        "{refused}"
    );

    let keyed = |key: &str| {
        let request = Request::post(format!("/api/v1/cases/{case}/acts"))
            .header(header::AUTHORIZATION, format!("Bearer {}", holder.token));
        let request = request.header(header::CONTENT_TYPE, "application/json").header("idempotency-key", key);
        request.body(Body::from(json!({"act": "approve"}).to_string())).unwrap()
    };
    let approved = world.send(keyed("k1")).await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    let again = world.send(keyed("k1")).await;
    assert_eq!(approved.json()["act"], again.json()["act"], "the same key repeated the act");
    let act = text(&approved.json()["act"]);
    let evidence = holder.get("/api/v1/acts/{id}/evidence", &act).await;
    assert_eq!(evidence["format"], "gongshu-evidence/1");
    holder.get("/api/v1/acts/{id}/papers", &act).await;
    asker.get("/api/v1/notices", "").await;
    holder.get("/api/v1/cases", "").await;

    let service = text(&asker.get("/api/v1/sharing-requests/{id}", &request).await["service"]);
    asker.get("/api/v1/services/{id}", &service).await;
    asker.get("/api/v1/services", "").await;
    calls(&world, &admin, &asker, &service).await;
    the_log_is_public(&world).await;
    let state = asker.get("/api/v1/state", "").await;
    assert_eq!((&state["entries"]["published"], &state["services"]["active"]), (&json!(1), &json!(1)));
    assert!(world.get("/").await.text().contains("在办事项"));
    drop((holder, asker, centre, admin));
    world.district.close().await.unwrap();
}

/// A department's system gets a token by its key, finds a record, and gets no field beyond the grant.
async fn calls(world: &World, admin: &Somebody<'_>, asker: &Somebody<'_>, service: &str) {
    let organisation = asker.get("/api/v1/me", "").await["organisation"]["id"].clone();
    let client = json!({"organisation": organisation, "name": "就业系统", "public_key": key().verifying_key().to_spki_pem(), "expires_at": "2027-01-01T00:00:00Z"});
    let client = text(&admin.post("/api/v1/clients", "", &client).await["id"]);
    asker.get("/api/v1/clients", "").await;
    let (timestamp, nonce) = (world.state.clock.now().as_second(), "0123456789abcdef");
    let signature = signed(&format!("gongshu-token\n{client}\n{timestamp}\n{nonce}"));
    let proof = json!({"client": client, "timestamp": timestamp, "nonce": nonce, "signature": signature});
    let access = asker.told(201, "POST", "/gateway/v1/tokens", "", "", Some(&proof)).await;
    asker.told(401, "POST", "/gateway/v1/tokens", "", "", Some(&proof)).await;
    let program = Somebody { world, token: text(&access["token"]) };

    let door = "/gateway/v1/services/{id}/lookup";
    let wish = json!({"key_column": "code", "key": "A1", "purpose": "aid_check"});
    let found = program.post(door, service, &wish).await;
    assert_eq!(found["records"], json!([{"code": "A1", "name": "王一"}]));
    let beyond = json!({"key_column": "code", "key": "A1", "purpose": "aid_check", "fields": ["name", "amount"]});
    let refused = program.told(403, "POST", door, service, "", Some(&beyond)).await;
    assert_eq!((&refused["code"], &refused["fields"][0]["path"]), (&json!("beyond_grant"), &json!("fields[1]")));
    let reply = world.send(super::post(&door.replace("{id}", service), &wish)).await;
    assert_eq!(reply.status, 401);
    assert_eq!(program.get("/api/v1/me", "").await["kind"], "client");

    let query = format!("?service={service}&index={}", found["use"]["index"]);
    let evidence = program.told(200, "GET", "/api/v1/calls/{id}/evidence", &text(&found["call"]), &query, None).await;
    assert_eq!(evidence["preview"]["service"], service);
}

async fn the_log_is_public(world: &World) {
    let checkpoint = world.get("/log/acts-permanent/2026/checkpoint").await;
    assert_eq!((checkpoint.status.as_u16(), checkpoint.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert_eq!(world.get("/log/acts-permanent/2026/sm3/checkpoint").await.status, 200);
    let said = world.get("/api/v1/log/acts-permanent/2026/checkpoint").await.json();
    crate::answer_conforms(&world.document, "GET", "/api/v1/log/{class}/{period}/checkpoint", 200, &said).unwrap();
    let size = said["size"].as_u64().unwrap();
    let tile = world.get(&format!("/log/acts-permanent/2026/tile/0/000.p/{size}")).await;
    assert_eq!((tile.status.as_u16(), tile.bytes.len() as u64), (200, size * 32), "{}", tile.text());
    assert!(tile.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn moving_the_clock_lets_the_law_act_on_the_way() {
    let world = World::open().await;
    let (holder, centre) = (world.log_in("housing.executive").await, world.log_in("centre.officer").await);
    let duty = holder
        .post("/api/v1/duties", "", &json!({"code": "D1", "name": "社会救助", "basis": "社会救助暂行办法"}))
        .await;
    let drafted = holder.post("/api/v1/entries", "", &entry(&duty["id"])).await;
    holder.post("/api/v1/entries/{id}/submission", &text(&drafted["entry"]["id"]), &json!({"act": "submit"})).await;
    centre.told(403, "POST", "/api/v1/demonstration/clock", "", "", Some(&json!({"by_seconds": 60}))).await;
    let admin = world.log_in("system.admin").await;
    let reading = admin.get("/api/v1/demonstration/clock", "").await;
    let due: jiff::Timestamp = text(&reading["next_due"]).parse().unwrap();
    for wrong in [
        json!({}),
        json!({"to": "2020-01-01T00:00:00Z"}),
        json!({"by_seconds": 1, "to_next_due": true}),
        json!({"to": "2126-01-01T00:00:00Z"}),
    ] {
        admin.told(400, "POST", "/api/v1/demonstration/clock", "", "", Some(&wrong)).await;
    }
    let moved = admin.post("/api/v1/demonstration/clock", "", &json!({"to_next_due": true})).await;
    assert_eq!(world.state.clock.now(), due);
    assert!(moved["acts"].as_u64().is_some_and(|acts| acts > 0), "{moved}");
    // By the moved clock the session has ended, like any that is not renewed; the one after the move is the only one that runs.
    assert_eq!(admin.ask("GET", "/api/v1/sessions", None).await.status, 401);
    let sessions = world.log_in("system.admin").await.get("/api/v1/sessions", "").await;
    assert_eq!(sessions["total"], 2, "{sessions}");
}

#[tokio::test]
async fn people_are_made_by_one_administrator_and_given_roles_by_another() {
    let world = World::open().await;
    let (system, security) = (world.log_in("system.admin").await, world.log_in("security.admin").await);
    let made = system
        .post("/api/v1/organisations", "", &json!({"code": "streets", "name": "江苏路街道", "kind": "street"}))
        .await;
    let organisation = text(&made["id"]);
    system.get("/api/v1/organisations/{id}", &organisation).await;
    system.told(200, "GET", "/api/v1/organisations", "", "?search=%E6%B1%9F%E8%8B%8F", None).await;
    let public = json!({"public_key": key().verifying_key().to_spki_pem()});
    let sealed =
        system.told(200, "PUT", "/api/v1/organisations/{id}/signing-key", &organisation, "", Some(&public)).await;
    assert_eq!(sealed["signing_key"], public["public_key"]);
    let person = json!({"login": "streets.executive", "name": "某某", "organisation": organisation, "password": "correct horse battery"});
    let person = text(&system.post("/api/v1/people", "", &person).await["id"]);
    system
        .told(403, "PUT", "/api/v1/people/{id}/roles", &person, "", Some(&json!({"roles": ["data_executive"]})))
        .await;
    security
        .told(200, "PUT", "/api/v1/people/{id}/roles", &person, "", Some(&json!({"roles": ["data_executive"]})))
        .await;
    security.told(200, "GET", "/api/v1/people", "", &format!("?organisation={organisation}"), None).await;
    let somebody = world.log_in("streets.executive").await;
    somebody.post("/api/v1/people/{id}/totp", &person, &json!({})).await;
    let reply = world
        .send(super::post(
            "/api/v1/sessions",
            &json!({"login": "streets.executive", "password": "correct horse battery"}),
        ))
        .await;
    assert_eq!(reply.status, 401, "a second factor was enrolled and not asked for");
}
