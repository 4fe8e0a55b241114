//! Recognisers of identifiers, by check digit and form, never by column name.
//!
//! A recogniser errs on the side of protection: where one string could be two things, the more sensitive one wins
//! (就高从严). It does not ask whether a number was ever issued, only whether it could have been.
//!
//! Values come as people type them, so blanks around, full-width characters, lower-case letters, and blanks or hyphens
//! between digits are read through.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod checks;
mod forms;

pub(crate) use checks::{credit_code_check, days_of_month, id_check, licence_check, luhn_check, org_code_check};
pub(crate) use forms::{CODE_ALPHABET, is_province};

/// What a value was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Citizen identity number, 18 places (GB 11643-1999), with the residence permits of Hong Kong, Macau and Taiwan
    /// residents (81, 82, 83).
    ResidentId,
    /// Foreign permanent resident's number, 18 places from 9, built and checked as a resident's.
    ForeignerId,
    /// Ordinary passport: E and eight digits, or E, a letter and seven digits.
    Passport,
    /// Mainland travel permit of Hong Kong and Macau residents: H or M and eight or ten digits.
    HongKongMacauPermit,
    /// Bank card: 62 and 16 to 19 digits in all, with a Luhn check digit.
    BankCard,
    /// Mobile telephone of the mainland, with or without +86.
    Mobile,
    /// Shanghai land line: area code 021 and eight digits.
    Landline,
    /// Number plate of a civil vehicle, including new-energy, police, learner, and cross-border plates.
    Plate,
    /// E-mail address.
    Email,
    /// 400 and 800 service numbers, which belong to organisations.
    ServicePhone,
    /// Unified social credit code, 18 places (GB 32100-2015).
    CreditCode,
    /// Organisation code, eight places and a check place (GB 11714-1997).
    OrganisationCode,
    /// Business licence number of 15 digits, used before the credit code (ISO 7064 MOD 11,10).
    BusinessLicence,
}

impl Kind {
    /// Every kind, the more sensitive first: the order in which [`recognise`] tries them.
    pub const ALL: [Self; 13] = [
        Self::ResidentId,
        Self::BankCard,
        Self::CreditCode,
        Self::ForeignerId,
        Self::Passport,
        Self::HongKongMacauPermit,
        Self::Mobile,
        Self::Landline,
        Self::ServicePhone,
        Self::Plate,
        Self::Email,
        Self::OrganisationCode,
        Self::BusinessLicence,
    ];

    /// The stable name used in text, tables and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResidentId => "resident_id",
            Self::ForeignerId => "foreigner_id",
            Self::Passport => "passport",
            Self::HongKongMacauPermit => "hong_kong_macau_permit",
            Self::BankCard => "bank_card",
            Self::Mobile => "mobile",
            Self::Landline => "landline",
            Self::Plate => "plate",
            Self::Email => "email",
            Self::ServicePhone => "service_phone",
            Self::CreditCode => "credit_code",
            Self::OrganisationCode => "organisation_code",
            Self::BusinessLicence => "business_licence",
        }
    }

    /// The word shown to users.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ResidentId => "居民身份号码",
            Self::ForeignerId => "外国人永久居留证号",
            Self::Passport => "护照号",
            Self::HongKongMacauPermit => "港澳居民来往内地通行证号",
            Self::BankCard => "银行卡号",
            Self::Mobile => "手机号",
            Self::Landline => "固定电话",
            Self::Plate => "车牌号",
            Self::Email => "电子邮箱",
            Self::ServicePhone => "服务热线",
            Self::CreditCode => "统一社会信用代码",
            Self::OrganisationCode => "组织机构代码",
            Self::BusinessLicence => "营业执照注册号",
        }
    }

    /// Whether the value points at a natural person (PIPL article 4).
    #[must_use]
    pub const fn is_personal(self) -> bool {
        !matches!(self, Self::ServicePhone | Self::CreditCode | Self::OrganisationCode | Self::BusinessLicence)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no [`Kind`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of identifier; see `Kind::ALL` for the names")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

/// What `value` is, or `None`.
///
/// A bare nine-digit number is not taken for an organisation code: its single check place would claim every eleventh
/// number of a table. [`is_valid`] judges it when the reader already knows that it should be one.
///
/// ```
/// use privacy::{Kind, recognise};
/// assert_eq!(recognise("310104194910010016"), Some(Kind::ResidentId));
/// assert_eq!(recognise("+86 138 0000 0000"), Some(Kind::Mobile));
/// assert_eq!(recognise("浦东新区"), None);
/// ```
#[must_use]
pub fn recognise(value: &str) -> Option<Kind> {
    let text = Text::read(value)?;
    Kind::ALL.into_iter().find(|kind| {
        fits(*kind, &text)
            && (*kind != Kind::OrganisationCode || text.written.bytes().any(|b| b == b'-' || b.is_ascii_uppercase()))
    })
}

/// Whether `value` is a well-formed `kind`: form, check digit and, where one is contained, a real calendar date.
#[must_use]
pub fn is_valid(kind: Kind, value: &str) -> bool {
    Text::read(value).is_some_and(|text| fits(kind, &text))
}

fn fits(kind: Kind, text: &Text) -> bool {
    let compact = text.compact.as_str();
    match kind {
        Kind::ResidentId => forms::resident_id(compact),
        Kind::ForeignerId => forms::foreigner_id(compact),
        Kind::Passport => forms::passport(compact),
        Kind::HongKongMacauPermit => forms::hong_kong_macau_permit(compact),
        Kind::BankCard => forms::bank_card(compact),
        Kind::Mobile => forms::mobile(compact),
        Kind::Landline => forms::landline(compact),
        Kind::Plate => forms::plate(compact),
        Kind::Email => forms::email(&text.written),
        Kind::ServicePhone => forms::service_phone(compact),
        Kind::CreditCode => forms::credit_code(compact),
        Kind::OrganisationCode => forms::organisation_code(compact),
        Kind::BusinessLicence => forms::business_licence(compact),
    }
}

/// A value as the recognisers read it.
struct Text {
    /// Trimmed, full-width folded to ASCII, upper case.
    written: String,
    /// `written` without blanks, hyphens and brackets.
    compact: String,
}

impl Text {
    /// No identifier is longer than an e-mail address may be (RFC 5321: 254); longer values are not even copied.
    const LONGEST: usize = 254;

    fn read(value: &str) -> Option<Self> {
        let value = value.trim();
        if value.is_empty() || value.len() > Self::LONGEST {
            return None;
        }
        let written: String = value.chars().map(|c| fold(c).to_ascii_uppercase()).collect();
        let separator = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '·' | '\u{a0}');
        let compact = written.chars().filter(|c| !separator(*c)).collect();
        Some(Self { written, compact })
    }
}

/// Folds the full-width forms U+FF01..U+FF5E and the ideographic blank to ASCII.
fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c).saturating_sub(0xfee0)).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// What the values of one column were recognised as.
///
/// ```
/// use privacy::{Kind, recognise::Profile};
/// let profile: Profile = ["13800000000", "19900000000", "", "未填"].into_iter().collect();
/// assert_eq!(profile.values, 3); // empty values say nothing
/// assert_eq!(profile.kinds(500).next(), Some((Kind::Mobile, 666)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// How many values were not empty.
    pub values: u64,
    counts: [u64; Kind::ALL.len()],
}

impl Profile {
    /// Counts one more value. Empty ones are left out.
    pub fn observe(&mut self, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        self.values = self.values.saturating_add(1);
        let Some(found) = recognise(value) else { return };
        for (kind, count) in Kind::ALL.iter().zip(&mut self.counts) {
            if *kind == found {
                *count = count.saturating_add(1);
            }
        }
    }

    /// How many values were recognised as `kind`.
    #[must_use]
    pub fn count(&self, kind: Kind) -> u64 {
        Kind::ALL.iter().zip(self.counts).find(|(k, _)| **k == kind).map_or(0, |(_, count)| count)
    }

    /// The kinds that make up at least `least` per mille of the values, with their share in per mille, the more
    /// sensitive first. A kind that never occurs is not listed, whatever `least` is.
    pub fn kinds(&self, least: u64) -> impl Iterator<Item = (Kind, u64)> + '_ {
        let share = |count: u64| count.saturating_mul(1000).checked_div(self.values).unwrap_or(0);
        Kind::ALL
            .into_iter()
            .zip(self.counts)
            .filter(move |(_, count)| *count > 0 && share(*count) >= least)
            .map(move |(kind, count)| (kind, share(count)))
    }
}

impl<'a> FromIterator<&'a str> for Profile {
    fn from_iter<I: IntoIterator<Item = &'a str>>(values: I) -> Self {
        let mut profile = Self::default();
        values.into_iter().for_each(|value| profile.observe(value));
        profile
    }
}
