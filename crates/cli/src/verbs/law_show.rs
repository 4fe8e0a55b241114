//! `gongshu law show`: what a pack says, for a lawyer at a terminal or for a program.

use law::{ActRule, ArticleId, ArticlePage, Book, ClockSummary, Pack, Procedure, State, calendar::date_in_shanghai};
use serde_json::{Value, json};

use super::law_due::length;
use crate::{
    args::{Common, Show},
    failure::{Failure, Result},
    output::{Out, Table},
    regulations, world,
};

/// Runs the verb.
///
/// # Errors
/// An unknown pack, article or procedure.
pub fn run(common: &Common, args: &Show, out: &Out) -> Result<()> {
    let book = regulations::book(common.regulations.as_deref())?;
    let pack = regulations::pack(&book, &common.pack)?;
    let on = args.on.unwrap_or_else(|| date_in_shanghai(world::now()));
    let clocks = law::clocks(pack, on);
    match (&args.what, &args.article, &args.procedure) {
        // Articles are numbered apart from pack to pack, so their number alone says which pack is meant.
        (Some(what), ..) if what.contains('-') => show_article(&book, pack, what, out),
        (Some(what), ..) => show_procedure(regulations::procedure(pack, what)?, pack, &clocks, out),
        (None, Some(article), _) => show_article(&book, pack, article, out),
        (None, None, Some(id)) => show_procedure(regulations::procedure(pack, id)?, pack, &clocks, out),
        (None, None, None) if args.clocks && out.is_json() => out.value(&clocks),
        (None, None, None) if args.clocks => out.text(&clock_table(&clocks).text()),
        (None, None, None) => overview(pack, out),
    }
}

fn clock_table(clocks: &[ClockSummary]) -> Table {
    let mut table = Table::new(["article", "clock", "term", "otherwise", "extension", "title"]);
    for clock in clocks {
        let term = length(law::calendar::Period::new(clock.amount, clock.unit));
        let extension = clock.extension.as_ref().map_or_else(String::new, |extension| {
            let term = length(law::calendar::Period::new(extension.amount, extension.unit));
            format!("{term}, {}×, consent of {}", extension.times, extension.consent)
        });
        table.row([clock.article.as_str(), clock.id.as_str(), &term, clock.outcome.as_str(), &extension, &clock.title]);
    }
    table
}

fn show_article(book: &Book, pack: &Pack, id: &str, out: &Out) -> Result<()> {
    // Two versions of one law may number their articles alike; then the pack that was chosen is meant.
    let ours = ArticlePage::of(book, pack, &ArticleId::new(id.to_uppercase()));
    let article = ours.or_else(|| ArticlePage::find(book, id)).ok_or_else(|| {
        let prefixes: Vec<_> = book.packs().map(|pack| format!("{}-1", pack.article_prefix)).collect();
        let last = pack.articles.keys().last().map_or("none", ArticleId::as_str);
        Failure::usage(format!("no pack has an article `{id}`")).next(format!(
            "articles are called {}, …; those of `{}` end with {last}",
            prefixes.join(", "),
            pack.id
        ))
    })?;
    if out.is_json() {
        return out.value(&article);
    }
    out.text(&format!("{}  {}  {}:{}\n", article.pack, article.regulation, article.file, article.line))?;
    out.text(article.markdown().trim_end())
}

fn show_procedure(procedure: &Procedure, pack: &Pack, clocks: &[ClockSummary], out: &Out) -> Result<()> {
    let clocks: Vec<_> = clocks.iter().filter(|clock| clock.procedure == procedure.id).cloned().collect();
    if out.is_json() {
        return out.value(&procedure_json(procedure, &clocks));
    }
    out.text(&format!("{}  {}  {} ({})\n", pack.id, procedure.article, procedure.title, procedure.id))?;
    let mut states = Table::new(["state", "waits for", "title"]);
    for state in procedure.states.values() {
        let waits = if state.end { "(end)".to_owned() } else { words(&state.waits_for) };
        states.row([state.id.as_str(), &waits, &state.title]);
    }
    out.text(&states.text())?;
    let mut acts = Table::new(["article", "act", "by", "from", "to", "papers", "title"]);
    for act in procedure.acts.values() {
        let from = if act.opens { "(opens)".to_owned() } else { words(&act.from) };
        let to = act.to.as_ref().map_or("(stays)", |state| state.as_str());
        acts.row([act.article.as_str(), act.id.as_str(), &words(&act.by), &from, to, &words(&act.papers), &act.title]);
    }
    out.text(&format!("\n{}", acts.text()))?;
    if !clocks.is_empty() {
        out.text(&format!("\n{}", clock_table(&clocks).text()))?;
    }
    Ok(())
}

fn procedure_json(procedure: &Procedure, clocks: &[ClockSummary]) -> Value {
    json!({
        "id": procedure.id,
        "title": procedure.title,
        "subject": procedure.subject,
        "article": procedure.article,
        "states": procedure.states.values().map(state_json).collect::<Vec<_>>(),
        "acts": procedure.acts.values().map(act_json).collect::<Vec<_>>(),
        "clocks": clocks,
    })
}

fn state_json(state: &State) -> Value {
    json!({
        "id": state.id, "title": state.title, "waits_for": state.waits_for, "end": state.end, "unclocked": state.unclocked,
        "article": state.article,
    })
}

fn act_json(act: &ActRule) -> Value {
    json!({
        "id": act.id, "title": act.title, "by": act.by, "opens": act.opens, "from": act.from, "to": act.to, "papers": act.papers,
        "asks": act.asks, "guards": act.guards, "unless": act.unless, "once": act.once, "extends": act.extends, "effects": act.effects,
        "article": act.article,
    })
}

fn overview(pack: &Pack, out: &Out) -> Result<()> {
    if out.is_json() {
        return out.value(&json!({
            "id": pack.id, "title": pack.title, "number": pack.number, "authority": pack.authority, "in_force": pack.in_force,
            "source": pack.source, "roles": pack.roles, "articles": pack.articles.values().collect::<Vec<_>>(),
            "procedures": pack.procedures.keys().collect::<Vec<_>>(),
        }));
    }
    let until = pack.in_force.until.map_or_else(|| "until further notice".to_owned(), |until| format!("until {until}"));
    out.text(&format!(
        "{}  {}\n{}  {}\nin force from {} {until}\n",
        pack.id, pack.title, pack.number, pack.authority, pack.in_force.from
    ))?;
    let mut roles = Table::new(["role", "held by"]);
    for (role, holder) in &pack.roles {
        roles.row([role.as_str(), &holder.title]);
    }
    out.text(&format!("{}\n", roles.text()))?;
    let mut articles = Table::new(["article", "rules", "scenarios", "title"]);
    for article in pack.articles.values() {
        let rules =
            article.nothing_to_compute.as_ref().map_or_else(|| article.rules.to_string(), |_| "none".to_owned());
        articles.row([article.id.as_str(), &rules, &article.scenarios.to_string(), &article.title]);
    }
    out.text(&format!("{}\n", articles.text()))?;
    let mut procedures = Table::new(["procedure", "article", "clocks", "title"]);
    for procedure in pack.procedures.values() {
        procedures.row([
            procedure.id.as_str(),
            procedure.article.as_str(),
            &procedure.clocks.len().to_string(),
            &procedure.title,
        ]);
    }
    out.text(&procedures.text())
}

fn words(ids: &[impl std::fmt::Display]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
