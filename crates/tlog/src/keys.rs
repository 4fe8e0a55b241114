//! Public keys of a log in the form that other tools read, for those who have no other business with the cryptography.

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};

use crate::{Error, Result, TrustedKeys};

impl TrustedKeys {
    /// The public halves of a log's secret keys.
    #[must_use]
    pub fn of_secrets(sm2: &sm::sign::SigningKey, ed25519: &[u8; 32]) -> Self {
        let ed25519 = ed25519_dalek::SigningKey::from_bytes(ed25519);
        Self { sm2: sm2.verifying_key().clone(), ed25519: ed25519.verifying_key() }
    }

    /// Reads both keys from PEM (`SubjectPublicKeyInfo`).
    ///
    /// # Errors
    /// [`Error::Key`] if one of them is not such a key.
    pub fn from_pem(sm2: &str, ed25519: &str) -> Result<Self> {
        let sm2 = sm::sign::VerifyingKey::from_spki_pem(sm2)
            .map_err(|_| Error::Key("the SM2 key is not a PEM public key".to_owned()))?;
        let ed25519 = ed25519_dalek::VerifyingKey::from_public_key_pem(ed25519);
        let ed25519 = ed25519.map_err(|_| Error::Key("the Ed25519 key is not a PEM public key".to_owned()))?;
        Ok(Self { sm2, ed25519 })
    }

    /// Both keys as PEM: SM2, then Ed25519.
    ///
    /// # Errors
    /// [`Error::Key`] if a key has no such form.
    pub fn to_pem(&self) -> Result<(String, String)> {
        let ed25519 = self.ed25519.to_public_key_pem(LineEnding::LF).map_err(|why| Error::Key(why.to_string()))?;
        Ok((self.sm2.to_spki_pem(), ed25519))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys handed over as PEM verify the same log as the ones they were made from.
    #[test]
    fn public_keys_travel_as_pem() {
        let sm2 = sm::sign::SigningKey::from_bytes(&[7; 32]).unwrap();
        let keys = TrustedKeys::of_secrets(&sm2, &[9; 32]);
        let (sm2_pem, ed25519_pem) = keys.to_pem().unwrap();
        let back = TrustedKeys::from_pem(&sm2_pem, &ed25519_pem).unwrap();
        assert_eq!(back.sm2.to_sec1(), keys.sm2.to_sec1());
        assert_eq!(back.ed25519, keys.ed25519);
        assert!(TrustedKeys::from_pem(&ed25519_pem, &sm2_pem).is_err());
    }
}
