//! The first run of the demonstration: the district comes into being through the platform's own verbs, by the people who would do
//! it, at the times at which they would have done it. Nothing is written past the law.

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use indicatif::ProgressBar;
use jiff::{Timestamp, ToSpan, civil::date};
use platform::{
    Actor, CaseId, Ctx, EntryId, OrganisationId, Platform, ServiceId,
    catalogue::{Coverage, DataFormat, DutyInput, EntryInput, Grade, Item as EntryItem, SystemInput, UpdateCycle},
    collection::HandIn,
    docket::ActInput,
    gateway::Lookup,
    identity::{OrganisationInput, PersonInput},
    sharing::{DemandType, Elements, Frequency, Mode, RequestInput, SignedCommitment},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Dataset, District, Request, Rows, Step};
use crate::{
    compose::Node,
    failure::{Doing, Failure, Result},
    output::Out,
    world,
};

/// How many files are generated and loaded side by side: as many as a small machine has cores.
const SIDE_BY_SIDE: usize = 2;

/// What was made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Seeded {
    /// Organisations.
    pub organisations: usize,
    /// People who can log in.
    pub people: usize,
    /// Entries of the catalogue.
    pub entries: usize,
    /// Rows loaded.
    pub rows: u64,
    /// Rows kept aside.
    pub rejected: u64,
    /// Requests made.
    pub requests: usize,
    /// Calls served.
    pub calls: u64,
}

/// Makes the district in an empty store, with files generated into `files`.
///
/// # Errors
/// Whatever a verb of the platform refuses: then the demonstration contradicts the law, which a test excludes.
pub async fn seed(node: &Node, district: &District, people: u64, files: &Path, out: &Out) -> Result<Seeded> {
    fs::create_dir_all(files)?;
    let mut seeder = Seeder {
        node,
        district,
        organisations: HashMap::new(),
        entries: HashMap::new(),
        seeded: Seeded::default(),
        files: files.to_owned(),
        numbers: people,
        bar: out.bar(0, "seeding the district"),
    };
    let pack = node.platform.settings().pack.clone();
    let requests: Vec<&Request> = district.requests.iter().filter(|request| pack == request.pack.as_str()).collect();
    let steps: usize = requests.iter().map(|request| request.steps.len() + 1).sum();
    let work = district.organisations.len() + district.people.len() + 2 * district.datasets.len() + steps;
    seeder.bar.set_length(work as u64);
    seeder.organisations().await?;
    seeder.people().await?;
    seeder.catalogue().await?;
    let loads_at = world::parse_instant("2026-02-27 08:00").map_err(Failure::new)?;
    let mut running = Vec::new();
    seeder.requests(&requests, None, loads_at, &mut running).await?;
    seeder.loads(loads_at).await?;
    seeder.requests(&requests, Some(loads_at), Timestamp::MAX, &mut running).await?;
    seeder.calls(&requests, &running).await?;
    node.platform.count_uses(&node.ctx()).await?;
    node.platform.tick(&node.ctx()).await?;
    seeder.bar.finish_and_clear();
    Ok(seeder.seeded)
}

/// The catalogue's elements of a dataset.
///
/// # Errors
/// When the dataset's words are not the platform's, which a test excludes.
pub fn entry_input(dataset: &Dataset, source: &str) -> Result<EntryInput> {
    let items = dataset.items.iter().map(|item| {
        let key = dataset.keys.contains(&item.code);
        Ok(EntryItem {
            code: item.code.clone(),
            name: item.name.clone(),
            kind: word(&item.kind)?,
            length: item.length,
            meaning: item.meaning.clone(),
            key,
            required: key,
            sensitive: item.sensitive,
            grade: None,
            mask: item.mask.clone(),
        })
    });
    Ok(EntryInput {
        title: dataset.title.clone(),
        description: dataset.description.clone(),
        duty: None,
        system: None,
        source: source.to_owned(),
        managing_unit: "数据管理科".into(),
        format: Some(DataFormat::Database),
        items: items.collect::<Result<_>>()?,
        update_cycle: Some(word::<UpdateCycle>(&dataset.cycle)?),
        class: dataset.class.clone(),
        grade: Some(word::<Grade>(&dataset.grade)?),
        sharing: serde_json::from_value(dataset.sharing.clone()).doing(|| format!("sharing of `{}`", dataset.code))?,
        opening: serde_json::from_value(dataset.opening.clone()).doing(|| format!("opening of `{}`", dataset.code))?,
        coverage: Coverage { area: "长宁区全域".into(), from: Some(date(2020, 1, 1)), until: None },
        keywords: dataset.keywords.clone(),
    })
}

/// The signing key of an organisation's chief data officer in the demonstration. Made from the seed: it protects nothing.
///
/// # Errors
/// With a probability of about 2⁻²²⁴, when the digest is no key.
pub fn signing_key(seed: u64, organisation: &str) -> Result<sm::sign::SigningKey> {
    Ok(sm::sign::SigningKey::from_bytes(&sm::sm3(format!("gongshu demonstration {seed} {organisation}").as_bytes()))?)
}

/// Signs a commitment.
///
/// # Errors
/// As [`signing_key`].
pub fn commitment(seed: u64, organisation: &str, text: String) -> Result<SignedCommitment> {
    let key = signing_key(seed, organisation)?;
    let signature = BASE64.encode(key.sign(text.as_bytes()).to_der());
    Ok(SignedCommitment { signature, public_key: key.verifying_key().to_spki_pem(), text })
}

struct Seeder<'a> {
    node: &'a Node,
    district: &'a District,
    organisations: HashMap<&'a str, OrganisationId>,
    entries: HashMap<&'a str, EntryId>,
    seeded: Seeded,
    files: PathBuf,
    numbers: u64,
    bar: ProgressBar,
}

/// A request that was made.
struct Running {
    /// Its place among the district's requests.
    number: usize,
    case: CaseId,
}

impl<'a> Seeder<'a> {
    fn platform(&self) -> &Platform {
        &self.node.platform
    }

    fn at(&self, text: &str) -> Result<Timestamp> {
        world::parse_instant(text).map_err(Failure::new)
    }

    async fn ctx(&self, login: &str, now: Timestamp) -> Result<Ctx> {
        Ok(Ctx::new(self.platform().actor(login).await?, now, (self.node.chance)()))
    }

    async fn organisations(&mut self) -> Result<()> {
        let now = self.at("2026-01-04 09:00")?;
        for (number, organisation) in (1_u32..).zip(&self.district.organisations) {
            let input = OrganisationInput {
                code: organisation.code.clone(),
                name: organisation.name.clone(),
                kind: word(&organisation.kind)?,
                credit_code: Some(privacy::fictitious::credit_code(
                    &organisation.prefix,
                    &self.district.area,
                    990_000 + number,
                )),
                office: organisation.office.as_deref().map(word).transpose()?,
            };
            let made = self.platform().create_organisation(&self.node.ctx_at(now), input).await?;
            let key = signing_key(self.district.seed, &organisation.code)?.verifying_key().to_spki_pem();
            self.platform().set_signing_key(&self.node.ctx_at(now), made.id, &key).await?;
            self.organisations.insert(&organisation.code, made.id);
            self.bar.inc(1);
        }
        self.seeded.organisations = self.organisations.len();
        Ok(())
    }

    async fn people(&mut self) -> Result<()> {
        let now = self.at("2026-01-04 10:00")?;
        for person in &self.district.people {
            let input = PersonInput {
                login: person.login.clone(),
                name: person.name.clone(),
                organisation: self.organisation(&person.organisation)?,
                password: self.district.password.clone(),
            };
            let made = self.platform().create_person(&self.node.ctx_at(now), input).await?;
            let roles = person.roles.iter().map(|role| word(role)).collect::<Result<BTreeSet<_>>>()?;
            self.platform().set_roles(&self.node.ctx_at(now), made.id, roles).await?;
            self.bar.inc(1);
        }
        self.seeded.people = self.district.people.len();
        Ok(())
    }

    fn organisation(&self, code: &str) -> Result<OrganisationId> {
        let known = self.organisations.get(code).copied();
        known.ok_or_else(|| Failure::new(format!("the demonstration has no organisation `{code}`")))
    }

    /// Duties, systems and entries, each by a data executive of its organisation; the centre reviews the next working day.
    async fn catalogue(&mut self) -> Result<()> {
        let recorded = self.at("2026-01-05 09:30")?;
        let mut duties = HashMap::new();
        for duty in &self.district.duties {
            let ctx = self.ctx(&executive(&duty.organisation), recorded).await?;
            let input = DutyInput {
                code: duty.code.clone(),
                name: duty.name.clone(),
                basis: duty.basis.clone(),
                description: String::new(),
            };
            duties.insert(duty.code.as_str(), self.platform().create_duty(&ctx, input).await?.id);
        }
        let mut systems = HashMap::new();
        for system in &self.district.systems {
            let ctx = self.ctx(&executive(&system.organisation), recorded).await?;
            let duty = duties.get(system.duty.as_str()).copied();
            let accepted_on = Some(system.accepted_on.parse().doing(|| format!("system `{}`", system.code))?);
            let input = SystemInput {
                code: system.code.clone(),
                name: system.name.clone(),
                description: String::new(),
                duty,
                accepted_on,
            };
            systems.insert(
                system.code.as_str(),
                (self.platform().create_system(&ctx, input).await?.id, duty, system.name.as_str()),
            );
        }
        for dataset in &self.district.datasets {
            let (system, duty, name) =
                systems.get(dataset.system.as_str()).copied().ok_or_else(|| Failure::new("a system is missing"))?;
            let input = EntryInput { duty, system: Some(system), ..entry_input(dataset, name)? };
            self.entry(dataset, input).await?;
            self.bar.inc(1);
        }
        self.seeded.entries = self.entries.len();
        Ok(())
    }

    async fn entry(&mut self, dataset: &'a Dataset, input: EntryInput) -> Result<()> {
        let on_desk = |list: &[String]| list.contains(&dataset.code);
        let desk = &self.district.desk;
        // What is still on the desks was begun last week, the rest in January.
        let late = on_desk(&desk.draft) || on_desk(&desk.reviewing) || on_desk(&desk.returned);
        let day = if late { "2026-02-26" } else { "2026-01-06" };
        let drafted = self.at(&format!("{day} 10:00"))?;
        let login = executive(&dataset.organisation);
        let ctx = self.ctx(&login, drafted).await?;
        let (entry, receipt) = self.platform().draft_entry(&ctx, input).await?;
        self.entries.insert(&dataset.code, entry.line.id);
        if on_desk(&desk.draft) {
            return Ok(());
        }
        let submitted =
            if on_desk(&desk.reviewing) { self.at("2026-02-28 15:00")? } else { drafted.checked_add(2.hours())? };
        let ctx = self.ctx(&login, submitted).await?;
        self.platform().submit_entry(&ctx, entry.line.id, ActInput::new("submit")).await?;
        if on_desk(&desk.reviewing) {
            return Ok(());
        }
        let reviewed = drafted.checked_add(23.hours())?;
        let ctx = self.ctx("centre.officer", reviewed).await?;
        let act = if on_desk(&desk.returned) {
            ActInput::new("return_entry").paper("return_reason", "坐标系未注明，请补充后重新送审。")
        } else {
            ActInput::new("publish")
        };
        self.platform().act_on_case(&ctx, receipt.case, act.role("centre")).await?;
        Ok(())
    }

    /// Generates and loads the datasets that are published and due.
    async fn loads(&mut self, at: Timestamp) -> Result<()> {
        let desk = &self.district.desk;
        let off = [&desk.draft, &desk.reviewing, &desk.returned, &desk.uncollected];
        let mut waiting: Vec<&Dataset> = self
            .district
            .datasets
            .iter()
            .filter(|dataset| !off.iter().any(|list| list.contains(&dataset.code)))
            .collect();
        for dataset in desk.uncollected.iter().filter_map(|code| self.district.dataset(code)) {
            let (district, file, people) = (self.district.clone(), self.file(dataset), self.numbers);
            let code = dataset.code.clone();
            tokio::task::spawn_blocking(move || generate(&district, &code, people, &file)).await??;
        }
        // The longest first, so that nothing long begins when everything else is done.
        waiting.sort_by_key(|dataset| dataset.rows.rows(self.numbers));
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && let Some(dataset) = waiting.pop()
            {
                let entry = self
                    .entries
                    .get(dataset.code.as_str())
                    .copied()
                    .ok_or_else(|| Failure::new("an entry is missing"))?;
                let ctx = self.ctx(&executive(&dataset.organisation), at).await?;
                let (platform, district) = (self.platform().clone(), self.district.clone());
                let (code, file, people) = (dataset.code.clone(), self.file(dataset), self.numbers);
                under_way.spawn(async move {
                    let path = file.clone();
                    let named = code.clone();
                    tokio::task::spawn_blocking(move || generate(&district, &named, people, &path)).await??;
                    let hand_in = HandIn { path: file, name: format!("{code}.csv"), sheet: None };
                    let loaded = platform
                        .hand_in(&ctx, entry, hand_in, |_| true)
                        .await
                        .doing(|| format!("`{code}` cannot be loaded"))?;
                    Ok::<_, Failure>(loaded.certificate)
                });
            }
            let Some(done) = under_way.join_next().await else { return Ok(()) };
            let certificate = done??;
            self.seeded.rows += certificate.accepted;
            self.seeded.rejected += certificate.rejected;
            self.bar.inc(1);
        }
    }

    fn file(&self, dataset: &Dataset) -> PathBuf {
        self.files.join(format!("{}.csv", dataset.code))
    }

    /// Does whatever happened to requests from `from` on and before `until`, in the order of time.
    async fn requests(
        &mut self,
        requests: &[&Request],
        from: Option<Timestamp>,
        until: Timestamp,
        running: &mut Vec<Running>,
    ) -> Result<()> {
        let mut events: Vec<(Timestamp, usize, Option<&Step>)> = Vec::new();
        for (number, request) in requests.iter().enumerate() {
            events.push((self.at(&request.at)?, number, None));
            for step in &request.steps {
                events.push((self.at(&step.at)?, number, Some(step)));
            }
        }
        events.retain(|(at, ..)| from.is_none_or(|from| *at >= from) && *at < until);
        events.sort_by_key(|(at, number, _)| (*at, *number));
        for (at, number, step) in events {
            let Some(request) = requests.get(number) else { continue };
            match step {
                None => running.push(Running { number, case: self.ask(request, at).await? }),
                Some(step) => {
                    let case = running.iter().find(|running| running.number == number).map(|running| running.case);
                    let case = case.ok_or_else(|| {
                        Failure::new(format!("the request for `{}` has a step before it was made", request.dataset))
                    })?;
                    self.step(request, step, case, at).await?;
                }
            }
            self.bar.inc(1);
        }
        Ok(())
    }

    async fn ask(&mut self, request: &Request, at: Timestamp) -> Result<CaseId> {
        let entry =
            self.entries.get(request.dataset.as_str()).copied().ok_or_else(|| Failure::new("an entry is missing"))?;
        let ctx = self.ctx(&format!("{}.cdo", request.demander), at).await?;
        let mut input = RequestInput { entry, elements: elements(request) };
        if request.complete {
            let text = self.platform().commitment_text(&ctx, &input).await?;
            input.elements.commitment = Some(commitment(self.district.seed, &request.demander, text)?);
        }
        let (_, receipt) =
            self.platform().ask(&ctx, input).await.doing(|| format!("the request for `{}`", request.dataset))?;
        self.seeded.requests += 1;
        Ok(receipt.case)
    }

    async fn step(&self, request: &Request, step: &Step, case: CaseId, at: Timestamp) -> Result<()> {
        let login = match step.by.as_str() {
            "authority" => "bureau.officer".to_owned(),
            "centre" => "centre.officer".to_owned(),
            "demander" => format!("{}.cdo", request.demander),
            _ => format!(
                "{}.cdo",
                self.district.dataset(&request.dataset).map_or("", |dataset| dataset.organisation.as_str())
            ),
        };
        let ctx = self.ctx(&login, at).await?;
        let act = step
            .papers
            .iter()
            .fold(ActInput::new(step.act.as_str()), |act, (paper, text)| act.paper(paper, text.as_str()));
        let done = self.platform().act_on_case(&ctx, case, act.role(&step.by)).await;
        done.map(drop).doing(|| format!("`{}` by {} in the request for `{}`", step.act, step.by, request.dataset))
    }

    /// Calls the services that have been granted.
    async fn calls(&mut self, requests: &[&Request], running: &[Running]) -> Result<()> {
        let page = platform::Page::default();
        let ctx = self.node.ctx();
        let made = self.platform().requests(&ctx, page).await?;
        for Running { number, case } in running {
            let Some(request) = requests.get(*number).filter(|request| request.calls > 0) else { continue };
            let service = made.items.iter().find(|view| view.case == *case).and_then(|view| view.service);
            let service = service.ok_or_else(|| {
                Failure::new(format!("the request for `{}` has no service to be called", request.dataset))
            })?;
            self.call(request, service).await?;
        }
        Ok(())
    }

    async fn call(&mut self, request: &Request, service: ServiceId) -> Result<()> {
        let organisation = self.organisation(&request.demander)?;
        let key = signing_key(self.district.seed, &format!("{} system", request.demander))?;
        let until = world::parse_instant("2027-12-31").map_err(Failure::new)?;
        let name = "业务系统";
        let pem = key.verifying_key().to_spki_pem();
        let client = self.platform().create_client(&self.node.ctx(), organisation, name, &pem, until).await?;
        let dataset = self.district.dataset(&request.dataset).ok_or_else(|| Failure::new("a dataset is missing"))?;
        let column = dataset.keys.iter().find(|key| request.items.contains(key)).cloned().unwrap_or_default();
        let mut at = self.at("2026-02-28 13:00")?;
        for key in column_of(&self.file(dataset), dataset, &column, request.calls)? {
            at = at.checked_add(7.minutes())?;
            let who = Actor::Client { id: client.id, organisation };
            let lookup = Lookup { key_column: column.clone(), key, fields: None, purpose: request.purpose.clone() };
            self.platform().lookup(&Ctx::new(who, at, (self.node.chance)()), service, lookup).await?;
            self.seeded.calls += 1;
        }
        Ok(())
    }
}

/// The elements of a request of the demonstration.
fn elements(request: &Request) -> Elements {
    Elements {
        demand_type: Some(DemandType::District),
        items: request.items.clone(),
        scenario: request.scenario.clone(),
        legal_basis: if request.complete { "本单位职责目录所列事项".into() } else { String::new() },
        business_goal: "减少重复提交材料，提高办理效率".into(),
        scope: "限本单位经办人员在办理上述事项时使用".into(),
        mode: Some(Mode::Api),
        frequency: Some(Frequency::Daily),
        term_until: Some(date(2027, 12, 31)),
        security_grade: Some(Grade::General3),
        security_measures: "专人专岗、操作留痕、终端加固".into(),
        purpose: request.purpose.clone(),
        ..Elements::default()
    }
}

/// Writes a dataset's rows to a file.
///
/// # Errors
/// When the file cannot be written.
pub fn generate(district: &District, code: &str, people: u64, file: &Path) -> Result<u64> {
    let dataset =
        district.dataset(code).ok_or_else(|| Failure::new(format!("the demonstration has no dataset `{code}`")))?;
    let doing = || format!("`{}` cannot be written", file.display());
    let mut out = BufWriter::new(File::create(file).doing(doing)?);
    let rows = super::write(Rows::of(district, dataset, people), &mut out).doing(doing)?;
    out.flush().doing(doing)?;
    Ok(rows)
}

/// The first values of a column of a generated file, whose keys hold no commas.
fn column_of(file: &Path, dataset: &Dataset, column: &str, count: u64) -> Result<Vec<String>> {
    let place = dataset.items.iter().position(|item| item.code == column).unwrap_or(0);
    let lines = BufReader::new(File::open(file)?).lines().skip(1).take(usize::try_from(count).unwrap_or(0));
    lines.map(|line| Ok(line?.split(',').nth(place).unwrap_or_default().to_owned())).collect()
}

fn executive(organisation: &str) -> String {
    format!("{organisation}.executive")
}

/// A word of the platform's vocabulary.
fn word<T: DeserializeOwned>(text: &str) -> Result<T> {
    let value: Value = json!(text);
    serde_json::from_value(value).doing(|| format!("the demonstration says `{text}`, which the platform does not know"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use server::MovableClock;

    use super::*;
    use crate::{
        compose::{self, Plan},
        keys::Secrets,
        store::Store,
    };

    /// Seeds a small district under a pack on a real store, through the platform's own verbs.
    fn seeded(pack: &str) -> Seeded {
        let dir = tempfile::tempdir().unwrap();
        let district = District::changning().unwrap();
        let plan = Plan {
            store: Store::at(&dir.path().join("store")),
            database: None,
            pack: pack.into(),
            regulations: None,
            demonstration: true,
            origin: compose::default_origin(pack),
            node: "test".into(),
            clock: Arc::new(MovableClock::standing(district.clock)),
            chance: compose::chance([1; 32]),
        };
        compose::runtime().unwrap().block_on(async {
            let node =
                Node::open(plan, Secrets::of_story().unwrap()).await.unwrap_or_else(|failure| panic!("{failure}"));
            let files = dir.path().join("files");
            let seeded = seed(&node, &district, 300, &files, &Out::new(true))
                .await
                .unwrap_or_else(|failure| panic!("{failure}"));
            node.platform.close().await.unwrap();
            seeded
        })
    }

    /// The demonstration comes into being by lawful acts only, and is alive under Changning's rules.
    #[test]
    fn the_demonstration_keeps_changnings_law() {
        let seeded = seeded("changning-2025");
        assert!(seeded.requests >= 8 && seeded.calls > 0 && seeded.rejected > 0, "{seeded:?}");
    }

    /// A district is a folder: the same demonstration lives under Putuo's rules.
    #[test]
    fn the_demonstration_keeps_putuos_law() {
        let seeded = seeded("putuo-2023");
        assert!(seeded.requests >= 3 && seeded.calls > 0, "{seeded:?}");
    }
}
