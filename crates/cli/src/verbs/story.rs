//! `gongshu story`: one dataset's whole way, checked step by step.

use crate::{
    args::{Common, Story},
    compose,
    failure::Result,
    output::Out,
    story,
};

/// Runs the verb.
///
/// # Errors
/// The first step whose answer is not the expected one.
pub fn run(common: &Common, args: &Story, out: &Out) -> Result<()> {
    compose::runtime()?.block_on(story::tell(common, args, out))
}
