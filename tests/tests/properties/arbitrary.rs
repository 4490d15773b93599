//! Makes random objects that the spec allows.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The largest nesting of objects.
const DEPTH: usize = 5;

/// The committed spec.
pub(crate) struct Spec(Value);

impl Spec {
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let text = fs::read_to_string(root.join("spec/financial_connections.yaml"));
        Self(serde_yaml::from_str(&text.expect("the spec")).expect("YAML"))
    }

    /// Makes an object of a component from a seed.
    pub(crate) fn object(&self, component: &str, seed: u64) -> Value {
        let schema = json!({"$ref": format!("#/components/schemas/{component}")});
        Maker { spec: self, seed }.value(&schema, DEPTH)
    }
}

/// A strategy for seeds; smaller ones make smaller objects.
pub(crate) fn seed() -> impl Strategy<Value = u64> {
    any::<u64>()
}

struct Maker<'a> {
    spec: &'a Spec,
    seed: u64,
}

impl Maker<'_> {
    /// Returns a random number below a bound (SplitMix64).
    fn below(&mut self, bound: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'v>(&mut self, values: &'v [Value]) -> &'v Value {
        &values[self.below(values.len())]
    }

    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = self.spec.0.pointer(&reference[1..]).expect("a component");
            return self.value(&schema.clone(), depth);
        }
        if schema["nullable"] == true && (depth == 0 || self.one_in(4)) {
            return Value::Null;
        }
        if let Some(options) = schema["anyOf"].as_array() {
            // Deep down, an expandable field is an id.
            let flat = options.iter().find(|option| option["type"] == "string");
            let option = match flat {
                Some(flat) if depth == 0 => flat.clone(),
                _ => self.pick(options).clone(),
            };
            return self.value(&option, depth);
        }
        if let Some(values) = schema["enum"].as_array() {
            // An enum with one value names the kind of object; other enums are open.
            if values.len() > 1 && self.one_in(8) {
                return json!("unheard_of");
            }
            return self.pick(values).clone();
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(self.one_in(2)),
            Some("integer") => self.integer(schema["format"] == "unix-time"),
            // Exact as decimals, so that the number is the same after it was text.
            Some("number") => json!(self.below(1 << 20) as f64 / 8.0 - 1000.0),
            Some("array") => {
                let count = if depth == 0 { 0 } else { self.below(3) };
                let items = &schema["items"];
                let mut value = || self.value(items, depth.saturating_sub(1));
                (0..count).map(|_| value()).collect()
            }
            Some("object") => self.fields(schema, depth),
            _ => self.text(),
        }
    }

    fn fields(&mut self, schema: &Value, depth: usize) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let is_map = schema["additionalProperties"].is_object();
        let mut object = Map::new();
        // A resource outside of the subset has only an id.
        if !is_map && schema.get("properties").is_none() {
            object.insert("id".to_owned(), self.text());
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.iter().any(|required| required == name);
            if is_required || (depth > 0 && self.one_in(2)) {
                let value = self.value(property, depth.saturating_sub(1));
                object.insert(name.clone(), value);
            }
        }
        if is_map {
            for _ in 0..self.below(4) {
                let name = format!("key {} é\"", self.below(100));
                let value = self.value(&schema["additionalProperties"], 0);
                object.insert(name, value);
            }
        }
        if !is_map && self.one_in(8) {
            object.insert("unheard_of".to_owned(), json!({"a": [null, 1.5, "x"]}));
        }
        object.into()
    }

    fn integer(&mut self, is_time: bool) -> Value {
        let whole = self.below(1 << 40) as i64 - (1 << 20);
        match self.below(8) {
            0 => json!(whole as f64),
            1 if is_time => json!(whole as f64 + 0.25),
            2 => json!(i64::MAX),
            _ => json!(whole),
        }
    }

    fn text(&mut self) -> Value {
        let texts = [
            "",
            "a",
            "a\"b\\c\n\u{0}",
            "é€😀",
            "null",
            "1",
            "~",
            "- x: y",
        ];
        match self.below(3) {
            0 => json!(texts[self.below(texts.len())]),
            // Longer than the text that is stored inline.
            1 => json!("long ".repeat(self.below(12))),
            _ => json!(format!("id_{}", self.below(1 << 30))),
        }
    }
}
