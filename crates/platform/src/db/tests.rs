//! Group commit: what is acknowledged stays, what is not is gone, whoever goes away in the middle.

use std::sync::Arc;

use futures::FutureExt;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};

use super::*;
use crate::docket::store::lease;

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
