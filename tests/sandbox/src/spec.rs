//! The committed spec, for checking requests.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The spec of this workspace.
pub(crate) static SPEC: LazyLock<Spec> =
    LazyLock::new(|| Spec::parse(include_str!(concat!(env!("OUT_DIR"), "/spec.json"))));

pub(crate) struct Spec {
    /// The API version, the only one that the sandbox supports.
    pub(crate) version: String,
    operations: HashMap<(String, String), Operation>,
    schemas: BTreeMap<String, Schema>,
    events: BTreeMap<String, EventType>,
}

/// An event type of the spec.
#[derive(Deserialize)]
struct EventType {
    #[serde(rename = "x-object", default)]
    object: EventObject,
}

/// In what the object of an event is not as its schema.
#[derive(Default, Deserialize)]
struct EventObject {
    missing: Vec<String>,
}

/// The parameters and response of an operation.
pub(crate) struct Operation {
    /// The parameters of query and body, as one object.
    pub(crate) params: Schema,
    pub(crate) response: Schema,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    pub(crate) r#type: Option<String>,
    pub(crate) nullable: bool,
    #[serde(rename = "enum")]
    pub(crate) values: Vec<Value>,
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) required: Vec<String>,
    pub(crate) items: Option<Box<Schema>>,
    #[serde(rename = "anyOf")]
    pub(crate) any_of: Vec<Schema>,
    #[serde(rename = "additionalProperties")]
    pub(crate) additional: Option<Additional>,
    #[serde(rename = "maxLength")]
    pub(crate) max_length: Option<usize>,
    /// Present if an id can be expanded.
    #[serde(rename = "x-expansionResources")]
    pub(crate) expansion: Option<Value>,
}

/// Whether an object accepts other names than the schema lists, and with what values.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Additional {
    Allowed(bool),
    Schema(Box<Schema>),
}

#[derive(Deserialize)]
struct Document {
    info: Info,
    paths: BTreeMap<String, BTreeMap<String, RawOperation>>,
    components: Components,
    #[serde(rename = "x-events")]
    events: BTreeMap<String, EventType>,
}

#[derive(Deserialize)]
struct Info {
    version: String,
}

#[derive(Deserialize)]
struct Components {
    schemas: BTreeMap<String, Schema>,
}

#[derive(Deserialize)]
struct RawOperation {
    #[serde(default)]
    parameters: Vec<Parameter>,
    #[serde(rename = "requestBody")]
    body: Option<Body>,
    responses: BTreeMap<String, Body>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    r#in: String,
    #[serde(default)]
    required: bool,
    schema: Schema,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    content: BTreeMap<String, Media>,
}

#[derive(Deserialize)]
struct Media {
    schema: Schema,
}

impl Spec {
    /// Parses the committed spec, which is valid.
    fn parse(json: &str) -> Self {
        let document: Document = serde_json::from_str(json).expect("the committed spec is OpenAPI");
        let operations = document.paths.into_iter().flat_map(|(path, methods)| {
            methods
                .into_iter()
                .map(move |(method, raw)| ((method.to_uppercase(), path.clone()), raw.into()))
        });
        Self {
            version: document.info.version,
            operations: operations.collect(),
            schemas: document.components.schemas,
            events: document.events,
        }
    }

    /// Returns the operation of a method and a path with placeholders.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        self.operations.get(&(method.to_owned(), path.to_owned()))
    }

    pub(crate) fn has_event(&self, r#type: &str) -> bool {
        self.events.contains_key(r#type)
    }

    /// Fields that the object of an event of a type does not have, though its schema has them.
    pub(crate) fn missing_in_event(&self, r#type: &str) -> &[String] {
        self.events
            .get(r#type)
            .map_or(&[], |event| &event.object.missing)
    }

    /// Returns a schema by name.
    pub(crate) fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.get(name)
    }

    /// Returns the schema that a schema refers to.
    pub(crate) fn referred(&self, schema: &Schema) -> Option<&Schema> {
        let reference = schema.reference.as_ref()?;
        self.schema(reference.rsplit('/').next().unwrap_or_default())
    }

    /// Returns the schemas that a schema stands for: itself, its target, or its alternatives.
    pub(crate) fn variants<'a>(&'a self, schema: &'a Schema) -> Vec<&'a Schema> {
        if schema.reference.is_some() {
            return self.referred(schema).into_iter().collect();
        }
        if schema.any_of.is_empty() {
            return vec![schema];
        }
        let variants = schema.any_of.iter();
        variants
            .flat_map(|variant| self.variants(variant))
            .collect()
    }
}

impl From<RawOperation> for Operation {
    fn from(raw: RawOperation) -> Self {
        let mut params = raw.body.and_then(Body::schema).unwrap_or_default();
        params.r#type = Some("object".to_owned());
        for parameter in raw.parameters {
            if parameter.r#in == "query" {
                if parameter.required {
                    params.required.push(parameter.name.clone());
                }
                params.properties.insert(parameter.name, parameter.schema);
            }
        }
        let mut responses = raw.responses;
        Self {
            params,
            response: responses
                .remove("200")
                .and_then(Body::schema)
                .unwrap_or_default(),
        }
    }
}

impl Body {
    fn schema(mut self) -> Option<Schema> {
        self.content.pop_first().map(|(_, media)| media.schema)
    }
}
