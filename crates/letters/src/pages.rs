//! Lines into pages, and pages into PDF. Measures are those of GB/T 9704: A4, 37 mm above, 28 mm at the left, a type area of
//! 156 by 225 mm with 22 lines of 28 characters; the first page has the form of a letter, the sender over a red double rule.

use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Archival, ConfigurationBuilder},
    geom::{PathBuilder, Point, Rect, Transform},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    text::{GlyphId, KrillaGlyph},
};

use crate::{
    Error, Fonts, Letter, MAX_PAGES, Paragraph,
    font::{Face, Ruler},
    lines::{Line, Measure, may_part, wrap},
};

const MM: f32 = 72.0 / 25.4;
const PAGE: (f32, f32) = (210.0 * MM, 297.0 * MM);
const LEFT: f32 = 28.0 * MM;
const TOP: f32 = 37.0 * MM;
const WIDTH: f32 = 156.0 * MM;
const BOTTOM: f32 = TOP + 225.0 * MM;
/// 28 characters fill the type area: the size called 三号.
const BODY: f32 = WIDTH / 28.0;
const PITCH: f32 = 225.0 * MM / 22.0;
/// The size called 二号.
const TITLE: f32 = 22.0;
const TITLE_PITCH: f32 = 33.0;
const NOTE: f32 = 9.0;
const NOTE_PITCH: f32 = 13.5;
/// How far notes may reach below the type area: above the rule and the page number.
const NOTE_DEPTH: f32 = 8.0 * MM;
/// The size called 四号, of page numbers.
const FOLIO: f32 = 14.0;
const SENDER: f32 = 30.0;
/// The rules of the first page are 170 mm wide.
const RULE_LEFT: f32 = 20.0 * MM;
const RULE_WIDTH: f32 = 170.0 * MM;
const RULE_TOP: f32 = 46.0 * MM;
const RULE_BOTTOM: f32 = PAGE.1 - 20.0 * MM;
const RED: (u8, u8, u8) = (200, 16, 24);
const BLACK: (u8, u8, u8) = (0, 0, 0);
const GREY: (u8, u8, u8) = (120, 120, 120);

/// Which face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Body,
    Bold,
}

/// One line at its place.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    text: String,
    style: Style,
    size: f32,
    x: f32,
    baseline: f32,
    /// What is added between two characters.
    spread: f32,
    colour: (u8, u8, u8),
}

#[cfg(test)]
impl Set {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lies on the page, and if it is of the body, in the type area.
    pub(crate) fn fits(&self, fonts: &Fonts) -> bool {
        let face = if self.style == Style::Bold { &fonts.title } else { &fonts.body };
        let gaps = self.text.chars().count().saturating_sub(1) as f32;
        let right = self.x + face.ruler().width(&self.text) * self.size + gaps * self.spread;
        self.x >= LEFT - 0.1 && right <= LEFT + WIDTH + 0.1 && self.baseline <= BOTTOM + 40.0
    }
}

/// A line that has no page yet.
struct Flow {
    line: Set,
    /// How much height it takes.
    pitch: f32,
    /// Whether it stays on the page of the next line.
    keep: bool,
    /// Whether it may reach below the type area.
    note: bool,
}

impl Flow {
    fn of(line: Set, pitch: f32, keep: bool) -> Self {
        Self { line, pitch, keep, note: false }
    }
}

/// Sets a letter into pages.
///
/// # Errors
/// [`Error::TooLong`].
pub(crate) fn set(letter: &Letter, fonts: &Fonts) -> Result<Vec<Vec<Set>>, Error> {
    let rulers = (fonts.body.ruler(), fonts.title.ruler());
    let setter = Setter { body: &rulers.0, bold: &rulers.1 };
    let mut flows = Vec::new();
    setter.opening(letter, &mut flows);
    setter.body(letter, &mut flows);
    setter.closing(letter, &mut flows);
    let mut pages = paginate(flows)?;
    if let Some(first) = pages.first_mut() {
        setter.head(letter, first);
    }
    let total = pages.len();
    for (number, page) in pages.iter_mut().enumerate().skip(1) {
        let text = format!("— {} —", number.saturating_add(1));
        page.push(setter.centred(&text, Style::Body, FOLIO, PAGE.1 - 25.0 * MM, BLACK));
        debug_assert!(number < total, "pages are numbered within the letter");
    }
    Ok(pages)
}

/// Fills pages from above; a line that must stay with its next takes it along to the next page.
fn paginate(flows: Vec<Flow>) -> Result<Vec<Vec<Set>>, Error> {
    let mut pages: Vec<Vec<Set>> = Vec::new();
    // The first page begins below its rule and the letter's number.
    let mut y = RULE_TOP + 16.0 * MM;
    let mut page = Vec::new();
    let mut kept: Vec<Flow> = Vec::new();
    for flow in flows {
        let keep = flow.keep;
        kept.push(flow);
        if keep {
            continue;
        }
        let height: f32 = kept.iter().map(|flow| flow.pitch).sum();
        let foot = if kept.iter().any(|flow| flow.note) { BOTTOM + NOTE_DEPTH } else { BOTTOM };
        if y + height > foot + 0.5 && !page.is_empty() {
            pages.push(std::mem::take(&mut page));
            y = TOP;
            if pages.len() >= MAX_PAGES {
                return Err(Error::TooLong);
            }
        }
        for Flow { mut line, pitch, .. } in kept.drain(..) {
            line.baseline = y + (pitch - line.size) / 2.0 + line.size * 0.86;
            y += pitch;
            if !line.text.is_empty() {
                page.push(line);
            }
        }
    }
    pages.push(page);
    Ok(pages)
}

struct Setter<'a> {
    body: &'a Ruler<'a>,
    bold: &'a Ruler<'a>,
}

impl Setter<'_> {
    /// Sender, number and the mark of a draft, which stand outside of the flow.
    fn head(&self, letter: &Letter, page: &mut Vec<Set>) {
        let wide = self.bold.width(&letter.sender).max(1.0);
        let size = SENDER.min(WIDTH / wide);
        page.push(self.centred(&letter.sender, Style::Bold, size, 40.0 * MM, RED));
        let number = &letter.number;
        let x = LEFT + WIDTH - self.width(number, Style::Body, FOLIO);
        page.push(plain(number, Style::Body, FOLIO, x, RULE_TOP + 9.0 * MM, BLACK));
        if !letter.draft.is_empty() {
            page.push(plain(&letter.draft, Style::Bold, FOLIO, LEFT, RULE_TOP + 9.0 * MM, RED));
        }
    }

    fn opening(&self, letter: &Letter, flows: &mut Vec<Flow>) {
        flows.push(blank(PITCH * 0.6));
        for text in self.balanced(&letter.title) {
            let line = self.centred(&text, Style::Bold, TITLE, 0.0, BLACK);
            flows.push(Flow::of(line, TITLE_PITCH, true));
        }
        flows.push(blank(PITCH));
        if !letter.addressee.is_empty() {
            self.paragraph(&format!("{}：", letter.addressee), Style::Body, 0.0, 0.0, flows);
        }
    }

    fn body(&self, letter: &Letter, flows: &mut Vec<Flow>) {
        for paragraph in &letter.body {
            match paragraph {
                Paragraph::Text(text) => self.paragraph(text, Style::Body, 2.0, 0.0, flows),
                Paragraph::Heading(text) => {
                    let before = flows.len();
                    self.paragraph(text, Style::Bold, 2.0, 0.0, flows);
                    flows.iter_mut().skip(before).for_each(|flow| flow.keep = true);
                }
            }
        }
        if letter.enclosures.is_empty() {
            return;
        }
        flows.push(blank(PITCH));
        for (at, enclosure) in letter.enclosures.iter().enumerate() {
            let number = at.saturating_add(1);
            let several = letter.enclosures.len() > 1;
            let text = if several { format!("{number}. {enclosure}") } else { enclosure.clone() };
            let (text, first) = if at == 0 { (format!("附件：{text}"), 2.0) } else { (text, 5.0) };
            self.paragraph(&text, Style::Body, first, if several { 6.0 } else { 5.0 }, flows);
        }
    }

    /// The signature stands with the last line of what it signs, never alone on a page.
    fn closing(&self, letter: &Letter, flows: &mut Vec<Flow>) {
        if let Some(last) = flows.last_mut() {
            last.keep = true;
        }
        flows.push(blank(PITCH));
        flows.push(blank(PITCH));
        let (sender, date) =
            (self.width(&letter.sender, Style::Body, BODY), self.width(&letter.date, Style::Body, BODY));
        // Four characters free at the right of the date; a longer signature keeps two and the date stands below its middle.
        let (sender_x, date_x) = if sender > date {
            let x = LEFT + WIDTH - 2.0 * BODY - sender;
            (x.max(LEFT), x.max(LEFT) + (sender - date) / 2.0)
        } else {
            let x = LEFT + WIDTH - 4.0 * BODY - date;
            (x + (date - sender) / 2.0, x)
        };
        let line = |text: &str, x| plain(text, Style::Body, BODY, x, 0.0, BLACK);
        flows.push(Flow::of(line(&letter.sender, sender_x), PITCH, true));
        flows.push(Flow::of(line(&letter.date, date_x), PITCH, !letter.notes.is_empty()));
        if letter.notes.is_empty() {
            return;
        }
        flows.push(blank(PITCH * 0.5));
        let before = flows.len();
        for note in &letter.notes {
            let measure = Measure { width: WIDTH, first: 0.0, rest: 2.0 * NOTE };
            let lines = wrap(note, measure, |text| self.width(text, Style::Body, NOTE));
            for line in lines {
                let set = plain(&line.text, Style::Body, NOTE, LEFT + line.indent, 0.0, GREY);
                flows.push(Flow { note: true, ..Flow::of(set, NOTE_PITCH, true) });
            }
        }
        // Few enough to stay together with the date; many would be more than a page.
        let last = flows.len().saturating_sub(1);
        for (at, flow) in flows.iter_mut().enumerate().skip(before) {
            flow.keep = at < last && at < before.saturating_add(20);
        }
    }

    /// A paragraph of the body; indents are in characters.
    fn paragraph(&self, text: &str, style: Style, first: f32, rest: f32, flows: &mut Vec<Flow>) {
        let measure = Measure { width: WIDTH, first: first * BODY, rest: rest * BODY };
        let lines = wrap(text, measure, |text| self.width(text, style, BODY));
        for Line { text, indent, justified } in lines {
            let free = WIDTH - indent - self.width(&text, style, BODY);
            let gaps = text.chars().count().saturating_sub(1).max(1);
            let spread = if justified { (free / gaps as f32).clamp(0.0, BODY / 4.0) } else { 0.0 };
            let line = Set { spread, ..plain(&text, style, BODY, LEFT + indent, 0.0, BLACK) };
            flows.push(Flow::of(line, PITCH, false));
        }
    }

    /// A title in lines; one of two lines is parted where it reads best, near its middle.
    fn balanced(&self, title: &str) -> Vec<String> {
        let wide = |text: &str| self.width(text, Style::Bold, TITLE);
        let full = Measure { width: WIDTH, first: 0.0, rest: 0.0 };
        let lines: Vec<String> = wrap(title, full, wide).into_iter().map(|line| line.text).collect();
        if lines.len() != 2 {
            return lines;
        }
        let parted = |(at, _): (usize, char)| {
            let (first, second) = title.split_at_checked(at)?;
            let (left, right) = (wide(first), wide(second));
            let fits = left <= WIDTH && right <= WIDTH && !first.is_empty() && may_part(first, second);
            fits.then(|| ((left - right).abs() / TITLE + roughness(first, second), first, second))
        };
        let best = title.char_indices().filter_map(parted).min_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or(lines, |(_, first, second)| vec![first.to_owned(), second.to_owned()])
    }

    fn centred(&self, text: &str, style: Style, size: f32, baseline: f32, colour: (u8, u8, u8)) -> Set {
        let x = LEFT + (WIDTH - self.width(text, style, size)) / 2.0;
        plain(text, style, size, x, baseline, colour)
    }

    fn width(&self, text: &str, style: Style, size: f32) -> f32 {
        let ruler = if style == Style::Bold { self.bold } else { self.body };
        ruler.width(text) * size
    }
}

/// How badly a title is parted here, in characters of imbalance: best behind what is quoted or before what is in brackets.
fn roughness(first: &str, second: &str) -> f32 {
    if first.ends_with(['”', '》', '、']) || second.starts_with(['（', '“', '《']) { 0.0 } else { 9.0 }
}

fn plain(text: &str, style: Style, size: f32, x: f32, baseline: f32, colour: (u8, u8, u8)) -> Set {
    Set { text: text.to_owned(), style, size, x, baseline, spread: 0.0, colour }
}

fn blank(pitch: f32) -> Flow {
    Flow::of(plain("", Style::Body, BODY, LEFT, 0.0, BLACK), pitch, true)
}

/// Draws pages.
///
/// # Errors
/// [`Error::Pdf`].
pub(crate) fn draw(letter: &Letter, fonts: &Fonts, pages: &[Vec<Set>]) -> Result<Vec<u8>, Error> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|error| Error::Pdf(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    for (number, page) in pages.iter().enumerate() {
        let settings =
            PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| Error::Pdf("the page has no size".into()))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        if !letter.draft.is_empty() {
            watermark(&mut surface, &fonts.title);
        }
        if number == 0 {
            rules(&mut surface);
        }
        for line in page {
            let face = if line.style == Style::Bold { &fonts.title } else { &fonts.body };
            surface.set_fill(Some(ink(line.colour, 1.0)));
            write(&mut surface, face, line, false);
        }
        surface.finish();
        sheet.finish();
    }
    document.set_metadata(metadata(letter));
    document.finish().map_err(|error| Error::Pdf(format!("{error:?}")))
}

fn write(surface: &mut Surface<'_>, face: &Face, line: &Set, outlined: bool) {
    let ruler = face.ruler();
    let glyphs: Vec<KrillaGlyph> = line
        .text
        .char_indices()
        .map(|(at, character)| {
            let (glyph, width) = ruler.glyph(character);
            let range = at..at.saturating_add(character.len_utf8());
            KrillaGlyph::new(GlyphId::new(glyph.to_u32()), width + line.spread / line.size, 0.0, 0.0, 0.0, range, None)
        })
        .collect();
    let start = Point::from_xy(line.x, line.baseline);
    surface.draw_glyphs(start, &glyphs, face.font.clone(), &line.text, line.size, outlined);
}

/// The red double rules: thick over thin below the sender, thin over thick at the foot.
fn rules(surface: &mut Surface<'_>) {
    surface.set_fill(Some(ink(RED, 1.0)));
    for (y, height) in [(RULE_TOP, 2.2), (RULE_TOP + 4.0, 0.8), (RULE_BOTTOM, 0.8), (RULE_BOTTOM + 2.6, 2.2)] {
        let mut path = PathBuilder::new();
        if let Some(rule) = Rect::from_xywh(RULE_LEFT, y, RULE_WIDTH, height) {
            path.push_rect(rule);
        }
        if let Some(path) = path.finish() {
            surface.draw_path(&path);
        }
    }
}

/// 草稿 across the page, as a drawing: the words of the letter stay the only text.
fn watermark(surface: &mut Surface<'_>, face: &Face) {
    let size = 150.0;
    let line = plain("草稿", Style::Bold, size, PAGE.0 / 2.0 - size, PAGE.1 / 2.0 + size / 3.0, GREY);
    surface.push_transform(&Transform::from_rotate_at(-35.0, PAGE.0 / 2.0, PAGE.1 / 2.0));
    surface.set_fill(Some(ink(GREY, 0.16)));
    write(surface, face, &line, true);
    surface.pop();
}

fn ink((red, green, blue): (u8, u8, u8), opacity: f32) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::new(opacity).unwrap_or(NormalizedF32::ONE),
        ..Fill::default()
    }
}

fn metadata(letter: &Letter) -> Metadata {
    let (year, month, day, hour, minute) = letter.made;
    let made = DateTime::new(year).month(month).day(day).hour(hour).minute(minute).second(0).utc_offset_hour(8);
    Metadata::new()
        .title(letter.title.clone())
        .authors(vec![letter.sender.clone()])
        .creator("Gongshu".to_owned())
        .language("zh-CN".to_owned())
        .creation_date(made.utc_offset_minute(0))
        .document_id(letter.id.clone())
}
