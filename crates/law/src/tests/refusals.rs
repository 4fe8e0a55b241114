//! P7: every refusal code, and that a refusal says state, act, what is missing, article and next step.

use super::fixture::*;
use crate::*;

fn refusal(book: &Book, case: &Case, act: &Act, now: &str) -> Refusal {
    decide(book, case, act, at(now)).unwrap_err()
}

fn opening(book: &Book, act: &Act, facts: Facts, now: &str) -> Refusal {
    open(book, &"toy".into(), &"request".into(), facts, act, at(now)).unwrap_err()
}

#[test]
fn not_open_before_and_after_the_pack_is_in_force() {
    let book = book();
    let submit = act("submit", "demander", &[]);
    for day in ["2025-12-31 23:59", "2027-01-01 00:00"] {
        let refusal = opening(&book, &submit, Facts::new(), day);
        assert_eq!(refusal.code, RefusalCode::NotOpen);
        assert!(refusal.message.contains("in force from `2026-01-01` until `2026-12-31`"), "{refusal}");
    }
    for day in ["2026-01-01 00:00", "2026-12-31 23:59"] {
        assert!(open(&book, &"toy".into(), &"request".into(), Facts::new(), &submit, at(day)).is_ok(), "{day}");
    }
    let nowhere =
        open(&book, &"atlantis".into(), &"request".into(), Facts::new(), &submit, at("2026-03-02 09:00")).unwrap_err();
    assert_eq!(nowhere.code, RefusalCode::NotOpen);
}

#[test]
fn unknown_act_names_what_is_possible() {
    let book = book();
    let refusal = refusal(&book, &request(&book), &act("dance", "provider", &[]), "2026-03-03 09:00");
    assert_eq!(refusal.code, RefusalCode::UnknownAct);
    assert_eq!(refusal.state, "reviewing");
    assert!(refusal.message.contains("`grant` by `provider`"), "{refusal}");
    assert!(refusal.next.iter().any(|(act, by)| *act == "grant" && by.iter().any(|role| *role == "provider")));
    let refusal = opening(&book, &act("dance", "demander", &[]), Facts::new(), "2026-03-02 09:00");
    assert_eq!(refusal.code, RefusalCode::UnknownAct);
    assert!(refusal.message.contains("opened by `submit`"), "{refusal}");
    let wrong = open(
        &book,
        &"toy".into(),
        &"picnic".into(),
        Facts::new(),
        &act("submit", "demander", &[]),
        at("2026-03-02 09:00"),
    );
    assert_eq!(wrong.unwrap_err().code, RefusalCode::UnknownAct);
}

#[test]
fn wrong_state_names_the_states_and_the_article() {
    let book = book();
    let refusal = refusal(&book, &request(&book), &act("give_time", "authority", &[]), "2026-03-03 09:00");
    assert_eq!(refusal.code, RefusalCode::WrongState);
    assert_eq!(refusal.article, Some("TY-1".into()));
    assert!(
        refusal.to_string().starts_with(
            "act `give_time` is refused in state `reviewing` (wrong_state): it is possible only in `asked`"
        ),
        "{refusal}"
    );
    let again = decide(&book, &request(&book), &act("submit", "demander", &[]), at("2026-03-03 09:00")).unwrap_err();
    assert_eq!(again.code, RefusalCode::WrongState, "a case is opened once");
    let closed = opening(&book, &act("grant", "provider", &[]), Facts::new(), "2026-03-02 09:00");
    assert_eq!(closed.code, RefusalCode::WrongState, "no case is open yet");
}

#[test]
fn wrong_role_also_for_whoever_poses_as_the_law() {
    let book = book();
    let case = request(&book);
    assert_eq!(refusal(&book, &case, &act("grant", "demander", &[]), "2026-03-03 09:00").code, RefusalCode::WrongRole);
    let service = open_case(&book, "service", &act("begin", "platform", &[]), "2026-03-02 09:00");
    let refusal = refusal(&book, &service, &act("suspend", "law", &[]), "2026-03-03 09:00");
    assert_eq!(refusal.code, RefusalCode::WrongRole);
    assert!(refusal.message.contains("when a term has run out"), "{refusal}");
}

#[test]
fn missing_paper_and_failed_predicates_are_told_together() {
    let book = book();
    let case = open_case(&book, "request", &act("submit", "demander", &["basis"]), "2026-03-02 09:00");
    let refusal = refusal(&book, &case, &act("refuse", "provider", &["list"]), "2026-03-03 09:00");
    assert_eq!(refusal.code, RefusalCode::MissingPaper);
    assert_eq!(refusal.missing, ["reason"]);
    assert_eq!(refusal.failed, ["papers_are_complete"]);
}

#[test]
fn guard_failed_for_guards_exceptions_and_meaningless_words() {
    let book = book();
    let case = open_case(&book, "request", &act("submit", "demander", &["basis"]), "2026-03-02 09:00");
    let refused = refusal(&book, &case, &act("grant", "provider", &[]), "2026-03-03 09:00");
    assert_eq!((refused.code, refused.failed), (RefusalCode::GuardFailed, vec!["papers_are_complete".into()]));
    // `unless`: data that is withheld cannot be asked for.
    let closed = facts(&[("kind", FactValue::Word("closed".into()))]);
    assert_eq!(
        opening(&book, &act("submit", "demander", &[]), closed, "2026-03-02 09:00").code,
        RefusalCode::GuardFailed
    );
    // Words that mean nothing, in the opening facts and in an act.
    let odd = facts(&[("kind", FactValue::Word("purple".into()))]);
    let refused = opening(&book, &act("submit", "demander", &[]), odd, "2026-03-02 09:00");
    assert!(refused.message.contains("`purple` is no value of the fact `kind`"), "{refused}");
    let refused = refusal(&book, &case, &act("grant", "provider", &["napkin"]), "2026-03-03 09:00");
    assert!(refused.message.contains("no paper `napkin`"), "{refused}");
    let mut typed = act("grant", "provider", &["scope"]);
    typed.facts = facts(&[("rare", FactValue::Number(1))]);
    assert_eq!(refusal(&book, &case, &typed, "2026-03-03 09:00").code, RefusalCode::GuardFailed);
}

/// A number predicate: unknown satisfies nothing; the boundary satisfies.
#[test]
fn number_predicates_hold_from_their_boundary_on() {
    let book = book();
    let service = open_case(&book, "service", &act("begin", "platform", &[]), "2026-03-02 09:00");
    let (suspended, _) = passed(&book, &service, "2026-06-20 00:00");
    assert_eq!(suspended.state, "suspended");
    let resume = act("resume", "demander", &[]);
    assert_eq!(refusal(&book, &suspended, &resume, "2026-06-20 09:00").code, RefusalCode::GuardFailed, "0 calls");
    let (called, _) = with_facts(&book, &suspended, facts(&[("calls", FactValue::Number(1))]));
    assert!(decide(&book, &called, &resume, at("2026-06-20 09:00")).is_ok());
    let (odd, _) =
        with_facts(&book, &suspended, facts(&[("calls", FactValue::Flag(true)), ("colour", FactValue::Number(1))]));
    assert_eq!(odd, suspended, "facts of another kind or name are left out");
}

#[test]
fn already_done_for_an_act_that_may_be_done_once() {
    let book = book();
    let case = open_case(&book, "request", &act("submit", "demander", &["basis"]), "2026-03-02 09:00");
    let case = done(&book, &case, &act("ask_more", "provider", &["list"]), "2026-03-03 09:00").case;
    let case = done(&book, &case, &act("supplement", "demander", &[]), "2026-03-04 09:00").case;
    assert_eq!(
        refusal(&book, &case, &act("ask_more", "provider", &["list"]), "2026-03-05 09:00").code,
        RefusalCode::AlreadyDone
    );
    let blocked =
        possible(&book, &case, at("2026-03-05 09:00")).into_iter().find(|possible| possible.act == "ask_more").unwrap();
    assert_eq!(blocked.blocked.unwrap().code, RefusalCode::AlreadyDone);
}

#[test]
fn beyond_extension_too_long_too_often_too_late_or_of_nothing() {
    let book = book();
    let asked = done(&book, &request(&book), &act("ask_time", "provider", &[]), "2026-03-03 09:00").case;
    for days in [0, 5] {
        let long = Act { extension: Some(days), ..act("give_time", "authority", &[]) };
        assert_eq!(refusal(&book, &asked, &long, "2026-03-04 09:00").code, RefusalCode::BeyondExtension, "{days}");
    }
    let given = done(&book, &asked, &act("give_time", "authority", &[]), "2026-03-04 09:00").case;
    let again = done(&book, &given, &act("ask_time", "provider", &[]), "2026-03-05 09:00").case;
    assert_eq!(
        refusal(&book, &again, &act("give_time", "authority", &[]), "2026-03-05 09:00").code,
        RefusalCode::BeyondExtension,
        "twice"
    );
    let (late, _) = passed(&book, &asked, "2026-03-20 00:00");
    assert_eq!(
        refusal(&book, &late, &act("give_time", "authority", &[]), "2026-03-20 09:00").code,
        RefusalCode::BeyondExtension,
        "after the breach"
    );
    let nothing = Act { extension: Some(1), ..act("grant", "provider", &[]) };
    assert_eq!(refusal(&book, &request(&book), &nothing, "2026-03-03 09:00").code, RefusalCode::BeyondExtension);
}

#[test]
fn case_ended_says_so_whatever_the_act() {
    let book = book();
    let ended = done(&book, &request(&book), &act("grant", "provider", &[]), "2026-03-03 09:00").case;
    let refused = refusal(&book, &ended, &act("withdraw", "demander", &[]), "2026-03-04 09:00");
    assert_eq!(refused.code, RefusalCode::CaseEnded);
    assert!(refused.next.is_empty());
}

/// Every code of refusal is tested by name, here or with the rules of exceptions.
#[test]
fn every_code_has_a_test() {
    let source = concat!(include_str!("refusals.rs"), include_str!("order.rs"));
    for code in RefusalCode::ALL {
        assert!(source.contains(&format!("fn {code}")), "{code}");
    }
}
