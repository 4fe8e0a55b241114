//! The domain of a district's public data, as vertical slices over one database.
//!
//! A reader should know three things first. Everything that changes the state of governance is an *act* on a *case* and goes
//! through [`docket`]: the law decides, the slices carry out the effects, and act, state, follow-up and log entry commit in one
//! transaction (I2). Time, chance and the person acting arrive in a [`Ctx`]; nothing here reads a clock. And what a requester
//! may see is compiled once, in [`sharing`], and enforced in every byte by [`gateway`] (I3).

pub mod ctx;
pub mod error;
pub mod ids;
pub mod lake;

pub use ctx::{Actor, Ctx, Office, Role};
pub use error::{Code, Error, Result};
pub use ids::*;
