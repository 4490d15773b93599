//! Documents as trees: reading JSON or YAML, pointers into them, writing YAML.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::error::Diagnostic;

/// Reads `text` as JSON when it starts like an object, else as YAML.
pub(crate) fn parse(text: &str) -> Result<Value, Diagnostic> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let malformed = |what: String| {
        Diagnostic::new(
            "",
            format!("neither JSON nor YAML: {what}"),
            "check that the whole file is there",
        )
    };
    let yaml: serde_yaml::Value =
        serde_yaml::from_str(text).map_err(|error| malformed(error.to_string()))?;
    from_yaml(yaml).map_err(malformed)
}

/// YAML allows keys that are no strings (`200:` below `responses`); JSON spells them out.
fn from_yaml(value: serde_yaml::Value) -> Result<Value, String> {
    use serde_yaml::Value as Yaml;
    Ok(match value {
        Yaml::Sequence(items) => {
            Value::Array(items.into_iter().map(from_yaml).collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match key {
                    Yaml::String(key) => key,
                    Yaml::Number(key) => key.to_string(),
                    Yaml::Bool(key) => key.to_string(),
                    _ => return Err("a key that is not a scalar".to_owned()),
                };
                map.insert(key, from_yaml(value)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tagged) => return Err(format!("the tag {}", tagged.tag)),
        scalar => serde_json::to_value(scalar).map_err(|error| error.to_string())?,
    })
}

/// `pointer` with one more step.
pub(crate) fn join(pointer: &str, key: impl std::fmt::Display) -> String {
    let key = key.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{key}")
}

/// The JSONPath `target`, which the document has at `pointer`.
pub(crate) fn path(target: &str, pointer: String) -> Result<JsonPath, Diagnostic> {
    // `match` and `search` would cost a library for regular expressions in every first build.
    let help = "write RFC 9535 JSONPath without `match()` and `search()`: compare with `==`";
    JsonPath::parse(target).map_err(|error| Diagnostic::new(pointer, error.to_string(), help))
}

/// Pointers to all that `path` matches in `root`.
pub(crate) fn locate(root: &Value, path: &JsonPath) -> Vec<String> {
    path.query_located(root)
        .locations()
        .map(|at| at.to_json_pointer())
        .collect()
}

/// Removes all that `path` matches in `root`; whether it matched anything.
pub(crate) fn remove_all(root: &mut Value, path: &JsonPath) -> bool {
    let mut pointers = locate(root, path);
    // From the end, so that the indices of what is still to go stay true.
    pointers.reverse();
    for pointer in &pointers {
        remove(root, pointer);
    }
    !pointers.is_empty()
}

/// Removes what `pointer` points to; a removed property also leaves its schema's `required`.
fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.remove(&key);
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = key.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
    if let Some(schema) = parent.strip_suffix("/properties")
        && let Some(Value::Object(schema)) = root.pointer_mut(schema)
    {
        not_required(schema, &key);
    }
}

/// Takes `name` out of the `required` list of `schema`.
pub(crate) fn not_required(schema: &mut Map<String, Value>, name: &str) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|entry| entry != name);
        if required.is_empty() {
            schema.remove("required");
        }
    }
}

/// The usual order of the keys of OpenAPI objects; all others follow in alphabetical order.
const ORDER: &[&str] = &[
    "openapi",
    "info",
    "servers",
    "security",
    "paths",
    "components",
    "operationId",
    "name",
    "in",
    "title",
    "version",
    "description",
    "required",
    "style",
    "explode",
    "type",
    "format",
    "nullable",
    "enum",
    "parameters",
    "requestBody",
    "responses",
];

/// Maps whose keys are names somebody chose, so that ORDER says nothing about them.
const NAMED: &[&str] = &[
    "properties",
    "paths",
    "schemas",
    "x-events",
    "x-enum-descriptions",
];

/// `value` as YAML with a fixed order of keys, whatever the order they came in.
pub(crate) fn to_yaml(value: &Value) -> String {
    serde_yaml::to_string(&ordered(value, false)).expect("a JSON tree has string keys")
}

fn ordered(value: &Value, named: bool) -> serde_yaml::Value {
    match value {
        Value::Object(map) => {
            let rank = |key: &str| {
                let conventional = ORDER.iter().position(|known| *known == key);
                if named {
                    0
                } else {
                    conventional.unwrap_or(ORDER.len())
                }
            };
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| (rank(key), key.as_str()));
            let entries = entries.into_iter().map(|(key, value)| {
                let named = !named && NAMED.contains(&key.as_str());
                (serde_yaml::Value::from(key.as_str()), ordered(value, named))
            });
            serde_yaml::Value::Mapping(entries.collect())
        }
        Value::Array(items) => items.iter().map(|item| ordered(item, false)).collect(),
        scalar => serde_yaml::to_value(scalar).expect("a scalar has no keys"),
    }
}
