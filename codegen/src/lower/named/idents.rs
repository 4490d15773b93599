//! Names fields, variants, setters and options by the words of the spec, unless the names file
//! has a name. Two words with the same name are a diagnostic about the word without an entry,
//! which is the new one.

use super::Listed;
use crate::error::Diagnostic;
use crate::naming;
use std::collections::BTreeMap;

/// A name, and the word of the spec that it is for.
pub(in crate::lower) struct Claim {
    pub(in crate::lower) ident: String,
    pub(in crate::lower) word: String,
    /// Whether the name is from the names file.
    pub(in crate::lower) given: bool,
}

/// Returns the claims to names that an earlier word has, each with that word's claim.
pub(in crate::lower) fn shared(claims: &[Claim]) -> Vec<(&Claim, &Claim)> {
    let mut taken: BTreeMap<&str, &Claim> = BTreeMap::new();
    let mut found = Vec::new();
    let (given, others): (Vec<&Claim>, Vec<&Claim>) = claims.iter().partition(|claim| claim.given);
    for claim in given.into_iter().chain(others) {
        match taken.get(claim.ident.as_str()) {
            Some(other) if other.word != claim.word => found.push((*other, claim)),
            _ => _ = taken.insert(&claim.ident, claim),
        }
    }
    found
}

/// Returns the variants of all values without an entry in the names file. If two values would get
/// the same variant, their special characters are spelled out.
pub(in crate::lower) fn variants(values: &[&str], own: &BTreeMap<String, String>) -> Vec<Claim> {
    let idents: Vec<String> = values
        .iter()
        .map(|value| own.get(*value).cloned())
        .zip(values)
        .map(|(own, value)| own.unwrap_or_else(|| naming::variant(value)))
        .collect();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for ident in &idents {
        *count.entry(ident).or_default() += 1;
    }
    let in_full = |value: &str| match naming::variant_in_full(value) {
        // Names in the names file can't be used for other words.
        ident if own.values().any(|given| *given == ident) => {
            naming::variant_in_full(&value.replace('_', "_underscore_"))
        }
        ident => ident,
    };
    let claims = values.iter().zip(&idents).map(|(value, ident)| {
        let given = own.contains_key(*value);
        let ident = match given || count[ident.as_str()] == 1 {
            true => ident.clone(),
            false => in_full(value),
        };
        Claim {
            ident,
            word: (*value).to_owned(),
            given,
        }
    });
    claims.collect()
}

/// The names within a type.
pub(super) struct Idents<'a> {
    listed: &'a Listed<'a>,
    found: &'a mut Vec<Diagnostic>,
    /// The key of the names file for these names.
    key: &'static str,
    claims: Vec<Claim>,
}

impl<'a> Idents<'a> {
    pub(super) fn new(listed: &'a Listed<'a>, found: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            listed,
            found,
            key: "variants",
            claims: Vec::new(),
        }
    }

    /// Returns the field or setter of a property.
    pub(super) fn field(&mut self, name: &str, usual: String) -> String {
        self.key = "fields";
        let own = self.listed.entry.fields.get(name).cloned();
        let given = own.is_some();
        self.claim(name, own.unwrap_or(usual), given)
    }

    /// Claims the name of the method that clears a parameter.
    pub(super) fn clear(&mut self, name: &str, setter: &str) {
        let given = self.listed.entry.fields.contains_key(name);
        self.claim(name, naming::clear(setter), given);
    }

    pub(super) fn variants(&mut self, values: &[&str]) -> Vec<String> {
        let claims = variants(values, &self.listed.entry.variants);
        let idents = claims.iter().map(|claim| claim.ident.clone()).collect();
        self.claims.extend(claims);
        idents
    }

    /// Returns the variant for a type of a choice.
    pub(super) fn option(&mut self, arm: &str, usual: String) -> String {
        let step = format!("|{arm}");
        let own = self.listed.entry.variants.get(&step).cloned();
        let given = own.is_some();
        let ident = own.unwrap_or_else(|| {
            let is_taken = self.claims.iter().any(|claim| claim.ident == usual);
            match is_taken {
                true => format!("{usual}Value"),
                false => usual,
            }
        });
        self.claim(&step, ident, given)
    }

    fn claim(&mut self, word: &str, ident: String, given: bool) -> String {
        self.claims.push(Claim {
            ident: ident.clone(),
            word: word.to_owned(),
            given,
        });
        ident
    }

    /// Reports names that two words have.
    pub(super) fn finish(self) {
        let Listed { module, name, .. } = self.listed;
        for (other, claim) in shared(&self.claims) {
            let Claim { ident, word, .. } = claim;
            let key = self.key;
            let own = match key {
                "fields" => format!("{}_2", naming::plain(ident)),
                _ => format!("{ident}2"),
            };
            self.found.push(Diagnostic::new(
                self.listed.pointer(),
                format!(
                    "`{}` and `{word}` of `{module}::{name}` are both called `{ident}`",
                    other.word
                ),
                format!(
                    "add to names.yaml, at `{name}` of `{module}`: `{key}: {{\"{word}\": {own}}}`, \
                     with a name of your own"
                ),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, shared, variants};

    #[test]
    fn a_name_that_is_given_is_no_other_words() {
        let claim = |word: &str, ident: &str, given| Claim {
            ident: ident.to_owned(),
            word: word.to_owned(),
            given,
        };
        let claims = [
            claim("a_b", "a_b", false),
            claim("aB", "a_b", true),
            claim("c", "c", false),
        ];
        let found: Vec<_> = shared(&claims)
            .into_iter()
            .map(|(keeps, new)| (&*keeps.word, &*new.word))
            .collect();
        assert_eq!(found, [("aB", "a_b")]);
    }

    #[test]
    fn values_are_told_apart_in_words() {
        let named = |values: &[&str], own: &[(&str, &str)]| -> Vec<String> {
            let own = own.iter();
            let own = own
                .map(|(word, ident)| ((*word).to_owned(), (*ident).to_owned()))
                .collect();
            let claims = variants(values, &own);
            claims.into_iter().map(|claim| claim.ident).collect()
        };
        assert_eq!(named(&["so so", "so_so"], &[]), ["SoSpaceSo", "SoSo"]);
        assert_eq!(named(&["a.b_c", "a_b.c"], &[]), ["ADotBC", "ABDotC"]);
        assert_eq!(
            named(&["so so", "so_so"], &[("so so", "SoSo")]),
            ["SoSo", "SoUnderscoreSo"]
        );
    }
}
