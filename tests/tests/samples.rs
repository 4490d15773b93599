//! The samples of the guide, run against the sandbox: each does what its page says, and prints
//! what its page shows.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use stripe_financial_connections::common::FinancialConnectionsOptionsParams;
use stripe_financial_connections::financial_connections::{
    AccountHolderParams, Permission, RefreshFeature, Session,
};
use stripe_financial_connections::payment_intent::{
    PaymentIntent, PaymentMethodOptionsParams, PaymentMethodOptionsUsBankAccountParams,
};
use stripe_financial_connections::token::BankAccountParams;
use stripe_financial_connections::{Client, Error, Method, Timestamp};
use stripe_financial_connections_sandbox::{Institution, Sandbox};

thread_local! {
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// `println!`, into what the page has to show.
macro_rules! println {
    ($($argument:tt)*) => {
        crate::print(format_args!($($argument)*))
    };
}

fn print(line: std::fmt::Arguments<'_>) {
    PRINTED.with_borrow_mut(|printed| printed.push_str(&format!("{line}\n")));
}

include!(concat!(env!("OUT_DIR"), "/samples.rs"));

type Run<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

pub(crate) struct Sample {
    name: &'static str,
    /// What the page says that it prints.
    output: Option<&'static str>,
    run: for<'a> fn(&'a World) -> Run<'a>,
}

/// What samples start from: a sandbox, and what they name in their arguments.
pub(crate) struct World {
    sandbox: Arc<Sandbox>,
    client: Client,
}

impl World {
    async fn new() -> Self {
        let sandbox = Sandbox::builder()
            .seed(1)
            .clock(Timestamp::from_secs(1_780_000_000))
            .start()
            .await
            .expect("a sandbox starts");
        let sandbox = Arc::new(sandbox);
        // Where the client would wait, time passes in the sandbox instead.
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

    fn client(&self) -> &Client {
        &self.client
    }

    async fn customer_id(&self) -> String {
        let customer = self.client.customers().create().name("Jenny Rosen").await;
        customer.expect("a customer is made").id.as_str().to_owned()
    }

    async fn session(&self) -> Session {
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
    async fn session_id(&self) -> String {
        let session = self.session().await;
        self.sandbox
            .link(&session.id, Institution::bank())
            .expect("accounts are linked");
        session.id.as_str().to_owned()
    }

    /// A checking account whose transactions were refreshed two days ago.
    async fn account_id(&self) -> String {
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
    async fn payment_intent_id(&self) -> String {
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
    async fn unverified_payment_intent_id(&self) -> String {
        let payment = self
            .client
            .raw(Method::Post, "/v1/payment_intents")
            .param("amount", 50_000)
            .param("currency", "usd")
            .param("confirm", true)
            .param("payment_method_types[0]", "us_bank_account")
            .param("payment_method_data[type]", "us_bank_account")
            .param("payment_method_data[billing_details][name]", "Jenny Rosen")
            .param(
                "payment_method_data[us_bank_account][account_holder_type]",
                "individual",
            )
            .param(
                "payment_method_data[us_bank_account][account_number]",
                "000123456789",
            )
            .param(
                "payment_method_data[us_bank_account][routing_number]",
                "110000000",
            )
            .param("mandate_data[customer_acceptance][type]", "online")
            .param(
                "mandate_data[customer_acceptance][online][ip_address]",
                "203.0.113.7",
            )
            .param(
                "mandate_data[customer_acceptance][online][user_agent]",
                "Mozilla/5.0",
            )
            .send_as::<PaymentIntent>()
            .await
            .expect("a payment is made");
        payment.id.as_str().to_owned()
    }

    async fn connected_account(&self) -> String {
        "acct_123".to_owned()
    }

    /// What `collectBankAccountToken` gives in the browser.
    async fn token(&self) -> String {
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

#[tokio::test]
async fn samples_print_what_their_pages_show() {
    let mut wrong = Vec::new();
    for sample in SAMPLES {
        let world = World::new().await;
        PRINTED.take();
        let done = (sample.run)(&world).await;
        let printed = PRINTED.take();
        if let Err(error) = done {
            wrong.push(format!("{}: {error}", sample.name));
        } else if printed.trim_end() != sample.output.unwrap_or_default() {
            wrong.push(format!("{} prints:\n{printed}", sample.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
