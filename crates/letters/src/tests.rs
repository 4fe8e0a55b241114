//! Whole letters, with a font of this machine. Where there is none for Chinese, the test says so and is over.

use super::*;

/// Where the usual packages put a Chinese font.
const PLACES: [(&str, &str); 2] = [
    ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"),
    ("/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSerifCJK-Bold.ttc"),
];

fn fonts() -> Option<Fonts> {
    for (body, title) in PLACES {
        if let (Ok(body), Ok(title)) = (std::fs::read(body), std::fs::read(title)) {
            return Some(Fonts::new(body, Some(title)).unwrap());
        }
    }
    eprintln!("SKIPPED: no Chinese font on this machine; install fonts-noto-cjk");
    None
}

fn letter(paragraphs: usize) -> Letter {
    Letter {
        sender: "上海市长宁区住房保障和房屋管理局".to_owned(),
        number: "案号 0199a2c3".to_owned(),
        title: "关于“困难家庭救助名单”共享申请的一次性补正告知书".to_owned(),
        addressee: "区交通委".to_owned(),
        body: (0..paragraphs)
            .flat_map(|_| {
                [
                    Paragraph::Heading("一、需要补正的材料".to_owned()),
                    Paragraph::Text(
                        "你单位于2026年3月2日提出的共享申请收悉。根据《长宁区公共数据管理办法》（长数据规〔2025〕1号）第十八条，经审核，所报材料不全，现一次性告知需要补正的全部内容。补正期间，答复期限停止计算。".to_owned(),
                    ),
                ]
            })
            .collect(),
        enclosures: vec!["补正清单".to_owned(), "共享申请要素说明".to_owned()],
        date: "2026年3月9日".to_owned(),
        notes: vec![format!("证据摘要（SM3）：{}", "9f".repeat(32))],
        draft: String::new(),
        made: (2026, 3, 9, 10, 30),
        id: "letter-1".to_owned(),
    }
}

/// The text of a page, in the order in which it is drawn.
fn said(pages: &[Vec<pages::Set>]) -> String {
    pages.iter().flatten().map(|line| line.text()).collect()
}

/// Everything that a letter says is on its pages, within the type area, and the signature never stands alone.
#[test]
fn a_letter_says_everything_within_its_margins() {
    let Some(fonts) = fonts() else { return };
    for paragraphs in [0, 1, 3, 4, 5, 6, 12, 40] {
        let letter = letter(paragraphs);
        let pages = pages::set(&letter, &fonts).unwrap();
        let said = said(&pages).replace(char::is_whitespace, "");
        let parts = [&letter.sender, &letter.number, &letter.title, &letter.addressee, &letter.date];
        let body = letter.body.iter().map(|paragraph| match paragraph {
            Paragraph::Text(text) | Paragraph::Heading(text) => text,
        });
        for part in parts.into_iter().chain(body).chain(&letter.notes) {
            assert!(said.contains(&part.replace(char::is_whitespace, "")), "{paragraphs}: `{part}` is missing");
        }
        for line in pages.iter().flatten() {
            assert!(line.fits(&fonts), "{paragraphs}: over the margin: {line:?}");
        }
        let last = pages.last().unwrap();
        let signed = last.iter().position(|line| line.text() == letter.date).unwrap();
        assert!(signed >= 2 || paragraphs == 0, "{paragraphs}: the signature stands alone");
    }
    assert!(matches!(pages::set(&letter(2_000), &fonts), Err(Error::TooLong)));
}

/// The same letter makes the same bytes, a draft makes others, and both are archival PDF with their title and language.
#[test]
fn the_same_letter_makes_the_same_file() {
    let Some(fonts) = fonts() else { return };
    let real = letter(3);
    let draft = Letter { draft: "草稿".to_owned(), ..real.clone() };
    let first = pdf(&real, &fonts).unwrap();
    assert_eq!(first, pdf(&real, &fonts).unwrap());
    assert_ne!(first, pdf(&draft, &fonts).unwrap());
    assert!(
        first.starts_with(b"%PDF-") && first.len() < 300_000,
        "{} bytes: the font is not cut to what is used",
        first.len()
    );
    let has = |part: &[u8]| first.windows(part.len()).any(|window| window == part);
    assert!(has(b"pdfaid:part") && has(b"zh-CN"), "it says that it is archival, and in which language");
}

/// The text of the file is the text of the letter for whoever copies or searches it, read by another program.
#[test]
fn the_text_can_be_copied_out_of_the_file() {
    let Some(fonts) = fonts() else { return };
    let folder = std::env::temp_dir().join(format!("gongshu-letters-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("letter.pdf");
    std::fs::write(&path, pdf(&letter(2), &fonts).unwrap()).unwrap();
    let read = std::process::Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output();
    std::fs::remove_dir_all(&folder).unwrap();
    let Ok(read) = read else {
        eprintln!("SKIPPED: pdftotext is not installed (poppler-utils)");
        return;
    };
    let text = String::from_utf8(read.stdout).unwrap().replace(char::is_whitespace, "");
    assert!(text.contains("一次性补正告知书") && text.contains("补正期间，答复期限停止计算。"), "{text}");
    assert!(text.contains(&"9f".repeat(32)), "{text}");
}

/// A character that the font does not have leaves a mark on the page and stays itself in the text.
#[test]
fn an_unknown_character_does_not_break_a_letter() {
    let Some(fonts) = fonts() else { return };
    let strange = Letter { body: vec![Paragraph::Text("甲\u{E123}乙\u{1F600}丙\u{7}".to_owned())], ..letter(0) };
    assert!(pdf(&strange, &fonts).unwrap().starts_with(b"%PDF-"));
}
