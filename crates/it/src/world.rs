//! Making the world true over the wire: entries, data, requests, services, each by those whose task it is.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};

use crate::{CENTRE, DEMANDER, PROVIDER, Reply, Site};

/// Rows that fit the entries made here. The people are fictitious; their numbers have valid check digits.
pub const ROWS: &str = "code,id_number,name,street,amount\n\
    A1,310105199001010015,张三,江苏路街道,800\n\
    A2,310105198502020026,李四,华阳路街道,650\n\
    A3,310105197803030037,王五,江苏路街道,720\n";

/// How the sharing of an entry is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// `unconditional`, `conditional` or `none`.
    pub kind: String,
    /// Whether scope, use and conditions of a conditional entry are stated.
    pub conditions_stated: bool,
    /// Whether reason and basis of a withheld entry are stated.
    pub withholding_justified: bool,
}

impl Sharing {
    /// Of this type, with everything stated.
    pub fn of(kind: &str) -> Self {
        Self { kind: kind.to_owned(), conditions_stated: true, withholding_justified: true }
    }

    /// The words of an entry that are so. What is left unstated decides the type: only a conditional entry can lack conditions,
    /// only a withheld one its reason.
    fn words(&self) -> Value {
        let kind = match (self.conditions_stated, self.withholding_justified) {
            (true, true) => self.kind.as_str(),
            (false, true) => "conditional",
            (true, false) => "none",
            (false, false) => panic!("an entry cannot be conditional and withheld at once"),
        };
        let stated = |text: &str| if self.conditions_stated { text.to_owned() } else { String::new() };
        json!({
            "kind": kind,
            "scope": stated("区内救助协同部门"), "usage": stated("资格核对"), "conditions": stated("按次核对，不得留存"),
            "reason": if self.withholding_justified { "依法不予共享" } else { "" },
            "basis": "社会救助暂行办法",
        })
    }
}

/// The elements of an entry under this duty.
pub fn entry_body(title: &str, duty: &str, sharing: &Sharing) -> Value {
    let item = |code: &str, kind: &str, key: bool, mask: Option<&str>| {
        json!({
            "code": code, "name": format!("{code} 项"), "kind": kind, "length": if kind == "text" { json!(60) } else { Value::Null },
            "meaning": format!("{code} 的含义"), "key": key, "required": code == "code", "sensitive": mask.is_some(), "mask": mask,
        })
    };
    json!({
        "title": title, "description": "享受救助的家庭及金额", "duty": duty, "source": "救助申请表", "managing_unit": "救助科",
        "format": "database", "update_cycle": "monthly", "class": "民生服务", "grade": "general_3",
        "items": [
            item("code", "text", true, None), item("id_number", "text", true, Some("id_number")),
            item("name", "text", false, Some("name")), item("street", "text", false, None), item("amount", "integer", false, None),
        ],
        "sharing": sharing.words(), "coverage": { "area": "全区" }, "keywords": ["救助"],
    })
}

/// The words of a demand of which these papers are stated.
#[derive(Clone, Debug)]
pub struct Demand {
    /// The entry.
    pub entry: String,
    /// The papers of the pack's vocabulary that the demand brings.
    pub papers: BTreeSet<String>,
    /// Used less than once a quarter.
    pub seldom: bool,
    /// Wanted as a file instead of an interface.
    pub as_file: bool,
    /// The kind of scenario.
    pub scenario_kind: String,
    /// Whether fusion is wanted.
    pub fusion: bool,
    /// More elements, as they are on the wire.
    pub more: Value,
}

/// Every paper that a demand can bring.
pub const DEMAND_PAPERS: [&str; 14] = [
    "demand_type",
    "use_basis",
    "use_scenario",
    "business_goal",
    "data_items",
    "use_scope",
    "use_mode",
    "use_frequency",
    "use_term",
    "security_grade",
    "security_measures",
    "commitment",
    "low_use_reason",
    "fusion_plan",
];

impl Demand {
    /// A complete demand for an entry's data, by interface, every day.
    pub fn complete(entry: &str) -> Self {
        Self {
            entry: entry.to_owned(),
            papers: DEMAND_PAPERS.map(str::to_owned).into(),
            seldom: false,
            as_file: false,
            scenario_kind: "none".into(),
            fusion: false,
            more: json!({}),
        }
    }

    /// Its elements on the wire, still unsigned.
    pub fn elements(&self) -> Value {
        let all = [
            ("demand_type", "demand_type", json!("district")),
            ("use_basis", "legal_basis", json!("就业促进法")),
            ("use_scenario", "scenario", json!("就业援助资格核对")),
            ("business_goal", "business_goal", json!("免交证明")),
            ("data_items", "items", json!(["code", "id_number", "name", "street"])),
            ("use_scope", "scope", json!("就业科办理援助申请时")),
            ("use_mode", "mode", json!(if self.as_file { "file" } else { "api" })),
            ("use_frequency", "frequency", json!(if self.seldom { "seldom" } else { "daily" })),
            ("use_term", "term_until", json!("2029-12-31")),
            ("security_grade", "security_grade", json!("general_3")),
            ("security_measures", "security_measures", json!("专网、专人、日志")),
            ("low_use_reason", "low_use_reason", json!("一年一度的核查")),
            ("fusion_plan", "fusion_plan", json!("与户籍数据比对后去标识")),
        ];
        let mut elements =
            json!({ "purpose": "aid_check", "scenario_kind": self.scenario_kind, "fusion_wanted": self.fusion });
        for (paper, element, value) in all {
            if self.papers.contains(paper) {
                elements[element] = value;
            }
        }
        merge(&mut elements, &self.more);
        elements
    }

    /// Asks for it as the demander, signed when the commitment is among its papers.
    pub async fn ask(&self, site: &Site) -> Reply {
        let mut body = self.elements();
        body["entry"] = json!(self.entry);
        if self.papers.contains("commitment") {
            body["commitment"] = match commitment(site, &body).await {
                Ok(commitment) => commitment,
                Err(refused) => return refused,
            };
        }
        site.post(DEMANDER, "/sharing-requests", body).await
    }
}

/// The demander's signature under the elements of `body`.
///
/// # Errors
/// The server's refusal to give the text.
pub async fn commitment(site: &Site, body: &Value) -> Result<Value, Reply> {
    let told = site.post(DEMANDER, "/sharing-requests/commitment-text", body.clone()).await;
    if !told.succeeded() {
        return Err(told);
    }
    let text = told.json["text"].as_str().unwrap().to_owned();
    let key = platform::testkit::signing_key("transport").unwrap();
    let signature = key.sign(text.as_bytes());
    Ok(json!({
        "text": text, "signature": BASE64.encode(signature.to_der()), "public_key": key.verifying_key().to_spki_pem(),
    }))
}

/// Puts the members of one object into another.
pub fn merge(into: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}

impl Site {
    /// A duty of the provider.
    pub async fn duty(&self, code: &str) -> String {
        let duty = json!({ "code": code, "name": "社会救助", "basis": "社会救助暂行办法" });
        text(&self.post(PROVIDER, "/duties", duty).await.ok()["id"])
    }

    /// Drafts an entry of the provider; the answer as it came.
    pub async fn draft(&self, title: &str, sharing: &Sharing) -> Reply {
        let duty = self.duty(&format!("duty of {title}")).await;
        self.post(PROVIDER, "/entries", entry_body(title, &duty, sharing)).await
    }

    /// Has a drafted entry reviewed and published.
    pub async fn publish(&self, entry: &str) {
        let case = text(&self.get(PROVIDER, &format!("/entries/{entry}")).await.ok()["case"]);
        self.post(PROVIDER, &format!("/entries/{entry}/submission"), json!({ "act": "submit" })).await.ok();
        self.act(CENTRE, &case, json!({ "act": "publish", "role": "centre" })).await.ok();
    }

    /// A published entry of the provider.
    pub async fn published(&self, title: &str, sharing: &Sharing) -> String {
        let entry = text(&self.draft(title, sharing).await.ok()["entry"]["id"]);
        self.publish(&entry).await;
        entry
    }

    /// A published entry of the provider with data.
    pub async fn collected(&self, title: &str, sharing: &Sharing) -> String {
        let entry = self.published(title, sharing).await;
        self.load(PROVIDER, &entry, "rows.csv", ROWS).await.ok();
        entry
    }

    /// Has a published entry taken out of the catalogue.
    pub async fn withdraw(&self, entry: &str) {
        let case = text(&self.get(PROVIDER, &format!("/entries/{entry}")).await.ok()["case"]);
        self.act_with_all(PROVIDER, &case, "propose_deletion", "provider").await.ok();
        self.act_with_all(CENTRE, &case, "approve_deletion", "centre").await.ok();
    }

    /// Does an act with every paper that it asks for.
    pub async fn act_with_all(&self, who: &str, case: &str, act: &str, role: &str) -> Reply {
        let possible = self.get(who, &format!("/cases/{case}/possible")).await.ok();
        let asked = possible.as_array().unwrap().iter().find(|one| one["act"] == act);
        let papers = asked.and_then(|one| one["papers"].as_array()).cloned().unwrap_or_default();
        let papers: serde_json::Map<String, Value> =
            papers.iter().map(|paper| (text(paper), json!(format!("{}：见附件", text(paper))))).collect();
        self.act(who, case, json!({ "act": act, "role": role, "papers": papers })).await
    }

    /// The service made from a granted demand for an entry with data.
    pub async fn granted(&self, demand: &Demand) -> String {
        let mut demand = demand.clone();
        let scenarios = self.district.platform.settings().pack.as_str() == "putuo-2023";
        if scenarios {
            demand.scenario_kind = "standard".into();
        }
        let asked = demand.ask(self).await.ok();
        let case = text(&asked["receipt"]["case"]);
        match scenarios {
            true => self.act_with_all(CENTRE, &case, "grant_scenario", "centre").await.ok(),
            false => self.act_with_all(PROVIDER, &case, "approve", "provider").await.ok(),
        };
        let request = text(&asked["request"]["id"]);
        text(&self.get(DEMANDER, &format!("/sharing-requests/{request}")).await.ok()["service"])
    }

    /// The only case about something, of this procedure.
    pub async fn case_about(&self, who: &str, subject: &str, procedure: &str) -> String {
        let found = self.get(who, &format!("/cases?subject={subject}&procedure={procedure}")).await.ok();
        assert_eq!(found["total"], 1, "{procedure} about {subject}: {found}");
        text(&found["items"][0]["id"])
    }

    /// Looks a record up as somebody.
    pub async fn look_up(&self, who: &str, service: &str, body: Value) -> Reply {
        self.post(who, &format!("/gateway/v1/services/{service}/lookup"), body).await
    }

    /// Looks the first record up for the granted purpose.
    pub async fn call(&self, service: &str) -> Reply {
        self.look_up(DEMANDER, service, json!({ "key_column": "code", "key": "A1", "purpose": "aid_check" })).await
    }
}

/// The text of a JSON value that must be one.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("`{value}` is no text")).to_owned()
}

impl Sharing {
    /// Changes it as facts about the entry say.
    pub fn says(&mut self, facts: &law::Facts) {
        let flag = |fact: &str| facts.get(fact).map(|value| *value == law::FactValue::Flag(true));
        if let Some(kind) = facts.get("sharing_type") {
            self.kind = kind.to_string();
        }
        self.conditions_stated = flag("conditions_stated").unwrap_or(self.conditions_stated);
        self.withholding_justified = flag("withholding_justified").unwrap_or(self.withholding_justified);
    }
}
