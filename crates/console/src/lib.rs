//! The consoles as they were built, inside the binary.
//!
//! What a reader must know first. `web/` builds pages into `dist/`, each file with its compressed forms beside it; the build
//! script of this crate turns the folder into constants. Nothing is compressed while serving. Every file below `assets/`
//! carries a hash of its contents in its name, so that it may be kept for ever; the one page, [`INDEX`], is asked for anew.
//!
//! The crate is empty when the pages were not built: [`FILES`] has no members then.

/// One file of the consoles.
#[derive(Debug)]
pub struct File {
    /// Relative to the consoles' base, `/` between parts: `assets/index-BX3v0l2d.js`.
    pub path: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// Compressed with Brotli (RFC 7932), for files that gain by it.
    pub brotli: Option<&'static [u8]>,
    /// Compressed with gzip (RFC 1952), for files that gain by it.
    pub gzip: Option<&'static [u8]>,
}

/// The page that every address of the consoles opens with.
pub const INDEX: &str = "index.html";

/// What the pages may do, as a content security policy: one directive a line. The development server sends the same.
pub const POLICY: &str = include_str!("policy.txt");

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The one of `files`, which are ordered by path, with this path.
#[must_use]
pub fn find<'f>(files: &'f [File], path: &str) -> Option<&'f File> {
    files.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|at| files.get(at))
}

impl File {
    /// Whether the contents are named in the path, so that they never change under it.
    #[must_use]
    pub fn is_immutable(&self) -> bool {
        self.path.starts_with("assets/")
    }

    /// The media type by the path's ending.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webp" => "image/webp",
            "woff2" => "font/woff2",
            "json" => "application/json",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_nothing_inline_and_nobody_elses_anything() {
        let directives: Vec<&str> = POLICY.lines().collect();
        assert_eq!(directives.first(), Some(&"default-src 'none'"));
        for directive in directives {
            assert!(
                !directive.contains("unsafe") && !directive.contains("http") && !directive.contains('*'),
                "{directive}"
            );
        }
    }

    #[test]
    fn every_file_is_found_by_its_path_and_only_by_it() {
        for held in FILES {
            assert!(find(FILES, held.path).is_some_and(|found| std::ptr::eq(found, held)), "{}", held.path);
        }
        for none in ["", "assets/none.js", "../Cargo.toml"] {
            assert!(find(FILES, none).is_none(), "{none}");
        }
    }
}
