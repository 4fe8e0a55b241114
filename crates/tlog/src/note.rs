//! Signed notes (C2SP `signed-note`): text with one line per signature.
//!
//! Signature types served here:
//!
//! | type | meaning | key after the type byte | signature after the key id |
//! |---|---|---|---|
//! | `0x01` | Ed25519 over the text | 32 bytes | 64 bytes |
//! | `0x04` | witness cosignature/v1, Ed25519 over `cosignature/v1\ntime <s>\n` + text (C2SP `tlog-cosignature`) | 32 bytes | 8 bytes seconds, 64 bytes |
//! | `0xff` + `1.2.156.10197.1.501` | SM2 with SM3 over the text, default identity `1234567812345678` | 65 bytes uncompressed SEC 1 | 64 bytes `r ‖ s` |
//!
//! The specification keeps `0xff` for types without an assigned byte and recommends a longer identifier after it; ours
//! is the object identifier of the algorithm (GM/T 0006). The key id is always the first four bytes of
//! `SHA-256(name ‖ 0x0A ‖ type ‖ key)`, also for SM2, since it only names the key and proves nothing.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::EncodePublicKey as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

/// The longest note read, in bytes.
pub const MAX_NOTE: usize = 64 * 1024;
/// The most signatures read in one note.
pub const MAX_SIGNATURES: usize = 64;

const ED25519: &[u8] = &[0x01];
const COSIGNATURE: &[u8] = &[0x04];
const SM2: &[u8] = b"\xff1.2.156.10197.1.501";

/// A text with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line, verified or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The first bytes of the key's hash; a hint, not a proof.
    pub key_id: [u8; 4],
    /// The signature proper.
    pub signature: Vec<u8>,
}

impl Note {
    /// An unsigned note.
    ///
    /// # Errors
    /// [`Error::Note`] if the text is empty, does not end in a newline or has control characters.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        check_text(&text)?;
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Parses a note; it is verified only by [`NoteKey::verify`].
    ///
    /// # Errors
    /// [`Error::Note`] for anything but the one allowed form.
    pub fn parse(note: &str) -> Result<Self> {
        if note.len() > MAX_NOTE {
            return Err(refuse("longer than 65536 bytes"));
        }
        let split = note.rfind("\n\n").ok_or_else(|| refuse("no blank line before the signatures"))?;
        let (text, rest) = note.split_at_checked(split.saturating_add(1)).ok_or_else(|| refuse("no signatures"))?;
        check_text(text)?;
        let block = rest.strip_prefix('\n').and_then(|block| block.strip_suffix('\n'));
        let block = block.filter(|block| !block.is_empty()).ok_or_else(|| refuse("no signatures"))?;
        let signatures = block.split('\n').map(NoteSignature::parse).collect::<Result<Vec<_>>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(refuse("more than 64 signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// What is signed, with its final newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in order.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Signs as a log in the public form.
    ///
    /// # Errors
    /// [`Error::Name`] if the key name is empty or has spaces or `+`.
    pub fn sign_ed25519(&mut self, name: &str, key: &ed25519_dalek::SigningKey) -> Result<()> {
        let signature = key.sign(self.text.as_bytes()).to_bytes().to_vec();
        self.push(&NoteKey::ed25519(name, key.verifying_key())?, signature);
        Ok(())
    }

    /// Signs as a log in the national form.
    ///
    /// # Errors
    /// [`Error::Name`] if the key name is empty or has spaces or `+`.
    pub fn sign_sm2(&mut self, name: &str, key: &sm::sign::SigningKey) -> Result<()> {
        let signature = key.sign(self.text.as_bytes()).to_bytes().to_vec();
        self.push(&NoteKey::sm2(name, key.verifying_key().clone())?, signature);
        Ok(())
    }

    /// Cosigns as a witness that has checked consistency with what it saw before; `seconds` is the time since 1970.
    ///
    /// # Errors
    /// [`Error::Name`] if the key name is empty or has spaces or `+`.
    pub fn cosign(&mut self, name: &str, key: &ed25519_dalek::SigningKey, seconds: u64) -> Result<()> {
        let mut signature = seconds.to_be_bytes().to_vec();
        signature.extend(key.sign(&cosigned(seconds, &self.text)).to_bytes());
        self.push(&NoteKey::witness(name, key.verifying_key())?, signature);
        Ok(())
    }

    /// The note with this key's signature and no other.
    ///
    /// # Errors
    /// [`Error::Note`] if the key has not signed it.
    pub fn signed_by(&self, key: &NoteKey) -> Result<Self> {
        key.verify(self)?;
        let signatures = self.signatures.iter().filter(|found| key.made(found)).cloned().collect();
        Ok(Self { text: self.text.clone(), signatures })
    }

    /// Takes over the signature that this key has made on another copy of the note, in the place of its earlier ones.
    ///
    /// # Errors
    /// [`Error::Note`] if the other note is another text, or the key has not signed it.
    pub fn adopt(&mut self, other: &Self, key: &NoteKey) -> Result<Verified> {
        if self.text != other.text {
            return Err(refuse("a signature on another text cannot be taken over"));
        }
        let verified = key.verify(other)?;
        self.signatures.retain(|found| !key.made(found));
        self.signatures.extend(other.signatures.iter().filter(|found| key.made(found)).cloned());
        Ok(verified)
    }

    fn push(&mut self, key: &NoteKey, signature: Vec<u8>) {
        self.signatures.push(NoteSignature { name: key.name.clone(), key_id: key.id(), signature });
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

/// The line, with its end.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.signature].concat();
        writeln!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Result<Self> {
        let (name, encoded) = line
            .strip_prefix("— ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(|| refuse("a signature line is not `— name base64`"))?;
        check_name(name)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| refuse("a signature is not base64"))?;
        let (key_id, signature) = bytes.split_first_chunk::<4>().ok_or_else(|| refuse("a signature is too short"))?;
        if signature.is_empty() {
            return Err(refuse("a signature is empty"));
        }
        Ok(Self { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
    }
}

/// A public key that can verify notes, with its name.
#[derive(Debug, Clone)]
pub struct NoteKey {
    name: String,
    key: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Ed25519(ed25519_dalek::VerifyingKey),
    Witness(ed25519_dalek::VerifyingKey),
    Sm2(sm::sign::VerifyingKey),
}

/// What a verified signature says besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// A witness's time in seconds since 1970.
    pub time_s: Option<u64>,
}

impl NoteKey {
    /// A log's key in the public form.
    ///
    /// # Errors
    /// [`Error::Name`].
    pub fn ed25519(name: &str, key: ed25519_dalek::VerifyingKey) -> Result<Self> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: Kind::Ed25519(key) })
    }

    /// A log's key in the national form.
    ///
    /// # Errors
    /// [`Error::Name`].
    pub fn sm2(name: &str, key: sm::sign::VerifyingKey) -> Result<Self> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: Kind::Sm2(key) })
    }

    /// A witness's key.
    ///
    /// # Errors
    /// [`Error::Name`].
    pub fn witness(name: &str, key: ed25519_dalek::VerifyingKey) -> Result<Self> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: Kind::Witness(key) })
    }

    /// Parses a verifier key `name+id+base64(type ‖ key)`.
    ///
    /// # Errors
    /// [`Error::Key`] if it is malformed, of an unknown type, or its id is not the id of the key.
    pub fn parse(vkey: &str) -> Result<Self> {
        let bad = |why: &str| Error::Key(format!("`{vkey}`: {why}"));
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("not of the form name+id+key"));
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| bad("the key is not base64"))?;
        let ed25519 = |key: &[u8]| {
            let key = <&[u8; 32]>::try_from(key).map_err(|_| bad("the key has not 32 bytes"))?;
            ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| bad("not a point of the curve"))
        };
        let key = if let Some(key) = bytes.strip_prefix(SM2) {
            Self::sm2(name, sm::sign::VerifyingKey::from_sec1(key).map_err(|_| bad("not an SM2 key"))?)?
        } else if let Some(key) = bytes.strip_prefix(ED25519) {
            Self::ed25519(name, ed25519(key)?)?
        } else if let Some(key) = bytes.strip_prefix(COSIGNATURE) {
            Self::witness(name, ed25519(key)?)?
        } else {
            return Err(bad("unknown signature type"));
        };
        if hex::encode(key.id()) == id { Ok(key) } else { Err(bad("the id does not belong to the key")) }
    }

    /// The key as a verifier key line.
    #[must_use]
    pub fn vkey(&self) -> String {
        format!("{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(self.typed()))
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id: the first four bytes of its hash.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(&self.name).chain_update("\n").chain_update(self.typed()).finalize();
        digest.first_chunk().copied().unwrap_or_default()
    }

    /// The same Ed25519 key of a log under another name, e.g. that of one of its shards; nothing for a key of another kind.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Self> {
        match self.key {
            Kind::Ed25519(key) => Self::ed25519(name, key).ok(),
            Kind::Witness(_) | Kind::Sm2(_) => None,
        }
    }

    /// Whether it is the key of a witness.
    #[must_use]
    pub const fn is_witness(&self) -> bool {
        matches!(self.key, Kind::Witness(_))
    }

    /// The key as PEM (`SubjectPublicKeyInfo`).
    ///
    /// # Errors
    /// [`Error::Key`] if it has no such form, which does not happen.
    pub fn pem(&self) -> Result<String> {
        match &self.key {
            Kind::Ed25519(key) | Kind::Witness(key) => {
                key.to_public_key_pem(LineEnding::LF).map_err(|why| Error::Key(why.to_string()))
            }
            Kind::Sm2(key) => Ok(key.to_spki_pem()),
        }
    }

    /// What this witness has signed, byte for byte, and its signature: for tools that know of signatures only.
    pub(crate) fn cosignature(&self, note: &Note) -> Result<(Vec<u8>, Vec<u8>)> {
        let signature = note.signatures.iter().find(|found| self.made(found)).filter(|_| self.is_witness());
        let split = signature.and_then(|found| found.signature.split_first_chunk::<8>());
        let (seconds, signature) = split.ok_or_else(|| refuse(&format!("no cosignature by `{}`", self.name)))?;
        Ok((cosigned(u64::from_be_bytes(*seconds), &note.text), signature.to_vec()))
    }

    /// Whether a signature says that it is by this key.
    fn made(&self, signature: &NoteSignature) -> bool {
        signature.name == self.name && signature.key_id == self.id()
    }

    /// Verifies that this key has signed the note. A note may have further signatures by others.
    ///
    /// # Errors
    /// [`Error::Note`] if there is no signature by this key, or one that does not verify.
    pub fn verify(&self, note: &Note) -> Result<Verified> {
        let id = self.id();
        let mut verified = None;
        for signature in note.signatures.iter().filter(|found| self.made(found)) {
            let good = self.verify_one(&note.text, &signature.signature);
            verified = Some(good.ok_or_else(|| refuse(&format!("the signature by `{}` does not verify", self.name)))?);
        }
        verified.ok_or_else(|| refuse(&format!("no signature by `{}` with key id {}", self.name, hex::encode(id))))
    }

    fn verify_one(&self, text: &str, signature: &[u8]) -> Option<Verified> {
        let plain = Verified { time_s: None };
        match &self.key {
            Kind::Ed25519(key) => verify_ed25519(key, text.as_bytes(), signature).then_some(plain),
            Kind::Witness(key) => {
                let (seconds, signature) = signature.split_first_chunk::<8>()?;
                let seconds = u64::from_be_bytes(*seconds);
                verify_ed25519(key, &cosigned(seconds, text), signature).then_some(Verified { time_s: Some(seconds) })
            }
            Kind::Sm2(key) => {
                let signature = sm::sign::Signature::from_bytes(<&[u8; 64]>::try_from(signature).ok()?).ok()?;
                key.verify(text.as_bytes(), &signature).is_ok().then_some(plain)
            }
        }
    }

    /// The type bytes and the key bytes, as they are hashed and written.
    fn typed(&self) -> Vec<u8> {
        match &self.key {
            Kind::Ed25519(key) => [ED25519, key.as_bytes()].concat(),
            Kind::Witness(key) => [COSIGNATURE, key.as_bytes()].concat(),
            Kind::Sm2(key) => [SM2, &key.to_sec1()].concat(),
        }
    }
}

fn verify_ed25519(key: &ed25519_dalek::VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    ed25519_dalek::Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

fn cosigned(seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

fn check_text(text: &str) -> Result<()> {
    if !text.ends_with('\n') {
        return Err(refuse("the text does not end in a newline"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(refuse("the text has control characters"));
    }
    Ok(())
}

/// Key names must not be confused with what surrounds them in a signature line and in a verifier key.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let refuse = |why| Err(Error::Name { name: name.to_owned(), why });
    if name.is_empty() {
        return refuse("a log needs a name");
    }
    if name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+') {
        return refuse("spaces, control characters and `+` are not allowed");
    }
    Ok(())
}

fn refuse(why: &str) -> Error {
    Error::Note(why.to_owned())
}
