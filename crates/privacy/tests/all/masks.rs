//! The promises of the masks: fail closed, no hidden place survives, idempotent, one text form.

use privacy::fictitious;
use privacy::mask::{HIDDEN, HashKey, Mask, MaskError};
use proptest::prelude::*;

fn hash_mask() -> Mask {
    Mask::Hash(HashKey::named("join-2026").unwrap()).bind(|_| Some([7u8; 32])).unwrap()
}

/// Every mask that must give the same picture when it is applied twice.
fn idempotent_masks() -> impl Strategy<Value = Mask> {
    prop_oneof![
        Just(Mask::Keep),
        Just(Mask::Hide),
        (0u16..30, 0u16..30).prop_map(|(head, tail)| Mask::KeepEnds { head, tail }),
        Just(Mask::IdNumber),
        Just(Mask::Mobile),
        Just(Mask::Name),
        Just(Mask::Address),
        Just(Mask::YearOnly),
    ]
}

fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,40}",
        "[0-9]{0,20}",
        "[ +0-9-]{0,20}",
        "(上海市)?(浦东新区|崇明县|静安小区)?(世纪大道|南京路)?[0-9]{0,4}(号|弄)?",
        "[12][0-9]{3}(-[0-9]{2}){0,2}",
    ]
}

#[test]
fn each_mask_shows_what_its_name_says() {
    let show = |mask: &str, value: &str| mask.parse::<Mask>().unwrap().apply(value).into_owned();
    let cases = [
        ("keep", "原样", "原样"),
        ("hide", "任何内容", "****"),
        ("keep_ends(3,4)", "13800000000", "138****0000"),
        ("keep_ends(1,0)", "公输班", "公**"),
        ("keep_ends(3,4)", "1234567", "*******"),
        ("keep_ends(0,0)", "abc", "***"),
        ("id_number", "310104194910010016", "310***********0016"),
        ("id_number", "31010419491001001", "****"),
        ("mobile", "+86 138-0000-0000", "138****0000"),
        ("mobile", "021-60000000", "021****0000"),
        ("mobile", "12345", "****"),
        ("mobile", "张三住在浦东新区某某路", "****"),
        ("id_number", "户主张三住在浦东新区某某路一百二十号", "****"),
        ("name", "张三丰", "张**"),
        ("name", "张", "*"),
        ("address", "上海市浦东新区世纪大道100号", "上海市浦东新区****"),
        ("address", "上海市崇明县城桥镇", "上海市崇明县****"),
        ("address", "江苏省昆山市花桥镇1号", "江苏省昆山市****"),
        ("address", "世纪大道100号(浦东新区)", "****"),
        ("address", "静安小区12号", "****"),
        ("year_only", "1990-05-06", "1990"),
        ("year_only", "19900506", "1990"),
        ("year_only", "1990年5月6日", "1990"),
        ("year_only", "13800000000", "****"),
        ("year_only", "九十年代", "****"),
    ];
    for (mask, value, shown) in cases {
        assert_eq!(show(mask, value), shown, "{mask} of {value}");
    }
}

#[test]
fn masks_survive_their_text_form_and_json() {
    for text in
        ["keep", "hide", "hash(join-2026)", "keep_ends(3,4)", "id_number", "mobile", "name", "address", "year_only"]
    {
        let mask: Mask = text.parse().unwrap();
        assert_eq!(mask.to_string(), text);
        let json = serde_json::to_string(&mask).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Mask>(&json).unwrap(), mask);
    }
    assert_eq!("keep_ends( 3 , 4 )".parse(), Ok(Mask::KeepEnds { head: 3, tail: 4 }));
}

#[test]
fn text_that_is_no_mask_is_refused_with_the_list_of_masks() {
    for text in [
        "",
        "show",
        "keep(1)",
        "keep_ends",
        "keep_ends(3)",
        "keep_ends(3,4",
        "keep_ends(-1,4)",
        "keep_ends(3,99999)",
        "hash",
        "Keep",
    ] {
        assert_eq!(text.parse::<Mask>(), Err(MaskError::Unknown(text.to_owned())), "{text}");
    }
    assert!("x".parse::<Mask>().unwrap_err().to_string().contains("keep_ends(head,tail)"));
    assert_eq!("hash(a b)".parse::<Mask>(), Err(MaskError::KeyName("a b".to_owned())));
}

/// A key is never in the rule's text, a rule without its key hides, and a missing key is named.
#[test]
fn a_hash_mask_needs_its_key_and_never_shows_it() {
    let unbound: Mask = "hash(join-2026)".parse().unwrap();
    assert_eq!(unbound.apply("310104194910010016"), HIDDEN);
    let none = |_: &str| None::<[u8; 32]>;
    assert_eq!(unbound.bind(none), Err(MaskError::NoKey("join-2026".to_owned())));

    let bound = hash_mask();
    let code = bound.apply("310104194910010016");
    assert_eq!(code.len(), 32);
    assert_eq!(code, bound.apply("310104194910010016"), "equal values stay equal");
    assert_ne!(code, bound.apply("310104194910010017"));
    let other = Mask::Hash(HashKey::named("join-2026").unwrap()).bind(|_| Some([8u8; 32])).unwrap();
    assert_ne!(code, other.apply("310104194910010016"), "another key gives another code");
    assert_eq!(format!("{bound:?}"), "Hash(HashKey { name: \"join-2026\", .. })");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masking_twice_shows_what_masking_once_showed(mask in idempotent_masks(), value in values()) {
        let once = mask.apply(&value).into_owned();
        prop_assert_eq!(mask.apply(&once), once.as_str(), "{} of {:?}", mask, value);
    }

    #[test]
    fn text_form_round_trips(mask in idempotent_masks()) {
        prop_assert_eq!(mask.to_string().parse::<Mask>(), Ok(mask));
    }

    /// Position by position: a place that is not kept is a star.
    #[test]
    fn keep_ends_shows_the_ends_and_stars_alone(head in 0u16..12, tail in 0u16..12, value in ".{1,40}") {
        let mask = Mask::KeepEnds { head, tail };
        let (from, shown): (Vec<char>, Vec<char>) = (value.chars().collect(), mask.apply(&value).chars().collect());
        let (head, tail) = (usize::from(head), usize::from(tail));
        prop_assert_eq!(from.len(), shown.len());
        let short = from.len() <= head + tail;
        for (at, c) in shown.iter().enumerate() {
            let kept = !short && (at < head || at >= from.len() - tail);
            prop_assert_eq!(*c, if kept { from[at] } else { '*' });
        }
    }

    #[test]
    fn the_hidden_middle_of_an_identity_number_never_appears(year in 1900i32..2024, month in 1u8..13, day in 1u8..29, sequence in 0u16..1000) {
        let id = fictitious::resident_id("310115", (year, month, day), sequence);
        for mask in [Mask::IdNumber, Mask::Hide, hash_mask(), Mask::Mobile, Mask::Name, Mask::Address, Mask::YearOnly] {
            let shown = mask.apply(&id);
            prop_assert!(!shown.contains(&id[3..14]) && !shown.contains(&id[6..14]), "{} shows {}", mask, shown);
        }
    }

    #[test]
    fn no_mask_but_keep_shows_a_telephone_number_or_a_house(seed: u32, house in 100u32..9999) {
        let mobile = fictitious::mobile(seed);
        prop_assert_eq!(Mask::Mobile.apply(&mobile), format!("199****{}", &mobile[7..]));
        let address = format!("上海市静安区南京西路{house}弄{seed}室");
        let shown = Mask::Address.apply(&address);
        prop_assert!(!shown.contains("南京西路") && !shown.contains(&house.to_string()));
    }

    /// What an unexpected value contains is unknown, so nothing of it may pass; an address shows a head of letters only.
    #[test]
    fn shaped_masks_fail_closed(value in "[^\\s]{11}|[^\\s]{15}|[^\\s]{18}|.{1,40}") {
        if value.contains(|c: char| !matches!(c, '0'..='9' | 'X' | 'x' | '*' | ' ' | '-' | '+')) {
            prop_assert_eq!(Mask::IdNumber.apply(&value), HIDDEN);
            prop_assert_eq!(Mask::Mobile.apply(&value), HIDDEN);
        }
        let address = Mask::Address.apply(&value);
        prop_assert!(address.ends_with(HIDDEN) && !address.contains(char::is_numeric));
        let year = Mask::YearOnly.apply(&value);
        prop_assert!(year == HIDDEN || (year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit())));
    }

    #[test]
    fn an_empty_value_stays_empty(mask in idempotent_masks()) {
        prop_assert_eq!(mask.apply(""), "");
        prop_assert_eq!(hash_mask().apply(""), "");
    }
}
