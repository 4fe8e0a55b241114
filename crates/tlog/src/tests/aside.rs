//! The space that the journal sets aside: it is never mistaken for leaves, nor leaves for it, and it is given back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{journal_end, keys, leaves, open};
use crate::{Error, FailurePoint, fsck};

const BLOCK: usize = 4096;

fn journal(dir: &Path) -> PathBuf {
    dir.join("journal")
}

fn read(dir: &Path) -> Vec<u8> {
    std::fs::read(journal(dir)).unwrap()
}

/// I4: a crash may leave any part of the zeros that an append writes behind its frame.
#[test]
fn a_crash_at_any_byte_of_the_zero_fill_keeps_every_leaf_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..3)).unwrap();
    let whole = read(dir.path());
    drop(shard);
    let end = journal_end(&whole);
    assert!(whole.len() > end + BLOCK && whole.len().is_multiple_of(BLOCK), "nothing was set aside");
    let cuts = (end..end + 40).chain((end..whole.len()).step_by(1021)).chain((BLOCK..=whole.len()).step_by(BLOCK));
    for cut in cuts {
        std::fs::write(journal(dir.path()), &whole[..cut]).unwrap();
        let report = fsck::check(dir.path(), &keys());
        let regular = cut == end || cut.is_multiple_of(BLOCK);
        assert_eq!((report.is_sound(), report.pending), (regular, 3), "cut at {cut}: {report}");
        let mut shard = open(dir.path());
        assert_eq!(shard.append(&[b"next"]).unwrap(), 3..4, "cut at {cut}");
    }
}

/// I4: a disk may take the blocks of an append in any order. Over space set aside, a block that did not come is zeros.
#[test]
fn any_mix_of_old_and_new_blocks_gives_the_last_batch_entirely_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..3)).unwrap();
    let old = read(dir.path());
    shard.append(&[[7; 6_000], [8; 6_000]]).unwrap();
    let new = read(dir.path());
    drop(shard);
    assert_eq!(old.len(), new.len(), "the append changed the length of the file");
    let blocks: Vec<usize> =
        (0..old.len()).step_by(BLOCK).filter(|at| old[*at..at + BLOCK] != new[*at..at + BLOCK]).collect();
    assert!(blocks.len() >= 3);
    for came in 0..1 << blocks.len() {
        let mut mixed = old.clone();
        for (_, at) in blocks.iter().enumerate().filter(|(position, _)| came >> position & 1 == 1) {
            mixed[*at..at + BLOCK].copy_from_slice(&new[*at..at + BLOCK]);
        }
        let (nothing, all) = (mixed == old, mixed == new);
        std::fs::write(journal(dir.path()), mixed).unwrap();
        assert_eq!(fsck::check(dir.path(), &keys()).is_sound(), nothing || all, "blocks {came:b}");
        let expected = if all { 5 } else { 3 };
        assert_eq!(open(dir.path()).append(&[b"next"]).unwrap(), expected..expected + 1, "blocks {came:b}");
    }
}

/// Also a journal from before space was set aside opens: it looks like a trimmed one.
#[test]
fn a_journal_reopens_the_same_with_its_space_set_aside_and_without() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..300)).unwrap();
    shard.publish(1).unwrap();
    shard.append(&leaves(300..310)).unwrap();
    let (untrimmed, end) = (read(dir.path()), journal_end(&read(dir.path())));
    drop(shard);
    let trimmed = read(dir.path());
    assert!(untrimmed.len() > end, "nothing was set aside");
    assert_eq!(trimmed, untrimmed[..end], "a closed shard has nothing set aside and has lost nothing");
    let outcomes = [trimmed, untrimmed].map(|bytes| {
        std::fs::write(journal(dir.path()), bytes).unwrap();
        let report = fsck::check(dir.path(), &keys());
        assert!(report.is_sound(), "{report}");
        assert_eq!((report.published, report.pending), (300, 10));
        let shard = open(dir.path());
        (shard.len(), shard.published(), read(dir.path()))
    });
    assert_eq!(outcomes[0], outcomes[1]);
    let mut shard = open(dir.path());
    shard.append(&leaves(310..320)).unwrap();
    shard.publish(2).unwrap();
    assert_eq!(
        (shard.leaf(305).unwrap(), shard.leaf(319).unwrap()),
        (leaves(305..306)[0].clone(), leaves(319..320)[0].clone())
    );
}

#[test]
fn leaves_of_zeros_are_not_the_end_and_the_end_is_no_leaf() {
    let dir = tempfile::tempdir().unwrap();
    let batches: [Vec<Vec<u8>>; 4] =
        [vec![vec![]], vec![vec![]; 5_000], vec![vec![0; 20_000]; 2], vec![vec![0; 65_535]; 2]];
    let mut expected = Vec::new();
    for batch in batches {
        let mut shard = open(dir.path());
        shard.append(&batch).unwrap();
        expected.extend(batch);
        let untrimmed = read(dir.path());
        drop(shard);
        // With the zeros of the leaf next to those set aside, and with none of the latter.
        for bytes in [untrimmed, read(dir.path())] {
            std::fs::write(journal(dir.path()), bytes).unwrap();
            let report = fsck::check(dir.path(), &keys());
            assert!(report.is_sound(), "{report}");
            assert_eq!(report.pending, expected.len() as u64);
            assert_eq!(open(dir.path()).len(), expected.len() as u64);
        }
    }
    let mut shard = open(dir.path());
    shard.publish(1).unwrap();
    for (index, leaf) in (0..).zip(&expected) {
        assert_eq!(shard.leaf(index).unwrap(), *leaf, "leaf {index}");
    }
}

/// What makes a sync cheap is that the file keeps its length; what keeps the disk free is that it is seldom much longer.
#[test]
fn few_appends_change_the_length_of_the_file_and_little_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    let fresh = read(dir.path()).len();
    let mut lengths = BTreeSet::new();
    for step in 0..100u8 {
        shard.append(&[[step; 1_000]]).unwrap();
        let length = std::fs::metadata(journal(dir.path())).unwrap().len();
        assert!(length < 1_028 * 100 + 1024 * 1024 + 2 * 4096, "{length} bytes after {step} appends");
        lengths.insert(length);
    }
    assert!(lengths.len() <= 2, "{lengths:?}");
    // A frame as large as this is better written once than twice.
    shard.append(&vec![[1; 60_000]; 40]).unwrap();
    let bytes = read(dir.path());
    assert_eq!(journal_end(&bytes), bytes.len());
    shard.append(&[b"small"]).unwrap();
    assert!(read(dir.path()).len() > bytes.len() + BLOCK);
    shard.publish(1).unwrap();
    shard.append(&vec![[1; 60_000]; 60]).unwrap();
    shard.publish(2).unwrap();
    assert_eq!(read(dir.path()).len(), fresh, "a journal that begins anew has set nothing aside");
}

#[test]
fn a_failed_append_leaves_its_torn_tail_to_the_next_opening() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..3)).unwrap();
    let before = read(dir.path());
    shard.fail_at(FailurePoint::JournalHalfWritten);
    assert!(matches!(shard.append(&leaves(3..6)), Err(Error::Simulated(_))));
    drop(shard);
    let torn = read(dir.path());
    assert_eq!(torn.len(), before.len(), "a writer that does not know what is on the disk cuts nothing off");
    assert_ne!(torn, before);
    assert!(!fsck::check(dir.path(), &keys()).is_sound());
    assert_eq!(open(dir.path()).len(), 3);
    assert!(fsck::check(dir.path(), &keys()).is_sound());
}

#[test]
fn the_examiner_finds_any_byte_in_the_space_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..3)).unwrap();
    let good = read(dir.path());
    drop(shard);
    std::fs::write(journal(dir.path()), &good).unwrap();
    assert!(fsck::check(dir.path(), &keys()).is_sound());
    let end = journal_end(&good);
    for at in (end..good.len()).step_by(211).chain([good.len() - 1]) {
        let mut bad = good.clone();
        bad[at] = 1;
        std::fs::write(journal(dir.path()), bad).unwrap();
        assert!(!fsck::check(dir.path(), &keys()).is_sound(), "byte {at}");
    }
}
