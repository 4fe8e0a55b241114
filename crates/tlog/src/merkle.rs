//! Merkle trees after RFC 6962 §2.1, generic over the hash.
//!
//! One idea serves all four kinds of proof. A proof says how a *wanted* range of leaves sits inside a *tree* range:
//! starting at the whole tree we step down to the half that holds the wanted range and note the other half, until both
//! coincide. An inclusion proof wants one leaf, a consistency proof wants the first `n` leaves, a subtree consistency
//! proof wants any aligned range (draft-ietf-plants-merkle-tree-certs §4). So builder and verifier share one `step`.

use std::marker::PhantomData;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

/// A 256-bit hash value: of a leaf, a node or a root.
pub type Hash = [u8; 32];

/// A hash function in the tree form of RFC 6962: leaves and nodes are domain-separated by their first byte.
pub trait TreeHash: Send + Sync + 'static {
    /// The name of the hash function, as shown to people.
    const NAME: &'static str;
    /// Where this tree's tiles and checkpoint live under the shard directory: empty or ending in `/`.
    const PREFIX: &'static str;
    /// The root of the empty tree: the hash of no bytes.
    fn empty() -> Hash;
    /// The hash of a leaf: `H(0x00 ‖ data)`.
    fn leaf(data: &[u8]) -> Hash;
    /// The hash of an inner node: `H(0x01 ‖ left ‖ right)`.
    fn node(left: &Hash, right: &Hash) -> Hash;
    /// The hashes of many leaves, in their order. A hash function that knows how to do several at once says so here.
    fn leaves(data: &[&[u8]]) -> Vec<Hash> {
        data.iter().map(|leaf| Self::leaf(leaf)).collect()
    }
    /// The hashes of a row of inner nodes, each over its two children.
    fn nodes(pairs: &[[Hash; 2]]) -> Vec<Hash> {
        pairs.iter().map(|[left, right]| Self::node(left, right)).collect()
    }
}

/// The public tree: SHA-256, as foreign tools expect it.
#[derive(Debug, Clone, Copy)]
pub struct Sha256Tree;

impl TreeHash for Sha256Tree {
    const NAME: &'static str = "SHA-256";
    const PREFIX: &'static str = "";
    fn empty() -> Hash {
        Sha256::digest([]).into()
    }
    fn leaf(data: &[u8]) -> Hash {
        Sha256::new().chain_update([0]).chain_update(data).finalize().into()
    }
    fn node(left: &Hash, right: &Hash) -> Hash {
        Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
    }
}

/// The national tree: SM3 (GB/T 32905-2016).
#[derive(Debug, Clone, Copy)]
pub struct Sm3Tree;

impl TreeHash for Sm3Tree {
    const NAME: &'static str = "SM3";
    const PREFIX: &'static str = "sm3/";
    fn empty() -> Hash {
        sm::sm3(&[])
    }
    fn leaf(data: &[u8]) -> Hash {
        let mut hasher = sm::Sm3Hasher::new();
        hasher.update(&[0]);
        hasher.update(data);
        hasher.finalize()
    }
    fn node(left: &Hash, right: &Hash) -> Hash {
        sm::sm3_pair(1, left, right)
    }
    fn leaves(data: &[&[u8]]) -> Vec<Hash> {
        sm::sm3_many_prefixed(0, data)
    }
    fn nodes(pairs: &[[Hash; 2]]) -> Vec<Hash> {
        sm::sm3_pairs(1, pairs)
    }
}

/// Builds the proof that leaf `index` is in the tree of `size` leaves (RFC 6962 §2.1.1, leaf first).
///
/// `node(level, i)` gives the hash of the perfect subtree over leaves `i << level .. (i + 1) << level`.
///
/// # Errors
/// [`Error::Range`] if `index` is not below `size`, and whatever `node` returns.
pub fn inclusion_proof<H: TreeHash>(
    index: u64,
    size: u64,
    mut node: impl FnMut(u8, u64) -> Result<Hash>,
) -> Result<Vec<Hash>> {
    if index >= size {
        return Err(Error::Range(format!("leaf {index} of a tree of {size}")));
    }
    build(index..index.saturating_add(1), 0..size, |range| range_root::<H>(range, &mut node))
}

/// Builds the proof that the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC 6962 §2.1.2).
///
/// # Errors
/// [`Error::Range`] unless `0 < old <= new`, and whatever `node` returns.
pub fn consistency_proof<H: TreeHash>(
    old: u64,
    new: u64,
    mut node: impl FnMut(u8, u64) -> Result<Hash>,
) -> Result<Vec<Hash>> {
    if old == 0 || old > new {
        return Err(Error::Range(format!("from size {old} to size {new}")));
    }
    build(0..old, 0..new, |range| range_root::<H>(range, &mut node))
}

/// Builds the proof that the subtree over `range` belongs to the tree of `size` leaves.
///
/// # Errors
/// [`Error::Range`] if the range is empty, beyond the tree or not a valid subtree, and whatever `node` returns.
pub fn subtree_consistency_proof<H: TreeHash>(
    range: Range<u64>,
    size: u64,
    mut node: impl FnMut(u8, u64) -> Result<Hash>,
) -> Result<Vec<Hash>> {
    if range.is_empty() || range.end > size || !is_subtree(&range) {
        return Err(Error::Range(format!("subtree {}..{} of a tree of {size}", range.start, range.end)));
    }
    build(range, 0..size, |range| range_root::<H>(range, &mut node))
}

/// Checks an inclusion proof against a trusted root.
///
/// # Errors
/// [`Error::Proof`] if it does not hold.
pub fn verify_inclusion<H: TreeHash>(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<()> {
    if index >= size {
        return Err(Error::Proof("the leaf is beyond the tree"));
    }
    let (_, computed) = fold::<H>(index..index.saturating_add(1), 0..size, leaf, proof)?;
    expect(computed == *root, "the path does not lead to the root")
}

/// Checks a consistency proof between two trusted sizes and roots.
///
/// Two equal sizes are consistent if and only if the roots are equal and the proof is empty; an empty tree has but one
/// root.
/// A proof from size 0 to a later size would prove nothing, so it is refused.
///
/// # Errors
/// [`Error::Proof`] if it does not hold.
pub fn verify_consistency<H: TreeHash>(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<()> {
    expect(old <= new, "the log shrank")?;
    if old == new {
        expect(proof.is_empty(), "a proof between equal sizes is empty")?;
        expect(new > 0 || *new_root == H::empty(), "the root of an empty tree is the hash of no bytes")?;
        return expect(old_root == new_root, "equal sizes with different roots");
    }
    expect(old > 0, "consistency with an empty tree proves nothing")?;
    let (sub, full) = fold::<H>(0..old, 0..new, old_root, proof)?;
    expect(sub == *old_root, "the path does not lead to the old root")?;
    expect(full == *new_root, "the path does not lead to the new root")
}

/// Checks that leaf `index` is in the subtree over `range` whose root is trusted.
///
/// # Errors
/// [`Error::Proof`] if it does not hold or the range is not a valid subtree.
pub fn verify_subtree_inclusion<H: TreeHash>(
    leaf: &Hash,
    index: u64,
    range: Range<u64>,
    proof: &[Hash],
    root: &Hash,
) -> Result<()> {
    expect(range.contains(&index), "the leaf is outside the subtree")?;
    expect(is_subtree(&range), "the range is not a subtree")?;
    let (_, computed) = fold::<H>(index..index.saturating_add(1), range, leaf, proof)?;
    expect(computed == *root, "the path does not lead to the root")
}

/// Checks that the subtree over `range` belongs to the tree of `size` leaves whose root is trusted.
///
/// An empty range has the empty root and needs no proof.
///
/// # Errors
/// [`Error::Proof`] if it does not hold or the range is not a valid subtree.
pub fn verify_subtree_consistency<H: TreeHash>(
    range: Range<u64>,
    subtree_root: &Hash,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<()> {
    expect(range.start <= range.end && range.end <= size, "the subtree is beyond the tree")?;
    if range.is_empty() {
        expect(proof.is_empty(), "a proof for an empty subtree is empty")?;
        return expect(*subtree_root == H::empty(), "an empty subtree has the empty root");
    }
    expect(is_subtree(&range), "the range is not a subtree")?;
    let (sub, full) = fold::<H>(range, 0..size, subtree_root, proof)?;
    expect(sub == *subtree_root, "the path does not lead to the subtree's root")?;
    expect(full == *root, "the path does not lead to the tree's root")
}

/// The root of the tree of `size` leaves, from the hashes of its perfect subtrees.
///
/// # Errors
/// Whatever `node` returns.
pub fn root_from_nodes<H: TreeHash>(size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash>) -> Result<Hash> {
    range_root::<H>(0..size, &mut node)
}

/// The frontier of a growing tree: the roots of its perfect subtrees, largest first. It has at most 64 hashes, so
/// appending needs no more memory than that.
#[derive(Debug)]
pub struct CompactRange<H> {
    size: u64,
    nodes: Vec<Hash>,
    hash: PhantomData<H>,
}

impl<H> Clone for CompactRange<H> {
    fn clone(&self) -> Self {
        Self { size: self.size, nodes: self.nodes.clone(), hash: PhantomData }
    }
}

impl<H: TreeHash> Default for CompactRange<H> {
    fn default() -> Self {
        Self::new()
    }
}

impl<H: TreeHash> CompactRange<H> {
    /// The frontier of the empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, nodes: Vec::new(), hash: PhantomData }
    }

    /// The frontier of an existing tree, from the hashes of its perfect subtrees.
    ///
    /// # Errors
    /// Whatever `node` returns.
    pub fn load(size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash>) -> Result<Self> {
        let nodes = perfect(0..size).map(|(level, index)| node(level, index)).collect::<Result<_>>()?;
        Ok(Self { size, nodes, hash: PhantomData })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds one leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_, _, _| {});
    }

    /// Adds one leaf hash and reports every subtree that it completes as `(level, index, hash)`, lowest first.
    pub fn append_with(&mut self, leaf: Hash, completed: impl FnMut(u8, u64, &Hash)) {
        self.append_perfect(0, leaf, completed);
    }

    /// Adds the root of a perfect subtree of `2^level` leaves and reports it and every subtree that it completes. The
    /// tree's size must be a multiple of that number; else the subtree has no place in it, and nothing happens.
    pub(crate) fn append_perfect(&mut self, level: u8, root: Hash, mut completed: impl FnMut(u8, u64, &Hash)) {
        let leaves = 1u64.checked_shl(u32::from(level)).unwrap_or(0);
        let Some(mut index) = self.size.checked_div(leaves).filter(|_| self.size.is_multiple_of(leaves)) else {
            return;
        };
        let (mut hash, mut level) = (root, level);
        completed(level, index, &hash);
        while index & 1 == 1 {
            let Some(left) = self.nodes.pop() else { break };
            hash = H::node(&left, &hash);
            level = level.saturating_add(1);
            index >>= 1;
            completed(level, index, &hash);
        }
        self.nodes.push(hash);
        self.size = self.size.saturating_add(leaves);
    }

    /// The root of the tree as it stands.
    #[must_use]
    pub fn root(&self) -> Hash {
        join::<H>(&self.nodes)
    }
}

/// A range is a subtree if its start is a multiple of the smallest power of two that holds it.
fn is_subtree(range: &Range<u64>) -> bool {
    let width = range.end.saturating_sub(range.start);
    width.checked_next_power_of_two().is_some_and(|pow| width > 0 && range.start.is_multiple_of(pow))
}

/// One step down: the half that holds the wanted part, and the other half.
struct Step {
    child: Range<u64>,
    sibling: Range<u64>,
    sibling_is_left: bool,
    /// What is wanted below; shorter than before only if the wanted range fills the left half and reaches beyond.
    want: Range<u64>,
    /// Whether the wanted range reached over the middle, so that its left part is the sibling.
    spans: bool,
}

/// Steps from `tree` towards `want`, which lies inside it and differs from it.
fn step(want: &Range<u64>, tree: &Range<u64>) -> Step {
    let width = tree.end.saturating_sub(tree.start);
    let half = 1u64.checked_shl(63u32.saturating_sub(width.saturating_sub(1).leading_zeros())).unwrap_or(0);
    let mid = tree.start.saturating_add(half);
    if want.end <= mid {
        Step {
            child: tree.start..mid,
            sibling: mid..tree.end,
            sibling_is_left: false,
            want: want.clone(),
            spans: false,
        }
    } else {
        let spans = want.start < mid;
        let start = want.start.max(mid);
        Step { child: mid..tree.end, sibling: tree.start..mid, sibling_is_left: true, want: start..want.end, spans }
    }
}

/// Builds any of the proofs; `root(range)` gives the root over a range of leaves whose start is aligned.
pub(crate) fn build(
    want: Range<u64>,
    tree: Range<u64>,
    mut root: impl FnMut(Range<u64>) -> Result<Hash>,
) -> Result<Vec<Hash>> {
    let (mut want, mut tree, mut known, mut proof) = (want, tree, true, Vec::with_capacity(32));
    while want != tree {
        let step = step(&want, &tree);
        proof.push(root(step.sibling)?);
        known &= !step.spans;
        (want, tree) = (step.want, step.child);
    }
    if !known {
        proof.push(root(tree)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Recomputes the roots of the wanted range and of the whole tree from a proof.
fn fold<H: TreeHash>(want: Range<u64>, tree: Range<u64>, wanted_root: &Hash, proof: &[Hash]) -> Result<(Hash, Hash)> {
    const TOO_SHORT: Error = Error::Proof("the proof is too short");
    let (mut want, mut tree, mut known) = (want, tree, true);
    let mut rest = proof.iter();
    let mut path = Vec::with_capacity(64);
    while want != tree {
        let step = step(&want, &tree);
        let sibling = rest.next_back().ok_or(TOO_SHORT)?;
        path.push((*sibling, step.sibling_is_left, step.spans));
        known &= !step.spans;
        (want, tree) = (step.want, step.child);
    }
    let start = if known { *wanted_root } else { *rest.next().ok_or(TOO_SHORT)? };
    expect(rest.len() == 0, "the proof is too long")?;
    let (mut sub, mut full) = (start, start);
    for (sibling, is_left, spans) in path.iter().rev() {
        if *spans {
            sub = H::node(sibling, &sub);
        }
        full = if *is_left { H::node(sibling, &full) } else { H::node(&full, sibling) };
    }
    Ok((sub, full))
}

/// The perfect subtrees that make up a range whose start is aligned, from left to right, as `(level, index)`.
fn perfect(range: Range<u64>) -> impl Iterator<Item = (u8, u64)> {
    let mut next = range.start;
    std::iter::from_fn(move || {
        let left = range.end.checked_sub(next).filter(|left| *left > 0)?;
        let level = left.ilog2().min(next.trailing_zeros());
        let index = next >> level;
        next = next.saturating_add(1u64 << level);
        u8::try_from(level).ok().map(|level| (level, index))
    })
}

/// The root over a range of leaves whose start is aligned, from its perfect subtrees, smallest and rightmost first.
pub(crate) fn range_root<H: TreeHash>(
    range: Range<u64>,
    node: &mut impl FnMut(u8, u64) -> Result<Hash>,
) -> Result<Hash> {
    let (mut end, mut root) = (range.end, None);
    while let Some(left) = end.checked_sub(range.start).filter(|left| *left > 0) {
        let level = left.trailing_zeros();
        let index = (end >> level).saturating_sub(1);
        let hash = node(u8::try_from(level).unwrap_or(u8::MAX), index)?;
        root = Some(root.map_or(hash, |right| H::node(&hash, &right)));
        end = end.saturating_sub(1u64 << level);
    }
    Ok(root.unwrap_or_else(H::empty))
}

/// Joins perfect subtrees from the smallest, rightmost one upwards.
fn join<H: TreeHash>(nodes: &[Hash]) -> Hash {
    nodes.iter().rev().copied().reduce(|right, left| H::node(&left, &right)).unwrap_or_else(H::empty)
}

fn expect(holds: bool, otherwise: &'static str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::Proof(otherwise)) }
}
