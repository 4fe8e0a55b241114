//! Text in columns, wrapped as terminals show it: a Chinese character takes two columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::output::padded;

/// Cells side by side, two blanks between them, each wrapped at its width; no line ends in blanks.
#[must_use]
pub fn beside(cells: &[&str], widths: &[usize]) -> String {
    let columns: Vec<Vec<String>> = cells.iter().zip(widths).map(|(cell, width)| wrapped(cell, *width)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines = Vec::new();
    for at in 0..height {
        let parts = columns.iter().zip(widths);
        let parts: Vec<String> =
            parts.map(|(column, width)| padded(column.get(at).map_or("", String::as_str), *width)).collect();
        lines.push(parts.join("  ").trim_end().to_owned());
    }
    lines.join("\n")
}

/// The text in lines of at most `width` columns. Chinese may be cut anywhere but before a closing mark; words are kept whole
/// where they fit.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            if !line.is_empty() && line.width() + piece.trim_end().width() > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            // What fits on no line is cut hard.
            for letter in piece.chars() {
                if line.width() + letter.width().unwrap_or(0) > width {
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                }
                if !(line.is_empty() && letter == ' ') {
                    line.push(letter);
                }
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The smallest pieces between which a line may end.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        let narrow = |letter: char| letter.width() == Some(1) && letter != ' ';
        let closes = "，、。；：）」』！？".contains(letter) || letter == ' ';
        match pieces.last_mut() {
            Some(piece) if closes || (narrow(letter) && narrow(before)) => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        before = letter;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No line is wider than its column, none begins with a closing mark, words stay whole, and nothing is lost.
    #[test]
    fn chinese_is_wrapped_at_its_width() {
        let text = "有条件共享：10 个工作日，届满记录逾期，义务仍在 (CN-18)";
        let lines = wrapped(text, 16);
        assert!(lines.iter().all(|line| line.width() <= 18 && !line.starts_with('，')), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("(CN-18)")), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert_eq!(beside(&["一", "二三"], &[4, 2]), "一    二\n      三");
    }
}
