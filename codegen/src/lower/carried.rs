//! What events carry: the resources they are about, and what is left of one where an event's
//! `x-object` says that it lacks what it has elsewhere.

use super::carries;
use crate::error::{Diagnostic, Diagnostics};
use crate::ir::{Api, Event, Kind, Type, TypeId};
use crate::naming;
use openapiv3::OpenAPI;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A kind of object that events carry.
pub(crate) struct Carried<'a> {
    /// The variant it is.
    pub(crate) ident: String,
    /// What its `object` property says.
    pub(crate) object: &'a str,
    pub(crate) ty: TypeId,
    /// The events in which it is read as this type; none if that is so wherever no other one is.
    pub(crate) only_in: Vec<&'a Event>,
    /// The properties that the resource requires and this type does not.
    pub(crate) missing: Vec<&'a str>,
}

/// Everything that events carry, resources first.
pub(crate) fn carried(api: &Api) -> Vec<Carried<'_>> {
    let resources = resources(api);
    let mut lacking: BTreeMap<TypeId, Carried<'_>> = BTreeMap::new();
    for event in &api.events {
        let Some(ty) = event.object else { continue };
        let mut of = resources.iter();
        let Some((object, of)) = of.find(|(object, _)| carries(&event.value, object)) else {
            continue;
        };
        let entry = lacking.entry(ty).or_insert_with(|| Carried {
            ident: api.get(ty).name.clone(),
            object,
            ty,
            only_in: Vec::new(),
            missing: missing(api, *of, ty),
        });
        entry.only_in.push(event);
    }
    let resources = resources.iter().map(|&(object, ty)| Carried {
        ident: naming::camel(object),
        object,
        ty,
        only_in: Vec::new(),
        missing: Vec::new(),
    });
    resources.chain(lacking.into_values()).collect()
}

fn missing(api: &Api, of: TypeId, ty: TypeId) -> Vec<&str> {
    let required = |id| {
        let fields = api.object(id).into_iter().flat_map(|object| &object.fields);
        fields
            .filter(|field| field.required)
            .map(|f| f.name.as_str())
    };
    let required_here: BTreeSet<&str> = required(ty).collect();
    required(of)
        .filter(|name| !required_here.contains(name))
        .collect()
}

/// The resources that events are about, by what their `object` property says.
fn resources(api: &Api) -> Vec<(&str, TypeId)> {
    let mut objects = BTreeMap::new();
    for (at, ty) in api.types.iter().enumerate() {
        let Kind::Object(object) = &ty.kind else {
            continue;
        };
        let is_deleted = object
            .fields
            .iter()
            .any(|f| f.name == "deleted" && f.required);
        let carried = object.object.as_deref().filter(|value| {
            let mut events = api.events.iter();
            !is_deleted && events.any(|event| carries(&event.value, value))
        });
        if let Some(value) = carried {
            objects.entry(value).or_insert(TypeId(at));
        }
    }
    objects.into_iter().collect()
}

/// `x-object` of an event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// The type that the object is read as.
    name: String,
    description: String,
    /// The properties that may be missing, though the resource requires them.
    missing: Vec<String>,
}

/// Makes the types that `x-object` asks for.
pub(super) fn derive(api: &mut Api, spec: &OpenAPI) -> Result<(), Diagnostics> {
    let mut found = Vec::new();
    for at in 0..api.events.len() {
        let event = &api.events[at];
        let rule = spec
            .extensions
            .get("x-events")
            .and_then(|events| events.get(&event.value)?.get("x-object"));
        let Some(rule) = rule else { continue };
        let pointer = format!("/x-events/{}/x-object", event.value);
        let made = Rule::deserialize(rule)
            .map_err(|error| {
                Diagnostic::new(
                    &pointer,
                    format!("no rule for the object of an event: {error}"),
                    "it has the `name` and `description` of a type, and lists what may be `missing`",
                )
            })
            .and_then(|rule| lacking(api, at, rule, pointer));
        match made {
            Ok(ty) => api.events[at].object = Some(ty),
            Err(diagnostic) => found.push(diagnostic),
        }
    }
    Diagnostics::check((), found)
}

/// The type of the object of an event: that of the resource, where some properties may be missing.
fn lacking(api: &mut Api, event: usize, rule: Rule, pointer: String) -> Result<TypeId, Diagnostic> {
    let value = &api.events[event].value;
    let resources: Vec<_> = resources(api)
        .into_iter()
        .filter(|(object, _)| carries(value, object))
        .collect();
    let [(_, id)] = resources.as_slice() else {
        return Err(Diagnostic::new(
            pointer,
            format!("`{value}` carries {} kinds of object", resources.len()),
            "only of an event that carries one resource of the spec it can be said what is missing",
        ));
    };
    let of = api.get(*id);
    let Kind::Object(object) = &of.kind else {
        unreachable!("resources are objects");
    };
    let mut object = object.clone();
    (object.id, object.object) = (None, None);
    for name in &rule.missing {
        let mut fields = object.fields.iter_mut();
        match fields.find(|field| field.name == *name) {
            Some(field) if field.required => field.required = false,
            _ => {
                return Err(Diagnostic::new(
                    pointer,
                    format!("`{}` of `{value}` requires no `{name}`", of.name),
                    "take it out of `missing`: the rule no longer applies",
                ));
            }
        }
    }
    let made = Type {
        name: rule.name,
        docs: rule.description,
        pointer,
        kind: Kind::Object(object),
        ..of.clone()
    };
    let mut types = api.types.iter_mut();
    let known = types.position(|ty| ty.module == made.module && ty.name == made.name);
    let Some(known) = known else {
        api.types.push(made);
        return Ok(TypeId(api.types.len() - 1));
    };
    let ty = &api.types[known];
    let is_one = ty.pointer.ends_with("/x-object") && same(&ty.kind, &made.kind);
    if is_one {
        return Ok(TypeId(known));
    }
    Err(Diagnostic::new(
        made.pointer,
        format!("`{}` is the name of another type", made.name),
        "give it a name of its own, or let the same be `missing`",
    ))
}

fn same(a: &Kind, b: &Kind) -> bool {
    matches!((a, b), (Kind::Object(a), Kind::Object(b)) if a.fields == b.fields)
}

#[cfg(test)]
mod tests {
    use crate::generate;

    /// What is wrong with a spec of pets, in which `pet.lost` has this `x-object`.
    fn refused(rule: &str) -> String {
        let spec = format!(
            r##"{{"openapi": "3.0.0", "info": {{"title": "", "version": "1"}}, "paths": {{}},
            "components": {{"schemas": {{
                "pet": {{"x-resourceId": "pet", "type": "object", "required": ["id", "object"],
                    "properties": {{"id": {{"type": "string"}}, "name": {{"type": "string"}},
                        "object": {{"type": "string", "enum": ["pet"]}}}}}}
            }}}},
            "x-events": {{"pet.found": {{}}, "pet.lost": {{"x-object": {rule}}}}}}}"##
        );
        match generate(&spec, "x") {
            Ok(_) => String::new(),
            Err(found) => found.to_string(),
        }
    }

    #[test]
    fn a_rule_that_does_not_apply_is_an_error() {
        let rule = |missing: &str, name: &str| {
            format!(r#"{{"name": "{name}", "description": "d", "missing": [{missing}]}}"#)
        };
        assert_eq!(refused(&rule(r#""id""#, "LostPet")), "");
        for (rule, says) in [
            (
                rule(r#""name""#, "LostPet"),
                "`Pet` of `pet.lost` requires no `name`",
            ),
            (
                rule(r#""age""#, "LostPet"),
                "`Pet` of `pet.lost` requires no `age`",
            ),
            (rule(r#""id""#, "Pet"), "`Pet` is the name of another type"),
            (
                r#"{"name": "LostPet", "description": "d"}"#.to_owned(),
                "missing field `missing`",
            ),
            (r#"{"nam": "LostPet"}"#.to_owned(), "unknown field `nam`"),
            ("3".to_owned(), "invalid type"),
        ] {
            let text = refused(&rule);
            assert!(text.contains(says), "{rule}: {text}");
            assert!(text.contains("/x-events/pet.lost/x-object"), "{text}");
        }
    }
}
