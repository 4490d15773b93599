//! Writes a tree as YAML that YAML 1.1 and 1.2 parsers read alike.

use serde_json::Value;

/// The usual order of keys in OpenAPI objects; other keys follow in alphabetical order.
const ORDER: &[&str] = &[
    "openapi",
    "info",
    "servers",
    "security",
    "paths",
    "components",
    "operationId",
    "name",
    "in",
    "title",
    "version",
    "description",
    "required",
    "style",
    "explode",
    "type",
    "format",
    "nullable",
    "enum",
    "parameters",
    "requestBody",
    "responses",
];

/// Maps with arbitrary keys, which ORDER does not apply to.
const NAMED: &[&str] = &[
    "properties",
    "paths",
    "schemas",
    "x-events",
    "x-enum-descriptions",
    "x-list-filters",
];

/// Writes `value` as YAML, with the same order of keys for any order of input. Quotes strings
/// that a YAML 1.1 parser would read as another type.
pub(crate) fn to_yaml(value: &Value) -> String {
    let text = value.to_string();
    let mut unused = ('\u{e000}'..='\u{f8ff}').filter(|mark| !text.contains(*mark));
    let mark = unused
        .next()
        .expect("no text has all characters of private use");
    let yaml = serde_yaml::to_string(&ordered(value, false, mark));
    let yaml = yaml.expect("a JSON tree has string keys");
    // serde_yaml has no option for quotes, so a mark takes their place until here.
    yaml.replace(mark, "'")
}

/// Returns `text`, between marks if it has to be quoted.
fn quoted(text: &str, mark: char) -> serde_yaml::Value {
    if is_more_than_text(text) {
        format!("{mark}{text}{mark}").into()
    } else {
        text.into()
    }
}

/// Returns whether YAML 1.1, unlike 1.2, reads `text` without quotes as a boolean, a number, a
/// time or a special key; see <https://yaml.org/type/>. Some texts are quoted without need.
fn is_more_than_text(text: &str) -> bool {
    const BOOLEANS: &[&str] = &["y", "n", "yes", "no", "on", "off"];
    let lower = text.to_ascii_lowercase();
    if BOOLEANS.contains(&&*lower) || matches!(text, "=" | "<<") {
        return true;
    }
    let number = lower.strip_prefix(['-', '+']).unwrap_or(&lower);
    let made_of = |text: &str, characters: &str| text.chars().all(|c| characters.contains(c));
    let prefixed = [
        ("0x", "0123456789abcdef_"),
        ("0b", "01_"),
        ("0o", "01234567_"),
    ];
    if prefixed.iter().any(|(prefix, digits)| {
        number
            .strip_prefix(prefix)
            .is_some_and(|number| made_of(number, digits))
    }) {
        return true;
    }
    // Base 10 and base 60 (`12:30`), with `_` or `,` between digits.
    let has_digit = number.contains(|c: char| c.is_ascii_digit());
    let is_number = has_digit && number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    is_number && made_of(number, "0123456789_,.:e+-") || is_date(&lower)
}

/// Returns whether `text` begins with a date, such as `2001-12-14`.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut digits = |most: usize| {
        let part = parts.next().unwrap_or_default();
        let count = part.bytes().take_while(u8::is_ascii_digit).count();
        (1..=most).contains(&count).then(|| &part[count..])
    };
    let rest = match (digits(4), digits(2), digits(2)) {
        (Some(""), Some(""), Some(rest)) => rest,
        _ => return false,
    };
    rest.chars().all(|c| "0123456789:.+-tz ".contains(c)) && !rest.contains(": ")
}

fn ordered(value: &Value, named: bool, mark: char) -> serde_yaml::Value {
    match value {
        Value::Object(map) => {
            let rank = |key: &str| {
                let conventional = ORDER.iter().position(|known| *known == key);
                if named {
                    0
                } else {
                    conventional.unwrap_or(ORDER.len())
                }
            };
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| (rank(key), key.as_str()));
            let entries = entries.into_iter().map(|(key, value)| {
                let named = !named && NAMED.contains(&key.as_str());
                (quoted(key, mark), ordered(value, named, mark))
            });
            serde_yaml::Value::Mapping(entries.collect())
        }
        Value::Array(items) => items
            .iter()
            .map(|item| ordered(item, false, mark))
            .collect(),
        Value::String(text) => quoted(text, mark),
        scalar => serde_yaml::to_value(scalar).expect("a scalar has no keys"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_more_than_text, to_yaml};

    #[test]
    fn strings_stay_strings_for_who_reads_yaml_1_1() {
        let more = [
            "y",
            "N",
            "yes",
            "No",
            "NO",
            "on",
            "Off",
            "OFF",
            "=",
            "<<",
            "1_000",
            "0b1010",
            "017",
            "0o17",
            "0x_1f",
            "12:30",
            "190:20:30.15",
            "+12:30",
            "2001-12-14",
            "1e3",
            "1.5e+3",
            "2001-12-14 21:59:43.10 -5",
            "2001-12-14t21:59:43.10-05:00",
            "1,000",
            ".5",
            "-.5_0",
        ];
        for text in more {
            assert!(is_more_than_text(text), "{text}");
        }
        for text in [
            "1: 2",
            "none",
            "yesterday",
            "no way",
            "v1",
            "a:b",
            "",
            ".",
            "2026-05-27.dahlia",
        ] {
            assert!(!is_more_than_text(text), "{text}");
        }
    }

    #[test]
    fn keys_and_items_are_quoted_and_come_back() {
        let value = json!({
            "NO": ["off", "a", "it's", "=", "\u{e000}"],
            "12:30": {"y": "1_0", "2": "1: 2", "text": "two\nlines: NO\n"},
        });
        let yaml = to_yaml(&value);
        for part in [
            "'NO':",
            "- 'off'",
            "- a\n",
            "- '='",
            "'12:30':",
            "'y': '1_0'",
        ] {
            assert!(yaml.contains(part), "{part} in {yaml}");
        }
        assert!(yaml.contains("lines: NO\n"), "{yaml}");
        assert_eq!(super::super::read(&yaml).expect("YAML"), value);
    }
}
