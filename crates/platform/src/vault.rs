//! Columns that are never at rest in clear (I9): sealed with SM4-GCM under the vault key. The sealed form is
//! nonce (12) ‖ ciphertext ‖ tag (16); what the column belongs to is authenticated with it, so that a sealed value cannot be
//! moved to another row.

use sm::aead::Sm4Gcm;

use crate::{
    ctx::Ctx,
    error::{Code, Error, Result},
};

const NONCE: usize = 12;
const TAG: usize = 16;

/// Seals and opens columns.
pub struct Vault {
    cipher: Sm4Gcm,
    /// The root of derived salts; never the key itself.
    root: [u8; 32],
}

impl Vault {
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self { cipher: Sm4Gcm::new(key), root: sm::hmac_sm3(key, b"gongshu derived salts") }
    }

    /// A secret of its own for `of`, always the same under the same key.
    pub(crate) fn derive(&self, of: &str) -> [u8; 32] {
        sm::hmac_sm3(&self.root, of.as_bytes())
    }

    /// Seals `clear` for the place `of` (e.g. `person.totp:<id>`).
    pub fn seal(&self, ctx: &Ctx, of: &str, clear: &[u8]) -> Vec<u8> {
        let mut nonce = [0u8; NONCE];
        ctx.fill(&mut nonce);
        let mut body = clear.to_vec();
        let tag = self.cipher.seal_in_place(&nonce, of.as_bytes(), &mut body);
        [nonce.as_slice(), &body, &tag].concat()
    }

    /// Opens what was sealed for the place `of`.
    ///
    /// # Errors
    /// [`Code::Internal`] when it was sealed for another place, under another key, or was changed.
    pub fn open(&self, of: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let broken = || {
            Error::new(Code::Internal, "a sealed column cannot be opened")
                .hint("check that the key file belongs to this database")
        };
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let (body, tag) = rest.split_last_chunk::<TAG>().ok_or_else(broken)?;
        let mut clear = body.to_vec();
        self.cipher.open_in_place(nonce, of.as_bytes(), &mut clear, tag).map_err(|error| broken().because(error))?;
        Ok(clear)
    }
}
