//! Deadlines a second: the working-day calendar beside a Python package that counts the same days.

use std::{fmt::Write as _, hint::black_box};

use anyhow::{Result, ensure};
use jiff::{Timestamp, civil::Date};
use law::calendar::{Calendar, Period, Unit, start_of};

use crate::{
    measure::{Chance, middle_of_three, timed},
    peers::{self, Python},
    table::Table,
    workplace::Workplace,
};

/// Deadlines a second and core that the calendar promises.
const PROMISED: f64 = 1_000_000.0;
/// The longest term in working days; the packs' are shorter.
const LONGEST: u64 = 60;

/// Measures.
///
/// # Errors
/// When the two sides disagree about a date.
pub fn run(place: &Workplace) -> Result<Table> {
    let about = "Terms of 1 to 60 working days from events of 2019 to mid-2026, on one core: the due instant alone, and the whole \
                 derivation with a reason for every day. The peer walks the same State Council calendar; every one of its answers \
                 is compared with ours.";
    let mut table = Table::new("deadlines", "deadlines from the working-day calendar", about);
    let book = place.book()?;
    let calendar = book.calendar();
    let terms = terms(place.size(1_000_000, 2_000));

    let due = middle_of_three(|| Ok(rate(&terms, |from, period| black_box(calendar.due_only(from, period)))))?;
    let due = table.ours("due instants", due, "/s");
    let some = terms.get(..terms.len() / 10).unwrap_or_default();
    let full = middle_of_three(|| Ok(rate(some, |from, period| black_box(calendar.derive(from, period)).due)))?;
    let full = table.ours("derivations, day by day with reasons", full, "/s");
    table.floor("due instants on one core", due, PROMISED, "/s");

    let some = terms.get(..terms.len() / 20).unwrap_or_default();
    match Python::find(place) {
        Ok(python) => {
            let theirs = peer(&python, calendar, some)?;
            let whose = peers::pinned("chinesecalendar");
            let theirs = table.peer(&whose, "last days, `find_workday`", theirs, "/s");
            table.ratio("due instants ÷ chinesecalendar", due, theirs, None);
            table.ratio("whole derivations ÷ chinesecalendar (which explains nothing)", full, theirs, None);
            table.note(format!("Both sides agreed on all {} last days that were compared.", some.len()));
        }
        Err(error) => table.absent("chinesecalendar", &format!("{error:#}")),
    }
    Ok(table)
}

/// Terms a second; the sum of the answers is used, so that no compiler can leave the work out.
fn rate(terms: &[(Timestamp, Period)], answer: impl Fn(Timestamp, Period) -> Timestamp) -> f64 {
    let (sum, seconds) = timed(|| terms.iter().fold(0_i64, |sum, term| sum ^ answer(term.0, term.1).as_second()));
    black_box(sum);
    terms.len() as f64 / seconds
}

/// The peer's terms a second, after its answers were found to be ours.
fn peer(python: &Python, calendar: &Calendar, terms: &[(Timestamp, Period)]) -> Result<f64> {
    let mut input = String::new();
    for (from, period) in terms {
        writeln!(input, "{} {}", law::calendar::date_in_shanghai(*from), period.amount)?;
    }
    let answer = python.json("deadlines.py", &[], Some(&input))?;
    let ends = answer.get("ends").and_then(|ends| ends.as_array()).map(Vec::as_slice).unwrap_or_default();
    ensure!(ends.len() == terms.len(), "the peer answered {} of {} terms", ends.len(), terms.len());
    for ((from, period), end) in terms.iter().zip(ends) {
        let theirs: Date = end.as_str().unwrap_or_default().parse()?;
        let ours = calendar.due_only(*from, *period);
        ensure!(
            start_of(theirs.tomorrow()?) == ours,
            "{period} from {from}: we say {ours}, the peer says the end of {theirs}"
        );
    }
    Ok(terms.len() as f64 / peers::figure(&answer, "seconds")?)
}

/// Events from 2019 to the middle of 2026, so that no term leaves the published years.
fn terms(count: u64) -> Vec<(Timestamp, Period)> {
    const FIRST: i64 = 1_546_272_000; // 2019-01-01 in Shanghai, from 16:00 UTC of the day before
    const SECONDS: u64 = 236_000_000;
    let mut chance = Chance::new(1);
    let mut term = || {
        let second = FIRST.saturating_add(i64::try_from(chance.below(SECONDS)).unwrap_or(0));
        let amount = u32::try_from(1 + chance.below(LONGEST)).unwrap_or(1);
        (Timestamp::from_second(second).unwrap_or_default(), Period::new(amount, Unit::WorkingDay))
    };
    (0..count).map(|_| term()).collect()
}
