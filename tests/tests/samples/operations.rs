//! The examples of the reference, one for each operation.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stripe_financial_connections::financial_connections::RefreshFeature;
use stripe_financial_connections::{Client, Method};
use stripe_financial_connections_sandbox::Institution;

use tokio::sync::OnceCell;

use crate::Run;
use crate::world::World;

include!(concat!(env!("OUT_DIR"), "/operations.rs"));

/// The example in the documentation of an operation.
pub(crate) struct Example {
    /// Its method and path.
    operation: &'static str,
    /// The ids in it, such as `cus_123`.
    ids: &'static [&'static str],
    run: for<'a> fn(&'a Client, &'a Ids) -> Run<'a>,
}

/// The ids of a world, by what stands for them in an example.
pub(crate) struct Ids(BTreeMap<&'static str, String>);

impl Ids {
    pub(crate) fn get(&self, shown: &str) -> &str {
        &self.0[shown]
    }
}

/// The objects that an operation's example needs, all of one customer.
struct Prepared<'a> {
    world: &'a World,
    operation: &'static str,
    customer: String,
    account: OnceCell<String>,
}

impl<'a> Prepared<'a> {
    async fn new(world: &'a World, operation: &'static str) -> Self {
        Self {
            world,
            operation,
            customer: world.customer_id().await,
            account: OnceCell::new(),
        }
    }

    async fn account(&self) -> &str {
        let account = self.account.get_or_init(|| self.world.account_id());
        account.await
    }

    /// An id in place of what an example shows; none of a kind that nobody has thought of.
    async fn id(&self, shown: &str) -> Option<String> {
        let world = self.world;
        let client = world.client();
        Some(match shown {
            "acct_123" => world.connected_account().await,
            "ba_123" => self.external_account().await,
            "btok_123" if self.operation.starts_with("GET") => {
                let token = client.raw(Method::Post, "/v1/tokens");
                let token = token
                    .param("bank_account[country]", "US")
                    .param("bank_account[account_number]", "000123456789")
                    .param("bank_account[routing_number]", "110000000");
                world.made(token).await
            }
            "btok_123" => world.token().await,
            "cs_test_123" => {
                let session = client.raw(Method::Post, "/v1/checkout/sessions");
                let session = session
                    .param("mode", "setup")
                    .param("currency", "usd")
                    .param("success_url", "https://example.com/thanks");
                world.made(session).await
            }
            "cus_123" => self.customer.clone(),
            "fca_123" => self.linked_account().await,
            "fcaowns_123" => {
                let accounts = client.financial_connections().accounts();
                let refresh = accounts.refresh(self.account().await, [RefreshFeature::Ownership]);
                let account = refresh.wait(Duration::from_secs(60)).await;
                let ownership = account.expect("owners are refreshed").ownership;
                ownership.expect("it has owners").id().as_str().to_owned()
            }
            "fcsess_123" => world.session_id().await,
            "fctxn_123" => {
                let transactions = client.financial_connections().transactions();
                let page = transactions.list(self.account().await).await;
                let page = page.expect("transactions are listed");
                page.data[0].id.as_str().to_owned()
            }

            "in_123" => self.invoice().await,
            "pi_123" if self.operation.ends_with("verify_microdeposits") => {
                world.unverified_payment_intent_id().await
            }
            "pi_123" => world.payment_intent_id().await,
            "pm_123" => self.payment_method().await,
            "price_123" => self.price().await,
            "seti_123" if self.operation.ends_with("verify_microdeposits") => {
                world.unverified_setup_intent_id().await
            }
            "seti_123" => self.setup_intent().await,
            "sub_123" => {
                let subscription = client.raw(Method::Post, "/v1/subscriptions");
                let subscription = subscription
                    .param("customer", self.customer.as_str())
                    .param("items[0][price]", self.price().await);
                world.made(subscription).await
            }
            _ => return None,
        })
    }

    /// An account that has what the operation ends.
    async fn linked_account(&self) -> String {
        if self.operation.ends_with("/unsubscribe") {
            let path = format!(
                "/v1/financial_connections/accounts/{}/subscribe",
                self.account().await
            );
            let subscribe = self.world.client().raw(Method::Post, path);
            let subscribe = subscribe.param("features[0]", "transactions");
            self.world.made(subscribe).await;
        }
        self.account().await.to_owned()
    }

    /// An external account; one that is not the default, which could not be deleted.
    async fn external_account(&self) -> String {
        let owner = self.world.connected_account().await;
        let mut last = String::new();
        for _ in 0..2 {
            let add = self.world.client().raw(
                Method::Post,
                format!("/v1/accounts/{owner}/external_accounts"),
            );
            let add = add.param("external_account", self.world.token().await);
            last = self.world.made(add).await;
        }
        last
    }

    /// An invoice in the state that the operation takes.
    async fn invoice(&self) -> String {
        let client = self.world.client();
        let sent = self.operation.ends_with("/send");
        let mut invoice = client
            .raw(Method::Post, "/v1/invoices")
            .param("customer", self.customer.as_str());
        if sent {
            invoice = invoice
                .param("collection_method", "send_invoice")
                .param("days_until_due", 30);
        }
        let invoice = self.world.made(invoice).await;
        let item = client.raw(Method::Post, "/v1/invoiceitems");
        let item = item
            .param("customer", self.customer.as_str())
            .param("invoice", invoice.as_str())
            .param("amount", 2_500)
            .param("currency", "usd");
        self.world.made(item).await;
        if self.operation.ends_with("/pay") || self.operation.ends_with("/void") {
            let path = format!("/v1/invoices/{invoice}/finalize");
            self.world.made(client.raw(Method::Post, path)).await;
        }
        invoice
    }

    async fn price(&self) -> String {
        let price = self.world.client().raw(Method::Post, "/v1/prices");
        let price = price
            .param("currency", "usd")
            .param("unit_amount", 900)
            .param("recurring[interval]", "month")
            .param("product_data[name]", "Seat");
        self.world.made(price).await
    }

    /// A setup intent for which an account has been linked.
    async fn setup_intent(&self) -> String {
        let setup = self.world.client().raw(Method::Post, "/v1/setup_intents");
        let setup = setup
            .param("customer", self.customer.as_str())
            .param("payment_method_types[0]", "us_bank_account");
        let setup = self.world.made(setup).await;
        self.world
            .sandbox
            .link_intent(&setup, Institution::bank())
            .expect("an account is linked");
        setup
    }

    /// A payment method that is saved to the customer.
    async fn payment_method(&self) -> String {
        let path = format!("/v1/setup_intents/{}/confirm", self.setup_intent().await);
        let confirm = self.world.client().raw(Method::Post, path);
        let confirm = confirm.param("mandate_data[customer_acceptance][type]", "offline");
        let setup: serde_json::Value = confirm.send_as().await.expect("it is confirmed");
        let method = setup["payment_method"].as_str();
        method.expect("it has a payment method").to_owned()
    }
}

#[tokio::test]
async fn the_example_of_every_operation_succeeds() {
    let mut wrong = Vec::new();
    for example in EXAMPLES {
        let world = World::new().await;
        let prepared = Prepared::new(&world, example.operation).await;
        let mut ids = BTreeMap::new();
        let mut unknown = Vec::new();
        for shown in example.ids {
            match prepared.id(shown).await {
                Some(id) => _ = ids.insert(*shown, id),
                None => unknown.push(*shown),
            }
        }
        let operation = example.operation;
        if !unknown.is_empty() {
            wrong.push(format!(
                "{operation}: its example shows {}: say in `Prepared::id`, in \
                 tests/tests/samples/operations.rs, how such an object is made",
                unknown.join(", "),
            ));
        } else if let Err(error) = (example.run)(world.client(), &Ids(ids)).await {
            wrong.push(format!(
                "{operation}: {error}: correct its example in spec/overlay/examples.yaml, or give \
                 it an object in the right state in `Prepared::id`, in \
                 tests/tests/samples/operations.rs"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_operation_has_an_example() {
    let spec = include_str!("../../../spec/financial_connections.yaml");
    let spec: serde_yaml::Value = serde_yaml::from_str(spec).expect("the spec is YAML");
    let paths = spec["paths"].as_mapping().expect("it has paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let verbs = ["get", "post", "delete"].into_iter();
        let verbs = verbs.filter(|verb| item.get(verb).is_some());
        let path = path.as_str().expect("a path is text");
        verbs.map(move |verb| format!("{} {path}", verb.to_uppercase()))
    });
    let operations: BTreeSet<String> = operations.collect();
    let shown: BTreeSet<String> = EXAMPLES
        .iter()
        .map(|example| example.operation.to_owned())
        .collect();
    assert_eq!(shown, operations);
    assert_eq!(shown.len(), EXAMPLES.len());
}
