//! The story: one dataset's whole way from legal duty to served call, over HTTP, with every answer checked. It is the end-to-end
//! test of the house, and its transcript is documentation that cannot be out of date.
//!
//! It plays in one district with one store. First the district lives under Changning's rules, then the same people, the same data
//! and the same log go on under Putuo's: nothing but the pack has changed, and what was opened before keeps its law. Keys, chance
//! and clock are fixed, so that the transcript reads the same on every machine; time moves only when the story moves it.

mod changning;
mod files;
mod proof;
mod putuo;
mod stage;
mod teller;

use crate::{
    args::{Common, Story},
    failure::{Failure, Result},
    output::Out,
};

pub use files::Files;
pub use stage::Stage;
pub use teller::Teller;

/// Who plays, and what is known so far: ids by names of the story's own.
#[derive(Debug, Default)]
pub struct Known {
    /// Organisations by code.
    pub organisations: Vec<(String, String)>,
    /// The entry of the streets: unconditional.
    pub streets: Subject,
    /// The entry of the villages: conditional.
    pub villages: Subject,
    /// The entry of the shelters: unconditional.
    pub shelters: Subject,
    /// The service of the villages under Changning's rules.
    pub service: String,
    /// The case of that service.
    pub service_case: String,
    /// The caller's token.
    pub token: String,
    /// The act to be proved: the approval.
    pub approval: String,
    /// The call to be proved: its id and its place in the log.
    pub call: (String, u64),
}

/// An entry and its case.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The entry.
    pub entry: String,
    /// Its case.
    pub case: String,
}

/// Tells the whole story.
///
/// # Errors
/// The first answer that is not the expected one.
pub async fn tell(common: &Common, args: &Story, out: &Out) -> Result<()> {
    let mut teller = Teller::new(*out);
    let mut stage = Stage::set(common, args.keep.as_deref())?;
    let told = chapters(common, &mut stage, &mut teller).await;
    stage.close().await?;
    told.map_err(|failure| {
        let place = if teller.chapter().is_empty() {
            "before it began".to_owned()
        } else {
            format!("in the chapter `{}`", teller.chapter())
        };
        Failure { what: format!("the story broke off {place}: {}", failure.what), ..failure }
    })?;
    if let Some(path) = &args.transcript {
        teller.write(path)?;
    }
    teller.end()
}

async fn chapters(common: &Common, stage: &mut Stage, teller: &mut Teller) -> Result<()> {
    let files = Files::find(stage.root())?;
    let mut known = Known::default();
    teller.preface(&files)?;
    stage.start("changning-2025", "2026-03-02 09:00").await?;
    changning::founding(stage, teller, &mut known).await?;
    changning::cataloguing(stage, teller, &mut known).await?;
    changning::review(stage, teller, &known).await?;
    changning::loading(stage, teller, &known, &files).await?;
    changning::request(stage, teller, &mut known).await?;
    changning::use_of_the_grant(stage, teller, &mut known).await?;
    changning::unconditional(stage, teller, &known).await?;
    proof::evidence(stage, teller, &known).await?;
    stage.stop().await?;
    stage.start("putuo-2023", "2026-04-07 09:00").await?;
    putuo::silence(stage, teller, &mut known).await?;
    putuo::idleness(stage, teller, &known).await?;
    stage.stop().await?;
    proof::recount(common, stage, teller)
}

/// Fails unless the answer is the expected one.
///
/// # Errors
/// Says what was expected and what came.
pub fn expect<T: PartialEq + std::fmt::Debug>(what: &str, came: T, expected: T) -> Result<()> {
    if came == expected {
        return Ok(());
    }
    Err(Failure::new(format!("{what}: expected {expected:?}, got {came:?}")))
}
