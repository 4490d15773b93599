//! Makes a short example of every operation that compiles. It has the parameters of the spec's
//! example, or else the required ones.

use crate::ir::{Api, ChoiceValue, Example, Kind, Operation, Param, Params, Ty, TypeId};
use crate::naming;
use std::collections::{BTreeMap, BTreeSet};

/// The longest statement on one line.
const WIDTH: usize = 90;

/// Returns the lines of the example, with the fences of its code block.
pub(super) fn of(api: &Api, operation: &Operation, crate_name: &str) -> Vec<String> {
    let mut writer = Writer {
        api,
        uses: BTreeMap::new(),
    };
    let call = writer.call(operation);
    let statement = format!("let {} = {call}.await?;", variable(api, operation));
    let mut lines = vec![
        "```no_run".to_owned(),
        format!("# use {crate_name}::{{Client, Error}};"),
    ];
    let uses = !writer.uses.is_empty();
    for (module, names) in writer.uses {
        let names: Vec<String> = names.into_iter().collect();
        let names = match names.as_slice() {
            [name] => name.clone(),
            names => format!("{{{}}}", names.join(", ")),
        };
        let line = format!("use {crate_name}::{module}::{names};");
        lines.extend(formatted(&line));
    }
    // A blank line without a line above would be visible.
    lines.extend(uses.then(String::new));
    lines.push("# async fn example(client: &Client) -> Result<(), Error> {".to_owned());
    lines.extend(formatted(&statement));
    lines.push("# Ok(())".to_owned());
    lines.push("# }".to_owned());
    lines.push("```".to_owned());
    lines
}

/// Returns a statement on one line if it fits, otherwise formatted like rustfmt does.
fn formatted(statement: &str) -> Vec<String> {
    if statement.len() <= WIDTH {
        return vec![statement.to_owned()];
    }
    let (before, inside) = if statement.starts_with("use ") {
        (statement.to_owned(), false)
    } else {
        (format!("fn example() {{ {statement} }}"), true)
    };
    let Ok(file) = syn::parse_file(&before) else {
        return vec![statement.to_owned()];
    };
    let text = prettyplease::unparse(&file);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    match lines.as_slice() {
        [_, body @ .., _] if inside => body
            .iter()
            .map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned())
            .collect(),
        lines => lines.iter().map(|line| (*line).to_owned()).collect(),
    }
}

/// Returns the name of the variable for the response.
fn variable(api: &Api, operation: &Operation) -> String {
    match &operation.output {
        Ty::List(_) => "page".to_owned(),
        Ty::Named(id) | Ty::MaybeDeleted(id, _) => naming::snake(&api.get(*id).name),
        _ => "answer".to_owned(),
    }
}

struct Writer<'a> {
    api: &'a Api,
    /// The types that the example uses, by module.
    uses: BTreeMap<String, BTreeSet<String>>,
}

impl Writer<'_> {
    fn call(&mut self, operation: &Operation) -> String {
        let shown = |param: &Param| {
            let mut shown = operation.example.iter();
            shown.find_map(|(name, value)| (*name == param.name).then_some(value))
        };
        let required = operation.params.iter().filter(|param| param.required);
        let arguments: Vec<String> = operation
            .path_params
            .iter()
            .chain(required)
            .map(|param| self.argument(param, shown(param)))
            .collect();
        let mut call = String::from("client");
        for segment in &operation.service {
            call.push_str(&format!(".{segment}()"));
        }
        call.push_str(&format!(".{}({})", operation.method, arguments.join(", ")));
        for param in operation.params.iter().filter(|param| !param.required) {
            if let Some(example) = shown(param) {
                let argument = self.argument(param, Some(example));
                call.push_str(&format!(".{}({argument})", param.ident));
            }
        }
        call
    }

    /// Returns a value that the method converts.
    fn argument(&mut self, param: &Param, example: Option<&Example>) -> String {
        match (&param.ty, example) {
            (Ty::Id(id), example) => self.id(*id, example),
            (Ty::String | Ty::ObjectType(_), Some(Example::Text(text))) => format!("{text:?}"),
            (Ty::String | Ty::ObjectType(_), _) => format!("{:?}", param.name),
            (Ty::Timestamp, example) => time(example),
            (Ty::Array(item), Some(Example::List(items))) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|example| match (item.as_ref(), example) {
                        (Ty::String | Ty::Id(_), Example::Text(text)) => format!("{text:?}"),
                        (item, example) => self.value(item, &param.name, Some(example)),
                    })
                    .collect();
                format!("[{}]", items.join(", "))
            }
            (Ty::Array(item), _) => match item.as_ref() {
                Ty::Id(id) => format!("[{}]", self.id(*id, None)),
                Ty::String => format!("[{:?}]", naming::singular(&param.name)),
                item => format!("[{}]", self.value(item, &param.name, None)),
            },
            (Ty::Map(item), Some(Example::Object(entries))) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, example)| match (item.as_ref(), example) {
                        (Ty::String, Example::Text(text)) => format!("({key:?}, {text:?})"),
                        (item, example) => {
                            format!("({key:?}, {})", self.value(item, key, Some(example)))
                        }
                    })
                    .collect();
                format!("[{}]", entries.join(", "))
            }
            (Ty::Map(item), _) => match item.as_ref() {
                Ty::String => "[(\"key\", \"value\")]".to_owned(),
                item => format!("[(\"key\", {})]", self.value(item, &param.name, None)),
            },
            (ty, example) => self.value(ty, &param.name, example),
        }
    }

    fn id(&self, id: TypeId, example: Option<&Example>) -> String {
        let ty = self.api.get(id);
        let known = self
            .api
            .object(id)
            .and_then(|object| object.id_example.as_deref());
        match example.and_then(Example::text).or(known) {
            Some(text) => format!("{text:?}"),
            None => format!("\"{}_id\"", naming::plain(&naming::snake(&ty.name))),
        }
    }

    /// Returns a value of exactly this type.
    fn value(&mut self, ty: &Ty, name: &str, example: Option<&Example>) -> String {
        match (ty, example) {
            (Ty::Bool, Some(Example::Bool(value))) => value.to_string(),
            (Ty::Bool, _) => "true".to_owned(),
            (Ty::Integer, Some(Example::Number(number))) => grouped(number),
            (Ty::Integer, _) => "1000".to_owned(),
            (Ty::Number, Some(Example::Number(number))) if number.contains('.') => number.clone(),
            (Ty::Number, Some(Example::Number(number))) => format!("{number}.0"),
            (Ty::Number, _) => "1.0".to_owned(),
            (Ty::Timestamp, example) => format!("{}.into()", time(example)),
            (Ty::Named(id), example) => self.named(*id, example),
            (Ty::Array(item), Some(Example::List(items))) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|example| self.value(item, name, Some(example)))
                    .collect();
                format!("vec![{}]", items.join(", "))
            }
            (Ty::Array(item), _) => format!("vec![{}]", self.value(item, name, None)),
            (Ty::Map(item), _) => format!(
                "[(\"key\", {})].into_iter().collect()",
                self.value(item, name, None)
            ),
            (Ty::Json, _) => "Default::default()".to_owned(),
            (Ty::Id(id), example) => format!("{}.into()", self.id(*id, example)),
            (_, Some(Example::Text(text))) => format!("{text:?}.into()"),
            _ => format!("\"{name}\".into()"),
        }
    }

    fn named(&mut self, id: TypeId, example: Option<&Example>) -> String {
        let ty = self.api.get(id);
        let name = &ty.name;
        match &ty.kind {
            Kind::Enum(known) => {
                self.uses(id);
                let value = example.and_then(Example::text);
                let mut variants = known.variants.iter();
                let variant = match value {
                    Some(value) => variants.find(|variant| variant.value == value),
                    None => variants.next(),
                };
                match variant {
                    Some(variant) => format!("{name}::{}", variant.ident),
                    None => format!("{name}::from({:?})", value.unwrap_or("value")),
                }
            }
            Kind::Params(params) => {
                self.uses(id);
                self.params(name, params, example)
            }
            Kind::Choice(choice) => {
                let takes = |value: &ChoiceValue| match (value, example) {
                    (_, None) => true,
                    (ChoiceValue::Word(word), Some(Example::Text(text))) => word == text,
                    (ChoiceValue::Typed(ty), Some(example)) => self.is_of(ty, example),
                    _ => false,
                };
                let option = choice.options.iter().find(|option| takes(&option.value));
                let Some(option) = option else {
                    return "Default::default()".to_owned();
                };
                match &option.value {
                    ChoiceValue::Word(_) => {
                        self.uses(id);
                        format!("{name}::{}", option.ident)
                    }
                    // The method takes the types of the choice directly.
                    ChoiceValue::Typed(inner @ Ty::Named(_)) => self.value(inner, "value", example),
                    ChoiceValue::Typed(inner) => {
                        self.uses(id);
                        let inner = self.value(inner, "value", example);
                        format!("{name}::{}({inner})", option.ident)
                    }
                }
            }
            Kind::Object(_) | Kind::Union(_) => "Default::default()".to_owned(),
        }
    }

    fn params(&mut self, name: &str, params: &Params, example: Option<&Example>) -> String {
        let shown = |param: &Param| example.and_then(|example| example.get(&param.name));
        let is_arm = |param: &Param| params.constructor(param).is_some();
        let mut arms = params.params.iter().filter(|param| is_arm(param));
        let arm = if params.has_new() {
            arms.find(|param| shown(param).is_some())
        } else {
            let first = arms.clone().next();
            arms.find(|param| shown(param).is_some()).or(first)
        };
        let mut text = match arm {
            Some(param) => {
                let argument = self.argument(param, shown(param));
                format!("{name}::{}({argument})", param.ident)
            }
            None => {
                let required = params.params.iter().filter(|param| param.required);
                let arguments: Vec<String> = required
                    .map(|param| self.argument(param, shown(param)))
                    .collect();
                format!("{name}::new({})", arguments.join(", "))
            }
        };
        let is_optional = |param: &&Param| !param.required && !is_arm(param);
        for param in params.params.iter().filter(is_optional) {
            if let Some(example) = shown(param) {
                let argument = self.argument(param, Some(example));
                text.push_str(&format!(".{}({argument})", param.ident));
            }
        }
        text
    }

    /// Returns whether a type can have the example's value.
    fn is_of(&self, ty: &Ty, example: &Example) -> bool {
        match (ty, example) {
            (Ty::Bool, Example::Bool(_))
            | (Ty::Integer | Ty::Number | Ty::Timestamp, Example::Number(_))
            | (Ty::String | Ty::Id(_), Example::Text(_))
            | (Ty::Array(_), Example::List(_))
            | (Ty::Map(_), Example::Object(_)) => true,
            (Ty::Named(id), example) => match (&self.api.get(*id).kind, example) {
                (Kind::Params(params), Example::Object(entries)) => entries
                    .iter()
                    .all(|(key, _)| params.params.iter().any(|param| param.name == *key)),
                (Kind::Enum(_), Example::Text(_)) | (Kind::Choice(_), _) => true,
                _ => false,
            },
            _ => false,
        }
    }

    fn uses(&mut self, id: TypeId) {
        let ty = self.api.get(id);
        let names = self.uses.entry(ty.module.clone()).or_default();
        names.insert(ty.name.clone());
    }
}

fn time(example: Option<&Example>) -> String {
    match example {
        Some(Example::Number(number)) => grouped(number),
        _ => "1_700_000_000".to_owned(),
    }
}

/// Returns a whole number with separators, such as `50_000`.
fn grouped(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut text = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
