//! Pure rules of the catalogue: what a draft must look like, what a submission must contain, what a change does to those who
//! share already, and which facts the law is told.

use std::{collections::HashSet, fmt::Display};

use law::{FactValue, Facts};

use super::entry::*;
use crate::{
    error::{Code, Error, Result},
    lake::ColumnKind,
};

/// Longest single-line element in characters.
pub const MAX_LINE: usize = 200;
/// Longest text in characters.
pub const MAX_TEXT: usize = 4_000;
/// Most items of an entry.
pub const MAX_ITEMS: usize = 500;
/// Most keywords of an entry.
pub const MAX_KEYWORDS: usize = 30;
/// Longest text a single column may declare, in characters.
pub const MAX_LENGTH: u32 = 1_000_000;

/// One thing that is wrong with an input, said so that it can be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, e.g. `items[2].length`.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub next: String,
}

/// Turns faults into one error that names every field.
///
/// # Errors
/// [`Code::InvalidInput`] when there is any fault.
pub fn refuse(what: &str, faults: Vec<Fault>) -> Result<()> {
    let Some(first) = faults.first() else { return Ok(()) };
    let message = match faults.len() {
        1 => format!("{what}: `{}` {}", first.path, first.what),
        n => format!("{what}: {n} fields are at fault, first `{}`: {}", first.path, first.what),
    };
    let error = Error::new(Code::InvalidInput, message).hint(first.next.clone());
    Err(faults
        .into_iter()
        .fold(error, |error, fault| error.field(fault.path, format!("{}; {}", fault.what, fault.next))))
}

/// Faults of form, which not even a draft may have: lengths, repeated or unusable item codes, unknown masks.
pub fn form_faults(input: &EntryInput) -> Vec<Fault> {
    let mut faults = Faults::default();
    faults.line("title", &input.title);
    faults.text("description", &input.description);
    faults.line("source", &input.source);
    faults.line("managing_unit", &input.managing_unit);
    faults.line("class", &input.class);
    faults.line("coverage.area", &input.coverage.area);
    for (path, text) in sharing_texts(&input.sharing) {
        faults.text(path, text);
    }
    faults.text("opening.reason", &input.opening.reason);
    for (i, condition) in input.opening.conditions.iter().enumerate() {
        faults.text(format!("opening.conditions[{i}].text"), &condition.text);
    }
    faults.at_most("items", input.items.len(), MAX_ITEMS);
    faults.at_most("keywords", input.keywords.len(), MAX_KEYWORDS);
    faults.at_most("opening.conditions", input.opening.conditions.len(), MAX_KEYWORDS);
    for (i, keyword) in input.keywords.iter().enumerate() {
        faults.line(format!("keywords[{i}]"), keyword);
    }
    item_form(&mut faults, &input.items);
    if let (Some(from), Some(until)) = (input.coverage.from, input.coverage.until)
        && until < from
    {
        faults.add("coverage.until", format!("is before `coverage.from` ({from})"), "give a later day or leave it out");
    }
    faults.0
}

/// Elements that are still missing for review (CN-9, CM-9, PT-11). What CM-16 asks for on top is the law's own guard.
pub fn missing_elements(input: &EntryInput) -> Vec<Fault> {
    let mut faults = Faults::default();
    faults.needed("title", input.title.trim().is_empty(), "say what the resource is called");
    faults.needed("description", input.description.trim().is_empty(), "say what it is about");
    faults.needed("duty", input.duty.is_none(), "link the duty under which the data arises");
    let no_source = input.system.is_none() && input.source.trim().is_empty();
    faults.needed("system", no_source, "link the system that holds it, or say in `source` where it comes from");
    faults.needed("managing_unit", input.managing_unit.trim().is_empty(), "name the unit that manages it");
    faults.needed("format", input.format.is_none(), "say in what form it exists");
    faults.needed("items", input.items.is_empty(), "describe at least one information item");
    for (i, item) in input.items.iter().enumerate() {
        faults.needed(format!("items[{i}].name"), item.name.trim().is_empty(), "say what people call it");
        faults.needed(format!("items[{i}].meaning"), item.meaning.trim().is_empty(), "say what a value means");
        let no_length = item.kind == ColumnKind::Text && item.length.is_none();
        faults.needed(format!("items[{i}].length"), no_length, "give the longest value in characters");
    }
    faults.needed("update_cycle", input.update_cycle.is_none(), "say how often it is brought up to date");
    faults.needed("class", input.class.trim().is_empty(), "give its class");
    faults.needed("grade", input.grade.is_none(), "give its grade");
    faults.needed("coverage.area", input.coverage.area.trim().is_empty(), "say what area it covers");
    let no_condition = input.opening.kind == OpenType::Conditional && input.opening.conditions.is_empty();
    faults.needed("opening.conditions", no_condition, "state at least one condition of opening");
    for (i, condition) in input.opening.conditions.iter().enumerate() {
        faults.needed(format!("opening.conditions[{i}].text"), condition.text.trim().is_empty(), "state the condition");
    }
    faults.0
}

/// What a change of a published entry must state on top: sharing may not be narrowed without a basis (CM-17).
pub fn change_faults(published: &EntryInput, changed: &EntryInput) -> Vec<Fault> {
    let mut faults = Faults::default();
    let silent = changed.sharing.basis.trim().is_empty();
    if narrows_sharing(&published.sharing, &changed.sharing) && silent {
        faults.add(
            "sharing.basis",
            "is missing, although the change narrows sharing",
            "name the law on which the narrowing rests",
        );
    }
    faults.0
}

/// Whether a change makes sharing narrower: another type further from sharing, or conditions added.
pub fn narrows_sharing(before: &Sharing, after: &Sharing) -> bool {
    after.kind > before.kind
        || (after.kind == SharingType::Conditional
            && before.kind == SharingType::Conditional
            && after.conditions.trim() != before.conditions.trim()
            && after.conditions.chars().count() > before.conditions.chars().count())
}

/// Item codes that a change takes away, retypes or hides: those who use them are affected.
pub fn disturbed_items(published: &EntryInput, changed: &EntryInput) -> Vec<String> {
    let disturbed = |before: &&Item| match changed.item(&before.code) {
        None => true,
        Some(after) => after.kind != before.kind || after.mask != before.mask || (before.key && !after.key),
    };
    published.items.iter().filter(disturbed).map(|item| item.code.clone()).collect()
}

/// Whether a change affects running shares that use these fields (PT-15).
pub fn affects_shares(
    published: &EntryInput,
    changed: &EntryInput,
    used: &HashSet<String>,
    running_shares: u64,
) -> bool {
    running_shares > 0
        && (narrows_sharing(&published.sharing, &changed.sharing)
            || disturbed_items(published, changed).iter().any(|code| used.contains(code)))
}

/// The facts a catalogue case is told about its entry. What is not said is told as `false`, so that a guard fails and explains
/// itself instead of being unknown.
pub fn facts(input: &EntryInput, affects_shares: bool, sharing_narrowed: bool) -> Facts {
    let sharing = &input.sharing;
    let said = |text: &String| !text.trim().is_empty();
    let conditions = sharing.kind != SharingType::Conditional
        || (said(&sharing.scope) && said(&sharing.usage) && said(&sharing.conditions));
    let justified = sharing.kind != SharingType::None || (said(&sharing.reason) && said(&sharing.basis));
    [
        ("sharing_type", FactValue::Word(sharing.kind.as_word().into())),
        ("conditions_stated", FactValue::Flag(conditions)),
        ("withholding_justified", FactValue::Flag(justified)),
        ("affects_shares", FactValue::Flag(affects_shares)),
        ("sharing_narrowed", FactValue::Flag(sharing_narrowed)),
    ]
    .map(|(fact, value)| (fact.into(), value))
    .into()
}

/// How many of an organisation's systems and duties have an entry: 应编尽编 as two figures and the gaps behind them.
pub fn completeness(covered: u64, all: u64) -> Option<f64> {
    // Nothing to catalogue is neither complete nor incomplete.
    (all > 0).then(|| covered as f64 / all as f64)
}

/// Faults of one-line elements (`true` = needed) and of one text.
pub(super) fn line_faults(lines: &[(&str, &str, bool)], text: (&str, &str)) -> Vec<Fault> {
    let mut faults = Faults::default();
    for (path, line, needed) in lines {
        faults.needed(*path, *needed && line.trim().is_empty(), "fill it in");
        faults.line(*path, line);
    }
    faults.text(text.0, text.1);
    faults.0
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, path: impl Into<String>, what: impl Into<String>, next: impl Into<String>) {
        self.0.push(Fault { path: path.into(), what: what.into(), next: next.into() });
    }
    fn line(&mut self, path: impl Into<String> + Display, text: &str) {
        if text.chars().count() > MAX_LINE {
            self.add(path, format!("is longer than {MAX_LINE} characters"), "shorten it");
        } else if text.chars().any(char::is_control) {
            self.add(path, "contains a line break or another control character", "write it on one line");
        }
    }
    fn text(&mut self, path: impl Into<String>, text: &str) {
        if text.chars().count() > MAX_TEXT {
            self.add(path, format!("is longer than {MAX_TEXT} characters"), "shorten it");
        }
    }
    fn at_most(&mut self, path: &str, count: usize, most: usize) {
        if count > most {
            self.add(path, format!("has {count} parts, at most {most} are possible"), "split the resource");
        }
    }
    fn needed(&mut self, path: impl Into<String>, missing: bool, next: &str) {
        if missing {
            self.add(path, "is missing", next);
        }
    }
}

fn item_form(faults: &mut Faults, items: &[Item]) {
    let mut seen = HashSet::new();
    for (i, item) in items.iter().enumerate() {
        let path = format!("items[{i}].code");
        faults.line(path.clone(), &item.code);
        if item.code.trim().is_empty() || item.code.trim() != item.code {
            faults.add(
                path,
                "is empty or begins or ends with a space",
                "give the column's name as it stands in the data",
            );
        } else if !seen.insert(item.code.as_str()) {
            faults.add(path, format!("`{}` is used twice", item.code), "give every item a code of its own");
        }
        faults.line(format!("items[{i}].name"), &item.name);
        faults.text(format!("items[{i}].meaning"), &item.meaning);
        if item.length.is_some_and(|length| length == 0 || length > MAX_LENGTH) {
            faults.add(
                format!("items[{i}].length"),
                format!("must be from 1 to {MAX_LENGTH}"),
                "give the longest value in characters",
            );
        }
        if let Some(mask) = &item.mask
            && let Err(error) = mask.parse::<privacy::Mask>()
        {
            faults.add(format!("items[{i}].mask"), error.to_string(), "use one of the known masks or leave it out");
        }
    }
}

fn sharing_texts(sharing: &Sharing) -> [(&'static str, &str); 5] {
    [
        ("sharing.scope", &sharing.scope),
        ("sharing.usage", &sharing.usage),
        ("sharing.conditions", &sharing.conditions),
        ("sharing.reason", &sharing.reason),
        ("sharing.basis", &sharing.basis),
    ]
}
