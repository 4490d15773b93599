//! What a slice says of itself.

use std::collections::BTreeSet;

use super::CrateName;

/// The documentation that opens the crate.
pub(super) fn of_the_crate(
    name: &CrateName,
    api_version: &str,
    features: &BTreeSet<String>,
) -> String {
    let ident = name.ident();
    let mut rows = String::new();
    if !features.is_empty() {
        let names: Vec<String> = features.iter().map(|name| format!("`{name}`")).collect();
        rows = format!(
            "| {} | the operations, types and events of that name |\n",
            names.join(", ")
        );
    }
    let text = format!(
        "\
Rust bindings for a part of Stripe's API, in version `{api_version}`.

```no_run
# #[cfg(feature = \"client\")] {{
use {ident}::{{Client, Error}};

fn client() -> Result<Client, Error> {{
    Client::new(std::env::var(\"STRIPE_SECRET_KEY\").unwrap_or_default())
}}
# }}
```

Operations are methods of the client, where Stripe's own libraries have them: each has an example.
What they require is an argument, what is optional has a setter, and options of the request start
with `with_`. A request is data until it is awaited, or sent by `send_blocking`.

Types, fields and parameters are described in Stripe's words, as far as its OpenAPI specification
has any.

# Features

| feature | what it adds |
|---|---|
| `client` (default) | requests over HTTP; without it there are the models alone |
| `rustls` (default), `native-tls` | TLS |
| `blocking` | `send_blocking` and its kin; they work inside of async code too |
| `webhook` | `webhook`: events, verified and typed; needs no `client` |
{rows}\
| `tracing` | spans `stripe.request` and `stripe.attempt` |
| `jiff`, `chrono`, `time` | conversions of [`Timestamp`] |
"
    );
    text.lines()
        .map(|line| format!("//! {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// The readme of a new crate; it is its owner's from then on.
pub(super) fn readme(name: &CrateName, rules: &str) -> String {
    let package = name.package();
    format!(
        "\
# {package}

Rust bindings for the part of Stripe's API that `{rules}` selects.

```sh
cargo add --path {package}
cargo doc --open
```

All below `src` is made by machine: by `cargo xtask codegen` of `stripe-financial-connections`,
from Stripe's OpenAPI specification, which Stripe publishes under the MIT license, and whose
descriptions the documentation of the API is taken from. For a newer version of the API, run the
same command on the newer specification:

```sh
cargo xtask codegen --subset {rules} --from SPEC --out . --crate-name {package}
```

Names stay as they are: they are written down in `names.yaml`, which is to be committed. Of the
manifest only the features and dependencies of what is generated are set; this file and the
licenses are not touched again.
"
    )
}
