//! The writer against a naive reference, and its refusals.

use proptest::prelude::*;

use super::{ORIGIN, keys, leaves, naive, open, signers};
use crate::merkle::{self, Sha256Tree, Sm3Tree, TreeHash as _};
use crate::{Error, FailurePoint, Reader, Shard, fsck};

/// Compares everything a shard says about its published leaves with the definitions.
fn compare(shard: &Shard, expected: &[Vec<u8>], samples: impl Iterator<Item = u64>) {
    let published = shard.published();
    let (sm3, sha256) = (naive::hashes::<Sm3Tree>(expected), naive::hashes::<Sha256Tree>(expected));
    let Some(pair) = shard.checkpoints() else { return assert_eq!(published, 0) };
    // After a crash between the checkpoints one of them may be ahead; each must be right for its own size.
    let (national, public) = (&pair.sm3.checkpoint, &pair.sha256.checkpoint);
    assert_eq!(national.root, naive::mth::<Sm3Tree>(&sm3[..national.size as usize]));
    assert_eq!(public.root, naive::mth::<Sha256Tree>(&sha256[..public.size as usize]));
    assert_eq!(published, pair.size());
    for sample in samples.filter(|_| published > 0) {
        let (index, size) = (sample % published, published - (sample / 7) % (published - sample % published));
        let at = usize::try_from(size).unwrap();
        assert_eq!(shard.leaf(index).unwrap(), expected[index as usize]);
        let proof = shard.prove(index, size).unwrap();
        assert_eq!(proof.sm3, naive::path::<Sm3Tree>(index as usize, &sm3[..at]), "leaf {index} of {size}");
        assert_eq!(proof.sha256, naive::path::<Sha256Tree>(index as usize, &sha256[..at]), "leaf {index} of {size}");
        let proof = shard.consistency(index + 1, size).unwrap();
        assert_eq!(proof.sm3, naive::subproof::<Sm3Tree>(index as usize + 1, &sm3[..at], true));
        assert_eq!(proof.sha256, naive::subproof::<Sha256Tree>(index as usize + 1, &sha256[..at], true));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(u16),
    Publish,
    Reopen,
    Crash(FailurePoint),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u16..400).prop_map(Step::Append),
        3 => Just(Step::Publish),
        2 => Just(Step::Reopen),
        2 => (0..FailurePoint::ALL.len()).prop_map(|at| Step::Crash(FailurePoint::ALL[at])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// I2, I4: whatever the order of appends, publications, restarts and crashes, acknowledged leaves are there exactly
    /// once, in order, and the published trees are those of the definitions.
    #[test]
    fn any_history_gives_the_tree_of_its_acknowledged_leaves(steps in prop::collection::vec(step(), 1..14), seed in any::<u64>()) {
        let dir = tempfile::tempdir().unwrap();
        let mut shard = open(dir.path());
        let mut model: Vec<Vec<u8>> = Vec::new();
        for step in steps {
            match step {
                Step::Append(count) => {
                    let batch = leaves(model.len() as u64..model.len() as u64 + u64::from(count));
                    prop_assert_eq!(shard.append(&batch).unwrap(), model.len() as u64..(model.len() + batch.len()) as u64);
                    model.extend(batch);
                }
                Step::Publish => {
                    shard.publish(model.len() as u64).unwrap();
                    prop_assert_eq!(shard.published(), model.len() as u64);
                }
                Step::Reopen => {
                    drop(shard);
                    shard = open(dir.path());
                }
                Step::Crash(point) => {
                    shard.fail_at(point);
                    let batch = leaves(model.len() as u64..model.len() as u64 + 3);
                    let appended = shard.append(&batch);
                    let published = shard.publish(0);
                    drop(shard);
                    shard = open(dir.path());
                    // Not acknowledged, so it may be there or not; if it is, then as a whole.
                    let kept = shard.len() as usize - model.len();
                    prop_assert!(kept == 0 || kept == 3);
                    prop_assert!(appended.is_err() || kept == 3);
                    prop_assert!(published.is_err() || appended.is_ok());
                    model.extend(batch.into_iter().take(kept));
                }
            }
            prop_assert_eq!(shard.len(), model.len() as u64);
        }
        compare(&shard, &model, (0..6).map(|i| seed.rotate_left(i * 9) % 100_000));
        drop(shard);
        drop(open(dir.path()));
        let report = fsck::check(dir.path(), &keys());
        prop_assert!(report.is_sound(), "{}", report);
    }
}

#[test]
fn a_log_of_three_tile_levels_proves_every_kind_of_position() {
    let dir = tempfile::tempdir().unwrap();
    let all = leaves(0..66_000);
    let mut shard = open(dir.path());
    for batch in all.chunks(20_000) {
        shard.append(batch).unwrap();
        shard.publish(1).unwrap();
    }
    let edges = [0, 1, 255, 256, 257, 19_999, 20_000, 65_535, 65_536, 65_999];
    compare(&shard, &all, edges.into_iter());
    drop(shard);
    let shard = open(dir.path());
    compare(&shard, &all, edges.into_iter());
    let reader = Reader::open_with_cache(dir.path(), 2).unwrap();
    assert_eq!(reader.prove(40_000, 66_000).unwrap(), shard.prove(40_000, 66_000).unwrap());
    let report = fsck::check(dir.path(), &keys());
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.published, 66_000);
}

#[test]
fn every_pair_of_published_checkpoints_is_consistent() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    let mut pairs = Vec::new();
    for size in [1, 2, 3, 255, 256, 257, 511, 513, 700] {
        shard.append(&leaves(shard.len()..size)).unwrap();
        pairs.push(shard.publish(size).unwrap());
    }
    for (position, old) in pairs.iter().enumerate() {
        for new in &pairs[position..] {
            let (old, new) = (&old.sm3.checkpoint, &new.sm3.checkpoint);
            let proof = shard.consistency(old.size, new.size).unwrap();
            merkle::verify_consistency::<Sm3Tree>(old.size, &old.root, new.size, &new.root, &proof.sm3).unwrap();
        }
    }
    assert_eq!(pairs[0].sm3.checkpoint.time_ms(), Some(1));
    assert!(pairs[0].sha256.checkpoint.extensions.is_empty());
}

#[test]
fn two_writers_can_never_share_a_shard_and_readers_need_no_lock() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    assert!(matches!(Shard::open(dir.path(), ORIGIN, signers()), Err(Error::Locked { .. })));
    shard.append(&[b"a"]).unwrap();
    shard.publish(1).unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(reader.leaf(0).unwrap(), b"a");
    shard.append(&[b"b"]).unwrap();
    assert!(matches!(reader.leaf(1), Err(Error::NotPublished { asked: 2, published: 1 })));
    shard.publish(2).unwrap();
    reader.refresh().unwrap();
    assert_eq!(reader.leaf(1).unwrap(), b"b");
    drop(shard);
    open(dir.path());
}

#[test]
fn a_shard_keeps_its_origin_and_its_keys() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).append(&[b"a"]).unwrap();
    assert!(matches!(Shard::open(dir.path(), "another", signers()), Err(Error::Origin { .. })), "from the journal");
    open(dir.path()).publish(1).unwrap();
    assert!(matches!(Shard::open(dir.path(), "another", signers()), Err(Error::Origin { .. })), "from the checkpoint");
    let mut other = signers();
    other.ed25519 = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    assert!(matches!(Shard::open(dir.path(), ORIGIN, other), Err(Error::Note(_))));
    assert!(matches!(Shard::open(dir.path(), "with space", signers()), Err(Error::Name { .. })));
}

#[test]
fn a_leaf_that_is_too_long_is_refused_and_spoils_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    let longest = vec![7; 65_535];
    assert_eq!(shard.append(&[&longest]).unwrap(), 0..1);
    let refused = shard.append(&[b"a".to_vec(), vec![7; 65_536]]);
    assert!(matches!(refused, Err(Error::LeafTooLong { position: 1, length: 65_536 })));
    assert_eq!(shard.append(&[b""]).unwrap(), 1..2);
    assert_eq!(shard.append(&[[0u8; 0]; 0]).unwrap(), 2..2);
    shard.publish(1).unwrap();
    assert_eq!((shard.leaf(0).unwrap(), shard.leaf(1).unwrap()), (longest, Vec::new()));
}

#[test]
fn publishing_without_news_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    let first = shard.publish(1).unwrap();
    assert_eq!((first.size(), shard.publish(2).unwrap()), (0, first));
    shard.append(&[b"a"]).unwrap();
    let second = shard.publish(3).unwrap();
    assert_eq!(shard.publish(4).unwrap(), second);
    drop(shard);
    assert_eq!(open(dir.path()).publish(5).unwrap(), second);
}

#[test]
fn the_journal_does_not_grow_without_bound() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    let batch: Vec<Vec<u8>> = (0..100).map(|_| vec![1; 60_000]).collect();
    shard.append(&batch).unwrap();
    let journal = dir.path().join("journal");
    assert!(std::fs::metadata(&journal).unwrap().len() > 6_000_000);
    shard.publish(1).unwrap();
    assert!(std::fs::metadata(&journal).unwrap().len() < 1000);
    assert_eq!(shard.append(&[b"next"]).unwrap(), 100..101);
    drop(shard);
    let mut shard = open(dir.path());
    shard.publish(2).unwrap();
    assert_eq!(shard.leaf(100).unwrap(), b"next");
}

#[test]
fn superseded_partial_tiles_are_removed_once_the_full_one_is_published() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..200)).unwrap();
    shard.publish(1).unwrap();
    assert!(dir.path().join("sm3/tile/0/000.p/200").is_file());
    let old = Reader::open(dir.path()).unwrap();
    shard.append(&leaves(200..300)).unwrap();
    shard.publish(2).unwrap();
    for gone in ["sm3/tile/0/000.p", "tile/0/000.p", "tile/entries/000.p"] {
        assert!(!dir.path().join(gone).exists(), "{gone}");
    }
    // A reader that still holds the older checkpoint finds what it needs in the full tile.
    let proof = old.prove(199, 200).unwrap();
    let root = old.checkpoints().sha256.checkpoint.root;
    merkle::verify_inclusion::<Sha256Tree>(
        &naive::hashes::<Sha256Tree>(&leaves(199..200))[0],
        199,
        200,
        &proof.sha256,
        &root,
    )
    .unwrap();
}

/// A tile that is held while the next one is read may lie in the slot that the next one wants; and readers of many
/// threads hold tiles and ask for the edge at the same time. Neither may wait in a circle.
#[test]
fn proofs_from_a_cache_of_one_tile_hold_in_many_threads() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.append(&leaves(0..2_000)).unwrap();
    let pair = shard.publish(1).unwrap();
    let expected = leaves(0..2_000);
    let reader = crate::Reader::open_with_cache(dir.path(), 1).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (reader, pair, expected) = (&reader, &pair, &expected);
            scope.spawn(move || {
                for step in 0..300 {
                    let size = 2_000 - (step * 7 + thread) % 900;
                    let index = (step * 611 + thread * 97) % size;
                    let proof = reader.prove(index, size).unwrap();
                    if size == 2_000 {
                        let leaf = Sm3Tree::leaf(&expected[index as usize]);
                        let root = &pair.sm3.checkpoint.root;
                        merkle::verify_inclusion::<Sm3Tree>(&leaf, index, size, &proof.sm3, root).unwrap();
                    }
                }
            });
        }
    });
}
