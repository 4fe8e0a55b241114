//! The rules as they stand in the chapters. The packs are taken to be well-formed: whether they are is the parser's
//! question, not the oracle's.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    calendar::{Calendar, Date, Moment, Unit},
    text::blocks,
};

/// Everything in `regulations/`.
#[derive(Clone, Debug, Default)]
pub struct Law {
    /// The calendar.
    pub calendar: Calendar,
    pub(crate) packs: BTreeMap<String, Pack>,
    pub(crate) facts: BTreeMap<String, Fact>,
    pub(crate) papers: Vec<String>,
    pub(crate) predicates: BTreeMap<String, Predicate>,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A word.
    Word(String),
    /// A moment.
    #[serde(skip)]
    Moment(Moment),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Pack {
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) extends: Vec<String>,
    pub(crate) procedures: BTreeMap<String, Procedure>,
    pub(crate) values: BTreeMap<String, Vec<Number>>,
}

/// A legal number from a day on.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    pub(crate) from: Date,
    pub(crate) amount: u32,
    pub(crate) unit: Unit,
    pub(crate) running: bool,
    own: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Procedure {
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) states: BTreeMap<String, State>,
    pub(crate) acts: Vec<ActRule>,
    pub(crate) clocks: Vec<ClockRule>,
    pub(crate) requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct State {
    pub(crate) procedure: String,
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) waits_for: Vec<String>,
    #[serde(default)]
    pub(crate) end: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ActRule {
    pub(crate) procedure: String,
    pub(crate) id: String,
    pub(crate) by: Vec<String>,
    #[serde(default)]
    pub(crate) opens: bool,
    #[serde(default)]
    pub(crate) from: Vec<String>,
    pub(crate) to: Option<String>,
    #[serde(default)]
    pub(crate) papers: Vec<String>,
    #[serde(default)]
    pub(crate) guards: Vec<String>,
    #[serde(default)]
    pub(crate) unless: Vec<String>,
    #[serde(default)]
    pub(crate) once: bool,
    #[serde(default)]
    pub(crate) sets: BTreeMap<String, Value>,
    pub(crate) extends: Option<String>,
    #[serde(default)]
    pub(crate) excepts: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ClockRule {
    pub(crate) procedure: String,
    pub(crate) id: String,
    pub(crate) value: String,
    #[serde(default)]
    pub(crate) when: Vec<String>,
    #[serde(default)]
    pub(crate) starts: Vec<String>,
    #[serde(default)]
    pub(crate) after: Vec<String>,
    pub(crate) within: Option<String>,
    pub(crate) governs: Option<String>,
    #[serde(default)]
    pub(crate) excepts: Vec<String>,
    pub(crate) runs: Vec<String>,
    #[serde(default)]
    pub(crate) pauses: Vec<String>,
    pub(crate) follows: Option<String>,
    pub(crate) outcome: String,
    pub(crate) act: Option<String>,
    pub(crate) extension: Option<Extension>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Extension {
    pub(crate) value: String,
    pub(crate) times: usize,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Requirement {
    pub(crate) procedure: String,
    pub(crate) papers: Vec<String>,
    #[serde(default)]
    pub(crate) when: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Fact {
    id: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) words: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Predicate {
    id: String,
    pub(crate) fact: Option<String>,
    pub(crate) is: Option<OneOrMany>,
    pub(crate) at_least: Option<i64>,
    pub(crate) at_most: Option<i64>,
    pub(crate) builtin: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    Many(Vec<Value>),
    One(Value),
}

#[derive(Deserialize)]
struct Head {
    from: String,
    until: Option<String>,
    #[serde(default)]
    extends: Vec<String>,
}

#[derive(Deserialize)]
struct RawNumber {
    id: String,
    amount: u32,
    unit: Unit,
    from: Option<String>,
    #[serde(default)]
    running: bool,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chapter {
    value: Vec<RawNumber>,
    procedure: Vec<Named>,
    state: Vec<State>,
    act: Vec<ActRule>,
    clock: Vec<ClockRule>,
    requirement: Vec<Requirement>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Words {
    fact: Vec<Fact>,
    paper: Vec<Named>,
    predicate: Vec<Predicate>,
}

impl Law {
    /// Reads the folder of regulations, given as pairs of relative path and text.
    ///
    /// # Errors
    /// What could not be read.
    pub fn read(files: &[(String, String)]) -> Result<Self, String> {
        let mut files: Vec<&(String, String)> = files.iter().filter(|(path, _)| path.ends_with(".md")).collect();
        files.sort();
        let notices = files.iter().filter(|(path, _)| path.starts_with("calendar/"));
        let calendar = Calendar::read(notices.map(|(path, text)| (path.as_str(), text.as_str())))?;
        let mut law = Self { calendar, ..Self::default() };
        let mut chapters: BTreeMap<&str, Vec<Chapter>> = BTreeMap::new();
        for (path, text) in files.iter().filter(|(path, _)| !path.ends_with("README.md")) {
            let folder = path.split_once('/').map_or("", |(folder, _)| folder);
            for block in blocks(text) {
                let fault = |error: toml::de::Error| format!("{path}: {error}");
                match block.info.as_str() {
                    "toml vocabulary" => law.learn(toml::from_str(&block.text).map_err(fault)?),
                    "toml pack" => {
                        let head: Head = toml::from_str(&block.text).map_err(fault)?;
                        let until = head.until.map(|until| until.parse()).transpose()?;
                        let (from, extends) = (Some(head.from.parse()?), head.extends);
                        law.packs.insert(folder.to_owned(), Pack { from, until, extends, ..Pack::default() });
                    }
                    "toml rule" => {
                        chapters.entry(folder).or_default().push(toml::from_str(&block.text).map_err(fault)?)
                    }
                    _ => {}
                }
            }
        }
        law.put_together(chapters)?;
        Ok(law)
    }

    /// The same law under other holidays.
    #[must_use]
    pub fn with_calendar(&self, calendar: Calendar) -> Self {
        Self { calendar, ..self.clone() }
    }

    fn learn(&mut self, words: Words) {
        self.facts.extend(words.fact.into_iter().map(|fact| (fact.id.clone(), fact)));
        self.papers.extend(words.paper.into_iter().map(|paper| paper.id));
        self.predicates.extend(words.predicate.into_iter().map(|predicate| (predicate.id.clone(), predicate)));
    }

    /// Packs are filled parents first.
    fn put_together(&mut self, mut chapters: BTreeMap<&str, Vec<Chapter>>) -> Result<(), String> {
        let mut waiting: Vec<String> = self.packs.keys().cloned().collect();
        let mut filled: Vec<String> = Vec::new();
        while !waiting.is_empty() {
            let ready = waiting.iter().position(|id| {
                self.packs.get(id).is_some_and(|pack| pack.extends.iter().all(|parent| filled.contains(parent)))
            });
            let id = waiting.remove(ready.ok_or("the packs extend one another in a circle")?);
            let Some(mut pack) = self.packs.get(&id).cloned() else { continue };
            for parent in pack.extends.clone() {
                let Some(parent) = self.packs.get(&parent) else { continue };
                pack.procedures.extend(parent.procedures.clone());
                for (id, numbers) in &parent.values {
                    let taken = numbers.iter().map(|number| Number { own: false, ..number.clone() });
                    pack.values.insert(id.clone(), taken.collect());
                }
            }
            pack.fill(chapters.remove(id.as_str()).unwrap_or_default())?;
            self.packs.insert(id.clone(), pack);
            filled.push(id);
        }
        Ok(())
    }
}

impl Pack {
    fn fill(&mut self, chapters: Vec<Chapter>) -> Result<(), String> {
        for procedure in chapters.iter().flat_map(|chapter| &chapter.procedure) {
            let (from, until) = (self.from, self.until);
            self.procedures.insert(procedure.id.clone(), Procedure { from, until, ..Procedure::default() });
        }
        for chapter in chapters {
            for raw in chapter.value {
                self.number(raw)?;
            }
            for state in chapter.state {
                if let Some(procedure) = self.procedures.get_mut(&state.procedure) {
                    procedure.states.insert(state.id.clone(), state);
                }
            }
            for act in chapter.act {
                if let Some(procedure) = self.procedures.get_mut(&act.procedure) {
                    put(&mut procedure.acts, act, |act| &act.id);
                }
            }
            for clock in chapter.clock {
                if let Some(procedure) = self.procedures.get_mut(&clock.procedure) {
                    put(&mut procedure.clocks, clock, |clock| &clock.id);
                }
            }
            for requirement in chapter.requirement {
                if let Some(procedure) = self.procedures.get_mut(&requirement.procedure) {
                    procedure.requirements.push(requirement);
                }
            }
        }
        Ok(())
    }

    /// A number of this pack displaces what a parent says from its first day on.
    fn number(&mut self, raw: RawNumber) -> Result<(), String> {
        let from = raw.from.map(|from| from.parse()).transpose()?.or(self.from).ok_or("a pack without a first day")?;
        let numbers = self.values.entry(raw.id).or_default();
        numbers.retain(|number| number.own || number.from < from);
        numbers.push(Number { from, amount: raw.amount, unit: raw.unit, running: raw.running, own: true });
        numbers.sort_by_key(|number| number.from);
        Ok(())
    }
}

/// Puts a rule into the place of the one of its name, or at the end.
fn put<T>(rules: &mut Vec<T>, rule: T, id: impl Fn(&T) -> &String) {
    match rules.iter_mut().find(|standing| id(standing) == id(&rule)) {
        Some(standing) => *standing = rule,
        None => rules.push(rule),
    }
}
