//! What acts and time do to clocks.

use crate::{
    calendar::Moment,
    case::{Case, Run, Status, Under},
    rules::{ClockRule, Number, Value},
};

impl Under<'_> {
    fn clock(&self, id: &str) -> Option<&ClockRule> {
        self.procedure.clocks.iter().find(|clock| clock.id == id)
    }

    /// A legal number as it read on the day on which the case was opened; before its first entry, the first entry.
    pub(crate) fn number(&self, id: &str) -> Option<&Number> {
        let numbers = self.pack.values.get(id)?;
        numbers.iter().rev().find(|number| number.from <= self.day).or(numbers.first())
    }

    /// 24:00 of the last day of a run; none while it stands still. A part is never due later than the whole.
    pub(crate) fn due(&self, case: &Case, run: &Run) -> Option<Moment> {
        let clock = self.clock(&run.clock)?;
        let mut number = self.number(&clock.value)?;
        let mut own = self.counted(run, number);
        let later = self.pack.values.get(&clock.value)?.iter().filter(|later| later.running && later.from > self.day);
        for later in later {
            // The term would still run on the first day of the new number: its last day is not earlier.
            let still_runs = own.is_none_or(|due| due.date > later.from);
            if still_runs {
                number = later;
                own = self.counted(run, number);
            }
        }
        let whole = clock.within.as_ref().and_then(|within| {
            let outer = case.runs.iter().rev().find(|run| run.clock == *within && is_active(run))?;
            if outer.status == Status::Paused { None } else { self.due(case, outer) }
        });
        match (own, whole) {
            (Some(own), Some(whole)) => Some(own.min(whole)),
            _ => own,
        }
    }

    fn counted(&self, run: &Run, number: &Number) -> Option<Moment> {
        let mut pauses = Vec::new();
        for (from, to) in &run.pauses {
            pauses.push((from.date, (*to)?.date));
        }
        let amount = number.amount + run.added.iter().sum::<u32>();
        let last = self.law.calendar.last_day(run.started.date, amount, number.unit, &pauses);
        Some(Moment { date: last.next(), second: 0 })
    }

    /// The case has moved to its present state: clocks go on, stand still, end and start.
    pub(crate) fn moved(&self, case: &mut Case, from: Option<&str>, by: &str, at: Moment, out: Option<&ClockRule>) {
        let awaited = from.and_then(|from| self.procedure.states.get(from));
        let awaited = awaited.is_some_and(|state| state.waits_for.iter().any(|role| role == by));
        let state = case.state.clone();
        for run in case.runs.iter_mut().filter(|run| is_active(run)) {
            let Some(clock) = self.procedure.clocks.iter().find(|clock| clock.id == run.clock) else { continue };
            let (runs, pauses) = (clock.runs.contains(&state), clock.pauses.contains(&state));
            if run.status == Status::Paused && !pauses {
                if let Some((_, end)) = run.pauses.last_mut() {
                    *end = Some(at);
                }
                run.status = if runs { Status::Running } else { Status::Stopped };
            } else if run.status == Status::Running && pauses {
                run.pauses.push((at, None));
                run.status = Status::Paused;
            } else if run.status == Status::Running && !runs {
                run.status = if awaited { Status::Met } else { Status::Stopped };
            }
        }
        let mut starting = Vec::new();
        for clock in &self.procedure.clocks {
            if clock.starts.contains(&state) && self.met_at(case, clock) && self.is_free(case, clock, from, out) {
                starting.push(clock);
            }
        }
        self.start(case, &starting, at);
    }

    fn met_at(&self, case: &Case, clock: &ClockRule) -> bool {
        clock.when.iter().all(|id| self.holds(id, &case.facts, &case.papers))
    }

    /// Not while it runs or stands still; and not again after it ran out, before the case has left it, unless its own
    /// running out leads back.
    fn is_free(&self, case: &Case, clock: &ClockRule, from: Option<&str>, out: Option<&ClockRule>) -> bool {
        let newest = case.runs.iter().rev().find(|run| run.clock == clock.id);
        match newest.map(|run| run.status) {
            Some(Status::Running | Status::Paused) => false,
            Some(Status::Missed) => {
                let within = |state: &str| clock.runs.iter().chain(&clock.pauses).any(|known| known == state);
                !from.is_some_and(within) || out.is_some_and(|out| out.id == clock.id)
            }
            _ => true,
        }
    }

    /// Clocks that hang on the one that has just run out.
    pub(crate) fn escalate(&self, case: &mut Case, out: &ClockRule, at: Moment) {
        let mut starting = Vec::new();
        for clock in &self.procedure.clocks {
            let free = !case.runs.iter().any(|run| run.clock == clock.id && is_active(run));
            if clock.after.contains(&out.id) && clock.runs.contains(&case.state) && self.met_at(case, clock) && free {
                starting.push(clock);
            }
        }
        self.start(case, &starting, at);
    }

    fn start(&self, case: &mut Case, starting: &[&ClockRule], at: Moment) {
        let mut chosen: Vec<&ClockRule> = Vec::new();
        for clock in starting {
            let excepted = starting.iter().any(|other| other.excepts.contains(&clock.id));
            let governed = chosen.iter().any(|other| other.governs.is_some() && other.governs == clock.governs);
            if !excepted && !governed {
                chosen.push(clock);
            }
        }
        for clock in chosen {
            let started = moment(case, clock).map_or(at, |moment| moment.max(at));
            let (clock, status) = (clock.id.clone(), Status::Running);
            case.runs.push(Run { clock, started, pauses: Vec::new(), added: Vec::new(), status });
        }
    }

    /// A clock that follows a moment starts anew at it, when it is later.
    pub(crate) fn follow(&self, case: &mut Case) {
        for index in 0..case.runs.len() {
            let run = case.runs.get(index).filter(|run| is_active(run));
            let clock = run.and_then(|run| self.clock(&run.clock));
            let followed = clock.and_then(|clock| moment(case, clock));
            if let (Some(followed), Some(run)) = (followed, case.runs.get_mut(index)) {
                run.started = run.started.max(followed);
            }
        }
    }
}

fn is_active(run: &Run) -> bool {
    matches!(run.status, Status::Running | Status::Paused)
}

fn moment(case: &Case, clock: &ClockRule) -> Option<Moment> {
    match case.facts.get(clock.follows.as_ref()?)? {
        Value::Moment(moment) => Some(*moment),
        _ => None,
    }
}
