//! Emits unions of objects, which are told apart by their field `object`.

use super::alias;
use super::docs::docs;
use super::objects;
use super::scope::{Scope, ident};
use crate::ir::{Kind, Type, Union};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn emit(scope: &mut Scope<'_>, ty: &Type, union: &Union) -> TokenStream {
    let cfg = scope.cfg(&ty.features);
    let text = docs(&ty.docs, &format!("`{}` in Stripe's API.", ty.name));
    let named = alias::of_type(ty);
    let name = ident(&ty.name);
    let raw = scope.runtime("Raw");
    let serialize = scope.import("serde", "Serialize");
    let serializer = scope.import("serde", "Serializer");
    let deserialize = scope.import("serde", "Deserialize");
    let deserializer = scope.import("serde", "Deserializer");
    let arms: Vec<_> = union.arms.iter().map(|arm| ident(&arm.ident)).collect();
    let variants: Vec<TokenStream> = union
        .arms
        .iter()
        .zip(&arms)
        .map(|(arm, ident)| {
            let inner = scope.named(arm.ty);
            let text = docs(&scope.api.get(arm.ty).docs, &format!("`{}`", arm.object));
            quote! { #text #ident(Box<#inner>), }
        })
        .collect();
    // The stub of a deleted object has the same `object` value as the object, so it is tried
    // first.
    let mut order: Vec<usize> = (0..union.arms.len()).collect();
    order.sort_by_key(|&at| !union.arms[at].deleted);
    let reads = order.into_iter().map(|at| {
        let (arm, ident) = (&union.arms[at], &arms[at]);
        let object = &arm.object;
        let guard = arm
            .deleted
            .then(|| quote! { if crate::de::is_deleted(&raw) });
        quote! { Some(#object) #guard => Self::#ident(Box::new(crate::de::nested(&raw)?)), }
    });
    let has_id = union.arms.iter().all(|arm| {
        matches!(&scope.api.get(arm.ty).kind, Kind::Object(object) if objects::has_id(object))
    });
    let list_item = has_id.then(|| {
        quote! {
            #cfg
            impl crate::ListItem for #name {
                fn list_id(&self) -> Option<std::borrow::Cow<'_, str>> {
                    match self {
                        #(Self::#arms(object) => object.list_id(),)*
                        Self::Unrecognized(raw) => raw.id().map(Into::into),
                    }
                }
            }
        }
    });
    quote! {
        #text
        #named
        #cfg
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// An object of a kind that this version of the bindings does not know.
            Unrecognized(#raw),
        }

        #cfg
        impl #serialize for #name {
            fn serialize<S: #serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(Self::#arms(object) => object.serialize(serializer),)*
                    Self::Unrecognized(raw) => raw.serialize(serializer),
                }
            }
        }

        #cfg
        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = #raw::deserialize(deserializer)?;
                let object = crate::de::object_name(&raw).map(|name| name.into_owned());
                Ok(match object.as_deref() {
                    #(#reads)*
                    _ => Self::Unrecognized(raw),
                })
            }
        }

        #list_item
    }
}
