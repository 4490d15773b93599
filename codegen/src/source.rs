//! The texts that diagnostics are said of.

/// A text and the name its diagnostics go by.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What the caller calls it, usually its path.
    pub name: &'a str,
    /// What it holds: JSON or YAML.
    pub text: &'a str,
}
