//! `cargo xtask up`: from a clean clone to a running demonstration district.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::house::House;
use crate::machine;
use crate::web;

/// What is passed on to `gongshu demo`; what is left out, that verb decides.
#[derive(Args)]
pub struct Up {
    /// TCP port to serve on
    #[arg(long)]
    port: Option<u16>,
    /// Regulation pack of the district, a folder name under regulations/
    #[arg(long)]
    pack: Option<String>,
    /// Natural persons to generate on the first run
    #[arg(long)]
    people: Option<u64>,
    /// Keep control data in this PostgreSQL instead of the embedded store (postgres://…)
    #[arg(long)]
    database: Option<String>,
}

impl Up {
    /// Builds, then becomes the server: signals and the exit code are the server's own.
    pub fn run(self, house: &House) -> Result<()> {
        machine::ensure(&[machine::C_COMPILER])?;
        println!("building; the first time takes a while, later only what changed");
        web::build(house)?;
        let gongshu = house.build_gongshu()?;
        let mut demo = Command::new(gongshu);
        demo.current_dir(&house.root).args(["demo", "--store", "var"]);
        let options = [
            ("--port", self.port.map(|port| port.to_string())),
            ("--pack", self.pack),
            ("--people", self.people.map(|people| people.to_string())),
            ("--database", self.database),
        ];
        for (name, value) in options {
            if let Some(value) = value {
                demo.arg(name).arg(value);
            }
        }
        Err(demo.exec()).context("`gongshu demo` could not be started")
    }
}
