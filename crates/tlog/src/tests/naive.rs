//! The definitions of RFC 6962 §2.1 word for word, slow and obviously right, as a second opinion (P14).

use proptest::prelude::*;

use crate::Hash;
use crate::merkle::{self, CompactRange, Sha256Tree, Sm3Tree, TreeHash};

/// MTH(D) over leaf hashes.
pub(crate) fn mth<H: TreeHash>(d: &[Hash]) -> Hash {
    match d.len() {
        0 => H::empty(),
        1 => d[0],
        n => H::node(&mth::<H>(&d[..split(n)]), &mth::<H>(&d[split(n)..])),
    }
}

/// PATH(m, D).
pub(crate) fn path<H: TreeHash>(m: usize, d: &[Hash]) -> Vec<Hash> {
    if d.len() == 1 {
        return Vec::new();
    }
    let k = split(d.len());
    let (mut below, other) =
        if m < k { (path::<H>(m, &d[..k]), mth::<H>(&d[k..])) } else { (path::<H>(m - k, &d[k..]), mth::<H>(&d[..k])) };
    below.push(other);
    below
}

/// SUBPROOF(m, D, b); PROOF(m, D) is that with b = true.
pub(crate) fn subproof<H: TreeHash>(m: usize, d: &[Hash], b: bool) -> Vec<Hash> {
    if m == d.len() {
        return if b { Vec::new() } else { vec![mth::<H>(d)] };
    }
    let k = split(d.len());
    let (mut below, other) = if m <= k {
        (subproof::<H>(m, &d[..k], b), mth::<H>(&d[k..]))
    } else {
        (subproof::<H>(m - k, &d[k..], false), mth::<H>(&d[..k]))
    };
    below.push(other);
    below
}

pub(crate) fn hashes<H: TreeHash>(leaves: &[Vec<u8>]) -> Vec<Hash> {
    leaves.iter().map(|leaf| H::leaf(leaf)).collect()
}

fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// The node function over leaf hashes in memory.
fn nodes<H: TreeHash>(d: &[Hash]) -> impl FnMut(u8, u64) -> crate::Result<Hash> {
    move |level, index| {
        let start = (index as usize) << level;
        Ok(mth::<H>(&d[start..start + (1 << level)]))
    }
}

fn agrees<H: TreeHash>(n: u64) {
    let d = hashes::<H>(&super::leaves(0..n));
    let root = mth::<H>(&d);
    let mut range = CompactRange::<H>::new();
    d.iter().for_each(|leaf| range.append(*leaf));
    assert_eq!(range.root(), root);
    assert_eq!(merkle::root_from_nodes::<H>(n, nodes::<H>(&d)).unwrap(), root);
    for m in 0..n {
        let proof = merkle::inclusion_proof::<H>(m, n, nodes::<H>(&d)).unwrap();
        assert_eq!(proof, path::<H>(m as usize, &d), "inclusion of {m} in {n}");
        merkle::verify_inclusion::<H>(&d[m as usize], m, n, &proof, &root).unwrap();
        let old = mth::<H>(&d[..=m as usize]);
        let proof = merkle::consistency_proof::<H>(m + 1, n, nodes::<H>(&d)).unwrap();
        assert_eq!(proof, subproof::<H>(m as usize + 1, &d, true), "consistency of {} with {n}", m + 1);
        merkle::verify_consistency::<H>(m + 1, &old, n, &root, &proof).unwrap();
    }
}

#[test]
fn proofs_of_every_small_tree_are_those_of_the_rfc_in_both_hashes() {
    for n in 1..=70 {
        agrees::<Sha256Tree>(n);
        agrees::<Sm3Tree>(n);
    }
}

#[test]
fn every_subtree_of_every_small_tree_is_proved_and_nothing_else_is_a_subtree() {
    for n in 1..=33u64 {
        let d = hashes::<Sha256Tree>(&super::leaves(0..n));
        let root = mth::<Sha256Tree>(&d);
        for start in 0..n {
            for end in start + 1..=n {
                let proof = merkle::subtree_consistency_proof::<Sha256Tree>(start..end, n, nodes::<Sha256Tree>(&d));
                let valid = start % (end - start).next_power_of_two() == 0;
                assert_eq!(proof.is_ok(), valid, "{start}..{end}");
                let Ok(proof) = proof else { continue };
                let sub = mth::<Sha256Tree>(&d[start as usize..end as usize]);
                merkle::verify_subtree_consistency::<Sha256Tree>(start..end, &sub, n, &root, &proof).unwrap();
                for other in [Sha256Tree::empty(), root] {
                    let accepted =
                        merkle::verify_subtree_consistency::<Sha256Tree>(start..end, &other, n, &root, &proof);
                    assert_eq!(accepted.is_ok(), other == sub);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A proof that was tampered with in any bit, or moved to another index or size, does not verify.
    #[test]
    fn a_changed_inclusion_proof_never_verifies(n in 2u64..200, m in 0u64..200, at in 0usize..64, bit in 0usize..256, shift in 1u64..200) {
        let m = m % n;
        let d = hashes::<Sm3Tree>(&super::leaves(0..n));
        let root = mth::<Sm3Tree>(&d);
        let mut proof = path::<Sm3Tree>(m as usize, &d);
        let elsewhere = (m + shift % n) % n;
        if elsewhere != m {
            prop_assert!(merkle::verify_inclusion::<Sm3Tree>(&d[m as usize], elsewhere, n, &proof, &root).is_err());
        }
        let at = at % proof.len();
        proof[at][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(merkle::verify_inclusion::<Sm3Tree>(&d[m as usize], m, n, &proof, &root).is_err());
    }
}
