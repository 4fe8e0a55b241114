//! The recognisers against made-up vectors that another implementation judged, and against our own generators.

use std::path::PathBuf;

use privacy::fictitious;
use privacy::{Kind, is_valid, recognise};
use proptest::prelude::*;
use serde_json::Value;

fn vectors() -> Option<Value> {
    let root = std::env::var_os("GONGSHU_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join("vectors/recognisers/synthetic_vectors.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(why) => {
            eprintln!("SKIPPED: foreign vectors `{}` cannot be read: {why}", path.display());
            None
        }
    }
}

/// A value, and whether it is valid; undecided ones (`null`) are left out.
fn judged<'a>(file: &'a Value, section: &str) -> Vec<(&'a str, bool)> {
    let verdict = |case: &Value| {
        let checksum = case["valid_checksum"].as_bool().or_else(|| case["valid"].as_bool());
        checksum.map(|ok| ok && case["valid_date"].as_bool().unwrap_or(true))
    };
    let cases = file[section].as_array().unwrap();
    cases.iter().filter_map(|case| Some((case["value"].as_str().unwrap(), verdict(case)?))).collect()
}

#[test]
fn every_foreign_vector_is_judged_as_expected() {
    let Some(file) = vectors() else { return };
    let sections = [
        ("gb11643_ric18", Kind::ResidentId, 8),
        ("gb32100_uscc", Kind::CreditCode, 9),
        ("gb11714_org_code", Kind::OrganisationCode, 2),
        ("bankcard_luhn", Kind::BankCard, 4),
        ("plates", Kind::Plate, 9),
        ("iso7064_mod_11_10_business_registration", Kind::BusinessLicence, 2),
    ];
    for (section, kind, expected) in sections {
        let cases = judged(&file, section);
        assert_eq!(cases.len(), expected, "{section}");
        for (value, valid) in cases {
            assert_eq!(is_valid(kind, value), valid, "{section}: {value}");
            if kind != Kind::OrganisationCode {
                assert_eq!(recognise(value) == Some(kind), valid, "{section}: {value}");
            }
        }
    }
    let phones = judged(&file, "phones");
    assert_eq!(phones.len(), 7);
    for (value, valid) in phones {
        let found = recognise(value);
        let phone = matches!(found, Some(Kind::Mobile | Kind::Landline | Kind::ServicePhone));
        assert_eq!(phone, valid, "{value}: {found:?}");
    }
    let known: usize = sections.iter().map(|s| s.2).sum::<usize>() + 7;
    let all: usize = file.as_object().unwrap().values().filter_map(Value::as_array).map(Vec::len).sum();
    eprintln!("recognisers: {known} judged, {} left out as undecided by their maker", all - known);
    assert_eq!(all - known, 3);
}

#[test]
fn other_documents_are_recognised_by_their_form() {
    let cases = [
        ("E12345678", Some(Kind::Passport)),
        ("EA1234567", Some(Kind::Passport)),
        ("EI1234567", None),
        ("H12345678", Some(Kind::HongKongMacauPermit)),
        ("M1234567890", Some(Kind::HongKongMacauPermit)),
        ("H123456789", None),
        ("someone@example.gov.cn", Some(Kind::Email)),
        ("some one@example.cn", None),
        ("a@b", None),
        ("a@-b.cn", None),
        ("D2143569X", Some(Kind::OrganisationCode)),
        ("12345678-8", Some(Kind::OrganisationCode)),
        ("123456788", None), // valid, but every eleventh number is
        ("+86-21-60000000", Some(Kind::Landline)),
        ("021-10000000", None),
        ("2026-11-21", None),
        ("", None),
        ("   ", None),
    ];
    for (value, expected) in cases {
        assert_eq!(recognise(value), expected, "{value}");
    }
}

#[test]
fn values_are_read_as_people_type_them() {
    for value in ["31010419491001001 6", "３１０１０４１９４９１００１００１６", " 310104194910010016\t"]
    {
        assert_eq!(recognise(value), Some(Kind::ResidentId), "{value}");
    }
    assert_eq!(recognise("沪a·d12345"), Some(Kind::Plate));
    assert_eq!(recognise("(021) 6000 0000"), Some(Kind::Landline));
    assert_eq!(recognise("6222 0200 0000 0000 000"), Some(Kind::BankCard));
}

/// The born-on date must exist: 29 February only in leap years, and 1900 was none.
#[test]
fn a_resident_number_contains_a_real_date() {
    let with = |birth: &str| {
        (0..10).chain([10]).any(|check| {
            let check = if check == 10 { "X".to_owned() } else { check.to_string() };
            is_valid(Kind::ResidentId, &format!("310101{birth}000{check}"))
        })
    };
    assert!(with("20000229") && with("20240229") && with("19991231"));
    assert!(!with("19000229") && !with("20230229") && !with("20000431") && !with("20001301") && !with("20000100"));
}

#[test]
fn kinds_keep_their_names_in_text_and_json() {
    for kind in Kind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert!("id".parse::<Kind>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_numbers_are_valid_whatever_the_seed(
        area in "[0-9]{6}|.{0,8}", prefix in "[0-9A-Z]{2}|.{0,3}", seed: u32, year: i32, month: u8, day: u8, sequence: u16,
    ) {
        let id = fictitious::resident_id(&area, (year, month, day), sequence);
        prop_assert_eq!(recognise(&id), Some(Kind::ResidentId), "{}", id);
        let code = fictitious::credit_code(&prefix, &area, seed);
        prop_assert!(is_valid(Kind::CreditCode, &code), "{}", code);
        prop_assert!(is_valid(Kind::OrganisationCode, &code[8..17]), "{}", code);
        prop_assert_eq!(recognise(&fictitious::mobile(seed)), Some(Kind::Mobile));
        prop_assert_eq!(recognise(&fictitious::landline(seed)), Some(Kind::Landline));
        prop_assert_eq!(recognise(&fictitious::plate(seed)), Some(Kind::Plate));
        prop_assert_eq!(recognise(&fictitious::bank_card(seed)), Some(Kind::BankCard));
        prop_assert!(is_valid(Kind::BusinessLicence, &fictitious::business_licence(&area, seed)));
    }

    /// MOD 11-2 catches every wrong digit and every swap of neighbours: what typists do.
    #[test]
    fn one_wrong_digit_or_swapped_pair_is_never_a_resident_number(day in 1u8..=28, sequence in 0u16..1000, at in 14usize..17, to in 0u8..10) {
        let id = fictitious::resident_id("310115", (1980, 6, day), sequence).into_bytes();
        let mut wrong = id.clone();
        wrong[at] = b'0' + to;
        let mut swapped = id.clone();
        swapped.swap(at - 1, at);
        for bad in [wrong, swapped] {
            if bad != id {
                prop_assert!(!is_valid(Kind::ResidentId, &String::from_utf8(bad).unwrap()));
            }
        }
    }

    #[test]
    fn recognisers_take_any_text_without_panicking(value in ".{0,60}") {
        if let Some(kind) = recognise(&value) {
            prop_assert!(is_valid(kind, &value));
        }
    }
}
