//! Rules of an operation that its types can't express, from `x-at-most-one` and `x-list-filters`
//! in the spec.

use super::Request;
use crate::params;

/// The rules of an operation.
#[derive(Clone, Copy, Default)]
pub(super) struct Rules {
    /// Groups of parameters, dots between their names: those of one group at most may be given.
    at_most_one: &'static [&'static [&'static str]],
    /// The paths of lists inside of the answer, each with the parameter of this request's path
    /// that the list has to be asked for with.
    list_filters: &'static [(&'static str, &'static str)],
}

impl Request {
    /// Lets parameters of one of these groups be given, not of several.
    pub(crate) fn at_most_one(mut self, groups: &'static [&'static [&'static str]]) -> Self {
        self.0.rules.at_most_one = groups;
        self
    }

    /// Lets lists inside of the answer, at these paths, be asked for with what is in the path of
    /// this request: Stripe does not say so in the path that it gives for them.
    pub(crate) fn list_filters(mut self, lists: &'static [(&'static str, &'static str)]) -> Self {
        self.0.rules.list_filters = lists;
        self
    }

    /// Lets a list inside of the answer be that of what is in the path of this request.
    pub(super) fn filter(&self, list: &mut Self) {
        for (path, name) in self.0.rules.list_filters {
            if list.0.path == *path
                && let Some(id) = self.in_path(name)
            {
                list.set(*name, id);
            }
        }
    }

    /// Returns the value of a placeholder in the path.
    fn in_path(&self, name: &str) -> Option<String> {
        let mut segments = self.0.template.split('/').zip(self.0.path.split('/'));
        let is_it = |segment: &str| {
            let plain = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            plain == Some(name)
        };
        let (_, id) = segments.find(|(segment, _)| is_it(segment))?;
        Some(params::decode(id))
    }

    /// Returns an error message if parameters of several groups are set.
    pub(super) fn more_than_one(&self) -> Option<String> {
        let groups = self.0.rules.at_most_one;
        let is_given = |path: &str| {
            let mut steps = path.split('.');
            let first = self.0.params.get(steps.next().unwrap_or_default());
            let last = first.and_then(|first| steps.try_fold(first, |value, step| value.get(step)));
            last.is_some()
        };
        let given = groups
            .iter()
            .filter(|group| group.iter().any(|path| is_given(path)));
        if given.count() <= 1 {
            return None;
        }
        let names: Vec<String> = groups
            .iter()
            .map(|group| group.iter().map(|path| wire_name(path)))
            .map(|names| names.collect::<Vec<_>>().join(" or "))
            .collect();
        Some(format!(
            "only one of these parameters can be set: {}",
            names.join("; ")
        ))
    }
}

/// `a.b` as it is sent, `a[b]`.
fn wire_name(path: &str) -> String {
    let mut steps = path.split('.');
    let first = steps.next().unwrap_or_default();
    let rest: String = steps.map(|step| format!("[{step}]")).collect();
    format!("`{first}{rest}`")
}
