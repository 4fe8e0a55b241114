//! The right edge of one tree: its frontier and the tiles that are not yet full. All that a writer must remember.
//!
//! The frontier stops at the last full tile. The inner nodes of a tile are computed when it is full, row by row, because
//! a row of nodes can be hashed side by side while a chain of single appends cannot.

use crate::merkle::{CompactRange, TreeHash};
use crate::store::Store;
use crate::tile::{self, HEIGHT, TileId, WIDTH};
use crate::{Hash, Result};

#[derive(Debug)]
pub(crate) struct Edge<H> {
    /// Over the leaves in full tiles.
    full: CompactRange<H>,
    /// The unfinished tile of leaf hashes.
    leaves: Row,
    /// The unfinished tiles of the levels above, from level 1 upwards.
    upper: Vec<Row>,
}

/// The unfinished tile of one level.
#[derive(Debug, Clone, Default)]
struct Row {
    hashes: Vec<Hash>,
    changed: bool,
}

impl<H> Clone for Edge<H> {
    fn clone(&self) -> Self {
        Self { full: self.full.clone(), leaves: self.leaves.clone(), upper: self.upper.clone() }
    }
}

impl<H: TreeHash> Edge<H> {
    /// Reads the edge of the tree of `size` leaves from published tiles; O(log n) files.
    pub(crate) fn load(store: &Store, size: u64) -> Result<Self> {
        let in_full_tiles = size.saturating_sub(size % u64::from(WIDTH));
        let full = CompactRange::load(in_full_tiles, store.nodes::<H>(size))?;
        let row = |level, index| -> Result<Row> {
            let bytes = store.tile_bytes::<H>(level, index, size)?;
            Ok(Row { hashes: tile::decode(&bytes).unwrap_or_default().to_vec(), changed: false })
        };
        let mut full_below = size / u64::from(WIDTH);
        let (leaves, mut upper) = (row(0, full_below)?, Vec::new());
        let mut level = 1u8;
        while full_below > 0 {
            full_below /= u64::from(WIDTH);
            upper.push(row(level, full_below)?);
            level = level.saturating_add(1);
        }
        Ok(Self { full, leaves, upper })
    }

    pub(crate) fn size(&self) -> u64 {
        self.full.size().saturating_add(u64::try_from(self.leaves.hashes.len()).unwrap_or(u64::MAX))
    }

    pub(crate) fn root(&self) -> Hash {
        let mut range = self.full.clone();
        self.leaves.hashes.iter().for_each(|leaf| range.append(*leaf));
        range.root()
    }

    /// Adds leaf hashes; every tile that they fill is handed to `full`.
    pub(crate) fn extend(
        &mut self,
        mut leaves: &[Hash],
        full: &mut impl FnMut(TileId, &[Hash]) -> Result<()>,
    ) -> Result<()> {
        while !leaves.is_empty() {
            let room = usize::from(WIDTH).saturating_sub(self.leaves.hashes.len());
            let (now, later) = leaves.split_at_checked(room).unwrap_or((leaves, &[]));
            self.leaves.hashes.extend_from_slice(now);
            self.leaves.changed = true;
            if self.leaves.is_full() {
                self.complete(full)?;
            }
            leaves = later;
        }
        Ok(())
    }

    /// Hands over the partial tiles that changed since the last call.
    pub(crate) fn partial_tiles(&mut self, mut write: impl FnMut(TileId, &[Hash]) -> Result<()>) -> Result<()> {
        let size = self.size();
        for (level, row) in (0u8..).zip(std::iter::once(&mut self.leaves).chain(&mut self.upper)) {
            if !std::mem::take(&mut row.changed) {
                continue;
            }
            let hashes = size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0);
            if let Some(id) = TileId::in_tree(level, hashes / u64::from(WIDTH), size) {
                write(id, &row.hashes)?;
            }
        }
        Ok(())
    }

    /// Takes the full tile of leaves into the frontier, and the roots that this completes into the tiles above.
    fn complete(&mut self, full: &mut impl FnMut(TileId, &[Hash]) -> Result<()>) -> Result<()> {
        let index = self.full.size() / u64::from(WIDTH);
        full(TileId { level: 0, index, width: WIDTH }, &self.leaves.hashes)?;
        let root = tile_root::<H>(&self.leaves.hashes);
        self.leaves.clear();
        // The first root is the tile's own at level 1; each further one is of the tile above, completed by it.
        let mut roots = Vec::new();
        self.full.append_perfect(HEIGHT, root, |tree_level, index, hash| {
            if tree_level.is_multiple_of(HEIGHT) {
                roots.push((tree_level / HEIGHT, index, *hash));
            }
        });
        if self.upper.len() < roots.len() {
            self.upper.resize_with(roots.len(), Row::default);
        }
        for ((level, index, root), row) in roots.into_iter().zip(&mut self.upper) {
            row.hashes.push(root);
            row.changed = true;
            if row.is_full() {
                full(TileId { level, index: index / u64::from(WIDTH), width: WIDTH }, &row.hashes)?;
                row.clear();
            }
        }
        Ok(())
    }
}

impl Row {
    fn is_full(&self) -> bool {
        self.hashes.len() == usize::from(WIDTH)
    }

    fn clear(&mut self) {
        self.hashes.clear();
        self.changed = false;
    }
}

/// The root over the hashes of a full tile.
fn tile_root<H: TreeHash>(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = H::nodes(row.as_chunks::<2>().0);
    }
    row.pop().unwrap_or_else(H::empty)
}
