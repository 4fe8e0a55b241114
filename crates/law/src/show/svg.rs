//! A procedure's graph in ink. One file without scripts, fonts or links, so that it can be printed, mailed and archived.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    graph::{Edge, Graph, Kind, Label, Node},
    layout::{Layout, Point, Route, Size, Wire, lay_out},
    words::{Named, joined},
};

const FONTS: &str = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif";
const INK: &str = "#1e293b";
const GREY: &str = "#64748b";
const MARGIN: f64 = 32.0;
const HEADER: f64 = 64.0;
const LEGEND: f64 = 44.0;

/// Colours of the roles that most procedures have; all of them readable on white. Others are given one by their name.
const COLOURS: [(&str, &str); 8] = [
    ("law", "#b91c1c"),
    ("demander", "#1d4ed8"),
    ("provider", "#047857"),
    ("centre", "#7c3aed"),
    ("authority", "#b45309"),
    ("platform", "#475569"),
    ("public", "#0e7490"),
    ("city", "#9d174d"),
];
const OTHERS: [&str; 6] = ["#0f766e", "#a21caf", "#4d7c0f", "#0369a1", "#92400e", "#6d28d9"];

/// Draws the graph.
pub(super) fn draw(graph: &Graph) -> String {
    let palette = Palette::of(&graph.roles);
    let cards: Vec<Card> = graph.nodes.iter().map(|node| Card::of_node(node, &palette)).collect();
    let labels: Vec<Card> = graph.edges.iter().map(|edge| Card::of_edge(edge, &palette)).collect();
    let sizes: Vec<Size> = cards.iter().map(|card| card.size).collect();
    let wires = graph.edges.iter().zip(&labels);
    let wires: Vec<Wire> = wires.map(|(edge, card)| Wire { from: edge.from, to: edge.to, label: card.size }).collect();
    let layout = lay_out(&sizes, &wires);
    let legend: f64 =
        graph.roles.iter().map(legend_width).sum::<f64>() + legend_width_of("时限届满，法律自行发生作用") + 20.0;
    let title = text_width(&graph.title, 20.0).max(text_width(&graph.subtitle, 12.0));
    let width = layout.size.width.max(legend).max(title) + 2.0 * MARGIN;
    let height = layout.size.height + HEADER + LEGEND + 2.0 * MARGIN;
    let shift = Point { x: (width - layout.size.width) / 2.0, y: MARGIN + HEADER };
    let mut page = Ink::default();
    page.head(graph, width, height);
    page.put(format!(r#"<g transform="translate({} {})">"#, number(shift.x), number(shift.y)));
    page.routes(graph, &layout);
    for ((edge, card), route) in graph.edges.iter().zip(&labels).zip(&layout.routes) {
        page.label(edge, card, route.label);
    }
    for ((node, card), at) in graph.nodes.iter().zip(&cards).zip(&layout.boxes) {
        page.card(node, card, *at, &palette);
    }
    page.put("</g>".into());
    page.legend(graph, height - MARGIN - LEGEND / 2.0 + 8.0, &palette);
    page.put("</svg>".into());
    page.0
}

/// The colour of each role in a picture: no two the same while there are colours.
struct Palette(BTreeMap<String, &'static str>);

impl Palette {
    fn of(roles: &[Named]) -> Self {
        let known = |role: &str| COLOURS.iter().find(|(id, _)| *id == role).map(|(_, colour)| *colour);
        let mut palette = BTreeMap::new();
        for role in roles {
            let sum: usize = role.id.bytes().map(usize::from).sum();
            let slots = (0..OTHERS.len()).filter_map(|next| OTHERS.get((sum + next) % OTHERS.len()).copied());
            let free = slots.clone().find(|colour| !palette.values().any(|taken| taken == colour));
            let colour = known(&role.id).or(free).or_else(|| slots.clone().next()).unwrap_or(GREY);
            palette.insert(role.id.clone(), colour);
        }
        Self(palette)
    }

    fn colour(&self, role: &str) -> String {
        self.0.get(role).copied().unwrap_or(GREY).to_owned()
    }
}

/// A line of text with what stands before and after it.
struct TextLine {
    text: String,
    size: f64,
    colour: String,
    bold: bool,
    dots: Vec<String>,
    mark: Option<Kind>,
    /// The article, small and grey.
    note: String,
}

/// A block of lines and the room it takes.
struct Card {
    lines: Vec<TextLine>,
    size: Size,
}

impl Card {
    fn of_node(node: &Node, palette: &Palette) -> Self {
        if node.id == "[*]" {
            return Self { lines: Vec::new(), size: Size { width: 22.0, height: 22.0 } };
        }
        let title = |text: String| TextLine { bold: true, ..TextLine::new(text, 15.0, INK) };
        let mut lines: Vec<TextLine> = wrap(&node.title, 15.0, 210.0).into_iter().map(title).collect();
        if !node.waits_for.is_empty() {
            let mut waits = TextLine::new(format!("等待 {}", joined(&node.waits_for)), 12.0, GREY);
            waits.dots = node.waits_for.iter().map(|role| palette.colour(&role.id)).collect();
            lines.extend(waits.wrapped(230.0));
        }
        for label in &node.inside {
            lines.extend(TextLine::of_label(label, 12.0, palette).wrapped(250.0));
        }
        Self::new(lines, 30.0, 24.0, 130.0)
    }

    fn of_edge(edge: &Edge, palette: &Palette) -> Self {
        let lines =
            edge.labels.iter().flat_map(|label| TextLine::of_label(label, 12.5, palette).wrapped(200.0)).collect();
        Self::new(lines, 12.0, 8.0, 0.0)
    }

    fn new(lines: Vec<TextLine>, padding: f64, above_and_below: f64, least: f64) -> Self {
        let width = lines.iter().map(TextLine::width).fold(least - padding, f64::max) + padding;
        let height = lines.iter().map(TextLine::height).sum::<f64>() + above_and_below;
        Self { lines, size: Size { width, height } }
    }
}

impl TextLine {
    fn new(text: String, size: f64, colour: &str) -> Self {
        let (dots, note) = (Vec::new(), String::new());
        Self { text, size, colour: colour.to_owned(), bold: false, dots, mark: None, note }
    }

    fn of_label(label: &Label, size: f64, palette: &Palette) -> Self {
        let main = label.by.first().map_or_else(|| INK.to_owned(), |role| palette.colour(&role.id));
        let mut line = Self::new(label.text.clone(), size, &main);
        match label.kind {
            Kind::Act => line.dots = label.by.iter().map(|role| palette.colour(&role.id)).collect(),
            Kind::Clock | Kind::Pause => line.mark = Some(label.kind),
        }
        line.note.clone_from(&label.article);
        line
    }

    /// The line cut into several of at most this width; what stands before goes with the first, the note with the last.
    fn wrapped(self, most: f64) -> Vec<Self> {
        let parts = wrap(&self.text, self.size, most);
        let last = parts.len().saturating_sub(1);
        let mut lines = Vec::new();
        for (at, text) in parts.into_iter().enumerate() {
            let mut line = Self::new(text, self.size, &self.colour);
            if at == 0 {
                line.dots.clone_from(&self.dots);
                line.mark = self.mark;
            }
            if at == last {
                line.note.clone_from(&self.note);
            }
            lines.push(line);
        }
        lines
    }

    fn before(&self) -> f64 {
        let mark = if self.mark.is_some() { 16.0 } else { 0.0 };
        let dots = self.dots.len() as f64;
        mark + if self.dots.is_empty() { 0.0 } else { dots * 10.0 + 4.0 }
    }

    fn width(&self) -> f64 {
        let note = if self.note.is_empty() { 0.0 } else { text_width(&self.note, 10.0) + 6.0 };
        self.before() + text_width(&self.text, self.size) * if self.bold { 1.04 } else { 1.0 } + note
    }

    fn height(&self) -> f64 {
        self.size * 1.5
    }
}

/// The page that is written.
#[derive(Default)]
struct Ink(String);

impl Ink {
    fn put(&mut self, line: String) {
        self.0.push_str(&line);
        self.0.push('\n');
    }

    fn head(&mut self, graph: &Graph, width: f64, height: f64) {
        let (w, h) = (number(width.ceil()), number(height.ceil()));
        self.put(format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" font-family="{FONTS}">"#
        ));
        self.put(format!("<title>{}</title>", escaped(&graph.title)));
        self.put("<defs>".into());
        for (name, ink) in [("act", GREY), ("law", "#b91c1c")] {
            self.put(format!(
                r#"<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0.8 L10 5 L0 9.2 Z" fill="{ink}"/></marker>"#
            ));
        }
        self.put("</defs>".into());
        self.put(format!(r##"<rect width="{w}" height="{h}" fill="#ffffff"/>"##));
        let (x, y) = (number(MARGIN), number(MARGIN + 18.0));
        self.put(format!(
            r#"<text x="{x}" y="{y}" font-size="20" font-weight="700" fill="{INK}">{}</text>"#,
            escaped(&graph.title)
        ));
        let y = number(MARGIN + 40.0);
        self.put(format!(r#"<text x="{x}" y="{y}" font-size="12" fill="{GREY}">{}</text>"#, escaped(&graph.subtitle)));
    }

    fn routes(&mut self, graph: &Graph, layout: &Layout) {
        for (edge, route) in graph.edges.iter().zip(&layout.routes) {
            let (ink, dash, marker) = match edge.kind {
                Kind::Act => ("#94a3b8", "", "act"),
                Kind::Clock | Kind::Pause => ("#b91c1c", r#" stroke-dasharray="6 4""#, "law"),
            };
            let path = path(route);
            self.put(format!(
                r#"<path d="{path}" fill="none" stroke="{ink}" stroke-width="1.6"{dash} marker-end="url(#{marker})"/>"#
            ));
        }
    }

    /// A label with its edge's line interrupted behind it.
    fn label(&mut self, edge: &Edge, card: &Card, at: Point) {
        let explained: Vec<String> = edge
            .labels
            .iter()
            .map(|label| format!("{}（{}，{}）", label.text.replace('\n', " "), joined(&label.by), label.article))
            .collect();
        self.put(format!("<g><title>{}</title>", escaped(&explained.join("\n"))));
        self.frame(card.size, at, r##"rx="4" fill="#ffffff" fill-opacity="0.94""##);
        self.lines(card, at);
        self.put("</g>".into());
    }

    fn card(&mut self, node: &Node, card: &Card, at: Point, palette: &Palette) {
        if node.id == "[*]" {
            let (x, y) = (number(at.x), number(at.y));
            self.put(format!(r#"<circle cx="{x}" cy="{y}" r="10" fill="{INK}"/>"#));
            return;
        }
        // A page that shows where a case stands finds the state by its name.
        self.put(format!(r#"<g data-state="{}">"#, escaped(&node.id)));
        if node.end {
            self.frame(card.size, at, r##"rx="12" fill="#f1f5f9" stroke="#334155" stroke-width="1.4""##);
            let inner = Size { width: card.size.width - 8.0, height: card.size.height - 8.0 };
            self.frame(inner, at, r##"rx="9" fill="none" stroke="#334155" stroke-width="1.4""##);
        } else {
            let ink = node.waits_for.first().map_or_else(|| GREY.to_owned(), |role| palette.colour(&role.id));
            self.frame(card.size, at, &format!(r##"rx="12" fill="#ffffff" stroke="{ink}" stroke-width="1.8""##));
        }
        self.lines(card, at);
        self.put("</g>".into());
    }

    fn frame(&mut self, size: Size, at: Point, style: &str) {
        let (x, y) = (number(at.x - size.width / 2.0), number(at.y - size.height / 2.0));
        let (w, h) = (number(size.width), number(size.height));
        self.put(format!(r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" {style}/>"#));
    }

    fn lines(&mut self, card: &Card, at: Point) {
        let text: f64 = card.lines.iter().map(TextLine::height).sum();
        let mut y = at.y - text / 2.0;
        for line in &card.lines {
            let baseline = y + line.size * 1.12;
            let mut x = at.x - line.width() / 2.0;
            let middle = baseline - line.size * 0.36;
            if let Some(kind) = line.mark {
                self.mark(kind, Point { x: x + 6.0, y: middle }, &line.colour);
                x += 16.0;
            }
            for dot in &line.dots {
                self.put(format!(r#"<circle cx="{}" cy="{}" r="4" fill="{dot}"/>"#, number(x + 4.0), number(middle)));
                x += 10.0;
            }
            if !line.dots.is_empty() {
                x += 4.0;
            }
            self.text(line, Point { x, y: baseline });
            y += line.height();
        }
    }

    fn text(&mut self, line: &TextLine, at: Point) {
        let weight = if line.bold { r#" font-weight="700""# } else { "" };
        let mut note = String::new();
        if !line.note.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(note, r#"<tspan dx="6" font-size="10" fill="{GREY}">{}</tspan>"#, escaped(&line.note));
        }
        self.put(format!(
            r#"<text x="{}" y="{}" font-size="{}" fill="{}"{weight}>{}{note}</text>"#,
            number(at.x),
            number(at.y),
            line.size,
            line.colour,
            escaped(&line.text)
        ));
    }

    /// A small clock, or the two bars of a pause.
    fn mark(&mut self, kind: Kind, at: Point, ink: &str) {
        let (x, y) = (number(at.x), number(at.y));
        let drawn = match kind {
            Kind::Pause => r#"<path d="M-2 -4 V4 M2 -4 V4" stroke-width="2"/>"#,
            Kind::Clock | Kind::Act => r#"<circle r="5.2"/><path d="M0 -3.2 V0 L2.4 1.6"/>"#,
        };
        self.put(format!(
            r#"<g transform="translate({x} {y})" fill="none" stroke="{ink}" stroke-width="1.4">{drawn}</g>"#
        ));
    }

    fn legend(&mut self, graph: &Graph, y: f64, palette: &Palette) {
        let mut x = MARGIN;
        for role in &graph.roles {
            let (at, high) = (number(x + 5.0), number(y - 4.5));
            self.put(format!(r#"<circle cx="{at}" cy="{high}" r="5" fill="{}"/>"#, palette.colour(&role.id)));
            self.put(format!(
                r#"<text x="{}" y="{}" font-size="12.5" fill="{INK}">{}</text>"#,
                number(x + 15.0),
                number(y),
                escaped(&role.title)
            ));
            x += legend_width(role);
        }
        if graph.edges.iter().any(|edge| edge.kind == Kind::Clock) {
            let high = number(y - 4.5);
            self.put(format!(
                r##"<path d="M{} {high} h28" stroke="#b91c1c" stroke-width="1.6" stroke-dasharray="6 4"/>"##,
                number(x)
            ));
            self.put(format!(
                r#"<text x="{}" y="{}" font-size="12.5" fill="{INK}">时限届满，法律自行发生作用</text>"#,
                number(x + 35.0),
                number(y)
            ));
        }
    }
}

fn legend_width(role: &Named) -> f64 {
    legend_width_of(&role.title)
}

fn legend_width_of(title: &str) -> f64 {
    text_width(title, 12.5) + 38.0
}

/// Straight through every station, in curves that begin and end upright between them.
fn path(route: &Route) -> String {
    let mut path = format!("M{} {}", number(route.ends.0.x), number(route.ends.0.y));
    let mut at = route.ends.0;
    for (enter, leave) in &route.stations {
        if *enter != at {
            let middle = number((at.y + enter.y) / 2.0);
            let (x, y) = (number(enter.x), number(enter.y));
            // Writing to a string cannot fail.
            let _ = write!(path, " C{} {middle} {x} {middle} {x} {y}", number(at.x));
        }
        if leave != enter {
            let _ = write!(path, " L{} {}", number(leave.x), number(leave.y));
        }
        at = *leave;
    }
    path
}

/// How wide a text is, as Chinese fonts set it: wide characters are square.
fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|letter| letter_width(letter) * size).sum()
}

fn letter_width(letter: char) -> f64 {
    match letter {
        '\u{2190}'..='\u{21ff}' | '\u{2e80}'.. | '“' | '”' | '…' | '—' => 1.0,
        'A'..='Z' | '_' | 'm' | 'w' => 0.66,
        'i' | 'l' | 'j' | 'f' | 't' | ' ' | '\u{a0}' | '.' | ',' | '-' => 0.36,
        _ => 0.56,
    }
}

/// Cuts a text into lines of at most this width, and where it has line ends itself. No line begins with a closing mark, and a
/// number stays with its unit, which a no-break space joins to it.
fn wrap(text: &str, size: f64, most: f64) -> Vec<String> {
    text.split('\n').flat_map(|text| wrap_line(text, size, most)).collect()
}

fn wrap_line(text: &str, size: f64, most: f64) -> Vec<String> {
    let total = text_width(text, size);
    // Lines of even length look better than a full one and a rest.
    let lines = (total / most).ceil().max(1.0);
    let fair = (total / lines + size).min(most);
    let mut parts = Vec::new();
    let mut part = String::new();
    for piece in pieces(text) {
        if !part.is_empty() && text_width(&part, size) + text_width(piece.trim_end(), size) > fair {
            parts.push(std::mem::take(&mut part).trim_end().to_owned());
        }
        part.push_str(if part.is_empty() { piece.trim_start() } else { &piece });
    }
    parts.push(part);
    parts
}

/// The smallest pieces between which a line may end.
fn pieces(text: &str) -> Vec<String> {
    let word = |letter: char| letter.is_ascii_alphanumeric() || "-_.\u{a0}".contains(letter);
    let mut pieces: Vec<String> = Vec::new();
    let (mut before, mut unit) = (' ', false);
    for letter in text.chars() {
        unit = letter == '\u{a0}' || (unit && "个工作日月年0123456789".contains(letter));
        let stays = unit || " ，、。；：）」』！？".contains(letter) || (word(letter) && word(before));
        match pieces.last_mut() {
            Some(piece) if stays => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        before = letter;
    }
    pieces
}

/// A coordinate with one decimal, so that the same drawing is the same file everywhere.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long titles are cut into lines that fit, without losing a letter or beginning with a comma.
    #[test]
    fn long_titles_are_cut_into_lines_that_fit() {
        let text = "有法律法规依据，审核不通过，由责任单位书面说明理由并告知申请人";
        let lines = wrap(text, 12.0, 120.0);
        assert_eq!(lines.concat(), text);
        assert!(lines.len() > 2 && lines.iter().all(|line| text_width(line, 12.0) <= 132.1), "{lines:?}");
        assert!(lines.iter().all(|line| !line.starts_with('，')), "{lines:?}");
        assert_eq!(wrap("短", 12.0, 120.0), ["短"]);
        assert_eq!(
            wrap("答复期限共 10\u{a0}个工作日\n→ 逾期", 10.0, 90.0),
            ["答复期限共", "10\u{a0}个工作日", "→ 逾期"]
        );
    }
}
