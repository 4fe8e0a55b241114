//! Whether an act is lawful now, and if not, why not: every reason is gathered, so that one refusal tells everything that
//! must be put right (P7). The code is that of the first reason in the order of [`RefusalCode`]'s checks below.

use std::collections::BTreeSet;

use super::{asks, law::Law};
use crate::{case::*, ids::*, pack::ActRule};

/// What stands against an act.
struct Objection {
    code: RefusalCode,
    message: String,
    missing: Vec<PaperId>,
    failed: Vec<PredicateId>,
    reasons: Vec<Reason>,
}

impl Objection {
    fn new(code: RefusalCode, message: String, reason: Reason) -> Self {
        Self { code, message, missing: Vec::new(), failed: Vec::new(), reasons: vec![reason] }
    }
}

/// The rule of an opening act, or the refusal.
pub(super) fn opening<'a>(law: &Law<'a>, case: &Case, act: &Act) -> Result<&'a ActRule, Refusal> {
    let openings: Vec<&str> = law.procedure.openings().map(|rule| rule.id.as_str()).collect();
    let openings = openings.join("`, `");
    let refuse = |objection, rule| refusal(law, case, act, rule, objection);
    let Some(rule) = law.procedure.acts.get(&act.id) else {
        let message = format!("the procedure `{}` has no such act; it is opened by `{openings}`", case.procedure);
        let reason = Reason::new(ReasonCode::UnknownAct, []);
        return Err(refuse(Objection::new(RefusalCode::UnknownAct, message, reason), None));
    };
    if !rule.opens {
        let message = format!("no case is open yet; open one by `{openings}`");
        let reason = Reason::new(ReasonCode::WrongState, [("states", String::new())]);
        return Err(refuse(Objection::new(RefusalCode::WrongState, message, reason), Some(rule)));
    }
    let given = case.facts.iter().filter_map(|(fact, value)| law.book.vocabulary().check(fact, value).err()).next();
    let unknown = || Reason::new(ReasonCode::UnknownWord, []);
    let objection = given.map(|what| Objection::new(RefusalCode::GuardFailed, what, unknown()));
    match objection.or_else(|| conditions(law, case, rule, act)) {
        Some(objection) => Err(refuse(objection, Some(rule))),
        None => Ok(rule),
    }
}

/// The rule of an act in a running case, or the refusal.
pub(super) fn act<'a>(law: &Law<'a>, case: &Case, act: &Act) -> Result<&'a ActRule, Refusal> {
    let refuse = |objection, rule| refusal(law, case, act, rule, objection);
    let Some(rule) = law.procedure.acts.get(&act.id) else {
        let message = format!("the procedure `{}` has no such act", case.procedure);
        let reason = Reason::new(ReasonCode::UnknownAct, []);
        return Err(refuse(Objection::new(RefusalCode::UnknownAct, message, reason), None));
    };
    match standing(law, case, rule).or_else(|| conditions(law, case, rule, act)) {
        Some(objection) => Err(refuse(objection, Some(rule))),
        None => Ok(rule),
    }
}

/// Acts that somebody other than the law may do in the case's state.
pub(super) fn candidates<'a>(law: &Law<'a>, case: &Case) -> impl Iterator<Item = &'a ActRule> {
    let state = case.state.clone();
    let acts = law.procedure.acts.values();
    acts.filter(move |rule| rule.from.contains(&state) && rule.by.iter().any(|role| *role != "law"))
}

/// Why an act would be refused even from the right role and with every paper.
pub(super) fn blocked(law: &Law<'_>, case: &Case, rule: &ActRule) -> Option<Refusal> {
    let act = ideal(law, case, rule)?;
    let objection = conditions(law, case, rule, &act)?;
    let mut refusal = refusal(law, case, &act, Some(rule), objection);
    refusal.next.clear();
    Some(refusal)
}

/// The refusal of an act in a case whose pack is not in the book.
pub(super) fn lawless(case: &Case, act: &Act) -> Refusal {
    Refusal {
        code: RefusalCode::UnknownAct,
        message: format!(
            "the procedure `{}` of the pack `{}` is not loaded; load the pack that the case was opened under",
            case.procedure, case.pack
        ),
        act: act.id.clone(),
        state: case.state.clone(),
        article: None,
        missing: Vec::new(),
        failed: Vec::new(),
        next: Vec::new(),
        reasons: vec![Reason::new(ReasonCode::UnknownAct, [])],
    }
}

/// Where the case stands: ended, or in another state.
fn standing(law: &Law<'_>, case: &Case, rule: &ActRule) -> Option<Objection> {
    if law.procedure.states.get(&case.state).is_none_or(|state| state.end) {
        let message = "the case has ended; open a new one if it is still needed".to_owned();
        return Some(Objection::new(RefusalCode::CaseEnded, message, Reason::new(ReasonCode::CaseEnded, [])));
    }
    if !rule.from.contains(&case.state) {
        let from: Vec<&str> = rule.from.iter().map(StateId::as_str).collect();
        let message = match from.as_slice() {
            [] => "it opens a case, and this one is open already".to_owned(),
            _ => format!("it is possible only in `{}`", from.join("`, `")),
        };
        let title =
            |id: &StateId| law.procedure.states.get(id).map_or_else(|| id.to_string(), |state| state.title.clone());
        let states: Vec<String> = rule.from.iter().map(title).collect();
        let reason = Reason::new(ReasonCode::WrongState, [("states", states.join("、"))]);
        return Some(Objection::new(RefusalCode::WrongState, message, reason));
    }
    None
}

/// Everything else that must hold: role, once, papers, predicates, the words themselves, the extension.
fn conditions(law: &Law<'_>, case: &Case, rule: &ActRule, act: &Act) -> Option<Objection> {
    let roles: Vec<&str> = rule.by.iter().map(RoleId::as_str).collect();
    if act.by == "law" {
        let message = format!(
            "the law acts by itself when a term has run out; ask for it in one of the roles `{}`",
            roles.join("`, `")
        );
        return Some(Objection::new(RefusalCode::WrongRole, message, for_others(law, rule)));
    }
    if !rule.by.contains(&act.by) {
        let message = format!("`{}` may not do it; it is for `{}`", act.by, roles.join("`, `"));
        return Some(Objection::new(RefusalCode::WrongRole, message, for_others(law, rule)));
    }
    if rule.once && case.done.iter().any(|done| done.act == rule.id) {
        let message = "it may be done only once in a case, and has been done".to_owned();
        return Some(Objection::new(RefusalCode::AlreadyDone, message, Reason::new(ReasonCode::AlreadyDone, [])));
    }
    if let Some(what) = unknown_words(law, act) {
        let reason = Reason::new(ReasonCode::UnknownWord, []);
        return Some(Objection::new(RefusalCode::GuardFailed, what, reason));
    }
    unmet(law, case, rule, act).or_else(|| excepted(law, case, rule, act)).or_else(|| beyond(law, case, rule, act))
}

/// That an act is for other roles, as the district calls them.
fn for_others(law: &Law<'_>, rule: &ActRule) -> Reason {
    let title = |id: &RoleId| law.pack.roles.get(id).map_or_else(|| id.to_string(), |holder| holder.title.clone());
    let roles: Vec<String> = rule.by.iter().filter(|role| **role != "law").map(title).collect();
    Reason::new(ReasonCode::WrongRole, [("roles", roles.join("、"))])
}

/// Whether another act that is possible here excepts this one.
fn excepted(law: &Law<'_>, case: &Case, rule: &ActRule, act: &Act) -> Option<Objection> {
    let papers: BTreeSet<PaperId> = case.papers.union(&act.papers).cloned().collect();
    let mut facts = case.facts.clone();
    facts.extend(act.facts.clone());
    let here = |other: &&ActRule| if rule.opens { other.opens } else { other.from.contains(&case.state) };
    let applies = |other: &&ActRule| {
        other.excepts.contains(&rule.id)
            && !(other.once && case.done.iter().any(|done| done.act == other.id))
            && other.guards.iter().all(|id| law.holds(id, &facts, &papers))
            && !other.unless.iter().any(|id| law.holds(id, &facts, &papers))
    };
    let other = law.procedure.acts.values().filter(here).find(applies)?;
    let message = format!(
        "`{}` ({}) takes its place here, by the exception of {}; do that instead",
        other.id, other.title, other.article
    );
    let values =
        [("act", other.id.to_string()), ("title", other.title.clone()), ("article", other.article.to_string())];
    Some(Objection::new(RefusalCode::Excepted, message, Reason::new(ReasonCode::Excepted, values)))
}

/// Papers and facts that come with an act and mean nothing.
fn unknown_words(law: &Law<'_>, act: &Act) -> Option<String> {
    let vocabulary = law.book.vocabulary();
    let paper = act.papers.iter().find(|paper| !vocabulary.papers.contains_key(*paper));
    let paper = paper.map(|paper| format!("the vocabulary has no paper `{paper}`; leave it out"));
    paper.or_else(|| act.facts.iter().find_map(|(fact, value)| vocabulary.check(fact, value).err()))
}

/// Missing papers and failed predicates, all of them together.
fn unmet(law: &Law<'_>, case: &Case, rule: &ActRule, act: &Act) -> Option<Objection> {
    let papers: BTreeSet<PaperId> = case.papers.union(&act.papers).cloned().collect();
    let mut facts = case.facts.clone();
    facts.extend(act.facts.clone());
    let lies_there = |paper: &PaperId| act.papers.contains(paper) || law.lasting(paper) && case.papers.contains(paper);
    let missing: Vec<PaperId> = rule.papers.iter().filter(|paper| !lies_there(paper)).cloned().collect();
    let titles = &law.book.vocabulary().predicates;
    let say = |id: &PredicateId| titles.get(id).map_or_else(|| id.to_string(), |predicate| predicate.title.en.clone());
    let in_chinese =
        |id: &PredicateId| titles.get(id).map_or_else(|| id.to_string(), |predicate| predicate.title.zh.clone());
    let condition =
        |code, id: &PredicateId| Reason::new(code, [("condition", id.to_string()), ("title", in_chinese(id))]);
    let mut against: Vec<Reason> = missing.iter().map(|paper| missing_paper(law, paper)).collect();
    let mut failed = Vec::new();
    let mut reasons = Vec::new();
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(PaperId::as_str).collect();
        reasons.push(format!("the papers `{}` are missing, hand them in with the act", names.join("`, `")));
    }
    for id in rule.guards.iter().filter(|id| !law.holds(id, &facts, &papers)) {
        reasons.push(format!("`{id}` does not hold ({})", say(id)));
        against.push(condition(ReasonCode::ConditionUnmet, id));
        failed.push(id.clone());
    }
    for id in rule.unless.iter().filter(|id| law.holds(id, &facts, &papers)) {
        reasons.push(format!("`{id}` holds, and then it may not be done ({})", say(id)));
        against.push(condition(ReasonCode::ConditionMet, id));
        failed.push(id.clone());
    }
    let code = match (missing.is_empty(), failed.is_empty()) {
        (true, true) => return None,
        (false, _) => RefusalCode::MissingPaper,
        (true, false) => RefusalCode::GuardFailed,
    };
    Some(Objection { code, message: reasons.join("; "), missing, failed, reasons: against })
}

fn missing_paper(law: &Law<'_>, paper: &PaperId) -> Reason {
    let known = law.book.vocabulary().papers.get(paper);
    let title = known.map_or_else(|| paper.to_string(), |known| known.title.zh.clone());
    Reason::new(ReasonCode::MissingPaper, [("paper", paper.to_string()), ("title", title)])
}

/// Whether an extension is longer or more frequent than the law allows, or comes when nothing is left to extend.
fn beyond(law: &Law<'_>, case: &Case, rule: &ActRule, act: &Act) -> Option<Objection> {
    let refuse = |message, reason| Some(Objection::new(RefusalCode::BeyondExtension, message, reason));
    let Some(clock) = &rule.extends else {
        return act.extension.and_then(|asked| {
            let message = format!("the act extends no term, so that `{asked}` cannot be added; leave it out");
            refuse(message, Reason::new(ReasonCode::NothingToExtend, []))
        });
    };
    let rule = law.procedure.clocks.get(clock);
    let title = || rule.map_or_else(|| clock.to_string(), |rule| rule.title.clone());
    let named = |code, more: (&str, String)| {
        Reason::new(code, [("clock", clock.to_string()), ("title", title()), (more.0, more.1)])
    };
    let extension = rule.and_then(|rule| rule.extension.as_ref());
    let most = extension.and_then(|extension| law.period(&extension.value)).map_or(0, |period| period.amount);
    let times = extension.map_or(0, |extension| extension.times) as usize;
    let Some(run) = case.clocks.iter().rev().find(|run| run.clock == *clock && run.status == ClockStatus::Running)
    else {
        let message = format!("the term `{clock}` is not running, so that there is nothing to extend");
        let values = [("clock", clock.to_string()), ("title", title())];
        return refuse(message, Reason::new(ReasonCode::TermNotRunning, values));
    };
    if run.extensions.len() >= times {
        let message =
            format!("the term `{clock}` can be extended {times} time(s), and has been; decide before it runs out");
        return refuse(message, named(ReasonCode::ExtensionsUsedUp, ("times", times.to_string())));
    }
    match act.extension {
        Some(asked) if asked == 0 || asked > most => {
            let message = format!("the term `{clock}` can be extended by 1 to {most}, not by `{asked}`");
            refuse(message, named(ReasonCode::ExtensionTooLong, ("most", most.to_string())))
        }
        _ => None,
    }
}

/// The act as somebody would do it who has every paper and states what the act rests on: to tell what stands against it
/// besides.
fn ideal(law: &Law<'_>, case: &Case, rule: &ActRule) -> Option<Act> {
    let by = rule.by.iter().find(|role| **role != "law")?.clone();
    let papers = law.papers_asked(rule, &case.facts).into_iter().collect();
    Some(Act { id: rule.id.clone(), by, papers, facts: asks::must_be_stated(law, case, rule), extension: None })
}

fn refusal(law: &Law<'_>, case: &Case, act: &Act, rule: Option<&ActRule>, objection: Objection) -> Refusal {
    let free = |rule: &&ActRule| ideal(law, case, rule).is_some_and(|act| conditions(law, case, rule, &act).is_none());
    let next: Vec<(ActId, Vec<RoleId>)> =
        candidates(law, case).filter(free).map(|rule| (rule.id.clone(), rule.by.clone())).collect();
    let Objection { code, mut message, missing, failed, reasons } = objection;
    if !next.is_empty() && matches!(code, RefusalCode::UnknownAct | RefusalCode::WrongState) {
        let ways: Vec<String> = next
            .iter()
            .map(|(act, by)| {
                format!("`{act}` by `{}`", by.iter().map(RoleId::as_str).collect::<Vec<_>>().join("` or `"))
            })
            .collect();
        message.push_str(&format!("; possible now: {}", ways.join(", ")));
    }
    Refusal {
        code,
        message,
        act: act.id.clone(),
        state: case.state.clone(),
        article: rule.map(|rule| rule.article.clone()).or_else(|| Some(law.procedure.article.clone())),
        missing,
        failed,
        next,
        reasons,
    }
}
