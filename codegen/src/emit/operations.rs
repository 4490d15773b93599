//! Emits a request builder for each operation.

use super::docs::{lines, wrap};
use super::page::summary;
use super::params::{expand_items, setters};
use super::prose;
use super::scope::{Scope, ident};
use crate::ir::{Api, Guide, Operation, Param, Service, Ty};
use crate::naming;
use proc_macro2::TokenStream;
use quote::quote;

/// Returns the request builders of a module.
pub(super) fn emit(scope: &mut Scope<'_>) -> TokenStream {
    let api = scope.api;
    let mut operations: Vec<&Operation> = api
        .operations
        .iter()
        .filter(|operation| operation.module == scope.module)
        .collect();
    operations.sort_by(|a, b| a.name.cmp(&b.name));
    let builders = operations
        .into_iter()
        .map(|operation| builder(scope, operation));
    let builders: Vec<TokenStream> = builders.collect();
    quote! { #(#builders)* }
}

fn builder(scope: &mut Scope<'_>, operation: &Operation) -> TokenStream {
    scope.enter(&operation.features);
    let cfg = scope.cfg(&operation.features);
    let name = ident(&operation.name);
    let request = scope.import("crate::request", "Request");
    let text = lines(&wrap(&builder_docs(scope.api, operation)));
    let optional: Vec<&Param> = operation
        .params
        .iter()
        .filter(|param| !param.required)
        .collect();
    let setters: Vec<TokenStream> = optional
        .iter()
        .map(|param| {
            let docs = param_docs(operation, param);
            if is_expand(param) && is_of_items(operation, param) {
                expand_items(param, &docs)
            } else {
                setters(scope, param, &docs)
            }
        })
        .collect();
    let methods = (!setters.is_empty()).then(|| {
        quote! {
            #cfg
            impl #name { #(#setters)* }
        }
    });
    let call = match &operation.output {
        Ty::List(item) => {
            let item = scope.ty(item);
            quote! { crate::macros::list_operation!(#name -> #item); }
        }
        output => {
            let output = scope.ty(output);
            quote! { crate::macros::operation!(#name -> #output); }
        }
    };
    quote! {
        #text
        #cfg
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name(pub(super) #request);

        #methods

        #cfg
        #call
    }
}

/// Returns the comment of a builder: what the call does, and the method that creates the builder.
fn builder_docs(api: &Api, operation: &Operation) -> String {
    let route = format!("`{} {}`", operation.verb.as_str(), operation.path);
    let made = |service: &Service| {
        let method = naming::plain(&operation.method);
        format!(", made by [`{}::{method}`]", service.name)
    };
    let is_it = |at: &usize| std::ptr::eq(&api.operations[*at], operation);
    let mut services = api.services.iter();
    let service = services.find(|service| service.operations.iter().any(is_it));
    let made = service.map(made).unwrap_or_default();
    let what = summary(&operation.docs);
    let call = format!("A request of {route}{made}. It is sent when it is awaited.");
    if what.is_empty() {
        call
    } else {
        format!("{what}\n\n{call}")
    }
}

/// Returns whether a parameter is Stripe's `expand`, which every operation with expandable fields
/// has.
fn is_expand(param: &Param) -> bool {
    param.name == "expand" && param.ty == Ty::Array(Box::new(Ty::String))
}

/// Whether it is for the items of a list. What answers a POST with a list is left to the caller.
fn is_of_items(operation: &Operation, param: &Param) -> bool {
    matches!(operation.output, Ty::List(_)) && !param.in_query
}

/// Returns the comment of a parameter. For `expand` it lists the paths that can be expanded.
fn param_docs(operation: &Operation, param: &Param) -> String {
    if !is_expand(param) || operation.expandable.is_empty() {
        return param.docs.clone();
    }
    let is_list = is_of_items(operation, param);
    let paths: Vec<String> = operation
        .expandable
        .iter()
        .map(|path| match path.strip_prefix("data.") {
            Some(path) if is_list => format!("`{path}`"),
            _ => format!("`{path}`"),
        })
        .collect();
    format!("{}\n\nCan be expanded: {}.", param.docs, paths.join(", "))
}

/// Returns the comment of the method that creates a builder.
pub(super) fn method_docs(
    operation: &Operation,
    example: &[String],
    crate_name: &str,
) -> TokenStream {
    let mut text = wrap(&prose::markdown(&operation.docs));
    if text.is_empty() {
        text = vec![format!("`{}` in Stripe's API.", operation.id)];
    }
    text.push(String::new());
    text.push(format!("`{} {}`", operation.verb.as_str(), operation.path));
    if let Some(guide) = &operation.guide {
        text.push(String::new());
        text.extend(wrap(&guide_link(guide, crate_name)));
    }
    if operation.deprecated {
        text.push(String::new());
        text.push("Stripe advises against it in new code.".to_owned());
    }
    text.push(String::new());
    text.push("# Example".to_owned());
    text.push(String::new());
    text.extend(example.iter().cloned());
    lines(&text)
}

/// Returns the link to a guide. A page of this crate's documentation is linked by its path in the
/// crate: rustdoc checks it, and it leads to the same version.
fn guide_link(guide: &Guide, crate_name: &str) -> String {
    let own = guide.url.strip_prefix("https://docs.rs/");
    let own = own.and_then(|rest| rest.split_once("/latest/"));
    let own = own.and_then(|(_, path)| path.strip_prefix(crate_name)?.strip_prefix('/'));
    let Some(page) = own else {
        return prose::markdown(&format!("Guide: [{}]({})", guide.title, guide.url));
    };
    let page = page.trim_end_matches("index.html").trim_end_matches('/');
    let title = prose::markdown(&guide.title);
    format!("Guide: [{title}](crate::{})", page.replace('/', "::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_crate_itself_are_linked_by_their_path() {
        let link = |url: &str| {
            let guide = Guide {
                title: "Tend a farm".to_owned(),
                url: url.to_owned(),
            };
            guide_link(&guide, "farm_api")
        };
        assert_eq!(
            link("https://docs.rs/farm-api/latest/farm_api/guide/farms/"),
            "Guide: [Tend a farm](crate::guide::farms)"
        );
        for other in [
            "https://docs.rs/barn-api/latest/barn_api/guide/farms/",
            "https://example.com/farms",
        ] {
            assert_eq!(link(other), format!("Guide: [Tend a farm]({other})"));
        }
    }
}
