//! `gongshu law explain`: why a case stands where it stands, day by day and article by article.

use law::{ActGround, ClockGround, ClockStatus, Explanation, Foreseen, Named, Way};

use super::law_due::days;
use crate::{
    args::Explain,
    client::Client,
    columns::wrapped,
    failure::{Failure, Result},
    output::Out,
    world::shown,
};

/// How wide the text of an article is set.
const WIDTH: usize = 96;

/// Runs the verb.
///
/// # Errors
/// When the server does not answer, or the one who asks may not see the case.
pub async fn run(args: &Explain, out: &Out) -> Result<()> {
    let path = format!("/api/v1/cases/{}/explanation", args.case);
    let answer = Client::logged_in(&args.server).await?.get(&path).await?;
    if out.is_json() {
        return out.value(&answer);
    }
    let explanation: Explanation = serde_json::from_value(answer).map_err(|why| {
        Failure::new("the server's explanation cannot be read")
            .because(why)
            .next("use a client of the server's own version")
    })?;
    out.text(text(&explanation).trim_end())
}

fn text(told: &Explanation) -> String {
    let mut page = format!(
        "{} ({})\n{}  {}\n\nstate  {} ({}) since {}\n",
        told.procedure.title,
        told.procedure.id,
        told.pack,
        told.regulation,
        told.state.title,
        told.state.id,
        shown(told.entered_at)
    );
    match (&told.unclocked, told.ended) {
        (_, true) => page.push_str("       the case has ended\n"),
        (Some(why), _) => {
            page.push_str(&format!("       waits for {}, without a term: {why}\n", titles(&told.waits_for)))
        }
        (None, _) => page.push_str(&format!("       waits for {}\n", titles(&told.waits_for))),
    }
    page.push_str("\nwhat was done, and on which article\n");
    let mut cited = Vec::new();
    for act in &told.acts {
        page.push_str(&done(act, &mut cited));
    }
    if !told.clocks.is_empty() {
        page.push_str("\nthe terms, day by day\n");
        page.extend(told.clocks.iter().map(|clock| term(clock, &mut cited)));
    }
    if !told.ahead.is_empty() {
        page.push_str("\nwhat the law does by itself if nobody acts\n");
        page.extend(told.ahead.iter().map(foreseen));
    }
    if !told.ways.is_empty() {
        page.push_str("\nwhat can be done now\n");
        page.extend(told.ways.iter().map(way));
    }
    page
}

fn done(act: &ActGround, cited: &mut Vec<String>) -> String {
    let to = act.to.as_ref().map_or(String::new(), |to| format!(" → {}", to.title));
    let mut text = format!("  {}  {}: {}{to}", shown(act.at), act.by.title, act.act.title);
    if let (Some(clock), Some(outcome)) = (&act.expired, &act.outcome) {
        text.push_str(&format!(", because `{}` had run out: {}", clock.title, outcome.title));
    }
    text.push('\n');
    if let Some(article) = &act.article {
        text.push_str(&says(article.as_str(), &act.says, cited));
    }
    text
}

/// What an article says, the first time that it is cited.
fn says(article: &str, says: &str, cited: &mut Vec<String>) -> String {
    if says.is_empty() || cited.iter().any(|known| known == article) {
        return format!("      {article}\n");
    }
    cited.push(article.to_owned());
    let lines = wrapped(&format!("{article} {says}"), WIDTH);
    lines.iter().map(|line| format!("      {line}\n")).collect()
}

fn term(clock: &ClockGround, cited: &mut Vec<String>) -> String {
    let mut text = format!("  {} ({})  {}", clock.clock.title, clock.clock.id, clock.term);
    if !clock.because.is_empty() {
        text.push_str(&format!(", because {}", titles(&clock.because)));
    }
    if !clock.instead_of.is_empty() {
        text.push_str(&format!(", instead of {}", titles(&clock.instead_of)));
    }
    text.push('\n');
    text.push_str(&says(clock.article.as_str(), &clock.says, cited));
    text.push_str(&format!("      started {}; {}\n", shown(clock.started_at), standing(clock)));
    for (from, until) in &clock.pauses {
        let until = until.map_or_else(|| "now".to_owned(), shown);
        text.push_str(&format!("      stood still from {} until {until}\n", shown(*from)));
    }
    for more in &clock.extensions {
        text.push_str(&format!("      extended by {more}\n"));
    }
    if let Some(derivation) = &clock.derivation {
        for day in days(derivation).lines() {
            text.push_str(&format!("      {day}\n"));
        }
        if derivation.provisional {
            text.push_str("      provisional: a year has no holiday notice yet; the date moves when it appears\n");
        }
    }
    text
}

fn standing(clock: &ClockGround) -> String {
    let due = clock.due.map_or_else(String::new, |due| format!(", runs out at {}", shown(due)));
    match clock.status {
        ClockStatus::Running => format!("running{due}; then: {}", clock.outcome.title),
        ClockStatus::Paused => "stands still, so nobody knows yet when it runs out".to_owned(),
        ClockStatus::Met => "kept in time".to_owned(),
        ClockStatus::Missed => format!(
            "ran out{}: {}",
            clock.due.map_or_else(String::new, |due| format!(" at {}", shown(due))),
            clock.outcome.title
        ),
        ClockStatus::Stopped => "does not matter any more".to_owned(),
    }
}

fn foreseen(ahead: &Foreseen) -> String {
    let act = ahead.act.as_ref().map_or(String::new(), |act| format!("; {}", act.title));
    let effects = if ahead.effects.is_empty() { String::new() } else { format!(" ({})", titles(&ahead.effects)) };
    format!(
        "  {}  `{}` runs out: {}{act} → {}{effects}  {}\n",
        shown(ahead.at),
        ahead.clock.title,
        ahead.outcome.title,
        ahead.state.title,
        ahead.article
    )
}

fn way(way: &Way) -> String {
    let to = way.to.as_ref().map_or(String::new(), |to| format!(" → {}", to.title));
    let mut text = format!("  {} ({}) by {}{to}  {}\n", way.act.title, way.act.id, titles(&way.by), way.article);
    if !way.papers.is_empty() {
        text.push_str(&format!("      still needs {}\n", titles(&way.papers)));
    }
    if let Some(why) = &way.blocked {
        text.push_str(&format!("      not now: {why}\n"));
    }
    text
}

fn titles(named: &[Named]) -> String {
    named.iter().map(|one| one.title.as_str()).collect::<Vec<_>>().join("、")
}
