//! The working-day calendar and the counting of terms.
//!
//! The State Council publishes one notice a year: which days are rest days and which weekend days are worked to make up
//! for them. `regulations/calendar/` holds one file a year. A year without a notice is *provisional*: Monday to Friday
//! are assumed to be worked, and every answer that leans on it says so (I5). Terms are counted as the Civil Code counts:
//! the day of the event does not count, and a term ends at 24:00 of its last day. All days are days in Shanghai, whose
//! offset has been +08:00 without daylight saving since 1992, so a fixed offset is exact and needs no time-zone tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{
    Span, Timestamp,
    civil::{Date, Weekday, date},
    tz::{self, TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::error::PackError;

mod derive;
mod notice;
mod table;

pub use notice::Notice;
use table::Table;

/// What a term is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日: days that the State Council's calendar works.
    WorkingDay,
    /// Calendar days.
    Day,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

/// A length of time as the law states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// How many. The engine counts at most [`Period::LONGEST`] days, so that no number in a file can make it run for ever.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

impl Period {
    /// The longest term in days that is counted (a century); longer ones are cut to it. The pack parser refuses them.
    pub const LONGEST: u32 = 36_525;

    /// A period of `amount` times `unit`.
    #[must_use]
    pub const fn new(amount: u32, unit: Unit) -> Self {
        Self { amount, unit }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = match self.unit {
            Unit::WorkingDay => "working day",
            Unit::Day => "day",
            Unit::Month => "month",
            Unit::Year => "year",
        };
        let plural = if self.amount == 1 { "" } else { "s" };
        write!(f, "{} {unit}{plural}", self.amount)
    }
}

/// What the calendar says about one date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DayKind {
    /// An ordinary working day, Monday to Friday.
    WorkingDay,
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A rest day named by a notice.
    Rest {
        /// The holiday, e.g. 春节.
        name: Arc<str>,
    },
    /// A weekend day that a notice makes a working day.
    MakeUp {
        /// The holiday it makes up for.
        name: Arc<str>,
    },
}

impl DayKind {
    /// Whether people work on it.
    #[must_use]
    pub const fn is_working(&self) -> bool {
        matches!(self, Self::WorkingDay | Self::MakeUp { .. })
    }
}

/// A date due with the reason for every day on the way to it (I5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// The instant at which the term has run out: 24:00 of the last day, that is 00:00+08:00 of the next.
    pub due: Timestamp,
    /// The last day on which the act is still in time.
    pub last_day: Date,
    /// Every day from the day of the event to the last day.
    pub days: Vec<Day>,
    /// Whether a day was judged without a State Council notice.
    pub provisional: bool,
}

/// One day of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The date in Shanghai.
    pub date: Date,
    /// Whether it counts towards the term.
    pub counted: bool,
    /// Why, e.g. `rest day (春节)`.
    pub reason: String,
}

/// The working-day calendar of all notices. Cheap to ask: working days are numbered once, when the notices are read.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    notices: Vec<Notice>,
    published: BTreeSet<i16>,
    named: BTreeMap<Date, DayKind>,
    /// The year of the notice that names a day; the first days of January may stand in the notice of the year before.
    named_by: BTreeMap<Date, i16>,
    table: Table,
}

impl Calendar {
    /// Reads the notices: pairs of path and Markdown text, one file a year.
    ///
    /// # Errors
    /// Every fault of every file, with its line: unknown keys, a date in two notices, a make-up day that is no weekend day.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<PackError>> {
        notice::parse(files)
    }

    /// What the notices say about `date`; without a notice, Monday to Friday are working days.
    #[must_use]
    pub fn kind_of(&self, date: Date) -> DayKind {
        match self.named.get(&date) {
            Some(kind) => kind.clone(),
            None if is_weekend(date) => DayKind::Weekend,
            None => DayKind::WorkingDay,
        }
    }

    /// The year whose notice names `date`; `None` for an ordinary day.
    #[must_use]
    pub fn named_by(&self, date: Date) -> Option<i16> {
        self.named_by.get(&date).copied()
    }

    /// Whether there is no notice for `year` yet.
    #[must_use]
    pub fn is_provisional(&self, year: i16) -> bool {
        !self.published.contains(&year)
    }

    /// The notices read, oldest first.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The first working day after `date`.
    #[must_use]
    pub fn next_working_day(&self, date: Date) -> Date {
        date_of(self.table.nth_working_after(day_number(date), 1))
    }

    /// How many working days lie after `after` up to and including `until`; 0 when `until` is not later.
    #[must_use]
    pub fn working_days_between(&self, after: Date, until: Date) -> u32 {
        self.table.working_between(day_number(after), day_number(until))
    }
}

/// Shanghai's offset from UTC, +08:00.
#[must_use]
pub fn shanghai() -> TimeZone {
    TimeZone::fixed(tz::offset(8))
}

/// The date in Shanghai at `instant`.
#[must_use]
pub fn date_in_shanghai(instant: Timestamp) -> Date {
    tz::offset(8).to_datetime(instant).date()
}

/// The instant at which `date` begins in Shanghai; the end of time where it cannot be represented.
#[must_use]
pub fn start_of(date: Date) -> Timestamp {
    start_of_day(day_number(date))
}

const SECONDS_A_DAY: i64 = 86_400;
const SHANGHAI_SECONDS: i64 = 8 * 3_600;
const EPOCH: Date = date(1970, 1, 1);

/// The number of days from 1970-01-01 to `date`.
fn day_number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}

/// The number of the Shanghai day in which `instant` lies.
fn day_of(instant: Timestamp) -> i64 {
    (instant.as_second() + SHANGHAI_SECONDS).div_euclid(SECONDS_A_DAY)
}

/// The inverse of [`day_number`]; the last representable date where there is none.
fn date_of(day: i64) -> Date {
    Span::new().try_days(day).and_then(|days| EPOCH.checked_add(days)).unwrap_or(Date::MAX)
}

fn start_of_day(day: i64) -> Timestamp {
    Timestamp::from_second(day.saturating_mul(SECONDS_A_DAY) - SHANGHAI_SECONDS).unwrap_or(Timestamp::MAX)
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}
