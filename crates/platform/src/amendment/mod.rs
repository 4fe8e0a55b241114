//! A change of law in a running district: a new holiday notice, or an amended pack.
//!
//! What a reader must know first. The law is files, and an amendment is files: each replaces the file of its path or is
//! added. It is previewed without a trace ([`Platform::preview_amendment`]), then made by the system administrator's act
//! ([`Platform::amend_law`]): the amendment is on record and in the log before anything is counted by it. From then on every
//! act and every term of a case is decided by the amended law; the terms of all cases under way are counted again in
//! [`moves`], batch by batch. A case whose turn has not come is counted again whenever it is touched, and a crash in between
//! is healed at the next start, so that no term ever runs out by the law that no longer is. Nothing that has been done is
//! undone: what ran out stays run out, what was met stays met (I5).

mod books;
mod moves;
#[cfg(any(test, feature = "testkit"))]
mod stock;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use law::{Book, LawChanges};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{Listing, Page, from_json, instant, micros, to_json},
    error::{Code, Error, Result},
    ids::{CaseId, PersonId},
    ledger,
    policy::{Action, Resource},
};

pub(crate) use books::Books;

/// Most files that one amendment may change.
pub const MOST_FILES: usize = 64;
/// Longest file of law, in bytes.
pub const LONGEST_FILE: usize = 512 * 1024;
/// Most moved terms that a preview names; it counts all.
pub const MOST_SHOWN: usize = 200;

/// An amendment as it is handed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// What it is, in one line: the notice's title, the amending document.
    pub title: String,
    /// The files: path below the folder of regulations (`calendar/2027.md`) and whole text.
    pub files: BTreeMap<String, String>,
}

/// A term that an amendment moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The case.
    pub case: CaseId,
    /// The clock.
    pub clock: String,
    /// The article that sets it.
    pub article: String,
    /// When it would have run out.
    pub before: Timestamp,
    /// When it runs out now.
    pub after: Timestamp,
}

/// A moved term with the words of the law for it. What the case is about is not told: who changes the law reads no cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedLine {
    /// The term.
    #[serde(flatten)]
    pub moved: Moved,
    /// The procedure's title.
    pub title: String,
    /// The clock's title.
    pub clock_title: String,
}

/// What an amendment would change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AmendmentPreview {
    /// Days, numbers and rules that differ.
    pub changes: LawChanges,
    /// How many running terms it moves.
    pub moved: u64,
    /// The first [`MOST_SHOWN`] of them.
    pub moves: Vec<MovedLine>,
}

/// An amendment that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentView {
    /// Its id, which is also that of its log entry.
    pub id: Uuid,
    /// What it is.
    pub title: String,
    /// The files it replaced or added.
    pub files: Vec<String>,
    /// Who made it; `None` = the platform itself.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// How many running terms it moved, so far.
    pub moved: u64,
    /// Whether every case under way has been counted again.
    pub finished: bool,
}

impl Platform {
    /// What an amendment would change and which running terms it would move. Nothing is written.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::LimitExceeded`], and [`Code::InvalidInput`] with every fault of the amended law by file
    /// and line.
    pub async fn preview_amendment(&self, ctx: &Ctx, amendment: &Amendment) -> Result<AmendmentPreview> {
        self.may(ctx, Action::ChangeLaw, &Resource::platform())?;
        let amended = self.read_amendment(amendment)?;
        let changes = LawChanges::between(self.book(), &amended);
        let mut moves = Vec::new();
        let mut moved = 0;
        if let Some(first) = changes.first_touched_day() {
            moved = moves::preview(self, &amended, first, &mut moves).await?;
        }
        Ok(AmendmentPreview { changes, moved, moves: self.in_words(moves).await? })
    }

    /// Makes an amendment and counts every running term again. When this returns, all of them are counted.
    ///
    /// # Errors
    /// As [`Platform::preview_amendment`]; [`Code::InvalidInput`] besides when nothing would change, [`Code::Conflict`] when
    /// another amendment is just being made.
    pub async fn amend_law(&self, ctx: &Ctx, amendment: Amendment) -> Result<AmendmentView> {
        self.may(ctx, Action::ChangeLaw, &Resource::platform())?;
        let _turn = self.books().turn().try_lock().map_err(|_| {
            Error::new(Code::Conflict, "another amendment is just being made").hint("read its result, then try again")
        })?;
        self.learn_behind(ctx).await?;
        let amended = self.read_amendment(&amendment)?;
        let changes = LawChanges::between(self.book(), &amended);
        if changes.is_empty() {
            let error = Error::new(Code::InvalidInput, "the files say what the law says already");
            return Err(error.field("files", "change nothing"));
        }
        let id = ctx.uuid();
        let by = match &ctx.who {
            Actor::Person { id, .. } => Some(id.0),
            _ => None,
        };
        let digests: BTreeMap<&str, String> =
            amendment.files.iter().map(|(path, text)| (path.as_str(), hex::encode(sm::sm3(text.as_bytes())))).collect();
        let record = serde_json::json!({
            "amendment": id, "files": digests, "values": changes.values.len(), "rules": changes.rules.len(),
            "days": changes.days.iter().map(|day| day.date.to_string()).collect::<Vec<_>>(),
        });
        let tx = self.db().write().await?;
        self.only_the_next(&tx).await?;
        let row = store::amendment::ActiveModel {
            id: Set(id),
            title: Set(amendment.title.trim().to_owned()),
            files: Set(to_json(&amendment.files)?),
            first_day: Set(changes.first_touched_day().map(|day| day.to_string())),
            by: Set(by),
            at: Set(micros(ctx.now)),
            moved: Set(0),
            finished: Set(false),
            ..Default::default()
        };
        store::amendment::Entity::insert(row).exec_without_returning(&*tx).await?;
        ledger::enqueue_fact(self, &tx, ctx, "law", "amendment.amend_law", &record).await?;
        tx.commit().await?;
        // From here on it is law, whatever happens to the counting.
        self.books().push(id, amended);
        self.wake_pump();
        moves::carry_out(self, ctx, id).await?;
        self.amendment(id).await
    }

    /// The amendments that were made here, newest first. Anyone may read the law.
    ///
    /// # Errors
    /// [`Code::Internal`] when the database fails.
    pub async fn amendments(&self, page: Page) -> Result<Listing<AmendmentView>> {
        let query = store::amendment::Entity::find();
        let total = query.clone().count(self.db().read()).await?;
        let rows = query
            .order_by_desc(store::amendment::Column::Seq)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        Ok(Listing { items: rows.iter().map(view).collect::<Result<_>>()?, total })
    }

    /// The terms that an amendment moved, by case: before and after.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for whoever does not read everything that was done.
    pub async fn amendment_moves(&self, ctx: &Ctx, amendment: Uuid, page: Page) -> Result<Listing<MovedLine>> {
        self.may(ctx, Action::ReadLog, &Resource::platform())?;
        let query = store::moved::Entity::find().filter(store::moved::Column::AmendmentId.eq(amendment));
        let total = query.clone().count(self.db().read()).await?;
        let rows = query
            .order_by_asc(store::moved::Column::CaseId)
            .order_by_asc(store::moved::Column::Clock)
            .offset(page.offset)
            .limit(page.limit())
            .all(self.db().read())
            .await?;
        let items = rows.into_iter().map(|row| {
            let (before, after) = (instant(row.before)?, instant(row.after)?);
            Ok(Moved { case: CaseId(row.case_id), clock: row.clock, article: row.article, before, after })
        });
        Ok(Listing { items: self.in_words(items.collect::<Result<_>>()?).await?, total })
    }

    async fn in_words(&self, moves: Vec<Moved>) -> Result<Vec<MovedLine>> {
        use crate::docket::store::case::{Column, Entity};
        let rows: Vec<(Uuid, String, String)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Pack, Column::Procedure])
            .filter(Column::Id.is_in(moves.iter().map(|moved| moved.case.0)))
            .into_tuple()
            .all(self.db().read())
            .await?;
        let book = self.book();
        let procedure = |(pack, procedure): &(String, String)| {
            book.pack(&pack.as_str().into()).and_then(|pack| pack.procedures.get(procedure.as_str()))
        };
        let cases: HashMap<Uuid, (String, String)> =
            rows.into_iter().map(|(id, pack, procedure)| (id, (pack, procedure))).collect();
        let line = |moved: Moved| {
            let procedure = cases.get(&moved.case.0).and_then(procedure);
            let clock = procedure.and_then(|procedure| procedure.clocks.get(moved.clock.as_str()));
            MovedLine {
                title: procedure.map(|procedure| procedure.title.clone()).unwrap_or_default(),
                clock_title: clock.map(|clock| clock.title.clone()).unwrap_or_default(),
                moved,
            }
        };
        Ok(moves.into_iter().map(line).collect())
    }

    /// Brings the law up to the amendments on record that this process does not know yet, and finishes counting where a crash
    /// broke it off. Done at every start, and before each tick, since another node may have amended the law.
    pub(crate) async fn learn_law(&self, ctx: &Ctx) -> Result<()> {
        // Whoever is just making an amendment here learns what lies behind it first.
        match self.books().turn().try_lock() {
            Ok(_turn) => self.learn_behind(ctx).await,
            Err(_) => Ok(()),
        }
    }

    async fn learn(&self, ctx: &Ctx, row: &store::amendment::Model) -> Result<()> {
        if !self.books().holds(row.id) {
            let files: BTreeMap<String, String> = from_json(&row.files)?;
            let amended = self.book().amended(files).map_err(|faults| {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                let message =
                    format!("the amendment `{}` does not fit the law any more: {}", row.title, faults.join("; "));
                Error::new(Code::InvalidInput, message)
                    .hint("start with the regulations it was made for, or amend them")
            })?;
            self.books().push(row.id, amended);
        }
        if !row.finished {
            // It stays unknown until it has been counted, so that the next tick tries again.
            moves::carry_out(self, ctx, row.id).await?;
        }
        self.books().learnt(row.seq);
        Ok(())
    }

    /// Brings the law up to what other nodes have amended; only whoever has the turn may call it.
    async fn learn_behind(&self, ctx: &Ctx) -> Result<()> {
        use store::amendment::{Column, Entity};
        let known = self.books().known();
        let unknown =
            Entity::find().filter(Column::Seq.gt(known)).order_by_asc(Column::Seq).all(self.db().read()).await?;
        for row in unknown {
            self.learn(ctx, &row).await?;
        }
        Ok(())
    }

    /// Makes sure that the amendment about to be written follows on the last one that this node knows: it was read, and
    /// previewed, against that law.
    async fn only_the_next(&self, tx: &crate::db::Tx) -> Result<()> {
        use store::amendment::{Column, Entity};
        if self.db().is_postgres() {
            // One writer of this table at a time; readers are not kept out.
            tx.execute_unprepared("LOCK TABLE law_amendment IN EXCLUSIVE MODE").await?;
        }
        let newer = Entity::find().filter(Column::Seq.gt(self.books().known())).one(tx).await?;
        if newer.is_some() {
            let error = Error::new(Code::Conflict, "another node has amended the law meanwhile");
            return Err(error.hint("preview the amendment again, then make it"));
        }
        Ok(())
    }

    async fn amendment(&self, id: Uuid) -> Result<AmendmentView> {
        use store::amendment::{Column, Entity};
        let row = Entity::find().filter(Column::Id.eq(id)).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("amendment", id))?;
        self.books().learnt(row.seq);
        view(&row)
    }

    fn read_amendment(&self, amendment: &Amendment) -> Result<Book> {
        if amendment.title.trim().is_empty() {
            return Err(Error::new(Code::InvalidInput, "an amendment has a title").field("title", "is empty"));
        }
        if amendment.files.is_empty() || amendment.files.len() > MOST_FILES {
            let message = format!("an amendment has 1 to {MOST_FILES} files, not {}", amendment.files.len());
            return Err(Error::new(Code::LimitExceeded, message).field("files", "too few or too many"));
        }
        if let Some((path, text)) = amendment.files.iter().find(|(_, text)| text.len() > LONGEST_FILE) {
            let message = format!("`{path}` has {} bytes, more than {LONGEST_FILE}", text.len());
            return Err(Error::new(Code::LimitExceeded, message).hint("cut the chapter into several files"));
        }
        if let Some(path) = amendment.files.keys().find(|path| !path.ends_with(".md")) {
            let error = Error::new(Code::InvalidInput, format!("`{path}` is no file of law"));
            return Err(error.hint("name the files as in the folder of regulations, e.g. `calendar/2027.md`"));
        }
        let pack = &self.settings().pack;
        let amended = self.book().amended(amendment.files.clone()).map_err(|faults| {
            let error = Error::new(Code::InvalidInput, format!("the amended law has {} fault(s)", faults.len()));
            faults.iter().take(50).fold(error, |error, fault| {
                error.field(format!("files.{}:{}", fault.file, fault.line), format!("{}; {}", fault.what, fault.next))
            })
        })?;
        // A story states dates, which a new notice moves: it tells of the rules, and is told under the days it was written for.
        let told = amended.clone().with_calendar(self.book().calendar().clone());
        let changed = told.packs().filter(|pack| {
            let folder = format!("{}/", pack.id);
            amendment.files.keys().any(|path| path.starts_with(&folder) || path.starts_with("vocabulary"))
        });
        let failures: Vec<_> = changed.flat_map(|pack| law::scenario::run_all(&told, &pack.id)).take(50).collect();
        if !failures.is_empty() {
            let message = "the amended law fails scenarios of its own; amend them with the rules they test";
            let error = Error::new(Code::InvalidInput, message);
            return Err(failures.iter().fold(error, |error, failure| {
                error.field(
                    format!("files.{}:{}", failure.file, failure.line),
                    format!("{}: {}", failure.title, failure.message),
                )
            }));
        }
        if amended.pack(pack).is_none() {
            return Err(Error::new(Code::InvalidInput, format!("the district's pack `{pack}` would be gone")));
        }
        Ok(amended)
    }
}

fn view(row: &store::amendment::Model) -> Result<AmendmentView> {
    let files: BTreeMap<String, String> = from_json(&row.files)?;
    Ok(AmendmentView {
        id: row.id,
        title: row.title.clone(),
        files: files.into_keys().collect(),
        by: row.by.map(PersonId),
        at: instant(row.at)?,
        moved: u64::try_from(row.moved).unwrap_or_default(),
        finished: row.finished,
    })
}
