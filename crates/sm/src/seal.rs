//! Keys at rest: a passphrase-sealed text file (invariant I9, keys are never at rest in clear).
//!
//! ```text
//! gongshu-seal/1
//! kdf: argon2id m=65536 t=3 p=1
//! salt: <base64>
//! aead: sm4-gcm
//! nonce: <base64>
//!
//! <base64 of ciphertext and tag, 64 columns>
//! ```
//!
//! The header is the associated data, so that not even a cost or a version can be edited unnoticed. The form is
//! strict: `seal` writes one text for one content and `open` reads exactly that form (line ends may be CRLF, because
//! such files travel by mail and by disk).

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::aead::{NONCE_LEN, Sm4Gcm, TAG_LEN};
use crate::{Error, Result};

const MAGIC: &str = "gongshu-seal/1";
const AEAD: &str = "aead: sm4-gcm";
const SALT_LEN: usize = 16;
const COLUMNS: usize = 64;
/// Keys and small bundles only; a bound on what a stranger's file can make us read.
const MAX_TEXT: usize = 1 << 20;

/// The price of trying one passphrase (argon2id, RFC 9106). It is written into the file, so that it can be raised
/// later without losing old files; a file that asks for more than the bounds below is refused rather than obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB, 8 KiB per lane to 1 GiB.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 16.
    pub passes: u32,
    /// Lanes, 1 to 8.
    pub lanes: u32,
}

impl Cost {
    /// RFC 9106 §4, second recommended option, with one lane: 64 MiB, three passes.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    fn params(self) -> Result<Params> {
        if self.memory_kib > 1 << 20 || self.passes > 16 || self.lanes > 8 {
            return Err(Error::SealCost);
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(16)).map_err(|_| Error::SealCost)
    }
}

/// Seals `plaintext` under `passphrase` at [`Cost::DEFAULT`]. Salt and nonce come from `rng`.
///
/// # Errors
/// [`Error::SealForm`] if `plaintext` is too long for a sealed text (more than about 700 kB).
pub fn seal(passphrase: &[u8], plaintext: &[u8], rng: &mut impl CryptoRng) -> Result<String> {
    seal_with(Cost::DEFAULT, passphrase, plaintext, rng)
}

/// Seals at a given cost.
///
/// # Errors
/// As [`seal`]; [`Error::SealCost`] if `cost` is out of bounds.
pub fn seal_with(cost: Cost, passphrase: &[u8], plaintext: &[u8], rng: &mut impl CryptoRng) -> Result<String> {
    if plaintext.len() > MAX_TEXT / 3 * 2 {
        return Err(Error::SealForm);
    }
    let mut salt = [0; SALT_LEN];
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut nonce);

    let header = Header { cost, salt, nonce };
    let mut text = header.text();
    let mut buf = Zeroizing::new(plaintext.to_vec());
    let tag = header.cipher(passphrase)?.seal_in_place(&nonce, text.as_bytes(), &mut buf);
    buf.extend_from_slice(&tag);
    text.push_str(&wrapped(&STANDARD.encode(&*buf)));
    Ok(text)
}

/// Opens what [`seal`] wrote.
///
/// # Errors
/// [`Error::SealForm`] if the text is not of this form, [`Error::SealCost`] if its cost is out of bounds,
/// [`Error::SealOpen`] if the passphrase is wrong or the text was altered.
pub fn open(passphrase: &[u8], text: &str) -> Result<Zeroizing<Vec<u8>>> {
    if text.len() > MAX_TEXT {
        return Err(Error::SealForm);
    }
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").ok_or(Error::SealForm)?;
    let header = Header::parse(head).ok_or(Error::SealForm)?;

    let mut buf = Zeroizing::new(STANDARD.decode(body.replace('\n', "")).map_err(|_| Error::SealForm)?);
    if body != wrapped(&STANDARD.encode(&*buf)) {
        return Err(Error::SealForm);
    }
    let tag_at = buf.len().checked_sub(TAG_LEN).ok_or(Error::SealForm)?;
    let tag: [u8; TAG_LEN] = buf.split_off(tag_at).try_into().map_err(|_| Error::SealForm)?;
    header
        .cipher(passphrase)?
        .open_in_place(&header.nonce, header.text().as_bytes(), &mut buf, &tag)
        .map_err(|_| Error::SealOpen)?;
    Ok(buf)
}

struct Header {
    cost: Cost,
    salt: [u8; SALT_LEN],
    nonce: [u8; NONCE_LEN],
}

impl Header {
    /// The header's only text, with the empty line that ends it.
    fn text(&self) -> String {
        let Cost { memory_kib, passes, lanes } = self.cost;
        format!(
            "{MAGIC}\nkdf: argon2id m={memory_kib} t={passes} p={lanes}\nsalt: {}\n{AEAD}\nnonce: {}\n\n",
            STANDARD.encode(self.salt),
            STANDARD.encode(self.nonce),
        )
    }

    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        (lines.next()? == MAGIC).then_some(())?;
        let mut costs = lines.next()?.strip_prefix("kdf: argon2id ")?.split(' ');
        let mut number = |name: &str| costs.next()?.strip_prefix(name)?.parse::<u32>().ok();
        let cost = Cost { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
        let salt = STANDARD.decode(lines.next()?.strip_prefix("salt: ")?).ok()?.try_into().ok()?;
        (lines.next()? == AEAD).then_some(())?;
        let nonce = STANDARD.decode(lines.next()?.strip_prefix("nonce: ")?).ok()?.try_into().ok()?;
        let header = Self { cost, salt, nonce };
        // Comparing with the one text we would write refuses leading zeros, extra fields and trailing lines at once.
        (header.text().strip_suffix("\n\n")? == head).then_some(header)
    }

    fn cipher(&self, passphrase: &[u8]) -> Result<Sm4Gcm> {
        let mut key = Zeroizing::new([0; 16]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.cost.params()?)
            .hash_password_into(passphrase, &self.salt, key.as_mut_slice())
            .map_err(|_| Error::SealCost)?;
        Ok(Sm4Gcm::new(&key))
    }
}

/// Base64 has one byte per character, so its columns are its bytes.
fn wrapped(base64: &str) -> String {
    let mut out = String::with_capacity(base64.len() + base64.len() / COLUMNS + 1);
    for (at, c) in base64.char_indices() {
        if at > 0 && at % COLUMNS == 0 {
            out.push('\n');
        }
        out.push(c);
    }

    out.push('\n');
    out
}
