//! Random office life over every procedure of the real packs: whatever people do and however much time passes, the clocks
//! agree with the state, what is called possible is possible, and the law comes to rest.
#![cfg(test)]

mod regulations;

use jiff::{Timestamp, ToSpan, civil::date};
use law::{
    Act, Book, Case, ClockStatus, Decision, FactId, FactValue, Facts, Procedure, RoleId, advance,
    calendar::start_of,
    decide, explain_clock, next_due, open, possible, recompute,
    vocabulary::{Fact, FactKind},
};
use proptest::prelude::*;

/// One step: how many hours pass, which act is chosen, which fact is changed to what.
type Step = (u16, usize, usize);

thread_local! {
    static BOOK: Book = regulations::book();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn clocks_agree_with_the_state_and_the_possible_is_possible(
        pick in any::<usize>(),
        facts in prop::collection::vec(any::<usize>(), 32),
        start in 0..300_i64,
        steps in prop::collection::vec((0..1_500_u16, any::<usize>(), any::<usize>()), 1..12),
    ) {
        BOOK.with(|book| walk(book, pick, &facts, start, &steps));
    }
}

fn walk(book: &Book, pick: usize, seeds: &[usize], start: i64, steps: &[Step]) {
    let all: Vec<_> =
        book.packs().flat_map(|pack| pack.procedures.values().map(move |procedure| (pack, procedure))).collect();
    let (pack, procedure) = all[pick % all.len()];
    let vocabulary = book.vocabulary();
    let facts: Facts = vocabulary
        .facts
        .iter()
        .zip(seeds)
        .filter_map(|((id, fact), seed)| Some((id.clone(), value(fact, *seed)?)))
        .collect();
    let mut now = start_of(date(2026, 1, 5)) + (start * 24 + 9).hours();
    let Some(mut case) = begin(book, procedure, &pack.id, &facts, now) else { return };
    agrees(book, procedure, &case);
    for (hours, choice, seed) in steps {
        now += i64::from(*hours).hours();
        case = pass(book, procedure, case, now);
        let changed: Vec<(FactId, FactValue)> = vocabulary
            .facts
            .get_index(seed % vocabulary.facts.len())
            .and_then(|(id, fact)| Some((id.clone(), value(fact, *seed)?)))
            .into_iter()
            .collect();
        case = law::with_facts(book, &case, changed.into_iter().collect()).0;
        let acts = possible(book, &case, now);
        if acts.is_empty() {
            continue;
        }
        let chosen = &acts[choice % acts.len()];
        let papers = book.papers_asked(&case.pack, &case.procedure, &chosen.act, &case.facts).into_iter().collect();
        // Whoever does it states what it rests on, where the law lets them.
        let stated = chosen.facts.iter().filter_map(|fact| Some((fact.id.clone(), fact.must.clone()?))).collect();
        let act = Act { id: chosen.act.clone(), by: chosen.by[0].clone(), papers, facts: stated, extension: None };
        match (decide(book, &case, &act, now), &chosen.blocked) {
            (Ok(decision), None) => case = took(procedure, &case, decision, now),
            (Err(refusal), Some(blocked)) => assert_eq!(refusal.code, blocked.code, "{refusal}"),
            (outcome, blocked) => {
                panic!("{} in {}: possible says {blocked:?}, decide says {outcome:?}", act.id, case.state)
            }
        }
        agrees(book, procedure, &case);
    }
}

fn begin(book: &Book, procedure: &Procedure, pack: &law::PackId, facts: &Facts, now: Timestamp) -> Option<Case> {
    procedure.openings().find_map(|rule| {
        let papers = book.papers_asked(pack, &procedure.id, &rule.id, facts).into_iter().collect();
        let act = Act { id: rule.id.clone(), by: rule.by[0].clone(), papers, facts: Facts::new(), extension: None };
        open(book, pack, &procedure.id, facts.clone(), &act, now).ok().map(|decision| decision.case)
    })
}

fn pass(book: &Book, procedure: &Procedure, mut case: Case, now: Timestamp) -> Case {
    let mut rounds = 0;
    while let Some(decision) = advance(book, &case, now) {
        assert!(decision.at <= now && decision.by == "law");
        let due = next_due(&case).unwrap().1;
        assert_eq!(decision.at, due, "the earliest first");
        let (clock, _) = decision.expired.clone().unwrap();
        let missed = |case: &Case| {
            case.clocks.iter().filter(|run| run.clock == clock && run.status == ClockStatus::Missed).count()
        };
        assert_eq!(missed(&decision.case), missed(&case) + 1, "once for each run");
        case = decision.case;
        agrees(book, procedure, &case);
        rounds += 1;
        assert!(rounds < 1_000, "the law does not come to rest in {}", procedure.id);
    }
    case
}

fn took(procedure: &Procedure, before: &Case, decision: Decision, now: Timestamp) -> Case {
    let rule = &procedure.acts[&decision.act];
    assert_eq!((decision.from.as_ref(), decision.at), (Some(&before.state), now));
    assert_eq!(&decision.case.state, rule.to.as_ref().unwrap_or(&before.state));
    assert_eq!(decision.articles.first(), Some(&rule.article), "I1: the act cites its article");
    assert_eq!(decision.case.done.len(), before.done.len() + 1);
    assert!(decision.case.papers.is_superset(&before.papers));
    decision.case
}

/// A clock runs only where it runs, stands still only where it pauses, has a due instant exactly when it runs, and its
/// explanation leads to that instant (I5).
fn agrees(book: &Book, procedure: &Procedure, case: &Case) {
    for run in &case.clocks {
        let rule = &procedure.clocks[&run.clock];
        match run.status {
            ClockStatus::Running => {
                assert!(rule.runs.contains(&case.state), "{} runs in {}", run.clock, case.state);
                let derivation = explain_clock(book, case, &run.clock).unwrap();
                assert_eq!(Some(derivation.due), run.due);
            }
            ClockStatus::Paused => {
                assert!(rule.pauses.contains(&case.state), "{} pauses in {}", run.clock, case.state);
                assert_eq!(run.due, None);
                assert!(run.pauses.last().is_some_and(|(_, end)| end.is_none()));
            }
            ClockStatus::Met | ClockStatus::Missed | ClockStatus::Stopped => {
                assert!(run.pauses.iter().all(|(_, end)| end.is_some()), "no pause stays open");
            }
        }
        let active = |other: &&law::ClockRun| {
            other.clock == run.clock && matches!(other.status, ClockStatus::Running | ClockStatus::Paused)
        };
        assert!(case.clocks.iter().filter(active).count() <= 1, "{} runs twice", run.clock);
    }
    assert!(recompute(book, case).1.is_empty(), "the same calendar moves nothing");
    let ended = procedure.states[&case.state].end;
    assert!(
        !ended || (next_due(case).is_none() && possible(book, case, Timestamp::MAX).is_empty()),
        "an ended case rests"
    );
    assert!(case.done.iter().all(|done| procedure.acts.contains_key(&done.act) || done.by == RoleId::new("law")));
}

fn value(fact: &Fact, seed: usize) -> Option<FactValue> {
    match fact.kind {
        FactKind::Flag => Some(FactValue::Flag(seed.is_multiple_of(2))),
        FactKind::Number => Some(FactValue::Number(i64::try_from(seed % 100).unwrap())),
        FactKind::Word if !fact.words.is_empty() => Some(FactValue::Word(fact.words[seed % fact.words.len()].clone())),
        FactKind::Word | FactKind::Moment => None,
    }
}
