//! Figures equal a recount of what was really done.

use super::*;
use crate::catalogue::world::*;

/// I10: after one entry's whole way every figure is what was done, and nothing else.
#[tokio::test]
async fn every_figure_is_a_recount() {
    for world in World::all("changning-2025").await {
        let empty = world.platform.state(&world.machine("2026-03-02 08:00")).await.unwrap();
        assert_eq!((empty.acts, empty.rows, empty.organisations), (0, 0, 5));
        let entry = world.published("低保").await;
        world.loaded(entry).await;
        let service = world.granted(demand(entry)).await;
        let lookup = crate::gateway::Lookup {
            key_column: "code".into(),
            key: "A1".into(),
            fields: None,
            purpose: "aid_check".into(),
        };
        world.platform.lookup(&world.asker("2026-03-05 09:00"), service, lookup).await.unwrap();
        world.platform.count_uses(&world.machine("2026-03-05 10:00")).await.unwrap();
        let state = world.platform.state(&world.machine("2026-03-05 10:00")).await.unwrap();
        let one = |word: &str| BTreeMap::from([(word.to_owned(), 1)]);
        assert_eq!((state.duties, state.collected, state.rows), (1, 1, 5));
        assert_eq!((state.entries, state.loads), (one("published"), one("accepted")));
        assert_eq!((state.requests, state.services), (one("granted"), one("active")));
        assert_eq!((state.calls, state.records, state.breaches), (1, 1, 0));
        // draft, submit, publish · open, record_load · open (the yearly review) · submit, approve · open
        assert_eq!(state.acts, 9);
        world.close().await;
    }
}
