//! Entries that may be about the same thing (一数一源: data is catalogued once).
//!
//! What a reader should know first. Each entry that is not withdrawn has its *words* in a narrow table: the pairs of characters of
//! its title, which need no dictionary, and the names of its items. Candidates are those that share rare words with the entry;
//! what half the catalogue has in its titles tells nothing. Only so many words are asked for and only so many candidates compared,
//! however long the catalogue is. The words follow what an entry shows: its published elements, or its draft before.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{
    ConnectionTrait, Order, QuerySelect,
    sea_query::{Expr, ExprTrait, Func, OnConflict, Query, UnionType},
};
use uuid::Uuid;

use super::*;

/// A word that more entries than this have is common.
const COMMON: i64 = 500;
/// Pairs of characters and items of an entry that count.
const MOST_WORDS: usize = 100;
/// Characters of an item's name that count.
const NAME: usize = 32;
/// Rare words by which candidates are found.
const ASKED: usize = 32;
/// Candidates that are compared.
const CANDIDATES: u64 = 60;
/// Entries that are told.
const TOLD: usize = 10;
/// The least likeness that is told, of 100.
const LEAST: u32 = 25;
/// Names and parts of a title that are told of each.
const REASONS: usize = 20;

/// A word of an entry.
pub mod word {
    use sea_orm::entity::prelude::*;

    /// One word of one entry.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_word")]
    pub struct Model {
        /// Two characters of the title, or an item's name after `=`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        /// The entry.
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: Uuid,
    }

    /// No relations: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Entries that are like one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicates {
    /// The most alike first, at most 10.
    pub items: Vec<Duplicate>,
}

/// An entry that is like another, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The entry.
    pub entry: EntryLine,
    /// How alike, of 100: titles count for 60, items for 40.
    pub score: u32,
    /// Whether both have the same title.
    pub same_title: bool,
    /// Parts that both titles have.
    pub title_parts: Vec<String>,
    /// Items that both have, by name; at most 20 of them.
    pub shared_items: Vec<String>,
    /// How many items both have.
    pub shared_item_count: u64,
}

impl Platform {
    /// The entries that may be about the same as this one, among those that the reader may see. Compared is the draft for those
    /// who may see it, otherwise what is published.
    ///
    /// # Errors
    /// [`Code::NotFound`], also for a draft that the actor may not see.
    pub async fn duplicates(&self, ctx: &Ctx, id: EntryId) -> Result<Duplicates> {
        let db = self.db().read();
        let row = store::entry(db, id).await?;
        let inside = sees_drafts(&ctx.who, row.organisation_id.into());
        let of: EntryInput = match &row.published {
            _ if inside => from_json(&row.draft)?,
            Some(published) => from_json(published)?,
            None => return Err(Error::not_found("entry", id)),
        };
        let counts = counted(db, &words_of(&of)).await?;
        let common: HashSet<String> =
            counts.iter().filter(|(_, count)| **count > COMMON).map(|(word, _)| word.clone()).collect();
        let ids = candidates(db, id, &of.title, rarest(counts)).await?;
        use store::entry::Column;
        let rows = store::entry::Entity::find()
            .filter(Column::Id.is_in(ids))
            .filter(Column::Status.ne(EntryStatus::Withdrawn.as_word()))
            .filter(visible(&ctx.who))
            .all(db)
            .await?;
        let found = rows.iter().map(|row| compare(&of, row, &common)).collect::<Result<Vec<_>>>()?;
        let mut items: Vec<Duplicate> = found.into_iter().filter(|one| one.score >= LEAST).collect();
        items.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.entry.id.cmp(&other.entry.id)));
        items.truncate(TOLD);
        Ok(Duplicates { items })
    }
}

/// Brings the words of an entry from what it showed before to what it shows now; `None` = nothing, because it is new or withdrawn.
pub(super) async fn keep(tx: &Tx, id: EntryId, before: Option<&EntryInput>, now: Option<&EntryInput>) -> Result<()> {
    let before = before.map(words_of).unwrap_or_default();
    let now = now.map(words_of).unwrap_or_default();
    let gone: Vec<&String> = before.difference(&now).collect();
    if !gone.is_empty() {
        let which = word::Entity::delete_many().filter(word::Column::EntryId.eq(id.0));
        which.filter(word::Column::Word.is_in(gone)).exec(tx).await?;
    }
    let new: BTreeSet<String> = now.difference(&before).cloned().collect();
    if !new.is_empty() {
        let once = OnConflict::columns([word::Column::Word, word::Column::EntryId]).do_nothing().to_owned();
        tx.insert_later(word::Entity, word::Entity::insert_many(rows(id.0, &new)).on_conflict(once));
    }
    Ok(())
}

/// The words of a title and of items' names.
pub(super) fn words<'a>(title: &str, items: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = pairs(title).into_iter().take(MOST_WORDS).collect();
    words.extend(items.filter(|name| !name.trim().is_empty()).take(MOST_WORDS).map(item_word));
    words
}

/// Rows of the table.
pub(super) fn rows(id: Uuid, words: &BTreeSet<String>) -> impl Iterator<Item = word::ActiveModel> {
    words.iter().map(move |word| word::ActiveModel { word: Set(word.clone()), entry_id: Set(id) })
}

fn words_of(elements: &EntryInput) -> BTreeSet<String> {
    words(&elements.title, elements.items.iter().map(|item| item.name.as_str()))
}

fn item_word(name: &str) -> String {
    std::iter::once('=').chain(name.trim().chars().flat_map(char::to_lowercase).take(NAME)).collect()
}

/// The pairs of characters of a title, without what is no letter or digit, in their order.
fn pairs(title: &str) -> Vec<String> {
    let letters = letters(title);
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

fn letters(title: &str) -> Vec<char> {
    title.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many entries have each of these words; counted only until it is common.
async fn counted(db: &impl ConnectionTrait, words: &BTreeSet<String>) -> Result<HashMap<String, i64>> {
    let mut counts = words.iter().map(|text| {
        let those = Query::select()
            .expr(Expr::val(1))
            .from(word::Entity)
            .and_where(Expr::col(word::Column::Word).eq(text.as_str()))
            .limit(COMMON.unsigned_abs() + 1)
            .to_owned();
        Query::select()
            .expr_as(Expr::val(text.as_str()).cast_as("text"), "word")
            .expr_as(Func::count(Expr::cust("*")), "count")
            .from_subquery(those, "those")
            .to_owned()
    });
    let Some(mut all) = counts.next() else { return Ok(HashMap::new()) };
    for one in counts {
        all.union(UnionType::All, one);
    }
    let rows = db.query_all(&all).await?;
    let pair = |row: &sea_orm::QueryResult| Ok((row.try_get("", "word")?, row.try_get("", "count")?));
    rows.iter().map(pair).collect()
}

/// The rarest words that another entry has, too.
fn rarest(counts: HashMap<String, i64>) -> Vec<String> {
    let mut rare: Vec<(i64, String)> = counts.into_iter().map(|(word, count)| (count, word)).collect();
    rare.retain(|(count, _)| (1..=COMMON).contains(count));
    rare.sort_unstable();
    rare.truncate(ASKED);
    rare.into_iter().map(|(_, word)| word).collect()
}

/// Entries with the same title, and those that share the most of these words.
async fn candidates(db: &impl ConnectionTrait, of: EntryId, title: &str, words: Vec<String>) -> Result<BTreeSet<Uuid>> {
    use store::entry::{Column, Entity};
    let titled = Entity::find().select_only().column(Column::Id).filter(Column::Title.eq(title));
    let titled = titled.filter(Column::Id.ne(of.0)).limit(CANDIDATES).into_tuple::<Uuid>();
    let mut ids: BTreeSet<Uuid> = titled.all(db).await?.into_iter().collect();
    if words.is_empty() {
        return Ok(ids);
    }
    let sharing = word::Entity::find()
        .select_only()
        .column(word::Column::EntryId)
        .filter(word::Column::Word.is_in(words))
        .filter(word::Column::EntryId.ne(of.0))
        .group_by(word::Column::EntryId)
        .order_by(word::Column::Word.count(), Order::Desc)
        .order_by_asc(word::Column::EntryId)
        .limit(CANDIDATES);
    ids.extend(sharing.into_tuple::<Uuid>().all(db).await?);
    Ok(ids)
}

/// How alike an entry is to another, leaving common words out of the titles unless they have no others.
fn compare(of: &EntryInput, row: &store::entry::Model, common: &HashSet<String>) -> Result<Duplicate> {
    let other = store::effective(row)?;
    let telling = |title: &str| -> BTreeSet<String> {
        let all: BTreeSet<String> = pairs(title).into_iter().collect();
        let telling: BTreeSet<String> = all.difference(&common.iter().cloned().collect()).cloned().collect();
        if telling.is_empty() { all } else { telling }
    };
    let (own, its) = (telling(&of.title), telling(&other.title));
    let same_title = letters(&of.title) == letters(&other.title);
    let title = if same_title { 100 } else { share(2 * own.intersection(&its).count(), own.len() + its.len()) };
    let names: BTreeSet<String> = other.items.iter().map(|item| item_word(&item.name)).collect();
    let own_names: BTreeSet<String> = of.items.iter().map(|item| item_word(&item.name)).collect();
    let shared = own_names.intersection(&names).count();
    let items = share(shared, own_names.union(&names).count());
    let score = if names.is_empty() || own_names.is_empty() { title } else { (title * 60 + items * 40) / 100 };
    let both = of.items.iter().filter(|item| names.contains(&item_word(&item.name)));
    Ok(Duplicate {
        entry: store::line(row)?,
        score,
        same_title,
        title_parts: parts(&of.title, &other.title),
        shared_items: both.map(|item| item.name.clone()).take(REASONS).collect(),
        shared_item_count: u64::try_from(shared).unwrap_or(u64::MAX),
    })
}

/// Of 100.
fn share(part: usize, of: usize) -> u32 {
    u32::try_from((part * 100).checked_div(of).unwrap_or(0)).unwrap_or(100)
}

/// The longest stretches of a title whose pairs of characters the other has, too.
fn parts(title: &str, other: &str) -> Vec<String> {
    let theirs: HashSet<String> = pairs(other).into_iter().collect();
    let (mut parts, mut part) = (Vec::new(), String::new());
    for pair in letters(title).windows(2) {
        if theirs.contains(&pair.iter().collect::<String>()) {
            let first = usize::from(!part.is_empty());
            part.extend(pair.iter().skip(first));
        } else if !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.extend(Some(part).filter(|part| !part.is_empty()));
    parts.truncate(REASONS);
    parts
}
