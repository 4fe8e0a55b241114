//! Why a case stands where it stands: what was done on which article, how each term was counted day by day, what the law
//! will do by itself, and what people can do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::{self, Named, Words};
use crate::{
    book::Book,
    calendar::Derivation,
    case::*,
    engine::{Extendable, Law, Statable, advance, explain_clock, next_due, possible},
    ids::*,
    pack::Procedure,
};

/// How many things the law would do one after the other are foretold. A duty that comes back every year never ends.
const FORESEEN: usize = 5;

/// The whole explanation of a case at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The pack whose law the case keeps.
    pub pack: PackId,
    /// The regulation's title.
    pub regulation: String,
    /// Its procedure.
    pub procedure: Named,
    /// Where it stands.
    pub state: Named,
    /// Since when.
    pub entered_at: Timestamp,
    /// Whether it has ended.
    pub ended: bool,
    /// Who is expected to move.
    pub waits_for: Vec<Named>,
    /// Why no term runs although somebody is waited for.
    pub unclocked: Option<String>,
    /// What was done, oldest first.
    pub acts: Vec<ActGround>,
    /// Every run of every term, oldest first.
    pub clocks: Vec<ClockGround>,
    /// What the law does by itself from now on if nobody acts, soonest first.
    pub ahead: Vec<Foreseen>,
    /// What can be done now.
    pub ways: Vec<Way>,
}

/// An act that was done, and its ground.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActGround {
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: Named,
    /// In which role.
    pub by: Named,
    /// Where it led; `None` = the state stayed.
    pub to: Option<Named>,
    /// The article it rests on.
    pub article: Option<ArticleId>,
    /// What the article says, in our own words: its first paragraph.
    pub says: String,
    /// The term that had run out, where the law acted.
    pub expired: Option<Named>,
    /// What that meant.
    pub outcome: Option<Named>,
}

/// A run of a term, and how its end was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockGround {
    /// Which.
    pub clock: Named,
    /// The article that sets it.
    pub article: ArticleId,
    /// What the article says, in our own words: its first paragraph.
    pub says: String,
    /// How long it is, in words.
    pub term: String,
    /// Why this term and no other: the conditions that held when it started.
    pub because: Vec<Named>,
    /// The terms that gave way to it.
    pub instead_of: Vec<Named>,
    /// How it stands.
    pub status: ClockStatus,
    /// The event that started it.
    pub started_at: Timestamp,
    /// When it stood still; the end is open while it does.
    pub pauses: Vec<(Timestamp, Option<Timestamp>)>,
    /// What extensions added, in the term's unit.
    pub extensions: Vec<u32>,
    /// When it runs out: 24:00 of the last day.
    pub due: Option<Timestamp>,
    /// Every day from the event to the last one.
    pub derivation: Option<Derivation>,
    /// What running out means.
    pub outcome: Named,
}

/// Something that the law will do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Foreseen {
    /// When.
    pub at: Timestamp,
    /// The term that runs out.
    pub clock: Named,
    /// The article that sets it.
    pub article: ArticleId,
    /// What running out means.
    pub outcome: Named,
    /// What the law then does; `None` = it is only recorded.
    pub act: Option<Named>,
    /// The state afterwards.
    pub state: Named,
    /// What the platform then does.
    pub effects: Vec<Named>,
}

/// Something that somebody can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// What.
    pub act: Named,
    /// Who may do it.
    pub by: Vec<Named>,
    /// The papers it still asks for.
    pub papers: Vec<Named>,
    /// What whoever does it may state with it.
    pub facts: Vec<Statable>,
    /// The term that it extends, and by how much at most.
    pub extension: Option<Extendable>,
    /// Where it leads; `None` = the state stays.
    pub to: Option<Named>,
    /// The article it rests on.
    pub article: ArticleId,
    /// Why it would be refused now.
    pub blocked: Option<String>,
}

impl Explanation {
    /// Explains `case` at `now`, after the law has acted up to it. `None` when the book does not hold the case's law.
    #[must_use]
    pub fn new(book: &Book, case: &Case, now: Timestamp) -> Option<Self> {
        let law = Law::of(book, case)?;
        let words = Words { book, pack: law.pack };
        let state = law.procedure.states.get(&case.state);
        Some(Self {
            pack: case.pack.clone(),
            regulation: law.pack.title.clone(),
            procedure: Named::new(&case.procedure, &law.procedure.title),
            state: words::state(law.procedure, &case.state),
            entered_at: case.entered_at,
            ended: state.is_some_and(|state| state.end),
            waits_for: state.map(|state| words.roles(&state.waits_for)).unwrap_or_default(),
            unclocked: state.and_then(|state| state.unclocked.clone()),
            acts: case.done.iter().map(|done| act_ground(words, &law, case, done)).collect(),
            clocks: (0..case.clocks.len()).filter_map(|at| clock_ground(words, &law, case, at)).collect(),
            ahead: ahead(words, &law, case),
            ways: possible(book, case, now).into_iter().map(|way| way_of(words, law.procedure, way)).collect(),
        })
    }
}

fn act_ground(words: Words<'_>, law: &Law<'_>, case: &Case, done: &Done) -> ActGround {
    let procedure = law.procedure;
    let rule = procedure.acts.get(&done.act);
    // Where the law only recorded, the name is `OUTCOME:CLOCK`; where it acted, the clock is the one that was due then.
    let recorded = done.act.as_str().split_once(':').and_then(|(_, clock)| procedure.clocks.get(clock));
    let ran_out = |run: &&ClockRun| run.status == ClockStatus::Missed && run.due == Some(done.at);
    let clock = recorded.or_else(|| {
        let due = case.clocks.iter().filter(ran_out).filter_map(|run| procedure.clocks.get(&run.clock));
        due.filter(|_| done.by == "law").find(|clock| clock.act.as_ref() == Some(&done.act))
    });
    let article = rule.map(|rule| &rule.article).or(clock.map(|clock| &clock.article));
    let title = recorded.map(|clock| format!("{}：{}", clock.title, words.outcome(clock.outcome).title));
    ActGround {
        at: done.at,
        act: title.map_or_else(|| words::act(procedure, &done.act), |title| Named::new(&done.act, title)),
        by: words.role(&done.by),
        to: rule.and_then(|rule| rule.to.as_ref()).map(|to| words::state(procedure, to)),
        says: article.map(|article| says(law.book, article)).unwrap_or_default(),
        article: article.cloned(),
        expired: clock.map(|clock| words::clock(procedure, &clock.id)),
        outcome: clock.map(|clock| words.outcome(clock.outcome)),
    }
}

fn clock_ground(words: Words<'_>, law: &Law<'_>, case: &Case, at: usize) -> Option<ClockGround> {
    let run = case.clocks.get(at)?;
    let rule = law.procedure.clocks.get(&run.clock)?;
    // An earlier run is explained in the case as it was before the later ones began.
    let then = Case { clocks: case.clocks.iter().take(at.saturating_add(1)).cloned().collect(), ..case.clone() };
    Some(ClockGround {
        clock: words::clock(law.procedure, &run.clock),
        article: rule.article.clone(),
        says: says(law.book, &rule.article),
        term: law.period_of(run).map(words::length).unwrap_or_default(),
        because: words.predicates(&rule.when),
        instead_of: rule.excepts.iter().map(|other| words::clock(law.procedure, other)).collect(),
        status: run.status,
        started_at: run.started_at,
        pauses: run.pauses.clone(),
        extensions: run.extensions.clone(),
        due: run.due,
        derivation: explain_clock(law.book, &then, &run.clock),
        outcome: words.outcome(rule.outcome),
    })
}

/// Lets the law act on a copy of the case, again and again, at the instants at which it would.
fn ahead(words: Words<'_>, law: &Law<'_>, case: &Case) -> Vec<Foreseen> {
    let mut case = case.clone();
    let mut found = Vec::new();
    while found.len() < FORESEEN {
        let Some(decision) = next_due(&case).and_then(|(_, due)| advance(law.book, &case, due)) else { break };
        let Some((clock, outcome)) = &decision.expired else { break };
        let Some(rule) = law.procedure.clocks.get(clock) else { break };
        found.push(Foreseen {
            at: decision.at,
            clock: words::clock(law.procedure, clock),
            article: rule.article.clone(),
            outcome: words.outcome(*outcome),
            act: rule.act.as_ref().map(|act| words::act(law.procedure, act)),
            state: words::state(law.procedure, &decision.case.state),
            effects: words.effects(&decision.effects),
        });
        case = decision.case;
    }
    found
}

fn way_of(words: Words<'_>, procedure: &Procedure, way: crate::engine::Possible) -> Way {
    Way {
        act: Named::new(&way.act, way.title),
        by: words.roles(&way.by),
        papers: words.papers(&way.papers),
        facts: way.facts,
        extension: way.extension,
        to: way.to.map(|to| words::state(procedure, &to)),
        article: way.article,
        blocked: way.blocked.map(|refusal| refusal.message),
    }
}

/// The first paragraph of an article's paraphrase.
fn says(book: &Book, article: &ArticleId) -> String {
    let paraphrase = book.article(article).map_or("", |(_, article)| article.paraphrase.as_str());
    // A line end inside a Chinese paragraph is no blank.
    paraphrase.split("\n\n").next().unwrap_or_default().trim().replace('\n', "")
}
