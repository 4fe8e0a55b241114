//! What things are called on a page. A role is called as the pack calls it; papers, predicates, effects and outcomes as
//! the vocabulary does; acts, states and clocks as their rules do. A name without a title stands for itself.

use serde::{Deserialize, Serialize};

use crate::{
    book::Book,
    calendar::{Period, Unit},
    case::{Effect, Outcome},
    ids::*,
    pack::{Pack, Procedure},
    vocabulary::Title,
};

/// Something with the name that programs use and the title that people read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// Its name in the pack.
    pub id: String,
    /// What it is called, in Chinese.
    pub title: String,
}

impl Named {
    pub(super) fn new(id: impl ToString, title: impl Into<String>) -> Self {
        Self { id: id.to_string(), title: title.into() }
    }
}

/// Finds titles for the rules of one pack.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) book: &'a Book,
    pub(super) pack: &'a Pack,
}

impl Words<'_> {
    pub(super) fn role(&self, id: &RoleId) -> Named {
        match self.pack.roles.get(id) {
            Some(holder) => Named::new(id, &holder.title),
            None => self.common_role(id),
        }
    }

    /// The role as every district calls it, so that packs can be compared.
    pub(super) fn common_role(&self, id: &RoleId) -> Named {
        Named::new(id, title(self.book.vocabulary().roles.get(id), id))
    }

    pub(super) fn roles(&self, ids: &[RoleId]) -> Vec<Named> {
        ids.iter().map(|id| self.role(id)).collect()
    }

    pub(super) fn paper(&self, id: &PaperId) -> Named {
        Named::new(id, title(self.book.vocabulary().papers.get(id).map(|paper| &paper.title), id))
    }

    pub(super) fn papers(&self, ids: &[PaperId]) -> Vec<Named> {
        ids.iter().map(|id| self.paper(id)).collect()
    }

    pub(super) fn predicates(&self, ids: &[PredicateId]) -> Vec<Named> {
        let predicates = &self.book.vocabulary().predicates;
        ids.iter().map(|id| Named::new(id, title(predicates.get(id).map(|known| &known.title), id))).collect()
    }

    pub(super) fn fact(&self, id: &FactId) -> Named {
        Named::new(id, title(self.book.vocabulary().facts.get(id).map(|fact| &fact.title), id))
    }

    pub(super) fn outcome(&self, outcome: Outcome) -> Named {
        Named::new(outcome.as_str(), title(self.book.vocabulary().outcomes.get(outcome.as_str()), &outcome.as_str()))
    }

    /// An effect with the role, procedure or register that it is about.
    pub(super) fn effect(&self, effect: &Effect) -> Named {
        let id = effect.to_string();
        let words = match effect {
            Effect::Notify(role) => format!("告知{}", self.role(role).title),
            Effect::Report(role) => format!("报告{}", self.role(role).title),
            Effect::OpenCase(procedure) => {
                let known = self.pack.procedures.get(procedure);
                format!("开立「{}」", known.map_or(procedure.as_str(), |known| known.title.as_str()))
            }
            Effect::Enter(register) => format!("列入{}", self.register(register)),
            Effect::Strike(register) => format!("移出{}", self.register(register)),
            _ => title(self.book.vocabulary().effects.get(&id), &id),
        };
        Named { id, title: words }
    }

    pub(super) fn effects(&self, effects: &[Effect]) -> Vec<Named> {
        effects.iter().map(|effect| self.effect(effect)).collect()
    }

    fn register(&self, id: &RegisterId) -> String {
        title(self.book.vocabulary().registers.get(id), id)
    }
}

pub(super) fn state(procedure: &Procedure, id: &StateId) -> Named {
    Named::new(id, procedure.states.get(id).map_or(id.as_str(), |state| state.title.as_str()))
}

pub(super) fn states(procedure: &Procedure, ids: &[StateId]) -> Vec<Named> {
    ids.iter().map(|id| state(procedure, id)).collect()
}

pub(super) fn act(procedure: &Procedure, id: &ActId) -> Named {
    Named::new(id, procedure.acts.get(id).map_or(id.as_str(), |act| act.title.as_str()))
}

pub(super) fn clock(procedure: &Procedure, id: &ClockId) -> Named {
    Named::new(id, procedure.clocks.get(id).map_or(id.as_str(), |clock| clock.title.as_str()))
}

/// A period as a Chinese text states it.
pub(super) fn length(period: Period) -> String {
    let unit = match period.unit {
        Unit::WorkingDay => "个工作日",
        Unit::Day => "日",
        Unit::Month => "个月",
        Unit::Year => "年",
    };
    format!("{} {unit}", period.amount)
}

/// The titles, joined as Chinese joins words.
pub(super) fn joined<'a>(named: impl IntoIterator<Item = &'a Named>) -> String {
    named.into_iter().map(|one| one.title.as_str()).collect::<Vec<_>>().join("、")
}

fn title(title: Option<&Title>, id: &impl ToString) -> String {
    title.map_or_else(|| id.to_string(), |title| title.zh.clone())
}
