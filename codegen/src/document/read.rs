//! Reads a JSON or YAML text into a tree. All commands use this reader.
//!
//! Input that the tree can't represent (a duplicate key, a number that JSON does not have, a tag)
//! is a diagnostic.

use std::cell::RefCell;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};

use super::text::{is_json, without_mark};
use super::{join, position, recognize};
use crate::error::Diagnostic;

/// The deepest nesting that is read: twice as deep as any known spec, and below the limits of
/// serde_json and serde_yaml.
const DEEPEST: usize = 100;

/// The tree of `text`, JSON or YAML.
///
/// # Errors
///
/// Returns the syntax error with its position if the text can't be parsed, and otherwise
/// everything that the tree can't represent.
pub(crate) fn read(text: &str) -> Result<Value, Vec<Diagnostic>> {
    let text = without_mark(text);
    if let Some(something_else) = recognize::text(text) {
        return Err(vec![something_else]);
    }
    let found = RefCell::new(Vec::new());
    let is_json = is_json(text);
    let root = Tree {
        yaml: !is_json,
        place: &Place::Root,
        depth: 0,
        found: &found,
    };
    let value = if is_json {
        let mut json = serde_json::Deserializer::from_str(text);
        root.deserialize(&mut json)
            .and_then(|value| json.end().map(|()| value))
            .map_err(|error| vec![recognize::json_error(&error, text)])?
    } else {
        root.deserialize(serde_yaml::Deserializer::from_str(text))
            .map_err(|error| vec![recognize::yaml_error(&error, text)])?
    };
    let mut found = found.into_inner();
    if !found.is_empty() {
        position::add(text, &mut found);
        return Err(found);
    }
    if value.is_null() {
        return Err(vec![recognize::empty()]);
    }
    Ok(value)
}

/// The place of the reader as a linked list on the stack. The pointer is only built for a
/// diagnostic.
enum Place<'p> {
    Root,
    Key(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(above, key) => join(&above.pointer(), key),
            Self::Index(above, index) => join(&above.pointer(), index),
        }
    }
}

/// Reads one value and everything below it.
struct Tree<'p> {
    yaml: bool,
    place: &'p Place<'p>,
    depth: usize,
    found: &'p RefCell<Vec<Diagnostic>>,
}

impl Tree<'_> {
    fn wrong(&self, place: &Place<'_>, what: impl Into<String>, help: &str) {
        let wrong = Diagnostic::new(place.pointer(), what, help);
        self.found.borrow_mut().push(wrong);
    }

    fn below<'p>(&'p self, place: &'p Place<'p>) -> Tree<'p> {
        Tree {
            yaml: self.yaml,
            place,
            depth: self.depth + 1,
            found: self.found,
        }
    }

    /// Adds the entries of a merge key to `map`, unless `map` has the key itself.
    fn merge(&self, map: &mut Map<String, Value>, merged: Value) {
        let merged = match merged {
            Value::Array(all) => all,
            one => vec![one],
        };
        for value in merged {
            let Value::Object(entries) = value else {
                let help = "a merge key `<<` takes a mapping, or a list of them";
                let place = Place::Key(self.place, "<<");
                self.wrong(&place, "there is no mapping to merge", help);
                continue;
            };
            for (key, value) in entries {
                map.entry(key).or_insert(value);
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > DEEPEST {
            let what = format!("more than {DEEPEST} levels deep");
            self.wrong(self.place, what, "flatten what is nested here");
            return deserializer
                .deserialize_ignored_any(IgnoredAny)
                .map(|_| Value::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    // As in JSON, an integer of more than 64 bits becomes a float.
    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok((value as f64).into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok((value as f64).into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        if number.is_none() {
            let what = format!("`{value}` is a number that JSON does not have");
            self.wrong(self.place, what, "write a finite number, or quote it");
        }
        Ok(number.map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let place = Place::Index(self.place, items.len());
            match seq.next_element_seed(self.below(&place))? {
                Some(item) => items.push(item),
                None => return Ok(items.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let mut merged = None;
        // Keys become text, as in JSON: `200:` below `responses` becomes `"200"`.
        while let Some(key) = entries.next_key::<String>()? {
            let place = Place::Key(self.place, &key);
            let value = entries.next_value_seed(self.below(&place))?;
            let twice = if self.yaml && key == "<<" {
                merged.replace(value).is_some()
            } else if map.contains_key(&key) {
                true
            } else {
                map.insert(key.clone(), value);
                false
            };
            if twice {
                let what = format!("the key `{key}` appears twice");
                self.wrong(&place, what, "remove one of them, or give it another name");
            }
        }
        if let Some(merged) = merged {
            self.merge(&mut map, merged);
        }
        Ok(map.into())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (tag, variant) = data.variant::<String>()?;
        let place = Place::Key(self.place, "");
        let inner = self.below(&place);
        let Ok(_) = variant.newtype_variant_seed(inner) else {
            return Err(A::Error::custom(format!("the tag `!{tag}`")));
        };
        let what = format!("the tag `!{tag}`, which JSON does not have");
        self.wrong(self.place, what, "remove the tag");
        Ok(Value::Null)
    }
}
