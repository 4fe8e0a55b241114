//! One article on a page: our paraphrase, and everything that the machine makes of it.

use std::fmt::Write;

use serde::Serialize;

use super::{
    lines::{ActLine, ClockLine, RequirementLine, StateLine, Term},
    story::StoryPage,
    words::{Words, joined},
};
use crate::{
    book::Book,
    ids::*,
    pack::{List, Pack},
};

/// An article with everything that stands under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArticlePage {
    /// The pack it stands in.
    pub pack: PackId,
    /// The regulation's title.
    pub regulation: String,
    /// Its id.
    pub id: ArticleId,
    /// Its heading.
    pub title: String,
    /// Where it stands.
    pub file: String,
    /// The line of its heading.
    pub line: usize,
    /// Our paraphrase, in Markdown.
    pub paraphrase: String,
    /// Why it asks nothing of a machine.
    pub nothing_to_compute: Option<String>,
    /// Its legal numbers by name, each with its history under this article.
    pub values: Vec<(ValueId, Vec<Term>)>,
    /// The procedures that it establishes.
    pub procedures: Vec<(ProcedureId, String)>,
    /// The states that rest on it, each with its procedure.
    pub states: Vec<(ProcedureId, StateLine)>,
    /// The acts that rest on it.
    pub acts: Vec<ActLine>,
    /// The clocks that rest on it.
    pub clocks: Vec<ClockLine>,
    /// The papers that it asks for.
    pub requirements: Vec<RequirementLine>,
    /// The lists that it closes.
    pub lists: Vec<List>,
    /// What it wants kept: name, title, how long.
    pub keeps: Vec<(ListId, String, Vec<Term>)>,
    /// What tests it.
    pub scenarios: Vec<StoryPage>,
}

impl ArticlePage {
    /// The article `id`, whatever pack it stands in. Case does not matter: `cn-18` is `CN-18`.
    #[must_use]
    pub fn find(book: &Book, id: &str) -> Option<Self> {
        let id = ArticleId::new(id.to_uppercase());
        let (pack, _) = book.article(&id)?;
        Self::of(book, pack, &id)
    }

    /// The article `id` of `pack`.
    #[must_use]
    pub fn of(book: &Book, pack: &Pack, id: &ArticleId) -> Option<Self> {
        let article = pack.articles.get(id)?;
        let words = Words { book, pack };
        let ours = |under: &ArticleId| under == id;
        let mut page = Self {
            pack: pack.id.clone(),
            regulation: pack.title.clone(),
            id: id.clone(),
            title: article.title.clone(),
            file: article.file.clone(),
            line: article.line,
            paraphrase: article.paraphrase.clone(),
            nothing_to_compute: article.nothing_to_compute.clone(),
            values: Vec::new(),
            procedures: Vec::new(),
            states: Vec::new(),
            acts: Vec::new(),
            clocks: Vec::new(),
            requirements: Vec::new(),
            lists: pack.lists.values().filter(|list| ours(&list.article)).cloned().collect(),
            keeps: Vec::new(),
            scenarios: Vec::new(),
        };
        for value in pack.values.keys() {
            let terms: Vec<Term> = words.terms(value).into_iter().filter(|term| ours(&term.article)).collect();
            if !terms.is_empty() {
                page.values.push((value.clone(), terms));
            }
        }
        for procedure in pack.procedures.values() {
            if ours(&procedure.article) {
                page.procedures.push((procedure.id.clone(), procedure.title.clone()));
            }
            let states = procedure.states.values().filter(|state| ours(&state.article));
            page.states.extend(states.map(|state| (procedure.id.clone(), words.state_line(state))));
            let acts = procedure.acts.values().filter(|act| ours(&act.article));
            page.acts.extend(acts.map(|act| words.act_line(procedure, act)));
            let clocks = procedure.clocks.values().filter(|clock| ours(&clock.article));
            page.clocks.extend(clocks.map(|clock| words.clock_line(procedure, clock)));
            let requirements = procedure.requirements.iter().filter(|requirement| ours(&requirement.article));
            page.requirements.extend(requirements.map(|one| words.requirement_line(procedure, one)));
        }
        for keep in pack.keeps.values().filter(|keep| ours(&keep.article)) {
            page.keeps.push((keep.id.clone(), keep.title.clone(), words.terms(&keep.value)));
        }
        let told = pack.scenarios.iter().filter(|scenario| ours(&scenario.article));
        page.scenarios.extend(told.map(|scenario| StoryPage::new(book, pack, scenario)));
        Some(page)
    }

    /// The article in Markdown, its stories by title only.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut page = format!("## {} {}\n\n{}\n", self.id, self.title, self.paraphrase.trim());
        for (heading, lines) in self.sections() {
            if lines.is_empty() {
                continue;
            }
            // Writing to a string cannot fail.
            let _ = write!(page, "\n### {heading}\n\n");
            for line in lines {
                let _ = writeln!(page, "- {line}");
            }
        }
        page
    }

    /// What stands under the article, by kind: a heading, and one line for each rule.
    #[must_use]
    pub fn sections(&self) -> Vec<(&'static str, Vec<String>)> {
        let values = self.values.iter().flat_map(|(id, terms)| terms.iter().map(move |term| (id, term)));
        let values = values.map(|(id, term)| format!("`{id}`：{}，自 {} 起", term.text, term.from));
        let acts = self.acts.iter().map(|act| {
            let to = act.to.as_ref().map_or(String::new(), |to| format!(" → {}", to.title));
            let papers =
                if act.papers.is_empty() { String::new() } else { format!("，须附 {}", joined(&act.papers)) };
            format!("`{}.{}` {}（{}）{to}{papers}", act.procedure, act.id, act.title, joined(&act.by))
        });
        let clocks = self.clocks.iter().map(|clock| {
            let extension =
                clock.extension.as_ref().map_or(String::new(), |extension| format!("；{}", extension.text()));
            let (id, outcome) = (&clock.id, &clock.outcome.title);
            format!("`{}.{id}` {}：{}，届满：{outcome}{extension}", clock.procedure, clock.title, clock.term())
        });
        let papers = self.requirements.iter().map(|one| {
            let when = if one.when.is_empty() { String::new() } else { format!("（{}时）", joined(&one.when)) };
            format!("`{}`{when} {}", one.procedure, joined(&one.papers))
        });
        let lists = self.lists.iter().map(|list| {
            let items: Vec<&str> = list.items.iter().map(|item| item.title.as_str()).collect();
            format!("{}：{}", list.title, items.join("；"))
        });
        let keeps = self.keeps.iter().map(|(_, title, terms)| {
            let terms: Vec<&str> = terms.iter().map(|term| term.text.as_str()).collect();
            format!("{title}：{}", terms.join("；"))
        });
        vec![
            ("期限数值 Numbers", values.collect()),
            ("程序 Procedures", self.procedures.iter().map(|(id, title)| format!("`{id}` {title}")).collect()),
            ("动作 Acts", acts.collect()),
            ("时限 Clocks", clocks.collect()),
            ("申请材料 Papers", papers.collect()),
            ("清单 Lists", lists.collect()),
            ("保存期限 Retention", keeps.collect()),
            ("情形 Scenarios", self.scenarios.iter().map(|story| story.title.clone()).collect()),
        ]
    }
}
