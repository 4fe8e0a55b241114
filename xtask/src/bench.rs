//! `cargo xtask bench`: the benchmarks of `crates/bench`, in release, beside their peers.
//!
//! The PostgreSQL that is measured is a throw-away server with full durability, so that the numbers
//! on both sides pay for the same promises.

use anyhow::Result;
use clap::Args;

use crate::house::{House, run};
use crate::machine;
use crate::postgres::{Durability, Postgres};

/// What is passed on to the benchmark binary.
#[derive(Args)]
pub struct Bench {
    /// Which benchmarks, with their options; all when left out
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Bench {
    /// Builds and runs them.
    pub fn run(self, house: &House) -> Result<()> {
        machine::ensure(&[machine::C_COMPILER])?;
        let postgres = Postgres::start(house, Durability::Durable)?;
        let mut bench = house.cargo_locked(&["run", "--release", "--package", "gongshu-bench"]);
        bench.arg("--").args(&self.arguments);
        run(bench.env("GONGSHU_TEST_POSTGRES", postgres.url("gongshu")))
    }
}
