//! Reading published tiles and entries, with a bounded cache.
//!
//! A proof needs one hash at every tree level, most of them not stored but implied by the hashes of a tile. A tile in
//! the cache therefore carries all its inner nodes, computed once: a proof then costs a few look-ups. The roots of the
//! incomplete subtrees at the right edge belong to no tile; they are remembered for the last size that was asked for.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::merkle::{self, TreeHash};
use crate::tile::{self, HEIGHT, TileId, WIDTH};
use crate::{Error, Hash, Result, files};

/// How many tiles each tree keeps in memory unless told otherwise; a full one takes 16 KiB.
pub(crate) const DEFAULT_CACHE_TILES: usize = 1024;

/// The published files of one shard.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    trees: [Cache; 2],
}

/// What is remembered of one tree. Tiles lie in slots by their number, so that neighbours never displace each other;
/// level 0 has slots of its own, so that its many tiles do not displace the few above.
#[derive(Debug)]
struct Cache {
    leaves: Vec<RwLock<Option<Slot>>>,
    upper: Vec<RwLock<Option<Slot>>>,
    /// The last slots of both, apart, so that there always is one.
    last: [RwLock<Option<Slot>>; 2],
    edge: RwLock<Arc<Edge>>,
}

/// A slot that cannot be given away as long as this is held.
type Held<'a> = RwLockReadGuard<'a, Option<Slot>>;

#[derive(Debug)]
struct Slot {
    level: u8,
    index: u64,
    tile: Tile,
}

/// Roots over `start..size` for one size; there are at most 64.
#[derive(Debug, Default)]
struct Edge {
    size: u64,
    roots: Vec<(u64, Hash)>,
}

/// The hashes of a tile and all complete inner nodes over them, row after row in one piece, since a proof takes one
/// hash of every row.
#[derive(Debug)]
struct Tile {
    width: u16,
    nodes: Box<[Hash]>,
}

impl Store {
    pub(crate) fn new(dir: &Path, cache_tiles: usize) -> Self {
        Self { dir: dir.to_owned(), trees: [Cache::new(cache_tiles), Cache::new(cache_tiles)] }
    }

    /// A function that gives the perfect subtrees of the tree of `size` leaves. It holds on to the tile that it used last,
    /// so it should not live long: a slot that is held cannot be given to another tile. Whoever asks it for a node must not
    /// hold another lock of this store, so that nobody waits in a circle.
    pub(crate) fn nodes<H: TreeHash>(&self, size: u64) -> impl FnMut(u8, u64) -> Result<Hash> {
        let mut held: Option<Held<'_>> = None;
        move |level, index| {
            let (tile_level, tile_index, within) = tile::locate(level, index);
            let tile = held.as_deref().and_then(Option::as_ref).filter(|slot| slot.is(tile_level, tile_index));
            let node = match tile {
                Some(slot) => slot.tile.node(level % HEIGHT, within.start),
                None => {
                    // Let go first: the next tile may have the same slot.
                    held = None;
                    let slot = held.insert(self.tile::<H>(tile_level, tile_index, size)?);
                    slot.as_ref().and_then(|slot| slot.tile.node(level % HEIGHT, within.start))
                }
            };
            node.ok_or_else(|| Error::Range(format!("node {index} at level {level} of a tree of {size}")))
        }
    }

    /// A function that gives the root over any aligned range of leaves of the tree of `size` leaves, for the proof
    /// builders. Tiles are read as they stand at `published`, which is at least `size`.
    pub(crate) fn roots<H: TreeHash>(&self, size: u64, published: u64) -> impl FnMut(Range<u64>) -> Result<Hash> {
        let mut nodes = self.nodes::<H>(published);
        let edge = &self.cache::<H>().edge;
        // Taken once, because every proof meets several ranges at the edge. It is a copy and not a lock that is held, since
        // whoever holds a lock here and waits for a tile's slot could wait for somebody who waits for this one.
        let mut known: Option<Arc<Edge>> = None;
        move |range| {
            let width = range.end.saturating_sub(range.start);
            if width.is_power_of_two() {
                let level = width.trailing_zeros();
                return nodes(u8::try_from(level).unwrap_or(u8::MAX), range.start >> level);
            }
            if range.end != size {
                return merkle::range_root::<H>(range, &mut nodes);
            }
            let seen = known.get_or_insert_with(|| Arc::clone(&edge.read().unwrap_or_else(PoisonError::into_inner)));
            let found = seen.roots.iter().find(|(start, _)| seen.size == size && *start == range.start);
            if let Some((_, root)) = found {
                return Ok(*root);
            }
            let start = range.start;
            let root = merkle::range_root::<H>(range, &mut nodes)?;
            let mut roots = if seen.size == size { seen.roots.clone() } else { Vec::new() };
            roots.push((start, root));
            let wider = Arc::new(Edge { size, roots });
            *edge.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&wider);
            known = Some(wider);
            Ok(root)
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

    fn cache<H: TreeHash>(&self) -> &Cache {
        let [public, national] = &self.trees;
        if H::PREFIX.is_empty() { public } else { national }
    }

    /// The slot that holds a tile, after reading the tile if the slot had another one or nothing.
    fn tile<H: TreeHash>(&self, level: u8, index: u64, size: u64) -> Result<Held<'_>> {
        let slot = self.cache::<H>().slot(level, index);
        let width = TileId::in_tree(level, index, size).map_or(0, |id| id.width);
        let held = slot.read().unwrap_or_else(PoisonError::into_inner);
        // A wider tile will do: it only has more of the same, since tiles only grow.
        if held.as_ref().is_some_and(|slot| slot.is(level, index) && slot.tile.width >= width) {
            return Ok(held);
        }
        drop(held);
        let bytes = self.tile_bytes::<H>(level, index, size)?;
        let tile = Tile::new::<H>(width, tile::decode(&bytes).unwrap_or_default());
        let mut held = slot.write().unwrap_or_else(PoisonError::into_inner);
        *held = Some(Slot { level, index, tile });
        // Nobody else gets the slot in between.
        Ok(RwLockWriteGuard::downgrade(held))
    }
}

impl Cache {
    fn new(tiles: usize) -> Self {
        let slots = |count: usize| std::iter::repeat_with(RwLock::default).take(count).collect();
        Self {
            leaves: slots(tiles.saturating_sub(1)),
            upper: slots((tiles / 8).saturating_sub(1)),
            last: [RwLock::default(), RwLock::default()],
            edge: RwLock::default(),
        }
    }

    /// The only slot in which this tile may be.
    fn slot(&self, level: u8, index: u64) -> &RwLock<Option<Slot>> {
        let [last_leaves, last_upper] = &self.last;
        let (slots, last, number) = if level == 0 {
            (&self.leaves, last_leaves, index)
        } else {
            (&self.upper, last_upper, index.wrapping_mul(8).wrapping_add(u64::from(level)))
        };
        let count = u64::try_from(slots.len()).unwrap_or(u64::MAX).saturating_add(1);
        usize::try_from(number % count).ok().and_then(|at| slots.get(at)).unwrap_or(last)
    }
}

impl Slot {
    fn is(&self, level: u8, index: u64) -> bool {
        (self.level, self.index) == (level, index)
    }
}

impl Tile {
    fn new<H: TreeHash>(width: u16, hashes: &[Hash]) -> Self {
        let mut nodes = hashes.to_vec();
        nodes.reserve_exact(hashes.len());
        let mut below = hashes.to_vec();
        for _ in 1..HEIGHT {
            below = H::nodes(below.as_chunks::<2>().0);
            nodes.extend_from_slice(&below);
        }
        Self { width, nodes: nodes.into_boxed_slice() }
    }

    /// The node `height` levels above the tile's own, over the hashes from `start` on.
    fn node(&self, height: u8, start: usize) -> Option<Hash> {
        let mut row = usize::from(self.width);
        let mut before = 0_usize;
        for _ in 0..height {
            before = before.saturating_add(row);
            row >>= 1;
        }
        let at = Some(start >> height).filter(|at| *at < row)?;
        self.nodes.get(before.saturating_add(at)).copied()
    }
}
