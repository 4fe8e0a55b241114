//! `gongshu openapi`: the description of the HTTP interface, as the routes themselves give it.

use crate::{failure::Result, output::Out};

/// Runs the verb.
///
/// # Errors
/// When nobody reads.
pub fn run(out: &Out) -> Result<()> {
    out.value(&server::openapi())
}
