//! The one binary, `gongshu`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
