//! Lists all public names of the crate, one a line, for the review of an update.

use crate::error::Diagnostics;
use crate::generate;
use crate::ir::{Api, ChoiceValue, Features, Kind, Operation, Param, Type};
use crate::stack::on_a_large_stack;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Returns the public names of the API, by module and resource.
///
/// # Errors
///
/// Returns all problems of the spec, as [`generate`](crate::generate) does.
pub fn surface(spec: &str, names: Option<&str>) -> Result<BTreeMap<String, String>, Diagnostics> {
    let api = on_a_large_stack(|| generate::lowered(spec, names))?.api;
    let mut surface: BTreeMap<String, String> = BTreeMap::new();
    for ty in &api.types {
        let text = surface
            .entry(format!("{}.{}", ty.module, ty.file))
            .or_default();
        text.push_str(&of_type(&api, ty));
    }
    for operation in &api.operations {
        let text = surface
            .entry(format!("{}.operations", operation.module))
            .or_default();
        text.push_str(&of_operation(&api, operation));
    }
    let events = api.events.iter().map(|event| {
        let mut carried = api.event_objects.iter();
        let carries = carried
            .find(|carried| carried.only_in.contains(&event.value))
            .map(|carried| format!(" carries {}", api.get(carried.ty).name));
        format!(
            "{} = {}{}{}\n",
            event.ident,
            event.value,
            carries.unwrap_or_default(),
            when(&event.features)
        )
    });
    surface.insert("events".to_owned(), events.collect());
    Ok(surface)
}

fn of_type(api: &Api, ty: &Type) -> String {
    let mut lines = Vec::new();
    let word = match &ty.kind {
        Kind::Object(object) => {
            for of in &object.fields {
                lines.push(format!("{}: {}", of.ident, api.rust_field(of)));
            }
            lines.extend(
                object
                    .open
                    .then(|| "extra: Map<serde_json::Value>".to_owned()),
            );
            if let Some(tag) = &object.tag {
                let arms: Vec<&str> = tag.arms.iter().map(|arm| arm.ident.as_str()).collect();
                lines.push(format!("details() by {}: {}", tag.name, arms.join(" | ")));
            }
            "struct"
        }
        Kind::Enum(found) => {
            lines.extend(
                found
                    .variants
                    .iter()
                    .map(|v| format!("{} = {}", v.ident, v.value)),
            );
            "enum"
        }
        Kind::Union(union) => {
            let arms = union.arms.iter();
            lines.extend(arms.map(|arm| format!("{}({})", arm.ident, api.get(arm.ty).name)));
            "union"
        }
        Kind::Params(params) => {
            lines.extend(params.params.iter().map(|param| of_param(api, param)));
            "params"
        }
        Kind::Choice(choice) => {
            lines.extend(choice.options.iter().map(|option| match &option.value {
                ChoiceValue::Word(word) => format!("{} = {word}", option.ident),
                ChoiceValue::Typed(ty) => format!("{}({})", option.ident, api.rust(ty)),
            }));
            "choice"
        }
    };
    block(&format!("{word} {}{}", ty.name, when(&ty.features)), &lines)
}

fn of_operation(api: &Api, operation: &Operation) -> String {
    let arguments: Vec<String> = operation
        .path_params
        .iter()
        .map(|param| format!("{}: {}", param.name, api.rust(&param.ty)))
        .collect();
    let head = format!(
        "{} {}\n  {}.{}({}) -> {} as {}{}",
        operation.verb.as_str(),
        operation.path,
        operation.service.join("."),
        operation.method,
        arguments.join(", "),
        api.rust(&operation.output),
        operation.name,
        when(&operation.features),
    );
    let mut lines: Vec<String> = operation
        .params
        .iter()
        .map(|param| of_param(api, param))
        .collect();
    if !operation.expandable.is_empty() {
        lines.push(format!("expandable: {}", operation.expandable.join(", ")));
    }
    block(&head, &lines)
}

fn of_param(api: &Api, param: &Param) -> String {
    let mut line = format!("{}: {}", param.ident, api.rust(&param.ty));
    for (is, word) in [
        (param.required, "required"),
        (param.clearable, "clearable"),
        (param.sensitive, "sensitive"),
        (param.in_query, "in the query"),
    ] {
        if is {
            _ = write!(line, ", {word}");
        }
    }
    line
}

fn block(head: &str, lines: &[String]) -> String {
    let mut block = format!("{head}\n");
    for line in lines {
        _ = writeln!(block, "    {line}");
    }
    block
}

fn when(features: &Features) -> String {
    if features.is_empty() {
        return String::new();
    }
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    format!(" [{}]", features.join(" or "))
}
