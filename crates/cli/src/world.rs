//! The world: the only place of the house where the wall clock is read and the system's random source is opened (P5).

use jiff::{Timestamp, Zoned};
use rand::{TryRng, rngs::SysRng};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::failure::{Doing, Result};

/// The present instant.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the edge reads the wall clock; everything below gets time as an argument"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// 32 bytes of the system's chance.
///
/// # Errors
/// When the system has none, which no program should survive.
pub fn chance() -> Result<[u8; 32]> {
    let mut seed = [0; 32];
    SysRng.try_fill_bytes(&mut seed).doing(|| "the system's random source does not answer".into())?;
    Ok(seed)
}

/// A generator seeded from the system's chance.
///
/// # Errors
/// As [`chance`].
pub fn rng() -> Result<ChaCha20Rng> {
    chance().map(ChaCha20Rng::from_seed)
}

/// An instant as Shanghai reads it, to the minute: `2026-03-02 09:00`.
#[must_use]
pub fn shown(at: Timestamp) -> String {
    in_shanghai(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// An instant in RFC 3339 with Shanghai's offset.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    in_shanghai(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// An instant on Shanghai's clock.
#[must_use]
pub fn in_shanghai(at: Timestamp) -> Zoned {
    at.to_zoned(law::calendar::shanghai())
}

/// Reads an instant: RFC 3339 with or without seconds, or a date with or without a time, which is then Shanghai's.
///
/// # Errors
/// A sentence that says which forms are understood.
pub fn parse_instant(text: &str) -> std::result::Result<Timestamp, String> {
    let local = |civil: jiff::civil::DateTime| civil.to_zoned(law::calendar::shanghai()).map(|zoned| zoned.timestamp());
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    if let Ok(civil) = text.parse::<jiff::civil::DateTime>()
        && let Ok(instant) = local(civil)
    {
        return Ok(instant);
    }
    Err(format!("`{text}` is no instant; write `2026-02-10T09:00+08:00`, or `2026-02-10 09:00` for Shanghai's time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms that the help promises, seconds or not, offset or not, are the same instant.
    #[test]
    fn instants_are_read_with_and_without_seconds() {
        let expected = "2026-02-10T01:00:00Z".parse::<Timestamp>().unwrap();
        for text in ["2026-02-10T09:00+08:00", "2026-02-10T09:00:00+08:00", "2026-02-10 09:00", "2026-02-10T01:00Z"] {
            assert_eq!(parse_instant(text), Ok(expected), "{text}");
        }
        assert_eq!(rfc3339(expected), "2026-02-10T09:00:00+08:00");
        assert_eq!(parse_instant("2026-02-10").map(rfc3339), Ok("2026-02-10T00:00:00+08:00".into()));
        assert!(parse_instant("tomorrow").unwrap_err().contains("`tomorrow`"));
    }
}
