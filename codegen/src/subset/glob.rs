//! Matches the patterns of `subset.yaml`.

/// Returns whether `pattern` matches all of `text`. `*` matches any characters except `/`, and
/// `**` any characters.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    // The set of possible positions in the pattern. With it, time does not grow with the number
    // of stars.
    let mut here = vec![false; pattern.len() + 1];
    here[0] = true;
    pass_stars(&pattern, &mut here);
    for character in text.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for at in (0..pattern.len()).filter(|at| here[*at]) {
            match pattern[at] {
                '*' if character != '/' || is_double(&pattern, at) => next[at] = true,
                '*' => {}
                literal if literal == character => next[at + 1] = true,
                _ => {}
            }
        }
        pass_stars(&pattern, &mut next);
        here = next;
    }
    here[pattern.len()]
}

/// Returns whether the star at `at` begins a `**`.
fn is_double(pattern: &[char], at: usize) -> bool {
    pattern.get(at + 1) == Some(&'*')
}

/// Adds the positions after stars, since a star can match nothing.
fn pass_stars(pattern: &[char], here: &mut [bool]) {
    for at in 0..pattern.len() {
        if here[at] && pattern[at] == '*' {
            let behind = if is_double(pattern, at) {
                at + 2
            } else {
                at + 1
            };
            here[behind] = true;
        }
    }
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
            ("**", "", true),
            ("***", "a/b", true),
            ("**/b", "a/c/b", true),
            ("a**", "a", true),
            ("*a", "/a", false),
            ("*é", "caféé", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn many_stars_take_no_longer() {
        let pattern = "*a".repeat(300);
        assert!(!matches(&format!("{pattern}b"), &"a".repeat(500)));
        assert!(matches(&pattern, &"a".repeat(500)));
    }
}
