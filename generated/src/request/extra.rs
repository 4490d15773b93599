//! Parameters that the caller adds by name to the typed ones.

use super::Request;
use crate::Error;
use crate::params::{Params, Value};

impl Request {
    /// Adds a parameter by its form name, such as `a[b]`.
    pub(crate) fn add(&mut self, name: String, value: Value) {
        self.0.extra.push((name, value));
    }

    /// Merges the added parameters into the typed ones.
    pub(super) fn join_extra(&mut self) -> Result<(), Error> {
        for (name, value) in std::mem::take(&mut self.0.extra) {
            let Some((first, inside)) = path(&name) else {
                return Err(Error::invalid(format!(
                    "`{}` is not the name of a parameter; write it as `a`, `a[b]` or `a[0]`",
                    name.escape_debug()
                )));
            };
            // What the query of a POST has is not asked for once more in its body.
            let is_in_query = self.0.query.get(first).is_some();
            if is_in_query || !self.0.params.join(first, &inside, value) {
                return Err(Error::invalid(format!(
                    "the parameter `{}` is set already, or its parent is set to another value",
                    name.escape_debug()
                )));
            }
        }
        Ok(())
    }
}

/// Splits `a[b][c]` into `a` and `[b, c]`.
fn path(name: &str) -> Option<(&str, Vec<&str>)> {
    let Some((first, inside)) = name.split_once('[') else {
        return (!name.is_empty() && !name.contains(']')).then(|| (name, Vec::new()));
    };
    let inside: Vec<&str> = inside.strip_suffix(']')?.split("][").collect();
    let is_sound = |name: &&str| !name.contains(['[', ']']);
    let is_named = |name: &&str| !name.is_empty();
    let (_last, before) = inside.split_last()?;
    // Only the last list can be extended without an index.
    let sound = !first.is_empty() && inside.iter().all(is_sound) && before.iter().all(is_named);
    sound.then_some((first, inside))
}

impl Params {
    /// Sets a value at a path of names and indexes. Returns `false` if it is already set.
    fn join(&mut self, name: &str, inside: &[&str], value: Value) -> bool {
        let Some((next, rest)) = inside.split_first() else {
            let is_new = self.get(name).is_none();
            if is_new {
                self.set(name.to_owned(), value);
            }
            return is_new;
        };
        if self.get(name).is_none() {
            let empty = if matches!(*next, "" | "0") {
                Value::from(Vec::<Value>::new())
            } else {
                Self::new().into()
            };
            self.set(name.to_owned(), empty);
        }
        self.get_mut(name)
            .is_some_and(|outer| outer.join(next, rest, value))
    }
}

impl Value {
    fn join(&mut self, name: &str, inside: &[&str], value: Self) -> bool {
        if let Some(params) = self.object_mut() {
            return params.join(name, inside, value);
        }
        let Some(items) = self.list_mut() else {
            return false;
        };
        let index = if name.is_empty() {
            Some(items.len())
        } else {
            name.parse().ok()
        };
        match (index, inside) {
            (Some(index), []) if index == items.len() => {
                items.push(value);
                true
            }
            (Some(index), [next, rest @ ..]) if index <= items.len() => {
                if index == items.len() {
                    items.push(Params::new().into());
                }
                items[index].join(next, rest, value)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{form, strings};

    #[test]
    fn added_parameters_come_last() {
        let typed = || {
            Params::new()
                .with("limit", 3)
                .with("holder", Params::new().with("type", "customer"))
                .with("features", strings(["a"]))
        };
        for (name, joined) in [
            (
                "new",
                Some("limit=3&holder[type]=customer&features[0]=a&new=x"),
            ),
            (
                "holder[x]",
                Some("limit=3&holder[type]=customer&holder[x]=x&features[0]=a"),
            ),
            (
                "holder[x][y]",
                Some("limit=3&holder[type]=customer&holder[x][y]=x&features[0]=a"),
            ),
            (
                "features[1]",
                Some("limit=3&holder[type]=customer&features[0]=a&features[1]=x"),
            ),
            (
                "features[]",
                Some("limit=3&holder[type]=customer&features[0]=a&features[1]=x"),
            ),
            (
                "new[]",
                Some("limit=3&holder[type]=customer&features[0]=a&new[0]=x"),
            ),
            (
                "new[0][b]",
                Some("limit=3&holder[type]=customer&features[0]=a&new[0][b]=x"),
            ),
            ("limit", None),
            ("limit[x]", None),
            ("holder", None),
            ("holder[type]", None),
            ("holder[type][x]", None),
            ("features[0]", None),
            ("features[2]", None),
            ("features[x]", None),
            ("features", None),
        ] {
            let mut params = typed();
            let (first, inside) = path(name).expect(name);
            let is_new = params.join(first, &inside, "x".into());
            assert_eq!(is_new.then(|| form(&params)).as_deref(), joined, "{name}");
        }
    }

    #[test]
    fn names() {
        for (name, parts) in [
            ("a", Some(("a", vec![]))),
            ("a[b]", Some(("a", vec!["b"]))),
            ("a[b][c]", Some(("a", vec!["b", "c"]))),
            ("a[]", Some(("a", vec![""]))),
            ("", None),
            ("[a]", None),
            ("a[", None),
            ("a]", None),
            ("a[b", None),
            ("a[b]c", None),
            ("a[][b]", None),
            ("a[[b]]", None),
        ] {
            assert_eq!(path(name), parts, "{name}");
        }
    }
}
