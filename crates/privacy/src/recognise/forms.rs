//! The form of each identifier, over text that was folded, upper-cased and freed of separators.

use super::checks::{credit_code_check, days_of_month, id_check, licence_check, luhn_check, org_code_check};

/// The places of GB 32100: digits and capitals without I, O, S, V, Z.
pub(crate) const CODE_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// First places of GB/T 2260 area codes, with 81 to 83 for the residence permits.
const PROVINCES: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
];

/// Whether an area code begins with a province, a municipality or a special region.
pub(crate) fn is_province(area: &str) -> bool {
    area.get(..2).is_some_and(|head| PROVINCES.contains(&head))
}

pub(super) fn resident_id(text: &str) -> bool {
    is_province(text) && has_id_shape(text)
}

pub(super) fn foreigner_id(text: &str) -> bool {
    text.starts_with('9') && has_id_shape(text)
}

/// 17 digits with a date at places 7 to 14, and the check place.
fn has_id_shape(text: &str) -> bool {
    let number = |from: usize, to: usize| text.get(from..to).filter(|t| digits(t))?.parse().ok();
    let (Some(year), Some(month), Some(day)) = (number(6, 10), number(10, 12), number(12, 14)) else {
        return false;
    };
    // Registration knows nobody born before 1800; a bound keeps digit runs from passing for dates.
    (1800..=2199).contains(&year) && day >= 1 && day <= days_of_month(year, month) && checked(text, 18, id_check)
}

pub(super) fn credit_code(text: &str) -> bool {
    // Registrar: 1 to 9, A (armed forces' establishment), N (agriculture), Y (others); category: one place.
    text.starts_with(|c| matches!(c, '1'..='9' | 'A' | 'N' | 'Y'))
        && text.get(2..8).is_some_and(digits)
        && checked(text, 18, credit_code_check)
}

pub(super) fn organisation_code(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) && checked(text, 9, org_code_check)
}

pub(super) fn business_licence(text: &str) -> bool {
    is_province(text) && checked(text, 15, licence_check)
}

pub(super) fn bank_card(text: &str) -> bool {
    text.starts_with("62") && (16..=19).contains(&text.len()) && checked(text, text.len(), luhn_check)
}

pub(super) fn passport(text: &str) -> bool {
    text.strip_prefix('E').is_some_and(|rest| {
        let number = rest.strip_prefix(|c: char| is_serial_letter(c)).unwrap_or(rest);
        rest.len() == 8 && digits(number)
    })
}

pub(super) fn hong_kong_macau_permit(text: &str) -> bool {
    text.strip_prefix(['H', 'M']).is_some_and(|rest| matches!(rest.len(), 8 | 10) && digits(rest))
}

pub(super) fn mobile(text: &str) -> bool {
    let text = national(text);
    let mut places = text.chars();
    text.len() == 11
        && digits(text)
        && places.next() == Some('1')
        && places.next().is_some_and(|c| matches!(c, '3'..='9'))
}

pub(super) fn landline(text: &str) -> bool {
    let local = match text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")) {
        Some(rest) => rest.strip_prefix("21").or_else(|| rest.strip_prefix("021")),
        None => text.strip_prefix("021"),
    };
    // Local numbers begin with 2 to 8: 1 is for services, 9 for short codes, 0 for trunks.
    local.is_some_and(|n| n.len() == 8 && digits(n) && n.starts_with(|c| matches!(c, '2'..='8')))
}

pub(super) fn service_phone(text: &str) -> bool {
    text.len() == 10 && digits(text) && (text.starts_with("400") || text.starts_with("800"))
}

/// GA 36: province, office letter, and five places, or six for new-energy vehicles.
pub(super) fn plate(text: &str) -> bool {
    const PLACES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
    const NEW_ENERGY: &str = "DABCEFGHJK";
    let mut chars = text.chars();
    let head = chars.next().is_some_and(|c| PLACES.contains(c)) && chars.next().is_some_and(is_serial_letter);
    let rest = chars.as_str();
    let serial = |t: &str| t.chars().all(|c| is_serial_letter(c) || c.is_ascii_digit());
    let body = match rest.chars().count() {
        5 => {
            let last = rest.chars().next_back().unwrap_or_default();
            let front = rest.strip_suffix(last).unwrap_or(rest);
            serial(front) && (serial(rest) || "挂学警港澳".contains(last))
        }
        6 => {
            let small = rest.strip_prefix(|c| NEW_ENERGY.contains(c)).is_some_and(|tail| {
                let number = tail.strip_prefix(is_serial_letter).unwrap_or(tail);
                tail.len() == 5 && digits(number)
            });
            let large = rest.strip_suffix(|c| NEW_ENERGY.contains(c)).is_some_and(digits);
            small || large
        }
        _ => false,
    };
    head && body
}

/// A practical part of RFC 5321: a dot-atom, an at sign, and a host name with a top-level domain of letters.
pub(super) fn email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let atom = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    let label = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let top = host.rsplit_once('.').map_or("", |(_, top)| top);
    local.len() <= 64
        && local.split('.').all(atom)
        && host.split('.').all(label)
        && top.len() >= 2
        && top.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Capitals used in serial numbers: I and O are left out, being too like 1 and 0.
fn is_serial_letter(c: char) -> bool {
    c.is_ascii_uppercase() && !matches!(c, 'I' | 'O')
}

/// Takes the country code off a telephone number.
fn national(text: &str) -> &str {
    let bare = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086"));
    bare.or_else(|| text.strip_prefix("86").filter(|rest| rest.len() == 11)).unwrap_or(text)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether `text` has `len` places, the last being the check place of the others.
fn checked(text: &str, len: usize, check: fn(&str) -> Option<char>) -> bool {
    let Some((at, last)) = text.char_indices().next_back() else { return false };
    text.len() == len && text.get(..at).and_then(check) == Some(last)
}
