//! Resolves references: replaces each `$ref` by its target, except references to component
//! schemas. Later phases then see only plain parameters, bodies and responses.

use serde_json::{Map, Value, json};

use super::join;
use super::walk::{METHODS, children};
use crate::error::Diagnostic;

pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// References lead to references, but not for ever.
pub(super) const LONGEST_CHAIN: usize = 32;

/// The largest number of references that are replaced by their targets.
const MOST_INLINED: usize = 10_000;

/// The deepest nesting of schemas that is accepted.
const DEEPEST_SCHEMA: usize = 32;

/// Replaces each reference in `spec` by its target.
pub(crate) fn resolve(spec: &mut Value, found: &mut Vec<Diagnostic>) {
    let original = spec.clone();
    let mut resolve = Resolve {
        original: &original,
        found,
        open: Vec::new(),
        inlined: 0,
    };
    if let Some(Value::Object(paths)) = spec.get_mut("paths") {
        for (path, item) in paths {
            resolve.path_item(item, &join("/paths", path));
        }
    }
    if let Some(Value::Object(schemas)) = spec.pointer_mut("/components/schemas") {
        for (name, schema) in schemas.iter_mut() {
            resolve.schema(
                schema,
                &join("/components/schemas", name),
                1,
                Beside::Ignored,
            );
        }
        // A component that is only a reference stands for its target.
        let is_there = |place: String| original.pointer(&place).is_some();
        schemas.retain(|_, schema| !reference(schema).and_then(local).is_some_and(is_there));
    }
}

struct Resolve<'a> {
    original: &'a Value,
    found: &'a mut Vec<Diagnostic>,
    /// The schemas that are being copied at the moment, to find cycles.
    open: Vec<String>,
    /// Number of schemas copied so far.
    inlined: usize,
}

/// What to keep of the keys next to a `$ref`, which OpenAPI 3.0 ignores.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// All keys: many specs rely on them. The reference is wrapped to hold them.
    Kept,
    /// Only `nullable`.
    Null,
    Ignored,
}

impl Resolve<'_> {
    fn wrong(&mut self, pointer: &str, what: String, help: &str) {
        self.found.push(Diagnostic::new(pointer, what, help));
    }

    fn path_item(&mut self, item: &mut Value, pointer: &str) {
        if let Some(reference) = reference(item) {
            let reference = reference.to_owned();
            if let Some(Value::Object(mut target)) = self.follow(&reference, pointer) {
                let Value::Object(own) = item else { return };
                for (key, value) in own.iter().filter(|(key, _)| *key != "$ref") {
                    if target.insert(key.clone(), value.clone()).is_some() {
                        let what = format!("`{key}` is here and in what `{reference}` refers to");
                        self.wrong(&join(pointer, key), what, "remove one of them");
                    }
                }
                *item = Value::Object(target);
            }
        }
        let Value::Object(item) = item else { return };
        let shared = item.remove("parameters");
        let mut shared = match shared {
            Some(Value::Array(shared)) => shared,
            _ => Vec::new(),
        };
        for (index, parameter) in shared.iter_mut().enumerate() {
            self.parameter(parameter, &join(&join(pointer, "parameters"), index));
        }
        for method in METHODS {
            if let Some(Value::Object(operation)) = item.get_mut(*method) {
                self.operation(operation, &shared, &join(pointer, method));
            }
        }
    }

    fn operation(&mut self, operation: &mut Map<String, Value>, shared: &[Value], pointer: &str) {
        if let Some(Value::Array(own)) = operation.get_mut("parameters") {
            for (index, parameter) in own.iter_mut().enumerate() {
                self.parameter(parameter, &join(&join(pointer, "parameters"), index));
            }
        }
        if !shared.is_empty() {
            let all = operation
                .entry("parameters")
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(own) = all {
                let added = not_overridden(shared, own);
                own.extend(added.into_iter().map(|(_, parameter)| parameter.clone()));
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            let pointer = join(pointer, "requestBody");
            self.replace(body, &pointer);
            self.content(body, &pointer);
        }
        let responses = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        for (code, response) in responses.into_iter().flatten() {
            let pointer = join(&join(pointer, "responses"), code);
            self.replace(response, &pointer);
            self.content(response, &pointer);
            let headers = response.get_mut("headers").and_then(Value::as_object_mut);
            for (name, header) in headers.into_iter().flatten() {
                let pointer = join(&join(&pointer, "headers"), name);
                self.replace(header, &pointer);
                self.holder(header, &pointer);
            }
        }
    }

    fn parameter(&mut self, parameter: &mut Value, pointer: &str) {
        self.replace(parameter, pointer);
        self.holder(parameter, pointer);
    }

    /// Resolves the references of an object that has a `schema`, or a `content` with schemas.
    fn holder(&mut self, holder: &mut Value, pointer: &str) {
        if let Some(schema) = holder.get_mut("schema") {
            let pointer = join(pointer, "schema");
            self.replace(schema, &pointer);
            self.schema(schema, &pointer, 1, Beside::Ignored);
        }
        self.content(holder, pointer);
    }

    fn content(&mut self, holder: &mut Value, pointer: &str) {
        let content = holder.get_mut("content").and_then(Value::as_object_mut);
        for (media_type, media) in content.into_iter().flatten() {
            if let Some(schema) = media.get_mut("schema") {
                let pointer = join(&join(&join(pointer, "content"), media_type), "schema");
                self.schema(schema, &pointer, 1, Beside::Ignored);
            }
        }
    }

    /// Keeps references to component schemas, because types are named after them, but writes them
    /// all in one form. Replaces other references.
    fn schema(&mut self, schema: &mut Value, pointer: &str, depth: usize, beside: Beside) {
        if depth > DEEPEST_SCHEMA {
            let what = format!("schemas within schemas, more than {DEEPEST_SCHEMA} deep");
            self.wrong(
                pointer,
                what,
                "make what is nested here a component of its own",
            );
            *schema = Value::Object(Map::new());
            return;
        }
        let Some(text) = reference(schema).map(str::to_owned) else {
            self.below(schema, pointer, depth);
            return;
        };
        let dangles =
            |place: &String| component(place).is_some() && self.original.pointer(place).is_none();
        if local(&text).is_some_and(|place| dangles(&place)) {
            // Phases that need the target report the missing schema.
            return;
        }
        let Some(place) = self.destination(&text, pointer) else {
            return;
        };
        if let Some(name) = component(&place) {
            let mut around = beside_reference(schema, beside);
            *schema = json!({"$ref": format!("{SCHEMAS}{name}")});
            if !around.is_empty() {
                around.insert("anyOf".to_owned(), json!([schema.take()]));
                *schema = Value::Object(around);
            }
            return;
        }
        self.inlined += 1;
        if self.open.contains(&place) || self.inlined > MOST_INLINED {
            let what = format!("`{text}` is part of a cycle, or refers to too many schemas");
            self.wrong(pointer, what, "make what it refers to a component schema");
            return;
        }
        if let Some(target) = self.original.pointer(&place) {
            *schema = target.clone();
            self.open.push(place);
            self.below(schema, pointer, depth);
            self.open.pop();
        }
    }

    fn below(&mut self, schema: &mut Value, pointer: &str, depth: usize) {
        for (steps, child) in children(schema) {
            let pointer = steps
                .iter()
                .fold(pointer.to_owned(), |at, step| join(&at, step));
            let beside = match &*steps[0] {
                "properties" => Beside::Kept,
                "items" | "additionalProperties" => Beside::Null,
                _ => Beside::Ignored,
            };
            self.schema(child, &pointer, depth + 1, beside);
        }
        let expansion = schema.pointer_mut("/x-expansionResources/oneOf");
        let arms = expansion.and_then(Value::as_array_mut);
        for (index, arm) in arms.into_iter().flatten().enumerate() {
            let pointer = format!("{pointer}/x-expansionResources/oneOf/{index}");
            self.schema(arm, &pointer, depth, Beside::Ignored);
        }
    }

    /// Replaces `node` by its target if it is a reference.
    fn replace(&mut self, node: &mut Value, pointer: &str) {
        if let Some(reference) = reference(node)
            && let Some(target) = self.follow(reference, pointer)
        {
            *node = target;
        }
    }

    fn follow(&mut self, reference: &str, pointer: &str) -> Option<Value> {
        let place = self.destination(reference, pointer)?;
        if is_within(pointer, &place) {
            let what = format!("`{reference}` refers to a place that contains the reference");
            self.wrong(pointer, what, "write the content here, without a reference");
            return None;
        }
        self.original.pointer(&place).cloned()
    }

    /// Follows `reference` to its final target, which is not itself a reference.
    fn destination(&mut self, reference: &str, pointer: &str) -> Option<String> {
        let help = "refer to a place in this file, as in `#/components/schemas/name`";
        let mut next = reference.to_owned();
        for _ in 0..LONGEST_CHAIN {
            let Some(place) = local(&next) else {
                let what = format!("`{next}` is not a place in this file");
                self.wrong(pointer, what, help);
                return None;
            };
            match self.original.pointer(&place) {
                None => {
                    let what = format!("dangling $ref: there is no `{next}`");
                    self.wrong(pointer, what, "correct it, or add what it refers to");
                    return None;
                }
                Some(target) => match self::reference(target) {
                    Some(further) => further.clone_into(&mut next),
                    None => return Some(place),
                },
            }
        }
        let what = format!("`{reference}` is part of a cycle of references");
        self.wrong(
            pointer,
            what,
            "replace one of these references by its content",
        );
        None
    }
}

pub(super) fn reference(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()
}

/// Returns whether `pointer` is `other` or below it.
fn is_within(pointer: &str, other: &str) -> bool {
    pointer
        .strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The pointer of a reference into the same document.
pub(super) fn local(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let is_pointer = fragment.is_empty() || fragment.starts_with('/');
    is_pointer.then(|| percent_decoded(fragment))
}

/// Returns the name of the component schema at `pointer`.
fn component(pointer: &str) -> Option<&str> {
    let name = pointer.strip_prefix("/components/schemas/")?;
    (!name.contains('/')).then_some(name)
}

/// Decodes percent-encoding in the fragment of a URL.
fn percent_decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, others @ ..] = rest {
        let code = match (first, others) {
            (b'%', [high, low, ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).ok();
                digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &others[2..] } else { others };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| fragment.to_owned())
}

/// Returns the keys next to a `$ref` that are kept.
fn beside_reference(schema: &Value, beside: Beside) -> Map<String, Value> {
    let keeps = |key: &str| match beside {
        Beside::Kept => {
            matches!(key, "description" | "nullable" | "deprecated") || key.starts_with("x-")
        }
        Beside::Null => key == "nullable",
        Beside::Ignored => false,
    };
    let all = schema.as_object().into_iter().flatten();
    all.filter(|(key, _)| keeps(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Those of a path's parameters, with their indices, that an operation does not have itself.
pub(super) fn not_overridden<'a>(shared: &'a [Value], own: &[Value]) -> Vec<(usize, &'a Value)> {
    let key = |parameter: &Value| {
        let text = |key| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        (text("name"), text("in"))
    };
    let own: Vec<_> = own.iter().map(key).collect();
    let shared = shared.iter().enumerate();
    shared
        .filter(|(_, parameter)| !own.contains(&key(parameter)))
        .collect()
}
