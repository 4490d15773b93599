//! Reads the parameters and responses of operations.

use super::form::{self, escape};
use super::node::{Form, Node};
use super::rules::Rules;
use crate::error::Diagnostic;
use crate::ir::{Example, Guide, Verb};
use openapiv3::{
    MediaType, OpenAPI, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathItem,
    ReferenceOr, RequestBody, Response, StatusCode,
};
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// An operation.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) verb: Verb,
    pub(crate) path: String,
    pub(crate) pointer: String,
    pub(crate) id: String,
    pub(crate) docs: String,
    pub(crate) guide: Option<Guide>,
    pub(crate) deprecated: bool,
    /// The cargo feature that it needs, if any.
    pub(crate) feature: Option<String>,
    /// In the order of the path.
    pub(crate) path_params: Vec<Given>,
    pub(crate) query: Vec<Given>,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Node,
    pub(crate) rules: Rules,
}

/// A path or query parameter.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) node: Node,
}

#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) json: bool,
    pub(crate) node: Node,
    pub(crate) example: Option<Example>,
}

impl Call {
    /// Returns its place. The names of placeholders are not part of it.
    pub(crate) fn place(&self) -> String {
        let segments = self.path.split('/').map(|segment| {
            if segment.starts_with('{') {
                "{}"
            } else {
                segment
            }
        });
        let segments: Vec<&str> = segments.collect();
        format!("{} {}", self.verb.as_str(), segments.join("/"))
    }

    /// Returns the values of its example, by parameter.
    pub(crate) fn example(&self) -> Vec<(String, Example)> {
        let given = self.path_params.iter().chain(&self.query);
        let given =
            given.filter_map(|given| Some((given.name.clone(), given.node.example.clone()?)));
        let body = self.body.iter().filter_map(|body| body.example.as_ref());
        given
            .chain(body.flat_map(|example| example.entries().iter().cloned()))
            .collect()
    }

    /// Returns all its schemas.
    pub(super) fn schemas_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        let given = self.path_params.iter_mut().chain(&mut self.query);
        let body = self.body.iter_mut().map(|body| &mut body.node);
        given
            .map(|given| &mut given.node)
            .chain(body)
            .chain([&mut self.answer])
    }
}

pub(super) fn read(
    spec: &OpenAPI,
    found: &mut Vec<Diagnostic>,
    left_out: &mut Vec<Diagnostic>,
) -> Vec<Call> {
    let mut reader = Reader {
        spec,
        found,
        left_out,
        calls: Vec::new(),
    };
    for (path, item) in &spec.paths.paths {
        match item {
            ReferenceOr::Item(item) => reader.path(path, item),
            ReferenceOr::Reference { .. } => reader.found.push(Diagnostic::new(
                format!("/paths/{}", escape(path)),
                "a path that is only a reference",
                "write the path item in place",
            )),
        }
    }
    let mut calls = reader.calls;
    calls.sort_by(|a, b| (&a.path, a.verb).cmp(&(&b.path, b.verb)));
    calls
}

struct Reader<'a> {
    spec: &'a OpenAPI,
    found: &'a mut Vec<Diagnostic>,
    left_out: &'a mut Vec<Diagnostic>,
    calls: Vec<Call>,
}

impl<'a> Reader<'a> {
    fn path(&mut self, path: &str, item: &'a PathItem) {
        let at = format!("/paths/{}", escape(path));
        for (verb, key, operation) in [
            (Verb::Get, "get", &item.get),
            (Verb::Post, "post", &item.post),
            (Verb::Delete, "delete", &item.delete),
        ] {
            if let Some(operation) = operation {
                let pointer = format!("{at}/{key}");
                match self.call(path, verb, item, operation, &pointer) {
                    Ok(call) => self.calls.push(call),
                    Err(why) => self.leave_out(&pointer, &why),
                }
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
                let why = format!("`{key}` is not a method of Stripe's API");
                self.leave_out(&format!("{at}/{key}"), &why);
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

    /// Reads an operation, or returns the reason why it can't be called.
    fn call(
        &mut self,
        path: &str,
        verb: Verb,
        item: &'a PathItem,
        operation: &'a Operation,
        pointer: &str,
    ) -> Result<Call, String> {
        let answer = self.answer(operation, pointer).ok_or("no JSON answer")?;
        let body = self.body(operation, pointer)?;
        if let Some(body) = body.as_ref().filter(|body| body.json && verb != Verb::Post)
            && !matches!(&body.node.form, Form::Object { properties, .. } if properties.is_empty())
        {
            return Err(format!("a {} with a body of JSON", verb.as_str()));
        }
        let mut call = Call {
            verb,
            path: path.to_owned(),
            pointer: pointer.to_owned(),
            id: operation.operation_id.clone().unwrap_or_default(),
            docs: [&operation.description, &operation.summary]
                .into_iter()
                .flatten()
                .next()
                .cloned()
                .unwrap_or_default(),
            guide: operation.external_docs.as_ref().map(|page| Guide {
                title: page.description.clone().unwrap_or_else(|| page.url.clone()),
                url: page.url.clone(),
            }),
            deprecated: operation.deprecated,
            feature: extension(&operation.extensions, "x-feature").map(str::to_owned),
            path_params: Vec::new(),
            query: Vec::new(),
            body,
            answer,
            rules: Rules::read(operation, pointer, self.found),
        };
        self.parameters(&mut call, item, operation);
        call.path_params
            .sort_by_key(|given| path.find(&format!("{{{}}}", given.name)));
        call.query.sort_by(|a, b| a.name.cmp(&b.name));
        let placeholders = path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        for name in placeholders {
            if !call.path_params.iter().any(|given| given.name == name) {
                self.found.push(Diagnostic::new(
                    pointer,
                    format!("the path needs a parameter `{name}`"),
                    "add a path parameter of that name",
                ));
            }
        }
        Ok(call)
    }

    /// Reads the operation's parameters, and those of its path that it does not override.
    fn parameters(&mut self, call: &mut Call, item: &'a PathItem, operation: &'a Operation) {
        let of_path = call.pointer.rsplit_once('/').map_or("", |(path, _)| path);
        let own = operation.parameters.iter().enumerate();
        let own = own.map(|(at, given)| (format!("{}/parameters/{at}", call.pointer), given));
        let shared = item.parameters.iter().enumerate();
        let shared = shared.map(|(at, given)| (format!("{of_path}/parameters/{at}"), given));
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for (pointer, parameter) in own.chain(shared).collect::<Vec<_>>() {
            let components = self.spec.components.as_ref();
            let follow = |name: &str| components?.parameters.get(name);
            let Some(parameter) = behind(parameter, "#/components/parameters/", follow) else {
                self.found.push(Diagnostic::new(
                    pointer,
                    "a parameter that refers to nothing",
                    "add it to `components.parameters`, or write it in place",
                ));
                continue;
            };
            let data = parameter.parameter_data_ref();
            let way = match parameter {
                Parameter::Path { .. } => "path",
                Parameter::Query { .. } => "query",
                Parameter::Header { .. } => "header",
                Parameter::Cookie { .. } => "cookie",
            };
            if seen.contains(&(way, &data.name)) {
                continue;
            }
            seen.push((way, &data.name));
            let Some(given) = self.given(data, &pointer) else {
                continue;
            };
            match way {
                "path" => call.path_params.push(given),
                "query" => call.query.push(given),
                _ => self.found.push(Diagnostic::new(
                    pointer,
                    format!("`{}` goes neither into the path nor the query", data.name),
                    "send it with `with_header`, and cut it in the subset",
                )),
            }
        }
    }

    fn given(&mut self, data: &ParameterData, pointer: &str) -> Option<Given> {
        let ParameterSchemaOrContent::Schema(schema) = &data.format else {
            self.found.push(Diagnostic::new(
                pointer,
                format!("the parameter `{}` has no schema", data.name),
                "write a `schema` instead of `content`",
            ));
            return None;
        };
        let mut node = form::read(schema, pointer);
        if let Some(description) = &data.description {
            node.docs.clone_from(description);
        }
        if let Some(example) = data.example.as_ref().and_then(Example::of) {
            node.example = Some(example);
        }
        // The overlay may mark the parameter or its schema.
        node.sensitive |= data.extensions.get("x-sensitive") == Some(&Value::Bool(true));
        if let Some(of) = extension(&data.extensions, "x-id-of") {
            node.form = Form::IdOf(of.to_owned());
        }
        Some(Given {
            name: data.name.clone(),
            required: data.required,
            node,
        })
    }

    fn body(&mut self, operation: &'a Operation, pointer: &str) -> Result<Option<Body>, String> {
        let Some(request) = &operation.request_body else {
            return Ok(None);
        };
        let components = self.spec.components.as_ref();
        let follow = |name: &str| components?.request_bodies.get(name);
        let Some(request) = behind(request, "#/components/requestBodies/", follow) else {
            self.found.push(Diagnostic::new(
                format!("{pointer}/requestBody"),
                "a body that refers to nothing",
                "add it to `components.requestBodies`, or write it in place",
            ));
            return Ok(None);
        };
        let RequestBody { content, .. } = request;
        for (media_type, json) in [(FORM, false), (JSON, true)] {
            let found = content.iter().find(|(name, _)| is_media(name, media_type));
            if let Some((name, media)) = found {
                let pointer = format!("{pointer}/requestBody/content/{}/schema", escape(name));
                let body = media.schema.as_ref().map(|schema| Body {
                    json,
                    node: form::read(schema, &pointer),
                    example: media.example.as_ref().and_then(Example::of),
                });
                return Ok(body);
            }
        }
        if content.is_empty() {
            return Ok(None);
        }
        let types: Vec<_> = content.keys().map(String::as_str).collect();
        Err(format!("a body of type {}", types.join(", ")))
    }

    /// Returns the JSON schema of the lowest success status; without one, that of `2XX` or of
    /// `default`.
    fn answer(&self, operation: &'a Operation, pointer: &str) -> Option<Node> {
        let responses = &operation.responses;
        let json = |response: &'a ReferenceOr<Response>| -> Option<(&'a String, &'a MediaType)> {
            let components = self.spec.components.as_ref();
            let follow = |name: &str| components?.responses.get(name);
            let response = behind(response, "#/components/responses/", follow)?;
            let mut content = response.content.iter();
            content.find(|(name, media)| is_media(name, JSON) && media.schema.is_some())
        };
        let mut successes: Vec<_> = responses
            .responses
            .iter()
            .filter_map(|(code, response)| match code {
                StatusCode::Code(code @ 200..=299) => Some((*code, code.to_string(), response)),
                StatusCode::Range(2) => Some((300, "2XX".to_owned(), response)),
                _ => None,
            })
            .collect();
        successes.sort_by_key(|(code, ..)| *code);
        // `default` is only used if no success status is listed.
        if let (true, Some(response)) = (successes.is_empty(), &responses.default) {
            successes.push((301, "default".to_owned(), response));
        }
        successes.into_iter().find_map(|(_, code, response)| {
            let (name, media) = json(response)?;
            let pointer = format!("{pointer}/responses/{code}/content/{}/schema", escape(name));
            Some(form::read(media.schema.as_ref()?, &pointer))
        })
    }
}

/// Returns the target of a reference, following further references.
fn behind<'a, T>(
    mut item: &'a ReferenceOr<T>,
    prefix: &str,
    follow: impl Fn(&str) -> Option<&'a ReferenceOr<T>>,
) -> Option<&'a T> {
    // A longer chain is a cycle.
    for _ in 0..32 {
        match item {
            ReferenceOr::Item(item) => return Some(item),
            ReferenceOr::Reference { reference } => {
                item = follow(reference.strip_prefix(prefix)?)?;
            }
        }
    }
    None
}

/// Returns whether a content type has this media type, with any parameters.
fn is_media(content_type: &str, media_type: &str) -> bool {
    let name = content_type.split(';').next().unwrap_or_default();
    name.trim().eq_ignore_ascii_case(media_type)
}

fn extension<'a, M>(extensions: &'a M, name: &str) -> Option<&'a str>
where
    &'a M: IntoIterator<Item = (&'a String, &'a Value)>,
{
    let mut extensions = extensions.into_iter();
    extensions.find(|(key, _)| *key == name)?.1.as_str()
}
