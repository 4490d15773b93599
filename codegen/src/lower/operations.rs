//! Paths and operations: which service, which method, which parameters, which answer.

use super::responses::escape;
use super::{Lower, Owner};
use crate::error::Diagnostic;
use crate::ir::{Operation, Ty, TypeId, Verb};
use crate::naming;
use openapiv3::{
    OpenAPI, Parameter, ParameterSchemaOrContent, PathItem, ReferenceOr, Response, Schema,
    SchemaKind, StatusCode, Type,
};
use std::collections::BTreeMap;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The event types that a webhook endpoint can be created with.
pub(super) fn enabled_events(spec: &OpenAPI) -> Vec<String> {
    let operations = spec.paths.paths.values().filter_map(|item| match item {
        ReferenceOr::Item(item) => item.post.as_ref(),
        ReferenceOr::Reference { .. } => None,
    });
    let mut found: Vec<String> = operations
        .filter_map(|operation| {
            let ReferenceOr::Item(body) = operation.request_body.as_ref()? else {
                return None;
            };
            let ReferenceOr::Item(schema) = body.content.get(FORM)?.schema.as_ref()? else {
                return None;
            };
            let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
                return None;
            };
            let ReferenceOr::Item(events) = object.properties.get("enabled_events")? else {
                return None;
            };
            let SchemaKind::Type(Type::Array(array)) = &events.schema_kind else {
                return None;
            };
            let ReferenceOr::Item(item) = array.items.as_ref()? else {
                return None;
            };
            let SchemaKind::Type(Type::String(string)) = &item.schema_kind else {
                return None;
            };
            Some(
                string
                    .enumeration
                    .iter()
                    .flatten()
                    .cloned()
                    .collect::<Vec<_>>(),
            )
        })
        .flatten()
        .collect();
    found.sort();
    found.dedup();
    found
}

impl<'a> Lower<'a> {
    pub(super) fn operations(&mut self) {
        let mut paths: Vec<(&'a String, &'a PathItem)> = Vec::new();
        for (path, item) in &self.spec.paths.paths {
            match item {
                ReferenceOr::Item(item) => paths.push((path, item)),
                ReferenceOr::Reference { .. } => self.report(
                    &format!("/paths/{}", escape(path)),
                    "a path that is only a reference",
                    "write the path item in place",
                ),
            }
        }
        paths.sort_by_key(|(path, _)| *path);
        let tree: BTreeMap<&str, &PathItem> = paths
            .iter()
            .map(|(path, item)| (path.as_str(), *item))
            .collect();
        for (path, item) in paths {
            let verbs = [
                (Verb::Get, "get", &item.get),
                (Verb::Post, "post", &item.post),
                (Verb::Delete, "delete", &item.delete),
            ];
            for (verb, key, operation) in verbs {
                if let Some(operation) = operation {
                    let pointer = format!("/paths/{}/{key}", escape(path));
                    self.operation(path, verb, operation, &tree, &pointer);
                }
            }
            for (key, operation) in [
                ("put", &item.put),
                ("patch", &item.patch),
                ("head", &item.head),
                ("options", &item.options),
                ("trace", &item.trace),
            ] {
                if operation.is_some() {
                    self.leave_out(
                        &format!("/paths/{}/{key}", escape(path)),
                        &format!("`{key}` is no method of Stripe's API"),
                    );
                }
            }
        }
    }

    fn leave_out(&mut self, pointer: &str, why: &str) {
        self.left_out.push(Diagnostic::new(
            pointer,
            format!("left out: {why}"),
            "send it with the client's raw call",
        ));
    }

    fn operation(
        &mut self,
        path: &'a str,
        verb: Verb,
        operation: &'a openapiv3::Operation,
        tree: &BTreeMap<&str, &'a PathItem>,
        pointer: &str,
    ) {
        let Some(success) = success(operation) else {
            self.leave_out(pointer, "no JSON answer");
            return;
        };
        let mut body = None;
        let mut json = false;
        if let Some(ReferenceOr::Item(request)) = &operation.request_body {
            if let Some(media) = request.content.get(FORM) {
                body = media.schema.as_ref().map(|schema| (schema, FORM));
            } else if let Some(media) = request.content.get(JSON) {
                body = media.schema.as_ref().map(|schema| (schema, JSON));
                json = true;
            } else if !request.content.is_empty() {
                let types: Vec<_> = request.content.keys().map(String::as_str).collect();
                self.leave_out(pointer, &format!("a body of type {}", types.join(", ")));
                return;
            }
        }
        let index = self.operations.len();
        let owner = Owner::Operation(index);
        let output = self.response(
            success,
            owner,
            "response",
            &format!("{pointer}/responses/200/content/application~1json/schema"),
        );
        let item_type = match &output {
            Ty::List(item) => id_type(item),
            _ => None,
        };

        let mut path_params = Vec::new();
        let mut params = Vec::new();
        for (at, parameter) in operation.parameters.iter().enumerate() {
            let pointer = format!("{pointer}/parameters/{at}");
            let ReferenceOr::Item(parameter) = parameter else {
                self.report(
                    &pointer,
                    "a parameter that is only a reference",
                    "write it in place",
                );
                continue;
            };
            let data = parameter.parameter_data_ref();
            let ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) = &data.format else {
                self.report(
                    &pointer,
                    &format!("the parameter `{}` has no schema of its own", data.name),
                    "write its schema in place",
                );
                continue;
            };
            let mut param = self.param(&data.name, schema, data.required, owner, &pointer);
            if let Some(description) = &data.description {
                param.docs.clone_from(description);
                self.describe(&param.ty, description);
            }
            // The overlay may mark the parameter as well as its schema.
            param.sensitive |= data.extensions.get("x-sensitive") == Some(&true.into());
            if let Some(of) = data.extensions.get("x-id-of").and_then(|of| of.as_str()) {
                param.ty = self.id_of(of, owner, &data.name, &pointer);
            }
            match parameter {
                Parameter::Path { .. } => {
                    if param.ty == Ty::String
                        && let Some(id) = self.path_id(path, &data.name, tree, owner, &pointer)
                    {
                        param.ty = id;
                    }
                    path_params.push(param);
                }
                Parameter::Query { .. } => {
                    let is_cursor =
                        matches!(data.name.as_str(), "starting_after" | "ending_before");
                    if let Some(id) = item_type.filter(|_| is_cursor) {
                        param.ty = Ty::Id(id);
                    }
                    params.push(param);
                }
                Parameter::Header { .. } | Parameter::Cookie { .. } => {
                    self.report(
                        &pointer,
                        &format!("`{}` goes neither into the path nor the query", data.name),
                        "send it with `with_header`, and cut it in the subset",
                    );
                }
            }
        }
        path_params.sort_by_key(|param| path.find(&format!("{{{}}}", param.name)));
        for name in placeholders(path) {
            if !path_params.iter().any(|param| param.name == name) {
                self.report(
                    pointer,
                    &format!("the path needs `{name}`, which is no parameter"),
                    "add a path parameter of that name",
                );
            }
        }
        if let Some((schema, content_type)) = body {
            let pointer = format!(
                "{pointer}/requestBody/content/{}/schema",
                escape(content_type)
            );
            let schema = match schema {
                ReferenceOr::Item(schema) => Some(schema),
                ReferenceOr::Reference { reference } => self
                    .target(reference, &pointer)
                    .map(|name| self.schemas[name]),
            };
            match schema.map(|schema| &schema.schema_kind) {
                Some(SchemaKind::Type(Type::Object(object))) => {
                    params.extend(self.properties(object, owner, &pointer));
                }
                Some(_) => self.report(
                    &pointer,
                    "a body that is not an object",
                    "cut the operation in the subset",
                ),
                None => {}
            }
        }
        params.sort_by(|a, b| a.name.cmp(&b.name));

        let place = place(path, verb, tree, matches!(output, Ty::List(_)));
        let method = operation
            .extensions
            .get("x-name")
            .and_then(|name| name.as_str())
            .map_or(place.method, str::to_owned);
        let feature = operation
            .extensions
            .get("x-feature")
            .and_then(|f| f.as_str());
        let docs = [&operation.description, &operation.summary]
            .into_iter()
            .flatten()
            .next();
        self.operations.push(Operation {
            id: operation.operation_id.clone().unwrap_or_default(),
            module: String::new(),
            name: String::new(),
            method,
            service: place.service,
            docs: docs.cloned().unwrap_or_default(),
            deprecated: operation.deprecated,
            features: feature.map(str::to_owned).into_iter().collect(),
            verb,
            path: path.to_owned(),
            path_params,
            params,
            json,
            output,
            expandable: Vec::new(),
            pointer: pointer.to_owned(),
        });
    }

    /// The id that a path parameter stands for: that of the object found at the path up to it.
    fn path_id(
        &mut self,
        path: &str,
        param: &str,
        tree: &BTreeMap<&str, &'a PathItem>,
        owner: Owner,
        pointer: &str,
    ) -> Option<Ty> {
        let placeholder = format!("{{{param}}}");
        let end = path.find(&placeholder)? + placeholder.len();
        let item = tree.get(&path[..end])?;
        let operation = item
            .get
            .as_ref()
            .or(item.post.as_ref())
            .or(item.delete.as_ref())?;
        let schema = success(operation)?;
        id_type(&self.response(schema, owner, "response", pointer)).map(Ty::Id)
    }
}

/// The object whose id identifies a type.
fn id_type(ty: &Ty) -> Option<TypeId> {
    match ty {
        Ty::Named(id) | Ty::MaybeDeleted(id, _) => Some(*id),
        _ => None,
    }
}

fn success(operation: &openapiv3::Operation) -> Option<&ReferenceOr<Schema>> {
    let (_, response) = operation
        .responses
        .responses
        .iter()
        .find(|(code, _)| matches!(code, StatusCode::Code(200..=299)))?;
    let ReferenceOr::Item(Response { content, .. }) = response else {
        return None;
    };
    content.get(JSON)?.schema.as_ref()
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

struct Place {
    service: Vec<String>,
    method: String,
}

/// Where Stripe's official libraries put an operation: a service for each static segment of the
/// path, and a method after what is done there.
fn place(path: &str, verb: Verb, tree: &BTreeMap<&str, &PathItem>, is_list: bool) -> Place {
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    // Version 1 is the one that has no segment of its own in the libraries.
    let rest = segments.strip_prefix(&["v1"]).unwrap_or(&segments);
    let mut service: Vec<String> = rest
        .iter()
        .filter(|s| !s.starts_with('{'))
        .map(|s| naming::snake(s))
        .collect();
    let on_item = rest.last().is_some_and(|segment| segment.starts_with('{'));
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let has_children = tree
        .keys()
        .any(|other| other.starts_with(path) && other[path.len()..].starts_with('/'));
    let here = tree.get(path);
    let readable = here.is_some_and(|item| item.get.is_some());
    let deletable = here.is_some_and(|item| item.delete.is_some());
    let under_item = parent.ends_with('}');
    // `POST …/{id}/refresh` does something to an item, `GET …/search` reads a collection another
    // way; both belong to the service of what they are about.
    let is_action = !on_item
        && !has_children
        && service.len() > 1
        && tree.contains_key(parent)
        && match verb {
            Verb::Post => !readable && !deletable,
            Verb::Get => !under_item,
            Verb::Delete => false,
        };
    let method = if is_action {
        service.pop().unwrap_or_default()
    } else {
        match (verb, on_item) {
            (Verb::Get, _) if is_list => "list",
            // Version 2 has lists of a form of its own.
            (Verb::Get, false) if list_at(here) => "list",
            (Verb::Get, _) => "retrieve",
            (Verb::Post, true) => "update",
            // What can be read in one piece is there already.
            (Verb::Post, false) if readable && !list_at(here) => "update",
            (Verb::Post, false) => "create",
            (Verb::Delete, _) => "delete",
        }
        .to_owned()
    };
    Place { service, method }
}

/// Whether a path answers a GET with a list.
fn list_at(item: Option<&&PathItem>) -> bool {
    let schema = item.and_then(|item| item.get.as_ref()).and_then(success);
    match schema {
        Some(ReferenceOr::Item(schema)) => match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => object.properties.contains_key("data"),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_where_the_official_libraries_have_them() {
        let spec: OpenAPI = serde_json::from_value(serde_json::json!({
            "openapi": "3.0.0",
            "info": { "title": "", "version": "" },
            "paths": {
                "/v1/ranch/cows": { "get": list(), "post": empty() },
                "/v1/ranch/cows/search": { "get": list() },
                "/v1/ranch/cows/{cow}": { "get": empty(), "post": empty(), "delete": empty() },
                "/v1/ranch/cows/{cow}/milk": { "post": empty() },
                "/v1/ranch/cows/{cow}/calves": { "get": list() },
                "/v1/ranch/cows/{cow}/calves/{calf}": { "get": empty() },
                "/v1/ranch/cows/{cow}/bell": { "get": empty(), "post": empty() },
                "/v1/balance": { "get": empty() },
                "/v2/core/barns": { "post": empty() },
            }
        }))
        .unwrap();
        let tree: BTreeMap<&str, &PathItem> = spec
            .paths
            .paths
            .iter()
            .map(|(path, item)| (path.as_str(), item.as_item().unwrap()))
            .collect();
        let call = |path, verb, is_list| {
            let place = place(path, verb, &tree, is_list);
            format!("{}.{}", place.service.join("."), place.method)
        };
        for (path, verb, is_list, expected) in [
            ("/v1/ranch/cows", Verb::Get, true, "ranch.cows.list"),
            ("/v1/ranch/cows", Verb::Post, false, "ranch.cows.create"),
            (
                "/v1/ranch/cows/search",
                Verb::Get,
                false,
                "ranch.cows.search",
            ),
            (
                "/v1/ranch/cows/{cow}",
                Verb::Get,
                false,
                "ranch.cows.retrieve",
            ),
            (
                "/v1/ranch/cows/{cow}",
                Verb::Post,
                false,
                "ranch.cows.update",
            ),
            (
                "/v1/ranch/cows/{cow}",
                Verb::Delete,
                false,
                "ranch.cows.delete",
            ),
            (
                "/v1/ranch/cows/{cow}/milk",
                Verb::Post,
                false,
                "ranch.cows.milk",
            ),
            (
                "/v1/ranch/cows/{cow}/calves",
                Verb::Get,
                true,
                "ranch.cows.calves.list",
            ),
            (
                "/v1/ranch/cows/{cow}/calves/{calf}",
                Verb::Get,
                false,
                "ranch.cows.calves.retrieve",
            ),
            (
                "/v1/ranch/cows/{cow}/bell",
                Verb::Post,
                false,
                "ranch.cows.bell.update",
            ),
            ("/v1/balance", Verb::Get, false, "balance.retrieve"),
            ("/v2/core/barns", Verb::Post, false, "v2.core.barns.create"),
        ] {
            assert_eq!(call(path, verb, is_list), expected, "{verb:?} {path}");
        }
    }

    fn empty() -> serde_json::Value {
        serde_json::json!({ "responses": {} })
    }

    fn list() -> serde_json::Value {
        serde_json::json!({ "responses": { "200": { "description": "", "content": {
            "application/json": { "schema": { "type": "object", "properties": {
                "data": { "type": "array", "items": {} }
            } } }
        } } } })
    }
}
