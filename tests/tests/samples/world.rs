//! Runs the samples of the guide against the sandbox. Each prints what its page shows.

use std::sync::Arc;
use std::time::Duration;

use stripe_financial_connections::common::FinancialConnectionsOptionsParams;
use stripe_financial_connections::financial_connections::{
    AccountHolderParams, Permission, RefreshFeature, Session,
};
use stripe_financial_connections::payment_intent::{
    PaymentMethodOptionsParams, PaymentMethodOptionsUsBankAccountParams,
};
use stripe_financial_connections::token::BankAccountParams;
use stripe_financial_connections::{Client, Method, RawRequest, Timestamp};
use stripe_financial_connections_sandbox::{Institution, Sandbox};

/// The surroundings of the samples: a sandbox, and the objects that their arguments name.
pub(crate) struct World {
    pub(crate) sandbox: Arc<Sandbox>,
    client: Client,
}

impl World {
    pub(crate) async fn new() -> Self {
        let sandbox = Sandbox::builder()
            .seed(1)
            .clock(Timestamp::from_secs(1_780_000_000))
            .start()
            .await
            .expect("a sandbox starts");
        let sandbox = Arc::new(sandbox);
        // Where the client would wait, the sandbox's clock moves instead.
        let clock = Arc::clone(&sandbox);
        let sleep = move |pause| {
            clock.advance(pause);
            std::future::ready(())
        };
        let client = Client::builder(sandbox.key())
            .base_url(sandbox.url())
            .sleep(sleep)
            .build()
            .expect("a client is made");
        Self { sandbox, client }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) async fn customer_id(&self) -> String {
        let customer = self.client.customers().create().name("Jenny Rosen").await;
        customer.expect("a customer is made").id.as_str().to_owned()
    }

    pub(crate) async fn session(&self) -> Session {
        let customer = self.customer_id().await;
        let permissions = [
            Permission::Balances,
            Permission::Ownership,
            Permission::PaymentMethod,
            Permission::Transactions,
        ];
        self.client
            .financial_connections()
            .sessions()
            .create(AccountHolderParams::customer(customer), permissions)
            .await
            .expect("a session is made")
    }

    /// A session in which accounts have been linked.
    pub(crate) async fn session_id(&self) -> String {
        let session = self.session().await;
        self.sandbox
            .link(&session.id, Institution::bank())
            .expect("accounts are linked");
        session.id.as_str().to_owned()
    }

    /// A checking account whose transactions were refreshed two days ago.
    pub(crate) async fn account_id(&self) -> String {
        let session = self.session().await;
        let linked = self.sandbox.link(&session.id, Institution::bank());
        let account = linked.expect("accounts are linked").swap_remove(0);
        let accounts = self.client.financial_connections().accounts();
        let refresh = accounts.refresh(&*account, [RefreshFeature::Transactions]);
        let refreshed = refresh.wait(Duration::from_secs(60)).await;
        refreshed.expect("transactions are refreshed");
        self.sandbox.advance(Duration::from_secs(2 * 86_400));
        account
    }

    /// A payment for which an account has been linked, to be confirmed.
    pub(crate) async fn payment_intent_id(&self) -> String {
        let customer = self.customer_id().await;
        let linking = FinancialConnectionsOptionsParams::new()
            .permissions([Permission::Balances, Permission::PaymentMethod]);
        let bank = PaymentMethodOptionsUsBankAccountParams::new().financial_connections(linking);
        let payment = self
            .client
            .payment_intents()
            .create(50_000, "usd")
            .customer(customer)
            .payment_method_types(["us_bank_account"])
            .payment_method_options(PaymentMethodOptionsParams::new().us_bank_account(bank))
            .await
            .expect("a payment is made");
        self.sandbox
            .link_intent(&payment.id, Institution::bank())
            .expect("an account is linked");
        payment.id.as_str().to_owned()
    }

    /// A payment from an account whose numbers were typed in, which waits for microdeposits.
    pub(crate) async fn unverified_payment_intent_id(&self) -> String {
        let payment = self.client.raw(Method::Post, "/v1/payment_intents");
        let payment = payment.param("amount", 50_000).param("currency", "usd");
        self.unverified(payment).await
    }

    /// The same of a bank account that is to be saved.
    pub(crate) async fn unverified_setup_intent_id(&self) -> String {
        self.unverified(self.client.raw(Method::Post, "/v1/setup_intents"))
            .await
    }

    async fn unverified(&self, intent: RawRequest) -> String {
        let data = "payment_method_data";
        let acceptance = "mandate_data[customer_acceptance]";
        let made = intent
            .param("confirm", true)
            .param("payment_method_types[0]", "us_bank_account")
            .param(format!("{data}[type]"), "us_bank_account")
            .param(format!("{data}[billing_details][name]"), "Jenny Rosen")
            .param(
                format!("{data}[us_bank_account][account_holder_type]"),
                "individual",
            )
            .param(
                format!("{data}[us_bank_account][account_number]"),
                "000123456789",
            )
            .param(
                format!("{data}[us_bank_account][routing_number]"),
                "110000000",
            )
            .param(format!("{acceptance}[type]"), "online")
            .param(format!("{acceptance}[online][ip_address]"), "203.0.113.7")
            .param(format!("{acceptance}[online][user_agent]"), "Mozilla/5.0");
        self.made(made).await
    }

    /// Sends what makes an object, and gives its id.
    pub(crate) async fn made(&self, request: RawRequest) -> String {
        let made: serde_json::Value = request.send_as().await.expect("an object is made");
        made["id"].as_str().expect("it has an id").to_owned()
    }

    pub(crate) async fn connected_account(&self) -> String {
        "acct_123".to_owned()
    }

    /// Returns the result of `collectBankAccountToken` in the browser.
    pub(crate) async fn token(&self) -> String {
        let bank = BankAccountParams::new("000123456789", "US")
            .currency("usd")
            .routing_number("110000000");
        let token = self
            .client
            .with_stripe_account(self.connected_account().await)
            .tokens()
            .create()
            .bank_account(bank)
            .await;
        token.expect("a token is made").id.as_str().to_owned()
    }
}
