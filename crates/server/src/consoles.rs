//! `/console/…`: the consoles that are embedded in the binary.
//!
//! Addresses inside the consoles are the pages' own affair: whatever is not a file opens with the one page, so that a bookmark
//! and a reload work. A missing file below `assets/` is missing, because a page in the place of a script only hides the fault.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use console::{File, INDEX};
use platform::Code;

use crate::{problem::Problem, state::AppState};

/// A file whose name carries the hash of its contents never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

pub(crate) fn routes() -> Router<AppState> {
    let opened = |path: String, headers: HeaderMap| async move { answer(console::FILES, &path, &headers) };
    Router::new()
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(move |headers: HeaderMap| opened(String::new(), headers)))
        .route("/console/{*path}", get(move |Path(path): Path<String>, headers: HeaderMap| opened(path, headers)))
}

fn answer(files: &'static [File], path: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    if files.is_empty() {
        return Ok((StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response());
    }
    let page = || (!path.starts_with("assets/")).then(|| console::find(files, INDEX)).flatten();
    let file = console::find(files, path).or_else(page).ok_or_else(|| {
        Problem::new(Code::NotFound, "the consoles have no such file")
            .hint("reload the page; the platform may be newer than it")
    })?;
    Ok(served(file, headers))
}

/// The smallest form that the caller reads.
fn served(file: &'static File, asked: &HeaderMap) -> Response {
    let reads = |coding: &str| {
        let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accepted.split(',').any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            name.trim() == coding && !matches!(weight.trim(), "q=0" | "q=0.0")
        })
    };
    let brotli = file.brotli.filter(|_| reads("br")).map(|bytes| (bytes, "br"));
    let packed = brotli.or_else(|| file.gzip.filter(|_| reads("gzip")).map(|bytes| (bytes, "gzip")));
    let mut response = packed.map_or(file.plain, |(bytes, _)| bytes).into_response();
    let headers = response.headers_mut();
    if let Some((_, coding)) = packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type()));
    headers.insert(header::CACHE_CONTROL, if file.is_immutable() { FOR_EVER } else { ASK_AGAIN });
    if let Ok(policy) = HeaderValue::from_str(&console::POLICY.trim().replace('\n', "; ")) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

const NOT_BUILT: &str = r#"<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>公输</title></head>
<body>
<h1>本程序未包含工作台</h1>
<p>请用 <code>cargo xtask up</code> 构建；或先在 <code>web/</code> 下执行 <code>npm ci &amp;&amp; npm run build</code>，再重新编译。接口在 <a href="/api">/api</a>。</p>
<p lang="en">This binary was built without the consoles. Type <code>cargo xtask up</code>, or <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code> and compile again.</p>
</body>
</html>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    const fn file(path: &'static str, gain: bool) -> File {
        File {
            path,
            plain: b"plain",
            brotli: if gain { Some(b"brotli") } else { None },
            gzip: if gain { Some(b"gzip") } else { None },
        }
    }

    static BUILT: &[File] = &[file("assets/a-1f.js", true), file("favicon.png", false), file("index.html", true)];

    fn ask(path: &str, coding: Option<&'static str>) -> Result<Response, Problem> {
        let coding = coding.map(|coding| (header::ACCEPT_ENCODING, HeaderValue::from_static(coding)));
        answer(BUILT, path, &coding.into_iter().collect())
    }

    fn of<'r>(response: &'r Response, name: &str) -> &'r str {
        response.headers().get(name).map_or("", |value| value.to_str().expect("our own headers are text"))
    }

    #[test]
    fn an_address_inside_the_consoles_opens_with_the_page_and_a_missing_file_is_missing() {
        for address in ["", "cases/0192", "catalogue", "index.html", "login"] {
            let response = ask(address, None).expect("an address opens");
            assert_eq!(of(&response, "content-type"), "text/html; charset=utf-8", "{address}");
            assert_eq!(of(&response, "cache-control"), "no-cache", "{address}");
        }
        assert!(ask("assets/a-2e.js", None).is_err());
    }

    #[test]
    fn the_smallest_form_that_the_caller_reads_is_served_and_kept_for_ever_by_its_hash() {
        for (accepted, coding) in [
            (Some("gzip, deflate, br"), "br"),
            (Some("gzip, deflate"), "gzip"),
            (Some("br;q=0, gzip;q=0.5"), "gzip"),
            (Some("identity"), ""),
            (None, ""),
        ] {
            let response = ask("assets/a-1f.js", accepted).expect("the file is there");
            assert_eq!(of(&response, "content-encoding"), coding, "{accepted:?}");
            assert_eq!(of(&response, "vary"), "accept-encoding");
            assert_eq!(of(&response, "content-type"), "text/javascript; charset=utf-8");
            assert_eq!(of(&response, "cache-control"), "public, max-age=31536000, immutable");
        }
        assert_eq!(of(&ask("favicon.png", Some("br")).expect("the file is there"), "content-encoding"), "");
    }

    #[test]
    fn every_page_comes_under_the_strict_policy() {
        let response = ask("", None).expect("the page opens");
        let policy = of(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
    }

    #[test]
    fn without_built_pages_it_says_what_to_type() {
        let response = answer(&[], "", &HeaderMap::new()).expect("it says so");
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(NOT_BUILT.contains("cargo xtask up"));
    }
}
