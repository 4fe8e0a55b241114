//! A file's bytes as UTF-8, a block at a time: unpacked, decoded, counted and (when asked) digested.
//!
//! UTF-8 sources pass through undecoded; the record readers check each record, so that a bad byte rejects
//! one row. Other encodings are decoded here; where a byte sequence is no character, U+FFFD is put in its
//! place *and* the place is remembered with its offset in the source, so that the record around it is rejected too.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use encoding_rs::{Decoder, DecoderResult};
use flate2::bufread::MultiGzDecoder;

use super::{Encoding, Layout};
use crate::error::{ReadError, Refusal};

/// Bytes asked for at a time.
const BLOCK: usize = 256 << 10;
/// Unpacking more than this many bytes for one of the file is what bombs do; tables stay below it.
const MAX_RATIO: u64 = 600;
/// Below this many unpacked bytes the ratio is not looked at.
const RATIO_FLOOR: u64 = 64 << 20;

/// A gzip file of which no more than this comes out is unpacked only once: inferring types reads a file twice, and
/// unpacking is dearer than keeping. Tests have files on both sides of it.
const KEPT_BYTES: usize = if cfg!(test) { 256 << 10 } else { 64 << 20 };

/// What a whole reading of a gzip file leaves for the next one.
#[derive(Debug)]
pub(super) struct Kept {
    /// The unpacked bytes.
    bytes: Vec<u8>,
    /// SM3 and length of the packed file.
    digest: ([u8; 32], u64),
}

/// Unpacks a gzip file and keeps what came out, as long as it is not too much.
struct Keeping {
    decoder: MultiGzDecoder<BufReader<Tee>>,
    kept: Option<Vec<u8>>,
}

impl Read for Keeping {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let count = self.decoder.read(buf)?;
        if let (Some(kept), Some(bytes)) = (&mut self.kept, buf.get(..count)) {
            if kept.len() + count > KEPT_BYTES {
                self.kept = None;
            } else {
                kept.extend_from_slice(bytes);
            }
        }
        Ok(count)
    }
}

/// The file's bytes, counted and digested on the way.
struct Tee {
    file: File,
    read: u64,
    digest: Option<sm::Sm3Hasher>,
}

impl Read for Tee {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buf)?;
        self.read += count as u64;
        if let (Some(digest), Some(bytes)) = (&mut self.digest, buf.get(..count)) {
            digest.update(bytes);
        }
        Ok(count)
    }
}

enum Bytes {
    Plain(Tee),
    Gzip(Box<Keeping>),
    /// Unpacked by an earlier reading; read up to here.
    Kept(Arc<Kept>, usize),
}

impl Bytes {
    fn open(path: &Path, compressed: bool, digest: bool, keep: bool) -> Result<Self, ReadError> {
        let tee = Tee { file: File::open(path)?, read: 0, digest: (digest || keep).then(sm::Sm3Hasher::new) };
        Ok(if compressed {
            let decoder = MultiGzDecoder::new(BufReader::with_capacity(64 << 10, tee));
            Bytes::Gzip(Box::new(Keeping { decoder, kept: keep.then(Vec::new) }))
        } else {
            Bytes::Plain(tee)
        })
    }

    /// Bytes of the file (packed, if it is) read so far.
    fn read_so_far(&self) -> u64 {
        match self {
            Bytes::Plain(tee) => tee.read,
            Bytes::Gzip(keeping) => keeping.decoder.get_ref().get_ref().read,
            Bytes::Kept(kept, at) => {
                let share = *at as f64 / kept.bytes.len().max(1) as f64;
                (kept.digest.1 as f64 * share) as u64
            }
        }
    }
}

impl Read for Bytes {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Bytes::Plain(tee) => tee.read(buf),
            Bytes::Gzip(keeping) => keeping.read(buf),
            Bytes::Kept(kept, at) => {
                let count = kept.bytes.get(*at..).unwrap_or_default().read(buf)?;
                *at += count;
                Ok(count)
            }
        }
    }
}

/// The unpacked bytes of a file, undecoded.
pub(super) fn open_bytes(path: &Path, compressed: bool) -> Result<impl Read + use<>, ReadError> {
    Bytes::open(path, compressed, false, false)
}

/// A reading error of a compressed file is the file's fault, not the machine's.
pub(super) fn damaged(error: std::io::Error) -> ReadError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            Refusal::Damaged { what: "compressed file".into(), detail: error.to_string() }.into()
        }
        _ => error.into(),
    }
}

/// A file as a stream of UTF-8 blocks.
pub(crate) struct TextStream {
    bytes: Bytes,
    encoding: Encoding,
    decoder: Option<Decoder>,
    /// Bytes read from `bytes` and not yet decoded (only where there is a decoder).
    pending: Vec<u8>,
    pending_at: usize,
    /// Unpacked bytes read so far.
    unpacked: u64,
    unpacked_limit: u64,
    /// Offset in the unpacked source of the first pending byte.
    source_offset: u64,
    /// Decoded bytes handed out so far.
    produced: u64,
    /// Places of undecodable bytes: position in the decoded text, offset in the unpacked source.
    malformed: VecDeque<(u64, u64)>,
    ended: bool,
}

impl TextStream {
    /// Opens a file and steps over its byte-order mark.
    pub(super) fn open(path: &Path, layout: &Layout, digest: bool, unpacked_limit: u64) -> Result<Self, ReadError> {
        Self::over(Bytes::open(path, layout.compressed, digest, false)?, layout, unpacked_limit)
    }

    /// As [`Self::open`], for the first of two readings: what it unpacks can be had from [`Self::keep`].
    pub(super) fn open_to_keep(path: &Path, layout: &Layout, unpacked_limit: u64) -> Result<Self, ReadError> {
        Self::over(Bytes::open(path, layout.compressed, false, layout.compressed)?, layout, unpacked_limit)
    }

    /// As [`Self::open`], from what an earlier reading kept.
    pub(super) fn again(kept: Arc<Kept>, layout: &Layout, unpacked_limit: u64) -> Result<Self, ReadError> {
        Self::over(Bytes::Kept(kept, 0), layout, unpacked_limit)
    }

    fn over(mut bytes: Bytes, layout: &Layout, unpacked_limit: u64) -> Result<Self, ReadError> {
        let mark = u64::from(layout.encoding.mark);
        if mark > 0 {
            let mut skipped = Vec::new();
            Read::by_ref(&mut bytes).take(mark).read_to_end(&mut skipped).map_err(damaged)?;
        }
        let decoder = (!layout.encoding.is_utf8()).then(|| layout.encoding.inner.new_decoder_without_bom_handling());
        Ok(Self {
            bytes,
            encoding: layout.encoding,
            decoder,
            pending: Vec::new(),
            pending_at: 0,
            unpacked: mark,
            unpacked_limit,
            source_offset: mark,
            produced: 0,
            malformed: VecDeque::new(),
            ended: false,
        })
    }

    /// Appends at least one more byte to `out`, about `want` where there are so many; `false` at the end.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>, want: usize) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        let want = want.max(BLOCK);
        let before = out.len();
        while out.len() == before && !self.ended {
            match self.decoder.is_some() {
                false => self.ended = self.read_block(out, want)? == 0,
                true => self.decode_block(out, want)?,
            }
        }
        self.produced += (out.len() - before) as u64;
        Ok(out.len() > before)
    }

    fn read_block(&mut self, into: &mut Vec<u8>, want: usize) -> Result<usize, ReadError> {
        let before = into.len();
        into.resize(before + want, 0);
        let mut filled = before;
        while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.bytes.read(rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(damaged(error)),
            }
        }
        into.truncate(filled);
        self.unpacked += (filled - before) as u64;
        let ratio_limit = RATIO_FLOOR.max(self.bytes.read_so_far().saturating_mul(MAX_RATIO));
        if matches!(self.bytes, Bytes::Gzip(_)) && self.unpacked > self.unpacked_limit.min(ratio_limit) {
            return Err(Refusal::TooLarge { limit: self.unpacked_limit.min(ratio_limit) }.into());
        }
        Ok(filled - before)
    }

    fn decode_block(&mut self, out: &mut Vec<u8>, want: usize) -> Result<(), ReadError> {
        let mut last = false;
        if self.pending_at >= self.pending.len() {
            let mut pending = std::mem::take(&mut self.pending);
            pending.clear();
            last = self.read_block(&mut pending, want)? == 0;
            self.pending = pending;
            self.pending_at = 0;
        }
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let start = out.len();
        out.resize(start + want + 64, 0);
        let mut written = start;
        loop {
            let input = self.pending.get(self.pending_at..).unwrap_or_default();
            let room = out.get_mut(written..).unwrap_or_default();
            let (result, read, wrote) = decoder.decode_to_utf8_without_replacement(input, room, last);
            self.pending_at += read;
            self.source_offset += read as u64;
            written += wrote;
            match result {
                DecoderResult::InputEmpty => {
                    self.ended = last;
                    break;
                }
                DecoderResult::OutputFull => break,
                DecoderResult::Malformed(bad, after) => {
                    if out.len() < written + 3 {
                        out.resize(written + 3, 0);
                    }
                    let offset = self.source_offset.saturating_sub(u64::from(bad) + u64::from(after));
                    self.malformed.push_back((self.produced + (written - start) as u64, offset));
                    if let Some(slot) = out.get_mut(written..written + 3) {
                        slot.copy_from_slice("\u{fffd}".as_bytes());
                    }
                    written += 3;
                    if out.len() < written + 64 {
                        out.resize(written + 64, 0);
                    }
                }
            }
        }
        out.truncate(written);
        Ok(())
    }

    /// Forgets places before `from`, and gives the source offset of the first undecodable byte before `to`.
    pub(super) fn undecodable(&mut self, to: u64) -> Option<u64> {
        let mut first = None;
        while let Some((position, offset)) = self.malformed.front().copied() {
            if position >= to {
                break;
            }
            first = first.or(Some(offset));
            self.malformed.pop_front();
        }
        first
    }

    /// For a UTF-8 source: the source offset of a position in the text.
    pub(super) fn offset_of(&self, position: u64) -> u64 {
        position + u64::from(self.encoding.mark)
    }

    /// Bytes of the file (packed, if it is) read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes.read_so_far()
    }

    /// Reads what is left (there may be bytes after the end of a gzip stream) and gives digest and length.
    pub(super) fn finish(self) -> Result<Option<([u8; 32], u64)>, ReadError> {
        let tee = match self.bytes {
            Bytes::Plain(tee) => tee,
            Bytes::Gzip(keeping) => keeping.decoder.into_inner().into_inner(),
            Bytes::Kept(kept, _) => return Ok(Some(kept.digest)),
        };
        drained(tee)
    }

    /// What a second reading needs, if this one was opened for it, came to the end and did not get too much.
    pub(super) fn keep(self) -> Result<Option<Arc<Kept>>, ReadError> {
        let Bytes::Gzip(keeping) = self.bytes else { return Ok(None) };
        let Keeping { decoder, kept: Some(bytes) } = *keeping else { return Ok(None) };
        Ok(drained(decoder.into_inner().into_inner())?.map(|digest| Arc::new(Kept { bytes, digest })))
    }
}

fn drained(mut tee: Tee) -> Result<Option<([u8; 32], u64)>, ReadError> {
    let mut rest = vec![0; 64 << 10];
    while tee.read(&mut rest)? > 0 {}
    let length = tee.read;
    Ok(tee.digest.map(|digest| (digest.finalize(), length)))
}
