//! Every act of every pack can be told in a letter.
#![cfg(test)]

mod regulations;

use std::collections::BTreeMap;

use law::{BLANKS, fill_letter, letter_words};
use regulations::book;

/// The letter of no act is lacking, and none shows an empty blank: not when everything is known, and not when nothing but what
/// every letter has is.
#[test]
fn every_act_of_every_pack_has_a_letter() {
    let book = book();
    let always = ["addressee", "sender", "case", "procedure", "subject", "act", "opened", "date", "basis", "state"];
    let everything: BTreeMap<&str, Vec<String>> =
        BLANKS.iter().map(|(blank, _)| (*blank, vec!["甲".to_owned(), "乙".to_owned()])).collect();
    let little: BTreeMap<&str, Vec<String>> = always.iter().map(|blank| (*blank, vec!["甲".to_owned()])).collect();
    let mut letters = 0;
    for pack in book.packs() {
        for procedure in pack.procedures.values() {
            for act in procedure.acts.values() {
                let place = format!("{} {} {}", pack.id, procedure.id, act.id);
                let words = letter_words(&book, &pack.id, &procedure.id, &act.id)
                    .unwrap_or_else(|| panic!("{place} has no letter"));
                for values in [&everything, &little] {
                    let heading = fill_letter(words.heading, values);
                    let body = fill_letter(words.text, values);
                    assert_eq!(heading.len(), 1, "{place}: a letter has one heading");
                    assert!(!body.is_empty(), "{place}: an empty letter");
                    let all = heading.iter().chain(&body);
                    assert!(
                        all.clone().all(|paragraph| !paragraph.text.contains(['{', '}'])),
                        "{place}: an empty blank"
                    );
                    assert!(body.last().is_some_and(|last| !last.heading), "{place}: announces nothing");
                }
                letters += 1;
            }
        }
    }
    assert!(letters > 300, "only {letters} acts were looked at");
}

/// The law tells a refusal as a refusal and a tacit approval as one: the kind of the act decides, not its name.
#[test]
fn the_kind_of_the_act_chooses_its_letter() {
    let book = book();
    let heading = |pack: &str, procedure: &str, act: &str| {
        letter_words(&book, &pack.into(), &procedure.into(), &act.into()).unwrap().heading.to_owned()
    };
    assert!(heading("putuo-2023", "sharing_request", "refuse").contains("答复意见书"));
    assert!(heading("putuo-2023", "sharing_request", "tacit_approval").contains("视为同意"));
    assert!(heading("putuo-2023", "sharing_request", "approve").contains("同意"));
    assert!(heading("changning-2025", "sharing_service", "suspend_idle").contains("暂停"));
    assert!(heading("changning-2025", "sharing_request", "consent_extension").contains("延长"));
    assert!(heading("changning-2025", "sharing_request", "give_supplement_notice").contains("一次性补正"));
    assert!(heading("chongming-2025", "sharing_request", "give_supplement_notice").contains("补正告知书"));
    assert!(heading("changning-2025", "sharing_request", "breach:reply_conditional").contains("期限届满"));
}
