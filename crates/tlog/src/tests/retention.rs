//! I6: nothing goes before its term, and what goes takes no other proof with it.

use jiff::Timestamp;

use super::{keys, leaves, signers};
use crate::evidence::{self, Evidence};
use crate::retention::{ShardName, delete_shard, shards};
use crate::{Error, Reader, Shard};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_shard_is_deleted_only_after_its_term_and_every_other_proof_still_holds() {
    let root = tempfile::tempdir().unwrap();
    let names = [("acts-permanent", "2026"), ("calls-3y", "2026-10"), ("calls-3y", "2026-11")];
    let names = names.map(|(class, period)| ShardName::new(class, period).unwrap());
    for name in &names {
        let mut shard = Shard::open(&name.dir(root.path()), &name.origin("log.example.cn"), signers()).unwrap();
        shard.append(&leaves(0..20)).unwrap();
        shard.publish(1).unwrap();
    }
    assert_eq!(shards(root.path()).unwrap(), names);
    let doomed = names[1].dir(root.path());
    let given_out = Evidence::build(&Reader::open(&doomed).unwrap(), 3, &keys(), Vec::new()).unwrap();
    let (until, late) = (time("2029-11-01T00:00:00+08:00"), time("2029-11-02T00:00:00+08:00"));
    let early = delete_shard(&doomed, until, time("2029-10-31T23:59:59+08:00"));
    assert!(matches!(early, Err(Error::Retention { .. })));
    assert!(doomed.join("checkpoint").is_file(), "refused means untouched");
    let writer = Shard::open(&doomed, &names[1].origin("log.example.cn"), signers()).unwrap();
    assert!(matches!(delete_shard(&doomed, until, late), Err(Error::Locked { .. })));
    drop(writer);
    let tombstone = delete_shard(&doomed, until, late).unwrap();
    assert!(!doomed.exists());
    assert_eq!(tombstone.sm3_checkpoint.as_deref(), Some(given_out.sm3.checkpoint.as_str()));
    assert_eq!(shards(root.path()).unwrap(), [names[0].clone(), names[2].clone()]);
    for name in [&names[0], &names[2]] {
        let reader = Reader::open(&name.dir(root.path())).unwrap();
        for index in 0..20 {
            Evidence::build(&reader, index, &keys(), Vec::new()).unwrap();
        }
    }
    evidence::verify(&given_out, Some(&keys())).unwrap();
}

#[test]
fn a_deletion_stopped_by_a_crash_is_finished_by_asking_again() {
    let root = tempfile::tempdir().unwrap();
    let name = ShardName::new("calls-3y", "2026-10").unwrap();
    let dir = name.dir(root.path());
    Shard::open(&dir, "o", signers()).unwrap().publish(1).unwrap();
    let now = time("2030-01-01T00:00:00Z");
    let kept = root.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    std::fs::copy(dir.join("checkpoint"), kept.join("checkpoint")).unwrap();
    let first = delete_shard(&dir, now, now).unwrap();
    std::fs::rename(&kept, dir.with_file_name("2026-10.deleting")).unwrap();
    assert_eq!(delete_shard(&dir, now, now).unwrap(), first);
    assert!(!dir.with_file_name("2026-10.deleting").exists());
}

#[test]
fn names_that_could_leave_the_root_are_refused() {
    for bad in ["", "..", "a/b", "A", "-a", "期", "a.b", &"a".repeat(65)] {
        assert!(ShardName::new(bad, "2026").is_err() && ShardName::new("acts", bad).is_err(), "{bad:?}");
    }
}
