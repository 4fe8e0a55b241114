//! The catalogue's tables. The elements of an entry are one JSON text, read and written as a whole; what is searched, counted
//! or joined has columns of its own.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LikeExpr};
use sea_orm_migration::{
    schema::{big_integer, big_integer_null, integer, pk_uuid, text, text_null, uuid, uuid_null},
    sea_query::{Index, Table},
};

use super::*;
use crate::db::{Tables, Tx, from_json, instant, micros, to_json};

/// A duty.
pub mod duty {
    use sea_orm::entity::prelude::*;

    /// One duty of an organisation.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_duty")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose.
        pub organisation_id: Uuid,
        /// Its code, unique in the organisation.
        pub code: String,
        /// Its name.
        pub name: String,
        /// The rule that gives it.
        pub basis: String,
        /// In words.
        pub description: String,
        /// When it was recorded.
        pub recorded_at: i64,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A system.
pub mod system {
    use sea_orm::entity::prelude::*;

    /// One system of an organisation.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_system")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose.
        pub organisation_id: Uuid,
        /// Its code, unique in the organisation.
        pub code: String,
        /// Its name.
        pub name: String,
        /// In words.
        pub description: String,
        /// The duty it serves.
        pub duty_id: Option<Uuid>,
        /// The day of its acceptance, `YYYY-MM-DD`.
        pub accepted_on: Option<String>,
        /// When it was recorded.
        pub recorded_at: i64,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// An entry.
pub mod entry {
    use sea_orm::entity::prelude::*;

    /// One entry of the data catalogue.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_entry")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Whose.
        pub organisation_id: Uuid,
        /// Its case.
        pub case_id: Uuid,
        /// `draft`, `published` or `withdrawn`.
        pub status: String,
        /// Its title: the published one, or the draft's before the first publication.
        pub title: String,
        /// What search looks at, in lower case.
        pub search: String,
        /// The duty of that version.
        pub duty_id: Option<Uuid>,
        /// The system of that version.
        pub system_id: Option<Uuid>,
        /// The sharing type of that version.
        pub sharing_type: String,
        /// The open type of that version.
        pub open_type: String,
        /// What its organisation has written, JSON.
        #[sea_orm(column_type = "Text")]
        pub draft: String,
        /// What is published, JSON.
        #[sea_orm(column_type = "Text", nullable)]
        pub published: Option<String>,
        /// The published version's number; 0 before the first.
        pub published_version: i32,
        /// When the data was first collected.
        pub collected_at: Option<i64>,
        /// When data was last loaded.
        pub loaded_at: Option<i64>,
        /// The rows of the last load.
        pub row_count: i64,
        /// When it was drafted.
        pub created_at: i64,
        /// When it was last changed.
        pub changed_at: i64,
        /// How often it was changed.
        pub version: i32,
        /// The class of that version.
        pub class: String,
        /// The grade of that version; empty = none yet.
        pub grade: String,
        /// Whether something is published: `published`, without reading it.
        pub is_public: bool,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A version of an entry.
pub mod entry_version {
    use sea_orm::entity::prelude::*;

    /// One version, as a full snapshot; never changed.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_entry_version")]
    pub struct Model {
        /// The entry.
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: Uuid,
        /// Its number, from 1.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        /// `published`, `changed` or `withdrawn`.
        pub kind: String,
        /// Whether it made sharing narrower.
        pub narrowed: bool,
        /// The elements, JSON.
        #[sea_orm(column_type = "Text")]
        pub snapshot: String,
        /// The act that made it.
        pub act_id: Uuid,
        /// When.
        pub at: i64,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The tables of this slice.
pub(crate) fn migration() -> Tables {
    let duty = Table::create()
        .table("catalogue_duty")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(text("code"))
        .col(text("name"))
        .col(text("basis"))
        .col(text("description"))
        .col(big_integer("recorded_at"))
        .to_owned();
    let system = Table::create()
        .table("catalogue_system")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(text("code"))
        .col(text("name"))
        .col(text("description"))
        .col(uuid_null("duty_id"))
        .col(text_null("accepted_on"))
        .col(big_integer("recorded_at"))
        .to_owned();
    let entry = Table::create()
        .table("catalogue_entry")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("case_id"))
        .col(text("status"))
        .col(text("title"))
        .col(text("search"))
        .col(uuid_null("duty_id"))
        .col(uuid_null("system_id"))
        .col(text("sharing_type"))
        .col(text("open_type"))
        .col(text("draft"))
        .col(text_null("published"))
        .col(integer("published_version"))
        .col(big_integer_null("collected_at"))
        .col(big_integer_null("loaded_at"))
        .col(big_integer("row_count"))
        .col(big_integer("created_at"))
        .col(big_integer("changed_at"))
        .col(integer("version"))
        .to_owned();
    let version = Table::create()
        .table("catalogue_entry_version")
        .col(uuid("entry_id"))
        .col(integer("number"))
        .col(text("kind"))
        .col(sea_orm_migration::schema::boolean("narrowed"))
        .col(text("snapshot"))
        .col(uuid("act_id"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("entry_id").col("number"))
        .to_owned();
    let on = |table: &'static str, name: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    Tables {
        name: "20261121_catalogue",
        tables: vec![duty, system, entry, version],
        indexes: vec![
            on("catalogue_duty", "catalogue_duty_code", &["organisation_id", "code"]).unique().to_owned(),
            on("catalogue_system", "catalogue_system_code", &["organisation_id", "code"]).unique().to_owned(),
            on("catalogue_entry", "catalogue_entry_organisation", &["organisation_id", "status"]),
            on("catalogue_entry", "catalogue_entry_changed", &["changed_at"]),
            on("catalogue_entry", "catalogue_entry_system", &["system_id"]),
            on("catalogue_entry", "catalogue_entry_duty", &["duty_id"]),
        ],
    }
}

/// The entry's row.
///
/// # Errors
/// [`Code::NotFound`].
pub(crate) async fn entry(db: &impl sea_orm::ConnectionTrait, id: EntryId) -> Result<entry::Model> {
    entry::Entity::find_by_id(id.0).one(db).await?.ok_or_else(|| Error::not_found("entry", id))
}

/// Writes a changed row, if nobody else has changed it meanwhile; otherwise the commit fails with [`Code::Conflict`].
pub(crate) fn save(tx: &Tx, seen: i32, changed: entry::Model) {
    let id = changed.id;
    let mut row: entry::ActiveModel = changed.into();
    row.version = Set(seen.saturating_add(1));
    let row = sea_orm::ActiveModelTrait::reset_all(row);
    let update =
        entry::Entity::update_many().set(row).filter(entry::Column::Id.eq(id)).filter(entry::Column::Version.eq(seen));
    tx.update_later(update, move || {
        Error::new(Code::Conflict, format!("entry `{id}` was changed meanwhile"))
            .hint("read it again and repeat the change")
    });
}

/// Elements as the searched columns of a row.
pub(crate) fn show(row: &mut entry::Model, elements: &EntryInput) {
    row.title.clone_from(&elements.title);
    row.duty_id = elements.duty.map(|id| id.0);
    row.system_id = elements.system.map(|id| id.0);
    row.sharing_type = elements.sharing.kind.as_word().to_owned();
    row.open_type = elements.opening.kind.as_word().to_owned();
    row.class.clone_from(&elements.class);
    row.grade = elements.grade.map_or("", Grade::as_str).to_owned();
    let items = elements.items.iter().map(|item| item.name.as_str());
    let words: Vec<&str> = [elements.title.as_str(), &elements.description, &elements.class]
        .into_iter()
        .chain(elements.keywords.iter().map(String::as_str))
        .chain(items)
        .collect();
    row.search = words.join("\n").to_lowercase();
}

/// `column LIKE %word%` on a column kept in lower case, with the word's own wildcards taken literally.
pub(crate) fn contains(column: impl ColumnTrait, word: &str) -> sea_orm::sea_query::SimpleExpr {
    let literal = word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    column.like(LikeExpr::new(format!("%{literal}%")).escape('\\'))
}

/// One line of a list from a row.
pub(crate) fn line(row: &entry::Model) -> Result<EntryLine> {
    Ok(EntryLine {
        id: row.id.into(),
        organisation: row.organisation_id.into(),
        case: row.case_id.into(),
        status: EntryStatus::from_word(&row.status),
        title: row.title.clone(),
        sharing: SharingType::from_word(&row.sharing_type).unwrap_or(SharingType::None),
        opening: OpenType::from_word(&row.open_type),
        class: row.class.clone(),
        grade: row.grade.parse().ok(),
        published_version: row.published_version,
        collected_at: row.collected_at.map(instant).transpose()?,
        loaded_at: row.loaded_at.map(instant).transpose()?,
        rows: u64::try_from(row.row_count).unwrap_or(0),
        changed_at: instant(row.changed_at)?,
    })
}

/// What is published of a row, or `None` before the first publication.
pub(crate) fn published(row: &entry::Model) -> Result<Option<EntryInput>> {
    row.published.as_deref().map(from_json).transpose()
}

/// The elements that hold for others: the published ones, or the draft before the first publication.
pub(crate) fn effective(row: &entry::Model) -> Result<EntryInput> {
    match &row.published {
        Some(published) => from_json(published),
        None => from_json(&row.draft),
    }
}

/// Keeps a version for good.
pub(crate) fn keep_version(
    tx: &Tx,
    row: &entry::Model,
    kind: &str,
    narrowed: bool,
    snapshot: &EntryInput,
    act: ActId,
    at: Timestamp,
) -> Result<()> {
    let version = entry_version::ActiveModel {
        entry_id: Set(row.id),
        number: Set(row.published_version),
        kind: Set(kind.to_owned()),
        narrowed: Set(narrowed),
        snapshot: Set(to_json(snapshot)?),
        act_id: Set(act.0),
        at: Set(micros(at)),
    };
    tx.insert_later(entry_version::Entity, entry_version::Entity::insert(version));
    Ok(())
}

/// Entries that are published, counted by the given link, for the gaps.
pub(crate) async fn published_by(
    db: &impl sea_orm::ConnectionTrait,
    organisation: OrganisationId,
    link: entry::Column,
) -> Result<BTreeMap<uuid::Uuid, i64>> {
    let rows: Vec<(Option<uuid::Uuid>, i64)> = entry::Entity::find()
        .select_only()
        .column(link)
        .column_as(entry::Column::Id.count(), "count")
        .filter(entry::Column::OrganisationId.eq(organisation.0))
        .filter(entry::Column::Status.eq(EntryStatus::Published.as_word()))
        .group_by(link)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, count)| Some((id?, count))).collect())
}
