//! The kit of the integration tests: a tiny district behind real HTTP on a loopback port, with a clock that the test moves.
//!
//! What a reader should know first. Nothing here is a stand-in: the router, the platform, the database and the log are the
//! product's own; only the clock, the chance and the district's people are made up. A [`Site`] is one such district. Whatever a
//! test wants to be true it makes true over the wire ([`world`]), by the people whose task it is, so that a test cannot lean on a
//! state that the product would never reach.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a kit for tests fails by panicking"
)]

mod reply;
mod site;
pub mod world;

pub use platform::testkit::Store;
pub use reply::Reply;
pub use site::{AUTHORITY, CENTRE, DEMANDER, NOBODY, PROVIDER, Site, TestClock, instant};
