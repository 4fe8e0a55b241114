//! What acts and time do to a case: clocks start, pause, resume, end, are extended, follow, run out, once and in order.

use super::fixture::*;
use crate::*;

fn statuses(case: &Case) -> Vec<String> {
    case.clocks.iter().map(|run| format!("{} {}", run.clock, run.status)).collect()
}

#[test]
fn opening_starts_the_clock_and_cites_its_articles() {
    let book = book();
    let decision = open(
        &book,
        &"toy".into(),
        &"request".into(),
        Facts::new(),
        &act("submit", "demander", &["basis", "scope"]),
        at("2026-03-02 09:00"),
    )
    .unwrap();
    assert_eq!((decision.from, decision.at, decision.by), (None, at("2026-03-02 09:00"), "demander".into()));
    assert_eq!(decision.case.state, "reviewing");
    let granted = done(&book, &decision.case, &act("grant", "provider", &[]), "2026-03-03 10:00").case;
    assert_eq!(granted.entered_at, at("2026-03-03 10:00"));
    assert_eq!(granted.opened_at, at("2026-03-02 09:00"));
    assert_eq!(decision.effects, [Effect::Notify("provider".into())]);
    assert_eq!(decision.articles, ["TY-1"]);
    let [change] = decision.clock_changes.as_slice() else { panic!("{:?}", decision.clock_changes) };
    assert_eq!((change.clock.as_str(), change.status), ("reply", ClockStatus::Running));
    assert_eq!(change.last_day.unwrap().to_string(), "2026-03-09");
    assert_eq!(next_due(&decision.case), Some((&"reply".into(), at("2026-03-10 00:00"))));
    assert_eq!(explain_clock(&book, &decision.case, &"reply".into()).unwrap().days.len(), 8);
}

/// Dated values: a case keeps the number of the day on which it was opened.
#[test]
fn a_case_keeps_the_law_of_its_first_day() {
    let book = book();
    let old = open_case(&book, "request", &act("submit", "demander", &["basis"]), "2026-06-30 09:00");
    assert_eq!(last(&old, "reply"), "2026-07-07", "five working days");
    let new = open_case(&book, "request", &act("submit", "demander", &["basis"]), "2026-07-01 09:00");
    assert_eq!(last(&new, "reply"), "2026-07-06", "three working days");
    let old = done(&book, &old, &act("ask_more", "provider", &["list"]), "2026-07-01 09:00").case;
    let old = done(&book, &old, &act("supplement", "demander", &["scope"]), "2026-07-02 09:00").case;
    assert_eq!(last(&old, "reply"), "2026-07-09", "still five, after the new number came");
}

#[test]
fn a_pause_stops_the_count_and_an_answer_meets_the_clock() {
    let book = book();
    let case = open_case(&book, "request", &act("submit", "demander", &["basis"]), "2026-03-02 09:00");
    let paused = done(&book, &case, &act("ask_more", "provider", &["list"]), "2026-03-04 09:00");
    assert_eq!(statuses(&paused.case), ["reply paused"]);
    assert_eq!((paused.clock_changes[0].due, next_due(&paused.case)), (None, None));
    assert_eq!(explain_clock(&book, &paused.case, &"reply".into()), None);
    assert_eq!(passed(&book, &paused.case, "2026-12-01 00:00").1.len(), 0, "nothing runs out while it is paused");
    let resumed = done(&book, &paused.case, &act("supplement", "demander", &["scope"]), "2026-03-06 09:00").case;
    assert_eq!(last(&resumed, "reply"), "2026-03-12");
    let met = done(&book, &resumed, &act("grant", "provider", &[]), "2026-03-12 23:59").case;
    assert_eq!(statuses(&met), ["reply met"]);
    let withdrawn = done(&book, &resumed, &act("withdraw", "demander", &[]), "2026-03-10 09:00").case;
    assert_eq!(statuses(&withdrawn), ["reply stopped"], "nobody answered, and nobody has to");
    let withdrawn = done(&book, &paused.case, &act("withdraw", "demander", &[]), "2026-03-10 09:00").case;
    assert_eq!(statuses(&withdrawn), ["reply stopped"], "who leaves a pause answers nothing");
    assert_eq!(
        run(&withdrawn, "reply").pauses,
        [(at("2026-03-04 09:00"), Some(at("2026-03-10 09:00")))],
        "the pause is closed"
    );
}

#[test]
fn an_extension_moves_the_due_day_by_what_was_given() {
    let book = book();
    let asked = done(&book, &request(&book), &act("ask_time", "provider", &[]), "2026-03-03 09:00").case;
    let most = done(&book, &asked, &act("give_time", "authority", &[]), "2026-03-04 09:00");
    assert_eq!(
        (last(&most.case, "reply").as_str(), run(&most.case, "reply").extensions.as_slice()),
        ("2026-03-13", [4].as_slice())
    );
    assert_eq!(most.effects, [Effect::Notify("demander".into())], "the demander is told");
    let two = Act { extension: Some(2), ..act("give_time", "authority", &[]) };
    assert_eq!(last(&done(&book, &asked, &two, "2026-03-04 09:00").case, "reply"), "2026-03-11");
}

/// The last minute of the last day is in time; 24:00 is not. A breach is recorded once, and the duty stays.
#[test]
fn a_breach_is_recorded_once_at_the_instant_and_the_case_stays() {
    let book = book();
    let case = request(&book);
    assert_eq!(advance(&book, &case, at("2026-03-09 23:59")), None);
    let decision = advance(&book, &case, at("2026-03-10 00:00")).unwrap();
    assert_eq!((decision.at, decision.by.as_str()), (at("2026-03-10 00:00"), "law"));
    assert_eq!((decision.act.as_str(), decision.case.state.as_str()), ("breach:reply", "reviewing"));
    assert_eq!(decision.effects, [Effect::RecordBreach]);
    assert_eq!(decision.expired, Some(("reply".into(), Outcome::Breach)));
    let (after, decisions) = passed(&book, &case, "2026-12-01 00:00");
    assert_eq!(decisions.len(), 1, "however late it is noticed");
    assert_eq!(decisions[0].at, at("2026-03-10 00:00"));
    // Neither the way to the extension and back, nor an answer, starts or changes the clock that ran out.
    let asked = done(&book, &after, &act("ask_time", "provider", &[]), "2026-12-01 09:00").case;
    let back = done(&book, &asked, &act("withdraw", "demander", &[]), "2026-12-02 09:00").case;
    assert_eq!(statuses(&back), ["reply missed"]);
    let late = done(&book, &after, &act("grant", "provider", &[]), "2026-12-01 09:00").case;
    assert_eq!(statuses(&late), ["reply missed"]);
}

/// A moment that is followed moves the start, whenever it is later; a report and a suspension due together come in the
/// order of the pack; the suspension's own clock then ends the service.
#[test]
fn the_law_acts_in_order_and_its_acts_start_new_clocks() {
    let book = book();
    let service = open_case(&book, "service", &act("begin", "platform", &[]), "2026-03-02 09:00");
    assert_eq!(service.facts.get("last_call_at"), Some(&FactValue::Moment(at("2026-03-02 09:00"))));
    assert_eq!(last(&service, "idle"), "2026-06-02");
    let (called, changes) =
        with_facts(&book, &service, facts(&[("last_call_at", FactValue::Moment(at("2026-04-10 12:00")))]));
    assert_eq!((last(&called, "idle").as_str(), changes.len()), ("2026-07-10", 2));
    let (same, changes) =
        with_facts(&book, &called, facts(&[("last_call_at", FactValue::Moment(at("2026-03-05 12:00")))]));
    assert_eq!((last(&same, "idle").as_str(), changes.len()), ("2026-07-10", 0), "an earlier moment moves nothing");
    let (ended, decisions) = passed(&book, &called, "2027-01-01 00:00");
    let acts: Vec<String> =
        decisions.iter().map(|decision| format!("{} {}", decision.act, decision.case.state)).collect();
    assert_eq!(acts, ["report:watch serving", "suspend suspended", "end ended"]);
    assert_eq!(decisions[0].effects, [Effect::Report("authority".into())]);
    assert_eq!(decisions[1].effects, [Effect::SuspendService, Effect::Notify("demander".into())]);
    // Suspended at the first instant of 11 July (a Saturday): 30 days after that is Monday 10 August.
    assert_eq!((decisions[1].at, decisions[2].at), (at("2026-07-11 00:00"), at("2026-08-11 00:00")));
    assert_eq!(decisions[1].articles, ["TY-3"]);
    assert_eq!(statuses(&ended), ["watch missed", "idle missed", "last_chance missed"]);
    assert_eq!(ended.done.len(), 4);
}

/// A duty that comes back: its own running out leads back to its state and starts it again, once for each period.
#[test]
fn a_recurring_duty_starts_again_by_its_own_running_out() {
    let book = book();
    let duty = open_case(&book, "duty", &act("begin", "platform", &[]), "2026-03-02 09:00");
    let (after, decisions) = passed(&book, &duty, "2026-06-30 00:00");
    assert_eq!(decisions.len(), 3);
    assert!(decisions.windows(2).all(|pair| pair[0].at < pair[1].at), "time goes forward");
    assert_eq!(after.clocks.len(), 4);
    assert!(decisions.iter().all(|decision| decision.effects == [Effect::RecordBreach]));
}

/// I5: a new notice moves running terms, and only those.
#[test]
fn a_new_notice_moves_running_clocks_and_no_others() {
    let before = {
        let files = files().into_iter().filter(|(path, _)| path != "calendar/2026.md");
        Book::parse(files).unwrap()
    };
    let case = open_case(&before, "request", &act("submit", "demander", &["basis", "scope"]), "2026-02-12 09:00");
    assert_eq!(last(&case, "reply"), "2026-02-19");
    assert!(explain_clock(&before, &case, &"reply".into()).unwrap().provisional);
    let after = book();
    let (moved, changes) = recompute(&after, &case);
    assert_eq!((last(&moved, "reply").as_str(), changes.len()), ("2026-02-26", 1));
    assert!(!explain_clock(&after, &moved, &"reply".into()).unwrap().provisional);
    assert_eq!(recompute(&after, &moved), (moved.clone(), vec![]), "once is enough");
    let (missed, _) = passed(&before, &case, "2026-02-25 00:00");
    assert!(recompute(&after, &missed).1.is_empty(), "what has run out stays run out");
    assert_eq!(before.with_calendar(after.calendar().clone()).calendar().notices().len(), 1);
}

#[test]
fn possible_acts_come_with_roles_papers_and_what_stands_against_them() {
    let book = book();
    let case = open_case(&book, "request", &act("submit", "demander", &["basis"]), "2026-03-02 09:00");
    let acts = possible(&book, &case, at("2026-03-03 09:00"));
    let names: Vec<(&str, bool)> =
        acts.iter().map(|possible| (possible.act.as_str(), possible.blocked.is_some())).collect();
    assert_eq!(
        names,
        [("ask_more", false), ("ask_time", false), ("grant", true), ("refuse", true), ("withdraw", false)]
    );
    assert_eq!(acts[0].papers, ["list"]);
    let paused = done(&book, &case, &act("ask_more", "provider", &["list"]), "2026-03-03 09:00").case;
    let acts = possible(&book, &paused, at("2026-03-03 10:00"));
    assert_eq!(acts[0].papers, ["scope"], "only what is still missing");
    let service = open_case(&book, "service", &act("begin", "platform", &[]), "2026-03-02 09:00");
    assert!(possible(&book, &service, at("2026-03-03 09:00")).is_empty(), "the law's acts are nobody's");
}

/// Requirements add up, and one with a condition applies only under it.
#[test]
fn required_papers_depend_on_the_facts() {
    let book = book();
    let asked = |facts: &Facts| {
        let papers = book.papers_asked(&"toy".into(), &"request".into(), &"submit".into(), facts);
        papers.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(asked(&Facts::new()), ["basis", "scope"]);
    assert_eq!(asked(&facts(&[("rare", FactValue::Flag(true))])), ["basis", "scope", "reason"]);
    let rare = facts(&[("rare", FactValue::Flag(true))]);
    let case = open(
        &book,
        &"toy".into(),
        &"request".into(),
        rare,
        &act("submit", "demander", &["basis", "scope"]),
        at("2026-03-02 09:00"),
    )
    .unwrap()
    .case;
    let refused = decide(&book, &case, &act("grant", "provider", &[]), at("2026-03-03 09:00")).unwrap_err();
    assert_eq!(refused.code, RefusalCode::GuardFailed);
}

/// A case of a pack that is not loaded is neither moved nor lost.
#[test]
fn a_case_without_its_law_stands_still_and_says_why() {
    let book = book();
    let case = Case { pack: "gone".into(), ..request(&book) };
    assert!(!book.rules(&case));
    assert_eq!(advance(&book, &case, at("2027-01-01 00:00")), None);
    assert!(
        decide(&book, &case, &act("grant", "provider", &[]), at("2026-03-03 09:00"))
            .unwrap_err()
            .message
            .contains("`gone` is not loaded")
    );
    assert!(possible(&book, &case, at("2026-03-03 09:00")).is_empty());
    assert_eq!(recompute(&book, &case), (case.clone(), vec![]));
}

/// What the platform stores comes back unchanged.
#[test]
fn a_case_survives_json() {
    let book = book();
    let case = open_case(&book, "service", &act("begin", "platform", &[]), "2026-03-02 09:00");
    let json = serde_json::to_string(&case).unwrap();
    assert_eq!(serde_json::from_str::<Case>(&json).unwrap(), case);
}

#[test]
fn clocks_and_articles_are_shown_as_they_read_on_a_day() {
    let book = book();
    let pack = book.pack(&"toy".into()).unwrap();
    let reply = |day: &str| clocks(pack, day.parse().unwrap()).into_iter().next().unwrap();
    let shown = serde_json::to_value(reply("2026-03-02")).unwrap();
    assert_eq!(shown["id"], "reply");
    assert_eq!(
        (&shown["article"], &shown["amount"], &shown["unit"], &shown["outcome"]),
        (&"TY-1".into(), &5.into(), &"working_day".into(), &"breach".into())
    );
    assert_eq!(shown["extension"]["amount"], 4);
    assert_eq!(reply("2026-07-01").amount, 3);
    assert_eq!(clocks(pack, "2026-03-02".parse().unwrap()).len(), 5);
    let page = ArticlePage::find(&book, "ty-1").unwrap().markdown();
    assert!(page.starts_with("## TY-1 申请\n\n申请应当答复。\n"), "{page}");
    assert!(
        page.contains("- `reply`：5 个工作日，自 2026-01-01 起\n")
            && page.contains("`request.grant` 同意（提供方） → "),
        "{page}"
    );
    assert_eq!(ArticlePage::find(&book, "TY-9"), None);
}
