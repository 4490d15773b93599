//! Checks a request before it is sent. Requests that Stripe documents as errors, or that would
//! reach another endpoint, are refused.

use super::Request;

/// Returns what is wrong with a path from the caller. The message does not contain the path,
/// which may have a query.
pub(super) fn raw_path(path: &str) -> Option<String> {
    let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~{}:@!$'()*+,;=".contains(&byte);
    let wrong = if !path.starts_with('/') {
        "it does not start with `/`"
    } else if path.contains('?') {
        "it has a query; set parameters with `param`"
    } else if path[1..]
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
    {
        "a segment of it is empty, `.` or `..`"
    } else if !path.bytes().all(|byte| byte == b'/' || is_sound(byte)) {
        "it has a character that has to be escaped; set ids with `path_param`, which escapes them"
    } else {
        return None;
    };
    Some(format!("the path of the request is wrong: {wrong}"))
}

/// Returns a path from the caller with `{..}` for each segment that may be an id.
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

/// Returns what is wrong with a complete request.
pub(super) fn complete(request: &Request) -> Option<String> {
    let has = |name: &str| request.params().get(name).is_some();
    if let Some((_, hole)) = request.filled_path().split_once('{') {
        let name = hole.split('}').next().unwrap_or(hole);
        return Some(format!("the path needs an id for `{name}`"));
    }
    if has("starting_after") && has("ending_before") {
        return Some(
            "starting_after and ending_before can't be combined; set one of them".to_owned(),
        );
    }
    let not_a_number = request.params().not_a_number();
    if let Some(name) = not_a_number.or_else(|| request.query().not_a_number()) {
        return Some(format!(
            "`{name}` is not a number that can be sent: it is infinite or NaN"
        ));
    }
    request.more_than_one()
}
