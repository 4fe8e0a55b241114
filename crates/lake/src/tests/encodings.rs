//! Bytes become the right characters, and bytes that are none reject their row with the place they stand at.

use encoding_rs::{GB18030, GBK};

use super::Fixture;
use crate::{LoadError, SourceOptions};

const TABLE: &str = "代码,名称,备注\r\n310105001,华阳路街道,\"含,逗号\"\r\n310105002,江苏路街道,𠮷野家\r\n";

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xFEFF_u16);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect()
}

#[test]
fn each_encoding_gives_the_same_table_and_digest() {
    let gbk_text = TABLE.replace('𠮷', "吉");
    let cases: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("utf-8", TABLE.into(), "UTF-8", TABLE),
        ("utf-8 with mark", [b"\xEF\xBB\xBF", TABLE.as_bytes()].concat(), "UTF-8 with byte-order mark", TABLE),
        ("gb18030", GB18030.encode(TABLE).0.into_owned(), "GB18030", TABLE),
        ("gbk", GBK.encode(&gbk_text).0.into_owned(), "GB18030", &gbk_text),
        ("utf-16le with mark", utf16(TABLE, false, true), "UTF-16LE with byte-order mark", TABLE),
        ("utf-16be with mark", utf16(TABLE, true, true), "UTF-16BE with byte-order mark", TABLE),
        ("utf-16le", utf16(TABLE, false, false), "UTF-16LE", TABLE),
        ("utf-16be", utf16(TABLE, true, false), "UTF-16BE", TABLE),
    ];
    for (case, bytes, label, table) in cases {
        let fixture = Fixture::new();
        let certificate = fixture.load_bytes("t.csv", bytes).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(certificate.accepted, 2, "{case}");
        let rare = if table.contains('𠮷') { "𠮷野家" } else { "吉野家" };
        assert_eq!(fixture.table()[2], ["310105002", "江苏路街道", rare], "{case}");
        let understood = fixture.lake.understood(certificate.load_id).unwrap().unwrap();
        assert_eq!(understood.encoding.unwrap().label(), label, "{case}");
    }
}

#[test]
fn an_encoding_that_shows_only_after_a_megabyte_of_ascii_is_found() {
    let mut text = String::from("id,name\n");
    (0..60_000).for_each(|row| text.push_str(&format!("{row},plain ascii text\n")));
    text.push_str("60000,华阳路街道\n");
    let fixture = Fixture::new();
    let certificate = fixture.load_bytes("t.csv", GB18030.encode(&text).0).unwrap();
    assert_eq!((certificate.accepted, certificate.rejected), (60_001, 0));
}

#[test]
fn a_bad_byte_rejects_its_row_with_column_and_offset() {
    let fixture = Fixture::new();
    let good: String = (1..200).map(|row| format!("{row},街道\n")).collect();
    let mut bytes = format!("id,name\n{good}").into_bytes();
    let offset = bytes.len() + 4;
    bytes.extend_from_slice(b"200,\xFF\xFE\n201,ok\n");
    let certificate = fixture.load_bytes("t.csv", bytes).unwrap();
    assert_eq!((certificate.accepted, certificate.rejected), (200, 1));
    let page = fixture.lake.rejected(certificate.load_id, 0, 10).unwrap();
    assert_eq!(
        (page.rows[0].row, page.rows[0].column.as_deref(), page.rows[0].reason.as_str()),
        (201, Some("name"), "undecodable")
    );
    assert!(page.rows[0].text.contains(&offset.to_string()), "{}", page.rows[0].text);
}

#[test]
fn a_bad_byte_in_gb18030_rejects_its_row_with_the_source_offset() {
    let fixture = Fixture::new();
    let good: String = (1..200).map(|row| format!("{row},街道居民委员会\n")).collect();
    let mut bytes = GB18030.encode(&format!("id,name\n{good}")).0.into_owned();
    let offset = bytes.len() + 4;
    bytes.extend_from_slice(b"200,\xFF\n");
    let certificate = fixture.load_bytes("t.csv", bytes).unwrap();
    assert_eq!((certificate.accepted, certificate.rejected), (199, 1));
    let page = fixture.lake.rejected(certificate.load_id, 0, 10).unwrap();
    assert!(page.rows[0].text.contains(&offset.to_string()), "{offset}: {:?}", page.rows[0]);
    assert_eq!(page.rows[0].column.as_deref(), Some("name"));
}

#[test]
fn a_replacement_character_in_the_source_rejects_its_row() {
    let fixture = Fixture::new();
    let certificate = fixture.load_bytes("t.csv", "id,name\n1,街道\n2,街\u{fffd}\n").unwrap();
    assert_eq!((certificate.accepted, certificate.rejected), (1, 1));
    assert_eq!(fixture.rejects(1), ["3:name:decoding_loss"]);
}

#[test]
fn an_unknown_encoding_label_is_refused() {
    let fixture = Fixture::new();
    let path = fixture.file("t.csv", "a,b\n1,2\n");
    let mut request = fixture.request(1, &path);
    request.options = SourceOptions { encoding: Some("klingon".into()), ..SourceOptions::default() };
    assert!(matches!(fixture.load(&request), Err(LoadError::Refused { .. })));
}
