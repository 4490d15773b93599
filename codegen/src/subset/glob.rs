//! The patterns of `subset.yaml`.

/// Whether `pattern` matches all of `text`: `*` stands for anything but `/`, `**` for anything.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some(star) = pattern.find('*') else {
        return pattern == text;
    };
    let (head, rest) = pattern.split_at(star);
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    let (rest, crosses) = match rest.strip_prefix("**") {
        Some(rest) => (rest, true),
        None => (&rest[1..], false),
    };
    let reach = if crosses {
        text.len()
    } else {
        text.find('/').unwrap_or(text.len())
    };
    (0..=reach)
        .filter(|end| text.is_char_boundary(*end))
        .any(|end| matches(rest, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stop_at_a_slash_and_double_stars_do_not() {
        let cases = [
            ("/v1/customers", "/v1/customers", true),
            ("/v1/customers", "/v1/customers/{customer}", false),
            ("/v1/*", "/v1/customers", true),
            ("/v1/*", "/v1/customers/{customer}", false),
            ("/v1/*/{customer}", "/v1/customers/{customer}", true),
            ("/v1/dairy/**", "/v1/dairy/cows/{cow}", true),
            ("/v1/dairy/**", "/v1/dairy", false),
            ("dairy.*", "dairy.cow.milked", true),
            ("customer.*ed", "customer.created", true),
            ("customer.*ed", "customer.discount", false),
            ("*", "", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }
}
