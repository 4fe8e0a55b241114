//! What an amendment changes: the days of the calendar, the legal numbers, the rules. A change of law is shown before it is
//! made, and what it moves is found from the first day that differs.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    book::Book,
    ids::*,
    pack::{DatedValue, Pack},
};

/// What differs between two versions of the law.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawChanges {
    /// Days that count otherwise.
    pub days: Vec<DayChange>,
    /// Legal numbers that read otherwise.
    pub values: Vec<ValueChange>,
    /// Everything else that was added, removed or changed.
    pub rules: Vec<RuleChange>,
}

/// A day that counts otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayChange {
    /// The day.
    pub date: Date,
    /// Whether it was a working day.
    pub was_working: bool,
    /// Whether it is one now.
    pub is_working: bool,
}

/// A legal number that reads otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueChange {
    /// The pack.
    pub pack: PackId,
    /// The number.
    pub value: ValueId,
    /// The article that sets it now, or set it.
    pub article: ArticleId,
    /// How it read: each entry with its first day.
    pub before: Vec<String>,
    /// How it reads.
    pub after: Vec<String>,
}

/// A rule that was added, removed or changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleChange {
    /// The pack.
    pub pack: PackId,
    /// Which rule: `PROCEDURE`, `PROCEDURE.act.ID`, `PROCEDURE.clock.ID`, `list.ID`, …
    pub rule: String,
    /// What became of it.
    pub change: RuleFate,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleFate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It reads otherwise.
    Changed,
}

impl LawChanges {
    /// What differs between `before` and `after`.
    #[must_use]
    pub fn between(before: &Book, after: &Book) -> Self {
        let mut changes = Self { days: days(before, after), ..Self::default() };
        let packs: BTreeSet<&PackId> = before.packs().chain(after.packs()).map(|pack| &pack.id).collect();
        for id in packs {
            match (before.pack(id), after.pack(id)) {
                (Some(old), Some(new)) => changes.pack(old, new),
                (None, Some(_)) => changes.rule(id, String::new(), RuleFate::Added),
                _ => changes.rule(id, String::new(), RuleFate::Removed),
            }
        }
        changes
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty() && self.values.is_empty() && self.rules.is_empty()
    }

    /// The first day from which a running term may have to be counted again: a term whose last day lies before it stays as
    /// it is. `None` = no running term is touched.
    #[must_use]
    pub fn first_touched_day(&self) -> Option<Date> {
        if !self.values.is_empty() || !self.rules.is_empty() {
            return Some(jiff::civil::date(1, 1, 1));
        }
        self.days.iter().map(|day| day.date).min()
    }

    fn pack(&mut self, old: &Pack, new: &Pack) {
        let ids: BTreeSet<&ValueId> = old.values.keys().chain(new.values.keys()).collect();
        for id in ids {
            let read = |pack: &Pack| pack.values.get(id).map(|history| history.iter().map(entry).collect::<Vec<_>>());
            let (before, after) = (read(old).unwrap_or_default(), read(new).unwrap_or_default());
            let article = new.values.get(id).or(old.values.get(id)).and_then(|history| history.last());
            if let Some(article) = article.map(|value| value.article.clone()).filter(|_| before != after) {
                self.values.push(ValueChange { pack: new.id.clone(), value: id.clone(), article, before, after });
            }
        }
        let (old_rules, new_rules) = (rules(old), rules(new));
        let names: BTreeSet<&String> = old_rules.iter().chain(&new_rules).map(|(name, _)| name).collect();
        for name in names {
            let find =
                |rules: &[(String, String)]| rules.iter().find(|(id, _)| id == name).map(|(_, text)| text.clone());
            let change = match (find(&old_rules), find(&new_rules)) {
                (None, Some(_)) => RuleFate::Added,
                (Some(_), None) => RuleFate::Removed,
                (before, after) if before != after => RuleFate::Changed,
                _ => continue,
            };
            self.rule(&new.id, name.clone(), change);
        }
    }

    fn rule(&mut self, pack: &PackId, rule: String, change: RuleFate) {
        self.rules.push(RuleChange { pack: pack.clone(), rule, change });
    }
}

fn entry(value: &DatedValue) -> String {
    let running = if value.running { ", also for running terms" } else { "" };
    format!("{} from {}{running}", value.period, value.from)
}

/// Days whose character differs, over all years that either calendar has a notice for.
fn days(before: &Book, after: &Book) -> Vec<DayChange> {
    let years: BTreeSet<i16> =
        [before, after].iter().flat_map(|book| book.calendar().notices()).map(|notice| notice.year).collect();
    let (Some(first), Some(last)) = (years.first(), years.last()) else { return Vec::new() };
    let mut changes = Vec::new();
    let Ok(mut date) = Date::new(*first, 1, 1) else { return changes };
    while date.year() <= *last {
        let was_working = before.calendar().kind_of(date).is_working();
        let is_working = after.calendar().kind_of(date).is_working();
        if was_working != is_working {
            changes.push(DayChange { date, was_working, is_working });
        }
        let Ok(next) = date.checked_add(1.day()) else { break };
        date = next;
    }
    changes
}

/// Every rule of a pack but its numbers, by name, in a form that differs when the rule does. Lines of the files are left out:
/// a rule that only moved down the page is the same rule.
fn rules(pack: &Pack) -> Vec<(String, String)> {
    let mut rules = vec![("in_force".to_owned(), format!("{:?} {:?}", pack.in_force, pack.extends))];
    let nowhere = || crate::error::Place { file: String::new(), line: 0 };
    for procedure in pack.procedures.values() {
        let id = &procedure.id;
        rules.push((id.to_string(), format!("{} {:?} {:?}", procedure.title, procedure.subject, procedure.in_force)));
        for state in procedure.states.values() {
            let state = crate::State { place: nowhere(), ..state.clone() };
            rules.push((format!("{id}.state.{}", state.id), format!("{state:?}")));
        }
        for act in procedure.acts.values() {
            let act = crate::ActRule { place: nowhere(), ..act.clone() };
            rules.push((format!("{id}.act.{}", act.id), format!("{act:?}")));
        }
        for clock in procedure.clocks.values() {
            let clock = crate::ClockRule { place: nowhere(), ..clock.clone() };
            rules.push((format!("{id}.clock.{}", clock.id), format!("{clock:?}")));
        }
        for (number, requirement) in procedure.requirements.iter().enumerate() {
            let requirement = crate::Requirement { place: nowhere(), ..requirement.clone() };
            rules.push((format!("{id}.requirement.{number}"), format!("{requirement:?}")));
        }
    }
    rules.extend(
        pack.lists.values().map(|list| (format!("list.{}", list.id), format!("{} {:?}", list.title, list.items))),
    );
    rules.extend(
        pack.keeps.values().map(|keep| (format!("keep.{}", keep.id), format!("{} {}", keep.title, keep.value))),
    );
    rules
}
