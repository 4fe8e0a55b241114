//! The law of one case: its pack and procedure, read as of the day the case was opened, and the tests over its facts.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::last_day;
use crate::{
    book::Book,
    calendar::{Period, date_in_shanghai},
    case::*,
    ids::*,
    pack::{ActRule, Pack, Procedure},
    vocabulary::Test,
};

/// What a case is decided by.
pub(crate) struct Law<'a> {
    pub(crate) book: &'a Book,
    pub(crate) pack: &'a Pack,
    pub(crate) procedure: &'a Procedure,
    /// Dated values are read as of this day.
    pub(crate) day: Date,
}

impl<'a> Law<'a> {
    /// The law of a running case; `None` when the book does not hold it.
    pub(crate) fn of(book: &'a Book, case: &Case) -> Option<Self> {
        let pack = book.pack(&case.pack)?;
        let procedure = pack.procedures.get(&case.procedure)?;
        Some(Self { book, pack, procedure, day: date_in_shanghai(case.opened_at) })
    }

    /// The law of a case that is about to be opened: the pack must be in force.
    pub(crate) fn of_opening(book: &'a Book, case: &Case, act: &Act) -> Result<Self, Refusal> {
        let refuse = |code, message| Refusal {
            code,
            message,
            act: act.id.clone(),
            state: case.state.clone(),
            article: None,
            missing: Vec::new(),
            failed: Vec::new(),
            next: Vec::new(),
            reasons: vec![Reason::new(
                if code == RefusalCode::NotOpen { ReasonCode::NotOpen } else { ReasonCode::UnknownAct },
                [],
            )],
        };
        let Some(pack) = book.pack(&case.pack) else {
            let known: Vec<&str> = book.packs().map(|pack| pack.id.as_str()).collect();
            let message = format!("there is no pack `{}`; the packs are `{}`", case.pack, known.join("`, `"));
            return Err(refuse(RefusalCode::NotOpen, message));
        };
        let day = date_in_shanghai(case.opened_at);
        if !pack.in_force.contains(day) {
            let until = pack.in_force.until.map_or("further notice".to_owned(), |until| format!("`{until}`"));
            let message = format!(
                "the pack `{}` is not in force on `{day}`; it is in force from `{}` until {until}, so use the rules of that day",
                pack.id, pack.in_force.from
            );
            return Err(refuse(RefusalCode::NotOpen, message));
        }
        let Some(procedure) = pack.procedures.get(&case.procedure) else {
            let known: Vec<&str> = pack.procedures.keys().map(ProcedureId::as_str).collect();
            let message = format!(
                "the pack `{}` has no procedure `{}`; use one of `{}`",
                pack.id,
                case.procedure,
                known.join("`, `")
            );
            return Err(refuse(RefusalCode::UnknownAct, message));
        };
        if !procedure.in_force.contains(day) {
            let message = format!(
                "the procedure `{}` is taken over from `{}`, which is not in force on `{day}`; use the rules of that day",
                procedure.id, procedure.origin
            );
            return Err(refuse(RefusalCode::NotOpen, message));
        }
        Ok(Self { book, pack, procedure, day })
    }

    /// The legal number as it read when the case was opened.
    pub(crate) fn period(&self, value: &ValueId) -> Option<Period> {
        self.pack.value(value, self.day).map(|value| value.period)
    }

    /// The legal number that a run counts: that of the day on which the case was opened, or a later one that also counts for
    /// terms under way.
    pub(crate) fn period_of(&self, run: &ClockRun) -> Option<Period> {
        let rule = self.procedure.clocks.get(&run.clock)?;
        let last = |period| self.book.calendar().due_of_run(run, period).map(last_day);
        self.pack.value_for_run(&rule.value, self.day, last).map(|value| value.period)
    }

    /// Whether a predicate holds. A fact that is not known satisfies none.
    pub(crate) fn holds(&self, predicate: &PredicateId, facts: &Facts, papers: &BTreeSet<PaperId>) -> bool {
        let Some(predicate) = self.book.vocabulary().predicates.get(predicate) else { return false };
        let number = |fact| match facts.get(fact) {
            Some(FactValue::Number(number)) => Some(*number),
            _ => None,
        };
        match &predicate.test {
            Test::Is(fact, values) => facts.get(fact).is_some_and(|value| values.contains(value)),
            Test::AtLeast(fact, least) => number(fact).is_some_and(|number| number >= *least),
            Test::AtMost(fact, most) => number(fact).is_some_and(|number| number <= *most),
            Test::PapersComplete => self.required(facts).all(|paper| papers.contains(paper)),
            Test::PapersIncomplete => !self.required(facts).all(|paper| papers.contains(paper)),
        }
    }

    /// The papers that make an application complete under these facts. A requirement's own predicates ask only for
    /// facts (the parser sees to it), so that no test over papers comes back here.
    pub(crate) fn required<'s>(&'s self, facts: &'s Facts) -> impl Iterator<Item = &'s PaperId> {
        let none = BTreeSet::new();
        let applies = move |when: &[PredicateId]| when.iter().all(|predicate| self.holds(predicate, facts, &none));
        let requirements = self.procedure.requirements.iter().filter(move |requirement| applies(&requirement.when));
        requirements.flat_map(|requirement| &requirement.papers)
    }

    /// Whether a paper is an element of the application and so, once handed in, lies in the case for every later act. A
    /// reason, a notice or a finding belongs to the one act it came with: the second refusal needs its own.
    pub(crate) fn lasting(&self, paper: &PaperId) -> bool {
        self.procedure.requirements.iter().any(|requirement| requirement.papers.contains(paper))
    }

    /// Every paper an act asks for: its own, and for an act that hands in an application also the required ones.
    pub(crate) fn papers_asked(&self, rule: &ActRule, facts: &Facts) -> Vec<PaperId> {
        let mut papers = rule.papers.clone();
        if rule.asks {
            for paper in self.required(facts) {
                if !papers.contains(paper) {
                    papers.push(paper.clone());
                }
            }
        }
        papers
    }
}
