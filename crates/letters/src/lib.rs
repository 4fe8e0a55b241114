//! Official letters as PDF: plain words and a font in, pages out.
//!
//! A reader should know first what this crate does not know: no law, no case, no clock, no file. Whoever calls it has the words
//! already; here they get the look of an official letter after GB/T 9704 (the sender in red over a double rule, title,
//! addressee, body, signature and date, notes), broken into lines as Chinese is set ([`lines`]) and into pages ([`pages`]).
//! Every character stays text: it can be selected, searched and read aloud, and the file is an archival PDF/A-2u.

mod font;
mod lines;
mod pages;
#[cfg(test)]
mod tests;

pub use font::Fonts;

/// A letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// Who writes; stands in red over the first page and is the signature.
    pub sender: String,
    /// The letter's own number, at the right above the title.
    pub number: String,
    /// What it is, e.g. 关于…的告知书.
    pub title: String,
    /// To whom.
    pub addressee: String,
    /// What it says.
    pub body: Vec<Paragraph>,
    /// What lies with it.
    pub enclosures: Vec<String>,
    /// The day of the letter, in words.
    pub date: String,
    /// Small print below the date: how the letter can be checked.
    pub notes: Vec<String>,
    /// What is written across a letter that is not one yet; empty for a real one.
    pub draft: String,
    /// When the file is made: year, month, day, hour, minute in the district's time (UTC+8).
    pub made: (u16, u8, u8, u8, u8),
    /// What identifies the file's content, for its metadata.
    pub id: String,
}

/// A paragraph of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paragraph {
    /// An ordinary one.
    Text(String),
    /// A line that announces what follows.
    Heading(String),
}

/// What keeps a letter from being made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The font cannot be used.
    #[error("the font cannot be used: {0}")]
    Font(&'static str),
    /// There is more to say than a letter may hold.
    #[error("the letter has more than {MAX_PAGES} pages")]
    TooLong,
    /// The PDF cannot be written.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

/// Most pages of a letter.
pub const MAX_PAGES: usize = 50;

/// Makes the PDF of a letter. The same letter and fonts make the same bytes.
///
/// # Errors
/// [`Error::TooLong`], [`Error::Pdf`].
pub fn pdf(letter: &Letter, fonts: &Fonts) -> Result<Vec<u8>, Error> {
    let pages = pages::set(letter, fonts)?;
    pages::draw(letter, fonts, &pages)
}
