//! Foreign vectors and properties of recognisers, grades and masks.
#![expect(clippy::unwrap_used, reason = "test code fails by panicking")]

mod grades;
mod masks;
mod recognisers;
