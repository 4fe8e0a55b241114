//! The law as data: packs, articles, procedures, terms, and how a date due is derived.

use axum::Json;
use jiff::{Timestamp, civil::Date, tz};
use platform::{Code, Platform};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::cases::Derivation;
use crate::{
    AppState,
    auth::Anyone,
    extract::{Answer, InPath, InQuery},
    openapi::ReadProblems,
    problem::Problem,
};

/// Routes of the law. Anyone may read the law.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(packs_list)).routes(routes!(packs_get)).routes(routes!(law_due))
}

/// Lists the regulation packs.
#[utoipa::path(get, path = "/packs", tag = "law", security(()), responses((status = 200, body = [PackLine]), ReadProblems))]
async fn packs_list(anyone: Anyone) -> Answer<Vec<PackLine>> {
    Ok(Json(pack_lines(anyone.platform(), anyone.ctx.now)))
}

/// Shows a regulation pack: its articles in our own words, its procedures, its terms as they read today.
#[utoipa::path(get, path = "/packs/{pack}", tag = "law", security(()), params(("pack" = String, Path, description = "the pack, e.g. `changning-2025`")), responses((status = 200, body = PackView), ReadProblems))]
async fn packs_get(anyone: Anyone, InPath(pack): InPath<String>) -> Answer<PackView> {
    let today = day_of(anyone.ctx.now);
    let line = pack_lines(anyone.platform(), anyone.ctx.now)
        .into_iter()
        .find(|line| line.id == pack)
        .ok_or_else(|| no_pack(&pack))?;
    let book = anyone.platform().book();
    let pack = book.packs().find(|found| found.id == pack.as_str()).ok_or_else(|| no_pack(&pack))?;
    let articles = pack.articles.values().map(|article| ArticleView {
        id: article.id.to_string(),
        title: article.title.clone(),
        file: article.file.clone(),
        line: article.line,
        paraphrase: article.paraphrase.clone(),
        nothing_to_compute: article.nothing_to_compute.clone(),
        rules: article.rules,
        scenarios: article.scenarios,
    });
    let procedures = pack.procedures.values().map(|procedure| ProcedureView {
        id: procedure.id.to_string(),
        title: procedure.title.clone(),
        article: procedure.article.to_string(),
        states: procedure
            .states
            .values()
            .map(|state| StateView {
                id: state.id.to_string(),
                title: state.title.clone(),
                waits_for: words(&state.waits_for),
                end: state.end,
                unclocked: state.unclocked.clone(),
            })
            .collect(),
        acts: procedure
            .acts
            .values()
            .map(|act| ActRuleView {
                id: act.id.to_string(),
                title: act.title.clone(),
                article: act.article.to_string(),
                by: words(&act.by),
                opens: act.opens,
                from: words(&act.from),
                to: act.to.as_ref().map(ToString::to_string),
                papers: words(&act.papers),
                guards: words(&act.guards),
                unless: words(&act.unless),
                extends: act.extends.as_ref().map(ToString::to_string),
                effects: act.effects.iter().map(word).collect(),
            })
            .collect(),
        clocks: procedure
            .clocks
            .values()
            .filter_map(|clock| {
                let value = pack.value(&clock.value, today)?;
                Some(ClockRuleView {
                    id: clock.id.to_string(),
                    title: clock.title.clone(),
                    procedure: procedure.id.to_string(),
                    article: clock.article.to_string(),
                    amount: value.period.amount,
                    unit: word(&value.period.unit),
                    outcome: word(&clock.outcome),
                    extension: clock.extension.as_ref().and_then(|extension| {
                        let value = pack.value(&extension.value, today)?;
                        Some(ExtensionView {
                            amount: value.period.amount,
                            unit: word(&value.period.unit),
                            times: extension.times,
                            consent: extension.consent.to_string(),
                            tell: words(&extension.tell),
                        })
                    }),
                })
            })
            .collect(),
    });
    Ok(Json(PackView { line, articles: articles.collect(), procedures: procedures.collect() }))
}

/// Which date due is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DueQuery {
    /// The pack.
    #[param(example = "changning-2025")]
    pub pack: String,
    /// The term.
    #[param(example = "reply_conditional")]
    pub clock: String,
    /// The instant of the event that starts it; left out = now.
    pub from: Option<Timestamp>,
}

/// Derives a date due, day by day.
#[utoipa::path(get, path = "/law/due", tag = "law", security(()), params(DueQuery), responses((status = 200, body = DueView), ReadProblems))]
async fn law_due(anyone: Anyone, InQuery(query): InQuery<DueQuery>) -> Answer<DueView> {
    let book = anyone.platform().book();
    let from = query.from.unwrap_or(anyone.ctx.now);
    let pack = book.packs().find(|found| found.id == query.pack.as_str()).ok_or_else(|| no_pack(&query.pack))?;
    let found = pack
        .procedures
        .values()
        .find_map(|procedure| procedure.clocks.get(query.clock.as_str()).map(|clock| (procedure, clock)));
    let no_clock = || {
        Problem::new(Code::NotFound, "the pack has no such term")
            .hint(format!("its terms are listed at `/api/v1/packs/{}`", pack.id))
    };
    let (procedure, clock) = found.ok_or_else(no_clock)?;
    let value = pack.value(&clock.value, day_of(from)).ok_or_else(no_clock)?;
    let derivation = book.calendar().derive(from, value.period);
    Ok(Json(DueView {
        pack: pack.id.to_string(),
        clock: clock.id.to_string(),
        title: clock.title.clone(),
        procedure: procedure.id.to_string(),
        article: clock.article.to_string(),
        amount: value.period.amount,
        unit: word(&value.period.unit),
        from,
        derivation: serde_json::to_value(derivation).unwrap_or_default(),
    }))
}

/// The packs as they stand at an instant.
pub(crate) fn pack_lines(platform: &Platform, now: Timestamp) -> Vec<PackLine> {
    let today = day_of(now);
    let line = platform.book().packs().map(|pack| PackLine {
        id: pack.id.to_string(),
        title: pack.title.clone(),
        number: pack.number.clone(),
        authority: pack.authority.clone(),
        from: pack.in_force.from,
        until: pack.in_force.until,
        in_force: pack.in_force.contains(today),
        ours: platform.settings().pack == pack.id,
        source: SourceView { file: pack.source.file.clone(), sha256: pack.source.sha256.clone() },
        roles: pack
            .roles
            .iter()
            .map(|(id, holder)| RoleView { id: id.to_string(), title: holder.title.clone() })
            .collect(),
        article_count: pack.articles.len(),
        scenarios: pack.scenarios.len(),
    });
    line.collect()
}

fn no_pack(name: &str) -> Problem {
    platform::Error::not_found("regulation pack", name).hint("the packs are listed at `/api/v1/packs`").into()
}

/// The date in Shanghai.
fn day_of(instant: Timestamp) -> Date {
    tz::offset(8).to_datetime(instant).date()
}

fn words<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// The word as which a value of a closed list is written.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A regulation pack in a list.
#[derive(Serialize, ToSchema)]
pub struct PackLine {
    /// Its name.
    #[schema(example = "changning-2025")]
    pub id: String,
    /// The regulation's title.
    pub title: String,
    /// Its official number.
    pub number: String,
    /// Who issued it.
    pub authority: String,
    /// The first day in force.
    pub from: Date,
    /// The last day in force.
    #[schema(required)]
    pub until: Option<Date>,
    /// Whether it is in force today.
    pub in_force: bool,
    /// Whether it is the law of this district's new cases.
    pub ours: bool,
    /// The official text that was read.
    pub source: SourceView,
    /// Who plays which role.
    pub roles: Vec<RoleView>,
    /// How many articles it has.
    pub article_count: usize,
    /// How many scenarios test it.
    pub scenarios: usize,
}

/// An official text.
#[derive(Serialize, ToSchema)]
pub struct SourceView {
    /// The file's name.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Who plays a role in this district.
#[derive(Serialize, ToSchema)]
pub struct RoleView {
    /// The role.
    pub id: String,
    /// What the regulation calls it.
    pub title: String,
}

/// A regulation pack.
#[derive(Serialize, ToSchema)]
pub struct PackView {
    /// As in the list.
    #[serde(flatten)]
    pub line: PackLine,
    /// Its articles, in reading order.
    pub articles: Vec<ArticleView>,
    /// What a case can be.
    pub procedures: Vec<ProcedureView>,
}

/// An article.
#[derive(Serialize, ToSchema)]
pub struct ArticleView {
    /// Its id.
    #[schema(example = "CN-18")]
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Where it stands.
    pub file: String,
    /// The line of its heading.
    pub line: usize,
    /// Our paraphrase, in Markdown.
    pub paraphrase: String,
    /// Why it asks nothing of a machine.
    #[schema(required)]
    pub nothing_to_compute: Option<String>,
    /// How many rules stand under it.
    pub rules: usize,
    /// How many scenarios test it.
    pub scenarios: usize,
}

/// A kind of case.
#[derive(Serialize, ToSchema)]
pub struct ProcedureView {
    /// Its name.
    #[schema(example = "sharing_request")]
    pub id: String,
    /// Its title.
    pub title: String,
    /// The article that establishes it.
    pub article: String,
    /// Its states.
    pub states: Vec<StateView>,
    /// Its acts.
    pub acts: Vec<ActRuleView>,
    /// Its terms.
    pub clocks: Vec<ClockRuleView>,
}

/// A state.
#[derive(Serialize, ToSchema)]
pub struct StateView {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who is expected to move.
    pub waits_for: Vec<String>,
    /// Whether the case has ended.
    pub end: bool,
    /// Why no term runs although somebody is waited for.
    #[schema(required)]
    pub unclocked: Option<String>,
}

/// What can be done.
#[derive(Serialize, ToSchema)]
pub struct ActRuleView {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The article it rests on.
    pub article: String,
    /// Who may do it.
    pub by: Vec<String>,
    /// Whether it opens the case.
    pub opens: bool,
    /// The states in which it can be done.
    pub from: Vec<String>,
    /// Where it leads; `null` = the state stays.
    #[schema(required)]
    pub to: Option<String>,
    /// Papers without which it is refused.
    pub papers: Vec<String>,
    /// Conditions that must hold.
    pub guards: Vec<String>,
    /// Conditions that must not hold.
    pub unless: Vec<String>,
    /// The term that it extends.
    #[schema(required)]
    pub extends: Option<String>,
    /// What the platform does with it.
    pub effects: Vec<String>,
}

/// A term as it reads today.
#[derive(Serialize, ToSchema)]
pub struct ClockRuleView {
    /// Its name.
    #[schema(example = "reply_conditional")]
    pub id: String,
    /// Its title.
    pub title: String,
    /// The procedure it belongs to.
    pub procedure: String,
    /// The article it rests on.
    pub article: String,
    /// How long.
    pub amount: u32,
    /// In what unit: `working_day`, `day`, `month` or `year`.
    pub unit: String,
    /// What it means that it has run out: `breach`, `approve`, `suspend`, `terminate` or `report`.
    pub outcome: String,
    /// How it can be extended.
    #[schema(required)]
    pub extension: Option<ExtensionView>,
}

/// How a term can be extended.
#[derive(Serialize, ToSchema)]
pub struct ExtensionView {
    /// The most that one extension adds.
    pub amount: u32,
    /// In what unit.
    pub unit: String,
    /// How often.
    pub times: u32,
    /// Who must consent.
    pub consent: String,
    /// Who must be told.
    pub tell: Vec<String>,
}

/// A date due and how it is derived.
#[derive(Serialize, ToSchema)]
pub struct DueView {
    /// The pack.
    pub pack: String,
    /// The term.
    pub clock: String,
    /// Its title.
    pub title: String,
    /// The procedure it belongs to.
    pub procedure: String,
    /// The article it rests on.
    pub article: String,
    /// How long.
    pub amount: u32,
    /// In what unit.
    pub unit: String,
    /// The event that starts it.
    pub from: Timestamp,
    /// The date due, and every day on the way to it.
    #[serde(flatten)]
    #[schema(value_type = Derivation)]
    pub derivation: serde_json::Value,
}
