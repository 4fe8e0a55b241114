//! Days, stepped one by one. A date is a year, a month and a day; a moment is a date and the seconds since its midnight in
//! Shanghai.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::Deserialize;

use crate::text::blocks;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u32,
    /// The day of the month, from 1.
    pub day: u32,
}

/// A point in time on Shanghai's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// Seconds since midnight.
    pub second: u32,
}

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days on which the calendar works.
    WorkingDay,
    /// Days.
    Day,
    /// Months.
    Month,
    /// Years.
    Year,
}

/// The days that notices make rest days, and the weekend days that they make working days.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Rest days.
    pub rest: BTreeSet<Date>,
    /// Working weekend days.
    pub work: BTreeSet<Date>,
}

impl Date {
    /// A day.
    #[must_use]
    pub const fn new(year: i32, month: u32, day: u32) -> Self {
        Self { year, month, day }
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        if self.day < days_of(self.year, self.month) {
            Self { day: self.day + 1, ..self }
        } else if self.month < 12 {
            Self::new(self.year, self.month + 1, 1)
        } else {
            Self::new(self.year + 1, 1, 1)
        }
    }

    /// Whether it is a Saturday or a Sunday, by Zeller's congruence.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        let (year, month) = if self.month < 3 { (self.year - 1, self.month + 12) } else { (self.year, self.month) };
        let of_century = year.rem_euclid(100);
        let century = year.div_euclid(100);
        let months = i32::try_from(13 * (month + 1) / 5).unwrap_or(0);
        let day = i32::try_from(self.day).unwrap_or(0);
        let weekday = (day + months + of_century + of_century / 4 + century / 4 + 5 * century).rem_euclid(7);
        // Zeller's week begins with Saturday as 0 and Sunday as 1.
        weekday < 2
    }

    /// The corresponding day so many months later, or that month's last.
    fn months_later(self, months: u32) -> Self {
        let mut later = self;
        for _ in 0..months {
            later = if later.month < 12 {
                Self { month: later.month + 1, ..later }
            } else {
                Self { year: later.year + 1, month: 1, ..later }
            };
        }
        Self { day: self.day.min(days_of(later.year, later.month)), ..later }
    }
}

/// The days of a month.
fn days_of(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Calendar {
    /// Reads the notices.
    ///
    /// # Errors
    /// What could not be read.
    pub fn read<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Self, String> {
        let mut calendar = Self::default();
        for (path, text) in files {
            for block in blocks(text).into_iter().filter(|block| block.info == "toml calendar") {
                let notice: Notice = toml::from_str(&block.text).map_err(|error| format!("{path}: {error}"))?;
                for Rest { from, to } in notice.rest {
                    let (mut day, to): (Date, Date) = (from.parse()?, to.parse()?);
                    while day <= to {
                        calendar.rest.insert(day);
                        day = day.next();
                    }
                }
                for day in notice.work.iter().flat_map(|work| &work.days) {
                    calendar.work.insert(day.parse()?);
                }
            }
        }
        Ok(calendar)
    }

    /// Whether people work on that day.
    #[must_use]
    pub fn works(&self, day: Date) -> bool {
        self.work.contains(&day) || !self.rest.contains(&day) && !day.is_weekend()
    }

    /// The last day of a period whose event falls on `start`. Days that lie in one of `pauses` (both ends included) do not
    /// count; a period in days, months or years does not end on a rest day.
    #[must_use]
    pub fn last_day(&self, start: Date, amount: u32, unit: Unit, pauses: &[(Date, Date)]) -> Date {
        let paused = |day: Date| pauses.iter().any(|(from, to)| *from <= day && day <= *to);
        let mut left = match unit {
            Unit::WorkingDay | Unit::Day => amount,
            Unit::Month => days_between(start, start.months_later(amount)),
            Unit::Year => days_between(start, start.months_later(amount * 12)),
        };
        let mut day = start;
        while left > 0 {
            day = day.next();
            let counts = !paused(day) && (unit != Unit::WorkingDay || self.works(day));
            left -= u32::from(counts);
        }
        while unit != Unit::WorkingDay && (paused(day) || !self.works(day)) {
            day = day.next();
        }
        day
    }
}

fn days_between(from: Date, to: Date) -> u32 {
    let (mut day, mut days) = (from, 0);
    while day < to {
        day = day.next();
        days += 1;
    }
    days
}

#[derive(Deserialize)]
struct Notice {
    #[serde(default)]
    rest: Vec<Rest>,
    #[serde(default)]
    work: Vec<Work>,
}

#[derive(Deserialize)]
struct Rest {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Work {
    days: Vec<String>,
}

impl FromStr for Date {
    type Err = String;

    /// `2026-03-02`
    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.split('-').map(str::parse::<u32>);
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) => {
                Ok(Self::new(i32::try_from(year).map_err(|error| error.to_string())?, month, day))
            }
            _ => Err(format!("`{text}` is no date")),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    /// `2026-03-02T09:00:00`, in Shanghai.
    fn from_str(text: &str) -> Result<Self, String> {
        let (date, time) = text.split_once('T').ok_or_else(|| format!("`{text}` is no moment"))?;
        let mut second = 0;
        for part in time.split(':') {
            second = second * 60 + part.parse::<u32>().map_err(|error| format!("`{text}`: {error}"))?;
        }
        Ok(Self { date: date.parse()?, second })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.date)
    }
}
