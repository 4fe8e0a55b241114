//! The only task runner: `cargo xtask up | test | check | gen | bench`.
//!
//! Each verb is one file. A verb puts ordinary commands in the right order and says what failed;
//! whatever deserves a name of its own (the dependency table, the licence rule, tidiness) is a pure
//! function with unit tests. Nothing here is linked into the product, and nothing of the product is
//! linked in here, so that a broken crate never breaks the tool that reports it.

mod bench;
mod check;
mod generate;
mod house;
mod machine;
mod postgres;
mod tally;
mod test;
mod up;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The only task runner of Gongshu.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build, seed a demonstration district under var/ on the first run, and serve it here
    Up(up::Up),
    /// Everything that CI runs
    Test(test::Test),
    /// Formatting, lints, the dependency table, licences, tidiness
    Check(check::Check),
    /// Write the generated reference again, or say whether it is stale
    Gen(generate::Gen),
    /// Benchmarks side by side with peers, in release
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = house::House::find().and_then(|house| match cli.verb {
        Verb::Up(up) => up.run(&house),
        Verb::Test(test) => test.run(&house),
        Verb::Check(check) => check.run(&house),
        Verb::Gen(generate) => generate.run(&house),
        Verb::Bench(bench) => bench.run(&house),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
