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
    print(&comparison, usize::from(args.width), out)
}

fn print(comparison: &Comparison, width: usize, out: &Out) -> Result<()> {
    let Comparison { left, right, on, rows } = comparison;
    out.text(&format!("{}  {}\n{}  {}\nas they read on {on}", left.id, left.title, right.id, right.title))?;
    if rows.is_empty() {
        return out.text("\nnothing differs");
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
            out.text(&format!("\n{title}\n{}", "─".repeat(width)))?;
            out.text(&beside(&["", "", left.id.as_str(), right.id.as_str()], &widths))?;
            heading = Some(&row.procedure);
        }
        out.text(&line(row, &widths))?;
    }
    let differing = rows.iter().filter(|row| row.differs).count();
    out.text(&format!("\n{differing} differences"))
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
