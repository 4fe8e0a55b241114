//! The examiner finds every fault, and only faults.

use super::{files, keys, leaves, open};
use crate::fsck::check;

#[test]
fn flipping_any_byte_of_any_published_file_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..2)).unwrap();
    shard.publish(1).unwrap();
    shard.append(&leaves(2..5)).unwrap();
    shard.publish(2).unwrap();
    drop(shard);
    assert!(check(dir.path(), &keys()).is_sound());
    let mut flipped = 0;
    for file in files(dir.path()) {
        let good = std::fs::read(&file).unwrap();
        for at in 0..good.len() {
            for bit in [0x01, 0x80] {
                let mut bad = good.clone();
                bad[at] ^= bit;
                std::fs::write(&file, &bad).unwrap();
                let report = check(dir.path(), &keys());
                assert!(!report.is_sound(), "byte {at} of {} changed by {bit:#x}", file.display());
                flipped += 1;
            }
        }
        std::fs::write(&file, &good).unwrap();
    }
    assert!(flipped > 2000);
    assert!(check(dir.path(), &keys()).is_sound());
}

#[test]
fn missing_foreign_and_longer_files_are_found_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..600)).unwrap();
    shard.publish(1).unwrap();
    drop(shard);
    assert!(check(dir.path(), &keys()).is_sound());
    for file in files(dir.path()).into_iter().filter(|file| !file.ends_with("lock")) {
        let name = file.strip_prefix(dir.path()).unwrap().to_str().unwrap().to_owned();
        let good = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let report = check(dir.path(), &keys());
        if name.ends_with("checkpoint") {
            assert!(report.notes.iter().any(|note| note.contains(&name)), "{name}: {report}");
        } else {
            assert!(report.faults.iter().any(|fault| fault.file == name), "{name}: {report}");
        }
        std::fs::write(&file, [&good[..], &[0]].concat()).unwrap();
        assert!(!check(dir.path(), &keys()).is_sound(), "{name} is longer than it should be");
        std::fs::write(&file, good).unwrap();
    }
    for foreign in ["tile/0/002.p/99999", "tile/0/003", "tile/entries/note.txt", "sm3/tile/1/000.p/3", "extra"] {
        std::fs::write(dir.path().join(foreign), b"x").unwrap();
        let report = check(dir.path(), &keys());
        assert!(report.faults.iter().any(|fault| fault.file == foreign), "{foreign}: {report}");
        std::fs::remove_file(dir.path().join(foreign)).unwrap();
    }
    assert!(check(dir.path(), &keys()).is_sound());
}

#[test]
fn a_log_signed_by_other_keys_is_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).publish(1).unwrap();
    let mut other = keys();
    other.sm2 = sm::sign::SigningKey::from_bytes(&[9; 32]).unwrap().verifying_key().clone();
    let report = check(dir.path(), &other);
    assert_eq!(report.faults.len(), 1);
    assert_eq!(report.faults[0].file, "sm3/checkpoint");
}

#[test]
fn leaves_that_wait_are_counted_and_are_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..300)).unwrap();
    shard.publish(1).unwrap();
    shard.append(&leaves(300..310)).unwrap();
    let report = check(dir.path(), &keys());
    assert!(report.is_sound(), "{report}");
    assert_eq!((report.published, report.pending), (300, 10));
}
