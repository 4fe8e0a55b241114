//! Wycheproof: HMAC-SM3, SM4-GCM, and SM4-CCM as a check of the block cipher we share with it.
//!
//! Every vector is either judged or counted as not served with its reason, and the counts are asserted, so that a
//! vector cannot fall silent.

use ccm::aead::AeadInOut;
use ccm::aead::consts::{U4, U6, U7, U8, U9, U10, U11, U12, U13, U14, U16};
use ccm::{Ccm, KeyInit};
use serde_json::Value;
use sm::aead::Sm4Gcm;

use crate::shared::{unhex, vectors};

struct Case<'a> {
    group: &'a Value,
    test: &'a Value,
}

impl Case<'_> {
    fn bytes(&self, field: &str) -> Vec<u8> {
        unhex(self.test[field].as_str().unwrap())
    }

    fn size(&self, field: &str) -> u64 {
        self.group[field].as_u64().unwrap()
    }

    fn valid(&self) -> bool {
        match self.test["result"].as_str().unwrap() {
            "valid" => true,
            "invalid" => false,
            other => panic!("a third kind of result: {other}"),
        }
    }
}

fn cases(file: &Value) -> Vec<Case<'_>> {
    let groups = file["testGroups"].as_array().unwrap();
    groups
        .iter()
        .flat_map(|group| group["tests"].as_array().unwrap().iter().map(move |test| Case { group, test }))
        .collect()
}

#[test]
fn hmac_sm3_agrees_with_all_174_vectors() {
    let Some(text) = vectors("hmac_sm3_test.json") else {
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let cases = cases(&file);
    assert_eq!(cases.len(), 174);
    for case in cases {
        let (key, msg, tag) = (case.bytes("key"), case.bytes("msg"), case.bytes("tag"));
        let whole = sm::hmac_sm3(&key, &msg);
        // Our own verification takes whole codes only; the 128-bit half of the file judges the code by its prefix.
        let accepted =
            if case.size("tagSize") == 256 { sm::hmac_sm3_verify(&key, &msg, &tag) } else { whole[..16] == tag };
        assert_eq!(accepted, case.valid(), "{}", case.test);
        assert!(tag.len() == 32 || !sm::hmac_sm3_verify(&key, &msg, &tag), "a truncated code must be refused");
    }
}

#[test]
fn sm4_gcm_agrees_with_every_vector_of_a_12_byte_nonce() {
    let Some(text) = vectors("sm4_gcm_test.json") else {
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let (mut judged, mut other_nonce) = (0, 0);
    for case in cases(&file) {
        let Ok(nonce) = <[u8; 12]>::try_from(case.bytes("iv")) else {
            other_nonce += 1;
            continue;
        };
        let cipher = Sm4Gcm::new(&case.bytes("key").try_into().unwrap());
        let (aad, msg, ct) = (case.bytes("aad"), case.bytes("msg"), case.bytes("ct"));
        let tag: [u8; 16] = case.bytes("tag").try_into().unwrap();

        let mut buf = ct.clone();
        let opened = cipher.open_in_place(&nonce, &aad, &mut buf, &tag);
        assert_eq!(opened.is_ok(), case.valid(), "{}", case.test);
        assert_eq!(buf, if case.valid() { &msg[..] } else { &ct[..] }, "no plaintext without a tag");
        if case.valid() {
            assert_eq!(cipher.seal_in_place(&nonce, &aad, &mut buf), tag);
            assert_eq!(buf, ct);
        }
        judged += 1;
    }
    eprintln!(
        "SM4-GCM: {judged} judged; {other_nonce} not served: their nonce is not 12 bytes, which our types cannot express"
    );
    assert_eq!((judged, other_nonce), (65, 39));
}

#[test]
fn sm4_ccm_over_our_sm4_agrees_with_every_vector_that_the_mode_can_express() {
    let Some(text) = vectors("sm4_ccm_test.json") else {
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let (mut judged, mut refused_sizes) = (0, 0);
    for case in cases(&file) {
        // Generic sizes are types, so each pair of the file is named once.
        let opened = match (case.size("ivSize") / 8, case.size("tagSize") / 8) {
            (12, 4) => open::<Ccm<sm4::Sm4, U4, U12>>(&case),
            (12, 6) => open::<Ccm<sm4::Sm4, U6, U12>>(&case),
            (12, 8) => open::<Ccm<sm4::Sm4, U8, U12>>(&case),
            (12, 10) => open::<Ccm<sm4::Sm4, U10, U12>>(&case),
            (12, 12) => open::<Ccm<sm4::Sm4, U12, U12>>(&case),
            (12, 14) => open::<Ccm<sm4::Sm4, U14, U12>>(&case),
            (12, 16) => open::<Ccm<sm4::Sm4, U16, U12>>(&case),
            (7, 16) => open::<Ccm<sm4::Sm4, U16, U7>>(&case),
            (8, 16) => open::<Ccm<sm4::Sm4, U16, U8>>(&case),
            (9, 16) => open::<Ccm<sm4::Sm4, U16, U9>>(&case),
            (10, 16) => open::<Ccm<sm4::Sm4, U16, U10>>(&case),
            (11, 16) => open::<Ccm<sm4::Sm4, U16, U11>>(&case),
            (13, 16) => open::<Ccm<sm4::Sm4, U16, U13>>(&case),
            sizes => {
                assert!(!case.valid(), "a valid vector of sizes {sizes:?} is not judged");
                refused_sizes += 1;
                continue;
            }
        };
        assert_eq!(opened, case.valid().then(|| case.bytes("msg")), "{}", case.test);
        judged += 1;
    }
    eprintln!(
        "SM4-CCM: {judged} judged; {refused_sizes} not expressible: nonce or tag sizes that CCM forbids, all marked invalid"
    );
    assert_eq!(judged + refused_sizes, 184);
    assert_eq!(refused_sizes, 22);
}

fn open<C: AeadInOut + KeyInit>(case: &Case<'_>) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(&case.bytes("key")).unwrap();
    let nonce = case.bytes("iv");
    let mut buf = case.bytes("ct");
    let tag = case.bytes("tag");
    cipher
        .decrypt_inout_detached(
            nonce.as_slice().try_into().unwrap(),
            &case.bytes("aad"),
            buf.as_mut_slice().into(),
            tag.as_slice().try_into().unwrap(),
        )
        .ok()
        .map(|()| buf)
}
