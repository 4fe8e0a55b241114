//! The scenario runner can fail: each kind of claim is checked against what is not so.

use super::fixture::*;
use crate::{scenario::run as run_scenario, *};

/// The toy district with one more scenario in its first article.
fn with(lines: &str) -> Result<Result<(), String>, Vec<String>> {
    let block = format!("```scenario request\n试验\n{lines}\n```\n\n## TY-2");
    let files = files().into_iter().map(|(path, text)| (path, text.replace("## TY-2", &block)));
    let book = Book::parse(files).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let pack = book.pack(&"toy".into()).unwrap();
    let scenario = pack.scenarios.iter().find(|scenario| scenario.title == "试验").unwrap();
    Ok(run_scenario(&book, scenario).map_err(|failure| failure.message))
}

const OPEN: &str = "2026-03-02 09:00 demander submit +all\n";

#[test]
fn the_toy_scenario_holds() {
    let book = book();
    let pack = book.pack(&"toy".into()).unwrap();
    assert_eq!(pack.scenarios.len(), 1);
    assert_eq!(pack.articles.get("TY-1").unwrap().scenarios, 1);
    run_scenario(&book, &pack.scenarios[0]).unwrap();
}

#[test]
fn true_claims_hold() {
    for lines in [
        "then due reply 2026-03-09",
        "2026-03-09 23:59 law\nthen no breach\nthen clock reply running",
        "2026-03-10 00:00 law\nthen breach reply\nthen did breach:reply at 2026-03-09 24:00\nthen effect record_breach\nthen clock reply missed",
        "2026-03-03 09:00 provider grant +all -> refused already_done",
        "2026-03-03 09:00 provider dance -> refused unknown_act",
        "2026-03-03 09:00 provider ask_time\n2026-03-03 10:00 authority give_time days=2\nthen due reply 2026-03-11",
        "2026-03-03 09:00 provider grant rare=false\nthen effect issue_grant",
    ] {
        let outcome = with(&format!("{OPEN}{lines}"));
        if lines.contains("already_done") {
            assert!(outcome.unwrap().unwrap_err().contains("it led to `granted`"));
        } else {
            assert_eq!(outcome, Ok(Ok(())), "{lines}");
        }
    }
    let partly = "2026-03-02 09:00 demander submit +all -scope\n2026-03-03 09:00 provider grant -> refused guard_failed\n2026-03-03 10:00 provider grant +scope\nthen state granted";
    assert_eq!(with(partly), Ok(Ok(())));
}

#[test]
fn false_claims_fail_and_say_what_was_found() {
    let cases = [
        ("then state granted", "the state should be `granted`, but is `reviewing`"),
        ("then due reply 2026-03-10", "the last day should be `2026-03-10`, but is `2026-03-09`"),
        ("then breach reply", "is no breach, it is running"),
        ("2026-03-10 00:00 law\nthen no breach", "the clock `reply` ran out"),
        ("then did grant at 2026-03-03 09:00", "`grant` was not done"),
        ("then did submit at 2026-03-03 09:00", "`submit` was done at 2026-03-02 09:00"),
        ("then effect issue_grant", "no effect `issue_grant`, only `notify:provider`"),
        ("2026-03-03 09:00 provider ask_time\nthen effect notify:provider", "no effect `notify:provider`"),
        ("then clock reply paused", "the clock should be `paused`, but is `running`"),
        ("2026-03-03 09:00 demander grant\nthen no breach", "(wrong_role)"),
        ("2026-03-03 09:00 demander grant -> refused wrong_state", "it should be refused as `wrong_state`, but"),
    ];
    for (lines, expected) in cases {
        let message = with(&format!("{OPEN}{lines}")).unwrap().unwrap_err();
        assert!(message.contains(expected), "expected `{expected}`, got `{message}`");
    }
}

/// A misspelt scenario is a fault of the pack: it could otherwise pass by never being true.
#[test]
fn misspelt_scenarios_are_faults_with_their_line() {
    let cases = [
        ("then stat granted", "claims nothing that is known"),
        ("then state grunted", "no state `grunted`"),
        ("then due replay 2026-03-09", "no clock `replay`"),
        ("then due idle 2026-03-09", "no clock `idle`, only another procedure has it"),
        ("then due reply tomorrow", "`tomorrow` is no date"),
        ("then clock reply sleeping", "a clock is never `sleeping`"),
        ("then effect dance", "unknown effect `dance`"),
        ("then did dance at 2026-03-09 09:00", "no act `dance`"),
        ("2026-03-03 09:00 provider dance", "no act `dance`"),
        ("2026-03-03 09:00 king grant", "no role `king`"),
        ("2026-03-03 25:00 provider grant", "`2026-03-03 25:00` is no moment"),
        ("2026-03-03 provider", "is no step"),
        ("2026-03-03 09:00 provider", "`provider` does nothing"),
        ("2026-03-03 09:00 provider grant +napkin", "no paper `napkin`"),
        ("2026-03-03 09:00 provider grant -scope", "leaves out a paper that was not there"),
        ("2026-03-03 09:00 provider grant +all +scope", "`+all` stands with other papers"),
        ("2026-03-03 09:00 provider grant -> refused politely", "is no refusal"),
        ("2026-03-03 09:00 provider grant rare=maybe", "`maybe` is no value of the fact `rare`"),
        ("2026-03-03 09:00 provider grant colour=red", "no fact `colour`"),
        ("2026-03-03 09:00 provider grant days=many", "`many` is no number"),
        ("2026-03-03 09:00 provider grant please", "`please` means nothing here"),
        ("given kind = open", "`given` stands after the first step"),
        ("2026-03-01 09:00 provider grant -> refused wrong_role", "do not go forward in time"),
        ("", "proves nothing"),
    ];
    for (line, expected) in cases {
        let faults = with(&format!("{OPEN}{line}")).unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{line}: {faults:#?}") };
        assert!(fault.starts_with("toy/01.md:") && fault.contains(expected), "expected `{expected}`, got `{fault}`");
    }
    let faults = with("then state reviewing").unwrap_err();
    assert!(faults[0].contains("does not open a case"), "{faults:?}");
    let faults = with("given kind = purple\n2026-03-02 09:00 demander submit\nthen state reviewing").unwrap_err();
    assert!(
        faults[0].contains("`purple` is no value of the fact `kind`, which takes one of `open`, `closed`"),
        "{faults:?}"
    );
}
