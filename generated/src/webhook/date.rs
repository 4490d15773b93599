//! Parses and formats times such as `2026-05-27T08:30:00.123Z` (RFC 3339).

use crate::Timestamp;

const DAY: i64 = 86_400;

/// Parses a time, rounded down to the second.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        let is_number = digits.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(digits)
            .ok()?
            .parse()
            .ok()
            .filter(|_| is_number)
    };
    let is = |at: usize, bytes: &[u8]| text.get(at).is_some_and(|byte| bytes.contains(byte));
    let separated = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let mut zone = 19;
    if is(zone, b".") {
        zone += 1;
        while is(zone, b"0123456789") {
            zone += 1;
        }
        if zone == 20 {
            return None;
        }
    }
    let offset = match text.get(zone..)? {
        b"Z" | b"z" => 0,
        rest @ [sign @ (b'+' | b'-'), _, _, b':', _, _] if rest.len() == 6 => {
            let (hours, minutes) = (number(zone + 1, zone + 3)?, number(zone + 4, zone + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = (hours * 60 + minutes) * 60;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let is_date = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    // A leap second counts as the first second of the next minute.
    if !separated || !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_before(year) + days_before_month(year, month) + day - 1;
    let secs = days * DAY + (hour * 60 + minute) * 60 + second - offset;
    Some(Timestamp::from_secs(secs))
}

/// Formats a time, if its year has four digits.
pub(super) fn text(time: Timestamp) -> Option<String> {
    let (days, secs) = (
        time.as_secs().div_euclid(DAY),
        time.as_secs().rem_euclid(DAY),
    );
    // A year has 365.2425 days on average, so the result is at most one year off.
    let guess = 1970 + days.checked_mul(10_000)? / 3_652_425;
    let year = (guess - 1..=guess + 1).rfind(|year| days_before(*year) <= days)?;
    if !(0..=9999).contains(&year) {
        return None;
    }
    let day = days - days_before(year);
    let month = (1..=12).rfind(|month| days_before_month(year, *month) <= day)?;
    let day = day - days_before_month(year, month) + 1;
    let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the number of days in a year before a month.
fn days_before_month(year: i64, month: i64) -> i64 {
    (1..month).map(|month| days_in(year, month)).sum()
}

/// Returns the number of days from 1970 to the start of a year.
fn days_before(year: i64) -> i64 {
    let before = year - 1;
    let leaps = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    (year - 1970) * 365 + leaps(before) - leaps(1969)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_times() {
        for (text, secs) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-05-27T08:30:00.123Z", 1_779_870_600),
            ("2026-05-27T08:30:00.999999999Z", 1_779_870_600),
            ("2026-05-27t08:30:00z", 1_779_870_600),
            ("2026-05-27T10:30:00+02:00", 1_779_870_600),
            ("2026-05-27T01:00:00-07:30", 1_779_870_600),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("1969-12-31T23:59:59.5Z", -1),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(time(text).map(Timestamp::as_secs), Some(secs), "{text}");
        }
        for text in [
            "",
            "2026-05-27",
            "2026-05-27T08:30:00",
            "2026-05-27T08:30:00.Z",
            "2026-05-27T08:30:00ZZ",
            "2026-05-27T08:30:00+2:00",
            "2026-05-27T08:30:00+25:00",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-05-27T24:00:00Z",
            "2026-05-27T00:60:00Z",
            "+026-05-27T00:00:00Z",
            "2026-05-27T00:00:-1Z",
            "é026-05-27T00:00:00Z",
            "1779870600",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn there_and_back() {
        let first = time("0000-01-01T00:00:00Z").expect("a time").as_secs();
        let last = time("9999-12-31T23:59:59Z").expect("a time").as_secs();
        // A prime number of seconds, so that all parts of a date vary.
        for secs in (first..=last).step_by(7_654_321).chain([first, last]) {
            let at = Timestamp::from_secs(secs);
            let text = text(at).expect("four digits");
            assert_eq!(time(&text), Some(at), "{text}");
        }
        for secs in [first - 1, last + 1, i64::MIN, i64::MAX] {
            assert_eq!(text(Timestamp::from_secs(secs)), None, "{secs}");
        }
    }
}
