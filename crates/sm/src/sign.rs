//! SM2 signatures (GB/T 32918.2-2016) on the recommended curve (GB/T 32918.5-2017), with SM3.
//!
//! Signing is deterministic: k is derived from the private key and the digest as in RFC 6979 with HMAC-SM3. The
//! standard asks for a random k and checks nothing of its origin, so verifiers see no difference, and a poor random
//! source can no longer give the key away. The arithmetic is RustCrypto's; the seven steps of the signature are
//! written out here because the base keeps no erasable key, accepts d = n-1 and gives up where the standard says
//! "return to A3".

use core::fmt;

use rand_core::CryptoRng;
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::elliptic_curve::bigint::U256;
use sm2::elliptic_curve::ops::Reduce;
use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::elliptic_curve::{Curve, Generate, Group, PrimeField};
use sm2::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use sm2::{FieldBytes, NonZeroScalar, ProjectivePoint, PublicKey, Scalar, SecretKey, Sm2};
use sm3::Sm3;
use zeroize::{Zeroize, Zeroizing};

use crate::{Error, Result, Sm3Hasher};

/// The distinguishing identifier used where a signer has none of its own (GM/T 0009-2012 §10).
pub const DEFAULT_ID: &str = "1234567812345678";

/// An SM2 private key, erased when dropped. It signs, and it opens what was encrypted to its public key.
pub struct SigningKey {
    d: NonZeroScalar,
    /// (1+d)⁻¹, computed once: it depends on the key alone and is half the price of a signature's scalar work.
    d_plus_1_inverse: Scalar,
    verifying: VerifyingKey,
}

impl SigningKey {
    /// Reads a big-endian scalar.
    ///
    /// # Errors
    /// [`Error::PrivateKey`] outside 1 ≤ d ≤ n-2.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self> {
        let d = NonZeroScalar::try_from(bytes.as_slice()).map_err(|_| Error::PrivateKey)?;
        Self::from_scalar(d).ok_or(Error::PrivateKey)
    }

    /// Draws a fresh key from `rng`.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        loop {
            let d = NonZeroScalar::generate_from_rng(rng);
            // Refused with a probability of about 2⁻²⁵⁶: d = n-1 alone.
            if let Some(key) = Self::from_scalar(d) {
                return key;
            }
        }
    }

    /// The scalar in big-endian form, erased when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.d.to_bytes().into())
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// Signs `msg` under [`DEFAULT_ID`]. The same key and message always give the same signature.
    #[must_use]
    pub fn sign(&self, msg: &[u8]) -> Signature {
        self.sign_digest(&self.verifying.digest(msg))
    }

    /// Signs e = SM3(Z ‖ M), for callers that hashed elsewhere; see [`VerifyingKey::digest`].
    #[must_use]
    pub fn sign_digest(&self, e: &[u8; 32]) -> Signature {
        let e = scalar_of(e);
        let secret = self.to_bytes();
        let mut nonces = rfc6979::KGenerator::<Sm3, U256>::new(secret.as_slice(), &e.to_bytes(), &[], &Sm2::ORDER);
        loop {
            let mut bytes = FieldBytes::default();
            nonces.fill_next_k(&mut bytes);
            let candidate = Scalar::from_repr(bytes).into_option();
            bytes.zeroize();
            if let Some(mut k) = candidate {
                let signature = self.sign_with_nonce(&e, &k);
                k.zeroize();
                if let Some(signature) = signature {
                    return signature;
                }
            }
        }
    }

    /// Writes the key as an unencrypted PKCS#8 PEM. At rest it belongs into [`crate::seal`].
    ///
    /// # Errors
    /// [`Error::PrivateKey`] if the encoder refuses, which no valid key makes it do.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>> {
        SecretKey::from(&self.d).to_pkcs8_pem(LineEnding::LF).map_err(|_| Error::PrivateKey)
    }

    /// Reads an unencrypted PKCS#8 PEM of an SM2 key.
    ///
    /// # Errors
    /// [`Error::PrivateKey`] if it is malformed, of another curve, or out of range.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self> {
        let secret = SecretKey::from_pkcs8_pem(pem).map_err(|_| Error::PrivateKey)?;
        Self::from_scalar(secret.to_nonzero_scalar()).ok_or(Error::PrivateKey)
    }

    pub(crate) fn scalar(&self) -> &NonZeroScalar {
        &self.d
    }

    fn from_scalar(d: NonZeroScalar) -> Option<Self> {
        let d_plus_1_inverse = (*d + Scalar::ONE).invert().into_option()?;
        let verifying = VerifyingKey::from_public_key(PublicKey::from_secret_scalar(&d)).ok()?;
        Some(Self { d, d_plus_1_inverse, verifying })
    }

    /// Steps A4 to A7 of GB/T 32918.2 §6.1; `None` where the standard says "return to A3".
    fn sign_with_nonce(&self, e: &Scalar, k: &Scalar) -> Option<Signature> {
        let x1 = ProjectivePoint::mul_by_generator(k).to_affine().x();
        let r = *e + <Scalar as Reduce<FieldBytes>>::reduce(&x1);
        if bool::from((r + k).is_zero()) {
            return None;
        }
        let s = self.d_plus_1_inverse * (*k - r * *self.d);
        // The constructor refuses r = 0 and s = 0 (A6).
        sm2::dsa::Signature::from_scalars(r, s).ok().map(Signature)
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        self.d.zeroize();
        self.d_plus_1_inverse.zeroize();
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("verifying", &self.verifying).finish_non_exhaustive()
    }
}

/// An SM2 public key: a point of the curve that is not at infinity.
#[derive(Clone)]
pub struct VerifyingKey {
    base: sm2::dsa::VerifyingKey,
    sec1: [u8; 65],
    /// Z of GB/T 32918.2 §5.5 under [`DEFAULT_ID`], computed once.
    z: [u8; 32],
}

impl VerifyingKey {
    /// Reads a SEC1 point: 65 bytes uncompressed, or 33 compressed.
    ///
    /// # Errors
    /// [`Error::PublicKey`] if it is no point of the curve.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self> {
        Self::from_public_key(PublicKey::from_sec1_bytes(bytes).map_err(|_| Error::PublicKey)?)
    }

    /// The uncompressed SEC1 point, `04 ‖ x ‖ y`.
    #[must_use]
    pub fn to_sec1(&self) -> [u8; 65] {
        self.sec1
    }

    /// Writes the key as an SPKI PEM (`BEGIN PUBLIC KEY`), as the `openssl` command reads it.
    ///
    /// # Panics
    /// Never: the encoding of a valid point has one fixed length.
    #[must_use]
    pub fn to_spki_pem(&self) -> String {
        match self.public_key().to_public_key_pem(LineEnding::LF) {
            Ok(pem) => pem,
            Err(_) => unreachable!("a point of the curve always has an SPKI form"),
        }
    }

    /// Reads an SPKI PEM of an SM2 key.
    ///
    /// # Errors
    /// [`Error::PublicKey`] if it is malformed or of another algorithm or curve.
    pub fn from_spki_pem(pem: &str) -> Result<Self> {
        Self::from_public_key(PublicKey::from_public_key_pem(pem).map_err(|_| Error::PublicKey)?)
    }

    /// Checks that `signature` was made over `msg` under [`DEFAULT_ID`].
    ///
    /// # Errors
    /// [`Error::SignatureMismatch`] if it was not.
    pub fn verify(&self, msg: &[u8], signature: &Signature) -> Result<()> {
        self.verify_digest(&self.digest(msg), signature)
    }

    /// Checks a signature over e = SM3(Z ‖ M), for callers that hashed elsewhere.
    ///
    /// # Errors
    /// [`Error::SignatureMismatch`] if it does not fit.
    pub fn verify_digest(&self, e: &[u8; 32], signature: &Signature) -> Result<()> {
        self.base.verify_prehash(e, &signature.0).map_err(|_| Error::SignatureMismatch)
    }

    /// e = SM3(Z ‖ M) of GB/T 32918.2 §6.1 (steps A1, A2), with Z under [`DEFAULT_ID`].
    #[must_use]
    pub fn digest(&self, msg: &[u8]) -> [u8; 32] {
        let mut hasher = Sm3Hasher::new();
        hasher.update(&self.z);
        hasher.update(msg);
        hasher.finalize()
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey::from(&self.base)
    }

    fn from_public_key(key: PublicKey) -> Result<Self> {
        let sec1 = key.to_sec1_point(false).as_bytes().try_into().map_err(|_| Error::PublicKey)?;
        let base = sm2::dsa::VerifyingKey::new(DEFAULT_ID, key).map_err(|_| Error::PublicKey)?;
        Ok(Self { base, sec1, z: identity_digest(&sec1) })
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey(")?;
        write_hex(f, &self.sec1)?;
        f.write_str(")")
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.sec1 == other.sec1
    }
}

impl Eq for VerifyingKey {}

/// An SM2 signature, r ‖ s, each 32 bytes big-endian and within 1..n.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(sm2::dsa::Signature);

impl Signature {
    /// r ‖ s.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0.to_bytes().into()
    }

    /// Reads r ‖ s.
    ///
    /// # Errors
    /// [`Error::SignatureForm`] if a component is outside 1 ≤ r, s ≤ n-1.
    pub fn from_bytes(bytes: &[u8; 64]) -> Result<Self> {
        sm2::dsa::Signature::from_slice(bytes).map(Self).map_err(|_| Error::SignatureForm)
    }

    /// The DER `SEQUENCE { r INTEGER, s INTEGER }` of GB/T 35276, as other tools exchange it.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.0.to_der().to_vec()
    }

    /// Reads the DER form, strictly: no padding, no trailing bytes.
    ///
    /// # Errors
    /// [`Error::SignatureForm`] if it is not DER or a component is out of range.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let read = sm2::dsa::Signature::from_der(der).map(Self).map_err(|_| Error::SignatureForm)?;
        // One signature, one encoding: whatever the reader tolerates beyond DER is refused by writing it again.
        if read.to_der() == der { Ok(read) } else { Err(Error::SignatureForm) }
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        write_hex(f, &self.to_bytes())?;
        f.write_str(")")
    }
}

/// a, b, x_G and y_G of the recommended curve (GB/T 32918.5-2017 §2), which enter Z.
const CURVE: [[u8; 32]; 4] = [
    hex32("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"),
    hex32("28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"),
    hex32("32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"),
    hex32("BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"),
];

/// Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ x_G ‖ y_G ‖ x_A ‖ y_A), GB/T 32918.2 §5.5, under [`DEFAULT_ID`].
fn identity_digest(sec1: &[u8; 65]) -> [u8; 32] {
    const ID_BITS: u16 = 128;
    let mut hasher = Sm3Hasher::new();
    hasher.update(&ID_BITS.to_be_bytes());
    hasher.update(DEFAULT_ID.as_bytes());
    for part in &CURVE {
        hasher.update(part);
    }
    hasher.update(sec1.split_first().map_or(&[], |(_, xy)| xy));
    hasher.finalize()
}

fn scalar_of(digest: &[u8; 32]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce(&U256::from_be_slice(digest))
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[expect(clippy::indexing_slicing, clippy::panic, reason = "runs at compile time, where a mistake fails the build")]
const fn hex32(text: &str) -> [u8; 32] {
    const fn nibble(c: u8) -> u8 {
        match c {
            b'0'..=b'9' => c - b'0',
            b'A'..=b'F' => c - b'A' + 10,
            _ => panic!("upper-case hexadecimal digits only"),
        }
    }
    let text = text.as_bytes();
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 32 {
        bytes[at] = nibble(text[2 * at]) * 16 + nibble(text[2 * at + 1]);
        at += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GB/T 32918.5-2017 annex A: the only published vector that shows k, so the only one that can judge the signer.
    #[test]
    fn signs_the_example_of_the_standard_with_its_own_nonce() {
        let key =
            SigningKey::from_bytes(&hex32("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")).unwrap();
        let k = Scalar::from_repr(hex32("59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21").into())
            .unwrap();
        let e = key.verifying_key().digest(b"message digest");
        assert_eq!(e, hex32("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"));
        let signature = key.sign_with_nonce(&scalar_of(&e), &k).unwrap().to_bytes();
        assert_eq!(signature[..32], hex32("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"));
        assert_eq!(signature[32..], hex32("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"));
    }

    /// The standard's A5 and A6: such a nonce must be thrown away, never used.
    #[test]
    fn refuses_a_nonce_that_gives_a_zero_component() {
        let key = SigningKey::from_bytes(&[3; 32]).unwrap();
        let k = scalar_of(&[5; 32]);
        let x1 = <Scalar as Reduce<FieldBytes>>::reduce(&ProjectivePoint::mul_by_generator(&k).to_affine().x());
        assert_eq!(key.sign_with_nonce(&-x1, &k), None, "r = 0");
        assert_eq!(key.sign_with_nonce(&(-x1 - k), &k), None, "r + k = n");
        let r = k * key.d.invert().unwrap();
        assert_eq!(key.sign_with_nonce(&(r - x1), &k), None, "s = 0");
    }

    #[test]
    fn our_signer_equals_the_signer_of_the_base_byte_for_byte() {
        use sm2::dsa::signature::Signer;
        for seed in 1..=16u8 {
            let key = SigningKey::from_bytes(&[seed; 32]).unwrap();
            let base = sm2::dsa::SigningKey::from_slice(DEFAULT_ID, &[seed; 32]).unwrap();
            let msg = [seed; 100];
            let theirs: sm2::dsa::Signature = base.sign(&msg);
            assert_eq!(key.sign(&msg).to_bytes()[..], theirs.to_bytes()[..]);
        }
    }
}
