//! A small application in which customers link their bank accounts.
//!
//! `cargo run --example linked_accounts` runs it with a sandbox. It runs with Stripe if
//! `STRIPE_SECRET_KEY` and `STRIPE_PUBLISHABLE_KEY` are set. For webhooks, run `stripe listen
//! --forward-to localhost:4242/webhooks`, and set `STRIPE_WEBHOOK_SECRET` to the secret that it
//! prints.

mod app;

use app::{App, Result};
use stripe_financial_connections::Client;
use stripe_financial_connections_sandbox::Sandbox;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:4242").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let variable = |name| std::env::var(name).ok();
    let keys = (
        variable("STRIPE_SECRET_KEY"),
        variable("STRIPE_PUBLISHABLE_KEY"),
    );
    // Dropping the sandbox ends it.
    let (app, _sandbox) = match keys {
        (Some(secret), Some(publishable)) => {
            let webhook_secret = variable("STRIPE_WEBHOOK_SECRET").unwrap_or_default();
            let stripe_js = "https://js.stripe.com/endive/stripe.js";
            let client = Client::new(secret)?;
            let app = App::new(client, publishable, stripe_js, &webhook_secret).await?;
            println!("Against Stripe.");
            (app, None)
        }
        (None, None) => {
            let sandbox = Sandbox::start().await?;
            let app = of_sandbox(&sandbox, &url).await?;
            println!("Against a sandbox, whose own page is {}", sandbox.url());
            (app, Some(sandbox))
        }
        _ => return Err("set both STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY, or none".into()),
    };
    println!("Open {url} in a browser.");
    axum::serve(listener, app.router()).await?;
    Ok(())
}

/// Returns the application with a sandbox, which sends it events.
async fn of_sandbox(sandbox: &Sandbox, url: &str) -> Result<App> {
    let secret = "whsec_example";
    sandbox.send_webhooks_to(format!("{url}/webhooks"), secret);
    let client = Client::builder(sandbox.key())
        .base_url(sandbox.url())
        .build()?;
    let stripe_js = format!("{}/endive/stripe.js", sandbox.url());
    App::new(client, sandbox.publishable_key(), &stripe_js, secret).await
}
