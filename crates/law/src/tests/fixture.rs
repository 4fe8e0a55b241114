//! A toy district with every feature of the pack format.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::DateTime};

use crate::{calendar::shanghai, *};

/// The notice for 2026, with the days that the tests lean on.
pub(super) const NOTICE: &str = r#"# 2026

```toml calendar
year = 2026

[[notice]]
title = "关于2026年部分节假日安排的通知"
number = "国办发明电〔2025〕7号"
published = "2025-11-04"
url = "https://www.gov.cn/"

[[rest]]
name = "春节"
from = "2026-02-15"
to = "2026-02-23"

[[work]]
name = "春节"
days = ["2026-02-14", "2026-02-28"]
```
"#;

pub(super) const HEAD: &str = r#"# 试验区

```toml pack
id = "toy"
title = "试验区办法"
number = "试〔2025〕1号"
authority = "试验局"
prefix = "TY"
from = "2026-01-01"
until = "2026-12-31"

[source]
file = "toy.txt"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[roles]
demander = "需求方"
provider = "提供方"
authority = "试验局"
```
"#;

/// A request with a supplement (pause), an extension, a breach; a service that follows calls, is suspended and ends; a
/// duty that comes back every month.
pub(super) const CHAPTER: &str = r#"# 第一章

## TY-1 申请

申请应当答复。

```toml rule
[[value]]
id = "reply"
amount = 5
unit = "working_day"

[[value]]
id = "reply"
amount = 3
unit = "working_day"
from = "2026-07-01"

[[value]]
id = "more"
amount = 4
unit = "working_day"

[[procedure]]
id = "request"
title = "申请"
subject = "dataset"

[[requirement]]
procedure = "request"
papers = ["basis", "scope"]

[[requirement]]
procedure = "request"
papers = ["reason"]
when = ["is_rare"]

[[state]]
procedure = "request"
id = "reviewing"
title = "审核"
waits_for = ["provider"]

[[state]]
procedure = "request"
id = "supplementing"
title = "补正"
waits_for = ["demander"]
unclocked = "未定期限"

[[state]]
procedure = "request"
id = "asked"
title = "申请延期"
waits_for = ["authority"]

[[state]]
procedure = "request"
id = "granted"
title = "同意"
end = true

[[state]]
procedure = "request"
id = "refused"
title = "拒绝"
end = true

[[act]]
procedure = "request"
id = "submit"
title = "提交"
by = ["demander"]
opens = true
to = "reviewing"
asks = true
unless = ["is_withheld"]
effects = ["notify:provider"]

[[act]]
procedure = "request"
id = "ask_more"
title = "补正告知"
by = ["provider"]
from = ["reviewing"]
to = "supplementing"
papers = ["list"]
guards = ["papers_are_incomplete"]
once = true

[[act]]
procedure = "request"
id = "supplement"
title = "补正"
by = ["demander"]
from = ["supplementing"]
to = "reviewing"
asks = true

[[act]]
procedure = "request"
id = "ask_time"
title = "申请延期"
by = ["provider"]
from = ["reviewing"]
to = "asked"

[[act]]
procedure = "request"
id = "give_time"
title = "同意延期"
by = ["authority"]
from = ["asked"]
to = "reviewing"
extends = "reply"
effects = ["notify:demander"]

[[act]]
procedure = "request"
id = "grant"
title = "同意"
by = ["provider"]
from = ["reviewing"]
to = "granted"
guards = ["papers_are_complete"]
effects = ["issue_grant"]

[[act]]
procedure = "request"
id = "refuse"
title = "拒绝"
by = ["provider"]
from = ["reviewing"]
to = "refused"
papers = ["reason", "list"]
guards = ["papers_are_complete"]

[[act]]
procedure = "request"
id = "withdraw"
title = "撤回"
by = ["demander"]
from = ["reviewing", "supplementing", "asked"]
to = "refused"

[[clock]]
procedure = "request"
id = "reply"
title = "答复期限"
value = "reply"
starts = ["reviewing"]
runs = ["reviewing", "asked"]
pauses = ["supplementing"]
outcome = "breach"
extension = { value = "more", times = 1, consent = "authority", tell = ["demander"] }
```

```scenario request
按时答复
given kind = open
2026-02-10 09:00 demander submit +all
then due reply 2026-02-24
2026-02-24 23:59 provider grant
then state granted
then effect issue_grant
then clock reply met
then no breach
```

## TY-2 服务

无可计算：本条仅为说明。

## TY-3 停用

```toml rule
[[value]]
id = "idle"
amount = 3
unit = "month"

[[value]]
id = "last_chance"
amount = 30
unit = "day"

[[value]]
id = "watch"
amount = 3
unit = "month"

[[procedure]]
id = "service"
title = "服务"
subject = "service"

[[state]]
procedure = "service"
id = "serving"
title = "运行"
waits_for = ["demander"]

[[state]]
procedure = "service"
id = "suspended"
title = "暂停"
waits_for = ["demander"]

[[state]]
procedure = "service"
id = "ended"
title = "终止"
end = true

[[act]]
procedure = "service"
id = "begin"
title = "开通"
by = ["platform"]
opens = true
to = "serving"
sets = { last_call_at = "now", calls = 0 }

[[act]]
procedure = "service"
id = "suspend"
title = "暂停"
by = ["law"]
from = ["serving"]
to = "suspended"
effects = ["suspend_service", "notify:demander"]

[[act]]
procedure = "service"
id = "resume"
title = "恢复"
by = ["demander"]
from = ["suspended"]
to = "serving"
guards = ["has_calls"]

[[act]]
procedure = "service"
id = "end"
title = "终止"
by = ["law"]
from = ["suspended"]
to = "ended"
effects = ["end_service"]

[[clock]]
procedure = "service"
id = "watch"
title = "观察"
value = "watch"
starts = ["serving"]
runs = ["serving"]
follows = "last_call_at"
outcome = "report"

[[clock]]
procedure = "service"
id = "idle"
title = "闲置"
value = "idle"
starts = ["serving"]
runs = ["serving"]
follows = "last_call_at"
outcome = "suspend"
act = "suspend"

[[clock]]
procedure = "service"
id = "last_chance"
title = "最后期限"
value = "last_chance"
starts = ["suspended"]
runs = ["suspended"]
outcome = "terminate"
act = "end"
```

## TY-4 年度

```toml rule
[[procedure]]
id = "duty"
title = "月度义务"
subject = "organisation"

[[value]]
id = "month"
amount = 1
unit = "month"

[[state]]
procedure = "duty"
id = "standing"
title = "存续"
waits_for = ["provider"]

[[act]]
procedure = "duty"
id = "begin"
title = "开始"
by = ["platform"]
opens = true
to = "standing"

[[act]]
procedure = "duty"
id = "remind"
title = "逾期提醒"
by = ["law"]
from = ["standing"]
to = "standing"

[[clock]]
procedure = "duty"
id = "month"
title = "每月"
value = "month"
starts = ["standing"]
runs = ["standing"]
outcome = "breach"
act = "remind"
```
"#;

/// The toy vocabulary; the titles of verbs and outcomes are made up from the engine's own lists.
pub(super) fn vocabulary() -> String {
    let mut text = "# 词汇\n\n```toml vocabulary\n".to_owned();
    let mut title = |kind: &str, id: &str, more: &str| {
        text.push_str(&format!("[[{kind}]]\nid = \"{id}\"\nzh = \"{id}\"\nen = \"{id}\"\n{more}\n"));
    };
    for role in ["demander", "provider", "authority", "law", "platform"] {
        title("role", role, "");
    }
    title("fact", "kind", "kind = \"word\"\nwords = [\"open\", \"closed\"]");
    title("fact", "rare", "kind = \"flag\"");
    title("fact", "calls", "kind = \"number\"");
    title("fact", "last_call_at", "kind = \"moment\"");
    title("predicate", "is_withheld", "fact = \"kind\"\nis = \"closed\"");
    title("predicate", "is_rare", "fact = \"rare\"\nis = [true]");
    title("predicate", "has_calls", "fact = \"calls\"\nat_least = 1");
    title("predicate", "has_few_calls", "fact = \"calls\"\nat_most = 9");
    title("predicate", "papers_are_complete", "builtin = \"papers_complete\"");
    title("predicate", "papers_are_incomplete", "builtin = \"papers_incomplete\"");
    for paper in ["basis", "scope", "reason", "list"] {
        title("paper", paper, "kind = \"text\"");
    }
    for verb in Effect::VERBS {
        title("effect", verb, "");
    }
    for outcome in Outcome::ALL {
        title("outcome", outcome.as_str(), "");
    }
    text.push_str("```\n");
    text
}

pub(super) fn files() -> Vec<(String, String)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    vec![
        file("calendar/2026.md", NOTICE),
        file("README.md", "not law"),
        file("toy/01.md", CHAPTER),
        file("toy/pack.md", HEAD),
        file("vocabulary.md", &vocabulary()),
    ]
}

pub(super) fn book() -> Book {
    Book::parse(files()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// An instant in Shanghai, e.g. `2026-03-02 09:00`.
pub(super) fn at(text: &str) -> Timestamp {
    let local: DateTime = text.replace(' ', "T").parse().unwrap();
    local.to_zoned(shanghai()).unwrap().timestamp()
}

pub(super) fn act(id: &str, by: &str, papers: &[&str]) -> Act {
    let papers: BTreeSet<PaperId> = papers.iter().map(PaperId::new).collect();
    Act { id: id.into(), by: by.into(), papers, facts: Facts::new(), extension: None }
}

pub(super) fn facts(pairs: &[(&str, FactValue)]) -> Facts {
    pairs.iter().map(|(fact, value)| (FactId::new(fact), value.clone())).collect()
}

pub(super) fn open_case(book: &Book, procedure: &str, act: &Act, now: &str) -> Case {
    open(book, &"toy".into(), &procedure.into(), Facts::new(), act, at(now))
        .unwrap_or_else(|refusal| panic!("{refusal}"))
        .case
}

/// A complete request, submitted on Monday 2026-03-02 at nine.
pub(super) fn request(book: &Book) -> Case {
    open_case(book, "request", &act("submit", "demander", &["basis", "scope"]), "2026-03-02 09:00")
}

pub(super) fn done(book: &Book, case: &Case, act: &Act, now: &str) -> Decision {
    decide(book, case, act, at(now)).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Lets the law act up to `now`.
pub(super) fn passed(book: &Book, case: &Case, now: &str) -> (Case, Vec<Decision>) {
    let mut case = case.clone();
    let mut decisions = Vec::new();
    while let Some(decision) = advance(book, &case, at(now)) {
        case = decision.case.clone();
        decisions.push(decision);
        assert!(decisions.len() < 1_000, "the law acts for ever");
    }
    (case, decisions)
}

pub(super) fn run<'a>(case: &'a Case, clock: &str) -> &'a ClockRun {
    case.clocks.iter().rev().find(|run| run.clock == clock).unwrap()
}

/// The last day of the newest run of a clock.
pub(super) fn last(case: &Case, clock: &str) -> String {
    run(case, clock).due.map_or_else(|| "paused".to_owned(), |due| crate::engine::last_day(due).to_string())
}
