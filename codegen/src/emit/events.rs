//! Webhook events: their types, and the objects they carry.

use super::docs::docs;
use super::enums::open_enum;
use super::scope::{Scope, ident};
use crate::ir::{Api, Features, Kind, TypeId, Variant};
use crate::naming;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;

pub(super) fn emit(api: &Api) -> TokenStream {
    let mut scope = Scope::new(api, "events", "events", &Features::new());
    scope.enter(&Features::new());
    let unrecognized = scope.runtime("Unrecognized");
    let raw = scope.runtime("Raw");
    let invalid = scope.import("crate::webhook", "InvalidObject");
    let decode = scope.import("crate::webhook", "decode_object");
    let variants: Vec<Variant> = api
        .events
        .iter()
        .map(|event| Variant {
            value: event.value.clone(),
            ident: event.ident.clone(),
            docs: event.docs.clone(),
        })
        .collect();
    let types = open_enum(
        "EventType",
        "What happened.",
        &variants,
        &unrecognized,
        &TokenStream::new(),
    );

    let mut variants = Vec::new();
    let mut reads = Vec::new();
    for (value, id) in event_objects(api) {
        let ty = api.get(id);
        scope.enter(&ty.features);
        let cfg = scope.cfg(&ty.features);
        let name = ident(&naming::camel(value));
        let inner = scope.named(id);
        let text = docs(&ty.docs, &format!("`{value}`"));
        variants.push(quote! { #text #cfg #name(Box<#inner>), });
        reads.push(quote! { #cfg Some(#value) => #decode(raw, Self::#name), });
    }
    let imports = scope.imports();
    quote! {
        #imports

        #types

        /// The object an event is about, as it was when the event happened.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum EventObject {
            #(#variants)*
            /// An object of a kind that the bindings have no type for.
            Unrecognized(#raw),
            /// An object that does not fit its type, as when it was made for another API version.
            Invalid(#invalid),
        }

        impl EventObject {
            pub(crate) fn from_raw(raw: #raw) -> Self {
                let object = crate::de::object_name(&raw).map(|name| name.into_owned());
                match object.as_deref() {
                    #(#reads)*
                    _ => Self::Unrecognized(raw),
                }
            }
        }
    }
}

/// What events carry: the name of each kind of object, and its type.
pub(crate) fn event_objects(api: &Api) -> Vec<(&str, TypeId)> {
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
            !is_deleted && events.any(|event| crate::lower::carries(&event.value, value))
        });
        if let Some(value) = carried {
            objects.entry(value).or_insert(TypeId(at));
        }
    }
    objects.into_iter().collect()
}
