//! Every fault of a pack has its own message, with the file and the line. Each case takes the toy district, which has no
//! fault, and breaks one thing.

use super::fixture::*;
use crate::*;

fn faults(change: impl Fn(&str, String) -> String) -> Vec<String> {
    let files = files().into_iter().map(|(path, text)| {
        let changed = change(&path, text);
        (path, changed)
    });
    Book::parse(files).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// Breaks the chapter by replacing the first `old` after `anchor`, and expects a fault at the line of `at` after it.
fn broken(anchor: &str, old: &str, new: &str, expected: &str) {
    let start = CHAPTER.find(anchor).unwrap_or_else(|| panic!("no `{anchor}`"));
    let (head, tail) = CHAPTER.split_at(start);
    assert!(tail.contains(old), "no `{old}` after `{anchor}`");
    let chapter = format!("{head}{}", tail.replacen(old, new, 1));
    let found = faults(|path, text| if path == "toy/01.md" { chapter.clone() } else { text });
    assert!(found.iter().any(|fault| fault.contains(expected)), "expected `{expected}`, got {found:#?}");
    assert!(
        found.iter().all(|fault| fault.starts_with("toy/")
            && fault.split(':').nth(1).is_some_and(|line| line.parse::<usize>().is_ok())),
        "{found:#?}"
    );
}

#[test]
fn the_toy_district_has_no_fault() {
    assert_eq!(faults(|_, text| text), Vec::<String>::new());
}

/// The line is that of the entry or of the key at fault.
#[test]
fn a_fault_stands_at_its_line() {
    let line_of = |needle: &str| CHAPTER.lines().position(|line| line == needle).unwrap() + 1;
    let found = faults(|_, text| text.replace("id = \"more\"", "id = \"More\""));
    let expected = format!(
        "toy/01.md:{}: `More` is no name for a value; use lower-case letters, digits and `_`",
        line_of("id = \"more\"") - 1
    );
    assert!(found.contains(&expected), "{found:#?}");
    let found = faults(|_, text| text.replace("subject = \"service\"", "subjekt = \"service\""));
    let expected = format!("toy/01.md:{}: in `procedure`: unknown field `subjekt`", line_of("subject = \"service\""));
    assert!(found.iter().any(|fault| fault.starts_with(&expected)), "{found:#?}");
}

#[test]
fn faults_of_rules_are_named() {
    let cases = [
        // strict reading
        ("id = \"more\"", "amount = 4", "amount = 4\ncolour = 1", "in `value`: unknown field `colour`"),
        ("id = \"more\"", "amount = 4", "amount = \"four\"", "in `value`: invalid type"),
        ("id = \"more\"", "unit = \"working_day\"", "unit = \"fortnight\"", "in `value`: unknown variant `fortnight`"),
        ("id = \"more\"", "amount = 4", "amount = = 4", "toy/01.md:"),
        ("[[requirement]]", "[[requirement]]", "[[wish]]", "there is no rule `wish`"),
        // values
        ("id = \"more\"", "amount = 4", "amount = 0", "the value `more` is `0`"),
        (
            "id = \"reply\"\namount = 3",
            "from = \"2026-07-01\"",
            "from = \"2026-01-01\"",
            "the value `reply` has two entries from `2026-01-01`",
        ),
        (
            "id = \"more\"",
            "amount = 4",
            "from = \"2026-02-01\"\namount = 4",
            "the value `more` is not known before `2026-02-01`",
        ),
        // duplicates
        (
            "[[procedure]]\nid = \"service\"",
            "id = \"service\"",
            "id = \"request\"",
            "the procedure `request` is defined twice",
        ),
        ("id = \"refused\"", "id = \"refused\"", "id = \"granted\"", "the state `granted` is defined twice"),
        ("id = \"withdraw\"", "id = \"withdraw\"", "id = \"refuse\"", "the act `refuse` is defined twice"),
        ("id = \"idle\"\ntitle", "id = \"idle\"", "id = \"reply\"", "the clock `reply` is defined twice"),
        // unknown names
        (
            "id = \"withdraw\"",
            "to = \"refused\"",
            "to = \"gone\"",
            "the procedure `request` has no state `gone`; use one of `reviewing`",
        ),
        ("id = \"withdraw\"", "\"asked\"", "\"lost\"", "the procedure `request` has no state `lost`"),
        ("id = \"withdraw\"", "\"demander\"", "\"king\"", "the vocabulary has no role `king`"),
        ("id = \"refuse\"", "\"list\"", "\"napkin\"", "the vocabulary has no paper `napkin`"),
        ("id = \"grant\"", "papers_are_complete", "sun_shines", "the vocabulary has no predicate `sun_shines`"),
        ("id = \"grant\"", "issue_grant", "give_cake", "unknown effect `give_cake`"),
        ("id = \"grant\"", "issue_grant", "open:picnic", "the effect `open:picnic` opens an unknown procedure"),
        ("id = \"grant\"", "issue_grant", "notify:king", "the vocabulary has no role `king`"),
        ("id = \"reply\"\ntitle", "value = \"reply\"", "value = \"never\"", "the pack has no value `never`"),
        (
            "id = \"idle\"\ntitle",
            "act = \"suspend\"",
            "act = \"explode\"",
            "leads to the act `explode`, which the procedure does not have",
        ),
        (
            "[[requirement]]",
            "procedure = \"request\"",
            "procedure = \"picnic\"",
            "there is no procedure `picnic`; use one of `request`",
        ),
        ("[[requirement]]", "\"basis\"", "\"napkin\"", "the vocabulary has no paper `napkin`"),
        ("```scenario", "scenario request", "scenario picnic", "there is no procedure `picnic`"),
        ("sets = ", "calls = 0", "calls = true", "`sets`: `true` is no value of the fact `calls`"),
        ("sets = ", "calls = 0", "colour = 0", "`sets`: the vocabulary has no fact `colour`"),
        (
            "id = \"give_time\"",
            "extends = \"reply\"",
            "extends = \"idle\"",
            "extends the clock `idle`, which the procedure does not have",
        ),
        // acts
        ("id = \"submit\"", "to = \"reviewing\"\n", "", "the opening act `submit` leads nowhere"),
        (
            "id = \"submit\"",
            "opens = true",
            "opens = true\nfrom = [\"asked\"]",
            "the opening act `submit` starts from a state",
        ),
        ("id = \"ask_time\"", "from = [\"reviewing\"]\n", "", "the act `ask_time` starts from no state"),
        ("id = \"ask_time\"", "by = [\"provider\"]", "by = []", "nobody may do the act `ask_time`"),
        ("id = \"begin\"", "opens = true", "from = [\"serving\"]", "nothing opens the procedure `service`"),
        (
            "id = \"end\"",
            "from = [\"suspended\"]",
            "from = [\"suspended\"]\npapers = [\"list\"]",
            "the law's act `end` has conditions",
        ),
        ("id = \"withdraw\"", "\"demander\"", "\"law\"", "no clock leads to the law's act `withdraw`"),
        (
            "id = \"give_time\"",
            "by = [\"authority\"]",
            "by = [\"provider\"]",
            "extends `reply` without the consent of `authority`",
        ),
        ("id = \"give_time\"", "notify:demander", "notify:provider", "extends `reply` without telling `demander`"),
        ("value = \"reply\"", "extension = ", "# extension = ", "the clock `reply` cannot be extended"),
        ("id = \"give_time\"", "extends = \"reply\"\n", "", "no act extends the clock `reply`"),
        // states
        (
            "id = \"supplementing\"",
            "unclocked = \"未定期限\"",
            "",
            "no clock runs in the waiting state `supplementing`",
        ),
        (
            "id = \"supplementing\"",
            "unclocked = \"未定期限\"",
            "unclocked = \" \"",
            "no clock runs in the waiting state `supplementing`",
        ),
        ("id = \"supplementing\"", "waits_for = [\"demander\"]", "", "nobody moves the state `supplementing`"),
        (
            "id = \"granted\"",
            "end = true",
            "end = true\nwaits_for = [\"provider\"]",
            "the end state `granted` waits for somebody",
        ),
        (
            "id = \"asked\"\ntitle = \"申请延期\"",
            "waits_for",
            "end = true\nwaits_for",
            "an act leaves the end state `asked`",
        ),
        ("id = \"ask_time\"", "to = \"asked\"", "to = \"reviewing\"", "no act leads to the state `asked`"),
        // clocks
        ("id = \"idle\"\ntitle", "act = \"suspend\"\n", "", "nothing happens when the clock `idle` runs out"),
        (
            "id = \"idle\"\ntitle",
            "act = \"suspend\"",
            "act = \"resume\"",
            "the act `resume` of the clock `idle` is not the law's",
        ),
        (
            "id = \"last_chance\"\ntitle",
            "runs = [\"suspended\"]",
            "runs = [\"suspended\", \"serving\"]",
            "runs in `serving`, where its act `end` cannot be done",
        ),
        (
            "id = \"last_chance\"\ntitle",
            "runs = [\"suspended\"]",
            "runs = [\"suspended\", \"ended\"]",
            "runs in the end state `ended`",
        ),
        (
            "id = \"reply\"\ntitle",
            "runs = [\"reviewing\", \"asked\"]",
            "runs = [\"asked\"]",
            "starts in `reviewing` but does not run there",
        ),
        (
            "id = \"reply\"\ntitle",
            "pauses = [\"supplementing\"]",
            "pauses = [\"asked\"]",
            "both runs and pauses in `asked`",
        ),
        ("id = \"reply\"\ntitle", "starts = [\"reviewing\"]", "starts = []", "the clock `reply` never starts"),
        (
            "id = \"idle\"\ntitle",
            "follows = \"last_call_at\"",
            "follows = \"calls\"",
            "follows `calls`, which is no moment",
        ),
        (
            "id = \"reply\"\ntitle",
            "value = \"more\"",
            "value = \"idle\"",
            "the clock `reply` is extended in another unit",
        ),
        ("id = \"reply\"\ntitle", "times = 1", "times = 0", "can be extended 0 times"),
        ("when = [\"is_rare\"]", "is_rare", "papers_are_complete", "asks for the papers that this requirement decides"),
        // articles
        ("## TY-2", "无可计算：本条仅为说明。", "说明。", "the article `TY-2` has no rule"),
        ("## TY-2", "无可计算：本条仅为说明。", "无可计算：", "the article `TY-2` has no rule"),
        (
            "## TY-2",
            "## TY-2 服务",
            "## TY-1 服务",
            "the article `TY-1` stands twice; it stands already in toy/01.md:3",
        ),
        ("## TY-2", "## TY-2 服务", "## XX-2 服务", "the heading `XX-2 服务` names no article"),
        ("## TY-2", "## TY-2 服务", "## TY-2", "the heading `TY-2` names no article"),
        ("# 第一章", "# 第一章", "# 第一章\n\n```toml rule\n```", "this block belongs to no article"),
        ("```toml rule", "```toml rule", "```toml", "an article has no block `toml`"),
    ];
    for (anchor, old, new, expected) in cases {
        broken(anchor, old, new, expected);
    }
}

#[test]
fn faults_of_a_head_are_named() {
    let cases = [
        ("id = \"toy\"", "id = \"boy\"", "the pack `boy` lies in the folder `toy`"),
        ("until = \"2026-12-31\"", "until = \"2025-12-31\"", "the pack ends before it begins"),
        ("sha256 = \"0", "sha256 = \"x", "is no SHA-256"),
        ("authority = \"试验局\"\nprefix", "prefix", "missing field `authority`"),
        ("demander = ", "king = ", "the vocabulary has no role `king`"),
        ("demander = \"需求方\"\n", "", "nobody plays the role `demander` in this pack"),
        ("toml pack", "toml rule", "the head has 0 blocks `toml pack`"),
    ];
    for (old, new, expected) in cases {
        assert!(HEAD.contains(old), "{old}");
        let found = faults(|path, text| if path == "toy/pack.md" { text.replacen(old, new, 1) } else { text });
        assert!(found.iter().any(|fault| fault.contains(expected)), "expected `{expected}`, got {found:#?}");
    }
}

#[test]
fn faults_of_a_vocabulary_are_named() {
    let cases = [
        ("[[fact]]\nid = \"rare\"", "[[fact]]\nid = \"kind\"", "this `fact` is defined twice"),
        ("[[fact]]", "[[gossip]]", "the vocabulary has no `gossip`"),
        ("is = \"closed\"", "is = \"purple\"", "the predicate `is_withheld`: `purple` is no value of the fact `kind`"),
        ("is = \"closed\"", "is = []", "the predicate `is_withheld`: it accepts no value"),
        ("is = \"closed\"", "", "the predicate `is_withheld` asks nothing that is known"),
        ("at_least = 1", "at_least = 1\nat_most = 2", "the predicate `has_calls` asks nothing that is known"),
        ("fact = \"calls\"\nat_least", "fact = \"rare\"\nat_least", "`1` is no value of the fact `rare`"),
        ("papers_complete\"", "papers_pretty\"", "asks nothing that is known"),
        ("id = \"publish_entry\"", "id = \"bake_cake\"", "the platform has no verb `bake_cake`"),
        ("id = \"publish_entry\"", "id = \"bake_cake\"", "the effect `publish_entry` has no title"),
        ("[[outcome]]\nid = \"breach\"", "[[outcome]]\nid = \"party\"", "there is no outcome `party`"),
        ("[[outcome]]\nid = \"breach\"", "[[outcome]]\nid = \"party\"", "the outcome `breach` has no title"),
        ("[[role]]\nid = \"platform\"", "[[role]]\nid = \"engine\"", "the role `platform` has no title"),
        ("kind = \"number\"", "kind = \"number\"\nwords = [\"one\"]", "lists words but is no word"),
        ("kind = \"text\"", "kind = \"papyrus\"", "in `paper`: unknown variant `papyrus`"),
        ("toml vocabulary", "toml words", "the vocabulary has no blocks `toml words`"),
    ];
    for (old, new, expected) in cases {
        assert!(vocabulary().contains(old), "{old}");
        let found = faults(|path, text| if path == "vocabulary.md" { text.replacen(old, new, 1) } else { text });
        assert!(
            found.iter().any(|fault| fault.starts_with("vocabulary.md:") && fault.contains(expected)),
            "expected `{expected}`, got {found:#?}"
        );
    }
}

/// All faults come at once, in reading order, so that an author needs one round and not ten.
#[test]
fn all_faults_are_told_at_once() {
    let found = faults(|_, text| {
        text.replace("year = 2026", "year = 2025")
            .replace("amount = 4", "amount = 0")
            .replace("to = \"granted\"", "to = \"gone\"")
            .replace("\"issue_grant\"", "\"bake\"")
    });
    let files: Vec<&str> = found.iter().map(|fault| fault.split(':').next().unwrap()).collect();
    assert!(files.is_sorted(), "{found:#?}");
    for expected in ["calendar/2026.md", "`more` is `0`", "unknown effect `bake`"] {
        assert!(found.iter().any(|fault| fault.contains(expected)), "{expected} in {found:#?}");
    }
}

#[test]
fn missing_and_misplaced_files_are_named() {
    let without = |gone: &str| {
        let files = files().into_iter().filter(|(path, _)| path != gone);
        Book::parse(files).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert!(without("vocabulary.md").contains("there is no vocabulary"));
    assert!(without("toy/pack.md").contains("toy/pack.md:1: the folder `toy` has no head"));
    let mut files = files();
    files.push(("stray.md".into(), "# ?".into()));
    assert!(Book::parse(files).unwrap_err()[0].to_string().contains("`stray.md` is no place for a law file"));
}

/// The parser never panics, whatever stands in a file.
#[test]
fn a_mutilated_chapter_is_refused_or_read_but_never_panics() {
    let step = 97;
    for cut in (0..CHAPTER.len()).step_by(step).filter(|cut| CHAPTER.is_char_boundary(*cut)) {
        let (head, tail) = CHAPTER.split_at(cut);
        let mut rest = tail.chars();
        rest.next();
        for chapter in [head.to_owned(), format!("{head}{}", rest.as_str()), format!("{head}\"{tail}"), tail.to_owned()]
        {
            let files = files()
                .into_iter()
                .map(|(path, text)| if path == "toy/01.md" { (path, chapter.clone()) } else { (path, text) });
            let _ = Book::parse(files);
        }
    }
}
