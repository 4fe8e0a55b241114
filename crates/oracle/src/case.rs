//! A case, and what acts and time do to it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    calendar::{Date, Moment},
    rules::{ActRule, ClockRule, Law, OneOrMany, Pack, Procedure, Value},
};

/// A case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its pack.
    pub pack: String,
    /// Its procedure.
    pub procedure: String,
    /// Where it stands.
    pub state: String,
    /// When it was opened.
    pub opened: Moment,
    /// What is known.
    pub facts: BTreeMap<String, Value>,
    /// What lies in it.
    pub papers: BTreeSet<String>,
    /// Every run of a clock, oldest first.
    pub runs: Vec<Run>,
    /// Every act, oldest first.
    pub done: Vec<Done>,
}

/// A run of a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which clock.
    pub clock: String,
    /// When it started.
    pub started: Moment,
    /// When it stood still.
    pub pauses: Vec<(Moment, Option<Moment>)>,
    /// What was added.
    pub added: Vec<u32>,
    /// How it stands.
    pub status: Status,
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    Running,
    /// It stands still.
    Paused,
    /// It was answered in time.
    Met,
    /// It ran out.
    Missed,
    /// It was left.
    Stopped,
}

/// An act that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which.
    pub act: String,
    /// By which role.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// An act that somebody wants to do.
#[derive(Clone, Debug, Default)]
pub struct Act {
    /// Which.
    pub id: String,
    /// In which role.
    pub by: String,
    /// With which papers.
    pub papers: BTreeSet<String>,
    /// With which facts.
    pub facts: BTreeMap<String, Value>,
    /// For how much more.
    pub extension: Option<u32>,
}

/// The law that a case is decided by.
#[derive(Clone, Copy)]
pub(crate) struct Under<'a> {
    pub(crate) law: &'a Law,
    pub(crate) pack: &'a Pack,
    pub(crate) procedure: &'a Procedure,
    pub(crate) day: Date,
}

impl Law {
    /// Opens a case.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn open(
        &self,
        pack: &str,
        procedure: &str,
        facts: BTreeMap<String, Value>,
        act: &Act,
        now: Moment,
    ) -> Result<Case, &'static str> {
        let case = Case {
            pack: pack.to_owned(),
            procedure: procedure.to_owned(),
            state: "-".to_owned(),
            opened: now,
            facts,
            papers: act.papers.clone(),
            runs: Vec::new(),
            done: Vec::new(),
        };
        let in_force = |from: Option<Date>, until: Option<Date>| {
            from.is_some_and(|from| from <= now.date) && until.is_none_or(|until| now.date <= until)
        };
        let found = self.packs.get(pack).filter(|pack| in_force(pack.from, pack.until)).ok_or("not_open")?;
        let found = found.procedures.get(procedure).ok_or("unknown_act")?;
        if !in_force(found.from, found.until) {
            return Err("not_open");
        }
        let under = self.under(&case).ok_or("unknown_act")?;
        let rule = under.act(&act.id).ok_or("unknown_act")?;
        if !rule.opens {
            return Err("wrong_state");
        }
        if case.facts.iter().any(|(fact, value)| !self.takes(fact, value)) {
            return Err("guard_failed");
        }
        under.conditions(&case, rule, act)?;
        Ok(under.does(case, rule, act, now, true))
    }

    /// Does an act.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn decide(&self, case: &Case, act: &Act, now: Moment) -> Result<Case, &'static str> {
        let under = self.under(case).ok_or("unknown_act")?;
        let rule = under.act(&act.id).ok_or("unknown_act")?;
        if under.procedure.states.get(&case.state).is_none_or(|state| state.end) {
            return Err("case_ended");
        }
        if !rule.from.contains(&case.state) {
            return Err("wrong_state");
        }
        under.conditions(case, rule, act)?;
        Ok(under.does(case.clone(), rule, act, now, false))
    }

    /// The next thing that the law does up to `now`.
    #[must_use]
    pub fn advance(&self, case: &Case, now: Moment) -> Option<Case> {
        let under = self.under(case)?;
        let mut first: Option<(Moment, usize, usize)> = None;
        for (index, run) in case.runs.iter().enumerate() {
            let place = under.procedure.clocks.iter().position(|clock| clock.id == run.clock)?;
            if run.status == Status::Running
                && let Some(due) = under.due(case, run).filter(|due| *due <= now)
                && first.is_none_or(|earlier| (due, place, index) < earlier)
            {
                first = Some((due, place, index));
            }
        }
        let (at, place, index) = first?;
        let clock = under.procedure.clocks.get(place)?;
        let mut after = case.clone();
        after.runs.get_mut(index)?.status = Status::Missed;
        match clock.act.as_ref().and_then(|act| under.act(act)) {
            Some(rule) => under.perform(&mut after, rule, "law", at, Some(clock), false),
            None => after.done.push(Done { act: format!("{}:{}", clock.outcome, clock.id), by: "law".to_owned(), at }),
        }
        under.escalate(&mut after, clock, at);
        Some(after)
    }

    /// Facts arrive from the world.
    #[must_use]
    pub fn learns(&self, case: &Case, facts: BTreeMap<String, Value>) -> Case {
        let mut after = case.clone();
        after.facts.extend(facts.into_iter().filter(|(fact, value)| self.takes(fact, value)));
        if let Some(under) = self.under(case) {
            under.follow(&mut after);
        }
        after
    }

    /// When a run is due, where it counts.
    #[must_use]
    pub fn due(&self, case: &Case, run: &Run) -> Option<Moment> {
        self.under(case)?.due(case, run).filter(|_| run.status == Status::Running)
    }

    fn under(&self, case: &Case) -> Option<Under<'_>> {
        let pack = self.packs.get(&case.pack)?;
        let procedure = pack.procedures.get(&case.procedure)?;
        Some(Under { law: self, pack, procedure, day: case.opened.date })
    }

    /// Whether a fact can have a value.
    fn takes(&self, fact: &str, value: &Value) -> bool {
        let Some(fact) = self.facts.get(fact) else { return false };
        match value {
            Value::Flag(_) => fact.kind == "flag",
            Value::Number(_) => fact.kind == "number",
            Value::Moment(_) => fact.kind == "moment",
            Value::Word(word) => fact.kind == "word" && (fact.words.is_empty() || fact.words.contains(word)),
        }
    }
}

impl Under<'_> {
    fn act(&self, id: &str) -> Option<&ActRule> {
        self.procedure.acts.iter().find(|act| act.id == id)
    }

    /// Role, once, words, papers and predicates, exceptions, extension: in the order of the README's codes.
    fn conditions(&self, case: &Case, rule: &ActRule, act: &Act) -> Result<(), &'static str> {
        if act.by == "law" || !rule.by.contains(&act.by) {
            return Err("wrong_role");
        }
        if rule.once && case.done.iter().any(|done| done.act == rule.id) {
            return Err("already_done");
        }
        // Words that nobody knows mean nothing, whatever else comes with them.
        let unknown_paper = act.papers.iter().any(|paper| !self.law.papers.contains(paper));
        if unknown_paper || act.facts.iter().any(|(fact, value)| !self.law.takes(fact, value)) {
            return Err("guard_failed");
        }
        let mut facts = case.facts.clone();
        facts.extend(act.facts.clone());
        let mut papers = case.papers.clone();
        papers.extend(act.papers.iter().cloned());
        for paper in &rule.papers {
            let lies = case.papers.contains(paper) && self.is_element(paper);
            if !act.papers.contains(paper) && !lies {
                return Err("missing_paper");
            }
        }
        if !self.passes(rule, &facts, &papers) {
            return Err("guard_failed");
        }
        let excepted = self.procedure.acts.iter().any(|other| {
            let here = if rule.opens { other.opens } else { other.from.contains(&case.state) };
            let spent = other.once && case.done.iter().any(|done| done.act == other.id);
            other.excepts.contains(&rule.id) && here && !spent && self.passes(other, &facts, &papers)
        });
        if excepted {
            return Err("excepted");
        }
        self.extends(case, rule, act)
    }

    fn passes(&self, rule: &ActRule, facts: &BTreeMap<String, Value>, papers: &BTreeSet<String>) -> bool {
        rule.guards.iter().all(|guard| self.holds(guard, facts, papers))
            && !rule.unless.iter().any(|bar| self.holds(bar, facts, papers))
    }

    fn extends(&self, case: &Case, rule: &ActRule, act: &Act) -> Result<(), &'static str> {
        let beyond = Err("beyond_extension");
        let Some(id) = &rule.extends else {
            return if act.extension.is_some() { beyond } else { Ok(()) };
        };
        let clock = self.procedure.clocks.iter().find(|clock| clock.id == *id);
        let Some(extension) = clock.and_then(|clock| clock.extension.as_ref()) else { return beyond };
        let running = case.runs.iter().rev().find(|run| run.clock == *id && run.status == Status::Running);
        let Some(run) = running else { return beyond };
        let most = self.most(&extension.value);
        let fits = act.extension.is_none_or(|asked| 1 <= asked && asked <= most);
        if run.added.len() >= extension.times || !fits { beyond } else { Ok(()) }
    }

    /// The number as it read on the day on which the case was opened.
    fn most(&self, value: &str) -> u32 {
        self.number(value).map_or(0, |number| number.amount)
    }

    /// Whether a paper is an element of the application, which lies in the case once handed in.
    fn is_element(&self, paper: &str) -> bool {
        self.procedure.requirements.iter().any(|requirement| requirement.papers.iter().any(|known| known == paper))
    }

    pub(crate) fn holds(&self, id: &str, facts: &BTreeMap<String, Value>, papers: &BTreeSet<String>) -> bool {
        let Some(predicate) = self.law.predicates.get(id) else { return false };
        let complete = || {
            let none = BTreeSet::new();
            let asked = |when: &[String]| when.iter().all(|id| self.holds(id, facts, &none));
            let mut requirements = self.procedure.requirements.iter().filter(|requirement| asked(&requirement.when));
            requirements.all(|requirement| requirement.papers.iter().all(|paper| papers.contains(paper)))
        };
        match predicate.builtin.as_deref() {
            Some("papers_complete") => return complete(),
            Some("papers_incomplete") => return !complete(),
            _ => {}
        }
        let Some(value) = predicate.fact.as_ref().and_then(|fact| facts.get(fact)) else { return false };
        if let Some(is) = &predicate.is {
            return match is {
                OneOrMany::One(one) => one == value,
                OneOrMany::Many(many) => many.contains(value),
            };
        }
        let Value::Number(number) = value else { return false };
        predicate.at_least.is_some_and(|least| *number >= least)
            || predicate.at_most.is_some_and(|most| *number <= most)
    }

    fn does(&self, mut case: Case, rule: &ActRule, act: &Act, now: Moment, opens: bool) -> Case {
        case.papers.extend(act.papers.iter().cloned());
        case.facts.extend(act.facts.clone());
        if let Some(id) = &rule.extends {
            let clock = self.procedure.clocks.iter().find(|clock| clock.id == *id);
            let most =
                clock.and_then(|clock| clock.extension.as_ref()).map_or(0, |extension| self.most(&extension.value));
            if let Some(run) = case.runs.iter_mut().rev().find(|run| run.clock == *id && run.status == Status::Running)
            {
                run.added.push(act.extension.unwrap_or(most));
            }
        }
        self.perform(&mut case, rule, &act.by, now, None, opens);
        case
    }

    fn perform(&self, case: &mut Case, rule: &ActRule, by: &str, at: Moment, out: Option<&ClockRule>, opens: bool) {
        for (fact, value) in &rule.sets {
            let moment = self.law.facts.get(fact).is_some_and(|fact| fact.kind == "moment");
            let now = moment && *value == Value::Word("now".to_owned());
            case.facts.insert(fact.clone(), if now { Value::Moment(at) } else { value.clone() });
        }
        if let Some(to) = &rule.to {
            let from = std::mem::replace(&mut case.state, to.clone());
            self.moved(case, (!opens).then_some(from.as_str()), by, at, out);
        }
        self.follow(case);
        case.done.push(Done { act: rule.id.clone(), by: by.to_owned(), at });
    }
}
