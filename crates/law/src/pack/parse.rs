//! Reading a pack's folder: the head, then the chapters. Blocks are gathered first and put together afterwards, so that a
//! rule may stand under the article it belongs to, whatever the order of the chapters.

use indexmap::IndexMap;

use super::{
    ActRule, Article, ClockRule, DatedValue, Extension, InForce, Keep, List, Pack, Procedure, Requirement, RoleHolder,
    Set, State, check,
    inherit::{self, Adding, may_stand},
    raw::{RawAct, RawClock, RawKeep, RawLetter, RawList, RawPack, RawProcedure, RawRequirement, RawState, RawValue},
};
use crate::{
    calendar::Period,
    case::FactValue,
    document::{Entry, Piece, entries, pieces, whole},
    error::{Faults, Place},
    ids::*,
    letter::LetterRule,
    scenario,
    vocabulary::{FactKind, Vocabulary},
};

/// Something that stands under an article.
pub(super) struct At<T> {
    pub(super) raw: T,
    pub(super) article: ArticleId,
    pub(super) place: Place,
}

/// A scenario block before it is read, which needs the procedures.
pub(crate) struct RawScenario {
    pub(crate) procedure: ProcedureId,
    pub(crate) article: ArticleId,
    pub(crate) text: String,
    pub(crate) place: Place,
}

#[derive(Default)]
struct Gathered {
    articles: IndexMap<ArticleId, Article>,
    values: Vec<At<RawValue>>,
    procedures: Vec<At<RawProcedure>>,
    states: Vec<At<RawState>>,
    acts: Vec<At<RawAct>>,
    clocks: Vec<At<RawClock>>,
    requirements: Vec<At<RawRequirement>>,
    letters: Vec<At<RawLetter>>,
    lists: Vec<At<RawList>>,
    keeps: Vec<At<RawKeep>>,
    scenarios: Vec<RawScenario>,
}

/// Reads the head of a pack from its files (relative path and text); `None` when it cannot be read.
pub(crate) fn head(folder: &str, files: &[(String, String)], faults: &mut Faults) -> Option<Pack> {
    let head_path = format!("{folder}/pack.md");
    let Some((_, head)) = files.iter().find(|(path, _)| *path == head_path) else {
        let start = Place { file: head_path, line: 1 };
        faults.add(&start, format!("the folder `{folder}` has no head"), "add `pack.md` with a block `toml pack`");
        return None;
    };
    read_head(folder, &head_path, head, faults)
}

/// Reads the chapters into a pack of which only the head is known. `parents` are the packs that it extends.
pub(crate) fn chapters<'a>(
    mut pack: Pack,
    files: &[(String, String)],
    parents: impl IntoIterator<Item = &'a Pack>,
    vocabulary: &Vocabulary,
    faults: &mut Faults,
) -> Pack {
    let head = Place { file: format!("{}/pack.md", pack.id), line: 1 };
    let mut gathered = Gathered::default();
    for (path, text) in files.iter().filter(|(path, _)| *path != head.file) {
        gathered.chapter(&pack.article_prefix, path, text, faults);
    }
    let Gathered { articles, values, procedures, states, acts, clocks, requirements, letters, lists, keeps, scenarios } =
        gathered;
    inherit::take_over(&mut pack, parents, &head, faults);
    pack.articles = articles;
    add_values(&mut pack, values, faults);
    add_lists(&mut pack, lists, keeps, faults);
    add_procedures(&mut pack, procedures, faults);
    add_states(&mut pack, states, faults);
    add_acts(&mut pack, acts, vocabulary, faults);
    add_clocks(&mut pack, clocks, faults);
    add_requirements(&mut pack, requirements, faults);
    add_letters(&mut pack, letters, faults);
    check::check(&pack, vocabulary, &head, faults);
    for raw in &scenarios {
        if raw.procedure == "keep" {
            pack.keep_scenarios.extend(scenario::parse_keep(&pack, raw, faults));
        } else {
            pack.scenarios.extend(scenario::parse(&pack, vocabulary, raw, faults));
        }
    }
    pack
}

fn read_head(folder: &str, path: &str, text: &str, faults: &mut Faults) -> Option<Pack> {
    let mut heads = Vec::new();
    for piece in pieces(path, text) {
        match piece {
            Piece::Fence { info, text, place } if info == "toml pack" => heads.push((text, place)),
            Piece::Fence { info, place, .. } => {
                faults.add(
                    &place,
                    format!("the head of a pack has no block `{info}`"),
                    "keep rules and scenarios in the chapters",
                );
            }
            _ => {}
        }
    }
    let start = Place { file: path.to_owned(), line: 1 };
    let [(text, place)] = heads.as_slice() else {
        faults.add(&start, format!("the head has {} blocks `toml pack`", heads.len()), "write exactly one");
        return None;
    };
    let raw: RawPack = whole(text, place, faults)?;
    if raw.id != folder {
        faults.add(place, format!("the pack `{}` lies in the folder `{folder}`", raw.id), "give both the same name");
    }
    if raw.until.is_some_and(|until| until < raw.from) {
        faults.add(place, "the pack ends before it begins", "give `from` and `until` in this order");
    }
    if raw.source.sha256.len() != 64 || !raw.source.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        faults.add(
            place,
            format!("`{}` is no SHA-256", raw.source.sha256),
            "give the digest of the official text as 64 hexadecimal digits",
        );
    }
    Some(Pack {
        id: raw.id,
        title: raw.title,
        number: raw.number,
        authority: raw.authority,
        article_prefix: raw.prefix,
        article_count: raw.articles,
        extends: raw.extends,
        in_force: InForce { from: raw.from, until: raw.until },
        source: raw.source,
        roles: raw.roles.into_iter().map(|(id, title)| (id, RoleHolder { title })).collect(),
        articles: IndexMap::new(),
        procedures: IndexMap::new(),
        values: IndexMap::new(),
        lists: IndexMap::new(),
        keeps: IndexMap::new(),
        scenarios: Vec::new(),
        keep_scenarios: Vec::new(),
    })
}

impl Gathered {
    fn chapter(&mut self, prefix: &str, path: &str, text: &str, faults: &mut Faults) {
        let mut article: Option<ArticleId> = None;
        for piece in pieces(path, text) {
            match (piece, &article) {
                (Piece::Heading { level: 2, text, place }, _) => article = self.article(prefix, &text, &place, faults),
                (Piece::Heading { level, text, .. }, Some(id)) => {
                    self.prose(id, &format!("{} {text}", "#".repeat(level.into())))
                }
                (Piece::Prose { text }, Some(id)) => self.prose(id, &text),
                (Piece::Fence { info, text, place }, Some(id)) => {
                    let id = id.clone();
                    self.block(&id, &info, text, &place, faults);
                }
                (Piece::Fence { place, .. }, None) => {
                    faults.add(
                        &place,
                        "this block belongs to no article",
                        format!("put it under a heading `## {prefix}-…`"),
                    );
                }
                (Piece::Heading { .. } | Piece::Prose { .. }, None) => {}
            }
        }
    }

    fn article(&mut self, prefix: &str, heading: &str, place: &Place, faults: &mut Faults) -> Option<ArticleId> {
        let (id, title) = heading.split_once(char::is_whitespace).unwrap_or((heading, ""));
        let number = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
        if number.is_none_or(str::is_empty) || title.trim().is_empty() {
            faults.add(
                place,
                format!("the heading `{heading}` names no article"),
                format!("write `## {prefix}-<number> <title>`"),
            );
            return None;
        }
        let id = ArticleId::new(id);
        if let Some(first) = self.articles.get(&id) {
            let next = format!("it stands already in {}:{}; keep one", first.file, first.line);
            faults.add(place, format!("the article `{id}` stands twice"), next);
            return Some(id);
        }
        let article = Article {
            id: id.clone(),
            title: title.trim().to_owned(),
            file: place.file.clone(),
            line: place.line,
            paraphrase: String::new(),
            nothing_to_compute: None,
            rules: 0,
            scenarios: 0,
        };
        self.articles.insert(id.clone(), article);
        Some(id)
    }

    fn prose(&mut self, id: &ArticleId, text: &str) {
        let Some(article) = self.articles.get_mut(id) else { return };
        if !article.paraphrase.is_empty() {
            article.paraphrase.push_str("\n\n");
        }
        article.paraphrase.push_str(text);
        if let Some((_, reason)) =
            text.split_once("无可计算：").filter(|(before, _)| before.is_empty() || before.ends_with('\n'))
        {
            article.nothing_to_compute = Some(reason.trim().to_owned());
        }
    }

    fn block(&mut self, id: &ArticleId, info: &str, text: String, place: &Place, faults: &mut Faults) {
        if let Some(procedure) = info.strip_prefix("scenario ") {
            let procedure = ProcedureId::new(procedure.trim());
            self.scenarios.push(RawScenario { procedure, article: id.clone(), text, place: place.clone() });
            if let Some(article) = self.articles.get_mut(id) {
                article.scenarios += 1;
            }
        } else if info == "toml rule" {
            for entry in entries(&text, place, faults) {
                if let Some(article) = self.articles.get_mut(id) {
                    article.rules += 1;
                }
                self.rule(id, entry, faults);
            }
        } else {
            faults.add(
                place,
                format!("an article has no block `{info}`"),
                "write `toml rule` or `scenario <procedure>`",
            );
        }
    }

    fn rule(&mut self, article: &ArticleId, entry: Entry<'_>, faults: &mut Faults) {
        let place = entry.place.clone();
        macro_rules! push {
            ($list:expr) => {
                $list.extend(entry.read(faults).map(|raw| At { raw, article: article.clone(), place }))
            };
        }
        match entry.key.as_str() {
            "value" => push!(self.values),
            "procedure" => push!(self.procedures),
            "state" => push!(self.states),
            "act" => push!(self.acts),
            "clock" => push!(self.clocks),
            "requirement" => push!(self.requirements),
            "letter" => push!(self.letters),
            "list" => push!(self.lists),
            "keep" => push!(self.keeps),
            other => faults.add(
                &place,
                format!("there is no rule `{other}`"),
                "use value, procedure, state, act, clock, requirement, letter, list, keep",
            ),
        }
    }
}

fn add_values(pack: &mut Pack, values: Vec<At<RawValue>>, faults: &mut Faults) {
    for At { raw, article, place } in values {
        named(raw.id.as_str(), "value", &place, faults);
        if !(1..=Period::LONGEST).contains(&raw.amount) {
            faults.add(
                &place,
                format!("the value `{}` is `{}`", raw.id, raw.amount),
                format!("give an amount from 1 to {}", Period::LONGEST),
            );
        }
        if raw.running && raw.from.is_none() {
            let what = format!("the value `{}` counts for running terms, but nobody knows from when", raw.id);
            faults.add(&place, what, "give the day as `from`");
        }
        let from = raw.from.unwrap_or(pack.in_force.from);
        let history = pack.values.entry(raw.id.clone()).or_default();
        let inherited = history.iter().find(|value| !pack.articles.contains_key(&value.article));
        let standing = inherited.map(|value| (value.article.clone(), value.place.clone()));
        let adding =
            Adding { kind: "value", id: raw.id.as_str(), place: &place, replaces: raw.replaces.as_ref(), standing };
        if !may_stand(&pack.articles, &adding, faults) {
            continue;
        }
        // What the parent says counts until the child's own number does.
        history.retain(|value| value.from < from || pack.articles.contains_key(&value.article));
        if history.iter().any(|value| value.from == from) {
            faults.add(
                &place,
                format!("the value `{}` has two entries from `{from}`", raw.id),
                "give each entry its own `from`",
            );
        }
        let period = Period::new(raw.amount, raw.unit);
        history.push(DatedValue { period, from, running: raw.running, article, place });
    }
    for (id, history) in &mut pack.values {
        history.sort_by_key(|value| value.from);
        let own = |value: &&DatedValue| pack.articles.contains_key(&value.article);
        if let Some(first) = history.first().filter(own).filter(|first| first.from > pack.in_force.from) {
            let what = format!("the value `{id}` is not known before `{}`", first.from);
            faults.add(
                &first.place,
                what,
                format!("add the entry for `{}`, when the pack comes into force", pack.in_force.from),
            );
        }
    }
}

fn add_lists(pack: &mut Pack, lists: Vec<At<RawList>>, keeps: Vec<At<RawKeep>>, faults: &mut Faults) {
    for At { raw, article, place } in lists {
        named(raw.id.as_str(), "list", &place, faults);
        let mut seen = std::collections::BTreeSet::new();
        for item in &raw.items {
            named(&item.id, "list item", &place, faults);
            if !seen.insert(&item.id) {
                faults.add(&place, format!("the list `{}` names `{}` twice", raw.id, item.id), "keep one of them");
            }
        }
        if raw.items.is_empty() {
            faults.add(&place, format!("the list `{}` is empty", raw.id), "name its items");
        }
        let standing = pack.lists.get(&raw.id).map(|rule| (rule.article.clone(), rule.place.clone()));
        let (id, replaces) = (raw.id.as_str(), raw.replaces.as_ref());
        if may_stand(&pack.articles, &Adding { kind: "list", id, place: &place, replaces, standing }, faults) {
            let list = List { id: raw.id.clone(), title: raw.title, items: raw.items, article, place };
            pack.lists.insert(raw.id, list);
        }
    }
    for At { raw, article, place } in keeps {
        named(raw.id.as_str(), "retention", &place, faults);
        let standing = pack.keeps.get(&raw.id).map(|rule| (rule.article.clone(), rule.place.clone()));
        let (id, replaces) = (raw.id.as_str(), raw.replaces.as_ref());
        if may_stand(&pack.articles, &Adding { kind: "retention", id, place: &place, replaces, standing }, faults) {
            let keep = Keep { id: raw.id.clone(), title: raw.title, value: raw.value, article, place };
            pack.keeps.insert(raw.id, keep);
        }
    }
}

fn add_procedures(pack: &mut Pack, procedures: Vec<At<RawProcedure>>, faults: &mut Faults) {
    for At { raw, article, place } in procedures {
        named(raw.id.as_str(), "procedure", &place, faults);
        let procedure = Procedure {
            id: raw.id.clone(),
            title: raw.title,
            subject: raw.subject,
            origin: pack.id.clone(),
            in_force: pack.in_force,
            article,
            bounded_by: raw.bounded_by,
            standing: raw.standing.filter(|reason| !reason.trim().is_empty()),
            place: place.clone(),
            states: IndexMap::new(),
            acts: IndexMap::new(),
            clocks: IndexMap::new(),
            requirements: Vec::new(),
            letters: IndexMap::new(),
        };
        let standing = pack.procedures.get(&raw.id).map(|rule| (rule.article.clone(), rule.place.clone()));
        let (id, replaces) = (raw.id.as_str(), raw.replaces.as_ref());
        if may_stand(&pack.articles, &Adding { kind: "procedure", id, place: &place, replaces, standing }, faults) {
            pack.procedures.insert(raw.id, procedure);
        }
    }
}

fn add_states(pack: &mut Pack, states: Vec<At<RawState>>, faults: &mut Faults) {
    for At { raw, article, place } in states {
        named(raw.id.as_str(), "state", &place, faults);
        let Some((own, procedure)) = procedure(pack, &raw.procedure, &place, faults) else { continue };
        let RawState { id, title, waits_for, end, unclocked, replaces, .. } = raw;
        let state = State { id: id.clone(), title, waits_for, end, unclocked, article, place: place.clone() };
        let standing = procedure.states.get(&id).map(|rule| (rule.article.clone(), rule.place.clone()));
        let adding = Adding { kind: "state", id: id.as_str(), place: &place, replaces: replaces.as_ref(), standing };
        if may_stand(own, &adding, faults) {
            procedure.states.insert(id, state);
        }
    }
}

fn add_acts(pack: &mut Pack, acts: Vec<At<RawAct>>, vocabulary: &Vocabulary, faults: &mut Faults) {
    for At { raw, article, place } in acts {
        named(raw.id.as_str(), "act", &place, faults);
        let Some((own, procedure)) = procedure(pack, &raw.procedure, &place, faults) else { continue };
        let sets = raw
            .sets
            .into_iter()
            .filter_map(|(fact, value)| read_set(fact, value, vocabulary, &place, faults))
            .collect();
        let act = ActRule {
            id: raw.id.clone(),
            title: raw.title,
            by: raw.by,
            opens: raw.opens,
            from: raw.from,
            to: raw.to,
            papers: raw.papers,
            asks: raw.asks,
            guards: raw.guards,
            unless: raw.unless,
            once: raw.once,
            sets,
            extends: raw.extends,
            excepts: raw.excepts,
            refuses: raw.refuses,
            everybody: raw.everybody,
            effects: raw.effects,
            article,
            place: place.clone(),
        };
        let standing = procedure.acts.get(&raw.id).map(|rule| (rule.article.clone(), rule.place.clone()));
        let (id, replaces) = (raw.id.as_str(), raw.replaces.as_ref());
        if may_stand(own, &Adding { kind: "act", id, place: &place, replaces, standing }, faults) {
            procedure.acts.insert(raw.id, act);
        }
    }
}

fn read_set(
    fact: FactId,
    value: FactValue,
    vocabulary: &Vocabulary,
    place: &Place,
    faults: &mut Faults,
) -> Option<(FactId, Set)> {
    let moment = vocabulary.facts.get(&fact).is_some_and(|known| known.kind == FactKind::Moment);
    if moment && value == FactValue::Word("now".into()) {
        return Some((fact, Set::Now));
    }
    match vocabulary.check(&fact, &value) {
        Ok(()) => Some((fact, Set::To(value))),
        Err(what) => {
            faults.add(place, format!("`sets`: {what}"), "set a value that the fact can take (`\"now\"` for a moment)");
            None
        }
    }
}

fn add_clocks(pack: &mut Pack, clocks: Vec<At<RawClock>>, faults: &mut Faults) {
    for At { raw, article, place } in clocks {
        named(raw.id.as_str(), "clock", &place, faults);
        let standing = pack.clock(&raw.id).map(|(_, rule)| (rule.article.clone(), rule.place.clone()));
        let (id, replaces) = (raw.id.as_str(), raw.replaces.as_ref());
        if !may_stand(&pack.articles, &Adding { kind: "clock", id, place: &place, replaces, standing }, faults) {
            continue;
        }
        if let Some((other, _)) = pack.clock(&raw.id).filter(|(procedure, _)| procedure.id != raw.procedure) {
            let what = format!("the clock `{}` belongs to the procedure `{}`", raw.id, other.id);
            faults.add(&place, what, "displace it there, or give it another name");
            continue;
        }
        let Some((_, procedure)) = procedure(pack, &raw.procedure, &place, faults) else { continue };
        let extension = raw.extension.map(|raw| Extension {
            value: raw.value,
            times: raw.times,
            consent: raw.consent,
            tell: raw.tell,
        });
        let clock = ClockRule {
            id: raw.id.clone(),
            title: raw.title,
            value: raw.value,
            when: raw.when,
            starts: raw.starts,
            after: raw.after,
            within: raw.within,
            governs: raw.governs,
            excepts: raw.excepts,
            runs: raw.runs,
            pauses: raw.pauses,
            follows: raw.follows,
            outcome: raw.outcome,
            act: raw.act,
            effects: raw.effects,
            extension,
            article,
            place,
        };
        procedure.clocks.insert(raw.id, clock);
    }
}

fn add_requirements(pack: &mut Pack, requirements: Vec<At<RawRequirement>>, faults: &mut Faults) {
    for At { raw, article, place } in requirements {
        let Some((_, procedure)) = procedure(pack, &raw.procedure, &place, faults) else { continue };
        procedure.requirements.push(Requirement { papers: raw.papers, when: raw.when, article, place });
    }
}

fn add_letters(pack: &mut Pack, letters: Vec<At<RawLetter>>, faults: &mut Faults) {
    for At { raw, article, place } in letters {
        let Some((own, procedure)) = procedure(pack, &raw.procedure, &place, faults) else { continue };
        if !procedure.acts.contains_key(&raw.act) {
            let what = format!("the procedure `{}` has no act `{}` to write a letter about", raw.procedure, raw.act);
            faults.add(&place, what, "name an act of the procedure");
        }
        for what in Vocabulary::letter_faults(&raw.heading, &raw.text) {
            faults.add(
                &place,
                format!("the letter of `{}`: {what}", raw.act),
                "use the blanks of `regulations/README.md`",
            );
        }
        let standing = procedure.letters.get(&raw.act).map(|rule| (rule.article.clone(), rule.place.clone()));
        let (id, replaces) = (raw.act.as_str(), raw.replaces.as_ref());
        if may_stand(own, &Adding { kind: "letter", id, place: &place, replaces, standing }, faults) {
            let rule = LetterRule { heading: raw.heading, text: raw.text, article, place: place.clone() };
            procedure.letters.insert(raw.act, rule);
        }
    }
}

fn procedure<'a>(
    pack: &'a mut Pack,
    id: &ProcedureId,
    place: &Place,
    faults: &mut Faults,
) -> Option<(&'a IndexMap<ArticleId, Article>, &'a mut Procedure)> {
    if !pack.procedures.contains_key(id) {
        let known: Vec<&str> = pack.procedures.keys().map(ProcedureId::as_str).collect();
        faults.add(
            place,
            format!("there is no procedure `{id}`"),
            format!("use one of `{}` or add it", known.join("`, `")),
        );
    }
    let Pack { articles, procedures, .. } = pack;
    procedures.get_mut(id).map(|procedure| (&*articles, procedure))
}

/// Names are `snake_case`, so that they can stand in addresses and in scenario lines.
fn named(id: &str, kind: &str, place: &Place, faults: &mut Faults) {
    let first = id.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !first || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        faults.add(place, format!("`{id}` is no name for a {kind}"), "use lower-case letters, digits and `_`");
    }
}
