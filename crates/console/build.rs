//! Lists what lies in `dist/` as constants that hold the bytes.
//!
//! The folder is kept in the repository without its contents: `npm run build` in `web/` fills it. Without contents the crate
//! still compiles, and the server says in words what to type; whoever works on Rust alone needs no Node.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let dist = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("dist");
    println!("cargo::rerun-if-changed=dist");
    let mut paths = Vec::new();
    collect(&dist, &dist, &mut paths)?;
    paths.sort();
    let mut code = String::from("/// Every file, by its path.\npub static FILES: &[File] = &[\n");
    for path in paths.iter().filter(|path| !is_packed(path)) {
        let bytes = |ending: &str| {
            let file = dist.join(format!("{path}{ending}"));
            file.is_file().then(|| format!("include_bytes!({:?})", file.display().to_string()))
        };
        let packed = |ending: &str| bytes(ending).map_or("None".to_owned(), |bytes| format!("Some({bytes})"));
        let plain = bytes("").ok_or("a listed file is gone")?;
        let (brotli, gzip) = (packed(".br"), packed(".gz"));
        writeln!(code, "    File {{ path: {path:?}, plain: {plain}, brotli: {brotli}, gzip: {gzip} }},")?;
    }
    code.push_str("];\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("files.rs"), code)?;
    Ok(())
}

/// Every file below `folder`, as a path relative to `root` with `/` between its parts.
fn collect(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, paths)?;
        } else if let Some(name) = path.strip_prefix(root)?.to_str().filter(|name| !name.starts_with('.')) {
            paths.push(name.replace('\\', "/"));
        }
    }
    Ok(())
}

fn is_packed(path: &str) -> bool {
    path.ends_with(".br") || path.ends_with(".gz")
}
