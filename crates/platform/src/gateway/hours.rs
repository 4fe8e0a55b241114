//! How a service was used, hour by hour, and where in the log that stands.
//!
//! Calls are too many for rows, so the database keeps only sums: one row per node, service, hour and outcome, written by the
//! very count that adds to the service's row, in the same transaction. Each row also remembers the first and the last index of
//! its leaves, so that a reader of single calls opens the stretch of the log that holds them and not the whole month.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use sea_orm_migration::{
    schema::{big_integer, text, uuid},
    sea_query::{Index, Table},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SERVED;
use crate::{
    Platform,
    ctx::Ctx,
    db::{Tables, Tx, instant, micros},
    error::{Code, Error, Result},
    ids::ServiceId,
    policy::{Action, Resource},
    sharing,
};

/// Most steps of one answer: four years of days, or two months of hours.
pub const MAX_STEPS: usize = 1_500;
/// Days that are shown when nobody says from when.
const ORDINARY_DAYS: i64 = 30;
/// Rows written by one statement, well below the parameters that the databases take.
const ROWS_AT_ONCE: usize = 1_000;
const HOUR_MICROS: i64 = 3_600_000_000;

/// The length of one step of a usage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A day of the district's calendar.
    #[default]
    Day,
    /// An hour.
    Hour,
}

/// How a service was used over a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The service.
    pub service: ServiceId,
    /// The length of a step.
    pub by: Step,
    /// The beginning of the first step.
    pub from: Timestamp,
    /// The end of the last.
    pub until: Timestamp,
    /// Every step in between, oldest first, those without a call too.
    pub steps: Vec<UsageStep>,
    /// The sums of all steps.
    pub calls: u64,
    /// Records given.
    pub records: u64,
    /// Calls refused.
    pub refused: u64,
    /// Refused calls by the refusal's code.
    pub refusals: BTreeMap<String, u64>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageStep {
    /// Its beginning.
    pub at: Timestamp,
    /// Its day in the district.
    pub day: Date,
    /// Calls answered.
    pub calls: u64,
    /// Records given.
    pub records: u64,
    /// Calls refused.
    pub refused: u64,
}

/// Which stretch of a usage is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct UsageQuery {
    /// Steps from here on; absent = thirty days before the end.
    pub from: Option<Timestamp>,
    /// Steps up to here; absent = until now.
    pub until: Option<Timestamp>,
    /// Their length.
    pub by: Step,
}

impl Platform {
    /// How a service was used, for its parties and for those who oversee: sums of what the log says, as far as it has been
    /// counted, which is seconds behind.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotPermitted`], [`Code::InvalidInput`] when it ends before it begins,
    /// [`Code::LimitExceeded`] for more than [`MAX_STEPS`] steps.
    pub async fn usage(&self, ctx: &Ctx, id: ServiceId, query: UsageQuery) -> Result<Usage> {
        let row = sharing::store::service(self.db().read(), id).await?;
        let about = Resource::thing(Some(id.0), row.provider_id.into()).consumer(row.demander_id.into());
        self.may(ctx, Action::ReadThing, &about)?;
        let mut usage = empty(id, query, ctx.now)?;
        let until = micros(usage.until);
        for (hour, outcome, count, records) in sums_between(self.db().read(), id, micros(usage.from), until).await? {
            usage.add(instant(hour)?, &outcome, count, records);
        }
        Ok(usage)
    }
}

impl Usage {
    fn add(&mut self, hour: Timestamp, outcome: &str, count: u64, records: u64) {
        let at = self.steps.partition_point(|step| step.at <= hour).saturating_sub(1);
        let Some(step) = self.steps.get_mut(at) else { return };
        if outcome == SERVED {
            step.calls = step.calls.saturating_add(count);
            step.records = step.records.saturating_add(records);
            self.calls = self.calls.saturating_add(count);
            self.records = self.records.saturating_add(records);
        } else {
            step.refused = step.refused.saturating_add(count);
            self.refused = self.refused.saturating_add(count);
            let refusals = self.refusals.entry(outcome.to_owned()).or_default();
            *refusals = refusals.saturating_add(count);
        }
    }
}

/// The steps of a usage, without a call yet.
fn empty(service: ServiceId, query: UsageQuery, now: Timestamp) -> Result<Usage> {
    let out_of_range =
        |error: jiff::Error| Error::new(Code::InvalidInput, "the stretch of time is out of range").because(error);
    let zone = law::calendar::shanghai();
    let until = query.until.unwrap_or(now);
    let from = match query.from {
        Some(from) => from,
        None => {
            let back = ORDINARY_DAYS.saturating_sub(1).days();
            until.to_zoned(zone.clone()).checked_sub(back).map_err(out_of_range)?.timestamp()
        }
    };
    if from > until {
        return Err(Error::new(Code::InvalidInput, "the stretch of time ends before it begins")
            .field("from", "must not be after `until`"));
    }
    let first = from.to_zoned(zone);
    let mut at = match query.by {
        Step::Day => first.start_of_day().map_err(out_of_range)?,
        Step::Hour => first
            .round(jiff::ZonedRound::new().smallest(jiff::Unit::Hour).mode(jiff::RoundMode::Floor))
            .map_err(out_of_range)?,
    };
    let span = match query.by {
        Step::Day => 1.day(),
        Step::Hour => 1.hour(),
    };
    let from = at.timestamp();
    let mut steps = Vec::new();
    while at.timestamp() <= until {
        if steps.len() == MAX_STEPS {
            return Err(Error::new(Code::LimitExceeded, format!("a usage has at most {MAX_STEPS} steps"))
                .field("from", "ask for a shorter stretch, or count by day"));
        }
        steps.push(UsageStep { at: at.timestamp(), day: at.date(), calls: 0, records: 0, refused: 0 });
        at = at.checked_add(span).map_err(out_of_range)?;
    }
    let (calls, records, refused, refusals) = (0, 0, 0, BTreeMap::new());
    Ok(Usage { service, by: query.by, from, until: at.timestamp(), steps, calls, records, refused, refusals })
}

/// The sums of one hour.
pub mod hour {
    use sea_orm::entity::prelude::*;

    /// What one node's log says of one service's calls of one outcome in one hour.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "gateway_hour")]
    pub struct Model {
        /// The service.
        #[sea_orm(primary_key, auto_increment = false)]
        pub service_id: Uuid,
        /// The beginning of the hour.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour: i64,
        /// The node, whose log it is.
        #[sea_orm(primary_key, auto_increment = false)]
        pub node: String,
        /// `served`, or the refusal's code.
        #[sea_orm(primary_key, auto_increment = false)]
        pub outcome: String,
        /// The month of the log, `YYYY-MM`.
        pub period: String,
        /// Calls.
        pub count: i64,
        /// Records given by them.
        pub records: i64,
        /// The index of the first leaf.
        pub first_index: i64,
        /// The index of the last.
        pub last_index: i64,
    }

    /// No relations.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The table.
pub(crate) fn migration() -> Tables {
    let hour = Table::create()
        .table("gateway_hour")
        .col(uuid("service_id"))
        .col(big_integer("hour"))
        .col(text("node"))
        .col(text("outcome"))
        .col(text("period"))
        .col(big_integer("count"))
        .col(big_integer("records"))
        .col(big_integer("first_index"))
        .col(big_integer("last_index"))
        .primary_key(Index::create().col("service_id").col("hour").col("node").col("outcome"))
        .to_owned();
    // For looking through the calls of everybody, newest hour first.
    let by_time = Index::create()
        .name("gateway_hour_time")
        .table("gateway_hour")
        .col("node")
        .col("hour")
        .col("period")
        .col("first_index")
        .col("last_index")
        .to_owned();
    Tables { name: "20261122_gateway_hours", tables: vec![hour], indexes: vec![by_time] }
}

/// What a stretch of the log says of one service's calls of one outcome in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HourSum {
    count: u64,
    records: u64,
    first: u64,
    last: u64,
}

/// Sums by service, hour and outcome.
pub(super) type HourSums = BTreeMap<(ServiceId, i64, String), HourSum>;

/// Sums use records by service, hour and outcome. A leaf that is no use record counts for nothing.
pub(super) fn sums(leaves: &[(u64, Value)]) -> HourSums {
    let mut sums = HourSums::new();
    for (index, leaf) in leaves {
        let text = |field: &str| leaf.get(field).and_then(Value::as_str);
        let service = text("service").and_then(|id| id.parse().ok());
        let at = text("at").and_then(|at| at.parse::<Timestamp>().ok());
        let (Some(service), Some(at), Some(outcome)) = (service, at, text("outcome")) else { continue };
        let said = leaf.get("records").and_then(Value::as_u64).unwrap_or(0);
        // A record of refusals sums up as many calls as it has records, and gave none.
        let (count, records) = if outcome == SERVED { (1, said) } else { (said, 0) };
        let hour = micros(at).div_euclid(HOUR_MICROS).saturating_mul(HOUR_MICROS);
        let fresh = HourSum { count: 0, records: 0, first: *index, last: *index };
        let sum = sums.entry((service, hour, outcome.to_owned())).or_insert(fresh);
        sum.count = sum.count.saturating_add(count);
        sum.records = sum.records.saturating_add(records);
        sum.last = *index;
    }
    sums
}

/// Adds sums of one node's month to what is there.
pub(super) async fn add(tx: &Tx, node: &str, period: &str, sums: &HourSums) -> Result<()> {
    use hour::{ActiveModel, Column, Entity};
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let plus = |column: Column, name: &'static str| Expr::col((Entity, column)).add(Expr::col(("excluded", name)));
    let merge = OnConflict::columns([Column::ServiceId, Column::Hour, Column::Node, Column::Outcome])
        .value(Column::Count, plus(Column::Count, "count"))
        .value(Column::Records, plus(Column::Records, "records"))
        .update_column(Column::LastIndex)
        .to_owned();
    let rows: Vec<ActiveModel> = sums
        .iter()
        .map(|((service, hour, outcome), sum)| ActiveModel {
            service_id: Set(service.0),
            hour: Set(*hour),
            node: Set(node.to_owned()),
            outcome: Set(outcome.clone()),
            period: Set(period.to_owned()),
            count: Set(signed(sum.count)),
            records: Set(signed(sum.records)),
            first_index: Set(signed(sum.first)),
            last_index: Set(signed(sum.last)),
        })
        .collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        Entity::insert_many(rows.iter().cloned()).on_conflict(merge.clone()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// (hour, outcome, calls, records) of a service in a stretch of time, all nodes together.
async fn sums_between(
    db: &impl ConnectionTrait,
    service: ServiceId,
    from: i64,
    until: i64,
) -> Result<Vec<(i64, String, u64, u64)>> {
    use hour::{Column, Entity};
    let total = |column: Column| Expr::col(column).sum().cast_as("BIGINT");
    let rows: Vec<(i64, String, i64, i64)> = Entity::find()
        .select_only()
        .columns([Column::Hour, Column::Outcome])
        .column_as(total(Column::Count), "calls")
        .column_as(total(Column::Records), "given")
        .filter(Column::ServiceId.eq(service.0))
        .filter(Column::Hour.gte(from))
        .filter(Column::Hour.lt(until))
        .group_by(Column::Hour)
        .group_by(Column::Outcome)
        .into_tuple()
        .all(db)
        .await?;
    let unsigned = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|(hour, outcome, count, records)| (hour, outcome, unsigned(count), unsigned(records)))
        .collect())
}

/// A stretch of one month's log in which calls of one hour lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The month.
    pub(super) period: String,
    /// The first index.
    pub(super) first: u64,
    /// The last.
    pub(super) last: u64,
}

/// Where the calls of these services (of all, when none are named) lie in this node's log, newest hour first: hours that begin
/// in `[from, until)`, in months not after `latest`, at most `limit` of them.
pub(super) async fn stretches(
    db: &impl ConnectionTrait,
    node: &str,
    services: Option<&BTreeSet<ServiceId>>,
    (from, until): (i64, i64),
    latest: Option<&str>,
    limit: u64,
) -> Result<Vec<Stretch>> {
    use hour::{Column, Entity};
    let mut query = Entity::find()
        .select_only()
        .columns([Column::Hour, Column::Period])
        .column_as(Expr::col(Column::FirstIndex).min(), "first")
        .column_as(Expr::col(Column::LastIndex).max(), "last")
        .filter(Column::Node.eq(node))
        .filter(Column::Hour.gte(from))
        .filter(Column::Hour.lt(until));
    if let Some(latest) = latest {
        query = query.filter(Column::Period.lte(latest));
    }
    if let Some(services) = services {
        query = query.filter(Column::ServiceId.is_in(services.iter().map(|id| id.0)));
    }
    let rows: Vec<(i64, String, i64, i64)> = query
        .group_by(Column::Hour)
        .group_by(Column::Period)
        .order_by_desc(Column::Hour)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let unsigned = |index: i64| u64::try_from(index).unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|(_, period, first, last)| Stretch { period, first: unsigned(first), last: unsigned(last) })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Days are those of the district: a call at 23:30 in Shanghai belongs to that day, although it is the same day in UTC as the morning before.
    #[test]
    fn a_step_is_a_day_of_the_district() {
        let query = UsageQuery {
            from: Some(at("2026-03-01T20:00:00Z")),
            until: Some(at("2026-03-03T01:00:00Z")),
            by: Step::Day,
        };
        let mut usage = empty(ServiceId(uuid::Uuid::nil()), query, at("2026-03-09T00:00:00Z")).unwrap();
        let days: Vec<String> = usage.steps.iter().map(|step| step.day.to_string()).collect();
        assert_eq!(days, ["2026-03-02", "2026-03-03"]);
        usage.add(at("2026-03-02T15:00:00Z"), SERVED, 2, 3);
        usage.add(at("2026-03-02T16:00:00Z"), SERVED, 1, 1);
        usage.add(at("2026-03-02T16:00:00Z"), "beyond_grant", 4, 0);
        let told: Vec<_> = usage.steps.iter().map(|step| (step.calls, step.records, step.refused)).collect();
        assert_eq!(told, [(2, 3, 0), (1, 1, 4)]);
        assert_eq!((usage.calls, usage.records, usage.refused, usage.refusals["beyond_grant"]), (3, 4, 4, 4));
    }

    /// What is asked for is bounded, and a stretch that ends before it begins is told so.
    #[test]
    fn a_usage_has_bounded_steps() {
        let service = ServiceId(uuid::Uuid::nil());
        let long = UsageQuery { from: Some(at("2020-01-01T00:00:00Z")), until: None, by: Step::Hour };
        assert_eq!(empty(service, long, at("2026-03-09T00:00:00Z")).unwrap_err().code, Code::LimitExceeded);
        let wrong = UsageQuery { from: Some(at("2027-01-01T00:00:00Z")), until: None, by: Step::Day };
        assert_eq!(empty(service, wrong, at("2026-03-09T00:00:00Z")).unwrap_err().code, Code::InvalidInput);
        let ordinary = empty(service, UsageQuery::default(), at("2026-03-09T00:00:00Z")).unwrap();
        assert_eq!(ordinary.steps.len(), 30);
    }
}
