//! The server that the examples talk to: Stripe or a sandbox.

use std::time::Duration;

use stripe_financial_connections::financial_connections::{Account, Session};
use stripe_financial_connections::payment_intent::{PaymentIntent, PaymentIntentStatus};
use stripe_financial_connections::{Client, Sensitive};

use stripe_financial_connections_sandbox::{Institution, Sandbox};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The number of polls for the end of a session, 2 s apart: ten minutes in all.
const POLLS: u32 = 300;
const PAUSE: Duration = Duration::from_secs(2);

/// Stripe, if `STRIPE_SECRET_KEY` is set; otherwise a new sandbox.
pub struct Stripe {
    client: Client,
    sandbox: Option<Sandbox>,
}

impl Stripe {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// Returns an error if the key is invalid, or the sandbox can't be started.
    pub async fn from_env() -> Result<Self> {
        match std::env::var("STRIPE_SECRET_KEY") {
            Ok(key) => Ok(Self {
                client: Client::new(key)?,
                sandbox: None,
            }),
            Err(_) => Self::sandbox().await,
        }
    }

    /// Starts a sandbox, without reading the environment.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be started.
    pub async fn sandbox() -> Result<Self> {
        let sandbox = Sandbox::start().await?;
        Ok(Self {
            client: Client::builder(sandbox.key())
                .base_url(sandbox.url())
                .build()?,
            sandbox: Some(sandbox),
        })
    }

    /// Returns a client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Completes the session, and returns its accounts. The sandbox does this by itself; with
    /// Stripe, the user has ten minutes to complete it in the browser.
    ///
    /// # Errors
    ///
    /// Returns an error if Stripe or the sandbox refuses, or the user does not complete the
    /// session.
    pub async fn link(&self, session: &Session) -> Result<Vec<Account>> {
        match &self.sandbox {
            Some(sandbox) => {
                sandbox.link(&session.id, Institution::bank())?;
            }
            None => ask(
                "collectFinancialConnectionsAccounts",
                &session.client_secret,
            ),
        }
        let sessions = self.client.financial_connections().sessions();
        for _ in 0..POLLS {
            let session = sessions.retrieve(&session.id).await?;
            if !session.accounts.data.is_empty() {
                return Ok(session.accounts.data);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err("the session was not completed".into())
    }

    /// Links an account for payouts, in the same way, and returns its token. With Stripe, the
    /// token is entered on the command line; a real page would send it to the server.
    ///
    /// # Errors
    ///
    /// The errors of [`link`](Self::link).
    pub fn link_token(&self, session: &Session) -> Result<String> {
        if let Some(sandbox) = &self.sandbox {
            return Ok(sandbox.link_token(&session.id, Institution::bank())?);
        }
        ask("collectBankAccountToken", &session.client_secret);
        println!("The id of the token that it resolves with:");
        let mut token = String::new();
        std::io::stdin().read_line(&mut token)?;
        Ok(token.trim().to_owned())
    }

    /// Links an account for the payment, in the same way, and returns the payment with its
    /// payment method expanded.
    ///
    /// # Errors
    ///
    /// The errors of [`link`](Self::link).
    pub async fn link_payment(&self, payment: &PaymentIntent) -> Result<PaymentIntent> {
        match &self.sandbox {
            Some(sandbox) => sandbox.link_intent(&payment.id, Institution::bank())?,
            None => ask("collectBankAccountForPayment", &payment.client_secret),
        }
        let payments = self.client.payment_intents();
        for _ in 0..POLLS {
            let payment = payments
                .retrieve(&payment.id)
                .expand(["payment_method"])
                .await?;
            if payment.status == PaymentIntentStatus::RequiresConfirmation {
                return Ok(payment);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err("no account was linked".into())
    }

    /// Moves the sandbox's clock forward. With Stripe it does nothing.
    pub fn pass(&self, time: Duration) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.advance(time);
        }
    }

    /// Sends events to this URL, signed with this secret. With Stripe it does nothing: set up an
    /// endpoint in the Dashboard, or forward events with `stripe listen --forward-to URL`.
    pub fn send_webhooks_to(&self, url: &str, secret: &str) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.send_webhooks_to(url, secret);
        }
    }
}

/// Prints what to do in the browser.
fn ask(call: &str, secret: &Option<Sensitive<String>>) {
    let secret = secret.as_ref().map_or("", |secret| secret.expose());
    println!("In a page of yours: stripe.{call}({{ clientSecret: '{secret}' }})");
}
