//! Small files for Excel. A byte-order mark makes it read them as UTF-8, and a cell that it would take for a formula is led by an
//! apostrophe, which makes it text again.

/// The mark and the line of headings.
pub(crate) fn start<const N: usize>(headings: &[&str; N]) -> String {
    let mut text = String::from("\u{feff}");
    line(&mut text, *headings);
    text
}

/// Adds a line.
pub(crate) fn line<const N: usize>(text: &mut String, cells: [&str; N]) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push('"');
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
            text.push('\'');
        }
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

/// A reason for which a row is kept aside, in the words of the consoles.
pub(crate) fn reason(code: &str) -> &'static str {
    match code {
        "decoding_loss" => "字符丢失，无法还原",
        "duplicate_field" => "同一字段出现两次",
        "duplicate_key" => "主键重复",
        "empty_row" => "整行为空",
        "field_count" => "列数与表头不符",
        "formula_error" => "公式计算出错",
        "required" | "required_missing" => "必填项缺失",
        "too_long" => "超出规定长度",
        "type_mismatch" => "类型不符",
        "undecodable" => "无法解码",
        "unclosed_quote" => "引号未闭合",
        _ => "不符合要求",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What somebody wrote into a name must not run as a formula in the reader's Excel, nor break out of its cell.
    #[test]
    fn no_cell_is_a_formula_and_none_leaves_its_place() {
        let mut text = String::new();
        line(&mut text, ["=1+1", "@x", "-2", "a\"b,c", "普通"]);
        assert_eq!(text, "\"'=1+1\",\"'@x\",\"'-2\",\"a\"\"b,c\",\"普通\"\r\n");
        assert!(start(&["行号"]).starts_with('\u{feff}'));
    }
}
