//! Makes the text at the top of a module's page: its purpose, calls and objects.

use super::docs::{lines, wrap};
use super::module::title;
use super::{condition, prose};
use crate::ir::{Api, COMMON, Features, Kind, Service, Type};
use crate::naming;
use proc_macro2::TokenStream;
use quote::quote;

/// Returns the comment of a module, with a token stream for each part that has its own condition.
pub(super) fn of_module(api: &Api, module: &str, given: &Features) -> Vec<TokenStream> {
    let text = lines(&wrap(&purpose(api, module)));
    let mut page = vec![inner(&text)];
    let mut calls = Part::new("Calls", true, given);
    for service in &api.services {
        if service.module == module && !service.operations.is_empty() {
            service_calls(&mut calls, api, service);
        }
    }
    page.extend(calls.written());
    let mut objects = Part::new("Objects", false, given);
    for ty in api.types.iter().filter(|ty| ty.module == module) {
        if is_object(ty) {
            let line = format!("- [`{}`]: {}", ty.name, summary(&ty.docs));
            objects.push(line, &ty.features);
        }
    }
    page.extend(objects.written());
    page
}

/// Describes a service of the client, with a link to its calls.
pub(super) fn of_root(service: &Service) -> String {
    let (what, module) = (title(&service.method), naming::plain(&service.module));
    format!("Calls on {what}, which the module [`{module}`] lists.")
}

/// Describes a service, and how to get it.
pub(super) fn of_service(service: &Service) -> String {
    format!("Calls on {}: `{}`.", title(&service.method), way(service))
}

fn way(service: &Service) -> String {
    let path: Vec<String> = service
        .path
        .iter()
        .map(|method| format!(".{method}()"))
        .collect();
    format!("client{}", path.concat())
}

/// Returns the purpose of a module: the description of its tag in the spec, or of the object it
/// is named after.
fn purpose(api: &Api, module: &str) -> String {
    if let Some(text) = api.module_docs.get(module) {
        return prose::markdown(text);
    }
    if module == COMMON {
        return "Types that several modules use.".to_owned();
    }
    let main = naming::camel(naming::plain(module));
    let mut types = api.types.iter().filter(|ty| ty.module == module);
    let main = types.find(|ty| ty.name == main && ty.is_resource && !ty.docs.is_empty());
    match main {
        Some(ty) => prose::markdown(&ty.docs),
        None => format!("Types and calls of {}.", title(module)),
    }
}

/// Returns whether a type is an object that users work with: it has an id, or is a union of such
/// objects.
fn is_object(ty: &Type) -> bool {
    match &ty.kind {
        Kind::Object(object) => object.id.is_some(),
        Kind::Union(_) => ty.is_resource,
        _ => false,
    }
}

fn service_calls(part: &mut Part, api: &Api, service: &Service) {
    if !part.lines.is_empty() {
        part.push(String::new(), &service.features);
    }
    let head = format!("[`{}`]({})", way(service), service.name);
    part.push(head, &service.features);
    part.push(String::new(), &service.features);
    for &at in &service.operations {
        let operation = &api.operations[at];
        let method = naming::plain(&operation.method);
        let docs = match summary(&operation.docs) {
            docs if docs.is_empty() => {
                format!("`{} {}`", operation.verb.as_str(), operation.path)
            }
            docs => docs,
        };
        let line = format!("- [`{method}`]({}::{method}): {docs}", service.name);
        part.push(line, &operation.features);
    }
}

/// A heading with lines, some of which need features.
struct Part {
    title: &'static str,
    /// Whether the part is about items that need the feature `client`.
    client: bool,
    given: Features,
    lines: Vec<(String, Features)>,
}

impl Part {
    fn new(title: &'static str, client: bool, given: &Features) -> Self {
        Self {
            title,
            client,
            given: given.clone(),
            lines: Vec::new(),
        }
    }

    fn push(&mut self, line: String, features: &Features) {
        self.lines.push((line, features.clone()));
    }

    fn written(self) -> Vec<TokenStream> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        // The heading is present if any of the lines is.
        let mut all = self.lines.iter();
        let any = if all.any(|(_, features)| *features == self.given) {
            self.given.clone()
        } else {
            let all = self.lines.iter().flat_map(|(_, features)| features);
            all.cloned().collect()
        };
        let head = [String::new(), format!("# {}", self.title), String::new()];
        let head = head.into_iter().map(|line| (line, any.clone()));
        let mut blocks: Vec<(Features, Vec<String>)> = Vec::new();
        for (line, mut features) in head.chain(self.lines) {
            if features == self.given {
                features.clear();
            }
            match blocks.last_mut() {
                Some((known, lines)) if *known == features => lines.push(line),
                _ => blocks.push((features, vec![line])),
            }
        }
        let blocks = blocks.iter();
        blocks
            .map(
                |(features, block)| match (self.client, features.is_empty()) {
                    (false, true) => inner(&lines(block)),
                    (client, _) => conditional(block, client, features),
                },
            )
            .collect()
    }
}

/// Returns lines with a condition. They have no space at their start, because rustdoc only
/// removes it from comments.
fn conditional(block: &[String], client: bool, features: &Features) -> TokenStream {
    let block = block.iter();
    let block = block.map(|line| prose::plain(line).replace('\n', " "));
    let condition = match (client, features.is_empty()) {
        (true, true) => quote! { feature = "client" },
        (true, false) => {
            let condition = condition(features);
            quote! { all(feature = "client", #condition) }
        }
        (false, _) => condition(features),
    };
    quote! { #![cfg_attr(#condition #(, doc = #block)*)] }
}

/// Returns an inner comment.
fn inner(docs: &TokenStream) -> TokenStream {
    let text = docs.to_string().replace("# [doc", "# ! [doc");
    text.parse().unwrap_or_default()
}

/// Returns the first sentence of a text, as Markdown on one line.
pub(super) fn summary(text: &str) -> String {
    let text = prose::markdown(text);
    let paragraph: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty() && !line.starts_with("```"))
        .collect();
    let paragraph = paragraph.join(" ");
    let mut ends = paragraph.match_indices(". ");
    let end = ends.find(|(at, _)| is_whole(&paragraph[..=*at]));
    end.map_or(paragraph.as_str(), |(at, _)| &paragraph[..=at])
        .to_owned()
}

/// Returns whether Markdown ends outside of code and links, and not with an abbreviation.
fn is_whole(text: &str) -> bool {
    let count = |mark| text.matches(mark).count();
    let is_abbreviated = ["e.g.", "i.e.", "etc."]
        .iter()
        .any(|word| text.ends_with(word));
    count("`") % 2 == 0 && count("[") == count("]") && count("(") == count(")") && !is_abbreviated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_first_sentence() {
        for (text, expected) in [
            ("", ""),
            ("Lists farms. The newest first.", "Lists farms."),
            (
                "Lists farms,\nthe newest first.\n\nMore.",
                "Lists farms, the newest first.",
            ),
            ("Sets `a. b` to 1. Then more.", "Sets `a. b` to 1."),
            (
                "Feeds animals, e.g. cows. More.",
                "Feeds animals, e.g. cows.",
            ),
            ("Takes (one. two) both. More.", "Takes (one. two) both."),
            ("No end", "No end"),
        ] {
            assert_eq!(summary(text), expected);
        }
    }
}
