//! Working days by number. Every day of the covered years knows how many working days lie up to it, and every working
//! day knows its date, so that "the n-th working day after" is two look-ups. Outside the covered years, where no notice
//! can exist, the answer is found by walking.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use super::{DayKind, day_number};

/// Years covered beyond the first and the last notice: terms are short, so that the walk outside is rare.
const MARGIN: i16 = 12;

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// The day number of the first entry of `upto`.
    first: i64,
    /// For each day: how many working days lie in the table up to and including it.
    upto: Vec<u32>,
    /// The day numbers of the working days, in order.
    working: Vec<i64>,
    /// Days that are named by a notice, for days outside the table.
    named: BTreeMap<i64, bool>,
}

impl Table {
    /// Numbers the days from [`MARGIN`] years before the first year to [`MARGIN`] years after the last.
    pub(super) fn new(named: &BTreeMap<Date, DayKind>, years: impl Iterator<Item = i16>) -> Self {
        let named: BTreeMap<i64, bool> =
            named.iter().map(|(date, kind)| (day_number(*date), kind.is_working())).collect();
        let mut table = Self { named, ..Self::default() };
        let years: Vec<i16> = years.collect();
        let (Some(low), Some(high)) = (years.iter().min(), years.iter().max()) else { return table };
        let first = day_number(date(low.saturating_sub(MARGIN).clamp(1, 9_000), 1, 1));
        let last = day_number(date(high.saturating_add(MARGIN).clamp(1, 9_000), 12, 31));
        table.first = first;
        let mut count = 0;
        for day in first..=last {
            if table.is_working_slow(day) {
                count += 1;
                table.working.push(day);
            }
            table.upto.push(count);
        }
        table
    }

    pub(super) fn is_working(&self, day: i64) -> bool {
        match (self.count(day), self.count(day - 1)) {
            (Some(here), Some(before)) => here > before,
            _ => self.is_working_slow(day),
        }
    }

    /// The `n`-th working day after `day` (`day` itself when `n` is 0).
    pub(super) fn nth_working_after(&self, day: i64, n: u32) -> i64 {
        if n == 0 {
            return day;
        }
        let known = self.count(day).and_then(|count| self.working.get(count as usize + n as usize - 1));
        known.copied().unwrap_or_else(|| self.walk(day, n))
    }

    /// How many working days lie after `after` up to and including `until`.
    pub(super) fn working_between(&self, after: i64, until: i64) -> u32 {
        match (self.count(after), self.count(until)) {
            (Some(low), Some(high)) => high.saturating_sub(low),
            _ => (after + 1..=until).map(|day| u32::from(self.is_working_slow(day))).sum(),
        }
    }

    fn count(&self, day: i64) -> Option<u32> {
        usize::try_from(day - self.first).ok().and_then(|index| self.upto.get(index)).copied()
    }

    fn walk(&self, mut day: i64, mut n: u32) -> i64 {
        while n > 0 {
            day += 1;
            n -= u32::from(self.is_working_slow(day));
        }
        day
    }

    fn is_working_slow(&self, day: i64) -> bool {
        // 1970-01-01 was a Thursday, so that day 2 was the first Saturday.
        self.named.get(&day).copied().unwrap_or_else(|| (day + 3).rem_euclid(7) < 5)
    }
}
