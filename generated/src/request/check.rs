//! What is refused before it is sent, since Stripe documents it as an error or it would reach
//! another endpoint.

use super::Request;

/// What is wrong with a path that the caller wrote. It is not shown: a query would be in it.
pub(super) fn raw_path(path: &str) -> Option<String> {
    let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~{}:@!$'()*+,;=".contains(&byte);
    let wrong = if !path.starts_with('/') {
        "it does not start with `/`"
    } else if path.contains('?') {
        "it has a query; parameters go in with param"
    } else if path[1..]
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
    {
        "a segment of it is empty, `.` or `..`"
    } else if !path.bytes().all(|byte| byte == b'/' || is_sound(byte)) {
        "it has a character that has to be escaped; ids go in with path_param, which does that"
    } else {
        return None;
    };
    Some(format!("the path of the request is not a path: {wrong}"))
}

/// A path that the caller wrote, with `{..}` for each segment that is not a plain word: an id.
pub(super) fn route(path: &str) -> String {
    let is_word = |segment: &str| {
        let is_version = segment.len() == 2 && segment.starts_with('v');
        let is_name = segment.starts_with('{') && segment.ends_with('}');
        let is_plain = segment
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_version || is_name || is_plain
    };
    let segments = path.split('/');
    let segments = segments.map(|segment| if is_word(segment) { segment } else { "{..}" });
    segments.collect::<Vec<_>>().join("/")
}

/// What is wrong with a request that is complete.
pub(super) fn complete(request: &Request) -> Option<String> {
    let has = |name: &str| request.params().get(name).is_some();
    if let Some((_, hole)) = request.filled_path().split_once('{') {
        let name = hole.split('}').next().unwrap_or(hole);
        return Some(format!("the path needs an id for `{name}`"));
    }
    if has("starting_after") && has("ending_before") {
        return Some(
            "a list goes one way: set starting_after or ending_before, not both".to_owned(),
        );
    }
    if let Some(name) = request.params().not_a_number() {
        return Some(format!(
            "`{name}` is not a number that can be sent, but infinite or not a number"
        ));
    }
    more_than_one(request)
}

/// What is wrong when parameters are given that exclude each other.
fn more_than_one(request: &Request) -> Option<String> {
    let groups = request.0.rules.at_most_one;
    let is_given = |path: &&&str| {
        let mut steps = path.split('.');
        let first = request.params().get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    };
    let given = groups
        .iter()
        .filter(|group| group.iter().any(|path| is_given(&path).is_some()));
    if given.count() <= 1 {
        return None;
    }
    let names: Vec<String> = groups
        .iter()
        .map(|group| group.iter().map(|path| wire_name(path)))
        .map(|names| names.collect::<Vec<_>>().join(" or "))
        .collect();
    Some(format!(
        "only one of these may be given: {}",
        names.join("; ")
    ))
}

/// `a.b` as it is sent, `a[b]`.
fn wire_name(path: &str) -> String {
    let mut steps = path.split('.');
    let first = steps.next().unwrap_or_default();
    let rest: String = steps.map(|step| format!("[{step}]")).collect();
    format!("`{first}{rest}`")
}
