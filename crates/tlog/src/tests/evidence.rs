//! Evidence proves what it says, nothing else, and not only to us.

use std::process::Command;

use serde_json::json;

use super::{keys, leaves, open};
use crate::canonical::{commitment, commitment_text, to_vec};
use crate::evidence::{Evidence, Opening, verify};
use crate::openssl::export_openssl;
use crate::{Error, Reader};

const SALT: [u8; 32] = [5; 32];

/// A log of 300 leaves whose leaf 137 is an act with a commitment to a person's name.
fn evidence(dir: &std::path::Path) -> Evidence {
    let mut shard = open(dir);
    shard.append(&leaves(0..137)).unwrap();
    let name = commitment_text(&commitment(&SALT, "张三").unwrap());
    let act =
        json!({"act": "approve", "case": "sharing_request/17", "article": "第二十条", "applicant": {"name": name}});
    shard.append(&[to_vec(&act).unwrap()]).unwrap();
    shard.append(&leaves(138..300)).unwrap();
    shard.publish(1_795_000_000_000).unwrap();
    let opening = Opening::new("/applicant/name", &SALT, json!("张三"));
    Evidence::build(&Reader::open(dir).unwrap(), 137, &keys(), vec![opening]).unwrap()
}

#[test]
fn evidence_verifies_from_its_text_alone_and_says_whose_keys_it_trusts() {
    let dir = tempfile::tempdir().unwrap();
    let text = evidence(dir.path()).to_json().unwrap();
    drop(dir);
    let evidence = Evidence::parse(&text).unwrap();
    let report = verify(&evidence, Some(&keys())).unwrap();
    assert!(report.keys_trusted);
    assert_eq!((report.index, report.logged_by_ms, report.checks.len()), (137, Some(1_795_000_000_000), 7));
    assert!(!text.contains("\"applicant\": {\n      \"name\": \"张三\""), "the leaf itself has no personal data");
    let untrusting = verify(&evidence, None).unwrap();
    assert!(!untrusting.keys_trusted);
    assert!(untrusting.to_string().contains("the keys are those in the file"));
}

#[test]
fn evidence_changed_in_any_part_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let good = evidence(dir.path());
    let other_dir = tempfile::tempdir().unwrap();
    let mut other = open(other_dir.path());
    other.append(&leaves(0..300)).unwrap();
    other.publish(1).unwrap();
    let foreign = Evidence::build(&Reader::open(other_dir.path()).unwrap(), 137, &keys(), Vec::new()).unwrap();
    type Change = Box<dyn Fn(&mut Evidence)>;
    let changes: Vec<(&str, Change)> = vec![
        ("format", Box::new(|e| e.format = "gongshu-evidence/2".into())),
        ("origin", Box::new(|e| e.origin.push('x'))),
        ("index", Box::new(|e| e.index += 1)),
        ("leaf", Box::new(|e| (e.leaf, e.preview) = ("e30=".into(), Some(json!({}))))),
        ("preview", Box::new(|e| e.preview = Some(json!({"act": "refuse"})))),
        ("size", Box::new(|e| e.sm3.size += 1)),
        ("root", Box::new(|e| e.sha256.root = e.sm3.root.clone())),
        ("path", Box::new(|e| e.sm3.path.swap(0, 1))),
        ("shorter path", Box::new(|e| drop(e.sha256.path.pop()))),
        ("longer path", Box::new(|e| e.sha256.path.push(e.sm3.root.clone()))),
        ("trees swapped", Box::new(|e| std::mem::swap(&mut e.sm3, &mut e.sha256))),
        ("another log's tree", Box::new(move |e| e.sm3 = foreign.sm3.clone())),
        ("checkpoint text", Box::new(|e| e.sm3.checkpoint = e.sm3.checkpoint.replace("time 1", "time 2"))),
        ("vkey", Box::new(|e| e.keys.sm2_vkey = e.keys.ed25519_vkey.clone())),
        ("opened value", Box::new(|e| e.openings[0].value = json!("李四"))),
        ("opened salt", Box::new(|e| e.openings[0].salt = "00".repeat(32))),
        ("opened field", Box::new(|e| e.openings[0].field = "/act".into())),
    ];
    verify(&good, Some(&keys())).unwrap();
    for (name, change) in changes {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(verify(&bad, Some(&keys())).is_err(), "{name}");
        assert!(verify(&bad, None).is_err(), "{name}, without trusted keys");
    }
    let mut others = keys();
    others.ed25519 = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
    assert!(matches!(verify(&good, Some(&others)), Err(Error::Evidence(_))), "keys that the verifier does not trust");
    assert!(Evidence::parse(&good.to_json().unwrap().replacen("\"index\"", "\"extra\": 1, \"index\"", 1)).is_err());
}

#[test]
fn a_leaf_that_is_not_published_has_no_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let mut shard = open(dir.path());
    shard.publish(1).unwrap();
    shard.append(&[b"a"]).unwrap();
    let built = Evidence::build(&Reader::open(dir.path()).unwrap(), 0, &keys(), Vec::new());
    assert!(matches!(built, Err(Error::NotPublished { asked: 1, published: 0 })));
}

/// The point of it all: a stranger with `openssl` and a shell comes to the same result.
#[test]
fn the_openssl_command_verifies_both_signatures_and_both_paths() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: the `openssl` command is absent; install it to check evidence with a foreign tool");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let good = evidence(&dir.path().join("log"));
    let out = dir.path().join("out");
    export_openssl(&good, &out).unwrap();
    // From wherever it is called: the script goes to its own folder.
    let run = || Command::new("sh").arg(out.join("VERIFY.txt")).current_dir("/").output().unwrap();
    let ran = run();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(said.matches("Signature Verified Successfully").count(), 2, "{said}");
    assert!(said.contains("the leaf is in the sm3 tree") && said.contains("the leaf is in the sha256 tree"), "{said}");
    for file in
        ["leaf", "checkpoint.sm3", "checkpoint.sha256", "checkpoint.sm3.sig", "checkpoint.sha256.sig", "path.sm3.03"]
    {
        let path = out.join(file);
        let original = std::fs::read(&path).unwrap();
        let mut changed = original.clone();
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(&path, changed).unwrap();
        assert!(!run().status.success(), "{file} was changed, yet openssl accepts it");
        std::fs::write(&path, original).unwrap();
    }
}
