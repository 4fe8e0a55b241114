//! `cargo xtask test`: everything that CI runs, in the order in which it is cheapest to fail.
//!
//! A failing step does not stop the next one; the closing lines say what failed. Tests learn of the
//! real parts through the environment: `GONGSHU_TEST_POSTGRES` is the address of a throw-away
//! server whose role may create databases, `GONGSHU_BIN` the freshly built binary, `GONGSHU_PYTHON`
//! a Python with the foreign programs that read what we write.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::check;
use crate::generate;
use crate::house::{House, run};
use crate::machine;
use crate::postgres::{Durability, Postgres};
use crate::tally::Tally;
use crate::web;

/// How much of it.
#[derive(Args)]
pub struct Test {
    /// Only what a change is likely to break: no clippy, consoles, PostgreSQL, doctests, story or reference
    #[arg(long)]
    quick: bool,
}

impl Test {
    /// Runs all steps and closes with the verdict.
    pub fn run(self, house: &House) -> Result<()> {
        let mut tally = Tally::new();
        tally.step("machine", || machine::ensure(&[machine::C_COMPILER, machine::OPENSSL]));
        for rule in check::Rule::ALL {
            if !(self.quick && matches!(rule, check::Rule::Clippy | check::Rule::Web)) {
                tally.step(rule.name(), || rule.check(house));
            }
        }
        let gongshu = tally.step("build", || house.build_gongshu());
        if self.quick {
            tally.step("tests", || tests(house, gongshu.as_deref(), None, None));
            return tally.finish();
        }
        let postgres = tally.step("postgres", || Postgres::start(house, Durability::Fast));
        let python = tally.step("python", || machine::foreign_python(house));
        tally.step("tests", || tests(house, gongshu.as_deref(), postgres.as_ref(), python.as_deref()));
        tally.step("doctests", || run(&mut house.cargo_locked(&["test", "--workspace", "--doc", "--quiet"])));
        match &gongshu {
            Some(gongshu) => drop(tally.step("consoles", || web::try_in_browser(house, gongshu))),
            None => tally.not_run("consoles", "the binary did not build"),
        }
        stories(&mut tally, house, gongshu.as_deref(), postgres.as_ref());
        match &gongshu {
            Some(gongshu) => drop(tally.step("gen", || generate::check(house, gongshu))),
            None => tally.not_run("gen", "the binary did not build"),
        }
        drop(postgres);
        tally.finish()
    }
}

fn tests(house: &House, gongshu: Option<&Path>, postgres: Option<&Postgres>, python: Option<&Path>) -> Result<()> {
    let mut command = if machine::nextest(house) {
        let mut command = house.cargo_locked(&["nextest", "run", "--workspace", "--no-fail-fast"]);
        command.arg("--config-file").arg(house.root.join("xtask/nextest.toml"));
        command
    } else {
        let targets = ["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"];
        house.cargo_locked(&targets)
    };
    if let Some(gongshu) = gongshu {
        command.env("GONGSHU_BIN", gongshu);
    }
    if let Some(python) = python {
        command.env("GONGSHU_PYTHON", python);
    }
    match postgres {
        Some(postgres) => command.env("GONGSHU_TEST_POSTGRES", postgres.url("gongshu")),
        None => command.env_remove("GONGSHU_TEST_POSTGRES"),
    };
    run(&mut command)
}

/// The whole way over HTTP, once on each store.
fn stories(tally: &mut Tally, house: &House, gongshu: Option<&Path>, postgres: Option<&Postgres>) {
    let (on_sqlite, on_postgres) = ("story on SQLite", "story on PostgreSQL");
    let Some(gongshu) = gongshu else {
        tally.not_run(on_sqlite, "the binary did not build");
        tally.not_run(on_postgres, "the binary did not build");
        return;
    };
    let story = || {
        let mut story = Command::new(gongshu);
        story.arg("story").current_dir(&house.root);
        story
    };
    tally.step(on_sqlite, || run(&mut story()));
    match postgres {
        None => tally.not_run(on_postgres, "there is no server"),
        Some(postgres) => {
            tally.step(on_postgres, || {
                postgres.create_database("story")?;
                run(story().args(["--database", &postgres.url("story")]))
            });
        }
    }
}
