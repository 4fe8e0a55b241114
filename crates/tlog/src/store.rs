//! Reading published tiles and entries, with a bounded cache.
//!
//! A proof needs one hash at every tree level, most of them not stored but implied by the hashes of a tile. A tile in
//! the cache therefore carries all its inner nodes, computed once: a proof then costs a few look-ups.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::merkle::TreeHash;
use crate::tile::{self, HEIGHT, TileId, WIDTH};
use crate::{Error, Hash, Result, files};

/// How many tiles each tree keeps in memory unless told otherwise; a full one takes 16 KiB.
pub(crate) const DEFAULT_CACHE_TILES: usize = 512;

/// The published files of one shard.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    trees: [Cache; 2],
}

#[derive(Debug)]
struct Cache {
    capacity: usize,
    tiles: Mutex<(HashMap<(u8, u64), Arc<Tile>>, VecDeque<(u8, u64)>)>,
}

/// The hashes of a tile and all complete inner nodes over them, one row per level.
#[derive(Debug)]
struct Tile {
    width: u16,
    rows: Vec<Vec<Hash>>,
}

impl Store {
    pub(crate) fn new(dir: &Path, cache_tiles: usize) -> Self {
        let cache = || Cache { capacity: cache_tiles.max(1), tiles: Mutex::default() };
        Self { dir: dir.to_owned(), trees: [cache(), cache()] }
    }

    /// A function that gives the perfect subtrees of the tree of `size` leaves, for the proof builders.
    pub(crate) fn nodes<H: TreeHash>(&self, size: u64) -> impl FnMut(u8, u64) -> Result<Hash> {
        let mut last: Option<(u8, u64, Arc<Tile>)> = None;
        move |level, index| {
            let (tile_level, tile_index, within) = tile::locate(level, index);
            let tile = match &last {
                Some((level, index, tile)) if (*level, *index) == (tile_level, tile_index) => Arc::clone(tile),
                _ => self.tile::<H>(tile_level, tile_index, size)?,
            };
            let node = tile.node(level % HEIGHT, within.start);
            last = Some((tile_level, tile_index, tile));
            node.ok_or_else(|| Error::Range(format!("node {index} at level {level} of a tree of {size}")))
        }
    }

    /// The bytes of a tile as it stands in the tree of `size` leaves; empty if the tree has no such tile.
    pub(crate) fn tile_bytes<H: TreeHash>(&self, level: u8, index: u64, size: u64) -> Result<Vec<u8>> {
        let Some(id) = TileId::in_tree(level, index, size) else { return Ok(Vec::new()) };
        let (path, bytes) = self.read(H::PREFIX, &id.path(), &TileId { width: WIDTH, ..id }.path())?;
        let wanted = usize::from(id.width).saturating_mul(32);
        bytes.get(..wanted).map(<[u8]>::to_vec).ok_or_else(|| Error::damaged(&path, "shorter than its width says"))
    }

    /// The bytes of entry bundle `index`, with at least the entries that the log of `size` leaves has there.
    pub(crate) fn bundle(&self, index: u64, size: u64) -> Result<(PathBuf, Vec<u8>)> {
        let Some(width) = tile::width_at(index, size) else { return Ok((self.dir.clone(), Vec::new())) };
        self.read("", &tile::entries_path(index, width), &tile::entries_path(index, WIDTH))
    }

    /// One leaf of the log of `size` leaves.
    pub(crate) fn leaf(&self, index: u64, size: u64) -> Result<Vec<u8>> {
        let (path, bundle) = self.bundle(index / u64::from(WIDTH), size)?;
        let within = usize::try_from(index % u64::from(WIDTH)).unwrap_or(usize::MAX);
        let entry = tile::entries(&bundle).nth(within).flatten();
        entry.map(<[u8]>::to_vec).ok_or_else(|| Error::damaged(&path, format!("it lacks the entry of leaf {index}")))
    }

    /// Reads a partial file, or the full one that has replaced it.
    fn read(&self, prefix: &str, partial: &str, full: &str) -> Result<(PathBuf, Vec<u8>)> {
        let path = self.dir.join(format!("{prefix}{partial}"));
        if let Some(bytes) = files::read_if_exists(&path)? {
            return Ok((path, bytes));
        }
        let full = self.dir.join(format!("{prefix}{full}"));
        match files::read_if_exists(&full)? {
            Some(bytes) => Ok((full, bytes)),
            None => Err(Error::damaged(&path, "the file is missing")),
        }
    }

    fn tile<H: TreeHash>(&self, level: u8, index: u64, size: u64) -> Result<Arc<Tile>> {
        let [public, national] = &self.trees;
        let cache = if H::PREFIX.is_empty() { public } else { national };
        let width = TileId::in_tree(level, index, size).map_or(0, |id| id.width);
        if let Some(tile) = cache.get(level, index, width) {
            return Ok(tile);
        }
        let bytes = self.tile_bytes::<H>(level, index, size)?;
        let tile = Arc::new(Tile::new::<H>(width, tile::decode(&bytes).unwrap_or_default().to_vec()));
        cache.put(level, index, Arc::clone(&tile));
        Ok(tile)
    }
}

impl Cache {
    /// A cached tile of at least this width: a wider one only has more of the same, since tiles only grow.
    fn get(&self, level: u8, index: u64, width: u16) -> Option<Arc<Tile>> {
        let tiles = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        tiles.0.get(&(level, index)).filter(|tile| tile.width >= width).cloned()
    }

    fn put(&self, level: u8, index: u64, tile: Arc<Tile>) {
        let mut guard = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        let (tiles, order) = &mut *guard;
        if tiles.insert((level, index), tile).is_none() {
            order.push_back((level, index));
        }
        while order.len() > self.capacity {
            if let Some(oldest) = order.pop_front() {
                tiles.remove(&oldest);
            }
        }
    }
}

impl Tile {
    fn new<H: TreeHash>(width: u16, hashes: Vec<Hash>) -> Self {
        let mut rows = vec![hashes];
        for _ in 1..HEIGHT {
            let below = rows.last().map_or(&[][..], Vec::as_slice);
            let (pairs, _) = below.as_chunks::<2>();
            let row = pairs.iter().map(|[left, right]| H::node(left, right)).collect();
            rows.push(row);
        }
        Self { width, rows }
    }

    /// The node `height` levels above the tile's own, over the hashes from `start` on.
    fn node(&self, height: u8, start: usize) -> Option<Hash> {
        self.rows.get(usize::from(height))?.get(start >> height).copied()
    }
}
