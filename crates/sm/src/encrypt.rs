//! SM2 public key encryption (GB/T 32918.4-2016), for short secrets such as data keys. Bulk data is sealed with SM4-GCM.
//!
//! The plain form is C1 ‖ C3 ‖ C2 with an uncompressed point (GB/T 32918.4-2016 §6.1); the DER form is the
//! `SM2Cipher` of GB/T 35276, which OpenSSL reads and writes.

use rand_core::CryptoRng;
use sm2::pke::{DecryptingKey, EncryptingKey, Mode};
use zeroize::Zeroizing;

use crate::sign::{SigningKey, VerifyingKey};
use crate::{Error, Result};

/// What encryption adds to the message in the plain form: the 65-byte point and the 32-byte digest.
pub const OVERHEAD: usize = 97;

/// Encrypts `msg` to the holder of `to`, as C1 ‖ C3 ‖ C2.
///
/// # Errors
/// [`Error::EmptyMessage`] if `msg` is empty, for which the standard defines no ciphertext.
pub fn encrypt(rng: &mut impl CryptoRng, to: &VerifyingKey, msg: &[u8]) -> Result<Vec<u8>> {
    encrypting(to).encrypt(rng, msg).map_err(|_| Error::EmptyMessage)
}

/// Decrypts C1 ‖ C3 ‖ C2.
///
/// # Errors
/// [`Error::Decrypt`] if the ciphertext is malformed, altered or meant for another key.
pub fn decrypt(key: &SigningKey, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    // Nobody can have made a ciphertext of nothing, and the base would accept one.
    if ciphertext.len() <= OVERHEAD || ciphertext.first() != Some(&0x04) {
        return Err(Error::Decrypt);
    }
    opened(decrypting(key).decrypt(ciphertext))
}

/// Encrypts `msg` as the DER `SM2Cipher` of GB/T 35276.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_der(rng: &mut impl CryptoRng, to: &VerifyingKey, msg: &[u8]) -> Result<Vec<u8>> {
    encrypting(to).encrypt_der(rng, msg).map_err(|_| Error::EmptyMessage)
}

/// Decrypts the DER `SM2Cipher` of GB/T 35276.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_der(key: &SigningKey, der: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    opened(decrypting(key).decrypt_der(der))
}

fn encrypting(to: &VerifyingKey) -> EncryptingKey {
    EncryptingKey::new_with_mode(to.public_key(), Mode::C1C3C2)
}

fn decrypting(key: &SigningKey) -> DecryptingKey {
    DecryptingKey::new_with_mode(*key.scalar(), Mode::C1C3C2)
}

fn opened(result: core::result::Result<Vec<u8>, sm2::elliptic_curve::Error>) -> Result<Zeroizing<Vec<u8>>> {
    match result {
        Ok(plain) if !plain.is_empty() => Ok(Zeroizing::new(plain)),
        _ => Err(Error::Decrypt),
    }
}
