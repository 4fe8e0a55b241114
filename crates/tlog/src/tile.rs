//! Tiles and entry bundles: how a log lies in files (C2SP `tlog-tiles`, tile height 8).
//!
//! Tile `(level, index)` holds up to 256 hashes of tree level `8 * level`. An entry bundle holds the 256 leaves under one
//! level-0 tile, each with a 16-bit big-endian length before it. The rightmost tile or bundle may be partial; its path
//! then ends in `.p/<width>`, so that no published file ever changes.

use std::ops::Range;

use crate::{Error, Hash, Result};

/// How many tree levels one tile spans.
pub const HEIGHT: u8 = 8;
/// How many hashes or entries a full tile or bundle has.
pub const WIDTH: u16 = 256;
/// The longest entry in bytes, since its length is a 16-bit number.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// The coordinates of one tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// Tile level: 0 holds leaf hashes.
    pub level: u8,
    /// Position within the level.
    pub index: u64,
    /// How many hashes it has, 1 to 256.
    pub width: u16,
}

impl TileId {
    /// The tile at `(level, index)` as it stands in a tree of `size` leaves, or nothing if the tree has no such tile.
    #[must_use]
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0);
        let width = width_at(index, hashes)?;
        Some(Self { level, index, width })
    }

    /// The path of the tile below its tree's directory, e.g. `tile/0/x001/x234/067.p/8`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("tile/{}/{}{}", self.level, number(self.index), partial(self.width))
    }

    /// The directory that holds the partial forms of this tile, which may go once the full one is published.
    #[must_use]
    pub fn partial_dir(&self) -> String {
        format!("tile/{}/{}.p", self.level, number(self.index))
    }
}

/// The path of the entry bundle `index` with `width` entries, e.g. `tile/entries/000.p/3`.
#[must_use]
pub fn entries_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}{}", number(index), partial(width))
}

/// The directory that holds the partial forms of an entry bundle.
#[must_use]
pub fn entries_partial_dir(index: u64) -> String {
    format!("tile/entries/{}.p", number(index))
}

/// How many items tile or bundle `index` has when there are `items` in the whole row; nothing if it has none.
#[must_use]
pub fn width_at(index: u64, items: u64) -> Option<u16> {
    let before = index.checked_mul(u64::from(WIDTH))?;
    let width = items.checked_sub(before)?.min(u64::from(WIDTH));
    u16::try_from(width).ok().filter(|width| *width > 0)
}

/// Appends one entry in bundle form to `out`.
///
/// # Errors
/// [`Error::LeafTooLong`] if it has more than [`MAX_ENTRY`] bytes; `position` is what the message then says.
pub fn encode_entry(entry: &[u8], position: usize, out: &mut Vec<u8>) -> Result<()> {
    let length = u16::try_from(entry.len()).map_err(|_| Error::LeafTooLong { position, length: entry.len() })?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(entry);
    Ok(())
}

/// Reads a bundle entry by entry; the iterator ends with one `None` inside if the bytes stop in the middle of an entry.
pub fn entries(bundle: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = bundle;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let taken = rest
            .split_first_chunk::<2>()
            .and_then(|(length, after)| after.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        match taken {
            Some((entry, after)) => {
                rest = after;
                Some(Some(entry))
            }
            None => {
                rest = &[];
                Some(None)
            }
        }
    })
}

/// Reads a tile's bytes as hashes; nothing if the length is not a whole number of them.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<&[Hash]> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then_some(hashes)
}

/// Writes hashes as a tile's bytes.
#[must_use]
pub fn encode(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// Where the perfect subtree `(level, index)` is found: the tile's level and index, and the hashes below it there.
#[must_use]
pub fn locate(level: u8, index: u64) -> (u8, u64, Range<usize>) {
    let (tile_level, height) = (level / HEIGHT, level % HEIGHT);
    let first = index.checked_shl(u32::from(height)).unwrap_or(u64::MAX);
    let start = usize::try_from(first % u64::from(WIDTH)).unwrap_or(0);
    let end = start.saturating_add(1usize.checked_shl(u32::from(height)).unwrap_or(0));
    (tile_level, first / u64::from(WIDTH), start..end)
}

/// A tile number in groups of three digits, all but the last marked with `x`.
fn number(mut index: u64) -> String {
    let mut text = format!("{:03}", index % 1000);
    while index >= 1000 {
        index /= 1000;
        text = format!("x{:03}/{text}", index % 1000);
    }
    text
}

fn partial(width: u16) -> String {
    if width < WIDTH { format!(".p/{width}") } else { String::new() }
}
