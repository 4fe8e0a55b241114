//! Rule blocks as they are written. Strict: an unknown key is a fault, because a misspelt one would silently be no law.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::Deserialize;

use super::{ListItem, Refuses, Source, Subject};
use crate::{
    calendar::Unit,
    case::{Effect, FactValue, Outcome},
    ids::*,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPack {
    pub(super) id: PackId,
    pub(super) title: String,
    pub(super) number: String,
    pub(super) authority: String,
    pub(super) prefix: String,
    pub(super) from: Date,
    pub(super) until: Option<Date>,
    pub(super) articles: Option<u32>,
    #[serde(default)]
    pub(super) extends: Vec<PackId>,
    pub(super) source: Source,
    pub(super) roles: IndexMap<RoleId, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawValue {
    pub(super) id: ValueId,
    pub(super) amount: u32,
    pub(super) unit: Unit,
    pub(super) from: Option<Date>,
    #[serde(default)]
    pub(super) running: bool,
    pub(super) replaces: Option<ArticleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProcedure {
    pub(super) id: ProcedureId,
    pub(super) title: String,
    pub(super) subject: Subject,
    pub(super) replaces: Option<ArticleId>,
    #[serde(default)]
    pub(super) bounded_by: Option<ArticleId>,
    pub(super) standing: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawState {
    pub(super) procedure: ProcedureId,
    pub(super) id: StateId,
    pub(super) title: String,
    #[serde(default)]
    pub(super) waits_for: Vec<RoleId>,
    #[serde(default)]
    pub(super) end: bool,
    pub(super) unclocked: Option<String>,
    pub(super) replaces: Option<ArticleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAct {
    pub(super) procedure: ProcedureId,
    pub(super) id: ActId,
    pub(super) title: String,
    pub(super) by: Vec<RoleId>,
    #[serde(default)]
    pub(super) opens: bool,
    #[serde(default)]
    pub(super) from: Vec<StateId>,
    pub(super) to: Option<StateId>,
    #[serde(default)]
    pub(super) papers: Vec<PaperId>,
    #[serde(default)]
    pub(super) asks: bool,
    #[serde(default)]
    pub(super) guards: Vec<PredicateId>,
    #[serde(default)]
    pub(super) unless: Vec<PredicateId>,
    #[serde(default)]
    pub(super) once: bool,
    #[serde(default)]
    pub(super) sets: BTreeMap<FactId, FactValue>,
    pub(super) extends: Option<ClockId>,
    #[serde(default)]
    pub(super) excepts: Vec<ActId>,
    pub(super) refuses: Option<Refuses>,
    #[serde(default)]
    pub(super) everybody: bool,
    #[serde(default)]
    pub(super) effects: Vec<Effect>,
    pub(super) replaces: Option<ArticleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClock {
    pub(super) procedure: ProcedureId,
    pub(super) id: ClockId,
    pub(super) title: String,
    pub(super) value: ValueId,
    #[serde(default)]
    pub(super) when: Vec<PredicateId>,
    #[serde(default)]
    pub(super) starts: Vec<StateId>,
    #[serde(default)]
    pub(super) after: Vec<ClockId>,
    pub(super) within: Option<ClockId>,
    pub(super) governs: Option<String>,
    #[serde(default)]
    pub(super) excepts: Vec<ClockId>,
    pub(super) runs: Vec<StateId>,
    #[serde(default)]
    pub(super) pauses: Vec<StateId>,
    pub(super) follows: Option<FactId>,
    pub(super) outcome: Outcome,
    pub(super) act: Option<ActId>,
    #[serde(default)]
    pub(super) effects: Vec<Effect>,
    pub(super) extension: Option<RawExtension>,
    pub(super) replaces: Option<ArticleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExtension {
    pub(super) value: ValueId,
    pub(super) times: u32,
    pub(super) consent: RoleId,
    #[serde(default)]
    pub(super) tell: Vec<RoleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRequirement {
    pub(super) procedure: ProcedureId,
    pub(super) papers: Vec<PaperId>,
    #[serde(default)]
    pub(super) when: Vec<PredicateId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLetter {
    pub(super) procedure: ProcedureId,
    pub(super) act: ActId,
    pub(super) heading: String,
    pub(super) text: String,
    pub(super) replaces: Option<ArticleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawList {
    pub(super) id: ListId,
    pub(super) title: String,
    pub(super) items: Vec<ListItem>,
    pub(super) replaces: Option<ArticleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKeep {
    pub(super) id: ListId,
    pub(super) title: String,
    pub(super) value: ValueId,
    pub(super) replaces: Option<ArticleId>,
}
