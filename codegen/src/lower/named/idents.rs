//! The names of fields, variants and options: from the words of the spec, unless the names file
//! says otherwise. Two words that would share one are a diagnostic.

use super::Listed;
use crate::error::Diagnostic;
use crate::naming;
use std::collections::BTreeMap;

pub(super) struct Idents<'a> {
    listed: &'a Listed<'a>,
    found: &'a mut Vec<Diagnostic>,
    /// Ident → the word that has it.
    taken: BTreeMap<String, String>,
}

impl<'a> Idents<'a> {
    pub(super) fn new(listed: &'a Listed<'a>, found: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            listed,
            found,
            taken: BTreeMap::new(),
        }
    }

    /// The field or setter of a property.
    pub(super) fn field(&mut self, name: &str, usual: String) -> String {
        let own = self.listed.entry.fields.get(name).cloned();
        let ident = own.unwrap_or(usual);
        self.take("fields", name, ident)
    }

    /// The variants of all values of an enum; where two would have one name, what tells the values
    /// apart is spelled out.
    pub(super) fn variants(&mut self, values: &[&str]) -> Vec<String> {
        let own = &self.listed.entry.variants;
        let mut usual: BTreeMap<String, usize> = BTreeMap::new();
        for value in values {
            let ident = own.get(*value).cloned();
            *usual
                .entry(ident.unwrap_or_else(|| naming::variant(value)))
                .or_default() += 1;
        }
        let idents = values.iter().map(|value| match own.get(*value) {
            Some(ident) => ident.clone(),
            None => match naming::variant(value) {
                ident if usual[&ident] == 1 => ident,
                // What the names file gives away is not to be had.
                _ => match naming::variant_in_full(value) {
                    ident if own.values().any(|given| *given == ident) => {
                        naming::variant_in_full(&value.replace('_', "_underscore_"))
                    }
                    ident => ident,
                },
            },
        });
        let idents: Vec<String> = idents.collect();
        let idents = values.iter().zip(idents);
        idents
            .map(|(value, ident)| self.take("variants", value, ident))
            .collect()
    }

    /// The variant of a type that a choice takes, beside its words.
    pub(super) fn option(&mut self, arm: &str, usual: String) -> String {
        let step = format!("|{arm}");
        let own = self.listed.entry.variants.get(&step).cloned();
        let ident = own.unwrap_or_else(|| match self.taken.contains_key(&usual) {
            true => format!("{usual}Value"),
            false => usual,
        });
        self.take("variants", &step, ident)
    }

    fn take(&mut self, key: &str, word: &str, ident: String) -> String {
        if let Some(other) = self.taken.insert(ident.clone(), word.to_owned()) {
            let Listed { module, name, .. } = self.listed;
            self.found.push(Diagnostic::new(
                self.listed.pointer(),
                format!("`{other}` and `{word}` of `{module}::{name}` are both called `{ident}`"),
                format!(
                    "add to names.yaml, at `{name}` of `{module}`: `{key}: {{\"{word}\": {ident}2}}`, \
                     with a name of your own"
                ),
            ));
        }
        ident
    }
}
