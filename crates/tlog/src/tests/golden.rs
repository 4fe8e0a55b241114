//! A whole log written by transparency-dev/tessera: we must read it, and write the very same bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{naive, shared};
use crate::merkle::Sha256Tree;
use crate::note::{Note, NoteKey};
use crate::{Shard, SignedCheckpoint, Signers, tile};

const GOLDEN_ORIGIN: &str = "example.com/log/testdata";
/// Published with that log, for tests.
const GOLDEN_VKEY: &str = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
/// Published with that log, for tests: the seed of its signing key.
const GOLDEN_SEED: &str = "7KZj9JkBfSNlwnx6dnkVjUPP7BMwvbJZKQr70NIXd6A=";

fn golden_leaves(log: &std::path::Path) -> Vec<Vec<u8>> {
    let bundle = std::fs::read(log.join("tile/entries/000.p/15")).unwrap();
    tile::entries(&bundle).map(|entry| entry.unwrap().to_vec()).collect()
}

#[test]
fn every_checkpoint_of_the_golden_log_verifies_and_has_the_root_of_its_entries() {
    let Some(log) = shared("vectors/tlog-golden/log") else { return };
    let key = NoteKey::parse(GOLDEN_VKEY).unwrap();
    let hashes = naive::hashes::<Sha256Tree>(&golden_leaves(&log));
    assert_eq!(hashes.len(), 15);
    for size in 0..=15 {
        let signed =
            SignedCheckpoint::parse(&std::fs::read_to_string(log.join(format!("checkpoint.{size}"))).unwrap()).unwrap();
        key.verify(&signed.note).unwrap();
        assert_eq!(signed.checkpoint.origin, GOLDEN_ORIGIN);
        assert_eq!(signed.checkpoint.size, size);
        assert_eq!(signed.checkpoint.root, naive::mth::<Sha256Tree>(&hashes[..size as usize]));
        if size > 0 {
            let tile = std::fs::read(log.join(format!("tile/0/000.p/{size}"))).unwrap();
            assert_eq!(tile::decode(&tile).unwrap(), &hashes[..size as usize]);
        }
    }
    assert_eq!(STANDARD.encode(naive::mth::<Sha256Tree>(&hashes)), "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=");
}

#[test]
fn the_writer_reproduces_the_golden_log_byte_for_byte() {
    let Some(log) = shared("vectors/tlog-golden/log") else { return };
    let dir = tempfile::tempdir().unwrap();
    let seed: [u8; 32] = STANDARD.decode(GOLDEN_SEED).unwrap().try_into().unwrap();
    let signers = Signers { ed25519: ed25519_dalek::SigningKey::from_bytes(&seed), ..super::signers() };
    let mut shard = Shard::open(dir.path(), GOLDEN_ORIGIN, signers).unwrap();
    let same = |ours: &str, theirs: &str| {
        assert_eq!(std::fs::read(dir.path().join(ours)).unwrap(), std::fs::read(log.join(theirs)).unwrap(), "{theirs}");
    };
    shard.publish(0).unwrap();
    same("checkpoint", "checkpoint.0");
    for (size, leaf) in (1..).zip(golden_leaves(&log)) {
        shard.append(&[leaf]).unwrap();
        shard.publish(size).unwrap();
        same("checkpoint", &format!("checkpoint.{size}"));
        for file in [format!("tile/0/000.p/{size}"), format!("tile/entries/000.p/{size}")] {
            same(&file, &file);
        }
    }
    same("checkpoint", "checkpoint");
}

#[test]
fn tile_paths_are_those_of_the_tlog_tiles_specification() {
    let path = |index, width| tile::TileId { level: 3, index, width }.path();
    assert_eq!(path(0, 256), "tile/3/000");
    assert_eq!(path(999, 256), "tile/3/999");
    assert_eq!(path(1_234_067, 256), "tile/3/x001/x234/067");
    assert_eq!(path(1000, 7), "tile/3/x001/000.p/7");
    assert_eq!(tile::entries_path(1_234_067, 112), "tile/entries/x001/x234/067.p/112");
}

#[test]
fn a_note_carries_several_signatures_and_each_key_finds_its_own() {
    let signers = super::signers();
    let witness = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let mut note = Note::new("origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    note.sign_ed25519("log", &signers.ed25519).unwrap();
    note.sign_sm2("log", &signers.sm2).unwrap();
    note.cosign("witness.example.cn", &witness, 1_795_000_000).unwrap();
    let note = Note::parse(&note.to_string()).unwrap();
    let keys = [
        NoteKey::ed25519("log", signers.ed25519.verifying_key()).unwrap(),
        NoteKey::sm2("log", signers.sm2.verifying_key().clone()).unwrap(),
        NoteKey::witness("witness.example.cn", witness.verifying_key()).unwrap(),
    ];
    for (key, time_s) in keys.iter().zip([None, None, Some(1_795_000_000)]) {
        let key = NoteKey::parse(&key.vkey()).unwrap();
        assert_eq!(key.verify(&note).unwrap().time_s, time_s);
    }
    let other = NoteKey::witness("witness.example.cn", signers.ed25519.verifying_key()).unwrap();
    assert!(other.verify(&note).is_err(), "a witness that has not signed");
    let changed = note.to_string().replacen("origin\n1\n", "origin\n2\n", 1);
    let changed = Note::parse(&changed).unwrap();
    assert!(keys.iter().all(|key| key.verify(&changed).is_err()), "no key signs a changed text");
}

#[test]
fn malformed_notes_and_checkpoints_are_refused() {
    let good = "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— o AAAAAAA=\n";
    assert!(SignedCheckpoint::parse(good).is_ok());
    for bad in [
        good.replace("\n\n", "\n"),
        good.replace("\n1\n", "\n01\n"),
        good.replace("\n1\n", "\n+1\n"),
        good.replace("\n1\n", "\n18446744073709551616\n"),
        good.replace("o\n1", "\n1"),
        good.replace("AA=\n\n", "AB=\n\n"),
        good.replace("AA=\n\n", "=\n\n"),
        good.replace("— o AAAAAAA=", "— o AAAA"),
        good.replace("— o AAAAAAA=", "- o AAAAAAA="),
        good.replace("— o AAAAAAA=", "— o+ AAAAAAA="),
        good.replace("o\n1", "o\t\n1"),
        good.trim_end().to_owned(),
        good.replace("A=\n\n", "A=\n\n\n"),
        format!("{good}{}", "— o AAAAAAA=\n".repeat(64)),
        String::new(),
    ] {
        assert!(SignedCheckpoint::parse(&bad).is_err(), "{bad:?}");
    }
}
