//! The description is complete and true.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::World;
use crate::{answer_conforms, openapi};

fn document() -> Value {
    serde_json::to_value(openapi()).unwrap()
}

/// (path, method, operation) of every operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |path: &String, item: &Value| {
        item.as_object()
            .unwrap()
            .iter()
            .map(|(method, operation)| (path.clone(), method.clone(), operation.clone()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(|(path, item)| of(path, item)).collect()
}

#[test]
fn every_operation_has_a_name_of_its_own_a_tag_a_summary_and_its_problems() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let place = format!("{method} {path}");
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{place} has no name"));
        assert!(name.contains('_'), "{place}: `{name}` is not of the form noun_verb");
        assert!(names.insert(name.to_owned()), "{place}: `{name}` names two operations");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{place} has no summary");
        let tag = operation["tags"][0].as_str().unwrap_or_else(|| panic!("{place} has no tag"));
        assert!(tags.contains(tag), "{place}: tag `{tag}` is not described");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{place} describes no success");
        for status in ["400", "401", "403", "404", "500", "503"] {
            let schema = &responses.get(status).unwrap_or_else(|| panic!("{place} does not describe {status}"))["content"]
                ["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{place} {status}");
        }
    }
    assert!(names.len() > 55, "only {} operations", names.len());
}

#[test]
fn every_reference_leads_somewhere_and_every_property_says_what_it_is() {
    let document = document();
    let mut pending = vec![(String::new(), document.clone())];
    while let Some((at, value)) = pending.pop() {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(target.strip_prefix('#').unwrap()).is_some(), "{at}: {target} leads nowhere");
        }
        match value {
            Value::Object(fields) => {
                pending.extend(fields.into_iter().map(|(name, value)| (format!("{at}/{name}"), value)))
            }
            Value::Array(rows) => {
                pending.extend(rows.into_iter().enumerate().map(|(i, value)| (format!("{at}/{i}"), value)))
            }
            _ => {}
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            let parts = schema.get("oneOf").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let explained = std::iter::once(schema).chain(parts).any(|part| part.get("description").is_some());
            assert!(explained, "{name}.{property} is not explained: {schema}");
        }
    }
}

#[tokio::test]
async fn every_described_path_is_served_with_its_method() {
    let world = World::open().await;
    for (path, method, _) in operations(&world.document) {
        let path = path
            .replace("{id}", "00000000-0000-0000-0000-000000000000")
            .replace("{pack}", "x")
            .replace("{class}", "x")
            .replace("{period}", "x");
        let request = axum::http::Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(&path)
            .body(axum::body::Body::empty())
            .unwrap();
        let reply = world.send(request).await;
        assert_ne!(reply.status, 405, "{method} {path}");
        if reply.status == 404 {
            assert!(!reply.text().contains("no such path"), "{method} {path} is described but not served");
        }
    }
}

#[test]
fn the_check_of_answers_finds_what_is_missing_wrong_or_not_described() {
    let document = document();
    let check = |answer: Value| answer_conforms(&document, "GET", "/healthz", 200, &answer).is_ok();
    assert!(check(json!({"status": "alive", "version": "1"})));
    assert!(!check(json!({"status": "alive"})));
    assert!(!check(json!({"status": 1, "version": "1"})));
    assert!(!check(json!({"status": "alive", "version": "1", "more": 1})));
    assert!(answer_conforms(&document, "GET", "/healthz", 299, &json!({})).is_err());
}
