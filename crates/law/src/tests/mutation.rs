//! The stories of every pack notice every wrong rule, but for a list with reasons that only shrinks.

use super::fixture;
use crate::{Book, Pack, mutation::mutate};

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
