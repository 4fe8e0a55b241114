//! Which characters the bytes are. A byte-order mark decides; zero bytes tell UTF-16; otherwise the first
//! stretch of the file that is not plain ASCII is tried as UTF-8, then as GB18030 (GB 18030-2022, a superset
//! of GBK and GB 2312), and only then is a statistical guess made.

use std::io::Read;
use std::path::Path;

use encoding_rs::GB18030;
use serde::{Deserialize, Serialize};

use super::text::open_bytes;
use crate::error::{ReadError, Refusal};

/// How many bytes from the first non-ASCII one on are tried.
const WINDOW: usize = 256 << 10;

/// An encoding and whether a byte-order mark announces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// The decoder.
    pub(crate) inner: &'static encoding_rs::Encoding,
    /// Length of the byte-order mark: 0, 2 or 3.
    pub(crate) mark: u8,
}

impl Encoding {
    /// UTF-8 without a mark.
    pub(crate) const UTF8: Encoding = Encoding { inner: encoding_rs::UTF_8, mark: 0 };

    /// Whether the bytes are UTF-8 already.
    pub(crate) fn is_utf8(&self) -> bool {
        self.inner == encoding_rs::UTF_8
    }

    /// The name as reports print it.
    pub fn label(&self) -> String {
        let name = if self.inner == GB18030 { "GB18030" } else { self.inner.name() };
        if self.mark > 0 { format!("{name} with byte-order mark") } else { name.to_owned() }
    }
}

impl Serialize for Encoding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.label())
    }
}

impl<'de> Deserialize<'de> for Encoding {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let label = String::deserialize(deserializer)?;
        let (name, marked) = match label.strip_suffix(" with byte-order mark") {
            Some(name) => (name, true),
            None => (label.as_str(), false),
        };
        let inner = encoding_rs::Encoding::for_label(name.as_bytes())
            .ok_or_else(|| serde::de::Error::custom("not an encoding"))?;
        let mark = if !marked {
            0
        } else if inner == encoding_rs::UTF_8 {
            3
        } else {
            2
        };
        Ok(Encoding { inner, mark })
    }
}

/// Finds a file's encoding, or takes the label given.
pub(crate) fn detect(path: &Path, compressed: bool, label: Option<&str>) -> Result<Encoding, ReadError> {
    let mut reader = open_bytes(path, compressed)?;
    let mut block = vec![0; 64 << 10];
    let first = read_full(&mut reader, &mut block)?;
    let start = block.get(..first).unwrap_or_default().to_vec();
    let marked = by_mark(&start);
    if let Some(label) = label {
        let mut inner = encoding_rs::Encoding::for_label(label.as_bytes())
            .ok_or_else(|| Refusal::UnknownOption { option: "encoding", value: label.to_owned() })?;
        if inner == encoding_rs::GBK {
            inner = GB18030; // the same decoder, and the wider name
        }
        let mark = marked.filter(|found| found.inner == inner).map_or(0, |found| found.mark);
        return Ok(Encoding { inner, mark });
    }
    if let Some(found) = marked {
        return Ok(found);
    }
    if let Some(inner) = looks_utf16(&start) {
        return Ok(Encoding { inner, mark: 0 });
    }
    let mut window = start;
    while window.is_ascii() {
        let read = read_full(&mut reader, &mut block)?;
        if read == 0 {
            return Ok(Encoding::UTF8);
        }
        window = block.get(..read).unwrap_or_default().to_vec();
    }
    while window.len() < WINDOW {
        let read = read_full(&mut reader, &mut block)?;
        if read == 0 {
            break;
        }
        window.extend_from_slice(block.get(..read).unwrap_or_default());
    }
    Ok(Encoding { inner: by_content(&window), mark: 0 })
}

fn read_full(reader: &mut impl Read, block: &mut [u8]) -> Result<usize, ReadError> {
    let mut filled = 0;
    while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(super::text::damaged(error)),
        }
    }
    Ok(filled)
}

fn by_mark(start: &[u8]) -> Option<Encoding> {
    let (inner, length) = encoding_rs::Encoding::for_bom(start)?;
    Some(Encoding { inner, mark: length as u8 })
}

/// UTF-16 without a mark: ASCII (digits, delimiters, line ends) is never far, and has a zero in one half.
pub(crate) fn looks_utf16(start: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match start {
        [0xFF, 0xFE, ..] => return Some(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] => return Some(encoding_rs::UTF_16BE),
        _ => {}
    }
    let pairs = start.len() / 2;
    let zeros = |half: usize| start.iter().skip(half).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if pairs < 2 || even.max(odd) * 20 < pairs || even.min(odd) * 100 > pairs {
        return None;
    }
    Some(if odd > even { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE })
}

fn by_content(window: &[u8]) -> &'static encoding_rs::Encoding {
    let (utf8_errors, utf8_good) = utf8_score(window);
    // A few bad bytes do not make a UTF-8 file a GBK one: no other encoding passes as UTF-8 at length.
    if utf8_errors * 50 <= utf8_good {
        return encoding_rs::UTF_8;
    }
    let high = window.iter().filter(|b| **b >= 0x80).count();
    if decode_errors(window, GB18030) * 100 <= high {
        return GB18030;
    }
    let mut guesser = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    guesser.feed(window, true);
    let guess = guesser.guess(None, chardetng::Utf8Detection::Allow);
    if guess == encoding_rs::GBK { GB18030 } else { guess }
}

/// Places where the window is not UTF-8 (a cut at its end is none), and multi-byte characters that are.
fn utf8_score(window: &[u8]) -> (usize, usize) {
    let (mut errors, mut good, mut rest) = (0, 0, window);
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => return (errors, good + text.bytes().filter(|b| *b >= 0xC0).count()),
            Err(error) => {
                let (valid, tail) = rest.split_at(error.valid_up_to());
                good += valid.iter().filter(|b| **b >= 0xC0).count();
                let Some(length) = error.error_len() else { return (errors, good) };
                errors += 1;
                rest = tail.get(length..).unwrap_or_default();
            }
        }
    }
}

fn decode_errors(window: &[u8], encoding: &'static encoding_rs::Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut sink = vec![0; 64 << 10];
    let (mut errors, mut rest) = (0, window);
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut sink, false);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            encoding_rs::DecoderResult::InputEmpty => return errors,
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(..) => errors += 1,
        }
    }
}
