//! What a cell can be: the kinds of column, the exact spelling that makes a text a value of a kind,
//! and the cell itself.
//!
//! The spellings are strict on purpose. A value is typed only when writing it back gives the same meaning:
//! `007` is a code and stays text, `1e5` is a float only in a column of floats, `2026/2/30` is not a date.
//! Civil date-times without an offset are read at the fixed offset `+08:00` (the country has one zone), and
//! shown again at the same offset, so the round trip is exact whatever a time-zone database says about 1988.

use serde::{Deserialize, Serialize};

/// Longest run of digits still read as an integer. Identity numbers (18), credit codes and most
/// account numbers are longer, and a spreadsheet keeps only 15 digits exactly.
pub const MAX_INTEGER_DIGITS: usize = 15;
/// Widest decimal that inference chooses; anything wider becomes a float.
pub const MAX_DECIMAL_DIGITS: usize = 28;
/// Longest fraction that inference still calls a decimal.
pub const MAX_DECIMAL_SCALE: usize = 9;
/// Seconds by which Chinese civil time is ahead of UTC.
pub const CIVIL_OFFSET_SECONDS: i64 = 8 * 3600;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Kind {
    /// `true` or `false`, in any letter case.
    Boolean,
    /// Up to 15 digits without leading zeros, optionally negative.
    Integer,
    /// An exact number with `scale` digits after the point.
    Decimal {
        /// Digits in all, at most 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// A double.
    Float,
    /// A calendar day: `2026-11-21`, `2026/11/21`, `2026年11月21日`.
    Date,
    /// A calendar day written as eight digits. Never inferred, since eight digits may be anything.
    CompactDate,
    /// A day and a time, with or without an offset.
    DateTime,
    /// Anything.
    Text,
}

impl Kind {
    /// The kind as people read it in reports and messages.
    pub fn label(&self) -> String {
        match self {
            Kind::Boolean => "boolean".into(),
            Kind::Integer => "integer".into(),
            Kind::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            Kind::Float => "float".into(),
            Kind::Date | Kind::CompactDate => "date".into(),
            Kind::DateTime => "date-time".into(),
            Kind::Text => "text".into(),
        }
    }
}

/// A column as its owner declares it. With declared columns nothing is inferred: a value that does not
/// fit rejects its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSpec {
    /// The column's name in the table; matched to the trimmed header.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Whether the value may be absent.
    pub nullable: bool,
    /// Whether the column belongs to the key that no two rows may share.
    #[serde(default)]
    pub unique_key: bool,
    /// Most characters a text may have.
    #[serde(default)]
    pub max_length: Option<u32>,
}

/// A typed cell. Text is borrowed from wherever the row lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Absent.
    Null,
    /// A truth value.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A decimal's unscaled digits.
    Decimal(i128),
    /// A double.
    Float(f64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    DateTime(i64),
    /// Text.
    Text(&'a str),
}

/// A value that left the lake: owned, plain, and in JSON what a reader expects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Absent.
    Null,
    /// A truth value.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A double.
    Float(f64),
    /// Text; also dates (`2026-11-21`), date-times (RFC 3339 at `+08:00`) and decimals, exactly.
    Text(String),
}

impl Cell<'_> {
    /// The owned form, given the column's kind (a decimal needs its scale).
    pub fn to_value(self, kind: Kind) -> Value {
        match self {
            Cell::Null => Value::Null,
            Cell::Boolean(b) => Value::Boolean(b),
            Cell::Integer(i) => Value::Integer(i),
            Cell::Float(f) => Value::Float(f),
            Cell::Text(t) => Value::Text(t.to_owned()),
            Cell::Decimal(d) => Value::Text(match kind {
                Kind::Decimal { scale, .. } => format_decimal(d, scale),
                _ => d.to_string(),
            }),
            Cell::Date(days) => Value::Text(format_date(days)),
            Cell::DateTime(micros) => Value::Text(format_date_time(micros)),
        }
    }

    /// The text under which a point read finds this cell; `None` for an absent one.
    pub fn write_key(&self, kind: Kind, out: &mut Vec<u8>) -> bool {
        out.clear();
        match self {
            Cell::Null => return false,
            Cell::Text(t) => out.extend_from_slice(t.as_bytes()),
            other => match other.to_value(kind) {
                Value::Text(t) => out.extend_from_slice(t.as_bytes()),
                Value::Integer(i) => out.extend_from_slice(i.to_string().as_bytes()),
                Value::Boolean(b) => out.extend_from_slice(b.to_string().as_bytes()),
                Value::Float(f) => out.extend_from_slice(f.to_string().as_bytes()),
                Value::Null => return false,
            },
        }
        true
    }
}

/// Reads a text as a cell of `kind`; `None` where it does not fit. Empty text is an absent value of every kind.
#[inline]
pub fn parse<'a>(text: &'a str, kind: Kind) -> Option<Cell<'a>> {
    if text.is_empty() {
        return Some(Cell::Null);
    }
    if kind == Kind::Text {
        return Some(Cell::Text(text));
    }
    let trimmed = trim(text);
    if trimmed.is_empty() {
        return Some(Cell::Null);
    }
    match kind {
        Kind::Boolean => parse_boolean(trimmed).map(Cell::Boolean),
        Kind::Integer => parse_integer(trimmed.as_bytes()).map(Cell::Integer),
        Kind::Decimal { precision, scale } => parse_decimal(trimmed.as_bytes(), precision, scale).map(Cell::Decimal),
        Kind::Float => parse_float(trimmed).map(Cell::Float),
        Kind::Date => parse_date(trimmed).map(Cell::Date),
        Kind::CompactDate => parse_compact_date(trimmed.as_bytes()).map(Cell::Date),
        Kind::DateTime => parse_date_time(trimmed).map(Cell::DateTime),
        Kind::Text => Some(Cell::Text(text)),
    }
}

/// Trims white space of every kind, the ideographic space (U+3000) and a stray byte-order mark.
#[inline]
pub fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    // Almost every cell begins and ends with a visible byte; only white space and three-byte
    // sequences led by E1, E2, E3 or EF can be more.
    let odd = |b: &u8| *b <= b' ' || matches!(*b, 0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEF) || *b == 0x7F;
    let tail_odd = |b: &u8| *b <= b' ' || *b >= 0x80;
    if !bytes.first().is_some_and(odd) && !bytes.last().is_some_and(tail_odd) {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// `true` or `false` in any letter case.
pub fn parse_boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// An optional minus and up to fifteen digits without leading zeros.
#[inline]
pub fn parse_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > MAX_INTEGER_DIGITS {
        return None;
    }
    if digits.first() == Some(&b'0') && (digits.len() > 1 || negative) {
        return None;
    }
    let mut value: i64 = 0;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit); // fifteen digits fit with room to spare
    }
    Some(if negative { -value } else { value })
}

/// Whether [`parse_integer`] would read this text, without reading it.
#[inline]
pub fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let leading_zero = digits.first() == Some(&b'0') && (digits.len() > 1 || digits.len() < text.len());
    // Looking at every digit without stopping is faster than stopping at the first that is none.
    let all_digits = digits.iter().fold(true, |all, byte| all & byte.is_ascii_digit());
    (1..=MAX_INTEGER_DIGITS).contains(&digits.len()) && !leading_zero && all_digits
}

/// The shape of a plain decimal: digits before and after the point. Leading zeros make it a code, not a number.
#[inline]
pub fn decimal_shape(text: &[u8]) -> Option<(usize, usize)> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let point = memchr::memchr(b'.', digits);
    let (whole, fraction) = match point {
        Some(at) => (digits.get(..at)?, digits.get(at.checked_add(1)?..)?),
        None => (digits, &[][..]),
    };
    if whole.is_empty() || (point.is_some() && fraction.is_empty()) {
        return None;
    }
    if whole.len() > 1 && whole.first() == Some(&b'0') {
        return None;
    }
    let all_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    (all_digits(whole) && all_digits(fraction)).then_some((whole.len(), fraction.len()))
}

/// A plain decimal brought to `scale`; `None` where digits would be lost.
pub fn parse_decimal(text: &[u8], precision: u8, scale: u8) -> Option<i128> {
    let (whole, fraction) = decimal_shape(text)?;
    let scale = usize::from(scale);
    if fraction > scale || whole.checked_add(scale)? > usize::from(precision).min(38).max(scale + 1) {
        return None;
    }
    let digits = text.iter().filter(|b| b.is_ascii_digit()).map(|b| *b - b'0');
    let zeros = std::iter::repeat_n(0, scale - fraction);
    let value = if whole + scale <= 18 {
        // Eighteen digits fit into 64 bits, in which multiplying is much cheaper; almost every amount has fewer.
        i128::from(digits.chain(zeros).fold(0_i64, |value, digit| value * 10 + i64::from(digit)))
    } else {
        digits.chain(zeros).try_fold(0_i128, |value, digit| value.checked_mul(10)?.checked_add(i128::from(digit)))?
    };
    Some(if text.first() == Some(&b'-') { -value } else { value })
}

/// A finite double in plain or exponent form. Words such as `inf` and `NaN` are not numbers here.
pub fn parse_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let body = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let starts_well = body.first().is_some_and(u8::is_ascii_digit);
    let leading_zero = body.len() > 1 && body.first() == Some(&b'0') && body.get(1).is_some_and(u8::is_ascii_digit);
    if !starts_well || leading_zero {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// A calendar day as days since 1970-01-01.
pub fn parse_date(text: &str) -> Option<i32> {
    plain_date(text.as_bytes()).or_else(|| any_date(text))
}

/// `YYYY-MM-DD`, which almost every date is; nothing for every other form.
#[inline]
fn plain_date(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?;
    days_from_civil(i32::try_from(year).ok()?, two_digits(*m1, *m2)?, two_digits(*d1, *d2)?)
}

#[inline]
fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens * 10 + ones))
}

fn any_date(text: &str) -> Option<i32> {
    let mut parts = DateParts::new(text);
    let days = parts.date()?;
    parts.rest.is_empty().then_some(days)
}

/// Eight digits, year first.
pub fn parse_compact_date(text: &[u8]) -> Option<i32> {
    if text.len() != 8 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = text.iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    days_from_civil((number / 10_000) as i32, number / 100 % 100, number % 100)
}

/// A day and a time of day (midnight where it has none) as microseconds since 1970-01-01T00:00Z.
pub fn parse_date_time(text: &str) -> Option<i64> {
    plain_date_time(text.as_bytes()).or_else(|| any_date_time(text))
}

/// `YYYY-MM-DD HH:MM:SS`, which almost every date-time is; nothing for every other form.
#[inline]
fn plain_date_time(text: &[u8]) -> Option<i64> {
    let (date, clock) = text.split_at_checked(10)?;
    let [b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2] = clock else { return None };
    let (hour, minute, second) = (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?, two_digits(*s1, *s2)?);
    let days = plain_date(date).filter(|_| hour <= 23 && minute <= 59 && second <= 59)?;
    let of_day = i64::from(hour * 3600 + minute * 60 + second);
    Some((i64::from(days) * 86_400 + of_day - CIVIL_OFFSET_SECONDS) * 1_000_000)
}

fn any_date_time(text: &str) -> Option<i64> {
    let mut parts = DateParts::new(text);
    let days = parts.date()?;
    let rest = parts.rest;
    if rest.is_empty() {
        return (i64::from(days) * 86_400 - CIVIL_OFFSET_SECONDS).checked_mul(1_000_000);
    }
    let rest = rest.strip_prefix(['T', 't', ' ']).or_else(|| text.contains('日').then_some(rest))?;
    parse_clock(i64::from(days), rest.trim_start())
}

/// `HH:MM[:SS[.fraction]]` and an optional offset, on a given day.
fn parse_clock(days: i64, text: &str) -> Option<i64> {
    let mut parts = DateParts::new(text);
    let hour = parts.number(1, 2)?;
    parts.literal(":")?;
    let minute = parts.number(2, 2)?;
    let mut second = 0;
    let mut micros = 0_i64;
    if parts.literal(":").is_some() {
        second = parts.number(2, 2)?;
        if parts.literal(".").is_some() {
            let width = parts.rest.bytes().take_while(u8::is_ascii_digit).count();
            if width == 0 || width > 9 {
                return None;
            }
            let fraction = i64::from(parts.number(width, width)?);
            micros = if width <= 6 {
                fraction * 10_i64.pow(6 - width as u32)
            } else {
                fraction / 10_i64.pow(width as u32 - 6)
            };
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = parse_offset(parts.rest.trim_start())?;
    let seconds = days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second) - offset;
    seconds.checked_mul(1_000_000)?.checked_add(micros)
}

/// Nothing (civil time), `Z`, or `±HH[:]MM`, in seconds east of UTC.
fn parse_offset(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(CIVIL_OFFSET_SECONDS);
    }
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let mut parts = DateParts::new(text.get(1..)?);
    let hours = parts.number(2, 2)?;
    let _ = parts.literal(":");
    let minutes = parts.number(2, 2)?;
    (parts.rest.is_empty() && hours <= 18 && minutes <= 59).then_some(sign * i64::from(hours * 3600 + minutes * 60))
}

/// A cursor over the digits and marks of a date.
struct DateParts<'a> {
    rest: &'a str,
}

impl<'a> DateParts<'a> {
    fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    fn date(&mut self) -> Option<i32> {
        let year = self.number(4, 4)?;
        let (second, third) = match self.rest.chars().next()? {
            '-' => ("-", ""),
            '/' => ("/", ""),
            '年' => ("月", "日"),
            _ => return None,
        };
        let first = if third.is_empty() { second } else { "年" };
        self.literal(first)?;
        let month = self.number(1, 2)?;
        self.literal(second)?;
        let day = self.number(1, 2)?;
        if !third.is_empty() {
            self.literal(third)?;
        }
        days_from_civil(year as i32, month, day)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let width = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if width < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at_checked(width)?;
        self.rest = rest;
        digits.parse().ok()
    }

    fn literal(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }
}

/// Days since 1970-01-01 of a day in the proleptic Gregorian calendar; `None` if there is no such day.
pub fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    if day == 0 || day > length || !(1..=9999).contains(&year) {
        return None;
    }
    // Years are counted from March so that the leap day is the last of its year.
    let shifted = year - i32::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The day `days` after 1970-01-01 as `YYYY-MM-DD`.
pub fn format_date(days: i32) -> String {
    let (year, month, day) = civil_from_days(i64::from(days));
    format!("{year:04}-{month:02}-{day:02}")
}

/// An instant as RFC 3339 at `+08:00`.
pub fn format_date_time(micros: i64) -> String {
    let local = i128::from(micros) + i128::from(CIVIL_OFFSET_SECONDS) * 1_000_000;
    let seconds = local.div_euclid(1_000_000) as i64;
    let fraction = local.rem_euclid(1_000_000);
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let clock = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction != 0 {
        text.push_str(format!(".{fraction:06}").trim_end_matches('0'));
    }
    text.push_str("+08:00");
    text
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Unscaled digits with the point put back.
pub fn format_decimal(unscaled: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let sign = if unscaled < 0 { "-" } else { "" };
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The short way for the usual form may only be faster, never more or less generous.
        #[test]
        fn the_short_way_of_dates_agrees_with_the_long_one(text in "[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2})?") {
            if let Some(days) = plain_date(text.as_bytes()) {
                prop_assert_eq!(any_date(&text), Some(days));
            }
            if let Some(micros) = plain_date_time(text.as_bytes()) {
                prop_assert_eq!(any_date_time(&text), Some(micros));
            }
        }

        #[test]
        fn real_days_and_times_go_the_short_way(days in -700_000_i32..2_900_000, second in 0_i64..86_400) {
            let date = format_date(days);
            prop_assert_eq!(plain_date(date.as_bytes()), Some(days));
            let micros = (i64::from(days) * 86_400 + second - CIVIL_OFFSET_SECONDS) * 1_000_000;
            let shown = format_date_time(micros);
            let civil = shown.strip_suffix("+08:00").unwrap_or(&shown);
            prop_assert_eq!(plain_date_time(civil.as_bytes()), Some(micros));
            prop_assert_eq!(any_date_time(civil), Some(micros));
        }

        /// Looking and reading must agree, or a column's type would not fit its values.
        #[test]
        fn a_text_looks_like_an_integer_exactly_when_it_is_read_as_one(text in "-?[0-9]{0,17}[-0-9a. ]?") {
            prop_assert_eq!(is_integer(text.as_bytes()), parse_integer(text.as_bytes()).is_some());
        }

        /// Eighteen digits are added up in 64 bits, more in 128: the border must not show.
        #[test]
        fn decimals_of_any_length_have_the_value_of_their_digits(
            whole in "(0|[1-9][0-9]{0,24})", fraction in "[0-9]{1,10}", negative in any::<bool>(), more in 0_u8..4,
        ) {
            let sign = if negative { "-" } else { "" };
            let text = format!("{sign}{whole}.{fraction}");
            let scale = fraction.len() as u8 + more;
            let digits = format!("{sign}{whole}{fraction}{}", "0".repeat(usize::from(more)));
            prop_assert_eq!(parse_decimal(text.as_bytes(), 38, scale), digits.parse::<i128>().ok());
        }
    }
}
