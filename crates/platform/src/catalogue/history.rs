//! What happened to an entry, and what a draft would change: for the reviewer, and for whoever wonders why it reads as it does.
//!
//! What a reader should know first. An entry is changed by the acts of its case alone, and every published version is kept
//! whole; so its history is its acts, and what an act changed is the difference of two versions. Who did it is told by role and
//! organisation, never by name: the office answers, not the clerk. Readers who may not see drafts are told of those acts only
//! that made a version.

use std::collections::HashMap;

use law::{ArticleId, ProcedureId, RoleId, StateId};
use sea_orm::{PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::*;

/// The procedures whose acts are the history of an entry: its own, and that which follows its data.
const TOLD: [&str; 2] = [PROCEDURE, "collection"];

/// One act on an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The act.
    pub act: ActId,
    /// Its case.
    pub case: CaseId,
    /// Under which procedure.
    pub procedure: ProcedureId,
    /// The procedure's title.
    pub procedure_title: String,
    /// What the act is called in the pack.
    pub title: String,
    /// In which role it was done.
    pub role: RoleId,
    /// For which organisation; `None` for the law and the platform.
    pub organisation: Option<OrganisationId>,
    /// `person`, `client`, `law` or `platform`; never which person.
    pub actor: String,
    /// When it took effect.
    pub at: Timestamp,
    /// The articles it rests on.
    pub articles: Vec<ArticleId>,
    /// The state before.
    pub from: Option<StateId>,
    /// The state after.
    pub to: StateId,
    /// What it meant that a term ran out, when the law acted.
    pub outcome: Option<String>,
    /// Its index in the log, once the log has it.
    pub log_index: Option<u64>,
    /// The version of the entry that it made.
    pub version: Option<i32>,
    /// Whether that version made sharing narrower (CM-17).
    pub narrowed: bool,
    /// What that version changed; everything, for the first one.
    pub changes: Vec<Change>,
}

/// What the draft would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// The published version it is held against; 0 when nothing is published, and everything is new.
    pub against: i32,
    /// The row's version of the draft, for [`Platform::edit_entry`].
    pub version: i32,
    /// Element by element and item by item.
    pub changes: Vec<Change>,
    /// Whether sharing would become narrower (CM-17).
    pub narrows: bool,
    /// The items that services may rest on and that would be taken away, retyped or hidden.
    pub disturbed: Vec<String>,
    /// The services that rest on the published version.
    pub running_services: u64,
    /// Whether those services are affected (PT-15).
    pub affects_services: bool,
}

/// One element that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The element: `title`, `sharing.kind`, `items`, …; for an item's own element its name, e.g. `length`.
    pub element: String,
    /// The item's code, where an item differs.
    pub item: Option<String>,
    /// How.
    pub kind: ChangeKind,
    /// What was there.
    pub before: Option<Value>,
    /// What is there now.
    pub after: Option<Value>,
}

/// How an element differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was empty or absent.
    Added,
    /// It is empty or absent now.
    Removed,
    /// It reads differently.
    Changed,
}

impl Platform {
    /// A page of what happened to an entry, newest first.
    ///
    /// # Errors
    /// [`Code::NotFound`], also for a draft that the actor may not see.
    pub async fn entry_history(&self, ctx: &Ctx, id: EntryId, page: Page) -> Result<Listing<HistoryLine>> {
        let entry = self.entry(ctx, id).await?;
        let inside = sees_drafts(&ctx.who, entry.line.organisation);
        let db = self.db().read();
        let cases = {
            use docket::store::case::{Column, Entity};
            let about = Entity::find().filter(Column::SubjectId.eq(id.0));
            about.filter(Column::Procedure.is_in(TOLD)).all(db).await?
        };
        use docket::store::act::{Column, Entity};
        let mut query = Entity::find().filter(Column::CaseId.is_in(cases.iter().map(|case| case.id)));
        if !inside {
            use store::entry_version::{Column as Version, Entity as Versions};
            let made = Versions::find().select_only().column(Version::ActId).filter(Version::EntryId.eq(id.0));
            query = query.filter(Column::Id.in_subquery(made.into_query()));
        }
        let total = query.clone().count(db).await?;
        let newest = query.order_by_desc(Column::RecordedAt).order_by_desc(Column::Seq);
        let acts = newest.offset(page.offset).limit(page.limit()).all(db).await?;
        let mut indices = ledger::indices(db, acts.iter().map(|act| act.id)).await?;
        let mut made = self.versions_made(id, &acts).await?;
        let line = |act: docket::store::act::Model| {
            let case = cases.iter().find(|case| case.id == act.case_id);
            let procedure = case.map_or("", |case| case.procedure.as_str());
            let rules = case
                .and_then(|case| self.book().pack(&law::PackId::new(&case.pack)))
                .and_then(|pack| pack.procedures.get(procedure));
            let version = made.remove(&act.id);
            Ok(HistoryLine {
                act: act.id.into(),
                case: act.case_id.into(),
                procedure: procedure.into(),
                procedure_title: rules.map(|rules| rules.title.clone()).unwrap_or_default(),
                title: rules
                    .and_then(|rules| rules.acts.get(act.act.as_str()))
                    .map_or_else(|| act.act.clone(), |rule| rule.title.clone()),
                role: act.role.as_str().into(),
                organisation: act.organisation_id.map(OrganisationId),
                actor: act.actor_kind,
                at: instant(act.at)?,
                articles: from_json(&act.articles)?,
                from: act.from_state.as_deref().map(StateId::from),
                to: act.to_state.as_str().into(),
                outcome: act.outcome,
                log_index: indices.remove(&act.id),
                version: version.as_ref().map(|version| version.number),
                narrowed: version.as_ref().is_some_and(|version| version.narrowed),
                changes: version.map(|version| version.changes).unwrap_or_default(),
            })
        };
        Ok(Listing { items: acts.into_iter().map(line).collect::<Result<_>>()?, total })
    }

    /// What an entry's draft would change of what is published.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a draft that the actor may not see.
    pub async fn entry_changes(&self, ctx: &Ctx, id: EntryId) -> Result<Changes> {
        let entry = self.entry(ctx, id).await?;
        let Some(draft) = entry.draft else { return Err(Error::not_found("draft of entry", id)) };
        let Some(published) = entry.published else {
            let changes = changes(&EntryInput::default(), &draft)?;
            return Ok(Changes {
                against: 0,
                version: entry.version,
                changes,
                narrows: false,
                disturbed: Vec::new(),
                running_services: 0,
                affects_services: false,
            });
        };
        let (running, used) = crate::sharing::running_uses(&self.db().look().await?, id).await?;
        Ok(Changes {
            against: entry.line.published_version,
            version: entry.version,
            changes: changes(&published, &draft)?,
            narrows: rules::narrows_sharing(&published.sharing, &draft.sharing),
            disturbed: rules::disturbed_items(&published, &draft),
            running_services: running,
            affects_services: rules::affects_shares(&published, &draft, &used, running),
        })
    }

    /// The versions that these acts made, each with what it changed of the one before.
    async fn versions_made(&self, id: EntryId, acts: &[docket::store::act::Model]) -> Result<HashMap<Uuid, Made>> {
        use store::entry_version::{Column, Entity};
        let of = || Entity::find().filter(Column::EntryId.eq(id.0));
        let made = of().filter(Column::ActId.is_in(acts.iter().map(|act| act.id))).all(self.db().read()).await?;
        let before: Vec<i32> = made.iter().map(|version| version.number.saturating_sub(1)).collect();
        let earlier = of().filter(Column::Number.is_in(before)).all(self.db().read()).await?;
        let snapshot = |number: i32| earlier.iter().find(|version| version.number == number);
        let told = |version: store::entry_version::Model| {
            let before = match snapshot(version.number.saturating_sub(1)) {
                Some(before) => from_json(&before.snapshot)?,
                None => EntryInput::default(),
            };
            let changes = changes(&before, &from_json(&version.snapshot)?)?;
            Ok((version.act_id, Made { number: version.number, narrowed: version.narrowed, changes }))
        };
        made.into_iter().map(told).collect()
    }
}

struct Made {
    number: i32,
    narrowed: bool,
    changes: Vec<Change>,
}

/// Every element that differs, in the order in which an entry is written down; items by their codes.
pub(super) fn changes(before: &EntryInput, after: &EntryInput) -> Result<Vec<Change>> {
    let (mut found, elements) = (Vec::new(), |entry: &EntryInput| {
        let bare = EntryInput { items: Vec::new(), ..entry.clone() };
        object(&bare)
    });
    let (old, new) = (elements(before)?, elements(after)?);
    for (name, value) in &new {
        let was = old.get(name).unwrap_or(&Value::Null);
        match (was, value) {
            (Value::Object(was), Value::Object(is)) => {
                for (part, is) in is {
                    let was = was.get(part).unwrap_or(&Value::Null);
                    found.extend(difference(format!("{name}.{part}"), None, was, is));
                }
            }
            _ if name == "items" => found.extend(item_changes(&before.items, &after.items)?),
            _ => found.extend(difference(name.clone(), None, was, value)),
        }
    }
    Ok(found)
}

fn item_changes(before: &[Item], after: &[Item]) -> Result<Vec<Change>> {
    let mut found = Vec::new();
    for item in after {
        let Some(was) = before.iter().find(|was| was.code == item.code) else {
            let value = Some(Value::Object(object(item)?));
            let (element, item) = ("items".to_owned(), Some(item.code.clone()));
            found.push(Change { element, item, kind: ChangeKind::Added, before: None, after: value });
            continue;
        };
        let old = object(was)?;
        for (name, value) in object(item)? {
            let was = old.get(&name).unwrap_or(&Value::Null);
            found.extend(difference(name, Some(&item.code), was, &value));
        }
    }
    for was in before.iter().filter(|was| !after.iter().any(|item| item.code == was.code)) {
        let value = Some(Value::Object(object(was)?));
        let (element, item) = ("items".to_owned(), Some(was.code.clone()));
        found.push(Change { element, item, kind: ChangeKind::Removed, before: value, after: None });
    }
    // The order of columns is part of what is described, though every item is the same.
    let order = |items: &[Item], others: &[Item]| -> Vec<Value> {
        let kept = items.iter().filter(|item| others.iter().any(|other| other.code == item.code));
        kept.map(|item| Value::from(item.code.clone())).collect()
    };
    let (was, is) = (Value::Array(order(before, after)), Value::Array(order(after, before)));
    found.extend(difference("items.order".to_owned(), None, &was, &is));
    Ok(found)
}

fn difference(element: String, item: Option<&String>, before: &Value, after: &Value) -> Option<Change> {
    let nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        _ => false,
    };
    let kind = match (nothing(before), nothing(after)) {
        _ if before == after => return None,
        (true, true) => return None,
        (true, false) => ChangeKind::Added,
        (false, true) => ChangeKind::Removed,
        (false, false) => ChangeKind::Changed,
    };
    let shown = |value: &Value| (!nothing(value)).then(|| value.clone());
    Some(Change { element, item: item.cloned(), kind, before: shown(before), after: shown(after) })
}

fn object(value: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(Error::new(Code::Internal, "an entry cannot be compared").because(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::ColumnKind;

    fn item(code: &str, length: u32) -> Item {
        let (code, name) = (code.to_owned(), code.to_uppercase());
        let (length, meaning, mask) = (Some(length), String::new(), None);
        Item {
            code,
            name,
            kind: ColumnKind::Text,
            length,
            meaning,
            key: false,
            required: false,
            sensitive: false,
            grade: None,
            mask,
        }
    }

    fn told(changes: &[Change]) -> Vec<(String, ChangeKind)> {
        let path = |change: &Change| match &change.item {
            Some(item) => format!("{item}:{}", change.element),
            None => change.element.clone(),
        };
        changes.iter().map(|change| (path(change), change.kind)).collect()
    }

    /// A reviewer sees every element that differs and no other: also one inside an item, an item that came or went, an order.
    #[test]
    fn a_draft_is_compared_element_by_element_and_item_by_item() {
        let before = EntryInput {
            title: "甲".into(),
            class: "民生服务".into(),
            items: vec![item("a", 10), item("b", 20), item("c", 30)],
            ..EntryInput::default()
        };
        let mut after = EntryInput {
            title: "乙".into(),
            description: "新的".into(),
            items: vec![item("b", 25), item("a", 10), item("d", 5)],
            ..EntryInput::default()
        };
        after.sharing.kind = SharingType::Conditional;
        let mut found = told(&changes(&before, &after).unwrap());
        found.sort_by(|one, other| one.0.cmp(&other.0));
        use ChangeKind::{Added, Changed, Removed};
        let expected = [
            ("b:length", Changed),
            ("c:items", Removed),
            ("class", Removed),
            ("d:items", Added),
            ("description", Added),
            ("items.order", Changed),
            ("sharing.kind", Changed),
            ("title", Changed),
        ];
        assert_eq!(found, expected.map(|(path, kind)| (path.to_owned(), kind)));
        assert_eq!(changes(&after, &after).unwrap(), []);
    }
}
