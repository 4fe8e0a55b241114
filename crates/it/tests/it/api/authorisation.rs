//! Every operation as nobody, as somebody whom it does not concern, and as the right one, in one table.
//!
//! An operation without a line for one of the three stands in `endpoints-without-authorisation-test.txt` with its reason. The
//! list only shrinks: a line for something that the table covers, or for no operation, fails.

use std::collections::{BTreeMap, BTreeSet};

use it::{
    AUTHORITY, CENTRE, DEMANDER, NOBODY, PROVIDER, Reply, Site,
    world::{Demand, ROWS, Sharing, commitment, entry_body, merge, text},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Operation, document, operations};

/// One request: operation, who asks, what fills the path's braces (then a query), the body, the status that must come.
type Try<'t> = (&'t str, &'t str, Vec<String>, Option<Value>, u16);

const SYSTEM: &str = "system.admin";
const SECURITY: &str = "security.admin";
const AUDIT: &str = "audit.admin";
/// Somebody of the holding organisation without any role.
const PLAIN: &str = "housing.nobody";
/// Speaks for an organisation that has no part in anything here.
const STRANGER: &str = "archive.executive";
/// Whose session is ended.
const GUEST: &str = "housing.chief";

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_nobody_strangers_and_the_right_one_as_it_should() {
    let site = Site::open().await;
    let (document, world) = (document(), World::make(&site).await);
    let known: BTreeMap<String, Operation> =
        operations(&document).into_iter().map(|operation| (operation.id.clone(), operation)).collect();
    let (mut faults, mut covered) = (Vec::new(), BTreeSet::new());
    for (id, who, filling, body, status) in world.tries() {
        let Some(operation) = known.get(id) else {
            faults.push(format!("there is no operation `{id}`"));
            continue;
        };
        let reply = ask(&site, operation, who, &filling, body).await;
        if reply.status != status {
            faults.push(format!("{id} as `{who}` should answer {status}: {reply}"));
        }
        if let Err(misfits) =
            server::answer_conforms(&document, &operation.method, &operation.path, reply.status, &reply.json)
            && !reply.json.is_null()
        {
            faults.push(format!("{id} as `{who}` answers what is not described: {misfits:?}"));
        }
        if reply.status >= 400 {
            faults.extend(shape(&reply).err().map(|fault| format!("{id} as `{who}`: {fault}")));
        }
        let class = match (who, reply.status) {
            (NOBODY, _) => "nobody",
            (_, 200..300) => "right",
            _ => "wrong",
        };
        covered.insert((id.to_owned(), class));
    }
    faults.extend(against_the_list(&known, &covered));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    site.close().await;
}

async fn ask(site: &Site, operation: &Operation, who: &str, filling: &[String], body: Option<Value>) -> Reply {
    let mut filling = filling.iter();
    let mut path = String::new();
    for part in operation.path.split_inclusive('}') {
        match part.split_once('{') {
            Some((before, _)) => {
                path = format!("{path}{before}{}", filling.next().expect("the path has another parameter"))
            }
            None => path.push_str(part),
        }
    }
    if let Some(query) = filling.next() {
        path = format!("{path}?{query}");
    }
    if operation.id == "loads_create" {
        let entry = path.split('/').nth(4).unwrap().to_owned();
        return site.load(who, &entry, "rows.csv", ROWS).await;
    }
    site.ask(who, Method::from_bytes(operation.method.as_bytes()).unwrap(), &path, body).await
}

/// Problem details as RFC 9457 and our own description want them.
fn shape(reply: &Reply) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{what}: {reply}"));
    if reply.header("content-type") != "application/problem+json" {
        return wrong("an error is no problem document");
    }
    let code = reply.code();
    if reply.json["type"] != format!("urn:gongshu:error:{code}").as_str() || code.is_empty() {
        return wrong("the type does not carry the code");
    }
    if reply.json["status"] != reply.status || reply.json["request_id"] != reply.header("x-request-id") {
        return wrong("status and request id of body and headers differ");
    }
    let sentence = text(&reply.json["detail"]);
    if sentence.is_empty() || sentence.starts_with(char::is_uppercase) || text(&reply.json["title"]).is_empty() {
        return wrong("the detail is no lower-case sentence");
    }
    if reply.status == 403 && reply.json["hint"].as_str().is_none_or(str::is_empty) {
        return wrong("whoever is kept out is not told why or what next");
    }
    Ok(())
}

fn against_the_list(known: &BTreeMap<String, Operation>, covered: &BTreeSet<(String, &'static str)>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut excused = BTreeSet::new();
    for line in include_str!("../../endpoints-without-authorisation-test.txt").lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [id, class, _reason] = parts.as_slice() else {
            faults.push(format!("`{line}` is no `operation | class | reason`"));
            continue;
        };
        let covered = covered.iter().any(|(known, one)| known == id && one == class);
        if covered || !known.contains_key(*id) {
            faults.push(format!("`{id} | {class}` is covered now, or is no operation: take it off the list"));
        }
        excused.insert(((*id).to_owned(), (*class).to_owned()));
    }
    for id in known.keys() {
        for class in ["nobody", "wrong", "right"] {
            let listed = excused.contains(&(id.clone(), class.to_owned()));
            if !listed && !covered.contains(&(id.clone(), class)) {
                faults.push(format!("`{id}` is not tried as `{class}`"));
            }
        }
    }
    faults
}

/// Everything that the table names.
struct World {
    entry: String,
    entry_case: String,
    draft: String,
    draft_case: String,
    load: String,
    request: String,
    case: String,
    act: String,
    service: String,
    idle: String,
    idle_case: String,
    refusable: String,
    call: String,
    index: u64,
    notice: String,
    duty: String,
    client: String,
    /// Another client, whose key is changed.
    rotated: String,
    /// Somebody who is shut out.
    disabled: String,
    /// An organisation that is changed.
    archive: String,
    /// One that is closed.
    closed: String,
    housing: String,
    transport: String,
    person: String,
    session: String,
    supplement: String,
    missing: Value,
    token: Value,
    receipt: String,
}

impl World {
    async fn make(site: &Site) -> Self {
        let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
        let load = text(&site.get(PROVIDER, &format!("/entries/{entry}/loads")).await.ok()["items"][0]["id"]);
        let service = site.granted(&Demand::complete(&entry)).await;
        let idle = site.granted(&Demand::complete(&entry)).await;
        let call = site.call(&service).await.ok();
        let request = text(&site.get(DEMANDER, &format!("/services/{service}")).await.ok()["request"]);
        let case = text(&site.get(DEMANDER, &format!("/sharing-requests/{request}")).await.ok()["case"]);
        let act = text(&site.case(DEMANDER, &case).await["timeline"][0]["id"]);
        let drafted = site.draft("另一名单", &Sharing::of("conditional")).await.ok();
        let mut short = Demand::complete(&entry);
        short.papers.remove("use_scope");
        let short = short.ask(site).await.ok();
        let notice =
            json!({ "act": "give_supplement_notice", "role": "provider", "papers": { "supplement_list": "使用范围" } });
        site.act(PROVIDER, &text(&short["receipt"]["case"]), notice).await.ok();
        let refusable = text(&Demand::complete(&entry).ask(site).await.ok()["receipt"]["case"]);
        let notices = site.get(DEMANDER, "/notices").await.ok();
        let (client, token) = Self::client(site).await;
        let people = site.get(SYSTEM, "/people?limit=200").await.ok();
        let plain = people["items"].as_array().unwrap().iter().find(|person| person["login"] == PLAIN).unwrap();
        let archive = Self::stranger(site).await;
        let closed = json!({ "code": "closing", "name": "撤并单位", "kind": "department" });
        let closed = text(&site.post(SYSTEM, "/organisations", closed).await.ok()["id"]);
        let leaving = json!({ "login": "leaving.one", "name": "某某", "organisation": archive });
        let leaving = site.post(SYSTEM, "/people", leaving).await.ok();
        let key = sm::sign::SigningKey::from_bytes(&[9; 32]).unwrap().verifying_key().to_spki_pem();
        let rotated = json!({ "organisation": archive, "name": "另一系统", "public_key": key, "expires_at": "2027-01-01T00:00:00Z" });
        let rotated = text(&site.post(SYSTEM, "/clients", rotated).await.ok()["id"]);
        let objection = json!({ "entry": entry, "statement": "金额有误" });
        let receipt = text(&site.post(NOBODY, "/objections", objection).await.ok()["receipt_number"]);
        let sessions = site.get(GUEST, "/sessions").await.ok();
        Self {
            entry_case: text(&site.get(PROVIDER, &format!("/entries/{entry}")).await.ok()["case"]),
            draft: text(&drafted["entry"]["id"]),
            draft_case: text(&drafted["receipt"]["case"]),
            load,
            case,
            act,
            idle_case: site.case_about(DEMANDER, &idle, "sharing_service").await,
            idle,
            refusable,
            index: call["use"]["index"].as_u64().unwrap(),
            call: text(&call["call"]),
            notice: text(&notices["items"][0]["id"]),
            duty: site.duty("D-9").await,
            client,
            rotated,
            disabled: text(&leaving["id"]),
            archive,
            closed,
            housing: site.organisation("housing"),
            transport: site.organisation("transport"),
            person: text(&plain["id"]),
            session: text(&sessions["items"].as_array().unwrap().last().unwrap()["id"]),
            supplement: text(&short["request"]["id"]),
            missing: Self::missing(site, &short["request"]).await,
            entry,
            request,
            service,
            token,
            receipt,
        }
    }

    /// A third organisation with somebody who works for it.
    async fn stranger(site: &Site) -> String {
        let organisation = json!({ "code": "archive", "name": "区档案局", "kind": "department" });
        let organisation = text(&site.post(SYSTEM, "/organisations", organisation).await.ok()["id"]);
        let password = platform::testkit::PASSWORD;
        let person = json!({ "login": STRANGER, "name": "某某", "organisation": organisation, "password": password });
        let person = text(&site.post(SYSTEM, "/people", person).await.ok()["id"]);
        site.put(SECURITY, &format!("/people/{person}/roles"), json!({ "roles": ["data_executive"] })).await.ok();
        organisation
    }

    /// The scope that a demand was short of, under a new signature.
    async fn missing(site: &Site, asked: &Value) -> Value {
        let scope = json!({ "scope": "就业科" });
        let mut whole = asked["elements"].clone();
        merge(&mut whole, &scope);
        whole["entry"] = asked["entry"].clone();
        let signed = commitment(site, &whole).await.expect("the text of the commitment");
        json!({ "scope": "就业科", "commitment": signed })
    }

    /// A client of the demanding organisation and what it sends for a token.
    async fn client(site: &Site) -> (String, Value) {
        let key = sm::sign::SigningKey::from_bytes(&[7; 32]).unwrap();
        let body = json!({
            "organisation": site.organisation("transport"), "name": "核验系统",
            "public_key": key.verifying_key().to_spki_pem(), "expires_at": "2027-01-01T00:00:00Z",
        });
        let client = text(&site.post(SYSTEM, "/clients", body).await.ok()["id"]);
        let (nonce, timestamp) = ("0123456789abcdef", server::Clock::now(&*site.clock).as_second());
        let message = format!("gongshu-token\n{client}\n{timestamp}\n{nonce}");
        let signature = base64(&key.sign(message.as_bytes()).to_der());
        (client.clone(), json!({ "client": client, "timestamp": timestamp, "nonce": nonce, "signature": signature }))
    }

    #[rustfmt::skip]
    fn tries(&self) -> Vec<Try<'static>> {
        let none = Vec::new;
        let one = |id: &str| vec![id.to_owned()];
        let two = |id: &str, query: String| vec![id.to_owned(), query];
        let query = |text: String| vec![text];
        let found = || Some(json!({ "facts": { "violation_serious": false } }));
        let login = |password: &str| Some(json!({ "login": PLAIN, "password": password }));
        let organisation = |code: &str| Some(json!({ "code": code, "name": "区档案局", "kind": "department" }));
        let person = |login: &str| Some(json!({ "login": login, "name": "某某", "organisation": self.housing, "password": "a long password" }));
        let client = |name: &str| Some(json!({ "organisation": self.transport, "name": name, "expires_at": "2027-01-01T00:00:00Z",
            "public_key": sm::sign::SigningKey::from_bytes(&[8; 32]).unwrap().verifying_key().to_spki_pem() }));
        let duty = |code: &str| Some(json!({ "code": code, "name": "职责", "basis": "条例" }));
        let system = |code: &str| Some(json!({ "code": code, "name": "系统" }));
        let entry = |title: &str| Some(entry_body(title, &self.duty, &Sharing::of("conditional")));
        let act = |name: &str| Some(json!({ "act": name }));
        let demand = || { let mut body = Demand::complete(&self.entry).elements(); body["entry"] = json!(self.entry); Some(body) };
        let signing = || Some(json!({ "request": demand()?, "password": platform::testkit::PASSWORD }));
        let lookup = || Some(json!({ "key_column": "code", "key": "A1", "purpose": "aid_check" }));
        let widening = || Some(json!({ "statement": "另用", "purposes": ["second_check"], "items": [], "row_values": [] }));
        let objection = |role: &str| Some(json!({ "procedure": "objection", "subject_kind": "record", "subject": self.entry, "provider": self.housing,
            "demander": self.transport, "act": "raise", "role": role, "papers": { "objection_statement": "有误" } }));
        let public = || Some(json!({ "entry": self.entry, "statement": "街道有误", "contact": "请致电 13800000000" }));
        let proof = format!("service={}&index={}", self.service, self.index);
        let notice = "# 2027\n\n```toml calendar\nyear = 2027\n\n[[notice]]\ntitle = \"通知\"\nnumber = \"国办发明电〔2026〕9号\"\npublished = \"2026-11-04\"\n\
            url = \"https://www.gov.cn/\"\n\n[[rest]]\nname = \"春节\"\nfrom = \"2027-02-05\"\nto = \"2027-02-08\"\n```\n";
        let amendment = || Some(json!({ "title": "2027年节假日安排", "files": { "calendar/2027.md": notice } }));
        let mine = format!("organisation={}", self.housing);
        let setup = || Some(json!({ "code": "x", "district": "区", "area_code": "310105", "administrators": [] }));
        let why = || Some(json!({ "person": self.person, "action": "read_case", "subject": { "kind": "case", "id": self.case } }));
        let changed = || Some(json!({ "old": platform::testkit::PASSWORD, "new": "another long one" }));
        let key = || Some(json!({ "public_key": sm::sign::SigningKey::from_bytes(&sm::sm3(b"transport")).unwrap().verifying_key().to_spki_pem() }));
        vec![
            ("sessions_create", NOBODY, none(), login("wrong password"), 401),
            ("sessions_create", NOBODY, none(), login(platform::testkit::PASSWORD), 200),
            ("sessions_create", DEMANDER, none(), login(platform::testkit::PASSWORD), 200),
            ("sessions_list", NOBODY, none(), None, 401),
            ("sessions_list", DEMANDER, query(format!("person={}", self.person)), None, 403),
            ("sessions_list", SECURITY, query(format!("person={}", self.person)), None, 200),
            ("sessions_delete", NOBODY, one(&self.session), None, 401),
            ("sessions_delete", DEMANDER, one(&self.session), None, 403),
            ("sessions_delete", SECURITY, one(&self.session), None, 204),
            ("me_get", NOBODY, none(), None, 401),
            ("me_get", PLAIN, none(), None, 200),
            ("sessions_delete_current", NOBODY, none(), None, 401),
            ("sessions_delete_current", "transport.chief", none(), None, 204),

            ("organisations_list", NOBODY, none(), None, 401),
            ("organisations_list", PLAIN, none(), None, 200),
            ("organisations_get", NOBODY, one(&self.housing), None, 401),
            ("organisations_get", PLAIN, one(&self.housing), None, 200),
            ("organisations_create", NOBODY, none(), organisation("library"), 401),
            ("organisations_create", SECURITY, none(), organisation("library"), 403),
            ("organisations_create", SYSTEM, none(), organisation("library"), 200),
            ("organisations_set_signing_key", NOBODY, one(&self.transport), key(), 401),
            ("organisations_set_signing_key", DEMANDER, one(&self.transport), key(), 403),
            ("organisations_set_signing_key", SYSTEM, one(&self.transport), key(), 200),
            ("organisations_signing_key", NOBODY, one(&self.transport), None, 401),
            ("organisations_signing_key", DEMANDER, one(&self.transport), None, 200),
            ("people_list", NOBODY, none(), None, 401),
            ("people_list", DEMANDER, none(), None, 403),
            ("people_list", AUDIT, none(), None, 200),
            ("people_create", NOBODY, none(), person("new.one"), 401),
            ("people_create", SECURITY, none(), person("new.one"), 403),
            ("people_create", SYSTEM, none(), person("new.one"), 200),
            ("people_set_roles", NOBODY, one(&self.person), Some(json!({ "roles": ["data_executive"] })), 401),
            ("people_set_roles", SYSTEM, one(&self.person), Some(json!({ "roles": ["system_administrator"] })), 403),
            ("people_set_roles", SECURITY, one(&self.person), Some(json!({ "roles": [] })), 200),
            ("setup_get", NOBODY, none(), None, 200),
            ("setup_get", PLAIN, none(), None, 200),
            ("setup_make", NOBODY, none(), setup(), 409),
            ("setup_make", SYSTEM, none(), setup(), 409),
            ("policy_rules", NOBODY, none(), None, 401),
            ("policy_rules", PLAIN, none(), None, 200),
            ("policy_explain", NOBODY, none(), why(), 401),
            ("policy_explain", SYSTEM, none(), why(), 403),
            ("policy_explain", SECURITY, none(), why(), 200),
            ("people_disable", NOBODY, one(&self.disabled), None, 401),
            ("people_disable", SECURITY, one(&self.disabled), None, 403),
            ("people_disable", SYSTEM, one(&self.disabled), None, 200),
            ("people_enable", NOBODY, one(&self.disabled), None, 401),
            ("people_enable", SECURITY, one(&self.disabled), None, 403),
            ("people_enable", SYSTEM, one(&self.disabled), None, 200),
            ("people_unlock", NOBODY, one(&self.disabled), None, 401),
            ("people_unlock", SYSTEM, one(&self.disabled), None, 403),
            ("people_unlock", SECURITY, one(&self.disabled), None, 200),
            ("people_reset_password", NOBODY, one(&self.disabled), None, 401),
            ("people_reset_password", SYSTEM, one(&self.disabled), None, 403),
            ("people_reset_password", SECURITY, one(&self.disabled), None, 200),
            ("me_begin_totp", NOBODY, none(), None, 401),
            ("me_begin_totp", PLAIN, none(), None, 200),
            ("me_confirm_totp", NOBODY, none(), Some(json!({ "pending": "00", "code": "000000" })), 401),
            ("me_confirm_totp", PLAIN, none(), Some(json!({ "pending": "00", "code": "000000" })), 400),
            ("me_change_password", NOBODY, none(), changed(), 401),
            ("me_change_password", PLAIN, none(), Some(json!({ "old": "not the password", "new": "another long one" })), 400),
            ("me_change_password", PLAIN, none(), changed(), 204),
            ("organisations_change", NOBODY, one(&self.archive), organisation("archive"), 401),
            ("organisations_change", SECURITY, one(&self.archive), organisation("archive"), 403),
            ("organisations_change", SYSTEM, one(&self.archive), organisation("archive"), 200),
            ("organisations_disable", NOBODY, one(&self.closed), None, 401),
            ("organisations_disable", SECURITY, one(&self.closed), None, 403),
            ("organisations_disable", SYSTEM, one(&self.closed), None, 200),
            ("organisations_enable", NOBODY, one(&self.closed), None, 401),
            ("organisations_enable", SECURITY, one(&self.closed), None, 403),
            ("organisations_enable", SYSTEM, one(&self.closed), None, 200),
            ("clients_rotate", NOBODY, one(&self.rotated), key(), 401),
            ("clients_rotate", DEMANDER, one(&self.rotated), key(), 403),
            ("clients_rotate", SYSTEM, one(&self.rotated), key(), 200),
            ("people_totp_enrol", NOBODY, one(&self.person), None, 401),
            ("people_totp_enrol", DEMANDER, one(&self.person), None, 403),
            ("people_totp_enrol", PLAIN, one(&self.person), None, 200),
            ("clients_list", NOBODY, none(), None, 401),
            ("clients_list", PROVIDER, query(format!("organisation={}", self.transport)), None, 403),
            ("clients_list", SYSTEM, query(format!("organisation={}", self.transport)), None, 200),
            ("clients_create", NOBODY, none(), client("系统二"), 401),
            ("clients_create", DEMANDER, none(), client("系统二"), 403),
            ("clients_create", SYSTEM, none(), client("系统二"), 200),

            ("amendments_list", NOBODY, none(), None, 200),
            ("amendments_list", PLAIN, none(), None, 200),
            ("amendments_preview", NOBODY, none(), amendment(), 401),
            ("amendments_preview", PROVIDER, none(), amendment(), 403),
            ("amendments_preview", SYSTEM, none(), amendment(), 200),
            ("amendments_create", NOBODY, none(), amendment(), 401),
            ("amendments_create", SECURITY, none(), amendment(), 403),
            ("amendments_create", SYSTEM, none(), amendment(), 200),
            ("amendments_moves", NOBODY, one(&self.person), None, 401),
            ("amendments_moves", PROVIDER, one(&self.person), None, 403),
            ("amendments_moves", AUDIT, one(&self.person), None, 200),

            ("duties_list", NOBODY, none(), None, 401),
            ("duties_list", PLAIN, none(), None, 200),
            ("duties_create", NOBODY, none(), duty("D-1"), 401),
            ("duties_create", PLAIN, none(), duty("D-1"), 403),
            ("duties_create", PROVIDER, none(), duty("D-1"), 200),
            ("systems_list", NOBODY, none(), None, 401),
            ("systems_list", PLAIN, none(), None, 200),
            ("systems_create", NOBODY, none(), system("S-1"), 401),
            ("systems_create", AUDIT, none(), system("S-1"), 403),
            ("systems_create", PROVIDER, none(), system("S-1"), 200),
            ("entries_list", NOBODY, none(), None, 200),
            ("entries_list", PLAIN, none(), None, 200),
            ("entries_gaps", NOBODY, query(mine.clone()), None, 401),
            ("entries_gaps", PLAIN, query(mine), None, 200),
            ("catalogue_tree", NOBODY, none(), None, 401),
            ("catalogue_tree", PLAIN, none(), None, 200),
            ("catalogue_tree", PLAIN, query(format!("organisation={}", self.housing)), None, 200),
            ("catalogue_links", NOBODY, query(format!("entry={}", self.entry)), None, 401),
            ("catalogue_links", DEMANDER, query(format!("entry={}", self.draft)), None, 404),
            ("catalogue_links", DEMANDER, query(format!("entry={}", self.entry)), None, 200),
            ("catalogue_gaps", NOBODY, none(), None, 401),
            ("catalogue_gaps", PLAIN, query("of=duty&lack=data".into()), None, 200),
            ("entries_history", NOBODY, one(&self.draft), None, 404),
            ("entries_history", DEMANDER, one(&self.draft), None, 404),
            ("entries_history", NOBODY, one(&self.entry), None, 200),
            ("entries_history", PROVIDER, one(&self.draft), None, 200),
            ("entries_changes", NOBODY, one(&self.entry), None, 401),
            ("entries_changes", DEMANDER, one(&self.entry), None, 404),
            ("entries_changes", CENTRE, one(&self.entry), None, 200),
            ("entries_template", NOBODY, none(), None, 401),
            ("entries_template", PROVIDER, none(), None, 200),
            ("entries_import", NOBODY, none(), None, 401),
            ("entries_import", PLAIN, none(), None, 403),
            ("entries_export", NOBODY, none(), None, 401),
            ("entries_export", PLAIN, none(), None, 200),
            ("entries_draft", NOBODY, none(), entry("第三名单"), 401),
            ("entries_draft", PLAIN, none(), entry("第三名单"), 403),
            ("entries_draft", PROVIDER, none(), entry("第三名单"), 200),
            ("entries_get", NOBODY, one(&self.draft), None, 404),
            ("entries_get", NOBODY, one(&self.entry), None, 200),
            ("entries_get", DEMANDER, one(&self.draft), None, 404),
            ("entries_get", PROVIDER, one(&self.draft), None, 200),
            ("entries_edit", NOBODY, one(&self.draft), entry("改名"), 401),
            ("entries_edit", DEMANDER, one(&self.draft), entry("改名"), 403),
            ("entries_edit", PROVIDER, one(&self.draft), entry("改名"), 200),
            ("entries_duplicates", NOBODY, one(&self.draft), None, 404),
            ("entries_duplicates", DEMANDER, one(&self.draft), None, 404),
            ("entries_duplicates", DEMANDER, one(&self.entry), None, 200),
            ("entries_versions", NOBODY, one(&self.draft), None, 404),
            ("entries_versions", DEMANDER, one(&self.draft), None, 404),
            ("entries_versions", DEMANDER, one(&self.entry), None, 200),
            ("entries_submit", NOBODY, one(&self.draft), act("submit"), 401),
            ("entries_submit", DEMANDER, one(&self.draft), act("submit"), 403),
            ("entries_submit", PROVIDER, one(&self.draft), act("submit"), 200),
            ("loads_create", NOBODY, one(&self.entry), None, 401),
            ("loads_create", DEMANDER, one(&self.entry), None, 403),
            ("loads_create", PROVIDER, one(&self.entry), None, 200),
            ("loads_of", NOBODY, none(), None, 401),
            ("loads_of", DEMANDER, query(format!("organisation={}", self.housing)), None, 403),
            ("loads_of", PROVIDER, none(), None, 200),
            ("loads_of", PROVIDER, query("district=true".to_owned()), None, 403),
            ("loads_of", AUDIT, query("district=true".to_owned()), None, 200),
            ("loads_list", NOBODY, one(&self.entry), None, 401),
            ("loads_list", DEMANDER, one(&self.entry), None, 403),
            ("loads_list", PROVIDER, one(&self.entry), None, 200),
            ("loads_get", NOBODY, one(&self.load), None, 401),
            ("loads_get", DEMANDER, one(&self.load), None, 403),
            ("loads_get", CENTRE, one(&self.load), None, 200),
            ("loads_rejected", NOBODY, one(&self.load), None, 401),
            ("loads_rejected", DEMANDER, one(&self.load), None, 403),
            ("loads_rejected", PROVIDER, one(&self.load), None, 200),
            ("loads_state", NOBODY, one(&self.load), None, 401),
            ("loads_state", DEMANDER, one(&self.load), None, 403),
            ("loads_state", PROVIDER, one(&self.load), None, 200),
            ("loads_events", NOBODY, one(&self.load), None, 401),
            ("loads_events", DEMANDER, one(&self.load), None, 403),
            ("loads_events", PROVIDER, one(&self.load), None, 200),
            ("loads_rejected_file", NOBODY, one(&self.load), None, 401),
            ("loads_rejected_file", DEMANDER, one(&self.load), None, 403),
            ("loads_rejected_file", PROVIDER, one(&self.load), None, 200),
            ("loads_evidence", NOBODY, one(&self.load), None, 401),
            ("loads_evidence", DEMANDER, one(&self.load), None, 403),
            ("loads_evidence", AUDIT, one(&self.load), None, 200),
            ("law_calendar", NOBODY, one("2026"), None, 200),
            ("law_calendar", PLAIN, one("9999"), None, 404),
            ("law_calendar", PLAIN, one("2026"), None, 200),
            ("entries_preview", NOBODY, one(&self.entry), None, 401),
            ("entries_preview", DEMANDER, one(&self.entry), None, 403),
            ("entries_preview", PLAIN, one(&self.entry), None, 403),
            ("entries_preview", PROVIDER, one(&self.entry), None, 200),

            ("sharing_requests_list", NOBODY, none(), None, 401),
            ("sharing_requests_list", DEMANDER, none(), None, 200),
            ("sharing_requests_create", NOBODY, none(), demand(), 401),
            ("sharing_requests_create", PLAIN, none(), demand(), 403),
            ("sharing_requests_create", DEMANDER, none(), demand(), 200),
            ("sharing_requests_commitment_text", NOBODY, none(), demand(), 401),
            ("sharing_requests_commitment_text", DEMANDER, none(), demand(), 200),
            ("sharing_requests_get", NOBODY, one(&self.request), None, 401),
            ("sharing_requests_get", STRANGER, one(&self.request), None, 403),
            ("sharing_requests_get", "cyberspace.officer", one(&self.request), None, 200),
            ("sharing_requests_get", DEMANDER, one(&self.request), None, 200),
            ("sharing_requests_supplement", NOBODY, one(&self.supplement), Some(json!({ "scope": "就业科" })), 401),
            ("sharing_requests_supplement", PROVIDER, one(&self.supplement), Some(json!({ "scope": "就业科" })), 403),
            ("sharing_requests_supplement", DEMANDER, one(&self.supplement), Some(self.missing.clone()), 200),
            ("sharing_requests_commitment", NOBODY, one(&self.request), None, 401),
            ("sharing_requests_commitment", STRANGER, one(&self.request), None, 403),
            ("sharing_requests_commitment", DEMANDER, one(&self.request), None, 200),
            ("services_list", NOBODY, none(), None, 401),
            ("services_list", DEMANDER, none(), None, 200),
            ("services_get", NOBODY, one(&self.service), None, 401),
            ("services_get", STRANGER, one(&self.service), None, 403),
            ("services_get", PROVIDER, one(&self.service), None, 200),
            ("services_widen", NOBODY, one(&self.service), widening(), 401),
            ("services_widen", PROVIDER, one(&self.service), widening(), 403),
            ("services_widen", DEMANDER, one(&self.service), widening(), 200),
            ("services_consent_to_widening", NOBODY, one(&self.service), None, 401),
            ("services_consent_to_widening", DEMANDER, one(&self.service), None, 403),
            ("services_consent_to_widening", PROVIDER, one(&self.service), None, 200),
            ("services_justify_idle", NOBODY, one(&self.idle), Some(json!({ "reason": "业务调整" })), 401),
            ("services_justify_idle", PROVIDER, one(&self.idle), Some(json!({ "reason": "业务调整" })), 403),
            ("services_justify_idle", DEMANDER, one(&self.idle), Some(json!({ "reason": "业务调整" })), 200),

            ("services_usage", NOBODY, one(&self.service), None, 401),
            ("services_usage", STRANGER, one(&self.service), None, 403),
            ("services_usage", PROVIDER, one(&self.service), None, 200),
            ("services_clients", NOBODY, one(&self.service), None, 401),
            ("services_clients", STRANGER, one(&self.service), None, 403),
            ("services_clients", DEMANDER, one(&self.service), None, 200),
            ("services_example", NOBODY, one(&self.service), None, 401),
            ("services_example", STRANGER, one(&self.service), None, 403),
            ("services_example", DEMANDER, one(&self.service), None, 200),
            ("services_try", NOBODY, one(&self.service), lookup(), 401),
            ("services_try", PROVIDER, one(&self.service), lookup(), 403),
            ("services_try", DEMANDER, one(&self.service), lookup(), 200),
            ("calls_list", NOBODY, none(), None, 401),
            ("calls_list", STRANGER, query(format!("service={}", self.service)), None, 403),
            ("calls_list", PROVIDER, query(format!("service={}", self.service)), None, 200),

            ("changes_list", NOBODY, query("since=2026-01-01T00:00:00Z".into()), None, 401),
            ("changes_list", DEMANDER, query("since=2026-01-01T00:00:00Z".into()), None, 200),
            ("cases_list", NOBODY, none(), None, 401),
            ("cases_list", PLAIN, none(), None, 200),
            ("cases_get", NOBODY, one(&self.case), None, 401),
            ("cases_get", DEMANDER, one(&self.draft_case), None, 403),
            ("cases_get", DEMANDER, one(&self.case), None, 200),
            ("cases_possible", NOBODY, one(&self.case), None, 401),
            ("cases_possible", DEMANDER, one(&self.draft_case), None, 403),
            ("cases_possible", PROVIDER, one(&self.entry_case), None, 200),
            ("cases_open", NOBODY, none(), objection("demander"), 401),
            ("cases_open", PROVIDER, none(), objection("demander"), 403),
            ("cases_open", DEMANDER, none(), objection("demander"), 200),
            ("cases_rehearse", NOBODY, one(&self.idle_case), act("end_by_demander"), 401),
            ("cases_rehearse", PROVIDER, one(&self.idle_case), act("end_by_demander"), 403),
            ("cases_rehearse", DEMANDER, one(&self.idle_case), act("end_by_demander"), 200),
            ("cases_act", NOBODY, one(&self.idle_case), act("end_by_demander"), 401),
            ("cases_act", PROVIDER, one(&self.idle_case), act("end_by_demander"), 403),
            ("cases_act", PLAIN, one(&self.draft_case), act("abandon"), 403),
            ("cases_act", DEMANDER, one(&self.idle_case), act("end_by_demander"), 200),
            ("acts_letter", NOBODY, one(&self.act), None, 401),
            ("acts_letter", STRANGER, one(&self.act), None, 403),
            ("acts_letter", DEMANDER, one(&self.act), None, 200),
            ("letters_draft", NOBODY, one(&self.draft_case), act("abandon"), 401),
            ("letters_draft", STRANGER, one(&self.case), act("approve"), 403),
            ("letters_draft", PROVIDER, one(&self.refusable), Some(json!({ "act": "refuse", "papers": { "refusal_reason": "超出使用范围" } })), 200),
            ("matters_name", NOBODY, none(), Some(json!({ "title": "数据采购" })), 401),
            ("matters_name", PLAIN, none(), Some(json!({ "title": "数据采购" })), 403),
            ("matters_name", PROVIDER, none(), Some(json!({ "title": "数据采购" })), 200),
            ("findings_record", NOBODY, vec!["organisation".into(), self.housing.clone()], found(), 401),
            ("findings_record", PROVIDER, vec!["organisation".into(), self.housing.clone()], found(), 403),
            ("findings_record", CENTRE, vec!["organisation".into(), self.housing.clone()], found(), 200),
            ("findings_get", NOBODY, vec!["organisation".into(), self.housing.clone()], None, 401),
            ("findings_get", DEMANDER, vec!["organisation".into(), self.housing.clone()], None, 403),
            ("findings_get", PROVIDER, vec!["organisation".into(), self.housing.clone()], None, 200),
            ("registers_list", NOBODY, none(), None, 401),
            ("registers_list", PLAIN, none(), None, 200),
            ("registers_get", NOBODY, one("opening_list"), None, 401),
            ("registers_get", PLAIN, one("no_such_register"), None, 404),
            ("registers_get", PLAIN, one("opening_list"), None, 200),
            ("notices_list", NOBODY, none(), None, 401),
            ("notices_list", DEMANDER, none(), None, 200),
            ("notices_mark_all_read", NOBODY, none(), Some(json!({ "until": "2026-01-01T00:00:00Z" })), 401),
            ("notices_mark_all_read", DEMANDER, none(), Some(json!({ "until": "2026-01-01T00:00:00Z" })), 200),
            ("notices_mark_read", NOBODY, one(&self.notice), None, 401),
            ("notices_mark_read", CENTRE, one(&self.notice), None, 404),
            ("notices_mark_read", DEMANDER, one(&self.notice), None, 204),

            ("objections_raise", NOBODY, none(), public(), 200),
            ("objections_raise", PLAIN, none(), public(), 200),
            ("objections_get", NOBODY, one(&self.receipt), None, 200),
            ("objections_get", NOBODY, one("00000-00000-00000-00000"), None, 404),
            ("objections_get", DEMANDER, one("00000-00000-00000-00000"), None, 404),
            ("objections_get", PLAIN, one(&self.receipt), None, 200),

            ("acts_papers", NOBODY, one(&self.act), None, 401),
            ("acts_papers", STRANGER, one(&self.act), None, 403),
            ("acts_papers", DEMANDER, one(&self.act), None, 200),
            ("acts_evidence", NOBODY, one(&self.act), None, 401),
            ("acts_evidence", STRANGER, one(&self.act), None, 403),
            ("acts_evidence", AUDIT, one(&self.act), None, 200),
            ("calls_evidence", NOBODY, two(&self.call, proof.clone()), None, 401),
            ("calls_evidence", STRANGER, two(&self.call, proof.clone()), None, 403),
            ("calls_evidence", DEMANDER, two(&self.call, proof), None, 200),
            ("acts_list", NOBODY, none(), None, 401),
            ("acts_list", DEMANDER, none(), None, 403),
            ("acts_list", AUDIT, query("by=person&procedure=catalogue_entry&action=submit&limit=5".into()), None, 200),
            ("log_entry_evidence", NOBODY, vec!["acts-permanent".into(), "2026".into(), "0".into()], None, 401),
            ("log_entry_evidence", PLAIN, vec!["acts-permanent".into(), "2026".into(), "0".into()], None, 200),
            ("log_entry_evidence", DEMANDER, vec!["administration-permanent".into(), "2026".into(), "0".into()], None, 403),
            ("log_entry_evidence", AUDIT, vec!["administration-permanent".into(), "2026".into(), "0".into()], None, 200),
            ("log_entry_evidence", AUDIT, vec!["acts-permanent".into(), "2026".into(), "999999".into()], None, 404),
            ("figures_list", NOBODY, none(), None, 401),
            ("figures_list", PROVIDER, none(), None, 403),
            ("figures_list", AUDIT, none(), None, 200),
            ("figures_recount", NOBODY, none(), None, 401),
            ("figures_recount", PROVIDER, none(), None, 403),
            ("figures_recount", AUDIT, none(), None, 200),
            ("log_keys", NOBODY, none(), None, 200),
            ("log_keys", DEMANDER, none(), None, 200),
            ("log_checkpoint", NOBODY, vec!["acts-permanent".into(), "2026".into()], None, 200),
            ("log_checkpoint", NOBODY, vec!["acts-permanent".into(), "1999".into()], None, 404),
            ("log_checkpoint", DEMANDER, vec!["acts-permanent".into(), "2026".into()], None, 200),

            ("log_witnesses", NOBODY, none(), None, 200),
            ("log_witnesses", PLAIN, none(), None, 200),

            // The organisation signs with another key from here on.
            ("organisations_hold_signing_key", NOBODY, one(&self.transport), None, 401),
            ("organisations_hold_signing_key", DEMANDER, one(&self.transport), None, 403),
            ("organisations_hold_signing_key", SYSTEM, one(&self.transport), None, 200),
            ("sharing_requests_sign_commitment", NOBODY, none(), signing(), 401),
            ("sharing_requests_sign_commitment", PLAIN, none(), signing(), 403),
            ("sharing_requests_sign_commitment", DEMANDER, none(), signing(), 200),

            ("packs_list", NOBODY, none(), None, 200),
            ("packs_list", PLAIN, none(), None, 200),
            ("packs_get", NOBODY, one("changning-2025"), None, 200),
            ("packs_get", PLAIN, one("changning-2025"), None, 200),
            ("law_due", NOBODY, query("pack=changning-2025&clock=reply_conditional&from=2026-02-10T01:00:00Z".into()), None, 200),
            ("law_due", PLAIN, query("pack=changning-2025&clock=reply_conditional&from=2026-02-10T01:00:00Z".into()), None, 200),
            ("law_compare", NOBODY, query("left=changning-2025&right=putuo-2023".into()), None, 200),
            ("law_compare", PLAIN, query("left=changning-2025&right=putuo-2023".into()), None, 200),
            ("procedures_get", NOBODY, vec!["changning-2025".into(), "sharing_request".into()], None, 200),
            ("procedures_get", PLAIN, vec!["changning-2025".into(), "sharing_request".into()], None, 200),
            ("procedures_picture", NOBODY, vec!["changning-2025".into(), "sharing_request".into()], None, 200),
            ("procedures_picture", PLAIN, vec!["changning-2025".into(), "sharing_request".into()], None, 200),
            ("cases_explain", NOBODY, one(&self.idle_case), None, 401),
            ("cases_explain", STRANGER, one(&self.idle_case), None, 403),
            ("cases_explain", DEMANDER, one(&self.idle_case), None, 200),
            ("state_get", NOBODY, none(), None, 200),
            ("state_get", PLAIN, none(), None, 200),
            ("health_alive", NOBODY, none(), None, 200),
            ("health_alive", PLAIN, none(), None, 200),
            ("health_ready", NOBODY, none(), None, 200),
            ("health_ready", PLAIN, none(), None, 200),
            ("demonstration_clock_get", NOBODY, none(), None, 200),
            ("demonstration_clock_get", PLAIN, none(), None, 200),
            ("demonstration_clock_advance", NOBODY, none(), Some(json!({ "by_seconds": 60 })), 401),
            ("demonstration_clock_advance", AUTHORITY, none(), Some(json!({ "by_seconds": 60 })), 403),
            ("demonstration_clock_advance", SYSTEM, none(), Some(json!({ "by_seconds": 60 })), 200),

            ("tokens_create", NOBODY, none(), Some(self.token.clone()), 201),
            ("tokens_create", NOBODY, none(), Some(self.token.clone()), 401),
            ("tokens_create", PLAIN, none(), Some(self.token.clone()), 401),
            ("services_lookup", NOBODY, one(&self.service), lookup(), 401),
            ("services_lookup", PROVIDER, one(&self.service), lookup(), 403),
            ("services_lookup", DEMANDER, one(&self.service), lookup(), 200),
            ("clients_revoke", NOBODY, one(&self.client), None, 401),
            ("clients_revoke", DEMANDER, one(&self.client), None, 403),
            ("clients_revoke", SYSTEM, one(&self.client), None, 204),
        ]
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}
