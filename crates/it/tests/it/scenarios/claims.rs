//! What a scenario claims, read from the case as a party sees it.

use law::{
    Book, ClockId, ClockStatus, Outcome,
    scenario::{Claim, Scenario},
};
use serde_json::Value;

/// Checks a claim other than an effect.
///
/// # Errors
/// What was expected and what came.
pub fn check(book: &Book, scenario: &Scenario, case: &Value, claim: &Claim) -> Result<(), String> {
    let run = |clock: &ClockId| newest(case, clock).ok_or_else(|| format!("the clock `{clock}` never started"));
    let breached = |clock: &str| {
        let rule = book.pack(&scenario.pack).and_then(|pack| pack.clock(&ClockId::new(clock)));
        rule.is_some_and(|(_, rule)| rule.outcome == Outcome::Breach)
    };
    match claim {
        Claim::State(state) => same("the state", state.as_str(), said(&case["state"])),
        Claim::Due(clock, day) => {
            let run = run(clock)?;
            if run["due_at"].is_null() {
                return Err(format!("the clock `{clock}` is paused"));
            }
            // Both the due instant and the derivation that is printed with it must agree with the article.
            let due: jiff::Timestamp = said(&run["due_at"]).parse().map_err(|error| format!("{error}"))?;
            let last = due.to_zoned(law::calendar::shanghai()).date().yesterday().map_err(|error| error.to_string())?;
            same("the last day", &day.to_string(), &last.to_string())?;
            same("the derivation's last day", &day.to_string(), said(&run["last_day"]))?;
            let days = run["derivation"]["days"].as_array().map_or(0, Vec::len);
            if days == 0 { Err(format!("the clock `{clock}` prints no derivation")) } else { Ok(()) }
        }
        Claim::Breach(clock) => {
            let status = said(&run(clock)?["status"]);
            if breached(clock.as_str()) && status == "missed" {
                return Ok(());
            }
            Err(format!("the clock `{clock}` is no breach, it is {status}"))
        }
        Claim::NoBreach => {
            let missed = |run: &&Value| run["status"] == "missed" && breached(said(&run["clock"]));
            let found = case["clocks"].as_array().into_iter().flatten().find(missed);
            found.map_or(Ok(()), |run| Err(format!("the clock `{}` ran out", said(&run["clock"]))))
        }
        Claim::Did(act, at) => {
            let timeline = case["timeline"].as_array().into_iter().flatten();
            let times: Vec<&str> =
                timeline.filter(|done| done["act"] == act.as_str()).map(|done| said(&done["at"])).collect();
            let wanted = |time: &&str| time.parse::<jiff::Timestamp>().is_ok_and(|time| time == *at);
            if times.iter().any(wanted) { Ok(()) } else { Err(format!("`{act}` was done at {times:?}, not at {at}")) }
        }
        Claim::Clock(clock, status) => same("the clock", status_word(*status), said(&run(clock)?["status"])),
        Claim::Effect(_) => Ok(()),
    }
}

/// The newest run of a clock.
fn newest<'c>(case: &'c Value, clock: &ClockId) -> Option<&'c Value> {
    case["clocks"].as_array()?.iter().rev().find(|run| run["clock"] == clock.as_str())
}

fn status_word(status: ClockStatus) -> &'static str {
    match status {
        ClockStatus::Running => "running",
        ClockStatus::Paused => "paused",
        ClockStatus::Met => "met",
        ClockStatus::Missed => "missed",
        ClockStatus::Stopped => "stopped",
    }
}

fn same(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what} should be `{expected}`, but is `{found}`")) }
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
