//! How rules stand to one another: exceptions, escalation, nesting, packs that extend packs, amendments, lists and retention.
//! One small parent pack and a child of it carry every feature.

use super::fixture::*;
use crate::*;

const PARENT: &str = r#"# 上位规则

```toml pack
id = "parent"
title = "上位办法"
number = "上〔2026〕1号"
authority = "上位局"
prefix = "PA"
from = "2026-03-01"
articles = 2

[source]
file = "parent.txt"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[roles]
demander = "申请人"
provider = "承办人"
authority = "上位局"
```
"#;

const RULES: &str = r#"## PA-1 办理

```toml rule
[[value]]
id = "ordinary"
amount = 10
unit = "working_day"

[[value]]
id = "quick"
amount = 3
unit = "working_day"

[[value]]
id = "whole"
amount = 5
unit = "working_day"

[[value]]
id = "late"
amount = 2
unit = "working_day"

[[procedure]]
id = "matter"
title = "事项"
subject = "matter"

[[state]]
procedure = "matter"
id = "open"
title = "办理中"
waits_for = ["provider"]

[[state]]
procedure = "matter"
id = "checking"
title = "核查中"
waits_for = ["provider"]

[[state]]
procedure = "matter"
id = "closed"
title = "已办结"
end = true

[[act]]
procedure = "matter"
id = "ask"
title = "申请"
by = ["demander"]
opens = true
to = "open"

[[act]]
procedure = "matter"
id = "check"
title = "核查"
by = ["provider"]
from = ["open"]
to = "checking"

[[act]]
procedure = "matter"
id = "refuse"
title = "不予办理"
by = ["provider"]
from = ["open", "checking"]
to = "closed"
papers = ["why"]
refuses = "reason"

[[act]]
procedure = "matter"
id = "return_urgent"
title = "急件退回补正"
by = ["provider"]
from = ["open"]
to = "closed"
guards = ["is_urgent"]
excepts = ["refuse"]
effects = ["enter:returned", "strike:pending"]

[[clock]]
procedure = "matter"
id = "answer"
title = "办理期限"
value = "ordinary"
governs = "answer"
starts = ["open"]
runs = ["open", "checking"]
outcome = "breach"

[[clock]]
procedure = "matter"
id = "answer_urgent"
title = "急件办理期限"
value = "quick"
governs = "answer"
excepts = ["answer"]
when = ["is_urgent"]
starts = ["open"]
runs = ["open", "checking"]
outcome = "breach"

[[clock]]
procedure = "matter"
id = "overdue"
title = "逾期后的催办期限"
value = "late"
after = ["answer_urgent"]
runs = ["open", "checking"]
outcome = "report"

[[clock]]
procedure = "matter"
id = "check_term"
title = "核查期限"
value = "whole"
within = "answer_urgent"
starts = ["checking"]
runs = ["checking"]
outcome = "breach"
```

```scenario matter
普通事项十日
2026-03-02 09:00 demander ask
then due answer 2026-03-16
```

## PA-2 保存

```toml rule
[[value]]
id = "three_years"
amount = 3
unit = "year"

[[keep]]
id = "records"
title = "办理记录"
value = "three_years"

[[list]]
id = "kinds"
title = "事项种类"
items = [{ id = "one", title = "甲类" }, { id = "two", title = "乙类" }]
```

```scenario keep
办理记录保存三年
records 2026-03-02 until 2029-03-02
records 2028-02-29 until 2031-02-28
```
"#;

const CHILD: &str = r#"# 下位规则

```toml pack
id = "zchild"
title = "下位办法"
number = "下〔2026〕1号"
authority = "下位局"
prefix = "CH"
from = "2026-01-01"
extends = ["parent"]

[source]
file = "child.txt"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[roles]
authority = "下位局"
```
"#;

const CHANGES: &str = r#"## CH-1 缩短期限

```toml rule
[[value]]
id = "ordinary"
amount = 6
unit = "working_day"
replaces = "PA-1"
```

```scenario matter
下位规则缩短为六日
2026-03-02 09:00 demander ask
then due answer 2026-03-10
```
"#;

fn words() -> String {
    let mut words = vocabulary();
    words.push_str(
        r#"
```toml vocabulary
[[fact]]
id = "urgent"
kind = "flag"
stated = true
zh = "急件"
en = "urgent"

[[predicate]]
id = "is_urgent"
fact = "urgent"
is = true
zh = "是急件"
en = "it is urgent"

[[paper]]
id = "why"
kind = "text"
role = "reason"
zh = "理由"
en = "reason"

[[register]]
id = "returned"
zh = "退回名册"
en = "returned"

[[register]]
id = "pending"
zh = "待办名册"
en = "pending"
```
"#,
    );
    words
}

fn parse(rules: &str, changes: &str) -> Result<Book, Vec<String>> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let files = [
        file("calendar/2026.md", NOTICE),
        file("vocabulary.md", &words()),
        file("parent/pack.md", PARENT),
        file("parent/01.md", rules),
        file("zchild/pack.md", CHILD),
        file("zchild/01.md", changes),
    ];
    Book::parse(files).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn both() -> Book {
    parse(RULES, CHANGES).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn opened(book: &Book, pack: &str, urgent: bool, now: &str) -> Case {
    let given = facts(&[("urgent", FactValue::Flag(urgent))]);
    open(book, &pack.into(), &"matter".into(), given, &act("ask", "demander", &[]), at(now)).unwrap().case
}

/// The faults when `old` is replaced by `new` in the parent's or, with `child`, in the child's chapter.
fn broken(child: bool, old: &str, new: &str) -> Vec<String> {
    let text = if child { CHANGES } else { RULES };
    assert!(text.contains(old), "no `{old}`");
    let text = text.replacen(old, new, 1);
    let parsed = if child { parse(RULES, &text) } else { parse(&text, CHANGES) };
    parsed.err().unwrap_or_default()
}

fn expect(child: bool, old: &str, new: &str, fault: &str) {
    let found = broken(child, old, new);
    assert!(found.iter().any(|line| line.contains(fault)), "expected `{fault}`, got {found:#?}");
}

#[test]
fn every_scenario_holds_in_parent_and_child() {
    let book = both();
    for pack in ["parent", "zchild"] {
        assert_eq!(scenario::run_all(&book, &pack.into()), vec![], "{pack}");
    }
}

/// Where two terms could run for the same duty, the exception runs and the rule does not.
#[test]
fn a_clock_that_excepts_another_starts_in_its_place() {
    let book = both();
    let started = |urgent| {
        let case = opened(&book, "parent", urgent, "2026-03-02 09:00");
        case.clocks.iter().map(|run| run.clock.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(started(false), ["answer"]);
    assert_eq!(started(true), ["answer_urgent"]);
}

/// While an exception is possible, the act that it excepts is refused, and the refusal names the exception.
#[test]
fn excepted_names_the_exception() {
    let book = both();
    let refuse = act("refuse", "provider", &["why"]);
    let urgent = opened(&book, "parent", true, "2026-03-02 09:00");
    let refused = decide(&book, &urgent, &refuse, at("2026-03-02 10:00")).unwrap_err();
    assert_eq!(refused.code, RefusalCode::Excepted);
    assert!(refused.message.contains("`return_urgent`") && refused.message.contains("PA-1"), "{refused}");
    let ordinary = opened(&book, "parent", false, "2026-03-02 09:00");
    assert!(decide(&book, &ordinary, &refuse, at("2026-03-02 10:00")).is_ok());
    let checking = done(&book, &urgent, &act("check", "provider", &[]), "2026-03-02 10:00").case;
    assert!(decide(&book, &checking, &refuse, at("2026-03-02 11:00")).is_ok(), "the exception is not possible here");
}

/// An escalation begins at the instant at which the first term ran out, however late that is noticed, and only once.
#[test]
fn a_missed_term_starts_the_one_that_follows_on_it() {
    let book = both();
    let urgent = opened(&book, "parent", true, "2026-03-02 09:00");
    let (late, decisions) = passed(&book, &urgent, "2026-03-20 09:00");
    assert_eq!(last(&urgent, "answer_urgent"), "2026-03-05");
    let follow = run(&late, "overdue");
    assert_eq!((follow.started_at, follow.status), (at("2026-03-06 00:00"), ClockStatus::Missed));
    assert_eq!(last(&late, "overdue"), "2026-03-10");
    assert_eq!(
        decisions.iter().map(|decision| decision.act.to_string()).collect::<Vec<_>>(),
        ["breach:answer_urgent", "report:overdue"]
    );
    let closed = done(&book, &urgent, &act("return_urgent", "provider", &[]), "2026-03-03 09:00").case;
    assert!(!closed.clocks.iter().any(|run| run.clock == "overdue"), "nothing follows on a term that was met");
}

/// A part never lasts longer than the whole, and says why it ends when it does.
#[test]
fn a_nested_clock_ends_with_the_one_it_is_nested_in() {
    let book = both();
    let urgent = opened(&book, "parent", true, "2026-03-02 09:00");
    let checking = done(&book, &urgent, &act("check", "provider", &[]), "2026-03-04 09:00").case;
    assert_eq!(last(&checking, "check_term"), "2026-03-05", "five days by itself, one within the whole");
    let why = explain_clock(&book, &checking, &"check_term".into()).unwrap();
    assert_eq!((why.last_day.to_string(), why.days.len()), ("2026-03-05".to_owned(), 4));
    let ordinary = opened(&book, "parent", false, "2026-03-02 09:00");
    let checking = done(&book, &ordinary, &act("check", "provider", &[]), "2026-03-04 09:00").case;
    assert_eq!(last(&checking, "check_term"), "2026-03-11", "the whole does not run, so nothing cuts the part off");
}

/// A child's number displaces the parent's and cites its own article; everything else stays the parent's.
#[test]
fn a_child_takes_over_and_displaces() {
    let book = both();
    let child = opened(&book, "zchild", false, "2026-03-02 09:00");
    assert_eq!(last(&child, "answer"), "2026-03-10");
    let pack = book.pack(&"zchild".into()).unwrap();
    assert_eq!(pack.values[&ValueId::new("ordinary")].last().unwrap().article, "CH-1");
    assert_eq!(pack.procedures[&ProcedureId::new("matter")].article, "PA-1");
    assert_eq!(
        (pack.roles[&RoleId::new("authority")].title.as_str(), pack.roles[&RoleId::new("demander")].title.as_str()),
        ("下位局", "申请人")
    );
    assert_eq!(book.article(&"PA-2".into()).map(|(pack, _)| pack.id.as_str()), Some("parent"));
}

/// What is taken over applies no earlier than the law it is taken from.
#[test]
fn an_inherited_procedure_keeps_the_parents_days() {
    let book = both();
    let early = open(
        &book,
        &"zchild".into(),
        &"matter".into(),
        Facts::new(),
        &act("ask", "demander", &[]),
        at("2026-02-27 09:00"),
    );
    let refused = early.unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotOpen);
    assert!(refused.message.contains("`parent`"), "{refused}");
}

#[test]
fn a_rule_that_stands_beside_an_inherited_one_is_a_conflict() {
    expect(
        true,
        "replaces = \"PA-1\"\n",
        "",
        "the value `ordinary` conflicts with the inherited one of `PA-1` (parent/01.md:",
    );
    expect(true, "replaces = \"PA-1\"", "replaces = \"PA-2\"", "write `replaces = \"PA-1\"`");
    expect(true, "id = \"ordinary\"", "id = \"unheard\"", "no such value is inherited");
    expect(
        true,
        "```toml rule\n",
        "```toml rule\n[[clock]]\nprocedure = \"matter\"\nid = \"answer\"\ntitle = \"期限\"\nvalue = \"ordinary\"\nstarts = [\"open\"]\nruns = [\"open\"]\noutcome = \"breach\"\n\n",
        "the clock `answer` conflicts with the inherited one of `PA-1`",
    );
}

#[test]
fn packs_that_extend_each_other_or_nobody_are_faults() {
    let file = |path: &str, text: String| (path.to_owned(), text);
    let files = [
        file("vocabulary.md", words()),
        file("zchild/pack.md", CHILD.to_owned()),
        file("zchild/01.md", CHANGES.to_owned()),
    ];
    let found = Book::parse(files).unwrap_err();
    assert!(found[0].to_string().contains("`zchild` extends `parent`, which cannot be read first"), "{found:#?}");
}

#[test]
fn faults_of_order_are_named() {
    let cases = [
        ("excepts = [\"refuse\"]", "excepts = [\"deny\"]", "the act `return_urgent` excepts `deny`"),
        ("excepts = [\"answer\"]", "excepts = [\"reply\"]", "the clock `answer_urgent` hangs on `reply`"),
        ("after = [\"answer_urgent\"]", "after = [\"overdue\"]", "the clock `overdue` hangs on `overdue`"),
        ("after = [\"answer_urgent\"]\n", "", "the clock `overdue` never starts"),
        (
            "after = [\"answer_urgent\"]",
            "after = [\"answer\"]\nstarts = [\"open\"]",
            "starts both in a state and after a clock",
        ),
        ("within = \"answer_urgent\"", "within = \"all\"", "the clock `check_term` hangs on `all`"),
        ("papers = [\"why\"]\n", "", "the refusal `refuse` brings no reason"),
        ("refuses = \"reason\"", "refuses = \"basis\"", "the refusal `refuse` brings no legal basis"),
        ("enter:returned", "enter:elsewhere", "the vocabulary has no register `elsewhere`"),
        ("value = \"late\"", "value = \"quick\"", "no clock and no retention counts the value `late`"),
        ("unit = \"year\"", "unit = \"working_day\"", "the retention `records` counts working days"),
        (
            "items = [{ id = \"one\", title = \"甲类\" }, { id = \"two\", title = \"乙类\" }]",
            "items = []",
            "the list `kinds` is empty",
        ),
        ("id = \"two\", title", "id = \"one\", title", "the list `kinds` names `one` twice"),
        ("records 2026-03-02 until", "files 2026-03-02 until", "says nothing about retention"),
        ("## PA-2 保存", "## PA-3 保存", "the article `PA-2` has no place in the pack"),
        ("id = \"late\"\namount = 2", "id = \"late\"\nrunning = true\namount = 2", "but nobody knows from when"),
    ];
    for (old, new, fault) in cases {
        expect(false, old, new, fault);
    }
}

/// A retention counts from day to corresponding day, whatever day of the week that is.
#[test]
fn retention_is_tested_by_its_own_scenarios() {
    let text = RULES.replacen("until 2029-03-02", "until 2029-03-05", 1);
    let book = parse(&text, CHANGES).unwrap();
    let failures = scenario::run_all(&book, &"parent".into());
    assert_eq!(failures.len(), 1);
    assert!(failures[0].message.contains("kept until `2029-03-05`, but it is until `2029-03-02`"), "{}", failures[0]);
}

/// A case keeps its law (design §6): a later number counts for later cases alone, unless it says that it counts for terms
/// under way; then it counts for those that would still run on its first day.
#[test]
fn an_amendment_counts_for_running_terms_only_when_it_says_so() {
    let amended = |running: &str| {
        let entry = format!(
            "[[value]]\nid = \"ordinary\"\namount = 4\nunit = \"working_day\"\nfrom = \"2026-03-11\"\n{running}\n[[procedure]]"
        );
        parse(&RULES.replacen("[[procedure]]", &entry, 1), CHANGES).unwrap()
    };
    let before = both();
    let (early, late) = (
        opened(&before, "parent", false, "2026-03-02 09:00"),
        opened(&before, "parent", false, "2026-02-24 09:00".replace("02-24", "03-01").as_str()),
    );
    assert_eq!((last(&early, "answer"), last(&late, "answer")), ("2026-03-16".to_owned(), "2026-03-13".to_owned()));
    let plain = amended("");
    assert_eq!(last(&recompute(&plain, &early).0, "answer"), "2026-03-16", "the case keeps its law");
    assert_eq!(
        last(&opened(&plain, "parent", false, "2026-03-11 09:00"), "answer"),
        "2026-03-17",
        "a new case has the new one"
    );
    let transitional = amended("running = true\n");
    let (after, changes) = recompute(&transitional, &early);
    assert_eq!(last(&after, "answer"), "2026-03-06");
    assert_eq!(changes.len(), 1);
    let done = done(&before, &early, &act("refuse", "provider", &["why"]), "2026-03-05 09:00").case;
    assert_eq!(recompute(&transitional, &done).1, vec![], "what is done stays done");
    let over = transitional.pack(&"parent".into()).unwrap();
    assert_eq!(over.values[&ValueId::new("ordinary")].len(), 2);
}

/// An amendment is shown before it is made: which days, numbers and rules differ, and from which day terms must be counted
/// again. A rule that only moved down the page is the same rule.
#[test]
fn what_an_amendment_changes_is_listed() {
    let before = both();
    let unchanged = before.amended([("parent/01.md".to_owned(), format!("第一章\n\n{RULES}"))]).unwrap();
    assert!(LawChanges::between(&before, &unchanged).is_empty());
    let notice = NOTICE.replace("to = \"2026-02-23\"", "to = \"2026-02-24\"");
    let calendar = before.amended([("calendar/2026.md".to_owned(), notice)]).unwrap();
    let changes = LawChanges::between(&before, &calendar);
    let day = jiff::civil::date(2026, 2, 24);
    assert_eq!(changes.days, [DayChange { date: day, was_working: true, is_working: false }]);
    assert_eq!((changes.first_touched_day(), changes.values.len(), changes.rules.len()), (Some(day), 0, 0));
    let rules =
        RULES.replacen("amount = 3", "amount = 4", 1).replacen("by = [\"provider\"]", "by = [\"authority\"]", 1);
    let rules = before.amended([("parent/01.md".to_owned(), rules)]).unwrap();
    let changes = LawChanges::between(&before, &rules);
    let value = &changes.values[0];
    assert_eq!((value.pack.as_str(), value.value.as_str(), value.article.as_str()), ("parent", "quick", "PA-1"));
    assert_eq!(
        (&value.before[..], &value.after[..]),
        (&["3 working days from 2026-03-01".to_owned()][..], &["4 working days from 2026-03-01".to_owned()][..])
    );
    assert_eq!(changes.values.len(), 2, "the child has taken the number over");
    assert_eq!(changes.rules[0].rule, "matter.act.check");
    assert_eq!(
        before.amended([("parent/01.md".to_owned(), "## PA-1".to_owned())]).unwrap_err()[0].file,
        "parent/01.md"
    );
}
