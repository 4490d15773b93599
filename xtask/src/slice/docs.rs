//! Writes the documentation of a slice.

use std::collections::BTreeSet;

use super::CrateName;

/// Returns the documentation at the top of the crate.
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

Operations are methods of the client, at the same paths as in Stripe's own libraries. Each has an
example. Required parameters are arguments, optional ones have a setter, and options of the request
begin with `with_`. A request is sent when it is awaited, or by `send_blocking`.

The documentation of types, fields and parameters is taken from Stripe's OpenAPI specification.

# Features

| feature | what it adds |
|---|---|
| `client` (default) | requests over HTTP; without it the crate has only the models |
| `rustls` (default), `native-tls` | TLS |
| `blocking` | `send_blocking` and the other blocking methods, which also work inside async code |
| `webhook` | verifies and parses webhook events; needs no `client` |
{rows}\
| `tracing` | spans `stripe.request` and `stripe.attempt` |
| `jiff`, `chrono`, `time` | conversions of [`Timestamp`] |
"
    );
    text.lines()
        .map(|line| format!("//! {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// Returns the readme of a new crate. It belongs to the crate's owner afterwards.
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

`cargo xtask codegen` of `stripe-financial-connections` writes all files below `src`, from Stripe's
OpenAPI specification. Stripe publishes it under the MIT license; the documentation of the API is
taken from its descriptions. For a newer version of the API, run the same command on the newer
specification:

```sh
cargo xtask codegen --subset {rules} --from SPEC --out . --crate-name {package}
```

`names.yaml` keeps the names of types and has to be committed. In the manifest the command sets only
the features and dependencies that the generated code needs. It does not change this file or the
licenses again.
"
    )
}
