//! Point reads give the row that was loaded, every one, by every kind of key, and never another.

use super::{Fixture, text};
use crate::{LakeError, Value};

fn loaded(rows: &str, keys: &[&str]) -> Fixture {
    let fixture = Fixture::new();
    let path = fixture.file("t.csv", rows);
    let mut request = fixture.request(1, &path);
    request.index_keys = keys.iter().map(|key| (*key).to_owned()).collect();
    fixture.load(&request).unwrap();
    fixture
}

#[test]
fn every_row_is_found_by_its_key_with_the_columns_asked_for() {
    // Out of order, so that both ways of writing the index are taken.
    let rows: String = (0..5000_u64).map(|n| format!("k{},{n},{}\n", n * 7919 % 5000, n % 3)).collect();
    let fixture = loaded(&format!("key,n,m\n{rows}"), &["key"]);
    for n in 0..5000_u64 {
        let found = fixture.lake.lookup("d", "key", &format!("k{}", n * 7919 % 5000), &["m", "n"]).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].values, [Value::Integer((n % 3) as i64), Value::Integer(n as i64)]);
    }
    assert!(fixture.lake.lookup("d", "key", "k5000", &[]).unwrap().is_empty());
    assert!(fixture.lake.lookup("d", "key", "k", &[]).unwrap().is_empty(), "the start of a key is no key");
}

#[test]
fn records_of_one_key_come_in_the_tables_order_up_to_a_limit() {
    let rows: String = (0..1500).map(|n| format!("{},{n}\n", if n % 3 == 0 { "a" } else { "b" })).collect();
    let fixture = loaded(&format!("key,n\n{rows}"), &["key"]);
    let found = fixture.lake.lookup("d", "key", "a", &["n"]).unwrap();
    let numbers: Vec<String> = found.iter().map(|record| text(&record.values[0])).collect();
    assert_eq!(numbers, (0..1500).step_by(3).map(|n| n.to_string()).collect::<Vec<_>>());
    let more: String = (0..1001).map(|n| format!("a,{n}\n")).collect();
    let fixture = loaded(&format!("key,n\n{more}"), &["key"]);
    assert!(matches!(fixture.lake.lookup("d", "key", "a", &[]), Err(LakeError::TooManyRecords { limit: 1000, .. })));
}

#[test]
fn keys_may_be_long_of_any_type_or_absent() {
    let long = "长".repeat(400);
    let other = format!("{long}街");
    let fixture =
        loaded(&format!("t,d,n\n{long},2026-01-01,1\n{other},2026/1/2,2\n,2026年1月3日,3\n"), &["t", "d", "n"]);
    assert_eq!(text(&fixture.lake.lookup("d", "t", &long, &["n"]).unwrap()[0].values[0]), "1");
    assert_eq!(text(&fixture.lake.lookup("d", "t", &other, &["n"]).unwrap()[0].values[0]), "2");
    assert_eq!(text(&fixture.lake.lookup("d", "d", "2026-01-02", &["n"]).unwrap()[0].values[0]), "2");
    assert_eq!(text(&fixture.lake.lookup("d", "n", "3", &["d"]).unwrap()[0].values[0]), "2026-01-03");
    assert!(fixture.lake.lookup("d", "t", "", &[]).unwrap().is_empty());
}

#[test]
fn a_reader_of_the_old_version_goes_on_while_new_readers_see_the_new_one() {
    let fixture = loaded("key,n\na,1\n", &["key"]);
    let old = fixture.lake.index("d", "key").unwrap();
    let path = fixture.file("u.csv", "key,n\na,2\n");
    let mut request = fixture.request(2, &path);
    request.index_keys = vec!["key".into()];
    fixture.load(&request).unwrap();
    assert_eq!(text(&old.get("a", &[1]).unwrap().unwrap()[0].values[0]), "1");
    assert_eq!(text(&fixture.lake.lookup("d", "key", "a", &["n"]).unwrap()[0].values[0]), "2");
    let files = std::fs::read_dir(fixture.folder.path().join("lake/index/d")).unwrap().count();
    assert_eq!(files, 1, "the old version's file is unlinked");
}

#[test]
fn asking_by_a_column_without_index_or_for_one_that_is_not_there_says_so() {
    let fixture = loaded("key,n\na,1\n", &["key"]);
    assert!(matches!(fixture.lake.lookup("d", "n", "1", &[]), Err(LakeError::NotIndexed { .. })));
    assert!(matches!(fixture.lake.lookup("d", "x", "1", &[]), Err(LakeError::NoColumn { .. })));
    assert!(matches!(fixture.lake.lookup("d", "key", "a", &["x"]), Err(LakeError::NoColumn { .. })));
    assert!(matches!(fixture.lake.lookup("e", "key", "a", &[]), Err(LakeError::NoDataset(_))));
}
