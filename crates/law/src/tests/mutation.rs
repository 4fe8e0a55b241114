//! The stories of every pack notice every wrong rule, but for a list with reasons that only shrinks.

use std::{collections::BTreeSet, thread};

use super::{
    fixture,
    real::{book, list},
};
use crate::{Book, Pack, mutation::mutate};

/// A change of one number, role, outcome, paper, guard or effect of any pack makes one of its scenarios fail.
#[test]
fn every_mutant_is_noticed_or_listed_with_its_reason() {
    let book = book();
    let packs: Vec<_> = book.packs().map(|pack| pack.id.clone()).collect();
    let survivors: BTreeSet<String> = thread::scope(|scope| {
        let workers: Vec<_> = packs.iter().map(|pack| scope.spawn(|| mutate(book.clone(), pack))).collect();
        let outcomes = workers.into_iter().map(|worker| worker.join().unwrap());
        outcomes.flat_map(|outcomes| outcomes.survivors).map(|mutant| mutant.to_string()).collect()
    });
    let listed = list("mutation-survivors.txt");
    let new: Vec<_> = survivors.iter().filter(|mutant| !listed.contains_key(*mutant)).cloned().collect();
    assert!(new.is_empty(), "no scenario notices these; add one for each:\n{}", new.join("\n"));
    let stale: Vec<_> = listed.keys().filter(|mutant| !survivors.contains(*mutant)).cloned().collect();
    assert!(
        stale.is_empty(),
        "noticed or gone, so remove from regulations/mutation-survivors.txt:\n{}",
        stale.join("\n")
    );
}

/// The checker can fail: without its scenarios every mutant of the toy district survives, with them fewer do, and a
/// changed number that a scenario pins is not among those.
#[test]
fn a_mutant_survives_only_where_no_scenario_looks() {
    let book = fixture::book();
    let toy = book.pack(&"toy".into()).unwrap().clone();
    let silent: Book = book.clone().with_pack(Pack { scenarios: Vec::new(), ..toy.clone() });
    let unseen = mutate(silent, &toy.id);
    assert!(unseen.tried > 20);
    assert_eq!(unseen.survivors.len(), unseen.tried);
    let seen = mutate(book, &toy.id);
    assert_eq!(seen.tried, unseen.tried);
    assert!(seen.survivors.len() < unseen.survivors.len());
    let pinned = |mutant: &&crate::mutation::Mutant| mutant.to_string().contains("reply: 4 working days instead of 5");
    assert!(unseen.survivors.iter().any(|mutant| pinned(&mutant)), "{:#?}", unseen.survivors);
    assert!(!seen.survivors.iter().any(|mutant| pinned(&mutant)));
}
