//! Reduces the spec to JSON without documentation, which is small and fast to read.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

const SPEC: &str = "spec.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SPEC}");
    println!("cargo::rerun-if-changed=build.rs");
    let mut spec: Value = serde_yaml::from_str(&fs::read_to_string(SPEC)?)?;
    strip(&mut spec, false);
    let out = env::var_os("OUT_DIR").ok_or("cargo says where to write")?;
    fs::write(Path::new(&out).join("spec.json"), spec.to_string())?;
    Ok(())
}

/// Removes documentation. A property may have the name of a documentation key.
fn strip(value: &mut Value, names: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, false)),
        Value::Object(object) => {
            if !names {
                object.retain(|name, _| !matches!(name.as_str(), "description" | "title"));
            }
            for (name, value) in object {
                strip(value, !names && name == "properties");
            }
        }
        _ => {}
    }
}
