//! Counting a term: fast for the date alone, day by day for the explanation. Both go through the same last day, and a
//! property test holds them together.

use jiff::{Span, Timestamp, civil::Date};

use super::{Calendar, Day, DayKind, Derivation, Period, Unit, date_of, day_number, day_of, start_of_day};
use crate::case::ClockRun;

/// A pause in whole days, both ends included: a day that a pause touches does not count.
type Touched = (i64, i64);

impl Calendar {
    /// The instant at which a term that begins with an event at `from` has run out; the same as
    /// [`derive`](Self::derive)`.due`, without the explanation.
    #[must_use]
    pub fn due_only(&self, from: Timestamp, period: Period) -> Timestamp {
        start_of_day(self.last(day_of(from), period, &[]).1 + 1)
    }

    /// The last day of a term that begins with an event on `from`.
    #[must_use]
    pub fn last_day(&self, from: Date, period: Period) -> Date {
        date_of(self.last(day_number(from), period, &[]).1)
    }

    /// When a term that begins with an event at `from` runs out, and why, day by day.
    #[must_use]
    pub fn derive(&self, from: Timestamp, period: Period) -> Derivation {
        self.explain(day_of(from), period, period.amount, &[])
    }

    /// When a run of a clock runs out, with its pauses and extensions; `None` while it is paused, because nobody knows.
    #[must_use]
    pub fn derive_run(&self, run: &ClockRun, period: Period) -> Option<Derivation> {
        let pauses = touched(run)?;
        Some(self.explain(day_of(run.started_at), extended(run, period), period.amount, &pauses))
    }

    /// The same as [`derive_run`](Self::derive_run)`.due`, without the explanation.
    #[must_use]
    pub fn due_of_run(&self, run: &ClockRun, period: Period) -> Option<Timestamp> {
        let pauses = touched(run)?;
        let (_, last) = self.last(day_of(run.started_at), extended(run, period), &pauses);
        Some(start_of_day(last + 1))
    }

    /// The day on which the count is full, and the last day of the term, which is later when the law does not let the
    /// term end on a rest day.
    fn last(&self, start: i64, period: Period, pauses: &[Touched]) -> (i64, i64) {
        let period = cut(period);
        if period.unit == Unit::WorkingDay {
            let last = match pauses {
                [] => self.table.nth_working_after(start, period.amount),
                _ => nth(start, period.amount.into(), |day| self.table.is_working(day) && !is_touched(pauses, day)),
            };
            return (last, last);
        }
        let nominal = match period.unit {
            Unit::Month => months_after(start, period.amount),
            Unit::Year => months_after(start, period.amount * 12),
            Unit::Day | Unit::WorkingDay => start + i64::from(period.amount),
        };
        let full = match pauses {
            [] => nominal,
            _ => nth(start, nominal - start, |day| !is_touched(pauses, day)),
        };
        let mut last = full;
        while !self.table.is_working(last) || is_touched(pauses, last) {
            last += 1;
        }
        (full, last)
    }

    /// Lists every day. `own` is the amount without extensions: days counted beyond it are marked.
    fn explain(&self, start: i64, period: Period, own: u32, pauses: &[Touched]) -> Derivation {
        let (full, last) = self.last(start, period, pauses);
        let mut counted = 0_u32;
        let mut provisional = false;
        let mut days = Vec::new();
        for number in start..=last {
            let date = date_of(number);
            let kind = self.kind_of(date);
            let decides = number > start && (period.unit == Unit::WorkingDay || number >= full);
            let assumed = decides && !self.named.contains_key(&date) && self.is_provisional(date.year());
            let (counts, mut reason) = match () {
                () if number == start => (false, "day of the event".to_owned()),
                () if is_touched(pauses, number) => (false, "paused".to_owned()),
                () if period.unit == Unit::WorkingDay => (kind.is_working(), describe(&kind, date)),
                () if number < full => (true, "calendar day".to_owned()),
                () if kind.is_working() => (true, describe(&kind, date)),
                () => (false, format!("{}: the term moves on to the next working day", describe(&kind, date))),
            };
            counted += u32::from(counts);
            if counts && counted > own && matches!(period.unit, Unit::WorkingDay | Unit::Day) {
                reason.push_str(", extension");
            }
            if assumed {
                reason.push_str(&format!(", provisional: no notice for {} yet", date.year()));
                provisional = true;
            }
            days.push(Day { date, counted: counts, reason });
        }
        Derivation { due: start_of_day(last + 1), last_day: date_of(last), days, provisional }
    }
}

fn describe(kind: &DayKind, date: Date) -> String {
    match kind {
        DayKind::WorkingDay => "working day".to_owned(),
        DayKind::Weekend => format!("{:?}", date.weekday()),
        DayKind::Rest { name } => format!("rest day ({name})"),
        DayKind::MakeUp { name } => format!("make-up working day ({name})"),
    }
}

/// Cuts a period to a century.
fn cut(period: Period) -> Period {
    let most = match period.unit {
        Unit::WorkingDay | Unit::Day => Period::LONGEST,
        Unit::Month => 1_200,
        Unit::Year => 100,
    };
    Period { amount: period.amount.min(most), ..period }
}

fn extended(run: &ClockRun, period: Period) -> Period {
    let amount = run.extensions.iter().fold(period.amount, |sum, more| sum.saturating_add(*more));
    Period { amount, ..period }
}

/// The corresponding day of a later month, or that month's last day.
fn months_after(start: i64, months: u32) -> i64 {
    let later = Span::new().try_months(months).and_then(|span| date_of(start).checked_add(span));
    later.map_or(start, day_number)
}

/// The `n`-th day after `start` that `counts`.
fn nth(start: i64, mut n: i64, counts: impl Fn(i64) -> bool) -> i64 {
    let mut day = start;
    while n > 0 {
        day += 1;
        n -= i64::from(counts(day));
    }
    day
}

/// The pauses of a run in days; `None` when one is still open.
fn touched(run: &ClockRun) -> Option<Vec<Touched>> {
    run.pauses.iter().map(|(from, to)| to.map(|to| (day_of(*from), day_of(to)))).collect()
}

fn is_touched(pauses: &[Touched], day: i64) -> bool {
    pauses.iter().any(|(from, to)| (*from..=*to).contains(&day))
}
