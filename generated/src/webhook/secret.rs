//! Recognizes values that can't be an endpoint secret.

/// Returns what is wrong with a secret, as the end of a sentence that begins with "the webhook
/// secret". It never contains the secret.
pub(super) fn fault(secret: &str) -> Option<&'static str> {
    let kind = |prefixes: &[&str]| prefixes.iter().any(|prefix| secret.starts_with(prefix));
    let fault = if secret.trim() != secret {
        "has white space around it, such as a line break at its end"
    } else if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        "holds white space or other characters that no secret has"
    } else if secret.starts_with(['"', '\'']) || secret.ends_with(['"', '\'']) {
        "has quotes around it"
    } else if kind(&["sk_", "rk_"]) {
        "is an API key; the secret of an endpoint starts with `whsec_`"
    } else if kind(&["pk_"]) {
        "is a publishable key; the secret of an endpoint starts with `whsec_`"
    } else if kind(&["we_", "ed_"]) {
        "is the id of an endpoint; its secret starts with `whsec_`"
    } else if secret == "whsec_" {
        "ends after `whsec_`"
    } else {
        return None;
    };
    Some(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults() {
        for good in ["whsec_abc", "whsec_test_9f+/=", "x", "my-own_secret"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (secret, says) in [
            ("whsec_abc\n", "white space around"),
            ("whsec_abc\r\n", "white space around"),
            (" whsec_abc", "white space around"),
            ("\twhsec_abc ", "white space around"),
            ("whsec_abc\u{a0}", "white space around"),
            (" ", "white space around"),
            ("whsec_ab c", "other characters"),
            ("whsec_ab\0", "other characters"),
            ("whsec_abé", "other characters"),
            ("\u{feff}whsec_abc", "other characters"),
            ("Bearer whsec_abc", "other characters"),
            ("\"whsec_abc\"", "quotes"),
            ("'whsec_abc'", "quotes"),
            ("sk_test_abc", "an API key"),
            ("sk_live_abc", "an API key"),
            ("rk_live_abc", "an API key"),
            ("pk_test_abc", "a publishable key"),
            ("we_1abc", "id of an endpoint"),
            ("ed_test_abc", "id of an endpoint"),
            ("whsec_", "ends after"),
        ] {
            let text = fault(secret).unwrap_or_default();
            assert!(text.contains(says), "{secret}: {text}");
            assert!(!text.contains("abc"), "{text}");
        }
    }
}
