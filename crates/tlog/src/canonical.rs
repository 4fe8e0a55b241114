//! Canonical JSON (RFC 8785) for leaves, and salted commitments for the personal data that must not be in them (I8).
//!
//! A leaf is hashed, so the same act must always give the same bytes: keys sorted by UTF-16 code units, no spaces, one
//! spelling of every string. Numbers are integers that every JSON reader holds exactly (at most 2⁵³ − 1 in size);
//! fractions and larger numbers are refused, since their spelling differs between programs. Write them as strings.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::{Error, Result};

/// What a commitment looks like inside a leaf: this prefix, then 64 hexadecimal digits.
pub const COMMITMENT_PREFIX: &str = "hmac-sm3:";

/// The largest integer that a JSON number may carry (RFC 8785 §3.2.2.3 on ECMAScript numbers).
const MAX_INTEGER: u64 = (1 << 53) - 1;
/// How deep a value may be nested; far beyond any act, far below the stack.
const MAX_DEPTH: u8 = 64;

/// The canonical bytes of a value.
///
/// ```
/// let act = serde_json::json!({"b": 1, "a": ["公", null]});
/// assert_eq!(tlog::canonical::to_vec(&act)?, "{\"a\":[\"公\",null],\"b\":1}".as_bytes());
/// assert!(tlog::canonical::to_vec(&1.5).is_err());
/// # Ok::<(), tlog::Error>(())
/// ```
///
/// # Errors
/// [`Error::Canonical`] for a fraction, an integer beyond ±(2⁵³ − 1), a nesting deeper than 64, or a value that does not
/// serialise to JSON. The message names the place, never the content.
pub fn to_vec(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>> {
    let value =
        serde_json::to_value(value).map_err(|_| Error::Canonical("it does not serialise to JSON".to_owned()))?;
    let mut out = String::new();
    write(&value, "", MAX_DEPTH, &mut out)?;
    Ok(out.into_bytes())
}

/// A salted commitment to a value: HMAC-SM3 with the salt as key over the canonical bytes.
///
/// The salt is random, kept with the data and deleted with them; without it the commitment says nothing, and with it
/// anyone can check that the value is the one that was logged. Use a fresh salt for every field.
///
/// # Errors
/// [`Error::Canonical`] as [`to_vec`].
pub fn commitment(salt: &[u8; 32], value: &(impl Serialize + ?Sized)) -> Result<[u8; 32]> {
    Ok(sm::hmac_sm3(salt, &to_vec(value)?))
}

/// A commitment as it stands in a leaf.
#[must_use]
pub fn commitment_text(commitment: &[u8; 32]) -> String {
    format!("{COMMITMENT_PREFIX}{}", hex::encode(commitment))
}

fn write(value: &Value, at: &str, depth: u8, out: &mut String) -> Result<()> {
    let refuse = |why: &str| Err(Error::Canonical(format!("at `{}`: {why}", if at.is_empty() { "/" } else { at })));
    let Some(deeper) = depth.checked_sub(1) else { return refuse("nested deeper than 64 levels") };
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            match size {
                None => return refuse("a number with a fraction or exponent; write it as a string"),
                Some(size) if size > MAX_INTEGER => return refuse("an integer beyond 2^53-1; write it as a string"),
                Some(_) => write!(out, "{number}").or_else(|_| refuse("a number that cannot be written"))?,
            }
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(item, &format!("{at}/{position}"), deeper, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (position, (key, member)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(member, &format!("{at}/{key}"), deeper, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
