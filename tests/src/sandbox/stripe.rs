//! What the examples talk to.

use std::time::Duration;

use stripe_financial_connections::financial_connections::{Account, Session};
use stripe_financial_connections::{Client, Error};

use super::{Institution, Sandbox};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Stripe, if `STRIPE_SECRET_KEY` is set; otherwise a sandbox of its own.
pub struct Stripe {
    client: Client,
    sandbox: Option<Sandbox>,
}

impl Stripe {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If the key cannot be one, or the sandbox cannot be started.
    pub async fn from_env() -> Result<Self> {
        match std::env::var("STRIPE_SECRET_KEY") {
            Ok(key) => Ok(Self {
                client: Client::new(key)?,
                sandbox: None,
            }),
            Err(_) => Self::sandbox().await,
        }
    }

    /// A sandbox, whatever the environment says.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub async fn sandbox() -> Result<Self> {
        let sandbox = Sandbox::start().await?;
        Ok(Self {
            client: Client::builder(sandbox.key())
                .base_url(sandbox.url())
                .build()?,
            sandbox: Some(sandbox),
        })
    }

    /// A client for it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Has the session completed, and returns the accounts: the sandbox stands in for the user.
    /// With Stripe, it is the user who does that in the browser within ten minutes.
    ///
    /// # Errors
    ///
    /// If Stripe or the sandbox refuses, or the user does not complete it.
    pub async fn link(&self, session: &Session) -> Result<Vec<Account>> {
        if let Some(sandbox) = &self.sandbox {
            sandbox.link(&session.id, Institution::Bank)?;
        } else if let Some(secret) = &session.client_secret {
            println!(
                "Complete the session in a page of yours: stripe.collectFinancialConnectionsAccounts({{ clientSecret: '{}' }})",
                secret.expose()
            );
        }
        for _ in 0..300 {
            let session = self.retrieve(session).await?;
            if !session.accounts.data.is_empty() {
                return Ok(session.accounts.data);
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        Err("the session was not completed".into())
    }

    async fn retrieve(&self, session: &Session) -> std::result::Result<Session, Error> {
        self.client
            .financial_connections()
            .sessions()
            .retrieve(&session.id)
            .await
    }

    /// Lets time pass in the sandbox; with Stripe, this takes no time, and has no effect.
    pub fn pass(&self, time: Duration) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.advance(time);
        }
    }

    /// Has events sent to this URL, signed with this secret. With Stripe, an endpoint is set up
    /// in the Dashboard, or events are forwarded with `stripe listen --forward-to URL`.
    pub fn send_webhooks_to(&self, url: &str, secret: &str) {
        if let Some(sandbox) = &self.sandbox {
            sandbox.send_webhooks_to(url, secret);
        }
    }
}
