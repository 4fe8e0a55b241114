//! The right edge of one tree: its frontier and the tiles that are not yet full. All that a writer must remember.

use crate::merkle::{CompactRange, TreeHash};
use crate::store::Store;
use crate::tile::{HEIGHT, TileId, WIDTH};
use crate::{Hash, Result};

const FULL: usize = WIDTH as usize * 32;

#[derive(Debug)]
pub(crate) struct Edge<H> {
    range: CompactRange<H>,
    tiles: Vec<Row>,
}

/// The unfinished tile of one level.
#[derive(Debug, Clone, Default)]
struct Row {
    bytes: Vec<u8>,
    changed: bool,
}

impl<H> Clone for Edge<H> {
    fn clone(&self) -> Self {
        Self { range: self.range.clone(), tiles: self.tiles.clone() }
    }
}

impl<H: TreeHash> Edge<H> {
    /// Reads the edge of the tree of `size` leaves from published tiles; O(log n) files.
    pub(crate) fn load(store: &Store, size: u64) -> Result<Self> {
        let range = CompactRange::load(size, store.nodes::<H>(size))?;
        let mut tiles = Vec::new();
        let mut hashes = size;
        let mut level = 0u8;
        while hashes > 0 {
            let full = hashes / u64::from(WIDTH);
            let bytes = store.tile_bytes::<H>(level, full, size)?;
            tiles.push(Row { bytes, changed: false });
            hashes = full;
            level = level.saturating_add(1);
        }
        Ok(Self { range, tiles })
    }

    pub(crate) const fn size(&self) -> u64 {
        self.range.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.range.root()
    }

    /// Adds a leaf; every tile that it fills is handed to `full`.
    pub(crate) fn append(&mut self, leaf: Hash, full: &mut impl FnMut(TileId, &[u8]) -> Result<()>) -> Result<()> {
        let (tiles, mut outcome) = (&mut self.tiles, Ok(()));
        self.range.append_with(leaf, |tree_level, index, hash| {
            if !tree_level.is_multiple_of(HEIGHT) || outcome.is_err() {
                return;
            }
            let level = tree_level / HEIGHT;
            let at = usize::from(level);
            if tiles.len() <= at {
                tiles.resize_with(at.saturating_add(1), Row::default);
            }
            let Some(row) = tiles.get_mut(at) else { return };
            row.bytes.extend_from_slice(hash);
            row.changed = true;
            if row.bytes.len() == FULL {
                outcome = full(TileId { level, index: index / u64::from(WIDTH), width: WIDTH }, &row.bytes);
                row.bytes.clear();
                row.changed = false;
            }
        });
        outcome
    }

    /// Hands over the partial tiles that changed since the last call.
    pub(crate) fn partial_tiles(&mut self, mut write: impl FnMut(TileId, &[u8]) -> Result<()>) -> Result<()> {
        let size = self.size();
        for (level, row) in (0u8..).zip(&mut self.tiles) {
            if !std::mem::take(&mut row.changed) {
                continue;
            }
            let hashes = size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0);
            if let Some(id) = TileId::in_tree(level, hashes / u64::from(WIDTH), size) {
                write(id, &row.bytes)?;
            }
        }
        Ok(())
    }
}
