//! A short example of every operation, which compiles.

use crate::ir::{Api, ChoiceValue, Kind, Operation, Param, Ty, TypeId};
use crate::naming;
use std::collections::{BTreeMap, BTreeSet};

/// The lines of the example, fences included.
pub(super) fn of(api: &Api, operation: &Operation, crate_name: &str) -> Vec<String> {
    let mut uses = BTreeMap::new();
    let required = operation.params.iter().filter(|param| param.required);
    let arguments: Vec<String> = operation
        .path_params
        .iter()
        .chain(required)
        .map(|param| argument(api, param, &mut uses))
        .collect();
    let mut service = String::new();
    for segment in &operation.service {
        service.push_str(&format!(".{segment}()"));
    }
    let variable = variable(api, operation);
    let call = format!(
        "client{service}.{}({})",
        operation.method,
        arguments.join(", ")
    );
    let mut lines = vec![
        "```no_run".to_owned(),
        format!("# use {crate_name}::{{Client, Error}};"),
    ];
    for (module, names) in uses {
        let names: Vec<String> = names.into_iter().collect();
        let names = match names.as_slice() {
            [name] => name.clone(),
            names => format!("{{{}}}", names.join(", ")),
        };
        lines.push(format!("use {crate_name}::{module}::{names};"));
    }
    lines.push(String::new());
    lines.push("# async fn example(client: &Client) -> Result<(), Error> {".to_owned());
    let statement = format!("let {variable} = {call}.await?;");
    if statement.len() <= 90 {
        lines.push(statement);
    } else {
        lines.push(format!("let {variable} = client"));
        lines.extend(
            operation
                .service
                .iter()
                .map(|segment| format!("    .{segment}()")),
        );
        lines.push(format!(
            "    .{}({})",
            operation.method,
            arguments.join(", ")
        ));
        lines.push("    .await?;".to_owned());
    }
    lines.push("# Ok(())".to_owned());
    lines.push("# }".to_owned());
    lines.push("```".to_owned());
    lines
}

/// What the answer is called.
fn variable(api: &Api, operation: &Operation) -> String {
    match &operation.output {
        Ty::List(_) => "page".to_owned(),
        Ty::Named(id) | Ty::MaybeDeleted(id, _) => naming::snake(&api.get(*id).name),
        _ => "answer".to_owned(),
    }
}

fn argument(api: &Api, param: &Param, uses: &mut Uses) -> String {
    match &param.ty {
        Ty::Id(id) => format!(
            "\"{}_id\"",
            naming::plain(&naming::snake(&api.get(*id).name))
        ),
        Ty::String | Ty::ObjectType(_) => format!("\"{}\"", param.name),
        Ty::Timestamp => "1_700_000_000".to_owned(),
        Ty::Named(id) if matches!(api.get(*id).kind, Kind::Choice(_)) => {
            value(api, &param.ty, &param.name, uses)
        }
        Ty::Array(item) => match item.as_ref() {
            Ty::String | Ty::Id(_) => format!("[\"{}\"]", naming::singular(&param.name)),
            item => format!("[{}]", value(api, item, &param.name, uses)),
        },
        Ty::Map(item) => match item.as_ref() {
            Ty::String => "[(\"key\", \"value\")]".to_owned(),
            item => format!("[(\"key\", {})]", value(api, item, &param.name, uses)),
        },
        ty => value(api, ty, &param.name, uses),
    }
}

type Uses = BTreeMap<String, BTreeSet<String>>;

/// A value of exactly this type.
fn value(api: &Api, ty: &Ty, name: &str, uses: &mut Uses) -> String {
    match ty {
        Ty::Bool => "true".to_owned(),
        Ty::Integer => "1000".to_owned(),
        Ty::Number => "1.0".to_owned(),
        Ty::Timestamp => "1_700_000_000.into()".to_owned(),
        Ty::Named(id) => named(api, *id, uses),
        Ty::Array(item) => format!("vec![{}]", value(api, item, name, uses)),
        Ty::Map(item) => {
            format!(
                "[(\"key\", {})].into_iter().collect()",
                value(api, item, name, uses)
            )
        }
        Ty::Json => "Default::default()".to_owned(),
        _ => format!("\"{name}\".into()"),
    }
}

fn named(api: &Api, id: TypeId, uses: &mut Uses) -> String {
    let ty = api.get(id);
    let mut used = || {
        uses.entry(ty.module.clone())
            .or_default()
            .insert(ty.name.clone());
    };
    match &ty.kind {
        Kind::Enum(found) => {
            used();
            match found.variants.first() {
                Some(variant) => format!("{}::{}", ty.name, variant.ident),
                None => format!("{}::from(\"value\")", ty.name),
            }
        }
        Kind::Params(params) => {
            used();
            let arguments: Vec<String> = params
                .params
                .iter()
                .filter(|param| param.required)
                .map(|param| argument(api, param, uses))
                .collect();
            format!("{}::new({})", ty.name, arguments.join(", "))
        }
        Kind::Choice(choice) => match choice.options.first() {
            Some(option) => match &option.value {
                ChoiceValue::Word(_) => {
                    used();
                    format!("{}::{}", ty.name, option.ident)
                }
                ChoiceValue::Typed(inner) => {
                    used();
                    let inner = value(api, inner, "value", uses);
                    format!("{}::{}({inner})", ty.name, option.ident)
                }
            },
            None => "Default::default()".to_owned(),
        },
        Kind::Object(_) | Kind::Union(_) => "Default::default()".to_owned(),
    }
}
