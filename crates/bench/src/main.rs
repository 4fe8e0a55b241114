//! Benchmarks of the house, each beside its peer in the same run: `cargo xtask bench [names]`.
//!
//! What a reader should know first. A benchmark is a function that fills a [`table::Table`] with figures and with ratios to
//! its peers; nothing is judged but what was measured in this run on this machine. Peers are foreign programs ([`peers`]): in a
//! full run they are installed where they are missing, in a smoke run only those that are there take part, and an absent one
//! is always said aloud. Tables are printed and written into `docs/reference/benchmarks.md` ([`report`]).

mod acts;
mod deadlines;
mod district;
mod gateway;
mod http;
mod lawful;
mod load;
mod log;
mod machine;
mod measure;
mod pages;
mod peers;
mod persons;
mod report;
mod table;
mod workplace;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Parser;

use crate::{table::Table, workplace::Workplace};

/// Measures the house beside its peers.
#[derive(Parser)]
struct Arguments {
    /// Which benchmarks; all when left out
    names: Vec<Name>,
    /// Tiny sizes, no installation, nothing written: only whether every benchmark still works
    #[arg(long)]
    smoke: bool,
    /// The page into which the tables are written
    #[arg(long, default_value = report::PAGE)]
    page: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    Deadlines,
    Law,
    Acts,
    Log,
    Load,
    Gateway,
    Pages,
}

const ALL: &[Name] = &[Name::Deadlines, Name::Law, Name::Acts, Name::Log, Name::Load, Name::Gateway, Name::Pages];

impl Name {
    fn run(self, place: &Workplace) -> Result<Table> {
        match self {
            Self::Deadlines => deadlines::run(place),
            Self::Law => lawful::run(place),
            Self::Acts => acts::run(place),
            Self::Log => log::run(place),
            Self::Load => load::run(place),
            Self::Gateway => gateway::run(place),
            Self::Pages => pages::run(place),
        }
    }
}

/// The allocator of the binary that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let place = Workplace::new(arguments.smoke)?;
    let names = if arguments.names.is_empty() { ALL } else { &arguments.names };
    let machine = machine::describe(place.scratch())?;
    println!("{machine}");
    for name in names {
        let load = machine::load()?;
        let table = name.run(&place)?;
        println!("{table}");
        if !arguments.smoke {
            report::write(&place.path(&arguments.page), &machine, &table, &load)?;
        }
    }
    Ok(())
}
