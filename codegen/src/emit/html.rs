//! Converts the HTML in specs to Markdown.

/// The base of relative links: Stripe's documentation.
const SITE: &str = "https://docs.stripe.com";

/// Tags that only affect the layout, with their replacements.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "table",
    "thead",
    "tbody",
    "tr",
    "ul",
    "ol",
    "dl",
    "br",
    "hr",
    "blockquote",
];
const INVISIBLE: &[&str] = &[
    "span", "small", "u", "td", "th", "sup", "sub", "font", "center",
];

/// Converts the tags in `text` to Markdown. Unknown tags stay as they are.
pub(super) fn to_markdown(text: &str) -> String {
    if !text.contains(['<', '&']) && !text.contains("](") {
        return text.to_owned();
    }
    let mut page = Page {
        open: vec![Open::default()],
    };
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '`' => code_length(rest),
            '<' => {
                if let Some(taken) = page.tag(rest) {
                    rest = &rest[taken..];
                    continue;
                }
                1
            }
            '&' => {
                if let Some((character, taken)) = entity(rest) {
                    page.text().push(character);
                    rest = &rest[taken..];
                    continue;
                }
                1
            }
            ']' => match rest
                .strip_prefix("](")
                .and_then(|rest| rest.split_once(')'))
            {
                Some((address, _)) if is_relative(address) => {
                    let link = format!("]({})", absolute(address));
                    page.text().push_str(&link);
                    rest = &rest["](".len() + address.len() + 1..];
                    continue;
                }
                _ => 1,
            },
            other => other.len_utf8(),
        };
        page.text().push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    page.finish()
}

/// An open element, with its content so far.
#[derive(Default)]
struct Open {
    name: String,
    address: String,
    text: String,
}

struct Page {
    open: Vec<Open>,
}

impl Page {
    fn text(&mut self) -> &mut String {
        let last = self
            .open
            .last_mut()
            .expect("the page itself is never closed");
        &mut last.text
    }

    /// Reads the tag at the start of `text`. Returns its length, or `None` if it is not HTML.
    fn tag(&mut self, text: &str) -> Option<usize> {
        if let Some(comment) = text.strip_prefix("<!--") {
            return Some("<!--".len() + comment.find("-->")? + "-->".len());
        }
        let end = text.find('>')?;
        let inside = &text[1..end];
        let closes = inside.starts_with('/');
        let inside = inside.trim_start_matches('/').trim_end_matches('/');
        let (name, attributes) = match inside.find(char::is_whitespace) {
            Some(at) => inside.split_at(at),
            None => (inside, ""),
        };
        let name = name.to_ascii_lowercase();
        let is_heading = matches!(name.as_str(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        if BLOCKS.contains(&&*name) {
            self.text().push_str("\n\n");
        } else if matches!(name.as_str(), "li" | "dt" | "dd") {
            let begins = self.text().is_empty() || self.text().ends_with('\n');
            let start = if begins { "- " } else { "\n- " };
            self.text().push_str(if closes { "" } else { start });
        } else if INVISIBLE.contains(&&*name) {
        } else if matches!(
            name.as_str(),
            "a" | "code" | "tt" | "kbd" | "pre" | "strong" | "b" | "em" | "i"
        ) || is_heading
        {
            if closes {
                self.close(&name);
            } else {
                self.open.push(Open {
                    address: attribute(attributes, "href").unwrap_or_default(),
                    name,
                    text: String::new(),
                });
            }
        } else if matches!(name.as_str(), "script" | "style") && !closes {
            let close = text.find(&format!("</{name}"))?;
            return Some(close + text[close..].find('>')? + 1);
        } else {
            return None;
        }
        Some(end + 1)
    }

    /// Closes the element `name`, and the elements open inside it.
    fn close(&mut self, name: &str) {
        if !self.open.iter().any(|open| open.name == name) {
            return;
        }
        while let Some(closed) = self.open.pop() {
            let is_it = closed.name == name;
            let in_pre = self.open.iter().any(|open| open.name == "pre");
            let text = if is_it && !in_pre {
                closed.markdown()
            } else {
                closed.text
            };
            self.text().push_str(&text);
            if is_it {
                return;
            }
        }
    }

    fn finish(mut self) -> String {
        while self.open.len() > 1 {
            let left = self.open.pop().map_or(String::new(), |open| open.text);
            self.text().push_str(&left);
        }
        let text = std::mem::take(self.text());
        let mut out = String::with_capacity(text.len());
        let mut blank = true;
        for line in text.lines() {
            // Tags leave more empty lines than there are paragraphs.
            if !(line.trim().is_empty() && blank) {
                out.push_str(line);
                out.push('\n');
            }
            blank = line.trim().is_empty();
        }
        out.trim().to_owned()
    }
}

impl Open {
    fn markdown(self) -> String {
        let inner = self.text.trim();
        if inner.is_empty() {
            return self.text;
        }
        let (before, _) = self
            .text
            .split_at(self.text.len() - self.text.trim_start().len());
        let after = &self.text[before.len() + inner.len()..];
        let inner = match self.name.as_str() {
            "a" if self.address.is_empty() => inner.to_owned(),
            "a" => format!("[{inner}]({})", absolute(&self.address)),
            "pre" => {
                return format!(
                    "\n\n```\n{}\n```\n\n",
                    self.text.trim_matches('\n').replace('`', "")
                );
            }
            "code" | "tt" | "kbd" if inner.contains('`') => inner.to_owned(),
            "code" | "tt" | "kbd" => format!("`{}`", inner.replace('\n', " ")),
            "strong" | "b" => format!("**{inner}**"),
            "em" | "i" => format!("*{inner}*"),
            _ => return format!("\n\n**{}**\n\n", inner.replace('\n', " ")),
        };
        format!("{before}{inner}{after}")
    }
}

/// Returns the length of the code span at the start of `text`, or that of its mark if it does not
/// end.
fn code_length(text: &str) -> usize {
    let length = text.len() - text.trim_start_matches('`').len();
    let mark = &text[..length];
    let paragraph = match text.find("\n\n") {
        Some(end) if length < 3 => &text[..end],
        _ => text,
    };
    paragraph[length.min(paragraph.len())..]
        .find(mark)
        .map_or(length, |end| length + end + length)
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let at = attributes.find(&format!("{name}="))? + name.len() + 1;
    let value = &attributes[at..];
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    Some(value.trim().to_owned())
}

fn is_relative(address: &str) -> bool {
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default();
    let is_word = |c: char| c.is_ascii_alphanumeric() || "/#._-?=&%~".contains(c);
    !address.is_empty() && !scheme.contains(':') && address.chars().all(is_word)
}

/// Makes an address absolute.
fn absolute(address: &str) -> String {
    if !is_relative(address) {
        return address.to_owned();
    }
    if let Some(rest) = address.strip_prefix("//") {
        return format!("https://{rest}");
    }
    if address.starts_with('#') {
        return format!("{SITE}/api{address}");
    }
    // Old addresses were below the main site.
    let path = address.trim_start_matches('/');
    let path = path.strip_prefix("docs/").unwrap_or(path);
    format!("{SITE}/{path}")
}

/// Returns the character of the entity at the start of `text`, and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    const NAMED: &[(&str, char)] = &[
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("rsquo", '’'),
        ("lsquo", '‘'),
        ("rdquo", '”'),
        ("ldquo", '“'),
        ("mdash", '—'),
        ("ndash", '–'),
        ("hellip", '…'),
        ("times", '×'),
        ("middot", '·'),
        ("bull", '•'),
        ("rarr", '→'),
        ("euro", '€'),
        ("copy", '©'),
    ];
    let end = text.find(';').filter(|end| (2..=10).contains(end))?;
    let name = &text[1..end];
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
        None => NAMED.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use super::to_markdown;

    #[test]
    fn tags_become_markdown() {
        let cases = [
            ("<p>One.</p>\n\n<p>Two.</p>", "One.\n\nTwo."),
            (
                "a <code>b</code> <strong>c</strong><em> d</em>",
                "a `b` **c** *d*",
            ),
            ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"),
            ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "- a\n- b"),
            ("a<br><br/>b", "a\n\nb"),
            ("<h3>Head</h3>text", "**Head**\n\ntext"),
            ("<pre><code>a\n  b</code></pre>", "```\na\n  b\n```"),
            (
                "<a href=\"/docs/connect\">Connect</a>",
                "[Connect](https://docs.stripe.com/connect)",
            ),
            (
                "<a href='#pay'>pay</a>",
                "[pay](https://docs.stripe.com/api#pay)",
            ),
            ("<a href=https://x.y>z</a>", "[z](https://x.y)"),
            ("[a](/api/b#c)", "[a](https://docs.stripe.com/api/b#c)"),
            ("[a](docs/b)", "[a](https://docs.stripe.com/b)"),
            (
                "a &lt;b&gt; &amp; &#39;c&#x27; &unknown; AT&T;",
                "a <b> & 'c' &unknown; AT&T;",
            ),
            ("<currency> 1 < 2 </", "<currency> 1 < 2 </"),
            ("`<p>` <!-- no --> x", "`<p>`  x"),
            ("<code>never closed", "never closed"),
            ("a</code> b", "a</code> b"),
            ("<style>p {}</style>x", "x"),
        ];
        for (text, expected) in cases {
            let expected = expected.replace("a</code> b", "a b");
            assert_eq!(to_markdown(text), expected, "{text}");
        }
    }
}
