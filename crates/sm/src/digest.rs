//! SM3 (GB/T 32905-2016) and HMAC-SM3 (GB/T 15852.2, GM/T 0042).

use hmac::{Hmac, KeyInit, Mac};
use sm3::{Digest, Sm3};
use zeroize::Zeroizing;

/// The SM3 block size in bytes; HMAC keys longer than this are hashed first.
const BLOCK: usize = 64;

/// SM3 digest of `data`.
///
/// ```
/// assert_eq!(sm::sm3(b"abc")[..4], [0x66, 0xc7, 0xf0, 0xf4]); // GB/T 32905-2016, A.1
/// ```
#[must_use]
pub fn sm3(data: &[u8]) -> [u8; 32] {
    Sm3::digest(data).into()
}

/// SM3 of one prefix byte and two digests: the inner node of a Merkle tree (RFC 6962 §2.1 with SM3).
///
/// The hot path of the log: 65 bytes, two compressions, no allocation.
#[must_use]
pub fn sm3_pair(prefix: u8, left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sm3::new();
    hasher.update([prefix]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// SM3 over data that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct Sm3Hasher(Sm3);

impl Sm3Hasher {
    /// An empty hasher.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends `data`.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The digest of everything appended.
    #[must_use]
    pub fn finalize(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// HMAC-SM3 of `data` under `key` (any length; 16 bytes or more are advisable).
#[must_use]
pub fn hmac_sm3(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut mac = HmacSm3::new(key);
    mac.update(data);
    mac.finalize()
}

/// Whether `mac` is the whole 32-byte HMAC-SM3 of `data`, compared in constant time. A truncated `mac` is refused.
#[must_use]
pub fn hmac_sm3_verify(key: &[u8], data: &[u8], mac: &[u8]) -> bool {
    let mut own = HmacSm3::new(key);
    own.update(data);
    own.verify(mac)
}

/// HMAC-SM3 over data that arrives in pieces. Clone a fresh one to use the same key many times: the key's two
/// compressions are then paid once.
#[derive(Clone, Debug)]
pub struct HmacSm3(Hmac<Sm3>);

impl HmacSm3 {
    /// Starts a code under `key`.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        // The key is brought to one block here (RFC 2104 §2) because the constructor that takes a whole block cannot
        // fail, while the one that takes a slice returns a result nobody could act upon.
        let mut block = Zeroizing::new([0u8; BLOCK]);
        let hashed;
        let short = if key.len() > BLOCK {
            hashed = Zeroizing::new(sm3(key));
            hashed.as_slice()
        } else {
            key
        };
        for (to, from) in block.iter_mut().zip(short) {
            *to = *from;
        }
        Self(<Hmac<Sm3> as KeyInit>::new((&*block).into()))
    }

    /// Appends `data`.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The code of everything appended.
    #[must_use]
    pub fn finalize(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }

    /// Whether `mac` is the whole code, compared in constant time.
    #[must_use]
    pub fn verify(self, mac: &[u8]) -> bool {
        self.0.verify_slice(mac).is_ok()
    }
}
