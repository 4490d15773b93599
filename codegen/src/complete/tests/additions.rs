//! Additions that upstream may make, at random places of a spec.

use fastrand::Rng;
use openapiv3::{OpenAPI, Operation, PathItem, ReferenceOr, Schema, SchemaKind, Type};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::schemas::{each_answer, each_form, operations};

/// An addition.
#[derive(Debug)]
pub(super) struct Addition {
    pub(super) kind: &'static str,
    #[expect(dead_code, reason = "it is shown when something is wrong")]
    what: String,
}

type Add = fn(&mut OpenAPI, &mut Rng) -> String;

/// All kinds of additions.
pub(super) const KINDS: &[(&str, Add)] = &[
    ("a property of a response", property),
    ("a reference in a response", reference),
    ("a component", component),
    ("an expandable component", expandable),
    ("a parameter in a form", parameter),
    ("a parameter in a query", query),
    ("an operation on its own", operation),
    ("an operation below another", below),
    ("something to do with an item", action),
    ("a value in a response", value_of_answer),
    ("a value in a form", value_of_form),
    ("a value like another", value_like_another),
    ("an event", event),
];

pub(super) fn add(spec: &mut OpenAPI, random: &mut Rng) -> Addition {
    let (kind, add) = any(random, KINDS);
    Addition {
        kind,
        what: add(spec, random),
    }
}

fn any<'a, T>(random: &mut Rng, all: &'a [T]) -> &'a T {
    &all[random.usize(0..all.len())]
}

fn typed<T: for<'de> Deserialize<'de>>(value: Value) -> T {
    T::deserialize(value).expect("a part of OpenAPI")
}

/// A name that nothing has yet, whose words others may have.
fn name(random: &mut Rng) -> String {
    let words = "action address amount bank_account card code customer details filters items link \
        list mandate next_action options owner payment_method_options permissions \
        prefetch refresh shipping state status tax tax_id transfer_data type \
        us_bank_account";
    let words: Vec<&str> = words.split_whitespace().collect();
    let word = any(random, &words);
    match random.u8(0..3) {
        0 => format!("zz_{word}_{}", random.u16(..)),
        1 => format!("{word}_{}", random.u32(..)),
        _ => format!("zz{}", random.u32(..)),
    }
}

/// A schema of some kind.
fn part(random: &mut Rng, title: &str) -> Value {
    let status = json!({"type": "string", "enum": ["active", "inactive"]});
    match random.u8(0..8) {
        0 => json!({"type": "string", "description": "A text."}),
        1 => json!({"type": "string", "enum": ["all", "none", "some_more"]}),
        2 => json!({"type": "string", "enum": ["ach", "balances", "payment_method"]}),
        3 => json!({"type": "array", "items": {"type": "string", "enum": ["link", "card"]}}),
        4 => json!({"type": "object", "properties": {
            "status": status,
            "tax": {"type": "object", "properties": {"amount": {"type": "integer"}}}}}),
        5 => json!({"type": "array", "items": {"type": "object", "title": title,
            "properties": {"type": {"type": "string", "enum": ["card", "link"]},
                "card": {"type": "object", "properties": {"number": {"type": "string"}}}}}}),
        // As it is elsewhere, so that it may join.
        6 => json!({"type": "object", "title": "transfer_data_params", "required": ["destination"],
            "properties": {"amount": {"type": "integer"}, "destination": {"type": "string"}}}),
        _ => json!({"type": "object", "additionalProperties": {"type": "object",
            "properties": {"status": status}}}),
    }
}

/// Changes one of the schemas that `each` visits and that are fit; says what was done.
fn change_one(
    random: &mut Rng,
    mut each: impl FnMut(&mut dyn FnMut(&mut Schema)),
    is_fit: impl Fn(&Schema) -> bool,
    change: impl FnOnce(&mut Schema) -> String,
) -> String {
    let mut count = 0;
    each(&mut |schema| count += usize::from(is_fit(schema)));
    let chosen = random.usize(0..count);
    let (mut at, mut change, mut what) = (0, Some(change), String::new());
    each(&mut |schema| {
        if change.is_some() && is_fit(schema) {
            if at == chosen
                && let Some(change) = change.take()
            {
                what = change(schema);
            }
            at += 1;
        }
    });
    what
}

fn is_object(schema: &Schema) -> bool {
    matches!(&schema.schema_kind, SchemaKind::Type(Type::Object(object))
        // The runtime reads lists.
        if !object.properties.is_empty() && !object.properties.contains_key("has_more"))
}

fn is_enum(schema: &Schema) -> bool {
    matches!(&schema.schema_kind, SchemaKind::Type(Type::String(string))
        // One value tells what an object is.
        if string.enumeration.iter().flatten().count() > 1)
}

fn add_property(schema: &mut Schema, name: &str, value: Value) -> String {
    let SchemaKind::Type(Type::Object(object)) = &mut schema.schema_kind else {
        unreachable!("only objects are chosen");
    };
    let beside: Vec<&String> = object.properties.keys().take(4).collect();
    let what = format!("{name} beside {beside:?}: {value}");
    object.properties.insert(name.to_owned(), typed(value));
    what
}

fn any_component(spec: &OpenAPI, random: &mut Rng) -> String {
    let components = spec.components.as_ref().expect("it has components");
    let objects = components
        .schemas
        .iter()
        .filter(|(_, schema)| match schema {
            ReferenceOr::Item(schema) => is_object(schema),
            ReferenceOr::Reference { .. } => false,
        });
    let objects: Vec<&String> = objects.map(|(name, _)| name).collect();
    (*any(random, &objects)).clone()
}

fn property(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let name = name(random);
    let part = part(random, &name);
    let each = |visit: &mut dyn FnMut(&mut Schema)| each_answer(spec, visit);
    change_one(random, each, is_object, |schema| {
        add_property(schema, &name, part)
    })
}

fn add_reference(spec: &mut OpenAPI, random: &mut Rng, of: &str) -> String {
    let name = name(random);
    let to = json!({"$ref": format!("#/components/schemas/{of}")});
    let value = match random.u8(0..3) {
        0 => to,
        1 => json!({"type": "array", "items": to}),
        _ => json!({"anyOf": [to], "nullable": true}),
    };
    let each = |visit: &mut dyn FnMut(&mut Schema)| each_answer(spec, visit);
    change_one(random, each, is_object, |schema| {
        add_property(schema, &name, value)
    })
}

fn reference(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let of = any_component(spec, random);
    add_reference(spec, random, &of)
}

/// A new component, which nothing uses yet.
fn new_component(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let plain = name(random);
    let name = match random.u8(0..3) {
        0 => plain,
        1 => format!("zz.{plain}"),
        _ => format!("financial_connections.{plain}"),
    };
    let part = part(random, &name);
    let mut schema = json!({"type": "object", "required": ["id", "object"], "properties": {
        "id": {"type": "string"},
        "object": {"type": "string", "enum": [name]},
        "part": part}});
    if random.bool() {
        schema["x-resourceId"] = json!(name);
    }
    let components = spec.components.as_mut().expect("it has components");
    components.schemas.insert(name.clone(), typed(schema));
    name
}

fn component(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let of = new_component(spec, random);
    add_reference(spec, random, &of)
}

fn new_or_known(spec: &mut OpenAPI, random: &mut Rng) -> String {
    match random.bool() {
        true => new_component(spec, random),
        false => any_component(spec, random),
    }
}

fn expandable(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let of = new_or_known(spec, random);
    let name = name(random);
    let to = json!({"$ref": format!("#/components/schemas/{of}")});
    let value = json!({"anyOf": [{"type": "string"}, to],
        "x-expansionResources": {"oneOf": [to]}, "nullable": true});
    let each = |visit: &mut dyn FnMut(&mut Schema)| each_answer(spec, visit);
    change_one(random, each, is_object, |schema| {
        add_property(schema, &name, value)
    })
}

fn parameter(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let name = name(random);
    let mut part = part(random, &name);
    if random.u8(0..4) == 0 {
        part = json!({"anyOf": [part, {"type": "string", "enum": [""]}]});
    }
    let each = |visit: &mut dyn FnMut(&mut Schema)| each_form(spec, visit);
    change_one(random, each, is_object, |schema| {
        add_property(schema, &name, part)
    })
}

fn query(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let name = name(random);
    let schema = part(random, &name);
    let parameter = json!({"name": name, "in": "query", "required": false, "schema": schema,
        "style": "deepObject"});
    let mut all: Vec<&mut Operation> = operations(spec).collect();
    let chosen = random.usize(0..all.len());
    let operation = &mut all[chosen];
    operation.parameters.push(typed(parameter));
    format!("?{name} of {:?}: {schema}", operation.operation_id)
}

fn placeholders(path: &str) -> Vec<Value> {
    let names = path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
        })
        .collect()
}

/// Adds an operation at a path that has none.
fn operate(spec: &mut OpenAPI, random: &mut Rng, verb: &str, path: &str) -> String {
    let of = new_or_known(spec, random);
    let mut answer = json!({"$ref": format!("#/components/schemas/{of}")});
    if verb == "get" && !path.ends_with('}') && random.bool() {
        answer = json!({"type": "object", "required": ["data", "has_more", "object", "url"],
            "properties": {"data": {"type": "array", "items": answer},
                "has_more": {"type": "boolean"}, "url": {"type": "string"},
                "object": {"type": "string", "enum": ["list"]}}});
    }
    let mut operation = json!({"operationId": format!("{verb} {path}"),
        "parameters": placeholders(path),
        "responses": {"200": {"description": "ok", "content": {"application/json": {
            "schema": answer}}}}});
    if verb == "post" {
        let (one, two) = (name(random), name(random));
        let mut properties = Map::new();
        properties.insert(one.clone(), part(random, &one));
        properties.insert(two.clone(), part(random, &two));
        let schema = json!({"type": "object", "required": [one], "properties": properties});
        operation["requestBody"] = json!({"content": {
            "application/x-www-form-urlencoded": {"schema": schema}}});
    }
    if random.bool() {
        operation["x-feature"] = json!("invoices");
    }
    let item: PathItem = typed(json!({verb: operation}));
    let paths = &mut spec.paths.paths;
    paths.insert(path.to_owned(), ReferenceOr::Item(item));
    format!("{verb} {path}, which answers {of}")
}

fn any_path(spec: &OpenAPI, random: &mut Rng) -> String {
    let paths: Vec<&String> = spec.paths.paths.keys().collect();
    (*any(random, &paths)).clone()
}

fn operation(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let verb = *any(random, &["get", "post", "delete"]);
    let mut path = format!("/v1/{}s", name(random));
    if verb == "delete" || random.bool() {
        path.push_str("/{id}");
    }
    operate(spec, random, verb, &path)
}

/// Below a path that there is, where an operation may have been what is done to an item.
fn below(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let verb = *any(random, &["get", "post", "delete"]);
    let above = any_path(spec, random);
    let path = format!("{above}/{}", name(random));
    operate(spec, random, verb, &path)
}

/// Adds an action on an item, or an operation on one part of an item.
fn action(spec: &mut OpenAPI, random: &mut Rng) -> String {
    loop {
        let above = any_path(spec, random);
        let path = match above.ends_with('}') {
            true => format!("{above}/zz_{}", random.u32(..)),
            false => format!("{above}/{{zz_{}}}", random.u32(..)),
        };
        // Items that are there already have a path, whatever their placeholder is called.
        let item = format!("{above}/{{");
        let mut paths = spec.paths.paths.keys();
        if above.ends_with('}') || !paths.any(|path| path.starts_with(&item)) {
            return operate(spec, random, "post", &path);
        }
    }
}

fn add_value(schema: &mut Schema, value: String) -> String {
    let SchemaKind::Type(Type::String(string)) = &mut schema.schema_kind else {
        unreachable!("only enums are chosen");
    };
    let what = format!("{value} among {:?}", string.enumeration);
    string.enumeration.push(Some(value));
    what
}

fn value_of_answer(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let name = name(random);
    let each = |visit: &mut dyn FnMut(&mut Schema)| each_answer(spec, visit);
    change_one(random, each, is_enum, |schema| add_value(schema, name))
}

fn value_of_form(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let name = name(random);
    let each = |visit: &mut dyn FnMut(&mut Schema)| each_form(spec, visit);
    change_one(random, each, is_enum, |schema| add_value(schema, name))
}

/// A value that would be called as one that is there, if that did not keep its name.
fn value_like_another(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let in_answer = random.bool();
    let each = |visit: &mut dyn FnMut(&mut Schema)| match in_answer {
        true => each_answer(spec, visit),
        false => each_form(spec, visit),
    };
    let is_fit = |schema: &Schema| is_enum(schema) && like_another(schema).is_some();
    change_one(random, each, is_fit, |schema| {
        let value = like_another(schema).expect("it is fit");
        add_value(schema, value)
    })
}

fn like_another(schema: &Schema) -> Option<String> {
    let SchemaKind::Type(Type::String(string)) = &schema.schema_kind else {
        return None;
    };
    let mut values = string.enumeration.iter().flatten();
    let like = values.find(|value| value.contains('_'))?.replace('_', "-");
    let is_new = !string.enumeration.contains(&Some(like.clone()));
    is_new.then_some(like)
}

fn event(spec: &mut OpenAPI, random: &mut Rng) -> String {
    let events = spec.extensions.get_mut("x-events");
    let events = events.and_then(Value::as_object_mut);
    let events = events.expect("a subset has events");
    let known: Vec<&String> = events.keys().filter(|event| event.contains('_')).collect();
    let known = (*any(random, &known)).clone();
    let of = known.rsplit_once('.').map_or("", |(of, _)| of);
    let name = match random.bool() {
        true => format!("{of}.{}", name(random)),
        // As one that is there, if that did not keep its name.
        false => known.replacen('_', ".", 1),
    };
    let new = || json!({"description": "New."});
    events.entry(name.clone()).or_insert_with(new);
    name
}
