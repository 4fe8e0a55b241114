//! The engine against the oracle, led by the fuzzer: the same walk as the property test takes. The first byte chooses the
//! packs and the calendar.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/oracle/tests/walk/mod.rs"]
mod walk;

use walk::{Both, Choices, grammar, invented_notice, regulations};

static REAL: LazyLock<Both> = LazyLock::new(|| Both::read(regulations()));
static GRAMMAR: LazyLock<Both> = LazyLock::new(|| Both::read(grammar()));

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let mut choices = Choices(rest);
    let both = if first & 1 == 0 { &*REAL } else { &*GRAMMAR };
    if first & 2 == 0 {
        walk::walk(both, &mut choices);
    } else {
        let notices: Vec<_> = [2025, 2026, 2027].map(|year| invented_notice(year, &mut choices)).into();
        walk::walk(&both.under(&notices), &mut choices);
    }
});
