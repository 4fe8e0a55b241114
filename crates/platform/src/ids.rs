//! One type per entity, so that a case can never be passed where a service is meant (P6). All are UUIDv7 made from the
//! context's time and chance, so they sort by creation.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
    )*};
}

uuids! {
    /// An organisation of the district.
    OrganisationId,
    /// A person who can log in.
    PersonId,
    /// A department's own system that calls services.
    ClientId,
    /// A duty of the duty catalogue 职责目录.
    DutyId,
    /// A system of the system catalogue 系统目录.
    SystemId,
    /// An entry of the data catalogue 数据目录: one data resource.
    EntryId,
    /// A load of data into the lake.
    LoadId,
    /// A request to share.
    RequestId,
    /// A sharing service made from a granted request.
    ServiceId,
    /// A case of a procedure.
    CaseId,
    /// An act on a case.
    ActId,
    /// A call of a service.
    CallId,
    /// A notice in an organisation's inbox.
    NoticeId,
}
