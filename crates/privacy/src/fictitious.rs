//! Well-formed numbers of nobody, for demonstration data and tests: the same seed always gives the same number.
//!
//! Every function is total: a seed or a part outside its range is folded into it, so that the result is always valid
//! in form. The numbers are chosen from ranges in which few or none are issued, but "fictitious" is a promise about
//! intent, not about the registers: never publish them as facts.

use crate::recognise::{
    CODE_ALPHABET, credit_code_check, days_of_month, id_check, is_province, licence_check, luhn_check, org_code_check,
};

/// A resident's identity number (GB 11643). `area` is a six-digit code of GB/T 2260; `birth` is year, month, day;
/// `sequence` distinguishes people of one area and day, odd for men.
///
/// ```
/// let id = privacy::fictitious::resident_id("310104", (1949, 10, 1), 1);
/// assert_eq!(id, "310104194910010016");
/// ```
#[must_use]
pub fn resident_id(area: &str, birth: (i32, u8, u8), sequence: u16) -> String {
    let (year, month, day) = birth;
    let year = u32::try_from(year).unwrap_or(0).clamp(1900, 2099);
    let month = u32::from(month).clamp(1, 12);
    let day = u32::from(day).clamp(1, days_of_month(year, month));
    let body = format!("{}{year:04}{month:02}{day:02}{:03}", area_code(area), sequence % 1000);
    with_check(body, id_check)
}

/// A unified social credit code (GB 32100). `prefix` is registrar and category, such as "11" for an organ of state,
/// "12" for a public institution, "52" for a private non-enterprise unit, "91" for an enterprise.
///
/// ```
/// use privacy::{Kind, fictitious::credit_code, is_valid};
/// assert!(is_valid(Kind::CreditCode, &credit_code("11", "310115", 7)));
/// ```
#[must_use]
pub fn credit_code(prefix: &str, area: &str, seed: u32) -> String {
    let known = prefix.len() == 2
        && prefix.starts_with(|c| matches!(c, '1'..='9' | 'A' | 'N' | 'Y'))
        && prefix.chars().all(|c| CODE_ALPHABET.contains(c));
    let prefix = if known { prefix } else { "91" };
    // Since 2015 enterprises draw organisation codes from the range MA; organs of state keep numeric ones.
    let organisation = if prefix.starts_with('9') {
        format!("MA{:06}", seed % 1_000_000)
    } else {
        format!("{:08}", seed % 100_000_000)
    };
    let organisation = with_check(organisation, org_code_check);
    with_check(format!("{prefix}{}{organisation}", area_code(area)), credit_code_check)
}

/// A mobile number of the range 1990000xxxx.
#[must_use]
pub fn mobile(seed: u32) -> String {
    format!("1990000{:04}", seed % 10_000)
}

/// A Shanghai land line of the range 021-6000xxxx.
#[must_use]
pub fn landline(seed: u32) -> String {
    format!("021-6000{:04}", seed % 10_000)
}

/// A Shanghai plate of the small new-energy form.
#[must_use]
pub fn plate(seed: u32) -> String {
    format!("沪AD{:05}", seed % 100_000)
}

/// A bank card of 19 digits.
#[must_use]
pub fn bank_card(seed: u32) -> String {
    with_check(format!("62220200{seed:010}"), luhn_check)
}

/// A business licence number of the old 15-digit form.
#[must_use]
pub fn business_licence(area: &str, seed: u32) -> String {
    with_check(format!("{}{:08}", area_code(area), seed % 100_000_000), licence_check)
}

/// `area` if it is a six-digit code of a province, else Shanghai's own.
fn area_code(area: &str) -> &str {
    let known = area.len() == 6 && area.bytes().all(|b| b.is_ascii_digit()) && is_province(area);
    if known { area } else { "310000" }
}

fn with_check(mut body: String, check: fn(&str) -> Option<char>) -> String {
    // The callers above build bodies of the right length and alphabet, for which a check place always exists.
    body.extend(check(&body));
    body
}
