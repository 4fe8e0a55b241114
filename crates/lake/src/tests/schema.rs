//! Types from the whole file, identifiers kept as text, and declared columns enforced row by row.

use super::Fixture;
use crate::{ColumnSpec, Kind, LoadError, LoadMode, Refusal};

fn spec(name: &str, kind: Kind) -> ColumnSpec {
    ColumnSpec { name: name.into(), kind, nullable: true, unique_key: false, max_length: None }
}

#[test]
fn the_last_row_of_the_file_decides_the_type() {
    let mut text = String::from("n,d\n");
    (0..20_000).for_each(|row| text.push_str(&format!("{row},2026-01-01\n")));
    let fixture = Fixture::new();
    fixture.load_bytes("t.csv", &text).unwrap();
    assert_eq!(fixture.kinds(), ["integer", "date"]);
    text.push_str("many,someday\n");
    let fixture = Fixture::new();
    let certificate = fixture.load_bytes("t.csv", &text).unwrap();
    assert_eq!(fixture.kinds(), ["text", "text"]);
    assert_eq!(certificate.rejected, 0);
}

#[test]
fn each_type_is_inferred_from_values_that_could_be_nothing_else() {
    let cases: &[(&[&str], &str)] = &[
        (&["true", "FALSE", ""], "boolean"),
        (&["0", "-5", "123456789012345"], "integer"),
        (&["1.50", "2", "-0.125"], "decimal(38,3)"),
        (&["1e5", "2.5"], "float"),
        (&["34.34092807514213", "1"], "float"),
        (&["2026-01-31", "2026/2/3", "2026年11月21日"], "date"),
        (&["2026-01-31 08:00", "2026-01-31T08:00:00.5Z", "2026-01-31"], "date-time"),
        (&["007", "12"], "text"),
        (&["1234567890123456", "1"], "text"),
        (&["310105", "310107"], "text"),
        (&["20260131", "20260228"], "text"),
        (&["2026-02-30", "2026-01-01"], "text"),
        (&["", ""], "text"),
        (&["+86", "1"], "text"),
        (&["NaN", "1.5"], "text"),
    ];
    for (values, kind) in cases {
        let fixture = Fixture::new();
        let rows: String = values.iter().enumerate().map(|(row, value)| format!("row{row},{value}\n")).collect();
        fixture.load_bytes("t.csv", format!("k,value\n{rows}")).unwrap();
        assert_eq!(fixture.kinds()[1], *kind, "{values:?}");
    }
}

#[test]
fn typed_values_come_back_exactly() {
    let fixture = Fixture::new();
    let text = "k,dec,at,day\nx,-0.10,2026-11-21 09:30,1988年7月1日\ny,12345678901234567.891,2026-11-21T01:30:00Z,2024-02-29\n";
    fixture.load_bytes("t.csv", text).unwrap();
    assert_eq!(fixture.table()[1], ["x", "-0.100", "2026-11-21T09:30:00+08:00", "1988-07-01"]);
    assert_eq!(fixture.table()[2], ["y", "12345678901234567.891", "2026-11-21T09:30:00+08:00", "2024-02-29"]);
}

#[test]
fn declared_columns_reject_what_does_not_fit_with_row_column_and_reason() {
    let fixture = Fixture::new();
    let path = fixture.file("t.csv", "day,id,name\n20260101,1,街道\n20261301,2,ok\n20260102,,ok\n20260103,1,ok\n20260104,x,ok\n20260105,5,too long\n");
    let mut request = fixture.request(1, &path);
    request.schema = Some(vec![
        ColumnSpec { nullable: false, unique_key: true, ..spec("id", Kind::Integer) },
        ColumnSpec { max_length: Some(2), ..spec("name", Kind::Text) },
        spec("day", Kind::CompactDate),
    ]);
    let certificate = fixture.load(&request).unwrap();
    let expected =
        ["3:day:type_mismatch", "4:id:required_missing", "5:id:duplicate_key", "6:id:type_mismatch", "7:name:too_long"];
    assert_eq!(fixture.rejects(1), expected);
    assert_eq!(fixture.table(), [vec!["id", "name", "day"], vec!["1", "街道", "2026-01-01"]]);
    assert_eq!(certificate.rejected_by_reason["type_mismatch"], 2);
}

#[test]
fn a_header_that_lacks_or_adds_a_column_is_refused_by_name() {
    let fixture = Fixture::new();
    let path = fixture.file("t.csv", "id,extra\n1,2\n");
    let mut request = fixture.request(1, &path);
    request.schema = Some(vec![spec("id", Kind::Integer)]);
    let extra = fixture.load(&request);
    assert!(
        matches!(extra, Err(LoadError::Refused { refusal: Refusal::ColumnUnknown { row: 1, ref column }, .. }) if column == "extra")
    );
    request.schema = Some(vec![spec("id", Kind::Integer), ColumnSpec { nullable: false, ..spec("name", Kind::Text) }]);
    let missing = fixture.load(&request);
    assert!(
        matches!(missing, Err(LoadError::Refused { refusal: Refusal::ColumnMissing { row: 1, ref column }, .. }) if column == "name")
    );
}

#[test]
fn appending_keeps_the_tables_types_and_its_keys() {
    let fixture = Fixture::new();
    let first = fixture.file("a.csv", "id,n\na,1\nb,2\n");
    let mut request = fixture.request(1, &first);
    request.schema = Some(vec![ColumnSpec { unique_key: true, ..spec("id", Kind::Text) }, spec("n", Kind::Integer)]);
    fixture.load(&request).unwrap();
    let second = fixture.file("b.csv", "n,id\n3,c\nx,d\n4,a\n");
    let mut append = fixture.request(2, &second);
    append.mode = LoadMode::Append;
    append.schema = request.schema.clone();
    let certificate = fixture.load(&append).unwrap();
    assert_eq!((certificate.table_version, certificate.accepted), (1, 1));
    assert_eq!(fixture.rejects(2), ["3:n:type_mismatch", "4:id:duplicate_key"]);
    assert_eq!(fixture.table(), [["id", "n"], ["a", "1"], ["b", "2"], ["c", "3"]]);
    append.load_id = uuid::Uuid::from_u128(3);
    append.schema = Some(vec![spec("id", Kind::Text), spec("n", Kind::Text)]);
    assert!(matches!(fixture.load(&append), Err(LoadError::SchemaMismatch { .. })));
}

#[test]
fn too_large_a_share_of_rejected_rows_refuses_the_load() {
    let fixture = Fixture::new();
    let path = fixture.file("t.csv", "id,n\n1,a\n2\n3\n");
    let mut request = fixture.request(1, &path);
    request.max_rejected_share = 0.5;
    let refused = fixture.load(&request);
    assert!(
        matches!(&refused, Err(LoadError::TooManyRejected(load)) if (load.accepted, load.rejected) == (1, 2)),
        "{refused:?}"
    );
    assert_eq!(fixture.lake.table("d").unwrap(), None);
}
