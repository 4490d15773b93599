//! Emits services, which lead from the client to the operations.

use super::alias::aliases;
use super::docs::docs;
use super::example;
use super::operations::method_docs;
use super::page;
use super::params::{Argument, argument};
use super::scope::{Scope, ident};
use crate::ir::{Operation, Service, Verb};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Returns the services of a module.
pub(super) fn emit(scope: &mut Scope<'_>, crate_name: &str) -> TokenStream {
    let api = scope.api;
    let services = api
        .services
        .iter()
        .filter(|service| service.module == scope.module);
    let services: Vec<&Service> = services.collect();
    let services = services.into_iter().map(|s| service(scope, s, crate_name));
    let services: Vec<TokenStream> = services.collect();
    quote! { #(#services)* }
}

fn service(scope: &mut Scope<'_>, service: &Service, crate_name: &str) -> TokenStream {
    scope.enter(&service.features);
    let condition = scope.cfg(&service.features);
    let name = ident(&service.name);
    let client = scope.import("crate", "Client");
    let text = docs(&service.docs, &page::of_service(service));
    let children: Vec<TokenStream> = service
        .children
        .iter()
        .map(|&at| {
            let child = &scope.api.services[at];
            scope.enter(&child.features);
            let condition = if child.features == service.features {
                TokenStream::new()
            } else {
                scope.cfg(&child.features)
            };
            let method = ident(&child.method);
            let ty = scope.service(child);
            let text = docs("", &page::of_service(child));
            quote! {
                #text
                #condition
                pub fn #method(&self) -> #ty<'a> {
                    #ty::new(self.client)
                }
            }
        })
        .collect();
    let operations: Vec<TokenStream> = service
        .operations
        .iter()
        .map(|&at| {
            let operation = &scope.api.operations[at];
            scope.enter(&operation.features);
            let condition = if operation.features == service.features {
                TokenStream::new()
            } else {
                scope.cfg(&operation.features)
            };
            let method = method(scope, operation, crate_name);
            quote! { #condition #method }
        })
        .collect();
    quote! {
        #text
        #condition
        #[derive(Clone, Copy, Debug)]
        pub struct #name<'a> { client: &'a #client }

        #condition
        impl<'a> #name<'a> {
            pub(crate) fn new(client: &'a #client) -> Self {
                Self { client }
            }

            #(#children)*
            #(#operations)*
        }
    }
}

fn method(scope: &mut Scope<'_>, operation: &Operation, crate_name: &str) -> TokenStream {
    let name = ident(&operation.method);
    let builder = ident(&operation.name);
    let text = method_docs(
        operation,
        &example::of(scope.api, operation, crate_name),
        crate_name,
    );
    let aliases = aliases(&operation.method, [operation.id.as_str()]);
    let request = scope.import("crate::request", "Request");
    let http_method = scope.import("crate::request", "Method");
    let verb = match operation.verb {
        Verb::Get => quote! { Get },
        Verb::Post => quote! { Post },
        Verb::Delete => quote! { Delete },
    };
    let path = &operation.path;
    let mut arguments = Vec::new();
    let mut calls = Vec::new();
    for param in &operation.path_params {
        let Argument { name, ty, value } = argument(scope, param);
        let wire = &param.name;
        arguments.push(quote! { #name: #ty });
        calls.push(quote! { .path(#wire, #value) });
    }
    for param in operation.params.iter().filter(|param| param.required) {
        let Argument { name, ty, value } = argument(scope, param);
        let wire = &param.name;
        arguments.push(quote! { #name: #ty });
        let call = match param.in_query {
            true => format_ident!("param_in_query"),
            false => format_ident!("param"),
        };
        calls.push(quote! { .#call(#wire, #value) });
    }
    let json = operation.json.then(|| quote! { .json() });
    let rules = rules(operation);
    quote! {
        #text
        #aliases
        pub fn #name(&self #(, #arguments)*) -> #builder {
            #builder(#request::new(self.client, #http_method::#verb, #path) #(#calls)* #json #rules)
        }
    }
}

/// Returns the rules that the runtime checks for an operation.
fn rules(operation: &Operation) -> TokenStream {
    let groups = &operation.at_most_one;
    let at_most_one = (!groups.is_empty()).then(|| {
        let groups = groups.iter().map(|group| quote! { &[#(#group),*] });
        quote! { .at_most_one(&[#(#groups),*]) }
    });
    let filters = &operation.list_filters;
    let list_filters = (!filters.is_empty()).then(|| {
        let (lists, names): (Vec<_>, Vec<_>) = filters.iter().unzip();
        quote! { .list_filters(&[#((#lists, #names)),*]) }
    });
    quote! { #at_most_one #list_filters }
}
