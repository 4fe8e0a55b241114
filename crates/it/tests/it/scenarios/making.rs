//! Making the world as a scenario's facts say it is, over the wire.

use it::{
    AUTHORITY, DEMANDER, PROVIDER,
    world::{Demand, ROWS, entry_body, text},
};
use law::{FactValue, Facts};
use serde_json::{Value, json};

use super::{run::Teller, telling::Data};

impl Teller<'_> {
    /// A system of the provider: the project's subject.
    pub(super) async fn system(&self) -> String {
        let system = json!({ "code": "S1", "name": "救助系统" });
        text(&self.site.post(PROVIDER, "/systems", system).await.ok()["id"])
    }

    /// A published entry of the project's system.
    pub(super) async fn project_entry(&mut self) -> String {
        if let Some(entry) = &self.entry {
            return entry.clone();
        }
        let duty = self.site.duty("duty of the project").await;
        let mut body = entry_body("项目数据", &duty, &self.sharing);
        body["system"] = json!(self.subject);
        let entry = text(&self.site.post(PROVIDER, "/entries", body).await.ok()["entry"]["id"]);
        self.site.publish(&entry).await;
        self.entry = Some(entry.clone());
        entry
    }

    /// Makes the world as a line of the law's says.
    pub(super) async fn world(&mut self, facts: &Facts, first_told: bool) -> Result<(), String> {
        if facts.is_empty() || facts.contains_key("last_call_at") {
            return Ok(());
        }
        match self.scenario.procedure.as_str() {
            "catalogue_entry" => {
                self.sharing.says(facts);
                let entry = self.entry.clone().unwrap_or_default();
                let view = self.site.get(PROVIDER, &format!("/entries/{entry}")).await.ok();
                let body = entry_body("困难家庭救助名单", &text(&view["draft"]["duty"]), &self.sharing);
                let edited = self.site.put(PROVIDER, &format!("/entries/{entry}"), body).await;
                if edited.succeeded() { Ok(()) } else { Err(edited.to_string()) }
            }
            "sharing_request" => {
                let mut data = self.data_now().await;
                if first_told {
                    data = self.telling.then;
                }
                for (fact, into) in [("catalogued", &mut data.catalogued), ("collected", &mut data.collected)] {
                    if let Some(value) = facts.get(fact) {
                        *into = *value == FactValue::Flag(true);
                    }
                }
                self.data(data).await;
                Ok(())
            }
            "sharing_service" => {
                // Nothing that a slice holds says so; an office finds it.
                let service = &self.subject;
                let found: serde_json::Map<String, Value> = facts
                    .iter()
                    .map(|(fact, value)| (fact.to_string(), serde_json::to_value(value).unwrap()))
                    .collect();
                let path = format!("/findings/service/{service}");
                let reply = self.site.put(AUTHORITY, &path, json!({ "facts": found })).await;
                if reply.succeeded() { Ok(()) } else { Err(reply.to_string()) }
            }
            _ => Err(format!("nothing over HTTP makes {facts:?} so")),
        }
    }

    pub(super) async fn data_now(&self) -> Data {
        let entry =
            self.site.get(PROVIDER, &format!("/entries/{}", self.entry.as_deref().unwrap_or_default())).await.ok();
        Data { catalogued: entry["status"] == "published", collected: !entry["collected_at"].is_null() }
    }

    /// Publishes, hands in, withdraws, until the wanted data is as it should be.
    pub(super) async fn data(&mut self, wanted: Data) {
        let entry = self.entry.clone().expect("no entry is wanted");
        let now = self.data_now().await;
        let draft = self.site.get(PROVIDER, &format!("/entries/{entry}")).await.ok()["status"] == "draft";
        if draft && !wanted.catalogued && wanted.collected {
            // Where a request waits for data that nobody has catalogued yet, it is taken in for the draft (PT-22).
            let held = self.site.load(PROVIDER, &entry, "rows.csv", ROWS).await;
            if held.succeeded() {
                assert_eq!(self.data_now().await, wanted, "data held for a draft is collected, not catalogued");
                return;
            }
            assert_eq!(held.status, 409, "{held}");
        }
        if (wanted.catalogued || wanted.collected) && draft {
            self.site.publish(&entry).await;
        }
        if wanted.collected && !now.collected {
            self.site.load(PROVIDER, &entry, "rows.csv", ROWS).await.ok();
        }
        if wanted.collected && !wanted.catalogued {
            self.site.withdraw(&entry).await;
        }
        assert_eq!(self.data_now().await, wanted, "the data cannot be made so");
    }

    /// A change that affects running shares needs a running share and a draft that disturbs it; one that does not, neither.
    pub(super) async fn shares(&mut self, affects: Option<&FactValue>, act: &str) {
        let entry = self.entry.clone().unwrap_or_default();
        let Some(affects) = affects else {
            if self.share.is_some() && act == "propose_change" {
                // Something is changed, and nobody who shares is touched by it.
                self.edit(&entry, |draft, made| draft["description"] = json!(format!("第{made}次修订"))).await;
            }
            return;
        };
        if *affects == FactValue::Flag(false) {
            if let Some(share) = self.share.take() {
                let case = self.site.case_about(DEMANDER, &share, "sharing_service").await;
                self.site.act_with_all(DEMANDER, &case, "end_by_demander", "demander").await.ok();
            }
            return;
        }
        if self.share.is_none() {
            self.site.load(PROVIDER, &entry, "rows.csv", ROWS).await.ok();
            self.share = Some(self.site.granted(&Demand::complete(&entry)).await);
        }
        if act == "propose_change" {
            let other = |mask: &Value| if mask.is_null() { json!("hide") } else { Value::Null };
            self.edit(&entry, |draft, _| draft["items"][3]["mask"] = other(&draft["items"][3]["mask"])).await;
        }
    }

    /// Writes a new draft from what is published.
    pub(super) async fn edit(&mut self, entry: &str, change: impl FnOnce(&mut Value, usize)) {
        self.made += 1;
        let view = self.site.get(PROVIDER, &format!("/entries/{entry}")).await.ok();
        let mut body = view["published"].clone();
        change(&mut body, self.made);
        self.site.put(PROVIDER, &format!("/entries/{entry}"), body).await.ok();
    }
}
