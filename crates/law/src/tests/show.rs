//! The law for people says what the engine does, about every procedure there is, and the same every time.

use std::collections::BTreeSet;

use super::{fixture, fixture::*, real};
use crate::*;

fn every_procedure(book: &Book) -> Vec<(&Pack, &Procedure)> {
    book.packs().flat_map(|pack| pack.procedures.values().map(move |procedure| (pack, procedure))).collect()
}

/// A picture is whole: every tag closed, every coordinate a number, a frame for every state, an arrow for every way.
#[test]
fn every_procedure_is_drawn_whole() {
    let book = real::book();
    for (pack, procedure) in every_procedure(&book) {
        let name = format!("{}/{}", pack.id, procedure.id);
        let svg = Graph::new(&book, pack, procedure).svg();
        for tag in ["svg", "g", "text", "title"] {
            let count = |text: String| svg.matches(&text).count();
            assert_eq!(count(format!("<{tag}")), count(format!("</{tag}>")), "{name}: <{tag}>");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
        let ways: BTreeSet<_> = procedure
            .acts
            .values()
            .filter(|act| act.by.iter().any(|role| *role != "law"))
            .flat_map(|act| {
                let to = act.to.as_ref();
                let opening = act.opens.then_some((None, to));
                opening.into_iter().chain(act.from.iter().map(move |from| (Some(from), to)))
            })
            .filter(|(from, to)| to.is_some() && from != to)
            .collect();
        let solid = svg.matches("marker-end=\"url(#act)\"").count();
        assert_eq!(solid, ways.len(), "{name}: an arrow for each pair of states that an act joins");
    }
}

/// Mermaid has every state, and the law's own way out where silence is approval.
#[test]
fn a_mermaid_diagram_has_every_state_and_what_the_law_does() {
    let book = real::book();
    let pack = book.pack(&"putuo-2023".into()).unwrap();
    let text = Graph::new(&book, pack, &pack.procedures["sharing_request"]).mermaid();
    assert!(text.starts_with("stateDiagram-v2\n"));
    for state in pack.procedures["sharing_request"].states.values() {
        assert!(text.contains(&format!("state \"{}\" as {}\n", state.title, state.id)), "{}", state.id);
    }
    assert!(text.contains("    reviewing --> granted : ⏱ 审核反馈期限 5 个工作日"), "{text}");
}

/// The book has a page for every pack and procedure, no link in it is dead, and it is written the same twice.
#[test]
fn the_book_is_whole_and_the_same_every_time() {
    let book = real::book();
    let pages = book_pages(&book);
    assert_eq!(pages, book_pages(&book));
    let paths: BTreeSet<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    assert_eq!(paths.len(), pages.len(), "no page is written twice");
    for page in pages.iter().filter(|page| page.path.ends_with(".md")) {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in page.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let target = match link.strip_prefix("../") {
                Some(other) => other.to_owned(),
                None if folder.is_empty() => link.to_owned(),
                None => format!("{folder}/{link}"),
            };
            assert!(paths.contains(target.as_str()), "{} links to `{link}`, which is no page", page.path);
        }
    }
    for pack in book.packs() {
        let page = pages.iter().find(|page| page.path == format!("{}/README.md", pack.id)).unwrap();
        for article in pack.articles.keys() {
            assert!(page.text.contains(&format!("## {article} ")), "{article} is not in the book");
        }
    }
}

/// An article is found whatever its pack and however its letters are written; it shows everything that stands under it.
#[test]
fn an_article_is_found_by_its_number_alone() {
    let book = real::book();
    let page = ArticlePage::find(&book, "pt-20").unwrap();
    assert_eq!((page.pack.as_str(), page.id.as_str()), ("putuo-2023", "PT-20"));
    let text = page.markdown();
    for part in ["审核反馈期限：5 个工作日", "视为同意", "逾期未反馈，视为通过", "到期未反馈视为通过"]
    {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
    for article in book.packs().flat_map(|pack| pack.articles.values()) {
        let page = ArticlePage::find(&book, article.id.as_str()).unwrap();
        assert_eq!(page.scenarios.len(), article.scenarios - keep_scenarios(&book, &article.id), "{}", article.id);
    }
}

fn keep_scenarios(book: &Book, article: &ArticleId) -> usize {
    book.packs().flat_map(|pack| &pack.keep_scenarios).filter(|scenario| scenario.article == *article).count()
}

/// A pack does not differ from itself; with every row asked for, every clock and act is there.
#[test]
fn a_pack_does_not_differ_from_itself() {
    let book = real::book();
    for pack in book.packs() {
        let on = pack.in_force.from;
        let same = Comparison::between(&book, pack, pack, on, &Selection::default());
        assert!(same.rows.is_empty(), "{}: {:?}", pack.id, same.rows.first());
        let all = Comparison::between(&book, pack, pack, on, &Selection { all: true, ..Selection::default() });
        let acts: usize = pack.procedures.values().map(|procedure| procedure.acts.len()).sum();
        assert_eq!(all.rows.iter().filter(|row| row.aspect == Aspect::Act).count(), acts, "{}", pack.id);
    }
}

/// One number changed is one row, with both readings; a title changed is none, because nothing is done otherwise.
#[test]
fn what_is_done_is_compared_and_not_what_it_is_called() {
    let changed = |from: &str, to: &str| {
        let chapter = CHAPTER.replacen(from, to, 1);
        assert_ne!(chapter, CHAPTER);
        let mut files = files();
        files.push(("other/01.md".into(), chapter.replace("TY-", "OT-")));
        let head = HEAD.replace("id = \"toy\"", "id = \"other\"").replace("\"TY\"", "\"OT\"");
        files.push(("other/pack.md".into(), head));
        let book = Book::parse(files).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let (left, right) = (book.pack(&"toy".into()).unwrap(), book.pack(&"other".into()).unwrap());
        let found = Comparison::between(&book, left, right, left.in_force.from, &Selection::default());
        found.rows.into_iter().map(|row| (row.aspect, row.what.id, row.left, row.right)).collect::<Vec<_>>()
    };
    let rows = changed("amount = 5", "amount = 6");
    let [(Aspect::Clock, id, Some(left), Some(right))] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(id, "reply");
    assert!(left.starts_with("5 个工作日") && right.starts_with("6 个工作日"), "{left} / {right}");
    assert_eq!(changed("title = \"同意延期\"", "title = \"准予延期\""), []);
    let rows = changed("papers = [\"basis\", \"scope\"]", "papers = [\"basis\"]");
    let [(Aspect::Papers, _, Some(left), Some(right))] = rows.as_slice() else { panic!("{rows:?}") };
    assert!(left.contains("scope") && !right.contains("scope"), "{left} / {right}");
}

/// For whoever asks for data: Changning answers within ten working days and silence is a breach; in Putuo it is five, and
/// silence is approval. Several terms that govern one thing stand in one row.
#[test]
fn a_requester_sees_what_silence_means_in_two_districts() {
    let book = real::book();
    let pack = |id: &str| book.pack(&id.into()).unwrap();
    let selection = Selection { role: Some("demander".into()), ..Selection::default() };
    let (left, right) = (pack("changning-2025"), pack("putuo-2023"));
    let found = Comparison::between(&book, left, right, "2026-03-02".parse().unwrap(), &selection);
    let reply = |row: &&ComparedRow| row.aspect == Aspect::Clock && row.what.id == "reply";
    let row = found.rows.iter().find(reply).unwrap();
    let (left, right) = (row.left.as_deref().unwrap(), row.right.as_deref().unwrap());
    assert!(left.contains("10 个工作日，届满记录逾期") && left.contains("1 个工作日"), "{left}");
    assert!(right.contains("5 个工作日，届满视为同意"), "{right}");
    let page = found.markdown();
    assert!(page.contains("CN-18") && page.contains("PT-20"), "{page}");
    assert!(found.rows.iter().all(|row| row.procedure.as_ref().is_none_or(|one| one.id != "internal_audit")));
}

/// Why this date, why this outcome, what next: before a term runs out, and after.
#[test]
fn an_explanation_tells_the_date_the_outcome_and_what_the_law_does_next() {
    let book = fixture::book();
    let case = request(&book);
    let told = Explanation::new(&book, &case, at("2026-03-02 10:00")).unwrap();
    assert_eq!((told.state.title.as_str(), told.waits_for[0].title.as_str()), ("审核", "提供方"));
    assert_eq!((told.acts[0].by.title.as_str(), told.acts[0].act.title.as_str()), ("需求方", "提交"));
    assert_eq!(
        (told.acts[0].article.as_ref().unwrap().as_str(), told.acts[0].says.as_str()),
        ("TY-1", "申请应当答复。")
    );
    let reply = &told.clocks[0];
    let derivation = reply.derivation.as_ref().unwrap();
    assert_eq!((reply.term.as_str(), derivation.last_day.to_string().as_str()), ("5 个工作日", "2026-03-09"));
    assert_eq!(derivation.days.iter().filter(|day| day.counted).count(), 5);
    assert_eq!((told.ahead[0].at, told.ahead[0].outcome.id.as_str()), (at("2026-03-10 00:00"), "breach"));
    assert_eq!(told.ahead[0].state.id, "reviewing");
    assert!(told.ways.iter().any(|way| way.act.id == "grant" && way.blocked.is_none()));

    let (late, _) = passed(&book, &case, "2026-03-10 09:00");
    let told = Explanation::new(&book, &late, at("2026-03-10 09:00")).unwrap();
    let breach = told.acts.last().unwrap();
    assert_eq!((breach.at, breach.by.id.as_str()), (at("2026-03-10 00:00"), "law"));
    assert_eq!(
        (breach.expired.as_ref().unwrap().id.as_str(), breach.article.as_ref().unwrap().as_str()),
        ("reply", "TY-1")
    );
    assert!(told.ahead.is_empty(), "{:?}", told.ahead);
    let json = serde_json::to_string(&told).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap(), told);
}

/// A duty that comes back for ever does not make the explanation endless.
#[test]
fn what_is_foreseen_is_bounded() {
    let book = real::book();
    for (pack, procedure) in every_procedure(&book) {
        let Some(opening) = procedure.openings().next() else { continue };
        let papers = book.papers_asked(&pack.id, &procedure.id, &opening.id, &Facts::new());
        let Some(role) = opening.by.first() else { continue };
        let act = Act {
            id: opening.id.clone(),
            by: role.clone(),
            papers: papers.into_iter().collect(),
            facts: Facts::new(),
            extension: None,
        };
        let day = calendar::start_of(pack.in_force.from);
        let Ok(opened) = open(&book, &pack.id, &procedure.id, Facts::new(), &act, day) else { continue };
        let told = Explanation::new(&book, &opened.case, day).unwrap();
        assert!(told.ahead.len() <= 5, "{}/{}", pack.id, procedure.id);
        assert_eq!(told.acts.len(), 1, "{}/{}", pack.id, procedure.id);
    }
}
