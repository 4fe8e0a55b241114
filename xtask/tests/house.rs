//! The house as it stands obeys its own rules: the real workspace, through the real command.
//!
//! Builds of the one binary name this test target so that cargo unites features as test runs do;
//! see `House::build_gongshu`.

use std::process::Command;

/// No crate imports what the dependency table forbids, and no copyleft licence has come in.
#[test]
fn dependencies_and_licences_obey_the_table() {
    let check = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["check", "dependencies", "licences"])
        .output()
        .expect("xtask starts");
    let said = [check.stdout, check.stderr].concat();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&said));
}
