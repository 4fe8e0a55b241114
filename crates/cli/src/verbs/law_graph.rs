//! `gongshu law graph`: a procedure as a picture.

use std::fs;

use crate::{
    args::{Common, Graph, GraphFormat},
    failure::{Doing, Result},
    output::Out,
    regulations,
};

/// Runs the verb.
///
/// # Errors
/// An unknown pack or procedure; a file that cannot be written.
pub fn run(common: &Common, args: &Graph, out: &Out) -> Result<()> {
    let book = regulations::book(common.regulations.as_deref())?;
    let pack = regulations::pack(&book, &common.pack)?;
    let procedure = regulations::procedure(pack, &args.procedure)?;
    let graph = law::Graph::new(&book, pack, procedure);
    let text = match args.format {
        GraphFormat::Svg => graph.svg(),
        GraphFormat::Mermaid => graph.mermaid(),
    };
    match &args.output {
        None if out.is_json() => {
            out.value(&serde_json::json!({ "pack": pack.id, "procedure": procedure.id, "graph": text }))
        }
        None => out.text(text.trim_end()),
        Some(file) => fs::write(file, text).doing(|| format!("`{}` cannot be written", file.display())),
    }
}
