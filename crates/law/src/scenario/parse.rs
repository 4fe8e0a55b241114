//! Reading a scenario block. Every name is checked against the pack and the vocabulary, so that a misspelt check cannot
//! pass by never being true.

use std::collections::BTreeSet;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
};

use super::{Check, Claim, KeepScenario, Line, Papers, Scenario, Step};
use crate::{
    calendar::shanghai,
    case::*,
    error::{Faults, Place},
    ids::*,
    pack::{Pack, Procedure, RawScenario},
    vocabulary::Vocabulary,
};

/// Reads one block about retention; `None` when it is not fit to be run.
pub(crate) fn parse_keep(pack: &Pack, raw: &RawScenario, faults: &mut Faults) -> Option<KeepScenario> {
    let lines = raw.text.lines().enumerate().map(|(index, line)| (raw.place.line + index, line.trim()));
    let mut lines = lines.filter(|(_, line)| !line.is_empty());
    let (line, title) = lines.next()?;
    let mut claims = Vec::new();
    for (line_no, line) in lines {
        let place = Place { file: raw.place.file.clone(), line: line_no };
        let words: Vec<&str> = line.split_whitespace().collect();
        let claim = match words.as_slice() {
            [keep, from, "until", until] if pack.keeps.contains_key(*keep) => {
                from.parse().ok().zip(until.parse().ok()).map(|(from, until)| (ListId::new(keep), from, until, line_no))
            }
            _ => None,
        };
        if claim.is_none() {
            let known: Vec<&str> = pack.keeps.keys().map(ListId::as_str).collect();
            let next = format!("write `KEEP 2026-03-02 until 2029-03-02` with one of `{}`", known.join("`, `"));
            faults.add(&place, format!("`{line}` says nothing about retention"), next);
        }
        claims.extend(claim);
    }
    if claims.is_empty() {
        faults.add(&raw.place, "the scenario claims nothing", "add a line about a retention");
        return None;
    }
    let (pack, article, file) = (pack.id.clone(), raw.article.clone(), raw.place.file.clone());
    Some(KeepScenario { pack, article, file, line, title: title.to_owned(), claims })
}

/// Reads one block; `None` when it is not fit to be run.
pub(crate) fn parse(pack: &Pack, vocabulary: &Vocabulary, raw: &RawScenario, faults: &mut Faults) -> Option<Scenario> {
    let Some(procedure) = pack.procedures.get(&raw.procedure) else {
        faults.add(
            &raw.place,
            format!("there is no procedure `{}`", raw.procedure),
            "name a procedure of this pack after `scenario`",
        );
        return None;
    };
    let mut lines = raw.text.lines().enumerate().map(|(index, line)| (raw.place.line + index, line.trim()));
    let mut lines = lines.by_ref().filter(|(_, line)| !line.is_empty());
    let (line, title) = lines.next().unwrap_or((raw.place.line, ""));
    let mut scenario = Scenario {
        pack: pack.id.clone(),
        procedure: raw.procedure.clone(),
        article: raw.article.clone(),
        file: raw.place.file.clone(),
        line,
        title: title.to_owned(),
        given: Facts::new(),
        lines: Vec::new(),
    };
    let reader = Reader { pack, procedure, vocabulary };
    let before = faults.0.len();
    for (line_no, line) in lines {
        let place = Place { file: raw.place.file.clone(), line: line_no };
        if let Err((what, next)) = reader.line(&mut scenario, line, line_no) {
            faults.add(&place, what, next);
        }
    }
    // A line that cannot be read may be the very one that the shape needs, so that the shape is looked at afterwards.
    if faults.0.len() == before {
        for (what, next) in shape(&scenario, procedure) {
            faults.add(&Place { file: raw.place.file.clone(), line }, what, next);
        }
    }
    (faults.0.len() == before).then_some(scenario)
}

type Wrong = (String, String);

fn wrong(what: impl Into<String>, next: impl Into<String>) -> Wrong {
    (what.into(), next.into())
}

/// What must be true of the whole: it has a title, begins with an opening act, goes forward in time and proves something.
fn shape(scenario: &Scenario, procedure: &Procedure) -> Vec<Wrong> {
    let mut found = Vec::new();
    let steps: Vec<&Step> =
        scenario.lines.iter().filter_map(|line| if let Line::Step(step) = line { Some(step) } else { None }).collect();
    let title = scenario.title.as_str();
    if title.is_empty() || title.starts_with("given ") || title.starts_with("then ") {
        found.push(wrong("the scenario has no title", "say in the first line what it shows"));
    }
    let opens = |step: &Step| step.act.as_ref().and_then(|act| procedure.acts.get(act)).is_some_and(|act| act.opens);
    if steps.first().is_none_or(|step| !opens(step) && step.refused.is_none()) {
        found.push(wrong("the scenario does not open a case", "begin with a step whose act has `opens = true`"));
    }
    if !steps.is_sorted_by_key(|step| step.at) {
        found.push(wrong("the steps do not go forward in time", "put them in the order in which they happen"));
    }
    let proves =
        |line: &Line| matches!(line, Line::Then(_)) || matches!(line, Line::Step(step) if step.refused.is_some());
    if !scenario.lines.iter().any(proves) {
        found.push(wrong("the scenario proves nothing", "add a line `then …` or a step `-> refused …`"));
    }
    found
}

struct Reader<'a> {
    pack: &'a Pack,
    procedure: &'a Procedure,
    vocabulary: &'a Vocabulary,
}

impl Reader<'_> {
    fn line(&self, scenario: &mut Scenario, line: &str, line_no: usize) -> Result<(), Wrong> {
        if let Some(rest) = line.strip_prefix("given ") {
            if !scenario.lines.is_empty() {
                return Err(wrong("`given` stands after the first step", "put it before the steps"));
            }
            let (fact, value) = rest
                .split_once('=')
                .ok_or_else(|| wrong(format!("`{line}` gives no value"), "write `given FACT = VALUE`"))?;
            let (fact, value) = self.fact(fact.trim(), value.trim(), None)?;
            scenario.given.insert(fact, value);
        } else if let Some(rest) = line.strip_prefix("then ") {
            scenario.lines.push(Line::Then(Check { what: self.claim(rest.trim())?, line_no }));
        } else {
            scenario.lines.push(Line::Step(self.step(line, line_no)?));
        }
        Ok(())
    }

    fn step(&self, line: &str, line_no: usize) -> Result<Step, Wrong> {
        let (told, refused) = match line.split_once("->") {
            Some((told, outcome)) => (told, Some(refusal(outcome)?)),
            None => (line, None),
        };
        let mut words = told.split_whitespace();
        let (Some(date), Some(time), Some(role)) = (words.next(), words.next(), words.next()) else {
            return Err(wrong(format!("`{line}` is no step"), "write `DATE TIME ROLE ACT …`, `given …` or `then …`"));
        };
        let at = instant(date, time)?;
        let by = RoleId::new(role);
        if !self.vocabulary.roles.contains_key(&by) {
            return Err(wrong(format!("the vocabulary has no role `{role}`"), "use a role of `vocabulary.md`"));
        }
        let mut words = words.peekable();
        let act = words.next_if(|word| !word.contains('=') && !word.starts_with(['+', '-'])).map(ActId::new);
        if act.is_none() && by != "law" {
            return Err(wrong(format!("`{role}` does nothing in this step"), "name the act"));
        }
        let unknown = act.as_ref().filter(|act| !self.procedure.acts.contains_key(*act));
        if let Some(act) = unknown.filter(|_| refused != Some(RefusalCode::UnknownAct)) {
            let known: Vec<&str> = self.procedure.acts.keys().map(ActId::as_str).collect();
            return Err(wrong(
                format!("the procedure has no act `{act}`"),
                format!("use one of `{}`", known.join("`, `")),
            ));
        }
        let mut step = Step {
            at,
            by,
            act,
            papers: Papers::Some(BTreeSet::new()),
            facts: Facts::new(),
            days: None,
            refused,
            line_no,
        };
        for word in words {
            self.word(&mut step, word)?;
        }
        Ok(step)
    }

    /// One word after the act: a paper, a fact, or the length of an extension.
    fn word(&self, step: &mut Step, word: &str) -> Result<(), Wrong> {
        if word == "+all" {
            step.papers = Papers::All;
        } else if let Some(paper) = word.strip_prefix('+') {
            let paper = self.paper(paper)?;
            match &mut step.papers {
                Papers::All => {
                    return Err(wrong(
                        "`+all` stands with other papers",
                        "write `+all`, `+all -paper` or the papers one by one",
                    ));
                }
                Papers::Some(papers) => papers.insert(paper),
                Papers::AllBut(_) => return Err(wrong("a paper is added to `+all -…`", "write the papers one by one")),
            };
        } else if let Some(paper) = word.strip_prefix('-') {
            let paper = self.paper(paper)?;
            match &mut step.papers {
                Papers::All => step.papers = Papers::AllBut(BTreeSet::from([paper])),
                Papers::AllBut(papers) => drop(papers.insert(paper)),
                Papers::Some(_) => {
                    return Err(wrong(
                        format!("`{word}` leaves out a paper that was not there"),
                        "write it after `+all`",
                    ));
                }
            }
        } else if let Some(days) = word.strip_prefix("days=") {
            let days = days.parse().map_err(|_| wrong(format!("`{days}` is no number"), "write `days=5`"))?;
            step.days = Some(days);
        } else if let Some((fact, value)) = word.split_once('=') {
            let (fact, value) = self.fact(fact, value, Some(step.at))?;
            step.facts.insert(fact, value);
        } else {
            return Err(wrong(format!("`{word}` means nothing here"), "write `+paper`, `fact=value` or `days=N`"));
        }
        Ok(())
    }

    fn claim(&self, text: &str) -> Result<Claim, Wrong> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["state", state] => {
                let state = StateId::new(state);
                if !self.procedure.states.contains_key(&state) {
                    return Err(wrong(format!("the procedure has no state `{state}`"), "name one of its states"));
                }
                Ok(Claim::State(state))
            }
            ["due", clock, date] => {
                let day: Date =
                    date.parse().map_err(|_| wrong(format!("`{date}` is no date"), "write it as `2026-03-16`"))?;
                Ok(Claim::Due(self.clock(clock)?, day))
            }
            ["no", "breach"] => Ok(Claim::NoBreach),
            ["breach", clock] => Ok(Claim::Breach(self.clock(clock)?)),
            ["did", act, "at", date, time] => {
                let id = ActId::new(act);
                let recorded = act.split_once(':').is_some_and(|(outcome, clock)| {
                    Outcome::ALL.iter().any(|known| known.as_str() == outcome) && self.clock(clock).is_ok()
                });
                if !recorded && !self.procedure.acts.contains_key(&id) {
                    return Err(wrong(
                        format!("the procedure has no act `{id}`"),
                        "name one of its acts, or `breach:CLOCK`",
                    ));
                }
                Ok(Claim::Did(id, instant(date, time)?))
            }
            ["effect", effect] => {
                let effect = Effect::try_from((*effect).to_owned())
                    .map_err(|what| wrong(what, "name an effect as a rule would"))?;
                Ok(Claim::Effect(effect))
            }
            ["clock", clock, status] => Ok(Claim::Clock(self.clock(clock)?, clock_status(status)?)),
            _ => Err(wrong(
                format!("`then {text}` claims nothing that is known"),
                "see the claims in `regulations/README.md`",
            )),
        }
    }

    fn clock(&self, name: &str) -> Result<ClockId, Wrong> {
        let id = ClockId::new(name);
        if self.procedure.clocks.contains_key(&id) {
            return Ok(id);
        }
        let elsewhere = self.pack.clock(&id).map_or("", |_| ", only another procedure has it");
        Err(wrong(format!("the procedure has no clock `{name}`{elsewhere}"), "name one of its clocks"))
    }

    fn paper(&self, name: &str) -> Result<PaperId, Wrong> {
        let id = PaperId::new(name);
        if self.vocabulary.papers.contains_key(&id) {
            Ok(id)
        } else {
            Err(wrong(format!("the vocabulary has no paper `{name}`"), "use a paper of `vocabulary.md`"))
        }
    }

    fn fact(&self, name: &str, value: &str, now: Option<Timestamp>) -> Result<(FactId, FactValue), Wrong> {
        let id = FactId::new(name);
        let value = self.vocabulary.read(&id, value, now).map_err(|what| wrong(what, "write `FACT=VALUE`"))?;
        Ok((id, value))
    }
}

fn refusal(outcome: &str) -> Result<RefusalCode, Wrong> {
    let code = outcome.trim().strip_prefix("refused ").map(str::trim);
    let found = code.and_then(|code| RefusalCode::ALL.into_iter().find(|known| known.to_string() == code));
    let known = RefusalCode::ALL.map(|code| code.to_string()).join("`, `");
    found.ok_or_else(|| {
        wrong(format!("`->{outcome}` is no refusal"), format!("write `-> refused CODE` with one of `{known}`"))
    })
}

fn clock_status(word: &str) -> Result<ClockStatus, Wrong> {
    use ClockStatus::{Met, Missed, Paused, Running, Stopped};
    let found = [Running, Paused, Met, Missed, Stopped].into_iter().find(|status| status.to_string() == word);
    found.ok_or_else(|| wrong(format!("a clock is never `{word}`"), "use running, paused, met, missed or stopped"))
}

/// A date and a time in Shanghai; `24:00` is the end of the day.
fn instant(date: &str, time: &str) -> Result<Timestamp, Wrong> {
    let bad = || wrong(format!("`{date} {time}` is no moment"), "write it as `2026-03-16 23:59`");
    let day: Date = date.parse().map_err(|_| bad())?;
    let local = if time == "24:00" {
        day.checked_add(1.day()).map_err(|_| bad())?.to_datetime(Time::midnight())
    } else {
        format!("{date}T{time}").parse::<DateTime>().map_err(|_| bad())?
    };
    local.to_zoned(shanghai()).map(|zoned| zoned.timestamp()).map_err(|_| bad())
}
