//! `gongshu law due`: when a term runs out, and why, day by day (I5).

use jiff::{Timestamp, civil::Date};
use law::{
    ArticleId, ClockId, ClockRun, ClockStatus, Outcome, PackId, ProcedureId,
    calendar::{Day, Derivation, Period, Unit, date_in_shanghai},
};
use serde::Serialize;

use crate::{
    args::{Common, Due},
    failure::{Failure, Result},
    output::{Out, Table},
    regulations,
    world::{rfc3339, shown},
};

/// What is printed with `--json`.
#[derive(Serialize)]
struct Answer<'a> {
    pack: &'a PackId,
    procedure: &'a ProcedureId,
    clock: &'a ClockId,
    title: &'a str,
    article: &'a ArticleId,
    outcome: Outcome,
    amount: u32,
    unit: Unit,
    from: String,
    due: String,
    last_day: Date,
    provisional: bool,
    days: &'a [Day],
}

/// Runs the verb.
///
/// # Errors
/// An unknown pack or clock.
pub fn run(common: &Common, args: &Due, out: &Out) -> Result<()> {
    let book = regulations::book(common.regulations.as_deref())?;
    let pack = regulations::pack(&book, &common.pack)?;
    let (procedure, clock) = pack.clock(&ClockId::new(&args.clock)).ok_or_else(|| {
        let known: Vec<_> =
            pack.procedures.values().flat_map(|procedure| procedure.clocks.keys()).map(ClockId::as_str).collect();
        Failure::usage(format!("the pack `{}` has no clock `{}`", pack.id, args.clock))
            .next(format!("choose one of {}", known.join(", ")))
    })?;
    let value = pack.value(&clock.value, date_in_shanghai(args.from));
    let value = value
        .ok_or_else(|| Failure::new(format!("the pack `{}` gives the clock `{}` no length", pack.id, clock.id)))?;
    let derivation = book.calendar().derive_run(&run_of(args, &clock.id), value.period);
    let derivation =
        derivation.ok_or_else(|| Failure::usage("the last pause has no end, so nobody knows the date due"))?;
    if out.is_json() {
        return out.value(&Answer {
            pack: &pack.id,
            procedure: &procedure.id,
            clock: &clock.id,
            title: &clock.title,
            article: &clock.article,
            outcome: clock.outcome,
            amount: value.period.amount,
            unit: value.period.unit,
            from: rfc3339(args.from),
            due: rfc3339(derivation.due),
            last_day: derivation.last_day,
            provisional: derivation.provisional,
            days: &derivation.days,
        });
    }
    out.text(&format!("{}  {}  {} ({})", pack.id, clock.article, clock.title, clock.id))?;
    out.text(&format!("{} after {}, otherwise: {}", length(value.period), shown(args.from), outcome(clock.outcome)))?;
    out.text(&format!(
        "\ndue  {}  (24:00 of {}, {})\n",
        rfc3339(derivation.due),
        derivation.last_day,
        weekday(derivation.last_day)
    ))?;
    out.text(&days(&derivation))?;
    if derivation.provisional {
        out.text("\nprovisional: a year without a State Council notice was taken as Monday to Friday; the date moves when the notice appears")?;
    }
    Ok(())
}

/// A period in words.
#[must_use]
pub fn length(period: Period) -> String {
    let unit = match period.unit {
        Unit::WorkingDay => "working day",
        Unit::Day => "day",
        Unit::Month => "month",
        Unit::Year => "year",
    };
    format!("{} {unit}{}", period.amount, if period.amount == 1 { "" } else { "s" })
}

/// An outcome in words.
#[must_use]
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Breach => "a breach is recorded, the duty stays",
        Outcome::Approve => "silence is approval",
        Outcome::Suspend => "the service is suspended",
        Outcome::Terminate => "it ends by itself",
        Outcome::Report => "it is reported to the authority",
    }
}

/// The run that the command line describes.
fn run_of(args: &Due, clock: &ClockId) -> ClockRun {
    ClockRun {
        clock: clock.clone(),
        started_at: args.from,
        pauses: args.pause.iter().map(|(from, until)| (*from, Some::<Timestamp>(*until))).collect(),
        extensions: args.extend.clone(),
        status: ClockStatus::Running,
        due: None,
    }
}

/// One line a day, the counted ones numbered.
pub(super) fn days(derivation: &Derivation) -> String {
    let mut table = Table::new(["", "", "", ""]);
    let mut number = 0_u32;
    for day in &derivation.days {
        number += u32::from(day.counted);
        let count = if day.counted { number.to_string() } else { "·".to_owned() };
        table.row([count, day.date.to_string(), weekday(day.date).to_owned(), day.reason.clone()]);
    }
    table.text()
}

fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        jiff::civil::Weekday::Monday => "Mon",
        jiff::civil::Weekday::Tuesday => "Tue",
        jiff::civil::Weekday::Wednesday => "Wed",
        jiff::civil::Weekday::Thursday => "Thu",
        jiff::civil::Weekday::Friday => "Fri",
        jiff::civil::Weekday::Saturday => "Sat",
        jiff::civil::Weekday::Sunday => "Sun",
    }
}
