//! Emits Rust code from the `ir`: a function for each kind of item, and a token stream for each
//! file.

mod alias;
mod docs;
mod enums;
mod events;
mod example;
mod expand;
mod html;
mod module;
mod objects;
mod operations;
mod page;
mod params;
mod prose;
mod scope;
mod services;
mod unions;

use crate::ir::{Api, Features, Kind, OPERATIONS, Type};
use proc_macro2::TokenStream;
use quote::quote;
use scope::Scope;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Returns the jobs that emit the files of an API, with their paths.
pub(crate) fn files<'a>(api: &'a Api, crate_name: &'a str) -> Vec<(PathBuf, Job<'a>)> {
    let mut files: BTreeMap<(&str, &str), Vec<&Type>> = BTreeMap::new();
    for ty in &api.types {
        files.entry((&ty.module, &ty.file)).or_default().push(ty);
    }
    let mut modules: BTreeMap<&str, Vec<File<'a>>> = BTreeMap::new();
    let mut jobs = Vec::new();
    for ((module, file), types) in files {
        let given = every(types.iter().map(|ty| &ty.features));
        modules.entry(module).or_default().push(File {
            name: file,
            features: given.clone(),
            needs_client: types.iter().all(|ty| ty.request_only),
        });
        jobs.push((
            path(module, file),
            Job::Types {
                api,
                module,
                file,
                given,
                types,
            },
        ));
    }
    for service in &api.services {
        let files = modules.entry(&service.module).or_default();
        match files.iter_mut().find(|file| file.name == OPERATIONS) {
            Some(file) => file.features = every([&file.features, &service.features]),
            None => files.push(File {
                name: OPERATIONS,
                features: service.features.clone(),
                needs_client: true,
            }),
        }
    }
    for (module, files) in &mut modules {
        files.sort_by_key(|file| file.name);
        if let Some(file) = files.iter().find(|file| file.name == OPERATIONS) {
            let job = Job::Operations {
                api,
                module,
                given: file.features.clone(),
                crate_name,
            };
            jobs.push((path(module, OPERATIONS), job));
        }
        jobs.push((
            path(module, "mod"),
            Job::Module {
                api,
                module,
                files: files.clone(),
            },
        ));
    }
    jobs.push((PathBuf::from("events.rs"), Job::Events { api }));
    let modules = modules
        .into_iter()
        .map(|(module, files)| (module, every(files.iter().map(|file| &file.features))))
        .collect();
    jobs.push((PathBuf::from("mod.rs"), Job::Root { api, modules }));
    jobs
}

/// A file, as its module declares it.
#[derive(Clone)]
pub(crate) struct File<'a> {
    name: &'a str,
    features: Features,
    /// Whether the file needs the feature `client`, as parameters and operations do.
    needs_client: bool,
}

/// A file to emit.
pub(crate) enum Job<'a> {
    Types {
        api: &'a Api,
        module: &'a str,
        file: &'a str,
        /// The features of the whole file.
        given: Features,
        types: Vec<&'a Type>,
    },
    Operations {
        api: &'a Api,
        module: &'a str,
        given: Features,
        crate_name: &'a str,
    },
    Module {
        api: &'a Api,
        module: &'a str,
        files: Vec<File<'a>>,
    },
    Events {
        api: &'a Api,
    },
    Root {
        api: &'a Api,
        modules: Vec<(&'a str, Features)>,
    },
}

impl Job<'_> {
    /// Emits the file.
    pub(crate) fn run(&self) -> TokenStream {
        match self {
            Job::Types {
                api,
                module,
                file,
                given,
                types,
            } => {
                let mut scope = Scope::new(api, module, file, given);
                let items: Vec<TokenStream> =
                    types.iter().map(|ty| self::ty(&mut scope, ty)).collect();
                let imports = scope.imports();
                quote! { #imports #(#items)* }
            }
            Job::Operations {
                api,
                module,
                given,
                crate_name,
            } => {
                let mut scope = Scope::new(api, module, OPERATIONS, given);
                let services = services::emit(&mut scope, crate_name);
                let operations = operations::emit(&mut scope);
                let imports = scope.imports();
                quote! { #imports #services #operations }
            }
            Job::Module { api, module, files } => module::emit(api, module, files),
            Job::Events { api } => events::emit(api),
            Job::Root { api, modules } => module::root(api, modules),
        }
    }

    /// Returns a rough measure of the work, for distributing jobs.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Job::Types { types, .. } => types.len(),
            Job::Operations { api, .. } => api.operations.len() / 4,
            Job::Module { .. } | Job::Events { .. } | Job::Root { .. } => 1,
        }
    }
}

fn ty(scope: &mut Scope<'_>, ty: &Type) -> TokenStream {
    scope.enter(&ty.features);
    match &ty.kind {
        Kind::Object(object) => objects::emit(scope, ty, object),
        Kind::Enum(found) => enums::emit(scope, ty, found),
        Kind::Union(union) => unions::emit(scope, ty, union),
        Kind::Params(params) => params::emit(scope, ty, params),
        Kind::Choice(choice) => params::emit_choice(scope, ty, choice),
    }
}

/// Returns the features of which one has to be on for any of the items: the union of theirs. Empty
/// if one of the items is always compiled.
fn every<'a>(features: impl IntoIterator<Item = &'a Features>) -> Features {
    let mut features = features.into_iter();
    let mut all = features.next().cloned().unwrap_or_default();
    for other in features {
        if all.is_empty() || other.is_empty() {
            return Features::new();
        }
        all.extend(other.iter().cloned());
    }
    all
}

/// Returns the `cfg` attribute for features.
fn cfg(features: &Features) -> TokenStream {
    if features.is_empty() {
        return TokenStream::new();
    }
    let condition = condition(features);
    quote! { #[cfg(#condition)] }
}

/// Returns the condition that one of the features is on. There must be at least one.
fn condition(features: &Features) -> TokenStream {
    let mut features = features.iter();
    match (features.next(), features.len()) {
        (Some(first), 0) => quote! { feature = #first },
        (first, _) => {
            let features = first.into_iter().chain(features);
            quote! { any(#(feature = #features),*) }
        }
    }
}

fn path(module: &str, file: &str) -> PathBuf {
    PathBuf::from(module).join(format!("{file}.rs"))
}
