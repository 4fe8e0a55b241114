//! A load is atomic (I7): whatever moment it stops at, the table is the old version or the new one, a repeated load id
//! does nothing twice, and what is left over can be swept.

use std::ops::ControlFlow;

use jiff::ToSpan;
use uuid::Uuid;

use super::{Fixture, go_on, now};
use crate::failure::FailurePoint;
use crate::{Lake, LakeError, LoadError, Phase};

const OLD: &str = "id,name\n1,old\n2\n";
const NEW: &str = "id,name\n1,new\n2,new\n3\n";

fn crashed_at(point: FailurePoint) -> Fixture {
    let fixture = Fixture::new();
    let old = fixture.file("old.csv", OLD);
    fixture.load(&fixture.request(1, &old)).unwrap();
    let new = fixture.file("new.csv", NEW);
    let mut request = fixture.request(2, &new);
    request.index_keys = vec!["id".into()];
    *fixture.lake.fail_at.lock().unwrap() = Some(point);
    let stopped = fixture.lake.load(&request, &mut go_on);
    assert!(matches!(stopped, Err(LoadError::Injected(found)) if found == point), "{stopped:?}");
    // A new process sees only what is on the disk.
    let lake = Lake::open(fixture.folder.path().join("lake")).unwrap();
    Fixture { folder: fixture.folder, lake }
}

fn parquet_files(fixture: &Fixture) -> usize {
    let directory = fixture.folder.path().join("lake/tables/d");
    std::fs::read_dir(directory)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "parquet"))
        .count()
}

#[test]
fn a_crash_before_the_commit_leaves_the_old_version_and_the_load_can_be_repeated() {
    for point in [FailurePoint::AfterDataFiles, FailurePoint::BeforeCommit] {
        let fixture = crashed_at(point);
        assert_eq!(fixture.lake.table("d").unwrap().unwrap().version, 0, "{point:?}");
        assert_eq!(fixture.table()[1], ["1", "old"], "{point:?}");
        assert_eq!(parquet_files(&fixture), 2, "{point:?}: the orphan is there");

        let later = now().checked_add(100_000.hours()).unwrap();
        let found = fixture.lake.orphans(later).unwrap();
        assert_eq!(parquet_files(&fixture), 2, "{point:?}: looking for orphans removes none");
        let swept = fixture.lake.sweep(later).unwrap();
        assert_eq!(found, swept, "{point:?}: what is found is what is removed");
        assert_eq!((swept.data_files, swept.loads), (1, 1), "{point:?}");
        assert_eq!(parquet_files(&fixture), 1, "{point:?}: the old version's file stays");

        let request = fixture.request(2, &fixture.folder.path().join("new.csv"));
        let certificate = fixture.load(&request).unwrap();
        assert_eq!((certificate.table_version, certificate.accepted, certificate.rejected), (1, 2, 1), "{point:?}");
        assert_eq!(fixture.table().len(), 3, "{point:?}");
    }
}

#[test]
fn a_crash_after_the_commit_keeps_the_new_version_and_repeating_the_load_completes_it() {
    let fixture = crashed_at(FailurePoint::AfterCommitBeforeIndex);
    assert_eq!(fixture.lake.table("d").unwrap().unwrap().version, 1);
    assert_eq!(fixture.table()[1], ["1", "new"]);
    let swept = fixture.lake.sweep(now().checked_add(100_000.hours()).unwrap()).unwrap();
    assert_eq!((swept.data_files, swept.loads), (0, 0), "a committed load is no orphan, certificate file or not");
    assert_eq!(fixture.lake.lookup("d", "id", "2", &["name"]).unwrap().len(), 1, "the index is built at need");

    let before = parquet_files(&fixture);
    let request = fixture.request(2, &fixture.folder.path().join("new.csv"));
    let certificate = fixture.load(&request).unwrap();
    assert_eq!((certificate.table_version, certificate.rows_in), (1, 3));
    assert_eq!(parquet_files(&fixture), before, "nothing was written again");
}

#[test]
fn a_repeated_load_id_gives_the_same_certificate_and_writes_nothing() {
    let fixture = Fixture::new();
    let path = fixture.file("t.csv", OLD);
    let request = fixture.request(1, &path);
    let first = fixture.load(&request).unwrap();
    std::fs::write(&path, NEW).unwrap();
    assert_eq!(fixture.load(&request).unwrap(), first);
    assert_eq!(fixture.lake.table("d").unwrap().unwrap().version, 0);
    let mut other = request.clone();
    other.dataset = "e".into();
    assert!(
        matches!(fixture.lake.load(&other, &mut go_on), Err(LoadError::BadRequest(_))),
        "an id belongs to one dataset"
    );
}

#[test]
fn replacing_makes_a_version_with_only_the_new_rows_and_the_log_certifies_both() {
    let fixture = Fixture::new();
    let old = fixture.file("old.csv", OLD);
    let first = fixture.load(&fixture.request(1, &old)).unwrap();
    let new = fixture.file("new.csv", "id,other\nx,2026-01-01\n");
    let second = fixture.load(&fixture.request(2, &new)).unwrap();
    assert_eq!(fixture.table(), [["id", "other"], ["x", "2026-01-01"]], "columns change with the content");
    assert_eq!(fixture.lake.versions("d").unwrap(), [second, first]);
    assert!(fixture.lake.recount(Uuid::from_u128(1)).unwrap().agrees, "the replaced version can still be recounted");
}

#[test]
fn a_cancelled_load_leaves_nothing_to_see() {
    for phase in [Phase::Understanding, Phase::Writing, Phase::Committing] {
        let fixture = Fixture::new();
        let rows: String = (0..30_000).map(|row| format!("{row},x\n")).collect();
        let path = fixture.file("t.csv", format!("id,name\n{rows}"));
        let stopped = fixture.lake.load(&fixture.request(1, &path), &mut |progress| {
            if progress.phase == phase { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(stopped, Err(LoadError::Cancelled)), "{phase:?}: {stopped:?}");
        assert_eq!(fixture.lake.table("d").unwrap(), None, "{phase:?}");
    }
}

#[test]
fn ids_that_leave_the_lake_are_no_ids() {
    let fixture = Fixture::new();
    for id in ["", "..", "a/b", "a\\b", "数据", &"x".repeat(129)] {
        assert!(matches!(fixture.lake.table(id), Err(LakeError::BadDatasetId(_))), "{id}");
    }
}

#[test]
fn loads_of_one_dataset_from_many_threads_follow_each_other() {
    let fixture = Fixture::new();
    let files: Vec<_> = (0..4).map(|n| fixture.file(&format!("{n}.csv"), format!("id,name\n{n},x\n"))).collect();
    std::thread::scope(|scope| {
        for (n, file) in files.iter().enumerate() {
            let mut request = fixture.request(n as u128 + 1, file);
            request.mode = crate::LoadMode::Append;
            let lake = &fixture.lake;
            scope.spawn(move || lake.load(&request, &mut go_on).unwrap());
        }
    });
    assert_eq!(fixture.lake.table("d").unwrap().unwrap().version, 3);
    assert_eq!(fixture.table().len(), 5);
}
