//! The demonstration district: organisations, people, duties, systems and datasets as data in `demo/`, and a generator that makes
//! rows from them.
//!
//! Everything is fictitious and reproducible: a row is a function of the district's seed, its dataset, its number and the number
//! of people, so that two machines generate the same bytes and a million people need no memory. The same person has the same
//! number, name and address in every dataset, which is what makes joining and matching worth demonstrating.

mod chance;
mod district;
mod entity;
mod rows;
pub mod seed;
mod values;

pub use district::{Dataset, Desk, District, Duty, Item, Organisation, Person, Request, Step, System};
pub use rows::{Rows, write};

/// The demonstration districts as they were when the binary was built.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/demo.rs"));
