//! Pure rules of sharing: the form of a demand, the papers and facts it brings to its case, the text that is signed, and the
//! compilation of the grant.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jiff::{Timestamp, ToSpan, civil::Date};
use law::{FactValue, Facts, PaperId};

use super::{grant::*, request::*};
use crate::{
    catalogue::{EntryInput, Fault, SharingType},
    ids::*,
};

/// Calls a minute when a request names no rate.
pub const ORDINARY_RATE: u32 = 6_000;
/// The highest rate that can be granted.
pub const HIGHEST_RATE: u32 = 6_000_000;
/// Most values of a row scope.
pub const MAX_SCOPE_VALUES: usize = 2_000;
/// Most purposes of a grant.
pub const MAX_PURPOSES: usize = 20;
const MAX_PURPOSE: usize = 60;
const MAX_TEXT: usize = 4_000;

/// Faults of form: items the entry does not have, an impossible rate, a purpose that is no word. What is *missing* is no fault.
pub fn form_faults(elements: &Elements, entry: &EntryInput) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut add = |path: String, what: String, next: &str| faults.push(Fault { path, what, next: next.into() });
    let mut seen = HashSet::new();
    for (i, code) in elements.items.iter().enumerate() {
        if entry.item(code).is_none() {
            add(
                format!("items[{i}]"),
                format!("names `{}`, which the entry does not have", short(code)),
                "choose among the entry's items",
            );
        } else if !seen.insert(code) {
            add(format!("items[{i}]"), format!("names `{code}` a second time"), "name every item once");
        }
    }
    let has_key = elements.items.iter().filter_map(|code| entry.item(code)).any(|item| item.key);
    let by_record = elements.mode != Some(Mode::File);
    if !elements.items.is_empty() && by_record && !has_key {
        let keys: Vec<&str> = entry.items.iter().filter(|item| item.key).map(|item| item.code.as_str()).collect();
        add(
            "items".into(),
            "contains no key by which records could be looked up".into(),
            &format!("add one of: {}", keys.join(", ")),
        );
    }
    if let Some(scope) = &elements.row_scope {
        if entry.item(&scope.column).is_none() {
            add(
                "row_scope.column".into(),
                format!("names `{}`, which the entry does not have", short(&scope.column)),
                "choose among the entry's items",
            );
        }
        if scope.values.is_empty() || scope.values.len() > MAX_SCOPE_VALUES {
            add(
                "row_scope.values".into(),
                format!("must hold 1 to {MAX_SCOPE_VALUES} values"),
                "state the values or leave out the scope",
            );
        }
    }
    if !elements.purpose.is_empty() && !is_purpose(&elements.purpose) {
        add("purpose".into(), "is not a short word".into(), "use up to 60 letters, digits, `_` or `-`");
    }
    if elements.rate_per_minute.is_some_and(|rate| rate == 0 || rate > HIGHEST_RATE) {
        add("rate_per_minute".into(), format!("must be from 1 to {HIGHEST_RATE}"), "state the calls a minute you need");
    }
    for (path, text) in texts(elements) {
        if text.chars().count() > MAX_TEXT {
            add(path.into(), format!("is longer than {MAX_TEXT} characters"), "shorten it");
        }
    }
    faults
}

/// The papers that the stated elements are, by the names of the packs' vocabulary. A missing element is an absent paper.
pub fn papers(elements: &Elements) -> BTreeMap<PaperId, String> {
    let all = [
        ("demand_type", elements.demand_type.as_ref().map(word)),
        ("use_basis", said(&elements.legal_basis)),
        ("use_scenario", said(&elements.scenario)),
        ("business_goal", said(&elements.business_goal)),
        ("data_items", (!elements.items.is_empty()).then(|| elements.items.join(","))),
        ("use_scope", said(&elements.scope)),
        ("use_mode", elements.mode.as_ref().map(word)),
        ("use_frequency", elements.frequency.as_ref().map(word)),
        ("use_term", elements.term_until.map(|day| day.to_string())),
        ("security_grade", elements.security_grade.as_ref().map(word)),
        ("security_measures", said(&elements.security_measures)),
        ("commitment", elements.commitment.as_ref().map(word)),
        ("low_use_reason", said(&elements.low_use_reason)),
        ("fusion_plan", said(&elements.fusion_plan)),
    ];
    all.into_iter().filter_map(|(paper, text)| Some((PaperId::new(paper), text?))).collect()
}

/// The facts a request's case is told.
pub fn facts(elements: &Elements, sharing: SharingType, catalogued: bool, collected: bool) -> Facts {
    let below_quarterly = elements.frequency.is_some_and(|f| f > Frequency::Quarterly);
    let assess_mode = elements.mode.is_some_and(|mode| mode != Mode::Api);
    [
        ("sharing_type", FactValue::Word(sharing.as_word().into())),
        ("catalogued", FactValue::Flag(catalogued)),
        ("collected", FactValue::Flag(collected)),
        ("use_below_quarterly", FactValue::Flag(below_quarterly)),
        ("scenario_kind", FactValue::Word(elements.scenario_kind.as_word().into())),
        ("mode_needs_assessment", FactValue::Flag(assess_mode)),
        ("fusion_wanted", FactValue::Flag(elements.fusion_wanted)),
    ]
    .map(|(fact, value)| (fact.into(), value))
    .into()
}

/// The text a demander signs: true need, reasonable goal, lawful and safe use, no passing on (PT-18), bound to what is asked for.
pub fn commitment_text(demander: &str, entry: EntryId, title: &str, elements: &Elements) -> String {
    let mut items = elements.items.clone();
    items.sort_unstable();
    let rows = elements.row_scope.as_ref().map_or_else(
        || "全部".to_owned(),
        |scope| format!("{} ∈ {}", scope.column, scope.values.iter().cloned().collect::<Vec<_>>().join("、")),
    );
    let until = elements.term_until.map_or_else(|| "未约定".to_owned(), |day| day.to_string());
    format!(
        "公共数据共享应用责任承诺\n承诺单位：{demander}\n数据资源：{title}（{entry}）\n信息项：{}\n数据范围：{rows}\n用途：{}\n使用期限至：{until}\n\
         本单位承诺：一、需求真实，确为履行职责所必需；二、目标合理，只用于上述用途；三、依法安全使用，落实安全保障措施；四、不擅自扩大使用范围，不提供给第三方；五、用途消失即停止使用并按要求处置所获数据。",
        items.join("、"),
        elements.purpose,
    )
}

/// Verifies a commitment against the text it should have signed. Used at submission and, unchanged, years later.
///
/// # Errors
/// The fault, at field `commitment…`.
pub fn verify_commitment(commitment: &SignedCommitment, expected: &str) -> Result<(), Fault> {
    let fault = |field: &str, what: &str, next: &str| Fault {
        path: format!("commitment.{field}"),
        what: what.into(),
        next: next.into(),
    };
    if commitment.text != expected {
        return Err(fault(
            "text",
            "is not the commitment that belongs to these elements",
            "sign the text given by the commitment endpoint, again after any change",
        ));
    }
    let key = sm::sign::VerifyingKey::from_spki_pem(&commitment.public_key)
        .map_err(|_| fault("public_key", "is not an SM2 public key in PEM form", "give the signer's public key"))?;
    let unreadable =
        || fault("signature", "is not a DER signature in base64", "sign with SM2 and encode the DER form in base64");
    let der = BASE64.decode(commitment.signature.trim()).map_err(|_| unreadable())?;
    let signature = sm::sign::Signature::from_der(&der).map_err(|_| unreadable())?;
    key.verify(commitment.text.as_bytes(), &signature).map_err(|_| {
        fault(
            "signature",
            "does not fit the text and the key",
            "sign the text again with the key whose public half is given",
        )
    })
}

/// What is not in the request itself but settled when the grant is made.
pub struct Settled<'a> {
    /// The service to be.
    pub service: ServiceId,
    /// The entry.
    pub entry: EntryId,
    /// The published entry's version.
    pub entry_version: i32,
    /// The published entry.
    pub published: &'a EntryInput,
    /// The lake's table.
    pub dataset: String,
    /// Who gives.
    pub provider: OrganisationId,
    /// Who receives.
    pub demander: OrganisationId,
    /// When it begins.
    pub from: Timestamp,
}

/// Compiles a grant. Every field was asked for *and* is in the published entry, and wears the entry's mask; where the scenario
/// allows masked data only, a sensitive field without a mask is left out.
///
/// # Errors
/// A fault when nothing is left that could be served.
pub fn compile(settled: &Settled<'_>, asked: &Elements) -> Result<Grant, Fault> {
    let wanted: HashSet<&str> = asked.items.iter().map(String::as_str).collect();
    let masked_only = asked.scenario_kind == ScenarioKind::MaskedOnly;
    let granted: Vec<_> = settled
        .published
        .items
        .iter()
        .filter(|item| wanted.contains(item.code.as_str()) && !(masked_only && item.sensitive && item.mask.is_none()))
        .collect();
    if granted.is_empty() {
        let next = "ask again for items that the published entry has";
        return Err(Fault {
            path: "items".into(),
            what: "names nothing that the published entry still offers".into(),
            next: next.into(),
        });
    }
    if let Some(scope) = &asked.row_scope
        && settled.published.item(&scope.column).is_none()
    {
        let what = format!("names `{}`, which the published entry no longer has", short(&scope.column));
        return Err(Fault { path: "row_scope.column".into(), what, next: "ask again with another scope".into() });
    }
    Ok(Grant {
        service: settled.service,
        entry: settled.entry,
        entry_version: settled.entry_version,
        dataset: settled.dataset.clone(),
        provider: settled.provider,
        demander: settled.demander,
        mode: asked.mode.unwrap_or(Mode::Api),
        keys: granted.iter().filter(|item| item.key).map(|item| item.code.clone()).collect(),
        fields: granted.iter().map(|item| GrantedField { name: item.code.clone(), mask: item.mask.clone() }).collect(),
        row_scope: asked.row_scope.clone(),
        purposes: said(&asked.purpose).into_iter().collect(),
        rate_per_minute: asked.rate_per_minute.unwrap_or(ORDINARY_RATE).clamp(1, HIGHEST_RATE),
        from: settled.from,
        until: asked.term_until.and_then(end_of),
    })
}

/// A grant after the provider consented to a wider use: what was asked on top, still within the entry.
pub fn widen(grant: &Grant, widening: &Widening, published: &EntryInput) -> Grant {
    let mut wider = grant.clone();
    let held: BTreeSet<&str> = grant.fields.iter().map(|field| field.name.as_str()).collect();
    let in_grant = |code: &str| held.contains(code) || widening.items.iter().any(|more| more == code);
    wider.fields = published
        .items
        .iter()
        .filter(|item| in_grant(&item.code))
        .map(|item| GrantedField { name: item.code.clone(), mask: item.mask.clone() })
        .collect();
    wider.keys =
        published.items.iter().filter(|item| item.key && in_grant(&item.code)).map(|item| item.code.clone()).collect();
    wider.purposes.extend(widening.purposes.iter().cloned());
    if let Some(scope) = &mut wider.row_scope {
        scope.values.extend(widening.row_values.iter().cloned());
    }
    wider
}

/// Faults of form of a widening.
pub fn widening_faults(widening: &Widening, grant: &Grant, published: &EntryInput) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut add = |path: String, what: String, next: &str| faults.push(Fault { path, what, next: next.into() });
    for (i, code) in widening.items.iter().enumerate() {
        if published.item(code).is_none() {
            add(
                format!("items[{i}]"),
                format!("names `{}`, which the entry does not have", short(code)),
                "choose among the entry's items",
            );
        }
    }
    for (i, purpose) in widening.purposes.iter().enumerate() {
        if !is_purpose(purpose) {
            add(format!("purposes[{i}]"), "is not a short word".into(), "use up to 60 letters, digits, `_` or `-`");
        }
    }
    if widening.purposes.len().saturating_add(grant.purposes.len()) > MAX_PURPOSES {
        add("purposes".into(), format!("would make more than {MAX_PURPOSES} purposes"), "make a new request");
    }
    if !widening.row_values.is_empty() && grant.row_scope.is_none() {
        add(
            "row_values".into(),
            "are given, but the grant has no row scope".into(),
            "leave them out: all rows are granted",
        );
    }
    if widening.items.is_empty() && widening.purposes.is_empty() && widening.row_values.is_empty() {
        add(
            "items".into(),
            "and `purposes` and `row_values` are empty, so nothing would be wider".into(),
            "say what should be wider",
        );
    }
    faults
}

/// 24:00 in Shanghai of a day.
pub fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.checked_add(1.day()).ok()?;
    next.to_zoned(law::calendar::shanghai()).ok().map(|zoned| zoned.timestamp())
}

/// Whether a text can name a purpose.
pub fn is_purpose(text: &str) -> bool {
    let count = text.chars().count();
    (1..=MAX_PURPOSE).contains(&count) && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn said(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// User input for a message: its first characters.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn texts(elements: &Elements) -> [(&'static str, &str); 7] {
    [
        ("scenario", &elements.scenario),
        ("legal_basis", &elements.legal_basis),
        ("business_goal", &elements.business_goal),
        ("scope", &elements.scope),
        ("low_use_reason", &elements.low_use_reason),
        ("fusion_plan", &elements.fusion_plan),
        ("security_measures", &elements.security_measures),
    ]
}

/// A choice's word, or an envelope's JSON, as the text of a paper.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}
