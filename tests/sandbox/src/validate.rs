//! Checks parameters against the spec, and converts them to its types.

use serde_json::{Map, Value, json};

use crate::error::{ApiError, shortened};
use crate::form::{Node, Tree};
use crate::spec::{Additional, Schema};

/// Returns the parameters of a request as JSON with the types of the spec.
pub(crate) fn params(tree: Tree, schema: &Schema) -> Result<Value, ApiError> {
    object(&tree, schema, "")
}

/// Returns the parameters of an operation outside of the spec, all as strings.
pub(crate) fn unchecked(tree: Tree) -> Value {
    let json = |node| match node {
        Node::Text(text) => Value::String(text),
        Node::Tree(tree) => unchecked(tree),
    };
    // In a form, a list looks like an object with the names 0, 1, 2, ….
    let is_index = |(name, _): &(String, Node)| name.parse::<usize>().is_ok();
    if !tree.is_empty() && tree.iter().all(is_index) {
        tree.into_iter().map(|(_, node)| json(node)).collect()
    } else {
        let pairs = tree.into_iter().map(|(name, node)| (name, json(node)));
        Value::Object(pairs.collect())
    }
}

fn value(node: &Node, schema: &Schema, param: &str) -> Result<Value, ApiError> {
    if !schema.any_of.is_empty() {
        return any_of(node, &schema.any_of, param);
    }
    let scalar = || match node {
        Node::Text(text) => Ok(text.as_str()),
        Node::Tree(_) => {
            let expected = schema.r#type.as_deref().unwrap_or("string");
            Err(ApiError::invalid(format!(
                "Invalid {expected}: {param} takes no nested values"
            ))
            .param(param))
        }
    };
    match schema.r#type.as_deref() {
        Some("object") => match node {
            Node::Tree(tree) => object(tree, schema, param),
            Node::Text(_) => Err(ApiError::invalid("Invalid object").param(param)),
        },
        Some("array") => array(node, schema, param),
        Some("integer") => {
            let text = not_empty(scalar()?, param)?;
            text.parse::<i64>().map(Value::from).map_err(|_| {
                ApiError::invalid(format!("Invalid integer: {}", shortened(text)))
                    .code("parameter_invalid_integer")
                    .param(param)
            })
        }
        Some("number") => {
            let text = not_empty(scalar()?, param)?;
            text.parse::<f64>().map(Value::from).map_err(|_| {
                ApiError::invalid(format!("Invalid decimal: {}", shortened(text))).param(param)
            })
        }
        Some("boolean") => match not_empty(scalar()?, param)? {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            text => {
                Err(ApiError::invalid(format!("Invalid boolean: {}", shortened(text))).param(param))
            }
        },
        _ => string(scalar()?, schema, param).map(Value::from),
    }
}

fn string<'a>(text: &'a str, schema: &Schema, param: &str) -> Result<&'a str, ApiError> {
    if !schema.values.is_empty() && !schema.values.contains(&json!(text)) {
        let allowed: Vec<_> = schema.values.iter().filter_map(Value::as_str).collect();
        return Err(ApiError::invalid(format!(
            "Invalid {param}: must be one of {}",
            allowed.join(", ")
        ))
        .param(param));
    }
    match schema.max_length {
        Some(max) if text.chars().count() > max => Err(ApiError::invalid(format!(
            "Invalid string: {}; must be at most {max} characters",
            shortened(text)
        ))
        .param(param)),
        _ => Ok(text),
    }
}

/// An empty string clears text. A number or a list can't be cleared.
fn not_empty<'a>(text: &'a str, param: &str) -> Result<&'a str, ApiError> {
    if text.is_empty() {
        return Err(ApiError::invalid(format!(
            "You passed an empty string for '{param}', which cannot be unset."
        ))
        .code("parameter_invalid_empty")
        .param(param));
    }
    Ok(text)
}

/// Returns the result of the first alternative that fits. If none fits, returns the error of the
/// alternative with the same structure.
fn any_of(node: &Node, schemas: &[Schema], param: &str) -> Result<Value, ApiError> {
    let mut error = None;
    for schema in schemas {
        match value(node, schema, param) {
            Ok(value) => return Ok(value),
            Err(_) if schema.is_clear() => {}
            Err(other) => {
                let nested = matches!(schema.r#type.as_deref(), Some("object" | "array"));
                if error.is_none() || nested == matches!(node, Node::Tree(_)) {
                    error = Some(other);
                }
            }
        }
    }
    Err(error.unwrap_or_else(|| ApiError::invalid("Invalid value").param(param)))
}

impl Schema {
    /// Returns whether it is an empty string, which clears a value.
    fn is_clear(&self) -> bool {
        self.values == [json!("")]
    }
}

fn object(tree: &Tree, schema: &Schema, param: &str) -> Result<Value, ApiError> {
    let mut object = Map::new();
    for (name, node) in tree {
        let path = nested(param, name);
        let schema = match (schema.properties.get(name), &schema.additional) {
            (Some(schema), _) => schema,
            (None, Some(Additional::Schema(schema))) => schema,
            (None, Some(Additional::Allowed(true))) => &Schema::default(),
            (None, _) => {
                return Err(ApiError::invalid(format!(
                    "Received unknown parameter: {}",
                    shortened(&path)
                ))
                .code("parameter_unknown")
                .param(shortened(&path)));
            }
        };
        object.insert(name.clone(), value(node, schema, &path)?);
    }
    match schema
        .required
        .iter()
        .find(|name| !object.contains_key(*name))
    {
        Some(name) => Err(ApiError::parameter_missing(&nested(param, name))),
        None => Ok(Value::Object(object)),
    }
}

fn array(node: &Node, schema: &Schema, param: &str) -> Result<Value, ApiError> {
    let invalid = || ApiError::invalid("Invalid array").param(param);
    let Node::Tree(tree) = node else {
        return Err(invalid());
    };
    let item = schema.items.as_deref();
    let mut items = Vec::with_capacity(tree.len());
    for (index, node) in tree {
        let index: usize = index.parse().map_err(|_| invalid())?;
        let param = nested(param, &index.to_string());
        let item = value(node, item.unwrap_or(&Schema::default()), &param)?;
        items.push((index, item));
    }
    // Items of a list may be sent in any order.
    items.sort_by_key(|(index, _)| *index);
    Ok(items.into_iter().map(|(_, item)| item).collect())
}

fn nested(param: &str, name: &str) -> String {
    if param.is_empty() {
        name.to_owned()
    } else {
        format!("{param}[{name}]")
    }
}
