//! Words into lines, as Chinese is set: between any two characters, except that closing marks never begin a line, opening
//! marks never end one, and numbers and foreign words stay whole.

/// Never at the beginning of a line.
const CLOSING: &str = "，。、；：？！）》〉」』】〕〗”’…—·％%,.;:?!)]}";
/// Never at the end of a line.
const OPENING: &str = "（《〈「『【〔〖“‘([{";

/// A line: its text, how far it is indented, and whether it is drawn out to the full width.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) indent: f32,
    pub(crate) justified: bool,
}

/// How wide a paragraph is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    /// The whole width.
    pub(crate) width: f32,
    /// How far the first line is indented.
    pub(crate) first: f32,
    /// How far every other line is.
    pub(crate) rest: f32,
}

/// Breaks a paragraph. `width_of` measures a text in the same unit as `measure`. Line feeds of the text break it, too.
pub(crate) fn wrap(text: &str, measure: Measure, width_of: impl Fn(&str) -> f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in text.split('\n') {
        let indent = if lines.is_empty() { measure.first } else { measure.rest };
        let mut line = Line { text: String::new(), indent, justified: false };
        let mut filled = 0.0;
        for unit in units(&clean(part), measure.width - measure.first.max(measure.rest), &width_of) {
            let width = width_of(&unit);
            if !line.text.is_empty() && filled + width > measure.width - line.indent + 0.01 {
                let full = Line { text: line.text.trim_end().to_owned(), justified: true, ..line };
                lines.push(full);
                line = Line { text: String::new(), indent: measure.rest, justified: false };
                filled = 0.0;
                if unit == " " {
                    continue;
                }
            }
            filled += width;
            line.text.push_str(&unit);
        }
        lines.push(line);
    }
    lines
}

/// Whether a line may end with `first` and the next begin with `second`.
pub(crate) fn may_part(first: &str, second: &str) -> bool {
    let (Some(before), Some(after)) = (first.chars().next_back(), second.chars().next()) else { return true };
    !(OPENING.contains(before) || CLOSING.contains(after) || is_word(before) && is_word(after))
}

/// Control characters have no shape; what somebody pasted in with a text becomes a blank.
fn clean(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What is never broken: single characters, whole words and numbers, each with its marks.
fn units(text: &str, longest: f32, width_of: &impl Fn(&str) -> f32) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for character in text.chars() {
        let stays = before.is_some_and(|before| {
            OPENING.contains(before) || CLOSING.contains(character) || (is_word(before) && is_word(character))
        });
        match units.last_mut() {
            Some(unit) if stays && width_of(unit) + width_of(character.encode_utf8(&mut [0; 4])) <= longest => {
                unit.push(character);
            }
            _ => units.push(character.to_string()),
        }
        before = Some(character);
    }
    units
}

/// A character of numbers and foreign words. The marks inside of them (`2026-03-02`, `10:30`) belong to them.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_/:.@#&+".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chinese characters are one wide, others half.
    fn width(text: &str) -> f32 {
        text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
    }

    fn set(text: &str, wide: f32) -> Vec<String> {
        let measure = Measure { width: wide, first: 2.0, rest: 0.0 };
        wrap(text, measure, width).into_iter().map(|line| line.text).collect()
    }

    /// No line begins with a closing mark or ends with an opening one, none is too wide, and no character is lost; whatever
    /// the text.
    #[test]
    fn lines_keep_the_rules_of_chinese_and_lose_nothing() {
        let text = "根据《长宁区公共数据管理办法》（长数据规〔2025〕1号）第十八条，你单位于2026年3月2日提出的申请，材料不全：使用范围；使用时限。请补正！";
        for wide in 6..40 {
            let wide = f32::from(u8::try_from(wide).unwrap());
            let lines = set(text, wide);
            assert_eq!(lines.concat(), text, "{wide}");
            for (at, line) in lines.iter().enumerate() {
                let indent = if at == 0 { 2.0 } else { 0.0 };
                assert!(width(line) + indent <= wide + 0.01, "too wide at {wide}: {line}");
                assert!(at == 0 || !CLOSING.contains(line.chars().next().unwrap()), "{wide}: {lines:?}");
                assert!(at + 1 == lines.len() || !OPENING.contains(line.chars().last().unwrap()), "{wide}: {lines:?}");
            }
        }
    }

    /// Numbers stay whole while they fit a line; a digest that does not is broken rather than drawn over the margin.
    #[test]
    fn numbers_stay_whole_and_digests_are_broken() {
        assert_eq!(set("于2026年立案", 6.0), ["于2026年", "立案"]);
        let digest = "a".repeat(64);
        let lines = set(&digest, 10.0);
        assert!(lines.iter().all(|line| width(line) <= 10.0) && lines.concat() == digest, "{lines:?}");
    }

    /// What somebody has typed with line feeds keeps them; control characters never reach the page.
    #[test]
    fn line_feeds_break_and_control_characters_vanish() {
        assert_eq!(set("一、甲\n二、乙\u{7}丙", 20.0), ["一、甲", "二、乙 丙"]);
        assert_eq!(set("", 20.0), [""]);
    }
}
