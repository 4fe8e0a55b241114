//! What an act tells the other side, in words: the letter that goes with it, before the act as a draft and after it with the
//! place in the log by which anybody can check it. The sentences stand in the regulations ([`law::letter_words`]); here
//! their blanks are filled from the case. How a letter looks on paper is no business of the platform.

use std::collections::{BTreeMap, HashMap};

use jiff::{Timestamp, civil::Date};
use law::{ArticleId, Book, ClockId, LetterParagraph, PaperId, RoleId, StateId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Platform,
    ctx::{Actor, Ctx},
    db::{from_json, instant},
    error::{Error, Result},
    identity,
    ids::*,
    ledger,
    policy::{Action, Resource},
};

use super::{ActInput, CaseHead, acting, store, subjects};

/// Longest words of one paper in a letter, in characters; the paper itself stays whole in the case.
const LONGEST_QUOTE: usize = 20_000;

/// A letter, ready to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterText {
    /// Who writes.
    pub sender: String,
    /// The case's number.
    pub case: CaseId,
    /// The heading.
    pub heading: String,
    /// To whom.
    pub addressee: String,
    /// What it says.
    pub body: Vec<LetterParagraph>,
    /// The titles of papers that are files or signatures.
    pub enclosures: Vec<String>,
    /// The day of the act.
    pub day: Date,
    /// Where the act stands in the log; `None` for a draft.
    pub proof: Option<LetterProof>,
}

/// How a letter can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterProof {
    /// The act.
    pub act: ActId,
    /// The shard of the log.
    pub shard: String,
    /// The index in it.
    pub index: u64,
    /// SM3 of the log entry.
    pub sm3: String,
}

/// Everything about an act that a letter can tell.
struct Told {
    head: CaseHead,
    /// What the case is about, in words; a record that only its holder knows has none.
    subject: Option<String>,
    act: law::ActId,
    role: RoleId,
    organisation: Option<OrganisationId>,
    at: Timestamp,
    opened_at: Timestamp,
    articles: Vec<ArticleId>,
    to: StateId,
    effects: Vec<String>,
    clocks: Vec<ToldClock>,
    expired: Option<ClockId>,
    papers: BTreeMap<PaperId, String>,
}

/// A change of a term, as log entries tell it.
#[derive(Deserialize)]
struct ToldClock {
    clock: ClockId,
    article: ArticleId,
    status: law::ClockStatus,
    due: Option<Timestamp>,
}

/// What a log entry says of an act, as far as letters need it.
#[derive(Deserialize)]
struct Leaf {
    effects: Vec<String>,
    clocks: Vec<ToldClock>,
}

impl Platform {
    /// The letter of an act that was done. It waits until the log has the act.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::NotPermitted`].
    pub async fn letter_of_act(&self, ctx: &Ctx, act: ActId) -> Result<LetterText> {
        let row = store::act::Entity::find_by_id(act.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("act", act))?;
        let case = store::case::Entity::find_by_id(row.case_id).one(self.db().read()).await?;
        let case = case.ok_or_else(|| Error::not_found("case", row.case_id))?;
        let head = acting::head_of(&case)?;
        self.may(ctx, Action::ReadCase, &Resource::case(&head))?;
        let papers = match &row.papers {
            Some(sealed) => ledger::Commitments::open(self.vault(), act, sealed)?.texts(),
            None => BTreeMap::new(),
        };
        let logged = self.logged(act.0).await?;
        let leaf: Leaf = from_json(&logged.leaf)?;
        let subject = subjects::titles(self.db().read(), std::slice::from_ref(&case)).await?.remove(&head.subject);
        let told = Told {
            head,
            subject,
            act: row.act.as_str().into(),
            role: row.role.as_str().into(),
            organisation: row.organisation_id.map(OrganisationId),
            at: instant(row.at)?,
            opened_at: instant(case.opened_at)?,
            articles: from_json(&row.articles)?,
            to: row.to_state.as_str().into(),
            effects: leaf.effects,
            clocks: leaf.clocks,
            expired: row.expired.as_deref().map(ClockId::from),
            papers,
        };
        let proof = LetterProof {
            act,
            shard: format!("{}/{}", logged.class, logged.period),
            index: logged.index,
            sm3: hex::encode(sm::sm3(logged.leaf.as_bytes())),
        };
        Ok(LetterText { proof: Some(proof), ..self.compose(told).await? })
    }

    /// The letter that would go with an act, for whoever can do it. Nothing is changed; what the law refuses is refused here,
    /// too.
    ///
    /// # Errors
    /// As [`Platform::act_on_case`].
    pub async fn draft_letter(&self, ctx: &Ctx, id: CaseId, input: ActInput) -> Result<LetterText> {
        acting::only_stated_facts(self, &input)?;
        acting::check(&input)?;
        let row = store::case::Entity::find_by_id(id.0).one(self.db().read()).await?;
        let row = row.ok_or_else(|| Error::not_found("case", id))?;
        let head = acting::head_of(&row)?;
        self.may(ctx, Action::ReadCase, &Resource::case(&head))?;
        let case = acting::as_of_now(self, &head, from_json(&row.data)?).await?;
        let role = acting::speak(self, ctx, &head, &input)?;
        let decision = law::decide(self.book(), &case, &acting::asked(&input, role), ctx.now)?;
        let organisation = match &ctx.who {
            Actor::Person { organisation, .. } | Actor::Client { organisation, .. } => Some(*organisation),
            Actor::Law | Actor::Platform | Actor::Public => None,
        };
        let clock = |change: law::ClockChange| ToldClock {
            clock: change.clock,
            article: change.article,
            status: change.status,
            due: change.due,
        };
        let subject = subjects::titles(self.db().read(), std::slice::from_ref(&row)).await?.remove(&head.subject);
        self.compose(Told {
            head,
            subject,
            act: decision.act,
            role: decision.by,
            organisation,
            at: decision.at,
            opened_at: case.opened_at,
            articles: decision.articles,
            to: decision.case.state,
            effects: decision.effects.iter().map(ToString::to_string).collect(),
            clocks: decision.clock_changes.into_iter().map(clock).collect(),
            expired: decision.expired.map(|(clock, _)| clock),
            papers: input.papers,
        })
        .await
    }

    async fn compose(&self, told: Told) -> Result<LetterText> {
        let book = self.book();
        let words = law::letter_words(book, &told.head.pack, &told.head.procedure, &told.act).ok_or_else(|| {
            Error::not_found("letter for the act", &told.act)
                .hint("add a letter without `when` to the vocabulary of the regulations")
        })?;
        let addressees = told.addressees();
        let names = self.names(&told, &addressees).await?;
        let sender = names.sender(book, &told);
        let addressee: Vec<String> = addressees.iter().map(|role| names.of(book, &told.head, role)).collect();
        let values = told.values(book, &addressees, &sender, &addressee.join("、"));
        let heading = law::fill_letter(words.heading, &values).into_iter().map(|paragraph| paragraph.text).collect();
        Ok(LetterText {
            heading,
            body: law::fill_letter(words.text, &values),
            enclosures: told.enclosures(book),
            case: told.head.id,
            addressee: addressee.join("、"),
            day: day(told.at),
            proof: None,
            sender,
        })
    }

    /// The names that a letter needs, in two reads.
    async fn names(&self, told: &Told, addressees: &[RoleId]) -> Result<Names> {
        use identity::store::organisation::{Column, Entity};
        let head = &told.head;
        let ids = [head.provider, head.demander, told.organisation].into_iter().flatten();
        let ids: Vec<Uuid> = ids.chain(head.parties.values().copied()).map(|id| id.0).collect();
        let offices = addressees.iter().map(RoleId::as_str);
        let wanted = Condition::any().add(Column::Id.is_in(ids)).add(Column::Office.is_in(offices));
        let mut names = Names::default();
        for row in Entity::find().filter(wanted).all(self.db().read()).await? {
            if let Some(office) = row.office {
                names.offices.entry(office).or_default().push(row.name.clone());
            }
            names.organisations.insert(OrganisationId(row.id), row.name);
        }
        Ok(names)
    }
}

/// Who is called what.
#[derive(Default)]
struct Names {
    organisations: HashMap<OrganisationId, String>,
    offices: HashMap<String, Vec<String>>,
}

impl Names {
    fn sender(&self, book: &Book, told: &Told) -> String {
        let own = told.organisation.and_then(|id| self.organisations.get(&id)).cloned();
        own.unwrap_or_else(|| {
            let pack = book.pack(&told.head.pack);
            let platform = pack.and_then(|pack| pack.roles.get("platform")).map(|holder| holder.title.clone());
            platform.or_else(|| pack.map(|pack| pack.authority.clone())).unwrap_or_default()
        })
    }

    /// Whoever plays a role in a case.
    fn of(&self, book: &Book, head: &CaseHead, role: &RoleId) -> String {
        let organisation = match role.as_str() {
            "provider" => head.provider,
            "demander" => head.demander,
            "public" => return "申请人".to_owned(),
            _ => head.parties.get(role).copied(),
        };
        if let Some(name) = organisation.and_then(|id| self.organisations.get(&id)) {
            return name.clone();
        }
        if let Some([only]) = self.offices.get(role.as_str()).map(Vec::as_slice) {
            return only.clone();
        }
        let holder = book.pack(&head.pack).and_then(|pack| pack.roles.get(role)).map(|holder| holder.title.clone());
        holder
            .or_else(|| book.vocabulary().roles.get(role).map(|title| title.zh.clone()))
            .unwrap_or_else(|| role.to_string())
    }
}

impl Told {
    /// Whom the act tells; where it tells nobody, the other side.
    fn addressees(&self) -> Vec<RoleId> {
        let told = self.effects.iter().filter_map(|effect| effect.strip_prefix("notify:"));
        let mut roles: Vec<RoleId> = told.filter(|role| self.role.as_str() != *role).map(RoleId::new).collect();
        if roles.is_empty() {
            let other = if self.role == "provider" && self.head.demander.is_some() { "demander" } else { "provider" };
            roles.push(RoleId::new(other));
        }
        roles.dedup();
        roles
    }

    fn values(
        &self,
        book: &Book,
        addressees: &[RoleId],
        sender: &str,
        addressee: &str,
    ) -> BTreeMap<&'static str, Vec<String>> {
        let pack = book.pack(&self.head.pack);
        let procedure = pack.and_then(|pack| pack.procedures.get(&self.head.procedure));
        let rule = procedure.and_then(|procedure| procedure.acts.get(&self.act));
        let clock_title = |id: &ClockId| {
            procedure.and_then(|procedure| procedure.clocks.get(id)).map_or_else(|| id.to_string(), |c| c.title.clone())
        };
        let state = procedure.and_then(|procedure| procedure.states.get(&self.to));
        let of = |status: law::ClockStatus| self.clocks.iter().filter(move |clock| clock.status == status);
        let running = |extended: bool| {
            let is = move |clock: &&ToldClock| {
                extended == rule.is_some_and(|rule| rule.extends.as_ref() == Some(&clock.clock))
            };
            of(law::ClockStatus::Running).filter(is).filter_map(|clock| {
                let last = day(clock.due?.checked_sub(jiff::SignedDuration::from_secs(1)).ok()?);
                Some(format!(
                    "“{}”期限至{}届满（{}）。",
                    clock_title(&clock.clock),
                    in_words(last),
                    basis(book, std::slice::from_ref(&clock.article), false)
                ))
            })
        };
        let title = rule.map(|rule| rule.title.clone());
        let missed = self.expired.as_ref().map(clock_title);
        let expired = missed.map(|clock| format!("“{clock}”期限已于{}届满。", in_words(before(self.at))));
        let called = procedure.map(|procedure| procedure.title.clone());
        let one = |text: String| vec![text];
        BTreeMap::from([
            ("addressee", one(addressee.to_owned())),
            ("sender", one(sender.to_owned())),
            ("case", one(self.head.id.to_string())),
            ("procedure", called.iter().cloned().collect()),
            ("subject", one(self.subject.clone().or_else(|| called.clone()).unwrap_or_default())),
            ("act", title.into_iter().collect()),
            ("opened", one(in_words(day(self.opened_at)))),
            ("date", one(in_words(day(self.at)))),
            ("basis", Some(basis(book, &self.articles, true)).filter(|text| !text.is_empty()).into_iter().collect()),
            ("papers", self.words_of_papers(book)),
            ("state", state.map(|state| state.title.clone()).into_iter().collect()),
            ("running", running(false).collect()),
            ("paused", of(law::ClockStatus::Paused).map(|clock| clock_title(&clock.clock)).collect()),
            ("expired", expired.into_iter().collect()),
            ("extended", running(true).collect()),
            ("remedies", self.remedies(book, addressees)),
        ])
    }

    /// What was written, each paper with its title where there are several.
    fn words_of_papers(&self, book: &Book) -> Vec<String> {
        let papers = &book.vocabulary().papers;
        let written = |paper: &PaperId| papers.get(paper).is_none_or(|known| known.kind == law::PaperKind::Text);
        let words: Vec<(&PaperId, &String)> =
            self.papers.iter().filter(|(paper, text)| written(paper) && !text.trim().is_empty()).collect();
        let several = words.len() > 1;
        let quoted = |text: &str| text.trim().chars().take(LONGEST_QUOTE).collect::<String>();
        let tell = |(at, (paper, text)): (usize, &(&PaperId, &String))| {
            let title = papers.get(*paper).map_or_else(|| paper.to_string(), |known| known.title.zh.clone());
            if several {
                format!("（{}）{title}：{}", law::chinese_numeral(at.saturating_add(1)), quoted(text))
            } else {
                quoted(text)
            }
        };
        words.iter().enumerate().map(tell).collect()
    }

    fn enclosures(&self, book: &Book) -> Vec<String> {
        use law::PaperKind::{File, Signature};
        let known = self.papers.keys().filter_map(|paper| book.vocabulary().papers.get(paper));
        known.filter(|paper| matches!(paper.kind, File | Signature)).map(|paper| paper.title.zh.clone()).collect()
    }

    /// What those who are told can do next in the case.
    fn remedies(&self, book: &Book, addressees: &[RoleId]) -> Vec<String> {
        let pack = book.pack(&self.head.pack);
        let procedure = pack.and_then(|pack| pack.procedures.get(&self.head.procedure));
        let acts = procedure.into_iter().flat_map(|procedure| procedure.acts.values());
        let theirs = acts.filter(|act| {
            act.from.contains(&self.to) && act.by.iter().any(|role| *role != "law" && addressees.contains(role))
        });
        let tell = |(at, act): (usize, &law::ActRule)| {
            let article = basis(book, std::slice::from_ref(&act.article), false);
            format!("（{}）可以办理：{}（{article}）。", law::chinese_numeral(at.saturating_add(1)), act.title)
        };
        theirs.enumerate().map(tell).collect()
    }
}

/// Articles as they are cited: `《…办法》（…号）第十八条、第十九条`; without its name, only the numbers of the first regulation's.
fn basis(book: &Book, articles: &[ArticleId], named: bool) -> String {
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    for article in articles {
        let id = article.to_string();
        let Some((prefix, number)) = id.split_once('-') else { continue };
        let Some(pack) = book.packs().find(|pack| pack.article_prefix == prefix) else { continue };
        let name = if named { format!("《{}》（{}）", pack.title, pack.number) } else { String::new() };
        let number =
            number.parse().map_or_else(|_| number.to_owned(), |number| format!("第{}条", law::chinese_numeral(number)));
        match parts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, numbers)) if !numbers.contains(&number) => numbers.push(number),
            Some(_) => {}
            None => parts.push((name, vec![number])),
        }
    }
    let parts: Vec<String> = parts.into_iter().map(|(name, numbers)| format!("{name}{}", numbers.join("、"))).collect();
    parts.join("和")
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(law::calendar::shanghai()).date()
}

/// The day that ends at an instant, when it is midnight.
fn before(at: Timestamp) -> Date {
    day(at.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(at))
}

fn in_words(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
