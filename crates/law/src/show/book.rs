//! The law as a book: an index, a page for each pack with what its articles say, and a page with a picture for each
//! procedure. Made from the packs alone, so that it cannot say anything else than the engine does.

use std::fmt::Write;

use super::{
    article::ArticlePage,
    graph::Graph,
    lines::{ActLine, ClockLine, StateLine},
    procedure::ProcedurePage,
    story::StoryPage,
    words::{Named, joined},
};
use crate::{
    book::Book,
    pack::{Pack, Procedure, Refuses},
};

const MADE: &str = "本页由规则包自动生成，请勿手改；改动规则后运行 `cargo xtask gen`。\n\
                    Generated from the packs in `regulations/`; run `cargo xtask gen` after changing them.\n";

/// A file of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it lies in the book's folder.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// Every page of the book of `book`, in order of reading. A procedure that a pack takes over unchanged is told once, with the
/// pack that wrote it.
#[must_use]
pub fn book_pages(book: &Book) -> Vec<Page> {
    let mut pages = vec![Page { path: "README.md".into(), text: index(book) }];
    for pack in book.packs() {
        pages.push(Page { path: format!("{}/README.md", pack.id), text: pack_page(book, pack) });
        for procedure in pack.procedures.values().filter(|procedure| told_by(book, pack, procedure).id == pack.id) {
            let (path, graph) = (format!("{}/{}", pack.id, procedure.id), Graph::new(book, pack, procedure));
            pages.push(Page { path: format!("{path}.md"), text: procedure_page(book, pack, procedure) });
            pages.push(Page { path: format!("{path}.svg"), text: graph.svg() });
        }
    }
    pages
}

/// The pack in whose part of the book a procedure is told: the one it comes from, unless it reads otherwise here.
fn told_by<'a>(book: &'a Book, pack: &'a Pack, procedure: &Procedure) -> &'a Pack {
    let origin = book.pack(&procedure.origin).filter(|origin| origin.procedures.get(&procedure.id) == Some(procedure));
    let same_terms = |origin: &&Pack| {
        procedure.clocks.values().all(|clock| origin.values.get(&clock.value) == pack.values.get(&clock.value))
    };
    origin.filter(same_terms).unwrap_or(pack)
}

fn index(book: &Book) -> String {
    let mut page = format!(
        "# 规则书 The book of the law\n\n{MADE}\n每个规则包一章：逐条转述、每个程序的图、状态、动作、时限、材料和情形。正式文本以发布机关公布的为准。\n\n\
         | 规则包 Pack | 名称 Title | 施行 In force | 条文 Articles | 程序 Procedures | 时限 Clocks | 情形 Scenarios |\n|---|---|---|---|---|---|---|\n"
    );
    for pack in book.packs() {
        let clocks: usize = pack.procedures.values().map(|procedure| procedure.clocks.len()).sum();
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| [`{id}`]({id}/README.md) | {} | {} | {} | {} | {clocks} | {} |",
            pack.title,
            in_force(pack),
            pack.articles.len(),
            pack.procedures.len(),
            pack.scenarios.len() + pack.keep_scenarios.len(),
            id = pack.id,
        );
    }
    page
}

fn in_force(pack: &Pack) -> String {
    let until = pack.in_force.until.map_or_else(String::new, |until| format!(" 至 {until}"));
    format!("{}{until}", pack.in_force.from)
}

fn pack_page(book: &Book, pack: &Pack) -> String {
    let mut page =
        format!("# {}\n\n{MADE}\n{} · {} · 施行 {}\n", pack.title, pack.number, pack.authority, in_force(pack));
    if !pack.extends.is_empty() {
        let parents: Vec<String> = pack.extends.iter().map(|id| format!("[`{id}`](../{id}/README.md)")).collect();
        let _ = write!(page, "\n沿用 Extends：{}\n", parents.join("、"));
    }
    page.push_str("\n## 角色 Roles\n\n| 角色 Role | 由谁担任 Held by |\n|---|---|\n");
    for (id, holder) in &pack.roles {
        let _ = writeln!(page, "| `{id}` | {} |", holder.title);
    }
    page.push_str("\n## 程序 Procedures\n\n| 程序 Procedure | 名称 Title | 依据 Article | 状态 States | 动作 Acts | 时限 Clocks |\n|---|---|---|---|---|---|\n");
    for procedure in pack.procedures.values() {
        let teller = told_by(book, pack, procedure);
        let path = if teller.id == pack.id { String::new() } else { format!("../{}/", teller.id) };
        let _ = writeln!(
            page,
            "| [`{id}`]({path}{id}.md) | {} | {} | {} | {} | {} |",
            procedure.title,
            procedure.article,
            procedure.states.len(),
            procedure.acts.len(),
            procedure.clocks.len(),
            id = procedure.id,
        );
    }
    page.push_str("\n# 条文 Articles\n");
    for article in pack.articles.keys() {
        if let Some(article) = ArticlePage::of(book, pack, article) {
            page.push('\n');
            page.push_str(&article.markdown());
        }
    }
    page
}

fn procedure_page(book: &Book, pack: &Pack, procedure: &Procedure) -> String {
    let told = ProcedurePage::new(book, pack, procedure);
    let mut page = format!(
        "# {} `{}`\n\n{MADE}\n[{}](README.md)，依据 {}。\n\n![{}]({}.svg)\n",
        told.title, told.id, pack.title, told.article, told.title, told.id
    );
    states(&mut page, &told.states);
    acts(&mut page, &told.acts);
    clocks(&mut page, &told.clocks);
    papers(&mut page, &told);
    stories(&mut page, &told.scenarios);
    page
}

fn states(page: &mut String, states: &[StateLine]) {
    page.push_str(
        "\n## 状态 States\n\n| 状态 State | 名称 Title | 等待谁 Waits for | 依据 Article |\n|---|---|---|---|\n",
    );
    for state in states {
        let waits = match (state.end, &state.unclocked) {
            (true, _) => "终结".to_owned(),
            (false, Some(why)) => format!("{}（无时限：{}）", joined(&state.waits_for), cell(why)),
            (false, None) => joined(&state.waits_for),
        };
        let _ = writeln!(page, "| `{}` | {} | {waits} | {} |", state.id, cell(&state.title), state.article);
    }
}

fn acts(page: &mut String, acts: &[ActLine]) {
    page.push_str(
        "\n## 动作 Acts\n\n| 动作 Act | 名称 Title | 谁 By | 自 From | 至 To | 须附材料 Papers | 条件与后果 Conditions and effects | 依据 Article |\n|---|---|---|---|---|---|---|---|\n",
    );
    for act in acts {
        let from = if act.opens { "（立案）".to_owned() } else { joined(&act.from) };
        let to = act.to.as_ref().map_or("（不变）", |to| to.title.as_str());
        let mut more = Vec::new();
        let mut say = |prefix: &str, named: &[Named]| {
            if !named.is_empty() {
                more.push(format!("{prefix}{}", joined(named)));
            }
        };
        say("须满足：", &act.guards);
        say("除非：", &act.unless);
        say("优先于：", &act.excepts);
        say("", &act.effects);
        more.extend(act.once.then(|| "仅一次".to_owned()));
        more.extend(act.asks.then(|| "提交申请材料".to_owned()));
        more.extend(act.extends.as_ref().map(|clock| format!("延长「{}」", clock.title)));
        more.extend(act.refuses.map(|refuses| match refuses {
            Refuses::Reason => "须说明理由".to_owned(),
            Refuses::Basis => "须说明理由和依据".to_owned(),
        }));
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
            act.id,
            cell(&act.title),
            joined(&act.by),
            cell(&from),
            cell(to),
            cell(&joined(&act.papers)),
            cell(&more.join("；")),
            act.article
        );
    }
}

fn clocks(page: &mut String, clocks: &[ClockLine]) {
    if clocks.is_empty() {
        return;
    }
    page.push_str(
        "\n## 时限 Clocks\n\n| 时限 Clock | 名称 Title | 多久 Term | 何时起算 Starts | 何时停止计时 Pauses | 届满 Otherwise | 延长 Extension | 依据 Article |\n|---|---|---|---|---|---|---|---|\n",
    );
    for clock in clocks {
        let mut starts = Vec::new();
        if !clock.starts.is_empty() {
            starts.push(format!("进入 {}", joined(&clock.starts)));
        }
        if !clock.after.is_empty() {
            starts.push(format!("{} 届满之后", joined(&clock.after)));
        }
        starts.extend((!clock.when.is_empty()).then(|| format!("仅当 {}", joined(&clock.when))));
        starts.extend(clock.follows.as_ref().map(|fact| format!("自 {} 起", fact.title)));
        starts.extend(clock.within.as_ref().map(|outer| format!("不晚于「{}」", outer.title)));
        let then = clock.act.as_ref().map_or_else(String::new, |act| format!("：{}", act.title));
        let to = clock.to.as_ref().map_or_else(String::new, |to| format!(" → {}", to.title));
        let extension = clock.extension.as_ref().map_or_else(String::new, super::lines::ExtensionLine::text);
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {}{then}{to} | {} | {} |",
            clock.id,
            cell(&clock.title),
            clock.term(),
            cell(&starts.join("；")),
            cell(&joined(&clock.pauses)),
            clock.outcome.title,
            extension,
            clock.article
        );
    }
}

fn papers(page: &mut String, told: &ProcedurePage) {
    if told.requirements.is_empty() {
        return;
    }
    page.push_str("\n## 申请材料 Papers\n\n");
    for one in &told.requirements {
        let when = if one.when.is_empty() { String::new() } else { format!("{}的，", joined(&one.when)) };
        let _ = writeln!(page, "- {when}须有：{}（{}）", joined(&one.papers), one.article);
    }
}

fn stories(page: &mut String, stories: &[StoryPage]) {
    if stories.is_empty() {
        return;
    }
    page.push_str("\n## 情形 Scenarios\n\n每一情形都对引擎、对整个平台各运行一遍。\n");
    for story in stories {
        let _ = write!(page, "\n**{}**（{}）\n\n", story.title, story.article);
        for sentence in &story.sentences {
            let _ = writeln!(page, "- {sentence}");
        }
    }
}

/// A text inside a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
