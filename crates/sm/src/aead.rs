//! SM4-GCM (RFC 8998 §2.1; GB/T 17964-2021 GCM over GB/T 32907-2016) with a 12-byte nonce and a 16-byte tag.
//!
//! A nonce must never be used twice under one key: two messages under one nonce give away their XOR and the
//! authentication key. Callers number their chunks or derive a key per file.
//!
//! Everything works in place on caller-owned buffers. A batch is a loop over one [`Sm4Gcm`]: the key schedule is paid
//! once in [`Sm4Gcm::new`], and a wider kernel may later take several buffers at a time behind the same type.

use aes_gcm::{AeadInOut, AesGcm, KeyInit, aead::consts::U12};
use sm4::Sm4;

use crate::{Error, Result};

/// Nonce length in bytes.
pub const NONCE_LEN: usize = 12;
/// Tag length in bytes.
pub const TAG_LEN: usize = 16;
/// The longest message of one call in bytes: 2³⁶-32, where GCM's 32-bit block counter would wrap (NIST SP 800-38D §5.2.1.1).
pub const MAX_LEN: u64 = aes_gcm::P_MAX;

/// An expanded SM4-GCM key, erased when dropped.
#[derive(Clone, Debug)]
pub struct Sm4Gcm(AesGcm<Sm4, U12>);

impl Sm4Gcm {
    /// Expands `key`.
    #[must_use]
    pub fn new(key: &[u8; 16]) -> Self {
        Self(AesGcm::new(key.into()))
    }

    /// Encrypts `buf` in place and returns the tag over `aad` and the ciphertext.
    ///
    /// # Panics
    /// If `buf` is longer than [`MAX_LEN`] (64 GiB). That is a caller's mistake and no property of data: everything
    /// in this product is sealed in bounded chunks.
    #[must_use]
    pub fn seal_in_place(&self, nonce: &[u8; 12], aad: &[u8], buf: &mut [u8]) -> [u8; 16] {
        match self.0.encrypt_inout_detached(nonce.into(), aad, buf.into()) {
            Ok(tag) => tag.into(),
            Err(_) => {
                unreachable!("one SM4-GCM message is at most {MAX_LEN} bytes; seal in chunks")
            }
        }
    }

    /// Checks `tag` and decrypts `buf` in place. On failure `buf` keeps the ciphertext: unverified plaintext is never
    /// released.
    ///
    /// # Errors
    /// [`Error::Tag`] if key, nonce, associated data, ciphertext or tag differ from those of the sealing.
    pub fn open_in_place(&self, nonce: &[u8; 12], aad: &[u8], buf: &mut [u8], tag: &[u8; 16]) -> Result<()> {
        self.0.decrypt_inout_detached(nonce.into(), aad, buf.into(), tag.into()).map_err(|_| Error::Tag)
    }
}
