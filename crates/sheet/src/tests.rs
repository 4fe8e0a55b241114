use super::*;

fn book(rows: Vec<Vec<Cell>>) -> Vec<u8> {
    let column = |heading: &str, choices: &[&str]| Column {
        heading: heading.into(),
        help: "说明".into(),
        needed: true,
        width: 20,
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
    };
    let page =
        Page {
            name: "目录条目".into(), columns: vec![column("名称", &[]), column("类型", &["甲", "乙"])], rows
        };
    write(&Book { pages: vec![page], lists: "选项".into() }).unwrap()
}

/// What is written is read again as it was, row by row; a list to choose from is a sheet of its own.
#[test]
fn a_workbook_is_read_as_it_was_written() {
    let sheets = read(&book(vec![vec!["低保".into(), "甲".into()], vec![], vec!["特困".into()]]), &Limits::default());
    let sheets = sheets.unwrap();
    assert_eq!(sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["目录条目", "选项"]);
    let rows: Vec<_> = sheets[0].rows.iter().map(|row| (row.number, row.cells.join("|"))).collect();
    assert_eq!(rows, [(1, "名称|类型".into()), (2, "低保|甲".into()), (4, "特困".into())]);
}

/// Content that begins like a formula stays text: nothing that somebody wrote into a title runs in the reader's Excel.
#[test]
fn no_content_becomes_a_formula() {
    let bytes = book(vec![vec!["=HYPERLINK(\"http://x\")".into(), "@SUM(A1)".into()]]);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml).unwrap();
    assert!(!xml.contains("<f>") && !xml.contains("<f "), "{xml}");
    assert_eq!(read(&bytes, &Limits::default()).unwrap()[0].rows[1].cells[0], "=HYPERLINK(\"http://x\")");
}

/// A file that lies or asks for too much is refused before it costs anything, and says why.
#[test]
fn what_is_no_workbook_or_too_much_is_refused() {
    let refused = |bytes: &[u8], limits: Limits| read(bytes, &limits).unwrap_err();
    let lies: [(&[u8], &str); 4] = [(b"%PDF-1.7", "PDF"), (b"<html>", "markup"), (b"a,b\n", "text"), (b"", "empty")];
    for (bytes, is) in lies {
        assert!(refused(bytes, Limits::default()).to_string().contains(is));
    }
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("holiday.txt", zip::write::SimpleFileOptions::default()).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    assert_eq!(refused(&archive, Limits::default()), Refusal::NotAWorkbook("a ZIP archive"));
    let bytes = book(vec![vec!["甲".into(), "乙".into()]; 20]);
    let tight = [
        Limits { unpacked_bytes: 1_000, ..Limits::default() },
        Limits { rows: 10, ..Limits::default() },
        Limits { columns: 1, ..Limits::default() },
        Limits { cells: 30, ..Limits::default() },
        Limits { sheets: 1, ..Limits::default() },
        Limits { parts: 3, ..Limits::default() },
    ];
    for limits in tight {
        assert!(matches!(refused(&bytes, limits), Refusal::TooLarge { .. }), "{limits:?}");
    }
    assert_eq!(refused(bytes.get(..bytes.len() / 2).unwrap(), Limits::default()), Refusal::Damaged);
}
