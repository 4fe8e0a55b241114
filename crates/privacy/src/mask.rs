//! Masks: how a value is shown to those who may not see it whole.
//!
//! A mask is part of a grant, so it has one stable text form (`keep_ends(3,4)`) that is stored, shown and parsed back.
//! Three promises hold for every mask but [`Mask::Keep`], and are tested as properties:
//!
//! - **fails closed**: a value that has not the expected shape is hidden whole, never passed through;
//! - **no hidden place survives**, whatever the value contains;
//! - **idempotent**: masking twice shows what masking once showed ([`Mask::Hash`] is the exception, being a code).
//!
//! An empty value stays empty under every mask: that nothing was filled in is visible in the row's form anyway, and
//! quality checks need it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sm::HmacSm3;

/// What stands for a value that is hidden whole: of fixed length, so that the length is hidden too.
pub const HIDDEN: &str = "****";

/// A rule for showing a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mask {
    /// Shows the value as it is.
    Keep,
    /// Shows [`HIDDEN`].
    Hide,
    /// Shows a keyed code (HMAC-SM3, first 128 bits in hexadecimal): equal values stay equal, nothing else is kept.
    /// The rule names its key; see [`Mask::bind`].
    Hash(HashKey),
    /// Shows the first `head` and the last `tail` characters; a value not longer than both is hidden whole.
    KeepEnds {
        /// Characters shown at the beginning.
        head: u16,
        /// Characters shown at the end.
        tail: u16,
    },
    /// Identity numbers of 18 or 15 places: three places, stars, four places. The birth date is always hidden.
    IdNumber,
    /// Mobile numbers of 11 places, with or without +86: `138****0000`.
    Mobile,
    /// Names of persons: the first character, then stars.
    Name,
    /// Addresses: as far as the district or county, else the city.
    Address,
    /// Dates: the year alone.
    YearOnly,
}

impl Mask {
    /// Shows `value` under this rule.
    ///
    /// ```
    /// use privacy::Mask;
    /// let mask: Mask = "keep_ends(3,4)".parse().unwrap();
    /// assert_eq!(mask.apply("13800000000"), "138****0000");
    /// assert_eq!(Mask::Address.apply("上海市浦东新区世纪大道100号"), "上海市浦东新区****");
    /// ```
    #[must_use]
    pub fn apply<'a>(&self, value: &'a str) -> Cow<'a, str> {
        if value.is_empty() {
            return Cow::Borrowed(value);
        }
        match self {
            Self::Keep => Cow::Borrowed(value),
            Self::Hide => Cow::Borrowed(HIDDEN),
            Self::Hash(key) => key.code(value),
            Self::KeepEnds { head, tail } => Cow::Owned(keep_ends(value, usize::from(*head), usize::from(*tail))),
            Self::IdNumber => sized(value.trim(), &[18, 15]),
            Self::Mobile => mobile(value),
            Self::Name => name(value.trim()),
            Self::Address => address(value.trim()),
            Self::YearOnly => year_only(value.trim()),
        }
    }

    /// Gives a [`Mask::Hash`] its key, found by name; every other mask is returned as it is. Until it is bound, a hash
    /// mask hides its values whole.
    ///
    /// # Errors
    /// [`MaskError::NoKey`] if `find` knows no key of that name.
    pub fn bind<K: AsRef<[u8]>>(self, find: impl FnOnce(&str) -> Option<K>) -> Result<Self, MaskError> {
        match self {
            Self::Hash(HashKey { name, .. }) => {
                let key = find(&name).ok_or_else(|| MaskError::NoKey(name.clone()))?;
                Ok(Self::Hash(HashKey { name, mac: Some(HmacSm3::new(key.as_ref())) }))
            }
            other => Ok(other),
        }
    }

    /// Whether the rule shows values whole.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// The key of a hash mask. Its text form is the name alone: a rule is stored and shown, a key is neither. Two keys
/// are equal if their names are.
#[derive(Clone)]
pub struct HashKey {
    name: String,
    mac: Option<HmacSm3>,
}

impl HashKey {
    /// A rule that hashes under the key called `name`: 1 to 64 letters, digits, `-`, `_` or `.`.
    ///
    /// # Errors
    /// [`MaskError::KeyName`] if the name has another form.
    pub fn named(name: &str) -> Result<Self, MaskError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
            Ok(Self { name: name.to_owned(), mac: None })
        } else {
            Err(MaskError::KeyName(name.to_owned()))
        }
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn code(&self, value: &str) -> Cow<'static, str> {
        let Some(mac) = &self.mac else { return Cow::Borrowed(HIDDEN) };
        let mut mac = mac.clone();
        mac.update(value.as_bytes());
        let mut code = hex::encode(mac.finalize());
        code.truncate(32);
        Cow::Owned(code)
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for HashKey {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for HashKey {}

/// Why a mask cannot be read or bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaskError {
    /// The text is no mask.
    #[error(
        "`{0}` is no mask; expected keep, hide, hash(key-name), keep_ends(head,tail), id_number, mobile, name, address or year_only"
    )]
    Unknown(String),
    /// The name of a hash key has a wrong form.
    #[error("`{0}` cannot name a hash key; use 1 to 64 letters, digits, `-`, `_` or `.`")]
    KeyName(String),
    /// A hash mask names a key that is not held here.
    #[error("no hash key is called `{0}`; add it to the key ring or choose another mask")]
    NoKey(String),
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep => f.write_str("keep"),
            Self::Hide => f.write_str("hide"),
            Self::Hash(key) => write!(f, "hash({})", key.name),
            Self::KeepEnds { head, tail } => write!(f, "keep_ends({head},{tail})"),
            Self::IdNumber => f.write_str("id_number"),
            Self::Mobile => f.write_str("mobile"),
            Self::Name => f.write_str("name"),
            Self::Address => f.write_str("address"),
            Self::YearOnly => f.write_str("year_only"),
        }
    }
}

impl FromStr for Mask {
    type Err = MaskError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || MaskError::Unknown(text.to_owned());
        let (word, arguments) = match text.split_once('(') {
            Some((word, rest)) => (word, Some(rest.strip_suffix(')').ok_or_else(unknown)?)),
            None => (text, None),
        };
        match (word.trim(), arguments) {
            ("keep", None) => Ok(Self::Keep),
            ("hide", None) => Ok(Self::Hide),
            ("id_number", None) => Ok(Self::IdNumber),
            ("mobile", None) => Ok(Self::Mobile),
            ("name", None) => Ok(Self::Name),
            ("address", None) => Ok(Self::Address),
            ("year_only", None) => Ok(Self::YearOnly),
            ("hash", Some(key)) => HashKey::named(key.trim()).map(Self::Hash),
            ("keep_ends", Some(ends)) => {
                let (head, tail) = ends.split_once(',').ok_or_else(unknown)?;
                let number = |part: &str| part.trim().parse().map_err(|_| unknown());
                Ok(Self::KeepEnds { head: number(head)?, tail: number(tail)? })
            }
            _ => Err(unknown()),
        }
    }
}

impl Serialize for Mask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Stars for everything but the ends; stars alone where nothing would be left to hide.
fn keep_ends(value: &str, head: usize, tail: usize) -> String {
    let count = value.chars().count();
    let ends = head.saturating_add(tail);
    let (head, tail_at) = if count > ends { (head, count.saturating_sub(tail)) } else { (0, count) };
    let show = |(at, c)| if at < head || at >= tail_at { c } else { '*' };
    value.chars().enumerate().map(show).collect()
}

/// Three places, stars, four places, if the value has one of the expected lengths and nothing but places of a number.
/// Stars count as places, so that a masked number is still one.
fn sized(value: &str, lengths: &[usize]) -> Cow<'static, str> {
    let place = |b: u8| b.is_ascii_digit() || matches!(b, b'X' | b'x' | b'*');
    if lengths.contains(&value.len()) && value.bytes().all(place) {
        Cow::Owned(keep_ends(value, 3, 4))
    } else {
        Cow::Borrowed(HIDDEN)
    }
}

fn mobile(value: &str) -> Cow<'static, str> {
    let bare: String = value.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let national = bare.strip_prefix("+86").or_else(|| bare.strip_prefix("0086"));
    sized(national.unwrap_or(&bare), &[11])
}

/// A lone character is the whole name, so it is hidden.
fn name(value: &str) -> Cow<'static, str> {
    Cow::Owned(keep_ends(value, 1, 0))
}

/// Keeps the administrative head of an address. A head that holds a digit or the word of a road, a house or a village
/// is no such head, and everything is hidden.
fn address(value: &str) -> Cow<'static, str> {
    const LONGEST_HEAD: usize = 20;
    const FINER: &str = "路街道巷弄号室楼幢栋座村镇乡组苑园坊";
    const NO_DISTRICT_BEFORE_QU: &str = "小社园校厂库片";

    let mut city_end = None;
    let mut district_end = None;
    let mut before = ' ';
    for (at, c) in value.char_indices().take(LONGEST_HEAD) {
        if FINER.contains(c) || c.is_numeric() || c == '*' {
            break;
        }
        let end = at.saturating_add(c.len_utf8());
        match c {
            '区' | '县' if !NO_DISTRICT_BEFORE_QU.contains(before) => {
                district_end = Some(end);
                break;
            }
            '市' | '省' => city_end = Some(end),
            _ => {}
        }
        before = c;
    }
    match district_end.or(city_end).and_then(|end| value.get(..end)) {
        Some(head) => Cow::Owned(format!("{head}{HIDDEN}")),
        None => Cow::Borrowed(HIDDEN),
    }
}

/// The year of `1990`, `199005`, `19900506`, `1990-05-06…`, `1990/5/6…`, `1990.5…` and `1990年5月…`.
fn year_only(value: &str) -> Cow<'_, str> {
    let split = value.char_indices().find(|(_, c)| !c.is_ascii_digit());
    let (digits, next) = match split {
        Some((at, c)) => (value.get(..at).unwrap_or(""), Some(c)),
        None => (value, None),
    };
    let date_like = match next {
        None => matches!(digits.len(), 4 | 6 | 8 | 14),
        Some(c) => digits.len() == 4 && matches!(c, '-' | '/' | '.' | '年'),
    };
    match digits.get(..4).filter(|year| date_like && year.starts_with(['1', '2'])) {
        Some(year) => Cow::Borrowed(year),
        None => Cow::Borrowed(HIDDEN),
    }
}
