//! `gongshu law check`: whether the packs are fit to be law. Their scenarios are run, and every procedure is explored; what is
//! found wrong is told as a dated story.

use law::{
    Book, Pack,
    proof::{Report, prove},
    scenario,
};
use serde_json::json;

use crate::{
    args::{Check, Common},
    failure::{Failure, Result},
    output::{Out, Table},
    regulations,
};

/// Runs the verb.
///
/// # Errors
/// Packs that cannot be read, scenarios that do not hold, and findings of the exploration.
pub fn run(common: &Common, args: &Check, out: &Out) -> Result<()> {
    let book = regulations::book(common.regulations.as_deref())?;
    let packs: Vec<&Pack> = match common.pack_is_named {
        true => vec![regulations::pack(&book, &common.pack)?],
        false => book.packs().collect(),
    };
    let checked: Vec<Checked<'_>> = packs.into_iter().map(|pack| Checked::new(&book, pack)).collect();
    if out.is_json() {
        out.value(&checked.iter().map(Checked::to_json).collect::<Vec<_>>())?;
    } else {
        print(&checked, args.brief, out)?;
    }
    let faults: usize = checked.iter().map(|pack| pack.failures.len() + pack.report.findings.len()).sum();
    if faults == 0 {
        return Ok(());
    }
    let failure = Failure::new(format!("the packs have {faults} fault(s)"));
    Err(failure.next("mend the rules at the places named, or the scenarios; then run `gongshu law check` again"))
}

/// A pack and what was found out about it.
struct Checked<'a> {
    pack: &'a Pack,
    failures: Vec<scenario::Failure>,
    report: Report,
}

impl<'a> Checked<'a> {
    fn new(book: &Book, pack: &'a Pack) -> Self {
        Self { pack, failures: scenario::run_all(book, &pack.id), report: prove(book, &pack.id) }
    }

    fn rules(&self) -> usize {
        self.pack.articles.values().map(|article| article.rules).sum()
    }

    fn scenarios(&self) -> usize {
        self.pack.scenarios.len() + self.pack.keep_scenarios.len()
    }

    fn to_json(&self) -> serde_json::Value {
        let failures: Vec<String> = self.failures.iter().map(ToString::to_string).collect();
        let Report { findings, procedures, states, moves, .. } = &self.report;
        json!({
            "pack": self.pack.id, "articles": self.pack.articles.len(), "rules": self.rules(), "scenarios": self.scenarios(),
            "failures": failures, "procedures": procedures, "states": states, "moves": moves, "findings": findings,
        })
    }
}

fn print(checked: &[Checked<'_>], brief: bool, out: &Out) -> Result<()> {
    for Checked { failures, report, .. } in checked {
        for failure in failures {
            out.text(&failure.to_string())?;
        }
        for finding in &report.findings {
            out.text(&finding.to_string())?;
            if let Some(story) = finding.story.as_deref().filter(|_| !brief) {
                out.text(story)?;
            }
        }
    }
    let heading = ["pack", "articles", "rules", "scenarios", "failed", "procedures", "states", "moves", "findings"];
    let mut table = Table::new(heading);
    for pack in checked {
        let Report { findings, procedures, states, moves, .. } = &pack.report;
        let figures = [
            pack.pack.articles.len(),
            pack.rules(),
            pack.scenarios(),
            pack.failures.len(),
            *procedures,
            *states,
            *moves,
            findings.len(),
        ];
        table.row(std::iter::once(pack.pack.id.to_string()).chain(figures.iter().map(ToString::to_string)));
    }
    out.text(&table.text())
}
