//! Identity's pure rules.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::{
    ctx::Role,
    error::{Code, Error, Result},
};

/// Wrong attempts after which a person is locked out.
pub(super) const ATTEMPTS: i32 = 5;
/// For how long.
pub(super) const LOCKED: SignedDuration = SignedDuration::from_mins(15);
/// How long a session lasts.
pub(super) const SESSION: SignedDuration = SignedDuration::from_hours(8);
/// How long a client's access token lasts.
pub(super) const ACCESS: SignedDuration = SignedDuration::from_mins(15);
/// How far a client's clock may be off; nonces are remembered for twice as long.
pub(super) const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// The three administrators 三员.
pub(super) const ADMINISTRATORS: [Role; 3] =
    [Role::SystemAdministrator, Role::SecurityAdministrator, Role::AuditAdministrator];
/// Shortest password, in characters.
const SHORTEST_PASSWORD: usize = 10;

/// The three administrators 三员 exclude each other: nobody is two of system, security and audit administrator.
///
/// # Errors
/// [`Code::InvalidInput`] naming the two.
pub fn check_roles(roles: &BTreeSet<Role>) -> Result<()> {
    let administrators: Vec<_> =
        ADMINISTRATORS.into_iter().filter(|role| roles.contains(role)).map(crate::policy::role_word).collect();
    if administrators.len() > 1 {
        let message = format!("`{}` exclude each other in one person", administrators.join("` and `"));
        return Err(Error::new(Code::InvalidInput, message)
            .field("roles", "at most one of the three administrators")
            .hint(
                "give the roles to different people: GB/T 22239-2019, 8.1.5, separates the three administrators 三员",
            ));
    }
    Ok(())
}

/// A password is long; nothing else is asked of it.
///
/// # Errors
/// [`Code::InvalidInput`].
pub fn check_password(password: &str) -> Result<()> {
    if password.chars().count() < SHORTEST_PASSWORD || password.len() > 512 {
        return Err(Error::new(Code::InvalidInput, format!("a password has {SHORTEST_PASSWORD} to 512 characters"))
            .field("password", "too short or too long"));
    }
    Ok(())
}

/// A unified social credit code (GB 32100-2015): 18 characters, the last of which checks the others.
///
/// # Errors
/// [`Code::InvalidInput`].
pub fn check_credit_code(code: &str) -> Result<()> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let digits: Option<Vec<usize>> = code.chars().map(|letter| ALPHABET.find(letter)).collect();
    let fits = digits.filter(|digits| digits.len() == 18).is_some_and(|digits| {
        let sum: usize = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit.saturating_mul(weight)).sum();
        digits.last() == Some(&((31 - sum % 31) % 31))
    });
    if fits {
        Ok(())
    } else {
        Err(Error::new(Code::InvalidInput, format!("`{code}` is no unified social credit code"))
            .field("credit_code", "18 characters with a check character (GB 32100)"))
    }
}
