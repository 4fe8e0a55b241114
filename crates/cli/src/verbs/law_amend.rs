//! `gongshu law amend`: a new holiday notice or an amended pack for a running district, shown before it is made.

use std::collections::BTreeMap;

use law::RuleFate;
use platform::amendment::{AmendmentPreview, AmendmentView, MovedLine};
use serde_json::Value;

use crate::{
    args::Amend,
    client::Client,
    failure::{Failure, Result},
    output::{Out, Table},
    regulations,
    world::shown,
};

/// Runs the verb.
///
/// # Errors
/// When the folder holds no law, the server does not answer, or the amendment is refused.
pub async fn run(args: &Amend, out: &Out) -> Result<()> {
    let files: BTreeMap<String, String> = regulations::read(&args.folder)?.into_iter().collect();
    if files.is_empty() {
        return Err(Failure::new(format!("`{}` holds no Markdown file", args.folder.display())).next(
            "put the changed files into a folder as they lie in the folder of regulations, e.g. `calendar/2027.md`",
        ));
    }
    let amendment = serde_json::json!({ "title": args.title, "files": files });
    let client = Client::logged_in(&args.server).await?;
    let answer = client.post("/api/v1/amendments/preview", &amendment).await?;
    let preview: AmendmentPreview = read(&answer)?;
    if !args.make {
        if out.is_json() {
            return out.value(&answer);
        }
        out.text(text(&preview).trim_end())?;
        return out.text("nothing was changed; repeat with `--make` to make it law");
    }
    let answer = client.post("/api/v1/amendments", &amendment).await?;
    if out.is_json() {
        return out.value(&answer);
    }
    let made: AmendmentView = read(&answer)?;
    out.text(text(&preview).trim_end())?;
    out.text(&format!("made law as amendment {}; {} terms moved", made.id, made.moved))
}

fn read<T: serde::de::DeserializeOwned>(answer: &Value) -> Result<T> {
    serde_json::from_value(answer.clone()).map_err(|why| {
        Failure::new("the server's answer cannot be read").because(why).next("use a client of the server's own version")
    })
}

fn text(preview: &AmendmentPreview) -> String {
    let mut page = String::new();
    for day in &preview.changes.days {
        let is = if day.is_working { "becomes a working day" } else { "is no working day any more" };
        page.push_str(&format!("{}  {is}\n", day.date));
    }
    for value in &preview.changes.values {
        let (before, after) = (value.before.join(", "), value.after.join(", "));
        page.push_str(&format!("{} {} ({}): {before} → {after}\n", value.pack, value.value, value.article));
    }
    for rule in &preview.changes.rules {
        let fate = match rule.change {
            RuleFate::Added => "added",
            RuleFate::Removed => "removed",
            RuleFate::Changed => "changed",
        };
        page.push_str(&format!("{} {}: {fate}\n", rule.pack, rule.rule));
    }
    page.push_str(&format!("\n{} running terms move\n", preview.moved));
    let mut table = Table::new(["case", "term", "article", "before", "after"]);
    for MovedLine { moved, .. } in &preview.moves {
        let (before, after) = (shown(moved.before), shown(moved.after));
        table.row([moved.case.to_string(), moved.clock.clone(), moved.article.clone(), before, after]);
    }
    if !table.is_empty() {
        page.push_str(&table.text());
    }
    page
}
