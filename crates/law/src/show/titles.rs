//! What people call things, for whoever lists cases and acts and has only their names. A name without a title stands for itself.

use super::words::{self, Named, Words};
use crate::{book::Book, ids::*};

impl Book {
    /// A role as the pack calls it.
    #[must_use]
    pub fn role_title(&self, pack: &PackId, role: &RoleId) -> String {
        self.pack(pack).map_or_else(|| role.to_string(), |pack| Words { book: self, pack }.role(role).title)
    }

    /// An act; where the law only recorded that a term ran out (`OUTCOME:CLOCK`), the term and what that means.
    #[must_use]
    pub fn act_title(&self, pack: &PackId, procedure: &ProcedureId, act: &ActId) -> String {
        let Some((pack, rules)) = self.pack(pack).and_then(|pack| Some((pack, pack.procedures.get(procedure)?))) else {
            return act.to_string();
        };
        let recorded = act.as_str().split_once(':').and_then(|(_, clock)| rules.clocks.get(clock));
        match recorded {
            Some(clock) => {
                let outcome = Words { book: self, pack }.outcome(clock.outcome);
                format!("{}：{}", clock.title, outcome.title)
            }
            None => words::act(rules, act).title,
        }
    }

    /// Papers with their titles.
    #[must_use]
    pub fn papers_named<'p>(&self, papers: impl IntoIterator<Item = &'p PaperId>) -> Vec<Named> {
        let title = |paper: &PaperId| self.vocabulary().papers.get(paper).map(|known| known.title.zh.clone());
        papers.into_iter().map(|paper| Named::new(paper, title(paper).unwrap_or_else(|| paper.to_string()))).collect()
    }
}
