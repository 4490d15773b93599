//! Emits the files that declare the other files.

use super::docs::docs;
use super::page;
use super::scope::ident;
use super::{File, cfg, every};
use crate::ir::{Api, Features};
use crate::naming;
use proc_macro2::TokenStream;
use quote::quote;

/// Returns the `mod.rs` of a module.
pub(super) fn emit(api: &Api, module: &str, files: &[File<'_>]) -> TokenStream {
    let given = every(files.iter().map(|file| &file.features));
    let inner = page::of_module(api, module, &given);
    let files = files.iter().map(|file| {
        let name = ident(&naming::snake(file.name));
        let cfg = if file.features == given {
            TokenStream::new()
        } else {
            cfg(&file.features)
        };
        let client = file
            .needs_client
            .then(|| quote! { #[cfg(feature = "client")] });
        quote! {
            #client
            #cfg
            mod #name;
            #client
            #cfg
            pub use #name::*;
        }
    });
    quote! { #(#inner)* #(#files)* }
}

/// Returns the `mod.rs` of the whole API.
pub(super) fn root(api: &Api, modules: &[(&str, Features)]) -> TokenStream {
    let version = &api.version;
    let modules = modules.iter().map(|(module, features)| {
        let name = ident(&naming::snake(module));
        let cfg = cfg(features);
        quote! { #cfg pub mod #name; }
    });
    let services = api
        .services
        .iter()
        .filter(|service| service.root)
        .map(|service| {
            let cfg = cfg(&service.features);
            let method = ident(&service.method);
            let module = ident(&naming::snake(&service.module));
            let name = ident(&service.name);
            let text = docs("", &page::of_root(service));
            quote! {
                #text
                #cfg
                pub fn #method(&self) -> #module::#name<'_> {
                    #module::#name::new(self)
                }
            }
        });
    quote! {
        //! The API as Stripe's spec describes it.

        /// Webhook events: their types, and the objects they are about.
        #[cfg(feature = "webhook")]
        pub mod events;
        #(#modules)*

        /// The version of Stripe's API that the types describe; every request asks for it.
        pub const API_VERSION: &str = #version;

        #[cfg(feature = "client")]
        impl crate::Client { #(#services)* }
    }
}

/// Converts a name to words.
pub(super) fn title(name: &str) -> String {
    naming::plain(name).replace('_', " ")
}
