//! The fonts of letters. A Chinese font is too large to be built in, and every machine that writes Chinese has one; so it is
//! looked for when the first letter is written, and read once.

use std::path::{Path, PathBuf};

use tokio::sync::OnceCell;

use crate::problem::{Problem, Transport};

/// Where systems keep their fonts.
const FOLDERS: [&str; 5] =
    ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:\\Windows\\Fonts"];
/// Files for the body, the best first: imitation Song, then Song, then whatever has the characters.
const BODIES: [&str; 16] = [
    "simfang.ttf",
    "fangsong.ttf",
    "stfangso.ttf",
    "fandolfang-regular.otf",
    "notoserifcjk-regular.ttc",
    "notoserifcjksc-regular.otf",
    "notoserifsc-regular.otf",
    "sourcehanserif-regular.ttc",
    "sourcehanserifsc-regular.otf",
    "sourcehanserifcn-regular.otf",
    "songti.ttc",
    "simsun.ttc",
    "notosanscjk-regular.ttc",
    "uming.ttc",
    "wqy-zenhei.ttc",
    "wqy-microhei.ttc",
];
/// Files for titles, the best first.
const TITLES: [&str; 7] = [
    "fzxbsjw.ttf",
    "notoserifcjk-bold.ttc",
    "notoserifcjksc-bold.otf",
    "notoserifsc-bold.otf",
    "sourcehanserif-bold.ttc",
    "sourcehanserifsc-bold.otf",
    "notosanscjk-bold.ttc",
];
/// Most files looked at.
const MOST_FILES: usize = 20_000;
/// How deep folders are looked into.
const DEEPEST: usize = 5;
/// The largest font file that is read.
const LARGEST: u64 = 128 << 20;

/// The fonts, once they have been needed.
pub(crate) struct LetterFonts {
    named: Option<(PathBuf, Option<PathBuf>)>,
    read: OnceCell<letters::Fonts>,
}

impl LetterFonts {
    pub(crate) fn new(named: Option<(PathBuf, Option<PathBuf>)>) -> Self {
        Self { named, read: OnceCell::new() }
    }

    /// The fonts. A machine without one is asked again at the next letter, so that installing a font is enough.
    pub(crate) async fn get(&self) -> Result<&letters::Fonts, Problem> {
        let read = || async {
            let named = self.named.clone();
            let found = tokio::task::spawn_blocking(move || open(named)).await;
            found.unwrap_or_else(|error| Err(absent("the fonts could not be read").because(error)))
        };
        self.read.get_or_try_init(read).await
    }
}

/// Reads the fonts named, or the best of the usual places.
fn open(named: Option<(PathBuf, Option<PathBuf>)>) -> Result<letters::Fonts, Problem> {
    let (body, title) = match named {
        Some(named) => named,
        None => {
            let files = installed();
            let body = best(&files, &BODIES).ok_or_else(|| absent("this machine has no Chinese font for letters"))?;
            (body, best(&files, &TITLES))
        }
    };
    let title = title.map(|title| read(&title)).transpose()?;
    letters::Fonts::new(read(&body)?, title)
        .map_err(|error| absent("the font for letters cannot be used").because(error))
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = || absent("the font for letters cannot be read");
    let length = std::fs::metadata(path).map_err(|error| unreadable().because(error))?.len();
    if length > LARGEST {
        return Err(unreadable());
    }
    std::fs::read(path).map_err(|error| unreadable().because(error))
}

fn absent(what: &str) -> Problem {
    Problem::transport(Transport::NotReady, what).hint(
        "the operator installs one (Debian: `apt install fonts-noto-cjk`), or names a file with `--letter-font FILE`",
    )
}

/// The font files of this machine.
fn installed() -> Vec<PathBuf> {
    let mut folders: Vec<(PathBuf, usize)> = FOLDERS.iter().map(|folder| (PathBuf::from(folder), 0)).collect();
    if let Some(home) = std::env::home_dir() {
        folders.extend([".fonts", ".local/share/fonts", "Library/Fonts"].map(|folder| (home.join(folder), 0)));
    }
    let mut files = Vec::new();
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEEPEST {
                folders.push((entry.path(), depth.saturating_add(1)));
            } else if files.len() < MOST_FILES {
                files.push(entry.path());
            }
        }
    }
    files
}

/// The file whose name stands first in a list.
fn best(files: &[PathBuf], names: &[&str]) -> Option<PathBuf> {
    let is = |path: &&PathBuf, name: &str| path.file_name().is_some_and(|file| file.eq_ignore_ascii_case(name));
    names.iter().find_map(|name| files.iter().find(|path| is(path, name))).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of several fonts the one closest to official letters is taken, whatever the case of its name.
    #[test]
    fn the_best_font_is_taken() {
        let files = ["/a/NotoSansCJK-Regular.ttc", "/b/NotoSerifCJK-Regular.ttc", "/c/SimFang.TTF"].map(PathBuf::from);
        assert_eq!(best(&files, &BODIES).unwrap(), PathBuf::from("/c/SimFang.TTF"));
        assert_eq!(best(&files, &TITLES), None);
    }

    /// A font that is named and not there is told so with what to do, and no other is taken in its place.
    #[tokio::test]
    async fn a_font_that_is_not_there_is_told() {
        let fonts = LetterFonts::new(Some((PathBuf::from("/no/such/font.ttf"), None)));
        let problem = fonts.get().await.unwrap_err();
        assert_eq!(problem.status().as_u16(), 503);
        assert!(problem.details().hint.as_deref().unwrap_or_default().contains("--letter-font"));
    }
}
