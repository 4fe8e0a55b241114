//! Second opinions on the crate: the standards' own examples, foreign vectors, the `openssl` command, and properties
//! that hold for every input.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code fails by panicking"
)]

mod evp;
mod openssl;
mod properties;
mod shared;
mod standards;
mod wycheproof;
