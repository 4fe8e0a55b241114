//! Layer 2 of the test pyramid: every scenario of `regulations/` against the engine alone, and the list of articles that
//! have rules but no scenario yet, which may only shrink (P12).
#![cfg(test)]

mod regulations;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use law::scenario;
use regulations::book;

/// Every article does what its scenarios say: in time, late, tacit, exception, the day before and after effect.
#[test]
fn every_scenario_of_the_regulations_holds() {
    let book = book();
    let scenarios: Vec<_> = book.packs().flat_map(|pack| &pack.scenarios).collect();
    let failures: Vec<String> = scenarios
        .iter()
        .filter_map(|scenario| scenario::run(&book, scenario).err())
        .map(|failure| failure.to_string())
        .collect();
    assert!(failures.is_empty(), "{} of {} scenarios fail:\n{}", failures.len(), scenarios.len(), failures.join("\n"));
    assert!(!scenarios.is_empty(), "there is no scenario at all");
}

/// An article with rules and no scenario stands in `coverage.txt` with its reason, and one that has a scenario does not.
#[test]
fn articles_without_a_scenario_are_listed_and_the_list_only_shrinks() {
    let book = book();
    let text = fs::read_to_string(regulations::folder().join("coverage.txt")).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let listed: BTreeMap<(String, String), String> = lines
        .map(|line| {
            let mut words = line.splitn(3, char::is_whitespace);
            let mut word = || words.next().unwrap_or_default().trim().to_owned();
            ((word(), word()), word())
        })
        .collect();
    let mut uncovered = BTreeSet::new();
    for pack in book.packs() {
        // A list only names things: there is nothing in it that a story could decide.
        let listed = |article: &&law::Article| pack.lists.values().filter(|list| list.article == article.id).count();
        let computed = pack.articles.values().filter(|article| article.rules > listed(article));
        let bare: Vec<_> = computed.clone().filter(|article| article.scenarios == 0).collect();
        let total: usize = pack.articles.values().map(|article| article.scenarios).sum();
        println!(
            "{}: {} articles, {} with rules, {} of them with scenarios, {total} scenarios",
            pack.id,
            pack.articles.len(),
            computed.clone().count(),
            computed.count() - bare.len()
        );
        uncovered.extend(bare.iter().map(|article| (pack.id.to_string(), article.id.to_string())));
    }
    let missing: Vec<_> = uncovered.iter().filter(|article| !listed.contains_key(*article)).collect();
    assert!(missing.is_empty(), "add a scenario for {missing:?}");
    let stale: Vec<_> = listed.keys().filter(|article| !uncovered.contains(*article)).collect();
    assert!(stale.is_empty(), "covered or gone, so remove from regulations/coverage.txt: {stale:?}");
    let silent: Vec<_> = listed.iter().filter(|(_, reason)| reason.is_empty()).collect();
    assert!(silent.is_empty(), "no reason given in regulations/coverage.txt: {silent:?}");
}
