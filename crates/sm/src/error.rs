//! The errors of the crate. None of them carries input: what is handled here is keys, plaintext and evidence.

/// Why a cryptographic operation was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The private key is zero, or not below n-1 (GB/T 32918.1 asks for 1 ≤ d ≤ n-2), or its encoding cannot be read.
    #[error("the SM2 private key is malformed or out of range; supply a 32-byte scalar or a PKCS#8 PEM of an SM2 key")]
    PrivateKey,
    /// The bytes are no point of the SM2 curve, or the point at infinity, or another algorithm's key.
    #[error(
        "the SM2 public key is malformed or not on the curve; supply an uncompressed SEC1 point or an SPKI PEM of an SM2 key"
    )]
    PublicKey,
    /// The bytes cannot be an SM2 signature: wrong length, wrong DER, or a component outside 1 ≤ r, s ≤ n-1.
    #[error("the SM2 signature is malformed; supply 64 bytes r||s or its DER form")]
    SignatureForm,
    /// The signature is well formed but was not made by this key over this message.
    #[error("the SM2 signature does not belong to this message and key")]
    SignatureMismatch,
    /// SM2 encryption is not defined for an empty message (GB/T 32918.4: the derived mask must not be all zero).
    #[error("an empty message cannot be encrypted with SM2; seal it with SM4-GCM instead")]
    EmptyMessage,
    /// The ciphertext is malformed, was made for another key, or was tampered with.
    #[error("the ciphertext cannot be decrypted; it is malformed, was altered, or belongs to another key")]
    Decrypt,
    /// The SM4-GCM tag does not fit key, nonce, associated data and ciphertext.
    #[error("the authentication tag does not fit; the data was altered or key, nonce or context is another")]
    Tag,
    /// The sealed file's text is not of the form written by [`crate::seal::seal`], or of a later version.
    #[error("the sealed text is malformed or of an unknown version; expected a `gongshu-seal/1` file")]
    SealForm,
    /// The derivation cost is outside the accepted bounds of [`crate::seal::Cost`].
    #[error("the key derivation cost is out of bounds; see `seal::Cost` for the accepted range")]
    SealCost,
    /// The passphrase is wrong or the sealed text was altered; the two cannot be told apart.
    #[error("the sealed text cannot be opened; the passphrase is wrong or the text was altered")]
    SealOpen,
}

/// Shorthand for results of this crate.
pub type Result<T> = core::result::Result<T, Error>;
