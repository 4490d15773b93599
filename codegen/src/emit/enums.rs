//! Emits string enums, which are open to values outside of the spec.

use super::alias::aliases;
use super::docs::docs;
use super::scope::{Scope, ident};
use crate::ir::{Enum, Type, Variant};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn emit(scope: &mut Scope<'_>, ty: &Type, found: &Enum) -> TokenStream {
    let unrecognized = scope.runtime("Unrecognized");
    let cfg = scope.cfg(&ty.features);
    open_enum(&ty.name, &ty.docs, &found.variants, &unrecognized, &cfg)
}

/// Returns an enum that keeps unknown values.
pub(super) fn open_enum(
    name: &str,
    text: &str,
    variants: &[Variant],
    unrecognized: &TokenStream,
    cfg: &TokenStream,
) -> TokenStream {
    let text = docs(text, &format!("`{name}` in Stripe's API."));
    let name = ident(name);
    let idents: Vec<_> = variants
        .iter()
        .map(|variant| ident(&variant.ident))
        .collect();
    let values: Vec<_> = variants.iter().map(|variant| &variant.value).collect();
    let texts = variants.iter().map(|variant| {
        let text = docs(&variant.docs, &format!("`{}`", variant.value));
        let aliases = aliases(&variant.ident, [variant.value.as_str()]);
        quote! { #text #aliases }
    });
    quote! {
        #text
        #cfg
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#texts #idents,)*
            /// A value that this version of the bindings does not know.
            Unrecognized(#unrecognized),
        }

        #cfg
        impl #name {
            /// The value as Stripe writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#idents => #values,)*
                    Self::Unrecognized(value) => value.as_str(),
                }
            }
        }

        #cfg
        impl From<&str> for #name {
            fn from(value: &str) -> Self {
                match value {
                    #(#values => Self::#idents,)*
                    _ => Self::Unrecognized(#unrecognized::new(value)),
                }
            }
        }

        #cfg
        crate::macros::open_enum!(#name);
    }
}
