//! The dependency table: who may import whom, and which dependency belongs behind which fence.
//!
//! A fence keeps weight (the lake's engines), a style (async, SQL) or a promise (no clock, no
//! chance) on one side. Dev-dependencies are free: a test may hold anything against our code.

use std::fmt;

use cargo_metadata::{DependencyKind, Metadata};

use crate::house::House;

/// One crate of the house and those it may import.
const HOUSE: &[(&str, &[&str])] = &[
    ("cli", &["server", "platform", "law", "sm", "tlog", "privacy", "lake"]),
    ("server", &["platform", "tlog", "console", "sheet", "letters"]),
    ("console", &[]),
    ("sheet", &[]),
    ("letters", &[]),
    ("platform", &["law", "tlog", "privacy", "sm"]),
    ("lake", &["privacy", "sm"]),
    ("tlog", &["sm"]),
    ("privacy", &["sm"]),
    ("law", &[]),
    // It shares no code with the engine that it is held against, or it would share its mistakes.
    ("oracle", &[]),
    ("sm", &[]),
    ("xtask", &[]),
];

/// They hold the whole house against itself or its peers, so they may import any of it.
const EXEMPT: &[&str] = &["it", "bench"];

/// Dependencies that live in the named crates only. A trailing `*` stands for the crate and its
/// family: `arrow*` is `arrow`, `arrow-array` and the rest.
struct Fence {
    dependencies: &'static [&'static str],
    homes: &'static [&'static str],
    why: &'static str,
}

const FENCES: &[Fence] = &[
    Fence {
        dependencies: &["deltalake*", "datafusion*", "arrow*", "parquet*", "object_store", "heed*"],
        homes: &["lake"],
        why: "the lake's engines take minutes to compile and must stay replaceable",
    },
    Fence {
        dependencies: &["calamine", "rust_xlsxwriter", "zip"],
        homes: &["lake", "sheet", "cli"],
        why: "datasets are read by the lake, forms by `sheet`, and the story writes its own files; each bounds what it reads",
    },
    Fence {
        dependencies: &["sea-orm*", "sea-query*", "sqlx*", "cedar-policy*"],
        homes: &["platform"],
        why: "tables and access policies belong to the domain's slices",
    },
    Fence {
        dependencies: &["axum*", "tower*", "utoipa*"],
        homes: &["server", "it"],
        why: "HTTP is mapped in one place",
    },
    Fence {
        dependencies: &["krilla*", "skrifa"],
        homes: &["letters"],
        why: "how a letter looks on paper is one crate's business",
    },
    Fence {
        dependencies: &["ed25519-dalek", "sha2"],
        homes: &["tlog"],
        why: "foreign cryptography serves the public form of the log and nothing else",
    },
    Fence {
        dependencies: &["sm2", "sm3", "sm4"],
        homes: &["sm"],
        why: "national cryptography has one small interface of ours",
    },
];

/// Crates that must stay pure, and what would end that.
const PURE: &[&str] = &["law", "sm", "tlog", "privacy", "letters"];
const IMPURE: &[&str] =
    &["tokio*", "async-trait", "futures*", "reqwest", "sea-orm*", "sqlx*", "rand", "rand_chacha", "getrandom"];

/// A declared dependency, development ones left out.
#[derive(Clone, Debug)]
pub struct Edge {
    from: String,
    to: String,
    /// Whether `to` is a crate of the house.
    inside: bool,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` imports `{}`", self.from, self.to)
    }
}

/// The short names of the workspace's crates.
pub fn members(house: &House) -> Vec<String> {
    house.metadata.workspace_packages().iter().map(|package| short(&package.name)).collect()
}

/// All dependencies that the workspace's crates declare, whatever their target or feature.
pub fn edges(metadata: &Metadata) -> Vec<Edge> {
    let members = metadata.workspace_packages();
    let mut edges = Vec::new();
    for package in &members {
        for dependency in &package.dependencies {
            if dependency.kind == DependencyKind::Development {
                continue;
            }
            let inside = members.iter().any(|member| *member.name == dependency.name);
            let to = if inside { short(&dependency.name) } else { dependency.name.clone() };
            edges.push(Edge { from: short(&package.name), to, inside });
        }
    }
    edges
}

/// Every edge that the table forbids, with the rule that forbids it, and every crate that the table
/// does not know.
pub fn broken(edges: &[Edge], members: &[String]) -> Vec<String> {
    let known = |name: &str| EXEMPT.contains(&name) || HOUSE.iter().any(|(row, _)| *row == name);
    let strangers = members.iter().filter(|name| !known(name)).map(|name| {
        format!("crate `{name}` is not in the dependency table; a new crate needs a decision record and a row")
    });
    strangers.chain(edges.iter().filter_map(breach)).collect()
}

fn breach(edge: &Edge) -> Option<String> {
    let broken = |rule: String| Some(format!("{edge}: {rule}"));
    if edge.inside {
        let (_, allowed) = HOUSE.iter().find(|(row, _)| *row == edge.from)?;
        if allowed.contains(&edge.to.as_str()) {
            return None;
        }
        let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
        return broken(format!("of the house it may import {allowed}"));
    }
    if PURE.contains(&edge.from.as_str()) && covered(IMPURE, &edge.to) {
        return broken(format!("{} know no async, no SQL, no clock and no random source", PURE.join(", ")));
    }
    let fence = FENCES.iter().find(|fence| covered(fence.dependencies, &edge.to))?;
    if fence.homes.contains(&edge.from.as_str()) {
        return None;
    }
    broken(format!("it belongs in {} only, because {}", fence.homes.join(" and "), fence.why))
}

fn covered(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        None => *pattern == name,
        Some(family) => name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_'])),
    })
}

fn short(package: &str) -> String {
    package.strip_prefix("gongshu-").unwrap_or(package).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(from: &str, to: &str) -> Option<String> {
        breach(&Edge { from: from.into(), to: to.into(), inside: true })
    }

    fn outside(from: &str, to: &str) -> Option<String> {
        breach(&Edge { from: from.into(), to: to.into(), inside: false })
    }

    /// The arrows of the design, in both directions: drawn ones pass, all others are refused.
    #[test]
    fn only_the_drawn_arrows_pass() {
        assert_eq!(inside("cli", "lake"), None);
        assert_eq!(inside("server", "platform"), None);
        assert_eq!(inside("tlog", "sm"), None);
        assert_eq!(inside("it", "lake"), None);
        for (from, to) in [
            ("platform", "lake"),
            ("server", "lake"),
            ("server", "law"),
            ("lake", "platform"),
            ("law", "sm"),
            ("oracle", "law"),
            ("sm", "tlog"),
            ("xtask", "law"),
            ("platform", "it"),
        ] {
            assert!(inside(from, to).is_some(), "`{from}` must not import `{to}`");
        }
    }

    /// A refusal names the edge and the rule, so that the reader need not open the table.
    #[test]
    fn a_refusal_names_the_edge_and_the_rule() {
        assert_eq!(
            inside("lake", "platform").unwrap(),
            "`lake` imports `platform`: of the house it may import privacy, sm"
        );
        let heavy = outside("server", "arrow-array").unwrap();
        assert!(heavy.starts_with("`server` imports `arrow-array`: it belongs in lake only"));
    }

    /// Heavy and opinionated dependencies stay behind their fence.
    #[test]
    fn a_dependency_outside_its_fence_is_refused() {
        for (from, to) in [
            ("platform", "deltalake-core"),
            ("server", "sea-orm"),
            ("cli", "sea-orm-migration"),
            ("cli", "axum"),
            ("cli", "tower-http"),
            ("platform", "sha2"),
            ("tlog", "sm3"),
            ("it", "parquet"),
            ("server", "cedar-policy"),
        ] {
            assert!(outside(from, to).is_some(), "`{from}` must not import `{to}`");
        }
        assert_eq!(outside("lake", "arrow"), None);
        assert_eq!(outside("it", "axum"), None);
        assert_eq!(outside("cli", "arrows"), None, "a family is not any name it begins");
    }

    /// Pure crates take time and chance as arguments: the trait of a generator is welcome, a
    /// generator is not.
    #[test]
    fn pure_crates_have_no_async_and_no_chance() {
        assert!(outside("law", "tokio").is_some());
        assert!(outside("sm", "rand").is_some());
        assert!(outside("tlog", "rand_chacha").is_some());
        assert!(outside("privacy", "async-trait").is_some());
        assert_eq!(outside("sm", "rand_core"), None);
        assert_eq!(outside("platform", "rand"), None);
    }

    /// A new crate cannot slip in beside the table.
    #[test]
    fn a_crate_outside_the_table_is_refused() {
        let faults = broken(&[], &["law".into(), "helpers".into()]);
        assert_eq!(faults.len(), 1);
        assert!(faults.concat().contains("`helpers`"));
    }
}
