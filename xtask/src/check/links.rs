//! Links of Markdown files that lead nowhere.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag};

/// Every relative link or picture of a file whose target does not exist. Links with a scheme and
/// links inside the same page are left alone; code is not prose and is skipped.
pub fn dead(file: &Path, text: &str) -> Vec<String> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let gone = |link: &String| {
        let path = link.split(['#', '?']).next().unwrap_or_default();
        let foreign = link.contains("://") || link.starts_with("mailto:");
        !foreign && !path.is_empty() && !folder.join(path.replace("%20", " ")).exists()
    };
    targets(text).into_iter().filter(gone).collect()
}

fn targets(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                targets.push(dest_url.into_string());
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                targets.extend(attributes(&html, "src=\""));
                targets.extend(attributes(&html, "href=\""));
            }
            _ => {}
        }
    }
    targets
}

fn attributes(html: &str, name: &str) -> Vec<String> {
    let values = html.split(name).skip(1);
    values.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dead links are found in prose, pictures, references and HTML; living ones, foreign ones and
    /// code are left alone.
    #[test]
    fn dead_links_are_found() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("here.md"), "").unwrap();
        let page = folder.path().join("page.md");
        let dead = |text| dead(&page, text);
        assert_eq!(dead("[a](gone.md)"), ["gone.md"]);
        assert_eq!(dead("[a](gone/deeper.md#part)"), ["gone/deeper.md#part"]);
        assert_eq!(dead("![p](gone.svg)"), ["gone.svg"]);
        assert_eq!(dead("[a][b]\n\n[b]: gone.md"), ["gone.md"]);
        assert_eq!(dead("<img src=\"gone.png\">"), ["gone.png"]);
        for living in [
            "[a](here.md)",
            "[a](here.md#part)",
            "[a](#part)",
            "[a](https://example.org/gone.md)",
            "`[a](gone.md)`",
            "```\n[a](gone.md)\n```",
        ] {
            assert!(dead(living).is_empty(), "{living}");
        }
    }
}
