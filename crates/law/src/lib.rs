//! The law engine: a pure function from (law, case, act, now) to a decision.
mod case;
mod ids;

pub use case::*;
pub use ids::*;
