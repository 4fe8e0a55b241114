//! The catalogue as a form in a workbook: one sheet of entries, one of their items, with headings in Chinese.
//!
//! What a reader should know first. The words of the form stand in `form.zh-CN.json`, so that no heading is spelled twice; the
//! columns are found by their headings, in whatever order. A row is read into the very same [`EntryInput`] that the API takes and is
//! judged by the very same rules; every fault is told with sheet and cell. Nothing here knows how a workbook is stored: a sheet is
//! a [`Grid`] of texts.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::*;

/// Most entries in one file.
pub const MAX_FORM_ENTRIES: usize = 500;
/// Most items in one file.
pub const MAX_FORM_ITEMS: usize = 20_000;

/// The form: its sheets, columns and words.
#[derive(Clone, Debug, Deserialize)]
pub struct Form {
    /// The name of the sheet of entries.
    pub entries: String,
    /// The name of the sheet of items.
    pub items: String,
    /// The name of the sheet that explains.
    pub help: String,
    /// The name of the sheet that holds the lists to choose from.
    pub lists: String,
    /// The headings of the sheet that explains.
    pub help_heading: Vec<String>,
    /// The words for optional, needed for review, needed at once.
    pub needed: Vec<String>,
    /// What is said first on the sheet that explains.
    pub notes: Vec<String>,
    /// The columns of entries.
    pub entry_columns: Vec<FormColumn>,
    /// The columns of items.
    pub item_columns: Vec<FormColumn>,
    yes: String,
    no: String,
    choices: BTreeMap<String, Vec<(String, String)>>,
    faults: BTreeMap<String, String>,
}

/// A column of the form.
#[derive(Clone, Debug, Deserialize)]
pub struct FormColumn {
    /// The element that it holds.
    pub key: String,
    /// Its heading.
    pub heading: String,
    /// Its width in characters.
    pub width: u8,
    /// 0 optional, 1 needed for review, 2 needed at once.
    pub needed: usize,
    /// How it is filled in.
    pub help: String,
    choices: Option<String>,
}

/// A sheet of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Grid {
    /// Its name.
    pub name: String,
    /// Its rows with content: number from 1, cells from column A on.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// What an organisation can name in the form: the codes of its duties and systems.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    /// Duties by code.
    pub duties: BTreeMap<String, DutyId>,
    /// Systems by code.
    pub systems: BTreeMap<String, SystemId>,
}

/// What duties and systems are called in the form.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The codes of duties.
    pub duties: HashMap<DutyId, String>,
    /// The codes of systems.
    pub systems: HashMap<SystemId, String>,
}

/// A cell that is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFault {
    /// The sheet.
    pub sheet: String,
    /// The cell, e.g. `C5`.
    pub cell: String,
    /// Its row, from 1.
    pub row: u32,
    /// Its column's number, from 0.
    pub column: usize,
    /// The element, e.g. `items[2].length`.
    pub path: String,
    /// The fault's word.
    pub code: String,
    /// What is wrong and what to do, in the words of the form.
    pub told: String,
}

/// An entry as the form has it.
#[derive(Clone, Debug)]
pub struct Filled {
    /// Its id, when it is meant to be changed.
    pub id: Option<EntryId>,
    /// Its elements.
    pub input: EntryInput,
    /// Its row in the sheet of entries.
    pub row: u32,
    /// The rows of its items.
    item_rows: Vec<u32>,
}

/// A form as it was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Its entries.
    pub entries: Vec<Filled>,
    /// Everything that is wrong.
    pub faults: Vec<CellFault>,
    places: HashMap<(bool, String), usize>,
}

impl Form {
    /// The form.
    ///
    /// # Errors
    /// [`Code::Internal`] when the words that the binary carries cannot be read.
    pub fn load() -> Result<Self> {
        from_json(include_str!("form.zh-CN.json"))
    }

    /// What can be chosen in a column; empty where anything can be written.
    #[must_use]
    pub fn offered(&self, column: &FormColumn, codes: &Codes) -> Vec<String> {
        match column.choices.as_deref() {
            None => Vec::new(),
            Some("duties") => codes.duties.keys().cloned().collect(),
            Some("systems") => codes.systems.keys().cloned().collect(),
            Some("flag") => vec![self.yes.clone(), self.no.clone()],
            Some(list) => self.choices.get(list).into_iter().flatten().map(|(_, label)| label.clone()).collect(),
        }
    }

    /// Reads the sheets of a filled-in form.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`] for more entries or items than a form may have.
    pub fn read(&self, grids: &[Grid], codes: &Codes) -> Result<Read> {
        let mut read = Read::default();
        let entries = self.table(grids, &self.entries, &self.entry_columns, &mut read);
        let items = self.table(grids, &self.items, &self.item_columns, &mut read);
        bounded(entries.len(), MAX_FORM_ENTRIES, "entries")?;
        bounded(items.len(), MAX_FORM_ITEMS, "items")?;
        let mut by_title: HashMap<String, usize> = HashMap::new();
        for (row, cells) in entries {
            let (id, input) = self.entry_of(row, &cells, codes, &mut read);
            if input.title.is_empty() {
                self.fault(&mut read, true, row, "title", "title", "missing");
            } else if by_title.insert(input.title.clone(), read.entries.len()).is_some() {
                self.fault(&mut read, true, row, "title", "title", "twice");
            }
            read.entries.push(Filled { id, input, row, item_rows: Vec::new() });
        }
        for (row, cells) in items {
            let title = cells.get("entry").map_or("", String::as_str);
            let Some(at) = by_title.get(title).copied() else {
                self.fault(&mut read, false, row, "entry", "items", "entry");
                continue;
            };
            let number = read.entries.get(at).map_or(0, |entry| entry.input.items.len());
            let item = self.item_of(row, number, &cells, &mut read);
            if let (Some(entry), Some(item)) = (read.entries.get_mut(at), item) {
                entry.input.items.push(item);
                entry.item_rows.push(row);
            }
        }
        let faults: Vec<_> = read.entries.iter().map(|entry| rules::form_faults(&entry.input)).collect();
        for (at, faults) in faults.into_iter().enumerate() {
            for fault in faults {
                self.place(&mut read, at, &fault.path, "form");
            }
        }
        Ok(read)
    }

    /// Adds a fault of an entry's element where it stands in the form.
    pub fn place(&self, read: &mut Read, at: usize, path: &str, code: &str) {
        let Some(entry) = read.entries.get(at) else { return };
        let row = entry.row;
        let item = path.strip_prefix("items[").and_then(|rest| rest.split_once("]."));
        match item.and_then(|(number, key)| Some((entry.item_rows.get(number.parse::<usize>().ok()?)?, key))) {
            Some((row, key)) => {
                let row = *row;
                self.fault(read, false, row, key, path, code);
            }
            None => {
                let key = path.split('[').next().unwrap_or(path).to_owned();
                self.fault(read, true, row, &key, path, code);
            }
        }
    }

    /// An entry as a row of the form, and its items as rows of the other sheet.
    #[must_use]
    pub fn rows_of(&self, id: EntryId, entry: &EntryInput, names: &Names) -> (Vec<String>, Vec<Vec<String>>) {
        let value = serde_json::to_value(entry).unwrap_or_default();
        let at = |key: &str| value.pointer(&format!("/{}", key.replace('.', "/"))).cloned().unwrap_or_default();
        let cell = |column: &FormColumn| match column.key.as_str() {
            "id" => id.to_string(),
            "duty" => entry.duty.and_then(|id| names.duties.get(&id)).cloned().unwrap_or_default(),
            "system" => entry.system.and_then(|id| names.systems.get(&id)).cloned().unwrap_or_default(),
            "keywords" => entry.keywords.join("、"),
            "opening.conditions" => {
                let line = |condition: &OpenCondition| {
                    let kind = serde_json::to_value(condition.kind).unwrap_or_default();
                    format!("{}：{}", self.label("condition", kind.as_str().unwrap_or_default()), condition.text)
                };
                entry.opening.conditions.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            key => self.shown(column, &at(key)),
        };
        let of_item = |item: &Item| {
            let value = serde_json::to_value(item).unwrap_or_default();
            let cell = |column: &FormColumn| match column.key.as_str() {
                "entry" => entry.title.clone(),
                key => self.shown(column, value.get(key).unwrap_or(&Value::Null)),
            };
            self.item_columns.iter().map(cell).collect()
        };
        (self.entry_columns.iter().map(cell).collect(), entry.items.iter().map(of_item).collect())
    }

    /// The rows of a sheet as cells by key, without the line of headings.
    fn table(
        &self,
        grids: &[Grid],
        name: &str,
        columns: &[FormColumn],
        read: &mut Read,
    ) -> Vec<(u32, BTreeMap<String, String>)> {
        let first = name == self.entries;
        let Some(grid) = grids.iter().find(|grid| grid.name == name) else {
            self.fault_at(read, name, 1, 0, name, "no_sheet");
            return Vec::new();
        };
        let Some(((heading_row, headings), rows)) = grid.rows.split_first() else {
            self.fault_at(read, name, 1, 0, name, "no_heading");
            return Vec::new();
        };
        let mut keys: Vec<Option<&str>> = Vec::new();
        for (at, heading) in headings.iter().enumerate() {
            let key = columns.iter().find(|column| column.heading == *heading).map(|column| column.key.as_str());
            let twice = key.is_some() && keys.contains(&key);
            if twice || (key.is_none() && !heading.is_empty()) {
                let code = if twice { "heading_twice" } else { "heading" };
                self.fault_at(read, name, *heading_row, at, heading, code);
            }
            if let Some(key) = key {
                read.places.insert((first, key.to_owned()), at);
            }
            keys.push(key);
        }
        for column in columns.iter().filter(|column| column.needed == 2) {
            if !keys.contains(&Some(column.key.as_str())) {
                self.fault_at(read, name, *heading_row, 0, &column.key, "no_heading");
            }
        }
        let cells = |(number, cells): &(u32, Vec<String>)| {
            let named = keys.iter().zip(cells).filter_map(|(key, cell)| Some(((*key)?.to_owned(), cell.clone())));
            (*number, named.collect())
        };
        rows.iter().map(cells).collect()
    }

    fn entry_of(
        &self,
        row: u32,
        cells: &BTreeMap<String, String>,
        codes: &Codes,
        read: &mut Read,
    ) -> (Option<EntryId>, EntryInput) {
        let mut value = Map::new();
        let mut id = None;
        for column in &self.entry_columns {
            let key = column.key.as_str();
            let Some(text) = cells.get(key).map(|text| text.trim()).filter(|text| !text.is_empty()) else { continue };
            let found = match key {
                "id" => {
                    id = text.parse().ok();
                    if id.is_none() {
                        self.fault(read, true, row, key, key, "id");
                    }
                    continue;
                }
                "duty" => codes.duties.get(text).map(|id| json!(id)).ok_or("duty"),
                "system" => codes.systems.get(text).map(|id| json!(id)).ok_or("system"),
                "keywords" => Ok(json!(words(text))),
                "opening.conditions" => self.conditions(text).ok_or("condition"),
                "coverage.from" | "coverage.until" => {
                    text.parse::<Date>().map(|date| json!(date.to_string())).map_err(|_| "date")
                }
                _ => self.taken(column, text),
            };
            match found {
                Ok(found) => put(&mut value, key, found),
                Err(code) => self.fault(read, true, row, key, key, code),
            }
        }
        (id, serde_json::from_value(Value::Object(value)).unwrap_or_default())
    }

    fn item_of(&self, row: u32, number: usize, cells: &BTreeMap<String, String>, read: &mut Read) -> Option<Item> {
        let mut value = Map::new();
        value.insert("name".into(), json!(""));
        let before = read.faults.len();
        for column in self.item_columns.iter().filter(|column| column.key != "entry") {
            let key = column.key.as_str();
            let path = format!("items[{number}].{key}");
            let text = cells.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
            let found = match (key, text) {
                (_, None) if column.needed == 2 => Err("missing"),
                (_, None) => continue,
                ("length", Some(text)) => text.parse::<u32>().map(|length| json!(length)).map_err(|_| "number"),
                ("key" | "required" | "sensitive", Some(text)) => {
                    self.flag(text).map(|flag| json!(flag)).ok_or("choice")
                }
                // A mask with numbers, such as `keep_ends(3,4)`, is written as the API has it.
                ("mask", Some(text)) => Ok(self.taken(column, text).unwrap_or_else(|_| json!(text))),
                (_, Some(text)) => self.taken(column, text),
            };
            match found {
                Ok(found) => put(&mut value, key, found),
                Err(code) => self.fault(read, false, row, key, &path, code),
            }
        }
        if read.faults.len() > before { None } else { serde_json::from_value(Value::Object(value)).ok() }
    }

    /// A cell as an element: the word behind the label that was chosen, or the text itself.
    fn taken(&self, column: &FormColumn, text: &str) -> Result<Value, &'static str> {
        let Some(list) = column.choices.as_deref().and_then(|list| self.choices.get(list)) else {
            return Ok(json!(text));
        };
        let found = list.iter().find(|(word, label)| label == text || word == text);
        found.map(|(word, _)| json!(word)).ok_or("choice")
    }

    /// An element as a cell.
    fn shown(&self, column: &FormColumn, value: &Value) -> String {
        match value {
            Value::Bool(flag) => {
                if *flag {
                    self.yes.clone()
                } else {
                    self.no.clone()
                }
            }
            Value::Number(number) => number.to_string(),
            Value::String(text) => match column.choices.as_deref() {
                Some(list) => self.label(list, text),
                None => text.clone(),
            },
            _ => String::new(),
        }
    }

    fn label(&self, list: &str, word: &str) -> String {
        let list = self.choices.get(list).into_iter().flatten();
        list.clone().find(|(known, _)| known == word).map_or_else(|| word.to_owned(), |(_, label)| label.clone())
    }

    fn flag(&self, text: &str) -> Option<bool> {
        match text {
            _ if text == self.yes => Some(true),
            _ if text == self.no => Some(false),
            "true" | "TRUE" | "1" => Some(true),
            "false" | "FALSE" | "0" => Some(false),
            _ => None,
        }
    }

    fn conditions(&self, text: &str) -> Option<Value> {
        let line = |line: &str| {
            let (kind, text) = line.split_once(['：', ':'])?;
            let list = self.choices.get("condition")?;
            let (word, _) = list.iter().find(|(word, label)| label == kind.trim() || word == kind.trim())?;
            Some(json!({ "kind": word, "text": text.trim() }))
        };
        text.lines().filter(|line| !line.trim().is_empty()).map(line).collect::<Option<Vec<_>>>().map(Value::from)
    }

    fn fault(&self, read: &mut Read, of_entries: bool, row: u32, key: &str, path: &str, code: &str) {
        let column = read.places.get(&(of_entries, key.to_owned())).copied().unwrap_or(0);
        let sheet = if of_entries { &self.entries } else { &self.items };
        self.fault_at(read, sheet, row, column, path, code);
    }

    fn fault_at(&self, read: &mut Read, sheet: &str, row: u32, column: usize, path: &str, code: &str) {
        let of_entries = sheet == self.entries;
        let columns = if of_entries { &self.entry_columns } else { &self.item_columns };
        let told = self.faults.get(code).cloned().unwrap_or_default();
        let key = path.rsplit("].").next().unwrap_or(path);
        let help = columns.iter().find(|known| known.key == key).map(|known| known.help.as_str());
        let told = match (code, help) {
            ("form" | "missing", Some(help)) => format!("{told}：{help}"),
            _ => told,
        };
        let cell = format!("{}{row}", letters(column));
        let (sheet, path, code) = (sheet.to_owned(), path.to_owned(), code.to_owned());
        read.faults.push(CellFault { sheet, cell, row, column, path, code, told });
    }
}

/// `A` for 0, `AA` for 26.
fn letters(column: usize) -> String {
    let (mut text, mut rest) = (String::new(), column.saturating_add(1));
    while rest > 0 {
        let digit = u8::try_from((rest.saturating_sub(1)) % 26).unwrap_or(0);
        text.insert(0, char::from(b'A'.saturating_add(digit)));
        rest = rest.saturating_sub(1) / 26;
    }
    text
}

fn words(text: &str) -> Vec<&str> {
    text.split(['、', '，', ',', ';', '；', '\n']).map(str::trim).filter(|word| !word.is_empty()).collect()
}

fn put(value: &mut Map<String, Value>, key: &str, found: Value) {
    match key.split_once('.') {
        None => {
            value.insert(key.to_owned(), found);
        }
        Some((outer, inner)) => {
            let inside = value.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inside) = inside {
                inside.insert(inner.to_owned(), found);
            }
        }
    }
}

fn bounded(count: usize, most: usize, what: &str) -> Result<()> {
    if count <= most {
        return Ok(());
    }
    Err(Error::new(Code::LimitExceeded, format!("the form has {count} {what}, at most {most} are possible"))
        .hint("split the file"))
}
