//! Emits webhook events: their types and objects.

use super::docs::docs;
use super::enums::open_enum;
use super::scope::{Scope, ident};
use crate::ir::{Api, EventObject, Features, Variant};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn emit(api: &Api) -> TokenStream {
    let mut scope = Scope::new(api, "events", "events", &Features::new());
    scope.enter(&Features::new());
    let unrecognized = scope.runtime("Unrecognized");
    let raw = scope.runtime("Raw");
    let invalid = scope.import("crate::webhook", "InvalidObject");
    let origin = scope.import("crate::webhook", "Origin");
    let serialize = scope.import("serde", "Serialize");
    let serializer = scope.import("serde", "Serializer");
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
    let mut writes = Vec::new();
    // If some events have a type of their own for an object, it is tried before the object's
    // usual type.
    let (mut reads, mut reads_others) = (Vec::new(), Vec::new());
    for EventObject {
        ident: name,
        object,
        ty: id,
        only_in,
        missing,
    } in &api.event_objects
    {
        let ty = api.get(*id);
        scope.enter(&ty.features);
        let cfg = scope.cfg(&ty.features);
        let name = ident(name);
        let inner = scope.named(*id);
        let text = docs(&ty.docs, &format!("`{object}`"));
        variants.push(quote! { #text #cfg #name(Box<#inner>), });
        writes.push(quote! { #cfg Self::#name(object) => object.serialize(serializer), });
        if only_in.is_empty() {
            reads_others.push(quote! { #cfg Some(#object) => origin.read(raw, Self::#name), });
        } else {
            reads.push(quote! {
                #cfg
                Some(#object) if origin.lacks(&raw, &[#(#only_in),*], &[#(#missing),*]) => {
                    origin.read(raw, Self::#name)
                }
            });
        }
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
            pub(crate) fn from_raw(raw: #raw, origin: &#origin<'_>) -> Self {
                let object = crate::de::object_name(&raw).map(|name| name.into_owned());
                match object.as_deref() {
                    #(#reads)*
                    #(#reads_others)*
                    _ => origin.unrecognized(raw),
                }
            }
        }

        impl #serialize for EventObject {
            fn serialize<S: #serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(#writes)*
                    Self::Unrecognized(raw) => raw.serialize(serializer),
                    Self::Invalid(object) => object.serialize(serializer),
                }
            }
        }
    }
}
