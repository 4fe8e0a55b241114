//! Every real file loads, or is refused with row, column and reason, and every row is accounted for (I7).

use super::{Fixture, shared_data};
use crate::LoadError;

/// File, rows in, rows accepted, and a column with its kind that shows the file was read right.
const FILES: &[(&str, u64, u64, &str, &str)] = &[
    ("messy/merged_range.xls", 2, 2, "A1", "text"),
    ("messy/merged_range.xlsx", 2, 2, "A1", "text"),
    ("messy/shanghai_streets_gbk_crlf.csv", 234, 234, "code", "text"),
    ("messy/shanghai_streets_utf16le.csv", 234, 234, "name", "text"),
    ("messy/shanghai_streets_utf8_bom_crlf.csv", 234, 234, "code", "text"),
    ("messy/shanghai_villages_gb18030_crlf.csv", 6509, 6509, "streetCode", "text"),
    ("messy/villages_rare_chars_gb18030_only.csv", 48, 48, "code", "text"),
    ("takamatsu/hospital.csv", 628, 628, "openingDate", "date"),
    ("takamatsu/hospital.xlsx", 617, 617, "latitude", "decimal(38,6)"),
    ("takamatsu/old_0062.csv", 635, 635, "property", "text"),
    ("takamatsu/aed_location.xlsx", 450, 450, "latitude", "float"),
    ("takamatsu/evacuation_space.xlsx", 195, 195, "flood_L1", "text"),
    ("takamatsu/population/0066_202309.xlsx", 235, 235, "totalPopulation", "integer"),
    ("admin-divisions/provinces.csv", 31, 31, "name", "text"),
    ("admin-divisions/cities.csv", 342, 342, "name", "text"),
    ("admin-divisions/areas.csv", 2978, 2978, "code", "text"),
    ("admin-divisions/streets.csv", 41352, 41352, "areaCode", "text"),
    ("admin-divisions/villages.csv.gz", 620573, 620573, "code", "text"),
    ("admin-divisions/areacity_ok_data_level4.csv", 43118, 43118, "deep", "integer"),
    ("hz-school/hz_school_2022_details.ndjson", 249, 249, "code", "integer"),
];

#[test]
fn every_real_file_loads_and_every_row_is_accounted_for() {
    let Some(data) = shared_data() else { return };
    let mut wrong = Vec::new();
    for (name, rows_in, accepted, column, kind) in FILES {
        let fixture = Fixture::new();
        let outcome = fixture.load(&fixture.request(1, &data.join(name)));
        match outcome {
            Ok(certificate) => {
                if (certificate.rows_in, certificate.accepted) != (*rows_in, *accepted) {
                    let first: Vec<String> = fixture.rejects(1).into_iter().take(3).collect();
                    wrong.push(format!(
                        "{name}: {} in, {} accepted, {first:?}",
                        certificate.rows_in, certificate.accepted
                    ));
                }
                let found =
                    certificate.columns.iter().find(|found| found.name == *column).map(|found| found.kind.label());
                if found.as_deref() != Some(kind) {
                    let names: Vec<&str> =
                        certificate.columns.iter().map(|column| column.name.as_str()).take(12).collect();
                    wrong.push(format!("{name}: `{column}` is {found:?}, not {kind}; columns {names:?}"));
                }
            }
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_official_workbook_of_lost_characters_is_refused_with_row_column_and_reason() {
    let Some(data) = shared_data() else { return };
    let fixture = Fixture::new();
    let refused = fixture.load(&fixture.request(1, &data.join("takamatsu/population/0066_202305.xlsx")));
    let Err(LoadError::TooManyRejected(load)) = refused else { panic!("{refused:?}") };
    assert_eq!((load.rows_in, load.accepted, load.rejected), (235, 0, 235));
    let first = &load.first;
    assert_eq!((first.row, first.column.as_deref(), first.reason.as_str()), (2, Some("prefName"), "decoding_loss"));
    assert_eq!(fixture.lake.table("d").unwrap(), None, "nothing half-loaded stays");
    assert_eq!(
        fixture.lake.rejected(uuid::Uuid::from_u128(1), 0, 10).unwrap().total,
        235,
        "the rows are kept with their reasons"
    );
}

#[test]
fn the_same_rows_in_four_encodings_have_one_content_digest() {
    let Some(data) = shared_data() else { return };
    let digests = ["gbk_crlf", "utf16le", "utf8_bom_crlf"].map(|encoding| {
        let fixture = Fixture::new();
        let file = data.join(format!("messy/shanghai_streets_{encoding}.csv"));
        fixture.load(&fixture.request(1, &file)).unwrap().content_digest_sm3
    });
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
}

#[test]
fn one_json_document_is_refused_and_says_what_it_is() {
    let Some(data) = shared_data() else { return };
    let fixture = Fixture::new();
    let error = fixture.load(&fixture.request(1, &data.join("admin-divisions/divisions_v1.json"))).unwrap_err();
    assert!(error.to_string().contains("one JSON document over many lines"), "{error}");
}
