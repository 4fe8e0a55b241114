//! The examination of what witnesses have cosigned: the log must still hold it.

use super::{Examiner, Hash, Journal, SignedBy, Tree, mth, within};

const FILE: &str = "checkpoint.cosigned";

impl Examiner<'_> {
    /// Compares the cosigned checkpoint, where there is one, with the public tree that was just recomputed. Cosignatures are
    /// verified by whoever knows the witnesses.
    pub(super) fn cosigned(&mut self, tree: &Tree, key: &SignedBy<'_>, journal: &Journal) {
        if !self.unseen.contains(FILE) {
            return;
        }
        let Some(claim) = self.checkpoint(FILE, key) else { return };
        if tree.claim.as_ref().is_some_and(|published| published.origin != claim.origin) {
            self.fault(FILE, None, "it is of another log");
        }
        if claim.size > tree.size() {
            let what = format!("witnesses cosigned {} leaves, only {} are published", claim.size, tree.size());
            return self.fault(FILE, None, what);
        }
        let Some(tail) = self.tail(tree, claim.size, journal) else { return };
        if root_at(tree, claim.size, &tail) != claim.root {
            let what = format!("witnesses cosigned another tree of {} leaves than the one stored", claim.size);
            self.fault(FILE, None, what);
        }
    }

    /// Hashes of the leaves in the tile that this size leaves incomplete.
    fn tail(&mut self, tree: &Tree, size: u64, journal: &Journal) -> Option<Vec<Hash>> {
        if within(size) == 0 {
            return Some(Vec::new());
        }
        let leaves = self.bundle(size / 256, tree.size(), journal)?;
        Some(leaves.iter().take(within(size)).map(|leaf| (tree.leaf)(leaf)).collect())
    }
}

/// The root over the first `size` leaves: what is left over on each level, joined with the tail from below.
fn root_at(tree: &Tree, size: u64, tail: &[Hash]) -> Hash {
    let mut root = (!tail.is_empty()).then(|| mth(tail, tree.node));
    let (mut row, mut claimed) = (tree.tile_roots.clone(), size / 256);
    while claimed > 0 {
        let end = usize::try_from(claimed).unwrap_or(usize::MAX);
        let mut left_over: Vec<Hash> = row.get(end.saturating_sub(within(claimed))..end).unwrap_or_default().to_vec();
        left_over.extend(root);
        root = (!left_over.is_empty()).then(|| mth(&left_over, tree.node));
        row = row.chunks_exact(256).map(|hashes| mth(hashes, tree.node)).collect();
        claimed /= 256;
    }
    root.unwrap_or(tree.empty)
}
