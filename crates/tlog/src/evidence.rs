//! Evidence: one self-contained JSON file (`gongshu-evidence/1`) that proves one leaf with no server.
//!
//! It holds the leaf, its path to the root in both trees, both signed checkpoints and the public keys. A verifier who
//! has the log's keys from elsewhere passes them as trusted; without them the file only proves that it agrees with the
//! keys it brings along, and the report says so.
//!
//! Personal data are in a leaf only as salted commitments. Whoever holds the salt may *open* a commitment in the file:
//! the verifier recomputes it and so knows that this value was logged.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{commitment, commitment_text};
use crate::merkle::{self, Sha256Tree, Sm3Tree, TreeHash};
use crate::note::NoteKey;
use crate::{Error, Hash, Reader, Result, SignedCheckpoint, TrustedKeys, cosigned};

/// The format name that every evidence file carries.
pub const FORMAT: &str = "gongshu-evidence/1";

/// An evidence file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Always [`FORMAT`].
    pub format: String,
    /// The log's name.
    pub origin: String,
    /// The leaf's index in the log.
    pub index: u64,
    /// The leaf's bytes in base64: these are what the trees prove.
    pub leaf: String,
    /// The leaf as JSON, for human readers, where it is JSON. The verifier checks that it says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Value>,
    /// The proof in the national tree.
    pub sm3: TreeProof,
    /// The proof in the public tree.
    pub sha256: TreeProof,
    /// The proof in the public tree that witnesses have cosigned, if any has yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<Witnessed>,
    /// The log's public keys.
    pub keys: KeyTexts,
    /// Commitments of the leaf whose values are disclosed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<Opening>,
}

/// A leaf's way to the signed root of one tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeProof {
    /// The size of the tree.
    pub size: u64,
    /// Its root in base64.
    pub root: String,
    /// The inclusion path in base64, from the leaf upwards.
    pub path: Vec<String>,
    /// The signed checkpoint, a note.
    pub checkpoint: String,
}

/// A leaf's way to a root that witnesses have cosigned. The tree may be smaller than the one of the newest checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witnessed {
    /// The size of the tree.
    pub size: u64,
    /// Its root in base64.
    pub root: String,
    /// The inclusion path in base64, from the leaf upwards.
    pub path: Vec<String>,
    /// The checkpoint, a note with the signatures of the log and of the witnesses.
    pub checkpoint: String,
    /// The verifier keys of the witnesses. Whoever relies on them has them from the witnesses themselves.
    pub witnesses: Vec<String>,
}

/// The log's public keys in the forms that other tools read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTexts {
    /// The SM2 key as PEM (`SubjectPublicKeyInfo`).
    pub sm2_pem: String,
    /// The SM2 key as a note verifier key.
    pub sm2_vkey: String,
    /// The Ed25519 key as PEM (`SubjectPublicKeyInfo`).
    pub ed25519_pem: String,
    /// The Ed25519 key as a note verifier key.
    pub ed25519_vkey: String,
}

/// A disclosed commitment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Where the commitment stands in the leaf, as a JSON pointer (RFC 6901), e.g. `/subject/id_number`.
    pub field: String,
    /// The salt, 64 hexadecimal digits.
    pub salt: String,
    /// The value that was committed to.
    pub value: Value,
}

impl Opening {
    /// Discloses the value committed to at `field`.
    #[must_use]
    pub fn new(field: &str, salt: &[u8; 32], value: Value) -> Self {
        Self { field: field.to_owned(), salt: hex::encode(salt), value }
    }
}

/// What a verification has checked, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// The leaf's index.
    pub index: u64,
    /// Whether the keys were the verifier's own and not merely those in the file.
    pub keys_trusted: bool,
    /// The time in the national checkpoint in milliseconds since 1970: the leaf was logged no later.
    pub logged_by_ms: Option<u64>,
    /// Whose cosignatures hold: a tree that holds this leaf is what they have seen of the log, too.
    pub witnessed_by: Vec<Cosigner>,
    /// Every check that was made, in order; all of them held.
    pub checks: Vec<String>,
}

/// A witness whose cosignature holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cosigner {
    /// Its name.
    pub name: String,
    /// Its verifier key.
    pub vkey: String,
    /// When it cosigned, in seconds since 1970.
    pub at: u64,
    /// Whether the verifier named this key, and it was not merely in the file.
    pub trusted: bool,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "leaf {} of `{}`", self.index, self.origin)?;
        self.checks.iter().try_for_each(|check| writeln!(f, "  ok  {check}"))?;
        if !self.keys_trusted {
            writeln!(
                f,
                "  !   the keys are those in the file; compare them with the ones the log's operator publishes"
            )?;
        }
        if self.witnessed_by.is_empty() {
            writeln!(
                f,
                "  !   no witness has cosigned this leaf yet: that the log was never rewritten rests on its operator's word"
            )?;
        }
        self.witnessed_by.iter().filter(|witness| !witness.trusted).try_for_each(|witness| {
            writeln!(
                f,
                "  !   the key of the witness `{}` is the one in the file; compare it with its own",
                witness.name
            )
        })
    }
}

impl Evidence {
    /// Builds the evidence of one published leaf and verifies it before handing it out.
    ///
    /// # Errors
    /// [`Error::NotPublished`] if the leaf is in no signed tree yet; [`Error::Evidence`] if an opening does not fit.
    pub fn build(reader: &Reader, index: u64, keys: &TrustedKeys, openings: Vec<Opening>) -> Result<Self> {
        let leaf = reader.leaf(index)?;
        let pair = reader.checkpoints();
        let origin = pair.sha256.checkpoint.origin.clone();
        let preview = serde_json::from_slice(&leaf).ok();
        let evidence = Self {
            format: FORMAT.to_owned(),
            index,
            leaf: STANDARD.encode(&leaf),
            preview,
            sm3: TreeProof::build::<Sm3Tree>(reader, index, &pair.sm3)?,
            sha256: TreeProof::build::<Sha256Tree>(reader, index, &pair.sha256)?,
            keys: KeyTexts::new(&origin, keys)?,
            openings,
            witnessed: None,
            origin,
        };
        verify(&evidence, Some(keys))?;
        Ok(evidence)
    }

    /// Adds what these witnesses have cosigned, as far as it reaches this leaf.
    ///
    /// # Errors
    /// [`Error::Proof`] if the log contradicts what was cosigned, damage of a file.
    pub fn witnessed(mut self, reader: &Reader, witnesses: &[NoteKey]) -> Result<Self> {
        let Some(cosigned) = reader.cosigned()?.filter(|cosigned| self.index < cosigned.checkpoint.size) else {
            return Ok(self);
        };
        let good: Vec<&NoteKey> = witnesses.iter().filter(|key| key.verify(&cosigned.note).is_ok()).collect();
        if good.is_empty() {
            return Ok(self);
        }
        // The checkpoint that was cosigned may be younger than the ones this reader has read.
        reader.refresh()?;
        cosigned::agrees(reader, &cosigned)?;
        let TreeProof { size, root, path, checkpoint } = TreeProof::build::<Sha256Tree>(reader, self.index, &cosigned)?;
        let witnesses = good.iter().map(|key| key.vkey()).collect();
        self.witnessed = Some(Witnessed { size, root, path, checkpoint, witnesses });
        Ok(self)
    }

    /// Reads an evidence file.
    ///
    /// # Errors
    /// [`Error::Evidence`] if it is not one.
    pub fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|why| Error::Evidence(why.to_string()))
    }

    /// Writes the file's text.
    ///
    /// # Errors
    /// [`Error::Evidence`] if the preview or an opening cannot be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|why| Error::Evidence(why.to_string()))
    }

    /// The leaf's bytes.
    ///
    /// # Errors
    /// [`Error::Evidence`] if they are not base64.
    pub fn leaf_bytes(&self) -> Result<Vec<u8>> {
        STANDARD.decode(&self.leaf).map_err(|_| refuse("the leaf is not base64"))
    }
}

/// Verifies an evidence file, offline. `trusted` are the log's keys as the verifier has them from elsewhere.
///
/// # Errors
/// The first check that fails: [`Error::Evidence`], [`Error::Proof`], [`Error::Note`], [`Error::Checkpoint`] or
/// [`Error::Key`].
pub fn verify(evidence: &Evidence, trusted: Option<&TrustedKeys>) -> Result<Report> {
    verify_witnessed(evidence, trusted, &[])
}

/// As [`verify`]; every one of `witnesses`, as the verifier has their keys from elsewhere, must have cosigned a tree that holds
/// the leaf.
///
/// # Errors
/// As [`verify`]; [`Error::Evidence`] if a witness has not cosigned.
pub fn verify_witnessed(evidence: &Evidence, trusted: Option<&TrustedKeys>, witnesses: &[NoteKey]) -> Result<Report> {
    if evidence.format != FORMAT {
        return Err(refuse("the format is not `gongshu-evidence/1`"));
    }
    let leaf = evidence.leaf_bytes()?;
    let mut checks = Vec::new();
    if let Some(preview) = &evidence.preview {
        let said: Option<Value> = serde_json::from_slice(&leaf).ok();
        if said.as_ref() != Some(preview) {
            return Err(refuse("the preview does not say what the leaf says"));
        }
        checks.push("the readable preview says what the leaf's bytes say".to_owned());
    }
    let keys = evidence.keys.parse(&evidence.origin)?;
    if let Some(trusted) = trusted {
        if keys.sm2 != trusted.sm2 || keys.ed25519 != trusted.ed25519 {
            return Err(refuse("the keys in the file are not the trusted ones"));
        }
        checks.push("the keys in the file are the trusted ones".to_owned());
    }
    let sm2 = NoteKey::sm2(&evidence.origin, keys.sm2)?;
    let ed25519 = NoteKey::ed25519(&evidence.origin, keys.ed25519)?;
    let signed = evidence.sm3.verify::<Sm3Tree>(evidence, &leaf, &sm2, "SM2", &mut checks)?;
    evidence.sha256.verify::<Sha256Tree>(evidence, &leaf, &ed25519, "Ed25519", &mut checks)?;
    let witnessed_by = cosigners(evidence, &leaf, &ed25519, witnesses, &mut checks)?;
    for opening in &evidence.openings {
        opening.verify(&leaf)?;
        checks.push(format!("the disclosed value of `{}` is the one committed to in the leaf", opening.field));
    }
    Ok(Report {
        origin: evidence.origin.clone(),
        index: evidence.index,
        keys_trusted: trusted.is_some(),
        logged_by_ms: signed.checkpoint.time_ms(),
        witnessed_by,
        checks,
    })
}

/// Checks the part that witnesses have cosigned: the log's signature, the path, and every cosignature that is named.
fn cosigners(
    evidence: &Evidence,
    leaf: &[u8],
    log: &NoteKey,
    wanted: &[NoteKey],
    checks: &mut Vec<String>,
) -> Result<Vec<Cosigner>> {
    let Some(witnessed) = &evidence.witnessed else {
        return match wanted.first() {
            None => Ok(Vec::new()),
            Some(key) => Err(refuse(&format!("it has no part that `{}` has cosigned", key.name()))),
        };
    };
    let proof = witnessed.proof();
    let signed = proof.verify::<Sha256Tree>(evidence, leaf, log, "Ed25519", checks)?;
    let mut keys = wanted.to_vec();
    for vkey in &witnessed.witnesses {
        let key = NoteKey::parse(vkey)?;
        if !wanted.iter().any(|wanted| wanted.vkey() == *vkey) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return Err(refuse("the cosigned part names no witness"));
    }
    let mut found = Vec::new();
    for (position, key) in keys.iter().enumerate() {
        let at = key.verify(&signed.note)?.time_s;
        let at = at.ok_or_else(|| refuse(&format!("`{}` is not the key of a witness", key.vkey())))?;
        checks.push(format!("the cosignature of the witness `{}` on the tree of {} leaves", key.name(), proof.size));
        let trusted = position < wanted.len();
        found.push(Cosigner { name: key.name().to_owned(), vkey: key.vkey(), at, trusted });
    }
    Ok(found)
}

impl Witnessed {
    /// The proof without the witnesses.
    pub(crate) fn proof(&self) -> TreeProof {
        TreeProof {
            size: self.size,
            root: self.root.clone(),
            path: self.path.clone(),
            checkpoint: self.checkpoint.clone(),
        }
    }
}

impl TreeProof {
    fn build<H: TreeHash>(reader: &Reader, index: u64, signed: &SignedCheckpoint) -> Result<Self> {
        let size = signed.checkpoint.size;
        let path = reader.prove_in::<H>(index, size)?;
        Ok(Self {
            size,
            root: STANDARD.encode(signed.checkpoint.root),
            path: path.iter().map(|hash| STANDARD.encode(hash)).collect(),
            checkpoint: signed.note.to_string(),
        })
    }

    /// The path as hashes.
    pub(crate) fn hashes(&self) -> Result<Vec<Hash>> {
        self.path.iter().map(|text| hash(text)).collect()
    }

    fn verify<H: TreeHash>(
        &self,
        evidence: &Evidence,
        leaf: &[u8],
        key: &NoteKey,
        algorithm: &str,
        checks: &mut Vec<String>,
    ) -> Result<SignedCheckpoint> {
        let signed = SignedCheckpoint::parse(&self.checkpoint)?;
        let checkpoint = &signed.checkpoint;
        if checkpoint.origin != evidence.origin {
            return Err(refuse("a checkpoint is of another log"));
        }
        if checkpoint.size != self.size || checkpoint.root != hash(&self.root)? {
            return Err(refuse("size or root differ from what the checkpoint says"));
        }
        key.verify(&signed.note)?;
        checks.push(format!(
            "the {algorithm} signature of `{}` on the {} checkpoint of {} leaves",
            key.name(),
            H::NAME,
            self.size
        ));
        merkle::verify_inclusion::<H>(&H::leaf(leaf), evidence.index, self.size, &self.hashes()?, &checkpoint.root)?;
        checks.push(format!("leaf {} leads to the {} root over {} hashes", evidence.index, H::NAME, self.path.len()));
        Ok(signed)
    }
}

impl KeyTexts {
    fn new(origin: &str, keys: &TrustedKeys) -> Result<Self> {
        let (sm2_pem, ed25519_pem) = keys.to_pem()?;
        Ok(Self {
            sm2_pem,
            sm2_vkey: NoteKey::sm2(origin, keys.sm2.clone())?.vkey(),
            ed25519_pem,
            ed25519_vkey: NoteKey::ed25519(origin, keys.ed25519)?.vkey(),
        })
    }

    /// Reads the keys and checks that both forms of each say the same.
    fn parse(&self, origin: &str) -> Result<TrustedKeys> {
        let keys = TrustedKeys::from_pem(&self.sm2_pem, &self.ed25519_pem)?;
        let same = Self::new(origin, &keys)?;
        if same.sm2_vkey != self.sm2_vkey || same.ed25519_vkey != self.ed25519_vkey {
            return Err(Error::Key("a verifier key in the file does not belong to its PEM form".to_owned()));
        }
        Ok(keys)
    }
}

impl Opening {
    fn verify(&self, leaf: &[u8]) -> Result<()> {
        let why = |why: &str| Error::Evidence(format!("opening of `{}`: {why}", self.field));
        let mut salt = [0; 32];
        hex::decode_to_slice(&self.salt, &mut salt).map_err(|_| why("the salt is not 64 hexadecimal digits"))?;
        let leaf: Value = serde_json::from_slice(leaf).map_err(|_| why("the leaf is not JSON"))?;
        let logged =
            leaf.pointer(&self.field).and_then(Value::as_str).ok_or_else(|| why("the leaf has no such field"))?;
        let computed = commitment_text(&commitment(&salt, &self.value)?);
        if logged == computed { Ok(()) } else { Err(why("this value with this salt is not what the leaf commits to")) }
    }
}

fn hash(text: &str) -> Result<Hash> {
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| Hash::try_from(bytes).ok());
    bytes.ok_or_else(|| refuse("a hash is not 32 bytes in base64"))
}

fn refuse(why: &str) -> Error {
    Error::Evidence(why.to_owned())
}
