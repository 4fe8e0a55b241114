//! Reading `vocabulary.md` and what stands in `vocabulary/`.

use serde::Deserialize;

use super::{Fact, FactKind, Holders, Paper, PaperKind, PaperRole, Predicate, Test, Title, Vocabulary};
use crate::{
    case::{Effect, FactValue, Outcome},
    document::{Entry, Piece, entries, pieces},
    error::{Faults, Place},
    ids::*,
    letter::{LetterForm, LetterWhen},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTitle {
    id: String,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    id: RoleId,
    #[serde(default)]
    party: bool,
    #[serde(default)]
    several: bool,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFact {
    id: FactId,
    kind: FactKind,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    stated: bool,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPredicate {
    id: PredicateId,
    zh: String,
    en: String,
    fact: Option<FactId>,
    is: Option<OneOrMany>,
    at_least: Option<i64>,
    at_most: Option<i64>,
    builtin: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<FactValue>),
    One(FactValue),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPaper {
    id: PaperId,
    kind: PaperKind,
    role: Option<PaperRole>,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLetter {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    when: LetterWhen,
    heading: String,
    text: String,
}

pub(super) fn parse(files: &[(String, String)], faults: &mut Faults) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    let mut predicates = Vec::new();
    for piece in files.iter().flat_map(|(file, text)| pieces(file, text)) {
        let Piece::Fence { info, text, place } = piece else { continue };
        if info != "toml vocabulary" {
            faults.add(&place, format!("the vocabulary has no blocks `{info}`"), "write `toml vocabulary`");
            continue;
        }
        for entry in entries(&text, &place, faults) {
            if entry.key == "predicate" {
                // A predicate may stand before the fact it asks for, so that it is read last.
                let place = entry.place.clone();
                predicates.extend(entry.read::<RawPredicate>(faults).map(|raw| (place, raw)));
            } else {
                add(&mut vocabulary, entry, faults);
            }
        }
    }
    for (place, raw) in predicates {
        predicate(&mut vocabulary, raw, &place, faults);
    }
    complete(&vocabulary, &Place { file: "vocabulary.md".into(), line: 1 }, faults);
    vocabulary
}

fn add(vocabulary: &mut Vocabulary, entry: Entry<'_>, faults: &mut Faults) {
    let place = entry.place.clone();
    let key = entry.key.clone();
    let twice = match key.as_str() {
        "role" => entry.read::<RawRole>(faults).is_some_and(|raw| {
            let holders = match (raw.party, raw.several) {
                (true, _) => Holders::Party,
                (false, true) => Holders::Several,
                (false, false) => Holders::One,
            };
            vocabulary.holders.insert(raw.id.clone(), holders);
            vocabulary.roles.insert(raw.id, Title { zh: raw.zh, en: raw.en }).is_some()
        }),
        "register" => entry.read::<RawTitle>(faults).is_some_and(|raw| {
            vocabulary.registers.insert(RegisterId::new(&raw.id), Title { zh: raw.zh, en: raw.en }).is_some()
        }),
        "effect" => entry.read::<RawTitle>(faults).is_some_and(|raw| {
            if !Effect::VERBS.contains(&raw.id.as_str()) {
                faults.add(
                    &place,
                    format!("the platform has no verb `{}`", raw.id),
                    format!("its verbs are `{}`", Effect::VERBS.join("`, `")),
                );
            }
            vocabulary.effects.insert(raw.id, Title { zh: raw.zh, en: raw.en }).is_some()
        }),
        "outcome" => entry.read::<RawTitle>(faults).is_some_and(|raw| {
            if !Outcome::ALL.iter().any(|outcome| outcome.as_str() == raw.id) {
                faults.add(
                    &place,
                    format!("there is no outcome `{}`", raw.id),
                    "use `breach`, `approve`, `suspend`, `terminate`, `report`",
                );
            }
            vocabulary.outcomes.insert(raw.id, Title { zh: raw.zh, en: raw.en }).is_some()
        }),
        "paper" => entry.read::<RawPaper>(faults).is_some_and(|raw| {
            let title = Title { zh: raw.zh, en: raw.en };
            vocabulary.papers.insert(raw.id, Paper { title, kind: raw.kind, role: raw.role }).is_some()
        }),
        "fact" => entry.read::<RawFact>(faults).is_some_and(|raw| {
            if raw.kind != FactKind::Word && !raw.words.is_empty() {
                faults.add(
                    &place,
                    format!("the fact `{}` lists words but is no word", raw.id),
                    "write `kind = \"word\"` or leave `words` out",
                );
            }
            let title = Title { zh: raw.zh, en: raw.en };
            vocabulary
                .facts
                .insert(raw.id, Fact { title, kind: raw.kind, words: raw.words, stated: raw.stated })
                .is_some()
        }),
        "letter" => entry.read::<RawLetter>(faults).is_some_and(|raw| {
            let verbs = raw.when.effects.iter().filter(|verb| !Effect::VERBS.contains(&verb.as_str()));
            let unknown = verbs.map(|verb| format!("the platform has no verb `{verb}`"));
            for what in unknown.chain(Vocabulary::letter_faults(&raw.heading, &raw.text)) {
                faults.add(
                    &place,
                    format!("the letter `{}`: {what}", raw.id),
                    "use the blanks of `regulations/README.md`",
                );
            }
            let title = Title { zh: raw.zh, en: raw.en };
            let form = LetterForm { title, when: raw.when, heading: raw.heading, text: raw.text };
            vocabulary.letters.insert(raw.id, form).is_some()
        }),
        _ => {
            faults.add(
                &place,
                format!("the vocabulary has no `{key}`"),
                "use role, fact, predicate, paper, effect, outcome, register, letter",
            );
            false
        }
    };
    if twice {
        faults.add(&place, format!("this `{key}` is defined twice"), "keep one of them");
    }
}

fn predicate(vocabulary: &mut Vocabulary, raw: RawPredicate, place: &Place, faults: &mut Faults) {
    let RawPredicate { id, zh, en, fact, is, at_least, at_most, builtin } = raw;
    let test = match (fact, is, at_least, at_most, builtin.as_deref()) {
        (Some(fact), Some(OneOrMany::Many(values)), None, None, None) => Test::Is(fact, values),
        (Some(fact), Some(OneOrMany::One(value)), None, None, None) => Test::Is(fact, vec![value]),
        (Some(fact), None, Some(number), None, None) => Test::AtLeast(fact, number),
        (Some(fact), None, None, Some(number), None) => Test::AtMost(fact, number),
        (None, None, None, None, Some("papers_complete")) => Test::PapersComplete,
        (None, None, None, None, Some("papers_incomplete")) => Test::PapersIncomplete,
        _ => {
            faults.add(
                place,
                format!("the predicate `{id}` asks nothing that is known"),
                "give `fact` with one of `is`, `at_least`, `at_most`, or `builtin` = `papers_complete` | `papers_incomplete`",
            );
            return;
        }
    };
    let wrong: Vec<String> = match &test {
        Test::Is(_, values) if values.is_empty() => vec!["it accepts no value".into()],
        Test::Is(fact, values) => values.iter().filter_map(|value| vocabulary.check(fact, value).err()).collect(),
        Test::AtLeast(fact, number) | Test::AtMost(fact, number) => {
            vocabulary.check(fact, &FactValue::Number(*number)).err().into_iter().collect()
        }
        Test::PapersComplete | Test::PapersIncomplete => vec![],
    };
    for what in wrong {
        faults.add(place, format!("the predicate `{id}`: {what}"), "ask for a value that the fact can take");
    }
    if vocabulary.predicates.insert(id, Predicate { title: Title { zh, en }, test }).is_some() {
        faults.add(place, "this `predicate` is defined twice", "keep one of them");
    }
}

/// Every verb and outcome of the engine, and the law itself, have a title: a page never shows a bare identifier.
fn complete(vocabulary: &Vocabulary, start: &Place, faults: &mut Faults) {
    for verb in Effect::VERBS.iter().filter(|verb| !vocabulary.effects.contains_key(**verb)) {
        faults.add(start, format!("the effect `{verb}` has no title"), "add `[[effect]]` with id, zh, en");
    }
    for outcome in Outcome::ALL.iter().filter(|outcome| !vocabulary.outcomes.contains_key(outcome.as_str())) {
        faults.add(
            start,
            format!("the outcome `{}` has no title", outcome.as_str()),
            "add `[[outcome]]` with id, zh, en",
        );
    }
    let papers = vocabulary.letters.iter().flat_map(|(id, form)| form.when.papers.iter().map(move |paper| (id, paper)));
    for (letter, paper) in papers.filter(|(_, paper)| !vocabulary.papers.contains_key(*paper)) {
        faults.add(
            start,
            format!("the letter `{letter}` is for the paper `{paper}`, which is none"),
            "name a paper of the vocabulary",
        );
    }
    for role in ["law", "platform"].iter().filter(|role| !vocabulary.roles.contains_key(**role)) {
        faults.add(start, format!("the role `{role}` has no title"), "add `[[role]]` with id, zh, en");
    }
}
