//! The sandbox as a program; `cargo xtask sandbox` runs it.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use stripe_financial_connections_sandbox::Sandbox;

/// A server that answers like Stripe, with a state.
#[derive(Parser)]
#[command(name = "stripe-financial-connections-sandbox")]
struct Args {
    /// Where to listen. Whoever can reach the address can use the sandbox.
    #[arg(long, default_value = "127.0.0.1:12111")]
    listen: SocketAddr,
    /// Where to send events to.
    #[arg(long, value_name = "URL", requires = "secret")]
    webhook: Option<String>,
    /// What events are signed with.
    #[arg(long, value_name = "whsec_…", requires = "webhook")]
    secret: Option<String>,
    /// Where to keep the state; without it, the state ends with the sandbox.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut builder = Sandbox::builder().listen(args.listen);
    if let (Some(url), Some(secret)) = (args.webhook, args.secret) {
        builder = builder.webhook(url, secret);
    }
    if let Some(file) = args.state {
        builder = builder.state(file);
    }
    let sandbox = builder.start().await?;
    let (url, key) = (sandbox.url(), sandbox.key());
    println!("Key       {key}");
    println!("Base URL  {url}");
    println!("Try       curl {url}/v1/customers -u {key}: -d email=robin@example.com");
    if !args.listen.ip().is_loopback() {
        eprintln!("Anyone who can reach {} can use it.", args.listen);
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}
