//! The examples printed in the standards themselves.

use sm::sign::{Signature, SigningKey, VerifyingKey};
use sm4::cipher::{BlockCipherEncrypt, KeyInit};

use crate::shared::unhex;

const D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const P: &str = "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
                 CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";

fn example_key() -> SigningKey {
    SigningKey::from_bytes(&unhex(D).try_into().unwrap()).unwrap()
}

/// GB/T 32905-2016 A.1 and A.2.
#[test]
fn sm3_gives_the_digests_of_the_standard() {
    assert_eq!(sm::sm3(b"abc").to_vec(), unhex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"));
    let long = sm::sm3(&b"abcd".repeat(16));
    assert_eq!(long.to_vec(), unhex("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"));
}

/// GB/T 32907-2016 A.1 and A.2 (a million rounds): the block cipher under our SM4-GCM is SM4.
#[test]
fn the_block_cipher_underneath_is_the_sm4_of_the_standard() {
    let key = unhex("0123456789ABCDEFFEDCBA9876543210");
    let cipher = sm4::Sm4::new_from_slice(&key).unwrap();
    let mut block = sm4::cipher::Block::<sm4::Sm4>::try_from(key.as_slice()).unwrap();
    cipher.encrypt_block(&mut block);
    assert_eq!(block.to_vec(), unhex("681EDF34D206965E86B3E94F536E4246"));
    for _ in 1..1_000_000 {
        cipher.encrypt_block(&mut block);
    }
    assert_eq!(block.to_vec(), unhex("595298C7C6FD271F0402F804C33D3F66"));
}

/// GB/T 32918.5-2017 annex A: key derivation, and verification of the printed signature.
#[test]
fn sm2_verifies_the_signature_of_the_standard() {
    let key = example_key();
    assert_eq!(key.verifying_key().to_sec1().to_vec(), unhex(P));
    let signature = unhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3\
         B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
    );
    let signature = Signature::from_bytes(&signature.try_into().unwrap()).unwrap();
    let public = VerifyingKey::from_sec1(&unhex(P)).unwrap();
    assert_eq!(public.verify(b"message digest", &signature), Ok(()));
    assert_eq!(public.verify(b"message digesT", &signature), Err(sm::Error::SignatureMismatch));
}

/// GB/T 32918.5-2017 annex C: decryption of the printed ciphertext.
#[test]
fn sm2_decrypts_the_ciphertext_of_the_standard() {
    let ciphertext = unhex(
        "0404EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73\
         E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0\
         59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766\
         21886CA989CA9C7D58087307CA93092D651EFA",
    );
    let plain = sm::encrypt::decrypt(&example_key(), &ciphertext).unwrap();
    assert_eq!(plain.as_slice(), b"encryption standard");
}

/// GB/T 32918.1 §6.1: a private key is within 1..=n-2. The base accepts n-1 and fails only when signing.
#[test]
fn private_keys_outside_the_range_of_the_standard_are_refused() {
    let n_minus = |last: &str| unhex(&format!("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D541{last}"));
    for bad in [vec![0; 32], vec![0xff; 32], n_minus("23"), n_minus("22")] {
        assert!(SigningKey::from_bytes(&bad.try_into().unwrap()).is_err());
    }
    let largest = SigningKey::from_bytes(&n_minus("21").try_into().unwrap()).unwrap();
    assert_eq!(largest.verifying_key().verify(b"m", &largest.sign(b"m")), Ok(()));
}
