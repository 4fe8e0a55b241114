//! Where the foreign vectors are, and how a test says that it could not run.

use std::path::PathBuf;

/// The text of a shared vector file, or `None` after saying so loudly.
pub fn vectors(name: &str) -> Option<String> {
    let root = std::env::var_os("GONGSHU_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join("vectors/sm").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(why) => {
            eprintln!("SKIPPED: foreign vectors `{}` cannot be read: {why}", path.display());
            None
        }
    }
}

pub fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).expect("hexadecimal")
}

/// A seeded generator: tests repeat exactly.
pub fn rng(seed: u8) -> rand_chacha::ChaCha20Rng {
    use rand_core::SeedableRng;
    rand_chacha::ChaCha20Rng::from_seed([seed; 32])
}
