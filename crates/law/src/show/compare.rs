//! Two packs side by side: what differs for those who live under them.
//!
//! Procedures are matched by name. Terms are matched by what they govern (a pack may answer with one term what another
//! answers with three), everything else by name. Two rules are the same when they *do* the same, whatever they are called:
//! each row compares a key without titles, and shows a text with them. Only who holds a role is compared by its title.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::Serialize;

use super::words::{self, Named, Words, joined, length};
use crate::{
    book::Book,
    ids::*,
    pack::{ActRule, ClockRule, InForce, Pack, Procedure, Refuses},
};

/// Which rows are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Rows that say the same on both sides, too.
    pub all: bool,
    /// Only this procedure.
    pub procedure: Option<ProcedureId>,
    /// Only procedures in which this role acts, is waited for or is told, in either pack.
    pub role: Option<RoleId>,
}

/// Two packs side by side as they read on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The one.
    pub left: ComparedPack,
    /// The other.
    pub right: ComparedPack,
    /// The day on which legal numbers are read; before a pack is in force, its first ones.
    pub on: Date,
    /// What they say, row by row, in the order of the left one.
    pub rows: Vec<ComparedRow>,
}

/// One of the two packs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedPack {
    /// Its name.
    pub id: PackId,
    /// The regulation's title.
    pub title: String,
    /// When it applies.
    pub in_force: InForce,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComparedRow {
    /// The procedure; `None` for what concerns the whole pack.
    pub procedure: Option<Named>,
    /// What kind of thing is compared.
    pub aspect: Aspect,
    /// Which one: its name and title.
    pub what: Named,
    /// What the left one says; `None` = nothing.
    pub left: Option<String>,
    /// What the right one says; `None` = nothing.
    pub right: Option<String>,
    /// The articles on the left.
    pub left_articles: Vec<ArticleId>,
    /// The articles on the right.
    pub right_articles: Vec<ArticleId>,
    /// Whether they say different things.
    pub differs: bool,
}

/// What kind of thing is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// When the pack applies.
    InForce,
    /// Who holds a role.
    Role,
    /// Whether there is such a procedure.
    Procedure,
    /// A term: amount, unit, outcome, extension.
    Clock,
    /// The papers of an application.
    Papers,
    /// An act: who, with which papers, where it leads.
    Act,
    /// The ways in which a case ends.
    Ends,
    /// A list that an article closes.
    List,
    /// How long something is kept.
    Keep,
}

impl Aspect {
    /// What it is called on a page, Chinese first.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::InForce => "施行 In force",
            Self::Role => "角色 Role",
            Self::Procedure => "程序 Procedure",
            Self::Clock => "时限 Clock",
            Self::Papers => "申请材料 Papers",
            Self::Act => "动作 Act",
            Self::Ends => "结局 Ends",
            Self::List => "清单 List",
            Self::Keep => "保存期限 Retention",
        }
    }
}

/// What one side says in a row.
struct Cell {
    /// Two cells with the same key do the same.
    key: String,
    text: String,
    articles: Vec<ArticleId>,
}

/// A side of the comparison.
#[derive(Clone, Copy)]
struct Side<'a> {
    words: Words<'a>,
    on: Date,
}

impl Comparison {
    /// Sets `left` and `right` side by side as they read on the day `on`.
    #[must_use]
    pub fn between(book: &Book, left: &Pack, right: &Pack, on: Date, selection: &Selection) -> Self {
        let (one, other) = (side(book, left, on), side(book, right, on));
        let mut rows = Vec::new();
        if selection.procedure.is_none() {
            rows.push(row(None, Aspect::InForce, Named::new("in_force", "施行期间"), one.in_force(), other.in_force()));
        }
        if selection.procedure.is_none() && selection.role.is_none() {
            for id in union(&left.roles, &right.roles) {
                rows.push(row(None, Aspect::Role, one.words.common_role(id), one.holder(id), other.holder(id)));
            }
            for id in union(&left.lists, &right.lists) {
                let title = left.lists.get(id).or(right.lists.get(id)).map_or("", |list| list.title.as_str());
                let what = Named::new(id, title);
                rows.push(row(None, Aspect::List, what, one.list(id, right), other.list(id, left)));
            }
            for id in union(&left.keeps, &right.keeps) {
                let title = left.keeps.get(id).or(right.keeps.get(id)).map_or("", |keep| keep.title.as_str());
                rows.push(row(None, Aspect::Keep, Named::new(id, title), one.keep(id), other.keep(id)));
            }
        }
        for id in union(&left.procedures, &right.procedures) {
            let sides = (left.procedures.get(id), right.procedures.get(id));
            let chosen = selection.procedure.as_ref().is_none_or(|wanted| wanted == id);
            if chosen && concerns(sides.0.into_iter().chain(sides.1), selection.role.as_ref()) {
                compare_procedures(one, other, sides, &mut rows);
            }
        }
        rows.retain(|row| selection.all || row.differs);
        let head =
            |pack: &Pack| ComparedPack { id: pack.id.clone(), title: pack.title.clone(), in_force: pack.in_force };
        Self { left: head(left), right: head(right), on, rows }
    }

    /// The comparison as a page in Markdown, one table for each procedure.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut page = format!("# {} ↔ {}\n", self.left.title, self.right.title);
        let mut heading = None;
        for row in &self.rows {
            if heading != Some(&row.procedure) {
                let title = row.procedure.as_ref().map_or_else(
                    || "总体 Overall".to_owned(),
                    |procedure| format!("{} `{}`", procedure.title, procedure.id),
                );
                // Writing to a string cannot fail.
                let _ =
                    write!(page, "\n## {title}\n\n| | | {} | {} |\n|---|---|---|---|\n", self.left.id, self.right.id);
                heading = Some(&row.procedure);
            }
            let cell = |text: &Option<String>, articles: &[ArticleId]| {
                let text = text.as_deref().unwrap_or("—").replace('|', "\\|");
                format!("{text}{}", cited(articles))
            };
            let (left, right) = (cell(&row.left, &row.left_articles), cell(&row.right, &row.right_articles));
            let _ = writeln!(page, "| {} | {} | {left} | {right} |", row.aspect.title(), row.what.title);
        }
        page
    }
}

/// The articles in brackets, or nothing.
fn cited(articles: &[ArticleId]) -> String {
    let names: Vec<&str> = articles.iter().map(ArticleId::as_str).collect();
    if names.is_empty() { String::new() } else { format!("（{}）", names.join("、")) }
}

fn side<'a>(book: &'a Book, pack: &'a Pack, on: Date) -> Side<'a> {
    Side { words: Words { book, pack }, on }
}

fn row(procedure: Option<Named>, aspect: Aspect, what: Named, left: Option<Cell>, right: Option<Cell>) -> ComparedRow {
    let key = |cell: &Option<Cell>| cell.as_ref().map(|cell| cell.key.clone());
    let differs = key(&left) != key(&right);
    let parts = |cell: Option<Cell>| cell.map_or((None, Vec::new()), |cell| (Some(cell.text), cell.articles));
    let ((left, left_articles), (right, right_articles)) = (parts(left), parts(right));
    ComparedRow { procedure, aspect, what, left, right, left_articles, right_articles, differs }
}

/// Every name of both, those of the left one first.
fn union<'a, K: std::hash::Hash + Eq, V>(left: &'a IndexMap<K, V>, right: &'a IndexMap<K, V>) -> Vec<&'a K> {
    left.keys().chain(right.keys().filter(|id| !left.contains_key(*id))).collect()
}

/// Whether `role` has a part in one of the procedures; every procedure concerns nobody in particular.
fn concerns<'a>(procedures: impl IntoIterator<Item = &'a Procedure>, role: Option<&RoleId>) -> bool {
    let Some(role) = role else { return true };
    procedures.into_iter().any(|procedure| {
        let told = |effect: &crate::case::Effect| *effect == crate::case::Effect::Notify(role.clone());
        procedure.acts.values().any(|act| act.by.contains(role) || act.effects.iter().any(told))
            || procedure.states.values().any(|state| state.waits_for.contains(role))
    })
}

fn compare_procedures(
    one: Side<'_>,
    other: Side<'_>,
    sides: (Option<&Procedure>, Option<&Procedure>),
    rows: &mut Vec<ComparedRow>,
) {
    let Some(named) = sides.0.or(sides.1).map(|procedure| Named::new(&procedure.id, &procedure.title)) else { return };
    let mut add = |aspect, what, left, right| rows.push(row(Some(named.clone()), aspect, what, left, right));
    let (Some(left), Some(right)) = sides else {
        let there = |side: Side<'_>, procedure: Option<&Procedure>| procedure.map(|procedure| side.exists(procedure));
        add(Aspect::Procedure, named.clone(), there(one, sides.0), there(other, sides.1));
        return;
    };
    let (ours, theirs) = (topics(left), topics(right));
    for topic in union(&ours, &theirs) {
        let clocks = |map: &IndexMap<String, Vec<ClockRule>>| map.get(topic).cloned().unwrap_or_default();
        let (ours, theirs) = (clocks(&ours), clocks(&theirs));
        let titled = if ours.is_empty() { &theirs } else { &ours };
        let title = titled.iter().map(|clock| clock.title.as_str()).collect::<Vec<_>>().join("、");
        add(Aspect::Clock, Named::new(topic, title), one.clocks(left, &ours), other.clocks(right, &theirs));
    }
    let asked = |procedure| one.asked(procedure);
    let papers = Named::new("application", "申请须附");
    add(Aspect::Papers, papers, one.papers(left, &asked(right)), other.papers(right, &asked(left)));
    for id in union(&left.acts, &right.acts) {
        let (ours, theirs) = (left.acts.get(id), right.acts.get(id));
        let title = ours.or(theirs).map_or("", |act| act.title.as_str());
        let (ours, theirs) = (ours.map(|act| one.act(left, act)), theirs.map(|act| other.act(right, act)));
        add(Aspect::Act, Named::new(id, title), ours, theirs);
    }
    add(Aspect::Ends, Named::new("ends", "案件如何终结"), Some(one.ends(left)), Some(other.ends(right)));
}

/// The clocks of a procedure by what they govern.
fn topics(procedure: &Procedure) -> IndexMap<String, Vec<ClockRule>> {
    let mut topics: IndexMap<String, Vec<ClockRule>> = IndexMap::new();
    for clock in procedure.clocks.values() {
        let topic = clock.governs.clone().unwrap_or_else(|| clock.id.to_string());
        topics.entry(topic).or_default().push(clock.clone());
    }
    topics
}

impl Side<'_> {
    fn in_force(&self) -> Option<Cell> {
        let InForce { from, until } = self.words.pack.in_force;
        let until = until.map_or_else(|| "未写明终点".to_owned(), |until| format!("至 {until}"));
        let text = format!("自 {from} 起，{until}");
        Some(Cell { key: text.clone(), text, articles: Vec::new() })
    }

    fn holder(&self, id: &RoleId) -> Option<Cell> {
        let holder = self.words.pack.roles.get(id)?;
        Some(Cell { key: holder.title.clone(), text: holder.title.clone(), articles: Vec::new() })
    }

    fn exists(&self, procedure: &Procedure) -> Cell {
        let (acts, clocks) = (procedure.acts.len(), procedure.clocks.len());
        let text = format!("有：{}，{acts} 个动作、{clocks} 个时限", procedure.title);
        Cell { key: String::new(), text, articles: vec![procedure.article.clone()] }
    }

    /// All clocks that govern one thing, in one cell; `None` when there is none.
    fn clocks(&self, procedure: &Procedure, clocks: &[ClockRule]) -> Option<Cell> {
        let texts: Vec<(String, String)> = clocks.iter().map(|clock| self.clock(procedure, clock)).collect();
        let mut articles: Vec<ArticleId> = clocks.iter().map(|clock| clock.article.clone()).collect();
        articles.dedup();
        if texts.is_empty() {
            return None;
        }
        // The order in which a pack writes its terms is no difference.
        let keys: BTreeSet<String> = texts.iter().map(|(key, _)| key.clone()).collect();
        let text = texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("；");
        Some(Cell { key: format!("{keys:?}"), text, articles })
    }

    /// What a clock does, and how it reads.
    fn clock(&self, procedure: &Procedure, clock: &ClockRule) -> (String, String) {
        let period = |value: &ValueId| {
            self.words.pack.value(value, self.on).map_or_else(String::new, |value| length(value.period))
        };
        let to = clock.act.as_ref().and_then(|act| procedure.acts.get(act)).and_then(|act| act.to.as_ref());
        let when: BTreeSet<&PredicateId> = clock.when.iter().collect();
        let mut key = format!("{} {when:?} {:?} {to:?}", period(&clock.value), clock.outcome);
        let mut text = period(&clock.value);
        if !clock.when.is_empty() {
            text = format!("{}：{text}", joined(&self.words.predicates(&clock.when)));
        }
        let outcome = self.words.outcome(clock.outcome).title;
        let to = to.map_or(String::new(), |to| format!("（{}）", words::state(procedure, to).title));
        let _ = write!(text, "，届满{outcome}{to}");
        if let Some(extension) = &clock.extension {
            let (more, consent) = (period(&extension.value), self.words.common_role(&extension.consent).title);
            let tell: BTreeSet<&RoleId> = extension.tell.iter().collect();
            let _ = write!(key, " {more} {} {} {tell:?}", extension.times, extension.consent);
            let _ = write!(text, "，可延长 {more} 至多 {} 次（{consent}同意）", extension.times);
        }
        (key, text)
    }

    /// Every paper that an application may need: those of its opening acts, and those required for it to be complete.
    fn asked(&self, procedure: &Procedure) -> BTreeMap<PaperId, ArticleId> {
        let opening = procedure.acts.values().filter(|act| act.opens || act.asks);
        let opening = opening.flat_map(|act| act.papers.iter().map(|paper| (paper.clone(), act.article.clone())));
        let required = procedure.requirements.iter();
        let required = required.flat_map(|one| one.papers.iter().map(|paper| (paper.clone(), one.article.clone())));
        opening.chain(required).collect()
    }

    fn papers(&self, procedure: &Procedure, others: &BTreeMap<PaperId, ArticleId>) -> Option<Cell> {
        let papers = self.asked(procedure);
        if papers.is_empty() {
            return None;
        }
        let key = format!("{:?}", papers.keys().collect::<Vec<_>>());
        let alone: Vec<&PaperId> = papers.keys().filter(|paper| !others.contains_key(*paper)).collect();
        let named: Vec<Named> = alone.iter().map(|paper| self.words.paper(paper)).collect();
        let more =
            if named.is_empty() { String::new() } else { format!("，其中对方没有的：{}", joined(&named)) };
        let articles: BTreeSet<ArticleId> = papers.values().cloned().collect();
        Some(Cell { key, text: format!("共 {} 项{more}", papers.len()), articles: articles.into_iter().collect() })
    }

    fn act(&self, procedure: &Procedure, act: &ActRule) -> Cell {
        let (by, papers): (BTreeSet<_>, BTreeSet<_>) = (act.by.iter().collect(), act.papers.iter().collect());
        let (guards, unless): (BTreeSet<_>, BTreeSet<_>) = (act.guards.iter().collect(), act.unless.iter().collect());
        let refuses = act.refuses.map_or(0, |refuses| if refuses == Refuses::Basis { 2 } else { 1 });
        let key = format!("{by:?} {papers:?} {guards:?} {unless:?} {:?} {} {refuses}", act.to, act.once);
        let by: Vec<Named> = act.by.iter().map(|role| self.words.common_role(role)).collect();
        let mut text = joined(&by);
        if let Some(to) = &act.to {
            let _ = write!(text, " → {}", words::state(procedure, to).title);
        }
        let mut add = |prefix: &str, named: Vec<Named>| {
            if !named.is_empty() {
                let _ = write!(text, "；{prefix}{}", joined(&named));
            }
        };
        add("须附 ", self.words.papers(&act.papers));
        add("须满足 ", self.words.predicates(&act.guards));
        add("除非 ", self.words.predicates(&act.unless));
        if act.once {
            text.push_str("；仅一次");
        }
        Cell { key, text, articles: vec![act.article.clone()] }
    }

    fn ends(&self, procedure: &Procedure) -> Cell {
        let ends: Vec<_> = procedure.states.values().filter(|state| state.end).collect();
        let mut ids: Vec<&StateId> = ends.iter().map(|state| &state.id).collect();
        ids.sort();
        let key = format!("{ids:?}");
        let titles: Vec<&str> = ends.iter().map(|state| state.title.as_str()).collect();
        let text = if titles.is_empty() { "不终结".to_owned() } else { titles.join("、") };
        let articles: BTreeSet<ArticleId> = ends.iter().map(|state| state.article.clone()).collect();
        Cell { key, text, articles: articles.into_iter().collect() }
    }

    fn list(&self, id: &ListId, other: &Pack) -> Option<Cell> {
        let list = self.words.pack.lists.get(id)?;
        let ids: BTreeSet<&String> = list.items.iter().map(|item| &item.id).collect();
        let theirs: BTreeSet<&String> =
            other.lists.get(id).into_iter().flat_map(|list| &list.items).map(|item| &item.id).collect();
        let alone = list.items.iter().filter(|item| !theirs.contains(&item.id));
        let alone: Vec<&str> = alone.map(|item| item.title.as_str()).collect();
        let more =
            if alone.is_empty() { String::new() } else { format!("，其中对方没有的：{}", alone.join("、")) };
        let text = format!("共 {} 项{more}", list.items.len());
        Some(Cell { key: format!("{ids:?}"), text, articles: vec![list.article.clone()] })
    }

    fn keep(&self, id: &ListId) -> Option<Cell> {
        let keep = self.words.pack.keeps.get(id)?;
        let text = length(self.words.pack.value(&keep.value, self.on)?.period);
        Some(Cell { key: text.clone(), text, articles: vec![keep.article.clone()] })
    }
}
