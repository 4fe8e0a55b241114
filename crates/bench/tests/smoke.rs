//! Benchmarks that nobody runs rot; this runs each of them at a tiny size.

use std::process::Command;

/// Every benchmark sets up its part of the house, measures it and checks its own results. Peers that are absent are named.
#[test]
fn every_benchmark_still_runs() {
    let output = Command::new(env!("CARGO_BIN_EXE_gongshu-bench")).arg("--smoke").output().unwrap();
    let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    eprintln!("{complaints}");
    assert!(output.status.success(), "{printed}\n{complaints}");
    for name in ["deadlines", "acts", "log", "load", "gateway"] {
        let section = printed.split(&format!("## `{name}`")).nth(1).unwrap_or_default();
        let ours = section.lines().filter(|line| line.starts_with("| Gongshu |")).count();
        assert!(ours > 0, "`{name}` printed no figure of ours:\n{printed}");
    }
}
