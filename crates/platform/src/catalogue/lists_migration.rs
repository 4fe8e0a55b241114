//! Brings the catalogue's table to the form in which long lists are quick: what entries are chosen by has narrow columns, every
//! list an index that holds all it takes, and [`super::alike`] its words.
//!
//! What is read here is named by its column and its path in the text, never by today's types: they may change, this may not.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, TryGetable};
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager,
    prelude::DbErr,
    schema::{text, uuid},
    sea_query::{ColumnDef, Expr, ExprTrait, Index, IndexCreateStatement, IndexOrder, Order, Query, Table},
};
use serde::Deserialize;
use uuid::Uuid;

use super::alike;

/// The migration.
pub(crate) struct Lists;

const ENTRY: &str = "catalogue_entry";
/// Rows read at a time.
const STRETCH: u64 = 200;
/// What entries are chosen and ordered by.
const LISTED_BY: [&str; 13] = [
    "id",
    "title",
    "changed_at",
    "row_count",
    "organisation_id",
    "status",
    "sharing_type",
    "class",
    "grade",
    "duty_id",
    "system_id",
    "collected_at",
    "is_public",
];

impl MigrationName for Lists {
    fn name(&self) -> &str {
        "20261122_catalogue_lists"
    }
}

#[async_trait]
impl MigrationTrait for Lists {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in [
            ColumnDef::new("class").text().not_null().default("").to_owned(),
            ColumnDef::new("grade").text().not_null().default("").to_owned(),
            ColumnDef::new("is_public").boolean().not_null().default(false).to_owned(),
        ] {
            manager.alter_table(Table::alter().table(ENTRY).add_column(&mut column).to_owned()).await?;
        }
        let words = Table::create()
            .table("catalogue_word")
            .col(text("word"))
            .col(uuid("entry_id"))
            .primary_key(Index::create().col("word").col("entry_id"))
            .to_owned();
        manager.create_table(words).await?;
        fill_columns(manager).await?;
        fill_words(manager.get_connection()).await?;
        for old in ["organisation", "changed", "system", "duty"] {
            manager.drop_index(Index::drop().name(format!("{ENTRY}_{old}")).table(ENTRY).to_owned()).await?;
        }
        for index in indexes(manager.get_database_backend()) {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn fill_columns(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let of = |element: &str| match manager.get_database_backend() {
        DbBackend::Postgres => format!("coalesce(coalesce(published, draft)::json ->> '{element}', '')"),
        _ => format!("coalesce(json_extract(coalesce(published, draft), '$.{element}'), '')"),
    };
    let fill = format!(
        "UPDATE {ENTRY} SET is_public = (published IS NOT NULL), class = {}, grade = {}",
        of("class"),
        of("grade")
    );
    manager.get_connection().execute_unprepared(&fill).await?;
    Ok(())
}

/// What the words are made of.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    title: String,
    #[serde(default)]
    items: Vec<NamedItem>,
}

#[derive(Deserialize)]
struct NamedItem {
    #[serde(default)]
    name: String,
}

async fn fill_words(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let mut last = Uuid::nil();
    loop {
        let stretch = Query::select()
            .columns(["id", "draft", "published"])
            .from(ENTRY)
            .and_where(Expr::col("id").gt(last))
            .and_where(Expr::col("status").ne("withdrawn"))
            .order_by("id", Order::Asc)
            .limit(STRETCH)
            .to_owned();
        let rows = db.query_all(&stretch).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            last = Uuid::try_get(&row, "", "id")?;
            let published: Option<String> = row.try_get("", "published")?;
            let shown = published.map_or_else(|| row.try_get("", "draft"), Ok)?;
            let shown: Named = serde_json::from_str(&shown).map_err(|error| DbErr::Json(error.to_string()))?;
            let words = alike::words(&shown.title, shown.items.iter().map(|item| item.name.as_str()));
            if !words.is_empty() {
                alike::word::Entity::insert_many(alike::rows(last, &words)).exec_without_returning(db).await?;
            }
        }
    }
}

fn indexes(backend: DbBackend) -> Vec<IndexCreateStatement> {
    use IndexOrder::{Asc, Desc};
    let mut all = vec![
        index("by_change", &[("changed_at", Desc)], None),
        index("by_title", &[("title", Asc)], None),
        index("by_rows", &[("row_count", Desc)], None),
        index("of_organisation", &[("organisation_id", Asc), ("changed_at", Desc)], None),
        index("of_duty", &[("duty_id", Asc), ("organisation_id", Asc), ("title", Asc)], Some("loaded_at")),
        index("of_system", &[("system_id", Asc), ("organisation_id", Asc), ("title", Asc)], Some("loaded_at")),
    ];
    // PostgreSQL takes no such long text into an index, and needs not: it keeps long elements out of its rows by itself.
    if backend == DbBackend::Sqlite {
        all.push(index("searched", &[("changed_at", Desc)], Some("search")));
    }
    all
}

/// An index in this order, then by id, with everything that entries are chosen and ordered by, and one column more.
fn index(name: &str, order: &[(&'static str, IndexOrder)], more: Option<&'static str>) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{ENTRY}_{name}")).table(ENTRY);
    for (column, order) in order {
        index.col((*column, order.clone()));
    }
    let rest = LISTED_BY.into_iter().filter(|column| order.iter().all(|(first, _)| first != column));
    for column in rest.chain(more) {
        index.col(column);
    }
    index
}
