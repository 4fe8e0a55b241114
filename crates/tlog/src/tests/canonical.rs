//! Canonical form and commitments.

use serde_json::json;

use crate::canonical::{commitment, to_vec};

fn text(value: &serde_json::Value) -> String {
    String::from_utf8(to_vec(value).unwrap()).unwrap()
}

#[test]
fn keys_are_sorted_by_utf16_code_units_as_rfc_8785_shows() {
    // RFC 8785 §3.2.3: the surrogate pair of the emoji sorts before the Hebrew letter's presentation form.
    let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
    assert_eq!(
        text(&value),
        "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
    );
}

#[test]
fn strings_have_one_spelling() {
    let value = json!("€$\u{f}\nA'B\"\\\\\"/\u{7f}\u{8}\u{c}\t\r");
    assert_eq!(text(&value), "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\\b\\f\\t\\r\"");
}

#[test]
fn integers_pass_up_to_what_every_reader_holds_and_fractions_are_refused() {
    assert_eq!(
        text(&json!([0, -1, 9_007_199_254_740_991_i64, -9_007_199_254_740_991_i64])),
        "[0,-1,9007199254740991,-9007199254740991]"
    );
    for bad in [
        json!(1.5),
        json!(1.0),
        json!(-0.0),
        json!(1e300),
        json!(9_007_199_254_740_992_u64),
        json!(i64::MIN),
        json!(u64::MAX),
    ] {
        let error = to_vec(&json!({"a": [bad]})).unwrap_err().to_string();
        assert!(error.contains("`/a/0`") && error.contains("write it as a string"), "{error}");
    }
}

#[test]
fn depth_is_bounded() {
    let mut value = json!(1);
    for _ in 0..63 {
        value = json!([value]);
    }
    assert!(to_vec(&value).is_ok());
    assert!(to_vec(&json!([value])).is_err());
}

#[test]
fn a_commitment_depends_on_salt_and_value_and_on_nothing_else() {
    let a = commitment(&[1; 32], &json!({"x": 1, "y": 2})).unwrap();
    assert_eq!(a, commitment(&[1; 32], &json!({"y": 2, "x": 1})).unwrap());
    assert_ne!(a, commitment(&[2; 32], &json!({"x": 1, "y": 2})).unwrap());
    assert_ne!(a, commitment(&[1; 32], &json!({"x": 1, "y": 3})).unwrap());
    assert_eq!(a, sm::hmac_sm3(&[1; 32], b"{\"x\":1,\"y\":2}"));
}
