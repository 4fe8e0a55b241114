//! The law engine: a pure function from (law, case, act, now) to a decision.
//!
//! [`Book::parse`] reads the folder of regulations. A case is opened by [`open`], moved by [`decide`], and moved by the
//! law itself when a term runs out, by [`advance`]. Nothing here reads a clock, a file, a random source or a store.
//!
//! ```
//! use law::calendar::{Calendar, Period, Unit};
//!
//! // No notice is loaded, so that Monday to Friday are assumed and the answer is provisional.
//! let event = "2026-03-05T09:00:00+08:00".parse()?;
//! let derivation = Calendar::default().derive(event, Period::new(3, Unit::WorkingDay));
//! assert_eq!(derivation.last_day.to_string(), "2026-03-10");
//! assert_eq!(derivation.due, "2026-03-11T00:00:00+08:00".parse()?);
//! assert!(derivation.provisional);
//! assert_eq!(derivation.days[2].reason, "Saturday, provisional: no notice for 2026 yet");
//! # Ok::<(), jiff::Error>(())
//! ```

pub mod calendar;
pub mod mutation;
pub mod proof;
pub mod scenario;
pub mod vocabulary;

mod amend;
mod book;
mod case;
mod document;
mod engine;
mod error;
mod ids;
mod letter;
mod pack;
mod show;
#[cfg(test)]
mod tests;

pub use amend::{DayChange, LawChanges, RuleChange, RuleFate, ValueChange};
pub use book::Book;
pub use case::*;
pub use engine::{
    Extendable, PaperForm, Possible, Statable, advance, decide, explain_clock, next_due, open, possible, recompute,
    with_facts,
};
pub use error::{PackError, Place};
pub use ids::*;
pub use letter::{
    BLANKS, LetterForm, LetterParagraph, LetterRule, LetterWhen, LetterWords, chinese_numeral, fill_letter,
    letter_words,
};
pub use pack::{
    ActRule, Article, ClockRule, DatedValue, Extension, InForce, Keep, List, ListItem, Pack, Procedure, Refuses,
    Requirement, RoleHolder, Set, Source, State, Subject,
};
pub use scenario::Scenario;
pub use show::*;
pub use vocabulary::{FactKind, Holders, PaperKind, Vocabulary};
