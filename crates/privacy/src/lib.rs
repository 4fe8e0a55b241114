//! What a value is, how sensitive that makes it, and how it is shown to those who may not see it whole.
//!
//! - [`recognise`]: identifiers with a check digit or a strict form (resident ID, credit code, telephone, plate, …).
//! - [`grade`]: the grades of GB/T 43697-2024, their combination, and a suggestion for a column.
//! - [`mask`]: masks that can be written in a grant, stored as text and applied to every value served.
//! - [`fictitious`]: well-formed numbers of nobody, for demonstration data and tests.
//!
//! Everything is a pure function of its arguments. Nothing here logs or puts a value into an error (invariant I8).

pub mod fictitious;
pub mod grade;
pub mod mask;
pub mod recognise;

pub use grade::Grade;
pub use mask::Mask;
pub use recognise::{Kind, is_valid, recognise};
