//! The sandbox as a program.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use stripe_financial_connections::Timestamp;
use stripe_financial_connections_sandbox::Sandbox;

/// A server that answers like Stripe Financial Connections, with the page on which users link
/// their accounts. It listens on 127.0.0.1 and has only test data.
#[derive(Parser)]
#[command(
    name = "stripe-financial-connections-sandbox",
    version,
    after_help = "Point a client at it: base URL and keys are on the screen that it starts with. \
                  How a user links accounts is there, too, and on the page at the URL."
)]
struct Args {
    /// The port on 127.0.0.1; 0 is any free port.
    #[arg(long, default_value_t = 12111)]
    port: u16,
    /// The file to keep the state in. Without it, the state is lost when the sandbox ends.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Make the same ids in the same order in every run.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Stop the clock at this time, in Unix seconds. Only requests to advance it move it.
    #[arg(long, value_name = "SECONDS")]
    clock: Option<i64>,
    /// Delay every response by this many milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u64,
    /// Also stand in for https://js.stripe.com, for pages that load Stripe.js from there. Prints
    /// the arguments for Chromium.
    #[arg(long)]
    js_stripe_com: bool,
    /// The name of the business in the dialog.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
    /// The URL to send events to.
    #[arg(long, value_name = "URL", requires = "secret")]
    webhook: Option<String>,
    /// The secret to sign events with.
    #[arg(long, value_name = "whsec_…", requires = "webhook")]
    secret: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut builder = Sandbox::builder()
        .port(args.port)
        .latency(Duration::from_millis(args.latency));
    if let Some(seed) = args.seed {
        builder = builder.seed(seed);
    }
    if let Some(at) = args.clock {
        builder = builder.clock(Timestamp::from_secs(at));
    }
    if let (Some(url), Some(secret)) = (args.webhook, args.secret) {
        builder = builder.webhook(url, secret);
    }
    if args.js_stripe_com {
        builder = builder.stand_in_for_stripe_js();
    }
    if let Some(name) = args.business {
        builder = builder.business(name);
    }
    if let Some(file) = &args.state {
        builder = builder.state(file);
    }
    let sandbox = builder.start().await?;
    welcome(&sandbox, args.state.as_deref());
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// Prints what to do next.
fn welcome(sandbox: &Sandbox, state: Option<&std::path::Path>) {
    let (url, key) = (sandbox.url(), sandbox.key());
    let kept = match state {
        Some(file) => format!("in {}", file.display()),
        None => "in memory: it ends with the sandbox (--state FILE keeps it)".to_owned(),
    };
    println!(
        "\
A sandbox that answers like Stripe Financial Connections. Ctrl-C ends it.

  Base URL         {url}
  Secret key       {key}
  Publishable key  {publishable}
  State            {kept}
  Page             {url}/

1. Point your server at it:

  Client::builder(\"{key}\").base_url(\"{url}\").build()?

2. Make a session, by your server or by hand:

  curl {url}/v1/customers -u {key}: -d email=robin@example.com
  curl {url}/v1/financial_connections/sessions -u {key}: \\
    -d 'account_holder[type]=customer' -d 'account_holder[customer]=cus_…' \\
    -d 'permissions[]=balances' -d 'permissions[]=transactions'

3. Link accounts as the user does: in a page of yours, with this before its other scripts and
   the publishable key above,

  <script src=\"{url}/stripe.js\"></script>

   or without a browser (GET {url}/_sandbox lists the institutions):

  curl {url}/_sandbox/sessions/fcsess_…/link -d institution=bank

4. Let time pass, so that refreshes end and payments settle:

  curl {url}/_sandbox/clock/advance -d seconds=86400
",
        publishable = sandbox.publishable_key(),
    );
    if let [rules, trust] = sandbox.chromium_arguments() {
        println!(
            "A test browser takes this for https://js.stripe.com when it is started as\n\n  \
             chromium --user-data-dir=\"$(mktemp -d)\" \\\n    \"{rules}\" \\\n    \"{trust}\"\n"
        );
    }
}
