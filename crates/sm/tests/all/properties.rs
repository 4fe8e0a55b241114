//! What holds for every input: what was written can be read, and what was altered cannot.

use proptest::prelude::*;
use sm::Error;
use sm::aead::Sm4Gcm;
use sm::seal::{Cost, open, seal_with};
use sm::sign::{Signature, SigningKey, VerifyingKey};

use crate::shared::rng;

/// The cheapest derivation allowed, so that many cases fit into a test.
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..max)
}

/// Flips one bit, chosen by `at` over the whole of `data`.
fn flip(data: &mut [u8], at: usize) {
    let bit = at % (data.len() * 8);
    data[bit / 8] ^= 1 << (bit % 8);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hashing_in_pieces_equals_hashing_at_once(data in bytes(400), cut in any::<prop::sample::Index>()) {
        let (head, tail) = data.split_at(cut.index(data.len() + 1));
        let mut hasher = sm::Sm3Hasher::new();
        hasher.update(head);
        hasher.update(tail);
        prop_assert_eq!(hasher.finalize(), sm::sm3(&data));
    }

    #[test]
    fn a_pair_is_the_digest_of_prefix_left_right(prefix: u8, left: [u8; 32], right: [u8; 32]) {
        let whole = [&[prefix][..], &left, &right].concat();
        prop_assert_eq!(sm::sm3_pair(prefix, &left, &right), sm::sm3(&whole));
    }

    #[test]
    fn hmac_is_the_nested_hash_of_rfc_2104(key in bytes(200), data in bytes(200)) {
        let mut block = if key.len() > 64 { sm::sm3(&key).to_vec() } else { key.clone() };
        block.resize(64, 0);
        let pad = |byte: u8| block.iter().map(|b| b ^ byte).collect::<Vec<u8>>();
        let inner = sm::sm3(&[pad(0x36), data.clone()].concat());
        prop_assert_eq!(sm::hmac_sm3(&key, &data), sm::sm3(&[pad(0x5c), inner.to_vec()].concat()));
    }

    #[test]
    fn signatures_verify_and_survive_both_encodings(seed: u8, msg in bytes(200)) {
        let key = SigningKey::generate(&mut rng(seed));
        let signature = key.sign(&msg);
        prop_assert_eq!(key.verifying_key().verify(&msg, &signature), Ok(()));
        prop_assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
        prop_assert_eq!(Signature::from_der(&signature.to_der()), Ok(signature));
    }

    #[test]
    fn an_altered_signature_message_or_key_is_refused(seed: u8, msg in bytes(100), at: usize) {
        let key = SigningKey::generate(&mut rng(seed));
        let signature = key.sign(&msg);
        let mut altered = signature.to_bytes();
        flip(&mut altered, at);
        let accepted = Signature::from_bytes(&altered).is_ok_and(|s| key.verifying_key().verify(&msg, &s).is_ok());
        prop_assert!(!accepted);

        let mut longer = msg.clone();
        longer.push(0);
        prop_assert_eq!(key.verifying_key().verify(&longer, &signature), Err(Error::SignatureMismatch));
        let other = SigningKey::generate(&mut rng(seed.wrapping_add(1)));
        prop_assert_eq!(other.verifying_key().verify(&msg, &signature), Err(Error::SignatureMismatch));
    }

    #[test]
    fn keys_survive_all_their_encodings(seed: u8) {
        let key = SigningKey::generate(&mut rng(seed));
        let public = key.verifying_key();
        prop_assert_eq!(SigningKey::from_bytes(&key.to_bytes()).unwrap().to_bytes(), key.to_bytes());
        prop_assert_eq!(SigningKey::from_pkcs8_pem(&key.to_pkcs8_pem().unwrap()).unwrap().to_bytes(), key.to_bytes());
        prop_assert_eq!(&VerifyingKey::from_sec1(&public.to_sec1()).unwrap(), public);
        prop_assert_eq!(&VerifyingKey::from_spki_pem(&public.to_spki_pem()).unwrap(), public);
    }

    #[test]
    fn public_key_encryption_is_undone_by_the_private_key_alone(seed: u8, msg in prop::collection::vec(any::<u8>(), 1..150), at: usize) {
        let key = SigningKey::generate(&mut rng(seed));
        let other = SigningKey::generate(&mut rng(seed.wrapping_add(1)));
        let mut ct = sm::encrypt::encrypt(&mut rng(9), key.verifying_key(), &msg).unwrap();
        prop_assert_eq!(ct.len(), msg.len() + sm::encrypt::OVERHEAD);
        prop_assert_eq!(&*sm::encrypt::decrypt(&key, &ct).unwrap(), &msg);
        prop_assert_eq!(sm::encrypt::decrypt(&other, &ct), Err(Error::Decrypt));
        flip(&mut ct, at);
        prop_assert_eq!(sm::encrypt::decrypt(&key, &ct), Err(Error::Decrypt));
    }

    #[test]
    fn parsers_refuse_arbitrary_bytes_without_panicking(data in bytes(200)) {
        let key = SigningKey::from_bytes(&[5; 32]).unwrap();
        prop_assert!(sm::encrypt::decrypt(&key, &data).is_err());
        prop_assert!(sm::encrypt::decrypt_der(&key, &data).is_err());
        if let Ok(signature) = Signature::from_der(&data) {
            prop_assert_eq!(signature.to_der(), data.clone());
        }
        let _ = VerifyingKey::from_sec1(&data);
        let text = String::from_utf8_lossy(&data);
        prop_assert!(VerifyingKey::from_spki_pem(&text).is_err());
        prop_assert!(SigningKey::from_pkcs8_pem(&text).is_err());
        prop_assert_eq!(open(b"p", &text), Err(Error::SealForm));
    }

    #[test]
    fn sm4_gcm_opens_what_it_sealed_and_nothing_else(key: [u8; 16], nonce: [u8; 12], aad in bytes(40), msg in bytes(200), at: usize) {
        let cipher = Sm4Gcm::new(&key);
        let mut buf = msg.clone();
        let tag = cipher.seal_in_place(&nonce, &aad, &mut buf);
        let sealed = buf.clone();

        // One altered bit anywhere in nonce, associated data, ciphertext or tag.
        let mut whole = [&nonce[..], &aad, &sealed, &tag].concat();
        flip(&mut whole, at);
        let (bad_nonce, rest) = whole.split_at(12);
        let (bad_aad, rest) = rest.split_at(aad.len());
        let (bad_ct, bad_tag) = rest.split_at(sealed.len());
        let mut bad = bad_ct.to_vec();
        let opened = cipher.open_in_place(bad_nonce.try_into().unwrap(), bad_aad, &mut bad, bad_tag.try_into().unwrap());
        prop_assert_eq!(opened, Err(Error::Tag));
        prop_assert_eq!(&bad, &bad_ct, "unverified plaintext must not be released");

        prop_assert_eq!(cipher.open_in_place(&nonce, &aad, &mut buf, &tag), Ok(()));
        prop_assert_eq!(buf, msg);
    }

    #[test]
    fn a_sealed_text_opens_under_its_passphrase_alone(seed: u8, pass in bytes(20), plain in bytes(200), at: usize) {
        let text = seal_with(CHEAP, &pass, &plain, &mut rng(seed)).unwrap();
        prop_assert_eq!(&*open(&pass, &text).unwrap(), &plain);
        prop_assert_eq!(&*open(&pass, &text.replace('\n', "\r\n")).unwrap(), &plain, "a file that travelled by mail");
        let mut wrong = pass.clone();
        wrong.push(b'x');
        prop_assert_eq!(open(&wrong, &text), Err(Error::SealOpen));

        let mut altered = text.into_bytes();
        flip(&mut altered, at);
        if let Ok(altered) = String::from_utf8(altered) {
            prop_assert!(open(&pass, &altered).is_err(), "{}", altered);
        }
    }
}

#[test]
fn debug_output_of_a_private_key_shows_no_secret() {
    let key = SigningKey::from_bytes(&[0xab; 32]).unwrap();
    let shown = format!("{key:?}");
    assert!(!shown.contains("abababab") && shown.contains("VerifyingKey"));
}

#[test]
fn an_empty_message_is_refused_by_public_key_encryption_and_taken_by_the_others() {
    let key = SigningKey::generate(&mut rng(4));
    assert_eq!(sm::encrypt::encrypt(&mut rng(5), key.verifying_key(), b""), Err(Error::EmptyMessage));
    assert_eq!(sm::encrypt::encrypt_der(&mut rng(5), key.verifying_key(), b""), Err(Error::EmptyMessage));
    assert_eq!(key.verifying_key().verify(b"", &key.sign(b"")), Ok(()));
}

#[test]
fn the_cost_of_a_strangers_sealed_file_is_bounded_before_it_is_paid() {
    let text = seal_with(CHEAP, b"p", b"secret", &mut rng(6)).unwrap();
    for greedy in ["m=4194304 t=1 p=1", "m=8 t=4000000000 p=1", "m=64 t=1 p=9", "m=0 t=1 p=1"] {
        let greedy = text.replace("m=8 t=1 p=1", greedy);
        assert_eq!(open(b"p", &greedy), Err(Error::SealCost));
    }
    let dear = Cost { memory_kib: u32::MAX, ..CHEAP };
    assert_eq!(seal_with(dear, b"p", b"", &mut rng(6)), Err(Error::SealCost));
}

#[test]
fn the_sealed_form_is_the_documented_one() {
    let text = sm::seal::seal(b"correct horse", b"key", &mut rng(7)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["gongshu-seal/1", "kdf: argon2id m=65536 t=3 p=1"]);
    assert!(
        lines[2].starts_with("salt: ")
            && lines[3] == "aead: sm4-gcm"
            && lines[4].starts_with("nonce: ")
            && lines[5].is_empty()
    );
    assert_eq!(open(b"correct horse", &text).unwrap().as_slice(), b"key");
    assert_eq!(open(b"correct horse", &text.replace("seal/1", "seal/2")), Err(Error::SealForm));
}
