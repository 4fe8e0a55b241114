//! The words of letters. What a letter says stands in `regulations/`, beside the rule that it carries out, as sentences with
//! named blanks; here the right ones are found and the blanks are filled. There are no conditions in a letter: a paragraph
//! with a blank for which there is nothing to say is left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    book::Book,
    case::Effect,
    error::Place,
    ids::*,
    pack::ActRule,
    vocabulary::{Title, Vocabulary},
};

/// Every blank that a letter can have, with what fills it.
pub const BLANKS: [(&str, &str); 16] = [
    ("addressee", "to whom the letter goes"),
    ("sender", "who writes it"),
    ("case", "the number of the case"),
    ("procedure", "the title of the procedure"),
    ("subject", "what the case is about"),
    ("act", "the title of the act"),
    ("opened", "the day on which the case was opened"),
    ("date", "the day of the act"),
    ("basis", "the regulation and the articles on which the act rests"),
    ("papers", "each paper that came with the act, in words"),
    ("state", "where the case stands afterwards"),
    ("running", "each term that runs afterwards, with its last day"),
    ("paused", "the terms that stand still afterwards"),
    ("expired", "the term that ran out, where the law itself acts"),
    ("extended", "each term that the act has extended, with its new last day"),
    ("remedies", "what the addressee can do in the case afterwards, with the articles"),
];

/// A letter for every act of a kind, in the vocabulary. The first one that fits an act is its letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterForm {
    /// What such letters are called.
    pub title: Title,
    /// What the act must be; everything that is said must hold.
    pub when: LetterWhen,
    /// The heading of the letter, with blanks.
    pub heading: String,
    /// Its words, with blanks; paragraphs are parted by empty lines, and one that begins with `# ` announces what follows.
    pub text: String,
}

/// For which acts a form is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LetterWhen {
    /// Those that refuse or return something.
    pub refuses: bool,
    /// Those that extend a term.
    pub extends: bool,
    /// Those that open a case.
    pub opens: bool,
    /// Those that the law itself does.
    pub law: bool,
    /// Those that bring one of these papers.
    pub papers: Vec<PaperId>,
    /// Those with one of these effects, by their verbs.
    pub effects: Vec<String>,
}

/// The letter of one act, in a pack, under the article that asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRule {
    /// As in [`LetterForm`].
    pub heading: String,
    /// As in [`LetterForm`].
    pub text: String,
    /// The article it stands under.
    pub article: ArticleId,
    /// Where it stands.
    pub place: Place,
}

/// The words of an act's letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterWords<'b> {
    /// The heading, with blanks.
    pub heading: &'b str,
    /// The text, with blanks.
    pub text: &'b str,
}

/// A paragraph of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterParagraph {
    /// Whether it announces what follows.
    pub heading: bool,
    /// Its words.
    pub text: String,
}

/// The words for the letter of an act: those of its pack, otherwise the vocabulary's for acts of its kind. `None` when the
/// vocabulary has none.
#[must_use]
pub fn letter_words<'b>(
    book: &'b Book,
    pack: &PackId,
    procedure: &ProcedureId,
    act: &ActId,
) -> Option<LetterWords<'b>> {
    let procedure = book.pack(pack).and_then(|pack| pack.procedures.get(procedure));
    if let Some(rule) = procedure.and_then(|procedure| procedure.letters.get(act)) {
        return Some(LetterWords { heading: &rule.heading, text: &rule.text });
    }
    let rule = procedure.and_then(|procedure| procedure.acts.get(act));
    let form = book.vocabulary().letters.values().find(|form| form.when.fits(rule))?;
    Some(LetterWords { heading: &form.heading, text: &form.text })
}

impl LetterWhen {
    /// Whether an act is of this kind. What is no act of the procedure is the law's recording that a term has run out.
    fn fits(&self, act: Option<&ActRule>) -> bool {
        let Some(act) = act else { return *self == Self { law: self.law, ..Self::default() } };
        let has = |effect: &Effect| {
            let written = effect.to_string();
            let verb = written.split(':').next().unwrap_or_default();
            self.effects.iter().any(|wanted| wanted == verb)
        };
        (!self.refuses || act.refuses.is_some())
            && (!self.extends || act.extends.is_some())
            && (!self.opens || act.opens)
            && (!self.law || act.by.iter().all(|role| *role == "law"))
            && (self.papers.is_empty() || act.papers.iter().any(|paper| self.papers.contains(paper)))
            && (self.effects.is_empty() || act.effects.iter().any(has))
    }
}

/// The blanks of a text that nobody can fill.
pub(crate) fn unknown_blanks(text: &str) -> Vec<String> {
    let names = text.split('{').skip(1).map(|part| part.split('}').next().unwrap_or_default());
    names.filter(|name| !BLANKS.iter().any(|(known, _)| known == name)).map(str::to_owned).collect()
}

/// Fills the blanks of a text. A paragraph that is nothing but one blank becomes a paragraph for each of its values; elsewhere
/// several values are told one after the other. What has a blank without a value is left out, and so is an announcement
/// of nothing; the announcements that stay are numbered.
#[must_use]
pub fn fill_letter(text: &str, values: &BTreeMap<&str, Vec<String>>) -> Vec<LetterParagraph> {
    let mut filled: Vec<LetterParagraph> = Vec::new();
    for part in text.split("\n\n") {
        let whole: String = part.lines().map(str::trim).collect();
        let (heading, words) = match whole.strip_prefix("# ") {
            Some(words) => (true, words),
            None => (false, whole.as_str()),
        };
        let alone = words.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('{'));
        if let Some(name) = alone {
            let values = values.get(name).into_iter().flatten();
            filled.extend(values.map(|value| LetterParagraph { heading, text: value.clone() }));
        } else if let Some(text) = sentence(words, values).filter(|text| !text.is_empty()) {
            filled.push(LetterParagraph { heading, text });
        }
    }
    let followed: Vec<bool> =
        (0..filled.len()).map(|at| filled.get(at.saturating_add(1)).is_some_and(|next| !next.heading)).collect();
    let kept = filled.into_iter().zip(followed);
    let mut kept: Vec<LetterParagraph> =
        kept.filter(|(paragraph, followed)| !paragraph.heading || *followed).map(|(paragraph, _)| paragraph).collect();
    // Announcements are numbered only now, so that what was left out leaves no gap; a single one needs no number.
    let mut headings: Vec<&mut LetterParagraph> = kept.iter_mut().filter(|paragraph| paragraph.heading).collect();
    if headings.len() > 1 {
        for (at, heading) in headings.iter_mut().enumerate() {
            heading.text = format!("{}、{}", chinese_numeral(at.saturating_add(1)), heading.text);
        }
    }
    kept
}

/// A number from 1 to 99 in Chinese; others stay digits.
#[must_use]
pub fn chinese_numeral(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |at: usize| DIGITS.get(at).copied().unwrap_or_default();
    match (number / 10, number % 10) {
        (0, one) if one > 0 => digit(one).to_owned(),
        (1, one) => format!("十{}", digit(one)),
        (ten @ 2..=9, one) => format!("{}十{}", digit(ten), digit(one)),
        _ => number.to_string(),
    }
}

fn sentence(words: &str, values: &BTreeMap<&str, Vec<String>>) -> Option<String> {
    let mut parts = words.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        let said = values.get(name).filter(|said| !said.is_empty())?;
        text.push_str(&said.join("；"));
        text.push_str(rest);
    }
    Some(text)
}

impl Vocabulary {
    /// Faults of a letter's words, one sentence each.
    pub(crate) fn letter_faults(heading: &str, text: &str) -> Vec<String> {
        let unknown = [heading, text].into_iter().flat_map(unknown_blanks);
        let mut faults: Vec<String> = unknown.map(|name| format!("a letter has no blank `{{{name}}}`")).collect();
        if heading.trim().is_empty() || text.trim().is_empty() {
            faults.push("a letter without words".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, values: &[(&'static str, &[&str])]) -> Vec<(bool, String)> {
        let values = values.iter().map(|(name, values)| (*name, values.iter().map(|v| (*v).to_owned()).collect()));
        let paragraphs = fill_letter(text, &values.collect());
        paragraphs.into_iter().map(|paragraph| (paragraph.heading, paragraph.text)).collect()
    }

    /// A letter never shows an empty blank: its paragraph goes, and with it an announcement that would announce nothing.
    #[test]
    fn what_has_nothing_to_say_is_left_out() {
        let text = "甲{subject}乙。\n\n# 材料\n\n{papers}\n\n# 期限\n\n{running}\n\n以上{date}。\n\n# 其他\n\n丙";
        let told = said(text, &[("subject", &["名单"]), ("papers", &["（一）", "（二）"]), ("running", &[])]);
        let wanted = [
            (false, "甲名单乙。"),
            (true, "一、材料"),
            (false, "（一）"),
            (false, "（二）"),
            (true, "二、其他"),
            (false, "丙"),
        ];
        assert_eq!(told, wanted.map(|(heading, text)| (heading, text.to_owned())));
    }

    /// Articles are cited with Chinese numerals.
    #[test]
    fn numbers_are_written_in_chinese() {
        let told = [1, 9, 10, 11, 20, 37, 99, 100].map(chinese_numeral);
        assert_eq!(told, ["一", "九", "十", "十一", "二十", "三十七", "九十九", "100"]);
    }

    /// A misspelt blank is a fault of the pack, not a hole in a letter.
    #[test]
    fn a_blank_that_nobody_fills_is_a_fault() {
        assert_eq!(unknown_blanks("{subject}{subjet}"), ["subjet"]);
        assert_eq!(Vocabulary::letter_faults("{act}", " ").len(), 1);
    }
}
