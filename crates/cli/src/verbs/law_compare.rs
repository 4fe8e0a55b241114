//! `gongshu law compare`: two packs side by side.

use law::{ComparedRow, Comparison, ProcedureId, RoleId, Selection, calendar::date_in_shanghai};

use crate::{
    args::{Common, Compare},
    columns::{beside, wrapped},
    failure::{Failure, Result},
    output::Out,
    regulations, world,
};

/// Runs the verb.
///
/// # Errors
/// An unknown pack, procedure or role.
pub fn run(common: &Common, args: &Compare, out: &Out) -> Result<()> {
    let book = regulations::book(common.regulations.as_deref())?;
    let (left, right) = (regulations::pack(&book, &args.left)?, regulations::pack(&book, &args.right)?);
    let on = args.on.unwrap_or_else(|| date_in_shanghai(world::now()));
    if let Some(procedure) = &args.procedure
        && regulations::procedure(left, procedure).is_err()
    {
        regulations::procedure(right, procedure)?;
    }
    if let Some(role) = args.role.as_deref().filter(|role| !book.vocabulary().roles.contains_key(*role)) {
        let known: Vec<_> = book.vocabulary().roles.keys().map(RoleId::as_str).collect();
        return Err(Failure::usage(format!("the vocabulary has no role `{role}`"))
            .next(format!("choose one of {}", known.join(", "))));
    }
    let selection = Selection {
        all: args.all,
        procedure: args.procedure.as_deref().map(ProcedureId::from),
        role: args.role.as_deref().map(RoleId::from),
    };
    let comparison = Comparison::between(&book, left, right, on, &selection);
    if out.is_json() {
        return out.value(&comparison);
    }
    if args.markdown {
        return out.text(comparison.markdown().trim_end());
    }
    out.text(&text(&comparison, usize::from(args.width)))
}

/// The comparison as a terminal of `width` columns shows it.
fn text(comparison: &Comparison, width: usize) -> String {
    let Comparison { left, right, on, rows } = comparison;
    let mut page = format!("{}  {}\n{}  {}\nas they read on {on}\n", left.id, left.title, right.id, right.title);
    if rows.is_empty() {
        return page + "\nnothing differs";
    }
    let side = width.saturating_sub(29) / 2;
    let widths = [1, 22, side, side];
    let mut heading = None;
    for row in rows {
        if heading != Some(&row.procedure) {
            let title = row.procedure.as_ref().map_or_else(
                || "总体 overall".to_owned(),
                |procedure| format!("{} ({})", procedure.title, procedure.id),
            );
            let names = beside(&["", "", left.id.as_str(), right.id.as_str()], &widths);
            page.push_str(&format!("\n{title}\n{}\n{names}\n", "─".repeat(width)));
            heading = Some(&row.procedure);
        }
        page.push_str(&line(row, &widths));
        page.push('\n');
    }
    match rows.iter().filter(|row| row.differs).count() {
        1 => page + "\n1 difference",
        many => format!("{page}\n{many} differences"),
    }
}

fn line(row: &ComparedRow, widths: &[usize]) -> String {
    let cell = |text: &Option<String>, articles: &[law::ArticleId]| {
        let articles: Vec<&str> = articles.iter().map(law::ArticleId::as_str).collect();
        match (text, articles.is_empty()) {
            (None, _) => "—".to_owned(),
            (Some(text), true) => text.clone(),
            (Some(text), false) => format!("{text} ({})", articles.join(", ")),
        }
    };
    let mark = if row.differs { "≠" } else { "=" };
    let kind = row.aspect.title().split(' ').next().unwrap_or_default();
    let what = wrapped(&format!("{kind} {}", row.what.title), 22).join("\n");
    beside(&[mark, &what, &cell(&row.left, &row.left_articles), &cell(&row.right, &row.right_articles)], widths)
}

#[cfg(test)]
mod tests {
    use law::{Book, scenario};

    use super::*;

    const GUIDES: [&str; 2] = [
        include_str!("../../../../docs/guide/your-own-district.md"),
        include_str!("../../../../docs/guide/your-own-district.zh-CN.md"),
    ];

    /// What the guide tells a clerk to replace: the file, what stands there, what to write. The tests make the same changes.
    const HEAD: [(&str, &str); 6] = [
        ("id = \"changning-2025\"", "id = \"songjiang-2026\""),
        ("prefix = \"CN\"", "prefix = \"SJ\""),
        ("title = \"长宁区公共数据管理办法\"", "title = \"松江区公共数据管理办法（样例）\""),
        ("number = \"长数据规〔2025〕1号\"", "number = \"样例\""),
        ("authority = \"上海市长宁区数据局\"", "authority = \"上海市松江区数据局\""),
        ("centre = \"区数据发展中心\"", "centre = \"区大数据中心\""),
    ];
    const KEEP: (&str, &str) = ("id = \"use_record_keep\"\namount = 3", "id = \"use_record_keep\"\namount = 5");
    const STORIES: [(&str, &str); 3] = [
        ("use_records 2026-03-02 until 2029-03-02", "use_records 2026-03-02 until 2031-03-02"),
        ("use_records 2026-02-14 until 2029-02-14", "use_records 2026-02-14 until 2031-02-14"),
        ("use_records 2028-02-29 until 2031-02-28", "use_records 2028-02-29 until 2033-02-28"),
    ];
    const TERM: &str = "id = \"reply_conditional\"\namount = 10\nunit = \"working_day\"\n";
    const DATED: &str =
        "[[value]]\nid = \"reply_conditional\"\namount = 8\nunit = \"working_day\"\nfrom = \"2026-07-01\"\n";
    const STORY: &str = "```scenario sharing_request\n2026年7月1日起，有条件共享八个工作日内答复\n";

    /// The built-in law with a copy of Changning's folder, changed by `change` file by file.
    fn with_copy(change: impl Fn(&str, String) -> String) -> Book {
        let mut files: Vec<(String, String)> =
            regulations::EMBEDDED.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let copies = files.iter().filter_map(|(path, text)| {
            let name = path.strip_prefix("changning-2025/")?;
            Some((format!("songjiang-2026/{name}"), change(name, text.replace("CN-", "SJ-"))))
        });
        let copies: Vec<_> = copies.collect();
        files.extend(copies);
        Book::parse(files).unwrap_or_else(|faults| panic!("{faults:#?}"))
    }

    fn replaced(text: &str, (from, to): (&str, &str)) -> String {
        assert_eq!(text.matches(from).count(), 1, "`{from}` must stand there once, as the guide says");
        text.replace(from, to)
    }

    /// The guide works: the changes that it names can be made, the check then names the stories that it shows, and the
    /// comparison prints what it prints. Both languages give the same commands and the same output.
    #[test]
    fn the_guide_to_an_own_district_says_what_happens() {
        let head = |text: String| HEAD.into_iter().fold(text, |text, change| replaced(&text, change));
        let first = with_copy(|name, text| match name {
            "pack.md" => head(text),
            "11-34-supervision.md" => replaced(&text, KEEP),
            _ => text,
        });
        let failures = scenario::run_all(&first, &"songjiang-2026".into());
        assert_eq!(failures.len(), 2, "{failures:?}");
        let second = with_copy(|name, text| match name {
            "pack.md" => head(text),
            "11-34-supervision.md" => {
                STORIES.into_iter().fold(replaced(&text, KEEP), |text, change| replaced(&text, change))
            }
            "06-18-reply.md" => replaced(&text, (TERM, &format!("{TERM}\n{DATED}"))),
            _ => text,
        });
        assert_eq!(scenario::run_all(&second, &"songjiang-2026".into()), []);
        let pack = |id: &str| regulations::pack(&second, id).unwrap();
        let on = "2026-08-01".parse().unwrap();
        let compared =
            Comparison::between(&second, pack("changning-2025"), pack("songjiang-2026"), on, &Selection::default());
        let shown = text(&compared, 100);
        for guide in GUIDES {
            for failure in &failures {
                // Without the line, which moves with every edit of the chapter.
                let said = format!("{}: {}", failure.title, failure.message);
                assert!(guide.contains(&said), "the guide does not show\n{said}");
            }
            assert!(guide.contains(&shown), "the guide does not show\n{shown}");
            let told = HEAD.into_iter().chain([KEEP]).chain(STORIES).map(|(_, to)| to).chain([DATED, STORY]);
            for change in told {
                assert!(guide.contains(change), "the guide does not say `{change}`");
            }
        }
        let commands =
            |guide: &'static str| guide.lines().filter(|line| line.starts_with("gongshu ")).collect::<Vec<_>>();
        assert_eq!(commands(GUIDES[0]), commands(GUIDES[1]));
        assert!(commands(GUIDES[0]).len() >= 8);
    }

    /// Every command of the guide is understood.
    #[test]
    fn the_commands_of_the_guide_are_understood() {
        use clap::Parser;
        for line in GUIDES[0].lines().filter(|line| line.starts_with("gongshu ")) {
            let words = line.replace('"', "").replace("2026-07-06 09:00", "2026-07-06T09:00");
            crate::args::Cli::try_parse_from(words.split(' ')).unwrap_or_else(|why| panic!("{line}: {why}"));
        }
    }
}
