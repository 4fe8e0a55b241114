//! Fonts as bytes: which face of a collection is the right one, and how wide its characters are.

use std::sync::Arc;

use krilla::text::Font;
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
    raw::FileRef,
    string::StringId,
};

use crate::Error;

/// What every letter needs; a face without them is not for Chinese letters.
const NEEDED: &str = "公〔〕《》，。、：（）一二三年月日";
/// Stands for a character that the font does not have. The text behind it stays what it was.
const UNKNOWN: char = '〓';

/// The faces of a letter.
#[derive(Clone)]
pub struct Fonts {
    pub(crate) body: Face,
    pub(crate) title: Face,
}

impl Fonts {
    /// From the bytes of a font file (TrueType, OpenType or a collection) for the body, and one for titles; without it, titles
    /// wear the body's face. Of a collection the simplified Chinese face is taken.
    ///
    /// # Errors
    /// [`Error::Font`] when a file is no font, or has no face for Chinese.
    pub fn new(body: Vec<u8>, title: Option<Vec<u8>>) -> Result<Self, Error> {
        let body = Face::new(body)?;
        let title = title.map_or_else(|| Ok(body.clone()), Face::new)?;
        Ok(Self { body, title })
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("body", &self.body.name).field("title", &self.title.name).finish()
    }
}

/// One face.
#[derive(Clone)]
pub(crate) struct Face {
    bytes: Arc<Vec<u8>>,
    index: u32,
    name: String,
    pub(crate) font: Font,
}

impl Face {
    fn new(bytes: Vec<u8>) -> Result<Self, Error> {
        let faces = match FileRef::new(&bytes) {
            Ok(FileRef::Font(_)) => 1,
            Ok(FileRef::Collection(collection)) => collection.len(),
            Err(_) => return Err(Error::Font("the file is no TrueType or OpenType font")),
        };
        let fitting = (0..faces).filter_map(|index| {
            let font = FontRef::from_index(&bytes, index).ok()?;
            let charmap = font.charmap();
            let complete = NEEDED.chars().all(|needed| charmap.map(needed).is_some());
            let name = font.localized_strings(StringId::FAMILY_NAME).english_or_first()?.to_string();
            complete.then_some((rank(&name), index, name))
        });
        // The first of the best: a file lists its faces in an order of its own.
        let best = fitting.min_by_key(|(rank, index, _)| (*rank, *index));
        let (_, index, name) = best.ok_or(Error::Font("it has no face with the characters of Chinese letters"))?;
        let bytes = Arc::new(bytes);
        let data = krilla::Data::from(Arc::clone(&bytes));
        let font = Font::new(data, index).ok_or(Error::Font("its tables are damaged"))?;
        Ok(Self { bytes, index, name, font })
    }

    /// What measures this face's characters.
    pub(crate) fn ruler(&self) -> Ruler<'_> {
        // The bytes were read as this face before; should that fail now, every character is as wide as it is high.
        let font = FontRef::from_index(&self.bytes, self.index).ok();
        let em = font
            .as_ref()
            .map_or(1.0, |font| f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em.max(1)));
        Ruler { font, em }
    }
}

/// Simplified Chinese first, then faces that do not say for whom they are, then those of other regions.
fn rank(name: &str) -> u8 {
    let has = |part: &str| name.split(' ').any(|word| word == part);
    match () {
        () if has("SC") || has("CN") || has("GB") || has("GB2312") => 0,
        () if ["TC", "HK", "TW", "JP", "KR", "K", "J"].iter().any(|region| has(region)) => 2,
        () => 1,
    }
}

/// Measures characters.
pub(crate) struct Ruler<'a> {
    font: Option<FontRef<'a>>,
    em: f32,
}

impl Ruler<'_> {
    /// The glyph of a character and its width, as a part of the size.
    pub(crate) fn glyph(&self, character: char) -> (GlyphId, f32) {
        let Some(font) = &self.font else { return (GlyphId::NOTDEF, 1.0) };
        let charmap = font.charmap();
        let glyph = charmap.map(character).or_else(|| charmap.map(UNKNOWN)).unwrap_or(GlyphId::NOTDEF);
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        (glyph, metrics.advance_width(glyph).unwrap_or(self.em) / self.em)
    }

    /// The width of a text, as a part of the size.
    pub(crate) fn width(&self, text: &str) -> f32 {
        text.chars().map(|character| self.glyph(character).1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a collection for all of East Asia, the face for the mainland is taken.
    #[test]
    fn the_simplified_face_comes_first() {
        let mut names = ["Noto Serif CJK JP", "Noto Serif CJK SC", "FangSong", "Noto Serif CJK HK"];
        names.sort_by_key(|name| rank(name));
        assert_eq!(names, ["Noto Serif CJK SC", "FangSong", "Noto Serif CJK JP", "Noto Serif CJK HK"]);
    }

    /// What is no font is told so, and does not make a letter without characters.
    #[test]
    fn what_is_no_font_is_refused() {
        assert!(matches!(Fonts::new(b"%PDF-1.7".to_vec(), None), Err(Error::Font(_))));
    }
}
