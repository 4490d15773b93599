//! Tests invoices, subscriptions and checkout sessions.

use serde_json::{Value, json};

use super::http::{Form, Http, id, ids};

pub(super) const DAY: u64 = 86_400;

/// Returns a customer with a linked account for invoices.
pub(super) async fn payer(http: &Http, accounts: &str) -> String {
    let customer = http.customer().await;
    let form = [
        ("customer", customer.as_str()),
        ("payment_method_types[]", "us_bank_account"),
    ];
    let setup = id(&http.post("/v1/setup_intents", &form).await);
    let form = [("institution", "test"), ("accounts[]", accounts)];
    http.post(&format!("/_sandbox/setup_intents/{setup}/link"), &form)
        .await;
    let mandate = [("mandate_data[customer_acceptance][type]", "offline")];
    let setup = http
        .post(&format!("/v1/setup_intents/{setup}/confirm"), &mandate)
        .await;
    assert_eq!(setup["status"], "succeeded");
    let method = setup["payment_method"].as_str().expect("it has one");
    let form = [("invoice_settings[default_payment_method]", method)];
    http.post(&format!("/v1/customers/{customer}"), &form).await;
    customer
}

/// Returns a draft with one line.
pub(super) async fn draft(http: &Http, customer: &str, form: Form<'_>) -> String {
    let mut all = vec![("customer", customer)];
    all.extend(form);
    let invoice = http.post("/v1/invoices", &all).await;
    assert_eq!(
        (&invoice["status"], &invoice["total"]),
        (&json!("draft"), &json!(0))
    );
    let form = [
        ("customer", customer),
        ("invoice", &id(&invoice)),
        ("amount", "2500"),
        ("currency", "usd"),
        ("description", "Work"),
    ];
    http.post("/v1/invoiceitems", &form).await;
    format!("/v1/invoices/{}", id(&invoice))
}

pub(super) async fn invoices(http: &Http) {
    let permissions = "payment_settings[payment_method_options][us_bank_account]\
        [financial_connections][permissions][0]";
    let settings = [
        (
            "payment_settings[payment_method_types][0]",
            "us_bank_account",
        ),
        (permissions, "payment_method"),
        ("metadata[order]", "6735"),
        ("description", "An order"),
    ];
    let customer = payer(http, "Success").await;
    let path = draft(http, &customer, &settings).await;
    assert_eq!(http.get(&path, &[]).await["amount_due"], 2500);
    http.post(&path, &[("footer", "Thanks")]).await;

    let expand = [
        ("expand[0]", "confirmation_secret"),
        ("expand[1]", "payments"),
    ];
    let open = http.post(&format!("{path}/finalize"), &expand).await;
    assert_eq!(open["status"], "open");
    assert!(open["number"].is_string() && open["confirmation_secret"]["client_secret"].is_string());
    let payment = &open["payments"]["data"][0]["payment"]["payment_intent"];
    let payment = format!(
        "/v1/payment_intents/{}",
        payment.as_str().expect("it is an id")
    );
    let options = &http.get(&payment, &[]).await["payment_method_options"];
    assert_eq!(
        options["us_bank_account"]["financial_connections"]["permissions"],
        json!(["payment_method"])
    );
    assert!(http.get(&path, &[]).await.get("payments").is_none());
    let refused = http.refused("POST", &path, &[("footer", "Late")]).await;
    assert_eq!(refused.code.as_deref(), Some("invoice_not_editable"));
    let refused = http.refused("POST", &format!("{path}/finalize"), &[]).await;
    assert_eq!(refused.code.as_deref(), Some("invoice_not_editable"));
    assert_eq!(
        http.refused("POST", &format!("{path}/send"), &[])
            .await
            .status,
        400,
        "it is charged, not sent"
    );

    let paying = http.post(&format!("{path}/pay"), &[]).await;
    assert_eq!(paying["status"], "open", "a debit takes days");
    assert_eq!(http.get(&payment, &[]).await["status"], "processing");
    http.pass(4 * DAY);
    let paid = http.get(&path, &[("expand[]", "payments")]).await;
    assert_eq!(
        (
            &paid["status"],
            &paid["amount_paid"],
            &paid["amount_remaining"]
        ),
        (&json!("paid"), &json!(2500), &json!(0))
    );
    assert_eq!(paid["payments"]["data"][0]["status"], "paid");
    for late in ["pay", "void"] {
        let path = format!("{path}/{late}");
        assert_eq!(http.refused("POST", &path, &[]).await.status, 400, "{late}");
    }

    // One debit fails, one invoice is voided, and one is sent.
    let poor = payer(http, "Insufficient Funds").await;
    let bounces = draft(http, &poor, &[]).await;
    http.post(&format!("{bounces}/pay"), &[]).await;
    http.pass(4 * DAY);
    assert_eq!(http.get(&bounces, &[]).await["status"], "open");
    assert_eq!(
        http.post(&format!("{bounces}/void"), &[]).await["status"],
        "void"
    );
    let sent = [("collection_method", "send_invoice")];
    let mut form = vec![("customer", customer.as_str())];
    form.extend(sent);
    let refused = http.refused("POST", "/v1/invoices", &form).await;
    assert_eq!(refused.param.as_deref(), Some("days_until_due"));
    let sent = [sent[0], ("days_until_due", "30")];
    let path = draft(http, &customer, &sent).await;
    let sent = http.post(&format!("{path}/send"), &[]).await;
    assert!(sent["due_date"].as_i64() > sent["created"].as_i64());
    let form = [("paid_out_of_band", "true")];
    let paid = http.post(&format!("{path}/pay"), &form).await;
    assert_eq!(
        (&paid["status"], &paid["amount_paid_off_stripe"]),
        (&json!("paid"), &json!(2500))
    );

    // Nothing has to be paid.
    let empty = http
        .post(
            "/v1/invoices",
            &[("customer", &customer), ("auto_advance", "true")],
        )
        .await;
    http.pass(3_600);
    let path = format!("/v1/invoices/{}", id(&empty));
    assert_eq!(http.get(&path, &[]).await["status"], "paid");

    let list = [("customer", customer.as_str()), ("status", "paid")];
    assert_eq!(ids(&http.get("/v1/invoices", &list).await).len(), 3);
    assert_eq!(http.refused("POST", "/v1/invoices", &[]).await.status, 400);
    let unpaid = http.customer().await;
    let path = draft(http, &unpaid, &[]).await;
    let refused = http.refused("POST", &format!("{path}/pay"), &[]).await;
    assert_eq!(refused.code.as_deref(), Some("resource_missing"));
}

/// Returns a monthly price.
pub(super) async fn price(http: &Http) -> String {
    let form = [
        ("currency", "usd"),
        ("unit_amount", "900"),
        ("recurring[interval]", "month"),
        ("product_data[name]", "Seat"),
    ];
    id(&http.post("/v1/prices", &form).await)
}

pub(super) async fn status(http: &Http, path: &str) -> Value {
    http.get(path, &[]).await["status"].clone()
}

pub(super) async fn subscriptions(http: &Http) {
    let customer = payer(http, "Success").await;
    let price = price(http).await;
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", &price),
        ("items[0][quantity]", "2"),
        ("metadata[plan]", "team"),
    ];
    let subscription = http.post("/v1/subscriptions", &form).await;
    assert_eq!(
        subscription["status"], "active",
        "a debit that is under way is enough"
    );
    let path = format!("/v1/subscriptions/{}", id(&subscription));
    let invoice = subscription["latest_invoice"]
        .as_str()
        .expect("it is an id");
    let invoice = format!("/v1/invoices/{invoice}");
    assert_eq!(http.get(&invoice, &[]).await["amount_due"], 1800);
    http.pass(4 * DAY);
    assert_eq!(status(http, &invoice).await, "paid");

    // The next period begins.
    http.pass(27 * DAY);
    let renewed = http.get(&path, &[("expand[]", "latest_invoice")]).await;
    assert_eq!(
        renewed["latest_invoice"]["billing_reason"],
        "subscription_cycle"
    );
    let item = &renewed["items"]["data"][0];
    assert!(item["current_period_start"].as_i64() > subscription["created"].as_i64());
    http.pass(5 * DAY);
    let list = [
        ("subscription", id(&subscription)),
        ("status", "paid".into()),
    ];
    let list: Vec<_> = list.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(ids(&http.get("/v1/invoices", &list).await).len(), 2);

    let form = [
        ("items[0][id]", item["id"].as_str().expect("it has an id")),
        ("items[0][quantity]", "5"),
        ("cancel_at_period_end", "true"),
    ];
    let changed = http.post(&path, &form).await;
    assert_eq!(changed["items"]["data"][0]["quantity"], 5);
    assert!(changed["cancel_at"].is_i64());
    let list = [("customer", customer.as_str()), ("price", &price)];
    assert_eq!(ids(&http.get("/v1/subscriptions", &list).await).len(), 1);
    http.pass(31 * DAY);
    assert_eq!(status(http, &path).await, "canceled");
    assert!(ids(&http.get("/v1/subscriptions", &list).await).is_empty());
    assert_eq!(
        http.refused("POST", &path, &[("description", "x")])
            .await
            .status,
        400
    );

    // A trial that is canceled.
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", &price),
        ("trial_period_days", "7"),
    ];
    let trial = http.post("/v1/subscriptions", &form).await;
    assert_eq!(trial["status"], "trialing");
    let path = format!("/v1/subscriptions/{}", id(&trial));
    http.pass(5 * DAY);
    let canceled = http.good("DELETE", &path, &[]).await;
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(http.refused("DELETE", &path, &[]).await.status, 404);

    // The first payment is not made.
    let nobody = http.customer().await;
    let form = [
        ("customer", nobody.as_str()),
        ("items[0][price]", &price),
        ("payment_behavior", "default_incomplete"),
        ("expand[]", "latest_invoice.confirmation_secret"),
    ];
    let waiting = http.post("/v1/subscriptions", &form).await;
    assert_eq!(waiting["status"], "incomplete");
    assert!(waiting["latest_invoice"]["confirmation_secret"]["client_secret"].is_string());
    http.pass(DAY);
    let path = format!("/v1/subscriptions/{}", id(&waiting));
    assert_eq!(status(http, &path).await, "incomplete_expired");

    for (form, param) in [
        (vec![("items[0][price]", price.as_str())], "customer"),
        (vec![("customer", customer.as_str())], "items"),
        (
            vec![
                ("customer", customer.as_str()),
                ("items[0][price]", "price_0"),
            ],
            "items[0][price]",
        ),
        (
            vec![
                ("customer", customer.as_str()),
                ("items[0][price]", &price),
                ("collection_method", "send_invoice"),
            ],
            "days_until_due",
        ),
    ] {
        let refused = http.refused("POST", "/v1/subscriptions", &form).await;
        assert_eq!(refused.param.as_deref(), Some(param), "{form:?}");
    }
}

pub(super) async fn checkout(http: &Http) {
    let price = price(http).await;
    let one_time = [
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "700"),
        ("line_items[0][price_data][product_data][name]", "Book"),
        ("line_items[0][quantity]", "3"),
    ];
    let common = [
        ("success_url", "https://example.com/done"),
        ("payment_method_types[0]", "us_bank_account"),
        (
            "payment_method_options[us_bank_account][financial_connections][permissions][0]",
            "payment_method",
        ),
        (
            "payment_method_options[us_bank_account][financial_connections][permissions][1]",
            "balances",
        ),
    ];
    let create = async |form: &[(&str, &str)]| {
        let form = [form, &common].concat();
        http.post("/v1/checkout/sessions", &form).await
    };
    let complete = async |session: &Value, account: &str| {
        let path = format!("/_sandbox/checkout/sessions/{}/complete", id(session));
        let form = [("institution", "test"), ("accounts[]", account)];
        http.post(&path, &form).await;
        format!("/v1/checkout/sessions/{}", id(session))
    };

    let mut form = vec![("mode", "payment"), ("client_reference_id", "cart_1")];
    form.extend(one_time);
    for (account, status) in [("Success", "paid"), ("Insufficient Funds", "unpaid")] {
        let session = create(&form).await;
        assert_eq!(
            (&session["amount_total"], &session["status"]),
            (&json!(2100), &json!("open"))
        );
        assert!(session["url"].is_string() && session.get("line_items").is_none());
        let path = complete(&session, account).await;
        let expand = [
            ("expand[0]", "line_items"),
            ("expand[1]", "payment_intent.payment_method"),
        ];
        let done = http.get(&path, &expand).await;
        assert_eq!(
            (&done["status"], &done["payment_status"]),
            (&json!("complete"), &json!("unpaid"))
        );
        assert_eq!(done["line_items"]["data"][0]["quantity"], 3);
        let bank = &done["payment_intent"]["payment_method"]["us_bank_account"];
        assert!(bank["financial_connections_account"].is_string());
        http.pass(4 * DAY);
        assert_eq!(http.get(&path, &[]).await["payment_status"], status);
        let expire = format!("{path}/expire");
        assert_eq!(http.refused("POST", &expire, &[]).await.status, 400);
    }

    let customer = http.customer().await;
    let setup = create(&[
        ("mode", "setup"),
        ("customer", &customer),
        ("currency", "usd"),
    ])
    .await;
    let path = complete(&setup, "Success").await;
    let done = http.get(&path, &[("expand[]", "setup_intent")]).await;
    assert_eq!(done["setup_intent"]["status"], "succeeded");
    let methods = format!("/v1/customers/{customer}/payment_methods");
    assert_eq!(ids(&http.get(&methods, &[]).await).len(), 1);

    let form = [
        ("mode", "subscription"),
        ("customer_email", "robin@example.com"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
    ];
    let session = create(&form).await;
    let path = complete(&session, "Success").await;
    let done = http.get(&path, &[("expand[]", "subscription")]).await;
    assert_eq!(done["subscription"]["status"], "active");
    assert!(done["customer"].is_string());
    http.pass(4 * DAY);
    assert_eq!(http.get(&path, &[]).await["payment_status"], "paid");

    // One session is completed, the other one expires.
    let session = create(&[("mode", "setup"), ("currency", "usd")]).await;
    let path = format!("/v1/checkout/sessions/{}", id(&session));
    let expired = http.post(&format!("{path}/expire"), &[]).await;
    assert_eq!(expired["status"], "expired");
    let session = create(&[("mode", "setup"), ("currency", "usd")]).await;
    http.pass(DAY);
    let path = format!("/v1/checkout/sessions/{}", id(&session));
    assert_eq!(status(http, &path).await, "expired");
    let list = [("status", "expired")];
    assert_eq!(
        ids(&http.get("/v1/checkout/sessions", &list).await).len(),
        2
    );

    for (form, param) in [
        (vec![], "mode"),
        (vec![("mode", "payment")], "success_url"),
        (
            vec![("mode", "payment"), ("success_url", "https://a.test")],
            "line_items",
        ),
        (
            vec![
                ("mode", "payment"),
                ("success_url", "https://a.test"),
                ("line_items[0][price]", &price),
            ],
            "line_items[0]",
        ),
        (
            vec![("mode", "setup"), ("success_url", "https://a.test")],
            "currency",
        ),
        (
            vec![
                ("mode", "setup"),
                ("success_url", "https://a.test"),
                ("currency", "usd"),
                ("customer", "cus_0"),
            ],
            "customer",
        ),
    ] {
        let refused = http.refused("POST", "/v1/checkout/sessions", &form).await;
        assert_eq!(refused.param.as_deref(), Some(param), "{form:?}");
    }
}
