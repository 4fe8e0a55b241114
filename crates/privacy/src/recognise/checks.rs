//! Check digits. Each function takes the places before the check place and returns it; `None` if a place is not of the
//! code's alphabet.

use super::forms::CODE_ALPHABET;

/// GB 11643: ISO 7064 MOD 11-2 over 17 digits.
pub(crate) fn id_check(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum = weighted(body, &WEIGHTS, |c| c.to_digit(10))?;
    "10X98765432".chars().nth(sum as usize % 11)
}

/// GB 32100: weights 3^i mod 31 over 17 places of the 31-place alphabet.
pub(crate) fn credit_code_check(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let value = |c| CODE_ALPHABET.chars().position(|a| a == c).and_then(|at| u32::try_from(at).ok());
    let sum = weighted(body, &WEIGHTS, value)?;
    CODE_ALPHABET.chars().nth((31 - sum as usize % 31) % 31)
}

/// GB 11714: weights 3 7 9 10 5 8 4 2 over eight places (letters count from A = 10), 11 - Σ mod 11.
pub(crate) fn org_code_check(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum = weighted(body, &WEIGHTS, |c| if c.is_ascii_lowercase() { None } else { c.to_digit(36) })?;
    "0X987654321".chars().nth(sum as usize % 11)
}

/// ISO 7064 MOD 11,10 over 14 digits.
pub(crate) fn licence_check(body: &str) -> Option<char> {
    let mut product = 10;
    for c in body.chars() {
        let sum = (c.to_digit(10)? + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    char::from_digit((11 - product) % 10, 10)
}

/// Luhn (ISO/IEC 7812-1 annex B): every second digit from the right is doubled, the check place being the first.
pub(crate) fn luhn_check(body: &str) -> Option<char> {
    let mut sum = 0;
    for (at, c) in body.chars().rev().enumerate() {
        let digit = c.to_digit(10)?;
        let doubled = digit * 2;
        sum += match at % 2 {
            0 if doubled > 9 => doubled - 9,
            0 => doubled,
            _ => digit,
        };
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// Days of a month of the Gregorian calendar; 0 for a month that does not exist.
pub(crate) fn days_of_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    }
}

/// Σ value × weight, if `body` has exactly as many places as there are weights.
fn weighted(body: &str, weights: &[u32], value: impl Fn(char) -> Option<u32>) -> Option<u32> {
    let mut places = body.chars();
    let mut sum = 0;
    for weight in weights {
        sum += value(places.next()?)? * weight;
    }
    places.next().is_none().then_some(sum)
}
