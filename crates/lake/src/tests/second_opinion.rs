//! Our own parsers against others': the `csv` crate for records, `serde_json` for objects, `jiff` for the calendar.

use proptest::prelude::*;

use super::{Fixture, text};
use crate::codec::{RowEncoder, RowRef};
use crate::value::{self, Cell, Kind};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn records_are_what_the_csv_crate_reads(rows in prop::collection::vec(prop::collection::vec("[a-z\",\n 街]{0,6}", 3), 1..20)) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Necessary).from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let bytes = writer.into_inner().unwrap();
        let mut expected: Vec<Vec<String>> = Vec::new();
        for record in csv::Reader::from_reader(bytes.as_slice()).records() {
            let fields: Vec<String> = record.unwrap().iter().map(|field| if field.is_empty() { "∅".into() } else { field.to_owned() }).collect();
            if fields.iter().any(|field| field != "∅") {
                expected.push(fields);
            }
        }
        prop_assume!(!expected.is_empty());
        let fixture = Fixture::new();
        let path = fixture.file("t.csv", &bytes);
        let mut request = fixture.request(1, &path);
        request.options.delimiter = Some(',');
        request.options.header = crate::HeaderOption::At { row: 1, rows: 1 };
        let spec = |name: &str| crate::ColumnSpec { name: name.into(), kind: Kind::Text, nullable: true, unique_key: false, max_length: None };
        request.schema = Some(["a", "b", "c"].map(spec).to_vec());
        fixture.load(&request).unwrap();
        prop_assert_eq!(&fixture.table()[1..], expected.as_slice());
    }

    #[test]
    fn json_cells_are_what_serde_reads(name in "[a-z]{1,5}", string in any::<String>(), number in any::<i64>(), list in prop::collection::vec(any::<String>(), 0..4)) {
        let object = serde_json::json!({"o": {&name: string}, "n": number, "l": list});
        let fixture = Fixture::new();
        let certificate = fixture.load_bytes("t.ndjson", format!("{object}\n"));
        if string.contains('\u{fffd}') || list.iter().any(|item| item.contains('\u{fffd}')) {
            return Ok(());
        }
        let columns = certificate.unwrap().columns;
        let row = &fixture.table()[1];
        let cell = |name: &str| columns.iter().position(|column| column.name == name).map(|at| row[at].clone()).unwrap();
        prop_assert_eq!(cell("n"), number.to_string());
        let found: Vec<String> = serde_json::from_str(&cell("l")).unwrap();
        prop_assert_eq!(found, list);
        let kind = columns.iter().find(|column| column.name.starts_with("o.")).unwrap().kind;
        if kind == Kind::Text {
            let expected = if string.is_empty() { "∅".to_owned() } else { string };
            prop_assert_eq!(cell(&format!("o.{name}")), expected);
        }
    }

    #[test]
    fn days_are_what_jiff_counts(days in -700_000_i32..2_900_000) {
        let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        prop_assume!(date.year() >= 1);
        prop_assert_eq!(value::days_from_civil(i32::from(date.year()), date.month() as u32, date.day() as u32), Some(days));
        prop_assert_eq!(value::format_date(days), date.to_string());
        prop_assert_eq!(value::parse_date(&date.to_string()), Some(days));
    }

    #[test]
    fn instants_are_what_jiff_reads(seconds in -60_000_000_000_i64..200_000_000_000, micros in 0_i64..1_000_000) {
        let instant = jiff::Timestamp::from_microsecond(seconds * 1_000_000 + micros).unwrap();
        prop_assert_eq!(value::parse_date_time(&instant.to_string()), Some(instant.as_microsecond()));
        let shown = value::format_date_time(instant.as_microsecond());
        prop_assert_eq!(shown.parse::<jiff::Timestamp>().unwrap(), instant);
    }

    #[test]
    fn decimals_keep_every_digit(whole in 0_u64..1_000_000_000_000, fraction in "[0-9]{1,9}", negative in any::<bool>()) {
        let written = format!("{}{whole}.{fraction}", if negative { "-" } else { "" });
        let scale = fraction.len() as u8;
        let parsed = value::parse_decimal(written.as_bytes(), 38, scale).unwrap();
        let zero = whole == 0 && fraction.bytes().all(|b| b == b'0');
        let expected = if zero { written.trim_start_matches('-').to_owned() } else { written };
        prop_assert_eq!(value::format_decimal(parsed, scale), expected);
    }

    #[test]
    fn rows_decode_to_what_was_encoded(texts in prop::collection::vec(prop::option::of("[a-z街]{0,40}"), 1..40), integer in any::<i64>(), wide in any::<bool>()) {
        let filler = if wide { "x".repeat(70_000) } else { String::new() };
        let mut cells: Vec<Cell<'_>> = texts.iter().map(|text| text.as_deref().map_or(Cell::Null, Cell::Text)).collect();
        cells.extend([Cell::Integer(integer), Cell::Decimal(i128::from(integer) * 7), Cell::Boolean(wide), Cell::Date(-5), Cell::Text(&filler)]);
        let mut kinds = vec![Kind::Text; texts.len()];
        kinds.extend([Kind::Integer, Kind::Decimal { precision: 38, scale: 0 }, Kind::Boolean, Kind::Date, Kind::Text]);
        let mut bytes = Vec::new();
        RowEncoder::default().encode(cells.iter().copied(), &mut bytes);
        let row = RowRef::new(&bytes, &kinds);
        for (at, cell) in cells.iter().enumerate() {
            prop_assert_eq!(row.cell(at), Some(*cell));
        }
        prop_assert_eq!(row.cell(cells.len()), None);
        for cut in 0..bytes.len().min(200) {
            let _ = RowRef::new(&bytes[..cut], &kinds).cell(0); // cut bytes are refused, not read beyond
        }
    }

    #[test]
    fn no_text_panics_a_parser(text in any::<String>()) {
        for kind in [Kind::Boolean, Kind::Integer, Kind::Decimal { precision: 38, scale: 9 }, Kind::Float, Kind::Date, Kind::CompactDate, Kind::DateTime] {
            if let Some(cell) = value::parse(&text, kind) {
                let _ = text_of(cell, kind);
            }
        }
    }

    #[test]
    fn no_bytes_panic_a_reader(bytes in prop::collection::vec(any::<u8>(), 0..400), name in prop::sample::select(vec!["t", "t.csv", "t.ndjson", "t.xlsx", "t.xls", "t.csv.gz"])) {
        let fixture = Fixture::new();
        let _ = fixture.load_bytes(name, &bytes);
    }
}

fn text_of(cell: Cell<'_>, kind: Kind) -> String {
    text(&cell.to_value(kind))
}
