//! Typed names. Every identifier of a pack is a short `snake_case` word; each kind has its own type so that a role can
//! never be passed where an act is meant (P6).

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a name as it stands in a pack.
            pub fn new(name: impl AsRef<str>) -> Self {
                Self(Arc::from(name.as_ref()))
            }
            /// The name as it stands in a pack.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A regulation pack, e.g. `changning-2025`.
    PackId,
    /// An article, e.g. `CN-18`.
    ArticleId,
    /// A procedure of a pack, e.g. `sharing_request`.
    ProcedureId,
    /// A state of a procedure.
    StateId,
    /// An act of a procedure.
    ActId,
    /// A clock, unique within its pack.
    ClockId,
    /// A dated legal number.
    ValueId,
    /// A part somebody plays in a case: `demander`, `provider`, `centre`, `authority`, `law`, `platform`, …
    RoleId,
    /// A paper: an element of a request, a reason, a basis, a signature.
    PaperId,
    /// A fact about a case, e.g. `sharing_type`.
    FactId,
    /// A named test over facts and papers.
    PredicateId,
    /// A register of things that a law lists, e.g. `opening_list`.
    RegisterId,
    /// A list or a retention that an article sets, e.g. `standing_duties`.
    ListId,
}
