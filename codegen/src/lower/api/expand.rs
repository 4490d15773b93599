//! Finds the paths that the `expand` parameter of an operation accepts.

use crate::ir::{Kind, Ty, Type, TypeId};

/// The deepest listed path. Stripe allows four levels; more than one level into another resource
/// is not listed.
const DEPTH: usize = 4;

/// Returns the paths of expandable ids in a response.
pub(super) fn paths(types: &[Type], output: &Ty) -> Vec<String> {
    let mut paths = Vec::new();
    match output {
        Ty::List(item) => collect(types, item, "data", &mut Vec::new(), &mut paths),
        output => collect(types, output, "", &mut Vec::new(), &mut paths),
    }
    paths.sort();
    paths.dedup();
    paths
}

/// Walks the objects of a response, without following expandable ids.
fn collect(
    types: &[Type],
    ty: &Ty,
    prefix: &str,
    inside: &mut Vec<TypeId>,
    paths: &mut Vec<String>,
) {
    let id = match ty {
        Ty::Named(id) | Ty::MaybeDeleted(id, _) => *id,
        Ty::Array(ty) | Ty::Boxed(ty) | Ty::Nullable(ty) => {
            return collect(types, ty, prefix, inside, paths);
        }
        _ => return,
    };
    let Kind::Object(object) = &types[id.0].kind else {
        return;
    };
    if inside.contains(&id) {
        return;
    }
    inside.push(id);
    for field in &object.fields {
        let path = if prefix.is_empty() {
            field.name.clone()
        } else {
            format!("{prefix}.{}", field.name)
        };
        if path.split('.').count() > DEPTH {
            continue;
        }
        match &field.ty {
            Ty::Expandable(_) => paths.push(path),
            Ty::Array(item) if matches!(**item, Ty::Expandable(_)) => paths.push(path),
            // An optional list is left out by default, and sent if it is expanded.
            Ty::List(_) if !field.required => paths.push(path),
            Ty::List(item) => collect(types, item, &format!("{path}.data"), inside, paths),
            ty => collect(types, ty, &path, inside, paths),
        }
    }
    inside.pop();
}
