//! The first page: the state of the district, the law in force, and who can log in to a demonstration.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{Timestamp, tz};
use platform::supervision::DistrictState;

use super::html::{escape, grouped};
use crate::{api::law::PackLine, state::Guest};

/// What the page shows.
pub(super) struct Landing<'a> {
    pub now: Timestamp,
    pub next_due: Option<Timestamp>,
    pub demonstration: bool,
    pub figures: &'a DistrictState,
    pub packs: &'a [PackLine],
    pub guests: &'a [Guest],
    pub titles: &'a Titles,
}

/// What procedures, and states of procedures, are called.
#[derive(Default)]
pub(super) struct Titles {
    pub procedures: BTreeMap<String, String>,
    pub states: BTreeMap<(String, String), String>,
}

/// The whole page.
pub(super) fn page(landing: &Landing<'_>) -> String {
    let title = landing.packs.iter().find(|pack| pack.ours).map_or("", |pack| pack.authority.as_str());
    format!(
        r#"<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>公输 Gongshu · {title}</title>
<link rel="stylesheet" href="/assets/page.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<div class="wide">
<p class="mark" aria-hidden="true">公输</p>
<div>
<h1>公输 <span lang="en">Gongshu</span></h1>
<p class="lead">{title}公共数据平台：从法定职责到每一次使用，步步有据、环环可证。</p>
<p class="en" lang="en">The district’s public data, from the legal duty that makes a datum to the call in which it is used.</p>
<p class="enter"><a href="/console/">进入工作台 <span lang="en">Open the consoles</span></a></p>
<p class="en"><a href="/console/law">查阅法规 <span lang="en">Read the law</span></a> · <a href="/console/objections">提出数据异议 <span lang="en">Object to data</span></a></p>
</div>
</div>
</header>
<main class="wide">
{clock}
{figures}
{cases}
{law}
{guests}
{links}
</main>
<footer class="wide"><p>公输 Gongshu {version} · Apache-2.0</p></footer>
</body>
</html>
"#,
        title = escape(title),
        clock = clock(landing),
        figures = figures(landing.figures),
        cases = cases(landing),
        law = law(landing.packs),
        guests = guests(landing.guests),
        links = LINKS,
        version = env!("CARGO_PKG_VERSION"),
    )
}

const LINKS: &str = r#"<section aria-labelledby="links">
<h2 id="links">接口与日志 <span lang="en">Interfaces and the log</span></h2>
<ul class="links">
<li><a href="/api"><strong>接口文档</strong> <span lang="en">API reference</span></a><code>/api</code></li>
<li><a href="/openapi.json"><strong>接口描述</strong> <span lang="en">OpenAPI 3.1</span></a><code>/openapi.json</code></li>
<li><a href="/api/v1/packs"><strong>规则包</strong> <span lang="en">Regulation packs</span></a><code>/api/v1/packs</code></li>
<li><a href="/api/v1/state"><strong>运行数据</strong> <span lang="en">These figures as JSON</span></a><code>/api/v1/state</code></li>
</ul>
</section>"#;

fn clock(landing: &Landing<'_>) -> String {
    let word = if landing.demonstration { ("演示环境", "Demonstration") } else { ("运行中", "In service") };
    let next = landing.next_due.map(|due| {
        format!(
            r#"<span class="next">下一个期限 <span lang="en">next term</span> <time datetime="{due}">{}</time></span>"#,
            shanghai(due)
        )
    });
    format!(
        r#"<p class="clock"><span class="badge">{} <span lang="en">{}</span></span> <time datetime="{}">{}</time> {}</p>"#,
        word.0,
        word.1,
        landing.now,
        shanghai(landing.now),
        next.unwrap_or_default()
    )
}

fn figures(state: &DistrictState) -> String {
    let of = |map: &BTreeMap<String, u64>, word: &str| map.get(word).copied().unwrap_or(0);
    let open_cases =
        state.open_cases.values().flat_map(BTreeMap::values).fold(0u64, |sum, count| sum.saturating_add(*count));
    let cards = [
        ("部门", "organisations", state.organisations, String::new()),
        (
            "已发布目录",
            "published entries",
            of(&state.entries, "published"),
            format!("草拟 drafts {}", grouped(of(&state.entries, "draft"))),
        ),
        ("已归集数据", "collected datasets", state.collected, format!("记录 rows {}", grouped(state.rows))),
        ("在办办件", "open cases", open_cases, format!("办理动作 acts {}", grouped(state.acts))),
        (
            "共享服务",
            "active services",
            of(&state.services, "active"),
            format!("暂停 suspended {}", grouped(of(&state.services, "suspended"))),
        ),
        ("服务调用", "calls", state.calls, format!("拒绝 refused {}", grouped(state.refused_calls))),
        ("期限届满", "terms run out", state.missed_terms, format!("其中逾期 breaches {}", grouped(state.breaches))),
        (
            "职责与系统",
            "duties and systems",
            state.duties.saturating_add(state.systems),
            format!("职责 {} · 系统 {}", grouped(state.duties), grouped(state.systems)),
        ),
    ];
    let mut html = String::from(
        "<section aria-labelledby=\"figures\">\n<h2 id=\"figures\">区情一览 <span lang=\"en\">The state of the district</span></h2>\n<dl class=\"cards\">\n",
    );
    for (zh, en, number, note) in cards {
        let _ = writeln!(
            html,
            "<div><dt>{zh} <span lang=\"en\">{en}</span></dt><dd>{}</dd><dd class=\"note\">{note}</dd></div>",
            grouped(number)
        );
    }
    html.push_str("</dl>\n<p class=\"hint\">每个数字都由办理动作、归集批次与调用记录重新统计得出。<span lang=\"en\">Every figure is a recount of acts, loads and calls.</span></p>\n</section>");
    html
}

fn cases(landing: &Landing<'_>) -> String {
    let open = &landing.figures.open_cases;
    if open.values().all(BTreeMap::is_empty) {
        return String::new();
    }
    let mut html = String::from(
        "<section aria-labelledby=\"cases\">\n<h2 id=\"cases\">在办事项 <span lang=\"en\">What is going on</span></h2>\n<div class=\"scroll\"><table>\n\
<thead><tr><th scope=\"col\">程序 <span lang=\"en\">procedure</span></th><th scope=\"col\">所处环节 <span lang=\"en\">state</span></th><th scope=\"col\" class=\"number\">件数 <span lang=\"en\">cases</span></th></tr></thead>\n<tbody>\n",
    );
    for (procedure, states) in open {
        let title = landing.titles.procedures.get(procedure).unwrap_or(procedure);
        for (state, count) in states {
            let named = landing.titles.states.get(&(procedure.clone(), state.clone())).unwrap_or(state);
            let _ = writeln!(
                html,
                "<tr><td>{} <code>{}</code></td><td>{} <code>{}</code></td><td class=\"number\">{}</td></tr>",
                escape(title),
                escape(procedure),
                escape(named),
                escape(state),
                grouped(*count)
            );
        }
    }
    html.push_str("</tbody></table></div>\n</section>");
    html
}

fn law(packs: &[PackLine]) -> String {
    let mut html = String::from(
        "<section aria-labelledby=\"law\">\n<h2 id=\"law\">适用规则 <span lang=\"en\">The law in force</span></h2>\n<ul class=\"packs\">\n",
    );
    for pack in packs {
        let until = pack.until.map_or_else(|| "至另行通知".to_owned(), |until| format!("至 {until}"));
        let ours = if pack.ours { "<span class=\"badge\">本区 <span lang=\"en\">ours</span></span>" } else { "" };
        let force = if pack.in_force {
            ""
        } else {
            "<span class=\"badge quiet\">未施行 <span lang=\"en\">not in force</span></span>"
        };
        let _ = writeln!(
            html,
            "<li><h3><a href=\"/api/v1/packs/{id}\">{title}</a> {ours}{force}</h3><p>{number} · {authority} · 自 {from} {until}</p>\
<p class=\"hint\">{articles} 条 <span lang=\"en\">articles</span> · {scenarios} 个场景 <span lang=\"en\">scenarios</span> · <code>{id}</code></p></li>",
            id = escape(&pack.id),
            title = escape(&pack.title),
            number = escape(&pack.number),
            authority = escape(&pack.authority),
            from = pack.from,
            articles = pack.article_count,
            scenarios = pack.scenarios,
        );
    }
    html.push_str("</ul>\n</section>");
    html
}

fn guests(guests: &[Guest]) -> String {
    if guests.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<section aria-labelledby=\"guests\">\n<h2 id=\"guests\">可登录的演示人员 <span lang=\"en\">Who can log in</span></h2>\n\
<p class=\"hint\">以下人员均为虚构。<span lang=\"en\">All of them are fictitious. Log in at <a href=\"/console/\">the consoles</a> or with <code>POST /api/v1/sessions</code>.</span></p>\n<div class=\"scroll\"><table>\n\
<thead><tr><th scope=\"col\">登录名 <span lang=\"en\">login</span></th><th scope=\"col\">口令 <span lang=\"en\">password</span></th><th scope=\"col\">角色 <span lang=\"en\">role</span></th><th scope=\"col\">部门 <span lang=\"en\">organisation</span></th></tr></thead>\n<tbody>\n",
    );
    for guest in guests {
        let _ = writeln!(
            html,
            "<tr><td><code>{}</code></td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escape(&guest.login),
            escape(&guest.password),
            escape(&guest.role),
            escape(&guest.organisation)
        );
    }
    html.push_str("</tbody></table></div>\n</section>");
    html
}

/// The instant as people in the district read it.
fn shanghai(instant: Timestamp) -> String {
    tz::offset(8).to_datetime(instant).strftime("%Y-%m-%d %H:%M").to_string()
}
