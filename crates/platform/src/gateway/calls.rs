//! Looking through calls, newest first. They lie in the log and nowhere else, so a page reads a bounded stretch of it and says
//! where the next page goes on; the sums by hour ([`super::hours`]) tell which stretches hold anything of a service at all.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SERVED, hours, store};
use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::micros,
    error::{Code, Error, Result},
    ids::*,
    ledger::UseIndex,
    policy::{Action, Resource},
    sharing,
};

/// Most leaves read for one page. Rare calls of a busy hour may need several pages to be found.
const MAX_READ: u64 = 20_000;
/// Most services of one organisation whose calls are looked through at once.
const MAX_SERVICES: u64 = 500;
/// Hours whose stretches are read at once: more than a month has, so that a page that begins within a month gets beyond it.
const MAX_HOURS: u64 = 800;
const HOUR_MICROS: i64 = 3_600_000_000;

/// Which calls are wanted. Every part narrows.
#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    /// Of this service; absent = of all that the reader may see.
    pub service: Option<ServiceId>,
    /// By this client.
    pub client: Option<ClientId>,
    /// By this organisation.
    pub organisation: Option<OrganisationId>,
    /// With this outcome: `served`, or the code of a refusal.
    pub outcome: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Where the page before ended.
    pub before: Option<UseIndex>,
    /// Rows wanted, at most 200.
    pub limit: u64,
}

/// A page of calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// The calls, newest first.
    pub items: Vec<CallLine>,
    /// Where the next page goes on; absent at the end.
    pub next: Option<UseIndex>,
    /// How many log entries were read for this page.
    pub read: u64,
}

/// One call, or several refused ones that the log sums up. The key that was looked up is in the log as a commitment only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLine {
    /// The call.
    pub id: CallId,
    /// Where its record stands in the log `calls-3y`.
    #[serde(rename = "use")]
    pub place: UseIndex,
    /// The service.
    pub service: ServiceId,
    /// When.
    pub at: Timestamp,
    /// `served`, or the code of the refusal.
    pub outcome: String,
    /// Who called: `person`, `client`, or `platform` where refusals are summed up.
    pub caller: String,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
    /// Which client.
    pub client: Option<ClientId>,
    /// The purpose that was stated.
    pub purpose: String,
    /// The fields that were given.
    pub fields: Vec<String>,
    /// Records given.
    pub records: u64,
    /// Calls that this line stands for: more than one where refusals are summed up.
    pub calls: u64,
}

impl Platform {
    /// A page of calls: of one service for its parties and overseers, of all services for those who read the log, and of one's
    /// own organisation's services for everybody else.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`], [`Code::Internal`] when the log cannot be read.
    pub async fn calls(&self, ctx: &Ctx, filter: &CallFilter) -> Result<Calls> {
        let services = self.services_to_read(ctx, filter).await?;
        if services.as_ref().is_some_and(BTreeSet::is_empty) {
            return Ok(Calls { items: Vec::new(), next: None, read: 0 });
        }
        let limit = usize::try_from(filter.limit.clamp(1, 200)).unwrap_or(1);
        let mut page = Calls { items: Vec::new(), next: None, read: 0 };
        let (stretches, more) = self.stretches_to_read(ctx, filter, services.as_ref()).await?;
        for stretch in &stretches {
            let mut end = stretch.last.saturating_add(1);
            while end > stretch.first {
                let room = MAX_READ.saturating_sub(page.read);
                if room == 0 || page.items.len() == limit {
                    page.next = Some(UseIndex { period: stretch.period.clone(), index: end });
                    return Ok(page);
                }
                // Leaves lie in bundles of 256; a page of ordinary calls is found in one or two.
                let start = end.saturating_sub(room.min(256)).max(stretch.first);
                let length = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
                let leaves = self.uses(&stretch.period, start, length).await?;
                page.read = page.read.saturating_add(leaves.len() as u64);
                for (index, leaf) in leaves.iter().rev() {
                    if page.items.len() == limit {
                        break;
                    }
                    end = *index;
                    let place = UseIndex { period: stretch.period.clone(), index: *index };
                    let line = line(place, leaf).filter(|line| filter.wants(line, services.as_ref()));
                    page.items.extend(line);
                }
                if page.items.len() < limit {
                    end = start;
                }
            }
        }
        let oldest = stretches.last().filter(|_| more);
        page.next = oldest.map(|stretch| UseIndex { period: stretch.period.clone(), index: stretch.first });
        Ok(page)
    }

    /// The services whose calls the reader may see; `None` = all there are.
    async fn services_to_read(&self, ctx: &Ctx, filter: &CallFilter) -> Result<Option<BTreeSet<ServiceId>>> {
        if let Some(id) = filter.service {
            let row = sharing::store::service(self.db().read(), id).await?;
            let about = Resource::thing(Some(id.0), row.provider_id.into()).consumer(row.demander_id.into());
            self.may(ctx, Action::ReadThing, &about)?;
            return Ok(Some(BTreeSet::from([id])));
        }
        let denied = match self.may(ctx, Action::ReadLog, &Resource::platform()) {
            Ok(()) => return Ok(None),
            Err(denied) => denied,
        };
        let (Actor::Person { organisation, .. } | Actor::Client { organisation, .. }) = &ctx.who else {
            return Err(denied);
        };
        use sharing::store::service::{Column, Entity};
        let theirs =
            Condition::any().add(Column::DemanderId.eq(organisation.0)).add(Column::ProviderId.eq(organisation.0));
        let ids: Vec<uuid::Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(theirs)
            .limit(MAX_SERVICES.saturating_add(1))
            .into_tuple()
            .all(self.db().read())
            .await?;
        if ids.len() as u64 > MAX_SERVICES {
            return Err(Error::new(
                Code::LimitExceeded,
                format!("the calls of more than {MAX_SERVICES} services are not looked through at once"),
            )
            .field("service", "name one service"));
        }
        Ok(Some(ids.into_iter().map(ServiceId).collect()))
    }

    /// The stretches of the log to read, newest first, cut to the filter's time and to what earlier pages have not read;
    /// and whether there are more behind them.
    async fn stretches_to_read(
        &self,
        ctx: &Ctx,
        filter: &CallFilter,
        services: Option<&BTreeSet<ServiceId>>,
    ) -> Result<(Vec<hours::Stretch>, bool)> {
        let node = &self.settings().node;
        let from =
            filter.from.map_or(i64::MIN, |from| micros(from).div_euclid(HOUR_MICROS).saturating_mul(HOUR_MICROS));
        let until = filter.until.map_or(i64::MAX, micros);
        let latest = filter.before.as_ref().map(|before| before.period.as_str());
        let counted = hours::stretches(self.db().read(), node, services, (from, until), latest, MAX_HOURS).await?;
        let more = counted.len() as u64 == MAX_HOURS;
        let mut all = Vec::new();
        // What was not counted yet is read before what was: it is newer.
        for period in store::periods(self.db().read(), node, ctx.now).await?.into_iter().rev() {
            let first = store::counted(self.db().read(), node, &period).await?;
            let size = self.uses_published(&period).await?;
            if let Some(last) = size.checked_sub(1).filter(|last| *last >= first) {
                all.push(hours::Stretch { period, first, last });
            }
        }
        all.extend(counted);
        let unread = |mut stretch: hours::Stretch| {
            if let Some(before) = &filter.before {
                if stretch.period > before.period {
                    return None;
                }
                if stretch.period == before.period {
                    stretch.last = stretch.last.min(before.index.checked_sub(1)?);
                }
            }
            (stretch.first <= stretch.last).then_some(stretch)
        };
        let mut all: Vec<_> = all.into_iter().filter_map(unread).collect();
        no_overlap(&mut all);
        Ok((all, more))
    }
}

/// Cuts from every stretch what a newer one has already: at the turn of an hour calls are logged in either order.
fn no_overlap(stretches: &mut Vec<hours::Stretch>) {
    let mut read: Option<(String, u64)> = None;
    stretches.retain_mut(|stretch| {
        if let Some((period, first)) = &read
            && *period == stretch.period
        {
            match first.checked_sub(1) {
                Some(last) => stretch.last = stretch.last.min(last),
                None => return false,
            }
        }
        let holds = stretch.first <= stretch.last;
        if holds {
            read = Some((stretch.period.clone(), stretch.first));
        }
        holds
    });
}

impl CallFilter {
    fn wants(&self, line: &CallLine, services: Option<&BTreeSet<ServiceId>>) -> bool {
        services.is_none_or(|services| services.contains(&line.service))
            && self.client.is_none_or(|client| line.client == Some(client))
            && self.organisation.is_none_or(|organisation| line.organisation == Some(organisation))
            && self.outcome.as_ref().is_none_or(|outcome| *outcome == line.outcome)
            && self.from.is_none_or(|from| line.at >= from)
            && self.until.is_none_or(|until| line.at < until)
    }
}

/// A use record as a line. Which person called stays in the log: the parties know each other as organisations.
fn line(place: UseIndex, leaf: &Value) -> Option<CallLine> {
    let text = |pointer: &str| leaf.pointer(pointer).and_then(Value::as_str);
    let outcome = text("/outcome")?.to_owned();
    let said = leaf.get("records").and_then(Value::as_u64).unwrap_or(0);
    let served = outcome == SERVED;
    let caller = text("/caller/kind").unwrap_or_default().to_owned();
    let fields = leaf.get("fields").and_then(Value::as_array).into_iter().flatten();
    Some(CallLine {
        id: text("/id")?.parse().ok()?,
        place,
        service: text("/service")?.parse().ok()?,
        at: text("/at")?.parse().ok()?,
        client: text("/caller/id").filter(|_| caller == "client").and_then(|id| id.parse().ok()),
        organisation: text("/caller/organisation").and_then(|id| id.parse().ok()),
        purpose: text("/purpose").unwrap_or_default().to_owned(),
        fields: fields.filter_map(Value::as_str).map(str::to_owned).collect(),
        records: if served { said } else { 0 },
        calls: if served { 1 } else { said },
        outcome,
        caller,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No call is told twice where hours overlap in the log.
    #[test]
    fn overlapping_hours_are_read_once() {
        let of = |period: &str, first, last| hours::Stretch { period: period.to_owned(), first, last };
        let mut all = vec![
            of("2026-03", 8, 9),
            of("2026-03", 5, 8),
            of("2026-03", 5, 6),
            of("2026-03", 0, 4),
            of("2026-02", 0, 9),
        ];
        no_overlap(&mut all);
        assert_eq!(all, [of("2026-03", 8, 9), of("2026-03", 5, 7), of("2026-03", 0, 4), of("2026-02", 0, 9)]);
    }
}
