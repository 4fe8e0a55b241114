//! `gongshu law export`: the packs that are built into the binary, as files that can be changed.

use std::fs;

use crate::{
    args::Export,
    failure::{Doing, Failure, Result},
    output::Out,
    regulations::EMBEDDED,
};

/// Runs the verb.
///
/// # Errors
/// When the folder exists already or cannot be written to.
pub fn run(args: &Export, out: &Out) -> Result<()> {
    let root = &args.folder;
    if root.exists() {
        return Err(Failure::new(format!("`{}` exists already", root.display()))
            .next("name a folder that does not exist yet; nothing is overwritten"));
    }
    for (path, text) in EMBEDDED {
        let file = root.join(path);
        let folder = file.parent().unwrap_or(root);
        fs::create_dir_all(folder).doing(|| format!("`{}` cannot be made", folder.display()))?;
        fs::write(&file, text).doing(|| format!("`{}` cannot be written", file.display()))?;
    }
    if out.is_json() {
        return out.value(&serde_json::json!({ "folder": root, "files": EMBEDDED.len() }));
    }
    out.text(&format!("{} files in `{}`", EMBEDDED.len(), root.display()))
}
