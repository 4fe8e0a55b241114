//! The `openssl` command as a second implementation: it verifies our signatures, we verify and decrypt what it made.

use std::path::Path;
use std::process::Command;

use sm::sign::{Signature, SigningKey, VerifyingKey};

use crate::shared::rng;

const MESSAGE: &[u8] = "浦东新区 2026-11 目录快照".as_bytes();

/// Runs `openssl` in `dir`; whether it succeeded. `None`, loudly, where the command is absent.
fn openssl(dir: &Path, args: &str) -> Option<bool> {
    let output = match Command::new("openssl").current_dir(dir).args(args.split_whitespace()).output() {
        Ok(output) => output,
        Err(why) => {
            eprintln!("SKIPPED: the `openssl` command cannot be run: {why}");
            return None;
        }
    };
    if !output.status.success() {
        eprintln!("openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Some(output.status.success())
}

/// An `openssl` without SM2 (some distributions leave it out) cannot give an opinion.
fn speaks_sm2(dir: &Path) -> bool {
    match openssl(dir, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out probe.pem") {
        Some(true) => true,
        Some(false) => {
            eprintln!("SKIPPED: this `openssl` has no SM2");
            false
        }
        None => false,
    }
}

const DIGEST: &str = "-rawin -digest sm3 -pkeyopt distid:1234567812345678";

#[test]
fn openssl_reads_our_public_key_and_verifies_our_signature() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    if !speaks_sm2(dir.path()) {
        return;
    }
    let key = SigningKey::generate(&mut rng(1));
    std::fs::write(at("pub.pem"), key.verifying_key().to_spki_pem()).unwrap();
    std::fs::write(at("msg"), MESSAGE).unwrap();
    std::fs::write(at("sig.der"), key.sign(MESSAGE).to_der()).unwrap();
    std::fs::write(at("other.der"), key.sign(b"another message").to_der()).unwrap();
    let verify = |sig: &str| {
        openssl(dir.path(), &format!("pkeyutl -verify -pubin -inkey pub.pem {DIGEST} -in msg -sigfile {sig}"))
    };
    assert_eq!(verify("sig.der"), Some(true));
    assert_eq!(verify("other.der"), Some(false), "the check itself must be able to fail");
}

#[test]
fn we_read_the_keys_of_openssl_and_verify_its_signature() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    if !speaks_sm2(dir.path()) {
        return;
    }
    std::fs::write(at("msg"), MESSAGE).unwrap();
    assert_eq!(openssl(dir.path(), "pkey -in probe.pem -pubout -out pub.pem"), Some(true));
    assert_eq!(
        openssl(dir.path(), &format!("pkeyutl -sign -inkey probe.pem {DIGEST} -in msg -out sig.der")),
        Some(true)
    );

    let key = SigningKey::from_pkcs8_pem(&std::fs::read_to_string(at("probe.pem")).unwrap()).unwrap();
    let public = VerifyingKey::from_spki_pem(&std::fs::read_to_string(at("pub.pem")).unwrap()).unwrap();
    assert_eq!(&public, key.verifying_key());
    let signature = Signature::from_der(&std::fs::read(at("sig.der")).unwrap()).unwrap();
    assert_eq!(public.verify(MESSAGE, &signature), Ok(()));
}

#[test]
fn ciphertexts_pass_both_ways() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    if !speaks_sm2(dir.path()) {
        return;
    }
    let key = SigningKey::generate(&mut rng(2));
    std::fs::write(at("key.pem"), key.to_pkcs8_pem().unwrap().as_bytes()).unwrap();
    std::fs::write(at("pub.pem"), key.verifying_key().to_spki_pem()).unwrap();
    std::fs::write(at("msg"), MESSAGE).unwrap();

    assert_eq!(openssl(dir.path(), "pkeyutl -encrypt -pubin -inkey pub.pem -in msg -out theirs.der"), Some(true));
    let plain = sm::encrypt::decrypt_der(&key, &std::fs::read(at("theirs.der")).unwrap()).unwrap();
    assert_eq!(plain.as_slice(), MESSAGE);

    let ours = sm::encrypt::encrypt_der(&mut rng(3), key.verifying_key(), MESSAGE).unwrap();
    std::fs::write(at("ours.der"), ours).unwrap();
    assert_eq!(openssl(dir.path(), "pkeyutl -decrypt -inkey key.pem -in ours.der -out plain"), Some(true));
    assert_eq!(std::fs::read(at("plain")).unwrap(), MESSAGE);
}
