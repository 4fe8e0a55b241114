//! Passwords as Argon2id in the PHC string form, so that any tool can check them and the cost can grow later.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as B64};

use crate::{
    PasswordCost,
    error::{Code, Error, Result},
};

const HASH: usize = 32;

/// Hashes a password with its salt. Slow on purpose: call it where it may block, and never while holding a write.
pub(super) fn hash(cost: PasswordCost, salt: &[u8; 16], password: &str) -> Result<String> {
    let (memory, passes) = match cost {
        PasswordCost::Full => (19 * 1024, 2),
        PasswordCost::Fast => (8, 1),
    };
    let out = digest(memory, passes, salt, password)?;
    Ok(format!("$argon2id$v=19$m={memory},t={passes},p=1${}${}", B64.encode(salt), B64.encode(out)))
}

/// Whether the password is the one that was hashed. A string that is no hash fits nothing.
pub(super) fn fits(phc: &str, password: &str) -> Result<bool> {
    let Some((memory, passes, salt, expected)) = parse(phc) else {
        // As much work as for a real one, so that an unknown login cannot be told by the clock.
        digest(8, 1, &[0; 16], password)?;
        return Ok(false);
    };
    let found = digest(memory, passes, &salt, password)?;
    let difference = found.iter().zip(&expected).fold(0u8, |difference, (a, b)| difference | (a ^ b));
    Ok(expected.len() == HASH && difference == 0)
}

fn digest(memory: u32, passes: u32, salt: &[u8], password: &str) -> Result<[u8; HASH]> {
    let failed = |error: argon2::Error| Error::new(Code::Internal, format!("cannot hash a password: {error}"));
    let parameters = Params::new(memory, passes, 1, Some(HASH)).map_err(failed)?;
    let mut out = [0u8; HASH];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(password.as_bytes(), salt, &mut out)
        .map_err(failed)?;
    Ok(out)
}

fn parse(phc: &str) -> Option<(u32, u32, Vec<u8>, Vec<u8>)> {
    let mut parts = phc.strip_prefix("$argon2id$v=19$")?.split('$');
    let mut costs = parts.next()?.split(',');
    let memory = costs.next()?.strip_prefix("m=")?.parse().ok()?;
    let passes = costs.next()?.strip_prefix("t=")?.parse().ok()?;
    let salt = B64.decode(parts.next()?).ok()?;
    let hash = B64.decode(parts.next()?).ok()?;
    Some((memory, passes, salt, hash))
}
