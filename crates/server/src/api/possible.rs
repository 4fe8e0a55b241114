//! What can be done in a case, with what it asks for, and why something cannot be done.

use platform::docket;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    cases::{FactValue, words},
    law::word,
};
use crate::problem::{NextAct, Reason};

/// Something that could be done in a case now.
#[derive(Serialize, ToSchema)]
pub struct PossibleAct {
    /// The act.
    pub act: String,
    /// Its title.
    pub title: String,
    /// Who may do it.
    pub by: Vec<String>,
    /// The papers it asks for that do not lie in the case yet.
    pub papers: Vec<String>,
    /// The same with their titles and the form in which a page asks for them.
    pub paper_forms: Vec<PaperForm>,
    /// What whoever does it may state with it, under `facts`.
    pub facts: Vec<StatableFact>,
    /// The term that it extends while that runs, and by how much at most.
    #[schema(required)]
    pub extension: Option<ExtensionRoom>,
    /// Where it leads; `null` = the state stays.
    #[schema(required)]
    pub to: Option<String>,
    /// The article it rests on.
    pub article: String,
    /// Why it would be refused even with the right role, papers and statements.
    #[schema(required)]
    pub blocked: Option<Blocked>,
}

/// Why an act would be refused.
#[derive(Serialize, ToSchema)]
pub struct Blocked {
    /// The reason's code, e.g. `guard_failed`.
    pub refusal: String,
    /// The reason in words, with the next step.
    pub detail: String,
    /// The article it rests on.
    #[schema(required)]
    pub article: Option<String>,
    /// Papers that are missing.
    pub missing: Vec<String>,
    /// Conditions that do not hold.
    pub failed: Vec<String>,
    /// What can be done instead.
    pub next: Vec<NextAct>,
    /// Every single thing that stands against it.
    pub reasons: Vec<Reason>,
}

/// A paper that an act asks for.
#[derive(Serialize, ToSchema)]
pub struct PaperForm {
    /// Its name.
    pub id: String,
    /// What it is called, in Chinese.
    pub title: String,
    /// What form it takes: `text`, `file`, `signature` or `choice`.
    pub kind: String,
}

/// A fact that whoever does an act may state with it.
#[derive(Serialize, ToSchema)]
pub struct StatableFact {
    /// Its name.
    pub id: String,
    /// What it is called, in Chinese.
    pub title: String,
    /// What values it takes: `flag`, `number`, `moment` or `word`.
    pub kind: String,
    /// For a word: the closed list; empty = any text.
    pub words: Vec<String>,
    /// What it must be for the act to be lawful here; `null` = the act does not depend on it.
    #[schema(required, value_type = Option<FactValue>)]
    pub must: Option<docket::FactValue>,
}

/// By how much a term can be extended.
#[derive(Serialize, ToSchema)]
pub struct ExtensionRoom {
    /// Which term.
    pub clock: String,
    /// What it is called.
    pub title: String,
    /// The most that this extension adds.
    pub most: u32,
    /// In what unit: `working_day`, `day`, `month` or `year`.
    pub unit: String,
    /// How often it can still be extended, this time included.
    pub left: u32,
}

impl From<docket::Statable> for StatableFact {
    fn from(fact: docket::Statable) -> Self {
        let docket::Statable { id, title, kind, words, must } = fact;
        Self { id: id.to_string(), title, kind: word(&kind), words, must }
    }
}

impl From<docket::Extendable> for ExtensionRoom {
    fn from(term: docket::Extendable) -> Self {
        let docket::Extendable { clock, title, most, unit, left } = term;
        Self { clock: clock.to_string(), title, most, unit: word(&unit), left }
    }
}

impl Blocked {
    fn by(refusal: docket::Refusal) -> Self {
        let next = refusal.next.into_iter().map(|(act, by)| NextAct { act: act.to_string(), by: words(&by) });
        Self {
            refusal: refusal.code.to_string(),
            detail: refusal.message,
            article: refusal.article.map(|article| article.to_string()),
            missing: words(&refusal.missing),
            failed: words(&refusal.failed),
            next: next.collect(),
            reasons: refusal.reasons.into_iter().map(Reason::from).collect(),
        }
    }
}

impl From<docket::Possible> for PossibleAct {
    fn from(possible: docket::Possible) -> Self {
        let forms = possible.paper_forms.into_iter().map(|form| PaperForm {
            id: form.id.to_string(),
            title: form.title,
            kind: word(&form.kind),
        });
        Self {
            act: possible.act.to_string(),
            title: possible.title,
            by: words(&possible.by),
            papers: words(&possible.papers),
            paper_forms: forms.collect(),
            facts: possible.facts.into_iter().map(StatableFact::from).collect(),
            extension: possible.extension.map(ExtensionRoom::from),
            to: possible.to.map(|state| state.to_string()),
            article: possible.article.to_string(),
            blocked: possible.blocked.map(Blocked::by),
        }
    }
}
