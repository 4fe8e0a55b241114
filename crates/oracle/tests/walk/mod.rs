//! A walk that the engine and the oracle take side by side. What happens is read from bytes, so that the property test
//! and the fuzzer can both lead it: right and wrong roles, papers, facts and extensions, at any minute of three years.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use jiff::{Timestamp, ToSpan, civil::date};
use law::{
    Act, Book, Case, ClockStatus, FactValue, Facts, Pack, PredicateId, Procedure, RoleId, advance,
    calendar::{Calendar, shanghai, start_of},
    decide, open,
    vocabulary::{FactKind, Test},
    with_facts,
};
use oracle::{Law, Moment, Status, Value};

/// Every file of `regulations/` as (relative path, text).
pub fn regulations() -> Vec<(String, String)> {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("regulations"));
    files(&above.find(|folder| folder.is_dir()).expect("the folder of regulations"))
}

/// The words and the calendar of `regulations/` with two packs that say everything that can be said in a rule.
pub fn grammar() -> Vec<(String, String)> {
    let mut all = regulations();
    all.retain(|(path, _)| path.starts_with("vocabulary") || path.starts_with("calendar/"));
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut folders =
        oracle.flat_map(|folder| ["tests/grammar", "crates/oracle/tests/grammar"].map(|path| folder.join(path)));
    all.extend(files(&folders.find(|folder| folder.is_dir()).expect("the folder of the grammar")));
    all
}

fn files(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.push((relative, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The two readings of the same files.
pub struct Both {
    pub book: Book,
    pub law: Law,
}

impl Both {
    /// Reads `files` twice.
    pub fn read(files: Vec<(String, String)>) -> Self {
        let law = Law::read(&files).expect("the oracle reads the regulations");
        let book = Book::parse(files).unwrap_or_else(|faults| panic!("{}", faults[0]));
        Self { book, law }
    }

    /// The same law under other holidays, given as `calendar/` files.
    pub fn under(&self, notices: &[(String, String)]) -> Self {
        let calendar = Calendar::parse(notices).unwrap_or_else(|faults| panic!("{}", faults[0]));
        let files = notices.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let naive = oracle::Calendar::read(files).expect("the oracle reads the notices");
        Self { book: self.book.clone().with_calendar(calendar), law: self.law.with_calendar(naive) }
    }
}

/// Decisions, read from bytes; zeros when they run out.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    /// A number below `n`, or 0.
    fn below(&mut self, n: usize) -> usize {
        let mut number = 0;
        let mut span = 1;
        while span < n {
            number = number * 256 + usize::from(self.byte());
            span *= 256;
        }
        number % n.max(1)
    }

    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// Once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }

    fn over(&self) -> bool {
        self.0.is_empty()
    }
}

/// A notice that nobody has published: random rest days and make-up days in one year.
pub fn invented_notice(year: i16, choices: &mut Choices<'_>) -> (String, String) {
    let mut text = format!(
        "```toml calendar\nyear = {year}\n\n[[notice]]\ntitle = \"x\"\nnumber = \"x\"\npublished = \"{}-11-01\"\nurl = \"x\"\n",
        year - 1
    );
    let mut day = date(year, 1, 1);
    let mut work = Vec::new();
    loop {
        day += i64::try_from(choices.below(90) + 1).unwrap().days();
        if day.year() != year {
            break;
        }
        let last = (day + i64::try_from(choices.below(12)).unwrap().days()).min(date(year, 12, 31));
        text.push_str(&format!("\n[[rest]]\nname = \"x\"\nfrom = \"{day}\"\nto = \"{last}\"\n"));
        day = last + 1.day();
        let weekend = date(2026, 2, 28).weekday() == day.weekday() || date(2026, 3, 1).weekday() == day.weekday();
        if day.year() == year && weekend && choices.below(2) == 0 {
            work.push(day.to_string());
            day += 1.day();
        }
    }
    if !work.is_empty() {
        text.push_str(&format!("\n[[work]]\nname = \"x\"\ndays = {work:?}\n"));
    }
    text.push_str("```\n");
    (format!("calendar/{year}.md"), text)
}

/// What a walk came to, for the count of what the test has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub steps: usize,
    pub accepted: usize,
    pub refused: usize,
    pub by_law: usize,
}

/// Walks both through one case, and compares them after every step.
///
/// # Panics
/// Where they disagree, with the steps so far.
pub fn walk(both: &Both, choices: &mut Choices<'_>) -> Seen {
    let all: Vec<(&Pack, &Procedure)> =
        both.book.packs().flat_map(|pack| pack.procedures.values().map(move |procedure| (pack, procedure))).collect();
    // Procedures with clocks have more to disagree on.
    let (timed, untimed): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, procedure)| !procedure.clocks.is_empty());
    let all = if choices.once_in(4) { untimed } else { timed };
    let Some((pack, procedure)) = choices.of(&all).copied() else { return Seen::default() };
    let mut walker =
        Walker { both, pack, procedure, told: vec![format!("{} {}", pack.id, procedure.id)], seen: Seen::default() };
    walker.walk(choices);
    walker.seen
}

struct Walker<'a> {
    both: &'a Both,
    pack: &'a Pack,
    procedure: &'a Procedure,
    told: Vec<String>,
    seen: Seen,
}

/// One case, in both worlds.
type Pair = (Case, oracle::Case);

impl Walker<'_> {
    fn walk(&mut self, choices: &mut Choices<'_>) {
        let mut now = self.first(choices);
        let mut pair: Option<Pair> = None;
        let mut steps = 0;
        while steps < 2 || !choices.over() && steps < 30 {
            steps += 1;
            if let Some(both) = pair.take() {
                now += self.pause(choices);
                let both = self.pass(both, now);
                let both = if choices.once_in(6) { self.learn(both, choices, now) } else { both };
                pair = Some(both);
            }
            pair = self.step(pair, choices, now);
            if pair.as_ref().is_some_and(|(case, _)| self.procedure.states[&case.state].end) && choices.below(2) == 0 {
                break;
            }
        }
    }

    /// Mostly a day on which the pack is in force, sometimes any day of the three years.
    fn first(&mut self, choices: &mut Choices<'_>) -> Timestamp {
        let from = date(2025, 1, 1);
        let days = i64::try_from(choices.below(3 * 365)).unwrap();
        let minute = i64::try_from(choices.below(24 * 60)).unwrap();
        let day = from + days.days();
        let first = self.pack.in_force.from.max(self.procedure.in_force.from);
        let last = self.pack.in_force.until.unwrap_or(date(2027, 12, 31)).min(date(2027, 12, 31));
        let span = (first.duration_until(last).as_hours() / 24).max(1);
        let day = if choices.once_in(8) { day } else { first + (days % span).days() };
        start_of(day) + minute.minutes()
    }

    /// Minutes, days, or months.
    fn pause(&mut self, choices: &mut Choices<'_>) -> jiff::Span {
        let minutes = match choices.below(4) {
            0 => choices.below(240),
            1 => choices.below(5 * 24 * 60),
            2 => choices.below(30) * 24 * 60,
            _ => choices.below(400 * 24 * 60),
        };
        i64::try_from(minutes).unwrap().minutes()
    }

    /// Lets the law act in both, one thing at a time.
    fn pass(&mut self, (mut case, mut naive): Pair, now: Timestamp) -> Pair {
        for _ in 0..2_000 {
            match (advance(&self.both.book, &case, now), self.both.law.advance(&naive, moment(now))) {
                (None, None) => return (case, naive),
                (Some(decision), Some(after)) => {
                    self.told.push(format!("{} law {}", moment(decision.at), decision.act));
                    self.seen.by_law += 1;
                    (case, naive) = (decision.case, after);
                    self.compare(&case, &naive);
                }
                (engine, naive) => self.disagree(&format!(
                    "up to {}, the engine does {:?}, the oracle {:?}",
                    moment(now),
                    engine.map(|decision| (decision.act, moment(decision.at).to_string())),
                    naive.and_then(|case| case.done.last().cloned())
                )),
            }
        }
        self.disagree("the law never comes to rest")
    }

    fn learn(&mut self, (case, naive): Pair, choices: &mut Choices<'_>, now: Timestamp) -> Pair {
        let facts = self.some_facts(choices, 2, now);
        self.told.push(format!("{} law {facts:?}", moment(now)));
        let pair = (with_facts(&self.both.book, &case, facts.clone()).0, self.both.law.learns(&naive, values(&facts)));
        self.compare(&pair.0, &pair.1);
        pair
    }

    fn step(&mut self, pair: Option<Pair>, choices: &mut Choices<'_>, now: Timestamp) -> Option<Pair> {
        let given = if pair.is_none() { self.some_facts(choices, 12, now) } else { Facts::new() };
        let act = self.some_act(pair.as_ref().map(|(case, _)| case), &given, choices, now);
        let told = oracle::Act {
            id: act.id.to_string(),
            by: act.by.to_string(),
            papers: act.papers.iter().map(ToString::to_string).collect(),
            facts: values(&act.facts),
            extension: act.extension,
        };
        self.told.push(format!("{} {act:?} given {given:?}", moment(now)));
        self.seen.steps += 1;
        let Both { book, law } = self.both;
        let (engine, naive) = match &pair {
            Some((case, naive)) => (decide(book, case, &act, now), law.decide(naive, &told, moment(now))),
            None => (
                open(book, &self.pack.id, &self.procedure.id, given.clone(), &act, now),
                law.open(self.pack.id.as_str(), self.procedure.id.as_str(), values(&given), &told, moment(now)),
            ),
        };
        match (engine, naive) {
            (Ok(decision), Ok(naive)) => {
                self.seen.accepted += 1;
                self.compare(&decision.case, &naive);
                Some((decision.case, naive))
            }
            (Err(refusal), Err(code)) if refusal.code.to_string() == code => {
                self.seen.refused += 1;
                pair
            }
            (engine, naive) => self.disagree(&format!(
                "the engine says {:?}, the oracle {:?}",
                engine.map(|decision| decision.case.state).map_err(|refusal| refusal.to_string()),
                naive.map(|case| case.state)
            )),
        }
    }

    /// Mostly an act that is possible in the state, in its role and with its papers; sometimes anything else.
    fn some_act(&self, case: Option<&Case>, given: &Facts, choices: &mut Choices<'_>, now: Timestamp) -> Act {
        let here = |rule: &&law::ActRule| match case {
            Some(case) => rule.from.contains(&case.state),
            None => rule.opens,
        };
        let fitting: Vec<_> = self.procedure.acts.values().filter(here).collect();
        let any: Vec<_> = self.procedure.acts.values().collect();
        let from = if fitting.is_empty() || choices.once_in(6) { &any } else { &fitting };
        let rule = choices.of(from).expect("every procedure has an act");
        let id = if choices.once_in(40) { "no_such_act".into() } else { rule.id.clone() };
        let roles: Vec<&RoleId> = self.pack.roles.keys().collect();
        let by = if choices.once_in(8) {
            choices.of(&roles).copied()
        } else {
            choices.of(&rule.by.iter().collect::<Vec<_>>()).copied()
        };
        let facts = if choices.once_in(3) { self.some_facts(choices, 2, now) } else { Facts::new() };
        let mut known = case.map_or_else(|| given.clone(), |case| case.facts.clone());
        known.extend(facts.clone());
        let asked = self.both.book.papers_asked(&self.pack.id, &self.procedure.id, &rule.id, &known);
        let mut papers: BTreeSet<_> = match choices.below(6) {
            0 => BTreeSet::new(),
            1 => rule.papers.iter().cloned().collect(),
            _ => asked.into_iter().collect(),
        };
        if choices.once_in(8) {
            let leave = choices.of(&papers.iter().cloned().collect::<Vec<_>>()).cloned();
            papers.retain(|paper| Some(paper) != leave.as_ref());
        }
        if choices.once_in(12) {
            papers.extend(self.both.book.vocabulary().papers.get_index(choices.below(40)).map(|(id, _)| id.clone()));
        }
        if choices.once_in(60) {
            papers.insert("no_such_paper".into());
        }
        let extension = match (rule.extends.is_some(), choices.below(12)) {
            (true, 0..6) => None,
            (true, more) => u32::try_from(more * more - 36).ok(),
            (false, 0) => Some(1),
            (false, _) => None,
        };
        Act { id, by: by.cloned().unwrap_or_else(|| "law".into()), papers, facts, extension }
    }

    /// Values for up to `most` facts, above all those that the procedure asks for.
    fn some_facts(&self, choices: &mut Choices<'_>, most: usize, now: Timestamp) -> Facts {
        let vocabulary = self.both.book.vocabulary();
        let acts = self.procedure.acts.values().flat_map(|act| act.guards.iter().chain(&act.unless));
        let clocks = self.procedure.clocks.values().flat_map(|clock| &clock.when);
        let requirements = self.procedure.requirements.iter().flat_map(|requirement| &requirement.when);
        let asked: BTreeSet<&PredicateId> = acts.chain(clocks).chain(requirements).collect();
        let mut facts: Vec<_> = asked
            .into_iter()
            .filter_map(|id| match &vocabulary.predicates[id].test {
                Test::Is(fact, _) | Test::AtLeast(fact, _) | Test::AtMost(fact, _) => Some(fact),
                Test::PapersComplete | Test::PapersIncomplete => None,
            })
            .collect();
        facts.extend(self.procedure.clocks.values().filter_map(|clock| clock.follows.as_ref()));
        if choices.once_in(10) || facts.is_empty() {
            facts.extend(vocabulary.facts.get_index(choices.below(vocabulary.facts.len())).map(|(id, _)| id));
        }
        facts.sort();
        facts.dedup();
        let mut chosen = Facts::new();
        let count = if facts.len() <= most && choices.below(4) > 0 { facts.len() } else { choices.below(most + 1) };
        for place in 0..count {
            let Some(id) = (if count == facts.len() { facts.get(place) } else { choices.of(&facts) }) else { continue };
            let kind = if choices.once_in(80) { FactKind::Number } else { vocabulary.facts[*id].kind };
            let words = &vocabulary.facts[*id].words;
            let value = match kind {
                FactKind::Flag => FactValue::Flag(choices.below(3) > 0),
                FactKind::Number => FactValue::Number(i64::try_from(choices.below(16)).unwrap()),
                FactKind::Moment => FactValue::Moment(now - i64::try_from(choices.below(60)).unwrap().hours()),
                FactKind::Word => FactValue::Word(choices.of(words).cloned().unwrap_or_else(|| "anything".to_owned())),
            };
            chosen.insert((*id).clone(), value);
        }
        chosen
    }

    /// State, facts, papers, clocks and history are the same in both worlds.
    fn compare(&self, case: &Case, naive: &oracle::Case) {
        let engine: Vec<String> = case.clocks.iter().map(engine_run).collect();
        let oracle: Vec<String> = naive.runs.iter().map(|run| oracle_run(run, self.both.law.due(naive, run))).collect();
        let done = |act: &dyn std::fmt::Display, by: &dyn std::fmt::Display, at| format!("{at} {by} {act}");
        let engine_done: Vec<String> = case.done.iter().map(|it| done(&it.act, &it.by, moment(it.at))).collect();
        let oracle_done: Vec<String> = naive.done.iter().map(|it| done(&it.act, &it.by, it.at)).collect();
        let papers: BTreeSet<String> = case.papers.iter().map(ToString::to_string).collect();
        let same = case.state.as_str() == naive.state
            && engine == oracle
            && engine_done == oracle_done
            && papers == naive.papers
            && values(&case.facts) == naive.facts;
        if !same {
            self.disagree(&format!(
                "state {} and {}\nclocks of the engine {engine:#?}\nof the oracle {oracle:#?}\ndone by the engine {engine_done:#?}\nby the oracle {oracle_done:#?}\nfacts {:?} and {:?}\npapers {papers:?} and {:?}",
                case.state, naive.state, case.facts, naive.facts, naive.papers
            ));
        }
    }

    fn disagree(&self, what: &str) -> ! {
        panic!("the engine and the oracle disagree: {what}\nafter:\n{}", self.told.join("\n"))
    }
}

fn engine_run(run: &law::ClockRun) -> String {
    let due = run.due.filter(|_| run.status == ClockStatus::Running).map(|due| moment(due).to_string());
    format!("{} since {} {} due {due:?} with {:?}", run.clock, moment(run.started_at), run.status, run.extensions)
}

fn oracle_run(run: &oracle::Run, due: Option<Moment>) -> String {
    let status = match run.status {
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Met => "met",
        Status::Missed => "missed",
        Status::Stopped => "stopped",
    };
    let due = due.map(|due| due.to_string());
    format!("{} since {} {status} due {due:?} with {:?}", run.clock, run.started, run.added)
}

fn values(facts: &Facts) -> BTreeMap<String, Value> {
    let value = |value: &FactValue| match value {
        FactValue::Flag(flag) => Value::Flag(*flag),
        FactValue::Number(number) => Value::Number(*number),
        FactValue::Moment(at) => Value::Moment(moment(*at)),
        FactValue::Word(word) => Value::Word(word.clone()),
    };
    facts.iter().map(|(id, it)| (id.to_string(), value(it))).collect()
}

/// The same point in time, as the oracle writes it.
fn moment(at: Timestamp) -> Moment {
    at.to_zoned(shanghai()).strftime("%Y-%m-%dT%H:%M:%S").to_string().parse().unwrap()
}
