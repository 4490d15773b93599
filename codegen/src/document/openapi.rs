//! Describes the form of an OpenAPI 3.0 document, as far as the generator reads it.

use super::rules;
use super::shape::{Object, Others, Shape, nearest};

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
    rule: Some(rules::paths),
    ..object(
        "an OpenAPI document",
        &[
            ("openapi", Shape::Text),
            ("info", Shape::Object(&INFO)),
            ("servers", Shape::List(&Shape::Object(&SERVER))),
            ("paths", Shape::Extended(&Shape::Object(&PATH_ITEM))),
            ("components", Shape::Object(&COMPONENTS)),
            ("security", Shape::List(&Shape::Map(&TEXTS))),
            ("tags", Shape::List(&Shape::Object(&TAG))),
            ("externalDocs", Shape::Object(&PAGE)),
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

static TAG: Object = Object {
    required: &["name"],
    ..object(
        "a tag",
        &[
            ("name", Shape::Text),
            ("description", Shape::Text),
            ("externalDocs", Shape::Object(&PAGE)),
        ],
    )
};

static PAGE: Object = Object {
    required: &["url"],
    ..object(
        "a page elsewhere",
        &[("url", Shape::Text), ("description", Shape::Text)],
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
    rule: Some(rules::components),
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
    rule: Some(rules::operation),
    ..object(
        "an operation",
        &[
            ("tags", Shape::List(&Shape::Text)),
            ("summary", Shape::Text),
            ("description", Shape::Text),
            ("externalDocs", Shape::Object(&PAGE)),
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
    rule: Some(rules::parameter),
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
    rule: Some(rules::schema),
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

/// Keys of OpenAPI objects that the generator does not read.
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

/// Returns whether an object of OpenAPI can have `key`.
pub(crate) fn is_key(key: &str) -> bool {
    FURTHER.contains(&key) || keys().any(|known| known == key)
}

/// Returns the key of an OpenAPI object that is most similar to `key`.
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
