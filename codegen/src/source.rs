//! The texts that diagnostics are said of.

/// A text and the name its diagnostics go by.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The name given by the caller, usually a path.
    pub name: &'a str,
    /// The text, JSON or YAML.
    pub text: &'a str,
}
