//! What the `expand` parameter of an operation can be asked for.

use crate::ir::{Kind, Ty, Type, TypeId};

/// Stripe expands four levels deep; one level into another resource is what a reader wants to see.
const DEPTH: usize = 4;

/// The paths of the ids in an answer that can be expanded.
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

/// Walks the objects of an answer without following what is expandable.
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
            // A list that may be missing is left out until it is asked for.
            Ty::List(_) if !field.required => paths.push(path),
            Ty::List(item) => collect(types, item, &format!("{path}.data"), inside, paths),
            ty => collect(types, ty, &path, inside, paths),
        }
    }
    inside.pop();
}
