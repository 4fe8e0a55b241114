//! `cargo xtask check`: what can be judged without running the product.

mod fences;
mod licences;
mod links;
mod tidy;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::house::{House, capture, run};
use crate::tally::Tally;
use crate::web;

/// Which rules.
#[derive(Args)]
pub struct Check {
    /// Only these rules; all when left out
    #[arg(value_enum)]
    rules: Vec<Rule>,
}

/// One thing that is checked.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rule {
    /// The layout of the code
    Fmt,
    /// Who may import whom, and which dependency belongs behind which fence
    Dependencies,
    /// Permissive licences only
    Licences,
    /// Dead links, long files, forbidden words, unlisted decisions, missing tests
    Tidy,
    /// The consoles: layout, types, unused code, words, the generated client, the size of the first view
    Web,
    /// The compiler's and our lints
    Clippy,
}

impl Check {
    /// Runs the rules and closes with the verdict.
    pub fn run(self, house: &House) -> Result<()> {
        let rules = if self.rules.is_empty() { &Rule::ALL[..] } else { &self.rules };
        let mut tally = Tally::new();
        for rule in rules {
            tally.step(rule.name(), || rule.check(house));
        }
        tally.finish()
    }
}

impl Rule {
    /// All rules, the cheap ones first.
    pub const ALL: [Rule; 6] = [Rule::Fmt, Rule::Dependencies, Rule::Licences, Rule::Tidy, Rule::Web, Rule::Clippy];

    /// The word by which the rule is asked for and reported.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Fmt => "fmt",
            Rule::Dependencies => "dependencies",
            Rule::Licences => "licences",
            Rule::Tidy => "tidy",
            Rule::Web => "web",
            Rule::Clippy => "clippy",
        }
    }

    /// Fails with every breach found.
    pub fn check(self, house: &House) -> Result<()> {
        match self {
            Rule::Fmt => run(&mut house.cargo(&["fmt", "--all", "--check"])),
            Rule::Dependencies => report(fences::broken(&fences::edges(&house.metadata), &fences::members(house))),
            Rule::Licences => licences(house),
            Rule::Tidy => report(tidy::faults(house)?),
            Rule::Web => web::check(house),
            Rule::Clippy => {
                let mut clippy = house.cargo_locked(&["clippy", "--workspace", "--all-targets"]);
                run(clippy.args(["--", "-D", "warnings"]))
            }
        }
    }
}

fn licences(house: &House) -> Result<()> {
    report(licences::refused(house)?)?;
    if capture(&mut house.cargo(&["deny", "--version"])).is_err() {
        println!("   cargo-deny is not installed; our own reading of deny.toml stands alone");
        return Ok(());
    }
    run(&mut house.cargo(&["deny", "check", "licenses", "bans"]))
}

fn report(faults: Vec<String>) -> Result<()> {
    match faults.len() {
        0 => Ok(()),
        1 => bail!("{}", faults.concat()),
        many => bail!("{many} faults\n  {}", faults.join("\n  ")),
    }
}
