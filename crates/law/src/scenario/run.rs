//! Running a scenario against the engine alone.

use std::collections::BTreeSet;

use super::{Check, Claim, Failure, KeepScenario, Line, Papers, Scenario, Step};
use crate::{
    book::Book,
    case::*,
    engine::{advance, decide, last_day, open, with_facts},
    ids::*,
};

/// Runs a scenario against the engine.
///
/// # Errors
/// The first line that does not hold.
pub fn run(book: &Book, scenario: &Scenario) -> Result<(), Failure> {
    let mut run = Run { book, scenario, case: None, effects: Vec::new() };
    for line in &scenario.lines {
        let (line_no, outcome) = match line {
            Line::Step(step) => (step.line_no, run.step(step)),
            Line::Then(Check { what, line_no }) => (*line_no, run.check(what)),
        };
        outcome.map_err(|message| Failure {
            file: scenario.file.clone(),
            line: line_no,
            title: scenario.title.clone(),
            message,
        })?;
    }
    Ok(())
}

/// Checks a scenario about retention.
///
/// # Errors
/// The first line that does not hold.
pub fn run_keep(book: &Book, scenario: &KeepScenario) -> Result<(), Failure> {
    for (keep, from, until, line) in &scenario.claims {
        let found = book.pack(&scenario.pack).and_then(|pack| pack.kept_until(keep, *from));
        if found != Some(*until) {
            let found = found.map_or_else(|| "no day".to_owned(), |day| day.to_string());
            let message = format!("`{keep}` of `{from}` should be kept until `{until}`, but it is until `{found}`");
            let (file, title) = (scenario.file.clone(), scenario.title.clone());
            return Err(Failure { file, line: *line, title, message });
        }
    }
    Ok(())
}

/// Runs every scenario of one pack.
#[must_use]
pub fn run_all(book: &Book, pack: &PackId) -> Vec<Failure> {
    let Some(pack) = book.pack(pack) else { return Vec::new() };
    let cases = pack.scenarios.iter().filter_map(|scenario| run(book, scenario).err());
    cases.chain(pack.keep_scenarios.iter().filter_map(|scenario| run_keep(book, scenario).err())).collect()
}

/// The papers that `step` hands in, given the case so far: `+all` means what the act asks for under the facts known then.
#[must_use]
pub fn papers_of(book: &Book, scenario: &Scenario, case: Option<&Case>, step: &Step) -> BTreeSet<PaperId> {
    let asked = || {
        let mut facts = case.map_or_else(|| scenario.given.clone(), |case| case.facts.clone());
        facts.extend(step.facts.clone());
        let act = step.act.as_ref();
        act.map(|act| book.papers_asked(&scenario.pack, &scenario.procedure, act, &facts)).unwrap_or_default()
    };
    match &step.papers {
        Papers::All => asked().into_iter().collect(),
        Papers::AllBut(without) => asked().into_iter().filter(|paper| !without.contains(paper)).collect(),
        Papers::Some(papers) => papers.clone(),
    }
}

/// A scenario while it runs.
struct Run<'a> {
    book: &'a Book,
    scenario: &'a Scenario,
    case: Option<Case>,
    /// The effects of the last step and of what the law did before it.
    effects: Vec<Effect>,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        self.effects.clear();
        while let Some(decision) = self.case.as_ref().and_then(|case| advance(self.book, case, step.at)) {
            self.take(decision);
        }
        let Some(id) = &step.act else {
            self.case = self.case.take().map(|case| with_facts(self.book, &case, step.facts.clone()).0);
            return Ok(());
        };
        let papers = papers_of(self.book, self.scenario, self.case.as_ref(), step);
        let act = Act { id: id.clone(), by: step.by.clone(), papers, facts: step.facts.clone(), extension: step.days };
        let Scenario { pack, procedure, given, .. } = self.scenario;
        let outcome = match &self.case {
            Some(case) => decide(self.book, case, &act, step.at),
            None => open(self.book, pack, procedure, given.clone(), &act, step.at),
        };
        match (outcome, step.refused) {
            (Ok(decision), None) => {
                self.take(decision);
                Ok(())
            }
            (Err(refusal), Some(code)) if refusal.code == code => Ok(()),
            (Err(refusal), Some(code)) => Err(format!("it should be refused as `{code}`, but: {refusal}")),
            (Ok(decision), Some(code)) => {
                Err(format!("it should be refused as `{code}`, but it led to `{}`", decision.case.state))
            }
            (Err(refusal), None) => Err(refusal.to_string()),
        }
    }

    fn take(&mut self, decision: Decision) {
        self.effects.extend(decision.effects);
        self.case = Some(decision.case);
    }

    fn check(&self, claim: &Claim) -> Result<(), String> {
        let case = self.case.as_ref().ok_or("no case is open")?;
        let run = |clock: &ClockId| {
            let found = case.clocks.iter().rev().find(|run| run.clock == *clock);
            found.ok_or_else(|| format!("the clock `{clock}` never started"))
        };
        match claim {
            Claim::State(state) => same("the state", state, &case.state),
            Claim::Due(clock, day) => {
                let due = run(clock)?.due.ok_or_else(|| format!("the clock `{clock}` is paused"))?;
                same("the last day", day, &last_day(due))
            }
            Claim::Breach(clock) if self.breached(clock) && run(clock)?.status == ClockStatus::Missed => Ok(()),
            Claim::Breach(clock) => Err(format!("the clock `{clock}` is no breach, it is {}", run(clock)?.status)),
            Claim::NoBreach => {
                let missed =
                    case.clocks.iter().find(|run| run.status == ClockStatus::Missed && self.breached(&run.clock));
                missed.map_or(Ok(()), |run| Err(format!("the clock `{}` ran out", run.clock)))
            }
            Claim::Did(act, at) => {
                let mut times = case.done.iter().filter(|done| done.act == *act).map(|done| done.at);
                if times.clone().any(|time| time == *at) {
                    return Ok(());
                }
                Err(times.next_back().map_or_else(
                    || format!("`{act}` was not done"),
                    |time| format!("`{act}` was done at {}", local(time)),
                ))
            }
            Claim::Effect(effect) if self.effects.contains(effect) => Ok(()),
            Claim::Effect(effect) => {
                let had: Vec<String> = self.effects.iter().map(ToString::to_string).collect();
                Err(format!("the step had no effect `{effect}`, only `{}`", had.join("`, `")))
            }
            Claim::Clock(clock, status) => same("the clock", status, &run(clock)?.status),
        }
    }

    /// Whether running out means a breach for this clock.
    fn breached(&self, clock: &ClockId) -> bool {
        let rule = self.book.pack(&self.scenario.pack).and_then(|pack| pack.clock(clock));
        rule.is_some_and(|(_, rule)| rule.outcome == Outcome::Breach)
    }
}

fn same<T: PartialEq + std::fmt::Display>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what} should be `{expected}`, but is `{found}`")) }
}

fn local(time: jiff::Timestamp) -> String {
    time.to_zoned(crate::calendar::shanghai()).strftime("%Y-%m-%d %H:%M").to_string()
}
