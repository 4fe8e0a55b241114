//! `gongshu clock`: the demonstration's time, seen and moved over HTTP. The law acts on the way.

use serde_json::{Value, json};

use crate::{
    args::{Advance, ClockShow},
    client::{Client, text},
    failure::Result,
    output::{Out, Table},
    world::{parse_instant, rfc3339, shown},
};

const PATH: &str = "/api/v1/demonstration/clock";

/// Prints the clock.
///
/// # Errors
/// When the server does not answer or is no demonstration.
pub async fn show(args: &ClockShow, out: &Out) -> Result<()> {
    let reading = Client::new(&args.server.server)?.get(PATH).await?;
    if out.is_json() {
        return out.value(&reading);
    }
    out.text(&format!("now       {}", instant(&reading, "now")))?;
    out.text(&format!("next due  {}", instant(&reading, "next_due")))
}

/// Moves the clock.
///
/// # Errors
/// As [`show`]; when the one who asks is not the system administrator.
pub async fn advance(args: &Advance, out: &Out) -> Result<()> {
    let client = Client::logged_in(&args.server).await?;
    let body = match (args.to, args.by) {
        (Some(to), _) => json!({ "to": rfc3339(to) }),
        (None, Some(by)) => json!({ "by_seconds": by.as_secs() }),
        (None, None) => json!({ "to_next_due": true }),
    };
    let advanced = client.post(PATH, &body).await?;
    if out.is_json() {
        return out.value(&advanced);
    }
    out.text(&format!("now  {}", instant(&advanced, "now")))?;
    let acted = advanced.get("acted").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if acted.is_empty() {
        return out.text("the law had nothing to do on the way");
    }
    let mut table = Table::new(["at", "the law did", "state", "articles", "case"]);
    for act in acted {
        let articles = act.get("articles").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let articles: Vec<_> = articles.iter().filter_map(Value::as_str).collect();
        table.row([
            &instant(act, "at"),
            text(act, "name")?,
            text(act, "state")?,
            &articles.join(", "),
            text(act, "case")?,
        ]);
    }
    out.text(&table.text())
}

fn instant(answer: &Value, part: &str) -> String {
    let text = answer.get(part).and_then(Value::as_str);
    text.and_then(|text| parse_instant(text).ok()).map_or_else(|| "nothing".to_owned(), shown)
}
