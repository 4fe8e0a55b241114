//! The verbs, one file each.

use crate::{
    args::{Cli, Clock, Law, Load, LoadWhat, Log, Reference, Verb, Witness},
    compose,
    failure::Result,
    output::Out,
};

mod clock;
mod demo;
mod doctor;
mod evidence;
mod law_amend;
mod law_check;
mod law_compare;
mod law_due;
mod law_explain;
mod law_export;
mod law_graph;
mod law_show;
mod load;
pub mod log_fsck;
mod log_recount;
mod openapi;
mod reference;
mod serve;
mod story;
pub mod verify;
mod witness_serve;

/// Runs one verb.
///
/// # Errors
/// Whatever the verb refuses or fails with.
pub fn run(cli: Cli, out: &Out) -> Result<()> {
    let common = cli.common;
    match cli.verb {
        Verb::Serve(args) => compose::runtime()?.block_on(serve::run(&common, &args, out)),
        Verb::Demo(args) => demo::run(&common, &args, out),
        Verb::Story(args) => story::run(&common, &args, out),
        Verb::Load(Load { what: Some(LoadWhat::Inspect(args)), .. }) => load::inspect(&args, out),
        Verb::Load(args) => compose::runtime()?.block_on(load::hand_in(&args, out)),
        Verb::Law(Law::Check(args)) => law_check::run(&common, &args, out),
        Verb::Law(Law::Due(args)) => law_due::run(&common, &args, out),
        Verb::Law(Law::Show(args)) => law_show::run(&common, &args, out),
        Verb::Law(Law::Amend(args)) => compose::runtime()?.block_on(law_amend::run(&args, out)),
        Verb::Law(Law::Explain(args)) => compose::runtime()?.block_on(law_explain::run(&args, out)),
        Verb::Law(Law::Compare(args)) => law_compare::run(&common, &args, out),
        Verb::Law(Law::Graph(args)) => law_graph::run(&common, &args, out),
        Verb::Law(Law::Export(args)) => law_export::run(&args, out),
        Verb::Evidence(args) => evidence::run(&common, &args, out),
        Verb::Verify(args) => verify::run(&args, out),
        Verb::Log(Log::Fsck(args)) => log_fsck::run(&common, &args, out),
        Verb::Witness(Witness::Serve(args)) => compose::runtime()?.block_on(witness_serve::run(&common, &args, out)),
        Verb::Log(Log::Recount(args)) => log_recount::run(&common, &args, out),
        Verb::Doctor(args) => doctor::run(&common, &args, out),
        Verb::Clock(Clock::Show(args)) => compose::runtime()?.block_on(clock::show(&args, out)),
        Verb::Clock(Clock::Advance(args)) => compose::runtime()?.block_on(clock::advance(&args, out)),
        Verb::Openapi => openapi::run(out),
        Verb::Reference(Reference::Cli) => reference::cli(out),
        Verb::Reference(Reference::Errors) => reference::errors(out),
        Verb::Reference(Reference::Law(args)) => reference::law(&common, &args, out),
    }
}
