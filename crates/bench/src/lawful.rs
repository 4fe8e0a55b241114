//! The law in bulk: running terms counted again, in memory and in the store after a new holiday notice, and the proof of
//! the packs. There is no peer that does any of these; the targets are the house's own.

use std::{collections::BTreeMap, hint::black_box, sync::Arc};

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use law::{Act, Case, Facts};
use platform::{
    Actor,
    amendment::Amendment,
    docket::{ActInput, Opening, SubjectKind},
    lake::MemoryLake,
};

use crate::{
    district::District,
    measure::{middle_of_three, timed},
    table::Table,
    workplace::Workplace,
};

/// Terms a second and core: a million running clocks in under a second.
const COUNTED: f64 = 1_000_000.0;
/// Stored cases a second: a million in under a minute, on SQLite.
const STORED: f64 = 1_000_000.0 / 60.0;
/// Proofs of all packs a minute: one in under ten seconds.
const PROVED: f64 = 6.0;

/// Measures.
///
/// # Errors
/// When a term was not moved, or the law is not what the bench expects.
pub fn run(place: &Workplace) -> Result<Table> {
    let about = "Running terms counted again by the law: cases in memory on one core; cases stored on SQLite after a holiday notice \
                 that moves every one of them, with the amendment on record, before and after noted for each, and its organisation \
                 told; and the exhaustive check of all packs.";
    let mut table = Table::new("law", "the law in bulk", about);
    let book = place.book()?;
    let case = review(&book)?;
    let times = place.size(1_000_000, 1_000);
    let counted = middle_of_three(|| {
        let (_, seconds) = timed(|| {
            for _ in 0..times {
                black_box(law::recompute(&book, black_box(&case)));
            }
        });
        Ok(times as f64 / seconds)
    })?;
    let counted = table.ours("running terms of cases, counted again in memory", counted, "/s");
    table.floor("running terms on one core", counted, COUNTED, "/s");

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stored = runtime.block_on(stored(place, place.size(100_000, 500)))?;
    let stored = table.ours("stored cases moved by a notice, SQLite", stored, "/s");
    table.floor("stored cases moved on SQLite", stored, STORED, "/s");

    let packs: Vec<_> = book.packs().map(|pack| pack.id.clone()).collect();
    let (findings, seconds) =
        timed(|| packs.iter().map(|pack| law::proof::prove(&book, pack).findings.len()).sum::<usize>());
    let proved = table.ours("proofs of all packs", 60.0 / seconds, "/min");
    table.floor("proofs of all packs", proved, PROVED, "/min");
    table.note(format!("The proof of {} packs took {seconds:.2} s and found {findings} fault(s).", packs.len()));
    Ok(table)
}

/// A yearly review of a catalogue: a case in which a term runs.
fn review(book: &law::Book) -> Result<Case> {
    let act = Act {
        id: "open".into(),
        by: "platform".into(),
        papers: Default::default(),
        facts: Facts::new(),
        extension: None,
    };
    let now = "2026-03-02T09:00:00+08:00".parse()?;
    law::open(book, &"changning-2025".into(), &"catalogue_review".into(), Facts::new(), &act, now)
        .map(|decision| decision.case)
        .map_err(|refusal| anyhow::anyhow!("{refusal}"))
}

/// Stored cases a second, from the administrator's act to the last case written.
async fn stored(place: &Workplace, cases: u64) -> Result<f64> {
    let folder = place.folder("law-sqlite")?;
    let database = format!("sqlite:{}", folder.join("control.db").display());
    let district = District::open(place, &folder, database, Arc::new(MemoryLake::new())).await?;
    let platform = &district.platform;
    let machine = Actor::Platform;
    let opening = Opening {
        procedure: "catalogue_review".into(),
        subject: (SubjectKind::Organisation, district.asking.0),
        provider: Some(district.asking),
        pack: None,
        title: None,
        demander: None,
        parties: platform::docket::Parties::default(),
        facts: Facts::new(),
        act: ActInput::new("open").role("platform"),
        parent: None,
    };
    let receipt = platform.open_case(&district.ctx(&machine), opening).await?;
    let last = receipt.due.first().and_then(|due| due.last_day).context("the review has no term")?;
    platform.stock_cases(&district.ctx(&machine), receipt.case, cases.saturating_sub(1)).await?;
    let text = format!(
        "# {year}\n\n```toml calendar\nyear = {year}\n\n[[notice]]\ntitle = \"通知\"\nnumber = \"国办发明电〔2026〕9号\"\n\
         published = \"2026-11-04\"\nurl = \"https://www.gov.cn/\"\n\n[[rest]]\nname = \"假期\"\nfrom = \"{last}\"\nto = \"{}\"\n```\n",
        last.checked_add(2.days())?,
        year = last.year(),
    );
    let files = BTreeMap::from([(format!("calendar/{}.md", last.year()), text)]);
    let amendment = Amendment { title: "通知".to_owned(), files };
    let start = std::time::Instant::now();
    let made = platform.amend_law(&district.ctx(&machine), amendment).await?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(made.moved == cases && made.finished, "{} of {cases} cases were moved", made.moved);
    district.platform.close().await?;
    Ok(cases as f64 / seconds)
}
