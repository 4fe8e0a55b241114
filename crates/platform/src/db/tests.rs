//! Group commit: what is acknowledged stays, what is not is gone, whoever goes away in the middle.

use std::sync::Arc;

use futures::FutureExt;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use super::*;
use crate::{
    docket::store::lease,
    testkit::{self, District},
};

async fn put(tx: &Tx, name: &str) -> Result<()> {
    let row = lease::ActiveModel { name: Set(name.to_owned()), holder: Set("test".to_owned()), until: Set(0) };
    lease::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

async fn kept(db: &Db) -> Result<u64> {
    Ok(lease::Entity::find().count(db.read()).await?)
}

fn file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}/x.db", folder.path().display());
    (folder, url)
}

/// A write that fails or is dropped undoes itself and nothing of its neighbours in the same shared transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_undoes_only_itself() -> Result<()> {
    let (_folder, url) = file();
    let db = Arc::new(Db::open(&url).await?);
    let writers = (0..60).map(|number| {
        let db = Arc::clone(&db);
        tokio::spawn(async move {
            let tx = db.write().await?;
            put(&tx, &format!("{number}")).await?;
            if number % 3 == 0 {
                return Ok(false);
            }
            if number % 3 == 1 {
                // A statement that fails must not spoil the others either.
                put(&tx, &format!("{number}")).await?;
            }
            tx.commit().await.map(|()| true)
        })
    });
    let outcomes: Vec<Result<bool>> =
        futures::future::join_all(writers).await.into_iter().map(|joined| joined.expect("no panic")).collect();
    let acknowledged = outcomes.iter().filter(|outcome| matches!(outcome, Ok(true))).count();
    assert_eq!((acknowledged, kept(&db).await?), (20, 20));
    db.close().await
}

/// Callers that go away at any await lose only what was not acknowledged, and everybody else is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_harms_nobody() -> Result<()> {
    let (_folder, url) = file();
    let db = Arc::new(Db::open(&url).await?);
    for polls in 1..40 {
        let steadfast = {
            let db = Arc::clone(&db);
            tokio::spawn(async move {
                let tx = db.write().await?;
                put(&tx, &format!("kept {polls}")).await?;
                tx.commit().await
            })
        };
        {
            let mut fickle = Box::pin(async {
                let tx = db.write().await?;
                put(&tx, &format!("perhaps {polls}")).await?;
                tx.commit().await
            });
            for _ in 0..polls {
                if (&mut fickle).now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        steadfast.await.expect("no panic")?;
    }
    let names: Vec<String> = lease::Entity::find().all(db.read()).await?.into_iter().map(|row| row.name).collect();
    assert_eq!(names.iter().filter(|name| name.starts_with("kept")).count(), 39, "every acknowledged write is there");
    db.close().await
}

/// Another kind of database is refused with the kinds that there are.
#[tokio::test]
async fn an_unknown_database_is_refused() {
    let error = Db::open("mysql://somewhere").await.err().expect("refused");
    assert!(error.code == Code::InvalidInput && error.hint.is_some_and(|hint| hint.contains("sqlite:")));
}

fn hold(tx: &Tx, name: &str) {
    let row = lease::ActiveModel { name: Set(name.to_owned()), holder: Set("test".to_owned()), until: Set(0) };
    tx.insert_later(lease::Entity, lease::Entity::insert(row));
}

/// Changes a lease that is still as `seen` says.
fn extend(tx: &Tx, name: &str, seen: i64) {
    let update = lease::Entity::update_many()
        .col_expr(lease::Column::Until, Expr::value(seen + 1))
        .filter(lease::Column::Name.eq(name))
        .filter(lease::Column::Until.eq(seen));
    tx.update_later(update, || Error::new(Code::Conflict, "the lease was changed meanwhile"));
}

async fn until(tx: &Tx, name: &str) -> Result<Option<i64>> {
    Ok(lease::Entity::find_by_id(name).one(tx).await?.map(|row| row.until))
}

/// Writes that were handed over are seen by whatever the same verb reads, in the order in which they were made, and are there
/// after the commit; on both databases, also when a table is written several times.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_over_is_as_if_it_were_written_at_once() -> Result<()> {
    for store in testkit::databases() {
        let district = District::open(store).await?;
        let db = district.platform.db();
        let tx = db.write().await?;
        hold(&tx, "a");
        extend(&tx, "a", 0);
        hold(&tx, "b");
        extend(&tx, "a", 1);
        assert_eq!((until(&tx, "a").await?, until(&tx, "b").await?), (Some(2), Some(0)));
        extend(&tx, "b", 0);
        // A write of its own does not overtake what was handed over.
        lease::Entity::delete_many().filter(lease::Column::Until.eq(1)).exec(&*tx).await?;
        hold(&tx, "c");
        tx.commit().await?;
        let tx = db.write().await?;
        let all = [until(&tx, "a").await?, until(&tx, "b").await?, until(&tx, "c").await?];
        assert_eq!(all, [Some(2), None, Some(0)], "{store:?}");
        drop(tx);
        district.close().await?;
    }
    Ok(())
}

/// An update that finds its row changed undoes the whole write with its own words, at the commit or before, and leaves the
/// writes of others alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_finds_another_state_undoes_the_write() -> Result<()> {
    for store in testkit::databases() {
        let district = District::open(store).await?;
        let db = district.platform.db();
        let tx = db.write().await?;
        hold(&tx, "first");
        hold(&tx, "kept");
        tx.commit().await?;

        let tx = db.write().await?;
        hold(&tx, "lost");
        extend(&tx, "first", 0);
        extend(&tx, "kept", 7);
        let refused = tx.commit().await.expect_err("nobody made it 7");
        assert_eq!((refused.code, refused.message.as_str()), (Code::Conflict, "the lease was changed meanwhile"));

        let tx = db.write().await?;
        hold(&tx, "lost as well");
        extend(&tx, "kept", 7);
        let refused = until(&tx, "kept").await.expect_err("asked before the commit");
        assert_eq!(refused.code, Code::Conflict, "{store:?}");
        drop(tx);

        let tx = db.write().await?;
        let rows = lease::Entity::find().filter(lease::Column::Holder.eq("test")).all(&*tx).await?;
        let mut rows: Vec<_> = rows.into_iter().map(|row| (row.name, row.until)).collect();
        rows.sort();
        assert_eq!(rows, [("first".to_owned(), 0), ("kept".to_owned(), 0)], "{store:?}");
        drop(tx);
        district.close().await?;
    }
    Ok(())
}

/// Verbs that end well, end badly, only read or are dropped take turns in one shared transaction: exactly what ended well is
/// there, also after the database was closed and opened again.
#[tokio::test(flavor = "multi_thread")]
async fn turns_that_end_differently_do_not_touch_each_other() -> Result<()> {
    let (_folder, url) = file();
    let db = Arc::new(Db::open(&url).await?);
    let writers = (0..80).map(|number| {
        let db = Arc::clone(&db);
        tokio::spawn(async move {
            let tx = db.write().await?;
            if number % 4 == 3 {
                until(&tx, "0").await?;
                return tx.commit().await.map(|()| false);
            }
            hold(&tx, &format!("{number}"));
            if number % 2 == 1 {
                // Sent to the database, then given up.
                until(&tx, "0").await?;
                return Ok(false);
            }
            if number % 4 == 2 {
                extend(&tx, &format!("{number}"), 5);
            }
            tx.commit().await.map(|()| true)
        })
    });
    let outcomes = futures::future::join_all(writers).await;
    let kept_ones = outcomes.into_iter().filter(|outcome| matches!(outcome, Ok(Ok(true)))).count();
    assert_eq!((kept_ones, kept(&db).await?), (20, 20));
    db.close().await?;
    let again = Db::open(&url).await?;
    assert_eq!(kept(&again).await?, 20);
    again.close().await
}
