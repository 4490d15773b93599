//! Parses forms with brackets in their names (`a[b][0]=v`) into a tree.
//!
//! The parser is handwritten, because errors have to name the parameter as it was sent, and only
//! the spec says whether a value is a number, list or object.

use crate::error::ApiError;

/// A value as sent: a string, or a list or object of others. Only the spec tells them apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Text(String),
    Tree(Tree),
}

/// Names and values in the order in which they were sent.
pub(crate) type Tree = Vec<(String, Node)>;

/// Limited, because names are searched one by one.
const MAX_PARAMS: usize = 1000;
const MAX_DEPTH: usize = 16;

/// Decodes a query, a form body, or both joined by `&`.
pub(crate) fn decode(form: &[u8]) -> Result<Tree, ApiError> {
    let mut tree = Tree::new();
    for (count, (name, value)) in form_urlencoded::parse(form).enumerate() {
        if count == MAX_PARAMS {
            return Err(ApiError::invalid(format!(
                "The request has more than {MAX_PARAMS} parameters."
            )));
        }
        let path = segments(&name);
        if path.len() > MAX_DEPTH {
            return Err(ApiError::invalid(format!(
                "Parameters may be nested up to {MAX_DEPTH} levels deep."
            )));
        }
        if !insert(&mut tree, &path, value.into_owned()) {
            return Err(ApiError::invalid(format!(
                "Received both a plain value and nested values for: {name}"
            ))
            .param(name.as_ref()));
        }
    }
    Ok(tree)
}

/// Splits `a[b][]` into `a`, `b` and an empty name. Unbalanced brackets belong to the name.
fn segments(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[') else {
        return vec![name];
    };
    match rest.strip_suffix(']') {
        Some(rest) if !first.is_empty() => std::iter::once(first).chain(rest.split("][")).collect(),
        _ => vec![name],
    }
}

/// Returns `false` if a string and an object have the same name.
fn insert(tree: &mut Tree, path: &[&str], value: String) -> bool {
    let name = match path[0] {
        "" => tree.len().to_string(),
        name => name.to_owned(),
    };
    let known = tree.iter_mut().find(|(known, _)| *known == name);
    match (known, &path[1..]) {
        (Some((_, Node::Text(text))), []) => *text = value,
        (Some((_, Node::Tree(inner))), rest @ [_, ..]) => return insert(inner, rest, value),
        (Some(_), _) => return false,
        (None, []) => tree.push((name, Node::Text(value))),
        (None, rest) => {
            let mut inner = Tree::new();
            insert(&mut inner, rest, value);
            tree.push((name, Node::Tree(inner)));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Node {
        Node::Text(value.to_owned())
    }

    fn tree(pairs: &[(&str, Node)]) -> Node {
        Node::Tree(
            pairs
                .iter()
                .map(|(name, node)| ((*name).to_owned(), node.clone()))
                .collect(),
        )
    }

    #[test]
    fn brackets_nest() {
        for (form, expected) in [
            (
                "a=1&b=x+y%20z",
                tree(&[("a", text("1")), ("b", text("x y z"))]),
            ),
            (
                "a[b]=1&a[c]=2",
                tree(&[("a", tree(&[("b", text("1")), ("c", text("2"))]))]),
            ),
            (
                "a[]=1&a[]=2",
                tree(&[("a", tree(&[("0", text("1")), ("1", text("2"))]))]),
            ),
            (
                "a[0][b]=1",
                tree(&[("a", tree(&[("0", tree(&[("b", text("1"))]))]))]),
            ),
            ("a=1&a=2", tree(&[("a", text("2"))])),
            (
                "a[b=1&[c]=2&d]=3",
                tree(&[("a[b", text("1")), ("[c]", text("2")), ("d]", text("3"))]),
            ),
            ("", tree(&[])),
        ] {
            assert_eq!(
                decode(form.as_bytes()).map(Node::Tree).ok(),
                Some(expected),
                "{form}"
            );
        }
    }

    #[test]
    fn what_cannot_be_both_is_refused() {
        let deep = format!("a{}=1", "[b]".repeat(MAX_DEPTH));
        let many = "a[]=1&".repeat(MAX_PARAMS + 1);
        for form in ["a=1&a[b]=2", "a[b]=1&a=2", "a[0]=1&a[0][b]=2", &deep, &many] {
            assert!(decode(form.as_bytes()).is_err());
        }
    }
}
