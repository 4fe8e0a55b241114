//! Evidence for people who trust neither us nor our tools: files that the `openssl` command and a shell can check.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::error::Context as _;
use crate::evidence::{Evidence, TreeProof, Witnessed};
use crate::note::NoteKey;
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
    for (tree, proof) in trees(evidence) {
        for (position, hash) in proof.hashes()?.iter().enumerate() {
            put(&format!("path.{}.{position:02}", tree.name), hash)?;
        }
    }
    let mut witnesses = Vec::new();
    if let Some(witnessed) = &evidence.witnessed {
        let proof = witnessed.proof();
        let note = SignedCheckpoint::parse(&proof.checkpoint)?.note;
        put("checkpoint.witnessed", note.text().as_bytes())?;
        put("checkpoint.witnessed.sig", &signature(&proof, &evidence.keys.ed25519_vkey)?)?;
        for (position, vkey) in witnessed.witnesses.iter().enumerate() {
            let (key, file) = (NoteKey::parse(vkey)?, format!("witness.{position:02}"));
            let (message, signature) = key.cosignature(&note)?;
            put(&format!("{file}.pem"), key.pem()?.as_bytes())?;
            put(&format!("{file}.message"), &message)?;
            put(&format!("{file}.sig"), &signature)?;
            witnesses.push((file, key.name().to_owned()));
        }
    }
    put("VERIFY.txt", instructions(evidence, &witnesses).as_bytes())
}

/// One of the trees in a file: how its parts are called, and what hashes them.
struct Tree {
    name: &'static str,
    digest: &'static str,
}

fn trees(evidence: &Evidence) -> Vec<(Tree, TreeProof)> {
    let mut trees = vec![
        (Tree { name: "sm3", digest: "sm3" }, evidence.sm3.clone()),
        (Tree { name: "sha256", digest: "sha256" }, evidence.sha256.clone()),
    ];
    let witnessed = evidence.witnessed.as_ref().map(Witnessed::proof);
    trees.extend(witnessed.map(|proof| (Tree { name: "witnessed", digest: "sha256" }, proof)));
    trees
}

/// The signature bytes by the key whose verifier key is given.
fn signature(proof: &TreeProof, vkey: &str) -> Result<Vec<u8>> {
    let key = NoteKey::parse(vkey)?;
    let signed = SignedCheckpoint::parse(&proof.checkpoint)?;
    let mut by_key =
        signed.note.signatures().iter().filter(|found| found.name == key.name() && found.key_id == key.id());
    let found =
        by_key.next().ok_or_else(|| Error::Evidence("a checkpoint is not signed by the key in the file".to_owned()))?;
    Ok(found.signature.clone())
}

fn instructions(evidence: &Evidence, witnesses: &[(String, String)]) -> String {
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
    if evidence.witnessed.is_some() {
        text.push_str(
            "\n# So is the checkpoint that witnesses have cosigned, and each of them signed it with the time at which it did so.\n\
             # Compare their keys with the ones that they themselves publish.\n\
             openssl pkeyutl -verify -pubin -inkey ed25519.pem -rawin -in checkpoint.witnessed -sigfile checkpoint.witnessed.sig\n",
        );
    }
    for (file, name) in witnesses {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "openssl pkeyutl -verify -pubin -inkey {file}.pem -rawin -in {file}.message -sigfile {file}.sig\n\
             sed 1,2d {file}.message | cmp - checkpoint.witnessed\n\
             echo \"cosigned by {name}, in seconds since 1970: $(sed -n 2p {file}.message)\""
        );
    }
    for (number, (tree, proof)) in (3..).zip(trees(evidence)) {
        walk(&mut text, number, &tree, &proof, evidence.index);
    }
    text
}

/// Commands that hash from the leaf to the root (RFC 6962) and compare with the checkpoint's third line.
fn walk(text: &mut String, number: u8, tree: &Tree, proof: &TreeProof, index: u64) {
    let Tree { name, digest } = tree;
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\n# {number}. The leaf leads to the root in checkpoint.{name}: hash it, then join it with each hash of the path.\n\
         {{ printf '\\000'; cat leaf; }} | openssl dgst -{digest} -binary > node.{name}"
    );
    for (position, is_left) in sides(index, proof.size).take(proof.path.len()).enumerate() {
        let (path, node) = (format!("path.{name}.{position:02}"), format!("node.{name}"));
        let pair = if is_left { format!("{path} {node}") } else { format!("{node} {path}") };
        let _ = writeln!(
            text,
            "{{ printf '\\001'; cat {pair}; }} | openssl dgst -{digest} -binary > next && mv next {node}"
        );
    }
    let _ = writeln!(
        text,
        "test \"$(openssl base64 -in node.{name})\" = \"$(sed -n 3p checkpoint.{name})\"\necho \"the leaf is in the {name} tree\""
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
