//! Assigns types to files. Users do not see files, since a module re-exports all of its files.

use crate::ir::{COMMON, Features, MODELS, PARAMS, TypeId};
use crate::lower::gated::Gated;
use crate::lower::types::Types;
use crate::naming;
use crate::taken;
use std::collections::VecDeque;

/// Returns the file of each type, without extension.
pub(super) fn files(types: &Types, gated: &Gated) -> Vec<String> {
    let all = &gated.named.types;
    let mut files: Vec<Option<String>> = vec![None; all.len()];
    let mut queue: VecDeque<TypeId> = VecDeque::new();
    for (at, ty) in all.iter().enumerate() {
        if ty.is_request {
            files[at] = Some(PARAMS.to_owned());
        } else if ty.is_resource && ty.module != COMMON {
            // A module in a module of the same name would be confusing.
            let file = naming::plain(&naming::snake(&ty.name)).to_owned();
            let file = if file == ty.module {
                MODELS.to_owned()
            } else {
                taken::file(file)
            };
            files[at] = Some(file);
            queue.push_back(TypeId(at));
        }
    }
    // A part is in the file of the nearest resource of its module.
    while let Some(id) = queue.pop_front() {
        let file = files[id.0].clone();
        for (_, part) in all[id.0].kind.parts() {
            for part in part.named() {
                if files[part.0].is_none() && all[part.0].module == all[id.0].module {
                    files[part.0].clone_from(&file);
                    queue.push_back(part);
                }
            }
        }
    }
    let gates = types
        .calls
        .iter()
        .filter_map(|typed| typed.call.feature.clone());
    let gates: Features = gates.collect();
    let files = files.into_iter().enumerate().map(|(at, file)| {
        let file = file.unwrap_or_else(|| MODELS.to_owned());
        match all[at].module == COMMON {
            true => common_file(&file, &gated.features[at], &gates),
            false => file,
        }
    });
    files.collect()
}

/// Returns the file in [`COMMON`] for types with some of `all` features. It is a separate file,
/// so that the condition is written once and not at each item.
fn common_file(file: &str, features: &Features, all: &Features) -> String {
    if features.is_empty() {
        file.to_owned()
    } else if features == all {
        format!("any_feature_{file}")
    } else {
        let names: Vec<_> = features.iter().map(|name| naming::snake(name)).collect();
        format!("{}_{file}", names.join("_"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_common() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let all: Features = set(&["hay-bales", "milk", "wool"]);
        for (features, file) in [
            (set(&[]), "params"),
            (set(&["milk", "hay-bales"]), "hay_bales_milk_params"),
            (all.clone(), "any_feature_params"),
        ] {
            assert_eq!(common_file(PARAMS, &features, &all), file);
        }
    }
}
