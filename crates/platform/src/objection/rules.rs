//! The door's pure rules: how long a text may be, how much may come in, what a receipt number looks like.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::ObjectionInput;
use crate::{
    ctx::Ctx,
    error::{Code, Error, Result},
    ids::EntryId,
};

/// Longest statement, in characters.
pub const LONGEST_STATEMENT: usize = 2_000;
/// Longest contact, in characters.
pub const LONGEST_CONTACT: usize = 200;
/// The time over which objections are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Most objections to one entry within [`WINDOW`].
pub const PER_ENTRY: usize = 20;
/// Most objections on this node within [`WINDOW`].
pub const PER_NODE: usize = 200;

/// Letters and digits that are not mistaken for each other when a number is read out or written down (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a receipt number: 20 of 5 bits each cannot be guessed.
const LENGTH: usize = 20;

/// What came in of late. It holds at most [`PER_NODE`] lines. Addresses of the network are not looked at: behind a proxy they
/// are the proxy's, and before it they are somebody's; whoever floods the door is the proxy's to stop.
#[derive(Default)]
pub struct Door(VecDeque<(Timestamp, EntryId)>);

impl Door {
    /// Lets one objection in.
    ///
    /// # Errors
    /// [`Code::RateLimited`] with the seconds to wait.
    pub fn enter(&mut self, entry: EntryId, now: Timestamp) -> Result<()> {
        while self.0.front().is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.0.pop_front();
        }
        let about = || self.0.iter().filter(|(_, known)| *known == entry);
        let first = if about().count() >= PER_ENTRY {
            about().next()
        } else if self.0.len() >= PER_NODE {
            self.0.front()
        } else {
            None
        };
        let Some((first, _)) = first else {
            self.0.push_back((now, entry));
            return Ok(());
        };
        let wait = WINDOW.saturating_sub(now.duration_since(*first)).as_secs().max(1);
        Err(Error::new(Code::RateLimited, "too many objections were raised in the last ten minutes")
            .hint("try again later; what was raised already is being worked on")
            .field("retry_after", wait.to_string()))
    }
}

/// Whether the texts have the required form.
pub(super) fn check(input: &ObjectionInput) -> Result<()> {
    if input.statement.trim().is_empty() {
        return Err(Error::new(Code::InvalidInput, "the objection says nothing")
            .field("statement", "is missing; say which record is wrong, and what would be right"));
    }
    let contact = input.contact.as_deref().unwrap_or_default();
    for (path, text, most) in
        [("statement", input.statement.as_str(), LONGEST_STATEMENT), ("contact", contact, LONGEST_CONTACT)]
    {
        if text.chars().count() > most {
            return Err(Error::new(Code::LimitExceeded, format!("the {path} has more than {most} characters"))
                .field(path, "is too long; shorten it"));
        }
    }
    Ok(())
}

/// A fresh receipt number: four groups of five, e.g. `7QK2M-9D0XB-…`.
pub(crate) fn receipt_number(ctx: &Ctx) -> String {
    let mut random = [0u8; LENGTH];
    ctx.fill(&mut random);
    let mut number = String::with_capacity(LENGTH + LENGTH / 5);
    for (at, byte) in random.into_iter().enumerate() {
        if at > 0 && at.is_multiple_of(5) {
            number.push('-');
        }
        number.push(char::from(ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'0')));
    }
    number
}

/// What is kept of a receipt number. People write them down, so small letters, blanks and hyphens make no difference.
pub(crate) fn digest(number: &str) -> String {
    let plain: String =
        number.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    hex::encode(sm::sm3(plain.as_bytes()))
}
