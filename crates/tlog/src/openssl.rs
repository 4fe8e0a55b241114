//! Evidence for people who trust neither us nor our tools: files that the `openssl` command and a shell can check.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::error::Context as _;
use crate::evidence::{Evidence, TreeProof};
use crate::{Error, Result, SignedCheckpoint};

/// Writes the parts of an evidence file to `dir`, with `VERIFY.txt`, which explains itself and is also a shell script:
/// `sh VERIFY.txt` checks both signatures and walks from the leaf to both roots.
///
/// # Errors
/// [`Error::Evidence`] if the evidence is malformed (it is not verified here), [`Error::Io`] if a file cannot be written.
pub fn export_openssl(evidence: &Evidence, dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).at("create", dir)?;
    let put = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        fs::write(&path, bytes).at("write", &path)
    };
    let sm2 = signature(&evidence.sm3, &evidence.keys.sm2_vkey)?;
    let sm2 = <&[u8; 64]>::try_from(sm2.as_slice()).ok().and_then(|raw| sm::sign::Signature::from_bytes(raw).ok());
    let sm2 = sm2.ok_or_else(|| Error::Evidence("the SM2 signature has not 64 bytes".to_owned()))?;
    put("leaf", &evidence.leaf_bytes()?)?;
    put("sm2.pem", evidence.keys.sm2_pem.as_bytes())?;
    put("ed25519.pem", evidence.keys.ed25519_pem.as_bytes())?;
    put("checkpoint.sm3", SignedCheckpoint::parse(&evidence.sm3.checkpoint)?.note.text().as_bytes())?;
    put("checkpoint.sha256", SignedCheckpoint::parse(&evidence.sha256.checkpoint)?.note.text().as_bytes())?;
    put("checkpoint.sm3.sig", &sm2.to_der())?;
    put("checkpoint.sha256.sig", &signature(&evidence.sha256, &evidence.keys.ed25519_vkey)?)?;
    for (digest, proof) in [("sm3", &evidence.sm3), ("sha256", &evidence.sha256)] {
        for (position, hash) in proof.hashes()?.iter().enumerate() {
            put(&format!("path.{digest}.{position:02}"), hash)?;
        }
    }
    put("VERIFY.txt", instructions(evidence).as_bytes())
}

/// The signature bytes by the key whose verifier key is given.
fn signature(proof: &TreeProof, vkey: &str) -> Result<Vec<u8>> {
    let key = crate::note::NoteKey::parse(vkey)?;
    let signed = SignedCheckpoint::parse(&proof.checkpoint)?;
    let mut by_key =
        signed.note.signatures().iter().filter(|found| found.name == key.name() && found.key_id == key.id());
    let found =
        by_key.next().ok_or_else(|| Error::Evidence("a checkpoint is not signed by the key in the file".to_owned()))?;
    Ok(found.signature.clone())
}

fn instructions(evidence: &Evidence) -> String {
    let mut text = format!(
        "# Leaf {} of the log `{}`, to be checked with openssl 3 and a shell: run `sh VERIFY.txt`,\n\
         # or the commands one by one in this directory. Compare sm2.pem and ed25519.pem with the keys that the operator publishes.\n\
         set -e\n\
         cd -- \"$(dirname -- \"$0\")\"\n\n\
         # 1. The national checkpoint is signed with SM2.\n\
         openssl pkeyutl -verify -pubin -inkey sm2.pem -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in checkpoint.sm3 -sigfile checkpoint.sm3.sig\n\n\
         # 2. The public checkpoint is signed with Ed25519.\n\
         openssl pkeyutl -verify -pubin -inkey ed25519.pem -rawin -in checkpoint.sha256 -sigfile checkpoint.sha256.sig\n",
        evidence.index, evidence.origin
    );
    for (number, digest, proof) in [(3, "sm3", &evidence.sm3), (4, "sha256", &evidence.sha256)] {
        walk(&mut text, number, digest, proof, evidence.index);
    }
    text
}

/// Commands that hash from the leaf to the root (RFC 6962) and compare with the checkpoint's third line.
fn walk(text: &mut String, number: u8, digest: &str, proof: &TreeProof, index: u64) {
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\n# {number}. The leaf leads to the root in checkpoint.{digest}: hash it, then join it with each hash of the path.\n\
         {{ printf '\\000'; cat leaf; }} | openssl dgst -{digest} -binary > node.{digest}"
    );
    for (position, is_left) in sides(index, proof.size).take(proof.path.len()).enumerate() {
        let (path, node) = (format!("path.{digest}.{position:02}"), format!("node.{digest}"));
        let pair = if is_left { format!("{path} {node}") } else { format!("{node} {path}") };
        let _ = writeln!(
            text,
            "{{ printf '\\001'; cat {pair}; }} | openssl dgst -{digest} -binary > next && mv next {node}"
        );
    }
    let _ = writeln!(
        text,
        "test \"$(openssl base64 -in node.{digest})\" = \"$(sed -n 3p checkpoint.{digest})\"\necho \"the leaf is in the {digest} tree\""
    );
}

/// Whether each hash of an inclusion path stands left of the node it is joined with (RFC 9162 §2.1.3.2).
fn sides(index: u64, size: u64) -> impl Iterator<Item = bool> {
    let (mut node, mut last) = (index, size.saturating_sub(1));
    std::iter::from_fn(move || {
        if last == 0 {
            return None;
        }
        // A node that is the last of its row and a left child has no sibling there and rises unchanged.
        while node == last && node & 1 == 0 && last > 0 {
            (node, last) = (node >> 1, last >> 1);
        }
        let is_left = node & 1 == 1;
        (node, last) = (node >> 1, last >> 1);
        Some(is_left)
    })
}
