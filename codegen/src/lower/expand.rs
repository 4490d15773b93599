//! What the `expand` parameter of an operation can be asked for.

use crate::ir::{Api, Kind, Ty, TypeId};

/// Stripe expands four levels deep; one level into another resource is what a reader wants to see.
const DEPTH: usize = 4;

/// Notes on every operation the paths of the ids in its answer that can be expanded.
pub(super) fn document(api: &mut Api) {
    let found: Vec<Vec<String>> = api
        .operations
        .iter()
        .map(|operation| {
            let mut paths = Vec::new();
            match &operation.output {
                Ty::List(item) => collect(api, item, "data", &mut Vec::new(), &mut paths),
                output => collect(api, output, "", &mut Vec::new(), &mut paths),
            }
            paths.sort();
            paths.dedup();
            paths
        })
        .collect();
    for (operation, paths) in api.operations.iter_mut().zip(found) {
        operation.expandable = paths;
    }
}

/// Walks the objects of an answer without following what is expandable.
fn collect(api: &Api, ty: &Ty, prefix: &str, inside: &mut Vec<TypeId>, paths: &mut Vec<String>) {
    let id = match ty {
        Ty::Named(id) | Ty::MaybeDeleted(id, _) => *id,
        Ty::Array(ty) | Ty::Boxed(ty) => return collect(api, ty, prefix, inside, paths),
        _ => return,
    };
    let Kind::Object(object) = &api.get(id).kind else {
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
        let levels = path.split('.').count();
        if levels > DEPTH {
            continue;
        }
        match &field.ty {
            Ty::Expandable(_) => paths.push(path),
            Ty::Array(item) if matches!(**item, Ty::Expandable(_)) => paths.push(path),
            // A list that may be missing is left out until it is asked for.
            Ty::List(_) if !field.required => paths.push(path),
            Ty::List(item) => collect(api, item, &format!("{path}.data"), inside, paths),
            ty => collect(api, ty, &path, inside, paths),
        }
    }
    inside.pop();
}
