//! Emits the objects of responses: a struct, its reader and writer, and its view by `type`.

use super::alias::{self, aliases};
use super::docs::docs;
use super::expand;
use super::scope::{Scope, ident};
use crate::ir::{Field, Object, Tag, Ty, Type, TypeId};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Whether it has an id that is a type.
pub(super) fn has_id(object: &Object) -> bool {
    object.id.is_some() || same_id(object).is_some()
}

/// The stub of a deleted object has the id type of the object.
fn same_id(object: &Object) -> Option<TypeId> {
    object.fields.iter().find_map(|field| match &field.ty {
        Ty::Id(other) if field.name == "id" && field.required && object.id.is_none() => {
            Some(*other)
        }
        _ => None,
    })
}

pub(super) fn emit(scope: &mut Scope<'_>, ty: &Type, object: &Object) -> TokenStream {
    let cfg = scope.cfg(&ty.features);
    let name = ident(&ty.name);
    let text = docs(&ty.docs, &format!("`{}` in Stripe's API.", ty.name));
    let named = alias::of_type(ty);
    let fields: Vec<TokenStream> = object.fields.iter().map(|f| field(scope, ty, f)).collect();
    let extra = extra(object);
    let extra_field = extra.as_ref().map(|extra| {
        let map = scope.runtime("Map");
        quote! {
            /// The properties that the bindings have no type for, as JSON.
            pub #extra: #map<serde_json::Value>,
        }
    });
    let read = read(scope, object, &ty.name);
    let write = write(scope, object, &name);
    let id = object.id.as_ref().map(|id| {
        let id = ident(id);
        let text = docs("", &id_docs(ty));
        let prefix = aliases(&id.to_string(), alias::id_prefix(ty));
        quote! {
            #cfg
            crate::macros::resource!(#name, #id);
            #text
            #prefix
            #cfg
            #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct #id(crate::text::Text);
            #cfg
            crate::macros::id!(#id);
        }
    });
    let same_id = same_id(object).map(|other| {
        let other = scope.id(other);
        quote! {
            #cfg
            crate::macros::resource!(#name, #other);
        }
    });
    let details = object
        .tag
        .as_ref()
        .map(|tag| details(scope, ty, object, tag));
    let expand = expand::emit(scope, ty);
    quote! {
        #text
        #named
        #cfg
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* #extra_field }

        #details

        #expand

        #cfg
        impl crate::de::Object for #name { #read }

        #cfg
        #write

        #cfg
        crate::macros::object!(#name);

        #id
        #same_id
    }
}

fn id_docs(ty: &Type) -> String {
    let text = format!("The id of [`{}`]", ty.name);
    match alias::id_prefix(ty) {
        Some(prefix) => format!("{text}: `{prefix}…`."),
        None => format!("{text}."),
    }
}

fn field(scope: &mut Scope<'_>, of: &Type, field: &Field) -> TokenStream {
    let aliases = aliases(&field.ident, alias::of_field(of, field));
    let text = docs(&field.docs, &format!("`{}` in Stripe's API.", field.name));
    let name = ident(&field.ident);
    let mut ty = scope.ty(&field.ty);
    if field.sensitive {
        let sensitive = scope.runtime("Sensitive");
        ty = quote! { #sensitive<#ty> };
    }
    if !field.required {
        ty = quote! { Option<#ty> };
    }
    quote! { #text #aliases pub #name: #ty, }
}

/// Returns the field for properties that the spec does not list.
fn extra(object: &Object) -> Option<proc_macro2::Ident> {
    let is_taken = object.fields.iter().any(|field| field.ident == "extra");
    object
        .open
        .then(|| format_ident!("{}", if is_taken { "extra_" } else { "extra" }))
}

/// Returns the first of `names` that is not a field.
fn free(object: &Object, names: [&str; 3]) -> proc_macro2::Ident {
    let name = names
        .into_iter()
        .find(|name| object.fields.iter().all(|f| f.ident != *name));
    format_ident!("{}", name.unwrap_or("the_rest"))
}

fn read(scope: &mut Scope<'_>, object: &Object, name: &str) -> TokenStream {
    let map_access = scope.import("serde::de", "MapAccess");
    let fields_type = scope.import("crate::de", "Fields");
    let extra = extra(object);
    let key = free(object, ["name", "key", "property"]);
    let fields = free(object, ["fields", "properties", "entries"]);
    let idents: Vec<_> = object
        .fields
        .iter()
        .map(|field| ident(&field.ident))
        .collect();
    let wire: Vec<_> = object.fields.iter().map(|field| &field.name).collect();
    let reads: Vec<TokenStream> = object
        .fields
        .iter()
        .map(|field| {
            let ident = ident(&field.ident);
            let wire = &field.name;
            match stands_for(scope, &field.ty) {
                // The requests for its pages expand the same fields as this field.
                _ if matches!(field.ty, Ty::List(_)) => {
                    quote! { #fields.read_list(#wire, &mut #ident)? }
                }
                Some(mut ty) => {
                    if field.sensitive {
                        let sensitive = scope.runtime("Sensitive");
                        ty = quote! { #sensitive<#ty> };
                    }
                    quote! { #fields.read_as::<#ty>(&mut #ident)? }
                }
                None => match &field.ty {
                    _ if field.sensitive => quote! { #fields.read(&mut #ident)? },
                    ty if is_object(scope, ty) => quote! { #fields.read_object(&mut #ident)? },
                    Ty::Boxed(ty) if is_object(scope, ty) => {
                        quote! { #fields.read_boxed(&mut #ident)? }
                    }
                    _ => quote! { #fields.read(&mut #ident)? },
                },
            }
        })
        .collect();
    let values: Vec<TokenStream> = object
        .fields
        .iter()
        .map(|field| {
            let ident = ident(&field.ident);
            let wire = &field.name;
            if field.required {
                quote! { #ident: #fields.required(#ident, #wire)? }
            } else {
                quote! { #ident }
            }
        })
        .collect();
    let other = match &extra {
        Some(extra) => quote! { _ => #fields.keep(&#key, &mut #extra)? },
        None => quote! { _ => #fields.skip()? },
    };
    let body = if object.fields.is_empty() && extra.is_none() {
        quote! {
            while #fields.next_name()?.is_some() {
                #fields.skip()?;
            }
            Ok(Self {})
        }
    } else {
        let start = extra
            .iter()
            .map(|extra| quote! { let mut #extra = crate::Map::new(); });
        quote! {
            #(let mut #idents = None;)*
            #(#start)*
            while let Some(#key) = #fields.next_name()? {
                match #key.as_str() {
                    #(#wire => #reads,)*
                    #other
                }
            }
            Ok(Self { #(#values,)* #extra })
        }
    };
    quote! {
        const NAME: &'static str = #name;

        fn from_fields<'de, A: #map_access<'de>>(mut #fields: #fields_type<A>) -> Result<Self, A::Error> {
            #body
        }
    }
}

fn is_object(scope: &Scope<'_>, ty: &Ty) -> bool {
    matches!(ty, Ty::Named(id) if scope.api.object(*id).is_some())
}

/// Returns the type that is read in place of one with integers, which Stripe may write as floats.
fn stands_for(scope: &mut Scope<'_>, ty: &Ty) -> Option<TokenStream> {
    match ty {
        Ty::Integer => Some(scope.import("crate::de", "Integer")),
        Ty::Array(item) => {
            let item = stands_for(scope, item)?;
            Some(quote! { Vec<#item> })
        }
        Ty::Map(value) => {
            let value = stands_for(scope, value)?;
            let map = scope.runtime("Map");
            Some(quote! { #map<#value> })
        }
        _ => None,
    }
}

fn write(scope: &mut Scope<'_>, object: &Object, name: &proc_macro2::Ident) -> TokenStream {
    let serialize = scope.import("serde", "Serialize");
    let serializer = scope.import("serde", "Serializer");
    scope.import("serde::ser", "SerializeMap");
    let entries = object.fields.iter().map(|field| {
        let wire = &field.name;
        let ident = ident(&field.ident);
        if field.required || field.nullable {
            quote! { object.serialize_entry(#wire, &self.#ident)?; }
        } else {
            quote! {
                if let Some(value) = &self.#ident {
                    object.serialize_entry(#wire, value)?;
                }
            }
        }
    });
    let extra = extra(object).map(|extra| {
        quote! {
            for (name, value) in &self.#extra {
                object.serialize_entry(name, value)?;
            }
        }
    });
    let is_empty = object.fields.is_empty() && extra.is_none();
    let binding = if is_empty {
        quote! { object }
    } else {
        quote! { mut object }
    };
    quote! {
        impl #serialize for #name {
            fn serialize<S: #serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let #binding = serializer.serialize_map(None)?;
                #(#entries)*
                #extra
                object.end()
            }
        }
    }
}

/// Returns the view of an object by its `type`.
fn details(scope: &mut Scope<'_>, ty: &Type, object: &Object, tag: &Tag) -> TokenStream {
    let cfg = scope.cfg(&ty.features);
    let name = ident(&ty.name);
    let view = ident(&tag.view);
    let tag_ty = scope.named(tag.ty);
    let tag_field = object.fields.iter().find(|field| field.name == tag.name);
    let Some(tag_field) = tag_field else {
        return TokenStream::new();
    };
    let tag_ident = ident(&tag_field.ident);
    let fields: Vec<&Field> = tag
        .arms
        .iter()
        .filter_map(|arm| object.fields.iter().find(|field| field.name == arm.value))
        .collect();
    let arms: Vec<_> = tag.arms.iter().map(|arm| ident(&arm.ident)).collect();
    let variants: Vec<TokenStream> = fields
        .iter()
        .zip(&arms)
        .map(|(field, arm)| {
            let inner = if field.sensitive {
                let sensitive = scope.runtime("Sensitive");
                let inner = scope.ty(&field.ty);
                quote! { #sensitive<#inner> }
            } else {
                scope.ty(unboxed(&field.ty))
            };
            let text = docs(&field.docs, &format!("`{}` in Stripe's API.", field.name));
            quote! { #text #arm(&'a #inner), }
        })
        .collect();
    let variants_of_tag = tag.arms.iter().map(|arm| ident(&arm.variant));
    let matches = fields
        .iter()
        .zip(&arms)
        .zip(variants_of_tag)
        .map(|((field, arm), variant)| {
            let ident = ident(&field.ident);
            let found = match (field.required, &field.ty) {
                (true, _) => quote! { Some(#view::#arm(&self.#ident)) },
                (false, Ty::Boxed(_)) if !field.sensitive => {
                    quote! { self.#ident.as_deref().map(#view::#arm) }
                }
                (false, _) => quote! { self.#ident.as_ref().map(#view::#arm) },
            };
            quote! { #tag_ty::#variant => #found, }
        });
    let view_docs = docs(
        "",
        &format!("What a [`{}`] is, by its `{}`.", ty.name, tag.name),
    );
    let method_docs = docs(
        "",
        &format!(
            "What it is by its `{}`, and what comes with that.",
            tag.name
        ),
    );
    let other_docs = docs(
        "",
        &format!("A `{}` that nothing more comes with.", tag.name),
    );
    let (output, body) = if tag_field.required {
        let body = quote! {
            let details = match &self.#tag_ident { #(#matches)* _ => None };
            details.unwrap_or(#view::Other(&self.#tag_ident))
        };
        (quote! { #view<'_> }, body)
    } else {
        let body = quote! {
            let tag = self.#tag_ident.as_ref()?;
            let details = match tag { #(#matches)* _ => None };
            Some(details.unwrap_or(#view::Other(tag)))
        };
        (quote! { Option<#view<'_>> }, body)
    };
    quote! {
        #view_docs
        #cfg
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #view<'a> {
            #(#variants)*
            #other_docs
            Other(&'a #tag_ty),
        }

        #cfg
        impl #name {
            #method_docs
            pub fn details(&self) -> #output {
                #body
            }
        }
    }
}

fn unboxed(ty: &Ty) -> &Ty {
    match ty {
        Ty::Boxed(inner) => inner,
        ty => ty,
    }
}
