//! Telling a scenario of a procedure that has no slice of its own.
//!
//! What a reader should know first. The case is opened over the API by whoever the scenario lets open it; every role is played
//! by an organisation that holds the office of that name. A fact that only somebody who acts can know comes with an act; one
//! that a slice derives is made so in the world; every other one is a finding that an officer of the authority records. What the
//! platform does by its own rules has no door yet through which somebody could bring it about, so there, and only there, the
//! machine itself is called.

use std::collections::BTreeSet;

use it::{
    AUTHORITY, CENTRE, DEMANDER, NOBODY, PROVIDER, Reply, Site, Store,
    world::{Demand, ROWS, Sharing, entry_body, text},
};
use jiff::Timestamp;
use law::{
    Book, FactValue, Facts, Procedure, RefusalCode, RoleId, Subject,
    scenario::{Check, Claim, Line, Scenario, Step},
};
use platform::{Actor, Ctx, docket};
use serde_json::{Value, json};
use server::Clock;

use super::{
    claims,
    proof::{papers, prove, standing, while_in_force},
};

/// Procedures about datasets that are not in the district's catalogue.
const UNCATALOGUED: [&str; 2] = ["designation", "supplementary_catalogue"];

/// Tells a scenario.
///
/// # Errors
/// The first line that does not hold.
pub async fn run(book: &Book, scenario: &Scenario) -> Result<(), String> {
    let fail = |line: usize, message: String| format!("{}:{line}: {}: {message}", scenario.file, scenario.title);
    let mut teller = Plain::begin(book, scenario).await.map_err(|message| fail(scenario.line, message))?;
    for line in &scenario.lines {
        let (line_no, outcome) = match line {
            Line::Step(step) => (step.line_no, teller.step(step).await),
            Line::Then(Check { what, line_no }) => (*line_no, teller.check(what).await),
        };
        outcome.map_err(|message| fail(line_no, message))?;
    }
    if let Some(case) = &teller.case {
        prove(&teller.site, case).await.map_err(|message| fail(scenario.line, message))?;
    }
    teller.site.close().await;
    Ok(())
}

struct Plain<'a> {
    book: &'a Book,
    scenario: &'a Scenario,
    procedure: &'a Procedure,
    site: Site,
    /// What the case is about.
    kind: &'static str,
    subject: String,
    /// The entry of a project whose data is still to come.
    to_come: Option<String>,
    /// How many entries the project has.
    made: usize,
    /// The case, once it is open.
    case: Option<String>,
    /// What the public got when it opened the case.
    receipt: Option<String>,
    /// What is to be stated with the next act that succeeds.
    stated: Facts,
    /// The effects of the last step and of what the law did before it.
    effects: Vec<String>,
    /// When the step before the last was.
    since: Timestamp,
    /// Chance for the machine's own acts.
    seed: u8,
}

impl<'a> Plain<'a> {
    async fn begin(book: &'a Book, scenario: &'a Scenario) -> Result<Self, String> {
        let pack = book.pack(&scenario.pack).ok_or("no such pack")?;
        let procedure = pack.procedures.get(&scenario.procedure).ok_or("no such procedure")?;
        let first =
            scenario.lines.iter().find_map(|line| if let Line::Step(step) = line { Some(step.at) } else { None });
        let first = first.ok_or("there is no step")?;
        // The world is made when the law is in force already, even where the story begins before that.
        let made = while_in_force(book, scenario, first);
        let id = scenario.pack.clone();
        let site = Site::open_with(Store::Memory, &made.to_string(), |settings| settings.pack = id, |_| {}).await;
        let mut teller = Self {
            book,
            scenario,
            procedure,
            site,
            kind: "matter",
            subject: String::new(),
            to_come: None,
            made: 0,
            case: None,
            receipt: None,
            stated: Facts::new(),
            effects: Vec::new(),
            since: first,
            seed: 0,
        };
        for role in teller.actors() {
            teller.site.district.holder(role.as_str()).await.map_err(|error| error.to_string())?;
        }
        (teller.kind, teller.subject) = teller.make_subject().await;
        teller.tell(&scenario.given).await?;
        teller.site.clock.set(first);
        Ok(teller)
    }

    /// The offices that somebody speaks for, besides those that every site has.
    fn actors(&self) -> BTreeSet<RoleId> {
        let steps = self.scenario.lines.iter();
        let acting = steps.filter_map(|line| if let Line::Step(step) = line { Some(&step.by) } else { None });
        let told = self.procedure.roles().into_iter();
        acting.chain(told).filter(|role| self.book.vocabulary().is_office(role)).cloned().collect()
    }

    async fn make_subject(&self) -> (&'static str, String) {
        let site = &self.site;
        let catalogued = !UNCATALOGUED.contains(&self.scenario.procedure.as_str());
        match self.procedure.subject {
            Subject::Organisation => ("organisation", site.organisation("housing")),
            Subject::Project => {
                let system = site.post(PROVIDER, "/systems", json!({ "code": "S1", "name": "救助系统" })).await.ok();
                ("project", text(&system["id"]))
            }
            Subject::Record => ("record", "018f0000-0000-7000-8000-000000000002".into()),
            Subject::Service => {
                let entry = site.collected("困难家庭救助名单", &Sharing::of("conditional")).await;
                ("service", site.granted(&Demand::complete(&entry)).await)
            }
            Subject::Dataset | Subject::Entry if catalogued => {
                ("entry", site.published("困难家庭救助名单", &Sharing::of("conditional")).await)
            }
            Subject::Dataset | Subject::Entry | Subject::Matter => {
                let named = site.post(AUTHORITY, "/matters", json!({ "title": "某事项" })).await.ok();
                ("matter", text(&named["id"]))
            }
        }
    }

    /// Makes facts true: those that are derived in the world, those that are stated with the next act, the others as findings.
    async fn tell(&mut self, facts: &Facts) -> Result<(), String> {
        let mut found = serde_json::Map::new();
        for (fact, value) in facts {
            let word = self.book.vocabulary().facts.get(fact).ok_or("no such fact")?;
            if word.stated {
                self.stated.insert(fact.clone(), value.clone());
            } else if self.kind == "project" && matches!(fact.as_str(), "catalogued" | "collected") {
                self.project_data(*value == FactValue::Flag(true)).await;
            } else {
                found.insert(fact.to_string(), serde_json::to_value(value).unwrap());
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        let path = format!("/findings/{}/{}", self.kind, self.subject);
        let reply = self.site.put(AUTHORITY, &path, json!({ "facts": found })).await;
        if reply.succeeded() { Ok(()) } else { Err(reply.to_string()) }
    }

    /// The project's data, all catalogued and handed in, or with something still to come.
    async fn project_data(&mut self, complete: bool) {
        if self.to_come.is_none() {
            self.made += 1;
            let title = format!("项目数据之{}", self.made);
            let duty = self.site.duty(&title).await;
            let mut body = entry_body(&title, &duty, &Sharing::of("conditional"));
            body["system"] = json!(self.subject);
            self.to_come = Some(text(&self.site.post(PROVIDER, "/entries", body).await.ok()["entry"]["id"]));
        }
        if let Some(entry) = self.to_come.take_if(|_| complete) {
            self.site.publish(&entry).await;
            self.site.load(PROVIDER, &entry, "rows.csv", ROWS).await.ok();
        }
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        self.effects.clear();
        self.pass(step.at).await;
        let Some(act) = &step.act else {
            return self.tell(&step.facts).await;
        };
        let before = standing(&self.site, self.case.as_ref()).await;
        let mut known = self.known().await;
        known.extend(self.stated.clone());
        let papers = papers(self.book, self.scenario, step, &known);
        let mut facts = self.stated.clone();
        facts.extend(step.facts.clone());
        let mut body = json!({ "act": act, "role": step.by, "papers": papers, "facts": facts });
        if let Some(days) = step.days {
            body["extension"] = json!(days);
        }
        if step.by == "public"
            && let Some(case) = self.case.clone()
        {
            body["receipt_number"] = json!(self.receipt_of(&case).await);
        }
        let reply = match (&self.case, step.by.as_str()) {
            (_, "platform") => self.machine(&body).await,
            (None, _) => {
                body["procedure"] = json!(self.scenario.procedure);
                body["subject_kind"] = json!(self.kind);
                body["subject"] = json!(self.subject);
                body["provider"] = json!(self.site.organisation("housing"));
                body["demander"] = json!(self.site.organisation("transport"));
                self.site.post(&login(&step.by), "/cases", body).await
            }
            (Some(case), _) => self.site.act(&login(&step.by), case, body).await,
        };
        judge(step.refused, &reply)?;
        if step.refused.is_some() {
            let same = standing(&self.site, self.case.as_ref()).await == before;
            return if same { Ok(()) } else { Err("it was refused, but something changed".into()) };
        }
        self.stated.clear();
        if self.case.is_none() {
            self.case = Some(text(&reply.json["case"]));
            self.receipt = reply.json["receipt_number"].as_str().map(str::to_owned);
        }
        self.note(&reply.json);
        Ok(())
    }

    /// The number that the public got when it opened the case; where the story begins later, one is made out.
    async fn receipt_of(&mut self, case: &str) -> String {
        if self.receipt.is_none() {
            self.seed += 1;
            let ctx = Ctx::new(Actor::Platform, self.site.clock.now(), [self.seed; 32]);
            let number = self.site.district.platform.stand_in_receipt(&ctx, case.parse().unwrap()).await.unwrap();
            self.receipt = Some(number);
        }
        self.receipt.clone().unwrap_or_default()
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
            if receipt["case"].as_str() == self.case.as_deref() {
                self.note(&receipt);
            }
        }
    }

    fn note(&mut self, receipt: &Value) {
        self.effects.extend(receipt["effects"].as_array().into_iter().flatten().map(text));
    }

    /// What the case knows, or what it would know at its opening.
    async fn known(&self) -> Facts {
        match &self.case {
            Some(case) => serde_json::from_value(self.site.case(AUTHORITY, case).await["facts"].clone()).unwrap(),
            None => self.scenario.given.clone(),
        }
    }

    /// The platform acts by its own rule.
    async fn machine(&mut self, body: &Value) -> Reply {
        self.seed += 1;
        let ctx = Ctx::new(Actor::Platform, self.site.clock.now(), [self.seed; 32]);
        let act: docket::ActInput = serde_json::from_value(body.clone()).unwrap();
        let platform = &self.site.district.platform;
        let outcome = match &self.case {
            Some(case) => platform.act_on_case(&ctx, case.parse().unwrap(), act).await,
            None => {
                let organisation = |code: &str| self.site.district.organisation(code).unwrap();
                let opening = docket::Opening {
                    procedure: self.scenario.procedure.clone(),
                    pack: None,
                    subject: (docket::SubjectKind::parse(self.kind).unwrap(), self.subject.parse().unwrap()),
                    title: None,
                    provider: Some(organisation("housing")),
                    demander: Some(organisation("transport")),
                    parties: docket::Parties::new(),
                    facts: Facts::new(),
                    act,
                    parent: None,
                };
                platform.open_case(&ctx, opening).await
            }
        };
        let (status, json) = match outcome {
            Ok(receipt) => (200, serde_json::to_value(receipt).unwrap()),
            Err(error) => {
                let refusal = error.refusal.as_ref().map(|refusal| refusal.code.to_string());
                (409, json!({ "code": error.code, "refusal": refusal, "detail": error.message }))
            }
        };
        let body = json.to_string().into_bytes();
        Reply { asked: "the platform itself".into(), status, headers: Vec::new(), body, json }
    }

    async fn check(&self, claim: &Claim) -> Result<(), String> {
        let case = self.case.as_deref().ok_or("no case is open")?;
        let view = self.site.case(AUTHORITY, case).await;
        match claim {
            Claim::Effect(effect) => self.effect(&view, &effect.to_string()).await,
            _ => claims::check(self.book, self.scenario, &view, claim),
        }
    }

    /// An effect is named by the answer, and can be seen where it shows: in an inbox, a register, or as a case.
    async fn effect(&self, view: &Value, effect: &str) -> Result<(), String> {
        if !self.effects.iter().any(|known| known == effect) {
            return Err(format!("the step had no effect `{effect}`, only `{}`", self.effects.join("`, `")));
        }
        match effect.split_once(':') {
            // The public has no inbox, and the city's is not in this district.
            Some(("notify" | "report", "public")) => Ok(()),
            Some(("notify", role)) => self.told(view, &role.into(), "notice").await,
            Some(("report", role)) => self.told(view, &role.into(), "report").await,
            Some((verb @ ("enter" | "strike"), register)) => self.listed(register, verb == "enter").await,
            Some(("open", procedure)) => self.followed(view, procedure).await,
            _ => Ok(()),
        }
    }

    async fn told(&self, view: &Value, role: &RoleId, kind: &str) -> Result<(), String> {
        let who = login(role);
        let notices = self.site.get(&who, "/notices?limit=200").await.ok();
        let told = |notice: &Value| {
            let at: Timestamp = text(&notice["at"]).parse().unwrap();
            notice["case"] == view["id"] && notice["kind"] == kind && at >= self.since
        };
        if notices["items"].as_array().unwrap().iter().any(told) {
            return Ok(());
        }
        Err(format!("no such {kind} lies in the inbox of `{who}`"))
    }

    async fn listed(&self, register: &str, entered: bool) -> Result<(), String> {
        let lines = self.site.get(AUTHORITY, &format!("/registers/{register}?struck=true&limit=200")).await.ok();
        let line = lines["items"].as_array().unwrap().iter().find(|line| line["subject"] == self.subject.as_str());
        match line {
            Some(line) if line["until"].is_null() == entered => Ok(()),
            // What was never entered in this story stood there from another case; striking it again changes nothing.
            None if !entered => Ok(()),
            found => Err(format!("the register `{register}` should say otherwise: {found:?}")),
        }
    }

    async fn followed(&self, view: &Value, procedure: &str) -> Result<(), String> {
        let cases = self.site.get(AUTHORITY, &format!("/cases?procedure={procedure}&limit=200")).await.ok();
        let follows = |case: &Value| case["parent"] == view["id"];
        if cases["items"].as_array().unwrap().iter().any(follows) {
            return Ok(());
        }
        Err(format!("no case of `{procedure}` follows from this one"))
    }
}

/// Whether the answer is the one that the step expects.
fn judge(refused: Option<RefusalCode>, reply: &Reply) -> Result<(), String> {
    let Some(code) = refused else {
        return if reply.succeeded() { Ok(()) } else { Err(reply.to_string()) };
    };
    let explained = !reply.json["detail"].as_str().unwrap_or_default().is_empty();
    if reply.refusal() == code.to_string() && explained {
        return Ok(());
    }
    Err(format!("it should be refused as `{code}`, but: {reply}"))
}

/// Who speaks in a role.
fn login(role: &RoleId) -> String {
    match role.as_str() {
        "demander" => DEMANDER.into(),
        "provider" => PROVIDER.into(),
        "centre" => CENTRE.into(),
        "public" => NOBODY.into(),
        office => format!("{office}.officer"),
    }
}
