//! What is refused before it is sent, since Stripe documents it as an error or it would reach
//! another endpoint.

use super::Request;

/// What is wrong with a path that the caller wrote.
pub(super) fn raw_path(path: &str) -> Option<String> {
    let sound = |segment: &str| {
        !segment.is_empty()
            && !matches!(segment, "." | "..")
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~{}:@!$'()*+,;=".contains(&byte))
    };
    let segments = path.strip_prefix('/');
    if segments.is_some_and(|segments| segments.split('/').all(sound)) {
        return None;
    }
    Some(format!(
        "`{}` is not a path: it starts with `/` and its segments are not empty, not `.` or `..`, \
         and without escapes; ids go in with path_param, parameters with param",
        path.escape_debug()
    ))
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
    match request.template() {
        "/v1/financial_connections/accounts" => one_account_filter(request),
        _ => None,
    }
}

/// Linked accounts are listed of a customer, of a connected account, or of a session.
fn one_account_filter(request: &Request) -> Option<String> {
    let holder = request.params().get("account_holder");
    let filters = [
        holder.and_then(|holder| holder.get("account")),
        // Two ids of the same person.
        holder.and_then(|holder| holder.get("customer").or(holder.get("customer_account"))),
        request.params().get("session"),
    ];
    (filters.into_iter().flatten().count() > 1).then(|| {
        "accounts are listed by one filter: account_holder with account, account_holder with \
         customer, or session"
            .to_owned()
    })
}
