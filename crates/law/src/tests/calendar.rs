//! The calendar's algebra: Civil-Code counting, against a naive counter that knows no table, and against the list of days
//! that others publish.

use std::{fs, path::PathBuf};

use jiff::{Timestamp, ToSpan, civil::Date};
use proptest::prelude::*;

use super::fixture::{NOTICE, at};
use crate::{
    ClockRun, ClockStatus,
    calendar::{Calendar, DayKind, Derivation, Period, Unit, date_in_shanghai, start_of},
};

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The checked-in notices 2019 to 2026.
fn calendar() -> Calendar {
    let folder = workspace().join("regulations/calendar");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("calendar/{}", path.file_name().unwrap().to_string_lossy());
        files.push((name, fs::read_to_string(path).unwrap()));
    }
    Calendar::parse(&files).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn days(amount: u32) -> Period {
    Period::new(amount, Unit::WorkingDay)
}

fn last(calendar: &Calendar, from: &str, amount: u32, unit: Unit) -> String {
    calendar.derive(at(from), Period::new(amount, unit)).last_day.to_string()
}

/// Our notices say of every day what the published list of holidays says.
#[test]
fn every_day_of_2019_to_2026_is_as_published() {
    let shared = std::env::var("GONGSHU_SHARED").map_or_else(|_| workspace().join("../shared"), PathBuf::from);
    let folder = shared.join("data/holidays");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no published lists of holidays in {}", folder.display());
        return;
    }
    let calendar = calendar();
    let mut compared = 0;
    for year in 2019..=2026_i16 {
        let text = fs::read_to_string(folder.join(format!("{year}.json"))).unwrap();
        let list: serde_json::Value = serde_json::from_str(&text).unwrap();
        let off = |date: Date| {
            let named = list["days"].as_array().unwrap().iter().find(|day| day["date"] == date.to_string());
            named.map(|day| day["isOffDay"].as_bool().unwrap())
        };
        assert!(!calendar.is_provisional(year));
        for date in Date::constant(year, 1, 1).series(1.day()).take_while(|date| date.year() == year) {
            // The list of a year may name days of its neighbours; those are compared with their own year's list.
            let weekend = date.weekday().to_monday_zero_offset() >= 5;
            let published = off(date).unwrap_or(weekend);
            let next: Option<bool> = (date.month() == 12).then(|| neighbour(&folder, year + 1, date)).flatten();
            assert_eq!(calendar.kind_of(date).is_working(), !next.unwrap_or(published), "{date}");
            compared += 1;
        }
    }
    assert_eq!(compared, 8 * 365 + 2);
    assert!(calendar.is_provisional(2027) && calendar.is_provisional(2018));
}

fn neighbour(folder: &std::path::Path, year: i16, date: Date) -> Option<bool> {
    let text = fs::read_to_string(folder.join(format!("{year}.json"))).ok()?;
    let list: serde_json::Value = serde_json::from_str(&text).ok()?;
    let day = list["days"].as_array()?.iter().find(|day| day["date"] == date.to_string())?;
    day["isOffDay"].as_bool()
}

/// Every notice can be cited: ten notices for eight years.
#[test]
fn notices_are_cited_with_number_and_address() {
    let calendar = calendar();
    assert_eq!(calendar.notices().len(), 10);
    assert!(
        calendar
            .notices()
            .iter()
            .all(|notice| notice.number.starts_with("国办发明电〔") && notice.url.contains("gov.cn"))
    );
    assert_eq!(calendar.kind_of("2026-02-14".parse().unwrap()), DayKind::MakeUp { name: "春节".into() });
    assert_eq!(calendar.kind_of("2026-02-16".parse().unwrap()), DayKind::Rest { name: "春节".into() });
}

/// Civil Code art. 201: the day of the event does not count; art. 202: a month ends on the corresponding day or the
/// month's last; art. 203: a last day that is a rest day moves on, and the day ends at 24:00.
#[test]
fn terms_are_counted_as_the_civil_code_counts() {
    let calendar = calendar();
    let cases = [
        ("2026-03-02 09:00", 1, Unit::WorkingDay, "2026-03-03"),
        ("2026-03-02 00:00", 1, Unit::WorkingDay, "2026-03-03"),
        ("2026-03-02 23:59", 1, Unit::WorkingDay, "2026-03-03"),
        ("2026-03-06 09:00", 1, Unit::WorkingDay, "2026-03-09"), // Friday → Monday
        ("2026-03-07 09:00", 1, Unit::WorkingDay, "2026-03-09"), // an event on a Saturday
        ("2026-02-10 09:00", 10, Unit::WorkingDay, "2026-03-02"), // over the Spring Festival with two make-up days
        ("2026-02-13 09:00", 1, Unit::WorkingDay, "2026-02-14"), // a make-up Saturday is a working day
        ("2026-03-01 09:00", 5, Unit::Day, "2026-03-06"),
        ("2026-03-02 09:00", 5, Unit::Day, "2026-03-09"), // ends on Saturday 7th → Monday
        ("2026-02-09 09:00", 5, Unit::Day, "2026-02-14"), // ends on a make-up Saturday: stays
        ("2026-01-31 09:00", 1, Unit::Month, "2026-02-28"), // the month's last day, a make-up Saturday
        ("2025-08-31 09:00", 1, Unit::Month, "2025-09-30"),
        ("2025-08-01 09:00", 2, Unit::Month, "2025-10-09"), // 1 October is in the holiday: moves to the 9th
        ("2024-02-29 09:00", 1, Unit::Year, "2025-02-28"),
        ("2025-01-01 09:00", 1, Unit::Year, "2026-01-04"), // New Year's rest, then a make-up Sunday
    ];
    for (from, amount, unit, expected) in cases {
        assert_eq!(last(&calendar, from, amount, unit), expected, "{amount} {unit:?} from {from}");
    }
    let derivation = calendar.derive(at("2026-03-02 09:00"), days(1));
    assert_eq!(derivation.due, at("2026-03-04 00:00"), "24:00 of the last day is the next day's beginning");
    // 16:30 UTC on the 2nd is already the 3rd in Shanghai.
    let late: Timestamp = "2026-03-02T16:30:00Z".parse().unwrap();
    assert_eq!(calendar.derive(late, days(1)).last_day.to_string(), "2026-03-04");
}

/// I5: a date due can print its derivation, every day with its reason.
#[test]
fn a_derivation_gives_a_reason_for_every_day() {
    let derivation = calendar().derive(at("2026-02-12 09:00"), days(3));
    let lines: Vec<String> =
        derivation.days.iter().map(|day| format!("{} {} {}", day.date, day.counted, day.reason)).collect();
    assert_eq!(lines.first().unwrap(), "2026-02-12 false day of the event");
    assert_eq!(lines[1], "2026-02-13 true working day");
    assert_eq!(lines[2], "2026-02-14 true make-up working day (春节)");
    assert_eq!(lines[3], "2026-02-15 false rest day (春节)");
    assert_eq!(lines.last().unwrap(), "2026-02-24 true working day");
    assert_eq!(lines.len(), 13);
    assert!(!derivation.provisional);

    let rolled = calendar().derive(at("2025-08-01 09:00"), Period::new(2, Unit::Month));
    let tail: Vec<&str> = rolled.days.iter().rev().take(2).map(|day| day.reason.as_str()).collect();
    assert_eq!(tail, ["working day", "rest day (国庆节、中秋节): the term moves on to the next working day"]);
    assert_eq!(rolled.days[1].reason, "calendar day");
}

/// A year without a notice is assumed, and the answer says so; a term inside a published year does not.
#[test]
fn an_unpublished_year_is_provisional_and_says_so() {
    let calendar = calendar();
    let derivation = calendar.derive(at("2026-12-30 09:00"), days(2));
    assert!(derivation.provisional);
    assert_eq!(derivation.days.last().unwrap().reason, "working day, provisional: no notice for 2027 yet");
    assert!(!calendar.derive(at("2026-12-28 09:00"), days(2)).provisional);
    // Only the last day of a term in months depends on the calendar.
    assert!(!calendar.derive(at("2018-11-05 09:00"), Period::new(3, Unit::Month)).provisional);
    assert!(calendar.derive(at("2026-11-05 09:00"), Period::new(3, Unit::Month)).provisional);
    // Without any notice at all Monday to Friday are counted.
    let bare = Calendar::default();
    assert_eq!(last(&bare, "2026-02-13 09:00", 1, Unit::WorkingDay), "2026-02-16");
    assert!(bare.is_provisional(2026));
}

#[test]
fn working_days_between_two_dates_are_counted_as_a_term_counts_them() {
    let calendar = calendar();
    let date = |text: &str| text.parse::<Date>().unwrap();
    assert_eq!(calendar.working_days_between(date("2026-02-10"), date("2026-03-02")), 10);
    assert_eq!(calendar.working_days_between(date("2026-03-02"), date("2026-02-10")), 0);
    assert_eq!(calendar.next_working_day(date("2026-02-14")), date("2026-02-24"));
    assert_eq!(calendar.last_day(date("2026-02-10"), days(10)), date("2026-03-02"));
}

/// Pauses and extensions: a day that a pause touches does not count; an extension adds to the end.
#[test]
fn paused_days_do_not_count_and_extensions_do() {
    let calendar = calendar();
    let mut run = ClockRun {
        clock: "c".into(),
        started_at: at("2026-03-02 09:00"),
        pauses: vec![(at("2026-03-04 15:00"), Some(at("2026-03-06 10:00")))],
        extensions: vec![],
        status: ClockStatus::Running,
        due: None,
    };
    // Tuesday 3rd, then Monday 9th to Thursday 12th; Wednesday to Friday are touched by the pause.
    let derivation = calendar.derive_run(&run, days(5)).unwrap();
    assert_eq!(derivation.last_day.to_string(), "2026-03-12");
    let paused: Vec<String> =
        derivation.days.iter().filter(|day| day.reason == "paused").map(|day| day.date.to_string()).collect();
    assert_eq!(paused, ["2026-03-04", "2026-03-05", "2026-03-06"]);
    // In calendar days: 3rd, 7th, 8th, 9th, 10th.
    assert_eq!(calendar.derive_run(&run, Period::new(5, Unit::Day)).unwrap().last_day.to_string(), "2026-03-10");
    // A month of 31 days with three of them paused ends on 5 April, Qingming's Sunday, and moves to the 7th.
    assert_eq!(calendar.derive_run(&run, Period::new(1, Unit::Month)).unwrap().last_day.to_string(), "2026-04-07");
    // The term may move on neither to a rest day nor to a paused one: Saturday 7th, then Monday 9th, which a pause touches.
    let late = ClockRun { pauses: vec![(at("2026-03-08 09:00"), Some(at("2026-03-09 09:00")))], ..run.clone() };
    let moved = calendar.derive_run(&late, Period::new(5, Unit::Day)).unwrap();
    assert_eq!(moved.last_day.to_string(), "2026-03-10");
    run.extensions = vec![2];
    let extended = calendar.derive_run(&run, days(5)).unwrap();
    assert_eq!(extended.last_day.to_string(), "2026-03-16");
    assert_eq!(extended.days.iter().filter(|day| day.reason.ends_with(", extension")).count(), 2);
    run.pauses.push((at("2026-03-10 09:00"), None));
    assert_eq!(calendar.derive_run(&run, days(5)), None, "nobody knows while it is paused");
}

/// The slow way: walk day by day and ask the notices of each.
fn naive(calendar: &Calendar, from: Timestamp, period: Period, pauses: &[(Timestamp, Timestamp)]) -> Date {
    let touched = |date: Date| pauses.iter().any(|(a, b)| date_in_shanghai(*a) <= date && date <= date_in_shanghai(*b));
    let mut date = date_in_shanghai(from);
    let mut left = match period.unit {
        Unit::WorkingDay | Unit::Day => i64::from(period.amount),
        Unit::Month | Unit::Year => {
            let months = if period.unit == Unit::Year { period.amount * 12 } else { period.amount };
            let (mut year, mut month) =
                (i32::from(date.year()), i32::from(date.month()) + i32::try_from(months).unwrap());
            while month > 12 {
                (year, month) = (year + 1, month - 12);
            }
            let first = Date::constant(i16::try_from(year).unwrap(), i8::try_from(month).unwrap(), 1);
            let corresponding = first.with().day(date.day().min(first.days_in_month())).build().unwrap();
            i64::from(date.until(corresponding).unwrap().get_days())
        }
    };
    let working = |date: Date| calendar.kind_of(date).is_working();
    while left > 0 {
        date = date.tomorrow().unwrap();
        if !touched(date) && (period.unit != Unit::WorkingDay || working(date)) {
            left -= 1;
        }
    }
    while period.unit != Unit::WorkingDay && (!working(date) || touched(date)) {
        date = date.tomorrow().unwrap();
    }
    date
}

fn periods() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1..60_u32).prop_map(|n| Period::new(n, Unit::WorkingDay)),
        (1..90_u32).prop_map(|n| Period::new(n, Unit::Day)),
        (1..15_u32).prop_map(|n| Period::new(n, Unit::Month)),
        (1..4_u32).prop_map(|n| Period::new(n, Unit::Year)),
    ]
}

/// From 2004 to 2046, so that the walk outside the table is reached as well.
fn instants() -> impl Strategy<Value = Timestamp> {
    (1_073_000_000_i64..2_400_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn check(calendar: &Calendar, derivation: &Derivation, due: Timestamp, period: Period) {
    assert_eq!(derivation.due, due, "the fast way and the explanation agree");
    assert_eq!(derivation.due, start_of(derivation.last_day.tomorrow().unwrap()), "24:00 of the last day");
    assert_eq!(derivation.days.last().unwrap().date, derivation.last_day);
    assert!(calendar.kind_of(derivation.last_day).is_working(), "no term ends on a rest day");
    assert!(
        derivation.days.windows(2).all(|pair| pair[0].date.tomorrow().unwrap() == pair[1].date),
        "no day is left out"
    );
    if matches!(period.unit, Unit::WorkingDay | Unit::Day) {
        let counted = derivation.days.iter().filter(|day| day.counted).count();
        assert_eq!(counted, period.amount as usize, "as many days are counted as the law says");
    }
}

thread_local! {
    static CALENDAR: Calendar = calendar();
}

proptest! {
    #[test]
    fn every_way_of_counting_agrees(from in instants(), period in periods()) {
        CALENDAR.with(|calendar| {
            let derivation = calendar.derive(from, period);
            check(calendar, &derivation, calendar.due_only(from, period), period);
            prop_assert_eq!(derivation.last_day, naive(calendar, from, period, &[]));
            Ok(())
        })?;
    }

    #[test]
    fn every_way_of_counting_agrees_with_pauses(
        from in instants(),
        period in periods(),
        gaps in prop::collection::vec((0..20_i64, 0..20_i64), 0..3),
        more in prop::collection::vec(1..10_u32, 0..2),
    ) {
        CALENDAR.with(|calendar| {
            let mut moment = from;
            let mut pauses = Vec::new();
            for (wait, length) in gaps {
                let begin = moment + (wait * 86_400 + 3_600).seconds();
                moment = begin + (length * 86_400 + 7_200).seconds();
                pauses.push((begin, moment));
            }
            let run = ClockRun {
                clock: "c".into(),
                started_at: from,
                pauses: pauses.iter().map(|(begin, end)| (*begin, Some(*end))).collect(),
                extensions: more.clone(),
                status: ClockStatus::Running,
                due: None,
            };
            let whole = Period::new(period.amount + more.iter().sum::<u32>(), period.unit);
            let derivation = calendar.derive_run(&run, period).unwrap();
            check(calendar, &derivation, calendar.due_of_run(&run, period).unwrap(), whole);
            prop_assert_eq!(derivation.last_day, naive(calendar, from, whole, &pauses));
            Ok(())
        })?;
    }

    /// No number in a file and no instant can make the counting run for ever or panic.
    #[test]
    fn any_period_from_any_instant_is_counted(second in -377_705_023_201_i64..=253_402_207_200, amount: u32, unit in 0..4_usize) {
        let unit = [Unit::WorkingDay, Unit::Day, Unit::Month, Unit::Year][unit];
        CALENDAR.with(|calendar| calendar.due_only(Timestamp::from_second(second).unwrap(), Period::new(amount, unit)));
    }
}

/// A fault in a notice is named with its line.
#[test]
fn faults_of_a_notice_are_named() {
    let cases = [
        ("year = 2026", "year = 2025", "calendar/2026.md:1: the file is not named after its year `2025`"),
        ("days = [\"2026-02-14\"", "days = [\"2026-02-13\"", "calendar/2026.md:17: `2026-02-13` is no weekend day"),
        ("days = [\"2026-02-14\"", "days = [\"2026-02-15\"", "calendar/2026.md:17: `2026-02-15` is named twice"),
        (
            "to = \"2026-02-23\"",
            "to = \"2026-02-14\"",
            "calendar/2026.md:12: the rest from `2026-02-15` to `2026-02-14` is no holiday",
        ),
        ("to = \"2026-02-23\"", "till = \"2026-02-23\"", "calendar/2026.md:15: in `rest`: unknown field `till`"),
        ("[[rest]]", "[[holiday]]", "calendar/2026.md:12: a calendar has no `holiday`"),
        ("toml calendar", "toml rule", "calendar/2026.md:4: a calendar has no blocks `toml rule`"),
        ("year = 2026", "", "calendar/2026.md:1: the calendar does not say its year"),
    ];
    for (old, new, expected) in cases {
        assert!(NOTICE.contains(old));
        let faults =
            Calendar::parse(&[("calendar/2026.md".into(), NOTICE.replace(old, new))]).err().unwrap_or_default();
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(lines.iter().any(|line| line.starts_with(expected)), "expected `{expected}`, got {lines:#?}");
    }
    let twice =
        [("calendar/2026.md".to_owned(), NOTICE.to_owned()), ("calendar/b/2026.md".to_owned(), NOTICE.to_owned())];
    assert!(Calendar::parse(&twice).is_err(), "one file for each year");
    let far = NOTICE.replace("\"2026-02-28\"", "\"2027-07-03\"");
    let faults = Calendar::parse(&[("calendar/2026.md".into(), far)]).unwrap_err();
    assert!(faults[0].what.contains("does not belong to the notice for 2026"), "{faults:?}");
}
