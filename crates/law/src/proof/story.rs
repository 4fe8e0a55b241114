//! A way through a procedure, told as a scenario.

use jiff::Timestamp;

use crate::{
    book::Book,
    calendar::shanghai,
    case::*,
    engine::{advance, decide, next_due, open, with_facts},
    ids::*,
};

/// One thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The case opens with these facts.
    Open { given: Facts, act: Act, at: Timestamp, all_papers: bool },
    /// Facts arrive from the world.
    World { facts: Facts, at: Timestamp },
    /// Somebody acts.
    Act { act: Act, at: Timestamp, all_papers: bool },
    /// A term runs out.
    Pass { at: Timestamp },
}

impl Step {
    /// When it happens.
    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Open { at, .. } | Self::World { at, .. } | Self::Act { at, .. } | Self::Pass { at } => *at,
        }
    }
}

/// The steps as a block `scenario`; `last` is what is claimed at the end.
pub(super) fn tell(procedure: &ProcedureId, title: &str, steps: &[Step], last: &str) -> String {
    let mut text = format!("```scenario {procedure}\n{title}\n");
    for step in steps {
        let line = match step {
            Step::Open { given, act, at, all_papers } => {
                let facts = given.iter().map(|(fact, value)| format!("given {fact} = {value}\n")).collect::<String>();
                format!("{facts}{}", act_line(act, *at, *all_papers))
            }
            Step::World { facts, at } => format!("{} law{}", local(*at), words(facts)),
            Step::Act { act, at, all_papers } => act_line(act, *at, *all_papers),
            Step::Pass { at } => format!("{} law", local(*at)),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str(last);
    text.push_str("\n```\n");
    text
}

/// A step that is refused, as the last line of a story.
pub(super) fn refused(act: &Act, at: Timestamp, all_papers: bool, code: RefusalCode) -> String {
    format!("{} -> refused {code}", act_line(act, at, all_papers))
}

/// The steps once more, those from `from` on so many days later; the case as it then stands. `None` when they can no longer
/// happen so, because something is refused or a term runs out between.
pub(super) fn again(
    book: &Book,
    (pack, procedure): (&PackId, &ProcedureId),
    steps: &[Step],
    from: usize,
    days: i64,
) -> Option<(Case, Vec<Step>)> {
    let later = |index: usize, at: Timestamp| match index >= from {
        true => at.checked_add(jiff::SignedDuration::from_hours(days.checked_mul(24)?)).ok(),
        false => Some(at),
    };
    let mut case: Option<Case> = None;
    let mut told = Vec::new();
    let mut now = Timestamp::MIN;
    for (index, step) in steps.iter().enumerate() {
        let at = match step {
            Step::Pass { .. } => next_due(case.as_ref()?)?.1,
            _ => later(index, step.at())?,
        };
        let overtaken = case.as_ref().and_then(next_due).is_some_and(|(_, due)| due <= at);
        if at < now || overtaken && !matches!(step, Step::Pass { .. }) {
            return None;
        }
        now = at;
        let mut step = step.clone();
        match &mut step {
            Step::Open { given, act, at, .. } => {
                *at = now;
                case = Some(open(book, pack, procedure, given.clone(), act, now).ok()?.case);
            }
            Step::World { facts, at } => {
                *at = now;
                case = Some(with_facts(book, case.as_ref()?, facts.clone()).0);
            }
            Step::Act { act, at, .. } => {
                *at = now;
                case = Some(decide(book, case.as_ref()?, act, now).ok()?.case);
            }
            Step::Pass { at } => {
                *at = now;
                while let Some(decision) = advance(book, case.as_ref()?, now) {
                    case = Some(decision.case);
                }
            }
        }
        told.push(step);
    }
    Some((case?, told))
}

fn act_line(act: &Act, at: Timestamp, all_papers: bool) -> String {
    let mut line = format!("{} {} {}", local(at), act.by, act.id);
    if all_papers {
        line.push_str(" +all");
    } else {
        line.extend(act.papers.iter().map(|paper| format!(" +{paper}")));
    }
    line.push_str(&words(&act.facts));
    if let Some(days) = act.extension {
        line.push_str(&format!(" days={days}"));
    }
    line
}

fn words(facts: &Facts) -> String {
    facts.iter().map(|(fact, value)| format!(" {fact}={value}")).collect()
}

fn local(at: Timestamp) -> String {
    at.to_zoned(shanghai()).strftime("%Y-%m-%d %H:%M").to_string()
}
