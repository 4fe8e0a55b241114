//! Tests over a toy district, so that no real pack's change can break them. The real packs are tested by their own
//! scenarios in `tests/scenarios.rs`.

mod calendar;
mod fixture;
mod moves;
mod mutation;
mod obligations;
mod order;
mod parser;
mod real;
mod refusals;
mod scenarios;
mod show;
