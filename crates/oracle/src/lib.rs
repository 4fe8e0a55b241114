//! A second opinion on the law: a reference interpreter of the packs, written from `regulations/README.md` alone.
//!
//! It shares no code with the engine and none of its cleverness: the Markdown is read line by line, days are stepped one
//! by one, nothing is numbered or remembered, and every due date is counted anew whenever somebody asks. Where the two
//! disagree, one of them has misread the law. Used by tests and by the fuzzer only; nothing of the product imports it.

pub mod calendar;
mod case;
mod clocks;
pub mod rules;
mod text;

pub use calendar::{Calendar, Date, Moment};
pub use case::{Act, Case, Done, Run, Status};
pub use rules::{Law, Value};
