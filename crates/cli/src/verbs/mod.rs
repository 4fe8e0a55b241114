//! The verbs, one file each.

use crate::{
    args::{Cli, Law, Log, Reference, Verb},
    failure::Result,
    output::Out,
};

mod law_due;
mod law_show;
mod log_fsck;
mod reference;
mod verify;

/// Runs one verb.
///
/// # Errors
/// Whatever the verb refuses or fails with.
pub fn run(cli: Cli, out: &Out) -> Result<()> {
    let common = cli.common;
    match cli.verb {
        Verb::Law(Law::Due(args)) => law_due::run(&common, &args, out),
        Verb::Law(Law::Show(args)) => law_show::run(&common, &args, out),
        Verb::Verify(args) => verify::run(&args, out),
        Verb::Log(Log::Fsck(args)) => log_fsck::run(&common, &args, out),
        Verb::Reference(Reference::Cli) => reference::cli(out),
        _ => Err(crate::failure::Failure::new("not built yet")),
    }
}
