//! A procedure as a graph of states: Mermaid text for pages that draw it themselves, and an SVG of our own.
//!
//! Acts that lead from one state to another are edges; what leaves the state as it is stands inside the state. What the law
//! does when a term runs out is an edge of its own kind. Several acts between the same two states share one edge.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    svg,
    words::{Named, Words, joined, length},
};
use crate::{
    book::Book,
    ids::*,
    pack::{ClockRule, Pack, Procedure},
};

/// A procedure of a pack, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// What stands above it.
    pub(super) title: String,
    /// The regulation and the article.
    pub(super) subtitle: String,
    /// The first node is where cases begin.
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// Who appears in it, in order of appearance.
    pub(super) roles: Vec<Named>,
}

/// A state, or the point where cases begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) end: bool,
    pub(super) waits_for: Vec<Named>,
    /// What happens without leaving it.
    pub(super) inside: Vec<Label>,
}

/// A way from one node to another, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: Kind,
    pub(super) labels: Vec<Label>,
}

/// One act or one term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) by: Vec<Named>,
    pub(super) article: String,
}

/// What moves the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Somebody's act.
    Act,
    /// A term that runs out.
    Clock,
    /// A term that stands still.
    Pause,
}

impl Graph {
    /// The graph of `procedure` as `pack` has it; terms read as on the day from which the pack applies.
    #[must_use]
    pub fn new(book: &Book, pack: &Pack, procedure: &Procedure) -> Self {
        let words = Words { book, pack };
        let mut graph = Self {
            title: procedure.title.clone(),
            subtitle: format!("{}　{}", pack.title, procedure.article),
            nodes: vec![Node {
                id: "[*]".into(),
                title: String::new(),
                end: false,
                waits_for: Vec::new(),
                inside: Vec::new(),
            }],
            edges: Vec::new(),
            roles: Vec::new(),
        };
        for state in procedure.states.values() {
            graph.nodes.push(Node {
                id: state.id.to_string(),
                title: state.title.clone(),
                end: state.end,
                waits_for: words.roles(&state.waits_for),
                inside: Vec::new(),
            });
        }
        graph.add_acts(words, procedure);
        graph.add_clocks(words, procedure);
        graph.roles = graph.everybody();
        graph
    }

    /// The graph as a Mermaid `stateDiagram-v2`.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = String::from("stateDiagram-v2\n");
        let plain =
            |text: &str| text.replace(':', "：").replace(';', "；").replace('"', "”").replace(['\n', '\u{a0}'], " ");
        for node in self.nodes.iter().skip(1) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    state \"{}\" as {}", plain(&node.title), node.id);
        }
        for edge in &self.edges {
            let (Some(from), Some(to)) = (self.nodes.get(edge.from), self.nodes.get(edge.to)) else { continue };
            for label in &edge.labels {
                let by = if label.kind == Kind::Act { format!("（{}）", joined(&label.by)) } else { String::new() };
                let _ =
                    writeln!(text, "    {} --> {} : {}{by} {}", from.id, to.id, plain(&label.line()), label.article);
            }
        }
        for node in self.nodes.iter().filter(|node| node.end) {
            let _ = writeln!(text, "    {} --> [*]", node.id);
        }
        for node in self.nodes.iter().filter(|node| !node.inside.is_empty()) {
            let _ = writeln!(text, "    note right of {}", node.id);
            for label in &node.inside {
                let _ = writeln!(text, "        {} {}", plain(&label.line()), label.article);
            }
            text.push_str("    end note\n");
        }
        text
    }

    /// The graph as an SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::draw(self)
    }

    fn add_acts(&mut self, words: Words<'_>, procedure: &Procedure) {
        for act in procedure.acts.values() {
            let people: Vec<RoleId> = act.by.iter().filter(|role| **role != "law").cloned().collect();
            if people.is_empty() {
                continue;
            }
            let label = Label {
                kind: Kind::Act,
                text: act.title.clone(),
                by: words.roles(&people),
                article: act.article.to_string(),
            };
            if act.opens
                && let Some(to) = act.to.as_ref().and_then(|to| self.number(to))
            {
                self.connect(0, to, label.clone());
            }
            for from in self.numbers(&act.from) {
                let to = act.to.as_ref().and_then(|to| self.number(to)).unwrap_or(from);
                self.connect(from, to, label.clone());
            }
        }
    }

    fn add_clocks(&mut self, words: Words<'_>, procedure: &Procedure) {
        for clock in procedure.clocks.values() {
            let rule = clock.act.as_ref().and_then(|act| procedure.acts.get(act));
            let to = rule.and_then(|act| act.to.as_ref()).and_then(|to| self.number(to));
            let then = rule.map_or_else(|| words.outcome(clock.outcome).title, |act| act.title.clone());
            let label = |kind, text| Label {
                kind,
                text,
                by: words.roles(&[RoleId::from("law")]),
                article: clock.article.to_string(),
            };
            for from in self.numbers(&clock.runs) {
                let text = format!("{} {}\n→ {then}", clock.title, term(words, clock));
                self.connect(from, to.unwrap_or(from), label(Kind::Clock, text));
            }
            for paused in self.numbers(&clock.pauses) {
                self.connect(paused, paused, label(Kind::Pause, format!("{} 暂停", clock.title)));
            }
        }
    }

    /// Adds a label to the edge between two nodes, or to the node where both are one.
    fn connect(&mut self, from: usize, to: usize, label: Label) {
        if from == to {
            if let Some(node) = self.nodes.get_mut(from) {
                node.inside.push(label);
            }
            return;
        }
        let same = |edge: &&mut Edge| (edge.from, edge.to, edge.kind) == (from, to, label.kind);
        match self.edges.iter_mut().find(same) {
            Some(edge) => edge.labels.push(label),
            None => self.edges.push(Edge { from, to, kind: label.kind, labels: vec![label] }),
        }
    }

    fn number(&self, state: &StateId) -> Option<usize> {
        self.nodes.iter().position(|node| node.id == state.as_str())
    }

    fn numbers(&self, states: &[StateId]) -> Vec<usize> {
        states.iter().filter_map(|state| self.number(state)).collect()
    }

    fn everybody(&self) -> Vec<Named> {
        let mut seen = BTreeMap::new();
        let inside = self.nodes.iter().flat_map(|node| &node.inside);
        let labels = self.edges.iter().flat_map(|edge| &edge.labels).chain(inside);
        let named = labels.flat_map(|label| &label.by).chain(self.nodes.iter().flat_map(|node| &node.waits_for));
        for role in named {
            let next = seen.len();
            seen.entry(role.clone()).or_insert(next);
        }
        let mut roles: Vec<(usize, Named)> = seen.into_iter().map(|(role, at)| (at, role)).collect();
        roles.sort();
        roles.into_iter().map(|(_, role)| role).collect()
    }
}

impl Label {
    /// The label in one line.
    fn line(&self) -> String {
        match self.kind {
            Kind::Act => self.text.clone(),
            Kind::Clock | Kind::Pause => format!("⏱ {}", self.text),
        }
    }
}

/// How long a clock is on the first day of its pack, and how it can be extended.
fn term(words: Words<'_>, clock: &ClockRule) -> String {
    let day = words.pack.in_force.from;
    // A number and its unit stay on one line.
    let length = |value: &crate::pack::DatedValue| length(value.period).replace(' ', "\u{a0}");
    let read = |value| words.pack.value(value, day).map_or_else(String::new, length);
    let more = clock.extension.as_ref().map(|extension| format!("\n可延长\u{a0}{}", read(&extension.value)));
    format!("{}{}", read(&clock.value), more.unwrap_or_default())
}
