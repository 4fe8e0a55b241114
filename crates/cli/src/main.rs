//! The one binary, `gongshu`.

use std::process::ExitCode;

/// A look-up and an act allocate many small things on one thread and free them on another, which the system's allocator is slow
/// at: it took a seventh of the gateway's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
