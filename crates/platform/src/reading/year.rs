//! A year of the working-day calendar, day by day.

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use law::calendar::{DayKind, Notice};
use serde::Serialize;

use crate::Platform;

/// A year's calendar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// Whether there is no notice for it yet.
    pub provisional: bool,
    /// How many days are worked.
    pub working_days: u32,
    /// The notices by which it was made, also those of its neighbours that name a day of it.
    pub notices: Vec<Notice>,
    /// Every day.
    pub days: Vec<YearDay>,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct YearDay {
    /// The date in Shanghai.
    pub date: Date,
    /// `work`, `weekend`, `rest` or `make_up`.
    pub kind: &'static str,
    /// Whether it is worked.
    pub working: bool,
    /// The holiday for which it is a rest day, or which it makes up for.
    pub name: Option<String>,
    /// The number of the notice that names it.
    pub notice: Option<String>,
}

impl Platform {
    /// A year day by day; `None` for a year that no notice can arrange.
    pub fn calendar_year(&self, year: i16) -> Option<Year> {
        if !(1990..2200).contains(&year) {
            return None;
        }
        let calendar = self.book().calendar();
        // Of several notices of one year the last one decides.
        let notice_of = |of: i16| calendar.notices().iter().rev().find(|notice| notice.year == of);
        let day = |date: Date| {
            let kind = calendar.kind_of(date);
            let working = kind.is_working();
            let notice = calendar.named_by(date).and_then(notice_of).map(|notice| notice.number.clone());
            let (kind, name) = match kind {
                DayKind::WorkingDay => ("work", None),
                DayKind::Weekend => ("weekend", None),
                DayKind::Rest { name } => ("rest", Some(name.to_string())),
                DayKind::MakeUp { name } => ("make_up", Some(name.to_string())),
            };
            YearDay { date, kind, working, name, notice }
        };
        let first = date(year, 1, 1);
        let days: Vec<YearDay> = first.series(1.day()).take_while(|date| date.year() == year).map(day).collect();
        let cited = |notice: &&Notice| {
            notice.year == year || days.iter().any(|day| day.notice.as_deref() == Some(notice.number.as_str()))
        };
        let working = days.iter().filter(|day| day.working).count();
        Some(Year {
            year,
            provisional: calendar.is_provisional(year),
            working_days: u32::try_from(working).unwrap_or(0),
            notices: calendar.notices().iter().filter(cited).cloned().collect(),
            days,
        })
    }
}
