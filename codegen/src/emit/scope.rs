//! Tracks the names that a file uses, and their imports.

use super::cfg;
use crate::ir::{Api, Features, OPERATIONS, Spelling, Ty, TypeId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use std::collections::{BTreeMap, BTreeSet};

/// The path of runtime types, the root of the crate.
const ROOT: &str = "crate";

pub(super) struct Scope<'a> {
    pub(super) api: &'a Api,
    pub(super) module: &'a str,
    file: &'a str,
    /// The names that the module defines; an import must not hide them.
    own: BTreeSet<&'a str>,
    /// Name → path, and the features it is used with.
    imports: BTreeMap<String, (String, Features)>,
    /// The features of the current item.
    features: Features,
    /// The features of the whole file.
    given: Features,
}

impl<'a> Scope<'a> {
    pub(super) fn new(api: &'a Api, module: &'a str, file: &'a str, given: &Features) -> Self {
        let types = api.types.iter().filter(|ty| ty.module == module);
        let operations = api
            .operations
            .iter()
            .filter(|operation| operation.module == module);
        let services = api
            .services
            .iter()
            .filter(|service| service.module == module);
        let own = types
            .map(|ty| ty.name.as_str())
            .chain(operations.map(|operation| operation.name.as_str()))
            .chain(services.map(|service| service.name.as_str()))
            .collect();
        Self {
            api,
            module,
            file,
            own,
            imports: BTreeMap::new(),
            features: Features::new(),
            given: given.clone(),
        }
    }

    /// Returns the `cfg` attribute of an item, unless the file has the same condition.
    pub(super) fn cfg(&self, features: &Features) -> TokenStream {
        if *features == self.given {
            TokenStream::new()
        } else {
            cfg(features)
        }
    }

    /// Sets the features of the next item.
    pub(super) fn enter(&mut self, features: &Features) {
        self.features.clone_from(features);
    }

    /// Returns a name from a path, and imports it unless that would be ambiguous.
    pub(super) fn import(&mut self, path: &str, name: &str) -> TokenStream {
        let ident = format_ident!("{name}");
        let taken = self
            .imports
            .get(name)
            .is_some_and(|(known, _)| known != path);
        if taken || (path != "super" && self.own.contains(name)) {
            let path: TokenStream = path.parse().unwrap_or_default();
            return quote! { #path::#ident };
        }
        let features = &self.features;
        self.imports
            .entry(name.to_owned())
            .and_modify(|(_, known)| {
                if features.is_empty() {
                    known.clear();
                } else if !known.is_empty() {
                    known.extend(features.iter().cloned());
                }
            })
            .or_insert_with(|| (path.to_owned(), features.clone()));
        quote! { #ident }
    }

    /// Returns a type of the runtime.
    pub(super) fn runtime(&mut self, name: &str) -> TokenStream {
        self.import(ROOT, name)
    }

    pub(super) fn named(&mut self, id: TypeId) -> TokenStream {
        let ty = self.api.get(id);
        let (module, file, name) = (&ty.module, &ty.file, &ty.name);
        self.other(module, file, name)
    }

    /// Returns the newtype of an object's id.
    pub(super) fn id(&mut self, id: TypeId) -> TokenStream {
        let ty = self.api.get(id);
        let name = self.api.object(id).and_then(|object| object.id.as_ref());
        match name {
            Some(name) => self.other(&ty.module, &ty.file, name),
            None => quote! { String },
        }
    }

    pub(super) fn service(&mut self, service: &crate::ir::Service) -> TokenStream {
        self.other(&service.module, OPERATIONS, &service.name)
    }

    fn other(&mut self, module: &str, file: &str, name: &str) -> TokenStream {
        if module != self.module {
            return self.import(&format!("crate::api::{module}"), name);
        }
        if file != self.file {
            return self.import("super", name);
        }
        let ident = format_ident!("{name}");
        quote! { #ident }
    }

    /// Returns a type as it is written where it is used.
    pub(super) fn ty(&mut self, ty: &Ty) -> TokenStream {
        ty.spell(self)
            .parse()
            .expect("types are spelled as Rust does")
    }

    /// Returns the `use` items of the file.
    pub(super) fn imports(&self) -> TokenStream {
        let mut groups: BTreeMap<(&str, &Features), Vec<Ident>> = BTreeMap::new();
        for (name, (path, features)) in &self.imports {
            groups
                .entry((path, features))
                .or_default()
                .push(Ident::new(name, Span::call_site()));
        }
        let uses = groups.into_iter().map(|((path, features), names)| {
            let cfg = self.cfg(features);
            let path: TokenStream = path.parse().unwrap_or_default();
            match names.as_slice() {
                [name] => quote! { #cfg use #path::#name; },
                names => quote! { #cfg use #path::{#(#names),*}; },
            }
        });
        quote! { #(#uses)* }
    }
}

impl Spelling<TypeId> for Scope<'_> {
    fn named(&mut self, id: TypeId) -> String {
        Scope::named(self, id).to_string()
    }

    fn id(&mut self, id: TypeId) -> String {
        Scope::id(self, id).to_string()
    }

    fn runtime(&mut self, name: &str) -> String {
        Scope::runtime(self, name).to_string()
    }
}

/// Converts a name made by `naming` to an identifier.
pub(super) fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}
