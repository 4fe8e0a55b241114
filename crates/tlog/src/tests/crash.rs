//! What survives a crash: at every named point, at every byte of the last batch, and under a real kill.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use super::{ORIGIN, files, journal_end, keys, leaves, open, signers};
use crate::{Error, FailurePoint, Shard, fsck};

#[test]
fn after_a_crash_at_any_point_acknowledged_leaves_are_there_exactly_once() {
    for point in FailurePoint::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut shard = open(dir.path());
        shard.append(&leaves(0..300)).unwrap();
        shard.publish(1).unwrap();
        shard.append(&leaves(300..600)).unwrap();
        shard.fail_at(point);
        let appended = shard.append(&leaves(600..601));
        let published = shard.publish(2);
        assert!(appended.is_err() || published.is_err(), "{point:?} was never reached");
        if appended.is_err() {
            assert!(matches!(published, Err(Error::Poisoned { .. })), "nothing goes on after a failed append");
            assert!(matches!(shard.append(&[b"x"]), Err(Error::Poisoned { .. })));
        }
        drop(shard);
        let mut shard = open(dir.path());
        let torn = point == FailurePoint::JournalHalfWritten;
        assert_eq!(shard.len(), if torn { 600 } else { 601 }, "{point:?}");
        let before = fsck::check(dir.path(), &keys());
        assert!(before.is_sound(), "{point:?} before publishing again: {before}");
        shard.append(&leaves(shard.len()..700)).unwrap();
        shard.publish(3).unwrap();
        let expected = leaves(0..700);
        for index in 0..700 {
            assert_eq!(shard.leaf(index).unwrap(), expected[index as usize], "{point:?} leaf {index}");
        }
        let after = fsck::check(dir.path(), &keys());
        assert!(after.is_sound(), "{point:?}: {after}");
        assert_eq!(after.published, 700);
    }
}

#[test]
fn a_journal_cut_at_any_byte_of_the_last_batch_loses_that_batch_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..3)).unwrap();
    shard.publish(1).unwrap();
    shard.append(&leaves(3..6)).unwrap();
    let journal = dir.path().join("journal");
    let before = journal_end(&std::fs::read(&journal).unwrap());
    shard.append(&leaves(6..9)).unwrap();
    drop(shard);
    let whole = std::fs::read(&journal).unwrap();
    assert_eq!(whole.len(), journal_end(&whole));
    assert!(before < whole.len());
    for cut in before..=whole.len() {
        for garbage in [&[][..], &[0; 64]] {
            // A file system may also leave zeros where data should have come.
            std::fs::write(&journal, [&whole[..cut], garbage].concat()).unwrap();
            let mut shard = open(dir.path());
            let expected = if cut == whole.len() { 9 } else { 6 };
            assert_eq!(shard.len(), expected, "cut at {cut}");
            assert_eq!(shard.append(&[b"next"]).unwrap(), expected..expected + 1);
        }
    }
}

#[test]
fn a_broken_frame_before_a_good_one_is_damage_and_not_a_torn_tail() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    let journal = dir.path().join("journal");
    let header = journal_end(&std::fs::read(&journal).unwrap());
    shard.append(&leaves(0..3)).unwrap();
    let second = journal_end(&std::fs::read(&journal).unwrap());
    shard.append(&leaves(3..6)).unwrap();
    drop(shard);
    let whole = std::fs::read(&journal).unwrap();
    assert!(header < second && second < whole.len());
    for at in header..second {
        let mut broken = whole.clone();
        broken[at] ^= 0x10;
        std::fs::write(&journal, broken).unwrap();
        assert!(matches!(Shard::open(dir.path(), ORIGIN, signers()), Err(Error::Damaged { .. })), "byte {at}");
    }
}

#[test]
fn a_damaged_right_edge_is_noticed_at_open() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..300)).unwrap();
    shard.publish(1).unwrap();
    drop(shard);
    for file in ["tile/0/001.p/44", "sm3/tile/1/000.p/1", "tile/entries/001.p/44"] {
        let path = dir.path().join(file);
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bad).unwrap();
        assert!(matches!(Shard::open(dir.path(), ORIGIN, signers()), Err(Error::Damaged { .. })), "{file}");
        std::fs::write(&path, good).unwrap();
    }
    assert_eq!(open(dir.path()).len(), 300);
}

/// The victim of the next test; on its own it does nothing.
#[test]
fn child_that_appends_until_killed() {
    let Ok(dir) = std::env::var("TLOG_TEST_VICTIM_DIR") else { return };
    let mut shard = open(dir.as_ref());
    loop {
        let next = shard.len();
        let range = shard.append(&leaves(next..next + 1 + next % 5)).unwrap();
        // Said only after the append returned: from here on the leaves are acknowledged.
        println!("ACK {}", range.end);
        std::io::stdout().flush().unwrap();
        if next.is_multiple_of(7) {
            shard.publish(next).unwrap();
        }
    }
}

/// I4: a process killed at any moment has lost nothing that it acknowledged, and duplicates nothing.
#[test]
fn a_kill_loses_nothing_acknowledged_and_duplicates_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 0..4u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["tests::crash::child_that_appends_until_killed", "--exact", "--nocapture", "--test-threads=1"])
            .env("TLOG_TEST_VICTIM_DIR", dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        for line in output.by_ref().filter(|line| line.contains("ACK ")).take(20 + round as usize * 13) {
            acknowledged = line.rsplit(' ').next().unwrap().parse().unwrap();
        }
        child.kill().unwrap();
        // Lines that were already on their way count too.
        for line in output.filter(|line| line.contains("ACK ")) {
            acknowledged = line.rsplit(' ').next().unwrap().parse().unwrap_or(acknowledged);
        }
        child.wait().unwrap();
        let shard = open(dir.path());
        assert!(shard.len() >= acknowledged, "acknowledged {acknowledged}, kept {}", shard.len());
    }
    let mut shard = open(dir.path());
    shard.publish(1).unwrap();
    for (index, leaf) in (0..).zip(leaves(0..shard.len())) {
        assert_eq!(shard.leaf(index).unwrap(), leaf, "leaf {index}");
    }
    let report = fsck::check(dir.path(), &keys());
    assert!(report.is_sound(), "{report}");
    assert!(!files(dir.path()).is_empty());
}
