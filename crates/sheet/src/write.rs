//! Writing a workbook: headings that stay in sight, lists to choose from, cells that are marked.

use rust_xlsxwriter::{
    Color, DataValidation, Format, FormatAlign, FormatBorder, Formula, Note, Workbook, Worksheet, XlsxError,
};

/// The longest text of a cell that Excel takes.
const LONGEST_CELL: usize = 32_767;
/// Rows below the last filled one for which lists to choose from are offered.
const ROOM: u32 = 2_000;

/// A workbook to write.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Its sheets.
    pub pages: Vec<Page>,
    /// The name of the hidden sheet that holds the lists to choose from.
    pub lists: String,
}

/// A sheet to write.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its name.
    pub name: String,
    /// Its columns, from A on.
    pub columns: Vec<Column>,
    /// The rows below the headings.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// What is said about it when the mouse rests on the heading.
    pub help: String,
    /// Whether it must be filled in; its heading stands out then.
    pub needed: bool,
    /// Its width in characters.
    pub width: u8,
    /// What can be chosen; empty = anything can be written.
    pub choices: Vec<String>,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text. It is written as text whatever it begins with.
    pub text: String,
    /// What is wrong with it: the cell becomes red and says so.
    pub fault: Option<String>,
}

/// Why a workbook could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct Failed(#[from] XlsxError);

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), fault: None }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, fault: None }
    }
}

/// The workbook's bytes.
///
/// # Errors
/// [`Failed`] for names that a sheet cannot have, and for more rows than a sheet has.
pub fn write(book: &Book) -> Result<Vec<u8>, Failed> {
    let mut workbook = Workbook::new();
    let mut lists: Vec<&[String]> = Vec::new();
    for page in &book.pages {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&page.name)?;
        headings(sheet, page)?;
        rows(sheet, page)?;
        for (at, column) in page.columns.iter().enumerate().filter(|(_, column)| !column.choices.is_empty()) {
            let list = place(lists.len());
            lists.push(&column.choices);
            let last = u32::try_from(column.choices.len()).unwrap_or(1);
            let letters = letters(list);
            let range = format!("='{}'!${letters}$1:${letters}${last}", book.lists.replace('\'', "''"));
            let offered = DataValidation::new().allow_list_formula(Formula::new(range));
            let end = u32::try_from(page.rows.len()).unwrap_or(0).saturating_add(ROOM);
            sheet.add_data_validation(1, place(at), end, place(at), &offered)?;
        }
    }
    if !lists.is_empty() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&book.lists)?.set_hidden(true);
        for (at, list) in lists.iter().enumerate() {
            for (row, choice) in list.iter().enumerate() {
                sheet.write_string(u32::try_from(row).unwrap_or(u32::MAX), place(at), cut(choice))?;
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn headings(sheet: &mut Worksheet, page: &Page) -> Result<(), Failed> {
    let plain = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_border_bottom(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00E8_EEF7));
    let needed = plain.clone().set_font_color(Color::RGB(0x00B4_2318));
    sheet.set_freeze_panes(1, 0)?.set_row_height(0, 30)?;
    for (at, column) in page.columns.iter().enumerate() {
        let format = if column.needed { &needed } else { &plain };
        sheet.set_column_width(place(at), column.width.max(6))?;
        sheet.write_string_with_format(0, place(at), &column.heading, format)?;
        if !column.help.is_empty() {
            sheet.insert_note(0, place(at), &note(&column.help))?;
        }
    }
    Ok(())
}

fn rows(sheet: &mut Worksheet, page: &Page) -> Result<(), Failed> {
    // The format of text: what somebody types into the cell later stays text, too.
    let plain = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let wrong = plain.clone().set_background_color(Color::RGB(0x00FF_C7CE)).set_font_color(Color::RGB(0x009C_0006));
    for (row, cells) in page.rows.iter().enumerate() {
        let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(1);
        for (at, cell) in cells.iter().enumerate() {
            let format = if cell.fault.is_some() { &wrong } else { &plain };
            if !cell.text.is_empty() || cell.fault.is_some() {
                sheet.write_string_with_format(row, place(at), cut(&cell.text), format)?;
            }
            if let Some(fault) = &cell.fault {
                sheet.insert_note(row, place(at), &note(fault))?;
            }
        }
    }
    Ok(())
}

fn note(text: &str) -> Note {
    Note::new(text).add_author_prefix(false).set_width(280).set_height(90)
}

fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// `A` for 0, `AA` for 26.
fn letters(column: u16) -> String {
    let (mut text, mut rest) = (String::new(), u32::from(column) + 1);
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        text.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    text
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}
