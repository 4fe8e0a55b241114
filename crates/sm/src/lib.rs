//! The Chinese national algorithms behind one small pure interface: SM3 digests and HMAC, SM2 keys,
//! signatures and encryption, SM4-GCM, and keys sealed at rest under a passphrase.
//!
//! What the reader must know first:
//!
//! - Nothing here opens a random source or reads a clock; randomness arrives as an argument.
//! - Fixed sizes are in the types (`[u8; 32]`, `[u8; 16]`), so a wrong length is a compile error where it can be.
//! - A failed check says only *that* it failed. Which byte of a tag or a padding was wrong is of use to an attacker alone.
//! - The arithmetic is RustCrypto's (see `docs/adr/0002-sm-crates.md`). Callers hand over whole buffers to be worked on
//!   in place, so that wider kernels can replace the inside without a change outside.
//!
//! ```
//! use rand_core::SeedableRng;
//!
//! let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]); // a real caller passes the system's source
//! let key = sm::sign::SigningKey::generate(&mut rng);
//! let signature = key.sign("区数据局".as_bytes());
//! assert!(key.verifying_key().verify("区数据局".as_bytes(), &signature).is_ok());
//! assert!(key.verifying_key().verify("区政府办".as_bytes(), &signature).is_err());
//! ```

pub mod aead;
mod digest;
pub mod encrypt;
mod error;
mod lanes;
pub mod seal;
pub mod sign;

pub use digest::{HmacSm3, Sm3Hasher, hmac_sm3, hmac_sm3_verify, sm3, sm3_pair};
pub use error::{Error, Result};
pub use lanes::{sm3_many, sm3_many_prefixed, sm3_pairs};
