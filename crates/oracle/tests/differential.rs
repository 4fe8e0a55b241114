//! The engine against the oracle: random cases of every procedure of the real packs, under the published calendar and
//! under invented holidays. Whatever people do, both say the same: accepted or refused and why, the state, every clock with
//! the instant at which it is due, and what the law does when.
#![cfg(test)]

mod walk;

use std::cell::Cell;

use proptest::{prelude::*, test_runner::TestRunner};
use walk::{Both, Choices, Seen, grammar, invented_notice, regulations, walk};

fn run(cases: u32, each: impl Fn(&[u8]) -> Seen) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let total = Cell::new(Seen::default());
    TestRunner::new(config)
        .run(&prop::collection::vec(any::<u8>(), 0..1_200), |bytes| {
            let (seen, sum) = (each(&bytes), total.get());
            total.set(Seen {
                steps: sum.steps + seen.steps,
                accepted: sum.accepted + seen.accepted,
                refused: sum.refused + seen.refused,
                by_law: sum.by_law + seen.by_law,
            });
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    let seen = total.get();
    println!("{seen:?}");
    // A test that only ever sees refusals would prove nothing.
    assert!(seen.accepted * 6 > seen.steps && seen.refused * 5 > seen.steps, "{seen:?}");
    assert!(seen.by_law * 40 > seen.steps, "{seen:?}");
}

#[test]
fn the_engine_and_the_oracle_agree_on_every_step_of_random_cases() {
    let both = Both::read(regulations());
    run(2_000, |bytes| walk(&both, &mut Choices(bytes)));
}

/// The real packs do not use every word of the grammar; these two do: exceptions, nested terms, escalations, amendments of
/// running terms, inheritance.
#[test]
fn they_agree_on_everything_that_a_rule_can_say() {
    let both = Both::read(grammar());
    run(2_000, |bytes| walk(&both, &mut Choices(bytes)));
}

#[test]
fn they_agree_under_holidays_that_nobody_has_published() {
    let both = Both::read(regulations());
    run(500, |bytes| {
        let mut choices = Choices(bytes);
        let notices: Vec<_> = [2025, 2026, 2027].map(|year| invented_notice(year, &mut choices)).into();
        walk(&both.under(&notices), &mut choices)
    });
}
