//! Puts the regulations and the demonstration district into the binary, so that one file is all that has to be
//! installed. A folder given on the command line takes their place.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    let out = PathBuf::from(variable("OUT_DIR")?);
    embed(&root.join("regulations"), &["md"], &out.join("regulations.rs"))?;
    embed(&root.join("demo"), &["toml"], &out.join("demo.rs"))
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|why| io::Error::other(format!("{name}: {why}")))
}

/// Writes a slice of (path within the folder, text) for every file with one of the endings.
fn embed(folder: &Path, endings: &[&str], into: &Path) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let wanted = file.extension().is_some_and(|ending| endings.iter().any(|one| ending == *one));
        let Ok(name) = file.strip_prefix(folder) else { continue };
        if wanted {
            let name = name.to_string_lossy().replace('\\', "/");
            let path = file.canonicalize()?;
            code.push_str(&format!("    ({name:?}, include_str!({:?})),\n", path.to_string_lossy()));
        }
    }
    code.push_str("]\n");
    fs::write(into, code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
