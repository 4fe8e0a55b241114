//! What a lawful act, or the running out of a term, makes of a case.

use jiff::Timestamp;

use super::{
    clocks::{self, Move},
    law::Law,
};
use crate::{
    case::*,
    ids::*,
    pack::{ActRule, ClockRule, Set},
};

/// Does an act that the judge has let pass. `before` is `None` when the act opens the case.
pub(super) fn act(
    law: &Law<'_>,
    mut case: Case,
    before: Option<&Case>,
    rule: &ActRule,
    act: &Act,
    now: Timestamp,
) -> Decision {
    case.papers.extend(act.papers.iter().cloned());
    case.facts.extend(act.facts.clone());
    if let Some(clock) = &rule.extends {
        clocks::extend(law, &mut case, clock, act.extension);
    }
    perform(law, &mut case, rule, &act.by, now, None, before.is_none());
    let clock_changes = clocks::changes(law, before, &case);
    Decision {
        act: rule.id.clone(),
        by: act.by.clone(),
        at: now,
        from: before.map(|case| case.state.clone()),
        articles: articles(law, &rule.article, Some(rule), &clock_changes),
        effects: rule.effects.clone(),
        case,
        clock_changes,
        expired: None,
    }
}

/// Lets the run at `index` run out at `at`: it is marked, and the law does its act, or only records it.
pub(super) fn expiry(law: &Law<'_>, before: &Case, index: usize, at: Timestamp) -> Option<Decision> {
    let mut case = before.clone();
    let run = case.clocks.get_mut(index)?;
    run.status = ClockStatus::Missed;
    let clock = law.procedure.clocks.get(&run.clock)?;
    let by = RoleId::new("law");
    let rule = clock.act.as_ref().and_then(|act| law.procedure.acts.get(act));
    let id =
        rule.map_or_else(|| ActId::new(format!("{}:{}", clock.outcome.as_str(), clock.id)), |rule| rule.id.clone());
    match rule {
        Some(rule) => perform(law, &mut case, rule, &by, at, Some(&clock.id), false),
        None => case.done.push(Done { act: id.clone(), by: by.clone(), at }),
    }
    clocks::escalate(law, &mut case, &clock.id, at);
    let clock_changes = clocks::changes(law, Some(before), &case);
    Some(Decision {
        act: id,
        by,
        at,
        from: Some(before.state.clone()),
        articles: articles(law, &clock.article, rule, &clock_changes),
        effects: effects(clock, rule),
        case,
        clock_changes,
        expired: Some((clock.id.clone(), clock.outcome)),
    })
}

/// Facts, state, clocks and history.
fn perform(
    law: &Law<'_>,
    case: &mut Case,
    rule: &ActRule,
    by: &RoleId,
    at: Timestamp,
    expired: Option<&ClockId>,
    opens: bool,
) {
    for (fact, set) in &rule.sets {
        let value = match set {
            Set::To(value) => value.clone(),
            Set::Now => FactValue::Moment(at),
        };
        case.facts.insert(fact.clone(), value);
    }
    if let Some(to) = &rule.to {
        let from = std::mem::replace(&mut case.state, to.clone());
        case.entered_at = at;
        let from = (!opens).then_some(&from);
        clocks::see(law, case, &Move { from, to, by, at, expired });
    }
    clocks::follow(law, case);
    case.done.push(Done { act: rule.id.clone(), by: by.clone(), at });
}

/// The act's effects, the clock's, and what its outcome means by itself.
fn effects(clock: &ClockRule, rule: Option<&ActRule>) -> Vec<Effect> {
    let mut effects: Vec<Effect> = rule.map(|rule| rule.effects.clone()).unwrap_or_default();
    effects.extend(clock.effects.iter().cloned());
    match clock.outcome {
        Outcome::Breach => effects.push(Effect::RecordBreach),
        Outcome::Report if !effects.iter().any(|effect| matches!(effect, Effect::Report(_))) => {
            effects.push(Effect::Report(RoleId::new("authority")));
        }
        _ => {}
    }
    let mut unique = Vec::new();
    for effect in effects {
        if !unique.contains(&effect) {
            unique.push(effect);
        }
    }
    unique
}

/// The articles a decision rests on: the act's own first, then those of the papers it asked for, of the clocks it moved
/// and of the numbers they count.
fn articles(law: &Law<'_>, own: &ArticleId, rule: Option<&ActRule>, changes: &[ClockChange]) -> Vec<ArticleId> {
    let mut articles = vec![own.clone()];
    articles.extend(rule.map(|rule| rule.article.clone()));
    if rule.is_some_and(|rule| rule.asks) {
        articles.extend(law.procedure.requirements.iter().map(|requirement| requirement.article.clone()));
    }
    for change in changes {
        articles.push(change.article.clone());
        let value = law.procedure.clocks.get(&change.clock).and_then(|clock| law.pack.value(&clock.value, law.day));
        articles.extend(value.map(|value| value.article.clone()));
    }
    let mut unique = Vec::new();
    for article in articles {
        if !unique.contains(&article) {
            unique.push(article);
        }
    }
    unique
}
