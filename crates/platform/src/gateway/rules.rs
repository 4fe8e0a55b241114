//! Pure rules of the gateway: what a compiled grant lets through. No look-up touches the lake before [`Compiled::admit`] has
//! agreed, and no value leaves but through [`Plan::answer`] (I3).

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use privacy::Mask;

use super::Lookup;
use crate::{
    ctx::Actor,
    error::{Code, Error, Result},
    lake::Record,
    sharing::{Grant, Mode, RowScope, ServiceStatus},
};

/// A grant ready for use: masks parsed, columns resolved.
pub struct Compiled {
    /// The grant.
    pub grant: Grant,
    /// Where the service stands.
    pub status: ServiceStatus,
    /// The state of all services when it was read; another state means that it must be read again.
    pub generation: i64,
    /// The articles on which refusals rest.
    pub grounds: Grounds,
    masks: Vec<Mask>,
}

/// The articles on which the gateway refuses, as the pack names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// The article under which services run, rest and end.
    pub running: String,
    /// The article that bounds the use of what a service gives.
    pub bounds: String,
}

/// What an admitted look-up reads and shows.
#[derive(Debug)]
pub struct Plan {
    /// The columns to read: the fields to show, then the column of the row scope if it is not among them.
    pub columns: Vec<String>,
    /// How many of them are shown, with their masks.
    pub shown: Vec<(String, Mask)>,
    scope: Option<(usize, BTreeSet<String>)>,
}

impl Compiled {
    /// Prepares a grant. A mask that cannot be parsed hides its field whole: an unknown rule never shows more.
    pub fn new(grant: Grant, status: ServiceStatus, generation: i64, grounds: Grounds) -> Self {
        let mask = |text: &Option<String>| text.as_ref().map_or(Mask::Keep, |text| text.parse().unwrap_or(Mask::Hide));
        let masks = grant.fields.iter().map(|field| mask(&field.mask)).collect();
        Self { grant, status, generation, grounds, masks }
    }

    /// Whether this look-up by this actor at this instant is within the grant, and what it may read.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for another organisation, [`Code::ServiceNotActive`] when suspended, ended, not begun or past its
    /// term, [`Code::BeyondGrant`] naming the purpose, key or field that is not granted, each with its article.
    pub fn admit(&self, who: &Actor, lookup: &Lookup, now: Timestamp) -> Result<Plan> {
        self.is_theirs(who)?;
        self.is_running(now)?;
        if !self.grant.purposes.contains(&lookup.purpose) {
            return Err(self.beyond(
                "purpose",
                "purpose",
                &lookup.purpose,
                "name the purpose that was promised, or ask the provider for a wider use",
            ));
        }
        if !self.grant.keys.contains(&lookup.key_column) {
            let keys = self.grant.keys.join(", ");
            return Err(self.beyond(
                "key_column",
                "key",
                &lookup.key_column,
                &format!("look records up by one of: {keys}"),
            ));
        }
        let shown = match &lookup.fields {
            None => self
                .grant
                .fields
                .iter()
                .zip(&self.masks)
                .map(|(field, mask)| (field.name.clone(), mask.clone()))
                .collect(),
            Some(wanted) => {
                wanted.iter().enumerate().map(|(i, name)| self.field(i, name)).collect::<Result<Vec<_>>>()?
            }
        };
        let mut columns: Vec<String> = shown.iter().map(|(name, _)| name.clone()).collect();
        let scope = self.grant.row_scope.as_ref().map(|RowScope { column, values }| {
            let position = columns.iter().position(|name| name == column).unwrap_or_else(|| {
                columns.push(column.clone());
                columns.len().saturating_sub(1)
            });
            (position, values.clone())
        });
        Ok(Plan { columns, shown, scope })
    }

    fn is_theirs(&self, who: &Actor) -> Result<()> {
        let organisation = match who {
            Actor::Person { organisation, .. } | Actor::Client { organisation, .. } => *organisation,
            Actor::Public => {
                return Err(Error::new(Code::NotAuthenticated, "nobody is logged in")
                    .hint("log in, or get a token for the client"));
            }
            Actor::Law | Actor::Platform => {
                return Err(Error::new(
                    Code::NotPermitted,
                    "only the organisation that holds the grant can call the service",
                ));
            }
        };
        if organisation == self.grant.demander {
            return Ok(());
        }
        Err(Error::new(
            Code::NotPermitted,
            format!("service `{}` was granted to another organisation ({})", self.grant.service, self.grounds.bounds),
        )
        .hint("ask for a grant of your own"))
    }

    fn is_running(&self, now: Timestamp) -> Result<()> {
        let refuse = |what: &str, hint: &str| {
            Err(Error::new(
                Code::ServiceNotActive,
                format!("service `{}` {what} ({})", self.grant.service, self.grounds.running),
            )
            .hint(hint))
        };
        match self.status {
            ServiceStatus::Suspended => return refuse("is suspended", "look at its case for the acts that resume it"),
            ServiceStatus::Ended => return refuse("has ended", "using the data again needs a new request"),
            ServiceStatus::Active => {}
        }
        if now < self.grant.from {
            return refuse("has not begun", "wait for its first day");
        }
        if self.grant.until.is_some_and(|until| now >= until) {
            return refuse("is past the term of its grant", "using the data again needs a new request");
        }
        if self.grant.mode != Mode::Api {
            return refuse("is not granted for look-ups", "use the mode that was granted");
        }
        Ok(())
    }

    fn field(&self, i: usize, name: &str) -> Result<(String, Mask)> {
        let granted = self.grant.fields.iter().zip(&self.masks).find(|(field, _)| field.name == name);
        granted.map(|(field, mask)| (field.name.clone(), mask.clone())).ok_or_else(|| {
            self.beyond(&format!("fields[{i}]"), "field", name, "leave it out, or ask the provider for a wider use")
        })
    }

    fn beyond(&self, path: &str, kind: &str, name: &str, next: &str) -> Error {
        let name: String = name.chars().take(60).collect();
        Error::new(
            Code::BeyondGrant,
            format!("{kind} `{name}` is not granted to service `{}` ({})", self.grant.service, self.grounds.bounds),
        )
        .hint(next)
        .field(path, format!("`{name}` is not granted"))
    }
}

impl Plan {
    /// The records that may leave: only rows within the scope, only the fields asked for, each under its mask.
    pub fn answer(&self, rows: Vec<Record>) -> Vec<Record> {
        rows.into_iter().filter(|row| self.in_scope(row)).map(|row| self.show(row)).collect()
    }

    fn in_scope(&self, row: &Record) -> bool {
        // A row without a value in the scope's column lies in no scope.
        let Some((position, values)) = &self.scope else { return true };
        row.get(*position).and_then(Option::as_ref).is_some_and(|value| values.contains(value))
    }

    fn show(&self, row: Record) -> Record {
        row.into_iter()
            .zip(&self.shown)
            .map(|(value, (_, mask))| {
                value.map(|value| if mask.is_keep() { value } else { mask.apply(&value).into_owned() })
            })
            .collect()
    }
}

/// The rate of a service on this node, as one atomic number: never more than the granted calls in any minute, with a burst of a
/// tenth of them at once.
#[derive(Debug)]
pub struct Rate {
    /// The instant, in nanoseconds, up to which calls have been spent.
    spent_until: AtomicI64,
}

const MINUTE_NANOS: i64 = 60_000_000_000;

impl Rate {
    /// A rate of which nothing has been spent.
    pub fn new() -> Self {
        Self { spent_until: AtomicI64::new(i64::MIN) }
    }

    /// Spends one call at `now`.
    ///
    /// # Errors
    /// The seconds, rounded up, after which the next call is within the rate.
    pub fn take(&self, per_minute: u32, now: Timestamp) -> std::result::Result<(), i64> {
        let now = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX / 2);
        let per_minute = i64::from(per_minute.max(1));
        let burst = (per_minute / 10).max(1);
        // Burst and refill together stay within the rate in every minute: burst + (rate − burst).
        let step = MINUTE_NANOS / per_minute.saturating_sub(burst).saturating_add(1).max(1);
        let slack = step.saturating_mul(burst.saturating_sub(1));
        let spend = |spent: i64| (spent.saturating_sub(slack) <= now).then(|| spent.max(now).saturating_add(step));
        match self.spent_until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
            Ok(_) => Ok(()),
            Err(spent) => {
                Err(spent.saturating_sub(slack).saturating_sub(now).saturating_add(999_999_999) / 1_000_000_000)
            }
        }
    }
}

impl Default for Rate {
    fn default() -> Self {
        Self::new()
    }
}
