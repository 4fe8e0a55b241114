//! Group commit: every caller gets its own index after the sync, or an error, never silence.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;

use super::{keys, open};
use crate::{Error, FailurePoint, GroupCommitter, fsck};

#[test]
fn many_threads_share_syncs_and_each_gets_the_index_of_its_own_leaf() {
    let dir = tempfile::tempdir().unwrap();
    let committer = GroupCommitter::new(open(dir.path()), 256).unwrap();
    let mut indices: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let committer = &committer;
                scope.spawn(move || {
                    let submit = |i| {
                        let leaf = format!("thread {thread} leaf {i}").into_bytes();
                        (committer.submit(leaf.clone()).unwrap(), leaf)
                    };
                    let tickets: Vec<_> = (0..100).map(submit).collect();
                    tickets.into_iter().map(|(ticket, leaf)| (ticket.wait().unwrap(), leaf)).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| indices.extend(thread.join().unwrap()));
    });
    assert_eq!(committer.publish(7).unwrap().size(), 800);
    let shard = committer.close().unwrap();
    assert_eq!(indices.len(), 800, "no index was given twice");
    for (index, leaf) in indices {
        assert_eq!(shard.leaf(index).unwrap(), leaf);
    }
    assert!(fsck::check(dir.path(), &keys()).is_sound());
}

#[test]
fn a_callback_is_called_with_the_index_and_dropping_the_committer_commits_what_waits() {
    let dir = tempfile::tempdir().unwrap();
    let committer = GroupCommitter::new(open(dir.path()), 4).unwrap();
    let (tell, told) = channel();
    for i in 0..10u64 {
        let tell = tell.clone();
        let leaf = i.to_string().into_bytes();
        committer.submit_with(leaf, move |outcome| tell.send((i, outcome.unwrap())).unwrap()).unwrap();
    }
    drop(committer);
    drop(tell);
    let told: Vec<_> = told.iter().collect();
    assert_eq!(told, (0..10).map(|i| (i, i)).collect::<Vec<_>>());
    assert_eq!(open(dir.path()).len(), 10);
}

#[test]
fn after_a_failed_write_nobody_is_acknowledged_and_later_callers_are_refused() {
    for point in [FailurePoint::JournalHalfWritten, FailurePoint::JournalSynced] {
        let dir = tempfile::tempdir().unwrap();
        let mut shard = open(dir.path());
        shard.fail_at(point);
        let committer = GroupCommitter::new(shard, 16).unwrap();
        assert!(matches!(committer.submit(b"a".to_vec()).unwrap().wait(), Err(Error::Poisoned { .. })));
        assert!(matches!(committer.submit(b"b".to_vec()), Err(Error::Poisoned { .. })));
        assert!(matches!(committer.submit_with(b"c".to_vec(), |_| unreachable!()), Err(Error::Poisoned { .. })));
        assert!(matches!(committer.publish(1), Err(Error::Poisoned { .. })));
    }
}

#[test]
fn a_leaf_that_is_too_long_is_refused_to_its_caller_only() {
    let dir = tempfile::tempdir().unwrap();
    let committer = GroupCommitter::new(open(dir.path()), 16).unwrap();
    assert!(matches!(committer.submit(vec![0; 65_536]), Err(Error::LeafTooLong { .. })));
    assert_eq!(committer.submit(vec![0; 65_535]).unwrap().wait().unwrap(), 0);
}
