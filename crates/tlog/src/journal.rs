//! The journal: where a leaf becomes durable before it is in a tree.
//!
//! One append is one *frame*, written and synced as a whole, so a batch survives a crash entirely or not at all.
//!
//! | part | bytes |
//! |---|---|
//! | file header | `gongshu-journal/1\n`, first index `u64`, origin length `u16`, origin, CRC-32 of all that `u32` |
//! | frame header | `GJF1`, first index `u64`, leaves `u32`, payload bytes `u32`, CRC-32 of the payload `u32`, CRC-32 of the header before it `u32` |
//! | frame payload | the leaves in entry-bundle form (16-bit big-endian length, bytes) |
//! | space set aside | zeros up to a multiple of 4096 bytes, or nothing |
//!
//! A file that grows makes every sync write its length too, through the file system's own journal and behind whatever other
//! processes have waiting there. So an append that finds no room leaves zeros behind its frame, in the same sync, and the
//! next appends write over blocks that are there already. The log therefore ends where the frames end, not where the file
//! does: a frame begins with letters and says its length, so zeros inside a leaf are no end and zeros at the end no frame.
//! A closed shard has nothing set aside.
//!
//! Numbers are little-endian except the bundle lengths. Every append syncs before the next begins, so only the last
//! frame can be torn. A broken frame with a good one after it was once durable: that is damage, not a torn tail, and is
//! refused instead of being cut off.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::Context as _;
use crate::files::{FailurePoint, Failures, TMP, sync_dir};
use crate::{Error, Result, tile};

/// The journal's name in the shard directory.
pub(crate) const NAME: &str = "journal";
/// The longest payload of one frame in bytes; it bounds what a publication holds in memory.
pub(crate) const MAX_FRAME: usize = 64 * 1024 * 1024;

const MAGIC: &[u8] = b"gongshu-journal/1\n";
const FRAME_MAGIC: [u8; 4] = *b"GJF1";
const FRAME_HEADER: usize = 28;
/// Space is set aside up to a multiple of this many bytes, so that the examiner can tell it from a byte too many.
const BLOCK: u64 = 4096;
/// How many bytes a journal sets aside first, since most shards that are opened take only a few acts.
const FIRST_ASIDE: u64 = 64 * 1024;
/// How many bytes a journal in use sets aside at a time: seldom enough to cost nothing, little enough to spare.
const ASIDE: u64 = 1024 * 1024;
/// From this many bytes on a frame's own writing outweighs that of the file's length, and writing it twice (first as zeros)
/// gains nothing.
const LARGE_FRAME: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// The index that the next leaf will get.
    next: u64,
    /// Where the next frame goes.
    end: u64,
    /// How long the file is; from `end` to here it is zeros.
    room: u64,
    /// Where the first frame that is not yet published begins.
    unpublished_at: u64,
}

/// The header of a frame.
#[derive(Debug, Clone, Copy)]
struct Frame {
    first: u64,
    count: u32,
    length: u32,
    crc: u32,
}

impl Journal {
    /// Creates an empty journal that continues at `first`, replacing any other one.
    pub(crate) fn create(dir: &Path, origin: &str, first: u64) -> Result<Self> {
        Self::replace(dir, origin, first, &[])
    }

    /// Opens the journal after a crash or a clean stop: checks every frame from `published` on, drops a torn tail, and
    /// writes what is left into a fresh file. Rewriting it makes sure that it is on the disk: after a failed sync the
    /// pages in memory say nothing about that.
    pub(crate) fn recover(dir: &Path, origin: &str, published: u64) -> Result<Self> {
        let path = dir.join(NAME);
        let Some(bytes) = crate::files::read_if_exists(&path)? else {
            return if published == 0 {
                Self::create(dir, origin, 0)
            } else {
                Err(Error::damaged(&path, "the file is missing"))
            };
        };
        let (first, mut rest) = read_header(dir, &path, origin, &bytes)?;
        let (mut next, mut keep) = (first, rest);
        while !is_set_aside(rest) {
            let Some((frame, after)) = good_frame(rest, next) else {
                if later_frame(rest, next) {
                    return Err(Error::damaged(
                        &path,
                        format!("the frame of leaf {next} is broken, yet later ones are whole"),
                    ));
                }
                break;
            };
            next = next.saturating_add(u64::from(frame.count));
            rest = after;
            if next <= published {
                keep = rest;
            }
        }
        if first > published || next < published {
            return Err(Error::damaged(
                &path,
                format!("it holds leaves {first}..{next}, the checkpoint covers {published}"),
            ));
        }
        let kept = keep.len().saturating_sub(rest.len());
        Self::replace(dir, origin, published, keep.get(..kept).unwrap_or_default())
    }

    /// The index that the next leaf will get.
    pub(crate) const fn next(&self) -> u64 {
        self.next
    }

    /// How many bytes of frames are published already.
    pub(crate) const fn published_bytes(&self) -> u64 {
        self.unpublished_at
    }

    /// Writes one frame and syncs it. After an error nothing is known about the file; the journal must not be used again.
    /// `frame` has room for the header ([`begin_frame`]) and then the payload of at most [`MAX_FRAME`] bytes.
    pub(crate) fn append(&mut self, count: u32, frame: &mut [u8], failures: Failures) -> Result<()> {
        fill_header(self.next, count, frame)?;
        self.file.seek(SeekFrom::Start(self.end)).at("seek in", &self.path)?;
        if failures.is(FailurePoint::JournalHalfWritten) {
            let half = frame.get(..frame.len() / 2).unwrap_or_default();
            self.file.write_all(half).at("write", &self.path)?;
        }
        failures.check(FailurePoint::JournalHalfWritten)?;
        self.file.write_all(frame).at("write", &self.path)?;
        let end = self.end.saturating_add(u64::try_from(frame.len()).unwrap_or(u64::MAX));
        if end > self.room {
            self.room = end;
            if frame.len() < LARGE_FRAME {
                self.set_aside()?;
            }
        }
        self.file.sync_data().at("sync", &self.path)?;
        self.end = end;
        self.next = self.next.saturating_add(u64::from(count));
        failures.check(FailurePoint::JournalSynced)
    }

    /// Hands every unpublished leaf over, in order, one frame in memory at a time.
    pub(crate) fn each_unpublished(
        &self,
        published: u64,
        mut leaves: impl FnMut(&[&[u8]]) -> Result<()>,
    ) -> Result<()> {
        // A handle of its own, since both trees read at the same time.
        let mut reader = BufReader::with_capacity(1 << 16, File::open(&self.path).at("open", &self.path)?);
        reader.seek(SeekFrom::Start(self.unpublished_at)).at("seek in", &self.path)?;
        let mut next = published;
        let mut payload = Vec::new();
        while next < self.next {
            let mut header = [0; FRAME_HEADER];
            reader.read_exact(&mut header).at("read", &self.path)?;
            let broken =
                || Error::damaged(&self.path, format!("the frame of leaf {next} does not read back as written"));
            let frame = Frame::decode(&header).filter(|frame| frame.first == next).ok_or_else(broken)?;
            payload.resize(usize::try_from(frame.length).unwrap_or(0), 0);
            reader.read_exact(&mut payload).at("read", &self.path)?;
            if crc32fast::hash(&payload) != frame.crc {
                return Err(broken());
            }
            let entries: Option<Vec<&[u8]>> = tile::entries(&payload).collect();
            leaves(&entries.ok_or_else(broken)?)?;
            next = next.saturating_add(u64::from(frame.count));
        }
        Ok(())
    }

    /// Notes that everything written so far is published.
    pub(crate) const fn mark_published(&mut self) {
        self.unpublished_at = self.end;
    }

    /// Gives back what is set aside, for a writer that stops. Nothing depends on it, so it neither syncs nor fails.
    pub(crate) fn trim(&mut self) {
        if self.room > self.end && self.file.set_len(self.end).is_ok() {
            self.room = self.end;
        }
    }

    /// Writes zeros from the end of the file, where the last frame ends and the file stands, so that the next appends find
    /// blocks to write over. They must be written: blocks that are only reserved would be journalled at their first write.
    fn set_aside(&mut self) -> Result<()> {
        let more = if self.end < FIRST_ASIDE { FIRST_ASIDE } else { ASIDE };
        let room = self.room.saturating_add(more).next_multiple_of(BLOCK);
        let zeros = vec![0; usize::try_from(room.saturating_sub(self.room)).unwrap_or(0)];
        self.file.write_all(&zeros).at("write", &self.path)?;
        self.room = room;
        Ok(())
    }

    /// Writes a whole journal beside the old one and puts it in its place.
    fn replace(dir: &Path, origin: &str, first: u64, frames: &[u8]) -> Result<Self> {
        let (tmp, path) = (dir.join(TMP).join(NAME), dir.join(NAME));
        let mut header = [MAGIC, &first.to_le_bytes()].concat();
        let length = u16::try_from(origin.len());
        let length = length.map_err(|_| Error::Name { name: origin.to_owned(), why: "longer than 65535 bytes" })?;
        header.extend(length.to_le_bytes());
        header.extend(origin.as_bytes());
        header.extend(crc32fast::hash(&header).to_le_bytes());
        let mut file =
            OpenOptions::new().create(true).truncate(true).read(true).write(true).open(&tmp).at("create", &tmp)?;
        file.write_all(&header).and_then(|()| file.write_all(frames)).at("write", &tmp)?;
        file.sync_all().at("sync", &tmp)?;
        fs::rename(&tmp, &path).at("rename", &path)?;
        sync_dir(dir)?;
        let next = last_index(frames, first);
        let unpublished_at = u64::try_from(header.len()).unwrap_or(0);
        let end = unpublished_at.saturating_add(u64::try_from(frames.len()).unwrap_or(0));
        Ok(Self { path, file, next, end, room: end, unpublished_at })
    }
}

impl Frame {
    fn decode(header: &[u8; FRAME_HEADER]) -> Option<Self> {
        let (magic, rest) = header.split_first_chunk::<4>()?;
        let (first, rest) = rest.split_first_chunk::<8>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (crc, rest) = rest.split_first_chunk::<4>()?;
        let own = rest.first_chunk::<4>()?;
        let covered = header.get(..FRAME_HEADER.saturating_sub(4))?;
        let frame = Self {
            first: u64::from_le_bytes(*first),
            count: u32::from_le_bytes(*count),
            length: u32::from_le_bytes(*length),
            crc: u32::from_le_bytes(*crc),
        };
        (*magic == FRAME_MAGIC && crc32fast::hash(covered) == u32::from_le_bytes(*own)).then_some(frame)
    }
}

/// Empties a buffer and leaves room for a frame header in it; the payload is appended behind.
pub(crate) fn begin_frame(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.extend([0; FRAME_HEADER]);
}

/// How many payload bytes a frame under construction has.
pub(crate) const fn payload_length(frame: &[u8]) -> usize {
    frame.len().saturating_sub(FRAME_HEADER)
}

fn fill_header(first: u64, count: u32, frame: &mut [u8]) -> Result<()> {
    let length = payload_length(frame);
    let too_long = || Error::BatchTooLong { length };
    let (header, payload) = frame.split_first_chunk_mut::<FRAME_HEADER>().ok_or_else(too_long)?;
    let length = u32::try_from(length).ok().filter(|_| length <= MAX_FRAME).ok_or_else(too_long)?;
    let mut fields = Vec::with_capacity(FRAME_HEADER);
    fields.extend(FRAME_MAGIC);
    fields.extend(first.to_le_bytes());
    fields.extend(count.to_le_bytes());
    fields.extend(length.to_le_bytes());
    fields.extend(crc32fast::hash(payload).to_le_bytes());
    fields.extend(crc32fast::hash(&fields).to_le_bytes());
    header.copy_from_slice(&fields);
    Ok(())
}

/// Checks the file header and gives the first index and the frames.
fn read_header<'a>(dir: &Path, path: &Path, origin: &str, bytes: &'a [u8]) -> Result<(u64, &'a [u8])> {
    let parsed = (|| {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (first, rest) = rest.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (found, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        let (crc, frames) = rest.split_first_chunk::<4>()?;
        let covered = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
        (crc32fast::hash(covered) == u32::from_le_bytes(*crc)).then_some((u64::from_le_bytes(*first), found, frames))
    })();
    let (first, found, frames) = parsed.ok_or_else(|| Error::damaged(path, "its header is broken"))?;
    if found != origin.as_bytes() {
        let found = String::from_utf8_lossy(found).into_owned();
        return Err(Error::Origin { dir: dir.to_owned(), found, wanted: origin.to_owned() });
    }
    Ok((first, frames))
}

/// The frame at the start of `bytes`, if it is whole and begins at leaf `next`, and what follows it.
fn good_frame(bytes: &[u8], next: u64) -> Option<(Frame, &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<FRAME_HEADER>()?;
    let frame = Frame::decode(header).filter(|frame| frame.first == next)?;
    let (payload, rest) = rest.split_at_checked(usize::try_from(frame.length).ok()?)?;
    let whole = crc32fast::hash(payload) == frame.crc
        && u32::try_from(tile::entries(payload).count()) == Ok(frame.count)
        && tile::entries(payload).all(|entry| entry.is_some());
    whole.then_some((frame, rest))
}

/// Whether no frame follows, only space set aside (or nothing). Every frame begins with letters.
fn is_set_aside(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// Whether a frame header for a leaf after `next` follows anywhere in `bytes`.
fn later_frame(bytes: &[u8], next: u64) -> bool {
    bytes.windows(FRAME_HEADER).skip(1).any(|window| {
        window.starts_with(&FRAME_MAGIC)
            && window.first_chunk().and_then(Frame::decode).is_some_and(|frame| frame.first > next)
    })
}

fn last_index(frames: &[u8], first: u64) -> u64 {
    let (mut rest, mut next) = (frames, first);
    while let Some((frame, after)) = good_frame(rest, next) {
        next = next.saturating_add(u64::from(frame.count));
        rest = after;
    }
    next
}
