//! Every time limit of every pack is tested where time limits go wrong: in time, in the last minute of the last day, a
//! minute late, across the Spring Festival of 2026, across a make-up working Saturday, paused and resumed, extended by the
//! most and refused beyond it.
#![cfg(test)]

mod regulations;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    Timestamp,
    civil::{Date, date},
};
use law::{
    Act, Book, Case, ClockId, ClockRule, ClockStatus, Pack, RefusalCode, advance,
    calendar::{Unit, date_in_shanghai, start_of},
    decide, open,
    scenario::{Line, Scenario, papers_of},
    with_facts,
};

/// What a scenario shows of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    InTime,
    LastMinute,
    Late,
    SpringFestival,
    MakeUpSaturday,
    Pause,
    LongestExtension,
    BeyondExtension,
}

impl Shown {
    const ALL: [Self; 8] = [
        Self::InTime,
        Self::LastMinute,
        Self::Late,
        Self::SpringFestival,
        Self::MakeUpSaturday,
        Self::Pause,
        Self::LongestExtension,
        Self::BeyondExtension,
    ];

    /// Whether it can be asked of this clock at all: only working days know make-up Saturdays, only some clocks pause.
    fn is_asked(self, pack: &Pack, rule: &ClockRule) -> bool {
        let unit = pack.values.get(&rule.value).and_then(|history| history.first()).map(|value| value.period.unit);
        match self {
            Self::InTime | Self::LastMinute | Self::Late => true,
            Self::SpringFestival | Self::MakeUpSaturday => unit == Some(Unit::WorkingDay),
            Self::Pause => !rule.pauses.is_empty(),
            Self::LongestExtension | Self::BeyondExtension => rule.extension.is_some(),
        }
    }
}

type Findings = BTreeMap<ClockId, BTreeSet<Shown>>;

#[test]
fn every_time_limit_is_tested_where_time_limits_go_wrong() {
    let book = regulations::book();
    let mut missing = Vec::new();
    let mut clocks = 0;
    for pack in book.packs() {
        let mut found = Findings::new();
        for scenario in &pack.scenarios {
            watch(&book, pack, scenario, &mut found);
        }
        for procedure in pack.procedures.values().filter(|procedure| procedure.origin == pack.id) {
            for rule in procedure.clocks.values() {
                clocks += 1;
                let shown = found.remove(&rule.id).unwrap_or_default();
                for what in Shown::ALL.into_iter().filter(|what| what.is_asked(pack, rule) && !shown.contains(what)) {
                    missing.push(format!("{} {}: {what:?}", pack.id, rule.id));
                }
            }
        }
    }
    println!("{clocks} time limits");
    assert!(clocks > 20, "the packs have more time limits than {clocks}");
    assert!(missing.is_empty(), "add a scenario for each:\n{}", missing.join("\n"));
}

/// Plays a scenario on the engine and notes what it shows of each clock.
fn watch(book: &Book, pack: &Pack, scenario: &Scenario, found: &mut Findings) {
    let mut case: Option<Case> = None;
    for line in &scenario.lines {
        let Line::Step(step) = line else { continue };
        while let Some(decision) = case.as_ref().and_then(|case| advance(book, case, step.at)) {
            note(case.as_ref(), &decision.case, decision.at, Some(step.at), found);
            case = Some(decision.case);
        }
        let Some(id) = &step.act else {
            case = case.map(|case| with_facts(book, &case, step.facts.clone()).0);
            continue;
        };
        let papers = papers_of(book, scenario, case.as_ref(), step);
        let act = Act { id: id.clone(), by: step.by.clone(), papers, facts: step.facts.clone(), extension: step.days };
        let outcome = match &case {
            Some(case) => decide(book, case, &act, step.at),
            None => open(book, &scenario.pack, &scenario.procedure, scenario.given.clone(), &act, step.at),
        };
        let rule = pack.procedures[&scenario.procedure].acts.get(id);
        let extends = rule.and_then(|rule| rule.extends.clone());
        match outcome {
            Ok(decision) => {
                if let Some(clock) = extends.filter(|clock| is_longest(pack, &decision.case, clock)) {
                    found.entry(clock).or_default().insert(Shown::LongestExtension);
                }
                note(case.as_ref(), &decision.case, decision.at, None, found);
                reach(&decision.case, found);
                case = Some(decision.case);
            }
            Err(refusal) => {
                // A second extension may also be barred by a predicate of its own, or because the term is over.
                if let Some(clock) = extends
                    && [RefusalCode::BeyondExtension, RefusalCode::GuardFailed, RefusalCode::AlreadyDone]
                        .contains(&refusal.code)
                {
                    found.entry(clock).or_default().insert(Shown::BeyondExtension);
                }
            }
        }
    }
}

fn is_longest(pack: &Pack, case: &Case, clock: &ClockId) -> bool {
    let longest = pack.clock(clock).and_then(|(_, rule)| rule.extension.as_ref()).and_then(|extension| {
        pack.value(&extension.value, date_in_shanghai(case.opened_at)).map(|value| value.period.amount)
    });
    let run = case.clocks.iter().rev().find(|run| run.clock == *clock);
    run.and_then(|run| run.extensions.last().copied()) == longest
}

/// Notes what a step at `at` shows. `seen` is when the law's act was noticed, when the law acted.
fn note(before: Option<&Case>, after: &Case, at: Timestamp, seen: Option<Timestamp>, found: &mut Findings) {
    for (index, run) in after.clocks.iter().enumerate() {
        let Some(old) = before.and_then(|case| case.clocks.get(index)) else { continue };
        let shown = found.entry(run.clock.clone()).or_default();
        if old.status == ClockStatus::Paused && run.status == ClockStatus::Running {
            shown.insert(Shown::Pause);
        }
        let Some(due) = old.due.filter(|_| old.status == ClockStatus::Running) else { continue };
        let left = due.duration_since(at);
        match run.status {
            ClockStatus::Met | ClockStatus::Stopped => {
                shown.insert(Shown::InTime);
                if (1..=60).contains(&left.as_secs()) {
                    shown.insert(Shown::LastMinute);
                }
            }
            // Noticed at the first instant after the last day, or a minute into it.
            ClockStatus::Missed if seen.is_some_and(|seen| seen.duration_since(due).as_secs() <= 60) => {
                shown.insert(Shown::Late);
            }
            _ => {}
        }
    }
}

/// Notes over which special days a run's term reaches.
fn reach(case: &Case, found: &mut Findings) {
    for run in &case.clocks {
        let Some(due) = run.due else { continue };
        let covers = |from: Date, to: Date| run.started_at < start_of(from) && due > start_of(to);
        let shown = found.entry(run.clock.clone()).or_default();
        if covers(date(2026, 2, 15), date(2026, 2, 24)) {
            shown.insert(Shown::SpringFestival);
        }
        if [date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 10, 10)]
            .iter()
            .any(|day| covers(*day, *day))
        {
            shown.insert(Shown::MakeUpSaturday);
        }
    }
}
