//! Reads an OpenAPI 3.0 document, checks it and resolves its references.

use openapiv3::{
    OpenAPI, Operation, Parameter, PathItem, ReferenceOr, RequestBody, Response, Schema,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::openapi::SPEC;
use super::origin::origin;
use super::resolve::{SCHEMAS, resolve};
use super::shape::{Shape, check, described};
use super::walk::{METHODS, children, operation_schemas};
use super::{join, position, read};
use crate::error::{Diagnostic, Diagnostics};

/// A spec as a tree.
pub(crate) struct Spec {
    /// The document, with all references resolved except those to component schemas.
    pub(crate) tree: Value,
    /// The problems found in it.
    pub(crate) found: Vec<Diagnostic>,
}

impl Spec {
    /// Reads the spec `text`.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a spec: syntax errors, or another kind of document.
    pub(crate) fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut tree = read(text)?;
        if let Some(wrong) = another_kind(&tree) {
            return Err(vec![wrong]);
        }
        let mut found = Self::check(&tree);
        resolve(&mut tree, &mut found);
        Ok(Self { tree, found })
    }

    /// Returns where the tree of a spec differs from the form of OpenAPI 3.0.
    pub(crate) fn check(tree: &Value) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        check(tree, &Shape::Object(&SPEC), "", &mut found);
        found
    }

    /// Returns the references to component schemas that do not exist.
    pub(crate) fn dangling(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let schemas = self.tree.pointer("/components/schemas");
        let is_there = |name: &str| schemas.is_some_and(|all| all.get(name).is_some());
        dangling(&self.tree, String::new(), &is_there, &mut found);
        found
    }

    /// Returns the spec if it has a version, paths and component schemas.
    ///
    /// # Errors
    ///
    /// Returns the part that is missing.
    pub(crate) fn with_schemas(self) -> Result<Self, Vec<Diagnostic>> {
        let needed = [
            ("/info", "version"),
            ("", "paths"),
            ("/components", "schemas"),
        ];
        let mut missing = Vec::new();
        for (holder, key) in needed {
            let part = self.tree.pointer(holder).and_then(|holder| holder.get(key));
            if !part.is_some_and(|part| part.is_object() || part.is_string()) {
                let what = "missing from this OpenAPI document";
                let help = "pass Stripe's spec3.json or spec3.yaml";
                missing.push(Diagnostic::new(join(holder, key), what, help));
            }
        }
        if missing.is_empty() {
            Ok(self)
        } else {
            Err(missing)
        }
    }
}

/// Says where in the spec `text` the places of `found`, which were found in its tree, are.
pub(crate) fn locate(text: &str, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if found
        .iter()
        .all(|wrong| wrong.position.is_some() || wrong.pointer.is_empty())
    {
        return found;
    }
    if let Ok(original) = read(text) {
        for wrong in &mut found {
            wrong.pointer = origin(&original, &wrong.pointer);
        }
    }
    position::add(text, &mut found);
    found
}

/// Returns a diagnostic if the document is not OpenAPI 3.0.
fn another_kind(tree: &Value) -> Option<Diagnostic> {
    let wrong = |pointer: &str, is: String, help: &str| {
        let what = format!("not an OpenAPI 3.0 document: {is}");
        Some(Diagnostic::new(pointer, what, help))
    };
    let help = "pass Stripe's spec3.json or spec3.yaml, or what `cargo xtask spec` made of it";
    let Value::Object(map) = tree else {
        return wrong("", format!("it is {}", described(tree)), help);
    };
    let version = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    if let Some(openapi) = map.get("openapi").map(version) {
        let is_3_0 = openapi == "3.0" || openapi.starts_with("3.0.");
        let is = format!("its version is {openapi}");
        return if is_3_0 {
            None
        } else {
            wrong("/openapi", is, "pass a document of version 3.0")
        };
    }
    if let Some(swagger) = map.get("swagger").map(version) {
        let is = format!("it is Swagger {swagger}");
        return wrong("/swagger", is, "pass a document of OpenAPI 3.0");
    }
    if map.contains_key("overlay") {
        return wrong("/overlay", "it is an OpenAPI Overlay".to_owned(), help);
    }
    let keys: Vec<String> = map.keys().take(5).map(|key| format!("`{key}`")).collect();
    let is = match keys.as_slice() {
        [] => "it is empty".to_owned(),
        keys => format!("there is no `openapi`, but {}", keys.join(", ")),
    };
    wrong("", is, help)
}

fn dangling(
    node: &Value,
    pointer: String,
    is_there: &dyn Fn(&str) -> bool,
    found: &mut Vec<Diagnostic>,
) {
    match node {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str)
                && let Some(name) = reference.strip_prefix(SCHEMAS)
                && !name.contains('/')
                && !is_there(name)
            {
                let what = format!("dangling $ref: there is no `{reference}`");
                let help = "add the schema to `components.schemas`, or cut the reference";
                found.push(Diagnostic::new(&pointer, what, help));
            }
            // Example and default values may look like references.
            let is_data = |key: &str| matches!(key, "example" | "examples" | "default" | "enum");
            for (key, value) in map.iter().filter(|(key, _)| !is_data(key)) {
                dangling(value, join(&pointer, key), is_there, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                dangling(item, join(&pointer, index), is_there, found);
            }
        }
        _ => {}
    }
}

/// Parses the tree of a spec into typed form.
///
/// # Errors
///
/// Returns the smallest parts that can't be parsed.
pub(crate) fn typed(tree: &Value) -> Result<OpenAPI, Diagnostics> {
    OpenAPI::deserialize(tree).map_err(|error| {
        let mut found = Vec::new();
        refused(&mut tree.clone(), &mut found);
        if found.is_empty() {
            found.push(no_form("", error));
        }
        found.into()
    })
}

fn no_form(pointer: &str, error: serde_json::Error) -> Diagnostic {
    let what = format!("this is not valid in OpenAPI 3.0: {error}");
    Diagnostic::new(
        pointer,
        what,
        "compare it with the specification of OpenAPI 3.0.3",
    )
}

fn error<T: DeserializeOwned>(value: &Value) -> Option<serde_json::Error> {
    T::deserialize(value).err()
}

fn refused(tree: &mut Value, found: &mut Vec<Diagnostic>) {
    let paths = tree.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        let pointer = join("/paths", path);
        let Some(why) = error::<PathItem>(item) else {
            continue;
        };
        let before = found.len();
        for method in METHODS {
            if let Some(operation) = item.get_mut(*method) {
                in_operation(operation, &join(&pointer, method), found);
            }
        }
        if found.len() == before {
            found.push(no_form(&pointer, why));
        }
    }
    let schemas = tree
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        in_schema(schema, &join("/components/schemas", name), found);
    }
}

fn in_operation(operation: &mut Value, pointer: &str, found: &mut Vec<Diagnostic>) {
    let Some(why) = error::<Operation>(operation) else {
        return;
    };
    let before = found.len();
    for (_, at, schema) in operation_schemas(operation, pointer) {
        in_schema(schema, &at, found);
    }
    if found.len() > before {
        return;
    }
    let mut part = |at: String, error: Option<serde_json::Error>| {
        found.extend(error.map(|error| no_form(&at, error)));
    };
    let parameters = operation.get("parameters").and_then(Value::as_array);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        let at = join(&join(pointer, "parameters"), index);
        part(at, error::<ReferenceOr<Parameter>>(parameter));
    }
    if let Some(body) = operation.get("requestBody") {
        part(
            join(pointer, "requestBody"),
            error::<ReferenceOr<RequestBody>>(body),
        );
    }
    let responses = operation.get("responses").and_then(Value::as_object);
    for (code, response) in responses.into_iter().flat_map(Map::iter) {
        let at = join(&join(pointer, "responses"), code);
        part(at, error::<ReferenceOr<Response>>(response));
    }
    if found.len() == before {
        found.push(no_form(pointer, why));
    }
}

fn in_schema(schema: &mut Value, pointer: &str, found: &mut Vec<Diagnostic>) {
    let Some(why) = error::<ReferenceOr<Schema>>(schema) else {
        return;
    };
    let before = found.len();
    for (steps, child) in children(schema) {
        let at = steps
            .iter()
            .fold(pointer.to_owned(), |at, step| join(&at, step));
        in_schema(child, &at, found);
    }
    if found.len() == before {
        found.push(no_form(pointer, why));
    }
}
