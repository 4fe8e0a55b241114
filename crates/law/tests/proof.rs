//! The proof about the packs: every finding of the exploration is mended, or stands with its reason in
//! `proof-findings.txt`, which may only shrink (P12).
#![cfg(test)]

mod regulations;

use std::collections::BTreeMap;

use law::proof::{Finding, prove};
use regulations::book;

/// One line of the list: pack, procedure and what was found, which is enough to know it again when lines move.
fn line(finding: &Finding) -> String {
    format!("{} | {} | {}", finding.pack, finding.procedure, finding.what)
}

/// No procedure of any pack can strand a case, leave it untimed, or hold a rule that nothing ever reaches.
#[test]
fn every_pack_is_proven_but_for_the_listed_findings() {
    let book = book();
    let listed: BTreeMap<String, String> = include_str!("proof-findings.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (finding, reason) = line.rsplit_once(" | ").unwrap_or((line, ""));
            (finding.to_owned(), reason.trim().to_owned())
        })
        .collect();
    let mut found = BTreeMap::new();
    for pack in book.packs() {
        let report = prove(&book, &pack.id);
        let (procedures, states, moves) = (report.procedures, report.states, report.moves);
        println!("{}: {procedures} procedures, {states} states, {moves} moves", pack.id);
        assert!(procedures > 0 && states > procedures, "nothing was explored of `{}`", pack.id);
        found.extend(report.findings.into_iter().map(|finding| (line(&finding), finding)));
    }
    let new: Vec<String> = found
        .iter()
        .filter(|(line, _)| !listed.contains_key(*line))
        .map(|(_, finding)| format!("{finding}\n{}", finding.story.as_deref().unwrap_or_default()))
        .collect();
    assert!(new.is_empty(), "{} new finding(s):\n{}", new.len(), new.join("\n"));
    let stale: Vec<_> = listed.keys().filter(|line| !found.contains_key(*line)).collect();
    assert!(stale.is_empty(), "mended, so remove from crates/law/tests/proof-findings.txt: {stale:#?}");
    let silent: Vec<_> = listed.iter().filter(|(_, reason)| reason.is_empty()).collect();
    assert!(silent.is_empty(), "no reason given in crates/law/tests/proof-findings.txt: {silent:?}");
}
