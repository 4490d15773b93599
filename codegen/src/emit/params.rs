//! Emits the objects and choices of requests.

use super::docs::docs;
use super::scope::{Scope, ident};
use crate::ir::{Choice, ChoiceValue, Param, Params, Ty, Type};
use crate::naming;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// A parameter as an argument: its type, and the expression for its value.
pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) ty: TokenStream,
    pub(super) value: TokenStream,
}

/// Returns a parameter as an argument.
pub(super) fn argument(scope: &mut Scope<'_>, param: &Param) -> Argument {
    let name = ident(&param.ident);
    let into = |target: TokenStream| Argument {
        name: name.clone(),
        ty: quote! { impl Into<#target> },
        value: quote! { Into::<#target>::into(#name) },
    };
    let plain = |ty: TokenStream, value: TokenStream| Argument {
        name: name.clone(),
        ty,
        value,
    };
    if param.sensitive && param.ty == Ty::String {
        let value = scope.import("crate::params", "Value");
        return plain(
            quote! { impl Into<String> },
            quote! { #value::sensitive(#name) },
        );
    }
    match &param.ty {
        Ty::String | Ty::ObjectType(_) => into(quote! { String }),
        Ty::Id(id) => into(scope.id(*id)),
        Ty::Timestamp => into(scope.runtime("Timestamp")),
        Ty::Named(id) if matches!(scope.api.get(*id).kind, crate::ir::Kind::Choice(_)) => {
            into(scope.named(*id))
        }
        Ty::Array(item) => {
            scope.import("crate", "params");
            match item.as_ref() {
                Ty::String => plain(
                    quote! { impl IntoIterator<Item = impl Into<String>> },
                    quote! { params::strings(#name) },
                ),
                Ty::Id(id) => {
                    let id = scope.id(*id);
                    plain(
                        quote! { impl IntoIterator<Item = impl Into<#id>> },
                        quote! { params::list(#name.into_iter().map(Into::<#id>::into)) },
                    )
                }
                item => {
                    let item = scope.ty(item);
                    plain(
                        quote! { impl IntoIterator<Item = #item> },
                        quote! { params::list(#name) },
                    )
                }
            }
        }
        Ty::Map(value) => {
            scope.import("crate", "params");
            match value.as_ref() {
                Ty::String => plain(
                    quote! { impl IntoIterator<Item = (impl Into<String>, impl Into<String>)> },
                    quote! { params::string_map(#name) },
                ),
                value => {
                    let value = scope.ty(value);
                    plain(
                        quote! { impl IntoIterator<Item = (impl Into<String>, #value)> },
                        quote! { params::map(#name) },
                    )
                }
            }
        }
        ty => plain(scope.ty(ty), quote! { #name }),
    }
}

/// Returns the method that expands fields in the items of a list. It adds the `data.` that Stripe
/// requires before these paths.
pub(super) fn expand_items(param: &Param, text: &str) -> TokenStream {
    let docs_of = docs(text, &format!("Sets `{}`.", param.name));
    let name = ident(&naming::setter(&param.name));
    quote! {
        #docs_of
        pub fn #name(mut self, #name: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.0.expand_items(#name);
            self
        }
    }
}

/// Returns the methods that set and clear optional parameters.
pub(super) fn setters(scope: &mut Scope<'_>, param: &Param, text: &str) -> TokenStream {
    let docs_of = docs(text, &format!("Sets `{}`.", param.name));
    let Argument { name, ty, value } = argument(scope, param);
    let wire = &param.name;
    let (set, cleared) = if param.in_query {
        let none = || scope.import("crate::params", "Value");
        let cleared = param.clearable.then(none);
        let cleared = cleared.map(|value| quote! { self.0.set_in_query(#wire, #value::CLEAR); });
        (format_ident!("set_in_query"), cleared)
    } else {
        (format_ident!("set"), Some(quote! { self.0.clear(#wire); }))
    };
    let clear = param.clearable.then(|| {
        let method = ident(&naming::clear(&param.ident));
        let text = docs(
            "",
            &format!("Unsets `{}`, whatever it was before.", param.name),
        );
        quote! {
            #text
            pub fn #method(mut self) -> Self {
                #cleared
                self
            }
        }
    });
    quote! {
        #docs_of
        pub fn #name(mut self, #name: #ty) -> Self {
            self.0.#set(#wire, #value);
            self
        }

        #clear
    }
}

/// Returns an object of parameters.
pub(super) fn emit(scope: &mut Scope<'_>, ty: &Type, params: &Params) -> TokenStream {
    let cfg = scope.cfg(&ty.features);
    let text = docs(&ty.docs, &format!("`{}` in Stripe's API.", ty.name));
    let name = ident(&ty.name);
    let inner = scope.import("crate::params", "Params");
    let required: Vec<&Param> = params
        .params
        .iter()
        .filter(|param| param.required && params.has_new())
        .collect();
    let arguments: Vec<Argument> = required
        .iter()
        .map(|param| argument(scope, param))
        .collect();
    let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
    let types: Vec<_> = arguments.iter().map(|argument| &argument.ty).collect();
    let values: Vec<_> = arguments.iter().map(|argument| &argument.value).collect();
    let wires: Vec<_> = required.iter().map(|param| &param.name).collect();
    let default = (required.is_empty() && params.has_new()).then(|| quote! { , Default });
    let new_docs = if required.is_empty() {
        docs("", "Nothing set yet.")
    } else {
        let what: Vec<String> = required.iter().map(|p| format!("`{}`", p.name)).collect();
        docs("", &format!("With what is required: {}.", what.join(", ")))
    };
    let mut constructors = Vec::new();
    if params.has_new() {
        constructors.push(quote! {
            #new_docs
            pub fn new(#(#names: #types),*) -> Self {
                Self(#inner::new() #(.with(#wires, #values))*)
            }
        });
    }
    for param in &params.params {
        let Some(beside) = params.constructor(param) else {
            continue;
        };
        let Argument { name, ty, value } = argument(scope, param);
        let wire = &param.name;
        let (names, values): (Vec<&str>, Vec<&str>) = beside.into_iter().unzip();
        let what: Vec<String> = names
            .iter()
            .zip(&values)
            .map(|(name, value)| format!("`{name}` set to `{value}`"))
            .collect();
        let text = match what.is_empty() {
            true => format!("With `{wire}`."),
            false => format!("With {}.", what.join(", ")),
        };
        let text = docs(&param.docs, &text);
        let method = if name == "new" {
            format_ident!("new_")
        } else {
            name.clone()
        };
        constructors.push(quote! {
            #text
            pub fn #method(#name: #ty) -> Self {
                Self(#inner::new() #(.with(#names, #values))* .with(#wire, #value))
            }
        });
    }
    // The constructor of a parameter sends these as well.
    let is_said = |param: &Param| {
        let mut beside = params.one_of.values();
        params.constructor(param).is_some() || beside.any(|beside| beside.contains_key(&param.name))
    };
    let optional: Vec<TokenStream> = params
        .params
        .iter()
        .filter(|param| !is_said(param) && (!param.required || param.clearable))
        .map(|param| {
            if param.required {
                // `new` sets it, so only a method to clear it is of use here.
                clear_only(param)
            } else {
                setters(scope, param, &param.docs)
            }
        })
        .collect();
    quote! {
        #text
        #cfg
        #[derive(Clone, Debug, PartialEq #default)]
        pub struct #name(#inner);

        #cfg
        impl #name {
            #(#constructors)*
            #(#optional)*
        }

        #cfg
        crate::macros::params!(#name);
    }
}

fn clear_only(param: &Param) -> TokenStream {
    let method = ident(&naming::clear(&param.ident));
    let wire = &param.name;
    let text = docs("", &format!("Unsets `{wire}`, whatever it was before."));
    quote! {
        #text
        pub fn #method(mut self) -> Self {
            self.0.clear(#wire);
            self
        }
    }
}

/// Returns a parameter that has several types.
pub(super) fn emit_choice(scope: &mut Scope<'_>, ty: &Type, choice: &Choice) -> TokenStream {
    let cfg = scope.cfg(&ty.features);
    let text = docs(&ty.docs, &format!("`{}` in Stripe's API.", ty.name));
    let name = ident(&ty.name);
    let value = scope.import("crate::params", "Value");
    let mut variants = Vec::new();
    let mut arms = Vec::new();
    let mut conversions = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for option in &choice.options {
        let ident = ident(&option.ident);
        match &option.value {
            ChoiceValue::Word(word) => {
                let text = docs(&option.docs, &format!("`{word}`"));
                variants.push(quote! { #text #ident, });
                arms.push(quote! { #name::#ident => #word.into(), });
            }
            ChoiceValue::Typed(ty) => {
                let tokens = scope.ty(ty);
                let text = docs(&option.docs, &fallback(scope, ty));
                variants.push(quote! { #text #ident(#tokens), });
                arms.push(quote! { #name::#ident(value) => value.into(), });
                let key = tokens.to_string();
                if seen.contains(&key) {
                    continue;
                }
                seen.push(key);
                conversions.push(quote! {
                    #cfg
                    impl From<#tokens> for #name {
                        fn from(value: #tokens) -> Self {
                            Self::#ident(value)
                        }
                    }
                });
                if *ty == Ty::String {
                    conversions.push(quote! {
                        #cfg
                        impl From<&str> for #name {
                            fn from(value: &str) -> Self {
                                Self::#ident(value.to_owned())
                            }
                        }
                    });
                }
            }
        }
    }
    quote! {
        #text
        #cfg
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name { #(#variants)* }

        #(#conversions)*

        #cfg
        impl From<#name> for #value {
            fn from(value: #name) -> Self {
                match value { #(#arms)* }
            }
        }
    }
}

fn fallback(scope: &Scope<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Named(id) => {
            let docs = &scope.api.get(*id).docs;
            if docs.is_empty() {
                "As an object.".to_owned()
            } else {
                docs.clone()
            }
        }
        Ty::Integer => "As an integer.".to_owned(),
        Ty::Timestamp => "At this time.".to_owned(),
        Ty::Bool => "As a flag.".to_owned(),
        Ty::Number => "As a number.".to_owned(),
        Ty::Array(_) => "As a list.".to_owned(),
        Ty::Map(_) => "As a map.".to_owned(),
        _ => "As text.".to_owned(),
    }
}
