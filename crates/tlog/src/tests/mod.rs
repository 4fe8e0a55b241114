//! Tests of the log as a whole: foreign vectors, a naive reference, crashes, and examiners that share no code.

mod aside;
mod canonical;
mod committer;
mod crash;
mod evidence;
mod fsck;
mod golden;
mod naive;
mod retention;
mod shard;
mod vectors;
mod witness;

use std::path::{Path, PathBuf};

use crate::{Shard, Signers, TrustedKeys};

pub(crate) const ORIGIN: &str = "log.example.cn/acts-permanent/2026";

/// The same keys every time: no randomness in tests.
pub(crate) fn signers() -> Signers {
    Signers {
        sm2: sm::sign::SigningKey::from_bytes(&[0x42; 32]).unwrap(),
        ed25519: ed25519_dalek::SigningKey::from_bytes(&[0x43; 32]),
    }
}

pub(crate) fn keys() -> TrustedKeys {
    signers().trusted_keys()
}

pub(crate) fn open(dir: &Path) -> Shard {
    Shard::open(dir, ORIGIN, signers()).unwrap()
}

/// Leaves of very different lengths, each unlike the others.
pub(crate) fn leaves(range: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    range.map(|i| format!("leaf {i} {}", "x".repeat((i % 7) as usize * 13)).into_bytes()).collect()
}

/// The shared test data, or nothing (said loudly) where they are absent.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GONGSHU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: `{}` is absent; set GONGSHU_SHARED to the folder of shared vectors", path.display());
    None
}

/// Where the frames of a journal end and the space set aside begins. No leaf of these tests looks like a frame.
pub(crate) fn journal_end(bytes: &[u8]) -> usize {
    let Some(last) = bytes.windows(4).rposition(|window| window == b"GJF1") else { return bytes.len() };
    last + 28 + u32::from_le_bytes(bytes[last + 16..last + 20].try_into().unwrap()) as usize
}

/// Every file below a directory, sorted.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
