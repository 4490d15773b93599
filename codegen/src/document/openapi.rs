//! The form of an OpenAPI 3.0 document, as far as anything here reads it.

use serde_json::{Map, Value};

use super::join;
use super::shape::{Object, Others, Shape, is_extension, nearest};
use crate::error::Diagnostic;

const fn object(what: &'static str, keys: &'static [(&'static str, Shape)]) -> Object {
    Object {
        what,
        required: &[],
        keys,
        others: Others::WrongIfNear,
        rule: None,
        by_reference: false,
    }
}

pub(crate) static SPEC: Object = Object {
    required: &["openapi", "info", "paths"],
    rule: Some(paths),
    ..object(
        "an OpenAPI document",
        &[
            ("openapi", Shape::Text),
            ("info", Shape::Object(&INFO)),
            ("servers", Shape::List(&Shape::Object(&SERVER))),
            ("paths", Shape::Extended(&Shape::Object(&PATH_ITEM))),
            ("components", Shape::Object(&COMPONENTS)),
            ("security", Shape::List(&Shape::Map(&TEXTS))),
            ("tags", Shape::List(&Shape::Anything)),
            ("externalDocs", Shape::Anything),
        ],
    )
};

static TEXTS: Shape = Shape::List(&Shape::Text);

static INFO: Object = Object {
    required: &["title", "version"],
    ..object(
        "the information on the API",
        &[
            ("title", Shape::Text),
            ("description", Shape::Text),
            ("termsOfService", Shape::Text),
            ("contact", Shape::Anything),
            ("license", Shape::Anything),
            ("version", Shape::Text),
        ],
    )
};

static SERVER: Object = Object {
    required: &["url"],
    ..object(
        "a server",
        &[
            ("url", Shape::Text),
            ("description", Shape::Text),
            ("variables", Shape::Anything),
        ],
    )
};

static COMPONENTS: Object = Object {
    rule: Some(components),
    ..object(
        "the components",
        &[
            ("schemas", Shape::Map(&SCHEMA_SHAPE)),
            ("responses", Shape::Map(&Shape::Object(&RESPONSE))),
            ("parameters", Shape::Map(&Shape::Object(&PARAMETER))),
            ("examples", Shape::Anything),
            ("requestBodies", Shape::Map(&Shape::Object(&BODY))),
            ("headers", Shape::Map(&Shape::Object(&HEADER))),
            ("securitySchemes", Shape::Anything),
            ("links", Shape::Anything),
            ("callbacks", Shape::Anything),
        ],
    )
};

static PATH_ITEM: Object = object(
    "a path",
    &[
        ("$ref", Shape::Text),
        ("summary", Shape::Text),
        ("description", Shape::Text),
        ("get", Shape::Object(&OPERATION)),
        ("put", Shape::Object(&OPERATION)),
        ("post", Shape::Object(&OPERATION)),
        ("delete", Shape::Object(&OPERATION)),
        ("options", Shape::Object(&OPERATION)),
        ("head", Shape::Object(&OPERATION)),
        ("patch", Shape::Object(&OPERATION)),
        ("trace", Shape::Object(&OPERATION)),
        ("servers", Shape::List(&Shape::Object(&SERVER))),
        ("parameters", Shape::List(&Shape::Object(&PARAMETER))),
    ],
);

static OPERATION: Object = Object {
    required: &["responses"],
    rule: Some(operation),
    ..object(
        "an operation",
        &[
            ("tags", Shape::List(&Shape::Text)),
            ("summary", Shape::Text),
            ("description", Shape::Text),
            ("externalDocs", Shape::Anything),
            ("operationId", Shape::Text),
            ("parameters", Shape::List(&Shape::Object(&PARAMETER))),
            ("requestBody", Shape::Object(&BODY)),
            ("responses", Shape::Extended(&Shape::Object(&RESPONSE))),
            ("callbacks", Shape::Anything),
            ("deprecated", Shape::Flag),
            ("security", Shape::List(&Shape::Map(&TEXTS))),
            ("servers", Shape::List(&Shape::Object(&SERVER))),
        ],
    )
};

static PARAMETER: Object = Object {
    required: &["name", "in"],
    rule: Some(parameter),
    by_reference: true,
    ..object(
        "a parameter",
        &[
            ("name", Shape::Text),
            ("in", Shape::Word(&["path", "query", "header", "cookie"])),
            ("description", Shape::Text),
            ("required", Shape::Flag),
            ("deprecated", Shape::Flag),
            ("allowEmptyValue", Shape::Flag),
            (
                "style",
                Shape::Word(&[
                    "matrix",
                    "label",
                    "form",
                    "simple",
                    "spaceDelimited",
                    "pipeDelimited",
                    "deepObject",
                ]),
            ),
            ("explode", Shape::Flag),
            ("allowReserved", Shape::Flag),
            ("schema", Shape::Object(&SCHEMA)),
            ("content", Shape::Map(&Shape::Object(&MEDIA))),
            ("example", Shape::Anything),
            ("examples", Shape::Anything),
        ],
    )
};

static HEADER: Object = Object {
    by_reference: true,
    ..object(
        "a header",
        &[
            ("description", Shape::Text),
            ("required", Shape::Flag),
            ("deprecated", Shape::Flag),
            ("allowEmptyValue", Shape::Flag),
            ("style", Shape::Word(&["simple"])),
            ("explode", Shape::Flag),
            ("schema", Shape::Object(&SCHEMA)),
            ("content", Shape::Map(&Shape::Object(&MEDIA))),
            ("example", Shape::Anything),
            ("examples", Shape::Anything),
        ],
    )
};

static BODY: Object = Object {
    required: &["content"],
    by_reference: true,
    ..object(
        "a request body",
        &[
            ("description", Shape::Text),
            ("content", Shape::Map(&Shape::Object(&MEDIA))),
            ("required", Shape::Flag),
        ],
    )
};

static RESPONSE: Object = Object {
    required: &["description"],
    by_reference: true,
    ..object(
        "a response",
        &[
            ("description", Shape::Text),
            ("headers", Shape::Map(&Shape::Object(&HEADER))),
            ("content", Shape::Map(&Shape::Object(&MEDIA))),
            ("links", Shape::Anything),
        ],
    )
};

static MEDIA: Object = object(
    "a media type",
    &[
        ("schema", Shape::Object(&SCHEMA)),
        ("example", Shape::Anything),
        ("examples", Shape::Anything),
        ("encoding", Shape::Anything),
    ],
);

static SCHEMA_SHAPE: Shape = Shape::Object(&SCHEMA);

static SCHEMA: Object = Object {
    rule: Some(schema),
    by_reference: true,
    ..object(
        "a schema",
        &[
            ("title", Shape::Text),
            ("multipleOf", Shape::Number),
            ("maximum", Shape::Number),
            ("exclusiveMaximum", Shape::Flag),
            ("minimum", Shape::Number),
            ("exclusiveMinimum", Shape::Flag),
            ("maxLength", Shape::Count),
            ("minLength", Shape::Count),
            ("pattern", Shape::Text),
            ("maxItems", Shape::Count),
            ("minItems", Shape::Count),
            ("uniqueItems", Shape::Flag),
            ("maxProperties", Shape::Count),
            ("minProperties", Shape::Count),
            ("required", Shape::List(&Shape::Text)),
            ("enum", Shape::List(&Shape::Anything)),
            ("type", Shape::Word(TYPES)),
            ("allOf", Shape::List(&SCHEMA_SHAPE)),
            ("oneOf", Shape::List(&SCHEMA_SHAPE)),
            ("anyOf", Shape::List(&SCHEMA_SHAPE)),
            ("not", Shape::Object(&SCHEMA)),
            ("items", Shape::Object(&SCHEMA)),
            ("properties", Shape::Map(&SCHEMA_SHAPE)),
            (
                "additionalProperties",
                Shape::Either(&SCHEMA_SHAPE, &Shape::Flag),
            ),
            ("description", Shape::Text),
            ("format", Shape::Text),
            ("default", Shape::Anything),
            ("nullable", Shape::Flag),
            ("discriminator", Shape::Anything),
            ("readOnly", Shape::Flag),
            ("writeOnly", Shape::Flag),
            ("xml", Shape::Anything),
            ("externalDocs", Shape::Anything),
            ("example", Shape::Anything),
            ("deprecated", Shape::Flag),
        ],
    )
};

/// Keys of objects that nothing here reads.
const FURTHER: &[&str] = &[
    "$ref",
    "authorizationUrl",
    "bearerFormat",
    "contentType",
    "email",
    "externalValue",
    "flows",
    "mapping",
    "openIdConnectUrl",
    "operationRef",
    "propertyName",
    "refreshUrl",
    "scheme",
    "scopes",
    "summary",
    "tokenUrl",
    "value",
    "wrapped",
];

/// Whether an object of OpenAPI has `key`.
pub(crate) fn is_key(key: &str) -> bool {
    FURTHER.contains(&key) || keys().any(|known| known == key)
}

/// The key of an object of OpenAPI that `key` was probably meant to be.
pub(crate) fn nearest_key(key: &str) -> Option<&'static str> {
    nearest(key, keys())
}

fn keys() -> impl Iterator<Item = &'static str> {
    let objects = [
        &SPEC,
        &INFO,
        &SERVER,
        &COMPONENTS,
        &PATH_ITEM,
        &OPERATION,
        &PARAMETER,
        &HEADER,
        &BODY,
        &RESPONSE,
        &MEDIA,
        &SCHEMA,
    ];
    objects
        .into_iter()
        .flat_map(|object| object.keys.iter().map(|(key, _)| *key))
}

const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array"];

fn paths(spec: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    let paths = spec.get("paths").and_then(Value::as_object);
    for path in paths.into_iter().flat_map(Map::keys) {
        if !path.starts_with('/') && !is_extension(path) {
            let at = join(&join(pointer, "paths"), path);
            let what = format!("the path `{path}` does not begin with `/`");
            found.push(Diagnostic::new(at, what, "write it as it follows the host"));
        }
    }
}

fn components(components: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    for (kind, named) in components.iter().filter(|(kind, _)| !is_extension(kind)) {
        for name in named.as_object().into_iter().flat_map(Map::keys) {
            let is_fit = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            if name.is_empty() || !name.chars().all(is_fit) {
                let at = join(&join(pointer, kind), name);
                let what = format!("`{name}` can't name a component");
                let help = "a name is made of letters of ASCII, digits, `.`, `_` and `-`";
                found.push(Diagnostic::new(at, what, help));
            }
        }
    }
}

fn operation(operation: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    let responses = operation.get("responses").and_then(Value::as_object);
    for code in responses.into_iter().flat_map(Map::keys) {
        let is_code = match code.as_bytes() {
            [b'1'..=b'5', b'X', b'X'] => true,
            [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
            _ => code == "default" || is_extension(code),
        };
        if !is_code {
            let at = join(&join(pointer, "responses"), code);
            let what = format!("`{code}` is no status of a response");
            found.push(Diagnostic::new(at, what, "write `200`, `2XX` or `default`"));
        }
    }
}

fn parameter(parameter: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    let has = |key: &str| parameter.contains_key(key);
    if !has("schema") && !has("content") {
        let what = "a parameter without `schema`";
        found.push(Diagnostic::new(pointer, what, "say what type it has"));
    }
}

fn schema(schema: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    let kind = schema.get("type").and_then(Value::as_str);
    if kind == Some("array") && !schema.contains_key("items") {
        let what = "an array without `items`";
        found.push(Diagnostic::new(
            pointer,
            what,
            "say what type its items have",
        ));
    }
    let Some(Value::Array(values)) = schema.get("enum") else {
        return;
    };
    let fits = |value: &Value| match kind {
        Some("string") => value.is_string() || value.is_null(),
        Some("integer") => value.is_i64() || value.is_null(),
        Some("number") => value.is_number() || value.is_null(),
        Some("boolean") => value.is_boolean() || value.is_null(),
        _ => true,
    };
    // One cause, mostly: the type, or that nothing is quoted.
    let mut wrong = values.iter().enumerate().filter(|(_, value)| !fits(value));
    if let (Some((index, value)), more) = (wrong.next(), wrong.count()) {
        let more = if more == 0 {
            String::new()
        } else {
            format!(", nor are {more} others")
        };
        found.push(Diagnostic::new(
            join(&join(pointer, "enum"), index),
            format!(
                "{value} is not a value of an enum of type {}{more}",
                kind.unwrap_or_default()
            ),
            "quote it when a text is meant, as YAML has to with `yes`, `no`, `on` and numbers",
        ));
    }
}
