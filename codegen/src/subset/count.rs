//! Counts the parts of a subset.

use serde_json::{Map, Value};

use crate::document::{Side, operation_schemas, walk};

/// Returns the number of properties of the components, and of parameters of the operations, at
/// any depth.
pub(super) fn fields(tree: &mut Value) -> (usize, usize) {
    let mut fields = 0;
    for schema in tree
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
    {
        fields += count_properties(schema);
    }
    let mut parameters = 0;
    for item in tree
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
    {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            parameters += operation
                .get("parameters")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for (side, _, schema) in operation_schemas(operation, "") {
                if side == Side::Request {
                    parameters += count_properties(schema);
                }
            }
        }
    }
    (fields, parameters)
}

fn count_properties(schema: &mut Value) -> usize {
    let mut count = 0;
    walk(schema, "", &mut |schema, _| {
        count += schema
            .get("properties")
            .and_then(Value::as_object)
            .map_or(0, Map::len);
    });
    count
}
