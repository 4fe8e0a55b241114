//! The three linked catalogues read as one: a tree that is opened branch by branch, the graph around an organisation or an
//! entry, and what is still missing in either.
//!
//! What a reader should know first. Everything here is counted among the entries that the reader may see, from columns that
//! indexes hold: the elements of an entry, one long JSON text, are never read for it. Every answer is bounded; a graph that had
//! to be cut says so.

mod gaps;
mod graph;
mod tree;

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::*;

pub use gaps::{GapFilter, GapLine, GapPage, Lack};
pub use graph::{Around, EdgeKind, LinkEdge, LinkKind, LinkNode, Links, MAX_LINKED};
pub use tree::{Branch, NodeKind, TreeNode, Under};

/// Along which of the two catalogues the data is shelved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// By the system that holds it.
    #[default]
    System,
    /// By the duty under which it arises.
    Duty,
}

impl Shelf {
    fn link(self) -> store::entry::Column {
        match self {
            Self::System => store::entry::Column::SystemId,
            Self::Duty => store::entry::Column::DutyId,
        }
    }
}

/// A system or a duty, as far as both are alike.
struct Shelved {
    id: Uuid,
    organisation: OrganisationId,
    code: String,
    title: String,
    recorded_at: i64,
}

impl From<store::duty::Model> for Shelved {
    fn from(row: store::duty::Model) -> Self {
        let organisation = row.organisation_id.into();
        Self { id: row.id, organisation, code: row.code, title: row.name, recorded_at: row.recorded_at }
    }
}

impl From<store::system::Model> for Shelved {
    fn from(row: store::system::Model) -> Self {
        let organisation = row.organisation_id.into();
        Self { id: row.id, organisation, code: row.code, title: row.name, recorded_at: row.recorded_at }
    }
}

/// What a list or a graph needs of an entry's row: id, organisation, title, status, duty, system.
type Narrow = (Uuid, Uuid, String, String, Option<Uuid>, Option<Uuid>);

fn narrow(query: sea_orm::Select<store::entry::Entity>) -> sea_orm::Select<store::entry::Entity> {
    use store::entry::Column;
    query
        .select_only()
        .columns([Column::Id, Column::OrganisationId, Column::Title, Column::Status, Column::DutyId, Column::SystemId])
        .order_by_asc(Column::Title)
        .order_by_asc(Column::Id)
}

#[derive(Clone, Copy, Default)]
struct Count {
    all: u64,
    published: u64,
}

/// Entries counted by the value of a column, and how many of them are published.
async fn counted(
    db: &impl ConnectionTrait,
    column: store::entry::Column,
    which: Condition,
) -> Result<HashMap<Option<Uuid>, Count>> {
    let rows: Vec<(Option<Uuid>, String, i64)> = store::entry::Entity::find()
        .select_only()
        .column(column)
        .column(store::entry::Column::Status)
        .column_as(store::entry::Column::Id.count(), "count")
        .filter(which)
        .group_by(column)
        .group_by(store::entry::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: HashMap<Option<Uuid>, Count> = HashMap::new();
    for (id, status, count) in rows {
        let count = u64::try_from(count).unwrap_or(0);
        let entry = counts.entry(id).or_default();
        entry.all = entry.all.saturating_add(count);
        if status == EntryStatus::Published.as_word() {
            entry.published = entry.published.saturating_add(count);
        }
    }
    Ok(counts)
}

/// What the reader may see of an organisation's entries, narrowed by one thing more.
fn within(who: &Actor, of: OrganisationId, more: Option<sea_orm::sea_query::Expr>) -> Condition {
    Condition::all().add(visible(who)).add(store::entry::Column::OrganisationId.eq(of.0)).add_option(more)
}
