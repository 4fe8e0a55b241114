//! What `demo/<district>/` says, read and checked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{EMBEDDED, values::Gen};
use crate::failure::{Doing, Failure, Result};

/// A demonstration district.
#[derive(Clone, Debug)]
pub struct District {
    /// Its name.
    pub name: String,
    /// Its six-digit code (GB/T 2260).
    pub area: String,
    /// What everything is generated from.
    pub seed: u64,
    /// Where its clock stands on the first run.
    pub clock: Timestamp,
    /// What is added to every dataset's description.
    pub notice: String,
    /// Everybody's password.
    pub password: String,
    /// Its organisations.
    pub organisations: Vec<Organisation>,
    /// Its people.
    pub people: Vec<Person>,
    /// Their duties.
    pub duties: Vec<Duty>,
    /// Their systems.
    pub systems: Vec<System>,
    /// Their datasets.
    pub datasets: Vec<Dataset>,
    /// Words from which rows are made.
    pub lists: Lists,
    /// Requests that are under way when the clock starts.
    pub requests: Vec<Request>,
    /// Entries that are not published, or not collected, when the clock starts.
    pub desk: Desk,
}

/// A request that is under way.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The pack under which it was made.
    pub pack: String,
    /// The dataset's code.
    pub dataset: String,
    /// The organisation that asks.
    pub demander: String,
    /// When, in Shanghai.
    pub at: String,
    /// Whether every element is there from the start.
    #[serde(default = "yes")]
    pub complete: bool,
    /// The items wanted.
    pub items: Vec<String>,
    /// The purpose of calls.
    pub purpose: String,
    /// What the data is used for.
    pub scenario: String,
    /// How often the service has been called.
    #[serde(default)]
    pub calls: u64,
    /// What has happened to it.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A step of a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When, in Shanghai.
    pub at: String,
    /// `provider`, `demander`, `centre` or `authority`.
    pub by: String,
    /// The act.
    pub act: String,
    /// Papers that came with it.
    #[serde(default)]
    pub papers: BTreeMap<String, String>,
}

/// Codes of datasets by what is still to be done about them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Being drafted.
    pub draft: Vec<String>,
    /// Under review.
    pub reviewing: Vec<String>,
    /// Sent back.
    pub returned: Vec<String>,
    /// Published, without data.
    pub uncollected: Vec<String>,
}

fn yes() -> bool {
    true
}

/// An organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// A short code, used in logins.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind, by the platform's names.
    pub kind: String,
    /// Registrar and category of its credit code.
    pub prefix: String,
    /// `authority`, `centre` or `cyberspace`.
    pub office: Option<String>,
}

/// Somebody who can log in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The login.
    pub login: String,
    /// What stands on the door.
    pub name: String,
    /// The organisation's code.
    pub organisation: String,
    /// Roles by the platform's names.
    pub roles: Vec<String>,
}

/// A duty of an organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// Its code.
    pub code: String,
    /// The organisation's code.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// The law that gives it.
    pub basis: String,
}

/// A system of an organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its code.
    pub code: String,
    /// The organisation's code.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// The duty's code.
    pub duty: String,
    /// When it was accepted.
    pub accepted_on: String,
}

/// A dataset: what the catalogue says of it and how its rows are made.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its code, which names the generated file.
    pub code: String,
    /// The system's code.
    pub system: String,
    /// The organisation's code.
    pub organisation: String,
    /// Its title.
    pub title: String,
    /// Its description, with the notice that it is fictitious.
    pub description: String,
    /// Its class.
    pub class: String,
    /// Its grade, by the platform's names.
    pub grade: String,
    /// Its update cycle, by the platform's names.
    pub cycle: String,
    /// What a row is about: `person`, `enterprise`, or nothing in particular.
    pub about: Option<String>,
    /// How many rows, for `people` people.
    pub rows: Amount,
    /// Every how many rows one is spoiled; 0 = never.
    pub dirty: u64,
    /// The items by which records are looked up.
    pub keys: Vec<String>,
    /// Its items.
    pub items: Vec<Item>,
    /// Sharing, in the platform's form.
    pub sharing: serde_json::Value,
    /// Opening, in the platform's form.
    pub opening: serde_json::Value,
    /// Words by which it is found.
    pub keywords: Vec<String>,
}

/// An item: a column.
#[derive(Clone, Debug)]
pub struct Item {
    /// The column's name.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its type, by the platform's names.
    pub kind: String,
    /// Longest value of a text.
    pub length: Option<u32>,
    /// What a value means.
    pub meaning: String,
    /// Whether it is personal or otherwise sensitive.
    pub sensitive: bool,
    /// The mask it wears.
    pub mask: Option<String>,
    /// How a value is made.
    pub values: Gen,
    /// How often it is empty, from 0 to 1.
    pub empty: f64,
}

/// A number of rows: fixed, or a part of the number of people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// So many.
    Rows(u64),
    /// So many for each person.
    PerPerson(f64),
}

/// Words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// `code|name` of each street and town.
    pub streets: Vec<String>,
    /// Names of roads.
    pub roads: Vec<String>,
    /// Names of estates.
    pub estates: Vec<String>,
    /// Surnames, one character each.
    pub surnames: String,
    /// Characters of given names of men.
    pub given_male: String,
    /// Characters of given names of women.
    pub given_female: String,
    /// Industries.
    pub industries: Vec<String>,
    /// What stands in a company's name for its trade; pairs with `industries`.
    pub trades: Vec<String>,
    /// What stands in a name for itself.
    pub fancies: Vec<String>,
}

impl Amount {
    /// The number of rows for `people` people.
    #[must_use]
    pub fn rows(self, people: u64) -> u64 {
        match self {
            Self::Rows(rows) => rows,
            // A part of the people; the rounding is of no consequence.
            Self::PerPerson(part) => (people as f64 * part).round() as u64,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text.split_once('*') {
            Some(("people", part)) => part.parse().ok().map(Self::PerPerson),
            None if text == "people" => Some(Self::PerPerson(1.0)),
            None => text.parse().ok().map(Self::Rows),
            Some(_) => None,
        }
    }
}

impl District {
    /// The demonstration district built into the binary.
    ///
    /// # Errors
    /// When its files contradict each other, which a test excludes.
    pub fn changning() -> Result<Self> {
        Self::parse("changning", EMBEDDED)
    }

    /// The dataset with this code.
    #[must_use]
    pub fn dataset(&self, code: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.code == code)
    }

    /// The organisation with this code.
    #[must_use]
    pub fn organisation(&self, code: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|organisation| organisation.code == code)
    }

    fn parse(name: &str, files: &[(&str, &str)]) -> Result<Self> {
        let file = |wanted: &str| -> Result<&str> {
            let path = format!("{name}/{wanted}");
            let found = files.iter().find(|(path_of, _)| *path_of == path);
            found.map(|(_, text)| *text).ok_or_else(|| Failure::new(format!("the demonstration lacks `{path}`")))
        };
        let head: Head = read("district.toml", file("district.toml")?)?;
        let Organisations { organisation: organisations } = read("organisations.toml", file("organisations.toml")?)?;
        let people: People = read("people.toml", file("people.toml")?)?;
        let elements: BTreeMap<String, RawItem> = read("elements.toml", file("elements.toml")?)?;
        let lists = read("lists.toml", file("lists.toml")?)?;
        let mut district = Self {
            clock: head.clock.parse().doing(|| "district.toml: the clock is no instant".into())?,
            name: head.name,
            area: head.area,
            seed: head.seed,
            notice: head.notice,
            password: head.password,
            people: people.everybody(&organisations),
            organisations,
            duties: Vec::new(),
            systems: Vec::new(),
            datasets: Vec::new(),
            lists,
            requests: read::<Requests>("requests.toml", file("requests.toml")?)?.request,
            desk: read("desk.toml", file("desk.toml")?)?,
        };
        let prefix = format!("{name}/datasets/");
        for (path, text) in files.iter().filter(|(path, _)| path.starts_with(&prefix)) {
            let topic: Topic = read(path, text)?;
            district.duties.extend(topic.duty);
            district.systems.extend(topic.system);
            for raw in topic.dataset {
                let code = raw.code.clone();
                let dataset = raw
                    .resolve(&district, &elements)
                    .map_err(|why| Failure::new(format!("{path}: dataset `{code}`: {why}")))?;
                district.datasets.push(dataset);
            }
        }
        district.check_references()?;
        Ok(district)
    }

    /// Requests and the desk name datasets, items and organisations that exist.
    fn check_references(&self) -> Result<()> {
        let unknown = |kind: &str, name: &str| {
            Failure::new(format!("the demonstration names the {kind} `{name}`, which it does not have"))
        };
        let desk = &self.desk;
        for code in [&desk.draft, &desk.reviewing, &desk.returned, &desk.uncollected].into_iter().flatten() {
            self.dataset(code).ok_or_else(|| unknown("dataset", code))?;
        }
        for request in &self.requests {
            let dataset = self.dataset(&request.dataset).ok_or_else(|| unknown("dataset", &request.dataset))?;
            self.organisation(&request.demander).ok_or_else(|| unknown("organisation", &request.demander))?;
            for code in &request.items {
                dataset.items.iter().find(|item| item.code == *code).ok_or_else(|| unknown("item", code))?;
            }
        }
        Ok(())
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &str, text: &str) -> Result<T> {
    toml::from_str(text).doing(|| format!("the demonstration's `{path}` cannot be read"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: String,
    area: String,
    seed: u64,
    clock: String,
    notice: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organisations {
    organisation: Vec<Organisation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requests {
    request: Vec<Request>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    each: BTreeMap<String, Each>,
    person: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Each {
    name: String,
    roles: Vec<String>,
}

impl People {
    /// Those who are named, and those whom every organisation without an office has.
    fn everybody(self, organisations: &[Organisation]) -> Vec<Person> {
        let mut people = self.person;
        for organisation in organisations.iter().filter(|organisation| organisation.office.is_none()) {
            for (suffix, each) in &self.each {
                people.push(Person {
                    login: format!("{}.{suffix}", organisation.code),
                    name: format!("{}{}", organisation.name, each.name),
                    organisation: organisation.code.clone(),
                    roles: each.roles.clone(),
                });
            }
        }
        people
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Topic {
    #[serde(default)]
    duty: Vec<Duty>,
    #[serde(default)]
    system: Vec<System>,
    #[serde(default)]
    dataset: Vec<RawDataset>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDataset {
    code: String,
    system: String,
    title: String,
    description: String,
    class: String,
    grade: String,
    cycle: String,
    about: Option<String>,
    rows: String,
    #[serde(default)]
    dirty: u64,
    keys: Vec<String>,
    items: Vec<ItemRef>,
    sharing: serde_json::Value,
    opening: serde_json::Value,
    keywords: Vec<String>,
}

/// An item is an element by its name, an element with parts of its own, or an item of its own.
#[derive(Deserialize)]
#[serde(untagged)]
enum ItemRef {
    Named(String),
    Given(RawItem),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    #[serde(rename = "use")]
    element: Option<String>,
    code: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    length: Option<u32>,
    meaning: Option<String>,
    sensitive: Option<bool>,
    mask: Option<String>,
    #[serde(rename = "gen")]
    values: Option<String>,
    empty: Option<f64>,
}

impl RawDataset {
    fn resolve(self, district: &District, elements: &BTreeMap<String, RawItem>) -> Result<Dataset, String> {
        let system = district.systems.iter().find(|system| system.code == self.system);
        let organisation = system
            .map(|system| system.organisation.clone())
            .ok_or_else(|| format!("there is no system `{}`", self.system))?;
        if district.organisation(&organisation).is_none() {
            return Err(format!("there is no organisation `{organisation}`"));
        }
        let mut items: Vec<Item> = Vec::new();
        for item in self.items {
            let codes: Vec<&str> = items.iter().map(|item| item.code.as_str()).collect();
            let item = item.resolve(elements, &codes)?;
            items.push(item);
        }
        if let Some(key) = self.keys.iter().find(|key| !items.iter().any(|item| item.code == **key)) {
            return Err(format!("the key `{key}` is no item"));
        }
        Ok(Dataset {
            rows: Amount::parse(&self.rows).ok_or_else(|| format!("`{}` is no number of rows", self.rows))?,
            description: format!("{}{}", self.description, district.notice),
            code: self.code,
            system: self.system,
            organisation,
            title: self.title,
            class: self.class,
            grade: self.grade,
            cycle: self.cycle,
            about: self.about,
            dirty: self.dirty,
            keys: self.keys,
            items,
            sharing: self.sharing,
            opening: self.opening,
            keywords: self.keywords,
        })
    }
}

impl ItemRef {
    fn resolve(self, elements: &BTreeMap<String, RawItem>, before: &[&str]) -> Result<Item, String> {
        let own = match self {
            Self::Named(element) => RawItem { element: Some(element), ..RawItem::default() },
            Self::Given(item) => item,
        };
        let element = match &own.element {
            None => RawItem::default(),
            Some(name) => elements.get(name).cloned().ok_or_else(|| format!("there is no element `{name}`"))?,
        };
        let code = own.code.or(own.element).ok_or("an item has neither `code` nor `use`")?;
        let needed = |part: &str| format!("item `{code}` has no `{part}`");
        let values = own.values.or(element.values).ok_or_else(|| needed("gen"))?;
        Ok(Item {
            name: own.name.or(element.name).ok_or_else(|| needed("name"))?,
            kind: own.kind.or(element.kind).ok_or_else(|| needed("kind"))?,
            length: own.length.or(element.length),
            meaning: own.meaning.or(element.meaning).ok_or_else(|| needed("meaning"))?,
            sensitive: own.sensitive.or(element.sensitive).unwrap_or(false),
            mask: own.mask.or(element.mask),
            values: Gen::parse(&values, before).ok_or_else(|| format!("item `{code}`: `{values}` makes no value"))?,
            empty: own.empty.or(element.empty).unwrap_or(0.0),
            code,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The district has what its description promises, and every reference in it leads somewhere.
    #[test]
    fn the_demonstration_district_is_whole() {
        let district = District::changning().unwrap();
        assert!((38..=50).contains(&district.organisations.len()));
        assert!(district.datasets.len() >= 60);
        for (office, role) in [("authority", "officer"), ("centre", "officer"), ("cyberspace", "officer")] {
            let holder = district.organisations.iter().find(|one| one.office.as_deref() == Some(office)).unwrap();
            assert!(
                district
                    .people
                    .iter()
                    .any(|one| one.organisation == holder.code && one.roles.contains(&role.to_owned()))
            );
        }
        for role in ["system_administrator", "security_administrator", "audit_administrator"] {
            let holders: Vec<_> = district.people.iter().filter(|one| one.roles.contains(&role.to_owned())).collect();
            assert_eq!(holders.len(), 1, "{role}");
            assert_eq!(holders[0].roles.len(), 1, "the three administrators exclude each other");
        }
        for system in &district.systems {
            assert!(
                district.duties.iter().any(|duty| duty.code == system.duty && duty.organisation == system.organisation),
                "{}",
                system.code
            );
        }
        for dataset in &district.datasets {
            assert!(dataset.description.contains("纯属虚构"), "{}", dataset.code);
        }
        let mut logins: Vec<_> = district.people.iter().map(|person| &person.login).collect();
        let all = logins.len();
        logins.sort_unstable();
        logins.dedup();
        assert_eq!(logins.len(), all);
    }

    /// Every mask that the catalogue will be told about is one that the gateway can apply.
    #[test]
    fn every_mask_is_known() {
        for dataset in District::changning().unwrap().datasets {
            for mask in dataset.items.iter().filter_map(|item| item.mask.as_ref()) {
                mask.parse::<privacy::Mask>().unwrap_or_else(|why| panic!("{}: {why}", dataset.code));
            }
        }
    }
}
