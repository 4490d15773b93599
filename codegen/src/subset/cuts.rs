//! Applies the `cuts` of the rules.

use serde_json::{Value, json};

use super::rules::Rules;
use crate::document;
use crate::error::{Diagnostic, Fix};
use crate::overlay;

/// The cuts that no rule speaks of.
pub(super) fn cut(rules: &Rules, spec: &mut Value, in_rules: &mut Vec<Diagnostic>) {
    for (index, cut) in rules.cuts.iter().enumerate() {
        let pointer = format!("/cuts/{index}/target");
        let path = match document::path(&cut.target, pointer.clone()) {
            Ok(path) => path,
            Err(error) => {
                in_rules.push(error);
                continue;
            }
        };
        let places = document::locate(spec, &path);
        if places.is_empty() {
            let what = format!("`{}` matches nothing", cut.target);
            let meant = overlay::meant(spec, &cut.target);
            let (help, fix) = match meant {
                Some(text) => (format!("did you mean `{text}`?"), Fix::None),
                None => (
                    "remove the cut, or correct its target".to_owned(),
                    Fix::Remove,
                ),
            };
            in_rules.push(Diagnostic::new(pointer, what, help).with(fix));
        } else if places.iter().any(String::is_empty) {
            let help = "name what is to be cut from it";
            in_rules.push(Diagnostic::new(
                pointer,
                "this cuts the whole document",
                help,
            ));
        } else {
            keep_raw(spec, &places);
            document::remove_all(spec, &places);
        }
    }
}

/// Opens the response objects that lose properties to cuts: the generator keeps what Stripe sends
/// of these as raw JSON.
fn keep_raw(spec: &mut Value, places: &[String]) {
    for pointer in places {
        let object = pointer
            .rsplit_once('/')
            .and_then(|(properties, _)| properties.strip_suffix("/properties"))
            .filter(|object| object.starts_with("/components/schemas/"));
        if let Some(Value::Object(object)) = object.and_then(|object| spec.pointer_mut(object)) {
            object.insert("additionalProperties".to_owned(), json!(true));
        }
    }
}
