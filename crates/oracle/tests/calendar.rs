//! The engine's calendar, which numbers its days, against a counter that steps from day to day.
#![cfg(test)]

#[path = "walk/mod.rs"]
#[expect(dead_code, reason = "only the reading of the regulations is used here")]
mod walk;

use jiff::{ToSpan, civil};
use law::calendar::{Period, Unit};
use oracle::{Date, calendar};
use walk::{Both, regulations};

fn naive(day: civil::Date) -> Date {
    Date::new(day.year().into(), day.month().unsigned_abs().into(), day.day().unsigned_abs().into())
}

/// Every day of nine years is judged alike.
#[test]
fn both_know_the_same_working_days() {
    let Both { book, law } = Both::read(regulations());
    let days = civil::date(2019, 1, 1).series(1.day()).take_while(|day| day.year() < 2028);
    for day in days {
        assert_eq!(book.calendar().kind_of(day).is_working(), law.calendar.works(naive(day)), "{day}");
    }
}

/// From every day of nine years, terms in every unit end on the same day.
#[test]
fn both_count_every_unit_from_every_day() {
    let Both { book, law } = Both::read(regulations());
    let amounts = [1, 2, 3, 5, 7, 10, 12, 15, 20, 30, 60, 90];
    let units = [
        (Unit::WorkingDay, calendar::Unit::WorkingDay),
        (Unit::Day, calendar::Unit::Day),
        (Unit::Month, calendar::Unit::Month),
        (Unit::Year, calendar::Unit::Year),
    ];
    let mut counted = 0;
    for day in civil::date(2019, 1, 1).series(1.day()).take_while(|day| day.year() < 2028) {
        for (unit, same) in units {
            let most = if unit == Unit::Year { 5 } else { 90 };
            for amount in amounts.into_iter().filter(|amount| *amount <= most) {
                let engine = book.calendar().last_day(day, Period::new(amount, unit));
                let oracle = law.calendar.last_day(naive(day), amount, same, &[]);
                assert_eq!(naive(engine), oracle, "{amount} {unit:?} from {day}");
                counted += 1;
            }
        }
    }
    println!("{counted} terms");
}
