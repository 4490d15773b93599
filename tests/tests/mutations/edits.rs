//! Random edits that keep a spec valid.

use serde_json::{Map, Value, json};

/// SplitMix64, which gives the same edits for the same seed on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % end as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

/// An edit, and the names that a diff has to contain: at least one of each group.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) what: String,
    pub(crate) names: Vec<Vec<String>>,
}

pub(crate) const KINDS: &[fn(&mut Value, &mut Random) -> Edit] = &[
    add_property,
    remove_property,
    retype_property,
    rename_property,
    require_property,
    add_query_parameter,
    remove_query_parameter,
    retype_query_parameter,
    add_value,
    remove_value,
    remove_operation,
    add_event,
    remove_event,
    reuse_type,
];

const NEW: &str = "zz_new";

/// Chooses a property of an object in a response or request.
fn property(spec: &Value, random: &mut Random) -> (String, String) {
    let mut found = Vec::new();
    walk(spec, "", &mut |pointer, map| {
        if let Some(Value::Object(properties)) = map.get("properties") {
            // The runtime reads lists and errors.
            if !properties.contains_key("has_more") {
                let names = properties.keys();
                found.extend(names.map(|name| (pointer.to_owned(), name.clone())));
            }
        }
    });
    random.pick(&found).clone()
}

fn add_property(spec: &mut Value, random: &mut Random) -> Edit {
    let (schema, _) = property(spec, random);
    let types = [
        json!({"type": "string", "description": "New."}),
        json!({"type": "integer", "format": "unix-time", "description": "New."}),
        json!({"type": "array", "items": {"type": "string"}, "description": "New."}),
        json!({"type": "string", "enum": ["first", "second"], "description": "New."}),
        json!({"type": "object", "properties": {"size": {"type": "integer"}}, "title": "zz_size"}),
    ];
    let mut properties = at(spec, &schema)["properties"].take();
    properties[NEW] = random.pick(&types).clone();
    at(spec, &schema)["properties"] = properties;
    if random.below(2) == 0 {
        require(at(spec, &schema), NEW);
    }
    edit(format!("add {NEW} to {schema}"), [NEW])
}

fn remove_property(spec: &mut Value, random: &mut Random) -> Edit {
    let (schema, name) = property(spec, random);
    take_property(at(spec, &schema), &name);
    edit(format!("remove {name} from {schema}"), [name])
}

fn retype_property(spec: &mut Value, random: &mut Random) -> Edit {
    let (schema, name) = property(spec, random);
    let property = &mut at(spec, &schema)["properties"][&name];
    *property = other_type(property);
    edit(format!("retype {name} of {schema}"), [name])
}

fn rename_property(spec: &mut Value, random: &mut Random) -> Edit {
    let (schema, name) = property(spec, random);
    let schema_value = at(spec, &schema);
    let (property, required) = take_property(schema_value, &name);
    let new = format!("zz_{name}");
    schema_value["properties"][&new] = property;
    if required {
        require(schema_value, &new);
    }
    edit(format!("rename {name} of {schema}"), [name, new])
}

/// Makes an optional property required, or a required one optional.
fn require_property(spec: &mut Value, random: &mut Random) -> Edit {
    let (schema, name) = property(spec, random);
    let schema_value = at(spec, &schema);
    // A nullable field is an `Option`, whether or not it is required.
    if let Some(property) = schema_value["properties"][&name].as_object_mut() {
        property.remove("nullable");
    }
    if !unrequire(schema_value, &name) {
        require(schema_value, &name);
    }
    edit(format!("require {name} of {schema}, or not"), [name])
}

fn query_parameter(spec: &Value, random: &mut Random) -> (String, usize) {
    let mut found = Vec::new();
    for (operation, value) in operations(spec) {
        let parameters = value["parameters"].as_array().into_iter().flatten();
        for (index, parameter) in parameters.enumerate() {
            // A cursor is an id, whatever its schema is.
            let is_cursor =
                ["starting_after", "ending_before"].contains(&&*text(&parameter["name"]));
            if parameter["in"] == "query" && !is_cursor {
                found.push((format!("{operation}/parameters"), index));
            }
        }
    }
    random.pick(&found).clone()
}

fn add_query_parameter(spec: &mut Value, random: &mut Random) -> Edit {
    let (list, _) = query_parameter(spec, random);
    let parameter = json!({
        "name": NEW, "in": "query", "description": "New.", "required": random.below(2) == 0,
        "schema": {"type": "string"},
    });
    at(spec, &list).as_array_mut().unwrap().push(parameter);
    edit(format!("add {NEW} to {list}"), [NEW])
}

fn remove_query_parameter(spec: &mut Value, random: &mut Random) -> Edit {
    let (list, index) = query_parameter(spec, random);
    let removed = at(spec, &list).as_array_mut().unwrap().remove(index);
    edit(
        format!("remove {removed} from {list}"),
        [text(&removed["name"])],
    )
}

fn retype_query_parameter(spec: &mut Value, random: &mut Random) -> Edit {
    let (list, index) = query_parameter(spec, random);
    let parameter = &mut at(spec, &list)[index];
    parameter["schema"] = other_type(&parameter["schema"]);
    if let Some(parameter) = parameter.as_object_mut() {
        // The extension belongs to the former type.
        parameter.remove("x-id-of");
    }
    let name = text(&parameter["name"]);
    edit(format!("retype {name} in {list}"), [name])
}

/// Chooses an enum of several values: its pointer, and the property or parameter it belongs to.
fn values(spec: &Value, random: &mut Random) -> (String, String) {
    let mut found = Vec::new();
    walk(spec, "", &mut |pointer, map| {
        let values = map.get("enum").and_then(Value::as_array);
        if values.is_some_and(|values| values.len() > 1) {
            found.push(pointer.to_owned());
        }
    });
    let pointer = random.pick(&found).clone();
    let mut steps: Vec<&str> = pointer.split('/').collect();
    while matches!(
        steps.last(),
        Some(&("items" | "anyOf" | "schema" | "0" | "1" | "2"))
    ) {
        steps.pop();
    }
    let owner = steps.join("/");
    let owner = match &owner.rsplit_once("/parameters") {
        Some((before, _)) if spec.pointer(&pointer).is_some() && !owner.contains("properties") => {
            parameter_name(spec, &pointer, before)
        }
        _ => steps.last().unwrap().to_string(),
    };
    (pointer, owner)
}

fn parameter_name(spec: &Value, pointer: &str, operation: &str) -> String {
    let index: usize = pointer[operation.len()..]
        .split('/')
        .nth(2)
        .unwrap()
        .parse()
        .unwrap();
    text(
        &spec
            .pointer(&format!("{operation}/parameters/{index}/name"))
            .unwrap()
            .clone(),
    )
}

fn add_value(spec: &mut Value, random: &mut Random) -> Edit {
    let (pointer, owner) = values(spec, random);
    at(spec, &pointer)["enum"]
        .as_array_mut()
        .unwrap()
        .push(json!(NEW));
    // An enum that shares a type with others becomes a type of its own.
    edit_any(format!("add {NEW} to {pointer}"), [NEW.to_owned(), owner])
}

fn remove_value(spec: &mut Value, random: &mut Random) -> Edit {
    let (pointer, owner) = values(spec, random);
    let values = at(spec, &pointer)["enum"].as_array_mut().unwrap();
    let removed = text(&values.remove(random.below(values.len())));
    let removed = if removed.is_empty() {
        owner.clone()
    } else {
        removed
    };
    edit_any(format!("remove {removed} from {pointer}"), [removed, owner])
}

fn remove_operation(spec: &mut Value, random: &mut Random) -> Edit {
    let (pointer, operation) = random.pick(&operations(spec)).clone();
    let (path, verb) = pointer.rsplit_once('/').unwrap();
    at(spec, path).as_object_mut().unwrap().remove(verb);
    let id = text(&operation["operationId"]);
    edit(format!("remove {id}"), [id])
}

fn add_event(spec: &mut Value, _: &mut Random) -> Edit {
    let name = "financial_connections.account.zz_new";
    spec["x-events"][name] = json!({"description": "New."});
    edit(format!("add {name}"), [name])
}

fn remove_event(spec: &mut Value, random: &mut Random) -> Edit {
    let events = spec["x-events"].as_object_mut().unwrap();
    let names: Vec<String> = events.keys().cloned().collect();
    let name = random.pick(&names);
    events.remove(name);
    edit(format!("remove {name}"), [name.clone()])
}

fn schema(spec: &Value, random: &mut Random) -> String {
    let schemas = spec["components"]["schemas"].as_object().unwrap();
    let names: Vec<&String> = schemas
        .iter()
        .filter(|(_, schema)| schema["properties"].is_object())
        .map(|(name, _)| name)
        .collect();
    random.pick(&names).to_string()
}

/// Adds a property with an existing type to a response, which may close a cycle.
fn reuse_type(spec: &mut Value, random: &mut Random) -> Edit {
    let (into, name) = (schema(spec, random), schema(spec, random));
    let property = json!({"$ref": format!("#/components/schemas/{name}")});
    spec["components"]["schemas"][&into]["properties"][NEW] = property;
    edit(format!("add {NEW}, a {name}, to {into}"), [NEW])
}

fn edit<const N: usize>(what: String, names: [impl Into<String>; N]) -> Edit {
    let names = names.into_iter().map(|name| vec![name.into()]);
    Edit {
        what,
        names: names.collect(),
    }
}

fn edit_any<const N: usize>(what: String, names: [String; N]) -> Edit {
    Edit {
        what,
        names: vec![names.into()],
    }
}

fn other_type(schema: &Value) -> Value {
    let kind = if schema["type"] == "boolean" {
        "integer"
    } else {
        "boolean"
    };
    json!({"type": kind, "description": "Another type."})
}

fn operations(spec: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (path, item) in spec["paths"].as_object().unwrap() {
        let path = path.replace('/', "~1");
        for (verb, operation) in item.as_object().unwrap() {
            found.push((format!("/paths/{path}/{verb}"), operation.clone()));
        }
    }
    found
}

fn take_property(schema: &mut Value, name: &str) -> (Value, bool) {
    let properties = schema["properties"].as_object_mut().unwrap();
    let property = properties.remove(name).unwrap();
    (property, unrequire(schema, name))
}

fn require(schema: &mut Value, name: &str) {
    match schema.get_mut("required") {
        Some(Value::Array(required)) => required.push(json!(name)),
        _ => schema["required"] = json!([name]),
    }
}

/// Returns whether it was required.
fn unrequire(schema: &mut Value, name: &str) -> bool {
    let Some(Value::Array(required)) = schema.get_mut("required") else {
        return false;
    };
    let before = required.len();
    required.retain(|other| other != name);
    required.len() < before
}

fn at<'a>(spec: &'a mut Value, pointer: &str) -> &'a mut Value {
    spec.pointer_mut(pointer).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Visits every object of a spec, with its pointer.
fn walk(value: &Value, pointer: &str, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            visit(pointer, map);
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                walk(value, &format!("{pointer}/{key}"), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{index}"), visit);
            }
        }
        _ => {}
    }
}
