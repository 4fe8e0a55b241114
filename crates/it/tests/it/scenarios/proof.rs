//! What every told scenario must leave behind, whoever told it.

use std::collections::BTreeMap;

use it::{AUTHORITY, Site, world::text};
use jiff::Timestamp;
use law::{
    Book, Facts,
    scenario::{Papers, Scenario, Step},
};
use serde_json::Value;

/// Every act of a case rests on an article and is in the log under its own name.
///
/// # Errors
/// The first act of which that is not so.
pub async fn prove(site: &Site, case: &str) -> Result<(), String> {
    site.district.platform.flush_log().await.map_err(|error| error.to_string())?;
    let view = site.case(AUTHORITY, case).await;
    let timeline = view["timeline"].as_array().cloned().unwrap_or_default();
    let log = crate::log::Leaves::of(site);
    for act in &timeline {
        let name = text(&act["act"]);
        if act["articles"].as_array().is_none_or(Vec::is_empty) {
            return Err(format!("the act `{name}` rests on no article"));
        }
        let index = act["log_index"].as_u64().ok_or_else(|| format!("the act `{name}` has no log index"))?;
        let id = text(&act["id"]);
        let leaf = log.about(&id).ok_or_else(|| format!("the act `{name}` is not in the log"))?;
        let named = leaf.index == index && leaf.said["act"] == act["act"] && leaf.said["case"] == view["id"];
        if !named || leaf.said["articles"] != act["articles"] || leaf.said["to"] != act["to"] {
            return Err(format!("leaf {} does not tell the act `{name}`: {}", leaf.index, leaf.said));
        }
    }
    Ok(())
}

/// State, terms and number of acts of a case, to see that a refusal changes nothing.
pub async fn standing(site: &Site, case: Option<&String>) -> Option<(Value, Value, usize)> {
    let case = site.case(AUTHORITY, case?).await;
    Some((case["state"].clone(), case["clocks"].clone(), case["timeline"].as_array().map_or(0, Vec::len)))
}

/// The papers of a step with their texts, under what is known.
pub fn papers(book: &Book, scenario: &Scenario, step: &Step, known: &Facts) -> BTreeMap<String, String> {
    let mut facts = known.clone();
    facts.extend(step.facts.clone());
    let act = step.act.as_ref().expect("a step without an act has no papers");
    let asked = || book.papers_asked(&scenario.pack, &scenario.procedure, act, &facts);
    let papers: Vec<_> = match &step.papers {
        Papers::All => asked(),
        Papers::AllBut(without) => asked().into_iter().filter(|paper| !without.contains(paper)).collect(),
        Papers::Some(papers) => papers.iter().cloned().collect(),
    };
    papers.into_iter().map(|paper| (paper.to_string(), format!("{paper}：见附件"))).collect()
}

/// The instant nearest to `at` at which the pack opens cases, so that the world can be made even where a story is about a day
/// before or after that.
pub fn while_in_force(book: &Book, scenario: &Scenario, at: Timestamp) -> Timestamp {
    let Some(pack) = book.pack(&scenario.pack) else { return at };
    let first = law::calendar::start_of(pack.in_force.from);
    match pack.in_force.until.map(law::calendar::start_of) {
        Some(last) if at > last => last,
        _ => at.max(first),
    }
}
