//! The one integration-test binary: the product over HTTP, with a clock that the tests move.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code fails by panicking"
)]

mod api;
mod calls;
mod collection;
mod contract;
mod evidence;
mod figures;
mod foreign;
mod gateway;
mod kill;
mod letters;
mod log;
mod node;
mod scenarios;
mod witness;
