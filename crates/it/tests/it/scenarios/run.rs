//! Telling one scenario to the platform.

use std::collections::BTreeMap;

use it::{
    AUTHORITY, CENTRE, DEMANDER, NOBODY, PROVIDER, Reply, Site, Store,
    world::{DEMAND_PAPERS, Demand, ROWS, Sharing, commitment, merge, text},
};
use jiff::Timestamp;
use law::{
    Book, FactValue, Facts, Subject,
    scenario::{Check, Claim, Line, Scenario, Step},
};
use serde_json::{Value, json};
use server::Clock;

use super::{
    claims,
    proof::{papers, prove, standing, while_in_force},
    telling::{Data, Telling, tellings},
};

/// Tells a scenario.
///
/// # Errors
/// The first line that does not hold.
pub async fn run(book: &Book, scenario: &Scenario) -> Result<(), String> {
    let all = if scenario.procedure == "sharing_request" {
        // Where a pack's rules never ask for it, the data is simply there, so that a grant has something to give.
        let asked = scenario.pack != "changning-2025";
        tellings(scenario, !asked)
    } else {
        let none = Data { catalogued: false, collected: false };
        vec![Telling { given: scenario.given.clone(), data: none, lines: 0..scenario.lines.len(), then: none }]
    };
    for telling in all {
        tell(book, scenario, &telling).await?;
    }
    Ok(())
}

async fn tell(book: &Book, scenario: &Scenario, telling: &Telling) -> Result<(), String> {
    let fail = |line: usize, message: String| format!("{}:{line}: {}: {message}", scenario.file, scenario.title);
    let first = scenario.lines.iter().find_map(|line| if let Line::Step(step) = line { Some(step) } else { None });
    let first = first.ok_or_else(|| fail(scenario.line, "there is no step".into()))?;
    let mut teller = Teller::begin(book, scenario, telling, first.at).await;
    for line in &scenario.lines {
        let Line::Step(step) = line else { continue };
        if matches!(step.by.as_str(), "police" | "state_security") {
            let held = teller.site.district.holder(step.by.as_str()).await;
            held.map_err(|error| fail(step.line_no, error.to_string()))?;
        }
    }
    for (at, line) in scenario.lines.iter().enumerate().take(telling.lines.end) {
        let silent = at < telling.lines.start;
        let (line_no, outcome) = match line {
            Line::Step(step) if silent && (step.refused.is_some() || step.act.is_none() && !step.facts.is_empty()) => {
                continue;
            }
            Line::Step(step) => (step.line_no, teller.step(step, at == telling.lines.start).await),
            Line::Then(_) if silent => continue,
            Line::Then(Check { what, line_no }) => (*line_no, teller.check(what).await),
        };
        outcome.map_err(|message| fail(line_no, message))?;
    }
    teller.prove().await.map_err(|message| fail(scenario.line, message))?;
    teller.site.close().await;
    Ok(())
}

pub(super) struct Teller<'a> {
    pub(super) book: &'a Book,
    pub(super) scenario: &'a Scenario,
    pub(super) telling: &'a Telling,
    pub(super) site: Site,
    /// The scenario's case, once it is open.
    pub(super) case: Option<String>,
    /// What it is about: an entry, a service, a system, whatever the procedure asks for.
    pub(super) subject: String,
    /// The entry in play, if there is one.
    pub(super) entry: Option<String>,
    /// What the entry's draft says of its sharing.
    pub(super) sharing: Sharing,
    /// A running share of the entry, where one was needed.
    pub(super) share: Option<String>,
    /// The effects of the last step and of what the law did before it, where the answer names them.
    pub(super) effects: Vec<String>,
    /// Whether the last step was the platform's own, whose effects are seen in the inboxes only.
    pub(super) unseen: bool,
    /// When the step before the last was.
    pub(super) since: Timestamp,
    /// Things of the same kind made so far.
    pub(super) made: usize,
}

impl<'a> Teller<'a> {
    async fn begin(book: &'a Book, scenario: &'a Scenario, telling: &'a Telling, at: Timestamp) -> Self {
        let pack = scenario.pack.clone();
        let opened = while_in_force(book, scenario, at).to_string();
        let site = Site::open_with(Store::Memory, &opened, |settings| settings.pack = pack, |_| {}).await;
        let word = |fact: &str| telling.given.get(fact).map(ToString::to_string);
        let flag = |fact: &str| telling.given.get(fact).is_none_or(|value| *value == FactValue::Flag(true));
        let sharing = Sharing {
            kind: word("sharing_type").unwrap_or_else(|| "unconditional".into()),
            conditions_stated: flag("conditions_stated"),
            withholding_justified: flag("withholding_justified"),
        };
        Self {
            book,
            scenario,
            telling,
            site,
            case: None,
            subject: String::new(),
            entry: None,
            sharing,
            share: None,
            effects: Vec::new(),
            unseen: false,
            since: at,
            made: 0,
        }
    }

    async fn step(&mut self, step: &Step, first_told: bool) -> Result<(), String> {
        self.effects.clear();
        self.unseen = false;
        if let Some(FactValue::Moment(at)) = step.facts.get("last_call_at") {
            // What the platform's own records say of the last call, they say because there was one.
            self.pass(*at).await;
            self.site.call(&self.subject).await.ok();
        }
        self.pass(step.at).await;
        let Some(act) = &step.act else {
            return self.world(&step.facts, first_told).await;
        };
        let before = self.standing().await;
        let reply = match &self.case {
            None => self.open(step).await,
            Some(case) => self.act(&case.clone(), step, act.as_str()).await,
        };
        self.judge(step, &reply)?;
        match step.refused {
            Some(_) if self.standing().await != before => Err("it was refused, but something changed".into()),
            Some(_) => Ok(()),
            None => {
                self.learn(&reply).await;
                Ok(())
            }
        }
    }

    /// Lets time pass up to `at`, and the law act on the way.
    async fn pass(&mut self, at: Timestamp) {
        if at < self.site.clock.now() {
            // Only before the pack is in force: the world was prepared later than the story begins.
            self.site.clock.set(at);
            return;
        }
        self.since = self.site.clock.now();
        for receipt in self.site.advance(at).await {
            if Some(text(&receipt["case"])) == self.case {
                self.note(&receipt);
            }
        }
    }

    fn note(&mut self, receipt: &Value) {
        self.effects.extend(receipt["effects"].as_array().into_iter().flatten().map(text));
    }

    async fn learn(&mut self, reply: &Reply) {
        let receipt = if reply.json["receipt"].is_object() { &reply.json["receipt"] } else { &reply.json };
        if self.case.is_none() {
            self.case = receipt["case"].as_str().map(str::to_owned);
            if self.telling.then != self.telling.data && self.telling.lines.start == 0 {
                self.data(self.telling.then).await;
            }
        }
        let receipt = receipt.clone();
        if receipt["case"].as_str() == self.case.as_deref() {
            self.note(&receipt);
        }
    }

    /// Whether the answer is the one that the step expects.
    fn judge(&self, step: &Step, reply: &Reply) -> Result<(), String> {
        let Some(code) = step.refused else {
            return if reply.succeeded() { Ok(()) } else { Err(reply.to_string()) };
        };
        let code = code.to_string();
        let fits = match step.by.as_str() {
            // There is no form in which anybody could open such a case for another organisation.
            _ if self.case.is_none() && code == "wrong_role" && reply.code() == "invalid_input" => true,
            // The platform's own acts follow from something that somebody did, and it is that which is refused.
            "platform" => reply.refusal() == code || matches!(reply.code(), "conflict" | "service_not_active"),
            _ => reply.refusal() == code && !reply.json["detail"].as_str().unwrap_or_default().is_empty(),
        };
        if fits { Ok(()) } else { Err(format!("it should be refused as `{code}`, but: {reply}")) }
    }

    async fn standing(&self) -> Option<(Value, Value, usize)> {
        standing(&self.site, self.case.as_ref()).await
    }

    async fn open(&mut self, step: &Step) -> Reply {
        match (self.scenario.procedure.as_str(), step.by.as_str()) {
            ("catalogue_entry", "provider") => self.open_entry().await,
            ("sharing_request", "demander") => self.open_request(step).await,
            ("sharing_service", "platform") => self.open_service(step).await,
            ("collection", "platform") => self.open_collection().await,
            ("catalogue_review", "platform") => self.open_review().await,
            ("objection", "public") => self.open_objection(step).await,
            _ => self.open_other(step).await,
        }
    }

    async fn open_entry(&mut self) -> Reply {
        let reply = self.site.draft("困难家庭救助名单", &self.sharing).await;
        self.entry = reply.json["entry"]["id"].as_str().map(str::to_owned);
        self.subject = self.entry.clone().unwrap_or_default();
        reply
    }

    async fn open_request(&mut self, step: &Step) -> Reply {
        if self.entry.is_none() {
            self.site.clock.set(while_in_force(self.book, self.scenario, self.site.clock.now()));
            let drafted = self.site.draft("困难家庭救助名单", &self.sharing).await.ok();
            self.entry = Some(text(&drafted["entry"]["id"]));
            self.data(self.telling.data).await;
            self.site.clock.set(step.at);
        }
        let demand = self.demand(step);
        demand.ask(&self.site).await
    }

    /// The demand that a step's papers and the known facts make.
    fn demand(&self, step: &Step) -> Demand {
        let mut known = self.telling.given.clone();
        known.extend(step.facts.clone());
        let is = |fact: &str| known.get(fact) == Some(&FactValue::Flag(true));
        Demand {
            papers: self.papers(step, &known).into_keys().collect(),
            seldom: is("use_below_quarterly"),
            as_file: is("mode_needs_assessment"),
            scenario_kind: known.get("scenario_kind").map_or("none".into(), ToString::to_string),
            fusion: is("fusion_wanted"),
            ..Demand::complete(self.entry.as_deref().unwrap_or_default())
        }
    }

    async fn open_service(&mut self, step: &Step) -> Reply {
        let drafted = self.site.draft("困难家庭救助名单", &Sharing::of("conditional")).await;
        if !drafted.succeeded() || step.at < self.in_force() {
            return self.before_the_law(step).await.unwrap_or(drafted);
        }
        let entry = text(&drafted.json["entry"]["id"]);
        self.site.publish(&entry).await;
        self.site.load(PROVIDER, &entry, "rows.csv", ROWS).await.ok();
        self.subject = self.site.granted(&Demand::complete(&entry)).await;
        self.entry = Some(entry);
        self.followed("sharing_service").await
    }

    async fn open_collection(&mut self) -> Reply {
        let drafted = self.open_entry().await;
        if !drafted.succeeded() {
            return drafted;
        }
        self.site.publish(&self.subject).await;
        self.followed("collection").await
    }

    /// The first entry that an organisation publishes begins its yearly review.
    async fn open_review(&mut self) -> Reply {
        self.entry = Some(self.site.published("困难家庭救助名单", &self.sharing).await);
        // A second entry begins no second review: exactly one is found.
        self.site.published("另一名单", &self.sharing).await;
        self.subject = self.site.organisation("housing");
        self.followed("catalogue_review").await
    }

    /// The public objects by its own door, where nobody logs in, and gets a number instead of a case.
    async fn open_objection(&mut self, step: &Step) -> Reply {
        let entry = self.site.published("困难家庭救助名单", &self.sharing).await;
        let papers = self.papers(step, &self.telling.given);
        let statement = papers.get("objection_statement").cloned().unwrap_or_default();
        let objection = json!({ "entry": entry, "statement": statement, "contact": "13800000000" });
        let raised = self.site.post(NOBODY, "/objections", objection).await;
        self.subject.clone_from(&entry);
        self.entry = Some(entry);
        if !raised.succeeded() {
            return raised;
        }
        let number = text(&raised.json["receipt_number"]);
        let stands = self.site.get(NOBODY, &format!("/objections/{number}")).await.ok();
        assert_eq!(stands, raised.json["objection"], "the number shows what was raised");
        self.followed("objection").await
    }

    /// A case that was opened by an effect, read as the answer to its opening.
    async fn followed(&mut self, procedure: &str) -> Reply {
        self.unseen = true;
        let case = self.site.case_about(AUTHORITY, &self.subject, procedure).await;
        let mut reply = self.site.get(AUTHORITY, &format!("/cases/{case}")).await;
        reply.json = json!({ "case": case });
        reply
    }

    /// On a day before the pack is in force the first act of the way is refused already.
    async fn before_the_law(&mut self, step: &Step) -> Option<Reply> {
        self.site.clock.set(step.at);
        Some(self.site.draft("另一名单", &self.sharing).await)
    }

    async fn open_other(&mut self, step: &Step) -> Reply {
        let rules = self.book.pack(&self.scenario.pack).and_then(|pack| pack.procedures.get(&self.scenario.procedure));
        let (kind, subject) = match rules.map(|rules| rules.subject) {
            Some(Subject::Organisation) => ("organisation", self.site.organisation("housing")),
            Some(Subject::Project) if self.subject.is_empty() => ("project", self.system().await),
            Some(Subject::Project) => ("project", self.subject.clone()),
            Some(Subject::Entry) => ("entry", "018f0000-0000-7000-8000-000000000001".into()),
            _ => ("record", "018f0000-0000-7000-8000-000000000002".into()),
        };
        self.subject.clone_from(&subject);
        let body = json!({
            "procedure": self.scenario.procedure, "subject_kind": kind, "subject": subject,
            "provider": self.site.organisation("housing"), "demander": self.site.organisation("transport"),
            "act": step.act, "role": step.by, "papers": self.papers(step, &self.telling.given),
        });
        self.site.post(login(step), "/cases", body).await
    }

    async fn act(&mut self, case: &str, step: &Step, act: &str) -> Reply {
        if step.by == "platform" {
            return self.platform_acts(case, act).await;
        }
        let known = self.known(case).await;
        let papers = self.papers(step, &known);
        if act == "propose_change" || act == "propose_deletion" {
            self.shares(step.facts.get("affects_shares"), act).await;
        }
        if (act == "record_city_consent" || act == "deliver_fusion")
            && step.refused.is_none()
            && !self.data_now().await.catalogued
        {
            // What the city hands down, or a fusion makes, is catalogued before it is granted (PT-11, PT-12): a grant is made
            // from a published entry.
            self.data(Data { catalogued: true, collected: false }).await;
        }
        let who = login(step);
        let mut body = json!({ "act": act, "role": step.by, "papers": papers, "facts": step.facts });
        if let Some(days) = step.days {
            body["extension"] = json!(days);
        }
        let subject = &self.subject;
        match (self.scenario.procedure.as_str(), act, step.by.as_str()) {
            ("catalogue_entry", "submit" | "resubmit", "provider") => {
                self.site.post(who, &format!("/entries/{subject}/submission"), body).await
            }
            ("sharing_request", "supplement", "demander") => self.supplement(case, step, &known).await,
            ("sharing_service", "request_widening", "demander") if papers.contains_key("widening_statement") => {
                let widening =
                    json!({ "statement": "另用于复核", "purposes": ["second_check"], "items": [], "row_values": [] });
                self.site.post(who, &format!("/services/{subject}/widening"), widening).await
            }
            ("sharing_service", "consent_widening", "provider") => {
                self.site.post(who, &format!("/services/{subject}/widening/consent"), json!({})).await
            }
            ("sharing_service", "justify_idle", "demander") if papers.contains_key("idle_reason") => {
                self.site.post(who, &format!("/services/{subject}/idle-reason"), json!({ "reason": "业务调整" })).await
            }
            _ => self.site.act(who, case, body).await,
        }
    }

    async fn supplement(&self, case: &str, step: &Step, known: &Facts) -> Reply {
        let request = text(&self.site.case(DEMANDER, case).await["subject"]);
        let before = self.site.get(DEMANDER, &format!("/sharing-requests/{request}")).await.ok();
        let mut demand = self.demand(step);
        demand.papers = self.papers(step, known).into_keys().collect();
        let mut more = demand.elements();
        // A signature covers the elements, so whoever states more signs again.
        if demand.papers.contains("commitment") || !before["elements"]["commitment"].is_null() {
            let mut whole = before["elements"].clone();
            merge(&mut whole, &more);
            whole["entry"] = before["entry"].clone();
            more["commitment"] = commitment(&self.site, &whole).await.expect("the text of the commitment");
        }
        self.site.post(DEMANDER, &format!("/sharing-requests/{request}/supplement"), more).await
    }

    /// What the platform does by its own rules, brought about by what it follows from.
    async fn platform_acts(&mut self, case: &str, act: &str) -> Reply {
        self.unseen = true;
        let entry = self.entry.clone().unwrap_or_default();
        match act {
            "note_call" => {
                let called = self.site.call(&self.subject).await;
                if called.succeeded() {
                    self.site.advance(self.site.clock.now()).await;
                }
                called
            }
            "record_load" => self.site.load(PROVIDER, &entry, "rows.csv", ROWS).await,
            "close_withdrawn" => {
                self.site.withdraw(&entry).await;
                self.site.get(AUTHORITY, &format!("/cases/{case}")).await
            }
            "record_supply" => {
                self.data(Data { catalogued: true, collected: true }).await;
                self.site.get(AUTHORITY, &format!("/cases/{case}")).await
            }
            "record_catalogue" => {
                self.project_entry().await;
                self.site.get(AUTHORITY, &format!("/cases/{case}")).await
            }
            "record_collection" => {
                let catalogued = self.entry.is_some();
                let entry = self.project_entry().await;
                self.site.load(PROVIDER, &entry, "rows.csv", ROWS).await.ok();
                if !catalogued {
                    self.site.withdraw(&entry).await;
                }
                self.site.get(AUTHORITY, &format!("/cases/{case}")).await
            }
            _ => panic!("nothing that can be done over HTTP leads the platform to `{act}`"),
        }
    }

    /// What the case knows.
    async fn known(&self, case: &str) -> Facts {
        serde_json::from_value(self.site.case(AUTHORITY, case).await["facts"].clone()).unwrap()
    }

    fn papers(&self, step: &Step, known: &Facts) -> BTreeMap<String, String> {
        papers(self.book, self.scenario, step, known)
    }

    async fn check(&mut self, claim: &Claim) -> Result<(), String> {
        let case = self.case.clone().ok_or("no case is open")?;
        let view = self.site.case(AUTHORITY, &case).await;
        if let Claim::Effect(effect) = claim {
            return self.effect(&view, &effect.to_string()).await;
        }
        claims::check(self.book, self.scenario, &view, claim)
    }

    /// An effect is in the answer; a notice or a report lies in the inbox besides.
    async fn effect(&self, view: &Value, effect: &str) -> Result<(), String> {
        let named = self.effects.iter().any(|known| known == effect);
        if !self.unseen && !named {
            return Err(format!("the step had no effect `{effect}`, only `{}`", self.effects.join("`, `")));
        }
        let Some((kind @ ("notify" | "report"), role)) = effect.split_once(':') else {
            return if !named { Err(format!("the effect `{effect}` cannot be seen")) } else { Ok(()) };
        };
        let (who, party) = match role {
            "demander" => (DEMANDER, view["demander"].is_string() || self.share.is_some()),
            "provider" => (PROVIDER, view["provider"].is_string()),
            "centre" => (CENTRE, true),
            _ => (AUTHORITY, true),
        };
        let wanted = if kind == "report" { "report" } else { "notice" };
        let notices = self.site.get(who, "/notices?limit=200").await.ok();
        let told = |notice: &Value| {
            let at: Timestamp = text(&notice["at"]).parse().unwrap();
            notice["case"] == view["id"] && notice["kind"] == wanted && at >= self.since
        };
        if !party || notices["items"].as_array().unwrap().iter().any(told) {
            return Ok(());
        }
        Err(format!("`{effect}`: no such {wanted} lies in the inbox of `{who}`"))
    }

    async fn prove(&self) -> Result<(), String> {
        match &self.case {
            Some(case) => prove(&self.site, case).await,
            None => Ok(()),
        }
    }

    fn in_force(&self) -> Timestamp {
        let pack = self.book.pack(&self.scenario.pack);
        pack.map_or(Timestamp::MIN, |pack| law::calendar::start_of(pack.in_force.from))
    }
}

/// Who speaks in a step.
fn login(step: &Step) -> &'static str {
    match step.by.as_str() {
        "demander" => DEMANDER,
        "provider" => PROVIDER,
        "centre" => CENTRE,
        "authority" => AUTHORITY,
        "cyberspace" => "cyberspace.officer",
        "police" => "police.officer",
        "state_security" => "state_security.officer",
        "public" => NOBODY,
        other => panic!("nobody logs in as `{other}`"),
    }
}

/// The demand's papers are those of the vocabulary; a new one must be given words here.
#[test]
fn every_required_element_of_a_demand_can_be_stated() {
    let book = platform::testkit::book().unwrap();
    for pack in book.packs() {
        let asked: Vec<_> = pack.scenarios.iter().filter(|scenario| scenario.procedure == "sharing_request").collect();
        for scenario in asked {
            let facts: Facts = [("use_below_quarterly".into(), FactValue::Flag(true))].into();
            for paper in book.papers_asked(&pack.id, &scenario.procedure, &"submit".into(), &facts) {
                assert!(DEMAND_PAPERS.contains(&paper.as_str()), "`{paper}` cannot be stated in a demand");
            }
        }
    }
}
