//! The edge of the house: the one binary `gongshu`, its verbs, its configuration and the composition of the parts.
//!
//! What a reader should know first. Each verb is a file of [`verbs`]. Time, chance and keys enter here ([`world`], [`keys`])
//! and nowhere else; below, they are arguments. A verb prints for people or, with `--json`, for programs ([`output`]), and what
//! goes wrong is a [`failure::Failure`] that says what, why and what next, with an exit code that [`failure::Exit`] documents.
//! [`demo`] is the demonstration district with its generator of fictitious data; [`story`] walks one dataset's whole way over
//! HTTP and is the end-to-end test of everything.

pub mod adapter;
pub mod args;
pub mod client;
pub mod columns;
pub mod compose;
pub mod demo;
pub mod failure;
pub mod founding;
pub mod keys;
pub mod output;
pub mod regulations;
pub mod store;
pub mod story;
pub mod verbs;
pub mod witnesses;
pub mod world;

use std::process::ExitCode;

/// Reads the command line, runs the verb and reports.
#[must_use]
pub fn main() -> ExitCode {
    let cli = args::Cli::read();
    let out = output::Out::new(cli.common.json);
    match verbs::run(cli, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&out),
    }
}
