//! Delimiters, line ends, quotes, preambles, headers, JSON, archives, and files that are not what they say.

use std::io::Write;

use super::Fixture;
use crate::{Limits, LoadError, Refusal};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn any_delimiter_and_line_end_gives_the_same_table() {
    let rows = [["id", "name", "note"], ["1", "a", "x y"], ["2", "b", ""]];
    for delimiter in [",", "\t", ";", "|"] {
        for end in ["\n", "\r\n", "\r"] {
            for last in [true, false] {
                let mut text = rows.map(|row| row.join(delimiter)).join(end);
                if last {
                    text.push_str(end);
                }
                let fixture = Fixture::new();
                fixture.load_bytes("t.csv", &text).unwrap_or_else(|error| panic!("{delimiter:?} {end:?}: {error}"));
                let expected = [vec!["id", "name", "note"], vec!["1", "a", "x y"], vec!["2", "b", "∅"]];
                assert_eq!(fixture.table(), expected, "{delimiter:?} {end:?}");
            }
        }
    }
}

#[test]
fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
    let fixture = Fixture::new();
    let certificate =
        fixture.load_bytes("t.csv", "id,text\n1,\"a,b\"\n2,\"line\nend\"\n3,\"say \"\"hi\"\"\"\n4,in\"side\n").unwrap();
    assert_eq!(certificate.rejected, 0);
    let texts: Vec<String> = fixture.table().into_iter().skip(1).map(|row| row[1].clone()).collect();
    assert_eq!(texts, ["a,b", "line\nend", "say \"hi\"", "in\"side"]);
}

#[test]
fn broken_records_are_rejected_one_by_one_and_reading_goes_on() {
    let fixture = Fixture::new();
    let text = "id,name\n1,a\n2\n3,c,extra\n4,\"d\" tail\n,\n5,e\n\n6,\"never closed\n7,g\n";
    let certificate = fixture.load_bytes("t.csv", text).unwrap();
    let expected = ["3:-:field_count", "4:-:field_count", "5:-:quote", "6:-:empty_row", "9:-:unclosed_quote"];
    assert_eq!(fixture.rejects(1), expected);
    assert_eq!((certificate.rows_in, certificate.accepted), (8, 3));
    assert_eq!(
        fixture.lake.rejected(certificate.load_id, 1, 1).unwrap().rows[0].raw,
        "3,c,extra",
        "the row is kept as it stood"
    );
}

#[test]
fn a_record_beyond_the_limit_is_rejected_and_the_next_one_read() {
    let fixture = Fixture::new();
    let text = format!("id,name\n1,a\n2,{}\n3,c\n", "x".repeat(2 << 20));
    let path = fixture.file("t.csv", text);
    let mut request = fixture.request(1, &path);
    request.limits = Limits { record_bytes: 1 << 20, ..Limits::default() };
    let certificate = fixture.load(&request).unwrap();
    assert_eq!((certificate.accepted, fixture.rejects(1)), (2, vec!["3:-:record_too_long".to_owned()]));
}

#[test]
fn records_across_block_borders_are_whole() {
    let mut text = String::from("id,name\n");
    (0..40_000).for_each(|row| text.push_str(&format!("{row},\"名称 {row}, 第\r\n二行\"\r\n")));
    let fixture = Fixture::new();
    let certificate = fixture.load_bytes("t.csv.gz", gzip(text.as_bytes())).unwrap();
    assert_eq!((certificate.accepted, certificate.rejected), (40_000, 0));
    assert_eq!(fixture.table()[1000][1], "名称 999, 第\r\n二行");
}

#[test]
fn preambles_and_commented_headers_are_stepped_over() {
    let cases = [
        ("#LINK,,\n#property,name,n\nx,a,1\n", 2, "property"),
        ("# made by, someone\n# on a day\nproperty,name,n\nx,a,1\n", 3, "property"),
        ("统计表,,\n\nproperty,name,n\nx,a,1\ny,b,2\n", 3, "property"),
        ("\u{3000}property\u{3000},name,n\nx,a,1\n", 1, "property"),
    ];
    for (text, header_row, first) in cases {
        let fixture = Fixture::new();
        let certificate = fixture.load_bytes("t.csv", text).unwrap();
        let understood = fixture.lake.understood(certificate.load_id).unwrap().unwrap();
        assert_eq!(understood.header_row, Some(header_row), "{text}");
        assert_eq!(understood.columns[0].name, first, "{text}");
        assert_eq!(certificate.rejected, 0, "{text}");
    }
}

#[test]
fn a_missing_header_is_noticed_and_years_are_still_a_header() {
    let fixture = Fixture::new();
    fixture.load_bytes("t.csv", "1,a,2.5\n2,b,3.5\n").unwrap();
    assert_eq!(fixture.table()[0], ["column_1", "column_2", "column_3"]);
    assert_eq!(fixture.table().len(), 3, "the first row is data");
    let fixture = Fixture::new();
    fixture.load_bytes("t.csv", "地区,2020,2021\n长宁,10,11\n普陀,12,13\n").unwrap();
    assert_eq!(fixture.table()[0], ["地区", "2020", "2021"]);
}

#[test]
fn names_are_never_empty_never_twice_and_readable_by_other_engines() {
    let fixture = Fixture::new();
    let certificate = fixture.load_bytes("t.csv", "name,Name,,total (CNY)\na,b,c,d\n").unwrap();
    assert_eq!(fixture.table()[0], ["name", "Name_2", "column_3", "total__CNY_"]);
    assert_eq!(fixture.lake.understood(certificate.load_id).unwrap().unwrap().notes.len(), 3);
}

#[test]
fn json_lines_are_flattened_without_losing_a_digit() {
    let fixture = Fixture::new();
    let text = r#"{"id": 1, "a": {"b": "007", "c": [1, {"d": "]"}]}, "n": 12345678901234567890}
{"id": 2, "late": true, "a": {"b": "\u8857\u9053"}}

{"id": 2
[1]
{"id": 3, "a.b": 1, "a": {"b": 2}}
"#;
    let certificate = fixture.load_bytes("t.ndjson", text).unwrap();
    let expected = [
        vec!["id", "a.b", "a.c", "n", "late"],
        vec!["1", "007", r#"[1, {"d": "]"}]"#, "12345678901234567890", "∅"],
        vec!["2", "街道", "∅", "∅", "true"],
    ];
    assert_eq!(fixture.table(), expected);
    assert_eq!(fixture.kinds(), ["integer", "text", "text", "text", "boolean"]);
    assert_eq!(fixture.rejects(1), ["4:-:invalid_json", "5:-:not_an_object", "6:a.b:duplicate_field"]);
    assert_eq!(certificate.rows_in, 5);
}

#[test]
fn json_limits_are_explicit() {
    let fixture = Fixture::new();
    let deep = format!("{{\"id\":1}}\n{}1{}\n", "{\"a\":".repeat(20), "}".repeat(20));
    fixture.load_bytes("t.ndjson", deep).unwrap();
    assert_eq!(fixture.rejects(1), ["2:-:json_depth"]);
    let fixture = Fixture::new();
    let wide: Vec<String> = (0..3000).map(|n| format!("\"c{n}\":{n}")).collect();
    let error = fixture.load_bytes("t.ndjson", format!("{{{}}}\n", wide.join(","))).unwrap_err();
    assert!(
        matches!(
            error,
            LoadError::Refused { refusal: Refusal::TooManyColumns { row: 1, found: 3000, limit: 2000 }, .. }
        ),
        "{error}"
    );
}

#[test]
fn files_that_are_not_what_they_say_are_refused() {
    let workbook = workbook_with("xl/workbook.xml", b"<x/>");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("picture.csv", b"\x89PNG\r\n\x1A\n....".to_vec(), "a PNG picture"),
        ("book.csv", workbook.clone(), "an XLSX workbook"),
        ("empty.csv", Vec::new(), "empty"),
        ("blank.csv", b"\n\n  \n".to_vec(), "empty"),
        ("empty.csv.gz", gzip(b""), "empty"),
        ("binary.csv", (0..=255).cycle().take(4096).collect(), "binary data"),
        ("text.xlsx", b"a,b\n1,2\n".to_vec(), "text"),
        ("page.xls", b"<html><table></table></html>".to_vec(), "markup"),
        ("archive.xlsx", workbook_with("readme.txt", b"x"), "a ZIP archive"),
        ("packed.csv", gzip(b"a,b\n1,2\n"), "gzip-compressed"),
        ("plain.csv.gz", b"a,b\n1,2\n".to_vec(), "not gzip-compressed"),
        ("cut.csv.gz", gzip("a,b\n1,2\n".repeat(50_000).as_bytes())[..200].to_vec(), "damaged"),
        ("broken.xlsx", workbook, "damaged"),
        ("array.json", b"[{\"a\":1}]".to_vec(), "one JSON array"),
        ("header.csv", b"a,b\n".to_vec(), "a header and no rows"),
    ];
    for (name, bytes, says) in cases {
        let fixture = Fixture::new();
        let error = fixture.load_bytes(name, bytes).expect_err(name);
        assert!(matches!(error, LoadError::Refused { .. }), "{name}: {error}");
        assert!(error.to_string().contains(says), "{name}: {error}");
        assert_eq!(fixture.lake.table("d").unwrap(), None, "{name}");
    }
}

fn workbook_with(part: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(content).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn bombs_are_refused_before_they_burst() {
    let fixture = Fixture::new();
    let path = fixture.file("bomb.xlsx", workbook_with("xl/worksheets/sheet1.xml", &vec![b' '; 8 << 20]));
    let mut request = fixture.request(1, &path);
    request.limits = Limits { workbook_unpacked_bytes: 1 << 20, ..Limits::default() };
    assert!(matches!(fixture.load(&request), Err(LoadError::Refused { refusal: Refusal::TooLarge { .. }, .. })));
    let path = fixture.file("bomb.csv.gz", gzip("1,2\n".repeat(4 << 20).as_bytes()));
    let mut request = fixture.request(2, &path);
    request.limits = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
    assert!(matches!(fixture.load(&request), Err(LoadError::Refused { refusal: Refusal::TooLarge { .. }, .. })));
}

#[test]
fn a_sheet_that_is_not_there_is_refused_with_those_that_are() {
    let Some(data) = super::shared_data() else { return };
    let fixture = Fixture::new();
    let mut request = fixture.request(1, &data.join("messy/merged_range.xlsx"));
    request.options.sheet = Some("年报".into());
    let error = fixture.load(&request).unwrap_err().to_string();
    assert!(error.contains("`年报`") && error.contains("`Sheet1`"), "{error}");
}

/// Inferring types reads a file twice. What a small gzip file unpacks to is kept in between and what a large one unpacks to is
/// not; neither may show in the certificate, and the digest is always of the file as it was handed in.
#[test]
fn a_gzip_file_is_certified_alike_whether_its_text_was_kept_or_unpacked_again() {
    for rows in [10_u32, 100_000] {
        let lines: String = (0..rows).map(|row| format!("{row},第{row}行,2026-01-{:02}\n", 1 + row % 28)).collect();
        let text = format!("\u{feff}编号,名称,日期\n{lines}");
        let plain = Fixture::new().load_bytes("t.csv", &text).unwrap();
        let packed = gzip(text.as_bytes());
        let certificate = Fixture::new().load_bytes("t.csv.gz", &packed).unwrap();
        assert_eq!(certificate.source_digest_sm3, hex::encode(sm::sm3(&packed)), "{rows} rows");
        assert_eq!(certificate.source_bytes, packed.len() as u64);
        assert_eq!((certificate.accepted, certificate.columns), (u64::from(rows), plain.columns));
        assert_eq!(certificate.content_digest_sm3, plain.content_digest_sm3);
    }
}
