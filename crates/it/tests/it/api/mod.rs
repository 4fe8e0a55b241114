//! The API as a whole (layer 4): its description, who may do what, the shape of errors, pages, repetition, and input that was
//! made to do harm.

mod acting;
mod administration;
mod authorisation;
mod docket;
mod edge;
mod policy;
mod setup;

use serde_json::Value;

/// The description of the API, as it is served.
pub fn document() -> Value {
    serde_json::to_value(server::openapi()).unwrap()
}

/// An operation: its id, method and path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// The method, in upper case.
    pub method: String,
    /// The path with its parameters in braces.
    pub path: String,
}

/// Every operation of the description.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Some(id) = operation["operationId"].as_str() {
                all.push(Operation { id: id.to_owned(), method: method.to_uppercase(), path: path.clone() });
            }
        }
    }
    all.sort();
    all
}
